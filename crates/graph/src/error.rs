//! The only place where an error becomes a GraphQL error.

use async_graphql::{Enum, Error, ErrorExtensions as _};
use engine::{Refusal, refusal::AccountRefusal, text::Lang};

/// The values of `extensions.code`. A code is stable; the sentence beside it is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ErrorCode {
    /// 未登录: sign in first.
    Unauthenticated,
    /// 无权办理: the sentence says who may.
    NotPermitted,
    /// 不存在, or not to be seen by the caller; nobody can tell which.
    NotFound,
    /// 当前状态不能办理.
    WrongStage,
    /// 他人已先行办理: reload and try again.
    Stale,
    /// 幂等键已用于其他内容.
    KeyReused,
    /// 填写有误: the sentence names the field and what is wrong with it.
    Invalid,
    /// 起草人不得审核、签发.
    OwnDraft,
    /// 核查人不得属于办理单位.
    HandlerVerifies,
    /// 不得裁定本单位的申请.
    RulesOnItself,
    /// 已过期限.
    TooLate,
    /// 退单裁定后不得再退.
    ReturnIsFinal,
    /// 指定后不得退回.
    Designated,
    /// 已达上限: only escalation, termination or closing with a remainder is left.
    BoundReached,
    /// 不得超过法定期限.
    BeyondStatutory,
    /// 已进入法定途径: the sentence names the route.
    PendingElsewhere,
    /// 检举控告不得吹哨.
    Accusation,
    /// 该单位不可召集.
    NotCallable,
    /// 清单外事项须说明理由.
    OffList,
    /// 清单没有此哨种、等级.
    NoProcess,
    /// 须先形成会商纪要.
    MinutesRequired,
    /// 流程没有这一环节.
    NoSuchStep,
    /// 清单草案修改后尚未验证.
    ListsUnchecked,
    /// 清单草案验证未通过.
    ListsRefuted,
    /// 必备材料不全.
    MaterialMissing,
    /// 不在可吹哨时段.
    OutOfHours,
    /// 包案领导级别不足.
    BelowRank,
    /// 期限尚未届满.
    NotDue,
    /// 已经办理过.
    Already,
    /// 须先修改密码: it has expired, or an administrator set it.
    PasswordExpired,
    /// 须使用动态口令: enrol first, or send a code.
    SecondFactorRequired,
    /// 须先确认身份: POST /session/confirm, and try again.
    ConfirmationRequired,
    /// 密码不正确.
    WrongPassword,
    /// 动态码不正确或已用过.
    WrongCode,
    /// 账号已锁定: the sentence says until when.
    Locked,
    /// 新密码不符合要求: the sentence says why.
    WeakPassword,
    /// 三员分离: an administrator's role goes with no other.
    MixedRoles,
    /// 不得变更本人账号.
    OwnAccount,
    /// 正忙: try again.
    Busy,
    /// 内部错误: logged, and nothing has changed.
    Internal,
}

fn refused_account(refusal: &AccountRefusal) -> ErrorCode {
    match refusal {
        AccountRefusal::NotSignedIn
        | AccountRefusal::NotLinked
        | AccountRefusal::NoPlace
        | AccountRefusal::LoginTaken => ErrorCode::Unauthenticated,
        AccountRefusal::PasswordExpired => ErrorCode::PasswordExpired,
        AccountRefusal::SecondFactorRequired => ErrorCode::SecondFactorRequired,
        AccountRefusal::ConfirmationRequired => ErrorCode::ConfirmationRequired,
        AccountRefusal::WrongPassword => ErrorCode::WrongPassword,
        AccountRefusal::WrongCode => ErrorCode::WrongCode,
        AccountRefusal::Locked { .. } => ErrorCode::Locked,
        AccountRefusal::WeakPassword(_) => ErrorCode::WeakPassword,
        AccountRefusal::MixedRoles => ErrorCode::MixedRoles,
        AccountRefusal::OwnAccount => ErrorCode::OwnAccount,
        AccountRefusal::SecondAdministrator
        | AccountRefusal::AtTheMachine
        | AccountRefusal::OutOfScope { .. }
        | AccountRefusal::OtherDocument
        | AccountRefusal::NotByToken
        | AccountRefusal::ByPasswordOnly => ErrorCode::NotPermitted,
    }
}

