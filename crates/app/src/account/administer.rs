//! 三员: what administrators do to the accounts of others.

use std::collections::BTreeSet;

use engine::{
    Refusal,
    account::{
        administer::{self, Act, Granting, Target},
        provider,
    },
    actor::{Rank, Role},
    audit::AuditFact,
    ids::{PersonId, UnitId},
    refusal::Problem,
};
use store::{
    Account, AccountDetails, Cursor, Identity, NewAccount, NewPassword, Page, PageRequest,
    RolesAsked,
};

use super::secret::random_password;
use crate::{App, Caller, Error, Registers};

/// An account that is added: without any role.
pub struct AddAccount {
    /// The name to sign in with.
    pub login: String,
    /// Whose it is.
    pub name: String,
    /// Of which unit.
    pub unit: UnitId,
    /// The post.
    pub post: String,
    /// The rank.
    pub rank: Rank,
    /// Where letters go.
    pub mail: Option<String>,
}

/// How an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// It can be used.
    Active,
    /// 已锁定, after failures.
    Locked,
    /// 已停用.
    Disabled,
}

/// Which accounts; all of it holds.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Of this unit.
    pub unit: Option<UnitId>,
    /// With this role.
    pub role: Option<Role>,
    /// In whose name or sign-in name this stands.
    pub text: Option<String>,
}

/// An account as administrators see it.
#[derive(Debug, Clone)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// Whose it is.
    pub name: Option<String>,
    /// What else is kept of it.
    pub details: AccountDetails,
    /// How it is.
    pub state: AccountState,
}

impl App {
    /// A page of the accounts, by unit and name to sign in with.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] for whoever administers none.
    pub async fn accounts(
        &self,
        caller: &Caller,
        filter: &AccountFilter,
        page: PageRequest,
    ) -> Result<Page<AccountView>, Error> {
        let may = administer::permit(Act::List, &caller.member);
        self.noted(caller, "accounts", may).await?;
        let registers = &caller.registers;
        let text = filter.text.as_ref().map(|it| it.to_lowercase());
        let holds = |it: &str| text.as_ref().is_none_or(|text| it.to_lowercase().contains(text));
        let name = |it: &Account| registers.name_of(it.person).unwrap_or_default();
        let mut found: Vec<&Account> = registers
            .accounts()
            .filter(|it| filter.unit.is_none_or(|unit| unit == it.unit))
            .filter(|it| filter.role.is_none_or(|role| it.roles.contains(&role)))
            .filter(|it| holds(&it.login) || holds(name(it)))
            .collect();
        found.sort_by_cached_key(|it| {
            (registers.directory.unit(it.unit).map(|it| it.code.as_str()), it.login.as_str())
        });
        let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
        let after = page.after.map(Cursor::id);
        let from = after
            .and_then(|id| found.iter().position(|it| it.person.0 == id))
            .map_or(0, |it| it + 1);
        let first = usize::try_from(page.first).unwrap_or(usize::MAX);
        let more = found.len() > from.saturating_add(first);
        let shown: Vec<Account> = found.into_iter().skip(from).take(first).cloned().collect();
        let views = self.views(registers, shown).await?;
        Ok(Page {
            items: views.into_iter().map(|it| (Cursor::of_id(it.account.person.0), it)).collect(),
            more,
            total: page.count.then_some(total),
            capped: false,
        })
    }

    /// Accounts as administrators see them.
    async fn views(
        &self,
        registers: &Registers,
        accounts: Vec<Account>,
    ) -> Result<Vec<AccountView>, Error> {
        let people: Vec<PersonId> = accounts.iter().map(|it| it.person).collect();
        let mut details = self.store().account_details(self.district(), &people).await?;
        let now = self.wall();
        let view = |account: Account| {
            let details = details.remove(&account.person).unwrap_or_default();
            let locked = details.locked_until.is_some_and(|it| it > now);
            let state = match (account.disabled, locked) {
                (true, _) => AccountState::Disabled,
                (false, true) => AccountState::Locked,
                (false, false) => AccountState::Active,
            };
            let name = registers.name_of(account.person).map(str::to_owned);
            AccountView { name, details, state, account }
        };
        Ok(accounts.into_iter().map(view).collect())
    }

    /// One account, as it is now.
    async fn view(&self, person: PersonId) -> Result<AccountView, Error> {
        let registers = self.registers().await?;
        let account = registers.account(person).cloned().ok_or(Error::NotFound)?;
        let views = self.views(&registers, vec![account]).await?;
        views.into_iter().next().ok_or(Error::NotFound)
    }

