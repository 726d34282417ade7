//! Accounts: signing in, one's own password, second factor and tokens, the three administrators,
//! absence and duty. What is allowed the engine says; here it is looked up, tried and kept.

mod administer;
mod hash;
mod own;
mod provider;
mod secret;
mod sign_in;
mod stand_in;
mod token;
mod totp;

use engine::{
    Refusal,
    account::lock::Lockout,
    audit::{AuditFact, NotSignedIn},
    ids::PersonId,
    refusal::AccountRefusal,
};

pub use self::{
    administer::{AccountFilter, AccountState, AccountView, AddAccount},
    hash::{HashError, Verifier, hash_password},
    own::Enrolment,
    provider::{ByProvider, Provided},
    secret::{NoRandomness, digest, random_password, random_token},
    sign_in::{Attempt, Confirmation, Confirmed, SignedIn},
    stand_in::{AbsenceInput, DutyInput},
    token::{IssueToken, Token},
    totp::{new_secret, secret_of, secret_text},
};
use crate::{App, By, Caller, Error};

/// A secret could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is no randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// There is no memory for a hash.
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl From<NoRandomness> for Error {
    fn from(error: NoRandomness) -> Self {
        Self::Secret(error.into())
    }
}

impl From<HashError> for Error {
    fn from(error: HashError) -> Self {
        Self::Secret(error.into())
    }
}

impl From<AccountRefusal> for Error {
    fn from(refusal: AccountRefusal) -> Self {
        Self::Refused(Refusal::Account(refusal))
    }
}

impl App {
    /// Counts a failure where the rules count it, and notes it. A name that nobody has costs the
    /// same as one that somebody has.
    async fn failed(
        &self,
        person: Option<PersonId>,
        why: NotSignedIn,
        by: &By,
    ) -> Result<Lockout, Error> {
        let (rules, now) = (self.account_rules(), self.wall());
        let counts = matches!(why, NotSignedIn::WrongPassword | NotSignedIn::WrongCode);
        let change = |before: Lockout| {
            let after = if counts { before.failed(rules, now) } else { before };
            let mut facts = vec![AuditFact::SignInRefused { person, why }];
            if let (Some(person), Some(until)) = (person, after.until)
                && after.until != before.until
            {
                facts.push(AuditFact::AccountLocked { person, until, failures: after.failures });
            }
            (after, self.notes(by, facts))
        };
        Ok(self.store().change_lockout(self.district(), person, change).await?)
    }

    /// Whether this is the password of somebody who has signed in already; a failure counts.
    /// Returns its hash.
    async fn prove_password(&self, caller: &Caller, password: String) -> Result<String, Error> {
        let person = caller.member.person;
        self.not_locked(person).await?;
        let found = self.store().credentials_of(self.district(), person).await?;
        let hash = found.ok_or(Error::NotFound)?.password_hash;
        let is_right = self.passwords().verify(password, Some(hash.clone())).await;
        if is_right.ok_or(Error::Busy)? {
            return Ok(hash);
        }
        self.failed(Some(person), NotSignedIn::WrongPassword, &caller.by()).await?;
        Err(AccountRefusal::WrongPassword.into())
    }

    /// Whether somebody may try at all.
    async fn not_locked(&self, person: PersonId) -> Result<(), Error> {
        let lockout = self.store().lockout(self.district(), Some(person)).await?;
        match lockout.locked(self.wall()) {
            Some(until) => Err(AccountRefusal::Locked { until }.into()),
            None => Ok(()),
        }
    }

    /// Keeps on the record that an act was refused for want of authority.
    pub(crate) async fn noted<T>(
        &self,
        caller: &Caller,
        act: &str,
        res: Result<T, impl Into<Error>>,
    ) -> Result<T, Error> {
        let res = res.map_err(Into::into);
        if let Err(Error::Refused(refusal)) = &res {
            self.note_refused(caller, act, refusal).await?;
        }
        res
    }

    /// Keeps on the record that something was refused that is no command on a case, where the rules
    /// keep such a refusal.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn note_refused(
        &self,
        caller: &Caller,
        act: &str,
        refusal: &Refusal,
    ) -> Result<(), Error> {
        if !refusal.is_recorded() {
            return Ok(());
        }
        let fact = AuditFact::Refused {
            act: act.chars().take(100).collect(),
            code: refusal.code().to_owned(),
            case: None,
            units: vec![],
        };
        self.note(&caller.by(), fact).await
    }
}
