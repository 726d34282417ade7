//! Says when a time limit ends, by the calendar of working days, and shows how it was counted.
//!
//! The rules, in order of weight:
//!
//! - Every limit names its unit: minutes and hours run day and night, working hours run in office
//!   hours, working days and natural days are counted by dates (信访工作条例 says "15日" and
//!   "5个工作日" side by side, and means both).
//! - The starting day is not counted (民法典 201). An office hour or a minute has no starting day:
//!   it starts at once, or when the office next opens.
//! - A limit in natural days ends at 24:00 of its last day; if that day is a weekend or a holiday,
//!   at 24:00 of the next working day (民法典 203). 24:00 is the next midnight, so the instant is
//!   00:00 of the day after, in +08:00; [`beijing_text`] writes it as 24:00.
//! - A limit in working days ends at the close of office hours of its last day (民法典 203: where
//!   there are business hours, at the time business stops).
//! - Something done at the due instant itself is in time.
//!
//! A [`Calendar`] is versioned data and never changes: a notice of the State Council, a local
//! holiday or new office hours make the next version. A deadline stores the version it was
//! counted by. Days of a year without a notice are taken as plain weeks, and a deadline that
//! needed such a day is provisional. Whoever recomputes it keeps the promise never to shorten
//! what a petitioner was told; this module only counts.
//!
//! All functions here are total: a start outside the years 1900 to 9000 is counted as if it were
//! the nearest instant within them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc,
};
use serde::{Deserialize, Serialize};

mod count;
mod explain;
mod file;
mod hours;
mod limit;
mod words;

pub use self::explain::{Explanation, ExplanationLine, Tally};
pub use self::file::{Amendment, CalendarError, LocalHoliday, OffEntry, YearEntry};
pub use self::hours::{MonthDay, Season, Session};
pub use self::limit::{Limit, LimitError, LimitUnit};
pub use self::words::beijing_text;

const BEIJING: FixedOffset = match FixedOffset::east_opt(8 * 3600) {
    Some(offset) => offset,
    None => panic!("+08:00 is an offset"),
};

/// Beijing time: +08:00, without daylight saving since 1991.
pub fn beijing() -> FixedOffset {
    BEIJING
}

/// The number of a version of a calendar; a later version has a greater number.
pub type CalendarVersion = u32;

/// One version of the calendar of working days: the notices of the State Council by year, local
/// holidays, and office hours by season.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(try_from = "Amendment", into = "Amendment")]
pub struct Calendar {
    version: CalendarVersion,
    adopted_on: NaiveDate,
    source: String,
    note: Option<String>,
    years: BTreeMap<i32, Year>,
    local: BTreeMap<NaiveDate, String>,
    office_hours: Vec<Season>,
}

/// The arrangement of one year, checked: every date lies in it, and none is both off and worked.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Year {
    source: String,
    off: BTreeMap<NaiveDate, Option<String>>,
    work: BTreeSet<NaiveDate>,
}

/// What kind of day a date is, by one version of the calendar.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Hash, Debug)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DayKind {
    /// A weekday that is worked.
    Working,
    /// A weekend that is worked to make up for a holiday (调休上班).
    MakeUp,
    /// A Saturday or Sunday off.
    Weekend,
    /// A day off by notice of the State Council; it may fall on a weekend.
    Holiday {
        /// The holiday as the notice names it, if the calendar says.
        name: Option<String>,
    },
    /// A local holiday.
    Local {
        /// Its name.
        name: String,
    },
}

impl DayKind {
    /// Whether the office works on such a day.
    pub fn is_working(&self) -> bool {
        match self {
            Self::Working | Self::MakeUp => true,
            Self::Weekend | Self::Holiday { .. } | Self::Local { .. } => false,
        }
    }
}

