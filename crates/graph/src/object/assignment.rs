//! The assignment (承办任务) as it is shown.

use std::sync::Arc;

use app::Visible;
use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, NaiveDate, Utc};
use engine::{
    StreamId,
    ids::AssignmentId,
    supervision,
    whistle::{self as rules, AssignmentStage as Stage, assignment::AssignmentStageKind},
};

use super::{Action, Deadline, File, Person, Unit, Whistle, of_clock, person, unit};
use crate::{
    context::{self, app, caller, fault, lang, registers, words},
    enums::{
        AssignmentRole, AssignmentStage, Mode, Rank, ReplyOutcome, ReturnGround, ReturnRight, Rung,
        SupervisionPaper,
    },
};

/// 承办任务: one unit's part in a whistle.
#[derive(Clone)]
pub(crate) struct Assignment {
    whistle: Arc<Visible<rules::Whistle>>,
    id: AssignmentId,
}

impl Assignment {
    /// The assignment of a whistle that was let through; none where it has no such part.
    pub(crate) fn of(whistle: Arc<Visible<rules::Whistle>>, id: AssignmentId) -> Option<Self> {
        whistle.assignments.contains_key(&id).then_some(Self { whistle, id })
    }

    fn it(&self) -> Option<&rules::Assignment> {
        self.whistle.assignments.get(&self.id)
    }

    fn papers(&self) -> Vec<Supervision> {
        let all = self.it().map(|it| it.supervisions.as_slice()).unwrap_or_default();
        all.iter().map(|it| Supervision { part: self.clone(), it: it.clone() }).collect()
    }
}

/// 报到记录.
#[derive(Clone)]
pub(crate) struct Attendance(rules::Attendance);

/// 报到记录.
#[Object]
impl Attendance {
    /// 报到人.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        words(ctx, self.0.name).await
    }

    /// 职务.
    async fn post(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        words(ctx, self.0.post).await
    }

    /// 职级.
    async fn rank(&self) -> Rank {
        self.0.rank.into()
    }

    /// 是否降格报到.
    async fn below_rank(&self) -> bool {
        self.0.below_rank
    }

    /// 报到时间.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// 方式.
    async fn mode(&self) -> Mode {
        self.0.mode.into()
    }
}

/// 办理反馈, with its four elements.
#[derive(Clone)]
pub(crate) struct Reply(rules::Reply);

/// 办理反馈, with its four elements.
#[Object]
impl Reply {
    /// 何时受理.
    async fn accepted_on(&self) -> NaiveDate {
        self.0.accepted_on
    }

    /// 与谁沟通.
    async fn talked_with(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        words(ctx, self.0.talked_with).await
    }

    /// 解决措施.
    async fn measures(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        words(ctx, self.0.measures).await
    }

    /// 处理结果.
    async fn result(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        words(ctx, self.0.result).await
    }

    /// 解决时限.
    async fn result_on(&self) -> NaiveDate {
        self.0.result_on
    }

    /// 结果类型.
    async fn outcome(&self) -> ReplyOutcome {
        self.0.outcome.into()
    }

    /// 签发人.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.0.by).await
    }

    /// 反馈时间.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }
}

/// 退单申请.
#[derive(Clone)]
pub(crate) struct ReturnRequest {
    ground: engine::whistle::assignment::ReturnGround,
    basis: engine::text::Words,
    suggested: engine::ids::UnitId,
}

/// 退单申请.
#[Object]
impl ReturnRequest {
    /// 理由.
    async fn ground(&self) -> ReturnGround {
        self.ground.into()
    }

    /// 依据.
    async fn basis(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        words(ctx, self.basis).await
    }

    /// 建议单位.
    async fn suggested_unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        unit(ctx, self.suggested).await
    }
}

/// 延期申请.
#[derive(Clone)]
pub(crate) struct ExtensionRequest(engine::whistle::assignment::ExtensionRequest);

/// 延期申请.
#[Object]
impl ExtensionRequest {
    /// 申请延长.
    async fn by(&self) -> String {
        self.0.by.to_string()
    }

    /// 理由.
    async fn reason(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        words(ctx, self.0.reason).await
    }
}

