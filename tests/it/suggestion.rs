//! A dispatch that explains itself: which row fired and why, what was passed over, and which rulings
//! of the past are alike, as far as whoever asks may see them.

use engine::{ids::PetitionId, petition::Procedure};
use papers::messages::Message;
use serde_json::{Value, json};
use tests::{TestApp, on_both, unit};
use uuid::Uuid;

use crate::story::{accepted, called, drafted, part};

const SUGGESTION: &str = "query($petition: ID!, $matter: String) { dispatchSuggestion(petition: $petition, matter: $matter) { \
    lists barred { code reason } \
    fired { matter { code } why kind { code name } level { code name } attendee issue tried: triedRequired \
        calls { unit { code } role because } leftOut { name reason } limits { step limit own source } caution } \
    passedOver { matter { code } why reason } \
    rulings { serial title sameMatter alike outcome ruled from { code } to { code } reason } } }";

async fn suggested(app: &TestApp, login: &str, petition: &str, matter: Option<&str>) -> Value {
    let variables = json!({ "petition": petition, "matter": matter });
    app.by(login).query(SUGGESTION, variables).await["dispatchSuggestion"].clone()
}

/// The lead gives the matter back, and the director sends it on to another.
async fn sent_on(app: &TestApp) {
    let whistle = called(app).await;
    let assignment = part(&whistle, "rsj");
    app.tick();
    let ask = json!({
        "assignment": assignment, "ground": "WRONG_FUNCTION", "basis": "工地扬尘不属人社职责",
        "suggestedUnit": unit("cgj")
    });
    app.by("rsj_head").act("requestReturn", ask, "id").await;
    app.tick();
    let rule = json!({
        "assignment": assignment, "granted": true, "replacement": unit("cgj"), "reason": "现场查明属城管职责"
    });
    app.by("director").act("ruleReturn", rule, "id").await;
    app.tick();
}

on_both! {
    async fn a_dispatcher_is_told_which_row_fits_why_whom_it_calls_and_by_when(app) {
        let petition = accepted(&app, "某工地拖欠工资，工友讨要未果", "HOTLINE").await;
        let found = suggested(&app, "dispatcher", &petition, None).await;
        let fired = &found["fired"];
        assert_eq!(fired["matter"]["code"], "wage_arrears", "{found:#}");
        assert_eq!(fired["why"][0], "诉求中出现“拖欠工资”，与事项名称或情形描述字面相近 100%");
        let calls: Vec<_> = fired["calls"].as_array().unwrap().iter()
            .map(|it| (it["unit"]["code"].as_str().unwrap(), it["role"].as_str().unwrap()))
            .collect();
        assert_eq!(calls, [("rsj", "LEAD"), ("zjj", "ASSIST")]);
        assert_eq!((&fired["level"]["name"], &fired["issue"]), (&json!("重点"), &json!(["DIRECTOR"])));
        let steps: Vec<_> =
            fired["limits"].as_array().unwrap().iter().map(|it| it["step"].clone()).collect();
        assert_eq!(steps, ["ACKNOWLEDGE", "REPORT_IN", "HANDLE", "TASK"]);
        assert!(fired["limits"].as_array().unwrap().iter().all(|it| it["source"] != ""));
        assert_eq!(found["barred"], Value::Null);
        // What one has in mind is held against the list, too; what speaks for another is shown.
        let found = suggested(&app, "dispatcher", &petition, Some("street_light")).await;
        assert_eq!(found["fired"]["matter"]["code"], "street_light");
        assert_eq!(found["fired"]["why"], json!(["由您选定"]));
        assert_eq!(found["passedOver"][0]["matter"]["code"], "wage_arrears");
        assert_eq!(found["passedOver"][0]["reason"], "依据弱于所建议的事项");
        // In the other language, too.
        let english = app.by("dispatcher").in_english();
        let found = english.query(SUGGESTION, json!({ "petition": petition })).await;
        let fired = &found["dispatchSuggestion"]["fired"];
        assert_eq!(fired["calls"][0]["because"], "named by the row");
        assert!(fired["why"][0].as_str().unwrap().starts_with("the petition says 拖欠工资"));
        app.done().await;
    }
}

on_both! {
    async fn whoever_may_not_draft_is_refused_and_who_may_not_see_learns_nothing(app) {
        let whistle = called(&app).await;
        let over = app.by("dispatcher")
            .query("query($id: ID!) { whistle(id: $id) { petitions { petition { id } } } }", json!({ "id": whistle["id"] }))
            .await;
        let petition = over["whistle"]["petitions"][0]["petition"]["id"].as_str().unwrap();
        for login in ["rsj", "rsj_head", "leader"] {
            let answer = app.by(login).ask(SUGGESTION, json!({ "petition": petition })).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_PERMITTED", "{login}: {answer}");
        }
        for login in ["admin", "auditor"] {
            let answer = app.by(login).ask(SUGGESTION, json!({ "petition": petition })).await;
            let absent = json!({ "petition": PetitionId(Uuid::from_u128(1)).to_string() });
            let other = app.by(login).ask(SUGGESTION, absent).await;
            assert_eq!(answer, other, "{login}");
        }
        let unknown = json!({ "petition": petition, "matter": "none" });
        let answer = app.by("dispatcher").ask(SUGGESTION, unknown).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID");
        app.done().await;
    }
}

