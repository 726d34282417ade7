//! 一案一档: one case with all that the caller may see of it, taken out to be filed.

mod names;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use engine::{
    StreamId,
    audit::AuditFact,
    calendar::beijing,
    file::Attachment,
    ids::{FileId, PersonId, TextId, UnitId},
    lists::Lists,
    petition::Petition,
    record::{
        Body, EventLine, FORM, Head, Header, Line, Point, Prover, SealLine, StreamKind, StreamLine,
    },
    text::Words,
    whistle::Whistle,
};
use papers::{
    dossier::{Act, Dossier, Part},
    media::Media,
};
use serde_json::Value;
use store::{EventRecord, SealRow};
use uuid::Uuid;

use crate::{App, Caller, CaseId, Error, Visible, mask, record::RecordText};

/// How many events are read at a time.
const PAGE: u64 = 200;
/// Fields that say nothing to a reader: what kind it is stands above, the rest is for the program.
const SILENT: &[&str] = &["fact", "stops", "starts", "district", "lists", "calendar", "promised"];

/// A case that was taken out.
pub struct TakenOut {
    /// Its pages, as values.
    pub dossier: Dossier,
    /// Its streams and their number of events.
    pub streams: Vec<(String, u32)>,
    /// The files that are attached and may be taken out, with their names in the folder.
    pub files: Vec<(String, FileId)>,
    /// Its events, as an export of the record holds them, with the proof that they are under the
    /// last seal.
    pub record: String,
}

/// What ids and codes of a case are called.
struct Names<'a> {
    caller: &'a Caller,
    lists: Option<&'a Lists>,
    texts: HashMap<TextId, String>,
    /// People who are no colleagues, masked.
    people: HashMap<Uuid, String>,
    parts: HashMap<Uuid, String>,
}

impl App {
    /// Takes a case out: a petition with its whistles, or a whistle with its petitions, as far as the
    /// caller sees them. It is noted, and so is the attempt on what is not to be seen.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is not there or not to be seen; else a fault.
    pub async fn take_out(&self, caller: &Caller, case: CaseId) -> Result<TakenOut, Error> {
        let (petitions, whistles) = self.of_case(caller, case).await?;
        if petitions.is_empty() && whistles.is_empty() {
            let act = "export".to_owned();
            let (code, case) = ("NOT_FOUND".to_owned(), Some(case.uuid()));
            let fact = AuditFact::Refused { act, code, case, units: vec![] };
            self.note(&caller.by(), fact).await?;
            return Err(Error::NotFound);
        }
        let mut streams = vec![];
        for it in &petitions {
            let id = StreamId::Petition(it.id);
            streams.push((id, it.version, self.history_of(id).await?));
        }
        for it in &whistles {
            let id = StreamId::Whistle(it.id);
            streams.push((id, it.version, self.history_of(id).await?));
        }
        let names = self.names(caller, &petitions, &whistles, &streams).await?;
        let mut parts: Vec<Part> = petitions.iter().map(|it| names.petition(it)).collect();
        parts.extend(whistles.iter().map(|it| names.whistle(it)));
        // The case that was asked for comes first.
        parts.sort_by_key(|it| it.id != display(case));
        let mut acts: Vec<(DateTime<Utc>, Act)> = vec![];
        let mut counts = vec![];
        for (id, version, history) in &streams {
            let on = names.parts.get(&id.uuid()).cloned().unwrap_or_default();
            acts.extend(history.iter().map(|it| (it.envelope.at, names.act(*id, &on, it))));
            counts.push((display(*id), *version));
        }
        let (attachments, files) = self.attached(&petitions, &whistles).await?;
        let record = self.record_of(case, &streams).await?;
        acts.sort_by_key(|(at, _)| *at);
        let first = parts.first();
        let row = |label: &str| {
            let rows = first.map(|it| it.rows.as_slice()).unwrap_or_default();
            rows.iter().find(|(it, _)| it == label).map(|(_, it)| it.clone()).unwrap_or_default()
        };
        let registers = &caller.registers;
        let dossier = Dossier {
            district: self.district_name().to_owned(),
            number: first.map(|it| it.heading.clone()).unwrap_or_default(),
            title: row("标题"),
            by: registers.name_of(caller.member.person).unwrap_or("—").to_owned(),
            unit: registers.directory.name(caller.member.unit),
            at: local(self.wall()),
            parts,
            acts: acts.into_iter().map(|(_, it)| it).collect(),
            attachments,
        };
        let fact = AuditFact::Exported { case: Some(case.uuid()), table: None };
        self.note(&caller.by(), fact).await?;
        Ok(TakenOut { dossier, streams: counts, files, record })
    }

