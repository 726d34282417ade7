//! `audit export`: the whole record as one file, or one case as a folder.

use std::{
    fs::OpenOptions,
    io::{BufWriter, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use app::{App, By, Caller, CaseId, Error, FileError};
use engine::{StreamId, actor::Role, audit::AuditFact, ids::FileId, text::Digest};
use futures_util::StreamExt as _;
use papers::dossier;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::unusable;
use crate::{
    commands::caller,
    data,
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
    /// 只导出一案：诉求或哨的编号 / one case alone
    #[arg(long, value_name = "pet_… | whi_…", requires = "login", value_parser = case)]
    case: Option<CaseId>,
    /// 以谁的名义导出（用户名）；全部记录须为审计员 / the account that exports
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
}

fn case(text: &str) -> Result<CaseId, String> {
    let petition = text.parse().map(StreamId::Petition);
    let case = petition.or_else(|_| text.parse().map(StreamId::Whistle));
    case.map_err(|_| "应为 pet_… 或 whi_…  (an id begins with pet_ or whi_)".to_owned())
}

pub(super) async fn run(settings: &Settings, args: Args) -> Result<(), Trouble> {
    let opened = Opened::migrated(settings).await?;
    let clock = CaseClock::of(&opened).await?;
    let app = opened.app(settings, &clock).await?;
    if let (Some(case), Some(login)) = (args.case, &args.login) {
        let caller = caller(&app, login).await?;
        return one(&app, &caller, case, &args.out).await;
    }
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
    app.note(by, AuditFact::Exported { case: None, table: None }).await?;
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

/// One case as a folder: pages, events, and the digest of each file.
async fn one(app: &App, caller: &Caller, case: CaseId, folder: &Path) -> Result<(), Trouble> {
    if folder.exists() {
        let there = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(unusable(folder, there));
    }
    let taken = app.take_out(caller, case).await.map_err(|error| match error {
        Error::NotFound => Trouble::failed(
            "没有这一案，或该账号无权查看。",
            "There is no such case, or the account may not see it.",
        ),
        other => other.into(),
    })?;
    let pages = dossier::pages(&taken.dossier).map_err(|error| {
        Trouble::failed("案卷无法生成。", "The pages cannot be written.").because(error)
    })?;
    let it = &taken.dossier;
    let streams: Vec<_> =
        taken.streams.iter().map(|(id, n)| json!({ "id": id, "events": n })).collect();
    let meta = json!({
        "form": 1, "district": it.district, "case": case_text(case), "number": it.number,
        "exported": { "by": it.by, "unit": it.unit, "person": caller.member.person.to_string(), "at": app.wall() },
        "streams": streams,
        "personal_data": "masked",
        "attachments": it.attachments,
    });
    let mut files: Vec<(String, Vec<u8>)> =
        pages.into_iter().map(|(name, html)| (name.to_owned(), html.into_bytes())).collect();
    files.push(("case.json".to_owned(), format!("{meta:#}\n").into_bytes()));
    files.push((super::verify::RECORD.to_owned(), taken.record.into_bytes()));
    files.sort();
    let mut sums: String =
        files.iter().map(|(name, content)| format!("{}  {name}\n", Digest::of(content))).collect();
    data::create(&folder.join("attachments"))?;
    for (name, id) in &taken.files {
        let digest = attachment(app, caller, *id, &folder.join(name)).await?;
        sums += &format!("{digest}  {name}\n");
    }
    files.push((super::verify::SUMS.to_owned(), sums.into_bytes()));
    for (name, content) in &files {
        let path = folder.join(name);
        data::write_private(&path, content).map_err(|error| unusable(&path, error))?;
    }
    say::line(format!(
        "已导出 {}：{}，{} 个文件。  {} files.",
        folder.display(),
        it.number,
        files.len() + taken.files.len(),
        files.len() + taken.files.len()
    ));
    Ok(())
}

/// Writes the bytes of an attached file, through the gate; their digest.
async fn attachment(
    app: &App,
    caller: &Caller,
    id: FileId,
    path: &Path,
) -> Result<String, Trouble> {
    let unread = |error: FileError| {
        Trouble::failed(
            format!("附件 {id} 无法读取，案卷不完整。请检查附件存储后重新导出。"),
            format!("The file {id} cannot be read, so the folder is not complete. Look at the storage of files and export again."),
        )
        .because(error)
    };
    let file = app.file(caller, id).await.map_err(unread)?;
    let mut bytes = app.read_file(caller, &file).await.map_err(unread)?;
    let to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut to = to.map_err(|error| unusable(path, error))?;
    let mut hash = Sha256::new();
    while let Some(piece) = bytes.next().await {
        let piece = piece.map_err(|error| unread(error.into()))?;
        hash.update(&piece);
        to.write_all(&piece).map_err(|error| unusable(path, error))?;
    }
    Ok(Digest(hash.finalize().into()).to_string())
}

fn case_text(case: CaseId) -> String {
    match case {
        StreamId::Petition(it) => it.to_string(),
        StreamId::Whistle(it) => it.to_string(),
    }
}
