//! What happened to a whistle, and what that makes of it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::{
    Assignment, AssignmentRole, AssignmentStage, Attached, Attendance, Content, Issued, Judge,
    Ratification, Rating, Reply, Resolution, ReturnRight, Stage, Whistle,
    assignment::{ExtensionRequest, ReturnGround, Rung},
};
use crate::{
    authority::audience::Holder,
    calendar::Limit,
    clock::{ClockKey, Promised, Step},
    file::{Attachment, OwedScan},
    ids::{AssignmentId, DistrictId, FileId, PersonId, PetitionId, UnitId, WhistleId},
    lists::{KindCode, LevelCode, ListsVersion},
    supervision::{Ladder, Supervision},
    text::Words,
};

/// An assignment as it is ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its id.
    pub assignment: AssignmentId,
    /// The unit.
    pub unit: UnitId,
    /// Its role.
    pub role: AssignmentRole,
    /// What it is asked to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Words>,
    /// On which terms.
    pub terms: OrderTerms,
    /// When it is served (视为送达).
    pub at: DateTime<Utc>,
}

/// Whether an ordered unit may ask to return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderTerms {
    /// Called by the issuer: one return within the window.
    Called,
    /// Designated by a ruling: no return.
    Designated,
}

/// One unit's duty in the minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// The assignment.
    pub assignment: AssignmentId,
    /// Its duty.
    pub duty: Words,
    /// By which day.
    pub due_on: NaiveDate,
}

/// 会商纪要 (R22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minutes {
    /// When the meeting was.
    pub held_at: DateTime<Utc>,
    /// 事实认定.
    pub findings: Words,
    /// 职责分工.
    pub split: Vec<Split>,
    /// 化解措施.
    pub measures: Words,
}

/// How a verification was made.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum VerifyMethod {
    /// 现场核查.
    Site,
    /// 电话核查.
    Phone,
    /// 资料核查.
    Documents,
}

/// Why a whistle is terminated (潍坊市12345条例 21).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TerminationGround {
    /// 当事人不配合.
    NotCooperating,
    /// 当事人撤回.
    PetitionWithdrawn,
    /// 转入法定途径.
    LegalRoute,
}

