//! How far the demonstration of a data folder is, and what of the folder is ours to remove.
//!
//! A marker is written before the first row and again after the last. A folder with a database and
//! without a marker is somebody's work, and is left alone.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{data::write_private, demo_clock, trouble::Trouble};

/// The accounts that visitors are told of.
pub(super) const ACCOUNTS: &str = "accounts.json";
/// The marker.
const MARKER: &str = "demo.json";
/// The database, with the files that it keeps beside it.
const DATABASE: [&str; 3] = ["chuishao.db", "chuishao.db-wal", "chuishao.db-shm"];

/// How far the demonstration is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing is there.
    Empty,
    /// A play was cut short.
    HalfPlayed,
    /// All is there.
    Finished,
}

/// What the marker holds.
#[derive(Serialize, Deserialize)]
struct Marker {
    finished: bool,
    #[serde(default)]
    issued: u64,
    #[serde(default)]
    difficult_resolved: u64,
}

impl Stage {
    /// How far the demonstration of a folder is.
    pub(super) fn of(folder: &Path) -> Result<Self, Trouble> {
        let has_database = folder.join("chuishao.db").exists();
        match (marker(folder), has_database) {
            (Some(it), true) if it.finished => Ok(Self::Finished),
            (Some(_), _) => Ok(Self::HalfPlayed),
            (None, false) => Ok(Self::Empty),
            (None, true) => Err(Trouble::wrong(
                format!(
                    "{} 中的数据库不是演示数据，不会改动它。请用 --data 指定别的目录。",
                    folder.display()
                ),
                format!(
                    "The database in {} is no demonstration and is left alone. Name another folder with --data.",
                    folder.display()
                ),
            )),
        }
    }
}

fn marker(folder: &Path) -> Option<Marker> {
    let bytes = std::fs::read(folder.join(MARKER)).ok()?;
    // A marker that was cut short is one all the same.
    let half = Marker { finished: false, issued: 0, difficult_resolved: 0 };
    Some(serde_json::from_slice(&bytes).unwrap_or(half))
}

/// What was counted when the story was over: whistles issued, difficult petitions resolved.
pub(super) fn counts(folder: &Path) -> Option<(u64, u64)> {
    marker(folder).map(|it| (it.issued, it.difficult_resolved))
}

/// Marks a folder as ours before anything is written into it.
pub(super) fn begin(folder: &Path) -> Result<(), Trouble> {
    mark(folder, &Marker { finished: false, issued: 0, difficult_resolved: 0 })
}

/// Marks that all is there.
pub(super) fn finish(folder: &Path, issued: u64, difficult_resolved: u64) -> Result<(), Trouble> {
    mark(folder, &Marker { finished: true, issued, difficult_resolved })
}

fn mark(folder: &Path, marker: &Marker) -> Result<(), Trouble> {
    let text = serde_json::to_vec(marker).map_err(|error| unwritten(folder, error.into()))?;
    write_private(&folder.join(MARKER), &text).map_err(|error| unwritten(folder, error))
}

/// Removes what an earlier play has written, and only that; the marker stays until the end.
pub(super) fn clear(folder: &Path, letters: &Path) -> Result<(), Trouble> {
    let files = DATABASE.into_iter().chain([ACCOUNTS, demo_clock::FILE]).map(|it| folder.join(it));
    for it in files.chain(letters_in(folder, letters)) {
        match std::fs::remove_file(&it) {
            Ok(()) => (),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (),
            Err(error) => return Err(unwritten(&it, error)),
        }
    }
    Ok(())
}

/// The letters of an earlier play, where they are in this folder.
fn letters_in(folder: &Path, letters: &Path) -> Vec<PathBuf> {
    if !letters.starts_with(folder) {
        return vec![];
    }
    let entries = std::fs::read_dir(letters).into_iter().flatten().filter_map(Result::ok);
    entries.map(|it| it.path()).filter(|it| it.extension().is_some_and(|it| it == "eml")).collect()
}

/// A folder or file that cannot be changed.
pub(super) fn unwritten(path: &Path, error: io::Error) -> Trouble {
    Trouble::failed(
        format!("无法写入 {}。请检查权限和磁盘空间。", path.display()),
        format!("{} cannot be written. Check its rights and the disk.", path.display()),
    )
    .because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_played_once_and_again_when_it_was_cut_short() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path();
        let letters = folder.join("letters");
        assert_eq!(Stage::of(folder).unwrap(), Stage::Empty);
        begin(folder).unwrap();
        std::fs::write(folder.join("chuishao.db"), b"x").unwrap();
        std::fs::create_dir(&letters).unwrap();
        std::fs::write(letters.join("a.eml"), b"x").unwrap();
        std::fs::write(letters.join("mine.txt"), b"x").unwrap();
        std::fs::write(folder.join("mine.txt"), b"x").unwrap();
        assert_eq!(Stage::of(folder).unwrap(), Stage::HalfPlayed);
        clear(folder, &letters).unwrap();
        assert!(!folder.join("chuishao.db").exists() && !letters.join("a.eml").exists());
        assert!(folder.join("mine.txt").exists() && letters.join("mine.txt").exists());
        std::fs::write(folder.join("chuishao.db"), b"x").unwrap();
        finish(folder, 21, 6).unwrap();
        assert_eq!(Stage::of(folder).unwrap(), Stage::Finished);
        assert_eq!(counts(folder), Some((21, 6)));
    }

    #[test]
    fn the_work_of_others_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("chuishao.db"), b"x").unwrap();
        assert_eq!(Stage::of(home.path()).unwrap_err().exit(), 2);
    }
}
