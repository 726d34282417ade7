//! POST /files takes a file in, GET /files/{id} sends one: streamed both ways, with authority on each.
//!
//! What comes is counted, timed and summed up as it comes, told by its content, shown to the scanner,
//! and kept until its sender attaches it. What goes is never shown in a page: it is an attachment of a
//! type that we found ourselves, under a policy that lets nothing run.

use std::time::Duration;

use app::{Caller, ExportError, FileError, FileView};
use axum::{
    Json, Router,
    body::{Body, HttpBody as _},
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use engine::{
    account::pass::{self, Operation},
    audit::AuditFact,
    ids::{FileId, ListsDraftId},
    lists::Lists,
    refusal::{AccountRefusal, Refusal},
    text::{Digest, Lang},
};
use futures_util::{StreamExt as _, TryStreamExt as _};
use papers::media::{self, MediaError};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout};
use tracing::Instrument as _;

use super::AsIs;
use crate::{
    files::{Scanned, scan},
    problem::{Code, Problem, lang},
    sign_in::{NOBODY, fault},
    state::{AppState, source},
};

/// How long the next piece may take.
const PIECE: Duration = Duration::from_secs(15);
/// For how long nobody looks how fast a file comes.
const START: Duration = Duration::from_secs(10);
/// How many bytes must come in a second after that.
const PACE: u64 = 16 * 1024;

const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

const WORKBOOK: HeaderValue =
    HeaderValue::from_static("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");

const WRONG_TYPE: Problem = Problem::invalid(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "上传请求的 Content-Type 应为 application/octet-stream，正文为文件本身。",
    "The Content-Type of an upload must be application/octet-stream, and its body the file itself.",
);
const TOO_SLOW: Problem = Problem::invalid(
    StatusCode::REQUEST_TIMEOUT,
    "文件传得太慢，已中止，没有留下任何内容。请检查网络后重新上传。",
    "The file came too slowly and was given up; nothing of it is kept. Look at the network and send it again.",
);
const BROKEN: Problem = Problem::invalid(
    StatusCode::BAD_REQUEST,
    "文件没有传完，没有留下任何内容。请重新上传。",
    "The file broke off; nothing of it is kept. Send it again.",
);
const NOT_ALLOWED: Problem = Problem::invalid(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "本系统不接收这种类型的文件。请转换为 PDF 后上传，或请管理员修改设置 files.allowed。",
    "Files of this type are not taken here. Send it as PDF, or have files.allowed changed.",
);
const SCANNED_BAD: Problem = Problem::invalid(
    StatusCode::UNPROCESSABLE_ENTITY,
    "文件未通过安全检查，不予接收，已记入审计。请在本机查杀病毒后再上传。",
    "The file did not pass the scan and is not taken; the auditor is told. Clean it and send it again.",
);
const SCAN_FAILED: Problem = Problem::new(
    StatusCode::SERVICE_UNAVAILABLE,
    Code::Busy,
    "安全检查程序没有正常工作，文件未接收。请稍后重试，并告知管理员。",
    "The scanner does not work, so the file was not taken. Try again later, and tell your administrator.",
);
const BUSY: Problem = Problem::new(
    StatusCode::SERVICE_UNAVAILABLE,
    Code::Busy,
    "同时上传的文件过多。请稍候再试。",
    "Too many files are being sent at once. Try again in a moment.",
);
const TOO_MANY: Problem = Problem::new(
    StatusCode::TOO_MANY_REQUESTS,
    Code::TooMany,
    "您已上传而未关联到案件的文件过多。请先关联，或等一天后自动清除。",
    "Too many files that you sent are attached to nothing. Attach them first; in a day they are removed.",
);
const NOT_PERMITTED: Problem = Problem::new(
    StatusCode::FORBIDDEN,
    Code::NotPermitted,
    "您的岗位不办理案件，不能上传附件。",
    "Your roles handle no case, so there is nothing to attach a file to.",
);
const FULL: Problem = Problem::new(
    StatusCode::INSUFFICIENT_STORAGE,
    Code::Busy,
    "附件存储空间已满，文件未保存。请告知管理员清理空间后重试。",
    "There is no room left for files, so this one was not kept. Tell your administrator to make room.",
);
const SEALED: Problem = Problem::new(
    StatusCode::FORBIDDEN,
    Code::NotPermitted,
    "这是封存附件。请先说明理由调阅（openFile），十分钟内可以下载。",
    "This file is sealed. Say what you need it for (openFile); it can be read for ten minutes then.",
);
const ERASED: Problem = Problem::new(
    StatusCode::GONE,
    Code::NotFound,
    "附件内容已按规定清除，只留有记录。",
    "The content of this file was erased; only the record of it is kept.",
);
const NOT_FOUND: Problem = Problem::new(
    StatusCode::NOT_FOUND,
    Code::NotFound,
    "没有这个附件，或您无权查看。",
    "There is no such file, or you may not see it.",
);

