//! Whether a whistle fits into the statutory period, on every start day of the known calendars.
//!
//! The period is that of the answer, counted from acceptance (信访工作条例 22, 23, 34). While a whistle
//! runs, the engine cuts each date of handling at the statutory date, so that none passes it; lists
//! under which that happens to a unit that used no more than the time it was given promise what
//! they cannot keep. So the limits are summed uncut, as on the longest regular way: drafted on the
//! day of acceptance, each step taken at the end of its limit (提交, 审核, 签发 where somebody else
//! endorses, 办理, 核查, 回访评价, 办结); limits that run beside the handling (签收, 报到, 会商) add nothing. The
//! whistle must be closed by the statutory date. With the longest extensions that may be granted,
//! it must be closed by it too: the petitioner was told that date. With every rework that may be
//! ordered, it must be closed by that date as the law lets it be extended once; that is shown only,
//! since a rework is the answer to work that was not done.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::{Finding, Place, Property, Text};
use crate::{
    calendar::{Calendar, Limit, LimitUnit, beijing, beijing_text},
    clock::Step,
    lists::{Lists, Process, Sheet},
};

/// Says which whistles do not fit, and from which day on.
pub(super) fn count(lists: &Lists, calendar: &Calendar, findings: &mut Vec<Finding>) {
    let starts = starts(calendar);
    for law in lists.process.petitions.iter().filter(|it| it.statutory) {
        for process in &lists.process.rows {
            let Some(handle) = process.steps.get(&Step::Handle).map(|it| it.limit) else {
                continue;
            };
            let key = format!("{}/{}", process.key(), Step::Handle);
            let mut handles = vec![(handle, Place::new(Sheet::Process, key, "limit_amount"))];
            for it in &lists.matters.rows {
                if let (Some(limit), true) =
                    (it.handle, it.kind == process.kind && it.level == process.level)
                {
                    handles.push((limit, Place::new(Sheet::Matters, &it.code.0, "handle_amount")));
                }
            }
            for (handle, place) in handles {
                let way = Way { lists, process, calendar, handle };
                // What fits with extensions fits without.
                let answer = [Some(law.answer.limit)];
                let found = if way.misses(&starts, true, false, &answer).is_some() {
                    let plain = way.misses(&starts, false, false, &answer);
                    let extended = || way.misses(&starts, true, false, &answer);
                    let told = plain.map(|it| (it, "")).or_else(|| Some((extended()?, "延期后")));
                    told.map(|(it, which)| way.told(&it, &place, which))
                } else {
                    let longest = [Some(law.answer.limit), law.extension];
                    let missed = way.misses(&starts, true, true, &longest);
                    missed.map(|it| Finding {
                        severity: super::Severity::Shown,
                        ..way.told(&it, &place, "延期并重办后")
                    })
                };
                findings.extend(found);
            }
        }
    }
}

/// Every day of the years that the calendar knows, in the afternoon.
fn starts(calendar: &Calendar) -> Vec<DateTime<Utc>> {
    let years: Vec<i32> = calendar.known_years().map(|(year, _)| year).collect();
    let days = years.iter().filter_map(|it| NaiveDate::from_ymd_opt(*it, 1, 1)).flat_map(|first| {
        let next = first.checked_add_days(Days::new(366)).unwrap_or(first);
        first.iter_days().take_while(move |it| {
            *it < next && chrono::Datelike::year(it) == chrono::Datelike::year(&first)
        })
    });
    days.filter_map(|it| {
        let at = it.and_hms_opt(16, 0, 0)?.and_local_timezone(beijing()).single()?;
        Some(at.to_utc())
    })
    .collect()
}

struct Way<'a> {
    lists: &'a Lists,
    process: &'a Process,
    calendar: &'a Calendar,
    handle: Limit,
}

