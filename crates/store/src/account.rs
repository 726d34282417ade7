//! Accounts: who may sign in by which password, and in which roles.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use engine::{
    account::{pass::Must, session::Kind},
    actor::{Rank, Role},
    audit::AuditFact,
    ids::{DistrictId, PersonId, UnitId},
    text::Digest,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use crate::{
    Error, Keyring, Notes, PersonDraft, RolesAsked, Store, audit,
    directory::{bump, parse},
    entity, people,
    roles::{asked, roles_text},
    session::put_must,
};

/// Somebody with an account, apart from their personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The person.
    pub person: PersonId,
    /// The name they sign in with.
    pub login: String,
    /// Their unit.
    pub unit: UnitId,
    /// Their roles.
    pub roles: Vec<Role>,
    /// Their rank.
    pub rank: Rank,
    /// Their post.
    pub post: String,
    /// Where letters go.
    pub mail: Option<String>,
    /// Whether they may not sign in.
    pub disabled: bool,
}

/// An account that is added.
#[derive(Clone)]
pub struct NewAccount {
    /// The account.
    pub account: Account,
    /// Their name.
    pub name: String,
    /// The hash of their password.
    pub password_hash: String,
    /// Since when they have it; where nobody knows, it counts from the first sign-in.
    pub password_at: Option<DateTime<Utc>>,
    /// Whether an administrator knows it, so that it has to be changed first.
    pub password_reset: bool,
}

/// What somebody signs in with.
#[derive(Clone)]
pub struct Credentials {
    /// The account.
    pub account: Account,
    /// The hash of the password.
    pub password_hash: String,
    /// Since when it is the password.
    pub password_at: Option<DateTime<Utc>>,
    /// Whether an administrator set it.
    pub password_reset: bool,
}

/// A password that is set.
#[derive(Clone)]
pub struct NewPassword {
    /// Whose.
    pub person: PersonId,
    /// Its hash.
    pub hash: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether an administrator set it.
    pub reset: bool,
    /// How many former ones are kept.
    pub keep: u32,
    /// The session in which it was changed, which goes on, and what is to be done first in it; all
    /// others end. Where an administrator set it, tokens and known devices end too.
    pub session: Option<(Digest, BTreeSet<Must>)>,
}

/// What administrators see of an account besides the register.
#[derive(Debug, Clone, Default)]
pub struct AccountDetails {
    /// When somebody last signed in.
    pub signed_in_at: Option<DateTime<Utc>>,
    /// Until when it is locked, or was.
    pub locked_until: Option<DateTime<Utc>>,
    /// Whether there is a second factor.
    pub enrolled: bool,
    /// Roles that wait.
    pub asked: Option<RolesAsked>,
    /// Whether a provider signs its person in.
    pub provided: bool,
}

impl Store {
    /// Adds accounts with their persons.
    ///
    /// # Errors
    /// [`Error::Exists`] where a name is taken; else the driver's.
    pub async fn add_accounts(
        &self,
        district: DistrictId,
        accounts: Vec<NewAccount>,
        by: &Notes,
    ) -> Result<(), Error> {
        if accounts.is_empty() {
            return Ok(());
        }
        let tx = self.begin_write().await?;
        let facts = insert_accounts(&tx, &self.keyring, district, accounts, by.at).await?;
        bump(&tx, district).await?;
        audit::write(&tx, district.0, &Notes { facts, ..by.clone() }).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What somebody of this name signs in with.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn credentials(
        &self,
        district: DistrictId,
        login: &str,
    ) -> Result<Option<Credentials>, Error> {
        let row = entity::account::Entity::find()
            .filter(entity::account::Column::DistrictId.eq(district.0))
            .filter(entity::account::Column::Login.eq(login))
            .one(&self.db)
            .await?;
        row.map(credentials).transpose()
    }

    /// What this person signs in with.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn credentials_of(
        &self,
        district: DistrictId,
        person: PersonId,
    ) -> Result<Option<Credentials>, Error> {
        let row = entity::account::Entity::find_by_id((district.0, person.0)).one(&self.db).await?;
        row.map(credentials).transpose()
    }

