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
        let address = format!("127.0.0.1:{}", free_port());
        let child = Command::new(program())
            .args(arguments)
            .args(["--listen", &address])
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut res = Self { child, address };
        let end = Instant::now() + patience;
        loop {
            if let Ok((200, _)) = res.call("GET", "/readyz", None, None).await {
                return res;
            }
            if let Some(status) = res.child.try_wait().expect("a process") {
                panic!("chuishao {arguments:?} ended: {status}");
            }
            assert!(Instant::now() < end, "chuishao {arguments:?} is not ready");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
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
