//! A row as a line: a JSON array of its cells in the order of its columns.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use sea_orm::{DbErr, QueryResult, TryGetable, Value as DbValue};
use serde_json::Value;
use uuid::Uuid;

use super::{Column, Kind, Table};
use crate::Error;

/// What stands in one column of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Uuid(Uuid),
    Text(String),
    Int(i32),
    Big(i64),
    Bool(bool),
    Time(DateTime<Utc>),
    Date(NaiveDate),
    Bytes(Vec<u8>),
}

/// Reads a cell of a row of the database.
pub(super) fn get(row: &QueryResult, column: &Column) -> Result<Option<Cell>, DbErr> {
    fn of<T: TryGetable>(
        row: &QueryResult,
        column: &Column,
        cell: fn(T) -> Cell,
    ) -> Result<Option<Cell>, DbErr> {
        Ok(row.try_get::<Option<T>>("", &column.name)?.map(cell))
    }
    match column.kind {
        Kind::Uuid => of(row, column, Cell::Uuid),
        Kind::Text => of(row, column, Cell::Text),
        Kind::Int => of(row, column, Cell::Int),
        Kind::Big => of(row, column, Cell::Big),
        Kind::Bool => of(row, column, Cell::Bool),
        Kind::Time => of(row, column, Cell::Time),
        Kind::Date => of(row, column, Cell::Date),
        Kind::Bytes => of(row, column, Cell::Bytes),
    }
}

/// Writes a row as a line, without its end.
pub(super) fn write(
    table: &Table,
    mut cell: impl FnMut(&Column) -> Result<Option<Cell>, DbErr>,
) -> Result<Vec<u8>, Error> {
    let mut cells = Vec::with_capacity(table.columns.len());
    for column in &table.columns {
        cells.push(cell(column)?.map_or(Value::Null, json));
    }
    serde_json::to_vec(&cells).map_err(|_| Error::NoRow { table: table.name.clone() })
}

fn json(cell: Cell) -> Value {
    match cell {
        Cell::Uuid(it) => Value::String(it.to_string()),
        Cell::Text(it) => Value::String(it),
        Cell::Int(it) => Value::from(it),
        Cell::Big(it) => Value::from(it),
        Cell::Bool(it) => Value::Bool(it),
        Cell::Time(it) => Value::String(it.to_rfc3339_opts(SecondsFormat::Micros, true)),
        Cell::Date(it) => Value::String(it.to_string()),
        // Most bytes are the text of an event; they are kept as they are read.
        Cell::Bytes(it) => Value::String(match String::from_utf8(it) {
            Ok(text) => format!("'{text}"),
            Err(error) => format!("={}", STANDARD.encode(error.into_bytes())),
        }),
    }
}

/// Reads a line; none where it is no row of the table.
pub(super) fn parse(table: &Table, line: &[u8]) -> Option<Vec<DbValue>> {
    let cells: Vec<Value> = serde_json::from_slice(line).ok()?;
    if cells.len() != table.columns.len() {
        return None;
    }
    let of = |(column, it): (&Column, &Value)| value(column.kind, it);
    table.columns.iter().zip(&cells).map(of).collect()
}

fn value(kind: Kind, it: &Value) -> Option<DbValue> {
    let null = it.is_null();
    let text = it.as_str();
    Some(match kind {
        Kind::Uuid if null => None::<Uuid>.into(),
        Kind::Uuid => text?.parse::<Uuid>().ok()?.into(),
        Kind::Text if null => None::<String>.into(),
        Kind::Text => text?.into(),
        Kind::Int if null => None::<i32>.into(),
        Kind::Int => i32::try_from(it.as_i64()?).ok()?.into(),
        Kind::Big if null => None::<i64>.into(),
        Kind::Big => it.as_i64()?.into(),
        Kind::Bool if null => None::<bool>.into(),
        Kind::Bool => it.as_bool()?.into(),
        Kind::Time if null => None::<DateTime<Utc>>.into(),
        Kind::Time => text?.parse::<DateTime<Utc>>().ok()?.into(),
        Kind::Date if null => None::<NaiveDate>.into(),
        Kind::Date => text?.parse::<NaiveDate>().ok()?.into(),
        Kind::Bytes if null => None::<Vec<u8>>.into(),
        Kind::Bytes => bytes(text?)?.into(),
    })
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    match text.strip_prefix('\'') {
        Some(plain) => Some(plain.as_bytes().to_vec()),
        None => STANDARD.decode(text.strip_prefix('=')?).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 8] = [
        Kind::Uuid,
        Kind::Text,
        Kind::Int,
        Kind::Big,
        Kind::Bool,
        Kind::Time,
        Kind::Date,
        Kind::Bytes,
    ];

    fn table() -> Table {
        let column = |(n, kind): (usize, &Kind)| Column { name: format!("c{n}"), kind: *kind };
        Table {
            name: "t".to_owned(),
            columns: KINDS.iter().enumerate().map(column).collect(),
            key: vec!["c0".to_owned()],
        }
    }

    #[test]
    fn a_row_comes_back_as_it_was() {
        let at: DateTime<Utc> = "2026-03-02T01:02:03.000004Z".parse().unwrap();
        let day: NaiveDate = "2026-03-02".parse().unwrap();
        for bytes in
            [b"".to_vec(), b"{\"a\":1}".to_vec(), b"=x".to_vec(), vec![0xff, 0, b'\''], "字".into()]
        {
            let cells = [
                Cell::Uuid(Uuid::from_u128(7)),
                Cell::Text("引号\"\n\u{2028}".to_owned()),
                Cell::Int(i32::MIN),
                Cell::Big(i64::MAX),
                Cell::Bool(true),
                Cell::Time(at),
                Cell::Date(day),
                Cell::Bytes(bytes.clone()),
            ];
            let mut left = cells.iter();
            let line = write(&table(), |_| Ok(left.next().cloned())).unwrap();
            assert!(!line.contains(&b'\n'));
            let read = parse(&table(), &line).unwrap();
            let expected: Vec<DbValue> = vec![
                Uuid::from_u128(7).into(),
                "引号\"\n\u{2028}".into(),
                i32::MIN.into(),
                i64::MAX.into(),
                true.into(),
                at.into(),
                day.into(),
                bytes.into(),
            ];
            assert_eq!(read, expected);
        }
        let nothing = write(&table(), |_| Ok(None)).unwrap();
        assert_eq!(nothing, b"[null,null,null,null,null,null,null,null]");
        assert!(parse(&table(), &nothing).is_some());
    }

    #[test]
    fn what_is_no_row_is_none() {
        for line in
            [&b"[]"[..], b"", b"{}", b"[1,2,3,4,5,6,7,8]", b"[null,null,null,null,null,null,null]"]
        {
            assert!(parse(&table(), line).is_none());
        }
        assert!(value(Kind::Int, &Value::from(i64::MAX)).is_none());
        assert!(value(Kind::Bytes, &Value::from("no mark")).is_none());
        assert!(value(Kind::Time, &Value::from("yesterday")).is_none());
    }
}
