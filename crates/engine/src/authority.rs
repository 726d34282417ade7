//! Who may do what to which case: role and relation against the act.
//!
//! One table decides. What the lists add (who endorses and issues which level) narrows it further
//! in the command's own rule. An act that no row grants is refused.

use std::collections::BTreeSet;

use strum::{Display, EnumIter, IntoStaticStr};

use crate::{
    actor::{Member, Role},
    clock::Step,
    command::CommandKind,
    directory::{Directory, UnitKind},
    ids::{AssignmentId, UnitId},
    petition::Petition,
    whistle::{AssignmentRole, Whistle},
};

/// How an actor's unit stands to a case.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, Display, IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
pub enum Relation {
    /// The centre that keeps the petition or blows the whistle.
    OwnCentre,
    /// The unit of the assignment, as its lead.
    Lead,
    /// The unit of the assignment, as an assist.
    Assist,
    /// A unit above the centre in the tree.
    Above,
    /// The joint conference.
    Conference,
    /// None of them.
    Stranger,
}

/// How `member` stands to a whistle, seen from one assignment where the act is about one: a unit
/// stands to its own part when that is over, too, and is then told so.
#[must_use]
pub fn relations_to_whistle(
    member: &Member,
    whistle: &Whistle,
    assignment: Option<AssignmentId>,
    directory: &Directory,
) -> BTreeSet<Relation> {
    let mut res = case(member, whistle.centre, directory);
    for it in whistle.assignments.values() {
        let concerned = assignment.map_or(it.stage.is_active(), |id| id == it.id);
        if concerned && it.unit == member.unit {
            res.insert(match it.role {
                AssignmentRole::Lead => Relation::Lead,
                AssignmentRole::Assist => Relation::Assist,
            });
        }
    }
    or_stranger(res)
}

/// How `member` stands to a petition.
#[must_use]
pub fn relations_to_petition(
    member: &Member,
    petition: &Petition,
    directory: &Directory,
) -> BTreeSet<Relation> {
    or_stranger(case(member, petition.centre(), directory))
}

/// How `member` stands to what their centre is about to begin.
#[must_use]
pub fn relations_to_centre(
    member: &Member,
    centre: UnitId,
    directory: &Directory,
) -> BTreeSet<Relation> {
    or_stranger(case(member, Some(centre), directory))
}

fn case(member: &Member, centre: Option<UnitId>, directory: &Directory) -> BTreeSet<Relation> {
    let mut res = BTreeSet::new();
    let Some(centre) = centre else { return res };
    if member.unit == centre {
        res.insert(Relation::OwnCentre);
    }
    if directory.is_above(member.unit, centre) {
        res.insert(Relation::Above);
    }
    if directory.unit(member.unit).is_some_and(|it| it.kind == UnitKind::Conference) {
        res.insert(Relation::Conference);
    }
    res
}

fn or_stranger(mut res: BTreeSet<Relation>) -> BTreeSet<Relation> {
    if res.is_empty() {
        res.insert(Relation::Stranger);
    }
    res
}

