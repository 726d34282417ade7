//! The registers: units, accounts, lists and calendars, with a version that caches are held against.

use chrono::{DateTime, NaiveDate, Utc};
use engine::{
    account::stand_in::{Absence, Duty},
    audit::AuditFact,
    calendar::Calendar,
    directory::Directory,
    ids::{DistrictId, PersonId, UnitId},
    lists::Lists,
    text::Digest,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};
use uuid::Uuid;

use crate::{Account, Error, Notes, Store, account::account, audit, entity, journal, units};

/// The registers as they are.
#[derive(Debug, Clone)]
pub struct RegisterState {
    /// Their version.
    pub version: i64,
    /// The units.
    pub directory: Directory,
    /// The accounts.
    pub accounts: Vec<Account>,
    /// Who is away, and who stands in.
    pub absences: Vec<Absence>,
    /// The rotas.
    pub duties: Vec<Duty>,
    /// The versions of the lists, oldest first.
    pub lists: Vec<Lists>,
    /// The versions of the calendar, oldest first.
    pub calendars: Vec<Calendar>,
}

pub(crate) fn parse<T: std::str::FromStr>(
    table: &'static str,
    column: &'static str,
    id: Uuid,
    text: &str,
) -> Result<T, Error>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().map_err(|error: T::Err| Error::corrupt(table, column, id, error))
}

impl Store {
    /// The district that this database is for, and its code and name; none before it was set up.
    ///
    /// # Errors
    /// The driver's.
    pub async fn district(&self) -> Result<Option<(DistrictId, String, String)>, Error> {
        let row = entity::district::Entity::find().one(&self.db).await?;
        Ok(row.map(|it| (DistrictId(it.id), it.code, it.name)))
    }

