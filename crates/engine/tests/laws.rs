//! The laws: what holds after every command, whoever asks whatever whenever.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

mod support;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, TimeDelta, Utc};
use engine::{
    Command, CommandKind, Event, Scene, StreamId,
    actor::{Medium, OnBehalfOf},
    authority::roles_for,
    calendar::{Limit, LimitUnit},
    clock::{Basis, ClockKey, Step as Timed},
    command::Lapse,
    ids::{AssignmentId, UnitId, WhistleId},
    petition::{self, Petition},
    picture::{Act, Body, Cast, Picture, Place, petition_id, whistle_id},
    whistle::{
        self, AssignmentRole, Judge, Whistle, WhistleFact, deadlines, owed, verbs::HoldRuling,
    },
};
use proptest::{
    prelude::*,
    test_runner::{Config, FileFailurePersistence, TestRunner},
};
use strum::IntoEnumIterator as _;

use support::{at, picture, stories};

/// One thing that happens in a random sequence; the numbers choose among what there is then.
#[derive(Debug, Clone)]
enum Step {
    /// Somebody asks for something.
    Ask {
        kind: CommandKind,
        who: Who,
        sense: usize,
        whistle: usize,
        part: usize,
        spoil: Option<u8>,
    },
    /// Somebody does one of the things that they may do, other than ending it all.
    May { who: usize, pick: usize, sense: usize, whistle: usize },
    /// The clock that falls due first runs out, and the scheduler says so.
    Lapse { whistle: usize },
    /// The scheduler comes round for everything that is due.
    Round,
    /// Time passes, by so many minutes.
    Wait(i64),
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
enum Who {
    /// One of those whose role it is.
    Fitting(usize),
    /// Anybody.
    Any(usize),
    /// Somebody records it for one whose role it is, so many minutes after.
    For(usize, usize, i64),
}

fn step() -> impl Strategy<Value = Step> {
    let kinds: Vec<CommandKind> = CommandKind::iter().collect();
    let who = prop_oneof![
        12 => any::<u8>().prop_map(|it| Who::Fitting(it.into())),
        2 => any::<u8>().prop_map(|it| Who::Any(it.into())),
        1 => (any::<u8>(), any::<u8>(), -30i64..3000)
            .prop_map(|(recorder, decider, ago)| Who::For(recorder.into(), decider.into(), ago)),
    ];
    let spoil = prop_oneof![4 => Just(None), 1 => any::<u8>().prop_map(Some)];
    let ask = (prop::sample::select(kinds), who, 0usize..2, 0usize..4, 0usize..6, spoil).prop_map(
        |(kind, who, sense, whistle, part, spoil)| Step::Ask {
            kind,
            who,
            sense,
            whistle,
            part,
            spoil,
        },
    );
    let wait = prop::sample::select(vec![0i64, 10, 90, 600, 1440, 2 * 1440, 9 * 1440, 40 * 1440]);
    let may =
        (any::<u8>(), any::<u8>(), 0usize..2, 0usize..4).prop_map(|(who, pick, sense, whistle)| {
            Step::May { who: who.into(), pick: pick.into(), sense, whistle }
        });
    prop_oneof![
        12 => ask,
        12 => may,
        2 => (0usize..4).prop_map(|whistle| Step::Lapse { whistle }),
        1 => Just(Step::Round),
        3 => wait.prop_map(Step::Wait),
    ]
}

/// Where a sequence begins: a story, or a petition and a draft of some kind and level.
#[derive(Debug, Clone)]
enum Start {
    Story(usize),
    Draft(&'static str, &'static str, &'static str),
}

fn begin() -> impl Strategy<Value = Start> {
    let dates =
        vec!["2019-03-20 09:00", "2019-06-17 09:00", "2019-12-20 15:00", "2026-02-13 16:00"];
    let levels = vec![
        ("quick", "general"),
        ("joint", "general"),
        ("joint", "key"),
        ("joint", "hard"),
        ("emergency", "general"),
    ];
    prop_oneof![
        (0usize..200).prop_map(Start::Story),
        (prop::sample::select(levels), prop::sample::select(dates))
            .prop_map(|((kind, level), date)| Start::Draft(kind, level, date)),
    ]
}

/// A sequence as it runs: the state, and all that happened.
struct Run<'a> {
    picture: &'a Picture,
    scene: Scene,
    place: Place,
    now: DateTime<Utc>,
    events: Vec<(StreamId, Event)>,
    tally: &'a RefCell<Tally>,
}

/// What was seen in all sequences together.
#[derive(Default)]
struct Tally {
    asked: usize,
    done: usize,
    refused: BTreeSet<&'static str>,
    stages: BTreeSet<&'static str>,
    facts: BTreeSet<&'static str>,
    unread: usize,
}

impl Run<'_> {
    fn take(&mut self, step: Step) {
        match step {
            Step::Wait(minutes) => self.now += TimeDelta::minutes(minutes),
            Step::Lapse { whistle } => {
                let Some(it) = nth(self.scene.whistles.values(), whistle) else { return };
                let running =
                    it.clocks.iter().filter(|(key, term)| key.step.is_duty() && !term.lapsed);
                let Some((key, term)) = running.min_by_key(|(_, term)| term.due) else { return };
                let lapse = Lapse { stream: StreamId::Whistle(it.id), key: Some(*key) };
                self.now = self.now.max(term.due);
                self.act(Cast::System, None, Command::Lapse(lapse));
            }
            Step::Round => {
                let now = self.now;
                let of = |stream, clocks: &engine::clock::Clocks| -> Vec<Lapse> {
                    let due = clocks.iter().filter(|(_, term)| !term.lapsed && term.due <= now);
                    due.map(|(key, _)| Lapse { stream, key: Some(*key) }).collect()
                };
                let whistles = self.scene.whistles.values();
                let petitions = self.scene.petitions.values();
                let mut due: Vec<Lapse> =
                    whistles.flat_map(|it| of(StreamId::Whistle(it.id), &it.clocks)).collect();
                due.extend(petitions.flat_map(|it| of(StreamId::Petition(it.id), &it.clocks)));
                for lapse in due {
                    self.act(Cast::System, None, Command::Lapse(lapse));
                }
            }
            Step::May { who, pick, sense, whistle } => {
                let casts: Vec<Cast> = Cast::iter().collect();
                let who = casts[who % casts.len()];
                let Some(it) = nth(self.scene.whistles.values(), whistle) else { return };
                let act = Act { actor: who.actor(), on_behalf_of: None, now: self.now };
                let ends = [
                    CommandKind::TerminateWhistle,
                    CommandKind::WithdrawWhistle,
                    CommandKind::EscalateWhistle,
                    // Somebody less to do the rest.
                    CommandKind::Recuse,
                ];
                let stream = StreamId::Whistle(it.id);
                let mut may = self.picture.actions(&self.scene, stream, &act);
                may.retain(|it| it.refusal.is_none() && !ends.contains(&it.kind));
                let Some(action) = nth(may.iter(), pick) else { return };
                let place =
                    Place { whistle: Some(it.id), assignment: action.assignment, ..self.place };
                let requests = self.picture.requests(action.kind, &self.scene, &place, self.now);
                let Some(request) = nth(requests.iter(), sense) else { return };
                let command = request.command.clone();
                self.act(who, None, command);
            }
            Step::Ask { kind, who, sense, whistle, part, spoil } => {
                let whistle = nth(self.scene.whistles.values(), whistle);
                let part = whistle.and_then(|it| nth(it.assignments.keys(), part)).copied();
                let place =
                    Place { whistle: whistle.map(|it| it.id), assignment: part, ..self.place };
                let requests = self.picture.requests(kind, &self.scene, &place, self.now);
                let Some(request) = nth(requests.iter(), sense) else { return };
                let command = match spoil {
                    Some(how) => spoiled(request.command.clone(), how, self.now),
                    None => request.command.clone(),
                };
                let everybody: Vec<Cast> = Cast::iter().collect();
                let roles = roles_for(kind);
                let fitting: Vec<Cast> = Cast::iter()
                    .filter(|it| {
                        it.member()
                            .is_none_or(|it| roles.iter().any(|role| it.roles.contains(role)))
                    })
                    .collect();
                match who {
                    Who::Fitting(at) => self.act(fitting[at % fitting.len()], None, command),
                    Who::Any(at) => self.act(everybody[at % everybody.len()], None, command),
                    Who::For(recorder, decider, ago) => {
                        let Some(member) = fitting[decider % fitting.len()].member() else {
                            return;
                        };
                        let behalf = OnBehalfOf {
                            member,
                            post: None,
                            medium: Medium::Paper,
                            occurred_at: self.now - TimeDelta::minutes(ago),
                        };
                        self.act(everybody[recorder % everybody.len()], Some(behalf), command);
                    }
                }
            }
        }
    }