fn refused(refusal: &Refusal) -> ErrorCode {
    match refusal {
        Refusal::Account(it) => refused_account(it),
        Refusal::NotPermitted { .. } => ErrorCode::NotPermitted,
        Refusal::WrongStage { .. } => ErrorCode::WrongStage,
        Refusal::Invalid { .. } => ErrorCode::Invalid,
        Refusal::OwnDraft => ErrorCode::OwnDraft,
        Refusal::HandlerVerifies => ErrorCode::HandlerVerifies,
        Refusal::RulesOnItself => ErrorCode::RulesOnItself,
        Refusal::TooLate { .. } => ErrorCode::TooLate,
        Refusal::ReturnIsFinal => ErrorCode::ReturnIsFinal,
        Refusal::Designated => ErrorCode::Designated,
        Refusal::BoundReached { .. } => ErrorCode::BoundReached,
        Refusal::BeyondStatutory { .. } => ErrorCode::BeyondStatutory,
        Refusal::PendingElsewhere { .. } => ErrorCode::PendingElsewhere,
        Refusal::Accusation => ErrorCode::Accusation,
        Refusal::NotCallable => ErrorCode::NotCallable,
        Refusal::OffList => ErrorCode::OffList,
        Refusal::NoProcess => ErrorCode::NoProcess,
        Refusal::MinutesRequired => ErrorCode::MinutesRequired,
        Refusal::NoSuchStep => ErrorCode::NoSuchStep,
        Refusal::ListsUnchecked => ErrorCode::ListsUnchecked,
        Refusal::ListsRefuted => ErrorCode::ListsRefuted,
        Refusal::MaterialMissing { .. } => ErrorCode::MaterialMissing,
        Refusal::OutOfHours => ErrorCode::OutOfHours,
        Refusal::BelowRank { .. } => ErrorCode::BelowRank,
        Refusal::NotDue => ErrorCode::NotDue,
        Refusal::Already => ErrorCode::Already,
        Refusal::Stale { .. } => ErrorCode::Stale,
    }
}

pub(crate) fn from_refusal(refusal: &Refusal, lang: Lang) -> Error {
    error(refused(refusal), refusal.sentence(lang))
}

/// The code of a refusal, for actions that are refused.
pub(crate) fn code_of(refusal: &Refusal) -> ErrorCode {
    refused(refusal)
}

pub(crate) fn from_app(error: app::Error, lang: Lang) -> Error {
    let (code, sentence) = match (&error, lang) {
        (app::Error::Refused(refusal), lang) => return from_refusal(refusal, lang),
        (app::Error::NotFound, Lang::Zh) => {
            (ErrorCode::NotFound, "没有这项内容, 或您无权查看; 请核对编号")
        }
        (app::Error::NotFound, Lang::En) => {
            (ErrorCode::NotFound, "there is no such thing, or you may not see it; check the id")
        }
        (app::Error::KeyReused, Lang::Zh) => {
            (ErrorCode::KeyReused, "幂等键 idempotencyKey 已用于其他内容; 请换一个键")
        }
        (app::Error::KeyReused, Lang::En) => {
            (ErrorCode::KeyReused, "this idempotencyKey was used for another input; take a new one")
        }
        (app::Error::Busy, Lang::Zh) => (ErrorCode::Busy, "多人同时办理, 请稍后重试"),
        (app::Error::Busy, Lang::En) => (ErrorCode::Busy, "the case is changing; try again"),
        (app::Error::NotSetUp | app::Error::Secret(_) | app::Error::Internal(_), lang) => {
            // Logged once, here, where it becomes an answer; never what a row held.
            let text = match &error {
                app::Error::Internal(error) => error.log_text(),
                _ => error.to_string(),
            };
            tracing::error!(error = text, "a request failed");
            let sentence = match lang {
                Lang::Zh => "系统内部错误, 未作任何更改; 请稍后重试或联系管理员",
                Lang::En => {
                    "an internal error; nothing has changed: try again or tell the administrator"
                }
            };
            (ErrorCode::Internal, sentence)
        }
    };
    self::error(code, sentence.to_owned())
}

pub(crate) fn unauthenticated(lang: Lang) -> Error {
    let sentence = match lang {
        Lang::Zh => "请先登录: POST /session, 或在请求头带 Authorization: Bearer",
        Lang::En => "sign in first: POST /session, or send Authorization: Bearer",
    };
    error(ErrorCode::Unauthenticated, sentence.to_owned())
}

pub(crate) fn error(code: ErrorCode, sentence: String) -> Error {
    Error::new(sentence).extend_with(|_, extensions| {
        extensions.set("code", async_graphql::resolver_utils::enum_value(code));
    })
}
