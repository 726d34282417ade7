//! The record: sealed by the program, checked by somebody who has only an export and a public key.

use std::{
    process::{Command, Output},
    time::Duration,
};

use app::{By, SealOrder, Signer};
use engine::{
    record::{PublicKey, Report, Signature, Verifier},
    text::Digest,
};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use tests::{
    Database, TestApp, cluster, on_both,
    process::{Program, program},
};

/// The program at a terminal, over one database.
pub(crate) struct Desk {
    pub(crate) folder: tempfile::TempDir,
    url: String,
}

/// How a command ended, and what it said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let text = [output.stdout.as_slice(), &output.stderr].concat();
        Self { code: output.status.code(), text: String::from_utf8_lossy(&text).into_owned() }
    }

    /// It ended so, and said this.
    pub(crate) fn expect(&self, code: i32, words: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{}", self.text);
        for it in words {
            assert!(self.text.contains(it), "`{it}` is not said:\n{}", self.text);
        }
        self
    }
}

impl Desk {
    pub(crate) fn at(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        tests::keys::put(&folder.path().join("data"));
        Self { folder, url: url.to_owned() }
    }

    /// The same desk over another database: its keys and its ledger stay.
    fn over(self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        let output = Command::new(program())
            .args(arguments)
            .args(["--data", &self.path("data")])
            .env("CHUISHAO__DATABASE__URL", &self.url)
            .output();
        Said::of(&output.unwrap())
    }

    /// Somebody outside: no settings, no database, another folder.
    pub(crate) fn outside(arguments: &[&str]) -> Said {
        let elsewhere = tempfile::tempdir().unwrap();
        let output = Command::new(program()).args(arguments).current_dir(elsewhere.path()).output();
        Said::of(&output.unwrap())
    }

    pub(crate) fn seal(&self) {
        self.run(&["audit", "seal"]).expect(0, &["封存"]);
    }

    /// The public key as a file.
    pub(crate) fn key(&self) -> String {
        let path = self.path("seal.pem");
        let said = self.run(&["audit", "key"]);
        said.expect(0, &["BEGIN PUBLIC KEY"]);
        std::fs::write(&path, &said.text).unwrap();
        path
    }

    fn export(&self, name: &str) -> String {
        let path = self.path(name);
        self.run(&["audit", "export", "--out", &path]).expect(0, &["已导出"]);
        path
    }

    fn ledger(&self) -> String {
        self.path("data/seals")
    }

    /// Somebody who gets at the database past the program, and past what guards it.
    async fn behind(&self, sqlite: &str, postgres: &str) {
        let db = sea_orm::Database::connect(&self.url).await.unwrap();
        let sql = if self.url.starts_with("sqlite") {
            for it in ["event_is_not_changed", "event_is_not_deleted"] {
                db.execute_unprepared(&format!("DROP TRIGGER IF EXISTS {it}")).await.unwrap();
            }
            sqlite.to_owned()
        } else {
            format!("ALTER TABLE event DISABLE TRIGGER USER; {postgres}")
        };
        db.execute_unprepared(&sql).await.unwrap();
        db.close().await.unwrap();
    }

    async fn number(&self, sql: &str) -> i64 {
        let db = sea_orm::Database::connect(&self.url).await.unwrap();
        let backend = db.get_database_backend();
        let row = db.query_one_raw(Statement::from_string(backend, sql)).await.unwrap().unwrap();
        let n = row.try_get_by_index(0).unwrap();
        db.close().await.unwrap();
        n
    }

    pub(crate) async fn noted(&self, kind: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) FROM audit_event WHERE kind = '{kind}'")).await
    }
}

