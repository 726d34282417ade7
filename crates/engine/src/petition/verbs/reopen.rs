//! 重新办理: the next round on the same file; nobody files anew (R32).

use crate::{
    command::CommandKind,
    ids::PetitionId,
    petition::{Petition, PetitionFact},
    refusal::Refusal,
    stand::{Named, Stand},
    text::Words,
};

/// 重新办理.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopen {
    /// The petition.
    pub petition: PetitionId,
    /// Why.
    pub reason: Words,
}

impl Reopen {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        stand.permit_petition(CommandKind::ReopenPetition, petition)?;
        super::at(petition, &[super::answered, super::concluded])?;
        match petition.legal_bar {
            Some(bar) => Err(Refusal::PendingElsewhere { bar }),
            None => Ok(()),
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let petition = stand.petition(self.petition)?;
        Self::allowed(stand, petition)?;
        let fact = PetitionFact::Reopened { reason: self.reason, round: petition.round + 1 };
        stand.record_petition(self.petition, fact, Named::new())
    }
}
