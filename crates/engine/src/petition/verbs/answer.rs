//! 答复: what the competent unit gives, recorded by the centre; apart from whether it is resolved.

use crate::{
    command::CommandKind,
    ids::PetitionId,
    petition::{AnswerKind, Petition, PetitionFact},
    refusal::Refusal,
    stand::{self, Named, Stand},
    text::Words,
    whistle::Resolution,
};

/// 答复.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The petition.
    pub petition: PetitionId,
    /// What it gives.
    pub answer: AnswerKind,
    /// The text: request, facts, opinion, basis, and the right to review (R36).
    pub text: Words,
    /// Whether it resolves the matter.
    pub resolution: Resolution,
}

impl Answer {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        stand.permit_petition(CommandKind::AnswerPetition, petition)?;
        super::at(petition, &[super::open])?;
        // An open whistle is answered by its own ending first.
        if petition.is_whistled() {
            return Err(stand::wrong_petition_stage(petition));
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.petition(self.petition)?)?;
        let fact = PetitionFact::Answered {
            answer: self.answer,
            text: self.text,
            resolution: self.resolution,
            at: stand.facts.now,
        };
        stand.record_petition(self.petition, fact, Named::new())
    }
}