/// 督办文书, as it is on record.
#[derive(Clone)]
pub(crate) struct Supervision {
    part: Assignment,
    it: engine::supervision::Supervision,
}

impl Supervision {
    /// All of a whistle, part by part, in the order in which they were issued.
    pub(crate) fn all(whistle: &Arc<Visible<rules::Whistle>>) -> Vec<Self> {
        let parts = whistle.assignments.keys();
        let parts = parts.filter_map(|id| Assignment::of(whistle.clone(), *id));
        parts.flat_map(|it| it.papers()).collect()
    }
}

/// 督办文书, as it is on record.
#[Object]
impl Supervision {
    /// 承办任务.
    async fn assignment(&self) -> &Assignment {
        &self.part
    }

    /// 文书.
    async fn paper(&self) -> SupervisionPaper {
        self.it.paper.into()
    }

    /// 文书名称.
    async fn name(&self) -> &str {
        self.it.paper.zh()
    }

    /// 发出时间.
    async fn at(&self) -> DateTime<Utc> {
        self.it.at
    }

    /// 签发人; none where the system sent it.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        match self.it.by {
            Some(by) => person(ctx, by).await,
            None => Ok(None),
        }
    }

    /// 是否由系统自动发出.
    async fn automatic(&self) -> bool {
        self.it.by.is_none()
    }

    /// 内容; none where the system sent it.
    async fn text(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        context::optional(ctx, self.it.text).await
    }

    /// 书面反馈期限.
    async fn reply_due(&self) -> Option<NaiveDate> {
        self.it.reply_due
    }
}

/// 承办任务: one unit's part in a whistle.
#[Object]
impl Assignment {
    /// 编号.
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// 版本, of this assignment alone.
    async fn version(&self) -> Option<u32> {
        self.it().map(|it| it.version)
    }

    /// 所属的哨.
    async fn whistle(&self) -> Whistle {
        Whistle::shared(self.whistle.clone())
    }

