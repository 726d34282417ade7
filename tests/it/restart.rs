//! A process that ends at any point loses and doubles nothing.

use serde_json::json;
use tests::on_both;

use crate::story::{called, look, part};

on_both! {
    async fn what_was_acknowledged_is_there_after_a_restart_and_what_was_due_still_fires(app) {
        let whistle = called(&app).await;
        let id = whistle["id"].as_str().unwrap().to_owned();
        app.by("rsj").act("acknowledge", json!({ "assignment": part(&whistle, "rsj") }), "id").await;
        let before = look(&app, &id).await;
        let app = app.restart().await;
        assert_eq!(look(&app, &id).await, before);
        // The letters of before are owed once, the deadlines fire once.
        assert!(app.deliver().await > 0);
        app.advance_to("2026-03-04 09:00").await;
        let app = app.restart().await;
        app.advance_to("2026-03-05 09:00").await;
        let events = app.by("dispatcher").query("query($id: ID!) { events(case: $id, first: 100) { nodes { kind body } } }", json!({ "id": id })).await;
        let lapsed: Vec<&str> = events["events"]["nodes"].as_array().unwrap().iter()
            .filter(|it| it["kind"] == "lapsed").map(|it| it["body"].as_str().unwrap()).collect();
        let mut once = lapsed.clone();
        once.dedup();
        assert!(!lapsed.is_empty());
        assert_eq!(lapsed, once);
        app.done().await;
    }
}