    /// Sets up the district, once.
    ///
    /// # Errors
    /// The driver's.
    pub async fn add_district(&self, id: DistrictId, code: &str, name: &str) -> Result<(), Error> {
        let row = entity::district::ActiveModel {
            id: Set(id.0),
            code: Set(code.to_owned()),
            name: Set(name.to_owned()),
        };
        let tx = self.begin_write().await?;
        entity::district::Entity::insert(row).exec_without_returning(&tx).await?;
        let register = entity::register::ActiveModel { district_id: Set(id.0), version: Set(1) };
        entity::register::Entity::insert(register).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The version of the registers.
    ///
    /// # Errors
    /// The driver's.
    pub async fn register_version(&self, district: DistrictId) -> Result<i64, Error> {
        let row = entity::register::Entity::find_by_id(district.0).one(&self.db).await?;
        Ok(row.map_or(0, |it| it.version))
    }

    /// The registers, whole.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn registers(&self, district: DistrictId) -> Result<RegisterState, Error> {
        let version = self.register_version(district).await?;
        let id = district.0;
        let directory = units::directory(&self.db, id).await?;
        let accounts = entity::account::Entity::find()
            .filter(entity::account::Column::DistrictId.eq(id))
            .all(&self.db)
            .await?
            .into_iter()
            .map(account)
            .collect::<Result<Vec<_>, Error>>()?;
        let (absences, duties) = (self.absences(district).await?, self.duties(district).await?);
        let lists = self.lists_versions(district).await?;
        let calendars = entity::calendar_version::Entity::find()
            .filter(entity::calendar_version::Column::DistrictId.eq(id))
            .order_by_asc(entity::calendar_version::Column::Version)
            .all(&self.db)
            .await?
            .into_iter()
            .map(|it| {
                serde_json::from_str(&it.body).map_err(|error| {
                    Error::corrupt("calendar_version", "body", it.district_id, error)
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(RegisterState { version, directory, accounts, absences, duties, lists, calendars })
    }

    /// Adopts a version of the calendar; a version is never changed.
    ///
    /// # Errors
    /// [`Error::Exists`] where the version is there; else the driver's.
    pub async fn add_calendar(
        &self,
        district: DistrictId,
        calendar: &Calendar,
        by: &Notes,
    ) -> Result<(), Error> {
        let body = serde_json::to_string(calendar)
            .map_err(|error| Error::corrupt("calendar_version", "body", district.0, error))?;
        let digest = Digest::of(body.as_bytes());
        let adopted_on: NaiveDate = calendar.adopted_on();
        let row = entity::calendar_version::ActiveModel {
            district_id: Set(district.0),
            version: Set(journal::version(calendar.version())),
            adopted_on: Set(adopted_on),
            body: Set(body),
            published_at: Set(by.at),
        };
        let tx = self.begin_write().await?;
        entity::calendar_version::Entity::insert(row)
            .exec_without_returning(&tx)
            .await
            .map_err(|error| exists(error, "calendar version"))?;
        bump(&tx, district).await?;
        let fact = AuditFact::CalendarAdopted { version: calendar.version(), digest };
        audit::write(&tx, district.0, &by.saying(fact)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The first of `n` numbers that nobody else gets.
    ///
    /// # Errors
    /// The driver's.
    pub async fn take_block(&self, district: DistrictId, name: &str, n: u32) -> Result<i64, Error> {
        use entity::block::{ActiveModel, Column, Entity};
        let tx = self.begin_write().await?;
        let row =
            ActiveModel { district_id: Set(district.0), name: Set(name.to_owned()), next: Set(1) };
        let clash = OnConflict::columns([Column::DistrictId, Column::Name]).do_nothing().to_owned();
        Entity::insert(row).on_conflict(clash).exec_without_returning(&tx).await?;
        Entity::update_many()
            .col_expr(Column::Next, Expr::col(Column::Next).add(i64::from(n)))
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::Name.eq(name))
            .exec(&tx)
            .await?;
        let row = Entity::find_by_id((district.0, name.to_owned())).one(&tx).await?;
        tx.commit().await?;
        Ok(row.map_or(1, |it| it.next - i64::from(n)))
    }

    /// The last number that a centre's issuing actions took in a year; zero before the first.
    ///
    /// # Errors
    /// The driver's.
    pub async fn last_serial(
        &self,
        district: DistrictId,
        centre: UnitId,
        year: i32,
    ) -> Result<u32, Error> {
        let row =
            entity::serial::Entity::find_by_id((district.0, centre.0, year)).one(&self.db).await?;
        Ok(row.and_then(|it| u32::try_from(it.last).ok()).unwrap_or(0))
    }

    /// What an idempotency key keeps: the digest of the input, the object, its id, its stream.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn key(
        &self,
        district: DistrictId,
        actor: PersonId,
        key: &str,
    ) -> Result<Option<journal::KeyRecord>, Error> {
        let id = (district.0, actor.0, key.to_owned());
        let row = entity::idempotency::Entity::find_by_id(id).one(&self.db).await?;
        row.map(|it| {
            let input = <[u8; 32]>::try_from(it.input_hash.as_slice()).map_err(|error| {
                Error::corrupt("idempotency", "input_hash", it.object_id, error)
            })?;
            Ok(journal::KeyRecord {
                key: it.key,
                input: Digest(input),
                object: it.object,
                object_id: it.object_id,
                stream_id: it.stream_id,
            })
        })
        .transpose()
    }

    /// Forgets keys that are older than `before`.
    ///
    /// # Errors
    /// The driver's.
    pub async fn forget_keys(&self, before: DateTime<Utc>) -> Result<u64, Error> {
        let tx = self.begin_write().await?;
        let res = entity::idempotency::Entity::delete_many()
            .filter(entity::idempotency::Column::CreatedAt.lt(before))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(res.rows_affected)
    }
}

pub(crate) fn exists(error: sea_orm::DbErr, what: &'static str) -> Error {
    match error.sql_err() {
        Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => Error::Exists { what },
        Some(_) | None => Error::Database(error),
    }
}

pub(crate) async fn bump(tx: &DatabaseTransaction, district: DistrictId) -> Result<(), Error> {
    use entity::register::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::DistrictId.eq(district.0))
        .exec(tx)
        .await?;
    Ok(())
}
