//! Locks after failures, shared by every process and kept over a restart.

use engine::{
    account::lock::Lockout,
    ids::{DistrictId, PersonId},
};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait as _, DbBackend, EntityTrait as _, QuerySelect as _,
    sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{Error, Notes, Store, audit, entity};

/// Under this id stand the failures under names that nobody has.
const NOBODY: Uuid = Uuid::nil();

impl Store {
    /// What is kept of the failures of an account, or of names that nobody has.
    ///
    /// # Errors
    /// The driver's.
    pub async fn lockout(
        &self,
        district: DistrictId,
        person: Option<PersonId>,
    ) -> Result<Lockout, Error> {
        let id = person.map_or(NOBODY, |it| it.0);
        let row = entity::lockout::Entity::find_by_id((district.0, id)).one(&self.db).await?;
        Ok(row.map(lockout).unwrap_or_default())
    }

    /// Changes it as `change` says, which also says what is noted. Two processes change it one after
    /// the other; a name that nobody has costs the same.
    ///
    /// # Errors
    /// The driver's.
    pub async fn change_lockout(
        &self,
        district: DistrictId,
        person: Option<PersonId>,
        change: impl FnOnce(Lockout) -> (Lockout, Notes),
    ) -> Result<Lockout, Error> {
        use entity::lockout::{ActiveModel, Column, Entity};
        let id = (district.0, person.map_or(NOBODY, |it| it.0));
        let row = |it: Lockout| ActiveModel {
            district_id: Set(id.0),
            person_id: Set(id.1),
            failures: Set(i32::try_from(it.failures).unwrap_or(i32::MAX)),
            until_at: Set(it.until),
        };
        let clash = || OnConflict::columns([Column::DistrictId, Column::PersonId]);
        let tx = self.begin_write().await?;
        Entity::insert(row(Lockout::default()))
            .on_conflict(clash().do_nothing().to_owned())
            .exec_without_returning(&tx)
            .await?;
        let mut query = Entity::find_by_id(id);
        if tx.get_database_backend() == DbBackend::Postgres {
            query = query.lock_exclusive();
        }
        let before = query.one(&tx).await?.map(lockout).unwrap_or_default();
        let (after, notes) = change(before);
        Entity::insert(row(after))
            .on_conflict(clash().update_columns([Column::Failures, Column::UntilAt]).to_owned())
            .exec_without_returning(&tx)
            .await?;
        audit::write(&tx, district.0, &notes).await?;
        tx.commit().await?;
        Ok(after)
    }
}

fn lockout(it: entity::lockout::Model) -> Lockout {
    Lockout { failures: u32::try_from(it.failures).unwrap_or(0), until: it.until_at }
}
