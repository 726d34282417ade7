//! The working-day calendar, and what it makes of a limit.

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use engine::{
    Refusal,
    calendar::{self, Limit},
    refusal::Problem,
    text::Lang,
};

use super::deadline::ExplainedDeadline;
use crate::{
    context::{lang, refuse},
    enums::LimitUnit,
};

/// 工作日历, one version of it.
#[derive(Clone)]
pub(crate) struct Calendar(pub(crate) calendar::Calendar);

/// 一天.
#[derive(Clone, SimpleObject)]
pub(crate) struct Day {
    /// 日期.
    date: NaiveDate,
    /// 是否上班.
    working: bool,
    /// 说明: 工作日, 周末, 节假日, 调休上班.
    name: String,
}

/// 工作日历, one version of it.
#[Object]
impl Calendar {
    /// 版本.
    async fn version(&self) -> u32 {
        self.0.version()
    }

    /// 采用日期.
    async fn adopted_on(&self) -> NaiveDate {
        self.0.adopted_on()
    }

    /// 依据.
    async fn source(&self) -> String {
        self.0.source().to_owned()
    }

    /// 每一天; at most 400 days from `from`.
    #[graphql(complexity = "50 + 10 * child_complexity")]
    async fn days(&self, ctx: &Context<'_>, from: NaiveDate, until: NaiveDate) -> Result<Vec<Day>> {
        let n_days = (until - from).num_days();
        if !(0..=400).contains(&n_days) {
            return Err(refuse(ctx, &Refusal::invalid("until", Problem::TooFar)));
        }
        let english = lang(ctx) == Lang::En;
        let days = from.iter_days().take_while(|it| *it <= until).map(|date| {
            let kind = self.0.day(date);
            let name = if english { kind.english() } else { kind.to_string() };
            Day { date, working: kind.is_working(), name }
        });
        Ok(days.collect())
    }

    /// 期限计算: when a limit that starts at `from` ends, and why then.
    async fn due(
        &self,
        ctx: &Context<'_>,
        from: DateTime<Utc>,
        amount: u32,
        unit: LimitUnit,
    ) -> Result<ExplainedDeadline> {
        let limit = Limit::new(amount, unit.into())
            .map_err(|_| refuse(ctx, &Refusal::invalid("amount", Problem::TooFar)))?;
        let explained = self.0.explain(from, limit);
        Ok(ExplainedDeadline {
            due: explained.due,
            provisional: explained.provisional,
            explanation: match lang(ctx) {
                Lang::Zh => explained.to_string(),
                Lang::En => explained.english(),
            },
        })
    }
}
