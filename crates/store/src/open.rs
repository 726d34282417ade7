//! Opening a database, the one place that knows how each of them must be opened.

use std::{sync::Arc, time::Duration};

use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection,
    DatabaseTransaction, DbBackend, EntityTrait as _, IsolationLevel, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};

use crate::{Error, Keyring, entity, writer::Writer};

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// `sqlite://path` or `postgres://…`.
    pub url: String,
    /// Connections of the pool; past about sixteen two cores only lose.
    pub max_connections: u32,
    /// Whether nothing is to be written: an embedded database that another process holds can be read.
    pub read_only: bool,
    /// The keys of what is sealed. They may be put in later; nothing is sealed or opened before.
    pub keyring: Keyring,
    /// Counts the statements that are sent, for tests that bound them.
    pub statements: Option<Arc<std::sync::atomic::AtomicU64>>,
}

impl Options {
    /// A database with the usual pool.
    #[must_use]
    pub fn of(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 12,
            read_only: false,
            keyring: Keyring::default(),
            statements: None,
        }
    }
}

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) db: DatabaseConnection,
    pub(crate) keyring: Keyring,
    /// The one writer of an embedded database; none where the server orders its writers itself.
    pub(crate) writer: Option<Arc<Writer>>,
}

impl Store {
    /// Opens a database. An embedded one is created where it is not there.
    ///
    /// # Errors
    /// [`Error::Address`] where the address is of no known database; else the driver's.
    pub async fn open(options: &Options) -> Result<Self, Error> {
        let scheme = options.url.split(':').next().unwrap_or_default();
        if !["sqlite", "postgres", "postgresql"].contains(&scheme) {
            return Err(Error::Address { scheme: scheme.chars().take(20).collect() });
        }
        let mut connect = ConnectOptions::new(options.url.clone());
        connect
            .max_connections(options.max_connections.max(2))
            .min_connections(1)
            .connect_timeout(Duration::from_secs(10))
            .acquire_timeout(Duration::from_secs(10))
            // Statements hold personal data; they belong in no log.
            .sqlx_logging(false)
            .record_stmt_in_spans(false);
        let read_only = options.read_only;
        connect.map_sqlx_sqlite_opts(move |it| {
            if read_only {
                return it.read_only(true).busy_timeout(Duration::from_secs(10));
            }
            it.create_if_missing(true)
                .busy_timeout(Duration::from_secs(10))
                .journal_mode(SqliteJournalMode::Wal)
                // What was acknowledged survives a power cut; the writer batches to pay for it once.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                // What is erased is overwritten, too.
                .pragma("secure_delete", "ON")
        });
        let mut db = Database::connect(connect).await?;
        if let Some(statements) = options.statements.clone() {
            db.set_metric_callback(move |_| {
                statements.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            });
        }
        let writer = match db.get_database_backend() {
            DbBackend::Sqlite => Some(Arc::new(Writer::start(db.clone(), options.keyring.clone()))),
            _ => None,
        };
        Ok(Self { db, keyring: options.keyring.clone(), writer })
    }

    /// The keys of what is sealed.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Whether the database is an embedded one, of which there is one process only.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.writer.is_some()
    }

    /// Brings the schema up to date; one process at a time.
    ///
    /// # Errors
    /// The driver's.
    pub async fn migrate(&self) -> Result<(), Error> {
        let lock = self.migration_lock().await?;
        Migrator::up(&self.db, None).await?;
        if let Some(lock) = lock {
            lock.commit().await?;
        }
        Ok(())
    }

    /// Takes the schema away; only from a database without events.
    ///
    /// # Errors
    /// [`Error::HoldsEvents`], else the driver's.
    pub async fn migrate_down(&self) -> Result<(), Error> {
        let events = self.pending().await? == 0
            && entity::event::Entity::find().one(&self.db).await?.is_some();
        if events {
            return Err(Error::HoldsEvents);
        }
        Migrator::down(&self.db, None).await?;
        Ok(())
    }

    /// How many steps of the schema are not applied.
    ///
    /// # Errors
    /// The driver's.
    pub async fn pending(&self) -> Result<usize, Error> {
        Ok(Migrator::get_pending_migrations(&self.db).await?.len())
    }

    /// Ends every connection.
    ///
    /// # Errors
    /// The driver's.
    pub async fn close(self) -> Result<(), Error> {
        Ok(self.db.close().await?)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// The driver's.
    pub async fn ping(&self) -> Result<(), Error> {
        Ok(self.db.ping().await?)
    }

    /// Two servers that start together must not migrate together.
    pub(crate) async fn migration_lock(&self) -> Result<Option<DatabaseTransaction>, Error> {
        match self.db.get_database_backend() {
            DbBackend::Postgres => {
                let tx = self.begin_write().await?;
                tx.execute_unprepared("SELECT pg_advisory_xact_lock(4303031901)").await?;
                Ok(Some(tx))
            }
            // The data folder of an embedded database has one process, held by its lock file.
            _ => Ok(None),
        }
    }

    /// A transaction that only reads, and reads one state from its first look on, whatever is written
    /// meanwhile.
    pub(crate) async fn begin_snapshot(&self) -> Result<DatabaseTransaction, Error> {
        let embedded = self.db.get_database_backend() == DbBackend::Sqlite;
        let options = TransactionOptions {
            isolation_level: (!embedded).then_some(IsolationLevel::RepeatableRead),
            access_mode: (!embedded).then_some(AccessMode::ReadOnly),
            sqlite_transaction_mode: embedded.then_some(SqliteTransactionMode::Deferred),
        };
        Ok(self.db.begin_with_options(options).await?)
    }

    /// A transaction that will write. On SQLite it must say so when it begins, or it loses to
    /// "database is locked" as soon as two write.
    pub(crate) async fn begin_write(&self) -> Result<DatabaseTransaction, Error> {
        begin_write(&self.db).await
    }
}

/// A transaction that will write.
pub(crate) async fn begin_write(db: &DatabaseConnection) -> Result<DatabaseTransaction, Error> {
    let mode = match db.get_database_backend() {
        DbBackend::Sqlite => Some(SqliteTransactionMode::Immediate),
        _ => None,
    };
    let options = TransactionOptions {
        isolation_level: None,
        access_mode: None,
        sqlite_transaction_mode: mode,
    };
    Ok(db.begin_with_options(options).await?)
}
