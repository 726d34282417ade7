//! Long lists come by pages, in a constant number of statements, each row once.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use crate::story::{accepted, called};

const PAGE: &str = "query($after: String, $first: Int) { petitions(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { id number title stage petitioner { name } centre { name } deadlines { step due } actions { command allowed reason } whistles { nth whistle { serial } } } } }";

on_both! {
    async fn pages_by_keyset_show_each_petition_once(app) {
        for n in 0..23 {
            accepted(&app, &format!("第{n}件"), "HOTLINE").await;
        }
        let mut seen = BTreeSet::new();
        let mut after = Value::Null;
        for expected in [10, 10, 3] {
            let page = app.by("dispatcher").query(PAGE, json!({ "after": after, "first": 10 })).await;
            let page = &page["petitions"];
            assert_eq!(page["totalCount"], 23);
            let nodes = page["nodes"].as_array().unwrap();
            assert_eq!(nodes.len(), expected);
            seen.extend(nodes.iter().map(|it| it["id"].as_str().unwrap().to_owned()));
            assert_eq!(page["pageInfo"]["hasNextPage"], expected == 10);
            after = page["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(seen.len(), 23);
        app.done().await;
    }
}

async fn cost(app: &TestApp, query: &str, variables: Value) -> u64 {
    app.by("dispatcher").query(query, variables.clone()).await;
    app.statements(app.by("dispatcher").query(query, variables)).await.1
}

on_both! {
    async fn a_page_costs_the_same_few_statements_however_long_it_is(app) {
        for _ in 0..3 {
            called(&app).await;
        }
        let whistles = "query($first: Int) { whistles(first: $first) { totalCount nodes { id title request serial stage lead { unit { name } }
            assignments { unit { name } task deadlines { explanation } actions { allowed } } petitions { petition { title petitioner { name } } }
            deadlines { due unit { name } } actions { command allowed } draftedBy { name post } } } }";
        let inbox = "query($first: Int) { inbox(first: $first) { totalCount nodes { deadline { due } case { ... on Whistle { title } ... on Petition { title } } } } }";
        let few = [
            cost(&app, PAGE, json!({ "first": 2 })).await,
            cost(&app, whistles, json!({ "first": 2 })).await,
            cost(&app, inbox, json!({ "first": 2 })).await,
        ];
        for _ in 0..20 {
            called(&app).await;
        }
        let many = [
            cost(&app, PAGE, json!({ "first": 20 })).await,
            cost(&app, whistles, json!({ "first": 20 })).await,
            cost(&app, inbox, json!({ "first": 20 })).await,
        ];
        assert!(many.iter().zip(few).all(|(many, few)| *many <= few + 8 && *many <= 200), "{few:?} {many:?}");
        app.done().await;
    }
}

on_both! {
    async fn filters_find_by_stage_unit_level_words_and_dates(app) {
        let whistle = called(&app).await;
        accepted(&app, "夜间噪音扰民", "HOTLINE").await;
        let find = |filter: Value| {
            let by = app.by("dispatcher");
            async move {
                by.query("query($f: PetitionFilterInput) { petitions(filter: $f) { totalCount nodes { title } } }", json!({ "f": filter })).await["petitions"]["totalCount"].clone()
            }
        };
        assert_eq!(find(json!({ "text": "噪音扰民" })).await, 1);
        assert_eq!(find(json!({ "text": "噪" })).await, 1);
        assert_eq!(find(json!({ "text": "音噪" })).await, 0);
        assert_eq!(find(json!({ "text": "工资 足额" })).await, 1);
        assert_eq!(find(json!({ "text": "'\"; --" })).await, 0);
        assert_eq!(find(json!({ "stages": ["IN_PROGRESS"] })).await, 1);
        assert_eq!(find(json!({ "stages": ["ACCEPTED", "IN_PROGRESS"], "procedures": ["HOTLINE"] })).await, 2);
        assert_eq!(find(json!({ "overdue": true })).await, 0);
        assert_eq!(find(json!({ "from": "2026-03-02T01:00:00Z", "until": "2026-03-02T02:00:00Z" })).await, 2);
        let whistles = |filter: Value| {
            let by = app.by("dispatcher");
            async move {
                by.query("query($f: WhistleFilterInput) { whistles(filter: $f, order: ISSUED) { totalCount } }", json!({ "f": filter })).await["whistles"]["totalCount"].clone()
            }
        };
        assert_eq!(whistles(json!({ "year": 2026, "unit": tests::unit("zjj"), "levels": ["general"], "kinds": ["joint"] })).await, 1);
        assert_eq!(whistles(json!({ "unit": tests::unit("cgj") })).await, 0);
        assert_eq!(whistles(json!({ "petition": "pet_00000000000000000000000000000001" })).await, 0);
        assert_eq!(whistles(json!({ "text": "拖欠工资", "stages": ["RESPONDING"] })).await, 1);
        let _ = whistle;
        app.done().await;
    }
}

