//! Keys over time: which of them are in use, what is still plain or under an old one, and sealing it
//! anew, a few rows at a time and while everybody works.
//!
//! Each row is written only where it is still as it was read, so that several processes, and an
//! erasure meanwhile, do no harm to each other.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::ids::DistrictId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait as _, DatabaseTransaction, DbBackend,
    EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query},
};
use uuid::Uuid;

use crate::{
    Error, Store, entity, factor, journal,
    keyring::Sealed,
    sealed::{self, columns, of_columns},
};

/// What was sealed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SealedAnew {
    /// Rows that were plain.
    pub plain: u64,
    /// Rows whose key was under an old master key.
    pub rewrapped: u64,
}

impl SealedAnew {
    fn add(&mut self, was_plain: bool) {
        *(if was_plain { &mut self.plain } else { &mut self.rewrapped }) += 1;
    }
}

/// The key of what is still plain.
const PLAIN: i32 = 0;
/// Rows of one transaction.
pub(crate) const BATCH: u64 = 200;

impl Store {
    /// Holds the keys against those that were in use before, and remembers the new ones.
    ///
    /// # Errors
    /// [`Error::OtherKey`] where a number stands for another key than before;
    /// [`Error::KeyMissing`] where something is sealed under a key that is not held, or none is held;
    /// else the driver's.
    pub async fn prove_keys(&self, district: DistrictId, now: DateTime<Utc>) -> Result<(), Error> {
        use entity::master_key::{ActiveModel, Column, Entity};
        if self.keyring.current().is_none() {
            return Err(Error::KeyMissing { key: None });
        }
        let known = Entity::find().filter(Column::DistrictId.eq(district.0)).all(&self.db).await?;
        let known: BTreeMap<u32, Vec<u8>> = known
            .into_iter()
            .filter_map(|it| Some((u32::try_from(it.id).ok()?, it.proof)))
            .collect();
        let held = self.keyring.ids();
        let mut new = vec![];
        for id in &held {
            let proof = self.keyring.proof(*id).unwrap_or_default();
            match known.get(id) {
                Some(before) if before.as_slice() == proof => (),
                Some(_) => return Err(Error::OtherKey { key: *id }),
                None => new.push(ActiveModel {
                    district_id: Set(district.0),
                    id: Set(i32::try_from(*id).unwrap_or(i32::MAX)),
                    proof: Set(proof.to_vec()),
                    since_at: Set(now),
                }),
            }
        }
        if known.keys().any(|it| !held.contains(it)) {
            let used = self.keys_in_use(district).await?;
            if let Some((missing, _)) = used.into_iter().find(|(it, _)| !held.contains(it)) {
                return Err(Error::KeyMissing { key: Some(missing) });
            }
        }
        if !new.is_empty() {
            let clash =
                OnConflict::columns([Column::DistrictId, Column::Id]).do_nothing().to_owned();
            let tx = self.begin_write().await?;
            Entity::insert_many(new).on_conflict(clash).exec_without_returning(&tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// The keys that were ever in use.
    ///
    /// # Errors
    /// The driver's.
    pub async fn known_keys(&self, district: DistrictId) -> Result<Vec<u32>, Error> {
        use entity::master_key::{Column, Entity};
        let ids: Vec<i32> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::DistrictId.eq(district.0))
            .order_by_asc(Column::Id)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(ids.into_iter().filter_map(|it| u32::try_from(it).ok()).collect())
    }

    /// How many values are sealed under each key.
    ///
    /// # Errors
    /// The driver's.
    pub async fn keys_in_use(&self, district: DistrictId) -> Result<BTreeMap<u32, u64>, Error> {
        let mut res = BTreeMap::new();
        let mut add = |key: u32, n: u64| *res.entry(key).or_insert(0) += n;
        for table in ["person", "person_index", "text", "file"] {
            let query = Query::select()
                .column("key_id")
                .expr_as(Expr::cust("COUNT(*)"), "n")
                .from(table)
                .and_where(Expr::col("district_id").eq(district.0))
                .and_where(Expr::col("key_id").gt(PLAIN))
                .group_by_col("key_id")
                .to_owned();
            for row in self.db.query_all(&query).await? {
                let (key, n): (i32, i64) = (row.try_get("", "key_id")?, row.try_get("", "n")?);
                add(u32::try_from(key).unwrap_or(0), u64::try_from(n).unwrap_or(0));
            }
        }
        for row in self.second_factors(district).await? {
            for it in [&row.secret, &row.pending].into_iter().flatten() {
                if let Some(sealed) = Sealed::parse(it) {
                    add(sealed.key.key_id, 1);
                }
            }
        }
        Ok(res)
    }

    /// Seals what is still plain, and what is under an old key under the current one. Nothing is
    /// left to do where nothing was done.
    ///
    /// # Errors
    /// [`Error::KeyMissing`], [`Error::Corrupt`] or the driver's.
    pub async fn seal_anew(&self, district: DistrictId) -> Result<SealedAnew, Error> {
        let current = self.keyring.current().ok_or(Error::KeyMissing { key: None })?;
        let current = i32::try_from(current).unwrap_or(i32::MAX);
        let mut res = SealedAnew::default();
        self.persons_anew(district.0, current, &mut res).await?;
        self.texts_anew(district.0, current, &mut res).await?;
        self.factors_anew(district, &mut res).await?;
        self.files_anew(district.0, current, &mut res).await?;
        Ok(res)
    }

    /// Gives back what the plain values stood in before they were sealed, so that no copy of the
    /// files shows them.
    ///
    /// # Errors
    /// The driver's.
    pub async fn scrub(&self) -> Result<(), Error> {
        let statements: &[&str] = match self.db.get_database_backend() {
            DbBackend::Sqlite => &["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"],
            _ => &["VACUUM (FULL) person", "VACUUM (FULL) text", "VACUUM (FULL) second_factor"],
        };
        for it in statements {
            self.db.execute_unprepared(it).await?;
        }
        Ok(())
    }

    async fn persons_anew(
        &self,
        district: Uuid,
        current: i32,
        res: &mut SealedAnew,
    ) -> Result<(), Error> {
        use entity::person::{Column, Entity};
        loop {
            let rows = Entity::find()
                .filter(Column::DistrictId.eq(district))
                .filter(under_another(Column::KeyId, current))
                .order_by_asc(Column::KeyId)
                .limit(BATCH)
                .all(&self.db)
                .await?;
            let (tx, mut n) = (self.begin_write().await?, 0);
            for row in rows {
                let was_plain = row.key_id == Some(PLAIN);
                if self.person_anew(&tx, row).await? {
                    res.add(was_plain);
                    n += 1;
                }
            }
            tx.commit().await?;
            // What somebody else did meanwhile is done; what stays is looked at again later.
            if n == 0 {
                return Ok(());
            }
        }
    }

    async fn person_anew(
        &self,
        tx: &DatabaseTransaction,
        row: entity::person::Model,
    ) -> Result<bool, Error> {
        use entity::person::{Column, Entity};
        let (sealed, index) = sealed::person_anew(&self.keyring, &row)?;
        let (key_id, wrapped, body) = columns(sealed);
        let moved = Entity::update_many()
            .col_expr(Column::Name, Expr::value(None::<String>))
            .col_expr(Column::Phone, Expr::value(None::<String>))
            .col_expr(Column::IdNumber, Expr::value(None::<String>))
            .col_expr(Column::Address, Expr::value(None::<String>))
            .col_expr(Column::ExternalRef, Expr::value(None::<String>))
            .col_expr(Column::KeyId, Expr::value(key_id))
            .col_expr(Column::WrappedKey, Expr::value(wrapped))
            .col_expr(Column::Sealed, Expr::value(body))
            .filter(Column::DistrictId.eq(row.district_id))
            .filter(Column::Id.eq(row.id))
            .filter(Column::ErasedAt.is_null())
            .filter(as_read(Column::KeyId, row.key_id))
            .exec(tx)
            .await?;
        if moved.rows_affected == 0 {
            return Ok(false);
        }
        entity::person_index::Entity::delete_many()
            .filter(entity::person_index::Column::DistrictId.eq(row.district_id))
            .filter(entity::person_index::Column::PersonId.eq(row.id))
            .exec(tx)
            .await?;
        journal::insert::<entity::person_index::Entity, _>(tx, index).await?;
        Ok(true)
    }

    async fn texts_anew(
        &self,
        district: Uuid,
        current: i32,
        res: &mut SealedAnew,
    ) -> Result<(), Error> {
        use entity::text::{Column, Entity};
        loop {
            let rows = Entity::find()
                .filter(Column::DistrictId.eq(district))
                .filter(under_another(Column::KeyId, current))
                .order_by_asc(Column::KeyId)
                .limit(BATCH)
                .all(&self.db)
                .await?;
            let (tx, mut n) = (self.begin_write().await?, 0);
            for row in rows {
                let was_plain = row.key_id == Some(PLAIN);
                if self.text_anew(&tx, row).await? {
                    res.add(was_plain);
                    n += 1;
                }
            }
            tx.commit().await?;
            if n == 0 {
                return Ok(());
            }
        }
    }

    async fn text_anew(
        &self,
        tx: &DatabaseTransaction,
        row: entity::text::Model,
    ) -> Result<bool, Error> {
        use entity::text::{Column, Entity};
        let place = sealed::text_place(row.district_id, row.id);
        let sealed = match of_columns((row.key_id, row.wrapped_key, row.sealed)) {
            Some(kept) => match self.keyring.rewrap(&place, &kept.key)? {
                Some(key) => Sealed { key, ..kept },
                None => return Ok(false),
            },
            None => {
                let (Some(salt), Some(body)) = (row.salt, row.body) else { return Ok(false) };
                sealed::seal_text(&self.keyring, row.district_id, row.id, &salt, &body)?
            }
        };
        let (key_id, wrapped, body) = columns(sealed);
        let moved = Entity::update_many()
            .col_expr(Column::Salt, Expr::value(None::<Vec<u8>>))
            .col_expr(Column::Body, Expr::value(None::<String>))
            .col_expr(Column::KeyId, Expr::value(key_id))
            .col_expr(Column::WrappedKey, Expr::value(wrapped))
            .col_expr(Column::Sealed, Expr::value(body))
            .filter(Column::DistrictId.eq(row.district_id))
            .filter(Column::Id.eq(row.id))
            .filter(Column::ErasedAt.is_null())
            .filter(as_read(Column::KeyId, row.key_id))
            .exec(tx)
            .await?;
        Ok(moved.rows_affected == 1)
    }

    async fn second_factors(
        &self,
        district: DistrictId,
    ) -> Result<Vec<entity::second_factor::Model>, Error> {
        use entity::second_factor::{Column, Entity};
        Ok(Entity::find().filter(Column::DistrictId.eq(district.0)).all(&self.db).await?)
    }

    /// Of people with a second factor there are few.
    async fn factors_anew(&self, district: DistrictId, res: &mut SealedAnew) -> Result<(), Error> {
        use entity::second_factor::{Column, Entity};
        for row in self.second_factors(district).await? {
            let secret = self.secret_anew(&row, row.secret.as_deref())?;
            let pending = self.secret_anew(&row, row.pending.as_deref())?;
            if secret == row.secret && pending == row.pending {
                continue;
            }
            let was_plain = [&row.secret, &row.pending]
                .into_iter()
                .flatten()
                .any(|it| Sealed::parse(it).is_none());
            let tx = self.begin_write().await?;
            let moved = Entity::update_many()
                .col_expr(Column::Secret, Expr::value(secret))
                .col_expr(Column::Pending, Expr::value(pending))
                .filter(Column::DistrictId.eq(row.district_id))
                .filter(Column::PersonId.eq(row.person_id))
                .filter(as_read(Column::Secret, row.secret))
                .filter(as_read(Column::Pending, row.pending))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            if moved.rows_affected == 1 {
                res.add(was_plain);
            }
        }
        Ok(())
    }

    fn secret_anew(
        &self,
        row: &entity::second_factor::Model,
        kept: Option<&[u8]>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let Some(kept) = kept else { return Ok(None) };
        let place = factor::place(row.district_id, row.person_id);
        let sealed = match Sealed::parse(kept) {
            Some(it) => match self.keyring.rewrap(&place, &it.key)? {
                Some(key) => Sealed { key, ..it },
                None => it,
            },
            None => self.keyring.seal(&place, kept)?,
        };
        Ok(Some(sealed.to_bytes()))
    }
}

/// Under another key than the current one: two ranges of the index, and nothing else is looked at.
pub(crate) fn under_another<C: sea_orm::ColumnTrait>(column: C, current: i32) -> Condition {
    Condition::any().add(column.lt(current)).add(column.gt(current))
}

/// A column that is still as it was read.
fn as_read<C, T>(column: C, value: Option<T>) -> Expr
where
    C: sea_orm::ColumnTrait,
    T: Into<sea_orm::Value>,
{
    match value {
        Some(it) => column.eq(it),
        None => column.is_null(),
    }
}
