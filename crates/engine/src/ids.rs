//! Names for things: one type for each kind of id, so that two kinds cannot be mixed up.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An id that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id that begins with `{prefix}_`")]
pub struct IdError {
    /// What was given, cut to 60 characters.
    pub text: String,
    /// The prefix that was expected.
    pub prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(|it| Uuid::try_parse(it).ok())
                    .map(Self)
                    .ok_or_else(|| IdError {
                        text: text.chars().take(60).collect(),
                        prefix: $prefix,
                    })
            }
        }
    )*};
}

ids! {
    /// A district, whose id leads every key of the database.
    DistrictId "dis";
    /// A petition (诉求).
    PetitionId "pet";
    /// A whistle (哨).
    WhistleId "whi";
    /// An assignment (承办任务): one unit's part in a whistle.
    AssignmentId "asg";
    /// A unit (单位).
    UnitId "uni";
    /// A person: a member of a unit, a petitioner or a party.
    PersonId "per";
    /// A piece of free text, kept apart from the events so that it can be erased.
    TextId "txt";
    /// A letter (信).
    LetterId "let";
    /// A stream of the record beside the cases: the register's, or one of the auditor's.
    AuditId "aud";
    /// A personal token (令牌).
    TokenId "tok";
    /// An absence (外出) with its substitute.
    AbsenceId "abs";
    /// A turn of duty (值班) in a unit's rota.
    DutyId "dut";
    /// A file (附件) of a case.
    FileId "fil";
    /// A file that was received and is attached to nothing yet.
    UploadId "upl";
    /// A draft of the four lists (清单草案).
    ListsDraftId "ldr";
}

/// The `n`-th id that follows from `seed`.
///
/// Rules may need several new ids, and may not draw them. They derive them from the one that the
/// caller drew: its time half is kept, so that keys stay in order; the rest is a digest.
#[must_use]
pub fn derive(seed: Uuid, n: u32) -> Uuid {
    use sha2::{Digest as _, Sha256};
    let digest =
        Sha256::new().chain_update(seed.as_bytes()).chain_update(n.to_be_bytes()).finalize();
    let mut bytes = *seed.as_bytes();
    for (byte, fresh) in bytes.iter_mut().skip(6).zip(digest.iter()) {
        *byte = *fresh;
    }
    uuid::Builder::from_bytes(bytes)
        .with_version(uuid::Version::SortRand)
        .with_variant(uuid::Variant::RFC4122)
        .into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_as_it_was_written() {
        let id = PetitionId(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let id = PetitionId(Uuid::from_u128(7)).to_string();
        assert!(id.parse::<WhistleId>().is_err());
    }

    #[test]
    fn derived_ids_differ_and_are_the_same_each_time() {
        let seed = Uuid::from_u128(9);
        assert_ne!(derive(seed, 0), derive(seed, 1));
        assert_eq!(derive(seed, 1), derive(seed, 1));
    }
}
