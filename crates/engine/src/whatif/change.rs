//! What would be different for one whistle, as typed values.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Past;
use crate::{
    actor::Role,
    calendar::{Calendar, Limit, LimitUnit, beijing},
    clock::Step,
    ids::{UnitId, WhistleId},
    lists::{KindCode, LevelCode, Lists, ListsVersion},
    whistle::{Call, Content, Issued, Whistle, WhistleFact},
};

/// What would be different for one whistle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Which.
    pub whistle: WhistleId,
    /// Its number; none where it was not issued.
    pub serial: Option<String>,
    /// When it was issued.
    pub issued_at: Option<DateTime<Utc>>,
    /// The version that it ran under.
    pub lists: ListsVersion,
    /// What differs, in the order of the lists.
    pub changes: Vec<Change>,
    /// How many of its limits were missed.
    pub late_before: usize,
    /// How many would have been.
    pub late_after: usize,
}

/// A kind and level with their names, in whichever version names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairName {
    /// The kind.
    pub kind: KindCode,
    /// The level.
    pub level: LevelCode,
    /// 攻坚 重点.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl PairName {
    pub(super) fn of(lists: &Lists, (kind, level): (&KindCode, &LevelCode)) -> Self {
        let names = (lists.kind(kind), lists.level(level));
        let en = format!(
            "{} {}",
            names.0.map_or(kind.0.as_str(), |it| it.name_en.as_str()),
            names.1.map_or(level.0.as_str(), |it| it.name_en.as_str())
        );
        Self { kind: kind.clone(), level: level.clone(), zh: lists.pair(kind, level), en }
    }
}

/// Why a whistle could not be blown as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// The draft has no such matter.
    NoMatter,
    /// The matter had expired.
    Expired,
    /// The centre's tier has no row for this kind and level, or they have no process.
    NoRow(PairName),
    /// The petition had as many whistles as it may.
    AtMost(u32),
    /// A unit that was called may not be.
    NotCallable(UnitId),
}

/// One thing that would be different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It could not be blown as it was; nothing else of it is counted anew.
    Blocked(Blocked),
    /// It was issued at an hour in which the draft lets none be issued.
    OutOfHours,
    /// Another kind or level.
    Pair {
        /// What it was.
        before: PairName,
        /// What it would be.
        after: PairName,
    },
    /// The row names another lead.
    Lead {
        /// Whom its own version names; none where the first receiver leads.
        before: Option<UnitId>,
        /// Whom the draft names.
        after: Option<UnitId>,
        /// Whether the centre had named another lead than the row: then that one stays.
        overridden: bool,
    },
    /// The row names other assists.
    Assists {
        /// Who would be called besides.
        added: Vec<UnitId>,
        /// Who would not be called.
        dropped: Vec<UnitId>,
    },
    /// Others endorse it; nobody where there are none.
    Endorse {
        /// Who did.
        before: BTreeSet<Role>,
        /// Who would.
        after: BTreeSet<Role>,
    },
    /// Others issue it, or blow it first where it was blown first.
    Issue {
        /// Who did.
        before: BTreeSet<Role>,
        /// Who would.
        after: BTreeSet<Role>,
    },
    /// Another limit.
    Limit(LimitMoved),
    /// A step that was asked would not be.
    NoLongerAsked {
        /// Which.
        step: Step,
        /// Of whom.
        unit: UnitId,
    },
    /// A step that was not asked would be; what never ran has no date.
    NewlyAsked {
        /// Which.
        step: Step,
        /// Of whom.
        unit: UnitId,
    },
}

/// A limit that would be another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitMoved {
    /// Of which step.
    pub step: Step,
    /// Who owed it.
    pub unit: UnitId,
    /// In which round of handling, from 1.
    pub round: u32,
    /// From when it ran.
    pub from: DateTime<Utc>,
    /// As it was.
    pub before: Counted,
    /// As it would be.
    pub after: Counted,
}

