//! Visits every reachable state of one pair, breadth first, with the real `decide`.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{BuildHasherDefault, Hasher},
};

use super::{
    ask::{Ask, Deed, Sense},
    cast::Who,
    state::{DISTRICT, Frame, PETITION, Side, State, WHISTLE, words},
};
use crate::{
    actor::{Actor, Member},
    clock::{ClockKey, Owner, Step},
    command::{Command, CommandKind, decide},
    event::Event,
    facts::{Facts, Numbers},
    ids::PersonId,
    lists::{Initiation, Matter},
    petition::{
        Nature, Procedure, Registration, Source,
        verbs::{Accept, Register},
    },
    refusal::Refusal,
    scene::{Scene, StreamId},
    whistle::{
        AssignmentRole, Purpose, StageKind, Whistle, WhistleFact, deadlines,
        owed::command_of,
        verbs::{self as verb, Asked, AskedCall, Draft},
    },
};

/// A guard that an act broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Broken {
    /// Closed without a verification in the last round by somebody of no handling unit.
    Unverified,
    /// Drafted and approved by one person.
    OwnDraft,
    /// Handled and verified by one unit.
    OwnWork,
    /// Blown and ratified by one person.
    OwnBlow,
}

/// How an edge may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// It is open as long as the state lasts.
    Open,
    /// Time may close it: no way out counts on it.
    Timely,
    /// The same, and it is counted, though the states do not show it.
    Counted,
    /// It ends the whistle without closing it.
    Abort,
    /// Nobody does it: a deadline passes.
    Lapse,
    /// It is an act of a called unit, open as long as the state lasts.
    OfUnit,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) way: Way,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) state: State,
    /// The state before, on a shortest way; none of a root.
    pub(super) parent: Option<u32>,
    /// What led here.
    pub(super) deed: Deed,
}

/// Who can do what is owed in a state, seen over all states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Done {
    /// Whether somebody did it who is named as the one who owes it.
    pub(super) by_owner: bool,
    /// Whether anybody did.
    pub(super) by_anyone: bool,
    /// The first state in which it was owed.
    pub(super) first: u32,
}

/// A state in which nobody who owes something can do it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stuck {
    pub(super) node: u32,
    /// What is owed first.
    pub(super) step: Step,
    /// Whether somebody else can.
    pub(super) by_anyone: bool,
}

/// All that a search saw.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    pub(super) steps: BTreeMap<Step, Done>,
    /// Of each one who blew first: whether the approval can be given.
    pub(super) ratified: BTreeMap<Who, Done>,
    /// The first state in which more extensions are granted than the bound.
    pub(super) unbounded: Option<u32>,
    pub(super) stuck: Vec<Stuck>,
    pub(super) broken: Vec<(u32, Deed, State, Broken)>,
    /// Why a draft could not be begun: on the list or off it, by whom, and the refusal.
    pub(super) not_drafted: Vec<(bool, Deed, Refusal)>,
    pub(super) index: HashMap<State, u32, BuildHasherDefault<Fast>>,
}

/// A cheap hash: states are small and nobody chooses them to collide.
#[derive(Default)]
pub(super) struct Fast(u64);

impl Hasher for Fast {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u8(*byte);
        }
    }

    fn write_u8(&mut self, it: u8) {
        self.write_u64(it.into());
    }

    fn write_u32(&mut self, it: u32) {
        self.write_u64(it.into());
    }

    fn write_u64(&mut self, it: u64) {
        self.0 = (self.0.rotate_left(5) ^ it).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_isize(&mut self, it: isize) {
        self.write_u64(it.cast_unsigned() as u64);
    }

    fn write_usize(&mut self, it: usize) {
        self.write_u64(it as u64);
    }
}

/// What comes of an ask.
pub(super) struct Outcome {
    pub(super) deed: Deed,
    pub(super) next: State,
    pub(super) way: Way,
    broken: Option<Broken>,
    /// The clocks that it ended or set anew.
    moved: BTreeSet<ClockKey>,
    member: Option<Member>,
}

impl Seen {
    /// The number of a state; new ones come to the end of the queue.
    fn visit(&mut self, state: State, parent: Option<u32>, deed: Deed) -> u32 {
        if let Some(it) = self.index.get(&state) {
            return *it;
        }
        let id = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.index.insert(state, id);
        self.nodes.push(Node { state, parent, deed });
        id
    }
}

