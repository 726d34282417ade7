//! 督办: a paper to a called unit that is late, or shirks; by whoever may sign it.

use chrono::NaiveDate;

use crate::{
    command::CommandKind,
    ids::{AssignmentId, WhistleId},
    refusal::{Problem, Refusal},
    stand::{self, Stand},
    supervision::{self, Paper, Supervision},
    text::Words,
    whistle::{Assignment, Whistle, WhistleFact},
};

/// 督办. It takes the rung that the ladder of the part waits for, where it is that paper or a graver
/// one, and may be issued without a ladder, too: to a unit that refuses, shirks or handles it badly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supervise {
    /// The whistle.
    pub whistle: WhistleId,
    /// The assignment.
    pub assignment: AssignmentId,
    /// Which paper.
    pub paper: Paper,
    /// What it says.
    pub text: Words,
    /// By which day the unit is to answer in writing.
    pub reply_due: Option<NaiveDate>,
}

impl Supervise {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        let member = stand.permit_whistle(CommandKind::Supervise, whistle, Some(it.id))?;
        if stand.facts.directory.stands_for(it.unit) == member.unit {
            return Err(Refusal::RulesOnItself);
        }
        if !whistle.stage.is_running() {
            return Err(stand::wrong_stage(whistle));
        }
        if it.stage.is_active() { Ok(()) } else { Err(stand::wrong_part(it)) }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        let it = stand::assignment(whistle, self.assignment)?;
        Self::allowed(stand, whistle, it)?;
        let signers = supervision::signers(&stand.facts.lists.process, self.paper);
        if !signers.iter().any(|role| stand.decider().is_ok_and(|it| it.roles.contains(role))) {
            return Err(Refusal::NotPermitted { who: signers.to_vec() });
        }
        if self.reply_due.is_some_and(|it| it < stand.facts.today()) {
            return Err(Refusal::invalid("replyDue", Problem::Past));
        }
        let supervision = Supervision {
            paper: self.paper,
            at: stand.occurred_at(),
            by: Some(stand.by()?),
            text: Some(self.text),
            reply_due: self.reply_due,
        };
        let (ladder, named) = supervision::climb(stand, whistle, it, self.paper);
        let fact = WhistleFact::Supervised { assignment: self.assignment, supervision, ladder };
        stand.record_with(self.whistle, fact, named)
    }
}
