//! The four lists (四张清单) as typed values: what drives the machine, and what a centre may edit.

pub mod initiation;
pub mod matter;
pub mod process;
pub mod responsibility;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use initiation::{Initiation, InitiationList};
pub use matter::{Matter, MatterList};
pub use process::{Bounds, Consequence, PetitionLimits, Process, ProcessList, Raise, StepRule};
pub use responsibility::{ResponsibilityList, ResponsibilityRule};

use crate::actor::Rank;

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
}

/// What is wrong with a version of the lists.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListsError {
    /// The text is not what a version is written in.
    #[error("the lists cannot be read: {0}")]
    Malformed(String),
    /// A row names something that is nowhere defined.
    #[error("{list}: {row} names the unknown {what} `{code}`")]
    Unknown {
        /// The list.
        list: &'static str,
        /// The row.
        row: String,
        /// What kind of thing.
        what: &'static str,
        /// The code.
        code: String,
    },
    /// Two rows say something about the same thing.
    #[error("{list}: {row} stands twice")]
    Twice {
        /// The list.
        list: &'static str,
        /// The row.
        row: String,
    },
    /// A row lacks what its step needs.
    #[error("{list}: {row} lacks {what}")]
    Lacks {
        /// The list.
        list: &'static str,
        /// The row.
        row: String,
        /// What is missing.
        what: String,
    },
    /// Something that the law or the mechanism does not let a list say.
    #[error("{list}: {row}: {what}")]
    Forbidden {
        /// The list.
        list: &'static str,
        /// The row.
        row: String,
        /// What is not allowed, and why.
        what: &'static str,
    },
}

impl Lists {
    /// The preset version, as the product ships it (DOMAIN 2.1).
    ///
    /// # Errors
    /// Where the shipped text is malformed or contradicts itself, which a test excludes.
    pub fn preset() -> Result<Self, ListsError> {
        Self::parse(include_str!("../presets/lists.json"))
    }

    /// Reads and checks a version.
    ///
    /// # Errors
    /// [`ListsError`] names the list, the row and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ListsError> {
        let lists: Self =
            serde_json::from_str(text).map_err(|error| ListsError::Malformed(error.to_string()))?;
        lists.check()?;
        Ok(lists)
    }

    /// Checks that every row names what exists and that every step has what it needs.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self) -> Result<(), ListsError> {
        for it in &self.kinds {
            if it.presence_proof && !it.emergency {
                return Err(ListsError::Forbidden {
                    list: "吹哨流程清单",
                    row: it.name.clone(),
                    what: "proof of presence may be demanded of emergencies only",
                });
            }
        }
        let mut orders = BTreeSet::new();
        for it in &self.levels {
            if !orders.insert(it.order) {
                return Err(ListsError::Twice { list: "levels", row: it.name.clone() });
            }
        }
        self.process.check(self)?;
        self.initiation.check(self)?;
        self.matters.check(self)?;
        self.responsibility.check(self)
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

    pub(crate) fn known(
        &self,
        list: &'static str,
        row: &str,
        kind: &KindCode,
        level: &LevelCode,
    ) -> Result<(), ListsError> {
        let unknown = |what, code: &str| ListsError::Unknown {
            list,
            row: row.to_owned(),
            what,
            code: code.to_owned(),
        };
        if self.kind(kind).is_none() {
            return Err(unknown("kind", &kind.0));
        }
        if self.level(level).is_none() {
            return Err(unknown("level", &level.0));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preset_reads_and_holds_together() {
        let lists = Lists::preset().unwrap();
        assert!(lists.matters.rows.len() >= 16);
        assert_eq!(lists.process.rows.len(), lists.initiation.pairs().len());
    }

    #[test]
    fn proof_of_presence_is_for_emergencies_only() {
        let mut lists = Lists::preset().unwrap();
        lists.kinds.iter_mut().filter(|it| !it.emergency).for_each(|it| it.presence_proof = true);
        assert!(matches!(lists.check(), Err(ListsError::Forbidden { .. })));
    }

    #[test]
    fn a_row_that_names_an_unknown_level_is_refused_by_name() {
        let mut lists = Lists::preset().unwrap();
        lists.process.rows[0].level = LevelCode::new("purple");
        let error = lists.check().unwrap_err();
        assert!(error.to_string().contains("purple"), "{error}");
    }
}
