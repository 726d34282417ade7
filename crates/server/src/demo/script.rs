//! How a story is told: at an instant, somebody does something. One line, one act.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use engine::{actor::Medium, calendar::beijing};

use super::acts::Act;

/// The year that is told.
const YEAR: i32 = 2019;

/// For whom an act is recorded.
#[derive(Debug, Clone)]
pub(super) struct For {
    /// Who decided, by the name they sign in with.
    pub(super) who: &'static str,
    /// How it was given.
    pub(super) medium: Medium,
    /// When it happened.
    pub(super) at: DateTime<Utc>,
}

/// One act at its instant.
#[derive(Debug)]
pub(super) struct Line {
    /// When.
    pub(super) at: DateTime<Utc>,
    /// Who, by the name they sign in with.
    pub(super) who: &'static str,
    /// What.
    pub(super) act: Act,
    /// For whom it is recorded, where that is another.
    pub(super) behalf: Option<For>,
}

/// The year as it is told: stories add their lines in any order, the instants sort them.
#[derive(Debug, Default)]
pub(super) struct Script {
    lines: Vec<Line>,
    faults: Vec<String>,
}

impl Script {
    /// At `when` (`"03-16 23:05"`), `who` does `act`.
    pub(super) fn at(&mut self, when: &str, who: &'static str, act: Act) {
        self.push(when, TimeDelta::zero(), who, act);
    }

    /// At `when`, `who` records what another decided at `given`, by telephone.
    pub(super) fn by_phone(
        &mut self,
        when: &str,
        who: &'static str,
        act: Act,
        decided: (&'static str, &str),
    ) {
        self.behalf(when, who, act, Medium::Phone, decided);
    }

    /// At `when`, `who` records what another signed at `given`, on paper.
    pub(super) fn on_paper(
        &mut self,
        when: &str,
        who: &'static str,
        act: Act,
        decided: (&'static str, &str),
    ) {
        self.behalf(when, who, act, Medium::Paper, decided);
    }

    /// From `when` on, some minutes apart, each of `all` does the same.
    pub(super) fn each(
        &mut self,
        when: &str,
        minutes: i64,
        all: &[&'static str],
        act: impl Fn() -> Act,
    ) {
        let mut later = TimeDelta::zero();
        for who in all {
            self.push(when, later, who, act());
            later += TimeDelta::minutes(minutes);
        }
    }

    /// From `when` on, some minutes apart, `who` records each act.
    pub(super) fn all(
        &mut self,
        when: &str,
        minutes: i64,
        who: &'static str,
        acts: impl IntoIterator<Item = Act>,
    ) {
        let mut later = TimeDelta::zero();
        for act in acts {
            self.push(when, later, who, act);
            later += TimeDelta::minutes(minutes);
        }
    }

    /// The lines in the order of their instants; acts of one instant stay in the order of telling.
    ///
    /// # Errors
    /// Names every instant that is none.
    pub(super) fn into_lines(mut self) -> anyhow::Result<Vec<Line>> {
        anyhow::ensure!(self.faults.is_empty(), "{}", self.faults.join("; "));
        self.lines.sort_by_key(|it| it.at);
        Ok(self.lines)
    }

    fn behalf(
        &mut self,
        when: &str,
        who: &'static str,
        act: Act,
        medium: Medium,
        (decider, given): (&'static str, &str),
    ) {
        let given = self.instant(given, &act);
        if let (Some(at), Some(line)) = (given, self.push(when, TimeDelta::zero(), who, act)) {
            line.behalf = Some(For { who: decider, medium, at });
        }
    }

    fn push(
        &mut self,
        when: &str,
        later: TimeDelta,
        who: &'static str,
        act: Act,
    ) -> Option<&mut Line> {
        let at = self.instant(when, &act)? + later;
        self.lines.push(Line { at, who, act, behalf: None });
        self.lines.last_mut()
    }

    fn instant(&mut self, text: &str, act: &Act) -> Option<DateTime<Utc>> {
        let res = instant(text);
        if res.is_none() {
            self.faults.push(format!("{act}: `{text}` is no instant"));
        }
        res
    }
}

/// An instant of the year: `"03-16 23:05"`, in +08:00.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let (day, time) = text.split_once(' ')?;
    let (hour, minute) = time.split_once(':')?;
    date(day)?
        .and_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)?
        .and_local_timezone(beijing())
        .single()
        .map(|it| it.with_timezone(&Utc))
}

/// A day of the year (`"03-16"`), or of another where that is named (`"2020-06-30"`).
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = text.split('-').collect();
    let (year, month, day) = match parts.as_slice() {
        [month, day] => (YEAR, month, day),
        [year, month, day] => (year.parse().ok()?, month, day),
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_in_beijing_time() {
        let at = instant("03-16 23:05").unwrap();
        assert_eq!(at.to_rfc3339(), "2019-03-16T15:05:00+00:00");
        assert_eq!(date("2020-06-30"), NaiveDate::from_ymd_opt(2020, 6, 30));
        assert_eq!(instant("02-30 10:00"), None);
    }
}
