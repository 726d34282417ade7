//! The subcommands. Each opens what a server would open, by the same settings, and holds the lock
//! of an embedded database while it does.

mod audit;
mod backup;
mod calendar;
mod demo;
mod doctor;
mod keys;
mod lists;
mod migrate;
mod out;
mod petitions;
mod rebuild;
mod user;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use app::{App, Caller};
use clap::{Args, Parser, Subcommand};

use crate::{
    logging, say,
    serve::{Role, Server},
    settings::{Flags, Settings},
    trouble::Trouble,
};

/// 中心吹哨、部门报到：县区社会治安综合治理中心的吹哨报到系统
///
/// The centre blows, departments report in: software for county governments.
#[derive(Parser)]
#[command(name = "chuishao", version)]
struct Cli {
    #[command(flatten)]
    places: Places,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Places {
    /// 设置文件 chuishao.toml / the settings file
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 数据目录 / the data folder
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// 演示：重演张湾区 2019 年并开启服务 / play the year 2019 of Zhangwan and serve it
    Demo(demo::Args),
    /// 开启服务 / serve
    Serve(ServeArgs),
    /// 数据库结构：升级、退回、查看 / the schema of the database
    #[command(subcommand)]
    Migrate(migrate::Command),
    /// 体检：逐项检查设置、磁盘、数据库、日历、清单、邮件、时钟 / tell what is wrong with a set-up
    Doctor,
    /// 打印 GraphQL 契约 / print the GraphQL contract
    Schema,
    /// 账号 / accounts
    #[command(subcommand)]
    User(user::Command),
    /// 封存个人信息所用的密钥 / the keys of sealed personal data
    #[command(subcommand)]
    Keys(keys::Command),
    /// 工作日历 / the calendar of working days
    #[command(subcommand)]
    Calendar(calendar::Command),
    /// 诉求 / petitions
    #[command(subcommand)]
    Petitions(petitions::Command),
    /// 由事件重算全部状态并比对 / fold all streams anew and compare
    Rebuild(rebuild::Args),
    /// 四张清单 / the four lists
    #[command(subcommand)]
    Lists(lists::Command),
    /// 备份全部数据到一个文件 / everything into one file
    Backup(backup::BackupArgs),
    /// 把备份恢复到空数据库 / a backup into an empty database
    Restore(backup::RestoreArgs),
    /// 记录：核验、导出、封存 / the record: check, export, seal
    #[command(subcommand)]
    Audit(audit::Command),
}

#[derive(Args)]
struct ServeArgs {
    /// 监听地址 / where to listen
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// 本进程的职责 / what this process does
    #[arg(long, value_enum, default_value = "all")]
    role: Role,
}

/// Runs the program: 0 when it went well, 1 when it failed, 2 when something must be said or set
/// differently.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let res = match runtime {
        Ok(it) => it.block_on(cli.run()),
        Err(error) => Err(Trouble::failed("无法启动。", "It cannot be started.").because(error)),
    };
    match res {
        Ok(code) => code,
        Err(trouble) => {
            say::aside(trouble.to_string());
            ExitCode::from(trouble.exit())
        }
    }
}

impl Places {
    fn flags(&self) -> Flags {
        Flags { config: self.config.clone(), data: self.data.clone(), listen: None }
    }

    /// The settings, and the log that they ask for.
    fn settings(&self) -> Result<Settings, Trouble> {
        start(Settings::of_process(&self.flags())?)
    }
}

/// Begins to log as the settings say.
fn start(settings: Settings) -> Result<Settings, Trouble> {
    logging::start(&settings.log)?;
    Ok(settings)
}

impl Cli {
    async fn run(self) -> Result<ExitCode, Trouble> {
        let places = self.places;
        match self.command {
            Command::Demo(args) => demo::run(&places, args).await?,
            Command::Serve(args) => {
                let flags = Flags { listen: args.listen, ..places.flags() };
                serve(start(Settings::of_process(&flags)?)?, args.role).await?;
            }
            Command::Migrate(command) => migrate::run(&places.settings()?, command).await?,
            Command::Doctor => return doctor::run(&places.flags()).await,
            Command::Schema => say::text(&graph::sdl()),
            Command::User(command) => user::run(&places.settings()?, command).await?,
            Command::Keys(command) => keys::run(&places.settings()?, command).await?,
            Command::Calendar(command) => calendar::run(&places.settings()?, command).await?,
            Command::Petitions(command) => petitions::run(&places.settings()?, command).await?,
            Command::Rebuild(args) => return rebuild::run(&places.settings()?, &args).await,
            Command::Lists(command) => lists::run(&places.settings()?, command).await?,
            Command::Backup(args) => backup::make(&places.settings()?, args).await?,
            Command::Restore(args) => return backup::restore(&places.settings()?, args).await,
            Command::Audit(command) => return audit::run(&places, command).await,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Somebody whose account can act, by the name they sign in with.
async fn caller(app: &App, login: &str) -> Result<Caller, Trouble> {
    let found = app.store().credentials(app.district(), login).await?;
    let caller = match found {
        Some(it) => app.caller(it.account.person, None).await?,
        None => None,
    };
    caller.ok_or_else(|| {
        Trouble::wrong(
            format!("没有可用的账号 {login}。用 chuishao user list 查看全部账号。"),
            format!(
                "There is no account {login} that can act. `chuishao user list` shows them all."
            ),
        )
    })
}

async fn serve(settings: Settings, role: Role) -> Result<(), Trouble> {
    let server = Server::new(&settings).await?;
    say::aside(format!(
        "吹哨已启动：http://{}（{}）  chuishao is serving",
        server.address(),
        server.app().district_name()
    ));
    server.run(role).await
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }
}
