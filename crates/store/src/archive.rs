//! Everything that is remembered, as typed rows that either database reads: out of one snapshot, and
//! into an empty database.
//!
//! A row is one line, a JSON array in the order of its table's columns. What the database keeps of
//! its own accord (indexes, triggers, the tables of its search) is made anew where rows go in.

mod line;
mod load;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Mutex, PoisonError},
};

use engine::{ids::FileId, text::Digest};
use futures_util::TryStreamExt as _;
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait,
    IdenStatic as _, Iterable as _, PrimaryKeyToColumn as _, QueryFilter as _, QueryOrder as _,
    QueryResult, QuerySelect as _, Statement, StreamTrait as _,
    sea_query::{ColumnType, Order, Query},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use self::load::Loader;
use crate::{Error, Store, entity, keyring::Sealed};

/// The words of cases are carried apart from the tables: each database has its own index of them.
const SEARCH: &str = "search";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An id.
    Uuid,
    /// A text.
    Text,
    /// A number of 32 bits.
    Int,
    /// A number of 64 bits.
    Big,
    /// Yes or no.
    Bool,
    /// An instant, to the microsecond.
    Time,
    /// A day.
    Date,
    /// Bytes.
    Bytes,
}

impl Kind {
    fn of(it: &ColumnType) -> Self {
        match it {
            ColumnType::Uuid => Self::Uuid,
            ColumnType::SmallInteger | ColumnType::Integer => Self::Int,
            ColumnType::BigInteger => Self::Big,
            ColumnType::Boolean => Self::Bool,
            ColumnType::TimestampWithTimeZone => Self::Time,
            ColumnType::Date => Self::Date,
            ColumnType::Blob | ColumnType::Binary(_) | ColumnType::VarBinary(_) => Self::Bytes,
            // What is read as a text and is none fails where it is read; a test reads them all.
            _ => Self::Text,
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// A table, as its rows are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of a row.
    pub columns: Vec<Column>,
    /// The columns that tell its rows apart.
    pub key: Vec<String>,
}

impl Table {
    pub(crate) fn of<E: EntityTrait>() -> Self {
        let column = |it: E::Column| Column {
            name: it.as_str().to_owned(),
            kind: Kind::of(it.def().get_column_type()),
        };
        Self {
            name: E::default().table_name().to_owned(),
            columns: E::Column::iter().map(column).collect(),
            key: E::PrimaryKey::iter().map(|it| it.into_column().as_str().to_owned()).collect(),
        }
    }

    /// The words of cases: their tokens in order.
    fn search() -> Self {
        let column = |name: &str, kind| Column { name: name.to_owned(), kind };
        Self {
            name: SEARCH.to_owned(),
            columns: vec![
                column("district_id", Kind::Uuid),
                column("case_id", Kind::Uuid),
                column("tokens", Kind::Text),
            ],
            key: vec!["case_id".to_owned()],
        }
    }

    /// Whether its names can be names of ours, whoever wrote them.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let plain = |it: &str| {
            (1..=60).contains(&it.len())
                && it.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
        };
        let names = self.columns.iter().map(|it| &it.name).chain(&self.key);
        plain(&self.name) && !self.columns.is_empty() && names.into_iter().all(|it| plain(it))
    }
}

/// How many rows there are, and what they come to in whatever order.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub rows: u64,
    /// The sum of their digests.
    pub sum: [u64; 4],
}

impl Tally {
    fn add(&mut self, line: &[u8]) {
        self.rows += 1;
        let digest = Sha256::digest(line);
        for (sum, chunk) in self.sum.iter_mut().zip(digest.chunks_exact(8)) {
            *sum = sum.wrapping_add(u64::from_be_bytes(chunk.try_into().unwrap_or_default()));
        }
    }
}

/// The number of rows alone.
impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, ..] = self.sum;
        write!(f, "{} rows, {first:016x}…", self.rows)
    }
}

/// Some rows of a table.
pub struct Part {
    /// Lines, each with its end.
    pub lines: Vec<u8>,
    /// How many.
    pub rows: u64,
}

