//! Drafts of the lists: what they say, what differs, what their check found.

use std::sync::Arc;

use app::DraftView;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use engine::{
    lists::{
        self, Sheet,
        diff::{Change, Differs},
        draft::{ListsAct, may},
        table::{self, Fill},
    },
    prove,
    text::Lang,
};
use store::ListsVersionView;

use super::{Lists, Person, person};
use crate::{
    context::{app, caller, lang, registers},
    enums::{ListsFill, ListsProperty, ListsSeverity, ListsSheet},
    error::{ErrorCode, code_of},
};

/// The most rows that are shown of a table at once.
const MOST: usize = 1000;

/// 清单表格的一列.
#[derive(Clone, SimpleObject)]
pub(crate) struct ListColumn {
    /// 代码.
    code: &'static str,
    /// 标题.
    header: &'static str,
    /// 填写说明.
    note: &'static str,
    /// 如何填写.
    fill: ListsFill,
    /// 是否必填.
    required: bool,
    /// 可选的词; empty where it is no choice.
    options: Vec<String>,
}

/// 清单表格的一行.
#[derive(Clone, SimpleObject)]
pub(crate) struct ListRow {
    /// 序号, from 0.
    at: usize,
    /// 各列内容, in the order of the columns; empty text where nothing is in a cell.
    cells: Vec<String>,
}

/// 清单表格: one of the lists as words, the way a workbook holds it.
#[derive(Clone)]
pub(crate) struct ListTable {
    lists: Arc<lists::Lists>,
    sheet: Sheet,
}

/// 清单表格: one of the lists as words, the way a workbook holds it.
#[Object]
impl ListTable {
    /// 哪张表.
    async fn sheet(&self) -> ListsSheet {
        self.sheet.into()
    }

    /// 表名.
    async fn title(&self, ctx: &Context<'_>) -> &'static str {
        match lang(ctx) {
            Lang::Zh => self.sheet.zh(),
            Lang::En => self.sheet.en(),
        }
    }

    /// 列.
    async fn columns(&self, ctx: &Context<'_>) -> Result<Vec<ListColumn>> {
        let (lang, registers) = (lang(ctx), registers(ctx)?);
        let words = table::Words { lists: &self.lists, directory: &registers.directory };
        let column = |it: &table::Column| ListColumn {
            code: it.code,
            header: it.header(lang),
            note: it.note,
            fill: fill(it.fill),
            required: it.required,
            options: match it.fill {
                Fill::One(set) | Fill::Several(set) => words.of(set),
                Fill::YesNo => vec!["是".to_owned(), "否".to_owned()],
                Fill::Ordinal
                | Fill::Text(_)
                | Fill::Code
                | Fill::Number(_)
                | Fill::Date
                | Fill::Printed => vec![],
            },
        };
        Ok(table::columns(self.sheet).iter().map(column).collect())
    }

    /// 行, at most a thousand at a time; `after` is the `at` of the last one seen.
    #[graphql(complexity = "100 + child_complexity")]
    async fn rows(&self, ctx: &Context<'_>, after: Option<usize>) -> Result<Vec<ListRow>> {
        let registers = registers(ctx)?;
        let from = after.map_or(0, |it| it.saturating_add(1));
        let columns = table::columns(self.sheet);
        let rows = table::table(&self.lists, &registers.directory, self.sheet).rows.into_iter();
        let row = |it: table::Row| ListRow {
            at: it.at,
            cells: columns.iter().map(|column| it.cell(column.code).to_owned()).collect(),
        };
        Ok(rows.skip(from).take(MOST).map(row).collect())
    }
}

/// The tables of a version, those asked for or all.
pub(crate) fn list_tables(
    lists: &Arc<lists::Lists>,
    sheets: Option<Vec<ListsSheet>>,
) -> Vec<ListTable> {
    let wanted: Option<Vec<Sheet>> = sheets.map(|it| it.into_iter().map(Into::into).collect());
    Sheet::all()
        .filter(|it| wanted.as_ref().is_none_or(|wanted| wanted.contains(it)))
        .map(|sheet| ListTable { lists: lists.clone(), sheet })
        .collect()
}

fn fill(it: Fill) -> ListsFill {
    match it {
        Fill::Ordinal | Fill::Printed => ListsFill::Printed,
        Fill::Text(_) => ListsFill::Text,
        Fill::Code => ListsFill::Code,
        Fill::One(_) => ListsFill::One,
        Fill::Several(_) => ListsFill::Several,
        Fill::Number(_) => ListsFill::Number,
        Fill::YesNo => ListsFill::YesNo,
        Fill::Date => ListsFill::Date,
    }
}

/// 清单差异: one thing that differs between two versions.
#[derive(Clone)]
pub(crate) struct ListsChange(pub(crate) Change);

/// 清单差异: one thing that differs between two versions.
#[Object]
impl ListsChange {
    /// 哪张表.
    async fn sheet(&self) -> ListsSheet {
        self.0.sheet.into()
    }

