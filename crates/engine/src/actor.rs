//! Who is asking, and for whom.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::{
    ids::{PersonId, UnitId},
    text::Words,
};

/// What a member may be in a unit.
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
pub enum Role {
    /// 调度员: registers, drafts, tracks, verifies, records ratings.
    Dispatcher,
    /// 中心主任: issues, endorses, rules on returns and extensions.
    Director,
    /// 值班领导: blows now in an emergency.
    DutyLeader,
    /// 联络员: acknowledges and answers for a unit.
    Liaison,
    /// 单位负责人: asks for returns and extensions, signs replies.
    UnitLeader,
    /// 领导: district leaders; issue the highest level, approve long-term cases, decide disputes.
    Leader,
    /// 网格员: reports up.
    GridWorker,
    /// 信访干部: keeps the statutory record of petitions.
    PetitionOfficer,
    /// 系统管理员.
    SystemAdmin,
    /// 安全管理员.
    SecurityAdmin,
    /// 审计员.
    Auditor,
    /// A program with a token.
    Service,
}

impl Role {
    /// The role's name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Dispatcher => "调度员",
            Self::Director => "中心主任",
            Self::DutyLeader => "值班领导",
            Self::Liaison => "联络员",
            Self::UnitLeader => "单位负责人",
            Self::Leader => "领导",
            Self::GridWorker => "网格员",
            Self::PetitionOfficer => "信访干部",
            Self::SystemAdmin => "系统管理员",
            Self::SecurityAdmin => "安全管理员",
            Self::Auditor => "审计员",
            Self::Service => "程序",
        }
    }

    /// Whether somebody in this role may read any case at all. The three administrators may not.
    #[must_use]
    pub fn reads_cases(self) -> bool {
        match self {
            Self::Dispatcher
            | Self::Director
            | Self::DutyLeader
            | Self::Liaison
            | Self::UnitLeader
            | Self::Leader
            | Self::GridWorker
            | Self::PetitionOfficer
            | Self::Service => true,
            Self::SystemAdmin | Self::SecurityAdmin | Self::Auditor => false,
        }
    }

    /// Whether it is one of the three administrators (三员), who hold no other role.
    #[must_use]
    pub fn is_administrator(self) -> bool {
        match self {
            Self::SystemAdmin | Self::SecurityAdmin | Self::Auditor => true,
            Self::Dispatcher
            | Self::Director
            | Self::DutyLeader
            | Self::Liaison
            | Self::UnitLeader
            | Self::Leader
            | Self::GridWorker
            | Self::PetitionOfficer
            | Self::Service => false,
        }
    }

    /// Whether a password alone is not enough for it: those who decide, keep the statutory record,
    /// or administer.
    #[must_use]
    pub fn is_privileged(self) -> bool {
        match self {
            Self::Director
            | Self::DutyLeader
            | Self::Leader
            | Self::PetitionOfficer
            | Self::SystemAdmin
            | Self::SecurityAdmin
            | Self::Auditor => true,
            Self::Dispatcher
            | Self::Liaison
            | Self::UnitLeader
            | Self::GridWorker
            | Self::Service => false,
        }
    }
}

/// The rank of somebody who attends, lowest first.
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
pub enum Rank {
    /// 工作人员.
    Staff,
    /// 科室负责人 (值班负责人 counts as one).
    SectionHead,
    /// 分管领导.
    DeputyHead,
    /// 主要负责人.
    Head,
}

impl Rank {
    /// The rank's name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Staff => "工作人员",
            Self::SectionHead => "科室负责人",
            Self::DeputyHead => "分管领导",
            Self::Head => "主要负责人",
        }
    }
}

/// Somebody with a place in a unit, as far as the rules need to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// Of which unit.
    pub unit: UnitId,
    /// In which roles.
    pub roles: BTreeSet<Role>,
}

/// Who asks for a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The scheduler, when a deadline falls due or a calendar is adopted.
    System,
    /// A member of a unit, or a program with a token that acts as one.
    Member(Member),
}

/// How an act that is recorded for somebody else was given.
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
pub enum Medium {
    /// 纸质: signed on paper.
    Paper,
    /// 电话: by telephone.
    Phone,
    /// 群聊: in a chat group.
    Chat,
}

/// 经办/代录: an act that one person decided and another recorded.
///
/// Separation of duties tests the person who decided; the recorder and the time of recording are
/// kept by the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnBehalfOf {
    /// The member who decided.
    pub member: Member,
    /// The post in which they decided, as text that may be erased.
    pub post: Option<Words>,
    /// How it was given.
    pub medium: Medium,
    /// When it happened; not after the recording.
    pub occurred_at: DateTime<Utc>,
}

/// What an event keeps of [`OnBehalfOf`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behalf {
    /// Who decided.
    pub person: PersonId,
    /// Their unit.
    pub unit: UnitId,
    /// Their post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Words>,
    /// How it was given.
    pub medium: Medium,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

impl From<&OnBehalfOf> for Behalf {
    fn from(it: &OnBehalfOf) -> Self {
        Self {
            person: it.member.person,
            unit: it.member.unit,
            post: it.post,
            medium: it.medium,
            occurred_at: it.occurred_at,
        }
    }
}
