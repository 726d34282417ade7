//! Out of one archive into a file, a part at a time: while one is packed the next is read, and no more
//! than a few are held.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use engine::{ids::FileId, text::Digest};
use flate2::{Compression, write::GzEncoder};
use futures_util::StreamExt as _;
use store::{FileError, Files, KeyNeeded, Store, Tally};
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc;

use super::{FORMAT, HEAD, Head, MANIFEST, Manifest, PART, PartOf, SEAL, path_of, path_of_file};
use crate::{files, trouble::Trouble};

/// How many parts wait to be packed.
const WAITING: usize = 2;
/// How many files are asked for at a time.
const PAGE: u64 = 500;

/// What was made.
pub(crate) struct Made {
    /// What each table comes to.
    pub(crate) tables: BTreeMap<String, Tally>,
    /// The keys without which what is sealed cannot be read.
    pub(crate) keys: Vec<KeyNeeded>,
    /// The size of the file.
    pub(crate) bytes: u64,
    /// The digest of its manifest, by which it is known.
    pub(crate) digest: Digest,
    /// How many files have their bytes in it.
    pub(crate) files: u64,
    /// Files whose bytes were not in the storage.
    pub(crate) missing: Vec<FileId>,
    /// The instant that it shows.
    pub(crate) made_at: DateTime<Utc>,
}

/// Makes a backup of what is remembered now, with the bytes of files. The file is there whole, or not
/// at all.
pub(crate) async fn make(
    store: &Store,
    storage: &Files,
    to: &Path,
    at: DateTime<Utc>,
) -> Result<Made, Trouble> {
    if to.exists() {
        return Err(Trouble::wrong(
            format!("文件 {} 已存在，未覆盖。请换一个文件名。", to.display()),
            format!("{} is there already and is left as it is. Choose another name.", to.display()),
        ));
    }
    let draft = Draft::new(to)?;
    let archive = store.archive().await?;
    let tables = archive.tables();
    let head = Head {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: at,
        steps: archive.steps().await?,
        tables: tables.clone(),
    };
    let head = serde_json::to_vec_pretty(&head).map_err(|error| failed(to, error.into()))?;

    let (parts, packing) = mpsc::channel::<(String, Vec<u8>)>(WAITING);
    let file = draft.open().map_err(|error| failed(to, error))?;
    let packer = tokio::task::spawn_blocking(move || pack(file, packing));
    let mut tallies = BTreeMap::new();
    let (mut n_files, mut missing) = (0, vec![]);
    let fill = async {
        let gone = || io::Error::other("the file was given up");
        parts.send((HEAD.to_owned(), head)).await.map_err(|_| Stopped::Packer(gone()))?;
        for table in &tables {
            let mut n = 0;
            let tally = archive.rows(table, PART, async |part| {
                n += 1;
                let sent = parts.send((path_of(&table.name, n), part.lines)).await;
                sent.map_err(|_| Stopped::Packer(gone()))
            });
            tallies.insert(table.name.clone(), tally.await?);
        }
        // What is attached after the snapshot is not looked for; what was removed since is missing.
        let mut last = FileId(uuid::Uuid::nil());
        loop {
            let some = archive.files(last, PAGE).await?;
            let Some(end) = some.last() else { break };
            last = *end;
            for id in some {
                match bytes_of(storage, id, &parts).await? {
                    true => n_files += 1,
                    false => missing.push(id),
                }
            }
        }
        Ok(())
    };
    let filled: Result<(), Stopped> = fill.await;
    drop(parts);
    let packed = packer.await.map_err(|error| failed(to, io::Error::other(error)))?;
    // What stopped the packer is why it took no more.
    let packed = packed.map_err(|error| failed(to, error))?;
    match filled {
        Ok(()) => (),
        Err(Stopped::Store(error)) => return Err(error.into()),
        Err(Stopped::Files(error)) => return Err(files::unusable(error)),
        Err(Stopped::Packer(error)) => return Err(failed(to, error)),
    }
    let manifest = Manifest {
        parts: packed.parts,
        tables: tallies,
        keys: archive.keys().await?,
        seal: archive.last_seal().await?,
        files: n_files,
        missing,
    };
    let (bytes, digest) = finish(packed.file, &manifest).map_err(|error| failed(to, error))?;
    draft.keep(to).map_err(|error| failed(to, error))?;
    let Manifest { tables, keys, missing, .. } = manifest;
    Ok(Made { tables, keys, bytes, digest, files: n_files, missing, made_at: at })
}

