//! Inputs about the lists.

use async_graphql::{ID, InputObject};

use crate::enums::ListsSheet;

/// 起草清单.
#[derive(InputObject)]
pub(crate) struct DraftListsInput {
    /// 以哪一版的内容起草; the last where none is named. A version of before is so put in force anew.
    pub(crate) from_version: Option<u32>,
}

/// 一张表的全部内容.
#[derive(InputObject)]
pub(crate) struct ListTableInput {
    /// 哪张表.
    pub(crate) sheet: ListsSheet,
    /// 各行各列, in the order of the columns; what is printed may be left empty.
    pub(crate) rows: Vec<Vec<String>>,
}

/// 修改清单草案.
#[derive(InputObject)]
pub(crate) struct EditListsInput {
    /// 草案.
    pub(crate) draft: ID,
    /// 您看到的是第几次修改.
    pub(crate) edit: Option<u32>,
    /// 修改的表, each in whole; the others stay as they are.
    pub(crate) tables: Vec<ListTableInput>,
}

/// 导入清单.
#[derive(InputObject)]
pub(crate) struct ImportListsInput {
    /// 草案.
    pub(crate) draft: ID,
    /// 您看到的是第几次修改.
    pub(crate) edit: Option<u32>,
    /// 已上传的工作簿, as POST /files answered.
    pub(crate) upload: ID,
}

/// 草案.
#[derive(InputObject)]
pub(crate) struct ListsDraftInput {
    /// 草案.
    pub(crate) draft: ID,
    /// 您看到的是第几次修改.
    pub(crate) edit: Option<u32>,
}
