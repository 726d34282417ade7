//! Rows into an empty database.

use chrono::{DateTime, Utc};
use engine::account::session::Kind as SessionKind;
use futures_util::TryStreamExt as _;
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, StreamTrait as _, Value,
    sea_query::{Expr, ExprTrait as _, Query, SimpleExpr},
};

use super::{SEARCH, Table, Tally, line, read, select};
use crate::{Error, Store, search};

/// The most values of one statement, well within what both databases take.
const VALUES: usize = 12_000;

/// An empty database that is being filled. Nothing of it is there before [`Loader::commit`].
pub struct Loader {
    tx: DatabaseTransaction,
}

impl Store {
    /// Whether nothing is remembered: there are no tables, or nothing in them.
    ///
    /// # Errors
    /// The driver's.
    pub async fn is_vacant(&self) -> Result<bool, Error> {
        if Migrator::get_applied_migrations(&self.db).await?.is_empty() {
            return Ok(true);
        }
        // By no entity: it may be at any step.
        for table in ["district", "event"] {
            let one = Query::select().expr(Expr::val(1)).from(table).limit(1).take();
            if self.db.query_one(&one).await?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Makes the schema of an archive in a database where nothing is remembered.
    ///
    /// # Errors
    /// [`Error::NotVacant`]; [`Error::Newer`] where a step is not of this program; else the driver's.
    pub async fn prepare(&self, steps: &[String]) -> Result<(), Error> {
        let known = Migrator::migrations();
        let known: Vec<&str> = known.iter().map(|it| it.name()).collect();
        // Steps are taken in their order, so those that an older program knew come first.
        let first = known.get(..steps.len()).unwrap_or(&known);
        if let Some(step) = steps.iter().find(|it| !first.contains(&it.as_str())) {
            return Err(Error::Newer { step: step.chars().take(100).collect() });
        }
        if !self.is_vacant().await? {
            return Err(Error::NotVacant);
        }
        let n_steps = u32::try_from(steps.len()).unwrap_or(u32::MAX);
        let lock = self.migration_lock().await?;
        if Migrator::get_applied_migrations(&self.db).await?.len() != steps.len() {
            Migrator::down(&self.db, None).await?;
            Migrator::up(&self.db, Some(n_steps)).await?;
        }
        if let Some(lock) = lock {
            lock.commit().await?;
        }
        Ok(())
    }

    /// Begins to fill an empty database.
    ///
    /// # Errors
    /// The driver's.
    pub async fn loader(&self) -> Result<Loader, Error> {
        Ok(Loader { tx: self.begin_write().await? })
    }

    /// Folds what was written beside the file of an embedded database into it, so that the file alone
    /// is everything.
    ///
    /// # Errors
    /// The driver's.
    pub async fn fold_log(&self) -> Result<(), Error> {
        if self.is_embedded() {
            self.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }
}

impl Loader {
    /// Puts rows into a table. Says how many.
    ///
    /// # Errors
    /// [`Error::NoRow`] where a line is no row of the table; else the driver's.
    pub async fn load(&self, table: &Table, lines: &[u8]) -> Result<u64, Error> {
        let no_row = || Error::NoRow { table: table.name.clone() };
        let lines = lines.split(|it| *it == b'\n').filter(|it| !it.is_empty());
        let rows: Vec<Vec<Value>> =
            lines.map(|it| line::parse(table, it)).collect::<Option<_>>().ok_or_else(no_row)?;
        let n_rows = rows.len();
        if table.name == SEARCH {
            for row in rows {
                let [
                    Value::Uuid(Some(district)),
                    Value::Uuid(Some(case)),
                    Value::String(Some(tokens)),
                ] = row.as_slice()
                else {
                    return Err(no_row());
                };
                let done = search::put_tokens(&self.tx, *district, *case, tokens).await?;
                if !done {
                    return Err(no_row());
                }
            }
            return Ok(u64::try_from(n_rows).unwrap_or(u64::MAX));
        }
        let at_once = (VALUES / table.columns.len().max(1)).max(1);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut insert = Query::insert();
            insert.into_table(table.name.clone());
            insert.columns(table.columns.iter().map(|it| it.name.clone()));
            for row in rows.by_ref().take(at_once) {
                let row = row.into_iter().map(SimpleExpr::from);
                insert.values(row).map_err(|_| no_row())?;
            }
            self.tx.execute(&insert).await?;
        }
        Ok(u64::try_from(n_rows).unwrap_or(u64::MAX))
    }

    /// What a table comes to now.
    ///
    /// # Errors
    /// The driver's.
    pub async fn tally(&self, table: &Table) -> Result<Tally, Error> {
        let mut res = Tally::default();
        let mut rows = self.tx.stream_raw(select(&self.tx, table)).await?;
        while let Some(row) = rows.try_next().await? {
            res.add(&read(&row, table, |_| ())?);
        }
        Ok(res)
    }

    /// Ends what must not go on in a copy: whoever was signed in is not, devices are not known, and
    /// what a process had taken up is for the next. Tokens of programs end too, unless they are kept:
    /// one that was revoked since would be good again.
    ///
    /// # Errors
    /// The driver's.
    pub async fn settle(&self, tables: &[Table], keep_tokens: bool) -> Result<u64, Error> {
        let mut n_ended = 0;
        // By no entity: the schema may still be that of an older program.
        for it in tables {
            let table = it.name.clone();
            match it.name.as_str() {
                "session" => {
                    let mut delete = Query::delete();
                    delete.from_table(table);
                    if keep_tokens {
                        let token: &'static str = SessionKind::Token.into();
                        delete.and_where(Expr::col("kind").ne(token));
                    }
                    n_ended = self.tx.execute(&delete).await?.rows_affected();
                }
                "device" | "provider_attempt" => {
                    self.tx.execute(Query::delete().from_table(table)).await?;
                }
                "deadline" | "mailing" => {
                    let none = Expr::value(None::<DateTime<Utc>>);
                    let update = Query::update().table(table).value("lease_until", none).take();
                    self.tx.execute(&update).await?;
                }
                _ => (),
            }
        }
        Ok(n_ended)
    }

    /// Lets everything be there at once.
    ///
    /// # Errors
    /// The driver's.
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.tx.commit().await?)
    }
}
