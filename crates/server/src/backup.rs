//! A backup: one file of everything that is remembered, and back into an empty place.
//!
//! It is a tar file under gzip, so that any tool opens it in thirty years. First `head.json`: the form,
//! the steps of the schema, the tables with their columns. Then the rows, `rows/<table>/<n>.jsonl`, each
//! a line of JSON. Then the bytes of attached files, sealed as they are stored, `files/<id>/<n>.bin`. Last
//! `manifest.json` with the size and SHA-256 of each part and what each table comes
//! to, and `manifest.sha256` over that. Keys are never in it.

mod read;
mod restore;
mod told;
mod write;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::{ids::FileId, text::Digest};
use serde::{Deserialize, Serialize};
use store::{KeyNeeded, Table, Tally};

pub(crate) use self::{
    read::{Verified, verify},
    restore::restore,
    told::{take_up, tell},
    write::make,
};

/// The form of the file. A program reads those up to its own.
const FORMAT: u32 = 1;
const HEAD: &str = "head.json";
const MANIFEST: &str = "manifest.json";
const SEAL: &str = "manifest.sha256";
/// About how many bytes of rows stand in one part.
const PART: usize = 4 << 20;

/// What is said first.
#[derive(Serialize, Deserialize)]
pub(crate) struct Head {
    /// The form of the file.
    pub(crate) format: u32,
    /// The version of the program that made it.
    pub(crate) program: String,
    /// The instant that it shows, by the clock on the wall.
    pub(crate) made_at: DateTime<Utc>,
    /// The steps of the schema, oldest first.
    pub(crate) steps: Vec<String>,
    /// The tables, in the order of their rows.
    pub(crate) tables: Vec<Table>,
}

/// What is said last.
#[derive(Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// What stands in the file, in order.
    pub(crate) parts: Vec<PartOf>,
    /// What each table comes to.
    pub(crate) tables: BTreeMap<String, Tally>,
    /// The keys without which what is sealed cannot be read.
    pub(crate) keys: Vec<KeyNeeded>,
    /// The last seal of the record.
    pub(crate) seal: Option<u32>,
    /// How many files there are whose bytes are in it.
    #[serde(default)]
    pub(crate) files: u64,
    /// Files whose bytes were not in the storage.
    #[serde(default)]
    pub(crate) missing: Vec<FileId>,
}

/// A part of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartOf {
    /// Its name.
    pub(crate) path: String,
    /// How many bytes it has.
    pub(crate) bytes: u64,
    /// Their digest.
    pub(crate) sha256: Digest,
}

/// The name of the part of a table.
fn path_of(table: &str, n: u32) -> String {
    format!("rows/{table}/{n:06}.jsonl")
}

/// The name of a part of a file.
fn path_of_file(id: FileId, n: u32) -> String {
    format!("files/{id}/{n:06}.bin")
}

/// The file that a part is of, and its ordinal in it; none where it is of none.
fn file_of(path: &str) -> Option<(FileId, u32)> {
    let (id, part) = path.strip_prefix("files/")?.split_once('/')?;
    Some((id.parse().ok()?, part.strip_suffix(".bin")?.parse().ok()?))
}

/// The table whose rows a part holds; none where it holds none.
fn table_of(path: &str) -> Option<&str> {
    let (table, file) = path.strip_prefix("rows/")?.split_once('/')?;
    file.ends_with(".jsonl").then_some(table)
}
