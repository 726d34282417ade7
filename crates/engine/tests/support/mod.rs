//! What the proofs share: the picture, and the instant the stories begin at.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

use chrono::{DateTime, NaiveDateTime, Utc};
use engine::{
    calendar::beijing,
    picture::{Picture, Story},
};

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    local.and_local_timezone(beijing()).unwrap().to_utc()
}

/// A Monday morning without a holiday near.
pub(crate) fn start() -> DateTime<Utc> {
    at("2019-06-17 09:00")
}

pub(crate) fn picture() -> Picture {
    Picture::preset().unwrap()
}

pub(crate) fn stories(picture: &Picture) -> Vec<Story> {
    match picture.stories(start()) {
        Ok(it) => it,
        Err((name, refusal)) => panic!("{name}: {refusal:?}"),
    }
}
