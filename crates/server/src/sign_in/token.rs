//! Tokens and the cookie that carries one.

use std::time::Duration;

use axum::http::{HeaderMap, header};
use engine::text::Digest;

/// The name of the cookie.
const COOKIE: &str = "chuishao";

/// The system has no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the system has no randomness: {0}")]
pub struct NoRandomness(getrandom::Error);

/// Bytes that nobody guesses.
pub(super) fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(bytes)
}

/// A token that nobody guesses: 256 random bits in hexadecimal digits.
///
/// # Errors
/// Where the system has no randomness.
pub fn random_token() -> Result<String, NoRandomness> {
    let bytes = random()?;
    Ok(Digest(bytes).to_string())
}

/// What is kept of a token: the SHA-256 of its text.
#[must_use]
pub fn digest(token: &str) -> Digest {
    Digest::of(token.as_bytes())
}

/// The token that a request carries: `Authorization: Bearer`, else the cookie.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<String> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        return plausible(token.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"));
    }
    cookie_of(headers)
}

/// The token in the cookie.
pub(super) fn cookie_of(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .filter_map(|it| it.split_once('='))
        .find(|(name, _)| name.trim() == COOKIE)
        .and_then(|(_, value)| plausible(value.trim()))
}

/// Nothing longer than a token of ours is worth a digest.
fn plausible(token: &str) -> Option<String> {
    (16..=200).contains(&token.len()).then(|| token.to_owned())
}

/// The cookie that carries a token: out of reach of scripts and of other sites.
pub(super) fn cookie(token: &str, lasts: Duration, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    let seconds = lasts.as_secs();
    format!("{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}")
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
        let it = cookie("t", Duration::from_secs(60), true);
        assert_eq!(it, "chuishao=t; HttpOnly; SameSite=Strict; Path=/; Max-Age=60; Secure");
        assert!(!cookie("t", Duration::ZERO, false).contains("Secure"));
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let token = random_token().unwrap();
        assert_eq!(token.len(), 64);
        assert_ne!(token, random_token().unwrap());
        assert_ne!(digest(&token).to_string(), token);
    }
}
