//! The timeline of a case: what happened, who recorded it, and for whom.

use app::{CaseId, Visible};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use engine::{
    ids::TextId,
    text::{Digest, Words},
};
use serde_json::Value;
use store::EventView;

use super::{Person, Unit, person, unit};
use crate::{
    bag,
    context::{app, caller, fault, words},
    enums::Medium,
    page::{self, connection},
};

/// 经过: one event of a case, as it was recorded and chained.
#[derive(Clone)]
pub(crate) struct Event(EventView);

/// 代录.
#[derive(Clone)]
pub(crate) struct RecordedFor(engine::actor::Behalf);

/// 代录.
#[Object]
impl RecordedFor {
    /// 作出决定的人.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.0.person).await
    }

    /// 方式.
    async fn medium(&self) -> Medium {
        self.0.medium.into()
    }

    /// 实际发生时间.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.occurred_at
    }
}

/// 经过中的文字.
#[derive(Clone, SimpleObject)]
pub(crate) struct EventText {
    /// Which field of the event it stands in.
    field: String,
    /// 文字; none once it is erased.
    body: Option<String>,
}

/// 经过: one event of a case, as it was recorded and chained.
#[Object]
impl Event {
    /// 版本, the ordinal of the event in its case.
    async fn version(&self) -> u32 {
        self.0.envelope.version
    }

    /// The fact's code, e.g. `return_ruled`.
    async fn kind(&self) -> &str {
        self.0.envelope.event.kind()
    }

    /// 记录时间.
    async fn at(&self) -> DateTime<Utc> {
        self.0.envelope.at
    }

    /// 记录人; none where the scheduler recorded it.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        match self.0.envelope.actor {
            Some(id) => person(ctx, id).await,
            None => Ok(None),
        }
    }

    /// 记录单位.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        match self.0.envelope.unit {
            Some(id) => unit(ctx, id).await,
            None => Ok(None),
        }
    }

    /// 代谁记录.
    async fn on_behalf_of(&self) -> Option<RecordedFor> {
        self.0.envelope.on_behalf_of.clone().map(RecordedFor)
    }

    /// 文字内容.
    async fn texts(&self, ctx: &Context<'_>) -> Result<Vec<EventText>> {
        let value = serde_json::to_value(&self.0.envelope.event).unwrap_or_default();
        let mut found = vec![];
        texts("", &value, &mut found);
        let mut res = vec![];
        for (field, it) in found {
            res.push(EventText { field, body: words(ctx, it).await? });
        }
        Ok(res)
    }

    /// The event as JSON, without any free text or personal data.
    async fn body(&self) -> String {
        serde_json::to_string(&self.0.envelope.event).unwrap_or_default()
    }

    /// 本条摘要, which the next event holds.
    async fn hash(&self) -> String {
        self.0.digest.to_string()
    }

    /// 上一条摘要.
    async fn previous_hash(&self) -> String {
        self.0.envelope.previous.to_string()
    }

    /// The case, by its id.
    async fn case(&self) -> ID {
        match self.0.envelope.stream {
            engine::StreamId::Petition(id) => id.to_string().into(),
            engine::StreamId::Whistle(id) => id.to_string().into(),
        }
    }
}

/// The texts in an event: whatever holds an id and a digest, by the field it stands in.
fn texts(field: &str, value: &Value, res: &mut Vec<(String, Words)>) {
    match value {
        // The name of a sealed file is told to whoever opens it.
        Value::Object(map) if map.get("sealed") == Some(&Value::Bool(true)) => (),
        Value::Object(map) => {
            if let (Some(id), Some(digest), 2) = (map.get("id"), map.get("digest"), map.len())
                && let (Some(id), Some(digest)) = (id.as_str(), digest.as_str())
                && let (Ok(id), Some(digest)) = (uuid::Uuid::try_parse(id), Digest::parse(digest))
            {
                res.push((field.to_owned(), Words { id: TextId(id), digest }));
                return;
            }
            for (key, value) in map {
                texts(key, value, res);
            }
        }
        Value::Array(all) => all.iter().for_each(|it| texts(field, it, res)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

connection! {
    /// 办理经过.
    EventConnection, EventEdge, Event
}

/// A page of a case's events; none where the case is not to be seen.
pub(crate) async fn timeline(
    ctx: &Context<'_>,
    case: CaseId,
    first: Option<i32>,
    after: Option<String>,
) -> Result<Option<EventConnection>> {
    let request = page::request(ctx, first, after.as_deref())?;
    let page = app(ctx)?.events(caller(ctx)?, case, request).await.map_err(|it| fault(ctx, it))?;
    if let Some(page) = &page {
        let mut found = vec![];
        for (_, it) in &page.items {
            let value = serde_json::to_value(&it.envelope.event).unwrap_or_default();
            texts("", &value, &mut found);
        }
        bag::texts(ctx, found.into_iter().map(|(_, it)| it.id).collect()).await?;
    }
    Ok(page.map(|it| {
        EventConnection::of(it, &request, |it: Visible<EventView>| Event(it.into_inner()))
    }))
}
