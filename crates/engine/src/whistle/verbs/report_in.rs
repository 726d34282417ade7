//! 报到: the calling side records who came, in which rank, when and how (R19-R21).

use chrono::{DateTime, Utc};

use crate::{
    actor::Rank,
    command::CommandKind,
    ids::{AssignmentId, WhistleId},
    refusal::{Problem, Refusal},
    stand::{self, Stand},
    text::Words,
    whistle::{Assignment, AssignmentStage, Attendance, Whistle, WhistleFact, assignment::Mode},
};

/// 报到; implies acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportIn {
    /// The whistle.
    pub whistle: WhistleId,
    /// The assignment.
    pub assignment: AssignmentId,
    /// Who came.
    pub name: Words,
    /// The post.
    pub post: Words,
    /// The rank; below what the level asks for it is 降格报到, recorded and counted.
    pub rank: Rank,
    /// When they came; not after the recording.
    pub at: DateTime<Utc>,
    /// How.
    pub mode: Mode,
    /// A proof of presence, where the kind is one that may demand it.
    pub proof: Option<Words>,
}

impl ReportIn {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::ReportIn, whistle, Some(it.id))?;
        super::in_response(whistle)?;
        match (&it.stage, &it.attendance) {
            (AssignmentStage::Issued | AssignmentStage::Acknowledged, _) => Ok(()),
            // Somebody of too low a rank came; the right one may still come after.
            (AssignmentStage::ReportedIn, Some(was)) if was.below_rank => Ok(()),
            (AssignmentStage::ReportedIn, Some(_)) => Err(Refusal::Already),
            (
                AssignmentStage::ReportedIn
                | AssignmentStage::ReturnRequested { .. }
                | AssignmentStage::Returned { .. }
                | AssignmentStage::Disputed { .. }
                | AssignmentStage::Replied { .. }
                | AssignmentStage::Released
                | AssignmentStage::Ended,
                _,
            ) => Err(stand::wrong_part(it)),
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        let it = stand::assignment(whistle, self.assignment)?;
        Self::allowed(stand, whistle, it)?;
        if self.at > stand.facts.now {
            return Err(Refusal::invalid("at", Problem::Future));
        }
        if self.at < it.served_at {
            return Err(Refusal::invalid("at", Problem::Past));
        }
        let content = whistle.content.as_ref().ok_or_else(|| stand::wrong_stage(whistle))?;
        let lists = stand.facts.lists;
        let level = lists.level(&content.level).ok_or(Refusal::NoProcess)?;
        let kind = lists.kind(&content.kind).ok_or(Refusal::NoProcess)?;
        if kind.presence_proof && self.mode == Mode::OnSite && self.proof.is_none() {
            return Err(Refusal::missing("proof"));
        }
        let attendance = Attendance {
            name: self.name,
            post: self.post,
            rank: self.rank,
            below_rank: self.rank < level.attendee,
            at: self.at,
            mode: self.mode,
            proof: self.proof,
        };
        let by = stand.by()?;
        let fact = WhistleFact::ReportedIn { assignment: self.assignment, attendance, by };
        stand.record(self.whistle, fact)
    }
}
