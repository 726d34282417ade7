//! Codes of the second factor (RFC 6238), as every authenticator shows them: six digits, SHA-1, half
//! a minute.

use chrono::{DateTime, Utc};
use engine::account::factor;
use totp_rs::{Builder, Secret, Totp};

use super::secret::{NoRandomness, random};

/// By what name an authenticator shows it.
const ISSUER: &str = "chuishao";

/// A secret of 160 random bits.
///
/// # Errors
/// Where the system has no randomness.
pub fn new_secret() -> Result<Vec<u8>, NoRandomness> {
    Ok(random::<20>()?.to_vec())
}

/// A secret as it is typed into an authenticator: base32.
#[must_use]
pub fn secret_text(secret: &[u8]) -> String {
    Secret::from(secret.to_vec()).to_base32()
}

/// A secret that was written as base32; none where it is not.
#[must_use]
pub fn secret_of(text: &str) -> Option<Vec<u8>> {
    Secret::try_from_base32(text).ok().map(|it| it.as_ref().to_vec())
}

fn totp(secret: &[u8], account: &str) -> Totp {
    Builder::new()
        .with_secret(secret.to_vec())
        .with_step_duration(factor::STEP)
        .with_skew(factor::SKEW)
        .with_issuer(Some(ISSUER))
        // The address parts issuer and account at a colon.
        .with_account_name(account.replace(':', "_"))
        .build_noncompliant()
}

/// The address that an authenticator scans.
pub(super) fn uri(secret: &[u8], account: &str) -> String {
    totp(secret, account).to_url().unwrap_or_default()
}

/// Whose step a code is, of those that count at this instant. Digits are compared in constant time.
pub(super) fn step(secret: &[u8], code: &str, now: DateTime<Utc>) -> Option<u64> {
    let code: String = code.chars().filter(|it| !it.is_whitespace()).collect();
    totp(secret, "").check(&code, factor::seconds(now))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, cut to six digits.
        let secret = b"12345678901234567890";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            let expected = u64::try_from(seconds).unwrap() / 30;
            assert_eq!(step(secret, code, now), Some(expected), "{seconds}");
            let typed = format!(" {} {}", &code[..3], &code[3..]);
            for off in [-30, 30] {
                assert_eq!(step(secret, &typed, now + TimeDelta::seconds(off)), Some(expected));
            }
            // Before the first instant there is no other step to be at.
            for off in [-90, 90].into_iter().filter(|it| seconds + it >= 0) {
                assert_eq!(step(secret, code, now + TimeDelta::seconds(off)), None);
            }
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        let now = DateTime::from_timestamp(59, 0).unwrap();
        for it in ["", "28708", "2870820", "+87082", "２８７０８２", "a87082"] {
            assert_eq!(step(b"12345678901234567890", it, now), None, "{it}");
        }
    }

    #[test]
    fn a_secret_is_read_back_as_it_is_shown() {
        let secret = new_secret().unwrap();
        let text = secret_text(&secret);
        assert_eq!(text.len(), 32);
        assert_eq!(secret_of(&text), Some(secret.clone()));
        assert_eq!(secret_of("0 1"), None);
        let uri = uri(&secret, "zhang:san 三");
        assert!(uri.starts_with("otpauth://totp/chuishao:zhang_san%20%E4%B8%89?"), "{uri}");
        assert!(uri.contains(&format!("secret={text}")), "{uri}");
    }
}
