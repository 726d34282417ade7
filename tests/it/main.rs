//! The scenarios: what the product promises, in the words of the domain, on both databases.

mod architecture;
mod concurrency;
mod due;
mod gate;
mod idempotency;
mod import;
mod letters;
mod lifecycle;
mod limits;
mod mail;
mod migrations;
mod pages;
mod restart;
mod schema;
mod story;
mod strangers;
