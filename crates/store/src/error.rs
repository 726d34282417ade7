//! What can go wrong between the program and its database.

use sea_orm::{DbErr, RuntimeErr};
use uuid::Uuid;

/// What can go wrong between the program and its database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else changed a stream first; load it again and decide anew.
    #[error("stream {stream} has moved on from version {expected}")]
    Stale {
        /// The stream.
        stream: Uuid,
        /// The version that the decision was made on.
        expected: u32,
    },
    /// Somebody else took the numbers first; ask for the next ones and decide anew.
    #[error("the numbers of centre {centre} were taken")]
    NumbersTaken {
        /// The centre.
        centre: Uuid,
    },
    /// The same key was committed meanwhile; look it up.
    #[error("the idempotency key was used meanwhile")]
    KeyTaken,
    /// Something that must be there once is there already.
    #[error("{what} exists already")]
    Exists {
        /// What.
        what: &'static str,
    },
    /// A row that this version of the program cannot read.
    #[error("{table}.{column} of {id} cannot be read")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row.
        id: Uuid,
        /// Why, without its content.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The address of the database is not one.
    #[error("`{scheme}` is not a database: use sqlite://… or postgres://…")]
    Address {
        /// What stood before the colon.
        scheme: String,
    },
    /// The database is not at the schema of this program.
    #[error("the database lacks {pending} migrations: run `chuishao migrate up`")]
    NotMigrated {
        /// How many.
        pending: usize,
    },
    /// Going back would lose events.
    #[error("the database holds events; migrating down would lose them")]
    HoldsEvents,
    /// A value is sealed under a key that is not held, or there is none to seal with.
    #[error("the key {} of sealed data is not held", key.map_or("to seal with".to_owned(), |it| it.to_string()))]
    KeyMissing {
        /// Which; none where there is no key at all.
        key: Option<u32>,
    },
    /// A key is not the one that bore this number before.
    #[error("key {key} is not the key that sealed what is in the database")]
    OtherKey {
        /// Which.
        key: u32,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
    /// The writer of an embedded database has ended.
    #[error("the database is shutting down")]
    Closed,
    /// Something is remembered where an archive is to go.
    #[error("the database is not empty")]
    NotVacant,
    /// An archive was made by a program that knows more than this one.
    #[error("the archive needs the step {step} of the schema, which this program does not know")]
    Newer {
        /// The first step that is not known.
        step: String,
    },
    /// A line of an archive is no row of its table.
    #[error("a line of the table {table} cannot be read")]
    NoRow {
        /// The table.
        table: String,
    },
    /// The driver failed.
    #[error("the database failed")]
    Database(#[from] DbErr),
}

impl Error {
    /// What may stand in a log: tables, ids and codes, never what a row or a statement held.
    #[must_use]
    pub fn log_text(&self) -> String {
        match self {
            Self::Database(error) => format!("{self}: {}", code_of(error)),
            Self::Stale { .. }
            | Self::NumbersTaken { .. }
            | Self::KeyTaken
            | Self::Exists { .. }
            | Self::Corrupt { .. }
            | Self::Address { .. }
            | Self::NotMigrated { .. }
            | Self::HoldsEvents
            | Self::NotVacant
            | Self::Newer { .. }
            | Self::NoRow { .. }
            | Self::KeyMissing { .. }
            | Self::OtherKey { .. }
            | Self::NoRandomness
            | Self::Closed => self.to_string(),
        }
    }

    /// A value that cannot be read or written as what it should be: a fault.
    #[must_use]
    pub fn corrupt(
        table: &'static str,
        column: &'static str,
        id: Uuid,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Corrupt { table, column, id, source: source.into() }
    }
}

/// What a driver's error is, without its words: they quote values.
fn code_of(error: &DbErr) -> String {
    let (DbErr::Exec(runtime) | DbErr::Query(runtime) | DbErr::Conn(runtime)) = error else {
        let name = format!("{error:?}");
        return name.split(['(', ' ', '{']).next().unwrap_or_default().to_owned();
    };
    let RuntimeErr::SqlxError(error) = runtime else { return "internal".to_owned() };
    match error.as_database_error() {
        Some(it) => format!(
            "code {}{}",
            it.code().unwrap_or_default(),
            it.constraint().map(|it| format!(" of {it}")).unwrap_or_default()
        ),
        None => {
            let name = format!("{error:?}");
            name.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
        }
    }
}
