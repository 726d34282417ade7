//! What a decision may know beyond the case itself, loaded by the caller.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::{
    actor::OnBehalfOf,
    calendar::{Calendar, beijing},
    clock::{Step, Term, Warning},
    directory::Directory,
    ids,
    lists::Lists,
};

/// What a decision may know beyond the case itself.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The units.
    pub directory: &'a Directory,
    /// The lists that the whistle is pinned to, or those in force for a new one.
    pub lists: &'a Lists,
    /// The calendar in force.
    pub calendar: &'a Calendar,
    /// A fresh id, from which further ones are derived.
    pub seed: Uuid,
    /// What the next issuing action of this centre will be numbered.
    pub numbers: Option<&'a Numbers>,
    /// Whose act this is, where it is recorded for another.
    pub on_behalf_of: Option<&'a OnBehalfOf>,
    /// The instant of the decision.
    pub now: DateTime<Utc>,
}

/// The numbers that an issuing action takes; compared and set in the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// 年度.
    pub year: i32,
    /// 批次: the ordinal of the issuing action in its year, at this centre.
    pub batch: u32,
    /// 编号, e.g. 张吹〔2019〕21号.
    pub serial: String,
}

impl Facts<'_> {
    /// The `n`-th fresh id.
    #[must_use]
    pub fn id(&self, n: u32) -> Uuid {
        ids::derive(self.seed, n)
    }

    /// Today, in +08:00.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&beijing()).date_naive()
    }

    /// The end of a day, in +08:00: 24:00.
    #[must_use]
    pub fn end_of(day: NaiveDate) -> Option<DateTime<Utc>> {
        day.succ_opt()?
            .and_hms_opt(0, 0, 0)?
            .and_local_timezone(beijing())
            .single()
            .map(|it| it.with_timezone(&Utc))
    }

    /// The term of a limit that starts now, yellow when the list says so.
    #[must_use]
    pub fn term(
        &self,
        step: Step,
        limit: crate::calendar::Limit,
        cap: Option<DateTime<Utc>>,
        warning: Warning,
    ) -> Term {
        let cap = cap.filter(|_| step.is_capped());
        Term::counted(self.calendar, self.now, limit, cap, warning)
    }

    /// The term of a date that a decision names.
    #[must_use]
    pub fn named(&self, due: DateTime<Utc>, warning: Warning) -> Term {
        Term::named(self.calendar, self.now, due, warning)
    }
}