on_both! {
    async fn clocks_that_end_at_one_instant_are_each_shown_once_whatever_the_page(app) {
        for _ in 0..3 {
            called(&app).await;
        }
        let mut seen = vec![];
        let mut after = Value::Null;
        loop {
            let page = app.by("dispatcher").query(
                "query($after: String) { deadlines(first: 1, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { step assignment due } } }",
                json!({ "after": after })).await["deadlines"].clone();
            seen.push(page["nodes"][0].to_string());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                assert_eq!(page["totalCount"], seen.len());
                break;
            }
        }
        app.done().await;
    }
}

on_both! {
    async fn what_is_shown_as_possible_is_what_is_possible(app) {
        let petition = accepted(&app, "可办事项", "HOTLINE").await;
        let whistle = crate::story::drafted(&app, &[&petition], Some("general"), &["rsj"]).await;
        app.by("dispatcher").act("submitWhistle", json!({ "whistle": whistle }), "id").await;
        let shown = |login: &'static str| {
            let (by, whistle) = (app.by(login), whistle.clone());
            async move {
                let found = by.query("query($id: ID!) { whistle(id: $id) { actions { command allowed refusal reason } } }", json!({ "id": whistle })).await;
                found["whistle"]["actions"].as_array().unwrap().iter().find(|it| it["command"] == "issueWhistle").unwrap().clone()
            }
        };
        assert_eq!(shown("director").await["allowed"], true);
        let refused = shown("dispatcher").await;
        assert_eq!(refused["refusal"], "NOT_PERMITTED");
        assert!(refused["reason"].as_str().unwrap().contains("中心主任"), "{refused}");
        app.by("director").act("issueWhistle", json!({ "whistle": whistle }), "id").await;
        app.done().await;
    }
}

on_both! {
    async fn a_timeline_counts_its_events_and_shows_what_was_said(app) {
        let whistle = called(&app).await;
        let found = app.by("dispatcher").query(
            "query($id: ID!) { events(case: $id, first: 2) { totalCount pageInfo { hasNextPage endCursor } nodes { kind recordedBy { name } texts { field body } hash previousHash } } }",
            json!({ "id": whistle["id"] })).await;
        let events = &found["events"];
        assert_eq!(events["totalCount"], whistle["version"]);
        assert_eq!(events["pageInfo"]["hasNextPage"], true);
        let (first, second) = (&events["nodes"][0], &events["nodes"][1]);
        assert_eq!(second["previousHash"], first["hash"]);
        assert!(first["texts"].to_string().contains("请牵头核实拖欠数额并督促支付"), "{first}");
        let rest = app.by("dispatcher").query(
            "query($id: ID!, $after: String) { events(case: $id, first: 100, after: $after) { nodes { kind } } }",
            json!({ "id": whistle["id"], "after": events["pageInfo"]["endCursor"] })).await;
        let n_rest = rest["events"]["nodes"].as_array().unwrap().len();
        assert_eq!(json!(n_rest + 2), whistle["version"]);
        app.done().await;
    }
}
