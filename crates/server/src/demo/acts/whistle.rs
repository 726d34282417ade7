//! Acts on a whistle as a whole.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::TimeDelta;
use engine::{
    Command,
    ids::WhistleId,
    lists::{KindCode, LevelCode, MatterCode},
    whistle::{
        AssignmentRole, Judge, Purpose, Rating, Split,
        fact::{TerminationGround, VerifyMethod},
        verbs::{
            AddUnit, Amend, Asked, AskedCall, AttachPetition, BlowAgain, BlowNow, ChangeLead,
            Close, Consult, Draft, Endorse, Escalate, Hold, HoldRuling, Issue, Rate, Ratify,
            RequestHold, Said, SendBack, Submit, Terminate, Verify, Withdraw,
        },
    },
};

use super::{Act, Outcome};
use crate::demo::desk::Desk;

/// What a draft asks. What the petition's data says need not be said again.
#[derive(Debug, Clone, Copy)]
pub(in crate::demo) struct Ask {
    petitions: &'static [&'static str],
    request: &'static str,
    tried: Option<&'static str>,
    level: Option<&'static str>,
    calls: Option<(&'static str, &'static [&'static str])>,
    tasks: &'static [(&'static str, &'static str)],
    because: Option<&'static str>,
}

/// Asks `request` over petitions: of the lead and assists of the first, at its matter's level.
pub(in crate::demo) fn ask(petitions: &'static [&'static str], request: &'static str) -> Ask {
    Ask { petitions, request, tried: None, level: None, calls: None, tasks: &[], because: None }
}

impl Ask {
    /// What was already tried.
    pub(in crate::demo) fn tried(self, tried: &'static str) -> Self {
        Self { tried: Some(tried), ..self }
    }

    /// At this level, not the matter's.
    pub(in crate::demo) fn level(self, level: &'static str) -> Self {
        Self { level: Some(level), ..self }
    }

    /// Of these units, not the data's.
    pub(in crate::demo) fn calls(
        self,
        lead: &'static str,
        assists: &'static [&'static str],
    ) -> Self {
        Self { calls: Some((lead, assists)), ..self }
    }

    /// Why it departs from the row of its matter.
    pub(in crate::demo) fn because(self, because: &'static str) -> Self {
        Self { because: Some(because), ..self }
    }

    /// What single units are asked to do.
    pub(in crate::demo) fn tasks(self, tasks: &'static [(&'static str, &'static str)]) -> Self {
        Self { tasks, ..self }
    }

    fn asked(self, desk: &mut Desk<'_>) -> anyhow::Result<Asked> {
        let key = self.petitions.first().context("a whistle over nothing")?;
        let row = desk.world.petition(key)?;
        let codes: Vec<&str> = match self.calls {
            Some((lead, assists)) => [lead].into_iter().chain(assists.iter().copied()).collect(),
            None => [&row.lead].into_iter().chain(&row.assists).map(String::as_str).collect(),
        };
        let mut calls = vec![];
        for (index, code) in codes.into_iter().enumerate() {
            let task = self.tasks.iter().find(|(unit, _)| *unit == code);
            calls.push(AskedCall {
                unit: desk.unit(code)?,
                role: Some(if index == 0 { AssignmentRole::Lead } else { AssignmentRole::Assist }),
                task: task.map(|(_, it)| desk.text(it)).transpose()?,
            });
        }
        Ok(Asked {
            matter: Some(MatterCode::new(&row.matter)),
            off_list: None,
            override_reason: match (self.because, self.calls, &row.override_reason) {
                (Some(said), _, _) => Some(desk.text(said)?),
                (None, None, Some(said)) => Some(desk.text(&said.clone())?),
                (None, _, _) => None,
            },
            kind: self.level.map(|_| KindCode::new("joint")),
            level: self.level.map(LevelCode::new),
            title: desk.title(&row.title)?,
            request: desk.text(self.request)?,
            tried: self.tried.map(|it| desk.text(it)).transpose()?,
            purpose: Purpose::Resolve,
            calls,
        })
    }

    fn drafted(self, slot: &'static str, desk: &mut Desk<'_>) -> anyhow::Result<Draft> {
        let ids = self.petitions.iter().map(|it| desk.cases.petition(it));
        let petitions = ids.collect::<Result<_, _>>()?;
        Ok(Draft {
            whistle: desk.begin_whistle(slot),
            district: desk.district(),
            centre: desk.unit,
            petitions,
            asked: self.asked(desk)?,
        })
    }
}

