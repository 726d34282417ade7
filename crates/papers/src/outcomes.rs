//! Writes what came of petitions, beside the messages that they came as or as a table of its own.
//!
//! What is written beside a file that another system gave keeps every row and cell of it where they
//! were: that system takes its own table back, and nobody types twice. The columns of ours are told by
//! the mark that their headings begin with, so they are never read as something of a message, nothing
//! that was there is written over, and a file that was written before has them filled anew.

mod cells;
mod list;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use engine::{
    petition::{
        Stage,
        outcome::{Outcome, Said},
    },
    text::Words,
    whistle::ResolutionKind,
};
use rust_xlsxwriter::{Worksheet, XlsxError};
use strum::{EnumIter, IntoEnumIterator as _};

pub use self::list::{Entry, write_list};
use crate::{
    messages::{Column, Field, Limits, Original},
    sheet::{self, Looks, Stamp, Unwritable},
    workbook::text,
};

/// 未登记: what stands where the row is no petition that the reader may see.
pub const ABSENT: &str = "未登记";
/// 未导入: what stands where the row could not be a petition.
pub const UNREAD: &str = "未导入";

/// A column of what came of a petition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub enum Heading {
    /// 诉求编号.
    Number,
    /// 当前状态.
    Stage,
    /// 受理时间.
    AcceptedAt,
    /// 承办单位.
    Lead,
    /// 协办单位.
    Assists,
    /// 哨单编号(批次).
    Serial,
    /// 答复时间.
    AnsweredAt,
    /// 办理结果.
    Result,
    /// 是否办结.
    Closed,
    /// 是否化解.
    Resolved,
    /// 满意度.
    Rating,
    /// 办结时间.
    ConcludedAt,
    /// 首次件编号.
    First,
}

impl Heading {
    /// The heading, with the mark of ours: other systems have columns of these names, too.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Number => "吹哨·诉求编号",
            Self::Stage => "吹哨·当前状态",
            Self::AcceptedAt => "吹哨·受理时间",
            Self::Lead => "吹哨·承办单位",
            Self::Assists => "吹哨·协办单位",
            Self::Serial => "吹哨·哨单编号(批次)",
            Self::AnsweredAt => "吹哨·答复时间",
            Self::Result => "吹哨·办理结果",
            Self::Closed => "吹哨·是否办结",
            Self::Resolved => "吹哨·是否化解",
            Self::Rating => "吹哨·满意度",
            Self::ConcludedAt => "吹哨·办结时间",
            Self::First => "吹哨·首次件编号",
        }
    }

    /// The column of ours that a heading stands for.
    pub(crate) fn of(heading: &str) -> Option<Self> {
        let key = text::heading_key(heading);
        Self::iter().find(|it| text::heading_key(it.zh()) == key)
    }

    fn width(self) -> f64 {
        match self {
            Self::Result => 60.0,
            Self::Number | Self::Serial | Self::First | Self::Assists => 24.0,
            Self::AcceptedAt | Self::AnsweredAt | Self::ConcludedAt => 20.0,
            Self::Lead => 18.0,
            Self::Stage | Self::Closed | Self::Resolved | Self::Rating => 11.0,
        }
    }
}

/// What came of one petition, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What came of it.
    pub outcome: Outcome,
    /// 办理结果; none where nothing was said yet, or what was said is erased.
    pub said: Option<String>,
    /// The number of the first, where it is a duplicate of a petition that the reader may see.
    pub first: Option<String>,
}

/// What somebody wrote of the result, from the texts that the reader was given.
#[must_use]
pub fn said<'a>(said: Said, text: impl Fn(Words) -> Option<&'a str>) -> Option<String> {
    match said {
        Said::Answer(it) => text(it).map(str::to_owned),
        Said::Reply { measures, result } => {
            let parts = [("解决措施", text(measures)), ("处理结果", text(result))];
            let parts: Vec<String> = parts
                .into_iter()
                .filter_map(|(label, it)| Some(format!("{label}：{}", it?)))
                .collect();
            (!parts.is_empty()).then(|| parts.join("\n"))
        }
    }
}

