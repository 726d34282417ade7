//! A time limit as a statute or a rule book writes it: an amount and a unit.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};
use thiserror::Error;

/// The unit of a limit, named by every limit because the statutes differ: the petition regulation
/// counts "15日" in natural days and "5个工作日" in working days (信访工作条例 22, 32-36), and
/// 行政复议法 88 and 行政处罚法 85 turn short limits into working days.
#[derive(
    Serialize,
    Deserialize,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Debug,
    PartialOrd,
    Ord,
    strum::EnumIter,
    Display,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LimitUnit {
    /// 分钟: runs day and night.
    Minute,
    /// 小时: runs day and night.
    Hour,
    /// 工作小时: runs in the office hours of working days.
    WorkingHour,
    /// 工作日: ends at the close of office hours of the last counted day.
    WorkingDay,
    /// 日 (自然日): ends at 24:00, and moves on if its last day is no working day (民法典 203).
    NaturalDay,
}

impl LimitUnit {
    /// As the lists write it.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Minute => "分钟",
            Self::Hour => "小时",
            Self::WorkingHour => "工作小时",
            Self::WorkingDay => "工作日",
            Self::NaturalDay => "自然日",
        }
    }

    /// The largest amount a limit of this unit may name: about ten years of days, and as many
    /// hours or minutes as a rule book could mean.
    pub fn most(self) -> u32 {
        match self {
            Self::Minute => 100_000,
            Self::Hour | Self::WorkingHour => 10_000,
            Self::WorkingDay | Self::NaturalDay => 3_660,
        }
    }
}

/// A time limit, for example three working days; at least one of its unit.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[serde(try_from = "Stored")]
pub struct Limit {
    amount: u32,
    unit: LimitUnit,
}

/// A limit as it is written, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    amount: u32,
    unit: LimitUnit,
}

impl TryFrom<Stored> for Limit {
    type Error = LimitError;

    fn try_from(stored: Stored) -> Result<Self, LimitError> {
        Self::new(stored.amount, stored.unit)
    }
}

impl Limit {
    /// One working day.
    pub const WORKING_DAY: Self = Self { amount: 1, unit: LimitUnit::WorkingDay };

    /// A limit of `amount` of `unit`.
    ///
    /// # Errors
    ///
    /// [`LimitError::Zero`] for none, [`LimitError::TooLong`] above [`LimitUnit::most`].
    pub fn new(amount: u32, unit: LimitUnit) -> Result<Self, LimitError> {
        if amount == 0 {
            return Err(LimitError::Zero { unit });
        }
        let most = unit.most();
        if amount > most {
            return Err(LimitError::TooLong { amount, unit, most });
        }
        Ok(Self { amount, unit })
    }

    /// How many of the unit, at least one.
    pub fn amount(self) -> u32 {
        self.amount
    }

    /// What is counted.
    pub fn unit(self) -> LimitUnit {
        self.unit
    }

    /// The limit in English, for example "3 working days".
    pub fn english(self) -> String {
        let unit = match self.unit {
            LimitUnit::Minute => "minute",
            LimitUnit::Hour => "hour",
            LimitUnit::WorkingHour => "working hour",
            LimitUnit::WorkingDay => "working day",
            LimitUnit::NaturalDay => "day",
        };
        let plural = if self.amount == 1 { "" } else { "s" };
        format!("{} {unit}{plural}", self.amount)
    }
}

/// In Chinese, as the statutes write it: "3个工作日", "15日", "30分钟".
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            LimitUnit::Minute => "分钟",
            LimitUnit::Hour => "小时",
            LimitUnit::WorkingHour => "个工作小时",
            LimitUnit::WorkingDay => "个工作日",
            LimitUnit::NaturalDay => "日",
        };
        write!(f, "{}{unit}", self.amount)
    }
}

/// Why an amount and a unit make no limit.
#[derive(Error, Clone, Copy, PartialEq, Eq, Debug)]
pub enum LimitError {
    /// The amount is zero.
    #[error("a limit is at least one {unit}")]
    Zero {
        /// The unit that was asked for.
        unit: LimitUnit,
    },
    /// The amount is beyond what a limit can mean.
    #[error("a limit of {amount} {unit} is too long; the most is {most}")]
    TooLong {
        /// The amount that was asked for.
        amount: u32,
        /// The unit that was asked for.
        unit: LimitUnit,
        /// The largest amount of that unit.
        most: u32,
    },
}
