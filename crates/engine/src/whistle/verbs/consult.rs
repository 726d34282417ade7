//! 会商纪要: facts, the duty split with a due date for each unit, measures (R22).

use chrono::{DateTime, Utc};

use crate::{
    clock::{ClockKey, Step},
    command::CommandKind,
    facts::Facts,
    ids::WhistleId,
    refusal::{Problem, Refusal},
    stand::{self, Named, Stand},
    text::Words,
    whistle::{Minutes, Split, Stage, Whistle, WhistleFact},
};

/// 会商纪要.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consult {
    /// The whistle.
    pub whistle: WhistleId,
    /// When the meeting was; not after the recording.
    pub held_at: DateTime<Utc>,
    /// What was found.
    pub findings: Words,
    /// Who does what until when; names the lead, and nobody later than the lead's own limit. Where a
    /// limit is past, the date is on record only: what is overdue stays overdue.
    pub split: Vec<Split>,
    /// The measures.
    pub measures: Words,
}

impl Consult {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::Consult, whistle, None)?;
        super::in_response(whistle)?;
        if !stand.process(whistle)?.steps.contains_key(&Step::Consult) {
            return Err(Refusal::NoSuchStep);
        }
        // The lead is there, or the director let it go ahead; those present proceed.
        let present = whistle.lead().is_some_and(|it| it.attendance.is_some());
        let ahead = match whistle.stage {
            Stage::Responding { go_ahead, .. } => go_ahead,
            Stage::Handling { .. } => true,
            Stage::Blank
            | Stage::Draft
            | Stage::UnderReview
            | Stage::Endorsed { .. }
            | Stage::Verifying { .. }
            | Stage::Rating { .. }
            | Stage::Closing { .. }
            | Stage::LongTerm { .. }
            | Stage::Closed
            | Stage::Terminated
            | Stage::Withdrawn
            | Stage::Escalated { .. } => false,
        };
        if present || ahead { Ok(()) } else { Err(stand::wrong_stage(whistle)) }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle)?;
        if self.held_at > stand.facts.now {
            return Err(Refusal::invalid("heldAt", Problem::Future));
        }
        let lead = whistle.lead().ok_or_else(|| stand::wrong_stage(whistle))?;
        if !self.split.iter().any(|it| it.assignment == lead.id) {
            return Err(Refusal::missing("split"));
        }
        // A date in minutes splits the time there is; only an extension gives more.
        let limit_of = |key: ClockKey| whistle.clocks.get(&key).map(|it| it.due);
        let handle = limit_of(ClockKey::at(Step::Handle, lead.id));
        let mut named = Named::new();
        let mut seen = std::collections::BTreeSet::new();
        for it in &self.split {
            if !seen.insert(it.assignment) {
                return Err(Refusal::invalid("split", Problem::Twice));
            }
            let assignment = stand::assignment(whistle, it.assignment)?;
            if !assignment.stage.is_active() {
                return Err(stand::wrong_part(assignment));
            }
            if it.due_on < stand.facts.today() {
                return Err(Refusal::invalid("dueOn", Problem::Past));
            }
            let day = Facts::end_of(it.due_on).ok_or(Refusal::invalid("dueOn", Problem::TooFar))?;
            let key = ClockKey::at(assignment.part(), assignment.id);
            if whistle.clocks.get(&key).is_some_and(|it| it.lapsed) {
                continue;
            }
            // Where the lead has replied, each unit's own limit bounds it.
            let end = [handle.or(limit_of(key)), stand.cap(whistle)].into_iter().flatten().min();
            let due = match end {
                Some(end) if end < stand.facts.now => continue,
                Some(end) if end < day => {
                    let same_day =
                        Facts::end_of(end.with_timezone(&crate::calendar::beijing()).date_naive());
                    if same_day.is_none_or(|it| it < day) {
                        return Err(Refusal::invalid("dueOn", Problem::TooFar));
                    }
                    end
                }
                Some(_) | None => day,
            };
            named.insert(key, stand.facts.named(due, stand.warning(whistle, key.step)));
        }
        let minutes = Box::new(Minutes {
            held_at: self.held_at,
            findings: self.findings,
            split: self.split,
            measures: self.measures,
        });
        let by = stand.by()?;
        stand.record_with(self.whistle, WhistleFact::Consulted { minutes, by }, named)
    }
}
