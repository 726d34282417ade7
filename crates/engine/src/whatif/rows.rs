//! What the rows of the draft say of a whistle: its matter, its pair, who issues it.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    Past,
    change::{Blocked, Change, PairName, Whole},
};
use crate::{
    actor::Role,
    calendar::{Calendar, beijing},
    directory::{Directory, Tier},
    ids::UnitId,
    lists::{Hours, Initiation, KindCode, LevelCode, Lists, Matter, Process},
    whistle::AssignmentRole,
};

/// A kind and level.
pub(super) type Pair = (KindCode, LevelCode);

/// What the rows of the draft make of a whistle.
#[derive(Debug, Clone)]
pub(super) struct Rows<'a> {
    /// Why it could not be blown.
    pub(super) blocked: Option<Blocked>,
    /// The differences of the rows, in the order of the lists.
    pub(super) changes: Vec<Change>,
    /// The pair under the draft.
    pub(super) pair: Pair,
    /// The draft's process of that pair.
    pub(super) process: Option<&'a Process>,
    /// The row of the matter in the draft.
    pub(super) matter: Option<&'a Matter>,
    /// The lead that was called, and who would be.
    pub(super) leads: (Option<UnitId>, Option<UnitId>),
    /// The assists that were called, and who would be.
    pub(super) assists: (BTreeSet<UnitId>, BTreeSet<UnitId>),
    /// Whether the centre named another lead than the row.
    pub(super) overrides: bool,
    /// Whether the draft's row names the one that the centre had to name in spite of the row.
    pub(super) unneeded: bool,
}

/// The rows of one version that a whistle falls under.
struct Side<'a> {
    lists: &'a Lists,
    matter: Option<&'a Matter>,
    row: Option<&'a Initiation>,
    pair: Pair,
}

impl<'a> Rows<'a> {
    /// None where the directory does not know the centre.
    pub(super) fn of(
        draft: &'a Lists,
        (directory, calendars): (&Directory, &[Calendar]),
        past: &Past<'a>,
        whole: &Whole,
    ) -> Option<Self> {
        let tier = directory.unit(whole.centre)?.tier;
        let matter = |lists: &'a Lists| lists.matters.get(whole.content.matter.as_ref()?);
        let (old, new) = (matter(past.lists), matter(draft));
        let was = whole.pair();
        let pair = pair(draft, past, whole, (old, new));
        let before = Side::of(past.lists, old, tier, (was.0.clone(), was.1.clone()));
        let after = Side::of(draft, new, tier, pair.clone());
        let mut res = Self {
            blocked: None,
            changes: vec![],
            pair,
            process: draft.process.get(&after.pair.0, &after.pair.1),
            matter: new,
            leads: (None, None),
            assists: Default::default(),
            overrides: false,
            unneeded: false,
        };
        let calls = res.units(directory, whole, (old, new));
        // What its own version would not have let through either is not the draft's doing.
        let was_blocked = before.blocked(directory, past, whole, &res.called().0);
        let blocked = after.blocked(directory, past, whole, &res.called().1);
        match blocked.filter(|_| was_blocked.is_none()) {
            Some(it) => {
                res.changes = vec![Change::Blocked(it.clone())];
                res.blocked = Some(it);
                res.leads.1 = res.leads.0;
                res.assists.1 = res.assists.0.clone();
                res.pair = before.pair;
                res.unneeded = false;
            }
            None => {
                let mut changes = vec![];
                if before.pair != after.pair {
                    changes.push(Change::Pair { before: before.name(), after: after.name() });
                }
                changes.extend(calls);
                changes.extend(issuers(&before, &after, whole));
                if out_of_hours(&before, &after, calendars, whole) {
                    changes.push(Change::OutOfHours);
                }
                res.changes = changes;
            }
        }
        Some(res)
    }

