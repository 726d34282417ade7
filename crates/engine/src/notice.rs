//! Notices: what has to be told to whom after an event, as kinds and fields; text comes later.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::{
    actor::Role,
    authority,
    clock::{ClockKey, Deadline, Owner, Promised, Step},
    directory::Directory,
    event::{PetitionEvent, WhistleEvent},
    ids::{AssignmentId, PersonId, UnitId},
    lists::Lists,
    petition::{self, Petition, PetitionFact},
    supervision::{self, Paper, Supervision},
    text::Words,
    whistle::{self, AssignmentRole, Order, Whistle, WhistleFact, fact::NewLead},
};

/// What a letter is about. Each has one template.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum NoticeKind {
    /// 哨单送达: a unit is called.
    Issued,
    /// 退单裁定.
    ReturnRuled,
    /// 办理反馈: the lead replied; the centre is to verify.
    Replied,
    /// 退回重办.
    Reworked,
    /// 逾期: to the one who owes, and to those who watch.
    Overdue,
    /// 待审: a whistle waits for endorsement or issue.
    Submitted,
    /// 退回补正.
    SentBack,
    /// 延期审批结果.
    ExtensionRuled,
    /// 等级提升: a third whistle raised the level (R33).
    LevelRaised,
    /// 期限调整: a calendar was adopted and moved a date.
    DateMoved,
    /// 调阅身份信息: what is sealed of a petitioner was opened.
    Unsealed,
    /// 记录封存: to whoever keeps the seals outside.
    Sealed,
    /// 调阅封存附件: a sealed file was opened.
    FileOpened,
    /// 清单发布: a version of the lists, to whoever works by it.
    ListsPublished,
    /// 督办文书: a paper to a called unit that is late or shirks.
    SupervisionIssued,
    /// 包案: somebody owns a case from now on, and is told until when it is to be settled.
    CaseOwnerAssigned,
}

/// Who is told: everybody in a unit who has one of these roles, or one of them alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Addressee {
    /// The unit.
    pub unit: UnitId,
    /// The roles.
    pub roles: Vec<Role>,
    /// The one who is told alone, since nobody else there need see the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
}

/// Something that has to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it is about.
    pub kind: NoticeKind,
    /// To whom.
    pub to: Addressee,
    /// Whether it goes out at any hour, and is not bundled.
    pub urgent: bool,
    /// The assignment it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<AssignmentId>,
    /// The unit it is about, where that is not the addressee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<UnitId>,
    /// What the reader is asked to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DateTime<Utc>>,
    /// From when that was counted, where it was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// By which limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<crate::calendar::Limit>,
    /// With which calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<u32>,
    /// Whether something was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<bool>,
    /// The role in the whistle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<AssignmentRole>,
    /// The paper of supervision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<Paper>,
    /// By which day it is to be answered in writing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_due: Option<NaiveDate>,
    /// A text that belongs to it; shown in the case, never in a letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Words>,
}

impl Notice {
    /// The notice of a seal, to somebody outside.
    #[must_use]
    pub fn sealed() -> Self {
        Self::new(NoticeKind::Sealed, UnitId(uuid::Uuid::nil()), &[])
    }

    /// The notice of a version of the lists, to a unit.
    #[must_use]
    pub fn lists_published(unit: UnitId, is_centre: bool) -> Self {
        const CENTRE: &[Role] = &[
            Role::Dispatcher,
            Role::Director,
            Role::DutyLeader,
            Role::Leader,
            Role::PetitionOfficer,
        ];
        Self::new(NoticeKind::ListsPublished, unit, if is_centre { CENTRE } else { UNIT })
    }

    fn new(kind: NoticeKind, unit: UnitId, roles: &[Role]) -> Self {
        Self {
            kind,
            to: Addressee { unit, roles: roles.to_vec(), person: None },
            urgent: false,
            assignment: None,
            about: None,
            step: None,
            due: None,
            from: None,
            limit: None,
            calendar: None,
            granted: None,
            role: None,
            paper: None,
            reply_due: None,
            text: None,
        }
    }