    /// Adds an account without roles. Its password is returned, this once; it has to be changed at
    /// the first sign-in.
    ///
    /// # Errors
    /// The rule's reason.
    pub async fn add_account(
        &self,
        caller: &Caller,
        new: AddAccount,
    ) -> Result<(AccountView, String), Error> {
        let may = administer::permit(Act::Add, &caller.member);
        self.noted(caller, "add_account", may).await?;
        let login = new.login.trim();
        administer::check_login(login)?;
        let registers = self.registers().await?;
        let unit = registers.directory.unit(new.unit).filter(|it| !it.closed);
        let unit = unit.ok_or(Refusal::invalid("unit", Problem::Unknown))?.id;
        let name = plain("name", &new.name)?.ok_or(Refusal::missing("name"))?;
        let mail = plain("mail", new.mail.as_deref().unwrap_or_default())?;
        if mail.as_ref().is_some_and(|it| !it.contains('@') || it.contains(char::is_whitespace)) {
            return Err(Refusal::invalid("mail", Problem::Unreadable).into());
        }
        let person = PersonId(self.fresh());
        let password = random_password()?;
        let hash = self.passwords().hash(password.clone()).await.ok_or(Error::Busy)??;
        let account = Account {
            person,
            login: login.to_owned(),
            unit,
            roles: vec![],
            rank: new.rank,
            post: plain("post", &new.post)?.unwrap_or_default(),
            mail,
            disabled: false,
        };
        let new = NewAccount {
            account,
            name,
            password_hash: hash,
            password_at: Some(self.wall()),
            password_reset: true,
        };
        let notes = self.notes(&caller.by(), vec![]);
        match self.store().add_accounts(self.district(), vec![new], &notes).await {
            Err(store::Error::Exists { what: "login" }) => {
                Err(Refusal::invalid("login", Problem::Twice).into())
            }
            Err(error) => Err(error.into()),
            Ok(()) => Ok((self.view(person).await?, password)),
        }
    }

    /// Gives an account these roles in place of what it holds; where one of them is an
    /// administrator's, it waits for a second administrator.
    ///
    /// # Errors
    /// The rule's reason.
    pub async fn grant_roles(
        &self,
        caller: &Caller,
        person: PersonId,
        wanted: BTreeSet<Role>,
    ) -> Result<AccountView, Error> {
        let may = administer::permit(Act::GrantRoles, &caller.member);
        self.noted(caller, "grant_roles", may).await?;
        let (held, before) = self.held(person).await?;
        let target = Target { person, roles: &held };
        let granting = administer::grant(&caller.member, target, &wanted).map_err(Error::from);
        let (district, roles) = (self.district(), wanted.iter().copied().collect());
        match self.noted(caller, "grant_roles", granting).await? {
            Granting::Waits => {
                let asked = RolesAsked { roles: wanted, by: caller.member.person, at: self.wall() };
                let fact = AuditFact::RolesAsked { person, roles };
                let notes = self.notes(&caller.by(), vec![fact]);
                self.store().ask_roles(district, person, &asked, &notes).await?;
            }
            Granting::Now => {
                self.put_roles(caller, person, before, &wanted, None).await?;
            }
        }
        self.view(person).await
    }

    /// Confirms, or denies, roles that another administrator asked for.
    ///
    /// # Errors
    /// The rule's reason; [`Refusal::Invalid`] where none wait.
    pub async fn confirm_roles(
        &self,
        caller: &Caller,
        person: PersonId,
        granted: bool,
    ) -> Result<AccountView, Error> {
        let district = self.district();
        let may = administer::permit(Act::ConfirmRoles, &caller.member);
        self.noted(caller, "confirm_roles", may).await?;
        let (held, before) = self.held(person).await?;
        let target = Target { person, roles: &held };
        let may = administer::permit_on(Act::ConfirmRoles, &caller.member, target);
        self.noted(caller, "confirm_roles", may).await?;
        let asked = self.store().roles_asked(district, person).await?;
        let asked = asked.ok_or(Refusal::invalid("account", Problem::Missing))?;
        if granted {
            let asker = self.registers().await?.member(asked.by, self.now());
            let may = administer::confirm(&caller.member, target, asker.as_ref());
            self.noted(caller, "confirm_roles", may).await?;
            self.put_roles(caller, person, before, &asked.roles, Some(asked.by)).await?;
        } else {
            let roles = asked.roles.into_iter().collect();
            let notes = self.notes(&caller.by(), vec![AuditFact::RolesDenied { person, roles }]);
            self.store().deny_roles(district, person, &notes).await?;
        }
        self.view(person).await
    }

    /// Disables an account, or enables it again.
    ///
    /// # Errors
    /// The rule's reason.
    pub async fn set_disabled(
        &self,
        caller: &Caller,
        person: PersonId,
        disabled: bool,
    ) -> Result<AccountView, Error> {
        let (act, name, fact) = if disabled {
            (Act::Disable, "disable_account", AuditFact::AccountDisabled { person })
        } else {
            (Act::Enable, "enable_account", AuditFact::AccountEnabled { person })
        };
        self.may_on(caller, act, name, person).await?;
        let at = disabled.then(|| self.wall());
        let notes = self.notes(&caller.by(), vec![fact]);
        self.store().set_disabled(self.district(), person, at, &notes).await?;
        self.view(person).await
    }

