//! The columns of each table: how they are headed, how they are filled, and what a clerk is told.

use super::WordSet;
use crate::lists::Sheet;

/// How a cell of a column is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// 序号: printed, and ignored when read.
    Ordinal,
    /// Free text of at most so many characters.
    Text(u32),
    /// A code: no spaces, at most 40 characters.
    Code,
    /// One word of a set.
    One(WordSet),
    /// Several words of a set, by "、".
    Several(WordSet),
    /// A whole number up to this.
    Number(u32),
    /// 是 or 否.
    YesNo,
    /// A date.
    Date,
    /// Printed from the engine; an edit is refused.
    Printed,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its code, stable.
    pub code: &'static str,
    /// Its header in Chinese.
    pub zh: &'static str,
    /// Its header in English.
    pub en: &'static str,
    /// How it is filled.
    pub fill: Fill,
    /// Whether a row must have it.
    pub required: bool,
    /// What a clerk is told about it.
    pub note: &'static str,
}

const LONG: u32 = 2000;
const SHORT: u32 = 100;

macro_rules! table {
    ($($code:literal $zh:literal $en:literal $fill:expr, $required:literal $note:literal;)*) => {
        &[$(Column { code: $code, zh: $zh, en: $en, fill: $fill, required: $required, note: $note }),*]
    };
}

