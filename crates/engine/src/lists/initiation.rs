//! 吹哨发起清单: who may blow what, who endorses, who issues, and whom a whistle may call.

use serde::{Deserialize, Serialize};

use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::{Faults, KindCode, LevelCode, Lists, Sheet, Wrong};
use crate::{
    actor::Role,
    authority,
    command::CommandKind,
    directory::{Tier, UnitKind},
    file::FileKind,
};

/// When it may be blown (时段).
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
pub enum Hours {
    /// 全天: day and night.
    #[default]
    Always,
    /// 工作时间: in the office hours of working days.
    Office,
}

impl Hours {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Always => "全天",
            Self::Office => "工作时间",
        }
    }

    fn is_always(&self) -> bool {
        *self == Self::Always
    }
}

/// One row: what a centre of this tier may blow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Initiation {
    /// The tier of the centre that blows.
    pub tier: Tier,
    /// The kind.
    pub kind: KindCode,
    /// The level.
    pub level: LevelCode,
    /// 发起: the roles that may draft and submit.
    pub draft: Vec<Role>,
    /// 审核人: the roles that endorse before it is issued; none where the issuer reviews at once.
    #[serde(default)]
    pub endorse: Vec<Role>,
    /// 签发人: the roles that may issue.
    pub issue: Vec<Role>,
    /// 清单外签发人: the roles that may issue a whistle off the list.
    pub issue_off_list: Vec<Role>,
    /// 先吹后补: the roles that may blow now, for kinds that allow it.
    #[serde(default)]
    pub blow_now: Vec<Role>,
    /// 追认人: the roles that ratify after.
    #[serde(default)]
    pub ratify: Vec<Role>,
    /// 可召集单位范围.
    pub may_call: Vec<UnitKind>,
    /// 发起条件, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// 前期处置: whether it must be said what was already tried.
    #[serde(default)]
    pub tried_required: bool,
    /// 必备材料: the kinds of files that must be attached to the petition or the draft before it is
    /// submitted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<FileKind>,
    /// 是否需先会商: whether a meeting comes first, shown by its minutes (纪要) as a file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub meeting_first: bool,
    /// 时段: when it may be issued.
    #[serde(default, skip_serializing_if = "Hours::is_always")]
    pub hours: Hours,
    /// 限次: how many whistles one petition may have before the matter is escalated or referred up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
    /// The legal basis of the calling power.
    pub basis: String,
}

impl Initiation {
    /// The kinds of files without which it is not submitted.
    pub fn needed(&self) -> impl Iterator<Item = FileKind> {
        let minutes = self.meeting_first && !self.materials.contains(&FileKind::Minutes);
        self.materials.iter().copied().chain(minutes.then_some(FileKind::Minutes))
    }

    /// The roles that may issue, on the list or off it.
    #[must_use]
    pub fn issuers(&self, off_list: bool) -> &[Role] {
        if off_list { &self.issue_off_list } else { &self.issue }
    }
}

/// 吹哨发起清单.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InitiationList {
    /// Its rows.
    pub rows: Vec<Initiation>,
}

impl InitiationList {
    /// The row for a centre of `tier`.
    #[must_use]
    pub fn get(&self, tier: Tier, kind: &KindCode, level: &LevelCode) -> Option<&Initiation> {
        self.rows.iter().find(|it| it.tier == tier && it.kind == *kind && it.level == *level)
    }

    /// Every (kind, level) that somebody may blow.
    #[must_use]
    pub fn pairs(&self) -> std::collections::BTreeSet<(&KindCode, &LevelCode)> {
        self.rows.iter().map(|it| (&it.kind, &it.level)).collect()
    }

    pub(crate) fn check(&self, lists: &Lists, faults: &mut Faults) {
        if self.rows.is_empty() {
            faults.add(Sheet::Initiation, "", "tier", Wrong::Missing);
        }
        for (index, it) in self.rows.iter().enumerate() {
            let key = &it.key();
            let pair = (&it.kind, &it.level);
            let known = lists.known(faults, (Sheet::Initiation, key), ("kind", "level"), pair);
            let mut at = |column, wrong| faults.add(Sheet::Initiation, key, column, wrong);
            let twin = |other: &Initiation| {
                other.tier == it.tier && other.kind == it.kind && other.level == it.level
            };
            if self.rows[..index].iter().any(twin) {
                at("level", Wrong::Twice);
            }
            if known && lists.process.get(&it.kind, &it.level).is_none() {
                let pair = lists.pair(&it.kind, &it.level);
                at("level", Wrong::NoProcess { pair });
            }
            let lacks = [
                ("draft", it.draft.is_empty()),
                ("issue", it.issue.is_empty()),
                ("issue_off_list", it.issue_off_list.is_empty()),
                ("may_call", it.may_call.is_empty()),
                ("ratify", !it.blow_now.is_empty() && it.ratify.is_empty()),
            ];
            for (column, _) in lacks.into_iter().filter(|(_, lacks)| *lacks) {
                at(column, Wrong::Missing);
            }
            if !it.blow_now.is_empty() && !lists.kind(&it.kind).is_some_and(|it| it.emergency) {
                at("blow_now", Wrong::BlowNowNotEmergency);
            }
            if it.at_most == Some(0) {
                at("at_most", Wrong::Zero);
            }
            // What the table of authority gives nobody, no list gives.
            let acts = [
                ("draft", CommandKind::DraftWhistle, &it.draft),
                ("endorse", CommandKind::EndorseWhistle, &it.endorse),
                ("issue", CommandKind::IssueWhistle, &it.issue),
                ("issue_off_list", CommandKind::IssueWhistle, &it.issue_off_list),
                ("blow_now", CommandKind::BlowNow, &it.blow_now),
                ("ratify", CommandKind::Ratify, &it.ratify),
            ];
            for (column, act, roles) in acts {
                let may = authority::roles_for(act);
                for role in roles.iter().filter(|it| !may.contains(it)) {
                    at(column, Wrong::RoleMayNot { role: *role, may: may.clone() });
                }
            }
        }
    }
}

impl Initiation {
    /// By what the row is known: tier, kind and level.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}/{}", self.tier, self.kind, self.level)
    }
}
