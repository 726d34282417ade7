//! Settings: `chuishao.toml`, then `CHUISHAO__SECTION__KEY`, then flags. Nothing else reads the
//! environment.
//!
//! A key that nobody knows is an error that names the nearest known one: a misspelt
//! `public_url` must not become a cookie that travels in the clear.

mod file;
mod files;
mod http;
mod keys;
mod oidc;
mod web;

use std::{
    ffi::OsString,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use engine::{account::Rules, audit::KEPT_MONTHS};

use self::file::Given;
pub(crate) use self::oidc::is_guarded;
pub use self::{
    file::{LogFormat, MailTls, MailTransport},
    files::{Files, Kept},
    http::{Http, Rate, TlsFiles},
    oidc::Oidc,
    web::PublicUrl,
};
use crate::trouble::Trouble;

/// What a person said on the command line.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<SocketAddr>,
}

/// Every setting, checked. It has no `Debug`: the address of a database may hold a password.
#[derive(Clone)]
pub struct Settings {
    /// The data folder: the embedded database, letters, and what belongs to the process.
    pub data: PathBuf,
    /// The database.
    pub database: Database,
    /// The web.
    pub http: Http,
    /// Passwords, locks, sessions and the second factor.
    pub accounts: Rules,
    /// The folder of the keys: of sealed data and of the record's seals. Best on another disk than
    /// the database, and never in the same backup.
    pub keys: PathBuf,
    /// Attached files.
    pub files: Files,
    /// Letters.
    pub mail: Mail,
    /// The log.
    pub log: Log,
    /// A provider that signs people in.
    pub oidc: Option<Oidc>,
    /// The record: its seals, and how long notes are kept.
    pub record: Record,
}

/// `[database]`.
#[derive(Clone)]
pub struct Database {
    /// `sqlite://…` or `postgres://…`.
    pub url: String,
    /// Connections of the pool.
    pub max_connections: u32,
}

/// `[mail]`.
#[derive(Debug, Clone)]
pub struct Mail {
    /// How letters go out.
    pub transport: MailTransport,
    /// The name beside the sender's address.
    pub from_name: Option<String>,
    /// The sender's address.
    pub from: String,
    /// Where letters are written as files.
    pub folder: PathBuf,
    /// The mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether and when the connection is encrypted.
    pub tls: MailTls,
    /// The name to sign in with.
    pub user: Option<String>,
    /// The file that holds the password.
    pub password_file: Option<PathBuf>,
    /// The file that holds the trusted certificates.
    pub ca_file: Option<PathBuf>,
}

/// `[record]`.
#[derive(Debug, Clone)]
pub struct Record {
    /// The folder outside the database to which each seal is written.
    pub ledger: PathBuf,
    /// The address of whoever keeps the seals outside.
    pub holder: Option<String>,
    /// How many hours lie between two seals.
    pub seal_hours: u32,
    /// How many months the auditor's notes are kept after their seal.
    pub keep_months: u32,
}

/// `[log]`.
#[derive(Debug, Clone)]
pub struct Log {
    /// For people or for programs.
    pub format: LogFormat,
    /// Which lines, such as `info,mail=debug`.
    pub filter: String,
}

impl Settings {
    /// Reads the settings of this process.
    ///
    /// # Errors
    /// Where the file cannot be read, or a key or a value is none.
    pub fn of_process(flags: &Flags) -> Result<Self, Trouble> {
        Self::read(flags, std::env::vars_os())
    }

    /// Reads the settings, with the environment as it is handed in.
    ///
    /// # Errors
    /// As [`Settings::of_process`].
    pub fn read(
        flags: &Flags,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Trouble> {
        let mut table = match &flags.config {
            Some(path) => file::read(path)?,
            None => toml::Table::new(),
        };
        file::overlay(&mut table, environment)?;
        let given = file::given(table)?;
        Self::complete(given, flags)
    }

    /// Fills in what was left out.
    fn complete(given: Given, flags: &Flags) -> Result<Self, Trouble> {
        let named = given.database.url;
        let beside = named.as_deref().and_then(sqlite_path).and_then(|it| folder_of(&it));
        let data = flags.data.clone().or(beside).unwrap_or_else(|| PathBuf::from("data"));
        let url = named.unwrap_or_else(|| sqlite_url(&data.join("chuishao.db")));
        if url.starts_with("sqlite:") && sqlite_path(&url).is_none() {
            return Err(bad("database.url", "sqlite://路径", "sqlite:// with the path of a file"));
        }

        Ok(Self {
            mail: mail(given.mail, &data)?,
            record: record(given.record, &data)?,
            files: Files::complete(given.files, &data)?,
            keys: given.keys.folder.unwrap_or_else(|| data.join("keys")),
            database: Database {
                url,
                max_connections: given.database.max_connections.unwrap_or(10),
            },
            data,
            http: Http::complete(given.http, flags.listen)?,
            accounts: accounts(&given.accounts)?,
            log: Log {
                format: given.log.format.unwrap_or(LogFormat::Text),
                filter: given.log.filter.unwrap_or_else(|| "info".to_owned()),
            },
            oidc: Oidc::complete(given.oidc)?,
        })
    }

    /// Uses the embedded database and the keys of the data folder and nothing else: the demonstration must not
    /// come near one that somebody works with.
    pub(crate) fn use_own_database(&mut self) {
        self.database.url = sqlite_url(&self.data.join("chuishao.db"));
        self.keys = self.data.join("keys");
    }

    /// Uses another file as the embedded database.
    pub(crate) fn use_database(&mut self, file: &Path) {
        self.database.url = sqlite_url(file);
    }

    /// The folder whose lock must be held: where the embedded database is. None for a database
    /// that orders its processes itself.
    #[must_use]
    pub fn embedded_folder(&self) -> Option<PathBuf> {
        self.database_file().and_then(|it| folder_of(&it))
    }

    /// The file of the embedded database.
    #[must_use]
    pub fn database_file(&self) -> Option<PathBuf> {
        sqlite_path(&self.database.url)
    }

    /// The address of the database without its password, to be shown.
    #[must_use]
    pub fn database_shown(&self) -> String {
        let url = self.database.url.split('?').next().unwrap_or_default();
        match url
            .split_once("://")
            .and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?)))
        {
            Some((scheme, (_, host))) => format!("{scheme}://…@{host}"),
            None => url.to_owned(),
        }
    }
}