    /// The files of a case as they are listed, and those whose bytes go along. A sealed one does not:
    /// it is opened with a reason, one at a time.
    async fn attached(
        &self,
        petitions: &[Visible<Petition>],
        whistles: &[Visible<Whistle>],
    ) -> Result<(Vec<papers::dossier::Attachment>, Vec<(String, FileId)>), Error> {
        let of_petitions = petitions.iter().flat_map(|it| it.files.values());
        let of_whistles = whistles.iter().flat_map(|it| it.files.values());
        let mut all: Vec<&Attachment> = of_petitions.chain(of_whistles).collect();
        all.sort_by_key(|it| (it.at, it.id));
        let words = all.iter().map(|it| it.name.id);
        let names = self.store().texts(self.district(), words).await?;
        let (mut listed, mut files) = (vec![], vec![]);
        for (n, it) in all.into_iter().enumerate() {
            // A name that was handed in is shown, and nothing is called by it.
            let ending = Media::of_mime(&it.media).and_then(|it| it.endings().first());
            let path = format!("attachments/{:03}.{}", n + 1, ending.unwrap_or(&"bin"));
            let name = names.get(&it.name.id);
            let goes = !it.sealed && name.is_some();
            listed.push(papers::dossier::Attachment {
                file: goes.then(|| path.clone()),
                name: name.cloned().unwrap_or_else(|| it.kind.zh().to_owned()),
                size: it.size,
                sha256: it.digest.to_string(),
            });
            if goes {
                files.push((path, it.id));
            }
        }
        Ok((listed, files))
    }

    /// The streams of a case, each through the gate.
    async fn of_case(
        &self,
        caller: &Caller,
        case: CaseId,
    ) -> Result<(Vec<Visible<Petition>>, Vec<Visible<Whistle>>), Error> {
        Ok(match case {
            StreamId::Petition(id) => {
                let petitions = self.petitions_by_id(&caller.viewer, &[id]).await?;
                let ids: Vec<_> =
                    petitions.iter().flat_map(|it| it.whistles.keys().copied()).collect();
                let whistles = self.whistles_by_id(&caller.viewer, &ids).await?;
                (petitions, whistles)
            }
            StreamId::Whistle(id) => {
                let whistles = self.whistles_by_id(&caller.viewer, &[id]).await?;
                let ids: Vec<_> =
                    whistles.iter().flat_map(|it| it.petitions.keys().copied()).collect();
                let petitions = self.petitions_by_id(&caller.viewer, &ids).await?;
                (petitions, whistles)
            }
        })
    }

    /// The streams of a case as an export of the record.
    async fn record_of(
        &self,
        case: CaseId,
        streams: &[(StreamId, u32, Vec<EventRecord>)],
    ) -> Result<String, Error> {
        let ids: Vec<Uuid> = streams.iter().map(|(id, ..)| id.uuid()).collect();
        let (seal, mut proven) = self.prove(&ids).await?;
        let mut text = RecordText::default();
        text.say(&Line::Record(Header {
            form: FORM,
            district: self.district(),
            name: self.district_name().to_owned(),
            at: self.wall(),
            case: Some(display(case)),
        }))?;
        if let Some(it) = seal {
            let (no, signature) = (it.seal.no, it.signed.signature);
            text.say(&Line::Seal(SealLine { no, body: Body::of(it.signed.bytes), signature }))?;
        }
        let mut streams: Vec<_> = streams.iter().collect();
        streams.sort_by_key(|(id, ..)| id.uuid());
        for (id, _, history) in streams {
            let kind = match id {
                StreamId::Petition(_) => StreamKind::Petition,
                StreamId::Whistle(_) => StreamKind::Whistle,
            };
            let id = id.uuid();
            let bare = || StreamLine {
                kind,
                id,
                version: 0,
                head: engine::chain::GENESIS,
                points: vec![],
                proof: None,
            };
            for line in lines(proven.remove(&id).unwrap_or_else(bare), history) {
                text.say(&line)?;
            }
        }
        Ok(text.end()?.0)
    }

    /// The last seal, and for each of some streams where it stood then, with the steps to its root.
    async fn prove(
        &self,
        ids: &[Uuid],
    ) -> Result<(Option<SealRow>, HashMap<Uuid, StreamLine>), Error> {
        let snapshot = self.store().snapshot(self.district()).await?;
        let seal = snapshot.last_seal().await?;
        let mut found = vec![];
        let mut prover = Prover::default();
        let mut last = Uuid::nil();
        while let Some(no) = seal.as_ref().map(|it| it.seal.no) {
            let page = snapshot.streams(last, PAGE).await?;
            let Some(end) = page.last() else { break };
            last = end.id;
            for mut it in page {
                let Some(point) = it.points.last().copied() else { continue };
                let head =
                    Head { kind: it.kind, id: it.id, version: point.version, head: point.head };
                let kept = ids.contains(&it.id);
                prover.push(head.leaf(), kept);
                if kept {
                    it.points = vec![Point { seal: no, ..point }];
                    found.push(it);
                }
            }
        }
        snapshot.close().await?;
        let (_, proofs) = prover.prove();
        let proven = found
            .into_iter()
            .zip(proofs)
            .map(|(it, steps)| (it.id, StreamLine { proof: Some(steps), ..it }));
        Ok((seal, proven.collect()))
    }