    /// 哪一行, in words.
    async fn row(&self) -> &str {
        &self.0.row
    }

    /// 哪一列; none where the row as a whole is new or gone.
    async fn column(&self, ctx: &Context<'_>) -> Option<&'static str> {
        match &self.0.what {
            Differs::Changed { column, .. } => Some(column.header(lang(ctx))),
            Differs::Added | Differs::Removed => None,
        }
    }

    /// 原为.
    async fn before(&self) -> Option<&str> {
        match &self.0.what {
            Differs::Changed { before, .. } => Some(before),
            Differs::Added | Differs::Removed => None,
        }
    }

    /// 现为.
    async fn after(&self) -> Option<&str> {
        match &self.0.what {
            Differs::Changed { after, .. } => Some(after),
            Differs::Added | Differs::Removed => None,
        }
    }

    /// 一句话.
    async fn sentence(&self, ctx: &Context<'_>) -> String {
        self.0.sentence(lang(ctx))
    }
}

/// 验证故事的一步.
#[derive(Clone, SimpleObject)]
pub(crate) struct ProofStep {
    /// 谁.
    who: String,
    /// 做什么.
    act: String,
    /// 结果.
    outcome: String,
}

/// 验证发现: something that must not be, or that is worth a look.
#[derive(Clone)]
pub(crate) struct ProofFinding {
    finding: prove::Finding,
    of: Option<String>,
}

/// 验证发现: something that must not be, or that is worth a look.
#[Object]
impl ProofFinding {
    /// 哪一级中心、哨种和等级; none where it is the version as a whole.
    async fn of(&self) -> Option<&str> {
        self.of.as_deref()
    }

    /// 轻重: whether it refutes the version.
    async fn severity(&self) -> ListsSeverity {
        self.finding.severity.into()
    }

    /// 违反的性质.
    async fn property(&self) -> ListsProperty {
        self.finding.property.into()
    }

    /// 性质的名称.
    async fn name(&self, ctx: &Context<'_>) -> &'static str {
        match lang(ctx) {
            Lang::Zh => self.finding.property.zh(),
            Lang::En => self.finding.property.en(),
        }
    }

    /// 应看哪张表.
    async fn sheet(&self) -> Option<ListsSheet> {
        self.finding.place.as_ref().map(|it| it.sheet.into())
    }

    /// 哪一行, by its key.
    async fn row(&self) -> Option<&str> {
        self.finding.place.as_ref().map(|it| it.key.as_str())
    }

    /// 哪一列, by its code.
    async fn column(&self) -> Option<&str> {
        self.finding.place.as_ref().map(|it| it.column.as_str())
    }

    /// 一句话.
    async fn sentence(&self, ctx: &Context<'_>) -> &str {
        self.finding.sentence(lang(ctx))
    }

    /// 故事: the shortest way there, step by step; empty where there is none to tell.
    async fn story(&self, ctx: &Context<'_>) -> Vec<ProofStep> {
        let lang = lang(ctx);
        let step = |it: &prove::StoryStep| ProofStep {
            who: it.who.of(lang).to_owned(),
            act: it.act.of(lang).to_owned(),
            outcome: it.outcome.of(lang).to_owned(),
        };
        self.finding.story.iter().map(step).collect()
    }
}

/// 一个哨种和等级的验证.
#[derive(Clone, SimpleObject)]
pub(crate) struct ProofPair {
    /// 发起层级.
    tier: crate::enums::Tier,
    /// 哨种.
    kind: String,
    /// 等级.
    level: String,
    /// 查过的状态数.
    states: u32,
    /// 查过的办理步数.
    transitions: u32,
}

/// 清单验证 of a draft as it stands.
#[derive(Clone)]
pub(crate) struct ListsProof {
    draft: Arc<lists::draft::Draft>,
    check: lists::draft::Check,
    proof: Arc<prove::Proof>,
}

/// 清单验证 of a draft as it stands.
#[Object]
impl ListsProof {
    /// 是否通过.
    async fn proven(&self) -> bool {
        self.check.proven
    }

