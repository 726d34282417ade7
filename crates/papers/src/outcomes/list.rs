//! Writes petitions as a table of its own, under the headings by which messages are read.

use chrono::{DateTime, Utc};
use rust_xlsxwriter::XlsxError;
use strum::IntoEnumIterator as _;

use super::{Heading, Layout, Row, cells, width};
use crate::{
    messages::Field,
    sheet::{self, Looks, Stamp, Unwritable},
};

/// A petition with what came of it. Whoever fills it in has put the petitioner under their mask.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The number in the system it came from.
    pub external_ref: Option<String>,
    /// The petitioner's name, masked.
    pub petitioner: Option<String>,
    /// Their telephone number, masked.
    pub phone: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// When it was brought.
    pub received_at: Option<DateTime<Utc>>,
    /// The text.
    pub detail: Option<String>,
    /// The matter that it belongs to.
    pub matter: Option<String>,
    /// Where it happened.
    pub place: Option<String>,
    /// What came of it.
    pub row: Row,
}

/// Shows only which it is: a debug line ends in a log.
impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("number", &self.row.outcome.number).finish_non_exhaustive()
    }
}

impl Entry {
    /// What it holds of texts, for whoever bounds how much is held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let texts = [&self.title, &self.detail, &self.row.said];
        texts.into_iter().flatten().map(String::len).sum()
    }

    fn text(&self, field: Field) -> Option<&str> {
        match field {
            Field::ExternalRef => self.external_ref.as_deref(),
            Field::PetitionerName => self.petitioner.as_deref(),
            Field::Phone => self.phone.as_deref(),
            Field::Title => self.title.as_deref(),
            Field::Detail => self.detail.as_deref(),
            Field::Category => self.matter.as_deref(),
            Field::Place => self.place.as_deref(),
            // A time, and a number that is shown to nobody.
            Field::ReceivedAt | Field::PetitionerRef => None,
        }
    }
}

/// Writes petitions with what came of them. The same petitions give the same bytes.
///
/// # Errors
/// [`Unwritable`] where a spreadsheet does not hold it.
pub fn write_list<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    stamp: &Stamp,
) -> Result<Vec<u8>, Unwritable> {
    let looks = Looks::new();
    let mut workbook = sheet::begun("诉求办理结果")?;
    let page = workbook.add_worksheet();
    page.set_name("诉求办理结果")?;
    sheet::page(page, "诉求办理结果", stamp);
    let fields: Vec<Field> = Field::iter().filter(|it| *it != Field::PetitionerRef).collect();
    for (field, column) in fields.iter().zip(0..) {
        page.set_column_width(column, width(Some(*field)))?;
        page.write_string_with_format(0, column, field.heading(), &looks.header)?;
    }
    let after = u16::try_from(fields.len()).unwrap_or(u16::MAX);
    let layout = Layout { header_row: 0, columns: Heading::iter().zip(after..).collect() };
    layout.head(page, &[], &looks)?;
    for (entry, at) in entries.into_iter().zip(1..) {
        for (field, column) in fields.iter().zip(0..) {
            let place = (at, column);
            match (entry.text(*field), entry.received_at.filter(|_| *field == Field::ReceivedAt)) {
                (Some(it), _) => plain(page, place, it, &looks)?,
                (None, Some(it)) => cells::moment(page, place, it, &looks)?,
                (None, None) => {
                    page.write_blank(at, column, &looks.word)?;
                }
            }
        }
        layout.row(page, at, &entry.row, &looks)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// A text of a message, on one line as tables of messages have it.
fn plain(
    page: &mut rust_xlsxwriter::Worksheet,
    (row, column): (u32, u16),
    text: &str,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let text = sheet::bounded(text);
    page.write_string_with_format(row, column, text.as_ref(), looks.of_text(&text)).map(drop)
}
