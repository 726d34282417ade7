//! What the record promises: an honest one verifies, and whatever is changed, taken out, exchanged,
//! cut off or forged is found and its place named.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "record/book.rs"]
mod book;

use book::{Book, KEY, body, check, sign, signed, text, verify, verify_text};
use chrono::{Months, TimeDelta};
use engine::{
    audit::AuditFact,
    chain,
    ids::AuditId,
    record::{
        Body, Fault, Finding, Head, Line, Point, Prover, PublicKey, Report, Restored, Signed, Spot,
        Step, StreamKind, Verifier,
    },
    text::{Digest, Lang},
};
use proptest::prelude::*;

/// What happens to a record: an event on one of its streams, or a seal.
fn acts() -> impl Strategy<Value = Vec<Option<usize>>> {
    let act = prop_oneof![4 => (0..9_usize).prop_map(Some), 1 => Just(None)];
    proptest::collection::vec(act, 12..60)
}

/// A record to which this happened; it is sealed at least once.
fn book(acts: &[Option<usize>]) -> Book {
    let mut book = Book::new(9);
    book.append(1, "first");
    book.seal();
    for (n, act) in acts.iter().enumerate() {
        match act {
            Some(at) => book.append(*at, &format!("事件 {n}")),
            None => book.seal(),
        }
    }
    book
}

fn is_found(report: &Report, fault: impl Fn(&Finding) -> bool) -> bool {
    report.findings.iter().any(fault)
}

fn shown(report: &Report) -> String {
    report.findings.iter().map(|it| format!("{it}\n")).collect()
}

/// Whether something is found in this stream.
fn names(report: &Report, kind: StreamKind, id: uuid::Uuid) -> bool {
    is_found(report, |it| match it.spot {
        Spot::Stream(k, i) | Spot::Event(k, i, _) => (k, i) == (kind, id),
        Spot::Line(_) | Spot::Seal(_) => false,
    })
}

