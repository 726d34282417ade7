//! The whistle (哨) as it is shown.

use std::sync::Arc;

use app::Visible;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use engine::{
    StreamId,
    ids::PetitionId,
    whistle::{self as rules, ResolutionKind, StageKind},
};

use super::{
    Action, Assignment, Deadline, EventConnection, File, Named, Person, Petition, Supervision,
    Unit, of_clock, person, timeline, unit,
};
use crate::{
    context::{self, app, caller, fault, lang, registers},
    enums::{AssignmentRole, Phase, Purpose, Ratification, Rating, Resolution, WhistleStage},
    page::connection,
};

/// 哨: one call over petitions to units.
#[derive(Clone)]
pub(crate) struct Whistle(Arc<Visible<rules::Whistle>>);

impl Whistle {
    pub(crate) fn of(it: Visible<rules::Whistle>) -> Self {
        Self(Arc::new(it))
    }

    pub(crate) fn shared(it: Arc<Visible<rules::Whistle>>) -> Self {
        Self(it)
    }

    fn content(&self) -> Option<&rules::Content> {
        self.0.content.as_deref()
    }

    async fn by(
        &self,
        ctx: &Context<'_>,
        id: Option<engine::ids::PersonId>,
    ) -> Result<Option<Person>> {
        match id {
            Some(id) => person(ctx, id).await,
            None => Ok(None),
        }
    }
}

/// 等级.
#[derive(Clone, SimpleObject)]
pub(crate) struct Level {
    /// 代码.
    code: String,
    /// 名称.
    name: String,
    /// 颜色, in words.
    colour: String,
}

/// 拟召集的单位.
#[derive(Clone)]
pub(crate) struct Call(rules::Call);

/// 拟召集的单位.
#[Object]
impl Call {
    /// 单位.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        unit(ctx, self.0.unit).await
    }

    /// 牵头或协办.
    async fn role(&self) -> AssignmentRole {
        self.0.role.into()
    }

    /// 任务.
    async fn task(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        context::optional(ctx, self.0.task).await
    }
}

/// 哨内的一件诉求, with its own outcome.
#[derive(Clone)]
pub(crate) struct WhistlePetition {
    id: PetitionId,
    attached: rules::Attached,
}

/// 哨内的一件诉求, with its own outcome.
#[Object]
impl WhistlePetition {
    /// 诉求.
    async fn petition(&self, ctx: &Context<'_>) -> Result<Option<Petition>> {
        Ok(context::petition(ctx, self.id).await?.map(Petition::of))
    }

    /// 法定期限, which no date of the whistle passes.
    async fn statutory_due(&self) -> Option<DateTime<Utc>> {
        self.attached.statutory
    }

    /// 化解情况, as verified.
    async fn outcome(&self) -> Option<Resolution> {
        self.attached.outcome.as_ref().map(|it| ResolutionKind::from(it).into())
    }

    /// 遗留问题.
    async fn remainder(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let remainder = self.attached.outcome.as_ref().and_then(|it| match it {
            rules::Resolution::Resolved => None,
            rules::Resolution::Partial { remainder }
            | rules::Resolution::Unresolved { remainder } => Some(*remainder),
        });
        context::optional(ctx, remainder).await
    }

    /// 信访人评价.
    async fn rating(&self) -> Option<Rating> {
        self.attached.rating.map(Into::into)
    }
}

/// 哨: one call over petitions to units.
#[Object]
impl Whistle {
    /// 编号.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// 版本; name it as `expectedVersion` to be told when somebody was first.
    async fn version(&self) -> u32 {
        self.0.version
    }

    /// 状态.
    async fn stage(&self) -> WhistleStage {
        StageKind::from(&self.0.stage).into()
    }

    /// 状态名称.
    async fn stage_name(&self) -> &str {
        self.0.stage.zh()
    }

    /// 阶段; none once it has ended.
    async fn phase(&self) -> Option<Phase> {
        self.0.stage.phase().map(Into::into)
    }

    /// 第n轮办理.
    async fn round(&self) -> u32 {
        self.0.stage.round()
    }

