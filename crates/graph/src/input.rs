//! Inputs of mutations. Each carries, beside its own fields, what every act may carry.

pub(crate) mod account;
pub(crate) mod lists;
pub(crate) mod responsibility;

use async_graphql::{Context, ID, InputObject, Result};
use chrono::{DateTime, NaiveDate, Utc};
use engine::{
    Refusal, StreamId,
    authority::audience::Holder,
    ids::{PersonId, PetitionId, UnitId, WhistleId},
    refusal::Problem,
};
use serde::Serialize;

use crate::{
    context::refuse,
    enums::{
        AnswerKind, AssignmentRole, DeclineGround, FileKind, LegalBar, LimitUnit, Medium, Mode,
        Nature, Procedure, Purpose, Rank, Rating, ReplyOutcome, Resolution, ReturnGround, Source,
        SupervisionPaper, TerminationGround, Tier, UnitKind, VerifyMethod,
    },
};

/// Reads an id of the kind that is wanted.
pub(crate) fn id<T: std::str::FromStr>(
    ctx: &Context<'_>,
    field: &'static str,
    id: &ID,
) -> Result<T> {
    id.parse().map_err(|_| refuse(ctx, &Refusal::invalid(field, Problem::Unreadable)))
}

/// Reads the id of a case.
pub(crate) fn case_of(ctx: &Context<'_>, field: &'static str, id: &ID) -> Result<StreamId> {
    if let Ok(id) = id.parse::<WhistleId>() {
        return Ok(StreamId::Whistle(id));
    }
    let unreadable = Refusal::invalid(field, Problem::Unreadable);
    id.parse::<PetitionId>().map(StreamId::Petition).map_err(|_| refuse(ctx, &unreadable))
}

/// Reads the id of a person or a unit.
pub(crate) fn holder_of(ctx: &Context<'_>, field: &'static str, id: &ID) -> Result<Holder> {
    if let Ok(id) = id.parse::<PersonId>() {
        return Ok(Holder::Person(id));
    }
    let unreadable = Refusal::invalid(field, Problem::Unreadable);
    id.parse::<UnitId>().map(Holder::Unit).map_err(|_| refuse(ctx, &unreadable))
}

/// 经办/代录: who decided what is recorded here.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct OnBehalfOfInput {
    /// 作出决定的人.
    pub(crate) person: ID,
    /// 职务, where that is not the one on file.
    pub(crate) post: Option<String>,
    /// 方式.
    pub(crate) medium: Medium,
    /// 实际发生时间.
    pub(crate) occurred_at: DateTime<Utc>,
}

/// What every act may carry.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct Common {
    /// 幂等键: the same key with the same input is carried out once; kept for seven days.
    #[serde(skip)]
    pub(crate) idempotency_key: Option<String>,
    /// The version of the object that is returned, as the caller knows it.
    pub(crate) expected_version: Option<u32>,
    /// 代录.
    pub(crate) on_behalf_of: Option<OnBehalfOfInput>,
}

/// 时限.
#[derive(Clone, Copy, InputObject, Serialize)]
pub(crate) struct LimitInput {
    /// 数量.
    pub(crate) amount: u32,
    /// 单位.
    pub(crate) unit: LimitUnit,
}

/// 信访人.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct PetitionerInput {
    /// 姓名.
    pub(crate) name: Option<String>,
    /// 电话.
    pub(crate) phone: Option<String>,
    /// 身份证号.
    pub(crate) id_number: Option<String>,
    /// 住址.
    pub(crate) address: Option<String>,
}

/// 召集一个单位.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct CallInput {
    /// 单位.
    pub(crate) unit: ID,
    /// 牵头或协办; where no unit leads, the first does.
    pub(crate) role: Option<AssignmentRole>,
    /// 任务.
    pub(crate) task: Option<String>,
}

/// 哨单内容. What the matter on the list says need not be said again.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct ContentInput {
    /// 事项代码.
    pub(crate) matter: Option<String>,
    /// 清单外吹哨的理由.
    pub(crate) off_list: Option<String>,
    /// 改派理由: why it departs from the row of its matter: another lead, kind or level, or without
    /// an assist that the row names.
    pub(crate) override_reason: Option<String>,
    /// 哨种代码.
    pub(crate) kind: Option<String>,
    /// 等级代码.
    pub(crate) level: Option<String>,
    /// 标题, without personal data.
    pub(crate) title: String,
    /// 吹哨要求.
    pub(crate) request: String,
    /// 前期处置.
    pub(crate) tried: Option<String>,
    /// 目的; 化解 where it is not said.
    pub(crate) purpose: Option<Purpose>,
    /// 召集的单位; the matter's lead and assists where none is given.
    pub(crate) units: Option<Vec<CallInput>>,
}

