//! Where a rule stands while it decides: the case, the actor, the facts, and the events so far.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    actor::{Actor, Member},
    authority::{
        self, Relation,
        audience::{self, Holder},
    },
    clock::{ClockKey, Promised, Start, Step, Term, Warning},
    command::CommandKind,
    directory::Tier,
    event::{Event, Recorded},
    facts::Facts,
    ids::{AssignmentId, PersonId, PetitionId, UnitId, WhistleId},
    lists::{Initiation, Matter, Process},
    petition::{Petition, PetitionFact},
    refusal::{Problem, Refusal},
    scene::{Scene, StreamId},
    whistle::{Assignment, Content, Whistle, WhistleFact, owed},
};

/// Terms that a decision names itself, instead of counting a limit of the process list.
pub(crate) type Named = BTreeMap<ClockKey, Term>;

/// Where a rule stands while it decides.
#[derive(Debug, Clone)]
pub(crate) struct Stand<'a> {
    pub(crate) scene: Scene,
    pub(crate) actor: &'a Actor,
    pub(crate) facts: &'a Facts<'a>,
    events: Vec<(StreamId, Event)>,
    n_ids: u32,
}

impl<'a> Stand<'a> {
    pub(crate) fn new(scene: Scene, actor: &'a Actor, facts: &'a Facts<'a>) -> Self {
        Self { scene, actor, facts, events: vec![], n_ids: 0 }
    }

    pub(crate) fn into_events(self) -> Vec<(StreamId, Event)> {
        self.events
    }

    /// A fresh id.
    pub(crate) fn fresh(&mut self) -> uuid::Uuid {
        self.n_ids += 1;
        self.facts.id(self.n_ids)
    }

    /// When the act happened: when it was recorded, unless it is recorded for another.
    pub(crate) fn occurred_at(&self) -> DateTime<Utc> {
        self.facts.on_behalf_of.map_or(self.facts.now, |it| it.occurred_at)
    }

