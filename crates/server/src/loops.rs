//! What runs without being asked: due deadlines, letters, and what is forgotten.
//!
//! A loop takes no input and may run twice: it looks at the tables, acts, and looks again. So a
//! restart, a second process and the usual way are one way. A failure is logged once, tried again
//! after growing waits, and its end is logged.

use std::{sync::Arc, time::Duration};

use app::{App, Clock, RunningClock};
use chrono::TimeDelta;
use mail::Drain;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{demo_clock::DemoClock, record::keeper::Keeper, state::AppState};

/// How often a loop looks, at the latest.
const TICK: Duration = Duration::from_secs(1);
/// The longest wait after failures.
const LONGEST: Duration = Duration::from_secs(30);
/// How long an idempotency key is kept.
const KEYS_KEPT: TimeDelta = TimeDelta::days(7);
/// How often expired sessions and keys are swept out.
const SWEEP: Duration = Duration::from_secs(3600);
/// How often the counts of requests are forgotten that make no difference any more.
const FORGET: Duration = Duration::from_secs(30);
/// How often somebody looks whether it is time to seal the record.
const LOOK: Duration = Duration::from_secs(60);
/// How often the clock is held against the database's.
const AGREE: Duration = Duration::from_secs(600);

/// What the loops work with.
pub struct Loops {
    /// The application.
    pub app: App,
    /// How letters go out.
    pub drain: Drain,
    /// The clock of the cases, where a database that others share corrects it.
    pub shared_clock: Option<Arc<RunningClock>>,
}

/// Whether the process is to end.
#[derive(Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A signal, and the end that gives it.
    #[must_use]
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Waits for the signal; also where nobody can give it any more.
    pub async fn wait(&mut self) {
        let _ = self.0.wait_for(|it| *it).await;
    }

    /// Sleeps. False where the process is to end.
    pub(crate) async fn rest(&mut self, time: Duration) -> bool {
        tokio::select! {
            () = sleep(time) => true,
            () = self.wait() => false,
        }
    }
}

/// Starts the loops; they end after `stop`, each when it has finished what it was at.
pub fn start(loops: Loops, stop: &Stop, tasks: &mut JoinSet<()>) {
    let Loops { app, drain, shared_clock } = loops;
    tasks.spawn(fire(app.clone(), stop.clone()));
    tasks.spawn(deliver(drain, stop.clone()));
    tasks.spawn(sweep(app.clone(), stop.clone()));
    tasks.spawn(sweep_files(app.clone(), stop.clone()));
    if let Some(clock) = shared_clock {
        tasks.spawn(agree(app, clock, stop.clone()));
    }
}

/// Fires deadlines when they fall due.
async fn fire(app: App, mut stop: Stop) {
    let mut patience = Patience::new("deadlines");
    loop {
        let wait = match app.fire_due().await {
            Ok(fired) => {
                if fired != app::Fired::default() {
                    tracing::info!(
                        lapsed = fired.lapsed,
                        adopted = fired.adopted,
                        "deadlines were fired"
                    );
                }
                patience.well();
                until_due(&app).await
            }
            Err(error) => patience.failed(&error),
        };
        if !stop.rest(wait).await {
            return;
        }
    }
}

/// How long until the next deadline; a tick at most, as another process may write an earlier one.
async fn until_due(app: &App) -> Duration {
    let next = app.store().next_due().await.ok().flatten();
    // What is still due after firing is leased to another process; looking at once helps nobody.
    let left = next.and_then(|it| (it - app.now()).to_std().ok()).filter(|it| !it.is_zero());
    left.map_or(TICK, |it| it.min(TICK))
}

/// Delivers letters.
async fn deliver(drain: Drain, mut stop: Stop) {
    let mut patience = Patience::new("letters");
    loop {
        let wait = match drain.once().await {
            Ok(n_sent) => {
                if n_sent > 0 {
                    tracing::info!(n_sent, "letters were delivered");
                }
                patience.well();
                if n_sent > 0 { Duration::ZERO } else { TICK }
            }
            Err(error) => patience.failed(&error),
        };
        if !stop.rest(wait).await {
            return;
        }
    }
}

