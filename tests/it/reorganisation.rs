//! Units are moved, taken over and closed; no case is lost by it, and none is shown to anybody else.

use serde_json::{Value, json};
use tests::{TestApp, on_both, unit};

use crate::story::{called, part};

fn put(code: &str, name: &str, kind: &str, tier: &str, parent: &str, more: Value) -> Value {
    let mut input = json!({
        "unit": unit(code), "code": code, "name": name, "shortName": name, "kind": kind, "tier": tier,
        "parent": unit(parent), "closed": false
    });
    for (name, value) in more.as_object().expect("an object") {
        input[name] = value.clone();
    }
    input
}

async fn sees(app: &TestApp, login: &str, whistle: &Value) -> bool {
    let answer = app
        .by(login)
        .ask(
            "query($id: ID!) { whistle(id: $id) { petitions { petition { title } } } }",
            json!({ "id": whistle["id"] }),
        )
        .await;
    !answer["data"]["whistle"]["petitions"][0]["petition"]["title"].is_null()
}

on_both! {
    async fn a_bureau_that_is_merged_leaves_its_duties_letters_and_cases_to_the_one_that_took_it_over(app) {
        let whistle = called(&app).await;
        let lead = part(&whistle, "rsj");
        assert!(sees(&app, "rsj", &whistle).await && !sees(&app, "cgj", &whistle).await);

        let closed = put("rsj", "区人社局", "DEPARTMENT", "DISTRICT", "qzx", json!({ "closed": true }));
        assert_eq!(app.by("admin").refused("putUnit", closed).await, "INVALID", "it owes something: who takes over?");
        let merged = put("rsj", "区人社局", "DEPARTMENT", "DISTRICT", "qzx", json!({ "closed": true, "heir": unit("cgj") }));
        assert_eq!(app.by("director").refused("putUnit", merged.clone()).await, "NOT_PERMITTED");
        let now = app.by("admin").act("putUnit", merged, "closed heir { code }").await;
        assert_eq!(now, json!({ "closed": true, "heir": { "code": "cgj" } }));

        // Whoever took it over sees the case, owes the act and does it; whoever came along still does.
        assert!(sees(&app, "cgj", &whistle).await && sees(&app, "rsj", &whistle).await && !sees(&app, "zrj", &whistle).await);
        let inbox = app.by("cgj").query("{ inbox { nodes { case { __typename } deadline { step } } } }", json!({})).await;
        assert_eq!(inbox["inbox"]["nodes"].as_array().expect("an inbox").len(), 1, "{inbox:#}");
        let done = app.by("cgj").act("acknowledge", json!({ "assignment": lead }), "stage unit { code }").await;
        assert_eq!(done, json!({ "stage": "ACKNOWLEDGED", "unit": { "code": "rsj" } }), "the part keeps its name");
        app.advance_to("2026-03-20 09:00").await;
        let overdue: Vec<String> = app.mails().await.into_iter().filter(|it| it.contains("cgj_head@test.example")).collect();
        assert!(!overdue.is_empty(), "reminders go to the one that took it over");

        // What is closed is called no more, and the record says how it came about.
        let found = app.app.store().notes(app.app.district(), "units_changed", 1).await.expect("notes");
        assert!(matches!(&found[0].fact, engine::audit::AuditFact::UnitsChanged { units } if units[0].1.closed));
        app.done().await;
    }
}

on_both! {
    async fn a_unit_that_moves_takes_its_cases_from_the_sight_of_the_old_superior_to_the_new(app) {
        // A bureau of its own kind under the police; then it moves under the building bureau.
        let street = app.by("hj_dispatcher").act("registerPetition", json!({
            "procedure": "DISPUTE", "source": "GRID", "title": "邻里纠纷"
        }), "id").await;
        let seen = async |login: &str| {
            let answer = app.by(login).ask("query($id: ID!) { petition(id: $id) { title } }", json!({ "id": street["id"] })).await;
            !answer["data"]["petition"].is_null()
        };
        assert!(seen("director").await && !seen("gaj_head").await);
        let moved = put("hjzx", "汉江街道综治中心", "CENTRE", "TOWNSHIP", "gaj", json!({}));
        app.by("admin").act("putUnit", moved, "id").await;
        assert!(seen("gaj_head").await && seen("director").await && seen("hj_dispatcher").await, "the district is still above");
        let back = put("hjzx", "汉江街道综治中心", "CENTRE", "TOWNSHIP", "qzx", json!({}));
        app.by("admin").act("putUnit", back, "id").await;
        assert!(!seen("gaj_head").await, "whoever stands above no more sees no more");
        app.done().await;
    }
}

