//! What went wrong, for the person at the terminal: what, where and what to do, Chinese first.

use std::{error::Error as StdError, fmt};

use engine::text::Lang;

type Cause = Box<dyn StdError + Send + Sync>;

/// An error that reaches a person.
#[derive(Debug)]
pub struct Trouble {
    zh: String,
    en: String,
    exit: u8,
    cause: Option<Cause>,
}

impl Trouble {
    /// Something failed; the program ends with 1.
    pub fn failed(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into(), exit: 1, cause: None }
    }

    /// Settings, flags or a file must be changed before it can work; the program ends with 2.
    pub fn wrong(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { exit: 2, ..Self::failed(zh, en) }
    }

    /// With what caused it.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Cause>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The status that the program ends with.
    #[must_use]
    pub fn exit(&self) -> u8 {
        self.exit
    }
}

/// The Chinese sentence, the English one, and the causes below them.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.zh, self.en)?;
        let mut cause = self.source();
        while let Some(it) = cause {
            write!(f, "\n  原因 / because: {it}")?;
            cause = it.source();
        }
        Ok(())
    }
}

impl StdError for Trouble {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|it| it as &(dyn StdError + 'static))
    }
}

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Self {
        let (zh, en) = match &error {
            store::Error::NotMigrated { pending } => (
                format!("数据库结构还差 {pending} 步：请运行 chuishao migrate up。"),
                format!("The database lacks {pending} migrations: run `chuishao migrate up`."),
            ),
            store::Error::HoldsEvents => (
                "数据库中已有事件，退回结构会丢失它们，已拒绝。".to_owned(),
                "The database holds events; migrating down would lose them.".to_owned(),
            ),
            store::Error::NotVacant => (
                "目标数据库不是空的，已拒绝。请换一个空数据库（PostgreSQL）或空目录（--data）。".to_owned(),
                "The database is not empty. Name an empty one (PostgreSQL) or an empty folder (--data).".to_owned(),
            ),
            store::Error::Newer { step } => (
                format!("备份由更新的程序制作（结构步骤 {step}）。请换用制作备份的那个版本或更新的版本。"),
                format!("The backup was made by a newer program (step {step}). Use that one, or one newer still."),
            ),
            store::Error::NoRow { table } => (
                format!("备份中表 {table} 的内容不合格式。"),
                format!("What the backup holds of the table {table} cannot be read."),
            ),
            store::Error::Address { .. } => (
                "database.url 不是可用的数据库地址：请写 sqlite://… 或 postgres://…。".to_owned(),
                "database.url is no database: write sqlite://… or postgres://….".to_owned(),
            ),
            store::Error::KeyMissing { key: Some(key) } => (
                format!("封存内容所用的第 {key} 号密钥不在密钥文件夹中。请把 data-{key}.key 放回设置 keys.folder 所指的文件夹。"),
                format!("The data is sealed under key {key}, which is not there. Put data-{key}.key back into the folder of keys.folder."),
            ),
            store::Error::KeyMissing { key: None } => (
                "没有可用的密钥，无法封存个人信息。请检查设置 keys.folder 并运行 chuishao doctor。".to_owned(),
                "There is no key to seal personal data with. Check keys.folder and run `chuishao doctor`.".to_owned(),
            ),
            store::Error::OtherKey { key } => (
                format!("data-{key}.key 不是本数据库所用的密钥：同一编号，内容不同。请放回原来的密钥文件。"),
                format!("data-{key}.key is not the key of this database: the same number, another content. Put the right file back."),
            ),
            store::Error::NoRandomness => (
                "系统没有随机数，无法封存个人信息。".to_owned(),
                "The system gives no random numbers; nothing can be sealed.".to_owned(),
            ),
            store::Error::Stale { .. }
            | store::Error::NumbersTaken { .. }
            | store::Error::KeyTaken
            | store::Error::Exists { .. }
            | store::Error::Corrupt { .. }
            | store::Error::Closed
            | store::Error::Database(_) => (
                "数据库出错。请运行 chuishao doctor 查看原因。".to_owned(),
                "The database failed. `chuishao doctor` tells what is wrong with it.".to_owned(),
            ),
        };
        let trouble = Self::failed(zh, en);
        match &error {
            // The sentences say it all.
            store::Error::NotMigrated { .. }
            | store::Error::HoldsEvents
            | store::Error::NotVacant
            | store::Error::Newer { .. }
            | store::Error::NoRow { .. }
            | store::Error::KeyMissing { .. }
            | store::Error::OtherKey { .. } => trouble,
            _ => trouble.because(error),
        }
    }
}

impl From<app::Error> for Trouble {
    fn from(error: app::Error) -> Self {
        match error {
            app::Error::NotSetUp => Self::wrong(
                "数据库中还没有区县：请运行 chuishao user add LOGIN --district 名称 …，或用 chuishao demo 看演示。",
                "The database is not set up: run `chuishao user add LOGIN --district NAME …`, or look at `chuishao demo`.",
            ),
            app::Error::Secret(error) => {
                Self::failed("系统没有随机数或内存。", "The system lacks randomness or memory.")
                    .because(error)
            }
            app::Error::Internal(error) => error.into(),
            // The rules say why, in both languages.
            app::Error::Refused(refusal) => Self::failed(
                format!("未能办理：{}。", refusal.sentence(Lang::Zh)),
                format!("It was not carried out: {}.", refusal.sentence(Lang::En)),
            ),
            error @ (app::Error::NotFound | app::Error::KeyReused | app::Error::Busy) => {
                Self::failed("未能办理。", "It was not carried out.").because(error)
            }
        }
    }
}

impl From<app::RecordError> for Trouble {
    fn from(error: app::RecordError) -> Self {
        match error {
            app::RecordError::App(error) => error.into(),
            app::RecordError::OtherKey { named, held } => Self::wrong(
                format!(
                    "封存密钥不是上一次封存所指定的：应为 {}，现为 {}。请从备份恢复 seal.key。",
                    named.shown(),
                    held.shown()
                ),
                format!(
                    "seal.key is not the key that the last seal names: it should be {}, and is {}. Restore it from a backup.",
                    named.shown(),
                    held.shown()
                ),
            ),
            app::RecordError::Doubted(finding) => Self::failed(
                format!(
                    "已封存的记录被改动，未再封存。{}请保留现状，运行 chuishao audit verify --database 核验。",
                    finding.sentence(engine::text::Lang::Zh)
                ),
                format!(
                    "What was sealed was changed, and is not sealed again. {} Keep it as it is and run `chuishao audit verify --database`.",
                    finding.sentence(engine::text::Lang::En)
                ),
            ),
            app::RecordError::Written(error) => Self::failed(
                "导出无法写入。请检查路径和磁盘空间。",
                "The export cannot be written. Check the path and the disk.",
            )
            .because(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_in_both_languages_with_its_causes() {
        let trouble = Trouble::wrong("甲", "a").because(std::io::Error::other("disk"));
        assert_eq!(trouble.to_string(), "甲\na\n  原因 / because: disk");
        assert_eq!(trouble.exit(), 2);
    }
}
