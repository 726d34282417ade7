//! What every request needs, and who it comes from.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, atomic::AtomicBool},
};

use app::{App, Caller};
use axum::http::HeaderMap;
use tokio::sync::Semaphore;

pub(crate) use crate::source::source;
use crate::{
    oidc::Provider,
    problem::Problem,
    rates::Rates,
    settings::{Files, Http, PublicUrl, Rate},
    sign_in,
    source::Proxies,
};

/// How many files are taken in at a time: each holds some memory and a process of the scanner.
const UPLOADS: usize = 48;

/// How the server is known outside, and what its doors let in.
#[derive(Debug, Clone)]
pub struct Site {
    /// The address that people use.
    pub public_url: PublicUrl,
    /// Who is believed when it names the address that it asks for.
    pub proxies: Proxies,
    /// How often one account may ask.
    pub per_account: Option<Rate>,
    /// How often one address may ask.
    pub per_address: Option<Rate>,
    /// Whether those who are signed in may ask for the schema.
    pub introspection: bool,
    /// Whether `/graphiql` is served.
    pub graphiql: bool,
    /// What files may be, and who looks into them.
    pub files: Files,
}

/// A server on this machine.
impl Default for Site {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        Self {
            public_url: PublicUrl::local(listen),
            proxies: Proxies::from(Http::this_machine()),
            per_account: Rate::ACCOUNT,
            per_address: Rate::ADDRESS,
            introspection: true,
            graphiql: true,
            files: Files::usual(),
        }
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
    rates: Rates,
    /// How many files are taken in at a time.
    uploads: Arc<Semaphore>,
    migrated: AtomicBool,
    provider: Option<Provider>,
}

impl AppState {
    /// The state of a server over an application.
    #[must_use]
    pub fn new(app: App, site: Site) -> Self {
        Self::with_provider(app, site, None)
    }

    /// The same where a provider signs people in too.
    #[must_use]
    pub fn with_provider(app: App, site: Site, provider: Option<Provider>) -> Self {
        let schema = graph::schema(app.clone());
        let door = sign_in::Door::default();
        let rates = Rates::new(site.per_account, site.per_address);
        let migrated = AtomicBool::new(false);
        let uploads = Arc::new(Semaphore::new(UPLOADS));
        Self {
            inner: Arc::new(Inner { app, schema, site, door, rates, uploads, migrated, provider }),
        }
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

    /// Who signs people in besides us.
    pub(crate) fn provider(&self) -> Option<&Provider> {
        self.inner.provider.as_ref()
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.inner.rates
    }

    pub(crate) fn uploads(&self) -> &Arc<Semaphore> {
        &self.inner.uploads
    }

    /// Whether the schema was once seen to be up to date; it does not become older again.
    pub(crate) fn migrated(&self) -> &AtomicBool {
        &self.inner.migrated
    }

    /// Who asks, counted: what a door calls that serves whoever is signed in.
    pub(crate) async fn admitted(
        &self,
        headers: &HeaderMap,
        source: Option<IpAddr>,
    ) -> Result<Option<Caller>, Problem> {
        let caller = self.caller(headers, source).await.map_err(|it| sign_in::fault(&it))?;
        if let Some(caller) = &caller {
            self.rates().account(caller.member.person)?;
        }
        Ok(caller)
    }

    /// Who asks: the holder of a bearer token or of a session's cookie; none where it is neither,
    /// or one that has ended.
    ///
    /// A token is never compared: it is looked up by its SHA-256. How long the look-up takes may
    /// tell of the digest that was asked for, which the caller cannot steer towards a stored one
    /// without knowing its token, so nothing is learnt from it.
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
