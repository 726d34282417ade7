//! Reads a table of text: UTF-8 with or without its mark, UTF-16 with it, or GBK.
//!
//! The `csv` crate passes over blank lines in silence, and then a row has another
//! number here than in the spreadsheet a clerk looks at. The format is small
//! enough to be read here, with every line counted.

use std::borrow::Cow;

use super::super::rows::{Next, Rows};
use super::{Cell, Options, Original, ReadError, Row};
use crate::workbook::{Part, text, within};

/// Reads the table.
pub(super) fn read(bytes: &[u8], options: &Options, keep: bool) -> Result<Original, ReadError> {
    let text = text::decode(bytes)?;
    let mut rows = Rows::new("", false, options, keep);
    let mut table = Table { rest: &text, delimiter: delimiter(&text), row: 0 };
    while let Some((number, record)) = table.record(options)? {
        if !record.is_empty() && rows.push(number, &record)? == Next::Enough {
            break;
        }
    }
    if !rows.has_header() && rows.is_narrow() && !rows.is_blank() {
        return Err(ReadError::NotASpreadsheet);
    }
    rows.finish(Vec::new())
}

/// The sign that separates cells: the one most often met in the first lines.
fn delimiter(text: &str) -> char {
    let head: String = text.lines().take(10).flat_map(|it| it.chars().take(1_000)).collect();
    let mut best = (',', 0);
    for it in [',', '\t', ';'] {
        let count = head.matches(it).count();
        if count > best.1 {
            best = (it, count);
        }
    }
    best.0
}

/// What is left of the table.
struct Table<'a> {
    rest: &'a str,
    delimiter: char,
    row: u32,
}

impl Table<'_> {
    /// The next row with its number, without its blank cells.
    fn record(&mut self, options: &Options) -> Result<Option<Row>, ReadError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.row = self.row.saturating_add(1);
        let mut cells = Vec::new();
        let mut column = 0_u32;
        loop {
            let (value, end) = self.cell()?;
            if let Some(cell) = Cell::text(&value) {
                within(&options.limits, self.row, column)?;
                cells.push((column, cell));
            }
            match end {
                End::Cell => column = column.saturating_add(1),
                End::Row => return Ok(Some((self.row, cells))),
            }
        }
    }

    /// One cell and what ends it.
    fn cell(&mut self) -> Result<(Cow<'_, str>, End), ReadError> {
        let mut value = Cow::Borrowed("");
        if let Some(quoted) = self.rest.strip_prefix('"') {
            let mut rest = quoted;
            loop {
                // A quotation that never ends would swallow all rows below it.
                let (part, after) =
                    rest.split_once('"').ok_or(ReadError::Corrupt { part: Part::Sheet })?;
                value += part;
                match after.strip_prefix('"') {
                    Some(more) => {
                        value += "\"";
                        rest = more;
                    }
                    None => {
                        rest = after;
                        break;
                    }
                }
            }
            self.rest = rest;
        }
        let end = self.rest.find([self.delimiter, '\r', '\n']).unwrap_or(self.rest.len());
        let (part, after) = self.rest.split_at(end);
        value += part;
        let mut signs = after.chars();
        let sign = signs.next();
        self.rest = signs.as_str();
        if sign == Some('\r') {
            self.rest = self.rest.strip_prefix('\n').unwrap_or(self.rest);
        }
        let end = if sign == Some(self.delimiter) { End::Cell } else { End::Row };
        Ok((value, end))
    }
}

/// What ends a cell.
enum End {
    Cell,
    Row,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Result<Vec<Row>, ReadError> {
        let options = Options::new(chrono::DateTime::UNIX_EPOCH.fixed_offset());
        let mut table = Table { rest: text, delimiter: ',', row: 0 };
        let mut out = Vec::new();
        while let Some(it) = table.record(&options)? {
            out.push(it);
        }
        Ok(out)
    }

    fn cell(column: u32, text: &str) -> (u32, Cell) {
        (column, Cell::Text(text.to_owned()))
    }

    #[test]
    fn blank_lines_count_and_quoted_line_breaks_do_not() {
        assert_eq!(
            table("a,b\r\n\r\n\"x\ny\",,\"he said \"\"no\"\"\"\n,z").unwrap(),
            [
                (1, vec![cell(0, "a"), cell(1, "b")]),
                (2, vec![]),
                (3, vec![cell(0, "x\ny"), cell(2, "he said \"no\"")]),
                (4, vec![cell(1, "z")]),
            ]
        );
    }

    #[test]
    fn a_quotation_that_never_ends_does_not_swallow_the_rows_below() {
        assert_eq!(table("\"a\"b,c").unwrap(), [(1, vec![cell(0, "ab"), cell(1, "c")])]);
        for text in ["\"a", "a\n\"b\nc\nd", "\"\"\""] {
            assert_eq!(table(text), Err(ReadError::Corrupt { part: Part::Sheet }));
        }
    }
}
