//! Units, people, lists and calendars, held against the version of the registers.

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;
use engine::{
    Scene,
    actor::Member,
    authority::audience,
    calendar::Calendar,
    directory::Directory,
    ids::{PersonId, UnitId},
    lists::{Lists, ListsVersion},
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
    accounts: HashMap<PersonId, Account>,
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
        Self {
            version: state.version,
            directory: state.directory,
            lists: state.lists,
            calendars: state.calendars,
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
        self.lists.iter().rev().find(|it| it.effective_on <= day).or(self.lists.first())
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

    /// The accounts of a unit that can sign in.
    pub fn accounts_of(&self, unit: UnitId) -> impl Iterator<Item = &Account> {
        self.by_unit
            .get(&self.directory.stands_for(unit))
            .into_iter()
            .flatten()
            .filter_map(|it| self.accounts.get(it))
            .filter(|it| !it.disabled)
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

    /// Somebody as the rules see them.
    #[must_use]
    pub fn member(&self, person: PersonId) -> Option<Member> {
        let it = self.account(person).filter(|it| !it.disabled)?;
        // Whoever still has an account of a unit that was taken over works for the one that took it.
        let unit = self.directory.stands_for(it.unit);
        Some(Member { person: it.person, unit, roles: it.roles.iter().copied().collect() })
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

    /// Somebody who signed in, as a caller; none where the account is gone or disabled.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn caller(
        &self,
        person: PersonId,
        source: Option<String>,
    ) -> Result<Option<Caller>, Error> {
        let registers = self.registers().await?;
        let member = registers.member(person);
        Ok(member.map(|member| Caller {
            registers: registers.clone(),
            viewer: Viewer {
                district: self.district(),
                unit: member.unit,
                person,
                sight: engine::authority::sight(&member, &registers.directory),
            },
            member,
            source,
        }))
    }
}
