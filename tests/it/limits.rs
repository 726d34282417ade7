//! Bad input: a typed code and a sentence; nothing has changed.

use serde_json::json;
use tests::on_both;

use crate::story::{accepted, called};

on_both! {
    async fn bad_input_is_told_by_field_and_changes_nothing(app) {
        let dispatcher = app.by("dispatcher");
        let register = |title: String, extra: serde_json::Value| {
            let mut input = json!({ "procedure": "HOTLINE", "source": "HOTLINE", "title": title });
            input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            async move {
                let answer = dispatcher.try_act("registerPetition", input, "id").await;
                (answer["errors"][0]["extensions"]["code"].to_string(), answer["errors"][0]["message"].to_string())
            }
        };
        for (title, extra, field) in [
            ("  ".to_owned(), json!({}), "title"),
            ("长".repeat(201), json!({}), "title"),
            ("有\u{0}空字符".to_owned(), json!({}), "title"),
            ("详情过长".to_owned(), json!({ "detail": "长".repeat(20_001) }), "detail"),
            ("代表过多".to_owned(), json!({ "people": 20, "representatives": 6 }), "representatives"),
            ("无人".to_owned(), json!({ "people": 0 }), "people"),
            ("地点".to_owned(), json!({ "place": "uni_00000000000000000000000000000009" }), "place"),
            ("编号".to_owned(), json!({ "place": "nonsense" }), "place"),
            ("事项".to_owned(), json!({ "matter": "no_such_matter" }), "matter"),
            ("时间".to_owned(), json!({ "receivedAt": "2030-01-01T00:00:00Z" }), "receivedAt"),
        ] {
            let (code, message) = register(title, extra).await;
            assert_eq!(code, "\"INVALID\"", "{field} {message}");
            assert!(message.contains(field), "{field}: {message}");
        }
        let none = dispatcher.query("{ petitions { totalCount } }", json!({})).await;
        assert_eq!(none["petitions"]["totalCount"], 0);
        accepted(&app, "合规", "HOTLINE").await;
        app.done().await;
    }
}

on_both! {
    async fn a_refusal_speaks_the_callers_language(app) {
        let whistle = called(&app).await;
        let input = json!({ "whistle": whistle["id"] });
        let zh = app.by("dispatcher").try_act("submitWhistle", input.clone(), "id").await;
        let en = app.by("dispatcher").in_english().try_act("submitWhistle", input, "id").await;
        assert!(zh["errors"][0]["message"].as_str().unwrap().contains("应哨"), "{zh}");
        assert!(en["errors"][0]["message"].as_str().unwrap().contains("responding"), "{en}");
        assert_eq!(zh["errors"][0]["extensions"]["code"], en["errors"][0]["extensions"]["code"]);
        app.done().await;
    }
}

on_both! {
    async fn a_query_that_is_too_deep_or_too_dear_is_refused(app) {
        called(&app).await;
        let mut deep = "id".to_owned();
        for _ in 0..30 {
            deep = format!("predecessor {{ {deep} }}");
        }
        let answer = app.by("dispatcher").ask(&format!("{{ whistles {{ nodes {{ {deep} }} }} }}"), json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID", "{answer}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().starts_with("查询嵌套超过"), "{answer}");
        assert!(answer["data"].is_null());
        let unknown = app.by("dispatcher").in_english().ask("{ nonsense }", json!({})).await;
        assert_eq!(unknown["errors"][0]["extensions"]["code"], "INVALID", "{unknown}");
        assert!(unknown["errors"][0]["message"].as_str().unwrap().starts_with("the query is wrong"), "{unknown}");
        let aliases: String = (0..2000).map(|n| format!("a{n}: whistles(first: 100) {{ nodes {{ id }} }} ")).collect();
        let answer = app.by("dispatcher").ask(&format!("{{ {aliases} }}"), json!({})).await;
        assert!(answer["data"].is_null(), "{answer}");
        let many = app.by("dispatcher").ask("{ whistles(first: 101) { nodes { id } } }", json!({})).await;
        assert_eq!(many["errors"][0]["extensions"]["code"], "INVALID");
        let cursor = app.by("dispatcher").ask("{ whistles(after: \"nonsense\") { nodes { id } } }", json!({})).await;
        assert_eq!(cursor["errors"][0]["extensions"]["code"], "INVALID");
        app.done().await;
    }
}
