//! 释放: an assist that is not needed is let go.

use crate::{
    command::CommandKind,
    ids::{AssignmentId, WhistleId},
    refusal::{Problem, Refusal},
    stand::{self, Stand},
    text::Words,
    whistle::{Assignment, AssignmentRole, Whistle, WhistleFact},
};

/// 释放.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseUnit {
    /// The whistle.
    pub whistle: WhistleId,
    /// The assignment.
    pub assignment: AssignmentId,
    /// Why.
    pub reason: Words,
}

impl ReleaseUnit {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::ReleaseUnit, whistle, Some(it.id))?;
        super::in_response(whistle)?;
        if !it.stage.is_active() {
            return Err(stand::wrong_part(it));
        }
        // A whistle is never without a lead: change the lead instead.
        if it.role == AssignmentRole::Lead {
            return Err(Refusal::invalid("assignment", Problem::Contradiction));
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle, stand::assignment(whistle, self.assignment)?)?;
        let fact = WhistleFact::UnitReleased { assignment: self.assignment, reason: self.reason };
        stand.record(self.whistle, fact)
    }
}
