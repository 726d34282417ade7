//! Reads the times that real tables hold, which are local times of China.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::CHINA;
use crate::workbook::{SERIALS, serial, text};

/// Reads a bare number in a column of times: a serial number whose cell has lost
/// its format, or a date written without separators.
pub(super) fn from_number(value: f64, epoch_1904: bool) -> Option<NaiveDateTime> {
    if SERIALS.contains(&value) {
        serial(value, epoch_1904)
    } else if value.fract() == 0.0 && value >= 1e7 {
        from_text(&text::number(value))
    } else {
        None
    }
}

/// Reads a date with or without a time, as people and systems write them:
/// `2019/2/28 11:25:05`, `2020-01-04T11:17:46+08:00`, `2019年2月28日 11时25分`,
/// `2019.2.28 下午3:05`, `20190228112505`. The year comes first and has four
/// digits; anything else can be read in two ways and is not read at all.
pub(super) fn from_text(given: &str) -> Option<NaiveDateTime> {
    let narrow: String = text::line(given).chars().map(text::narrow).collect();
    let mut scan = Scan { rest: narrow.trim() };
    let date = scan.date()?;
    scan.skip_weekday();
    let time = scan.time()?;
    let offset = scan.offset()?;
    if !scan.rest.trim().is_empty() {
        return None;
    }
    let local = date.and_time(time);
    match offset {
        None => Some(local),
        Some(offset) => {
            let utc = local.checked_sub_offset(offset)?;
            utc.checked_add_offset(CHINA)
        }
    }
}

/// Puts a local time of China on the line of time; what cannot have been received
/// is told apart.
pub(super) fn received(
    local: NaiveDateTime,
    now: DateTime<FixedOffset>,
) -> Result<DateTime<FixedOffset>, Implausible> {
    if local.year() < 1949 {
        return Err(Implausible::TooEarly);
    }
    // A day of grace, for clocks that are wrong and dates that are rounded up.
    let utc = local.checked_sub_offset(CHINA).ok_or(Implausible::InTheFuture)?;
    if utc.signed_duration_since(now.naive_utc()) > TimeDelta::days(1) {
        return Err(Implausible::InTheFuture);
    }
    Ok(DateTime::from_naive_utc_and_offset(utc, CHINA))
}

/// A time that can be read and not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Implausible {
    /// Before 1949.
    TooEarly,
    /// More than a day ahead.
    InTheFuture,
}

/// What is left to read.
struct Scan<'a> {
    rest: &'a str,
}

