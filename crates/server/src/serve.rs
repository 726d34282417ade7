//! The running server: loops beside HTTP, until the system asks it to end.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::ValueEnum;
use mail::Drain;
use tokio::{net::TcpListener, signal::unix::SignalKind, task::JoinSet, time::timeout};

use crate::{
    listen::{self, Door},
    loops::{self, Loops, Stop},
    master_keys,
    oidc::Provider,
    open::{CaseClock, Opened},
    post,
    record::keeper::Keeper,
    routes,
    settings::Settings,
    source::Proxies,
    state::{AppState, Site},
    tls::{self, Tls},
    trouble::Trouble,
};

/// How long requests and loops may take to finish when the process is asked to end.
const FAREWELL: Duration = Duration::from_secs(5);

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Everything / 全部
    All,
    /// Answers requests / 只应答请求
    Api,
    /// Fires deadlines and delivers letters / 只办理到期与寄信
    Worker,
}

/// A server that is about to run: it listens already.
pub(crate) struct Server {
    opened: Opened,
    address: SocketAddr,
    clock: CaseClock,
    state: AppState,
    door: Door,
    drain: Drain,
    keys: PathBuf,
    keeper: Keeper,
}

impl Server {
    /// Opens and migrates the database, and listens.
    pub(crate) async fn new(settings: &Settings) -> Result<Self, Trouble> {
        // What is wrong with the files is told before anything is made.
        settings.http.tls.as_ref().map(tls::check).transpose()?;
        let provider = settings.oidc.as_ref();
        provider.map(|it| Provider::new(it, &settings.http.public_url)).transpose()?;
        let opened = Opened::of(settings, true).await?;
        opened.store.migrate().await?;
        Self::over(settings, opened).await
    }

    /// Over a database that is open and migrated.
    pub(crate) async fn over(settings: &Settings, opened: Opened) -> Result<Self, Trouble> {
        let clock = CaseClock::of(&opened).await?;
        let app = opened.app(settings, &clock).await?;
        master_keys::seal_what_is_plain(&app).await?;
        let http = &settings.http;
        let tls = http.tls.as_ref().map(Tls::open).transpose()?;
        let listen = http.listen;
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            Trouble::failed(
                format!("无法监听 {listen}。可能已被占用：请用 --listen 换一个地址或端口。"),
                format!(
                    "{listen} cannot be listened on. It may be in use: name another with --listen."
                ),
            )
            .because(error)
        })?;
        let address = listener.local_addr().map_err(|error| {
            Trouble::failed("无法取得监听地址。", "The address cannot be read.").because(error)
        })?;
        let proxies = Proxies::from(http.trusted_proxies.clone());
        let site = Site {
            public_url: http.public_url_at(address),
            proxies: proxies.clone(),
            per_account: http.per_account,
            per_address: http.per_address,
            introspection: http.introspection,
            graphiql: http.graphiql,
        };
        let door = Door { listener, tls, max_connections: http.max_connections, proxies };
        let is_demo = matches!(clock, CaseClock::Demo(_));
        let provider = settings.oidc.as_ref();
        let provider = provider.map(|it| Provider::new(it, &site.public_url)).transpose()?;
        let transport = post::transport(&settings.mail)?;
        let drain = Drain::new(app.clone(), transport, site.public_url.as_str(), is_demo);
        let keeper = Keeper::new(app.clone(), settings);
        Ok(Self {
            opened,
            address,
            clock,
            state: AppState::with_provider(app, site, provider),
            door,
            drain,
            keys: settings.keys.clone(),
            keeper,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The application.
    pub(crate) fn app(&self) -> &app::App {
        self.state.app()
    }

    /// Runs until the system asks the process to end; then finishes what was begun, within
    /// [`FAREWELL`].
    pub(crate) async fn run(self, role: Role) -> Result<(), Trouble> {
        let Self { opened, address: _, clock, state, door, drain, keys, keeper } = self;
        let (ending, stop) = Stop::new();
        let mut tasks = JoinSet::new();
        if role != Role::Api {
            let shared_clock = match &clock {
                CaseClock::Shared(it) => Some(it.clone()),
                CaseClock::Wall(_) | CaseClock::Demo(_) => None,
            };
            loops::start(
                Loops { app: state.app().clone(), drain, shared_clock },
                &stop,
                &mut tasks,
            );
            tasks.spawn(loops::keep_record(keeper, stop.clone()));
        }
        if let CaseClock::Demo(clock) = clock {
            tasks.spawn(loops::keep_clock(clock, stop.clone()));
        }
        tasks.spawn(master_keys::keep_fresh(state.app().clone(), keys, stop.clone()));
        tasks.spawn(loops::forget_rates(state.clone(), stop.clone()));
        if let Some(tls) = door.tls.clone() {
            tasks.spawn(tls.keep_fresh(stop.clone()));
        }
        let router = match role {
            Role::All | Role::Api => routes::router(state),
            Role::Worker => routes::health_router(state),
        };
        let mut http = tokio::spawn(listen::serve(door, router, stop.clone()));

        tracing::info!("serving");
        let ended = tokio::select! {
            () = asked_to_end() => None,
            res = &mut http => Some(res),
            // A loop ends only by a fault of the program; whoever looks after the process starts
            // it anew.
            Some(res) = tasks.join_next() => {
                let end = res.err().map_or_else(|| Ok(()), Err);
                Some(end)
            }
        };
        ending.send_replace(true);
        tracing::info!("ending");
        let finish = async {
            if ended.is_none() {
                let _ = (&mut http).await;
            }
            while tasks.join_next().await.is_some() {}
        };
        if timeout(FAREWELL, finish).await.is_err() {
            // What is not finished is taken up again by the next start.
            tracing::warn!("the end did not wait for everything");
        }
        http.abort();
        tasks.shutdown().await;
        // The folder is another's to take only when no connection can write any more: closing waits
        // for what the writer holds.
        if let Err(error) = opened.store.clone().close().await {
            tracing::warn!(error = error.log_text(), "the database could not be closed");
        }
        drop(opened);
        match ended {
            None => Ok(()),
            Some(Ok(())) => Err(stopped(std::io::Error::other("a task ended"))),
            Some(Err(error)) => Err(stopped(error)),
        }
    }
}

fn stopped(error: impl std::error::Error + Send + Sync + 'static) -> Trouble {
    Trouble::failed("服务意外停止。", "The server stopped.").because(error)
}

/// Waits for SIGTERM or Ctrl-C.
async fn asked_to_end() {
    let terminate = async {
        match tokio::signal::unix::signal(SignalKind::terminate()) {
            Ok(mut it) => {
                it.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => (),
        () = terminate => (),
    }
}