/// Hands on the sealed bytes of a file, in parts. False where they are not there.
async fn bytes_of(
    storage: &Files,
    id: FileId,
    parts: &mpsc::Sender<(String, Vec<u8>)>,
) -> Result<bool, Stopped> {
    let mut bytes = match storage.sealed(id).await {
        Ok(it) => it,
        Err(FileError::Missing) => return Ok(false),
        Err(error) => return Err(Stopped::Files(error)),
    };
    let (mut n, mut waiting) = (0, Vec::with_capacity(PART));
    let gone = || Stopped::Packer(io::Error::other("the file was given up"));
    while let Some(piece) = bytes.next().await {
        waiting.extend_from_slice(&piece.map_err(Stopped::Files)?);
        if waiting.len() >= PART {
            n += 1;
            let part = std::mem::replace(&mut waiting, Vec::with_capacity(PART));
            parts.send((path_of_file(id, n), part)).await.map_err(|_| gone())?;
        }
    }
    if n == 0 || !waiting.is_empty() {
        parts.send((path_of_file(id, n + 1), waiting)).await.map_err(|_| gone())?;
    }
    Ok(true)
}

/// What can stop it.
enum Stopped {
    Files(FileError),
    Store(store::Error),
    Packer(io::Error),
}

impl From<store::Error> for Stopped {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

struct Packed {
    file: Builder<GzEncoder<File>>,
    parts: Vec<PartOf>,
}

fn pack(file: File, mut packing: mpsc::Receiver<(String, Vec<u8>)>) -> io::Result<Packed> {
    let mut res =
        Packed { file: Builder::new(GzEncoder::new(file, Compression::new(6))), parts: vec![] };
    while let Some((path, content)) = packing.blocking_recv() {
        let part = put(&mut res.file, &path, &content)?;
        res.parts.push(part);
    }
    Ok(res)
}

fn put(file: &mut Builder<GzEncoder<File>>, path: &str, content: &[u8]) -> io::Result<PartOf> {
    let bytes = u64::try_from(content.len()).map_err(io::Error::other)?;
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_size(bytes);
    file.append_data(&mut header, path, content)?;
    Ok(PartOf { path: path.to_owned(), bytes, sha256: Digest::of(content) })
}

/// Says what was packed, and makes sure that it is on the disk.
fn finish(mut file: Builder<GzEncoder<File>>, manifest: &Manifest) -> io::Result<(u64, Digest)> {
    let manifest = serde_json::to_vec_pretty(manifest)?;
    let digest = put(&mut file, MANIFEST, &manifest)?.sha256;
    put(&mut file, SEAL, digest.to_string().as_bytes())?;
    let mut file = file.into_inner()?.finish()?;
    file.flush()?;
    file.sync_all()?;
    Ok((file.metadata()?.len(), digest))
}

/// A file that goes away unless it is kept.
struct Draft {
    path: PathBuf,
    kept: bool,
}

impl Draft {
    fn new(to: &Path) -> Result<Self, Trouble> {
        let mut path = to.as_os_str().to_owned();
        path.push(".part");
        Ok(Self { path: PathBuf::from(path), kept: false })
    }

    fn open(&self) -> io::Result<File> {
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&self.path)
    }

    fn keep(mut self, to: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, to)?;
        self.kept = true;
        if let Some(folder) = to.parent().filter(|it| !it.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            // Where it cannot be removed it is no backup by its name.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn failed(to: &Path, error: io::Error) -> Trouble {
    Trouble::failed(
        format!("备份 {} 未写成，没有留下文件。请检查路径、权限和磁盘空间。", to.display()),
        format!("The backup {} was not written, and nothing of it is left. Check the path, its rights and the disk.", to.display()),
    )
    .because(error)
}
