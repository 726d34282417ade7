//! 未报到: who did not come is recorded beside; those present proceed.

use crate::{
    actor::Role,
    command::CommandKind,
    ids::{AssignmentId, WhistleId},
    refusal::{Problem, Refusal},
    stand::{self, Stand},
    text::Words,
    whistle::{Assignment, AssignmentRole, AssignmentStage, Stage, Whistle, WhistleFact},
};

/// 未报到.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordAbsence {
    /// The whistle.
    pub whistle: WhistleId,
    /// The assignment.
    pub assignment: AssignmentId,
    /// Why.
    pub reason: Words,
    /// For a lead that is absent at its limit: the director lets handling go ahead without it.
    pub go_ahead: bool,
}

impl RecordAbsence {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::RecordAbsence, whistle, Some(it.id))?;
        super::in_response(whistle)?;
        match it.stage {
            AssignmentStage::Issued | AssignmentStage::Acknowledged => Ok(()),
            AssignmentStage::ReturnRequested { .. }
            | AssignmentStage::Returned { .. }
            | AssignmentStage::Disputed { .. }
            | AssignmentStage::ReportedIn
            | AssignmentStage::Replied { .. }
            | AssignmentStage::Released
            | AssignmentStage::Ended => Err(stand::wrong_part(it)),
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        let it = stand::assignment(whistle, self.assignment)?;
        Self::allowed(stand, whistle, it)?;
        if self.go_ahead {
            if !stand.decider()?.roles.contains(&Role::Director) {
                return Err(Refusal::NotPermitted { who: vec![Role::Director] });
            }
            let at_limit = match whistle.stage {
                Stage::Responding { lead_absent, .. } => lead_absent,
                Stage::Blank
                | Stage::Draft
                | Stage::UnderReview
                | Stage::Endorsed { .. }
                | Stage::Handling { .. }
                | Stage::Verifying { .. }
                | Stage::Rating { .. }
                | Stage::Closing { .. }
                | Stage::LongTerm { .. }
                | Stage::Closed
                | Stage::Terminated
                | Stage::Withdrawn
                | Stage::Escalated { .. } => false,
            };
            if !at_limit || it.role != AssignmentRole::Lead {
                return Err(Refusal::invalid("goAhead", Problem::Contradiction));
            }
        } else if it.absent {
            return Err(Refusal::Already);
        }
        let fact = WhistleFact::AbsenceRecorded {
            assignment: self.assignment,
            by: stand.by()?,
            reason: self.reason,
            go_ahead: self.go_ahead,
        };
        stand.record(self.whistle, fact)
    }
}
