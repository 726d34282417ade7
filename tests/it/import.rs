//! A spreadsheet of messages goes in whole or not at all, and once.

use papers::messages::Message;
use serde_json::json;
use tests::on_both;

fn messages(n: u32) -> Vec<Message> {
    (0..n)
        .map(|n| Message {
            row: n + 2,
            external_ref: Some(format!("88{n:05}")),
            petitioner_ref: Some(format!("A{n}")),
            petitioner_name: None,
            phone: None,
            title: format!("关于第{n}路公交线路的建议"),
            detail: "希望延长末班车时间".to_owned(),
            received_at: None,
            category: None,
            place: None,
            petition: None,
        })
        .collect()
}

on_both! {
    async fn importing_a_file_again_adds_nothing(app) {
        use engine::petition::Procedure;
        let dispatcher = app.app.caller(app.person("dispatcher").parse().unwrap(), None).await.unwrap().unwrap();
        let first = app.app.import(&dispatcher, Procedure::Hotline, &messages(600)).await.unwrap();
        assert_eq!((first.added, first.known), (600, 0));
        let again = app.app.import(&dispatcher, Procedure::Hotline, &messages(620)).await.unwrap();
        assert_eq!((again.added, again.known), (20, 600));
        let found = app.by("dispatcher").query("{ petitions(filter: { text: \"第17路\" }) { totalCount nodes { externalRef source } } }", json!({})).await;
        assert_eq!(found["petitions"]["totalCount"], 1);
        assert_eq!(found["petitions"]["nodes"][0]["externalRef"], "8800017");
        app.done().await;
    }
}

on_both! {
    async fn one_row_that_is_refused_leaves_all_out(app) {
        use engine::petition::Procedure;
        let dispatcher = app.app.caller(app.person("dispatcher").parse().unwrap(), None).await.unwrap().unwrap();
        let mut rows = messages(50);
        rows[41].title = "  ".to_owned();
        let error = app.app.import(&dispatcher, Procedure::Hotline, &rows).await.unwrap_err();
        assert!(error.to_string().starts_with("row 43:"), "{error}");
        let none = app.by("dispatcher").query("{ petitions { totalCount } }", json!({})).await;
        assert_eq!(none["petitions"]["totalCount"], 0);
    }
}
