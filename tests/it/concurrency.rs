//! Two people on one case: one wins, the other is told why.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::on_both;

use crate::story::{accepted, called, drafted, part};

fn code(answer: &Value) -> String {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("DONE").to_owned()
}

on_both! {
    async fn of_two_liaisons_who_press_the_same_button_one_wins(app) {
        let whistle = called(&app).await;
        let lead = part(&whistle, "rsj");
        let (first, second) = (app.by("rsj"), app.by("rsj2"));
        let press = json!({ "assignment": lead });
        let (one, other) = tokio::join!(
            first.try_act("acknowledge", press.clone(), "id stage"),
            second.try_act("acknowledge", press.clone(), "id stage"),
        );
        let mut codes = [code(&one), code(&other)];
        codes.sort();
        assert_eq!(codes, ["ALREADY", "DONE"]);
        app.done().await;
    }
}

on_both! {
    async fn whoever_names_a_version_is_told_when_somebody_was_first(app) {
        let whistle = called(&app).await;
        let lead = part(&whistle, "rsj");
        let version = whistle["assignments"].as_array().unwrap().iter()
            .find(|it| it["id"] == lead.as_str()).unwrap()["version"].clone();
        // Another part of the same whistle moves; this assignment does not, and is not stale.
        app.by("zjj").act("acknowledge", json!({ "assignment": part(&whistle, "zjj") }), "id").await;
        app.by("rsj").act("acknowledge", json!({ "assignment": lead, "expectedVersion": version }), "id").await;
        let late = app.by("rsj2").try_act("reportProgress", json!({
            "assignment": lead, "report": "已联系", "expectedVersion": version
        }), "id").await;
        assert_eq!(code(&late), "STALE");
        app.done().await;
    }
}

on_both! {
    async fn many_issue_at_once_and_no_number_is_left_out_or_given_twice(app) {
        let mut whistles = vec![];
        for n in 0..12 {
            let petition = accepted(&app, &format!("诉求{n}"), "HOTLINE").await;
            let whistle = drafted(&app, &[&petition], Some("general"), &["rsj"]).await;
            app.by("dispatcher").act("submitWhistle", json!({ "whistle": whistle }), "id").await;
            whistles.push(whistle);
        }
        let director = app.by("director");
        let mut batches = BTreeMap::new();
        let issues = whistles.iter().map(|it| director.act("issueWhistle", json!({ "whistle": it }), "batch"));
        for it in join_all(issues).await {
            *batches.entry(it["batch"].as_u64().unwrap()).or_insert(0) += 1;
        }
        assert_eq!(batches, (1..=12).map(|it| (it, 1)).collect());
        app.done().await;
    }
}

on_both! {
    async fn thirty_two_clients_race_for_one_transition_and_one_wins(app) {
        let petition = accepted(&app, "竞争", "HOTLINE").await;
        let whistle = drafted(&app, &[&petition], Some("general"), &["rsj"]).await;
        let dispatcher = app.by("dispatcher");
        let tries = (0..32).map(|_| dispatcher.try_act("submitWhistle", json!({ "whistle": whistle }), "id"));
        let codes: Vec<String> = join_all(tries).await.iter().map(code).collect();
        assert_eq!(codes.iter().filter(|it| *it == "DONE").count(), 1, "{codes:?}");
        assert!(codes.iter().all(|it| it == "DONE" || it == "WRONG_STAGE"), "{codes:?}");
        app.done().await;
    }
}
