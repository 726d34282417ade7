//! How a deadline was counted, as data and as a sentence.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::count::Step;
use super::words::{Language, Teller, beijing_text, chinese_weekday, date_of, english_weekday};
use super::{Calendar, CalendarVersion, DayKind, Limit, LimitUnit, local};

/// How a deadline was counted (requirement 37: a limit shows how its due time was computed). Its
/// `Display` is the sentence in Chinese.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// The instant from which the limit runs.
    pub start: DateTime<Utc>,
    /// The limit.
    pub limit: Limit,
    /// The last instant in time.
    pub due: DateTime<Utc>,
    /// The version of the calendar it was counted by.
    pub calendar: CalendarVersion,
    /// Whether the counting needed a day of a year that the calendar does not know.
    pub provisional: bool,
    /// Every day from the start to the due date, in order and without a gap, like days together.
    /// Empty for minutes and hours, which run day and night.
    pub lines: Vec<ExplanationLine>,
}

/// A run of days that were taken for the same thing.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct ExplanationLine {
    /// The first day of the run.
    pub from: NaiveDate,
    /// The last day of the run.
    pub to: NaiveDate,
    /// What kind of days they are. None where the run mixes kinds because natural days are
    /// counted whatever their kind.
    pub kind: Option<DayKind>,
    /// Whether their kind is certain: false if it matters, and the calendar does not know the
    /// year.
    pub known: bool,
    /// What they were taken for.
    pub tally: Tally,
}

/// What a run of days was taken for.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Tally {
    /// The starting day, which is not counted (民法典 201).
    Start,
    /// Counted, from the `first` to the `last` day of the limit.
    Counted {
        /// The number of the first day of the run.
        first: u32,
        /// The number of the last day of the run.
        last: u32,
    },
    /// Not counted, as nobody works.
    Skipped,
    /// The last day of a limit in natural days was no working day, and neither was this.
    MovedOver,
    /// The last day of a limit in natural days was no working day, and this is the next.
    MovedTo,
    /// Counted in part: so much office time.
    Worked {
        /// The office time of the run, in microseconds.
        micros: u64,
    },
    /// A limit in working hours that starts on this day after the office has closed.
    Closed,
}

impl Explanation {
    pub(super) fn new(calendar: &Calendar, start: DateTime<Utc>, limit: Limit) -> Self {
        let mut lines: Vec<ExplanationLine> = Vec::new();
        let due = calendar.count(start, limit, &mut |step: Step| {
            let mixed = !step.matters && step.from != step.to;
            let line = ExplanationLine {
                from: step.from,
                to: step.to,
                kind: (!mixed).then(|| calendar.day(step.from)),
                known: !step.matters || calendar.knows(step.from.year()),
                tally: step.tally,
            };
            if !lines.last_mut().is_some_and(|last| last.join(&line)) {
                lines.push(line);
            }
        });
        Self {
            start,
            limit,
            due: due.at,
            calendar: due.calendar,
            provisional: due.provisional,
            lines,
        }
    }

    /// How many days were counted: the amount of a limit in days, and zero for other limits.
    pub fn counted_days(&self) -> u32 {
        let counted = self.lines.iter().map(|line| match line.tally {
            Tally::Counted { first, last } => last.saturating_sub(first).saturating_add(1),
            Tally::Start
            | Tally::Skipped
            | Tally::MovedOver
            | Tally::MovedTo
            | Tally::Worked { .. }
            | Tally::Closed => 0,
        });
        counted.fold(0, u32::saturating_add)
    }

    /// How much office time was counted, in microseconds: the amount of a limit in working hours,
    /// and zero for other limits.
    pub fn worked_micros(&self) -> u64 {
        let worked = self.lines.iter().map(|line| match line.tally {
            Tally::Worked { micros } => micros,
            Tally::Start
            | Tally::Counted { .. }
            | Tally::Skipped
            | Tally::MovedOver
            | Tally::MovedTo
            | Tally::Closed => 0,
        });
        worked.fold(0, u64::saturating_add)
    }

    /// The years whose arrangement the counting needed and the calendar does not know.
    pub fn unknown_years(&self) -> BTreeSet<i32> {
        let unknown = self.lines.iter().filter(|line| !line.known);
        unknown.flat_map(|line| line.from.year()..=line.to.year()).collect()
    }

    /// The sentence in English.
    pub fn english(&self) -> String {
        let start = beijing_text(self.start, LimitUnit::Minute);
        let mut parts = self.parts(Language::English);
        let day = english_weekday(self.due_date().weekday());
        parts.push(format!("due {} ({day})", beijing_text(self.due, self.limit.unit())));
        if self.provisional {
            let years = self.years(" and ");
            parts.push(format!("provisional, as the holidays of {years} are not yet published"));
        }
        format!("{} from {start}: {}.", self.limit.english(), parts.join("; "))
    }

    fn parts(&self, language: Language) -> Vec<String> {
        let mut teller = Teller { language, year: local(self.start).year(), parts: Vec::new() };
        match self.limit.unit() {
            LimitUnit::Minute | LimitUnit::Hour => teller.parts.push(match language {
                Language::Chinese => "昼夜连续计算".to_owned(),
                Language::English => "counted day and night".to_owned(),
            }),
            LimitUnit::WorkingHour | LimitUnit::WorkingDay | LimitUnit::NaturalDay => {
                self.lines.iter().for_each(|line| teller.tell(line));
            }
        }
        teller.parts
    }

    fn years(&self, separator: &str) -> String {
        let years: Vec<String> = self.unknown_years().iter().map(i32::to_string).collect();
        years.join(separator)
    }

    /// The date the deadline is written with: at 24:00, the day that ends.
    fn due_date(&self) -> NaiveDate {
        date_of(self.due, self.limit.unit())
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = beijing_text(self.start, LimitUnit::Minute);
        write!(f, "自{start}起{}：", self.limit)?;
        for part in self.parts(Language::Chinese) {
            write!(f, "{part}；")?;
        }
        let due = beijing_text(self.due, self.limit.unit());
        write!(f, "截止{due}（{}）", chinese_weekday(self.due_date().weekday()))?;
        if self.provisional {
            let years = self.years("、");
            write!(f, "，暂定（{years}年节假日安排尚未公布，先按周末推算）")?;
        }
        Ok(())
    }
}

impl ExplanationLine {
    /// Takes the next line into this one, if both say the same of adjacent days.
    fn join(&mut self, next: &Self) -> bool {
        let adjacent = self.to.succ_opt() == Some(next.from);
        if !adjacent || self.kind != next.kind || self.known != next.known {
            return false;
        }
        let tally = match (self.tally, next.tally) {
            (Tally::Counted { first, .. }, Tally::Counted { last, .. }) => {
                Tally::Counted { first, last }
            }
            (Tally::Worked { micros }, Tally::Worked { micros: more }) => {
                Tally::Worked { micros: micros.saturating_add(more) }
            }
            (one, other) if one == other => one,
            (_, _) => return false,
        };
        self.tally = tally;
        self.to = next.to;
        true
    }

    /// How many days the run has.
    pub(super) fn days(&self) -> i64 {
        self.to.signed_duration_since(self.from).num_days().saturating_add(1)
    }
}
