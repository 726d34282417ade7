//! Tells what a file is from its content and hands its rows on.

mod csv;
mod xlsx;

use super::error::ReadError;
use super::{Options, Original};
use crate::workbook::{self, Cell, Content};

/// A row by the number the spreadsheet shows, and its cells by columns from 0.
pub(crate) type Row = (u32, Vec<(u32, Cell)>);

/// Reads a file of any kind that is known, and keeps every cell of it where that is asked.
pub(super) fn read(bytes: &[u8], options: &Options, keep: bool) -> Result<Original, ReadError> {
    match workbook::sort(bytes, &options.limits)? {
        Content::Workbook => xlsx::read(bytes, options, keep),
        Content::Text => csv::read(bytes, options, keep),
    }
}
