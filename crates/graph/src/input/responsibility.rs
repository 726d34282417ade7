//! Inputs of 化解责任清单: who owns a case, what is done, and how it ends.

use async_graphql::{ID, InputObject};
use chrono::NaiveDate;
use serde::Serialize;

use super::Common;
use crate::enums::{Resolution, Risk};

/// 稳控: who helps and persuades.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct CareInput {
    /// 责任单位.
    pub(crate) unit: ID,
    /// 责任人.
    pub(crate) person: Option<ID>,
    /// 下次走访日期.
    pub(crate) next_visit: Option<NaiveDate>,
}

/// 包案, 或改派包案领导.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct AssignCaseOwnerInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// 包案领导; unit and rank are those of the account.
    pub(crate) owner: ID,
    /// 职务.
    pub(crate) post: Option<String>,
    /// 风险等级.
    pub(crate) risk: Risk,
    /// 化解时限.
    pub(crate) due_on: NaiveDate,
    /// 稳控.
    pub(crate) care: Option<CareInput>,
    /// 改派理由; required where another owner is replaced.
    pub(crate) reason: Option<String>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 更新化解措施.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct UpdateMeasuresInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// 化解措施, as they are now.
    pub(crate) measures: String,
    /// 进展.
    pub(crate) progress: Option<String>,
    /// 下一步.
    pub(crate) next: Option<String>,
    /// 风险等级, where it is another now.
    pub(crate) risk: Option<Risk>,
    /// 化解时限, where it moves.
    pub(crate) due_on: Option<NaiveDate>,
    /// 延长理由; required where it moves later.
    pub(crate) reason: Option<String>,
    /// 稳控, where it changes.
    pub(crate) care: Option<CareInput>,
    /// 化解情况; 已化解 hands the entry in for 销号.
    pub(crate) resolution: Option<Resolution>,
    /// 遗留问题.
    pub(crate) remainder: Option<String>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 销号.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct SignOffInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// 化解情况.
    pub(crate) resolution: Resolution,
    /// 遗留问题; required where it is not resolved.
    pub(crate) remainder: Option<String>,
    /// 协议履行.
    pub(crate) fulfilment: Option<String>,
    /// 化解方式, or why the entry ends without.
    pub(crate) text: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}
