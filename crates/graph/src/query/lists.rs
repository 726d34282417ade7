//! Queries of the lists: versions, drafts, and what differs.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use engine::{Refusal, lists::diff::diff, refusal::Problem};

use crate::{
    context::{app, caller, fault, refuse, registers},
    input::id,
    object::{Lists, ListsChange, ListsDraft, ListsVersion},
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
