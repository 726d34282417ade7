//! `[files]`: where attached files are kept, how large they may be, which they may be, and who looks
//! into them first.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use papers::media::Media;

use super::{bad, file};
use crate::trouble::Trouble;

/// `[files]`.
#[derive(Debug, Clone)]
pub struct Files {
    /// Where they are kept.
    pub kept: Kept,
    /// Where they arrive, on this machine, before they are looked at.
    pub arrivals: PathBuf,
    /// The most bytes of one.
    pub max_bytes: u64,
    /// What they may be.
    pub allowed: BTreeSet<Media>,
    /// The command that each is handed to on its standard input; zero lets it pass.
    pub scanner: Option<Vec<String>>,
    /// How long the command may take.
    pub scanner_patience: Duration,
}

/// Where files are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// In a folder.
    Folder(PathBuf),
    /// In a bucket of storage that speaks S3.
    Bucket {
        /// The address of the storage.
        endpoint: String,
        /// The bucket.
        name: String,
        /// The region.
        region: String,
        /// What every name in it begins with.
        prefix: String,
        /// The name of the key.
        access_key: String,
        /// The file with the key.
        secret_key_file: PathBuf,
        /// The file with certificates to trust.
        ca_file: Option<PathBuf>,
    },
}

/// The most bytes of a file, where nothing is set.
const MOST: u64 = 50 * 1024 * 1024;
/// What the sizes of files are told by is a number of 31 bits.
const BOUND: u64 = (1 << 31) - 1;
/// How long a scanner may take, where nothing is set.
const PATIENCE: u32 = 60;

impl Files {
    /// What holds where nothing is set, with the data in the folder `data`.
    #[must_use]
    pub fn usual() -> Self {
        let data = Path::new("data");
        Self {
            kept: Kept::Folder(data.join("files")),
            arrivals: data.join("arrivals"),
            max_bytes: MOST,
            allowed: Media::all().collect(),
            scanner: None,
            scanner_patience: Duration::from_secs(PATIENCE.into()),
        }
    }

    /// Fills in what was left out.
    pub(super) fn complete(given: file::Files, data: &Path) -> Result<Self, Trouble> {
        let max_bytes = given.max_bytes.unwrap_or(MOST);
        if !(1024..=BOUND).contains(&max_bytes) {
            let (zh, en) = (format!("1024 至 {BOUND}"), format!("1024 to {BOUND}"));
            return Err(bad("files.max_bytes", &zh, &en));
        }
        let seconds = given.scanner_seconds.unwrap_or(PATIENCE);
        if !(1..=600).contains(&seconds) {
            return Err(bad("files.scanner_seconds", "1 至 600", "1 to 600"));
        }
        let allowed = match given.allowed {
            Some(codes) => codes.iter().map(|it| media(it)).collect::<Result<_, _>>()?,
            None => Media::all().collect(),
        };
        let scanner = given.scanner.filter(|it| !it.is_empty());
        if scanner.as_ref().is_some_and(|it| it.iter().any(|it| it.contains('\0'))) {
            return Err(bad("files.scanner", "程序及其参数的列表", "a program with its arguments"));
        }
        Ok(Self {
            kept: kept(
                given.folder,
                given.s3_endpoint,
                S3 {
                    bucket: given.s3_bucket,
                    region: given.s3_region,
                    prefix: given.s3_prefix,
                    access_key: given.s3_access_key,
                    secret_key_file: given.s3_secret_key_file,
                    ca_file: given.s3_ca_file,
                },
                data,
            )?,
            arrivals: given.arrivals.unwrap_or_else(|| data.join("arrivals")),
            max_bytes,
            allowed,
            scanner,
            scanner_patience: Duration::from_secs(seconds.into()),
        })
    }
}

struct S3 {
    bucket: Option<String>,
    region: Option<String>,
    prefix: Option<String>,
    access_key: Option<String>,
    secret_key_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
}

