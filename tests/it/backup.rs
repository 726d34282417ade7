//! Backup and restore: under load, from either database to either, damaged, cut off, and out of room.

mod damage;
mod drill;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use store::{Options, Store, Tally};
use tests::{Database, cluster, process};

/// What moves on by itself in a restored copy: nobody is signed in, nothing is taken up, and the
/// record says that it was restored.
const OWN: [&str; 7] =
    ["session", "device", "provider_attempt", "deadline", "mailing", "audit_event", "audit_stream"];

/// An empty place for a restored copy.
struct Target {
    url: String,
    data: PathBuf,
    _folder: tempfile::TempDir,
    _server: Option<cluster::Database>,
}

impl Target {
    fn new(database: Database) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        tests::keys::put(&data);
        let (url, server) = match database {
            Database::Sqlite => (format!("sqlite://{}/chuishao.db", data.display()), None),
            Database::Postgres => {
                let made = cluster::fresh_database(None).unwrap();
                (made.url(), Some(made))
            }
        };
        Self { url, data, _folder: folder, _server: server }
    }

    fn restore(&self, from: &Path, more: &[&str]) -> Output {
        let from = from.display().to_string();
        let arguments = [&["restore", "--from", from.as_str()], more].concat();
        run(&self.url, &self.data, &arguments)
    }

    /// Whether nothing is there that a program would use.
    fn is_untouched(&self) -> bool {
        match self.url.strip_prefix("sqlite://") {
            Some(file) => !Path::new(file).exists(),
            None => !text(&run(&self.url, &self.data, &["user", "list"])).contains("dispatcher"),
        }
    }
}

/// Runs the program over a database.
pub(crate) fn run(url: &str, data: &Path, arguments: &[&str]) -> Output {
    command(url, data, arguments).output().unwrap()
}

fn command(url: &str, data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(process::program());
    command.args(arguments).args(["--data", &data.display().to_string()]);
    command.env("CHUISHAO__DATABASE__URL", url);
    command
}

/// All that it said.
pub(crate) fn text(output: &Output) -> String {
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{out}{err}")
}

/// Runs the program and wants it to go well.
fn well(output: &Output) -> String {
    let said = text(output);
    assert!(output.status.success(), "{said}");
    said
}

/// A backup of a database, by a process beside whatever has it.
fn backup(url: &str, data: &Path, to: &Path) -> String {
    let to = to.display().to_string();
    well(&run(url, data, &["backup", "--to", &to]))
}

/// What every table comes to.
async fn tallies(url: &str) -> BTreeMap<String, Tally> {
    let options = Options { read_only: true, ..Options::of(url) };
    let store = Store::open(&options).await.unwrap();
    let archive = store.archive().await.unwrap();
    let mut res = BTreeMap::new();
    for table in archive.tables() {
        let tally = archive.rows(&table, 1 << 20, async |_| Ok::<_, store::Error>(())).await;
        res.insert(table.name, tally.unwrap());
    }
    drop(archive);
    store.close().await.unwrap();
    res
}

/// Two databases hold the same, but for what moves on by itself.
async fn assert_same(one: &str, other: &str) {
    let other_url = other;
    let (one, other) = (tallies(one).await, tallies(other).await);
    for (table, tally) in &one {
        if !OWN.contains(&table.as_str()) {
            assert_eq!(Some(tally), other.get(table), "{table}");
        }
    }
    for table in ["deadline", "mailing"] {
        assert_eq!(one[table].rows, other[table].rows, "{table}");
    }
    let restored = "SELECT COUNT(*) FROM audit_event WHERE kind = 'restored'";
    let n: u64 = tests::raw::query(other_url, restored).parse().unwrap();
    assert!(n > 0, "the restore is not on the record");
    assert!(one.len() == other.len() && one.len() > 30);
}
