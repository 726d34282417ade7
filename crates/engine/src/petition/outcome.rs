//! The outcome (办理结果): what came of a petition, as it is told back to where the petition came from.
//!
//! It is data and no text: what people wrote is named by its [`Words`]. Whoever prints it reads them
//! through the gate.

use chrono::{DateTime, Utc};

use super::{
    Petition, PetitionFact, Stage,
    ledger::{NamedUnit, called, named},
};
use crate::{
    directory::Directory,
    event::{PetitionEvent, WhistleEvent},
    ids::{AssignmentId, PetitionId},
    text::Words,
    whistle::{AssignmentRole, Rating, Resolution, Whistle, WhistleFact},
};

/// What somebody wrote of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// 答复.
    Answer(Words),
    /// 办理反馈: what the lead did and what came of it, while nothing is answered yet.
    Reply {
        /// 解决措施.
        measures: Words,
        /// 处理结果.
        result: Words,
    },
}

impl Said {
    /// The texts that it names.
    pub fn words(self) -> impl Iterator<Item = Words> {
        let (first, second) = match self {
            Self::Answer(it) => (it, None),
            Self::Reply { measures, result } => (measures, Some(result)),
        };
        std::iter::once(first).chain(second)
    }
}

/// What came of a petition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The petition.
    pub petition: PetitionId,
    /// 诉求编号.
    pub number: String,
    /// 当前状态.
    pub stage: Stage,
    /// 受理时间.
    pub accepted_at: Option<DateTime<Utc>>,
    /// 哨单编号, 批次: of the latest whistle over it that is at hand.
    pub serial: Option<(String, u32)>,
    /// 承办单位: who leads that whistle; where none was blown, the unit that answers the petition.
    pub lead: Option<NamedUnit>,
    /// 协办单位.
    pub assists: Vec<NamedUnit>,
    /// 答复时间, 办理结果: of this round of the file.
    pub said: Option<(DateTime<Utc>, Said)>,
    /// 是否化解.
    pub resolution: Option<Resolution>,
    /// 满意度.
    pub rating: Option<Rating>,
    /// 办结时间; none while it is not concluded.
    pub concluded_at: Option<DateTime<Utc>>,
    /// The first, where it is a duplicate.
    pub first: Option<PetitionId>,
}

/// Events of a stream, each with the instant at which it was recorded.
pub type History<E> = [(DateTime<Utc>, E)];

/// What came of a petition by its history, under the latest whistle over it that is at hand with the
/// history of that; none where nothing is registered, and of an accusation, which is handed on to
/// nobody (信访工作条例 30).
#[must_use]
pub fn outcome(
    petition: &Petition,
    history: &History<PetitionEvent>,
    whistle: Option<(&Whistle, &History<WhistleEvent>)>,
    directory: &Directory,
) -> Option<Outcome> {
    let registration = petition.registration.as_deref().filter(|_| !petition.is_accusation())?;
    let round = Round::of(history);
    let lead = whistle.and_then(|(it, _)| called(it, AssignmentRole::Lead).next());
    let assists = whistle.into_iter().flat_map(|(it, _)| called(it, AssignmentRole::Assist));
    let replied = || {
        let (_, history) = whistle?;
        reply(history, lead?.id, round.since)
    };
    let is_concluded = petition.stage == Stage::Concluded;
    Some(Outcome {
        petition: petition.id,
        number: registration.number.clone(),
        stage: petition.stage.clone(),
        accepted_at: petition.accepted_at,
        serial: whistle
            .and_then(|(it, _)| it.issued.as_ref())
            .map(|it| (it.serial.clone(), it.batch)),
        lead: lead.map(|it| it.unit).or(petition.competent).map(|it| named(it, directory)),
        assists: assists.map(|it| named(it.unit, directory)).collect(),
        said: round.answered.map(|(at, text)| (at, Said::Answer(text))).or_else(replied),
        resolution: petition.resolution.clone(),
        rating: petition.rating,
        concluded_at: round.concluded_at.filter(|_| is_concluded),
        first: match petition.stage {
            Stage::Duplicate { of } => Some(of),
            Stage::Blank
            | Stage::Registered
            | Stage::NotAccepted
            | Stage::Accepted
            | Stage::InProgress
            | Stage::Answered { .. }
            | Stage::Concluded => None,
        },
    })
}

/// What was said in the present round of a file: what an earlier one came to is history (R32).
#[derive(Default)]
struct Round {
    since: Option<DateTime<Utc>>,
    answered: Option<(DateTime<Utc>, Words)>,
    concluded_at: Option<DateTime<Utc>>,
}

impl Round {
    fn of(history: &History<PetitionEvent>) -> Self {
        let mut res = Self::default();
        for (recorded_at, event) in history {
            if let PetitionFact::Reopened { .. } = &event.fact {
                res = Self { since: Some(*recorded_at), ..Self::default() };
            } else if let PetitionFact::Answered { text, at, .. } = &event.fact {
                res.answered = Some((*at, *text));
            } else if let PetitionFact::Concluded { at } = &event.fact {
                res.concluded_at = Some(*at);
            }
        }
        res
    }
}

/// What the lead last replied, unless it was sent back to be done again.
fn reply(
    history: &History<WhistleEvent>,
    lead: AssignmentId,
    since: Option<DateTime<Utc>>,
) -> Option<(DateTime<Utc>, Said)> {
    let mut res = None;
    let counts = |at: DateTime<Utc>| since.is_none_or(|it| at > it);
    for (_, event) in history.iter().filter(|(at, _)| counts(*at)) {
        if let WhistleFact::Reworked { .. } = &event.fact {
            res = None;
        } else if let WhistleFact::Replied { assignment, reply } = &event.fact
            && *assignment == lead
        {
            let said = Said::Reply { measures: reply.measures, result: reply.result };
            res = Some((reply.at, said));
        }
    }
    res
}
