//! Files that hold a key: read only where nobody else may read them, and written for their owner alone.

use std::{io, os::unix::fs::PermissionsExt as _, path::Path};

use crate::{data, trouble::Trouble};

/// A key that others can read is no secret. The outer error is that of the file.
pub(crate) fn is_private(path: &Path) -> io::Result<Result<(), Trouble>> {
    let mode = path.metadata()?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(Ok(()));
    }
    let path = path.display();
    Ok(Err(Trouble::wrong(
        format!("密钥文件 {path} 其他用户可以读取（{mode:o}）。请运行 chmod 600 {path}。"),
        format!("Other users may read the key file {path} ({mode:o}). Run chmod 600 {path}."),
    )))
}

/// Reads a key file; none where there is no such file.
///
/// # Errors
/// Where it cannot be read, or others may read it.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, Trouble> {
    let content = is_private(path).and_then(|private| match private {
        Ok(()) => std::fs::read(path).map(Ok),
        Err(trouble) => Ok(Err(trouble)),
    });
    match content {
        Ok(content) => content.map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(path, error)),
    }
}

/// Writes a key file that only its owner reads, whole or not at all, with its folder.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), Trouble> {
    if let Some(folder) = path.parent() {
        data::create(folder)?;
    }
    data::write_private(path, content).map_err(|error| unusable(path, error))
}

fn unusable(path: &Path, error: io::Error) -> Trouble {
    let path = path.display();
    Trouble::failed(
        format!("无法使用密钥文件 {path}。请检查设置 keys.folder、权限和磁盘空间。"),
        format!("The key file {path} cannot be used. Check keys.folder, its rights and the disk."),
    )
    .because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_read_only_where_nobody_else_may() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("keys/one.key");
        assert!(read(&path).unwrap().is_none());
        write(&path, b"secret").unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), b"secret");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let trouble = read(&path).unwrap_err();
        assert_eq!(trouble.exit(), 2);
        assert!(trouble.to_string().contains("chmod 600"));
    }
}
