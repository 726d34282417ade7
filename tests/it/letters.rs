//! Letters are owed by the commit that causes them, and go out at least once.

use serde_json::json;
use tests::on_both;

use crate::story::{called, part, replied, reported_in};

on_both! {
    async fn a_called_department_reads_what_is_asked_until_when_and_why(app) {
        let whistle = called(&app).await;
        let mails = app.mails().await;
        // The liaison, the second liaison and the head of each of two units; the director was told of
        // the submission.
        let to = |login: &str| mails.iter().filter(|it| it.contains(&format!("{login}@test.example"))).count();
        assert_eq!((to("rsj"), to("rsj2"), to("rsj_head"), to("zjj"), to("director")), (1, 1, 1, 1, 1));
        let mail = mails.iter().find(|it| it.contains("To: rsj@test.example")).expect("a letter");
        assert!(mail.contains("Auto-Submitted: auto-generated"), "{mail}");
        assert!(mail.contains(whistle["serial"].as_str().unwrap()), "{mail}");
        assert!(mail.contains("第1日") || mail.contains("起始日"), "{mail}");
        assert!(mail.contains(&format!("http://localhost:8080/whistles/{}", whistle["id"].as_str().unwrap())), "{mail}");
        // No free text and nobody's name stands in a letter.
        for secret in ["张三丰", "19900001234", "核实拖欠数额", "具体情况", "两次协调"] {
            assert!(mails.iter().all(|it| !it.contains(secret)), "{secret}");
        }
        app.done().await;
    }
}

on_both! {
    async fn a_letter_goes_out_once_however_often_the_loop_runs(app) {
        called(&app).await;
        let first = app.deliver().await;
        assert!(first > 0);
        assert_eq!(app.deliver().await, 0);
        let letters = app.by("rsj").query("{ letters { nodes { kind state attempts } } }", json!({})).await;
        assert_eq!(letters["letters"]["nodes"][0]["state"], "sent");
        app.done().await;
    }
}

on_both! {
    async fn the_centre_hears_of_a_reply_and_the_unit_of_rework(app) {
        let whistle = called(&app).await;
        let lead = part(&whistle, "rsj");
        reported_in(&app, &lead, "SECTION_HEAD").await;
        replied(&app, "zjj", &part(&whistle, "zjj")).await;
        replied(&app, "rsj", &lead).await;
        app.by("dispatcher2").act("verify", json!({
            "whistle": whistle["id"], "method": "SITE", "findings": "仍有三人未到账", "passed": false
        }), "stage round").await;
        let of = |login: &'static str| {
            let by = app.by(login);
            async move { by.query("{ letters { nodes { kind due } } }", json!({})).await.to_string() }
        };
        assert!(of("dispatcher").await.contains("REPLIED"));
        assert!(of("rsj").await.contains("REWORKED"));
        app.done().await;
    }
}
