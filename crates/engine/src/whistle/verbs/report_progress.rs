//! 阶段反馈: how far it is; a late assist says why (R24).

use crate::{
    clock::{ClockKey, Step},
    command::CommandKind,
    ids::{AssignmentId, WhistleId},
    refusal::{Problem, Refusal},
    stand::{self, Stand},
    text::Words,
    whistle::{Assignment, AssignmentStage, Whistle, WhistleFact},
};

/// 阶段反馈.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportProgress {
    /// The whistle.
    pub whistle: WhistleId,
    /// The assignment.
    pub assignment: AssignmentId,
    /// The report.
    pub report: Words,
    /// Why it is late; required of a late assist, and for what is late only.
    pub late: Option<Words>,
}

impl ReportProgress {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::ReportProgress, whistle, Some(it.id))?;
        super::in_response(whistle)?;
        match it.stage {
            AssignmentStage::Acknowledged | AssignmentStage::ReportedIn => Ok(()),
            AssignmentStage::Issued
            | AssignmentStage::ReturnRequested { .. }
            | AssignmentStage::Returned { .. }
            | AssignmentStage::Disputed { .. }
            | AssignmentStage::Replied { .. }
            | AssignmentStage::Released
            | AssignmentStage::Ended => Err(stand::wrong_part(it)),
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle, stand::assignment(whistle, self.assignment)?)?;
        let explain = ClockKey::at(Step::Explain, self.assignment);
        if whistle.clocks.contains_key(&explain) && self.late.is_none() {
            return Err(Refusal::missing("late"));
        }
        // An explanation ahead of the date would let the rest go on without the part.
        let part = stand::assignment(whistle, self.assignment)?.part();
        let term = whistle.clocks.get(&ClockKey::at(part, self.assignment));
        if self.late.is_some() && !term.is_some_and(|it| it.lapsed) {
            return Err(Refusal::invalid("late", Problem::Contradiction));
        }
        let fact = WhistleFact::Progressed {
            assignment: self.assignment,
            by: stand.by()?,
            report: self.report,
            late: self.late,
        };
        stand.record(self.whistle, fact)
    }
}
