//! 追认: what was blown first is approved or not, by somebody else; it goes on either way.

use crate::{
    command::CommandKind,
    ids::WhistleId,
    refusal::Refusal,
    stand::{self, Stand},
    text::Words,
    whistle::{Ratification, Whistle, WhistleFact},
};

/// 追认.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratify {
    /// The whistle.
    pub whistle: WhistleId,
    /// Whether it is approved.
    pub granted: bool,
    /// Why; required where it is not.
    pub reason: Option<Words>,
}

impl Ratify {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::Ratify, whistle, None)?;
        match whistle.ratification {
            // A late approval is better than none; the lapse stays on record.
            Ratification::Pending | Ratification::Lapsed if whistle.stage.is_running() => (),
            Ratification::Pending | Ratification::Lapsed => {
                return Err(stand::wrong_stage(whistle));
            }
            Ratification::NotNeeded => return Err(Refusal::NoSuchStep),
            Ratification::Granted | Ratification::Refused => return Err(Refusal::Already),
        }
        let content = whistle.content.as_ref().ok_or_else(|| stand::wrong_stage(whistle))?;
        let row = stand.initiation(super::centre(whistle)?, content)?;
        if !row.ratify.iter().any(|it| member.roles.contains(it)) {
            return Err(Refusal::NotPermitted { who: row.ratify.clone() });
        }
        let blower = whistle.issued.as_ref().map(|it| it.by);
        if blower == Some(member.person) || whistle.drafted_by == Some(member.person) {
            return Err(Refusal::OwnDraft);
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        Self::allowed(stand, stand.whistle(self.whistle)?)?;
        if !self.granted && self.reason.is_none() {
            return Err(Refusal::missing("reason"));
        }
        let fact =
            WhistleFact::Ratified { by: stand.by()?, granted: self.granted, reason: self.reason };
        stand.record(self.whistle, fact)
    }
}
