//! The four lists as a workbook: nothing is lost on the way there and back, what people really send
//! is understood, and what is wrong is told by sheet and cell.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its file should stop")]

mod bad_files;
mod messy;
mod problems;
mod round_trip;
mod support;
