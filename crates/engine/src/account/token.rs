//! Personal tokens: what somebody may hand to a program of theirs.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::pass::Scope;
use crate::refusal::{Problem, Refusal};

/// How long a token lasts at most.
pub const LONGEST: TimeDelta = TimeDelta::days(366);
/// The most characters of a token's name.
pub const NAME: usize = 100;
/// How many somebody has at most.
pub const MOST: usize = 50;

/// What a token is for where nobody says: to read and to act. More has to be asked for.
#[must_use]
pub fn usual_scope() -> BTreeSet<Scope> {
    BTreeSet::from([Scope::Read, Scope::Act])
}

/// Holds a token that somebody asks for against the rules.
///
/// # Errors
/// [`Refusal::Invalid`] with the field that cannot be.
pub fn check(
    name: &str,
    scope: &BTreeSet<Scope>,
    expires_at: DateTime<Utc>,
    n_others: usize,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let length = name.chars().count();
    if name.trim().is_empty() {
        return Err(Refusal::missing("name"));
    }
    if length > NAME {
        return Err(Refusal::invalid("name", Problem::TooLong(u32::try_from(NAME).unwrap_or(0))));
    }
    if name.chars().any(char::is_control) {
        return Err(Refusal::invalid("name", Problem::Unreadable));
    }
    if scope.is_empty() {
        return Err(Refusal::missing("scope"));
    }
    if expires_at <= now {
        return Err(Refusal::invalid("expiresAt", Problem::Past));
    }
    if expires_at - now > LONGEST {
        return Err(Refusal::invalid("expiresAt", Problem::TooFar));
    }
    if n_others >= MOST {
        return Err(Refusal::invalid("token", Problem::TooMany(u32::try_from(MOST).unwrap_or(0))));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_a_name_a_scope_and_an_end_within_a_year() {
        let now = DateTime::UNIX_EPOCH;
        let asked = |name: &str, days: i64| {
            check(name, &usual_scope(), now + TimeDelta::days(days), 0, now)
        };
        assert_eq!(asked("报表", 366), Ok(()));
        assert_eq!(asked("报表", 367), Err(Refusal::invalid("expiresAt", Problem::TooFar)));
        assert_eq!(asked("报表", 0), Err(Refusal::invalid("expiresAt", Problem::Past)));
        assert_eq!(asked(" ", 1), Err(Refusal::missing("name")));
        assert_eq!(asked("a\u{7}", 1), Err(Refusal::invalid("name", Problem::Unreadable)));
        let none = check("x", &BTreeSet::new(), now + TimeDelta::days(1), 0, now);
        assert_eq!(none, Err(Refusal::missing("scope")));
        let many = check("x", &usual_scope(), now + TimeDelta::days(1), MOST, now);
        assert_eq!(many, Err(Refusal::invalid("token", Problem::TooMany(50))));
    }

    #[test]
    fn nobody_administers_by_a_token_without_having_asked_for_it() {
        assert!(!usual_scope().contains(&Scope::Administer));
    }
}
