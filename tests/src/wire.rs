//! HTTP as bytes on a connection: what a browser would send, and what no client would.

use std::{io, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::timeout,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header; nothing where there is none.
    pub fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(it, _)| it == name);
        let res = found.next().map_or("", |(_, value)| value);
        assert!(found.next().is_none(), "{name} stands there twice");
        res
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// The code of a problem, or of the first error of GraphQL.
    pub fn code(&self) -> String {
        let body = self.json();
        let code = body.get("code").unwrap_or(&body["errors"][0]["extensions"]["code"]);
        code.as_str().unwrap_or_else(|| panic!("no code: {body}")).to_owned()
    }

    /// Everything that was answered, as one text.
    pub fn whole(&self) -> String {
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        format!("{} {headers}\n{}", self.status, self.text())
    }
}

/// The bytes of a request. `Host` and `Content-Length` are there unless they are given.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let given = |name: &str| headers.iter().any(|(it, _)| it.eq_ignore_ascii_case(name));
    let mut res = format!("{method} {path} HTTP/1.1\r\n");
    if !given("host") {
        res += "Host: test.example\r\n";
    }
    if !given("content-length") && !given("transfer-encoding") {
        res += &format!("Content-Length: {}\r\n", body.len());
    }
    for (name, value) in headers {
        res += &format!("{name}: {value}\r\n");
    }
    res += "\r\n";
    [res.as_bytes(), body].concat()
}

/// A connection on which one request follows another.
pub struct Wire<S = TcpStream>(BufReader<S>);

impl Wire {
    pub async fn open(address: &str) -> io::Result<Self> {
        Ok(Self(BufReader::new(TcpStream::connect(address).await?)))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub fn over(stream: S) -> Self {
        Self(BufReader::new(stream))
    }

    /// Sends bytes as they are.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes).await?;
        self.0.flush().await
    }

    /// Sends a request and reads the answer.
    pub async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Answer> {
        self.send(&request(method, path, headers, body)).await?;
        self.answer().await
    }

    /// Reads the head of an answer that has no body, whatever it says of one.
    pub async fn head(&mut self) -> io::Result<Answer> {
        let slow = |_| io::Error::other("there was no answer in time");
        timeout(PATIENCE, self.read_head()).await.map_err(slow)?
    }

    /// Reads an answer.
    pub async fn answer(&mut self) -> io::Result<Answer> {
        let slow = |_| io::Error::other("there was no answer in time");
        timeout(PATIENCE, self.read()).await.map_err(slow)?
    }

    async fn read_head(&mut self) -> io::Result<Answer> {
        let head = self.line().await?;
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("no answer: {head}")))?;
        let mut headers = vec![];
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Ok(Answer { status, headers, body: vec![] })
    }

    async fn read(&mut self) -> io::Result<Answer> {
        let mut res = self.read_head().await?;
        let status = res.status;
        let length = res.header("content-length").parse::<usize>().ok();
        if res.header("transfer-encoding") == "chunked" {
            loop {
                let size = self.line().await?;
                let size = usize::from_str_radix(&size, 16).map_err(io::Error::other)?;
                let mut chunk = vec![0; size];
                self.0.read_exact(&mut chunk).await?;
                res.body.extend(chunk);
                self.line().await?;
                if size == 0 {
                    break;
                }
            }
        } else if let Some(length) = length.filter(|_| ![204, 304].contains(&status)) {
            res.body = vec![0; length];
            self.0.read_exact(&mut res.body).await?;
        }
        Ok(res)
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut bytes = vec![];
        loop {
            match self.0.read_u8().await? {
                b'\n' => break,
                it => bytes.push(it),
            }
        }
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// Whether the other end closes the connection before long, whatever it says before.
    pub async fn is_closed(&mut self, before_long: Duration) -> bool {
        let mut rest = vec![];
        timeout(before_long, self.0.read_to_end(&mut rest)).await.is_ok()
    }
}

/// One request over a connection of its own.
pub async fn ask(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut wire = Wire::open(address).await.expect("a connection");
    wire.ask(method, path, headers, body).await.expect("an answer")
}
