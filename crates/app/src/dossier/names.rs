//! What ids, codes and texts of a case are called on its pages.

use chrono::{DateTime, Utc};
use engine::{
    StreamId,
    ids::{PersonId, UnitId},
    petition::Petition,
    text::Words,
    whistle::Whistle,
};
use papers::dossier::{self, Act, Part};
use serde_json::Value;
use store::EventRecord;
use uuid::Uuid;

use super::{Names, SILENT, display, local, words};

impl Names<'_> {
    pub(super) fn petition(&self, it: &Petition) -> Part {
        let mut rows = vec![];
        let mut row = |label: &str, value: Option<String>| {
            rows.extend(value.map(|it| (label.to_owned(), it)));
        };
        let of = it.registration.as_deref();
        row("登记号", of.map(|it| it.number.clone()));
        row("标题", of.map(|it| self.words(it.title)));
        row("状态", Some(it.stage.zh().to_owned()));
        row("办理程序", of.map(|it| it.procedure.zh().to_owned()));
        row("登记中心", of.map(|it| self.caller.registers.directory.name(it.centre)));
        row("登记时间", it.registered_at.map(local));
        row("受理时间", it.accepted_at.map(local));
        row("信访人", of.and_then(|it| it.petitioner).map(|it| self.id(it.0)));
        row("人数", of.map(|it| it.people.to_string()));
        row("详情", of.and_then(|it| it.detail).map(|it| self.words(it)));
        row("疑难复杂", it.difficult.as_ref().map(|it| self.words(it.reason)));
        Part { id: it.id.to_string(), heading: self.id(it.id.0), rows }
    }

    pub(super) fn whistle(&self, it: &Whistle) -> Part {
        let mut rows = vec![];
        let mut row = |label: &str, value: Option<String>| {
            rows.extend(value.map(|it| (label.to_owned(), it)));
        };
        let content = it.content.as_deref();
        row("编号", it.issued.as_ref().map(|it| it.serial.clone()));
        row("标题", content.map(|it| self.words(it.title)));
        row("状态", Some(it.stage.zh().to_owned()));
        row("哨种", content.map(|it| self.code("kind", &text_of(&it.kind))));
        row("等级", content.map(|it| self.code("level", &text_of(&it.level))));
        row("吹哨中心", it.centre.map(|it| self.caller.registers.directory.name(it)));
        row("签发时间", it.issued.as_ref().map(|it| local(it.at)));
        row("签发人", it.issued.as_ref().map(|it| self.id(it.by.0)));
        row("请求事项", content.map(|it| self.words(it.request)));
        for part in it.assignments.values() {
            let label = part.role.zh().to_owned();
            row(&label, Some(format!("{}：{}", self.id(part.id.0), part.stage.zh())));
        }
        Part { id: it.id.to_string(), heading: self.id(it.id.0), rows }
    }

    pub(super) fn act(&self, stream: StreamId, on: &str, it: &EventRecord) -> Act {
        let envelope = &it.envelope;
        let value = serde_json::to_value(&envelope.event).unwrap_or_default();
        let mut rows = vec![];
        // The kind of stream stands around the fact.
        for inner in value.as_object().into_iter().flat_map(|it| it.values()) {
            self.rows("", inner, &mut rows);
        }
        let mut by = envelope.actor.map_or_else(|| "系统".to_owned(), |it| self.id(it.0));
        if let Some(unit) = envelope.unit {
            by = format!("{by}（{}）", self.caller.registers.directory.name(unit));
        }
        if let Some(it) = &envelope.on_behalf_of {
            let at = local(it.occurred_at);
            by = format!("{by}，代录：{}，{at}", self.id(it.person.0));
        }
        let kind = envelope.event.kind().to_owned();
        Act {
            on: on.to_owned(),
            stream: display(stream),
            version: envelope.version,
            at: local(envelope.at),
            name: dossier::act(&kind).to_owned(),
            kind,
            by,
            rows,
            hash: it.digest.to_string(),
        }
    }

    /// The fields of an event as labels and values, those inside others under both labels.
    fn rows(&self, label: &str, value: &Value, rows: &mut Vec<(String, String)>) {
        if let Some(it) = words(value) {
            rows.push((label.to_owned(), self.words(it)));
            return;
        }
        match value {
            Value::Null => (),
            Value::Object(map) => {
                for (key, value) in map.iter().filter(|(key, _)| !SILENT.contains(&key.as_str())) {
                    let own = match Uuid::try_parse(key) {
                        Ok(id) => self.id(id),
                        Err(_) => dossier::value(dossier::field(key)).to_owned(),
                    };
                    let label = if label.is_empty() { own } else { format!("{label} · {own}") };
                    match value {
                        Value::String(it) => rows.push((label, self.code(key, it))),
                        other => self.rows(&label, other, rows),
                    }
                }
            }
            Value::Array(all) => all.iter().for_each(|it| self.rows(label, it, rows)),
            Value::Bool(it) => {
                rows.push((label.to_owned(), (if *it { "是" } else { "否" }).into()))
            }
            Value::Number(it) => rows.push((label.to_owned(), it.to_string())),
            Value::String(it) => rows.push((label.to_owned(), self.code("", it))),
        }
    }

    fn words(&self, it: Words) -> String {
        self.texts.get(&it.id).cloned().unwrap_or_else(|| "（已清除）".to_owned())
    }

    /// Whatever an id names, as this reader knows it.
    fn id(&self, id: Uuid) -> String {
        let registers = &self.caller.registers;
        if let Some(it) = registers.directory.unit(UnitId(id)) {
            return it.name.clone();
        }
        if let Some(it) = registers.name_of(PersonId(id)) {
            return it.to_owned();
        }
        let other = self.parts.get(&id).or_else(|| self.people.get(&id));
        other.cloned().unwrap_or_else(|| "—".to_owned())
    }

    /// A text of an event as it is read: a name for an id, a local time, a word for a code.
    fn code(&self, key: &str, text: &str) -> String {
        if let Ok(id) = Uuid::try_parse(text) {
            return self.id(id);
        }
        if let Ok(at) = text.parse::<DateTime<Utc>>() {
            return local(at);
        }
        let named = self.lists.and_then(|lists| {
            let code = |it: &str| serde_json::from_value(Value::String(it.to_owned())).ok();
            match key {
                "kind" => Some(lists.kind(&code(text)?)?.name.clone()),
                "level" => {
                    let code = serde_json::from_value(Value::String(text.to_owned())).ok()?;
                    Some(lists.level(&code)?.name.clone())
                }
                "matter" => {
                    let code: engine::lists::MatterCode =
                        serde_json::from_value(Value::String(text.to_owned())).ok()?;
                    Some(lists.matters.get(&code)?.name.clone())
                }
                _ => None,
            }
        });
        named.unwrap_or_else(|| dossier::value(text).to_owned())
    }
}

/// A code as its text.
fn text_of(code: &impl serde::Serialize) -> String {
    match serde_json::to_value(code) {
        Ok(Value::String(it)) => it,
        Ok(_) | Err(_) => String::new(),
    }
}
