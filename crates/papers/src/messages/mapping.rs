//! Finds the heading row and says which column is read as what.

use super::error::ReadError;
use super::field::{Field, Override};
use super::text;
use crate::workbook::{Cell, column_letters, text as cells};

/// Which column is read as what, to be shown before anything is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The heading row as the spreadsheet numbers it.
    pub header_row: u32,
    /// Every column with a heading, from the left.
    pub columns: Vec<Column>,
}

/// One column with a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Counted from 0.
    pub index: u32,
    /// The letters above it.
    pub letter: String,
    /// The heading as it stands, in one line.
    pub header: String,
    /// What becomes of it.
    pub usage: Use,
}

/// What becomes of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Read as this field, by its heading.
    Guessed(Field),
    /// Read as this field, because a person said so.
    Assigned(Field),
    /// Could be this field, but another column is more plainly so.
    SecondChoice(Field),
    /// Not read.
    Ignored,
}

impl Use {
    /// The field it is read as.
    pub fn field(self) -> Option<Field> {
        match self {
            Use::Guessed(field) | Use::Assigned(field) => Some(field),
            Use::SecondChoice(_) | Use::Ignored => None,
        }
    }
}

impl Mapping {
    /// The column a field is read from.
    pub fn column(&self, field: Field) -> Option<&Column> {
        self.columns.iter().find(|it| it.usage.field() == Some(field))
    }

    /// Whether a row can be the heading row: two known headings, or all that a
    /// person has named.
    pub(super) fn is_header(cells: &[(u32, Cell)], overrides: &[Override]) -> bool {
        let headings: Vec<String> = cells.iter().filter_map(|(_, it)| heading(it)).collect();
        let known = headings
            .iter()
            .filter(|it| Field::guess(it).is_some() || overrides.iter().any(|o| names(o, it)))
            .count();
        known >= 2
            || (!overrides.is_empty()
                && overrides.iter().all(|o| headings.iter().any(|it| names(o, it))))
    }

    /// Reads a heading row.
    pub(super) fn new(
        sheet: &str,
        row: u32,
        cells: &[(u32, Cell)],
        overrides: &[Override],
    ) -> Result<Mapping, ReadError> {
        let mut columns: Vec<Column> = cells
            .iter()
            .filter_map(|(index, cell)| {
                let header = heading(cell)?;
                let letter = column_letters(*index);
                Some(Column { index: *index, letter, header, usage: Use::Ignored })
            })
            .collect();
        let settled = assign(&mut columns, overrides)?;
        guess(&mut columns, &settled);

        let mapping = Mapping { header_row: row, columns };
        if mapping.column(Field::Title).is_none() && mapping.column(Field::Detail).is_none() {
            return Err(ReadError::NoTextColumn {
                sheet: sheet.to_owned(),
                seen: mapping.columns.iter().map(shown).collect(),
            });
        }
        Ok(mapping)
    }
}

/// Applies what a person has said. Returns for each column whether it is settled.
fn assign(columns: &mut [Column], overrides: &[Override]) -> Result<Vec<bool>, ReadError> {
    let mut settled = vec![false; columns.len()];
    for given in overrides {
        // A heading wins over letters: a column may well be headed “A”.
        let at = columns.iter().position(|it| names(given, &it.header)).or_else(|| {
            columns.iter().position(|it| it.letter.eq_ignore_ascii_case(&given.column))
        });
        let Some(at) = at else {
            return Err(ReadError::unknown_column(given, columns.iter().map(shown).collect()));
        };
        if let Some(field) = given.field
            && let Some(other) = columns
                .iter()
                .enumerate()
                .find(|(i, it)| *i != at && it.usage == Use::Assigned(field))
        {
            let columns = [shown(other.1), shown(&columns[at])];
            return Err(ReadError::FieldTwice { field, columns });
        }
        if let (Some(column), Some(settled)) = (columns.get_mut(at), settled.get_mut(at)) {
            column.usage = given.field.map_or(Use::Ignored, Use::Assigned);
            *settled = true;
        }
    }
    Ok(settled)
}

/// Guesses the columns that nobody has settled.
fn guess(columns: &mut [Column], settled: &[bool]) {
    let taken: Vec<Field> = columns.iter().filter_map(|it| it.usage.field()).collect();
    let guesses: Vec<Option<(Field, usize)>> = columns
        .iter()
        .zip(settled)
        .map(|(it, settled)| if *settled { None } else { Field::guess(&it.header) })
        .collect();
    for (at, column) in columns.iter_mut().enumerate() {
        let Some((field, rank)) = guesses.get(at).copied().flatten() else { continue };
        let better = guesses
            .iter()
            .enumerate()
            .any(|(i, it)| it.is_some_and(|(other, r)| other == field && (r, i) < (rank, at)));
        column.usage = if better || taken.contains(&field) {
            Use::SecondChoice(field)
        } else {
            Use::Guessed(field)
        };
    }
}

/// A cell as a heading.
pub(super) fn heading(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(it) => Some(cells::cut(&cells::line(it), 60)).filter(|it| !it.is_empty()),
        Cell::Number(it) => Some(cells::number(*it)),
        Cell::Time(_) | Cell::Failed(_) => None,
    }
}

/// A column as an error names it.
fn shown(column: &Column) -> String {
    format!("{} {}", column.letter, text::heading_excerpt(&column.header))
}

/// Whether an override names this heading.
fn names(given: &Override, header: &str) -> bool {
    let key = cells::heading_key(&given.column);
    given.column == header || (!key.is_empty() && key == cells::heading_key(header))
}
