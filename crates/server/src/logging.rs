//! The log: lines for people or for programs, on standard error.

use tracing_subscriber::{EnvFilter, fmt};

use crate::{
    settings::{Log, LogFormat},
    trouble::Trouble,
};

/// What others say on ordinary days; a filter that names them wins.
const QUIET: &str = "sea_orm_migration=warn,sqlx=warn";

/// Begins to log. The second call in a process changes nothing.
///
/// # Errors
/// Where the filter is none.
pub(crate) fn start(log: &Log) -> Result<(), Trouble> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", log.filter)).map_err(|error| {
        Trouble::wrong(
            "设置 log.filter 写法不对，例：info,mail=debug。",
            "The setting log.filter is none; an example is info,mail=debug.",
        )
        .because(error)
    })?;
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A process has one log; a test may have begun it before.
    let _ = match log.format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    Ok(())
}