/// The places of events in the lines, with their stream.
fn events(lines: &[Line]) -> Vec<(usize, StreamKind, uuid::Uuid, u32)> {
    let mut stream = None;
    let mut res = vec![];
    for (at, line) in lines.iter().enumerate() {
        match line {
            Line::Stream(it) => stream = Some((it.kind, it.id)),
            Line::Event(it) => {
                let (kind, id) = stream.unwrap();
                res.push((at, kind, id, it.version));
            }
            Line::Record(_) | Line::Seal(_) | Line::End(_) => (),
        }
    }
    res
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_honest_record_always_verifies(acts in acts()) {
        let book = book(&acts);
        let report = book.verify();
        prop_assert!(report.is_clean(), "{}", shown(&report));
        let with_ledger = verify(&book.lines(), book.ledger.clone());
        prop_assert!(with_ledger.is_clean(), "{}", shown(&with_ledger));
        let sealed: u32 = book.streams.iter().map(|it| it.points.last().map_or(0, |it| it.version)).sum();
        prop_assert_eq!(report.unsealed.0, report.events - u64::from(sealed));
    }

    #[test]
    fn any_changed_bit_of_an_export_is_found(acts in acts(), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let mut text = text(&book(&acts).lines()).into_bytes();
        let end = text.len() - 1;
        text[at.index(end)] ^= 1 << bit;
        let report = verify_text(&text, KEY, vec![]);
        prop_assert!(!report.is_clean());
    }

    #[test]
    fn a_changed_byte_of_an_event_is_found_at_its_place(acts in acts(), at in any::<prop::sample::Index>(), byte in any::<prop::sample::Index>()) {
        let mut lines = book(&acts).lines();
        let all = events(&lines);
        let (at, kind, id, version) = *at.get(&all);
        let Line::Event(it) = &mut lines[at] else { unreachable!() };
        let mut bytes = it.body.bytes().into_owned();
        let byte = byte.index(bytes.len());
        bytes[byte] ^= 1;
        it.body = Body::of(bytes);
        let report = verify(&lines, vec![]);
        let here = Finding { spot: Spot::Event(kind, id, version), fault: Fault::Changed };
        prop_assert!(is_found(&report, |it| *it == here), "{}", shown(&report));
    }

    #[test]
    fn an_event_taken_out_is_found_at_its_place(acts in acts(), at in any::<prop::sample::Index>()) {
        let mut lines = book(&acts).lines();
        let all = events(&lines);
        let (at, kind, id, version) = *at.get(&all);
        lines.remove(at);
        let report = verify(&lines, vec![]);
        // The first of an auditor's stream looks like one that expired, which nothing recorded.
        let here = |it: &Finding| it.spot == Spot::Event(kind, id, version)
            || (version == 1 && it.spot == Spot::Stream(kind, id));
        prop_assert!(is_found(&report, here), "{}", shown(&report));
    }

    #[test]
    fn two_events_exchanged_are_found(acts in acts(), at in any::<prop::sample::Index>()) {
        let mut lines = book(&acts).lines();
        let all = events(&lines);
        let pairs: Vec<_> = all.windows(2).filter(|it| (it[0].1, it[0].2) == (it[1].1, it[1].2)).collect();
        prop_assume!(!pairs.is_empty());
        let pair = *at.get(&pairs);
        lines.swap(pair[0].0, pair[1].0);
        let report = verify(&lines, vec![]);
        prop_assert!(names(&report, pair[0].1, pair[0].2), "{}", shown(&report));
    }

    #[test]
    fn a_tail_cut_before_the_last_seal_is_found_however_well_it_is_hidden(acts in acts(), at in any::<prop::sample::Index>(), keep in any::<prop::sample::Index>()) {
        let mut book = book(&acts);
        let sealed: Vec<usize> = (0..book.streams.len()).filter(|at| !book.streams[*at].points.is_empty()).collect();
        let at = *at.get(&sealed);
        let it = &mut book.streams[at];
        let last = it.points.last().unwrap().version;
        let keep = keep.index(last as usize);
        it.events.truncate(keep);
        // The stream itself says that it was always so short.
        it.version = keep as u32;
        it.head = it.events.last().map_or(chain::GENESIS, |it| it.hash);
        let (kind, id) = (it.kind, it.id);
        let report = book.verify();
        if keep > 0 {
            let here = |it: &Finding| it.spot == Spot::Event(kind, id, keep as u32 + 1)
                && matches!(it.fault, Fault::CutOff { .. });
            prop_assert!(is_found(&report, here), "{}", shown(&report));
        } else {
            prop_assert!(!report.is_clean());
        }
    }

    #[test]
    fn a_history_written_anew_under_the_seals_is_found_and_the_ledger_names_it(acts in acts(), at in any::<prop::sample::Index>()) {
        let mut book = book(&acts);
        let sealed: Vec<usize> = (0..book.streams.len()).filter(|at| !book.streams[*at].points.is_empty()).collect();
        let at = *at.get(&sealed);
        let first = book.streams[at].points[0].seal;
        let (kind, id) = (book.streams[at].kind, book.streams[at].id);
        // Another first event, and everything after it chained anew, points and all.
        let old = book.streams[at].clone();
        let mut head = chain::GENESIS;
        for (n, event) in old.events.iter().enumerate() {
            let bytes = body(&old, event.version, event.at, head, if n == 0 { "改写" } else { "x" });
            head = chain::digest(&bytes);
            let it = &mut book.streams[at];
            it.events[n].hash = head;
            it.events[n].body = Body::of(bytes);
            for point in it.points.iter_mut().filter(|it| it.version == event.version) {
                point.head = head;
            }
        }
        book.streams[at].head = head;
        let report = book.verify();
        let at_seal = |it: &Finding| it.spot == Spot::Seal(first) && matches!(it.fault, Fault::RootDiffers { .. });
        prop_assert!(is_found(&report, at_seal), "{}", shown(&report));
        let report = verify(&book.lines(), book.ledger.clone());
        prop_assert!(names(&report, kind, id), "{}", shown(&report));
    }

    #[test]
    fn a_stream_taken_out_whole_is_found_and_the_ledger_names_it(acts in acts(), at in any::<prop::sample::Index>()) {
        let mut book = book(&acts);
        let sealed: Vec<usize> = (0..book.streams.len()).filter(|at| !book.streams[*at].points.is_empty()).collect();
        let it = book.streams.remove(*at.get(&sealed));
        let report = book.verify();
        let counted = |it: &Finding| matches!(it.fault, Fault::StreamsDiffer { .. });
        prop_assert!(is_found(&report, counted), "{}", shown(&report));
        let report = verify(&book.lines(), book.ledger.clone());
        let named = Finding { spot: Spot::Stream(it.kind, it.id), fault: Fault::StreamMissing };
        prop_assert!(is_found(&report, |it| *it == named), "{}", shown(&report));
    }

    #[test]
    fn a_forged_or_missing_seal_is_found_by_its_number(acts in acts(), at in any::<prop::sample::Index>(), how in 0..4) {
        let mut book = book(&acts);
        let n = at.index(book.seals.len());
        let no = book.seals[n].0.no;
        let last = n + 1 == book.seals.len();
        let (seal, old) = &mut book.seals[n];
        match how {
            // Another root under the old signature.
            0 => {
                seal.root = Digest([9; 32]);
                old.bytes = seal.bytes().unwrap();
            }
            // A signature by somebody else's key.
            1 => {
                let message = Signed::message(&old.bytes);
                old.signature = sign(&PublicKey([8; 32]), &message);
            }
            // Whoever signs with another key says so in the seal.
            2 => {
                seal.key = PublicKey([8; 32]);
                *old = signed(seal);
            }
            _ => {
                book.seals.remove(n);
            }
        }
        let report = if how == 3 && last { verify(&book.lines(), book.ledger.clone()) } else { book.verify() };
        let here = |it: &Finding| match it.spot {
            Spot::Seal(at) => at == no || at == no + 1 || at + 1 == no,
            Spot::Line(_) | Spot::Stream(..) | Spot::Event(..) => false,
        };
        prop_assert!(is_found(&report, here), "{}", shown(&report));
    }
}

