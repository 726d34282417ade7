//! Bytes under a key: sealed in chunks of one size, each bound to its place and to its file, the last
//! one marked as such. A chunk that was changed, moved, taken out or cut off is noticed when it is read.

use aead_stream::{NewStream as _, Nonce, StreamBE32, StreamPrimitive as _};
use chacha20poly1305::{ChaCha20Poly1305, aead::Payload};
use uuid::Uuid;

use super::FileError;
use crate::keyring::Key;

/// The bytes of a chunk before it is sealed.
pub(super) const CHUNK: usize = 64 * 1024;
/// What sealing adds to one.
pub(super) const TAG: usize = 16;
/// The form of what is written here; bound to every chunk.
const FORM: u8 = 1;

/// Seals and opens the chunks of one file.
pub(super) struct Chunks {
    stream: StreamBE32<ChaCha20Poly1305>,
    bound: [u8; 17],
}

impl Chunks {
    pub(super) fn new(key: &Key, file: Uuid) -> Self {
        // The key is never used for another file, so the nonces may count from nothing.
        let nonce = Nonce::<ChaCha20Poly1305, StreamBE32<ChaCha20Poly1305>>::default();
        let mut bound = [FORM; 17];
        if let Some(id) = bound.get_mut(1..) {
            id.copy_from_slice(file.as_bytes());
        }
        Self { stream: StreamBE32::new(&(**key).into(), &nonce), bound }
    }

    pub(super) fn seal(&self, nth: u32, last: bool, plain: &[u8]) -> Result<Vec<u8>, FileError> {
        let payload = Payload { msg: plain, aad: &self.bound };
        self.stream.encrypt(nth, last, payload).map_err(|_| FileError::TooLong)
    }

    pub(super) fn open(&self, nth: u32, last: bool, sealed: &[u8]) -> Result<Vec<u8>, FileError> {
        let payload = Payload { msg: sealed, aad: &self.bound };
        self.stream.decrypt(nth, last, payload).map_err(|_| FileError::Damaged)
    }
}

/// How many chunks there are of so many bytes, and how long they are sealed.
pub(super) fn count(size: u64) -> (u32, u64) {
    let n = size.div_ceil(CHUNK as u64).max(1);
    (u32::try_from(n).unwrap_or(u32::MAX), size + n * TAG as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::random_key;

    #[test]
    fn a_chunk_that_was_changed_moved_or_cut_off_is_noticed() {
        let key = random_key().unwrap();
        let (file, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let chunks = Chunks::new(&key, file);
        let sealed = chunks.seal(0, false, b"one").unwrap();
        let last = chunks.seal(1, true, b"two").unwrap();
        assert_eq!(chunks.open(0, false, &sealed).unwrap(), b"one");
        assert_eq!(chunks.open(1, true, &last).unwrap(), b"two");
        let mut changed = sealed.clone();
        changed[1] ^= 1;
        assert!(chunks.open(0, false, &changed).is_err());
        assert!(chunks.open(1, false, &sealed).is_err(), "another place");
        assert!(chunks.open(0, true, &sealed).is_err(), "cut off after it");
        assert!(Chunks::new(&key, other).open(0, false, &sealed).is_err(), "another file");
        let strange = Chunks::new(&random_key().unwrap(), file);
        assert!(strange.open(0, false, &sealed).is_err(), "another key");
    }

    #[test]
    fn an_empty_file_has_a_chunk_and_a_full_one_no_more() {
        assert_eq!(count(0), (1, 16));
        assert_eq!(count(1), (1, 17));
        assert_eq!(count(65_536), (1, 65_552));
        assert_eq!(count(65_537), (2, 65_569));
    }
}
