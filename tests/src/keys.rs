//! The key of every scenario, for what runs in process and for programs over the same database.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use store::{Key, Keyring};

/// A keyring that holds the scenarios' key.
pub fn keyring() -> Keyring {
    let keyring = Keyring::default();
    keyring.replace([(1, Key::new([7; store::KEY_LEN]))], 1).expect("a key");
    keyring
}

/// The same as files, in the data folder of a program that takes over.
pub fn put(data: &Path) {
    let folder = data.join("keys");
    fs::create_dir_all(&folder).expect("a folder");
    write(&folder.join("data-1.key"), &"07".repeat(store::KEY_LEN));
    write(&folder.join("data.current"), "1");
}

/// A file that only its owner reads.
pub fn write(path: &Path, text: &str) {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .expect("a file");
    file.write_all(text.as_bytes()).expect("written");
}