/// A department is called, and somebody tries what they may not.
async fn activity(app: &TestApp) -> String {
    let whistle = crate::story::called(app).await;
    let petition = app
        .by("dispatcher")
        .query("{ petitions(first: 1) { nodes { id } } }", json!({}))
        .await["petitions"]["nodes"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let code = app.by("rsj").refused("concludePetition", json!({ "petition": petition })).await;
    assert_ne!(code, "DONE");
    assert!(whistle["serial"].is_string());
    petition
}

/// A copy of the database as it is now, as a backup would be.
enum Copy {
    File(tempfile::TempDir),
    Server(cluster::Database),
}

impl Copy {
    fn of(app: &TestApp) -> Self {
        match app.database {
            Database::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let path = app.url().trim_start_matches("sqlite://");
                for ending in ["", "-wal"] {
                    let from = format!("{path}{ending}");
                    let to = folder.path().join(format!("test.db{ending}"));
                    if std::fs::exists(&from).unwrap() {
                        std::fs::copy(from, to).unwrap();
                    }
                }
                Self::File(folder)
            }
            Database::Postgres => {
                let name = app.url().rsplit('/').next().unwrap().split('?').next().unwrap();
                Self::Server(cluster::fresh_database(Some(name)).unwrap())
            }
        }
    }

    fn url(&self) -> String {
        match self {
            Self::File(folder) => format!("sqlite://{}/test.db", folder.path().display()),
            Self::Server(it) => it.url(),
        }
    }
}

on_both! {
    async fn an_outsider_checks_the_record_with_an_export_and_a_public_key(app) {
        activity(&app).await;
        app.step_aside().await;
        let desk = Desk::at(app.url());
        desk.run(&["audit", "key"]).expect(2, &["audit seal"]);
        desk.seal();
        let app = app.look_again().await;
        crate::story::called(&app).await;
        app.step_aside().await;
        desk.seal();
        let (key, ledger) = (desk.key(), desk.ledger());
        let first = desk.export("first.jsonl");
        Desk::outside(&["audit", "verify", &first, "--key", &key]).expect(0, &["核验通过", "第 2 号"]);
        Desk::outside(&["audit", "verify", &first, "--key", &key, "--ledger", &ledger]).expect(0, &["The record verifies"]);
        desk.run(&["audit", "verify", "--database"]).expect(0, &["核验通过"]);

        // What came after the last seal is said to be unsealed; what is missing from a copy is not.
        let text = std::fs::read_to_string(&first).unwrap();
        assert!(text.contains("已") || text.contains("sealed"), "bodies are there as text");
        for (name, changed, place) in [
            ("byte", text.replacen("\\\"registered\\\"", "\\\"registersd\\\"", 1), "petition pet_"),
            ("root", text.replacen("\\\"root\\\":\\\"", "\\\"root\\\":\\\"0", 1), "seal 1"),
            ("head", cut(&text, "{\"event\""), "event"),
            ("seal", cut(&text, "{\"seal\":{\"no\":1"), "seals are missing before it, from 1 on"),
            ("tail", text.trim_end().rsplit_once('\n').unwrap().0.to_owned(), "ends before its last line"),
        ] {
            assert_ne!(changed, text, "{name}");
            let path = desk.path(name);
            std::fs::write(&path, changed).unwrap();
            Desk::outside(&["audit", "verify", &path, "--key", &key]).expect(1, &[place, "处异常"]);
        }
        // The key of somebody else, what is no key, and no export.
        let other = desk.path("other.pem");
        std::fs::write(&other, "5a".repeat(32)).unwrap();
        Desk::outside(&["audit", "verify", &first, "--key", &other]).expect(1, &["no seal was signed by the key"]);
        Desk::outside(&["audit", "verify", &first, "--key", &first]).expect(2, &["不是封存公钥"]);
        Desk::outside(&["audit", "verify", "/nowhere", "--key", &key]).expect(2, &["/nowhere"]);
        Desk::outside(&["audit", "verify"]).expect(2, &["--key"]);
        // Nothing is written over.
        desk.run(&["audit", "export", "--out", &first]).expect(2, &["first.jsonl"]);

        // The old key names a new one in a seal; whoever has either follows.
        desk.run(&["audit", "key", "--rotate"]).expect(0, &["新公钥指纹"]);
        let old = desk.path("old.pem");
        std::fs::copy(&key, &old).unwrap();
        let new = desk.key();
        assert_ne!(std::fs::read(&old).unwrap(), std::fs::read(&new).unwrap());
        desk.seal();
        let second = desk.export("second.jsonl");
        for key in [&old, &new] {
            Desk::outside(&["audit", "verify", &second, "--key", key, "--ledger", &ledger]).expect(0, &["第 4 号"]);
        }
        // An older export is not the whole of it, as the ledger knows.
        Desk::outside(&["audit", "verify", &first, "--key", &old, "--ledger", &ledger]).expect(1, &["外部存留已到第 4 次封存"]);
        assert_eq!(desk.noted("record_sealed").await, 4);
        assert_eq!(desk.noted("exported").await, 2);
        assert_eq!(desk.noted("seal_key_changed").await, 1);
        let app = app.look_again().await;
        app.done().await;
    }
}

