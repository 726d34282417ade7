//! One state of the whole record: where every stream stands, its events, and the seals.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use engine::{
    chain,
    record::{Body, EventLine, Head, Point, Signature, StreamKind, StreamLine},
    text::Digest,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Statement, sea_query::Cond,
};
use uuid::Uuid;

use super::{SealRow, Snapshot, count, digest, head_of, seal_row};
use crate::{Error, entity, journal::version};

/// Where the events of a stream stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Book {
    /// Those of petitions and whistles.
    Cases,
    /// Notes: the register's and the auditor's.
    Notes,
}

impl Book {
    /// The book of a kind of stream.
    #[must_use]
    pub fn of(kind: StreamKind) -> Self {
        match kind {
            StreamKind::Petition | StreamKind::Whistle => Self::Cases,
            StreamKind::Register | StreamKind::Log => Self::Notes,
        }
    }
}

impl Snapshot {
    /// Whether this process is the one that seals now: the only one of an embedded database, and
    /// the first to ask of those that share one.
    ///
    /// # Errors
    /// The driver's.
    pub async fn leads(&self) -> Result<bool, Error> {
        if self.tx.get_database_backend() != DbBackend::Postgres {
            return Ok(true);
        }
        let sql = "SELECT pg_try_advisory_xact_lock(4303031902) AS it";
        let row = self.tx.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
        Ok(row.map(|it| it.try_get("", "it")).transpose()?.unwrap_or(false))
    }

