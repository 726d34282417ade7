//! 签发: the whistle is blown; it gets its numbers, units count as served, every clock starts.

use std::collections::BTreeMap;

use super::draft;
use crate::{
    command::CommandKind,
    ids::{AssignmentId, WhistleId},
    lists::{Hours, Initiation},
    petition::PetitionFact,
    refusal::Refusal,
    stand::{self, Named, Stand},
    text::Words,
    whistle::{Attached, Issued, Order, OrderTerms, Stage, Whistle, WhistleFact},
};

/// 签发.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The whistle.
    pub whistle: WhistleId,
    /// Why it is issued beside a pending decision elsewhere, where its purpose allows that (R1).
    pub exception: Option<Words>,
}

impl Issue {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::IssueWhistle, whistle, None)?;
        let submitted = match whistle.stage {
            Stage::UnderReview | Stage::Endorsed { .. } => true,
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
            | Stage::Escalated { .. } => false,
        };
        if !submitted {
            return Err(stand::wrong_stage(whistle));
        }
        // What a third blow raised is for the higher issuer.
        let (content, _) = draft::as_raised(stand, whistle)?;
        let row = stand.initiation(super::centre(whistle)?, &content)?;
        if whistle.stage == Stage::UnderReview && !row.endorse.is_empty() {
            return Err(stand::wrong_stage(whistle));
        }
        let issuers = row.issuers(content.off_list.is_some());
        if !issuers.iter().any(|it| member.roles.contains(it)) {
            return Err(Refusal::NotPermitted { who: issuers.to_vec() });
        }
        if whistle.drafted_by == Some(member.person) {
            return Err(Refusal::OwnDraft);
        }
        in_hours(stand, row)
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.whistle(self.whistle)?)?;
        draft::raise_late(stand, self.whistle)?;
        blow(stand, self.whistle, self.exception, false)
    }
}

/// Holds the instant against the hours in which this may be issued.
fn in_hours(stand: &Stand<'_>, row: &Initiation) -> Result<(), Refusal> {
    let now = stand.facts.now;
    match row.hours {
        Hours::Office if stand.facts.calendar.next_office_opening(now) > now => {
            Err(Refusal::OutOfHours)
        }
        Hours::Always | Hours::Office => Ok(()),
    }
}

/// Blows: orders the units, starts the clocks, and tells the petitions.
pub(super) fn blow(
    stand: &mut Stand<'_>,
    id: WhistleId,
    exception: Option<Words>,
    blown_now: bool,
) -> Result<(), Refusal> {
    let whistle = stand.whistle(id)?.clone();
    let content = whistle.content.as_ref().ok_or_else(|| stand::wrong_stage(&whistle))?;
    let row = stand.initiation(super::centre(&whistle)?, content)?;
    in_hours(stand, row)?;
    let mut petitions = BTreeMap::new();
    let mut told = vec![];
    for petition in whistle.petitions.keys() {
        let it = stand.petition(*petition)?;
        stand.within(super::centre(&whistle)?, it)?;
        draft::may_be_whistled(it, content.purpose)?;
        if it.legal_bar.is_some() && exception.is_none() {
            return Err(Refusal::missing("exception"));
        }
        petitions
            .insert(*petition, Attached { statutory: it.statutory_due(), ..Attached::default() });
        told.push((*petition, it.n_whistles() + 1));
    }
    let mut orders = vec![];
    for call in &content.calls {
        stand.callable(row, call.unit)?;
        stand.untainted_in(&whistle, call.unit)?;
        orders.push(Order {
            assignment: AssignmentId(stand.fresh()),
            unit: call.unit,
            role: call.role,
            task: call.task,
            terms: OrderTerms::Called,
            at: stand.facts.now,
        });
    }
    let numbers = stand.facts.numbers.ok_or(Refusal::missing("numbers"))?;
    let now = stand.facts.now;
    let issued = Box::new(Issued {
        at: now,
        by: stand.by()?,
        year: numbers.year,
        batch: numbers.batch,
        serial: numbers.serial.clone(),
        blown_now,
    });
    let lists = stand.facts.lists.version;
    let level = content.level.clone();
    stand.record(id, WhistleFact::Issued { issued, lists, orders, petitions, exception })?;
    for (petition, nth) in told {
        let fact = PetitionFact::Whistled { whistle: id, nth, level: level.clone(), at: now };
        stand.record_petition(petition, fact, Named::new())?;
    }
    Ok(())
}
