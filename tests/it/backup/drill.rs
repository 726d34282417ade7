//! The drill: a server at work is backed up beside its work, and comes back elsewhere.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tests::{TestApp, process::Program};

use super::*;
use crate::story::called;

const CLIENTS: usize = 4;
const REGISTER: &str =
    "mutation($input: RegisterPetitionInput!) { registerPetition(input: $input) { id number } }";

/// What clients were told, and when the slowest of them was.
#[derive(Default)]
struct Told {
    petitions: BTreeMap<String, String>,
    slowest: Duration,
}

/// Clients that register petitions until they are stopped.
struct Load {
    stop: Arc<AtomicBool>,
    told: Arc<Mutex<Told>>,
    clients: tokio::task::JoinSet<()>,
}

impl Load {
    fn start(address: &str, token: &str) -> Self {
        let (stop, told) = (Arc::new(AtomicBool::new(false)), Arc::<Mutex<Told>>::default());
        let mut clients = tokio::task::JoinSet::new();
        for client in 0..CLIENTS {
            let (address, token) = (address.to_owned(), token.to_owned());
            let (stop, told) = (stop.clone(), told.clone());
            clients.spawn(async move {
                let mut n = 0;
                while !stop.load(Ordering::Relaxed) {
                    n += 1;
                    let title = format!("压测诉求 {client}-{n}");
                    let body = json!({ "query": REGISTER, "variables": { "input": {
                        "procedure": "HOTLINE", "source": "HOTLINE", "title": title
                    } } });
                    let since = Instant::now();
                    let call = tests::process::call(
                        &address,
                        "POST",
                        "/graphql",
                        Some(&token),
                        Some(&body),
                    );
                    let Ok((200, text)) = call.await else { panic!("a request failed") };
                    let answer: Value = serde_json::from_str(&text).unwrap();
                    let id = answer["data"]["registerPetition"]["id"].as_str();
                    let id = id.unwrap_or_else(|| panic!("{answer}")).to_owned();
                    let mut told = told.lock().unwrap();
                    told.slowest = told.slowest.max(since.elapsed());
                    told.petitions.insert(title, id);
                }
            });
        }
        Self { stop, told, clients }
    }

    fn so_far(&self) -> BTreeMap<String, String> {
        self.told.lock().unwrap().petitions.clone()
    }

    async fn end(self) -> (BTreeMap<String, String>, Duration) {
        self.stop.store(true, Ordering::Relaxed);
        self.clients.join_all().await;
        let told = self.told.lock().unwrap();
        (told.petitions.clone(), told.slowest)
    }
}

const NAME: &str = "欧阳演练";
const PHONE: &str = "19912340088";

/// A petition whose petitioner is known.
async fn with_person(app: &TestApp) -> String {
    let input = json!({
        "procedure": "HOTLINE", "source": "HOTLINE", "title": "水压不足",
        "petitioner": { "name": NAME, "phone": PHONE }
    });
    let petition = app.by("dispatcher").act("registerPetition", input, "id").await;
    petition["id"].as_str().unwrap().to_owned()
}

