//! The record beside the cases: notes are chained where they are written, in the transaction that
//! they belong to.

use chrono::{DateTime, Utc};
use engine::{
    audit::{AuditFact, Note, SCHEMA},
    chain,
    ids::{AuditId, DistrictId, PersonId, UnitId},
    text::Digest,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Cond, Expr, OnConflict},
};
use uuid::Uuid;

use crate::{Cursor, Error, Page, PageRequest, Store, entity, journal};

/// What is to be noted, and by whom.
#[derive(Debug, Clone)]
pub struct Notes {
    /// When, by the clock on the wall.
    pub at: DateTime<Utc>,
    /// Who did it; none where nobody had signed in, or the program itself did.
    pub actor: Option<PersonId>,
    /// Of which unit.
    pub unit: Option<UnitId>,
    /// From which address.
    pub source: Option<String>,
    /// The auditor's stream of this process and day.
    pub log: AuditId,
    /// What happened, in order.
    pub facts: Vec<AuditFact>,
}

impl Notes {
    /// What the program itself does, before anybody can sign in or at the command line.
    #[must_use]
    pub fn by_program(at: DateTime<Utc>, log: AuditId) -> Self {
        Self { at, actor: None, unit: None, source: None, log, facts: vec![] }
    }

    /// The same by the same, saying this.
    #[must_use]
    pub fn saying(&self, fact: AuditFact) -> Self {
        Self { facts: vec![fact], ..self.clone() }
    }
}

/// The stream on which the registers of a district are kept for ever.
#[must_use]
pub fn register_stream(district: DistrictId) -> AuditId {
    AuditId(district.0)
}

impl Store {
    /// Writes notes that belong to no other change.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn note(&self, district: DistrictId, notes: Notes) -> Result<(), Error> {
        self.commit(journal::Commit::noting(district, notes)).await
    }
}

impl Store {
    /// The last notes of one kind, the last first.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn notes(
        &self,
        district: DistrictId,
        kind: &str,
        limit: u64,
    ) -> Result<Vec<Note>, Error> {
        use entity::audit_event::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::Kind.eq(kind))
            .order_by_desc(Column::At)
            .order_by_desc(Column::StreamId)
            .order_by_desc(Column::Version)
            .limit(limit)
            .all(&self.db)
            .await?;
        let note = |it: entity::audit_event::Model| {
            Note::parse(&it.body)
                .map_err(|error| Error::corrupt("audit_event", "body", it.stream_id, error))
        };
        rows.into_iter().map(note).collect()
    }
}

/// Which notes.
#[derive(Debug, Clone, Default)]
pub struct NoteFilter {
    /// Of one of these kinds.
    pub kinds: Vec<&'static str>,
    /// By this person.
    pub person: Option<PersonId>,
    /// Whether what was tried succeeded.
    pub success: Option<bool>,
    /// From then.
    pub from: Option<DateTime<Utc>>,
    /// Before then.
    pub until: Option<DateTime<Utc>>,
}

/// A note as it is kept.
#[derive(Debug, Clone)]
pub struct NoteView {
    /// The note.
    pub note: Note,
    /// The digest of its bytes.
    pub digest: Digest,
}

impl Store {
    /// A page of notes, the last first.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn notes_page(
        &self,
        district: DistrictId,
        filter: &NoteFilter,
        request: PageRequest,
    ) -> Result<Page<NoteView>, Error> {
        use entity::audit_event::{Column, Entity, Model};
        let mut query = Entity::find().filter(Column::DistrictId.eq(district.0));
        if !filter.kinds.is_empty() {
            query = query.filter(Column::Kind.is_in(filter.kinds.iter().copied()));
        }
        if let Some(it) = filter.person {
            query = query.filter(Column::ActorId.eq(it.0));
        }
        if let Some(it) = filter.success {
            query = query.filter(Column::Success.eq(it));
        }
        if let Some(it) = filter.from {
            query = query.filter(Column::At.gte(it));
        }
        if let Some(it) = filter.until {
            query = query.filter(Column::At.lt(it));
        }
        let (total, capped) =
            self.count(sea_orm::QuerySelect::query(&mut query), request.count).await?;
        if let Some(after) = request.after {
            let (at, stream, version) = after.note();
            let version = journal::version(version);
            query = query.filter(
                Cond::any().add(Column::At.lt(at)).add(
                    Cond::all().add(Column::At.eq(at)).add(
                        Cond::any().add(Column::StreamId.lt(stream)).add(
                            Cond::all()
                                .add(Column::StreamId.eq(stream))
                                .add(Column::Version.lt(version)),
                        ),
                    ),
                ),
            );
        }
        let mut rows = query
            .order_by_desc(Column::At)
            .order_by_desc(Column::StreamId)
            .order_by_desc(Column::Version)
            .limit(request.first + 1)
            .all(&self.db)
            .await?;
        let most = usize::try_from(request.first).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let view = |it: Model| {
            let note = Note::parse(&it.body)
                .map_err(|error| Error::corrupt("audit_event", "body", it.stream_id, error))?;
            let digest = <[u8; 32]>::try_from(it.hash.as_slice())
                .map_err(|error| Error::corrupt("audit_event", "hash", it.stream_id, error))?;
            let place = Cursor::of_note(it.at, it.stream_id, note.version);
            Ok((place, NoteView { note, digest: Digest(digest) }))
        };
        let items = rows.into_iter().map(view).collect::<Result<_, Error>>()?;
        Ok(Page { items, more, total, capped })
    }
}

