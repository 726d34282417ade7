//! The district of the demonstration as data: units, people and petitions, with ids that are the
//! same each time.

use std::collections::BTreeMap;

use anyhow::Context as _;
use engine::{
    actor::{Rank, Role},
    directory::{Tier, Unit, UnitKind},
    ids::{DistrictId, PersonId, UnitId},
    petition::{Nature, Procedure, Source},
    text::Digest,
};
use serde::Deserialize;
use store::Account;
use uuid::Uuid;

/// The district's code.
pub(super) const CODE: &str = "zhangwan";
/// The district's name.
pub(super) const NAME: &str = "张湾区";

/// A unit as it stands in `units.json`; what else stands there is for readers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UnitRow {
    pub(super) code: String,
    pub(super) name: String,
    short_name: String,
    kind: UnitKind,
    tier: Tier,
    parent: Option<String>,
    territory: Option<String>,
}

/// Somebody with an account, as they stand in `people.json`.
#[derive(Debug, Deserialize)]
pub(super) struct PersonRow {
    pub(super) login: String,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) post: String,
    pub(super) rank: Rank,
    pub(super) roles: Vec<Role>,
    mail: String,
}

/// Who brought a petition.
#[derive(Debug, Deserialize)]
pub(super) struct PetitionerRow {
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) address: String,
}

/// A petition as it stands in `petitions.json`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PetitionRow {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) detail: String,
    pub(super) petitioner: PetitionerRow,
    pub(super) people: u32,
    pub(super) procedure: Procedure,
    pub(super) source: Source,
    pub(super) nature: Nature,
    pub(super) place: String,
    pub(super) difficult_reason: Option<String>,
    pub(super) matter: String,
    pub(super) lead: String,
    pub(super) assists: Vec<String>,
    /// Why the units are others than the matter's row names, where they are.
    pub(super) override_reason: Option<String>,
    pub(super) accused: Option<String>,
}

/// The district as data.
#[derive(Debug)]
pub(super) struct World {
    units: BTreeMap<String, UnitRow>,
    people: BTreeMap<String, PersonRow>,
    petitions: BTreeMap<String, PetitionRow>,
}

/// The id of what is known by `key` among things of one `kind`: a digest, so that it is the same
/// in each database.
fn fixed(kind: &str, key: &str) -> Uuid {
    let Digest(digest) = Digest::of(format!("{CODE}/{kind}/{key}").as_bytes());
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(digest) {
        *byte = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The district's id.
pub(super) fn district() -> DistrictId {
    DistrictId(fixed("district", CODE))
}

/// The id of the unit with this code.
fn unit_id(code: &str) -> UnitId {
    UnitId(fixed("unit", code))
}

impl PersonRow {
    /// The id of their account.
    pub(super) fn id(&self) -> PersonId {
        PersonId(fixed("person", &self.login))
    }

    /// Their account.
    pub(super) fn account(&self) -> Account {
        Account {
            person: self.id(),
            login: self.login.clone(),
            unit: unit_id(&self.unit),
            roles: self.roles.clone(),
            rank: self.rank,
            post: self.post.clone(),
            mail: Some(self.mail.clone()),
            disabled: false,
        }
    }
}

fn rows<T: serde::de::DeserializeOwned>(
    file: &'static str,
    text: &str,
    key: fn(&T) -> &String,
) -> anyhow::Result<BTreeMap<String, T>> {
    let rows: Vec<T> = serde_json::from_str(text).with_context(|| format!("demo/{file}"))?;
    let n_rows = rows.len();
    let res: BTreeMap<String, T> = rows.into_iter().map(|it| (key(&it).clone(), it)).collect();
    anyhow::ensure!(res.len() == n_rows, "demo/{file}: a key stands there twice");
    Ok(res)
}

impl World {
    /// Reads the data that the program carries.
    pub(super) fn read() -> anyhow::Result<Self> {
        Ok(Self {
            units: rows("units.json", include_str!("../../demo/units.json"), |it: &UnitRow| {
                &it.code
            })?,
            people: rows(
                "people.json",
                include_str!("../../demo/people.json"),
                |it: &PersonRow| &it.login,
            )?,
            petitions: rows(
                "petitions.json",
                include_str!("../../demo/petitions.json"),
                |it: &PetitionRow| &it.key,
            )?,
        })
    }

    /// The units as the registers keep them.
    pub(super) fn units(&self) -> anyhow::Result<Vec<Unit>> {
        self.units.values().map(|it| self.unit_of(it)).collect()
    }

    fn unit_of(&self, it: &UnitRow) -> anyhow::Result<Unit> {
        let known = |code: &Option<String>| code.as_deref().map(|it| self.unit(it)).transpose();
        Ok(Unit {
            id: unit_id(&it.code),
            code: it.code.clone(),
            name: it.name.clone(),
            short_name: it.short_name.clone(),
            kind: it.kind,
            tier: it.tier,
            parent: known(&it.parent)?,
            territory: known(&it.territory)?,
            closed: false,
            heir: None,
        })
    }

    /// The id of the unit with this code, where there is one.
    pub(super) fn unit(&self, code: &str) -> anyhow::Result<UnitId> {
        anyhow::ensure!(self.units.contains_key(code), "no unit has the code `{code}`");
        Ok(unit_id(code))
    }

    /// The full name of a unit.
    pub(super) fn unit_name(&self, code: &str) -> anyhow::Result<&str> {
        Ok(&self.units.get(code).with_context(|| format!("no unit has the code `{code}`"))?.name)
    }

    /// Everybody with an account.
    pub(super) fn people(&self) -> impl Iterator<Item = &PersonRow> {
        self.people.values()
    }

    /// Somebody by the name they sign in with.
    pub(super) fn person(&self, login: &str) -> anyhow::Result<&PersonRow> {
        self.people.get(login).with_context(|| format!("nobody signs in as `{login}`"))
    }

    /// A petition by its key.
    pub(super) fn petition(&self, key: &str) -> anyhow::Result<&PetitionRow> {
        self.petitions.get(key).with_context(|| format!("no petition has the key `{key}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_reads_and_names_only_what_is_there() {
        let world = World::read().unwrap();
        assert_eq!(world.units().unwrap().len(), 70);
        assert_eq!(world.people().count(), 130);
        for it in world.people() {
            world.unit(&it.unit).unwrap();
        }
        for it in world.petitions.values() {
            for code in it.assists.iter().chain([&it.lead, &it.place]).chain(&it.accused) {
                world.unit(code).unwrap();
            }
        }
    }

    #[test]
    fn ids_are_the_same_each_time_and_differ() {
        assert_eq!(unit_id("qzx"), unit_id("qzx"));
        assert_ne!(unit_id("qzx"), unit_id("cgj"));
        assert_ne!(unit_id("qzx").0, district().0);
    }
}
