//! A backup into an empty place, in one piece: an embedded database is filled under another name and
//! takes its own at the end; on a server everything is one transaction.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use engine::{audit::AuditFact, ids::AuditId, text::Digest};
use store::{KeyNeeded, Keyring, Notes, Table};
use tokio::sync::mpsc;

use super::{
    read::{Damage, Verified, verify, walk},
    table_of,
};
use crate::{
    data::Folder,
    master_keys::Files,
    open::{CaseClock, Opened},
    record::ledger::Ledger,
    settings::Settings,
    trouble::Trouble,
};

/// How many parts wait to be loaded.
const WAITING: usize = 2;

/// What came back.
pub(crate) struct Restored {
    /// What was read.
    pub(crate) backup: Verified,
    /// What does not hold, which then did not hold where the backup was made.
    pub(crate) checked: app::Checked,
    /// How many open deadlines there are.
    pub(crate) deadlines: u64,
    /// How many sessions and tokens ended.
    pub(crate) ended: u64,
    /// The last seal outside the database, where that is newer than the last in it.
    pub(crate) newer_seal: Option<u32>,
}

/// Restores a backup into the empty database of the settings.
pub(crate) async fn restore(
    settings: &Settings,
    from: &Path,
    keep_tokens: bool,
) -> Result<Restored, Trouble> {
    let file = from.to_owned();
    let backup = tokio::task::spawn_blocking(move || verify(&file)).await;
    let backup = backup.map_err(stopped)?.map_err(|it| it.told(from))?;
    held(&settings.keys, &backup.manifest.keys)?;
    match settings.database_file() {
        None => {
            let opened = Opened::within(settings, None).await?;
            fill(settings, opened, from, backup, keep_tokens).await
        }
        Some(name) => {
            let folder = settings.embedded_folder().map(|it| Folder::hold(&it)).transpose()?;
            if name.exists() {
                return Err(Trouble::wrong(
                    format!(
                        "数据库文件 {} 已存在，未作任何更改。请用 --data 指明空目录，或先把它移走。",
                        name.display()
                    ),
                    format!(
                        "The database {} is there already; nothing was changed. Name an empty folder with --data, or move it away.",
                        name.display()
                    ),
                ));
            }
            let place = Place::new(&name);
            // What a try that was cut short has left.
            place.clear().map_err(|error| unusable(&name, error))?;
            let mut settings = settings.clone();
            settings.use_database(&place.draft);
            let opened = Opened::within(&settings, folder).await?;
            let done = fill(&settings, opened, from, backup, keep_tokens).await;
            match done {
                Ok(it) => {
                    place.take(&name).map_err(|error| unusable(&name, error))?;
                    Ok(it)
                }
                Err(trouble) => {
                    // What cannot be removed is removed by the next try.
                    let _ = place.clear();
                    Err(trouble)
                }
            }
        }
    }
}

/// Whether the keys are there without which what is sealed could not be read.
fn held(folder: &Path, needed: &[KeyNeeded]) -> Result<(), Trouble> {
    if needed.is_empty() {
        return Ok(());
    }
    let files = Files::read(folder)?;
    let missing = |id: u32| {
        Trouble::wrong(
            format!(
                "恢复需要 {id} 号密钥（data-{id}.key），{} 中没有，或不是同一把。请先把另存的密钥放回，未作任何更改。",
                folder.display()
            ),
            format!(
                "The key {id} (data-{id}.key) is needed, and {} does not hold it, or holds another. Put its copy back first; nothing was changed.",
                folder.display()
            ),
        )
    };
    let first = needed.first().map_or(1, |it| it.id);
    let current = files.current.ok_or_else(|| missing(first))?;
    let keyring = Keyring::default();
    keyring.replace(files.keys, current)?;
    let lacks = |it: &&KeyNeeded| {
        let here = keyring.proof(it.id).map(Digest);
        here.is_none() || it.proof.is_some_and(|it| Some(it) != here)
    };
    needed.iter().find(lacks).map_or(Ok(()), |it| Err(missing(it.id)))
}

