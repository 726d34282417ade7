//! 核查: by somebody of no handling unit; passed with an outcome for each petition, or done again.

use std::collections::BTreeMap;

use super::rate::{self, Said};
use crate::{
    command::CommandKind,
    ids::{PetitionId, WhistleId},
    refusal::{Bounded, Problem, Refusal},
    stand::{self, Stand},
    text::Words,
    whistle::{Resolution, Stage, Whistle, WhistleFact, fact::VerifyMethod},
};

/// 核查.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verify {
    /// The whistle.
    pub whistle: WhistleId,
    /// How.
    pub method: VerifyMethod,
    /// What was found; the reason where it is done again.
    pub findings: Words,
    /// Whether it passed.
    pub passed: bool,
    /// The outcome for each petition, where it passed.
    pub outcomes: BTreeMap<PetitionId, Resolution>,
    /// Ratings that were taken in the same call.
    pub ratings: Vec<Said>,
}

impl Verify {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::Verify, whistle, None)?;
        match whistle.stage {
            Stage::Verifying { .. } => (),
            Stage::Blank
            | Stage::Draft
            | Stage::UnderReview
            | Stage::Endorsed { .. }
            | Stage::Responding { .. }
            | Stage::Handling { .. }
            | Stage::Rating { .. }
            | Stage::Closing { .. }
            | Stage::LongTerm { .. }
            | Stage::Closed
            | Stage::Terminated
            | Stage::Withdrawn
            | Stage::Escalated { .. } => return Err(stand::wrong_stage(whistle)),
        }
        if whistle.handlers().any(|it| it == member.unit) {
            return Err(Refusal::HandlerVerifies);
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle)?;
        if self.passed {
            if whistle.petitions.keys().any(|it| !self.outcomes.contains_key(it)) {
                return Err(Refusal::missing("outcomes"));
            }
            if self.outcomes.keys().any(|it| !whistle.petitions.contains_key(it)) {
                return Err(Refusal::invalid("outcomes", Problem::Unknown));
            }
        } else {
            if !self.outcomes.is_empty() || !self.ratings.is_empty() {
                return Err(Refusal::invalid("outcomes", Problem::Contradiction));
            }
            may_rework(stand, whistle)?;
        }
        let fact = WhistleFact::Verified {
            by: stand.by()?,
            method: self.method,
            findings: self.findings,
            passed: self.passed,
            outcomes: self.outcomes,
        };
        stand.record(self.whistle, fact)?;
        if !self.passed {
            return rework(stand, self.whistle, self.findings);
        }
        for said in self.ratings {
            // A reasoned dissatisfaction opens the next round; what was said after it waits for that.
            let stage = &stand.whistle(self.whistle)?.stage;
            if !matches!(stage, Stage::Rating { .. }) {
                return Err(Refusal::invalid("ratings", Problem::Contradiction));
            }
            rate::say(stand, self.whistle, said)?;
        }
        Ok(())
    }
}

/// Whether another round is left.
pub(super) fn may_rework(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
    let bound = stand.process(whistle)?.bounds.reworks;
    if whistle.reworks >= bound {
        return Err(Refusal::BoundReached { what: Bounded::Reworks, bound });
    }
    Ok(())
}

/// 退回重办: the lead does it again, on a shorter limit.
pub(super) fn rework(stand: &mut Stand<'_>, id: WhistleId, reason: Words) -> Result<(), Refusal> {
    let whistle = stand.whistle(id)?;
    let lead = whistle.lead().ok_or_else(|| stand::wrong_stage(whistle))?.id;
    let round = whistle.stage.round() + 1;
    stand.record(id, WhistleFact::Reworked { round, reason, assignments: vec![lead] })
}
