//! Letters and where their delivery stands.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use store::LetterView;

use super::{Unit, unit};
use crate::{
    context::caller,
    enums::{NoticeKind, Step, SupervisionPaper},
    page::connection,
};

/// 信: what one addressee is told of one event.
#[derive(Clone)]
pub(crate) struct Letter(pub(crate) LetterView);

/// 信: what one addressee is told of one event.
#[Object]
impl Letter {
    /// 编号.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// 种类; none for those who read no case.
    async fn kind(&self, ctx: &Context<'_>) -> Result<Option<NoticeKind>> {
        let reads = caller(ctx)?.viewer.reads_cases();
        Ok(Some(self.0.kind.into()).filter(|_| reads))
    }

    /// 收件单位.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        unit(ctx, self.0.unit).await
    }

    /// 要求办理的环节; none for those who read no case.
    async fn step(&self, ctx: &Context<'_>) -> Result<Option<Step>> {
        let reads = caller(ctx)?.viewer.reads_cases();
        Ok(self.0.notice.step.filter(|_| reads).map(Into::into))
    }

    /// 期限; none for those who read no case.
    async fn due(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let reads = caller(ctx)?.viewer.reads_cases();
        Ok(self.0.notice.due.filter(|_| reads))
    }

    /// 督办文书, where the letter brings one; none for those who read no case.
    async fn paper(&self, ctx: &Context<'_>) -> Result<Option<SupervisionPaper>> {
        let reads = caller(ctx)?.viewer.reads_cases();
        Ok(self.0.notice.paper.filter(|_| reads).map(Into::into))
    }

    /// 写信时间.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// 寄送状态: pending, sent, dead, or withheld where the addressee may not be told any more; none where the addressee has no address.
    async fn state(&self) -> Option<&str> {
        self.0.state.as_deref()
    }

    /// 寄出时间.
    async fn sent_at(&self) -> Option<DateTime<Utc>> {
        self.0.sent_at
    }

    /// 尝试次数.
    async fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// 最近一次失败的原因.
    async fn last_error(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }
}

connection! {
    /// 信的列表, the last first.
    LetterConnection, LetterEdge, Letter
}
