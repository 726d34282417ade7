//! The file and the environment, as they are written.

use std::{
    ffi::OsString,
    ops::Range,
    path::{Path, PathBuf},
};

use engine::{account::SecondFactor, actor::Role};
use serde::Deserialize;
use toml::{Table, Value, de::DeTable};

use super::keys;
use crate::trouble::Trouble;

/// Settings as they are given: all may be left out.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Given {
    pub(super) database: Database,
    pub(super) http: Http,
    pub(super) accounts: Accounts,
    pub(super) keys: Keys,
    pub(super) mail: Mail,
    pub(super) log: Log,
    pub(super) oidc: Oidc,
    pub(super) record: Record,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Database {
    pub(super) url: Option<String>,
    pub(super) max_connections: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Http {
    pub(super) listen: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) tls_cert: Option<PathBuf>,
    pub(super) tls_key: Option<PathBuf>,
    pub(super) trusted_proxies: Option<Vec<String>>,
    pub(super) rate_per_account: Option<u32>,
    pub(super) burst_per_account: Option<u32>,
    pub(super) rate_per_address: Option<u32>,
    pub(super) burst_per_address: Option<u32>,
    pub(super) max_connections: Option<u32>,
    pub(super) introspection: Option<bool>,
    pub(super) graphiql: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Accounts {
    pub(super) password_min: Option<u32>,
    pub(super) password_classes: Option<u32>,
    pub(super) password_days: Option<u32>,
    pub(super) password_history: Option<u32>,
    pub(super) lock_after: Option<u32>,
    pub(super) lock_minutes: Option<u32>,
    pub(super) idle_minutes: Option<u32>,
    pub(super) session_hours: Option<u32>,
    pub(super) second_factor: Option<SecondFactor>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Keys {
    pub(super) folder: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Mail {
    pub(super) transport: Option<MailTransport>,
    pub(super) from: Option<String>,
    pub(super) folder: Option<PathBuf>,
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) tls: Option<MailTls>,
    pub(super) user: Option<String>,
    pub(super) password_file: Option<PathBuf>,
    pub(super) ca_file: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Log {
    pub(super) format: Option<LogFormat>,
    pub(super) filter: Option<String>,
}

#[derive(Deserialize, Default, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Oidc {
    pub(super) issuer: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret_file: Option<PathBuf>,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) login_claim: Option<String>,
    pub(super) name_claim: Option<String>,
    pub(super) groups_claim: Option<String>,
    pub(super) groups: Option<Vec<OidcGroup>>,
    pub(super) create_accounts: Option<bool>,
    pub(super) second_factors: Option<Vec<String>>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) button: Option<String>,
}

impl Oidc {
    /// Whether nothing is set.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct OidcGroup {
    pub(super) group: String,
    pub(super) unit: Option<String>,
    #[serde(default)]
    pub(super) roles: Vec<Role>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Record {
    pub(super) ledger: Option<PathBuf>,
    pub(super) holder: Option<String>,
    pub(super) seal_hours: Option<u32>,
    pub(super) keep_months: Option<u32>,
}

/// How letters go out.
#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum MailTransport {
    /// As files in a folder.
    Folder,
    /// Through a mail server.
    Smtp,
}

/// Whether and when the connection to the mail server is encrypted.
#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// Never.
    None,
    /// After a greeting in the clear.
    Starttls,
    /// From the first byte.
    Tls,
}

