//! 三员: three administrators with accounts of their own, who read no case and appoint nobody alone.

use engine::{account::pass::Must, audit::AuditFact};
use serde_json::{Value, json};
use tests::{TestApp, on_both, unit};

use super::{PASSWORD, attempt, code_of, enrol, holder, notes, sign_in, with_password};
use crate::story::called;

const FIELDS: &str = "id login roles rolesAsked state secondFactor";

async fn add(app: &TestApp, login: &str) -> (Value, String) {
    let input = json!({ "login": login, "name": "新来的人", "unit": unit("rsj"), "post": "科员", "mail": "new@test.example" });
    let added =
        app.by("admin").act("addAccount", input, &format!("account {{ {FIELDS} }} password")).await;
    let password = added["password"].as_str().expect("a password").to_owned();
    (added["account"]["id"].clone(), password)
}

on_both! {
    async fn an_account_is_added_by_one_and_given_roles_by_another(app) {
        let whistle = called(&app).await;
        let (id, password) = add(&app, "newcomer").await;
        let first = app.app.sign_in(attempt("newcomer", &password, None)).await.unwrap();
        assert_eq!((first.must, first.roles.len()), (vec![Must::ChangePassword], 0));
        // Whoever has no role sees nothing.
        let caller = app.app.caller(id.as_str().unwrap().parse().unwrap(), None).await.unwrap().unwrap();
        assert!(app.app.whistle(&caller, whistle["id"].as_str().unwrap().parse().unwrap()).await.unwrap().is_none());
        let granted = app.by("security").act("grantRoles", json!({ "account": id, "roles": ["LIAISON"] }), FIELDS).await;
        assert_eq!((&granted["roles"], &granted["rolesAsked"]), (&json!(["LIAISON"]), &json!(null)));
        assert!(holder(&app.app, &first.token).await.is_none(), "new roles begin with a new sign-in");
        let caller = app.app.caller(id.as_str().unwrap().parse().unwrap(), None).await.unwrap().unwrap();
        assert!(app.app.whistle(&caller, whistle["id"].as_str().unwrap().parse().unwrap()).await.unwrap().is_some());
        let person = id.as_str().unwrap().parse().unwrap();
        assert_eq!(notes(&app, "roles_changed").await, [AuditFact::RolesChanged {
            person, before: vec![], after: vec![engine::actor::Role::Liaison], asked_by: None,
        }]);
        // A name is taken once, and a bad one is told.
        let again = json!({ "login": "newcomer", "name": "另一人", "unit": unit("rsj") });
        assert_eq!(app.by("admin").refused_as("addAccount", again).await, "INVALID");
        let blank = json!({ "login": "two words", "name": "另一人", "unit": unit("rsj") });
        assert_eq!(app.by("admin").refused_as("addAccount", blank).await, "INVALID");
        app.done().await;
    }
}