/// 纪要中一个单位的分工.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct SplitInput {
    /// 承办任务.
    pub(crate) assignment: ID,
    /// 职责.
    pub(crate) duty: String,
    /// 完成日期.
    pub(crate) due_on: NaiveDate,
}

/// 一件诉求的化解情况.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct OutcomeInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// 化解情况.
    pub(crate) resolution: Resolution,
    /// 遗留问题; required where it is not resolved.
    pub(crate) remainder: Option<String>,
}

/// 一项评价.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct RatingInput {
    /// 诉求, whose petitioner rated; left out for the rating of the calling unit.
    pub(crate) petition: Option<ID>,
    /// 评价.
    pub(crate) rating: Rating,
    /// 理由.
    pub(crate) reason: Option<String>,
    /// 不满意是否合理; then it is handled again.
    pub(crate) justified: Option<bool>,
}

/// 登记.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct RegisterPetitionInput {
    /// 办理程序.
    pub(crate) procedure: Procedure,
    /// 来源.
    pub(crate) source: Source,
    /// 性质; 求决 where it is not said.
    pub(crate) nature: Option<Nature>,
    /// 标题, without personal data.
    pub(crate) title: String,
    /// 诉求内容.
    pub(crate) detail: Option<String>,
    /// 信访人.
    pub(crate) petitioner: Option<PetitionerInput>,
    /// 涉及人数; one where it is not said.
    pub(crate) people: Option<u32>,
    /// 代表人数; at most five.
    pub(crate) representatives: Option<u32>,
    /// 事发地.
    pub(crate) place: Option<ID>,
    /// 户籍地.
    pub(crate) household: Option<ID>,
    /// 居住地.
    pub(crate) residence: Option<ID>,
    /// 事项代码.
    pub(crate) matter: Option<String>,
    /// 信访分类: a class of the centre's taxonomy by its path, e.g. 城乡建设/供热/收费.
    pub(crate) class: Option<String>,
    /// 来源系统编号.
    pub(crate) external_ref: Option<String>,
    /// 来源系统要求的办结时间.
    pub(crate) external_due: Option<DateTime<Utc>>,
    /// 收到时间.
    pub(crate) received_at: Option<DateTime<Utc>>,
    /// 已进入的法定途径.
    pub(crate) legal_bar: Option<LegalBar>,
    /// 被检举控告的单位; they never see it.
    pub(crate) accused: Option<Vec<ID>>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 受理.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct AcceptPetitionInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// 有权处理机关, where another than the centre.
    pub(crate) competent_unit: Option<ID>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 不予受理.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct DeclinePetitionInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// 理由.
    pub(crate) ground: DeclineGround,
    /// 告知的法定途径.
    pub(crate) route: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 认定重复件.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct LinkDuplicateInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// 首次件.
    pub(crate) of: ID,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 认定疑难复杂.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct RecogniseDifficultInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// 理由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 调阅身份信息.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct UnsealInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// 调阅理由, which stays on the file and is told to the centre's director.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 清除个人信息.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct ErasePersonInput {
    /// 诉求, which owes nothing any more.
    pub(crate) petition: ID,
    /// 是否一并清除诉求的文字内容, which may say who it was; all but this reason.
    pub(crate) texts: Option<bool>,
    /// 清除理由, and on whose request.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 标记法定途径.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct SetLegalBarInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// 法定途径; left out where it fell away.
    pub(crate) bar: Option<LegalBar>,
    /// 理由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 机构调整: a unit as it is to be.
#[derive(Clone, InputObject)]
pub(crate) struct PutUnitInput {
    /// 单位; left out where it is new.
    pub(crate) unit: Option<ID>,
    /// 代码, by which the lists name it.
    pub(crate) code: String,
    /// 全称.
    pub(crate) name: String,
    /// 简称.
    pub(crate) short_name: String,
    /// 类别; it never changes.
    pub(crate) kind: UnitKind,
    /// 层级.
    pub(crate) tier: Tier,
    /// 上级单位; only the root has none.
    pub(crate) parent: Option<ID>,
    /// 所在乡镇街道, beside its parent.
    pub(crate) territory: Option<ID>,
    /// 是否撤销.
    pub(crate) closed: bool,
    /// 职能承接单位: takes over its cases, duties and letters.
    pub(crate) heir: Option<ID>,
}

