//! Files of a case as they are shown: what they are and where they are read, never a byte of them.

use app::Visible;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use engine::{
    StreamId,
    file::{Attachment, Files},
    ids::AssignmentId,
};

use super::{Person, person};
use crate::{context::words, enums::FileKind};

/// 附件.
#[derive(Clone)]
pub(crate) struct File {
    case: StreamId,
    it: Attachment,
}

impl File {
    pub(crate) fn of(case: StreamId, it: Visible<Attachment>) -> Self {
        Self { case, it: it.into_inner() }
    }

    /// The files of a case that was let through, or those of one part of it, in the order in which
    /// they came.
    pub(crate) fn all(case: StreamId, files: &Files, part: Option<AssignmentId>) -> Vec<Self> {
        let own = |it: &&Attachment| part.is_none() || it.assignment == part;
        let mut res: Vec<Self> =
            files.values().filter(own).map(|it| Self { case, it: it.clone() }).collect();
        res.sort_by_key(|file| (file.it.at, file.it.id));
        res
    }
}

/// 附件.
#[Object]
impl File {
    /// 编号.
    async fn id(&self) -> ID {
        self.it.id.to_string().into()
    }

    /// 案件: the petition or the whistle that it belongs to.
    async fn case(&self) -> ID {
        match self.case {
            StreamId::Petition(id) => id.to_string().into(),
            StreamId::Whistle(id) => id.to_string().into(),
        }
    }

    /// 承办任务, where it is one unit's.
    async fn assignment(&self) -> Option<ID> {
        self.it.assignment.map(|it| it.to_string().into())
    }

    /// 文件名; none where the file is sealed, or the name erased.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if self.it.sealed {
            return Ok(None);
        }
        words(ctx, self.it.name).await
    }

    /// 类别.
    async fn kind(&self) -> FileKind {
        self.it.kind.into()
    }

    /// 类别名称.
    async fn kind_name(&self) -> &str {
        self.it.kind.zh()
    }

    /// 大小, in bytes.
    async fn size(&self) -> u64 {
        self.it.size
    }

    /// 内容类型, by what the file holds.
    async fn media_type(&self) -> &str {
        &self.it.media
    }

    /// 内容摘要: the SHA-256 of the file, in hexadecimal digits.
    async fn digest(&self) -> String {
        self.it.digest.to_string()
    }

    /// 是否封存: opened with `openFile` alone.
    async fn sealed(&self) -> bool {
        self.it.sealed
    }

    /// The event of the case that it is the scan of (代录凭证).
    async fn scan_of(&self) -> Option<u32> {
        self.it.scan_of
    }

    /// 上传人.
    async fn attached_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.it.by).await
    }

    /// 上传时间.
    async fn attached_at(&self) -> DateTime<Utc> {
        self.it.at
    }

    /// 下载地址, under the address of this system.
    async fn url(&self) -> String {
        url(&self.it)
    }
}

fn url(it: &Attachment) -> String {
    format!("/files/{}", it.id)
}

/// 已调阅的封存附件.
#[derive(Clone, SimpleObject)]
pub(crate) struct OpenedFile {
    /// 附件.
    file: File,
    /// 文件名; none where it is erased.
    name: Option<String>,
    /// 下载地址: for whoever opened it alone.
    url: String,
    /// 截止时间: until when it can be read.
    expires_at: DateTime<Utc>,
}

impl OpenedFile {
    pub(crate) async fn of(
        ctx: &Context<'_>,
        file: File,
        expires_at: DateTime<Utc>,
    ) -> Result<Self> {
        let name = words(ctx, file.it.name).await?;
        Ok(Self { name, url: url(&file.it), expires_at, file })
    }
}
