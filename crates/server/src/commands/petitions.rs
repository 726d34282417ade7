//! `petitions import`: a spreadsheet of messages becomes petitions, all or none. `petitions export`
//! gives it back with what came of them.

mod export;

use std::{path::PathBuf, str::FromStr as _, time::Instant};

use app::ImportError;
use chrono::{DateTime, Utc};
use clap::Subcommand;
use engine::{petition::Procedure, text::Lang as Tongue};
use papers::{
    Lang,
    messages::{self, Options, Override, Sheet, Use},
};

use super::caller;
use crate::{
    open::{CaseClock, Opened},
    say,
    settings::Settings,
    trouble::Trouble,
};

/// More problems than a screen shows.
const SHOWN: usize = 50;

#[derive(Subcommand)]
pub(super) enum Command {
    /// 从表格导入诉求：全部成功或全部不导入，重复导入不增加 / register a spreadsheet of messages
    Import(ImportArgs),
    /// 导出办理结果：写回导入时的表格，或另列一表 / write what came of them into the table as it came
    Export(export::Args),
}

#[derive(clap::Args)]
pub(super) struct ImportArgs {
    /// 表格，.xlsx 或 .csv / the spreadsheet
    file: PathBuf,
    /// 以谁的名义登记（用户名）/ the account it is registered by
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
    #[command(flatten)]
    table: TableArgs,
    /// 程序 / the procedure
    #[arg(long, default_value = "hotline", value_parser = procedure)]
    procedure: Procedure,
    /// 只检查，不导入 / look, and register nothing
    #[arg(long)]
    dry_run: bool,
}

/// How a table is read.
#[derive(clap::Args)]
struct TableArgs {
    /// 指定某列的含义，如 列标题=title；忽略某列写 列标题=ignore / what a column holds
    #[arg(long = "map", value_name = "列标题=FIELD")]
    maps: Vec<String>,
    /// 工作表；省略则取第一张 / the sheet
    #[arg(long)]
    sheet: Option<String>,
    /// 标题行的行号 / the row of the headings
    #[arg(long, value_name = "ROW")]
    header_row: Option<u32>,
}

impl TableArgs {
    fn is_given(&self) -> bool {
        !self.maps.is_empty() || self.sheet.is_some() || self.header_row.is_some()
    }

    fn overrides(&self) -> Result<Vec<Override>, Trouble> {
        let overrides = self.maps.iter().map(|it| Override::parse(it)).collect::<Result<_, _>>();
        overrides.map_err(|error| Trouble::wrong(error.message(Lang::Zh), error.message(Lang::En)))
    }

