//! That the picture says what the machine does: what is cut from a state is read by no rule, and
//! what is left out of the asks leads nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::{
    prelude::*,
    test_runner::{Config, FileFailurePersistence, TestRunner},
};
use strum::IntoEnumIterator as _;

use super::{
    Finding, Property, Scope, Severity,
    cast::{Cast, Who},
    search::{Broken, Edge, Outcome, Seen, Way, watch},
    state::{ASSIST, Frame, LEAD, PETITION, Side, State, WHISTLE},
};
use crate::{
    actor::Actor,
    authority,
    calendar::Calendar,
    clock::ClockKey,
    command::{CommandKind, Lapse, decide},
    directory::Tier,
    facts::{Facts, Numbers},
    ids::{AssignmentId, PersonId},
    lists::{KindCode, LevelCode},
    picture::{Act, Body, Cast as Person, Picture, Place, Story, petition_id, whistle_id},
    scene::{Scene, StreamId},
    whistle::{AssignmentRole, StageKind, Whistle, WhistleFact},
};

/// The people of the picture's district in the places of this one.
fn person(who: Who) -> PersonId {
    let it = match who {
        Who::Dispatcher => Person::Dispatcher,
        Who::Director => Person::Director,
        Who::DutyLeader => Person::DutyLeader,
        Who::Leader | Who::Superior | Who::District => Person::Leader,
        Who::Chair => Person::Chair,
        Who::LeadLiaison => Person::LeadLiaison,
        Who::LeadLeader => Person::LeadLeader,
        Who::AssistLiaison => Person::FirstLiaison,
        Who::AssistLeader => Person::FirstLeader,
        Who::System => Person::System,
    };
    it.person()
}

/// One person in each role: the picture's second ones are left out.
fn everybody() -> impl Iterator<Item = Person> {
    let second = [Person::OtherDirector, Person::OtherDispatcher];
    Person::iter().filter(move |it| !second.contains(it))
}

fn cast(picture: &Picture) -> Cast {
    Cast {
        directory: picture.directory.clone(),
        centre: Body::District.id(),
        lead: Body::Lead.id(),
        assist: Body::FirstAssist.id(),
        further: Body::Further.id(),
        conference: Body::Conference.id(),
        person,
    }
}

fn frame<'a>(
    picture: &'a Picture,
    calendar: &'a Calendar,
    (kind, level): (&str, &str),
    now: DateTime<Utc>,
) -> Frame<'a> {
    let process = picture.lists.process.get(&KindCode::new(kind), &LevelCode::new(level)).unwrap();
    let mut res = Frame::new(cast(picture), &picture.lists, calendar, process, now);
    res.open().unwrap();
    res
}

const PAIRS: [(&str, &str); 4] =
    [("quick", "general"), ("joint", "key"), ("joint", "hard"), ("emergency", "key")];

/// What leads on from a state, the side matters included.
fn successors(frame: &Frame<'_>, state: &State) -> BTreeSet<State> {
    let mut res = BTreeSet::from([*state]);
    if state.is_terminal() {
        return res;
    }
    let scene = frame.scene(state, Side::None);
    let whistle = &scene.whistles[&WHISTLE];
    let own = frame.asks(state, whistle);
    res.extend(
        own.into_iter()
            .filter_map(|it| frame.outcome(&scene, whistle, state, it))
            .map(|it| it.next),
    );
    for side in frame.sides(state, whistle) {
        let scene = frame.scene(state, side);
        let whistle = &scene.whistles[&WHISTLE];
        let asks = frame.asks_beside(side, whistle);
        let more = asks.into_iter().filter_map(|it| frame.outcome(&scene, whistle, state, it));
        res.extend(more.map(|it| it.next));
    }
    res
}

#[test]
fn a_state_is_cut_out_of_the_scene_that_it_is_built_into() {
    let picture = Picture::preset().unwrap();
    let calendars = Calendar::presets().unwrap();
    for pair in PAIRS {
        let now = super::ordinary(calendars.last().unwrap()).unwrap();
        let mut frame = frame(&picture, calendars.last().unwrap(), pair, now);
        frame.with_assist = pair.0 == "joint" && cfg!(not(debug_assertions));
        let (kind, level) = (KindCode::new(pair.0), LevelCode::new(pair.1));
        let row = picture.lists.initiation.get(Tier::District, &kind, &level).unwrap();
        let seen = frame.search(row);
        assert!(seen.nodes.len() > 100);
        for node in &seen.nodes {
            let scene = frame.scene(&node.state, Side::None);
            let again = frame.state(&scene.whistles[&WHISTLE], node.state.verified);
            assert_eq!(again, node.state);
        }
    }
}

