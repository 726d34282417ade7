//! Personal tokens: bound to a scope, an end, and where asked to one document.

use chrono::TimeDelta;
use engine::audit::AuditFact;
use serde_json::{Value, json};
use tests::{TestApp, on_both};

use super::{act, ask, code, holder, notes, sign_in, with_password};

async fn signed_in(app: &TestApp, login: &str) -> String {
    with_password(app, login).await;
    sign_in(app, login).await.token
}

async fn issue(app: &TestApp, session: &str, input: Value) -> Value {
    let fields = "secret token { id name scope document expiresAt usedAt }";
    act(app, session, "issueToken", input, fields).await
}

fn in_days(app: &TestApp, n: i64) -> String {
    (app.app.wall() + TimeDelta::days(n)).to_rfc3339()
}

fn secret(issued: &Value) -> String {
    let text = issued["data"]["issueToken"]["secret"].as_str();
    text.unwrap_or_else(|| panic!("{issued}")).to_owned()
}

const REGISTER: &str = "mutation { registerPetition(input: { procedure: HOTLINE, source: HOTLINE, title: \"路灯\" }) { id } }";

on_both! {
    async fn a_token_does_what_its_scope_says_until_its_end(app) {
        let session = signed_in(&app, "dispatcher").await;
        let read = issue(&app, &session, json!({ "name": "报表", "scope": ["READ"], "expiresAt": in_days(&app, 30) })).await;
        let usual = issue(&app, &session, json!({ "name": "对接", "expiresAt": in_days(&app, 30) })).await;
        assert_eq!(usual["data"]["issueToken"]["token"]["scope"], json!(["READ", "ACT"]));
        let (read, usual) = (secret(&read), secret(&usual));
        assert_eq!(code(&ask(&app, &read, "{ petitions { totalCount } }", json!({})).await), "DONE");
        let refused = ask(&app, &read, REGISTER, json!({})).await;
        assert_eq!(code(&refused), "NOT_PERMITTED");
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains("act"), "{refused}");
        assert_eq!(code(&ask(&app, &usual, REGISTER, json!({})).await), "DONE");
        assert!(matches!(&notes(&app, "refused").await[0], AuditFact::Refused { act, .. } if act == "registerPetition"));
        // A token never has more than its person, and is about nobody's sign-in.
        for query in [
            "mutation { signOutEverywhere(input: {}) { id } }",
            "mutation { changePassword(input: { current: \"a\", password: \"b\" }) { id } }",
            "mutation { issueToken(input: { name: \"x\", expiresAt: \"2026-03-03T00:00:00Z\" }) { secret } }",
            "{ accounts { totalCount } }",
        ] {
            assert_eq!(code(&ask(&app, &usual, query, json!({})).await), "NOT_PERMITTED", "{query}");
        }
        app.clock.advance(TimeDelta::days(30));
        assert!(holder(&app.app, &read).await.is_none());
        assert_eq!(code(&ask(&app, &read, "{ me { id } }", json!({})).await), "UNAUTHENTICATED");
    }
}

on_both! {
    async fn a_bound_token_executes_its_document_and_no_other(app) {
        let session = signed_in(&app, "dispatcher").await;
        let document = "query Count($done: Boolean) { petitions(filter: { difficult: $done }) { totalCount } }";
        let bound = issue(&app, &session, json!({ "name": "大屏", "scope": ["READ"], "expiresAt": in_days(&app, 1), "document": document })).await;
        let digest = engine::text::Digest::of(document.as_bytes()).to_string();
        assert_eq!(bound["data"]["issueToken"]["token"]["document"], json!(digest));
        let token = secret(&bound);
        for done in [json!(null), json!(true)] {
            assert_eq!(code(&ask(&app, &token, document, json!({ "done": done })).await), "DONE");
        }
        for other in ["{ petitions { totalCount } }", "{ me { id } }", "{ __schema { queryType { name } } }", &format!("{document} ")] {
            let answer = ask(&app, &token, other, json!({})).await;
            assert_eq!((code(&answer), answer["data"].is_null()), ("NOT_PERMITTED", true), "{other}");
        }
    }
}

on_both! {
    async fn a_token_has_a_name_a_scope_and_an_end_within_a_year(app) {
        let session = signed_in(&app, "dispatcher").await;
        for (input, field) in [
            (json!({ "name": " ", "expiresAt": in_days(&app, 1) }), "name"),
            (json!({ "name": "x", "scope": [], "expiresAt": in_days(&app, 1) }), "scope"),
            (json!({ "name": "x", "expiresAt": in_days(&app, 0) }), "expiresAt"),
            (json!({ "name": "x", "expiresAt": in_days(&app, 367) }), "expiresAt"),
        ] {
            let answer = issue(&app, &session, input).await;
            assert_eq!(code(&answer), "INVALID");
            assert!(answer["errors"][0]["message"].as_str().unwrap().contains(field), "{answer}");
        }
        let none = issue(&app, &session, json!({ "name": "x" })).await;
        assert_eq!(code(&none), "INVALID", "the end must be named");
    }
}

on_both! {
    async fn tokens_are_listed_without_their_secret_and_revoked(app) {
        let session = signed_in(&app, "dispatcher").await;
        let issued = issue(&app, &session, json!({ "name": "报表", "scope": ["READ"], "expiresAt": in_days(&app, 30) })).await;
        let (token, id) = (secret(&issued), issued["data"]["issueToken"]["token"]["id"].clone());
        let list = || ask(&app, &session, "{ me { tokens { id name scope usedAt } } }", json!({}));
        let listed = list().await;
        assert!(!listed.to_string().contains(&token));
        assert_eq!(listed["data"]["me"]["tokens"], json!([{ "id": id, "name": "报表", "scope": ["READ"], "usedAt": null }]));
        app.clock.advance(TimeDelta::minutes(2));
        holder(&app.app, &token).await.unwrap();
        assert!(!list().await["data"]["me"]["tokens"][0]["usedAt"].is_null());
        // Nobody revokes another's.
        let other = signed_in(&app, "rsj").await;
        assert_eq!(code(&act(&app, &other, "revokeToken", json!({ "token": id }), "id").await), "INVALID");
        assert!(holder(&app.app, &token).await.is_some());
        assert_eq!(code(&act(&app, &session, "revokeToken", json!({ "token": id }), "tokens { id }").await), "DONE");
        assert!(holder(&app.app, &token).await.is_none());
        assert_eq!((notes(&app, "token_issued").await.len(), notes(&app, "token_revoked").await.len()), (1, 1));
    }
}

on_both! {
    async fn a_token_ends_with_its_persons_account_and_a_password_that_is_reset(app) {
        let (rsj, zjj) = (app.token("rsj").await, app.token("zjj").await);
        assert_eq!(code(&ask(&app, &rsj, "{ inbox { totalCount } }", json!({})).await), "DONE", "one of before does all that its person may");
        app.by("security").act("disableAccount", json!({ "account": app.person("rsj") }), "state").await;
        app.by("security").act("resetPassword", json!({ "account": app.person("zjj") }), "password").await;
        assert!(holder(&app.app, &rsj).await.is_none() && holder(&app.app, &zjj).await.is_none());
    }
}
