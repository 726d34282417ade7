//! Who sees a case: its centre, those above, whoever is called; nobody else, on any path.

use serde_json::json;
use tests::{on_both, unit};

use crate::story::{called, part};

on_both! {
    async fn a_stranger_gets_the_answer_of_a_case_that_does_not_exist(app) {
        let whistle = called(&app).await;
        let absent = "whi_00000000000000000000000000000001";
        for login in ["cgj", "hj_director", "admin", "auditor"] {
            let ask = |id: serde_json::Value| {
                let by = app.by(login);
                async move {
                    by.ask("query($id: ID!) { whistle(id: $id) { id } events(case: $id) { nodes { kind } } deadlines(case: $id) { nodes { step } } }",
                        json!({ "id": id })).await.to_string()
                }
            };
            assert_eq!(ask(whistle["id"].clone()).await, ask(json!(absent)).await, "{login}");
            let list = app.by(login).query("{ whistles { totalCount } petitions { totalCount } }", json!({})).await;
            assert_eq!(list, json!({ "whistles": { "totalCount": 0 }, "petitions": { "totalCount": 0 } }), "{login}");
        }
        let act = |id: String| {
            let by = app.by("cgj");
            async move { by.try_act("acknowledge", json!({ "assignment": id }), "id").await.to_string() }
        };
        let missing = "asg_00000000000000000000000000000001".to_owned();
        assert_eq!(act(part(&whistle, "rsj")).await, act(missing).await);
        app.done().await;
    }
}

on_both! {
    async fn a_called_unit_sees_its_case_and_a_replaced_petitioner_is_masked(app) {
        let whistle = called(&app).await;
        let seen = app.by("zjj").query(
            "query($id: ID!) { whistle(id: $id) { petitions { petition { number title petitioner { name phone } } } } }",
            json!({ "id": whistle["id"] })).await;
        let petition = &seen["whistle"]["petitions"][0]["petition"];
        assert_eq!(petition["petitioner"], json!({ "name": "张**", "phone": "199******34" }));
        assert_eq!(petition["title"], "工资未按月足额支付");
        app.done().await;
    }
}

on_both! {
    async fn a_district_sees_its_streets_and_a_street_not_its_district(app) {
        called(&app).await;
        let street = app.by("hj_dispatcher").act("registerPetition", json!({
            "procedure": "DISPUTE", "source": "GRID", "title": "邻里纠纷"
        }), "id").await;
        let found = app.by("director").query("query($id: ID!) { petition(id: $id) { title centre { code } } }", json!({ "id": street["id"] })).await;
        assert_eq!(found["petition"]["centre"]["code"], "hjzx");
        let found = app.by("hj_dispatcher").query("{ petitions { totalCount } }", json!({})).await;
        assert_eq!(found["petitions"]["totalCount"], 1);
        app.done().await;
    }
}

on_both! {
    async fn an_accusation_reaches_no_unit_that_it_accuses(app) {
        let it = app.by("dispatcher").act("registerPetition", json!({
            "procedure": "PETITION", "source": "LETTER", "nature": "ACCUSATION", "title": "反映执法问题",
            "accused": [unit("cgj")]
        }), "id legalBar").await;
        assert_eq!(it["legalBar"], "DISCIPLINE");
        for login in ["cgj", "cgj_head"] {
            let found = app.by(login).query("query($id: ID!) { petition(id: $id) { id } petitions { totalCount } }", json!({ "id": it["id"] })).await;
            assert_eq!(found, json!({ "petition": null, "petitions": { "totalCount": 0 } }));
        }
        let refused = app.by("dispatcher").refused("draftWhistle", json!({
            "petitions": [it["id"]],
            "content": { "matter": "illegal_building", "title": "违建", "request": "请查处", "tried": "已劝阻" }
        })).await;
        assert_eq!(refused, "ACCUSATION");
        app.done().await;
    }
}

on_both! {
    async fn input_that_is_wrong_tells_a_stranger_nothing_of_what_exists(app) {
        let whistle = called(&app).await;
        let reply = |assignment: String| {
            let by = app.by("cgj");
            async move {
                by.try_act("reply", json!({
                    "assignment": assignment, "acceptedOn": "2026-03-02", "talkedWith": " ", "measures": " ",
                    "result": " ", "resultOn": "2026-03-02", "outcome": "SOLVED"
                }), "id").await.to_string()
            }
        };
        let absent = "asg_00000000000000000000000000000001".to_owned();
        assert_eq!(reply(part(&whistle, "rsj")).await, reply(absent).await);
        // Whoever runs the system looks at delivery, not at a case.
        let letters = app.by("admin").ask("query($id: ID!) { letters(filter: { case: $id }) { totalCount } }", json!({ "id": whistle["id"] })).await;
        assert_eq!(letters["errors"][0]["extensions"]["code"], "NOT_FOUND");
        let kinds = app.by("admin").query("{ letters(filter: { everybody: true }) { nodes { kind due state } } }", json!({})).await;
        assert_eq!(kinds["letters"]["nodes"][0]["kind"], json!(null));
        app.done().await;
    }
}
