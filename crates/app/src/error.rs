//! The outcomes of a use case that is not carried out.

use engine::Refusal;

/// Why a use case was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such thing, or the caller may not see it; nobody can tell which.
    #[error("there is no such case")]
    NotFound,
    /// The idempotency key stands for another input.
    #[error("the key was used for another input")]
    KeyReused,
    /// Somebody was first again and again; try later.
    #[error("the case is changing; try again")]
    Busy,
    /// The database holds no district yet.
    #[error(
        "the database is not set up: run `chuishao demo`, or `chuishao user add` after `chuishao migrate up`"
    )]
    NotSetUp,
    /// A secret could not be made; nothing has changed.
    #[error(transparent)]
    Secret(crate::SecretError),
    /// A fault; shown to nobody, logged once where it becomes an answer.
    #[error("an internal error")]
    Internal(#[source] store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Exists { what: "externalRef" } => Self::Refused(Refusal::Invalid {
                field: "externalRef",
                problem: engine::refusal::Problem::Twice,
            }),
            // What was sent was attached meanwhile, or was not theirs in time.
            store::Error::Exists { what: "upload" } => Self::Refused(Refusal::Invalid {
                field: "upload",
                problem: engine::refusal::Problem::Unknown,
            }),
            store::Error::Stale { .. }
            | store::Error::NumbersTaken { .. }
            | store::Error::KeyTaken => Self::Busy,
            error @ (store::Error::Exists { .. }
            | store::Error::Corrupt { .. }
            | store::Error::Address { .. }
            | store::Error::NotMigrated { .. }
            | store::Error::HoldsEvents
            | store::Error::NotVacant
            | store::Error::Newer { .. }
            | store::Error::NoRow { .. }
            | store::Error::KeyMissing { .. }
            | store::Error::OtherKey { .. }
            | store::Error::NoRandomness
            | store::Error::Closed
            | store::Error::Database(_)) => Self::Internal(error),
        }
    }
}
