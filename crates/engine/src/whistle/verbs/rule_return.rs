//! 退单裁定: the centre agrees and names the unit in its place, or refuses; both are final.

use super::order;
use crate::{
    command::CommandKind,
    ids::{AssignmentId, UnitId, WhistleId},
    refusal::Refusal,
    stand::{self, Stand},
    text::Words,
    whistle::{Assignment, AssignmentStage, Order, OrderTerms, Whistle, WhistleFact},
};

/// 退单裁定 (R15-R17).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleReturn {
    /// The whistle.
    pub whistle: WhistleId,
    /// The assignment.
    pub assignment: AssignmentId,
    /// The unit in its place, where the return is granted; none where it is refused.
    pub replacement: Option<UnitId>,
    /// Why.
    pub reason: Words,
}

impl RuleReturn {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::RuleReturn, whistle, Some(it.id))?;
        super::in_response(whistle)?;
        match it.stage {
            AssignmentStage::ReturnRequested { .. } => (),
            AssignmentStage::Issued
            | AssignmentStage::Acknowledged
            | AssignmentStage::Returned { .. }
            | AssignmentStage::Disputed { .. }
            | AssignmentStage::ReportedIn
            | AssignmentStage::Replied { .. }
            | AssignmentStage::Released
            | AssignmentStage::Ended => return Err(stand::wrong_part(it)),
        }
        if member.unit == it.unit {
            return Err(Refusal::RulesOnItself);
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        let it = stand::assignment(whistle, self.assignment)?;
        Self::allowed(stand, whistle, it)?;
        let (role, task) = (it.role, it.task);
        let replacement = match self.replacement {
            // What a ruling names counts as designated and has no window.
            Some(unit) => {
                let terms = OrderTerms::Designated;
                let order = order(stand, self.whistle, "replacement", unit, role, terms)?;
                Some(Order { task, ..order })
            }
            None => None,
        };
        let fact = WhistleFact::ReturnRuled {
            assignment: self.assignment,
            by: stand.by()?,
            reason: self.reason,
            replacement,
        };
        stand.record(self.whistle, fact)
    }
}
