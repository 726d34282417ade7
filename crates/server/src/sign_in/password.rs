//! Passwords: hashed by argon2id, checked two at a time beside the threads that serve.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use super::token::{NoRandomness, random};

/// The fewest characters of a password.
pub const PASSWORD_MIN: usize = 10;
/// How many are checked at a time; each takes 19 MiB and a core.
const AT_A_TIME: usize = 2;
/// How long an attempt waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// A password could not be hashed: the system has no randomness, or no memory.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed: {0}")]
pub struct HashError(String);

/// The hash of a password, as an account keeps it. It takes a while on purpose.
///
/// # Errors
/// Where the system has no randomness or no memory.
pub fn hash_password(password: &str) -> Result<String, HashError> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|it| it.to_string()).map_err(|error| HashError(error.to_string()))
}

/// A password that nobody guesses and that can be read out: four groups of four characters, none
/// of which looks like another.
///
/// # Errors
/// Where the system has no randomness.
pub fn random_password() -> Result<String, NoRandomness> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes = random::<16>()?;
    let letters = bytes.iter().filter_map(|it| LETTERS.get(usize::from(it % 32)));
    let letters: Vec<char> = letters.map(|it| char::from(*it)).collect();
    Ok(letters.chunks(4).map(|it| it.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// Checks passwords, few at a time.
pub(super) struct Verifier {
    turns: Arc<Semaphore>,
    /// What an unknown name is checked against, so that it takes as long as a known one.
    dummy: Arc<OnceLock<String>>,
}

impl Default for Verifier {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_A_TIME)), dummy: Arc::default() }
    }
}

impl Verifier {
    /// Whether the password is the one of this hash; never where there is no hash. None where too
    /// many are waiting.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Option<bool> {
        let turn = self.turns.clone().acquire_owned();
        let turn = tokio::time::timeout(PATIENCE, turn).await.ok()?.ok()?;
        let dummy = self.dummy.clone();
        let checked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let dummy = dummy.get_or_init(|| hash_password("nobody").unwrap_or_default());
            let is_known = hash.is_some();
            is_right(&password, hash.as_ref().unwrap_or(dummy)) && is_known
        });
        checked.await.ok()
    }
}

fn is_right(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|it| Argon2::default().verify_password(password.as_bytes(), &it).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_right_or_wrong_and_nobody_has_none() {
        let verifier = Verifier::default();
        let hash = hash_password("correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert_ne!(hash, hash_password("correct horse").unwrap());
        let check = async |password: &str, hash: Option<&str>| {
            verifier.verify(password.to_owned(), hash.map(str::to_owned)).await.unwrap()
        };
        assert!(check("correct horse", Some(&hash)).await);
        assert!(!check("correct  horse", Some(&hash)).await);
        assert!(!check("nobody", None).await);
        assert!(!check("x", Some("no hash")).await);
    }

    #[test]
    fn random_passwords_differ_and_are_long_enough() {
        let one = random_password().unwrap();
        assert_eq!(one.len(), 19);
        assert!(one.len() >= PASSWORD_MIN);
        assert_ne!(one, random_password().unwrap());
    }
}
