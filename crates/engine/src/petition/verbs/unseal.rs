//! 调阅身份信息: what is sealed of a petitioner is opened for whoever needs it, with a reason that
//! stays on the file and is told to the centre's director (信访工作条例 30, 个人信息保护法 51).

use crate::{
    command::CommandKind,
    ids::{PersonId, PetitionId},
    petition::{Petition, PetitionFact},
    refusal::{Problem, Refusal},
    stand::{Named, Stand},
    text::Words,
};

/// 调阅身份信息.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseal {
    /// The petition.
    pub petition: PetitionId,
    /// What it is needed for.
    pub reason: Words,
}

impl Unseal {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        stand.permit_petition(CommandKind::Unseal, petition)?;
        person(petition).map(|_| ())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        // Nobody reads for another.
        if stand.facts.on_behalf_of.is_some() {
            return Err(Refusal::invalid("onBehalfOf", Problem::Contradiction));
        }
        let petition = stand.petition(self.petition)?;
        Self::allowed(stand, petition)?;
        let (person, unit) = (person(petition)?, stand.decider()?.unit);
        let fact = PetitionFact::Unsealed { person, unit, reason: self.reason };
        stand.record_petition(self.petition, fact, Named::new())
    }
}

/// Whose data there is; none is there where nobody was named, and none once it was erased.
pub(super) fn person(petition: &Petition) -> Result<PersonId, Refusal> {
    let named = petition.registration.as_ref().and_then(|it| it.petitioner);
    match named {
        Some(_) if petition.is_erased => Err(Refusal::Already),
        Some(person) => Ok(person),
        None => Err(Refusal::missing("petitioner")),
    }
}
