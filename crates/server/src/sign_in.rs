//! The door of signing in over HTTP: POST and DELETE /session, POST /session/confirm, and the way to
//! a provider and back.
//!
//! What opens it the application says. Here requests are read, waits are kept in memory, and
//! answers are given: an unknown name, a wrong password, a locked and a disabled account alike and
//! after the same work. Nothing here is logged that names a person.

mod backoff;
mod page;
pub(crate) mod provider;
mod token;

use std::{net::IpAddr, time::Duration};

use app::{Attempt, Confirmation};
use axum::{
    Json,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use engine::{
    Refusal,
    account::{pass::Must, session::DEVICE_KNOWN},
    actor::Role,
    refusal::AccountRefusal,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use self::backoff::Backoff;
pub(crate) use self::token::token_of;
use crate::{
    problem::{Code, Problem, lang},
    state::{AppState, source},
};

/// The most bytes of a request to sign in.
const BODY: usize = 4096;
/// The longest name, password and code, in characters.
const LONGEST: usize = 200;

/// What guards the door of one process, beside the locks that all processes share.
#[derive(Default)]
pub(crate) struct Door {
    backoff: Backoff,
}

/// What a person signs in with. `code` is one of the second factor, or a recovery code.
#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
    #[serde(default)]
    code: Option<String>,
}

/// What confirms who somebody is.
#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    password: Option<String>,
}

/// Who has signed in.
#[derive(Serialize)]
struct SignedIn {
    name: String,
    roles: Vec<Role>,
    unit: String,
    /// What must be done before anything else is answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    must: Vec<Must>,
}

/// Until when a confirmation counts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Confirmed {
    confirmed_until: DateTime<Utc>,
}

const MALFORMED: Problem = Problem::invalid(
    StatusCode::BAD_REQUEST,
    "登录请求应为 JSON：{\"name\":\"用户名\",\"password\":\"密码\",\"code\":\"动态码，可不填\"}。",
    "Signing in takes JSON: {\"name\":\"…\",\"password\":\"…\",\"code\":\"…, may be left out\"}.",
);
const MALFORMED_CONFIRMATION: Problem = Problem::invalid(
    StatusCode::BAD_REQUEST,
    "身份确认应为 JSON：{\"code\":\"动态码\"}；未绑定动态口令的，{\"password\":\"密码\"}。",
    "A confirmation takes JSON: {\"code\":\"…\"}, or {\"password\":\"…\"} where there is no second factor.",
);
pub(crate) const NOBODY: Problem =
    Problem::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, "请先登录。", "Sign in first.");
const TOO_MANY: Problem = Problem::new(
    StatusCode::TOO_MANY_REQUESTS,
    Code::TooMany,
    "登录尝试过于频繁，请稍候再试。",
    "Too many attempts to sign in. Wait a moment and try again.",
);

/// POST /session.
pub(crate) async fn create(State(state): State<AppState>, req: Request) -> Response {
    let lang = lang(req.headers());
    let (headers, extensions, credentials) = match read::<Credentials>(req, MALFORMED).await {
        Ok((parts, it)) => (parts.headers, parts.extensions, it),
        Err(problem) => return problem.answer(lang),
    };
    let short = |it: &str| it.chars().count() <= LONGEST;
    let filled = |it: &str| !it.is_empty() && short(it);
    let well = filled(&credentials.name)
        && filled(&credentials.password)
        && credentials.code.as_deref().is_none_or(short);
    if !well {
        return MALFORMED.answer(lang);
    }
    let from = source(&headers, &extensions);
    match state.sign_in(credentials, from, &headers).await {
        Ok(res) => res,
        Err(problem) => problem.answer(lang),
    }
}

/// POST /session/confirm.
pub(crate) async fn confirm(State(state): State<AppState>, req: Request) -> Response {
    let lang = lang(req.headers());
    let (parts, shown) = match read::<Shown>(req, MALFORMED_CONFIRMATION).await {
        Ok(it) => it,
        Err(problem) => return problem.answer(lang),
    };
    let short = |it: &Option<String>| it.as_ref().is_none_or(|it| it.chars().count() <= LONGEST);
    if !short(&shown.code) || !short(&shown.password) {
        return MALFORMED_CONFIRMATION.answer(lang);
    }
    let from = source(&parts.headers, &parts.extensions);
    match state.confirm(shown, from, &parts.headers).await {
        Ok(res) => res,
        Err(problem) => problem.answer(lang),
    }
}

