//! Signing in by a provider: whoever it names is held against what is kept here. That the provider
//! said so, `server` has made sure of.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::{
    account::{
        administer,
        factor::{self, Standing},
        provider::{self, Given, Rules},
        session::{self, Kind},
    },
    actor::{Rank, Role},
    audit::{AuditFact, NotSignedIn, Proof},
    ids::PersonId,
    refusal::AccountRefusal,
    text::Digest,
};
use store::{Account, Identity, Moved, NewAccount, NewSession};

use super::{
    SignedIn,
    administer::plain,
    secret::{digest, random_token},
};
use crate::{App, By, Error, Registers};

/// No password: nothing hashes to it.
const NO_PASSWORD: &str = "-";

/// What a provider says of somebody.
#[derive(Clone)]
pub struct ByProvider {
    /// Who it is.
    pub who: Identity,
    /// By which name they would sign in here.
    pub login: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Where letters go.
    pub mail: Option<String>,
    /// The groups that they are in.
    pub groups: BTreeSet<String>,
    /// How they showed who they are (`amr`, `acr`).
    pub shown: BTreeSet<String>,
    /// When they did, where the provider says.
    pub shown_at: Option<DateTime<Utc>>,
}

/// From which browser somebody comes.
#[derive(Debug, Clone, Default)]
pub struct Provided {
    /// The digest of the secret by which the device is known.
    pub device: Option<Digest>,
    /// The digest of the session that this browser has, which ends.
    pub session: Option<Digest>,
    /// From which address.
    pub source: Option<String>,
}

/// What a sign-in changes, and who is signed in by it.
struct Settled {
    account: Account,
    moved: Moved,
    /// What the program notes of itself.
    changes: Vec<AuditFact>,
}

impl App {
    /// Signs in whom a provider has named. What was changed there counts from now on: groups give
    /// and take roles where the rules say so.
    ///
    /// # Errors
    /// Why not, which is noted.
    pub async fn sign_in_by_provider(
        &self,
        rules: &Rules,
        it: ByProvider,
        from: Provided,
    ) -> Result<SignedIn, Error> {
        for _ in 0..crate::submit::TRIES {
            if let Some(signed_in) = self.try_by_provider(rules, &it, &from).await? {
                return Ok(signed_in);
            }
        }
        Err(Error::Busy)
    }