#[test]
fn every_finding_says_where_and_what_in_both_languages() {
    let mut book = book(&[Some(1), Some(2), None, Some(1)]);
    book.streams[1].events[0].body = Body::Text("x".into());
    let report = book.verify();
    for it in &report.findings {
        let (zh, en) = (it.sentence(Lang::Zh), it.sentence(Lang::En));
        assert!(zh.contains("pet_") && zh.ends_with('。'), "{zh}");
        assert!(en.contains("petition pet_") && en.contains("event 1"), "{en}");
    }
}

#[test]
fn what_came_after_the_last_seal_is_said_to_be_unsealed() {
    let mut book = book(&[Some(2), None]);
    assert_eq!(book.verify().unsealed, (0, 0));
    book.append(1, "later");
    book.append(1, "later still");
    book.append(5, "new");
    let report = book.verify();
    assert!(report.is_clean());
    assert_eq!(report.unsealed, (3, 2));
}

#[test]
fn the_check_follows_a_key_to_the_one_that_it_names() {
    let mut book = book(&[Some(1), None, Some(2)]);
    let next = PublicKey([3; 32]);
    book.seal_saying(|it| it.next_key = Some(next));
    book.append(1, "later");
    book.seal();
    assert_eq!(book.seals.last().unwrap().0.key, next);
    // Whoever has the old key, and whoever has the new one.
    for key in [KEY, next] {
        let report = verify_text(text(&book.lines()).as_bytes(), key, vec![]);
        assert!(report.is_clean(), "{}", shown(&report));
    }
    let report = verify_text(text(&book.lines()).as_bytes(), PublicKey([4; 32]), vec![]);
    assert!(is_found(&report, |it| it.fault == Fault::KeyUnknown));
    // A key that was only named has signed nothing.
    book.seals.pop();
    let report = verify_text(text(&book.lines()).as_bytes(), next, vec![]);
    assert!(is_found(&report, |it| it.fault == Fault::KeyUnknown), "{}", shown(&report));
}

