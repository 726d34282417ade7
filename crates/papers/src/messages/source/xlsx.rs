//! Reads the cells of a workbook whose container has been measured.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::super::rows::{Next, Rows};
use super::super::{text, time};
use super::{Cell, Options, Part, ReadError, Row, Sheet, within};

type Workbook<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads the sheet that is asked for, or the first visible one with headings.
pub(super) fn read(bytes: &[u8], options: &Options) -> Result<Sheet, ReadError> {
    // The reader is not ours. Should it panic on a file that is damaged in a way
    // nobody has thought of, the file is at fault and not the server.
    catch_unwind(AssertUnwindSafe(|| read_workbook(bytes, options)))
        .unwrap_or(Err(ReadError::Corrupt { part: Part::Sheet }))
}

fn read_workbook(bytes: &[u8], options: &Options) -> Result<Sheet, ReadError> {
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
        let rows = read_sheet(&mut workbook, name, options)?;
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
) -> Result<Rows<'o>, ReadError> {
    let epoch_1904 = workbook.has_1904_epoch();
    let mut rows = Rows::new(name, epoch_1904, options);
    let mut cells =
        workbook.worksheet_cells_reader(name).map_err(|it| damaged(&it, Part::Sheet))?;

    // Cells come one by one; what the sheet declares as its size is not looked at.
    let mut row: Option<Row> = None;
    while let Some(it) = cells.next_cell().map_err(|it| damaged(&it, Part::Sheet))? {
        let (y, column) = it.get_position();
        let Some(cell) = cell(it.get_value(), epoch_1904) else { continue };
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
                return Err(ReadError::Corrupt { part: Part::Sheet });
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

/// A value as ours; `None` where there is nothing.
fn cell(value: &DataRef<'_>, epoch_1904: bool) -> Option<Cell> {
    match value {
        DataRef::Int(it) => Some(Cell::Number(*it as f64)),
        DataRef::Float(it) => Some(Cell::Number(*it)),
        DataRef::String(it) | DataRef::DateTimeIso(it) | DataRef::DurationIso(it) => Cell::text(it),
        DataRef::SharedString(it) => Cell::text(it),
        DataRef::Bool(it) => Cell::text(if *it { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(it) => Some(
            time::serial(it.as_f64(), epoch_1904).map_or(Cell::Number(it.as_f64()), Cell::Time),
        ),
        DataRef::Error(_) => Some(Cell::Failed),
        DataRef::Empty => None,
    }
}

fn damaged(error: &XlsxError, part: Part) -> ReadError {
    match error {
        XlsxError::Password => ReadError::PasswordProtected,
        _ => ReadError::Corrupt { part },
    }
}
