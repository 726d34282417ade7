//! The one way in which a case changes: state, events, clocks, letters and rows, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use engine::{
    Event, Scene, StreamId,
    actor::Behalf,
    authority::audience::{Entitled, Holder},
    chain::{self, Envelope},
    clock::Deadline,
    event::{self, SCHEMA},
    file::OPEN_FOR,
    ids::{DistrictId, FileId, LetterId, PersonId, PetitionId, TextId, UnitId, WhistleId},
    notice::Notice,
    petition::{Petition, PetitionFact},
    text::Digest,
    whistle::Whistle,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, SqlErr,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use crate::{
    Error, FOLD_VERSION, Keyring, Notes, Store, Viewer, audit, entity, file,
    people::{self, Erased},
    project, sealed, search,
};

/// The values that one statement may bind.
const VALUES: usize = 30_000;

/// Streams as they are: their states, and where each chain stands.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The states.
    pub scene: Scene,
    heads: BTreeMap<StreamId, Digest>,
}

/// The state of one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// A petition.
    Petition(Petition),
    /// A whistle.
    Whistle(Whistle),
}

/// Free text on its way into its row.
#[derive(Debug, Clone)]
pub struct TextDraft {
    /// Its id.
    pub id: TextId,
    /// The salt of its digest.
    pub salt: [u8; 16],
    /// The words.
    pub body: String,
}

/// Personal data on its way into its row.
#[derive(Debug, Clone)]
pub struct PersonDraft {
    /// Their id.
    pub id: PersonId,
    /// Name.
    pub name: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Identity number.
    pub id_number: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// The number in the system they came from.
    pub external_ref: Option<String>,
}

/// A letter to one addressee.
#[derive(Debug, Clone)]
pub struct LetterDraft {
    /// Its id.
    pub id: LetterId,
    /// The stream of the event that it is owed for: a case's, or that of the registers.
    pub stream: Uuid,
    /// The version of that event; of a version of the lists, its number.
    pub version: u32,
    /// What it says.
    pub notice: Notice,
    /// The person; none where the unit has nobody to be told.
    pub person: Option<PersonId>,
    /// Their address; none where they have none. The letter is kept and shown all the same.
    pub address: Option<String>,
    /// The Message-ID of the mailing that carries it.
    pub message_id: String,
}

/// The numbers that the commit takes: the last one before, and the one after.
#[derive(Debug, Clone, Copy)]
pub struct NumbersTaken {
    /// The centre.
    pub centre: UnitId,
    /// The year.
    pub year: i32,
    /// The last number before; zero where there was none.
    pub last: u32,
}

/// What an idempotency key keeps.
#[derive(Debug, Clone)]
pub struct KeyRecord {
    /// The key.
    pub key: String,
    /// The digest of the input.
    pub input: Digest,
    /// The kind of the object that is returned.
    pub object: String,
    /// Its id.
    pub object_id: Uuid,
    /// The stream that it is part of.
    pub stream_id: Uuid,
}

/// A change of whom a case is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entitlement {
    /// The case.
    pub case: StreamId,
    /// Who.
    pub entitled: Entitled,
    /// Since when the case is there, by which lists sort it.
    pub sort_at: DateTime<Utc>,
    /// Whether it is given; else it is taken away.
    pub given: bool,
}

/// All that one command changes.
#[derive(Debug)]
pub struct Recorded<'a> {
    /// The district.
    pub district: DistrictId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who recorded it; none for the scheduler.
    pub actor: Option<PersonId>,
    /// Of which unit.
    pub unit: Option<UnitId>,
    /// For whom.
    pub on_behalf_of: Option<Behalf>,
    /// From which address.
    pub source: Option<String>,
    /// The streams as the decision saw them.
    pub loaded: &'a Loaded,
    /// The streams with the events.
    pub after: &'a Scene,
    /// The events, in order.
    pub events: &'a [(StreamId, Event)],
    /// The clocks of each touched stream before and after.
    pub deadlines: Vec<(StreamId, Vec<Deadline>, Vec<Deadline>)>,
    /// Who is entitled to which case now and was not before, and who no longer is.
    pub entitled: Vec<Entitlement>,
    /// From whom a case is kept now and was not before.
    pub shut: Vec<(StreamId, Holder)>,
    /// The letters that are owed.
    pub letters: Vec<LetterDraft>,
    /// Free texts.
    pub texts: Vec<(StreamId, TextDraft)>,
    /// Persons.
    pub persons: Vec<PersonDraft>,
    /// The words under which a case is found, by stream.
    pub words: BTreeMap<StreamId, String>,
    /// The idempotency key.
    pub key: Option<KeyRecord>,
    /// The numbers it takes.
    pub numbers: Option<NumbersTaken>,
}

