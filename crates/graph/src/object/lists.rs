//! The four lists, as they are in force.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::NaiveDate;
use engine::{
    lists::{self, table},
    text::Lang,
    whistle::steps,
};

use super::{
    Named, Unit,
    draft::{ListTable, list_tables},
};
use crate::{
    context::{lang, registers},
    enums::{
        Consequence, FileKind, Hours, ListsSheet, Rank, Role, Step, SupervisionPaper, Tier,
        UnitKind,
    },
};

/// 四张清单, one version of them.
#[derive(Clone)]
pub(crate) struct Lists(pub(crate) Arc<lists::Lists>);

/// 等级的定义.
#[derive(Clone, SimpleObject)]
pub(crate) struct LevelRow {
    /// 代码.
    code: String,
    /// 名称.
    name: String,
    /// 颜色, in words.
    colour: String,
    /// 参会人最低职级.
    attendee: Rank,
}

/// 吹哨事项清单的一行.
#[derive(Clone)]
pub(crate) struct MatterRow(pub(super) lists::Matter);

/// 吹哨事项清单的一行.
#[Object]
impl MatterRow {
    /// 事项编码.
    async fn code(&self) -> &str {
        &self.0.code.0
    }

    /// 大类.
    async fn category(&self) -> &str {
        &self.0.category
    }

    /// 小类.
    async fn subcategory(&self) -> &str {
        &self.0.subcategory
    }

    /// 事项名称.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// 情形描述.
    async fn condition(&self) -> &str {
        &self.0.condition
    }

    /// 哨种.
    async fn kind(&self) -> &str {
        &self.0.kind.0
    }

    /// 等级.
    async fn level(&self) -> &str {
        &self.0.level.0
    }

    /// 牵头部门.
    async fn lead(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        let registers = registers(ctx)?;
        let lead = self.0.lead.as_ref().and_then(|it| registers.directory.by_code(it));
        Ok(lead.cloned().map(Unit))
    }

    /// 配合部门.
    async fn assists(&self, ctx: &Context<'_>) -> Result<Vec<Unit>> {
        let registers = registers(ctx)?;
        let unit = |it: &String| registers.directory.by_code(it).cloned().map(Unit);
        Ok(self.0.assists.iter().filter_map(unit).collect())
    }

    /// 属地职责.
    async fn local_duty(&self) -> &str {
        &self.0.local_duty
    }

    /// 法定依据.
    async fn basis(&self) -> &str {
        &self.0.basis
    }

    /// 权责清单编码.
    async fn powers(&self) -> Vec<&str> {
        self.0.powers.iter().map(|it| it.0.as_str()).collect()
    }

    /// 办理时限, where it is another than that of its kind and level.
    async fn handle(&self, ctx: &Context<'_>) -> Option<String> {
        self.0.handle.map(|it| limit(it, lang(ctx)))
    }

    /// 失效日: the last day on which it may be whistled.
    async fn until(&self) -> Option<NaiveDate> {
        self.0.until
    }

    /// 办结标准.
    async fn closed_when(&self) -> &str {
        &self.0.closed_when
    }

    /// 不适用情形.
    async fn not_when(&self) -> &str {
        &self.0.not_when
    }

    /// 出处.
    async fn source(&self) -> &str {
        &self.0.source
    }
}

/// 吹哨发起清单的一行.
#[derive(Clone, SimpleObject)]
pub(crate) struct InitiationRow {
    /// 发起中心的层级.
    tier: Tier,
    /// 哨种.
    kind: String,
    /// 等级.
    level: String,
    /// 发起.
    draft: Vec<Role>,
    /// 审核; empty where the issuer reviews at once.
    endorse: Vec<Role>,
    /// 签发.
    issue: Vec<Role>,
    /// 清单外签发.
    issue_off_list: Vec<Role>,
    /// 先吹后补.
    blow_now: Vec<Role>,
    /// 追认.
    ratify: Vec<Role>,
    /// 可召集单位范围.
    may_call: Vec<UnitKind>,
    /// 发起条件.
    condition: String,
    /// 是否须写明前期处置.
    tried_required: bool,
    /// 必备材料.
    materials: Vec<FileKind>,
    /// 是否须先会商.
    meeting_first: bool,
    /// 时段.
    hours: Hours,
    /// 限次: how many whistles one petition may have; none where it is not bounded.
    at_most: Option<u32>,
    /// 依据.
    basis: String,
}

