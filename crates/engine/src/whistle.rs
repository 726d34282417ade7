//! The whistle (哨): one call over petitions to units, and each unit's part in it.

pub mod assignment;
pub mod fact;
pub mod owed;
pub mod steps;
pub mod verbs;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumDiscriminants, EnumIter, EnumString, IntoStaticStr};

pub use assignment::{
    Assignment, AssignmentRole, AssignmentStage, Attendance, Reply, ReturnRight, Rung,
};
pub use fact::{Minutes, Order, OrderTerms, Split, WhistleFact};
pub use owed::{deadlines, owed};

use crate::{
    authority::audience::Holder,
    clock::{self, Clocks},
    file::{Files, OwedScans},
    ids::{AssignmentId, DistrictId, PersonId, PetitionId, UnitId, WhistleId},
    lists::{KindCode, LevelCode, ListsVersion, MatterCode},
    text::Words,
};

/// What a whistle is for. Only some purposes may stand beside a pending decision elsewhere (R1).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Purpose {
    /// 化解.
    #[default]
    Resolve,
    /// 调解.
    Mediation,
    /// 协调执行.
    Enforcement,
    /// 救助帮扶.
    Relief,
}

/// A unit that is called, as drafted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The unit.
    pub unit: UnitId,
    /// Its role; the first unit leads where none is named (R18).
    pub role: AssignmentRole,
    /// What it is asked to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Words>,
}

/// What a draft says (哨单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// 哨种.
    pub kind: KindCode,
    /// 等级.
    pub level: LevelCode,
    /// The matter on the list; none where it is off the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<MatterCode>,
    /// Why it goes off the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off_list: Option<Words>,
    /// A short title without personal data.
    pub title: Words,
    /// What is asked.
    pub request: Words,
    /// What was already tried (前期处置).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<Words>,
    /// What it is for.
    pub purpose: Purpose,
    /// Whom it calls.
    pub calls: Vec<Call>,
    /// Why it departs from the row of its matter (改派理由): another lead, kind or level, or without
    /// an assist that the row names. What departs without one is not submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<Words>,
}

/// 化解: whether a matter was resolved. Apart from 办结 and 满意 (R29).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants, IntoStaticStr)]
#[serde(rename_all = "snake_case", tag = "resolution")]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(
    name(ResolutionKind),
    derive(Serialize, Deserialize, EnumIter, EnumString, Display, IntoStaticStr),
    serde(rename_all = "snake_case"),
    strum(serialize_all = "snake_case"),
    doc = "A resolution without its remainder."
)]
pub enum Resolution {
    /// 已化解.
    Resolved,
    /// 部分化解, with what remains.
    Partial {
        /// What remains.
        remainder: Words,
    },
    /// 未化解, with what remains.
    Unresolved {
        /// What remains.
        remainder: Words,
    },
}

impl Resolution {
    /// What remains.
    #[must_use]
    pub fn remainder(&self) -> Option<Words> {
        match self {
            Self::Resolved => None,
            Self::Partial { remainder } | Self::Unresolved { remainder } => Some(*remainder),
        }
    }
}

impl ResolutionKind {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Resolved => "已化解",
            Self::Partial => "部分化解",
            Self::Unresolved => "未化解",
        }
    }
}

/// What somebody said of the result (R31).
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
pub enum Rating {
    /// 满意.
    Satisfied,
    /// 基本满意.
    BasicallySatisfied,
    /// 不满意.
    Dissatisfied,
    /// 未接通.
    Unreachable,
    /// 拒评.
    Declined,
}

impl Rating {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Satisfied => "满意",
            Self::BasicallySatisfied => "基本满意",
            Self::Dissatisfied => "不满意",
            Self::Unreachable => "未接通",
            Self::Declined => "拒评",
        }
    }

    /// Whether it enters the rate of satisfaction: only the first three do (R31).
    #[must_use]
    pub fn counts(self) -> bool {
        match self {
            Self::Satisfied | Self::BasicallySatisfied | Self::Dissatisfied => true,
            Self::Unreachable | Self::Declined => false,
        }
    }
}

/// Who rated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "judge", content = "petition")]
pub enum Judge {
    /// The petitioner of one petition.
    Petitioner(PetitionId),
    /// The unit that called.
    Caller,
}

/// A petition in a whistle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Attached {
    /// The statutory date as it was when the petition was attached or the whistle issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statutory: Option<DateTime<Utc>>,
    /// The outcome as verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Resolution>,
    /// What its petitioner said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
}

/// How the numbers of an issue read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom it was decided.
    pub by: PersonId,
    /// 年度.
    pub year: i32,
    /// 批次.
    pub batch: u32,
    /// 编号.
    pub serial: String,
    /// Whether it was blown first (先吹后补).
    pub blown_now: bool,
}

/// Whether a whistle that was blown first has its approval.
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
pub enum Ratification {
    /// Nothing is to be ratified.
    NotNeeded,
    /// 待追认.
    Pending,
    /// 已追认.
    Granted,
    /// 不予追认; the whistle goes on and is flagged.
    Refused,
    /// The limit passed; the whistle goes on and is flagged.
    Lapsed,
}

