//! 吹哨事项清单: what may be whistled, and who leads.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{KindCode, LevelCode, Lists, ListsError, MatterCode};

/// A matter (事项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    /// 事项编码.
    pub code: MatterCode,
    /// 大类.
    pub category: String,
    /// 事项名称.
    pub name: String,
    /// 情形描述: when it may be whistled.
    pub condition: String,
    /// 哨种.
    pub kind: KindCode,
    /// 等级.
    pub level: LevelCode,
    /// 牵头部门, by unit code; none where the first receiver leads.
    #[serde(default)]
    pub lead: Option<String>,
    /// 配合部门, by unit code.
    #[serde(default)]
    pub assists: Vec<String>,
    /// 法定依据(权责清单编码).
    pub basis: String,
    /// 办结标准.
    pub closed_when: String,
    /// 不适用情形.
    #[serde(default)]
    pub not_when: String,
    /// Where the row comes from.
    pub source: String,
}

/// 吹哨事项清单.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MatterList {
    /// Its rows.
    pub rows: Vec<Matter>,
}

impl MatterList {
    /// The matter with this code.
    #[must_use]
    pub fn get(&self, code: &MatterCode) -> Option<&Matter> {
        self.rows.iter().find(|it| it.code == *code)
    }

    pub(crate) fn check(&self, lists: &Lists) -> Result<(), ListsError> {
        let list = "吹哨事项清单";
        let mut codes = BTreeSet::new();
        for it in &self.rows {
            if !codes.insert(&it.code) {
                return Err(ListsError::Twice { list, row: it.code.to_string() });
            }
            lists.known(list, &it.name, &it.kind, &it.level)?;
            if lists.process.get(&it.kind, &it.level).is_none() {
                return Err(ListsError::Lacks {
                    list,
                    row: it.name.clone(),
                    what: format!("a process for {} {}", it.kind, it.level),
                });
            }
        }
        Ok(())
    }
}
