//! What writing and reading agree on: the sheets beside the lists, and what a row is known by.

use engine::lists::{Sheet, table::Column};

/// The sheet that says how the others are filled. It is not read.
pub(super) const GUIDE: &str = "填写说明";

/// The hidden sheet that drop-downs take their words from. It is not read.
pub(super) const OPTIONS: &str = "选项";

/// The header of a column that only counts rows. It is not read, whatever the list.
pub(super) const ORDINAL: &str = "序号";

/// The columns by which a row is the same row in another version.
pub(super) fn keys(sheet: Sheet) -> &'static [&'static str] {
    match sheet {
        Sheet::Matters | Sheet::Kinds | Sheet::Levels | Sheet::Powers => &["code"],
        Sheet::Initiation => &["tier", "kind", "level"],
        Sheet::Process => &["kind", "level", "step"],
        Sheet::Responsibility => &["level"],
        Sheet::Bounds => &["kind", "level"],
        Sheet::Petitions => &["procedure", "step"],
        Sheet::General => &[],
        Sheet::Supervision => &["paper"],
        Sheet::Classes => &["first", "second", "third"],
    }
}

/// What a column says together with others: an amount and its unit are one thing.
pub(super) fn thing(column: &Column) -> &'static str {
    const PARTS: [&str; 6] = ["_amount", "_unit", "_percent", "_days", "_kind", "_level"];
    PARTS.iter().find_map(|part| column.code.strip_suffix(part)).unwrap_or(column.code)
}
