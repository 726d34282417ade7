//! What is told and offered where a cell is filled: notes on the headings, and words to choose of.

use engine::lists::{
    Sheet,
    table::{Column, Fill, Table, WordSet, Words, columns},
};
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, ExcelDateTime, Formula, Note,
    Worksheet, XlsxError,
};

use super::layout::width;
use crate::{
    lists::layout::{OPTIONS, ORDINAL},
    workbook::column_letters,
};

/// How far down words are offered: what a district adds by hand.
const ROWS: usize = 3_000;

/// As many words as a note lists.
const LISTED: usize = 24;

/// Every set of words that a column chooses of, in the order of the hidden sheet.
pub(super) struct Options(Vec<(WordSet, &'static str, Vec<String>)>);

impl Options {
    pub(super) fn of(words: Words<'_>) -> Self {
        let sets = [
            (WordSet::Unit, "单位"),
            (WordSet::UnitKind, "单位类别"),
            (WordSet::Role, "岗位"),
            (WordSet::Rank, "职级"),
            (WordSet::Tier, "层级"),
            (WordSet::Step, "环节"),
            (WordSet::Consequence, "逾期后果"),
            (WordSet::LimitUnit, "时限单位"),
            (WordSet::FileKind, "附件种类"),
            (WordSet::Procedure, "程序"),
            (WordSet::Hours, "时段"),
            (WordSet::Paper, "督办文书"),
            (WordSet::Kind, "哨种"),
            (WordSet::Level, "等级"),
            (WordSet::Matter, "事项编码"),
            (WordSet::Power, "权责清单编码"),
        ];
        Self(sets.map(|(set, title)| (set, title, words.of(set))).to_vec())
    }

    fn words(&self, set: WordSet) -> &[String] {
        self.0.iter().find(|it| it.0 == set).map_or(&[], |it| &it.2)
    }

    /// Where the words of a set stand. Those that the workbook itself defines are taken from where
    /// it does, so that a kind that was just added can be chosen.
    fn source(&self, set: WordSet) -> Option<String> {
        let within = |sheet: Sheet, code: &str| {
            let at = columns(sheet).iter().position(|it| it.code == code)?;
            let column = column_letters(u32::try_from(at).ok()?);
            let name = sheet.zh();
            Some(format!(
                "=OFFSET('{name}'!${column}$2,0,0,MAX(1,COUNTA('{name}'!${column}$2:${column}${ROWS})),1)"
            ))
        };
        match set {
            WordSet::Kind => within(Sheet::Kinds, "name"),
            WordSet::Level => within(Sheet::Levels, "name"),
            WordSet::Matter => within(Sheet::Matters, "code"),
            WordSet::Power => within(Sheet::Powers, "code"),
            WordSet::Unit
            | WordSet::UnitKind
            | WordSet::Role
            | WordSet::Rank
            | WordSet::Tier
            | WordSet::Step
            | WordSet::Consequence
            | WordSet::LimitUnit
            | WordSet::FileKind
            | WordSet::Procedure
            | WordSet::Hours
            | WordSet::Paper => {
                let at = self.0.iter().position(|it| it.0 == set)?;
                let column = column_letters(u32::try_from(at).ok()?);
                let last = self.words(set).len().max(1) + 1;
                Some(format!("='{OPTIONS}'!${column}$2:${column}${last}"))
            }
        }
    }

    /// Writes the words to the hidden sheet.
    pub(super) fn write(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(OPTIONS)?;
        sheet.set_hidden(true);
        for ((_, title, words), column) in self.0.iter().zip(0..) {
            // No heading of a list, lest the sheet be taken for one.
            sheet.write_string(0, column, format!("可选的{title}"))?;
            for (word, row) in words.iter().zip(1..) {
                sheet.write_string(row, column, word)?;
            }
        }
        Ok(())
    }

    /// Offers the words, and asks for whole numbers and dates, below the headings of a list.
    pub(super) fn offer(&self, sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
        let last = u32::try_from(table.rows.len().max(ROWS)).unwrap_or(u32::MAX);
        for (column, at) in columns(table.sheet).iter().zip(0..) {
            if let Some(offer) = self.validation(column)? {
                sheet.add_data_validation(1, at, last, at, &offer)?;
            }
        }
        Ok(())
    }

    fn validation(&self, column: &Column) -> Result<Option<DataValidation>, XlsxError> {
        let new = DataValidation::new().set_error_title(column.zh)?;
        Ok(match column.fill {
            Fill::One(set) => {
                let Some(source) = self.source(set) else { return Ok(None) };
                let offer = new.allow_list_formula(Formula::new(source));
                // Full names and codes are understood as well, and a word may be defined later.
                Some(match set {
                    WordSet::Unit
                    | WordSet::Kind
                    | WordSet::Level
                    | WordSet::Matter
                    | WordSet::Power => offer
                        .set_error_style(DataValidationErrorStyle::Warning)
                        .set_error_message("不在下拉列表中。确定要这样填写吗？")?,
                    WordSet::UnitKind
                    | WordSet::Role
                    | WordSet::Rank
                    | WordSet::Tier
                    | WordSet::Step
                    | WordSet::Consequence
                    | WordSet::LimitUnit
                    | WordSet::FileKind
                    | WordSet::Procedure
                    | WordSet::Hours
                    | WordSet::Paper => offer.set_error_message("请从下拉列表中选择。")?,
                })
            }
            Fill::YesNo => {
                Some(new.allow_list_strings(&["是", "否"])?.set_error_message("请选“是”或“否”。")?)
            }
            Fill::Number(most) => {
                let most = i32::try_from(most).unwrap_or(i32::MAX);
                Some(
                    new.allow_whole_number(DataValidationRule::Between(0, most))
                        .set_error_message(format!("请填写不大于 {most} 的整数。"))?,
                )
            }
            Fill::Date => {
                let first = ExcelDateTime::from_ymd(1949, 10, 1)?;
                Some(
                    new.allow_date(DataValidationRule::GreaterThanOrEqualTo(first))
                        .set_error_message("请填写日期，如 2026-01-31。")?,
                )
            }
            Fill::Ordinal | Fill::Text(_) | Fill::Code | Fill::Several(_) | Fill::Printed => None,
        })
    }

    /// What a heading says when one points at it.
    pub(super) fn note(&self, column: &Column) -> Note {
        let how = match column.fill {
            Fill::Ordinal => format!("{ORDINAL}由系统印出"),
            Fill::Printed => String::new(),
            Fill::Text(most) => format!("文字，不超过 {most} 字"),
            Fill::Code => "编码，不超过 40 字，不含空格、顿号、逗号、斜线".to_owned(),
            Fill::One(set) => format!("从下拉列表中选一项{}", self.listed(set)),
            Fill::Several(set) => format!("可填多项，用“、”隔开{}", self.listed(set)),
            Fill::Number(most) => format!("整数，不大于 {most}"),
            Fill::YesNo => "是 或 否".to_owned(),
            Fill::Date => "日期，如 2026-01-31".to_owned(),
        };
        let must = match (column.fill, column.required) {
            (Fill::Ordinal | Fill::Printed, _) => "不填",
            (_, true) => "必填",
            (_, false) => "选填",
        };
        let english = format!("English: {}", column.en);
        let lines = [must, column.note, how.as_str(), english.as_str()];
        let lines: Vec<&str> = lines.into_iter().filter(|it| !it.is_empty()).collect();
        // A note is as high as its lines, of some thirty places each.
        let n_lines: usize = lines.iter().map(|it| width(it).div_ceil(30).max(1)).sum();
        let height = u32::try_from(n_lines * 20 + 12).unwrap_or(u32::MAX);
        Note::new(lines.join("\n"))
            .add_author_prefix(false)
            .set_font_name("宋体")
            .set_font_size(9)
            .set_width(220)
            .set_height(height)
    }

    fn listed(&self, set: WordSet) -> String {
        let words = self.words(set);
        match words.len() {
            0 => String::new(),
            1..=LISTED => format!("：{}", words.join("、")),
            _ => format!("，全部可填的词见隐藏的“{OPTIONS}”工作表"),
        }
    }
}
