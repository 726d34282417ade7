//! 办结: the file of an answered petition is closed; resolved and satisfied are other facts (R29).

use crate::{
    command::CommandKind,
    ids::PetitionId,
    petition::{Petition, PetitionFact},
    refusal::Refusal,
    stand::{Named, Stand},
};

/// 诉求办结.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclude {
    /// The petition.
    pub petition: PetitionId,
}

impl Conclude {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        stand.permit_petition(CommandKind::ConcludePetition, petition)?;
        super::at(petition, &[super::answered])
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.petition(self.petition)?)?;
        let fact = PetitionFact::Concluded { at: stand.facts.now };
        stand.record_petition(self.petition, fact, Named::new())
    }
}
