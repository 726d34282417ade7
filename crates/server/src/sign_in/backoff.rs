//! Waits that grow with failures, by account and by address, kept in memory.
//!
//! An attempt counts as failed from its start until it is forgiven, so that many at a time are no
//! way around. Names are kept as digests, unknown ones like known ones, and forgotten after a
//! quarter of an hour.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use engine::text::Digest;

/// How long a failure is remembered.
const MEMORY: Duration = Duration::from_secs(15 * 60);
/// The longest wait. Short, as anybody may fail in another's name.
const LONGEST: Duration = Duration::from_secs(30);
/// How many failures of one account are free.
const FREE_FOR_ACCOUNT: u32 = 5;
/// How many of one address; an office behind one address has many people.
const FREE_FOR_ADDRESS: u32 = 20;
/// How many names and addresses are remembered.
const MOST: usize = 20_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Account(Digest),
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

/// The failures that are remembered.
#[derive(Debug, Default)]
pub(super) struct Backoff(Mutex<HashMap<Key, Failures>>);

/// An attempt that was let in, to be forgiven when it is right.
#[derive(Debug)]
pub(super) struct Attempt(Vec<Key>);

impl Backoff {
    /// Lets an attempt in, or says how long to wait.
    pub(super) fn admit(&self, name: &str, from: Option<IpAddr>) -> Result<Attempt, Duration> {
        self.admit_at(name, from, Instant::now())
    }

    fn admit_at(
        &self,
        name: &str,
        from: Option<IpAddr>,
        now: Instant,
    ) -> Result<Attempt, Duration> {
        // A proxy that does not say for whom it asks must not lock out everybody.
        let from = from.filter(|it| !it.is_loopback()).map(Key::Address);
        let keys: Vec<Key> =
            [Some(Key::Account(Digest::of(name.as_bytes()))), from].into_iter().flatten().collect();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, it| now.duration_since(it.last) < MEMORY);
        }
        if known.len() >= MOST {
            known.clear();
        }
        let wait =
            keys.iter().filter_map(|key| known.get(key).and_then(|it| it.wait(*key, now))).max();
        if let Some(wait) = wait {
            return Err(wait);
        }
        for key in &keys {
            let it = known.entry(*key).or_insert(Failures { count: 0, last: now });
            if now.duration_since(it.last) >= MEMORY {
                it.count = 0;
            }
            *it = Failures { count: it.count.saturating_add(1), last: now };
        }
        Ok(Attempt(keys))
    }

    /// The attempt was right: its account starts afresh, and its address loses this one.
    pub(super) fn forgive(&self, attempt: Attempt) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in attempt.0 {
            match key {
                Key::Account(_) => {
                    known.remove(&key);
                }
                Key::Address(_) => {
                    if let Some(it) = known.get_mut(&key) {
                        it.count = it.count.saturating_sub(1);
                    }
                }
            }
        }
    }
}

impl Failures {
    /// How long to wait still; none where nothing has to be waited for.
    fn wait(self, key: Key, now: Instant) -> Option<Duration> {
        let free = match key {
            Key::Account(_) => FREE_FOR_ACCOUNT,
            Key::Address(_) => FREE_FOR_ADDRESS,
        };
        let beyond = self.count.checked_sub(free)?;
        let wait = Duration::from_secs(1 << beyond.min(5)).min(LONGEST);
        wait.checked_sub(now.duration_since(self.last)).filter(|it| !it.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn an_account_waits_longer_and_longer_and_is_forgiven() {
        let backoff = Backoff::default();
        let mut now = Instant::now();
        for _ in 0..FREE_FOR_ACCOUNT {
            backoff.admit_at("a", None, now).unwrap();
        }
        assert_eq!(backoff.admit_at("a", None, now).unwrap_err(), SECOND);
        backoff.admit_at("b", None, now).unwrap();
        now += SECOND;
        backoff.admit_at("a", None, now).unwrap();
        assert_eq!(backoff.admit_at("a", None, now).unwrap_err(), 2 * SECOND);
        now += 2 * SECOND;
        let attempt = backoff.admit_at("a", None, now).unwrap();
        backoff.forgive(attempt);
        for _ in 0..FREE_FOR_ACCOUNT {
            backoff.admit_at("a", None, now).unwrap();
        }
        assert!(backoff.admit_at("a", None, now).is_err());
        now += MEMORY;
        backoff.admit_at("a", None, now).unwrap();
        backoff.admit_at("a", None, now).unwrap();
    }

    #[test]
    fn an_address_that_tries_many_names_waits() {
        let backoff = Backoff::default();
        let now = Instant::now();
        let from: Option<IpAddr> = "10.0.0.1".parse().ok();
        for n in 0..FREE_FOR_ADDRESS {
            backoff.admit_at(&n.to_string(), from, now).unwrap();
        }
        assert!(backoff.admit_at("x", from, now).is_err());
        let local = "127.0.0.1".parse().ok();
        for n in 0..100 {
            backoff.admit_at(&n.to_string(), local, now + MEMORY).unwrap();
        }
    }
}
