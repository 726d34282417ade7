//! The master keys as files: `data-1.key`, `data-2.key`, and `data.current`, which names the one that
//! new values are sealed under. The database knows which there were, and what each of them proves.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use app::{App, Clock as _, RunningClock};
use store::{Key, Store};

use crate::{key_file, loops::Stop, say, settings::Settings, trouble::Trouble};

/// How often a running server looks at the folder.
pub(crate) const LOOK: Duration = Duration::from_secs(5);

/// The keys of a folder.
pub(crate) struct Files {
    /// By their numbers.
    pub(crate) keys: BTreeMap<u32, Key>,
    /// Under which new values are sealed; none in an empty folder.
    pub(crate) current: Option<u32>,
}

impl Files {
    /// Reads a folder; one that is not there is empty.
    ///
    /// # Errors
    /// Where a file cannot be read, others may read it, or it holds no key; where `data.current`
    /// names none that is there.
    pub(crate) fn read(folder: &Path) -> Result<Self, Trouble> {
        let mut keys = BTreeMap::new();
        for (number, path) in listed(folder)? {
            let Some(content) = key_file::read(&path)? else { continue };
            keys.insert(number, parse(&content).ok_or_else(|| no_key(&path))?);
        }
        let path = current_path(folder);
        let current = match key_file::read(&path)? {
            Some(content) => {
                let named =
                    std::str::from_utf8(&content).ok().and_then(|it| it.trim().parse().ok());
                Some(named.filter(|it| keys.contains_key(it)).ok_or_else(|| wrong_current(&path))?)
            }
            None if keys.is_empty() => None,
            None => return Err(wrong_current(&path)),
        };
        Ok(Self { keys, current })
    }

    /// Adds a fresh key with the next number; it is not in use yet.
    ///
    /// # Errors
    /// Where it cannot be written, or the system gives no random numbers.
    pub(crate) fn add(folder: &Path) -> Result<u32, Trouble> {
        let number = listed(folder)?.last().map_or(1, |(number, _)| number + 1);
        let key = store::random_key()?;
        let text: String = key.iter().map(|it| format!("{it:02x}")).collect();
        key_file::write(&key_path(folder, number), format!("{text}\n").as_bytes())?;
        Ok(number)
    }

    /// Seals new values under this key from now on.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn make_current(folder: &Path, number: u32) -> Result<(), Trouble> {
        key_file::write(&current_path(folder), format!("{number}\n").as_bytes())
    }

    /// Hands the keys to a store.
    fn hand(self, store: &Store) -> Result<(), Trouble> {
        let current = self.current.ok_or(store::Error::KeyMissing { key: None })?;
        Ok(store.keyring().replace(self.keys, current)?)
    }
}

/// The file of a key.
pub(crate) fn key_path(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("data-{number}.key"))
}

fn current_path(folder: &Path) -> PathBuf {
    folder.join("data.current")
}

/// The key files of a folder in the order of their numbers.
fn listed(folder: &Path) -> Result<Vec<(u32, PathBuf)>, Trouble> {
    let unusable = |error: io::Error| {
        Trouble::failed(
            format!("无法读取密钥文件夹 {}。请检查设置 keys.folder 和权限。", folder.display()),
            format!(
                "The folder of the keys {} cannot be read. Check keys.folder.",
                folder.display()
            ),
        )
        .because(error)
    };
    let mut res = vec![];
    let entries = match std::fs::read_dir(folder) {
        Ok(it) => it,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(res),
        Err(error) => return Err(unusable(error)),
    };
    for entry in entries {
        let path = entry.map_err(unusable)?.path();
        let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
        let number = name.strip_prefix("data-").and_then(|it| it.strip_suffix(".key"));
        if let Some(number) = number.and_then(|it| it.parse().ok()) {
            res.push((number, path));
        }
    }
    res.sort();
    Ok(res)
}

