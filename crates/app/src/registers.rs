//! Units, people, lists and calendars, held against the version of the registers.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, Utc};
use engine::{
    Scene,
    account::{
        pass::Pass,
        stand_in::{Absence, Duty, Staff, reads_as, roles_at},
    },
    actor::{Member, Role},
    authority::audience,
    calendar::Calendar,
    directory::Directory,
    ids::{PersonId, UnitId},
    lists::{self, Lists, ListsVersion},
    text::Digest,
};
use store::{Account, RegisterState, Viewer};

use crate::{App, Error};

/// The registers as this process knows them.
pub struct Registers {
    version: i64,
    /// The units.
    pub directory: Directory,
    /// The versions of the lists, oldest first.
    pub lists: Vec<Lists>,
    /// The versions of the calendar, oldest first.
    pub calendars: Vec<Calendar>,
    /// Who is away, and who stands in.
    pub absences: Vec<Absence>,
    /// The rotas.
    pub duties: Vec<Duty>,
    accounts: HashMap<PersonId, Account>,
    /// The roles that accounts were given.
    roles: HashMap<PersonId, BTreeSet<Role>>,
    /// What colleagues call each other; no petitioner is among them.
    names: HashMap<PersonId, String>,
    by_unit: HashMap<UnitId, Vec<PersonId>>,
}

/// Without the names.
impl std::fmt::Debug for Registers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registers").field("version", &self.version).finish_non_exhaustive()
    }
}

/// Somebody who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who, in which unit and roles.
    pub member: Member,
    /// What they may read.
    pub viewer: Viewer,
    /// As what they ask: what a session must do first, what a token is for.
    pub pass: Pass,
    /// The digest of the session or token; none where the house acts.
    pub session: Option<Digest>,
    /// From which address.
    pub source: Option<String>,
    /// The registers as they were when the request came: looked up once, not by each resolver.
    pub registers: Arc<Registers>,
}

impl Registers {
    fn of(state: RegisterState, names: HashMap<PersonId, String>) -> Self {
        let mut by_unit: HashMap<UnitId, Vec<PersonId>> = HashMap::new();
        for it in &state.accounts {
            // Whoever took a unit over is told what that one is told.
            let unit = state.directory.stands_for(it.unit);
            by_unit.entry(unit).or_default().push(it.person);
        }
        by_unit.values_mut().for_each(|it| it.sort());
        let heir = |unit| state.directory.stands_for(unit);
        let absences = state.absences.into_iter().map(|it| Absence { unit: heir(it.unit), ..it });
        let duties = state.duties.into_iter().map(|it| Duty { unit: heir(it.unit), ..it });
        let (absences, duties) = (absences.collect(), duties.collect());
        Self {
            version: state.version,
            directory: state.directory,
            lists: state.lists,
            calendars: state.calendars,
            absences,
            duties,
            roles: state
                .accounts
                .iter()
                .map(|it| (it.person, it.roles.iter().copied().collect()))
                .collect(),
            accounts: state.accounts.into_iter().map(|it| (it.person, it)).collect(),
            names,
            by_unit,
        }
    }

    /// Their version.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The lists in force on a day.
    #[must_use]
    pub fn lists_on(&self, day: NaiveDate) -> Option<&Lists> {
        lists::on(&self.lists, day)
    }

    /// One version of the lists.
    #[must_use]
    pub fn lists_version(&self, version: ListsVersion) -> Option<&Lists> {
        self.lists.iter().find(|it| it.version == version)
    }

    /// The calendar in force on a day.
    #[must_use]
    pub fn calendar_on(&self, day: NaiveDate) -> Option<&Calendar> {
        Calendar::latest_adopted_by(&self.calendars, day).or(self.calendars.first())
    }

    /// One version of the calendar.
    #[must_use]
    pub fn calendar_version(&self, version: u32) -> Option<&Calendar> {
        self.calendars.iter().find(|it| it.version() == version)
    }

    /// Somebody's account.
    #[must_use]
    pub fn account(&self, person: PersonId) -> Option<&Account> {
        self.accounts.get(&person)
    }

