//! From settings to the storage of files, and the command that looks into what arrives.

use std::{io::Read as _, path::Path, process::Stdio, time::Duration};

use store::{Arrived, Bucket, FileError, Keyring, Storage};
use tokio::{
    io::AsyncWriteExt as _,
    process::{ChildStdin, Command},
    sync::mpsc,
    time::timeout,
};

use crate::{
    key_file,
    settings::{Files, Kept},
    trouble::Trouble,
};

/// How much is handed to the scanner at a time.
const PIECE: usize = 64 * 1024;

/// Opens the storage of files.
///
/// # Errors
/// Where its settings are no use, or a folder cannot be made.
pub(crate) fn open(settings: &Files, keyring: &Keyring) -> Result<store::Files, Trouble> {
    crate::data::create(&settings.arrivals)?;
    let storage = match &settings.kept {
        Kept::Folder(folder) => {
            crate::data::create(folder)?;
            Storage::Folder(folder.clone())
        }
        Kept::Bucket { endpoint, name, region, prefix, access_key, secret_key_file, ca_file } => {
            Storage::Bucket(Box::new(Bucket {
                endpoint: endpoint.clone(),
                name: name.clone(),
                region: region.clone(),
                prefix: prefix.clone(),
                access_key: access_key.clone(),
                secret_key: secret(secret_key_file)?,
                trusted: ca_file.as_deref().map(trusted).transpose()?,
            }))
        }
    };
    store::Files::open(&storage, &settings.arrivals, keyring.clone()).map_err(unusable)
}

/// What is to be looked at where the storage fails.
pub(crate) fn unusable(error: FileError) -> Trouble {
    Trouble::failed(
        "无法使用附件存储。请检查设置 [files]、权限和磁盘空间，并运行 chuishao doctor。",
        "The storage of files cannot be used. Check [files], its rights and the disk, and run `chuishao doctor`.",
    )
    .because(error)
}

fn secret(path: &Path) -> Result<String, Trouble> {
    let missing = || {
        Trouble::wrong(
            format!("没有 files.s3_secret_key_file：{}。", path.display()),
            format!("files.s3_secret_key_file is not there: {}.", path.display()),
        )
    };
    let bytes = key_file::read(path)?.ok_or_else(missing)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

fn trusted(path: &Path) -> Result<Vec<u8>, Trouble> {
    std::fs::read(path).map_err(|error| {
        Trouble::wrong(
            format!("无法读取 files.s3_ca_file：{}。", path.display()),
            format!("files.s3_ca_file cannot be read: {}.", path.display()),
        )
        .because(error)
    })
}

/// What the scanner says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scanned {
    /// Nothing against it.
    Clean,
    /// It is not to be taken.
    Bad,
    /// It could not look, or not in time; then the file is not taken either.
    Failed,
}

/// Hands a file to the scanner on its standard input, as `clamdscan --no-summary -` takes it: zero lets
/// it pass, one refuses it, and anything else is a scanner that does not work.
pub(crate) async fn scan(command: &[String], patience: Duration, file: &Arrived) -> Scanned {
    let Some((program, arguments)) = command.split_first() else { return Scanned::Clean };
    let spawned = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // One that hangs is ended with the wait for it.
        .kill_on_drop(true)
        .spawn();
    let mut child = match spawned {
        Ok(it) => it,
        Err(error) => {
            tracing::error!(%error, "the scanner of files cannot be started");
            return Scanned::Failed;
        }
    };
    let input = child.stdin.take();
    let looked = async {
        if let Some(input) = input {
            feed(file, input).await;
        }
        child.wait().await
    };
    match timeout(patience, looked).await {
        Ok(Ok(status)) => match status.code() {
            Some(0) => Scanned::Clean,
            Some(1) => Scanned::Bad,
            code => {
                tracing::error!(code, "the scanner of files does not work");
                Scanned::Failed
            }
        },
        Ok(Err(error)) => {
            tracing::error!(%error, "the scanner of files cannot be waited for");
            Scanned::Failed
        }
        Err(_) => {
            tracing::error!("the scanner of files took too long");
            Scanned::Failed
        }
    }
}

/// Writes a file to a scanner until it takes no more: what it has seen may be enough for it.
async fn feed(file: &Arrived, mut input: ChildStdin) {
    let mut reader = file.reader();
    let (sender, mut pieces) = mpsc::channel::<Vec<u8>>(2);
    let read = tokio::task::spawn_blocking(move || {
        loop {
            let mut piece = vec![0; PIECE];
            match reader.read(&mut piece) {
                Ok(0) | Err(_) => return,
                Ok(n) => piece.truncate(n),
            }
            if sender.blocking_send(piece).is_err() {
                return;
            }
        }
    });
    while let Some(piece) = pieces.recv().await {
        if input.write_all(&piece).await.is_err() {
            break;
        }
    }
    drop(pieces);
    drop(input);
    let _ = read.await;
}
