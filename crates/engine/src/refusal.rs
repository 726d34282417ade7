//! Why a command was not carried out: an expected no, with a stable code and a sentence.

mod account;

use chrono::{DateTime, Utc};
use strum::{EnumDiscriminants, EnumIter, IntoStaticStr};

pub use self::account::AccountRefusal;
use crate::{
    actor::{Rank, Role},
    calendar::beijing,
    file::FileKind,
    text::Lang,
};

/// An expected no. State is unchanged by it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[strum_discriminants(name(RefusalKind), derive(EnumIter, IntoStaticStr))]
#[error("{}", self.sentence(Lang::En))]
pub enum Refusal {
    /// The actor has no role or place that may do this.
    NotPermitted {
        /// The roles that may.
        who: Vec<Role>,
    },
    /// The case is not where this can be done.
    WrongStage {
        /// Where it is, by its Chinese name.
        stage: &'static str,
        /// The code of that stage.
        code: &'static str,
    },
    /// Something that the caller gave is missing or cannot be.
    Invalid {
        /// The field, as GraphQL names it.
        field: &'static str,
        /// What is wrong.
        problem: Problem,
    },
    /// 起草人不得签发 (R11): nobody issues or endorses what they drafted.
    OwnDraft,
    /// 核查人不得属于办理单位 (R28).
    HandlerVerifies,
    /// Nobody rules on a request of their own unit, or on the entry that they own.
    RulesOnItself,
    /// The time in which this could be asked for is over.
    TooLate {
        /// When it ended.
        ended: DateTime<Utc>,
    },
    /// 裁定后不得再退 (R16): the unit has had its one return on this whistle.
    ReturnIsFinal,
    /// 指定后不得退回: a designated unit has no window.
    Designated,
    /// A bound of the process list is reached; escalate, terminate or close with a remainder.
    BoundReached {
        /// What is bounded.
        what: Bounded,
        /// The bound.
        bound: u32,
    },
    /// No date of a whistle may pass the statutory date of its petitions (R25).
    BeyondStatutory {
        /// That date.
        statutory: DateTime<Utc>,
    },
    /// 已在法定途径中 (R1): the matter is pending elsewhere, and this is its route.
    PendingElsewhere {
        /// Where.
        bar: crate::petition::LegalBar,
    },
    /// 检举控告不得吹哨, 无人包案 (R2): accusations go to discipline inspection alone.
    Accusation,
    /// The unit may not be called by this centre for this kind and level, or is closed.
    NotCallable,
    /// The matter is not on the list for this, and no reason was given.
    OffList,
    /// Nothing in the lists says how this kind and level is blown by this centre.
    NoProcess,
    /// 未形成会商纪要 (R22): this level is handled only after minutes with a duty split.
    MinutesRequired,
    /// The process of this kind and level has no such step.
    NoSuchStep,
    /// 清单未验证: the draft was not checked as it stands.
    ListsUnchecked,
    /// 清单验证未通过: the check found what must not be.
    ListsRefuted,
    /// 必备材料不全: the initiation or the responsibility list asks for a kind of file that is not attached.
    MaterialMissing {
        /// The kind.
        kind: FileKind,
    },
    /// 不在可吹哨时段: the initiation list lets this be issued in office hours only.
    OutOfHours,
    /// The deadline has not passed, or is not there.
    NotDue,
    /// 包案领导级别不足: whoever owns a case of this level must be of this rank at least.
    BelowRank {
        /// The rank.
        least: Rank,
    },
    /// Something is already so.
    Already,
    /// The version that the caller named is not the one there is.
    Stale {
        /// The version there is.
        current: u32,
    },
    /// Something about an account or a sign-in stands against it.
    Account(AccountRefusal),
}