impl Frame<'_> {
    /// Opens the petition, by the rules.
    pub(super) fn open(&mut self) -> Result<(), Refusal> {
        let mut scene = Scene::default();
        let registration = Box::new(Registration {
            district: DISTRICT,
            centre: self.cast.centre,
            number: "1".to_owned(),
            procedure: Procedure::Petition,
            source: Source::Visit,
            nature: Nature::Request,
            title: words(),
            detail: None,
            petitioner: None,
            people: 1,
            representatives: None,
            place: None,
            household: None,
            residence: None,
            matter: None,
            class: None,
            external_ref: None,
            external_due: None,
            received_at: None,
            legal_bar: None,
            accused: BTreeSet::new(),
        });
        let actor = self.cast.actor(Who::Dispatcher, None);
        let register = Command::RegisterPetition(Register { petition: PETITION, registration });
        let accept = Command::AcceptPetition(Accept { petition: PETITION, competent: None });
        for command in [register, accept] {
            for (stream, event) in self.decide(&scene, &actor, command)? {
                scene.apply(stream, &event);
            }
        }
        if let Some(petition) = scene.petitions.remove(&PETITION) {
            self.adopt(petition);
        }
        Ok(())
    }

    pub(super) fn decide(
        &self,
        scene: &Scene,
        actor: &Actor,
        command: Command,
    ) -> Result<Vec<(StreamId, Event)>, Refusal> {
        let numbers = Numbers { year: 2019, batch: 1, serial: String::new() };
        let now = if command.kind() == CommandKind::Lapse { self.due() } else { self.now };
        let facts = Facts {
            directory: &self.cast.directory,
            lists: self.lists,
            calendar: self.calendar,
            seed: uuid::Uuid::from_u128(0x78 << 64),
            numbers: Some(&numbers),
            on_behalf_of: None,
            now,
        };
        decide(scene, actor, command, &facts)
    }

    fn draft(&self, matter: Option<&Matter>) -> Draft {
        let call = |unit, role| AskedCall { unit, role: Some(role), task: None };
        let mut calls = vec![call(self.cast.lead, AssignmentRole::Lead)];
        if self.with_assist {
            calls.push(call(self.cast.assist, AssignmentRole::Assist));
        }
        // The units of the picture bear codes of their own, so that only kind and level depart.
        let departs =
            |it: &&Matter| (&it.kind, &it.level) != (&self.process.kind, &self.process.level);
        Draft {
            whistle: WHISTLE,
            district: DISTRICT,
            centre: self.cast.centre,
            petitions: [PETITION].into(),
            asked: Asked {
                matter: matter.map(|it| it.code.clone()),
                off_list: matter.is_none().then(words),
                kind: Some(self.process.kind.clone()),
                level: Some(self.process.level.clone()),
                title: words(),
                request: words(),
                tried: Some(words()),
                purpose: Purpose::Resolve,
                override_reason: matter.filter(departs).map(|_| words()),
                calls,
            },
        }
    }

    /// A matter of this kind and level, or any, so that a whistle can be on the list.
    fn matter(&self) -> Option<&Matter> {
        let today = self.today();
        let in_force = || self.lists.matters.rows.iter().filter(|it| it.is_in_force(today));
        let fits = |it: &&Matter| it.kind == self.process.kind && it.level == self.process.level;
        in_force().find(fits).or_else(|| in_force().next())
    }

    /// Drafts, and blows first where the row lets somebody, as everybody who may.
    pub(super) fn begin(&mut self, seen: &mut Seen) {
        let petition = self.petition.clone();
        let scene = Scene { petitions: [(PETITION, petition)].into(), whistles: BTreeMap::new() };
        let matter = self.matter().cloned();
        let sources = [matter.as_ref().map(Some), Some(None)];
        for matter in sources.into_iter().flatten() {
            let draft = self.draft(matter);
            let mut opens = vec![];
            for who in [Who::Dispatcher, Who::Director] {
                opens.push((who, Command::DraftWhistle(draft.clone())));
            }
            for who in self.blowers.iter().copied() {
                let blow = verb::BlowNow { draft: draft.clone(), exception: None };
                opens.push((who, Command::BlowNow(blow)));
            }
            for (who, command) in opens {
                let sense = Sense::Plain;
                let deed = Deed { who, kind: command.kind(), sense, part: None, step: None };
                let actor = self.cast.actor(who, None);
                match self.decide(&scene, &actor, command) {
                    Err(refusal) => seen.not_drafted.push((matter.is_some(), deed, refusal)),
                    Ok(events) => {
                        let mut after = scene.clone();
                        for (stream, event) in &events {
                            after.apply(*stream, event);
                        }
                        let Some(whistle) = after.whistles.get(&WHISTLE) else { continue };
                        let slot =
                            if matter.is_some() { &mut self.on_list } else { &mut self.off_list };
                        slot.clone_from(&whistle.content);
                        let state = self.state(whistle, false);
                        seen.visit(state, None, deed);
                    }
                }
            }
        }
    }

    /// Visits all states that can be reached.
    pub(super) fn search(&mut self, row: &Initiation) -> Seen {
        let mut seen = Seen::default();
        self.blowers = row.blow_now.iter().filter_map(|it| super::cast::of_role(*it)).collect();
        self.begin(&mut seen);
        let mut next = 0;
        while let Some(node) = seen.nodes.get(next).copied() {
            let id = u32::try_from(next).unwrap_or(u32::MAX);
            next += 1;
            if node.state.is_terminal() {
                continue;
            }
            self.expand(id, &node.state, &mut seen);
        }
        seen
    }

    fn expand(&self, id: u32, state: &State, seen: &mut Seen) {
        let scene = self.scene(state, Side::None);
        let Some(whistle) = scene.whistles.get(&WHISTLE) else { return };
        let asks = self.asks(state, whistle);
        let mut outcomes: Vec<Outcome> = self.outcomes(&scene, whistle, state, asks);
        let (mut by_owner, mut by_anyone, mut first) = (false, false, None);
        for duty in deadlines(whistle, self.lists, &self.cast.directory) {
            let done = done(id, duty.key, &duty.owner, &outcomes);
            by_owner |= done.by_owner;
            by_anyone |= done.by_anyone;
            first = first.or(Some(duty.key.step));
            note(seen.steps.entry(duty.key.step).or_insert(done), &done);
        }
        if !by_owner {
            let step = first.unwrap_or(Step::Submit);
            seen.stuck.push(Stuck { node: id, step, by_anyone });
        }
        for side in self.sides(state, whistle) {
            if !opened(side, &outcomes) {
                continue;
            }
            let scene = self.scene(state, side);
            let Some(beside) = scene.whistles.get(&WHISTLE) else { continue };
            let asks = self.asks_beside(side, beside);
            let more = self.outcomes(&scene, beside, state, asks);
            if let (Side::Extended(_), false) = (side, more.is_empty()) {
                seen.unbounded = seen.unbounded.or(Some(id));
            }
            for duty in deadlines(beside, self.lists, &self.cast.directory) {
                if whistle.clocks.contains_key(&duty.key) {
                    continue;
                }
                let done = done(id, duty.key, &duty.owner, &more);
                note(seen.steps.entry(duty.key.step).or_insert(done), &done);
                if let Side::Approval(who) = side {
                    note(seen.ratified.entry(who).or_insert(done), &done);
                }
            }
            outcomes.extend(more);
        }
        for it in outcomes {
            let to = seen.visit(it.next, Some(id), it.deed);
            seen.edges.push(Edge { from: id, to, way: it.way });
            if let Some(broken) = it.broken {
                seen.broken.push((id, it.deed, it.next, broken));
            }
        }
    }

    fn outcomes(
        &self,
        scene: &Scene,
        whistle: &Whistle,
        state: &State,
        asks: Vec<Ask>,
    ) -> Vec<Outcome> {
        asks.into_iter().filter_map(|it| self.outcome(scene, whistle, state, it)).collect()
    }

    /// What comes of an ask, by the first who may do it; none where nobody may.
    pub(super) fn outcome(
        &self,
        scene: &Scene,
        whistle: &Whistle,
        state: &State,
        ask: Ask,
    ) -> Option<Outcome> {
        for who in ask.whos {
            let actor = self.cast.actor(*who, Some(whistle));
            let Ok(events) = self.decide(scene, &actor, ask.command.clone()) else { continue };
            let member = match actor {
                Actor::Member(it) => Some(it),
                Actor::System => None,
            };
            let kind = ask.command.kind();
            let deed = Deed { who: *who, kind, sense: ask.sense, part: ask.part, step: ask.step };
            return Some(self.fold(whistle, state, deed, member, &events));
        }
        None
    }

    pub(super) fn fold(
        &self,
        before: &Whistle,
        state: &State,
        deed: Deed,
        member: Option<Member>,
        events: &[(StreamId, Event)],
    ) -> Outcome {
        let mut scene = Scene { whistles: [(WHISTLE, before.clone())].into(), ..Scene::default() };
        let (mut verified, mut broken) = (state.verified, None);
        for (stream, event) in events {
            let Event::Whistle(it) = event else { continue };
            if *stream != StreamId::Whistle(WHISTLE) {
                continue;
            }
            let unit = member.as_ref().map(|it| it.unit);
            broken = broken.or(watch(before, &it.fact, unit, &mut verified));
            scene.apply(*stream, event);
        }
        let after = scene.whistles.remove(&WHISTLE).unwrap_or_else(|| before.clone());
        let moved =
            |(key, term): &(&ClockKey, &crate::clock::Term)| after.clocks.get(key) != Some(*term);
        let moved = before.clocks.iter().filter(moved).map(|(key, _)| *key).collect();
        let next = self.state(&after, verified);
        let way = way(deed);
        Outcome { deed, next, way, broken, moved, member }
    }
}