/// The same scene with the names that the picture's states use.
fn renamed(scene: &Scene) -> Scene {
    let mut whistle = scene.whistles[&whistle_id(1)].clone();
    let mut petition = scene.petitions[&petition_id(1)].clone();
    whistle.id = WHISTLE;
    petition.id = PETITION;
    let attached = whistle.petitions.remove(&petition_id(1)).unwrap();
    whistle.petitions = [(PETITION, attached)].into();
    if let Some(record) = petition.whistles.remove(&whistle_id(1)) {
        petition.whistles.insert(WHISTLE, record);
    }
    let names: BTreeMap<AssignmentId, AssignmentId> = whistle
        .active()
        .map(|it| match it.role {
            AssignmentRole::Lead => (it.id, LEAD),
            AssignmentRole::Assist => (it.id, ASSIST),
        })
        .collect();
    let name = |id: AssignmentId| names.get(&id).copied().unwrap_or(id);
    let parts = std::mem::take(&mut whistle.assignments);
    for (id, mut it) in parts {
        it.id = name(id);
        whistle.assignments.insert(it.id, it);
    }
    let clocks = std::mem::take(&mut whistle.clocks);
    for (key, term) in clocks {
        whistle.clocks.insert(ClockKey { assignment: key.assignment.map(name), ..key }, term);
    }
    Scene { whistles: [(WHISTLE, whistle)].into(), petitions: [(PETITION, petition)].into() }
}

/// A walk as it runs in the picture's district, over all that can be asked there.
struct Walk<'a> {
    picture: &'a Picture,
    story: Story,
    verified: bool,
    known: BTreeMap<State, BTreeSet<State>>,
    n_steps: usize,
}

/// What is asked and not followed: it turns the whistle into one that calls three, is about another
/// case, or ends the petition, which is open in the picture.
const ELSEWHERE: [CommandKind; 8] = [
    CommandKind::AnswerPetition,
    CommandKind::SetLegalBar,
    CommandKind::AmendWhistle,
    CommandKind::AttachPetition,
    CommandKind::Recuse,
    CommandKind::RegisterPetition,
    CommandKind::DraftWhistle,
    CommandKind::BlowNow,
];

/// What ends a walk; followed now and then.
const ENDS: [CommandKind; 3] =
    [CommandKind::TerminateWhistle, CommandKind::WithdrawWhistle, CommandKind::EscalateWhistle];

