//! Texts and persons: what may be erased, read by their ids, many at once.

use std::collections::HashMap;

use engine::ids::{DistrictId, PersonId, TextId};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use crate::{Error, Store, entity};

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
    /// The driver's.
    pub async fn texts(
        &self,
        district: DistrictId,
        ids: impl IntoIterator<Item = TextId>,
    ) -> Result<HashMap<TextId, String>, Error> {
        let rows: Vec<(Uuid, Option<String>)> = entity::text::Entity::find()
            .select_only()
            .columns([entity::text::Column::Id, entity::text::Column::Body])
            .filter(entity::text::Column::DistrictId.eq(district.0))
            .filter(entity::text::Column::Id.is_in(ids.into_iter().map(|it| it.0)))
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().filter_map(|(id, body)| Some((TextId(id), body?))).collect())
    }

    /// Personal data of people.
    ///
    /// # Errors
    /// The driver's.
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
        let card = |it: entity::person::Model| PersonCard {
            name: it.name,
            phone: it.phone,
            id_number: it.id_number,
            address: it.address,
        };
        Ok(rows.into_iter().map(|it| (PersonId(it.id), card(it))).collect())
    }
}
