//! What differs between two versions, in words that can be read aloud in a meeting.

use std::collections::BTreeMap;

use super::{
    Lists, Matter, Sheet,
    table::{self, Column, Fill, Row, Table, columns},
};
use crate::{directory::Directory, ids::UnitId, text::Lang, whistle::owed};

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// In which table.
    pub sheet: Sheet,
    /// Which row, in words: 攻坚 重点 办理.
    pub row: String,
    /// What differs.
    pub what: Differs,
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Differs {
    /// The row is new.
    Added,
    /// The row is gone.
    Removed,
    /// A cell says something else.
    Changed {
        /// Its column.
        column: &'static Column,
        /// What it said; empty where nothing.
        before: String,
        /// What it says.
        after: String,
    },
}

/// What differs from `before` to `after`, in the order of the tables.
#[must_use]
pub fn diff(before: &Lists, after: &Lists, directory: &Directory) -> Vec<Change> {
    differing(Sheet::all(), (before, after), directory)
}

fn differing(
    sheets: impl Iterator<Item = Sheet>,
    (before, after): (&Lists, &Lists),
    directory: &Directory,
) -> Vec<Change> {
    let table = |lists, sheet| table::table(lists, directory, sheet);
    sheets.flat_map(|it| changes(&table(before, it), &table(after, it))).collect()
}

/// What of it concerns one unit: the matters in which it leads or assists, what it owes under their
/// kinds and levels, and how it is pursued where it is late.
#[must_use]
pub fn diff_for(before: &Lists, after: &Lists, unit: UnitId, directory: &Directory) -> Vec<Change> {
    // A kind and level that concerned it in either version is looked at in both.
    let is_its = |code: &String| {
        directory.by_code(code).is_some_and(|it| directory.stands_for(it.id) == unit)
    };
    let in_it = |it: &&Matter| it.lead.iter().chain(&it.assists).any(is_its);
    let matters: Vec<&Matter> =
        before.matters.rows.iter().chain(&after.matters.rows).filter(in_it).collect();
    let part = |lists: &Lists| {
        let mut lists = lists.clone();
        lists.matters.rows.retain(|row| matters.iter().any(|it| it.code == row.code));
        lists
            .process
            .rows
            .retain(|row| matters.iter().any(|it| it.kind == row.kind && it.level == row.level));
        for row in &mut lists.process.rows {
            row.steps.retain(|step, _| owed::seat(*step) == owed::Seat::Unit);
        }
        lists
    };
    let mut concern = vec![Sheet::Matters, Sheet::Process, Sheet::Bounds];
    if !matters.is_empty() {
        concern.push(Sheet::Supervision);
    }
    differing(concern.into_iter(), (&part(before), &part(after)), directory)
}

fn changes(before: &Table, after: &Table) -> Vec<Change> {
    let sheet = after.sheet;
    let by_key = |table: &Table| -> BTreeMap<String, Row> {
        table.rows.iter().map(|it| (key(sheet, it), it.clone())).collect()
    };
    let (old, new) = (by_key(before), by_key(after));
    let mut res = vec![];
    for row in &after.rows {
        match old.get(&key(sheet, row)) {
            Some(was) => res.extend(changed(sheet, was, row)),
            None => res.push(Change { sheet, row: name(sheet, row), what: Differs::Added }),
        }
    }
    for row in before.rows.iter().filter(|it| !new.contains_key(&key(sheet, it))) {
        res.push(Change { sheet, row: name(sheet, row), what: Differs::Removed });
    }
    res
}