fn accounts(given: &file::Accounts) -> Result<Rules, Trouble> {
    let usual = Rules::default();
    let within = |key: &str, given: Option<u32>, usual: u32, (least, most): (u32, u32)| {
        let it = given.unwrap_or(usual);
        if (least..=most).contains(&it) {
            return Ok(it);
        }
        let (zh, en) = (format!("{least} 至 {most}"), format!("{least} to {most}"));
        Err(bad(&format!("accounts.{key}"), &zh, &en))
    };
    Ok(Rules {
        password_min: within("password_min", given.password_min, usual.password_min, (8, 64))?,
        password_classes: within(
            "password_classes",
            given.password_classes,
            usual.password_classes,
            (1, 4),
        )?,
        password_days: within(
            "password_days",
            given.password_days,
            usual.password_days,
            (0, 3650),
        )?,
        password_history: within(
            "password_history",
            given.password_history,
            usual.password_history,
            (0, 24),
        )?,
        lock_after: within("lock_after", given.lock_after, usual.lock_after, (1, 100))?,
        lock_minutes: within("lock_minutes", given.lock_minutes, usual.lock_minutes, (1, 1440))?,
        idle_minutes: within("idle_minutes", given.idle_minutes, usual.idle_minutes, (5, 1440))?,
        session_hours: within("session_hours", given.session_hours, usual.session_hours, (1, 720))?,
        second_factor: given.second_factor.unwrap_or(usual.second_factor),
    })
}

fn mail(given: file::Mail, data: &Path) -> Result<Mail, Trouble> {
    let transport = given.transport.unwrap_or(MailTransport::Folder);
    let tls = given.tls.unwrap_or(MailTls::Starttls);
    let from = given.from.unwrap_or_else(|| "中心吹哨 <chuishao@localhost>".to_owned());
    let (from_name, from) = match from.trim().strip_suffix('>').and_then(|it| it.rsplit_once('<')) {
        Some((name, address)) => {
            let name = name.trim().trim_matches('"').to_owned();
            ((!name.is_empty()).then_some(name), address.trim().to_owned())
        }
        None => (None, from.trim().to_owned()),
    };
    if !from.contains('@') {
        return Err(bad("mail.from", "名称 <地址@域名>", "NAME <ADDRESS@DOMAIN>"));
    }
    if transport == MailTransport::Smtp && given.host.is_none() {
        return Err(bad(
            "mail.host",
            "邮件服务器的名称（transport = \"smtp\" 时必填）",
            "the name of the mail server, as transport is \"smtp\"",
        ));
    }
    Ok(Mail {
        transport,
        from_name,
        from,
        folder: given.folder.unwrap_or_else(|| data.join("letters")),
        host: given.host.unwrap_or_default(),
        port: given.port.unwrap_or(match tls {
            MailTls::None => 25,
            MailTls::Starttls => 587,
            MailTls::Tls => 465,
        }),
        tls,
        user: given.user,
        password_file: given.password_file,
        ca_file: given.ca_file,
    })
}

fn record(given: file::Record, data: &Path) -> Result<Record, Trouble> {
    let within = |key: &str, given: Option<u32>, usual: u32, (least, most): (u32, u32)| {
        let it = given.unwrap_or(usual);
        if (least..=most).contains(&it) {
            return Ok(it);
        }
        let (zh, en) = (format!("{least} 至 {most}"), format!("{least} to {most}"));
        Err(bad(&format!("record.{key}"), &zh, &en))
    };
    let holder = given.holder.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
    if holder.as_ref().is_some_and(|it| !it.contains('@')) {
        return Err(bad("record.holder", "一个邮件地址", "a mail address"));
    }
    Ok(Record {
        ledger: given.ledger.unwrap_or_else(|| data.join("seals")),
        holder,
        seal_hours: within("seal_hours", given.seal_hours, 24, (1, 720))?,
        // 网络安全法 21(3): six months at the least.
        keep_months: within("keep_months", given.keep_months, 36, (KEPT_MONTHS, 1200))?,
    })
}

fn bad(key: &str, zh: &str, en: &str) -> Trouble {
    Trouble::wrong(
        format!("设置 {key} 的值不对：应为{zh}。"),
        format!("The setting {key} has a wrong value: it should be {en}."),
    )
}

/// The address of a file as an embedded database.
fn sqlite_url(path: &Path) -> String {
    let path = path.display().to_string();
    format!("sqlite://{}", path.replace('%', "%25").replace('?', "%3F").replace('#', "%23"))
}

/// The file behind the address of an embedded database; none for other databases, and for one
/// that lives in memory and so keeps nothing.
fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split('?').next().unwrap_or_default();
    let path = path.replace("%23", "#").replace("%3F", "?").replace("%25", "%");
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
}

fn folder_of(file: &Path) -> Option<PathBuf> {
    let folder = file.parent()?;
    Some(if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
}

#[cfg(test)]
mod tests;
