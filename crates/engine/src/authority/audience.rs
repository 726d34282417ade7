//! Whom a case is for, and from whom it is kept.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    actor::Member,
    directory::{Directory, UnitKind},
    ids::{self, PersonId, PetitionId, UnitId, WhistleId},
    petition::Petition,
    scene::Scene,
    whistle::Whistle,
};

/// A person or a unit, as somebody whom a case is for or from whom it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A person.
    Person(PersonId),
    /// A unit.
    Unit(UnitId),
}

impl Holder {
    /// Its id, as the database keeps it.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Person(id) => id.0,
            Self::Unit(id) => id.0,
        }
    }

    /// Whether a case that is kept from this one is kept from `member`: from the person themselves,
    /// or from everybody of the unit, of whoever took it over, and of the units under it.
    #[must_use]
    pub fn shuts(self, member: &Member, directory: &Directory) -> bool {
        match self {
            Self::Person(id) => id == member.person,
            Self::Unit(id) => {
                let top = directory.stands_for(id);
                let under = directory.overseers(member.unit);
                under.contains(&id) || under.contains(&top)
            }
        }
    }
}

/// Somebody who is directly entitled to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entitled {
    /// Who.
    pub holder: Holder,
    /// Whether it is sealed to all but those who read accusations, and to everybody above.
    pub sealed: bool,
    /// Whether it is a person's as the owner of the case (包案领导), and not as its registrar: each
    /// is held against a row of its own in the table of readers.
    pub owner: bool,
}

impl Entitled {
    fn unit(it: UnitId) -> Self {
        Self { holder: Holder::Unit(it), sealed: false, owner: false }
    }

    fn owner(it: PersonId) -> Self {
        Self { holder: Holder::Person(it), sealed: false, owner: true }
    }

    /// The id under which the database keeps it. Whoever registered a case and owns it has two.
    #[must_use]
    pub fn key(self) -> Uuid {
        match self.holder {
            Holder::Person(person) if self.owner => owner_key(person),
            Holder::Person(_) | Holder::Unit(_) => self.holder.uuid(),
        }
    }
}

/// The id under which the database keeps the cases that somebody owns in person.
#[must_use]
pub fn owner_key(person: PersonId) -> Uuid {
    ids::derive(person.0, 1)
}

/// Whom a petition is for, apart from the units that a whistle calls over it, and from discipline
/// inspection, which sees whatever is sealed.
#[must_use]
pub fn of_petition(it: &Petition) -> BTreeSet<Entitled> {
    let sealed = it.is_accusation();
    let units = it.centre().into_iter().chain(it.competent).map(Holder::Unit);
    let registrar = it.registered_by.map(Holder::Person);
    let holders = units.chain(registrar);
    let owner = it.case_owner().filter(|_| !sealed).map(Entitled::owner);
    holders.map(|holder| Entitled { holder, sealed, owner: false }).chain(owner).collect()
}

/// Whom a whistle is for.
#[must_use]
pub fn of_whistle(it: &Whistle, directory: &Directory) -> BTreeSet<Entitled> {
    let units = it.centre.into_iter().chain(it.assignments.values().map(|it| it.unit));
    let units = units.chain(conferences(it, directory));
    let recused = |owner: &PersonId| it.recused.contains(&Holder::Person(*owner));
    let owners = it.case_owners.values().copied().filter(|it| !recused(it));
    units.map(Entitled::unit).chain(owners.map(Entitled::owner)).collect()
}

/// The petitions of a whistle, each for every unit that works on it: whoever is called sees what it
/// is about, for as long as they are called.
#[must_use]
pub fn of_petitions_called(
    it: &Whistle,
    directory: &Directory,
) -> BTreeSet<(PetitionId, Entitled)> {
    if it.issued.is_none() {
        return BTreeSet::new();
    }
    let called = it.called().map(|it| it.unit);
    let units: BTreeSet<UnitId> =
        it.centre.into_iter().chain(called).chain(conferences(it, directory)).collect();
    let of = |petition: &PetitionId| {
        let petition = *petition;
        units.iter().map(move |it| (petition, Entitled::unit(*it))).collect::<Vec<_>>()
    };
    it.petitions.keys().flat_map(of).collect()
}

/// From whom a petition is kept.
#[must_use]
pub fn shut_out_of_petition(it: &Petition) -> BTreeSet<Holder> {
    it.accused().map(Holder::Unit).chain(it.recused.iter().copied()).collect()
}

/// From whom a case of a scene is kept; nobody where it is not in it.
#[must_use]
pub fn shut_out(scene: &Scene, case: Uuid) -> BTreeSet<Holder> {
    let whistle = scene.whistles.get(&WhistleId(case)).map(|it| it.recused.clone());
    let petition = scene.petitions.get(&PetitionId(case)).map(shut_out_of_petition);
    whistle.into_iter().chain(petition).flatten().collect()
}

fn conferences<'a>(
    it: &Whistle,
    directory: &'a Directory,
) -> impl Iterator<Item = UnitId> + use<'a> {
    let before = it.is_before_conference();
    let units = directory.units().filter(move |it| before && it.kind == UnitKind::Conference);
    units.map(|it| it.id)
}
