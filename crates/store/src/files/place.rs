//! Where files are kept: a folder of this machine, or a bucket of storage that speaks S3.

use std::{path::PathBuf, sync::Arc, time::Duration};

use object_store::{
    ClientOptions, ObjectStore, RetryConfig, aws::AmazonS3Builder, client::Certificate,
    local::LocalFileSystem, path::Path, prefix::PrefixStore,
};

use super::FileError;

/// How long one request to a bucket may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where files are kept.
#[derive(Debug, Clone)]
pub enum Storage {
    /// A folder of this machine, or one that several mount.
    Folder(PathBuf),
    /// A bucket.
    Bucket(Box<Bucket>),
}

/// A bucket of storage that speaks S3.
#[derive(Clone)]
pub struct Bucket {
    /// The address of the storage, such as `https://minio.local:9000`.
    pub endpoint: String,
    /// The name of the bucket.
    pub name: String,
    /// The region; whatever the storage calls it.
    pub region: String,
    /// What every name in it begins with.
    pub prefix: String,
    /// The name of the key.
    pub access_key: String,
    /// The key.
    pub secret_key: String,
    /// The certificates to trust beside those of the system, in PEM.
    pub trusted: Option<Vec<u8>>,
}

/// Without the key.
impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut it = f.debug_struct("Bucket");
        it.field("endpoint", &self.endpoint).field("name", &self.name).finish_non_exhaustive()
    }
}

type Opened = (Arc<dyn ObjectStore>, Option<PathBuf>);

impl Storage {
    pub(super) fn open(&self) -> Result<Opened, FileError> {
        match self {
            Self::Folder(folder) => {
                std::fs::create_dir_all(folder)?;
                let objects =
                    LocalFileSystem::new_with_prefix(folder).map_err(FileError::Settings)?;
                // What was answered for survives a power cut.
                Ok((Arc::new(objects.with_fsync(true)), Some(folder.clone())))
            }
            Self::Bucket(bucket) => Ok((bucket.open().map_err(FileError::Settings)?, None)),
        }
    }
}

impl Bucket {
    fn open(&self) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
        // One TLS: whoever comes first says which, and it is always this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let plain = self.endpoint.starts_with("http://");
        let mut client = ClientOptions::new()
            .with_allow_http(plain)
            .with_timeout(PATIENCE)
            .with_connect_timeout(Duration::from_secs(5));
        if let Some(pem) = &self.trusted {
            for it in Certificate::from_pem_bundle(pem)? {
                client = client.with_root_certificate(it);
            }
        }
        let retry = RetryConfig {
            max_retries: 3,
            retry_timeout: Duration::from_secs(20),
            ..RetryConfig::default()
        };
        let bucket = AmazonS3Builder::new()
            .with_endpoint(&self.endpoint)
            .with_bucket_name(&self.name)
            .with_region(&self.region)
            .with_access_key_id(&self.access_key)
            .with_secret_access_key(&self.secret_key)
            .with_allow_http(plain)
            .with_client_options(client)
            .with_retry(retry)
            .build()?;
        let prefix = self.prefix.trim_matches('/');
        if prefix.is_empty() {
            return Ok(Arc::new(bucket));
        }
        Ok(Arc::new(PrefixStore::new(bucket, Path::from(prefix))))
    }
}
