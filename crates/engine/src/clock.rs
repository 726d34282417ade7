//! The clocks that run in a case: which step they time, from when, until when, and why then.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::{
    actor::Role,
    calendar::{Calendar, CalendarVersion, Limit, LimitUnit},
    ids::{AssignmentId, PersonId, UnitId},
};

/// A step of the process list that somebody owes and that a clock times.
///
/// These are the step codes of 吹哨流程清单; "next" and "way back" follow from the machine.
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
pub enum Step {
    /// 提交: a draft is to be submitted.
    Submit,
    /// 审核: a submitted whistle is to be endorsed, issued or sent back.
    Review,
    /// 签发: an endorsed whistle is to be issued or sent back.
    Issue,
    /// 追认: a whistle blown first is to be ratified.
    Ratify,
    /// 签收: an assignment is to be acknowledged.
    Acknowledge,
    /// 退单窗口: until then a unit may ask to return. Nobody owes it.
    ReturnWindow,
    /// 退单裁定.
    RuleReturn,
    /// 争议会商: the first rung of a dispute.
    DisputeMeeting,
    /// 共同上级: the second rung.
    DisputeSuperior,
    /// 联席会议: the last rung.
    DisputeConference,
    /// 报到.
    ReportIn,
    /// 未报到处置: the lead is absent; another lead is to be named, or handling to go ahead.
    Remedy,
    /// 联合会商: minutes with the duty split.
    Consult,
    /// 应急首报: the first progress report of an emergency.
    Interim,
    /// 办理: the lead's reply.
    Handle,
    /// 协办: an assist's part.
    Task,
    /// 说明: a late assist gives reason and stage progress.
    Explain,
    /// 延期审批.
    RuleExtension,
    /// 核查.
    Verify,
    /// 回访评价.
    Rate,
    /// 办结.
    Close,
    /// 挂账审批.
    RuleHold,
    /// 挂账复核: a long-term case is to be reviewed.
    ReviewHold,
    /// 受理: a registered petition is to be accepted or declined.
    Accept,
    /// 答复: an accepted petition is to be answered.
    Answer,
    /// 办结诉求: an answered petition is to be concluded.
    Conclude,
    /// 补交代录凭证: the scan of an act that was recorded for another.
    Scan,
    /// 督办: the next paper of the ladder that pursues a unit; it runs beside whatever the unit owes.
    Supervise,
    /// 措施复核: the owner of a case is to look at the measures again.
    ReviewMeasures,
    /// 化解: the owner of a case is to have it settled, and somebody else to sign the entry off.
    Resolve,
}

impl Step {
    /// The step's name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Submit => "提交",
            Self::Review => "审核",
            Self::Issue => "签发",
            Self::Ratify => "追认",
            Self::Acknowledge => "签收",
            Self::ReturnWindow => "退单窗口",
            Self::RuleReturn => "退单裁定",
            Self::DisputeMeeting => "争议会商",
            Self::DisputeSuperior => "共同上级裁定",
            Self::DisputeConference => "联席会议裁定",
            Self::ReportIn => "报到",
            Self::Remedy => "未报到处置",
            Self::Consult => "联合会商",
            Self::Interim => "应急首报",
            Self::Handle => "办理",
            Self::Task => "协办",
            Self::Explain => "逾期说明",
            Self::RuleExtension => "延期审批",
            Self::Verify => "核查",
            Self::Rate => "回访评价",
            Self::Close => "办结",
            Self::RuleHold => "挂账审批",
            Self::ReviewHold => "挂账复核",
            Self::Accept => "受理",
            Self::Answer => "答复",
            Self::Conclude => "诉求办结",
            Self::Scan => "补交代录凭证",
            Self::Supervise => "督办",
            Self::ReviewMeasures => "措施复核",
            Self::Resolve => "化解",
        }
    }

    /// Whether somebody owes it by standing above the case, whoever that is at the time.
    #[must_use]
    pub fn is_owed_above(self) -> bool {
        match self {
            Self::DisputeSuperior | Self::DisputeConference | Self::RuleHold | Self::ReviewHold => {
                true
            }
            Self::Submit
            | Self::Review
            | Self::Issue
            | Self::Ratify
            | Self::Acknowledge
            | Self::ReturnWindow
            | Self::RuleReturn
            | Self::DisputeMeeting
            | Self::ReportIn
            | Self::Remedy
            | Self::Consult
            | Self::Interim
            | Self::Handle
            | Self::Task
            | Self::Explain
            | Self::RuleExtension
            | Self::Verify
            | Self::Rate
            | Self::Close
            | Self::Accept
            | Self::Answer
            | Self::Conclude
            | Self::Scan
            | Self::Supervise
            | Self::ReviewMeasures
            | Self::Resolve => false,
        }
    }

    /// Whether it is a step of an entry of 化解责任清单, which runs beside the petition's own.
    #[must_use]
    pub fn is_of_entry(self) -> bool {
        matches!(self, Self::ReviewMeasures | Self::Resolve)
    }

    /// Whether it stands beside the act that a part of a case waits for, and neither hides it nor is
    /// hidden by it.
    #[must_use]
    pub fn is_beside(self) -> bool {
        self.is_of_entry() || self == Self::Supervise
    }

    /// Whether somebody owes an act while the clock runs. A window only permits.
    #[must_use]
    pub fn is_duty(self) -> bool {
        self != Self::ReturnWindow
    }

    /// Whether the date stands for the unit's handling, so that no statutory date may be passed.
    #[must_use]
    pub fn is_capped(self) -> bool {
        match self {
            Self::Handle | Self::Task | Self::Interim => true,
            Self::Submit
            | Self::Review
            | Self::Issue
            | Self::Ratify
            | Self::Acknowledge
            | Self::ReturnWindow
            | Self::RuleReturn
            | Self::DisputeMeeting
            | Self::DisputeSuperior
            | Self::DisputeConference
            | Self::ReportIn
            | Self::Remedy
            | Self::Consult
            | Self::Explain
            | Self::RuleExtension
            | Self::Verify
            | Self::Rate
            | Self::Close
            | Self::RuleHold
            | Self::ReviewHold
            | Self::Accept
            | Self::Answer
            | Self::Conclude
            | Self::Scan
            | Self::Supervise
            | Self::ReviewMeasures
            | Self::Resolve => false,
        }
    }
}

