//! 派单建议: what fired and why, what was passed over, and the rulings most like it.

use std::sync::Arc;

use app::{Suggested, Visible};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use engine::{
    lists,
    suggest::{self, Cited, Fired, PassedOver, Similar, SuggestedCall, UnitLeftOut},
    whistle,
};

use super::{
    Named, Person, Unit,
    lists::{MatterRow, limit},
    person, unit,
};
use crate::{
    context::{lang, registers, words},
    enums::{AssignmentRole, FileKind, Hours, Rank, Role, Step},
    error::{ErrorCode, code_of},
};

/// 裁定结果.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub(crate) enum RulingOutcome {
    /// 同意退单.
    Granted,
    /// 驳回退单.
    Refused,
    /// 指定另一单位.
    Designated,
    /// 维持原单位.
    Kept,
}

/// 不能吹哨的原因.
#[derive(Clone, SimpleObject)]
pub(crate) struct Barred {
    /// The code of the refusal.
    code: ErrorCode,
    /// 原因, and what to do instead.
    reason: String,
}

/// 建议召集的单位.
#[derive(Clone)]
pub(crate) struct SuggestedUnit(SuggestedCall);

/// 建议召集的单位.
#[Object]
impl SuggestedUnit {
    /// 单位.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        unit(ctx, self.0.unit).await
    }

    /// 牵头或协办.
    async fn role(&self) -> AssignmentRole {
        self.0.role.into()
    }

    /// 依据.
    async fn because(&self, ctx: &Context<'_>) -> String {
        self.0.because.sentence(lang(ctx))
    }
}

/// 考虑过而未建议的单位.
#[derive(Clone)]
pub(crate) struct LeftOutUnit(UnitLeftOut);

/// 考虑过而未建议的单位.
#[Object]
impl LeftOutUnit {
    /// 单位名称; its code where nobody is called so.
    async fn name(&self) -> &str {
        &self.0.unit
    }

    /// 牵头或协办.
    async fn role(&self) -> AssignmentRole {
        self.0.role.into()
    }

    /// 原因.
    async fn reason(&self, ctx: &Context<'_>) -> &'static str {
        self.0.why.sentence(lang(ctx))
    }
}

/// 权责清单的一项.
#[derive(Clone)]
pub(crate) struct CitedPower(Cited);

/// 权责清单的一项.
#[Object]
impl CitedPower {
    /// 项目编码.
    async fn code(&self) -> &str {
        &self.0.code.0
    }

    /// 项目名称; none where the centre has not brought its catalogue.
    async fn name(&self) -> Option<&str> {
        self.0.power.as_ref().map(|it| it.name.as_str())
    }

    /// 权力类型.
    async fn category(&self) -> Option<&str> {
        self.0.power.as_ref().map(|it| it.category.as_str())
    }

    /// 实施依据.
    async fn basis(&self) -> Option<&str> {
        self.0.power.as_ref().map(|it| it.basis.as_str())
    }

    /// 责任事项.
    async fn duty(&self) -> Option<&str> {
        self.0.power.as_ref().map(|it| it.duty.as_str())
    }

    /// 实施单位.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        let registers = registers(ctx)?;
        let code = self.0.power.as_ref().and_then(|it| it.unit.as_ref());
        let found = code.and_then(|it| registers.directory.by_code(it));
        Ok(found.cloned().map(Unit))
    }
}

/// 将适用的时限.
#[derive(Clone, SimpleObject)]
pub(crate) struct SuggestedLimit {
    /// 环节.
    step: Step,
    /// 时限.
    limit: String,
    /// 是否本事项自定.
    own: bool,
    /// 出处.
    source: String,
}

/// 建议的事项, and what follows from its row.
#[derive(Clone)]
pub(crate) struct SuggestedMatter {
    fired: Arc<Fired>,
    lists: u32,
}

impl SuggestedMatter {
    fn lists<'a>(&self, registers: &'a app::Registers) -> Option<&'a lists::Lists> {
        registers.lists_version(self.lists)
    }
}

