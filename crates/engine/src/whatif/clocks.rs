//! The clocks of a whistle counted anew, from the instants that they really started at.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    Past,
    change::{Change, Counted, LimitMoved, Outcome, Over, Whole},
    rows::{Rows, calendar},
};
use crate::{
    calendar::{Calendar, Limit},
    clock::{Basis, ClockKey, Start, Step, Term},
    directory::{Directory, UnitKind},
    event::WhistleEvent,
    ids::UnitId,
    lists::{KindCode, LevelCode, Lists, Process, ProcessList},
    whistle::{
        Whistle, WhistleFact,
        owed::{Seat, seat},
    },
};

/// A clock that ran, with what came of it on both sides.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) step: Step,
    /// Who owed it.
    pub(super) unit: UnitId,
    /// Who would owe it; nobody where the unit would not be called.
    pub(super) bearer: Option<UnitId>,
    round: u32,
    from: DateTime<Utc>,
    pub(super) before: Counted,
    /// None where it would not be asked, or not of anybody who was called.
    pub(super) after: Option<Counted>,
}

impl Run {
    /// What is to be said of it.
    pub(super) fn change(&self) -> Option<Change> {
        let Self { step, unit, round, from, before, .. } = *self;
        match self.after {
            Some(after) if (after.limit, after.due) == (before.limit, before.due) => None,
            Some(after) => {
                let unit = self.bearer.unwrap_or(unit);
                Some(Change::Limit(LimitMoved { step, unit, round, from, before, after }))
            }
            // That a unit would not be called was said once.
            None if self.bearer.is_none() => None,
            None => Some(Change::NoLongerAsked { step, unit }),
        }
    }
}

/// What a clock would be under the draft.
#[derive(Debug, Clone, Copy)]
enum Drafted {
    /// The same: it runs as it ran.
    Same,
    /// It would not be asked.
    NotAsked,
    /// Another limit, with the date as it is by now.
    Other { limit: Limit, from: DateTime<Utc>, last: Limit, due: DateTime<Utc> },
}

/// A clock that runs.
struct Running {
    limit: Option<Limit>,
    started: DateTime<Utc>,
    round: u32,
    lapsed: bool,
    unit: UnitId,
    bearer: Option<UnitId>,
    term: Term,
    drafted: Drafted,
}

/// What a replay stands on.
pub(super) struct Replay<'a> {
    pub(super) draft: &'a Lists,
    pub(super) directory: &'a Directory,
    pub(super) calendars: &'a [Calendar],
    pub(super) as_of: DateTime<Utc>,
    pub(super) past: &'a Past<'a>,
    pub(super) rows: &'a Rows<'a>,
    /// The pair that it ran under at its end.
    pub(super) was: (&'a KindCode, &'a LevelCode),
}

