//! What a recount comes to: per unit, per kind and level, and altogether, before and after.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    Past,
    change::{Change, Counted, Outcome, Whole},
    clocks::Run,
    rows::Rows,
};
use crate::{
    clock::Step,
    ids::UnitId,
    lists::{KindCode, LevelCode, Lists, ListsVersion},
};

/// How a step's limits went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepTally {
    /// How many limits ran.
    pub counted: u64,
    /// How many of them were missed.
    pub late: u64,
    /// Of how many nobody knows.
    pub unknown: u64,
}

/// What is counted on one side.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Whistles that it is about; of a unit, those that call it.
    pub whistles: u64,
    /// 牵头, as called at issue.
    pub leads: u64,
    /// 协办, as called at issue.
    pub assists: u64,
    /// Its limits, by step. The window of return is owed by nobody and not among them.
    pub steps: BTreeMap<Step, StepTally>,
}

impl Tally {
    /// 承办任务.
    #[must_use]
    pub fn assignments(&self) -> u64 {
        self.leads + self.assists
    }

    /// All its limits together.
    #[must_use]
    pub fn limits(&self) -> StepTally {
        self.steps.values().fold(StepTally::default(), |sum, it| StepTally {
            counted: sum.counted + it.counted,
            late: sum.late + it.late,
            unknown: sum.unknown + it.unknown,
        })
    }

    fn run(&mut self, step: Step, counted: &Counted) {
        let it = self.steps.entry(step).or_default();
        it.counted += 1;
        match counted.outcome {
            Outcome::InTime => (),
            Outcome::Late(_) => it.late += 1,
            Outcome::Unknown => it.unknown += 1,
        }
    }
}

/// What was, and what would have been.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sides {
    /// As it was.
    pub before: Tally,
    /// Under the draft.
    pub after: Tally,
}

/// What a recount comes to. Whistles are counted once under each of their differences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// The draft's name.
    pub draft: String,
    /// The number of the draft, which is that of its base until it is published.
    pub version: ListsVersion,
    /// The instant at which what still ran was looked at.
    pub as_of: DateTime<Utc>,
    /// The first and the last instant at which a whistle was drafted.
    pub drafted: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// How many whistles ran under each version.
    pub versions: BTreeMap<ListsVersion, u64>,
    /// Whistles counted.
    pub whistles: u64,
    /// Of them, those that were issued.
    pub issued: u64,
    /// Whistles of which anything differs.
    pub moved: u64,
    /// Whose row names another lead.
    pub lead: u64,
    /// Whose row names other assists.
    pub assists: u64,
    /// Whom others endorse or issue.
    pub approver: u64,
    /// Of another kind or level.
    pub level: u64,
    /// With another limit.
    pub limit: u64,
    /// That could not be blown as they were.
    pub blocked: u64,
    /// That were issued at an hour in which none would be.
    pub out_of_hours: u64,
    /// Of which a step would not be asked.
    pub no_longer_asked: u64,
    /// Of which a further step would be asked.
    pub newly_asked: u64,
    /// In which nothing was late and something would be.
    pub newly_late: u64,
    /// In which something was late and nothing would be.
    pub no_longer_late: u64,
    /// In which the centre named another lead than the row.
    pub overrides: u64,
    /// Of them, those in which the draft's row names that lead.
    pub overrides_unneeded: u64,
    /// Altogether.
    pub whole: Sides,
    /// By the unit that stands for the one of then.
    pub units: BTreeMap<UnitId, Sides>,
    /// By kind and level.
    pub pairs: BTreeMap<(KindCode, LevelCode), Sides>,
}

