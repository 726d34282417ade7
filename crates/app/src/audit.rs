//! Notes of the record beside the cases: who they name, and on which stream they go.

use std::sync::PoisonError;

use engine::{
    CommandKind,
    audit::{self, AuditFact},
    calendar::beijing,
    command::Target,
    ids::{AuditId, PersonId, UnitId},
};
use store::Notes;

use crate::{App, Caller, Error};

/// Who did what a note says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct By {
    /// Who; none where nobody had signed in, or the program itself did.
    pub person: Option<PersonId>,
    /// Of which unit.
    pub unit: Option<UnitId>,
    /// From which address.
    pub source: Option<String>,
}

impl Caller {
    /// The caller, as notes name them.
    #[must_use]
    pub fn by(&self) -> By {
        By {
            person: Some(self.member.person),
            unit: Some(self.member.unit),
            source: self.source.clone(),
        }
    }
}

impl App {
    /// Notes by somebody, to be written alone or with the change that they belong to.
    #[must_use]
    pub fn notes(&self, by: &By, facts: Vec<AuditFact>) -> Notes {
        Notes {
            at: self.wall(),
            actor: by.person,
            unit: by.unit,
            source: by.source.clone(),
            log: self.log(),
            facts,
        }
    }

    /// Writes a note that belongs to no other change.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn note(&self, by: &By, fact: AuditFact) -> Result<(), Error> {
        for _ in 0..crate::submit::TRIES {
            match self.store().note(self.district(), self.notes(by, vec![fact.clone()])).await {
                Err(store::Error::Stale { .. }) => (),
                done => return Ok(done?),
            }
        }
        Err(Error::Busy)
    }

    /// The auditor's stream of this process and day.
    fn log(&self) -> AuditId {
        let today = self.wall().with_timezone(&beijing()).date_naive();
        let mut held = self.inner.log.lock().unwrap_or_else(PoisonError::into_inner);
        match *held {
            Some((day, log)) if day == today => log,
            Some(_) | None => {
                let log = AuditId(self.fresh());
                *held = Some((today, log));
                log
            }
        }
    }

    /// Leaves the note that the rules ask for where a command is not carried out.
    pub(crate) async fn note_refusal(
        &self,
        caller: &Caller,
        act: CommandKind,
        target: &Target,
        units: Vec<UnitId>,
        error: &Error,
    ) -> Result<(), Error> {
        let fact = match error {
            Error::Refused(refusal) => audit::of_refusal(act, refusal, target, units),
            Error::NotFound => Some(audit::of_unseen(act, target)),
            Error::KeyReused
            | Error::Busy
            | Error::NotSetUp
            | Error::Secret(_)
            | Error::Internal(_) => None,
        };
        match fact {
            Some(fact) => self.note(&caller.by(), fact).await,
            None => Ok(()),
        }
    }
}