/// Rows, ready to be written in one transaction.
#[derive(Debug, Default)]
pub struct Commit {
    pub(crate) at: DateTime<Utc>,
    pub(crate) district: Uuid,
    pub(crate) streams: Vec<StreamChange>,
    pub(crate) events: Vec<entity::event::ActiveModel>,
    /// The stream of each, and whether it is sealed.
    pub(crate) texts: Vec<(Uuid, TextDraft, bool)>,
    pub(crate) persons: Vec<PersonDraft>,
    pub(crate) erased: Vec<Erased>,
    pub(crate) dropped: Vec<(Uuid, String, Uuid)>,
    pub(crate) deadlines: Vec<entity::deadline::ActiveModel>,
    pub(crate) letters: Vec<entity::letter::ActiveModel>,
    pub(crate) mailings: Vec<entity::mailing::ActiveModel>,
    pub(crate) audience: Vec<entity::audience::ActiveModel>,
    pub(crate) bereft: Vec<(Uuid, Uuid)>,
    pub(crate) exclusions: Vec<entity::exclusion::ActiveModel>,
    pub(crate) ended_spans: Vec<(Uuid, Uuid)>,
    pub(crate) spans: Vec<entity::stage_span::ActiveModel>,
    pub(crate) petitions: Vec<entity::petition_row::ActiveModel>,
    pub(crate) whistles: Vec<entity::whistle_row::ActiveModel>,
    pub(crate) assignments: Vec<entity::assignment_row::ActiveModel>,
    pub(crate) joined: Vec<entity::whistle_petition::ActiveModel>,
    pub(crate) parted: Vec<(Uuid, Uuid)>,
    pub(crate) search: Vec<(Uuid, String)>,
    pub(crate) key: Option<entity::idempotency::ActiveModel>,
    pub(crate) numbers: Option<NumbersTaken>,
    pub(crate) notes: Vec<Notes>,
    pub(crate) sealing: crate::seal::Sealing,
    pub(crate) files: Vec<file::Taken>,
    pub(crate) openings: Vec<(FileId, PersonId, DateTime<Utc>)>,
}

/// A stream's row before and after.
#[derive(Debug)]
pub(crate) struct StreamChange {
    pub(crate) id: Uuid,
    pub(crate) kind: &'static str,
    pub(crate) expected: u32,
    pub(crate) version: u32,
    pub(crate) head: Digest,
    pub(crate) state: Vec<u8>,
}

/// One event as it was recorded.
#[derive(Debug, Clone)]
pub struct EventRecord {
    /// The envelope.
    pub envelope: Envelope,
    /// Its exact bytes.
    pub bytes: Vec<u8>,
    /// Their digest.
    pub digest: Digest,
}

fn encode<T: serde::Serialize>(table: &'static str, id: Uuid, value: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| Error::corrupt(table, "state", id, error))
}

