//! Mutations: input to command, result to object. Nothing is decided here.

pub(crate) mod account;
pub(crate) mod lists;
pub(crate) mod responsibility;
mod run;

use std::collections::BTreeMap;

use async_graphql::{Context, ID, MergedObject, Object, Result};
use engine::{
    Command, Refusal, directory,
    file::OpenFile,
    ids::{PetitionId, UnitId, WhistleId},
    petition::verbs as petition,
    recusal::Recuse,
    refusal::Problem,
    whistle::{Split, verbs},
};

use crate::{
    context::{app, caller, fault},
    input::{
        AcceptPetitionInput, AddUnitInput, AmendWhistleInput, AnswerPetitionInput, AssignmentInput,
        AssignmentReasonInput, AttachFileInput, AttachPetitionInput, BlowNowInput, ChangeLeadInput,
        ConcludePetitionInput, ConsultInput, DeclinePetitionInput, DesignateInput,
        DetachPetitionInput, DraftWhistleInput, ErasePersonInput, ExtendPetitionInput,
        HoldWhistleInput, IssueWhistleInput, LinkDuplicateInput, OpenFileInput, PutUnitInput,
        RateInput, RatifyInput, RecogniseDifficultInput, RecordAbsenceInput, RecuseInput,
        RegisterPetitionInput, ReopenPetitionInput, ReplyInput, ReportInInput, ReportProgressInput,
        RequestExtensionInput, RequestReturnInput, RuleExtensionInput, RuleReturnInput,
        SetLegalBarInput, SuperviseInput, TerminateWhistleInput, UnsealInput, VerifyInput,
        WhistleInput, WhistleReasonInput, case_of, holder_of, id,
    },
    object::{Assignment, File, OpenedFile, OpenedPetitioner, Petition, Recusal, Unit, Whistle},
};
use run::{asked, attach, calls, draft, judge, limit, part, register, resolution, run, says};

/// 操作: each takes one input, and returns the object that it changed.
#[derive(MergedObject, Default)]
pub struct Mutation(
    CaseMutation,
    account::AccountMutation,
    lists::ListsMutation,
    responsibility::ResponsibilityMutation,
);

/// 办理: each takes one input, and returns the object that it changed.
#[derive(Default)]
pub(crate) struct CaseMutation;

