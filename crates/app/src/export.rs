//! 导出: what came of petitions, taken out as a table for the system that they came from (R55).

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use engine::{
    audit::{self, AuditFact, ExportedTable},
    calendar::beijing,
    ids::{PersonId, PetitionId, TextId, UnitId},
    petition::{
        Petition, Source,
        ledger::latest,
        outcome::{Outcome, outcome},
    },
    text::Words,
    whistle::Whistle,
};
use papers::{
    Stamp, Unwritable,
    messages::{Message, Original},
    outcomes::{self, Entry, Row},
};
use store::{PageRequest, PersonCard, PetitionFilter, PetitionOrder};
use uuid::Uuid;

use crate::{App, Caller, Error, Visible, import::references, mask, whatif::parted};

/// How many petitions are looked up at a time.
const SOME: usize = 200;
/// The most petitions that one table holds, and the most bytes of their texts.
const MOST: usize = 50_000;
const MOST_BYTES: usize = 96 << 20;

/// A table that was taken out.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The workbook.
    pub workbook: Vec<u8>,
    /// The petitions in it.
    pub found: usize,
    /// Rows that are no petition which the caller may see.
    pub absent: usize,
    /// Rows that could not be a petition.
    pub unread: usize,
}

/// Why nothing was taken out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// No petition is there that the caller may see; nobody can tell which of the two it is.
    #[error("there is no such petition")]
    Nothing,
    /// More than one table holds.
    #[error("there are more than {most} petitions, or too much text")]
    TooMany {
        /// How many it holds.
        most: usize,
    },
    /// A spreadsheet does not hold it.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// A refusal or a fault.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<store::Error> for ExportError {
    fn from(error: store::Error) -> Self {
        Self::Other(error.into())
    }
}

impl App {
    /// Takes out what came of the messages of a file that the caller's centre imported, beside them.
    /// It is noted, and so is the attempt on what is not to be seen.
    ///
    /// # Errors
    /// [`ExportError::Nothing`] where no row of it is a petition that the caller may see.
    pub async fn export_outcomes(
        &self,
        caller: &Caller,
        original: Original,
    ) -> Result<Exported, ExportError> {
        let messages = &original.sheet.messages;
        let references = references(messages);
        let centres: Vec<UnitId> = centres(caller).collect();
        let source: &'static str = Source::Import.into();
        let mut told: HashMap<u32, Row> = HashMap::new();
        for (messages, references) in messages.chunks(SOME).zip(references.chunks(SOME)) {
            let found =
                self.store().petitions_by_reference(&caller.viewer, &centres, source, references);
            let found: Vec<_> = found.await?.into_iter().map(Visible::passed).collect();
            let mut rows = self.outcomes_of(caller, &found).await?;
            let by_reference: HashMap<&str, &Message> =
                references.iter().map(String::as_str).zip(messages).collect();
            for it in &found {
                let reference = it.registration.as_ref().and_then(|it| it.external_ref.as_deref());
                let message = reference.and_then(|it| by_reference.get(it));
                if let (Some(message), Some(row)) = (message, rows.remove(&it.id)) {
                    told.entry(message.row).or_insert(row);
                }
            }
        }
        if told.is_empty() {
            self.nothing(caller, true).await?;
        }
        let (found, unread) = (told.len(), original.n_bad_rows());
        let absent = messages.len() - found;
        let stamp = self.stamp(caller);
        let written = move || outcomes::write(&original, &told, &stamp);
        let workbook = self.written(caller, ExportedTable::Outcomes, found, written).await?;
        Ok(Exported { workbook, found, absent, unread })
    }

