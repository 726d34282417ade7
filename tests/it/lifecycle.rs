//! The mechanism, end to end: trigger, dispatch, response, resolution.

use serde_json::json;
use tests::{on_both, unit};

use crate::story::{accepted, called, drafted, issued, look, part, replied, reported_in};

on_both! {
    async fn a_centre_blows_and_departments_report_in(app) {
        let petition = accepted(&app, "集体反映工资拖欠", "PETITION").await;
        let whistle = drafted(&app, &[&petition], Some("key"), &["rsj", "zjj"]).await;
        let whistle = issued(&app, &whistle).await;
        assert_eq!(whistle["stage"], "RESPONDING");
        assert_eq!(whistle["serial"], "某吹〔2026〕1号");
        let id = whistle["id"].as_str().unwrap();
        let (lead, assist) = (part(&whistle, "rsj"), part(&whistle, "zjj"));

        app.tick();
        let signed = app.by("rsj").act("acknowledge", json!({ "assignment": lead }), "stage").await;
        assert_eq!(signed["stage"], "ACKNOWLEDGED");
        let came = reported_in(&app, &lead, "DEPUTY_HEAD").await;
        assert_eq!(came["attendance"]["belowRank"], false);
        // This level needs minutes with the duty split before anybody replies.
        let early = app.by("rsj").refused("reply", json!({
            "assignment": lead, "acceptedOn": app.today(), "talkedWith": "甲", "measures": "乙",
            "result": "丙", "resultOn": app.today(), "outcome": "SOLVED"
        })).await;
        assert_eq!(early, "MINUTES_REQUIRED");
        reported_in(&app, &assist, "SECTION_HEAD").await;
        let handling = app.by("dispatcher").act("consult", json!({
            "whistle": id, "heldAt": app.clock_text(), "findings": "欠薪属实",
            "measures": "分两步支付",
            "split": [
                { "assignment": lead, "duty": "核定数额", "dueOn": "2026-03-06" },
                { "assignment": assist, "duty": "督促总包", "dueOn": "2026-03-05" }
            ]
        }), "stage").await;
        assert_eq!(handling["stage"], "HANDLING");

        app.advance_to("2026-03-04 10:00").await;
        replied(&app, "zjj", &assist).await;
        assert_eq!(look(&app, id).await["stage"], "HANDLING");
        replied(&app, "rsj", &lead).await;
        assert_eq!(look(&app, id).await["stage"], "VERIFYING");

        // The verifier is another than the handlers; both results stand apart.
        let verified = app.by("dispatcher2").act("verify", json!({
            "whistle": id, "method": "PHONE", "findings": "已到账", "passed": true,
            "outcomes": [{ "petition": petition, "resolution": "RESOLVED" }]
        }), "stage").await;
        assert_eq!(verified["stage"], "RATING");
        let rate = |petition: Option<&str>| json!({
            "whistle": id, "said": { "petition": petition, "rating": "SATISFIED" }
        });
        app.by("dispatcher2").act("rate", rate(Some(&petition)), "stage").await;
        let rated = app.by("dispatcher2").act("rate", rate(None), "stage").await;
        assert_eq!(rated["stage"], "CLOSING");
        let closed = app.by("dispatcher").act("closeWhistle", json!({ "whistle": id }), "stage deadlines { step }").await;
        assert_eq!(closed["stage"], "CLOSED");
        assert_eq!(closed["deadlines"], json!([]));

        let found = app.by("dispatcher").query(
            "query($id: ID!) { petition(id: $id) { stage closed resolution rating whistles { nth endedAt resolution } } }",
            json!({ "id": petition })).await;
        let it = &found["petition"];
        assert_eq!((&it["closed"], &it["resolution"], &it["rating"]), (&json!(false), &json!("RESOLVED"), &json!("SATISFIED")));
        app.by("dispatcher").act("answerPetition", json!({
            "petition": petition, "answer": "SUPPORTED", "text": "诉求、事实、意见、依据及复查权利", "resolution": "RESOLVED"
        }), "stage").await;
        let it = app.by("dispatcher").act("concludePetition", json!({ "petition": petition }), "stage closed").await;
        assert_eq!(it["closed"], true);
        app.done().await;
    }
}

on_both! {
    async fn a_quick_whistle_is_issue_reply_and_one_call_that_verifies_and_rates(app) {
        let petition = accepted(&app, "路灯不亮", "HOTLINE").await;
        let whistle = app.by("dispatcher").act("draftWhistle", json!({
            "petitions": [petition],
            "content": { "matter": "street_light", "title": "路灯不亮", "request": "请尽快修复" }
        }), "id kind { code name } calls { unit { code } role }").await;
        assert_eq!(whistle["calls"], json!([{ "unit": { "code": "cgj" }, "role": "LEAD" }]));
        let whistle = issued(&app, whistle["id"].as_str().unwrap()).await;
        assert_eq!(whistle["stage"], "HANDLING");
        app.tick();
        replied(&app, "cgj", &part(&whistle, "cgj")).await;
        let done = app.by("dispatcher").act("verify", json!({
            "whistle": whistle["id"], "method": "PHONE", "findings": "已亮", "passed": true,
            "outcomes": [{ "petition": petition, "resolution": "RESOLVED" }],
            "ratings": [{ "petition": petition, "rating": "SATISFIED" }, { "rating": "SATISFIED" }]
        }), "stage").await;
        assert_eq!(done["stage"], "CLOSING");
        app.done().await;
    }
}