#[test]
fn an_older_copy_is_noticed_by_whoever_kept_the_later_seals() {
    let mut book = book(&[Some(1), None]);
    let old = book.clone();
    book.append(2, "lost");
    book.seal();
    let report = verify(&old.lines(), book.ledger.clone());
    let last = book.seals.last().unwrap().0.no;
    assert!(is_found(&report, |it| it.fault == Fault::LedgerIsNewer { last }));

    // Accepted: the seals over what is lost stay, and the next one says why.
    let to = old.seals.last().unwrap().0.no;
    let mut restored = old;
    restored.seals = book.seals.clone();
    restored.ledger = book.ledger.clone();
    restored.append(1, "goes on");
    restored.seal_saying(|it| it.restored = Some(Restored { to, reason: Digest::of(b"disk") }));
    restored.append(3, "and on");
    restored.seal();
    let report = verify(&restored.lines(), restored.ledger.clone());
    assert!(report.is_clean(), "{}", shown(&report));
    assert_eq!(report.lost, [(to + 1, last)]);
}

/// An auditor's stream that is sealed and old.
fn expired(book: &mut Book, months: u32) -> (u32, Digest) {
    book.append(3, "signed in");
    book.append(3, "signed out");
    book.seal();
    let (seal, _) = book.seals.last().unwrap();
    let (no, at) = (seal.no, seal.at);
    book.now = at.checked_add_months(Months::new(months)).unwrap() + TimeDelta::hours(1);
    let it = &mut book.streams[3];
    it.gone = it.version;
    (no, it.head)
}

#[test]
fn notes_that_expired_as_recorded_are_not_missing() {
    let mut book = Book::new(6);
    book.append(1, "first");
    let (seal, head) = expired(&mut book, 36);
    let stream = AuditId(book.streams[3].id);
    assert_eq!(book.streams[3].kind, StreamKind::Log);
    // Without a record of it they are.
    let report = book.verify();
    assert!(
        is_found(&report, |it| it.fault == Fault::NotExpired { gone: 2 }),
        "{}",
        shown(&report)
    );
    for wrong in [
        AuditFact::NotesExpired { stream, events: 1, head, seal },
        AuditFact::NotesExpired { stream, events: 2, head: Digest([1; 32]), seal },
    ] {
        let mut book = book.clone();
        book.note(wrong);
        assert!(!book.verify().is_clean());
    }
    book.note(AuditFact::NotesExpired { stream, events: 2, head, seal });
    for _ in 0..2 {
        let report = verify(&book.lines(), book.ledger.clone());
        assert!(report.is_clean(), "{}", shown(&report));
        assert_eq!(report.expired, (2, 1));
        book.append(2, "more");
        book.seal();
    }
    // Of a case nothing expires.
    book.streams[1].gone = 1;
    let case = Spot::Event(StreamKind::Petition, book.streams[1].id, 1);
    assert!(is_found(&book.verify(), |it| it.spot == case));
}

#[test]
fn notes_do_not_expire_within_six_months_of_their_seal() {
    let mut book = Book::new(6);
    let (seal, head) = expired(&mut book, 5);
    let stream = AuditId(book.streams[3].id);
    book.note(AuditFact::NotesExpired { stream, events: 2, head, seal });
    let report = book.verify();
    assert!(is_found(&report, |it| it.fault == Fault::ExpiredEarly), "{}", shown(&report));
}

