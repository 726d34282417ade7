//! The same key is carried out once, whoever retries and however often.

use serde_json::json;
use tests::on_both;

use crate::story::{accepted, called, part};

on_both! {
    async fn a_retry_with_the_same_key_makes_one_petition(app) {
        let input = json!({ "procedure": "HOTLINE", "source": "HOTLINE", "title": "重试", "idempotencyKey": "k-1" });
        let dispatcher = app.by("dispatcher");
        let register = || dispatcher.act("registerPetition", input.clone(), "id number");
        let (one, two) = tokio::join!(register(), register());
        let three = register().await;
        assert_eq!(one["id"], two["id"]);
        assert_eq!(one["id"], three["id"]);
        let all = dispatcher.query("{ petitions { totalCount } }", json!({})).await;
        assert_eq!(all["petitions"]["totalCount"], 1);
        // Another input under the same key is told so; another person's key is another key.
        let other = json!({ "procedure": "HOTLINE", "source": "HOTLINE", "title": "另一件", "idempotencyKey": "k-1" });
        assert_eq!(dispatcher.refused("registerPetition", other.clone()).await, "KEY_REUSED");
        app.by("dispatcher2").act("registerPetition", other, "id").await;
        app.done().await;
    }
}

on_both! {
    async fn a_key_answers_before_the_expected_version_is_looked_at(app) {
        let whistle = called(&app).await;
        let lead = part(&whistle, "rsj");
        let input = json!({ "assignment": lead, "expectedVersion": 1, "idempotencyKey": "sign" });
        let first = app.by("rsj").act("acknowledge", input.clone(), "id version stage").await;
        let again = app.by("rsj").act("acknowledge", input, "id version stage").await;
        assert_eq!(first, again);
        app.done().await;
    }
}

on_both! {
    async fn a_refusal_is_not_remembered(app) {
        let petition = accepted(&app, "被拒后重试", "HOTLINE").await;
        let input = json!({ "petition": petition, "idempotencyKey": "again" });
        assert_eq!(app.by("dispatcher").refused("concludePetition", input.clone()).await, "WRONG_STAGE");
        app.by("dispatcher").act("answerPetition", json!({
            "petition": petition, "answer": "EXPLAINED", "text": "已说明", "resolution": "RESOLVED"
        }), "id").await;
        let it = app.by("dispatcher").act("concludePetition", input, "stage").await;
        assert_eq!(it["stage"], "CONCLUDED");
        app.done().await;
    }
}