/// What stands in a column.
enum Value<'a> {
    Nothing,
    Text(std::borrow::Cow<'a, str>),
    At(DateTime<Utc>),
}

impl Row {
    fn value(&self, heading: Heading) -> Value<'_> {
        let it = &self.outcome;
        let text = |it: &'static str| Value::Text(it.into());
        let at = |it: Option<DateTime<Utc>>| it.map_or(Value::Nothing, Value::At);
        let words =
            |it: Option<&'_ str>| it.map_or(Value::Nothing, |it| Value::Text(it.to_owned().into()));
        match heading {
            Heading::Number => words(Some(&it.number)),
            Heading::Stage => text(it.stage.zh()),
            Heading::AcceptedAt => at(it.accepted_at),
            Heading::Lead => words(it.lead.as_ref().map(|it| it.name.as_str())),
            Heading::Assists => {
                let names: Vec<&str> = it.assists.iter().map(|it| it.name.as_str()).collect();
                words(Some(names.join("、").as_str()).filter(|it| !it.is_empty()))
            }
            Heading::Serial => {
                let serial = it.serial.as_ref().map(|(it, batch)| format!("{it}（第 {batch} 批）"));
                words(serial.as_deref())
            }
            Heading::AnsweredAt => at(it.said.map(|(at, _)| at)),
            Heading::Result => words(self.said.as_deref()),
            Heading::Closed => text(if it.stage == Stage::Concluded { "是" } else { "否" }),
            Heading::Resolved => it
                .resolution
                .as_ref()
                .map_or(Value::Nothing, |it| text(ResolutionKind::from(it).zh())),
            Heading::Rating => it.rating.map_or(Value::Nothing, |it| text(it.zh())),
            Heading::ConcludedAt => at(it.concluded_at),
            Heading::First => words(self.first.as_deref()),
        }
    }
}

