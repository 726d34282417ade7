//! 演示时间: the clock of the demonstration's cases. It stands while the server is stopped, so that
//! what is open stays open.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use app::{Clock as _, RunningClock};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{data::write_private, trouble::Trouble};

/// The name of the file in the data folder.
pub(crate) const FILE: &str = "clock.json";

/// What the file holds.
#[derive(Serialize, Deserialize)]
struct Shown {
    now: DateTime<Utc>,
}

/// A clock that goes on where it was stopped.
#[derive(Clone)]
pub(crate) struct DemoClock {
    clock: Arc<RunningClock>,
    path: PathBuf,
}

impl DemoClock {
    /// Goes on from what was kept, and never before what was recorded last.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(crate) fn resume(folder: &Path, last: Option<DateTime<Utc>>) -> Result<Self, Trouble> {
        let path = folder.join(FILE);
        let kept = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice::<Shown>(&bytes).ok().map(|it| it.now),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(Trouble::failed(
                    format!("无法读取 {}。", path.display()),
                    format!("{} cannot be read.", path.display()),
                )
                .because(error));
            }
        };
        let now = kept.into_iter().chain(last).max().ok_or_else(|| {
            Trouble::failed(
                format!("{} 中没有演示时间。请用 --fresh 重新演示。", folder.display()),
                format!(
                    "{} has no time of the demonstration. Play it anew with --fresh.",
                    folder.display()
                ),
            )
        })?;
        Ok(Self { clock: Arc::new(RunningClock::from(now)), path })
    }

    /// The clock itself.
    pub(crate) fn clock(&self) -> Arc<RunningClock> {
        self.clock.clone()
    }

    /// Keeps what it shows.
    pub(crate) fn keep(&self) -> std::io::Result<()> {
        write(&self.path, self.clock.now())
    }
}

/// Keeps an instant in a data folder, for the clock to go on from.
pub(crate) fn set(folder: &Path, now: DateTime<Utc>) -> std::io::Result<()> {
    write(&folder.join(FILE), now)
}

fn write(path: &Path, now: DateTime<Utc>) -> std::io::Result<()> {
    let text = serde_json::to_vec(&Shown { now }).map_err(std::io::Error::other)?;
    write_private(path, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn it_goes_on_where_it_stopped_and_never_before_what_was_recorded() {
        let home = tempfile::tempdir().unwrap();
        assert!(DemoClock::resume(home.path(), None).is_err());
        let first = at("2019-12-27T01:00:00Z");
        set(home.path(), first).unwrap();
        let clock = DemoClock::resume(home.path(), None).unwrap();
        assert!(clock.clock().now() >= first);
        clock.keep().unwrap();
        let later = at("2019-12-28T01:00:00Z");
        let clock = DemoClock::resume(home.path(), Some(later)).unwrap();
        assert!(clock.clock().now() >= later);
        let clock = DemoClock::resume(home.path(), Some(at("2018-01-01T00:00:00Z"))).unwrap();
        assert!(clock.clock().now() >= first && clock.clock().now() < later);
    }
}
