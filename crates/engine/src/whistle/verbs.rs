//! The register of commands on a whistle. One file each: its input and its rule.

mod acknowledge;
mod add_unit;
mod attach;
mod blow_again;
mod blow_now;
mod change_lead;
mod close;
mod consult;
mod designate;
mod draft;
mod endorse;
mod escalate;
mod hold;
mod issue;
mod lapse;
mod open_dispute;
mod rate;
mod ratify;
mod record_absence;
mod release_unit;
mod reply;
mod report_in;
mod report_progress;
mod request_extension;
mod request_hold;
mod request_return;
mod resume;
mod rule_extension;
mod rule_return;
mod send_back;
mod submit;
mod supervise;
mod terminate;
mod verify;
mod withdraw;

pub use acknowledge::Acknowledge;
pub use add_unit::AddUnit;
pub use attach::{AttachPetition, DetachPetition};
pub use blow_again::BlowAgain;
pub use blow_now::BlowNow;
pub use change_lead::ChangeLead;
pub use close::Close;
pub use consult::Consult;
pub use designate::Designate;
pub(crate) use draft::may_be_whistled;
pub use draft::{Amend, Asked, AskedCall, Draft, departs};
pub use endorse::Endorse;
pub use escalate::Escalate;
pub use hold::{Hold, HoldRuling};
pub use issue::Issue;
pub use open_dispute::OpenDispute;
pub use rate::{Rate, Said};
pub use ratify::Ratify;
pub use record_absence::RecordAbsence;
pub use release_unit::ReleaseUnit;
pub use reply::Reply;
pub use report_in::ReportIn;
pub use report_progress::ReportProgress;
pub use request_extension::RequestExtension;
pub use request_hold::RequestHold;
pub use request_return::RequestReturn;
pub use resume::Resume;
pub use rule_extension::RuleExtension;
pub use rule_return::RuleReturn;
pub use send_back::SendBack;
pub use submit::Submit;
pub use supervise::Supervise;
pub use terminate::Terminate;
pub use verify::Verify;
pub use withdraw::Withdraw;

pub(crate) use lapse::lapse;

use super::{Assignment, Order, OrderTerms, ReturnRight, Stage, Whistle};
use crate::{
    command::{Action, CommandKind},
    file::{self, OpenFile},
    ids::{AssignmentId, UnitId, WhistleId},
    petition::{PetitionFact, WhistleEnding},
    recusal,
    refusal::{Problem, Refusal},
    scene::StreamId,
    stand::{self, Named, Stand},
};

