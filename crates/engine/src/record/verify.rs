//! The check of an export against a public key, line by line, in memory that does not grow with the
//! events.
//!
//! Each event must give its digest and hold on to the one before it; each stream must pass the points
//! that the seals cover; the points must give each seal's root; the seals must be signed, numbered
//! and linked. So what was changed, taken out, exchanged or cut off is found at its place, up to the
//! last seal. What came later hangs on its chain alone and is counted as unsealed.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Months, Utc};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{
    finding::{Fault, Finding, Spot},
    line::{End, EventLine, FORM, Line, Point, SealLine, StreamLine},
    merkle::{Tree, climb},
    seal::{Head, PublicKey, Seal, Signature, Signed, StreamKind},
};
use crate::{
    audit::{AuditFact, Note},
    chain::{self, Envelope},
    ids::{AuditId, DistrictId},
    scene::StreamId,
    text::Digest,
};

/// The most findings that are kept word by word; more are counted.
const KEPT: usize = 100;
/// The most streams that are named where a root does not fit.
const NAMED: usize = 8;
/// How long what expires is kept at the least (网络安全法 21(3)).
const LEAST: Months = Months::new(6);

/// A seal as somebody outside keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerSeal {
    /// Its number.
    pub no: u32,
    /// Its bytes with their signature.
    pub signed: Signed,
    /// The heads that had moved before it.
    pub heads: Vec<Head>,
}

/// What a check looked at, and what it found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What is wrong, the first hundred.
    pub findings: Vec<Finding>,
    /// How much is wrong.
    pub faults: u64,
    /// How many seals there are.
    pub seals: u64,
    /// How many streams.
    pub streams: u64,
    /// How many events.
    pub events: u64,
    /// The last seal: its number and time.
    pub last: Option<(u32, DateTime<Utc>)>,
    /// How many events came after the last seal, and in how many streams.
    pub unsealed: (u64, u64),
    /// How many events expired, and in how many of the auditor's streams.
    pub expired: (u64, u64),
    /// The case, where the export is of one alone.
    pub case: Option<String>,
    /// Seals over what was lost when an older copy was restored: from, to.
    pub lost: Vec<(u32, u32)>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.faults == 0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Begin,
    Seals,
    Streams,
    Ended,
}

/// A seal that was read, and what the streams make of it so far.
struct Known {
    no: u32,
    seal: Option<Seal>,
    digest: Digest,
    /// Its signature holds, so that its root means something.
    sound: bool,
    /// It is over events that were lost.
    lost: bool,
    tree: Tree,
    moved: Vec<(StreamKind, Uuid)>,
}

/// The stream whose events are being read.
struct Open {
    line: StreamLine,
    /// The ordinal that comes next.
    next: u32,
    /// The digest of the event before, where it is known.
    previous: Option<Digest>,
    /// How many points were passed.
    passed: usize,
    /// How many of its first events are gone, and the digest of the last of them.
    gone: (u32, Option<Digest>),
}

/// First events that are gone; a recorded expiry must fit.
struct Claim {
    id: Uuid,
    gone: u32,
    head: Option<Digest>,
    /// The first seal that covers all of them.
    seal: Option<u32>,
}

/// An expiry that was recorded.
struct Expiry {
    events: u32,
    head: Digest,
    at: DateTime<Utc>,
}

/// What every event says of where it belongs.
#[derive(Deserialize)]
struct Claimed<S> {
    district: DistrictId,
    stream: S,
    version: u32,
    at: DateTime<Utc>,
    previous: Digest,
}

/// Says whether a signature is of a message by a key.
pub type Check<'a> = &'a (dyn Fn(&PublicKey, &[u8], &Signature) -> bool + Send + Sync);

/// Checks an export, line by line.
pub struct Verifier<'a> {
    key: PublicKey,
    check: Check<'a>,
    ledger: BTreeMap<u32, Digest>,
    ledger_heads: HashMap<Uuid, Vec<(u32, Head)>>,
    at_line: u64,
    hash: Sha256,
    phase: Phase,
    district: Option<DistrictId>,
    seals: Vec<Known>,
    is_keyed: bool,
    last_id: Option<Uuid>,
    open: Option<Open>,
    claims: Vec<Claim>,
    expiries: BTreeMap<Uuid, Vec<Expiry>>,
    report: Report,
}

