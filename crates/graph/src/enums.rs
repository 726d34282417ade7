//! The engine's words as GraphQL enums, one to one.

use async_graphql::Enum;
use serde::Serialize;

/// 角色.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::actor::Role")]
pub(crate) enum Role {
    /// 调度员.
    Dispatcher,
    /// 中心主任.
    Director,
    /// 值班领导.
    DutyLeader,
    /// 联络员.
    Liaison,
    /// 单位负责人.
    UnitLeader,
    /// 领导.
    Leader,
    /// 网格员.
    GridWorker,
    /// 信访干部.
    PetitionOfficer,
    /// 系统管理员.
    SystemAdmin,
    /// 安全管理员.
    SecurityAdmin,
    /// 审计员.
    Auditor,
    /// 程序.
    Service,
}

/// 令牌的权限范围.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "engine::account::pass::Scope")]
pub(crate) enum TokenScope {
    /// 查询.
    Read,
    /// 办理.
    Act,
    /// 调阅或清除封存的个人信息.
    Unseal,
    /// 导出.
    Export,
    /// 账号、清单、日历等管理.
    Administer,
}

/// 登录后须先办理的事项.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "engine::account::pass::Must")]
pub(crate) enum Must {
    /// 修改密码.
    ChangePassword,
    /// 绑定动态口令.
    EnrolSecondFactor,
    /// 提交动态码: POST /session/confirm, after a sign-in by a provider.
    GiveCode,
}

/// 账号状态.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "app::AccountState")]
pub(crate) enum AccountState {
    /// 正常.
    Active,
    /// 已锁定.
    Locked,
    /// 已停用.
    Disabled,
}

/// 参会人职级.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::actor::Rank")]
pub(crate) enum Rank {
    /// 工作人员.
    Staff,
    /// 科室负责人.
    SectionHead,
    /// 分管领导.
    DeputyHead,
    /// 主要负责人.
    Head,
}

/// 代录来源.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::actor::Medium")]
pub(crate) enum Medium {
    /// 纸质.
    Paper,
    /// 电话.
    Phone,
    /// 群聊.
    Chat,
}

/// 单位类别.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::directory::UnitKind")]
pub(crate) enum UnitKind {
    /// 综治中心.
    Centre,
    /// 部门.
    Department,
    /// 乡镇、街道.
    Township,
    /// 直属事业单位.
    Institution,
    /// 联席会议.
    Conference,
    /// 纪检监察, to which accusations go.
    Discipline,
    /// 调解组织.
    MediationBody,
    /// 市直、垂管、企业, 发协调函, 不计分.
    External,
}

/// 层级.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::directory::Tier")]
pub(crate) enum Tier {
    /// 村、社区.
    Village,
    /// 乡镇、街道.
    Township,
    /// 区、县.
    District,
}

/// 办理程序.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::petition::Procedure")]
pub(crate) enum Procedure {
    /// 信访, 法定期限.
    Petition,
    /// 12345热线.
    Hotline,
    /// 矛盾纠纷.
    Dispute,
    /// 上报.
    ReportUp,
    /// 交办.
    Assigned,
    /// 应急.
    Emergency,
}

/// 来源.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::petition::Source")]
pub(crate) enum Source {
    /// 来访.
    Visit,
    /// 来信.
    Letter,
    /// 网上.
    Online,
    /// 热线.
    Hotline,
    /// 网格上报.
    Grid,
    /// 上级交办.
    Assigned,
    /// 巡查发现.
    Patrol,
    /// 表格导入.
    Import,
}

/// 性质.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::petition::Nature")]
pub(crate) enum Nature {
    /// 求决.
    Request,
    /// 投诉.
    Complaint,
    /// 建议.
    Suggestion,
    /// 检举控告, 只移送纪检监察.
    Accusation,
}

