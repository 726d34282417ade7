//! The roles of accounts, and those that wait for a second administrator.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::{
    actor::Role,
    ids::{DistrictId, PersonId},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, QueryFilter as _,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use crate::{Error, Notes, Store, account::end_sessions, audit, directory::bump, entity};

/// Roles that wait for a second administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolesAsked {
    /// The roles that the account would hold.
    pub roles: BTreeSet<Role>,
    /// Who asked.
    pub by: PersonId,
    /// When.
    pub at: DateTime<Utc>,
}

impl Store {
    /// Gives an account these roles in place of `before`; whoever it is has to sign in anew. False
    /// where it no longer holds those: somebody was first.
    ///
    /// # Errors
    /// The driver's.
    pub async fn set_roles(
        &self,
        district: DistrictId,
        person: PersonId,
        before: &[Role],
        roles: &BTreeSet<Role>,
        by: &Notes,
    ) -> Result<bool, Error> {
        use entity::account::{Column, Entity};
        let roles: Vec<Role> = roles.iter().copied().collect();
        let tx = self.begin_write().await?;
        bump(&tx, district).await?;
        let moved = Entity::update_many()
            .col_expr(Column::Roles, Expr::value(roles_text(person.0, &roles)?))
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::PersonId.eq(person.0))
            .filter(Column::Roles.eq(roles_text(person.0, before)?))
            .exec(&tx)
            .await?;
        if moved.rows_affected != 1 {
            return Ok(false);
        }
        entity::roles_asked::Entity::delete_by_id((district.0, person.0)).exec(&tx).await?;
        end_sessions(&tx, district, person, None).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Keeps roles that wait for a second administrator, in place of those that waited before.
    ///
    /// # Errors
    /// The driver's.
    pub async fn ask_roles(
        &self,
        district: DistrictId,
        person: PersonId,
        asked: &RolesAsked,
        by: &Notes,
    ) -> Result<(), Error> {
        use entity::roles_asked::{ActiveModel, Column, Entity};
        let roles: Vec<Role> = asked.roles.iter().copied().collect();
        let row = ActiveModel {
            district_id: Set(district.0),
            person_id: Set(person.0),
            roles: Set(roles_text(person.0, &roles)?),
            by_id: Set(asked.by.0),
            at: Set(asked.at),
        };
        let clash = OnConflict::columns([Column::DistrictId, Column::PersonId])
            .update_columns([Column::Roles, Column::ById, Column::At])
            .to_owned();
        let tx = self.begin_write().await?;
        Entity::insert(row).on_conflict(clash).exec_without_returning(&tx).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Roles that wait.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn roles_asked(
        &self,
        district: DistrictId,
        person: PersonId,
    ) -> Result<Option<RolesAsked>, Error> {
        let row =
            entity::roles_asked::Entity::find_by_id((district.0, person.0)).one(&self.db).await?;
        row.map(asked).transpose()
    }

    /// Forgets roles that wait.
    ///
    /// # Errors
    /// The driver's.
    pub async fn deny_roles(
        &self,
        district: DistrictId,
        person: PersonId,
        by: &Notes,
    ) -> Result<(), Error> {
        let tx = self.begin_write().await?;
        entity::roles_asked::Entity::delete_by_id((district.0, person.0)).exec(&tx).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }
}

pub(crate) fn roles_text(person: Uuid, roles: &[Role]) -> Result<String, Error> {
    serde_json::to_string(roles).map_err(|error| Error::corrupt("account", "roles", person, error))
}

pub(crate) fn asked(it: entity::roles_asked::Model) -> Result<RolesAsked, Error> {
    Ok(RolesAsked {
        roles: serde_json::from_str(&it.roles)
            .map_err(|error| Error::corrupt("roles_asked", "roles", it.person_id, error))?,
        by: PersonId(it.by_id),
        at: it.at,
    })
}
