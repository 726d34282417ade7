//! 增派: a further unit is called while the whistle is responded to or handled.

use super::order;
use crate::{
    command::CommandKind,
    ids::{UnitId, WhistleId},
    refusal::Refusal,
    stand::Stand,
    text::Words,
    whistle::{AssignmentRole, Order, OrderTerms, Whistle, WhistleFact},
};

/// 增派: as an assist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddUnit {
    /// The whistle.
    pub whistle: WhistleId,
    /// The unit.
    pub unit: UnitId,
    /// What it is asked to do.
    pub task: Option<Words>,
    /// Why.
    pub reason: Words,
}

impl AddUnit {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::AddUnit, whistle, None)?;
        super::in_response(whistle)
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.whistle(self.whistle)?)?;
        let (role, terms) = (AssignmentRole::Assist, OrderTerms::Called);
        let order = order(stand, self.whistle, "unit", self.unit, role, terms)?;
        let order = Order { task: self.task, ..order };
        stand.record(self.whistle, WhistleFact::UnitAdded { order, reason: self.reason })
    }
}
