//! 延期审批: granted, the date moves by what was asked; refused, it stays.

use super::request_extension::extended;
use crate::{
    command::CommandKind,
    ids::{AssignmentId, WhistleId},
    refusal::Refusal,
    stand::{self, Named, Stand},
    text::Words,
    whistle::{Assignment, Whistle, WhistleFact},
};

/// 延期审批.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleExtension {
    /// The whistle.
    pub whistle: WhistleId,
    /// The assignment.
    pub assignment: AssignmentId,
    /// Whether it is granted.
    pub granted: bool,
    /// Why.
    pub reason: Words,
}

impl RuleExtension {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::RuleExtension, whistle, Some(it.id))?;
        super::in_response(whistle)?;
        if it.extension.is_none() {
            return Err(stand::wrong_part(it));
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
        let mut named = Named::new();
        if let (true, Some(asked)) = (self.granted, &it.extension) {
            let (key, term) = extended(stand, whistle, it, asked.by)?;
            named.insert(key, term);
        }
        let fact = WhistleFact::ExtensionRuled {
            assignment: self.assignment,
            by: stand.by()?,
            granted: self.granted,
            reason: self.reason,
        };
        stand.record_with(self.whistle, fact, named)
    }
}