/// Writes a file that was read whole with what came of its rows: `told` holds what came of each row
/// that is a petition which the reader may see, by its number in the sheet. The same gives the same
/// bytes.
///
/// # Errors
/// [`Unwritable`] where a spreadsheet does not hold it, or would not be read again.
pub fn write(
    original: &Original,
    told: &HashMap<u32, Row>,
    stamp: &Stamp,
) -> Result<Vec<u8>, Unwritable> {
    let layout = Layout::of(original)?;
    let looks = Looks::new();
    let mut workbook = sheet::begun("导入诉求办理结果")?;
    let page = workbook.add_worksheet();
    let name = original.sheet.sheet_name.as_str();
    // A name that no other program takes is not worth refusing the whole table for.
    if !name.is_empty() && page.set_name(name).is_err() {
        page.set_name("留言")?;
    }
    sheet::page(page, "导入诉求办理结果", stamp);
    layout.head(page, &original.sheet.mapping.columns, &looks)?;
    let messages: std::collections::HashSet<u32> =
        original.sheet.messages.iter().map(|it| it.row).collect();
    for (number, row) in &original.rows {
        let at = number.saturating_sub(1);
        for (column, it) in row {
            let Ok(column) = u16::try_from(*column) else { continue };
            if layout.is_ours(column) && at >= layout.header_row {
                continue;
            }
            let is_heading = at == layout.header_row;
            cells::put(page, (at, column), it, is_heading, &looks)?;
        }
        if messages.contains(number) {
            match told.get(number) {
                Some(it) => layout.row(page, at, it, &looks)?,
                None => layout.word(page, at, ABSENT, &looks)?,
            }
        } else if original.bad_rows.contains(number) {
            layout.word(page, at, UNREAD, &looks)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

/// Where the columns of ours stand.
struct Layout {
    header_row: u32,
    columns: Vec<(Heading, u16)>,
}

impl Layout {
    /// Those that a former export left are kept; the others come after the last column.
    fn of(original: &Original) -> Result<Self, Unwritable> {
        let mapping = &original.sheet.mapping;
        let mut known: HashMap<&str, u16> = HashMap::new();
        for it in &mapping.columns {
            if let (Some(heading), Ok(column)) = (Heading::of(&it.header), u16::try_from(it.index))
            {
                known.entry(heading.zh()).or_insert(column);
            }
        }
        let used = original.rows.iter().flat_map(|(_, row)| row.last()).map(|(column, _)| *column);
        let mut next = used.max().map_or(0, |it| it + 1);
        let mut columns = vec![];
        for heading in Heading::iter() {
            let column = known.get(heading.zh()).copied().unwrap_or_else(|| {
                next += 1;
                u16::try_from(next - 1).unwrap_or(u16::MAX)
            });
            columns.push((heading, column));
        }
        let limit = Limits::default().columns;
        if next > limit {
            return Err(Unwritable::TooWide { columns: next as usize, limit });
        }
        Ok(Self { header_row: mapping.header_row.saturating_sub(1), columns })
    }

    fn is_ours(&self, column: u16) -> bool {
        self.columns.iter().any(|(_, it)| *it == column)
    }

    fn head(
        &self,
        page: &mut Worksheet,
        columns: &[Column],
        looks: &Looks,
    ) -> Result<(), XlsxError> {
        for it in columns {
            let Ok(column) = u16::try_from(it.index) else { continue };
            page.set_column_width(column, width(it.usage.field()))?;
        }
        for (heading, column) in &self.columns {
            page.set_column_width(*column, heading.width())?;
            page.write_string_with_format(
                self.header_row,
                *column,
                heading.zh(),
                &looks.header_ours,
            )?;
        }
        page.set_freeze_panes(self.header_row + 1, 0)?;
        page.set_repeat_rows(self.header_row, self.header_row)?;
        Ok(())
    }

    /// What came of the petition of a row.
    fn row(
        &self,
        page: &mut Worksheet,
        at: u32,
        row: &Row,
        looks: &Looks,
    ) -> Result<(), XlsxError> {
        for (heading, column) in &self.columns {
            let place = (at, *column);
            match row.value(*heading) {
                Value::Nothing => {
                    page.write_blank(at, *column, &looks.wrapped)?;
                }
                Value::Text(it) => cells::ours(page, place, &it, looks)?,
                Value::At(it) => cells::moment(page, place, it, looks)?,
            }
        }
        let said = row.said.as_deref().unwrap_or_default();
        page.set_row_height(at, sheet::height(&[(said, Heading::Result.width())], 8))?;
        Ok(())
    }

    /// A word in place of all that.
    fn word(
        &self,
        page: &mut Worksheet,
        at: u32,
        word: &str,
        looks: &Looks,
    ) -> Result<(), XlsxError> {
        for (heading, column) in &self.columns {
            if *heading == Heading::Stage {
                cells::ours(page, (at, *column), word, looks)?;
            } else {
                page.write_blank(at, *column, &looks.wrapped)?;
            }
        }
        Ok(())
    }
}

/// How wide a column is that holds this.
fn width(field: Option<Field>) -> f64 {
    match field {
        Some(Field::Detail) => 50.0,
        Some(Field::Title) => 30.0,
        Some(Field::ReceivedAt) => 20.0,
        Some(
            Field::ExternalRef
            | Field::PetitionerRef
            | Field::PetitionerName
            | Field::Phone
            | Field::Category
            | Field::Place,
        )
        | None => 15.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_heading_of_ours_is_read_as_something_of_a_message() {
        for heading in Heading::iter() {
            assert_eq!(Field::guess(heading.zh()), None, "{heading:?}");
            assert_eq!(Heading::of(heading.zh()), Some(heading));
        }
        for other in ["诉求编号", "受理时间", "承办单位", "办理结果", ""] {
            assert_eq!(Heading::of(other), None, "{other}");
        }
    }
}