/// Who may: pairs of role and relation.
#[must_use]
pub fn grants(kind: CommandKind) -> &'static [(Role, Relation)] {
    use Relation::{Above, Assist, Conference, Lead, OwnCentre};
    use Role::{
        Director, Dispatcher, DutyLeader, GridWorker, Leader, Liaison, PetitionOfficer, UnitLeader,
    };
    match kind {
        CommandKind::RegisterPetition => &[
            (Dispatcher, OwnCentre),
            (Director, OwnCentre),
            (DutyLeader, OwnCentre),
            (PetitionOfficer, OwnCentre),
            (GridWorker, OwnCentre),
        ],
        CommandKind::AcceptPetition
        | CommandKind::DeclinePetition
        | CommandKind::LinkDuplicate
        | CommandKind::AnswerPetition
        | CommandKind::ConcludePetition
        | CommandKind::ReopenPetition
        | CommandKind::SetLegalBar => {
            &[(Dispatcher, OwnCentre), (Director, OwnCentre), (PetitionOfficer, OwnCentre)]
        }
        CommandKind::RecogniseDifficult => &[(Director, OwnCentre), (Leader, OwnCentre)],
        CommandKind::ExtendPetition => &[(Director, OwnCentre), (Leader, OwnCentre)],
        CommandKind::DraftWhistle | CommandKind::AmendWhistle | CommandKind::SubmitWhistle => {
            &[(Dispatcher, OwnCentre), (Director, OwnCentre)]
        }
        // The initiation list says which of these it is for a kind and level.
        CommandKind::EndorseWhistle | CommandKind::IssueWhistle | CommandKind::SendBackWhistle => {
            &[(Director, OwnCentre), (Leader, OwnCentre), (DutyLeader, OwnCentre)]
        }
        CommandKind::BlowNow => &[(DutyLeader, OwnCentre), (Director, OwnCentre)],
        CommandKind::Ratify => &[(Director, OwnCentre), (Leader, OwnCentre)],
        CommandKind::AttachPetition | CommandKind::DetachPetition => {
            &[(Dispatcher, OwnCentre), (Director, OwnCentre)]
        }
        CommandKind::Acknowledge | CommandKind::ReportProgress | CommandKind::Reply => {
            &[(Liaison, Lead), (Liaison, Assist), (UnitLeader, Lead), (UnitLeader, Assist)]
        }
        CommandKind::RequestReturn | CommandKind::RequestExtension => {
            &[(UnitLeader, Lead), (UnitLeader, Assist)]
        }
        CommandKind::RequestHold => &[(UnitLeader, Lead), (Dispatcher, OwnCentre)],
        CommandKind::RuleReturn
        | CommandKind::RuleExtension
        | CommandKind::ChangeLead
        | CommandKind::ResumeWhistle => &[(Director, OwnCentre), (Leader, OwnCentre)],
        CommandKind::OpenDispute => &[(Director, OwnCentre), (Dispatcher, OwnCentre)],
        // The rung says which of these it is.
        CommandKind::Designate => {
            &[(Director, OwnCentre), (Leader, OwnCentre), (Leader, Above), (Leader, Conference)]
        }
        // The calling side confirms who came.
        CommandKind::ReportIn | CommandKind::RecordAbsence | CommandKind::Consult => {
            &[(Dispatcher, OwnCentre), (Director, OwnCentre), (DutyLeader, OwnCentre)]
        }
        CommandKind::AddUnit | CommandKind::ReleaseUnit => {
            &[(Director, OwnCentre), (DutyLeader, OwnCentre)]
        }
        CommandKind::Verify | CommandKind::Rate | CommandKind::CloseWhistle => {
            &[(Dispatcher, OwnCentre), (Director, OwnCentre)]
        }
        CommandKind::HoldWhistle => &[(Leader, OwnCentre), (Leader, Above)],
        CommandKind::TerminateWhistle => &[(Director, OwnCentre), (Leader, OwnCentre)],
        CommandKind::WithdrawWhistle => {
            &[(Director, OwnCentre), (Leader, OwnCentre), (Dispatcher, OwnCentre)]
        }
        CommandKind::BlowAgain => &[(Dispatcher, OwnCentre), (Director, OwnCentre)],
        CommandKind::EscalateWhistle => &[(Director, OwnCentre)],
        // Only the scheduler.
        CommandKind::Lapse => &[],
    }
}

/// Whether any of the member's roles, in any of the relations, may.
#[must_use]
pub fn may(kind: CommandKind, member: &Member, relations: &BTreeSet<Relation>) -> bool {
    grants(kind)
        .iter()
        .any(|(role, relation)| member.roles.contains(role) && relations.contains(relation))
}

/// The roles that an act is for, for the sentence that refuses it.
#[must_use]
pub fn roles_for(kind: CommandKind) -> Vec<Role> {
    let roles: BTreeSet<Role> = grants(kind).iter().map(|(role, _)| *role).collect();
    roles.into_iter().collect()
}

/// Who decides a step whose decider the machine fixes.
#[must_use]
pub fn deciders(step: Step) -> &'static [Role] {
    match step {
        Step::DisputeSuperior | Step::DisputeConference | Step::RuleHold | Step::ReviewHold => {
            &[Role::Leader]
        }
        Step::Submit
        | Step::Review
        | Step::Issue
        | Step::Ratify
        | Step::Acknowledge
        | Step::ReturnWindow
        | Step::RuleReturn
        | Step::DisputeMeeting
        | Step::ReportIn
        | Step::Remedy
        | Step::Consult
        | Step::Interim
        | Step::Handle
        | Step::Task
        | Step::Explain
        | Step::RuleExtension
        | Step::Verify
        | Step::Rate
        | Step::Close
        | Step::Accept
        | Step::Answer
        | Step::Conclude => &[],
    }
}