    /// To whom a deadline belongs.
    fn to_owner(kind: NoticeKind, owner: &Owner) -> Self {
        let mut notice = Self::new(kind, owner.unit, &owner.roles);
        notice.to.person = owner.person;
        notice
    }

    fn due(mut self, step: Step, term: &crate::clock::Term) -> Self {
        self.step = Some(step);
        self.due = Some(term.due);
        self.calendar = Some(term.calendar);
        match term.basis {
            crate::clock::Basis::Limit(limit) => {
                self.from = Some(term.from);
                self.limit = Some(limit);
            }
            crate::clock::Basis::Named => (),
        }
        self
    }
}

const UNIT: &[Role] = &[Role::Liaison, Role::UnitLeader];
const CENTRE: &[Role] = &[Role::Dispatcher];
const DIRECTOR: &[Role] = &[Role::Director];
const WATCH: &[Role] = &[Role::Dispatcher, Role::Director];
const LEADER: &[Role] = &[Role::Leader];

/// What has to be told because of an event on a whistle. `after` is the whistle with it.
#[must_use]
pub fn notices(
    after: &Whistle,
    event: &WhistleEvent,
    lists: &Lists,
    directory: &Directory,
) -> Vec<Notice> {
    let Some(centre) = after.centre else { return vec![] };
    let level_order = |order: &Order| issued(after, order, lists);
    let unit_of = |id: AssignmentId| after.assignments.get(&id).map(|it| it.unit);
    match &event.fact {
        WhistleFact::Issued { orders, .. } => {
            let mut res: Vec<Notice> = orders.iter().map(level_order).collect();
            if after.raised_from.is_some() {
                res.push(Notice::new(NoticeKind::LevelRaised, top(centre, directory), LEADER));
            }
            res
        }
        WhistleFact::UnitAdded { order, .. } => vec![level_order(order)],
        WhistleFact::LeadChanged { from, to, .. } => {
            let order = match to {
                NewLead::Order(order) => Some(level_order(order)),
                NewLead::Assist(id) => after.assignments.get(id).map(|it| {
                    let mut notice = Notice::new(NoticeKind::Issued, it.unit, UNIT);
                    notice.assignment = Some(*id);
                    notice.role = Some(AssignmentRole::Lead);
                    match after.clocks.get(&ClockKey::at(Step::Handle, *id)) {
                        Some(term) => notice.due(Step::Handle, term),
                        None => notice,
                    }
                }),
            };
            let former = unit_of(*from).map(|unit| {
                let mut notice = Notice::new(NoticeKind::ReturnRuled, unit, UNIT);
                notice.assignment = Some(*from);
                notice.granted = Some(true);
                notice
            });
            order.into_iter().chain(former).collect()
        }
        WhistleFact::Submitted { .. } | WhistleFact::Endorsed { .. } => {
            let waiting = whistle::deadlines(after, lists, directory);
            waiting
                .iter()
                .filter(|it| it.key.step == Step::Review || it.key.step == Step::Issue)
                .map(|it| {
                    Notice::new(NoticeKind::Submitted, it.owner.unit, &it.owner.roles)
                        .due(it.key.step, &it.term)
                })
                .collect()
        }
        WhistleFact::SentBack { reason, .. } => {
            let mut notice = Notice::new(NoticeKind::SentBack, centre, CENTRE);
            notice.text = Some(*reason);
            match after.clocks.get(&ClockKey::of(Step::Submit)) {
                Some(term) => vec![notice.due(Step::Submit, term)],
                None => vec![notice],
            }
        }
        WhistleFact::ReturnRuled { assignment, replacement, reason, .. } => {
            ruled(after, *assignment, replacement.as_ref(), *reason, lists)
        }
        WhistleFact::Designated { assignment, order, basis, .. } => {
            ruled(after, *assignment, order.as_ref(), *basis, lists)
        }
        WhistleFact::ExtensionRuled { assignment, granted, reason, .. } => {
            let Some(unit) = unit_of(*assignment) else { return vec![] };
            let mut notice = Notice::new(NoticeKind::ExtensionRuled, unit, UNIT);
            notice.assignment = Some(*assignment);
            notice.granted = Some(*granted);
            notice.text = Some(*reason);
            vec![with_part(notice, after, *assignment)]
        }
        WhistleFact::Replied { assignment, .. } => {
            let mut notice = Notice::new(NoticeKind::Replied, centre, CENTRE);
            notice.assignment = Some(*assignment);
            notice.about = unit_of(*assignment);
            notice.role = after.assignments.get(assignment).map(|it| it.role);
            vec![notice]
        }
        WhistleFact::Reworked { assignments, reason, .. } => assignments
            .iter()
            .filter_map(|id| {
                let mut notice = Notice::new(NoticeKind::Reworked, unit_of(*id)?, UNIT);
                notice.assignment = Some(*id);
                notice.text = Some(*reason);
                Some(with_part(notice, after, *id))
            })
            .collect(),
        WhistleFact::FileOpened { unit, reason, .. } => {
            let mut notice = Notice::new(NoticeKind::FileOpened, centre, DIRECTOR);
            notice.text = Some(*reason);
            notice.about = (*unit != centre).then_some(*unit);
            vec![notice]
        }
        WhistleFact::Supervised { assignment, supervision, .. } => {
            supervised(after, *assignment, supervision, lists, directory)
        }
        WhistleFact::Lapsed { key, due, .. } => {
            let all = whistle::deadlines(after, lists, directory);
            let still = all.iter().find(|it| it.key == *key);
            let about = key.assignment.and_then(unit_of).unwrap_or(centre);
            overdue(&Late { key: *key, due: *due, still, about, centre }, directory)
        }
        WhistleFact::CalendarAdopted { promised, .. } => {
            moved(promised, &whistle::deadlines(after, lists, directory))
        }
        WhistleFact::Drafted { .. }
        | WhistleFact::Amended { .. }
        | WhistleFact::Ratified { .. }
        | WhistleFact::PetitionAttached { .. }
        | WhistleFact::PetitionDetached { .. }
        | WhistleFact::Acknowledged { .. }
        | WhistleFact::ReturnRequested { .. }
        | WhistleFact::DisputeOpened { .. }
        | WhistleFact::DisputeClimbed { .. }
        | WhistleFact::ReportedIn { .. }
        | WhistleFact::AbsenceRecorded { .. }
        | WhistleFact::UnitReleased { .. }
        | WhistleFact::Consulted { .. }
        | WhistleFact::HandlingBegan { .. }
        | WhistleFact::Progressed { .. }
        | WhistleFact::ExtensionRequested { .. }
        | WhistleFact::VerifyingBegan
        | WhistleFact::Verified { .. }
        | WhistleFact::Rated { .. }
        | WhistleFact::ClosingBegan
        | WhistleFact::Closed { .. }
        | WhistleFact::HoldRequested { .. }
        | WhistleFact::Recused { .. }
        | WhistleFact::CaseOwnerSet { .. }
        | WhistleFact::ScanOwed { .. }
        | WhistleFact::FileAttached { .. }
        | WhistleFact::HoldRefused { .. }
        | WhistleFact::HeldLongTerm { .. }
        | WhistleFact::Resumed { .. }
        | WhistleFact::Terminated { .. }
        | WhistleFact::Withdrawn { .. }
        | WhistleFact::Escalated { .. }
        | WhistleFact::BlownAgain { .. } => vec![],
    }
}

