//! That a backup was made is on the record: noted at once, or by the server that holds the database.

use std::path::Path;

use app::{App, By, Clock as _, Ids as _, RunningClock, SystemIds};
use engine::{audit::AuditFact, ids::AuditId};
use store::Notes;

use super::write::Made;
use crate::{data, open::Opened, settings::Settings, trouble::Trouble};

/// How the name of what is left for a server begins and ends.
const NAME: (&str, &str) = ("backup-", ".made");

/// Notes a backup, or leaves it to the server that holds the folder of an embedded database.
pub(crate) async fn tell(settings: &Settings, made: &Made) -> Result<(), Trouble> {
    let fact = AuditFact::BackedUp { made_at: made.made_at, digest: made.digest };
    if settings.embedded_folder().as_deref().is_some_and(data::is_held) {
        let (head, tail) = NAME;
        let path = settings.data.join(format!("{head}{}{tail}", made.digest));
        let text = serde_json::to_vec(&fact).map_err(|error| untold().because(error))?;
        return data::write_private(&path, &text).map_err(|error| untold().because(error));
    }
    let opened = Opened::migrated(settings).await?;
    let district = opened.store.district().await?.ok_or(app::Error::NotSetUp)?.0;
    let notes = Notes::by_program(RunningClock::wall().now(), AuditId(SystemIds.fresh()));
    Ok(opened.store.note(district, notes.saying(fact)).await?)
}

/// Notes what was left in the data folder. What is noted and not yet removed when the process is
/// killed is noted twice.
pub(crate) async fn take_up(app: &App, folder: &Path) -> Result<(), Trouble> {
    let unread = |error: std::io::Error| untold().because(error);
    for entry in std::fs::read_dir(folder).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
        if !name.starts_with(NAME.0) || !name.ends_with(NAME.1) {
            continue;
        }
        let text = std::fs::read(&path).map_err(unread)?;
        // Whoever writes here could write anything: it says that a backup was made, and nothing else.
        match serde_json::from_slice::<AuditFact>(&text) {
            Ok(fact @ AuditFact::BackedUp { .. }) => app.note(&By::default(), fact).await?,
            Ok(_) | Err(_) => tracing::warn!("what was left of a backup cannot be read"),
        }
        std::fs::remove_file(&path).map_err(unread)?;
    }
    Ok(())
}

fn untold() -> Trouble {
    Trouble::failed(
        "备份已写好，但未能记入审计。请检查数据文件夹的权限和磁盘空间，并告知审计管理员。",
        "The backup is written, and could not be put on the record. Look at the data folder and the disk, and tell the auditor.",
    )
}
