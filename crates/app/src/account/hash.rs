//! Passwords as they are kept: hashed by argon2id, checked two at a time beside the threads that
//! serve.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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

/// Checks passwords, few at a time.
pub struct Verifier {
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
    pub async fn verify(&self, password: String, hash: Option<String>) -> Option<bool> {
        let dummy = self.dummy.clone();
        self.turn(move || {
            let dummy = dummy.get_or_init(|| hash_password("nobody").unwrap_or_default());
            let is_known = hash.is_some();
            is_right(&password, hash.as_ref().unwrap_or(dummy)) && is_known
        })
        .await
    }

    /// Whether the password is the one of any of these hashes. None where too many are waiting.
    pub async fn is_any(&self, password: String, hashes: Vec<String>) -> Option<bool> {
        self.turn(move || hashes.iter().any(|it| is_right(&password, it))).await
    }

    /// The hash of a password. None where too many are waiting.
    pub async fn hash(&self, password: String) -> Option<Result<String, HashError>> {
        self.turn(move || hash_password(&password)).await
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let turn = self.turns.clone().acquire_owned();
        let turn: OwnedSemaphorePermit = tokio::time::timeout(PATIENCE, turn).await.ok()?.ok()?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.ok()
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
        let hash = verifier.hash("correct horse".to_owned()).await.unwrap().unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert_ne!(hash, hash_password("correct horse").unwrap());
        let check = async |password: &str, hash: Option<&str>| {
            verifier.verify(password.to_owned(), hash.map(str::to_owned)).await.unwrap()
        };
        assert!(check("correct horse", Some(&hash)).await);
        assert!(!check("correct  horse", Some(&hash)).await);
        assert!(!check("nobody", None).await);
        assert!(!check("x", Some("no hash")).await);
        let any = async |password: &str| {
            let hashes = vec!["no hash".to_owned(), hash.clone()];
            verifier.is_any(password.to_owned(), hashes).await.unwrap()
        };
        assert!(any("correct horse").await);
        assert!(!any("x").await);
    }
}