/// Where a whistle stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, EnumDiscriminants)]
#[serde(rename_all = "snake_case", tag = "at")]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(
    name(StageKind),
    derive(PartialOrd, Ord, Hash, EnumIter, EnumString, IntoStaticStr),
    strum(serialize_all = "snake_case"),
    doc = "A stage without its data."
)]
pub enum Stage {
    /// An id is drawn; nothing is drafted.
    Blank,
    /// 草拟.
    Draft,
    /// 待审.
    UnderReview,
    /// 已审核, to be issued.
    Endorsed {
        /// By whom it was endorsed.
        by: PersonId,
    },
    /// 应哨: units acknowledge and report in.
    Responding {
        /// The lead did not report in within its limit; a remedy is owed.
        lead_absent: bool,
        /// The minutes exist.
        minutes: bool,
        /// The director let handling go ahead without the lead's presence.
        go_ahead: bool,
    },
    /// 办理.
    Handling {
        /// The round, from 1.
        round: u32,
    },
    /// 核查.
    Verifying {
        /// The round.
        round: u32,
    },
    /// 回访评价.
    Rating {
        /// The round.
        round: u32,
    },
    /// 待办结: ratings are in or lapsed; closing is owed.
    Closing {
        /// The round.
        round: u32,
    },
    /// 挂账.
    LongTerm {
        /// The round.
        round: u32,
        /// The date that was named.
        until: chrono::NaiveDate,
    },
    /// 已办结.
    Closed,
    /// 终止办理.
    Terminated,
    /// 撤哨.
    Withdrawn,
    /// 升级吹哨: its successor is linked.
    Escalated {
        /// The successor.
        successor: WhistleId,
    },
}

impl Stage {
    /// The stage's code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// The stage's name in Chinese.
    #[must_use]
    pub fn zh(&self) -> &'static str {
        match self {
            Self::Blank => "未起草",
            Self::Draft => "草拟",
            Self::UnderReview => "待审",
            Self::Endorsed { .. } => "已审核待签发",
            Self::Responding { .. } => "应哨",
            Self::Handling { .. } => "办理",
            Self::Verifying { .. } => "核查",
            Self::Rating { .. } => "回访评价",
            Self::Closing { .. } => "待办结",
            Self::LongTerm { .. } => "挂账",
            Self::Closed => "已办结",
            Self::Terminated => "终止办理",
            Self::Withdrawn => "已撤哨",
            Self::Escalated { .. } => "已升级",
        }
    }

    /// Whether nothing more is owed but the scan of an act that was recorded for another.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Closed | Self::Terminated | Self::Withdrawn | Self::Escalated { .. } => true,
            Self::Blank
            | Self::Draft
            | Self::UnderReview
            | Self::Endorsed { .. }
            | Self::Responding { .. }
            | Self::Handling { .. }
            | Self::Verifying { .. }
            | Self::Rating { .. }
            | Self::Closing { .. }
            | Self::LongTerm { .. } => false,
        }
    }

    /// Whether it is issued and open.
    #[must_use]
    pub fn is_running(&self) -> bool {
        match self {
            Self::Responding { .. }
            | Self::Handling { .. }
            | Self::Verifying { .. }
            | Self::Rating { .. }
            | Self::Closing { .. }
            | Self::LongTerm { .. } => true,
            Self::Blank
            | Self::Draft
            | Self::UnderReview
            | Self::Endorsed { .. }
            | Self::Closed
            | Self::Terminated
            | Self::Withdrawn
            | Self::Escalated { .. } => false,
        }
    }

    /// The round of handling, where there is one.
    #[must_use]
    pub fn round(&self) -> u32 {
        match self {
            Self::Handling { round }
            | Self::Verifying { round }
            | Self::Rating { round }
            | Self::Closing { round }
            | Self::LongTerm { round, .. } => *round,
            Self::Blank
            | Self::Draft
            | Self::UnderReview
            | Self::Endorsed { .. }
            | Self::Responding { .. }
            | Self::Closed
            | Self::Terminated
            | Self::Withdrawn
            | Self::Escalated { .. } => 1,
        }
    }

    /// The phase of the mechanism that the stage belongs to; none once it has ended.
    #[must_use]
    pub fn phase(&self) -> Option<Phase> {
        match self {
            Self::Draft | Self::UnderReview => Some(Phase::Trigger),
            Self::Endorsed { .. } => Some(Phase::Dispatch),
            Self::Responding { .. } | Self::Handling { .. } => Some(Phase::Response),
            Self::Verifying { .. }
            | Self::Rating { .. }
            | Self::Closing { .. }
            | Self::LongTerm { .. } => Some(Phase::Resolution),
            Self::Blank
            | Self::Closed
            | Self::Terminated
            | Self::Withdrawn
            | Self::Escalated { .. } => None,
        }
    }
}

