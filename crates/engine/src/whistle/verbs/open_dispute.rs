//! 启动争议会商: the centre opens a dispute about whose duty it is.

use crate::{
    command::CommandKind,
    ids::{AssignmentId, WhistleId},
    refusal::Refusal,
    stand::{self, Stand},
    text::Words,
    whistle::{Assignment, AssignmentStage, ReturnRight, Whistle, WhistleFact},
};

/// 启动争议会商 (R17).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDispute {
    /// The whistle.
    pub whistle: WhistleId,
    /// The assignment.
    pub assignment: AssignmentId,
    /// Why.
    pub reason: Words,
}

impl OpenDispute {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::OpenDispute, whistle, Some(it.id))?;
        super::in_response(whistle)?;
        match it.return_right {
            ReturnRight::Open => (),
            // A ruling or designation was final; it is not disputed anew.
            ReturnRight::Refused => return Err(Refusal::ReturnIsFinal),
            ReturnRight::Designated => return Err(Refusal::Designated),
        }
        match it.stage {
            AssignmentStage::Issued
            | AssignmentStage::Acknowledged
            | AssignmentStage::ReturnRequested { .. } => Ok(()),
            AssignmentStage::Returned { .. }
            | AssignmentStage::Disputed { .. }
            | AssignmentStage::ReportedIn
            | AssignmentStage::Replied { .. }
            | AssignmentStage::Released
            | AssignmentStage::Ended => Err(stand::wrong_part(it)),
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle, stand::assignment(whistle, self.assignment)?)?;
        let fact = WhistleFact::DisputeOpened { assignment: self.assignment, reason: self.reason };
        stand.record(self.whistle, fact)
    }
}
