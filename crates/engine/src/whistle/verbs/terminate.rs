//! 终止办理: ends with ground and reason; nothing is deleted.

use super::end_petitions;
use crate::{
    command::CommandKind,
    ids::WhistleId,
    refusal::Refusal,
    stand::{self, Stand},
    text::Words,
    whistle::{Whistle, WhistleFact, fact::TerminationGround},
};

/// 终止办理.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminate {
    /// The whistle.
    pub whistle: WhistleId,
    /// On what ground.
    pub ground: TerminationGround,
    /// Why.
    pub reason: Words,
}

impl Terminate {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::TerminateWhistle, whistle, None)?;
        if whistle.stage.is_running() { Ok(()) } else { Err(stand::wrong_stage(whistle)) }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.whistle(self.whistle)?)?;
        let fact = WhistleFact::Terminated {
            by: stand.by()?,
            ground: self.ground,
            reason: self.reason,
            at: stand.facts.now,
        };
        stand.record(self.whistle, fact)?;
        end_petitions(stand, self.whistle)
    }
}
