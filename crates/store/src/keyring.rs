//! The keys of what is sealed: held outside the database, handed in by whoever opens it.
//!
//! Each sealed value has a key of its own, which is kept beside it, wrapped under a master key. A
//! change of the master key wraps these anew and touches no value; dropping one makes one value
//! unreadable for ever, wherever a copy of it may be. The cipher is XChaCha20-Poly1305 with random
//! nonces (draft-irtf-cfrg-xchacha); where a value stands is authenticated with it, so that one row's
//! value cannot be put into another's.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::Error;

/// The length of a key, in bytes.
pub const KEY_LEN: usize = 32;
const NONCE_LEN: usize = 24;

/// A key in memory; it is overwritten when it is no longer used.
pub type Key = Zeroizing<[u8; KEY_LEN]>;

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The district.
    pub district: Uuid,
    /// The row.
    pub id: Uuid,
}

impl Place {
    /// What is authenticated with a value: changing one letter of it makes everything unreadable.
    fn bytes(&self, what: &str) -> Vec<u8> {
        format!("chuishao/1/{what}/{}/{}/{}", self.table, self.district, self.id).into_bytes()
    }
}

/// A value's own key, wrapped under a master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// Which master key.
    pub key_id: u32,
    /// Nonce and ciphertext.
    pub bytes: Vec<u8>,
}

/// A sealed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its key.
    pub key: Wrapped,
    /// Nonce and ciphertext.
    pub body: Vec<u8>,
}

/// How a sealed value begins where it stands alone in one column.
const MARK: &[u8; 4] = b"CHS1";
/// A wrapped key: nonce, key, tag.
const WRAPPED_LEN: usize = NONCE_LEN + KEY_LEN + 16;

impl Sealed {
    /// As one value, for a column of its own.
    #[must_use]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        [MARK.as_slice(), &self.key.key_id.to_be_bytes(), &self.key.bytes, &self.body].concat()
    }

    /// Reads it back; none where it is no sealed value.
    #[must_use]
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MARK)?;
        let (key_id, rest) = rest.split_first_chunk::<4>()?;
        let (wrapped, body) = rest.split_at_checked(WRAPPED_LEN)?;
        let key = Wrapped { key_id: u32::from_be_bytes(*key_id), bytes: wrapped.to_vec() };
        Some(Self { key, body: body.to_vec() })
    }
}

/// The master keys. Clones share them, so that keys that are added while the program runs are there
/// for all.
#[derive(Clone, Default)]
pub struct Keyring {
    ring: Arc<RwLock<Arc<Ring>>>,
}

#[derive(Default)]
struct Ring {
    keys: BTreeMap<u32, Master>,
    current: Option<u32>,
}

/// What is derived from one master key, each for one purpose.
struct Master {
    wrap: XChaCha20Poly1305,
    index: Key,
    proof: [u8; KEY_LEN],
}

impl Keyring {
    /// Puts these keys in the place of those before. New values are sealed under `current`.
    ///
    /// # Errors
    /// [`Error::KeyMissing`] where `current` is not among them.
    pub fn replace(
        &self,
        keys: impl IntoIterator<Item = (u32, Key)>,
        current: u32,
    ) -> Result<(), Error> {
        let keys: BTreeMap<u32, Master> = keys
            .into_iter()
            .map(|(id, key)| Ok((id, master(&key)?)))
            .collect::<Result<_, Error>>()?;
        if !keys.contains_key(&current) {
            return Err(Error::KeyMissing { key: Some(current) });
        }
        let ring = Arc::new(Ring { keys, current: Some(current) });
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        Ok(())
    }

    /// The numbers of the keys that are held.
    #[must_use]
    pub fn ids(&self) -> Vec<u32> {
        self.held().keys.keys().copied().collect()
    }

    /// The number of the key under which new values are sealed; none before any key is held.
    #[must_use]
    pub fn current(&self) -> Option<u32> {
        self.held().current
    }

    /// What proves that a key is the same as once before, and says nothing about it.
    #[must_use]
    pub fn proof(&self, key: u32) -> Option<[u8; KEY_LEN]> {
        self.held().keys.get(&key).map(|it| it.proof)
    }

