//! `backup --to FILE` and `restore --from FILE`.

use std::{path::PathBuf, process::ExitCode};

use app::Clock as _;
use engine::ids::FileId;
use store::{Options, Store};

use crate::{
    backup::{self, Verified},
    files, say,
    settings::Settings,
    trouble::Trouble,
};

#[derive(clap::Args)]
pub(super) struct BackupArgs {
    /// 备份文件，不得已存在；服务运行时也可备份 / the file, which must not be there yet; a server may
    /// be running
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

#[derive(clap::Args)]
pub(super) struct RestoreArgs {
    /// 备份文件 / the file
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// 保留程序的令牌；默认一并作废，因为备份之后撤销的令牌会重新有效 / keep the tokens of programs,
    /// of which those that were revoked since would be good again
    #[arg(long, conflicts_with = "verify")]
    keep_tokens: bool,
    /// 只校验备份文件，不恢复 / check the file and restore nothing
    #[arg(long)]
    verify: bool,
}

pub(super) async fn make(settings: &Settings, args: BackupArgs) -> Result<(), Trouble> {
    if let Some(file) = settings.database_file().filter(|it| !it.exists()) {
        return Err(Trouble::wrong(
            format!("没有数据库文件 {}。请用 --data 或 --config 指明数据所在。", file.display()),
            format!(
                "There is no database {}. Say where the data is with --data or --config.",
                file.display()
            ),
        ));
    }
    // It reads one snapshot, which neither waits for the server nor makes it wait: so the lock of the
    // folder is left to whoever holds it.
    let options =
        Options { read_only: true, max_connections: 2, ..Options::of(&settings.database.url) };
    let store = Store::open(&options).await?;
    let at = app::RunningClock::wall().now();
    let storage = files::open(&settings.files, store.keyring())?;
    let made = backup::make(&store, &storage, &args.to, at).await?;
    store.close().await?;
    say::line(format!(
        "备份已写好：{}（{} KiB）。  The backup is written.",
        args.to.display(),
        made.bytes.div_ceil(1024)
    ));
    say::line(format!("清单摘要 / digest of its manifest: {}", made.digest));
    count(&made.tables);
    keys(settings, &made.keys);
    files_in(made.files, &made.missing);
    backup::tell(settings, &made).await
}

/// How many files have their bytes in it, and which have not.
fn files_in(n_files: u64, missing: &[FileId]) {
    say::line(format!("附件 {n_files} 个，内容在备份中。  {n_files} files with their bytes."));
    for it in missing {
        say::line(format!(
            "附件 {it} 在存储中没有内容，备份中也没有；请运行 chuishao doctor 并检查设置 [files]。  The bytes of the file {it} are not in the storage, and not in the backup."
        ));
    }
}

/// Which keys it needs, that are not in it.
fn keys(settings: &Settings, needed: &[store::KeyNeeded]) {
    let named: Vec<String> = needed.iter().map(|it| format!("data-{}.key", it.id)).collect();
    say::line(format!(
        "密钥不在备份中，恢复时需要：{}（现在 {}）。请把整个密钥文件夹与备份分开另存；没有密钥，封存的内容无法恢复，记录也无法继续封存签名。",
        if named.is_empty() { "无".to_owned() } else { named.join("、") },
        settings.keys.display()
    ));
    say::line(
        "The keys are not in it, and restoring needs those named above: keep a copy of their folder apart from the backup.",
    );
}

fn count(tables: &std::collections::BTreeMap<String, store::Tally>) {
    let rows = |name: &str| tables.get(name).map_or(0, |it| it.rows);
    say::line(format!(
        "事项 {} 件，事件 {} 条，留痕 {} 条，期限 {} 个，账号 {} 个。  streams, events, notes, deadlines, accounts",
        rows("stream"),
        rows("event"),
        rows("audit_event"),
        rows("deadline"),
        rows("account"),
    ));
}

pub(super) async fn restore(settings: &Settings, args: RestoreArgs) -> Result<ExitCode, Trouble> {
    if args.verify {
        let it = backup::verify(&args.from).map_err(|it| it.told(&args.from))?;
        told(&it);
        count(&it.manifest.tables);
        keys(settings, &it.manifest.keys);
        files_in(it.manifest.files, &it.manifest.missing);
        say::line("备份完好，未恢复。  The backup is whole; nothing was restored.");
        return Ok(ExitCode::SUCCESS);
    }
    let it = backup::restore(settings, &args.from, args.keep_tokens).await?;
    told(&it.backup);
    count(&it.backup.manifest.tables);
    files_in(it.backup.manifest.files, &it.backup.manifest.missing);
    for fault in &it.checked.faults {
        say::line(format!("不一致 / differs: {fault}"));
    }
    say::line(format!(
        "已恢复到 {}，逐表核对一致；由事件重算 {} 件，{} 件不一致；未了期限 {} 个；结束登录和令牌 {} 个，人人须重新登录。",
        settings.database_shown(),
        it.checked.streams,
        it.checked.faults.len(),
        it.deadlines,
        it.ended,
    ));
    say::line(
        "Restored, and every table holds what the backup says. Whoever was signed in has to sign in anew.",
    );
    if let Some(seal) = it.newer_seal {
        let here = it.backup.manifest.seal.unwrap_or(0);
        say::line(format!(
            "备份的最后封存是第 {here} 号，账外已有第 {seal} 号：备份之后的记录已丢失。请运行 chuishao audit accept-restore --reason 理由，否则不再封存。"
        ));
        say::line(format!(
            "The last seal in it is {here}, and outside there is {seal}: what came between is lost. Run `chuishao audit accept-restore --reason WHY`, or nothing is sealed any more."
        ));
    }
    Ok(if it.checked.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn told(it: &Verified) {
    let made_at = it.head.made_at.with_timezone(&engine::calendar::beijing());
    say::line(format!(
        "备份时间 {}，程序 {}，清单摘要 {}  made at, by, digest",
        made_at.format("%Y-%m-%d %H:%M:%S"),
        it.head.program,
        it.digest
    ));
}