/// 建议的事项, and what follows from its row.
#[Object]
impl SuggestedMatter {
    /// 事项清单的行.
    async fn matter(&self) -> MatterRow {
        MatterRow(self.fired.matter.clone())
    }

    /// 依据, the strongest first.
    async fn why(&self, ctx: &Context<'_>) -> Vec<String> {
        let lang = lang(ctx);
        self.fired.why.iter().map(|it| it.sentence(lang)).collect()
    }

    /// 哨种.
    async fn kind(&self, ctx: &Context<'_>) -> Result<Named> {
        let registers = registers(ctx)?;
        let lists = self.lists(&registers);
        Ok(Named::kind(lists, &self.fired.kind, lang(ctx)))
    }

    /// 等级.
    async fn level(&self, ctx: &Context<'_>) -> Result<Named> {
        let registers = registers(ctx)?;
        let lists = self.lists(&registers);
        Ok(Named::level(lists, &self.fired.level, lang(ctx)))
    }

    /// 升级的原因, where kind and level are not the row's.
    async fn raised(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let registers = registers(ctx)?;
        let (lists, lang) = (self.lists(&registers), lang(ctx));
        let raised = self.fired.raised.as_ref();
        Ok(raised.and_then(|it| lists.map(|lists| it.sentence(lists, lang))))
    }

    /// 到场人员最低职级.
    async fn attendee(&self) -> Option<Rank> {
        self.fired.attendee.map(Into::into)
    }

    /// 权责清单依据.
    async fn powers(&self) -> Vec<CitedPower> {
        self.fired.powers.iter().cloned().map(CitedPower).collect()
    }

    /// 建议召集的单位, the lead first; no lead where nobody could be named.
    async fn calls(&self) -> Vec<SuggestedUnit> {
        self.fired.calls.iter().cloned().map(SuggestedUnit).collect()
    }

    /// 考虑过而未建议的单位.
    async fn left_out(&self) -> Vec<LeftOutUnit> {
        self.fired.left_out.iter().cloned().map(LeftOutUnit).collect()
    }

    /// 审核人; empty where the issuer reviews at once.
    async fn endorse(&self) -> Vec<Role> {
        self.fired.endorse.iter().map(|it| (*it).into()).collect()
    }

    /// 签发人.
    async fn issue(&self) -> Vec<Role> {
        self.fired.issue.iter().map(|it| (*it).into()).collect()
    }

    /// 必备材料.
    async fn materials(&self) -> Vec<FileKind> {
        self.fired.materials.iter().map(|it| (*it).into()).collect()
    }

    /// 是否须写明前期处置.
    async fn tried_required(&self) -> bool {
        self.fired.tried_required
    }

    /// 时段.
    async fn hours(&self) -> Hours {
        self.fired.hours.into()
    }

    /// 限次.
    async fn at_most(&self) -> Option<u32> {
        self.fired.at_most
    }

    /// 召集的依据.
    async fn basis(&self) -> &str {
        &self.fired.basis
    }

    /// 将适用的时限.
    async fn limits(&self, ctx: &Context<'_>) -> Vec<SuggestedLimit> {
        let lang = lang(ctx);
        let one = |it: &suggest::SuggestedLimit| SuggestedLimit {
            step: it.step.into(),
            limit: limit(it.limit, lang),
            own: it.own,
            source: it.source.clone(),
        };
        self.fired.limits.iter().map(one).collect()
    }

    /// 诉求中出现的不适用情形: to be looked at before it is blown.
    async fn caution(&self) -> &[String] {
        &self.fired.caution
    }
}

/// 考虑过而未建议的事项.
#[derive(Clone)]
pub(crate) struct PassedOverMatter(PassedOver);

/// 考虑过而未建议的事项.
#[Object]
impl PassedOverMatter {
    /// 事项清单的行.
    async fn matter(&self) -> MatterRow {
        MatterRow(self.0.matter.clone())
    }

    /// 依据.
    async fn why(&self, ctx: &Context<'_>) -> Vec<String> {
        let lang = lang(ctx);
        self.0.why.iter().map(|it| it.sentence(lang)).collect()
    }

