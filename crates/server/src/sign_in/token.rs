//! The cookies that carry a session and a known device, and the header that carries a token.

use std::time::Duration;

use axum::http::{HeaderMap, header};

/// The name of the cookie that carries a session.
const SESSION: &str = "chuishao";
/// The name of the cookie that holds an attempt to sign in by a provider.
const ATTEMPT: &str = "chuishao_oidc";
/// The name of the cookie by which a device is known.
const DEVICE: &str = "chuishao_device";

/// The token that a request carries: `Authorization: Bearer`, else the cookie.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<String> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        return plausible(token.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"));
    }
    session_of(headers)
}

/// The session in the cookie.
pub(super) fn session_of(headers: &HeaderMap) -> Option<String> {
    cookie_of(headers, SESSION)
}

/// The device in the cookie.
pub(super) fn device_of(headers: &HeaderMap) -> Option<String> {
    cookie_of(headers, DEVICE)
}

/// The attempt in the cookie.
pub(super) fn attempt_of(headers: &HeaderMap) -> Option<String> {
    raw_cookie(headers, ATTEMPT).filter(|it| it.len() <= 300)
}

fn cookie_of(headers: &HeaderMap, name: &str) -> Option<String> {
    raw_cookie(headers, name).and_then(|it| plausible(&it))
}

fn raw_cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .filter_map(|it| it.split_once('='))
        .find(|(it, _)| it.trim() == name)
        .map(|(_, value)| value.trim().to_owned())
}

/// Nothing longer than a token of ours is worth a digest.
fn plausible(token: &str) -> Option<String> {
    (16..=200).contains(&token.len()).then(|| token.to_owned())
}

/// The cookie that carries a session.
pub(super) fn session_cookie(token: &str, lasts: Duration, secure: bool) -> String {
    cookie((SESSION, token), "/", lasts, secure)
}

/// The cookie by which a device is known; it is sent to the door alone.
pub(super) fn device_cookie(token: &str, lasts: Duration, secure: bool) -> String {
    cookie((DEVICE, token), "/session", lasts, secure)
}

/// The cookie that holds an attempt to sign in by a provider. It comes back with a browser that the
/// provider sends, which no `Strict` one does, and goes nowhere but there.
pub(super) fn attempt_cookie(attempt: &str, lasts: Duration, secure: bool) -> String {
    let it = cookie((ATTEMPT, attempt), "/session/oidc", lasts, secure);
    it.replace("SameSite=Strict", "SameSite=Lax")
}

/// A cookie out of reach of scripts and of other sites.
fn cookie((name, token): (&str, &str), path: &str, lasts: Duration, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    let seconds = lasts.as_secs();
    format!("{name}={token}; HttpOnly; SameSite=Strict; Path={path}; Max-Age={seconds}{secure}")
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn carried(headers: &[(HeaderName, String)]) -> Option<String> {
        let headers = headers.iter().map(|(name, value)| {
            (name.clone(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        });
        let mut map = HeaderMap::new();
        headers.for_each(|(name, value)| {
            map.append(name, value);
        });
        token_of(&map)
    }

    #[test]
    fn a_token_is_carried_by_a_header_or_a_cookie() {
        let token = Some(TOKEN.to_owned());
        let cookie = |it: &str| (header::COOKIE, it.to_owned());
        let bearer = |it: &str| (header::AUTHORIZATION, it.to_owned());
        assert_eq!(carried(&[bearer(&format!("Bearer {TOKEN}"))]), token);
        assert_eq!(carried(&[bearer(&format!("bearer  {TOKEN} "))]), token);
        assert_eq!(carried(&[cookie(&format!("chuishao={TOKEN}"))]), token);
        assert_eq!(carried(&[cookie(&format!("a=b; chuishao={TOKEN};c"))]), token);
        assert_eq!(carried(&[cookie("a=b"), cookie(&format!("chuishao={TOKEN}"))]), token);
    }

    #[test]
    fn what_is_no_token_is_none() {
        let cookie = |it: &str| (header::COOKIE, it.to_owned());
        let bearer = |it: &str| (header::AUTHORIZATION, it.to_owned());
        for headers in [
            vec![],
            vec![cookie("chuishao=")],
            vec![cookie("chuishao")],
            vec![cookie(&format!("xchuishao={TOKEN}"))],
            vec![cookie(&format!("chuishao_device={TOKEN}"))],
            vec![cookie(&format!("chuishao={}", "a".repeat(300)))],
            vec![cookie(&format!("chuishao={TOKEN}é"))],
            vec![bearer(TOKEN)],
            vec![bearer("Bearer")],
            // Somebody who says who they are is not somebody else by a cookie.
            vec![bearer(&format!("Basic {TOKEN}")), cookie(&format!("chuishao={TOKEN}"))],
        ] {
            assert_eq!(carried(&headers), None, "{headers:?}");
        }
    }

    #[test]
    fn the_cookie_is_out_of_reach_and_secure_where_it_can_be() {
        let it = session_cookie("t", Duration::from_secs(60), true);
        assert_eq!(it, "chuishao=t; HttpOnly; SameSite=Strict; Path=/; Max-Age=60; Secure");
        assert!(!session_cookie("t", Duration::ZERO, false).contains("Secure"));
        let it = device_cookie("t", Duration::from_secs(60), false);
        assert_eq!(it, "chuishao_device=t; HttpOnly; SameSite=Strict; Path=/session; Max-Age=60");
    }
}
