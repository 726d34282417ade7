//! The second factor: of whom it is demanded, and which code counts.

use chrono::{DateTime, Utc};

use super::SecondFactor;

/// How many seconds one code is shown.
pub const STEP: u64 = 30;
/// How many steps the clock of a telephone may be off, either way.
pub const SKEW: u16 = 1;
/// How many recovery codes somebody is given.
pub const RECOVERY_CODES: usize = 10;

/// How somebody stands to the second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether any of their roles is privileged.
    pub privileged: bool,
    /// Whether they have one.
    pub enrolled: bool,
    /// Whether a code was given on this device before.
    pub known_device: bool,
}

/// What is demanded of somebody whose password was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// Nothing more.
    Nothing,
    /// A code, or one of their recovery codes.
    Code,
    /// To enrol, before anything else is done.
    Enrolment,
}

/// What is demanded of somebody whose password was right.
#[must_use]
pub fn demand(rule: SecondFactor, it: Standing) -> Demand {
    match (rule, it.enrolled) {
        (SecondFactor::Offered, _) => Demand::Nothing,
        (SecondFactor::Privileged | SecondFactor::Everyone, true) if it.known_device => {
            Demand::Nothing
        }
        (SecondFactor::Privileged | SecondFactor::Everyone, true) => Demand::Code,
        (SecondFactor::Everyone, false) => Demand::Enrolment,
        (SecondFactor::Privileged, false) if it.privileged => Demand::Enrolment,
        (SecondFactor::Privileged, false) => Demand::Nothing,
    }
}

/// Whether a password alone confirms a sensitive act: where there is nothing better.
#[must_use]
pub fn password_confirms(rule: SecondFactor, enrolled: bool) -> bool {
    !enrolled || rule == SecondFactor::Offered
}

/// Whether the code of a step may still be used: each is used once, and none from before it.
#[must_use]
pub fn is_fresh(step: u64, last_used: Option<u64>) -> bool {
    last_used.is_none_or(|it| step > it)
}

/// The instant as codes count it.
#[must_use]
pub fn seconds(now: DateTime<Utc>) -> u64 {
    u64::try_from(now.timestamp()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rule: SecondFactor, privileged: bool, enrolled: bool, known_device: bool) -> Demand {
        demand(rule, Standing { privileged, enrolled, known_device })
    }

    #[test]
    fn a_code_is_asked_once_a_device_of_whoever_has_one() {
        for rule in [SecondFactor::Privileged, SecondFactor::Everyone] {
            for privileged in [false, true] {
                assert_eq!(of(rule, privileged, true, false), Demand::Code);
                assert_eq!(of(rule, privileged, true, true), Demand::Nothing);
            }
        }
    }

    #[test]
    fn who_must_have_one_enrols_first_whatever_the_device() {
        for known in [false, true] {
            assert_eq!(of(SecondFactor::Privileged, true, false, known), Demand::Enrolment);
            assert_eq!(of(SecondFactor::Privileged, false, false, known), Demand::Nothing);
            assert_eq!(of(SecondFactor::Everyone, false, false, known), Demand::Enrolment);
            assert_eq!(of(SecondFactor::Offered, true, false, known), Demand::Nothing);
            assert_eq!(of(SecondFactor::Offered, true, true, known), Demand::Nothing);
        }
    }

    #[test]
    fn a_password_confirms_only_where_there_is_nothing_better() {
        assert!(password_confirms(SecondFactor::Privileged, false));
        assert!(!password_confirms(SecondFactor::Privileged, true));
        assert!(!password_confirms(SecondFactor::Everyone, true));
        assert!(password_confirms(SecondFactor::Offered, true));
    }

    #[test]
    fn a_code_is_used_once_and_none_from_before_it() {
        assert!(is_fresh(7, None));
        assert!(is_fresh(8, Some(7)));
        assert!(!is_fresh(7, Some(7)));
        assert!(!is_fresh(6, Some(7)));
    }
}