const NO_ENTRY: Problem = Problem::new(
    StatusCode::NOT_FOUND,
    Code::NotFound,
    "没有您可以查看的清单条目。已销号的条目请加 ?all=true。",
    "There is no entry that you may see. Entries that are signed off are sent with ?all=true.",
);
const TOO_LONG: Problem = Problem::new(
    StatusCode::UNPROCESSABLE_ENTITY,
    Code::Invalid,
    "清单条目超过一张表的上限。请只导出未销号的条目。",
    "There are more entries than one table holds. Take out those alone that are open.",
);

const WHICH_ENTRIES: Problem = Problem::new(
    StatusCode::BAD_REQUEST,
    Code::Invalid,
    "all 只能是 true 或 false。",
    "all is either true or false.",
);

/// Which entries of 化解责任清单 are sent.
#[derive(Deserialize)]
struct Entries {
    #[serde(default)]
    all: bool,
}

/// What was taken in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Taken {
    /// The id by which `attachFile` takes it.
    upload: String,
    expires_at: DateTime<Utc>,
    size: u64,
    media_type: &'static str,
    digest: String,
}

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/files", post(receive).fallback(super::method_not_allowed))
        .route("/files/{id}", get(send).fallback(super::method_not_allowed))
        .route("/files/ledger", get(send_ledger).fallback(super::method_not_allowed))
        .route("/files/lists/{which}", get(send_lists).fallback(super::method_not_allowed))
        .route(
            "/files/lists/{which}/recount",
            get(send_recount).fallback(super::method_not_allowed),
        )
}

/// POST /files.
async fn receive(State(state): State<AppState>, req: Request) -> Response {
    let lang = lang(req.headers());
    match take(state, req).await {
        Ok(taken) => (StatusCode::CREATED, Json(taken)).into_response(),
        Err(problem) => problem.answer(lang),
    }
}

async fn take(state: AppState, req: Request) -> Result<Taken, Problem> {
    let (parts, body) = req.into_parts();
    if !is_bytes(&parts.headers) {
        return Err(WRONG_TYPE);
    }
    let caller = admitted(&state, &parts, Operation::Mutation, "attachFile").await?;
    let most = state.site().files.max_bytes;
    if body.size_hint().lower() > most {
        return Err(too_large(most));
    }
    let turn = state.uploads().clone().try_acquire_owned().map_err(|_| busy())?;
    let mut incoming = state.app().begin_upload(&caller).await.map_err(problem_of)?;
    let mut body = body.into_data_stream();
    let since = Instant::now();
    loop {
        let piece = match timeout(PIECE, body.next()).await {
            Ok(Some(Ok(piece))) => piece,
            Ok(Some(Err(_))) => return Err(BROKEN),
            Ok(None) => break,
            Err(_) => return Err(TOO_SLOW),
        };
        if incoming.size() + piece.len() as u64 > most {
            return Err(too_large(most));
        }
        incoming.write(&piece).await.map_err(|it| problem_of(it.into()))?;
        let patience = START + Duration::from_secs(incoming.size() / PACE);
        if since.elapsed() > patience {
            return Err(TOO_SLOW);
        }
    }
    let arrived = incoming.finish().await.map_err(|it| problem_of(it.into()))?;
    // In a task of its own: whoever hangs up now does not leave it half kept.
    let task = tokio::spawn(keep(state, caller, arrived).in_current_span());
    let res = task.await.unwrap_or_else(|error| Err(fault(&error)));
    drop(turn);
    res
}