impl From<AccountRefusal> for Refusal {
    fn from(it: AccountRefusal) -> Self {
        Self::Account(it)
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// It is missing.
    Missing,
    /// It is longer than so many characters.
    TooLong(u32),
    /// It names something that does not exist.
    Unknown,
    /// It lies in the future.
    Future,
    /// It lies in the past.
    Past,
    /// It is later than may be; the rule names the latest.
    TooFar,
    /// It is given twice.
    Twice,
    /// It is more than so many.
    TooMany(u32),
    /// It contradicts another field.
    Contradiction,
    /// It cannot be read.
    Unreadable,
    /// It is not in force any more.
    Expired,
}

/// What the process list bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter)]
pub enum Bounded {
    /// 退回补正.
    SendBacks,
    /// 退回重办.
    Reworks,
    /// 延期.
    Extensions,
    /// 挂账.
    Holds,
    /// 吹哨: of one petition under one kind and level.
    Whistles,
}

impl Bounded {
    fn text(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::SendBacks, Lang::Zh) => "退回补正",
            (Self::SendBacks, Lang::En) => "sending back",
            (Self::Reworks, Lang::Zh) => "退回重办",
            (Self::Reworks, Lang::En) => "rework",
            (Self::Extensions, Lang::Zh) => "延期",
            (Self::Extensions, Lang::En) => "extension",
            (Self::Holds, Lang::Zh) => "挂账",
            (Self::Holds, Lang::En) => "hold",
            (Self::Whistles, Lang::Zh) => "同一诉求吹哨",
            (Self::Whistles, Lang::En) => "whistling one petition",
        }
    }
}

impl Problem {
    fn text(self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Missing, Lang::Zh) => "必须填写".to_owned(),
            (Self::Missing, Lang::En) => "must be given".to_owned(),
            (Self::TooLong(n), Lang::Zh) => format!("不得超过{n}字"),
            (Self::TooLong(n), Lang::En) => format!("must not exceed {n} characters"),
            (Self::Unknown, Lang::Zh) => "所指对象不存在".to_owned(),
            (Self::Unknown, Lang::En) => "names something that does not exist".to_owned(),
            (Self::Future, Lang::Zh) => "不能晚于现在".to_owned(),
            (Self::Future, Lang::En) => "must not lie in the future".to_owned(),
            (Self::Past, Lang::Zh) => "不能早于允许的时间".to_owned(),
            (Self::Past, Lang::En) => "lies before what is possible".to_owned(),
            (Self::TooFar, Lang::Zh) => "超过清单允许的最晚时间或最大幅度".to_owned(),
            (Self::TooFar, Lang::En) => "exceeds what the lists allow".to_owned(),
            (Self::Twice, Lang::Zh) => "重复".to_owned(),
            (Self::Twice, Lang::En) => "is given twice".to_owned(),
            (Self::TooMany(n), Lang::Zh) => format!("不得多于{n}个"),
            (Self::TooMany(n), Lang::En) => format!("must not be more than {n}"),
            (Self::Contradiction, Lang::Zh) => "与其他内容矛盾".to_owned(),
            (Self::Contradiction, Lang::En) => "contradicts another field".to_owned(),
            (Self::Unreadable, Lang::Zh) => "无法识别".to_owned(),
            (Self::Unreadable, Lang::En) => "cannot be read".to_owned(),
            (Self::Expired, Lang::Zh) => "已失效".to_owned(),
            (Self::Expired, Lang::En) => "is not in force any more".to_owned(),
        }
    }
}

/// Roles by their names, in a sentence.
pub(crate) fn roles(who: &[Role], lang: Lang) -> String {
    let names: Vec<&str> = who
        .iter()
        .map(|it| match lang {
            Lang::Zh => it.zh(),
            Lang::En => (*it).into(),
        })
        .collect();
    match lang {
        Lang::Zh => names.join("、"),
        Lang::En => names.join(", "),
    }
}

fn minute(at: DateTime<Utc>) -> String {
    at.with_timezone(&beijing()).format("%Y-%m-%d %H:%M").to_string()
}

impl Refusal {
    /// A field is missing.
    #[must_use]
    pub fn missing(field: &'static str) -> Self {
        Self::Invalid { field, problem: Problem::Missing }
    }

    /// A field cannot be.
    #[must_use]
    pub fn invalid(field: &'static str, problem: Problem) -> Self {
        Self::Invalid { field, problem }
    }

