//! A version of the lists as a workbook that is filled on a screen and printed on paper.

mod guide;
mod layout;
mod options;

use engine::{
    directory::Directory,
    lists::{
        Lists,
        table::{Column, Fill, Row, Table, Words, columns, tables},
    },
};
use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, Worksheet, XlsxError};
use thiserror::Error;

use crate::sheet::{self, HEADER, font};

use self::{layout::Layout, options::Options};
use super::grid::cell_name;
use crate::Lang;

/// The most characters that a cell of a spreadsheet holds, as it counts them.
const LONGEST: usize = 32_767;

/// A version that no spreadsheet can hold.
#[derive(Debug, Error)]
#[error("{}", self.sentence(Lang::En))]
pub enum Unwritable {
    /// A text is longer than a cell can be.
    TooLong {
        /// Where it would stand: `吹哨事项清单!F7`.
        place: String,
    },
    /// There are more rows than a sheet has, or something else that the format does not allow.
    Format(#[source] XlsxError),
}

impl Unwritable {
    /// What is wrong and what to do.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::TooLong { place }, Lang::Zh) => {
                format!("{place} 的文字超过电子表格单元格的上限 {LONGEST} 字，无法导出。请先缩短。")
            }
            (Self::TooLong { place }, Lang::En) => format!(
                "The text of {place} is longer than the {LONGEST} characters that a cell of a spreadsheet holds. Shorten it first."
            ),
            (Self::Format(error), Lang::Zh) => {
                format!("清单无法写成电子表格（{error}）。请减少行数后再导出。")
            }
            (Self::Format(error), Lang::En) => {
                format!(
                    "The lists cannot be written as a spreadsheet ({error}). Reduce their rows."
                )
            }
        }
    }
}

impl From<XlsxError> for Unwritable {
    fn from(error: XlsxError) -> Self {
        Self::Format(error)
    }
}

/// Writes a version as a workbook. The same version gives the same bytes.
///
/// # Errors
/// [`Unwritable`] where it holds more than a spreadsheet can.
pub fn write(lists: &Lists, directory: &Directory) -> Result<Vec<u8>, Unwritable> {
    let words = Words { lists, directory };
    let options = Options::of(words);
    let looks = Looks::new();
    let mut workbook = sheet::begun(&lists.name)?;

    guide::write(workbook.add_worksheet(), lists, &looks)?;
    for table in tables(lists, directory) {
        let layout = Layout::of(&table);
        let sheet = workbook.add_worksheet();
        sheet.set_name(table.sheet.zh())?;
        page(sheet, lists, table.sheet.zh())?;
        head(sheet, &table, &layout, &options, &looks)?;
        for (row, at) in table.rows.iter().zip(1..) {
            sheet.set_row_height(at, layout.height(&table, row))?;
            for (column, place) in columns(table.sheet).iter().zip(0..) {
                cell(sheet, (at, place), row, column, &looks).map_err(|error| match error {
                    XlsxError::MaxStringLengthExceeded => {
                        let name = cell_name(at + 1, u32::from(place));
                        Unwritable::TooLong { place: format!("{}!{name}", table.sheet.zh()) }
                    }
                    error => Unwritable::Format(error),
                })?;
            }
        }
        options.offer(sheet, &table)?;
    }
    options.write(workbook.add_worksheet())?;
    Ok(workbook.save_to_buffer()?)
}

/// How a page prints: A4 across, one page wide, under the name of the list.
fn page(sheet: &mut Worksheet, lists: &Lists, title: &str) -> Result<(), XlsxError> {
    // In these lines an ampersand begins an instruction.
    let name: String = lists.name.chars().take(60).collect::<String>().replace('&', "&&");
    let since = lists.effective_on;
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_margins(0.4, 0.4, 0.7, 0.6, 0.3, 0.3)
        .set_header(format!("&L{name}&C&B{title}&R第 {} 版，{since} 起施行", lists.version))
        .set_footer("&C第 &P 页，共 &N 页");
    Ok(())
}

