//! Accounts: signing in, locks, the second factor, sessions, tokens, the three administrators,
//! absence and duty.

mod admins;
mod door;
mod factor;
mod stand_ins;
mod terminal;
mod tokens;

use std::sync::Arc;

use app::{App, Attempt, By, Caller, Error, SignedIn, SystemIds};
use async_graphql::{Request, Variables};
use engine::{
    Refusal,
    account::{Rules, factor::seconds},
    audit::AuditFact,
    text::Lang,
};
use serde_json::{Value, json};
use store::NewPassword;
use tests::TestApp;

/// The password that people of these scenarios have.
pub(crate) const PASSWORD: &str = "Kettle forest 7";
/// Another that the rules let pass.
pub(crate) const OTHER: &str = "Copper lantern 42";

/// Gives somebody of the world the password, as if they had chosen it now.
pub(crate) async fn with_password(app: &TestApp, login: &str) {
    let person = app.person(login).parse().expect("an id");
    let new = NewPassword {
        person,
        hash: app::hash_password(PASSWORD).expect("a hash"),
        at: app.app.wall(),
        reset: false,
        keep: 5,
        session: None,
    };
    let by = app.app.notes(&By::default(), vec![]);
    let set = app.app.store().set_password(app.app.district(), "-", new, &by).await;
    assert!(set.expect("set"), "{login}");
}

/// An attempt to sign in.
pub(crate) fn attempt(name: &str, password: &str, code: Option<&str>) -> Attempt {
    Attempt {
        name: name.to_owned(),
        password: password.to_owned(),
        code: code.map(str::to_owned),
        device: None,
        session: None,
        source: Some("10.0.0.9".to_owned()),
    }
}

/// Signs in by the password.
pub(crate) async fn sign_in(app: &TestApp, login: &str) -> SignedIn {
    let res = app.app.sign_in(attempt(login, PASSWORD, None)).await;
    res.unwrap_or_else(|error| panic!("{login}: {error}"))
}

/// The code of an attempt that is refused.
pub(crate) fn code_of<T>(res: Result<T, Error>) -> &'static str {
    match res {
        Ok(_) => "DONE",
        Err(Error::Refused(refusal)) => refusal.code(),
        Err(error) => panic!("{error}"),
    }
}

/// The refusal of an attempt.
pub(crate) fn refusal<T>(res: Result<T, Error>) -> Refusal {
    match res {
        Ok(_) => panic!("it was let in"),
        Err(Error::Refused(refusal)) => refusal,
        Err(error) => panic!("{error}"),
    }
}

/// Whoever holds a session or a token; none where it has ended.
pub(crate) async fn holder(app: &App, token: &str) -> Option<Caller> {
    app.admit(token, Some("10.0.0.9".to_owned())).await.expect("registers")
}

/// Asks with a session or a token; the whole answer.
pub(crate) async fn ask(app: &TestApp, token: &str, query: &str, variables: Value) -> Value {
    let request = Request::new(query).variables(Variables::from_json(variables)).data(Lang::En);
    let request = match holder(&app.app, token).await {
        Some(caller) => request.data(caller),
        None => request,
    };
    serde_json::to_value(app.schema.execute(request).await).expect("JSON")
}

/// The code of an answer.
pub(crate) fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("DONE")
}

/// One mutation with a session or a token; the whole answer.
pub(crate) async fn act(
    app: &TestApp,
    token: &str,
    mutation: &str,
    input: Value,
    fields: &str,
) -> Value {
    let kind = tests::input_type(mutation);
    let query = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {fields} }} }}");
    ask(app, token, &query, json!({ "input": input })).await
}

/// The code that an authenticator shows now.
pub(crate) fn shown(app: &TestApp, secret: &str) -> String {
    shown_at(secret, seconds(app.app.wall()))
}

/// The code that an authenticator shows at an instant.
pub(crate) fn shown_at(secret: &str, seconds: u64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base32");
    totp_rs::Builder::new().with_secret(secret).build_noncompliant().generate(seconds).to_string()
}

/// Enrols somebody who has signed in; the secret and the recovery codes.
pub(crate) async fn enrol(app: &TestApp, token: &str) -> (String, Vec<String>) {
    let begun =
        act(app, token, "beginSecondFactor", json!({ "password": PASSWORD }), "uri secret").await;
    let secret = begun["data"]["beginSecondFactor"]["secret"].as_str();
    let secret = secret.unwrap_or_else(|| panic!("{begun}")).to_owned();
    let input = json!({ "code": shown(app, &secret) });
    let done = act(app, token, "confirmSecondFactor", input, "codes me { must }").await;
    let codes = done["data"]["confirmSecondFactor"]["codes"].as_array();
    let codes = codes.unwrap_or_else(|| panic!("{done}"));
    (secret, codes.iter().map(|it| it.as_str().expect("a code").to_owned()).collect())
}

/// Lets the next code be shown: the one before was used.
pub(crate) fn next_code(app: &TestApp) {
    app.clock.advance(chrono::TimeDelta::seconds(60));
}

/// Another process over the same database, with its own memory and its own rules.
pub(crate) async fn another_process(app: &TestApp, accounts: Rules) -> App {
    App::open(app::Parts {
        store: app.app.store().clone(),
        files: app.app.files().clone(),
        clock: app.clock.clone(),
        wall: app.clock.clone(),
        ids: Arc::new(SystemIds),
        domain: "test.example".to_owned(),
        accounts,
    })
    .await
    .expect("an application")
}

/// What the auditor's stream says of one kind, the last first.
pub(crate) async fn notes(app: &TestApp, kind: &str) -> Vec<AuditFact> {
    let found = app.app.store().notes(app.app.district(), kind, 50).await.expect("notes");
    found.into_iter().map(|it| it.fact).collect()
}
