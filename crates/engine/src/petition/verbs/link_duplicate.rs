//! 认定重复件: linked to the first and counted; no new statutory clock runs (R5).

use crate::{
    command::CommandKind,
    ids::PetitionId,
    petition::{Petition, PetitionFact, Stage},
    refusal::{Problem, Refusal},
    stand::{Named, Stand},
};

/// 认定重复件.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkDuplicate {
    /// The repeat.
    pub petition: PetitionId,
    /// The first.
    pub of: PetitionId,
}

impl LinkDuplicate {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        stand.permit_petition(CommandKind::LinkDuplicate, petition)?;
        super::at(petition, &[super::registered])
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.petition(self.petition)?)?;
        if self.of == self.petition {
            return Err(Refusal::invalid("of", Problem::Contradiction));
        }
        let first = stand.petition(self.of)?;
        // A chain of duplicates would hide the first; an unregistered one is none.
        match first.stage {
            Stage::Blank | Stage::Duplicate { .. } => {
                return Err(Refusal::invalid("of", Problem::Contradiction));
            }
            Stage::Registered
            | Stage::NotAccepted
            | Stage::Accepted
            | Stage::InProgress
            | Stage::Answered { .. }
            | Stage::Concluded => (),
        }
        if first.centre() != stand.petition(self.petition)?.centre() {
            return Err(Refusal::invalid("of", Problem::Unknown));
        }
        stand.record_petition(
            self.petition,
            PetitionFact::DuplicateLinked { of: self.of },
            Named::new(),
        )
    }
}