/// 吹哨流程清单的一个环节.
#[derive(Clone, SimpleObject)]
pub(crate) struct StepRow {
    /// 环节.
    step: Step,
    /// 名称.
    name: String,
    /// 是否必经.
    required: bool,
    /// 时限.
    limit: String,
    /// 逾期后果.
    consequence: Consequence,
    /// 预警点, in per cent of the time that is left; none where it is that of the list.
    warn_percent: Option<u8>,
    /// 预警点, in working days that are left.
    warn_days: Option<u32>,
    /// 责任主体.
    owner: String,
    /// 下一环节.
    next: Vec<Step>,
    /// 退回路径.
    back: Vec<Step>,
    /// 文书.
    paper: Option<String>,
    /// 出处.
    source: String,
}

/// 吹哨流程清单, of one kind and level.
#[derive(Clone, SimpleObject)]
pub(crate) struct ProcessRow {
    /// 哨种.
    kind: String,
    /// 等级.
    level: String,
    /// 环节.
    steps: Vec<StepRow>,
    /// 退回补正上限.
    send_backs: u32,
    /// 退回重办上限.
    reworks: u32,
    /// 延期上限.
    extensions: u32,
    /// 单次延期上限.
    extension: Option<String>,
    /// 挂账上限.
    holds: u32,
}

/// 化解责任清单的一条规则.
#[derive(Clone, SimpleObject)]
pub(crate) struct ResponsibilityRow {
    /// 等级.
    level: String,
    /// 包案领导最低职级.
    case_owner: Rank,
    /// 复核周期.
    review: String,
    /// 销号材料.
    papers: Vec<FileKind>,
    /// 出处.
    source: String,
}

/// 督办阶梯的一级.
#[derive(Clone, SimpleObject)]
pub(crate) struct LadderRow {
    /// 文书.
    paper: SupervisionPaper,
    /// 名称.
    name: String,
    /// 期限, after the lapse or after the rung before.
    after: String,
    /// 签发人; none where it goes out of itself.
    signer: Option<Role>,
    /// 送达.
    to: Vec<Role>,
    /// 是否抄送上级.
    copy_above: bool,
    /// 出处.
    source: String,
}

/// 四张清单, one version of them.
#[Object]
impl Lists {
    /// 版本.
    async fn version(&self) -> u32 {
        self.0.version
    }

    /// 名称.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// 生效日期.
    async fn effective_on(&self) -> NaiveDate {
        self.0.effective_on
    }

    /// 哨种.
    async fn kinds(&self, ctx: &Context<'_>) -> Vec<Named> {
        let lang = lang(ctx);
        let named = |it: &lists::Kind| Named {
            code: it.code.to_string(),
            name: match lang {
                Lang::Zh => it.name.clone(),
                Lang::En => it.name_en.clone(),
            },
        };
        self.0.kinds.iter().map(named).collect()
    }

    /// 等级.
    async fn levels(&self, ctx: &Context<'_>) -> Vec<LevelRow> {
        let lang = lang(ctx);
        let row = |it: &lists::Level| LevelRow {
            code: it.code.to_string(),
            name: match lang {
                Lang::Zh => it.name.clone(),
                Lang::En => it.name_en.clone(),
            },
            colour: it.colour.clone(),
            attendee: it.attendee.into(),
        };
        self.0.levels.iter().map(row).collect()
    }

    /// 吹哨事项清单.
    async fn matters(&self) -> Vec<MatterRow> {
        self.0.matters.rows.iter().cloned().map(MatterRow).collect()
    }

