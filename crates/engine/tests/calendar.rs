//! The calendar of working days: its rules, its facts, its refusals, and its arithmetic against a
//! counter that is slow, plain, and reads the preset file for itself.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use engine::calendar::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn at(text: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    local.and_local_timezone(beijing()).unwrap().to_utc()
}

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn limit(amount: u32, unit: LimitUnit) -> Limit {
    Limit::new(amount, unit).unwrap()
}

fn preset(version: CalendarVersion) -> Calendar {
    Calendar::presets().unwrap().into_iter().find(|it| it.version() == version).unwrap()
}

fn latest() -> Calendar {
    Calendar::presets().unwrap().pop().unwrap()
}

/// The latest preset with a winter afternoon from 14:00 to 17:00.
fn seasonal() -> Calendar {
    let amendment = json!({
        "version": 100, "adopted_on": "2026-01-01", "source": "county office",
        "office_hours": [
            {"from": "05-01", "to": "09-30", "sessions": [["08:30", "12:00"], ["14:30", "17:30"]]},
            {"from": "10-01", "to": "04-30", "sessions": [["08:30", "12:00"], ["14:00", "17:00"]]},
        ],
    });
    latest().amend(serde_json::from_value(amendment).unwrap()).unwrap()
}

fn with_local(date: &str, name: &str) -> Calendar {
    let amendment = json!({
        "version": 101, "adopted_on": "2026-01-01", "source": "prefecture",
        "local": [{"date": date, "name": name}],
    });
    latest().amend(serde_json::from_value(amendment).unwrap()).unwrap()
}

#[track_caller]
fn due(calendar: &Calendar, start: &str, amount: u32, unit: LimitUnit, expected: &str) {
    let due = calendar.due(at(start), limit(amount, unit));
    assert_eq!(beijing_text(due.at, unit), expected);
    assert_eq!(due.calendar, calendar.version());
}

// Rules.

#[test]
fn three_working_days_over_the_spring_festival_of_2026_end_on_the_25th() {
    let calendar = latest();
    due(&calendar, "2026-02-13 16:00", 3, LimitUnit::WorkingDay, "2026-02-25 17:30");
    let due = calendar.due(at("2026-02-13 16:00"), limit(3, LimitUnit::WorkingDay));
    assert_eq!(due.at.to_rfc3339(), "2026-02-25T09:30:00+00:00");
    assert!(!due.provisional);
}

#[test]
fn the_starting_day_is_not_counted_whenever_in_the_day_it_starts() {
    for time in ["00:00", "08:00", "12:30", "17:30", "23:59"] {
        let start = format!("2026-03-02 {time}");
        due(&latest(), &start, 1, LimitUnit::WorkingDay, "2026-03-03 17:30");
        due(&latest(), &start, 1, LimitUnit::NaturalDay, "2026-03-03 24:00");
    }
}

#[test]
fn the_day_is_beijings_and_not_greenwichs() {
    // 2026-03-02T16:30Z is 00:30 of the 3rd in Beijing.
    let start = "2026-03-02T16:30:00Z".parse().unwrap();
    let due = latest().due(start, limit(1, LimitUnit::WorkingDay));
    assert_eq!(due.at, at("2026-03-04 17:30"));
}

#[test]
fn a_natural_day_limit_ends_at_the_midnight_after_its_last_day() {
    let due = latest().due(at("2026-03-02 10:00"), limit(15, LimitUnit::NaturalDay));
    assert_eq!(due.at, at("2026-03-18 00:00"));
    assert_eq!(beijing_text(due.at, LimitUnit::NaturalDay), "2026-03-17 24:00");
}

#[test]
fn a_natural_day_limit_that_ends_on_a_weekend_or_a_holiday_moves_to_the_next_working_day() {
    let calendar = latest();
    // A Saturday.
    due(&calendar, "2026-03-02 10:00", 5, LimitUnit::NaturalDay, "2026-03-09 24:00");
    // The Spring Festival.
    due(&calendar, "2026-02-10 10:00", 7, LimitUnit::NaturalDay, "2026-02-24 24:00");
    // Holidays in the middle are counted.
    due(&calendar, "2026-02-10 10:00", 15, LimitUnit::NaturalDay, "2026-02-25 24:00");
}

#[test]
fn a_natural_day_limit_may_end_on_a_worked_saturday() {
    due(&latest(), "2026-02-10 10:00", 4, LimitUnit::NaturalDay, "2026-02-14 24:00");
}

#[test]
fn a_working_day_limit_counts_make_up_days_and_skips_holidays() {
    due(&latest(), "2026-09-18 09:00", 1, LimitUnit::WorkingDay, "2026-09-20 17:30");
    due(&latest(), "2026-09-24 09:00", 1, LimitUnit::WorkingDay, "2026-09-28 17:30");
}

#[test]
fn a_working_day_limit_ends_when_the_office_of_that_season_closes() {
    let calendar = seasonal();
    due(&calendar, "2026-09-29 09:00", 1, LimitUnit::WorkingDay, "2026-09-30 17:30");
    due(&calendar, "2026-09-29 09:00", 2, LimitUnit::WorkingDay, "2026-10-08 17:00");
    due(&calendar, "2026-04-29 09:00", 1, LimitUnit::WorkingDay, "2026-04-30 17:00");
    due(&calendar, "2026-04-29 09:00", 2, LimitUnit::WorkingDay, "2026-05-06 17:30");
}

