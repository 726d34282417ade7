//! Sessions, tokens and known devices: of each only a digest is kept.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::{
    account::{
        pass::{Must, Scope},
        session::Kind,
    },
    ids::{DistrictId, PersonId, TokenId},
    text::Digest,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

use crate::{
    Error, Notes, Store,
    account::{end_all, end_sessions, forget_devices},
    audit,
    directory::parse,
    entity,
};

/// A session or a token that begins.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Whose.
    pub person: PersonId,
    /// What is kept of its secret.
    pub token: Digest,
    /// Which of the two.
    pub kind: Kind,
    /// When it begins.
    pub created_at: DateTime<Utc>,
    /// When it ends in any case.
    pub expires_at: DateTime<Utc>,
    /// When whoever it is confirmed who they are.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What they must do first.
    pub must: BTreeSet<Must>,
    /// What its person calls a token.
    pub name: Option<String>,
    /// What a token may be used for; everything where nothing is said.
    pub scope: Option<BTreeSet<Scope>>,
    /// The only document that a token executes.
    pub document: Option<Digest>,
}

impl NewSession {
    /// One that is limited by nothing.
    #[must_use]
    pub fn of(
        kind: Kind,
        person: PersonId,
        token: Digest,
        (created_at, expires_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> Self {
        Self {
            person,
            token,
            kind,
            created_at,
            expires_at,
            confirmed_at: None,
            must: BTreeSet::new(),
            name: None,
            scope: None,
            document: None,
        }
    }

    /// The id by which a token is known: it tells nothing of its secret.
    #[must_use]
    pub fn id(&self) -> TokenId {
        token_id(&self.token)
    }
}

/// A session or a token.
#[derive(Debug, Clone)]
pub struct Session {
    /// The district.
    pub district: DistrictId,
    /// What it is.
    pub is: NewSession,
    /// When it was last used, to the minute.
    pub last_seen_at: DateTime<Utc>,
}

/// A device on which a code was given.
#[derive(Debug, Clone, Copy)]
pub struct NewDevice {
    /// What is kept of its secret.
    pub token: Digest,
    /// The secret that it had before: whoever else was known there stays so.
    pub replaces: Option<Digest>,
    /// Until when it is known.
    pub expires_at: DateTime<Utc>,
}

/// The id of a token: the head of its digest, which nobody can turn into the token.
fn token_id(digest: &Digest) -> TokenId {
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(digest.0) {
        *byte = from;
    }
    TokenId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

impl Store {
    /// Registers a token.
    ///
    /// # Errors
    /// The driver's.
    pub async fn add_session(
        &self,
        district: DistrictId,
        session: NewSession,
        by: &Notes,
    ) -> Result<(), Error> {
        let tx = self.begin_write().await?;
        insert(&tx, district, session).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Begins the session of somebody who signed in: their failures are forgiven, the session that
    /// the same browser had ends, and the device is known from now on where it is to be.
    ///
    /// # Errors
    /// The driver's.
    pub async fn sign_in(
        &self,
        district: DistrictId,
        session: NewSession,
        replaces: Option<Digest>,
        device: Option<NewDevice>,
        by: &Notes,
    ) -> Result<(), Error> {
        let tx = self.begin_write().await?;
        begin(&tx, district, session, replaces, device).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The session or token of this digest, over or not.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn session(&self, token: Digest) -> Result<Option<Session>, Error> {
        let row = entity::session::Entity::find_by_id(token.0.to_vec()).one(&self.db).await?;
        row.map(session).transpose()
    }

    /// Writes down that it was used, unless another process did so after `before`.
    ///
    /// # Errors
    /// The driver's.
    pub async fn seen(
        &self,
        token: Digest,
        before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        use entity::session::{Column, Entity};
        let tx = self.begin_write().await?;
        let stale =
            Condition::any().add(Column::LastSeenAt.is_null()).add(Column::LastSeenAt.lte(before));
        Entity::update_many()
            .col_expr(Column::LastSeenAt, Expr::value(Some(now)))
            .filter(Column::TokenHash.eq(token.0.to_vec()))
            .filter(stale)
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes down that whoever has this session confirmed who they are, and what is left to be done
    /// first in it. The device is known from now on where it is to be.
    ///
    /// # Errors
    /// The driver's.
    pub async fn confirmed(
        &self,
        district: DistrictId,
        person: PersonId,
        (token, must): (Digest, &BTreeSet<Must>),
        device: Option<NewDevice>,
        by: &Notes,
    ) -> Result<(), Error> {
        let tx = self.begin_write().await?;
        put_confirmed(&tx, token, by.at).await?;
        put_must(&tx, token, must).await?;
        if let Some(device) = device {
            know(&tx, district, person, device, by.at).await?;
        }
        entity::lockout::Entity::delete_by_id((district.0, person.0)).exec(&tx).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The driver's.
    pub async fn end_session(&self, token: Digest) -> Result<(), Error> {
        let tx = self.begin_write().await?;
        entity::session::Entity::delete_by_id(token.0.to_vec()).exec(&tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends all sessions of somebody, and their tokens where that is said, and forgets their devices.
    ///
    /// # Errors
    /// The driver's.
    pub async fn sign_out_everywhere(
        &self,
        district: DistrictId,
        person: PersonId,
        tokens: bool,
        by: &Notes,
    ) -> Result<(), Error> {
        let tx = self.begin_write().await?;
        if tokens {
            end_all(&tx, district, person).await?;
        } else {
            end_sessions(&tx, district, person, None).await?;
            forget_devices(&tx, district, person).await?;
        }
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Somebody's tokens that have not ended, the last first.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn tokens(
        &self,
        district: DistrictId,
        person: PersonId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, Error> {
        use entity::session::{Column, Entity};
        let kind: &'static str = Kind::Token.into();
        let rows = Entity::find()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::PersonId.eq(person.0))
            .filter(Column::Kind.eq(kind))
            .filter(Column::ExpiresAt.gt(now))
            .order_by_desc(Column::CreatedAt)
            .order_by_asc(Column::TokenHash)
            .all(&self.db)
            .await?;
        rows.into_iter().map(session).collect()
    }

    /// Ends a token.
    ///
    /// # Errors
    /// The driver's.
    pub async fn revoke(
        &self,
        district: DistrictId,
        token: Digest,
        by: &Notes,
    ) -> Result<(), Error> {
        let tx = self.begin_write().await?;
        entity::session::Entity::delete_by_id(token.0.to_vec()).exec(&tx).await?;
        audit::write(&tx, district.0, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether a code of this person was given on a device.
    ///
    /// # Errors
    /// The driver's.
    pub async fn knows_device(
        &self,
        district: DistrictId,
        person: PersonId,
        device: Digest,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let id = (device.0.to_vec(), person.0);
        let row = entity::device::Entity::find_by_id(id).one(&self.db).await?;
        Ok(row.is_some_and(|it| it.district_id == district.0 && it.expires_at > now))
    }

    /// Forgets sessions, tokens and devices that have ended by `now`, on the wall.
    ///
    /// # Errors
    /// The driver's.
    pub async fn forget_sessions(&self, now: DateTime<Utc>) -> Result<u64, Error> {
        let tx = self.begin_write().await?;
        let res = entity::session::Entity::delete_many()
            .filter(entity::session::Column::ExpiresAt.lt(now))
            .exec(&tx)
            .await?;
        entity::device::Entity::delete_many()
            .filter(entity::device::Column::ExpiresAt.lt(now))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(res.rows_affected)
    }
}

/// What somebody must do first in a session.
pub(crate) async fn put_must(
    tx: &DatabaseTransaction,
    token: Digest,
    must: &BTreeSet<Must>,
) -> Result<(), Error> {
    use entity::session::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::Must, Expr::value(text("must", Uuid::nil(), must)?))
        .filter(Column::TokenHash.eq(token.0.to_vec()))
        .exec(tx)
        .await?;
    Ok(())
}

/// When whoever has a session confirmed who they are.
pub(crate) async fn put_confirmed(
    tx: &DatabaseTransaction,
    token: Digest,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    use entity::session::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::ConfirmedAt, Expr::value(Some(at)))
        .filter(Column::TokenHash.eq(token.0.to_vec()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Begins the session of somebody who signed in: the one that the same browser had ends, failures are
/// forgiven unless a code is still owed, and the device is known where it is to be.
pub(crate) async fn begin(
    tx: &DatabaseTransaction,
    district: DistrictId,
    session: NewSession,
    replaces: Option<Digest>,
    device: Option<NewDevice>,
) -> Result<(), Error> {
    use entity::account::{Column, Entity};
    let (person, now) = (session.person, session.created_at);
    // Or codes could be tried for ever, a few in each session.
    let owes_code = session.must.contains(&Must::GiveCode);
    if let Some(old) = replaces {
        entity::session::Entity::delete_by_id(old.0.to_vec()).exec(tx).await?;
    }
    insert(tx, district, session).await?;
    let known = Func::coalesce([Expr::col(Column::PasswordAt), Expr::val(now)]);
    Entity::update_many()
        .col_expr(Column::SignedInAt, Expr::value(Some(now)))
        .col_expr(Column::PasswordAt, known.into())
        .filter(Column::DistrictId.eq(district.0))
        .filter(Column::PersonId.eq(person.0))
        .exec(tx)
        .await?;
    if !owes_code {
        entity::lockout::Entity::delete_by_id((district.0, person.0)).exec(tx).await?;
    }
    if let Some(device) = device {
        know(tx, district, person, device, now).await?;
    }
    Ok(())
}

async fn insert(
    tx: &DatabaseTransaction,
    district: DistrictId,
    it: NewSession,
) -> Result<(), Error> {
    let kind: &'static str = it.kind.into();
    let person = it.person.0;
    let row = entity::session::ActiveModel {
        token_hash: Set(it.token.0.to_vec()),
        district_id: Set(district.0),
        person_id: Set(person),
        kind: Set(kind.to_owned()),
        created_at: Set(it.created_at),
        expires_at: Set(it.expires_at),
        last_seen_at: Set(None),
        confirmed_at: Set(it.confirmed_at),
        must: Set(text("must", person, &it.must)?),
        name: Set(it.name),
        scope: Set(it.scope.map(|it| text("scope", person, &it)).transpose()?),
        document: Set(it.document.map(|it| it.0.to_vec())),
    };
    entity::session::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// A device gets a new secret each time that a code is given on it: one that was planted there is
/// worth nothing.
async fn know(
    tx: &DatabaseTransaction,
    district: DistrictId,
    person: PersonId,
    device: NewDevice,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    use entity::device::{ActiveModel, Column, Entity};
    if let Some(old) = device.replaces {
        Entity::delete_many()
            .filter(Column::TokenHash.eq(old.0.to_vec()))
            .filter(Column::PersonId.eq(person.0))
            .exec(tx)
            .await?;
        Entity::update_many()
            .col_expr(Column::TokenHash, Expr::value(device.token.0.to_vec()))
            .filter(Column::TokenHash.eq(old.0.to_vec()))
            .exec(tx)
            .await?;
    }
    let row = ActiveModel {
        token_hash: Set(device.token.0.to_vec()),
        person_id: Set(person.0),
        district_id: Set(district.0),
        created_at: Set(now),
        expires_at: Set(device.expires_at),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

fn text<T: serde::Serialize>(column: &'static str, id: Uuid, it: &T) -> Result<String, Error> {
    serde_json::to_string(it).map_err(|error| Error::corrupt("session", column, id, error))
}

fn session(it: entity::session::Model) -> Result<Session, Error> {
    let id = it.person_id;
    let digest = |column, bytes: &[u8]| {
        <[u8; 32]>::try_from(bytes)
            .map(Digest)
            .map_err(|error| Error::corrupt("session", column, id, error))
    };
    let corrupt = |column| move |error| Error::corrupt("session", column, id, error);
    Ok(Session {
        district: DistrictId(it.district_id),
        last_seen_at: it.last_seen_at.unwrap_or(it.created_at),
        is: NewSession {
            person: PersonId(it.person_id),
            token: digest("token_hash", &it.token_hash)?,
            kind: parse("session", "kind", id, &it.kind)?,
            created_at: it.created_at,
            expires_at: it.expires_at,
            confirmed_at: it.confirmed_at,
            must: serde_json::from_str(&it.must).map_err(corrupt("must"))?,
            name: it.name,
            scope: it
                .scope
                .map(|it| serde_json::from_str(&it))
                .transpose()
                .map_err(corrupt("scope"))?,
            document: it.document.map(|it| digest("document", &it)).transpose()?,
        },
    })
}
