//! Second factors: the secret that a telephone shares, which of its codes was last used, and the
//! recovery codes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::{
    account::pass::Must,
    ids::{DistrictId, PersonId},
    text::Digest,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    sea_query::{Expr, OnConflict},
};

use crate::{
    Error, Notes, Store,
    account::{end_sessions, forget_devices},
    audit, entity, journal,
    keyring::{Place, Sealed},
    session::{put_confirmed, put_must},
};
use uuid::Uuid;

/// Somebody's second factor.
#[derive(Clone, Default)]
pub struct Factor {
    /// The secret, once a code of it has confirmed it.
    pub secret: Option<Vec<u8>>,
    /// The step whose code was last used.
    pub last_step: Option<u64>,
    /// A secret that was shown and is not confirmed yet.
    pub pending: Option<Vec<u8>>,
}

impl Store {
    /// Somebody's second factor.
    ///
    /// # Errors
    /// The driver's.
    pub async fn second_factor(
        &self,
        district: DistrictId,
        person: PersonId,
    ) -> Result<Factor, Error> {
        let id = (district.0, person.0);
        let row = entity::second_factor::Entity::find_by_id(id).one(&self.db).await?;
        let Some(row) = row else { return Ok(Factor::default()) };
        Ok(Factor {
            secret: row.secret.map(|it| self.open_secret(district, person, it)).transpose()?,
            last_step: row.last_step.and_then(|it| u64::try_from(it).ok()),
            pending: row.pending.map(|it| self.open_secret(district, person, it)).transpose()?,
        })
    }