/// Looks at what arrived, and keeps it.
async fn keep(state: AppState, caller: Caller, arrived: store::Arrived) -> Result<Taken, Problem> {
    let settings = &state.site().files;
    let mut reader = arrived.reader();
    let told = tokio::task::spawn_blocking(move || media::detect(&mut reader)).await;
    let media = told.map_err(|it| fault(&it))?.map_err(|it| unfit(&it))?;
    if !settings.allowed.contains(&media) {
        return Err(NOT_ALLOWED);
    }
    if let Some(command) = &settings.scanner {
        match scan(command, settings.scanner_patience, &arrived).await {
            Scanned::Clean => (),
            Scanned::Failed => return Err(SCAN_FAILED),
            Scanned::Bad => {
                let (act, code) = ("upload_file".to_owned(), "SCANNED_BAD".to_owned());
                let note = AuditFact::Refused { act, code, case: None, units: vec![] };
                state.app().note(&caller.by(), note).await.map_err(|it| fault(&it))?;
                return Err(SCANNED_BAD);
            }
        }
    }
    let upload = state.app().keep_upload(&caller, &arrived, media).await.map_err(problem_of)?;
    Ok(Taken {
        upload: upload.id.to_string(),
        expires_at: upload.expires_at,
        size: arrived.size(),
        media_type: media.mime(),
        digest: arrived.digest().to_string(),
    })
}

/// GET /files/{id}, and HEAD.
async fn send(State(state): State<AppState>, Path(id): Path<String>, req: Request) -> Response {
    let (parts, _) = req.into_parts();
    let lang = lang(&parts.headers);
    match read(&state, &parts, &id).await {
        Ok(res) => res,
        Err(problem) => problem.answer(lang),
    }
}

async fn read(
    state: &AppState,
    parts: &axum::http::request::Parts,
    id: &str,
) -> Result<Response, Problem> {
    let caller = admitted(state, parts, Operation::Query, "files").await?;
    let id: FileId = id.parse().map_err(|_| NOT_FOUND)?;
    let file = state.app().file(&caller, id).await.map_err(problem_of)?;
    if file.attachment.sealed && caller.pass.kind() == Some(engine::account::session::Kind::Token) {
        let admitted = caller.pass.admits_act("openFile", state.app().wall());
        admitted.map_err(|it| not_admitted(&it))?;
    }
    let body = if parts.method == Method::HEAD {
        Body::empty()
    } else {
        let bytes = state.app().read_file(&caller, &file).await.map_err(problem_of)?;
        Body::from_stream(bytes.inspect_err(|error| {
            tracing::error!(%error, "a file broke off while it was sent");
        }))
    };
    let mut res = body.into_response();
    res.extensions_mut().insert(AsIs);
    let headers = res.headers_mut();
    let kind = HeaderValue::from_str(&file.attachment.media);
    let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(file.attachment.size));
    headers.insert(header::CONTENT_DISPOSITION, disposition(&name(&file)));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    Ok(res)
}

/// GET /files/lists/{version or draft}: the lists as a workbook.
async fn send_lists(
    State(state): State<AppState>,
    Path(which): Path<String>,
    req: Request,
) -> Response {
    let (parts, _) = req.into_parts();
    let lang = lang(&parts.headers);
    match lists(&state, &parts, &which).await {
        Ok(res) => res,
        Err(problem) => problem.answer(lang),
    }
}

/// GET /files/lists/{version or draft}/recount: the past counted anew under them, as a workbook.
async fn send_recount(
    State(state): State<AppState>,
    Path(which): Path<String>,
    req: Request,
) -> Response {
    let (parts, _) = req.into_parts();
    let lang = lang(&parts.headers);
    match recount(&state, &parts, &which).await {
        Ok(res) => res,
        Err(problem) => problem.answer(lang),
    }
}