/// 回避.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct RecuseInput {
    /// 案件: a petition or a whistle; it holds for the matter as a whole.
    pub(crate) case: ID,
    /// 回避人或回避单位; left out where one declares one's own interest.
    pub(crate) holder: Option<ID>,
    /// 回避事由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 上传附件: what was sent to `POST /files` before becomes part of a case.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct AttachFileInput {
    /// 案件: a petition, a whistle, or an assignment of one.
    pub(crate) case: ID,
    /// 上传编号, as `POST /files` answered.
    pub(crate) upload: ID,
    /// 文件名, to be shown; nothing is found by it.
    pub(crate) name: String,
    /// 类别; 其他 where it is not said.
    pub(crate) kind: Option<FileKind>,
    /// 是否封存: opened with a reason, by whoever may open what is sealed.
    pub(crate) sealed: Option<bool>,
    /// The event of the case of which it is the scan (代录凭证), by its version.
    pub(crate) scan_of: Option<u32>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 调阅封存附件.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct OpenFileInput {
    /// 案件: the petition or the whistle that it belongs to.
    pub(crate) case: ID,
    /// 附件.
    pub(crate) file: ID,
    /// 理由; it stays on the file and is told to the centre's director.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 答复.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct AnswerPetitionInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// 处理意见.
    pub(crate) answer: AnswerKind,
    /// 答复内容.
    pub(crate) text: String,
    /// 化解情况.
    pub(crate) resolution: Resolution,
    /// 遗留问题.
    pub(crate) remainder: Option<String>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 延期答复.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct ExtendPetitionInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// 延长.
    pub(crate) limit: LimitInput,
    /// 理由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 诉求办结.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct ConcludePetitionInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 重新办理.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct ReopenPetitionInput {
    /// 诉求.
    pub(crate) petition: ID,
    /// 理由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 草拟.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct DraftWhistleInput {
    /// 哨内诉求.
    pub(crate) petitions: Vec<ID>,
    /// 哨单内容.
    pub(crate) content: ContentInput,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 修改草稿.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct AmendWhistleInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// 哨单内容, in whole.
    pub(crate) content: ContentInput,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 一个哨.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct WhistleInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 一个哨, 附理由.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct WhistleReasonInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// 理由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 签发.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct IssueWhistleInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// 已有法定程序时, 仍为调解、执行协调或救助而吹哨的理由.
    pub(crate) exception: Option<String>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 先吹后补.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct BlowNowInput {
    /// 哨内诉求.
    pub(crate) petitions: Vec<ID>,
    /// 哨单内容.
    pub(crate) content: ContentInput,
    /// 已有法定程序时的理由.
    pub(crate) exception: Option<String>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 追认.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct RatifyInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// 是否追认.
    pub(crate) granted: bool,
    /// 理由; required where it is not.
    pub(crate) reason: Option<String>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 并入诉求.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct AttachPetitionInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// 诉求.
    pub(crate) petition: ID,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 移出诉求.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct DetachPetitionInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// 诉求.
    pub(crate) petition: ID,
    /// 理由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 一项承办任务.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct AssignmentInput {
    /// 承办任务.
    pub(crate) assignment: ID,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 一项承办任务, 附理由.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct AssignmentReasonInput {
    /// 承办任务.
    pub(crate) assignment: ID,
    /// 理由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 申请退单.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct RequestReturnInput {
    /// 承办任务.
    pub(crate) assignment: ID,
    /// 理由.
    pub(crate) ground: ReturnGround,
    /// 依据.
    pub(crate) basis: String,
    /// 建议单位.
    pub(crate) suggested_unit: ID,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 退单裁定.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct RuleReturnInput {
    /// 承办任务.
    pub(crate) assignment: ID,
    /// 是否同意.
    pub(crate) granted: bool,
    /// 改派单位; required where it is granted.
    pub(crate) replacement: Option<ID>,
    /// 理由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 指定主办.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct DesignateInput {
    /// 承办任务.
    pub(crate) assignment: ID,
    /// 指定的单位: the same or another.
    pub(crate) unit: ID,
    /// 纪要与依据.
    pub(crate) basis: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 确认报到.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct ReportInInput {
    /// 承办任务.
    pub(crate) assignment: ID,
    /// 报到人.
    pub(crate) name: String,
    /// 职务.
    pub(crate) post: String,
    /// 职级.
    pub(crate) rank: Rank,
    /// 报到时间.
    pub(crate) at: DateTime<Utc>,
    /// 方式.
    pub(crate) mode: Mode,
    /// 到场证明, of emergencies only.
    pub(crate) proof: Option<String>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 记录未报到.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct RecordAbsenceInput {
    /// 承办任务.
    pub(crate) assignment: ID,
    /// 理由.
    pub(crate) reason: String,
    /// 牵头单位到期未到时, 主任决定先行办理.
    pub(crate) go_ahead: Option<bool>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 增派.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct AddUnitInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// 单位.
    pub(crate) unit: ID,
    /// 任务.
    pub(crate) task: Option<String>,
    /// 理由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 改派主办.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct ChangeLeadInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// 新牵头单位.
    pub(crate) unit: ID,
    /// 原牵头是否留作协办.
    pub(crate) keep: Option<bool>,
    /// 理由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 会商纪要.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct ConsultInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// 会商时间.
    pub(crate) held_at: DateTime<Utc>,
    /// 事实认定.
    pub(crate) findings: String,
    /// 职责分工.
    pub(crate) split: Vec<SplitInput>,
    /// 化解措施.
    pub(crate) measures: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 督办.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct SuperviseInput {
    /// 承办任务.
    pub(crate) assignment: ID,
    /// 文书.
    pub(crate) paper: SupervisionPaper,
    /// 内容.
    pub(crate) text: String,
    /// 书面反馈期限.
    pub(crate) reply_due: Option<NaiveDate>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 阶段反馈.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct ReportProgressInput {
    /// 承办任务.
    pub(crate) assignment: ID,
    /// 进展.
    pub(crate) report: String,
    /// 逾期原因; required of a late assist.
    pub(crate) late: Option<String>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 申请延期.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct RequestExtensionInput {
    /// 承办任务.
    pub(crate) assignment: ID,
    /// 延长.
    pub(crate) limit: LimitInput,
    /// 理由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 延期审批.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct RuleExtensionInput {
    /// 承办任务.
    pub(crate) assignment: ID,
    /// 是否同意.
    pub(crate) granted: bool,
    /// 理由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 办理反馈, 四要素齐全.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct ReplyInput {
    /// 承办任务.
    pub(crate) assignment: ID,
    /// 何时受理.
    pub(crate) accepted_on: NaiveDate,
    /// 与谁沟通.
    pub(crate) talked_with: String,
    /// 解决措施.
    pub(crate) measures: String,
    /// 处理结果.
    pub(crate) result: String,
    /// 解决时限.
    pub(crate) result_on: NaiveDate,
    /// 结果类型.
    pub(crate) outcome: ReplyOutcome,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 核查.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct VerifyInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// 方式.
    pub(crate) method: VerifyMethod,
    /// 核查情况; the reason where it is done again.
    pub(crate) findings: String,
    /// 是否通过.
    pub(crate) passed: bool,
    /// 每件诉求的化解情况; required where it passed.
    pub(crate) outcomes: Option<Vec<OutcomeInput>>,
    /// 同一次电话中取得的评价.
    pub(crate) ratings: Option<Vec<RatingInput>>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 记录评价.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct RateInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// 评价.
    pub(crate) said: RatingInput,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 挂账审批.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct HoldWhistleInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// 是否同意.
    pub(crate) granted: bool,
    /// 措施; required where it is granted.
    pub(crate) measures: Option<String>,
    /// 明确的期限; required where it is granted.
    pub(crate) until: Option<NaiveDate>,
    /// 下次复核; required where it is granted.
    pub(crate) review_on: Option<NaiveDate>,
    /// 不同意的理由.
    pub(crate) reason: Option<String>,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}

/// 终止办理.
#[derive(Clone, InputObject, Serialize)]
pub(crate) struct TerminateWhistleInput {
    /// 哨.
    pub(crate) whistle: ID,
    /// 情形.
    pub(crate) ground: TerminationGround,
    /// 理由.
    pub(crate) reason: String,
    /// What every act may carry.
    #[graphql(flatten)]
    pub(crate) common: Common,
}
