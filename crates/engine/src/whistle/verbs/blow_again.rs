//! 二次吹哨: a whistle that ended is blown again, linked to the first.

use std::collections::BTreeSet;

use super::{Draft, centre};
use crate::{
    command::CommandKind,
    directory::Directory,
    ids::WhistleId,
    refusal::Refusal,
    stand::{self, Stand},
    whistle::{
        Content, Stage, Whistle, WhistleFact,
        verbs::{Asked, AskedCall},
    },
};

/// 二次吹哨: drafts the successor with what the first one said; it can be amended before it is
/// submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlowAgain {
    /// The whistle that ended.
    pub whistle: WhistleId,
    /// The id of its successor.
    pub successor: WhistleId,
}

/// What a whistle said, as it would be asked again; units that were closed since are left out.
pub(super) fn again(
    content: &Content,
    directory: &Directory,
    raised_from: Option<&(crate::lists::KindCode, crate::lists::LevelCode)>,
) -> Asked {
    let (kind, level) = match raised_from {
        Some((kind, level)) => (kind.clone(), level.clone()),
        None => (content.kind.clone(), content.level.clone()),
    };
    Asked {
        matter: content.matter.clone(),
        off_list: content.off_list,
        kind: Some(kind),
        level: Some(level),
        title: content.title,
        request: content.request,
        tried: content.tried,
        purpose: content.purpose,
        calls: content
            .calls
            .iter()
            .filter(|it| directory.unit(it.unit).is_some_and(|unit| !unit.closed))
            .map(|it| AskedCall { unit: it.unit, role: Some(it.role), task: it.task })
            .collect(),
        override_reason: content.override_reason,
    }
}

impl BlowAgain {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::BlowAgain, whistle, None)?;
        match whistle.stage {
            Stage::Closed | Stage::Terminated => (),
            Stage::Withdrawn if whistle.issued.is_some() => (),
            Stage::Blank
            | Stage::Draft
            | Stage::UnderReview
            | Stage::Endorsed { .. }
            | Stage::Responding { .. }
            | Stage::Handling { .. }
            | Stage::Verifying { .. }
            | Stage::Rating { .. }
            | Stage::Closing { .. }
            | Stage::LongTerm { .. }
            | Stage::Withdrawn
            | Stage::Escalated { .. } => return Err(stand::wrong_stage(whistle)),
        }
        if whistle.successor.is_some() {
            return Err(Refusal::Already);
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle)?;
        let content = whistle.content.as_ref().ok_or_else(|| stand::wrong_stage(whistle))?;
        let district = whistle.district.ok_or_else(|| stand::wrong_stage(whistle))?;
        let draft = Draft {
            whistle: self.successor,
            district,
            centre: centre(whistle)?,
            petitions: whistle.petitions.keys().copied().collect::<BTreeSet<_>>(),
            asked: again(content, stand.facts.directory, whistle.raised_from.as_ref()),
        };
        draft.record_after(stand, self.whistle)?;
        let fact = WhistleFact::BlownAgain { successor: self.successor };
        stand.record(self.whistle, fact)
    }
}
