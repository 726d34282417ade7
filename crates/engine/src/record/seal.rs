//! A seal: what is signed, over which heads, and how one holds on to the one before it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};
use strum::{EnumIter, EnumString, IntoStaticStr};
use uuid::Uuid;

use super::merkle;
use crate::{
    ids::{AuditId, DistrictId, PetitionId, WhistleId},
    text::Digest,
};

/// The version of the form in which seals are written.
const SCHEMA: u32 = 1;
/// What is signed before the bytes of a seal, so that a signature of it can be one of nothing else.
const PURPOSE: &[u8] = b"chuishao seal 1\n";

/// What kind of stream.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum StreamKind {
    /// 诉求.
    Petition,
    /// 哨.
    Whistle,
    /// 登记簿: how units, people, lists and calendars came to be. There is one.
    Register,
    /// 审计日志, of one process and day. It expires.
    Log,
}

impl StreamKind {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Petition => "诉求",
            Self::Whistle => "哨",
            Self::Register => "登记簿",
            Self::Log => "审计日志",
        }
    }

    /// Its name in English, which is its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The byte that stands for it in a leaf.
    fn byte(self) -> u8 {
        match self {
            Self::Petition => 1,
            Self::Whistle => 2,
            Self::Register => 3,
            Self::Log => 4,
        }
    }
}

/// A stream by the name that people see, such as `pet_…`.
#[must_use]
pub fn stream_name(kind: StreamKind, id: Uuid) -> String {
    match kind {
        StreamKind::Petition => PetitionId(id).to_string(),
        StreamKind::Whistle => WhistleId(id).to_string(),
        StreamKind::Register | StreamKind::Log => AuditId(id).to_string(),
    }
}

/// Where a stream stands: how many events it has and the digest of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its kind.
    pub kind: StreamKind,
    /// Its id.
    pub id: Uuid,
    /// How many events it has.
    pub version: u32,
    /// The digest of the last.
    pub head: Digest,
}

impl Head {
    /// The hash of its leaf.
    #[must_use]
    pub fn leaf(&self) -> Digest {
        let mut content = Vec::with_capacity(53);
        content.push(self.kind.byte());
        content.extend(self.id.as_bytes());
        content.extend(self.version.to_be_bytes());
        content.extend(self.head.0);
        merkle::leaf(&content)
    }
}

/// Says that the record went back to an earlier seal, and that somebody stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// The last seal that the restored copy held; none where it held none (zero). The seals between
    /// that one and this are over events that are lost.
    pub to: u32,
    /// The digest of the reason that was given.
    pub reason: Digest,
}

/// A seal as it is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// The version of this form.
    pub schema: u32,
    /// The district.
    pub district: DistrictId,
    /// Its number, from 1 without gaps.
    pub no: u32,
    /// When, by the clock on the wall.
    pub at: DateTime<Utc>,
    /// The digest of the seal before it with its signature; zeros for the first.
    pub previous: Digest,
    /// The Merkle root over the heads of all streams, in the order of their ids.
    pub root: Digest,
    /// How many streams there were.
    pub streams: u64,
    /// How many events there were in them.
    pub events: u64,
    /// The key that signs it.
    pub key: PublicKey,
    /// The key that signs the seals after it, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_key: Option<PublicKey>,
    /// Where the record went back to an earlier copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<Restored>,
}

impl Seal {
    /// A seal over a tree of heads, after another one.
    #[must_use]
    pub fn over(
        district: DistrictId,
        at: DateTime<Utc>,
        (tree, events): (&super::Tree, u64),
        before: Option<(&Self, &Signed)>,
        key: PublicKey,
    ) -> Self {
        Self {
            schema: SCHEMA,
            district,
            no: before.map_or(1, |(it, _)| it.no + 1),
            at,
            previous: before.map_or(crate::chain::GENESIS, |(_, it)| it.digest()),
            root: tree.root(),
            streams: tree.leaves(),
            events,
            key,
            next_key: None,
            restored: None,
        }
    }

    /// Its exact bytes.
    ///
    /// # Errors
    /// Never for values of this crate; the encoder's signature says it could.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads exact bytes.
    ///
    /// # Errors
    /// Where the bytes are not a seal.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// The key that signs the next seal.
    #[must_use]
    pub fn key_after(&self) -> PublicKey {
        self.next_key.unwrap_or(self.key)
    }
}

/// A seal's exact bytes with their signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The signature over [`Signed::message`].
    pub signature: Signature,
}

impl Signed {
    /// What is signed for a seal of these bytes.
    #[must_use]
    pub fn message(bytes: &[u8]) -> Vec<u8> {
        [PURPOSE, bytes].concat()
    }

    /// What the next seal holds on to.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let hash = Sha256::new().chain_update(&self.bytes).chain_update(self.signature.0);
        Digest(hash.finalize().into())
    }
}

fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|it| write!(f, "{it:02x}"))
}

fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

macro_rules! hexadecimal {
    ($($(#[$doc:meta])* $name:ident $n:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $n]);

        impl $name {
            /// Reads hexadecimal digits.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                from_hex(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                hex(f, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                hex(f, &self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| {
                    de::Error::custom(concat!(stringify!($name), " in hexadecimal digits"))
                })
            }
        }
    )*};
}

hexadecimal! {
    /// An Ed25519 public key, written in hexadecimal digits.
    PublicKey 32;
    /// An Ed25519 signature, written in hexadecimal digits.
    Signature 64;
}

impl PublicKey {
    /// What people compare: the digest of the key.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// The fingerprint as it is printed and read out: its first half, in groups of four.
    #[must_use]
    pub fn shown(&self) -> String {
        let digits = self.fingerprint().to_string();
        let groups: Vec<&str> = (0..8).filter_map(|at| digits.get(at * 4..at * 4 + 4)).collect();
        groups.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_depends_on_each_of_its_parts() {
        let head = |kind, id, version, byte| {
            Head { kind, id: Uuid::from_u128(id), version, head: Digest([byte; 32]) }.leaf()
        };
        let all = [
            head(StreamKind::Petition, 1, 1, 0),
            head(StreamKind::Whistle, 1, 1, 0),
            head(StreamKind::Petition, 2, 1, 0),
            head(StreamKind::Petition, 1, 2, 0),
            head(StreamKind::Petition, 1, 1, 1),
        ];
        let once: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(once.len(), all.len());
    }

    #[test]
    fn keys_and_signatures_are_read_back_as_they_were_written() {
        let key = PublicKey([0xa7; 32]);
        assert_eq!(PublicKey::parse(&key.to_string()), Some(key));
        let signature = Signature([7; 64]);
        assert_eq!(Signature::parse(&signature.to_string()), Some(signature));
        for wrong in ["", "a7", &"+7".repeat(32), &"é".repeat(32)] {
            assert_eq!(PublicKey::parse(wrong), None);
        }
        assert_eq!(key.shown().len(), 8 * 4 + 7);
    }
}
