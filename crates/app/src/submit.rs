//! The door: load, let the engine decide, commit, answer.

use std::collections::BTreeMap;

use engine::{
    Command, Event, Facts, Refusal, Scene, StreamId,
    actor::{Actor, OnBehalfOf},
    audit,
    calendar::beijing,
    clock::Deadline,
    command::Target,
    facts::Numbers,
    file::Attachment,
    ids::{AssignmentId, FileId, PetitionId, UnitId, WhistleId},
    petition,
    text::Digest,
    whistle,
};
use store::{Commit, KeyRecord, Loaded, NumbersTaken, PersonDraft, Recorded, State, TextDraft};
use uuid::Uuid;

use crate::{App, Caller, Error, Intake, Registers, Visible, audience};

/// How often a decision is made anew when somebody was first.
pub(crate) const TRIES: usize = 12;

/// The mark by which a repeated submission is known.
#[derive(Debug, Clone)]
pub struct Key {
    /// The key; at most 100 characters.
    pub key: String,
    /// The digest of the input.
    pub input: Digest,
}

/// A command with what comes along.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The command.
    pub command: Command,
    /// For whom it is recorded.
    pub on_behalf_of: Option<OnBehalfOf>,
    /// The mark by which a repetition is known.
    pub key: Option<Key>,
    /// The version of the object that is returned, as the caller knows it.
    pub expected_version: Option<u32>,
    /// Free texts.
    pub texts: Vec<TextDraft>,
    /// Persons.
    pub persons: Vec<PersonDraft>,
    /// The words under which the case is found.
    pub words: Option<String>,
}

impl Submission {
    /// A command with what was taken in for it.
    #[must_use]
    pub fn of(command: Command, intake: Intake<'_>) -> Self {
        Self {
            command,
            on_behalf_of: None,
            key: None,
            expected_version: None,
            texts: intake.texts,
            persons: intake.persons,
            words: intake.words,
        }
    }
}

/// What a submission changed: the object that it is about, as it is now.
#[derive(Debug, Clone)]
pub enum Changed {
    /// A petition.
    Petition(Visible<petition::Petition>),
    /// A whistle.
    Whistle(Visible<whistle::Whistle>),
    /// A whistle, about one assignment of it.
    Assignment(Visible<whistle::Whistle>, AssignmentId),
    /// A file of a case.
    File(StreamId, Box<Visible<Attachment>>),
}

/// The object that a command returns.
#[derive(Debug, Clone, Copy)]
enum Object {
    Petition(PetitionId),
    Whistle(WhistleId),
    Assignment(WhistleId, AssignmentId),
    /// Of a case, or of one part of it.
    File(StreamId, Option<AssignmentId>, FileId),
}

impl Object {
    fn of(command: &Command, target: &Target) -> Option<Self> {
        // What goes on from a whistle is what its caller works on next.
        if let Command::BlowAgain(it) = command {
            return Some(Self::Whistle(it.successor));
        }
        if let Command::LinkDuplicate(it) = command {
            return Some(Self::Petition(it.petition));
        }
        if let Command::AttachFile(it) = command {
            return Some(Self::File(it.case, it.assignment, it.file));
        }
        if let Command::OpenFile(it) = command {
            return Some(Self::File(it.case, None, it.file));
        }
        match (target.whistle, target.assignment) {
            (Some(whistle), Some(assignment)) => Some(Self::Assignment(whistle, assignment)),
            (Some(whistle), None) => Some(Self::Whistle(whistle)),
            (None, _) => target.petitions.first().map(|it| Self::Petition(*it)),
        }
    }

    fn version(self, scene: &Scene) -> Option<u32> {
        match self {
            Self::Petition(id) => scene.petitions.get(&id).map(|it| it.version),
            Self::Whistle(id) => scene.whistles.get(&id).map(|it| it.version),
            Self::Assignment(whistle, id) => {
                scene.whistles.get(&whistle)?.assignments.get(&id).map(|it| it.version)
            }
            Self::File(StreamId::Whistle(whistle), Some(id), _) => {
                Self::Assignment(whistle, id).version(scene)
            }
            Self::File(StreamId::Whistle(id), None, _) => Self::Whistle(id).version(scene),
            Self::File(StreamId::Petition(id), ..) => Self::Petition(id).version(scene),
        }
    }

    fn stream(self) -> Uuid {
        match self {
            Self::Petition(id) => id.0,
            Self::Whistle(id) | Self::Assignment(id, _) => id.0,
            Self::File(case, ..) => case.uuid(),
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Petition(_) => "petition",
            Self::Whistle(_) => "whistle",
            Self::Assignment(..) => "assignment",
            Self::File(..) => "file",
        }
    }

