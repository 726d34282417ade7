//! `lists check`: whether a version of the four lists holds together.

use std::path::PathBuf;

use clap::Subcommand;
use engine::{lists::Lists, text::Lang};

use crate::{say, trouble::Trouble};

#[derive(Subcommand)]
pub(super) enum Command {
    /// 检查一个清单版本；不写文件则检查内置版本 / check a version; the preset one by default
    Check(CheckArgs),
}

#[derive(clap::Args)]
pub(super) struct CheckArgs {
    /// 清单文件（JSON）/ the file
    file: Option<PathBuf>,
}

pub(super) fn check(args: &CheckArgs) -> Result<(), Trouble> {
    let (name, text) = match &args.file {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Trouble::wrong(
                    format!("无法读取 {}。", path.display()),
                    format!("{} cannot be read.", path.display()),
                )
                .because(error)
            })?;
            (path.display().to_string(), Some(text))
        }
        None => ("内置清单".to_owned(), None),
    };
    let lists = text.map_or_else(Lists::preset, |it| Lists::read(&it)).map_err(|error| {
        Trouble::failed(format!("{name} 无法读取。"), format!("{name} cannot be read."))
            .because(error)
    })?;
    let faults = lists.check(None);
    for it in &faults {
        say::line(format!(
            "{} {} {}：{}",
            it.sheet.zh(),
            it.key,
            it.column,
            it.wrong.sentence(Lang::Zh)
        ));
    }
    if !faults.is_empty() {
        return Err(Trouble::failed(
            format!("{name} 有 {} 处错误，请按上列位置修改。", faults.len()),
            format!("{name} is wrong in {} places, named above.", faults.len()),
        ));
    }
    say::line(format!(
        "{name}：第 {} 版《{}》，自 {} 起施行，{} 个哨种、{} 个等级、{} 项事项，检查通过。",
        lists.version,
        lists.name,
        lists.effective_on,
        lists.kinds.len(),
        lists.levels.len(),
        lists.matters.rows.len(),
    ));
    say::line("It holds together.");
    Ok(())
}
