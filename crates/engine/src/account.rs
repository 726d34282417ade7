//! Accounts: how somebody signs in, what a sign-in or a token is good for, who administers whom, and
//! who stands in for whom.
//!
//! Like every rule these read no clock and draw nothing: what was typed, kept and counted is handed
//! in, and the answer is what is allowed and what is to be kept next. Sign-in goes by the time on
//! the wall, absence and duty by the time of the cases.

pub mod administer;
pub mod factor;
pub mod lock;
pub mod pass;
pub mod password;
pub mod provider;
pub mod session;
pub mod stand_in;
pub mod token;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// What a centre has set for its accounts (`[accounts]`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The fewest characters of a password.
    pub password_min: u32,
    /// How many of the four classes of characters a password has at least.
    pub password_classes: u32,
    /// After how many days a password has to be changed; never where it is 0.
    pub password_days: u32,
    /// How many former passwords may not come back.
    pub password_history: u32,
    /// At which failure in a row an account is locked.
    pub lock_after: u32,
    /// How long the first lock lasts; each further failure doubles it, up to a day.
    pub lock_minutes: u32,
    /// After how long without a request a session has ended.
    pub idle_minutes: u32,
    /// After how long a session has ended in any case.
    pub session_hours: u32,
    /// Of whom the second factor is demanded.
    pub second_factor: SecondFactor,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            password_min: 10,
            password_classes: 3,
            password_days: 90,
            password_history: 5,
            lock_after: 5,
            lock_minutes: 10,
            idle_minutes: 30,
            session_hours: 12,
            second_factor: SecondFactor::Privileged,
        }
    }
}

/// Of whom the second factor is demanded.
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
pub enum SecondFactor {
    /// Of those in privileged roles, and of whoever has enrolled.
    Privileged,
    /// Of everybody.
    Everyone,
    /// Of nobody: a code that is sent is checked, one that is not sent is not missed. For
    /// demonstrations.
    Offered,
}