/// The columns of a table, in order.
#[must_use]
pub fn columns(sheet: Sheet) -> &'static [Column] {
    use Fill::{Code, Date, Number, One, Ordinal, Printed, Several, Text, YesNo};
    match sheet {
        Sheet::Matters => table! {
            "ordinal" "序号" "no." Ordinal, false "印出用，导入时不看";
            "code" "事项编码" "code" Code, true "本表内不重复；发布后不要改，历史数据按编码对应";
            "category" "大类" "category" Text(SHORT), true "";
            "subcategory" "小类" "subcategory" Text(SHORT), false "";
            "name" "事项名称" "name" Text(SHORT), true "";
            "condition" "情形描述" "when it may be whistled" Text(LONG), true "何种情况可以吹哨";
            "kind" "哨种" "kind" One(WordSet::Kind), true "";
            "level" "等级" "level" One(WordSet::Level), true "";
            "lead" "牵头部门" "lead" One(WordSet::Unit), false "单位简称、全称或编码；不填则首接单位牵头";
            "assists" "配合部门" "assists" Several(WordSet::Unit), false "多个单位用“、”隔开";
            "local_duty" "属地职责" "local duty" Text(LONG), false "属地乡镇(街道)应做的事";
            "basis" "法定依据" "legal basis" Text(LONG), true "法律法规条款或权责清单条目";
            "powers" "权责清单编码" "codes of powers" Several(WordSet::Power), false "多个编码用“、”隔开";
            "handle_amount" "办理时限" "limit of handling" Number(10_000), false "不填则用吹哨流程清单的办理时限";
            "handle_unit" "时限单位" "unit of the limit" One(WordSet::LimitUnit), false "";
            "closed_when" "办结标准" "closed when" Text(LONG), true "";
            "not_when" "不适用情形" "not when" Text(LONG), false "";
            "until" "失效日" "until" Date, false "最后一个可吹哨的日子；长期有效则不填";
            "source" "出处" "source" Text(LONG), true "";
        },
        Sheet::Initiation => table! {
            "ordinal" "序号" "no." Ordinal, false "印出用，导入时不看";
            "tier" "发起层级" "tier" One(WordSet::Tier), true "哪一级综治中心";
            "kind" "哨种" "kind" One(WordSet::Kind), true "";
            "level" "等级" "level" One(WordSet::Level), true "";
            "draft" "发起人" "drafted by" Several(WordSet::Role), true "可草拟、提交的岗位";
            "condition" "发起条件" "condition" Text(LONG), false "如：本级已采取措施且无法解决";
            "tried_required" "须写前期处置" "what was tried" YesNo, true "";
            "materials" "必备材料" "materials" Several(WordSet::FileKind), false "提交前须上传的附件种类";
            "meeting_first" "须先会商" "meeting first" YesNo, true "填“是”则提交前须上传会商纪要";
            "endorse" "审核人" "endorsed by" Several(WordSet::Role), false "不填则签发人直接审签";
            "issue" "签发人" "issued by" Several(WordSet::Role), true "与发起人不得是同一人";
            "issue_off_list" "清单外签发人" "issued off the list by" Several(WordSet::Role), true "事项不在清单内时由谁签发";
            "blow_now" "先吹后补" "blown at once by" Several(WordSet::Role), false "仅应急哨";
            "ratify" "追认人" "ratified by" Several(WordSet::Role), false "有先吹后补时必填";
            "may_call" "可召集单位" "may call" Several(WordSet::UnitKind), true "";
            "at_most" "限次" "at most" Number(99), false "同一诉求最多吹几次；不填则不限";
            "hours" "时段" "hours" One(WordSet::Hours), true "何时可以签发";
            "basis" "依据" "basis" Text(LONG), true "召集权的依据、文号";
        },
        Sheet::Process => table! {
            "ordinal" "序号" "no." Ordinal, false "印出用，导入时不看";
            "kind" "哨种" "kind" One(WordSet::Kind), true "";
            "level" "等级" "level" One(WordSet::Level), true "";
            "step" "环节" "step" One(WordSet::Step), true "";
            "owner" "责任主体" "owner" Printed, false "由系统印出，不能修改";
            "act" "动作" "act" Printed, false "由系统印出，不能修改";
            "required" "必经" "required" YesNo, true "填“否”则跳过此环节";
            "limit_amount" "时限" "limit" Number(100_000), true "阿拉伯数字，大于零";
            "limit_unit" "时限单位" "unit of the limit" One(WordSet::LimitUnit), true "";
            "warn_percent" "预警比例" "warning share" Number(100), false "剩余时间的百分比，到此变黄；不填则用通则";
            "warn_days" "预警工作日" "warning days" Number(99), false "剩余工作日，到此变黄；不填则用通则";
            "consequence" "逾期后果" "when late" One(WordSet::Consequence), true "";
            "paper" "输出文书" "paper" Text(SHORT), false "";
            "next" "下一环节" "next" Printed, false "由系统印出，不能修改";
            "back" "退回路径" "way back" Printed, false "由系统印出，不能修改";
            "source" "出处" "source" Text(LONG), true "";
        },
        Sheet::Responsibility => table! {
            "ordinal" "序号" "no." Ordinal, false "印出用，导入时不看";
            "level" "等级" "level" One(WordSet::Level), true "";
            "case_owner" "包案领导最低职级" "rank of the case owner" One(WordSet::Rank), true "";
            "review_amount" "复核周期" "review interval" Number(10_000), true "措施多久复核一次";
            "review_unit" "周期单位" "unit of the interval" One(WordSet::LimitUnit), true "";
            "papers" "销号材料" "papers" Several(WordSet::FileKind), false "销号前须有的附件种类";
            "source" "出处" "source" Text(LONG), true "";
        },
        Sheet::Kinds => table! {
            "code" "哨种编码" "code" Code, true "发布后不要改";
            "name" "名称" "name" Text(20), true "";
            "name_en" "英文名称" "name in English" Text(40), true "";
            "emergency" "应急" "emergency" YesNo, true "填“是”则可先吹后补";
            "presence_proof" "到场凭证" "proof of presence" YesNo, true "仅应急哨可填“是”";
        },
        Sheet::Levels => table! {
            "code" "等级编码" "code" Code, true "发布后不要改";
            "name" "名称" "name" Text(20), true "";
            "name_en" "英文名称" "name in English" Text(40), true "";
            "colour" "颜色" "colour" Text(10), true "文字，如：黄";
            "order" "次序" "order" Number(99), true "数大者高";
            "attendee" "参会人最低职级" "rank of the attendee" One(WordSet::Rank), true "低于此级的为降格报到";
        },
        Sheet::Bounds => table! {
            "kind" "哨种" "kind" One(WordSet::Kind), true "";
            "level" "等级" "level" One(WordSet::Level), true "";
            "send_backs" "退回补正次数" "send-backs" Number(99), true "";
            "reworks" "退回重办次数" "reworks" Number(99), true "";
            "rework_amount" "重办时限" "limit of rework" Number(100_000), true "";
            "rework_unit" "重办时限单位" "unit of the rework limit" One(WordSet::LimitUnit), true "";
            "extensions" "延期次数" "extensions" Number(99), true "每个承办单位";
            "extension_amount" "单次延期上限" "longest extension" Number(100_000), false "";
            "extension_unit" "延期单位" "unit of the extension" One(WordSet::LimitUnit), false "";
            "holds" "挂账次数" "holds" Number(99), true "";
            "raise_kind" "升格为哨种" "raised to the kind" One(WordSet::Kind), false "同一诉求多次吹哨时升为";
            "raise_level" "升格为等级" "raised to the level" One(WordSet::Level), false "";
        },
        Sheet::Petitions => table! {
            "procedure" "程序" "procedure" One(WordSet::Procedure), true "";
            "step" "环节" "step" One(WordSet::Step), true "受理、答复、诉求办结各一行";
            "statutory" "法定时限" "statutory" YesNo, true "同一程序各行须一致";
            "limit_amount" "时限" "limit" Number(100_000), true "";
            "limit_unit" "时限单位" "unit of the limit" One(WordSet::LimitUnit), true "";
            "extension_amount" "最长延期" "longest extension" Number(100_000), false "只填在答复一行";
            "extension_unit" "延期单位" "unit of the extension" One(WordSet::LimitUnit), false "";
            "warn_percent" "预警比例" "warning share" Number(100), false "";
            "warn_days" "预警工作日" "warning days" Number(99), false "";
            "consequence" "逾期后果" "when late" One(WordSet::Consequence), true "";
            "paper" "输出文书" "paper" Text(SHORT), false "";
            "source" "出处" "source" Text(LONG), true "";
        },
        Sheet::General => table! {
            "name" "清单名称" "name" Text(SHORT), true "如：张湾区四张清单(2026年版)";
            "effective_on" "生效日期" "effective on" Date, true "新哨自此日起按本版签发；在办的哨仍按原版";
            "warn_percent" "预警比例" "warning share" Number(100), true "剩余时间的百分比，到此变黄";
            "warn_days" "预警工作日" "warning days" Number(99), true "剩余工作日，到此变黄";
            "raise_from" "升格起始次数" "raised from" Number(99), true "同一诉求第几次吹哨起升格";
            "limit_amount" "代录凭证时限" "limit of the scan" Number(100_000), true "代录之后多久须补交扫描件";
            "limit_unit" "凭证时限单位" "unit of the limit" One(WordSet::LimitUnit), true "";
            "consequence" "凭证逾期后果" "when the scan is late" One(WordSet::Consequence), true "";
            "paper" "凭证名称" "name of the scan" Text(SHORT), false "";
            "source" "凭证时限出处" "source of the limit" Text(LONG), true "";
        },
        Sheet::Supervision => table! {
            "ordinal" "序号" "no." Ordinal, false "印出用，导入时不看；行的次序就是阶梯的次序";
            "paper" "文书" "paper" One(WordSet::Paper), true "由轻到重，每种一行；不设阶梯则一行不留";
            "after_amount" "期限" "after" Number(10_000), true "首行自逾期起算，其余自上一级起算";
            "after_unit" "期限单位" "unit of the limit" One(WordSet::LimitUnit), true "";
            "signer" "签发人" "signed by" One(WordSet::Role), false "中心主任、值班领导或领导；不填则由系统自动发出，仅提示单、催办通知书";
            "to" "送达" "to" Several(WordSet::Role), true "承办单位的联络员、单位负责人";
            "copy_above" "抄送上级" "copy to those above" YesNo, true "";
            "source" "出处" "source" Text(LONG), true "";
        },
        Sheet::Classes => table! {
            "first" "一级分类" "first class" Text(SHORT), true "";
            "second" "二级分类" "second class" Text(SHORT), false "";
            "third" "三级分类" "third class" Text(SHORT), false "";
            "matter" "事项编码" "matter" One(WordSet::Matter), false "此类诉求可吹哨的事项";
        },
        Sheet::Powers => table! {
            "code" "项目编码" "code" Code, true "";
            "tier" "层级" "tier" One(WordSet::Tier), true "";
            "category" "权力类型" "category" Text(SHORT), false "如：行政处罚、行政检查";
            "name" "项目名称" "name" Text(500), true "";
            "item" "子项" "item" Text(500), false "";
            "basis" "实施依据" "basis" Text(LONG), false "";
            "duty" "责任事项" "duty" Text(LONG), false "";
            "accountability" "追责情形" "accountability" Text(LONG), false "";
            "unit" "实施单位" "unit" One(WordSet::Unit), false "";
        },
    }
}

impl Column {
    /// Its header in a language.
    #[must_use]
    pub fn header(&self, lang: crate::text::Lang) -> &'static str {
        match lang {
            crate::text::Lang::Zh => self.zh,
            crate::text::Lang::En => self.en,
        }
    }
}