    /// 验证时间.
    async fn at(&self) -> DateTime<Utc> {
        self.check.at
    }

    /// 验证人.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.check.by).await
    }

    /// 查过的状态总数.
    async fn states(&self) -> u64 {
        self.proof.n_states()
    }

    /// 各哨种和等级.
    async fn pairs(&self) -> Vec<ProofPair> {
        let pair = |it: &prove::PairProof| ProofPair {
            tier: it.pair.tier.into(),
            kind: it.pair.kind.to_string(),
            level: it.pair.level.to_string(),
            states: it.n_states,
            transitions: it.n_transitions,
        };
        self.proof.pairs.iter().map(pair).collect()
    }

    /// 发现.
    async fn findings(&self) -> Vec<ProofFinding> {
        let of = |it: &prove::Pair| {
            format!("{} {}", it.tier.zh(), self.draft.lists.pair(&it.kind, &it.level))
        };
        let whole = self.proof.findings.iter().map(|it| (it, None));
        let pairs = self.proof.pairs.iter();
        let pairs =
            pairs.flat_map(|pair| pair.findings.iter().map(|it| (it, Some(of(&pair.pair)))));
        let all = whole.chain(pairs);
        all.map(|(it, of)| ProofFinding { finding: it.clone(), of }).collect()
    }
}

/// 验证进度.
#[derive(Clone, SimpleObject)]
pub(crate) struct ListsProgress {
    /// 已完成的哨种和等级.
    done: usize,
    /// 共有.
    of: usize,
}

/// 现在能否发布.
#[derive(Clone, SimpleObject)]
pub(crate) struct Publishable {
    /// 能否.
    allowed: bool,
    /// The code of the refusal, where it is refused.
    refusal: Option<ErrorCode>,
    /// 不能的原因, and what to do instead.
    reason: Option<String>,
}

/// 清单草案.
#[derive(Clone)]
pub(crate) struct ListsDraft(pub(crate) DraftView);

/// 清单草案.
#[Object]
impl ListsDraft {
    /// 编号.
    async fn id(&self) -> ID {
        self.0.draft.id.to_string().into()
    }

    /// 第几次修改; name it where you change or publish the draft.
    async fn edit(&self) -> u32 {
        self.0.draft.edit
    }

    /// 起草所依据的版本.
    async fn base(&self) -> u32 {
        self.0.draft.base
    }

    /// 最后修改时间.
    async fn edited_at(&self) -> DateTime<Utc> {
        self.0.draft.edited_at
    }

    /// 起草人: none of them publishes it.
    async fn editors(&self, ctx: &Context<'_>) -> Result<Vec<Person>> {
        let mut res = vec![];
        for it in &self.0.draft.editors {
            res.extend(person(ctx, *it).await?);
        }
        Ok(res)
    }

    /// 内容.
    async fn lists(&self) -> Lists {
        Lists(Arc::new(self.0.draft.lists.clone()))
    }

    /// 与所依据版本的差异.
    #[graphql(complexity = "200 + 10 * child_complexity")]
    async fn changes(&self, ctx: &Context<'_>) -> Result<Vec<ListsChange>> {
        let registers = registers(ctx)?;
        let draft = &self.0.draft;
        let changes = registers
            .lists_version(draft.base)
            .map(|base| lists::diff::diff(base, &draft.lists, &registers.directory));
        Ok(changes.unwrap_or_default().into_iter().map(ListsChange).collect())
    }

