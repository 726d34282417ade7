//! The record beside the cases: how the registers came to be, and what the auditor reads.
//!
//! Both are chained like the events of a case. What changes a register is kept for ever, on one
//! stream of the district; what somebody did at a door (signing in, opening sealed data, exporting,
//! being refused) goes to a stream of its process and day, which expires as a sealed segment.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, EnumIter, EnumString, IntoStaticStr};
use uuid::Uuid;

use crate::{
    account::pass::Scope,
    actor::{Member, Role},
    command::{CommandKind, Target},
    directory::Unit,
    event::Event,
    ids::{
        AbsenceId, AssignmentId, AuditId, DistrictId, DutyId, FileId, ListsDraftId, PersonId,
        PetitionId, TokenId, UnitId,
    },
    petition::PetitionFact,
    refusal::Refusal,
    scene::StreamId,
    text::Digest,
};

/// How many months what expires is kept at the least (网络安全法 21(3)). The database's own triggers
/// know the same.
pub const KEPT_MONTHS: u32 = 6;

/// The version of the form in which notes are written.
pub const SCHEMA: u32 = 1;

/// What a note says happened. It holds ids and codes, never personal data, a password or a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(
    name(AuditKind),
    derive(EnumIter, EnumString, IntoStaticStr, PartialOrd, Ord, Hash),
    strum(serialize_all = "snake_case")
)]
pub enum AuditFact {
    /// 受理被拒: an act was refused for want of authority, or by a guard that is not to be tried.
    Refused {
        /// The act, by its code.
        act: String,
        /// Why, by the code of the refusal.
        code: String,
        /// What it was about, as it was asked; it need not exist.
        case: Option<Uuid>,
        /// The units that would have been called.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        units: Vec<UnitId>,
    },
    /// 机构变更: units were added, renamed, moved, merged or closed.
    UnitsChanged {
        /// Each unit before, where it was there, and after.
        units: Vec<(Option<Unit>, Unit)>,
    },
    /// 清单发布: a version of the four lists.
    ListsPublished {
        /// The version.
        version: u32,
        /// The digest of its body.
        digest: Digest,
        /// The draft that it was; none where the program brought it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        draft: Option<ListsDraftId>,
        /// Everybody who wrote in that.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        editors: Vec<PersonId>,
    },
    /// 清单起草与修改: a draft was begun or written anew.
    ListsDrafted {
        /// The draft.
        draft: ListsDraftId,
        /// How often it was written.
        edit: u32,
        /// The version that it sets out from.
        base: u32,
        /// The digest of what it says.
        digest: Digest,
    },
    /// 清单验证.
    ListsChecked {
        /// The draft.
        draft: ListsDraftId,
        /// The digest of what it says.
        digest: Digest,
        /// Whether every property was proven.
        proven: bool,
    },
    /// 清单草案废弃.
    ListsDiscarded {
        /// The draft.
        draft: ListsDraftId,
        /// The digest of what it said.
        digest: Digest,
    },
    /// 日历采用: a version of the calendar.
    CalendarAdopted {
        /// The version.
        version: u32,
        /// The digest of its body.
        digest: Digest,
    },
    /// 登录.
    SignedIn {
        /// Who.
        person: PersonId,
        /// What showed who it is, besides the password.
        by: Proof,
    },
    /// 登录被拒; also a confirmation or a change of password that was refused.
    SignInRefused {
        /// Whose account; none where there is no account of the name, which is not kept.
        person: Option<PersonId>,
        /// Why.
        why: NotSignedIn,
    },
    /// 账号锁定.
    AccountLocked {
        /// Whose account.
        person: PersonId,
        /// Until when.
        until: DateTime<Utc>,
        /// After how many failures in a row.
        failures: u32,
    },
    /// 账号解锁.
    AccountUnlocked {
        /// Whose account.
        person: PersonId,
    },
    /// 身份确认, before something sensitive.
    Confirmed {
        /// Who.
        person: PersonId,
        /// What showed who it is.
        by: Proof,
    },
    /// 全部退出: every session and known device of somebody ended.
    SignedOutEverywhere {
        /// Who.
        person: PersonId,
    },
    /// 修改密码, by whoever it belongs to.
    PasswordChanged {
        /// Whose.
        person: PersonId,
    },
    /// 重设密码, by an administrator or at the machine.
    PasswordReset {
        /// Whose.
        person: PersonId,
    },
    /// 绑定动态口令.
    SecondFactorEnrolled {
        /// Whose.
        person: PersonId,
    },
    /// 解除动态口令.
    SecondFactorReset {
        /// Whose.
        person: PersonId,
    },
    /// 签发令牌.
    TokenIssued {
        /// Whose.
        person: PersonId,
        /// Which.
        token: TokenId,
        /// What it may be used for.
        scope: Vec<Scope>,
        /// Until when.
        expires_at: DateTime<Utc>,
        /// The digest of the only document that it executes, where it is bound to one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<Digest>,
    },
    /// 撤销令牌.
    TokenRevoked {
        /// Whose.
        person: PersonId,
        /// Which.
        token: TokenId,
    },
    /// 添加账号.
    AccountAdded {
        /// Whose.
        person: PersonId,
        /// Of which unit.
        unit: UnitId,
        /// With which roles.
        roles: Vec<Role>,
    },
    /// 提出授予管理员角色: it waits for a second administrator.
    RolesAsked {
        /// To whom.
        person: PersonId,
        /// Which roles the account would hold.
        roles: Vec<Role>,
    },
    /// 不予授予管理员角色.
    RolesDenied {
        /// To whom.
        person: PersonId,
        /// Which roles the account would have held.
        roles: Vec<Role>,
    },
    /// 角色变更.
    RolesChanged {
        /// Whose.
        person: PersonId,
        /// What they were.
        before: Vec<Role>,
        /// What they are.
        after: Vec<Role>,
        /// Who asked, where a second administrator confirmed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked_by: Option<PersonId>,
    },
    /// 停用账号.
    AccountDisabled {
        /// Whose.
        person: PersonId,
    },
    /// 恢复账号.
    AccountEnabled {
        /// Whose.
        person: PersonId,
    },
    /// 外出登记.
    AbsenceSet {
        /// Which.
        absence: AbsenceId,
        /// Who is away.
        person: PersonId,
        /// Who stands in.
        substitute: PersonId,
        /// From when on.
        from: DateTime<Utc>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// 外出取消.
    AbsenceEnded {
        /// Which.
        absence: AbsenceId,
        /// Who was away.
        person: PersonId,
    },
    /// 值班登记.
    DutySet {
        /// Which.
        duty: DutyId,
        /// The unit.
        unit: UnitId,
        /// Who is on duty.
        person: PersonId,
        /// From when on.
        from: DateTime<Utc>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// 值班取消.
    DutyEnded {
        /// Which.
        duty: DutyId,
        /// The unit.
        unit: UnitId,
    },
    /// 调阅身份信息: what is sealed of somebody was shown.
    Unsealed {
        /// Whose it is.
        person: PersonId,
        /// In which petition.
        petition: PetitionId,
    },
    /// 按号码查找信访人: how many cases somebody found by a number, which is not kept.
    NumberSought {
        /// How many, on the page that was shown.
        found: u32,
    },
    /// 调阅封存附件: the bytes of a sealed file were sent to somebody.
    FileRead {
        /// Which.
        file: FileId,
        /// Of which case.
        case: Uuid,
    },
    /// 清除个人信息.
    PersonErased {
        /// Whose it was.
        person: PersonId,
        /// In which petition.
        petition: PetitionId,
    },
    /// 关联统一身份认证账号, or the end of it.
    ProviderLinked {
        /// Whose account.
        person: PersonId,
        /// Whether it is linked from now on.
        linked: bool,
    },
    /// 单位变更, as the provider's groups say.
    UnitFollowed {
        /// Whose.
        person: PersonId,
        /// Which it was.
        before: UnitId,
        /// Which it is.
        after: UnitId,
    },
    /// 备份: everything that is kept, but the keys, was written into a file.
    BackedUp {
        /// The instant that it shows.
        made_at: DateTime<Utc>,
        /// The digest of its manifest, by which the file is known.
        digest: Digest,
    },
    /// 恢复备份: what is here came out of a backup, and what was done after it is not.
    Restored {
        /// The instant that the backup shows.
        made_at: DateTime<Utc>,
        /// The digest of its manifest.
        digest: Digest,
    },
    /// 记录封存. The seal itself is kept for ever.
    RecordSealed {
        /// Its number.
        seal: u32,
        /// The root that was signed.
        root: Digest,
    },
    /// 更换封存密钥.
    SealKeyChanged {
        /// The fingerprint of the key before.
        before: Digest,
        /// The fingerprint of the key after.
        after: Digest,
    },
    /// 导出: a case as a folder, a table of cases, or the whole record.
    Exported {
        /// The case; none for a table or the whole record.
        case: Option<Uuid>,
        /// The table.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        table: Option<Exported>,
    },
    /// 审计日志到期清除: notes were deleted that seals had covered for the time they are kept.
    NotesExpired {
        /// The stream.
        stream: AuditId,
        /// How many of its notes, from the first.
        events: u32,
        /// The digest of the last of them.
        head: Digest,
        /// The first seal that covered all of them.
        seal: u32,
    },
    /// 记录核验异常: the record is not what it should be.
    RecordDoubted {
        /// How much is wrong.
        faults: u64,
        /// The first of it, by its code.
        code: String,
        /// In which stream.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stream: Option<Uuid>,
        /// At which event of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<u32>,
        /// At which seal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seal: Option<u32>,
    },
    /// 发现旧副本: the database is older than the last seal outside it.
    RestoreNoticed {
        /// The last seal in the database; zero where there is none.
        database: u32,
        /// The last seal outside.
        ledger: u32,
    },
    /// 认可恢复旧副本.
    RestoreAccepted {
        /// The last seal in the database.
        database: u32,
        /// The last seal outside; what it covered is lost.
        ledger: u32,
        /// The digest of the reason that was given.
        reason: Digest,
    },
}

/// A table of cases that was taken out (R55).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    /// What it shows.
    pub of: ExportedTable,
    /// How many cases stand in it.
    pub cases: u32,
}

/// What a table shows that is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumIter, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ExportedTable {
    /// 办理结果: what came of petitions.
    Outcomes,
    /// 化解责任清单.
    Ledger,
}

