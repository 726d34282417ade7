//! Objects as they are shown, each built from what the gate let through.

mod account;
mod assignment;
mod calendar;
mod deadline;
mod draft;
mod event;
mod file;
mod letter;
mod lists;
mod me;
mod petition;
mod record;
mod recount;
mod recusal;
mod responsibility;
mod suggestion;
mod unit;
mod whistle;

pub(crate) use account::{Absence, Account, AccountConnection, AccountWithPassword, Duty};
pub(crate) use assignment::{Assignment, Supervision};
pub(crate) use calendar::Calendar;
pub(crate) use deadline::{Deadline, DeadlineConnection, InboxConnection, InboxItem};
pub(crate) use draft::{ListsChange, ListsDraft, ListsProblem, ListsVersion, ListsWritten};
pub(crate) use event::EventConnection;
pub(crate) use file::{File, OpenedFile};
pub(crate) use letter::{Letter, LetterConnection};
pub(crate) use lists::Lists;
pub(crate) use me::{Enrolment, IssuedToken, Me, RecoveryCodes, Token};
pub(crate) use petition::{OpenedPetitioner, Petition, PetitionConnection};
pub(crate) use record::{AuditNote, AuditNoteConnection, Seal, SealConnection};
pub(crate) use recount::ListsRecount;
pub(crate) use recusal::Recusal;
pub(crate) use suggestion::DispatchSuggestion;
pub(crate) use unit::{Person, Unit};
pub(crate) use whistle::{Whistle, WhistleConnection};

pub(crate) use deadline::of_clock;
pub(crate) use event::timeline;
pub(crate) use unit::{person, unit};

use async_graphql::SimpleObject;
use engine::{
    command::CommandKind,
    lists::{KindCode, LevelCode},
    text::Lang,
};

use crate::error::{ErrorCode, code_of};

/// 可办事项: something that can be done to a case, and why not where it cannot be done now.
#[derive(Clone, SimpleObject)]
pub(crate) struct Action {
    /// The mutation, e.g. `acknowledge`.
    command: String,
    /// 名称.
    name: String,
    /// The assignment it is about, where it is about one.
    assignment: Option<async_graphql::ID>,
    /// 现在能否办理.
    allowed: bool,
    /// The code of the refusal, where it is refused.
    refusal: Option<ErrorCode>,
    /// 不能办理的原因, and what to do instead.
    reason: Option<String>,
}

/// The mutation of a command: its code in camel case.
pub(crate) fn mutation_of(kind: CommandKind) -> String {
    let mut res = String::new();
    let mut upper = false;
    for it in kind.code().chars() {
        if it == '_' {
            upper = true;
        } else if upper {
            res.extend(it.to_uppercase());
            upper = false;
        } else {
            res.push(it);
        }
    }
    res
}

impl Action {
    pub(crate) fn of(action: engine::command::Action, lang: Lang) -> Self {
        let command = mutation_of(action.kind);
        Self {
            name: match lang {
                Lang::Zh => action.kind.zh().to_owned(),
                Lang::En => action.kind.code().replace('_', " "),
            },
            command,
            assignment: action.assignment.map(|it| it.to_string().into()),
            allowed: action.refusal.is_none(),
            refusal: action.refusal.as_ref().map(code_of),
            reason: action.refusal.map(|it| it.sentence(lang)),
        }
    }
}

/// 代码与名称.
#[derive(Clone, SimpleObject)]
pub(crate) struct Named {
    /// 代码.
    pub(crate) code: String,
    /// 名称.
    pub(crate) name: String,
}

impl Named {
    /// A kind of whistle; without a name where the lists do not have it.
    pub(crate) fn kind(lists: Option<&engine::lists::Lists>, code: &KindCode, lang: Lang) -> Self {
        let found = lists.and_then(|it| it.kind(code));
        let name = found.map(|it| in_language(lang, &it.name, &it.name_en));
        Self { code: code.to_string(), name: name.unwrap_or_default() }
    }

    /// A level; without a name where the lists do not have it.
    pub(crate) fn level(
        lists: Option<&engine::lists::Lists>,
        code: &LevelCode,
        lang: Lang,
    ) -> Self {
        let found = lists.and_then(|it| it.level(code));
        let name = found.map(|it| in_language(lang, &it.name, &it.name_en));
        Self { code: code.to_string(), name: name.unwrap_or_default() }
    }
}

fn in_language(lang: Lang, zh: &str, en: &str) -> String {
    match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    }
}