    fn options(self, overrides: Vec<Override>, now: DateTime<Utc>) -> Options {
        Options {
            sheet: self.sheet,
            header_row: self.header_row,
            overrides,
            ..Options::new(now.with_timezone(&messages::CHINA))
        }
    }
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Trouble> {
    match command {
        Command::Import(args) => import(settings, args).await,
        Command::Export(args) => export::run(settings, args).await,
    }
}

fn procedure(text: &str) -> Result<Procedure, String> {
    Procedure::from_str(text).map_err(|_| {
        "可用 / known: petition, hotline, dispute, report_up, assigned, emergency".to_owned()
    })
}

async fn import(settings: &Settings, args: ImportArgs) -> Result<(), Trouble> {
    let overrides = args.table.overrides()?;
    let bytes = read(&args.file)?;
    let opened = Opened::migrated(settings).await?;
    let clock = CaseClock::of(&opened).await?;
    let app = opened.app(settings, &clock).await?;
    let caller = caller(&app, &args.login).await?;

    let options = args.table.options(overrides, app.now());
    let sheet = messages::read(&bytes, &options).map_err(|error| unreadable(&error))?;
    show_mapping(&sheet);
    if !sheet.problems.is_empty() {
        return Err(show_problems(&sheet));
    }
    if args.dry_run {
        say::line(format!(
            "检查通过，共 {} 行，未导入（--dry-run）。  All {} rows are good; nothing was imported.",
            sheet.messages.len(),
            sheet.messages.len()
        ));
        return Ok(());
    }
    let since = Instant::now();
    let imported = app
        .import(&caller, args.procedure, &sheet.messages)
        .await
        .map_err(|error| refused(error, &sheet))?;
    say::line(format!(
        "导入完成：新增 {} 件，已有 {} 件，用时 {:.1} 秒。  {} added, {} known.",
        imported.added,
        imported.known,
        since.elapsed().as_secs_f64(),
        imported.added,
        imported.known
    ));
    if imported.unclassified > 0 {
        let n = imported.unclassified;
        say::line(format!(
            "其中 {n} 件的分类不在本中心的信访分类对照中，未归类。  {n} have a class that the taxonomy does not."
        ));
    }
    if let CaseClock::Demo(it) = clock {
        it.keep().map_err(|error| {
            Trouble::failed("无法保存演示时间。", "The time of the demonstration was not kept.")
                .because(error)
        })?;
    }
    Ok(())
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, Trouble> {
    let unopened = |error| {
        Trouble::wrong(
            format!("无法读取 {}。", path.display()),
            format!("{} cannot be read.", path.display()),
        )
        .because(error)
    };
    let size = std::fs::metadata(path).map_err(unopened)?.len();
    let limit = messages::Limits::default().file_bytes;
    if size > limit {
        return Err(unreadable(&messages::ReadError::FileTooLarge { bytes: size, limit }));
    }
    std::fs::read(path).map_err(unopened)
}

fn unreadable(error: &messages::ReadError) -> Trouble {
    Trouble::wrong(error.message(Lang::Zh), error.message(Lang::En))
}

fn show_mapping(sheet: &Sheet) {
    say::line(format!(
        "工作表 {}：{} 行。各列读作 / columns are read as:",
        sheet.sheet_name, sheet.rows
    ));
    let rows: Vec<Vec<String>> = sheet
        .mapping
        .columns
        .iter()
        .map(|it| {
            let usage = match it.usage {
                Use::Guessed(field) => format!("{} ({})", field.label(Lang::Zh), field.name()),
                Use::Assigned(field) => {
                    format!("{} ({}) ← --map", field.label(Lang::Zh), field.name())
                }
                Use::SecondChoice(field) => {
                    format!("不读取（另一列更像{}）", field.label(Lang::Zh))
                }
                Use::Ignored => "不读取".to_owned(),
            };
            vec![it.letter.clone(), it.header.clone(), usage]
        })
        .collect();
    say::table(&rows);
    if !sheet.other_sheets.is_empty() {
        say::line(format!("未读取的工作表 / sheets not read: {}", sheet.other_sheets.join("、")));
    }
}

fn show_problems(sheet: &Sheet) -> Trouble {
    for it in sheet.problems.iter().take(SHOWN) {
        let place = if sheet.sheet_name.is_empty() {
            String::new()
        } else {
            format!("{}!", sheet.sheet_name)
        };
        say::aside(format!("{place}{}", it.message(Lang::Zh)));
        say::aside(format!("    {}", it.message(Lang::En)));
    }
    let n_all = sheet.problems.len() + sheet.problems_left_out;
    if n_all > SHOWN {
        say::aside(format!("…… 另有 {} 处 / and {} more", n_all - SHOWN, n_all - SHOWN));
    }
    Trouble::wrong(
        format!("表格有 {n_all} 处问题，没有导入任何一行。改好后再导入。"),
        format!(
            "The spreadsheet has {n_all} problems; nothing was imported. Mend it and import again."
        ),
    )
}

fn refused(error: ImportError, sheet: &Sheet) -> Trouble {
    match error {
        ImportError::Row { row, error: app::Error::Refused(refusal) } => {
            let place = format!("{}!{row}", sheet.sheet_name);
            Trouble::wrong(
                format!("{place} 行：{}。没有导入任何一行。", refusal.sentence(Tongue::Zh)),
                format!("{place}: {}. Nothing was imported.", refusal.sentence(Tongue::En)),
            )
        }
        ImportError::Row { error, .. } | ImportError::Fault(error) => error.into(),
    }
}
