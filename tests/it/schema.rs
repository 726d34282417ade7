//! `schema.graphql` is the contract; it changes only in sight of the reviewer.

use std::{fs, path::Path};

#[test]
fn schema_graphql_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.graphql");
    let actual = graph::sdl();
    #[expect(clippy::disallowed_methods, reason = "a golden file is rewritten on demand")]
    if std::env::var("UPDATE").is_ok() {
        fs::write(&path, &actual).expect("written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        actual == expected,
        "schema.graphql is stale: run `make update` and read the difference"
    );
}

/// Every type, field and value is described, so that a clerk can read the contract.
#[test]
fn everything_in_the_schema_is_described() {
    let sdl = graph::sdl();
    let lines: Vec<&str> = sdl.lines().collect();
    let mut bare = vec![];
    let mut inside = "";
    for (index, line) in lines.iter().enumerate() {
        let text = line.trim();
        let opens = ["type ", "input ", "enum ", "union "].iter().any(|it| line.starts_with(it));
        if opens {
            inside = text;
        }
        let member = line.starts_with('\t')
            && !text.starts_with('"')
            && text.chars().next().is_some_and(char::is_alphabetic);
        let described = index > 0 && lines[index - 1].trim() == "\"\"\"";
        let prose = member && !text.contains(':') && !inside.starts_with("enum");
        if (opens || member) && !described && !prose && !inside.is_empty() {
            bare.push(format!("{inside}: {text}"));
        }
        if line.starts_with('}') {
            inside = "";
        }
    }
    bare.retain(|it| !it.starts_with("union"));
    assert!(bare.is_empty(), "{bare:#?}");
}