    fn id(self) -> Uuid {
        match self {
            Self::Petition(id) => id.0,
            Self::Whistle(id) => id.0,
            Self::Assignment(_, id) => id.0,
            Self::File(.., id) => id.0,
        }
    }

    fn changed(self, mut scene: Scene) -> Option<Changed> {
        Some(match self {
            Self::Petition(id) => Changed::Petition(Visible::passed(scene.petitions.remove(&id)?)),
            Self::Whistle(id) => Changed::Whistle(Visible::passed(scene.whistles.remove(&id)?)),
            Self::Assignment(whistle, id) => {
                Changed::Assignment(Visible::passed(scene.whistles.remove(&whistle)?), id)
            }
            Self::File(case, _, id) => {
                let file = match case {
                    StreamId::Petition(case) => scene.petitions.remove(&case)?.files.remove(&id)?,
                    StreamId::Whistle(case) => scene.whistles.remove(&case)?.files.remove(&id)?,
                };
                Changed::File(case, Box::new(Visible::passed(file)))
            }
        })
    }
}

/// What was decided, ready to be committed.
pub(crate) struct Decided {
    pub(crate) commit: Commit,
    pub(crate) after: Scene,
    pub(crate) nothing: bool,
}

impl App {
    /// Carries out a command for somebody.
    ///
    /// # Errors
    /// [`Error::Refused`] with the rule's reason; [`Error::NotFound`] where the case is not there or
    /// not to be seen; [`Error::KeyReused`]; else a fault. Nothing has changed then.
    pub async fn submit(&self, caller: &Caller, submission: Submission) -> Result<Changed, Error> {
        let (act, target) = (submission.command.kind(), submission.command.target());
        let units = submission.command.calls();
        // On the heap: what every face waits for must not swell their stacks.
        let res = Box::pin(self.carry_out(caller, submission)).await;
        if let Err(error) = &res {
            self.note_refusal(caller, act, &target, units, error).await?;
        }
        res
    }

