//! 销号: an entry ends, accepted by somebody who neither owns nor handles the case.

use std::collections::BTreeSet;

use crate::{
    actor::Member,
    command::CommandKind,
    file::FileKind,
    ids::PetitionId,
    petition::{Petition, PetitionFact, Responsibility, SignOffRecord, responsibility},
    refusal::Refusal,
    stand::{self, Named, Stand},
    text::Words,
    whistle::Resolution,
};

/// 销号.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOff {
    /// The petition.
    pub petition: PetitionId,
    /// Whether the matter is resolved; what remains where it is not.
    pub how: Resolution,
    /// 协议履行: how far what was agreed is done.
    pub fulfilment: Option<Words>,
    /// In which way it was resolved, or why the entry ends without.
    pub text: Words,
}

impl SignOff {
    pub(crate) fn allowed(stand: &Stand<'_>, petition: &Petition) -> Result<(), Refusal> {
        let member = stand.permit_petition(CommandKind::SignOff, petition)?;
        let entry = responsibility::open(petition)?;
        if entry.owner.person == member.person {
            return Err(Refusal::RulesOnItself);
        }
        if Self::handles(stand, petition, member) {
            return Err(Refusal::HandlerVerifies);
        }
        // What units still work on is verified by its own ending first.
        if petition.is_whistled() {
            return Err(stand::wrong_petition_stage(petition));
        }
        if entry.measures.is_none() {
            return Err(Refusal::missing("measures"));
        }
        Self::complete(stand, petition, entry)
    }

    /// Whether somebody is of a unit that handles a whistle over it, or did.
    fn handles(stand: &Stand<'_>, petition: &Petition, member: &Member) -> bool {
        let mut units = stand.over(petition.id).flat_map(|it| it.handlers());
        units.any(|it| stand.facts.directory.stands_for(it) == member.unit)
    }

    /// The papers that the rule asks for are there, on the petition or on a whistle over it.
    fn complete(
        stand: &Stand<'_>,
        petition: &Petition,
        entry: &Responsibility,
    ) -> Result<(), Refusal> {
        let of_whistles = stand.over(petition.id).flat_map(|it| it.files.values());
        let files = petition.files.values().chain(of_whistles);
        let there: BTreeSet<FileKind> = files.map(|it| it.kind).collect();
        match entry.rule.papers.iter().find(|it| !there.contains(it)) {
            Some(kind) => Err(Refusal::MaterialMissing { kind: *kind }),
            None => Ok(()),
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.petition(self.petition)?)?;
        let record = Box::new(SignOffRecord {
            by: stand.by()?,
            at: stand.facts.now,
            how: self.how,
            fulfilment: self.fulfilment,
            text: self.text,
        });
        stand.record_petition(self.petition, PetitionFact::SignedOff { record }, Named::new())?;
        stand.tell_whistles(self.petition, None)
    }
}