    /// The name of a member of staff.
    #[must_use]
    pub fn name_of(&self, person: PersonId) -> Option<&str> {
        self.names.get(&person).map(String::as_str)
    }

    /// The accounts of a unit that can sign in, with the roles that they have at an instant.
    pub fn accounts_of(
        &self,
        unit: UnitId,
        at: DateTime<Utc>,
    ) -> impl Iterator<Item = (&Account, BTreeSet<Role>)> {
        self.by_unit
            .get(&self.directory.stands_for(unit))
            .into_iter()
            .flatten()
            .filter_map(|it| self.accounts.get(it))
            .filter(|it| !it.disabled)
            .filter_map(move |it| Some((it, self.member(it.person, at)?.roles)))
    }

    /// Every account.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// Whether an addressee may still be told of a case when its letter is about to go: a recusal
    /// holds for what was written before, too, and whoever has left is told nothing.
    #[must_use]
    pub fn may_be_told(&self, addressee: uuid::Uuid, scene: &Scene, case: uuid::Uuid) -> bool {
        let nobody = |unit| Member { person: PersonId(addressee), unit, roles: [].into() };
        let unit = UnitId(addressee);
        let member = match self.account(PersonId(addressee)) {
            Some(it) if it.disabled => return false,
            Some(it) => nobody(self.directory.stands_for(it.unit)),
            None if self.directory.unit(unit).is_some() => nobody(unit),
            // Somebody outside, who holds no case.
            None => return true,
        };
        !audience::shut_out(scene, case).iter().any(|it| it.shuts(&member, &self.directory))
    }

    /// Somebody with an account, as the rules of accounts see them.
    #[must_use]
    pub fn staff(&self, person: PersonId) -> Option<Staff<'_>> {
        let (it, roles) = (self.accounts.get(&person)?, self.roles.get(&person)?);
        // Whoever still has an account of a unit that was taken over works for the one that took it.
        let unit = self.directory.stands_for(it.unit);
        Some(Staff { person, unit, roles, active: !it.disabled })
    }

    /// Somebody as the rules see them, in the roles that they have at an instant.
    #[must_use]
    pub fn member(&self, person: PersonId, at: DateTime<Utc>) -> Option<Member> {
        let it = self.staff(person).filter(|it| it.active)?;
        let roles = roles_at(it, |it| self.staff(it), &self.absences, &self.duties, at);
        Some(Member { person, unit: it.unit, roles })
    }
}

impl App {
    /// The registers, read anew where somebody changed them.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn registers(&self) -> Result<Arc<Registers>, Error> {
        let version = self.store().register_version(self.district()).await?;
        let held =
            self.inner.registers.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if let Some(held) = held.filter(|it| it.version == version) {
            return Ok(held);
        }
        let state = self.store().registers(self.district()).await?;
        let people: Vec<PersonId> = state.accounts.iter().map(|it| it.person).collect();
        let mut names = HashMap::new();
        for some in people.chunks(5000) {
            let cards = self.store().persons(self.district(), some.iter().copied()).await?;
            names.extend(cards.into_iter().filter_map(|(id, card)| Some((id, card.name?))));
        }
        let fresh = Arc::new(Registers::of(state, names));
        *self.inner.registers.write().unwrap_or_else(std::sync::PoisonError::into_inner) =
            Some(fresh.clone());
        Ok(fresh)
    }

    /// Somebody for whom the house itself acts, as a caller; none where the account is gone or
    /// disabled. Whoever asks from outside comes through [`App::admit`].
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn caller(
        &self,
        person: PersonId,
        source: Option<String>,
    ) -> Result<Option<Caller>, Error> {
        let registers = self.registers().await?;
        let Some(member) = registers.member(person, self.now()) else { return Ok(None) };
        let roles = registers.staff(person).map(|it| reads_as(it, &member.roles));
        let reader = Member { roles: roles.unwrap_or_default(), ..member.clone() };
        Ok(Some(Caller {
            viewer: Viewer {
                district: self.district(),
                unit: member.unit,
                person,
                sight: engine::authority::sight(&reader, &registers.directory),
            },
            registers,
            member,
            pass: Pass::House,
            session: None,
            source,
        }))
    }
}