/// GET /files/ledger: 化解责任清单 as it is printed; with `?all=true` also what is signed off.
async fn send_ledger(
    State(state): State<AppState>,
    entries: Result<Query<Entries>, QueryRejection>,
    req: Request,
) -> Response {
    let (parts, _) = req.into_parts();
    let lang = lang(&parts.headers);
    let res = match entries {
        Ok(Query(it)) => ledger(&state, &parts, it.all).await,
        Err(_) => Err(WHICH_ENTRIES),
    };
    res.unwrap_or_else(|problem| problem.answer(lang))
}

async fn ledger(
    state: &AppState,
    parts: &axum::http::request::Parts,
    all: bool,
) -> Result<Response, Problem> {
    let caller = admitted(state, parts, Operation::Query, "petitions").await?;
    let taken = state.app().export_ledger(&caller, all).await;
    let (bytes, _) = taken.map_err(|error| match error {
        ExportError::Nothing => NO_ENTRY,
        ExportError::TooMany { .. } => TOO_LONG,
        ExportError::Unwritable(error) => fault(&error),
        ExportError::Other(error) => problem_of(FileError::Other(error)),
    })?;
    workbook("化解责任清单.xlsx", bytes)
}

async fn lists(
    state: &AppState,
    parts: &axum::http::request::Parts,
    which: &str,
) -> Result<Response, Problem> {
    let caller = admitted(state, parts, Operation::Query, "lists").await?;
    let lists = named_lists(state, &caller, which).await?;
    let name = format!("{}.xlsx", lists.name);
    let bytes = state.app().export_lists(&caller.registers, lists).await;
    workbook(&name, bytes.map_err(|it| problem_of(FileError::Other(it)))?)
}

async fn recount(
    state: &AppState,
    parts: &axum::http::request::Parts,
    which: &str,
) -> Result<Response, Problem> {
    let caller = admitted(state, parts, Operation::Query, "simulateLists").await?;
    let lists = named_lists(state, &caller, which).await?;
    let other = |error: app::Error| problem_of(FileError::Other(error));
    let app = state.app();
    let recounted = app.simulate_lists(&caller, &lists, (None, None)).await.map_err(other)?;
    let name = format!("{} 推演.xlsx", lists.name);
    workbook(&name, app.export_recount(&caller, lists, recounted).await.map_err(other)?)
}

/// A version or a draft, by its number or id.
async fn named_lists(state: &AppState, caller: &Caller, which: &str) -> Result<Lists, Problem> {
    match which.parse::<ListsDraftId>() {
        Ok(id) => {
            let view = state.app().lists_draft(caller, id).await;
            let view = view.map_err(|it| problem_of(FileError::Other(it)))?;
            Ok(view.draft.lists.clone())
        }
        Err(_) => {
            let version = which.parse().map_err(|_| NOT_FOUND)?;
            Ok(caller.registers.lists_version(version).ok_or(NOT_FOUND)?.clone())
        }
    }
}

fn workbook(name: &str, bytes: Vec<u8>) -> Result<Response, Problem> {
    let mut res = Body::from(bytes).into_response();
    res.extensions_mut().insert(AsIs);
    let headers = res.headers_mut();
    headers.insert(header::CONTENT_TYPE, WORKBOOK);
    headers.insert(header::CONTENT_DISPOSITION, disposition(name));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    Ok(res)
}

/// Who asks, counted, and let pass by what they are signed in as.
async fn admitted(
    state: &AppState,
    parts: &axum::http::request::Parts,
    operation: Operation,
    field: &str,
) -> Result<Caller, Problem> {
    let from = source(&parts.headers, &parts.extensions);
    let caller = state.admitted(&parts.headers, from).await?.ok_or(NOBODY)?;
    // A token that is bound to one document executes that, and nothing here.
    let request = pass::Request { operation, fields: &[field], document: Digest::of(b"") };
    let admitted = caller.pass.admits(&request, state.app().wall());
    admitted.map_err(|it| not_admitted(&it))?;
    Ok(caller)
}