#[test]
fn working_hours_run_in_office_hours_only() {
    let calendar = latest();
    due(&calendar, "2026-03-02 09:00", 2, LimitUnit::WorkingHour, "2026-03-02 11:00");
    due(&calendar, "2026-03-02 11:00", 2, LimitUnit::WorkingHour, "2026-03-02 15:30");
    due(&calendar, "2026-03-02 17:00", 2, LimitUnit::WorkingHour, "2026-03-03 10:00");
    due(&calendar, "2026-02-14 17:00", 2, LimitUnit::WorkingHour, "2026-02-24 10:00");
}

#[test]
fn working_hours_that_start_outside_office_hours_start_at_the_next_opening() {
    let calendar = latest();
    due(&calendar, "2026-03-02 06:00", 1, LimitUnit::WorkingHour, "2026-03-02 09:30");
    due(&calendar, "2026-03-02 13:00", 1, LimitUnit::WorkingHour, "2026-03-02 15:30");
    due(&calendar, "2026-03-02 17:30", 1, LimitUnit::WorkingHour, "2026-03-03 09:30");
    due(&calendar, "2026-03-06 20:00", 1, LimitUnit::WorkingHour, "2026-03-09 09:30");
    due(&calendar, "2026-02-13 20:00", 1, LimitUnit::WorkingHour, "2026-02-14 09:30");
}

#[test]
fn working_hours_that_end_exactly_at_close_end_at_close() {
    let calendar = latest();
    due(&calendar, "2026-03-02 10:00", 2, LimitUnit::WorkingHour, "2026-03-02 12:00");
    due(&calendar, "2026-03-06 15:30", 2, LimitUnit::WorkingHour, "2026-03-06 17:30");
    // Six and a half hours a day: 13 hours are two days.
    due(&calendar, "2026-03-02 08:30", 13, LimitUnit::WorkingHour, "2026-03-03 17:30");
}

#[test]
fn working_hours_follow_the_season() {
    let calendar = seasonal();
    due(&calendar, "2026-03-02 16:30", 1, LimitUnit::WorkingHour, "2026-03-03 09:00");
    due(&calendar, "2026-07-01 16:30", 1, LimitUnit::WorkingHour, "2026-07-01 17:30");
}

#[test]
fn working_hours_keep_seconds_and_less() {
    let start = at("2026-03-02 11:59") + TimeDelta::microseconds(30_000_001);
    let due = latest().due(start, limit(1, LimitUnit::WorkingHour));
    assert_eq!(due.at, at("2026-03-02 15:29") + TimeDelta::microseconds(30_000_001));
}

#[test]
fn minutes_and_hours_run_day_and_night() {
    let calendar = latest();
    due(&calendar, "2026-02-16 23:45", 30, LimitUnit::Minute, "2026-02-17 00:15");
    due(&calendar, "2026-02-16 23:45", 24, LimitUnit::Hour, "2026-02-17 23:45");
    assert!(!calendar.due(at("2030-01-01 00:00"), limit(1, LimitUnit::Hour)).provisional);
}

#[test]
fn a_local_holiday_is_off() {
    let calendar = with_local("2026-04-20", "三月三");
    assert_eq!(calendar.day(on("2026-04-20")), DayKind::Local { name: "三月三".to_owned() });
    due(&calendar, "2026-04-17 09:00", 1, LimitUnit::WorkingDay, "2026-04-21 17:30");
    due(&calendar, "2026-04-17 09:00", 3, LimitUnit::NaturalDay, "2026-04-21 24:00");
    due(&latest(), "2026-04-17 09:00", 1, LimitUnit::WorkingDay, "2026-04-20 17:30");
}

#[test]
fn a_date_that_needs_an_unknown_year_is_provisional() {
    let calendar = latest();
    let provisional =
        |start, amount, unit| calendar.due(at(start), limit(amount, unit)).provisional;
    assert!(!provisional("2026-12-30 09:00", 1, LimitUnit::WorkingDay));
    assert!(provisional("2026-12-30 09:00", 2, LimitUnit::WorkingDay));
    assert!(provisional("2026-12-31 09:00", 1, LimitUnit::NaturalDay));
    assert!(!provisional("2026-12-20 09:00", 11, LimitUnit::NaturalDay));
    assert!(!provisional("2026-12-31 16:30", 1, LimitUnit::WorkingHour));
    assert!(provisional("2026-12-31 16:31", 1, LimitUnit::WorkingHour));
    due(&calendar, "2026-12-30 09:00", 2, LimitUnit::WorkingDay, "2027-01-01 17:30");
}

#[test]
fn a_natural_day_limit_is_provisional_only_if_its_end_is_uncertain() {
    // It starts in 2018, which no version knows, but only its last day matters.
    let due = preset(1).due(at("2018-12-20 09:00"), limit(15, LimitUnit::NaturalDay));
    assert_eq!((due.at, due.provisional), (at("2019-01-05 00:00"), false));
}

#[test]
fn the_notice_for_the_next_year_settles_a_provisional_date() {
    let (before, after) = (preset(9), preset(10));
    let (start, limit) = (at("2025-12-31 09:00"), limit(1, LimitUnit::WorkingDay));
    let (before, after) = (before.due(start, limit), after.due(start, limit));
    assert_eq!((before.at, before.provisional), (at("2026-01-01 17:30"), true));
    assert_eq!((after.at, after.provisional), (at("2026-01-04 17:30"), false));
}

