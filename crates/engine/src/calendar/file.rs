//! The written form of a calendar, its inheritance from version to version, and its checks.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::hours::{self, MonthDay, Season, Session};
use super::{Calendar, CalendarVersion, Year, is_weekend};

/// The years a calendar may speak of. The bounds keep every sum of dates far from overflow.
const YEARS: RangeInclusive<i32> = 1949..=2200;

/// One version of a calendar as it is written down: whole, or a change to the version before it.
/// A year, `local` and `office_hours` replace what was there; what is left out is kept.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// The number of the version, greater than that of the version before.
    pub version: CalendarVersion,
    /// The day from which people could know it: when its notice was published.
    pub adopted_on: NaiveDate,
    /// The document it follows, for example "国办发明电〔2025〕7号".
    pub source: String,
    /// Anything a reader should be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The years it arranges.
    #[serde(default)]
    pub years: BTreeMap<i32, YearEntry>,
    /// Local holidays (全国年节及纪念日放假办法 4), all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<Vec<LocalHoliday>>,
    /// Office hours by season, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office_hours: Option<Vec<Season>>,
}

/// The arrangement of one year as it is written.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct YearEntry {
    /// The notice of the State Council that arranges the year.
    pub source: String,
    /// Days off. A weekend may be among them.
    pub off: Vec<OffEntry>,
    /// Weekends that are worked (调休上班).
    pub work: Vec<NaiveDate>,
}

/// Days off as they are written: `"2026-01-02"`, or
/// `{"name":"春节","from":"2026-02-15","to":"2026-02-23"}` with both ends included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OffEntry {
    /// The holiday, if it is named.
    pub name: Option<String>,
    /// The first day off.
    pub from: NaiveDate,
    /// The last day off.
    pub to: NaiveDate,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OffRange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<NaiveDate>,
}

impl Serialize for OffEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.name.is_none() && self.from == self.to {
            return self.from.serialize(serializer);
        }
        let to = (self.from != self.to).then_some(self.to);
        OffRange { name: self.name.clone(), from: self.from, to }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for OffEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = OffEntry;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a date, or an object of name, from and to")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<OffEntry, E> {
                let date = text
                    .parse::<NaiveDate>()
                    .map_err(|_| E::custom(format!("{text:?} is no date as YYYY-MM-DD")))?;
                Ok(OffEntry { name: None, from: date, to: date })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OffEntry, A::Error> {
                let range = OffRange::deserialize(MapAccessDeserializer::new(map))?;
                let to = range.to.unwrap_or(range.from);
                if to < range.from {
                    let from = range.from;
                    return Err(A::Error::custom(format!("days off from {from} end at {to}")));
                }
                Ok(OffEntry { name: range.name, from: range.from, to })
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// A day off that the county or the prefecture has fixed for itself.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct LocalHoliday {
    /// The day off.
    pub date: NaiveDate,
    /// Its name.
    pub name: String,
}

/// Why a written calendar is refused.
#[derive(Error, Clone, PartialEq, Eq, Debug)]
pub enum CalendarError {
    /// The text is not JSON of the right shape. The sentence names line and column.
    #[error("the calendar cannot be read: {0}")]
    Unreadable(String),
    /// A version that does not follow the one before it.
    #[error("calendar version {version} cannot follow version {before}")]
    Order {
        /// The version before.
        before: CalendarVersion,
        /// The version that was to follow.
        version: CalendarVersion,
    },
    /// A version that was adopted before the one it amends.
    #[error("calendar version {version} was adopted on {adopted_on}, before the one it amends")]
    Backdated {
        /// The version.
        version: CalendarVersion,
        /// When it was adopted.
        adopted_on: NaiveDate,
    },
    /// A first version without office hours.
    #[error("calendar version {version} has no office hours")]
    NoOfficeHours {
        /// The version.
        version: CalendarVersion,
    },
    /// A year, or the year of a local holiday, out of bounds.
    #[error("the year {year} is not between 1949 and 2200")]
    YearOutOfRange {
        /// The year.
        year: i32,
    },
    /// A date that stands under a year it is not in.
    #[error("{date} does not lie in the year {year}")]
    OutsideYear {
        /// The year it stands under.
        year: i32,
        /// The date.
        date: NaiveDate,
    },
    /// Days off that end before they begin.
    #[error("the year {year}: days off from {from} end at {to}")]
    Backwards {
        /// The year.
        year: i32,
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
    /// A date that stands twice in one list.
    #[error("{date} is listed twice")]
    Twice {
        /// The date.
        date: NaiveDate,
    },
    /// A date that is both a day off and a make-up day.
    #[error("{date} is both off and worked")]
    OffAndWork {
        /// The date.
        date: NaiveDate,
    },
    /// A make-up day that is no weekend; a slip, as the notices only ever move weekends.
    #[error("{date} is listed as a make-up day but is no weekend")]
    WorkOnWeekday {
        /// The date.
        date: NaiveDate,
    },
    /// A local holiday without a name.
    #[error("the local holiday on {date} has no name")]
    Nameless {
        /// The date.
        date: NaiveDate,
    },
    /// A session that closes before it opens, or opens before the one before it has closed.
    #[error("office hours from {from} to {to}: the session {session} is out of order")]
    Session {
        /// The first day of the season.
        from: MonthDay,
        /// The last day of the season.
        to: MonthDay,
        /// The session.
        session: Session,
    },
    /// A season with less than an hour a day.
    #[error("office hours from {from} to {to}: less than an hour a day")]
    TooFewHours {
        /// The first day of the season.
        from: MonthDay,
        /// The last day of the season.
        to: MonthDay,
    },
    /// A day of the year without office hours.
    #[error("no office hours are given for {day}")]
    NoSeason {
        /// The day.
        day: MonthDay,
    },
    /// A day of the year with two office hours.
    #[error("two seasons of office hours hold {day}")]
    TwoSeasons {
        /// The day.
        day: MonthDay,
    },
}

impl Calendar {
    /// Reads one whole calendar.
    ///
    /// # Errors
    ///
    /// The first [`CalendarError`] met.
    pub fn parse(json: &str) -> Result<Self, CalendarError> {
        let amendment: Amendment =
            serde_json::from_str(json).map_err(|err| CalendarError::Unreadable(err.to_string()))?;
        Self::try_from(amendment)
    }

