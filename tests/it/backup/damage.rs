//! A file that is not what was written, a place that is not empty, a restore that does not get to its
//! end, and a disk without room.

use std::{os::unix::fs::PermissionsExt as _, time::Duration};

use serde_json::json;
use tests::{TestApp, process::Program};

use super::*;
use crate::story::called;

/// A database at rest, and a backup of it.
struct Kept {
    app: TestApp,
    token: String,
    file: PathBuf,
    home: tempfile::TempDir,
}

async fn kept(database: Database) -> Kept {
    let app = TestApp::start(database).await;
    called(&app).await;
    let token = app.token("dispatcher").await;
    app.step_aside().await;
    let home = tempfile::tempdir().unwrap();
    let (data, file) = (home.path().join("data"), home.path().join("backup.tar.gz"));
    // The program looks at it once, as it would have before: it notes which keys there are.
    tests::keys::put(&data);
    well(&run(app.url(), &data, &["rebuild", "--check"]));
    backup(app.url(), &data, &file);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    Kept { app, token, file, home }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_damaged_anywhere_is_refused_and_the_place_is_named() {
    let kept = kept(Database::Sqlite).await;
    let target = Target::new(Database::Sqlite);
    let whole = std::fs::read(&kept.file).unwrap();
    let damaged = kept.home.path().join("damaged.tar.gz");
    let refused = |bytes: &[u8], what: &str| {
        std::fs::write(&damaged, bytes).unwrap();
        let output = target.restore(&damaged, &[]);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(1), "{what} {said}");
        assert!(said.contains("damaged.tar.gz"), "{what} {said}");
        let named = ["之后中断或损坏", "与清单不符", "不是本程序能读的备份"];
        assert!(named.iter().any(|it| said.contains(it)), "{what} {said}");
        assert!(target.is_untouched(), "{what}");
        said
    };
    for n in 0..24 {
        let mut bytes = whole.clone();
        let at = bytes.len() * n / 24 + 11;
        let at = at.min(bytes.len() - 1);
        bytes[at] ^= 1 << (n % 8);
        // Ten bytes at the front tell nothing but the time and the system that packed it.
        if at > 10 {
            refused(&bytes, &format!("a bit at {at}"));
        }
    }
    for n in 0..12 {
        let length = whole.len() * n / 12;
        refused(&whole[..length], &format!("cut at {length}"));
    }
    let said = refused(&whole[..whole.len() / 2], "cut in the middle");
    assert!(said.contains("rows/"), "the last part that is whole is named: {said}");
    refused(b"no backup at all", "nonsense");

    // What another program packed is looked at and taken nowhere.
    let folder = kept.home.path().join("inner");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("head.json"), "{}").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.join("rows")).unwrap();
    std::fs::write(kept.home.path().join("outside"), "x").unwrap();
    for names in [&["head.json"][..], &["rows"], &["../outside"]] {
        let packed = kept.home.path().join("packed.tar.gz");
        let made = Command::new("tar")
            .arg("-czPf")
            .arg(&packed)
            .args(names)
            .current_dir(&folder)
            .status()
            .unwrap();
        assert!(made.success());
        refused(&std::fs::read(&packed).unwrap(), &format!("{names:?}"));
    }
    // The one that is whole is, and tells when it was made.
    let file = kept.file.display().to_string();
    let said = well(&run(&target.url, &target.data, &["restore", "--verify", "--from", &file]));
    assert!(said.contains("备份完好") && target.is_untouched(), "{said}");
    well(&target.restore(&kept.file, &[]));
    assert_same(kept.app.url(), &target.url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_keys_nothing_is_restored_and_they_are_named() {
    let kept = kept(Database::Sqlite).await;
    for database in [Database::Sqlite, Database::Postgres] {
        let target = Target::new(database);
        let key = target.data.join("keys/data-1.key");
        for wrong in [None, Some("08".repeat(32))] {
            match &wrong {
                Some(text) => tests::keys::write(&key, text),
                None => std::fs::remove_dir_all(target.data.join("keys")).unwrap(),
            }
            let output = target.restore(&kept.file, &[]);
            let said = text(&output);
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(said.contains("data-1.key") && target.is_untouched(), "{said}");
            tests::keys::put(&target.data);
        }
        well(&target.restore(&kept.file, &[]));
        assert_same(kept.app.url(), &target.url).await;
    }
}

async fn only_an_empty_place(database: Database) {
    let kept = kept(database).await;
    let target = Target::new(database);
    well(&target.restore(&kept.file, &[]));
    let again = target.restore(&kept.file, &[]);
    assert!(!again.status.success());
    assert!(
        text(&again).contains("已存在") || text(&again).contains("不是空的"),
        "{}",
        text(&again)
    );
    assert_same(kept.app.url(), &target.url).await;
    // Neither over the database that it was made from, nor a file over another.
    let own = run(
        kept.app.url(),
        &kept.home.path().join("data"),
        &["restore", "--from", &kept.file.display().to_string()],
    );
    assert!(!own.status.success());
    let before = std::fs::read(&kept.file).unwrap();
    let over = run(
        kept.app.url(),
        &kept.home.path().join("data"),
        &["backup", "--to", &kept.file.display().to_string()],
    );
    assert_eq!(over.status.code(), Some(2), "{}", text(&over));
    assert!(std::fs::read(&kept.file).unwrap() == before);

    // Whoever was signed in, and every program, has to show who they are anew.
    let environment = [("CHUISHAO__DATABASE__URL", target.url.as_str())];
    let data = target.data.display().to_string();
    let program =
        Program::start(&["serve", "--data", &data], &environment, Duration::from_secs(30)).await;
    let body = json!({ "query": "{ me { name } }" });
    let (_, answer) =
        program.call("POST", "/graphql", Some(&kept.token), Some(&body)).await.unwrap();
    assert!(!answer.contains("测试dispatcher"), "{answer}");
    program.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_goes_into_an_empty_place_alone_on_sqlite() {
    only_an_empty_place(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_goes_into_an_empty_place_alone_on_postgres() {
    only_an_empty_place(Database::Postgres).await;
}

async fn cut_off(database: Database) {
    let kept = kept(Database::Sqlite).await;
    let target = Target::new(database);
    let from = kept.file.display().to_string();
    let mut n_cut = 0;
    for wait in [20, 60, 110, 170, 240, 320, 400] {
        let mut restoring = command(&target.url, &target.data, &["restore", "--from", &from])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let done = restoring.try_wait().unwrap().is_some();
        let _ = restoring.kill();
        restoring.wait().unwrap();
        if done {
            break;
        }
        // On a server the transaction is taken back when it notices that nobody is there.
        let end = std::time::Instant::now() + Duration::from_secs(10);
        while !target.is_untouched() && std::time::Instant::now() < end {
            // It may have got to its end just before it was killed.
            if text(&target.restore(&kept.file, &[])).contains("不是空的") {
                break;
            }
        }
        n_cut += 1;
    }
    assert!(n_cut > 0);
    if target.is_untouched() {
        well(&target.restore(&kept.file, &[]));
    }
    assert_same(kept.app.url(), &target.url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_cut_off_leaves_nothing_and_can_be_begun_anew_on_sqlite() {
    cut_off(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_cut_off_leaves_nothing_and_can_be_begun_anew_on_postgres() {
    cut_off(Database::Postgres).await;
}

/// Runs the program where no file may grow beyond so many blocks of 512 bytes.
fn cramped(url: &str, data: &Path, blocks: u32, arguments: &[&str]) -> Output {
    let program = process::program().display().to_string();
    Command::new("sh")
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\""), &program])
        .args(arguments)
        .args(["--data", &data.display().to_string()])
        .env("CHUISHAO__DATABASE__URL", url)
        .output()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_room_nothing_is_left_and_it_is_told() {
    let kept = kept(Database::Postgres).await;
    let data = kept.home.path().join("data");
    let to = kept.home.path().join("second.tar.gz");
    let size = kept.file.metadata().unwrap().len();
    let blocks = u32::try_from(size / 1024).unwrap();
    let output =
        cramped(kept.app.url(), &data, blocks, &["backup", "--to", &to.display().to_string()]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("未写成") && said.contains("磁盘空间"), "{said}");
    let left = |folder: &Path| -> Vec<String> {
        let all = std::fs::read_dir(folder).unwrap();
        all.map(|it| it.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert!(
        !left(kept.home.path()).iter().any(|it| it.starts_with("second")),
        "{:?}",
        left(kept.home.path())
    );

    let target = Target::new(Database::Sqlite);
    let from = kept.file.display().to_string();
    let output = cramped(&target.url, &target.data, 200, &["restore", "--from", &from]);
    assert!(!output.status.success(), "{}", text(&output));
    assert!(target.is_untouched());
    well(&target.restore(&kept.file, &[]));
    assert!(
        !left(&target.data).iter().any(|it| it.contains("restoring")),
        "{:?}",
        left(&target.data)
    );
    assert_same(kept.app.url(), &target.url).await;
}

/// An archive of an older program is loaded at its own step of the schema, and brought up to date.
async fn of_an_older_program(app: TestApp) {
    let source = Store::open(&Options { read_only: true, ..Options::of(app.url()) }).await.unwrap();
    let archive = source.archive().await.unwrap();
    let steps = archive.steps().await.unwrap();
    let tables: Vec<_> = archive
        .tables()
        .into_iter()
        .filter(|it| ["district", "session"].contains(&it.name.as_str()))
        .collect();
    let target = Target::new(app.database);
    std::fs::create_dir_all(&target.data).unwrap();
    let store = Store::open(&Options::of(&target.url)).await.unwrap();
    let newer = [steps.clone(), vec!["m20990101_000001_tomorrow".to_owned()]].concat();
    assert!(matches!(store.prepare(&newer).await, Err(store::Error::Newer { .. })));
    store.prepare(&steps[..steps.len() - 1]).await.unwrap();
    assert_eq!(store.pending().await.unwrap(), 1);
    let loader = store.loader().await.unwrap();
    for table in &tables {
        let there = archive
            .rows(table, 1, async |part| loader.load(table, &part.lines).await.map(|_| ()))
            .await
            .unwrap();
        assert!(there == loader.tally(table).await.unwrap() && there.rows > 0);
        assert!(matches!(loader.load(table, b"[1]\n").await, Err(store::Error::NoRow { .. })));
    }
    assert_eq!(loader.settle(&tables, false).await.unwrap(), 1);
    loader.commit().await.unwrap();
    store.migrate().await.unwrap();
    assert_eq!(
        (store.pending().await.unwrap(), store.district().await.unwrap()),
        (0, app.app.store().district().await.unwrap())
    );
    assert!(matches!(store.prepare(&steps).await, Err(store::Error::NotVacant)));
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_of_an_older_program_is_brought_up_to_date() {
    for database in [Database::Sqlite, Database::Postgres] {
        let app = TestApp::start(database).await;
        app.token("dispatcher").await;
        of_an_older_program(app).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_older_than_the_last_seal_is_noticed_when_it_is_restored() {
    let app = TestApp::start(Database::Sqlite).await;
    called(&app).await;
    let url = app.url().to_owned();
    app.step_aside().await;
    let home = tempfile::tempdir().unwrap();
    let (data, file) = (home.path().join("data"), home.path().join("backup.tar.gz"));
    let (keys, ledger) = (data.join("keys"), home.path().join("ledger"));
    tests::keys::put(&data);
    // Keys and ledger stay where they are, whatever becomes of the disk of the database.
    let desk = |url: &str, data: &Path, arguments: &[&str]| {
        command(url, data, arguments)
            .env("CHUISHAO__RECORD__LEDGER", &ledger)
            .env("CHUISHAO__KEYS__FOLDER", &keys)
            .output()
            .unwrap()
    };
    well(&desk(&url, &data, &["audit", "seal"]));
    backup(&url, &data, &file);
    let app = app.look_again().await;
    called(&app).await;
    app.step_aside().await;
    well(&desk(&url, &data, &["audit", "seal"]));
    let target = Target::new(Database::Sqlite);
    let run = |arguments: &[&str]| desk(&target.url, &target.data, arguments);
    let from = file.display().to_string();
    let said = well(&run(&["restore", "--from", &from]));
    for word in ["第 1 号", "第 2 号", "accept-restore"] {
        assert!(said.contains(word), "{said}");
    }
    let refused = run(&["audit", "seal"]);
    assert!(!refused.status.success() && text(&refused).contains("旧副本"), "{}", text(&refused));
    well(&run(&["audit", "accept-restore", "--reason", "换新磁盘，恢复备份"]));
    well(&run(&["audit", "seal"]));
}
