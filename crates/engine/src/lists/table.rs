//! The lists as tables of words: what a workbook holds, what a difference is told in, and what an
//! editor shows. One description of the columns serves all three.
//!
//! A cell is what an office would read aloud: 住建局, 重点, 是. [`tables`] writes a version so, and
//! [`lists`] reads it back; the way there and back loses nothing.

mod columns;
mod read;
mod words;
mod write;

use std::collections::BTreeMap;

pub use columns::{Column, Fill, columns};
pub use read::{Misread, lists};
pub use words::{WordSet, Words, tidy};
pub use write::{table, tables};

use super::Sheet;

/// One of the tables that a version is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Which.
    pub sheet: Sheet,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Where it was read from, as whoever reads it counts; the order of the row where it is written.
    pub at: usize,
    /// What is in its cells, by the code of the column; an empty cell is not there.
    pub cells: BTreeMap<&'static str, String>,
}

impl Row {
    /// What a cell says; empty where nothing is in it.
    #[must_use]
    pub fn cell(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}