/// 办理: each takes one input, and returns the object that it changed.
#[Object]
impl CaseMutation {
    /// 登记.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn register_petition(
        &self,
        ctx: &Context<'_>,
        input: RegisterPetitionInput,
    ) -> Result<Petition> {
        register(ctx, &input).await
    }

    /// 提交: a draft goes to the one who endorses or issues.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn submit_whistle(&self, ctx: &Context<'_>, input: WhistleInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        run(ctx, "submit_whistle", &input, &input.common, |_| {
            Ok(Command::SubmitWhistle(verbs::Submit { whistle }))
        })
        .await
    }

    /// 审核, where the initiation list asks for it.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn endorse_whistle(&self, ctx: &Context<'_>, input: WhistleInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        run(ctx, "endorse_whistle", &input, &input.common, |_| {
            Ok(Command::EndorseWhistle(verbs::Endorse { whistle }))
        })
        .await
    }

    /// 退回补正.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn send_back_whistle(
        &self,
        ctx: &Context<'_>,
        input: WhistleReasonInput,
    ) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        run(ctx, "send_back_whistle", &input, &input.common, |it| {
            Ok(Command::SendBackWhistle(verbs::SendBack {
                whistle,
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }

    /// 签发: units count as served, every clock starts.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn issue_whistle(&self, ctx: &Context<'_>, input: IssueWhistleInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        run(ctx, "issue_whistle", &input, &input.common, |it| {
            Ok(Command::IssueWhistle(verbs::Issue {
                whistle,
                exception: it.optional("exception", input.exception.as_deref())?,
            }))
        })
        .await
    }

    /// 追认.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn ratify(&self, ctx: &Context<'_>, input: RatifyInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        run(ctx, "ratify", &input, &input.common, |it| {
            Ok(Command::Ratify(verbs::Ratify {
                whistle,
                granted: input.granted,
                reason: it.optional("reason", input.reason.as_deref())?,
            }))
        })
        .await
    }

    /// 办结.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn close_whistle(&self, ctx: &Context<'_>, input: WhistleInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        run(ctx, "close_whistle", &input, &input.common, |_| {
            Ok(Command::CloseWhistle(verbs::Close { whistle }))
        })
        .await
    }

    /// 申请挂账.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn request_hold(&self, ctx: &Context<'_>, input: WhistleReasonInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        run(ctx, "request_hold", &input, &input.common, |it| {
            Ok(Command::RequestHold(verbs::RequestHold {
                whistle,
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }

    /// 恢复办理.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn resume_whistle(
        &self,
        ctx: &Context<'_>,
        input: WhistleReasonInput,
    ) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        run(ctx, "resume_whistle", &input, &input.common, |it| {
            Ok(Command::ResumeWhistle(verbs::Resume {
                whistle,
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }

    /// 终止办理.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn terminate_whistle(
        &self,
        ctx: &Context<'_>,
        input: TerminateWhistleInput,
    ) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        run(ctx, "terminate_whistle", &input, &input.common, |it| {
            Ok(Command::TerminateWhistle(verbs::Terminate {
                whistle,
                ground: input.ground.into(),
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }

    /// 撤哨.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn withdraw_whistle(
        &self,
        ctx: &Context<'_>,
        input: WhistleReasonInput,
    ) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        run(ctx, "withdraw_whistle", &input, &input.common, |it| {
            Ok(Command::WithdrawWhistle(verbs::Withdraw {
                whistle,
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }

    /// 签收: stops that one clock and moves no other date.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn acknowledge(&self, ctx: &Context<'_>, input: AssignmentInput) -> Result<Assignment> {
        let (whistle, assignment) = part(ctx, &input.assignment).await?;
        run(ctx, "acknowledge", &input, &input.common, |_| {
            Ok(Command::Acknowledge(verbs::Acknowledge { whistle, assignment }))
        })
        .await
    }

    /// 申请退单: once, within the window, with reasons; the clocks run on.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn request_return(
        &self,
        ctx: &Context<'_>,
        input: RequestReturnInput,
    ) -> Result<Assignment> {
        let (whistle, assignment) = part(ctx, &input.assignment).await?;
        let suggested = id(ctx, "suggestedUnit", &input.suggested_unit)?;
        run(ctx, "request_return", &input, &input.common, |it| {
            Ok(Command::RequestReturn(verbs::RequestReturn {
                whistle,
                assignment,
                ground: input.ground.into(),
                basis: it.text("basis", &input.basis)?,
                suggested,
            }))
        })
        .await
    }

    /// 退单裁定: final.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn rule_return(&self, ctx: &Context<'_>, input: RuleReturnInput) -> Result<Assignment> {
        let (whistle, assignment) = part(ctx, &input.assignment).await?;
        let replacement =
            input.replacement.as_ref().map(|it| id(ctx, "replacement", it)).transpose()?;
        run(ctx, "rule_return", &input, &input.common, |it| {
            // Agreeing needs a unit in its place; refusing has none.
            match (input.granted, replacement) {
                (true, None) => return Err(Refusal::missing("replacement")),
                (false, Some(_)) => {
                    return Err(Refusal::invalid("replacement", Problem::Contradiction));
                }
                (true, Some(_)) | (false, None) => (),
            }
            let reason = it.text("reason", &input.reason)?;
            Ok(Command::RuleReturn(verbs::RuleReturn { whistle, assignment, replacement, reason }))
        })
        .await
    }

    /// 启动争议会商.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn open_dispute(
        &self,
        ctx: &Context<'_>,
        input: AssignmentReasonInput,
    ) -> Result<Assignment> {
        let (whistle, assignment) = part(ctx, &input.assignment).await?;
        run(ctx, "open_dispute", &input, &input.common, |it| {
            Ok(Command::OpenDispute(verbs::OpenDispute {
                whistle,
                assignment,
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }

    /// 指定主办: final.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn designate(&self, ctx: &Context<'_>, input: DesignateInput) -> Result<Assignment> {
        let (whistle, assignment) = part(ctx, &input.assignment).await?;
        let unit = id(ctx, "unit", &input.unit)?;
        run(ctx, "designate", &input, &input.common, |it| {
            let basis = it.text("basis", &input.basis)?;
            Ok(Command::Designate(verbs::Designate { whistle, assignment, unit, basis }))
        })
        .await
    }

    /// 确认报到: recorded by the calling side.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn report_in(&self, ctx: &Context<'_>, input: ReportInInput) -> Result<Assignment> {
        let (whistle, assignment) = part(ctx, &input.assignment).await?;
        run(ctx, "report_in", &input, &input.common, |it| {
            Ok(Command::ReportIn(verbs::ReportIn {
                whistle,
                assignment,
                name: it.text("name", &input.name)?,
                post: it.text("post", &input.post)?,
                rank: input.rank.into(),
                at: app::micros(input.at),
                mode: input.mode.into(),
                proof: it.optional("proof", input.proof.as_deref())?,
            }))
        })
        .await
    }

    /// 记录未报到.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn record_absence(
        &self,
        ctx: &Context<'_>,
        input: RecordAbsenceInput,
    ) -> Result<Assignment> {
        let (whistle, assignment) = part(ctx, &input.assignment).await?;
        run(ctx, "record_absence", &input, &input.common, |it| {
            Ok(Command::RecordAbsence(verbs::RecordAbsence {
                whistle,
                assignment,
                reason: it.text("reason", &input.reason)?,
                go_ahead: input.go_ahead.unwrap_or(false),
            }))
        })
        .await
    }

    /// 释放.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn release_unit(
        &self,
        ctx: &Context<'_>,
        input: AssignmentReasonInput,
    ) -> Result<Assignment> {
        let (whistle, assignment) = part(ctx, &input.assignment).await?;
        run(ctx, "release_unit", &input, &input.common, |it| {
            Ok(Command::ReleaseUnit(verbs::ReleaseUnit {
                whistle,
                assignment,
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }

    /// 阶段反馈.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn report_progress(
        &self,
        ctx: &Context<'_>,
        input: ReportProgressInput,
    ) -> Result<Assignment> {
        let (whistle, assignment) = part(ctx, &input.assignment).await?;
        run(ctx, "report_progress", &input, &input.common, |it| {
            Ok(Command::ReportProgress(verbs::ReportProgress {
                whistle,
                assignment,
                report: it.text("report", &input.report)?,
                late: it.optional("late", input.late.as_deref())?,
            }))
        })
        .await
    }

    /// 申请延期: before the due date only.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn request_extension(
        &self,
        ctx: &Context<'_>,
        input: RequestExtensionInput,
    ) -> Result<Assignment> {
        let (whistle, assignment) = part(ctx, &input.assignment).await?;
        run(ctx, "request_extension", &input, &input.common, |it| {
            Ok(Command::RequestExtension(verbs::RequestExtension {
                whistle,
                assignment,
                limit: limit(input.limit)?,
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }

    /// 延期审批.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn rule_extension(
        &self,
        ctx: &Context<'_>,
        input: RuleExtensionInput,
    ) -> Result<Assignment> {
        let (whistle, assignment) = part(ctx, &input.assignment).await?;
        run(ctx, "rule_extension", &input, &input.common, |it| {
            Ok(Command::RuleExtension(verbs::RuleExtension {
                whistle,
                assignment,
                granted: input.granted,
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }

    /// 办理反馈.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn reply(&self, ctx: &Context<'_>, input: ReplyInput) -> Result<Assignment> {
        let (whistle, assignment) = part(ctx, &input.assignment).await?;
        run(ctx, "reply", &input, &input.common, |it| {
            Ok(Command::Reply(verbs::Reply {
                whistle,
                assignment,
                accepted_on: input.accepted_on,
                talked_with: it.text("talkedWith", &input.talked_with)?,
                measures: it.text("measures", &input.measures)?,
                result: it.text("result", &input.result)?,
                result_on: input.result_on,
                outcome: input.outcome.into(),
            }))
        })
        .await
    }

    /// 草拟: drafts a whistle over petitions.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn draft_whistle(&self, ctx: &Context<'_>, input: DraftWhistleInput) -> Result<Whistle> {
        let draft = draft(ctx, &input.petitions)?;
        let calls = calls(ctx, &input.content)?;
        run(ctx, "draft_whistle", &input, &input.common, |it| {
            let asked = asked(it, &input.content, calls)?;
            Ok(Command::DraftWhistle(draft.with(asked)))
        })
        .await
    }

    /// 修改草稿.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn amend_whistle(&self, ctx: &Context<'_>, input: AmendWhistleInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        let calls = calls(ctx, &input.content)?;
        run(ctx, "amend_whistle", &input, &input.common, |it| {
            let asked = asked(it, &input.content, calls)?;
            Ok(Command::AmendWhistle(verbs::Amend { whistle, asked }))
        })
        .await
    }

    /// 先吹后补: a duty leader blows an emergency, ratified after.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn blow_now(&self, ctx: &Context<'_>, input: BlowNowInput) -> Result<Whistle> {
        let draft = draft(ctx, &input.petitions)?;
        let calls = calls(ctx, &input.content)?;
        run(ctx, "blow_now", &input, &input.common, |it| {
            let asked = asked(it, &input.content, calls)?;
            let exception = it.optional("exception", input.exception.as_deref())?;
            Ok(Command::BlowNow(verbs::BlowNow { draft: draft.with(asked), exception }))
        })
        .await
    }

    /// 并入诉求.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn attach_petition(
        &self,
        ctx: &Context<'_>,
        input: AttachPetitionInput,
    ) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        let petition = id(ctx, "petition", &input.petition)?;
        run(ctx, "attach_petition", &input, &input.common, |_| {
            Ok(Command::AttachPetition(verbs::AttachPetition { whistle, petition }))
        })
        .await
    }

    /// 移出诉求.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn detach_petition(
        &self,
        ctx: &Context<'_>,
        input: DetachPetitionInput,
    ) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        let petition = id(ctx, "petition", &input.petition)?;
        run(ctx, "detach_petition", &input, &input.common, |it| {
            let reason = it.text("reason", &input.reason)?;
            Ok(Command::DetachPetition(verbs::DetachPetition { whistle, petition, reason }))
        })
        .await
    }

    /// 增派.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn add_unit(&self, ctx: &Context<'_>, input: AddUnitInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        let unit = id(ctx, "unit", &input.unit)?;
        run(ctx, "add_unit", &input, &input.common, |it| {
            let task = it.optional("task", input.task.as_deref())?;
            let reason = it.text("reason", &input.reason)?;
            Ok(Command::AddUnit(verbs::AddUnit { whistle, unit, task, reason }))
        })
        .await
    }

    /// 改派主办.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn change_lead(&self, ctx: &Context<'_>, input: ChangeLeadInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        let unit = id(ctx, "unit", &input.unit)?;
        run(ctx, "change_lead", &input, &input.common, |it| {
            let reason = it.text("reason", &input.reason)?;
            let keep = input.keep.unwrap_or(false);
            Ok(Command::ChangeLead(verbs::ChangeLead { whistle, unit, keep, reason }))
        })
        .await
    }

    /// 会商纪要: facts, duty split, measures.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn consult(&self, ctx: &Context<'_>, input: ConsultInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        let assignments = input
            .split
            .iter()
            .map(|it| id(ctx, "assignment", &it.assignment))
            .collect::<Result<Vec<_>>>()?;
        run(ctx, "consult", &input, &input.common, |it| {
            let mut split = vec![];
            for (row, assignment) in input.split.iter().zip(assignments) {
                let duty = it.text("duty", &row.duty)?;
                split.push(Split { assignment, duty, due_on: row.due_on });
            }
            Ok(Command::Consult(verbs::Consult {
                whistle,
                held_at: app::micros(input.held_at),
                findings: it.text("findings", &input.findings)?,
                split,
                measures: it.text("measures", &input.measures)?,
            }))
        })
        .await
    }

    /// 核查: by somebody of no handling unit.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn verify(&self, ctx: &Context<'_>, input: VerifyInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        let outcomes = input.outcomes.clone().unwrap_or_default();
        let petitions = outcomes
            .iter()
            .map(|it| id::<PetitionId>(ctx, "petition", &it.petition))
            .collect::<Result<Vec<_>>>()?;
        let ratings = input.ratings.clone().unwrap_or_default();
        let judges = ratings.iter().map(|it| judge(ctx, it)).collect::<Result<Vec<_>>>()?;
        run(ctx, "verify", &input, &input.common, |it| {
            let mut judged = BTreeMap::new();
            for (row, petition) in outcomes.iter().zip(petitions) {
                let outcome = resolution(it, row.resolution, row.remainder.as_deref())?;
                if judged.insert(petition, outcome).is_some() {
                    return Err(Refusal::invalid("outcomes", Problem::Twice));
                }
            }
            let mut said = vec![];
            for (row, judge) in ratings.iter().zip(judges) {
                said.push(says(it, row, judge)?);
            }
            Ok(Command::Verify(verbs::Verify {
                whistle,
                method: input.method.into(),
                findings: it.text("findings", &input.findings)?,
                passed: input.passed,
                outcomes: judged,
                ratings: said,
            }))
        })
        .await
    }

    /// 记录评价.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn rate(&self, ctx: &Context<'_>, input: RateInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        let judge = judge(ctx, &input.said)?;
        run(ctx, "rate", &input, &input.common, |it| {
            let said = says(it, &input.said, judge)?;
            Ok(Command::Rate(verbs::Rate { whistle, said }))
        })
        .await
    }

    /// 挂账审批; of a case on hold, the next review.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn hold_whistle(&self, ctx: &Context<'_>, input: HoldWhistleInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        run(ctx, "hold_whistle", &input, &input.common, |it| {
            let ruling = if input.granted {
                verbs::HoldRuling::Granted {
                    measures: it.text("measures", input.measures.as_deref().unwrap_or_default())?,
                    until: input.until.ok_or(Refusal::missing("until"))?,
                    review_on: input.review_on.ok_or(Refusal::missing("reviewOn"))?,
                }
            } else {
                let reason = it.text("reason", input.reason.as_deref().unwrap_or_default())?;
                verbs::HoldRuling::Refused { reason }
            };
            Ok(Command::HoldWhistle(verbs::Hold { whistle, ruling }))
        })
        .await
    }

    /// 二次吹哨: drafts the successor of a whistle that ended, and returns it.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn blow_again(&self, ctx: &Context<'_>, input: WhistleInput) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        let successor = WhistleId(app(ctx)?.fresh());
        run(ctx, "blow_again", &input, &input.common, |_| {
            Ok(Command::BlowAgain(verbs::BlowAgain { whistle, successor }))
        })
        .await
    }

    /// 升级吹哨: to the next centre up.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn escalate_whistle(
        &self,
        ctx: &Context<'_>,
        input: WhistleReasonInput,
    ) -> Result<Whistle> {
        let whistle = id(ctx, "whistle", &input.whistle)?;
        let successor = WhistleId(app(ctx)?.fresh());
        run(ctx, "escalate_whistle", &input, &input.common, |it| {
            let reason = it.text("reason", &input.reason)?;
            Ok(Command::EscalateWhistle(verbs::Escalate { whistle, successor, reason }))
        })
        .await
    }

    /// 督办: a paper to a called unit that is late, refuses or shirks.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn supervise(&self, ctx: &Context<'_>, input: SuperviseInput) -> Result<Assignment> {
        let (whistle, assignment) = part(ctx, &input.assignment).await?;
        run(ctx, "supervise", &input, &input.common, |it| {
            Ok(Command::Supervise(verbs::Supervise {
                whistle,
                assignment,
                paper: input.paper.into(),
                text: it.text("text", &input.text)?,
                reply_due: input.reply_due,
            }))
        })
        .await
    }

    /// 机构调整: adds a unit, or moves, renames, closes one or has it taken over.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn put_unit(&self, ctx: &Context<'_>, input: PutUnitInput) -> Result<Unit> {
        let optional =
            |field, it: &Option<ID>| it.as_ref().map(|it| id(ctx, field, it)).transpose();
        let app = app(ctx)?;
        let is_new = input.unit.is_none();
        let wanted = directory::Unit {
            id: optional("unit", &input.unit)?.unwrap_or_else(|| UnitId(app.fresh())),
            parent: optional("parent", &input.parent)?,
            territory: optional("territory", &input.territory)?,
            heir: optional("heir", &input.heir)?,
            code: input.code,
            name: input.name,
            short_name: input.short_name,
            kind: input.kind.into(),
            tier: input.tier.into(),
            closed: input.closed,
        };
        let unit = app.put_unit(caller(ctx)?, wanted, is_new).await.map_err(|it| fault(ctx, it))?;
        Ok(Unit(unit))
    }

    /// 回避: somebody must not see or act on a matter any more; at once, and on every path.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn recuse(&self, ctx: &Context<'_>, input: RecuseInput) -> Result<Recusal> {
        let case = case_of(ctx, "case", &input.case)?;
        let holder = input.holder.as_ref().map(|it| holder_of(ctx, "holder", it)).transpose()?;
        run(ctx, "recuse", &input, &input.common, |it| {
            let reason = it.text("reason", &input.reason)?;
            Ok(Command::Recuse(Recuse { case, holder, reason }))
        })
        .await
    }

    /// 上传附件: what was sent to `POST /files` becomes part of a case.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn attach_file(&self, ctx: &Context<'_>, input: AttachFileInput) -> Result<File> {
        attach(ctx, &input).await
    }

    /// 调阅封存附件: it can be read for ten minutes, by whoever opened it; the reason stays on the file.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn open_file(&self, ctx: &Context<'_>, input: OpenFileInput) -> Result<OpenedFile> {
        let case = case_of(ctx, "case", &input.case)?;
        let file = id(ctx, "file", &input.file)?;
        let opened = run::<File>(ctx, "open_file", &input, &input.common, |it| {
            let reason = it.text("reason", &input.reason)?;
            Ok(Command::OpenFile(OpenFile { case, file, reason }))
        });
        let opened = opened.await?;
        let until = app(ctx)?.opened_until(caller(ctx)?, file).await;
        OpenedFile::of(ctx, opened, until.map_err(|it| fault(ctx, it))?).await
    }

    /// 受理.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn accept_petition(
        &self,
        ctx: &Context<'_>,
        input: AcceptPetitionInput,
    ) -> Result<Petition> {
        let petition = id(ctx, "petition", &input.petition)?;
        let competent =
            input.competent_unit.as_ref().map(|it| id(ctx, "competentUnit", it)).transpose()?;
        run(ctx, "accept_petition", &input, &input.common, |_| {
            Ok(Command::AcceptPetition(petition::Accept { petition, competent }))
        })
        .await
    }

    /// 不予受理, with the legal route.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn decline_petition(
        &self,
        ctx: &Context<'_>,
        input: DeclinePetitionInput,
    ) -> Result<Petition> {
        let petition = id(ctx, "petition", &input.petition)?;
        run(ctx, "decline_petition", &input, &input.common, |it| {
            Ok(Command::DeclinePetition(petition::Decline {
                petition,
                ground: input.ground.into(),
                route: it.text("route", &input.route)?,
            }))
        })
        .await
    }

    /// 认定重复件.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn link_duplicate(
        &self,
        ctx: &Context<'_>,
        input: LinkDuplicateInput,
    ) -> Result<Petition> {
        let petition = id(ctx, "petition", &input.petition)?;
        let of = id(ctx, "of", &input.of)?;
        run(ctx, "link_duplicate", &input, &input.common, |_| {
            Ok(Command::LinkDuplicate(petition::LinkDuplicate { petition, of }))
        })
        .await
    }

    /// 认定疑难复杂.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn recognise_difficult(
        &self,
        ctx: &Context<'_>,
        input: RecogniseDifficultInput,
    ) -> Result<Petition> {
        let petition = id(ctx, "petition", &input.petition)?;
        run(ctx, "recognise_difficult", &input, &input.common, |it| {
            Ok(Command::RecogniseDifficult(petition::RecogniseDifficult {
                petition,
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }

    /// 调阅身份信息: shows what is sealed of the petitioner.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn unseal(&self, ctx: &Context<'_>, input: UnsealInput) -> Result<OpenedPetitioner> {
        let petition = id(ctx, "petition", &input.petition)?;
        let shown = run(ctx, "unseal", &input, &input.common, |it| {
            Ok(Command::Unseal(petition::Unseal {
                petition,
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await?;
        let card = app(ctx)?.opened(caller(ctx)?, petition).await.map_err(|it| fault(ctx, it))?;
        Ok(OpenedPetitioner::of(shown, card))
    }

    /// 清除个人信息: drops the key of what is sealed of the petitioner.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn erase_person(&self, ctx: &Context<'_>, input: ErasePersonInput) -> Result<Petition> {
        let petition = id(ctx, "petition", &input.petition)?;
        run(ctx, "erase_person", &input, &input.common, |it| {
            Ok(Command::ErasePerson(petition::ErasePerson {
                petition,
                texts: input.texts.unwrap_or(false),
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }

    /// 标记法定途径.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn set_legal_bar(&self, ctx: &Context<'_>, input: SetLegalBarInput) -> Result<Petition> {
        let petition = id(ctx, "petition", &input.petition)?;
        run(ctx, "set_legal_bar", &input, &input.common, |it| {
            Ok(Command::SetLegalBar(petition::SetLegalBar {
                petition,
                bar: input.bar.map(Into::into),
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }

    /// 答复.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn answer_petition(
        &self,
        ctx: &Context<'_>,
        input: AnswerPetitionInput,
    ) -> Result<Petition> {
        let petition = id(ctx, "petition", &input.petition)?;
        run(ctx, "answer_petition", &input, &input.common, |it| {
            Ok(Command::AnswerPetition(petition::Answer {
                petition,
                answer: input.answer.into(),
                text: it.text("text", &input.text)?,
                resolution: resolution(it, input.resolution, input.remainder.as_deref())?,
            }))
        })
        .await
    }

    /// 延期答复: once.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn extend_petition(
        &self,
        ctx: &Context<'_>,
        input: ExtendPetitionInput,
    ) -> Result<Petition> {
        let petition = id(ctx, "petition", &input.petition)?;
        run(ctx, "extend_petition", &input, &input.common, |it| {
            Ok(Command::ExtendPetition(petition::Extend {
                petition,
                limit: limit(input.limit)?,
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }

    /// 诉求办结.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn conclude_petition(
        &self,
        ctx: &Context<'_>,
        input: ConcludePetitionInput,
    ) -> Result<Petition> {
        let petition = id(ctx, "petition", &input.petition)?;
        run(ctx, "conclude_petition", &input, &input.common, |_| {
            Ok(Command::ConcludePetition(petition::Conclude { petition }))
        })
        .await
    }

    /// 重新办理: the next round on the same file.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn reopen_petition(
        &self,
        ctx: &Context<'_>,
        input: ReopenPetitionInput,
    ) -> Result<Petition> {
        let petition = id(ctx, "petition", &input.petition)?;
        run(ctx, "reopen_petition", &input, &input.common, |it| {
            Ok(Command::ReopenPetition(petition::Reopen {
                petition,
                reason: it.text("reason", &input.reason)?,
            }))
        })
        .await
    }
}