/// What happened to a whistle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case", tag = "fact")]
#[strum(serialize_all = "snake_case")]
pub enum WhistleFact {
    /// 草拟.
    Drafted {
        /// The district.
        district: DistrictId,
        /// The centre that blows.
        centre: UnitId,
        /// Who drafted it.
        by: PersonId,
        /// When.
        at: DateTime<Utc>,
        /// What it says.
        content: Box<Content>,
        /// The kind and level asked for, where a third blow raised them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        raised_from: Option<(KindCode, LevelCode)>,
        /// The petitions it is over.
        petitions: BTreeMap<PetitionId, Attached>,
        /// The lists in force.
        lists: ListsVersion,
        /// The whistle it goes on from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        predecessor: Option<WhistleId>,
    },
    /// 修改.
    Amended {
        /// What it says now.
        content: Box<Content>,
        /// The kind and level asked for, where a third blow raised them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        raised_from: Option<(KindCode, LevelCode)>,
        /// The lists in force.
        lists: ListsVersion,
    },
    /// 提交.
    Submitted {
        /// By whom.
        by: PersonId,
    },
    /// 审核.
    Endorsed {
        /// By whom.
        by: PersonId,
    },
    /// 退回补正.
    SentBack {
        /// By whom.
        by: PersonId,
        /// Why.
        reason: Words,
    },
    /// 签发, or 先吹后补.
    Issued {
        /// The numbers and the issuer.
        #[serde(flatten)]
        issued: Box<Issued>,
        /// The lists it is pinned to from here on.
        lists: ListsVersion,
        /// Whom it calls, on which terms.
        orders: Vec<Order>,
        /// The petitions with their statutory dates as of now.
        petitions: BTreeMap<PetitionId, Attached>,
        /// The director's reason, where a decision is pending elsewhere and the purpose allows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exception: Option<Words>,
    },
    /// 追认.
    Ratified {
        /// By whom.
        by: PersonId,
        /// Whether it was granted.
        granted: bool,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Words>,
    },
    /// 并入诉求.
    PetitionAttached {
        /// The petition.
        petition: PetitionId,
        /// Its statutory date.
        attached: Attached,
    },
    /// 移出诉求.
    PetitionDetached {
        /// The petition.
        petition: PetitionId,
        /// Why.
        reason: Words,
    },
    /// 签收.
    Acknowledged {
        /// The assignment.
        assignment: AssignmentId,
        /// By whom.
        by: PersonId,
        /// When it was in fact.
        at: DateTime<Utc>,
    },
    /// 申请退单.
    ReturnRequested {
        /// The assignment.
        assignment: AssignmentId,
        /// By whom.
        by: PersonId,
        /// When.
        at: DateTime<Utc>,
        /// Why.
        ground: ReturnGround,
        /// On what basis.
        basis: Words,
        /// Which unit it suggests.
        suggested: UnitId,
    },
    /// 退单裁定: final.
    ReturnRuled {
        /// The assignment.
        assignment: AssignmentId,
        /// By whom.
        by: PersonId,
        /// Why.
        reason: Words,
        /// The unit in its place where it was granted; it counts as designated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replacement: Option<Order>,
    },
    /// 启动争议会商.
    DisputeOpened {
        /// The assignment.
        assignment: AssignmentId,
        /// Why.
        reason: Words,
    },
    /// 争议上移一级.
    DisputeClimbed {
        /// The assignment.
        assignment: AssignmentId,
        /// To which rung.
        rung: Rung,
    },
    /// 指定主办.
    Designated {
        /// The disputed assignment.
        assignment: AssignmentId,
        /// By whom.
        by: PersonId,
        /// On which rung.
        rung: Rung,
        /// Minutes and basis.
        basis: Words,
        /// The order, where another unit was designated; none where the same unit keeps it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<Order>,
    },
    /// 报到.
    ReportedIn {
        /// The assignment.
        assignment: AssignmentId,
        /// Who came.
        attendance: Attendance,
        /// Who recorded it on the calling side.
        by: PersonId,
    },
    /// 未报到.
    AbsenceRecorded {
        /// The assignment.
        assignment: AssignmentId,
        /// By whom.
        by: PersonId,
        /// Why.
        reason: Words,
        /// For the lead: whether handling goes ahead without its presence.
        go_ahead: bool,
    },
    /// 增派.
    UnitAdded {
        /// The order.
        order: Order,
        /// Why.
        reason: Words,
    },
    /// 释放.
    UnitReleased {
        /// The assignment.
        assignment: AssignmentId,
        /// Why.
        reason: Words,
    },
    /// 改派主办.
    LeadChanged {
        /// The lead that was.
        from: AssignmentId,
        /// The new lead: an assist of this whistle, or a new order.
        to: NewLead,
        /// Whether the former lead stays as an assist; otherwise it is released.
        keep: bool,
        /// By whom.
        by: PersonId,
        /// Why.
        reason: Words,
    },
    /// 会商纪要.
    Consulted {
        /// The minutes.
        minutes: Box<Minutes>,
        /// By whom they were recorded.
        by: PersonId,
    },
    /// 进入办理.
    HandlingBegan {
        /// The round.
        round: u32,
    },
    /// 阶段反馈, or a late assist's explanation.
    Progressed {
        /// The assignment.
        assignment: AssignmentId,
        /// By whom.
        by: PersonId,
        /// The report.
        report: Words,
        /// Why it is late, where it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        late: Option<Words>,
    },
    /// 申请延期.
    ExtensionRequested {
        /// The assignment.
        assignment: AssignmentId,
        /// By whom.
        by: PersonId,
        /// By how much.
        limit: Limit,
        /// Why; told to the petitioner.
        reason: Words,
    },
    /// 延期审批.
    ExtensionRuled {
        /// The assignment.
        assignment: AssignmentId,
        /// By whom.
        by: PersonId,
        /// Whether it was granted.
        granted: bool,
        /// Why.
        reason: Words,
    },
    /// 办理反馈.
    Replied {
        /// The assignment.
        assignment: AssignmentId,
        /// The reply.
        reply: Box<Reply>,
    },
    /// 进入核查.
    VerifyingBegan,
    /// 核查.
    Verified {
        /// By whom.
        by: PersonId,
        /// How.
        method: VerifyMethod,
        /// What was found.
        findings: Words,
        /// Whether it passed.
        passed: bool,
        /// The outcome for each petition, where it passed.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        outcomes: BTreeMap<PetitionId, Resolution>,
    },
    /// 评价.
    Rated {
        /// Who judged.
        #[serde(flatten)]
        judge: Judge,
        /// What was said.
        rating: Rating,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Words>,
        /// Whether the centre finds a dissatisfaction reasoned (R32).
        justified: bool,
        /// Who recorded it.
        by: PersonId,
    },
    /// 退回重办.
    Reworked {
        /// The round that begins.
        round: u32,
        /// Why.
        reason: Words,
        /// Whose part is done again; the lead's always.
        assignments: Vec<AssignmentId>,
    },
    /// 待办结.
    ClosingBegan,
    /// 办结.
    Closed {
        /// By whom.
        by: PersonId,
        /// When.
        at: DateTime<Utc>,
    },
    /// 申请挂账.
    HoldRequested {
        /// By whom.
        by: PersonId,
        /// Why.
        reason: Words,
    },
    /// 回避.
    Recused {
        /// Who must not see or act any more.
        holder: Holder,
        /// Which interest; none where it came with a petition.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Words>,
    },
    /// 包案: somebody owns one of its petitions from now on, or nobody does any more. The petition's
    /// own stream says how it came.
    CaseOwnerSet {
        /// The petition.
        petition: PetitionId,
        /// Who.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<PersonId>,
    },
    /// 代录待补凭证: an act was recorded for another, and the scan of it is owed.
    ScanOwed {
        /// The version of the event of that act.
        of: u32,
        /// Who owes it.
        #[serde(flatten)]
        scan: OwedScan,
    },
    /// 上传附件.
    FileAttached {
        /// The file.
        file: Box<Attachment>,
    },
    /// 调阅封存附件.
    FileOpened {
        /// Which.
        file: FileId,
        /// By whose unit.
        unit: UnitId,
        /// What for.
        reason: Words,
    },
    /// 不予挂账.
    HoldRefused {
        /// By whom.
        by: PersonId,
        /// Why.
        reason: Words,
    },
    /// 挂账, or another date for a case that is on hold (R27).
    HeldLongTerm {
        /// By whom it was approved.
        by: PersonId,
        /// The measures.
        measures: Words,
        /// The explicit date.
        until: NaiveDate,
        /// The next review.
        review_on: NaiveDate,
    },
    /// 恢复办理.
    Resumed {
        /// By whom.
        by: PersonId,
        /// Why.
        reason: Words,
    },
    /// 终止办理.
    Terminated {
        /// By whom.
        by: PersonId,
        /// On what ground.
        ground: TerminationGround,
        /// Why.
        reason: Words,
        /// When.
        at: DateTime<Utc>,
    },
    /// 撤哨.
    Withdrawn {
        /// By whom.
        by: PersonId,
        /// Why.
        reason: Words,
        /// When.
        at: DateTime<Utc>,
    },
    /// 升级吹哨.
    Escalated {
        /// By whom.
        by: PersonId,
        /// Why.
        reason: Words,
        /// The whistle at the next centre up.
        successor: WhistleId,
        /// When.
        at: DateTime<Utc>,
    },
    /// 二次吹哨: this whistle had ended, and another goes on from it.
    BlownAgain {
        /// That whistle.
        successor: WhistleId,
    },
    /// 督办: a paper to a called unit.
    Supervised {
        /// The assignment.
        assignment: AssignmentId,
        /// The paper.
        #[serde(flatten)]
        supervision: Supervision,
        /// Where the ladder stands after it, where the paper took a rung.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ladder: Option<Ladder>,
    },
    /// A newer calendar was adopted; the clocks that it moved are in the event.
    CalendarAdopted {
        /// Its version.
        calendar: u32,
        /// The dates that it moved, as they were promised before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        promised: Vec<Promised>,
    },
    /// A deadline passed without the act.
    Lapsed {
        /// Which.
        #[serde(flatten)]
        key: ClockKey,
        /// When it was due.
        due: DateTime<Utc>,
        /// The ladder of supervision that begins with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ladder: Option<Ladder>,
    },
}

