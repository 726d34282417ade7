//! What the bytes of an event say of where it belongs.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::super::seal::StreamKind;
use crate::{
    audit::{AuditFact, Note},
    chain::Envelope,
    ids::{AuditId, DistrictId},
    scene::StreamId,
    text::Digest,
};

/// An expiry that was recorded.
pub(super) struct Expiry {
    pub(super) events: u32,
    pub(super) head: Digest,
    pub(super) at: DateTime<Utc>,
}

/// What every event says of where it belongs.
#[derive(Deserialize)]
struct Claimed<S> {
    district: DistrictId,
    stream: S,
    version: u32,
    at: DateTime<Utc>,
    previous: Digest,
}

/// What an event says of itself.
pub(super) struct Said {
    pub(super) district: DistrictId,
    pub(super) stream: Option<(StreamKind, Uuid)>,
    pub(super) version: u32,
    pub(super) at: DateTime<Utc>,
    pub(super) previous: Digest,
    /// Its code; none for a fact that only a newer program knows.
    pub(super) kind: Option<&'static str>,
    pub(super) expiry: Option<(Uuid, Expiry)>,
}

/// Reads where an event says that it belongs; none where it is no event.
pub(super) fn claimed(kind: StreamKind, bytes: &[u8]) -> Option<Said> {
    match kind {
        StreamKind::Petition | StreamKind::Whistle => {
            let it: Claimed<StreamId> = serde_json::from_slice(bytes).ok()?;
            let code = Envelope::parse(bytes).ok().map(|it| it.event.kind());
            let stream = match it.stream {
                StreamId::Petition(it) => (StreamKind::Petition, it.0),
                StreamId::Whistle(it) => (StreamKind::Whistle, it.0),
            };
            Some(Said::of(&it, Some(stream), code, None))
        }
        StreamKind::Register | StreamKind::Log => {
            let it: Claimed<AuditId> = serde_json::from_slice(bytes).ok()?;
            let note = Note::parse(bytes).ok();
            let expiry = note.as_ref().and_then(|note| {
                let AuditFact::NotesExpired { stream, events, head, .. } = &note.fact else {
                    return None;
                };
                Some((stream.0, Expiry { events: *events, head: *head, at: it.at }))
            });
            let id = it.stream.0;
            let code = note.map(|it| it.fact.kind());
            Some(Said::of(&it, Some((kind, id)), code, expiry))
        }
    }
}

impl Said {
    fn of<S>(
        it: &Claimed<S>,
        stream: Option<(StreamKind, Uuid)>,
        kind: Option<&'static str>,
        expiry: Option<(Uuid, Expiry)>,
    ) -> Self {
        let Claimed { district, version, at, previous, .. } = *it;
        Self { district, stream, version, at, previous, kind, expiry }
    }
}