/// Which clock of a case: the step, and the assignment where the step is one unit's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClockKey {
    /// The step it times.
    pub step: Step,
    /// The assignment it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<AssignmentId>,
    /// The event of which a scan is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<u32>,
}

impl ClockKey {
    /// A clock of the case as a whole.
    #[must_use]
    pub fn of(step: Step) -> Self {
        Self { step, assignment: None, event: None }
    }

    /// A clock of one assignment.
    #[must_use]
    pub fn at(step: Step, assignment: AssignmentId) -> Self {
        Self { step, assignment: Some(assignment), event: None }
    }

    /// A clock of the scan of one event.
    #[must_use]
    pub fn of_scan(event: u32) -> Self {
        Self { step: Step::Scan, assignment: None, event: Some(event) }
    }
}

/// Where a due date comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Counted from a start by a limit.
    Limit(Limit),
    /// Named as a date by a decision (minutes, long-term review).
    Named,
}

/// A running time limit (期限): all that is needed to say when it ends and why then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The instant it runs from; the day of it is not counted.
    pub from: DateTime<Utc>,
    /// What it is counted by.
    pub basis: Basis,
    /// When it ends.
    pub due: DateTime<Utc>,
    /// When it turns yellow.
    pub warn: DateTime<Utc>,
    /// The calendar it was counted with.
    pub calendar: CalendarVersion,
    /// Whether the count touched a year whose calendar was not yet known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
    /// The statutory date that cut it short, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<DateTime<Utc>>,
    /// Whether it ended without the act that was owed. The act is owed still.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lapsed: bool,
}

impl Term {
    /// A limit counted from `from`, and not past `cap`.
    #[must_use]
    pub fn counted(
        calendar: &Calendar,
        from: DateTime<Utc>,
        limit: Limit,
        cap: Option<DateTime<Utc>>,
        warning: Warning,
    ) -> Self {
        let due = calendar.due(from, limit);
        let (at, cap) = match cap {
            Some(cap) if cap < due.at => (cap, Some(cap)),
            Some(_) | None => (due.at, None),
        };
        let mut term = Self {
            from,
            basis: Basis::Limit(limit),
            due: at,
            warn: at,
            calendar: due.calendar,
            provisional: due.provisional && cap.is_none(),
            cap,
            lapsed: false,
        };
        term.warn = term.yellow_from(calendar, warning);
        term
    }

    /// A date that a decision named.
    #[must_use]
    pub fn named(
        calendar: &Calendar,
        from: DateTime<Utc>,
        due: DateTime<Utc>,
        warning: Warning,
    ) -> Self {
        let mut term = Self {
            from,
            basis: Basis::Named,
            due,
            warn: due,
            calendar: calendar.version(),
            provisional: false,
            cap: None,
            lapsed: false,
        };
        term.warn = term.yellow_from(calendar, warning);
        term
    }

    /// The same limit under another calendar; never earlier than the date already told.
    #[must_use]
    pub fn recounted(&self, calendar: &Calendar, warning: Warning) -> Self {
        self.recounted_within(calendar, self.cap, warning)
    }