/// The new lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewLead {
    /// An assist of this whistle.
    Assist(AssignmentId),
    /// A unit that was not called before.
    Order(Order),
}

impl WhistleFact {
    /// The assignments that it concerns.
    #[must_use]
    pub fn assignments(&self) -> std::collections::BTreeSet<AssignmentId> {
        let orders = |it: &Order| it.assignment;
        match self {
            Self::Issued { orders: all, .. } => all.iter().map(orders).collect(),
            Self::UnitAdded { order, .. } => [order.assignment].into(),
            Self::ReturnRuled { assignment, replacement, .. } => {
                replacement.iter().map(orders).chain([*assignment]).collect()
            }
            Self::Designated { assignment, order, .. } => {
                order.iter().map(orders).chain([*assignment]).collect()
            }
            Self::Acknowledged { assignment, .. }
            | Self::ReturnRequested { assignment, .. }
            | Self::DisputeOpened { assignment, .. }
            | Self::DisputeClimbed { assignment, .. }
            | Self::ReportedIn { assignment, .. }
            | Self::AbsenceRecorded { assignment, .. }
            | Self::UnitReleased { assignment, .. }
            | Self::Progressed { assignment, .. }
            | Self::ExtensionRequested { assignment, .. }
            | Self::ExtensionRuled { assignment, .. }
            | Self::Supervised { assignment, .. }
            | Self::Replied { assignment, .. } => [*assignment].into(),
            Self::LeadChanged { from, to, .. } => match to {
                NewLead::Assist(to) => [*from, *to].into(),
                NewLead::Order(order) => [*from, order.assignment].into(),
            },
            Self::Consulted { minutes, .. } => {
                minutes.split.iter().map(|it| it.assignment).collect()
            }
            Self::Reworked { assignments, .. } => assignments.iter().copied().collect(),
            Self::Lapsed { key, .. } => key.assignment.into_iter().collect(),
            Self::FileAttached { file } => file.assignment.into_iter().collect(),
            Self::Drafted { .. }
            | Self::Amended { .. }
            | Self::Submitted { .. }
            | Self::Endorsed { .. }
            | Self::SentBack { .. }
            | Self::Ratified { .. }
            | Self::PetitionAttached { .. }
            | Self::PetitionDetached { .. }
            | Self::HandlingBegan { .. }
            | Self::VerifyingBegan
            | Self::Verified { .. }
            | Self::Rated { .. }
            | Self::ClosingBegan
            | Self::Closed { .. }
            | Self::HoldRequested { .. }
            | Self::Recused { .. }
            | Self::CaseOwnerSet { .. }
            | Self::ScanOwed { .. }
            | Self::FileOpened { .. }
            | Self::HoldRefused { .. }
            | Self::HeldLongTerm { .. }
            | Self::Resumed { .. }
            | Self::Terminated { .. }
            | Self::Withdrawn { .. }
            | Self::Escalated { .. }
            | Self::BlownAgain { .. }
            | Self::CalendarAdopted { .. } => std::collections::BTreeSet::new(),
        }
    }
}