/// Forgets sessions that have ended, and old idempotency keys.
async fn sweep(app: App, mut stop: Stop) {
    let wall = RunningClock::wall();
    let mut patience = Patience::new("sweep");
    loop {
        let swept = async {
            app.store().forget_sessions(wall.now()).await?;
            app.store().forget_attempts(wall.now()).await?;
            app.store().forget_keys(app.now() - KEYS_KEPT).await
        };
        let wait = match swept.await {
            Ok(_) => {
                patience.well();
                SWEEP
            }
            Err(error) => patience.failed(&error),
        };
        if !stop.rest(wait).await {
            return;
        }
    }
}

/// Removes files that were sent and never attached.
async fn sweep_files(app: App, mut stop: Stop) {
    let mut patience = Patience::new("files");
    loop {
        let wait = match app.sweep_files().await {
            Ok((n_expired, n_broken)) => {
                if n_expired + n_broken > 0 {
                    tracing::info!(n_expired, n_broken, "files that nobody attached were removed");
                }
                patience.well();
                SWEEP
            }
            Err(error) => patience.failed(&error),
        };
        if !stop.rest(wait).await {
            return;
        }
    }
}

/// Holds the clock against that of the database, so that several processes agree.
async fn agree(app: App, clock: Arc<RunningClock>, mut stop: Stop) {
    while stop.rest(AGREE).await {
        if let Ok(Some(now)) = app.store().server_time().await {
            clock.correct(now);
        }
    }
}

/// Looks after the record: checks it when the process starts, then seals and forgets when it is time.
pub(crate) async fn keep_record(keeper: Keeper, mut stop: Stop) {
    let mut patience = Patience::new("record");
    // What is found is told once, here; the work of the centre goes on.
    let checked = tokio::select! {
        checked = keeper.verify_at_start() => checked,
        () = stop.wait() => return,
    };
    if let Err(error) = checked {
        tracing::error!(error = error.to_string(), "the record cannot be vouched for");
    }
    let mut look_at = Instant::now();
    loop {
        let mut wait = TICK;
        if let Err(error) = keeper.note_backups().await {
            wait = patience.failed(&error);
        }
        let is_asked = keeper.is_asked();
        if is_asked || Instant::now() >= look_at {
            look_at = Instant::now() + LOOK;
            match keeper.tend(is_asked).await {
                Ok(()) => patience.well(),
                Err(error) => wait = patience.failed(&error),
            }
        }
        if !stop.rest(wait).await {
            return;
        }
    }
}

/// Forgets who has not asked for a while.
pub(crate) async fn forget_rates(state: AppState, mut stop: Stop) {
    while stop.rest(FORGET).await {
        state.rates().forget();
    }
}

/// Keeps what the clock of the demonstration shows, each second and at the end.
pub(crate) async fn keep_clock(clock: DemoClock, mut stop: Stop) {
    let mut patience = Patience::new("clock");
    loop {
        let goes_on = stop.rest(TICK).await;
        match clock.keep() {
            Ok(()) => patience.well(),
            Err(error) => {
                patience.failed(&error);
            }
        }
        if !goes_on {
            return;
        }
    }
}

/// Waits that grow with failures, of which the first and the end are logged.
struct Patience {
    what: &'static str,
    failing: Option<(Instant, Duration)>,
}

impl Patience {
    fn new(what: &'static str) -> Self {
        Self { what, failing: None }
    }

    fn well(&mut self) {
        if let Some((since, _)) = self.failing.take() {
            let duration_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(what = self.what, duration_ms, "a loop works again");
        }
    }

    fn failed(&mut self, error: &(impl std::error::Error + 'static)) -> Duration {
        let (since, wait) = match self.failing {
            Some((since, wait)) => (since, (wait * 2).min(LONGEST)),
            None => {
                let error: &(dyn std::error::Error + 'static) = error;
                tracing::error!(what = self.what, error, "a loop failed and tries again");
                (Instant::now(), TICK)
            }
        };
        self.failing = Some((since, wait));
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_bound_and_begin_anew() {
        let mut patience = Patience::new("test");
        let error = std::io::Error::other("x");
        let waits: Vec<u64> = (0..7).map(|_| patience.failed(&error).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        patience.well();
        assert_eq!(patience.failed(&error), TICK);
    }

    #[tokio::test]
    async fn a_rest_ends_with_the_signal() {
        let (sender, mut stop) = Stop::new();
        assert!(stop.rest(Duration::ZERO).await);
        sender.send_replace(true);
        assert!(!stop.rest(Duration::from_secs(600)).await);
        stop.wait().await;
    }
}
