//! A version before it is published: drafted, checked, and put in force by a second person.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Lists, ListsVersion};
use crate::{
    actor::{Member, Role},
    directory::{Directory, UnitKind},
    ids::{ListsDraftId, PersonId},
    refusal::{Problem, Refusal},
    text::Digest,
};

/// A draft of the lists (清单草案).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Its id.
    pub id: ListsDraftId,
    /// How often it was written; a check and a publication name the one they are about.
    pub edit: u32,
    /// The version that it set out from, and that must still be the last when it is published.
    pub base: ListsVersion,
    /// What it says. Its number is that of its base until it is published.
    pub lists: Lists,
    /// Everybody who wrote in it: none of them publishes it.
    pub editors: BTreeSet<PersonId>,
    /// When it was last written.
    pub edited_at: DateTime<Utc>,
    /// What its check found, where it was checked as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Check>,
}

/// What a check found (清单验证).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Of what: the digest of the lists as they stood.
    pub digest: Digest,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom it was asked for.
    pub by: PersonId,
    /// Whether every property was proven.
    pub proven: bool,
}

/// Something done with the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListsAct {
    /// 起草、修改、验证、推演、废弃.
    Edit,
    /// 发布.
    Publish,
}

/// Who may do it, at the centre that stands above all others of the district: the centre writes its
/// own mechanism, and no administrator does.
#[must_use]
pub fn roles(act: ListsAct) -> &'static [Role] {
    match act {
        ListsAct::Edit => &[Role::Dispatcher, Role::Director],
        ListsAct::Publish => &[Role::Director, Role::Leader],
    }
}

/// Whether somebody may.
///
/// # Errors
/// [`Refusal::NotPermitted`] names who may.
pub fn may(act: ListsAct, member: &Member, directory: &Directory) -> Result<(), Refusal> {
    let is_highest = directory.unit(member.unit).is_some_and(|it| it.kind == UnitKind::Centre)
        && directory.highest_centre(member.unit) == member.unit;
    if is_highest && roles(act).iter().any(|it| member.roles.contains(it)) {
        Ok(())
    } else {
        Err(Refusal::NotPermitted { who: roles(act).to_vec() })
    }
}

/// The digest of what a version says, its number apart.
///
/// # Errors
/// [`Refusal::Invalid`] where it cannot be written, which no version that was read is.
pub fn digest(lists: &Lists) -> Result<Digest, Refusal> {
    let said = Lists { version: 0, ..lists.clone() };
    let bytes =
        serde_json::to_vec(&said).map_err(|_| Refusal::invalid("lists", Problem::Unreadable))?;
    Ok(Digest::of(&bytes))
}

impl Draft {
    /// A draft that says what a version says.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`].
    pub fn begin(
        id: ListsDraftId,
        (base, from): (&Lists, &Lists),
        member: &Member,
        directory: &Directory,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        may(ListsAct::Edit, member, directory)?;
        let mut lists = Lists { version: base.version, ..from.clone() };
        // It cannot begin before it is published.
        lists.effective_on = lists.effective_on.max(day(now));
        Ok(Self {
            id,
            edit: 1,
            base: base.version,
            lists,
            editors: [member.person].into(),
            edited_at: now,
            checked: None,
        })
    }

    /// The draft as somebody writes it anew.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`]; [`Refusal::Already`] where nothing is different.
    pub fn edited(
        &self,
        lists: Lists,
        member: &Member,
        directory: &Directory,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        may(ListsAct::Edit, member, directory)?;
        let lists = Lists { version: self.base, ..lists };
        if lists == self.lists {
            return Err(Refusal::Already);
        }
        let mut editors = self.editors.clone();
        editors.insert(member.person);
        Ok(Self {
            edit: self.edit + 1,
            lists,
            editors,
            edited_at: now,
            checked: None,
            ..self.clone()
        })
    }

    /// The version that it becomes.
    ///
    /// # Errors
    /// A [`Refusal`]: who published it wrote in it (R11); it was not checked as it is, or refuted;
    /// another version came between; it would begin in the past; it says nothing new.
    pub fn publish(
        &self,
        last: &Lists,
        member: &Member,
        directory: &Directory,
        now: DateTime<Utc>,
    ) -> Result<Lists, Refusal> {
        may(ListsAct::Publish, member, directory)?;
        if self.editors.contains(&member.person) {
            return Err(Refusal::OwnDraft);
        }
        if self.base != last.version {
            return Err(Refusal::Stale { current: last.version });
        }
        if (Lists { version: 0, ..self.lists.clone() }) == (Lists { version: 0, ..last.clone() }) {
            return Err(Refusal::Already);
        }
        let digest = digest(&self.lists)?;
        match self.checked {
            Some(it) if it.digest != digest => return Err(Refusal::ListsUnchecked),
            Some(Check { proven: false, .. }) => return Err(Refusal::ListsRefuted),
            Some(_) => (),
            None => return Err(Refusal::ListsUnchecked),
        }
        if self.lists.effective_on < day(now) {
            return Err(Refusal::invalid("effectiveOn", Problem::Past));
        }
        Ok(Lists { version: last.version + 1, ..self.lists.clone() })
    }
}

fn day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&crate::calendar::beijing()).date_naive()
}