/// Fills an empty database, holds it against the backup, and looks whether everything agrees.
async fn fill(
    settings: &Settings,
    opened: Opened,
    from: &Path,
    backup: Verified,
    keep_tokens: bool,
) -> Result<Restored, Trouble> {
    let store = &opened.store;
    store.prepare(&backup.head.steps).await?;
    let loader = store.loader().await?;
    let (parts, mut loading) = mpsc::channel::<(String, Vec<u8>)>(WAITING);
    let file = from.to_owned();
    let reader = tokio::task::spawn_blocking(move || {
        walk(&file, |path, content| {
            // Whoever does not take it has told why.
            let _ = parts.blocking_send((path.to_owned(), content.to_vec()));
            if parts.is_closed() { Err(Damage::Form) } else { Ok(()) }
        })
    });
    let table = |name: &str| backup.head.tables.iter().find(|it| it.name == name);
    while let Some((path, content)) = loading.recv().await {
        if let Some(table) = table_of(&path).and_then(table) {
            loader.load(table, &content).await?;
        }
    }
    reader.await.map_err(stopped)?.map_err(|it| it.told(from))?;
    for table in &backup.head.tables {
        let here = loader.tally(table).await?;
        if backup.manifest.tables.get(&table.name) != Some(&here) {
            return Err(differs(table));
        }
    }
    let ended = loader.settle(&backup.head.tables, keep_tokens).await?;
    loader.commit().await?;
    store.migrate().await?;

    let clock = CaseClock::of(&opened).await?;
    let app = opened.app(settings, &clock).await?;
    let checked = app.check().await?;
    let deadlines = store.open_deadlines().await?;
    let notes = Notes::by_program(app.wall(), AuditId(app.fresh()));
    let fact = AuditFact::Restored { made_at: backup.head.made_at, digest: backup.digest };
    store.note(app.district(), notes.saying(fact)).await?;
    store.fold_log().await?;
    // What came after the backup is lost, and the next seal has to say so.
    let outside = Ledger::of(&settings.record.ledger).last_number()?;
    let newer_seal = outside.filter(|it| backup.manifest.seal.is_none_or(|here| here < *it));
    opened.store.clone().close().await?;
    Ok(Restored { backup, checked, deadlines, ended, newer_seal })
}

/// Where an embedded database is filled before it takes its name.
struct Place {
    draft: PathBuf,
}

impl Place {
    fn new(name: &Path) -> Self {
        let mut draft = name.as_os_str().to_owned();
        draft.push(".restoring");
        Self { draft: PathBuf::from(draft) }
    }

    fn clear(&self) -> std::io::Result<()> {
        for end in ["", "-wal", "-shm", "-journal"] {
            let mut path = self.draft.as_os_str().to_owned();
            path.push(end);
            match std::fs::remove_file(PathBuf::from(path)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => (),
            }
        }
        Ok(())
    }

    fn take(&self, name: &Path) -> std::io::Result<()> {
        File::open(&self.draft)?.sync_all()?;
        std::fs::rename(&self.draft, name)?;
        self.clear()?;
        if let Some(folder) = name.parent().filter(|it| !it.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

fn differs(table: &Table) -> Trouble {
    let name = &table.name;
    Trouble::failed(
        format!("恢复后的表 {name} 与备份不一致，已全部撤回。请检查磁盘和数据库后重试。"),
        format!(
            "The table {name} does not come to what the backup says; everything was taken back. Look at the disk and the database and try again."
        ),
    )
}

fn unusable(name: &Path, error: std::io::Error) -> Trouble {
    Trouble::failed(
        format!("无法写入 {}。请检查路径、权限和磁盘空间。", name.display()),
        format!("{} cannot be written. Check the path, its rights and the disk.", name.display()),
    )
    .because(error)
}

fn stopped(error: tokio::task::JoinError) -> Trouble {
    Trouble::failed("恢复意外中止。", "The restore was stopped.").because(error)
}
