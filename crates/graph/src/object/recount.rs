//! 推演: the past counted anew under other lists.

use std::sync::Arc;

use app::Recounted;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use engine::{
    lists::Lists,
    whatif::{self, Moved, Sides, Tally},
};

use super::Unit;
use crate::context::{lang, registers};

/// The most whistles that are shown at once.
const MOST: usize = 200;

/// 一侧的合计.
#[derive(Clone, SimpleObject)]
pub(crate) struct RecountTally {
    /// 哨.
    whistles: u64,
    /// 牵头.
    leads: u64,
    /// 协办.
    assists: u64,
    /// 时限数.
    limits: u64,
    /// 逾期数.
    late: u64,
    /// 无法判断的.
    unknown: u64,
}

impl RecountTally {
    fn of(it: &Tally) -> Self {
        let limits = it.limits();
        Self {
            whistles: it.whistles,
            leads: it.leads,
            assists: it.assists,
            limits: limits.counted,
            late: limits.late,
            unknown: limits.unknown,
        }
    }
}

/// 一个单位的前后对比.
#[derive(Clone, SimpleObject)]
pub(crate) struct RecountUnit {
    /// 单位.
    unit: Option<Unit>,
    /// 原来.
    before: RecountTally,
    /// 按草案.
    after: RecountTally,
}

/// 一个哨种和等级的前后对比.
#[derive(Clone, SimpleObject)]
pub(crate) struct RecountPair {
    /// 哨种和等级.
    name: String,
    /// 原来.
    before: RecountTally,
    /// 按草案.
    after: RecountTally,
}

/// 有变化的一张哨.
#[derive(Clone, SimpleObject)]
pub(crate) struct RecountWhistle {
    /// 哨.
    whistle: ID,
    /// 编号.
    serial: Option<String>,
    /// 变化, in sentences.
    sentences: Vec<String>,
    /// 原来逾期的时限数.
    late_before: usize,
    /// 按草案将逾期的时限数.
    late_after: usize,
}

/// 推演: a recount of the past under other lists, no forecast.
#[derive(Clone)]
pub(crate) struct ListsRecount {
    pub(crate) lists: Arc<Lists>,
    pub(crate) recounted: Arc<Recounted>,
}

/// 推演: a recount of the past under other lists, no forecast.
#[Object]
impl ListsRecount {
    /// 说明: what this is, and what it is not.
    async fn caveat(&self, ctx: &Context<'_>) -> &'static str {
        whatif::caveat(lang(ctx))
    }

    /// 截至.
    async fn as_of(&self) -> DateTime<Utc> {
        self.recounted.totals.as_of
    }

    /// 计算的哨.
    async fn whistles(&self) -> u64 {
        self.recounted.totals.whistles
    }

    /// 其中已签发.
    async fn issued(&self) -> u64 {
        self.recounted.totals.issued
    }

    /// 有变化的.
    async fn moved(&self) -> u64 {
        self.recounted.totals.moved
    }

    /// 牵头单位不同的.
    async fn lead(&self) -> u64 {
        self.recounted.totals.lead
    }

    /// 协办单位不同的.
    async fn assists(&self) -> u64 {
        self.recounted.totals.assists
    }

    /// 审核或签发人不同的.
    async fn approver(&self) -> u64 {
        self.recounted.totals.approver
    }

    /// 哨种或等级不同的.
    async fn level(&self) -> u64 {
        self.recounted.totals.level
    }

    /// 时限不同的.
    async fn limit(&self) -> u64 {
        self.recounted.totals.limit
    }

    /// 不能照原样发起的.
    async fn blocked(&self) -> u64 {
        self.recounted.totals.blocked
    }

    /// 原无逾期而将有逾期的.
    async fn newly_late(&self) -> u64 {
        self.recounted.totals.newly_late
    }

    /// 原有逾期而将无逾期的.
    async fn no_longer_late(&self) -> u64 {
        self.recounted.totals.no_longer_late
    }

    /// 牵头与清单不同的 (改派): in how many the centre named another lead than the row.
    async fn overrides(&self) -> u64 {
        self.recounted.totals.overrides
    }

    /// 按草案不再需要改派理由的.
    async fn overrides_unneeded(&self) -> u64 {
        self.recounted.totals.overrides_unneeded
    }

    /// 合计, 原来.
    async fn before(&self) -> RecountTally {
        RecountTally::of(&self.recounted.totals.whole.before)
    }

    /// 合计, 按草案.
    async fn after(&self) -> RecountTally {
        RecountTally::of(&self.recounted.totals.whole.after)
    }

    /// 各单位.
    #[graphql(complexity = "200 + 10 * child_complexity")]
    async fn units(&self, ctx: &Context<'_>) -> Result<Vec<RecountUnit>> {
        let registers = registers(ctx)?;
        let unit = |(id, it): (&engine::ids::UnitId, &Sides)| RecountUnit {
            unit: registers.directory.unit(*id).cloned().map(Unit),
            before: RecountTally::of(&it.before),
            after: RecountTally::of(&it.after),
        };
        Ok(self.recounted.totals.units.iter().map(unit).collect())
    }

    /// 各哨种和等级.
    async fn pairs(&self) -> Vec<RecountPair> {
        let pair = |((kind, level), it): (&(_, _), &Sides)| RecountPair {
            name: self.lists.pair(kind, level),
            before: RecountTally::of(&it.before),
            after: RecountTally::of(&it.after),
        };
        self.recounted.totals.pairs.iter().map(pair).collect()
    }

    /// 有变化的哨, at most 200 of them; the workbook at /files/lists/…/recount has all.
    #[graphql(complexity = "200 + 10 * child_complexity")]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        first: Option<usize>,
    ) -> Result<Vec<RecountWhistle>> {
        let (lang, registers) = (lang(ctx), registers(ctx)?);
        let names = whatif::Names { directory: &registers.directory };
        let one = |it: &Moved| RecountWhistle {
            whistle: it.whistle.to_string().into(),
            serial: it.serial.clone(),
            sentences: it.sentences(names, lang),
            late_before: it.late_before,
            late_after: it.late_after,
        };
        let first = first.unwrap_or(MOST).min(MOST);
        Ok(self.recounted.moved.iter().take(first).map(one).collect())
    }
}
