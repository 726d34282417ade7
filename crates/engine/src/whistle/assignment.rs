//! The assignment (承办任务): one unit's part in a whistle.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumDiscriminants, EnumIter, EnumString, IntoStaticStr};

use crate::{
    actor::Rank,
    calendar::Limit,
    clock::Step,
    ids::{AssignmentId, PersonId, UnitId},
    supervision::{Ladder, Supervision},
    text::Words,
};

/// What a unit is in a whistle.
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
pub enum AssignmentRole {
    /// 牵头(主办).
    Lead,
    /// 协办(配合).
    Assist,
}

impl AssignmentRole {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Lead => "牵头",
            Self::Assist => "协办",
        }
    }
}

/// Who decides a dispute about duties, rung by rung (信访工作条例 24).
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
pub enum Rung {
    /// 会商.
    Meeting,
    /// 共同上级.
    Superior,
    /// 联席会议.
    Conference,
}

impl Rung {
    /// The next rung; none above the last.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Meeting => Some(Self::Superior),
            Self::Superior => Some(Self::Conference),
            Self::Conference => None,
        }
    }

    /// The step that times it.
    #[must_use]
    pub fn step(self) -> Step {
        match self {
            Self::Meeting => Step::DisputeMeeting,
            Self::Superior => Step::DisputeSuperior,
            Self::Conference => Step::DisputeConference,
        }
    }
}

/// Why a unit asks to return (退单理由).
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
pub enum ReturnGround {
    /// 属地不符.
    WrongTerritory,
    /// 权属不清.
    UnclearOwnership,
    /// 职能不符.
    WrongFunction,
    /// 已由他单位办理.
    HandledElsewhere,
    /// 其他.
    Other,
}

/// Where an assignment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, EnumDiscriminants)]
#[serde(rename_all = "snake_case", tag = "at")]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(
    name(AssignmentStageKind),
    derive(PartialOrd, Ord, Hash, EnumIter, EnumString, IntoStaticStr),
    strum(serialize_all = "snake_case"),
    doc = "A stage without its data."
)]
pub enum AssignmentStage {
    /// 已送达.
    Issued,
    /// 已签收.
    Acknowledged,
    /// 申请退单.
    ReturnRequested {
        /// Why.
        ground: ReturnGround,
        /// On what basis.
        basis: Words,
        /// Which unit it suggests.
        suggested: UnitId,
    },
    /// 已退单: another unit was named in its place.
    Returned {
        /// That unit's assignment.
        replacement: AssignmentId,
    },
    /// 争议中.
    Disputed {
        /// On which rung.
        rung: Rung,
    },
    /// 已报到.
    ReportedIn,
    /// 已反馈.
    Replied {
        /// The reply.
        reply: Box<Reply>,
    },
    /// 已释放.
    Released,
    /// Ended with the whistle.
    Ended,
}

impl AssignmentStage {
    /// The stage's code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// The stage's name in Chinese.
    #[must_use]
    pub fn zh(&self) -> &'static str {
        match self {
            Self::Issued => "已送达待签收",
            Self::Acknowledged => "已签收",
            Self::ReturnRequested { .. } => "申请退单",
            Self::Returned { .. } => "已退单",
            Self::Disputed { .. } => "争议裁定中",
            Self::ReportedIn => "已报到",
            Self::Replied { .. } => "已反馈",
            Self::Released => "已释放",
            Self::Ended => "已结束",
        }
    }

    /// Whether the unit is still responsible. It is while a return is asked for (R15).
    #[must_use]
    pub fn is_active(&self) -> bool {
        match self {
            Self::Issued
            | Self::Acknowledged
            | Self::ReturnRequested { .. }
            | Self::Disputed { .. }
            | Self::ReportedIn
            | Self::Replied { .. } => true,
            Self::Returned { .. } | Self::Released | Self::Ended => false,
        }
    }
}

/// Whether the unit may still ask to return.
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
pub enum ReturnRight {
    /// Once, within the window.
    Open,
    /// It was refused, and that is final (R16).
    Refused,
    /// The unit was designated: there is no window.
    Designated,
}

