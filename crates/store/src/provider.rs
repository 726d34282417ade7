//! Accounts that a provider signs in: whose account somebody there is, and what their groups change.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::{
    actor::Role,
    ids::{DistrictId, PersonId, UnitId},
    text::Digest,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    sea_query::{Expr, OnConflict},
};

use crate::{
    Account, Error, NewAccount, NewSession, Notes, Store,
    account::{account, end_sessions, insert_accounts},
    audit,
    directory::bump,
    entity,
    roles::roles_text,
    session,
};

/// Who somebody is to a provider. The subject says nothing to anybody but the provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// Who, as the provider never calls another.
    pub subject: String,
}

/// What a sign-in by a provider changes besides.
#[derive(Clone)]
pub enum Moved {
    /// Nothing.
    Nothing,
    /// Somebody's roles, and their unit where one is named. Their other sessions end.
    Groups {
        /// The roles that were looked at.
        before: Vec<Role>,
        /// Those that they have from now on.
        roles: BTreeSet<Role>,
        /// The unit that they are of from now on.
        unit: Option<UnitId>,
    },
    /// An account comes to be.
    Account(Box<NewAccount>, Identity),
}

impl Store {
    /// The account that is linked to somebody.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn provided(
        &self,
        district: DistrictId,
        who: &Identity,
    ) -> Result<Option<Account>, Error> {
        let id = (district.0, who.issuer.clone(), who.subject.clone());
        let Some(link) = entity::provider_account::Entity::find_by_id(id).one(&self.db).await?
        else {
            return Ok(None);
        };
        let id = (district.0, link.person_id);
        let row = entity::account::Entity::find_by_id(id).one(&self.db).await?;
        row.map(account).transpose()
    }

    /// Links an account to somebody in place of whom it was linked to, or to nobody any more. Its
    /// sessions end: some may be of whom it was linked to.
    ///
    /// # Errors
    /// [`Error::Exists`] where another account is linked to them; else the driver's.
    pub async fn link_provider(
        &self,
        district: DistrictId,
        person: PersonId,
        who: Option<Identity>,
        by: &Notes,
    ) -> Result<(), Error> {
        use entity::provider_account::{Column, Entity};
        let tx = self.begin_write().await?;
        Entity::delete_many()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::PersonId.eq(person.0))
            .exec(&tx)
            .await?;
        if let Some(who) = who {
            link(&tx, district, person, who, by.at).await?;
        }
        end_sessions(&tx, district, person, None).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Keeps that an attempt has come back. False where it had before.
    ///
    /// # Errors
    /// The driver's.
    pub async fn comes_back(
        &self,
        attempt: Digest,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, Error> {
        use entity::provider_attempt::{ActiveModel, Column, Entity};
        let row = ActiveModel { token_hash: Set(attempt.0.to_vec()), expires_at: Set(expires_at) };
        let clash = OnConflict::column(Column::TokenHash).do_nothing().to_owned();
        let tx = self.begin_write().await?;
        let n_new = Entity::insert(row).on_conflict(clash).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(n_new == 1)
    }

    /// Forgets attempts that are too old to come back.
    ///
    /// # Errors
    /// The driver's.
    pub async fn forget_attempts(&self, now: DateTime<Utc>) -> Result<u64, Error> {
        use entity::provider_attempt::{Column, Entity};
        let tx = self.begin_write().await?;
        let res = Entity::delete_many().filter(Column::ExpiresAt.lt(now)).exec(&tx).await?;
        tx.commit().await?;
        Ok(res.rows_affected)
    }

    /// Begins the session of somebody whom a provider has signed in, and changes what follows from
    /// their groups. False where somebody else changed their roles meanwhile. `changes` are the
    /// notes of what the program does of itself, `by` those of whoever signs in.
    ///
    /// # Errors
    /// [`Error::Exists`] where a new account's name is taken, or the identity linked meanwhile; else
    /// the driver's.
    pub async fn sign_in_by_provider(
        &self,
        district: DistrictId,
        new: NewSession,
        replaces: Option<Digest>,
        moved: Moved,
        (changes, by): (&Notes, &Notes),
    ) -> Result<bool, Error> {
        let person = new.person;
        let tx = self.begin_write().await?;
        let mut changes = changes.clone();
        match moved {
            Moved::Nothing => (),
            Moved::Groups { before, roles, unit } => {
                if !follow(&tx, district, person, &before, &roles, unit).await? {
                    return Ok(false);
                }
                end_sessions(&tx, district, person, None).await?;
            }
            Moved::Account(account, who) => {
                let facts =
                    insert_accounts(&tx, &self.keyring, district, vec![*account], changes.at)
                        .await?;
                changes.facts.splice(0..0, facts);
                link(&tx, district, person, who, changes.at).await?;
                bump(&tx, district).await?;
            }
        }
        session::begin(&tx, district, new, replaces, None).await?;
        audit::write_all(&tx, district.0, &[&changes, by]).await?;
        tx.commit().await?;
        Ok(true)
    }
}

async fn link(
    tx: &DatabaseTransaction,
    district: DistrictId,
    person: PersonId,
    who: Identity,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    use entity::provider_account::{ActiveModel, Column, Entity};
    let row = ActiveModel {
        district_id: Set(district.0),
        issuer: Set(who.issuer),
        subject: Set(who.subject),
        person_id: Set(person.0),
        linked_at: Set(at),
    };
    let clash = OnConflict::columns([Column::DistrictId, Column::Issuer, Column::Subject])
        .do_nothing()
        .to_owned();
    match Entity::insert(row).on_conflict(clash).exec_without_returning(tx).await? {
        1 => Ok(()),
        _ => Err(Error::Exists { what: "subject" }),
    }
}

async fn follow(
    tx: &DatabaseTransaction,
    district: DistrictId,
    person: PersonId,
    before: &[Role],
    roles: &BTreeSet<Role>,
    unit: Option<UnitId>,
) -> Result<bool, Error> {
    use entity::account::{Column, Entity};
    let roles: Vec<Role> = roles.iter().copied().collect();
    bump(tx, district).await?;
    let mut update = Entity::update_many()
        .col_expr(Column::Roles, Expr::value(roles_text(person.0, &roles)?))
        .filter(Column::DistrictId.eq(district.0))
        .filter(Column::PersonId.eq(person.0))
        .filter(Column::Roles.eq(roles_text(person.0, before)?));
    if let Some(unit) = unit {
        update = update.col_expr(Column::UnitId, Expr::value(unit.0));
    }
    let moved = update.exec(tx).await?;
    // What another administrator asked for was asked of the roles that were.
    entity::roles_asked::Entity::delete_by_id((district.0, person.0)).exec(tx).await?;
    Ok(moved.rows_affected == 1)
}