    /// The hashes of former passwords, the last first.
    ///
    /// # Errors
    /// The driver's.
    pub async fn former_passwords(
        &self,
        district: DistrictId,
        person: PersonId,
        n: u32,
    ) -> Result<Vec<String>, Error> {
        use entity::former_password::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::PersonId.eq(person.0))
            .order_by_desc(Column::UntilAt)
            .limit(u64::from(n))
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(|it| it.hash).collect())
    }

    /// Sets a password in place of the one that `before` is the hash of. False where that is no
    /// longer the password: somebody was first.
    ///
    /// # Errors
    /// The driver's.
    pub async fn set_password(
        &self,
        district: DistrictId,
        before: &str,
        new: NewPassword,
        by: &Notes,
    ) -> Result<bool, Error> {
        use entity::account::{Column, Entity};
        let tx = self.begin_write().await?;
        let moved = Entity::update_many()
            .col_expr(Column::PasswordHash, Expr::value(new.hash))
            .col_expr(Column::PasswordAt, Expr::value(Some(new.at)))
            .col_expr(Column::PasswordReset, Expr::value(new.reset))
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::PersonId.eq(new.person.0))
            .filter(Column::PasswordHash.eq(before))
            .exec(&tx)
            .await?;
        if moved.rows_affected != 1 {
            return Ok(false);
        }
        remember(&tx, district, new.person, before, new.at, new.keep).await?;
        match new.session {
            Some((session, must)) => {
                end_sessions(&tx, district, new.person, Some(session)).await?;
                put_must(&tx, session, &must).await?;
            }
            None if new.reset => end_all(&tx, district, new.person).await?,
            None => end_sessions(&tx, district, new.person, None).await?,
        }
        if new.reset {
            entity::lockout::Entity::delete_by_id((district.0, new.person.0)).exec(&tx).await?;
        }
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Disables an account and ends its sessions, tokens and known devices; or enables it.
    ///
    /// # Errors
    /// The driver's.
    pub async fn set_disabled(
        &self,
        district: DistrictId,
        person: PersonId,
        disabled_at: Option<DateTime<Utc>>,
        by: &Notes,
    ) -> Result<(), Error> {
        use entity::account::{Column, Entity};
        let tx = self.begin_write().await?;
        bump(&tx, district).await?;
        Entity::update_many()
            .col_expr(Column::DisabledAt, Expr::value(disabled_at))
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::PersonId.eq(person.0))
            .exec(&tx)
            .await?;
        end_all(&tx, district, person).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What administrators see of accounts besides the register.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn account_details(
        &self,
        district: DistrictId,
        people: &[PersonId],
    ) -> Result<HashMap<PersonId, AccountDetails>, Error> {
        let ids = || people.iter().map(|it| it.0);
        let mut res: HashMap<PersonId, AccountDetails> = HashMap::new();
        let rows: Vec<(Uuid, Option<DateTime<Utc>>)> = entity::account::Entity::find()
            .select_only()
            .columns([entity::account::Column::PersonId, entity::account::Column::SignedInAt])
            .filter(entity::account::Column::DistrictId.eq(district.0))
            .filter(entity::account::Column::PersonId.is_in(ids()))
            .into_tuple()
            .all(&self.db)
            .await?;
        for (person, signed_in_at) in rows {
            res.entry(PersonId(person)).or_default().signed_in_at = signed_in_at;
        }
        let rows = entity::lockout::Entity::find()
            .filter(entity::lockout::Column::DistrictId.eq(district.0))
            .filter(entity::lockout::Column::PersonId.is_in(ids()))
            .all(&self.db)
            .await?;
        for it in rows {
            res.entry(PersonId(it.person_id)).or_default().locked_until = it.until_at;
        }
        let rows: Vec<Uuid> = entity::second_factor::Entity::find()
            .select_only()
            .column(entity::second_factor::Column::PersonId)
            .filter(entity::second_factor::Column::DistrictId.eq(district.0))
            .filter(entity::second_factor::Column::PersonId.is_in(ids()))
            .filter(entity::second_factor::Column::EnrolledAt.is_not_null())
            .into_tuple()
            .all(&self.db)
            .await?;
        for person in rows {
            res.entry(PersonId(person)).or_default().enrolled = true;
        }
        let rows = entity::roles_asked::Entity::find()
            .filter(entity::roles_asked::Column::DistrictId.eq(district.0))
            .filter(entity::roles_asked::Column::PersonId.is_in(ids()))
            .all(&self.db)
            .await?;
        for it in rows {
            let person = PersonId(it.person_id);
            res.entry(person).or_default().asked = Some(asked(it)?);
        }
        let rows: Vec<Uuid> = entity::provider_account::Entity::find()
            .select_only()
            .column(entity::provider_account::Column::PersonId)
            .filter(entity::provider_account::Column::DistrictId.eq(district.0))
            .filter(entity::provider_account::Column::PersonId.is_in(ids()))
            .into_tuple()
            .all(&self.db)
            .await?;
        for person in rows {
            res.entry(PersonId(person)).or_default().provided = true;
        }
        Ok(res)
    }
}

