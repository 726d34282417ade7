//! What lies on the desk of somebody who acts: the case, the names of things, paper to write on.

use std::collections::BTreeMap;

use anyhow::Context as _;
use app::{App, Intake};
use chrono::{DateTime, NaiveDate, Utc};
use engine::{
    ids::{AssignmentId, DistrictId, PersonId, PetitionId, UnitId, WhistleId},
    text::Words,
    whistle::{Assignment, Resolution, Whistle},
};
use store::PersonDraft;

use super::{
    acts::Outcome,
    script,
    world::{PetitionRow, World},
};

/// The ids behind the names by which stories call their cases.
#[derive(Debug, Default)]
pub(super) struct Cases {
    petitions: BTreeMap<&'static str, PetitionId>,
    whistles: BTreeMap<&'static str, WhistleId>,
}

impl Cases {
    /// The petition with this key, once it is registered.
    pub(super) fn petition(&self, key: &str) -> anyhow::Result<PetitionId> {
        self.petitions.get(key).copied().with_context(|| format!("{key} is not registered yet"))
    }

    /// The whistle in this slot, once it is drafted.
    pub(super) fn whistle(&self, slot: &str) -> anyhow::Result<WhistleId> {
        self.whistles.get(slot).copied().with_context(|| format!("{slot} is not drafted yet"))
    }
}

/// What lies on the desk of somebody who acts.
pub(super) struct Desk<'a> {
    pub(super) app: &'a App,
    pub(super) world: &'a World,
    pub(super) cases: &'a mut Cases,
    pub(super) intake: Intake<'a>,
    /// The unit whose act it is: of the one who decides.
    pub(super) unit: UnitId,
    pub(super) now: DateTime<Utc>,
    /// The whistle that the act is about, as it is.
    pub(super) whistle: Option<Whistle>,
    /// The number of a petition that is registered.
    pub(super) number: Option<String>,
}

impl Desk<'_> {
    /// The district.
    pub(super) fn district(&self) -> DistrictId {
        self.app.district()
    }

    /// The id of a new petition, known by `key` from here on.
    pub(super) fn begin_petition(&mut self, key: &'static str) -> PetitionId {
        let id = PetitionId(self.app.fresh());
        self.cases.petitions.insert(key, id);
        id
    }

    /// The id of a new whistle, known by `slot` from here on.
    pub(super) fn begin_whistle(&mut self, slot: &'static str) -> WhistleId {
        let id = WhistleId(self.app.fresh());
        self.cases.whistles.insert(slot, id);
        id
    }

    /// The petition's row in the data.
    pub(super) fn row(&self, key: &str) -> anyhow::Result<&PetitionRow> {
        self.world.petition(key)
    }

    /// A text on its way into a row of its own.
    pub(super) fn text(&mut self, text: &str) -> anyhow::Result<Words> {
        Ok(self.intake.text("text", text)?)
    }

    /// A title.
    pub(super) fn title(&mut self, text: &str) -> anyhow::Result<Words> {
        Ok(self.intake.title("title", text)?)
    }

    /// A petitioner's personal data on its way into a row of its own.
    pub(super) fn petitioner(&mut self, key: &str) -> anyhow::Result<PersonId> {
        let row = &self.world.petition(key)?.petitioner;
        let person = PersonDraft {
            id: PersonId(self.app.fresh()),
            name: Some(row.name.clone()),
            phone: Some(row.phone.clone()),
            id_number: None,
            address: Some(row.address.clone()),
            external_ref: None,
        };
        Ok(self.intake.person(person)?)
    }

    /// The id of the unit with this code.
    pub(super) fn unit(&self, code: &str) -> anyhow::Result<UnitId> {
        self.world.unit(code)
    }

    /// The whistle that the act is about.
    pub(super) fn state(&self) -> anyhow::Result<&Whistle> {
        self.whistle.as_ref().context("the actor may not see the whistle")
    }

    /// The part that a unit has in the whistle.
    pub(super) fn part_of(&self, code: &str) -> anyhow::Result<AssignmentId> {
        let unit = self.unit(code)?;
        let part = self.state()?.of_unit(unit).with_context(|| format!("{code} has no part"))?;
        Ok(part.id)
    }

    /// The part of the one who acts.
    pub(super) fn own_part(&self) -> anyhow::Result<&Assignment> {
        self.state()?.of_unit(self.unit).context("the actor's unit has no part")
    }

    /// A day, as stories write it.
    pub(super) fn day(&self, text: &str) -> anyhow::Result<NaiveDate> {
        script::date(text).with_context(|| format!("`{text}` is no day"))
    }

    /// A judgement whether a matter is resolved.
    pub(super) fn resolution(&mut self, outcome: Outcome) -> anyhow::Result<Resolution> {
        Ok(match outcome {
            Outcome::Resolved => Resolution::Resolved,
            Outcome::Partial(it) => Resolution::Partial { remainder: self.text(it)? },
            Outcome::Unresolved(it) => Resolution::Unresolved { remainder: self.text(it)? },
        })
    }
}
