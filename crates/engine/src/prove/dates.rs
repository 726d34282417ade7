//! Whether a whistle fits into the statutory period, on every start day of the known calendars.
//!
//! The period is that of the answer, counted from acceptance (信访工作条例 22, 23, 34). While a whistle
//! runs, the engine cuts each date of handling at the statutory date, so that none passes it; lists
//! under which that happens to a unit that used no more than the time it was given promise what they
//! cannot keep. So the limits are summed uncut, as on the longest regular way: drafted on the day of
//! acceptance, each step taken at the end of its limit (提交, 审核, 签发 where somebody else endorses,
//! 办理, 核查, 回访评价, 办结); limits that run beside the handling (签收, 报到, 会商) add nothing. The
//! whistle must be closed by the statutory date. With the longest extensions that may be granted, it
//! must be closed by it too: the petitioner was told that date. With every rework that may be ordered,
//! it must be closed by that date as the law lets it be extended once; that is shown only, since a
//! rework is the answer to work that was not done.

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
            let mut handles = vec![(handle, Place::new(Sheet::Process, key, "limit"))];
            for it in &lists.matters.rows {
                if let (Some(limit), true) =
                    (it.handle, it.kind == process.kind && it.level == process.level)
                {
                    handles.push((limit, Place::new(Sheet::Matters, &it.code.0, "handle")));
                }
            }
            for (handle, place) in handles {
                let way = Way { lists, process, calendar, handle };
                let plain = way.steps(false, false);
                let extended = way.steps(true, false);
                let reworked = way.steps(true, true);
                let law_limits = [Some(law.answer.limit), law.extension];
                let found = way
                    .misses(&starts, &plain, &law_limits[..1], &place, "")
                    .or_else(|| {
                        way.misses(&starts, &extended, &law_limits[..1], &place, "延期后")
                    });
                if let Some(found) = found {
                    findings.push(found);
                } else if let Some(mut found) =
                    way.misses(&starts, &reworked, &law_limits, &place, "延期并重办后")
                {
                    found.severity = super::Severity::Shown;
                    findings.push(found);
                }
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
        let endorsed = self.lists.initiation.rows.iter().any(|it| {
            (&it.kind, &it.level) == pair && !it.endorse.is_empty()
        });
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
        res
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
        limits: &[Limit],
        law: &[Option<Limit>],
        place: &Place,
        which: &str,
    ) -> Option<Finding> {
        let law: Vec<Limit> = law.iter().flatten().copied().collect();
        let missed = starts.iter().filter_map(|start| {
            let (end, certain) = self.end(*start, limits);
            let (statutory, known) = self.end(*start, &law);
            (certain && known && end > statutory).then_some((end - statutory, *start, end, statutory))
        });
        let (_, start, end, statutory) = missed.max_by_key(|(by, start, ..)| (*by, *start))?;
        let pair = self.lists.pair(&self.process.kind, &self.process.level);
        let unit = limits.last().map_or(LimitUnit::WorkingDay, |it| it.unit());
        let day = |at: DateTime<Utc>| at.with_timezone(&beijing()).date_naive();
        let zh = format!(
            "“{pair}”{which}办不完：{}受理的，各环节用足时限要到{}才办结，法定期限是{}",
            day(start),
            beijing_text(end, unit),
            beijing_text(statutory, LimitUnit::NaturalDay)
        );
        let en = format!(
            "{pair} does not fit: accepted on {}, it is closed by {} where each step takes its limit; \
             the statutory date is {}",
            day(start),
            beijing_text(end, unit),
            beijing_text(statutory, LimitUnit::NaturalDay)
        );
        Some(Finding::refutes(Property::InTime, Some(place.clone()), Text::new(zh, en)))
    }
}