/// The headings: what they are called, what is filled in below them, and how wide that is.
fn head(
    sheet: &mut Worksheet,
    table: &Table,
    layout: &Layout,
    options: &Options,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let all = columns(table.sheet);
    for ((column, at), width) in all.iter().zip(0..).zip(&layout.widths) {
        let look = match (column.fill, column.required) {
            (Fill::Printed | Fill::Ordinal, _) => &looks.header_printed,
            (_, true) => &looks.header_required,
            (_, false) => &looks.header,
        };
        sheet.set_column_width(at, *width)?;
        // A row that is added below looks like those above.
        sheet.set_column_format(at, looks.of(column))?;
        sheet.write_string_with_format(0, at, column.zh, look)?;
        sheet.insert_note(0, at, &options.note(column))?;
    }
    sheet.set_row_height(0, layout.header_height)?;
    sheet.set_freeze_panes(1, layout.n_frozen)?;
    sheet.set_repeat_rows(0, 0)?;
    let (last_row, last_column) = (table.rows.len().max(1), all.len().saturating_sub(1));
    let last_row = u32::try_from(last_row).unwrap_or(u32::MAX);
    let last_column = u16::try_from(last_column).unwrap_or(u16::MAX);
    sheet.autofilter(0, 0, last_row, last_column)?;
    Ok(())
}

fn cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    said: &Row,
    header: &Column,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let text = said.cell(header.code);
    let look = looks.of(header);
    match header.fill {
        _ if text.is_empty() => sheet.write_blank(row, column, look)?,
        Fill::Ordinal | Fill::Number(_) => match text.parse::<u32>() {
            Ok(number) => sheet.write_number_with_format(row, column, number, look)?,
            Err(_) => sheet.write_string_with_format(row, column, text, look)?,
        },
        Fill::Date => match date(text) {
            Some(date) => sheet.write_datetime_with_format(row, column, &date, look)?,
            None => sheet.write_string_with_format(row, column, text, look)?,
        },
        // Never a formula, whatever it begins with.
        Fill::Text(_)
        | Fill::Code
        | Fill::One(_)
        | Fill::Several(_)
        | Fill::YesNo
        | Fill::Printed => sheet.write_string_with_format(row, column, text, look)?,
    };
    Ok(())
}

/// A date that spreadsheets agree on: before March 1900 they do not.
fn date(text: &str) -> Option<ExcelDateTime> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let year = year.parse().ok().filter(|it| *it > 1900)?;
    ExcelDateTime::from_ymd(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// How cells look.
struct Looks {
    title: Format,
    plain: Format,
    header: Format,
    header_required: Format,
    header_printed: Format,
    /// Text that may be long.
    text: Format,
    /// Words and codes, which a spreadsheet must not take for numbers or dates.
    word: Format,
    choice: Format,
    number: Format,
    date: Format,
    printed: Format,
    ordinal: Format,
}

impl Looks {
    fn new() -> Self {
        let cell = sheet::cell().set_text_wrap().set_align(FormatAlign::VerticalCenter);
        let centred = cell.clone().set_align(FormatAlign::Center);
        let header = |colour| centred.clone().set_background_color(colour);
        let printed =
            |it: &Format| it.clone().set_background_color(Color::RGB(0xF2_F2F2)).set_italic();
        Self {
            title: font().set_bold().set_font_size(16),
            plain: font().set_text_wrap().set_align(FormatAlign::Top),
            header: header(HEADER),
            header_required: header(Color::RGB(0xF8_CBAD)).set_bold(),
            header_printed: header(Color::RGB(0xD9_D9D9)).set_italic(),
            word: cell.clone().set_num_format("@"),
            choice: centred.clone().set_num_format("@"),
            number: centred.clone().set_num_format("0"),
            date: centred.clone().set_num_format("yyyy-mm-dd"),
            printed: printed(&cell),
            ordinal: printed(&centred),
            text: cell,
        }
    }

    fn of(&self, column: &Column) -> &Format {
        match column.fill {
            Fill::Printed => &self.printed,
            Fill::Ordinal => &self.ordinal,
            Fill::Number(_) => &self.number,
            Fill::Date => &self.date,
            // As text, what is longer than 255 characters is not shown by older programs.
            Fill::Text(most) if most > 255 => &self.text,
            Fill::Text(_) | Fill::Code | Fill::Several(_) => &self.word,
            Fill::One(_) | Fill::YesNo => &self.choice,
        }
    }
}
