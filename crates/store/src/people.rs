//! Texts and persons: what may be erased. Read by their ids, many at once; written sealed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use engine::ids::{DistrictId, PersonId, TextId};
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::Expr,
};
use uuid::Uuid;

use crate::{Error, Keyring, PersonDraft, Store, entity, file, journal, sealed, search};

/// Personal data of somebody, as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonCard {
    /// Name.
    pub name: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Identity number.
    pub id_number: Option<String>,
    /// Address.
    pub address: Option<String>,
}

/// Never shows what it holds: it must be able to stand in a log line.
impl std::fmt::Debug for PersonCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonCard(..)")
    }
}

/// Somebody whose data goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Erased {
    pub(crate) person: Uuid,
    pub(crate) stream: Uuid,
    /// The text that stays where the texts of the stream go, too.
    pub(crate) texts_but: Option<Uuid>,
}

impl Store {
    /// The words of texts; erased ones are left out.
    ///
    /// # Errors
    /// [`Error::KeyMissing`], [`Error::Corrupt`] or the driver's.
    pub async fn texts(
        &self,
        district: DistrictId,
        ids: impl IntoIterator<Item = TextId>,
    ) -> Result<HashMap<TextId, String>, Error> {
        use entity::text::{Column, Entity};
        type Row = (Uuid, Option<String>, Option<i32>, Option<Vec<u8>>, Option<Vec<u8>>);
        let rows: Vec<Row> = Entity::find()
            .select_only()
            .columns([Column::Id, Column::Body, Column::KeyId, Column::WrappedKey, Column::Sealed])
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::Id.is_in(ids.into_iter().map(|it| it.0)))
            .into_tuple()
            .all(&self.db)
            .await?;
        let mut res = HashMap::with_capacity(rows.len());
        for (id, body, key_id, wrapped, sealed) in rows {
            let kept = (key_id, wrapped, sealed);
            if let Some(it) = sealed::open_text(&self.keyring, district.0, id, body, kept)? {
                res.insert(TextId(id), it);
            }
        }
        Ok(res)
    }

    /// Personal data of people; of those that were erased there is none.
    ///
    /// # Errors
    /// [`Error::KeyMissing`], [`Error::Corrupt`] or the driver's.
    pub async fn persons(
        &self,
        district: DistrictId,
        ids: impl IntoIterator<Item = PersonId>,
    ) -> Result<HashMap<PersonId, PersonCard>, Error> {
        let rows = entity::person::Entity::find()
            .filter(entity::person::Column::DistrictId.eq(district.0))
            .filter(entity::person::Column::Id.is_in(ids.into_iter().map(|it| it.0)))
            .all(&self.db)
            .await?;
        let mut res = HashMap::with_capacity(rows.len());
        for row in rows {
            if let Some(it) = sealed::open_person(&self.keyring, &row)? {
                res.insert(PersonId(row.id), it);
            }
        }
        Ok(res)
    }
}

/// Writes persons, sealed, with what they are found by.
pub(crate) async fn add(
    tx: &DatabaseTransaction,
    keyring: &Keyring,
    district: Uuid,
    at: DateTime<Utc>,
    drafts: Vec<PersonDraft>,
) -> Result<(), Error> {
    let mut rows = Vec::with_capacity(drafts.len());
    let mut index = vec![];
    for it in drafts {
        let (row, found_by) = sealed::person(keyring, district, at, it)?;
        rows.push(row);
        index.extend(found_by);
    }
    journal::insert::<entity::person::Entity, _>(tx, rows).await?;
    journal::insert::<entity::person_index::Entity, _>(tx, index).await
}

/// Drops somebody's key, what they are found by, and where it is asked the texts of the case.
pub(crate) async fn erase(
    tx: &DatabaseTransaction,
    district: Uuid,
    at: DateTime<Utc>,
    erased: Erased,
) -> Result<(), Error> {
    {
        use entity::person::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::Name, Expr::value(None::<String>))
            .col_expr(Column::Phone, Expr::value(None::<String>))
            .col_expr(Column::IdNumber, Expr::value(None::<String>))
            .col_expr(Column::Address, Expr::value(None::<String>))
            .col_expr(Column::ExternalRef, Expr::value(None::<String>))
            .col_expr(Column::KeyId, Expr::value(None::<i32>))
            .col_expr(Column::WrappedKey, Expr::value(None::<Vec<u8>>))
            .col_expr(Column::Sealed, Expr::value(None::<Vec<u8>>))
            .col_expr(Column::ErasedAt, Expr::value(Some(at)))
            .filter(Column::DistrictId.eq(district))
            .filter(Column::Id.eq(erased.person))
            .exec(tx)
            .await?;
    }
    {
        use entity::person_index::{Column, Entity};
        Entity::delete_many()
            .filter(Column::DistrictId.eq(district))
            .filter(Column::PersonId.eq(erased.person))
            .exec(tx)
            .await?;
    }
    {
        // The digest of an input that named them could be tried with guesses.
        use entity::idempotency::{Column, Entity};
        Entity::delete_many()
            .filter(Column::DistrictId.eq(district))
            .filter(Column::StreamId.eq(erased.stream))
            .exec(tx)
            .await?;
    }
    let Some(kept) = erased.texts_but else { return Ok(()) };
    file::erase(tx, district, erased.stream).await?;
    {
        use entity::text::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::Salt, Expr::value(None::<Vec<u8>>))
            .col_expr(Column::Body, Expr::value(None::<String>))
            .col_expr(Column::KeyId, Expr::value(None::<i32>))
            .col_expr(Column::WrappedKey, Expr::value(None::<Vec<u8>>))
            .col_expr(Column::Sealed, Expr::value(None::<Vec<u8>>))
            .col_expr(Column::ErasedAt, Expr::value(Some(at)))
            .filter(Column::DistrictId.eq(district))
            .filter(Column::StreamId.eq(erased.stream))
            .filter(Column::Id.ne(kept))
            .exec(tx)
            .await?;
    }
    search::put(tx, district, erased.stream, "").await
}