pub(crate) fn version(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// A version as it was written.
pub(crate) fn unsigned(n: i32) -> u32 {
    u32::try_from(n).unwrap_or_default()
}

impl Commit {
    /// Chains the events and makes the rows. Pure: nothing is written yet.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where a value cannot be encoded.
    pub fn of(recorded: Recorded<'_>) -> Result<Self, Error> {
        let district = recorded.district.0;
        let mut res = Self { at: recorded.at, district, ..Self::default() };
        let mut heads: BTreeMap<StreamId, (u32, u32, Digest)> = BTreeMap::new();
        for (stream, event) in recorded.events {
            let (_, at_version, head) = heads.entry(*stream).or_insert_with(|| {
                let before = recorded.loaded.version(*stream);
                (
                    before,
                    before,
                    recorded.loaded.heads.get(stream).copied().unwrap_or(chain::GENESIS),
                )
            });
            *at_version += 1;
            let envelope = Envelope {
                schema: SCHEMA,
                district: recorded.district,
                stream: *stream,
                version: *at_version,
                at: recorded.at,
                actor: recorded.actor,
                unit: recorded.unit,
                on_behalf_of: recorded.on_behalf_of.clone(),
                source: recorded.source.clone(),
                previous: *head,
                event: event.clone(),
            };
            let bytes = encode("event", stream.uuid(), &envelope)?;
            *head = chain::digest(&bytes);
            let attached = event.file();
            res.files.extend(attached.map(|it| file::Taken::of(*stream, it, recorded.actor)));
            let opened = event.opened().zip(recorded.actor);
            res.openings.extend(opened.map(|(it, who)| (it, who, recorded.at + OPEN_FOR)));
            res.events.push(entity::event::ActiveModel {
                district_id: Set(district),
                stream_id: Set(stream.uuid()),
                version: Set(version(*at_version)),
                kind: Set(event.kind().to_owned()),
                at: Set(recorded.at),
                body: Set(bytes),
                hash: Set(head.0.to_vec()),
            });
        }
        // In id order: two commands over the same streams never wait for each other in a ring.
        for (stream, (expected, at_version, head)) in heads {
            let id = stream.uuid();
            let state = match stream {
                StreamId::Petition(it) => {
                    recorded.after.petitions.get(&it).map(|it| encode("stream", id, it))
                }
                StreamId::Whistle(it) => {
                    recorded.after.whistles.get(&it).map(|it| encode("stream", id, it))
                }
            };
            let state = state.unwrap_or_else(|| {
                Err(Error::corrupt("stream", "state", id, "an event on a stream that is not there"))
            })?;
            res.streams.push(StreamChange {
                id,
                kind: stream.kind(),
                expected,
                version: at_version,
                head,
                state,
            });
        }
        // Accusations are sealed with all that is said about them.
        let is_sealed = |stream: StreamId| match stream {
            StreamId::Petition(id) => {
                recorded.after.petitions.get(&id).is_some_and(Petition::is_accusation)
            }
            StreamId::Whistle(_) => false,
        };
        // And so is the name of a sealed file.
        let files = recorded.events.iter().filter_map(|(_, event)| event.file());
        let names: BTreeSet<TextId> = files.filter(|it| it.sealed).map(|it| it.name.id).collect();
        let text = |(stream, it): (StreamId, TextDraft)| {
            let is_sealed = is_sealed(stream) || names.contains(&it.id);
            (stream.uuid(), it, is_sealed)
        };
        res.texts = recorded.texts.into_iter().map(text).collect();
        res.persons = recorded.persons;
        res.erased = recorded.events.iter().filter_map(erased).collect();
        project::letters(&mut res, recorded.letters)?;
        for (stream, before, after) in &recorded.deadlines {
            project::deadlines(&mut res, *stream, before, after)?;
        }
        for stream in res.streams.iter().map(|it| (it.id, it.kind)).collect::<Vec<_>>() {
            match stream {
                (id, "petition") => {
                    let id = PetitionId(id);
                    if let Some(after) = recorded.after.petitions.get(&id) {
                        project::petition(
                            &mut res,
                            recorded.loaded.scene.petitions.get(&id),
                            after,
                        );
                    }
                }
                (id, _) => {
                    let id = WhistleId(id);
                    if let Some(after) = recorded.after.whistles.get(&id) {
                        project::whistle(&mut res, recorded.loaded.scene.whistles.get(&id), after);
                    }
                }
            }
        }
        project::entitle(&mut res, &recorded.entitled);
        project::shut(&mut res, &recorded.shut);
        res.search = recorded.words.into_iter().map(|(stream, it)| (stream.uuid(), it)).collect();
        res.key = recorded.key.map(|it| entity::idempotency::ActiveModel {
            district_id: Set(district),
            actor_id: Set(recorded.actor.map_or(Uuid::nil(), |it| it.0)),
            key: Set(it.key),
            input_hash: Set(it.input.0.to_vec()),
            object: Set(it.object),
            object_id: Set(it.object_id),
            stream_id: Set(it.stream_id),
            created_at: Set(recorded.at),
        });
        res.numbers = recorded.numbers;
        Ok(res)
    }
}

fn erased((stream, event): &(StreamId, Event)) -> Option<Erased> {
    let Event::Petition(event) = event else { return None };
    let PetitionFact::PersonErased { person, texts, reason } = &event.fact else { return None };
    let texts_but = texts.then_some(reason.id.0);
    Some(Erased { person: person.0, stream: stream.uuid(), texts_but })
}

impl Commit {
    /// Several commits on streams of their own as one: all of them are written, or none.
    #[must_use]
    pub fn together(commits: Vec<Self>) -> Self {
        let mut res = Self::default();
        for it in commits {
            res.at = it.at;
            res.district = it.district;
            res.streams.extend(it.streams);
            res.events.extend(it.events);
            res.texts.extend(it.texts);
            res.persons.extend(it.persons);
            res.erased.extend(it.erased);
            res.dropped.extend(it.dropped);
            res.deadlines.extend(it.deadlines);
            res.letters.extend(it.letters);
            res.mailings.extend(it.mailings);
            res.audience.extend(it.audience);
            res.bereft.extend(it.bereft);
            res.exclusions.extend(it.exclusions);
            res.ended_spans.extend(it.ended_spans);
            res.spans.extend(it.spans);
            res.petitions.extend(it.petitions);
            res.whistles.extend(it.whistles);
            res.assignments.extend(it.assignments);
            res.joined.extend(it.joined);
            res.parted.extend(it.parted);
            res.search.extend(it.search);
            res.key = res.key.or(it.key);
            res.numbers = res.numbers.or(it.numbers);
            res.notes.extend(it.notes);
            res.sealing.join(it.sealing);
            res.files.extend(it.files);
            res.openings.extend(it.openings);
        }
        res
    }

    /// What follows for cases where units change and no case does: who owes what, and who is
    /// entitled.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where a value cannot be encoded.
    pub fn refreshing(
        district: DistrictId,
        at: DateTime<Utc>,
        deadlines: &[(StreamId, Vec<Deadline>, Vec<Deadline>)],
        entitled: &[Entitlement],
    ) -> Result<Self, Error> {
        let mut res = Self { at, district: district.0, ..Self::default() };
        for (stream, before, after) in deadlines {
            project::deadlines(&mut res, *stream, before, after)?;
        }
        project::entitle(&mut res, entitled);
        Ok(res)
    }

    /// The same for this district, where nothing else said which.
    pub(crate) fn of_district(mut self, district: DistrictId) -> Self {
        self.district = district.0;
        self
    }

    /// Notes alone.
    #[must_use]
    pub fn noting(district: DistrictId, notes: Notes) -> Self {
        Self { at: notes.at, district: district.0, notes: vec![notes], ..Self::default() }
    }

    /// Letters about something that is no case.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where a notice cannot be encoded.
    pub fn telling(
        district: DistrictId,
        at: DateTime<Utc>,
        letters: Vec<LetterDraft>,
    ) -> Result<Self, Error> {
        let mut res = Self { at, district: district.0, ..Self::default() };
        project::letters(&mut res, letters)?;
        Ok(res)
    }

    /// The same with notes: they are written with it, or nothing is.
    #[must_use]
    pub fn with(mut self, notes: Notes) -> Self {
        self.notes.push(notes);
        self
    }
}

impl Loaded {
    /// The version of a stream; zero where it is not there.
    #[must_use]
    pub fn version(&self, stream: StreamId) -> u32 {
        match stream {
            StreamId::Petition(id) => self.scene.petitions.get(&id).map_or(0, |it| it.version),
            StreamId::Whistle(id) => self.scene.whistles.get(&id).map_or(0, |it| it.version),
        }
    }

    fn join(&mut self, other: Self) {
        self.scene.petitions.extend(other.scene.petitions);
        self.scene.whistles.extend(other.scene.whistles);
        self.heads.extend(other.heads);
    }

    fn insert(&mut self, row: entity::stream::Model) -> Result<(), Error> {
        let head = <[u8; 32]>::try_from(row.head.as_slice())
            .map_err(|error| Error::corrupt("stream", "head", row.id, error))?;
        match state_of(&row.kind, row.id, &row.state)? {
            State::Petition(it) => {
                self.heads.insert(StreamId::Petition(it.id), Digest(head));
                self.scene.petitions.insert(it.id, it);
            }
            State::Whistle(it) => {
                self.heads.insert(StreamId::Whistle(it.id), Digest(head));
                self.scene.whistles.insert(it.id, it);
            }
        }
        Ok(())
    }
}

pub(crate) fn state_of(kind: &str, id: Uuid, state: &[u8]) -> Result<State, Error> {
    let corrupt = |error| Error::corrupt("stream", "state", id, error);
    if kind == "petition" {
        serde_json::from_slice(state).map(State::Petition).map_err(corrupt)
    } else {
        serde_json::from_slice(state).map(State::Whistle).map_err(corrupt)
    }
}

impl Store {
    /// Loads streams by their ids; those that are not there are left out.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn load(&self, district: DistrictId, ids: &[Uuid]) -> Result<Loaded, Error> {
        self.load_gated(district, None, ids).await
    }

    async fn load_gated(
        &self,
        district: DistrictId,
        viewer: Option<&Viewer>,
        ids: &[Uuid],
    ) -> Result<Loaded, Error> {
        let mut loaded = Loaded::default();
        if ids.is_empty() {
            return Ok(loaded);
        }
        let mut query = entity::stream::Entity::find()
            .filter(entity::stream::Column::DistrictId.eq(district.0))
            .filter(entity::stream::Column::Id.is_in(ids.iter().copied()));
        if let Some(viewer) = viewer {
            query = query.filter(viewer.sees(("stream", "id")));
        }
        let rows = query.all(&self.db).await?;
        for row in rows {
            loaded.insert(row)?;
        }
        Ok(loaded)
    }

    /// Loads a whistle with its petitions, and further petitions. What the viewer may not see is not
    /// there; the petitions of a whistle that they see are loaded for the decision, and where
    /// `linked` is asked, all whistles over the petitions.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn load_case(
        &self,
        district: DistrictId,
        viewer: Option<&Viewer>,
        whistle: Option<WhistleId>,
        petitions: &[PetitionId],
        linked: bool,
    ) -> Result<Loaded, Error> {
        let ids: Vec<Uuid> =
            whistle.iter().map(|it| it.0).chain(petitions.iter().map(|it| it.0)).collect();
        let mut loaded = self.load_gated(district, viewer, &ids).await?;
        let missing: Vec<Uuid> = whistle
            .and_then(|id| loaded.scene.whistles.get(&id))
            .map(|it| {
                it.petitions.keys().filter(|id| !petitions.contains(id)).map(|it| it.0).collect()
            })
            .unwrap_or_default();
        let rest = self.load(district, &missing).await?;
        loaded.join(rest);
        if linked {
            let over = loaded.scene.petitions.values().flat_map(|it| it.whistles.keys());
            let missing: Vec<Uuid> =
                over.filter(|id| !loaded.scene.whistles.contains_key(id)).map(|it| it.0).collect();
            let rest = self.load(district, &missing).await?;
            loaded.join(rest);
        }
        Ok(loaded)
    }

    /// Writes all that one command changes, or nothing.
    ///
    /// # Errors
    /// [`Error::Stale`], [`Error::NumbersTaken`], [`Error::KeyTaken`] and [`Error::Exists`] are
    /// races that the caller decides about; else the driver's.
    pub async fn commit(&self, commit: Commit) -> Result<(), Error> {
        match &self.writer {
            Some(writer) => writer.commit(commit).await,
            None => {
                let tx = self.begin_write().await?;
                write(&tx, &self.keyring, commit).await?;
                tx.commit().await?;
                Ok(())
            }
        }
    }

    /// A stream's events after a version, oldest first.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn history(
        &self,
        district: DistrictId,
        stream: Uuid,
        after: u32,
        limit: u64,
    ) -> Result<Vec<EventRecord>, Error> {
        let rows = entity::event::Entity::find()
            .filter(entity::event::Column::DistrictId.eq(district.0))
            .filter(entity::event::Column::StreamId.eq(stream))
            .filter(entity::event::Column::Version.gt(version(after)))
            .order_by_asc(entity::event::Column::Version)
            .limit(limit)
            .all(&self.db)
            .await?;
        rows.into_iter().map(record_of).collect()
    }

    /// The events of several streams, each stream's oldest first.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn histories(
        &self,
        district: DistrictId,
        streams: &[Uuid],
    ) -> Result<BTreeMap<Uuid, Vec<EventRecord>>, Error> {
        let mut res: BTreeMap<Uuid, Vec<EventRecord>> = BTreeMap::new();
        // SQLite takes so many values in a statement.
        for some in streams.chunks(500) {
            let rows = entity::event::Entity::find()
                .filter(entity::event::Column::DistrictId.eq(district.0))
                .filter(entity::event::Column::StreamId.is_in(some.iter().copied()))
                .order_by_asc(entity::event::Column::StreamId)
                .order_by_asc(entity::event::Column::Version)
                .all(&self.db)
                .await?;
            for row in rows {
                res.entry(row.stream_id).or_default().push(record_of(row)?);
            }
        }
        Ok(res)
    }

    /// Folds every stream anew and compares: the ids of those that differ, and how many there are.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn check_folds(&self, district: DistrictId) -> Result<(Vec<String>, u64), Error> {
        let mut faults = vec![];
        let mut n_streams = 0;
        let mut last = Uuid::nil();
        loop {
            let rows = entity::stream::Entity::find()
                .filter(entity::stream::Column::DistrictId.eq(district.0))
                .filter(entity::stream::Column::Id.gt(last))
                .order_by_asc(entity::stream::Column::Id)
                .limit(200)
                .all(&self.db)
                .await?;
            let Some(end) = rows.last() else { break };
            last = end.id;
            for row in rows {
                n_streams += 1;
                if let Some(fault) = self.check_fold(district, row).await? {
                    faults.push(fault);
                }
            }
        }
        Ok((faults, n_streams))
    }

    async fn check_fold(
        &self,
        district: DistrictId,
        row: entity::stream::Model,
    ) -> Result<Option<String>, Error> {
        let id = row.id;
        // No further than the row: what a running server commits meanwhile is not a fault.
        let n_events = u32::try_from(row.version).unwrap_or(0);
        let history = self.history(district, id, 0, u64::from(n_events)).await?;
        if history.len() != usize::try_from(n_events).unwrap_or(usize::MAX) {
            return Ok(Some(format!("{} {id}: it lacks events", row.kind)));
        }
        let mut head = chain::GENESIS;
        for (index, it) in history.iter().enumerate() {
            let place = format!("{} {id} event {}", row.kind, index + 1);
            if usize::try_from(it.envelope.version).ok() != Some(index + 1) {
                return Ok(Some(format!("{place}: its version is {}", it.envelope.version)));
            }
            if it.envelope.previous != head || chain::digest(&it.bytes) != it.digest {
                return Ok(Some(format!("{place}: the chain is broken")));
            }
            head = it.digest;
        }
        let folded = match state_of(&row.kind, id, &row.state)? {
            State::Petition(it) => {
                let fold =
                    history.iter().fold(Petition::blank(it.id), |state, record| {
                        match &record.envelope.event {
                            Event::Petition(event) => event::evolve_petition(state, event),
                            Event::Whistle(_) => state,
                        }
                    });
                fold == it
            }
            State::Whistle(it) => {
                let fold =
                    history.iter().fold(Whistle::blank(it.id), |state, record| {
                        match &record.envelope.event {
                            Event::Whistle(event) => event::evolve_whistle(state, event),
                            Event::Petition(_) => state,
                        }
                    });
                fold == it
            }
        };
        if head.0.as_slice() != row.head.as_slice() {
            return Ok(Some(format!("{} {id}: its head is not its last event", row.kind)));
        }
        Ok((!folded).then(|| format!("{} {id}: its state is not the fold of its events", row.kind)))
    }
}

