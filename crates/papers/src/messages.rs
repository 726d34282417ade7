//! Reads a spreadsheet of citizens' messages into rows that can be registered as
//! petitions.
//!
//! [`read`] takes the bytes of an `.xlsx` or `.csv` file, whatever its name says,
//! finds the heading row, guesses which column holds what ([`Mapping`], which a
//! person can correct with [`Override`]), and returns a [`Sheet`]: the good rows
//! as [`Message`]s, the others as [`RowProblem`]s. It registers nothing; whether
//! one bad row stops the rest is for the caller to say.
//!
//! The file is not trusted. Before anything is expanded, the container is
//! measured against [`Limits`]; rows and columns are counted as they come, and
//! what the sheet declares about itself is not believed. A file that cannot be
//! read is a [`ReadError`] with a stable code and a sentence in two languages.

mod error;
mod field;
mod mapping;
mod problem;
mod rows;
mod source;
mod text;
mod time;

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};

pub use self::error::ReadError;
pub use self::field::{Field, Override, OverrideError};
pub use self::mapping::{Column, Mapping, Use};
pub use self::problem::{Problem, RowProblem};
pub use crate::workbook::{Format, Limits, Measure, Part};

/// China Standard Time. The tables carry local times without an offset.
pub const CHINA: FixedOffset = match FixedOffset::east_opt(8 * 3600) {
    Some(it) => it,
    None => panic!("eight hours is an offset"),
};

impl Default for Limits {
    fn default() -> Limits {
        const MIB: u64 = 1024 * 1024;
        Limits {
            file_bytes: 50 * MIB,
            unpacked_bytes: 256 * MIB,
            ratio: 200,
            parts: 4_096,
            rows: 200_000,
            columns: 64,
            text_bytes: 96 * MIB,
        }
    }
}

/// How to read a file.
#[derive(Clone, Debug)]
pub struct Options {
    /// The present, for telling a time that lies ahead.
    pub now: DateTime<FixedOffset>,
    /// The sheet to read. By default the first visible one with a heading row.
    pub sheet: Option<String>,
    /// The heading row as the spreadsheet numbers it. By default it is looked for.
    pub header_row: Option<u32>,
    /// Columns a person has assigned; they win over the guess.
    pub overrides: Vec<Override>,
    /// How much is accepted.
    pub limits: Limits,
}

impl Options {
    /// Reads everything by guess, as of `now`.
    pub fn new(now: DateTime<FixedOffset>) -> Options {
        Options {
            now,
            sheet: None,
            header_row: None,
            overrides: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// One sheet, read to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Its name; empty for a `.csv` file, which has none.
    pub sheet_name: String,
    /// Visible sheets that were not read, so that nobody overlooks them.
    pub other_sheets: Vec<String>,
    /// Which column was read as what.
    pub mapping: Mapping,
    /// Rows without a problem, in the order of the sheet.
    pub messages: Vec<Message>,
    /// What is wrong, in the order of the sheet; at most [`Sheet::MAX_PROBLEMS`].
    pub problems: Vec<RowProblem>,
    /// Problems found beyond those.
    pub problems_left_out: usize,
    /// Rows below the headings that hold something, good or bad.
    pub rows: usize,
}

impl Sheet {
    /// More problems than a person will read.
    pub const MAX_PROBLEMS: usize = 1_000;
}

/// One sheet with every cell of it, to be given back with something beside it.
#[derive(Clone, PartialEq)]
pub struct Original {
    /// What was read of it.
    pub sheet: Sheet,
    /// Its rows with all that stands in them, those above the headings too.
    pub(crate) rows: Vec<source::Row>,
    /// The rows that something is wrong with.
    pub(crate) bad_rows: BTreeSet<u32>,
}

impl Original {
    /// How many rows are no message, for something that is wrong with them.
    #[must_use]
    pub fn n_bad_rows(&self) -> usize {
        self.bad_rows.len()
    }
}

/// Shows only how much there is, for the reason that holds for a [`Message`].
impl std::fmt::Debug for Original {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Original").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

/// One row that can be registered.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The row as the spreadsheet numbers it, from 1.
    pub row: u32,
    /// The number the other system gave the message.
    pub external_ref: Option<String>,
    /// The number the other system gave the person.
    pub petitioner_ref: Option<String>,
    /// The person's name.
    pub petitioner_name: Option<String>,
    /// The person's telephone number.
    pub phone: Option<String>,
    /// One line, never empty: where the sheet has none, the beginning of the detail.
    pub title: String,
    /// The text, without the padding that exports put around it; may be empty.
    pub detail: String,
    /// When it came in, by the clock of China.
    pub received_at: Option<DateTime<FixedOffset>>,
    /// The other system's classification.
    pub category: Option<String>,
    /// Where it happened.
    pub place: Option<String>,
    /// The number of the petition that it is already, where the table was written by
    /// [`crate::outcomes`].
    pub petition: Option<String>,
}

impl Message {
    /// Characters a title may have.
    pub const MAX_TITLE: usize = 200;
    /// Characters a detail may have.
    pub const MAX_DETAIL: usize = 20_000;
    /// Characters taken from the detail where there is no title.
    pub const TITLE_FROM_DETAIL: usize = 30;
    /// Characters any other text may have.
    pub const MAX_OTHER: usize = 200;
}

/// Shows only where the message stands: it holds a person's name and grievance,
/// and a debug line ends in a log.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("row", &self.row)
            .field("external_ref", &self.external_ref)
            .field("received_at", &self.received_at)
            .finish_non_exhaustive()
    }
}

/// Reads a file. The kind is told from the content, not from a name.
///
/// # Errors
/// [`ReadError`] if the file as a whole cannot be read. What is wrong with single
/// rows is in [`Sheet::problems`].
pub fn read(bytes: &[u8], options: &Options) -> Result<Sheet, ReadError> {
    Ok(source::read(bytes, options, false)?.sheet)
}

/// Reads a file as [`read`] does, and keeps every cell of the sheet beside what was read of it.
///
/// # Errors
/// As [`read`]; also where the cells are more than are kept.
pub fn read_whole(bytes: &[u8], options: &Options) -> Result<Original, ReadError> {
    source::read(bytes, options, true)
}
