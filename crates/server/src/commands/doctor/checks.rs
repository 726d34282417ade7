//! The checks, from the disk up.

use std::{os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use app::{Clock as _, RunningClock};
use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use engine::{
    calendar::{Calendar, beijing},
    ids::FileId,
    text::Lang,
};
use store::{Keyring, RegisterState, Store};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::Finding;
use crate::{
    data,
    files::{self, Scanned},
    master_keys::Files,
    oidc::Provider,
    open::Opened,
    post,
    record::{
        keeper::{self, Standing},
        ledger::Ledger,
    },
    settings::{Kept, MailTransport, Oidc, Settings, TlsFiles},
    tls,
};

/// How long anything on the network may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Less room than this is worth a word.
const ROOM: u64 = 1 << 30;

/// Looks at everything.
pub(super) async fn all(settings: &Settings) -> Vec<Finding> {
    let config = format!("数据库 {}，监听 {}", settings.database_shown(), settings.http.listen);
    let mut res = vec![Finding::well("设置", config, settings.http.public_url.as_str())];
    res.extend(settings.http.tls.as_ref().map(certificate));
    res.push(keys(settings));
    let folder = settings.embedded_folder();
    let is_held = folder.as_deref().is_some_and(data::is_held);
    res.extend(folder.as_deref().map(disk));
    if is_held {
        res.push(running(settings).await);
        res.push(Finding::mind(
            "数据库",
            "服务正在运行，未另行打开。停止服务后可再查数据库、日历和清单。",
            "A server is running, so its database was not opened; stop it to have that checked.",
        ));
        res.push(clock(None, None));
    } else {
        database(settings, &mut res).await;
    }
    res.push(files(settings).await);
    res.push(mail(settings).await);
    if let Some(it) = &settings.oidc {
        res.push(provider(it, settings).await);
    }
    res
}

fn certificate(files: &TlsFiles) -> Finding {
    const WHAT: &str = "证书";
    match tls::check(files) {
        Ok(()) => Finding::well(
            WHAT,
            format!("{} 与私钥相配", files.cert.display()),
            "The certificate and its key belong together.",
        ),
        Err(trouble) => Finding::stopped(WHAT, &trouble),
    }
}

/// The files of the master keys; the database says more of them when it is opened.
fn keys(settings: &Settings) -> Finding {
    const WHAT: &str = "密钥";
    let folder = settings.keys.display();
    let files = match Files::read(&settings.keys) {
        Ok(it) => it,
        Err(trouble) => return Finding::stopped(WHAT, &trouble),
    };
    let Some(current) = files.current else {
        return Finding::mind(
            WHAT,
            format!("{folder} 中还没有密钥，首次启动时生成。"),
            "There are no keys yet; the first start makes one.",
        );
    };
    if settings.keys.starts_with(&settings.data) {
        return Finding::mind(
            WHAT,
            format!(
                "{folder} 在数据文件夹中，当前为 {current} 号。建议用设置 keys.folder 移到另一块盘，并另存副本。"
            ),
            "The keys stand beside the data. Better name another disk in keys.folder, and keep a copy.",
        );
    }
    Finding::well(
        WHAT,
        format!("{folder} 中 {} 个，当前为 {current} 号", files.keys.len()),
        "the keys can be read, by their owner alone",
    )
}

fn disk(folder: &Path) -> Finding {
    const WHAT: &str = "数据目录";
    let shown = folder.display();
    let mode = match folder.metadata() {
        Ok(it) if it.is_dir() => it.permissions().mode() & 0o777,
        Ok(_) | Err(_) => {
            return Finding::bad(
                WHAT,
                format!("{shown} 不存在或不是目录。请检查 --data 或 database.url。"),
                "It is not there, or no folder. Check --data or database.url.",
            );
        }
    };
    let probe = folder.join("chuishao.probe");
    if let Err(error) = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe)) {
        return Finding::bad(
            WHAT,
            format!("{shown} 不可写：{error}。请改为由运行本程序的用户所有。"),
            "It cannot be written. Give it to the user that runs the program.",
        );
    }
    let room =
        rustix::fs::statvfs(folder).map_or(u64::MAX, |it| it.f_bavail.saturating_mul(it.f_frsize));
    let room_mib = room >> 20;
    if room < ROOM {
        return Finding::mind(
            WHAT,
            format!("{shown} 只剩 {room_mib} MiB。请清理磁盘。"),
            format!("Only {room_mib} MiB are left; make room."),
        );
    }
    if mode & 0o077 != 0 {
        return Finding::mind(
            WHAT,
            format!("{shown} 其他用户可以进入（{mode:o}）。请运行 chmod 700 {shown}。"),
            format!("Other users may enter it ({mode:o}). Run chmod 700 {shown}."),
        );
    }
    Finding::well(WHAT, format!("{shown} 可写，余 {room_mib} MiB"), "writable, for its owner alone")
}

