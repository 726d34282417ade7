//! What people do in the stories: one function for each act, in the words of the people.

mod part;
mod petition;
mod whistle;

use std::fmt;

use engine::Command;

use super::desk::Desk;

pub(super) use part::*;
pub(super) use petition::*;
pub(super) use whistle::*;

/// Which case an act is about, by the name that the stories give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// A petition, by its key in the data.
    Petition(&'static str),
    /// A whistle, by its slot.
    Whistle(&'static str),
}

/// Writes the command, given what lies on the desk.
type Write = Box<dyn Fn(&mut Desk<'_>) -> anyhow::Result<Command>>;

/// Something that somebody does.
pub(super) struct Act {
    what: &'static str,
    pub(super) case: Case,
    write: Write,
}

/// Whether a matter was resolved, with what remains where it was not.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    /// 已化解.
    Resolved,
    /// 部分化解.
    Partial(&'static str),
    /// 未化解.
    Unresolved(&'static str),
}

impl Act {
    fn on_petition(
        what: &'static str,
        key: &'static str,
        write: impl Fn(&mut Desk<'_>) -> anyhow::Result<Command> + 'static,
    ) -> Self {
        Self { what, case: Case::Petition(key), write: Box::new(write) }
    }

    fn on_whistle(
        what: &'static str,
        slot: &'static str,
        write: impl Fn(&mut Desk<'_>) -> anyhow::Result<Command> + 'static,
    ) -> Self {
        Self { what, case: Case::Whistle(slot), write: Box::new(write) }
    }

    /// Whether it puts a petition on file, which takes a number.
    pub(super) fn takes_number(&self) -> bool {
        self.what == REGISTER
    }

    /// The command.
    pub(super) fn command(&self, desk: &mut Desk<'_>) -> anyhow::Result<Command> {
        (self.write)(desk)
    }
}

const REGISTER: &str = "registerPetition";

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Case::Petition(case) | Case::Whistle(case)) = self.case;
        write!(f, "{case}: {}", self.what)
    }
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
