//! The words of an explanation, in Chinese and in English.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, Weekday};

use super::explain::{ExplanationLine, Tally};
use super::{DayKind, LimitUnit, local};

/// Runs of counted days no longer than this are told day by day.
const TOLD_SINGLY: i64 = 3;

/// Microseconds of a minute.
const MINUTE: u64 = 60_000_000;

#[derive(Clone, Copy)]
pub(super) enum Language {
    Chinese,
    English,
}

/// Puts lines into words. It writes a year only where it changes.
pub(super) struct Teller {
    pub(super) language: Language,
    pub(super) year: i32,
    pub(super) parts: Vec<String>,
}

impl Teller {
    pub(super) fn tell(&mut self, line: &ExplanationLine) {
        if let Tally::Counted { first, .. } = line.tally
            && line.days() <= TOLD_SINGLY
        {
            let days = line.from.iter_days().take_while(|date| *date <= line.to);
            for (date, number) in days.zip(first..) {
                let tally = Tally::Counted { first: number, last: number };
                let part =
                    self.part(&ExplanationLine { from: date, to: date, tally, ..line.clone() });
                self.parts.push(part);
            }
        } else {
            let part = self.part(line);
            self.parts.push(part);
        }
    }

    fn part(&mut self, line: &ExplanationLine) -> String {
        match self.language {
            Language::Chinese => self.chinese(line),
            Language::English => self.english(line),
        }
    }

    fn chinese(&mut self, line: &ExplanationLine) -> String {
        let kind = line.kind.as_ref().map_or_else(String::new, DayKind::to_string);
        let weekday = chinese_weekday(line.from.weekday());
        let aside = match &line.kind {
            None | Some(DayKind::Working) => String::new(),
            Some(DayKind::Weekend) => format!("（{weekday}）"),
            Some(DayKind::MakeUp) if line.from == line.to => format!("（{weekday}，{kind}）"),
            Some(DayKind::MakeUp | DayKind::Holiday { .. } | DayKind::Local { .. }) => {
                format!("（{kind}）")
            }
        };
        match line.tally {
            Tally::Start => "起始日不计".to_owned(),
            Tally::Counted { first, last } if first == last => {
                format!("{}{aside}第{first}日", self.dates(line))
            }
            Tally::Counted { first, last } => {
                format!("{}{aside}第{first}至{last}日", self.dates(line))
            }
            Tally::Skipped | Tally::MovedOver => format!("{} {kind}不计", self.dates(line)),
            Tally::MovedTo => {
                format!("末日逢休息日，顺延至{}{aside}", self.dates(line))
            }
            Tally::Worked { micros } => {
                let together = if line.from == line.to { "" } else { "共" };
                let (hours, minutes) = hours_and_minutes(micros);
                let minutes = if minutes == 0 { String::new() } else { format!("{minutes}分钟") };
                let hours = if hours == 0 { String::new() } else { format!("{hours}小时") };
                let length = if micros < MINUTE {
                    "不足1分钟".to_owned()
                } else {
                    format!("{hours}{minutes}")
                };
                format!("{}{aside}{together}计{length}", self.dates(line))
            }
            Tally::Closed => format!("{}已下班，不计", self.dates(line)),
        }
    }

