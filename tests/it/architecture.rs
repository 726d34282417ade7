//! The floors: a crate uses only floors below it, and only the outsiders that are its own.

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;

/// Package, and the packages of ours that it may use.
const FLOORS: &[(&str, &[&str])] = &[
    ("engine", &[]),
    ("migrations", &[]),
    ("papers", &["engine"]),
    ("store", &["engine", "migrations"]),
    ("app", &["engine", "papers", "store"]),
    ("mail", &["app", "engine", "papers", "store"]),
    ("graph", &["app", "engine", "store"]),
    ("console", &[]),
    ("server", &["app", "console", "engine", "graph", "mail", "papers", "store"]),
    ("tests", &["app", "console", "engine", "graph", "mail", "papers", "server", "store"]),
];

/// Outsiders that only these may name.
const FENCED: &[(&str, &[&str])] = &[
    ("sea-orm", &["store"]),
    ("sea-orm-migration", &["migrations"]),
    ("chacha20poly1305", &["store"]),
    ("hmac", &["store"]),
    ("lettre", &["mail"]),
    ("calamine", &["papers"]),
    ("rust_xlsxwriter", &["papers"]),
    ("rust-embed", &["console"]),
    ("governor", &["server"]),
    ("hyper", &["server"]),
    ("ring", &["server"]),
    ("rustls", &["mail", "server", "tests"]),
    ("clap", &["server"]),
    ("async-graphql", &["graph", "server", "tests"]),
    ("axum", &["graph", "console", "server", "tests"]),
    ("tokio", &["app", "graph", "mail", "server", "store", "tests"]),
];

#[test]
fn crates_keep_to_their_floor() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let ours: BTreeSet<&str> = FLOORS.iter().map(|(name, _)| *name).collect();
    let packages = metadata["packages"].as_array().expect("packages");
    assert_eq!(packages.len(), FLOORS.len());
    let mut faults = vec![];
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let Some((_, allowed)) = FLOORS.iter().find(|(it, _)| *it == name) else {
            faults.push(format!("{name} has no floor"));
            continue;
        };
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let other = dependency["name"].as_str().expect("a name");
            // What a test borrows does not ship.
            let ships = dependency["kind"] != "dev";
            if ours.contains(other) && !allowed.contains(&other) {
                faults.push(format!("{name} uses {other}"));
            }
            if let Some((_, users)) = FENCED.iter().find(|(it, _)| *it == other)
                && ships
                && !users.contains(&name)
            {
                faults.push(format!("{name} names {other}"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The engine reads no clock, draws no number, and waits for nothing: it could not if it wanted.
#[test]
fn the_engine_names_nothing_that_acts() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let engine = metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .find(|it| it["name"] == "engine")
        .expect("the engine");
    let names: BTreeSet<&str> = engine["dependencies"]
        .as_array()
        .expect("dependencies")
        .iter()
        .filter(|it| it["kind"] != "dev")
        .map(|it| it["name"].as_str().expect("a name"))
        .collect();
    let allowed =
        BTreeSet::from(["chrono", "serde", "serde_json", "sha2", "strum", "thiserror", "uuid"]);
    assert!(names.is_subset(&allowed), "{names:?}");
}
