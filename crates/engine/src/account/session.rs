//! Sessions: until when one lasts, and how often it is written down that it was used.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::Rules;

/// How long a device on which a code was given is known.
pub const DEVICE_KNOWN: TimeDelta = TimeDelta::days(30);
/// How often it is written down at most that a session was used.
pub const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// What a request shows to say who asks.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// Somebody who signed in.
    Session,
    /// A program that was given a token.
    Token,
}

/// Whether it lasts still: a session ends at its end and when nobody used it for a while, a token at
/// its end alone.
#[must_use]
pub fn lasts(
    rules: &Rules,
    kind: Kind,
    last_seen: DateTime<Utc>,
    ends: DateTime<Utc>,
    now: DateTime<Utc>,
) -> bool {
    let idle = TimeDelta::minutes(i64::from(rules.idle_minutes));
    let used = match kind {
        Kind::Session => now - last_seen < idle,
        Kind::Token => true,
    };
    now < ends && used
}

/// When a session that begins now ends in any case.
#[must_use]
pub fn ends(rules: &Rules, now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::hours(i64::from(rules.session_hours))
}

/// Whether it is to be written down that it was used.
#[must_use]
pub fn is_to_be_noted(last_seen: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - last_seen >= SEEN_EVERY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_was_not_used_and_in_any_case_at_its_end() {
        let (rules, begun) = (Rules::default(), DateTime::UNIX_EPOCH);
        let end = ends(&rules, begun);
        assert_eq!(end - begun, TimeDelta::hours(12));
        let lasts = |kind, seen: i64, now: i64| {
            let at = |minutes| begun + TimeDelta::minutes(minutes);
            lasts(&rules, kind, at(seen), end, at(now))
        };
        assert!(lasts(Kind::Session, 0, 29));
        assert!(!lasts(Kind::Session, 0, 30));
        assert!(lasts(Kind::Session, 715, 719));
        assert!(!lasts(Kind::Session, 719, 720));
        assert!(lasts(Kind::Token, 0, 719));
        assert!(!lasts(Kind::Token, 719, 720));
    }

    #[test]
    fn a_use_is_noted_once_a_minute() {
        let seen = DateTime::UNIX_EPOCH;
        assert!(!is_to_be_noted(seen, seen + TimeDelta::seconds(59)));
        assert!(is_to_be_noted(seen, seen + TimeDelta::seconds(60)));
    }
}