/// What showed who somebody is, besides the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumIter, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Proof {
    /// The password alone.
    Password,
    /// The password, on a device where a code was given before.
    KnownDevice,
    /// A code of the second factor.
    Code,
    /// A recovery code, which is used up.
    RecoveryCode,
    /// The word of a provider (统一身份认证).
    Provider,
}

/// Why somebody was not signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumIter, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum NotSignedIn {
    /// There is no such account.
    Unknown,
    /// The account is disabled.
    Disabled,
    /// The account is locked.
    Locked,
    /// The password is wrong.
    WrongPassword,
    /// The code is wrong, or was used before.
    WrongCode,
    /// The password was right, and a code was demanded.
    CodeMissing,
    /// What came back from the provider was not begun here, by this browser, a short while ago.
    StateForged,
    /// What came back from the provider had come back before.
    StateReplayed,
    /// The provider cannot be reached, is too slow, or answers nonsense.
    ProviderDown,
    /// The provider did not let whoever it is in.
    ProviderDenied,
    /// The provider does not take the code, as one that was used or is another's.
    CodeRefused,
    /// The provider's token is signed by a key that is not the provider's, or not at all.
    TokenUnsigned,
    /// The token is another program's.
    TokenForOther,
    /// The token has expired, or whoever it is signed in there too long ago.
    TokenExpired,
    /// The token is otherwise not one of this provider for this attempt.
    TokenWrong,
    /// No account is linked to whom the provider names.
    NotLinked,
    /// Their groups do not say of which unit they are.
    NoPlace,
    /// An account by the name exists, and is not linked.
    LoginTaken,
    /// An administrator, who signs in by the password alone.
    ByPasswordOnly,
}