on_both! {
    async fn a_department_returns_once_and_the_ruling_is_final(app) {
        let whistle = called(&app).await;
        let lead = part(&whistle, "rsj");
        app.tick();
        let asked = json!({
            "assignment": lead, "ground": "WRONG_FUNCTION", "basis": "三定方案未列此项", "suggestedUnit": unit("cgj")
        });
        // A liaison may not; it takes the head of the unit.
        assert_eq!(app.by("rsj").refused("requestReturn", asked.clone()).await, "NOT_PERMITTED");
        let it = app.by("rsj_head").act("requestReturn", asked.clone(), "stage deadlines { step due }").await;
        assert_eq!(it["stage"], "RETURN_REQUESTED");
        let steps: Vec<&str> = it["deadlines"].as_array().unwrap().iter().map(|it| it["step"].as_str().unwrap()).collect();
        assert!(steps.contains(&"HANDLE") && steps.contains(&"RULE_RETURN"), "{steps:?}");
        app.tick();
        let ruled = app.by("director").act("ruleReturn", json!({
            "assignment": lead, "granted": false, "reason": "属于其法定职责"
        }), "stage returnRight").await;
        assert_eq!(ruled, json!({ "stage": "ACKNOWLEDGED", "returnRight": "REFUSED" }));
        assert_eq!(app.by("rsj_head").refused("requestReturn", asked).await, "RETURN_IS_FINAL");
        app.done().await;
    }
}

on_both! {
    async fn an_agreed_return_names_another_unit_that_has_no_window(app) {
        let whistle = called(&app).await;
        let lead = part(&whistle, "rsj");
        app.by("rsj_head").act("requestReturn", json!({
            "assignment": lead, "ground": "WRONG_FUNCTION", "basis": "非本局职责", "suggestedUnit": unit("cgj")
        }), "id").await;
        app.tick();
        let missing = app.by("director").refused("ruleReturn", json!({ "assignment": lead, "granted": true, "reason": "同意" })).await;
        assert_eq!(missing, "INVALID");
        let it = app.by("director").act("ruleReturn", json!({
            "assignment": lead, "granted": true, "replacement": unit("cgj"), "reason": "同意改派"
        }), "stage replacement { id stage unit { code } returnRight }").await;
        assert_eq!(it["stage"], "RETURNED");
        assert_eq!(it["replacement"]["returnRight"], "DESIGNATED");
        let replacement = it["replacement"]["id"].as_str().unwrap();
        assert_eq!(app.by("cgj_head").refused("requestReturn", json!({
            "assignment": replacement, "ground": "OTHER", "basis": "不便", "suggestedUnit": unit("zrj")
        })).await, "DESIGNATED");
        app.done().await;
    }
}

on_both! {
    async fn whoever_drafted_a_whistle_does_not_issue_it(app) {
        let petition = accepted(&app, "起草与签发分离", "HOTLINE").await;
        let drafted = app.by("director").act("draftWhistle", json!({
            "petitions": [petition],
            "content": { "matter": "street_light", "title": "路灯", "request": "请修复" }
        }), "id").await;
        app.by("director").act("submitWhistle", json!({ "whistle": drafted["id"] }), "id").await;
        assert_eq!(app.by("director").refused("issueWhistle", json!({ "whistle": drafted["id"] })).await, "OWN_DRAFT");
        app.done().await;
    }
}

on_both! {
    async fn a_night_gas_leak_is_blown_first_and_ratified_after(app) {
        app.advance_to("2026-03-07 23:05").await;
        let petition = accepted(&app, "小区疑似燃气泄漏", "EMERGENCY").await;
        let whistle = app.by("dispatcher").act("blowNow", json!({
            "petitions": [petition],
            "content": { "matter": "gas_leak", "title": "燃气泄漏", "request": "立即到场处置",
                "overrideReason": "燃气公司先行抢修，住建部门随后",
                "units": [{ "unit": unit("yjj") }, { "unit": unit("rqgs") }] },
            "onBehalfOf": { "person": app.person("duty"), "medium": "PHONE", "occurredAt": app.clock_text() }
        }), "id stage blownNow ratification assignments { id unit { code } deadlines { step due } }").await;
        assert_eq!(whistle["ratification"], "PENDING");
        // At night on a Saturday: thirty minutes are thirty minutes.
        let lead = &whistle["assignments"][0];
        let due = lead["deadlines"].as_array().unwrap().iter().find(|it| it["step"] == "ACKNOWLEDGE").unwrap();
        assert_eq!(due["due"], "2026-03-07T15:36:00+00:00");
        app.advance_to("2026-03-08 09:00").await;
        let ratified = app.by("director").act("ratify", json!({ "whistle": whistle["id"], "granted": true }), "ratification").await;
        assert_eq!(ratified["ratification"], "GRANTED");
        app.done().await;
    }
}