    /// Keeps a secret that is shown, until a code of it confirms it; the one in use stays in use.
    ///
    /// # Errors
    /// The driver's.
    pub async fn begin_second_factor(
        &self,
        district: DistrictId,
        person: PersonId,
        secret: &[u8],
    ) -> Result<(), Error> {
        use entity::second_factor::{ActiveModel, Column, Entity};
        let row = ActiveModel {
            district_id: Set(district.0),
            person_id: Set(person.0),
            secret: Set(None),
            enrolled_at: Set(None),
            last_step: Set(None),
            pending: Set(Some(self.seal_secret(district, person, secret)?)),
        };
        let clash = OnConflict::columns([Column::DistrictId, Column::PersonId])
            .update_column(Column::Pending)
            .to_owned();
        let tx = self.begin_write().await?;
        Entity::insert(row).on_conflict(clash).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Puts a secret to use, with new recovery codes. Other sessions and known devices end; the one
    /// of `session` counts as confirmed, and this is what is to be done first in it.
    ///
    /// # Errors
    /// The driver's.
    pub async fn enrol(
        &self,
        district: DistrictId,
        person: PersonId,
        (secret, step): (&[u8], u64),
        recovery: &[Digest],
        session: Option<(Digest, BTreeSet<Must>)>,
        by: &Notes,
    ) -> Result<(), Error> {
        use entity::second_factor::{ActiveModel, Column, Entity};
        let row = ActiveModel {
            district_id: Set(district.0),
            person_id: Set(person.0),
            secret: Set(Some(self.seal_secret(district, person, secret)?)),
            enrolled_at: Set(Some(by.at)),
            last_step: Set(i64::try_from(step).ok()),
            pending: Set(None),
        };
        let clash = OnConflict::columns([Column::DistrictId, Column::PersonId])
            .update_columns([Column::Secret, Column::EnrolledAt, Column::LastStep, Column::Pending])
            .to_owned();
        let tx = self.begin_write().await?;
        Entity::insert(row).on_conflict(clash).exec_without_returning(&tx).await?;
        entity::recovery_code::Entity::delete_many()
            .filter(entity::recovery_code::Column::DistrictId.eq(district.0))
            .filter(entity::recovery_code::Column::PersonId.eq(person.0))
            .exec(&tx)
            .await?;
        let codes = recovery.iter().map(|it| entity::recovery_code::ActiveModel {
            district_id: Set(district.0),
            person_id: Set(person.0),
            hash: Set(it.0.to_vec()),
            used_at: Set(None),
        });
        journal::insert::<entity::recovery_code::Entity, _>(&tx, codes.collect()).await?;
        forget_devices(&tx, district, person).await?;
        end_sessions(&tx, district, person, session.as_ref().map(|it| it.0)).await?;
        if let Some((token, must)) = session {
            put_must(&tx, token, &must).await?;
            put_confirmed(&tx, token, by.at).await?;
        }
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes away somebody's second factor with its recovery codes, and ends what it opened.
    ///
    /// # Errors
    /// The driver's.
    pub async fn drop_second_factor(
        &self,
        district: DistrictId,
        person: PersonId,
        by: &Notes,
    ) -> Result<(), Error> {
        let tx = self.begin_write().await?;
        entity::second_factor::Entity::delete_by_id((district.0, person.0)).exec(&tx).await?;
        entity::recovery_code::Entity::delete_many()
            .filter(entity::recovery_code::Column::DistrictId.eq(district.0))
            .filter(entity::recovery_code::Column::PersonId.eq(person.0))
            .exec(&tx)
            .await?;
        forget_devices(&tx, district, person).await?;
        end_sessions(&tx, district, person, None).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Uses up the code of a step. False where it, or a later one, was used before: of two who send
    /// the same code at once one wins.
    ///
    /// # Errors
    /// The driver's.
    pub async fn use_step(
        &self,
        district: DistrictId,
        person: PersonId,
        step: u64,
    ) -> Result<bool, Error> {
        use entity::second_factor::{Column, Entity};
        let Ok(step) = i64::try_from(step) else { return Ok(false) };
        let earlier =
            Condition::any().add(Column::LastStep.is_null()).add(Column::LastStep.lt(step));
        let tx = self.begin_write().await?;
        let moved = Entity::update_many()
            .col_expr(Column::LastStep, Expr::value(Some(step)))
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::PersonId.eq(person.0))
            .filter(earlier)
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(moved.rows_affected == 1)
    }

    /// Uses up a recovery code. False where it is none, or was used before.
    ///
    /// # Errors
    /// The driver's.
    pub async fn use_recovery_code(
        &self,
        district: DistrictId,
        person: PersonId,
        code: Digest,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        use entity::recovery_code::{Column, Entity};
        let tx = self.begin_write().await?;
        let moved = Entity::update_many()
            .col_expr(Column::UsedAt, Expr::value(Some(now)))
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::PersonId.eq(person.0))
            .filter(Column::Hash.eq(code.0.to_vec()))
            .filter(Column::UsedAt.is_null())
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(moved.rows_affected == 1)
    }

    /// How many recovery codes somebody has left.
    ///
    /// # Errors
    /// The driver's.
    pub async fn recovery_codes_left(
        &self,
        district: DistrictId,
        person: PersonId,
    ) -> Result<u64, Error> {
        use entity::recovery_code::{Column, Entity};
        let left = Entity::find()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::PersonId.eq(person.0))
            .filter(Column::UsedAt.is_null())
            .count(&self.db)
            .await?;
        Ok(left)
    }

    /// A secret as it is kept.
    fn seal_secret(
        &self,
        district: DistrictId,
        person: PersonId,
        secret: &[u8],
    ) -> Result<Vec<u8>, Error> {
        Ok(self.keyring.seal(&place(district.0, person.0), secret)?.to_bytes())
    }

    /// A secret as it is used. One of before there were keys stands as it is.
    fn open_secret(
        &self,
        district: DistrictId,
        person: PersonId,
        kept: Vec<u8>,
    ) -> Result<Vec<u8>, Error> {
        match Sealed::parse(&kept) {
            Some(it) => Ok(self.keyring.open(&place(district.0, person.0), &it)?.to_vec()),
            None => Ok(kept),
        }
    }
}

/// Where the secrets of a person stand.
pub(crate) fn place(district: Uuid, person: Uuid) -> Place {
    Place { table: "second_factor", district, id: person }
}