impl Totals {
    pub(super) fn new(draft: &Lists, as_of: DateTime<Utc>) -> Self {
        Self {
            draft: draft.name.clone(),
            version: draft.version,
            as_of,
            drafted: None,
            versions: BTreeMap::new(),
            whistles: 0,
            issued: 0,
            moved: 0,
            lead: 0,
            assists: 0,
            approver: 0,
            level: 0,
            limit: 0,
            blocked: 0,
            out_of_hours: 0,
            no_longer_asked: 0,
            newly_asked: 0,
            newly_late: 0,
            no_longer_late: 0,
            overrides: 0,
            overrides_unneeded: 0,
            whole: Sides::default(),
            units: BTreeMap::new(),
            pairs: BTreeMap::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        past: &Past<'_>,
        whole: &Whole,
        rows: &Rows<'_>,
        runs: &[Run],
        changes: &[Change],
    ) {
        let at = whole.drafted_at;
        self.drafted = Some(self.drafted.map_or((at, at), |it| (it.0.min(at), it.1.max(at))));
        *self.versions.entry(past.lists.version).or_default() += 1;
        self.whistles += 1;
        self.issued += u64::from(whole.issued.is_some());
        self.overrides += u64::from(rows.overrides);
        self.overrides_unneeded += u64::from(rows.unneeded);
        self.differences(changes);
        let was = runs.iter().any(|it| it.before.is_late());
        let is = runs.iter().any(|it| it.after.as_ref().is_some_and(Counted::is_late));
        self.newly_late += u64::from(!was && is);
        self.no_longer_late += u64::from(was && !is);
        self.sides(whole, rows, runs);
    }

    fn differences(&mut self, changes: &[Change]) {
        self.moved += u64::from(!changes.is_empty());
        let mut counts: BTreeSet<u8> = BTreeSet::new();
        for it in changes {
            let (place, count) = match it {
                Change::Blocked(_) => (0, &mut self.blocked),
                Change::OutOfHours => (1, &mut self.out_of_hours),
                Change::Pair { .. } => (2, &mut self.level),
                Change::Lead { .. } => (3, &mut self.lead),
                Change::Assists { .. } => (4, &mut self.assists),
                Change::Endorse { .. } | Change::Issue { .. } => (5, &mut self.approver),
                Change::Limit(_) => (6, &mut self.limit),
                Change::NoLongerAsked { .. } => (7, &mut self.no_longer_asked),
                Change::NewlyAsked { .. } => (8, &mut self.newly_asked),
            };
            *count += u64::from(counts.insert(place));
        }
    }

    fn sides(&mut self, whole: &Whole, rows: &Rows<'_>, runs: &[Run]) {
        let was = (whole.content.kind.clone(), whole.content.level.clone());
        let is = rows.pair.clone();
        let issued = whole.issued.is_some();
        // The whole, the pair: everything of the whistle on both sides.
        let mut before = Tally { whistles: 1, ..Tally::default() };
        let mut after = before.clone();
        if issued {
            before.leads = u64::from(rows.leads.0.is_some());
            after.leads = u64::from(rows.leads.1.is_some());
            before.assists = rows.assists.0.len() as u64;
            after.assists = rows.assists.1.len() as u64;
        }
        for it in runs.iter().filter(|it| it.step.is_duty()) {
            before.run(it.step, &it.before);
            if let Some(counted) = &it.after {
                after.run(it.step, counted);
            }
        }
        merge(&mut self.whole.before, &before);
        merge(&mut self.whole.after, &after);
        merge(&mut self.pairs.entry(was).or_default().before, &before);
        merge(&mut self.pairs.entry(is).or_default().after, &after);

        if issued {
            self.called(rows.leads.0, &rows.assists.0, |it| &mut it.before);
            self.called(rows.leads.1, &rows.assists.1, |it| &mut it.after);
        }
        for it in runs.iter().filter(|it| it.step.is_duty()) {
            self.units.entry(it.unit).or_default().before.run(it.step, &it.before);
            if let (Some(unit), Some(counted)) = (it.bearer, &it.after) {
                self.units.entry(unit).or_default().after.run(it.step, counted);
            }
        }
    }

    /// Notes on one side who is called.
    fn called(
        &mut self,
        lead: Option<UnitId>,
        assists: &BTreeSet<UnitId>,
        side: fn(&mut Sides) -> &mut Tally,
    ) {
        let units: BTreeSet<UnitId> = assists.iter().copied().chain(lead).collect();
        for it in units {
            let tally = side(self.units.entry(it).or_default());
            tally.whistles += 1;
            tally.leads += u64::from(lead == Some(it));
            tally.assists += u64::from(assists.contains(&it));
        }
    }
}

fn merge(into: &mut Tally, other: &Tally) {
    into.whistles += other.whistles;
    into.leads += other.leads;
    into.assists += other.assists;
    for (step, it) in &other.steps {
        let sum = into.steps.entry(*step).or_default();
        sum.counted += it.counted;
        sum.late += it.late;
        sum.unknown += it.unknown;
    }
}
