//! What falls due: the loop's work, which takes no input and may run twice.

use chrono::TimeDelta;
use engine::{Command, Refusal, calendar::beijing, command::Lapse};

use crate::{App, Error};

/// How long a due deadline is one process's to fire; a process that dies gives it back.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How many are taken at a time.
const BATCH: u64 = 100;

/// What was fired.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fired {
    /// Deadlines that lapsed.
    pub lapsed: usize,
    /// Cases that adopted a newer calendar.
    pub adopted: usize,
}

impl App {
    /// Fires every deadline that has passed, and lets cases adopt a newer calendar.
    ///
    /// # Errors
    /// A fault of the database; what was not fired is fired by the next call.
    pub async fn fire_due(&self) -> Result<Fired, Error> {
        let mut res = Fired { lapsed: 0, adopted: self.adopt_calendar().await? };
        loop {
            let now = self.now();
            if self.store().next_due().await?.is_none_or(|it| it > now) {
                return Ok(res);
            }
            let due = self.store().claim_due(now, LEASE, BATCH).await?;
            if due.is_empty() {
                return Ok(res);
            }
            let mut failed = None;
            for it in due {
                let lapse = Lapse { stream: it.stream, key: Some(it.key) };
                match self.submit_as_system(Command::Lapse(lapse)).await {
                    Ok(true) => res.lapsed += 1,
                    // The act came first, or a calendar moved the date: the commit that did so
                    // wrote the deadline anew, and it is taken again when it is due.
                    Ok(false)
                    | Err(Error::Refused(Refusal::NotDue) | Error::NotFound | Error::Busy) => (),
                    Err(Error::Refused(refusal)) => {
                        tracing::warn!(code = refusal.code(), step = %it.key.step, "a lapse was refused");
                    }
                    // One case that cannot be read must not keep the others from their time.
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            if let Some(error) = failed {
                return Err(error);
            }
        }
    }

    /// Lets the cases that count with an older calendar adopt the one in force.
    async fn adopt_calendar(&self) -> Result<usize, Error> {
        let registers = self.registers().await?;
        let today = self.now().with_timezone(&beijing()).date_naive();
        let Some(calendar) = registers.calendar_on(today) else { return Ok(0) };
        let mut n_adopted = 0;
        let mut last = uuid::Uuid::nil();
        loop {
            let streams = self
                .store()
                .streams_before_calendar(self.district(), calendar.version(), last, BATCH)
                .await?;
            let Some(end) = streams.last() else { return Ok(n_adopted) };
            last = end.uuid();
            for stream in streams {
                let adopt = Lapse { stream, key: None };
                match self.submit_as_system(Command::Lapse(adopt)).await {
                    Ok(true) => n_adopted += 1,
                    Ok(false) | Err(Error::Refused(_) | Error::NotFound | Error::Busy) => (),
                    Err(error) => return Err(error),
                }
            }
        }
    }
}
