//! 期限届满: a deadline passed without the act; what follows stands in the process list.

use crate::{
    clock::{ClockKey, Step},
    ids::WhistleId,
    lists::Consequence,
    refusal::Refusal,
    stand::{Named, Stand},
    supervision,
    whistle::{AssignmentStage, WhistleFact},
};

/// Decides anew whether the deadline stands: the scheduler only hints.
pub(crate) fn lapse(stand: &mut Stand<'_>, id: WhistleId, key: ClockKey) -> Result<(), Refusal> {
    let whistle = stand.whistle(id)?;
    let due = match whistle.clocks.get(&key) {
        Some(term) if !term.lapsed && term.due <= stand.facts.now && key.step.is_duty() => term.due,
        // A calendar may have moved it; that it was adopted is worth keeping.
        Some(_) | None if stand.moved() => return Ok(()),
        Some(_) | None => return Err(Refusal::NotDue),
    };
    let consequence = stand.process(whistle)?.steps.get(&key.step).map(|it| it.consequence);
    let rung = key.assignment.and_then(|id| match whistle.assignments.get(&id)?.stage {
        AssignmentStage::Disputed { rung } => rung.next(),
        AssignmentStage::Issued
        | AssignmentStage::Acknowledged
        | AssignmentStage::ReturnRequested { .. }
        | AssignmentStage::Returned { .. }
        | AssignmentStage::ReportedIn
        | AssignmentStage::Replied { .. }
        | AssignmentStage::Released
        | AssignmentStage::Ended => None,
    });
    let dispute =
        matches!(key.step, Step::DisputeMeeting | Step::DisputeSuperior | Step::DisputeConference);
    if supervision::goes_out(stand, id, key)? {
        return Ok(());
    }
    let whistle = stand.whistle(id)?;
    let (ladder, named) = if consequence == Some(Consequence::Supervise) {
        supervision::begin(stand, whistle, key, due)
    } else {
        (None, Named::new())
    };
    stand.record_with(id, WhistleFact::Lapsed { key, due, ladder }, named)?;
    if let (true, Some(Consequence::Climb), Some(rung), Some(assignment)) =
        (dispute, consequence, rung, key.assignment)
    {
        stand.record(id, WhistleFact::DisputeClimbed { assignment, rung })?;
    }
    Ok(())
}
