//! The counting itself, one function for each kind of unit. It tells each step to whoever listens,
//! so that an explanation cannot differ from the deadline it explains.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::explain::Tally;
use super::{Calendar, Due, Limit, LimitUnit, local, utc};

/// One step of the counting: what a run of days was taken for.
pub(super) struct Step {
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
    pub(super) tally: Tally,
    /// Whether the answer hangs on what kind of days these are.
    pub(super) matters: bool,
}

/// The end of the counting, on the wall in Beijing, and whether it is provisional.
type End = (NaiveDateTime, bool);

type Listener<'a> = &'a mut dyn FnMut(Step);

impl Calendar {
    pub(super) fn count(&self, start: DateTime<Utc>, limit: Limit, listener: Listener<'_>) -> Due {
        let start = local(start);
        let amount = limit.amount();
        let (end, provisional) = match limit.unit() {
            LimitUnit::Minute => (later(start, TimeDelta::minutes(amount.into())), false),
            LimitUnit::Hour => (later(start, TimeDelta::hours(amount.into())), false),
            LimitUnit::WorkingHour => {
                self.working_hours(start, TimeDelta::hours(amount.into()), listener)
            }
            LimitUnit::WorkingDay => self.working_days(start.date(), amount, listener),
            LimitUnit::NaturalDay => self.natural_days(start.date(), amount, listener),
        };
        Due { at: utc(end), calendar: self.version(), provisional }
    }

    fn working_hours(&self, start: NaiveDateTime, limit: TimeDelta, listener: Listener<'_>) -> End {
        let mut left = limit;
        let mut provisional = false;
        for date in start.date().iter_days() {
            let working = self.is_working(date);
            if start >= date.and_time(self.close(date)) {
                let tally = if working { Tally::Closed } else { Tally::Skipped };
                listener(Step { from: date, to: date, tally, matters: false });
                continue;
            }
            provisional |= !self.knows(date.year());
            if !working {
                listener(Step { from: date, to: date, tally: Tally::Skipped, matters: true });
                continue;
            }
            let before = left;
            let mut end = None;
            for session in self.sessions(date) {
                let opens = start.max(date.and_time(session.opens));
                let length = date.and_time(session.closes).signed_duration_since(opens);
                if length >= left {
                    end = Some(later(opens, left));
                    left = TimeDelta::zero();
                    break;
                }
                left = less(left, length.max(TimeDelta::zero()));
            }
            let micros = less(before, left).num_microseconds().unwrap_or_default();
            let tally = Tally::Worked { micros: micros.unsigned_abs() };
            listener(Step { from: date, to: date, tally, matters: true });
            if let Some(end) = end {
                return (end, provisional);
            }
        }
        (later(start, limit), true)
    }

    fn working_days(&self, start: NaiveDate, amount: u32, listener: Listener<'_>) -> End {
        listener(Step { from: start, to: start, tally: Tally::Start, matters: false });
        let mut counted = 0_u32;
        let mut provisional = false;
        let mut last = start;
        for date in start.iter_days().skip(1) {
            last = date;
            provisional |= !self.knows(date.year());
            let tally = if self.is_working(date) {
                counted = counted.saturating_add(1);
                Tally::Counted { first: counted, last: counted }
            } else {
                Tally::Skipped
            };
            listener(Step { from: date, to: date, tally, matters: true });
            if counted == amount {
                break;
            }
        }
        (last.and_time(self.close(last)), provisional)
    }

    fn natural_days(&self, start: NaiveDate, amount: u32, listener: Listener<'_>) -> End {
        listener(Step { from: start, to: start, tally: Tally::Start, matters: false });
        let last = start.checked_add_days(Days::new(amount.into())).unwrap_or(start);
        let rest = amount.saturating_sub(1);
        if let (1.., Some(from), Some(to)) = (rest, start.succ_opt(), last.pred_opt()) {
            let tally = Tally::Counted { first: 1, last: rest };
            listener(Step { from, to, tally, matters: false });
        }
        let tally = Tally::Counted { first: amount, last: amount };
        listener(Step { from: last, to: last, tally, matters: true });

        let mut provisional = false;
        let mut end = last;
        for date in last.iter_days() {
            end = date;
            provisional |= !self.knows(date.year());
            let working = self.is_working(date);
            if date != last {
                let tally = if working { Tally::MovedTo } else { Tally::MovedOver };
                listener(Step { from: date, to: date, tally, matters: true });
            }
            if working {
                break;
            }
        }
        (end.succ_opt().unwrap_or(end).and_time(NaiveTime::MIN), provisional)
    }
}

fn later(time: NaiveDateTime, length: TimeDelta) -> NaiveDateTime {
    time.checked_add_signed(length).unwrap_or(time)
}

fn less(from: TimeDelta, what: TimeDelta) -> TimeDelta {
    from.checked_sub(&what).unwrap_or_default()
}
