//! What is remembered: tables, the one commit, read models. The only crate that knows the database.
//!
//! Instants are UTC, cut to microseconds by the caller's clock. Every key is led by the district.
//! Nothing here decides anything: states and events come from the engine, rows are their shadow.

mod account;
mod archive;
mod audit;
mod claim;
mod directory;
mod dump;
mod entity;
mod error;
mod factor;
mod file;
mod files;
mod gate;
mod journal;
mod keyring;
mod lists;
mod lock;
mod lookup;
mod open;
mod people;
mod project;
mod provider;
mod read;
mod roles;
mod rota;
mod rotation;
mod seal;
mod sealed;
mod search;
mod session;
mod units;
mod upkeep;
mod writer;

pub use account::{Account, AccountDetails, Credentials, NewAccount, NewPassword};
pub use archive::{
    Archive, Column as ArchiveColumn, KeyNeeded, Kind as ArchiveKind, Loader, Part, Table, Tally,
};
pub use audit::{NoteFilter, NoteView, Notes, register_stream};
pub use claim::{ClaimedMailing, DueDeadline, LetterInMailing};
pub use directory::RegisterState;
pub use error::Error;
pub use factor::Factor;
pub use file::StoredFile;
pub use files::{Arrived, Bucket, FileError, Files, Incoming, Reader, Storage};
pub use gate::Viewer;
pub use journal::{
    Commit, Entitlement, EventRecord, KeyRecord, LetterDraft, Loaded, NumbersTaken, PersonDraft,
    Recorded, State, TextDraft,
};
pub use keyring::{KEY_LEN, Key, Keyring, Place, Sealed, Wrapped, random_key};
pub use lists::{ListsPut, ListsVersionView};
pub use open::{Options, Store};
pub use people::PersonCard;
pub use provider::{Identity, Moved};
pub use read::{
    Cursor, DeadlineView, EventView, InboxEntry, InboxFilter, LetterFilter, LetterView, Page,
    PageRequest, PetitionFilter, PetitionOrder, Sought, WhistleFilter, WhistleOrder,
};
pub use roles::RolesAsked;
pub use rotation::SealedAnew;
pub use seal::{Book, Expiring, HolderLetter, SealRow, Snapshot};
pub use session::{NewDevice, NewSession, Session};

/// The version of the fold: a state that an older program folded is folded anew.
pub const FOLD_VERSION: i32 = 1;
