//! What stands around every door: where the request comes from, how often it may come, and the
//! headers that every answer carries.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use tokio::time::timeout;

use super::BODY;
use crate::{
    problem::{Problem, lang},
    state::AppState,
};

/// How long a body of the small doors may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(10);

/// On every answer that does not say otherwise; the pages of the console bring a policy of their
/// own, and what may be kept says so.
const HEADERS: [(HeaderName, HeaderValue); 8] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
             magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), \
             screen-wake-lock=(), usb=(), xr-spatial-tracking=()",
        ),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// A year of TLS for this host; for others below its name it is not ours to speak.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

const TOO_LARGE: Problem = Problem::invalid(
    StatusCode::PAYLOAD_TOO_LARGE,
    "请求超过 256 KiB。请缩小查询，或分几次提交。",
    "The request is larger than 256 KiB. Ask for less, or send it in parts.",
);
const TOO_SLOW: Problem = Problem::invalid(
    StatusCode::REQUEST_TIMEOUT,
    "请求未在 10 秒内传完，已中止，未作任何更改。请检查网络后重试。",
    "The request did not arrive within 10 seconds and was given up; nothing has changed. Look at the network and try again.",
);
const BROKEN: Problem = Problem::invalid(
    StatusCode::BAD_REQUEST,
    "请求未传完。请重试。",
    "The request broke off. Try again.",
);

/// Finds out where the request comes from, counts it, and dresses the answer. Whoever watches over
/// the process is not counted.
pub(super) async fn enter(State(state): State<AppState>, mut req: Request, next: Next) -> Response {
    let source = state.site().proxies.source(req.headers(), req.extensions());
    req.extensions_mut().insert(source);
    let is_health = matches!(req.uri().path(), "/healthz" | "/readyz" | "/metrics");
    let counted = if is_health { Ok(()) } else { state.rates().address(&source) };
    let mut res = match counted {
        Ok(()) => next.run(req).await,
        Err(problem) => {
            tracing::debug!("an address asked too often");
            problem.answer(lang(req.headers()))
        }
    };
    let headers = res.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    if source.secure || state.site().public_url.is_secure() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    res
}

/// Takes in the whole body of a small door, within its size and time, before anything is done about
/// it: whoever drips bytes holds a connection and nothing else.
pub(super) async fn arrive(req: Request, next: Next) -> Response {
    let (parts, body) = req.into_parts();
    let lang = lang(&parts.headers);
    let announced = parts.headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|it| it > BODY) {
        return TOO_LARGE.answer(lang);
    }
    match timeout(ARRIVAL, to_bytes(body, BODY)).await {
        Ok(Ok(body)) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Ok(Err(error)) if is_too_large(&error) => TOO_LARGE.answer(lang),
        Ok(Err(_)) => BROKEN.answer(lang),
        Err(_) => TOO_SLOW.answer(lang),
    }
}

/// Whether the limit cut a body off, and not the network.
fn is_too_large(error: &axum::Error) -> bool {
    let mut error: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(it) = error {
        if it.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        error = it.source();
    }
    false
}