/// Whether a side matter that begins with a request can begin here.
fn opened(side: Side, outcomes: &[Outcome]) -> bool {
    let asked = |kind, part| outcomes.iter().any(|it| it.deed.kind == kind && it.deed.part == part);
    match side {
        Side::Extension(role) | Side::Extended(role) => {
            asked(CommandKind::RequestExtension, Some(role))
        }
        Side::Hold => asked(CommandKind::RequestHold, None),
        Side::None | Side::Approval(_) | Side::Report | Side::Before(_) => true,
    }
}

/// Who did what a clock times, in a state.
fn done(id: u32, key: ClockKey, owner: &Owner, outcomes: &[Outcome]) -> Done {
    let mut res = Done { by_owner: false, by_anyone: false, first: id };
    // One rating of several does not end the clock, and is what is owed all the same.
    let ends = |it: &&Outcome| it.moved.contains(&key) || key.step == Step::Rate;
    for act in outcomes.iter().filter(|it| does(key.step, it.deed)).filter(ends) {
        res.by_anyone = true;
        // A unit reports in by coming; the calling side records it.
        res.by_owner |= key.step == Step::ReportIn || owes(owner, act.member.as_ref());
    }
    res
}

fn note(into: &mut Done, it: &Done) {
    into.by_owner |= it.by_owner;
    into.by_anyone |= it.by_anyone;
}