impl<'a> Verifier<'a> {
    /// A check against a public key, and against what somebody outside keeps.
    #[must_use]
    pub fn new(key: PublicKey, check: Check<'a>, ledger: Vec<LedgerSeal>) -> Self {
        let mut heads: HashMap<Uuid, Vec<(u32, Head)>> = HashMap::new();
        let mut digests = BTreeMap::new();
        for it in ledger {
            digests.insert(it.no, it.signed.digest());
            for head in it.heads {
                heads.entry(head.id).or_default().push((it.no, head));
            }
        }
        Self {
            key,
            check,
            ledger: digests,
            ledger_heads: heads,
            at_line: 0,
            hash: Sha256::new(),
            phase: Phase::Begin,
            district: None,
            seals: vec![],
            is_keyed: false,
            last_id: None,
            open: None,
            claims: vec![],
            expiries: BTreeMap::new(),
            report: Report::default(),
        }
    }

    fn found(&mut self, spot: Spot, fault: Fault) {
        self.report.faults += 1;
        if self.report.findings.len() < KEPT {
            self.report.findings.push(Finding { spot, fault });
        }
    }

    /// Takes the next line, without its end.
    pub fn line(&mut self, text: &[u8]) {
        self.at_line += 1;
        let spot = Spot::Line(self.at_line);
        let line = match serde_json::from_slice::<Line>(text) {
            Ok(line) => Some(line),
            Err(_) => {
                self.found(spot, Fault::Unreadable);
                None
            }
        };
        if !matches!(line, Some(Line::End(_))) {
            self.hash.update(text);
            self.hash.update(b"\n");
        }
        match (line, self.phase) {
            (None, _) => (),
            (Some(Line::Record(it)), Phase::Begin) => {
                if it.form != FORM {
                    self.found(spot, Fault::UnknownForm);
                }
                self.district = Some(it.district);
                self.report.case = it.case;
                self.phase = Phase::Seals;
            }
            (Some(Line::Seal(it)), Phase::Seals) => self.seal(&it),
            (Some(Line::Stream(it)), Phase::Seals | Phase::Streams) => {
                self.phase = Phase::Streams;
                self.stream(it);
            }
            (Some(Line::Event(it)), Phase::Streams) => self.event(&it),
            (Some(Line::End(it)), Phase::Seals | Phase::Streams) => self.close(&it),
            (
                Some(
                    Line::Record(_)
                    | Line::Seal(_)
                    | Line::Stream(_)
                    | Line::Event(_)
                    | Line::End(_),
                ),
                _,
            ) => self.found(spot, Fault::OutOfPlace),
        }
    }

    fn seal(&mut self, line: &SealLine) {
        self.report.seals += 1;
        let spot = Spot::Seal(line.no);
        // One case comes with the last seal alone.
        let is_part = self.report.case.is_some();
        let first = if is_part { line.no } else { 1 };
        let expected = self.seals.last().map_or(first, |it| it.no + 1);
        if line.no > expected {
            self.found(spot, Fault::SealsMissing { from: expected });
        } else if line.no < expected {
            // A second of its number stands for nothing.
            return self.found(spot, Fault::OutOfPlace);
        }
        let signed = Signed { bytes: line.body.bytes().into_owned(), signature: line.signature };
        let digest = signed.digest();
        if self.ledger.get(&line.no).is_some_and(|it| *it != digest) {
            self.found(spot, Fault::LedgerDiffers);
        }
        let seal = Seal::parse(&signed.bytes).ok();
        let mut sound = false;
        match &seal {
            None => self.found(spot, Fault::SealUnreadable),
            Some(it) => {
                let message = Signed::message(&signed.bytes);
                sound = (self.check)(&it.key, &message, &signed.signature);
                if !sound {
                    self.found(spot, Fault::SealForged);
                }
                self.is_keyed |= sound && it.key == self.key;
                if it.no != line.no || Some(it.district) != self.district {
                    self.found(spot, Fault::SealMisplaced);
                }
                self.link(it, line.no == expected && !is_part);
                if let Some(restored) = it.restored {
                    self.lose(restored.to, it.no);
                }
            }
        }
        let tree = Tree::default();
        let no = line.no;
        self.seals.push(Known { no, seal, digest, sound, lost: false, tree, moved: vec![] });
    }

    /// Holds a seal against the one before it.
    fn link(&mut self, it: &Seal, follows: bool) {
        let spot = Spot::Seal(it.no);
        let before = self.seals.last();
        let named = before.and_then(|it| it.seal.as_ref()).map(Seal::key_after);
        let previous = before.map_or(chain::GENESIS, |it| it.digest);
        if named.is_some_and(|named| named != it.key) {
            self.found(spot, Fault::SealByOther);
        }
        if follows && it.previous != previous {
            self.found(spot, Fault::SealUnlinked);
        }
    }