on_both! {
    async fn a_ruling_of_the_past_is_shown_to_who_sees_its_whistle_and_to_nobody_else(app) {
        sent_on(&app).await;
        let petition = accepted(&app, "工资未按月足额支付", "HOTLINE").await;
        let found = suggested(&app, "dispatcher", &petition, None).await;
        let ruling = &found["rulings"][0];
        assert_eq!(ruling["ruled"], "同意退单", "{found:#}");
        assert_eq!((&ruling["from"]["code"], &ruling["to"]["code"]), (&json!("rsj"), &json!("cgj")));
        assert_eq!(ruling["reason"], "现场查明属城管职责");
        assert_eq!(ruling["sameMatter"], true);
        assert!(ruling["serial"].is_string() && ruling["alike"].as_u64().unwrap() > 0);
        // The township's dispatcher, over a petition of the township's own.
        let own = app.by("hj_dispatcher").act(
            "registerPetition",
            json!({ "procedure": "HOTLINE", "source": "GRID", "title": "工资未按月足额支付", "people": 1 }),
            "id",
        ).await;
        let found = suggested(&app, "hj_dispatcher", own["id"].as_str().unwrap(), None).await;
        assert_eq!(found["rulings"], json!([]), "{found:#}");
        // Not yet accepted: advised, and told what is missing.
        assert_eq!(found["barred"]["code"], "WRONG_STAGE");
        app.done().await;
    }
}

on_both! {
    async fn whistles_that_depart_from_their_row_are_counted(app) {
        let petition = accepted(&app, "工资未按月足额支付", "HOTLINE").await;
        drafted(&app, &[&petition], None, &["rsj", "zjj"]).await;
        drafted(&app, &[&petition], None, &["zjj", "rsj"]).await;
        let count = |overridden: Value| {
            let app = &app;
            async move {
                let query = "query($it: Boolean) { whistles(filter: { overridden: $it }) { totalCount nodes { overrideReason } } }";
                app.by("dispatcher").query(query, json!({ "it": overridden })).await["whistles"].clone()
            }
        };
        let found = count(json!(true)).await;
        assert_eq!(found["totalCount"], 1);
        assert_eq!(found["nodes"][0]["overrideReason"], "按现场情况调整");
        assert_eq!(count(json!(false)).await["totalCount"], 1);
        assert_eq!(count(json!(null)).await["totalCount"], 2);
        app.done().await;
    }
}

on_both! {
    async fn a_class_that_the_taxonomy_does_not_have_is_refused_and_in_an_import_counted(app) {
        let answer = app.by("dispatcher").try_act(
            "registerPetition",
            json!({ "procedure": "HOTLINE", "source": "VISIT", "title": "路灯不亮", "people": 1, "class": "没有/这类" }),
            "id",
        ).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID", "{answer}");
        let row = Message {
            row: 2,
            external_ref: Some("1".to_owned()),
            petitioner_ref: None,
            petitioner_name: None,
            phone: None,
            title: "路灯不亮".to_owned(),
            detail: String::new(),
            received_at: None,
            category: Some("没有/这类".to_owned()),
            place: None,
            petition: None,
        };
        let dispatcher = app.person("dispatcher").parse().unwrap();
        let dispatcher = app.app.caller(dispatcher, None).await.unwrap().unwrap();
        let done = app.app.import(&dispatcher, Procedure::Hotline, &[row]).await.unwrap();
        assert_eq!((done.added, done.unclassified), (1, 1));
        app.done().await;
    }
}

on_both! {
    async fn a_deadline_names_the_row_that_it_comes_from_in_the_language_of_who_asks(app) {
        let whistle = called(&app).await;
        let query = "query($id: ID!) { whistle(id: $id) { level { name } kind { name } assignments { deadlines { step basis } } } }";
        let variables = json!({ "id": whistle["id"] });
        let chinese = app.by("rsj").query(query, variables.clone()).await["whistle"].clone();
        let english = app.by("rsj").in_english().query(query, variables).await["whistle"].clone();
        let handle = |it: &Value| {
            let all = it["assignments"][0]["deadlines"].as_array().unwrap();
            let one = all.iter().find(|it| it["step"] == "HANDLE").unwrap();
            one["basis"].as_str().unwrap().to_owned()
        };
        assert!(handle(&chinese).starts_with("四张清单第1版《吹哨流程清单》“攻坚 一般”办理时限"), "{chinese}");
        assert!(handle(&english).starts_with("lists version 1, "), "{english}");
        assert_eq!((&chinese["level"]["name"], &english["level"]["name"]), (&json!("一般"), &json!("general")));
        assert_ne!(chinese["kind"]["name"], english["kind"]["name"]);
        app.done().await;
    }
}
