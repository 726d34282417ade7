//! 指定主办: the rung that a dispute is on decides whose duty it is; final.

use std::collections::BTreeSet;

use super::order;
use crate::{
    actor::Role,
    authority::{self, Relation},
    command::CommandKind,
    ids::{AssignmentId, UnitId, WhistleId},
    refusal::Refusal,
    stand::{self, Stand},
    text::Words,
    whistle::{
        Assignment, AssignmentStage, Order, OrderTerms, Whistle, WhistleFact, assignment::Rung,
    },
};

/// 指定主办 (信访工作条例 24; 潍坊市12345条例 22).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Designate {
    /// The whistle.
    pub whistle: WhistleId,
    /// The disputed assignment.
    pub assignment: AssignmentId,
    /// The unit that is designated: the same or another.
    pub unit: UnitId,
    /// Minutes and basis.
    pub basis: Words,
}

fn rung(it: &Assignment) -> Result<Rung, Refusal> {
    match it.stage {
        AssignmentStage::Disputed { rung } => Ok(rung),
        AssignmentStage::Issued
        | AssignmentStage::Acknowledged
        | AssignmentStage::ReturnRequested { .. }
        | AssignmentStage::Returned { .. }
        | AssignmentStage::ReportedIn
        | AssignmentStage::Replied { .. }
        | AssignmentStage::Released
        | AssignmentStage::Ended => Err(stand::wrong_part(it)),
    }
}

impl Designate {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::Designate, whistle, Some(it.id))?;
        super::in_response(whistle)?;
        let rung = rung(it)?;
        let relations: BTreeSet<Relation> =
            authority::relations_to_whistle(member, whistle, Some(it.id), stand.facts.directory);
        let (role, on_rung) = match rung {
            Rung::Meeting => (Role::Director, relations.contains(&Relation::OwnCentre)),
            // The common superior stands above the centre, where anything does.
            Rung::Superior => {
                let top = whistle
                    .centre
                    .is_none_or(|it| stand.facts.directory.centre_above(it).is_none());
                let own = top && relations.contains(&Relation::OwnCentre);
                (Role::Leader, own || relations.contains(&Relation::Above))
            }
            Rung::Conference => (Role::Leader, relations.contains(&Relation::Conference)),
        };
        if !on_rung || !member.roles.contains(&role) {
            return Err(Refusal::NotPermitted { who: vec![role] });
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
        let rung = rung(it)?;
        let (role, task) = (it.role, it.task);
        let order = if self.unit == it.unit {
            None
        } else {
            let order =
                order(stand, self.whistle, "unit", self.unit, role, OrderTerms::Designated)?;
            Some(Order { task, ..order })
        };
        let fact = WhistleFact::Designated {
            assignment: self.assignment,
            by: stand.by()?,
            rung,
            basis: self.basis,
            order,
        };
        stand.record(self.whistle, fact)
    }
}