    /// The seals between a restored copy and the one that says so are over what is lost.
    fn lose(&mut self, to: u32, no: u32) {
        let lost = self.seals.iter_mut().filter(|it| it.no > to);
        lost.for_each(|it| it.lost = true);
        if to + 1 < no {
            self.report.lost.push((to + 1, no - 1));
        }
    }

    fn stream(&mut self, line: StreamLine) {
        self.leave();
        self.report.streams += 1;
        let (kind, id) = (line.kind, line.id);
        let spot = Spot::Stream(kind, id);
        if self.last_id.is_some_and(|it| it >= id) {
            self.found(spot, Fault::StreamMisplaced);
        }
        self.last_id = Some(id);
        self.points(&line);
        if self.report.case.is_some() {
            self.prove(&line);
        } else {
            self.hold_ledger(&line);
        }
        self.open = Some(Open {
            line,
            next: 1,
            previous: Some(chain::GENESIS),
            passed: 0,
            gone: (0, None),
        });
    }

    /// Gives each seal the leaf of this stream as it stood then.
    fn points(&mut self, line: &StreamLine) {
        let mut order = line.points.windows(2);
        let rises = order.all(|it| match it {
            [one, other] => one.seal < other.seal && one.version < other.version,
            _ => true,
        });
        let mut points = line.points.iter().peekable();
        let mut leaf: Option<Digest> = None;
        let mut met = 0;
        for it in &mut self.seals {
            while let Some(point) = points.next_if(|point| point.seal <= it.no) {
                let Point { version, head, seal } = *point;
                met += usize::from(seal == it.no && !it.lost);
                leaf = Some(Head { kind: line.kind, id: line.id, version, head }.leaf());
                if seal == it.no && it.moved.len() < NAMED {
                    it.moved.push((line.kind, line.id));
                }
            }
            if let Some(leaf) = leaf {
                it.tree.push(leaf);
            }
        }
        if !rises || met != line.points.len() {
            self.found(Spot::Stream(line.kind, line.id), Fault::PointsDiffer);
        }
    }

    /// Holds the point of a stream against the seal by the steps that come with it.
    fn prove(&mut self, line: &StreamLine) {
        let Some(Point { seal, version, head }) = line.points.last().copied() else { return };
        let leaf = Head { kind: line.kind, id: line.id, version, head }.leaf();
        let root = line.proof.as_ref().map(|steps| climb(leaf, steps));
        let sealed = self.seals.iter().find(|it| it.no == seal && it.sound);
        let sealed = sealed.and_then(|it| it.seal.as_ref()).map(|it| it.root);
        if root.is_none() || root != sealed {
            self.found(Spot::Stream(line.kind, line.id), Fault::Unproven);
        }
    }

    fn hold_ledger(&mut self, line: &StreamLine) {
        for (seal, head) in self.ledger_heads.remove(&line.id).unwrap_or_default() {
            let is_here = self.seals.iter().any(|it| it.no == seal && !it.lost);
            let same = line
                .points
                .iter()
                .any(|it| it.seal == seal && it.version == head.version && it.head == head.head);
            if is_here && !(same && line.kind == head.kind) {
                self.found(Spot::Stream(line.kind, line.id), Fault::LedgerHeadDiffers { seal });
            }
        }
    }

    fn event(&mut self, line: &EventLine) {
        self.report.events += 1;
        let Some(mut open) = self.open.take() else {
            return self.found(Spot::Line(self.at_line), Fault::OutOfPlace);
        };
        self.event_of(&mut open, line);
        self.open = Some(open);
    }