    /// Draws a new password for somebody; it is returned, this once, and has to be changed at the
    /// next sign-in. All that the old one opened ends.
    ///
    /// # Errors
    /// The rule's reason.
    pub async fn reset_password(
        &self,
        caller: &Caller,
        person: PersonId,
    ) -> Result<(AccountView, String), Error> {
        self.may_on(caller, Act::ResetPassword, "reset_password", person).await?;
        let district = self.district();
        let found = self.store().credentials_of(district, person).await?;
        let before = found.ok_or(Error::NotFound)?.password_hash;
        let password = random_password()?;
        let hash = self.passwords().hash(password.clone()).await.ok_or(Error::Busy)??;
        let new = NewPassword {
            person,
            hash,
            at: self.wall(),
            reset: true,
            keep: self.account_rules().password_history,
            session: None,
        };
        let notes = self.notes(&caller.by(), vec![AuditFact::PasswordReset { person }]);
        if !self.store().set_password(district, &before, new, &notes).await? {
            return Err(Error::Busy);
        }
        Ok((self.view(person).await?, password))
    }

    /// Takes away somebody's second factor, who has lost it with its recovery codes.
    ///
    /// # Errors
    /// The rule's reason.
    pub async fn reset_second_factor(
        &self,
        caller: &Caller,
        person: PersonId,
    ) -> Result<AccountView, Error> {
        self.may_on(caller, Act::ResetSecondFactor, "reset_second_factor", person).await?;
        let notes = self.notes(&caller.by(), vec![AuditFact::SecondFactorReset { person }]);
        self.store().drop_second_factor(self.district(), person, &notes).await?;
        self.view(person).await
    }

    /// Ends a lock before its time.
    ///
    /// # Errors
    /// The rule's reason.
    pub async fn unlock_account(
        &self,
        caller: &Caller,
        person: PersonId,
    ) -> Result<AccountView, Error> {
        self.may_on(caller, Act::Unlock, "unlock_account", person).await?;
        let notes = self.notes(&caller.by(), vec![AuditFact::AccountUnlocked { person }]);
        self.store()
            .change_lockout(self.district(), Some(person), |_| (Default::default(), notes))
            .await?;
        self.view(person).await
    }

    /// Links an account to somebody whom a provider signs in, or to nobody any more.
    ///
    /// # Errors
    /// The rule's reason; [`Refusal::Invalid`] where another account is linked to them.
    pub async fn link_provider(
        &self,
        caller: &Caller,
        person: PersonId,
        who: Option<Identity>,
    ) -> Result<AccountView, Error> {
        self.may_on(caller, Act::LinkProvider, "link_provider", person).await?;
        if let Some(it) = &who {
            provider::check_identity(&it.issuer, &it.subject)?;
        }
        let fact = AuditFact::ProviderLinked { person, linked: who.is_some() };
        let notes = self.notes(&caller.by(), vec![fact]);
        match self.store().link_provider(self.district(), person, who, &notes).await {
            Err(store::Error::Exists { .. }) => {
                Err(Refusal::invalid("subject", Problem::Twice).into())
            }
            Err(error) => Err(error.into()),
            Ok(()) => self.view(person).await,
        }
    }

    /// The roles that an account holds, as rules and as tables have them.
    async fn held(&self, person: PersonId) -> Result<(BTreeSet<Role>, Vec<Role>), Error> {
        let registers = self.registers().await?;
        // Only administrators come this far; to them accounts are no secret.
        let account = registers.account(person);
        let kept = &account.ok_or(Refusal::invalid("account", Problem::Unknown))?.roles;
        Ok((kept.iter().copied().collect(), kept.clone()))
    }

    /// Puts roles in place of those that were looked at.
    async fn put_roles(
        &self,
        caller: &Caller,
        person: PersonId,
        before: Vec<Role>,
        roles: &BTreeSet<Role>,
        asked_by: Option<PersonId>,
    ) -> Result<(), Error> {
        let after = roles.iter().copied().collect();
        let fact = AuditFact::RolesChanged { person, before: before.clone(), after, asked_by };
        let notes = self.notes(&caller.by(), vec![fact]);
        let district = self.district();
        let done = self.store().set_roles(district, person, &before, roles, &notes).await?;
        if done { Ok(()) } else { Err(Error::Busy) }
    }

    async fn may_on(
        &self,
        caller: &Caller,
        act: Act,
        name: &str,
        person: PersonId,
    ) -> Result<(), Error> {
        let may = administer::permit(act, &caller.member);
        self.noted(caller, name, may).await?;
        let (held, _) = self.held(person).await?;
        let may = administer::permit_on(act, &caller.member, Target { person, roles: &held });
        self.noted(caller, name, may).await
    }
}

/// A short text in a register; none where it is blank.
pub(super) fn plain(field: &'static str, text: &str) -> Result<Option<String>, Refusal> {
    let text = text.trim();
    if text.chars().count() > crate::TITLE_LIMIT {
        let most = u32::try_from(crate::TITLE_LIMIT).unwrap_or(u32::MAX);
        return Err(Refusal::invalid(field, Problem::TooLong(most)));
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::invalid(field, Problem::Unreadable));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
