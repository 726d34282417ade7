//! The real program in a process of its own, over HTTP, to be killed at any moment.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The program. It is killed with this value.
pub struct Program {
    child: Child,
    /// The address that it serves.
    pub address: String,
    log: Option<tempfile::NamedTempFile>,
}

/// The program that was built with these tests; built now where it was not.
pub fn program() -> PathBuf {
    let deps = std::env::current_exe().expect("this test has a path");
    let folder = deps.parent().and_then(Path::parent).expect("target/debug").to_owned();
    let path = folder.join("chuishao");
    if !path.exists() {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--package", "server", "--locked"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo");
        assert!(built.success(), "the program could not be built");
    }
    path
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

impl Program {
    /// Starts `chuishao` with these arguments on a free port and waits until it is ready.
    pub async fn start(
        arguments: &[&str],
        environment: &[(&str, &str)],
        patience: Duration,
    ) -> Self {
        let mut res = Self::spawn(arguments, environment, None);
        let end = Instant::now() + patience;
        loop {
            if let Ok((200, _)) = res.call("GET", "/readyz", None, None).await {
                return res;
            }
            res.assert_waiting(arguments, end);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The same with its log kept, and over TLS where that is set: ready as soon as it listens.
    pub async fn start_watched(
        arguments: &[&str],
        environment: &[(&str, &str)],
        patience: Duration,
    ) -> Self {
        let log = tempfile::NamedTempFile::new().expect("a file");
        let mut res = Self::spawn(arguments, environment, Some(log));
        let end = Instant::now() + patience;
        while TcpStream::connect(&res.address).await.is_err() {
            res.assert_waiting(arguments, end);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        res
    }

    fn spawn(
        arguments: &[&str],
        environment: &[(&str, &str)],
        log: Option<tempfile::NamedTempFile>,
    ) -> Self {
        let address = format!("127.0.0.1:{}", free_port());
        let file = log.as_ref().map(|it| it.reopen().expect("the file again"));
        let child = Command::new(program())
            .args(arguments)
            .args(["--listen", &address])
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(file.map_or_else(Stdio::null, Stdio::from))
            .spawn()
            .expect("the program starts");
        Self { child, address, log }
    }

    fn assert_waiting(&mut self, arguments: &[&str], end: Instant) {
        if let Some(status) = self.child.try_wait().expect("a process") {
            panic!("chuishao {arguments:?} ended: {status}\n{}", self.log());
        }
        assert!(Instant::now() < end, "chuishao {arguments:?} is not ready\n{}", self.log());
    }

    /// What it has written to its log so far; nothing where that is not kept.
    pub fn log(&self) -> String {
        let path = self.log.as_ref().map(tempfile::NamedTempFile::path);
        path.map(|it| std::fs::read_to_string(it).expect("the log")).unwrap_or_default()
    }

    /// The log holds no panic and no error, and the process still runs.
    pub fn assert_well(&mut self) {
        let log = self.log();
        let faults: Vec<&str> =
            log.lines().filter(|it| it.contains("panicked") || it.contains("ERROR")).collect();
        assert!(faults.is_empty(), "{faults:#?}");
        assert!(self.child.try_wait().expect("a process").is_none(), "it has ended:\n{log}");
    }

    /// Asks it to end, as the system does, and waits; whether it ended well.
    pub fn end(mut self) -> bool {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(asked.expect("kill").success());
        self.child.wait().expect("gone").success()
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// One request; status and body.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> std::io::Result<(u16, String)> {
        call(&self.address, method, path, token, body).await
    }

    /// One GraphQL request by a token.
    pub async fn ask(&self, token: &str, query: &str, variables: Value) -> std::io::Result<Value> {
        let body = serde_json::json!({ "query": query, "variables": variables });
        let (_, text) = self.call("POST", "/graphql", Some(token), Some(&body)).await?;
        serde_json::from_str(&text).map_err(std::io::Error::other)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One HTTP request over a connection of its own.
pub async fn call(
    address: &str,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<&Value>,
) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(address).await?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let token = token.map(|it| format!("Authorization: Bearer {it}\r\n")).unwrap_or_default();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{token}\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    let mut answer = vec![];
    stream.read_to_end(&mut answer).await?;
    let text = String::from_utf8_lossy(&answer);
    let status = text.split(' ').nth(1).and_then(|it| it.parse().ok());
    let (_, body) = text.split_once("\r\n\r\n").unwrap_or(("", ""));
    match status {
        Some(status) => Ok((status, unchunked(body))),
        None => Err(std::io::Error::other("no answer")),
    }
}

/// A body without the marks of its chunks.
fn unchunked(body: &str) -> String {
    let mut rest = body;
    let mut res = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let Ok(size) = usize::from_str_radix(size.trim(), 16) else { return body.to_owned() };
        if size == 0 {
            return res;
        }
        let Some(chunk) = after.get(..size) else { return body.to_owned() };
        res.push_str(chunk);
        rest = after.get(size + 2..).unwrap_or_default();
    }
    if res.is_empty() { body.to_owned() } else { res }
}
