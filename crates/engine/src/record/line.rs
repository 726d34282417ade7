//! The form of an export: JSON, one value a line, read from top to bottom once.
//!
//! `record` first, then every `seal` from number 1, then each stream in the order of ids: `stream`
//! with its points, followed by each `event` of it; `end` last. The body of an event is the exact
//! text that is hashed. A line that is not there shows: seals and events are numbered, streams are
//! under the root of a seal, and the end counts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    merkle::Step,
    seal::{Signature, StreamKind},
};
use crate::{ids::DistrictId, text::Digest};

/// The version of the form of an export.
pub const FORM: u32 = 1;

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The first.
    Record(Header),
    /// A seal.
    Seal(SealLine),
    /// The beginning of a stream.
    Stream(StreamLine),
    /// An event of the stream above it.
    Event(EventLine),
    /// The last.
    End(End),
}

/// What an export is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of this form.
    pub form: u32,
    /// The district.
    pub district: DistrictId,
    /// Its name.
    pub name: String,
    /// When it was exported.
    pub at: DateTime<Utc>,
    /// The case that it is of, where it is of one alone: then there is one seal, and each stream
    /// proves that it is under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
}

/// Exact bytes: as text where they are, else in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// Text; its bytes in UTF-8 are what is hashed.
    Text(String),
    /// What is no text, and so was damaged.
    Bytes {
        /// The bytes.
        hex: String,
    },
}

impl Body {
    /// Exact bytes, as a line holds them.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Text(text),
            Err(error) => {
                let hex = error.as_bytes().iter().map(|it| format!("{it:02x}")).collect();
                Self::Bytes { hex }
            }
        }
    }

    /// The bytes. What is no text was damaged, and digits that are none make it no better.
    #[must_use]
    pub fn bytes(&self) -> std::borrow::Cow<'_, [u8]> {
        match self {
            Self::Text(it) => it.as_bytes().into(),
            Self::Bytes { hex } => {
                let pair = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
                let bytes: Vec<u8> = (0..hex.len()).step_by(2).map_while(pair).collect();
                bytes.into()
            }
        }
    }
}

/// A seal with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealLine {
    /// Its number.
    pub no: u32,
    /// Its exact bytes.
    pub body: Body,
    /// Its signature.
    pub signature: Signature,
}

/// Where a stream stood when a seal was made that it had moved before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The number of the seal.
    pub seal: u32,
    /// How many events the stream had.
    pub version: u32,
    /// The digest of the last.
    pub head: Digest,
}

/// The beginning of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamLine {
    /// Its kind.
    pub kind: StreamKind,
    /// Its id.
    pub id: Uuid,
    /// How many events it has.
    pub version: u32,
    /// The digest of the last.
    pub head: Digest,
    /// Where it stood at the seals before which it had moved, by their numbers.
    pub points: Vec<Point>,
    /// The steps from its point to the root of the seal, in the export of one case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Vec<Step>>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventLine {
    /// Its ordinal in the stream.
    pub version: u32,
    /// What happened, by its code.
    pub kind: String,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// The digest of its bytes.
    pub hash: Digest,
    /// Its exact bytes.
    pub body: Body,
}

/// What the lines above should have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// How many seals.
    pub seals: u64,
    /// How many streams.
    pub streams: u64,
    /// How many events.
    pub events: u64,
    /// The digest of all lines above with their ends, against accidents.
    pub digest: Digest,
}

impl Line {
    /// The line as text, without its end.
    ///
    /// # Errors
    /// Never for values of this crate; the encoder's signature says it could.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_bytes_come_back_exactly_whatever_they_are() {
        for bytes in [b"{\"a\":\"\\u0041\xe5\x93\xa8\"}".to_vec(), vec![0xff, 0, 0x41], vec![]] {
            let body = Body::of(bytes.clone());
            let text = serde_json::to_string(&body).unwrap();
            let read: Body = serde_json::from_str(&text).unwrap();
            assert_eq!(read.bytes().as_ref(), bytes);
        }
    }
}