    /// 哨种.
    async fn kind(&self, ctx: &Context<'_>) -> Result<Option<Named>> {
        let registers = registers(ctx)?;
        let lists = registers.lists_version(self.0.lists);
        let lang = context::lang(ctx);
        Ok(self.content().map(|it| Named::kind(lists, &it.kind, lang)))
    }

    /// 等级.
    async fn level(&self, ctx: &Context<'_>) -> Result<Option<Level>> {
        let registers = registers(ctx)?;
        let lists = registers.lists_version(self.0.lists);
        let level = self.content().and_then(|it| lists?.level(&it.level));
        let lang = context::lang(ctx);
        Ok(level.map(|it| Level {
            code: it.code.to_string(),
            name: Named::level(lists, &it.code, lang).name,
            colour: it.colour.clone(),
        }))
    }

    /// 提升前的等级, where a third whistle raised it.
    async fn raised_from(&self) -> Option<String> {
        self.0.raised_from.as_ref().map(|(_, level)| level.to_string())
    }

    /// 事项; none where it is off the list.
    async fn matter(&self, ctx: &Context<'_>) -> Result<Option<Named>> {
        let registers = registers(ctx)?;
        let lists = registers.lists_version(self.0.lists);
        let code = self.content().and_then(|it| it.matter.as_ref());
        Ok(code.map(|code| Named {
            code: code.to_string(),
            name: lists
                .and_then(|it| it.matters.get(code))
                .map_or_else(String::new, |it| it.name.clone()),
        }))
    }

    /// 清单外吹哨的理由.
    async fn off_list(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        context::optional(ctx, self.content().and_then(|it| it.off_list)).await
    }

    /// 改派理由: why it departs from the row of its matter, where it does.
    async fn override_reason(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        context::optional(ctx, self.content().and_then(|it| it.override_reason)).await
    }

    /// 标题.
    async fn title(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        context::optional(ctx, self.content().map(|it| it.title)).await
    }

    /// 吹哨要求.
    async fn request(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        context::optional(ctx, self.content().map(|it| it.request)).await
    }

    /// 前期处置.
    async fn tried(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        context::optional(ctx, self.content().and_then(|it| it.tried)).await
    }

    /// 目的.
    async fn purpose(&self) -> Option<Purpose> {
        self.content().map(|it| it.purpose.into())
    }

    /// 拟召集的单位.
    async fn calls(&self) -> Vec<Call> {
        self.content().map(|it| it.calls.iter().cloned().map(Call).collect()).unwrap_or_default()
    }

    /// 吹哨中心.
    async fn centre(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        match self.0.centre {
            Some(id) => unit(ctx, id).await,
            None => Ok(None),
        }
    }

