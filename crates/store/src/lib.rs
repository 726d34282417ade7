//! What is remembered: tables, the one commit, read models. The only crate that knows the database.
//!
//! Instants are UTC, cut to microseconds by the caller's clock. Every key is led by the district.
//! Nothing here decides anything: states and events come from the engine, rows are their shadow.

mod audit;
mod claim;
mod directory;
mod dump;
mod entity;
mod error;
mod gate;
mod journal;
mod open;
mod people;
mod project;
mod read;
mod search;
mod units;
mod upkeep;
mod writer;

pub use audit::{Notes, register_stream};
pub use claim::{ClaimedMailing, DueDeadline, LetterInMailing};
pub use directory::{Account, NewAccount, RegisterState};
pub use error::Error;
pub use gate::Viewer;
pub use journal::{
    Commit, Entitlement, EventRecord, KeyRecord, LetterDraft, Loaded, NumbersTaken, PersonDraft,
    Recorded, State, TextDraft,
};
pub use open::{Options, Store};
pub use people::PersonCard;
pub use read::{
    Cursor, DeadlineView, EventView, InboxEntry, InboxFilter, LetterFilter, LetterView, Page,
    PageRequest, PetitionFilter, PetitionOrder, WhistleFilter, WhistleOrder,
};

/// The version of the fold: a state that an older program folded is folded anew.
pub const FOLD_VERSION: i32 = 1;