impl Walk<'_> {
    fn whistle(&self) -> &Whistle {
        &self.story.scene.whistles[&whistle_id(1)]
    }

    /// Asks for something in every sense by everybody whose it could be; takes the `nth` that
    /// happens.
    fn step(&mut self, frame: &Frame<'_>, kind: CommandKind, nth: usize) {
        let place = self.story.place;
        let parts: Vec<Option<AssignmentId>> =
            self.whistle().active().map(|it| Some(it.id)).collect();
        let parts = if parts.is_empty() { vec![None] } else { parts };
        let mut happened = vec![];
        for assignment in parts {
            let place = Place { assignment, ..place };
            for request in self.picture.requests(kind, &self.story.scene, &place, self.story.now) {
                if kind == CommandKind::Lapse {
                    happened.extend(self.lapses(frame));
                    break;
                }
                let roles = authority::roles_for(kind);
                let fits = |it: &Person| {
                    it.member().is_some_and(|it| roles.iter().any(|role| it.roles.contains(role)))
                };
                for who in everybody().filter(fits) {
                    let actor = who.actor();
                    let act = Act { actor, on_behalf_of: None, now: self.story.now };
                    let command = request.command.clone();
                    let Ok(events) = self.picture.decide(&self.story.scene, &act, command) else {
                        continue;
                    };
                    happened.extend(self.after(frame, &events, who.member().map(|it| it.unit)));
                }
            }
        }
        let ends = self.whistle().stage.is_terminal() || ENDS.contains(&kind) && nth < 250;
        if happened.is_empty() || ELSEWHERE.contains(&kind) || ends {
            return;
        }
        let (scene, verified, now) = happened.swap_remove(nth % happened.len());
        self.story.scene = scene;
        self.story.now = now;
        self.verified = verified;
    }

    /// Every clock that runs falls due in turn.
    fn lapses(&mut self, frame: &Frame<'_>) -> Vec<(Scene, bool, DateTime<Utc>)> {
        let whistle = self.whistle();
        let stream = StreamId::Whistle(whistle.id);
        let due: Vec<_> = whistle.clocks.iter().map(|(key, term)| (*key, term.due)).collect();
        let mut res = vec![];
        for (key, due) in due {
            let now = self.story.now.max(due);
            let act = Act { actor: Actor::System, on_behalf_of: None, now };
            let command = crate::Command::Lapse(Lapse { stream, key: Some(key) });
            let Ok(events) = self.picture.decide(&self.story.scene, &act, command) else {
                continue;
            };
            let after = self.after(frame, &events, None);
            res.extend(after.into_iter().map(|(scene, verified, _)| (scene, verified, now)));
        }
        res
    }

    /// Holds what came of something against what the picture says can come of it.
    fn after(
        &mut self,
        frame: &Frame<'_>,
        events: &[(StreamId, crate::Event)],
        unit: Option<crate::ids::UnitId>,
    ) -> Option<(Scene, bool, DateTime<Utc>)> {
        let before = frame.state(self.whistle(), self.verified);
        let handlers: BTreeSet<_> = self.whistle().handlers().collect();
        let (mut scene, mut verified) = (self.story.scene.clone(), self.verified);
        for (stream, event) in events {
            if let crate::Event::Whistle(it) = event {
                if let WhistleFact::Verified { passed, .. } = &it.fact {
                    verified = *passed && unit.is_none_or(|it| !handlers.contains(&it));
                }
                if let WhistleFact::Reworked { .. } | WhistleFact::HandlingBegan { .. } = &it.fact {
                    verified = false;
                }
            }
            scene.apply(*stream, event);
        }
        let whistle = &scene.whistles[&whistle_id(1)];
        let n_assists = whistle.active().filter(|it| it.role == AssignmentRole::Assist).count();
        // A second assist is another like the first.
        if n_assists > 1 {
            return None;
        }
        let after = frame.state(whistle, verified);
        let next = self.known.entry(before).or_insert_with(|| successors(frame, &before));
        assert!(next.contains(&after), "{events:?}\nfrom {before:?}\nto {after:?}");
        self.n_steps += 1;
        Some((scene, verified, self.story.now))
    }

    /// Asks in the real scene what is asked in the built one: the same comes of it.
    fn commutes(&self, frame: &Frame<'_>, calendar: &Calendar) {
        let state = frame.state(self.whistle(), self.verified);
        if state.is_terminal() {
            return;
        }
        let built = frame.scene(&state, Side::None);
        let whistle = &built.whistles[&WHISTLE];
        let real = renamed(&self.story.scene);
        let now = self.story.now;
        let mut here = Frame::new(frame.cast.clone(), frame.lists, calendar, frame.process, now);
        here.with_assist = frame.with_assist;
        here.blowers.clone_from(&frame.blowers);
        for (built_ask, real_ask) in frame
            .asks(&state, whistle)
            .into_iter()
            .zip(here.asks(&state, &renamed_like(&real, whistle)))
        {
            if built_ask.command.kind() == CommandKind::Lapse {
                continue;
            }
            assert_eq!(built_ask.command.kind(), real_ask.command.kind());
            let kind = built_ask.command.kind();
            let is = frame.outcome(&built, whistle, &state, built_ask);
            let was = outcome(&here, &real, &state, &real_ask, now);
            match (is, was) {
                (Some(is), Some(was)) => {
                    // Only here it is read what has been before.
                    let calls = kind == CommandKind::ChangeLead || kind == CommandKind::AddUnit;
                    let again = calls && successors(frame, &state).contains(&was);
                    assert!(is.next == was || again, "{kind:?} in {state:?}: {was:?}");
                }
                (None, None) => (),
                // What changes nothing may be refused for having been done; time takes some away.
                (Some(is), None) => assert!(
                    is.next == state || is.way == Way::Timely || is.way == Way::Counted,
                    "{kind:?} is refused in {state:?}"
                ),
                (None, Some(was)) => panic!("{kind:?} is done in {state:?}, to {was:?}"),
            }
        }
    }
}

/// The whistle of the real scene with the clocks of the built one, for what is asked of it.
fn renamed_like(real: &Scene, built: &Whistle) -> Whistle {
    Whistle { clocks: built.clocks.clone(), ..real.whistles[&WHISTLE].clone() }
}

