//! 推演: history counted anew under a draft of the lists, before anyone publishes it.
//!
//! It is a recount, no forecast ([`CAVEAT`]). Every whistle is replayed from its events, which stay
//! as they were: who did what, and at which instant. Only what the lists say of them is asked again.
//! The caller hands the whistles over one after another, so that no more than one is in memory.
//!
//! What is asked again, and how far:
//!
//! - **The row of the matter.** Another lead or assist is what the draft's row says against what the
//!   row of the whistle's own version said. Whom the centre named in spite of the row stays named; it
//!   is counted how often the draft would make that needless. A row without a lead leaves it with the
//!   unit that led. Units are named by code and taken for who stands for them today.
//! - **Kind and level.** A whistle that followed its row follows the draft's; what was asked for
//!   otherwise, and what is off the list, stays. Then the raises of the draft apply, with the ordinal
//!   that the whistle really had (R33).
//! - **Who endorses and issues**, by the draft's row for the tier of the centre and the new pair.
//! - **Whether it could be blown**: the row is gone or expired, the centre has no row for the pair,
//!   the petition had its number of whistles, a unit may not be called. Then only that is said, and
//!   all else of it is left as it was on both sides. Out of hours is a remark: it would have been
//!   issued later, and is counted from when it was issued. Whether materials or an account of what
//!   was tried would have been there is not known and not asked.
//! - **Limits.** Each clock that ran is counted anew from the instant it started at, with the
//!   calendar that it was counted with, under the draft's limit for the pair: the matter's own limit
//!   of handling, the shorter one of a later round, the statutory date as a cap, a newer calendar
//!   adopted on the way and extensions as they were granted, from the new date on. Dates that a
//!   decision named stay. Where the draft's limit is the one that ran, the date is the one that was
//!   told.
//! - **The ladder of supervision** is left out: its papers pursue what was late, and who would have
//!   signed which is a forecast.
//! - **Late** is what was done, or still is not, after its date; by the instant of recording, because
//!   a late entry annotates a lapse and does not erase it. Where a lapse itself ended the clock (a
//!   dispute climbs, ratings count as unreachable) and the draft gives longer, nobody knows whether
//!   the act would have come: that is [`Outcome::Unknown`].
//! - What ran and would not be asked, and what would be asked and never ran, is said without a date.
//!   What follows from a lateness (说明, 未报到处置, a rung of a dispute) is not followed further:
//!   each clock that ran is counted by itself, and none begins earlier because another ended earlier.
//!
//! Petitions' own limits are the petitions' and no whistle moves them; they are not counted here.
//! Accusations are whistled to nobody (R2), so none is among the whistles.

mod change;
mod clocks;
mod rows;
mod said;
mod totals;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

pub use change::{Blocked, Change, Counted, LimitMoved, Moved, Outcome, Over, PairName, Whole};
pub use said::Names;
pub use totals::{Sides, StepTally, Tally, Totals};

use self::{clocks::Replay, rows::Rows};
use crate::{
    calendar::Calendar,
    directory::Directory,
    event::{PetitionEvent, WhistleEvent, evolve_petition},
    ids::{PetitionId, WhistleId},
    lists::Lists,
    petition::{Petition, PetitionFact},
    text::Lang,
};

/// What a reader of any recount is told.
#[must_use]
pub fn caveat(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => CAVEAT,
        Lang::En => CAVEAT_EN,
    }
}

/// What a reader is told, in Chinese.
pub const CAVEAT: &str = "这是对历史的重新计算，不是预测：时限和责任不同，当事各方的做法也会不同。";

/// What a reader is told, in English.
pub const CAVEAT_EN: &str = "This is a recount of history, not a forecast: under other limits and \
                             duties, those concerned would have acted otherwise.";

/// A whistle of the past.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// Its id.
    pub id: WhistleId,
    /// Its events from the first on, each with the instant that it was recorded at.
    pub events: &'a [(DateTime<Utc>, WhistleEvent)],
    /// The version of the lists that it was issued under, or is drafted under.
    pub lists: &'a Lists,
    /// What is known of its petitions; what is not is taken from the whistle's own events.
    pub petitions: &'a BTreeMap<PetitionId, PastPetition>,
}

