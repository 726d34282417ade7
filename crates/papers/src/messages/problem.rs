//! What is wrong with a row, without repeating what belongs to a person.

use strum::IntoStaticStr;

use super::field::Field;
use crate::Lang;

/// One thing wrong with one cell. It holds the place, the kind and, for times and
/// references only, a piece of the value with everything personal hidden; so it
/// may be shown, stored and logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// The row as the spreadsheet numbers it, from 1.
    pub row: u32,
    /// The letters above the column.
    pub column: String,
    /// What the column was read as.
    pub field: Field,
    /// The kind.
    pub problem: Problem,
    /// A piece of the value; `None` where the column holds anything but times or
    /// references.
    pub value_excerpt: Option<String>,
}

/// The kinds of problem.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Problem {
    /// A time that cannot be read, or in two ways.
    UnreadableTime,
    /// A time before 1949.
    TimeTooEarly,
    /// A time more than a day ahead.
    TimeInTheFuture,
    /// Neither title nor detail.
    MissingText,
    /// More characters than are accepted.
    TooLong { characters: usize, limit: usize },
    /// The same reference as an earlier row.
    DuplicateRef { first_row: u32 },
    /// A reference the spreadsheet kept as a number and rounded.
    RoundedRef,
    /// A formula that failed, such as `#N/A`.
    FailedFormula,
}

impl Problem {
    /// The stable code, such as `UNREADABLE_TIME`.
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

impl RowProblem {
    /// The cell, such as `D17`.
    pub fn cell(&self) -> String {
        format!("{}{}", self.column, self.row)
    }

    /// Where, what and what to do, in one line.
    pub fn message(&self, lang: Lang) -> String {
        let what = match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.en(),
        };
        let shown = match (&self.value_excerpt, lang) {
            (Some(it), Lang::Zh) => format!("(“{it}”)"),
            (Some(it), Lang::En) => format!(" (“{it}”)"),
            (None, Lang::Zh | Lang::En) => String::new(),
        };
        match lang {
            Lang::Zh => format!("{} {}:{what}{shown}", self.cell(), self.field.zh()),
            Lang::En => format!("{} {}: {what}{shown}", self.cell(), self.field.name()),
        }
    }

    fn zh(&self) -> String {
        match &self.problem {
            Problem::UnreadableTime => "时间无法识别,请写成 2019-02-28 11:25:05 的样式".to_owned(),
            Problem::TimeTooEarly => "时间早于 1949 年,请核对".to_owned(),
            Problem::TimeInTheFuture => "时间晚于明天,请核对".to_owned(),
            Problem::MissingText => "主题和详情都为空,至少填一项".to_owned(),
            Problem::TooLong { characters, limit } => {
                format!("内容过长,至少 {characters} 字,上限 {limit} 字")
            }
            Problem::DuplicateRef { first_row } => {
                format!("编号与第 {first_row} 行重复,请删除重复行或更正编号")
            }
            Problem::RoundedRef => {
                "编号过长,已被表格软件四舍五入,请把该列设为文本格式后重新导出".to_owned()
            }
            Problem::FailedFormula => "公式出错,请改成数值或文字".to_owned(),
        }
    }

    fn en(&self) -> String {
        match &self.problem {
            Problem::UnreadableTime => {
                "the time cannot be read; write it like 2019-02-28 11:25:05".to_owned()
            }
            Problem::TimeTooEarly => "the time is before 1949".to_owned(),
            Problem::TimeInTheFuture => "the time is later than tomorrow".to_owned(),
            Problem::MissingText => "title and detail are both empty; one is needed".to_owned(),
            Problem::TooLong { characters, limit } => {
                format!("too long: at least {characters} characters, {limit} are accepted")
            }
            Problem::DuplicateRef { first_row } => {
                format!("the same number as in row {first_row}")
            }
            Problem::RoundedRef => {
                "the number was rounded by the spreadsheet; make the column text and export again"
                    .to_owned()
            }
            Problem::FailedFormula => "the formula failed; put its value instead".to_owned(),
        }
    }
}