#[test]
fn any_instant_may_be_a_start() {
    let calendar = latest();
    for start in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, DateTime::UNIX_EPOCH] {
        for unit in UNITS {
            let longest = limit(unit.most(), unit);
            let explanation = calendar.explain(start, longest);
            assert_eq!(explanation.due, calendar.due(start, longest).at);
            assert!(!explanation.to_string().is_empty() && !explanation.english().is_empty());
        }
        let opening = calendar.next_office_opening(start);
        let spent = calendar.office_time_between(opening, opening + TimeDelta::minutes(30));
        assert_eq!(spent, TimeDelta::minutes(30));
    }
}

#[test]
fn the_next_opening_is_now_within_office_hours_and_later_without() {
    let calendar = latest();
    let next = |text| calendar.next_office_opening(at(text));
    assert_eq!(next("2026-03-02 08:30"), at("2026-03-02 08:30"));
    assert_eq!(next("2026-03-02 09:12"), at("2026-03-02 09:12"));
    assert_eq!(next("2026-03-02 12:00"), at("2026-03-02 14:30"));
    assert_eq!(next("2026-03-02 17:30"), at("2026-03-03 08:30"));
    assert_eq!(next("2026-02-14 17:30"), at("2026-02-24 08:30"));
}

#[test]
fn working_days_and_office_time_are_measured_between_two_ends() {
    let calendar = latest();
    assert_eq!(calendar.working_days_between(on("2026-02-13"), on("2026-02-25")), 3);
    assert_eq!(calendar.working_days_between(on("2026-02-25"), on("2026-02-13")), 0);
    let time = calendar.office_time_between(at("2026-03-02 11:00"), at("2026-03-03 09:00"));
    assert_eq!(time, TimeDelta::minutes(60 + 180 + 30));
    let none = calendar.office_time_between(at("2026-03-03 09:00"), at("2026-03-02 11:00"));
    assert_eq!(none, TimeDelta::zero());
}

#[test]
fn a_warning_counts_working_days_back_from_the_due_instant() {
    let calendar = latest();
    let before = |due, days| calendar.working_days_before(at(due), days);
    assert_eq!(before("2026-02-25 17:30", 1), Some(at("2026-02-24 17:30")));
    assert_eq!(before("2026-02-25 17:30", 2), Some(at("2026-02-14 17:30")));
    assert_eq!(before("2026-02-25 17:30", 3), Some(at("2026-02-13 17:30")));
    // 24:00 of the 24th: the 24th is the working day that is left.
    assert_eq!(before("2026-02-25 00:00", 1), Some(at("2026-02-15 00:00")));
    assert_eq!(before("2026-03-04 10:00", 1), Some(at("2026-03-03 10:00")));
    // A Sunday: the Friday is the working day that is left.
    assert_eq!(before("2026-03-08 10:00", 1), Some(at("2026-03-06 00:00")));
    assert_eq!(before("2026-03-08 10:00", 0), None);
    assert_eq!(before("2026-03-08 10:00", u32::MAX), None);
}

// Facts.

#[test]
fn the_presets_are_ten_versions_that_know_2019_to_2026() {
    let presets = Calendar::presets().unwrap();
    let versions: Vec<u32> = presets.iter().map(Calendar::version).collect();
    assert_eq!(versions, (1..=10).collect::<Vec<_>>());
    let known = latest();
    let known: Vec<i32> = known.known_years().map(|(year, _)| year).collect();
    assert_eq!(known, (2019..=2026).collect::<Vec<_>>());
    for calendar in &presets {
        let text = serde_json::to_string(calendar).unwrap();
        assert_eq!(&Calendar::parse(&text).unwrap(), calendar);
        assert_eq!(&serde_json::from_str::<Calendar>(&text).unwrap(), calendar);
    }
}

#[test]
fn make_up_days_are_as_published() {
    let calendar = latest();
    let made_up = |year: i32| -> Vec<String> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let days = first.iter_days().take_while(|date| date.year() == year);
        let made_up = days.filter(|date| calendar.day(*date) == DayKind::MakeUp);
        made_up.map(|date| date.format("%m-%d").to_string()).collect()
    };
    assert_eq!(made_up(2019), ["02-02", "02-03", "04-28", "05-05", "09-29", "10-12"]);
    assert_eq!(made_up(2020), ["01-19", "04-26", "05-09", "06-28", "09-27", "10-10"]);
    let expected = ["02-07", "02-20", "04-25", "05-08", "09-18", "09-26", "10-09"];
    assert_eq!(made_up(2021), expected);
    let expected = ["01-29", "01-30", "04-02", "04-24", "05-07", "10-08", "10-09"];
    assert_eq!(made_up(2022), expected);
    let expected = ["01-28", "01-29", "04-23", "05-06", "06-25", "10-07", "10-08"];
    assert_eq!(made_up(2023), expected);
    let expected = ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"];
    assert_eq!(made_up(2024), expected);
    assert_eq!(made_up(2025), ["01-26", "02-08", "04-27", "09-28", "10-11"]);
    assert_eq!(made_up(2026), ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]);
}

