//! The rules: what may happen to a petition and to a whistle, and what follows from it.
//!
//! Nothing here reads a clock, draws a number, waits or writes. [`decide`] answers a command with
//! facts or with a [`Refusal`]; [`evolve`] folds facts into state; [`whistle::deadlines`] and [`notices`]
//! say what is owed after them; [`actions`] says what an actor may do now and why not the rest.
#![deny(clippy::wildcard_enum_match_arm)]

pub mod account;
pub mod actor;
pub mod alike;
pub mod audit;
pub mod authority;
pub mod calendar;
pub mod chain;
pub mod clock;
pub mod command;
pub mod directory;
pub mod event;
pub mod facts;
pub mod file;
pub mod ids;
pub mod lists;
pub mod notice;
pub mod petition;
pub mod picture;
pub mod prove;
pub mod record;
pub mod recusal;
pub mod refusal;
pub mod scene;
mod stand;
pub mod suggest;
pub mod supervision;
pub mod text;
pub mod whatif;
pub mod whistle;

pub use command::{Command, CommandKind, actions, decide};
pub use event::{Event, evolve};
pub use facts::Facts;
pub use notice::notices;
pub use refusal::Refusal;
pub use scene::{Scene, StreamId};
