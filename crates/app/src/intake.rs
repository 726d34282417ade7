//! What people write, on its way in: checked, put into rows of its own, known to the rules by digest.

use chrono::{DateTime, Utc};
use engine::{
    Refusal,
    actor::{Medium, OnBehalfOf},
    file::{NAME_LIMIT, shown_name},
    ids::{PersonId, TextId},
    refusal::Problem,
    text::{Digest, Words},
};
use store::{PersonDraft, TextDraft};

use crate::{App, Error};

/// The longest title, in characters.
pub const TITLE_LIMIT: usize = 200;
/// The longest text, in characters.
pub const TEXT_LIMIT: usize = 20_000;

/// Texts and persons of one submission.
pub struct Intake<'a> {
    app: &'a App,
    pub(crate) texts: Vec<TextDraft>,
    pub(crate) persons: Vec<PersonDraft>,
    pub(crate) words: Option<String>,
}

/// 经办/代录, as it is asked.
#[derive(Debug, Clone)]
pub struct Behalf {
    /// Who decided.
    pub person: PersonId,
    /// In which post, where that is not the one on file.
    pub post: Option<String>,
    /// How it was given.
    pub medium: Medium,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

impl App {
    /// Begins to take in what a submission says.
    #[must_use]
    pub fn intake(&self) -> Intake<'_> {
        Intake { app: self, texts: vec![], persons: vec![], words: None }
    }
}

impl Intake<'_> {
    /// A text that must be there.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where it is blank, too long, or holds what no database keeps.
    pub fn text(&mut self, field: &'static str, text: &str) -> Result<Words, Refusal> {
        self.take(field, text, TEXT_LIMIT)
    }

    /// A text that may be left out.
    ///
    /// # Errors
    /// As [`Intake::text`], where it is given.
    pub fn optional(
        &mut self,
        field: &'static str,
        text: Option<&str>,
    ) -> Result<Option<Words>, Refusal> {
        match text {
            Some(text) if !text.trim().is_empty() => self.text(field, text).map(Some),
            Some(_) | None => Ok(None),
        }
    }

    /// A title: short, without line breaks, and what a case is found by.
    ///
    /// # Errors
    /// As [`Intake::text`].
    pub fn title(&mut self, field: &'static str, text: &str) -> Result<Words, Refusal> {
        let title: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = self.take(field, &title, TITLE_LIMIT)?;
        self.words = Some(title);
        Ok(words)
    }

    /// The name of a file: what can be read of it, with an ending that fits the content. It is no
    /// word that a case is found by.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where nothing of it can be read.
    pub fn file_name(
        &mut self,
        field: &'static str,
        name: &str,
        endings: &[&str],
    ) -> Result<Words, Refusal> {
        self.take(field, &shown_name(name, endings), NAME_LIMIT)
    }

    /// Somebody's personal data, in a row of its own.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where a part is too long or holds what no database keeps.
    pub fn person(&mut self, mut person: PersonDraft) -> Result<PersonId, Refusal> {
        let parts: [(&'static str, &mut Option<String>); 5] = [
            ("name", &mut person.name),
            ("phone", &mut person.phone),
            ("idNumber", &mut person.id_number),
            ("address", &mut person.address),
            ("petitionerRef", &mut person.external_ref),
        ];
        for (field, part) in parts {
            if let Some(text) = part {
                *part = Some(clean(field, text, TITLE_LIMIT)?);
            }
        }
        let id = person.id;
        self.persons.push(person);
        Ok(id)
    }

    fn take(&mut self, field: &'static str, text: &str, most: usize) -> Result<Words, Refusal> {
        let body = clean(field, text, most)?;
        let salt = self.app.inner.ids.salt();
        let id = TextId(self.app.fresh());
        let digest = Digest::salted(&salt, &body);
        self.texts.push(TextDraft { id, salt, body });
        Ok(Words { id, digest })
    }

    /// For whom an act is recorded, as the rules see it.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where there is no such member; a fault of the database.
    pub async fn on_behalf_of(&mut self, behalf: Behalf) -> Result<OnBehalfOf, Error> {
        let registers = self.app.registers().await?;
        // In the roles that they had when they decided: whoever was on duty then, not now.
        let member = registers
            .member(behalf.person, behalf.occurred_at)
            .ok_or(Refusal::invalid("onBehalfOf", Problem::Unknown))?;
        let post = self.optional("post", behalf.post.as_deref())?;
        Ok(OnBehalfOf { member, post, medium: behalf.medium, occurred_at: behalf.occurred_at })
    }
}

/// Trims a text and holds it against its limits.
pub(crate) fn clean(field: &'static str, text: &str, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::missing(field));
    }
    // Neither PostgreSQL nor a reader has a use for the other control characters.
    if text.chars().any(|it| it.is_control() && !matches!(it, '\n' | '\r' | '\t')) {
        return Err(Refusal::invalid(field, Problem::Unreadable));
    }
    if text.chars().count() > most {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        return Err(Refusal::invalid(field, Problem::TooLong(most)));
    }
    Ok(text.to_owned())
}