#[test]
fn the_number_of_working_days_of_each_year_is_as_published() {
    let calendar = latest();
    let counts = (2019..=2026).map(|year| {
        let eve = NaiveDate::from_ymd_opt(year - 1, 12, 31).unwrap();
        calendar.working_days_between(eve, NaiveDate::from_ymd_opt(year, 12, 31).unwrap())
    });
    assert_eq!(counts.collect::<Vec<_>>(), WORKING_DAYS);
}

#[test]
fn each_kind_of_day_is_told_apart() {
    let calendar = latest();
    assert_eq!(calendar.day(on("2026-02-13")), DayKind::Working);
    assert_eq!(calendar.day(on("2026-02-14")), DayKind::MakeUp);
    let festival = DayKind::Holiday { name: Some("春节".to_owned()) };
    assert_eq!(calendar.day(on("2026-02-15")), festival);
    assert_eq!(calendar.day(on("2026-02-16")), festival);
    assert_eq!(calendar.day(on("2026-03-01")), DayKind::Weekend);
    assert!(calendar.is_working(on("2026-02-14")) && !calendar.is_working(on("2026-02-16")));
    assert!(calendar.knows(2026) && !calendar.knows(2027));
}

#[test]
fn the_change_of_may_day_2019_moves_a_due_date() {
    let start = "2019-04-26 10:00";
    due(&preset(1), start, 3, LimitUnit::WorkingDay, "2019-05-02 17:30");
    due(&preset(2), start, 3, LimitUnit::WorkingDay, "2019-04-30 17:30");
    due(&preset(1), start, 4, LimitUnit::WorkingDay, "2019-05-03 17:30");
    due(&preset(2), start, 4, LimitUnit::WorkingDay, "2019-05-05 17:30");
}

#[test]
fn the_longer_spring_festival_of_2020_moves_a_due_date() {
    let start = "2020-01-22 10:00";
    due(&preset(3), start, 2, LimitUnit::WorkingDay, "2020-01-31 17:30");
    due(&preset(4), start, 2, LimitUnit::WorkingDay, "2020-02-03 17:30");
    assert!(preset(3).is_working(on("2020-02-01")) && !preset(4).is_working(on("2020-02-01")));
}

#[test]
fn the_version_in_force_is_the_latest_adopted() {
    let presets = Calendar::presets().unwrap();
    let version = |date| Calendar::latest_adopted_by(&presets, on(date)).map(Calendar::version);
    assert_eq!(version("2018-12-05"), None);
    assert_eq!(version("2018-12-06"), Some(1));
    assert_eq!(version("2019-03-21"), Some(1));
    assert_eq!(version("2019-03-22"), Some(2));
    assert_eq!(version("2020-01-26"), Some(3));
    assert_eq!(version("2020-01-27"), Some(4));
    assert_eq!(version("2030-01-01"), Some(10));
}

// Words.

#[test]
fn a_limit_speaks_chinese_and_english() {
    let both = |amount, unit| {
        let limit = limit(amount, unit);
        (limit.to_string(), limit.english())
    };
    let pair = |chinese: &str, english: &str| (chinese.to_owned(), english.to_owned());
    assert_eq!(both(3, LimitUnit::WorkingDay), pair("3个工作日", "3 working days"));
    assert_eq!(both(15, LimitUnit::NaturalDay), pair("15日", "15 days"));
    assert_eq!(both(30, LimitUnit::Minute), pair("30分钟", "30 minutes"));
    assert_eq!(both(4, LimitUnit::WorkingHour), pair("4个工作小时", "4 working hours"));
    assert_eq!(both(1, LimitUnit::Hour), pair("1小时", "1 hour"));
}

#[test]
fn a_unit_has_one_name_in_json_and_in_text() {
    for unit in UNITS {
        let name: &'static str = unit.into();
        assert_eq!(unit.to_string(), name);
        assert_eq!(name.parse::<LimitUnit>().unwrap(), unit);
        assert_eq!(serde_json::to_value(unit).unwrap(), json!(name));
    }
    let limit = limit(3, LimitUnit::WorkingDay);
    assert_eq!(serde_json::to_value(limit).unwrap(), json!({"amount": 3, "unit": "working_day"}));
}

#[test]
fn a_limit_of_nothing_or_of_too_much_is_refused() {
    let unit = LimitUnit::WorkingDay;
    assert_eq!(Limit::new(0, unit), Err(LimitError::Zero { unit }));
    let too_long = LimitError::TooLong { amount: 3661, unit, most: 3660 };
    assert_eq!(Limit::new(3661, unit), Err(too_long));
    for text in [
        r#"{"amount":0,"unit":"hour"}"#,
        r#"{"amount":-1,"unit":"hour"}"#,
        r#"{"amount":100001,"unit":"minute"}"#,
        r#"{"amount":1,"unit":"week"}"#,
        r#"{"amount":1}"#,
        r#"{"amount":1,"unit":"hour","of":"day"}"#,
    ] {
        assert!(serde_json::from_str::<Limit>(text).is_err(), "{text}");
    }
}

#[track_caller]
fn tells(
    calendar: &Calendar,
    start: &str,
    (amount, unit): (u32, LimitUnit),
    chinese: &str,
    english: &str,
) {
    let explanation = calendar.explain(at(start), limit(amount, unit));
    assert_eq!(explanation.to_string(), chinese);
    assert_eq!(explanation.english(), english);
}

