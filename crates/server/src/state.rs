//! What every request needs, and who it comes from.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, atomic::AtomicBool},
};

use app::{App, Caller};
use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};

use crate::{settings::PublicUrl, sign_in};

/// How the server is known outside.
#[derive(Debug, Clone)]
pub struct Site {
    /// The address that people use.
    pub public_url: PublicUrl,
}

/// A server on this machine.
impl Default for Site {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        Self { public_url: PublicUrl::local(listen) }
    }
}

/// What every request needs. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    inner: Arc<Inner>,
}

struct Inner {
    app: App,
    schema: graph::Schema,
    site: Site,
    door: sign_in::Door,
    migrated: AtomicBool,
}

impl AppState {
    /// The state of a server over an application.
    #[must_use]
    pub fn new(app: App, site: Site) -> Self {
        let schema = graph::schema(app.clone());
        let door = sign_in::Door::default();
        let migrated = AtomicBool::new(false);
        Self { inner: Arc::new(Inner { app, schema, site, door, migrated }) }
    }

    /// The application.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.inner.app
    }

    pub(crate) fn schema(&self) -> &graph::Schema {
        &self.inner.schema
    }

    pub(crate) fn site(&self) -> &Site {
        &self.inner.site
    }

    pub(crate) fn door(&self) -> &sign_in::Door {
        &self.inner.door
    }

    /// Whether the schema was once seen to be up to date; it does not become older again.
    pub(crate) fn migrated(&self) -> &AtomicBool {
        &self.inner.migrated
    }

    /// Who asks: the holder of a bearer token or of a session's cookie; none where it is neither,
    /// or one that has ended.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn caller(
        &self,
        headers: &HeaderMap,
        source: Option<IpAddr>,
    ) -> Result<Option<Caller>, app::Error> {
        let Some(token) = sign_in::token_of(headers) else { return Ok(None) };
        self.app().admit(&token, source.map(|it| it.to_string())).await
    }
}

/// From which address a request comes. A proxy on this machine is believed when it names another;
/// anybody else is not.
pub(crate) fn source(headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    if !peer.is_loopback() {
        return Some(peer);
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let named = forwarded
        .and_then(|it| it.to_str().ok())
        .and_then(|it| it.rsplit(',').next())
        .and_then(|it| it.trim().parse::<IpAddr>().ok());
    Some(named.map_or(peer, |it| it.to_canonical()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        let headers = HeaderMap::from_iter([(
            "x-forwarded-for".parse().unwrap(),
            "1.1.1.1, 10.0.0.7".parse().unwrap(),
        )]);
        for (peer, expected) in [("127.0.0.1:9", "10.0.0.7"), ("10.0.0.8:9", "10.0.0.8")] {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
            assert_eq!(source(&headers, &extensions), expected.parse().ok());
        }
        assert_eq!(source(&headers, &Extensions::new()), None);
    }
}