/// In Chinese: 工作日, 调休上班, 周末, 春节假期, 三月三（地方假日）.
impl fmt::Display for DayKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Working => f.write_str("工作日"),
            Self::MakeUp => f.write_str("调休上班"),
            Self::Weekend => f.write_str("周末"),
            Self::Holiday { name: Some(name) } => write!(f, "{name}假期"),
            Self::Holiday { name: None } => f.write_str("放假"),
            Self::Local { name } => write!(f, "{name}（地方假日）"),
        }
    }
}

/// When a limit ends.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Due {
    /// The last instant in time.
    pub at: DateTime<Utc>,
    /// The version of the calendar it was counted by.
    pub calendar: CalendarVersion,
    /// Whether the counting needed a day of a year that the calendar does not know, so that it is
    /// to be recomputed when that year's notice is adopted.
    pub provisional: bool,
}

impl Calendar {
    /// The versions that come with the program, in ascending order: the notices of the State
    /// Council for 2019 to 2026 as they were published, changes within a year included.
    ///
    /// # Errors
    ///
    /// None unless the file in the source tree is damaged; a test reads it.
    pub fn presets() -> Result<Vec<Self>, CalendarError> {
        Self::parse_versions(include_str!("../presets/calendar.json"))
    }

    /// The version in force on `date`: of those adopted by then the latest, and of those adopted
    /// on one day the highest. None if `date` is before all of them.
    pub fn latest_adopted_by(presets: &[Self], date: NaiveDate) -> Option<&Self> {
        let adopted = presets.iter().filter(|it| it.adopted_on <= date);
        adopted.max_by_key(|it| (it.adopted_on, it.version))
    }

    /// The number of this version.
    pub fn version(&self) -> CalendarVersion {
        self.version
    }

    /// The day from which people could know this version.
    pub fn adopted_on(&self) -> NaiveDate {
        self.adopted_on
    }

    /// The document this version follows.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What a reader of this version should be told, if anything.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The years whose arrangement is known, each with the notice that arranges it.
    pub fn known_years(&self) -> impl Iterator<Item = (i32, &str)> {
        self.years.iter().map(|(number, year)| (*number, year.source.as_str()))
    }

    /// Whether the arrangement of that year is known.
    pub fn knows(&self, year: i32) -> bool {
        self.years.contains_key(&year)
    }

    /// What kind of day it is. In a year that is not known only weekends and local holidays are
    /// off. A local holiday is off even where a notice has the day worked.
    pub fn day(&self, date: NaiveDate) -> DayKind {
        let year = self.years.get(&date.year());
        if let Some(name) = year.and_then(|year| year.off.get(&date)) {
            return DayKind::Holiday { name: name.clone() };
        }
        if let Some(name) = self.local.get(&date) {
            return DayKind::Local { name: name.clone() };
        }
        if !is_weekend(date) {
            DayKind::Working
        } else if year.is_some_and(|year| year.work.contains(&date)) {
            DayKind::MakeUp
        } else {
            DayKind::Weekend
        }
    }

    /// Whether the office works on that day.
    pub fn is_working(&self, date: NaiveDate) -> bool {
        let year = self.years.get(&date.year());
        let off = year.is_some_and(|year| year.off.contains_key(&date));
        let made_up = year.is_some_and(|year| year.work.contains(&date));
        !off && !self.local.contains_key(&date) && (!is_weekend(date) || made_up)
    }

    /// The office hours of a day of that season, in order and without overlap, whether or not the
    /// day itself is worked.
    pub fn sessions(&self, date: NaiveDate) -> &[Session] {
        let day = MonthDay::of(date);
        let season = self.office_hours.iter().find(|season| season.contains(day));
        season.map_or(&[], |season| &season.sessions)
    }

    /// When a limit that starts at `start` ends. The start may be any instant.
    pub fn due(&self, start: DateTime<Utc>, limit: Limit) -> Due {
        self.count(start, limit, &mut |_| {})
    }

    /// How [`Calendar::due`] comes to its answer: the start, each skipped and each counted day,
    /// and the due instant.
    pub fn explain(&self, start: DateTime<Utc>, limit: Limit) -> Explanation {
        Explanation::new(self, start, limit)
    }