/// The form of the log.
#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Reads the file; every key in it is known and every value of its type.
pub(super) fn read(path: &Path) -> Result<Table, Trouble> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Trouble::wrong(
            format!("无法读取设置文件 {}。", path.display()),
            format!("The settings file {} cannot be read.", path.display()),
        )
        .because(error)
    })?;
    let place = |span: Option<Range<usize>>| {
        let before = text.get(..span.map_or(0, |it| it.start)).unwrap_or_default();
        (path.display().to_string(), before.matches('\n').count() + 1)
    };
    let malformed = |error: toml::de::Error| {
        let (file, line) = place(error.span());
        let what = error.message();
        Trouble::wrong(
            format!("设置文件 {file} 第 {line} 行写法不对：{what}。"),
            format!("The settings file {file} is wrong at line {line}: {what}."),
        )
    };
    let document = DeTable::parse(&text).map_err(malformed)?;
    for (name, value) in document.get_ref() {
        let section = name.get_ref().as_ref();
        let (file, line) = place(Some(name.span()));
        if !keys::is_section(section) {
            let meant = match value.get_ref().as_table() {
                Some(_) => format!("[{}]", keys::nearest_section(section)),
                None => dotted(keys::nearest("", section)),
            };
            return Err(unknown(
                &format!("{file} 第 {line} 行"),
                &format!("{file}, line {line}"),
                section,
                &meant,
            ));
        }
        for key in value.get_ref().as_table().into_iter().flat_map(|it| it.keys()) {
            if !keys::is_known(section, key.get_ref()) {
                let (file, line) = place(Some(key.span()));
                let given = format!("{section}.{}", key.get_ref());
                let meant = dotted(keys::nearest(section, key.get_ref()));
                return Err(unknown(
                    &format!("{file} 第 {line} 行"),
                    &format!("{file}, line {line}"),
                    &given,
                    &meant,
                ));
            }
        }
    }
    toml::from_str::<Given>(&text).map_err(malformed)?;
    text.parse().map_err(malformed)
}

/// Lays `CHUISHAO__SECTION__KEY` over the file.
pub(super) fn overlay(
    table: &mut Table,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<(), Trouble> {
    for (name, value) in environment {
        let Some(name) = name.to_str().filter(|it| it.starts_with("CHUISHAO__")) else { continue };
        let path = name.trim_start_matches("CHUISHAO__").to_ascii_lowercase();
        let (section, key) = path.split_once("__").unwrap_or(("", &path));
        if !keys::is_known(section, key) {
            let (section, key) = keys::nearest(section, key);
            let meant = format!("CHUISHAO__{section}__{key}").to_ascii_uppercase();
            return Err(unknown("环境变量", "The environment", name, &meant));
        }
        let value = value.to_str().and_then(|it| typed(section, key, it)).ok_or_else(|| {
            Trouble::wrong(
                format!("环境变量 {name} 的值不合要求，请对照示例设置文件。"),
                format!(
                    "The value of {name} in the environment is not of the kind that is wanted."
                ),
            )
        })?;
        if let Value::Table(it) = table.entry(section).or_insert_with(|| Value::Table(Table::new()))
        {
            it.insert(key.to_owned(), value);
        }
    }
    Ok(())
}

/// The settings in a table whose keys were checked.
pub(super) fn given(table: Table) -> Result<Given, Trouble> {
    Given::deserialize(table)
        .map_err(|error| Trouble::wrong("设置不合要求。", "The settings are wrong.").because(error))
}

/// A text from the environment as the type that its key has; a list is written with commas.
fn typed(section: &str, key: &str, text: &str) -> Option<Value> {
    let number = text.trim().parse().ok().map(Value::Integer);
    let switch = text.trim().parse().ok().map(Value::Boolean);
    let parts = text.split(',').map(str::trim).filter(|it| !it.is_empty());
    let list = Value::Array(parts.map(|it| Value::String(it.to_owned())).collect());
    let readings = [Some(Value::String(text.to_owned())), number, switch, Some(list)];
    readings.into_iter().flatten().find(|it| {
        let inner = Table::from_iter([(key.to_owned(), it.clone())]);
        let table = Table::from_iter([(section.to_owned(), Value::Table(inner))]);
        Given::deserialize(table).is_ok()
    })
}

fn dotted((section, key): (&str, &str)) -> String {
    format!("{section}.{key}")
}

fn unknown(zh: &str, en: &str, given: &str, meant: &str) -> Trouble {
    Trouble::wrong(
        format!("{zh}：没有名为 {given} 的设置。最接近的是 {meant}。"),
        format!("{en}: there is no setting {given}. The nearest is {meant}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What serde says it expects is what the table of names holds.
    #[test]
    fn the_names_are_those_of_the_types() {
        let fields = |table: &str| {
            let Err(error) = toml::from_str::<Given>(table) else { panic!("{table} was read") };
            let text = error.message().split_once("expected").unwrap().1.to_owned();
            text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
        };
        let sections: Vec<&str> = keys::KNOWN.iter().map(|(it, _)| *it).collect();
        assert_eq!(fields("zz = 1"), sections);
        for (section, keys) in keys::KNOWN {
            assert_eq!(fields(&format!("[{section}]\nzz = 1")), keys, "{section}");
        }
    }
}
