//! The four lists (四张清单) as typed values: what drives the machine, and what a centre may edit.

mod basis;
pub mod diff;
pub mod draft;
pub mod fault;
pub mod initiation;
pub mod ladder;
pub mod matter;
pub mod process;
pub mod reference;
pub mod responsibility;
pub mod table;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub(crate) use fault::Faults;
pub use fault::{Fault, Sheet, Wrong};
pub use initiation::{Hours, Initiation, InitiationList};
pub use ladder::LadderRung;
pub use matter::{Matter, MatterList};
pub use process::{Bounds, Consequence, PetitionLimits, Process, ProcessList, Raise, StepRule};
pub use reference::{Class, ClassNames, Power, Reference};
pub use responsibility::{ResponsibilityList, ResponsibilityRule};

use crate::{actor::Rank, directory::Directory};

/// The number of a version of the lists. Versions are never changed once published.
pub type ListsVersion = u32;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The code with this text.
            #[must_use]
            pub fn new(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

codes! {
    /// The code of a kind of whistle (哨种).
    KindCode;
    /// The code of a level (等级).
    LevelCode;
    /// The code of a matter (事项编码).
    MatterCode;
    /// The code of an item of the catalogue of powers and duties (权责清单编码).
    PowerCode;
}

/// A kind of whistle (哨种).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Its code.
    pub code: KindCode,
    /// Its name in Chinese.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// Whether a duty leader may blow first and have it ratified after.
    #[serde(default)]
    pub emergency: bool,
    /// Whether proof of presence may be demanded on reporting in; only of emergencies
    /// (国务院办公厅 2026-01: 政务移动互联网应用程序不得强制打卡).
    #[serde(default)]
    pub presence_proof: bool,
}

/// A level (等级).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Its code.
    pub code: LevelCode,
    /// Its name in Chinese.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// The colour it is printed in, in words.
    pub colour: String,
    /// Its order: a higher number is a higher level.
    pub order: u8,
    /// The lowest rank that must come; somebody lower is 降格报到.
    pub attendee: Rank,
}

/// One version of the four lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    /// Its number.
    pub version: ListsVersion,
    /// What it is called.
    pub name: String,
    /// From which day new whistles are issued under it.
    pub effective_on: NaiveDate,
    /// The kinds of whistle.
    pub kinds: Vec<Kind>,
    /// The levels.
    pub levels: Vec<Level>,
    /// 吹哨事项清单.
    pub matters: MatterList,
    /// 吹哨发起清单.
    pub initiation: InitiationList,
    /// 吹哨流程清单.
    pub process: ProcessList,
    /// 化解责任清单: its rules.
    pub responsibility: ResponsibilityList,
    /// 信访分类对照: the taxonomy that the centre sorts petitions by, and the matter of each class.
    #[serde(default, skip_serializing_if = "Reference::is_empty")]
    pub classes: Reference<Class>,
    /// 权责清单: the catalogue of powers and duties that matters cite.
    #[serde(default, skip_serializing_if = "Reference::is_empty")]
    pub powers: Reference<Power>,
}

/// The version in force on a day, of versions that stand oldest first: the last whose day has come.
#[must_use]
pub fn on(versions: &[Lists], day: NaiveDate) -> Option<&Lists> {
    versions.iter().rev().find(|it| it.effective_on <= day).or(versions.first())
}

/// The text is not what a version of the lists is written in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the lists cannot be read: {0}")]
pub struct Malformed(pub String);

impl Lists {
    /// The preset version, as the product ships it (DOMAIN 2.1).
    ///
    /// # Errors
    /// Where the shipped text is malformed, which a test excludes.
    pub fn preset() -> Result<Self, Malformed> {
        Self::read(include_str!("../presets/lists.json"))
    }

    /// Reads a version as it is stored. A version that was published is never refused for what the
    /// rules ask of later ones: cases run under it.
    ///
    /// # Errors
    /// [`Malformed`] where the text is none of a version.
    pub fn read(text: &str) -> Result<Self, Malformed> {
        serde_json::from_str(text).map_err(|error| Malformed(error.to_string()))
    }