    /// The next instant at which the office is open: `at` itself within office hours.
    pub fn next_office_opening(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let now = local(at);
        for date in now.date().iter_days().filter(|date| self.is_working(*date)) {
            for session in self.sessions(date) {
                if now < date.and_time(session.closes) {
                    return utc(now.max(date.and_time(session.opens)));
                }
            }
        }
        at
    }

    /// How many working days lie after `after`, up to and including `through`; none if `through`
    /// is not after it. This is what is left, or has been spent, of a limit in working days.
    pub fn working_days_between(&self, after: NaiveDate, through: NaiveDate) -> u32 {
        let (after, through) = (within(after), within(through));
        let days = after.iter_days().skip(1).take_while(|date| *date <= through);
        let count = days.filter(|date| self.is_working(*date)).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The instant from which so many working days are left until `due`: the same time of day, so
    /// many working days earlier, with a due instant at midnight taken as 24:00. A due instant on
    /// a day that is not worked is taken as 24:00 of the last working day before it. None if
    /// `days` is zero, or if the calendar does not reach back so far.
    pub fn working_days_before(&self, due: DateTime<Utc>, days: u32) -> Option<DateTime<Utc>> {
        let last = words::date_of(due, LimitUnit::NaturalDay);
        let mut time = local(due).signed_duration_since(last.and_time(NaiveTime::MIN));
        let mut left = days.checked_sub(1)?;
        let mut date = last;
        if !self.is_working(last) {
            time = TimeDelta::days(1);
            left = days;
        }
        loop {
            date = date.pred_opt().filter(|date| within(*date) == *date)?;
            if self.is_working(date) {
                if left == 0 {
                    return date.and_time(NaiveTime::MIN).checked_add_signed(time).map(utc);
                }
                left = left.saturating_sub(1);
            }
        }
    }

    /// How much office time lies between two instants; none if `to` is not after `from`.
    pub fn office_time_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let (from, to) = (local(from), local(to));
        let days = from.date().iter_days().take_while(|date| *date <= to.date());
        let mut sum = TimeDelta::zero();
        for date in days.filter(|date| self.is_working(*date)) {
            for session in self.sessions(date) {
                let opens = from.max(date.and_time(session.opens));
                let closes = to.min(date.and_time(session.closes));
                let length = closes.signed_duration_since(opens).max(TimeDelta::zero());
                sum = sum.checked_add(&length).unwrap_or(TimeDelta::MAX);
            }
        }
        sum
    }

    /// When the office closes on a day of that season.
    fn close(&self, date: NaiveDate) -> NaiveTime {
        self.sessions(date).last().map_or(NaiveTime::MIN, |session| session.closes)
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    date.weekday().number_from_monday() > 5
}

/// The date, or the nearest within the years 1900 to 9000, so that no sum of dates overflows.
fn within(date: NaiveDate) -> NaiveDate {
    const FIRST: Option<NaiveDate> = NaiveDate::from_ymd_opt(1900, 1, 1);
    const LAST: Option<NaiveDate> = NaiveDate::from_ymd_opt(9000, 1, 1);
    let date = FIRST.map_or(date, |first| date.max(first));
    LAST.map_or(date, |last| date.min(last))
}

/// The time on the wall in Beijing, or the nearest within the years 1900 to 9000.
fn local(at: DateTime<Utc>) -> NaiveDateTime {
    let naive = at.naive_utc();
    let date = within(naive.date());
    let naive = if date == naive.date() { naive } else { date.and_time(NaiveTime::MIN) };
    naive.checked_add_offset(BEIJING).unwrap_or(naive)
}

/// The instant at which the wall in Beijing shows that time.
fn utc(local: NaiveDateTime) -> DateTime<Utc> {
    local.checked_sub_offset(BEIJING).unwrap_or(local).and_utc()
}
