//! The sheets of a workbook as cells by row and column, merged regions spread over their rows.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Cursor,
};

use calamine::{Dimensions, Reader, SheetType, Xlsx};

use super::Limits;
use crate::workbook::{Cell, Content, Format, Measure, Part, Unfit, damaged, guarded, sort, text};
use crate::workbook::{column_letters, within};

/// One sheet.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// Its name.
    pub(super) name: String,
    /// What stands in it, by the numbers that the spreadsheet shows and by columns from 0.
    pub(super) rows: BTreeMap<u32, BTreeMap<u32, Spot>>,
    /// What stands beyond the rows and columns that are read; nothing after it was looked at.
    pub(super) beyond: Option<Unfit>,
}

/// A cell that is not blank.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// What it holds; none where a formula has no value.
    pub(super) cell: Option<Cell>,
    /// Whether a formula stands in it.
    pub(super) is_formula: bool,
    /// The row of the merged region's first cell, where it stands below that.
    pub(super) from: Option<u32>,
}

/// The name of a cell, as the spreadsheet shows it.
pub(super) fn cell_name(row: u32, column: u32) -> String {
    format!("{}{row}", column_letters(column))
}

/// All sheets of a workbook, hidden ones too, and whether it counts days from 1904.
pub(super) fn grids(bytes: &[u8], limits: &Limits) -> Result<(Vec<Grid>, bool), Unfit> {
    match sort(bytes, limits)? {
        Content::Workbook => guarded(|| open(bytes, limits)),
        Content::Text => Err(match text::decode(bytes) {
            Ok(_) | Err(Unfit::Damaged(_)) => Unfit::Other(Format::Text),
            Err(unfit) => unfit,
        }),
    }
}

fn open(bytes: &[u8], limits: &Limits) -> Result<(Vec<Grid>, bool), Unfit> {
    let mut workbook: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|it| damaged(&it, Part::Workbook))?;
    let sheets = workbook.sheets_metadata().iter();
    let sheets: Vec<String> =
        sheets.filter(|it| it.typ == SheetType::WorkSheet).map(|it| it.name.clone()).collect();
    let mut res = vec![];
    let mut bytes_of_text = 0;
    for name in sheets {
        let mut grid = cells(&mut workbook, &name, limits, &mut bytes_of_text)?;
        let merged = workbook.merge_cells_by_sheet_name(&name);
        grid.spread(&merged.map_err(|it| damaged(&it, Part::Sheet))?, limits)?;
        res.push(grid);
    }
    Ok((res, workbook.has_1904_epoch()))
}

fn cells(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    limits: &Limits,
    bytes_of_text: &mut u64,
) -> Result<Grid, Unfit> {
    let epoch_1904 = workbook.has_1904_epoch();
    let mut grid = Grid { name: name.to_owned(), ..Grid::default() };
    let mut reader =
        workbook.worksheet_cells_reader(name).map_err(|it| damaged(&it, Part::Sheet))?;
    // Cells come one by one; what the sheet declares as its size is not looked at.
    while let Some(it) =
        reader.next_cell_with_formula_metadata().map_err(|it| damaged(&it, Part::Sheet))?
    {
        let (cell, is_formula) = (Cell::of(&it.value, epoch_1904), it.formula.is_some());
        if cell.is_none() && !is_formula {
            continue;
        }
        let (row, column) = (it.pos.0.saturating_add(1), it.pos.1);
        if let Err(beyond) = within(limits, row, column) {
            grid.beyond = Some(beyond);
            break;
        }
        *bytes_of_text += cell.as_ref().map_or(0, Cell::bytes);
        if *bytes_of_text > limits.text_bytes {
            let (found, limit) = (*bytes_of_text, limits.text_bytes);
            return Err(Unfit::TooMuchInside { measure: Measure::Text, found, limit });
        }
        let spot = Spot { cell, is_formula, from: None };
        grid.rows.entry(row).or_default().insert(column, spot);
    }
    Ok(grid)
}

impl Grid {
    /// What stands in the first cell of a merged region counts for each of its rows that holds
    /// something of its own: a row that is nothing but merged is part of the row above.
    fn spread(&mut self, merged: &[Dimensions], limits: &Limits) -> Result<(), Unfit> {
        // No two regions overlap, so they are never more than the cells of a sheet.
        let mut left = u64::from(limits.rows) * u64::from(limits.columns);
        let own: BTreeSet<u32> = self.rows.keys().copied().collect();
        for it in merged {
            let (first, column) = (it.start.0.saturating_add(1), it.start.1);
            let last = it.end.0.saturating_add(1);
            left = left.checked_sub(1).ok_or(Unfit::Damaged(Part::Sheet))?;
            let Some(spot) = self.rows.get(&first).and_then(|it| it.get(&column)) else {
                continue;
            };
            let spot = Spot { from: Some(first), is_formula: false, ..spot.clone() };
            if last <= first {
                continue;
            }
            for row in own.range(first + 1..=last) {
                left = left.checked_sub(1).ok_or(Unfit::Damaged(Part::Sheet))?;
                if let Some(cells) = self.rows.get_mut(row) {
                    cells.insert(column, spot.clone());
                }
            }
        }
        Ok(())
    }
}