/// What has to be told because of an event on a petition. `after` is the petition with it.
#[must_use]
pub fn petition_notices(
    after: &Petition,
    event: &PetitionEvent,
    directory: &Directory,
) -> Vec<Notice> {
    let Some(centre) = after.centre() else { return vec![] };
    match &event.fact {
        PetitionFact::Lapsed { key, due } => {
            let all = petition::deadlines(after);
            let still = all.iter().find(|it| it.key == *key);
            // What the owner of a case lets pass is told of their unit, not of the centre that watches.
            let of_owner = still.filter(|it| it.owner.person.is_some());
            let about = of_owner.map_or(centre, |it| it.owner.unit);
            overdue(&Late { key: *key, due: *due, still, about, centre }, directory)
        }
        PetitionFact::CaseOwnerAssigned { assigned, .. } => {
            let owner = &assigned.owner;
            let kind = NoticeKind::CaseOwnerAssigned;
            let mut notice = Notice::new(kind, owner.unit, authority::OWNERS);
            notice.to.person = Some(owner.person);
            notice.text = assigned.reason;
            match after.clocks.get(&ClockKey::of(Step::Resolve)) {
                Some(term) => vec![notice.due(Step::Resolve, term)],
                None => vec![notice],
            }
        }
        PetitionFact::FileOpened { unit, reason, .. } => {
            let mut notice = Notice::new(NoticeKind::FileOpened, centre, DIRECTOR);
            notice.text = Some(*reason);
            notice.about = (*unit != centre).then_some(*unit);
            vec![notice]
        }
        PetitionFact::Unsealed { unit, reason, .. } => {
            let mut notice = Notice::new(NoticeKind::Unsealed, centre, DIRECTOR);
            notice.text = Some(*reason);
            notice.about = (*unit != centre).then_some(*unit);
            vec![notice]
        }
        PetitionFact::Registered { .. }
        | PetitionFact::PersonErased { .. }
        | PetitionFact::Accepted { .. }
        | PetitionFact::Declined { .. }
        | PetitionFact::DuplicateLinked { .. }
        | PetitionFact::RecognisedDifficult { .. }
        | PetitionFact::LegalBarSet { .. }
        | PetitionFact::Recused { .. }
        | PetitionFact::ScanOwed { .. }
        | PetitionFact::FileAttached { .. }
        | PetitionFact::Whistled { .. }
        | PetitionFact::WhistleEnded { .. }
        | PetitionFact::Extended { .. }
        | PetitionFact::Answered { .. }
        | PetitionFact::Concluded { .. }
        | PetitionFact::MeasuresUpdated { .. }
        | PetitionFact::SignedOff { .. }
        | PetitionFact::Reopened { .. } => vec![],
        // Whoever answers the petition tells the petitioner.
        PetitionFact::CalendarAdopted { promised, .. } => {
            moved(promised, &petition::deadlines(after))
        }
    }
}

