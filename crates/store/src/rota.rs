//! Absences and rotas.

use engine::{
    account::stand_in::{Absence, Duty},
    ids::{AbsenceId, DistrictId, DutyId, PersonId, UnitId},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};

use crate::{Error, Notes, Store, audit, directory::bump, entity};

impl Store {
    /// Every absence, by when it begins.
    ///
    /// # Errors
    /// The driver's.
    pub async fn absences(&self, district: DistrictId) -> Result<Vec<Absence>, Error> {
        use entity::absence::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::DistrictId.eq(district.0))
            .order_by_asc(Column::FromAt)
            .order_by_asc(Column::Id)
            .all(&self.db)
            .await?;
        let absence = |it: entity::absence::Model| Absence {
            id: AbsenceId(it.id),
            unit: UnitId(it.unit_id),
            person: PersonId(it.person_id),
            substitute: PersonId(it.substitute_id),
            from: it.from_at,
            until: it.until_at,
        };
        Ok(rows.into_iter().map(absence).collect())
    }

    /// Adds an absence in place of `replaced` ones.
    ///
    /// # Errors
    /// The driver's.
    pub async fn add_absence(
        &self,
        district: DistrictId,
        it: &Absence,
        replaced: &[AbsenceId],
        by: &Notes,
    ) -> Result<(), Error> {
        let row = entity::absence::ActiveModel {
            district_id: Set(district.0),
            id: Set(it.id.0),
            unit_id: Set(it.unit.0),
            person_id: Set(it.person.0),
            substitute_id: Set(it.substitute.0),
            from_at: Set(it.from),
            until_at: Set(it.until),
        };
        let tx = self.begin_write().await?;
        bump(&tx, district).await?;
        entity::absence::Entity::delete_many()
            .filter(entity::absence::Column::DistrictId.eq(district.0))
            .filter(entity::absence::Column::Id.is_in(replaced.iter().map(|it| it.0)))
            .exec(&tx)
            .await?;
        entity::absence::Entity::insert(row).exec_without_returning(&tx).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes an absence away.
    ///
    /// # Errors
    /// The driver's.
    pub async fn end_absence(
        &self,
        district: DistrictId,
        id: AbsenceId,
        by: &Notes,
    ) -> Result<(), Error> {
        let tx = self.begin_write().await?;
        bump(&tx, district).await?;
        entity::absence::Entity::delete_by_id((district.0, id.0)).exec(&tx).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Every turn of duty, by when it begins.
    ///
    /// # Errors
    /// The driver's.
    pub async fn duties(&self, district: DistrictId) -> Result<Vec<Duty>, Error> {
        use entity::duty::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::DistrictId.eq(district.0))
            .order_by_asc(Column::FromAt)
            .order_by_asc(Column::Id)
            .all(&self.db)
            .await?;
        let duty = |it: entity::duty::Model| Duty {
            id: DutyId(it.id),
            unit: UnitId(it.unit_id),
            person: PersonId(it.person_id),
            from: it.from_at,
            until: it.until_at,
        };
        Ok(rows.into_iter().map(duty).collect())
    }

    /// Adds a turn of duty.
    ///
    /// # Errors
    /// The driver's.
    pub async fn add_duty(&self, district: DistrictId, it: &Duty, by: &Notes) -> Result<(), Error> {
        let row = entity::duty::ActiveModel {
            district_id: Set(district.0),
            id: Set(it.id.0),
            unit_id: Set(it.unit.0),
            person_id: Set(it.person.0),
            from_at: Set(it.from),
            until_at: Set(it.until),
        };
        let tx = self.begin_write().await?;
        bump(&tx, district).await?;
        entity::duty::Entity::insert(row).exec_without_returning(&tx).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a turn of duty away.
    ///
    /// # Errors
    /// The driver's.
    pub async fn end_duty(
        &self,
        district: DistrictId,
        id: DutyId,
        by: &Notes,
    ) -> Result<(), Error> {
        let tx = self.begin_write().await?;
        bump(&tx, district).await?;
        entity::duty::Entity::delete_by_id((district.0, id.0)).exec(&tx).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }
}