fn kept(
    folder: Option<PathBuf>,
    endpoint: Option<String>,
    s3: S3,
    data: &Path,
) -> Result<Kept, Trouble> {
    let Some(endpoint) = endpoint else {
        return Ok(Kept::Folder(folder.unwrap_or_else(|| data.join("files"))));
    };
    if folder.is_some() {
        return Err(bad(
            "files.folder",
            "不填（已设 files.s3_endpoint）",
            "left out, as files.s3_endpoint is set",
        ));
    }
    if !endpoint.starts_with("https://") && !endpoint.starts_with("http://") {
        return Err(bad("files.s3_endpoint", "http(s)://主机[:端口]", "http(s)://HOST[:PORT]"));
    }
    let needed = |key: &str, it: Option<String>| {
        let it = it.filter(|it| !it.trim().is_empty());
        it.ok_or_else(|| {
            bad(key, "必填（已设 files.s3_endpoint）", "given, as files.s3_endpoint is set")
        })
    };
    Ok(Kept::Bucket {
        endpoint: endpoint.trim_end_matches('/').to_owned(),
        name: needed("files.s3_bucket", s3.bucket)?,
        region: s3.region.unwrap_or_else(|| "us-east-1".to_owned()),
        prefix: s3.prefix.unwrap_or_default(),
        access_key: needed("files.s3_access_key", s3.access_key)?,
        secret_key_file: s3.secret_key_file.ok_or_else(|| {
            bad(
                "files.s3_secret_key_file",
                "存放密钥的文件（已设 files.s3_endpoint）",
                "the file that holds the key, as files.s3_endpoint is set",
            )
        })?,
        ca_file: s3.ca_file,
    })
}

fn media(code: &str) -> Result<Media, Trouble> {
    code.trim().parse().map_err(|_| {
        let known: Vec<String> = Media::all().map(|it| it.to_string()).collect();
        let known = known.join(", ");
        bad("files.allowed", &format!("类型的列表：{known}"), &format!("a list of {known}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Files, String> {
        let given = toml::from_str(text).unwrap();
        Files::complete(given, Path::new("d")).map_err(|it| it.to_string())
    }

    #[test]
    fn files_are_kept_in_the_data_folder_where_nothing_is_said() {
        let it = read("").unwrap();
        assert_eq!(it.kept, Kept::Folder("d/files".into()));
        assert_eq!(it.arrivals, PathBuf::from("d/arrivals"));
        assert_eq!(it.max_bytes, 50 * 1024 * 1024);
        assert!(it.allowed.contains(&Media::Pdf) && it.scanner.is_none());
    }

    #[test]
    fn a_bucket_needs_its_key_and_no_folder() {
        let it = "s3_endpoint = 'https://s3.local'\n";
        assert!(read(it).unwrap_err().contains("files.s3_bucket"));
        let it = format!("{it}s3_bucket = 'b'\ns3_access_key = 'a'\n");
        assert!(read(&it).unwrap_err().contains("files.s3_secret_key_file"));
        let it = format!("{it}s3_secret_key_file = 'k'\n");
        assert!(matches!(read(&it).unwrap().kept, Kept::Bucket { .. }));
        assert!(read(&format!("{it}folder = 'f'")).unwrap_err().contains("files.folder"));
        assert!(read("s3_endpoint = 'ftp://x'").unwrap_err().contains("files.s3_endpoint"));
    }

    #[test]
    fn what_is_allowed_is_named_and_sizes_are_bounded() {
        let it = read("allowed = ['pdf', 'jpeg']").unwrap();
        assert_eq!(it.allowed, [Media::Pdf, Media::Jpeg].into());
        assert!(read("allowed = ['exe']").unwrap_err().contains("pdf"));
        for text in ["max_bytes = 10", "max_bytes = 5000000000", "scanner_seconds = 0"] {
            assert!(read(text).unwrap_err().contains("files."), "{text}");
        }
    }
}
