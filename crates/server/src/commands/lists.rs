//! `lists`: the four lists as workbooks, their drafts checked and proven, and put in force.

mod ledger;

use std::path::{Path, PathBuf};

use app::{App, Caller, DraftView, ListsError, Progress, told_of_workbook};
use chrono::NaiveDate;
use clap::Subcommand;
use engine::{
    calendar::{Calendar, beijing},
    directory::Directory,
    facts::Facts,
    ids::{DistrictId, ListsDraftId},
    lists::{self, Lists, diff::diff, draft::Draft, table::columns},
    prove::{Finding, Proof, Prover, Severity},
    text::Lang,
    whatif,
};
use papers::lists as workbook;
use store::{RegisterState, Store};

use super::caller;
use crate::{
    open::{CaseClock, Opened},
    say,
    settings::Settings,
    trouble::Trouble,
};

/// More changes and problems than a screen shows.
const SHOWN: usize = 200;

#[derive(Subcommand)]
pub(super) enum Command {
    /// 检查并验证一个版本、草案或文件；不写则为施行中的版本 / check and prove a version, draft or file
    Check(CheckArgs),
    /// 导出为工作簿 / write a version or draft as a workbook
    Export(ExportArgs),
    /// 导入工作簿为草案：全部成功或全部不导入 / read a workbook into a draft, all or nothing
    Import(ImportArgs),
    /// 两个版本、草案或文件的差异 / what differs between two versions, drafts or files
    Diff(DiffArgs),
    /// 列出各版本和草案 / list versions and drafts
    Show,
    /// 推演：按草案或文件重新计算历史 / count the past anew under a draft, version or file
    Simulate(SimulateArgs),
    /// 发布草案，须由起草人以外的人发布 / put a draft in force, by somebody who did not write it
    Publish(PublishArgs),
    /// 导出化解责任清单台账：供打印 / the entries of the responsibility list, to be printed
    Ledger(ledger::Args),
}

/// What a version is named by.
const WHICH: &str =
    "版本号、草案编号(ldr_…)、preset，或 .xlsx/.json 文件 / a version, a draft, preset, or a file";

#[derive(clap::Args)]
pub(super) struct CheckArgs {
    #[arg(help = WHICH)]
    which: Option<String>,
    /// 只检查各行，不作完整验证 / look at the rows only
    #[arg(long)]
    rows: bool,
    /// 以谁的名义（用户名）：验证草案并保存结果，以便发布 / keep what is found with the draft
    #[arg(long = "as", value_name = "LOGIN", conflicts_with = "rows")]
    login: Option<String>,
}