    /// Keeps on the record that a sign-in by a provider came to nothing.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn not_by_provider(
        &self,
        person: Option<PersonId>,
        why: NotSignedIn,
        source: Option<String>,
    ) -> Result<(), Error> {
        let by = By { source, ..By::default() };
        self.note(&by, AuditFact::SignInRefused { person, why }).await
    }

    /// Whether a browser's attempt comes back for the first time.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn comes_back(
        &self,
        attempt: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, Error> {
        Ok(self.store().comes_back(digest(attempt), expires_at).await?)
    }

    /// One try; none where somebody changed the account meanwhile.
    async fn try_by_provider(
        &self,
        rules: &Rules,
        it: &ByProvider,
        from: &Provided,
    ) -> Result<Option<SignedIn>, Error> {
        let (district, now) = (self.district(), self.wall());
        let registers = self.registers().await?;
        let found = self.store().provided(district, &it.who).await?;
        let person = found.as_ref().map(|it| it.person);
        let settled = match found {
            Some(account) => self.known_by_provider(rules, it, account, &registers).await?,
            None => self.new_by_provider(rules, it, &registers)?,
        };
        let Settled { account, moved, changes } = match settled {
            Ok(it) => it,
            Err((why, refusal)) => {
                self.not_by_provider(person, why, from.source.clone()).await?;
                return Err(refusal.into());
            }
        };

        let kept = self.store().second_factor(district, account.person).await?;
        let known_device = match from.device {
            Some(it) => self.store().knows_device(district, account.person, it, now).await?,
            None => false,
        };
        let standing = Standing {
            privileged: account.roles.iter().any(|it| it.is_privileged()),
            enrolled: kept.secret.is_some(),
            known_device,
        };
        let demand = factor::demand(self.account_rules().second_factor, standing);
        let vouched = rules.vouches(&it.shown);
        let must: BTreeSet<_> = provider::owes(demand, vouched).into_iter().collect();
        let enough = provider::confirms(demand, vouched, standing.enrolled);
        let (token, span) = (random_token()?, (now, session::ends(self.account_rules(), now)));
        let new = NewSession {
            must: must.clone(),
            confirmed_at: it.shown_at.filter(|it| enough && *it <= now),
            ..NewSession::of(Kind::Session, account.person, digest(&token), span)
        };
        let source = from.source.clone();
        let by = By { person: Some(account.person), unit: Some(account.unit), source };
        let fact = AuditFact::SignedIn { person: account.person, by: Proof::Provider };
        let changes = self.notes(&By { source: by.source.clone(), ..By::default() }, changes);
        let notes = (&changes, &self.notes(&by, vec![fact]));
        let begun =
            self.store().sign_in_by_provider(district, new, from.session, moved, notes).await;
        match begun {
            Ok(true) => (),
            Ok(false) => return Ok(None),
            Err(store::Error::Exists { what: "login" }) => {
                let why = NotSignedIn::LoginTaken;
                self.not_by_provider(None, why, from.source.clone()).await?;
                return Err(AccountRefusal::LoginTaken.into());
            }
            // Somebody linked them meanwhile, or another session chained a note first.
            Err(store::Error::Exists { .. } | store::Error::Stale { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let registers = self.registers().await?;
        Ok(Some(SignedIn {
            person: account.person,
            name: registers.name_of(account.person).unwrap_or(&account.login).to_owned(),
            roles: account.roles,
            unit: registers.directory.name(account.unit),
            must: must.into_iter().collect(),
            token,
            lasts: span.1 - span.0,
            device: None,
        }))
    }

    /// Somebody who has an account here.
    async fn known_by_provider(
        &self,
        rules: &Rules,
        it: &ByProvider,
        account: Account,
        registers: &Registers,
    ) -> Result<Result<Settled, (NotSignedIn, AccountRefusal)>, Error> {
        let lockout = self.store().lockout(self.district(), Some(account.person)).await?;
        let held: BTreeSet<Role> = account.roles.iter().copied().collect();
        if account.disabled {
            return Ok(Err((NotSignedIn::Disabled, AccountRefusal::NotSignedIn)));
        }
        if let Some(until) = lockout.locked(self.wall()) {
            return Ok(Err((NotSignedIn::Locked, AccountRefusal::Locked { until })));
        }
        if let Err(refusal) = provider::admits(&held) {
            return Ok(Err((NotSignedIn::ByPasswordOnly, refusal)));
        }
        let given = match rules.given(&it.groups) {
            Ok(Some(it)) => it,
            Ok(None) => {
                return Ok(Ok(Settled { account, moved: Moved::Nothing, changes: vec![] }));
            }
            Err(refusal) => return Ok(Err((NotSignedIn::NoPlace, refusal))),
        };
        let unit = match place(&given, registers) {
            Ok(unit) => unit.filter(|it| *it != registers.directory.stands_for(account.unit)),
            Err(refusal) => return Ok(Err((NotSignedIn::NoPlace, refusal))),
        };
        if given.roles == held && unit.is_none() {
            return Ok(Ok(Settled { account, moved: Moved::Nothing, changes: vec![] }));
        }
        let (person, before) = (account.person, account.roles.clone());
        let after: Vec<Role> = given.roles.iter().copied().collect();
        let mut changes = vec![];
        if given.roles != held {
            let (before, after) = (before.clone(), after.clone());
            changes.push(AuditFact::RolesChanged { person, before, after, asked_by: None });
        }
        if let Some(unit) = unit {
            changes.push(AuditFact::UnitFollowed { person, before: account.unit, after: unit });
        }
        let moved = Moved::Groups { before, roles: given.roles, unit };
        let account = Account { roles: after, unit: unit.unwrap_or(account.unit), ..account };
        Ok(Ok(Settled { account, moved, changes }))
    }

    /// Somebody who has none: they get one where the rules say so and their groups say of which unit.
    fn new_by_provider(
        &self,
        rules: &Rules,
        it: &ByProvider,
        registers: &Registers,
    ) -> Result<Result<Settled, (NotSignedIn, AccountRefusal)>, Error> {
        let no_place = (NotSignedIn::NoPlace, AccountRefusal::NoPlace);
        let not_linked = (NotSignedIn::NotLinked, AccountRefusal::NotLinked);
        if !rules.create {
            return Ok(Err(not_linked));
        }
        let Ok(Some(given)) = rules.given(&it.groups) else { return Ok(Err(no_place)) };
        let Ok(Some(unit)) = place(&given, registers) else { return Ok(Err(no_place)) };
        let login = it.login.as_deref().map(str::trim).unwrap_or_default();
        if administer::check_login(login).is_err() {
            return Ok(Err(not_linked));
        }
        if registers.accounts().any(|it| it.login == login) {
            return Ok(Err((NotSignedIn::LoginTaken, AccountRefusal::LoginTaken)));
        }
        let person = PersonId(self.fresh());
        let mail = it.mail.as_deref().and_then(|it| plain("mail", it).ok().flatten());
        let account = Account {
            person,
            login: login.to_owned(),
            unit,
            roles: given.roles.into_iter().collect(),
            rank: Rank::Staff,
            post: String::new(),
            mail: mail.filter(|it| it.contains('@') && !it.contains(char::is_whitespace)),
            disabled: false,
        };
        let name = it.name.as_deref().and_then(|it| plain("name", it).ok().flatten());
        let new = NewAccount {
            account: account.clone(),
            name: name.unwrap_or_else(|| login.to_owned()),
            password_hash: NO_PASSWORD.to_owned(),
            password_at: None,
            password_reset: false,
        };
        let changes = vec![AuditFact::ProviderLinked { person, linked: true }];
        let moved = Moved::Account(Box::new(new), it.who.clone());
        Ok(Ok(Settled { account, moved, changes }))
    }
}

/// The unit that groups name, or the one that took it over.
fn place(
    given: &Given,
    registers: &Registers,
) -> Result<Option<engine::ids::UnitId>, AccountRefusal> {
    let Some(code) = &given.unit else { return Ok(None) };
    let directory = &registers.directory;
    let found = directory.units().find(|it| it.code == *code);
    let unit = found.map(|it| directory.stands_for(it.id));
    let open = unit.and_then(|it| directory.unit(it)).filter(|it| !it.closed);
    open.map(|it| Some(it.id)).ok_or(AccountRefusal::NoPlace)
}

/// Whether an account has a password at all: one that a provider brought has none.
pub(super) fn has_password(hash: &str) -> bool {
    hash != NO_PASSWORD
}
