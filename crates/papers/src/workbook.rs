//! Opens what is said to be a spreadsheet: tells what it is from its content, and measures it before
//! anything is expanded. What is in its cells is read by [`crate::messages`] and [`crate::lists`].

mod cell;
mod package;
pub(crate) mod text;
mod unfit;

use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::XlsxError;

pub(crate) use cell::{Cell, SERIALS, days, serial};
pub use unfit::{Format, Measure, Part};
pub(crate) use unfit::{Unfit, size};

/// How much of a file is accepted. The defaults are meant for people; a test may
/// lower them.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of the file as it was sent.
    pub file_bytes: u64,
    /// Bytes of everything in the file once it is unpacked.
    pub unpacked_bytes: u64,
    /// How many times larger than its packed form a part of more than a
    /// mebibyte may be.
    pub ratio: u64,
    /// Parts in the file; a workbook has a few dozen.
    pub parts: usize,
    /// The last row that may hold anything.
    pub rows: u32,
    /// The last column that may hold anything.
    pub columns: u32,
    /// Bytes of text in the columns that are read, and of the distinct texts of
    /// the workbook.
    pub text_bytes: u64,
}

/// What a file is, as far as it can be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A workbook, whose container has been measured.
    Workbook,
    /// None of what is known by its first bytes; text, perhaps.
    Text,
}

/// Tells what a file is, and measures it.
pub(crate) fn sort(bytes: &[u8], limits: &Limits) -> Result<Content, Unfit> {
    let size = bytes.len() as u64;
    if size == 0 {
        return Err(Unfit::Empty);
    }
    if size > limits.file_bytes {
        return Err(Unfit::TooLarge { bytes: size, limit: limits.file_bytes });
    }
    if bytes.starts_with(b"PK") {
        package::check(bytes, limits)?;
        return Ok(Content::Workbook);
    }
    if bytes.starts_with(&OLE) {
        return Err(ole(bytes));
    }
    // Two programs by which Chinese offices encrypt every file that is saved.
    let start = &bytes[..bytes.len().min(512)];
    if start.starts_with(b"%TSD-Header") || contains(start, b"E-SafeNet") {
        return Err(Unfit::Locked);
    }
    match markup(start) {
        Some(unfit) => Err(unfit),
        None => Ok(Content::Text),
    }
}

/// Runs the reader of workbooks, which is not ours. Should it panic on a file that is damaged in a
/// way nobody has thought of, the file is at fault and not the server.
pub(crate) fn guarded<T, E: From<Unfit>>(read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(Unfit::Damaged(Part::Sheet).into()))
}

pub(crate) fn damaged(error: &XlsxError, part: Part) -> Unfit {
    match error {
        XlsxError::Password => Unfit::Locked,
        _ => Unfit::Damaged(part),
    }
}

/// Refuses a cell beyond the last row or column; `row` counts from 1.
pub(crate) fn within(limits: &Limits, row: u32, column: u32) -> Result<(), Unfit> {
    if row > limits.rows {
        return Err(Unfit::TooManyRows { row, limit: limits.rows });
    }
    if column >= limits.columns {
        let column = column_letters(column);
        return Err(Unfit::TooManyColumns { row, column, limit: limits.columns });
    }
    Ok(())
}

/// The first bytes of an OLE container, in which old workbooks and encrypted new
/// ones are kept.
const OLE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// What an OLE container holds. Its directory is made of entries of 128 bytes that
/// begin with a name; that is enough to tell, and nothing in it is followed.
fn ole(bytes: &[u8]) -> Unfit {
    let has = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        bytes.chunks_exact(128).any(|it| it.starts_with(&name))
    };
    if has("EncryptedPackage") {
        Unfit::Locked
    } else if has("WordDocument") || has("PowerPoint Document") {
        Unfit::Other(Format::Document)
    } else if has("Workbook") || has("Book") {
        Unfit::Other(Format::Xls)
    } else {
        Unfit::NotASpreadsheet
    }
}

/// A file of marks: a web page, an XML spreadsheet, or something else.
fn markup(start: &[u8]) -> Option<Unfit> {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let start = String::from_utf8_lossy(start).trim_start().to_ascii_lowercase();
    if start.starts_with("mime-version:") {
        return Some(Unfit::Other(Format::Html));
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
        return Some(Unfit::NotASpreadsheet);
    };
    Some(Unfit::Other(format))
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|it| it == needle)
}

/// The letters a spreadsheet shows above a column, which is counted from 0 here.
pub(crate) fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::column_letters;

    #[test]
    fn columns_are_lettered_as_a_spreadsheet_does() {
        for (column, letters) in
            [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")]
        {
            assert_eq!(column_letters(column), letters);
        }
    }
}
