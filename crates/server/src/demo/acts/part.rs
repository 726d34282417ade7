//! Acts on one unit's part in a whistle.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use engine::{
    Command,
    calendar::{Limit, LimitUnit, beijing},
    ids::{AssignmentId, WhistleId},
    whistle::{
        assignment::{Mode, ReplyOutcome, ReturnGround},
        verbs::{
            Acknowledge, Designate, OpenDispute, RecordAbsence, ReleaseUnit, Reply, ReportIn,
            ReportProgress, RequestExtension, RequestReturn, RuleExtension, RuleReturn,
        },
    },
};

use super::{Act, whistle::whole};
use crate::demo::desk::Desk;

/// An act on the part of the unit with this code.
fn part(
    what: &'static str,
    slot: &'static str,
    unit: &'static str,
    write: impl Fn(WhistleId, AssignmentId, &mut Desk<'_>) -> anyhow::Result<Command> + 'static,
) -> Act {
    whole(what, slot, move |whistle, desk| write(whistle, desk.part_of(unit)?, desk))
}

/// An act on the part of the one who acts.
fn own(
    what: &'static str,
    slot: &'static str,
    write: impl Fn(WhistleId, AssignmentId, &mut Desk<'_>) -> anyhow::Result<Command> + 'static,
) -> Act {
    whole(what, slot, move |whistle, desk| write(whistle, desk.own_part()?.id, desk))
}

/// 签收.
pub(in crate::demo) fn acknowledge(slot: &'static str) -> Act {
    own("acknowledge", slot, |whistle, assignment, _| {
        Ok(Command::Acknowledge(Acknowledge { whistle, assignment }))
    })
}

/// 申请退单.
pub(in crate::demo) fn request_return(
    slot: &'static str,
    ground: ReturnGround,
    basis: &'static str,
    suggested: &'static str,
) -> Act {
    own("requestReturn", slot, move |whistle, assignment, desk| {
        let (basis, suggested) = (desk.text(basis)?, desk.unit(suggested)?);
        Ok(Command::RequestReturn(RequestReturn { whistle, assignment, ground, basis, suggested }))
    })
}

/// 退单裁定: another unit in its place, or none where it is refused.
pub(in crate::demo) fn rule_return(
    slot: &'static str,
    unit: &'static str,
    replacement: Option<&'static str>,
    reason: &'static str,
) -> Act {
    part("ruleReturn", slot, unit, move |whistle, assignment, desk| {
        let replacement = replacement.map(|it| desk.unit(it)).transpose()?;
        let reason = desk.text(reason)?;
        Ok(Command::RuleReturn(RuleReturn { whistle, assignment, replacement, reason }))
    })
}

/// 启动争议会商.
pub(in crate::demo) fn open_dispute(
    slot: &'static str,
    unit: &'static str,
    reason: &'static str,
) -> Act {
    part("openDispute", slot, unit, move |whistle, assignment, desk| {
        let reason = desk.text(reason)?;
        Ok(Command::OpenDispute(OpenDispute { whistle, assignment, reason }))
    })
}

/// 指定主办: for the part of `unit`, `to` is designated.
pub(in crate::demo) fn designate(
    slot: &'static str,
    unit: &'static str,
    to: &'static str,
    basis: &'static str,
) -> Act {
    part("designate", slot, unit, move |whistle, assignment, desk| {
        let (unit, basis) = (desk.unit(to)?, desk.text(basis)?);
        Ok(Command::Designate(Designate { whistle, assignment, unit, basis }))
    })
}

/// 报到: somebody of the data came, a quarter of an hour before it is recorded.
pub(in crate::demo) fn came(slot: &'static str, login: &'static str) -> Act {
    whole("reportIn", slot, move |whistle, desk| {
        let person = desk.world.person(login)?;
        let assignment = desk.part_of(&person.unit)?;
        let served = desk.state()?.assignments.get(&assignment).map(|it| it.served_at);
        let at = desk.now - TimeDelta::minutes(15);
        Ok(Command::ReportIn(ReportIn {
            whistle,
            assignment,
            name: desk.text(&person.name)?,
            post: desk.text(&person.post)?,
            rank: person.rank,
            at: served.map_or(at, |it| it.max(at)),
            mode: Mode::OnSite,
            proof: None,
        }))
    })
}

/// 未报到.
pub(in crate::demo) fn absent(slot: &'static str, unit: &'static str, reason: &'static str) -> Act {
    part("recordAbsence", slot, unit, move |whistle, assignment, desk| {
        let reason = desk.text(reason)?;
        Ok(Command::RecordAbsence(RecordAbsence { whistle, assignment, reason, go_ahead: false }))
    })
}

/// 释放.
pub(in crate::demo) fn release(
    slot: &'static str,
    unit: &'static str,
    reason: &'static str,
) -> Act {
    part("releaseUnit", slot, unit, move |whistle, assignment, desk| {
        let reason = desk.text(reason)?;
        Ok(Command::ReleaseUnit(ReleaseUnit { whistle, assignment, reason }))
    })
}

/// 阶段反馈.
pub(in crate::demo) fn progress(slot: &'static str, report: &'static str) -> Act {
    own("reportProgress", slot, move |whistle, assignment, desk| {
        let report = desk.text(report)?;
        Ok(Command::ReportProgress(ReportProgress { whistle, assignment, report, late: None }))
    })
}

/// 逾期说明: a late assist says why.
pub(in crate::demo) fn explain(
    slot: &'static str,
    report: &'static str,
    late: &'static str,
) -> Act {
    own("reportProgress", slot, move |whistle, assignment, desk| {
        let (report, late) = (desk.text(report)?, Some(desk.text(late)?));
        Ok(Command::ReportProgress(ReportProgress { whistle, assignment, report, late }))
    })
}

/// 申请延期, by working days.
pub(in crate::demo) fn request_extension(
    slot: &'static str,
    days: u32,
    reason: &'static str,
) -> Act {
    own("requestExtension", slot, move |whistle, assignment, desk| {
        let (limit, reason) = (Limit::new(days, LimitUnit::WorkingDay)?, desk.text(reason)?);
        Ok(Command::RequestExtension(RequestExtension { whistle, assignment, limit, reason }))
    })
}

/// 延期审批: granted, or not.
pub(in crate::demo) fn rule_extension(
    slot: &'static str,
    unit: &'static str,
    granted: bool,
    reason: &'static str,
) -> Act {
    part("ruleExtension", slot, unit, move |whistle, assignment, desk| {
        let reason = desk.text(reason)?;
        Ok(Command::RuleExtension(RuleExtension { whistle, assignment, granted, reason }))
    })
}

/// 办理反馈, solved on the day: with whom it was talked over, what was done, what came of it.
pub(in crate::demo) fn reply(
    slot: &'static str,
    [talked_with, measures, result]: [&'static str; 3],
) -> Act {
    own("reply", slot, move |whistle, assignment, desk| {
        let it = desk.own_part()?;
        let taken = it.acknowledged.map_or(it.served_at, |(_, at)| at);
        Ok(Command::Reply(Reply {
            whistle,
            assignment,
            accepted_on: day(taken),
            talked_with: desk.text(talked_with)?,
            measures: desk.text(measures)?,
            result: desk.text(result)?,
            result_on: day(desk.now),
            outcome: ReplyOutcome::Solved,
        }))
    })
}

/// The day of an instant, in +08:00.
fn day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&beijing()).date_naive()
}

/// 协办反馈: what an assist did for the lead.
pub(in crate::demo) fn assisted(
    slot: &'static str,
    measures: &'static str,
    result: &'static str,
) -> Act {
    reply(slot, ["与牵头单位经办人及信访代表当面沟通", measures, result])
}