impl AuditFact {
    /// The code of what happened.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.into()
    }

    /// Whether it is kept for ever: how the registers came to be.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::UnitsChanged { .. }
            | Self::ListsPublished { .. }
            | Self::ListsDrafted { .. }
            | Self::ListsChecked { .. }
            | Self::ListsDiscarded { .. }
            | Self::CalendarAdopted { .. }
            | Self::AccountAdded { .. }
            | Self::RolesAsked { .. }
            | Self::RolesDenied { .. }
            | Self::RolesChanged { .. }
            | Self::AccountDisabled { .. }
            | Self::AccountEnabled { .. }
            | Self::AbsenceSet { .. }
            | Self::AbsenceEnded { .. }
            | Self::DutySet { .. }
            | Self::DutyEnded { .. }
            | Self::PersonErased { .. }
            | Self::ProviderLinked { .. }
            | Self::UnitFollowed { .. }
            | Self::Restored { .. }
            | Self::SealKeyChanged { .. }
            | Self::NotesExpired { .. }
            | Self::RecordDoubted { .. }
            | Self::RestoreNoticed { .. }
            | Self::RestoreAccepted { .. } => true,
            Self::Refused { .. }
            | Self::SignInRefused { .. }
            | Self::AccountLocked { .. }
            | Self::SignedIn { .. }
            | Self::AccountUnlocked { .. }
            | Self::Confirmed { .. }
            | Self::SignedOutEverywhere { .. }
            | Self::PasswordChanged { .. }
            | Self::PasswordReset { .. }
            | Self::SecondFactorEnrolled { .. }
            | Self::SecondFactorReset { .. }
            | Self::TokenIssued { .. }
            | Self::TokenRevoked { .. }
            | Self::Unsealed { .. }
            | Self::NumberSought { .. }
            | Self::FileRead { .. }
            | Self::RecordSealed { .. }
            | Self::Exported { .. }
            | Self::BackedUp { .. } => false,
        }
    }

    /// Whether what was tried succeeded (GB/T 22239: each entry says so).
    #[must_use]
    pub fn is_success(&self) -> bool {
        match self {
            Self::UnitsChanged { .. }
            | Self::ListsPublished { .. }
            | Self::ListsDrafted { .. }
            | Self::ListsChecked { .. }
            | Self::ListsDiscarded { .. }
            | Self::CalendarAdopted { .. }
            | Self::AccountAdded { .. }
            | Self::RolesAsked { .. }
            | Self::RolesDenied { .. }
            | Self::RolesChanged { .. }
            | Self::AccountDisabled { .. }
            | Self::AccountEnabled { .. }
            | Self::AbsenceSet { .. }
            | Self::AbsenceEnded { .. }
            | Self::DutySet { .. }
            | Self::DutyEnded { .. }
            | Self::ProviderLinked { .. }
            | Self::UnitFollowed { .. }
            | Self::BackedUp { .. }
            | Self::Restored { .. }
            | Self::SignedIn { .. }
            | Self::AccountUnlocked { .. }
            | Self::Confirmed { .. }
            | Self::SignedOutEverywhere { .. }
            | Self::PasswordChanged { .. }
            | Self::PasswordReset { .. }
            | Self::SecondFactorEnrolled { .. }
            | Self::SecondFactorReset { .. }
            | Self::TokenIssued { .. }
            | Self::TokenRevoked { .. }
            | Self::Unsealed { .. }
            | Self::NumberSought { .. }
            | Self::FileRead { .. }
            | Self::PersonErased { .. }
            | Self::RecordSealed { .. }
            | Self::SealKeyChanged { .. }
            | Self::Exported { .. }
            | Self::NotesExpired { .. }
            | Self::RestoreAccepted { .. } => true,
            Self::Refused { .. }
            | Self::SignInRefused { .. }
            | Self::AccountLocked { .. }
            | Self::RecordDoubted { .. }
            | Self::RestoreNoticed { .. } => false,
        }
    }
}