    /// The last seal.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn last_seal(&self) -> Result<Option<SealRow>, Error> {
        use entity::seal::{Column, Entity};
        let row = Entity::find()
            .filter(Column::DistrictId.eq(self.district.0))
            .order_by_desc(Column::No)
            .one(&self.tx)
            .await?;
        row.map(seal_row).transpose()
    }

    /// Seals after a number, the first first, by their exact bytes: number, bytes and signature.
    ///
    /// # Errors
    /// The driver's.
    pub async fn seals(
        &self,
        after: u32,
        limit: u64,
    ) -> Result<Vec<(u32, Vec<u8>, Signature)>, Error> {
        use entity::seal::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::DistrictId.eq(self.district.0))
            .filter(Column::No.gt(version(after)))
            .order_by_asc(Column::No)
            .limit(limit)
            .all(&self.tx)
            .await?;
        let row = |it: entity::seal::Model| {
            // A signature of another length was tampered with; zeros are as wrong, and are found.
            let signature = <[u8; 64]>::try_from(it.signature.as_slice()).unwrap_or([0; 64]);
            (count(it.no), it.body, Signature(signature))
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Where streams stand, those after `after` in the order of their ids, with their points; also
    /// those of which only a seal knows any more.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn streams(&self, after: Uuid, limit: u64) -> Result<Vec<StreamLine>, Error> {
        let mut found = self.standing(after, limit).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        // Beyond the last that every table gave, one of them may know more in between.
        while found.len() > most {
            found.pop_last();
        }
        let Some((last, _)) = found.last_key_value() else { return Ok(vec![]) };
        use entity::seal_head::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::DistrictId.eq(self.district.0))
            .filter(Column::StreamId.gt(after))
            .filter(Column::StreamId.lte(*last))
            .order_by_asc(Column::StreamId)
            .order_by_asc(Column::SealNo)
            .all(&self.tx)
            .await?;
        for row in &rows {
            let Head { kind: _, id, version, head } = head_of(row)?;
            let point = Point { seal: count(row.seal_no), version, head };
            if let Some(it) = found.get_mut(&id) {
                it.points.push(point);
            }
        }
        Ok(found.into_values().collect())
    }

    async fn standing(&self, after: Uuid, limit: u64) -> Result<BTreeMap<Uuid, StreamLine>, Error> {
        use entity::{audit_stream, seal_head, stream};
        let district = self.district.0;
        let mut found: BTreeMap<Uuid, StreamLine> = BTreeMap::new();
        let mut put = |kind, id, version: i32, head| {
            found.insert(
                id,
                StreamLine { kind, id, version: count(version), head, points: vec![], proof: None },
            );
        };
        let sealed: Vec<(Uuid, String)> = seal_head::Entity::find()
            .select_only()
            .columns([seal_head::Column::StreamId, seal_head::Column::Kind])
            .distinct()
            .filter(seal_head::Column::DistrictId.eq(district))
            .filter(seal_head::Column::StreamId.gt(after))
            .order_by_asc(seal_head::Column::StreamId)
            .limit(limit)
            .into_tuple()
            .all(&self.tx)
            .await?;
        for (id, kind) in sealed {
            let kind = kind.parse().map_err(|error: strum::ParseError| {
                Error::corrupt("seal_head", "kind", id, error)
            })?;
            put(kind, id, 0, chain::GENESIS);
        }
        let cases: Vec<(Uuid, String, i32, Vec<u8>)> = stream::Entity::find()
            .select_only()
            .columns([
                stream::Column::Id,
                stream::Column::Kind,
                stream::Column::Version,
                stream::Column::Head,
            ])
            .filter(stream::Column::DistrictId.eq(district))
            .filter(stream::Column::Id.gt(after))
            .order_by_asc(stream::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(&self.tx)
            .await?;
        for (id, kind, version, head) in cases {
            let kind = if kind == "petition" { StreamKind::Petition } else { StreamKind::Whistle };
            put(kind, id, version, digest("stream", "head", id, &head)?);
        }
        let notes: Vec<(Uuid, bool, i32, Vec<u8>)> = audit_stream::Entity::find()
            .select_only()
            .columns([
                audit_stream::Column::Id,
                audit_stream::Column::Lasting,
                audit_stream::Column::Version,
                audit_stream::Column::Head,
            ])
            .filter(audit_stream::Column::DistrictId.eq(district))
            .filter(audit_stream::Column::Id.gt(after))
            .order_by_asc(audit_stream::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(&self.tx)
            .await?;
        for (id, lasting, version, head) in notes {
            let kind = if lasting { StreamKind::Register } else { StreamKind::Log };
            put(kind, id, version, digest("audit_stream", "head", id, &head)?);
        }
        Ok(found)
    }

    /// The events of one book after a place in it, of streams up to `last`, in the order of streams and
    /// of events in them, as they are kept: some at a time, however many streams they are of.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn events(
        &self,
        book: Book,
        after: (Uuid, u32),
        last: Uuid,
        limit: u64,
    ) -> Result<Vec<(Uuid, EventLine)>, Error> {
        macro_rules! read {
            ($table:ident) => {{
                use entity::$table::{Column, Entity};
                let beyond = Cond::any().add(Column::StreamId.gt(after.0)).add(
                    Cond::all()
                        .add(Column::StreamId.eq(after.0))
                        .add(Column::Version.gt(version(after.1))),
                );
                let rows = Entity::find()
                    .filter(Column::DistrictId.eq(self.district.0))
                    // Where the index begins and ends; what `beyond` leaves out is within one stream.
                    .filter(Column::StreamId.gte(after.0))
                    .filter(Column::StreamId.lte(last))
                    .filter(beyond)
                    .order_by_asc(Column::StreamId)
                    .order_by_asc(Column::Version)
                    .limit(limit)
                    .all(&self.tx)
                    .await?;
                let line = |it: entity::$table::Model| {
                    let hash = digest(stringify!($table), "hash", it.stream_id, &it.hash)?;
                    Ok((it.stream_id, line(it.version, it.kind, it.at, hash, it.body)))
                };
                rows.into_iter().map(line).collect()
            }};
        }
        match book {
            Book::Cases => read!(event),
            Book::Notes => read!(audit_event),
        }
    }

    /// The digests of some events: of each (stream, version) that is there.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn hashes(
        &self,
        kind: StreamKind,
        at: &[(Uuid, u32)],
    ) -> Result<HashMap<Uuid, Digest>, Error> {
        let mut res = HashMap::new();
        for chunk in at.chunks(200) {
            macro_rules! read {
                ($table:ident) => {{
                    use entity::$table::{Column, Entity};
                    let any = chunk.iter().fold(Cond::any(), |any, (id, at)| {
                        let one = Cond::all()
                            .add(Column::StreamId.eq(*id))
                            .add(Column::Version.eq(version(*at)));
                        any.add(one)
                    });
                    Entity::find()
                        .select_only()
                        .columns([Column::StreamId, Column::Hash])
                        .filter(Column::DistrictId.eq(self.district.0))
                        .filter(any)
                        .into_tuple()
                        .all(&self.tx)
                        .await?
                }};
            }
            let rows: Vec<(Uuid, Vec<u8>)> = match Book::of(kind) {
                Book::Cases => read!(event),
                Book::Notes => read!(audit_event),
            };
            for (id, hash) in rows {
                res.insert(id, digest("event", "hash", id, &hash)?);
            }
        }
        Ok(res)
    }

    /// Lets it go.
    ///
    /// # Errors
    /// The driver's.
    pub async fn close(self) -> Result<(), Error> {
        Ok(self.tx.rollback().await?)
    }
}

fn line(n: i32, kind: String, at: DateTime<Utc>, hash: Digest, body: Vec<u8>) -> EventLine {
    EventLine { version: count(n), kind, at, hash, body: Body::of(body) }
}
