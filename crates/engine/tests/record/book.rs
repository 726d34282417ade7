//! A record made up of streams that grow and seals in between, with a signature that tests can make.

use chrono::{DateTime, TimeDelta, Utc};
use engine::{
    audit::{AuditFact, Note},
    chain::{self, GENESIS},
    ids::{AuditId, DistrictId},
    record::{
        Body, End, EventLine, Head, Header, LedgerSeal, Line, Point, PublicKey, Report, Seal,
        SealLine, Signature, Signed, StreamKind, StreamLine, Tree, Verifier,
    },
    text::Digest,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub(crate) const DISTRICT: DistrictId = DistrictId(Uuid::from_u128(1));
pub(crate) const KEY: PublicKey = PublicKey([7; 32]);

/// A signature that whoever knows the public key can make: what is tested is what is signed.
pub(crate) fn sign(key: &PublicKey, message: &[u8]) -> Signature {
    let half = Sha256::new().chain_update(key.0).chain_update(message).finalize();
    let mut res = [0; 64];
    res[..32].copy_from_slice(&half);
    res[32..].copy_from_slice(&half);
    Signature(res)
}

pub(crate) fn check(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    sign(key, message) == *signature
}

/// A stream with its events.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    pub(crate) kind: StreamKind,
    pub(crate) id: Uuid,
    pub(crate) events: Vec<EventLine>,
    pub(crate) points: Vec<Point>,
    /// How many of the first expired.
    pub(crate) gone: u32,
    /// What the stream says of itself.
    pub(crate) version: u32,
    pub(crate) head: Digest,
}

#[derive(Debug, Clone)]
pub(crate) struct Book {
    pub(crate) now: DateTime<Utc>,
    pub(crate) streams: Vec<Stream>,
    pub(crate) seals: Vec<(Seal, Signed)>,
    pub(crate) ledger: Vec<LedgerSeal>,
    pub(crate) key: PublicKey,
}

/// The bytes of an event that says where it belongs.
pub(crate) fn body(
    it: &Stream,
    version: u32,
    at: DateTime<Utc>,
    previous: Digest,
    text: &str,
) -> Vec<u8> {
    let stream = match it.kind {
        StreamKind::Petition | StreamKind::Whistle => {
            serde_json::json!({ "kind": it.kind, "id": it.id })
        }
        StreamKind::Register | StreamKind::Log => serde_json::json!(it.id),
    };
    let body = serde_json::json!({
        "schema": 1, "district": DISTRICT, "stream": stream, "version": version, "at": at,
        "previous": previous, "text": text,
    });
    serde_json::to_vec(&body).unwrap()
}

impl Book {
    /// A register, petitions, whistles and logs, all empty.
    pub(crate) fn new(n_streams: usize) -> Self {
        let stream = |n: usize| {
            let (kind, id) = match n % 4 {
                _ if n == 0 => (StreamKind::Register, DISTRICT.0),
                1 | 0 => (StreamKind::Petition, Uuid::from_u128(100 + n as u128)),
                2 => (StreamKind::Whistle, Uuid::from_u128(100 + n as u128)),
                _ => (StreamKind::Log, Uuid::from_u128(100 + n as u128)),
            };
            let (events, points) = (vec![], vec![]);
            Stream { kind, id, events, points, gone: 0, version: 0, head: GENESIS }
        };
        Self {
            now: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
            streams: (0..n_streams).map(stream).collect(),
            seals: vec![],
            ledger: vec![],
            key: KEY,
        }
    }

    pub(crate) fn append(&mut self, at: usize, text: &str) {
        let it = &self.streams[at];
        let bytes = body(it, it.version + 1, self.now, it.head, text);
        self.put(at, "test", bytes);
    }

    /// A note of the register.
    pub(crate) fn note(&mut self, fact: AuditFact) {
        let it = &self.streams[0];
        let note = Note {
            schema: 1,
            district: DISTRICT,
            stream: AuditId(it.id),
            version: it.version + 1,
            at: self.now,
            actor: None,
            unit: None,
            source: None,
            previous: it.head,
            fact,
        };
        let bytes = note.bytes().unwrap();
        self.put(0, note.fact.kind(), bytes);
    }

