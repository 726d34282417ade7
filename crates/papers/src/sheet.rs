//! What tables of cases have in common that are taken out: who took them, how they print and look.

use std::borrow::Cow;

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};
use thiserror::Error;

use crate::{Lang, workbook::column_letters};

/// The most characters that a cell of a spreadsheet holds.
pub(crate) const LONGEST: usize = 32_767;

/// Who took a table out, and when: it stands on each page that is printed of it (R55).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The district.
    pub district: String,
    /// The name of whoever took it out.
    pub by: String,
    /// Their unit.
    pub unit: String,
    /// When, by the local clock.
    pub at: String,
}

impl Stamp {
    /// The line as it is printed.
    #[must_use]
    pub fn line(&self) -> String {
        // A line of a page has room for 255 characters.
        let short = |it: &str| it.chars().take(40).collect::<String>();
        format!("{}（{}）于 {} 导出", short(&self.by), short(&self.unit), self.at)
    }
}

/// A table that no spreadsheet can hold.
#[derive(Debug, Error)]
#[error("{}", self.sentence(Lang::En))]
pub enum Unwritable {
    /// A text is longer than a cell can be.
    TooLong {
        /// Where it would stand: `F7`.
        cell: String,
    },
    /// With what is written beside them there are more columns than are read again.
    TooWide {
        /// How many there would be.
        columns: usize,
        /// How many are read.
        limit: u32,
    },
    /// Something else that the format does not allow.
    Format(#[source] XlsxError),
}

impl Unwritable {
    /// What is wrong and what to do.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::TooLong { cell }, Lang::Zh) => {
                format!("{cell} 的文字超过电子表格单元格的上限 {LONGEST} 字，无法写出。请先缩短。")
            }
            (Self::TooLong { cell }, Lang::En) => format!(
                "The text of {cell} is longer than the {LONGEST} characters that a cell of a spreadsheet holds. Shorten it first."
            ),
            (Self::TooWide { columns, limit }, Lang::Zh) => format!(
                "加上结果列共 {columns} 列，超过可以再次导入的 {limit} 列。请删除原表右侧无关的列。"
            ),
            (Self::TooWide { columns, limit }, Lang::En) => format!(
                "With the results there would be {columns} columns, and {limit} can be imported again. Delete those of the original that do not belong to the table."
            ),
            (Self::Format(error), Lang::Zh) => {
                format!("无法写成电子表格（{error}）。请缩小范围后再导出。")
            }
            (Self::Format(error), Lang::En) => {
                format!("It cannot be written as a spreadsheet ({error}). Take out less at a time.")
            }
        }
    }

    /// What went wrong with the cell at a place, row and column from 0.
    pub(crate) fn at((row, column): (u32, u16), error: XlsxError) -> Self {
        match error {
            XlsxError::MaxStringLengthExceeded => {
                Self::TooLong { cell: format!("{}{}", column_letters(column.into()), row + 1) }
            }
            error => Self::Format(error),
        }
    }
}

impl From<XlsxError> for Unwritable {
    fn from(error: XlsxError) -> Self {
        Self::Format(error)
    }
}

/// A workbook under a title. The time of writing would make every export another file.
pub(crate) fn begun(title: &str) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_default_format(&font(), 20, 72)?;
    let since = ExcelDateTime::from_ymd(2019, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&since));
    Ok(workbook)
}

/// A page of A4 across, one page wide, with whoever took it out above and below.
pub(crate) fn page(sheet: &mut Worksheet, title: &str, stamp: &Stamp) {
    // In these lines an ampersand begins an instruction.
    let plain = |it: &str| it.replace('&', "&&");
    let district: String = stamp.district.chars().take(40).collect();
    let line = plain(&stamp.line());
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_margins(0.4, 0.4, 0.7, 0.6, 0.3, 0.3)
        .set_header(format!("&L{}&C&B{title}&R{line}", plain(&district)))
        .set_footer(format!("&L{line}&C第 &P 页，共 &N 页&R内部资料，请按规定保管"));
}

/// The one typeface that every office has.
pub(crate) fn font() -> Format {
    Format::new().set_font_name("宋体").set_font_size(11)
}

/// A cell of a table.
pub(crate) fn cell() -> Format {
    font().set_border(FormatBorder::Thin).set_border_color(Color::RGB(0xBF_BFBF))
}

/// What headings stand on.
pub(crate) const HEADER: Color = Color::RGB(0xDD_EBF7);

/// How cells look: as in the workbook of the lists.
pub(crate) struct Looks {
    /// A heading.
    pub(crate) header: Format,
    /// A heading of ours beside somebody else's.
    pub(crate) header_ours: Format,
    /// Words and codes, which a spreadsheet must not take for numbers or dates.
    pub(crate) word: Format,
    /// Text that may be long: as a word, older programs would not show it.
    pub(crate) text: Format,
    /// Words of ours, of any length, on as many lines as they need.
    pub(crate) wrapped: Format,
    pub(crate) day: Format,
    pub(crate) moment: Format,
    /// An hour without a day.
    pub(crate) hour: Format,
    pub(crate) number: Format,
    /// A number with more figures than a spreadsheet shows by itself.
    pub(crate) long_number: Format,
}

impl Looks {
    pub(crate) fn new() -> Self {
        let cell = cell().set_align(FormatAlign::Top);
        let header = |colour| {
            let it = cell.clone().set_text_wrap().set_align(FormatAlign::Center);
            it.set_align(FormatAlign::VerticalCenter).set_background_color(colour)
        };
        Self {
            header: header(HEADER),
            header_ours: header(Color::RGB(0xE2_EFDA)).set_bold(),
            word: cell.clone().set_num_format("@"),
            wrapped: cell.clone().set_text_wrap(),
            day: cell.clone().set_num_format("yyyy-mm-dd"),
            moment: cell.clone().set_num_format("yyyy-mm-dd hh:mm:ss"),
            hour: cell.clone().set_num_format("hh:mm:ss"),
            long_number: cell.clone().set_num_format("0"),
            number: cell.clone(),
            text: cell,
        }
    }

    /// How a text looks that is given back as it came.
    pub(crate) fn of_text(&self, text: &str) -> &Format {
        if text.chars().count() > 255 { &self.text } else { &self.word }
    }
}

/// How high a row is whose texts stand in columns of these widths: up to `most` lines.
pub(crate) fn height(texts: &[(&str, f64)], most: usize) -> f64 {
    let lines = |text: &str, width: f64| -> usize {
        // A Chinese character is as wide as two others.
        let wide = |line: &str| line.chars().map(|it| if it < '\u{2e80}' { 1 } else { 2 }).sum();
        let of = |line: &str| -> usize {
            let n: u32 = wide(line);
            (f64::from(n) / (width - 1.0).max(1.0)).ceil().max(1.0) as usize
        };
        text.lines().map(of).sum()
    };
    let n = texts.iter().map(|(text, width)| lines(text, *width)).max().unwrap_or(1);
    (4.0 + 14.5 * n.clamp(1, most) as f64).min(409.0)
}

/// A text as far as a cell holds it, with a mark where something is left out.
pub(crate) fn bounded(text: &str) -> Cow<'_, str> {
    const MARK: &str = "……（全文见系统）";
    if text.encode_utf16().count() <= LONGEST {
        return text.into();
    }
    let mut room = LONGEST - MARK.chars().count();
    let fits = |it: &char| {
        let left = room.checked_sub(it.len_utf16());
        room = left.unwrap_or(0);
        left.is_some()
    };
    let mut res: String = text.chars().take_while(fits).collect();
    res.push_str(MARK);
    res.into()
}
