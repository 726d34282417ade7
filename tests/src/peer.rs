//! The programs of other makers that tests talk to, each in a process of its own: a mail server, a
//! storage that speaks S3, and a provider that signs people in.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use serde_json::Value;

/// A program that tells what happens by lines of JSON; it ends with this value.
struct Peer {
    process: Child,
    stdin: ChildStdin,
    lines: Receiver<Value>,
}

impl Peer {
    /// Starts a script of `peers/`; what it says when it is ready.
    fn start(script: &str, options: &[&str]) -> (Self, Value) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(script);
        let mut process = Command::new("node")
            .arg(script)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node; `make test` installs what the tests need");
        let stdin = process.stdin.take().expect("a pipe");
        let stdout = process.stdout.take().expect("a pipe");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Ok(it) = serde_json::from_str(&line)
                    && sender.send(it).is_err()
                {
                    break;
                }
            }
        });
        let ready: Value = lines
            .recv_timeout(Duration::from_secs(30))
            .expect("the peer is ready; run tests/peers/prepare.sh if its packages are missing");
        (Self { process, stdin, lines }, ready)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A mail server; it ends with this value.
pub struct MailServer {
    pub port: u16,
    peer: Peer,
}

impl MailServer {
    /// Starts the server with its own options, e.g. `--fail 2`.
    pub fn start(options: &[&str]) -> Self {
        let (peer, ready) = Peer::start("smtp.mjs", options);
        let port = ready["port"].as_u64().and_then(|it| u16::try_from(it).ok()).expect("a port");
        Self { port, peer }
    }

    /// The mails that arrived since, as the server tells them.
    pub fn arrived(&self) -> Vec<Value> {
        let mut res = vec![];
        while let Ok(it) = self.peer.lines.recv_timeout(Duration::from_millis(300)) {
            res.push(it);
        }
        res
    }
}

/// A server that speaks S3; it ends with this value.
pub struct S3Server {
    pub port: u16,
    process: Child,
}

impl S3Server {
    /// Starts it, and waits until it listens.
    pub fn start() -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/.venv/bin/moto_server");
        let port = crate::process::free_port();
        let process = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the storage server; `make test` installs what the tests need");
        let end = std::time::Instant::now() + Duration::from_secs(60);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(std::time::Instant::now() < end, "the storage server does not listen");
            std::thread::sleep(Duration::from_millis(100));
        }
        Self { port, process }
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A provider that signs people in; it ends with this value.
pub struct OidcProvider {
    /// As it calls itself.
    pub issuer: String,
    /// The certificate to trust, where it speaks TLS.
    pub cert: Option<String>,
    peer: Peer,
}

impl OidcProvider {
    /// Starts the provider with its own options, e.g. `--tls`.
    pub fn start(options: &[&str]) -> Self {
        let (peer, ready) = Peer::start("oidc.mjs", options);
        let issuer = ready["issuer"].as_str().expect("an issuer").to_owned();
        Self { issuer, cert: ready["cert"].as_str().map(str::to_owned), peer }
    }

    /// Tells it what to do from now on.
    pub fn tell(&mut self, what: &Value) {
        writeln!(self.peer.stdin, "{what}").expect("told");
        let done = self.peer.lines.recv_timeout(Duration::from_secs(20)).expect("an answer");
        assert_eq!(done["ok"], true, "{what}");
    }
}
