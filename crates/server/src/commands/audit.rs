//! `audit verify|export|seal|key|accept-restore`: the record as an outsider sees it.

mod export;
mod verify;

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use app::By;
use clap::Subcommand;

use super::Places;
use crate::{
    data,
    open::{CaseClock, Opened},
    record::{
        keeper::{self, Keeper, shown},
        ledger::Ledger,
        seal_key,
    },
    say,
    settings::Settings,
    trouble::Trouble,
};

/// How long a command waits for the seal that it asked a running server for.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Subcommand)]
pub(super) enum Command {
    /// 核验导出的记录：只需导出文件和公钥，不用数据库与设置 / check an export against a public key
    Verify(verify::Args),
    /// 导出：全部记录为一个文件，或一案一档为文件夹 / export the record, or one case as a folder
    Export(export::Args),
    /// 立即封存 / seal now
    Seal,
    /// 打印封存公钥 / print the public key of the seals
    Key {
        /// 更换密钥：由旧密钥封存一次并指定新密钥 / have the old key name a new one in a seal
        #[arg(long)]
        rotate: bool,
    },
    /// 认可恢复旧副本，恢复封存 / accept that an older copy was restored
    AcceptRestore {
        /// 理由，随下一次封存交外部保管人 / why; whoever keeps the seals outside is told
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(places: &Places, command: Command) -> Result<ExitCode, Trouble> {
    match command {
        Command::Verify(args) => return verify::run(places, args).await,
        Command::Export(args) => export::run(&places.settings()?, args).await?,
        Command::Seal => seal(&places.settings()?).await?,
        Command::Key { rotate: false } => {
            let settings = places.settings()?;
            let key = seal_key::load(&settings.keys)?.ok_or_else(no_key)?;
            say::text(&seal_key::public_pem(&app::Signer::public(&key)));
        }
        Command::Key { rotate: true } => rotate(&places.settings()?).await?,
        Command::AcceptRestore { reason } => accept(&places.settings()?, &reason).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn no_key() -> Trouble {
    Trouble::wrong(
        "还没有封存密钥：首次封存时生成。请运行 chuishao audit seal。",
        "There is no key yet; the first seal makes it. Run `chuishao audit seal`.",
    )
}

/// Who looks after the record of the settings' database.
async fn keeper(settings: &Settings) -> Result<(Opened, Keeper), Trouble> {
    let opened = Opened::migrated(settings).await?;
    let clock = CaseClock::of(&opened).await?;
    let keeper = Keeper::new(opened.app(settings, &clock).await?, settings);
    Ok((opened, keeper))
}

fn tell(row: &store::SealRow, ledger: &Ledger) {
    let seal = &row.seal;
    say::line(format!(
        "第 {} 号封存，{}：{} 件，{} 个事件。底单在 {}。  Seal {} over {} streams and {} events.",
        seal.no,
        shown(row),
        seal.streams,
        seal.events,
        ledger.folder().display(),
        seal.no,
        seal.streams,
        seal.events
    ));
    say::line(format!("根 / root: {}", seal.root));
    say::line(format!("公钥指纹 / key: {}", seal.key.shown()));
}

async fn seal(settings: &Settings) -> Result<(), Trouble> {
    if settings.embedded_folder().as_deref().is_some_and(data::is_held) {
        return ask(settings).await;
    }
    let (_opened, keeper) = keeper(settings).await?;
    match keeper.seal(&By::default(), false).await? {
        Some(row) => tell(&row, keeper.ledger()),
        None => say::line("另一进程正在封存。  Another process is sealing."),
    }
    Ok(())
}

/// Asks the server that holds the data folder, and waits until the ledger shows the seal.
async fn ask(settings: &Settings) -> Result<(), Trouble> {
    let ledger = Ledger::of(&settings.record.ledger);
    let before = ledger.last_number()?;
    let path = keeper::request(&settings.data);
    data::write_private(&path, b"").map_err(|error| {
        Trouble::failed(
            format!("无法写入 {}。", path.display()),
            format!("{} cannot be written.", path.display()),
        )
        .because(error)
    })?;
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let last = ledger.last_number()?.filter(|it| Some(*it) != before);
        if let Some((row, _)) = last.map(|it| ledger.read(it)).transpose()?.flatten() {
            tell(&row, &ledger);
            return Ok(());
        }
    }
    Err(Trouble::failed(
        "正在运行的服务没有封存。请查看服务日志。",
        "The running server did not seal. Look into its log.",
    ))
}

async fn rotate(settings: &Settings) -> Result<(), Trouble> {
    let (_opened, keeper) = keeper(settings).await?;
    let busy = || {
        Trouble::failed("另一进程正在封存，请稍后再试。", "Another process is sealing; try again.")
    };
    let row = keeper.seal(&By::default(), true).await?.ok_or_else(busy)?;
    tell(&row, keeper.ledger());
    let next = row.seal.key_after();
    say::line(format!("新公钥指纹 / new key: {}", next.shown()));
    say::text(&seal_key::public_pem(&next));
    Ok(())
}

async fn accept(settings: &Settings, reason: &str) -> Result<(), Trouble> {
    let reason = reason.trim();
    if reason.chars().count() < 4 || reason.chars().count() > 500 {
        return Err(Trouble::wrong(
            "请写明理由，4 至 500 字。",
            "Say why, in 4 to 500 characters.",
        ));
    }
    let (_opened, keeper) = keeper(settings).await?;
    let row = keeper.accept_restore(&By::default(), reason).await?;
    say::line("已登记，并恢复封存。  It is recorded, and sealing goes on.");
    tell(&row, keeper.ledger());
    Ok(())
}

/// Where a file or folder cannot be used.
fn unusable(path: &std::path::Path, error: std::io::Error) -> Trouble {
    let path: PathBuf = path.to_owned();
    Trouble::wrong(
        format!("无法使用 {}。请检查路径和权限。", path.display()),
        format!("{} cannot be used. Check the path and its rights.", path.display()),
    )
    .because(error)
}