    fn act(&mut self, who: Cast, on_behalf_of: Option<OnBehalfOf>, command: Command) {
        let before = self.scene.clone();
        let act = Act { actor: who.actor(), on_behalf_of, now: self.now };
        self.unread(&act, &command);
        let answer = self.picture.run(&mut self.scene, &act, command.clone());
        let mut tally = self.tally.borrow_mut();
        tally.asked += 1;
        match answer {
            Err(refusal) => {
                tally.refused.insert(refusal.code());
                assert_eq!(self.scene, before, "a refusal leaves everything as it was");
            }
            Ok(events) => {
                tally.done += 1;
                tally.facts.extend(events.iter().map(|(_, it)| it.kind()));
                tally.stages.extend(self.scene.whistles.values().map(|it| it.stage.code()));
                drop(tally);
                self.after(&before, &command, &events);
                self.beside(&before, &command, &events);
                self.events.extend(events);
            }
        }
    }

    /// What holds after a command that was carried out.
    fn after(&self, before: &Scene, command: &Command, events: &[(StreamId, Event)]) {
        for (id, it) in &self.scene.whistles {
            let history: Vec<&WhistleFact> = events
                .iter()
                .filter(|(stream, _)| *stream == StreamId::Whistle(*id))
                .filter_map(|(_, event)| match event {
                    Event::Whistle(it) => Some(&it.fact),
                    Event::Petition(_) => None,
                })
                .collect();
            self.whistle(it);
            self.parts(before.whistles.get(id), it, &history);
        }
        for it in self.scene.petitions.values() {
            petition(it);
        }
        // I9: no statutory date is moved by a whistle.
        if command.target().whistle.is_some() {
            for (id, was) in &before.petitions {
                assert_eq!(
                    self.scene.petitions[id].statutory_due(),
                    was.statutory_due(),
                    "{command:?}"
                );
            }
        }
        for (_, event) in events {
            self.starts(event);
        }
    }

