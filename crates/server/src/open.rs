//! From settings to an application: the folder held, the database open, the clock running.

use std::{path::Path, sync::Arc};

use app::{App, Clock, Parts, RunningClock, SystemIds};
use store::{Options, Store};

use crate::{
    data::Folder,
    demo_clock::{self, DemoClock},
    files, master_keys, post,
    record::seal_key,
    settings::Settings,
    trouble::Trouble,
};

/// A database that this process may use.
pub(crate) struct Opened {
    /// The folder of an embedded database, held until this is dropped.
    pub(crate) folder: Option<Folder>,
    /// The database.
    pub(crate) store: Store,
}

/// Which clock the cases go by.
pub(crate) enum CaseClock {
    /// The wall's.
    Wall(Arc<RunningClock>),
    /// That of a database that several processes share.
    Shared(Arc<RunningClock>),
    /// 演示时间.
    Demo(DemoClock),
}

impl CaseClock {
    /// The clock of a database: the demonstration's where the folder holds one.
    pub(crate) async fn of(opened: &Opened) -> Result<Self, Trouble> {
        if let Some(folder) = opened.folder.as_ref().map(Folder::path).filter(|it| is_demo(it)) {
            let last = opened.store.last_event_at().await?;
            return Ok(Self::Demo(DemoClock::resume(folder, last)?));
        }
        Ok(match opened.store.server_time().await? {
            Some(now) => Self::Shared(Arc::new(RunningClock::from(now))),
            None => Self::Wall(Arc::new(RunningClock::wall())),
        })
    }

    /// As the application takes it.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        match self {
            Self::Wall(it) | Self::Shared(it) => it.clone(),
            Self::Demo(it) => it.clock(),
        }
    }
}

fn is_demo(folder: &Path) -> bool {
    folder.join(demo_clock::FILE).exists()
}

impl Opened {
    /// Opens the database of the settings. An embedded one is made where `create` says so, and is
    /// an error otherwise.
    pub(crate) async fn of(settings: &Settings, create: bool) -> Result<Self, Trouble> {
        if let Some(file) = settings.database_file().filter(|it| !create && !it.exists()) {
            return Err(Trouble::wrong(
                format!(
                    "没有数据库文件 {}。请用 --data 或 --config 指明数据所在，或先运行 chuishao migrate up。",
                    file.display()
                ),
                format!(
                    "There is no database {}. Say where the data is with --data or --config, or run `chuishao migrate up` first.",
                    file.display()
                ),
            ));
        }
        let folder = settings.embedded_folder().map(|it| Folder::hold(&it)).transpose()?;
        Self::within(settings, folder).await
    }

    /// The same where the folder is held already; the database is made where it is missing.
    pub(crate) async fn within(
        settings: &Settings,
        folder: Option<Folder>,
    ) -> Result<Self, Trouble> {
        Self::open(settings, folder, false).await
    }

    async fn open(
        settings: &Settings,
        folder: Option<Folder>,
        read_only: bool,
    ) -> Result<Self, Trouble> {
        let options = Options {
            max_connections: settings.database.max_connections,
            read_only,
            ..Options::of(&settings.database.url)
        };
        let store = Store::open(&options).await.map_err(|error| {
            Trouble::failed(
                format!("无法打开数据库 {}。请检查设置 database.url、网络和权限。", settings.database_shown()),
                format!(
                    "The database {} cannot be opened. Check database.url, the network and the rights.",
                    settings.database_shown()
                ),
            )
            .because(error)
        })?;
        Ok(Self { folder, store })
    }

    /// The same, with the schema of this program.
    pub(crate) async fn migrated(settings: &Settings) -> Result<Self, Trouble> {
        let res = Self::of(settings, false).await?;
        match res.store.pending().await? {
            0 => Ok(res),
            pending => Err(store::Error::NotMigrated { pending }.into()),
        }
    }

    /// The same to be read beside a server that holds the folder; nothing can be written through it.
    pub(crate) async fn beside(settings: &Settings) -> Result<Self, Trouble> {
        let res = match settings.embedded_folder().filter(|it| crate::data::is_held(it)) {
            Some(_) => Self::open(settings, None, true).await?,
            None => return Self::migrated(settings).await,
        };
        match res.store.pending().await? {
            0 => Ok(res),
            pending => Err(store::Error::NotMigrated { pending }.into()),
        }
    }

    /// The application over it, with the keys of what is sealed.
    pub(crate) async fn app(&self, settings: &Settings, clock: &CaseClock) -> Result<App, Trouble> {
        master_keys::hold(settings, &self.store).await?;
        self.app_without_keys(settings, clock).await
    }

    /// The same for whoever opens nothing that is sealed, and writes nothing.
    pub(crate) async fn app_without_keys(
        &self,
        settings: &Settings,
        clock: &CaseClock,
    ) -> Result<App, Trouble> {
        let app = App::open(Parts {
            store: self.store.clone(),
            files: files::open(&settings.files, self.store.keyring())?,
            clock: clock.clock(),
            wall: Arc::new(RunningClock::wall()),
            ids: Arc::new(SystemIds),
            domain: post::domain(&settings.mail),
            accounts: settings.accounts.clone(),
        })
        .await?;
        app.check_seals_with(seal_key::check);
        Ok(app)
    }
}
