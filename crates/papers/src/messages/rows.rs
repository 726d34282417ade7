//! Takes rows as they come from a file, finds the headings, and makes messages of
//! the rest.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, FixedOffset, NaiveDateTime};

use super::error::ReadError;
use super::field::Field;
use super::mapping::{Mapping, heading};
use super::problem::{Problem, RowProblem};
use super::source::Row;
use super::time::{self, Implausible};
use super::{Message, Options, Original, Sheet, text};
use crate::outcomes::Heading;
use crate::workbook::{Cell, Measure, column_letters, text as cells};

/// Rows that may stand above the headings.
const HEAD: usize = 10;

/// What a cell that is kept takes beside its text.
const CELL_BYTES: u64 = 32;

/// One sheet while it is read. Nothing but the columns that are mapped is kept, unless it is asked.
pub(super) struct Rows<'a> {
    options: &'a Options,
    sheet_name: String,
    epoch_1904: bool,
    head: usize,
    seen: Vec<String>,
    widest: usize,
    body: Option<Body>,
    text_bytes: u64,
    kept: Option<Vec<Row>>,
}

/// What is below the headings.
struct Body {
    mapping: Mapping,
    fields: HashMap<u32, Field>,
    petition: Option<u32>,
    refs: HashMap<String, u32>,
    bad_rows: BTreeSet<u32>,
    messages: Vec<Message>,
    problems: Vec<RowProblem>,
    problems_left_out: usize,
    rows: usize,
}

/// Whether more rows are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Yes.
    More,
    /// No: there are no headings where they could be.
    Enough,
}

impl<'a> Rows<'a> {
    /// Begins a sheet; every cell of it is kept where `keep` says so.
    pub(super) fn new(
        sheet_name: &str,
        epoch_1904: bool,
        options: &'a Options,
        keep: bool,
    ) -> Rows<'a> {
        Rows {
            options,
            sheet_name: cells::cut(&cells::line(sheet_name), 60),
            epoch_1904,
            head: 0,
            seen: Vec::new(),
            widest: 0,
            body: None,
            text_bytes: 0,
            kept: keep.then(Vec::new),
        }
    }

    /// Whether nothing at all was seen.
    pub(super) fn is_blank(&self) -> bool {
        self.head == 0 && self.body.is_none()
    }

    /// Whether no row seen had more than one cell.
    pub(super) fn is_narrow(&self) -> bool {
        self.widest <= 1
    }

    /// Takes one row that is not blank; `row` counts from 1, cells from the left.
    pub(super) fn push(&mut self, row: u32, cells: &[(u32, Cell)]) -> Result<Next, ReadError> {
        self.keep(row, cells);
        if let Some(body) = &mut self.body {
            self.text_bytes += body.row(row, cells, self.epoch_1904, self.options);
        }
        let limit = self.options.limits.text_bytes;
        if self.text_bytes > limit {
            let found = self.text_bytes;
            return Err(ReadError::TooMuchInside { measure: Measure::Text, found, limit });
        }
        if self.body.is_some() {
            return Ok(Next::More);
        }
        let is_header = match self.options.header_row {
            Some(wanted) if row < wanted => return Ok(Next::More),
            Some(wanted) => row == wanted,
            None => Mapping::is_header(cells, &self.options.overrides),
        };
        self.head += 1;
        self.widest = self.widest.max(cells.len());
        if is_header {
            let mapping = Mapping::new(&self.sheet_name, row, cells, &self.options.overrides)?;
            self.body = Some(Body::new(mapping));
            return Ok(Next::More);
        }
        if self.seen.len() < cells.len().min(20) {
            self.seen = cells
                .iter()
                .take(20)
                .filter_map(|(_, it)| heading(it))
                .map(|it| text::heading_excerpt(&it))
                .collect();
        }
        let enough = self.options.header_row.is_some() || self.head >= HEAD;
        Ok(if enough { Next::Enough } else { Next::More })
    }

    /// Keeps a row as it stands, where that is asked.
    fn keep(&mut self, row: u32, cells: &[(u32, Cell)]) {
        let Some(kept) = &mut self.kept else { return };
        self.text_bytes += cells.iter().map(|(_, it)| it.bytes() + CELL_BYTES).sum::<u64>();
        let mut cells = cells.to_vec();
        // Another workbook counts its days from 1900: a bare number would be another time there.
        if let Some(body) = self.body.as_ref().filter(|_| self.epoch_1904) {
            for (column, cell) in &mut cells {
                if let Cell::Number(it) = cell
                    && body.fields.get(column) == Some(&Field::ReceivedAt)
                    && let Some(time) = time::from_number(*it, true)
                {
                    *cell = Cell::Time(time);
                }
            }
        }
        kept.push((row, cells));
    }

    /// The sheet, once its last row has been taken.
    pub(super) fn finish(self, other_sheets: Vec<String>) -> Result<Original, ReadError> {
        let sheet = self.sheet_name;
        let Some(body) = self.body else {
            return Err(if self.head == 0 {
                ReadError::NoRows { sheet }
            } else {
                ReadError::NoHeader { sheet, seen: self.seen }
            });
        };
        if body.rows == 0 {
            return Err(ReadError::NoRows { sheet });
        }
        let sheet = Sheet {
            sheet_name: sheet,
            other_sheets,
            mapping: body.mapping,
            messages: body.messages,
            problems: body.problems,
            problems_left_out: body.problems_left_out,
            rows: body.rows,
        };
        let rows = self.kept.unwrap_or_default();
        Ok(Original { sheet, rows, bad_rows: body.bad_rows })
    }

    /// Whether the headings were found.
    pub(super) fn has_header(&self) -> bool {
        self.body.is_some()
    }
}

