//! `petitions export`: what came of petitions, in the table as it was imported, or in one of its own.

use std::{path::PathBuf, time::Instant};

use chrono::NaiveDate;
use engine::Facts;
use papers::messages;

use super::{TableArgs, read, show_mapping, unreadable};
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

/// What to look at where no row is a petition.
const NOTHING: (&str, &str) = (
    "表中没有一行是该账号可以查看的已登记诉求，没有写出。请核对：是否为当初导入的文件，--map、--sheet、--header-row 是否与导入时相同，账号是否属于导入的中心并有权查看。",
    "No row of it is a registered petition that the account may see; nothing was written. See that it is the file that was imported, that --map, --sheet and --header-row are as they were then, and that the account is of the centre that imported it.",
);
/// What to look at where there is no petition.
const NONE: (&str, &str) = (
    "没有该账号可以查看的本中心诉求，没有写出。请核对账号和 --from、--until。",
    "There is no petition of its centre that the account may see; nothing was written. Check the account, --from and --until.",
);

#[derive(clap::Args)]
pub(in crate::commands) struct Args {
    /// 当初导入的表格；省略则列出本中心诉求 / the spreadsheet that was imported
    original: Option<PathBuf>,
    /// 写到此 .xlsx 文件 / the file to write
    #[arg(long, value_name = "FILE.xlsx")]
    to: PathBuf,
    /// 以谁的名义导出（用户名），只写其有权查看的内容 / the account that exports
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
    #[command(flatten)]
    table: TableArgs,
    /// 自此日登记的诉求 / petitions registered from this day
    #[arg(long, value_name = "DATE", conflicts_with = "original")]
    from: Option<NaiveDate>,
    /// 至此日止（含） / and up to this one
    #[arg(long, value_name = "DATE", conflicts_with = "original")]
    until: Option<NaiveDate>,
}

pub(super) async fn run(settings: &Settings, args: Args) -> Result<(), Trouble> {
    let overrides = args.table.overrides()?;
    let target = Target::at(args.to)?;
    let bytes = args.original.as_deref().map(read).transpose()?;
    if args.original.as_deref().is_some_and(|it| target.is(it)) {
        return Err(Trouble::wrong(
            "--to 不能是原表本身。请写到另一个文件，原表留存备查。",
            "--to is the original itself. Write to another file, and keep the original.",
        ));
    }
    let opened = Opened::migrated(settings).await?;
    let clock = CaseClock::of(&opened).await?;
    let app = opened.app(settings, &clock).await?;
    let caller = caller(&app, &args.login).await?;
    let since = Instant::now();
    let taken = match bytes {
        Some(bytes) => {
            let options = args.table.options(overrides, app.now());
            let original =
                messages::read_whole(&bytes, &options).map_err(|error| unreadable(&error))?;
            show_mapping(&original.sheet);
            let taken = app.export_outcomes(&caller, original).await;
            taken.map_err(|error| not_taken(error, NOTHING))?
        }
        None => {
            if args.table.is_given() {
                return Err(Trouble::wrong(
                    "--map、--sheet、--header-row 说明怎样读原表，请同时写上原表的文件名。",
                    "--map, --sheet and --header-row say how the original is read: name it, too.",
                ));
            }
            let from = args.from.and_then(|day| Facts::end_of(day.pred_opt()?));
            let until = args.until.and_then(Facts::end_of);
            let taken = app.export_petitions(&caller, (from, until)).await;
            taken.map_err(|error| not_taken(error, NONE))?
        }
    };
    target.write(&taken.workbook)?;
    say::line(format!(
        "已导出 {}：{} 件，未登记 {} 行，未导入 {} 行，用时 {:.1} 秒。  {} petitions, {} rows unknown, {} unread.",
        target.display(),
        taken.found,
        taken.absent,
        taken.unread,
        since.elapsed().as_secs_f64(),
        taken.found,
        taken.absent,
        taken.unread
    ));
    Ok(())
}