/// Inserts accounts with their persons; what is to be noted of them.
pub(crate) async fn insert_accounts(
    tx: &DatabaseTransaction,
    keyring: &Keyring,
    district: DistrictId,
    accounts: Vec<NewAccount>,
    now: DateTime<Utc>,
) -> Result<Vec<AuditFact>, Error> {
    let person = |it: &NewAccount| PersonDraft {
        id: it.account.person,
        name: Some(it.name.clone()),
        phone: None,
        id_number: None,
        address: None,
        external_ref: None,
    };
    let persons = accounts.iter().map(person).collect();
    people::add(tx, keyring, district.0, now, persons).await?;
    let fact = |it: &NewAccount| AuditFact::AccountAdded {
        person: it.account.person,
        unit: it.account.unit,
        roles: it.account.roles.clone(),
    };
    let facts = accounts.iter().map(fact).collect();
    let rows = accounts
        .into_iter()
        .map(|it| {
            let account = it.account;
            let rank: &'static str = account.rank.into();
            Ok(entity::account::ActiveModel {
                district_id: Set(district.0),
                person_id: Set(account.person.0),
                login: Set(account.login),
                password_hash: Set(it.password_hash),
                unit_id: Set(account.unit.0),
                roles: Set(roles_text(account.person.0, &account.roles)?),
                rank: Set(rank.to_owned()),
                post: Set(account.post),
                mail: Set(account.mail),
                created_at: Set(now),
                disabled_at: Set(None),
                password_at: Set(it.password_at),
                password_reset: Set(it.password_reset),
                signed_in_at: Set(None),
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    entity::account::Entity::insert_many(rows).exec_without_returning(tx).await.map_err(
        |error| match error.sql_err() {
            Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => Error::Exists { what: "login" },
            Some(_) | None => Error::Database(error),
        },
    )?;
    Ok(facts)
}

/// Keeps a password that was, and forgets those that are too old to matter.
async fn remember(
    tx: &DatabaseTransaction,
    district: DistrictId,
    person: PersonId,
    hash: &str,
    at: DateTime<Utc>,
    keep: u32,
) -> Result<(), Error> {
    use entity::former_password::{ActiveModel, Column, Entity};
    let row = ActiveModel {
        district_id: Set(district.0),
        person_id: Set(person.0),
        until_at: Set(at),
        hash: Set(hash.to_owned()),
    };
    let clash = OnConflict::columns([Column::DistrictId, Column::PersonId, Column::UntilAt])
        .update_column(Column::Hash)
        .to_owned();
    Entity::insert(row).on_conflict(clash).exec_without_returning(tx).await?;
    let of = |it: sea_orm::Select<Entity>| {
        it.filter(Column::DistrictId.eq(district.0)).filter(Column::PersonId.eq(person.0))
    };
    let oldest = of(Entity::find())
        .order_by_desc(Column::UntilAt)
        .offset(u64::from(keep))
        .limit(1)
        .one(tx)
        .await?;
    if let Some(oldest) = oldest {
        Entity::delete_many()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::PersonId.eq(person.0))
            .filter(Column::UntilAt.lte(oldest.until_at))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Ends the sessions of somebody, but for one.
pub(crate) async fn end_sessions(
    tx: &DatabaseTransaction,
    district: DistrictId,
    person: PersonId,
    but: Option<Digest>,
) -> Result<(), Error> {
    use entity::session::{Column, Entity};
    let kind: &'static str = Kind::Session.into();
    let mut delete = Entity::delete_many()
        .filter(Column::DistrictId.eq(district.0))
        .filter(Column::PersonId.eq(person.0))
        .filter(Column::Kind.eq(kind));
    if let Some(it) = but {
        delete = delete.filter(Column::TokenHash.ne(it.0.to_vec()));
    }
    delete.exec(tx).await?;
    Ok(())
}

/// Ends every session and token of somebody, and forgets their devices.
pub(crate) async fn end_all(
    tx: &DatabaseTransaction,
    district: DistrictId,
    person: PersonId,
) -> Result<(), Error> {
    entity::session::Entity::delete_many()
        .filter(entity::session::Column::DistrictId.eq(district.0))
        .filter(entity::session::Column::PersonId.eq(person.0))
        .exec(tx)
        .await?;
    forget_devices(tx, district, person).await
}

/// Forgets the devices of somebody: a code is asked on each again.
pub(crate) async fn forget_devices(
    tx: &DatabaseTransaction,
    district: DistrictId,
    person: PersonId,
) -> Result<(), Error> {
    entity::device::Entity::delete_many()
        .filter(entity::device::Column::DistrictId.eq(district.0))
        .filter(entity::device::Column::PersonId.eq(person.0))
        .exec(tx)
        .await?;
    Ok(())
}

fn credentials(it: entity::account::Model) -> Result<Credentials, Error> {
    Ok(Credentials {
        password_hash: it.password_hash.clone(),
        password_at: it.password_at,
        password_reset: it.password_reset,
        account: account(it)?,
    })
}

pub(crate) fn account(it: entity::account::Model) -> Result<Account, Error> {
    Ok(Account {
        person: PersonId(it.person_id),
        login: it.login,
        unit: UnitId(it.unit_id),
        roles: serde_json::from_str(&it.roles)
            .map_err(|error| Error::corrupt("account", "roles", it.person_id, error))?,
        rank: parse("account", "rank", it.person_id, &it.rank)?,
        post: it.post,
        mail: it.mail,
        disabled: it.disabled_at.is_some(),
    })
}
