//! The token by which a provider says who has signed in (OpenID Connect Core, 3.1.3.7).

use chrono::{DateTime, TimeDelta, Utc};
use engine::account::provider::check_identity;
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    errors::ErrorKind,
    get_current_timestamp,
    jwk::{Jwk, PublicKeyUse},
};
use serde_json::Value;

use super::Fault;

/// How far the clocks may differ.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// The most bytes of a token.
const BYTES: usize = 64 * 1024;

/// What a token must be for.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
    /// How old the sign-in there may be.
    pub(super) max_age: TimeDelta,
}

/// A token that was checked.
#[derive(Debug)]
pub(super) struct IdToken {
    pub(super) subject: String,
    /// When whoever it is signed in there, where the provider says.
    pub(super) shown_at: Option<DateTime<Utc>>,
    pub(super) claims: Value,
}

/// Signatures that anybody can check and only the provider can make. `none` is no signature, and one
/// by our own secret could be made by whoever else has it.
fn is_public(algorithm: Algorithm) -> bool {
    !matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512)
}

/// Holds a token against the provider's keys and against what it must be for.
pub(super) fn verify(token: &str, keys: &[Jwk], expected: &Expected<'_>) -> Result<IdToken, Fault> {
    if token.len() > BYTES {
        return Err(Fault::Wrong);
    }
    let header = decode_header(token).map_err(|_| Fault::Unsigned)?;
    if !is_public(header.alg) {
        return Err(Fault::Unsigned);
    }
    let mut validation = Validation::new(header.alg);
    validation.leeway = SKEW.num_seconds().unsigned_abs();
    validation.validate_nbf = true;
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.client]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);

    let by_id = |it: &&Jwk| match &header.kid {
        Some(kid) => it.common.key_id.as_ref() == Some(kid),
        None => true,
    };
    let signs = |it: &&Jwk| {
        let common = &it.common;
        let made_for = common.key_algorithm.map(Algorithm::try_from);
        let algorithm = made_for.is_none_or(|it| it.is_ok_and(|it| it == header.alg));
        algorithm && !matches!(common.public_key_use, Some(PublicKeyUse::Encryption))
    };
    for key in keys.iter().filter(by_id).filter(signs) {
        let Ok(key) = DecodingKey::try_from(key) else { continue };
        match decode::<Value>(token, &key, &validation) {
            Ok(it) => return said(it.claims, expected),
            Err(error) => match error.kind() {
                // Of a provider that names no keys, another may fit.
                ErrorKind::InvalidSignature | ErrorKind::InvalidKeyFormat => (),
                ErrorKind::ExpiredSignature => return Err(Fault::Expired),
                ErrorKind::InvalidAudience => return Err(Fault::ForOther),
                _ => return Err(Fault::Wrong),
            },
        }
    }
    Err(Fault::Unsigned)
}

/// What is left to be checked of a token whose signature, issuer, audience and end are right.
fn said(claims: Value, expected: &Expected<'_>) -> Result<IdToken, Fault> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    // A token for several programs has to say which of them asked.
    let others = claims.get("aud").and_then(Value::as_array).is_some_and(|it| it.len() > 1);
    if text("azp").map_or(others, |it| it != expected.client) {
        return Err(Fault::ForOther);
    }
    if text("iss") != Some(expected.issuer) || text("nonce") != Some(expected.nonce) {
        return Err(Fault::Wrong);
    }
    let subject = text("sub").unwrap_or_default().to_owned();
    check_identity(expected.issuer, &subject).map_err(|_| Fault::Wrong)?;
    let now = i64::try_from(get_current_timestamp()).ok().and_then(at).ok_or(Fault::Wrong)?;
    let issued = claims.get("iat").and_then(Value::as_i64).and_then(at).ok_or(Fault::Wrong)?;
    if issued > now + SKEW {
        return Err(Fault::Wrong);
    }
    let shown_at = claims.get("auth_time").and_then(Value::as_i64).and_then(at);
    if shown_at.is_some_and(|it| now - it > expected.max_age + SKEW) {
        return Err(Fault::Expired);
    }
    Ok(IdToken { subject, shown_at, claims })
}

fn at(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}
