//! The record as a whole: one snapshot of all streams, the seals over them, and what expires.

mod snapshot;

pub use self::snapshot::Book;

use chrono::{DateTime, Utc};
use engine::{
    ids::{AuditId, DistrictId, LetterId},
    notice::Notice,
    record::{Head, Seal, Signature, Signed},
    text::Digest,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, JoinType,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Alias, Cond, Expr, ExprTrait as _, Query},
};
use uuid::Uuid;

use crate::{Commit, Error, Store, audit, entity, journal, journal::version};

/// One state of the whole record, whatever is written meanwhile.
#[derive(Debug)]
pub struct Snapshot {
    tx: DatabaseTransaction,
    district: DistrictId,
}

/// A seal as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealRow {
    /// What it says.
    pub seal: Seal,
    /// Its exact bytes with their signature.
    pub signed: Signed,
    /// Why an older copy was restored, where it says that one was.
    pub reason: Option<String>,
}

/// A letter to whoever keeps the seals outside.
#[derive(Debug, Clone)]
pub struct HolderLetter {
    /// Its id.
    pub id: LetterId,
    /// The address.
    pub address: String,
    /// The Message-ID of its mailing.
    pub message_id: String,
    /// When it may go out, by the clock of the cases.
    pub at: DateTime<Utc>,
}

/// What a commit writes of seals, and takes away of what expired.
#[derive(Debug, Default)]
pub(crate) struct Sealing {
    seals: Vec<entity::seal::ActiveModel>,
    heads: Vec<entity::seal_head::ActiveModel>,
    expired: Vec<(Uuid, u32)>,
}

/// An auditor's stream that may expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiring {
    /// The stream.
    pub stream: AuditId,
    /// How many notes it has.
    pub events: u32,
    /// The digest of the last.
    pub head: Digest,
    /// The first seal that covers all of them.
    pub seal: u32,
}

fn digest(
    table: &'static str,
    column: &'static str,
    id: Uuid,
    bytes: &[u8],
) -> Result<Digest, Error> {
    <[u8; 32]>::try_from(bytes)
        .map(Digest)
        .map_err(|error| Error::corrupt(table, column, id, error))
}

fn count(n: i32) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

fn seal_row(row: entity::seal::Model) -> Result<SealRow, Error> {
    let corrupt = |column, error: Box<dyn std::error::Error + Send + Sync>| {
        Error::corrupt("seal", column, row.district_id, error)
    };
    let seal = Seal::parse(&row.body).map_err(|error| corrupt("body", error.into()))?;
    let signature = <[u8; 64]>::try_from(row.signature.as_slice())
        .map_err(|error| corrupt("signature", error.into()))?;
    let signed = Signed { bytes: row.body, signature: Signature(signature) };
    Ok(SealRow { seal, signed, reason: row.reason })
}

impl Commit {
    /// A seal, the heads that had moved before it, and the letter to whoever keeps it outside.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where a value cannot be encoded.
    pub fn sealing(
        row: SealRow,
        heads: &[Head],
        letter: Option<HolderLetter>,
    ) -> Result<Self, Error> {
        let district = row.seal.district;
        let no = row.seal.no;
        let mut res = Self { at: row.seal.at, district: district.0, ..Self::default() };
        if let Some(it) = letter {
            let stream = audit::register_stream(district).0;
            let notice = Notice::sealed();
            let text = serde_json::to_string(&notice)
                .map_err(|error| Error::corrupt("letter", "notice", it.id.0, error))?;
            let kind: &'static str = notice.kind.into();
            res.letters.push(entity::letter::ActiveModel {
                district_id: Set(district.0),
                id: Set(it.id.0),
                stream_id: Set(stream),
                version: Set(version(no)),
                addressee_id: Set(stream),
                channel: Set("mail".to_owned()),
                unit_id: Set(Uuid::nil()),
                kind: Set(kind.to_owned()),
                notice: Set(text),
                mailing_id: Set(Some(it.id.0)),
                created_at: Set(it.at),
            });
            res.mailings.push(entity::mailing::ActiveModel {
                district_id: Set(district.0),
                id: Set(it.id.0),
                addressee_id: Set(stream),
                address: Set(it.address),
                message_id: Set(it.message_id),
                state: Set("pending".to_owned()),
                urgent: Set(false),
                attempts: Set(0),
                next_at: Set(it.at),
                lease_until: Set(None),
                sent_at: Set(None),
                last_error: Set(None),
                created_at: Set(it.at),
            });
        }
        res.sealing.heads = heads
            .iter()
            .map(|it| entity::seal_head::ActiveModel {
                district_id: Set(district.0),
                stream_id: Set(it.id),
                seal_no: Set(version(no)),
                kind: Set(it.kind.code().to_owned()),
                version: Set(version(it.version)),
                head: Set(it.head.0.to_vec()),
            })
            .collect();
        res.sealing.seals.push(active(row));
        Ok(res)
    }

