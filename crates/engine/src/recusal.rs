//! 回避: somebody must not see or act any more, on the matter as a whole (R3; 信访工作条例 32).
//!
//! A matter is a petition with the whistles over it, so a recusal is recorded on each of them at
//! once. Whoever may read a case may declare their own interest, which nobody has to accept; a
//! request against another is decided by the centre's director or a leader.

use std::collections::BTreeSet;

use crate::{
    actor::Member,
    authority::{self, Relation, Subject, audience::Holder},
    command::CommandKind,
    ids::{PetitionId, WhistleId},
    petition::{Petition, PetitionFact, responsibility},
    refusal::{Problem, Refusal},
    scene::StreamId,
    stand::{Named, Stand},
    text::Words,
    whistle::WhistleFact,
};

/// 回避.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recuse {
    /// The case in which it is declared or accepted.
    pub case: StreamId,
    /// Who must not see or act any more; none where the decider declares it of themselves.
    pub holder: Option<Holder>,
    /// Which interest.
    pub reason: Words,
}

/// Whether the decider may declare anything at all: whoever reads the case may, for themselves.
pub(crate) fn allowed(stand: &Stand<'_>, case: StreamId) -> Result<(), Refusal> {
    let member = stand.decider()?;
    let (subject, relations) = relations(stand, case, member)?;
    if authority::may_read(subject, member, &relations)
        || authority::may(CommandKind::Recuse, member, &relations)
    {
        Ok(())
    } else {
        Err(Refusal::NotPermitted { who: authority::roles_for(CommandKind::Recuse) })
    }
}

fn relations(
    stand: &Stand<'_>,
    case: StreamId,
    member: &Member,
) -> Result<(Subject, BTreeSet<Relation>), Refusal> {
    let directory = stand.facts.directory;
    Ok(match case {
        StreamId::Whistle(id) => (
            Subject::Case,
            authority::relations_to_whistle(member, stand.whistle(id)?, None, directory),
        ),
        StreamId::Petition(id) => {
            let petition = stand.petition(id)?;
            let over = stand.scene.whistles.values().filter(|it| it.petitions.contains_key(&id));
            let relations = authority::relations_to_petition(member, petition, over, directory);
            (Subject::of(petition), relations)
        }
    })
}

impl Recuse {
    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        allowed(stand, self.case)?;
        let member = stand.decider()?;
        let own = Holder::Person(member.person);
        let holder = self.holder.unwrap_or(own);
        if holder != own {
            let (_, relations) = relations(stand, self.case, member)?;
            if !authority::may(CommandKind::Recuse, member, &relations) {
                return Err(Refusal::NotPermitted {
                    who: authority::roles_for(CommandKind::Recuse),
                });
            }
        }
        let (petitions, whistles) = matter(stand, self.case);
        if let Holder::Unit(unit) = holder {
            if stand.facts.directory.unit(unit).is_none() {
                return Err(Refusal::invalid("unit", Problem::Unknown));
            }
            // What a unit owes cannot be owed unseen: another lead is named first, an assist released.
            let owes = |id: &WhistleId| {
                stand.scene.whistles.get(id).is_some_and(|it| {
                    it.centre == Some(unit) || it.active().any(|it| it.unit == unit)
                })
            };
            // Nor can a case be owned unseen: another owner is assigned first.
            let owned = |id: &PetitionId| {
                let petition = stand.scene.petitions.get(id);
                petition.is_some_and(|it| responsibility::is_owned_under(it, unit, stand))
            };
            if whistles.iter().any(owes) || petitions.iter().any(owned) {
                return Err(Refusal::invalid("unit", Problem::Contradiction));
            }
        }
        let mut is_new = false;
        for id in petitions {
            if !stand.petition(id)?.recused.contains(&holder) {
                let fact = PetitionFact::Recused { holder, reason: self.reason };
                stand.record_petition(id, fact, Named::new())?;
                is_new = true;
            }
        }
        for id in whistles {
            if !stand.whistle(id)?.recused.contains(&holder) {
                let fact = WhistleFact::Recused { holder, reason: Some(self.reason) };
                stand.record(id, fact)?;
                is_new = true;
            }
        }
        if is_new { Ok(()) } else { Err(Refusal::Already) }
    }
}

/// The petitions and whistles of a matter, as far as the caller loaded it.
fn matter(stand: &Stand<'_>, case: StreamId) -> (BTreeSet<PetitionId>, BTreeSet<WhistleId>) {
    let petitions: BTreeSet<_> = match case {
        StreamId::Petition(id) => [id].into(),
        StreamId::Whistle(id) => stand
            .scene
            .whistles
            .get(&id)
            .map(|it| it.petitions.keys().copied().collect())
            .unwrap_or_default(),
    };
    let over = stand.scene.whistles.values().filter(|whistle| {
        StreamId::Whistle(whistle.id) == case
            || whistle.petitions.keys().any(|it| petitions.contains(it))
    });
    let whistles = over.map(|it| it.id).collect();
    (petitions, whistles)
}

/// A whistle that takes up petitions takes over who is recused from them, and who owns them.
pub(crate) fn inherit(stand: &mut Stand<'_>, id: WhistleId) -> Result<(), Refusal> {
    let whistle = stand.whistle(id)?;
    let of_petitions = whistle.petitions.keys().filter_map(|it| stand.scene.petitions.get(it));
    let new: BTreeSet<Holder> = of_petitions
        .flat_map(|it| it.recused.iter().copied())
        .filter(|it| !whistle.recused.contains(it))
        .collect();
    for holder in new {
        stand.record_alone(id, WhistleFact::Recused { holder, reason: None })?;
    }
    let petitions: Vec<PetitionId> = stand.whistle(id)?.petitions.keys().copied().collect();
    for petition in petitions {
        let owner = stand.scene.petitions.get(&petition).and_then(Petition::case_owner);
        let known = stand.whistle(id)?.case_owners.get(&petition).copied();
        if owner.is_some() && owner != known {
            stand.record_alone(id, WhistleFact::CaseOwnerSet { petition, owner })?;
        }
    }
    Ok(())
}
