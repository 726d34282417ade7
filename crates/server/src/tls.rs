//! TLS of our own door: rustls on ring, with a certificate that is read anew when its files change.

use std::{
    fmt, io,
    os::unix::fs::MetadataExt as _,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{key_file, loops::Stop, settings::TlsFiles, trouble::Trouble};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// TLS with the certificate as it is now. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    held: Arc<Held>,
}

/// The certificate that is in use.
struct Held {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Tls {
    /// Reads the certificate and its key.
    pub(crate) fn open(files: &TlsFiles) -> Result<Self, Trouble> {
        let provider = Arc::new(ring::default_provider());
        let current = RwLock::new(Arc::new(read(files, &provider)?));
        let held = Arc::new(Held { files: files.clone(), provider: provider.clone(), current });
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| {
                Trouble::failed("无法启用 TLS。", "TLS cannot be set up.").because(error)
            })?;
        let mut config = config.with_no_client_auth().with_cert_resolver(held.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), held })
    }

    /// Greets whoever connects.
    pub(crate) async fn greet<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<TlsStream<S>> {
        self.acceptor.accept(stream).await
    }

    /// Reads the files anew when they change. What cannot be used is told in the log, and the
    /// certificate of before stays.
    pub(crate) async fn keep_fresh(self, mut stop: Stop) {
        let mut seen = stamp(&self.held.files);
        while stop.rest(LOOK).await {
            let now = stamp(&self.held.files);
            if now == seen {
                continue;
            }
            seen = now;
            match read(&self.held.files, &self.held.provider) {
                Ok(it) => {
                    *self.held.current.write().unwrap_or_else(PoisonError::into_inner) =
                        Arc::new(it);
                    tracing::info!("the certificate was read anew");
                }
                Err(trouble) => {
                    let error: &(dyn std::error::Error + 'static) = &trouble;
                    tracing::error!(error, "the new certificate cannot be used");
                }
            }
        }
    }
}

impl ResolvesServerCert for Held {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// It names no key.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

/// What changes with the content of the files.
fn stamp(files: &TlsFiles) -> [Option<(u64, u64, i64, i64)>; 2] {
    [&files.cert, &files.key].map(|path| {
        let it = path.metadata().ok()?;
        Some((it.ino(), it.size(), it.mtime(), it.mtime_nsec()))
    })
}

/// Reads both files and holds them against each other.
pub(crate) fn check(files: &TlsFiles) -> Result<(), Trouble> {
    read(files, &ring::default_provider()).map(|_| ())
}

fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<CertifiedKey, Trouble> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.cert)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable("http.tls_cert", &files.cert).because(error))?;
    if chain.is_empty() {
        return Err(unreadable("http.tls_cert", &files.cert));
    }
    let private = key_file::is_private(&files.key);
    private.map_err(|error| unreadable("http.tls_key", &files.key).because(error))??;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| unreadable("http.tls_key", &files.key).because(error))?;
    CertifiedKey::from_der(chain, key, provider).map_err(|error| {
        Trouble::wrong(
            "证书与私钥不相配，或私钥的种类不受支持。请检查设置 http.tls_cert 和 http.tls_key。",
            "The certificate and the key do not belong together, or the kind of the key is not supported. Check http.tls_cert and http.tls_key.",
        )
        .because(error)
    })
}

fn unreadable(setting: &str, path: &Path) -> Trouble {
    let path = path.display();
    Trouble::wrong(
        format!("无法读取 {path}，或其中没有 PEM 格式的内容。请检查设置 {setting}。"),
        format!("{path} cannot be read, or holds no PEM. Check the setting {setting}."),
    )
}