impl Body {
    fn new(mapping: Mapping) -> Body {
        let fields = mapping
            .columns
            .iter()
            .filter_map(|it| it.usage.field().map(|field| (it.index, field)))
            .collect();
        let numbers =
            mapping.columns.iter().find(|it| Heading::of(&it.header) == Some(Heading::Number));
        Body {
            petition: numbers.map(|it| it.index),
            mapping,
            fields,
            refs: HashMap::new(),
            bad_rows: BTreeSet::new(),
            messages: Vec::new(),
            problems: Vec::new(),
            problems_left_out: 0,
            rows: 0,
        }
    }

    /// Takes one row. Returns the bytes of text that were looked at.
    fn row(&mut self, row: u32, cells: &[(u32, Cell)], epoch_1904: bool, options: &Options) -> u64 {
        let mut draft = Draft::new(row);
        let mut bytes = 0;
        for (column, cell) in cells {
            if let Some(field) = self.fields.get(column) {
                bytes += cell.bytes();
                draft.take(*column, *field, cell, epoch_1904, options.now);
            }
        }
        if let Some((_, cell)) = cells.iter().find(|(it, _)| Some(*it) == self.petition) {
            let number = words(cell).map(|it| crate::workbook::text::line(&it));
            draft.message.petition = number.filter(|it| it.len() <= Message::MAX_OTHER);
        }
        if draft.blank || self.repeats_headings(cells) {
            return bytes;
        }
        self.rows += 1;
        draft.settle(&mut self.refs, &self.mapping);
        if draft.problems.is_empty() {
            self.messages.push(draft.message);
        } else {
            self.bad_rows.insert(row);
        }
        for problem in draft.problems {
            if self.problems.len() < Sheet::MAX_PROBLEMS {
                self.problems.push(problem);
            } else {
                self.problems_left_out += 1;
            }
        }
        bytes
    }

    /// Tables made for printing repeat their headings on each page.
    fn repeats_headings(&self, cells: &[(u32, Cell)]) -> bool {
        let mut mapped = self.mapping.columns.iter().filter(|it| it.usage.field().is_some());
        mapped.clone().count() >= 2
            && mapped.all(|column| {
                cells
                    .iter()
                    .find(|(index, _)| *index == column.index)
                    .and_then(|(_, cell)| heading(cell))
                    .is_some_and(|it| it == column.header)
            })
    }
}

/// A row while its cells are taken.
struct Draft {
    message: Message,
    ref_column: Option<u32>,
    problems: Vec<RowProblem>,
    text_was_bad: bool,
    blank: bool,
}

impl Draft {
    fn new(row: u32) -> Draft {
        Draft {
            message: Message {
                row,
                external_ref: None,
                petitioner_ref: None,
                petitioner_name: None,
                phone: None,
                title: String::new(),
                detail: String::new(),
                received_at: None,
                category: None,
                place: None,
                petition: None,
            },
            ref_column: None,
            problems: Vec::new(),
            text_was_bad: false,
            blank: true,
        }
    }

    fn take(
        &mut self,
        column: u32,
        field: Field,
        cell: &Cell,
        epoch_1904: bool,
        now: DateTime<FixedOffset>,
    ) {
        let place = Place { row: self.message.row, column, field };
        let taken = match field {
            Field::ReceivedAt => self.take_time(place, cell, epoch_1904, now),
            Field::ExternalRef | Field::PetitionerRef => self.take_reference(place, cell),
            Field::Phone => words(cell).map(|it| {
                let it = text::reference(&it);
                self.blank &= it.is_empty();
                self.keep(place, it, Message::MAX_OTHER);
            }),
            Field::PetitionerName | Field::Title | Field::Category | Field::Place => words(cell)
                .map(|it| {
                    let it = cells::line(&it);
                    self.blank &= it.is_empty();
                    let limit =
                        if field == Field::Title { Message::MAX_TITLE } else { Message::MAX_OTHER };
                    self.keep(place, it, limit);
                }),
            Field::Detail => words(cell).map(|it| {
                let it = text::paragraphs(&it);
                self.blank &= it.is_empty();
                self.keep(place, it, Message::MAX_DETAIL);
            }),
        };
        if taken.is_none() {
            self.blank = false;
            self.text_was_bad |= matches!(field, Field::Title | Field::Detail);
            let excerpt = None;
            self.problems.push(place.problem(Problem::FailedFormula, excerpt));
        }
    }