    fn put(&mut self, at: usize, kind: &str, bytes: Vec<u8>) {
        let it = &mut self.streams[at];
        it.version += 1;
        it.head = chain::digest(&bytes);
        it.events.push(EventLine {
            version: it.version,
            kind: kind.to_owned(),
            at: self.now,
            hash: it.head,
            body: Body::of(bytes),
        });
        self.now += TimeDelta::minutes(1);
    }

    pub(crate) fn seal(&mut self) {
        self.seal_saying(|_| ());
    }

    pub(crate) fn seal_saying(&mut self, say: impl FnOnce(&mut Seal)) {
        let mut tree = Tree::default();
        let mut n_events = 0;
        let mut moved = vec![];
        let no = self.seals.last().map_or(1, |(it, _)| it.no + 1);
        for it in self.streams.iter_mut().filter(|it| it.version > 0) {
            let head = Head { kind: it.kind, id: it.id, version: it.version, head: it.head };
            tree.push(head.leaf());
            n_events += u64::from(it.version);
            if it.points.last().is_none_or(|point| point.version < it.version) {
                it.points.push(Point { seal: no, version: it.version, head: it.head });
                moved.push(head);
            }
        }
        let before = self.seals.last().map(|(seal, signed)| (seal, signed));
        let mut seal = Seal::over(DISTRICT, self.now, (&tree, n_events), before, self.key);
        say(&mut seal);
        self.key = seal.key_after();
        let signed = signed(&seal);
        self.ledger.push(LedgerSeal { no, signed: signed.clone(), heads: moved });
        self.seals.push((seal, signed));
        self.now += TimeDelta::days(1);
    }

    /// The lines of its export.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let header =
            Header { form: 1, district: DISTRICT, name: "某区".into(), at: self.now, case: None };
        let mut res = vec![Line::Record(header)];
        for (seal, signed) in &self.seals {
            let body = Body::of(signed.bytes.clone());
            res.push(Line::Seal(SealLine { no: seal.no, body, signature: signed.signature }));
        }
        for it in self.streams.iter().filter(|it| it.version > 0) {
            let (kind, id, version, head) = (it.kind, it.id, it.version, it.head);
            res.push(Line::Stream(StreamLine {
                kind,
                id,
                version,
                head,
                points: it.points.clone(),
                proof: None,
            }));
            let left = it.events.iter().filter(|event| event.version > it.gone);
            res.extend(left.cloned().map(Line::Event));
        }
        res
    }

    pub(crate) fn verify(&self) -> Report {
        verify(&self.lines(), vec![])
    }
}

pub(crate) fn signed(seal: &Seal) -> Signed {
    let bytes = seal.bytes().unwrap();
    let signature = sign(&seal.key, &Signed::message(&bytes));
    Signed { bytes, signature }
}

/// The lines as text, with the last that counts them.
pub(crate) fn text(lines: &[Line]) -> String {
    let mut text: String = lines.iter().map(|it| format!("{}\n", it.text().unwrap())).collect();
    let count = |of: fn(&Line) -> bool| lines.iter().filter(|it| of(it)).count() as u64;
    let end = End {
        seals: count(|it| matches!(it, Line::Seal(_))),
        streams: count(|it| matches!(it, Line::Stream(_))),
        events: count(|it| matches!(it, Line::Event(_))),
        digest: Digest::of(text.as_bytes()),
    };
    text.push_str(&Line::End(end).text().unwrap());
    text.push('\n');
    text
}

pub(crate) fn verify(lines: &[Line], ledger: Vec<LedgerSeal>) -> Report {
    verify_text(text(lines).as_bytes(), KEY, ledger)
}

pub(crate) fn verify_text(text: &[u8], key: PublicKey, ledger: Vec<LedgerSeal>) -> Report {
    let mut verifier = Verifier::new(key, &check, ledger);
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    for line in text.split(|it| *it == b'\n') {
        verifier.line(line);
    }
    verifier.end()
}
