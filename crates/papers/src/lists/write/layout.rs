//! How wide columns are, so that a list is read on a screen and on one width of paper.

use engine::lists::table::{Column, Fill, Row, Table, columns};

use crate::lists::layout::keys;

/// What all columns together may take: more would print too small to read.
const PAGE: f64 = 190.0;

/// The measures of a sheet.
pub(super) struct Layout {
    /// The width of each column, in characters.
    pub(super) widths: Vec<f64>,
    /// The height of the headings, in points.
    pub(super) header_height: f64,
    /// The columns that stay in sight.
    pub(super) n_frozen: u16,
}

/// How wide a text is: a Chinese character takes two places.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|it| if it.is_ascii() { 1 } else { 2 }).sum()
}

/// The least and the most that a column is wide.
fn bounds(column: &Column) -> (f64, f64) {
    match column.fill {
        Fill::Ordinal => (6.0, 6.0),
        Fill::Number(_) | Fill::YesNo => (8.0, 8.0),
        Fill::Date => (12.0, 12.0),
        Fill::Code => (8.0, 18.0),
        Fill::One(_) => (8.0, 16.0),
        Fill::Several(_) | Fill::Printed => (10.0, 20.0),
        Fill::Text(most) if most <= 100 => (8.0, 24.0),
        Fill::Text(_) => (14.0, 44.0),
    }
}

/// The height of a line, in points, and the most that a row is high.
const LINE: f64 = 14.5;
const HIGHEST: f64 = 409.0;

impl Layout {
    pub(super) fn of(table: &Table) -> Self {
        let all = columns(table.sheet);
        let widest = |column: &Column| {
            let lines = table.rows.iter().flat_map(|it| it.cell(column.code).lines());
            lines.map(width).max().unwrap_or(0) as f64 + 2.0
        };
        // Where little is written little room is kept, so that the texts have it.
        let bounds = all.iter().map(|it| {
            let (least, most) = bounds(it);
            (widest(it).clamp(least.min(9.0), least), most)
        });
        let bounds: Vec<(f64, f64)> = bounds.collect();
        let mut widths: Vec<f64> = all
            .iter()
            .zip(&bounds)
            .map(|(it, (least, most))| widest(it).clamp(*least, *most))
            .collect();
        // What is too much is taken from the columns that have more than they must, in proportion.
        let spare: f64 = widths.iter().zip(&bounds).map(|(it, (least, _))| it - least).sum();
        let over = widths.iter().sum::<f64>() - PAGE;
        if over > 0.0 && spare > 0.0 {
            let left = (1.0 - over / spare).max(0.0);
            for (it, (least, _)) in widths.iter_mut().zip(&bounds) {
                *it = (least + (*it - least) * left).round();
            }
        }
        // A heading breaks into lines; beside it stands the mark of the filter.
        let n_lines = all.iter().zip(&widths).map(|(it, wide)| {
            let room = ((wide - 2.0) / 2.0).floor().max(1.0);
            (it.zh.chars().count() as f64 / room).ceil()
        });
        let n_lines = n_lines.fold(1.0, f64::max);
        let last_key = all.iter().rposition(|it| keys(table.sheet).contains(&it.code));
        let mut n_frozen = last_key.map_or(0, |it| it + 1);
        // What stays in sight must leave room for the rest.
        while widths.iter().take(n_frozen).sum::<f64>() > 50.0 {
            n_frozen -= 1;
        }
        Self {
            widths,
            header_height: 8.0 + 15.0 * n_lines,
            n_frozen: u16::try_from(n_frozen).unwrap_or(0),
        }
    }

    /// How high a row is, in points, so that all of it is seen. Not every program finds this out by
    /// itself.
    pub(super) fn height(&self, table: &Table, row: &Row) -> f64 {
        let lines = columns(table.sheet).iter().zip(&self.widths).map(|(column, wide)| {
            let room = (*wide as usize).saturating_sub(1).max(2);
            let lines = row.cell(column.code).split('\n');
            lines.map(|it| width(it).div_ceil(room).max(1)).sum::<usize>()
        });
        (5.0 + LINE * lines.max().unwrap_or(1) as f64).min(HIGHEST)
    }
}
