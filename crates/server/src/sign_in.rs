//! Signing in: accounts with argon2, sessions of which only a digest is kept.
//!
//! An unknown name, a wrong password and a disabled account are answered alike and after the same
//! work. Nothing here is logged that names a person.

mod backoff;
mod password;
mod token;

use std::{net::IpAddr, time::Duration};

use axum::{
    Json,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use engine::actor::Role;
use serde::{Deserialize, Serialize};

pub(crate) use self::token::token_of;
use self::{backoff::Backoff, password::Verifier};
pub use self::{
    password::{HashError, PASSWORD_MIN, hash_password, random_password},
    token::{NoRandomness, digest, random_token},
};
use crate::{
    problem::{Code, Problem, lang},
    state::{AppState, source},
};

/// The most bytes of a request to sign in.
const BODY: usize = 4096;
/// The longest name and password, in characters.
const LONGEST: usize = 200;

/// What guards the door of one process.
#[derive(Default)]
pub(crate) struct Door {
    verifier: Verifier,
    backoff: Backoff,
}

/// What a person signs in with. `code`, the second factor, may be sent and is not read before
/// anybody has one.
#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

/// Who has signed in.
#[derive(Serialize)]
struct SignedIn {
    name: String,
    roles: Vec<Role>,
    unit: String,
}

const MALFORMED: Problem = Problem::invalid(
    StatusCode::BAD_REQUEST,
    "登录请求应为 JSON：{\"name\":\"用户名\",\"password\":\"密码\",\"code\":\"动态码，可不填\"}。",
    "Signing in takes JSON: {\"name\":\"…\",\"password\":\"…\",\"code\":\"…, may be left out\"}.",
);
const REFUSED: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    Code::Unauthenticated,
    "用户名或密码不对，或账号已停用。",
    "The name or the password is wrong, or the account is disabled.",
);
const TOO_MANY: Problem = Problem::new(
    StatusCode::TOO_MANY_REQUESTS,
    Code::TooMany,
    "登录尝试过于频繁，请稍候再试。",
    "Too many attempts to sign in. Wait a moment and try again.",
);

/// POST /session.
pub(crate) async fn create(State(state): State<AppState>, req: Request) -> Response {
    let (parts, body) = req.into_parts();
    let lang = lang(&parts.headers);
    if !is_json(&parts.headers) {
        return WRONG_TYPE.answer(lang);
    }
    let Ok(body) = to_bytes(body, BODY).await else {
        return Problem { status: StatusCode::PAYLOAD_TOO_LARGE, ..MALFORMED }.answer(lang);
    };
    let Ok(credentials) = serde_json::from_slice::<Credentials>(&body) else {
        return MALFORMED.answer(lang);
    };
    let long = |it: &str| it.is_empty() || it.chars().count() > LONGEST;
    if long(&credentials.name) || long(&credentials.password) {
        return MALFORMED.answer(lang);
    }
    let from = source(&parts.headers, &parts.extensions);
    match state.sign_in(credentials, from, &parts.headers).await {
        Ok(res) => res,
        Err(problem) => problem.answer(lang),
    }
}

/// DELETE /session.
pub(crate) async fn end(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if let Some(token) = token_of(&headers)
        && let Err(error) = state.app().store().end_session(digest(&token)).await
    {
        return fault(&error).answer(lang(&headers));
    }
    let gone = token::cookie("", Duration::ZERO, state.site().public_url.is_secure());
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response()
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
        let attempt = door.backoff.admit(&name, from).map_err(|wait| {
            tracing::info!("attempts to sign in were put off");
            Problem { retry_after: Some(wait.as_secs().max(1)), ..TOO_MANY }
        })?;
        let store = self.app().store();
        let district = self.app().district();
        let found = store.account_by_login(district, &name).await.map_err(|it| fault(&it))?;
        let (account, hash) = found.map_or((None, None), |(it, hash)| (Some(it), Some(hash)));
        let is_right = door.verifier.verify(credentials.password, hash).await.ok_or(TOO_MANY)?;
        let Some(account) = account.filter(|it| is_right && !it.disabled) else {
            tracing::info!("an attempt to sign in was refused");
            return Err(REFUSED);
        };
        door.backoff.forgive(attempt);

        // Whoever signs in anew in the same browser leaves no session behind.
        if let Some(old) = token::cookie_of(headers) {
            store.end_session(digest(&old)).await.map_err(|it| fault(&it))?;
        }
        let token = random_token().map_err(|it| fault(&it))?;
        let now = self.wall();
        let lasts = self.site().session;
        store
            .add_session(district, account.person, digest(&token), "session", now, now + lasts)
            .await
            .map_err(|it| fault(&it))?;
        let registers = self.app().registers().await.map_err(|it| fault(&it))?;
        let persons = store.persons(district, [account.person]).await.map_err(|it| fault(&it))?;
        let name = persons.get(&account.person).and_then(|it| it.name.clone()).unwrap_or(name);
        let body =
            SignedIn { name, roles: account.roles, unit: registers.directory.name(account.unit) };
        let lasts = lasts.to_std().unwrap_or_default();
        let cookie = token::cookie(&token, lasts, self.site().public_url.is_secure());
        Ok(([(header::SET_COOKIE, cookie)], Json(body)).into_response())
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