#[test]
fn columns_beside_the_hashed_bytes_are_held_against_them() {
    let mut book = Book::new(3);
    book.note(AuditFact::AccountEnabled { person: engine::ids::PersonId(uuid::Uuid::nil()) });
    book.append(1, "x");
    book.seal();
    assert!(book.verify().is_clean());
    let mut at = book.clone();
    at.streams[1].events[0].at += TimeDelta::seconds(1);
    assert!(is_found(&at.verify(), |it| it.fault == Fault::Differs { field: "at" }));
    book.streams[0].events[0].kind = "account_disabled".into();
    assert!(is_found(&book.verify(), |it| it.fault == Fault::Differs { field: "kind" }));
}

#[test]
fn a_file_that_ends_early_or_is_none_of_ours_is_told() {
    let text = text(&book(&[Some(1), None]).lines());
    let cut = text.trim_end().rsplit_once('\n').unwrap().0;
    let report = verify_text(cut.as_bytes(), KEY, vec![]);
    assert!(is_found(&report, |it| it.fault == Fault::NoEnd));
    for other in ["", "{}", "\u{0}", "[[[[", "{\"end\":{}}"] {
        let mut verifier = Verifier::new(KEY, &check, vec![]);
        verifier.line(other.as_bytes());
        assert!(!verifier.end().is_clean(), "{other}");
    }
}

/// The lines of one case: the last seal, and its streams with their steps to the root.
fn part(book: &Book, at: &[usize]) -> Vec<Line> {
    let mut prover = Prover::default();
    for (n, it) in book.streams.iter().enumerate() {
        if let Some(point) = it.points.last() {
            let Point { version, head, .. } = *point;
            prover.push(Head { kind: it.kind, id: it.id, version, head }.leaf(), at.contains(&n));
        }
    }
    let (_, proofs) = prover.prove();
    let mut proofs = proofs.into_iter();
    let no = book.seals.last().unwrap().0.no;
    let ids: Vec<_> = at.iter().map(|it| book.streams[*it].id).collect();
    let mut stands = true;
    let mut res = vec![];
    for line in book.lines() {
        match line {
            Line::Record(mut it) => {
                it.case = Some("pet".into());
                res.push(Line::Record(it));
            }
            Line::Seal(it) if it.no == no => res.push(Line::Seal(it)),
            Line::Stream(mut it) => {
                stands = ids.contains(&it.id);
                if stands && let Some(point) = it.points.last().copied() {
                    it.points = vec![Point { seal: no, ..point }];
                    it.proof = proofs.next();
                }
                res.extend(stands.then_some(Line::Stream(it)));
            }
            Line::Event(it) => res.extend(stands.then_some(Line::Event(it))),
            Line::Seal(_) | Line::End(_) => (),
        }
    }
    res
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn one_case_alone_verifies_under_the_last_seal_and_a_change_of_it_is_found(acts in acts(), at in any::<prop::sample::Index>(), how in 0..4) {
        let book = book(&acts);
        let honest = part(&book, &[1, 2, 5]);
        let report = verify(&honest, vec![]);
        prop_assert!(report.is_clean(), "{}", shown(&report));
        prop_assert!(report.case.is_some());

        let mut lines = honest.clone();
        let sealed: Vec<usize> = (0..lines.len()).filter(|at| matches!(&lines[*at], Line::Stream(it) if !it.points.is_empty())).collect();
        let at = *at.get(&sealed);
        let Line::Stream(it) = &mut lines[at] else { unreachable!() };
        match how {
            // Without its steps, with those of another, with another point.
            0 => it.proof = None,
            1 => it.proof = Some(vec![Step::Left(Digest([9; 32]))]),
            2 => it.points[0].head = Digest([1; 32]),
            _ => {
                lines.retain(|it| !matches!(it, Line::Seal(_)));
            }
        }
        let report = verify(&lines, vec![]);
        prop_assert!(!report.is_clean(), "{how}");
    }
}
