//! Who may do and see what: role and relation against the act, and against what is read.
//!
//! Two tables decide, [`grants`] and [`readers`]. What the lists add (who endorses and issues which
//! level) narrows the first further in the command's own rule. What no row grants is refused, and no
//! row grants anything to the accused, the recused and the stranger. [`Sight`] is the second table as
//! a reader carries it to the database, [`audience`] the other half of the same condition: whom each
//! case is for. A test holds the two against each other.

pub mod audience;
pub mod relation;

use std::collections::BTreeSet;

use strum::{Display, EnumIter, IntoStaticStr};

pub use self::relation::{
    Relation, relations_to_centre, relations_to_petition, relations_to_whistle,
};
use crate::{
    actor::{Member, Role},
    clock::Step,
    command::CommandKind,
    directory::{Directory, UnitKind},
    ids::UnitId,
    petition::Petition,
};

/// What can be read, apart from what can be done.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, Display, IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
pub enum Subject {
    /// 案件: a petition that is no accusation, or a whistle: stage, texts, dates, the people
    /// concerned under a mask.
    Case,
    /// 检举控告: an accusation, likewise.
    Accusation,
    /// 身份信息: what is sealed of a petitioner, opened with a reason.
    Sealed,
}

impl Subject {
    /// What a petition is to whoever reads it.
    #[must_use]
    pub fn of(petition: &Petition) -> Self {
        if petition.is_accusation() { Self::Accusation } else { Self::Case }
    }

    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Case => "案件内容 (身份信息掩码)",
            Self::Accusation => "检举控告件 (身份信息掩码)",
            Self::Sealed => "身份信息原文 (须说明理由, 留痕并告知中心主任)",
        }
    }
}

/// The roles in which somebody may own a case (包案领导). A leader may be any of these in their unit;
/// who records for others, reports up or is a program owns none.
pub const OWNERS: &[Role] = &[
    Role::Director,
    Role::DutyLeader,
    Role::Liaison,
    Role::UnitLeader,
    Role::Leader,
    Role::PetitionOfficer,
];

/// Who may read: pairs of role and relation.
#[must_use]
pub fn readers(subject: Subject) -> &'static [(Role, Relation)] {
    use Relation::{
        Above, Assist, Called, CaseOwner, Conference, Discipline, Lead, OwnCentre, Registrar,
        Territory,
    };
    use Role::{
        Director, Dispatcher, DutyLeader, GridWorker, Leader, Liaison, PetitionOfficer, Service,
        UnitLeader,
    };
    macro_rules! each {
        ($($role:ident: $($relation:ident),*;)*) => { &[$($(($role, $relation)),*),*] };
    }
    match subject {
        Subject::Case => each! {
            Dispatcher: OwnCentre, Lead, Assist, Called, Above, Territory, Conference;
            Director: OwnCentre, Lead, Assist, Called, Above, Territory, Conference, CaseOwner;
            DutyLeader: OwnCentre, Lead, Assist, Called, Above, Territory, Conference, CaseOwner;
            PetitionOfficer: OwnCentre, Lead, Assist, Called, Above, Territory, Conference, CaseOwner;
            Leader: OwnCentre, Lead, Assist, Called, Above, Territory, Conference, CaseOwner;
            Liaison: OwnCentre, Lead, Assist, Called, Above, Territory, Conference, CaseOwner;
            UnitLeader: OwnCentre, Lead, Assist, Called, Above, Territory, Conference, CaseOwner;
            Service: OwnCentre, Lead, Assist, Called, Above, Territory, Conference;
            GridWorker: Registrar;
        },
        // Accusations go to discipline inspection alone (R2), and are kept at the centre by those
        // who answer for them; nobody above sees them by standing above.
        Subject::Accusation => each! {
            Director: OwnCentre, Discipline;
            PetitionOfficer: OwnCentre, Discipline;
            Leader: Discipline;
            UnitLeader: Discipline;
            Liaison: Discipline;
            Dispatcher: Registrar;
            DutyLeader: Registrar;
            GridWorker: Registrar;
        },
        // Nobody needs what is sealed to own a case: the owner asks the centre, which opens it.
        Subject::Sealed => each! {
            Dispatcher: OwnCentre;
            Director: OwnCentre, Discipline;
            DutyLeader: OwnCentre;
            PetitionOfficer: OwnCentre, Discipline;
            Liaison: Lead, Discipline;
            UnitLeader: Lead, Discipline;
        },
    }
}

/// Whether any of the member's roles, in any of the relations, may read it.
#[must_use]
pub fn may_read(subject: Subject, member: &Member, relations: &BTreeSet<Relation>) -> bool {
    grants_any(readers(subject), member, relations)
}

/// What somebody may read, as the condition that every statement over cases carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Sight {
    /// Cases that their own unit is directly entitled to.
    pub unit: bool,
    /// Cases of units below theirs, in the tree or by territory.
    pub below: bool,
    /// Sealed cases (accusations) that their own unit is directly entitled to.
    pub sealed: bool,
    /// Every sealed case: discipline inspection.
    pub discipline: bool,
    /// Cases that they registered themselves.
    pub registered: bool,
    /// Sealed cases that they registered themselves.
    pub registered_sealed: bool,
    /// Cases that they own themselves (包案); none of them is sealed.
    pub owned: bool,
}