/// Whether a deed is an act that a step waits for. To send back what one reviews is not to end it.
fn does(step: Step, deed: Deed) -> bool {
    let kind = deed.kind;
    let other = match step {
        Step::Review => kind == CommandKind::EndorseWhistle,
        Step::Remedy => kind == CommandKind::RecordAbsence,
        Step::Submit
        | Step::Issue
        | Step::Ratify
        | Step::Acknowledge
        | Step::ReturnWindow
        | Step::RuleReturn
        | Step::DisputeMeeting
        | Step::DisputeSuperior
        | Step::DisputeConference
        | Step::ReportIn
        | Step::Consult
        | Step::Interim
        | Step::Handle
        | Step::Task
        | Step::Explain
        | Step::RuleExtension
        | Step::Verify
        | Step::Rate
        | Step::Close
        | Step::RuleHold
        | Step::ReviewHold
        | Step::Accept
        | Step::Answer
        | Step::Conclude
        | Step::Scan
        | Step::Supervise
        | Step::ReviewMeasures
        | Step::Resolve => false,
    };
    other || command_of(step) == Some(kind)
}

/// Whether somebody is of those who owe an act.
fn owes(owner: &Owner, member: Option<&Member>) -> bool {
    member.is_some_and(|it| {
        it.unit == owner.unit && owner.roles.iter().any(|role| it.roles.contains(role))
    })
}

fn way(deed: Deed) -> Way {
    match (deed.kind, deed.sense) {
        (CommandKind::Lapse, _) => Way::Lapse,
        (
            CommandKind::TerminateWhistle
            | CommandKind::WithdrawWhistle
            | CommandKind::EscalateWhistle,
            _,
        ) => Way::Abort,
        (CommandKind::RequestReturn | CommandKind::RequestExtension, _) => Way::Timely,
        (CommandKind::RuleExtension, Sense::Granted) => Way::Counted,
        (_, _) if deed.who.is_of_unit() => Way::OfUnit,
        (_, _) => Way::Open,
    }
}

/// What a fact does to the guards.
pub(super) fn watch(
    before: &Whistle,
    fact: &WhistleFact,
    unit: Option<crate::ids::UnitId>,
    verified: &mut bool,
) -> Option<Broken> {
    let drafted = |by: PersonId| before.drafted_by == Some(by);
    if let WhistleFact::Verified { passed, .. } = fact {
        let own = before.handlers().any(|it| Some(it) == unit);
        *verified = *passed && !own;
        return own.then_some(Broken::OwnWork);
    }
    if let WhistleFact::Reworked { .. } | WhistleFact::HandlingBegan { .. } = fact {
        *verified = false;
    }
    if let WhistleFact::Closed { .. } = fact
        && !*verified
    {
        return Some(Broken::Unverified);
    }
    if let WhistleFact::Endorsed { by } = fact
        && drafted(*by)
    {
        return Some(Broken::OwnDraft);
    }
    if let WhistleFact::Issued { issued, .. } = fact
        && !issued.blown_now
        && drafted(issued.by)
    {
        return Some(Broken::OwnDraft);
    }
    if let WhistleFact::Ratified { by, .. } = fact
        && (drafted(*by) || before.issued.as_ref().is_some_and(|it| it.by == *by))
    {
        return Some(Broken::OwnBlow);
    }
    None
}

/// Which stages were reached.
pub(super) fn stages(seen: &Seen) -> BTreeSet<StageKind> {
    seen.nodes.iter().map(|it| it.state.stage).collect()
}
