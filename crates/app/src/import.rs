//! 表格导入: a spreadsheet of messages becomes petitions, all of them or none.

use std::collections::HashSet;

use engine::{
    Command,
    ids::{PersonId, PetitionId, UnitId},
    lists::{Class, ClassNames},
    petition::{Nature, Procedure, Registration, Source, verbs::Register},
    text::Digest,
};
use papers::messages::Message;
use store::{Commit, PersonDraft};

use crate::{App, Caller, Error, Submission};

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Petitions that were registered.
    pub added: usize,
    /// Rows that had been registered before.
    pub known: usize,
    /// Of the added, those whose classification is none of the centre's taxonomy.
    pub unclassified: usize,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// One row is refused; so nothing was imported.
    #[error("row {row}: {error}")]
    Row {
        /// The row, as the spreadsheet shows it.
        row: u32,
        /// Why.
        error: Error,
    },
    /// A fault.
    #[error(transparent)]
    Fault(#[from] Error),
}

impl App {
    /// Registers messages as petitions of the caller's centre. A row that was registered before, by
    /// its reference or by its content where it has none, is left as it is, and so is one that was
    /// taken out of here and says which petition it is.
    ///
    /// # Errors
    /// [`ImportError::Row`] names the first row that is refused; nothing was written then.
    pub async fn import(
        &self,
        caller: &Caller,
        procedure: Procedure,
        messages: &[Message],
    ) -> Result<Imported, ImportError> {
        let centre = caller.member.unit;
        let references = references(messages);
        let source: &'static str = Source::Import.into();
        let known = self
            .store()
            .known_references(self.district(), centre, source, &references)
            .await
            .map_err(Error::from)?;
        let numbers: Vec<&str> = messages.iter().filter_map(|it| it.petition.as_deref()).collect();
        let ours = self.store().known_numbers(self.district(), centre, &numbers);
        let ours = ours.await.map_err(Error::from)?;
        let is_ours = |it: &Message| it.petition.as_ref().is_some_and(|it| ours.contains(it));
        let mut seen: HashSet<&str> = HashSet::new();
        let mut commits = vec![];
        let mut unclassified = 0;
        let today = self.now().with_timezone(&engine::calendar::beijing()).date_naive();
        let lists = caller.registers.lists_on(today).ok_or(Error::NotSetUp)?;
        let classes = ClassNames::of(&lists.classes);
        for (message, reference) in messages.iter().zip(&references) {
            if known.contains(reference) || is_ours(message) || !seen.insert(reference) {
                continue;
            }
            let row = |error: Error| ImportError::Row { row: message.row, error };
            let class = message.category.as_deref().and_then(|it| classes.get(it));
            if message.category.is_some() && class.is_none() {
                unclassified += 1;
            }
            let class = class.map(Class::key);
            let submission = self
                .registration(centre, procedure, message, (reference, class))
                .await
                .map_err(row)?;
            let decided = self.decide_new(caller, &submission).await.map_err(row)?;
            commits.push(decided.commit);
        }
        let added = commits.len();
        if added > 0 {
            self.store().commit(Commit::together(commits)).await.map_err(Error::from)?;
        }
        Ok(Imported { added, known: messages.len() - added, unclassified })
    }

    async fn registration(
        &self,
        centre: UnitId,
        procedure: Procedure,
        message: &Message,
        (reference, class): (&str, Option<String>),
    ) -> Result<Submission, Error> {
        let mut intake = self.intake();
        let title = intake.title("title", &message.title)?;
        let detail = intake.optional("detail", Some(&message.detail))?;
        let anonymous = message.petitioner_name.is_none()
            && message.phone.is_none()
            && message.petitioner_ref.is_none();
        let petitioner = if anonymous {
            None
        } else {
            Some(intake.person(PersonDraft {
                id: PersonId(self.fresh()),
                name: message.petitioner_name.clone(),
                phone: message.phone.clone(),
                id_number: None,
                address: None,
                external_ref: message.petitioner_ref.clone(),
            })?)
        };
        let registration = Box::new(Registration {
            district: self.district(),
            centre,
            number: self.petition_number().await?,
            procedure,
            source: Source::Import,
            nature: Nature::Request,
            title,
            detail,
            petitioner,
            people: 1,
            representatives: None,
            place: None,
            household: None,
            residence: None,
            matter: None,
            class,
            external_ref: Some(reference.to_owned()),
            external_due: None,
            received_at: message.received_at.map(|it| it.with_timezone(&chrono::Utc)),
            legal_bar: None,
            accused: std::collections::BTreeSet::new(),
        });
        let petition = PetitionId(self.fresh());
        let command = Command::RegisterPetition(Register { petition, registration });
        Ok(Submission::of(command, intake))
    }

    /// The next number of a petition, e.g. 张信〔2019〕000123. Numbers come from blocks that this
    /// process takes, so that registering waits for nobody; a block that is not used up leaves a gap.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn petition_number(&self) -> Result<String, Error> {
        const BLOCK: u32 = 100;
        let today = self.now().with_timezone(&engine::calendar::beijing()).date_naive();
        let year = chrono::Datelike::year(&today);
        let name = format!("petition {year}");
        let mut blocks = self.inner.block.lock().await;
        let (next, end) = blocks.get(&name).copied().unwrap_or((0, 0));
        let (next, end) = if next < end {
            (next, end)
        } else {
            let first = self.store().take_block(self.district(), &name, BLOCK).await?;
            (first, first + i64::from(BLOCK))
        };
        blocks.insert(name, (next + 1, end));
        let prefix: String = self.district_name().chars().take(1).collect();
        Ok(format!("{prefix}信〔{year}〕{next:06}号"))
    }
}

/// What each row is known by: its reference, or what it says and who says it where it has none, and
/// the how-manieth such row of the file it is.
pub(crate) fn references(messages: &[Message]) -> Vec<String> {
    let mut seen: std::collections::HashMap<Digest, u32> = std::collections::HashMap::new();
    let mut of = |it: &Message| {
        if let Some(reference) = &it.external_ref {
            return reference.clone();
        }
        let received = it.received_at.map(|it| it.to_rfc3339()).unwrap_or_default();
        let parts = [
            it.title.as_str(),
            it.detail.as_str(),
            &received,
            it.petitioner_ref.as_deref().unwrap_or_default(),
            it.petitioner_name.as_deref().unwrap_or_default(),
            it.phone.as_deref().unwrap_or_default(),
        ];
        let digest = Digest::of(parts.join("\u{1f}").as_bytes());
        let nth = seen.entry(digest).or_insert(0);
        *nth += 1;
        format!("row-{}-{nth}", &digest.to_string()[..24])
    };
    messages.iter().map(&mut of).collect()
}