on_both! {
    async fn a_station_answers_to_its_bureau_and_to_its_street(app) {
        let petition = crate::story::accepted(&app, "夜间噪音扰民", "HOTLINE").await;
        let whistle = app.by("dispatcher").act("draftWhistle", json!({
            "petitions": [petition],
            "content": { "offList": "派出所职责", "kind": "joint", "level": "general", "title": "噪音处置",
                "request": "请到场处置", "tried": "社区劝导无效", "units": [{ "unit": unit("hjpcs") }] }
        }), "id stage").await;
        let whistle = crate::story::issued(&app, whistle["id"].as_str().expect("an id")).await;
        for login in ["pcs", "gaj_head", "hj_head"] {
            assert!(sees(&app, login, &whistle).await, "{login}");
        }
        assert!(!sees(&app, "hj_dispatcher", &whistle).await, "the street's centre stands beside it");
        app.done().await;
    }
}

on_both! {
    async fn an_accused_bureau_that_is_merged_stays_shut_out_with_whoever_took_it_over(app) {
        let petition = app.by("dispatcher").act("registerPetition", json!({
            "procedure": "PETITION", "source": "LETTER", "nature": "ACCUSATION", "title": "反映问题", "accused": [unit("cgj")]
        }), "id").await;
        // Even a bureau that becomes discipline inspection's neighbour, or its chief.
        let merged = put("cgj", "区城管局", "DEPARTMENT", "DISTRICT", "qzx", json!({ "closed": true, "heir": unit("jw") }));
        app.by("admin").act("putUnit", merged, "id").await;
        let answer = app.by("jw").ask("query($id: ID!) { petition(id: $id) { title } }", json!({ "id": petition["id"] })).await;
        assert!(answer["data"]["petition"].is_null(), "{answer}");
        app.done().await;
    }
}

on_both! {
    async fn what_the_superior_owes_goes_to_the_new_superior(app) {
        let petition = app.by("hj_dispatcher").act("registerPetition", json!({
            "procedure": "DISPUTE", "source": "GRID", "title": "占道经营纠纷"
        }), "id").await;
        app.by("hj_dispatcher").act("acceptPetition", json!({ "petition": petition["id"] }), "id").await;
        let whistle = app.by("hj_dispatcher").act("draftWhistle", json!({
            "petitions": [petition["id"]],
            "content": { "offList": "多部门职责交叉", "kind": "joint", "level": "general", "title": "占道经营处置",
                "request": "请现场处置", "tried": "社区劝导无效", "units": [{ "unit": unit("cgj") }] }
        }), "id").await;
        app.by("hj_dispatcher").act("submitWhistle", json!({ "whistle": whistle["id"] }), "id").await;
        app.tick();
        let whistle = app.by("hj_director").act("issueWhistle", json!({ "whistle": whistle["id"] }), crate::story::WHISTLE).await;
        app.by("hj_director").act("openDispute", json!({ "assignment": part(&whistle, "cgj"), "reason": "职责不清" }), "id").await;
        app.advance_to("2026-03-06 09:00").await;
        let owed = async || {
            let found = app.by("leader").query("query($c: ID!) { deadlines(case: $c) { nodes { step unit { code } } } }", json!({ "c": whistle["id"] })).await;
            let all = found["deadlines"]["nodes"].as_array().expect("deadlines").clone();
            all.into_iter().find(|it| it["step"] == "DISPUTE_SUPERIOR").unwrap_or_else(|| panic!("{found}"))["unit"]["code"].clone()
        };
        assert_eq!(owed().await, "qzx");
        let new = json!({ "code": "xzx", "name": "新区综治中心", "shortName": "新区综治中心", "kind": "CENTRE", "tier": "DISTRICT", "parent": unit("qzx"), "closed": false });
        let new = app.by("admin").act("putUnit", new, "id").await;
        let mut moved = put("hjzx", "汉江街道综治中心", "CENTRE", "TOWNSHIP", "qzx", json!({}));
        moved["parent"] = new["id"].clone();
        app.by("admin").act("putUnit", moved, "id").await;
        assert_eq!(owed().await, "xzx");
        app.done().await;
    }
}
