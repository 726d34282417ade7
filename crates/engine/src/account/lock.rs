//! Locking: failures in a row are counted, and from some on each of them shuts the account for longer.

use chrono::{DateTime, TimeDelta, Utc};

use super::Rules;

/// The longest lock: whoever fails in another's name shuts them out no longer than this at a time.
pub const LONGEST: TimeDelta = TimeDelta::days(1);

/// What is kept of an account's failures. It outlives the process, and all processes share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lockout {
    /// Failures in a row.
    pub failures: u32,
    /// Until when the account is locked.
    pub until: Option<DateTime<Utc>>,
}

impl Lockout {
    /// Until when the account is locked, where it is.
    #[must_use]
    pub fn locked(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.until.filter(|it| *it > now)
    }

    /// What is kept after one more failure. While the account is locked none counts: the lock ends
    /// when it was said to end.
    #[must_use]
    pub fn failed(self, rules: &Rules, now: DateTime<Utc>) -> Self {
        if self.locked(now).is_some() {
            return self;
        }
        let failures = self.failures.saturating_add(1);
        let until = failures.checked_sub(rules.lock_after).map(|beyond| {
            let minutes = i64::from(rules.lock_minutes) << beyond.min(20);
            now + TimeDelta::minutes(minutes).min(LONGEST)
        });
        Self { failures, until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(n: i64) -> TimeDelta {
        TimeDelta::minutes(n)
    }

    #[test]
    fn the_fifth_failure_locks_and_each_further_one_for_twice_as_long() {
        let rules = Rules::default();
        let mut now = DateTime::UNIX_EPOCH;
        let mut it = Lockout::default();
        for _ in 0..4 {
            it = it.failed(&rules, now);
            assert_eq!(it.locked(now), None);
        }
        for expected in [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440] {
            it = it.failed(&rules, now);
            assert_eq!(it.locked(now), Some(now + minutes(expected)));
            now += minutes(expected);
            assert_eq!(it.locked(now), None, "a lock ends when it was said to end");
        }
    }

    #[test]
    fn a_failure_while_it_is_locked_does_not_count() {
        let rules = Rules { lock_after: 1, ..Rules::default() };
        let now = DateTime::UNIX_EPOCH;
        let it = Lockout::default().failed(&rules, now);
        assert_eq!(it.failed(&rules, now + minutes(9)), it);
        assert_eq!(it.failed(&rules, now + minutes(10)).failures, 2);
    }

    #[test]
    fn many_failures_overflow_nothing() {
        let rules = Rules { lock_minutes: 1440, ..Rules::default() };
        let it = Lockout { failures: u32::MAX, until: None };
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(it.failed(&rules, now).until, Some(now + LONGEST));
    }
}