/// Asks a running server whether it is ready, in the few words of HTTP that this takes.
async fn running(settings: &Settings) -> Finding {
    const WHAT: &str = "服务";
    let listen = settings.http.listen;
    let asked = async {
        let mut line = TcpStream::connect(listen).await?;
        if settings.http.tls.is_some() {
            // Whether it is ready is said behind a certificate that is made out to another name.
            return Ok(true);
        }
        let request =
            format!("GET /readyz HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n");
        line.write_all(request.as_bytes()).await?;
        let mut answer = [0; 12];
        line.read_exact(&mut answer).await?;
        Ok::<_, std::io::Error>(answer.ends_with(b"200"))
    };
    match timeout(PATIENCE, asked).await {
        Ok(Ok(true)) => Finding::well(WHAT, format!("{listen} 运行正常"), "running and ready"),
        Ok(Ok(false)) => Finding::bad(
            WHAT,
            format!("{listen} 应答未就绪。请查看服务日志。"),
            "It is running and not ready. Look into its log.",
        ),
        Ok(Err(_)) | Err(_) => Finding::mind(
            WHAT,
            format!("有进程占用数据目录，但 {listen} 无应答；可能监听在别的地址。"),
            "A process holds the data folder and does not answer here; it may listen elsewhere.",
        ),
    }
}

async fn database(settings: &Settings, res: &mut Vec<Finding>) {
    const WHAT: &str = "数据库";
    let opened = match Opened::of(settings, false).await {
        Ok(it) => it,
        Err(trouble) => {
            res.push(Finding::stopped(WHAT, &trouble));
            res.push(clock(None, None));
            return;
        }
    };
    let store = &opened.store;
    match store.pending().await {
        Ok(0) => match store.damage().await {
            Ok(damage) if damage.is_empty() => {
                res.push(Finding::well(
                    WHAT,
                    "可用，结构最新，文件完好",
                    "reachable, migrated, sound",
                ));
            }
            Ok(damage) => res.push(Finding::bad(
                WHAT,
                format!("文件损坏（{} 处）。请停止服务，保留现状，从备份恢复。", damage.len()),
                format!(
                    "The file is damaged ({} places). Stop, keep it as it is, restore a backup.",
                    damage.len()
                ),
            )),
            Err(error) => res.push(Finding::stopped(WHAT, &error.into())),
        },
        Ok(pending) => {
            res.push(Finding::bad(
                WHAT,
                format!("结构还差 {pending} 步。请运行 chuishao migrate up。"),
                format!("{pending} migrations are pending. Run `chuishao migrate up`."),
            ));
            return;
        }
        Err(error) => {
            res.push(Finding::stopped(WHAT, &error.into()));
            return;
        }
    }
    registers(store, settings, res).await;
    res.extend(record(settings, store).await);
    let last = store.last_event_at().await.ok().flatten();
    let server = store.server_time().await.ok().flatten();
    res.push(clock(last, server));
}

