//! What the program asks of the database itself, apart from any case.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, Statement,
};

use crate::{Error, Store, entity};

impl Store {
    /// The clock of a database that several processes share, for them to agree on; none for an
    /// embedded one.
    ///
    /// # Errors
    /// The driver's.
    pub async fn server_time(&self) -> Result<Option<DateTime<Utc>>, Error> {
        if self.db.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let query = Statement::from_string(DbBackend::Postgres, "SELECT clock_timestamp() AS at");
        let row = self.db.query_one_raw(query).await?;
        Ok(row.map(|it| it.try_get::<DateTime<Utc>>("", "at")).transpose()?)
    }

    /// How many deadlines are open.
    ///
    /// # Errors
    /// The driver's.
    pub async fn open_deadlines(&self) -> Result<u64, Error> {
        let open = entity::deadline::Column::Lapsed.eq(false);
        Ok(entity::deadline::Entity::find().filter(open).count(&self.db).await?)
    }

    /// What an embedded database finds damaged in its own file; a server looks after its files
    /// itself.
    ///
    /// # Errors
    /// The driver's.
    pub async fn damage(&self) -> Result<Vec<String>, Error> {
        if self.db.get_database_backend() != DbBackend::Sqlite {
            return Ok(vec![]);
        }
        let query = Statement::from_string(DbBackend::Sqlite, "PRAGMA quick_check(20)");
        let rows = self.db.query_all_raw(query).await?;
        let mut found = vec![];
        for row in rows {
            let line: String = row.try_get_by_index(0)?;
            if line != "ok" {
                found.push(line);
            }
        }
        Ok(found)
    }
}