    /// Seals a value under a fresh key.
    ///
    /// # Errors
    /// [`Error::KeyMissing`] where no key is held; [`Error::NoRandomness`].
    pub fn seal(&self, place: &Place, value: &[u8]) -> Result<Sealed, Error> {
        let key = random_key()?;
        let body = encrypt(&cipher(key.as_slice())?, &place.bytes("value"), value)?;
        Ok(Sealed { key: self.wrap(place, &key)?, body })
    }

    /// Opens a value.
    ///
    /// # Errors
    /// [`Error::KeyMissing`] where its master key is not held; [`Error::Corrupt`] where it was
    /// changed, or stands in another place than it was sealed for.
    pub fn open(&self, place: &Place, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, Error> {
        let key = self.unwrap(place, &sealed.key)?;
        let value = decrypt(&cipher(key.as_slice())?, &place.bytes("value"), &sealed.body);
        value.map(Zeroizing::new).ok_or_else(|| unreadable(place))
    }

    /// Wraps a value's key under the current master key.
    ///
    /// # Errors
    /// As [`Keyring::seal`].
    pub fn wrap(&self, place: &Place, key: &Key) -> Result<Wrapped, Error> {
        let ring = self.held();
        let (id, master) = ring
            .current
            .and_then(|id| Some((id, ring.keys.get(&id)?)))
            .ok_or(Error::KeyMissing { key: None })?;
        let place = place.bytes(&format!("key/{id}"));
        Ok(Wrapped { key_id: id, bytes: encrypt(&master.wrap, &place, key.as_slice())? })
    }

    /// A value's key.
    ///
    /// # Errors
    /// As [`Keyring::open`].
    pub fn unwrap(&self, place: &Place, wrapped: &Wrapped) -> Result<Key, Error> {
        let ring = self.held();
        let id = wrapped.key_id;
        let master = ring.keys.get(&id).ok_or(Error::KeyMissing { key: Some(id) })?;
        let bytes = decrypt(&master.wrap, &place.bytes(&format!("key/{id}")), &wrapped.bytes);
        let bytes = bytes.map(Zeroizing::new).ok_or_else(|| unreadable(place))?;
        let key = <[u8; KEY_LEN]>::try_from(bytes.as_slice()).map_err(|_| unreadable(place))?;
        Ok(Zeroizing::new(key))
    }

    /// The same key under the current master key; none where it is under it already.
    ///
    /// # Errors
    /// As [`Keyring::unwrap`] and [`Keyring::wrap`].
    pub fn rewrap(&self, place: &Place, wrapped: &Wrapped) -> Result<Option<Wrapped>, Error> {
        if self.current() == Some(wrapped.key_id) {
            return Ok(None);
        }
        self.wrap(place, &self.unwrap(place, wrapped)?).map(Some)
    }

    /// Under what a text is found by its exact words, under the current key.
    ///
    /// # Errors
    /// [`Error::KeyMissing`] where no key is held.
    pub(crate) fn index(&self, field: &str, text: &str) -> Result<(u32, [u8; KEY_LEN]), Error> {
        let ring = self.held();
        let found = ring.current.and_then(|id| Some((id, ring.keys.get(&id)?)));
        let (id, master) = found.ok_or(Error::KeyMissing { key: None })?;
        Ok((id, mac(master.index.as_slice(), &[field, text])?))
    }

    /// The same under every key: what was indexed before a change of keys is found, too.
    ///
    /// # Errors
    /// As [`Keyring::index`].
    pub(crate) fn indexes(&self, field: &str, text: &str) -> Result<Vec<[u8; KEY_LEN]>, Error> {
        let ring = self.held();
        ring.keys.values().map(|it| mac(it.index.as_slice(), &[field, text])).collect()
    }

    fn held(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// It names no key.
impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("ids", &self.ids()).finish_non_exhaustive()
    }
}

/// A fresh key.
///
/// # Errors
/// [`Error::NoRandomness`] where the system gives none.
pub fn random_key() -> Result<Key, Error> {
    let mut key = Zeroizing::new([0; KEY_LEN]);
    getrandom::fill(key.as_mut_slice()).map_err(|_| Error::NoRandomness)?;
    Ok(key)
}

fn master(key: &Key) -> Result<Master, Error> {
    let derived = |purpose: &str| mac(key.as_slice(), &["chuishao/1", purpose]);
    Ok(Master {
        wrap: cipher(Zeroizing::new(derived("wrap")?).as_slice())?,
        index: Zeroizing::new(derived("index")?),
        proof: derived("proof")?,
    })
}

fn cipher(key: &[u8]) -> Result<XChaCha20Poly1305, Error> {
    XChaCha20Poly1305::new_from_slice(key).map_err(|_| Error::KeyMissing { key: None })
}

/// The parts are written with their lengths, so that no two lists of parts are alike.
fn mac(key: &[u8], parts: &[&str]) -> Result<[u8; KEY_LEN], Error> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).map_err(|_| Error::KeyMissing { key: None })?;
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part.as_bytes());
    }
    Ok(mac.finalize().into_bytes().into())
}