async fn registers(store: &Store, settings: &Settings, res: &mut Vec<Finding>) {
    let district = match store.district().await {
        Ok(Some((id, _, name))) => {
            res.push(Finding::well("区县", name, "set up"));
            id
        }
        Ok(None) => {
            res.push(Finding::bad(
                "区县",
                "尚未设置。请运行 chuishao user add LOGIN --district 名称 …。",
                "Not set up. Run `chuishao user add LOGIN --district NAME …`.",
            ));
            return;
        }
        Err(error) => {
            res.push(Finding::stopped("区县", &error.into()));
            return;
        }
    };
    match store.registers(district).await {
        Ok(it) => {
            let today = RunningClock::wall().now().with_timezone(&beijing()).date_naive();
            res.push(calendar(&it, today));
            res.push(lists(&it, today));
            res.push(accounts(&it));
            res.extend(settings.oidc.as_ref().and_then(|oidc| groups(oidc, &it)));
        }
        Err(error) => res.push(Finding::stopped("日历与清单", &error.into())),
    }
}

/// The seals of the database, against the ledger outside it.
async fn record(settings: &Settings, store: &Store) -> Option<Finding> {
    const WHAT: &str = "封存";
    let (district, ..) = store.district().await.ok()??;
    let ledger = Ledger::of(&settings.record.ledger);
    let folder = ledger.folder().display();
    let finding = match keeper::compare(store, district, &ledger).await {
        Ok(Standing::Well { last: 0 }) => Finding::mind(
            WHAT,
            "尚未封存过。服务启动时自动封存，也可运行 chuishao audit seal。",
            "Nothing is sealed yet; the server does it when it starts, or `chuishao audit seal`.",
        ),
        Ok(Standing::Well { last }) => Finding::well(
            WHAT,
            format!("最后是第 {last} 号，与底单 {folder} 相符"),
            "as in the ledger",
        ),
        Ok(Standing::Behind { database, ledger: last }) => {
            let at = ledger.read(last).ok().flatten().map(|(row, _)| keeper::shown(&row));
            let at = at.unwrap_or_default();
            Finding::bad(
                WHAT,
                format!(
                    "数据库是旧副本：其中最后是第 {database} 号，底单 {folder} 已到第 {last} 号（{at}）。查明原因后运行 chuishao audit accept-restore --reason 理由。"
                ),
                format!(
                    "The database is an older copy: its last seal is {database}, the ledger has seal {last} of {at}. Find out why, then run `chuishao audit accept-restore --reason …`."
                ),
            )
        }
        Ok(Standing::Other { no }) => Finding::bad(
            WHAT,
            format!(
                "第 {no} 号与底单 {folder} 不同，不是同一份记录。请核对 record.ledger 与 database.url。"
            ),
            format!("Seal {no} is not that of the ledger; they are of two records."),
        ),
        Err(trouble) => Finding::stopped(WHAT, &trouble),
    };
    Some(finding)
}

fn calendar(registers: &RegisterState, today: chrono::NaiveDate) -> Finding {
    const WHAT: &str = "日历";
    let known = Calendar::latest_adopted_by(&registers.calendars, today);
    let (this, next) = (today.year(), today.year() + 1);
    let (knows_this, knows_next) =
        known.map_or((false, false), |it| (it.knows(this), it.knows(next)));
    if !knows_this {
        return Finding::bad(
            WHAT,
            format!("没有 {this} 年的放假安排，期限只按周末推算。请升级程序或导入日历。"),
            format!(
                "The holidays of {this} are not known; limits count weekends alone. Upgrade, or import a calendar."
            ),
        );
    }
    if !knows_next {
        return Finding::mind(
            WHAT,
            format!("{next} 年的放假安排尚未采用，跨年期限为暂定；国务院公布后请及时采用。"),
            format!("The holidays of {next} are not adopted yet; limits into it are provisional."),
        );
    }
    Finding::well(WHAT, format!("已有 {this}、{next} 年的安排"), "this year and the next are known")
}

