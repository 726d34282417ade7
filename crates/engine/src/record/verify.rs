//! The check of an export against a public key, line by line, in memory that does not grow with the
//! events.
//!
//! Each event must give its digest and hold on to the one before it; each stream must pass the points
//! that the seals cover; the points must give each seal's root; the seals must be signed, numbered
//! and linked. So what was changed, taken out, exchanged or cut off is found at its place, up to the
//! last seal. What came later hangs on its chain alone and is counted as unsealed.

mod said;
mod stream;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Months, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use self::said::Expiry;
use super::{
    finding::{Fault, Finding, Spot},
    line::{End, FORM, Line, SealLine, StreamLine},
    merkle::Tree,
    seal::{Head, PublicKey, Seal, Signature, Signed, StreamKind},
};
use crate::{audit::KEPT_MONTHS, chain, ids::DistrictId, text::Digest};

/// The most findings that are kept word by word; more are counted.
const KEPT: usize = 100;
/// The most streams that are named where a root does not fit.
const NAMED: usize = 8;
/// How long what expires is kept at the least (网络安全法 21(3)).
const LEAST: Months = Months::new(KEPT_MONTHS);

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
