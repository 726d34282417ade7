//! Queries of the lists: versions, drafts, and what differs.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use engine::{Refusal, lists::diff::diff, refusal::Problem};

use crate::{
    context::{app, caller, fault, refuse, registers},
    input::id,
    object::{Lists, ListsChange, ListsDraft, ListsRecount, ListsVersion},
};

/// 四张清单.
#[derive(Default)]
pub(crate) struct ListsQuery;

/// 四张清单.
#[Object]
impl ListsQuery {
    /// 四张清单: a version, or the one in force.
    #[graphql(complexity = "200 + 30 * child_complexity")]
    async fn lists(&self, ctx: &Context<'_>, version: Option<u32>) -> Result<Option<Lists>> {
        caller(ctx)?;
        let registers = registers(ctx)?;
        let today = app(ctx)?.now().with_timezone(&engine::calendar::beijing()).date_naive();
        let found = match version {
            Some(version) => registers.lists_version(version),
            None => registers.lists_on(today),
        };
        Ok(found.cloned().map(Arc::new).map(Lists))
    }

    /// 各版清单, the last first.
    #[graphql(complexity = "200 + 30 * child_complexity")]
    async fn lists_versions(&self, ctx: &Context<'_>) -> Result<Vec<ListsVersion>> {
        caller(ctx)?;
        let all = app(ctx)?.lists_versions().await.map_err(|it| fault(ctx, it))?;
        Ok(all.into_iter().map(ListsVersion).collect())
    }

    /// 清单草案; none for whoever neither writes nor publishes lists.
    #[graphql(complexity = "200 + 10 * child_complexity")]
    async fn lists_drafts(&self, ctx: &Context<'_>) -> Result<Vec<ListsDraft>> {
        let drafts = app(ctx)?.lists_drafts(caller(ctx)?).await.map_err(|it| fault(ctx, it))?;
        Ok(drafts.into_iter().map(ListsDraft).collect())
    }

    /// 一份清单草案.
    #[graphql(complexity = "200 + child_complexity")]
    async fn lists_draft(&self, ctx: &Context<'_>, draft: ID) -> Result<Option<ListsDraft>> {
        let draft = id(ctx, "draft", &draft)?;
        match app(ctx)?.lists_draft(caller(ctx)?, draft).await {
            Ok(it) => Ok(Some(ListsDraft(it))),
            Err(app::Error::NotFound) => Ok(None),
            Err(error) => Err(fault(ctx, error)),
        }
    }

    /// 推演: the past that the caller may see, counted anew under a draft, or under a version; a
    /// recount, no forecast.
    #[graphql(complexity = "5000 + child_complexity")]
    async fn simulate_lists(
        &self,
        ctx: &Context<'_>,
        draft: Option<ID>,
        version: Option<u32>,
        from: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
    ) -> Result<ListsRecount> {
        let (app, caller) = (app(ctx)?, caller(ctx)?);
        let lists = match (draft, version) {
            (Some(draft), None) => {
                let draft = id(ctx, "draft", &draft)?;
                let view = app.lists_draft(caller, draft).await.map_err(|it| fault(ctx, it))?;
                view.draft.lists.clone()
            }
            (None, Some(version)) => {
                let unknown = Refusal::invalid("version", Problem::Unknown);
                let found = caller.registers.lists_version(version);
                found.cloned().ok_or_else(|| refuse(ctx, &unknown))?
            }
            (None, None) => return Err(refuse(ctx, &Refusal::missing("draft"))),
            (Some(_), Some(_)) => {
                return Err(refuse(ctx, &Refusal::invalid("version", Problem::Contradiction)));
            }
        };
        let counted = Box::pin(app.simulate_lists(caller, &lists, (from, until))).await;
        let recounted = Arc::new(counted.map_err(|it| fault(ctx, it))?);
        Ok(ListsRecount { lists: Arc::new(lists), recounted })
    }

    /// 两版清单的差异, in words.
    #[graphql(complexity = "200 + 30 * child_complexity")]
    async fn lists_diff(&self, ctx: &Context<'_>, from: u32, to: u32) -> Result<Vec<ListsChange>> {
        caller(ctx)?;
        let registers = registers(ctx)?;
        let version = |field, version| {
            let unknown = Refusal::invalid(field, Problem::Unknown);
            registers.lists_version(version).ok_or_else(|| refuse(ctx, &unknown))
        };
        let changes = diff(version("from", from)?, version("to", to)?, &registers.directory);
        Ok(changes.into_iter().map(ListsChange).collect())
    }
}