    /// Notes who leads and assists on both sides; what of it differs.
    fn units(
        &mut self,
        directory: &Directory,
        whole: &Whole,
        (old, new): (Option<&Matter>, Option<&Matter>),
    ) -> Vec<Change> {
        let today = |id: UnitId| directory.stands_for(id);
        let unit = |code: &String| directory.answering(code).map(|it| it.id);
        let lead = |row: Option<&Matter>| row.and_then(|it| it.lead.as_ref()).and_then(unit);
        let assists = |row: Option<&Matter>| -> BTreeSet<UnitId> {
            row.map(|it| it.assists.iter().filter_map(unit).collect()).unwrap_or_default()
        };
        let role = |role| whole.calls().filter(move |it| it.role == role).map(|it| today(it.unit));
        self.leads.0 = role(AssignmentRole::Lead).next();
        self.assists.0 = role(AssignmentRole::Assist).collect();
        self.leads.1 = self.leads.0;
        self.assists.1 = self.assists.0.clone();
        let (was, is) = (lead(old), lead(new));
        self.overrides = was.is_some() && was != self.leads.0;
        self.unneeded = self.overrides && is == self.leads.0;
        // Without a row in the draft there is nothing to compare with.
        if old.is_none() || new.is_none() {
            return vec![];
        }
        let mut changes = vec![];
        if was != is {
            changes.push(Change::Lead { before: was, after: is, overridden: self.overrides });
            if !self.overrides {
                self.leads.1 = is.or(self.leads.0);
            }
        }
        let (was, is) = (assists(old), assists(new));
        let added: BTreeSet<UnitId> = is.difference(&was).copied().collect();
        let dropped: BTreeSet<UnitId> = was.difference(&is).copied().collect();
        self.assists.1.retain(|it| !dropped.contains(it));
        self.assists.1.extend(&added);
        // The same unit may stand for a lead and an assist of then.
        if let Some(lead) = self.leads.1.filter(|it| Some(*it) != self.leads.0) {
            self.assists.1.remove(&lead);
        }
        if !added.is_empty() || !dropped.is_empty() {
            let (added, dropped) = (added.into_iter().collect(), dropped.into_iter().collect());
            changes.push(Change::Assists { added, dropped });
        }
        changes
    }

    /// Who was called, and who would be.
    fn called(&self) -> (BTreeSet<UnitId>, BTreeSet<UnitId>) {
        let (was, is) = &self.assists;
        (
            was.iter().copied().chain(self.leads.0).collect(),
            is.iter().copied().chain(self.leads.1).collect(),
        )
    }

    /// Who owes under the draft what a unit owed in a role; nobody where it would not be called.
    pub(super) fn bearer(&self, unit: UnitId, role: AssignmentRole) -> Option<UnitId> {
        match role {
            AssignmentRole::Lead if Some(unit) == self.leads.0 => self.leads.1,
            AssignmentRole::Lead => Some(unit),
            // Units that came later were called by nobody's row.
            AssignmentRole::Assist => {
                let dropped = self.assists.0.contains(&unit) && !self.assists.1.contains(&unit);
                (!dropped).then_some(unit)
            }
        }
    }
}

/// Whether it was issued at an hour in which the draft lets none be issued, and its version did.
fn out_of_hours(
    before: &Side<'_>,
    after: &Side<'_>,
    calendars: &[Calendar],
    whole: &Whole,
) -> bool {
    let office = |side: &Side<'_>| {
        side.row.is_some_and(|it| match it.hours {
            Hours::Office => true,
            Hours::Always => false,
        })
    };
    let Some(issued) = whole.issued.as_ref().filter(|_| office(after) && !office(before)) else {
        return false;
    };
    let calendar = Calendar::latest_adopted_by(calendars, day(whole)).or(calendars.first());
    calendar.is_some_and(|it| it.next_office_opening(issued.at) > issued.at)
}