fn top(centre: UnitId, directory: &Directory) -> UnitId {
    directory.above(centre).last().map_or(centre, |it| it.id)
}

/// A unit is called: told at once, with the first date it has to keep.
fn issued(after: &Whistle, order: &Order, lists: &Lists) -> Notice {
    let mut notice = Notice::new(NoticeKind::Issued, order.unit, UNIT);
    notice.assignment = Some(order.assignment);
    notice.role = Some(order.role);
    notice.text = order.task;
    let kind = after.content.as_ref().map(|it| &it.kind);
    notice.urgent = kind.and_then(|it| lists.kind(it)).is_some_and(|it| it.emergency);
    with_part(notice, after, order.assignment)
}

fn with_part(notice: Notice, after: &Whistle, id: AssignmentId) -> Notice {
    let Some(it) = after.assignments.get(&id) else { return notice };
    match after.clocks.get(&ClockKey::at(it.part(), id)) {
        Some(term) => notice.due(it.part(), term),
        None => notice,
    }
}

/// A ruling: to the unit that asked, and an order to the one in its place.
fn ruled(
    after: &Whistle,
    assignment: AssignmentId,
    order: Option<&Order>,
    reason: Words,
    lists: &Lists,
) -> Vec<Notice> {
    let Some(it) = after.assignments.get(&assignment) else { return vec![] };
    let mut notice = Notice::new(NoticeKind::ReturnRuled, it.unit, UNIT);
    notice.assignment = Some(assignment);
    notice.granted = Some(order.is_some());
    notice.text = Some(reason);
    notice.about = order.map(|it| it.unit);
    let notice = if order.is_none() { with_part(notice, after, assignment) } else { notice };
    order.map(|it| issued(after, it, lists)).into_iter().chain([notice]).collect()
}