/// An act on the whistle as a whole.
pub(super) fn whole(
    what: &'static str,
    slot: &'static str,
    write: impl Fn(WhistleId, &mut Desk<'_>) -> anyhow::Result<Command> + 'static,
) -> Act {
    Act::on_whistle(what, slot, move |desk| write(desk.cases.whistle(slot)?, desk))
}

/// 草拟.
pub(in crate::demo) fn draft(slot: &'static str, ask: Ask) -> Act {
    Act::on_whistle("draftWhistle", slot, move |desk| {
        Ok(Command::DraftWhistle(ask.drafted(slot, desk)?))
    })
}

/// 先吹后补.
pub(in crate::demo) fn blow_now(slot: &'static str, ask: Ask) -> Act {
    Act::on_whistle("blowNow", slot, move |desk| {
        Ok(Command::BlowNow(BlowNow { draft: ask.drafted(slot, desk)?, exception: None }))
    })
}

/// 修改.
pub(in crate::demo) fn amend(slot: &'static str, ask: Ask) -> Act {
    whole("amendWhistle", slot, move |whistle, desk| {
        Ok(Command::AmendWhistle(Amend { whistle, asked: ask.asked(desk)? }))
    })
}

/// 提交.
pub(in crate::demo) fn submit(slot: &'static str) -> Act {
    whole("submitWhistle", slot, |whistle, _| Ok(Command::SubmitWhistle(Submit { whistle })))
}

/// 审核.
pub(in crate::demo) fn endorse(slot: &'static str) -> Act {
    whole("endorseWhistle", slot, |whistle, _| Ok(Command::EndorseWhistle(Endorse { whistle })))
}

/// 退回补正.
pub(in crate::demo) fn send_back(slot: &'static str, reason: &'static str) -> Act {
    whole("sendBackWhistle", slot, move |whistle, desk| {
        Ok(Command::SendBackWhistle(SendBack { whistle, reason: desk.text(reason)? }))
    })
}

/// 签发.
pub(in crate::demo) fn issue(slot: &'static str) -> Act {
    whole("issueWhistle", slot, |whistle, _| {
        Ok(Command::IssueWhistle(Issue { whistle, exception: None }))
    })
}

/// 追认.
pub(in crate::demo) fn ratify(slot: &'static str, reason: &'static str) -> Act {
    whole("ratify", slot, move |whistle, desk| {
        let reason = Some(desk.text(reason)?);
        Ok(Command::Ratify(Ratify { whistle, granted: true, reason }))
    })
}

/// 并入诉求.
pub(in crate::demo) fn attach(slot: &'static str, key: &'static str) -> Act {
    whole("attachPetition", slot, move |whistle, desk| {
        let petition = desk.cases.petition(key)?;
        Ok(Command::AttachPetition(AttachPetition { whistle, petition }))
    })
}

/// 增派.
pub(in crate::demo) fn add_unit(
    slot: &'static str,
    unit: &'static str,
    task: &'static str,
    reason: &'static str,
) -> Act {
    whole("addUnit", slot, move |whistle, desk| {
        let (unit, task, reason) = (desk.unit(unit)?, Some(desk.text(task)?), desk.text(reason)?);
        Ok(Command::AddUnit(AddUnit { whistle, unit, task, reason }))
    })
}

/// 改派主办; the former lead stays as an assist.
pub(in crate::demo) fn change_lead(
    slot: &'static str,
    unit: &'static str,
    reason: &'static str,
) -> Act {
    whole("changeLead", slot, move |whistle, desk| {
        let (unit, reason) = (desk.unit(unit)?, desk.text(reason)?);
        Ok(Command::ChangeLead(ChangeLead { whistle, unit, keep: true, reason }))
    })
}

/// 会商纪要: held an hour and a half before it is recorded; unit, duty and day for each.
pub(in crate::demo) fn consult(
    slot: &'static str,
    findings: &'static str,
    measures: &'static str,
    split: &'static [(&'static str, &'static str, &'static str)],
) -> Act {
    whole("consult", slot, move |whistle, desk| {
        let mut duties = vec![];
        for (unit, duty, day) in split {
            let (assignment, due_on) = (desk.part_of(unit)?, desk.day(day)?);
            duties.push(Split { assignment, duty: desk.text(duty)?, due_on });
        }
        Ok(Command::Consult(Consult {
            whistle,
            held_at: desk.now - TimeDelta::minutes(90),
            findings: desk.text(findings)?,
            split: duties,
            measures: desk.text(measures)?,
        }))
    })
}

/// 核查, passed: what was found, and the outcome of each petition.
pub(in crate::demo) fn verify(
    slot: &'static str,
    method: VerifyMethod,
    findings: &'static str,
    outcomes: &'static [(&'static str, Outcome)],
) -> Act {
    verify_and_rate(slot, method, findings, outcomes, &[])
}

