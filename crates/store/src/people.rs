//! Texts and persons: what may be erased, read by their ids, many at once.

use std::collections::HashMap;

use engine::ids::{DistrictId, PersonId, TextId};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use crate::{Error, Store, entity, sealed};

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
