//! 登记: a matter is put on file, once, and its first clock starts.

use crate::{
    authority,
    command::CommandKind,
    ids::PetitionId,
    petition::{LegalBar, Nature, PetitionFact, Registration},
    refusal::{Problem, Refusal},
    scene::StreamId,
    stand::{Named, Stand},
};

/// The most representatives of a collective visit (信访工作条例 20).
const REPRESENTATIVES: u32 = 5;

/// 登记.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// The id of the new petition.
    pub petition: PetitionId,
    /// What is registered.
    pub registration: Box<Registration>,
}

impl Register {
    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let directory = stand.facts.directory;
        let it = &self.registration;
        stand.permit(CommandKind::RegisterPetition, |member| {
            authority::relations_to_centre(member, it.centre, directory)
        })?;
        stand.unused(StreamId::Petition(self.petition))?;
        if it.people == 0 {
            return Err(Refusal::missing("people"));
        }
        if it.representatives.is_some_and(|n| n > REPRESENTATIVES) {
            return Err(Refusal::invalid("representatives", Problem::TooMany(REPRESENTATIVES)));
        }
        if it.representatives.is_some_and(|n| n > it.people) {
            return Err(Refusal::invalid("representatives", Problem::Contradiction));
        }
        if it.received_at.is_some_and(|at| at > stand.facts.now) {
            return Err(Refusal::invalid("receivedAt", Problem::Future));
        }
        for place in [it.place, it.household, it.residence].into_iter().flatten() {
            if directory.unit(place).is_none() {
                return Err(Refusal::invalid("place", Problem::Unknown));
            }
        }
        for unit in &it.accused {
            if directory.unit(*unit).is_none() {
                return Err(Refusal::invalid("accused", Problem::Unknown));
            }
        }
        if !it.accused.is_empty() && it.nature != Nature::Accusation {
            return Err(Refusal::invalid("accused", Problem::Contradiction));
        }
        if let Some(matter) = &it.matter
            && stand.facts.lists.matters.get(matter).is_none()
        {
            return Err(Refusal::invalid("matter", Problem::Unknown));
        }
        if it.class.as_ref().is_some_and(|it| stand.facts.lists.class(it).is_none()) {
            return Err(Refusal::invalid("class", Problem::Unknown));
        }
        let mut registration = self.registration;
        // An accusation is a matter for discipline inspection from the start (信访工作条例 30).
        if registration.nature == Nature::Accusation {
            registration.legal_bar = Some(LegalBar::Discipline);
        }
        let fact = PetitionFact::Registered {
            registration,
            by: Some(stand.by()?),
            lists: stand.facts.lists.version,
            at: stand.facts.now,
        };
        stand.record_petition(self.petition, fact, Named::new())
    }
}