fn outcome(
    frame: &Frame<'_>,
    scene: &Scene,
    state: &State,
    ask: &super::ask::Ask,
    now: DateTime<Utc>,
) -> Option<State> {
    let whistle = &scene.whistles[&WHISTLE];
    let numbers = Numbers { year: 2019, batch: 1, serial: String::new() };
    for who in ask.whos {
        let actor = frame.cast.actor(*who, Some(whistle));
        let facts = Facts {
            directory: &frame.cast.directory,
            lists: frame.lists,
            calendar: frame.calendar,
            seed: uuid::Uuid::from_u128(0x79 << 64),
            numbers: Some(&numbers),
            on_behalf_of: None,
            now,
        };
        let Ok(events) = decide(scene, &actor, ask.command.clone(), &facts) else { continue };
        let kind = ask.command.kind();
        let deed =
            super::ask::Deed { who: *who, kind, sense: ask.sense, part: ask.part, step: ask.step };
        let member = match actor {
            Actor::Member(it) => Some(it),
            Actor::System => None,
        };
        let res: Outcome = frame.fold(whistle, state, deed, member, &events);
        return Some(res.next);
    }
    None
}

#[test]
fn whatever_happens_happens_in_the_picture_and_the_other_way_round() {
    let picture = Picture::preset().unwrap();
    let calendars = Calendar::presets().unwrap();
    let start = super::ordinary(&calendars[1]).unwrap();
    let calendar = picture.calendar(start).clone();
    let kinds: Vec<CommandKind> =
        CommandKind::iter().filter(|it| *it != CommandKind::Unseal).collect();
    let often = [
        CommandKind::SubmitWhistle,
        CommandKind::IssueWhistle,
        CommandKind::EndorseWhistle,
        CommandKind::ReportIn,
        CommandKind::Reply,
        CommandKind::Verify,
        CommandKind::Rate,
        CommandKind::Lapse,
        CommandKind::Lapse,
        CommandKind::ChangeLead,
        CommandKind::Consult,
        CommandKind::ReleaseUnit,
        CommandKind::AddUnit,
        CommandKind::RuleExtension,
        CommandKind::RuleReturn,
        CommandKind::OpenDispute,
        CommandKind::Designate,
        CommandKind::HoldWhistle,
        CommandKind::ResumeWhistle,
    ];
    let kind = prop_oneof![
        2 => prop::sample::select(kinds),
        5 => prop::sample::select(often.to_vec()),
    ];
    let steps = prop::collection::vec((kind, any::<u8>(), 0i64..3000), 1..60);
    let known = std::cell::RefCell::new(BTreeMap::<usize, BTreeMap<State, BTreeSet<State>>>::new());
    let n_steps = std::cell::Cell::new(0);
    let config = Config {
        cases: if cfg!(debug_assertions) { 60 } else { 1000 },
        max_shrink_iters: 60,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..Config::default()
    };
    let walk = (0..PAIRS.len(), any::<bool>(), 0..4usize, steps);
    let res = TestRunner::new(config).run(&walk, |(pair, blown, begin, steps)| {
        let (kind, level) = PAIRS[pair];
        let mut frame = frame(&picture, &calendar, (kind, level), start);
        let (kind_code, level_code) = (KindCode::new(kind), LevelCode::new(level));
        let row = picture.lists.initiation.get(Tier::District, &kind_code, &level_code).unwrap();
        frame.blowers = row.blow_now.iter().filter_map(|it| super::cast::of_role(*it)).collect();
        frame.begin(&mut super::search::Seen::default());
        let mut story = Story::begin(&picture, "", start).unwrap();
        let mut draft = picture.draft(whistle_id(1), &[petition_id(1)], kind, level);
        draft.asked.calls.truncate(2);
        story.place.whistle = Some(whistle_id(1));
        let (who, command) = if blown && !frame.blowers.is_empty() {
            let blow = crate::whistle::verbs::BlowNow { draft, exception: None };
            (Person::DutyLeader, crate::Command::BlowNow(blow))
        } else {
            (Person::Dispatcher, crate::Command::DraftWhistle(draft))
        };
        story.act(&picture, who, command).unwrap();
        if begin > 0 {
            for (who, kind) in [
                (Person::Dispatcher, CommandKind::SubmitWhistle),
                (Person::Director, CommandKind::EndorseWhistle),
                (Person::Director, CommandKind::IssueWhistle),
                (Person::Leader, CommandKind::IssueWhistle),
            ] {
                // What this kind and level does not have, or another does, is passed over.
                let _refused = story.ask(&picture, who, kind);
            }
        }
        let known_here = known.borrow_mut().remove(&pair).unwrap_or_default();
        let mut walk =
            Walk { picture: &picture, story, verified: false, known: known_here, n_steps: 0 };
        for (kind, nth, minutes) in steps {
            // Most things follow soon; now and then days pass.
            let minutes = if minutes > 2500 { minutes } else { minutes % 90 };
            walk.story.now += TimeDelta::minutes(minutes);
            walk.step(&frame, kind, nth.into());
            walk.commutes(&frame, &calendar);
        }
        n_steps.set(n_steps.get() + walk.n_steps);
        known.borrow_mut().insert(pair, walk.known);
        Ok(())
    });
    if let Err(failure) = res {
        panic!("{failure}");
    }
    let n_states: usize = known.borrow().values().map(BTreeMap::len).sum();
    println!("{} steps from {n_states} states", n_steps.get());
    assert!(n_steps.get() > 500, "{}", n_steps.get());
}