fn changed(sheet: Sheet, was: &Row, is: &Row) -> Vec<Change> {
    let mut res = vec![];
    let mut columns = columns(sheet).iter().peekable();
    while let Some(column) = columns.next() {
        if matches!(column.fill, Fill::Ordinal | Fill::Printed) {
            continue;
        }
        // An amount and its unit are one thing.
        let unit = columns
            .next_if(|next| column.code.ends_with("_amount") && next.code.ends_with("_unit"));
        let said = |row: &Row| match unit {
            Some(unit) if !row.cell(column.code).is_empty() => {
                limit(row.cell(column.code), row.cell(unit.code))
            }
            Some(_) | None => row.cell(column.code).to_owned(),
        };
        let (before, after) = (said(was), said(is));
        if before != after {
            let what = Differs::Changed { column, before, after };
            res.push(Change { sheet, row: name(sheet, is), what });
        }
    }
    res
}

/// As the statutes write it: 10个工作日.
fn limit(amount: &str, unit: &str) -> String {
    match unit {
        "工作日" | "工作小时" => format!("{amount} 个{unit}"),
        _ => format!("{amount} {unit}"),
    }
}

/// The columns that say which row it is.
fn known_by(sheet: Sheet) -> &'static [&'static str] {
    match sheet {
        Sheet::Matters | Sheet::Kinds | Sheet::Levels | Sheet::Powers => &["code"],
        Sheet::Initiation => &["tier", "kind", "level"],
        Sheet::Process => &["kind", "level", "step"],
        Sheet::Responsibility => &["level"],
        Sheet::Bounds => &["kind", "level"],
        Sheet::Petitions => &["procedure", "step"],
        Sheet::General => &[],
        Sheet::Supervision => &["paper"],
        Sheet::Classes => &["first", "second", "third"],
    }
}

fn key(sheet: Sheet, row: &Row) -> String {
    let cells: Vec<&str> = known_by(sheet).iter().map(|it| row.cell(it)).collect();
    cells.join("\u{1f}")
}

/// What a row is called aloud.
fn name(sheet: Sheet, row: &Row) -> String {
    let columns: &[&str] = match sheet {
        Sheet::Matters | Sheet::Kinds | Sheet::Levels | Sheet::Powers => &["name"],
        Sheet::Initiation
        | Sheet::Process
        | Sheet::Responsibility
        | Sheet::Bounds
        | Sheet::Petitions
        | Sheet::General
        | Sheet::Supervision
        | Sheet::Classes => known_by(sheet),
    };
    let cells = columns.iter().map(|it| row.cell(it)).filter(|it| !it.is_empty());
    cells.collect::<Vec<_>>().join(" ")
}

impl Change {
    /// The difference as a sentence.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        let spaced = |it: &str| if it.is_empty() { String::new() } else { format!("{it} ") };
        let (sheet, nothing) = match lang {
            Lang::Zh => (self.sheet.zh(), "（空）"),
            Lang::En => (self.sheet.en(), "(empty)"),
        };
        let shown = |it: &str| if it.is_empty() { nothing.to_owned() } else { it.to_owned() };
        let row = if self.row.is_empty() { String::new() } else { format!(" {}", self.row) };
        match (&self.what, lang) {
            (Differs::Added, Lang::Zh) => format!("{sheet}：新增{row}"),
            (Differs::Added, Lang::En) => format!("{sheet}: added{row}"),
            (Differs::Removed, Lang::Zh) => format!("{sheet}：删去{row}"),
            (Differs::Removed, Lang::En) => format!("{sheet}: removed{row}"),
            (Differs::Changed { column, before, after }, _) => {
                let header = column.header(lang);
                let (before, after) = (shown(before), shown(after));
                // 10 → 7 个工作日: the unit is said once.
                let before = match (before.split_once(' '), after.split_once(' ')) {
                    (Some((was, unit)), Some((_, same)))
                        if unit == same && column.code.ends_with("_amount") =>
                    {
                        was.to_owned()
                    }
                    (_, _) => before,
                };
                match lang {
                    Lang::Zh => {
                        format!("{sheet}：{}{header} {before} → {after}", spaced(&self.row))
                    }
                    Lang::En => {
                        format!("{sheet}: {}{header} {before} → {after}", spaced(&self.row))
                    }
                }
            }
        }
    }
}
