//! The chain: each event of a stream holds the digest of the one before it.

use serde::{Deserialize, Serialize};

use chrono::{DateTime, Utc};

use crate::{
    actor::Behalf,
    event::Event,
    ids::{DistrictId, PersonId, UnitId},
    scene::StreamId,
    text::Digest,
};

/// An event as it is written: who, when, on which stream, and what. Its bytes are what is hashed,
/// stored and verified; nothing re-encodes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The version of this form.
    pub schema: u32,
    /// The district.
    pub district: DistrictId,
    /// The stream.
    pub stream: StreamId,
    /// Its ordinal in the stream, from 1.
    pub version: u32,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// Who recorded it; none for the scheduler.
    pub actor: Option<PersonId>,
    /// Of which unit.
    pub unit: Option<UnitId>,
    /// For whom it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Behalf>,
    /// The address that the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The digest of the event before it; zeros for the first.
    pub previous: Digest,
    /// What happened.
    pub event: Event,
}

impl Envelope {
    /// Its exact bytes.
    ///
    /// # Errors
    /// Never for values of this crate; the encoder's signature says it could.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads exact bytes. The kind of stream says which facts it can hold.
    ///
    /// # Errors
    /// Where the bytes are not such an event.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

/// The digest before the first event.
pub const GENESIS: Digest = Digest([0; 32]);

/// The digest of an event's bytes; they hold the digest of the one before.
#[must_use]
pub fn digest(bytes: &[u8]) -> Digest {
    Digest::of(bytes)
}
