//! The petition (诉求) as it is shown.

use std::sync::Arc;

use app::{Visible, mask};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use engine::{
    StreamId,
    petition::{self, Registration, StageKind, deadlines},
    whistle::{self as rules, ResolutionKind},
};

use super::{
    Action, Deadline, EventConnection, File, Person, Unit, Whistle, of_clock, person,
    responsibility::Responsibility, timeline, unit, unit::optional,
};
use crate::{
    context::{self, app, caller, fault, lang, words},
    enums::{LegalBar, Nature, PetitionStage, Procedure, Rating, Resolution, Source},
    page::connection,
};

/// 诉求: one registered matter, whatever its procedure.
#[derive(Clone)]
pub(crate) struct Petition(Arc<Visible<petition::Petition>>);

impl Petition {
    pub(crate) fn of(it: Visible<petition::Petition>) -> Self {
        Self(Arc::new(it))
    }

    fn registration(&self) -> Option<&Registration> {
        self.0.registration.as_deref()
    }
}

/// 疑难复杂的认定.
#[derive(Clone)]
pub(crate) struct Difficult(petition::Difficult);

/// 疑难复杂的认定.
#[Object]
impl Difficult {
    /// 认定人.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.0.by).await
    }

    /// 认定时间.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// 认定理由.
    async fn reason(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        words(ctx, self.0.reason).await
    }
}

/// 信访人、当事人, masked.
#[derive(Clone, SimpleObject)]
pub(crate) struct Petitioner {
    /// 编号.
    id: ID,
    /// 姓名, masked.
    name: Option<String>,
    /// 电话, masked.
    phone: Option<String>,
    /// 证件号码, masked.
    id_number: Option<String>,
    /// 地址, masked.
    address: Option<String>,
}

/// 信访人身份信息原文, as it was opened with a reason.
#[derive(Clone, SimpleObject)]
pub(crate) struct OpenedPetitioner {
    /// 诉求.
    petition: Petition,
    /// 姓名.
    name: Option<String>,
    /// 电话.
    phone: Option<String>,
    /// 证件号码.
    id_number: Option<String>,
    /// 地址.
    address: Option<String>,
}

impl OpenedPetitioner {
    /// What was opened of a petition.
    pub(crate) fn of(petition: Petition, card: store::PersonCard) -> Self {
        let store::PersonCard { name, phone, id_number, address } = card;
        Self { petition, name, phone, id_number, address }
    }
}

/// A whistle over this petition.
#[derive(Clone)]
pub(crate) struct PetitionWhistle {
    whistle: engine::ids::WhistleId,
    record: petition::WhistleRecord,
}

/// A whistle over this petition.
#[Object]
impl PetitionWhistle {
    /// 哨; none where it is not for the reader to see.
    async fn whistle(&self, ctx: &Context<'_>) -> Result<Option<Whistle>> {
        Ok(context::whistle(ctx, self.whistle).await?.map(Whistle::of))
    }

    /// 第几次吹哨.
    async fn nth(&self) -> u32 {
        self.record.nth
    }

    /// 签发时间.
    async fn issued_at(&self) -> DateTime<Utc> {
        self.record.issued_at
    }

    /// 结束时间; none while it is open.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.record.ended.as_ref().map(|it| it.at)
    }

    /// 本次化解情况.
    async fn resolution(&self) -> Option<Resolution> {
        let resolution = self.record.ended.as_ref()?.resolution.as_ref()?;
        Some(ResolutionKind::from(resolution).into())
    }
}

/// 诉求: one registered matter, whatever its procedure.
#[Object]
impl Petition {
    /// 编号.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// 版本; name it as `expectedVersion` to be told when somebody was first.
    async fn version(&self) -> u32 {
        self.0.version
    }

    /// 登记号.
    async fn number(&self) -> Option<&str> {
        self.registration().map(|it| it.number.as_str())
    }

    /// 办理程序.
    async fn procedure(&self) -> Option<Procedure> {
        self.registration().map(|it| it.procedure.into())
    }

    /// 来源.
    async fn source(&self) -> Option<Source> {
        self.registration().map(|it| it.source.into())
    }

    /// 性质.
    async fn nature(&self) -> Option<Nature> {
        self.registration().map(|it| it.nature.into())
    }

    /// 状态.
    async fn stage(&self) -> PetitionStage {
        StageKind::from(&self.0.stage).into()
    }

    /// 状态名称.
    async fn stage_name(&self) -> &str {
        self.0.stage.zh()
    }

    /// 第n次办理.
    async fn round(&self) -> u32 {
        self.0.round
    }

    /// 标题.
    async fn title(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        context::optional(ctx, self.registration().map(|it| it.title)).await
    }

    /// 诉求内容.
    async fn detail(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        context::optional(ctx, self.registration().and_then(|it| it.detail)).await
    }

    /// 信访人, masked.
    async fn petitioner(&self, ctx: &Context<'_>) -> Result<Option<Petitioner>> {
        let Some(id) = self.registration().and_then(|it| it.petitioner) else { return Ok(None) };
        let card = context::person(ctx, id).await?;
        Ok(card.map(|it| Petitioner {
            id: id.to_string().into(),
            name: it.name.as_deref().map(mask::name),
            phone: it.phone.as_deref().map(mask::number),
            id_number: it.id_number.as_deref().map(mask::number),
            address: it.address.as_deref().map(mask::address),
        }))
    }

    /// 涉及人数.
    async fn people(&self) -> Option<u32> {
        self.registration().map(|it| it.people)
    }

