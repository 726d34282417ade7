//! The ledger: each seal as a file outside the database, to be printed or copied to a medium.
//!
//! `seal-000012.json` holds what a check needs, `seal-000012.txt` the same in words. Who has only
//! these notices an older copy of the database, and with a check finds which stream was changed.

use std::{
    io,
    path::{Path, PathBuf},
};

use engine::record::{Body, Head, LedgerSeal, Recipient, Seal, SealLine, Signed, paper};
use serde::{Deserialize, Serialize};
use store::SealRow;

use crate::{data, trouble::Trouble};

/// A folder of seals.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    folder: PathBuf,
}

/// A seal as its file holds it.
#[derive(Serialize, Deserialize)]
struct Sheet {
    seal: SealLine,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The heads that had moved before it.
    heads: Vec<Head>,
}

impl Ledger {
    /// The ledger in a folder, which need not be there yet.
    pub(crate) fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn path(&self, no: u32, ending: &str) -> PathBuf {
        self.folder.join(format!("seal-{no:06}.{ending}"))
    }

    fn numbers(&self) -> Result<Vec<u32>, Trouble> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(it) => it,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
            Err(error) => return Err(unusable(&self.folder, error)),
        };
        let mut res = vec![];
        for entry in entries {
            let name = entry.map_err(|error| unusable(&self.folder, error))?.file_name();
            let number = name.to_str().and_then(|it| {
                it.strip_prefix("seal-")?.strip_suffix(".json")?.parse::<u32>().ok()
            });
            res.extend(number);
        }
        res.sort_unstable();
        Ok(res)
    }

    /// The number of the last seal in it.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub(crate) fn last_number(&self) -> Result<Option<u32>, Trouble> {
        Ok(self.numbers()?.pop())
    }

    /// A seal, and the heads that had moved before it; none where it is not in the ledger.
    ///
    /// # Errors
    /// Where its file cannot be read, or is no seal.
    pub(crate) fn read(&self, no: u32) -> Result<Option<(SealRow, Vec<Head>)>, Trouble> {
        let path = self.path(no, "json");
        let text = match std::fs::read(&path) {
            Ok(it) => it,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unusable(&path, error)),
        };
        let damaged = || {
            let path = path.display();
            Trouble::failed(
                format!("封存底单 {path} 已损坏。请从另存的副本恢复该文件。"),
                format!("The seal {path} is damaged. Restore the file from another copy."),
            )
        };
        let sheet: Sheet = serde_json::from_slice(&text).map_err(|_| damaged())?;
        let bytes = sheet.seal.body.bytes().into_owned();
        let seal = Seal::parse(&bytes).map_err(|_| damaged())?;
        if seal.no != no || sheet.seal.no != no {
            return Err(damaged());
        }
        let signed = Signed { bytes, signature: sheet.seal.signature };
        Ok(Some((SealRow { seal, signed, reason: sheet.reason }, sheet.heads)))
    }

    /// All seals in it, for a check.
    ///
    /// # Errors
    /// As [`Ledger::read`].
    pub(crate) fn all(&self) -> Result<Vec<LedgerSeal>, Trouble> {
        let mut res = vec![];
        for no in self.numbers()? {
            if let Some((row, heads)) = self.read(no)? {
                res.push(LedgerSeal { no, signed: row.signed, heads });
            }
        }
        Ok(res)
    }

    /// Writes a seal; the words first, so that whoever finds the numbers finds the words.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn write(
        &self,
        district: &str,
        row: &SealRow,
        heads: Vec<Head>,
    ) -> Result<(), Trouble> {
        data::create(&self.folder)?;
        let (no, signature) = (row.seal.no, row.signed.signature);
        let text = paper(district, &row.seal, &signature, row.reason.as_deref(), Recipient::Ledger);
        let body = Body::of(row.signed.bytes.clone());
        let sheet =
            Sheet { seal: SealLine { no, body, signature }, reason: row.reason.clone(), heads };
        let json = serde_json::to_vec(&sheet)
            .map_err(|error| unusable(&self.folder, io::Error::other(error)))?;
        for (ending, content) in [("txt", text.into_bytes()), ("json", json)] {
            let path = self.path(no, ending);
            data::write_private(&path, &content).map_err(|error| unusable(&path, error))?;
        }
        Ok(())
    }
}

fn unusable(path: &Path, error: io::Error) -> Trouble {
    let path = path.display();
    Trouble::failed(
        format!("无法使用封存底单 {path}。请检查设置 record.ledger、权限和磁盘空间。"),
        format!("The ledger {path} cannot be used. Check record.ledger, its rights and the disk."),
    )
    .because(error)
}
