//! Letters over a real mail server: at least once, under one Message-ID, and never in the way.

use std::{collections::BTreeMap, time::Duration};

use mail::{
    Drain, Transport,
    transport::{Relay, Route, Settings, Tls},
};
use serde_json::json;
use tests::{TestApp, on_both, peer::MailServer};

use crate::story::called;

fn drain(app: &TestApp, port: u16) -> Drain {
    let settings = Settings {
        from: "chuishao@test.example".to_owned(),
        from_name: Some("综治中心".to_owned()),
        domain: "test.example".to_owned(),
        route: Route::Smtp(Relay {
            host: "127.0.0.1".to_owned(),
            port,
            tls: Tls::None,
            user: None,
            password: None,
            ca_file: None,
            patience: Duration::from_secs(5),
        }),
    };
    Drain::new(app.app.clone(), Transport::new(&settings).unwrap(), "http://localhost:8080", false)
}

on_both! {
    async fn each_letter_arrives_once_at_a_real_mail_server(app) {
        called(&app).await;
        let server = MailServer::start(&[]);
        let sent = drain(&app, server.port).once().await.unwrap();
        let arrived = server.arrived();
        assert_eq!(arrived.len(), sent);
        assert!(sent >= 6, "{sent}");
        let mut ids = BTreeMap::new();
        for it in &arrived {
            *ids.entry(it["messageId"].to_string()).or_insert(0) += 1;
        }
        assert!(ids.values().all(|it| *it == 1), "{ids:?}");
        let subject = arrived[0]["subject"].to_string();
        assert!(subject.contains("某吹〔2026〕1号") || subject.contains("审核"), "{subject}");
        app.done().await;
    }
}

on_both! {
    async fn a_mail_that_is_put_off_is_sent_again_under_the_same_message_id(app) {
        called(&app).await;
        let server = MailServer::start(&["--drop", "1"]);
        let drain = drain(&app, server.port);
        let first = drain.once().await.unwrap();
        // The server took the mail and never said so: nobody can know, so it goes again.
        app.clock.advance(chrono::TimeDelta::minutes(2));
        let second = drain.once().await.unwrap();
        assert!(second >= 1, "{first} {second}");
        let arrived = server.arrived();
        let mut by_id: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for it in &arrived {
            by_id.entry(it["messageId"].to_string()).or_default().push(it["outcome"].to_string());
        }
        assert!(by_id.values().any(|it| it.len() == 2), "{by_id:?}");
        assert!(by_id.values().all(|it| it.contains(&"\"accepted\"".to_owned())), "{by_id:?}");
        app.done().await;
    }
}

on_both! {
    async fn a_mail_server_that_is_down_holds_up_nobody_and_costs_no_letter(app) {
        let down = drain(&app, 1);
        let whistle = called(&app).await;
        assert_eq!(down.once().await.unwrap(), 0);
        let letters = app.by("rsj").query("{ letters { nodes { state attempts lastError } } }", json!({})).await;
        let letter = &letters["letters"]["nodes"][0];
        assert_eq!(letter["state"], "pending");
        // Work goes on meanwhile.
        app.by("rsj").act("acknowledge", json!({ "assignment": crate::story::part(&whistle, "rsj") }), "id").await;
        app.clock.advance(chrono::TimeDelta::minutes(5));
        let server = MailServer::start(&[]);
        let sent = drain(&app, server.port).once().await.unwrap();
        assert_eq!(server.arrived().len(), sent);
        let letters = app.by("rsj").query("{ letters { nodes { state } } }", json!({})).await;
        assert_eq!(letters["letters"]["nodes"][0]["state"], "sent");
        app.done().await;
    }
}

on_both! {
    async fn a_mail_that_is_refused_for_good_is_shown_as_dead(app) {
        called(&app).await;
        let server = MailServer::start(&["--reject"]);
        drain(&app, server.port).once().await.unwrap();
        let letters = app.by("admin").query("{ letters(filter: { state: \"dead\", everybody: true }) { totalCount nodes { state lastError step } } }", json!({})).await;
        assert!(letters["letters"]["totalCount"].as_i64().unwrap() >= 6, "{letters}");
        // Whoever runs the system sees delivery, and nothing of the case.
        assert_eq!(letters["letters"]["nodes"][0]["step"], json!(null));
        assert!(letters["letters"]["nodes"][0]["lastError"].as_str().unwrap().contains("550"), "{letters}");
        app.done().await;
    }
}
