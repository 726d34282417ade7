//! 推演: the past of the whistles that somebody may see, counted anew under a draft of the lists.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use engine::{
    Event,
    event::{PetitionEvent, WhistleEvent},
    ids::{PetitionId, WhistleId},
    lists::{
        Lists,
        draft::{self, ListsAct},
    },
    whatif::{Moved, Past, PastPetition, Recount, Totals},
};
use store::{PageRequest, WhistleFilter, WhistleOrder};
use uuid::Uuid;

use crate::{App, Caller, Error};

/// How many whistles are in memory at a time.
const SOME: u64 = 200;

/// What a recount came to.
#[derive(Debug, Clone)]
pub struct Recounted {
    /// Altogether, per unit, per kind and level.
    pub totals: Totals,
    /// The whistles of which something would be different.
    pub moved: Vec<Moved>,
}

impl App {
    /// Counts the past anew under other lists: the whistles that the caller may see, drafted in a
    /// span of time, those under way as they stand now.
    ///
    /// # Errors
    /// A refusal for want of authority, or a fault.
    pub async fn simulate_lists(
        &self,
        caller: &Caller,
        lists: &Lists,
        (from, until): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    ) -> Result<Recounted, Error> {
        let registers = &caller.registers;
        let may = |act| draft::may(act, &caller.member, &registers.directory);
        let may = may(ListsAct::Edit).or_else(|_| may(ListsAct::Publish));
        self.noted(caller, "simulate_lists", may).await?;
        let now = self.now();
        let mut recount = Recount::new(lists, &registers.directory, &registers.calendars, now);
        let mut moved = vec![];
        let filter = WhistleFilter { from, until, ..WhistleFilter::default() };
        let mut request = PageRequest { first: SOME, after: None, count: false };
        loop {
            let page = self
                .store()
                .whistles(&caller.viewer, &filter, WhistleOrder::Newest, now, request)
                .await?;
            let mut streams: BTreeSet<Uuid> = BTreeSet::new();
            for (_, it) in &page.items {
                streams.insert(it.id.0);
                streams.extend(it.petitions.keys().map(|it| it.0));
            }
            let streams: Vec<Uuid> = streams.into_iter().collect();
            let histories = self.store().histories(self.district(), &streams).await?;
            let (whistles, petitions) = parted(histories);
            for (_, it) in &page.items {
                let version = registers.lists_version(it.lists).ok_or(Error::NotSetUp)?;
                let events = whistles.get(&it.id).map_or(&[][..], Vec::as_slice);
                let over = it.petitions.keys().map(|id| {
                    let events = petitions.get(id).map_or(&[][..], Vec::as_slice);
                    let events = events.iter().map(|(at, event)| (*at, event));
                    (*id, PastPetition::of(*id, it.id, events))
                });
                let over: BTreeMap<PetitionId, PastPetition> = over.collect();
                let past = Past { id: it.id, events, lists: version, petitions: &over };
                moved.extend(recount.add(&past));
            }
            match page.items.last().filter(|_| page.more) {
                Some((cursor, _)) => request.after = Some(*cursor),
                None => break,
            }
        }
        Ok(Recounted { totals: recount.finish(), moved })
    }

    /// A recount as a workbook.
    ///
    /// # Errors
    /// A fault.
    pub async fn export_recount(
        &self,
        caller: &Caller,
        lists: Lists,
        recounted: Recounted,
    ) -> Result<Vec<u8>, Error> {
        let registers = caller.registers.clone();
        let unwritable = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::from(store::Error::corrupt("lists_version", "body", self.district().0, error))
        };
        let write = move || {
            let base = registers.lists_version(lists.version).unwrap_or(&lists);
            let directory = &registers.directory;
            let titles = papers::whatif::Titles { draft: &lists, base, directory };
            papers::whatif::write(&recounted.totals, recounted.moved, titles)
        };
        tokio::task::spawn_blocking(write)
            .await
            .map_err(|error| unwritable(error.into()))?
            .map_err(|error| unwritable(error.into()))
    }
}

pub(crate) type Told<T> = Vec<(DateTime<Utc>, T)>;

/// The events of whistles and of petitions, each with the instant it was recorded at.
pub(crate) fn parted(
    histories: BTreeMap<Uuid, Vec<store::EventRecord>>,
) -> (BTreeMap<WhistleId, Told<WhistleEvent>>, BTreeMap<PetitionId, Told<PetitionEvent>>) {
    let (mut whistles, mut petitions) = (BTreeMap::new(), BTreeMap::new());
    for (stream, records) in histories {
        for it in records {
            let at = it.envelope.at;
            match it.envelope.event {
                Event::Whistle(event) => {
                    let told: &mut Told<_> = whistles.entry(WhistleId(stream)).or_default();
                    told.push((at, event));
                }
                Event::Petition(event) => {
                    let told: &mut Told<_> = petitions.entry(PetitionId(stream)).or_default();
                    told.push((at, event));
                }
            }
        }
    }
    (whistles, petitions)
}
