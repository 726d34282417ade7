//! The bytes of files: in a folder, or in storage that speaks S3. What is there is sealed under a key
//! for each file, which the database keeps.

mod chunks;
mod incoming;
mod place;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::{Bytes, BytesMut};
use engine::ids::FileId;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use object_store::{ObjectStore, ObjectStoreExt as _, buffered::BufWriter, path::Path as Place};
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};

use self::chunks::{CHUNK, Chunks, TAG, count};
pub use self::{
    incoming::{Arrived, Incoming, Reader},
    place::{Bucket, Storage},
};
use crate::{Keyring, StoredFile};

/// What one request of a large file carries.
const PART: usize = 8 * 1024 * 1024;
/// How old what a killed process left half-written must be before it is taken away.
const LEFT_FOR: Duration = Duration::from_secs(24 * 3600);

/// What can go wrong with the bytes of a file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is no room for it.
    #[error("there is no room left for files")]
    Full,
    /// It is not there.
    #[error("the bytes of a file are not there")]
    Missing,
    /// It is not what was put there.
    #[error("the bytes of a file are not those that were stored")]
    Damaged,
    /// It is longer than any file may be.
    #[error("a file is too long")]
    TooLong,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Randomness,
    /// Its key cannot be unwrapped.
    #[error("the key of a file cannot be unwrapped")]
    Key(#[source] crate::Error),
    /// The settings of the storage are no use.
    #[error("the storage of files cannot be used")]
    Settings(#[source] object_store::Error),
    /// The storage failed.
    #[error("the storage of files failed")]
    Storage(#[source] object_store::Error),
    /// The disk failed.
    #[error("the disk failed")]
    Disk(#[source] io::Error),
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        if is_full(&error) {
            return Self::Full;
        }
        // The writer of objects hands its own errors on as those of a disk.
        match error.downcast::<object_store::Error>() {
            Ok(inner) => inner.into(),
            Err(error) => Self::Disk(error),
        }
    }
}

impl From<object_store::Error> for FileError {
    fn from(error: object_store::Error) -> Self {
        if matches!(error, object_store::Error::NotFound { .. }) {
            return Self::Missing;
        }
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(it) = cause {
            if it.downcast_ref::<io::Error>().is_some_and(is_full) {
                return Self::Full;
            }
            cause = it.source();
        }
        Self::Storage(error)
    }
}

/// Where the bytes of files are. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    objects: Arc<dyn ObjectStore>,
    /// Where files arrive before they are looked at.
    arrivals: PathBuf,
    /// The folder, where it is one.
    folder: Option<PathBuf>,
    keyring: Keyring,
}

impl Files {
    /// Opens the storage; a folder is made where it is missing. `arrivals` is a folder on this machine.
    ///
    /// # Errors
    /// Where a folder cannot be made, or the settings of the storage are no use.
    pub fn open(storage: &Storage, arrivals: &Path, keyring: Keyring) -> Result<Self, FileError> {
        std::fs::create_dir_all(arrivals)?;
        let (objects, folder) = storage.open()?;
        Ok(Self { objects, arrivals: arrivals.to_owned(), folder, keyring })
    }

    /// The same in a folder of this machine, with all that belongs to it.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub fn within(folder: &Path, keyring: &Keyring) -> Result<Self, FileError> {
        let storage = Storage::Folder(folder.join("files"));
        Self::open(&storage, &folder.join("arrivals"), keyring.clone())
    }

    /// The keys under which those of files are wrapped.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Begins to take a file in.
    ///
    /// # Errors
    /// Where there is no room, or no randomness.
    pub fn incoming(&self, id: FileId) -> Result<Incoming, FileError> {
        Incoming::begin(&self.arrivals, id)
    }

    /// Keeps a file that arrived. Where it fails, nothing is there.
    ///
    /// # Errors
    /// [`FileError::Full`] where there is no room; else the storage's.
    pub async fn keep(&self, arrived: &Arrived) -> Result<(), FileError> {
        let mut from = tokio::fs::File::from_std(arrived.file.try_clone()?);
        from.rewind().await?;
        self.put(arrived.id, from).await
    }

    /// Puts sealed bytes where a file's are: what a backup gives back.
    ///
    /// # Errors
    /// As [`Files::keep`].
    pub async fn put(
        &self,
        id: FileId,
        mut sealed: impl tokio::io::AsyncRead + Unpin,
    ) -> Result<(), FileError> {
        let mut writer = BufWriter::with_capacity(self.objects.clone(), place(id), PART);
        if let Err(error) = tokio::io::copy(&mut sealed, &mut writer).await {
            // What was sent in parts is given up; where that fails too, it is swept away in time. A
            // writer that was shut down gives up by itself, and may not be asked to.
            let _ = writer.abort().await;
            return Err(error.into());
        }
        Ok(writer.shutdown().await?)
    }

    /// The sealed bytes of a file, as they are: what a backup takes.
    ///
    /// # Errors
    /// [`FileError::Missing`] where it is not there; else the storage's.
    pub async fn sealed(
        &self,
        id: FileId,
    ) -> Result<impl Stream<Item = Result<Bytes, FileError>> + Send + use<>, FileError> {
        let found = self.objects.get(&place(id)).await?;
        Ok(found.into_stream().map_err(FileError::from))
    }

    /// The bytes of a file, opened as they come. The first of them are here when this answers.
    ///
    /// # Errors
    /// [`FileError::Missing`] where it is not there or erased, [`FileError::Damaged`] where it is not
    /// what was put there; else the storage's.
    pub async fn read(
        &self,
        file: &StoredFile,
    ) -> Result<impl Stream<Item = Result<Bytes, FileError>> + Send + use<>, FileError> {
        let wrapped = file.key.as_ref().ok_or(FileError::Missing)?;
        let key = self.keyring.unwrap(&file.place(), wrapped).map_err(FileError::Key)?;
        let (n_chunks, sealed_size) = count(file.size);
        let found = self.objects.get(&place(file.id)).await?;
        if found.meta.size != sealed_size {
            return Err(FileError::Damaged);
        }
        let chunks = Chunks::new(&key, file.id.0);
        let source = found.into_stream().boxed();
        let opening = Opening { chunks, source, held: BytesMut::new(), nth: 0, n_chunks };
        let opened = stream::try_unfold(opening, Opening::next).boxed();
        let mut opened = opened.peekable();
        if std::pin::Pin::new(&mut opened).peek().await.is_some_and(Result::is_err) {
            return match opened.next().await {
                Some(Err(error)) => Err(error),
                Some(Ok(_)) | None => Err(FileError::Damaged),
            };
        }
        Ok(opened)
    }

    /// Removes the bytes of a file; it is no matter where they are not there.
    ///
    /// # Errors
    /// The storage's.
    pub async fn remove(&self, id: FileId) -> Result<(), FileError> {
        match self.objects.delete(&place(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes away what killed processes left half-written in the folder a day ago; how many there
    /// were. Other storage forgets such parts by a rule of its own.
    ///
    /// # Errors
    /// The disk's.
    pub async fn sweep(&self) -> Result<usize, FileError> {
        let Some(folder) = self.folder.clone() else { return Ok(0) };
        let swept = tokio::task::spawn_blocking(move || sweep(&folder, SystemTime::now()));
        Ok(swept.await.map_err(io::Error::other)??)
    }

    /// Writes, reads and removes a few bytes, for whoever looks after the set-up.
    ///
    /// # Errors
    /// What stood in the way.
    pub async fn probe(&self) -> Result<(), FileError> {
        let place = Place::from("probe");
        self.objects.put(&place, Bytes::from_static(b"chuishao").into()).await?;
        let read = self.objects.get(&place).await?.bytes().await?;
        self.objects.delete(&place).await?;
        if read.as_ref() == b"chuishao" { Ok(()) } else { Err(FileError::Damaged) }
    }
}

/// Where the bytes of a file are: by its id alone, spread over as many folders as two digits name.
fn place(id: FileId) -> Place {
    let name = id.0.simple().to_string();
    let folder = name.get(30..).unwrap_or_default();
    Place::from(format!("{folder}/{name}"))
}

fn sweep(folder: &Path, now: SystemTime) -> io::Result<usize> {
    let mut n_swept = 0;
    for shelf in std::fs::read_dir(folder)? {
        let shelf = shelf?;
        if !shelf.file_type()?.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(shelf.path())? {
            let entry = entry?;
            // What is being written stands beside its place, under its name with a mark.
            let half = entry.file_name().to_string_lossy().contains('#');
            let age = entry.metadata()?.modified().ok().and_then(|it| now.duration_since(it).ok());
            if half && age.is_some_and(|it| it > LEFT_FOR) {
                std::fs::remove_file(entry.path())?;
                n_swept += 1;
            }
        }
    }
    Ok(n_swept)
}

/// A file that is being read.
struct Opening {
    chunks: Chunks,
    source: stream::BoxStream<'static, object_store::Result<Bytes>>,
    held: BytesMut,
    nth: u32,
    n_chunks: u32,
}

impl Opening {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, FileError> {
        if self.nth == self.n_chunks {
            return Ok(None);
        }
        let last = self.nth + 1 == self.n_chunks;
        let whole = CHUNK + TAG;
        while self.held.len() < whole {
            match self.source.try_next().await? {
                Some(piece) => self.held.extend_from_slice(&piece),
                None => break,
            }
        }
        let n = self.held.len().min(whole);
        let sealed = self.held.split_to(n);
        let plain = self.chunks.open(self.nth, last, &sealed)?;
        self.nth += 1;
        Ok(Some((plain.into(), self)))
    }
}
