//! Work that loops take: due deadlines and mailings, leased so that two processes do each once.

use chrono::{DateTime, TimeDelta, Utc};
use engine::{
    StreamId,
    clock::ClockKey,
    ids::{AssignmentId, DistrictId, LetterId, PetitionId, UnitId, WhistleId},
    notice::Notice,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
    sea_query::{Cond, Expr, LockBehavior, LockType},
};
use uuid::Uuid;

use crate::{Error, Store, entity};

/// A deadline that has passed.
#[derive(Debug, Clone)]
pub struct DueDeadline {
    /// The district.
    pub district: DistrictId,
    /// The stream.
    pub stream: StreamId,
    /// The clock.
    pub key: ClockKey,
    /// When it was due.
    pub due: DateTime<Utc>,
}

/// A mailing that is to go out.
#[derive(Debug, Clone)]
pub struct ClaimedMailing {
    /// The district.
    pub district: DistrictId,
    /// Its id.
    pub id: LetterId,
    /// Its Message-ID; the same at each try.
    pub message_id: String,
    /// The person, or the unit where nobody in it could be told.
    pub addressee: Uuid,
    /// The address.
    pub address: String,
    /// How often it was tried before.
    pub attempts: u32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// What it carries.
    pub letters: Vec<LetterInMailing>,
}

/// A letter in a mailing.
#[derive(Debug, Clone)]
pub struct LetterInMailing {
    /// The stream of its event.
    pub stream: Uuid,
    /// The ordinal of its event; of a seal, its number.
    pub version: u32,
    /// The unit that is addressed.
    pub unit: UnitId,
    /// What it says.
    pub notice: Notice,
}

pub(crate) fn stream_of(kind: &str, id: Uuid) -> StreamId {
    if kind == "petition" {
        StreamId::Petition(PetitionId(id))
    } else {
        StreamId::Whistle(WhistleId(id))
    }
}

pub(crate) fn key_of(step: &str, part: Uuid, id: Uuid) -> Result<ClockKey, Error> {
    let step =
        step.parse().map_err(|error| Error::corrupt("deadline", "step", id, Box::new(error)))?;
    let assignment = (!part.is_nil()).then_some(AssignmentId(part));
    Ok(ClockKey { step, assignment })
}

/// What could be read; what could not is told in the log, by its table and id alone.
fn told<T>(row: Result<T, Error>) -> Option<T> {
    row.map_err(|error| tracing::error!(%error, "a row cannot be read")).ok()
}

