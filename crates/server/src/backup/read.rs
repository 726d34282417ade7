//! A backup is read twice: once to hold every byte against its manifest before anything is touched,
//! and once to load it.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use engine::text::Digest;
use flate2::read::GzDecoder;
use tar::Archive;

use super::{FORMAT, HEAD, Head, MANIFEST, Manifest, PartOf, SEAL, table_of};
use crate::trouble::Trouble;

/// The most bytes of one part: a row is never cut in two, and no row is near this.
const MOST: u64 = 1 << 29;

/// What is wrong with a file, and where.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Damage {
    /// It cannot be opened.
    #[error("the file cannot be opened")]
    Open(#[source] io::Error),
    /// It breaks off, or its bytes are no backup's.
    #[error("after {after}: the file breaks off or is damaged")]
    Broken {
        /// The last part that was read.
        after: String,
        /// What the reader says.
        #[source]
        source: io::Error,
    },
    /// It ends before its manifest.
    #[error("after {after}: the end is missing")]
    Cut {
        /// The last part that was read.
        after: String,
    },
    /// A part is not what the manifest says.
    #[error("{path}: its content is not what was written")]
    Changed {
        /// The part.
        path: String,
    },
    /// A part is missing, or is there that should not be.
    #[error("{path}: it is missing, or stands where it does not belong")]
    Misplaced {
        /// The part.
        path: String,
    },
    /// It is no backup, or one of a form that this program does not know.
    #[error("it is no backup that this program reads")]
    Form,
}

/// A backup that stood up to its manifest.
pub(crate) struct Verified {
    pub(crate) head: Head,
    pub(crate) manifest: Manifest,
    /// The digest of the manifest, by which the backup is known.
    pub(crate) digest: Digest,
}

/// Holds every byte of a file against its manifest.
pub(crate) fn verify(file: &Path) -> Result<Verified, Damage> {
    let mut found: Vec<PartOf> = vec![];
    let (mut head, mut manifest, mut seal) = (None, None, None);
    walk(file, |path, content| {
        match path {
            HEAD => head = Some(content.to_vec()),
            MANIFEST => manifest = Some(content.to_vec()),
            SEAL => seal = Some(content.to_vec()),
            _ => (),
        }
        if ![MANIFEST, SEAL].contains(&path) {
            let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
            found.push(PartOf { path: path.to_owned(), bytes, sha256: Digest::of(content) });
        }
        Ok(())
    })?;
    let after = || found.last().map_or_else(|| "the beginning".to_owned(), |it| it.path.clone());
    let (Some(manifest), Some(seal)) = (manifest, seal) else {
        return Err(if head.is_some() { Damage::Cut { after: after() } } else { Damage::Form });
    };
    let digest = Digest::of(&manifest);
    if seal != digest.to_string().as_bytes() {
        return Err(Damage::Changed { path: MANIFEST.to_owned() });
    }
    let manifest: Manifest = serde_json::from_slice(&manifest).map_err(|_| Damage::Form)?;
    let expected: HashMap<&str, &PartOf> =
        manifest.parts.iter().map(|it| (it.path.as_str(), it)).collect();
    if let Some(it) =
        found.iter().find(|it| expected.get(it.path.as_str()).is_some_and(|known| known != it))
    {
        return Err(Damage::Changed { path: it.path.clone() });
    }
    let in_order =
        |n: usize| found.get(n).map(|it| &it.path) == manifest.parts.get(n).map(|it| &it.path);
    if let Some(n) = (0..found.len().max(manifest.parts.len())).find(|n| !in_order(*n)) {
        let path = manifest.parts.get(n).or(found.get(n)).map(|it| it.path.clone());
        return Err(Damage::Misplaced { path: path.unwrap_or_default() });
    }
    let head: Head = head.and_then(|it| serde_json::from_slice(&it).ok()).ok_or(Damage::Form)?;
    let known = |table: &str| head.tables.iter().any(|it| it.name == table);
    let plain =
        head.tables.iter().all(|it| it.is_plain() && manifest.tables.contains_key(&it.name));
    let placed = found.iter().all(|it| it.path == HEAD || table_of(&it.path).is_some_and(known));
    if head.format > FORMAT || !plain || !placed {
        return Err(Damage::Form);
    }
    Ok(Verified { head, manifest, digest })
}

/// Hands on every part in order.
pub(super) fn walk(
    file: &Path,
    mut take: impl FnMut(&str, &[u8]) -> Result<(), Damage>,
) -> Result<(), Damage> {
    let opened = File::open(file).map_err(Damage::Open)?;
    let mut archive = Archive::new(GzDecoder::new(BufReader::new(opened)));
    let mut after = "the beginning".to_owned();
    let broken = |after: &str, source| Damage::Broken { after: after.to_owned(), source };
    let mut content = vec![];
    for entry in archive.entries().map_err(|it| broken(&after, it))? {
        let mut entry = entry.map_err(|it| broken(&after, it))?;
        let path = entry.path().ok().and_then(|it| it.to_str().map(str::to_owned));
        let path = path.ok_or_else(|| Damage::Misplaced { path: format!("after {after}") })?;
        let size = entry.header().size().map_err(|it| broken(&after, it))?;
        if size > MOST || !entry.header().entry_type().is_file() {
            return Err(Damage::Misplaced { path });
        }
        content.clear();
        let read = entry.by_ref().take(MOST).read_to_end(&mut content);
        let read = read.map_err(|it| broken(&path, it))?;
        if u64::try_from(read).ok() != Some(size) {
            return Err(Damage::Cut { after });
        }
        take(&path, &content)?;
        after = path;
    }
    // The sum over everything stands at the very end.
    let mut rest = archive.into_inner();
    io::copy(&mut rest, &mut io::sink()).map_err(|it| broken(&after, it))?;
    Ok(())
}

impl Damage {
    /// For whoever asked for it.
    pub(crate) fn told(self, file: &Path) -> Trouble {
        let file = file.display();
        let (zh, en) = match &self {
            Self::Open(_) => (
                format!("无法打开备份文件 {file}。请检查路径和权限。"),
                format!("The backup {file} cannot be opened. Check the path and its rights."),
            ),
            Self::Form => (
                format!("{file} 不是本程序能读的备份。请检查文件，或换用更新的程序。"),
                format!(
                    "{file} is no backup that this program reads. Check the file, or use a newer program."
                ),
            ),
            Self::Broken { after, .. } | Self::Cut { after } => (
                format!("备份文件 {file} 在 {after} 之后中断或损坏，未作任何更改。请换一份备份。"),
                format!(
                    "The backup {file} breaks off or is damaged after {after}; nothing was changed. Use another backup."
                ),
            ),
            Self::Changed { path } | Self::Misplaced { path } => (
                format!("备份文件 {file} 中 {path} 与清单不符，未作任何更改。请换一份备份。"),
                format!(
                    "In the backup {file}, {path} is not what its manifest says; nothing was changed. Use another backup."
                ),
            ),
        };
        Trouble::failed(zh, en).because(self)
    }
}