#[derive(clap::Args)]
pub(super) struct ExportArgs {
    #[arg(help = WHICH)]
    which: Option<String>,
    /// 写到此文件 / the file to write
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

#[derive(clap::Args)]
pub(super) struct ImportArgs {
    /// 工作簿，.xlsx / the workbook
    file: PathBuf,
    /// 以谁的名义（用户名）/ the account that writes
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
    /// 写入此草案；省略则新起草 / into this draft; a new one by default
    #[arg(long, value_name = "DRAFT")]
    draft: Option<ListsDraftId>,
    /// 只检查，不导入 / look, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// 导入后验证 / prove it then
    #[arg(long)]
    check: bool,
}

#[derive(clap::Args)]
pub(super) struct DiffArgs {
    #[arg(help = WHICH)]
    from: String,
    #[arg(help = WHICH)]
    to: String,
}

#[derive(clap::Args)]
pub(super) struct SimulateArgs {
    #[arg(help = WHICH)]
    which: String,
    /// 以谁的名义（用户名）：只计其有权查看的哨 / the account whose whistles are counted
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
    /// 自此日起草的哨 / whistles drafted from this day
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// 至此日止（含） / and up to this one
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
    /// 结果写到此工作簿 / the workbook to write
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(super) struct PublishArgs {
    /// 草案编号 / the draft
    draft: ListsDraftId,
    /// 以谁的名义（用户名），不得是起草人 / the account that publishes, which must not have written it
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Trouble> {
    match command {
        Command::Check(args) => check(settings, &args).await,
        Command::Export(args) => export(settings, args).await,
        Command::Import(args) => import(settings, args).await,
        Command::Diff(args) => {
            let known = Known::of(settings).await?;
            let (from, to) = (known.lists(&args.from).await?, known.lists(&args.to).await?);
            show_diff(&from, &to, known.directory());
            Ok(())
        }
        Command::Show => show(settings).await,
        Command::Simulate(args) => simulate(settings, args).await,
        Command::Publish(args) => publish(settings, args).await,
        Command::Ledger(args) => ledger::run(settings, args).await,
    }
}

/// What is known of the centre: its registers, where it is set up; the program's own lists anyway.
/// Nobody's name is read, so that no key is needed.
struct Known {
    centre: Option<Centre>,
    nothing: Directory,
}

struct Centre {
    store: Store,
    district: DistrictId,
    registers: RegisterState,
    today: NaiveDate,
}

impl Known {
    /// Looks beside a running server; a centre that is not set up knows the preset alone.
    async fn of(settings: &Settings) -> Result<Self, Trouble> {
        let is_there = settings.database_file().is_none_or(|it| it.exists());
        let nothing = Directory::default();
        if !is_there {
            return Ok(Self { centre: None, nothing });
        }
        let opened = Opened::beside(settings).await?;
        let now = CaseClock::of(&opened).await?.clock().now();
        let store = opened.store.clone();
        let Some((district, ..)) = store.district().await? else {
            return Ok(Self { centre: None, nothing });
        };
        let registers = store.registers(district).await?;
        let today = now.with_timezone(&beijing()).date_naive();
        Ok(Self { centre: Some(Centre { store, district, registers, today }), nothing })
    }

    fn directory(&self) -> &Directory {
        self.centre.as_ref().map_or(&self.nothing, |it| &it.registers.directory)
    }

    fn versions(&self) -> &[Lists] {
        self.centre.as_ref().map_or(&[], |it| &it.registers.lists)
    }

    /// The last version that was published, or the preset.
    fn last(&self) -> Result<Lists, Trouble> {
        self.versions().last().map_or_else(preset, |it| Ok(it.clone()))
    }

    /// The version in force today, or the preset.
    fn in_force(&self) -> Result<Lists, Trouble> {
        let Some(centre) = &self.centre else { return preset() };
        let found = lists::on(&centre.registers.lists, centre.today);
        found.cloned().ok_or_else(|| app::Error::NotSetUp.into())
    }

    /// A version, draft or file, by what it is named by.
    async fn lists(&self, which: &str) -> Result<Lists, Trouble> {
        if which == "preset" {
            return preset();
        }
        if let Ok(version) = which.parse::<u32>() {
            let found = self.versions().iter().find(|it| it.version == version);
            return found.cloned().ok_or_else(|| {
                Trouble::wrong(
                    format!("没有第 {version} 版。用 chuishao lists show 查看各版本。"),
                    format!("There is no version {version}; `chuishao lists show` shows them."),
                )
            });
        }
        if let Ok(id) = which.parse::<ListsDraftId>() {
            return Ok(self.draft(id).await?.lists);
        }
        let path = Path::new(which);
        let bytes = read(path)?;
        if path.extension().is_some_and(|it| it.eq_ignore_ascii_case("json")) {
            return Lists::read(&String::from_utf8_lossy(&bytes)).map_err(|error| {
                Trouble::wrong(format!("{which} 不是清单。"), format!("{which} holds no lists."))
                    .because(error)
            });
        }
        let limits = workbook::Limits::of_lists();
        workbook::read(&bytes, &self.last()?, self.directory(), &limits)
            .map_err(|problems| wrong(which, &told_of_workbook(&problems, Lang::Zh)))
    }

    async fn draft(&self, id: ListsDraftId) -> Result<Draft, Trouble> {
        let found = match &self.centre {
            Some(it) => it.store.lists_draft(it.district, id).await?,
            None => None,
        };
        found.map(|(draft, _)| draft).ok_or_else(|| {
            Trouble::wrong(
                format!("没有草案 {id}。用 chuishao lists show 查看草案。"),
                format!("There is no draft {id}; `chuishao lists show` shows them."),
            )
        })
    }
}

fn preset() -> Result<Lists, Trouble> {
    Lists::preset().map_err(|error| {
        Trouble::failed("内置清单损坏。", "The preset lists are damaged.").because(error)
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Trouble> {
    std::fs::read(path).map_err(|error| {
        Trouble::wrong(
            format!("无法读取 {}。", path.display()),
            format!("{} cannot be read.", path.display()),
        )
        .because(error)
    })
}

/// Everything that is wrong, line by line, and the trouble that it is.
fn wrong(name: &str, told: &[(String, String)]) -> Trouble {
    for (place, sentence) in told {
        say::line(if place.is_empty() {
            sentence.clone()
        } else {
            format!("{place}：{sentence}")
        });
    }
    Trouble::wrong(
        format!("{name} 有 {} 处问题，未作任何改动。请按上列位置修改。", told.len()),
        format!("{name} is wrong in {} places, named above; nothing was changed.", told.len()),
    )
}

/// Faults of rows that stand in no file, as place and sentence.
fn faults(lists: &Lists, directory: Option<&Directory>) -> Vec<(String, String)> {
    let told = |it: engine::lists::Fault| {
        let column = columns(it.sheet).iter().find(|column| column.code == it.column);
        let header = column.map_or(it.column, |it| it.zh);
        (format!("{}!{} {header}", it.sheet.zh(), it.key), it.wrong.sentence(Lang::Zh))
    };
    lists.check(directory).into_iter().map(told).collect()
}

async fn check(settings: &Settings, args: &CheckArgs) -> Result<(), Trouble> {
    if let Some(login) = &args.login {
        let draft = args.which.as_deref().and_then(|it| it.parse::<ListsDraftId>().ok());
        let draft = draft.ok_or_else(|| {
            Trouble::wrong(
                "--as 只用于草案(ldr_…)。用 chuishao lists show 查看草案。",
                "--as is for a draft (ldr_…); `chuishao lists show` shows them.",
            )
        })?;
        let opened = Opened::migrated(settings).await?;
        let clock = CaseClock::of(&opened).await?;
        let app = opened.app(settings, &clock).await?;
        return show_proven(&proven(&app, &caller(&app, login).await?, draft).await?);
    }
    let known = Known::of(settings).await?;
    let (name, lists) = match &args.which {
        Some(which) => (which.clone(), known.lists(which).await?),
        None => {
            let lists = known.in_force()?;
            (format!("第 {} 版", lists.version), lists)
        }
    };
    // Without a centre nobody knows which units there are.
    let directory = known.centre.as_ref().map(|it| &it.registers.directory);
    let told = faults(&lists, directory);
    if !told.is_empty() {
        return Err(wrong(&name, &told));
    }
    say::line(format!(
        "{name}：《{}》，自 {} 起施行，{} 个哨种、{} 个等级、{} 项事项，各行检查通过。",
        lists.name,
        lists.effective_on,
        lists.kinds.len(),
        lists.levels.len(),
        lists.matters.rows.len(),
    ));
    if args.rows {
        say::line("The rows hold together.");
        return Ok(());
    }
    let proof = match &known.centre {
        Some(it) => prove(&lists, directory, &it.registers.calendars),
        None => {
            let calendars = Calendar::presets().map_err(|error| {
                Trouble::failed("内置日历损坏。", "The preset calendars are damaged.")
                    .because(error)
            })?;
            prove(&lists, None, &calendars)
        }
    };
    show_proof(&proof, &lists)
}

fn prove(lists: &Lists, directory: Option<&Directory>, calendars: &[Calendar]) -> Proof {
    let mut prover = Prover::new(lists, calendars);
    if let Some(directory) = directory {
        prover = prover.with_units(directory);
    }
    let mut progress = say::Progress::new();
    let proof = prover.prove_telling(|done, of, pair| {
        progress.at(percent(done, of), &lists.pair(&pair.kind, &pair.level));
    });
    progress.at(100, "");
    progress.done();
    proof
}

fn percent(done: usize, of: usize) -> u8 {
    u8::try_from(done * 100 / of.max(1)).unwrap_or(100)
}

/// Shows what a proof found; a refutation ends the program with 1.
fn show_proof(proof: &Proof, lists: &Lists) -> Result<(), Trouble> {
    let line = |of: &str, it: &Finding| {
        let mark = match it.severity {
            Severity::Refutes => "不通过",
            Severity::Shown => "请留意",
        };
        say::line(format!("【{mark}】{of}{}", it.told(Lang::Zh)));
    };
    for it in &proof.findings {
        line("", it);
    }
    for pair in &proof.pairs {
        let of =
            format!("{} {}：", pair.pair.tier.zh(), lists.pair(&pair.pair.kind, &pair.pair.level));
        for it in &pair.findings {
            line(&of, it);
        }
    }
    let (states, pairs) = (proof.n_states(), proof.pairs.len());
    if proof.is_proven() {
        say::line(format!(
            "验证通过：{pairs} 组哨种和等级，共 {states} 个状态逐一查过。  Proven over {states} states."
        ));
        return Ok(());
    }
    Err(Trouble::failed(
        format!("验证未通过（查过 {states} 个状态）。请按上列发现修改。"),
        format!("It is refuted, over {states} states; mend what is found above."),
    ))
}

async fn export(settings: &Settings, args: ExportArgs) -> Result<(), Trouble> {
    let known = Known::of(settings).await?;
    let lists = match &args.which {
        Some(which) => known.lists(which).await?,
        None => known.last()?,
    };
    let bytes = workbook::write(&lists, known.directory()).map_err(|error| {
        Trouble::failed("无法写成工作簿。", "It cannot be written as a workbook.").because(error)
    })?;
    write(&args.to, bytes)?;
    say::line(format!("已导出《{}》到 {}。  Written.", lists.name, args.to.display()));
    Ok(())
}

async fn import(settings: &Settings, args: ImportArgs) -> Result<(), Trouble> {
    let bytes = read(&args.file)?;
    let name = args.file.display().to_string();
    if args.dry_run {
        let known = Known::of(settings).await?;
        let base = match args.draft {
            Some(id) => known.draft(id).await?.lists,
            None => known.last()?,
        };
        let limits = workbook::Limits::of_lists();
        let lists = workbook::read(&bytes, &base, known.directory(), &limits)
            .map_err(|problems| wrong(&name, &told_of_workbook(&problems, Lang::Zh)))?;
        show_diff(&base, &lists, known.directory());
        say::line("检查通过，未导入（--dry-run）。  It is good; nothing was imported.");
        return Ok(());
    }
    let opened = Opened::migrated(settings).await?;
    let clock = CaseClock::of(&opened).await?;
    let app = opened.app(settings, &clock).await?;
    let caller = caller(&app, &args.login).await?;
    // Read before a draft is begun, so that what is wrong leaves none behind.
    let begun = match args.draft {
        Some(id) => id,
        None => {
            let base = caller.registers.lists.last().ok_or(app::Error::NotSetUp)?;
            let limits = workbook::Limits::of_lists();
            workbook::read(&bytes, base, &caller.registers.directory, &limits)
                .map_err(|problems| wrong(&name, &told_of_workbook(&problems, Lang::Zh)))?;
            app.draft_lists(&caller, None).await?.draft.id
        }
    };
    let view = match app.import_lists(&caller, begun, None, bytes).await {
        Ok(view) => view,
        Err(ListsError::Workbook(problems)) => {
            return Err(wrong(&name, &told_of_workbook(&problems, Lang::Zh)));
        }
        Err(ListsError::Misread(_)) => return Err(Trouble::failed("未能导入。", "Not imported.")),
        Err(ListsError::Other(error)) => return Err(error.into()),
    };
    let base = caller.registers.lists_version(view.draft.base).ok_or(app::Error::NotSetUp)?;
    show_diff(base, &view.draft.lists, &caller.registers.directory);
    say::line(format!(
        "已导入草案 {}。验证：chuishao lists check {} --as {}；发布须由他人：chuishao lists publish {} --as 用户名",
        view.draft.id, view.draft.id, args.login, view.draft.id
    ));
    if args.check {
        return show_proven(&proven(&app, &caller, view.draft.id).await?);
    }
    Ok(())
}

fn show_proven(view: &DraftView) -> Result<(), Trouble> {
    match &view.proof {
        Some(proof) => show_proof(proof, &view.draft.lists),
        None => Err(Trouble::failed(
            "草案在验证期间被修改，请重新验证。",
            "The draft was written meanwhile; check it again.",
        )),
    }
}

async fn proven(app: &App, caller: &Caller, id: ListsDraftId) -> Result<DraftView, Trouble> {
    let progress = std::sync::Mutex::new(say::Progress::new());
    let show = move |it: Progress| {
        let mut held = progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        held.at(percent(it.done, it.of), "验证中 / proving");
    };
    Ok(app.check_lists(caller, id, show).await?)
}

fn show_diff(from: &Lists, to: &Lists, directory: &Directory) {
    let changes = diff(from, to, directory);
    for it in changes.iter().take(SHOWN) {
        say::line(it.sentence(Lang::Zh));
    }
    if changes.len() > SHOWN {
        say::line(format!("另有 {} 处。  {} more.", changes.len() - SHOWN, changes.len() - SHOWN));
    }
    if changes.is_empty() {
        say::line("没有差异。  Nothing differs.");
    }
}

async fn show(settings: &Settings) -> Result<(), Trouble> {
    let known = Known::of(settings).await?;
    let Some(centre) = &known.centre else {
        return Err(app::Error::NotSetUp.into());
    };
    let in_force = known.in_force()?.version;
    for it in known.versions() {
        let mark = if it.version == in_force { "（施行中 in force）" } else { "" };
        say::line(format!("第 {} 版  {}  自 {} 起{mark}", it.version, it.name, it.effective_on));
    }
    for (it, _) in centre.store.lists_drafts(centre.district).await? {
        let state = match it.checked {
            Some(check) if check.proven => "已验证 proven",
            Some(_) => "验证未通过 refuted",
            None => "未验证 unchecked",
        };
        say::line(format!("草案 {}  {}  据第 {} 版  {state}", it.id, it.lists.name, it.base));
    }
    Ok(())
}

async fn simulate(settings: &Settings, args: SimulateArgs) -> Result<(), Trouble> {
    let known = Known::of(settings).await?;
    let lists = known.lists(&args.which).await?;
    drop(known);
    let opened = Opened::migrated(settings).await?;
    let clock = CaseClock::of(&opened).await?;
    let app = opened.app(settings, &clock).await?;
    let caller = caller(&app, &args.login).await?;
    let from = args.from.and_then(|day| Facts::end_of(day.pred_opt()?));
    let until = args.until.and_then(Facts::end_of);
    let recounted = app.simulate_lists(&caller, &lists, (from, until)).await?;
    let totals = &recounted.totals;
    say::line(format!(
        "按《{}》重新计算 {} 张哨（已签发 {}）：",
        lists.name, totals.whistles, totals.issued
    ));
    for (what, n) in [
        ("有变化", totals.moved),
        ("牵头单位不同", totals.lead),
        ("协办单位不同", totals.assists),
        ("审核或签发人不同", totals.approver),
        ("哨种或等级不同", totals.level),
        ("时限不同", totals.limit),
        ("不能照原样发起", totals.blocked),
        ("原无逾期而将有逾期", totals.newly_late),
        ("原有逾期而将无逾期", totals.no_longer_late),
        ("不再需要改派理由", totals.overrides_unneeded),
    ] {
        say::line(format!("  {what}：{n}"));
    }
    let (before, after) = (totals.whole.before.limits(), totals.whole.after.limits());
    say::line(format!(
        "逾期：原 {}/{}，按草案 {}/{}（另有 {} 项无法判断）。",
        before.late, before.counted, after.late, after.counted, after.unknown
    ));
    let names = whatif::Names { directory: &caller.registers.directory };
    for it in recounted.moved.iter().take(SHOWN / 10) {
        it.sentences(names, Lang::Zh).iter().for_each(say::line);
    }
    if recounted.moved.len() > SHOWN / 10 {
        let rest = recounted.moved.len() - SHOWN / 10;
        say::line(format!(
            "另有 {rest} 张，见 --to 写出的工作簿。  {rest} more are in the workbook."
        ));
    }
    say::line(whatif::CAVEAT);
    say::line(whatif::CAVEAT_EN);
    if let Some(path) = &args.to {
        let bytes = app.export_recount(&caller, lists, recounted).await?;
        write(path, bytes)?;
        say::line(format!("已写入 {}。  Written.", path.display()));
    }
    Ok(())
}

fn write(path: &Path, bytes: Vec<u8>) -> Result<(), Trouble> {
    std::fs::write(path, bytes).map_err(|error| {
        Trouble::wrong(
            format!("无法写入 {}。", path.display()),
            format!("{} cannot be written.", path.display()),
        )
        .because(error)
    })
}

async fn publish(settings: &Settings, args: PublishArgs) -> Result<(), Trouble> {
    let opened = Opened::migrated(settings).await?;
    let clock = CaseClock::of(&opened).await?;
    let app = opened.app(settings, &clock).await?;
    let caller = caller(&app, &args.login).await?;
    let lists = app.publish_lists(&caller, args.draft, None).await?;
    say::line(format!(
        "已发布第 {} 版《{}》，自 {} 起施行；在办的哨仍按原版。  Version {} is in force from {}.",
        lists.version, lists.name, lists.effective_on, lists.version, lists.effective_on
    ));
    Ok(())
}