/// What a recount needs of a petition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastPetition {
    /// The ordinal of the whistle on it; none where it was never issued.
    pub nth: Option<u32>,
    /// How many whistles it had in all.
    pub n_whistles: u32,
    /// Its statutory date, each time that it changed.
    pub statutory: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)>,
}

impl PastPetition {
    /// What is needed of a petition's events, for one whistle over it.
    pub fn of<'a>(
        id: PetitionId,
        whistle: WhistleId,
        events: impl IntoIterator<Item = (DateTime<Utc>, &'a PetitionEvent)>,
    ) -> Self {
        let mut petition = Petition::blank(id);
        let mut res = Self::default();
        for (at, event) in events {
            if let PetitionFact::Whistled { whistle: it, nth, .. } = &event.fact
                && *it == whistle
            {
                res.nth.get_or_insert(*nth);
            }
            petition = evolve_petition(petition, event);
            let due = petition.statutory_due();
            if res.statutory.last().map(|it| it.1) != Some(due) {
                res.statutory.push((at, due));
            }
        }
        res.n_whistles = petition.n_whistles();
        res
    }

    /// The ordinal that the whistle has, or would have.
    fn ordinal(&self) -> u32 {
        self.nth.unwrap_or(self.n_whistles + 1)
    }

    /// The statutory date as it was at an instant; none where nothing is known of then.
    fn statutory(&self, at: DateTime<Utc>) -> Option<Option<DateTime<Utc>>> {
        self.statutory.iter().rfind(|it| it.0 <= at).map(|it| it.1)
    }
}

/// A recount while it runs.
#[derive(Debug, Clone)]
pub struct Recount<'a> {
    draft: &'a Lists,
    directory: &'a Directory,
    calendars: &'a [Calendar],
    as_of: DateTime<Utc>,
    totals: Totals,
}

impl<'a> Recount<'a> {
    /// A recount under a draft: with every version of the calendar that dates were counted with, and
    /// the instant at which what still runs is looked at.
    #[must_use]
    pub fn new(
        draft: &'a Lists,
        directory: &'a Directory,
        calendars: &'a [Calendar],
        as_of: DateTime<Utc>,
    ) -> Self {
        Self { draft, directory, calendars, as_of, totals: Totals::new(draft, as_of) }
    }

    /// Counts one whistle: what would be different; none where nothing is. One without a draft that
    /// says something is not counted at all.
    pub fn add(&mut self, past: &Past<'_>) -> Option<Moved> {
        let whole = Whole::of(past)?;
        let rows = Rows::of(self.draft, (self.directory, self.calendars), past, &whole)?;
        let replay = Replay {
            draft: self.draft,
            directory: self.directory,
            calendars: self.calendars,
            as_of: self.as_of,
            past,
            rows: &rows,
            was: whole.pair(),
        };
        let runs = replay.runs();
        let mut changes = rows.changes.clone();
        if rows.blocked.is_none() {
            changes.extend(runs.iter().filter_map(|it| it.change()));
            changes.extend(replay.newly_asked(&runs, &whole));
        }
        self.totals.add(past, &whole, &rows, &runs, &changes);
        if changes.is_empty() {
            return None;
        }
        let late = (
            runs.iter().filter(|it| it.before.is_late()).count(),
            runs.iter().filter(|it| it.after.as_ref().is_some_and(Counted::is_late)).count(),
        );
        Some(Moved {
            whistle: past.id,
            serial: whole.issued.as_ref().map(|it| it.serial.clone()),
            issued_at: whole.issued.as_ref().map(|it| it.at),
            lists: past.lists.version,
            changes,
            late_before: late.0,
            late_after: late.1,
        })
    }

    /// What came of it all together.
    #[must_use]
    pub fn finish(self) -> Totals {
        self.totals
    }
}