    /// Seals over what is lost, as the ledger outside has them: so that numbers stay without gaps.
    #[must_use]
    pub fn with_lost_seals(mut self, lost: Vec<SealRow>) -> Self {
        let mut rows: Vec<_> = lost.into_iter().map(active).collect();
        rows.append(&mut self.sealing.seals);
        self.sealing.seals = rows;
        self
    }

    /// Takes away notes that expired.
    #[must_use]
    pub fn expiring(district: DistrictId, at: DateTime<Utc>, all: &[Expiring]) -> Self {
        let mut res = Self { at, district: district.0, ..Self::default() };
        res.sealing.expired = all.iter().map(|it| (it.stream.0, it.events)).collect();
        res
    }
}

fn active(row: SealRow) -> entity::seal::ActiveModel {
    entity::seal::ActiveModel {
        district_id: Set(row.seal.district.0),
        no: Set(version(row.seal.no)),
        at: Set(row.seal.at),
        body: Set(row.signed.bytes),
        signature: Set(row.signed.signature.0.to_vec()),
        reason: Set(row.reason),
    }
}

impl Sealing {
    pub(crate) fn join(&mut self, other: Self) {
        self.seals.extend(other.seals);
        self.heads.extend(other.heads);
        self.expired.extend(other.expired);
    }

    /// Writes it in a transaction that the caller ends.
    pub(crate) async fn write(self, tx: &DatabaseTransaction, district: Uuid) -> Result<(), Error> {
        for (stream, events) in self.expired {
            use entity::audit_event::{Column, Entity};
            Entity::delete_many()
                .filter(Column::DistrictId.eq(district))
                .filter(Column::StreamId.eq(stream))
                .filter(Column::Version.lte(version(events)))
                .filter(Column::Lasting.eq(false))
                .exec(tx)
                .await?;
        }
        // The key of a seal is its number: of two processes that seal at once, one is refused.
        journal::insert::<entity::seal::Entity, _>(tx, self.seals).await.map_err(|error| {
            match error {
                Error::Database(it) if it.sql_err().is_some() => Error::Exists { what: "seal" },
                other => other,
            }
        })?;
        journal::insert::<entity::seal_head::Entity, _>(tx, self.heads).await
    }
}

impl Store {
    /// One state of the whole record.
    ///
    /// # Errors
    /// The driver's.
    pub async fn snapshot(&self, district: DistrictId) -> Result<Snapshot, Error> {
        Ok(Snapshot { tx: self.begin_snapshot().await?, district })
    }

