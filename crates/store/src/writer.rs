//! The one writer of an embedded database: what waits is committed together, each in a savepoint.
//!
//! SQLite has one writer whatever we do. Queueing before it, instead of at its lock, makes the order
//! fair and pays for one flush where several commands wait. An answer is given only after the
//! COMMIT that holds it; where that fails, all of them fail.

use sea_orm::{DatabaseConnection, TransactionTrait as _};
use tokio::sync::{mpsc, oneshot};

use crate::{
    Error, Keyring,
    journal::{self, Commit},
    open::begin_write,
};

/// The most commands that share one COMMIT.
const BATCH: usize = 64;
/// The most commands that may wait; more wait at the door.
const QUEUE: usize = 1024;

type Answer = oneshot::Sender<Result<(), Error>>;

/// The queue to the writer.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: mpsc::Sender<(Box<Commit>, Answer)>,
}

impl Writer {
    pub(crate) fn start(db: DatabaseConnection, keyring: Keyring) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(run(db, keyring, waiting));
        Self { queue }
    }

    pub(crate) async fn commit(&self, commit: Commit) -> Result<(), Error> {
        let (answer, answered) = oneshot::channel();
        self.queue.send((Box::new(commit), answer)).await.map_err(|_| Error::Closed)?;
        answered.await.map_err(|_| Error::Closed)?
    }
}

async fn run(
    db: DatabaseConnection,
    keyring: Keyring,
    mut waiting: mpsc::Receiver<(Box<Commit>, Answer)>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let mut done = Vec::with_capacity(batch.len());
        match write(&db, &keyring, &mut batch, &mut done).await {
            Ok(()) => done.into_iter().for_each(|(answer, result)| drop(answer.send(result))),
            Err(error) => {
                tracing::error!(
                    error = error.log_text(),
                    n_commands = done.len() + batch.len(),
                    "a batch failed"
                );
                let unanswered = batch.drain(..).map(|(_, answer)| answer);
                let failed = done.into_iter().map(|(answer, _)| answer).chain(unanswered);
                for answer in failed {
                    drop(answer.send(Err(Error::Database(sea_orm::DbErr::Custom(
                        "the batch that held this command failed".to_owned(),
                    )))));
                }
            }
        }
    }
}

async fn write(
    db: &DatabaseConnection,
    keyring: &Keyring,
    batch: &mut Vec<(Box<Commit>, Answer)>,
    done: &mut Vec<(Answer, Result<(), Error>)>,
) -> Result<(), Error> {
    let tx = begin_write(db).await?;
    for (commit, answer) in batch.drain(..) {
        #[expect(
            clippy::disallowed_methods,
            reason = "a savepoint inside the immediate transaction"
        )]
        let savepoint = tx.begin().await?;
        let result = journal::write(&savepoint, keyring, *commit).await;
        match &result {
            Ok(()) => savepoint.commit().await?,
            Err(_) => savepoint.rollback().await?,
        }
        done.push((answer, result));
    }
    tx.commit().await?;
    Ok(())
}