/// 已进入的法定途径.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::petition::LegalBar")]
pub(crate) enum LegalBar {
    /// 诉讼.
    Litigation,
    /// 仲裁.
    Arbitration,
    /// 行政复议.
    AdministrativeReview,
    /// 纪检监察.
    Discipline,
    /// 信访终结.
    Exhausted,
}

/// 不予受理的理由.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::petition::DeclineGround")]
pub(crate) enum DeclineGround {
    /// 应通过法定途径解决.
    LegalRoute,
    /// 不属于受理范围.
    OutOfScope,
    /// 检举控告.
    Discipline,
    /// 复核终结.
    Exhausted,
}

/// 处理意见.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::petition::AnswerKind")]
pub(crate) enum AnswerKind {
    /// 支持.
    Supported,
    /// 解释说明.
    Explained,
    /// 不支持.
    NotSupported,
}

/// 诉求状态.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::petition::StageKind")]
pub(crate) enum PetitionStage {
    /// 未登记.
    Blank,
    /// 已登记.
    Registered,
    /// 不予受理.
    NotAccepted,
    /// 已受理.
    Accepted,
    /// 办理中.
    InProgress,
    /// 已答复.
    Answered,
    /// 已办结.
    Concluded,
    /// 重复件.
    Duplicate,
}

/// 哨的状态.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::StageKind")]
pub(crate) enum WhistleStage {
    /// 未起草.
    Blank,
    /// 草拟.
    Draft,
    /// 待审.
    UnderReview,
    /// 已审核待签发.
    Endorsed,
    /// 应哨: 签收、报到、会商.
    Responding,
    /// 办理.
    Handling,
    /// 核查.
    Verifying,
    /// 回访评价.
    Rating,
    /// 待办结.
    Closing,
    /// 挂账.
    LongTerm,
    /// 已办结.
    Closed,
    /// 终止办理.
    Terminated,
    /// 撤哨.
    Withdrawn,
    /// 已升级.
    Escalated,
}

/// 承办任务状态.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::assignment::AssignmentStageKind")]
pub(crate) enum AssignmentStage {
    /// 已送达待签收.
    Issued,
    /// 已签收.
    Acknowledged,
    /// 申请退单.
    ReturnRequested,
    /// 已退单.
    Returned,
    /// 争议裁定中.
    Disputed,
    /// 已报到.
    ReportedIn,
    /// 已反馈.
    Replied,
    /// 已释放.
    Released,
    /// 已结束.
    Ended,
}

/// 机制的四个阶段.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::Phase")]
pub(crate) enum Phase {
    /// 触发.
    Trigger,
    /// 派发.
    Dispatch,
    /// 响应.
    Response,
    /// 化解.
    Resolution,
}

/// 吹哨目的.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::Purpose")]
pub(crate) enum Purpose {
    /// 化解.
    Resolve,
    /// 调解.
    Mediation,
    /// 协调执行.
    Enforcement,
    /// 救助帮扶.
    Relief,
}

/// 承办角色.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::AssignmentRole")]
pub(crate) enum AssignmentRole {
    /// 牵头(主办).
    Lead,
    /// 协办(配合).
    Assist,
}

/// 退单理由.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::assignment::ReturnGround")]
pub(crate) enum ReturnGround {
    /// 属地不符.
    WrongTerritory,
    /// 权属不清.
    UnclearOwnership,
    /// 职能不符.
    WrongFunction,
    /// 已由他单位办理.
    HandledElsewhere,
    /// 其他.
    Other,
}

/// 退单权.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::ReturnRight")]
pub(crate) enum ReturnRight {
    /// 窗口期内可申请一次.
    Open,
    /// 已驳回, 不得再退.
    Refused,
    /// 经指定, 不得退回.
    Designated,
}

/// 争议裁定层级.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::assignment::Rung")]
pub(crate) enum Rung {
    /// 会商.
    Meeting,
    /// 共同上级.
    Superior,
    /// 联席会议.
    Conference,
}