/// Every state of a pair, asked for everything there is: nothing leads out of what was visited.
fn closed(
    picture: &Picture,
    calendar: &Calendar,
    pair: (&str, &str),
    (scope, every): (Scope, usize),
) -> usize {
    let now = super::ordinary(calendar).unwrap();
    let mut frame = frame(picture, calendar, pair, now);
    let (kind, level) = (KindCode::new(pair.0), LevelCode::new(pair.1));
    let row = picture.lists.initiation.get(Tier::District, &kind, &level).unwrap();
    frame.with_assist = scope == Scope::LeadAndAssist;
    let seen = frame.search(row);
    let mut n_asked = 0;
    for node in seen.nodes.iter().step_by(every) {
        let scene = frame.scene(&node.state, Side::None);
        let whistle = &scene.whistles[&WHISTLE];
        for kind in CommandKind::iter().filter(|it| !ELSEWHERE.contains(it)) {
            for assignment in [LEAD, ASSIST] {
                let place = Place {
                    whistle: Some(WHISTLE),
                    assignment: Some(assignment),
                    petition: PETITION,
                    second: petition_id(2),
                    spare: petition_id(3),
                };
                for request in picture.requests(kind, &scene, &place, now) {
                    for who in everybody() {
                        n_asked += 1;
                        let act = Act { actor: who.actor(), on_behalf_of: None, now };
                        let command = request.command.clone();
                        let Ok(events) = picture.decide(&scene, &act, command) else { continue };
                        let who_acts = Who::Dispatcher;
                        let deed = super::ask::Deed {
                            who: who_acts,
                            kind,
                            sense: super::ask::Sense::Plain,
                            part: None,
                            step: None,
                        };
                        let outcome = frame.fold(whistle, &node.state, deed, who.member(), &events);
                        let mut after = scene.clone();
                        events.iter().for_each(|(stream, it)| after.apply(*stream, it));
                        let assists = after.whistles[&WHISTLE]
                            .active()
                            .filter(|it| it.role == AssignmentRole::Assist)
                            .count();
                        if assists > usize::from(scope == Scope::LeadAndAssist) {
                            continue;
                        }
                        assert!(
                            seen.index.contains_key(&outcome.next),
                            "{kind:?} {:?} leads out of the picture: {:?} to {:?}",
                            request.sense,
                            node.state,
                            outcome.next
                        );
                    }
                }
            }
        }
    }
    n_asked
}

fn closed_in_every_pair(scope: Scope, every: usize) {
    let picture = Picture::preset().unwrap();
    let calendars = Calendar::presets().unwrap();
    let calendar = picture.calendar(super::ordinary(&calendars[1]).unwrap()).clone();
    for pair in PAIRS {
        let n_asked = closed(&picture, &calendar, pair, (scope, every));
        println!("{pair:?}: {n_asked} asked");
    }
}

#[test]
fn what_is_not_asked_leads_nowhere_else() {
    closed_in_every_pair(Scope::Lead, 23);
}

#[test]
#[ignore = "takes a quarter of an hour: make soak"]
fn soak_what_is_not_asked_leads_nowhere_else_from_any_state() {
    closed_in_every_pair(Scope::LeadAndAssist, 1);
}

type Spoil = fn(&mut Seen);

