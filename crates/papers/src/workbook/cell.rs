//! What stands in a cell, and the numbers that are dates.

use calamine::{CellErrorType, DataRef};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// A cell that is not blank.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Text as it stands, cut where no cell of ours could be so long.
    Text(String),
    /// A number without a date's format.
    Number(f64),
    /// A number with a date's format.
    Time(NaiveDateTime),
    /// A formula that failed.
    Failed(CellErrorType),
}

impl Cell {
    /// Bytes of a text that are kept. More than any field takes, so that a text
    /// which is cut here is refused as too long later, at a bounded cost.
    const LONGEST: usize = 100_000;

    /// A text, or `None` where there is nothing to see.
    pub(crate) fn text(it: &str) -> Option<Cell> {
        let mut end = it.len().min(Cell::LONGEST);
        while !it.is_char_boundary(end) {
            end -= 1;
        }
        let it = &it[..end];
        (!it.trim().is_empty()).then(|| Cell::Text(it.to_owned()))
    }

    /// Bytes of its text.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Cell::Text(it) => it.len() as u64,
            Cell::Number(_) | Cell::Time(_) | Cell::Failed(_) => 0,
        }
    }

    /// A value as ours; `None` where there is nothing.
    pub(crate) fn of(value: &DataRef<'_>, epoch_1904: bool) -> Option<Cell> {
        match value {
            DataRef::Int(it) => Some(Cell::Number(*it as f64)),
            DataRef::Float(it) => Some(Cell::Number(*it)),
            DataRef::String(it) | DataRef::DateTimeIso(it) | DataRef::DurationIso(it) => {
                Cell::text(it)
            }
            DataRef::SharedString(it) => Cell::text(it),
            DataRef::Bool(it) => Cell::text(if *it { "TRUE" } else { "FALSE" }),
            DataRef::DateTime(it) => {
                Some(serial(it.as_f64(), epoch_1904).map_or(Cell::Number(it.as_f64()), Cell::Time))
            }
            DataRef::Error(it) => Some(Cell::Failed(it.clone())),
            DataRef::Empty => None,
        }
    }
}

/// The serial numbers a date of our time can have: 1902 to 2173.
pub(crate) const SERIALS: std::ops::Range<f64> = 1_000.0..100_000.0;

/// Days between the two epochs of Excel.
const EPOCH_1904: f64 = 1_462.0;

/// Reads a serial number: days since the end of 1899, or since 1904.
pub(crate) fn serial(value: f64, epoch_1904: bool) -> Option<NaiveDateTime> {
    let days = if epoch_1904 { value + EPOCH_1904 } else { value };
    if !(0.0..2_958_466.0).contains(&days) {
        return None;
    }
    // To the second: a serial number is a float and seldom meets one exactly.
    let seconds = (days * 86_400.0).round() as i64;
    NaiveDate::from_ymd_opt(1899, 12, 30)?
        .and_time(NaiveTime::MIN)
        .checked_add_signed(TimeDelta::try_seconds(seconds)?)
}

/// A time as a serial number: days since the end of 1899.
pub(crate) fn days(it: NaiveDateTime) -> f64 {
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or_default().and_time(NaiveTime::MIN);
    (it - epoch).num_seconds() as f64 / 86_400.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_the_serial_number_that_it_was_read_from() {
        for seconds in [0.0, 1.0, 3_974_671_505.0, 3_974_671_506.0, 3_974_671_507.0] {
            let it = serial(seconds / 86_400.0, false).unwrap();
            assert_eq!(serial(days(it), false), Some(it), "{seconds}");
        }
    }
}