impl Replay<'_> {
    /// Every clock that ran, in the order in which they ended.
    pub(super) fn runs(&self) -> Vec<Run> {
        let mut whistle = Whistle::blank(self.past.id);
        let mut running: BTreeMap<ClockKey, Running> = BTreeMap::new();
        let mut res = vec![];
        for (at, event) in self.past.events {
            whistle.apply(&event.fact);
            if let WhistleFact::Lapsed { key, .. } = &event.fact
                && let Some(it) = running.get_mut(key)
            {
                it.lapsed = true;
            }
            // By these a case goes on without what was missed.
            let goes_on = matches!(
                event.fact,
                WhistleFact::Lapsed { .. }
                    | WhistleFact::DisputeClimbed { .. }
                    | WhistleFact::VerifyingBegan
                    | WhistleFact::ClosingBegan
            );
            for key in &event.stops {
                if let Some(it) = running.remove(key) {
                    let by_lapse = goes_on && it.lapsed;
                    res.push(self.ended(*key, it, *at, by_lapse));
                }
            }
            if let WhistleFact::PetitionAttached { attached, .. } = &event.fact {
                cut(&mut running, attached.statutory);
            }
            // A paper that pursues what is late is no limit of the case.
            let starts = event.starts.iter().filter(|it| it.key.step != Step::Supervise);
            for start in starts {
                match running.get_mut(&start.key) {
                    Some(it) => self.moved(it, start, event, &whistle, *at),
                    None => {
                        if let Some(it) = self.started(start, &whistle, *at) {
                            running.insert(start.key, it);
                        }
                    }
                }
            }
        }
        let rest = running.into_iter().map(|(key, it)| self.ended(key, it, self.as_of, false));
        res.extend(rest);
        res
    }

    /// The limit of a step under the draft; none where it is not asked.
    fn limit(&self, whistle: &Whistle, step: Step) -> Option<Limit> {
        if step == Step::Scan {
            return Some(self.draft.process.scan.limit);
        }
        let process = self.process(whistle)?;
        // Only what may be passed over is asked by being required.
        if !ProcessList::must_be_taken(step, true) {
            process.required(step)?;
        }
        process.limit(step, self.rows.matter, whistle.stage.round())
    }

    /// The draft's process for what the whistle says by now. What a draft said before it was amended
    /// is looked up as it was said.
    fn process(&self, whistle: &Whistle) -> Option<&Process> {
        let content = whistle.content.as_ref()?;
        if (&content.kind, &content.level) == self.was {
            self.rows.process
        } else {
            self.draft.process.get(&content.kind, &content.level)
        }
    }

    fn started(&self, start: &Start, whistle: &Whistle, at: DateTime<Utc>) -> Option<Running> {
        let step = start.key.step;
        let part = start.key.assignment.and_then(|it| whistle.assignments.get(&it));
        let (unit, bearer) = match (seat(step), part) {
            (Seat::Unit, Some(part)) => {
                let unit = self.directory.stands_for(part.unit);
                (unit, self.rows.bearer(unit, part.role))
            }
            (seat, _) => {
                let unit = self.seated(seat, whistle.centre?);
                // A ruling on a part goes with the part.
                let part = part.map(|it| (self.directory.stands_for(it.unit), it.role));
                let stays = part.is_none_or(|(unit, role)| self.rows.bearer(unit, role).is_some());
                (unit, stays.then_some(unit))
            }
        };
        let limit = match start.term.basis {
            Basis::Limit(limit) => Some(limit),
            Basis::Named => None,
        };
        let drafted = match (limit, self.rows.blocked.is_some()) {
            (None, _) | (_, true) => Drafted::Same,
            (Some(old), false) => match self.limit(whistle, step) {
                None => Drafted::NotAsked,
                Some(new) if new == old => Drafted::Same,
                Some(new) => self.other(&start.term, step, new, whistle, at),
            },
        };
        Some(Running {
            limit,
            started: start.term.from,
            round: whistle.stage.round(),
            lapsed: start.term.lapsed,
            unit,
            bearer,
            term: start.term.clone(),
            drafted,
        })
    }

    /// Another limit, from the same instant and with the same calendar.
    fn other(
        &self,
        term: &Term,
        step: Step,
        limit: Limit,
        whistle: &Whistle,
        at: DateTime<Utc>,
    ) -> Drafted {
        let Some(calendar) = calendar(self.calendars, term.calendar) else { return Drafted::Same };
        let due = calendar.due(term.from, limit).at;
        let cap = term.cap.or_else(|| self.cap(whistle, at)).filter(|_| step.is_capped());
        let due = cap.map_or(due, |it| it.min(due));
        Drafted::Other { limit, from: term.from, last: limit, due }
    }

    /// The earliest statutory date as it was then.
    fn cap(&self, whistle: &Whistle, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let dates = whistle.petitions.iter().filter_map(|(id, attached)| {
            let known = self.past.petitions.get(id).and_then(|it| it.statutory(at));
            known.unwrap_or(attached.statutory)
        });
        dates.min()
    }

    /// A clock that runs is given another date.
    fn moved(
        &self,
        it: &mut Running,
        start: &Start,
        event: &WhistleEvent,
        whistle: &Whistle,
        at: DateTime<Utc>,
    ) {
        let step = start.key.step;
        it.term = start.term.clone();
        it.lapsed = start.term.lapsed;
        let Drafted::Other { limit, from, last, due } = it.drafted else { return };
        let asked = match start.term.basis {
            Basis::Limit(limit) => limit,
            // What a decision named is named under any limit.
            Basis::Named => {
                it.drafted = Drafted::Same;
                return;
            }
        };
        let calendar = calendar(self.calendars, start.term.calendar);
        let cap = self.cap(whistle, at).filter(|_| step.is_capped());
        let capped = |date: DateTime<Utc>| cap.map_or(date, |it| it.min(date));
        // The cut of a petition that joined was made for all clocks at once.
        let Some(calendar) = calendar else { return };
        if matches!(event.fact, WhistleFact::ExtensionRuled { .. }) {
            // As granted, from the date that the draft gives; never shorter for it.
            let fresh = capped(calendar.due(due, asked).at).max(due);
            it.drafted = Drafted::Other { limit, from: due, last: asked, due: fresh };
        } else if matches!(event.fact, WhistleFact::CalendarAdopted { .. }) {
            let fresh = capped(calendar.due(from, last).at).max(due);
            it.drafted = Drafted::Other { limit, from, last, due: fresh };
        }
    }

    /// A clock that runs no more, or is looked at while it runs.
    fn ended(&self, key: ClockKey, it: Running, at: DateTime<Utc>, by_lapse: bool) -> Run {
        let calendar = calendar(self.calendars, it.term.calendar);
        let duty = key.step.is_duty();
        let late = |due, limit| Outcome::Late(Over::of(calendar, limit, due, at));
        let is_late = duty && (it.lapsed || at > it.term.due);
        let limit = it.limit;
        let outcome = if is_late { late(it.term.due, limit) } else { Outcome::InTime };
        let before = Counted { limit, due: it.term.due, outcome };
        let after = match it.drafted {
            Drafted::Same => Some(before),
            Drafted::NotAsked => None,
            Drafted::Other { limit, due, .. } => {
                let outcome = if !duty {
                    Outcome::InTime
                } else if at > due || (is_late && due == before.due) {
                    late(due, Some(limit))
                } else if by_lapse {
                    Outcome::Unknown
                } else {
                    Outcome::InTime
                };
                Some(Counted { limit: Some(limit), due, outcome })
            }
        };
        Run {
            step: key.step,
            unit: it.unit,
            bearer: it.bearer,
            round: it.round,
            from: it.started,
            before,
            after: after.filter(|_| it.bearer.is_some()),
        }
    }

    /// The unit that sits there.
    fn seated(&self, seat: Seat, centre: UnitId) -> UnitId {
        let directory = self.directory;
        let unit = match seat {
            Seat::Unit | Seat::Centre => centre,
            Seat::CentreAbove => directory.centre_above(centre).map_or(centre, |it| it.id),
            Seat::Conference => directory
                .units()
                .find(|it| it.kind == UnitKind::Conference && !it.closed)
                .map_or(centre, |it| it.id),
            Seat::HighestCentre => directory.highest_centre(centre),
        };
        directory.stands_for(unit)
    }

    /// The steps that the draft asks for and that its own version did not.
    pub(super) fn newly_asked(&self, runs: &[Run], whole: &Whole) -> Vec<Change> {
        let was = whole.pair();
        let old = self.past.lists.process.get(was.0, was.1);
        let Some((new, old)) = self.rows.process.zip(old) else { return vec![] };
        if whole.issued.is_none() {
            return vec![];
        }
        let mut res = vec![];
        for step in [Step::Acknowledge, Step::ReportIn, Step::Consult, Step::Interim] {
            let ran: BTreeSet<UnitId> =
                runs.iter().filter(|it| it.step == step).filter_map(|it| it.bearer).collect();
            if new.required(step).is_none() || old.required(step).is_some() {
                continue;
            }
            let units: Vec<UnitId> = match (seat(step), step) {
                (Seat::Unit, Step::Interim) => self.rows.leads.1.into_iter().collect(),
                (Seat::Unit, _) => self
                    .rows
                    .leads
                    .1
                    .into_iter()
                    .chain(self.rows.assists.1.iter().copied())
                    .collect(),
                (seat, _) => vec![self.seated(seat, whole.centre)],
            };
            let asked = units.into_iter().filter(|it| !ran.contains(it));
            res.extend(asked.map(|unit| Change::NewlyAsked { step, unit }));
        }
        res
    }
}

/// No date passes the statutory one of a petition that joins.
fn cut(running: &mut BTreeMap<ClockKey, Running>, statutory: Option<DateTime<Utc>>) {
    let Some(cap) = statutory else { return };
    for (_, it) in running.iter_mut().filter(|(key, _)| key.step.is_capped()) {
        if let Drafted::Other { due, .. } = &mut it.drafted {
            *due = cap.min(*due);
        }
    }
}
