//! The record as a whole: sealed, exported, checked and, where it may be, forgotten.

use std::{cmp::Ordering, collections::VecDeque, io};

use chrono::Months;
use engine::{
    audit::{AuditFact, KEPT_MONTHS},
    ids::LetterId,
    record::{
        Body, End, EventLine, Fault, Finding, Head, Header, Line, Point, PublicKey, Report,
        Restored, Seal, SealLine, Signature, Signed, Spot, StreamKind, StreamLine, Tree, Verifier,
    },
    text::Digest,
};
use sha2::{Digest as _, Sha256};
use store::{Book, Commit, HolderLetter, SealRow, Snapshot};
use uuid::Uuid;

use crate::{App, By, Error, submit::TRIES};

/// How many streams, seals or events are read at a time.
const PAGE: u64 = 500;
/// How many of the auditor's streams expire in one commit.
const EXPIRING: u64 = 50;

/// Who signs seals. Nothing below the server knows where the key is.
pub trait Signer: Send + Sync {
    /// The key by which signatures are checked.
    fn public(&self) -> PublicKey;
    /// A signature over these bytes.
    fn sign(&self, message: &[u8]) -> Signature;
}

/// Why the record was not sealed, exported or checked.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A fault of the database.
    #[error(transparent)]
    App(#[from] Error),
    /// The key is not the one that the last seal names.
    #[error("the last seal is to be followed by one of key {}, and the key at hand is {}", named.shown(), held.shown())]
    OtherKey {
        /// The key that the last seal names.
        named: PublicKey,
        /// The key that was to sign.
        held: PublicKey,
    },
    /// What was sealed before was changed; a seal would cover that up.
    #[error("what was sealed before was changed: {0}")]
    Doubted(Finding),
    /// What is written to failed.
    #[error("the export could not be written")]
    Written(#[from] io::Error),
}

impl From<store::Error> for RecordError {
    fn from(error: store::Error) -> Self {
        Self::App(error.into())
    }
}

/// What a seal is to say beside the heads.
#[derive(Default)]
pub struct SealOrder<'a> {
    /// The address of whoever keeps the seals outside.
    pub holder: Option<&'a str>,
    /// The key that signs the seals after it, where that is to be another.
    pub next_key: Option<PublicKey>,
    /// Why an older copy was restored, and the seals that the ledger has beyond it.
    pub restored: Option<(&'a str, Vec<SealRow>)>,
}

/// The heads of one snapshot.
#[derive(Default)]
struct Heads {
    tree: Tree,
    events: u64,
    moved: Vec<Head>,
}

impl App {
    /// Seals the record as it stands. None where another process seals at this moment.
    ///
    /// # Errors
    /// [`RecordError::OtherKey`] and [`RecordError::Doubted`] where a seal would say what is not so;
    /// else a fault.
    pub async fn seal(
        &self,
        by: &By,
        signer: &dyn Signer,
        order: SealOrder<'_>,
    ) -> Result<Option<SealRow>, RecordError> {
        let snapshot = self.store().snapshot(self.district()).await?;
        // The lock is held until the seal is written.
        let sealed = match snapshot.leads().await? {
            true => self.seal_snapshot(by, signer, order, &snapshot).await,
            false => Ok(None),
        };
        snapshot.close().await?;
        sealed
    }

    async fn seal_snapshot(
        &self,
        by: &By,
        signer: &dyn Signer,
        order: SealOrder<'_>,
        snapshot: &Snapshot,
    ) -> Result<Option<SealRow>, RecordError> {
        let before = snapshot.last_seal().await?;
        let held = signer.public();
        let (reason, lost) = match order.restored {
            Some((reason, lost)) => (Some(reason), lost),
            None => (None, vec![]),
        };
        let to = before.as_ref().map_or(0, |it| it.seal.no);
        let last = lost.last().or(before.as_ref());
        if let Some(named) = last.map(|it| it.seal.key_after()).filter(|it| *it != held) {
            return Err(RecordError::OtherKey { named, held });
        }
        let heads = self.heads(snapshot).await?;
        let mut seal = Seal::over(
            self.district(),
            self.wall(),
            (&heads.tree, heads.events),
            last.map(|it| (&it.seal, &it.signed)),
            held,
        );
        seal.next_key = order.next_key;
        seal.restored = reason.map(|it| Restored { to, reason: Digest::of(it.as_bytes()) });
        let bytes = seal.bytes().map_err(|error| corrupt(error.into()))?;
        let signature = signer.sign(&Signed::message(&bytes));
        let signed = Signed { bytes, signature };
        let mut facts = vec![AuditFact::RecordSealed { seal: seal.no, root: seal.root }];
        if let Some(next) = order.next_key {
            let (before, after) = (held.fingerprint(), next.fingerprint());
            facts.push(AuditFact::SealKeyChanged { before, after });
        }
        if let Some(it) = seal.restored {
            let (database, ledger) = (it.to, seal.no - 1);
            facts.push(AuditFact::RestoreAccepted { database, ledger, reason: it.reason });
        }
        let row = SealRow { seal, signed, reason: reason.map(str::to_owned) };
        let letter = order.holder.map(|address| {
            let id = LetterId(self.fresh());
            let message_id = format!("<{}@{}>", id.0.simple(), self.inner.domain);
            HolderLetter { id, address: address.to_owned(), message_id, at: self.now() }
        });
        for _ in 0..TRIES {
            let commit = Commit::sealing(row.clone(), &heads.moved, letter.clone())?
                .with_lost_seals(lost.clone())
                .with(self.notes(by, facts.clone()));
            match self.store().commit(commit).await {
                Ok(()) => return Ok(Some(row)),
                Err(store::Error::Stale { .. }) => (),
                Err(store::Error::Exists { .. }) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Busy.into())
    }

    /// The heads of all streams, held against what was sealed before: nothing that is sealed once is
    /// sealed otherwise later.
    async fn heads(&self, snapshot: &Snapshot) -> Result<Heads, RecordError> {
        let mut res = Heads::default();
        let mut last = Uuid::nil();
        loop {
            let page = snapshot.streams(last, PAGE).await?;
            let Some(end) = page.last() else { return Ok(res) };
            last = end.id;
            let mut grown: Vec<(Head, u32)> = vec![];
            for it in &page {
                let head = Head { kind: it.kind, id: it.id, version: it.version, head: it.head };
                res.tree.push(head.leaf());
                res.events += u64::from(it.version);
                match it.points.last() {
                    Some(point) if point.version == it.version && point.head == it.head => (),
                    Some(point) if point.version < it.version => {
                        res.moved.push(head);
                        let Point { version, head, seal } = *point;
                        grown.push((Head { kind: it.kind, id: it.id, version, head }, seal));
                    }
                    Some(point) => return Err(RecordError::Doubted(set_back(it, point))),
                    None => res.moved.push(head),
                }
            }
            hold(snapshot, &grown).await?;
        }
    }

    /// Writes the whole record, line by line, as it stands at this moment.
    ///
    /// # Errors
    /// A fault of the database, or what `sink` fails with.
    pub async fn export_record(
        &self,
        sink: &mut (dyn FnMut(&str) -> io::Result<()> + Send),
    ) -> Result<End, RecordError> {
        let snapshot = self.store().snapshot(self.district()).await?;
        let res = self.export_snapshot(&snapshot, sink).await;
        snapshot.close().await?;
        res
    }

    async fn export_snapshot(
        &self,
        snapshot: &Snapshot,
        sink: &mut (dyn FnMut(&str) -> io::Result<()> + Send),
    ) -> Result<End, RecordError> {
        let mut text = RecordText::default();
        let mut say = |line: Line| -> Result<(), RecordError> {
            text.say(&line)?;
            Ok(sink(text.take().trim_end())?)
        };
        say(Line::Record(Header {
            form: engine::record::FORM,
            district: self.district(),
            name: self.district_name().to_owned(),
            at: self.wall(),
            case: None,
        }))?;
        let mut n_seals = 0;
        loop {
            let page = snapshot.seals(n_seals, PAGE).await?;
            let Some((no, ..)) = page.last() else { break };
            n_seals = *no;
            for (no, bytes, signature) in page {
                say(Line::Seal(SealLine { no, body: Body::of(bytes), signature }))?;
            }
        }
        let (mut cases, mut notes) = (Feed::of(Book::Cases), Feed::of(Book::Notes));
        let mut last = Uuid::nil();
        loop {
            let page = snapshot.streams(last, PAGE).await?;
            let Some(end) = page.last() else { break };
            last = end.id;
            for it in page {
                let (kind, id) = (it.kind, it.id);
                say(Line::Stream(it))?;
                let feed = match Book::of(kind) {
                    Book::Cases => &mut cases,
                    Book::Notes => &mut notes,
                };
                while let Some(it) = feed.next(snapshot, id, last).await? {
                    say(Line::Event(it))?;
                }
            }
            // A check in the background of a server lets others go first.
            tokio::task::yield_now().await;
        }
        let (text, end) = text.end()?;
        sink(text.trim_end())?;
        Ok(end)
    }

    /// Checks the record as it is in the database.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn verify_record(&self, mut verifier: Verifier<'_>) -> Result<Report, RecordError> {
        let mut take = |line: &str| {
            verifier.line(line.as_bytes());
            Ok(())
        };
        self.export_record(&mut take).await?;
        Ok(verifier.end())
    }

    /// Forgets what the auditor's streams held that a seal has covered for so many months, at least
    /// six. How many streams.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn expire_notes(&self, keep_months: u32) -> Result<usize, RecordError> {
        let keep = Months::new(keep_months.max(KEPT_MONTHS));
        let Some(until) = self.wall().checked_sub_months(keep) else { return Ok(0) };
        let mut n_streams = 0;
        loop {
            let all = self.store().expiring(self.district(), until, EXPIRING).await?;
            if all.is_empty() {
                return Ok(n_streams);
            }
            let facts = all
                .iter()
                .map(|it| AuditFact::NotesExpired {
                    stream: it.stream,
                    events: it.events,
                    head: it.head,
                    seal: it.seal,
                })
                .collect();
            let notes = self.notes(&By::default(), facts);
            let commit = Commit::expiring(self.district(), self.wall(), &all).with(notes);
            match self.store().commit(commit).await {
                Ok(()) => n_streams += all.len(),
                Err(store::Error::Stale { .. }) => (),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Notes that the record is not what it should be; once for the same.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn note_doubt(&self, report: &Report) -> Result<(), Error> {
        let Some(first) = report.findings.first() else { return Ok(()) };
        let (stream, event, seal) = match first.spot {
            Spot::Line(_) => (None, None, None),
            Spot::Seal(no) => (None, None, Some(no)),
            Spot::Stream(_, id) => (Some(id), None, None),
            Spot::Event(_, id, event) => (Some(id), Some(event), None),
        };
        let code = first.fault.code().to_owned();
        self.note_once(AuditFact::RecordDoubted {
            faults: report.faults,
            code,
            stream,
            event,
            seal,
        })
        .await
    }

    /// Notes by the program itself, unless its last note of the kind says the same.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn note_once(&self, fact: AuditFact) -> Result<(), Error> {
        let last = self.store().notes(self.district(), fact.kind(), 1).await?;
        if last.first().is_some_and(|it| it.fact == fact) {
            return Ok(());
        }
        self.note(&By::default(), fact).await
    }
}

/// The events of one book in order, fetched some at a time across streams.
struct Feed {
    book: Book,
    held: VecDeque<(Uuid, EventLine)>,
    /// The place of the last that was fetched.
    after: (Uuid, u32),
}

impl Feed {
    fn of(book: Book) -> Self {
        Self { book, held: VecDeque::new(), after: (Uuid::nil(), 0) }
    }

    /// The next event of a stream; `last` is the last stream that is looked at before the next page.
    async fn next(
        &mut self,
        snapshot: &Snapshot,
        stream: Uuid,
        last: Uuid,
    ) -> Result<Option<EventLine>, store::Error> {
        loop {
            match self.held.front().map(|(id, _)| id.cmp(&stream)) {
                Some(Ordering::Equal) => return Ok(self.held.pop_front().map(|(_, it)| it)),
                Some(Ordering::Greater) => return Ok(None),
                // Of a stream that nothing else knows.
                Some(Ordering::Less) => {
                    self.held.pop_front();
                }
                // There was nothing more up to there.
                None if self.after == (last, u32::MAX) => return Ok(None),
                None => {
                    self.held = snapshot.events(self.book, self.after, last, PAGE).await?.into();
                    match self.held.back() {
                        Some((id, it)) => self.after = (*id, it.version),
                        None => self.after = (last, u32::MAX),
                    }
                }
            }
        }
    }
}

/// The lines of an export as text, counted and digested on the way.
#[derive(Default)]
pub(crate) struct RecordText {
    text: String,
    hash: Sha256,
    n: [u64; 3],
}

impl RecordText {
    /// Adds a line.
    pub(crate) fn say(&mut self, line: &Line) -> Result<(), Error> {
        let [seals, streams, events] = &mut self.n;
        match line {
            Line::Seal(_) => *seals += 1,
            Line::Stream(_) => *streams += 1,
            Line::Event(_) => *events += 1,
            Line::Record(_) | Line::End(_) => (),
        }
        let text = line.text().map_err(|error| internal(error.into()))?;
        self.hash.update(text.as_bytes());
        self.hash.update(b"\n");
        self.text.push_str(&text);
        self.text.push('\n');
        Ok(())
    }

    /// The lines since the last time.
    fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Adds the last line, which counts them.
    pub(crate) fn end(mut self) -> Result<(String, End), Error> {
        let [seals, streams, events] = self.n;
        let hash = std::mem::take(&mut self.hash);
        let end = End { seals, streams, events, digest: Digest(hash.finalize().into()) };
        self.say(&Line::End(end))?;
        Ok((self.text, end))
    }
}

fn internal(source: Box<dyn std::error::Error + Send + Sync>) -> Error {
    let id = Uuid::nil();
    Error::Internal(store::Error::Corrupt { table: "seal", column: "body", id, source })
}

fn corrupt(error: Box<dyn std::error::Error + Send + Sync>) -> RecordError {
    RecordError::App(internal(error))
}

/// A stream that stands before where a seal saw it.
fn set_back(it: &StreamLine, point: &Point) -> Finding {
    let (kind, id) = (it.kind, it.id);
    if it.version == 0 {
        return Finding { spot: Spot::Stream(kind, id), fault: Fault::StreamMissing };
    }
    if it.version < point.version {
        let fault = Fault::CutOff { seal: point.seal, sealed: point.version };
        return Finding { spot: Spot::Event(kind, id, it.version + 1), fault };
    }
    let fault = Fault::SealedHeadDiffers { seal: point.seal };
    Finding { spot: Spot::Event(kind, id, it.version), fault }
}

/// Streams that have grown passed the point where a seal saw them.
async fn hold(snapshot: &Snapshot, grown: &[(Head, u32)]) -> Result<(), RecordError> {
    for kinds in
        [[StreamKind::Petition, StreamKind::Whistle], [StreamKind::Register, StreamKind::Log]]
    {
        let of: Vec<&(Head, u32)> =
            grown.iter().filter(|(it, _)| kinds.contains(&it.kind)).collect();
        let at: Vec<(Uuid, u32)> = of.iter().map(|(it, _)| (it.id, it.version)).collect();
        let hashes = snapshot.hashes(kinds[0], &at).await?;
        for (it, seal) in of {
            if hashes.get(&it.id) != Some(&it.head) {
                let spot = Spot::Event(it.kind, it.id, it.version);
                let fault = Fault::SealedHeadDiffers { seal: *seal };
                return Err(RecordError::Doubted(Finding { spot, fault }));
            }
        }
    }
    Ok(())
}
