//! The check of a stream: each event on its chain, each point of a seal passed.

use super::{
    super::{
        finding::{Fault, Spot},
        line::{EventLine, Point, StreamLine},
        merkle::climb,
        seal::{Head, StreamKind},
    },
    Claim, NAMED, Open, Verifier,
    said::claimed,
};
use crate::{chain, text::Digest};

impl Verifier<'_> {
    pub(super) fn stream(&mut self, line: StreamLine) {
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

    pub(super) fn event(&mut self, line: &EventLine) {
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
    pub(super) fn leave(&mut self) {
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
}
