//! TLS of the program's own: greeted by a client that checks, renewed without a restart, and refused
//! where its files are not in order.

use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use serde_json::json;
use tests::{Database, TestApp, process, wire::Wire};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::house::{House, JSON, PASSWORD};

/// A certificate for this machine that vouches for itself, and its key.
fn certificate(folder: &Path, name: &str, kind: &[&str]) {
    let output = Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args([
            "-addext",
            "subjectAltName=DNS:localhost",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ])
        .args(kind)
        .args(["-keyout", &folder.join(format!("{name}.key")).display().to_string()])
        .args(["-out", &folder.join(format!("{name}.pem")).display().to_string()])
        .output()
        .expect("openssl; `make test` installs what the tests need");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let key = folder.join(format!("{name}.key"));
    std::fs::set_permissions(key, Permissions::from_mode(0o600)).unwrap();
}

const CURVE: [&str; 4] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
const RSA: [&str; 2] = ["-newkey", "rsa:2048"];

/// A connection by a client that trusts this certificate alone.
async fn connect(address: &str, trusted: &Path) -> std::io::Result<Wire<TlsStream<TcpStream>>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(trusted).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    Ok(Wire::over(TlsConnector::from(Arc::new(config)).connect(name, stream).await?))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_speaks_tls_and_takes_up_a_new_certificate_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    certificate(folder.path(), "one", &CURVE);
    certificate(folder.path(), "two", &RSA);
    std::fs::copy(path("one.pem"), path("cert.pem")).unwrap();
    std::fs::copy(path("one.key"), path("cert.key")).unwrap();
    let (cert, key) =
        (path("cert.pem").display().to_string(), path("cert.key").display().to_string());
    let settings =
        [("CHUISHAO__HTTP__TLS_CERT", cert.as_str()), ("CHUISHAO__HTTP__TLS_KEY", key.as_str())];
    let house = House::open(TestApp::start(Database::Sqlite).await, &settings).await;

    let mut wire = connect(house.address(), &path("one.pem")).await.unwrap();
    let body = json!({ "name": "dispatcher2", "password": PASSWORD }).to_string();
    let answer = wire.ask("POST", "/session", &[JSON], body.as_bytes()).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.whole());
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    assert!(answer.header("set-cookie").ends_with("; Secure"), "{}", answer.whole());
    // One connection serves more than one request, and a page in the clear is not ours.
    let own = [("Origin", "http://test.example"), JSON];
    assert_eq!(wire.ask("POST", "/graphql", &own, b"{}").await.unwrap().status, 403);
    // Who speaks in the clear, or another language, is not answered.
    let mut plain = house.wire().await;
    assert!(plain.ask("GET", "/healthz", &[], b"").await.is_err());

    // First only the certificate is there, which its old key does not fit: the old pair stays.
    std::fs::copy(path("two.pem"), path("cert.pem")).unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while !house.program.log().contains("cannot be used") {
        assert!(Instant::now() < end, "{}", house.program.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(connect(house.address(), &path("one.pem")).await.is_ok());
    std::fs::copy(path("two.key"), path("cert.key")).unwrap();
    while connect(house.address(), &path("two.pem")).await.is_err() {
        assert!(Instant::now() < end, "{}", house.program.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(connect(house.address(), &path("one.pem")).await.is_err());
    // What was connected before goes on.
    assert_eq!(wire.ask("GET", "/healthz", &[], b"").await.unwrap().status, 200);
    assert!(!house.program.log().contains("PRIVATE"));
    assert!(house.program.end());
}

#[test]
fn files_that_are_not_in_order_are_refused_at_the_start_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    certificate(folder.path(), "one", &CURVE);
    certificate(folder.path(), "two", &CURVE);
    certificate(folder.path(), "open", &CURVE);
    std::fs::set_permissions(path("open.key"), Permissions::from_mode(0o640)).unwrap();
    std::fs::write(path("empty"), "").unwrap();
    for (cert, key, expected) in [
        ("one.pem", "two.key", "http.tls_key"),
        ("open.pem", "open.key", "chmod 600"),
        ("none.pem", "one.key", "http.tls_cert"),
        ("one.pem", "none.key", "http.tls_key"),
        ("empty", "one.key", "http.tls_cert"),
        ("one.key", "one.key", "http.tls_cert"),
        ("one.pem", "one.pem", "chmod 600"),
    ] {
        let output = Command::new(process::program())
            .args(["serve", "--listen", "127.0.0.1:0", "--data", &path("data")])
            .env("CHUISHAO__HTTP__TLS_CERT", path(cert))
            .env("CHUISHAO__HTTP__TLS_KEY", path(key))
            .env("CHUISHAO__DATABASE__URL", format!("sqlite://{}", path("data/chuishao.db")))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{cert} {key} {said}");
        assert!(said.contains(expected), "{cert} {key} {said}");
        assert!(!said.contains("BEGIN"), "{said}");
    }
}
