//! The scenarios: what the product promises, in the words of the domain, on both databases.
#![expect(clippy::unwrap_used, reason = "a scenario fails where it unwraps")]

mod accounts;
mod architecture;
mod backup;
mod browser;
mod concurrency;
mod crash;
mod due;
mod edge;
mod files;
mod fuzz;
mod gate;
mod hardening;
mod house;
mod idempotency;
mod import;
mod leaks;
mod ledger;
mod letters;
mod lifecycle;
mod limits;
mod lists;
mod mail;
mod matrix;
mod migrations;
mod oidc;
mod pages;
mod record;
mod reorganisation;
mod restart;
mod schema;
mod sealed;
mod secrets;
mod story;
mod strangers;
mod tls;
