//! What stands before every handler: a number for the request, a span without personal data, and a
//! refusal of what a page of another site sends.

use std::{net::SocketAddr, time::Instant};

use app::{Ids as _, SystemIds};
use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;

use crate::{
    problem::{Code, Problem, lang},
    source::Source,
    state::AppState,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Numbers the request and tells how it went. The route and the method are named as they are written
/// in the program: whatever else somebody sends may hold what belongs in no log.
pub(super) async fn trace(State(state): State<AppState>, req: Request, next: Next) -> Response {
    let peer = req.extensions().get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip());
    let by_proxy = peer.is_some_and(|it| state.site().proxies.holds(it.to_canonical()));
    let id = request_id(req.headers(), by_proxy);
    let route = req.extensions().get::<MatchedPath>().map_or("none", |it| it.as_str()).to_owned();
    let span = tracing::info_span!(
        "http.request",
        http.method = method(req.method()),
        http.route = route,
        request.id = id.to_str().unwrap_or_default(),
    );
    let since = Instant::now();
    let mut res = next.run(req).instrument(span.clone()).await;
    res.headers_mut().insert(REQUEST_ID, id);
    let status = res.status();
    let duration_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if status.is_server_error() {
            tracing::warn!(http.status = status.as_u16(), duration_ms, "a request failed");
        } else {
            tracing::debug!(http.status = status.as_u16(), duration_ms, "a request was answered");
        }
    });
    res
}

fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The number that a proxy of ours gave the request, if it is one that can stand in a log; else a
/// new one.
fn request_id(headers: &HeaderMap, by_proxy: bool) -> HeaderValue {
    let is_plain = |it: &HeaderValue| {
        (8..=64).contains(&it.len())
            && it.as_bytes().iter().all(|it| it.is_ascii_alphanumeric() || *it == b'-')
    };
    match headers.get(REQUEST_ID).filter(|it| by_proxy && is_plain(it)) {
        Some(it) => it.clone(),
        None => HeaderValue::from_str(&SystemIds.fresh().simple().to_string())
            .unwrap_or(HeaderValue::from_static("none")),
    }
}

/// Refuses a change that a browser sends for a page of another site. Programs name no origin.
///
/// Three things stand in the way of such a page, each enough by itself: the cookie is `Strict` and
/// stays at home; a browser tells where the request comes from, in `Origin` and, if it is not very
/// old, in `Sec-Fetch-Site`, and neither can be forged by a script; and the doors take JSON alone,
/// which a page of another site cannot send without asking first.
pub(super) async fn same_origin(
    State(state): State<AppState>,
    req: Request,
    next: Next,
) -> Response {
    let is_safe = matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let secure = req.extensions().get::<Source>().is_some_and(|it| it.secure);
    let public = state.site().public_url.as_str();
    if is_safe || (is_own(req.headers(), public, secure) && is_from_here(req.headers())) {
        return next.run(req).await;
    }
    Problem::new(
        StatusCode::FORBIDDEN,
        Code::NotPermitted,
        "请求来自其他网站的页面，已拒绝。请从本系统的网址进入；如网址已变，请修改设置 http.public_url。",
        "The request comes from a page of another site. Use the address of this one; if that has changed, set http.public_url.",
    )
    .answer(lang(req.headers()))
}

/// Whether the browser says, where it says so, that one of our own pages asks, or the person
/// themselves. A page of the same site but another host or port is not ours.
fn is_from_here(headers: &HeaderMap) -> bool {
    let mut said = headers.get_all(FETCH_SITE).iter();
    said.all(|it| matches!(it.as_bytes(), b"same-origin" | b"none"))
}

/// Whether the origin, where one is named, is the public address or the host that was asked, by the
/// same protocol.
fn is_own(headers: &HeaderMap, public: &str, secure: bool) -> bool {
    let mut named = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = named.next() else { return true };
    let (Ok(origin), None) = (origin.to_str(), named.next()) else { return false };
    if origin.eq_ignore_ascii_case(public) {
        return true;
    }
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
    // A page that came in the clear may have been written by anybody on the way.
    let plain = origin.strip_prefix("http://").filter(|_| !secure);
    let named = plain.or_else(|| origin.strip_prefix("https://"));
    named.zip(host).is_some_and(|(named, host)| named.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(origins: &[&'static str], host: Option<&'static str>, secure: bool) -> bool {
        let mut headers = HeaderMap::new();
        for it in origins {
            headers.append(header::ORIGIN, HeaderValue::from_static(it));
        }
        if let Some(it) = host {
            headers.insert(header::HOST, HeaderValue::from_static(it));
        }
        is_own(&headers, "https://a.example", secure)
    }

    #[test]
    fn only_our_own_pages_may_change_anything() {
        let here = Some("127.0.0.1:8080");
        assert!(asked(&[], here, false));
        assert!(asked(&["https://a.example"], None, false));
        assert!(asked(&["http://127.0.0.1:8080"], here, false));
        assert!(asked(&["https://127.0.0.1:8080"], here, true));
        assert!(!asked(&["http://127.0.0.1:8080"], here, true));
        assert!(!asked(&["http://127.0.0.1:9090"], here, false));
        assert!(!asked(&["https://b.example"], Some("a.example"), false));
        assert!(!asked(&["null"], Some("a.example"), false));
        assert!(!asked(&["null"], None, false));
        assert!(!asked(&["https://a.example", "https://b.example"], None, false));
    }

    #[test]
    fn a_browser_that_says_which_page_asks_is_listened_to() {
        let said = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for it in values {
                headers.append(FETCH_SITE, HeaderValue::from_static(it));
            }
            is_from_here(&headers)
        };
        assert!(said(&[]) && said(&["same-origin"]) && said(&["none"]));
        for other in ["cross-site", "same-site", "", "SAME-ORIGIN", "nonsense"] {
            assert!(!said(&[other]), "{other}");
        }
        assert!(!said(&["same-origin", "cross-site"]));
    }

    #[test]
    fn a_request_keeps_the_number_of_a_proxy_that_is_plain() {
        let of = |it: &'static str| {
            let headers = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_static(it))]);
            (request_id(&headers, true), request_id(&headers, false))
        };
        assert_eq!(of("abcd-1234").0, "abcd-1234");
        assert_ne!(of("abcd-1234").1, "abcd-1234");
        assert_ne!(of("a b c d e f").0, "a b c d e f");
        assert_eq!(request_id(&HeaderMap::new(), true).len(), 32);
    }
}
