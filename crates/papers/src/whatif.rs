//! A recount of history under a draft, as a workbook to be printed and discussed.
//!
//! Four sheets: what was counted and what it is not, the units, the kinds and levels, and each
//! whistle that would have gone otherwise. It holds numbers of whistles, names of units and dates,
//! and no text of a case.

mod sheets;

use engine::{
    directory::Directory,
    lists::Lists,
    text::Lang as Said,
    whatif::{Moved, Names, Totals},
};
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};
use thiserror::Error;

use crate::sheet::{self, HEADER, cell, font};

/// The most whistles that the sheet of whistles lists; the rest is counted on it.
pub const MOST_ROWS: usize = 20_000;

/// A recount that no spreadsheet can hold.
#[derive(Debug, Error)]
#[error("the recount cannot be written as a spreadsheet")]
pub struct Unwritable(#[from] XlsxError);

/// What a recount is called by, beside what was counted.
#[derive(Debug, Clone, Copy)]
pub struct Titles<'a> {
    /// The draft, for the names of its kinds and levels.
    pub draft: &'a Lists,
    /// The version that was in force beside it, for those that the draft has no more.
    pub base: &'a Lists,
    /// The units.
    pub directory: &'a Directory,
}

impl Titles<'_> {
    fn names(&self) -> Names<'_> {
        Names { directory: self.directory }
    }

    /// A kind and level by the draft's names, or by those of the version beside it.
    fn pair(&self, kind: &engine::lists::KindCode, level: &engine::lists::LevelCode) -> String {
        let kind_name = self.draft.kind(kind).or_else(|| self.base.kind(kind));
        let level_name = self.draft.level(level).or_else(|| self.base.level(level));
        format!(
            "{} {}",
            kind_name.map_or(kind.0.as_str(), |it| it.name.as_str()),
            level_name.map_or(level.0.as_str(), |it| it.name.as_str())
        )
    }
}

/// Writes a recount with the whistles that differ, of which the first [`MOST_ROWS`] are listed; how
/// many more there are is told by the totals. The same recount gives the same bytes.
///
/// # Errors
/// [`Unwritable`] where it holds what the format does not allow.
pub fn write(
    totals: &Totals,
    moved: impl IntoIterator<Item = Moved>,
    titles: Titles<'_>,
) -> Result<Vec<u8>, Unwritable> {
    let looks = Looks::new();
    let mut workbook = sheet::begun(&format!("{} 推演", totals.draft))?;
    sheets::about(workbook.add_worksheet(), totals, &looks)?;
    sheets::units(workbook.add_worksheet(), totals, titles, &looks)?;
    sheets::pairs(workbook.add_worksheet(), totals, titles, &looks)?;
    sheets::whistles(workbook.add_worksheet(), totals, moved, titles, &looks)?;
    Ok(workbook.save_to_buffer()?)
}

/// A page of A4 across, one page wide, under the name of the draft and with the caveat below.
fn page(sheet: &mut Worksheet, totals: &Totals, title: &str) -> Result<(), XlsxError> {
    sheet.set_name(title)?;
    // In these lines an ampersand begins an instruction.
    let name: String = totals.draft.chars().take(60).collect::<String>().replace('&', "&&");
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_margins(0.4, 0.4, 0.7, 0.6, 0.3, 0.3)
        .set_header(format!("&L{name}&C&B{title}&R清单推演"))
        .set_footer("&L重新计算，不是预测&C第 &P 页，共 &N 页");
    Ok(())
}

/// How cells look: as in the workbook of the lists.
struct Looks {
    title: Format,
    /// The caveat, which nobody may miss.
    boxed: Format,
    header: Format,
    text: Format,
    number: Format,
    /// More late, or fewer: the sign stands beside the colour.
    difference: Format,
    sum: Format,
    sum_number: Format,
}

impl Looks {
    fn new() -> Self {
        let cell = cell().set_text_wrap().set_align(FormatAlign::VerticalCenter);
        let centred = cell.clone().set_align(FormatAlign::Center);
        let grey = |it: &Format| it.clone().set_background_color(Color::RGB(0xF2_F2F2)).set_bold();
        Self {
            title: font().set_bold().set_font_size(16),
            boxed: font()
                .set_bold()
                .set_text_wrap()
                .set_border(FormatBorder::Medium)
                .set_background_color(Color::RGB(0xFF_F2CC))
                .set_align(FormatAlign::VerticalCenter),
            header: centred.clone().set_background_color(HEADER),
            number: centred.clone().set_num_format("0"),
            difference: centred.clone().set_num_format("+0;-0;0"),
            sum: grey(&cell).set_num_format("@"),
            sum_number: grey(&centred).set_num_format("0"),
            text: cell.set_num_format("@"),
        }
    }
}

/// Chinese: the workbook is read by the counties.
const LANG: Said = Said::Zh;
