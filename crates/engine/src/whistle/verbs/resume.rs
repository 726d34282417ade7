//! 恢复办理: a case on hold is handled again, on a limit that starts now.

use crate::{
    command::CommandKind,
    ids::WhistleId,
    refusal::Refusal,
    stand::{self, Stand},
    text::Words,
    whistle::{Stage, Whistle, WhistleFact},
};

/// 恢复办理.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The whistle.
    pub whistle: WhistleId,
    /// Why.
    pub reason: Words,
}

impl Resume {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::ResumeWhistle, whistle, None)?;
        if matches!(whistle.stage, Stage::LongTerm { .. }) {
            return Ok(());
        }
        Err(stand::wrong_stage(whistle))
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.whistle(self.whistle)?)?;
        let fact = WhistleFact::Resumed { by: stand.by()?, reason: self.reason };
        stand.record(self.whistle, fact)
    }
}