    /// The last seal.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn last_seal(&self, district: DistrictId) -> Result<Option<SealRow>, Error> {
        use entity::seal::{Column, Entity};
        let row = Entity::find()
            .filter(Column::DistrictId.eq(district.0))
            .order_by_desc(Column::No)
            .one(&self.db)
            .await?;
        row.map(seal_row).transpose()
    }

    /// A seal by its number.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn seal(&self, district: DistrictId, no: u32) -> Result<Option<SealRow>, Error> {
        let id = (district.0, version(no));
        entity::seal::Entity::find_by_id(id).one(&self.db).await?.map(seal_row).transpose()
    }

    /// Seals before a number, the last first.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn seals_before(
        &self,
        district: DistrictId,
        no: Option<u32>,
        limit: u64,
    ) -> Result<Vec<SealRow>, Error> {
        use entity::seal::{Column, Entity};
        let mut query = Entity::find().filter(Column::DistrictId.eq(district.0));
        if let Some(no) = no {
            query = query.filter(Column::No.lt(version(no)));
        }
        let rows = query.order_by_desc(Column::No).limit(limit).all(&self.db).await?;
        rows.into_iter().map(seal_row).collect()
    }

    /// The heads that had moved before a seal.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn sealed_heads(&self, district: DistrictId, no: u32) -> Result<Vec<Head>, Error> {
        use entity::seal_head::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::SealNo.eq(version(no)))
            .order_by_asc(Column::StreamId)
            .all(&self.db)
            .await?;
        rows.iter().map(head_of).collect()
    }

    /// Auditor's streams that a seal made by `until` covers whole, and whose notes are there.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn expiring(
        &self,
        district: DistrictId,
        until: DateTime<Utc>,
        limit: u64,
    ) -> Result<Vec<Expiring>, Error> {
        use entity::{audit_event, audit_stream, seal, seal_head};
        let held = Query::select()
            .expr(Expr::val(1))
            .from(audit_event::Entity)
            .and_where(
                Expr::col((audit_event::Entity, audit_event::Column::DistrictId))
                    .eq(Expr::col((audit_stream::Entity, audit_stream::Column::DistrictId))),
            )
            .and_where(
                Expr::col((audit_event::Entity, audit_event::Column::StreamId))
                    .eq(Expr::col((audit_stream::Entity, audit_stream::Column::Id))),
            )
            .to_owned();
        let whole = Cond::all()
            .add(
                Expr::col((seal_head::Entity, seal_head::Column::DistrictId))
                    .eq(Expr::col((audit_stream::Entity, audit_stream::Column::DistrictId))),
            )
            .add(
                Expr::col((seal_head::Entity, seal_head::Column::StreamId))
                    .eq(Expr::col((audit_stream::Entity, audit_stream::Column::Id))),
            )
            .add(
                Expr::col((seal_head::Entity, seal_head::Column::Version))
                    .eq(Expr::col((audit_stream::Entity, audit_stream::Column::Version))),
            );
        let made = Cond::all()
            .add(
                Expr::col((seal::Entity, seal::Column::DistrictId))
                    .eq(Expr::col((seal_head::Entity, seal_head::Column::DistrictId))),
            )
            .add(
                Expr::col((seal::Entity, seal::Column::No))
                    .eq(Expr::col((seal_head::Entity, seal_head::Column::SealNo))),
            );
        let query = Query::select()
            .columns([
                (audit_stream::Entity, audit_stream::Column::Id),
                (audit_stream::Entity, audit_stream::Column::Version),
                (audit_stream::Entity, audit_stream::Column::Head),
            ])
            .column((seal_head::Entity, seal_head::Column::SealNo))
            .expr_as(Expr::col((seal_head::Entity, seal_head::Column::Head)), Alias::new("sealed"))
            .from(audit_stream::Entity)
            .join(JoinType::InnerJoin, seal_head::Entity, whole)
            .join(JoinType::InnerJoin, seal::Entity, made)
            .and_where(
                Expr::col((audit_stream::Entity, audit_stream::Column::DistrictId)).eq(district.0),
            )
            .and_where(Expr::col((audit_stream::Entity, audit_stream::Column::Lasting)).eq(false))
            .and_where(Expr::col((seal::Entity, seal::Column::At)).lte(until))
            .and_where(Expr::exists(held))
            .order_by((audit_stream::Entity, audit_stream::Column::Id), sea_orm::Order::Asc)
            .limit(limit)
            .to_owned();
        let mut res = vec![];
        for row in self.db.query_all(&query).await? {
            let id: Uuid = row.try_get("", "id")?;
            let (head, sealed): (Vec<u8>, Vec<u8>) =
                (row.try_get("", "head")?, row.try_get("", "sealed")?);
            // What a seal says otherwise stays, for the check to find.
            if head == sealed {
                res.push(Expiring {
                    stream: AuditId(id),
                    events: count(row.try_get("", "version")?),
                    head: digest("audit_stream", "head", id, &head)?,
                    seal: count(row.try_get("", "seal_no")?),
                });
            }
        }
        Ok(res)
    }
}

fn head_of(row: &entity::seal_head::Model) -> Result<Head, Error> {
    let kind = row.kind.parse().map_err(|error: strum::ParseError| {
        Error::corrupt("seal_head", "kind", row.stream_id, error)
    })?;
    Ok(Head {
        kind,
        id: row.stream_id,
        version: count(row.version),
        head: digest("seal_head", "head", row.stream_id, &row.head)?,
    })
}