fn lists(registers: &RegisterState, today: chrono::NaiveDate) -> Finding {
    const WHAT: &str = "四张清单";
    match registers.lists.iter().rev().find(|it| it.effective_on <= today) {
        Some(it) => {
            let told = |faults: &[engine::lists::Fault], lang| {
                let place = |it: &engine::lists::Fault| {
                    format!("{} {}：{}", it.sheet.zh(), it.key, it.wrong.sentence(lang))
                };
                faults.iter().take(3).map(place).collect::<Vec<_>>().join("；")
            };
            let (rows, units) = (it.check(None), it.check(Some(&registers.directory)));
            if !rows.is_empty() {
                Finding::bad(
                    WHAT,
                    format!(
                        "第 {} 版有 {} 处错误：{}",
                        it.version,
                        rows.len(),
                        told(&rows, Lang::Zh)
                    ),
                    "The version in force is wrong.",
                )
            } else if !units.is_empty() {
                // A matter whose unit is not there cannot be whistled by its row; the rest can.
                Finding::mind(
                    WHAT,
                    format!(
                        "第 {} 版有 {} 处与现有单位不符：{}",
                        it.version,
                        units.len(),
                        told(&units, Lang::Zh)
                    ),
                    "Matters of the version in force name units that are not there, or may not be called.",
                )
            } else {
                Finding::well(
                    WHAT,
                    format!("第 {} 版《{}》施行中", it.version, it.name),
                    "in force",
                )
            }
        }
        None => Finding::bad(
            WHAT,
            "没有施行中的版本，无法吹哨。",
            "No version is in force, so nothing can be whistled.",
        ),
    }
}

fn accounts(registers: &RegisterState) -> Finding {
    const WHAT: &str = "账号";
    let n_open = registers.accounts.iter().filter(|it| !it.disabled).count();
    if n_open == 0 {
        return Finding::bad(
            WHAT,
            "没有可登录的账号。请运行 chuishao user add。",
            "Nobody can sign in. Run `chuishao user add`.",
        );
    }
    Finding::well(WHAT, format!("{n_open} 个可登录"), format!("{n_open} can sign in"))
}

/// The clock of the machine, against what was recorded and what the database shows.
fn clock(last: Option<DateTime<Utc>>, server: Option<DateTime<Utc>>) -> Finding {
    const WHAT: &str = "时钟";
    let now = RunningClock::wall().now();
    let shown = now.with_timezone(&beijing()).format("%Y-%m-%d %H:%M:%S");
    let is_behind = now.year() < 2026 || last.is_some_and(|it| it > now + TimeDelta::minutes(1));
    if is_behind {
        return Finding::bad(
            WHAT,
            format!("本机时间 {shown} 偏早（早于已有记录或本程序）。请校准，如启用 NTP。"),
            "The clock of this machine is behind what was recorded. Set it, with NTP if you can.",
        );
    }
    if let Some(seconds) = server.map(|it| (it - now).num_seconds().abs()).filter(|it| *it > 5) {
        return Finding::mind(
            WHAT,
            format!("本机与数据库相差 {seconds} 秒，以数据库为准。请校准两台机器。"),
            format!("This machine and the database differ by {seconds} s; the database counts."),
        );
    }
    Finding::well(WHAT, format!("北京时间 {shown}"), "sane")
}

/// Whether files can be kept, and looked into.
async fn files(settings: &Settings) -> Finding {
    const WHAT: &str = "附件";
    let files = &settings.files;
    let storage = match files::open(files, &Keyring::default()) {
        Ok(it) => it,
        Err(trouble) => return Finding::stopped(WHAT, &trouble),
    };
    let place = match &files.kept {
        Kept::Folder(folder) => folder.display().to_string(),
        Kept::Bucket { endpoint, name, .. } => format!("{endpoint} {name}"),
    };
    match timeout(PATIENCE, storage.probe()).await {
        Ok(Ok(())) => (),
        Ok(Err(error)) => {
            return Finding::bad(
                WHAT,
                format!("{place} 不可读写：{error}。请检查设置 [files]、权限、空间和网络。"),
                "Files cannot be kept. Check [files], its rights, its room and the network.",
            );
        }
        Err(_) => {
            return Finding::bad(
                WHAT,
                format!("{place} 没有应答。请检查 files.s3_endpoint 和网络。"),
                "The storage does not answer. Check files.s3_endpoint and the network.",
            );
        }
    }
    let Some(command) = &files.scanner else {
        return Finding::well(
            WHAT,
            format!("{place} 可读写，未设病毒检查"),
            "kept there; no scanner is set",
        );
    };
    let harmless = async {
        let mut it = storage.incoming(FileId(uuid::Uuid::nil()))?;
        it.write(b"chuishao doctor").await?;
        it.finish().await
    };
    match harmless.await {
        Ok(it) if files::scan(command, files.scanner_patience, &it).await == Scanned::Clean => {
            Finding::well(
                WHAT,
                format!("{place} 可读写，病毒检查程序工作正常"),
                "kept there; the scanner works",
            )
        }
        Ok(_) | Err(_) => Finding::bad(
            WHAT,
            "病毒检查程序不工作，任何附件都不会被接收。请在命令行运行 files.scanner 所设的命令查看原因。",
            "The scanner does not work, so no file is taken. Run the command of files.scanner to see why.",
        ),
    }
}