/// The sight of a member: the table of readers, folded for their roles and their unit.
#[must_use]
pub fn sight(member: &Member, directory: &Directory) -> Sight {
    let any = |subject: Subject, relation: Relation| {
        readers(subject).iter().any(|(role, it)| *it == relation && member.roles.contains(role))
    };
    let is_discipline =
        directory.unit(member.unit).is_some_and(|it| it.kind == UnitKind::Discipline);
    Sight {
        unit: any(Subject::Case, Relation::OwnCentre),
        below: any(Subject::Case, Relation::Above),
        sealed: any(Subject::Accusation, Relation::OwnCentre),
        discipline: is_discipline && any(Subject::Accusation, Relation::Discipline),
        registered: any(Subject::Case, Relation::Registrar),
        registered_sealed: any(Subject::Accusation, Relation::Registrar),
        owned: any(Subject::Case, Relation::CaseOwner),
    }
}

/// Where somebody may look for a petitioner by a number: whoever could open what is sealed there
/// learns nothing by it that they could not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberSearch {
    /// In the petitions that these centres keep: their own, and those it took over.
    KeptBy(Vec<UnitId>),
    /// In all that they see: discipline inspection.
    Everywhere,
}

/// Where somebody may look for a petitioner by a number; none where nowhere.
#[must_use]
pub fn number_search(member: &Member, directory: &Directory) -> Option<NumberSearch> {
    let opens_as =
        |relation: Relation| grants_any(readers(Subject::Sealed), member, &[relation].into());
    let is_discipline =
        directory.unit(member.unit).is_some_and(|it| it.kind == UnitKind::Discipline);
    if is_discipline && opens_as(Relation::Discipline) {
        return Some(NumberSearch::Everywhere);
    }
    let own = |it: &crate::directory::Unit| directory.stands_for(it.id) == member.unit;
    opens_as(Relation::OwnCentre)
        .then(|| directory.units().filter(|it| own(it)).map(|it| it.id).collect())
        .map(NumberSearch::KeptBy)
}

/// Who may: pairs of role and relation.
#[must_use]
pub fn grants(kind: CommandKind) -> &'static [(Role, Relation)] {
    use Relation::{Above, Assist, CaseOwner, Conference, Lead, OwnCentre, Registrar};
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
        // Of an entry of their own nobody signs the end; the rule says so.
        CommandKind::AssignCaseOwner | CommandKind::SignOff => {
            &[(Director, OwnCentre), (Leader, OwnCentre), (Leader, Above)]
        }
        // The owner in person, or recorded for them; the director where no owner is there any more,
        // and where more time is given.
        CommandKind::UpdateMeasures => &[
            (Director, OwnCentre),
            (Director, CaseOwner),
            (DutyLeader, CaseOwner),
            (Liaison, CaseOwner),
            (UnitLeader, CaseOwner),
            (Leader, CaseOwner),
            (PetitionOfficer, CaseOwner),
        ],
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
        // The ladder says which of these it is for a paper; never whose own unit it is to.
        CommandKind::Supervise => &[
            (Director, OwnCentre),
            (DutyLeader, OwnCentre),
            (Leader, OwnCentre),
            (Director, Above),
            (DutyLeader, Above),
            (Leader, Above),
        ],
        // Of somebody else; whoever may read a case may declare their own interest.
        CommandKind::Recuse => &[(Director, OwnCentre), (Leader, OwnCentre), (Leader, Above)],
        // Whoever may read what is sealed opens it by this act.
        CommandKind::Unseal | CommandKind::OpenFile => readers(Subject::Sealed),
        CommandKind::ErasePerson => &[(Director, OwnCentre), (Director, Relation::Discipline)],
        // Besides, whoever owes a scan may bring it.
        CommandKind::AttachFile => &[
            (Dispatcher, OwnCentre),
            (Director, OwnCentre),
            (DutyLeader, OwnCentre),
            (PetitionOfficer, OwnCentre),
            (Leader, OwnCentre),
            (Liaison, OwnCentre),
            (Liaison, Lead),
            (Liaison, Assist),
            (UnitLeader, OwnCentre),
            (UnitLeader, Lead),
            (UnitLeader, Assist),
            (GridWorker, Registrar),
            // The closing file.
            (Director, CaseOwner),
            (DutyLeader, CaseOwner),
            (Liaison, CaseOwner),
            (UnitLeader, CaseOwner),
            (Leader, CaseOwner),
            (PetitionOfficer, CaseOwner),
        ],
        // Only the scheduler.
        CommandKind::Lapse => &[],
    }
}

/// Whether any of the member's roles, in any of the relations, may.
#[must_use]
pub fn may(kind: CommandKind, member: &Member, relations: &BTreeSet<Relation>) -> bool {
    grants_any(grants(kind), member, relations)
}

fn grants_any(rows: &[(Role, Relation)], member: &Member, relations: &BTreeSet<Relation>) -> bool {
    let grants =
        |(role, it): &(Role, Relation)| member.roles.contains(role) && relations.contains(it);
    rows.iter().any(grants)
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
        | Step::Conclude
        | Step::Scan
        | Step::Supervise
        | Step::ReviewMeasures
        | Step::Resolve => &[],
    }
}
