//! What falls due fires once, at its time, and is told.

use serde_json::json;
use tests::on_both;

use crate::story::{called, look, part};

on_both! {
    async fn a_late_department_is_told_and_so_is_its_leader(app) {
        let whistle = called(&app).await;
        let id = whistle["id"].as_str().unwrap();
        // 一般: one working day to acknowledge.
        app.advance_to("2026-03-03 17:29").await;
        let before = app.by("rsj_head").query("{ letters { nodes { kind } } }", json!({})).await;
        assert!(!before.to_string().contains("OVERDUE"), "{before}");
        app.advance_to("2026-03-03 17:31").await;
        let letters = app.by("rsj_head").query("{ letters { nodes { kind step } } }", json!({})).await;
        assert!(letters.to_string().contains("OVERDUE"), "{letters}");
        let it = look(&app, id).await;
        let part = it["assignments"].as_array().unwrap().iter().find(|it| it["unit"]["code"] == "rsj").unwrap();
        let acknowledge = part["deadlines"].as_array().unwrap().iter().find(|it| it["step"] == "ACKNOWLEDGE").unwrap();
        assert_eq!(acknowledge["overdue"], true);
        // The act is owed still, and signing late moves no other date.
        let handle = part["deadlines"].as_array().unwrap().iter().find(|it| it["step"] == "HANDLE").unwrap().clone();
        let signed = app.by("rsj").act("acknowledge", json!({ "assignment": part["id"] }), "stage deadlines { step due overdue }").await;
        assert!(signed["deadlines"].as_array().unwrap().contains(&handle), "{signed}");
        app.done().await;
    }
}

on_both! {
    async fn two_processes_fire_each_deadline_once(app) {
        let whistle = called(&app).await;
        app.clock.set(tests::at("2026-03-20 12:00"));
        let (one, two) = tokio::join!(app.app.fire_due(), app.app.fire_due());
        let (one, two) = (one.unwrap(), two.unwrap());
        let lapsed = app.by("dispatcher").query(
            "query($id: ID!) { events(case: $id, first: 100) { nodes { kind body } } }",
            json!({ "id": whistle["id"] })).await;
        let lapsed: Vec<&str> = lapsed["events"]["nodes"].as_array().unwrap().iter()
            .filter(|it| it["kind"] == "lapsed").map(|it| it["body"].as_str().unwrap()).collect();
        let mut once = lapsed.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), lapsed.len(), "{lapsed:#?}");
        assert!(one.lapsed + two.lapsed >= lapsed.len());
        assert_eq!(app.app.fire_due().await.unwrap().lapsed, 0);
        app.done().await;
    }
}

on_both! {
    async fn a_due_date_explains_itself(app) {
        app.advance_to("2026-04-03 16:00").await;
        let whistle = called(&app).await;
        let found = app.by("rsj").query(
            "query($id: ID!) { deadlines(case: $id, filter: { steps: [REPORT_IN] }) { nodes { dueText limit explanation } } }",
            json!({ "id": whistle["id"] })).await;
        let it = &found["deadlines"]["nodes"][0];
        // 清明 2026: 04-04 to 04-06.
        assert_eq!(it["dueText"], "2026-04-09 17:30");
        assert_eq!(it["limit"], "3个工作日");
        assert!(it["explanation"].as_str().unwrap().contains("清明节"), "{it}");
        let english = app.by("rsj").in_english().query(
            "query($id: ID!) { deadlines(case: $id, filter: { steps: [REPORT_IN] }) { nodes { limit explanation } } }",
            json!({ "id": whistle["id"] })).await;
        assert!(english["deadlines"]["nodes"][0]["limit"].as_str().unwrap().contains("working day"), "{english}");
        app.done().await;
    }
}

on_both! {
    async fn an_inbox_shows_the_next_act_of_each_part_by_what_is_due_first(app) {
        let whistle = called(&app).await;
        let inbox = "{ inbox { totalCount nodes { deadline { step light due assignment } case { ... on Whistle { serial } ... on Petition { number } } } } }";
        let of = app.by("rsj").query(inbox, json!({})).await;
        assert_eq!(of["inbox"]["totalCount"], 1);
        assert_eq!(of["inbox"]["nodes"][0]["deadline"]["step"], "ACKNOWLEDGE");
        assert_eq!(of["inbox"]["nodes"][0]["case"]["serial"], whistle["serial"]);
        app.by("rsj").act("acknowledge", json!({ "assignment": part(&whistle, "rsj") }), "id").await;
        let of = app.by("rsj").query(inbox, json!({})).await;
        assert_eq!(of["inbox"]["nodes"][0]["deadline"]["step"], "REPORT_IN");
        // Another department's part is not in it.
        let of = app.by("cgj").query(inbox, json!({})).await;
        assert_eq!(of["inbox"]["totalCount"], 0);
        app.done().await;
    }
}
