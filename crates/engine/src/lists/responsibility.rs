//! 化解责任清单: its rules. Its entries are a living ledger of events and no configuration.

use serde::{Deserialize, Serialize};

use super::{Faults, LevelCode, Lists, Sheet, Wrong};
use crate::{actor::Rank, calendar::Limit, file::FileKind};

/// Who owns a case of this level, and how often it is reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponsibilityRule {
    /// The level.
    pub level: LevelCode,
    /// The lowest rank of a 包案领导.
    pub case_owner: Rank,
    /// How often the measures are reviewed; a long-term case names no later date.
    pub review: Limit,
    /// 必备材料: the kinds of files without which an entry is not signed off (销号).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<FileKind>,
    /// Where it comes from.
    pub source: String,
}

/// 化解责任清单.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResponsibilityList {
    /// Its rules.
    pub rows: Vec<ResponsibilityRule>,
}

impl ResponsibilityList {
    /// The rule of a level.
    #[must_use]
    pub fn get(&self, level: &LevelCode) -> Option<&ResponsibilityRule> {
        self.rows.iter().find(|it| it.level == *level)
    }

    pub(crate) fn check(&self, lists: &Lists, faults: &mut Faults) {
        for level in &lists.levels {
            if self.get(&level.code).is_none() {
                let wrong = Wrong::NoRule { level: level.name.clone() };
                faults.add(Sheet::Responsibility, "", "level", wrong);
            }
        }
        for (index, it) in self.rows.iter().enumerate() {
            let key = &it.level.0;
            if lists.level(&it.level).is_none() {
                let wrong = Wrong::Unknown { value: key.clone() };
                faults.add(Sheet::Responsibility, key, "level", wrong);
            }
            if self.rows[..index].iter().any(|o| o.level == it.level) {
                faults.add(Sheet::Responsibility, key, "level", Wrong::Twice);
            }
        }
    }
}
