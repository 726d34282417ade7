//! A database behind the program's back: everything in it as bytes, and changes by hand.

use std::{fs, process::Command};

use crate::cluster;

/// Whether a word stands anywhere in a database: in its file, or in a dump of it, also where it is
/// written as bytes.
pub fn holds(url: &str, word: &str) -> bool {
    if let Some(path) = url.strip_prefix("sqlite://") {
        let word = word.as_bytes();
        return [path.to_owned(), format!("{path}-wal")].iter().any(|it| {
            let bytes = fs::read(it).unwrap_or_default();
            bytes.windows(word.len()).any(|it| it == word)
        });
    }
    let dump = cluster::tool("pg_dump", url, &["--data-only"]).expect("a dump");
    let hex: String = word.bytes().map(|it| format!("{it:02x}")).collect();
    dump.contains(word) || dump.contains(&hex)
}

/// Runs statements by hand, as somebody with the file or the server would.
pub fn execute(url: &str, sql: &str) {
    if let Some(path) = url.strip_prefix("sqlite://") {
        let script = "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1], timeout=30)\n\
                      db.executescript(sys.argv[2])\ndb.commit()";
        let done =
            Command::new("python3").args(["-c", script, path, sql]).output().expect("Python");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    } else {
        cluster::tool("psql", url, &["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql])
            .expect("done");
    }
}

/// What a query says, a line for each row of one column.
pub fn query(url: &str, sql: &str) -> String {
    if let Some(path) = url.strip_prefix("sqlite://") {
        let script = "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1], timeout=30)\n\
                      print('\\n'.join(str(it[0]) for it in db.execute(sys.argv[2])))";
        let done =
            Command::new("python3").args(["-c", script, path, sql]).output().expect("Python");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    } else {
        cluster::tool("psql", url, &["-X", "-q", "-A", "-t", "-c", sql]).expect("an answer")
    }
}
