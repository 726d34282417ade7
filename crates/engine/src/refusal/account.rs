//! Why somebody may not sign in, or may not do this as they are signed in.

use chrono::{DateTime, Utc};
use strum::IntoStaticStr;

use super::{Lang, minute};
use crate::account::{pass::Scope, password::Weakness};

/// An expected no about accounts. Its code is the one of the public contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[error("{}", self.sentence(Lang::En))]
pub enum AccountRefusal {
    /// Name and password open nothing. An unknown name, a wrong password, a locked and a disabled
    /// account are answered alike.
    NotSignedIn,
    /// The password has expired, or an administrator set it: nothing goes before a new one.
    PasswordExpired,
    /// A second factor is demanded: at sign-in its code, after it the enrolment.
    SecondFactorRequired,
    /// A sensitive act without a confirmation within the last minutes.
    ConfirmationRequired,
    /// The password is wrong.
    WrongPassword,
    /// The code of the second factor is wrong, or was used before.
    WrongCode,
    /// Too many failures; told only to somebody who gave the right password.
    Locked {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// A new password that may not be one.
    WeakPassword(Weakness),
    /// 三员分离: an administrator holds that one role and no other.
    MixedRoles,
    /// Nobody changes the roles or the state of their own account.
    OwnAccount,
    /// An administrator's role waits for a second administrator, who is another than who asked.
    SecondAdministrator,
    /// An administrator's password and second factor are reset at the machine, by nobody here.
    AtTheMachine,
    /// The token's scope does not hold this.
    OutOfScope {
        /// What it would have to hold.
        needs: Scope,
    },
    /// The token is bound to another document.
    OtherDocument,
    /// This is done by somebody who has signed in, never by a token.
    NotByToken,
    /// The provider knows whoever it is, and no account here is linked to them.
    NotLinked,
    /// The provider's groups do not say of which one unit somebody is.
    NoPlace,
    /// An account by the name that the provider gives exists, and is not linked.
    LoginTaken,
    /// 三员: an administrator signs in by the password, never by a provider.
    ByPasswordOnly,
}

impl AccountRefusal {
    /// Stable and machine-readable.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSignedIn | Self::NotLinked | Self::NoPlace | Self::LoginTaken => {
                "UNAUTHENTICATED"
            }
            Self::SecondAdministrator
            | Self::AtTheMachine
            | Self::OutOfScope { .. }
            | Self::OtherDocument
            | Self::NotByToken
            | Self::ByPasswordOnly => "NOT_PERMITTED",
            Self::PasswordExpired
            | Self::SecondFactorRequired
            | Self::ConfirmationRequired
            | Self::WrongPassword
            | Self::WrongCode
            | Self::Locked { .. }
            | Self::WeakPassword(_)
            | Self::MixedRoles
            | Self::OwnAccount => self.into(),
        }
    }

    /// Whether the attempt is kept on the record: where authority was missing. Wrong passwords,
    /// codes and locks are notes of their own.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        match self {
            Self::MixedRoles
            | Self::OwnAccount
            | Self::SecondAdministrator
            | Self::AtTheMachine
            | Self::OutOfScope { .. }
            | Self::OtherDocument
            | Self::NotByToken
            | Self::ByPasswordOnly => true,
            Self::NotSignedIn
            | Self::NotLinked
            | Self::NoPlace
            | Self::LoginTaken
            | Self::PasswordExpired
            | Self::SecondFactorRequired
            | Self::ConfirmationRequired
            | Self::WrongPassword
            | Self::WrongCode
            | Self::Locked { .. }
            | Self::WeakPassword(_) => false,
        }
    }

    /// What, where and what to do.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::WeakPassword(it), lang) => it.sentence(lang),
            (Self::Locked { until }, Lang::Zh) => format!(
                "密码错误次数过多, 账号已锁定至{}; 请届时再试, 或联系安全管理员解锁",
                minute(*until)
            ),
            (Self::Locked { until }, Lang::En) => format!(
                "after too many failures the account is locked until {}; try again then, or ask the security administrator",
                minute(*until)
            ),
            (Self::OutOfScope { needs }, Lang::Zh) => {
                format!("该令牌的权限范围不含{}; 请另行签发令牌, 或登录后办理", needs.zh())
            }
            (Self::OutOfScope { needs }, Lang::En) => format!(
                "the scope of this token does not hold {}; issue another, or sign in",
                <&'static str>::from(*needs)
            ),
            (_, Lang::Zh) => self.zh().to_owned(),
            (_, Lang::En) => self.en().to_owned(),
        }
    }

    fn zh(&self) -> &'static str {
        match self {
            Self::NotSignedIn => "用户名或密码不对，或账号已停用。",
            Self::PasswordExpired => "密码已到期或由管理员重设, 请先修改密码 (changePassword)",
            Self::SecondFactorRequired => {
                "须使用动态口令: 登录时请填写动态码 (code); 尚未绑定的请先绑定 (beginSecondFactor)"
            }
            Self::ConfirmationRequired => {
                "此操作须在 10 分钟内确认本人身份: 请向 /session/confirm 提交动态码 (未绑定的提交密码) 后重试"
            }
            Self::WrongPassword => "当前密码不正确",
            Self::WrongCode => "动态码不正确或已用过; 请等待下一个动态码, 或使用恢复码",
            Self::MixedRoles => "三员分离: 系统、安全、审计管理员须各用专门账号, 不得兼任其他角色",
            Self::OwnAccount => "不得变更本人账号的角色或状态; 请由其他管理员办理",
            Self::SecondAdministrator => {
                "管理员角色须由两名管理员共同授予: 安全管理员提出, 由另一名系统管理员确认"
            }
            Self::AtTheMachine => {
                "管理员账号的密码和动态口令只能在服务器上重设 (chuishao user reset)"
            }
            Self::OtherDocument => "该令牌只能执行签发时指定的查询文本; 请另行签发令牌",
            Self::NotByToken => "此操作须本人登录后办理, 不能使用令牌",
            Self::NotLinked => {
                "统一身份认证已通过, 但本系统没有与之关联的账号; 请联系安全管理员关联后再登录"
            }
            Self::NoPlace => {
                "统一身份认证给出的用户组不能确定您所在的单位; 请联系统一身份认证的管理员调整用户组"
            }
            Self::LoginTaken => {
                "本系统已有同名账号, 尚未关联统一身份认证; 请联系安全管理员关联后再登录"
            }
            Self::ByPasswordOnly => {
                "三员 (系统、安全、审计管理员) 只能用密码登录, 不得使用统一身份认证"
            }
            Self::Locked { .. } | Self::WeakPassword(_) | Self::OutOfScope { .. } => "",
        }
    }

    fn en(&self) -> &'static str {
        match self {
            Self::NotSignedIn => "The name or the password is wrong, or the account is disabled.",
            Self::PasswordExpired => {
                "the password has expired or was set by an administrator: change it first (changePassword)"
            }
            Self::SecondFactorRequired => {
                "a second factor is required: send its code when you sign in; enrol first if you have none (beginSecondFactor)"
            }
            Self::ConfirmationRequired => {
                "confirm who you are within ten minutes before this: POST a code to /session/confirm (the password where you have no second factor) and try again"
            }
            Self::WrongPassword => "the current password is wrong",
            Self::WrongCode => {
                "the code is wrong or was used before; wait for the next one, or use a recovery code"
            }
            Self::MixedRoles => {
                "each administrator (system, security, audit) has an account of their own that holds no other role"
            }
            Self::OwnAccount => {
                "nobody changes the roles or the state of their own account; ask another administrator"
            }
            Self::SecondAdministrator => {
                "an administrator's role takes two: a security administrator asks, another system administrator confirms"
            }
            Self::AtTheMachine => {
                "the password and second factor of an administrator are reset at the server only (chuishao user reset)"
            }
            Self::OtherDocument => {
                "this token executes only the document it was issued for; issue another"
            }
            Self::NotByToken => "sign in for this; a token may not do it",
            Self::NotLinked => {
                "the provider knows you, but no account here is linked to you; ask the security administrator to link it, then sign in again"
            }
            Self::NoPlace => {
                "the groups that the provider names do not say of which unit you are; ask whoever keeps the provider's groups"
            }
            Self::LoginTaken => {
                "an account by your name exists here and is not linked to the provider; ask the security administrator to link it"
            }
            Self::ByPasswordOnly => {
                "the administrators (system, security, audit) sign in by their password alone, never by a provider"
            }
            Self::Locked { .. } | Self::WeakPassword(_) | Self::OutOfScope { .. } => "",
        }
    }
}
