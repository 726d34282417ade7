//! A file while it arrives: sealed as it comes into a file that has no name, so that whatever happens
//! to the process leaves nothing.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::FileExt as _,
    path::Path,
    sync::Arc,
};

use engine::{ids::FileId, text::Digest};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use super::{
    FileError,
    chunks::{CHUNK, Chunks, TAG, count},
};
use crate::keyring::{Key, random_key};

/// A file that arrives.
pub struct Incoming {
    id: FileId,
    key: Key,
    chunks: Chunks,
    file: tokio::fs::File,
    rest: Vec<u8>,
    n_chunks: u32,
    sum: Sha256,
    size: u64,
}

impl Incoming {
    pub(super) fn begin(folder: &Path, id: FileId) -> Result<Self, FileError> {
        let key = random_key().map_err(|_| FileError::Randomness)?;
        let file = tempfile::tempfile_in(folder)?;
        Ok(Self {
            id,
            chunks: Chunks::new(&key, id.0),
            key,
            file: tokio::fs::File::from_std(file),
            rest: Vec::with_capacity(CHUNK),
            n_chunks: 0,
            sum: Sha256::new(),
            size: 0,
        })
    }

    /// How many bytes have come.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes a piece in.
    ///
    /// # Errors
    /// [`FileError::Full`] where there is no room; else the disk's.
    pub async fn write(&mut self, piece: &[u8]) -> Result<(), FileError> {
        self.sum.update(piece);
        self.size += piece.len() as u64;
        self.rest.extend_from_slice(piece);
        // The last chunk is sealed as the last one, so something is held back for it.
        while self.rest.len() > CHUNK {
            let rest = self.rest.split_off(CHUNK);
            let full = std::mem::replace(&mut self.rest, rest);
            self.put(&full, false).await?;
        }
        Ok(())
    }

    async fn put(&mut self, plain: &[u8], last: bool) -> Result<(), FileError> {
        let sealed = self.chunks.seal(self.n_chunks, last, plain)?;
        self.n_chunks = self.n_chunks.checked_add(1).ok_or(FileError::TooLong)?;
        Ok(self.file.write_all(&sealed).await?)
    }

    /// The whole of it.
    ///
    /// # Errors
    /// As [`Incoming::write`].
    pub async fn finish(mut self) -> Result<Arrived, FileError> {
        let rest = std::mem::take(&mut self.rest);
        self.put(&rest, true).await?;
        self.file.flush().await?;
        Ok(Arrived {
            id: self.id,
            key: self.key,
            file: Arc::new(self.file.into_std().await),
            size: self.size,
            digest: Digest(self.sum.finalize().into()),
        })
    }
}

/// A file that arrived, and that nobody has looked at.
#[derive(Clone)]
pub struct Arrived {
    pub(super) id: FileId,
    pub(super) key: Key,
    pub(super) file: Arc<File>,
    size: u64,
    digest: Digest,
}

/// Without the key.
impl std::fmt::Debug for Arrived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arrived").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Arrived {
    /// The id under which it came.
    #[must_use]
    pub fn id(&self) -> FileId {
        self.id
    }

    /// Its length in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The SHA-256 of its bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Its key, to be wrapped.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// Its bytes, to be looked at anywhere. It blocks.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader {
            chunks: Chunks::new(&self.key, self.id.0),
            file: self.file.clone(),
            size: self.size,
            at: 0,
            held: None,
        }
    }
}

/// The bytes of a file that arrived; a chunk at a time is in memory.
pub struct Reader {
    chunks: Chunks,
    file: Arc<File>,
    size: u64,
    at: u64,
    held: Option<(u32, Vec<u8>)>,
}

impl Reader {
    fn chunk(&mut self, nth: u32) -> io::Result<&[u8]> {
        if self.held.as_ref().is_none_or(|(it, _)| *it != nth) {
            let (n_chunks, sealed_size) = count(self.size);
            let sealed = (CHUNK + TAG) as u64;
            let from = u64::from(nth) * sealed;
            let length = sealed_size.saturating_sub(from).min(sealed);
            let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
            self.file.read_exact_at(&mut bytes, from)?;
            let plain = self.chunks.open(nth, nth + 1 == n_chunks, &bytes);
            self.held = Some((nth, plain.map_err(io::Error::other)?));
        }
        Ok(self.held.as_ref().map_or(&[], |(_, it)| it))
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.size {
            return Ok(0);
        }
        let nth = u32::try_from(self.at / CHUNK as u64).map_err(io::Error::other)?;
        let from = usize::try_from(self.at % CHUNK as u64).map_err(io::Error::other)?;
        let here = self.chunk(nth)?.get(from..).unwrap_or_default();
        let n = here.len().min(into.len());
        for (to, byte) in into.iter_mut().zip(here) {
            *to = *byte;
        }
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(it) => Some(it),
            SeekFrom::End(it) => self.size.checked_add_signed(it),
            SeekFrom::Current(it) => self.at.checked_add_signed(it),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_arrived_is_read_as_it_came_and_stands_nowhere_in_the_clear() {
        let folder = tempfile::tempdir().unwrap();
        for size in [0_usize, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7] {
            let bytes: Vec<u8> = (0..size).map(|it| (it * 7 % 251) as u8).collect();
            let id = FileId(uuid::Uuid::from_u128(size as u128));
            let mut incoming = Incoming::begin(folder.path(), id).unwrap();
            for piece in bytes.chunks(1000) {
                incoming.write(piece).await.unwrap();
            }
            let arrived = incoming.finish().await.unwrap();
            assert_eq!(arrived.size(), size as u64);
            assert_eq!(arrived.digest(), Digest::of(&bytes));
            let mut read = vec![];
            let mut reader = arrived.reader();
            reader.read_to_end(&mut read).unwrap();
            assert_eq!(read, bytes);
            // Anywhere, in any order.
            for at in [size / 2, 0, size.saturating_sub(3)] {
                reader.seek(SeekFrom::Start(at as u64)).unwrap();
                let mut few = vec![];
                Read::by_ref(&mut reader).take(3).read_to_end(&mut few).unwrap();
                assert_eq!(few, bytes[at..bytes.len().min(at + 3)]);
            }
            if size > 100 {
                let length = arrived.file.metadata().unwrap().len();
                let mut raw = vec![0; usize::try_from(length).unwrap()];
                arrived.file.read_exact_at(&mut raw, 0).unwrap();
                assert!(!raw.windows(50).any(|it| it == &bytes[10..60]));
            }
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file has a name");
    }
}