#[test]
fn working_days_are_explained_day_by_day() {
    tells(
        &latest(),
        "2026-02-13 16:00",
        (3, LimitUnit::WorkingDay),
        "自2026-02-13 16:00起3个工作日：起始日不计；02-14（周六，调休上班）第1日；02-15至02-23 春节假期不计；02-24第2日；02-25第3日；截止2026-02-25 17:30（周三）",
        "3 working days from 2026-02-13 16:00: the starting day is not counted; 02-14 (Saturday, make-up working day) is day 1; 02-15 to 02-23 (Spring Festival) are not counted; 02-24 is day 2; 02-25 is day 3; due 2026-02-25 17:30 (Wednesday).",
    );
}

#[test]
fn long_runs_and_moved_ends_are_explained_as_ranges() {
    tells(
        &latest(),
        "2026-02-02 10:00",
        (15, LimitUnit::NaturalDay),
        "自2026-02-02 10:00起15日：起始日不计；02-03至02-16第1至14日；02-17（春节假期）第15日；02-18至02-23 春节假期不计；末日逢休息日，顺延至02-24；截止2026-02-24 24:00（周二）",
        "15 days from 2026-02-02 10:00: the starting day is not counted; 02-03 to 02-16 are days 1 to 14; 02-17 (Spring Festival) is day 15; 02-18 to 02-23 (Spring Festival) are not counted; the last day is no working day and moves to 02-24; due 2026-02-24 24:00 (Tuesday).",
    );
}

#[test]
fn working_hours_are_explained_by_the_time_of_each_day() {
    tells(
        &latest(),
        "2026-02-13 16:00",
        (4, LimitUnit::WorkingHour),
        "自2026-02-13 16:00起4个工作小时：02-13计1小时30分钟；02-14（周六，调休上班）计2小时30分钟；截止2026-02-14 11:00（周六）",
        "4 working hours from 2026-02-13 16:00: 02-13 counts 1 h 30 min; 02-14 (Saturday, make-up working day) counts 2 h 30 min; due 2026-02-14 11:00 (Saturday).",
    );
    tells(
        &latest(),
        "2026-03-06 17:30",
        (1, LimitUnit::WorkingHour),
        "自2026-03-06 17:30起1个工作小时：03-06已下班，不计；03-07至03-08 周末不计；03-09计1小时；截止2026-03-09 09:30（周一）",
        "1 working hour from 2026-03-06 17:30: 03-06 is not counted, the office had closed; 03-07 to 03-08 (weekend) are not counted; 03-09 counts 1 h 0 min; due 2026-03-09 09:30 (Monday).",
    );
}

#[test]
fn emergency_limits_are_explained_as_running_day_and_night() {
    tells(
        &latest(),
        "2026-02-16 23:45",
        (30, LimitUnit::Minute),
        "自2026-02-16 23:45起30分钟：昼夜连续计算；截止2026-02-17 00:15（周二）",
        "30 minutes from 2026-02-16 23:45: counted day and night; due 2026-02-17 00:15 (Tuesday).",
    );
}

#[test]
fn a_provisional_date_says_which_year_is_missing() {
    tells(
        &latest(),
        "2026-12-30 09:00",
        (3, LimitUnit::WorkingDay),
        "自2026-12-30 09:00起3个工作日：起始日不计；12-31第1日；2027-01-01第2日；01-02至01-03 周末不计；01-04第3日；截止2027-01-04 17:30（周一），暂定（2027年节假日安排尚未公布，先按周末推算）",
        "3 working days from 2026-12-30 09:00: the starting day is not counted; 12-31 is day 1; 2027-01-01 is day 2; 01-02 to 01-03 (weekend) are not counted; 01-04 is day 3; due 2027-01-04 17:30 (Monday); provisional, as the holidays of 2027 are not yet published.",
    );
}

#[test]
fn an_explanation_survives_json() {
    let explanation = latest().explain(at("2026-02-13 16:00"), limit(3, LimitUnit::WorkingDay));
    let value = serde_json::to_value(&explanation).unwrap();
    assert_eq!(
        value["lines"][2],
        json!({
            "from": "2026-02-15", "to": "2026-02-23", "known": true,
            "kind": {"kind": "holiday", "name": "春节"}, "tally": {"is": "skipped"},
        })
    );
    assert_eq!(serde_json::from_value::<Explanation>(value).unwrap(), explanation);
}

// Refusals.

fn whole() -> Value {
    json!({
        "version": 1, "adopted_on": "2025-11-04", "source": "a notice",
        "years": {"2026": {
            "source": "a notice",
            "off": ["2026-01-02", {"name": "春节", "from": "2026-02-15", "to": "2026-02-23"}],
            "work": ["2026-02-14"],
        }},
        "local": [{"date": "2026-04-20", "name": "三月三"}],
        "office_hours": [{"from": "01-01", "to": "12-31", "sessions": [["08:30", "17:30"]]}],
    })
}

/// Puts `value` in the place that `pointer` names in a good calendar, and reads it.
#[track_caller]
fn refused(pointer: &str, value: Value) -> CalendarError {
    let mut calendar = whole();
    *calendar.pointer_mut(pointer).unwrap() = value;
    let text = serde_json::to_string_pretty(&calendar).unwrap();
    let err = Calendar::parse(&text).unwrap_err();
    let through_serde = serde_json::from_str::<Calendar>(&text).unwrap_err();
    let CalendarError::Unreadable(_) = &err else {
        assert!(through_serde.to_string().contains(&err.to_string()));
        return err;
    };
    err
}

