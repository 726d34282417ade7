//! The listening door: connections are taken in, counted, given their time, and let finish at the
//! end.
//!
//! What one connection may cost is bounded before a request of it exists: how many there are, how
//! long a greeting and a head may take, how long a head may be, and how long somebody may leave an
//! answer unread.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use crate::{
    loops::Stop,
    source::{Encrypted, Proxies},
    tls::Tls,
};

/// How long the greeting of TLS may take.
const GREETING: Duration = Duration::from_secs(10);
/// How long a head may take, and how long a connection may be silent between two requests.
const HEAD: Duration = Duration::from_secs(20);
/// How long somebody may leave an answer unread.
const UNREAD: Duration = Duration::from_secs(30);
/// The most headers of a request.
const HEADERS: usize = 64;
/// The most bytes of its head.
const HEAD_BYTES: usize = 32 * 1024;
/// One address may hold one in so many of all connections, unless it is a proxy of ours.
const SHARE: usize = 2;

/// What listens.
pub(crate) struct Door {
    pub(crate) listener: TcpListener,
    pub(crate) tls: Option<Tls>,
    pub(crate) max_connections: usize,
    pub(crate) proxies: Proxies,
}

/// Serves until the process is to end; then requests under way are finished and nothing new begins.
pub(crate) async fn serve(door: Door, router: Router, mut stop: Stop) {
    let Door { listener, tls, max_connections, proxies } = door;
    let turns = Arc::new(Semaphore::new(max_connections));
    let crowd = Crowd::new(max_connections / SHARE);
    let mut connections = JoinSet::new();
    loop {
        // A connection more than there may be waits in the queue of the system.
        let accepted = async {
            let turn = turns.clone().acquire_owned().await;
            (turn, listener.accept().await)
        };
        let (turn, accepted) = tokio::select! {
            () = stop.wait() => break,
            Some(_) = connections.join_next() => continue,
            it = accepted => it,
        };
        let (stream, peer) = match accepted {
            Ok(it) => it,
            Err(error) => {
                rest(&error).await;
                continue;
            }
        };
        let address = peer.ip().to_canonical();
        let is_ours = address.is_loopback() || proxies.holds(address);
        let Some(seat) = crowd.enter(address, is_ours) else {
            tracing::debug!("a connection was refused: its address holds too many");
            continue;
        };
        let (router, tls, stop) = (router.clone(), tls.clone(), stop.clone());
        connections.spawn(async move {
            let _held = (turn, seat);
            match tls {
                None => converse(patient(stream), router, peer, false, stop).await,
                Some(tls) => match timeout(GREETING, tls.greet(patient(stream))).await {
                    Ok(Ok(stream)) => converse(stream, router, peer, true, stop).await,
                    Ok(Err(_)) | Err(_) => tracing::debug!("a greeting of TLS failed"),
                },
            }
        });
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Serves one connection.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    peer: SocketAddr,
    encrypted: bool,
    mut stop: Stop,
) {
    let service = service_fn(move |req: Request<Incoming>| {
        let mut req = req.map(Body::new);
        req.extensions_mut().insert(ConnectInfo(peer));
        if encrypted {
            req.extensions_mut().insert(Encrypted);
        }
        router.clone().oneshot(req)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_headers(HEADERS)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        it = connection.as_mut() => it,
        () = stop.wait() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if ended.is_err() {
        // Whoever goes away, is too slow or speaks no HTTP: nothing that anybody has to look at,
        // and its text may quote what was sent.
        tracing::debug!("a connection ended early");
    }
}

/// A stream whose other end must go on reading.
fn patient(stream: TcpStream) -> std::pin::Pin<Box<TimeoutStream<TcpStream>>> {
    // What cannot be set is slower, and works.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(UNREAD));
    Box::pin(stream)
}

/// Waits where no connection can be taken in at all, as when the process has too many files open.
async fn rest(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "no connection can be taken in");
        sleep(Duration::from_secs(1)).await;
    }
}

/// How many connections each address holds.
struct Crowd {
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
}

/// A connection that is counted as long as this lives.
struct Seat {
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Crowd {
    fn new(most: usize) -> Self {
        Self { held: Arc::default(), most }
    }

    /// Counts a connection; none where its address holds enough of them.
    fn enter(&self, address: IpAddr, is_ours: bool) -> Option<Seat> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(address).or_default();
        if *count >= self.most && !is_ours {
            return None;
        }
        *count += 1;
        Some(Seat { held: self.held.clone(), address })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_its_share_of_the_connections_and_no_more() {
        let crowd = Crowd::new(2);
        let (one, other) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let first = crowd.enter(one, false).unwrap();
        let second = crowd.enter(one, false).unwrap();
        assert!(crowd.enter(one, false).is_none());
        let another = crowd.enter(other, false).unwrap();
        drop(first);
        let third = crowd.enter(one, false).unwrap();
        assert!(crowd.enter(one, false).is_none());
        assert!(crowd.enter(one, true).is_some());
        drop((second, third, another));
        assert!(crowd.held.lock().unwrap().is_empty());
    }
}
