//! 退回补正: a submitted whistle goes back to its draft, a bounded number of times.

use crate::{
    command::CommandKind,
    ids::WhistleId,
    refusal::{Bounded, Refusal},
    stand::{self, Stand},
    text::Words,
    whistle::{Stage, Whistle, WhistleFact},
};

/// 退回补正.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendBack {
    /// The whistle.
    pub whistle: WhistleId,
    /// Why.
    pub reason: Words,
}

impl SendBack {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::SendBackWhistle, whistle, None)?;
        match whistle.stage {
            Stage::UnderReview | Stage::Endorsed { .. } => (),
            Stage::Blank
            | Stage::Draft
            | Stage::Responding { .. }
            | Stage::Handling { .. }
            | Stage::Verifying { .. }
            | Stage::Rating { .. }
            | Stage::Closing { .. }
            | Stage::LongTerm { .. }
            | Stage::Closed
            | Stage::Terminated
            | Stage::Withdrawn
            | Stage::Escalated { .. } => return Err(stand::wrong_stage(whistle)),
        }
        let content = whistle.content.as_ref().ok_or_else(|| stand::wrong_stage(whistle))?;
        let row = stand.initiation(super::centre(whistle)?, content)?;
        let issuers = row.issuers(content.off_list.is_some());
        if !row.endorse.iter().chain(issuers).any(|it| member.roles.contains(it)) {
            return Err(Refusal::NotPermitted { who: issuers.to_vec() });
        }
        let bound = stand.process(whistle)?.bounds.send_backs;
        if whistle.send_backs >= bound {
            return Err(Refusal::BoundReached { what: Bounded::SendBacks, bound });
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.whistle(self.whistle)?)?;
        let by = stand.by()?;
        stand.record(self.whistle, WhistleFact::SentBack { by, reason: self.reason })
    }
}
