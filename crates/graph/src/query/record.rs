//! Queries of the auditor: the record in notes and seals; nobody else is answered.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use engine::{Refusal, audit::AuditKind, refusal::Problem};
use store::NoteFilter;

use crate::{
    context::{app, caller, fault, refuse},
    input::id,
    object::{AuditNote, AuditNoteConnection, Seal, SealConnection},
    page::request,
};

/// 记录.
#[derive(Default)]
pub(crate) struct RecordQuery;

/// 审计记录的筛选条件; all of them hold.
#[derive(InputObject, Default)]
pub(crate) struct RecordFilterInput {
    /// 种类代码, e.g. `sign_in_refused`.
    kinds: Option<Vec<String>>,
    /// 办理人.
    person: Option<ID>,
    /// 是否成功.
    success: Option<bool>,
    /// 时间, from then.
    from: Option<DateTime<Utc>>,
    /// 时间, before then.
    until: Option<DateTime<Utc>>,
}

/// 记录.
#[Object]
impl RecordQuery {
    /// 审计记录 (审计员), the last first: who did what at which door, in ids and codes.
    #[graphql(complexity = "200 + first.unwrap_or(20).clamp(1, 100) as usize * child_complexity")]
    async fn record(
        &self,
        ctx: &Context<'_>,
        filter: Option<RecordFilterInput>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<AuditNoteConnection> {
        let caller = caller(ctx)?;
        let request = request(ctx, first, after.as_deref())?;
        let it = filter.unwrap_or_default();
        let unknown = Refusal::invalid("kinds", Problem::Unknown);
        let kinds = it.kinds.unwrap_or_default();
        let kinds = kinds.iter().map(|it| it.parse::<AuditKind>().map(<&'static str>::from));
        let filter = NoteFilter {
            kinds: kinds.collect::<Result<_, _>>().map_err(|_| refuse(ctx, &unknown))?,
            person: it.person.as_ref().map(|it| id(ctx, "person", it)).transpose()?,
            success: it.success,
            from: it.from,
            until: it.until,
        };
        let page = app(ctx)?.record(caller, &filter, request).await;
        let page = page.map_err(|it| fault(ctx, it))?;
        Ok(AuditNoteConnection::of(page, &request, AuditNote))
    }

    /// 记录封存 (审计员), the last first.
    #[graphql(complexity = "200 + first.unwrap_or(20).clamp(1, 100) as usize * child_complexity")]
    async fn seals(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<SealConnection> {
        let caller = caller(ctx)?;
        let request = request(ctx, first, after.as_deref())?;
        let page = app(ctx)?.seals(caller, request).await.map_err(|it| fault(ctx, it))?;
        Ok(SealConnection::of(page, &request, Seal))
    }
}