pub(crate) fn record_of(row: entity::event::Model) -> Result<EventRecord, Error> {
    let envelope = Envelope::parse(&row.body)
        .map_err(|error| Error::corrupt("event", "body", row.stream_id, error))?;
    let digest = <[u8; 32]>::try_from(row.hash.as_slice())
        .map_err(|error| Error::corrupt("event", "hash", row.stream_id, error))?;
    Ok(EventRecord { envelope, bytes: row.body, digest: Digest(digest) })
}

/// Writes the rows of a commit in a transaction that the caller ends.
pub(crate) async fn write(
    tx: &DatabaseTransaction,
    keyring: &Keyring,
    commit: Commit,
) -> Result<(), Error> {
    let Commit { at, district, .. } = commit;
    if let Some(key) = commit.key {
        use entity::idempotency::{Column, Entity};
        let clash = OnConflict::columns([Column::DistrictId, Column::ActorId, Column::Key])
            .do_nothing()
            .to_owned();
        if Entity::insert(key).on_conflict(clash).exec_without_returning(tx).await? == 0 {
            return Err(Error::KeyTaken);
        }
    }
    if let Some(taken) = commit.numbers {
        numbers(tx, district, taken).await?;
    }
    for it in commit.streams {
        stream(tx, district, at, it).await?;
    }
    insert::<entity::event::Entity, _>(tx, commit.events).await?;
    let text = |(stream, it, is_sealed)| sealed::text(keyring, district, stream, it, is_sealed);
    let texts = commit.texts.into_iter().map(text).collect::<Result<Vec<_>, _>>()?;
    insert::<entity::text::Entity, _>(tx, texts).await?;
    people::add(tx, keyring, district, at, commit.persons).await?;
    for it in commit.erased {
        people::erase(tx, district, at, it).await?;
    }
    for (stream, step, part) in commit.dropped {
        use entity::deadline::{Column, Entity};
        Entity::delete_many()
            .filter(Column::DistrictId.eq(district))
            .filter(Column::StreamId.eq(stream))
            .filter(Column::Step.eq(step))
            .filter(Column::PartId.eq(part))
            .exec(tx)
            .await?;
    }
    if !commit.deadlines.is_empty() {
        use entity::deadline::{Column, Entity};
        let clash = OnConflict::columns([
            Column::DistrictId,
            Column::StreamId,
            Column::Step,
            Column::PartId,
        ])
        .update_columns([
            Column::UnitId,
            Column::Roles,
            Column::PersonId,
            Column::FromAt,
            Column::DueAt,
            Column::WarnAt,
            Column::LimitAmount,
            Column::LimitUnit,
            Column::Calendar,
            Column::Provisional,
            Column::CapAt,
            Column::Lapsed,
            Column::Foremost,
            Column::LeaseUntil,
        ])
        .to_owned();
        upsert::<Entity, _>(tx, commit.deadlines, clash).await?;
    }
    insert::<entity::mailing::Entity, _>(tx, commit.mailings).await?;
    insert::<entity::letter::Entity, _>(tx, commit.letters).await?;
    for (holder, case) in commit.bereft {
        entity::audience::Entity::delete_by_id((district, holder, case)).exec(tx).await?;
    }
    if !commit.audience.is_empty() {
        use entity::audience::{Column, Entity};
        let clash = OnConflict::columns([Column::DistrictId, Column::HolderId, Column::CaseId])
            .do_nothing()
            .to_owned();
        upsert::<Entity, _>(tx, commit.audience, clash).await?;
    }
    if !commit.exclusions.is_empty() {
        use entity::exclusion::{Column, Entity};
        let clash = OnConflict::columns([Column::DistrictId, Column::CaseId, Column::HolderId])
            .do_nothing()
            .to_owned();
        upsert::<Entity, _>(tx, commit.exclusions, clash).await?;
    }
    for (case, part) in commit.ended_spans {
        use entity::stage_span::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::ToAt, Expr::value(at))
            .filter(Column::DistrictId.eq(district))
            .filter(Column::CaseId.eq(case))
            .filter(Column::PartId.eq(part))
            .filter(Column::ToAt.is_null())
            .exec(tx)
            .await?;
    }
    insert::<entity::stage_span::Entity, _>(tx, commit.spans).await?;
    rows(tx, commit.petitions, commit.whistles, commit.assignments).await?;
    for (whistle, petition) in commit.parted {
        entity::whistle_petition::Entity::delete_by_id((district, whistle, petition))
            .exec(tx)
            .await?;
    }
    insert::<entity::whistle_petition::Entity, _>(tx, commit.joined).await?;
    for (case, words) in commit.search {
        search::put(tx, district, case, &words).await?;
    }
    commit.sealing.write(tx, district).await?;
    for it in commit.files {
        file::take(tx, district, at, it).await?;
    }
    for it in commit.openings {
        file::open(tx, district, it).await?;
    }
    for notes in &commit.notes {
        audit::write(tx, district, notes).await?;
    }
    Ok(())
}