/// The pair under the draft: what the row says or what was asked for in spite of it, raised.
fn pair(
    draft: &Lists,
    past: &Past<'_>,
    whole: &Whole,
    (old, new): (Option<&Matter>, Option<&Matter>),
) -> Pair {
    let asked = whole.asked();
    let next = match (old, new) {
        (Some(old), Some(new)) if asked == (&old.kind, &old.level) => (&new.kind, &new.level),
        (Some(_) | None, Some(_) | None) => asked,
    };
    let ordinals = whole.petitions.iter().filter_map(|it| past.petitions.get(it));
    let known = ordinals.map(super::PastPetition::ordinal).max();
    let raised = whole.raised_from.as_ref().map(|_| past.lists.process.raise_from);
    let nth = known.or(raised).unwrap_or(1);
    let raise = |lists: &Lists, (kind, level): (&KindCode, &LevelCode)| {
        let raise = lists.process.raised(kind, level, nth);
        raise.map(|it| (it.to_kind.clone(), it.to_level.clone()))
    };
    let is = raise(draft, next);
    // What was drafted before the others were blown ran unraised; both versions would have it so.
    if asked == next && is == raise(past.lists, asked) {
        let was = whole.pair();
        return (was.0.clone(), was.1.clone());
    }
    is.unwrap_or_else(|| (next.0.clone(), next.1.clone()))
}

impl<'a> Side<'a> {
    fn of(lists: &'a Lists, matter: Option<&'a Matter>, tier: Tier, pair: Pair) -> Self {
        let row = lists.initiation.get(tier, &pair.0, &pair.1);
        Self { lists, matter, row, pair }
    }

    fn name(&self) -> PairName {
        PairName::of(self.lists, (&self.pair.0, &self.pair.1))
    }

    /// Why it could not be blown under this version.
    fn blocked(
        &self,
        directory: &Directory,
        past: &Past<'_>,
        whole: &Whole,
        called: &BTreeSet<UnitId>,
    ) -> Option<Blocked> {
        if whole.content.matter.is_some() {
            let Some(matter) = self.matter else { return Some(Blocked::NoMatter) };
            if !matter.is_in_force(day(whole)) {
                return Some(Blocked::Expired);
            }
        }
        let process = self.lists.process.get(&self.pair.0, &self.pair.1);
        let (Some(row), Some(_)) = (self.row, process) else {
            return Some(Blocked::NoRow(self.name()));
        };
        let mut petitions = whole.petitions.iter().filter_map(|it| past.petitions.get(it));
        if let Some(most) = row.at_most
            && petitions.any(|it| it.ordinal() > most)
        {
            return Some(Blocked::AtMost(most));
        }
        let shut =
            |it: &&UnitId| directory.unit(**it).is_some_and(|it| !row.may_call.contains(&it.kind));
        called.iter().find(shut).map(|it| Blocked::NotCallable(*it))
    }
}

/// The day on which it was issued, or drafted where it was not.
fn day(whole: &Whole) -> NaiveDate {
    let at = whole.issued.as_ref().map_or(whole.drafted_at, |it| it.at);
    at.with_timezone(&beijing()).date_naive()
}

/// Who endorses and issues it, where the draft says others.
fn issuers(before: &Side<'_>, after: &Side<'_>, whole: &Whole) -> Vec<Change> {
    let (Some(old), Some(new)) = (before.row, after.row) else { return vec![] };
    let set = |roles: &[Role]| roles.iter().copied().collect::<BTreeSet<Role>>();
    let off_list = whole.content.off_list.is_some();
    let mut res = vec![];
    let (was, is) = (set(&old.endorse), set(&new.endorse));
    let blown_now = whole.issued.as_ref().is_some_and(|it| it.blown_now);
    if was != is && !blown_now {
        res.push(Change::Endorse { before: was, after: is });
    }
    let by = |row: &Initiation| {
        if blown_now { set(&row.blow_now) } else { set(row.issuers(off_list)) }
    };
    let (was, is) = (by(old), by(new));
    if was != is {
        res.push(Change::Issue { before: was, after: is });
    }
    res
}

/// The calendars by their number.
pub(super) fn calendar(calendars: &[Calendar], version: u32) -> Option<&Calendar> {
    calendars.iter().find(|it| it.version() == version)
}