    fn event_of(&mut self, open: &mut Open, line: &EventLine) {
        let (kind, id, version) = (open.line.kind, open.line.id, line.version);
        let spot = Spot::Event(kind, id, version);
        let bytes = line.body.bytes();
        let is_changed = chain::digest(&bytes) != line.hash;
        if is_changed {
            self.found(spot, Fault::Changed);
        }
        let claimed = claimed(kind, &bytes);
        let is_first = open.next == 1 && open.gone.0 == 0;
        if kind == StreamKind::Log && is_first && version > 1 {
            open.gone = (version - 1, claimed.as_ref().map(|it| it.previous));
            (open.next, open.previous) = (version, None);
        }
        if version > open.next {
            self.found(Spot::Event(kind, id, open.next), Fault::Missing { to: version - 1 });
            open.previous = None;
        } else if version < open.next {
            self.found(spot, Fault::Reordered { expected: open.next });
            open.previous = None;
            return;
        }
        match claimed {
            None if is_changed => (),
            None => self.found(spot, Fault::Unreadable),
            Some(it) => {
                if it.version != version {
                    self.found(spot, Fault::Reordered { expected: version });
                } else if !is_changed && open.previous.is_some_and(|head| head != it.previous) {
                    self.found(spot, Fault::Unlinked);
                }
                let differs = [
                    ("stream", it.stream != Some((kind, id))),
                    ("district", Some(it.district) != self.district),
                    ("at", it.at != line.at),
                    ("kind", it.kind.is_some_and(|it| it != line.kind)),
                ];
                for (field, _) in differs.into_iter().filter(|(_, differs)| *differs && !is_changed)
                {
                    self.found(spot, Fault::Differs { field });
                }
                if kind == StreamKind::Register
                    && let Some((stream, it)) = it.expiry
                {
                    self.expiries.entry(stream).or_default().push(it);
                }
            }
        }
        open.previous = Some(line.hash);
        open.next = version + 1;
        while let Some(point) = open.line.points.get(open.passed).filter(|it| it.version <= version)
        {
            if point.version == version && point.head != line.hash {
                self.found(spot, Fault::SealedHeadDiffers { seal: point.seal });
            }
            open.passed += 1;
        }
    }

    /// Ends the stream whose events were read.
    fn leave(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        let (kind, id) = (open.line.kind, open.line.id);
        let counted = open.line.version;
        let mut last = open.next - 1;
        if kind == StreamKind::Log && last == 0 && counted > 0 {
            open.gone = (counted, Some(open.line.head));
            last = counted;
            open.passed = open.line.points.iter().filter(|it| it.version <= counted).count();
        } else if last == counted && open.previous.is_some_and(|it| it != open.line.head) {
            self.found(Spot::Stream(kind, id), Fault::HeadDiffers);
        }
        let sealed = open.line.points.last().copied();
        match sealed.filter(|it| it.version > last) {
            Some(_) if last == 0 && counted == 0 => {
                self.found(Spot::Stream(kind, id), Fault::StreamMissing);
            }
            Some(Point { seal, version, .. }) => {
                let fault = Fault::CutOff { seal, sealed: version };
                self.found(Spot::Event(kind, id, last + 1), fault);
            }
            None if last < counted => {
                self.found(Spot::Event(kind, id, last + 1), Fault::CountDiffers { counted });
            }
            None if last > counted => self.found(Spot::Stream(kind, id), Fault::HeadDiffers),
            None => (),
        }
        let unsealed = last.saturating_sub(sealed.map_or(0, |it| it.version));
        if unsealed > 0 {
            self.report.unsealed.0 += u64::from(unsealed);
            self.report.unsealed.1 += 1;
        }
        let (gone, head) = open.gone;
        if gone > 0 {
            let covers = open.line.points.iter().find(|it| it.version >= gone);
            // The points give the root; where one ends what is gone, both say the same.
            if let Some(it) = covers.filter(|it| it.version == gone && head != Some(it.head)) {
                let fault = Fault::SealedHeadDiffers { seal: it.seal };
                self.found(Spot::Stream(kind, id), fault);
            }
            self.claims.push(Claim { id, gone, head, seal: covers.map(|it| it.seal) });
        }
    }

    fn close(&mut self, end: &End) {
        self.leave();
        self.phase = Phase::Ended;
        let spot = Spot::Line(self.at_line);
        let counted = (end.seals, end.streams, end.events);
        if counted != (self.report.seals, self.report.streams, self.report.events) {
            self.found(spot, Fault::Miscounted);
        }
        let hash: [u8; 32] = std::mem::take(&mut self.hash).finalize().into();
        if end.digest != Digest(hash) {
            self.found(spot, Fault::FileChanged);
        }
    }

    /// Ends the check.
    #[must_use]
    pub fn end(mut self) -> Report {
        if self.phase != Phase::Ended {
            self.leave();
            self.found(Spot::Line(self.at_line + 1), Fault::NoEnd);
        }
        self.hold_claims();
        let last = self.seals.last().map_or(0, |it| it.no);
        if !self.is_keyed {
            self.found(Spot::Seal(last), Fault::KeyUnknown);
        }
        if self.report.case.is_none() {
            self.hold_roots();
            self.hold_ends(last);
        }
        let last = self.seals.last().and_then(|it| it.seal.as_ref());
        self.report.last = last.map(|it| (it.no, it.at));
        self.report
    }