/// The four phases of the mechanism.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Phase {
    /// 触发.
    Trigger,
    /// 派发.
    Dispatch,
    /// 响应.
    Response,
    /// 化解.
    Resolution,
}

/// A whistle (哨).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whistle {
    /// Its id.
    pub id: WhistleId,
    /// How many events made it.
    pub version: u32,
    /// Where it stands.
    pub stage: Stage,
    /// The district; none while blank.
    pub district: Option<DistrictId>,
    /// The centre that blows.
    pub centre: Option<UnitId>,
    /// Who drafted it.
    pub drafted_by: Option<PersonId>,
    /// When.
    pub drafted_at: Option<DateTime<Utc>>,
    /// What it says.
    pub content: Option<Box<Content>>,
    /// The kind and level it was drafted with, where a third blow raised it (R33).
    pub raised_from: Option<(KindCode, LevelCode)>,
    /// The petitions it is over.
    pub petitions: BTreeMap<PetitionId, Attached>,
    /// The lists it is pinned to.
    pub lists: ListsVersion,
    /// The calendar it last counted with.
    pub calendar: u32,
    /// Its numbers, once issued.
    pub issued: Option<Issued>,
    /// Whether a whistle blown first has its approval.
    pub ratification: Ratification,
    /// The units' parts.
    pub assignments: BTreeMap<AssignmentId, Assignment>,
    /// Units that had their one return, and may not be called again into this whistle by a return.
    pub returned: BTreeSet<UnitId>,
    /// A hold was asked for and waits for its ruling.
    pub hold_requested: bool,
    /// How often it was sent back.
    pub send_backs: u32,
    /// How often it was reworked.
    pub reworks: u32,
    /// How often it was put on hold.
    pub holds: u32,
    /// What the calling unit said of the result.
    pub caller_rating: Option<Rating>,
    /// The whistle that this one goes on from.
    pub predecessor: Option<WhistleId>,
    /// The whistle that went on from here.
    pub successor: Option<WhistleId>,
    /// Who must not see it or act on it (回避).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub recused: BTreeSet<Holder>,
    /// 包案领导: who owns each of its petitions, where somebody does.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub case_owners: BTreeMap<PetitionId, PersonId>,
    /// Its files.
    #[serde(default, skip_serializing_if = "Files::is_empty")]
    pub files: Files,
    /// The scans that it waits for.
    #[serde(default, skip_serializing_if = "OwedScans::is_empty")]
    pub scans: OwedScans,
    /// Its clocks.
    #[serde(with = "clock::as_list")]
    pub clocks: Clocks,
}

impl Whistle {
    /// A whistle of which nothing is known but its id.
    #[must_use]
    pub fn blank(id: WhistleId) -> Self {
        Self {
            id,
            version: 0,
            stage: Stage::Blank,
            district: None,
            centre: None,
            drafted_by: None,
            drafted_at: None,
            content: None,
            raised_from: None,
            petitions: BTreeMap::new(),
            lists: 0,
            calendar: 0,
            issued: None,
            ratification: Ratification::NotNeeded,
            assignments: BTreeMap::new(),
            returned: BTreeSet::new(),
            hold_requested: false,
            send_backs: 0,
            reworks: 0,
            holds: 0,
            caller_rating: None,
            predecessor: None,
            successor: None,
            recused: BTreeSet::new(),
            case_owners: BTreeMap::new(),
            files: Files::new(),
            scans: OwedScans::new(),
            clocks: Clocks::new(),
        }
    }

    /// The lead's assignment that is not over.
    #[must_use]
    pub fn lead(&self) -> Option<&Assignment> {
        self.active().find(|it| it.role == AssignmentRole::Lead)
    }

    /// The assignments that are not over.
    pub fn active(&self) -> impl Iterator<Item = &Assignment> {
        self.assignments.values().filter(|it| it.stage.is_active())
    }

    /// The assignments of units that work on it, or did until it ended; not of those that were
    /// returned or released.
    pub fn called(&self) -> impl Iterator<Item = &Assignment> {
        let ended = |it: &&Assignment| matches!(it.stage, AssignmentStage::Ended);
        self.assignments.values().filter(move |it| it.stage.is_active() || ended(it))
    }

    /// Whether a dispute over it has climbed to the joint conference.
    #[must_use]
    pub fn is_before_conference(&self) -> bool {
        let rung = |it: &Assignment| {
            matches!(it.stage, AssignmentStage::Disputed { rung: Rung::Conference })
        };
        self.active().any(rung)
    }

    /// The active assignment of a unit.
    #[must_use]
    pub fn of_unit(&self, unit: UnitId) -> Option<&Assignment> {
        self.active().find(|it| it.unit == unit)
    }

    /// The units that handle it or did.
    pub fn handlers(&self) -> impl Iterator<Item = UnitId> {
        self.assignments.values().map(|it| it.unit)
    }

    /// The earliest statutory date of its petitions, which no date of the whistle passes.
    #[must_use]
    pub fn cap(&self) -> Option<DateTime<Utc>> {
        self.petitions.values().filter_map(|it| it.statutory).min()
    }
}