    fn whistle(&self, it: &Whistle) {
        let keys: BTreeSet<_> = it.clocks.keys().copied().collect();
        let scans: BTreeSet<_> = it.scans.keys().map(|it| ClockKey::of_scan(*it)).collect();
        if it.stage.is_terminal() {
            assert_eq!(
                keys, scans,
                "a whistle that ended has another clock than of a scan: {it:?}"
            );
            assert!(it.active().next().is_none(), "a whistle that ended has an open part: {it:?}");
        } else {
            let content = it.content.as_ref().unwrap();
            let process = self.picture.lists.process.get(&content.kind, &content.level).unwrap();
            assert_eq!(owed(it, process), keys, "what is owed and what runs");
            let duties = deadlines(it, &self.picture.lists, &self.picture.directory);
            assert!(!duties.is_empty(), "nobody owes anything: {it:?}");
            for duty in duties {
                // A paper that goes out of itself is owed by nobody.
                let next = duty.key.assignment.and_then(|id| it.assignments[&id].ladder?.next);
                let rung = next.and_then(|paper| self.picture.lists.process.rung(paper));
                let goes_out = duty.key.step == Timed::Supervise
                    && rung.is_some_and(|rung| rung.signer.is_none());
                assert_eq!(duty.owner.roles.is_empty(), goes_out, "{duty:?}");
                let owner = self.picture.directory.unit(duty.owner.unit);
                assert!(owner.is_some(), "{duty:?}");
            }
        }
        let n_leads = it.active().filter(|it| it.role == AssignmentRole::Lead).count();
        assert_eq!(n_leads, usize::from(it.stage.is_running()), "one lead while it runs: {it:?}");
        let units: BTreeSet<UnitId> = it.active().map(|it| it.unit).collect();
        assert_eq!(units.len(), it.active().count(), "a unit has one open part: {it:?}");
        if it.issued.is_some() {
            for id in it.petitions.keys() {
                let record = &self.scene.petitions[id].whistles[&it.id];
                assert_eq!(record.ended.is_none(), it.stage.is_running(), "{it:?}");
            }
        }
        // No date of handling passes the statutory date of a petition.
        let dates = it.petitions.keys().filter_map(|id| self.scene.petitions[id].statutory_due());
        if let Some(statutory) = dates.min() {
            for (key, term) in &it.clocks {
                let bound = !key.step.is_capped() || term.lapsed || term.due <= statutory;
                assert!(bound, "{key:?} passes {statutory}: {term:?}");
            }
        }
    }

