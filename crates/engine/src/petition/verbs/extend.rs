//! 延期答复: once, by at most what the law gives, before the date (R26; 信访工作条例 34).

use crate::{
    calendar::Limit,
    clock::{ClockKey, Step, Term},
    command::CommandKind,
    ids::PetitionId,
    petition::{Petition, PetitionFact, PetitionFact as Fact},
    refusal::{Bounded, Problem, Refusal},
    stand::{Named, Stand},
    text::Words,
};

/// 延期答复.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extend {
    /// The petition.
    pub petition: PetitionId,
    /// By how much.
    pub limit: Limit,
    /// Why; told to the petitioner in the 延期告知书.
    pub reason: Words,
}

fn longest(stand: &Stand<'_>, petition: &Petition) -> Result<Limit, Refusal> {
    let procedure = petition.procedure().ok_or(Refusal::NoProcess)?;
    let limits = stand.facts.lists.process.petition(procedure).ok_or(Refusal::NoProcess)?;
    limits.extension.ok_or(Refusal::NoSuchStep)
}

impl Extend {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        stand.permit_petition(CommandKind::ExtendPetition, petition)?;
        super::at(petition, &[super::open])?;
        longest(stand, petition)?;
        if petition.extensions > 0 {
            return Err(Refusal::BoundReached { what: Bounded::Extensions, bound: 1 });
        }
        match petition.clocks.get(&ClockKey::of(Step::Answer)) {
            Some(term) if !term.lapsed && stand.facts.now <= term.due => Ok(()),
            Some(term) => Err(Refusal::TooLate { ended: term.due }),
            None => Err(Refusal::NotDue),
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let petition = stand.petition(self.petition)?;
        Self::allowed(stand, petition)?;
        let longest = longest(stand, petition)?;
        if self.limit.unit() != longest.unit() || self.limit.amount() > longest.amount() {
            return Err(Refusal::invalid("limit", Problem::TooFar));
        }
        let key = ClockKey::of(Step::Answer);
        let term = petition.clocks.get(&key).ok_or(Refusal::NotDue)?;
        let warning = stand.petition_warning(petition, Step::Answer);
        let term = Term::counted(stand.facts.calendar, term.due, self.limit, None, warning);
        let fact: PetitionFact = Fact::Extended { reason: self.reason };
        stand.record_petition(self.petition, fact, Named::from([(key, term)]))
    }
}