type WhistleRule = fn(&Stand<'_>, &Whistle) -> Result<(), Refusal>;
type PartRule = fn(&Stand<'_>, &Whistle, &Assignment) -> Result<(), Refusal>;

/// What may be asked of a whistle as a whole.
const OF_WHISTLE: &[(CommandKind, WhistleRule)] = &[
    (CommandKind::AmendWhistle, Amend::allowed),
    (CommandKind::SubmitWhistle, Submit::allowed),
    (CommandKind::EndorseWhistle, Endorse::allowed),
    (CommandKind::SendBackWhistle, SendBack::allowed),
    (CommandKind::IssueWhistle, Issue::allowed),
    (CommandKind::Ratify, Ratify::allowed),
    (CommandKind::AttachPetition, AttachPetition::allowed),
    (CommandKind::DetachPetition, DetachPetition::allowed),
    (CommandKind::AddUnit, AddUnit::allowed),
    (CommandKind::ChangeLead, ChangeLead::allowed),
    (CommandKind::Consult, Consult::allowed),
    (CommandKind::Verify, Verify::allowed),
    (CommandKind::Rate, Rate::allowed),
    (CommandKind::CloseWhistle, Close::allowed),
    (CommandKind::RequestHold, RequestHold::allowed),
    (CommandKind::HoldWhistle, Hold::allowed),
    (CommandKind::ResumeWhistle, Resume::allowed),
    (CommandKind::TerminateWhistle, Terminate::allowed),
    (CommandKind::WithdrawWhistle, Withdraw::allowed),
    (CommandKind::BlowAgain, BlowAgain::allowed),
    (CommandKind::EscalateWhistle, Escalate::allowed),
    (CommandKind::Recuse, |stand, it| recusal::allowed(stand, StreamId::Whistle(it.id))),
    (CommandKind::AttachFile, |stand, it| file::allowed(stand, StreamId::Whistle(it.id), None)),
    (CommandKind::OpenFile, |stand, it| OpenFile::allowed(stand, StreamId::Whistle(it.id))),
];

/// What may be asked of one unit's part.
const OF_PART: &[(CommandKind, PartRule)] = &[
    (CommandKind::Acknowledge, Acknowledge::allowed),
    (CommandKind::RequestReturn, RequestReturn::allowed),
    (CommandKind::RuleReturn, RuleReturn::allowed),
    (CommandKind::OpenDispute, OpenDispute::allowed),
    (CommandKind::Designate, Designate::allowed),
    (CommandKind::ReportIn, ReportIn::allowed),
    (CommandKind::RecordAbsence, RecordAbsence::allowed),
    (CommandKind::ReleaseUnit, ReleaseUnit::allowed),
    (CommandKind::ReportProgress, ReportProgress::allowed),
    (CommandKind::RequestExtension, RequestExtension::allowed),
    (CommandKind::RuleExtension, RuleExtension::allowed),
    (CommandKind::Reply, Reply::allowed),
    (CommandKind::Supervise, Supervise::allowed),
];

pub(crate) fn actions(stand: &Stand<'_>, whistle: &Whistle) -> Vec<Action> {
    let whole = OF_WHISTLE.iter().map(|(kind, rule)| Action {
        kind: *kind,
        assignment: None,
        refusal: rule(stand, whistle).err(),
    });
    let parts = whistle.assignments.values().flat_map(|it| {
        OF_PART.iter().map(move |(kind, rule)| Action {
            kind: *kind,
            assignment: Some(it.id),
            refusal: rule(stand, whistle, it).err(),
        })
    });
    whole.chain(parts).collect()
}

/// Holds the whistle against the stages in which units respond and handle.
fn in_response(whistle: &Whistle) -> Result<(), Refusal> {
    match whistle.stage {
        Stage::Responding { .. } | Stage::Handling { .. } => Ok(()),
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
        | Stage::Escalated { .. } => Err(stand::wrong_stage(whistle)),
    }
}

/// The centre of a whistle that is drafted.
fn centre(whistle: &Whistle) -> Result<UnitId, Refusal> {
    whistle.centre.ok_or_else(|| stand::wrong_stage(whistle))
}

/// An order to a unit that this centre may call, and that has no part yet.
fn order(
    stand: &mut Stand<'_>,
    id: WhistleId,
    field: &'static str,
    unit: UnitId,
    role: super::AssignmentRole,
    terms: OrderTerms,
) -> Result<Order, Refusal> {
    let whistle = stand.whistle(id)?;
    let content = whistle.content.as_ref().ok_or_else(|| stand::wrong_stage(whistle))?;
    stand.callable(stand.initiation(centre(whistle)?, content)?, unit)?;
    stand.untainted_in(whistle, unit)?;
    if whistle.of_unit(unit).is_some() {
        return Err(Refusal::invalid(field, Problem::Twice));
    }
    // A unit that had its ruling on this whistle gets no second one (R16), called anew or not.
    let ruled = whistle
        .assignments
        .values()
        .any(|it| it.unit == unit && it.return_right != ReturnRight::Open);
    let terms =
        if ruled || whistle.returned.contains(&unit) { OrderTerms::Designated } else { terms };
    let assignment = AssignmentId(stand.fresh());
    Ok(Order { assignment, unit, role, task: None, terms, at: stand.facts.now })
}

/// Tells each petition that an issued whistle ended, with the outcome that it has for it.
fn end_petitions(stand: &mut Stand<'_>, id: WhistleId) -> Result<(), Refusal> {
    let whistle = stand.whistle(id)?;
    if whistle.issued.is_none() {
        return Ok(());
    }
    let closed = whistle.stage == Stage::Closed;
    let endings: Vec<_> = whistle
        .petitions
        .iter()
        .map(|(petition, attached)| {
            let ending = WhistleEnding {
                at: stand.facts.now,
                resolution: attached.outcome.clone().filter(|_| closed),
                rating: attached.rating.filter(|_| closed),
            };
            (*petition, ending)
        })
        .collect();
    for (petition, ending) in endings {
        let fact = PetitionFact::WhistleEnded { whistle: id, ending };
        stand.record_petition(petition, fact, Named::new())?;
    }
    Ok(())
}
