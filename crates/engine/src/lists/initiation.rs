//! 吹哨发起清单: who may blow what, who endorses, who issues, and whom a whistle may call.

use serde::{Deserialize, Serialize};

use super::{KindCode, LevelCode, Lists, ListsError};
use crate::{
    actor::Role,
    directory::{Tier, UnitKind},
};

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
    /// 发起条件: whether it must be said what was already tried.
    #[serde(default)]
    pub tried_required: bool,
    /// The legal basis of the calling power.
    pub basis: String,
}

impl Initiation {
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

    pub(crate) fn check(&self, lists: &Lists) -> Result<(), ListsError> {
        let list = "吹哨发起清单";
        for (index, it) in self.rows.iter().enumerate() {
            let row = format!("{} {} {}", it.tier, it.kind, it.level);
            lists.known(list, &row, &it.kind, &it.level)?;
            let twin = |other: &Initiation| {
                other.tier == it.tier && other.kind == it.kind && other.level == it.level
            };
            if self.rows[..index].iter().any(twin) {
                return Err(ListsError::Twice { list, row });
            }
            if lists.process.get(&it.kind, &it.level).is_none() {
                return Err(ListsError::Lacks { list, row, what: "a process".to_owned() });
            }
            let emergency = lists.kind(&it.kind).is_some_and(|it| it.emergency);
            let lacks = [
                (it.draft.is_empty(), "who drafts"),
                (it.issue.is_empty(), "who issues"),
                (it.issue_off_list.is_empty(), "who issues off the list"),
                (it.may_call.is_empty(), "whom it may call"),
                (!it.blow_now.is_empty() && it.ratify.is_empty(), "who ratifies"),
            ];
            if let Some((_, what)) = lacks.iter().find(|(lacks, _)| *lacks) {
                return Err(ListsError::Lacks { list, row, what: (*what).to_owned() });
            }
            if !it.blow_now.is_empty() && !emergency {
                return Err(ListsError::Forbidden {
                    list,
                    row,
                    what: "only an emergency may be blown before it is approved",
                });
            }
        }
        Ok(())
    }
}