    /// No rule but its own reads the ladder of supervision: the same is answered where there is none.
    fn unread(&self, act: &Act, command: &Command) {
        let pursued = |it: &Whistle| it.assignments.values().any(|it| *it != unpursued(it));
        if is_of_ladder(command) || !self.scene.whistles.values().any(pursued) {
            return;
        }
        let mut bare = self.scene.clone();
        for it in bare.whistles.values_mut() {
            it.clocks.retain(|key, _| key.step != Timed::Supervise);
            it.assignments.values_mut().for_each(|it| *it = unpursued(it));
        }
        let is = self.picture.decide(&self.scene, act, command.clone());
        let was = self.picture.decide(&bare, act, command.clone());
        // A calendar that moves the clock of a rung is news of that clock alone.
        if is.as_ref().is_ok_and(|it| it.iter().any(|(_, it)| it.kind() == "calendar_adopted")) {
            return;
        }
        assert_eq!(is.map(without_ladder), was.map(without_ladder), "{command:?}");
        self.tally.borrow_mut().unread += 1;
    }

    /// What is done by the ladder leaves all else as it was: stage, clocks, counts.
    fn beside(&self, before: &Scene, command: &Command, events: &[(StreamId, Event)]) {
        let adopted = events.iter().any(|(_, it)| it.kind() == "calendar_adopted");
        if !is_of_ladder(command) || adopted {
            return;
        }
        let rest = |it: &Whistle| {
            let mut it = Whistle { version: 0, scans: BTreeMap::new(), ..it.clone() };
            let beside = [Timed::Supervise, Timed::Scan];
            it.clocks.retain(|key, _| !beside.contains(&key.step));
            for part in it.assignments.values_mut() {
                *part = whistle::Assignment { version: 0, ..unpursued(part) };
            }
            it
        };
        assert_eq!(before.petitions, self.scene.petitions, "{command:?}");
        for (id, now) in &self.scene.whistles {
            assert_eq!(rest(&before.whistles[id]), rest(now), "{command:?}");
        }
    }

    /// The version of a part grows when something concerned it, and only then.
    fn parts(&self, before: Option<&Whistle>, after: &Whistle, history: &[&WhistleFact]) {
        let named: BTreeSet<AssignmentId> =
            history.iter().flat_map(|it| it.assignments()).collect();
        for (id, now) in &after.assignments {
            let Some(was) = before.and_then(|it| it.assignments.get(id)) else {
                assert!(now.version >= 1);
                continue;
            };
            let clocks = |it: &Whistle| -> Vec<_> {
                let own = it.clocks.iter().filter(|(key, _)| key.assignment == Some(*id));
                own.map(|(key, term)| (*key, term.clone())).collect()
            };
            let same = whistle::Assignment { version: 0, ..was.clone() }
                == whistle::Assignment { version: 0, ..now.clone() }
                && before.map(clocks) == Some(clocks(after));
            let grown = now.version - was.version;
            assert!(usize::try_from(grown).unwrap() <= history.len());
            assert!(same || grown > 0, "changed, and its version did not grow: {now:?}");
            assert!(!same || grown == 0 || named.contains(id), "grew without cause: {now:?}");
        }
    }