impl Scan<'_> {
    /// Takes up to `longest` digits, at least one.
    fn number(&mut self, longest: usize) -> Option<u32> {
        let end = self.rest.bytes().take_while(u8::is_ascii_digit).take(longest).count();
        let (digits, rest) = self.rest.split_at_checked(end)?;
        let it = digits.parse().ok()?;
        self.rest = rest;
        Some(it)
    }

    /// Takes one of the signs, with blanks around it.
    fn sign(&mut self, signs: &[char]) -> bool {
        match self.rest.trim_start().strip_prefix(signs) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    /// Takes one of the words, with blanks around it.
    fn word(&mut self, words: &[&str]) -> bool {
        let rest = self.rest.trim_start();
        for word in words {
            let start = rest.get(..word.len());
            if start.is_some_and(|it| it.eq_ignore_ascii_case(word)) {
                self.rest = rest.get(word.len()..).unwrap_or_default().trim_start();
                return true;
            }
        }
        false
    }

    fn digits_ahead(&self) -> usize {
        self.rest.bytes().take_while(u8::is_ascii_digit).count()
    }

    fn date(&mut self) -> Option<NaiveDate> {
        match self.digits_ahead() {
            // Without separators: 20190228, or 20190228112505.
            8 | 12 | 14 => {
                let (year, month, day) = (self.number(4)?, self.number(2)?, self.number(2)?);
                NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
            }
            4 => {
                let year = self.number(4)?;
                let chinese = self.sign(&['年']);
                if !chinese && !self.sign(&['-', '/', '.']) {
                    return None;
                }
                let month = self.number(2)?;
                if !self.sign(&[if chinese { '月' } else { '-' }])
                    && (chinese || !self.sign(&['/', '.']))
                {
                    return None;
                }
                let day = self.number(2)?;
                if chinese {
                    self.sign(&['日', '号']);
                }
                NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
            }
            _ => None,
        }
    }

    fn skip_weekday(&mut self) {
        if self.word(&["星期", "周"]) {
            self.sign(&['一', '二', '三', '四', '五', '六', '日', '天']);
        }
    }

    /// Midnight where there is no time; `None` where there is one that is wrong.
    fn time(&mut self) -> Option<NaiveTime> {
        self.sign(&['T', 't', ',']);
        self.rest = self.rest.trim_start();
        let mut afternoon = self.half();
        if self.rest.is_empty() {
            return afternoon.is_none().then_some(NaiveTime::MIN);
        }
        let mut hour = self.number(2)?;
        let mut minute = 0;
        let mut second = 0;
        if self.sign(&[':', '时', '点']) {
            if self.digits_ahead() > 0 {
                minute = self.number(2)?;
                if self.sign(&[':', '分']) && self.digits_ahead() > 0 {
                    second = self.number(2)?;
                    self.sign(&['秒']);
                    if self.rest.starts_with('.') {
                        self.rest = self.rest.get(1..)?;
                        self.number(9)?;
                    }
                }
            }
        } else if self.digits_ahead() >= 2 {
            minute = self.number(2)?;
            if self.digits_ahead() > 0 {
                second = self.number(2)?;
            }
        } else {
            return None;
        }
        afternoon = afternoon.or_else(|| self.half());
        match afternoon {
            Some(true) if hour < 12 => hour += 12,
            Some(false) if hour == 12 => hour = 0,
            Some(true | false) | None => {}
        }
        NaiveTime::from_hms_opt(hour, minute, second)
    }

    /// Whether the half of the day that is named is the afternoon.
    fn half(&mut self) -> Option<bool> {
        if self.word(&["下午", "晚上", "PM"]) {
            Some(true)
        } else if self.word(&["上午", "早上", "凌晨", "AM"]) {
            Some(false)
        } else {
            None
        }
    }

    /// The offset, if there is one; outer `None` where it is wrong.
    fn offset(&mut self) -> Option<Option<FixedOffset>> {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() {
            return Some(None);
        }
        if self.sign(&['Z', 'z']) {
            return Some(Some(FixedOffset::east_opt(0)?));
        }
        let east = self.sign(&['+']);
        if !east && !self.sign(&['-']) {
            return None;
        }
        let hours = self.number(2)?;
        self.sign(&[':']);
        let minutes = if self.digits_ahead() > 0 { self.number(2)? } else { 0 };
        let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
        FixedOffset::east_opt(if east { seconds } else { -seconds }).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        from_text(text).map(|it| it.format("%Y-%m-%d %H:%M:%S").to_string())
    }

    #[test]
    fn times_are_read_as_people_and_systems_write_them() {
        for (text, expected) in [
            ("2019/2/28 11:25:05", "2019-02-28 11:25:05"),
            ("2019-07-19 18:19:54", "2019-07-19 18:19:54"),
            ("2020-01-04T11:17:46", "2020-01-04 11:17:46"),
            ("2020-01-04T11:17:46.123Z", "2020-01-04 19:17:46"),
            ("2020-01-04T11:17:46+08:00", "2020-01-04 11:17:46"),
            ("2020-01-04T11:17:46 +0900", "2020-01-04 10:17:46"),
            ("2003-1-5 9:05", "2003-01-05 09:05:00"),
            ("2003.1.5", "2003-01-05 00:00:00"),
            ("2019年2月28日 11时25分", "2019-02-28 11:25:00"),
            ("2019 年 2 月 28 日11点25分7秒", "2019-02-28 11:25:07"),
            ("2019年2月28日", "2019-02-28 00:00:00"),
            ("2019年2月28日 星期四 下午3:05", "2019-02-28 15:05:00"),
            ("2019/2/28 上午 12:00:01", "2019-02-28 00:00:01"),
            ("2019/2/28 3:05:09 PM", "2019-02-28 15:05:09"),
            ("2019/2/28\u{3000}11:25", "2019-02-28 11:25:00"),
            ("20190228", "2019-02-28 00:00:00"),
            ("20190228112505", "2019-02-28 11:25:05"),
            ("20190228 11:25", "2019-02-28 11:25:00"),
            ("2019年2月28日11时", "2019-02-28 11:00:00"),
            ("\t 2019/2/28 11:25:05 \n", "2019-02-28 11:25:05"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_or_has_two_meanings_is_not_read() {
        for text in [
            "",
            "昨天",
            "2019",
            "2019/2",
            "2019/2/30",
            "2019/13/1",
            "19-2-28",
            "2/28/2019",
            "2019/2/28 25:00",
            "2019/2/28 11",
            "2019/2/28 11:25 左右",
            "2019/2/28 下午",
            "12345",
            "2019-02-28 11:25:05 +99:99",
            "2019年2月",
            "2019/2月28",
            "99999999999999",
            "2019/2/28 11:25:05.",
            "13812345678",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn serial_numbers_are_read_to_the_second_in_both_epochs() {
        let noon = NaiveDate::from_ymd_opt(2025, 10, 13).unwrap().and_hms_opt(12, 0, 0);
        assert_eq!(serial(45_943.5, false), noon);
        assert_eq!(serial(45_943.5 - 1_462.0, true), noon);
        assert_eq!(from_number(45_943.5, false), noon);
        assert_eq!(from_number(20_251_013.0, false).map(|it| it.date()), noon.map(|it| it.date()));
        for bad in [f64::NAN, f64::INFINITY, -1.0, 3e6, 1e300] {
            assert_eq!(serial(bad, false), None);
            assert_eq!(from_number(bad, false), None, "{bad}");
        }
    }

    #[test]
    fn a_time_before_1949_or_after_tomorrow_is_not_believed() {
        let now = DateTime::parse_from_rfc3339("2026-01-10T09:00:00+08:00").unwrap();
        let at = |text| received(from_text(text).unwrap(), now);
        assert_eq!(at("1948-12-31"), Err(Implausible::TooEarly));
        assert!(at("1949-01-01").is_ok());
        assert!(at("2026-01-11 09:00:00").is_ok());
        assert_eq!(at("2026-01-11 09:00:01"), Err(Implausible::InTheFuture));
        assert_eq!(at("2025-01-01 08:00").unwrap().to_rfc3339(), "2025-01-01T08:00:00+08:00");
    }
}
