//! 吹哨事项清单: what may be whistled, and who leads.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Faults, KindCode, LevelCode, Lists, MatterCode, PowerCode, Sheet, Wrong};
use crate::{
    calendar::Limit,
    directory::{Directory, Unit},
};

/// A matter (事项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    /// 事项编码.
    pub code: MatterCode,
    /// 大类.
    pub category: String,
    /// 小类.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subcategory: String,
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
    /// 属地职责: what stays with the township.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub local_duty: String,
    /// 法定依据.
    pub basis: String,
    /// 权责清单编码: the items of the catalogue that give the lead its power.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub powers: Vec<PowerCode>,
    /// 办理时限, where it is another than that of its kind and level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<Limit>,
    /// 办结标准.
    pub closed_when: String,
    /// 不适用情形.
    #[serde(default)]
    pub not_when: String,
    /// Where the row comes from.
    pub source: String,
    /// 失效日: the last day on which it may be whistled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

impl Matter {
    /// Whether it may be whistled on a day.
    #[must_use]
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.until.is_none_or(|it| day <= it)
    }
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

    pub(crate) fn check(&self, lists: &Lists, directory: Option<&Directory>, faults: &mut Faults) {
        if self.rows.is_empty() {
            faults.add(Sheet::Matters, "", "code", Wrong::Missing);
        }
        let mut codes = BTreeSet::new();
        for it in &self.rows {
            let key = &it.code.0;
            if !codes.insert(&it.code) {
                faults.add(Sheet::Matters, key, "code", Wrong::Twice);
            }
            let pair = (&it.kind, &it.level);
            if lists.known(faults, (Sheet::Matters, key), ("kind", "level"), pair)
                && lists.process.get(&it.kind, &it.level).is_none()
            {
                let pair = lists.pair(&it.kind, &it.level);
                faults.add(Sheet::Matters, key, "level", Wrong::NoProcess { pair });
            }
            if it.lead.is_none() && !it.assists.is_empty() {
                faults.add(Sheet::Matters, key, "lead", Wrong::AssistsWithoutLead);
            }
            let named = it.lead.iter().map(|it| ("lead", it));
            let mut seen = BTreeSet::new();
            for (column, unit) in named.chain(it.assists.iter().map(|it| ("assists", it))) {
                if !seen.insert(unit) {
                    faults.add(Sheet::Matters, key, column, Wrong::UnitTwice(unit.clone()));
                }
            }
            if let Some(directory) = directory {
                it.check_units(lists, directory, faults);
            }
        }
    }
}

impl Matter {
    /// Each unit that it names is there, open, and of a kind that every centre which blows this may
    /// call.
    fn check_units(&self, lists: &Lists, directory: &Directory, faults: &mut Faults) {
        let key = &self.code.0;
        let named = self.lead.iter().map(|it| ("lead", it));
        for (column, code) in named.chain(self.assists.iter().map(|it| ("assists", it))) {
            let Some(unit) = directory.by_code(code) else {
                faults.add(Sheet::Matters, key, column, Wrong::no_unit(code, directory));
                continue;
            };
            if unit.closed {
                let heir = Some(directory.stands_for(unit.id)).filter(|it| *it != unit.id);
                let heir = heir.and_then(|it| directory.unit(it)).map(|it| it.name.clone());
                let wrong = Wrong::Closed { unit: unit.name.clone(), heir };
                faults.add(Sheet::Matters, key, column, wrong);
                continue;
            }
            if let Some(row) = self.shut_to(lists, unit) {
                let wrong = Wrong::NotCallable {
                    unit: unit.name.clone(),
                    kind: unit.kind,
                    tier: row.tier,
                    pair: lists.pair(&row.kind, &row.level),
                };
                faults.add(Sheet::Matters, key, column, wrong);
            }
        }
    }

    /// The row under which this matter would be blown and this unit may not be called.
    fn shut_to<'a>(&self, lists: &'a Lists, unit: &Unit) -> Option<&'a super::Initiation> {
        let mut rows = lists.initiation.rows.iter();
        rows.find(|it| {
            it.kind == self.kind && it.level == self.level && !it.may_call.contains(&unit.kind)
        })
    }
}
