//! `lists ledger`: 化解责任清单 as the table that offices print.

use std::path::PathBuf;

use crate::{
    commands::{
        caller,
        out::{Target, not_taken},
    },
    open::{CaseClock, Opened},
    say,
    settings::Settings,
    trouble::Trouble,
};

/// What to look at where there is no entry.
const NOTHING: (&str, &str) = (
    "没有该账号可以查看的清单条目，没有写出。已销号的条目须加 --all。",
    "There is no entry that the account may see; nothing was written. Entries that are signed off are written with --all.",
);

#[derive(clap::Args)]
pub(in crate::commands) struct Args {
    /// 写到此 .xlsx 文件 / the file to write
    #[arg(long, value_name = "FILE.xlsx")]
    to: PathBuf,
    /// 以谁的名义导出（用户名），只写其有权查看的条目 / the account that exports
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
    /// 连同已销号的条目 / those that are signed off, too
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(settings: &Settings, args: Args) -> Result<(), Trouble> {
    let target = Target::at(args.to)?;
    let opened = Opened::migrated(settings).await?;
    let clock = CaseClock::of(&opened).await?;
    let app = opened.app(settings, &clock).await?;
    let caller = caller(&app, &args.login).await?;
    let taken = app.export_ledger(&caller, args.all).await;
    let (workbook, n) = taken.map_err(|error| not_taken(error, NOTHING))?;
    target.write(&workbook)?;
    say::line(format!("已导出 {}：{n} 条。  {n} entries.", target.display()));
    Ok(())
}
