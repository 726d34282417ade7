//! 化解责任清单: its rules. Its entries are a living ledger of events and no configuration.

use serde::{Deserialize, Serialize};

use super::{LevelCode, Lists, ListsError};
use crate::{actor::Rank, calendar::Limit};

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

    pub(crate) fn check(&self, lists: &Lists) -> Result<(), ListsError> {
        for level in &lists.levels {
            if self.get(&level.code).is_none() {
                return Err(ListsError::Lacks {
                    list: "化解责任清单",
                    row: level.name.clone(),
                    what: "a rule".to_owned(),
                });
            }
        }
        Ok(())
    }
}
