//! Signing in, going on, and confirming who one is.

use chrono::{DateTime, TimeDelta, Utc};
use engine::{
    account::{
        factor::{self, Demand, Standing},
        pass::{CONFIRMED_FOR, Must, Pass, Scope},
        password,
        session::{self, Kind},
    },
    actor::Role,
    audit::{AuditFact, NotSignedIn, Proof},
    ids::PersonId,
    refusal::AccountRefusal,
    text::Digest,
};
use store::{Factor, NewDevice, NewSession};

use super::{
    secret::{digest, random_token, recovery_digest},
    totp,
};
use crate::{App, By, Caller, Error};

/// An attempt to sign in.
pub struct Attempt {
    /// The name that was typed.
    pub name: String,
    /// The password that was typed.
    pub password: String,
    /// The code of the second factor, or a recovery code.
    pub code: Option<String>,
    /// The secret by which this device is known.
    pub device: Option<String>,
    /// The session that this browser has, which ends.
    pub session: Option<String>,
    /// From which address.
    pub source: Option<String>,
}

/// Somebody who has signed in.
pub struct SignedIn {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their roles.
    pub roles: Vec<Role>,
    /// Their unit's name.
    pub unit: String,
    /// What they must do before anything else.
    pub must: Vec<Must>,
    /// The secret of the session.
    pub token: String,
    /// How long it lasts at most.
    pub lasts: TimeDelta,
    /// The secret by which this device is known from now on, where a code was given.
    pub device: Option<String>,
}

/// What confirms who somebody is: a code, or the password where there is nothing better.
#[derive(Default)]
pub struct Confirmation {
    /// The code of the second factor, or a recovery code.
    pub code: Option<String>,
    /// The password.
    pub password: Option<String>,
}

/// Who has confirmed who they are.
pub struct Confirmed {
    /// Until when it counts.
    pub until: DateTime<Utc>,
    /// The secret by which this device is known from now on, where that was owed.
    pub device: Option<String>,
}

impl App {
    /// Signs somebody in.
    ///
    /// # Errors
    /// [`AccountRefusal::NotSignedIn`] alike for an unknown name, a wrong password, a locked and a
    /// disabled account; only who gave the right password hears that a code is demanded, or until
    /// when the account is locked. [`Error::Busy`] where too many sign in at once.
    pub async fn sign_in(&self, attempt: Attempt) -> Result<SignedIn, Error> {
        let (district, now) = (self.district(), self.wall());
        let nobody = By { source: attempt.source.clone(), ..By::default() };
        let found = self.store().credentials(district, &attempt.name).await?;
        let person = found.as_ref().map(|it| it.account.person);
        let lockout = self.store().lockout(district, person).await?;
        let hash = found.as_ref().map(|it| it.password_hash.clone());
        let is_right = self.passwords().verify(attempt.password, hash).await.ok_or(Error::Busy)?;
        let alike = AccountRefusal::NotSignedIn;
        let refused = match (&found, lockout.locked(now)) {
            (None, _) => Some((NotSignedIn::Unknown, alike)),
            (Some(it), _) if it.account.disabled => Some((NotSignedIn::Disabled, alike)),
            (Some(_), Some(until)) if is_right => {
                Some((NotSignedIn::Locked, AccountRefusal::Locked { until }))
            }
            (Some(_), Some(_)) => Some((NotSignedIn::Locked, alike)),
            (Some(_), None) if !is_right => Some((NotSignedIn::WrongPassword, alike)),
            (Some(_), None) => None,
        };
        let found = match (found, refused) {
            (Some(found), None) => found,
            (_, refused) => {
                let (why, refusal) =
                    refused.unwrap_or((NotSignedIn::Unknown, AccountRefusal::NotSignedIn));
                self.failed(person, why, &nobody).await?;
                return Err(refusal.into());
            }
        };

        let account = found.account;
        let rules = self.account_rules();
        let kept = self.store().second_factor(district, account.person).await?;
        let device = attempt.device.as_deref().map(digest);
        let known_device = match device {
            Some(it) => self.store().knows_device(district, account.person, it, now).await?,
            None => false,
        };
        let standing = Standing {
            privileged: account.roles.iter().any(|it| it.is_privileged()),
            enrolled: kept.secret.is_some(),
            known_device,
        };
        let demand = factor::demand(rules.second_factor, standing);
        let code = attempt.code.filter(|it| standing.enrolled && !it.trim().is_empty());
        let proof = match (code, demand) {
            (Some(code), _) => match self.use_code(account.person, &kept, &code).await? {
                Some(proof) => proof,
                None => {
                    self.failed(person, NotSignedIn::WrongCode, &nobody).await?;
                    return Err(AccountRefusal::WrongCode.into());
                }
            },
            (None, Demand::Code) => {
                self.failed(person, NotSignedIn::CodeMissing, &nobody).await?;
                return Err(AccountRefusal::SecondFactorRequired.into());
            }
            (None, Demand::Nothing | Demand::Enrolment) if standing.enrolled && known_device => {
                Proof::KnownDevice
            }
            (None, Demand::Nothing | Demand::Enrolment) => Proof::Password,
        };

        let is_expired = password::is_expired(rules, found.password_at, found.password_reset, now);
        let must = [
            (is_expired, Must::ChangePassword),
            (demand == Demand::Enrolment, Must::EnrolSecondFactor),
        ];
        let must = must.into_iter().filter_map(|(is_owed, it)| is_owed.then_some(it));
        // Whoever shows at the door what a confirmation asks for need not show it again at once.
        let confirmed = match proof {
            Proof::Code | Proof::RecoveryCode => true,
            Proof::Password | Proof::KnownDevice | Proof::Provider => {
                factor::password_confirms(rules.second_factor, standing.enrolled)
            }
        };
        let token = random_token()?;
        let new_device = match proof {
            Proof::Code => Some(random_token()?),
            Proof::Password | Proof::KnownDevice | Proof::RecoveryCode | Proof::Provider => None,
        };
        let span = (now, session::ends(rules, now));
        let new = NewSession {
            must: must.collect(),
            confirmed_at: confirmed.then_some(now),
            ..NewSession::of(Kind::Session, account.person, digest(&token), span)
        };
        let known = new_device.as_deref().map(|it| NewDevice {
            token: digest(it),
            replaces: device,
            expires_at: now + session::DEVICE_KNOWN,
        });
        let by =
            By { person: Some(account.person), unit: Some(account.unit), source: attempt.source };
        let fact = AuditFact::SignedIn { person: account.person, by: proof };
        let old = attempt.session.as_deref().map(digest);
        let must = new.must.iter().copied().collect();
        self.store().sign_in(district, new, old, known, &self.notes(&by, vec![fact])).await?;

        let registers = self.registers().await?;
        Ok(SignedIn {
            person: account.person,
            name: registers.name_of(account.person).unwrap_or(&account.login).to_owned(),
            roles: account.roles,
            unit: registers.directory.name(account.unit),
            must,
            token,
            lasts: span.1 - span.0,
            device: new_device,
        })
    }

