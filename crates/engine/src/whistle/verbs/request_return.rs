//! 申请退单: once, within the window, with reasons; the clocks run on, the unit stays responsible.

use crate::{
    clock::{ClockKey, Step},
    command::CommandKind,
    ids::{AssignmentId, UnitId, WhistleId},
    refusal::{Problem, Refusal},
    stand::{self, Stand},
    text::Words,
    whistle::{
        Assignment, AssignmentStage, ReturnRight, Whistle, WhistleFact, assignment::ReturnGround,
    },
};

/// 申请退单 (R14): ground, basis and a suggested unit are all required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestReturn {
    /// The whistle.
    pub whistle: WhistleId,
    /// The assignment.
    pub assignment: AssignmentId,
    /// Why.
    pub ground: ReturnGround,
    /// On what legal or factual basis.
    pub basis: Words,
    /// Which unit it suggests.
    pub suggested: UnitId,
}

impl RequestReturn {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::RequestReturn, whistle, Some(it.id))?;
        super::in_response(whistle)?;
        match it.return_right {
            ReturnRight::Open => (),
            ReturnRight::Refused => return Err(Refusal::ReturnIsFinal),
            ReturnRight::Designated => return Err(Refusal::Designated),
        }
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
        let window = whistle.clocks.get(&ClockKey::at(Step::ReturnWindow, it.id));
        match window {
            Some(window) if stand.occurred_at() <= window.due => Ok(()),
            Some(window) => Err(Refusal::TooLate { ended: window.due }),
            None => Err(stand::wrong_part(it)),
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        let it = stand::assignment(whistle, self.assignment)?;
        Self::allowed(stand, whistle, it)?;
        let suggested = stand.facts.directory.unit(self.suggested).filter(|unit| !unit.closed);
        if suggested.is_none() || self.suggested == it.unit {
            return Err(Refusal::invalid("suggestedUnit", Problem::Unknown));
        }
        let fact = WhistleFact::ReturnRequested {
            assignment: self.assignment,
            by: stand.by()?,
            at: stand.occurred_at(),
            ground: self.ground,
            basis: self.basis,
            suggested: self.suggested,
        };
        stand.record(self.whistle, fact)
    }
}
