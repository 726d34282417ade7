//! Steps that several scenarios take, each as the people would.

use serde_json::{Value, json};
use tests::{MATTER, TestApp, unit};

/// The whistle with its parts, as scenarios look at it.
pub(crate) const WHISTLE: &str = "id version stage round serial batch level { code } raisedFrom \
    assignments { id version stage role unit { code } attendance { belowRank } deadlines { step due overdue } } \
    deadlines { step due overdue unit { code } }";

/// Registers and accepts a petition; returns its id.
pub(crate) async fn accepted(app: &TestApp, title: &str, procedure: &str) -> String {
    let petition = app
        .by("dispatcher")
        .act(
            "registerPetition",
            json!({
                "procedure": procedure, "source": "VISIT", "title": title,
                "detail": "某小区居民反映的具体情况", "people": 12,
                "petitioner": {
                    "name": "张三丰", "phone": "19900001234", "idNumber": "42030219900101123X",
                    "address": "湖北省十堰市张湾区某街道某小区三栋"
                }
            }),
            "id stage",
        )
        .await;
    assert_eq!(petition["stage"], "REGISTERED");
    app.tick();
    let id = petition["id"].as_str().expect("an id").to_owned();
    app.by("dispatcher").act("acceptPetition", json!({ "petition": id }), "id").await;
    id
}

/// Drafts a whistle of a matter over petitions, led by `units[0]`; returns its id.
pub(crate) async fn drafted(
    app: &TestApp,
    petitions: &[&str],
    level: Option<&str>,
    units: &[&str],
) -> String {
    // The matter's own row: at the level 重点, led by `rsj` with `zjj`.
    let departs = level.is_some_and(|it| it != "key")
        || units.first() != Some(&"rsj")
        || !units.contains(&"zjj");
    let calls: Vec<Value> = units.iter().map(|it| json!({ "unit": unit(it) })).collect();
    let whistle = app
        .by("dispatcher")
        .act(
            "draftWhistle",
            json!({
                "petitions": petitions,
                "content": {
                    "matter": MATTER, "level": level, "title": "拖欠工资的处置",
                    "request": "请牵头核实拖欠数额并督促支付", "tried": "街道已两次协调未果",
                    "units": calls, "overrideReason": departs.then_some("按现场情况调整")
                }
            }),
            "id stage",
        )
        .await;
    assert_eq!(whistle["stage"], "DRAFT");
    whistle["id"].as_str().expect("an id").to_owned()
}

/// Submits and issues a drafted whistle; returns it.
pub(crate) async fn issued(app: &TestApp, whistle: &str) -> Value {
    app.tick();
    app.by("dispatcher").act("submitWhistle", json!({ "whistle": whistle }), "id").await;
    app.tick();
    app.by("director").act("issueWhistle", json!({ "whistle": whistle }), WHISTLE).await
}

/// A whistle of the level 一般 that is issued to `rsj`, with `zjj` beside it.
pub(crate) async fn called(app: &TestApp) -> Value {
    let petition = accepted(app, "工资未按月足额支付", "HOTLINE").await;
    let whistle = drafted(app, &[&petition], Some("general"), &["rsj", "zjj"]).await;
    issued(app, &whistle).await
}

/// The assignment of a unit in a whistle as it was returned.
pub(crate) fn part(whistle: &Value, code: &str) -> String {
    whistle["assignments"]
        .as_array()
        .expect("assignments")
        .iter()
        .find(|it| it["unit"]["code"] == code && it["stage"] != "RETURNED")
        .unwrap_or_else(|| panic!("{code} has no part in {whistle:#}"))["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

/// Somebody of a unit reports in; recorded by the calling side.
pub(crate) async fn reported_in(app: &TestApp, assignment: &str, rank: &str) -> Value {
    let now = app.clock_text();
    app.by("dispatcher")
        .act(
            "reportIn",
            json!({
                "assignment": assignment, "name": "李四", "post": "科长", "rank": rank,
                "at": now, "mode": "ON_SITE"
            }),
            "id stage attendance { belowRank }",
        )
        .await
}

/// A reply with its four elements, signed by a liaison.
pub(crate) async fn replied(app: &TestApp, login: &str, assignment: &str) -> Value {
    let today = app.today();
    app.by(login)
        .act(
            "reply",
            json!({
                "assignment": assignment, "acceptedOn": today, "talkedWith": "与当事人代表面谈",
                "measures": "约谈企业并核定数额", "result": "工资已足额支付", "resultOn": today,
                "outcome": "SOLVED"
            }),
            "id stage",
        )
        .await
}

/// The whistle as it is now.
pub(crate) async fn look(app: &TestApp, whistle: &str) -> Value {
    let query = format!("query($id: ID!) {{ whistle(id: $id) {{ {WHISTLE} }} }}");
    app.by("dispatcher").query(&query, json!({ "id": whistle })).await["whistle"].clone()
}
