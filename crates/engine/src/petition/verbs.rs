//! The register of commands on a petition. One file each: its input and its rule.

mod accept;
mod answer;
mod assign_case_owner;
mod conclude;
mod decline;
mod erase_person;
mod extend;
mod legal_bar;
mod link_duplicate;
mod recognise_difficult;
mod register;
mod reopen;
mod sign_off;
mod unseal;
mod update_measures;

pub use accept::Accept;
pub use answer::Answer;
pub use assign_case_owner::AssignCaseOwner;
pub use conclude::Conclude;
pub use decline::Decline;
pub use erase_person::ErasePerson;
pub use extend::Extend;
pub use legal_bar::SetLegalBar;
pub use link_duplicate::LinkDuplicate;
pub use recognise_difficult::RecogniseDifficult;
pub use register::Register;
pub use reopen::Reopen;
pub use sign_off::SignOff;
pub use unseal::Unseal;
pub use update_measures::UpdateMeasures;

use super::{Petition, PetitionFact, Stage};
use crate::{
    clock::ClockKey,
    command::{Action, CommandKind},
    file::{self, OpenFile},
    ids::PetitionId,
    recusal,
    refusal::Refusal,
    scene::StreamId,
    stand::{self, Named, Stand},
};

type Rule = fn(&Stand<'_>, &Petition) -> Result<(), Refusal>;

/// What may be asked of a petition.
const OF_PETITION: &[(CommandKind, Rule)] = &[
    (CommandKind::AcceptPetition, Accept::allowed),
    (CommandKind::DeclinePetition, Decline::allowed),
    (CommandKind::LinkDuplicate, LinkDuplicate::allowed),
    (CommandKind::RecogniseDifficult, RecogniseDifficult::allowed),
    (CommandKind::SetLegalBar, SetLegalBar::allowed),
    (CommandKind::AnswerPetition, Answer::allowed),
    (CommandKind::ExtendPetition, Extend::allowed),
    (CommandKind::ConcludePetition, Conclude::allowed),
    (CommandKind::ReopenPetition, Reopen::allowed),
    (CommandKind::AssignCaseOwner, AssignCaseOwner::allowed),
    (CommandKind::UpdateMeasures, UpdateMeasures::allowed),
    (CommandKind::SignOff, SignOff::allowed),
    (CommandKind::Unseal, Unseal::allowed),
    (CommandKind::ErasePerson, ErasePerson::allowed),
    (CommandKind::Recuse, |stand, it| recusal::allowed(stand, StreamId::Petition(it.id))),
    (CommandKind::AttachFile, |stand, it| file::allowed(stand, StreamId::Petition(it.id), None)),
    (CommandKind::OpenFile, |stand, it| OpenFile::allowed(stand, StreamId::Petition(it.id))),
];

pub(crate) fn actions(stand: &Stand<'_>, petition: &Petition) -> Vec<Action> {
    let action = |(kind, rule): &(CommandKind, Rule)| Action {
        kind: *kind,
        assignment: None,
        refusal: rule(stand, petition).err(),
    };
    OF_PETITION.iter().map(action).collect()
}

/// Decides anew whether the deadline stands: the scheduler only hints.
pub(crate) fn lapse(stand: &mut Stand<'_>, id: PetitionId, key: ClockKey) -> Result<(), Refusal> {
    let due = match stand.petition(id)?.clocks.get(&key) {
        Some(term) if !term.lapsed && term.due <= stand.facts.now => term.due,
        Some(_) | None if stand.moved() => return Ok(()),
        Some(_) | None => return Err(Refusal::NotDue),
    };
    stand.record_petition(id, PetitionFact::Lapsed { key, due }, Named::new())
}

/// Holds a petition against one stage.
fn at(petition: &Petition, stages: &[fn(&Stage) -> bool]) -> Result<(), Refusal> {
    if stages.iter().any(|it| it(&petition.stage)) {
        Ok(())
    } else {
        Err(stand::wrong_petition_stage(petition))
    }
}

fn registered(stage: &Stage) -> bool {
    *stage == Stage::Registered
}

fn open(stage: &Stage) -> bool {
    matches!(stage, Stage::Accepted | Stage::InProgress)
}

fn answered(stage: &Stage) -> bool {
    matches!(stage, Stage::Answered { .. })
}

fn concluded(stage: &Stage) -> bool {
    *stage == Stage::Concluded
}
