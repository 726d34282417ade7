//! Writes cells as they were read, and those of ours.

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use engine::calendar::beijing;
use rust_xlsxwriter::{Format, Formula, Worksheet, XlsxError};

use crate::{
    sheet::{self, Looks, Unwritable},
    workbook::{Cell, days},
};

/// A cell of somebody else's as it stood. A text stays one whatever it looks like: no number of
/// eighteen figures is rounded, and nothing becomes a formula.
pub(super) fn put(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    is_heading: bool,
    looks: &Looks,
) -> Result<(), Unwritable> {
    let is_heading = is_heading.then_some(&looks.header);
    let done = match cell {
        Cell::Text(it) => {
            let look = is_heading.unwrap_or_else(|| looks.of_text(it));
            page.write_string_with_format(row, column, it.as_str(), look)
        }
        Cell::Number(it) => {
            let long = it.fract() == 0.0 && it.abs() >= 1e11;
            let look = if long { &looks.long_number } else { &looks.number };
            page.write_number_with_format(row, column, *it, is_heading.unwrap_or(look))
        }
        Cell::Time(it) => {
            page.write_number_with_format(row, column, days(*it), look_of(*it, looks))
        }
        // An error is a formula that says so, or it would be a text that looks like one.
        Cell::Failed(it) => {
            let error = it.to_string();
            let formula = Formula::new(format!("={error}")).set_result(error);
            page.write_formula_with_format(row, column, formula, &looks.number)
        }
    };
    done.map(drop).map_err(|error| Unwritable::at((row, column), error))
}

/// How a time looks: as a day, an hour, or both, by what it has.
fn look_of(it: NaiveDateTime, looks: &Looks) -> &Format {
    if days(it) < 1.0 {
        &looks.hour
    } else if it.time() == NaiveTime::MIN {
        &looks.day
    } else {
        &looks.moment
    }
}

/// A text of ours, as far as a cell holds it.
pub(super) fn ours(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let text = sheet::bounded(text);
    page.write_string_with_format(row, column, text.as_ref(), &looks.wrapped).map(drop)
}

/// An instant by the local clock.
pub(super) fn moment(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    at: DateTime<Utc>,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let local = at.with_timezone(&beijing()).naive_local();
    page.write_number_with_format(row, column, days(local), &looks.moment).map(drop)
}
