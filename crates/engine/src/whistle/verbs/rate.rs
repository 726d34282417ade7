//! 回访评价: what each petitioner and the calling unit say; recorded by the centre (R31, R32).

use super::verify;
use crate::{
    command::CommandKind,
    ids::WhistleId,
    refusal::{Problem, Refusal},
    stand::{self, Stand},
    text::Words,
    whistle::{Judge, Rating, Stage, Whistle, WhistleFact},
};

/// What one judge said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Who judged.
    pub judge: Judge,
    /// What was said.
    pub rating: Rating,
    /// Why; required of a dissatisfaction that is found reasoned.
    pub reason: Option<Words>,
    /// Whether the centre finds the dissatisfaction reasoned: then it is handled again.
    pub justified: bool,
}

/// 记录评价.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// The whistle.
    pub whistle: WhistleId,
    /// What was said.
    pub said: Said,
}

impl Rate {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::Rate, whistle, None)?;
        match whistle.stage {
            Stage::Rating { .. } => (),
            Stage::Blank
            | Stage::Draft
            | Stage::UnderReview
            | Stage::Endorsed { .. }
            | Stage::Responding { .. }
            | Stage::Handling { .. }
            | Stage::Verifying { .. }
            | Stage::Closing { .. }
            | Stage::LongTerm { .. }
            | Stage::Closed
            | Stage::Terminated
            | Stage::Withdrawn
            | Stage::Escalated { .. } => return Err(stand::wrong_stage(whistle)),
        }
        // Never by the handling unit.
        if whistle.handlers().any(|it| it == member.unit) {
            return Err(Refusal::HandlerVerifies);
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.whistle(self.whistle)?)?;
        say(stand, self.whistle, self.said)
    }
}

/// Records what one judge said, and what follows from it.
pub(super) fn say(stand: &mut Stand<'_>, id: WhistleId, said: Said) -> Result<(), Refusal> {
    let whistle = stand.whistle(id)?;
    let before = match said.judge {
        Judge::Petitioner(petition) => {
            let attached = whistle.petitions.get(&petition);
            attached.ok_or(Refusal::invalid("petition", Problem::Unknown))?.rating
        }
        Judge::Caller => whistle.caller_rating,
    };
    // Somebody who could not be reached may be reached later.
    if before.is_some_and(|it| it != Rating::Unreachable) {
        return Err(Refusal::Already);
    }
    if said.justified && said.rating != Rating::Dissatisfied {
        return Err(Refusal::invalid("justified", Problem::Contradiction));
    }
    let reason = match (said.justified, said.reason) {
        (true, None) => return Err(Refusal::missing("reason")),
        (true | false, reason) => reason,
    };
    // Where no round is left, what remains is recorded and the whistle closes with it.
    let again = reason.filter(|_| said.justified && verify::may_rework(stand, whistle).is_ok());
    let fact = WhistleFact::Rated {
        judge: said.judge,
        rating: said.rating,
        reason,
        justified: said.justified,
        by: stand.by()?,
    };
    match again {
        Some(reason) => {
            // The last rating must not close what is about to be handled again.
            stand.record_alone(id, fact)?;
            verify::rework(stand, id, reason)
        }
        None => stand.record(id, fact),
    }
}
