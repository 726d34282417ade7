//! 申请延期: before the due date only, bounded, and never past the statutory date (R25).

use crate::{
    calendar::Limit,
    clock::{ClockKey, Term},
    command::CommandKind,
    ids::{AssignmentId, WhistleId},
    refusal::{Bounded, Problem, Refusal},
    stand::{self, Stand},
    text::Words,
    whistle::{Assignment, Whistle, WhistleFact},
};

/// 申请延期.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestExtension {
    /// The whistle.
    pub whistle: WhistleId,
    /// The assignment.
    pub assignment: AssignmentId,
    /// By how much.
    pub limit: Limit,
    /// Why; told to the petitioner.
    pub reason: Words,
}

/// The term after an extension, counted from the date as it is.
pub(super) fn extended(
    stand: &Stand<'_>,
    whistle: &Whistle,
    it: &Assignment,
    limit: Limit,
) -> Result<(ClockKey, Term), Refusal> {
    let key = ClockKey::at(it.part(), it.id);
    let term = whistle.clocks.get(&key).ok_or_else(|| stand::wrong_part(it))?;
    let warning = stand.warning(whistle, it.part());
    let fresh = Term::counted(stand.facts.calendar, term.due, limit, None, warning);
    match stand.cap(whistle) {
        Some(statutory) if fresh.due > statutory => Err(Refusal::BeyondStatutory { statutory }),
        Some(_) | None => Ok((key, fresh)),
    }
}

impl RequestExtension {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::RequestExtension, whistle, Some(it.id))?;
        super::in_response(whistle)?;
        if it.extension.is_some() {
            return Err(Refusal::Already);
        }
        let term = whistle.clocks.get(&ClockKey::at(it.part(), it.id));
        let term = term.ok_or_else(|| stand::wrong_part(it))?;
        if stand.facts.now > term.due || term.lapsed {
            return Err(Refusal::TooLate { ended: term.due });
        }
        let bounds = &stand.process(whistle)?.bounds;
        if bounds.extension.is_none() {
            return Err(Refusal::NoSuchStep);
        }
        if it.extensions >= bounds.extensions {
            let bound = bounds.extensions;
            return Err(Refusal::BoundReached { what: Bounded::Extensions, bound });
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        let it = stand::assignment(whistle, self.assignment)?;
        Self::allowed(stand, whistle, it)?;
        let longest = stand.process(whistle)?.bounds.extension.ok_or(Refusal::NoSuchStep)?;
        if self.limit.unit() != longest.unit() || self.limit.amount() > longest.amount() {
            return Err(Refusal::invalid("limit", Problem::TooFar));
        }
        extended(stand, whistle, it, self.limit)?;
        let fact = WhistleFact::ExtensionRequested {
            assignment: self.assignment,
            by: stand.by()?,
            limit: self.limit,
            reason: self.reason,
        };
        stand.record(self.whistle, fact)
    }
}