/// A master key that something is sealed under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyNeeded {
    /// Its number.
    pub id: u32,
    /// What shows that a key is the same, and tells nothing of it; none where it was never noted.
    pub proof: Option<Digest>,
}

/// What stood in the database at one instant.
pub struct Archive {
    tx: DatabaseTransaction,
    /// The keys that were met in the rows so far.
    keys: Mutex<BTreeSet<u32>>,
}

impl Store {
    /// Looks at everything as it is now. Nobody waits for it, and what others write meanwhile is not
    /// seen.
    ///
    /// # Errors
    /// The driver's.
    pub async fn archive(&self) -> Result<Archive, Error> {
        let tx = self.begin_snapshot().await?;
        let res = Archive { tx, keys: Mutex::default() };
        // The first look is the instant.
        res.steps().await?;
        Ok(res)
    }
}

impl Archive {
    /// The steps of the schema, oldest first.
    ///
    /// # Errors
    /// [`Error::NotMigrated`] where the database is not at the schema of this program, whose tables
    /// are not all there then.
    pub async fn steps(&self) -> Result<Vec<String>, Error> {
        let applied = steps(&self.tx).await?;
        match Migrator::migrations().len().saturating_sub(applied.len()) {
            0 => Ok(applied),
            pending => Err(Error::NotMigrated { pending }),
        }
    }

    /// The tables.
    #[must_use]
    pub fn tables(&self) -> Vec<Table> {
        tables()
    }

    /// Hands on the rows of a table, in parts of about so many bytes.
    ///
    /// # Errors
    /// The driver's, or that of whoever takes them.
    pub async fn rows<E: From<Error>>(
        &self,
        table: &Table,
        part: usize,
        mut take: impl AsyncFnMut(Part) -> Result<(), E>,
    ) -> Result<Tally, E> {
        let mut tally = Tally::default();
        let mut waiting = Part { lines: Vec::with_capacity(part + part / 4), rows: 0 };
        let mut rows =
            self.tx.stream_raw(select(&self.tx, table)).await.map_err(Error::Database)?;
        while let Some(row) = rows.try_next().await.map_err(Error::Database)? {
            let line = read(&row, table, |key| {
                // Zero marks what is still plain.
                if key > 0 {
                    self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
                }
            })?;
            tally.add(&line);
            waiting.lines.extend_from_slice(&line);
            waiting.lines.push(b'\n');
            waiting.rows += 1;
            if waiting.lines.len() >= part {
                let fresh = Part { lines: Vec::with_capacity(part + part / 4), rows: 0 };
                take(std::mem::replace(&mut waiting, fresh)).await?;
            }
        }
        if waiting.rows > 0 {
            take(waiting).await?;
        }
        Ok(tally)
    }

    /// The keys without which what the rows held so far cannot be read.
    ///
    /// # Errors
    /// The driver's.
    pub async fn keys(&self) -> Result<Vec<KeyNeeded>, Error> {
        let known = entity::master_key::Entity::find().all(&self.tx).await?;
        let met = self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let proof = |id: u32| {
            let row = known.iter().find(|it| u32::try_from(it.id).ok() == Some(id))?;
            Some(Digest(row.proof.as_slice().try_into().ok()?))
        };
        Ok(met.into_iter().map(|id| KeyNeeded { id, proof: proof(id) }).collect())
    }
}

impl Archive {
    /// The files that have bytes, after one of them, some at a time.
    ///
    /// # Errors
    /// The driver's.
    pub async fn files(&self, after: FileId, limit: u64) -> Result<Vec<FileId>, Error> {
        use entity::file::{Column, Entity};
        let ids: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::Id.gt(after.0))
            .filter(Column::Key.is_not_null())
            .order_by_asc(Column::Id)
            .limit(limit)
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(ids.into_iter().map(FileId).collect())
    }

    /// The number of the last seal of the record; none where nothing was sealed.
    ///
    /// # Errors
    /// The driver's.
    pub async fn last_seal(&self) -> Result<Option<u32>, Error> {
        use entity::seal::{Column, Entity};
        let last = Entity::find().order_by_desc(Column::No).one(&self.tx).await?;
        Ok(last.and_then(|it| u32::try_from(it.no).ok()))
    }
}

