//! Tells what a file is from its content and hands its rows on.

mod csv;
mod package;
mod xlsx;

use chrono::NaiveDateTime;

use super::error::{Format, Measure, Part, ReadError};
use super::{Limits, Options, Sheet, column_letters};

/// A cell that is not blank.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Text as it stands, cut where no cell of ours could be so long.
    Text(String),
    /// A number without a date's format.
    Number(f64),
    /// A number with a date's format.
    Time(NaiveDateTime),
    /// A formula that failed.
    Failed,
}

/// A row by the number the spreadsheet shows, and its cells by columns from 0.
type Row = (u32, Vec<(u32, Cell)>);

impl Cell {
    /// Bytes of a text that are kept. More than any field takes, so that a text
    /// which is cut here is refused as too long later, at a bounded cost.
    const LONGEST: usize = 100_000;

    /// A text, or `None` where there is nothing to see.
    fn text(it: &str) -> Option<Cell> {
        let mut end = it.len().min(Cell::LONGEST);
        while !it.is_char_boundary(end) {
            end -= 1;
        }
        let it = &it[..end];
        (!it.trim().is_empty()).then(|| Cell::Text(it.to_owned()))
    }

    /// Bytes of its text.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Cell::Text(it) => it.len() as u64,
            Cell::Number(_) | Cell::Time(_) | Cell::Failed => 0,
        }
    }
}

/// Refuses a cell beyond the last row or column; `row` counts from 1.
fn within(limits: &Limits, row: u32, column: u32) -> Result<(), ReadError> {
    if row > limits.rows {
        return Err(ReadError::TooManyRows { row, limit: limits.rows });
    }
    if column >= limits.columns {
        let column = column_letters(column);
        return Err(ReadError::TooManyColumns { row, column, limit: limits.columns });
    }
    Ok(())
}

/// Reads a file of any kind that is known.
pub(super) fn read(bytes: &[u8], options: &Options) -> Result<Sheet, ReadError> {
    let size = bytes.len() as u64;
    if size == 0 {
        return Err(ReadError::EmptyFile);
    }
    if size > options.limits.file_bytes {
        return Err(ReadError::FileTooLarge { bytes: size, limit: options.limits.file_bytes });
    }
    if bytes.starts_with(b"PK") {
        package::check(bytes, &options.limits)?;
        return xlsx::read(bytes, options);
    }
    if bytes.starts_with(&OLE) {
        return Err(ole(bytes));
    }
    // Two programs by which Chinese offices encrypt every file that is saved.
    let start = &bytes[..bytes.len().min(512)];
    if start.starts_with(b"%TSD-Header") || contains(start, b"E-SafeNet") {
        return Err(ReadError::PasswordProtected);
    }
    if let Some(error) = markup(start) {
        return Err(error);
    }
    csv::read(bytes, options)
}

/// The first bytes of an OLE container, in which old workbooks and encrypted new
/// ones are kept.
const OLE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// What an OLE container holds. Its directory is made of entries of 128 bytes that
/// begin with a name; that is enough to tell, and nothing in it is followed.
fn ole(bytes: &[u8]) -> ReadError {
    let has = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        bytes.chunks_exact(128).any(|it| it.starts_with(&name))
    };
    if has("EncryptedPackage") {
        ReadError::PasswordProtected
    } else if has("WordDocument") || has("PowerPoint Document") {
        ReadError::NotASpreadsheet
    } else if has("Workbook") || has("Book") {
        ReadError::OtherFormat { format: Format::Xls }
    } else {
        ReadError::NotASpreadsheet
    }
}

/// A file of marks: a web page, an XML spreadsheet, or something else.
fn markup(start: &[u8]) -> Option<ReadError> {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let start = String::from_utf8_lossy(start).trim_start().to_ascii_lowercase();
    if start.starts_with("mime-version:") {
        return Some(ReadError::OtherFormat { format: Format::Html });
    }
    if !start.starts_with('<') {
        return None;
    }
    let format = if start.contains("urn:schemas-microsoft-com:office:spreadsheet")
        && !start.contains("<html")
        || start.contains("progid=\"excel.sheet\"")
    {
        Format::Xml2003
    } else if ["<html", "<!doctype html", "<table", "<meta", "<head", "<style"]
        .iter()
        .any(|it| start.contains(it))
    {
        Format::Html
    } else {
        return Some(ReadError::NotASpreadsheet);
    };
    Some(ReadError::OtherFormat { format })
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|it| it == needle)
}