/// The text without its first line that begins so.
fn cut(text: &str, begins: &str) -> String {
    let mut is_cut = false;
    let keep = |it: &&str| {
        is_cut
            || !{
                is_cut = it.starts_with(begins);
                is_cut
            }
    };
    text.lines().filter(keep).map(|it| format!("{it}\n")).collect()
}

on_both! {
    async fn an_event_edited_in_the_database_is_named(app) {
        let petition = activity(&app).await;
        app.step_aside().await;
        let desk = Desk::at(app.url());
        desk.seal();
        desk.run(&["audit", "verify", "--database"]).expect(0, &["核验通过"]);
        desk.behind(
            "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'hotline', 'petition') AS BLOB) WHERE kind = 'registered'",
            "UPDATE event SET body = convert_to(replace(convert_from(body, 'UTF8'), 'hotline', 'petition'), 'UTF8') WHERE kind = 'registered'",
        ).await;
        let place = format!("petition {petition} event 1: was changed");
        desk.run(&["audit", "verify", "--database"]).expect(1, &[&place, "第 1 个事件：内容被改动"]);
        // An export of it is found by an outsider too, and the server says so when it starts.
        let (key, export) = (desk.key(), desk.export("edited.jsonl"));
        Desk::outside(&["audit", "verify", &export, "--key", &key]).expect(1, &[&place]);
        let data = desk.path("data");
        let environment = [("CHUISHAO__DATABASE__URL", desk.url.as_str())];
        let arguments = ["serve", "--data", data.as_str()];
        let server = Program::start_watched(&arguments, &environment, Duration::from_secs(30)).await;
        for _ in 0..100 {
            if server.log().contains(&place) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(server.log().contains(&place), "{}", server.log());
        assert!(server.end());
        assert_eq!(desk.noted("record_doubted").await, 1);
    }
}

on_both! {
    async fn a_tail_that_is_cut_off_is_named_and_not_sealed_again(app) {
        activity(&app).await;
        app.step_aside().await;
        let desk = Desk::at(app.url());
        desk.seal();
        // The stream is set back as if its last event had never been.
        let cut = "DELETE FROM event WHERE kind = 'issued'; UPDATE stream SET version = version - 1 WHERE kind = 'whistle'";
        desk.behind(cut, cut).await;
        desk.run(&["audit", "verify", "--database"]).expect(1, &["whistle whi_", "cut off: seal 1 covers 3 events"]);
        desk.run(&["audit", "seal"]).expect(1, &["已封存的记录被改动", "whi_"]);
        assert_eq!(desk.number("SELECT COUNT(*) FROM seal").await, 1);
        assert_eq!(desk.noted("record_doubted").await, 1);
    }
}

on_both! {
    async fn a_restored_older_copy_is_noticed_and_seals_go_on_when_somebody_stands_for_it(app) {
        activity(&app).await;
        app.step_aside().await;
        let desk = Desk::at(app.url());
        desk.seal();
        let copy = Copy::of(&app);
        let app = app.look_again().await;
        crate::story::called(&app).await;
        app.step_aside().await;
        desk.seal();
        desk.seal();

        let desk = desk.over(&copy.url());
        desk.run(&["audit", "seal"]).expect(1, &["旧副本", "第 1 号", "第 3 号", "accept-restore"]);
        desk.run(&["doctor"]).expect(1, &["旧副本", "第 3 号"]);
        let data = desk.path("data");
        let environment = [("CHUISHAO__DATABASE__URL", desk.url.as_str())];
        let arguments = ["serve", "--data", data.as_str()];
        let server = Program::start_watched(&arguments, &environment, Duration::from_secs(30)).await;
        for _ in 0..100 {
            if server.log().contains("older copy") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(server.log().contains("older copy"), "{}", server.log());
        assert!(server.end());
        assert_eq!(desk.noted("restore_noticed").await, 1, "once for the same");
        assert_eq!(desk.number("SELECT COUNT(*) FROM seal").await, 1);

        desk.run(&["audit", "accept-restore", "--reason", "短"]).expect(2, &["理由"]);
        desk.run(&["audit", "accept-restore", "--reason", "磁盘损坏，恢复三月二日备份"]).expect(0, &["第 4 号"]);
        assert_eq!(desk.noted("restore_accepted").await, 1);
        desk.run(&["audit", "accept-restore", "--reason", "磁盘损坏，恢复三月二日备份"]).expect(2, &["无须认可"]);
        desk.seal();
        let paper = std::fs::read_to_string(desk.path("data/seals/seal-000004.txt")).unwrap();
        assert!(paper.contains("磁盘损坏") && paper.contains("第 3 号"), "{paper}");
        let (key, export, ledger) = (desk.key(), desk.export("restored.jsonl"), desk.ledger());
        Desk::outside(&["audit", "verify", &export, "--key", &key, "--ledger", &ledger])
            .expect(0, &["第 2 至 3 号", "核验通过", "5 seals"]);
        desk.run(&["doctor"]).expect(0, &["封存"]);
    }
}

/// A server that runs is asked for a seal, mails it to whoever keeps it outside, and can be checked.
#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_seals_when_it_is_asked_and_tells_the_holder() {
    let app = TestApp::start(Database::Sqlite).await;
    activity(&app).await;
    app.step_aside().await;
    let desk = Desk::at(app.url());
    // The request is left in the data folder, so both must mean the same one.
    let data = desk.path("data");
    let environment = [
        ("CHUISHAO__DATABASE__URL", app.url()),
        ("CHUISHAO__RECORD__HOLDER", "archive@example.gov.cn"),
    ];
    let arguments = ["serve", "--data", data.as_str()];
    let mut server =
        Program::start_watched(&arguments, &environment, Duration::from_secs(30)).await;
    let first = desk.path("data/seals/seal-000001.json");
    for _ in 0..100 {
        if std::fs::exists(&first).unwrap() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(std::fs::exists(&first).unwrap(), "the first seal is made at once: {}", server.log());
    desk.run(&["audit", "seal"]).expect(0, &["第 2 号"]);
    desk.run(&["audit", "verify", "--database"]).expect(0, &["核验通过"]);
    let mails = || {
        let all = std::fs::read_dir(desk.path("data/letters")).unwrap();
        // What is being written has another name until it is whole.
        all.map(|it| it.unwrap().path())
            .filter(|it| it.extension().is_some_and(|it| it == "eml"))
            .map(|it| std::fs::read_to_string(it).unwrap())
            .filter(|it| it.contains("archive@example.gov.cn"))
            .count()
    };
    for _ in 0..100 {
        if mails() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(mails(), 2);
    server.assert_well();
    assert!(server.end());
    desk.run(&["doctor"]).expect(0, &["第 2 号"]);
}

/// Signs so that a test can check it; whether it is Ed25519 is the program's own test.
struct Toy;

fn toy(key: &PublicKey, message: &[u8]) -> Signature {
    let half = Digest::of(&[key.0.as_slice(), message].concat());
    let mut res = [0; 64];
    res[..32].copy_from_slice(&half.0);
    res[32..].copy_from_slice(&half.0);
    Signature(res)
}

fn check(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    toy(key, message) == *signature
}

impl Signer for Toy {
    fn public(&self) -> PublicKey {
        PublicKey([7; 32])
    }

    fn sign(&self, message: &[u8]) -> Signature {
        toy(&self.public(), message)
    }
}

pub(crate) async fn seal(app: &TestApp) -> u32 {
    let sealed = app.app.seal(&By::default(), &Toy, SealOrder::default()).await.unwrap();
    sealed.expect("this process leads").seal.no
}

async fn verify(app: &TestApp) -> Report {
    let report = app.app.verify_record(Verifier::new(Toy.public(), &check, vec![])).await.unwrap();
    assert!(report.is_clean(), "{:#?}", report.findings);
    report
}

on_both! {
    async fn notes_expire_as_a_sealed_segment_and_the_record_still_verifies(app) {
        activity(&app).await;
        let query = "{ record(first: 100, filter: { kinds: [\"refused\"] }) { totalCount } }";
        let refused = async || app.by("auditor").query(query, json!({})).await["record"]["totalCount"].clone();
        assert_eq!(refused().await, 1);
        // What no seal covers does not expire, however old it is.
        app.clock.set(tests::at("2026-09-01 09:00"));
        assert_eq!(app.app.expire_notes(6).await.unwrap(), 0);
        assert_eq!(seal(&app).await, 1);
        app.clock.set(tests::at("2027-03-01 08:00"));
        assert_eq!(app.app.expire_notes(6).await.unwrap(), 0, "not yet");
        app.clock.set(tests::at("2027-03-01 09:01"));
        assert_eq!(app.app.expire_notes(36).await.unwrap(), 0, "three years are three years");
        // Less than six months is not to be had.
        let n_streams = app.app.expire_notes(1).await.unwrap();
        assert_eq!(n_streams, 1);
        assert_eq!(refused().await, 0);
        assert_eq!(app.app.expire_notes(6).await.unwrap(), 0, "once");
        let report = verify(&app).await;
        assert_eq!(report.expired.1, 1);
        assert_eq!(seal(&app).await, 2);
        assert_eq!(verify(&app).await.expired, report.expired);
        app.done().await;
    }
}

on_both! {
    async fn of_many_that_seal_at_once_each_number_is_made_once(app) {
        activity(&app).await;
        let by = By::default();
        let seals = (0..6).map(|_| app.app.seal(&by, &Toy, SealOrder::default()));
        let sealed = futures_util::future::join_all(seals).await;
        let mut numbers: Vec<u32> = sealed.into_iter().filter_map(|it| Some(it.unwrap()?.seal.no)).collect();
        numbers.sort_unstable();
        let gapless: Vec<u32> = (1..).take(numbers.len()).collect();
        assert!(!numbers.is_empty() && numbers == gapless, "{numbers:?}");
        assert_eq!(verify(&app).await.seals, numbers.len() as u64);
    }
}

on_both! {
    async fn the_auditor_alone_reads_the_record_and_no_case_in_it(app) {
        let petition = activity(&app).await;
        for _ in 0..3 {
            seal(&app).await;
        }
        app.app.check_seals_with(check);
        let record = "query($after: String) { record(first: 3, after: $after) { totalCount nodes { kind name at version stream success person { name } source body hash } pageInfo { hasNextPage endCursor } } }";
        let mut after = Value::Null;
        let mut all: Vec<Value> = vec![];
        loop {
            let page = app.by("auditor").query(record, json!({ "after": after })).await["record"].clone();
            all.extend(page["nodes"].as_array().unwrap().iter().cloned());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                assert_eq!(page["totalCount"], all.len());
                break;
            }
        }
        let places: std::collections::BTreeSet<String> = all.iter().map(|it| format!("{}{}", it["stream"], it["version"])).collect();
        assert_eq!(places.len(), all.len(), "each note stands on one page");
        let refused = all.iter().find(|it| it["kind"] == "refused").unwrap();
        assert_eq!(refused["success"], false);
        let id = petition.trim_start_matches("pet_");
        assert!(refused["body"].as_str().unwrap().replace('-', "").contains(id), "{refused}");
        let text = serde_json::to_string(&all).unwrap();
        for word in ["工资", "拖欠", "张三丰"] {
            assert!(!text.contains(word), "{word}");
        }
        let by = json!({ "person": app.person("rsj") });
        let filtered = app.by("auditor").query("query($person: ID!) { record(filter: { person: $person, success: false }) { totalCount } }", by).await;
        assert_eq!(filtered["record"]["totalCount"], 1);
        let wrong = app.by("auditor").ask("{ record(filter: { kinds: [\"nothing\"] }) { totalCount } }", json!({})).await;
        assert_eq!(wrong["errors"][0]["extensions"]["code"], "INVALID");

        let seals = app.by("auditor").query("{ seals(first: 2) { totalCount nodes { number signed linked streams root key } pageInfo { endCursor } } }", json!({})).await["seals"].clone();
        assert_eq!((&seals["totalCount"], &seals["nodes"][0]["number"]), (&json!(3), &json!(3)));
        for it in seals["nodes"].as_array().unwrap() {
            assert_eq!((&it["signed"], &it["linked"]), (&json!(true), &json!(true)));
        }
        let last = app.by("auditor").query("query($after: String) { seals(first: 2, after: $after) { nodes { number linked } } }", json!({ "after": seals["pageInfo"]["endCursor"] })).await;
        assert_eq!(last["seals"]["nodes"], json!([{ "number": 1, "linked": true }]));
        for login in ["director", "dispatcher", "admin", "security", "rsj"] {
            for query in ["{ record { totalCount } }", "{ seals { totalCount } }"] {
                let answer = app.by(login).ask(query, json!({})).await;
                assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_PERMITTED", "{login}");
            }
        }
    }
}

on_both! {
    async fn one_case_is_taken_out_as_a_folder_by_whoever_may_see_it(app) {
        let petition = crate::story::accepted(&app, "工资未按月足额支付", "HOTLINE").await;
        let whistle = crate::story::drafted(&app, &[&petition], Some("general"), &["rsj", "zjj"]).await;
        let issued = crate::story::issued(&app, &whistle).await;
        let lead = crate::story::part(&issued, "rsj");
        app.by("rsj").act("acknowledge", json!({ "assignment": lead }), "id").await;
        crate::story::reported_in(&app, &lead, "DEPUTY_HEAD").await;
        crate::story::replied(&app, "rsj", &lead).await;
        let attached = crate::files::attached(&app, "rsj", &whistle, "../../工资表.pdf").await;
        let upload = app.upload("dispatcher", &crate::files::pdf("证件")).await;
        let sealed = json!({ "case": petition, "upload": upload, "name": "证件.pdf", "kind": "EVIDENCE", "sealed": true });
        app.by("dispatcher").act("attachFile", sealed, "id").await;
        app.step_aside().await;
        let desk = Desk::at(app.url());
        app.files_to(&desk.folder.path().join("data"));
        desk.seal();
        let app = app.look_again().await;
        // What comes after the seal is taken out too, and said to be unsealed.
        app.by("zjj").act("acknowledge", json!({ "assignment": crate::story::part(&issued, "zjj") }), "id").await;
        app.step_aside().await;
        let out = desk.path("case");
        desk.run(&["audit", "export", "--case", &petition, "--as", "dispatcher", "--out", &out]).expect(0, &["已导出"]);
        let read = |name: &str| std::fs::read_to_string(format!("{out}/{name}")).unwrap();
        let sums = Command::new("sha256sum").args(["--check", "--quiet", "SHA256SUMS"]).current_dir(&out).status();
        assert!(sums.unwrap().success());
        let mut all = String::new();
        for (page, words) in [
            ("index.html", ["目录", "测试dispatcher", "哨单"].as_slice()),
            ("01-registration.html", &["登记表", "工资未按月足额支付", "某小区居民反映的具体情况", "张**"]),
            ("02-whistles.html", &["签发", "请牵头核实拖欠数额并督促支付", "区人社局"]),
            ("03-responses.html", &["签收", "报到", "李四"]),
            ("04-returns.html", &["无。"]),
            ("06-replies.html", &["约谈企业并核定数额"]),
            ("09-timeline.html", &["草拟", "摘要"]),
        ] {
            let html = read(page);
            for it in words {
                assert!(html.contains(it), "{page}: {it}\n{html}");
            }
            assert!(html.contains("测试dispatcher") && html.contains("导出"), "{page}");
            all.push_str(&html);
        }
        for secret in ["张三丰", "19900001234"] {
            assert!(!all.contains(secret), "{secret}");
        }
        let key = desk.key();
        Desk::outside(&["audit", "verify", &out, "--key", &key]).expect(0, &["一案的导出", "2 streams", "1 个事件尚未封存", "核验通过"]);
        let record = read("record.jsonl");
        for (changed, place) in [
            (record.replacen("\\\"registered\\\"", "\\\"registersd\\\"", 1), "第 1 个事件：内容被改动"),
            (cut(&record, "{\"event\":{\"version\":2"), "event 2: is missing"),
            (record.replacen("{\"left\":\"", "{\"right\":\"", 1), "proof"),
        ] {
            assert_ne!(changed, record);
            std::fs::write(format!("{out}/record.jsonl"), changed).unwrap();
            Desk::outside(&["audit", "verify", &out, "--key", &key]).expect(1, &[place, "record.jsonl 缺失或被改动"]);
        }
        std::fs::write(format!("{out}/record.jsonl"), record).unwrap();
        std::fs::write(format!("{out}/05-minutes.html"), "").unwrap();
        Desk::outside(&["audit", "verify", &out, "--key", &key]).expect(1, &["05-minutes.html", "核验通过"]);
        let meta: Value = serde_json::from_str(&read("case.json")).unwrap();
        // Files go along under names of ours; what is sealed is listed, and stays.
        assert_eq!(meta["attachments"][0]["file"], json!("attachments/001.pdf"));
        assert_eq!(meta["attachments"][0]["name"], json!("工资表.pdf"));
        assert_eq!(meta["attachments"][0]["sha256"], attached["digest"]);
        assert_eq!((&meta["attachments"][1]["file"], &meta["attachments"][1]["name"]), (&Value::Null, &json!("证件.pdf")));
        let file = std::fs::read(format!("{out}/attachments/001.pdf")).unwrap();
        assert_eq!(file, crate::files::pdf("../../工资表.pdf"));
        assert!(read("index.html").contains("未导出"));
        std::fs::write(format!("{out}/attachments/001.pdf"), "").unwrap();
        Desk::outside(&["audit", "verify", &out, "--key", &key]).expect(1, &["attachments/001.pdf"]);
        assert_eq!(desk.noted("exported").await, 1);

        // Nothing is written over, a whistle is a case too, and who may not see it takes nothing out.
        desk.run(&["audit", "export", "--case", &petition, "--as", "dispatcher", "--out", &out]).expect(2, &["case"]);
        desk.run(&["audit", "export", "--case", &whistle, "--as", "rsj", "--out", &desk.path("whistle")]).expect(0, &["已导出"]);
        for login in ["cgj", "auditor", "admin"] {
            let path = desk.path(login);
            desk.run(&["audit", "export", "--case", &petition, "--as", login, "--out", &path]).expect(1, &["没有这一案"]);
            assert!(!std::fs::exists(&path).unwrap());
        }
        assert_eq!(desk.noted("refused").await, 3);
        desk.run(&["audit", "export", "--case", "x", "--as", "rsj", "--out", &desk.path("x")]).expect(2, &["pet_"]);
        desk.run(&["audit", "export", "--as", "director", "--out", &desk.path("y")]).expect(2, &["不是审计员"]);
        desk.run(&["audit", "export", "--as", "auditor", "--out", &desk.path("y")]).expect(0, &["已导出"]);
    }
}

on_both! {
    async fn an_export_asks_as_few_statements_for_many_cases_as_for_few(app) {
        let asked = async || {
            let mut lines = 0;
            let mut sink = |_: &str| {
                lines += 1;
                Ok(())
            };
            let (end, n) = app.statements(app.app.export_record(&mut sink)).await;
            (end.unwrap().events, n, lines)
        };
        crate::story::called(&app).await;
        let (few, n_few, _) = asked().await;
        for n in 0..40 {
            crate::story::accepted(&app, &format!("第{n}件"), "HOTLINE").await;
        }
        let (many, n_many, lines) = asked().await;
        assert!(many >= few + 80 && lines > many, "{few} {many} {lines}");
        assert_eq!(n_few, n_many, "statements grow with the cases");
    }
}