impl Whistle {
    fn order(&mut self, order: &Order) {
        let assignment = Assignment {
            id: order.assignment,
            version: 0,
            unit: order.unit,
            role: order.role,
            task: order.task,
            stage: AssignmentStage::Issued,
            served_at: order.at,
            acknowledged: None,
            attendance: None,
            absent: false,
            return_right: match order.terms {
                OrderTerms::Called => ReturnRight::Open,
                OrderTerms::Designated => ReturnRight::Designated,
            },
            progressed: false,
            explained: false,
            extension: None,
            extensions: 0,
            ladder: None,
            supervisions: vec![],
        };
        self.assignments.insert(order.assignment, assignment);
    }

    fn with(&mut self, id: AssignmentId, change: impl FnOnce(&mut Assignment)) {
        if let Some(it) = self.assignments.get_mut(&id) {
            change(it);
        }
    }

    fn end(&mut self, stage: Stage) {
        self.stage = stage;
        self.hold_requested = false;
        for it in self.assignments.values_mut().filter(|it| it.stage.is_active()) {
            it.stage = AssignmentStage::Ended;
            it.extension = None;
        }
    }

    /// What `fact` makes of it, clocks apart.
    pub(crate) fn apply(&mut self, fact: &WhistleFact) {
        match fact.clone() {
            WhistleFact::Drafted {
                district,
                centre,
                by,
                at,
                content,
                raised_from,
                petitions,
                lists,
                predecessor,
            } => {
                self.stage = Stage::Draft;
                self.district = Some(district);
                self.centre = Some(centre);
                self.drafted_by = Some(by);
                self.drafted_at = Some(at);
                self.content = Some(content);
                self.raised_from = raised_from;
                self.petitions = petitions;
                self.lists = lists;
                self.predecessor = predecessor;
            }
            WhistleFact::Amended { content, raised_from, lists } => {
                self.content = Some(content);
                self.raised_from = raised_from;
                self.lists = lists;
            }
            WhistleFact::Submitted { .. } => self.stage = Stage::UnderReview,
            WhistleFact::Endorsed { by } => self.stage = Stage::Endorsed { by },
            WhistleFact::SentBack { .. } => {
                self.stage = Stage::Draft;
                self.send_backs += 1;
            }
            WhistleFact::Issued { issued, lists, orders, petitions, .. } => {
                self.stage =
                    Stage::Responding { lead_absent: false, minutes: false, go_ahead: false };
                if issued.blown_now {
                    self.ratification = Ratification::Pending;
                }
                for it in &orders {
                    self.order(it);
                }
                self.lists = lists;
                self.petitions = petitions;
                self.issued = Some(*issued);
            }
            WhistleFact::Ratified { granted, .. } => {
                self.ratification =
                    if granted { Ratification::Granted } else { Ratification::Refused };
            }
            WhistleFact::PetitionAttached { petition, attached } => {
                self.petitions.insert(petition, attached);
            }
            WhistleFact::PetitionDetached { petition, .. } => {
                self.petitions.remove(&petition);
                self.case_owners.remove(&petition);
            }
            WhistleFact::Acknowledged { assignment, by, at } => self.with(assignment, |it| {
                it.acknowledged = Some((by, at));
                if it.stage == AssignmentStage::Issued {
                    it.stage = AssignmentStage::Acknowledged;
                }
            }),
            WhistleFact::ReturnRequested { assignment, by, at, ground, basis, suggested } => {
                self.with(assignment, |it| {
                    it.acknowledged = it.acknowledged.or(Some((by, at)));
                    it.stage = AssignmentStage::ReturnRequested { ground, basis, suggested };
                });
            }
            WhistleFact::ReturnRuled { assignment, replacement, .. } => match replacement {
                Some(order) => self.replace(assignment, &order),
                None => self.with(assignment, |it| {
                    it.return_right = ReturnRight::Refused;
                    it.stage = it.resting();
                }),
            },
            WhistleFact::DisputeOpened { assignment, .. } => {
                self.with(assignment, |it| {
                    it.stage = AssignmentStage::Disputed { rung: Rung::Meeting }
                });
            }
            WhistleFact::DisputeClimbed { assignment, rung } => {
                self.with(assignment, |it| it.stage = AssignmentStage::Disputed { rung });
            }
            WhistleFact::Designated { assignment, order, .. } => match order {
                Some(order) => self.replace(assignment, &order),
                None => self.with(assignment, |it| {
                    it.return_right = ReturnRight::Designated;
                    it.stage = it.resting();
                }),
            },
            WhistleFact::ReportedIn { assignment, attendance, by } => {
                let lead = self.lead().map(|it| it.id) == Some(assignment);
                self.with(assignment, |it| {
                    it.acknowledged = it.acknowledged.or(Some((by, attendance.at)));
                    it.attendance = Some(attendance);
                    it.absent = false;
                    it.stage = AssignmentStage::ReportedIn;
                });
                if let (true, Stage::Responding { lead_absent, .. }) = (lead, &mut self.stage) {
                    *lead_absent = false;
                }
            }
            WhistleFact::AbsenceRecorded { assignment, go_ahead, .. } => {
                self.with(assignment, |it| it.absent = true);
                // Only the limit opens the remedy; an absence recorded before it is a note.
                if let (true, Stage::Responding { lead_absent, go_ahead: ahead, .. }) =
                    (go_ahead, &mut self.stage)
                {
                    *lead_absent = false;
                    *ahead = true;
                }
            }
            WhistleFact::UnitAdded { order, .. } => self.order(&order),
            WhistleFact::UnitReleased { assignment, .. } => self.with(assignment, |it| {
                it.stage = AssignmentStage::Released;
                it.extension = None;
            }),
            WhistleFact::LeadChanged { from, to, keep, .. } => {
                self.with(from, |it| {
                    it.role = AssignmentRole::Assist;
                    it.extension = None;
                    if !keep {
                        it.stage = AssignmentStage::Released;
                    }
                });
                match to {
                    NewLead::Assist(to) => self.with(to, |it| {
                        it.role = AssignmentRole::Lead;
                        it.extension = None;
                        it.stage = it.resting();
                    }),
                    NewLead::Order(order) => self.order(&order),
                }
                // An assist that missed its own limit is an absent lead from the first moment.
                let late = self.lead().is_some_and(|it| {
                    let key = ClockKey::at(Step::ReportIn, it.id);
                    it.attendance.is_none() && self.clocks.get(&key).is_some_and(|term| term.lapsed)
                });
                if let Stage::Responding { lead_absent, go_ahead, .. } = &mut self.stage {
                    *lead_absent = late;
                    *go_ahead = false;
                }
            }
            WhistleFact::Consulted { .. } => {
                if let Stage::Responding { minutes, .. } = &mut self.stage {
                    *minutes = true;
                }
            }
            WhistleFact::HandlingBegan { round } => self.stage = Stage::Handling { round },
            WhistleFact::Progressed { assignment, late, .. } => self.with(assignment, |it| {
                it.progressed = true;
                it.explained |= late.is_some();
            }),
            WhistleFact::ExtensionRequested { assignment, limit, reason, .. } => {
                self.with(assignment, |it| {
                    it.extension = Some(ExtensionRequest { by: limit, reason });
                });
            }
            WhistleFact::ExtensionRuled { assignment, granted, .. } => {
                self.with(assignment, |it| {
                    it.extension = None;
                    it.extensions += u32::from(granted);
                })
            }
            WhistleFact::Replied { assignment, reply } => self.with(assignment, |it| {
                it.acknowledged = it.acknowledged.or(Some((reply.by, reply.at)));
                it.extension = None;
                it.stage = AssignmentStage::Replied { reply };
            }),
            WhistleFact::VerifyingBegan => {
                self.hold_requested = false;
                self.stage = Stage::Verifying { round: self.stage.round() };
            }
            WhistleFact::Verified { passed, outcomes, .. } => {
                if passed {
                    self.stage = Stage::Rating { round: self.stage.round() };
                    for (petition, outcome) in outcomes {
                        if let Some(it) = self.petitions.get_mut(&petition) {
                            it.outcome = Some(outcome);
                        }
                    }
                }
            }
            WhistleFact::Rated { judge, rating, reason, justified, .. } => match judge {
                Judge::Petitioner(petition) => {
                    if let Some(it) = self.petitions.get_mut(&petition) {
                        it.rating = Some(rating);
                        // A reasoned dissatisfaction says what remains; a further round may take it.
                        if let (true, Some(remainder), Some(Resolution::Resolved)) =
                            (justified, reason, &it.outcome)
                        {
                            it.outcome = Some(Resolution::Partial { remainder });
                        }
                    }
                }
                Judge::Caller => self.caller_rating = Some(rating),
            },
            WhistleFact::Reworked { round, assignments, .. } => {
                self.stage = Stage::Handling { round };
                self.reworks += 1;
                self.caller_rating = None;
                for it in self.petitions.values_mut() {
                    it.outcome = None;
                    it.rating = None;
                }
                for id in assignments {
                    self.with(id, |it| {
                        it.stage = AssignmentStage::ReportedIn;
                        it.progressed = false;
                        it.explained = false;
                    });
                }
            }
            WhistleFact::ClosingBegan => self.stage = Stage::Closing { round: self.stage.round() },
            WhistleFact::Closed { .. } => self.end(Stage::Closed),
            WhistleFact::HoldRequested { .. } => self.hold_requested = true,
            WhistleFact::Recused { holder, .. } => {
                self.recused.insert(holder);
            }
            WhistleFact::CaseOwnerSet { petition, owner: Some(owner) } => {
                self.case_owners.insert(petition, owner);
            }
            WhistleFact::CaseOwnerSet { petition, owner: None } => {
                self.case_owners.remove(&petition);
            }
            WhistleFact::ScanOwed { of, scan } => {
                self.scans.insert(of, scan);
            }
            WhistleFact::FileAttached { file } => {
                file.scan_of.map(|it| self.scans.remove(&it));
                self.files.insert(file.id, *file);
            }
            WhistleFact::FileOpened { .. } => (),
            WhistleFact::HoldRefused { .. } => self.hold_requested = false,
            WhistleFact::HeldLongTerm { until, .. } => {
                let renewed = matches!(self.stage, Stage::LongTerm { .. });
                self.holds += u32::from(!renewed);
                self.hold_requested = false;
                for it in self.assignments.values_mut() {
                    it.extension = None;
                }
                self.stage = Stage::LongTerm { round: self.stage.round(), until };
            }
            WhistleFact::Resumed { .. } => {
                self.stage = Stage::Handling { round: self.stage.round() }
            }
            WhistleFact::Terminated { .. } => self.end(Stage::Terminated),
            WhistleFact::Withdrawn { .. } => self.end(Stage::Withdrawn),
            WhistleFact::Escalated { successor, .. } => {
                self.successor = Some(successor);
                self.end(Stage::Escalated { successor });
            }
            WhistleFact::BlownAgain { successor } => self.successor = Some(successor),
            WhistleFact::CalendarAdopted { calendar, .. } => self.calendar = calendar,
            WhistleFact::Supervised { assignment, supervision, ladder } => {
                self.with(assignment, |it| {
                    it.supervisions.push(supervision);
                    it.ladder = ladder.or(it.ladder);
                });
            }
            WhistleFact::Lapsed { key, ladder, .. } => {
                self.lapse(key);
                if let Some(id) = key.assignment {
                    self.with(id, |it| it.ladder = ladder.or(it.ladder));
                }
            }
        }
    }

