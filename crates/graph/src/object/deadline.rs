//! Deadlines that explain themselves.

use app::Visible;
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject, Union};
use chrono::{DateTime, Utc};
use engine::{
    StreamId,
    calendar::{self, beijing},
    clock,
    text::Lang,
};
use store::DeadlineView;

use super::{Person, Petition, Unit, Whistle, person, unit};
use crate::{
    context::{app, lang, petition, registers, whistle},
    enums::{Role, Step},
    page::connection,
};

/// 预警灯: always shown with its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum Light {
    /// 绿: 期限内.
    Green,
    /// 黄: 即将到期.
    Yellow,
    /// 红: 已逾期.
    Red,
}

/// 期限: until when an act is owed, by whom, and how that date was counted.
#[derive(Clone)]
pub(crate) struct Deadline(pub(crate) DeadlineView);

/// 期限: until when an act is owed, by whom, and how that date was counted.
#[Object]
impl Deadline {
    /// 环节.
    async fn step(&self) -> Step {
        self.0.key.step.into()
    }

    /// 环节名称.
    async fn name(&self, ctx: &Context<'_>) -> String {
        match lang(ctx) {
            Lang::Zh => self.0.key.step.zh().to_owned(),
            Lang::En => self.0.key.step.to_string().replace('_', " "),
        }
    }

    /// The assignment it belongs to, where it is one unit's.
    async fn assignment(&self) -> Option<ID> {
        self.0.key.assignment.map(|it| it.to_string().into())
    }

    /// The event of the case of which a scan is owed (代录凭证).
    async fn scan_of(&self) -> Option<u32> {
        self.0.key.event
    }

    /// 责任单位: who owes the act.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        unit(ctx, self.0.unit).await
    }

    /// 责任岗位.
    async fn roles(&self) -> Vec<Role> {
        self.0.roles.iter().map(|it| (*it).into()).collect()
    }

    /// 责任人: who owes it in person, where it is one of them alone: 包案领导.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        match self.0.person {
            Some(id) => person(ctx, id).await,
            None => Ok(None),
        }
    }

    /// 起算时间.
    async fn from(&self) -> DateTime<Utc> {
        self.0.from
    }

    /// 截止时间.
    async fn due(&self) -> DateTime<Utc> {
        self.0.due
    }

    /// 截止时间, in words: 2026-02-25 17:30.
    async fn due_text(&self) -> String {
        self.0.due.with_timezone(&beijing()).format("%Y-%m-%d %H:%M").to_string()
    }

    /// 时限, e.g. 3个工作日; none where a decision named the date.
    async fn limit(&self, ctx: &Context<'_>) -> Option<String> {
        self.0.limit.map(|it| match lang(ctx) {
            Lang::Zh => it.to_string(),
            Lang::En => it.english(),
        })
    }

    /// 预警灯.
    async fn light(&self, ctx: &Context<'_>) -> Result<Light> {
        let now = app(ctx)?.now();
        Ok(if now > self.0.due {
            Light::Red
        } else if now >= self.0.warn {
            Light::Yellow
        } else {
            Light::Green
        })
    }

    /// 是否已逾期.
    async fn overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(app(ctx)?.now() > self.0.due)
    }

    /// Whether the date touches a year whose calendar is not yet known (暂定).
    async fn provisional(&self) -> bool {
        self.0.provisional
    }

    /// 日历版本.
    async fn calendar(&self) -> u32 {
        self.0.calendar
    }

    /// The statutory date that cut it short (受法定期限限制).
    async fn capped_by(&self) -> Option<DateTime<Utc>> {
        self.0.cap
    }

    /// 依据: the version, list and row that the limit comes from; none where a decision named it.
    async fn basis(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(limit) = self.0.limit else { return Ok(None) };
        let (registers, lang, key) = (registers(ctx)?, lang(ctx), self.0.key);
        Ok(match self.0.stream {
            StreamId::Whistle(id) => whistle(ctx, id).await?.and_then(|it| {
                registers.lists_version(it.lists)?.basis_in_whistle(&it, key, limit, lang)
            }),
            StreamId::Petition(id) => petition(ctx, id).await?.and_then(|it| {
                registers.lists_version(it.lists)?.basis_in_petition(&it, key.step, limit, lang)
            }),
        })
    }

    /// 期限说明: each day that was counted and each that was not.
    async fn explanation(&self, ctx: &Context<'_>) -> Result<String> {
        let registers = registers(ctx)?;
        let lang = lang(ctx);
        let Some(limit) = self.0.limit else {
            return Ok(match lang {
                Lang::Zh => "日期由纪要或审批确定".to_owned(),
                Lang::En => "the date was named by a decision".to_owned(),
            });
        };
        let Some(calendar) = registers.calendar_version(self.0.calendar) else {
            return Ok(String::new());
        };
        let explained = calendar.explain(self.0.from, limit);
        let mut text = match lang {
            Lang::Zh => explained.to_string(),
            Lang::En => explained.english(),
        };
        let stands = calendar::beijing_text(self.0.due, limit.unit());
        if self.0.cap.is_some() {
            text += &match lang {
                Lang::Zh => format!("；受法定期限限制，截止{stands}"),
                Lang::En => format!("; cut short by the statutory date to {stands}"),
            };
        } else if explained.due != self.0.due {
            text += &match lang {
                Lang::Zh => format!("；此前已告知{stands}，不提前"),
                Lang::En => format!("; {stands} was told before, and no date is moved forward"),
            };
        }
        Ok(text)
    }
}

