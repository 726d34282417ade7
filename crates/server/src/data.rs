//! The data folder: made for its owner alone, and held by one process.
//!
//! An embedded database has one writer, which lives in one process; a second process would not be
//! ordered by it. So whoever opens one holds the lock of its folder. The system gives the lock back
//! when the process ends, however it ends.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use crate::trouble::Trouble;

/// The name of the lock file.
const LOCK: &str = "chuishao.lock";

/// A data folder that this process holds.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Held as long as it is open.
    _lock: File,
}

impl Folder {
    /// Makes the folder where it is missing, and takes hold of it.
    ///
    /// # Errors
    /// Where it cannot be made, or another process holds it.
    pub fn hold(path: &Path) -> Result<Self, Trouble> {
        create(path)?;
        let name = path.join(LOCK);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&name)
            .map_err(|error| unusable(&name, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: file }),
            Err(TryLockError::WouldBlock) => Err(Trouble::failed(
                format!(
                    "数据目录 {} 正被另一个 chuishao 进程使用。请先停止它，或用 --data 指定别的目录。",
                    path.display()
                ),
                format!(
                    "The data folder {} is in use by another chuishao process. Stop that one, or name another folder with --data.",
                    path.display()
                ),
            )),
            Err(TryLockError::Error(error)) => Err(unusable(&name, error)),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes a folder that only its owner enters, with those above it.
pub(crate) fn create(path: &Path) -> Result<(), Trouble> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| unusable(path, error))
}

/// Whether another process holds the folder. A folder that is not there is held by nobody.
pub(crate) fn is_held(path: &Path) -> bool {
    match File::open(path.join(LOCK)) {
        Ok(file) => matches!(file.try_lock(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    }
}

/// Looks whether such a file could be written, and leaves nothing behind.
pub(crate) fn try_private(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let (draft, _) = drafted(path)?;
    std::fs::remove_file(draft)
}

/// A file beside the one that is meant, which takes its place when it is whole.
fn drafted(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    let file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    Ok((draft, file))
}

/// Writes a file that only its owner reads, whole or not at all.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    let (draft, mut file) = drafted(path)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&draft, path)
}

fn unusable(path: &Path, error: io::Error) -> Trouble {
    Trouble::failed(
        format!("无法使用 {}。请检查路径、权限和磁盘空间。", path.display()),
        format!("{} cannot be used. Check the path, its rights and the disk.", path.display()),
    )
    .because(error)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn one_process_holds_a_folder_that_only_its_owner_enters() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b");
        assert!(!is_held(&path));
        let held = Folder::hold(&path).unwrap();
        assert_eq!(held.path(), path);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        let again = Folder::hold(&path).unwrap_err();
        assert!(again.to_string().contains(&path.display().to_string()));
        assert_eq!(again.exit(), 1);
        assert!(is_held(&path));
        drop(held);
        assert!(!is_held(&path));
        Folder::hold(&path).unwrap();
    }

    #[test]
    fn a_private_file_is_replaced_whole() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("it.json");
        write_private(&path, b"long and old").unwrap();
        try_private(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"long and old");
        write_private(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
        assert!(try_private(home.path()).is_err());
        assert!(try_private(&home.path().join("none/it.json")).is_err());
    }
}