/// 报到方式.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::assignment::Mode")]
pub(crate) enum Mode {
    /// 到场.
    OnSite,
    /// 视频.
    Video,
}

/// 办理结果类型.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::assignment::ReplyOutcome")]
pub(crate) enum ReplyOutcome {
    /// 实际解决.
    Solved,
    /// 解释说明.
    Explained,
    /// 正在解决.
    Ongoing,
    /// 不予支持.
    NotSupported,
}

/// 核查方式.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::fact::VerifyMethod")]
pub(crate) enum VerifyMethod {
    /// 现场.
    Site,
    /// 电话.
    Phone,
    /// 资料.
    Documents,
}

/// 终止办理的情形.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::fact::TerminationGround")]
pub(crate) enum TerminationGround {
    /// 当事人不配合.
    NotCooperating,
    /// 当事人撤回.
    PetitionWithdrawn,
    /// 转入法定途径.
    LegalRoute,
}

/// 评价; 前三项计入满意率.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::Rating")]
pub(crate) enum Rating {
    /// 满意.
    Satisfied,
    /// 基本满意.
    BasicallySatisfied,
    /// 不满意.
    Dissatisfied,
    /// 未接通.
    Unreachable,
    /// 拒评.
    Declined,
}

/// 化解情况, 与办结、满意各自独立.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::ResolutionKind")]
pub(crate) enum Resolution {
    /// 已化解.
    Resolved,
    /// 部分化解.
    Partial,
    /// 未化解.
    Unresolved,
}

/// 追认情况.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::whistle::Ratification")]
pub(crate) enum Ratification {
    /// 无需追认.
    NotNeeded,
    /// 待追认.
    Pending,
    /// 已追认.
    Granted,
    /// 不予追认.
    Refused,
    /// 逾期未追认.
    Lapsed,
}

/// 时限单位.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::calendar::LimitUnit")]
pub(crate) enum LimitUnit {
    /// 分钟, 昼夜连续.
    Minute,
    /// 小时, 昼夜连续.
    Hour,
    /// 工作小时.
    WorkingHour,
    /// 工作日.
    WorkingDay,
    /// 自然日.
    NaturalDay,
}

/// 逾期后果.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::lists::Consequence")]
pub(crate) enum Consequence {
    /// 催办.
    Supervise,
    /// 上移一级裁定.
    Climb,
    /// 视为未接通.
    CountUnreachable,
    /// 不再等待.
    GoOn,
}

/// 信的种类.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::notice::NoticeKind")]
pub(crate) enum NoticeKind {
    /// 哨单送达.
    Issued,
    /// 退单裁定.
    ReturnRuled,
    /// 办理反馈.
    Replied,
    /// 退回重办.
    Reworked,
    /// 逾期催办.
    Overdue,
    /// 待审.
    Submitted,
    /// 退回补正.
    SentBack,
    /// 延期审批结果.
    ExtensionRuled,
    /// 等级提升.
    LevelRaised,
    /// 期限调整.
    DateMoved,
    /// 调阅身份信息.
    Unsealed,
    /// 记录封存: a seal, to whoever keeps it outside.
    Sealed,
    /// 调阅封存附件.
    FileOpened,
    /// 清单发布.
    ListsPublished,
    /// 督办文书.
    SupervisionIssued,
    /// 包案.
    CaseOwnerAssigned,
}