/// A running clock of a case that was let through, as a deadline.
pub(crate) fn of_clock(stream: StreamId, it: clock::Deadline) -> Deadline {
    Deadline(DeadlineView {
        stream,
        key: it.key,
        unit: it.owner.unit,
        roles: it.owner.roles,
        person: it.owner.person,
        from: it.term.from,
        due: it.term.due,
        warn: it.term.warn,
        limit: match it.term.basis {
            clock::Basis::Limit(limit) => Some(limit),
            clock::Basis::Named => None,
        },
        calendar: it.term.calendar,
        provisional: it.term.provisional,
        cap: it.term.cap,
        lapsed: it.term.lapsed,
    })
}

connection! {
    /// 期限列表, by due date.
    DeadlineConnection, DeadlineEdge, Deadline
}

/// 事项: a whistle or a petition.
#[derive(Clone, Union)]
pub(crate) enum Case {
    /// 哨.
    Whistle(Box<Whistle>),
    /// 诉求.
    Petition(Box<Petition>),
}

/// 待办: what somebody owes next in one part of a case.
#[derive(Clone)]
pub(crate) struct InboxItem(pub(crate) DeadlineView);

/// 待办: what somebody owes next in one part of a case.
#[Object]
impl InboxItem {
    /// 期限.
    async fn deadline(&self) -> Deadline {
        Deadline(self.0.clone())
    }

    /// 事项.
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>> {
        Ok(match self.0.stream {
            StreamId::Whistle(id) => {
                whistle(ctx, id).await?.map(|it| Case::Whistle(Box::new(Whistle::of(it))))
            }
            StreamId::Petition(id) => {
                petition(ctx, id).await?.map(|it| Case::Petition(Box::new(Petition::of(it))))
            }
        })
    }
}

connection! {
    /// 待办列表, by what is due first.
    InboxConnection, InboxEdge, InboxItem
}

impl From<Visible<DeadlineView>> for Deadline {
    fn from(it: Visible<DeadlineView>) -> Self {
        Self(it.into_inner())
    }
}

/// 说明: what a line of an explanation says.
#[derive(Clone, SimpleObject)]
pub(crate) struct ExplainedDeadline {
    /// 截止时间.
    pub(crate) due: DateTime<Utc>,
    /// 期限说明.
    pub(crate) explanation: String,
    /// 是否暂定.
    pub(crate) provisional: bool,
}