    /// Everything that is wrong with the rows, each with its place: whether they name what exists
    /// and whether every step has what it needs. With the units at hand, these are looked at, too.
    #[must_use]
    pub fn check(&self, directory: Option<&Directory>) -> Vec<Fault> {
        let mut faults = Faults::default();
        self.check_kinds(&mut faults);
        self.process.check(self, &mut faults);
        self.initiation.check(self, &mut faults);
        self.matters.check(self, directory, &mut faults);
        self.responsibility.check(self, &mut faults);
        reference::check(self, directory, &mut faults);
        faults.0
    }

    fn check_kinds(&self, faults: &mut Faults) {
        let mut codes = BTreeSet::new();
        for it in &self.kinds {
            let mut at = |column, wrong| faults.add(Sheet::Kinds, &it.code.0, column, wrong);
            if !codes.insert(&it.code) {
                at("code", Wrong::Twice);
            }
            if it.presence_proof && !it.emergency {
                at("presence_proof", Wrong::PresenceProof);
            }
        }
        let (mut codes, mut orders) = (BTreeSet::new(), BTreeSet::new());
        for it in &self.levels {
            let mut at = |column, wrong| faults.add(Sheet::Levels, &it.code.0, column, wrong);
            if !codes.insert(&it.code) {
                at("code", Wrong::Twice);
            }
            if !orders.insert(it.order) {
                at("order", Wrong::Twice);
            }
        }
        for (sheet, is_empty) in
            [(Sheet::Kinds, self.kinds.is_empty()), (Sheet::Levels, self.levels.is_empty())]
        {
            if is_empty {
                faults.add(sheet, "", "code", Wrong::Missing);
            }
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn kind(&self, code: &KindCode) -> Option<&Kind> {
        self.kinds.iter().find(|it| it.code == *code)
    }

    /// The level with this code.
    #[must_use]
    pub fn level(&self, code: &LevelCode) -> Option<&Level> {
        self.levels.iter().find(|it| it.code == *code)
    }

    /// Notes what of a kind and a level is nowhere defined; whether both are known.
    pub(crate) fn known(
        &self,
        faults: &mut Faults,
        (sheet, key): (Sheet, &str),
        columns: (&'static str, &'static str),
        (kind, level): (&KindCode, &LevelCode),
    ) -> bool {
        let known = (self.kind(kind).is_some(), self.level(level).is_some());
        if !known.0 {
            faults.add(sheet, key, columns.0, Wrong::Unknown { value: kind.0.clone() });
        }
        if !known.1 {
            faults.add(sheet, key, columns.1, Wrong::Unknown { value: level.0.clone() });
        }
        known == (true, true)
    }

    /// A kind and level in words, as rows are called: 攻坚 重点.
    #[must_use]
    pub fn pair(&self, kind: &KindCode, level: &LevelCode) -> String {
        let kind = self.kind(kind).map_or(kind.0.as_str(), |it| it.name.as_str());
        let level = self.level(level).map_or(level.0.as_str(), |it| it.name.as_str());
        format!("{kind} {level}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preset_reads_and_holds_together() {
        let lists = Lists::preset().unwrap();
        assert_eq!(lists.check(None), []);
        assert!(lists.matters.rows.len() >= 16);
        assert_eq!(lists.process.rows.len(), lists.initiation.pairs().len());
    }

    #[test]
    fn proof_of_presence_is_for_emergencies_only() {
        let mut lists = Lists::preset().unwrap();
        lists.kinds.iter_mut().filter(|it| !it.emergency).for_each(|it| it.presence_proof = true);
        assert!(lists.check(None).iter().any(|it| it.wrong == Wrong::PresenceProof));
    }

    #[test]
    fn a_row_that_names_an_unknown_level_is_refused_by_name() {
        let mut lists = Lists::preset().unwrap();
        lists.process.rows[0].level = LevelCode::new("purple");
        let faults = lists.check(None);
        let unknown = Wrong::Unknown { value: "purple".to_owned() };
        assert!(faults.iter().any(|it| it.sheet == Sheet::Bounds && it.wrong == unknown));
    }
}
