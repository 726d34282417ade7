//! 不予受理: with the ground and the legal route that is told.

use crate::{
    command::CommandKind,
    ids::PetitionId,
    petition::{DeclineGround, Petition, PetitionFact},
    refusal::Refusal,
    stand::{Named, Stand},
    text::Words,
};

/// 不予受理.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decline {
    /// The petition.
    pub petition: PetitionId,
    /// Why.
    pub ground: DeclineGround,
    /// The route that is told.
    pub route: Words,
}

impl Decline {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        stand.permit_petition(CommandKind::DeclinePetition, petition)?;
        super::at(petition, &[super::registered])
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.petition(self.petition)?)?;
        let fact = PetitionFact::Declined { ground: self.ground, route: self.route };
        stand.record_petition(self.petition, fact, Named::new())
    }
}