    fn replace(&mut self, assignment: AssignmentId, order: &Order) {
        if let Some(it) = self.assignments.get(&assignment) {
            self.returned.insert(it.unit);
        }
        self.with(assignment, |it| {
            it.extension = None;
            it.stage = AssignmentStage::Returned { replacement: order.assignment };
        });
        // A go-ahead was for the lead that was.
        if let (AssignmentRole::Lead, Stage::Responding { lead_absent, go_ahead, .. }) =
            (order.role, &mut self.stage)
        {
            *lead_absent = false;
            *go_ahead = false;
        }
        self.order(order);
    }

    fn lapse(&mut self, key: ClockKey) {
        if let Some(it) = self.clocks.get_mut(&key) {
            it.lapsed = true;
        }
        match key.step {
            Step::ReportIn => {
                let lead = self.lead().map(|it| it.id);
                if let Some(id) = key.assignment {
                    self.with(id, |it| it.absent = true);
                }
                if let (true, Stage::Responding { lead_absent, go_ahead, .. }) =
                    (key.assignment.is_some() && key.assignment == lead, &mut self.stage)
                {
                    *lead_absent = !*go_ahead;
                }
            }
            Step::Ratify => self.ratification = Ratification::Lapsed,
            Step::Rate => {
                for it in self.petitions.values_mut() {
                    it.rating.get_or_insert(Rating::Unreachable);
                }
                self.caller_rating.get_or_insert(Rating::Unreachable);
            }
            Step::Submit
            | Step::Review
            | Step::Issue
            | Step::Acknowledge
            | Step::ReturnWindow
            | Step::RuleReturn
            | Step::DisputeMeeting
            | Step::DisputeSuperior
            | Step::DisputeConference
            | Step::Remedy
            | Step::Consult
            | Step::Interim
            | Step::Handle
            | Step::Task
            | Step::Explain
            | Step::RuleExtension
            | Step::Verify
            | Step::Close
            | Step::RuleHold
            | Step::ReviewHold
            | Step::Accept
            | Step::Answer
            | Step::Conclude
            | Step::Scan
            | Step::Supervise
            | Step::ReviewMeasures
            | Step::Resolve => (),
        }
    }
}
