//! 改派主办: another unit leads; the stage does not move.

use super::order;
use crate::{
    command::CommandKind,
    ids::{UnitId, WhistleId},
    refusal::{Problem, Refusal},
    stand::{self, Stand},
    text::Words,
    whistle::{AssignmentRole, AssignmentStage, OrderTerms, Whistle, WhistleFact, fact::NewLead},
};

/// 改派主办.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeLead {
    /// The whistle.
    pub whistle: WhistleId,
    /// The new lead: an assist of this whistle or a unit not yet called.
    pub unit: UnitId,
    /// Whether the former lead stays as an assist.
    pub keep: bool,
    /// Why.
    pub reason: Words,
}

impl ChangeLead {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::ChangeLead, whistle, None)?;
        super::in_response(whistle)
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle)?;
        let lead = whistle.lead().ok_or_else(|| stand::wrong_stage(whistle))?;
        if lead.unit == self.unit {
            return Err(Refusal::invalid("unit", Problem::Contradiction));
        }
        let from = lead.id;
        let to = match whistle.of_unit(self.unit) {
            Some(assist) => {
                // What it asked for is ruled first; leading would end its request without a word.
                match assist.stage {
                    AssignmentStage::ReturnRequested { .. } | AssignmentStage::Disputed { .. } => {
                        return Err(stand::wrong_part(assist));
                    }
                    AssignmentStage::Issued
                    | AssignmentStage::Acknowledged
                    | AssignmentStage::Returned { .. }
                    | AssignmentStage::ReportedIn
                    | AssignmentStage::Replied { .. }
                    | AssignmentStage::Released
                    | AssignmentStage::Ended => NewLead::Assist(assist.id),
                }
            }
            None => {
                let (role, terms) = (AssignmentRole::Lead, OrderTerms::Called);
                NewLead::Order(order(stand, self.whistle, "unit", self.unit, role, terms)?)
            }
        };
        let fact = WhistleFact::LeadChanged {
            from,
            to,
            keep: self.keep,
            by: stand.by()?,
            reason: self.reason,
        };
        stand.record(self.whistle, fact)
    }
}
