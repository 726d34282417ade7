//! What the auditor reads: notes and seals, ids and codes, and no case.

use std::sync::OnceLock;

use engine::{
    audit,
    chain::GENESIS,
    record::{Check, PublicKey, Signature, Signed},
};
use store::{Cursor, NoteFilter, NoteView, Page, PageRequest, SealRow};
use uuid::Uuid;

use crate::{App, Caller, Error};

/// How signatures of seals are checked; the server says.
pub(crate) type SealCheck = OnceLock<fn(&PublicKey, &[u8], &Signature) -> bool>;

/// A seal with what a look at it and the one before it shows.
#[derive(Debug, Clone)]
pub struct SealView {
    /// The seal.
    pub row: SealRow,
    /// Whether its signature is of it; none where this process cannot tell.
    pub signed: Option<bool>,
    /// Whether it holds on to the one before it.
    pub linked: bool,
}

impl App {
    /// Says how signatures of seals are checked; once.
    pub fn check_seals_with(&self, check: fn(&PublicKey, &[u8], &Signature) -> bool) {
        // A second one is the same function.
        let _ = self.inner.seal_check.set(check);
    }

    async fn permit_reading(&self, caller: &Caller, what: &str) -> Result<(), Error> {
        if let Err(refusal) = audit::permit_reading(&caller.member) {
            self.note_refused(caller, what, &refusal).await?;
            return Err(refusal.into());
        }
        Ok(())
    }

    /// A page of notes, the last first.
    ///
    /// # Errors
    /// [`engine::Refusal::NotPermitted`] for whoever is no auditor; else a fault.
    pub async fn record(
        &self,
        caller: &Caller,
        filter: &NoteFilter,
        page: PageRequest,
    ) -> Result<Page<NoteView>, Error> {
        self.permit_reading(caller, "record").await?;
        Ok(self.store().notes_page(self.district(), filter, page).await?)
    }

    /// A page of seals, the last first.
    ///
    /// # Errors
    /// [`engine::Refusal::NotPermitted`] for whoever is no auditor; else a fault.
    pub async fn seals(&self, caller: &Caller, page: PageRequest) -> Result<Page<SealView>, Error> {
        self.permit_reading(caller, "seals").await?;
        let after = page.after.and_then(|it| u32::try_from(it.id().as_u128()).ok());
        let store = self.store();
        // One more than the page and the one before it, to see whether they hold together.
        let rows = store.seals_before(self.district(), after, page.first + 1).await?;
        let most = usize::try_from(page.first).unwrap_or(usize::MAX);
        let total = match page.count {
            true => store.last_seal(self.district()).await?.map_or(0, |it| it.seal.no),
            false => 0,
        };
        let more = rows.len() > most;
        let view = |(index, row): (usize, &SealRow)| {
            let before = rows.get(index + 1).map_or(GENESIS, |it| it.signed.digest());
            let check: Option<Check<'_>> = self.inner.seal_check.get().map(|it| it as Check<'_>);
            let message = Signed::message(&row.signed.bytes);
            let signed = check.map(|it| it(&row.seal.key, &message, &row.signed.signature));
            let linked = row.seal.previous == before;
            let place = Cursor::of_id(Uuid::from_u128(u128::from(row.seal.no)));
            (place, SealView { row: row.clone(), signed, linked })
        };
        let items = rows.iter().enumerate().take(most).map(view).collect();
        Ok(Page { items, more, total: page.count.then_some(u64::from(total)), capped: false })
    }
}