    /// 未建议的原因.
    async fn reason(&self, ctx: &Context<'_>) -> String {
        self.0.rejected.sentence(lang(ctx))
    }
}

/// 相似的裁定.
#[derive(Clone)]
pub(crate) struct SimilarRuling {
    similar: Similar,
    whistle: Arc<Visible<whistle::Whistle>>,
}

/// 相似的裁定.
#[Object]
impl SimilarRuling {
    /// 哨.
    async fn whistle(&self) -> ID {
        ID(self.similar.ruling.whistle.to_string())
    }

    /// 编号.
    async fn serial(&self) -> Option<&str> {
        self.whistle.issued.as_ref().map(|it| it.serial.as_str())
    }

    /// 标题.
    async fn title(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match &self.whistle.content {
            Some(it) => words(ctx, it.title).await,
            None => Ok(None),
        }
    }

    /// 是否同一事项.
    async fn same_matter(&self) -> bool {
        self.similar.same_matter
    }

    /// 字面相近, in per cent.
    async fn alike(&self) -> u8 {
        self.similar.alike
    }

    /// 结果.
    async fn outcome(&self) -> RulingOutcome {
        match self.similar.ruling.outcome {
            suggest::Outcome::Granted => RulingOutcome::Granted,
            suggest::Outcome::Refused => RulingOutcome::Refused,
            suggest::Outcome::Designated { .. } => RulingOutcome::Designated,
            suggest::Outcome::Kept { .. } => RulingOutcome::Kept,
        }
    }

    /// 结果, in words.
    async fn ruled(&self, ctx: &Context<'_>) -> &'static str {
        self.similar.ruling.outcome.sentence(lang(ctx))
    }

    /// 牵头或协办.
    async fn role(&self) -> AssignmentRole {
        self.similar.ruling.role.into()
    }

    /// 原单位.
    async fn from(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        unit(ctx, self.similar.ruling.from).await
    }

    /// 裁定后承办的单位.
    async fn to(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        unit(ctx, self.similar.ruling.to).await
    }

    /// 理由.
    async fn reason(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        words(ctx, self.similar.ruling.reason).await
    }

    /// 裁定人.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.similar.ruling.by).await
    }

    /// 裁定时间.
    async fn at(&self) -> DateTime<Utc> {
        self.similar.ruling.at
    }
}

/// 派单建议. It advises; a whistle that departs from its row needs a reason.
#[derive(Clone)]
pub(crate) struct DispatchSuggestion(Arc<Suggested>);

impl DispatchSuggestion {
    pub(crate) fn of(it: Suggested) -> Self {
        Self(Arc::new(it))
    }
}

/// 派单建议. It advises; a whistle that departs from its row needs a reason.
#[Object]
impl DispatchSuggestion {
    /// 清单版本.
    async fn lists(&self) -> u32 {
        self.0.lists
    }

    /// 现在不能吹哨的原因, where it cannot be whistled as things are.
    async fn barred(&self, ctx: &Context<'_>) -> Option<Barred> {
        let refusal = self.0.suggestion.barred.as_ref()?;
        Some(Barred { code: code_of(refusal), reason: refusal.sentence(lang(ctx)) })
    }

    /// 建议的事项; none where nothing on the list speaks for it, so that it would be off the list.
    async fn fired(&self) -> Option<SuggestedMatter> {
        let fired = self.0.suggestion.fired.as_deref()?;
        Some(SuggestedMatter { fired: Arc::new(fired.clone()), lists: self.0.lists })
    }

    /// 考虑过而未建议的事项, the strongest first.
    async fn passed_over(&self) -> Vec<PassedOverMatter> {
        self.0.suggestion.passed_over.iter().cloned().map(PassedOverMatter).collect()
    }

    /// 最相似的裁定, at most three.
    async fn rulings(&self) -> Vec<SimilarRuling> {
        let one = |(similar, whistle): &(Similar, Visible<whistle::Whistle>)| SimilarRuling {
            similar: similar.clone(),
            whistle: Arc::new(whistle.clone()),
        };
        self.0.rulings.iter().map(one).collect()
    }
}
