//! 受理: the petition is taken on, and its answer is owed from here.

use crate::{
    command::CommandKind,
    ids::{PetitionId, UnitId},
    petition::{Petition, PetitionFact},
    refusal::{Problem, Refusal},
    stand::{Named, Stand},
};

/// 受理.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accept {
    /// The petition.
    pub petition: PetitionId,
    /// The unit that answers it (有权处理机关), where another than the centre.
    pub competent: Option<UnitId>,
}

impl Accept {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        stand.permit_petition(CommandKind::AcceptPetition, petition)?;
        super::at(petition, &[super::registered])?;
        match petition.legal_bar {
            Some(bar) => Err(Refusal::PendingElsewhere { bar }),
            None => Ok(()),
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.petition(self.petition)?)?;
        if self.competent.is_some_and(|it| stand.facts.directory.unit(it).is_none()) {
            return Err(Refusal::invalid("competentUnit", Problem::Unknown));
        }
        let fact = PetitionFact::Accepted { competent: self.competent, at: stand.facts.now };
        stand.record_petition(self.petition, fact, Named::new())
    }
}