    /// Takes out the petitions of the caller's centre that the caller may see, registered in a span of
    /// time, with what came of them. Petitioners stand under their masks, and of an accusation nothing
    /// is handed on, whoever asks. It is noted.
    ///
    /// # Errors
    /// [`ExportError::Nothing`] where there are none; [`ExportError::TooMany`] where one table does not
    /// hold them.
    pub async fn export_petitions(
        &self,
        caller: &Caller,
        (from, until): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    ) -> Result<Exported, ExportError> {
        let mut entries: Vec<Entry> = vec![];
        let mut n_bytes = 0;
        for centre in centres(caller) {
            let centre = Some(centre);
            let filter = PetitionFilter { centre, from, until, ..PetitionFilter::default() };
            let mut request = PageRequest { first: SOME as u64, after: None, count: false };
            loop {
                let page = self.petitions(caller, &filter, PetitionOrder::Newest, request).await?;
                request.after = page.items.last().filter(|_| page.more).map(|(at, _)| *at);
                let page: Vec<_> = page.items.into_iter().map(|(_, it)| it).collect();
                let some = self.entries(caller, &page).await?;
                n_bytes += some.iter().map(Entry::bytes).sum::<usize>();
                entries.extend(some);
                if entries.len() > MOST || n_bytes > MOST_BYTES {
                    return Err(ExportError::TooMany { most: MOST });
                }
                if request.after.is_none() {
                    break;
                }
            }
        }
        if entries.is_empty() {
            self.nothing(caller, false).await?;
        }
        // A table is read from the first that came.
        entries.reverse();
        let found = entries.len();
        let stamp = self.stamp(caller);
        let written = move || outcomes::write_list(&entries, &stamp);
        let workbook = self.written(caller, ExportedTable::Outcomes, found, written).await?;
        Ok(Exported { workbook, found, absent: 0, unread: 0 })
    }

    /// Who takes something out, and when.
    pub(crate) fn stamp(&self, caller: &Caller) -> Stamp {
        let registers = &caller.registers;
        Stamp {
            district: self.district_name().to_owned(),
            by: registers.name_of(caller.member.person).unwrap_or("—").to_owned(),
            unit: registers.directory.name(caller.member.unit),
            at: self.wall().with_timezone(&beijing()).format("%Y-%m-%d %H:%M").to_string(),
        }
    }

    /// There is nothing of what was asked for. Who asks for certain cases, or reads none at all, tries
    /// something; that a list is empty is nothing to be noted.
    pub(crate) async fn nothing(
        &self,
        caller: &Caller,
        is_certain: bool,
    ) -> Result<(), ExportError> {
        if is_certain || !caller.viewer.reads_cases() {
            let (act, code) = ("export".to_owned(), "NOT_FOUND".to_owned());
            let fact = AuditFact::Refused { act, code, case: None, units: vec![] };
            self.note(&caller.by(), fact).await?;
        }
        Err(ExportError::Nothing)
    }

    /// Writes a table of so many cases apart from the loop, and notes it before anybody has it.
    pub(crate) async fn written(
        &self,
        caller: &Caller,
        of: ExportedTable,
        cases: usize,
        write: impl FnOnce() -> Result<Vec<u8>, Unwritable> + Send + 'static,
    ) -> Result<Vec<u8>, ExportError> {
        let workbook = tokio::task::spawn_blocking(write).await.map_err(|error| {
            store::Error::corrupt("stream", "state", self.district().0, error)
        })??;
        let cases = u32::try_from(cases).unwrap_or(u32::MAX);
        let table = Some(audit::Exported { of, cases });
        self.note(&caller.by(), AuditFact::Exported { case: None, table }).await?;
        Ok(workbook)
    }