/// What a judge says of a search, with something done to what was seen.
fn judged(spoil: impl FnOnce(&mut Seen)) -> Vec<Finding> {
    let picture = Picture::preset().unwrap();
    let calendars = Calendar::presets().unwrap();
    let calendar = calendars.last().unwrap();
    let now = super::ordinary(calendar).unwrap();
    let mut frame = frame(&picture, calendar, ("quick", "general"), now);
    let (kind, level) = (KindCode::new("quick"), LevelCode::new("general"));
    let row = picture.lists.initiation.get(Tier::District, &kind, &level).unwrap();
    frame.with_assist = false;
    let mut seen = frame.search(row);
    spoil(&mut seen);
    let mut res = vec![];
    super::judge::judge(&frame, row, &seen, false, &mut res);
    res.retain(|it| it.severity == Severity::Refutes);
    res
}

fn node(seen: &Seen, stage: StageKind) -> u32 {
    let at = seen.nodes.iter().position(|it| it.state.stage == stage).unwrap();
    u32::try_from(at).unwrap()
}

#[test]
fn a_machine_that_broke_its_guards_would_be_found_out() {
    assert_eq!(judged(|_| ()), []);
    let cases: [(Property, Spoil); 4] = [
        (Property::Bounded, |seen| {
            let (from, to) = (node(seen, StageKind::Verifying), node(seen, StageKind::Draft));
            seen.edges.push(Edge { from, to, way: Way::Open });
        }),
        (Property::Bounded, |seen| {
            let (from, to) = (node(seen, StageKind::Verifying), node(seen, StageKind::Handling));
            seen.edges.push(Edge { from, to, way: Way::OfUnit });
        }),
        (Property::NoDeadEnd, |seen| {
            let closed = node(seen, StageKind::Closed);
            seen.edges.retain(|it| it.to != closed);
        }),
        (Property::Verified, |seen| {
            let closing = node(seen, StageKind::Closing);
            let deed = seen.nodes[closing as usize].deed;
            let after = seen.nodes[node(seen, StageKind::Closed) as usize].state;
            seen.broken.push((closing, deed, after, Broken::Unverified));
        }),
    ];
    for (property, spoil) in cases {
        let found = judged(spoil);
        let it = found.iter().find(|it| it.property == property).unwrap();
        assert!(!it.story.is_empty(), "{it:?}");
    }
}

#[test]
fn the_guards_are_watched_in_every_fact() {
    let picture = Picture::preset().unwrap();
    let calendars = Calendar::presets().unwrap();
    let calendar = calendars.last().unwrap();
    let now = super::ordinary(calendar).unwrap();
    let mut frame = frame(&picture, calendar, ("emergency", "key"), now);
    let (kind, level) = (KindCode::new("emergency"), LevelCode::new("key"));
    let row = picture.lists.initiation.get(Tier::District, &kind, &level).unwrap();
    frame.with_assist = false;
    let seen = frame.search(row);
    let scene = |stage, side| {
        let state = seen.nodes[node(&seen, stage) as usize].state;
        frame.scene(&state, side).whistles.remove(&WHISTLE).unwrap()
    };
    let draft = scene(StageKind::UnderReview, Side::None);
    let drafter = draft.drafted_by.unwrap();
    let mut verified = false;
    let endorsed = WhistleFact::Endorsed { by: drafter };
    assert_eq!(watch(&draft, &endorsed, None, &mut verified), Some(Broken::OwnDraft));
    let blown = scene(StageKind::Handling, Side::Approval(Who::DutyLeader));
    let by = blown.issued.as_ref().unwrap().by;
    let ratified = WhistleFact::Ratified { by, granted: true, reason: None };
    assert_eq!(watch(&blown, &ratified, None, &mut verified), Some(Broken::OwnBlow));
    let it = scene(StageKind::Verifying, Side::None);
    let fact = WhistleFact::Verified {
        by,
        method: crate::whistle::fact::VerifyMethod::Phone,
        findings: super::state::words(),
        passed: true,
        outcomes: BTreeMap::new(),
    };
    let handler = it.lead().map(|it| it.unit);
    assert_eq!(watch(&it, &fact, handler, &mut verified), Some(Broken::OwnWork));
    let closed = WhistleFact::Closed { by, at: now };
    assert_eq!(watch(&it, &closed, None, &mut verified), Some(Broken::Unverified));
    assert_eq!(watch(&it, &fact, Some(Body::District.id()), &mut verified), None);
    assert_eq!(watch(&it, &closed, None, &mut verified), None);
}