/// A paper of supervision: to those in the unit whom its rung names, and a copy to those above where
/// it says so: the unit directly above, or the district's leaders where there is none.
fn supervised(
    after: &Whistle,
    assignment: AssignmentId,
    supervision: &Supervision,
    lists: &Lists,
    directory: &Directory,
) -> Vec<Notice> {
    let (Some(part), Some(centre)) = (after.assignments.get(&assignment), after.centre) else {
        return vec![];
    };
    let kind = NoticeKind::SupervisionIssued;
    let rung = lists.process.rung(supervision.paper);
    let to = rung.map_or(supervision::ADDRESSEES, |it| &it.to);
    let mut res = vec![Notice::new(kind, part.unit, to)];
    if rung.is_some_and(|it| it.copy_above) {
        const ABOVE: &[Role] = &[Role::UnitLeader, Role::Leader];
        let mut copy = match directory.above(part.unit).next() {
            Some(above) => Notice::new(kind, above.id, ABOVE),
            None => Notice::new(kind, top(centre, directory), LEADER),
        };
        copy.about = Some(part.unit);
        res.push(copy);
    }
    let late = supervision::overdue(after, assignment);
    let said = |mut it: Notice| {
        it.assignment = Some(assignment);
        it.role = Some(part.role);
        it.paper = Some(supervision.paper);
        it.reply_due = supervision.reply_due;
        it.text = supervision.text;
        match late {
            Some((step, term)) => it.due(step, term),
            None => it,
        }
    };
    res.into_iter().map(said).collect()
}

/// Dates that a calendar moved: to those who owe the acts.
fn moved(promised: &[Promised], all: &[Deadline]) -> Vec<Notice> {
    let of = |it: &Promised| all.iter().find(|deadline| deadline.key == it.key);
    let notice = |it: &Deadline| {
        let kind = NoticeKind::DateMoved;
        let mut notice = Notice::to_owner(kind, &it.owner);
        notice.assignment = it.key.assignment;
        notice.due(it.key.step, &it.term)
    };
    promised.iter().filter_map(of).map(notice).collect()
}

/// A deadline that passed.
struct Late<'a> {
    key: ClockKey,
    due: DateTime<Utc>,
    /// The deadline as it stands; none where its own lapse stopped its clock. Those who watch are
    /// told all the same.
    still: Option<&'a Deadline>,
    about: UnitId,
    centre: UnitId,
}

/// Overdue: to the one who owes, and to those who watch over them.
fn overdue(late: &Late<'_>, directory: &Directory) -> Vec<Notice> {
    let kind = NoticeKind::Overdue;
    let centre = late.centre;
    let mut res: Vec<Notice> = vec![];
    if let Some(it) = late.still {
        let mut roles = it.owner.roles.clone();
        if it.owner.person.is_some() {
            // The owner of a case hears of it alone in their unit, where nobody else sees the case.
            res.push(Notice::new(kind, centre, WATCH));
        } else if it.owner.unit == centre {
            // The centre itself is late: the one above it hears of it, or its own leaders.
            match directory.centre_above(centre) {
                Some(above) => res.push(Notice::new(kind, above.id, DIRECTOR)),
                None => roles.extend([Role::Director, Role::Leader]),
            }
        } else {
            // What a unit owes late, its leader hears of, and so does the centre.
            roles.push(Role::UnitLeader);
            res.push(Notice::new(kind, centre, WATCH));
        }
        let mut seen = std::collections::BTreeSet::new();
        roles.retain(|it| seen.insert(*it));
        res.insert(0, Notice::to_owner(kind, &Owner { roles, ..it.owner.clone() }));
    } else {
        res.push(Notice::new(kind, centre, WATCH));
    }
    for it in &mut res {
        it.assignment = late.key.assignment;
        it.about = Some(late.about);
        it.step = Some(late.key.step);
        it.due = Some(late.due);
        if let Some(still) = late.still {
            *it = it.clone().due(late.key.step, &still.term);
        }
    }
    res
}
