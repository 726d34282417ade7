//! 标记法定途径: a decision is pending elsewhere from now on, or no longer is (R1).

use crate::{
    command::CommandKind,
    ids::PetitionId,
    petition::{LegalBar, Petition, PetitionFact},
    refusal::{Problem, Refusal},
    stand::{self, Named, Stand},
    text::Words,
};

/// 标记法定途径.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetLegalBar {
    /// The petition.
    pub petition: PetitionId,
    /// Where it is pending; none where it no longer is.
    pub bar: Option<LegalBar>,
    /// Why: case number, ruling.
    pub reason: Words,
}

impl SetLegalBar {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        stand.permit_petition(CommandKind::SetLegalBar, petition)?;
        if petition.stage.is_terminal() {
            return Err(stand::wrong_petition_stage(petition));
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let petition = stand.petition(self.petition)?;
        Self::allowed(stand, petition)?;
        if petition.legal_bar == self.bar {
            return Err(Refusal::Already);
        }
        // An accusation stays with discipline inspection.
        if petition.is_accusation() {
            return Err(Refusal::invalid("bar", Problem::Contradiction));
        }
        let fact = PetitionFact::LegalBarSet { bar: self.bar, reason: self.reason };
        stand.record_petition(self.petition, fact, Named::new())
    }
}