    fn english(&mut self, line: &ExplanationLine) -> String {
        let kind = line.kind.as_ref().map_or_else(String::new, DayKind::english);
        let weekday = english_weekday(line.from.weekday());
        let aside = match &line.kind {
            None | Some(DayKind::Working) => String::new(),
            Some(DayKind::Weekend) => format!(" ({weekday})"),
            Some(DayKind::MakeUp) if line.from == line.to => format!(" ({weekday}, {kind})"),
            Some(DayKind::MakeUp | DayKind::Holiday { .. } | DayKind::Local { .. }) => {
                format!(" ({kind})")
            }
        };
        let is = if line.from == line.to { "is" } else { "are" };
        match line.tally {
            Tally::Start => "the starting day is not counted".to_owned(),
            Tally::Counted { first, last } if first == last => {
                format!("{}{aside} is day {first}", self.dates(line))
            }
            Tally::Counted { first, last } => {
                format!("{}{aside} are days {first} to {last}", self.dates(line))
            }
            Tally::Skipped | Tally::MovedOver => {
                format!("{} ({kind}) {is} not counted", self.dates(line))
            }
            Tally::MovedTo => {
                format!("the last day is no working day and moves to {}{aside}", self.dates(line))
            }
            Tally::Worked { micros } => {
                let count = if line.from == line.to { "counts" } else { "count" };
                let (hours, minutes) = hours_and_minutes(micros);
                format!("{}{aside} {count} {hours} h {minutes} min", self.dates(line))
            }
            Tally::Closed => format!("{} is not counted, the office had closed", self.dates(line)),
        }
    }

    fn dates(&mut self, line: &ExplanationLine) -> String {
        let from = self.date(line.from);
        if line.from == line.to {
            return from;
        }
        let to = match self.language {
            Language::Chinese => "至",
            Language::English => " to ",
        };
        format!("{from}{to}{}", self.date(line.to))
    }

    fn date(&mut self, date: NaiveDate) -> String {
        let form = if date.year() == self.year { "%m-%d" } else { "%Y-%m-%d" };
        self.year = date.year();
        date.format(form).to_string()
    }
}

impl DayKind {
    /// What kind of day it is, in English, as `Display` says it in Chinese.
    pub fn english(&self) -> String {
        match self {
            Self::Working => "working day".to_owned(),
            Self::MakeUp => "make-up working day".to_owned(),
            Self::Weekend => "weekend".to_owned(),
            Self::Holiday { name: Some(name) } => {
                let names: Vec<&str> = name.split('、').map(english_holiday).collect();
                names.join(" and ")
            }
            Self::Holiday { name: None } => "public holiday".to_owned(),
            Self::Local { name } => format!("local holiday {name}"),
        }
    }
}

/// The instant in Beijing time, as "2026-02-25 17:30". A deadline in natural days at midnight is
/// written as 24:00 of the day that ends.
pub fn beijing_text(at: DateTime<Utc>, unit: LimitUnit) -> String {
    let time = local(at);
    let date = date_of(at, unit);
    if date == time.date() {
        time.format("%Y-%m-%d %H:%M").to_string()
    } else {
        format!("{date} 24:00")
    }
}

/// The date an instant is written with: a deadline in natural days belongs to the day it ends.
pub(super) fn date_of(at: DateTime<Utc>, unit: LimitUnit) -> NaiveDate {
    let time = local(at);
    match unit {
        LimitUnit::NaturalDay if time.time() == NaiveTime::MIN => {
            time.date().pred_opt().unwrap_or(time.date())
        }
        LimitUnit::NaturalDay
        | LimitUnit::Minute
        | LimitUnit::Hour
        | LimitUnit::WorkingHour
        | LimitUnit::WorkingDay => time.date(),
    }
}

fn hours_and_minutes(micros: u64) -> (u64, u64) {
    let minutes = micros / MINUTE;
    (minutes / 60, minutes % 60)
}

fn english_holiday(name: &str) -> &str {
    match name {
        "元旦" => "New Year's Day",
        "春节" => "Spring Festival",
        "清明节" => "Qingming Festival",
        "劳动节" => "Labour Day",
        "端午节" => "Dragon Boat Festival",
        "中秋节" => "Mid-Autumn Festival",
        "国庆节" => "National Day",
        other => other,
    }
}

pub(super) fn chinese_weekday(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "周一",
        Weekday::Tue => "周二",
        Weekday::Wed => "周三",
        Weekday::Thu => "周四",
        Weekday::Fri => "周五",
        Weekday::Sat => "周六",
        Weekday::Sun => "周日",
    }
}

pub(super) fn english_weekday(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}