    /// 起草人.
    async fn drafted_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.by(ctx, self.0.drafted_by).await
    }

    /// 起草时间.
    async fn drafted_at(&self) -> Option<DateTime<Utc>> {
        self.0.drafted_at
    }

    /// 签发人.
    async fn issued_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.by(ctx, self.0.issued.as_ref().map(|it| it.by)).await
    }

    /// 签发时间.
    async fn issued_at(&self) -> Option<DateTime<Utc>> {
        self.0.issued.as_ref().map(|it| it.at)
    }

    /// 编号, e.g. 张吹〔2019〕21号.
    async fn serial(&self) -> Option<&str> {
        self.0.issued.as_ref().map(|it| it.serial.as_str())
    }

    /// 批次, in its year at this centre.
    async fn batch(&self) -> Option<u32> {
        self.0.issued.as_ref().map(|it| it.batch)
    }

    /// 年度.
    async fn year(&self) -> Option<i32> {
        self.0.issued.as_ref().map(|it| it.year)
    }

    /// 是否先吹后补.
    async fn blown_now(&self) -> bool {
        self.0.issued.as_ref().is_some_and(|it| it.blown_now)
    }

    /// 追认.
    async fn ratification(&self) -> Ratification {
        self.0.ratification.into()
    }

    /// 哨内诉求.
    async fn petitions(&self) -> Vec<WhistlePetition> {
        let of = |(id, attached): (&PetitionId, &rules::Attached)| WhistlePetition {
            id: *id,
            attached: attached.clone(),
        };
        self.0.petitions.iter().map(of).collect()
    }

    /// 承办任务.
    async fn assignments(&self) -> Vec<Assignment> {
        let mut ids: Vec<_> = self.0.assignments.values().map(|it| (it.role, it.id)).collect();
        ids.sort();
        ids.into_iter().filter_map(|(_, id)| Assignment::of(self.0.clone(), id)).collect()
    }

    /// 督办文书 to its units, part by part.
    #[graphql(complexity = "10 * child_complexity + 1")]
    async fn supervisions(&self) -> Vec<Supervision> {
        Supervision::all(&self.0)
    }

    /// 牵头单位的任务.
    async fn lead(&self) -> Option<Assignment> {
        Assignment::of(self.0.clone(), self.0.lead()?.id)
    }

    /// 哨方评价.
    async fn caller_rating(&self) -> Option<Rating> {
        self.0.caller_rating.map(Into::into)
    }

    /// 是否申请了挂账.
    async fn hold_requested(&self) -> bool {
        self.0.hold_requested
    }

    /// 挂账至.
    async fn held_until(&self) -> Option<NaiveDate> {
        match self.0.stage {
            rules::Stage::LongTerm { until, .. } => Some(until),
            rules::Stage::Blank
            | rules::Stage::Draft
            | rules::Stage::UnderReview
            | rules::Stage::Endorsed { .. }
            | rules::Stage::Responding { .. }
            | rules::Stage::Handling { .. }
            | rules::Stage::Verifying { .. }
            | rules::Stage::Rating { .. }
            | rules::Stage::Closing { .. }
            | rules::Stage::Closed
            | rules::Stage::Terminated
            | rules::Stage::Withdrawn
            | rules::Stage::Escalated { .. } => None,
        }
    }

    /// 前一哨.
    async fn predecessor(&self, ctx: &Context<'_>) -> Result<Option<Whistle>> {
        match self.0.predecessor {
            Some(id) => Ok(context::whistle(ctx, id).await?.map(Whistle::of)),
            None => Ok(None),
        }
    }

    /// 后一哨: blown again, or escalated.
    async fn successor(&self, ctx: &Context<'_>) -> Result<Option<Whistle>> {
        match self.0.successor {
            Some(id) => Ok(context::whistle(ctx, id).await?.map(Whistle::of)),
            None => Ok(None),
        }
    }

    /// 清单版本.
    async fn lists_version(&self) -> u32 {
        self.0.lists
    }

    /// 附件, those of its assignments included, in the order in which they came.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn files(&self) -> Vec<File> {
        File::all(StreamId::Whistle(self.0.id), &self.0.files, None)
    }

    /// 正在计时的期限, those of its assignments included.
    async fn deadlines(&self, ctx: &Context<'_>) -> Result<Vec<Deadline>> {
        let registers = registers(ctx)?;
        let Some(lists) = registers.lists_version(self.0.lists) else { return Ok(vec![]) };
        let stream = StreamId::Whistle(self.0.id);
        let mut all = rules::deadlines(&self.0, lists, &registers.directory);
        all.sort_by_key(|it| it.term.due);
        Ok(all.into_iter().map(|it| of_clock(stream, it)).collect())
    }

    /// 可办事项, of the whistle as a whole; those of a part stand on the assignment.
    #[graphql(complexity = "10 + 20 * child_complexity")]
    async fn actions(&self, ctx: &Context<'_>) -> Result<Vec<Action>> {
        let petitions = context::petitions_of(ctx, &self.0).await?;
        let actions = app(ctx)?.actions_of_whistle(caller(ctx)?, &self.0, petitions);
        let lang = lang(ctx);
        let actions = actions.map_err(|it| fault(ctx, it))?;
        let whole = actions.into_iter().filter(|it| it.assignment.is_none());
        Ok(whole.map(|it| Action::of(it, lang)).collect())
    }

    /// 办理经过, oldest first.
    #[graphql(complexity = "first.unwrap_or(20).clamp(1, 100) as usize * child_complexity + 10")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Option<EventConnection>> {
        timeline(ctx, StreamId::Whistle(self.0.id), first, after).await
    }
}

connection! {
    /// 哨列表.
    WhistleConnection, WhistleEdge, Whistle
}
