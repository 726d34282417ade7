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