    /// A clock that starts ends later, unless a date was named or the law cut it short.
    fn starts(&self, event: &Event) {
        let (starts, moved) = match event {
            Event::Whistle(it) => {
                let moved = matches!(
                    it.fact,
                    WhistleFact::CalendarAdopted { .. } | WhistleFact::ExtensionRuled { .. }
                );
                (&it.starts, moved)
            }
            Event::Petition(it) => {
                let moved = matches!(it.fact, petition::PetitionFact::CalendarAdopted { .. });
                (&it.starts, moved)
            }
        };
        for start in starts {
            let counted = matches!(start.term.basis, Basis::Limit(_)) && start.term.cap.is_none();
            // A ladder counts from the date that was missed, whenever that was noticed.
            let counted = counted && start.key.step != Timed::Supervise;
            assert!(!counted || moved || start.term.due >= self.now, "{start:?} at {}", self.now);
            assert!(start.term.warn <= start.term.due, "{start:?}");
        }
    }

    /// What holds at the end of a sequence.
    fn end(&self) {
        let mut folded = Scene::default();
        let mut versions: BTreeMap<StreamId, u32> = BTreeMap::new();
        for (stream, event) in &self.events {
            folded.apply(*stream, event);
            *versions.entry(*stream).or_default() += 1;
        }
        assert_eq!(folded, self.scene, "the fold of the events is the state");
        for (id, it) in &self.scene.whistles {
            assert_eq!(it.version, versions[&StreamId::Whistle(*id)]);
            self.returns(*id);
        }
        for (id, it) in &self.scene.petitions {
            assert_eq!(it.version, versions[&StreamId::Petition(*id)]);
        }
    }

    /// At most one return is ruled for a unit in a whistle, and one asked for a part (R16).
    fn returns(&self, id: WhistleId) {
        let whistle = &self.scene.whistles[&id];
        let mut ruled: BTreeMap<UnitId, u32> = BTreeMap::new();
        let mut asked: BTreeMap<AssignmentId, u32> = BTreeMap::new();
        for (stream, event) in &self.events {
            let (StreamId::Whistle(of), Event::Whistle(it)) = (stream, event) else { continue };
            if *of != id {
                continue;
            }
            if let WhistleFact::ReturnRuled { assignment, .. } = &it.fact {
                *ruled.entry(whistle.assignments[assignment].unit).or_default() += 1;
            }
            if let WhistleFact::ReturnRequested { assignment, .. } = &it.fact {
                *asked.entry(*assignment).or_default() += 1;
            }
        }
        assert!(ruled.values().all(|n| *n == 1), "{ruled:?}");
        assert!(asked.values().all(|n| *n == 1), "{asked:?}");
    }
}

/// Whether it is the ladder's own: a paper, or the instant of one.
fn is_of_ladder(command: &Command) -> bool {
    match command {
        Command::Lapse(it) => it.key.is_some_and(|it| it.step == Timed::Supervise),
        other => other.kind() == CommandKind::Supervise,
    }
}

fn unpursued(it: &whistle::Assignment) -> whistle::Assignment {
    whistle::Assignment { ladder: None, supervisions: vec![], ..it.clone() }
}

fn without_ladder(mut events: Vec<(StreamId, Event)>) -> Vec<(StreamId, Event)> {
    for (_, event) in &mut events {
        if let Event::Whistle(it) = event {
            it.stops.retain(|key| key.step != Timed::Supervise);
            it.starts.retain(|start| start.key.step != Timed::Supervise);
            if let WhistleFact::Lapsed { ladder, .. } = &mut it.fact {
                *ladder = None;
            }
        }
    }
    events
}

fn petition(it: &Petition) {
    if it.stage.is_terminal() {
        assert_eq!(it.clocks.len(), it.scans.len(), "a petition that ended has a clock: {it:?}");
    } else {
        let duties = petition::deadlines(it);
        let entry = if it.entry().is_some() { 2 } else { 0 };
        assert_eq!(duties.len(), 1 + entry + it.scans.len(), "{it:?}");
        assert!(duties.iter().all(|duty| !duty.owner.roles.is_empty()));
    }
}

