//! Queries about accounts: all of them for administrators, absences and rotas for one's own unit.

use app::AccountFilter;
use async_graphql::{Context, Object, Result};

use crate::{
    context::{app, caller, fault},
    input::{account::AccountFilterInput, id},
    object::{Absence, Account, AccountConnection, Duty},
    page::request,
};

/// 账号.
#[derive(Default)]
pub(crate) struct AccountQuery;

/// 账号.
#[Object]
impl AccountQuery {
    /// 账号列表 (系统管理员、安全管理员), by unit and name to sign in with.
    #[graphql(complexity = "200 + first.unwrap_or(20).clamp(1, 100) as usize * child_complexity")]
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        filter: Option<AccountFilterInput>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<AccountConnection> {
        let caller = caller(ctx)?;
        let request = request(ctx, first, after.as_deref())?;
        let it = filter.unwrap_or_default();
        let filter = AccountFilter {
            unit: it.unit.as_ref().map(|it| id(ctx, "unit", it)).transpose()?,
            role: it.role.map(Into::into),
            text: it.text,
        };
        let page = app(ctx)?.accounts(caller, &filter, request).await;
        let page = page.map_err(|it| fault(ctx, it))?;
        Ok(AccountConnection::of(page, &request, Account))
    }

    /// 本单位现在和将来的外出登记.
    #[graphql(complexity = "200 + 20 * child_complexity")]
    async fn absences(&self, ctx: &Context<'_>) -> Result<Vec<Absence>> {
        Ok(app(ctx)?.absences(caller(ctx)?).into_iter().map(Absence).collect())
    }

    /// 本单位现在和将来的值班登记.
    #[graphql(complexity = "200 + 20 * child_complexity")]
    async fn duties(&self, ctx: &Context<'_>) -> Result<Vec<Duty>> {
        Ok(app(ctx)?.duties(caller(ctx)?).into_iter().map(Duty).collect())
    }
}