impl AuditKind {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Refused => "办理被拒",
            Self::UnitsChanged => "机构变更",
            Self::ListsPublished => "清单发布",
            Self::ListsDrafted => "清单起草",
            Self::ListsChecked => "清单验证",
            Self::ListsDiscarded => "清单草案废弃",
            Self::CalendarAdopted => "日历采用",
            Self::SignedIn => "登录",
            Self::SignInRefused => "登录被拒",
            Self::AccountLocked => "账号锁定",
            Self::AccountUnlocked => "账号解锁",
            Self::Confirmed => "身份确认",
            Self::SignedOutEverywhere => "全部退出",
            Self::PasswordChanged => "修改密码",
            Self::PasswordReset => "重设密码",
            Self::SecondFactorEnrolled => "绑定动态口令",
            Self::SecondFactorReset => "解除动态口令",
            Self::TokenIssued => "签发令牌",
            Self::TokenRevoked => "撤销令牌",
            Self::AccountAdded => "添加账号",
            Self::RolesAsked => "提出授予管理员角色",
            Self::RolesDenied => "不予授予管理员角色",
            Self::RolesChanged => "角色变更",
            Self::AccountDisabled => "停用账号",
            Self::AccountEnabled => "恢复账号",
            Self::AbsenceSet => "外出登记",
            Self::AbsenceEnded => "外出取消",
            Self::DutySet => "值班登记",
            Self::DutyEnded => "值班取消",
            Self::Unsealed => "调阅身份信息",
            Self::NumberSought => "按号码查找信访人",
            Self::FileRead => "调阅封存附件",
            Self::PersonErased => "清除个人信息",
            Self::ProviderLinked => "关联统一身份认证",
            Self::UnitFollowed => "单位随统一身份认证变更",
            Self::BackedUp => "备份",
            Self::Restored => "恢复备份",
            Self::RecordSealed => "记录封存",
            Self::SealKeyChanged => "更换封存密钥",
            Self::Exported => "导出",
            Self::NotesExpired => "审计日志到期清除",
            Self::RecordDoubted => "记录核验异常",
            Self::RestoreNoticed => "发现旧副本",
            Self::RestoreAccepted => "认可恢复旧副本",
        }
    }
}

