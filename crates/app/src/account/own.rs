//! One's own password and second factor.

use std::collections::BTreeSet;

use engine::{
    Refusal,
    account::{
        factor::RECOVERY_CODES,
        pass::{Must, Pass},
        password,
    },
    audit::AuditFact,
    refusal::AccountRefusal,
    text::Digest,
};
use store::NewPassword;

use super::{
    provider,
    secret::{recovery_code, recovery_digest},
    totp,
};
use crate::{App, Caller, Error};

/// What somebody puts into their authenticator; shown once.
pub struct Enrolment {
    /// The address that it scans.
    pub uri: String,
    /// The secret, to be typed: base32.
    pub secret: String,
}

impl App {
    /// Changes one's own password. Every other session ends.
    ///
    /// # Errors
    /// [`AccountRefusal::WrongPassword`], which counts as a failure; [`AccountRefusal::WeakPassword`].
    pub async fn change_password(
        &self,
        caller: &Caller,
        current: String,
        new: String,
    ) -> Result<(), Error> {
        let (district, person) = (self.district(), caller.member.person);
        let rules = self.account_rules();
        let before = self.prove_password(caller, current.clone()).await?;
        let login = caller.registers.account(person).map_or("", |it| it.login.as_str());
        // What is plainly weak is refused before former passwords are tried.
        password::check(rules, login, &new, false)?;
        let former =
            self.store().former_passwords(district, person, rules.password_history).await?;
        let used = current == new
            || self.passwords().is_any(new.clone(), former).await.ok_or(Error::Busy)?;
        password::check(rules, login, &new, used)?;
        let hash = self.passwords().hash(new).await.ok_or(Error::Busy)??;
        let new = NewPassword {
            person,
            hash,
            at: self.wall(),
            reset: false,
            keep: rules.password_history,
            session: goes_on(caller, Must::ChangePassword),
        };
        let notes = self.notes(&caller.by(), vec![AuditFact::PasswordChanged { person }]);
        if self.store().set_password(district, &before, new, &notes).await? {
            Ok(())
        } else {
            Err(Error::Busy)
        }
    }

    /// Draws the secret of a second factor, to be confirmed by a code. One that is in use stays in
    /// use until then.
    ///
    /// # Errors
    /// [`AccountRefusal::WrongPassword`], which counts as a failure; where there is one in use,
    /// [`AccountRefusal::ConfirmationRequired`].
    pub async fn begin_second_factor(
        &self,
        caller: &Caller,
        password: String,
    ) -> Result<Enrolment, Error> {
        let (district, person) = (self.district(), caller.member.person);
        let kept = self.store().second_factor(district, person).await?;
        if kept.secret.is_some() {
            caller.pass.is_confirmed(self.wall())?;
        }
        let found = self.store().credentials_of(district, person).await?;
        if provider::has_password(&found.ok_or(Error::NotFound)?.password_hash) {
            self.prove_password(caller, password).await?;
        } else {
            // Whom only a provider signs in was seen there a few minutes ago.
            caller.pass.is_confirmed(self.wall())?;
        }
        let secret = totp::new_secret()?;
        self.store().begin_second_factor(district, person, &secret).await?;
        let login = caller.registers.account(person).map_or("", |it| it.login.as_str());
        Ok(Enrolment { uri: totp::uri(&secret, login), secret: totp::secret_text(&secret) })
    }

    /// Puts the second factor to use. Returns recovery codes, which are shown once; other sessions
    /// and known devices end.
    ///
    /// # Errors
    /// [`AccountRefusal::WrongCode`]; [`Refusal::Invalid`] where nothing was begun.
    pub async fn confirm_second_factor(
        &self,
        caller: &Caller,
        code: &str,
    ) -> Result<Vec<String>, Error> {
        let (district, person) = (self.district(), caller.member.person);
        let kept = self.store().second_factor(district, person).await?;
        let secret = kept.pending.ok_or(Refusal::missing("beginSecondFactor"))?;
        let step = totp::step(&secret, code, self.wall()).ok_or(AccountRefusal::WrongCode)?;
        let (codes, kept) = recovery_codes(caller)?;
        let notes = self.notes(&caller.by(), vec![AuditFact::SecondFactorEnrolled { person }]);
        let session = goes_on(caller, Must::EnrolSecondFactor);
        self.store().enrol(district, person, (&secret, step), &kept, session, &notes).await?;
        Ok(codes)
    }

    /// Whether somebody has a second factor.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn has_second_factor(&self, caller: &Caller) -> Result<bool, Error> {
        let kept = self.store().second_factor(self.district(), caller.member.person).await?;
        Ok(kept.secret.is_some())
    }

    /// How many recovery codes somebody has left.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn recovery_codes_left(&self, caller: &Caller) -> Result<u64, Error> {
        Ok(self.store().recovery_codes_left(self.district(), caller.member.person).await?)
    }

    /// Ends every session of somebody, this one too, and forgets their devices; their tokens too
    /// where that is said.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn sign_out_everywhere(&self, caller: &Caller, tokens: bool) -> Result<(), Error> {
        let person = caller.member.person;
        let notes = self.notes(&caller.by(), vec![AuditFact::SignedOutEverywhere { person }]);
        Ok(self.store().sign_out_everywhere(self.district(), person, tokens, &notes).await?)
    }
}

/// The session that goes on, and what is left to be done first in it.
fn goes_on(caller: &Caller, done: Must) -> Option<(Digest, BTreeSet<Must>)> {
    match (&caller.pass, caller.session) {
        (Pass::Session { must, .. }, Some(session)) => {
            Some((session, must.iter().copied().filter(|it| *it != done).collect()))
        }
        (Pass::Session { .. } | Pass::Token { .. } | Pass::House, _) => None,
    }
}

/// Recovery codes, and what is kept of them.
fn recovery_codes(caller: &Caller) -> Result<(Vec<String>, Vec<Digest>), Error> {
    let codes = (0..RECOVERY_CODES).map(|_| recovery_code()).collect::<Result<Vec<String>, _>>()?;
    let kept = codes.iter().filter_map(|it| recovery_digest(caller.member.person, it)).collect();
    Ok((codes, kept))
}