    /// 承办单位.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        match self.it() {
            Some(it) => unit(ctx, it.unit).await,
            None => Ok(None),
        }
    }

    /// 牵头或协办.
    async fn role(&self) -> Option<AssignmentRole> {
        self.it().map(|it| it.role.into())
    }

    /// 任务.
    async fn task(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        context::optional(ctx, self.it().and_then(|it| it.task)).await
    }

    /// 状态.
    async fn stage(&self) -> Option<AssignmentStage> {
        self.it().map(|it| AssignmentStageKind::from(&it.stage).into())
    }

    /// 状态名称.
    async fn stage_name(&self) -> Option<&str> {
        self.it().map(|it| it.stage.zh())
    }

    /// 送达时间.
    async fn served_at(&self) -> Option<DateTime<Utc>> {
        self.it().map(|it| it.served_at)
    }

    /// 签收时间.
    async fn acknowledged_at(&self) -> Option<DateTime<Utc>> {
        self.it().and_then(|it| it.acknowledged).map(|(_, at)| at)
    }

    /// 签收人.
    async fn acknowledged_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        match self.it().and_then(|it| it.acknowledged) {
            Some((by, _)) => person(ctx, by).await,
            None => Ok(None),
        }
    }

    /// 报到.
    async fn attendance(&self) -> Option<Attendance> {
        self.it().and_then(|it| it.attendance.clone()).map(Attendance)
    }

    /// 是否未报到.
    async fn absent(&self) -> bool {
        self.it().is_some_and(|it| it.absent)
    }

    /// 退单权.
    async fn return_right(&self) -> Option<ReturnRight> {
        self.it().map(|it| it.return_right.into())
    }

    /// 正在申请的退单.
    async fn return_request(&self) -> Option<ReturnRequest> {
        match &self.it()?.stage {
            Stage::ReturnRequested { ground, basis, suggested } => {
                Some(ReturnRequest { ground: *ground, basis: *basis, suggested: *suggested })
            }
            Stage::Issued
            | Stage::Acknowledged
            | Stage::Returned { .. }
            | Stage::Disputed { .. }
            | Stage::ReportedIn
            | Stage::Replied { .. }
            | Stage::Released
            | Stage::Ended => None,
        }
    }

    /// 争议所在层级.
    async fn rung(&self) -> Option<Rung> {
        match self.it()?.stage {
            Stage::Disputed { rung } => Some(rung.into()),
            Stage::Issued
            | Stage::Acknowledged
            | Stage::ReturnRequested { .. }
            | Stage::Returned { .. }
            | Stage::ReportedIn
            | Stage::Replied { .. }
            | Stage::Released
            | Stage::Ended => None,
        }
    }

    /// 改派后的任务.
    async fn replacement(&self) -> Option<Assignment> {
        match self.it()?.stage {
            Stage::Returned { replacement } => Assignment::of(self.whistle.clone(), replacement),
            Stage::Issued
            | Stage::Acknowledged
            | Stage::ReturnRequested { .. }
            | Stage::Disputed { .. }
            | Stage::ReportedIn
            | Stage::Replied { .. }
            | Stage::Released
            | Stage::Ended => None,
        }
    }

    /// 本轮办理反馈.
    async fn reply(&self) -> Option<Reply> {
        self.it().and_then(|it| it.reply().cloned()).map(Reply)
    }

    /// 是否有阶段反馈.
    async fn progressed(&self) -> bool {
        self.it().is_some_and(|it| it.progressed)
    }

    /// 是否已作逾期说明.
    async fn explained(&self) -> bool {
        self.it().is_some_and(|it| it.explained)
    }

    /// 正在申请的延期.
    async fn extension(&self) -> Option<ExtensionRequest> {
        self.it().and_then(|it| it.extension.clone()).map(ExtensionRequest)
    }

    /// 已延期次数.
    async fn extensions(&self) -> u32 {
        self.it().map_or(0, |it| it.extensions)
    }

    /// 督办文书, in the order in which they were issued.
    #[graphql(complexity = "5 * child_complexity + 1")]
    async fn supervisions(&self) -> Vec<Supervision> {
        self.papers()
    }

    /// 督办阶梯 waits for this paper; none where it pursues nothing, or nothing graver is left.
    async fn supervision_next(&self) -> Option<SupervisionPaper> {
        self.it()?.ladder?.next.map(Into::into)
    }

    /// 文书代拟稿 of what is late, of the named paper or of the next; none where nothing is late.
    async fn supervision_draft(
        &self,
        ctx: &Context<'_>,
        paper: Option<SupervisionPaper>,
    ) -> Result<Option<String>> {
        let (registers, now) = (registers(ctx)?, app(ctx)?.now());
        let paper = paper.map(Into::into);
        let draft = |it| supervision::draft(&self.whistle, it, paper, &registers.directory, now);
        Ok(self.it().and_then(draft))
    }

    /// 附件 of this part, in the order in which they came.
    #[graphql(complexity = "10 * child_complexity + 1")]
    async fn files(&self) -> Vec<File> {
        File::all(StreamId::Whistle(self.whistle.id), &self.whistle.files, Some(self.id))
    }

    /// 正在计时的期限.
    async fn deadlines(&self, ctx: &Context<'_>) -> Result<Vec<Deadline>> {
        let registers = registers(ctx)?;
        let Some(lists) = registers.lists_version(self.whistle.lists) else { return Ok(vec![]) };
        let stream = StreamId::Whistle(self.whistle.id);
        let all = rules::deadlines(&self.whistle, lists, &registers.directory);
        let own = all.into_iter().filter(|it| it.key.assignment == Some(self.id));
        Ok(own.map(|it| of_clock(stream, it)).collect())
    }

    /// 可办事项.
    #[graphql(complexity = "10 + 12 * child_complexity")]
    async fn actions(&self, ctx: &Context<'_>) -> Result<Vec<Action>> {
        let petitions = context::petitions_of(ctx, &self.whistle).await?;
        let actions = app(ctx)?.actions_of_whistle(caller(ctx)?, &self.whistle, petitions);
        let lang = lang(ctx);
        let actions = actions.map_err(|it| fault(ctx, it))?;
        let own = actions.into_iter().filter(|it| it.assignment == Some(self.id));
        Ok(own.map(|it| Action::of(it, lang)).collect())
    }
}