on_both! {
    async fn nobody_but_them_touches_accounts_and_each_only_its_own_part(app) {
        let account = app.person("zjj");
        let one = || json!({ "account": account });
        let acts = [
            ("addAccount", json!({ "login": "x", "name": "x", "unit": unit("rsj") }), vec!["admin"]),
            ("grantRoles", json!({ "account": account, "roles": ["LIAISON"] }), vec!["security"]),
            ("confirmRoles", json!({ "account": account, "granted": true }), vec!["admin"]),
            ("disableAccount", one(), vec!["admin", "security"]),
            ("enableAccount", one(), vec!["admin", "security"]),
            ("resetPassword", one(), vec!["security"]),
            ("resetSecondFactor", one(), vec!["security"]),
            ("unlockAccount", one(), vec!["security"]),
        ];
        for (mutation, input, may) in acts {
            for login in ["auditor", "director", "leader", "dispatcher", "rsj_head", "rsj", "admin", "security"] {
                let code = app.by(login).refused_as(mutation, input.clone()).await;
                assert_eq!(code == "NOT_PERMITTED", !may.contains(&login), "{mutation} {login}: {code}");
            }
        }
        for login in ["auditor", "director", "rsj"] {
            let answer = app.by(login).ask("{ accounts { totalCount } }", json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_PERMITTED", "{login}");
        }
        let refused = notes(&app, "refused").await;
        assert!(refused.iter().any(|it| matches!(it, AuditFact::Refused { act, code, .. } if act == "grant_roles" && code == "NOT_PERMITTED")));
    }
}

on_both! {
    async fn an_administrator_takes_two_and_nobody_appoints_themselves(app) {
        let (id, password) = add(&app, "second_admin").await;
        let ask = |roles: Value| json!({ "account": id, "roles": roles });
        for mixed in [json!(["SYSTEM_ADMIN", "DISPATCHER"]), json!(["AUDITOR", "SECURITY_ADMIN"])] {
            assert_eq!(app.by("security").refused_as("grantRoles", ask(mixed)).await, "MIXED_ROLES");
        }
        let asked = app.by("security").act("grantRoles", ask(json!(["SECURITY_ADMIN"])), FIELDS).await;
        assert_eq!((&asked["roles"], &asked["rolesAsked"]), (&json!([]), &json!(["SECURITY_ADMIN"])));
        // Until it is confirmed it counts for nothing, and who asked does not confirm.
        let person = id.as_str().unwrap().parse().unwrap();
        let roles = |app: &TestApp| {
            let app = app.app.clone();
            async move { app.caller(person, None).await.unwrap().unwrap().member.roles.len() }
        };
        assert_eq!(roles(&app).await, 0);
        for login in ["security", "auditor"] {
            assert_eq!(app.by(login).refused_as("confirmRoles", json!({ "account": id, "granted": true })).await, "NOT_PERMITTED");
        }
        let denied = app.by("admin").act("confirmRoles", json!({ "account": id, "granted": false }), FIELDS).await;
        assert_eq!((&denied["roles"], &denied["rolesAsked"]), (&json!([]), &json!(null)));
        assert_eq!(app.by("admin").refused_as("confirmRoles", json!({ "account": id, "granted": true })).await, "INVALID", "nothing waits");
        app.by("security").act("grantRoles", ask(json!(["SECURITY_ADMIN"])), FIELDS).await;
        let confirmed = app.by("admin").act("confirmRoles", json!({ "account": id, "granted": true }), FIELDS).await;
        assert_eq!(confirmed["roles"], json!(["SECURITY_ADMIN"]));
        assert!(!app.app.sign_in(attempt("second_admin", &password, None)).await.unwrap().must.is_empty());

        // Nobody changes their own roles or state, nor comes by another administrator's password.
        for (login, mutation, input) in [
            ("security", "grantRoles", json!({ "account": app.person("security"), "roles": [] })),
            ("security", "disableAccount", json!({ "account": app.person("security") })),
            ("admin", "disableAccount", json!({ "account": app.person("admin") })),
            ("admin", "confirmRoles", json!({ "account": app.person("admin"), "granted": true })),
        ] {
            assert_eq!(app.by(login).refused_as(mutation, input).await, "OWN_ACCOUNT", "{login} {mutation}");
        }
        for mutation in ["resetPassword", "resetSecondFactor"] {
            for login in ["admin", "auditor", "second_admin"] {
                let account = if login == "second_admin" { id.clone() } else { json!(app.person(login)) };
                assert_eq!(app.by("security").refused_as(mutation, json!({ "account": account })).await, "NOT_PERMITTED");
            }
        }
        // Roles that wait count for nothing when who asked may ask no more.
        let (third, _) = add(&app, "third").await;
        app.by("security").act("grantRoles", json!({ "account": third, "roles": ["AUDITOR"] }), FIELDS).await;
        app.by("admin").act("disableAccount", json!({ "account": app.person("security") }), FIELDS).await;
        assert_eq!(app.by("admin").refused_as("confirmRoles", json!({ "account": third, "granted": true })).await, "NOT_PERMITTED");
        let kinds: Vec<usize> = {
            let mut res = vec![];
            for kind in ["roles_asked", "roles_denied", "roles_changed", "account_added", "account_disabled"] {
                res.push(notes(&app, kind).await.len());
            }
            res
        };
        assert_eq!((kinds[0], kinds[1], kinds[2], kinds[4]), (3, 1, 1, 1));
    }
}

on_both! {
    async fn administrators_read_no_case_and_see_no_more_than_they_need(app) {
        let whistle = called(&app).await;
        for login in ["admin", "security", "auditor"] {
            let seen = app.by(login).query("query($id: ID!) { whistle(id: $id) { id } petitions { totalCount } inbox { totalCount } deadlines { totalCount } }", json!({ "id": whistle["id"] })).await;
            assert_eq!(seen["whistle"], json!(null), "{login}");
            assert_eq!((&seen["petitions"]["totalCount"], &seen["inbox"]["totalCount"]), (&json!(0), &json!(0)), "{login}");
        }
        let all = app.by("admin").query("{ accounts(first: 100) { totalCount nodes { login name unit { code } roles state signedInAt } } }", json!({})).await;
        assert_eq!(all["accounts"]["totalCount"], json!(tests::PEOPLE.len()));
        assert!(!all.to_string().contains("@test.example"), "an address is not theirs to see");
        // By pages of few, each once, in one order; the same few statements however long the page.
        let mut logins = vec![];
        let mut after = json!(null);
        loop {
            let page = app.by("security").query("query($after: String) { accounts(first: 7, after: $after) { nodes { login } pageInfo { hasNextPage endCursor } } }", json!({ "after": after })).await;
            let page = &page["accounts"];
            logins.extend(page["nodes"].as_array().unwrap().iter().map(|it| it["login"].as_str().unwrap().to_owned()));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
        }
        let expected: Vec<String> = all["accounts"]["nodes"].as_array().unwrap().iter().map(|it| it["login"].as_str().unwrap().to_owned()).collect();
        assert_eq!(logins, expected);
        let (_, few) = app.statements(app.by("admin").query("{ accounts(first: 3) { nodes { login state } } }", json!({}))).await;
        let (_, many) = app.statements(app.by("admin").query("{ accounts(first: 25) { nodes { login state } } }", json!({}))).await;
        assert_eq!(few, many);
        let found = app.by("admin").query("{ accounts(filter: { role: UNIT_LEADER, text: \"RSJ\" }) { nodes { login } } }", json!({})).await;
        assert_eq!(found["accounts"]["nodes"], json!([{ "login": "rsj_head" }]));
        app.done().await;
    }
}

on_both! {
    async fn a_reset_is_known_to_the_administrator_alone_until_it_is_changed(app) {
        with_password(&app, "rsj").await;
        let session = sign_in(&app, "rsj").await;
        for _ in 0..5 {
            app.app.sign_in(attempt("rsj", "wrong", None)).await.err().unwrap();
        }
        let reset = app.by("security").act("resetPassword", json!({ "account": app.person("rsj") }), "password account { state }").await;
        assert_eq!(reset["account"]["state"], "ACTIVE", "a lock ends with it");
        assert!(holder(&app.app, &session.token).await.is_none());
        assert_eq!(code_of(app.app.sign_in(attempt("rsj", PASSWORD, None)).await), "UNAUTHENTICATED");
        let password = reset["password"].as_str().unwrap();
        let signed_in = app.app.sign_in(attempt("rsj", password, None)).await.unwrap();
        assert_eq!(signed_in.must, [Must::ChangePassword]);
        assert_eq!(notes(&app, "password_reset").await.len(), 1);
        // Disabled at once, enabled again.
        app.by("admin").act("disableAccount", json!({ "account": app.person("rsj") }), "state").await;
        assert!(holder(&app.app, &signed_in.token).await.is_none());
        assert_eq!(code_of(app.app.sign_in(attempt("rsj", password, None)).await), "UNAUTHENTICATED");
        let enabled = app.by("security").act("enableAccount", json!({ "account": app.person("rsj") }), "state").await;
        assert_eq!(enabled["state"], "ACTIVE");
        assert_eq!(code_of(app.app.sign_in(attempt("rsj", password, None)).await), "DONE");
    }
}

on_both! {
    async fn a_lost_telephone_is_enrolled_anew(app) {
        with_password(&app, "director").await;
        let token = sign_in(&app, "director").await.token;
        enrol(&app, &token).await;
        assert_eq!(code_of(app.app.sign_in(attempt("director", PASSWORD, None)).await), "SECOND_FACTOR_REQUIRED");
        let account = json!({ "account": app.person("director") });
        let reset = app.by("security").act("resetSecondFactor", account, "secondFactor").await;
        assert_eq!(reset["secondFactor"], false);
        let signed_in = sign_in(&app, "director").await;
        assert_eq!(signed_in.must, [Must::EnrolSecondFactor]);
        assert_eq!(notes(&app, "second_factor_reset").await.len(), 1);
    }
}
