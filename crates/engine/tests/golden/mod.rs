//! Files that are generated, committed, and held against what is.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

use std::path::PathBuf;

/// Holds a text against a file in `tests/`; `UPDATE=1` writes the file instead.
#[track_caller]
pub(crate) fn golden(file: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(file);
    if updating() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return;
    }
    let current = std::fs::read_to_string(&path).unwrap_or_default();
    if let Some((line, (was, is))) =
        current.lines().zip(text.lines()).enumerate().find(|(_, (was, is))| was != is)
    {
        panic!("{file} line {} is not current\n was {was}\n is  {is}\nrun with UPDATE=1", line + 1);
    }
    assert!(current == text, "{file} is not current (its length differs): run with UPDATE=1");
}

#[expect(
    clippy::disallowed_methods,
    reason = "a switch of the test run, no setting of the product"
)]
fn updating() -> bool {
    std::env::var("UPDATE").is_ok_and(|it| it == "1")
}
