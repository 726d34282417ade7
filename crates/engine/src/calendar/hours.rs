//! Office hours: seasons of the year, each with its sessions of the day.

use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveTime};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::CalendarError;

/// The least office time of a working day, in minutes. It bounds how far a limit in working hours
/// can reach.
const LEAST_MINUTES: i64 = 60;

/// A day of any year, written "MM-DD"; "02-29" is one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MonthDay {
    month: u32,
    day: u32,
}

impl MonthDay {
    /// The day of the year that `date` falls on.
    pub fn of(date: NaiveDate) -> Self {
        Self { month: date.month(), day: date.day() }
    }

    fn parse(text: &str) -> Option<Self> {
        // 2000 was a leap year, so that 02-29 passes.
        let date = NaiveDate::parse_from_str(&format!("2000-{text}"), "%Y-%m-%d").ok()?;
        let it = Self::of(date);
        (it.to_string() == text).then_some(it)
    }

    /// Every day of a leap year, in order.
    fn all() -> impl Iterator<Item = Self> {
        NaiveDate::from_ymd_opt(2000, 1, 1)
            .into_iter()
            .flat_map(|first| first.iter_days().take(366))
            .map(Self::of)
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl Serialize for MonthDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MonthDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| D::Error::custom(format!("{text:?} is no day of the year as MM-DD")))
    }
}

/// One stretch of office hours in a day, written `["08:30","12:00"]`, in +08:00.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Session {
    /// When the office opens.
    pub opens: NaiveTime,
    /// When it closes.
    pub closes: NaiveTime,
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.opens.format("%H:%M"), self.closes.format("%H:%M"))
    }
}

impl Serialize for Session {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |time: NaiveTime| time.format("%H:%M").to_string();
        [text(self.opens), text(self.closes)].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Session {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let time = |text: String| {
            let time = NaiveTime::parse_from_str(&text, "%H:%M").ok();
            time.filter(|time| time.format("%H:%M").to_string() == text)
                .ok_or_else(|| D::Error::custom(format!("{text:?} is no time of day as HH:MM")))
        };
        let [opens, closes] = <[String; 2]>::deserialize(deserializer)?;
        Ok(Self { opens: time(opens)?, closes: time(closes)? })
    }
}

/// Office hours for a part of the year, both ends included. A season may run over the new year:
/// from "10-01" to "04-30" is a winter.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Season {
    /// The first day of the season.
    pub from: MonthDay,
    /// The last day of the season.
    pub to: MonthDay,
    /// The office hours of a working day in this season, in order of time.
    pub sessions: Vec<Session>,
}

impl Season {
    /// Whether the season holds that day.
    pub fn contains(&self, day: MonthDay) -> bool {
        if self.from <= self.to {
            self.from <= day && day <= self.to
        } else {
            day >= self.from || day <= self.to
        }
    }

    fn check(&self) -> Result<(), CalendarError> {
        let mut minutes = 0_i64;
        let mut closed: Option<NaiveTime> = None;
        for session in &self.sessions {
            if session.opens >= session.closes || closed.is_some_and(|it| session.opens < it) {
                return Err(CalendarError::Session {
                    from: self.from,
                    to: self.to,
                    session: *session,
                });
            }
            closed = Some(session.closes);
            let length = session.closes.signed_duration_since(session.opens).num_minutes();
            minutes = minutes.saturating_add(length);
        }
        if minutes < LEAST_MINUTES {
            return Err(CalendarError::TooFewHours { from: self.from, to: self.to });
        }
        Ok(())
    }
}

/// Checks the sessions of each season, and that each day of the year lies in exactly one.
pub(super) fn check(seasons: &[Season]) -> Result<(), CalendarError> {
    seasons.iter().try_for_each(Season::check)?;
    for day in MonthDay::all() {
        match seasons.iter().filter(|season| season.contains(day)).count() {
            1 => {}
            0 => return Err(CalendarError::NoSeason { day }),
            _ => return Err(CalendarError::TwoSeasons { day }),
        }
    }
    Ok(())
}