    /// Uses a code of the second factor, or a recovery code. None where it is wrong or was used.
    pub(super) async fn use_code(
        &self,
        person: PersonId,
        kept: &Factor,
        code: &str,
    ) -> Result<Option<Proof>, Error> {
        let (store, district, now) = (self.store(), self.district(), self.wall());
        if let Some(code) = recovery_digest(person, code) {
            let used = store.use_recovery_code(district, person, code, now).await?;
            return Ok(used.then_some(Proof::RecoveryCode));
        }
        let step = kept.secret.as_ref().and_then(|it| totp::step(it, code, now));
        let Some(step) = step.filter(|it| factor::is_fresh(*it, kept.last_step)) else {
            return Ok(None);
        };
        Ok(store.use_step(district, person, step).await?.then_some(Proof::Code))
    }

    /// Who holds a session or a token; none where it has ended, or is none.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn admit(
        &self,
        token: &str,
        source: Option<String>,
    ) -> Result<Option<Caller>, Error> {
        let now = self.wall();
        let Some(found) = self.store().session(digest(token)).await? else { return Ok(None) };
        let is = &found.is;
        let lasts =
            session::lasts(self.account_rules(), is.kind, found.last_seen_at, is.expires_at, now);
        if found.district != self.district() || !lasts {
            return Ok(None);
        }
        let Some(caller) = self.caller(is.person, source).await? else { return Ok(None) };
        if session::is_to_be_noted(found.last_seen_at, now) {
            self.store().seen(is.token, found.last_seen_at, now).await?;
        }
        let pass = match is.kind {
            Kind::Session => Pass::Session { must: is.must.clone(), confirmed_at: is.confirmed_at },
            Kind::Token => Pass::Token {
                scope: is.scope.clone().unwrap_or_else(Scope::all),
                document: is.document,
            },
        };
        Ok(Some(Caller { pass, session: Some(is.token), ..caller }))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn sign_out(&self, token: &str) -> Result<(), Error> {
        Ok(self.store().end_session(digest(token)).await?)
    }

    /// Confirms who somebody is, for the sensitive acts of the next minutes. Says until when.
    ///
    /// # Errors
    /// What was shown is wrong, or not enough; a failure counts. A token confirms nothing.
    pub async fn confirm(&self, caller: &Caller, shown: Confirmation) -> Result<Confirmed, Error> {
        let session = own_session(caller)?;
        let person = caller.member.person;
        let (district, now) = (self.district(), self.wall());
        let kept = self.store().second_factor(district, person).await?;
        let rules = self.account_rules();
        let by_password = factor::password_confirms(rules.second_factor, kept.secret.is_some());
        let by = match (shown.code.filter(|it| !it.trim().is_empty()), shown.password) {
            (Some(code), _) if kept.secret.is_some() => {
                self.not_locked(person).await?;
                let proof = self.use_code(person, &kept, &code).await?;
                if proof.is_none() {
                    self.failed(Some(person), NotSignedIn::WrongCode, &caller.by()).await?;
                }
                proof.ok_or(AccountRefusal::WrongCode)?
            }
            (_, Some(password)) if by_password => {
                self.prove_password(caller, password).await?;
                Proof::Password
            }
            (_, _) if by_password => return Err(AccountRefusal::ConfirmationRequired.into()),
            (_, _) => return Err(AccountRefusal::SecondFactorRequired.into()),
        };
        // What is asked at sign-in, once a device, is asked here of whom a provider has signed in.
        let mut must = caller.pass.must();
        let owed = must.remove(&Must::GiveCode);
        let device = (owed && by == Proof::Code).then(random_token).transpose()?;
        let known = device.as_deref().map(|it| NewDevice {
            token: digest(it),
            replaces: None,
            expires_at: now + session::DEVICE_KNOWN,
        });
        let notes = self.notes(&caller.by(), vec![AuditFact::Confirmed { person, by }]);
        self.store().confirmed(district, person, (session, &must), known, &notes).await?;
        Ok(Confirmed { until: now + CONFIRMED_FOR, device })
    }
}

/// The session of somebody who signed in.
fn own_session(caller: &Caller) -> Result<Digest, AccountRefusal> {
    match (&caller.pass, caller.session) {
        (Pass::Session { .. }, Some(session)) => Ok(session),
        (Pass::Session { .. } | Pass::Token { .. } | Pass::House, _) => {
            Err(AccountRefusal::NotByToken)
        }
    }
}
