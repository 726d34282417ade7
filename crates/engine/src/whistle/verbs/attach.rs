//! 并入诉求, 移出诉求: petitions join and leave a whistle while it is open.

use super::draft;
use crate::{
    command::CommandKind,
    ids::{PetitionId, WhistleId},
    petition::{PetitionFact, WhistleEnding},
    recusal,
    refusal::{Problem, Refusal},
    stand::{self, Named, Stand},
    text::Words,
    whistle::{Attached, Stage, Whistle, WhistleFact},
};

/// 并入诉求.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachPetition {
    /// The whistle.
    pub whistle: WhistleId,
    /// The petition.
    pub petition: PetitionId,
}

fn open(whistle: &Whistle) -> Result<(), Refusal> {
    match whistle.stage {
        Stage::Draft | Stage::Responding { .. } | Stage::Handling { .. } => Ok(()),
        Stage::Blank
        | Stage::UnderReview
        | Stage::Endorsed { .. }
        | Stage::Verifying { .. }
        | Stage::Rating { .. }
        | Stage::Closing { .. }
        | Stage::LongTerm { .. }
        | Stage::Closed
        | Stage::Terminated
        | Stage::Withdrawn
        | Stage::Escalated { .. } => Err(stand::wrong_stage(whistle)),
    }
}

impl AttachPetition {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::AttachPetition, whistle, None)?;
        open(whistle)
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle)?;
        if whistle.petitions.contains_key(&self.petition) {
            return Err(Refusal::Already);
        }
        if whistle.petitions.len() >= 50 {
            return Err(Refusal::invalid("petition", Problem::TooMany(50)));
        }
        let content = whistle.content.as_ref().ok_or_else(|| stand::wrong_stage(whistle))?;
        let petition = stand.petition(self.petition)?;
        stand.within(super::centre(whistle)?, petition)?;
        draft::may_be_whistled(petition, content.purpose)?;
        if let Some(bar) = petition.legal_bar {
            return Err(Refusal::PendingElsewhere { bar });
        }
        for call in &content.calls {
            stand.untainted(petition, call.unit)?;
        }
        let issued = whistle.issued.is_some();
        let level = content.level.clone();
        // A petition that left and comes back is not whistled once more.
        let before = petition.whistles.get(&self.whistle).map(|it| it.nth);
        let nth = before.unwrap_or_else(|| petition.n_whistles() + 1);
        let attached = Attached { statutory: petition.statutory_due(), ..Attached::default() };
        // No date of the whistle passes the statutory date of a petition that joins it.
        let named: Named = whistle
            .clocks
            .iter()
            .filter(|(key, term)| key.step.is_capped() && !term.lapsed)
            .filter_map(|(key, term)| {
                let warning = stand.warning(whistle, key.step);
                Some((*key, term.cut(stand.facts.calendar, attached.statutory?, warning)?))
            })
            .collect();
        let fact = WhistleFact::PetitionAttached { petition: self.petition, attached };
        stand.record_with(self.whistle, fact, named)?;
        recusal::inherit(stand, self.whistle)?;
        if issued {
            let at = stand.facts.now;
            let fact = PetitionFact::Whistled { whistle: self.whistle, nth, level, at };
            stand.record_petition(self.petition, fact, Named::new())?;
        }
        Ok(())
    }
}

/// 移出诉求.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetachPetition {
    /// The whistle.
    pub whistle: WhistleId,
    /// The petition.
    pub petition: PetitionId,
    /// Why.
    pub reason: Words,
}

impl DetachPetition {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::DetachPetition, whistle, None)?;
        open(whistle)?;
        if whistle.petitions.len() < 2 {
            return Err(Refusal::invalid("petition", Problem::Contradiction));
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle)?;
        if !whistle.petitions.contains_key(&self.petition) {
            return Err(Refusal::invalid("petition", Problem::Unknown));
        }
        let issued = whistle.issued.is_some();
        stand.record(
            self.whistle,
            WhistleFact::PetitionDetached { petition: self.petition, reason: self.reason },
        )?;
        if issued {
            let ending = WhistleEnding { at: stand.facts.now, resolution: None, rating: None };
            let fact = PetitionFact::WhistleEnded { whistle: self.whistle, ending };
            stand.record_petition(self.petition, fact, Named::new())?;
        }
        Ok(())
    }
}
