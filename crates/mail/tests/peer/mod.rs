//! The other side of a connection: the mail server of `tests/peers`, or a few lines that misbehave.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::Value;

/// How long anything of the peer may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(8);

/// A running mail server. It stops when this is dropped.
pub(crate) struct Peer {
    child: Child,
    // The server stops when this closes.
    stdin: Option<ChildStdin>,
    lines: Receiver<Value>,
    pub(crate) port: u16,
    pub(crate) cert: Option<PathBuf>,
}

impl Peer {
    /// Starts `smtp.mjs` with these arguments.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers");
        assert!(
            folder.join("node_modules/smtp-server").is_dir(),
            "the mail server of these tests is not installed: run `npm ci --ignore-scripts` in tests/peers"
        );
        let mut child = Command::new("node")
            .arg("smtp.mjs")
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("these tests need `node`, version 20 or later, on the path");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        let ready: Value = lines.recv_timeout(PATIENCE).expect("the mail server does not start");
        let port = ready["port"].as_u64().unwrap().try_into().unwrap();
        let cert = ready["cert"].as_str().map(PathBuf::from);
        Self { child, stdin, lines, port, cert }
    }

    /// The next message that the server saw.
    pub(crate) fn next(&self) -> Value {
        self.lines.recv_timeout(PATIENCE).expect("the mail server saw no message")
    }

    /// Whether the server saw nothing beyond what was read.
    pub(crate) fn is_quiet(&self) -> bool {
        self.lines.try_recv().is_err()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Given a moment, it removes its certificate.
        drop(self.stdin.take());
        for _ in 0..100 {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on.
pub(crate) fn nobody() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Answers each connection in turn with this.
pub(crate) fn answering(connection: impl Fn(usize, TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().map_while(Result::ok).enumerate() {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            connection(number, stream);
        }
    });
    port
}

/// Says what is not SMTP and not TLS, and waits until the other side has gone.
pub(crate) fn garbage() -> u16 {
    answering(|_, mut stream| {
        let _ = stream.write_all(b"\x16\x03\x09\xff\xffHTTP/1.1 418 teapot\r\n\r\n\x00\x01");
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

/// Speaks SMTP by this table: what is answered to a command that begins so. Commands beyond it
/// are taken; `seen` gets each of them.
pub(crate) fn scripted(
    answer: impl Fn(&str) -> Option<&'static str> + Send + 'static,
) -> (u16, Receiver<(usize, String)>) {
    let (sender, seen) = channel();
    let port = answering(move |number, mut stream| {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let _ = stream.write_all(b"220 here\r\n");
        let mut in_text = false;
        while let Some(Ok(line)) = lines.next() {
            let command = if in_text { "." } else { line.get(..4).unwrap_or(&line) };
            if in_text && line != "." {
                continue;
            }
            let _ = sender.send((number, command.to_owned()));
            in_text = false;
            let reply = answer(command).unwrap_or_else(|| {
                in_text = command == "DATA";
                if in_text { "354 go on\r\n" } else { "250 fine\r\n" }
            });
            if stream.write_all(reply.as_bytes()).is_err() || command == "QUIT" {
                break;
            }
        }
    });
    (port, seen)
}