#[test]
fn a_good_calendar_is_read_with_named_and_nameless_days_off() {
    let calendar = Calendar::parse(&whole().to_string()).unwrap();
    assert_eq!(calendar.day(on("2026-01-02")), DayKind::Holiday { name: None });
    assert_eq!(calendar.source(), "a notice");
    assert_eq!(serde_json::to_value(&calendar).unwrap(), whole());
}

#[test]
fn what_is_not_a_calendar_is_refused_with_line_and_column() {
    for (pointer, value, said) in [
        ("/version", json!("one"), "invalid type"),
        ("/adopted_on", json!("2026-02-30"), "line"),
        ("/years/2026/off/0", json!("2026-2-x"), "\"2026-2-x\" is no date"),
        ("/years/2026/off/0", json!({"from": "2026-01-02", "till": "2026-01-03"}), "till"),
        ("/years/2026/off/0", json!({"from": "2026-01-02", "to": "2026-01-01"}), "2026-01-01"),
        ("/years/2026/work/0", json!("2026-02-31"), "line"),
        ("/office_hours/0/from", json!("1-1"), "\"1-1\" is no day of the year"),
        ("/office_hours/0/to", json!("02-30"), "\"02-30\" is no day of the year"),
        ("/office_hours/0/sessions/0/1", json!("25:00"), "\"25:00\" is no time of day"),
        ("/office_hours/0/sessions/0", json!(["08:30"]), "invalid length"),
    ] {
        let err = refused(pointer, value).to_string();
        assert!(err.contains(said) && err.contains("at line "), "{pointer}: {err}");
    }
    assert!(Calendar::parse("").unwrap_err().to_string().contains("line 1"));
    assert!(Calendar::parse_versions("{}").is_err());
}

#[test]
fn a_wrong_date_is_refused_by_name() {
    let year = "/years/2026";
    let err = refused(&format!("{year}/off/0"), json!("2025-01-02"));
    assert_eq!(err, CalendarError::OutsideYear { year: 2026, date: on("2025-01-02") });
    assert_eq!(err.to_string(), "2025-01-02 does not lie in the year 2026");
    let err = refused(&format!("{year}/off/1/to"), json!("2027-02-23"));
    assert_eq!(err, CalendarError::OutsideYear { year: 2026, date: on("2027-02-23") });
    let err = refused(&format!("{year}/off/0"), json!("2026-02-16"));
    assert_eq!(err, CalendarError::Twice { date: on("2026-02-16") });
    let err = refused(&format!("{year}/off/0"), json!("2026-02-14"));
    assert_eq!(err, CalendarError::OffAndWork { date: on("2026-02-14") });
    let err = refused(&format!("{year}/work/0"), json!("2027-02-13"));
    assert_eq!(err, CalendarError::OutsideYear { year: 2026, date: on("2027-02-13") });
    let err = refused(&format!("{year}/work/0"), json!("2026-02-13"));
    assert_eq!(err, CalendarError::WorkOnWeekday { date: on("2026-02-13") });
    let err = refused(&format!("{year}/work"), json!(["2026-02-14", "2026-02-14"]));
    assert_eq!(err, CalendarError::Twice { date: on("2026-02-14") });
    let err = refused("/local/0/date", json!("9999-01-01"));
    assert_eq!(err, CalendarError::YearOutOfRange { year: 9999 });
    let err = refused("/local/0/name", json!(" "));
    assert_eq!(err, CalendarError::Nameless { date: on("2026-04-20") });
    let err = refused("/years", json!({"1900": {"source": "", "off": [], "work": []}}));
    assert_eq!(err, CalendarError::YearOutOfRange { year: 1900 });
}

#[test]
fn an_offday_on_a_weekend_is_harmless() {
    let mut calendar = whole();
    calendar["years"]["2026"]["off"][0] = json!("2026-01-03");
    assert!(!Calendar::parse(&calendar.to_string()).unwrap().is_working(on("2026-01-03")));
}

#[test]
fn wrong_office_hours_are_refused_by_season_and_session() {
    let sessions = "/office_hours/0/sessions";
    let err = refused(sessions, json!([["08:30", "12:00"], ["11:30", "17:30"]]));
    assert_eq!(
        err.to_string(),
        "office hours from 01-01 to 12-31: the session 11:30-17:30 is out of order"
    );
    let err = refused(sessions, json!([["12:00", "08:30"]]));
    assert!(err.to_string().contains("12:00-08:30"));
    let err = refused(sessions, json!([]));
    assert!(matches!(err, CalendarError::TooFewHours { .. }), "{err}");
    let err = refused("/office_hours", json!([]));
    assert_eq!(err, CalendarError::NoOfficeHours { version: 1 });
    let err = refused("/office_hours/0/to", json!("12-30"));
    assert_eq!(err.to_string(), "no office hours are given for 12-31");
    let hours = json!([["08:30", "17:30"]]);
    let seasons = json!([
        {"from": "01-01", "to": "06-30", "sessions": hours},
        {"from": "06-30", "to": "12-31", "sessions": hours},
    ]);
    let err = refused("/office_hours", seasons);
    assert_eq!(err.to_string(), "two seasons of office hours hold 06-30");
    let seasons = json!([
        {"from": "01-01", "to": "02-28", "sessions": hours},
        {"from": "03-01", "to": "12-31", "sessions": hours},
    ]);
    let err = refused("/office_hours", seasons);
    assert_eq!(err.to_string(), "no office hours are given for 02-29");
}