    /// 吹哨发起清单.
    async fn initiation(&self) -> Vec<InitiationRow> {
        let roles = |it: &[engine::actor::Role]| it.iter().map(|it| (*it).into()).collect();
        let row = |it: &lists::Initiation| InitiationRow {
            tier: it.tier.into(),
            kind: it.kind.to_string(),
            level: it.level.to_string(),
            draft: roles(&it.draft),
            endorse: roles(&it.endorse),
            issue: roles(&it.issue),
            issue_off_list: roles(&it.issue_off_list),
            blow_now: roles(&it.blow_now),
            ratify: roles(&it.ratify),
            may_call: it.may_call.iter().map(|it| (*it).into()).collect(),
            condition: it.condition.clone(),
            tried_required: it.tried_required,
            materials: it.materials.iter().map(|it| (*it).into()).collect(),
            meeting_first: it.meeting_first,
            hours: it.hours.into(),
            at_most: it.at_most,
            basis: it.basis.clone(),
        };
        self.0.initiation.rows.iter().map(row).collect()
    }

    /// 吹哨流程清单.
    async fn process(&self, ctx: &Context<'_>) -> Result<Vec<ProcessRow>> {
        let (lang, registers) = (lang(ctx), registers(ctx)?);
        let limit = |it| limit(it, lang);
        let words = table::Words { lists: &self.0, directory: &registers.directory };
        let step = |process: &lists::Process,
                    (step, rule): (&engine::clock::Step, &lists::StepRule)| {
            StepRow {
                step: (*step).into(),
                name: match lang {
                    Lang::Zh => step.zh().to_owned(),
                    Lang::En => step.to_string().replace('_', " "),
                },
                required: rule.required,
                limit: limit(rule.limit),
                consequence: rule.consequence.into(),
                warn_percent: rule.warning.map(|it| it.percent),
                warn_days: rule.warning.map(|it| it.working_days),
                owner: words.owner(process, *step),
                next: steps::next(*step).iter().map(|it| (*it).into()).collect(),
                back: steps::back(*step).iter().map(|it| (*it).into()).collect(),
                paper: rule.paper.clone(),
                source: rule.source.clone(),
            }
        };
        let row = |it: &lists::Process| ProcessRow {
            kind: it.kind.to_string(),
            level: it.level.to_string(),
            steps: it.steps.iter().map(|rule| step(it, rule)).collect(),
            send_backs: it.bounds.send_backs,
            reworks: it.bounds.reworks,
            extensions: it.bounds.extensions,
            extension: it.bounds.extension.map(limit),
            holds: it.bounds.holds,
        };
        Ok(self.0.process.rows.iter().map(row).collect())
    }

    /// 化解责任清单的规则.
    async fn responsibility(&self, ctx: &Context<'_>) -> Vec<ResponsibilityRow> {
        let lang = lang(ctx);
        let row = |it: &lists::ResponsibilityRule| ResponsibilityRow {
            level: it.level.to_string(),
            case_owner: it.case_owner.into(),
            review: limit(it.review, lang),
            papers: it.papers.iter().map(|it| (*it).into()).collect(),
            source: it.source.clone(),
        };
        self.0.responsibility.rows.iter().map(row).collect()
    }

    /// 督办阶梯, from its foot.
    async fn supervision(&self, ctx: &Context<'_>) -> Vec<LadderRow> {
        let lang = lang(ctx);
        let row = |it: &lists::LadderRung| LadderRow {
            paper: it.paper.into(),
            name: match lang {
                Lang::Zh => it.paper.zh().to_owned(),
                Lang::En => it.paper.to_string().replace('_', " "),
            },
            after: limit(it.after, lang),
            signer: it.signer.map(Into::into),
            to: it.to.iter().map(|it| (*it).into()).collect(),
            copy_above: it.copy_above,
            source: it.source.clone(),
        };
        self.0.process.supervision.iter().map(row).collect()
    }

    /// 以表格呈现, the way a workbook holds it: those tables that are asked for, or all.
    #[graphql(complexity = "200 + 3 * child_complexity")]
    async fn tables(&self, sheets: Option<Vec<ListsSheet>>) -> Vec<ListTable> {
        list_tables(&self.0, sheets)
    }
}

pub(super) fn limit(it: engine::calendar::Limit, lang: Lang) -> String {
    match lang {
        Lang::Zh => it.to_string(),
        Lang::En => it.english(),
    }
}