fn text_of(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Removes the bytes of a file from the storage of a data folder.
fn remove(data: &Path, id: &str) {
    let bare = id.split_once('_').expect("an id").1;
    let found = Command::new("find").arg(data.join("files")).args(["-type", "f"]).output().unwrap();
    let all = String::from_utf8_lossy(&found.stdout).into_owned();
    let is_it = |it: &&str| it.replace('-', "").contains(bare);
    let path = all.lines().find(is_it).unwrap_or_else(|| panic!("no {bare} in {all}"));
    std::fs::remove_file(path).unwrap();
}

/// Everything that a backup holds, unpacked.
fn unpacked(file: &Path) -> Vec<u8> {
    let output = Command::new("gzip").arg("-dc").arg(file).output().unwrap();
    assert!(output.status.success() && output.stdout.len() > 100_000);
    output.stdout
}

async fn drill(from: Database, to: Database) {
    let app = TestApp::start(from).await;
    called(&app).await;
    let petition = with_person(&app).await;
    let attached = crate::files::attached(&app, "dispatcher", &petition, "水表照片.pdf").await;
    let removed = crate::files::attached(&app, "dispatcher", &petition, "不见了.pdf").await;
    let (dispatcher, director) = (app.token("dispatcher").await, app.token("director").await);
    let auditor = app.token("auditor").await;
    let url = app.url().to_owned();
    app.step_aside().await;
    let home = tempfile::tempdir().unwrap();
    let (data, file) = (home.path().join("data"), home.path().join("under-load.tar.gz"));
    tests::keys::put(&data);
    app.files_to(&data);
    remove(&data, text_of(&removed["id"]));
    let environment = [("CHUISHAO__DATABASE__URL", url.as_str())];
    let shown = data.display().to_string();
    let patience = Duration::from_secs(30);
    let program = Program::start(&["serve", "--data", &shown], &environment, patience).await;
    let load = Load::start(&program.address, &dispatcher);
    while load.so_far().len() < 12 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    // Beside the work, by a process of its own.
    let before = load.so_far();
    let at_work = {
        let (url, data, file) = (url.clone(), data.clone(), file.clone());
        tokio::task::spawn_blocking(move || backup(&url, &data, &file))
    };
    let said = at_work.await.unwrap();
    // The server that works has it on the record, under the digest that was told.
    let told = |said: &str| said.split("manifest: ").nth(1).map(|it| it[..64].to_owned());
    let digest = told(&said).unwrap_or_else(|| panic!("{said}"));
    let record = "{ record(filter: { kinds: [\"backed_up\"] }, first: 5) { nodes { body } } }";
    let mut noted = String::new();
    for _ in 0..100 {
        noted = program.ask(&auditor, record, json!({})).await.unwrap().to_string();
        if noted.contains(&digest) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(noted.contains(&digest), "{noted}");
    let during = load.so_far().len() - before.len();
    let (all, slowest) = load.end().await;
    assert!(said.contains("密钥不在备份中") && said.contains("data-1.key"), "{said}");
    // What is not there any more is named, and the rest is saved.
    assert!(said.contains("附件 1 个") && said.contains(text_of(&removed["id"])), "{said}");
    assert!(during > 0 && all.len() >= before.len() + during, "{}", all.len());
    assert!(slowest < Duration::from_secs(5), "somebody waited {slowest:?}");
    program.kill();
    let content = unpacked(&file);
    let holds = |word: &str| content.windows(word.len()).any(|it| it == word.as_bytes());
    assert!(holds("水压不足") && !holds(NAME) && !holds(PHONE) && !holds(&"07".repeat(32)));

    // What was acknowledged before the backup is in it; everything agrees; the server goes on.
    let target = Target::new(to);
    let said = well(&target.restore(&file, &["--keep-tokens"]));
    assert!(said.contains("逐表核对一致") && said.contains("0 件不一致"), "{said}");
    well(&run(&target.url, &target.data, &["rebuild", "--check"]));
    let environment = [("CHUISHAO__DATABASE__URL", target.url.as_str())];
    let shown = target.data.display().to_string();
    let copy = Program::start(&["serve", "--data", &shown], &environment, patience).await;
    for (title, id) in &before {
        let found = copy
            .ask(
                &dispatcher,
                "query($id: ID!) { petition(id: $id) { title } }",
                json!({ "id": id }),
            )
            .await
            .unwrap();
        assert_eq!(found["data"]["petition"]["title"], json!(title), "{found}");
    }
    // Words are found as before: the index came along.
    let words = "{ petitions(filter: { text: \"压测诉求\" }, first: 1) { totalCount } }";
    let found = copy.ask(&dispatcher, words, json!({})).await.unwrap();
    let n_found = found["data"]["petitions"]["totalCount"].as_u64();
    assert!(n_found.unwrap_or_else(|| panic!("{found}")) >= before.len() as u64, "{found}");
    let more =
        json!({ "input": { "procedure": "HOTLINE", "source": "HOTLINE", "title": "恢复之后" } });
    let new = copy.ask(&dispatcher, REGISTER, more).await.unwrap();
    let number = &new["data"]["registerPetition"]["number"];
    assert!(number.is_string(), "{new}");
    let seen = copy.ask(&director, "{ whistles { totalCount } }", json!({})).await.unwrap();
    assert_eq!(seen["data"]["whistles"]["totalCount"], 1, "{seen}");
    // What was sealed there is opened here, with the keys that came another way.
    let unseal = "mutation($input: UnsealInput!) { unseal(input: $input) { name phone } }";
    let input = json!({ "input": { "petition": petition, "reason": "恢复演练核对" } });
    let opened = copy.ask(&director, unseal, input).await.unwrap();
    assert_eq!(opened["data"]["unseal"], json!({ "name": NAME, "phone": PHONE }), "{opened}");
    let by_number =
        format!("{{ petitions(filter: {{ petitionerNumber: \"{PHONE}\" }}) {{ totalCount }} }}");
    let found = copy.ask(&director, &by_number, json!({})).await.unwrap();
    assert_eq!(found["data"]["petitions"]["totalCount"], 1, "{found}");
    // The bytes of files came along, sealed as they were.
    let path = format!("/files/{}", text_of(&attached["id"]));
    let (status, bytes) = copy.call("GET", &path, Some(&dispatcher), None).await.unwrap();
    assert_eq!((status, bytes.as_bytes()), (200, crate::files::pdf("水表照片.pdf").as_slice()));
    assert!(!holds("/Title"), "the bytes of a file are plain in the backup");
    copy.kill();

    // At rest every table comes to the same, there and back again.
    let (still, back) = (home.path().join("still.tar.gz"), home.path().join("back.tar.gz"));
    backup(&url, &data, &still);
    let there = Target::new(to);
    well(&there.restore(&still, &[]));
    assert_same(&url, &there.url).await;
    backup(&there.url, &there.data, &back);
    let here = Target::new(from);
    well(&here.restore(&back, &[]));
    assert_same(&url, &here.url).await;
    let app = app.look_again().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_under_load_comes_back_as_a_file() {
    drill(Database::Sqlite, Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_under_load_comes_back_on_a_server() {
    drill(Database::Sqlite, Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_under_load_comes_back_as_a_file() {
    drill(Database::Postgres, Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_under_load_comes_back_on_a_server() {
    drill(Database::Postgres, Database::Postgres).await;
}
