//! 认定疑难复杂: by whom, when and why.

use crate::{
    command::CommandKind,
    ids::PetitionId,
    petition::{Difficult, Petition, PetitionFact},
    refusal::Refusal,
    stand::{self, Named, Stand},
    text::Words,
};

/// 认定疑难复杂.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecogniseDifficult {
    /// The petition.
    pub petition: PetitionId,
    /// Why.
    pub reason: Words,
}

impl RecogniseDifficult {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        stand.permit_petition(CommandKind::RecogniseDifficult, petition)?;
        if petition.stage.is_terminal() {
            return Err(stand::wrong_petition_stage(petition));
        }
        if petition.difficult.is_some() {
            return Err(Refusal::Already);
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.petition(self.petition)?)?;
        let difficult = Difficult { by: stand.by()?, at: stand.facts.now, reason: self.reason };
        let fact = PetitionFact::RecognisedDifficult { difficult };
        stand.record_petition(self.petition, fact, Named::new())
    }
}
