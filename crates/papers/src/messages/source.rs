//! Tells what a file is from its content and hands its rows on.

mod csv;
mod xlsx;

use super::error::ReadError;
use super::{Options, Sheet};
use crate::workbook::{self, Cell, Content};

/// A row by the number the spreadsheet shows, and its cells by columns from 0.
type Row = (u32, Vec<(u32, Cell)>);

/// Reads a file of any kind that is known.
pub(super) fn read(bytes: &[u8], options: &Options) -> Result<Sheet, ReadError> {
    match workbook::sort(bytes, &options.limits)? {
        Content::Workbook => xlsx::read(bytes, options),
        Content::Text => csv::read(bytes, options),
    }
}