/// Every table that is carried.
fn tables() -> Vec<Table> {
    let mut res = entity::tables();
    res.push(Table::search());
    res
}

async fn steps(tx: &DatabaseTransaction) -> Result<Vec<String>, Error> {
    let select = Query::select()
        .column("version")
        .from("seaql_migrations")
        .order_by("version", Order::Asc)
        .take();
    let rows = tx.query_all(&select).await?;
    Ok(rows.iter().map(|it| it.try_get::<String>("", "version")).collect::<Result<_, _>>()?)
}

/// What reads a whole table.
fn select(tx: &DatabaseTransaction, table: &Table) -> Statement {
    let backend = ConnectionTrait::get_database_backend(tx);
    if table.name == SEARCH {
        return Statement::from_string(
            backend,
            match backend {
                DbBackend::Postgres => {
                    "SELECT district_id, case_id, tokens::text AS tokens FROM search ORDER BY case_id"
                }
                _ => "SELECT district_id, case_id, tokens FROM search ORDER BY rowid",
            },
        );
    }
    let mut select = Query::select();
    select.from(table.name.clone());
    for it in &table.columns {
        select.column(it.name.clone());
    }
    for it in &table.key {
        select.order_by(it.clone(), Order::Asc);
    }
    backend.build(&select)
}

/// Reads a row as a line; `key` is told which master keys it needs.
fn read(row: &QueryResult, table: &Table, mut key: impl FnMut(u32)) -> Result<Vec<u8>, Error> {
    let (placed, backend) = (table.name == SEARCH, row.is_postgres());
    line::write(table, |column| {
        let value = line::get(row, column)?;
        match &value {
            Some(line::Cell::Int(it)) if column.name == "key_id" => {
                u32::try_from(*it).into_iter().for_each(&mut key);
            }
            Some(line::Cell::Bytes(it)) => {
                Sealed::parse(it).into_iter().for_each(|it| key(it.key.key_id));
            }
            Some(_) | None => (),
        }
        Ok(match value {
            Some(line::Cell::Text(it)) if placed && backend && column.name == "tokens" => {
                Some(line::Cell::Text(in_order(&it)))
            }
            value => value,
        })
    })
}

/// The tokens of a vector in the order of their places: `'b':2 'a':1,3` is `a b a`.
fn in_order(vector: &str) -> String {
    let mut placed: Vec<(u32, &str)> = vec![];
    for it in vector.split(' ') {
        let Some((token, places)) = it.rsplit_once(':') else { continue };
        let token = token.trim_matches('\'');
        placed.extend(places.split(',').filter_map(|it| Some((it.parse().ok()?, token))));
    }
    placed.sort_unstable();
    let tokens: Vec<&str> = placed.into_iter().map(|it| it.1).collect();
    tokens.join(" ")
}

/// Which database a row comes from.
trait Origin {
    fn is_postgres(&self) -> bool;
}

impl Origin for QueryResult {
    fn is_postgres(&self) -> bool {
        self.try_as_pg_row().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_a_vector_come_in_the_order_of_the_text() {
        assert_eq!(in_order("'b':2 'a':1,3 'c':10"), "a b a c");
        assert_eq!(in_order(""), "");
    }

    #[test]
    fn what_rows_come_to_does_not_depend_on_their_order() {
        let of = |lines: &[&[u8]]| {
            let mut it = Tally::default();
            lines.iter().for_each(|line| it.add(line));
            it
        };
        assert!(of(&[b"a", b"b", b"b"]) == of(&[b"b", b"a", b"b"]));
        assert!(of(&[b"a", b"b"]) != of(&[b"a", b"c"]) && of(&[b"a"]) != of(&[b"a", b"a"]));
    }

    #[test]
    fn every_table_has_a_key_and_plain_names() {
        let all = tables();
        assert!(all.len() > 30);
        for it in all {
            assert!(it.is_plain() && !it.key.is_empty(), "{it:?}");
        }
    }
}
