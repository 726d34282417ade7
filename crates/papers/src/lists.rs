//! The four lists as one workbook, both ways.
//!
//! [`write()`] lays a version out: a sheet a list, with headings that explain themselves, words to
//! choose of, and pages that print. [`read()`] takes back what people really send: sheets renamed,
//! columns in another order, cells merged, rows left blank, digits of full width. Nothing is taken
//! over if anything is wrong, and everything that is wrong is told at once, each with its sheet and
//! cell and what to do ([`Problem`]).
//!
//! What a cell says is decided by [`engine::lists::table`]; here is only where it stands.

mod grid;
mod layout;
mod problem;
mod read;
mod recognise;
mod write;

pub use self::problem::{Problem, Problems};
pub use self::read::read;
pub use self::write::{Unwritable, write};
pub use crate::workbook::Limits;

impl Limits {
    /// How much of a workbook of lists is accepted: ten times what a district with its catalogue of
    /// powers has.
    #[must_use]
    pub const fn of_lists() -> Limits {
        const MIB: u64 = 1024 * 1024;
        Limits {
            file_bytes: 20 * MIB,
            unpacked_bytes: 200 * MIB,
            ratio: 200,
            parts: 4_096,
            rows: 20_000,
            columns: 64,
            text_bytes: 64 * MIB,
        }
    }
}
