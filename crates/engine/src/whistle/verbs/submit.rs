//! 提交: a draft goes to the one who endorses or issues.

use std::collections::BTreeSet;

use crate::{
    command::CommandKind,
    file::FileKind,
    ids::WhistleId,
    lists::Initiation,
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
        let (content, raised) = super::draft::as_raised(stand, whistle)?;
        let row = stand.initiation(super::centre(whistle)?, &content)?;
        let raised_from = raised.as_ref().or(whistle.raised_from.as_ref());
        super::draft::reasoned(stand, &content, raised_from)?;
        if row.draft.iter().any(|it| member.roles.contains(it)) {
            Self::complete(stand, whistle, row)
        } else {
            Err(Refusal::NotPermitted { who: row.draft.clone() })
        }
    }

    /// The materials that the initiation list asks for are there, on the draft or its petitions.
    fn complete(stand: &Stand<'_>, whistle: &Whistle, row: &Initiation) -> Result<(), Refusal> {
        let petitions = whistle.petitions.keys().filter_map(|it| stand.scene.petitions.get(it));
        let files = petitions.flat_map(|it| it.files.values()).chain(whistle.files.values());
        let there: BTreeSet<FileKind> = files.map(|it| it.kind).collect();
        match row.needed().find(|it| !there.contains(it)) {
            Some(kind) => Err(Refusal::MaterialMissing { kind }),
            None => Ok(()),
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.whistle(self.whistle)?)?;
        super::draft::raise_late(stand, self.whistle)?;
        let by = stand.by()?;
        stand.record(self.whistle, WhistleFact::Submitted { by })
    }
}