/// A note as it is written. Its bytes are what is hashed, stored and verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The version of this form.
    pub schema: u32,
    /// The district.
    pub district: DistrictId,
    /// The stream.
    pub stream: AuditId,
    /// Its ordinal in the stream, from 1.
    pub version: u32,
    /// When, by the clock on the wall.
    pub at: DateTime<Utc>,
    /// Who did it; none where nobody had signed in, or the program itself did.
    pub actor: Option<PersonId>,
    /// Of which unit.
    pub unit: Option<UnitId>,
    /// The address that the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The digest of the note before it; zeros for the first.
    pub previous: Digest,
    /// What happened.
    pub fact: AuditFact,
}

impl Note {
    /// Its exact bytes.
    ///
    /// # Errors
    /// Never for values of this crate; the encoder's signature says it could.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads exact bytes.
    ///
    /// # Errors
    /// Where the bytes are not a note.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

/// What the auditor is told of events, beside the case's own stream.
#[must_use]
pub fn of_events(events: &[(StreamId, Event)]) -> Vec<AuditFact> {
    // What was opened is noted when it is shown.
    let of = |(stream, event): &(StreamId, Event)| {
        let (StreamId::Petition(petition), Event::Petition(it)) = (stream, event) else {
            return None;
        };
        let PetitionFact::PersonErased { person, .. } = &it.fact else { return None };
        Some(AuditFact::PersonErased { person: *person, petition: *petition })
    };
    events.iter().filter_map(of).collect()
}

/// Whether somebody may read the record: the auditor alone.
///
/// # Errors
/// [`Refusal::NotPermitted`] for everybody else.
pub fn permit_reading(by: &Member) -> Result<(), Refusal> {
    if by.roles.contains(&Role::Auditor) {
        Ok(())
    } else {
        Err(Refusal::NotPermitted { who: vec![Role::Auditor] })
    }
}

/// The note that a refused command leaves; none where somebody only filled in a form wrongly or
/// came at the wrong moment.
#[must_use]
pub fn of_refusal(
    act: CommandKind,
    refusal: &Refusal,
    target: &Target,
    units: Vec<UnitId>,
) -> Option<AuditFact> {
    refusal.is_recorded().then(|| AuditFact::Refused {
        act: <&str>::from(act).to_owned(),
        code: refusal.code().to_owned(),
        case: about(target),
        units,
    })
}

/// The note that a command leaves on a case that its caller may not see or that is not there.
#[must_use]
pub fn of_unseen(act: CommandKind, target: &Target) -> AuditFact {
    AuditFact::Refused {
        act: <&str>::from(act).to_owned(),
        code: "NOT_FOUND".to_owned(),
        case: about(target),
        units: vec![],
    }
}

/// The note that an act on an assignment leaves that its caller may not see or that is not there.
#[must_use]
pub fn of_unseen_part(assignment: AssignmentId) -> AuditFact {
    AuditFact::Refused {
        act: "act_on_assignment".to_owned(),
        code: "NOT_FOUND".to_owned(),
        case: Some(assignment.0),
        units: vec![],
    }
}

/// The case that a command is about.
fn about(target: &Target) -> Option<Uuid> {
    let whistle = target.whistle.filter(|_| !target.begins).map(|it| it.0);
    whistle.or(target.petitions.first().map(|it| it.0))
}
