//! Tells which list a sheet is, and which of its columns is which.

use std::collections::{BTreeMap, BTreeSet};

use engine::lists::{
    Sheet,
    table::{Column, Fill, columns},
};
use strum::IntoEnumIterator as _;

use super::{
    grid::{Grid, Spot, cell_name},
    layout::{GUIDE, OPTIONS, ORDINAL},
    problem::What,
};
use crate::workbook::{Cell, text};

/// Rows among which the headings are.
const HEAD: u32 = 20;

/// What a sheet is.
pub(super) enum Kind {
    /// One of the lists.
    List(List),
    /// Called like a list, without its headings.
    Headless(Sheet),
    /// Something else, with something in it.
    Unknown,
    /// Nothing that is read: empty, or one of those that are printed beside the lists.
    Aside,
}

/// A sheet that is a list.
pub(super) struct List {
    /// Which.
    pub(super) sheet: Sheet,
    /// The row of the headings.
    pub(super) header: u32,
    /// Which column stands where.
    pub(super) columns: BTreeMap<u32, &'static Column>,
    /// What is wrong with the headings, with its row and column.
    pub(super) problems: Vec<(u32, u32, What)>,
    /// What its headings are known by.
    words: Words,
}

/// What the headings of a list are known by.
type Words = BTreeMap<String, &'static Column>;

/// What a sheet is: by its name, or else by its headings.
pub(super) fn recognise(grid: &Grid) -> Kind {
    let name = text::heading_key(&grid.name);
    // What WPS keeps pictures in, unseen.
    let is_aside = [GUIDE, OPTIONS].iter().any(|it| text::heading_key(it) == name)
        || grid.name.starts_with("WpsReserved");
    if grid.rows.is_empty() || is_aside {
        return Kind::Aside;
    }
    let called = Sheet::iter().find(|it| [it.zh(), it.en()].map(text::heading_key).contains(&name));
    match (called.and_then(|it| best(grid, &[it])), called) {
        (Some(found), _) => Kind::List(list(grid, found)),
        (None, called) => match best(grid, &Sheet::iter().collect::<Vec<_>>()) {
            Some(found) => Kind::List(list(grid, found)),
            None => called.map_or(Kind::Unknown, Kind::Headless),
        },
    }
}

/// What a heading is known by: in Chinese, in English, or by its code.
fn words(sheet: Sheet) -> Words {
    let of = |it: &'static Column| [it.zh, it.en, it.code].map(|word| (word, it));
    columns(sheet).iter().flat_map(of).map(|(word, it)| (text::heading_key(word), it)).collect()
}

fn heading(spot: &Spot) -> Option<&str> {
    match &spot.cell {
        Some(Cell::Text(it)) => Some(it),
        Some(Cell::Number(_) | Cell::Time(_) | Cell::Failed(_)) | None => None,
    }
}

/// The row that is most like the headings of one of these lists.
fn best(grid: &Grid, among: &[Sheet]) -> Option<(Sheet, u32)> {
    let known: Vec<_> = among.iter().map(|it| (*it, words(*it))).collect();
    let mut best: Option<(i64, Sheet, u32)> = None;
    for (row, cells) in grid.rows.range(..=HEAD) {
        let headings: Vec<String> =
            cells.values().filter_map(heading).map(text::heading_key).collect();
        for (sheet, words) in &known {
            let met = headings.iter().filter_map(|it| words.get(it));
            let met: BTreeSet<&str> = met.map(|it| it.code).collect();
            let required = columns(*sheet).iter().filter(|it| it.required);
            let (n_required, n_missing) =
                (required.clone().count(), required.filter(|it| !met.contains(it.code)).count());
            // Two headings at least, half of what a row must have, and half of what stands there.
            let is_header = met.len() >= 2
                && n_missing * 2 <= n_required
                && (among.len() == 1 || met.len() * 2 >= headings.len());
            if !is_header {
                continue;
            }
            let strange = headings.len().saturating_sub(met.len());
            let score = 2 * met.len() as i64 - n_missing as i64 - strange as i64;
            if best.is_none_or(|(it, ..)| score > it) {
                best = Some((score, *sheet, *row));
            }
        }
    }
    best.map(|(_, sheet, row)| (sheet, row))
}

fn list(grid: &Grid, (sheet, header): (Sheet, u32)) -> List {
    let words = words(sheet);
    let mut res = List { sheet, header, columns: BTreeMap::new(), problems: vec![], words };
    let headings = grid.rows.get(&header);
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    // What holds something below the headings, and where first.
    let mut below: BTreeMap<u32, u32> = BTreeMap::new();
    for (row, cells) in grid.rows.range(header + 1..) {
        for (column, _) in cells.iter().filter(|(_, it)| it.from.is_none()) {
            below.entry(*column).or_insert(*row);
        }
    }
    for (at, spot) in headings.into_iter().flatten() {
        let Some(said) = heading(spot) else { continue };
        let key = text::heading_key(said);
        let used = below.remove(at).is_some();
        match res.words.get(&key).copied() {
            Some(column) => match seen.get(column.code) {
                Some(other) if used => {
                    let other = cell_name(header, *other);
                    res.problems.push((header, *at, What::ColumnTwice { header: column, other }));
                }
                Some(_) => (),
                None => {
                    seen.insert(column.code, *at);
                    res.columns.insert(*at, column);
                }
            },
            None if used && key != ORDINAL => {
                let header_text = text::cut(&text::line(said), 30);
                res.problems.push((header, *at, What::UnknownColumn { header: header_text }));
            }
            None => (),
        }
    }
    for (column, row) in below {
        res.problems.push((row, column, What::NoHeading));
    }
    let is_there = |it: &&Column| res.columns.values().any(|there| there.code == it.code);
    let missing: Vec<&'static Column> =
        columns(sheet).iter().filter(|it| it.required && !is_there(it)).collect();
    let missing = missing.into_iter().map(|it| What::MissingColumn { header: it, row: header });
    res.problems.extend(missing.map(|it| (0, 0, it)));
    res
}

impl List {
    /// The place of a column, by its code.
    pub(super) fn place(&self, code: &str) -> Option<u32> {
        self.columns.iter().find(|(_, it)| it.code == code).map(|(at, _)| *at)
    }

    /// Whether a row holds something of its own, and not just a number that counts it.
    pub(super) fn is_filled(&self, cells: &BTreeMap<u32, Spot>) -> bool {
        cells.iter().any(|(at, spot)| {
            let column = self.columns.get(at);
            spot.from.is_none() && column.is_some_and(|it| it.fill != Fill::Ordinal)
        })
    }

    /// Tables that are made for printing repeat their headings on each page.
    pub(super) fn repeats_headings(&self, cells: &BTreeMap<u32, Spot>) -> bool {
        let repeats = |(at, column): (&u32, &&'static Column)| {
            let said = cells.get(at).and_then(heading).map(text::heading_key);
            said.and_then(|it| self.words.get(&it)).is_some_and(|it| it.code == column.code)
        };
        self.columns.iter().all(repeats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_heading_of_a_list_stands_for_two_of_its_columns() {
        for sheet in Sheet::iter() {
            for column in columns(sheet) {
                for word in [column.zh, column.en, column.code] {
                    let found = words(sheet)[&text::heading_key(word)];
                    assert_eq!(found.code, column.code, "{sheet} {word}");
                }
            }
        }
    }
}