/// DELETE /session.
pub(crate) async fn end(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if let Some(token) = token_of(&headers)
        && let Err(error) = state.app().sign_out(&token).await
    {
        return fault(&error).answer(lang(&headers));
    }
    let gone = token::session_cookie("", Duration::ZERO, state.site().public_url.is_secure());
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response()
}

/// A small JSON object.
async fn read<T: DeserializeOwned>(
    req: Request,
    malformed: Problem,
) -> Result<(axum::http::request::Parts, T), Problem> {
    let (parts, body) = req.into_parts();
    if !is_json(&parts.headers) {
        return Err(WRONG_TYPE);
    }
    let too_large = Problem { status: StatusCode::PAYLOAD_TOO_LARGE, ..malformed.clone() };
    let body = to_bytes(body, BODY).await.map_err(|_| too_large)?;
    let it = serde_json::from_slice(&body).map_err(|_| malformed)?;
    Ok((parts, it))
}

impl AppState {
    async fn sign_in(
        &self,
        credentials: Credentials,
        from: Option<IpAddr>,
        headers: &HeaderMap,
    ) -> Result<Response, Problem> {
        let door = self.door();
        let name = credentials.name.trim().to_owned();
        let attempt = door.backoff.admit(&name, from).map_err(put_off)?;
        let signed_in = self.app().sign_in(Attempt {
            name,
            password: credentials.password,
            code: credentials.code,
            device: token::device_of(headers),
            session: token::session_of(headers),
            source: from.map(|it| it.to_string()),
        });
        let it = signed_in.await.map_err(refused)?;
        door.backoff.forgive(attempt);
        let secure = self.site().public_url.is_secure();
        let lasts = |it: chrono::TimeDelta| it.to_std().unwrap_or_default();
        let session = token::session_cookie(&it.token, lasts(it.lasts), secure);
        let device = it.device.map(|it| token::device_cookie(&it, lasts(DEVICE_KNOWN), secure));
        let cookies = [Some(session), device].into_iter().flatten();
        let cookies: Vec<_> = cookies.map(|it| (header::SET_COOKIE, it)).collect();
        let body = SignedIn { name: it.name, roles: it.roles, unit: it.unit, must: it.must };
        Ok((AppendHeaders(cookies), Json(body)).into_response())
    }

    async fn confirm(
        &self,
        shown: Shown,
        from: Option<IpAddr>,
        headers: &HeaderMap,
    ) -> Result<Response, Problem> {
        let caller = self.caller(headers, from).await.map_err(|it| fault(&it))?;
        let caller = caller.ok_or(NOBODY)?;
        let door = self.door();
        let attempt = door.backoff.admit(&caller.member.person.to_string(), from);
        let attempt = attempt.map_err(put_off)?;
        let shown = Confirmation { code: shown.code, password: shown.password };
        let done = self.app().confirm(&caller, shown).await.map_err(refused)?;
        door.backoff.forgive(attempt);
        let secure = self.site().public_url.is_secure();
        let lasts = DEVICE_KNOWN.to_std().unwrap_or_default();
        let device = done.device.map(|it| token::device_cookie(&it, lasts, secure));
        let cookies: Vec<_> = device.into_iter().map(|it| (header::SET_COOKIE, it)).collect();
        let body = Confirmed { confirmed_until: done.until };
        Ok((AppendHeaders(cookies), Json(body)).into_response())
    }
}

fn put_off(wait: Duration) -> Problem {
    tracing::info!("attempts to sign in were put off");
    Problem { retry_after: Some(wait.as_secs().max(1)), ..TOO_MANY }
}

/// What an error of the application is at this door.
fn refused(error: app::Error) -> Problem {
    match error {
        app::Error::Refused(Refusal::Account(refusal)) => {
            tracing::info!(code = refusal.code(), "an attempt to sign in was refused");
            let status = match &refusal {
                AccountRefusal::NotByToken => StatusCode::FORBIDDEN,
                _ => StatusCode::UNAUTHORIZED,
            };
            Problem::refused(status, &refusal)
        }
        // Too many wait for their turn.
        app::Error::Busy => TOO_MANY,
        error => fault(&error),
    }
}

/// A body that is not said to be JSON.
pub(crate) const WRONG_TYPE: Problem = Problem::invalid(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "请求的 Content-Type 应为 application/json。",
    "The Content-Type must be application/json.",
);

/// Whether a body is said to be JSON. A page of another site cannot say so without asking first.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let kind = kind.split(|it| *it == b';').next().unwrap_or_default();
    kind.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

/// Logs a fault, once, where it becomes an answer.
pub(crate) fn fault(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(error, "a request met a fault");
    Problem::INTERNAL
}
