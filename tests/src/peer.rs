//! The real servers that tests talk to, each in a process of its own.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use serde_json::Value;

/// A mail server; it ends with this value.
pub struct MailServer {
    pub port: u16,
    process: Child,
    _stdin: ChildStdin,
    lines: Receiver<Value>,
}

impl MailServer {
    /// Starts the server with its own options, e.g. `--fail 2`.
    pub fn start(options: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/smtp.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
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
        let ready: Value = lines.recv_timeout(Duration::from_secs(20)).expect(
            "the mail server is ready; run tests/peers/prepare.sh if its packages are missing",
        );
        let port = ready["port"].as_u64().and_then(|it| u16::try_from(it).ok()).expect("a port");
        Self { port, process, _stdin: stdin, lines }
    }

    /// The mails that arrived since, as the server tells them.
    pub fn arrived(&self) -> Vec<Value> {
        let mut res = vec![];
        while let Ok(it) = self.lines.recv_timeout(Duration::from_millis(300)) {
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

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