    /// Holds the end of the record against what somebody outside keeps.
    fn hold_ends(&mut self, last: u32) {
        if let Some(newest) = self.ledger.keys().next_back().copied().filter(|it| *it > last) {
            self.found(Spot::Seal(last), Fault::LedgerIsNewer { last: newest });
        }
        let mut absent: Vec<(StreamKind, Uuid)> = vec![];
        for heads in self.ledger_heads.values() {
            let here = |no: u32| self.seals.iter().any(|it| it.no == no && !it.lost);
            let head = heads.iter().find(|(seal, _)| here(*seal)).map(|(_, it)| (it.kind, it.id));
            absent.extend(head);
        }
        absent.sort();
        for (kind, id) in absent {
            self.found(Spot::Stream(kind, id), Fault::StreamMissing);
        }
    }

    fn hold_claims(&mut self) {
        for it in std::mem::take(&mut self.claims) {
            let spot = Spot::Stream(StreamKind::Log, it.id);
            let fits = |expiry: &&Expiry| {
                expiry.events == it.gone && it.head.is_none_or(|head| head == expiry.head)
            };
            let expiry = self.expiries.get(&it.id).and_then(|all| all.iter().find(fits));
            let Some(at) = expiry.map(|it| it.at) else {
                self.found(spot, Fault::NotExpired { gone: it.gone });
                continue;
            };
            let sealed = |no| self.seals.iter().find(|it| it.no == no)?.seal.as_ref();
            let sealed = it.seal.and_then(sealed).and_then(|it| it.at.checked_add_months(LEAST));
            if sealed.is_none_or(|earliest| at < earliest) {
                self.found(spot, Fault::ExpiredEarly);
                continue;
            }
            self.report.expired.0 += u64::from(it.gone);
            self.report.expired.1 += 1;
        }
    }

    /// Holds each seal's root against the heads. What is wrong in one is so in all after it, so the
    /// first is told.
    fn hold_roots(&mut self) {
        let mut wrong = None;
        for it in self.seals.iter_mut().filter(|it| it.sound && !it.lost) {
            let Some(seal) = &it.seal else { continue };
            let found = it.tree.leaves();
            if found != seal.streams {
                wrong = Some((it.no, Fault::StreamsDiffer { sealed: seal.streams, found }));
                break;
            }
            if it.tree.root() != seal.root {
                let moved = std::mem::take(&mut it.moved);
                wrong = Some((it.no, Fault::RootDiffers { moved }));
                break;
            }
        }
        if let Some((no, fault)) = wrong {
            self.found(Spot::Seal(no), fault);
        }
    }
}

/// What an event says of itself.
struct Said {
    district: DistrictId,
    stream: Option<(StreamKind, Uuid)>,
    version: u32,
    at: DateTime<Utc>,
    previous: Digest,
    /// Its code; none for a fact that only a newer program knows.
    kind: Option<&'static str>,
    expiry: Option<(Uuid, Expiry)>,
}

fn claimed(kind: StreamKind, bytes: &[u8]) -> Option<Said> {
    match kind {
        StreamKind::Petition | StreamKind::Whistle => {
            let it: Claimed<StreamId> = serde_json::from_slice(bytes).ok()?;
            let code = Envelope::parse(bytes).ok().map(|it| it.event.kind());
            let stream = match it.stream {
                StreamId::Petition(it) => (StreamKind::Petition, it.0),
                StreamId::Whistle(it) => (StreamKind::Whistle, it.0),
            };
            Some(Said::of(&it, Some(stream), code, None))
        }
        StreamKind::Register | StreamKind::Log => {
            let it: Claimed<AuditId> = serde_json::from_slice(bytes).ok()?;
            let note = Note::parse(bytes).ok();
            let expiry = note.as_ref().and_then(|note| {
                let AuditFact::NotesExpired { stream, events, head, .. } = &note.fact else {
                    return None;
                };
                Some((stream.0, Expiry { events: *events, head: *head, at: it.at }))
            });
            let id = it.stream.0;
            let code = note.map(|it| it.fact.kind());
            Some(Said::of(&it, Some((kind, id)), code, expiry))
        }
    }
}

impl Said {
    fn of<S>(
        it: &Claimed<S>,
        stream: Option<(StreamKind, Uuid)>,
        kind: Option<&'static str>,
        expiry: Option<(Uuid, Expiry)>,
    ) -> Self {
        let Claimed { district, version, at, previous, .. } = *it;
        Self { district, stream, version, at, previous, kind, expiry }
    }
}
