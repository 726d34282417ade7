//! `audit export`: the whole record as one file, or one case as a folder.

use std::{
    fs::OpenOptions,
    io::{BufWriter, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use app::{App, By};
use engine::{actor::Role, audit::AuditFact};

use super::unusable;
use crate::{
    commands::caller,
    open::{CaseClock, Opened},
    say,
    settings::Settings,
    trouble::Trouble,
};

#[derive(clap::Args)]
pub(in crate::commands) struct Args {
    /// 写入的文件；导出一案时为文件夹。已存在则拒绝 / where to write; it must not be there yet
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// 以谁的名义导出（用户名）；全部记录须为审计员 / the account that exports
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
}

pub(super) async fn run(settings: &Settings, args: Args) -> Result<(), Trouble> {
    let opened = Opened::migrated(settings).await?;
    let clock = CaseClock::of(&opened).await?;
    let app = opened.app(settings, &clock).await?;
    let by = match &args.login {
        Some(login) => {
            let caller = caller(&app, login).await?;
            if !caller.member.roles.contains(&Role::Auditor) {
                return Err(Trouble::wrong(
                    format!("{login} 不是审计员，不能导出全部记录。"),
                    format!("{login} is no auditor and cannot export the whole record."),
                ));
            }
            caller.by()
        }
        None => By::default(),
    };
    whole(&app, &by, &args.out).await
}

/// The whole record: ids, codes and digests, no text and no personal data.
async fn whole(app: &App, by: &By, path: &Path) -> Result<(), Trouble> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| unusable(path, error))?;
    let mut file = BufWriter::with_capacity(1 << 20, file);
    let mut put = |line: &str| {
        file.write_all(line.as_bytes())?;
        file.write_all(b"\n")
    };
    let end = app.export_record(&mut put).await?;
    let file = file.into_inner().map_err(|error| unusable(path, error.into_error()))?;
    file.sync_all().map_err(|error| unusable(path, error))?;
    app.note(by, AuditFact::Exported { case: None }).await?;
    say::line(format!(
        "已导出 {}：{} 次封存，{} 件，{} 个事件。  {} seals, {} streams, {} events.",
        path.display(),
        end.seals,
        end.streams,
        end.events,
        end.seals,
        end.streams,
        end.events
    ));
    Ok(())
}
