//! Facts: what happened to a petition or a whistle, in the past tense, for ever.
//!
//! An event is a fact and the clocks that it stopped and started. The fact carries all that the
//! state after it needs, so that folding never asks a list, a calendar or the time.

use serde::{Deserialize, Serialize};

use crate::{
    clock::{ClockKey, Clocks, Start},
    file::Attachment,
    ids::FileId,
    petition::{Petition, PetitionFact},
    whistle::{Whistle, WhistleFact},
};

/// The version of the stored form. Older forms are upcast when they are read.
pub const SCHEMA: u32 = 1;

/// A fact on a stream with the clocks it moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded<F> {
    /// What happened.
    #[serde(flatten)]
    pub fact: F,
    /// The clocks it stopped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stops: Vec<ClockKey>,
    /// The clocks it started or moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<Start>,
}

impl<F> Recorded<F> {
    fn move_clocks(&self, clocks: &mut Clocks) {
        for key in &self.stops {
            clocks.remove(key);
        }
        for start in &self.starts {
            clocks.insert(start.key, start.term.clone());
        }
    }
}

/// What happened to a petition.
pub type PetitionEvent = Recorded<PetitionFact>;
/// What happened to a whistle.
pub type WhistleEvent = Recorded<WhistleFact>;

/// What happened to any of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// To a petition.
    Petition(PetitionEvent),
    /// To a whistle.
    Whistle(WhistleEvent),
}

impl Event {
    /// The file that it attached.
    #[must_use]
    pub fn file(&self) -> Option<&Attachment> {
        match self {
            Self::Petition(PetitionEvent { fact: PetitionFact::FileAttached { file }, .. })
            | Self::Whistle(WhistleEvent { fact: WhistleFact::FileAttached { file }, .. }) => {
                Some(file)
            }
            Self::Petition(_) | Self::Whistle(_) => None,
        }
    }

    /// The sealed file that it opened.
    #[must_use]
    pub fn opened(&self) -> Option<FileId> {
        match self {
            Self::Petition(PetitionEvent {
                fact: PetitionFact::FileOpened { file, .. }, ..
            })
            | Self::Whistle(WhistleEvent { fact: WhistleFact::FileOpened { file, .. }, .. }) => {
                Some(*file)
            }
            Self::Petition(_) | Self::Whistle(_) => None,
        }
    }

    /// The fact's name, as the stored form and metrics use it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Petition(it) => (&it.fact).into(),
            Self::Whistle(it) => (&it.fact).into(),
        }
    }
}

/// The petition after `event`.
#[must_use]
pub fn evolve_petition(mut petition: Petition, event: &PetitionEvent) -> Petition {
    petition.version += 1;
    petition.apply(&event.fact);
    event.move_clocks(&mut petition.clocks);
    petition
}

/// The whistle after `event`.
#[must_use]
pub fn evolve_whistle(mut whistle: Whistle, event: &WhistleEvent) -> Whistle {
    let before = whistle.assignments.clone();
    whistle.version += 1;
    whistle.apply(&event.fact);
    event.move_clocks(&mut whistle.clocks);
    whistle.end_ladders();
    // An assignment's version counts what happened to it, its own clocks included.
    let mut touched = event.fact.assignments();
    let clocks = event.stops.iter().chain(event.starts.iter().map(|it| &it.key));
    touched.extend(clocks.filter_map(|it| it.assignment));
    // What ends or turns the whole whistle changes parts that the fact does not name.
    let changed = whistle.assignments.iter().filter(|(id, it)| before.get(id) != Some(*it));
    touched.extend(changed.map(|(id, _)| *id));
    for id in touched {
        if let Some(it) = whistle.assignments.get_mut(&id) {
            it.version += 1;
        }
    }
    whistle
}

/// Folds a history of one kind of stream.
pub trait Fold: Sized {
    /// The facts of the stream.
    type Event;
    /// The state after `event`.
    #[must_use]
    fn after(self, event: &Self::Event) -> Self;
}

impl Fold for Petition {
    type Event = PetitionEvent;
    fn after(self, event: &PetitionEvent) -> Self {
        evolve_petition(self, event)
    }
}

impl Fold for Whistle {
    type Event = WhistleEvent;
    fn after(self, event: &WhistleEvent) -> Self {
        evolve_whistle(self, event)
    }
}

/// The state after `event`. Total: an event carries all that its state needs.
#[must_use]
pub fn evolve<S: Fold>(state: S, event: &S::Event) -> S {
    state.after(event)
}