    async fn carry_out(&self, caller: &Caller, submission: Submission) -> Result<Changed, Error> {
        let target = submission.command.target();
        let object = Object::of(&submission.command, &target).ok_or(Error::NotFound)?;
        if let Some(key) = &submission.key {
            if key.key.is_empty() || key.key.chars().count() > 100 {
                return Err(Refusal::invalid(
                    "idempotencyKey",
                    engine::refusal::Problem::TooLong(100),
                )
                .into());
            }
            if let Some(changed) = self.repeated(caller, key).await? {
                return Ok(changed);
            }
        }
        let actor = Actor::Member(caller.member.clone());
        let _issuing = self.queue(caller, &submission.command, &target).await?;
        for _ in 0..TRIES {
            let loaded = self.load(Some(caller), &target).await?;
            if !target.begins
                && object.version(&loaded.scene).is_none()
                && !creates(&submission.command)
            {
                return Err(Error::NotFound);
            }
            if let (Some(expected), Some(current)) =
                (submission.expected_version, object.version(&loaded.scene))
                && expected != current
            {
                return Err(Refusal::Stale { current }.into());
            }
            let decided = self.decide(&actor, Some(caller), &submission, object, &loaded).await?;
            match self.store().commit(decided.commit).await {
                Ok(()) => return object.changed(decided.after).ok_or(Error::NotFound),
                // Somebody was first: look again, and decide anew.
                Err(store::Error::Stale { .. } | store::Error::NumbersTaken { .. }) => (),
                Err(store::Error::KeyTaken) => {
                    let key = submission.key.as_ref().ok_or(Error::Busy)?;
                    if let Some(changed) = self.repeated(caller, key).await? {
                        return Ok(changed);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Busy)
    }

    /// Carries out a command of the scheduler. False where there was nothing to do.
    pub(crate) async fn submit_as_system(&self, command: Command) -> Result<bool, Error> {
        let target = command.target();
        let object = Object::of(&command, &target).ok_or(Error::NotFound)?;
        let submission = Submission {
            command,
            on_behalf_of: None,
            key: None,
            expected_version: None,
            texts: vec![],
            persons: vec![],
            words: None,
        };
        for _ in 0..TRIES {
            let loaded = self.load(None, &target).await?;
            let decided = self.decide(&Actor::System, None, &submission, object, &loaded).await?;
            if decided.nothing {
                return Ok(false);
            }
            match self.store().commit(decided.commit).await {
                Ok(()) => return Ok(true),
                Err(store::Error::Stale { .. }) => (),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Busy)
    }

    async fn load(&self, caller: Option<&Caller>, target: &Target) -> Result<Loaded, Error> {
        let begins_petition = target.begins && target.whistle.is_none();
        let petitions: Vec<PetitionId> =
            if begins_petition { vec![] } else { target.petitions.iter().copied().collect() };
        let whistle = target.whistle.filter(|_| !target.begins);
        let viewer = caller.map(|it| &it.viewer);
        let loaded = self
            .store()
            .load_case(self.district(), viewer, whistle, &petitions, target.linked)
            .await?;
        // A petition that the caller may not see is not there.
        if petitions.iter().any(|it| !loaded.scene.petitions.contains_key(it)) {
            return Err(Error::NotFound);
        }
        if whistle.is_some_and(|it| !loaded.scene.whistles.contains_key(&it)) {
            return Err(Error::NotFound);
        }
        Ok(loaded)
    }

    /// Decides, and makes the commit of it.
    pub(crate) async fn decide_new(
        &self,
        caller: &Caller,
        submission: &Submission,
    ) -> Result<Decided, Error> {
        let target = submission.command.target();
        let object = Object::of(&submission.command, &target).ok_or(Error::NotFound)?;
        let actor = Actor::Member(caller.member.clone());
        self.decide(&actor, Some(caller), submission, object, &Loaded::default()).await
    }

    async fn decide(
        &self,
        actor: &Actor,
        caller: Option<&Caller>,
        submission: &Submission,
        object: Object,
        loaded: &Loaded,
    ) -> Result<Decided, Error> {
        let registers = self.registers().await?;
        let now = self.now();
        let today = now.with_timezone(&beijing()).date_naive();
        let target = submission.command.target();
        let pinned = pinned(&target, &loaded.scene);
        let lists = pinned
            .and_then(|it| registers.lists_version(it))
            .or_else(|| registers.lists_on(today))
            .ok_or(Error::NotSetUp)?;
        let calendar = registers.calendar_on(today).ok_or(Error::NotSetUp)?;
        let taken = self.numbers(&submission.command, &loaded.scene, now).await?;
        let numbers = taken.map(|it| Numbers {
            year: it.year,
            batch: it.last + 1,
            serial: self.serial(&registers, it),
        });
        let facts = Facts {
            directory: &registers.directory,
            lists,
            calendar,
            seed: self.fresh(),
            numbers: numbers.as_ref(),
            on_behalf_of: submission.on_behalf_of.as_ref(),
            now,
        };
        let events = engine::decide(&loaded.scene, actor, submission.command.clone(), &facts)?;
        let mut after = loaded.scene.clone();
        for (stream, event) in &events {
            after.apply(*stream, event);
        }
        let stream = StreamId::clone(&stream_of(object));
        let letters = self.letters_owed(&registers, &facts, &loaded.scene, &events);
        let deadlines = deadlines(&registers, &facts, &loaded.scene, &after, &events);
        let recorded = Recorded {
            district: self.district(),
            at: now,
            actor: caller.map(|it| it.member.person),
            unit: caller.map(|it| it.member.unit),
            on_behalf_of: submission.on_behalf_of.as_ref().map(Into::into),
            source: caller.and_then(|it| it.source.clone()),
            loaded,
            after: &after,
            events: &events,
            deadlines,
            entitled: audience::changes(&loaded.scene, &after, &registers.directory),
            shut: audience::shut(&loaded.scene, &after, &events),
            letters,
            texts: submission.texts.iter().map(|it| (stream, it.clone())).collect(),
            persons: submission.persons.clone(),
            words: submission
                .words
                .iter()
                .filter(|_| !is_accusation(&after, stream))
                .map(|it| (stream, it.clone()))
                .collect(),
            key: submission.key.as_ref().map(|it| KeyRecord {
                key: it.key.clone(),
                input: it.input,
                object: object.kind().to_owned(),
                object_id: object.id(),
                stream_id: object.stream(),
            }),
            numbers: taken,
        };
        let nothing = events.is_empty();
        let told = audit::of_events(&events);
        let mut commit = Commit::of(recorded)?;
        if let (Some(caller), false) = (caller, told.is_empty()) {
            commit = commit.with(self.notes(&caller.by(), told));
        }
        Ok(Decided { commit, after, nothing })
    }

    /// The object of a submission that was carried out before, as it is now, through the gate again.
    ///
    /// # Errors
    /// [`Error::KeyReused`] where the key stands for another input; else as [`App::submit`].
    pub async fn repeated(&self, caller: &Caller, key: &Key) -> Result<Option<Changed>, Error> {
        let person = caller.member.person;
        let Some(found) = self.store().key(self.district(), person, &key.key).await? else {
            return Ok(None);
        };
        if found.input != key.input {
            return Err(Error::KeyReused);
        }
        let states = self.store().visible(&caller.viewer, &[found.stream_id]).await?;
        let state = states.into_iter().next().ok_or(Error::NotFound)?;
        if found.object == "file" {
            let case = match &state {
                State::Petition(it) => StreamId::Petition(it.id),
                State::Whistle(it) => StreamId::Whistle(it.id),
            };
            let (State::Petition(petition::Petition { mut files, .. })
            | State::Whistle(whistle::Whistle { mut files, .. })) = state;
            let file = files.remove(&FileId(found.object_id)).ok_or(Error::NotFound)?;
            return Ok(Some(Changed::File(case, Box::new(Visible::passed(file)))));
        }
        Ok(Some(match state {
            State::Petition(it) => Changed::Petition(Visible::passed(it)),
            State::Whistle(it) if found.object == "assignment" => {
                Changed::Assignment(Visible::passed(it), AssignmentId(found.object_id))
            }
            State::Whistle(it) => Changed::Whistle(Visible::passed(it)),
        }))
    }

    /// Waits until nobody else of this process issues for the same centre.
    async fn queue(
        &self,
        caller: &Caller,
        command: &Command,
        target: &Target,
    ) -> Result<Option<tokio::sync::OwnedMutexGuard<()>>, Error> {
        if !command.takes_numbers() || target.whistle.is_none() {
            return Ok(None);
        }
        let lock = {
            let mut centres = self.inner.issuing.lock().await;
            centres.entry(caller.member.unit).or_default().clone()
        };
        Ok(Some(lock.lock_owned().await))
    }

    async fn numbers(
        &self,
        command: &Command,
        scene: &Scene,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Option<NumbersTaken>, Error> {
        if !command.takes_numbers() {
            return Ok(None);
        }
        let centre: Option<UnitId> = match command {
            Command::BlowNow(it) => Some(it.draft.centre),
            Command::IssueWhistle(it) => scene.whistles.get(&it.whistle).and_then(|it| it.centre),
            _ => None,
        };
        let Some(centre) = centre else { return Ok(None) };
        let year = chrono::Datelike::year(&now.with_timezone(&beijing()).date_naive());
        let last = self.store().last_serial(self.district(), centre, year).await?;
        Ok(Some(NumbersTaken { centre, year, last }))
    }

    /// 编号: 张吹〔2019〕21号 at the district's centre, with its own name at any other.
    fn serial(&self, registers: &Registers, taken: NumbersTaken) -> String {
        let unit = registers.directory.unit(taken.centre);
        let root = unit.is_none_or(|it| it.parent.is_none());
        let prefix: String = match unit {
            Some(unit) if !root => unit
                .short_name
                .trim_end_matches("综治中心")
                .trim_end_matches(['街', '道', '镇', '乡', '社', '区', '村'])
                .to_owned(),
            Some(_) | None => self.district_name().chars().take(1).collect(),
        };
        format!("{prefix}吹〔{}〕{}号", taken.year, taken.last + 1)
    }
}

/// Commands whose object is a stream that they begin beside the one they name.
fn creates(command: &Command) -> bool {
    matches!(command, Command::BlowAgain(_))
}

/// The text of an accusation is found by nobody.
fn is_accusation(scene: &Scene, stream: StreamId) -> bool {
    match stream {
        StreamId::Petition(id) => {
            scene.petitions.get(&id).is_some_and(petition::Petition::is_accusation)
        }
        StreamId::Whistle(_) => false,
    }
}

fn stream_of(object: Object) -> StreamId {
    match object {
        Object::Petition(id) => StreamId::Petition(id),
        Object::Whistle(id) | Object::Assignment(id, _) => StreamId::Whistle(id),
        Object::File(case, ..) => case,
    }
}

/// The lists that a case is pinned to: a whistle's from its issue on, a petition's from registration.
fn pinned(target: &Target, scene: &Scene) -> Option<engine::lists::ListsVersion> {
    if target.begins {
        return None;
    }
    match target.whistle {
        Some(id) => scene.whistles.get(&id).filter(|it| it.issued.is_some()).map(|it| it.lists),
        None => target.petitions.first().and_then(|id| scene.petitions.get(id)).map(|it| it.lists),
    }
}

type Clocks = (StreamId, Vec<Deadline>, Vec<Deadline>);

fn deadlines(
    registers: &Registers,
    facts: &Facts<'_>,
    before: &Scene,
    after: &Scene,
    events: &[(StreamId, Event)],
) -> Vec<Clocks> {
    let of = |scene: &Scene, stream: StreamId| match stream {
        StreamId::Petition(id) => {
            scene.petitions.get(&id).map(petition::deadlines).unwrap_or_default()
        }
        StreamId::Whistle(id) => scene
            .whistles
            .get(&id)
            .map(|it| {
                let lists = registers.lists_version(it.lists).unwrap_or(facts.lists);
                whistle::deadlines(it, lists, facts.directory)
            })
            .unwrap_or_default(),
    };
    let touched: BTreeMap<StreamId, ()> = events.iter().map(|(stream, _)| (*stream, ())).collect();
    touched.into_keys().map(|it| (it, of(before, it), of(after, it))).collect()
}