/// How somebody reported in.
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
pub enum Mode {
    /// 到场.
    OnSite,
    /// 视频.
    Video,
}

/// Who came, as the calling side recorded it (R19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendance {
    /// The name, as text that may be erased.
    pub name: Words,
    /// The post.
    pub post: Words,
    /// The rank.
    pub rank: Rank,
    /// 降格报到: below what the level asks for (R20).
    pub below_rank: bool,
    /// When they came.
    pub at: DateTime<Utc>,
    /// How.
    pub mode: Mode,
    /// A proof of presence; only emergencies may demand one (R21).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Words>,
}

/// What a handling came to (办理结果类型).
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
pub enum ReplyOutcome {
    /// 实际解决.
    Solved,
    /// 解释说明.
    Explained,
    /// 正在解决.
    Ongoing,
    /// 不予支持.
    NotSupported,
}

/// A reply with its four elements (R23): accepted when, talked with whom, measures, result and date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// 何时受理.
    pub accepted_on: NaiveDate,
    /// 与谁沟通.
    pub talked_with: Words,
    /// 解决措施.
    pub measures: Words,
    /// 处理结果.
    pub result: Words,
    /// 解决时限: the day of the result, or by which it will be there.
    pub result_on: NaiveDate,
    /// The type of result.
    pub outcome: ReplyOutcome,
    /// By whom it was signed.
    pub by: PersonId,
    /// When.
    pub at: DateTime<Utc>,
}

/// An extension that waits for its ruling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionRequest {
    /// By how much.
    pub by: Limit,
    /// Why.
    pub reason: Words,
}

/// One unit's part in a whistle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Its id.
    pub id: AssignmentId,
    /// How many events concerned it.
    pub version: u32,
    /// The unit.
    pub unit: UnitId,
    /// Its role.
    pub role: AssignmentRole,
    /// What it is asked to do.
    pub task: Option<Words>,
    /// Where it stands.
    pub stage: AssignmentStage,
    /// When it was served: at issue (视为送达).
    pub served_at: DateTime<Utc>,
    /// When it was acknowledged, and by whom.
    pub acknowledged: Option<(PersonId, DateTime<Utc>)>,
    /// Who came.
    pub attendance: Option<Attendance>,
    /// 未报到.
    pub absent: bool,
    /// Whether it may still ask to return.
    pub return_right: ReturnRight,
    /// Whether a progress report came.
    pub progressed: bool,
    /// Whether it explained its lateness.
    pub explained: bool,
    /// An extension that waits for its ruling.
    pub extension: Option<ExtensionRequest>,
    /// How often it was extended.
    pub extensions: u32,
    /// The ladder that pursues it, while it owes something late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<Ladder>,
    /// The papers of supervision that it got.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supervisions: Vec<Supervision>,
}

impl Assignment {
    /// The stage before reporting in that it rests in.
    pub(crate) fn resting(&self) -> AssignmentStage {
        if self.attendance.is_some() {
            AssignmentStage::ReportedIn
        } else if self.acknowledged.is_some() {
            AssignmentStage::Acknowledged
        } else {
            AssignmentStage::Issued
        }
    }

    /// The step by which it finishes its part.
    #[must_use]
    pub fn part(&self) -> Step {
        match self.role {
            AssignmentRole::Lead => Step::Handle,
            AssignmentRole::Assist => Step::Task,
        }
    }

    /// The reply of this round.
    #[must_use]
    pub fn reply(&self) -> Option<&Reply> {
        match &self.stage {
            AssignmentStage::Replied { reply } => Some(reply),
            AssignmentStage::Issued
            | AssignmentStage::Acknowledged
            | AssignmentStage::ReturnRequested { .. }
            | AssignmentStage::Returned { .. }
            | AssignmentStage::Disputed { .. }
            | AssignmentStage::ReportedIn
            | AssignmentStage::Released
            | AssignmentStage::Ended => None,
        }
    }
}