/// Somebody without authority asked.
fn not_permitted(refusal: &Refusal) -> Problem {
    Problem {
        zh: refusal.sentence(Lang::Zh).into(),
        en: refusal.sentence(Lang::En).into(),
        ..NOT_PERMITTED
    }
}

fn not_admitted(refusal: &AccountRefusal) -> Problem {
    Problem::refused(StatusCode::FORBIDDEN, refusal)
}

/// A page of another site cannot send such a body without asking first.
fn is_bytes(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    kind.trim_ascii().eq_ignore_ascii_case(b"application/octet-stream")
}

fn busy() -> Problem {
    Problem { retry_after: Some(5), ..BUSY }
}

fn too_large(most: u64) -> Problem {
    let mib = most / (1024 * 1024);
    let most = if mib > 0 { format!("{mib} MiB") } else { format!("{most} B") };
    Problem {
        zh: format!("文件超过 {most}。请压缩或分成几个文件后上传。").into(),
        en: format!("The file is larger than {most}. Make it smaller, or send it in parts.").into(),
        ..Problem::invalid(StatusCode::PAYLOAD_TOO_LARGE, "", "")
    }
}

fn unfit(error: &MediaError) -> Problem {
    if let MediaError::Unreadable(error) = error {
        return fault(error);
    }
    let status = match error {
        MediaError::Unknown | MediaError::Active => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        MediaError::Empty
        | MediaError::Ambiguous
        | MediaError::Locked
        | MediaError::Damaged
        | MediaError::Unreadable(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Problem {
        zh: error.sentence(papers::Lang::Zh).into(),
        en: error.sentence(papers::Lang::En).into(),
        ..Problem::invalid(status, "", "")
    }
}

fn problem_of(error: FileError) -> Problem {
    match error {
        FileError::NotFound | FileError::Other(app::Error::NotFound) => NOT_FOUND,
        FileError::NotPermitted => NOT_PERMITTED,
        FileError::Sealed => SEALED,
        FileError::Erased => ERASED,
        FileError::TooMany => TOO_MANY,
        FileError::Files(store::FileError::Full) => {
            tracing::error!("there is no room left for files");
            FULL
        }
        FileError::Files(error) => fault(&error),
        FileError::Other(app::Error::Refused(refusal)) => not_permitted(&refusal),
        FileError::Other(error) => fault(&error),
    }
}

/// What the file is called; where its name was erased, what it is.
fn name(file: &FileView) -> String {
    let ending = media::Media::of_mime(&file.attachment.media).and_then(|it| it.endings().first());
    let unnamed = || format!("{}.{}", file.attachment.kind.zh(), ending.unwrap_or(&"bin"));
    file.name.clone().unwrap_or_else(unnamed)
}

/// To be saved, under this name: in the letters that everybody reads, and in full (RFC 6266, 8187).
fn disposition(name: &str) -> HeaderValue {
    let plain =
        |it: char| if it.is_ascii_alphanumeric() || " -_.()".contains(it) { it } else { '_' };
    let plain: String = name.chars().map(plain).collect();
    let mut full = String::new();
    for byte in name.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                full.push(char::from(byte));
            }
            _ => full += &format!("%{byte:02X}"),
        }
    }
    let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}");
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_sent_so_that_nothing_of_it_is_read_as_something_else() {
        assert_eq!(
            disposition("来信 1.pdf"),
            "attachment; filename=\"__ 1.pdf\"; filename*=UTF-8''%E6%9D%A5%E4%BF%A1%201.pdf"
        );
        let odd = disposition("a\"; filename=b.html\r\nX: y%'.pdf");
        assert_eq!(
            odd,
            "attachment; filename=\"a__ filename_b.html__X_ y__.pdf\"; \
             filename*=UTF-8''a%22%3B%20filename%3Db.html%0D%0AX%3A%20y%25%27.pdf"
        );
    }
}
