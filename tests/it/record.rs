//! The record: sealed by the program, checked by somebody who has only an export and a public key.

use std::{
    process::{Command, Output},
    time::Duration,
};

use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
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
        Self { folder: tempfile::tempdir().unwrap(), url: url.to_owned() }
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

    async fn noted(&self, kind: &str) -> i64 {
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
    let keep = |it: &&str| is_cut || !{
        is_cut = it.starts_with(begins);
        is_cut
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
        all.map(|it| std::fs::read_to_string(it.unwrap().path()).unwrap())
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
