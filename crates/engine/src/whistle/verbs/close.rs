//! 办结: after the ratings or their lapse; apart from whether it was resolved (R29).

use super::end_petitions;
use crate::{
    command::CommandKind,
    ids::WhistleId,
    refusal::Refusal,
    stand::{self, Stand},
    whistle::{Stage, Whistle, WhistleFact},
};

/// 办结.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// The whistle.
    pub whistle: WhistleId,
}

impl Close {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::CloseWhistle, whistle, None)?;
        match whistle.stage {
            Stage::Closing { .. } => Ok(()),
            Stage::Blank
            | Stage::Draft
            | Stage::UnderReview
            | Stage::Endorsed { .. }
            | Stage::Responding { .. }
            | Stage::Handling { .. }
            | Stage::Verifying { .. }
            | Stage::Rating { .. }
            | Stage::LongTerm { .. }
            | Stage::Closed
            | Stage::Terminated
            | Stage::Withdrawn
            | Stage::Escalated { .. } => Err(stand::wrong_stage(whistle)),
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.whistle(self.whistle)?)?;
        let fact = WhistleFact::Closed { by: stand.by()?, at: stand.facts.now };
        stand.record(self.whistle, fact)?;
        end_petitions(stand, self.whistle)
    }
}