#[test]
fn a_version_follows_the_one_it_amends() {
    let amendment = |version: u32, adopted_on: &str| Amendment {
        version,
        adopted_on: on(adopted_on),
        source: "a change".to_owned(),
        note: None,
        years: Default::default(),
        local: None,
        office_hours: None,
    };
    let calendar = latest();
    assert_eq!(
        calendar.amend(amendment(10, "2026-01-01")),
        Err(CalendarError::Order { before: 10, version: 10 })
    );
    let adopted_on = on("2020-01-01");
    assert_eq!(
        calendar.amend(amendment(11, "2020-01-01")),
        Err(CalendarError::Backdated { version: 11, adopted_on })
    );
    let next = calendar.amend(amendment(11, "2026-01-01")).unwrap();
    assert_eq!((next.version(), next.day(on("2026-02-14"))), (11, DayKind::MakeUp));
}

// Arithmetic.

const UNITS: [LimitUnit; 5] = [
    LimitUnit::Minute,
    LimitUnit::Hour,
    LimitUnit::WorkingHour,
    LimitUnit::WorkingDay,
    LimitUnit::NaturalDay,
];

/// Working days of 2019 to 2026, counted from two independent packages of the same facts.
const WORKING_DAYS: [u32; 8] = [250, 249, 250, 249, 249, 251, 248, 248];

/// The slow counter: reads the file of presets as bare JSON, and walks day by day and minute by
/// minute.
struct Slow {
    off: BTreeSet<NaiveDate>,
    work: BTreeSet<NaiveDate>,
    seasonal: bool,
}

impl Slow {
    fn new(seasonal: bool) -> Self {
        let file: Value = serde_json::from_str(include_str!("../presets/calendar.json")).unwrap();
        let mut years = serde_json::Map::new();
        for version in file.as_array().unwrap() {
            years.extend(version["years"].as_object().unwrap().clone());
        }
        let date = |value: &Value| on(value.as_str().unwrap());
        let mut slow = Self { off: BTreeSet::new(), work: BTreeSet::new(), seasonal };
        for year in years.values() {
            for range in year["off"].as_array().unwrap() {
                let mut day = date(&range["from"]);
                let last = range.get("to").map_or(day, date);
                while day <= last {
                    slow.off.insert(day);
                    day = day.succ_opt().unwrap();
                }
            }
            slow.work.extend(year["work"].as_array().unwrap().iter().map(date));
        }
        slow
    }

    fn works(&self, date: NaiveDate) -> bool {
        match date.weekday() {
            Weekday::Sat | Weekday::Sun => self.work.contains(&date),
            _ => !self.off.contains(&date),
        }
    }

    /// Office hours as minutes of the day.
    fn sessions(&self, date: NaiveDate) -> [(i64, i64); 2] {
        if self.seasonal && !(5..=9).contains(&date.month()) {
            [(510, 720), (840, 1020)]
        } else {
            [(510, 720), (870, 1050)]
        }
    }

    fn working_days(&self, start: NaiveDateTime, amount: u32) -> NaiveDateTime {
        let mut date = start.date();
        let mut left = amount;
        while left > 0 {
            date = date.succ_opt().unwrap();
            if self.works(date) {
                left -= 1;
            }
        }
        date.and_time(NaiveTime::MIN) + TimeDelta::minutes(self.sessions(date)[1].1)
    }

    fn natural_days(&self, start: NaiveDateTime, amount: u32) -> NaiveDateTime {
        let mut date = start.date() + TimeDelta::days(amount.into());
        while !self.works(date) {
            date = date.succ_opt().unwrap();
        }
        date.and_time(NaiveTime::MIN) + TimeDelta::hours(24)
    }

    fn working_hours(&self, start: NaiveDateTime, amount: u32) -> NaiveDateTime {
        let mut date = start.date();
        let mut minute = (start - date.and_time(NaiveTime::MIN)).num_minutes();
        let mut left = amount * 60;
        loop {
            let works = self.works(date);
            let [(a, b), (c, d)] = self.sessions(date);
            while minute < 1440 {
                if works && ((a <= minute && minute < b) || (c <= minute && minute < d)) {
                    left -= 1;
                }
                minute += 1;
                if left == 0 {
                    return date.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute);
                }
            }
            minute = 0;
            date = date.succ_opt().unwrap();
        }
    }

    fn due(&self, start: NaiveDateTime, limit: Limit) -> NaiveDateTime {
        let amount = limit.amount();
        match limit.unit() {
            LimitUnit::Minute => start + TimeDelta::minutes(amount.into()),
            LimitUnit::Hour => start + TimeDelta::hours(amount.into()),
            LimitUnit::WorkingHour => self.working_hours(start, amount),
            LimitUnit::WorkingDay => self.working_days(start, amount),
            LimitUnit::NaturalDay => self.natural_days(start, amount),
        }
    }
}