    /// What came of petitions, in a few statements however many they are.
    async fn outcomes_of(
        &self,
        caller: &Caller,
        petitions: &[Visible<Petition>],
    ) -> Result<HashMap<PetitionId, Row>, Error> {
        let whistles = self.whistles_over(caller, petitions).await?;
        let latest: HashMap<PetitionId, &Whistle> = petitions
            .iter()
            .filter_map(|it| Some((it.id, latest(it, over(it, &whistles))?)))
            .collect();
        let streams: BTreeSet<Uuid> =
            petitions.iter().map(|it| it.id.0).chain(latest.values().map(|it| it.id.0)).collect();
        let streams: Vec<Uuid> = streams.into_iter().collect();
        let histories = self.store().histories(self.district(), &streams).await?;
        let (of_whistles, of_petitions) = parted(histories);
        let directory = &caller.registers.directory;
        let outcomes: Vec<Outcome> = petitions
            .iter()
            .filter_map(|it| {
                let history = of_petitions.get(&it.id).map_or(&[][..], Vec::as_slice);
                let whistle = latest
                    .get(&it.id)
                    .map(|it| (*it, of_whistles.get(&it.id).map_or(&[][..], Vec::as_slice)));
                outcome(it, history, whistle, directory)
            })
            .collect();
        let said = outcomes.iter().filter_map(|it| it.said).flat_map(|(_, it)| it.words());
        let texts = self.store().texts(self.district(), said.map(|it| it.id)).await?;
        let firsts: Vec<PetitionId> = outcomes.iter().filter_map(|it| it.first).collect();
        let firsts = self.petitions_by_id(&caller.viewer, &firsts).await?;
        let number = |id| {
            let first = firsts.iter().find(|it| it.id == id)?;
            first.registration.as_ref().map(|it| it.number.clone())
        };
        let row = |outcome: Outcome| {
            let text = |it: Words| texts.get(&it.id).map(String::as_str);
            let said = outcome.said.and_then(|(_, it)| outcomes::said(it, text));
            let first = outcome.first.and_then(number);
            (outcome.petition, Row { said, first, outcome })
        };
        Ok(outcomes.into_iter().map(row).collect())
    }

    /// The whistles over petitions that the caller may see.
    pub(crate) async fn whistles_over(
        &self,
        caller: &Caller,
        petitions: &[Visible<Petition>],
    ) -> Result<HashMap<engine::ids::WhistleId, Visible<Whistle>>, Error> {
        let ids: BTreeSet<_> =
            petitions.iter().flat_map(|it| it.whistles.keys().copied()).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let found = self.whistles_by_id(&caller.viewer, &ids).await?;
        Ok(found.into_iter().map(|it| (it.id, it)).collect())
    }

    async fn entries(
        &self,
        caller: &Caller,
        petitions: &[Visible<Petition>],
    ) -> Result<Vec<Entry>, Error> {
        let mut rows = self.outcomes_of(caller, petitions).await?;
        let registered = || petitions.iter().filter_map(|it| it.registration.as_deref());
        let words: Vec<TextId> = registered()
            .flat_map(|it| [Some(it.title), it.detail])
            .flatten()
            .map(|it| it.id)
            .collect();
        let texts = self.store().texts(self.district(), words).await?;
        let people: BTreeSet<PersonId> = registered().filter_map(|it| it.petitioner).collect();
        let people = self.store().persons(self.district(), people).await?;
        let entry = |petition: &Visible<Petition>| {
            let row = rows.remove(&petition.id)?;
            let it = petition.registration.as_deref()?;
            let text = |it: Words| texts.get(&it.id).cloned();
            let card: Option<&PersonCard> = it.petitioner.and_then(|it| people.get(&it));
            let masked = |it: Option<&String>, mask: fn(&str) -> String| it.map(|it| mask(it));
            let lists = caller.registers.lists_version(petition.lists);
            let matter = it.matter.as_ref().and_then(|it| lists?.matters.get(it));
            Some(Entry {
                external_ref: it.external_ref.clone(),
                petitioner: masked(card.and_then(|it| it.name.as_ref()), mask::name),
                phone: masked(card.and_then(|it| it.phone.as_ref()), mask::number),
                title: text(it.title),
                received_at: it.received_at.or(petition.registered_at),
                detail: it.detail.and_then(text),
                matter: matter.map(|it| it.name.clone()),
                place: it.place.map(|it| caller.registers.directory.name(it)),
                row,
            })
        };
        Ok(petitions.iter().filter_map(entry).collect())
    }
}

/// The caller's unit, and those that it took over from: what they imported is its own now.
fn centres(caller: &Caller) -> impl Iterator<Item = UnitId> {
    caller.registers.directory.represented_by(caller.member.unit)
}

/// Those of some whistles that are over a petition.
pub(crate) fn over<'a>(
    petition: &'a Petition,
    whistles: &'a HashMap<engine::ids::WhistleId, Visible<Whistle>>,
) -> impl Iterator<Item = &'a Whistle> {
    petition.whistles.keys().filter_map(|it| whistles.get(it)).map(|it| &**it)
}