/// 流程环节.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::clock::Step")]
pub(crate) enum Step {
    /// 提交.
    Submit,
    /// 审核.
    Review,
    /// 签发.
    Issue,
    /// 追认.
    Ratify,
    /// 签收.
    Acknowledge,
    /// 退单窗口.
    ReturnWindow,
    /// 退单裁定.
    RuleReturn,
    /// 争议会商.
    DisputeMeeting,
    /// 共同上级裁定.
    DisputeSuperior,
    /// 联席会议裁定.
    DisputeConference,
    /// 报到.
    ReportIn,
    /// 未报到处置.
    Remedy,
    /// 联合会商.
    Consult,
    /// 应急首报.
    Interim,
    /// 办理.
    Handle,
    /// 协办.
    Task,
    /// 逾期说明.
    Explain,
    /// 延期审批.
    RuleExtension,
    /// 核查.
    Verify,
    /// 回访评价.
    Rate,
    /// 办结.
    Close,
    /// 挂账审批.
    RuleHold,
    /// 挂账复核.
    ReviewHold,
    /// 受理.
    Accept,
    /// 答复.
    Answer,
    /// 诉求办结.
    Conclude,
    /// 补交代录凭证.
    Scan,
    /// 督办: the next paper of the ladder.
    Supervise,
    /// 措施复核.
    ReviewMeasures,
    /// 化解.
    Resolve,
}

/// 风险等级.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::petition::Risk")]
pub(crate) enum Risk {
    /// 高.
    High,
    /// 中.
    Medium,
    /// 低.
    Low,
}

/// 附件类别.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::file::FileKind")]
pub(crate) enum FileKind {
    /// 诉求材料: what the petitioner brought.
    Material,
    /// 现场与证据材料.
    Evidence,
    /// 公文.
    Paper,
    /// 纪要.
    Minutes,
    /// 代录凭证: the scan of an act that was recorded for another.
    Scan,
    /// 其他.
    Other,
}

/// 督办文书, from the mildest to the gravest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::supervision::Paper")]
pub(crate) enum SupervisionPaper {
    /// 提示单.
    Advisory,
    /// 催办通知书.
    Urge,
    /// 督办函.
    SupervisionLetter,
    /// 约谈.
    Admonition,
    /// 通报.
    Circular,
    /// 问责建议.
    AccountabilityAdvice,
}

/// 清单的一张表.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::lists::Sheet")]
pub(crate) enum ListsSheet {
    /// 吹哨事项清单.
    Matters,
    /// 吹哨发起清单.
    Initiation,
    /// 吹哨流程清单.
    Process,
    /// 化解责任清单.
    Responsibility,
    /// 哨种.
    Kinds,
    /// 等级.
    Levels,
    /// 办理界限.
    Bounds,
    /// 诉求时限.
    Petitions,
    /// 通则.
    General,
    /// 督办阶梯.
    Supervision,
    /// 信访分类对照.
    Classes,
    /// 权责清单.
    Powers,
}

/// 清单一列如何填写.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
pub(crate) enum ListsFill {
    /// 由系统印出, 不能修改.
    Printed,
    /// 文字.
    Text,
    /// 编码.
    Code,
    /// 选一个词.
    One,
    /// 选若干个词, 用顿号隔开.
    Several,
    /// 整数.
    Number,
    /// 是或否.
    YesNo,
    /// 日期.
    Date,
}

/// 可吹哨的时段.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::lists::Hours")]
pub(crate) enum Hours {
    /// 全天.
    Always,
    /// 工作时间.
    Office,
}

/// 清单验证的性质.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::prove::Property")]
pub(crate) enum ListsProperty {
    /// 各行完整、所引皆有.
    WellFormed,
    /// 没有死路.
    NoDeadEnd,
    /// 没有走不到的环节.
    Reachable,
    /// 每个等待环节都有能办的责任人、时限和逾期后果.
    Owned,
    /// 没有无止境的往返.
    Bounded,
    /// 核查绕不过去.
    Verified,
    /// 起草与审批、办理与核查不是同一人.
    Separated,
    /// 各时限都在法定期限之内.
    InTime,
    /// 不给不能召集的单位派责任.
    Callable,
    /// 各行互不矛盾、互不重叠.
    Consistent,
}

/// 清单验证发现的轻重.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "engine::prove::Severity")]
pub(crate) enum ListsSeverity {
    /// 验证不通过.
    Refutes,
    /// 通过, 但应知道.
    Shown,
}
