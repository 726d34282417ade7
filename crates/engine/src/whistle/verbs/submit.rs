//! 提交: a draft goes to the one who endorses or issues.

use crate::{
    command::CommandKind,
    ids::WhistleId,
    refusal::Refusal,
    stand::{self, Stand},
    whistle::{Stage, Whistle, WhistleFact},
};

/// 提交.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submit {
    /// The whistle.
    pub whistle: WhistleId,
}

impl Submit {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::SubmitWhistle, whistle, None)?;
        if whistle.stage != Stage::Draft {
            return Err(stand::wrong_stage(whistle));
        }
        let (content, _) = super::draft::as_raised(stand, whistle)?;
        let row = stand.initiation(super::centre(whistle)?, &content)?;
        if row.draft.iter().any(|it| member.roles.contains(it)) {
            Ok(())
        } else {
            Err(Refusal::NotPermitted { who: row.draft.clone() })
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.whistle(self.whistle)?)?;
        super::draft::raise_late(stand, self.whistle)?;
        let by = stand.by()?;
        stand.record(self.whistle, WhistleFact::Submitted { by })
    }
}