    /// Who decides: the person for whom it is recorded, or the actor.
    pub(crate) fn decider(&self) -> Result<&'a Member, Refusal> {
        if let Some(it) = self.facts.on_behalf_of {
            return Ok(&it.member);
        }
        match self.actor {
            Actor::Member(it) => Ok(it),
            Actor::System => Err(Refusal::NotPermitted { who: vec![] }),
        }
    }

    /// Who decides, by id.
    pub(crate) fn by(&self) -> Result<PersonId, Refusal> {
        Ok(self.decider()?.person)
    }

    /// Holds the decider against the table of authority.
    pub(crate) fn permit(
        &self,
        kind: CommandKind,
        relations: impl FnOnce(&Member) -> std::collections::BTreeSet<Relation>,
    ) -> Result<&'a Member, Refusal> {
        let member = self.decider()?;
        if authority::may(kind, member, &relations(member)) {
            Ok(member)
        } else {
            Err(Refusal::NotPermitted { who: authority::roles_for(kind) })
        }
    }

    pub(crate) fn permit_whistle(
        &self,
        kind: CommandKind,
        whistle: &Whistle,
        assignment: Option<AssignmentId>,
    ) -> Result<&'a Member, Refusal> {
        let directory = self.facts.directory;
        self.permit(kind, |it| authority::relations_to_whistle(it, whistle, assignment, directory))
    }

    pub(crate) fn permit_petition(
        &self,
        kind: CommandKind,
        petition: &Petition,
    ) -> Result<&'a Member, Refusal> {
        let directory = self.facts.directory;
        let over = self.over(petition.id);
        self.permit(kind, |it| authority::relations_to_petition(it, petition, over, directory))
    }

    pub(crate) fn whistle(&self, id: WhistleId) -> Result<&Whistle, Refusal> {
        self.scene.whistles.get(&id).ok_or(Refusal::invalid("whistle", Problem::Unknown))
    }

    pub(crate) fn petition(&self, id: PetitionId) -> Result<&Petition, Refusal> {
        self.scene.petitions.get(&id).ok_or(Refusal::invalid("petition", Problem::Unknown))
    }

    /// The whistles over a petition, as far as the caller loaded them.
    pub(crate) fn over(&self, id: PetitionId) -> impl Iterator<Item = &Whistle> {
        self.scene.whistles.values().filter(move |it| it.petitions.contains_key(&id))
    }

    /// The process that a whistle runs under.
    pub(crate) fn process(&self, whistle: &Whistle) -> Result<&'a Process, Refusal> {
        let content = whistle.content.as_ref().ok_or(Refusal::NoProcess)?;
        self.facts.lists.process.get(&content.kind, &content.level).ok_or(Refusal::NoProcess)
    }

    /// The row of the initiation list that a centre blows under.
    pub(crate) fn initiation(
        &self,
        centre: UnitId,
        content: &Content,
    ) -> Result<&'a Initiation, Refusal> {
        let tier = self.tier(centre)?;
        let list = &self.facts.lists.initiation;
        list.get(tier, &content.kind, &content.level).ok_or(Refusal::NoProcess)
    }

    fn tier(&self, centre: UnitId) -> Result<Tier, Refusal> {
        Ok(self.facts.directory.unit(centre).ok_or(Refusal::NotCallable)?.tier)
    }

    /// Holds a unit against what this centre may call.
    pub(crate) fn callable(&self, row: &Initiation, unit: UnitId) -> Result<(), Refusal> {
        let unit = self.facts.directory.unit(unit).ok_or(Refusal::NotCallable)?;
        if unit.closed || !row.may_call.contains(&unit.kind) {
            return Err(Refusal::NotCallable);
        }
        Ok(())
    }

    /// Holds a unit against the petitions that it would be called over: it must not be accused in
    /// one of them, nor recused from it, nor stand under such a unit (R2, R3).
    pub(crate) fn untainted(&self, petition: &Petition, unit: UnitId) -> Result<(), Refusal> {
        let over = self.facts.directory.overseers(unit);
        let shut = audience::shut_out_of_petition(petition);
        let tainted = |it: &Holder| match it {
            Holder::Unit(id) => {
                over.contains(id) || over.contains(&self.facts.directory.stands_for(*id))
            }
            Holder::Person(_) => false,
        };
        if shut.iter().any(tainted) { Err(Refusal::NotCallable) } else { Ok(()) }
    }

    /// The same for all petitions of a whistle.
    pub(crate) fn untainted_in(&self, whistle: &Whistle, unit: UnitId) -> Result<(), Refusal> {
        let petitions = whistle.petitions.keys().filter_map(|it| self.scene.petitions.get(it));
        petitions.into_iter().try_for_each(|it| self.untainted(it, unit))
    }

    /// Records a fact on a whistle with the clocks that it moves, and what follows of itself.
    pub(crate) fn record(&mut self, id: WhistleId, fact: WhistleFact) -> Result<(), Refusal> {
        self.record_with(id, fact, Named::new())
    }

    /// The same, with terms that the decision names.
    pub(crate) fn record_with(
        &mut self,
        id: WhistleId,
        fact: WhistleFact,
        named: Named,
    ) -> Result<(), Refusal> {
        let mut next = Some((fact, named));
        while let Some((fact, named)) = next {
            let event = self.settle(id, fact, named)?;
            self.push(StreamId::Whistle(id), Event::Whistle(event));
            let whistle = self.whistle(id)?;
            next = owed::progress(whistle, self.process(whistle)?).map(|it| (it, Named::new()));
        }
        Ok(())
    }

    /// Records a fact of which nothing follows of itself, because the caller says what follows.
    pub(crate) fn record_alone(&mut self, id: WhistleId, fact: WhistleFact) -> Result<(), Refusal> {
        let event = self.settle(id, fact, Named::new())?;
        self.push(StreamId::Whistle(id), Event::Whistle(event));
        Ok(())
    }

    /// Tells each whistle over a petition who owns it now. It moves no clock there, whatever lists
    /// the whistle runs under.
    pub(crate) fn tell_whistles(
        &mut self,
        petition: PetitionId,
        owner: Option<PersonId>,
    ) -> Result<(), Refusal> {
        let told = |it: &&Whistle| it.case_owners.get(&petition).copied() != owner;
        let new: Vec<WhistleId> = self.over(petition).filter(told).map(|it| it.id).collect();
        for id in new {
            let fact = WhistleFact::CaseOwnerSet { petition, owner };
            let event = Recorded { fact, stops: vec![], starts: vec![] };
            self.push(StreamId::Whistle(id), Event::Whistle(event));
        }
        Ok(())
    }

    /// Whether anything was recorded.
    pub(crate) fn moved(&self) -> bool {
        !self.events.is_empty()
    }

    /// The event of a fact: the fact, the clocks that are owed no more, and those that newly are.
    fn settle(
        &self,
        id: WhistleId,
        fact: WhistleFact,
        named: Named,
    ) -> Result<Recorded<WhistleFact>, Refusal> {
        let mut after = self.scene.whistles.get(&id).cloned().unwrap_or_else(|| Whistle::blank(id));
        after.apply(&fact);
        // A date that is named anew may end what its lapse had opened.
        for (key, term) in &named {
            if let Some(it) = after.clocks.get_mut(key) {
                *it = term.clone();
            }
        }
        let process = self.process(&after)?;
        let owed = owed::owed(&after, process);
        let stops = after.clocks.keys().filter(|it| !owed.contains(it)).copied().collect();
        let mut starts = vec![];
        for key in owed.iter().filter(|it| !after.clocks.contains_key(it)) {
            let term = match named.get(key) {
                Some(term) => term.clone(),
                None => self.term(&after, process, key.step)?,
            };
            starts.push(Start { key: *key, term });
        }
        for (key, term) in named {
            if after.clocks.contains_key(&key) && owed.contains(&key) {
                starts.push(Start { key, term });
            }
        }
        Ok(Recorded { fact, stops, starts })
    }

    /// The term of a scan: from the recording on, whatever the case and wherever it is.
    fn scan_term(&self) -> Term {
        let process = &self.facts.lists.process;
        let warning = process.scan.warning.unwrap_or(process.warning);
        self.facts.term(Step::Scan, process.scan.limit, None, warning)
    }

    fn term(&self, whistle: &Whistle, process: &Process, step: Step) -> Result<Term, Refusal> {
        if step == Step::Scan {
            return Ok(self.scan_term());
        }
        let limit = process.limit(step, self.matter(whistle), whistle.stage.round());
        let limit = limit.ok_or(Refusal::NoProcess)?;
        Ok(self.facts.term(step, limit, self.cap(whistle), self.warning(whistle, step)))
    }

    /// The row of the matter that a whistle is blown for.
    fn matter(&self, whistle: &Whistle) -> Option<&'a Matter> {
        self.facts.lists.matters.get(whistle.content.as_ref()?.matter.as_ref()?)
    }

    /// When the clock of a step of a whistle turns yellow.
    pub(crate) fn warning(&self, whistle: &Whistle, step: Step) -> Warning {
        self.facts.lists.process.warning(self.process(whistle).ok(), step)
    }

    /// The earliest statutory date of a whistle's petitions, as it is now where the petition is at
    /// hand: the law may have moved it since the whistle was issued.
    pub(crate) fn cap(&self, whistle: &Whistle) -> Option<DateTime<Utc>> {
        let dates = whistle.petitions.iter().filter_map(|(id, attached)| {
            let now = self.scene.petitions.get(id).and_then(Petition::statutory_due);
            now.or(attached.statutory)
        });
        dates.min()
    }

    /// How many events were recorded.
    pub(crate) fn n_events(&self) -> usize {
        self.events.len()
    }

    /// The first event after so many: its stream, and its version there.
    pub(crate) fn first_since(&self, n_before: usize) -> Option<(StreamId, u32)> {
        let since = self.events.get(n_before..)?;
        let (stream, _) = since.first()?;
        let later = since.iter().skip(1).filter(|(it, _)| it == stream).count();
        Some((*stream, self.version(*stream).saturating_sub(u32::try_from(later).ok()?)))
    }

    /// The version of a stream; zero where it is not there yet.
    fn version(&self, stream: StreamId) -> u32 {
        match stream {
            StreamId::Petition(id) => self.scene.petitions.get(&id).map_or(0, |it| it.version),
            StreamId::Whistle(id) => self.scene.whistles.get(&id).map_or(0, |it| it.version),
        }
    }

    /// Holds a new stream against one that is there: an id is used once.
    pub(crate) fn unused(&self, stream: StreamId) -> Result<(), Refusal> {
        if self.version(stream) > 0 { Err(Refusal::Already) } else { Ok(()) }
    }

    /// Holds a petition against the centre that whistles over it: its own, or one below it.
    pub(crate) fn within(&self, centre: UnitId, petition: &Petition) -> Result<(), Refusal> {
        let own = petition
            .centre()
            .is_some_and(|it| it == centre || self.facts.directory.is_above(centre, it));
        if own { Ok(()) } else { Err(Refusal::invalid("petition", Problem::Unknown)) }
    }

    /// Records a fact on a petition with the clocks that it moves.
    pub(crate) fn record_petition(
        &mut self,
        id: PetitionId,
        fact: PetitionFact,
        named: Named,
    ) -> Result<(), Refusal> {
        let mut after = match (self.scene.petitions.get(&id), &fact) {
            (Some(it), _) => it.clone(),
            (None, PetitionFact::Registered { .. }) => Petition::blank(id),
            // Nothing but its registration begins a petition.
            (None, _) => return Err(Refusal::invalid("petition", Problem::Unknown)),
        };
        after.apply(&fact);
        let owed = after.clocks_owed();
        let stops = after.clocks.keys().filter(|it| !owed.contains(it)).copied().collect();
        let mut starts = vec![];
        for key in owed {
            if let Some(term) = named.get(&key) {
                starts.push(Start { key, term: term.clone() });
            } else if !after.clocks.contains_key(&key) {
                starts.push(Start { key, term: self.petition_term(&after, key.step)? });
            }
        }
        self.push(StreamId::Petition(id), Event::Petition(Recorded { fact, stops, starts }));
        Ok(())
    }

    fn petition_term(&self, petition: &Petition, step: Step) -> Result<Term, Refusal> {
        if step == Step::Scan {
            return Ok(self.scan_term());
        }
        let warning = self.petition_warning(petition, step);
        if let Some(entry) = petition.entry().filter(|_| step.is_of_entry()) {
            let (calendar, now) = (self.facts.calendar, self.facts.now);
            // A date that is past when a file is opened anew is overdue, and is said to be.
            return match Facts::end_of(entry.due_on).filter(|_| step == Step::Resolve) {
                Some(due) => Ok(self.facts.named(due, warning)),
                None => Ok(Term::counted(calendar, now, entry.rule.review, None, warning)),
            };
        }
        let registration = petition.registration.as_ref().ok_or(Refusal::NoProcess)?;
        let limits =
            self.facts.lists.process.petition(registration.procedure).ok_or(Refusal::NoProcess)?;
        let rule = limits.rule(step);
        let cap = registration.external_due.filter(|_| step == Step::Answer);
        Ok(Term::counted(self.facts.calendar, self.facts.now, rule.limit, cap, warning))
    }

    /// When the clock of a step of a petition turns yellow.
    pub(crate) fn petition_warning(&self, petition: &Petition, step: Step) -> Warning {
        let process = &self.facts.lists.process;
        let procedure = petition.registration.as_ref().map(|it| it.procedure);
        let own = if step == Step::Scan {
            process.scan.warning
        } else if step.is_of_entry() {
            None
        } else {
            procedure.and_then(|it| process.petition(it)?.rule(step).warning)
        };
        own.unwrap_or(process.warning)
    }

    fn push(&mut self, stream: StreamId, event: Event) {
        self.scene.apply(stream, &event);
        self.events.push((stream, event));
    }

    /// Adopts the calendar in force on a stream that counted with an older one: dates move later
    /// where the count says so, and never earlier than what was told.
    pub(crate) fn adopt_calendar(&mut self, stream: StreamId) {
        let calendar = self.facts.calendar;
        let promised = |clocks: &crate::clock::Clocks, starts: &[Start]| -> Vec<Promised> {
            let before = |it: &Start| Some((it.key, clocks.get(&it.key)?.due, it.term.due));
            let moved = starts.iter().filter_map(before).filter(|(_, was, is)| was != is);
            moved.map(|(key, due, _)| Promised { key, due }).collect()
        };
        let moved = |clocks: &crate::clock::Clocks,
                     cap: Option<DateTime<Utc>>,
                     warning: &dyn Fn(Step) -> Warning|
         -> Vec<Start> {
            clocks
                .iter()
                .filter(|(_, term)| !term.lapsed && term.calendar < calendar.version())
                .map(|(key, term)| {
                    let cap = if key.step.is_capped() { cap } else { term.cap };
                    let warning = warning(key.step);
                    Start { key: *key, term: term.recounted_within(calendar, cap, warning) }
                })
                .collect()
        };
        match stream {
            StreamId::Whistle(id) => {
                let Some(it) = self.scene.whistles.get(&id) else { return };
                let starts = moved(&it.clocks, self.cap(it), &|step| self.warning(it, step));
                if !starts.is_empty() {
                    let promised = promised(&it.clocks, &starts);
                    let calendar = calendar.version();
                    let fact = WhistleFact::CalendarAdopted { calendar, promised };
                    self.push(stream, Event::Whistle(Recorded { fact, stops: vec![], starts }));
                }
            }
            StreamId::Petition(id) => {
                let Some(it) = self.scene.petitions.get(&id) else { return };
                let starts = moved(&it.clocks, None, &|step| self.petition_warning(it, step));
                if !starts.is_empty() {
                    let promised = promised(&it.clocks, &starts);
                    let calendar = calendar.version();
                    let fact = PetitionFact::CalendarAdopted { calendar, promised };
                    self.push(stream, Event::Petition(Recorded { fact, stops: vec![], starts }));
                }
            }
        }
    }
}

/// The assignment, over or not: who may is asked before where it is.
pub(crate) fn assignment(whistle: &Whistle, id: AssignmentId) -> Result<&Assignment, Refusal> {
    whistle.assignments.get(&id).ok_or(Refusal::invalid("assignment", Problem::Unknown))
}

/// The refusal that names where a whistle is.
pub(crate) fn wrong_stage(whistle: &Whistle) -> Refusal {
    Refusal::WrongStage { stage: whistle.stage.zh(), code: whistle.stage.code() }
}

/// The refusal that names where an assignment is.
pub(crate) fn wrong_part(assignment: &Assignment) -> Refusal {
    Refusal::WrongStage { stage: assignment.stage.zh(), code: assignment.stage.code() }
}

/// The refusal that names where a petition is.
pub(crate) fn wrong_petition_stage(petition: &Petition) -> Refusal {
    Refusal::WrongStage { stage: petition.stage.zh(), code: petition.stage.code() }
}
