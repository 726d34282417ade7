//! Notes and seals as the auditor sees them.

use app::SealView;
use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use engine::audit::AuditKind;
use store::NoteView;

use super::unit::{Person, Unit, person, unit};
use crate::page::connection;

/// 审计记录: one note, in ids and codes, with its place on its chain.
#[derive(Clone)]
pub(crate) struct AuditNote(pub(crate) NoteView);

/// 审计记录: one note, in ids and codes, with its place on its chain.
#[Object]
impl AuditNote {
    /// 所在的链.
    async fn stream(&self) -> ID {
        self.0.note.stream.to_string().into()
    }

    /// 版本, its ordinal there.
    async fn version(&self) -> u32 {
        self.0.note.version
    }

    /// 时间.
    async fn at(&self) -> DateTime<Utc> {
        self.0.note.at
    }

    /// 种类代码.
    async fn kind(&self) -> &str {
        self.0.note.fact.kind()
    }

    /// 种类.
    async fn name(&self) -> &str {
        AuditKind::from(&self.0.note.fact).zh()
    }

    /// 是否成功.
    async fn success(&self) -> bool {
        self.0.note.fact.is_success()
    }

    /// 办理人; none where nobody had signed in, or the program itself did it.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        match self.0.note.actor {
            Some(id) => person(ctx, id).await,
            None => Ok(None),
        }
    }

    /// 办理人所在单位.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        match self.0.note.unit {
            Some(id) => unit(ctx, id).await,
            None => Ok(None),
        }
    }

    /// 来源地址.
    async fn source(&self) -> Option<&str> {
        self.0.note.source.as_deref()
    }

    /// What happened, as JSON of ids and codes.
    async fn body(&self) -> String {
        serde_json::to_string(&self.0.note.fact).unwrap_or_default()
    }

    /// 本条摘要, which the next note of its chain holds.
    async fn hash(&self) -> String {
        self.0.digest.to_string()
    }
}

connection! {
    /// 审计记录的列表, the last first.
    AuditNoteConnection, AuditNoteEdge, AuditNote
}

/// 封存: a signed root over the heads of all streams.
#[derive(Clone)]
pub(crate) struct Seal(pub(crate) SealView);

/// 封存: a signed root over the heads of all streams.
#[Object]
impl Seal {
    /// 编号, from 1 without gaps.
    async fn number(&self) -> u32 {
        self.0.row.seal.no
    }

    /// 时间.
    async fn at(&self) -> DateTime<Utc> {
        self.0.row.seal.at
    }

    /// 根.
    async fn root(&self) -> String {
        self.0.row.seal.root.to_string()
    }

    /// 封存的件数.
    async fn streams(&self) -> u64 {
        self.0.row.seal.streams
    }

    /// 封存的事件数.
    async fn events(&self) -> u64 {
        self.0.row.seal.events
    }

    /// 公钥指纹.
    async fn key(&self) -> String {
        self.0.row.seal.key.shown()
    }

    /// 签名是否相符; none where this process cannot tell.
    async fn signed(&self) -> Option<bool> {
        self.0.signed
    }

    /// 是否与上一次封存衔接.
    async fn linked(&self) -> bool {
        self.0.linked
    }

    /// 恢复旧副本的理由; none but where this seal says that one was restored.
    async fn reason(&self) -> Option<&str> {
        self.0.row.reason.as_deref()
    }
}

connection! {
    /// 封存的列表, the last first.
    SealConnection, SealEdge, Seal
}