    /// The same, and not past `cap`: a date that was in time must not slip past a statutory one.
    #[must_use]
    pub fn recounted_within(
        &self,
        calendar: &Calendar,
        cap: Option<DateTime<Utc>>,
        warning: Warning,
    ) -> Self {
        let mut term = self.clone();
        term.calendar = calendar.version();
        match self.basis {
            Basis::Named => term,
            Basis::Limit(limit) => {
                let fresh = Self::counted(calendar, self.from, limit, cap, warning);
                term.provisional = fresh.provisional;
                if fresh.due > self.due {
                    term.due = fresh.due;
                    term.warn = fresh.warn;
                    term.cap = fresh.cap;
                }
                term
            }
        }
    }

    /// The same term cut short by a statutory date that it would pass; none where it passes none.
    #[must_use]
    pub fn cut(&self, calendar: &Calendar, cap: DateTime<Utc>, warning: Warning) -> Option<Self> {
        if self.due <= cap {
            return None;
        }
        let mut term = self.clone();
        term.due = cap;
        term.cap = Some(cap);
        term.warn = term.yellow_from(calendar, warning);
        Some(term)
    }

    /// Yellow begins when a share of the time is left, or some working days, whichever is earlier;
    /// for limits of minutes and hours only the share counts.
    fn yellow_from(&self, calendar: &Calendar, warning: Warning) -> DateTime<Utc> {
        let whole = self.due - self.from;
        let share = self.due - whole * i32::from(warning.percent.min(100)) / 100;
        let by_days = match self.basis {
            Basis::Limit(limit) => match limit.unit() {
                LimitUnit::Minute | LimitUnit::Hour | LimitUnit::WorkingHour => None,
                LimitUnit::WorkingDay | LimitUnit::NaturalDay => {
                    calendar.working_days_before(self.due, warning.working_days)
                }
            },
            Basis::Named => calendar.working_days_before(self.due, warning.working_days),
        };
        by_days.map_or(share, |it| it.min(share)).max(self.from).min(self.due)
    }
}

/// When a clock turns yellow (预警点).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// When this share of the time is left, in per cent.
    pub percent: u8,
    /// Or this many working days.
    pub working_days: u32,
}

/// The clocks of a case.
pub type Clocks = BTreeMap<ClockKey, Term>;

/// A clock as it goes into an event and, by a list of pairs, into the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Which clock.
    #[serde(flatten)]
    pub key: ClockKey,
    /// Its limit.
    #[serde(flatten)]
    pub term: Term,
}

/// A date that was told before a calendar moved it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promised {
    /// Which clock.
    #[serde(flatten)]
    pub key: ClockKey,
    /// The date that was told.
    pub due: DateTime<Utc>,
}

/// Whose act is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The unit that owes it.
    pub unit: UnitId,
    /// The roles in it that can do it.
    pub roles: Vec<Role>,
    /// Who it is in person, where it is one of them alone: the owner of a case.
    pub person: Option<PersonId>,
}

/// A deadline (期限): a running clock with the one who owes the act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Which clock.
    pub key: ClockKey,
    /// Its limit.
    pub term: Term,
    /// Who owes the act.
    pub owner: Owner,
    /// Whether it is the next act that this owner owes in this case, so that an inbox shows one
    /// entry for each part of a case.
    pub foremost: bool,
}

/// Marks, for each owner and part of a case, the deadline that comes first.
pub(crate) fn mark_foremost(deadlines: &mut [Deadline]) {
    type Part = (UnitId, Option<AssignmentId>, Option<u32>, bool);
    let mut first: BTreeMap<Part, usize> = BTreeMap::new();
    for index in 0..deadlines.len() {
        let it = &deadlines[index];
        // A paper that is owed stands beside the next act and hides none, and so does what the owner
        // of a case owes.
        let part = (it.owner.unit, it.key.assignment, it.key.event, it.key.step.is_beside());
        let earlier = first.get(&part).is_none_or(|&best| it.term.due < deadlines[best].term.due);
        if earlier {
            first.insert(part, index);
        }
    }
    for index in first.into_values() {
        deadlines[index].foremost = true;
    }
}

/// Clocks as JSON: a list, since a key of two parts is no JSON key.
pub(crate) mod as_list {
    use serde::{Deserialize as _, Deserializer, Serializer, ser::SerializeSeq as _};

    use super::{Clocks, Start};

    pub(crate) fn serialize<S: Serializer>(
        clocks: &Clocks,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(clocks.len()))?;
        for (key, term) in clocks {
            seq.serialize_element(&Start { key: *key, term: term.clone() })?;
        }
        seq.end()
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Clocks, D::Error> {
        let starts = Vec::<Start>::deserialize(deserializer)?;
        Ok(starts.into_iter().map(|it| (it.key, it.term)).collect())
    }
}