impl Store {
    /// Leases deadlines that have passed, oldest first. A lease that runs out is taken again, so
    /// that a process that dies loses none.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn claim_due(
        &self,
        now: DateTime<Utc>,
        lease: TimeDelta,
        limit: u64,
    ) -> Result<Vec<DueDeadline>, Error> {
        use entity::deadline::{Column, Entity};
        let tx = self.begin_write().await?;
        let free = Cond::any().add(Column::LeaseUntil.is_null()).add(Column::LeaseUntil.lte(now));
        let mut query = Entity::find()
            .filter(Column::Lapsed.eq(false))
            .filter(Column::DueAt.lte(now))
            .filter(free)
            .order_by_asc(Column::DueAt)
            .limit(limit);
        if tx.get_database_backend() == DbBackend::Postgres {
            query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        }
        let rows = query.all(&tx).await?;
        for it in &rows {
            Entity::update_many()
                .col_expr(Column::LeaseUntil, Expr::value(Some(now + lease)))
                .filter(Column::DistrictId.eq(it.district_id))
                .filter(Column::StreamId.eq(it.stream_id))
                .filter(Column::Step.eq(it.step.clone()))
                .filter(Column::PartId.eq(it.part_id))
                .exec(&tx)
                .await?;
        }
        tx.commit().await?;
        let due = |it: entity::deadline::Model| {
            Ok(DueDeadline {
                district: DistrictId(it.district_id),
                stream: stream_of(&it.stream_kind, it.stream_id),
                key: key_of(&it.step, it.part_id, it.stream_id)?,
                due: it.due_at,
            })
        };
        // A row that cannot be read must not hold up the others; it is told, and taken again later.
        Ok(rows.into_iter().filter_map(|it| told(due(it))).collect())
    }

    /// The clocks of some streams as their rows say: the clock, when it is due, whether it lapsed.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn clocks_of(
        &self,
        district: DistrictId,
        streams: &[Uuid],
    ) -> Result<Vec<(Uuid, ClockKey, DateTime<Utc>, bool)>, Error> {
        use entity::deadline::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::StreamId.is_in(streams.iter().copied()))
            .all(&self.db)
            .await?;
        rows.into_iter()
            .map(|it| {
                Ok((
                    it.stream_id,
                    key_of(&it.step, it.part_id, it.stream_id)?,
                    it.due_at,
                    it.lapsed,
                ))
            })
            .collect()
    }

    /// The stages of some cases as their rows say.
    ///
    /// # Errors
    /// The driver's.
    pub async fn stages_of(
        &self,
        district: DistrictId,
        streams: &[Uuid],
    ) -> Result<Vec<(Uuid, String, i32)>, Error> {
        use entity::{petition_row, whistle_row};
        let petitions: Vec<(Uuid, String, i32)> = petition_row::Entity::find()
            .select_only()
            .columns([
                petition_row::Column::Id,
                petition_row::Column::Stage,
                petition_row::Column::Version,
            ])
            .filter(petition_row::Column::DistrictId.eq(district.0))
            .filter(petition_row::Column::Id.is_in(streams.iter().copied()))
            .into_tuple()
            .all(&self.db)
            .await?;
        let whistles: Vec<(Uuid, String, i32)> = whistle_row::Entity::find()
            .select_only()
            .columns([
                whistle_row::Column::Id,
                whistle_row::Column::Stage,
                whistle_row::Column::Version,
            ])
            .filter(whistle_row::Column::DistrictId.eq(district.0))
            .filter(whistle_row::Column::Id.is_in(streams.iter().copied()))
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(petitions.into_iter().chain(whistles).collect())
    }

    /// The ids of streams after `after`, some at a time.
    ///
    /// # Errors
    /// The driver's.
    pub async fn stream_ids(
        &self,
        district: DistrictId,
        after: Uuid,
        limit: u64,
    ) -> Result<Vec<Uuid>, Error> {
        use entity::stream::{Column, Entity};
        Ok(Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::Id.gt(after))
            .order_by_asc(Column::Id)
            .limit(limit)
            .into_tuple()
            .all(&self.db)
            .await?)
    }

    /// When the next deadline falls due that nobody has fired.
    ///
    /// # Errors
    /// The driver's.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>, Error> {
        use entity::deadline::{Column, Entity};
        let row = Entity::find()
            .select_only()
            .column(Column::DueAt)
            .filter(Column::Lapsed.eq(false))
            .order_by_asc(Column::DueAt)
            .into_tuple()
            .one(&self.db)
            .await?;
        Ok(row)
    }

    /// Streams that still count with an older calendar than `calendar`, some at a time.
    ///
    /// # Errors
    /// The driver's.
    pub async fn streams_before_calendar(
        &self,
        district: DistrictId,
        calendar: u32,
        after: Uuid,
        limit: u64,
    ) -> Result<Vec<StreamId>, Error> {
        use entity::deadline::{Column, Entity};
        let rows: Vec<(Uuid, String)> = Entity::find()
            .select_only()
            .columns([Column::StreamId, Column::StreamKind])
            .distinct()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::Lapsed.eq(false))
            .filter(Column::Calendar.lt(crate::journal::version(calendar)))
            .filter(Column::StreamId.gt(after))
            .order_by_asc(Column::StreamId)
            .limit(limit)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(|(id, kind)| stream_of(&kind, id)).collect())
    }

    /// Leases mailings that are to go out, urgent ones first.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn claim_mailings(
        &self,
        now: DateTime<Utc>,
        lease: TimeDelta,
        limit: u64,
    ) -> Result<Vec<ClaimedMailing>, Error> {
        use entity::mailing::{Column, Entity};
        let tx = self.begin_write().await?;
        let free = Cond::any().add(Column::LeaseUntil.is_null()).add(Column::LeaseUntil.lte(now));
        let mut query = Entity::find()
            .filter(Column::State.eq("pending"))
            .filter(Column::NextAt.lte(now))
            .filter(free)
            .order_by_desc(Column::Urgent)
            .order_by_asc(Column::NextAt)
            .limit(limit);
        if tx.get_database_backend() == DbBackend::Postgres {
            query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        }
        let rows = query.all(&tx).await?;
        if rows.is_empty() {
            tx.commit().await?;
            return Ok(vec![]);
        }
        let ids: Vec<Uuid> = rows.iter().map(|it| it.id).collect();
        let districts: std::collections::BTreeSet<Uuid> =
            rows.iter().map(|it| it.district_id).collect();
        Entity::update_many()
            .col_expr(Column::LeaseUntil, Expr::value(Some(now + lease)))
            .filter(Column::DistrictId.is_in(districts.iter().copied()))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(&tx)
            .await?;
        let letters = entity::letter::Entity::find()
            .filter(entity::letter::Column::DistrictId.is_in(districts))
            .filter(entity::letter::Column::MailingId.is_in(ids))
            .all(&tx)
            .await?;
        tx.commit().await?;
        let claimed = |it: entity::mailing::Model| {
            let letters = letters
                .iter()
                .filter(|letter| letter.mailing_id == Some(it.id))
                .map(|letter| {
                    Ok(LetterInMailing {
                        stream: letter.stream_id,
                        version: u32::try_from(letter.version).unwrap_or(0),
                        unit: UnitId(letter.unit_id),
                        notice: serde_json::from_str(&letter.notice).map_err(|error| {
                            Error::corrupt("letter", "notice", letter.id, error)
                        })?,
                    })
                })
                .collect::<Result<Vec<_>, Error>>()?;
            Ok(ClaimedMailing {
                district: DistrictId(it.district_id),
                id: LetterId(it.id),
                message_id: it.message_id,
                addressee: it.addressee_id,
                address: it.address,
                attempts: u32::try_from(it.attempts).unwrap_or(0),
                created_at: it.created_at,
                letters,
            })
        };
        Ok(rows.into_iter().filter_map(|it| told(claimed(it))).collect())
    }

    /// Records that a mailing was delivered.
    ///
    /// # Errors
    /// The driver's.
    pub async fn mailing_sent(
        &self,
        district: DistrictId,
        id: LetterId,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        use entity::mailing::{Column, Entity};
        let tx = self.begin_write().await?;
        Entity::update_many()
            .col_expr(Column::State, Expr::value("sent"))
            .col_expr(Column::SentAt, Expr::value(Some(now)))
            .col_expr(Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::Id.eq(id.0))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records that a mailing is not sent, because its addressee may not be told any more.
    ///
    /// # Errors
    /// The driver's.
    pub async fn mailing_withheld(&self, district: DistrictId, id: LetterId) -> Result<(), Error> {
        use entity::mailing::{Column, Entity};
        let tx = self.begin_write().await?;
        Entity::update_many()
            .col_expr(Column::State, Expr::value("withheld"))
            .col_expr(Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
            .filter(Column::State.eq("pending"))
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::Id.eq(id.0))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records that a mailing failed: tried again at `next_at`, or never where there is none.
    ///
    /// # Errors
    /// The driver's.
    pub async fn mailing_failed(
        &self,
        district: DistrictId,
        id: LetterId,
        attempts: u32,
        next_at: Option<DateTime<Utc>>,
        error: &str,
    ) -> Result<(), Error> {
        use entity::mailing::{Column, Entity};
        let tx = self.begin_write().await?;
        let mut update = Entity::update_many()
            .col_expr(Column::Attempts, Expr::value(crate::journal::version(attempts)))
            .col_expr(Column::LastError, Expr::value(Some(error.to_owned())))
            .col_expr(Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None));
        update = match next_at {
            Some(at) => update.col_expr(Column::NextAt, Expr::value(at)),
            None => update.col_expr(Column::State, Expr::value("dead")),
        };
        update
            .filter(Column::State.eq("pending"))
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::Id.eq(id.0))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
