//! 签收: stops the one clock of acknowledging and moves no other date (R12).

use crate::{
    command::CommandKind,
    ids::{AssignmentId, WhistleId},
    refusal::Refusal,
    stand::{self, Stand},
    whistle::{Assignment, Whistle, WhistleFact},
};

/// 签收.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledge {
    /// The whistle.
    pub whistle: WhistleId,
    /// The assignment.
    pub assignment: AssignmentId,
}

impl Acknowledge {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::Acknowledge, whistle, Some(it.id))?;
        super::in_response(whistle)?;
        if !it.stage.is_active() {
            return Err(stand::wrong_part(it));
        }
        if it.acknowledged.is_some() {
            return Err(Refusal::Already);
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle, stand::assignment(whistle, self.assignment)?)?;
        let fact = WhistleFact::Acknowledged {
            assignment: self.assignment,
            by: stand.by()?,
            at: stand.occurred_at(),
        };
        stand.record(self.whistle, fact)
    }
}
