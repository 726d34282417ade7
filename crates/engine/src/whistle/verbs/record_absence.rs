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

/// Whether the lead is absent at its limit, so that a remedy is owed.
fn at_limit(whistle: &Whistle, it: &Assignment) -> bool {
    let absent = match whistle.stage {
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
    absent && it.role == AssignmentRole::Lead
}

impl RecordAbsence {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::RecordAbsence, whistle, Some(it.id))?;
        super::in_response(whistle)?;
        match it.stage {
            AssignmentStage::Issued | AssignmentStage::Acknowledged => (),
            AssignmentStage::ReturnRequested { .. }
            | AssignmentStage::Returned { .. }
            | AssignmentStage::Disputed { .. }
            | AssignmentStage::ReportedIn
            | AssignmentStage::Replied { .. }
            | AssignmentStage::Released
            | AssignmentStage::Ended => return Err(stand::wrong_part(it)),
        }
        // What is left of an absence that is known is the director's go-ahead.
        if !it.absent {
            Ok(())
        } else if !at_limit(whistle, it) {
            Err(Refusal::Already)
        } else if member.roles.contains(&Role::Director) {
            Ok(())
        } else {
            Err(Refusal::NotPermitted { who: vec![Role::Director] })
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        let it = stand::assignment(whistle, self.assignment)?;
        Self::allowed(stand, whistle, it)?;
        if self.go_ahead {
            if !at_limit(whistle, it) {
                return Err(Refusal::invalid("goAhead", Problem::Contradiction));
            }
            if !stand.decider()?.roles.contains(&Role::Director) {
                return Err(Refusal::NotPermitted { who: vec![Role::Director] });
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