impl Way<'_> {
    /// The limits one after the other.
    fn steps(&self, extended: bool, reworked: bool) -> Vec<Limit> {
        let limit = |step| self.process.steps.get(&step).map(|it| it.limit);
        let pair = (&self.process.kind, &self.process.level);
        let endorsed = self
            .lists
            .initiation
            .rows
            .iter()
            .any(|it| (&it.kind, &it.level) == pair && !it.endorse.is_empty());
        let mut res: Vec<Limit> = vec![];
        res.extend(limit(Step::Submit));
        res.extend(limit(Step::Review));
        res.extend(limit(Step::Issue).filter(|_| endorsed));
        res.push(self.handle);
        let bounds = &self.process.bounds;
        if extended {
            let n = usize::try_from(bounds.extensions.min(9)).unwrap_or(0);
            res.extend(bounds.extension.into_iter().flat_map(|it| std::iter::repeat_n(it, n)));
        }
        res.extend(limit(Step::Verify));
        if reworked {
            for _ in 0..bounds.reworks.min(9) {
                res.push(bounds.rework);
                res.extend(limit(Step::Verify));
            }
        }
        res.extend(limit(Step::Rate));
        res.extend(limit(Step::Close));
        joined(res)
    }

    /// Where the limits run out, and whether that is certain.
    fn end(&self, from: DateTime<Utc>, limits: &[Limit]) -> (DateTime<Utc>, bool) {
        limits.iter().fold((from, true), |(at, certain), limit| {
            let due = self.calendar.due(at, *limit);
            (due.at, certain && !due.provisional)
        })
    }

    /// The start day on which they miss the statutory date by most, where they do.
    fn misses(
        &self,
        starts: &[DateTime<Utc>],
        extended: bool,
        reworked: bool,
        law: &[Option<Limit>],
    ) -> Option<Missed> {
        let law: Vec<Limit> = law.iter().flatten().copied().collect();
        let limits = self.steps(extended, reworked);
        let missed = starts.iter().filter_map(|start| {
            let (statutory, known) = self.end(*start, &law);
            let (end, certain) = self.end(*start, &limits);
            let unit = limits.last().map_or(LimitUnit::WorkingDay, |it| it.unit());
            (certain && known && end > statutory).then_some(Missed {
                start: *start,
                end,
                unit,
                statutory,
            })
        });
        missed.max_by_key(|it| (it.end - it.statutory, it.start))
    }

    fn told(&self, missed: &Missed, place: &Place, which: &str) -> Finding {
        let pair = self.lists.pair(&self.process.kind, &self.process.level);
        let day = missed.start.with_timezone(&beijing()).date_naive();
        let end = beijing_text(missed.end, missed.unit);
        let statutory = beijing_text(missed.statutory, LimitUnit::NaturalDay);
        let zh = format!(
            "“{pair}”{which}办不完：{day}受理的，各环节用足时限要到{end}才办结，法定期限是{statutory}"
        );
        let en = format!(
            "{pair} does not fit: accepted on {day}, it is closed by {end} where each step takes \
             its limit; the statutory date is {statutory}"
        );
        Finding::refutes(Property::InTime, Some(place.clone()), Text::new(zh, en))
    }
}

/// Limits in working days that follow each other, as one: each ends at the close of a working day,
/// and the next does not count that day.
fn joined(limits: Vec<Limit>) -> Vec<Limit> {
    let mut res: Vec<Limit> = vec![];
    for it in limits {
        let days = |it: &Limit| it.unit() == LimitUnit::WorkingDay;
        let both = res.last().filter(|last| days(last) && days(&it));
        let sum = both
            .and_then(|last| Limit::new(last.amount().saturating_add(it.amount()), it.unit()).ok());
        match (sum, res.last_mut()) {
            (Some(sum), Some(last)) => *last = sum,
            (Some(_) | None, _) => res.push(it),
        }
    }
    res
}

/// A start day on which the limits do not fit.
struct Missed {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    unit: LimitUnit,
    statutory: DateTime<Utc>,
}
