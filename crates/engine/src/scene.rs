//! What a decision looks at: the streams that a command touches, as they are now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    event::{self, Event},
    ids::{PetitionId, WhistleId},
    petition::Petition,
    whistle::Whistle,
};

/// A stream of events: one history with its own versions and its own chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum StreamId {
    /// A petition.
    Petition(PetitionId),
    /// A whistle with its assignments.
    Whistle(WhistleId),
}

impl StreamId {
    /// The bare id.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Petition(it) => it.0,
            Self::Whistle(it) => it.0,
        }
    }

    /// The kind, as tables and events name it.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Petition(_) => "petition",
            Self::Whistle(_) => "whistle",
        }
    }
}

/// The streams that a command touches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scene {
    /// The whistles, by id.
    pub whistles: BTreeMap<WhistleId, Whistle>,
    /// The petitions, by id.
    pub petitions: BTreeMap<PetitionId, Petition>,
}

impl Scene {
    /// Folds an event in. Events on a stream that is not there begin it.
    pub fn apply(&mut self, stream: StreamId, event: &Event) {
        match stream {
            StreamId::Petition(id) => {
                let petition = self.petitions.remove(&id).unwrap_or_else(|| Petition::blank(id));
                if let Event::Petition(it) = event {
                    self.petitions.insert(id, event::evolve_petition(petition, it));
                } else {
                    self.petitions.insert(id, petition);
                }
            }
            StreamId::Whistle(id) => {
                let whistle = self.whistles.remove(&id).unwrap_or_else(|| Whistle::blank(id));
                if let Event::Whistle(it) = event {
                    self.whistles.insert(id, event::evolve_whistle(whistle, it));
                } else {
                    self.whistles.insert(id, whistle);
                }
            }
        }
    }
}
