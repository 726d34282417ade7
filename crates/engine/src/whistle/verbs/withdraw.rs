//! 撤哨: the calling side takes a whistle back, with a reason; it counts as withdrawn for ever.

use super::end_petitions;
use crate::{
    actor::Role,
    command::CommandKind,
    ids::WhistleId,
    refusal::Refusal,
    stand::{self, Stand},
    text::Words,
    whistle::{Stage, Whistle, WhistleFact},
};

/// 撤哨.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdraw {
    /// The whistle.
    pub whistle: WhistleId,
    /// Why.
    pub reason: Words,
}

impl Withdraw {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::WithdrawWhistle, whistle, None)?;
        if whistle.stage.is_terminal() || whistle.stage == Stage::Blank {
            return Err(stand::wrong_stage(whistle));
        }
        // What was issued is the issuer's to take back.
        let issuers = [Role::Director, Role::Leader];
        if whistle.issued.is_some() && !issuers.iter().any(|it| member.roles.contains(it)) {
            return Err(Refusal::NotPermitted { who: issuers.to_vec() });
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.whistle(self.whistle)?)?;
        let by = stand.by()?;
        let fact = WhistleFact::Withdrawn { by, reason: self.reason, at: stand.facts.now };
        stand.record(self.whistle, fact)?;
        end_petitions(stand, self.whistle)
    }
}
