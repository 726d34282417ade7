//! A table that is taken out to a file: only its owner reads it, and nothing is taken out that cannot
//! be written.

use std::path::{Path, PathBuf};

use app::ExportError;
use papers::Lang;

use crate::{data, trouble::Trouble};

/// Where a workbook is to be written.
pub(super) struct Target(PathBuf);

impl Target {
    /// Looks whether it can be, before anything is read.
    pub(super) fn at(path: PathBuf) -> Result<Self, Trouble> {
        if !path.extension().is_some_and(|it| it.eq_ignore_ascii_case("xlsx")) {
            return Err(Trouble::wrong(
                format!("{} 应以 .xlsx 结尾：写出的总是 .xlsx 工作簿。", path.display()),
                format!("{} should end in .xlsx, which is what is written.", path.display()),
            ));
        }
        data::try_private(&path).map_err(|error| unwritable(&path, error))?;
        Ok(Self(path))
    }

    /// Whether it is this file.
    pub(super) fn is(&self, other: &Path) -> bool {
        match (self.0.canonicalize(), other.canonicalize()) {
            (Ok(it), Ok(other)) => it == other,
            (Ok(_) | Err(_), _) => false,
        }
    }

    pub(super) fn write(&self, workbook: &[u8]) -> Result<(), Trouble> {
        data::write_private(&self.0, workbook).map_err(|error| unwritable(&self.0, error))
    }

    pub(super) fn display(&self) -> std::path::Display<'_> {
        self.0.display()
    }
}

fn unwritable(path: &Path, error: std::io::Error) -> Trouble {
    Trouble::wrong(
        format!("无法写入 {}。请检查路径、权限和磁盘空间。", path.display()),
        format!("{} cannot be written. Check the path, its rights and the disk.", path.display()),
    )
    .because(error)
}

/// Why nothing was taken out; where there is nothing, what to look at is for the caller to say.
pub(super) fn not_taken(error: ExportError, nothing: (&str, &str)) -> Trouble {
    match error {
        ExportError::Nothing => Trouble::wrong(nothing.0, nothing.1),
        ExportError::TooMany { most } => Trouble::wrong(
            format!("超过一张表的上限（{most} 件，或文字过多）。请缩小范围后分几次导出。"),
            format!(
                "There are more than {most}, or too much text, for one table. Take out less at a time."
            ),
        ),
        ExportError::Unwritable(error) => {
            Trouble::wrong(error.sentence(Lang::Zh), error.sentence(Lang::En))
        }
        ExportError::Other(error) => error.into(),
    }
}
