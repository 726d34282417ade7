//! A workbook as a version of the lists, or everything that is wrong with it.

use std::collections::BTreeMap;

use engine::{
    directory::Directory,
    lists::{
        Lists,
        table::{self, Column, Fill, Misread, Row, Table, WordSet, columns, tidy},
    },
};

use super::{
    Limits, Problem, Problems,
    grid::{Grid, cell_name, grids},
    layout::{keys, thing},
    problem::{What, short},
    recognise::{Kind, List, recognise},
};
use crate::workbook::{Cell, SERIALS, Unfit, column_letters, serial, text};

/// Reads the workbook that `bytes` are, whatever they are called. A list that is not in it stays as
/// it is in `base`, and so does what a row of the same code says in a column that is not there.
///
/// # Errors
/// Everything that is wrong with the file; nothing is taken over then.
pub fn read(
    bytes: &[u8],
    base: &Lists,
    directory: &Directory,
    limits: &Limits,
) -> Result<Lists, Problems> {
    let (grids, epoch_1904) = grids(bytes, limits)?;
    let mut told = Told { grids: &grids, all: BTreeMap::new(), n: 0 };
    let mut found: Vec<(usize, List)> = vec![];
    for (nth, grid) in grids.iter().enumerate() {
        match recognise(grid) {
            Kind::List(list) => match found.iter().find(|(_, it)| it.sheet == list.sheet) {
                Some((other, _)) => {
                    let other = grids.get(*other).map(|it| it.name.clone()).unwrap_or_default();
                    told.sheet(nth, What::SheetTwice { list: list.sheet, other });
                }
                None => found.push((nth, list)),
            },
            Kind::Headless(list) => told.sheet(nth, What::NoHeadings { list }),
            Kind::Unknown => told.sheet(nth, What::UnknownSheet),
            Kind::Aside => (),
        }
    }
    if found.is_empty() && told.n == 0 {
        return Err(Problems::of(vec![What::NoLists.of_file()]));
    }
    let is_whole =
        found.iter().all(|(nth, _)| grids.get(*nth).is_none_or(|it| it.beyond.is_none()));
    let before = table::tables(base, directory);
    let mut given = vec![];
    for (nth, list) in &mut found {
        let Some(grid) = grids.get(*nth) else { continue };
        if let Some(beyond) = &grid.beyond {
            told.beyond(*nth, beyond);
        }
        for (row, column, what) in std::mem::take(&mut list.problems) {
            told.cell(*nth, row, column, what);
        }
        let mut table = rows(list, grid, epoch_1904, |row, column, what| {
            told.cell(*nth, row, column, what);
        });
        if let Some(before) = before.iter().find(|it| it.sheet == list.sheet) {
            keep(list, &mut table, before);
        }
        given.push(table);
    }
    // Of a sheet that was not read to its end nothing more can be said.
    let res = if is_whole { table::lists(base, &given, directory) } else { Err(vec![]) };
    match res {
        Ok(lists) if told.n == 0 => Ok(lists),
        Ok(_) => Err(told.problems()),
        Err(misread) => {
            for it in misread {
                told.misread(&found, it);
            }
            Err(told.problems())
        }
    }
}

/// What is wrong, by its place.
struct Told<'g> {
    grids: &'g [Grid],
    all: BTreeMap<(usize, u32, u32), Vec<What>>,
    n: usize,
}

impl Told<'_> {
    /// A cell, or the sheet as a whole where the row is 0.
    fn cell(&mut self, nth: usize, row: u32, column: u32, what: What) {
        let at = self.all.entry((nth, row, column)).or_default();
        // A merged cell says the same in each of its rows.
        if !at.contains(&what) {
            at.push(what);
            self.n += 1;
        }
    }

    fn sheet(&mut self, nth: usize, what: What) {
        self.cell(nth, 0, 0, what);
    }

    fn beyond(&mut self, nth: usize, beyond: &Unfit) {
        let row = match beyond {
            Unfit::TooManyRows { row, .. } | Unfit::TooManyColumns { row, .. } => *row,
            _ => 0,
        };
        let column = match beyond {
            Unfit::TooManyColumns { column, .. } => {
                (0..u32::from(u16::MAX)).find(|it| column_letters(*it) == *column)
            }
            _ => None,
        };
        self.cell(nth, row, column.unwrap_or(0), What::Sheet(beyond.clone()));
    }

    /// What the engine has found, at the cell that says it.
    fn misread(&mut self, found: &[(usize, List)], misread: Misread) {
        let fault = misread.fault;
        let header = columns(fault.sheet).iter().find(|it| it.code == fault.column);
        let Some(header) = header else { return };
        let wrong = short(fault.wrong);
        let Some((nth, list)) = found.iter().find(|(_, it)| it.sheet == fault.sheet) else {
            // After all sheets of the file, in the order of the lists.
            let (nth, list) = (self.grids.len() + fault.sheet as usize, fault.sheet);
            return self.sheet(nth, What::Elsewhere { list, key: fault.key, header, wrong });
        };
        let what = What::Cell { header, wrong };
        let Some(row) = misread.at.and_then(|it| u32::try_from(it).ok()) else {
            return self.sheet(*nth, what);
        };
        let place = list.place(fault.column);
        let column = place.or_else(|| list.columns.keys().next().copied()).unwrap_or(0);
        let cells = self.grids.get(*nth).and_then(|it| it.rows.get(&row));
        let spot = cells.and_then(|it| it.get(&column)).filter(|_| place.is_some());
        let row = spot.and_then(|it| it.from).unwrap_or(row);
        // Where the cell itself could not be read, or its column is not there, that is told already.
        let at = |row, column| self.all.get(&(*nth, row, column)).into_iter().flatten();
        let unread = place.is_some()
            && at(row, column).any(|it| !matches!(it, What::Cell { .. } | What::NoHeading));
        let absent = place.is_none()
            && at(0, 0).any(
                |it| matches!(it, What::MissingColumn { header: it, .. } if it.code == header.code),
            );
        if !unread && !absent {
            self.cell(*nth, row, column, what);
        }
    }

    fn problems(self) -> Problems {
        let mut all = vec![];
        for ((nth, row, column), whats) in self.all {
            for what in whats {
                let sheet = match (self.grids.get(nth), &what) {
                    (Some(grid), _) => text::cut(&text::line(&grid.name), 60),
                    (None, What::Elsewhere { list, .. }) => list.zh().to_owned(),
                    (None, _) => String::new(),
                };
                let cell = if row == 0 { String::new() } else { cell_name(row, column) };
                all.push(Problem { sheet, cell, what });
            }
        }
        Problems::of(all)
    }
}