/// 64 hexadecimal digits.
fn parse(content: &[u8]) -> Option<Key> {
    let digits = content.trim_ascii();
    if digits.len() != 2 * store::KEY_LEN {
        return None;
    }
    let mut key = Key::default();
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(key)
}

fn no_key(path: &Path) -> Trouble {
    let path = path.display();
    Trouble::wrong(
        format!("{path} 的内容不是密钥：应为 64 个十六进制数字。请从备份中恢复该文件。"),
        format!(
            "{path} holds no key: it should be 64 hexadecimal digits. Restore the file from its copy."
        ),
    )
}

fn wrong_current(path: &Path) -> Trouble {
    let path = path.display();
    Trouble::wrong(
        format!("{path} 没有指明所用的密钥，或所指的密钥文件不在。请写入 data-N.key 中的编号 N。"),
        format!("{path} names no key that is there. Write the number N of a data-N.key into it."),
    )
}

/// Gives a store its keys. The very first key is made where neither the folder nor the database
/// knows one; a key that is missing is never made anew.
///
/// # Errors
/// Where the files are not as they should be, or are not those of the database.
pub(crate) async fn hold(settings: &Settings, store: &Store) -> Result<(), Trouble> {
    let folder = &settings.keys;
    let district = store.district().await?.map(|it| it.0);
    let mut files = Files::read(folder)?;
    if files.current.is_none() {
        if let Some(district) = district {
            let known = store.known_keys(district).await?.last().copied();
            let used = store.keys_in_use(district).await?.into_keys().last();
            if let Some(key) = known.or(used) {
                return Err(store::Error::KeyMissing { key: Some(key) }.into());
            }
        }
        let number = Files::add(folder)?;
        Files::make_current(folder, number)?;
        say::aside(format!(
            "已生成密钥 {}。请另存副本，勿与数据库放在一处：丢失密钥，封存的个人信息无法恢复。\nA key was made. Keep a copy of it apart from the database: what is sealed cannot be read without it.",
            key_path(folder, number).display()
        ));
        files = Files::read(folder)?;
    }
    files.hand(store)?;
    if let Some(district) = district {
        store.prove_keys(district, RunningClock::wall().now()).await?;
    }
    Ok(())
}

/// Seals what an older version left plain, before anybody is answered.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn seal_what_is_plain(app: &App) -> Result<(), Trouble> {
    let done = app.store().seal_anew(app.district()).await?;
    if done.plain > 0 {
        tracing::info!(n_rows = done.plain, "what was plain is sealed");
        app.store().scrub().await?;
    }
    Ok(())
}

/// Takes up keys that are added while the program runs, and wraps anew what is under an old one.
pub(crate) async fn keep_fresh(app: App, folder: PathBuf, mut stop: Stop) {
    let mut seen = stamp(&folder);
    while stop.rest(LOOK).await {
        let now = stamp(&folder);
        if now == seen {
            continue;
        }
        match take_up(&app, &folder).await {
            Ok(n) => {
                seen = now;
                tracing::info!(n_rows = n, "the keys were read anew");
            }
            Err(trouble) => {
                let error: &(dyn std::error::Error + 'static) = &trouble;
                tracing::error!(error, "the keys cannot be used; those of before stay");
            }
        }
    }
}

async fn take_up(app: &App, folder: &Path) -> Result<u64, Trouble> {
    Files::read(folder)?.hand(app.store())?;
    app.store().prove_keys(app.district(), app.wall()).await?;
    let done = app.store().seal_anew(app.district()).await?;
    Ok(done.plain + done.rewrapped)
}

/// What changes with the files.
fn stamp(folder: &Path) -> Vec<(PathBuf, Option<SystemTime>, u64)> {
    let paths = listed(folder).unwrap_or_default().into_iter().map(|(_, path)| path);
    let paths = paths.chain([current_path(folder)]);
    let one = |path: PathBuf| {
        let found = path.metadata().ok();
        let len = found.as_ref().map_or(0, std::fs::Metadata::len);
        (path, found.and_then(|it| it.modified().ok()), len)
    };
    paths.map(one).collect()
}