    /// 验证结果; none where it was changed since, or never checked.
    async fn proof(&self) -> Option<ListsProof> {
        let check = self.0.draft.checked?;
        let proof = self.0.proof.clone()?;
        Some(ListsProof { draft: self.0.draft.clone(), check, proof })
    }

    /// 验证进度, while it is being checked.
    async fn checking(&self) -> Option<ListsProgress> {
        self.0.checking.map(|it| ListsProgress { done: it.done, of: it.of })
    }

    /// 您现在能否发布.
    async fn publishable(&self, ctx: &Context<'_>) -> Result<Publishable> {
        let (caller, registers, lang) = (caller(ctx)?, registers(ctx)?, lang(ctx));
        let now = app(ctx)?.now();
        let refusal = match registers.lists.last() {
            Some(last) => {
                self.0.draft.publish(last, &caller.member, &registers.directory, now).err()
            }
            None => may(ListsAct::Publish, &caller.member, &registers.directory).err(),
        };
        Ok(Publishable {
            allowed: refusal.is_none(),
            refusal: refusal.as_ref().map(code_of),
            reason: refusal.map(|it| it.sentence(lang)),
        })
    }
}

/// 清单内容的问题: what is wrong, where, and how to mend it.
#[derive(Clone, SimpleObject)]
pub(crate) struct ListsProblem {
    /// 位置, as sheet!cell of a workbook, or the table and row that were given.
    pub(crate) place: String,
    /// 哪张表; none where it is the file as a whole.
    pub(crate) sheet: Option<ListsSheet>,
    /// 第几行, as it was given; none where a row is missing.
    pub(crate) row: Option<usize>,
    /// 哪一列, by its code.
    pub(crate) column: Option<String>,
    /// 问题和改法.
    pub(crate) sentence: String,
}

/// 修改结果: the draft, changed where there is no problem, and as it was otherwise.
#[derive(Clone, SimpleObject)]
pub(crate) struct ListsWritten {
    /// 草案.
    pub(crate) draft: ListsDraft,
    /// 问题; nothing was changed where there is one.
    pub(crate) problems: Vec<ListsProblem>,
}

/// 清单版本.
#[derive(Clone)]
pub(crate) struct ListsVersion(pub(crate) ListsVersionView);

/// 清单版本.
#[Object]
impl ListsVersion {
    /// 版本.
    async fn version(&self) -> u32 {
        self.0.version
    }

    /// 名称.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(registers(ctx)?.lists_version(self.0.version).map(|it| it.name.clone()))
    }

    /// 生效日期.
    async fn effective_on(&self, ctx: &Context<'_>) -> Result<Option<NaiveDate>> {
        Ok(registers(ctx)?.lists_version(self.0.version).map(|it| it.effective_on))
    }

    /// 发布时间.
    async fn published_at(&self) -> DateTime<Utc> {
        self.0.published_at
    }

    /// 发布人; none where the program brought it.
    async fn published_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        match self.0.published_by {
            Some(id) => person(ctx, id).await,
            None => Ok(None),
        }
    }

    /// 起草人.
    async fn editors(&self, ctx: &Context<'_>) -> Result<Vec<Person>> {
        let mut res = vec![];
        for it in &self.0.editors {
            res.extend(person(ctx, *it).await?);
        }
        Ok(res)
    }

    /// 是否施行中: new whistles are issued under it today.
    async fn in_force(&self, ctx: &Context<'_>) -> Result<bool> {
        let today = app(ctx)?.now().with_timezone(&engine::calendar::beijing()).date_naive();
        Ok(registers(ctx)?.lists_on(today).is_some_and(|it| it.version == self.0.version))
    }

    /// 内容.
    async fn lists(&self, ctx: &Context<'_>) -> Result<Option<Lists>> {
        let registers = registers(ctx)?;
        Ok(registers.lists_version(self.0.version).cloned().map(Arc::new).map(Lists))
    }
}
