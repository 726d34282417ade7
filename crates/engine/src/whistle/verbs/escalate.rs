//! 升级吹哨: the next centre up takes it on; this whistle ends and names its successor.

use std::collections::BTreeSet;

use super::{Draft, blow_again, centre, end_petitions};
use crate::{
    command::CommandKind,
    ids::WhistleId,
    refusal::Refusal,
    stand::{self, Stand},
    text::Words,
    whistle::{Stage, Whistle, WhistleFact},
};

/// 升级吹哨.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalate {
    /// The whistle.
    pub whistle: WhistleId,
    /// The id of its successor.
    pub successor: WhistleId,
    /// Why.
    pub reason: Words,
}

impl Escalate {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::EscalateWhistle, whistle, None)?;
        if !whistle.stage.is_running() {
            return Err(stand::wrong_stage(whistle));
        }
        match stand.facts.directory.centre_above(centre(whistle)?) {
            Some(_) => Ok(()),
            None => Err(Refusal::NoSuchStep),
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle)?;
        let content = whistle.content.as_ref().ok_or_else(|| stand::wrong_stage(whistle))?;
        let above =
            stand.facts.directory.centre_above(centre(whistle)?).ok_or(Refusal::NoSuchStep)?;
        let draft = Draft {
            whistle: self.successor,
            district: whistle.district.ok_or_else(|| stand::wrong_stage(whistle))?,
            centre: above.id,
            petitions: whistle.petitions.keys().copied().collect::<BTreeSet<_>>(),
            asked: blow_again::again(content, stand.facts.directory, whistle.raised_from.as_ref()),
        };
        let fact = WhistleFact::Escalated {
            by: stand.by()?,
            reason: self.reason,
            successor: self.successor,
            at: stand.facts.now,
        };
        draft.record_after(stand, self.whistle)?;
        stand.record(self.whistle, fact)?;
        debug_assert!(matches!(
            stand.whistle(self.whistle).map(|it| &it.stage),
            Ok(Stage::Escalated { .. })
        ));
        end_petitions(stand, self.whistle)
    }
}