/// A minute between the summer of 2018 and the spring of 2027, in Beijing: the known years and
/// their edges.
fn starts() -> impl Strategy<Value = NaiveDateTime> {
    let first = on("2018-06-01").and_time(NaiveTime::MIN);
    let minutes = (on("2027-04-01") - on("2018-06-01")).num_minutes();
    (0..minutes).prop_map(move |minute| first + TimeDelta::minutes(minute))
}

fn limits() -> impl Strategy<Value = Limit> {
    prop_oneof![
        (1_u32..=3000).prop_map(|amount| limit(amount, LimitUnit::Minute)),
        (1_u32..=400).prop_map(|amount| limit(amount, LimitUnit::Hour)),
        (1_u32..=40).prop_map(|amount| limit(amount, LimitUnit::WorkingHour)),
        (1_u32..=60).prop_map(|amount| limit(amount, LimitUnit::WorkingDay)),
        (1_u32..=120).prop_map(|amount| limit(amount, LimitUnit::NaturalDay)),
    ]
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() }
}

fn instant(local: NaiveDateTime) -> DateTime<Utc> {
    local.and_local_timezone(beijing()).unwrap().to_utc()
}

fn agrees_with_the_slow_counter(calendar: &Calendar, slow: &Slow) {
    proptest!(config(), |(start in starts(), limit in limits())| {
        let due = calendar.due(instant(start), limit);
        prop_assert_eq!(due.at, instant(slow.due(start, limit)));
        prop_assert!(due.at > instant(start));
    });
}

#[test]
fn the_arithmetic_agrees_with_a_slow_counter() {
    agrees_with_the_slow_counter(&latest(), &Slow::new(false));
}

#[test]
fn the_arithmetic_agrees_with_a_slow_counter_by_season() {
    agrees_with_the_slow_counter(&seasonal(), &Slow::new(true));
}

#[test]
fn an_explanation_counts_to_its_limit_and_to_its_due_date() {
    let calendar = seasonal();
    proptest!(config(), |(start in starts(), limit in limits())| {
        let start = instant(start);
        let (due, explanation) = (calendar.due(start, limit), calendar.explain(start, limit));
        prop_assert_eq!(explanation.due, due.at);
        prop_assert_eq!(explanation.provisional, due.provisional);
        prop_assert_eq!(explanation.provisional, !explanation.unknown_years().is_empty());
        let (days, hours) = match limit.unit() {
            LimitUnit::Minute | LimitUnit::Hour => (0, 0),
            LimitUnit::WorkingHour => (0, limit.amount()),
            LimitUnit::WorkingDay | LimitUnit::NaturalDay => (limit.amount(), 0),
        };
        prop_assert_eq!(explanation.counted_days(), days);
        prop_assert_eq!(explanation.worked_micros(), u64::from(hours) * 3_600_000_000);

        // Every day from the start to the end stands in one line, under its kind.
        let lines = &explanation.lines;
        for pair in lines.windows(2) {
            prop_assert_eq!(pair[0].to.succ_opt(), Some(pair[1].from));
        }
        for line in lines {
            prop_assert!(line.from <= line.to);
            if let Some(kind) = &line.kind {
                let mut days = line.from.iter_days().take_while(|date| *date <= line.to);
                prop_assert!(days.all(|date| calendar.day(date) == *kind));
            }
        }
        if let (Some(first), Some(last)) = (lines.first(), lines.last()) {
            let date = |at: DateTime<Utc>| at.with_timezone(&beijing()).date_naive();
            prop_assert_eq!(first.from, date(start));
            prop_assert_eq!(last.to, date(explanation.due - TimeDelta::microseconds(1)));
        }
    });
}

#[test]
fn office_time_from_start_to_due_is_the_limit_in_working_hours() {
    let calendar = seasonal();
    proptest!(config(), |(start in starts(), amount in 1_u32..=40)| {
        let start = instant(start);
        let due = calendar.due(start, limit(amount, LimitUnit::WorkingHour)).at;
        let spent = calendar.office_time_between(start, due);
        prop_assert_eq!(spent, TimeDelta::hours(amount.into()));
        let just_before = calendar.office_time_between(start, due - TimeDelta::microseconds(1));
        prop_assert!(just_before < spent);
    });
}

#[test]
fn a_warning_leaves_as_many_working_days_as_it_says() {
    let calendar = seasonal();
    proptest!(config(), |(due in starts(), days in 1_u32..=30)| {
        let due = instant(due);
        let warning = calendar.working_days_before(due, days).unwrap();
        let date = |at: DateTime<Utc>| {
            (at - TimeDelta::microseconds(1)).with_timezone(&beijing()).date_naive()
        };
        prop_assert_eq!(calendar.working_days_between(date(warning), date(due)), days);
        prop_assert!(calendar.is_working(date(warning)));
    });
}

#[test]
fn a_longer_limit_and_a_later_start_never_end_earlier() {
    let calendar = seasonal();
    proptest!(config(), |(start in starts(), limit in limits(), later in 0_i64..20_000)| {
        let due = |start, limit| calendar.due(instant(start), limit).at;
        let longer = Limit::new(limit.amount() + 1, limit.unit()).unwrap();
        prop_assert!(due(start, limit) <= due(start, longer));
        prop_assert!(due(start, limit) <= due(start + TimeDelta::minutes(later), limit));
    });
}