    /// Stable and machine-readable; part of the public contract.
    #[must_use]
    pub fn code(&self) -> &'static str {
        if let Self::Account(it) = self { it.code() } else { self.into() }
    }

    /// Whether the attempt is noted for the auditor: it was tried without authority, or against a
    /// guard that protects somebody. A form filled in wrongly, or an act that came too early or too
    /// late, is not.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        match self {
            Self::NotPermitted { .. }
            | Self::OwnDraft
            | Self::HandlerVerifies
            | Self::RulesOnItself
            | Self::ReturnIsFinal
            | Self::Designated
            | Self::BeyondStatutory { .. }
            | Self::PendingElsewhere { .. }
            | Self::Accusation
            | Self::NotCallable => true,
            Self::WrongStage { .. }
            | Self::Invalid { .. }
            | Self::TooLate { .. }
            | Self::BoundReached { .. }
            | Self::OffList
            | Self::NoProcess
            | Self::MinutesRequired
            | Self::NoSuchStep
            | Self::ListsUnchecked
            | Self::ListsRefuted
            | Self::MaterialMissing { .. }
            | Self::OutOfHours
            | Self::NotDue
            | Self::BelowRank { .. }
            | Self::Already
            | Self::Stale { .. } => false,
            Self::Account(it) => it.is_recorded(),
        }
    }

    /// What, where and what to do, in the reader's language. Never names a person.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::NotPermitted { who }, Lang::Zh) if who.is_empty() => {
                "您无权办理此事项".to_owned()
            }
            (Self::NotPermitted { who }, Lang::Zh) => {
                format!("您无权办理此事项; 应由{}办理", roles(who, lang))
            }
            (Self::NotPermitted { who }, Lang::En) if who.is_empty() => {
                "you may not do this".to_owned()
            }
            (Self::NotPermitted { who }, Lang::En) => {
                format!("you may not do this; it is for: {}", roles(who, lang))
            }
            (Self::WrongStage { stage, .. }, Lang::Zh) => {
                format!("当前状态为「{stage}」, 不能进行此操作; 请刷新后查看可办事项")
            }
            (Self::WrongStage { code, .. }, Lang::En) => {
                format!("this cannot be done while the case is `{code}`; reload it to see what can")
            }
            (Self::Invalid { field, problem }, Lang::Zh) => {
                format!("字段 {field}: {}", problem.text(lang))
            }
            (Self::Invalid { field, problem }, Lang::En) => {
                format!("field {field}: {}", problem.text(lang))
            }
            (Self::OwnDraft, Lang::Zh) => "起草人不得审核、签发本人起草的哨单; 请由其他有权人员办理".to_owned(),
            (Self::OwnDraft, Lang::En) => {
                "whoever drafted a whistle may not endorse or issue it; ask another".to_owned()
            }
            (Self::HandlerVerifies, Lang::Zh) => {
                "核查、销号的人不得属于牵头或协办单位; 请由其他有权人员办理".to_owned()
            }
            (Self::HandlerVerifies, Lang::En) => {
                "whoever verifies or signs off may not belong to a handling unit".to_owned()
            }
            (Self::RulesOnItself, Lang::Zh) => "不得对本人或本单位的事项作出裁定; 请由其他有权人员办理".to_owned(),
            (Self::RulesOnItself, Lang::En) => {
                "nobody may rule on what they, or their unit, asked for or answer for".to_owned()
            },
            (Self::TooLate { ended }, Lang::Zh) => {
                format!("已于{}截止, 不能再申请", minute(*ended))
            }
            (Self::TooLate { ended }, Lang::En) => {
                format!("the time for this ended at {}", minute(*ended))
            }
            (Self::ReturnIsFinal, Lang::Zh) => "退单申请只有一次, 裁定后不得再退".to_owned(),
            (Self::ReturnIsFinal, Lang::En) => {
                "a unit may ask to return once; the ruling is final".to_owned()
            }
            (Self::Designated, Lang::Zh) => "经研究确定或直接指定的单位不得退单".to_owned(),
            (Self::Designated, Lang::En) => "a designated unit may not return".to_owned(),
            (Self::BoundReached { what, bound }, Lang::Zh) => format!(
                "{}已达上限{bound}次; 只能升级吹哨、终止办理或带遗留问题办结",
                what.text(lang)
            ),
            (Self::BoundReached { what, bound }, Lang::En) => format!(
                "{} has reached its bound of {bound}; escalate, terminate, or close with a remainder",
                what.text(lang)
            ),
            (Self::BeyondStatutory { statutory }, Lang::Zh) => {
                format!("不得超过信访法定期限{}", minute(*statutory))
            }
            (Self::BeyondStatutory { statutory }, Lang::En) => {
                format!("may not pass the statutory date {}", minute(*statutory))
            }
            (Self::PendingElsewhere { bar }, Lang::Zh) => format!(
                "该事项已进入{}程序, 不能吹哨; 请引导当事人{}",
                bar.zh(),
                bar.route_zh()
            ),
            (Self::PendingElsewhere { bar }, Lang::En) => format!(
                "the matter is pending in {}; refer the party there",
                <&'static str>::from(*bar)
            ),
            (Self::Accusation, Lang::Zh) => {
                "检举控告只能按管理权限移送纪检监察机关, 不得吹哨, 也不列入化解责任清单".to_owned()
            }
            (Self::Accusation, Lang::En) => {
                "an accusation goes to discipline inspection alone: it is whistled to nobody, and nobody owns it".to_owned()
            }
            (Self::NotCallable, Lang::Zh) => {
                "该单位不在本级可召集范围内, 或已撤销; 请按吹哨发起清单选择单位".to_owned()
            }
            (Self::NotCallable, Lang::En) => {
                "this unit may not be called by this centre, or is closed".to_owned()
            }
            (Self::OffList, Lang::Zh) => {
                "事项不在吹哨事项清单内; 请选择清单事项, 或说明清单外吹哨的理由".to_owned()
            }
            (Self::OffList, Lang::En) => {
                "the matter is not on the list; choose one, or give the reason for going off the list"
                    .to_owned()
            }
            (Self::NoProcess, Lang::Zh) => {
                "吹哨发起清单或流程清单没有此哨种、等级; 请另选".to_owned()
            }
            (Self::NoProcess, Lang::En) => {
                "the lists do not let this centre blow this kind and level".to_owned()
            }
            (Self::MinutesRequired, Lang::Zh) => {
                "此等级须先形成载明职责分工的会商纪要".to_owned()
            }
            (Self::MinutesRequired, Lang::En) => {
                "this level needs minutes with the duty split first".to_owned()
            }
            (Self::NoSuchStep, Lang::Zh) => "此哨种、等级的流程没有这一环节".to_owned(),
            (Self::NoSuchStep, Lang::En) => {
                "the process of this kind and level has no such step".to_owned()
            }
            (Self::ListsUnchecked, Lang::Zh) => {
                "草案修改后尚未验证; 请先验证再发布".to_owned()
            }
            (Self::ListsUnchecked, Lang::En) => {
                "the draft was not checked as it stands; check it before it is published".to_owned()
            }
            (Self::ListsRefuted, Lang::Zh) => {
                "草案验证未通过; 请按验证结果修改后再验证".to_owned()
            }
            (Self::ListsRefuted, Lang::En) => {
                "the check found what must not be; mend the draft as the check says".to_owned()
            }
            (Self::MaterialMissing { kind }, Lang::Zh) => {
                format!("必备材料不全, 缺少{}; 请先上传到诉求或哨单", kind.zh())
            }
            (Self::MaterialMissing { kind }, Lang::En) => format!(
                "the lists ask for a file of the kind {kind}; attach it to the petition or the whistle first"
            ),
            (Self::OutOfHours, Lang::Zh) => {
                "此哨种、等级只能在工作时间签发; 紧急情况请用应急哨".to_owned()
            }
            (Self::OutOfHours, Lang::En) => {
                "this kind and level is issued in office hours only; an emergency has a kind of its own".to_owned()
            }
            (Self::NotDue, Lang::Zh) => "期限尚未届满".to_owned(),
            (Self::NotDue, Lang::En) => "the deadline has not passed".to_owned(),
            (Self::BelowRank { least }, Lang::Zh) => {
                format!("包案领导级别不足: 此等级应由{}以上包案; 请另行指定", least.zh())
            }
            (Self::BelowRank { least }, Lang::En) => format!(
                "a case of this level is owned by somebody of the rank {least} or above; name another"
            ),
            (Self::Account(it), lang) => it.sentence(lang),
            (Self::Already, Lang::Zh) => "已经办理过, 无需重复".to_owned(),
            (Self::Already, Lang::En) => "this has been done already".to_owned(),
            (Self::Stale { current }, Lang::Zh) => {
                format!("他人已先行办理, 内容已变更 (现为第{current}版); 请刷新后重试")
            }
            (Self::Stale { current }, Lang::En) => {
                format!("somebody was first; it is now version {current}: reload and try again")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_a_stable_code_and_a_sentence_in_both_languages() {
        let refusal = Refusal::missing("reason");
        assert_eq!(refusal.code(), "INVALID");
        assert_eq!(refusal.sentence(Lang::Zh), "字段 reason: 必须填写");
        assert_eq!(refusal.sentence(Lang::En), "field reason: must be given");
    }
}