/// 核查 with the ratings of the same call: one for each petition, and the calling unit's.
pub(in crate::demo) fn verify_and_rate(
    slot: &'static str,
    method: VerifyMethod,
    findings: &'static str,
    outcomes: &'static [(&'static str, Outcome)],
    ratings: &'static [(&'static str, Rating)],
) -> Act {
    whole("verify", slot, move |whistle, desk| {
        let mut judged = BTreeMap::new();
        for (key, outcome) in outcomes {
            judged.insert(desk.cases.petition(key)?, desk.resolution(*outcome)?);
        }
        let mut said = vec![];
        for (key, rating) in ratings {
            let judge = judge(desk, key)?;
            said.push(Said { judge, rating: *rating, reason: None, justified: false });
        }
        let findings = desk.text(findings)?;
        let (passed, outcomes, ratings) = (true, judged, said);
        Ok(Command::Verify(Verify { whistle, method, findings, passed, outcomes, ratings }))
    })
}

/// 核查, not passed: 退回重办.
pub(in crate::demo) fn not_passed(
    slot: &'static str,
    method: VerifyMethod,
    findings: &'static str,
) -> Act {
    whole("verify", slot, move |whistle, desk| {
        let findings = desk.text(findings)?;
        let (passed, outcomes, ratings) = (false, BTreeMap::new(), vec![]);
        Ok(Command::Verify(Verify { whistle, method, findings, passed, outcomes, ratings }))
    })
}

/// The name under which the calling unit rates.
pub(in crate::demo) const CALLER: &str = "caller";

fn judge(desk: &Desk<'_>, who: &str) -> anyhow::Result<Judge> {
    if who == CALLER {
        return Ok(Judge::Caller);
    }
    Ok(Judge::Petitioner(desk.cases.petition(who)?))
}

/// 回访评价 of a petitioner, or of [`CALLER`].
pub(in crate::demo) fn rate(slot: &'static str, who: &'static str, rating: Rating) -> Act {
    whole("rate", slot, move |whistle, desk| {
        let said = Said { judge: judge(desk, who)?, rating, reason: None, justified: false };
        Ok(Command::Rate(Rate { whistle, said }))
    })
}

/// 不满意, with a reason that the centre finds justified or not.
pub(in crate::demo) fn dissatisfied(
    slot: &'static str,
    who: &'static str,
    reason: &'static str,
    justified: bool,
) -> Act {
    whole("rate", slot, move |whistle, desk| {
        let (judge, reason) = (judge(desk, who)?, Some(desk.text(reason)?));
        let said = Said { judge, rating: Rating::Dissatisfied, reason, justified };
        Ok(Command::Rate(Rate { whistle, said }))
    })
}

/// 办结.
pub(in crate::demo) fn close(slot: &'static str) -> Act {
    whole("closeWhistle", slot, |whistle, _| Ok(Command::CloseWhistle(Close { whistle })))
}

/// 申请挂账.
pub(in crate::demo) fn request_hold(slot: &'static str, reason: &'static str) -> Act {
    whole("requestHold", slot, move |whistle, desk| {
        Ok(Command::RequestHold(RequestHold { whistle, reason: desk.text(reason)? }))
    })
}

/// 挂账审批: measures, the explicit date, the next review.
pub(in crate::demo) fn hold(
    slot: &'static str,
    measures: &'static str,
    until: &'static str,
    review_on: &'static str,
) -> Act {
    whole("holdWhistle", slot, move |whistle, desk| {
        let (until, review_on) = (desk.day(until)?, desk.day(review_on)?);
        let ruling = HoldRuling::Granted { measures: desk.text(measures)?, until, review_on };
        Ok(Command::HoldWhistle(Hold { whistle, ruling }))
    })
}

/// 终止办理.
pub(in crate::demo) fn terminate(
    slot: &'static str,
    ground: TerminationGround,
    reason: &'static str,
) -> Act {
    whole("terminateWhistle", slot, move |whistle, desk| {
        Ok(Command::TerminateWhistle(Terminate { whistle, ground, reason: desk.text(reason)? }))
    })
}

/// 撤哨.
pub(in crate::demo) fn withdraw(slot: &'static str, reason: &'static str) -> Act {
    whole("withdrawWhistle", slot, move |whistle, desk| {
        Ok(Command::WithdrawWhistle(Withdraw { whistle, reason: desk.text(reason)? }))
    })
}

/// 二次吹哨: drafts `next`.
pub(in crate::demo) fn blow_again(slot: &'static str, next: &'static str) -> Act {
    whole("blowAgain", slot, move |whistle, desk| {
        Ok(Command::BlowAgain(BlowAgain { whistle, successor: desk.begin_whistle(next) }))
    })
}

/// 升级吹哨: drafts `next` at the centre above.
pub(in crate::demo) fn escalate(
    slot: &'static str,
    next: &'static str,
    reason: &'static str,
) -> Act {
    whole("escalateWhistle", slot, move |whistle, desk| {
        let reason = desk.text(reason)?;
        Ok(Command::EscalateWhistle(Escalate {
            whistle,
            successor: desk.begin_whistle(next),
            reason,
        }))
    })
}