fn encrypt(cipher: &XChaCha20Poly1305, aad: &[u8], msg: &[u8]) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(|_| Error::NoRandomness)?;
    // It fails for messages of more than 256 GiB alone.
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg, aad })
        .map_err(|_| Error::NoRandomness)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn decrypt(cipher: &XChaCha20Poly1305, aad: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    let (nonce, msg) = bytes.split_first_chunk::<NONCE_LEN>()?;
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg, aad }).ok()
}

fn unreadable(place: &Place) -> Error {
    Error::corrupt(place.table, "sealed", place.id, "it was changed, or belongs elsewhere")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(keys: &[u32], current: u32) -> Keyring {
        let res = Keyring::default();
        put(&res, keys, current);
        res
    }

    fn put(ring: &Keyring, keys: &[u32], current: u32) {
        let key = |id: &u32| (*id, Zeroizing::new([u8::try_from(*id).unwrap(); KEY_LEN]));
        ring.replace(keys.iter().map(key), current).unwrap();
    }

    fn place(id: u128) -> Place {
        Place { table: "person", district: Uuid::from_u128(1), id: Uuid::from_u128(id) }
    }

    #[test]
    fn what_is_sealed_opens_in_its_own_place_alone() {
        let ring = ring(&[1], 1);
        let sealed = ring.seal(&place(7), "王小明".as_bytes()).unwrap();
        assert_eq!(ring.open(&place(7), &sealed).unwrap().as_slice(), "王小明".as_bytes());
        assert_eq!(Sealed::parse(&sealed.to_bytes()), Some(sealed.clone()));
        assert_eq!(Sealed::parse(b"a secret as it was kept before"), None);
        assert!(matches!(ring.open(&place(8), &sealed), Err(Error::Corrupt { .. })));
        for at in 0..sealed.body.len() {
            let mut changed = sealed.clone();
            changed.body[at] ^= 1;
            assert!(ring.open(&place(7), &changed).is_err(), "byte {at}");
        }
        for at in 0..sealed.key.bytes.len() {
            let mut changed = sealed.clone();
            changed.key.bytes[at] ^= 1;
            assert!(ring.open(&place(7), &changed).is_err(), "byte {at} of the key");
        }
    }

    #[test]
    fn a_change_of_keys_wraps_anew_and_touches_no_value() {
        let ring = ring(&[1], 1);
        let sealed = ring.seal(&place(7), b"value").unwrap();
        let found = ring.index("phone", "13800000000").unwrap();
        put(&ring, &[1, 2], 2);
        let rewrapped = ring.rewrap(&place(7), &sealed.key).unwrap().unwrap();
        assert_eq!(rewrapped.key_id, 2);
        assert_eq!(ring.rewrap(&place(7), &rewrapped).unwrap(), None);
        assert!(ring.indexes("phone", "13800000000").unwrap().contains(&found.1));
        // The old key may go once nothing is under it.
        put(&ring, &[2], 2);
        let moved = Sealed { key: rewrapped, ..sealed.clone() };
        assert_eq!(ring.open(&place(7), &moved).unwrap().as_slice(), b"value");
        assert!(matches!(ring.open(&place(7), &sealed), Err(Error::KeyMissing { key: Some(1) })));
    }

    #[test]
    fn without_keys_nothing_is_sealed_and_the_keys_are_never_shown() {
        let none = Keyring::default();
        assert!(matches!(none.seal(&place(7), b"value"), Err(Error::KeyMissing { key: None })));
        let ring = ring(&[1, 2], 2);
        assert_eq!(format!("{ring:?}"), "Keyring { ids: [1, 2], .. }");
        assert!(ring.replace([], 3).is_err());
        assert_ne!(ring.proof(1), ring.proof(2));
        assert_ne!(ring.index("phone", "1").unwrap().1, ring.index("id_number", "1").unwrap().1);
    }
}
