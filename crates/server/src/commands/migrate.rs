//! `migrate up|down|status`.

use clap::Subcommand;

use crate::{open::Opened, say, settings::Settings, trouble::Trouble};

#[derive(Subcommand)]
pub(super) enum Command {
    /// 升级到本程序的结构 / bring the schema up to date
    Up,
    /// 退回（有事件时拒绝）/ take the schema away; refused once events exist
    Down,
    /// 查看还差几步 / how many steps are missing
    Status,
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Trouble> {
    let opened = Opened::of(settings, matches!(command, Command::Up)).await?;
    match command {
        Command::Up => {
            let pending = opened.store.pending().await?;
            opened.store.migrate().await?;
            say::line(format!(
                "已升级 {pending} 步，结构为最新。  {pending} migrations applied; up to date."
            ));
        }
        Command::Down => {
            opened.store.migrate_down().await?;
            say::line("已退回。  The schema was taken away.");
        }
        Command::Status => match opened.store.pending().await? {
            0 => say::line("结构为最新。  Up to date."),
            pending => say::line(format!(
                "还差 {pending} 步：请运行 chuishao migrate up。  {pending} migrations are pending: run `chuishao migrate up`."
            )),
        },
    }
    Ok(())
}
