//! 审核: approval before the one who issues, where the initiation list asks for it.

use crate::{
    command::CommandKind,
    ids::WhistleId,
    refusal::Refusal,
    stand::{self, Stand},
    whistle::{Stage, Whistle, WhistleFact},
};

/// 审核.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endorse {
    /// The whistle.
    pub whistle: WhistleId,
}

impl Endorse {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::EndorseWhistle, whistle, None)?;
        if whistle.stage != Stage::UnderReview {
            return Err(stand::wrong_stage(whistle));
        }
        let (content, _) = super::draft::as_raised(stand, whistle)?;
        let row = stand.initiation(super::centre(whistle)?, &content)?;
        if row.endorse.is_empty() {
            return Err(Refusal::NoSuchStep);
        }
        if !row.endorse.iter().any(|it| member.roles.contains(it)) {
            return Err(Refusal::NotPermitted { who: row.endorse.clone() });
        }
        if whistle.drafted_by == Some(member.person) {
            return Err(Refusal::OwnDraft);
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.whistle(self.whistle)?)?;
        super::draft::raise_late(stand, self.whistle)?;
        let by = stand.by()?;
        stand.record(self.whistle, WhistleFact::Endorsed { by })
    }
}