    /// Reads a list of versions, each amending the one before it; the first is whole.
    ///
    /// # Errors
    ///
    /// The first [`CalendarError`] met.
    pub fn parse_versions(json: &str) -> Result<Vec<Self>, CalendarError> {
        let amendments: Vec<Amendment> =
            serde_json::from_str(json).map_err(|err| CalendarError::Unreadable(err.to_string()))?;
        let mut calendars: Vec<Self> = Vec::with_capacity(amendments.len());
        for amendment in amendments {
            let calendar = match calendars.last() {
                Some(before) => before.amend(amendment)?,
                None => Self::try_from(amendment)?,
            };
            calendars.push(calendar);
        }
        Ok(calendars)
    }

    /// The next version: this one, changed. Years, local holidays and office hours that the
    /// amendment names replace those of this version.
    ///
    /// # Errors
    ///
    /// The first [`CalendarError`] met; this version is left as it was.
    pub fn amend(&self, amendment: Amendment) -> Result<Self, CalendarError> {
        let Amendment { version, adopted_on, .. } = amendment;
        if version <= self.version {
            return Err(CalendarError::Order { before: self.version, version });
        }
        if adopted_on < self.adopted_on {
            return Err(CalendarError::Backdated { version, adopted_on });
        }
        build(self.years.clone(), self.local.clone(), self.office_hours.clone(), amendment)
    }
}

impl TryFrom<Amendment> for Calendar {
    type Error = CalendarError;

    fn try_from(amendment: Amendment) -> Result<Self, CalendarError> {
        build(BTreeMap::new(), BTreeMap::new(), Vec::new(), amendment)
    }
}

fn build(
    mut years: BTreeMap<i32, Year>,
    mut local: BTreeMap<NaiveDate, String>,
    mut office_hours: Vec<Season>,
    amendment: Amendment,
) -> Result<Calendar, CalendarError> {
    let version = amendment.version;
    for (number, entry) in amendment.years {
        years.insert(number, year(number, entry)?);
    }
    if let Some(days) = amendment.local {
        local = BTreeMap::new();
        for LocalHoliday { date, name } in days {
            check_year(date.year())?;
            if name.trim().is_empty() {
                return Err(CalendarError::Nameless { date });
            }
            if local.insert(date, name).is_some() {
                return Err(CalendarError::Twice { date });
            }
        }
    }
    if let Some(seasons) = amendment.office_hours {
        office_hours = seasons;
    }
    if office_hours.is_empty() {
        return Err(CalendarError::NoOfficeHours { version });
    }
    hours::check(&office_hours)?;
    Ok(Calendar {
        version,
        adopted_on: amendment.adopted_on,
        source: amendment.source,
        note: amendment.note,
        years,
        local,
        office_hours,
    })
}

fn year(number: i32, entry: YearEntry) -> Result<Year, CalendarError> {
    check_year(number)?;
    let within = |date: NaiveDate| {
        if date.year() == number {
            Ok(())
        } else {
            Err(CalendarError::OutsideYear { year: number, date })
        }
    };
    let mut off = BTreeMap::new();
    for OffEntry { name, from, to } in entry.off {
        within(from)?;
        within(to)?;
        if to < from {
            return Err(CalendarError::Backwards { year: number, from, to });
        }
        for date in from.iter_days().take_while(|date| *date <= to) {
            if off.insert(date, name.clone()).is_some() {
                return Err(CalendarError::Twice { date });
            }
        }
    }
    let mut work = BTreeSet::new();
    for date in entry.work {
        within(date)?;
        if off.contains_key(&date) {
            return Err(CalendarError::OffAndWork { date });
        }
        if !is_weekend(date) {
            return Err(CalendarError::WorkOnWeekday { date });
        }
        if !work.insert(date) {
            return Err(CalendarError::Twice { date });
        }
    }
    Ok(Year { source: entry.source, off, work })
}

fn check_year(year: i32) -> Result<(), CalendarError> {
    if YEARS.contains(&year) { Ok(()) } else { Err(CalendarError::YearOutOfRange { year }) }
}

/// The whole of a calendar, so that a stored version needs no other to be read.
impl From<Calendar> for Amendment {
    fn from(calendar: Calendar) -> Self {
        let years = calendar.years.into_iter().map(|(number, year)| (number, entry(year)));
        let local = calendar.local.into_iter().map(|(date, name)| LocalHoliday { date, name });
        Self {
            version: calendar.version,
            adopted_on: calendar.adopted_on,
            source: calendar.source,
            note: calendar.note,
            years: years.collect(),
            local: Some(local.collect()),
            office_hours: Some(calendar.office_hours),
        }
    }
}

fn entry(year: Year) -> YearEntry {
    let mut off: Vec<OffEntry> = Vec::new();
    for (date, name) in year.off {
        match off.last_mut() {
            Some(last)
                if name.is_some() && last.name == name && last.to.succ_opt() == Some(date) =>
            {
                last.to = date;
            }
            Some(_) | None => off.push(OffEntry { name, from: date, to: date }),
        }
    }
    YearEntry { source: year.source, off, work: year.work.into_iter().collect() }
}