/// A limit with what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The limit that it was first counted by; none where a decision named the date.
    pub limit: Option<Limit>,
    /// When it ended, extensions included.
    pub due: DateTime<Utc>,
    /// What came of it.
    pub outcome: Outcome,
}

impl Counted {
    /// Whether it was missed.
    #[must_use]
    pub fn is_late(&self) -> bool {
        match self.outcome {
            Outcome::Late(_) => true,
            Outcome::InTime | Outcome::Unknown => false,
        }
    }
}

/// What came of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was not missed, or has not ended yet.
    InTime,
    /// It was missed, by so much.
    Late(Over),
    /// Its lapse ended it before the draft's date, so that nobody knows.
    Unknown,
}

/// How late something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// So many working days.
    WorkingDays(u32),
    /// Less than one working day, or a limit of hours: so many minutes.
    Minutes(i64),
}

impl Over {
    /// How far `at` lies behind `due`.
    pub(super) fn of(
        calendar: Option<&Calendar>,
        limit: Option<Limit>,
        due: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Self {
        let minutes = Self::Minutes((at - due).num_minutes().max(0));
        let by_days = match limit.map(Limit::unit) {
            Some(LimitUnit::Minute | LimitUnit::Hour | LimitUnit::WorkingHour) => false,
            Some(LimitUnit::WorkingDay | LimitUnit::NaturalDay) | None => true,
        };
        let Some(calendar) = calendar.filter(|_| by_days) else { return minutes };
        // 24:00 belongs to the day that ends with it.
        let day = |at: DateTime<Utc>| at.with_timezone(&beijing()).date_naive();
        let last = day(due - chrono::TimeDelta::microseconds(1));
        match calendar.working_days_between(last, day(at)) {
            0 => minutes,
            days => Self::WorkingDays(days),
        }
    }
}

/// What a whistle is at its end, as far as a recount asks.
#[derive(Debug, Clone)]
pub struct Whole {
    /// What it says.
    pub content: Box<Content>,
    /// The pair before a raise.
    pub raised_from: Option<(KindCode, LevelCode)>,
    /// The centre.
    pub centre: UnitId,
    /// The tally of its numbers.
    pub issued: Option<Issued>,
    /// When it was drafted.
    pub drafted_at: DateTime<Utc>,
    /// Over what.
    pub petitions: BTreeSet<crate::ids::PetitionId>,
}

impl Whole {
    /// None where nothing was ever drafted.
    pub(super) fn of(past: &Past<'_>) -> Option<Self> {
        let mut whistle = Whistle::blank(past.id);
        let mut petitions = BTreeSet::new();
        for (_, event) in past.events {
            // What joins or leaves after the issue raises nothing.
            let open = whistle.issued.is_none();
            if let WhistleFact::Drafted { petitions: all, .. }
            | WhistleFact::Issued { petitions: all, .. } = &event.fact
            {
                petitions = all.keys().copied().collect();
            } else if let (WhistleFact::PetitionAttached { petition, .. }, true) =
                (&event.fact, open)
            {
                petitions.insert(*petition);
            } else if let (WhistleFact::PetitionDetached { petition, .. }, true) =
                (&event.fact, open)
            {
                petitions.remove(petition);
            }
            let told = matches!(
                event.fact,
                WhistleFact::Drafted { .. }
                    | WhistleFact::Issued { .. }
                    | WhistleFact::Amended { .. }
            );
            if told {
                whistle.apply(&event.fact);
            }
        }
        Some(Self {
            content: whistle.content?,
            raised_from: whistle.raised_from,
            centre: whistle.centre?,
            issued: whistle.issued,
            drafted_at: whistle.drafted_at?,
            petitions,
        })
    }

    /// The kind and level that it ran under.
    pub(super) fn pair(&self) -> (&KindCode, &LevelCode) {
        (&self.content.kind, &self.content.level)
    }

    /// The kind and level that were asked for.
    pub(super) fn asked(&self) -> (&KindCode, &LevelCode) {
        self.raised_from.as_ref().map_or(self.pair(), |it| (&it.0, &it.1))
    }

    pub(super) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.content.calls.iter()
    }
}