/// Whether the provider answers, and what its groups name is there.
async fn provider(oidc: &Oidc, settings: &Settings) -> Finding {
    const WHAT: &str = "统一身份认证";
    let provider = match Provider::new(oidc, &settings.http.public_url) {
        Ok(it) => it,
        Err(trouble) => return Finding::stopped(WHAT, &trouble),
    };
    if provider.check().await.is_err() {
        return Finding::bad(
            WHAT,
            format!(
                "{} 无应答，或自称的名称、地址与设置不符。请检查 oidc.issuer、oidc.ca_file 和网络。",
                oidc.issuer
            ),
            "It does not answer, or calls itself otherwise. Check oidc.issuer, oidc.ca_file and the network.",
        );
    }
    Finding::well(
        WHAT,
        format!(
            "{} 可用，回调地址 {}{}",
            oidc.issuer,
            settings.http.public_url.as_str(),
            crate::oidc::CALLBACK
        ),
        "It answers; its keys are known.",
    )
}

/// Units that groups of the provider name and that are not there.
fn groups(oidc: &Oidc, registers: &RegisterState) -> Option<Finding> {
    let known = |code: &str| registers.directory.units().any(|it| it.code == code && !it.closed);
    let named = oidc.rules.groups.iter().filter_map(|it| it.unit.as_deref());
    let missing: Vec<&str> = named.filter(|it| !known(it)).collect();
    (!missing.is_empty()).then(|| {
        Finding::bad(
            "统一身份认证",
            format!("oidc.groups 中的单位代码不存在或已撤销：{}。", missing.join("、")),
            format!("oidc.groups names units that are not there: {}.", missing.join(", ")),
        )
    })
}

async fn mail(settings: &Settings) -> Finding {
    const WHAT: &str = "信件";
    let mail = &settings.mail;
    if let Err(trouble) = post::transport(mail) {
        return Finding::stopped(WHAT, &trouble);
    }
    match mail.transport {
        MailTransport::Folder => {
            let probe = mail.folder.join(".probe");
            match std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe)) {
                Ok(()) => Finding::well(
                    WHAT,
                    format!("写入目录 {}", mail.folder.display()),
                    "written as files",
                ),
                Err(error) => Finding::bad(
                    WHAT,
                    format!("目录 {} 不可写：{error}", mail.folder.display()),
                    "The folder cannot be written.",
                ),
            }
        }
        MailTransport::Smtp => {
            let place = (mail.host.as_str(), mail.port);
            match timeout(PATIENCE, TcpStream::connect(place)).await {
                Ok(Ok(_)) => Finding::well(
                    WHAT,
                    format!("邮件服务器 {}:{} 可连接", mail.host, mail.port),
                    "the mail server answers",
                ),
                Ok(Err(_)) | Err(_) => Finding::bad(
                    WHAT,
                    format!(
                        "邮件服务器 {}:{} 连接不上。请检查 mail.host、mail.port 和防火墙。",
                        mail.host, mail.port
                    ),
                    "The mail server cannot be reached. Check mail.host, mail.port and the firewall.",
                ),
            }
        }
    }
}
