//! Every operation of the contract, asked by everybody in ways that schemathesis thinks of, of the
//! real program: never a fault, never an answer that the contract does not know.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use engine::{
    actor::{Rank, Role},
    ids::PersonId,
};
use serde_json::{Value, json};
use store::{Account, NewAccount};
use strum::IntoEnumIterator as _;
use tests::{Database, TestApp, on_both, unit_id};

use crate::{
    house::House,
    story::{accepted, called, drafted, part},
};

/// The unit in which somebody of a role asks.
fn unit_of(role: Role) -> &'static str {
    match role {
        Role::Liaison | Role::UnitLeader => "rsj",
        Role::GridWorker => "hj",
        Role::Dispatcher
        | Role::Director
        | Role::DutyLeader
        | Role::Leader
        | Role::PetitionOfficer
        | Role::SystemAdmin
        | Role::SecurityAdmin
        | Role::Auditor
        | Role::Service => "qzx",
    }
}

/// Somebody of each role and of no other, with a token; and nobody.
async fn tokens(app: &TestApp) -> serde_json::Map<String, Value> {
    let (store, district) = (app.app.store(), app.app.district());
    let mut res = serde_json::Map::from_iter([("nobody".to_owned(), Value::Null)]);
    for role in Role::iter() {
        let login = format!("{role:?}").to_lowercase();
        let person = PersonId(app.app.fresh());
        let account = Account {
            person,
            login: format!("only_{login}"),
            unit: unit_id(unit_of(role)),
            roles: vec![role],
            rank: Rank::Head,
            post: "职务".to_owned(),
            mail: None,
            disabled: false,
        };
        let new = NewAccount {
            account,
            name: login.clone(),
            password_hash: "-".to_owned(),
            password_at: None,
            password_reset: false,
        };
        let by = app.app.notes(&app::By::default(), vec![]);
        store.add_accounts(district, vec![new], &by).await.unwrap();
        let token = app.token_of(person).await;
        res.insert(login, json!(token));
    }
    res
}

/// Things that are there, by their ids.
async fn ids(app: &TestApp) -> Vec<String> {
    let mut res: Vec<String> = ["rsj", "zjj", "cgj", "qzx", "hj"].map(tests::unit).to_vec();
    res.extend(["dispatcher", "rsj", "cgj_head"].map(|it| app.person(it)));
    for n in 0..2 {
        let whistle = called(app).await;
        res.extend(["rsj", "zjj"].map(|it| part(&whistle, it)));
        res.push(whistle["id"].as_str().unwrap().to_owned());
        let petition = accepted(app, &format!("待办{n}"), "PETITION").await;
        res.push(drafted(app, &[&petition], None, &["rsj", "zjj"]).await);
        res.push(petition);
        res.push(accepted(app, &format!("未吹哨{n}"), "HOTLINE").await);
    }
    let registered = json!({ "procedure": "HOTLINE", "source": "HOTLINE", "title": "刚登记" });
    let petition = app.by("dispatcher").act("registerPetition", registered, "id").await;
    res.push(petition["id"].as_str().unwrap().to_owned());
    res
}

/// Asks, and returns what was counted.
async fn asked(app: TestApp, examples: u32, seconds: u32) -> Value {
    let ids = ids(&app).await;
    let tokens = tokens(&app).await;
    let settings = [("CHUISHAO__HTTP__RATE_PER_ACCOUNT", "0")];
    let house = House::open(app, &settings).await;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let order = json!({
        "address": house.address(),
        "schema": here.join("../schema.graphql"),
        "tokens": tokens,
        "ids": ids,
        "examples": examples,
        "seed": 20_261_123,
        "seconds": seconds,
    });
    let python = here.join("peers/.venv/bin/python");
    assert!(
        python.exists(),
        "run tests/peers/prepare.sh, as `make test` does: {} is missing",
        python.display()
    );
    let output = tokio::task::spawn_blocking(move || {
        let mut child = Command::new(python)
            .arg(here.join("peers/fuzz.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("python");
        child.stdin.take().unwrap().write_all(order.to_string().as_bytes()).unwrap();
        child.wait_with_output().expect("an end")
    });
    let output = output.await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let counted: Value = serde_json::from_str(said.lines().last().unwrap_or_default()).unwrap();
    house.close().await;
    // Nothing is passed over, and it is not the same refusal for all.
    assert_eq!(counted["operations"], counted["answered"], "{counted}");
    assert!(counted["operations"].as_u64().unwrap() >= 57, "{counted}");
    assert!(counted["operations_done"].as_u64().unwrap() >= 14, "{counted}");
    let least =
        counted["operations"].as_u64().unwrap() * u64::try_from(Role::iter().count()).unwrap();
    assert!(counted["requests"].as_u64().unwrap() >= 5 * least, "{counted}");
    counted
}

on_both! {
    async fn every_operation_answers_everybody_as_the_contract_says(app) {
        asked(app, 10, 0).await;
    }
}

/// The same for ten minutes on each database.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes twenty minutes: make soak"]
async fn soak_every_operation_answers_everybody_as_the_contract_says() {
    for database in [Database::Sqlite, Database::Postgres] {
        let counted = asked(TestApp::start(database).await, 20, 600).await;
        println!("{database:?}: {counted}");
    }
}