fn nth<T>(mut all: impl ExactSizeIterator<Item = T>, at: usize) -> Option<T> {
    let len = all.len();
    if len == 0 { None } else { all.nth(at % len) }
}

/// The command with something in it that is not as it should be.
fn spoiled(command: Command, how: u8, now: DateTime<Utc>) -> Command {
    let bodies: Vec<Body> = Body::iter().collect();
    let unit = bodies[usize::from(how) % bodies.len()].id();
    let today = now.date_naive();
    let day = today.checked_add_days(Days::new(u64::from(how))).unwrap();
    let odd = how % 2 == 1;
    match command {
        Command::DraftWhistle(mut it) => {
            it.centre = unit;
            if odd {
                it.petitions = [petition_id(1), petition_id(u32::from(how % 8))].into();
            }
            Command::DraftWhistle(it)
        }
        Command::BlowNow(mut it) => {
            it.draft.asked.calls.truncate(usize::from(how % 3));
            Command::BlowNow(it)
        }
        Command::AmendWhistle(mut it) => {
            if let Some(call) = it.asked.calls.first_mut() {
                call.unit = unit;
            }
            it.asked.tried = None;
            Command::AmendWhistle(it)
        }
        Command::RequestReturn(mut it) => {
            it.suggested = unit;
            Command::RequestReturn(it)
        }
        Command::RuleReturn(mut it) => {
            it.replacement = Some(unit);
            Command::RuleReturn(it)
        }
        Command::Designate(mut it) => {
            it.unit = unit;
            Command::Designate(it)
        }
        Command::AddUnit(mut it) => {
            it.unit = unit;
            Command::AddUnit(it)
        }
        Command::ChangeLead(mut it) => {
            it.unit = unit;
            it.keep = odd;
            Command::ChangeLead(it)
        }
        Command::ReportIn(mut it) => {
            it.at = now + TimeDelta::minutes(i64::from(how) - 128);
            Command::ReportIn(it)
        }
        Command::Consult(mut it) => {
            it.split.iter_mut().for_each(|it| it.due_on = day);
            if odd {
                it.split.pop();
            }
            Command::Consult(it)
        }
        Command::RequestExtension(mut it) => {
            let unit = if odd { LimitUnit::WorkingDay } else { LimitUnit::NaturalDay };
            it.limit = Limit::new(u32::from(how) + 1, unit).unwrap();
            Command::RequestExtension(it)
        }
        Command::Reply(mut it) => {
            (it.accepted_on, it.result_on) = if odd { (day, today) } else { (today, day) };
            Command::Reply(it)
        }
        Command::Verify(mut it) => {
            it.outcomes.pop_last();
            it.passed ^= odd;
            Command::Verify(it)
        }
        Command::Rate(mut it) => {
            it.said.judge = if odd {
                Judge::Caller
            } else {
                Judge::Petitioner(petition_id(u32::from(how % 8)))
            };
            Command::Rate(it)
        }
        Command::HoldWhistle(mut it) => {
            if let HoldRuling::Granted { review_on, .. } = &mut it.ruling {
                *review_on = day;
            }
            Command::HoldWhistle(it)
        }
        Command::BlowAgain(mut it) => {
            it.successor = whistle_id(1);
            Command::BlowAgain(it)
        }
        Command::EscalateWhistle(mut it) => {
            it.successor = whistle_id(u32::from(how % 3));
            Command::EscalateWhistle(it)
        }
        Command::AttachPetition(mut it) => {
            it.petition = petition_id(u32::from(how % 8));
            Command::AttachPetition(it)
        }
        Command::DetachPetition(mut it) => {
            it.petition = petition_id(u32::from(how % 8));
            Command::DetachPetition(it)
        }
        Command::AnswerPetition(mut it) => {
            it.petition = petition_id(u32::from(how % 8));
            Command::AnswerPetition(it)
        }
        Command::AcceptPetition(mut it) => {
            it.competent = Some(unit);
            Command::AcceptPetition(it)
        }
        Command::LinkDuplicate(mut it) => {
            it.of = petition_id(u32::from(how % 8));
            Command::LinkDuplicate(it)
        }
        Command::RegisterPetition(mut it) => {
            it.registration.people = u32::from(how % 3);
            it.registration.representatives = Some(u32::from(how % 9));
            Command::RegisterPetition(it)
        }
        Command::AssignCaseOwner(mut it) => {
            it.unit = unit;
            it.due_on = today.checked_add_days(Days::new(u64::from(how % 60))).unwrap();
            it.rank = if odd { engine::actor::Rank::Staff } else { it.rank };
            it.reason = it.reason.filter(|_| !how.is_multiple_of(3));
            Command::AssignCaseOwner(it)
        }
        Command::UpdateMeasures(mut it) => {
            it.due_on = Some(day);
            it.reason = it.reason.filter(|_| odd);
            Command::UpdateMeasures(it)
        }
        Command::SignOff(mut it) => {
            it.petition = petition_id(u32::from(how % 8));
            Command::SignOff(it)
        }
        Command::ExtendPetition(mut it) => {
            it.limit = Limit::new(u32::from(how) + 1, LimitUnit::NaturalDay).unwrap();
            Command::ExtendPetition(it)
        }
        other => unknown(other, how),
    }
}

