//! The entry of 化解责任清单 that a case has.

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, NaiveDate, Utc};
use engine::{petition, whistle::ResolutionKind};

use super::{Person, Unit, person, unit};
use crate::{
    context::{self, words},
    enums::{Rank, Resolution, Risk},
};

/// 稳控: who helps and persuades, and when they visit next.
#[derive(Clone)]
pub(crate) struct Care(petition::Care);

/// 稳控: who helps and persuades, and when they visit next.
#[Object]
impl Care {
    /// 责任单位.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        unit(ctx, self.0.unit).await
    }

    /// 责任人.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        match self.0.person {
            Some(id) => person(ctx, id).await,
            None => Ok(None),
        }
    }

    /// 下次走访日期.
    async fn next_visit(&self) -> Option<NaiveDate> {
        self.0.next_visit
    }
}

/// 一次进展.
#[derive(Clone)]
pub(crate) struct MeasureProgress(petition::Progress);

/// 一次进展.
#[Object]
impl MeasureProgress {
    /// 时间.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// 记录人.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.0.by).await
    }

    /// 内容.
    async fn text(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        words(ctx, self.0.text).await
    }
}

/// 销号记录.
#[derive(Clone)]
pub(crate) struct SignedOff(petition::SignOffRecord);

/// 销号记录.
#[Object]
impl SignedOff {
    /// 验收人.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.0.by).await
    }

    /// 销号时间.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// 化解情况.
    async fn resolution(&self) -> Resolution {
        ResolutionKind::from(&self.0.how).into()
    }

    /// 协议履行.
    async fn fulfilment(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        context::optional(ctx, self.0.fulfilment).await
    }

    /// 化解方式.
    async fn text(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        words(ctx, self.0.text).await
    }
}

/// 化解责任: one entry of 化解责任清单.
#[derive(Clone)]
pub(crate) struct Responsibility(pub(crate) petition::Responsibility);

/// 化解责任: one entry of 化解责任清单.
#[Object]
impl Responsibility {
    /// 包案领导.
    async fn case_owner(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.0.owner.person).await
    }

    /// 包案领导的单位.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        unit(ctx, self.0.owner.unit).await
    }

    /// 包案领导的职级.
    async fn rank(&self) -> Rank {
        self.0.owner.rank.into()
    }

    /// 包案时间.
    async fn since(&self) -> DateTime<Utc> {
        self.0.since
    }

    /// 风险等级.
    async fn risk(&self) -> Risk {
        self.0.risk.into()
    }

    /// 化解时限.
    async fn due_on(&self) -> NaiveDate {
        self.0.due_on
    }

    /// 稳控.
    async fn care(&self) -> Option<Care> {
        self.0.care.map(Care)
    }

    /// 化解措施.
    async fn measures(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        context::optional(ctx, self.0.measures).await
    }

    /// 下一步.
    async fn next(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        context::optional(ctx, self.0.next).await
    }

    /// 进展(逐次), the last hundred.
    async fn progress(&self) -> Vec<MeasureProgress> {
        self.0.progress.iter().cloned().map(MeasureProgress).collect()
    }

    /// 更新次数.
    async fn updates(&self) -> u32 {
        self.0.updates
    }

    /// 最近更新.
    async fn updated_at(&self) -> Option<DateTime<Utc>> {
        self.0.updated_at
    }

    /// 化解情况, as the owner says.
    async fn resolution(&self) -> Option<Resolution> {
        self.0.resolution.as_ref().map(|it| ResolutionKind::from(it).into())
    }

    /// 销号; none while it is open.
    async fn signed_off(&self) -> Option<SignedOff> {
        self.0.signed_off.clone().map(SignedOff)
    }
}