    /// 代表人数; at most five.
    async fn representatives(&self) -> Option<u32> {
        self.registration().and_then(|it| it.representatives)
    }

    /// 登记中心.
    async fn centre(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        optional(ctx, self.0.centre()).await
    }

    /// 事发地.
    async fn place(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        optional(ctx, self.registration().and_then(|it| it.place)).await
    }

    /// 户籍地.
    async fn household(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        optional(ctx, self.registration().and_then(|it| it.household)).await
    }

    /// 居住地.
    async fn residence(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        optional(ctx, self.registration().and_then(|it| it.residence)).await
    }

    /// 有权处理机关.
    async fn competent_unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        match self.0.competent {
            Some(id) => unit(ctx, id).await,
            None => Ok(None),
        }
    }

    /// 事项代码.
    async fn matter(&self) -> Option<&str> {
        self.registration().and_then(|it| it.matter.as_ref()).map(|it| it.0.as_str())
    }

    /// 信访分类, by its path in the taxonomy of the centre.
    async fn class(&self) -> Option<&str> {
        self.registration().and_then(|it| it.class.as_deref())
    }

    /// 来源系统编号.
    async fn external_ref(&self) -> Option<&str> {
        self.registration().and_then(|it| it.external_ref.as_deref())
    }

    /// 来源系统要求的办结时间.
    async fn external_due(&self) -> Option<DateTime<Utc>> {
        self.registration().and_then(|it| it.external_due)
    }

    /// 收到时间.
    async fn received_at(&self) -> Option<DateTime<Utc>> {
        self.registration().and_then(|it| it.received_at)
    }

    /// 登记时间.
    async fn registered_at(&self) -> Option<DateTime<Utc>> {
        self.0.registered_at
    }

    /// 受理时间.
    async fn accepted_at(&self) -> Option<DateTime<Utc>> {
        self.0.accepted_at
    }

    /// 疑难复杂; none where it was not recognised.
    async fn difficult(&self) -> Option<Difficult> {
        self.0.difficult.clone().map(Difficult)
    }

    /// 已进入的法定途径.
    async fn legal_bar(&self) -> Option<LegalBar> {
        self.0.legal_bar.map(Into::into)
    }

    /// 首次件; where this is a duplicate.
    async fn duplicate_of(&self, ctx: &Context<'_>) -> Result<Option<Petition>> {
        match self.0.stage {
            petition::Stage::Duplicate { of } => {
                Ok(context::petition(ctx, of).await?.map(Petition::of))
            }
            petition::Stage::Blank
            | petition::Stage::Registered
            | petition::Stage::NotAccepted
            | petition::Stage::Accepted
            | petition::Stage::InProgress
            | petition::Stage::Answered { .. }
            | petition::Stage::Concluded => Ok(None),
        }
    }

    /// 是否办结; apart from resolved and satisfied.
    async fn closed(&self) -> bool {
        self.0.stage == petition::Stage::Concluded
    }

    /// 化解责任: who owns the case, what is done and until when; none where nobody was assigned.
    async fn responsibility(&self) -> Option<Responsibility> {
        self.0.responsibility.as_deref().cloned().map(Responsibility)
    }

    /// 化解情况; apart from closed and satisfied.
    async fn resolution(&self) -> Option<Resolution> {
        self.0.resolution.as_ref().map(|it| ResolutionKind::from(it).into())
    }

    /// 遗留问题.
    async fn remainder(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let remainder = self.0.resolution.as_ref().and_then(|it| match it {
            rules::Resolution::Resolved => None,
            rules::Resolution::Partial { remainder }
            | rules::Resolution::Unresolved { remainder } => Some(*remainder),
        });
        context::optional(ctx, remainder).await
    }

    /// 评价; apart from closed and resolved.
    async fn rating(&self) -> Option<Rating> {
        self.0.rating.map(Into::into)
    }

    /// 就此诉求吹过的哨.
    async fn whistles(&self) -> Vec<PetitionWhistle> {
        let mut res: Vec<PetitionWhistle> = self
            .0
            .whistles
            .iter()
            .map(|(id, record)| PetitionWhistle { whistle: *id, record: record.clone() })
            .collect();
        res.sort_by_key(|it| it.record.nth);
        res
    }

    /// 附件, in the order in which they came.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn files(&self) -> Vec<File> {
        File::all(StreamId::Petition(self.0.id), &self.0.files, None)
    }

    /// 正在计时的期限.
    async fn deadlines(&self) -> Vec<Deadline> {
        let stream = StreamId::Petition(self.0.id);
        deadlines(&self.0).into_iter().map(|it| of_clock(stream, it)).collect()
    }

    /// 可办事项.
    #[graphql(complexity = "10 + 10 * child_complexity")]
    async fn actions(&self, ctx: &Context<'_>) -> Result<Vec<Action>> {
        let mut over = vec![];
        for id in self.0.whistles.keys() {
            over.extend(context::whistle(ctx, *id).await?);
        }
        let actions = app(ctx)?.actions_of_petition(caller(ctx)?, &self.0, over);
        let lang = lang(ctx);
        let actions = actions.map_err(|it| fault(ctx, it))?;
        Ok(actions.into_iter().map(|it| Action::of(it, lang)).collect())
    }

    /// 办理经过, oldest first.
    #[graphql(complexity = "first.unwrap_or(20).clamp(1, 100) as usize * child_complexity + 10")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Option<EventConnection>> {
        timeline(ctx, StreamId::Petition(self.0.id), first, after).await
    }
}

connection! {
    /// 诉求列表.
    PetitionConnection, PetitionEdge, Petition
}
