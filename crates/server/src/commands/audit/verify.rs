//! `audit verify`: an export and a public key are all it takes.
//!
//! 0 where nothing is wrong, 1 where something was found, 2 where it could not be looked at.

use std::{
    fs::File,
    io::{BufRead, BufReader, stdin},
    path::{Path, PathBuf},
    process::ExitCode,
};

use engine::{
    calendar::beijing,
    record::{PublicKey, Report, Verifier},
    text::Digest,
};

use super::{no_key, unusable};
use crate::{
    commands::Places,
    open::{CaseClock, Opened},
    record::{ledger::Ledger, seal_key},
    say,
    trouble::Trouble,
};

/// The name of the whole record in a folder.
pub(super) const RECORD: &str = "record.jsonl";
/// The name of the list of digests in the folder of a case.
pub(super) const SUMS: &str = "SHA256SUMS";
/// A line longer than this is none of ours.
const LONGEST: usize = 64 << 20;

#[derive(clap::Args)]
pub(in crate::commands) struct Args {
    /// 导出的文件，或其所在文件夹；- 为标准输入 / the export, a file or its folder; - reads standard input
    #[arg(required_unless_present = "database", conflicts_with = "database")]
    export: Option<PathBuf>,
    /// 公钥文件（chuishao audit key 所打印）/ the public key, as `chuishao audit key` prints it
    #[arg(long, required_unless_present = "database", value_name = "FILE")]
    key: Option<PathBuf>,
    /// 外部存留的封存底单所在文件夹 / the seals that were kept outside
    #[arg(long, value_name = "DIR")]
    ledger: Option<PathBuf>,
    /// 直接核验设置中的数据库 / check the database of the settings instead
    #[arg(long)]
    database: bool,
}

pub(super) async fn run(places: &Places, args: Args) -> Result<ExitCode, Trouble> {
    let given = args.key.as_deref().map(read_key).transpose()?;
    let ledger = args.ledger.as_deref().map(|it| Ledger::of(it).all()).transpose()?;
    let ledger = ledger.unwrap_or_default();
    if args.ledger.is_some() && ledger.is_empty() {
        return Err(Trouble::wrong(
            "所给文件夹中没有封存底单（seal-*.json）。",
            "There is no seal (seal-*.json) in the folder that was given.",
        ));
    }
    let changed = match args.export.as_deref().filter(|it| it.is_dir()) {
        Some(folder) => sums(folder)?,
        None => vec![],
    };
    let report = match args.export {
        Some(path) => {
            let key = given.ok_or_else(no_key)?;
            file(&path, Verifier::new(key, &seal_key::check, ledger))?
        }
        None => {
            let settings = places.settings()?;
            let held = || {
                Ok::<_, Trouble>(seal_key::load(&settings.keys)?.map(|it| app::Signer::public(&it)))
            };
            let key = given.map_or_else(held, |it| Ok(Some(it)))?.ok_or_else(no_key)?;
            let opened = Opened::beside(&settings).await?;
            let clock = CaseClock::of(&opened).await?;
            let app = opened.app_without_keys(&settings, &clock).await?;
            app.verify_record(Verifier::new(key, &seal_key::check, ledger)).await?
        }
    };
    tell(&report);
    let is_whole = tell_sums(&changed);
    Ok(if report.is_clean() && is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read_key(path: &Path) -> Result<PublicKey, Trouble> {
    let text = std::fs::read_to_string(path).map_err(|error| unusable(path, error))?;
    seal_key::parse_public(&text).ok_or_else(|| {
        Trouble::wrong(
            format!("{} 不是封存公钥。请用 chuishao audit key 所打印的文件。", path.display()),
            format!("{} is no public key as `chuishao audit key` prints it.", path.display()),
        )
    })
}

/// Reads an export line by line; no more than a line is held.
fn file(path: &Path, mut verifier: Verifier<'_>) -> Result<Report, Trouble> {
    let path = if path.is_dir() { path.join(RECORD) } else { path.to_owned() };
    let mut input: Box<dyn BufRead> = if path.as_os_str() == "-" {
        Box::new(BufReader::new(stdin()))
    } else {
        let file = File::open(&path).map_err(|error| unusable(&path, error))?;
        Box::new(BufReader::with_capacity(1 << 20, file))
    };
    let mut line = vec![];
    loop {
        line.clear();
        let mut bounded = std::io::Read::take(&mut input, LONGEST as u64);
        let n = bounded.read_until(b'\n', &mut line).map_err(|error| unusable(&path, error))?;
        if n == 0 {
            return Ok(verifier.end());
        }
        verifier.line(line.strip_suffix(b"\n").unwrap_or(&line));
    }
}

/// The files of a folder that are not what its list of digests says.
fn sums(folder: &Path) -> Result<Vec<String>, Trouble> {
    let list = folder.join(SUMS);
    let text = match std::fs::read_to_string(&list) {
        Ok(it) => it,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(unusable(&list, error)),
    };
    let differs = |line: &&str| match line.split_once("  ") {
        // A name that leads out of the folder is none of ours.
        Some((digest, name)) if !name.contains("..") && !name.starts_with('/') => {
            let content = std::fs::read(folder.join(name));
            !content.is_ok_and(|it| Digest::of(&it).to_string() == digest)
        }
        Some(_) | None => true,
    };
    Ok(text.lines().filter(differs).map(str::to_owned).collect())
}

fn tell_sums(changed: &[String]) -> bool {
    for it in changed {
        let name = it.split_once("  ").map_or(it.as_str(), |(_, name)| name);
        say::line(format!(
            "✗ 文件 {name} 缺失或被改动（{SUMS}）。  The file {name} is missing or was changed."
        ));
    }
    changed.is_empty()
}

fn tell(report: &Report) {
    if let Some(case) = &report.case {
        say::line(format!("这是一案的导出：{case}。  The export of one case."));
    }
    say::line(format!(
        "共 {} 次封存，{} 件，{} 个事件。  {} seals, {} streams, {} events.",
        report.seals, report.streams, report.events, report.seals, report.streams, report.events
    ));
    if let Some((no, at)) = report.last {
        let at = at.with_timezone(&beijing()).format("%Y-%m-%d %H:%M:%S");
        say::line(format!("最后一次封存：第 {no} 号，{at}。  The last seal is {no}."));
    }
    let (events, streams) = report.unsealed;
    if events > 0 {
        say::line(format!(
            "其后 {streams} 件中有 {events} 个事件尚未封存，只由各自的链保护。  {events} events in {streams} streams came later and are unsealed."
        ));
    }
    let (events, streams) = report.expired;
    if events > 0 {
        say::line(format!(
            "{streams} 份审计日志共 {events} 条已按期清除，有登记可查。  {events} notes in {streams} of the auditor's streams have expired, as recorded."
        ));
    }
    for (from, to) in &report.lost {
        say::line(format!(
            "第 {from} 至 {to} 号封存的内容因恢复旧副本而丢失，已登记认可。  What seals {from} to {to} covered was lost when an older copy was restored."
        ));
    }
    for it in &report.findings {
        say::line(format!("✗ {it}"));
    }
    let n_more = report.faults.saturating_sub(u64::try_from(report.findings.len()).unwrap_or(0));
    if n_more > 0 {
        say::line(format!("……另有 {n_more} 处。  …and {n_more} more."));
    }
    say::line(if report.is_clean() {
        "核验通过。  The record verifies.".to_owned()
    } else {
        format!("发现 {} 处异常。  {} things are wrong.", report.faults, report.faults)
    });
}