/// The command about something that is not there.
fn unknown(command: Command, how: u8) -> Command {
    let (none, nobody) = (whistle_id(500), AssignmentId(whistle_id(u32::from(how)).0));
    match command {
        Command::Acknowledge(mut it) => {
            it.assignment = nobody;
            Command::Acknowledge(it)
        }
        Command::ReleaseUnit(mut it) => {
            it.assignment = nobody;
            Command::ReleaseUnit(it)
        }
        Command::SubmitWhistle(mut it) => {
            it.whistle = none;
            Command::SubmitWhistle(it)
        }
        Command::CloseWhistle(mut it) => {
            it.whistle = none;
            Command::CloseWhistle(it)
        }
        Command::Lapse(mut it) => {
            it.stream = StreamId::Whistle(none);
            Command::Lapse(it)
        }
        other => other,
    }
}

fn started<'a>(
    start: &Start,
    picture: &'a Picture,
    told: &[engine::picture::Story],
    tally: &'a RefCell<Tally>,
) -> Run<'a> {
    let story = match start {
        Start::Story(n) => told[n % told.len()].clone(),
        Start::Draft(kind, level, date) => {
            let mut story = engine::picture::Story::begin(picture, "起草", at(date)).unwrap();
            story.drafted(picture, kind, level).unwrap();
            story
        }
    };
    let events = story.entries.into_iter().map(|it| (it.stream, it.event)).collect();
    Run { picture, scene: story.scene, place: story.place, now: story.now, events, tally }
}

#[test]
fn whatever_is_asked_by_whomever_whenever_the_laws_hold() {
    let picture = picture();
    let told = stories(&picture);
    let tally = RefCell::new(Tally::default());
    let config = Config {
        cases: 500,
        max_shrink_iters: 4000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/laws.proptest-regressions"
        )))),
        ..Config::default()
    };
    let sequence = (begin(), prop::collection::vec(step(), 1..120));
    let res = TestRunner::new(config).run(&sequence, |(start, steps)| {
        let mut run = started(&start, &picture, &told, &tally);
        for step in steps {
            run.take(step);
        }
        run.end();
        Ok(())
    });
    if let Err(failure) = res {
        panic!("{failure}");
    }
    // The sequences went everywhere: most facts happened, and most refusals were met.
    let tally = tally.into_inner();
    println!("{} asked, {} done, {} facts", tally.asked, tally.done, tally.facts.len());
    assert!(tally.done > 2_000, "{} of {}", tally.done, tally.asked);
    let stages = whistle::StageKind::iter().count() - 1;
    assert_eq!(tally.stages.len(), stages, "{:?}", tally.stages);
    assert!(tally.facts.len() > 45, "{:?}", tally.facts);
    // The ladder was there often enough to be read.
    assert!(tally.facts.contains("supervised") && tally.unread > 200, "{}", tally.unread);
    // Of the refusals that a case knows; those of accounts are asked elsewhere.
    assert!(tally.refused.len() >= 9, "{:?}", tally.refused);
}
