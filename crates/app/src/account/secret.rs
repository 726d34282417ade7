//! Secrets that are drawn: tokens, passwords, recovery codes.

use engine::{ids::PersonId, text::Digest};

/// The system has no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the system has no randomness: {0}")]
pub struct NoRandomness(getrandom::Error);

/// What can be read out and typed, with nothing in it that looks like another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

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
    Ok(Digest(random()?).to_string())
}

/// What is kept of a token: the SHA-256 of its text.
#[must_use]
pub fn digest(token: &str) -> Digest {
    Digest::of(token.as_bytes())
}

/// Eighty random bits that can be read out: four groups of four characters.
fn readable() -> Result<String, NoRandomness> {
    let bytes = random::<16>()?;
    let letters = bytes.iter().filter_map(|it| LETTERS.get(usize::from(it % 32)));
    let letters: Vec<char> = letters.map(|it| char::from(*it)).collect();
    Ok(letters.chunks(4).map(|it| it.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// A password that nobody guesses and that can be read out. It begins with a capital, so that it
/// has what passwords are asked to have.
///
/// # Errors
/// Where the system has no randomness.
pub fn random_password() -> Result<String, NoRandomness> {
    let [byte] = random::<1>()?;
    // Neither I nor O; the capital is beside the eighty bits.
    let capital = b"ABCDEFGHJKLMNPQRSTUVWXYZ".get(usize::from(byte % 24)).copied().unwrap_or(b'A');
    Ok(format!("{}{}", char::from(capital), readable()?))
}

/// A recovery code.
pub(super) fn recovery_code() -> Result<String, NoRandomness> {
    readable()
}

/// What is kept of a recovery code; none where it is not of their form.
pub(super) fn recovery_digest(person: PersonId, code: &str) -> Option<Digest> {
    let plain: String = code
        .chars()
        .filter(|it| !it.is_whitespace() && *it != '-')
        .map(|it| it.to_ascii_lowercase())
        .collect();
    let is_one = plain.len() == 16 && plain.bytes().all(|it| LETTERS.contains(&it));
    is_one.then(|| Digest::salted(person.0.as_bytes(), &plain))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn tokens_and_passwords_are_long_and_differ() {
        let token = random_token().unwrap();
        assert_eq!(token.len(), 64);
        assert_ne!(token, random_token().unwrap());
        assert_ne!(digest(&token).to_string(), token);
        let password = random_password().unwrap();
        assert_eq!(password.len(), 20);
        assert_ne!(password, random_password().unwrap());
    }

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let person = PersonId(Uuid::from_u128(1));
        let kept = recovery_digest(person, "abcd-efgh-2345-6789");
        assert!(kept.is_some());
        assert_eq!(kept, recovery_digest(person, " ABCD efgh 23456789 "));
        assert_ne!(kept, recovery_digest(PersonId(Uuid::from_u128(2)), "abcd-efgh-2345-6789"));
        for it in ["", "123456", "abcd-efgh-2345-678", "abcd-efgh-2345-678!", "茶茶茶茶茶茶"]
        {
            assert_eq!(recovery_digest(person, it), None, "{it}");
        }
        let code = recovery_code().unwrap();
        assert!(recovery_digest(person, &code).is_some());
    }
}
