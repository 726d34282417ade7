//! The process killed with -9 at any point: what was acknowledged is there, nothing is doubled.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tests::{on_both, process::Program};

/// How often the process is killed in one run.
const KILLS: u64 = 6;
/// How many clients write meanwhile.
const CLIENTS: usize = 6;

const REGISTER: &str =
    "mutation($input: RegisterPetitionInput!) { registerPetition(input: $input) { id number } }";

on_both! {
    async fn what_was_acknowledged_survives_a_kill_and_a_retry_doubles_nothing(app) {
        let token = app.token("dispatcher").await;
        let url = app.url().to_owned();
        app.step_aside().await;
        let folder = tempfile::tempdir().unwrap();
        tests::keys::put(folder.path());
        let data = folder.path().display().to_string();
        let arguments = ["serve", "--data", data.as_str()];
        let environment = [("CHUISHAO__DATABASE__URL", url.as_str())];
        let acknowledged: Arc<Mutex<BTreeMap<String, String>>> = Arc::default();
        for kill in 0..KILLS {
            let program = Program::start(&arguments, &environment, Duration::from_secs(30)).await;
            let stop = Arc::new(AtomicBool::new(false));
            let mut clients = tokio::task::JoinSet::new();
            for client in 0..CLIENTS {
                let (address, token) = (program.address.clone(), token.clone());
                let (stop, acknowledged) = (stop.clone(), acknowledged.clone());
                clients.spawn(async move {
                    let mut n = 0;
                    while !stop.load(Ordering::Relaxed) {
                        n += 1;
                        let key = format!("{kill}-{client}-{n}");
                        let body = json!({ "query": REGISTER, "variables": { "input": {
                            "procedure": "HOTLINE", "source": "HOTLINE", "title": format!("诉求 {key}"), "idempotencyKey": key
                        } } });
                        let Ok((200, text)) = tests::process::call(&address, "POST", "/graphql", Some(&token), Some(&body)).await else {
                            continue;
                        };
                        let Ok(answer) = serde_json::from_str::<Value>(&text) else { continue };
                        if let Some(id) = answer["data"]["registerPetition"]["id"].as_str() {
                            acknowledged.lock().unwrap().insert(key, id.to_owned());
                        }
                    }
                });
            }
            tokio::time::sleep(Duration::from_millis(250 + 130 * (kill % 4))).await;
            program.kill();
            stop.store(true, Ordering::Relaxed);
            clients.join_all().await;
        }
        // Whoever did not get an answer sends again: the same petition, not another.
        let program = Program::start(&arguments, &environment, Duration::from_secs(30)).await;
        let known = acknowledged.lock().unwrap().clone();
        assert!(known.len() > 20, "{}", known.len());
        for (key, id) in known.iter().take(40) {
            let again = program.ask(&token, REGISTER, json!({ "input": {
                "procedure": "HOTLINE", "source": "HOTLINE", "title": format!("诉求 {key}"), "idempotencyKey": key
            } })).await.unwrap();
            assert_eq!(again["data"]["registerPetition"]["id"], json!(id), "{again}");
        }
        program.kill();
        let app = app.look_again().await;
        for (key, id) in &known {
            let found = app.by("dispatcher").query("query($id: ID!) { petition(id: $id) { title } }", json!({ "id": id })).await;
            assert_eq!(found["petition"]["title"], json!(format!("诉求 {key}")));
        }
        app.done().await;
    }
}

/// Two processes on one server: each deadline lapses once, each letter goes out once.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_fire_each_deadline_and_send_each_letter_once() {
    let app = tests::TestApp::start(tests::Database::Postgres).await;
    // Issued in March under the held clock; by the clock on the wall everything is long overdue.
    for _ in 0..8 {
        crate::story::called(&app).await;
    }
    let url = app.url().to_owned();
    let environment = [("CHUISHAO__DATABASE__URL", url.as_str())];
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    folders.iter().for_each(|it| tests::keys::put(it.path()));
    let data = folders.each_ref().map(|it| it.path().display().to_string());
    let arguments = data.each_ref().map(|it| ["serve", "--data", it.as_str()]);
    let patience = Duration::from_secs(30);
    let (one, two) = tokio::join!(
        Program::start(&arguments[0], &environment, patience),
        Program::start(&arguments[1], &environment, patience),
    );
    let pending = "{ letters(filter: { everybody: true, state: \"pending\" }) { totalCount } }";
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let left = app
            .app
            .store()
            .next_due()
            .await
            .unwrap()
            .is_some_and(|it| it < tests::at("2026-11-01 00:00"));
        let unsent = app.by("admin").query(pending, json!({})).await;
        if !left && unsent["letters"]["totalCount"] == 0 {
            break;
        }
    }
    one.kill();
    two.kill();
    let whistles = app
        .by("dispatcher")
        .query(
            "{ whistles(first: 8) { nodes { events(first: 100) { nodes { kind body } } } } }",
            json!({}),
        )
        .await;
    let mut n_lapsed = 0;
    for whistle in whistles["whistles"]["nodes"].as_array().unwrap() {
        let lapsed: Vec<&str> = whistle["events"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it["kind"] == "lapsed")
            .map(|it| it["body"].as_str().unwrap())
            .collect();
        let once: std::collections::BTreeSet<&str> = lapsed.iter().copied().collect();
        assert_eq!(once.len(), lapsed.len(), "{lapsed:#?}");
        n_lapsed += lapsed.len();
    }
    assert!(n_lapsed >= 8 * 6, "{n_lapsed}");
    let mails = |folder: &tempfile::TempDir| -> Vec<String> {
        let all = std::fs::read_dir(folder.path().join("letters")).unwrap();
        all.map(|it| it.unwrap().file_name().into_string().unwrap())
            .filter(|it| it.ends_with(".eml"))
            .collect()
    };
    let sent: Vec<String> = folders.iter().flat_map(mails).collect();
    let once: std::collections::BTreeSet<&String> = sent.iter().collect();
    assert_eq!(once.len(), sent.len());
    let letters = app
        .by("admin")
        .query(
            "{ letters(filter: { everybody: true, state: \"sent\" }) { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(letters["letters"]["totalCount"], sent.len());
    app.done().await;
}