/// Writes notes in a transaction that the caller ends. The heads are locked in the order of ids, and
/// after every stream of a case: two commits never wait for each other in a ring.
pub(crate) async fn write(
    tx: &DatabaseTransaction,
    district: Uuid,
    notes: &Notes,
) -> Result<(), Error> {
    write_all(tx, district, &[notes]).await
}

/// The same for notes of more than one in one transaction.
pub(crate) async fn write_all(
    tx: &DatabaseTransaction,
    district: Uuid,
    all: &[&Notes],
) -> Result<(), Error> {
    let register = register_stream(DistrictId(district));
    let mut streams = vec![];
    for notes in all {
        let facts = notes.facts.iter();
        let (lasting, expiring): (Vec<_>, Vec<_>) = facts.partition(|it| it.is_lasting());
        streams.extend([(notes, register, true, lasting), (notes, notes.log, false, expiring)]);
    }
    streams.sort_by_key(|it| it.1);
    for (notes, stream, lasting, facts) in streams {
        if !facts.is_empty() {
            append(tx, district, notes, stream, lasting, &facts).await?;
        }
    }
    Ok(())
}

async fn append(
    tx: &DatabaseTransaction,
    district: Uuid,
    notes: &Notes,
    stream: AuditId,
    lasting: bool,
    facts: &[&AuditFact],
) -> Result<(), Error> {
    let (before, mut head) = head(tx, district, notes, stream, lasting).await?;
    let mut version = before;
    let mut rows = Vec::with_capacity(facts.len());
    for fact in facts {
        version += 1;
        let note = Note {
            schema: SCHEMA,
            district: DistrictId(district),
            stream,
            version,
            at: notes.at,
            actor: notes.actor,
            unit: notes.unit,
            source: notes.source.clone(),
            previous: head,
            fact: (*fact).clone(),
        };
        let body =
            note.bytes().map_err(|error| Error::corrupt("audit_event", "body", stream.0, error))?;
        head = chain::digest(&body);
        rows.push(entity::audit_event::ActiveModel {
            district_id: Set(district),
            stream_id: Set(stream.0),
            version: Set(journal::version(version)),
            kind: Set(fact.kind().to_owned()),
            lasting: Set(lasting),
            success: Set(fact.is_success()),
            at: Set(notes.at),
            actor_id: Set(notes.actor.map(|it| it.0)),
            body: Set(body),
            hash: Set(head.0.to_vec()),
        });
    }
    journal::insert::<entity::audit_event::Entity, _>(tx, rows).await?;
    use entity::audit_stream::{Column, Entity};
    let moved = Entity::update_many()
        .col_expr(Column::Version, Expr::value(journal::version(version)))
        .col_expr(Column::Head, Expr::value(head.0.to_vec()))
        .col_expr(Column::UpdatedAt, Expr::value(notes.at))
        .filter(Column::DistrictId.eq(district))
        .filter(Column::Id.eq(stream.0))
        .filter(Column::Version.eq(journal::version(before)))
        .exec(tx)
        .await?;
    if moved.rows_affected == 1 {
        Ok(())
    } else {
        Err(Error::Stale { stream: stream.0, expected: before })
    }
}

/// Where a stream stands, begun where it is not there, and locked until the transaction ends.
async fn head(
    tx: &DatabaseTransaction,
    district: Uuid,
    notes: &Notes,
    stream: AuditId,
    lasting: bool,
) -> Result<(u32, Digest), Error> {
    use entity::audit_stream::{ActiveModel, Column, Entity};
    let row = ActiveModel {
        district_id: Set(district),
        id: Set(stream.0),
        lasting: Set(lasting),
        version: Set(0),
        head: Set(chain::GENESIS.0.to_vec()),
        started_at: Set(notes.at),
        updated_at: Set(notes.at),
    };
    let clash = OnConflict::columns([Column::DistrictId, Column::Id]).do_nothing().to_owned();
    Entity::insert(row).on_conflict(clash).exec_without_returning(tx).await?;
    let mut query = Entity::find_by_id((district, stream.0));
    if tx.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    let row = query.one(tx).await?.ok_or(Error::Stale { stream: stream.0, expected: 0 })?;
    let head = <[u8; 32]>::try_from(row.head.as_slice())
        .map_err(|error| Error::corrupt("audit_stream", "head", stream.0, error))?;
    Ok((u32::try_from(row.version).unwrap_or(0), Digest(head)))
}