    /// Keeps a text that is not too long; an empty one is none.
    fn keep(&mut self, place: Place, it: String, limit: usize) {
        let characters = it.chars().count();
        if characters > limit {
            self.text_was_bad |= matches!(place.field, Field::Title | Field::Detail);
            self.problems.push(place.problem(Problem::TooLong { characters, limit }, None));
            return;
        }
        let some = (!it.is_empty()).then_some(it);
        match place.field {
            Field::ExternalRef => self.message.external_ref = some,
            Field::PetitionerRef => self.message.petitioner_ref = some,
            Field::PetitionerName => self.message.petitioner_name = some,
            Field::Phone => self.message.phone = some,
            Field::Title => self.message.title = some.unwrap_or_default(),
            Field::Detail => self.message.detail = some.unwrap_or_default(),
            Field::Category => self.message.category = some,
            Field::Place => self.message.place = some,
            Field::ReceivedAt => {}
        }
    }

    fn take_reference(&mut self, place: Place, cell: &Cell) -> Option<()> {
        let rounded = match cell {
            Cell::Number(it) => cells::rounded(*it),
            Cell::Text(it) => cells::rounded_text(it.trim()),
            Cell::Time(_) | Cell::Failed(_) => false,
        };
        let it = text::reference(&words(cell)?);
        self.blank &= it.is_empty();
        if rounded {
            let excerpt = text::reference_excerpt(&it);
            self.problems.push(place.problem(Problem::RoundedRef, Some(excerpt)));
            return Some(());
        }
        if place.field == Field::ExternalRef {
            self.ref_column = Some(place.column);
        }
        self.keep(place, it, Message::MAX_OTHER);
        Some(())
    }

    fn take_time(
        &mut self,
        place: Place,
        cell: &Cell,
        epoch_1904: bool,
        now: DateTime<FixedOffset>,
    ) -> Option<()> {
        let local = match cell {
            Cell::Text(it) if cells::line(it).is_empty() => return Some(()),
            Cell::Text(it) if it.len() > 200 => None,
            Cell::Text(it) => time::from_text(it).or_else(|| {
                // A serial number that was made a text on its way.
                let serial = it.trim().parse::<f64>().ok().filter(|it| *it < 1e7)?;
                time::from_number(serial, epoch_1904)
            }),
            Cell::Number(it) => time::from_number(*it, epoch_1904),
            Cell::Time(it) => Some(*it),
            Cell::Failed(_) => return None,
        };
        self.blank = false;
        let problem = match local.map(|it| time::received(it, now)) {
            Some(Ok(it)) => {
                self.message.received_at = Some(it);
                return Some(());
            }
            Some(Err(Implausible::TooEarly)) => Problem::TimeTooEarly,
            Some(Err(Implausible::InTheFuture)) => Problem::TimeInTheFuture,
            None => Problem::UnreadableTime,
        };
        let excerpt = words(cell).map(|it| text::time_excerpt(&it));
        self.problems.push(place.problem(problem, excerpt));
        Some(())
    }

    /// What can be said only of the whole row.
    fn settle(&mut self, refs: &mut HashMap<String, u32>, mapping: &Mapping) {
        let message = &mut self.message;
        if let (Some(it), Some(column)) = (&message.external_ref, self.ref_column) {
            match refs.get(it) {
                Some(first_row) => {
                    let place = Place { row: message.row, column, field: Field::ExternalRef };
                    let problem = Problem::DuplicateRef { first_row: *first_row };
                    self.problems.push(place.problem(problem, Some(text::reference_excerpt(it))));
                }
                None => {
                    refs.insert(it.clone(), message.row);
                }
            }
        }
        if !message.title.is_empty() || self.text_was_bad {
            return;
        }
        if message.detail.is_empty() {
            let column = mapping.column(Field::Title).or_else(|| mapping.column(Field::Detail));
            if let Some((column, field)) = column.and_then(|it| Some((it.index, it.usage.field()?)))
            {
                let place = Place { row: message.row, column, field };
                self.problems.push(place.problem(Problem::MissingText, None));
            }
        } else {
            let start: String =
                cells::line(&message.detail).chars().take(Message::TITLE_FROM_DETAIL).collect();
            message.title = start.trim_end().to_owned();
        }
    }
}

/// Where a cell stands and what it was read as.
#[derive(Clone, Copy)]
struct Place {
    row: u32,
    column: u32,
    field: Field,
}

impl Place {
    fn problem(self, problem: Problem, value_excerpt: Option<String>) -> RowProblem {
        RowProblem {
            row: self.row,
            column: column_letters(self.column),
            field: self.field,
            problem,
            value_excerpt,
        }
    }
}

/// A cell as words; `None` where its formula failed.
fn words(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(it) => Some(it.clone()),
        Cell::Number(it) => Some(cells::number(*it)),
        Cell::Time(it) => Some(time_words(*it)),
        Cell::Failed(_) => None,
    }
}

fn time_words(it: NaiveDateTime) -> String {
    it.format("%Y-%m-%d %H:%M:%S").to_string()
}
