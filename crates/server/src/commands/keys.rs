//! `keys`: which master keys there are, a new one in their place, and the end of an old one.

use std::time::Duration;

use clap::Subcommand;

use crate::{
    data,
    master_keys::{Files, LOOK, key_path},
    open::Opened,
    say,
    settings::Settings,
    trouble::Trouble,
};

#[derive(Subcommand)]
pub(super) enum Command {
    /// 列出密钥，以及各自封存的数量（数据库未被占用时） / the keys, and how much each of them seals
    List,
    /// 换用新密钥；运行中的服务数秒内自动改用并重封，不停机 / a new key; a running server takes it up
    Rotate,
    /// 新增密钥但暂不启用：多台服务器共用数据库时，先把文件复制到各台，再用 keys use 启用
    /// / add a key without using it yet, to be copied to every machine first
    Add,
    /// 启用某一密钥 / seal under this key from now on
    Use {
        /// 编号 / its number
        number: u32,
    },
    /// 删除已不再使用的旧密钥；仍有内容时拒绝 / delete an old key that seals nothing any more
    Retire {
        /// 编号 / its number
        number: u32,
    },
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Trouble> {
    let folder = &settings.keys;
    match command {
        Command::List => list(settings).await,
        Command::Add => {
            let number = Files::add(folder)?;
            say::line(format!(
                "已新增密钥 {}，尚未启用。  Added, not in use yet.",
                key_path(folder, number).display()
            ));
            Ok(())
        }
        Command::Use { number } => make_current(settings, number),
        Command::Rotate => {
            Files::read(folder)?;
            let number = Files::add(folder)?;
            // A running server must hold the key before anything is sealed under it by another.
            std::thread::sleep(wait(settings));
            make_current(settings, number)
        }
        Command::Retire { number } => retire(settings, number).await,
    }
}

/// How long until every process of this folder has looked at it.
fn wait(settings: &Settings) -> Duration {
    match settings.embedded_folder() {
        Some(folder) if !data::is_held(&folder) => Duration::ZERO,
        Some(_) | None => 2 * LOOK,
    }
}

fn make_current(settings: &Settings, number: u32) -> Result<(), Trouble> {
    let files = Files::read(&settings.keys)?;
    if !files.keys.contains_key(&number) {
        return Err(no_key(number));
    }
    Files::make_current(&settings.keys, number)?;
    say::line(format!(
        "新内容改用 {number} 号密钥封存，旧内容由服务自动重封。请另存新密钥的副本。  Key {number} is in use; keep a copy of it."
    ));
    Ok(())
}

fn no_key(number: u32) -> Trouble {
    Trouble::wrong(
        format!("没有 {number} 号密钥（data-{number}.key）。用 chuishao keys list 查看。"),
        format!("There is no key {number} (data-{number}.key). `chuishao keys list` shows them."),
    )
}

async fn list(settings: &Settings) -> Result<(), Trouble> {
    let files = Files::read(&settings.keys)?;
    let held = settings.embedded_folder().is_some_and(|it| data::is_held(&it));
    let used = if held { None } else { Some(used(settings).await?) };
    for number in files.keys.keys() {
        let mark = if files.current == Some(*number) { "，当前  current" } else { "" };
        let n = used.as_ref().map(|it| it.get(number).copied().unwrap_or(0));
        let n = n.map(|it| format!("，封存 {it} 项  seals {it}")).unwrap_or_default();
        say::line(format!("data-{number}.key{mark}{n}"));
    }
    if used.is_none() {
        say::line(
            "服务正在运行，未统计封存数量。  The server is running: what they seal was not counted.",
        );
    }
    Ok(())
}

async fn used(settings: &Settings) -> Result<std::collections::BTreeMap<u32, u64>, Trouble> {
    let opened = Opened::migrated(settings).await?;
    let district = opened.store.district().await?.ok_or(app::Error::NotSetUp)?.0;
    Ok(opened.store.keys_in_use(district).await?)
}

async fn retire(settings: &Settings, number: u32) -> Result<(), Trouble> {
    let files = Files::read(&settings.keys)?;
    let path = key_path(&settings.keys, number);
    if !files.keys.contains_key(&number) {
        return Err(no_key(number));
    }
    let n = used(settings).await?.get(&number).copied().unwrap_or(0);
    if files.current == Some(number) || n > 0 {
        return Err(Trouble::wrong(
            format!(
                "{number} 号密钥仍在使用（封存 {n} 项），不能删除。先运行 chuishao keys rotate 并启动服务，待其重封完毕。"
            ),
            format!(
                "Key {number} is in use (it seals {n}). Run `chuishao keys rotate`, and let the server wrap them anew."
            ),
        ));
    }
    std::fs::remove_file(&path).map_err(|error| {
        Trouble::failed(
            format!("无法删除 {}。", path.display()),
            format!("{} cannot be deleted.", path.display()),
        )
        .because(error)
    })?;
    say::line(format!(
        "已删除 {number} 号密钥。备份中的旧数据仍需要它时，请保留其副本。  Deleted; old backups still need a copy of it."
    ));
    Ok(())
}
