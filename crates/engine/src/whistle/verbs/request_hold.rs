//! 申请挂账: the lead or the centre asks a leader to put a case on hold.

use crate::{
    command::CommandKind,
    ids::WhistleId,
    refusal::{Bounded, Refusal},
    stand::{self, Stand},
    text::Words,
    whistle::{Stage, Whistle, WhistleFact},
};

/// 申请挂账.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHold {
    /// The whistle.
    pub whistle: WhistleId,
    /// Why.
    pub reason: Words,
}

/// Whether the whistle is handled, and may go on hold once more.
pub(super) fn holdable(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
    match whistle.stage {
        Stage::Handling { .. } => (),
        Stage::Blank
        | Stage::Draft
        | Stage::UnderReview
        | Stage::Endorsed { .. }
        | Stage::Responding { .. }
        | Stage::Verifying { .. }
        | Stage::Rating { .. }
        | Stage::Closing { .. }
        | Stage::LongTerm { .. }
        | Stage::Closed
        | Stage::Terminated
        | Stage::Withdrawn
        | Stage::Escalated { .. } => return Err(stand::wrong_stage(whistle)),
    }
    let bound = stand.process(whistle)?.bounds.holds;
    if whistle.holds >= bound {
        return Err(Refusal::BoundReached { what: Bounded::Holds, bound });
    }
    Ok(())
}

impl RequestHold {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        let lead = whistle.lead().map(|it| it.id);
        stand.permit_whistle(CommandKind::RequestHold, whistle, lead)?;
        holdable(stand, whistle)?;
        if whistle.hold_requested {
            return Err(Refusal::Already);
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.whistle(self.whistle)?)?;
        let fact = WhistleFact::HoldRequested { by: stand.by()?, reason: self.reason };
        stand.record(self.whistle, fact)
    }
}
