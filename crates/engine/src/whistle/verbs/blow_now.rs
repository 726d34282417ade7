//! 先吹后补: an emergency is blown by a duty leader's order, and ratified after.

use super::{Draft, issue};
use crate::{
    authority,
    command::CommandKind,
    refusal::Refusal,
    stand::{self, Stand},
    text::Words,
};

/// 先吹后补: drafts and issues in one act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlowNow {
    /// What is blown.
    pub draft: Draft,
    /// Why it is issued beside a pending decision elsewhere, where its purpose allows that.
    pub exception: Option<Words>,
}

impl BlowNow {
    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let centre = self.draft.centre;
        let directory = stand.facts.directory;
        let member = stand.permit(CommandKind::BlowNow, |it| {
            authority::relations_to_centre(it, centre, directory)
        })?;
        let id = self.draft.whistle;
        self.draft.record(stand)?;
        let whistle = stand.whistle(id)?;
        let content = whistle.content.as_ref().ok_or_else(|| stand::wrong_stage(whistle))?;
        let row = stand.initiation(centre, content)?;
        if row.blow_now.is_empty() {
            return Err(Refusal::NoSuchStep);
        }
        if !row.blow_now.iter().any(|it| member.roles.contains(it)) {
            return Err(Refusal::NotPermitted { who: row.blow_now.clone() });
        }
        issue::blow(stand, id, self.exception, true)
    }
}
