//! 化解责任清单 as a table to be printed: the entries of those cases that the caller may see.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use engine::{
    audit::ExportedTable,
    calendar::beijing,
    ids::{PersonId, PetitionId},
    petition::{
        Petition,
        ledger::{LedgerRow, entry},
    },
};
use papers::ledger::{self, Printed};
use uuid::Uuid;

use crate::{App, Caller, Error, ExportError, Visible, export::over, mask};

/// How many petitions are looked at at a time.
const SOME: u64 = 200;
/// The most entries that one table holds, and the most bytes of their texts.
const MOST: usize = 20_000;
const MOST_BYTES: usize = 96 << 20;

impl App {
    /// Takes out 化解责任清单 as far as the caller sees it, open entries first and those alone where it
    /// is not asked for `all`; how many there are. It is noted.
    ///
    /// # Errors
    /// [`ExportError::Nothing`] where there is no entry that the caller may see;
    /// [`ExportError::TooMany`] where one table does not hold them.
    pub async fn export_ledger(
        &self,
        caller: &Caller,
        all: bool,
    ) -> Result<(Vec<u8>, usize), ExportError> {
        let mut printed = Printed::default();
        let mut n_bytes = 0;
        let mut after = Some(PetitionId(Uuid::nil()));
        while let Some(place) = after {
            let (page, next) = self.store().owned_petitions(&caller.viewer, place, SOME).await?;
            after = next;
            let page: Vec<_> = page
                .into_iter()
                .filter(|it| all || it.entry().is_some())
                .map(Visible::passed)
                .collect();
            let rows = self.ledger_rows(caller, &page).await?;
            self.fill(caller, &rows, &mut printed).await?;
            n_bytes += rows
                .iter()
                .flat_map(LedgerRow::words)
                .fold(0, |sum, it| sum + printed.texts.get(&it.id).map_or(0, String::len));
            printed.rows.extend(rows);
            if printed.rows.len() > MOST || n_bytes > MOST_BYTES {
                return Err(ExportError::TooMany { most: MOST });
            }
        }
        if printed.rows.is_empty() {
            self.nothing(caller, false).await?;
        }
        // What is due soonest comes first, and of those that are over the latest.
        printed
            .rows
            .sort_by_key(|it| (it.signed_off_on.map(Reverse), it.due_on, it.number.clone()));
        let n = printed.rows.len();
        let stamp = self.stamp(caller);
        let write = move || ledger::write(&printed, &stamp);
        Ok((self.written(caller, ExportedTable::Ledger, n, write).await?, n))
    }

    async fn ledger_rows(
        &self,
        caller: &Caller,
        petitions: &[Visible<Petition>],
    ) -> Result<Vec<LedgerRow>, Error> {
        let registers = &caller.registers;
        let today = self.now().with_timezone(&beijing()).date_naive();
        let whistles = self.whistles_over(caller, petitions).await?;
        let mut rows = vec![];
        for it in petitions {
            let lists = registers.lists_version(it.lists).or_else(|| registers.lists_on(today));
            let lists = lists.ok_or(Error::NotSetUp)?;
            rows.extend(entry(it, over(it, &whistles), lists, &registers.directory));
        }
        Ok(rows)
    }

    /// Looks up what rows name: their texts, colleagues by their names, and petitioners under their
    /// masks.
    async fn fill(
        &self,
        caller: &Caller,
        rows: &[LedgerRow],
        printed: &mut Printed,
    ) -> Result<(), Error> {
        let words = rows.iter().flat_map(LedgerRow::words).map(|it| it.id);
        let words: BTreeSet<_> = words.filter(|it| !printed.texts.contains_key(it)).collect();
        let words: Vec<_> = words.into_iter().collect();
        // A row may name a hundred notes of progress; a database takes so many values at once.
        for some in words.chunks(5000) {
            let texts = self.store().texts(self.district(), some.iter().copied()).await?;
            printed.texts.extend(texts);
        }
        let petitioners: BTreeSet<PersonId> = rows.iter().filter_map(|it| it.petitioner).collect();
        let cards = self.store().persons(self.district(), petitioners).await?;
        let masked = |(id, card): (PersonId, store::PersonCard)| {
            Some((id, card.name.as_deref().map(mask::name)?))
        };
        let masked: HashMap<PersonId, String> = cards.into_iter().filter_map(masked).collect();
        printed.people.extend(masked);
        let colleagues = rows.iter().flat_map(LedgerRow::colleagues);
        let named = |it| Some((it, caller.registers.name_of(it)?.to_owned()));
        printed.people.extend(colleagues.filter_map(named));
        Ok(())
    }
}