/// The rows of a list, and what cannot be read of them.
fn rows(list: &List, grid: &Grid, epoch_1904: bool, mut tell: impl FnMut(u32, u32, What)) -> Table {
    let mut table = Table { sheet: list.sheet, rows: vec![] };
    for (row, cells) in grid.rows.range(list.header + 1..) {
        if !list.is_filled(cells) || list.repeats_headings(cells) {
            continue;
        }
        let mut read = Row { at: *row as usize, cells: BTreeMap::new() };
        for (at, header) in &list.columns {
            let Some(spot) = cells.get(at).filter(|_| header.fill != Fill::Ordinal) else {
                continue;
            };
            let row = spot.from.unwrap_or(*row);
            if spot.is_formula {
                tell(row, *at, What::Formula { header });
            }
            match spot.cell.as_ref().map(|it| said(it, header, epoch_1904)) {
                Some(Ok(said)) => {
                    read.cells.insert(header.code, said);
                }
                Some(Err(what)) => tell(row, *at, what),
                None => (),
            }
        }
        table.rows.push(read);
    }
    table
}

/// What a cell says in words, as its column asks for them.
fn said(cell: &Cell, header: &'static Column, epoch_1904: bool) -> Result<String, What> {
    let is_code = matches!(
        header.fill,
        Fill::Code
            | Fill::One(WordSet::Matter | WordSet::Power)
            | Fill::Several(WordSet::Matter | WordSet::Power)
    );
    match cell {
        Cell::Text(it) if is_code && text::rounded_text(it.trim()) => Err(What::Rounded { header }),
        // A spreadsheet writes its own truth in capitals.
        Cell::Text(it) if header.fill == Fill::YesNo => Ok(tidy(it).to_lowercase()),
        Cell::Text(it) => Ok(it.clone()),
        Cell::Number(it) => number(*it, header, epoch_1904),
        Cell::Time(it) => match header.fill {
            Fill::Date => Ok(it.date().to_string()),
            Fill::Text(_) if it.time() == chrono::NaiveTime::MIN => Ok(it.date().to_string()),
            Fill::Text(_) => Ok(it.format("%Y-%m-%d %H:%M:%S").to_string()),
            Fill::Ordinal
            | Fill::Code
            | Fill::One(_)
            | Fill::Several(_)
            | Fill::Number(_)
            | Fill::YesNo
            | Fill::Printed => Err(What::BecameDate { header }),
        },
        Cell::Failed(it) => Err(What::Failed { header, error: it.to_string() }),
    }
}

fn number(it: f64, header: &'static Column, epoch_1904: bool) -> Result<String, What> {
    let written = text::number(it);
    match header.fill {
        // A date whose cell has lost its format.
        Fill::Date if SERIALS.contains(&it) => {
            Ok(serial(it, epoch_1904).map_or(written, |it| it.date().to_string()))
        }
        Fill::Number(_) if header.code.ends_with("_percent") && it > 0.0 && it < 1.0 => {
            Err(What::Percent { header, value: written })
        }
        _ if text::rounded(it) => Err(What::Rounded { header }),
        _ => Ok(written),
    }
}

/// Fills in what a sheet has no column for with what the same rows say already.
fn keep(list: &List, table: &mut Table, before: &Table) {
    let is_there = |column: &Column| {
        columns(list.sheet)
            .iter()
            .any(|it| thing(it) == thing(column) && list.place(it.code).is_some())
    };
    let absent: Vec<&str> = columns(list.sheet)
        .iter()
        .filter(|it| !it.required && !matches!(it.fill, Fill::Ordinal | Fill::Printed))
        .filter(|it| !is_there(it))
        .map(|it| it.code)
        .collect();
    if absent.is_empty() {
        return;
    }
    let key = |row: &Row| -> Vec<String> {
        keys(list.sheet).iter().map(|it| tidy(row.cell(it))).collect()
    };
    let known: BTreeMap<Vec<String>, &Row> = before.rows.iter().map(|it| (key(it), it)).collect();
    for row in &mut table.rows {
        let Some(was) = known.get(&key(row)) else { continue };
        for column in &absent {
            if let Some((code, said)) = was.cells.get_key_value(column) {
                row.cells.insert(code, said.clone());
            }
        }
    }
}
