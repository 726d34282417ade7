//! Reads the cells of a workbook whose container has been measured.

use std::io::Cursor;

use calamine::{Reader, SheetType, SheetVisible, Xlsx};

use super::super::rows::{Next, Rows};
use super::{Cell, Options, Original, ReadError, Row};
use crate::workbook::{Part, Unfit, damaged, guarded, text, within};

type Workbook<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads the sheet that is asked for, or the first visible one with headings.
pub(super) fn read(bytes: &[u8], options: &Options, keep: bool) -> Result<Original, ReadError> {
    guarded(|| read_workbook(bytes, options, keep))
}

fn read_workbook(bytes: &[u8], options: &Options, keep: bool) -> Result<Original, ReadError> {
    let mut workbook: Workbook<'_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|it| damaged(&it, Part::Workbook))?;
    let sheets: Vec<(String, bool)> = workbook
        .sheets_metadata()
        .iter()
        .filter(|it| it.typ == SheetType::WorkSheet)
        .map(|it| (it.name.clone(), it.visible == SheetVisible::Visible))
        .collect();

    let wanted: Vec<String> = match &options.sheet {
        Some(name) => {
            if !sheets.iter().any(|it| it.0 == *name) {
                return Err(ReadError::NoSuchSheet {
                    wanted: name.clone(),
                    known: sheets
                        .iter()
                        .take(64)
                        .map(|it| text::cut(&text::line(&it.0), 60))
                        .collect(),
                });
            }
            vec![name.clone()]
        }
        None => sheets.iter().filter(|it| it.1).map(|it| it.0.clone()).collect(),
    };

    let mut first: Option<Rows<'_>> = None;
    for name in wanted.iter().take(options.limits.columns as usize) {
        let rows = read_sheet(&mut workbook, name, options, keep)?;
        if rows.has_header() {
            let others = sheets
                .into_iter()
                .filter(|(it, visible)| *visible && it != name)
                .map(|it| it.0)
                .collect();
            return rows.finish(others);
        }
        if first.as_ref().is_none_or(|it| it.is_blank() && !rows.is_blank()) {
            first = Some(rows);
        }
    }
    match first {
        Some(rows) => rows.finish(Vec::new()),
        None => Err(ReadError::NoRows { sheet: String::new() }),
    }
}

fn read_sheet<'o>(
    workbook: &mut Workbook<'_>,
    name: &str,
    options: &'o Options,
    keep: bool,
) -> Result<Rows<'o>, ReadError> {
    let epoch_1904 = workbook.has_1904_epoch();
    let mut rows = Rows::new(name, epoch_1904, options, keep);
    let mut cells =
        workbook.worksheet_cells_reader(name).map_err(|it| damaged(&it, Part::Sheet))?;

    // Cells come one by one; what the sheet declares as its size is not looked at.
    let mut row: Option<Row> = None;
    while let Some(it) = cells.next_cell().map_err(|it| damaged(&it, Part::Sheet))? {
        let (y, column) = it.get_position();
        let Some(cell) = Cell::of(it.get_value(), epoch_1904) else { continue };
        let number = y.saturating_add(1);
        within(&options.limits, number, column)?;
        match &mut row {
            Some((current, cells)) if *current == number => {
                match cells.iter_mut().find(|it| it.0 == column) {
                    Some(same) => same.1 = cell,
                    None => cells.push((column, cell)),
                }
            }
            Some((current, _)) if *current > number => {
                return Err(Unfit::Damaged(Part::Sheet).into());
            }
            Some(_) | None => {
                if let Some(done) = row.replace((number, vec![(column, cell)]))
                    && hand_on(&mut rows, done)? == Next::Enough
                {
                    return Ok(rows);
                }
            }
        }
    }
    if let Some(done) = row {
        hand_on(&mut rows, done)?;
    }
    Ok(rows)
}

fn hand_on(rows: &mut Rows<'_>, row: Row) -> Result<Next, ReadError> {
    let (number, mut cells) = row;
    cells.sort_by_key(|it| it.0);
    rows.push(number, &cells)
}