    /// All events of a stream that was let through.
    async fn history_of(&self, stream: StreamId) -> Result<Vec<EventRecord>, Error> {
        let mut res: Vec<EventRecord> = vec![];
        loop {
            let after = res.last().map_or(0, |it| it.envelope.version);
            let page = self.store().history(self.district(), stream.uuid(), after, PAGE).await?;
            if page.is_empty() {
                return Ok(res);
            }
            res.extend(page);
        }
    }

    async fn names<'a>(
        &self,
        caller: &'a Caller,
        petitions: &[Visible<Petition>],
        whistles: &[Visible<Whistle>],
        streams: &[(StreamId, u32, Vec<EventRecord>)],
    ) -> Result<Names<'a>, Error> {
        let registers = &caller.registers;
        let mut found = Found::default();
        for (_, _, history) in streams {
            for it in history {
                found.search(&serde_json::to_value(&it.envelope.event).unwrap_or_default());
            }
        }
        let texts = self.store().texts(self.district(), found.texts).await?;
        let strangers = found
            .ids
            .into_iter()
            .map(PersonId)
            .filter(|it| registers.name_of(*it).is_none())
            .filter(|it| registers.directory.unit(UnitId(it.0)).is_none());
        let people = self.store().persons(self.district(), strangers).await?;
        let people = people
            .into_iter()
            .map(|(id, it)| {
                (id.0, it.name.map_or_else(|| "（已清除）".to_owned(), |it| mask::name(&it)))
            })
            .collect();
        let lists = whistles.first().map(|it| it.lists).or(petitions.first().map(|it| it.lists));
        let mut parts = HashMap::new();
        for it in petitions {
            let number = it.registration.as_ref().map(|it| it.number.as_str());
            parts.insert(it.id.0, format!("诉求 {}", number.unwrap_or_default()));
        }
        for it in whistles {
            let serial = it.issued.as_ref().map_or("（未编号）", |it| it.serial.as_str());
            parts.insert(it.id.0, format!("哨单 {serial}"));
            let unit = |id| registers.directory.name(id);
            parts.extend(it.assignments.iter().map(|(id, it)| (id.0, unit(it.unit))));
        }
        let lists = lists.and_then(|it| registers.lists_version(it));
        Ok(Names { caller, lists, texts, people, parts })
    }
}

/// The ids and texts that events name.
#[derive(Default)]
struct Found {
    texts: BTreeSet<TextId>,
    ids: BTreeSet<Uuid>,
}

impl Found {
    fn search(&mut self, value: &Value) {
        if let Some(it) = words(value) {
            self.texts.insert(it.id);
            return;
        }
        match value {
            Value::Object(map) => map.values().for_each(|it| self.search(it)),
            Value::Array(all) => all.iter().for_each(|it| self.search(it)),
            Value::String(it) => self.ids.extend(Uuid::try_parse(it)),
            Value::Null | Value::Bool(_) | Value::Number(_) => (),
        }
    }
}

fn words(value: &Value) -> Option<Words> {
    let map = value.as_object().filter(|it| it.len() == 2 && it.contains_key("digest"))?;
    serde_json::from_value(Value::Object(map.clone())).ok()
}

fn local(at: DateTime<Utc>) -> String {
    at.with_timezone(&beijing()).format("%Y-%m-%d %H:%M").to_string()
}

fn display(case: CaseId) -> String {
    match case {
        StreamId::Petition(it) => it.to_string(),
        StreamId::Whistle(it) => it.to_string(),
    }
}

/// The events of a stream as an export of the record holds them.
fn lines(mut stream: StreamLine, history: &[EventRecord]) -> Vec<Line> {
    // What happened since the proofs were read is part of it.
    stream.version = history.last().map_or(0, |it| it.envelope.version);
    stream.head = history.last().map_or(engine::chain::GENESIS, |it| it.digest);
    let mut res = vec![Line::Stream(stream)];
    res.extend(history.iter().map(|it| {
        Line::Event(EventLine {
            version: it.envelope.version,
            kind: it.envelope.event.kind().to_owned(),
            at: it.envelope.at,
            hash: it.digest,
            body: Body::of(it.bytes.clone()),
        })
    }));
    res
}
