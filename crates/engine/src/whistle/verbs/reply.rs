//! 办理反馈: a reply with its four elements; nothing less is taken (R23).

use chrono::NaiveDate;

use crate::{
    clock::Step,
    command::CommandKind,
    ids::{AssignmentId, WhistleId},
    refusal::{Problem, Refusal},
    stand::{self, Stand},
    text::Words,
    whistle::{
        self, Assignment, AssignmentStage, Stage, Whistle, WhistleFact, assignment::ReplyOutcome,
    },
};

/// 办理反馈.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The whistle.
    pub whistle: WhistleId,
    /// The assignment.
    pub assignment: AssignmentId,
    /// 何时受理: not in the future.
    pub accepted_on: NaiveDate,
    /// 与谁沟通.
    pub talked_with: Words,
    /// 解决措施.
    pub measures: Words,
    /// 处理结果.
    pub result: Words,
    /// 解决时限: the day of the result, or by which it will be there.
    pub result_on: NaiveDate,
    /// The type of result.
    pub outcome: ReplyOutcome,
}

impl Reply {
    pub(crate) fn allowed(
        stand: &Stand<'_>,
        whistle: &Whistle,
        it: &Assignment,
    ) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::Reply, whistle, Some(it.id))?;
        super::in_response(whistle)?;
        if let Stage::Responding { minutes, .. } = whistle.stage {
            let required = stand.process(whistle)?.required(Step::Consult).is_some();
            if required && !minutes && it.attendance.is_some() {
                return Err(Refusal::MinutesRequired);
            }
            return Err(stand::wrong_stage(whistle));
        }
        match it.stage {
            AssignmentStage::Issued
            | AssignmentStage::Acknowledged
            | AssignmentStage::ReportedIn => Ok(()),
            AssignmentStage::ReturnRequested { .. }
            | AssignmentStage::Returned { .. }
            | AssignmentStage::Disputed { .. }
            | AssignmentStage::Replied { .. }
            | AssignmentStage::Released
            | AssignmentStage::Ended => Err(stand::wrong_part(it)),
        }
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle, stand::assignment(whistle, self.assignment)?)?;
        let today = stand.facts.today();
        if self.accepted_on > today {
            return Err(Refusal::invalid("acceptedOn", Problem::Future));
        }
        match self.outcome {
            ReplyOutcome::Solved | ReplyOutcome::Explained | ReplyOutcome::NotSupported => {
                if self.result_on > today {
                    return Err(Refusal::invalid("resultOn", Problem::Future));
                }
            }
            ReplyOutcome::Ongoing => {
                if self.result_on < today {
                    return Err(Refusal::invalid("resultOn", Problem::Past));
                }
            }
        }
        if self.result_on < self.accepted_on {
            return Err(Refusal::invalid("resultOn", Problem::Contradiction));
        }
        let reply = Box::new(whistle::Reply {
            accepted_on: self.accepted_on,
            talked_with: self.talked_with,
            measures: self.measures,
            result: self.result,
            result_on: self.result_on,
            outcome: self.outcome,
            by: stand.by()?,
            at: stand.occurred_at(),
        });
        stand.record(self.whistle, WhistleFact::Replied { assignment: self.assignment, reply })
    }
}
