//! Time and chance, as values that are handed in.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// The one clock of the process.
pub trait Clock: Send + Sync {
    /// The instant, in whole microseconds.
    fn now(&self) -> DateTime<Utc>;
}

/// Where ids come from.
pub trait Ids: Send + Sync {
    /// An id that was never drawn.
    fn fresh(&self) -> Uuid;
    /// Sixteen bytes that nobody can guess.
    fn salt(&self) -> [u8; 16];
}

/// An instant cut to microseconds: what both databases keep.
#[must_use]
pub fn micros(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

/// A clock that runs: the monotonic clock of the machine from an anchor. Stepping the machine's
/// wall clock does not step it; the anchor is what the database or the wall said at the start.
#[derive(Debug)]
pub struct RunningClock {
    anchor: Mutex<(DateTime<Utc>, std::time::Instant)>,
}

impl RunningClock {
    /// A clock that shows `now` now.
    #[must_use]
    pub fn from(now: DateTime<Utc>) -> Self {
        Self { anchor: Mutex::new((now, std::time::Instant::now())) }
    }

    /// A clock that shows the wall's time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    pub fn wall() -> Self {
        Self::from(Utc::now())
    }

    /// Shows `now` now, unless that were a step back.
    pub fn correct(&self, now: DateTime<Utc>) {
        let shown = self.now();
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        *anchor = (shown.max(now), std::time::Instant::now());
    }
}

impl Clock for RunningClock {
    fn now(&self) -> DateTime<Utc> {
        let (at, since) = *self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = TimeDelta::from_std(since.elapsed()).unwrap_or(TimeDelta::zero());
        micros(at + elapsed)
    }
}

/// A clock that stands until it is moved: in tests, and while the demonstration plays its year.
#[derive(Debug)]
pub struct HeldClock(Mutex<DateTime<Utc>>);

impl HeldClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(micros(now)))
    }

    /// Moves it forward to `now`; never back.
    pub fn set(&self, now: DateTime<Utc>) {
        let mut at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *at = micros(now).max(*at);
    }

    /// Moves it forward.
    pub fn advance(&self, by: TimeDelta) {
        let now = self.now();
        self.set(now + by);
    }
}

impl Clock for HeldClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ids and salts from the operating system's randomness.
#[derive(Debug, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that draws ids")]
    fn fresh(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        // A system without randomness has drawn no id either; both halves of one are as good.
        if getrandom::fill(&mut salt).is_err() {
            salt = *self.fresh().as_bytes();
        }
        salt
    }
}
