//! Puts mail into a folder, one file for each, whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::{
    error::{SendError, SettingsError, Trouble},
    message::Composed,
};

#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(path: &Path) -> Result<Self, SettingsError> {
        make(path).map_err(SettingsError::Folder)?;
        Ok(Self { path: path.to_owned() })
    }

    /// Writes `<date>-<message-id>.eml`. The date is the mailing's, so that a second try meets the
    /// file of the first.
    pub(super) async fn put(&self, mail: Composed) -> Result<(), SendError> {
        let date = mail.at.with_timezone(&engine::calendar::beijing()).format("%Y-%m-%d");
        let name = format!("{date}-{}.eml", mail.message_id);
        let folder = self.path.clone();
        let written =
            tokio::task::spawn_blocking(move || write(&folder, &name, mail.text.as_bytes())).await;
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(trouble(error.kind())),
            // The runtime is going down.
            Err(_) => Err(trouble(io::ErrorKind::Interrupted)),
        }
    }
}

/// What a full disk or a lost mount breaks mends itself; what the folder forbids does not.
fn trouble(kind: io::ErrorKind) -> SendError {
    let it = Trouble::Disk(kind);
    match kind {
        io::ErrorKind::AlreadyExists // something that is no folder
        | io::ErrorKind::PermissionDenied
        | io::ErrorKind::ReadOnlyFilesystem
        | io::ErrorKind::NotADirectory => SendError::Refused(it),
        _ => SendError::Transient(it),
    }
}

/// A file that others cannot read, complete under its name or absent, also after a power cut.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    make(folder)?;
    let mut file = tempfile::Builder::new().prefix(".unfinished-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(name)).map_err(|it| it.error)?;
    File::open(folder)?.sync_all()
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