pub(crate) async fn insert<E, A>(tx: &DatabaseTransaction, rows: Vec<A>) -> Result<(), Error>
where
    E: sea_orm::EntityTrait,
    A: sea_orm::ActiveModelTrait<Entity = E> + Send,
{
    // Both databases bound the values of one statement; SQLite at 32,766.
    let columns = <E::Column as sea_orm::Iterable>::iter().count().max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<A> = rows.by_ref().take(VALUES / columns).collect();
        E::insert_many(chunk).exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn upsert<E, A>(
    tx: &DatabaseTransaction,
    rows: Vec<A>,
    clash: OnConflict,
) -> Result<(), sea_orm::DbErr>
where
    E: sea_orm::EntityTrait,
    A: sea_orm::ActiveModelTrait<Entity = E> + Send,
{
    let columns = <E::Column as sea_orm::Iterable>::iter().count().max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<A> = rows.by_ref().take(VALUES / columns).collect();
        E::insert_many(chunk).on_conflict(clash.clone()).exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn stream(
    tx: &DatabaseTransaction,
    district: Uuid,
    at: DateTime<Utc>,
    it: StreamChange,
) -> Result<(), Error> {
    use entity::stream::{ActiveModel, Column, Entity};
    let stale = Error::Stale { stream: it.id, expected: it.expected };
    if it.expected == 0 {
        let row = ActiveModel {
            district_id: Set(district),
            id: Set(it.id),
            kind: Set(it.kind.to_owned()),
            version: Set(version(it.version)),
            head: Set(it.head.0.to_vec()),
            state: Set(it.state),
            fold_version: Set(FOLD_VERSION),
            updated_at: Set(at),
        };
        let clash = OnConflict::columns([Column::DistrictId, Column::Id]).do_nothing().to_owned();
        return match Entity::insert(row).on_conflict(clash).exec_without_returning(tx).await? {
            0 => Err(stale),
            _ => Ok(()),
        };
    }
    let updated = Entity::update_many()
        .col_expr(Column::Version, Expr::value(version(it.version)))
        .col_expr(Column::Head, Expr::value(it.head.0.to_vec()))
        .col_expr(Column::State, Expr::value(it.state))
        .col_expr(Column::FoldVersion, Expr::value(FOLD_VERSION))
        .col_expr(Column::UpdatedAt, Expr::value(at))
        .filter(Column::DistrictId.eq(district))
        .filter(Column::Id.eq(it.id))
        .filter(Column::Version.eq(version(it.expected)))
        .exec(tx)
        .await?;
    if updated.rows_affected == 1 { Ok(()) } else { Err(stale) }
}

async fn numbers(
    tx: &DatabaseTransaction,
    district: Uuid,
    taken: NumbersTaken,
) -> Result<(), Error> {
    use entity::serial::{ActiveModel, Column, Entity};
    let lost = Error::NumbersTaken { centre: taken.centre.0 };
    if taken.last == 0 {
        let row = ActiveModel {
            district_id: Set(district),
            centre_id: Set(taken.centre.0),
            year: Set(taken.year),
            last: Set(1),
        };
        let clash = OnConflict::columns([Column::DistrictId, Column::CentreId, Column::Year])
            .do_nothing()
            .to_owned();
        return match Entity::insert(row).on_conflict(clash).exec_without_returning(tx).await? {
            0 => Err(lost),
            _ => Ok(()),
        };
    }
    let updated = Entity::update_many()
        .col_expr(Column::Last, Expr::value(version(taken.last + 1)))
        .filter(Column::DistrictId.eq(district))
        .filter(Column::CentreId.eq(taken.centre.0))
        .filter(Column::Year.eq(taken.year))
        .filter(Column::Last.eq(version(taken.last)))
        .exec(tx)
        .await?;
    if updated.rows_affected == 1 { Ok(()) } else { Err(lost) }
}

async fn rows(
    tx: &DatabaseTransaction,
    petitions: Vec<entity::petition_row::ActiveModel>,
    whistles: Vec<entity::whistle_row::ActiveModel>,
    assignments: Vec<entity::assignment_row::ActiveModel>,
) -> Result<(), Error> {
    if !petitions.is_empty() {
        use entity::petition_row::{Column, Entity};
        let clash = OnConflict::columns([Column::DistrictId, Column::Id])
            .update_columns([
                Column::Version,
                Column::Stage,
                Column::Difficult,
                Column::Resolution,
                Column::Rating,
                Column::NWhistles,
                Column::Round,
                Column::DueAt,
            ])
            .to_owned();
        upsert::<Entity, _>(tx, petitions, clash).await.map_err(|error| match error.sql_err() {
            // Our own numbers come from blocks and clash only where a block row was tampered with.
            Some(SqlErr::UniqueConstraintViolation(of)) if of.contains("number") => {
                Error::Exists { what: "petition number" }
            }
            Some(SqlErr::UniqueConstraintViolation(_)) => Error::Exists { what: "externalRef" },
            Some(_) | None => Error::Database(error),
        })?;
    }
    if !whistles.is_empty() {
        use entity::whistle_row::{Column, Entity};
        let clash = OnConflict::columns([Column::DistrictId, Column::Id])
            .update_columns([
                Column::Version,
                Column::Kind,
                Column::Level,
                Column::Matter,
                Column::Stage,
                Column::Round,
                Column::Year,
                Column::Batch,
                Column::Serial,
                Column::BlownNow,
                Column::TitleId,
                Column::LeadUnitId,
                Column::IssuedAt,
                Column::DueAt,
                Column::Overridden,
            ])
            .to_owned();
        upsert::<Entity, _>(tx, whistles, clash).await?;
    }
    if !assignments.is_empty() {
        use entity::assignment_row::{Column, Entity};
        let clash = OnConflict::columns([Column::DistrictId, Column::Id])
            .update_columns([
                Column::Version,
                Column::Role,
                Column::Stage,
                Column::AcknowledgedAt,
                Column::ReportedAt,
                Column::BelowRank,
                Column::Absent,
                Column::RepliedAt,
                Column::DueAt,
            ])
            .to_owned();
        upsert::<Entity, _>(tx, assignments, clash).await?;
    }
    Ok(())
}
