//! 挂账: a leader approves measures, an explicit date and the next review, or refuses (R27).

use chrono::NaiveDate;

use crate::{
    actor::Role,
    clock::{ClockKey, Step},
    command::CommandKind,
    facts::Facts,
    ids::WhistleId,
    refusal::{Problem, Refusal},
    stand::{Named, Stand},
    text::Words,
    whistle::{Stage, Whistle, WhistleFact},
};

/// 挂账审批; of a case on hold, the next review and date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The whistle.
    pub whistle: WhistleId,
    /// What is ruled.
    pub ruling: HoldRuling,
}

/// What is ruled on a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldRuling {
    /// It goes on hold, or stays.
    Granted {
        /// The measures.
        measures: Words,
        /// The explicit date.
        until: NaiveDate,
        /// The next review; no later than the responsibility list says.
        review_on: NaiveDate,
    },
    /// It does not.
    Refused {
        /// Why.
        reason: Words,
    },
}

impl Hold {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::HoldWhistle, whistle, None)?;
        // 挂账 is approved at the district, whichever centre blew.
        let centre = super::centre(whistle)?;
        if member.unit == centre && stand.facts.directory.highest_centre(centre) != centre {
            return Err(Refusal::NotPermitted { who: vec![Role::Leader] });
        }
        if matches!(whistle.stage, Stage::LongTerm { .. }) {
            return Ok(());
        }
        super::request_hold::holdable(stand, whistle)
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle)?;
        let by = stand.by()?;
        match self.ruling {
            HoldRuling::Refused { reason } => {
                if !whistle.hold_requested {
                    return Err(Refusal::invalid("granted", Problem::Contradiction));
                }
                stand.record(self.whistle, WhistleFact::HoldRefused { by, reason })
            }
            HoldRuling::Granted { measures, until, review_on } => {
                let today = stand.facts.today();
                if review_on <= today {
                    return Err(Refusal::invalid("reviewOn", Problem::Past));
                }
                if until < review_on {
                    return Err(Refusal::invalid("until", Problem::Contradiction));
                }
                let level =
                    whistle.content.as_ref().map(|it| &it.level).ok_or(Refusal::NoProcess)?;
                let rule = stand.facts.lists.responsibility.get(level).ok_or(Refusal::NoProcess)?;
                let latest = stand.facts.calendar.due(stand.facts.now, rule.review).at;
                let review = Facts::end_of(review_on)
                    .filter(|it| *it <= latest)
                    .ok_or(Refusal::invalid("reviewOn", Problem::TooFar))?;
                let mut named = Named::new();
                let warning = stand.warning(whistle, Step::ReviewHold);
                named.insert(ClockKey::of(Step::ReviewHold), stand.facts.named(review, warning));
                let fact = WhistleFact::HeldLongTerm { by, measures, until, review_on };
                stand.record_with(self.whistle, fact, named)
            }
        }
    }
}
