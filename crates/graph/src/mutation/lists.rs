//! Mutations about the lists: drafted, checked, and put in force by a second person.

use std::{collections::BTreeMap, sync::Arc};

use app::{FileError, ListsError, told_of_workbook};
use async_graphql::{Context, Object, Result};
use engine::{
    Refusal,
    ids::ListsDraftId,
    lists::table::{Misread, Row, Table, columns},
    refusal::Problem,
};

use crate::{
    context::{app, caller, fault, lang, refuse},
    input::{
        id,
        lists::{
            DraftListsInput, EditListsInput, ImportListsInput, ListTableInput, ListsDraftInput,
        },
    },
    object::{Lists, ListsDraft, ListsProblem, ListsWritten},
};

/// 四张清单.
#[derive(Default)]
pub(crate) struct ListsMutation;

/// 四张清单.
#[Object]
impl ListsMutation {
    /// 起草清单.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn draft_lists(&self, ctx: &Context<'_>, input: DraftListsInput) -> Result<ListsDraft> {
        let begun = app(ctx)?.draft_lists(caller(ctx)?, input.from_version).await;
        begun.map(ListsDraft).map_err(|it| fault(ctx, it))
    }

    /// 修改清单草案: each table that is given in whole; all or nothing.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn edit_lists(&self, ctx: &Context<'_>, input: EditListsInput) -> Result<ListsWritten> {
        let (app, caller) = (app(ctx)?, caller(ctx)?);
        let draft = id(ctx, "draft", &input.draft)?;
        // Whoever may not write learns nothing of how it is written.
        let may = app.draft_to_edit(caller, "edit_lists", draft, input.edit).await;
        may.map_err(|it| fault(ctx, it))?;
        let tables: Result<Vec<Table>> = input.tables.iter().map(|it| table(ctx, it)).collect();
        let edited = app.edit_lists(caller, draft, input.edit, &tables?).await;
        match edited {
            Ok(it) => Ok(ListsWritten { draft: ListsDraft(it), problems: vec![] }),
            Err(error) => unwritten(ctx, draft, error).await,
        }
    }

    /// 导入清单: a workbook, as `lists export` writes it or as people send it; all or nothing.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn import_lists(
        &self,
        ctx: &Context<'_>,
        input: ImportListsInput,
    ) -> Result<ListsWritten> {
        let (app, caller) = (app(ctx)?, caller(ctx)?);
        let draft = id(ctx, "draft", &input.draft)?;
        let may = app.draft_to_edit(caller, "import_lists", draft, input.edit).await;
        may.map_err(|it| fault(ctx, it))?;
        let upload = id(ctx, "upload", &input.upload)?;
        let unknown = Refusal::invalid("upload", Problem::Unknown);
        let bytes = app.uploaded(caller, upload).await.map_err(|error| unread(ctx, error))?;
        let bytes = bytes.ok_or_else(|| refuse(ctx, &unknown))?;
        match app.import_lists(caller, draft, input.edit, bytes).await {
            Ok(it) => Ok(ListsWritten { draft: ListsDraft(it), problems: vec![] }),
            Err(error) => unwritten(ctx, draft, error).await,
        }
    }

    /// 验证清单草案: begins, and goes on beside; ask the draft how far it is.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn check_lists(&self, ctx: &Context<'_>, input: ListsDraftInput) -> Result<ListsDraft> {
        let draft = id(ctx, "draft", &input.draft)?;
        let begun = app(ctx)?.begin_check(caller(ctx)?, draft, input.edit).await;
        begun.map(ListsDraft).map_err(|it| fault(ctx, it))
    }

    /// 发布清单: by a second person, from its day on; never changed afterwards.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn publish_lists(&self, ctx: &Context<'_>, input: ListsDraftInput) -> Result<Lists> {
        let draft = id(ctx, "draft", &input.draft)?;
        let done = Box::pin(app(ctx)?.publish_lists(caller(ctx)?, draft, input.edit)).await;
        done.map(|it| Lists(Arc::new(it))).map_err(|it| fault(ctx, it))
    }

    /// 废弃清单草案.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn discard_lists(&self, ctx: &Context<'_>, input: ListsDraftInput) -> Result<ListsDraft> {
        let draft = id(ctx, "draft", &input.draft)?;
        let done = app(ctx)?.discard_lists(caller(ctx)?, draft, input.edit).await;
        done.map(ListsDraft).map_err(|it| fault(ctx, it))
    }
}

/// What was sent could not be read back.
fn unread(ctx: &Context<'_>, error: FileError) -> async_graphql::Error {
    match error {
        FileError::Other(error) => fault(ctx, error),
        FileError::NotFound
        | FileError::NotPermitted
        | FileError::Erased
        | FileError::Sealed
        | FileError::TooMany
        | FileError::Files(_) => {
            tracing::error!(%error, "what was sent could not be read back");
            refuse(ctx, &Refusal::invalid("upload", Problem::Unreadable))
        }
    }
}

/// The draft as it is, with what is wrong in what was given.
async fn unwritten(
    ctx: &Context<'_>,
    draft: ListsDraftId,
    error: ListsError,
) -> Result<ListsWritten> {
    let problems = match error {
        ListsError::Misread(all) => all.iter().map(|it| problem(ctx, it)).collect(),
        ListsError::Workbook(all) => {
            told_of_workbook(&all, lang(ctx)).into_iter().map(in_workbook).collect()
        }
        ListsError::Other(error) => return Err(fault(ctx, error)),
    };
    let as_it_is = app(ctx)?.lists_draft(caller(ctx)?, draft).await;
    Ok(ListsWritten { draft: ListsDraft(as_it_is.map_err(|it| fault(ctx, it))?), problems })
}

/// What is wrong in a workbook, by sheet and cell.
fn in_workbook((place, sentence): (String, String)) -> ListsProblem {
    ListsProblem { place, sheet: None, row: None, column: None, sentence }
}

/// A table as it was given.
fn table(ctx: &Context<'_>, given: &ListTableInput) -> Result<Table> {
    let sheet = given.sheet.into();
    let columns = columns(sheet);
    let mut rows = vec![];
    for (at, cells) in given.rows.iter().enumerate() {
        if cells.len() != columns.len() {
            return Err(refuse(ctx, &Refusal::invalid("rows", Problem::Unreadable)));
        }
        let filled = columns.iter().zip(cells).filter(|(_, text)| !text.is_empty());
        let cells: BTreeMap<_, _> = filled.map(|(it, text)| (it.code, text.clone())).collect();
        rows.push(Row { at, cells });
    }
    Ok(Table { sheet, rows })
}

fn problem(ctx: &Context<'_>, it: &Misread) -> ListsProblem {
    let sheet = it.fault.sheet;
    let header = columns(sheet).iter().find(|column| column.code == it.fault.column);
    let header = header.map_or(it.fault.column, |it| it.header(lang(ctx)));
    let row = it.at.map_or(String::new(), |at| format!("{} ", at + 1));
    ListsProblem {
        place: format!("{}!{row}{header}", sheet.zh()),
        sheet: Some(sheet.into()),
        row: it.at,
        column: Some(it.fault.column.to_owned()),
        sentence: it.fault.wrong.sentence(lang(ctx)),
    }
}
