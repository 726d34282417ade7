//! 派单建议: under which row of the lists a visible petition would be whistled, with the rulings most
//! like it.

use std::collections::{BTreeSet, HashMap};

use engine::{
    Event,
    actor::Actor,
    calendar::beijing,
    ids::{PetitionId, TextId},
    lists::{ListsVersion, MatterCode},
    petition::Petition,
    suggest::{self, Asked, Precedent, Ruling, Similar, Suggestion},
    whistle::{Content, Whistle},
};
use store::State;
use uuid::Uuid;

use crate::{App, Caller, Error, Visible};

/// So many of the latest rulings are looked through. A county makes some dozens a year.
const LOOKED_AT: u64 = 400;

/// What is suggested, and by what.
#[derive(Debug, Clone)]
pub struct Suggested {
    /// The version of the lists that says so.
    pub lists: ListsVersion,
    /// What fired, and what was passed over.
    pub suggestion: Suggestion,
    /// The rulings most like it, each with the whistle that it was made in.
    pub rulings: Vec<(Similar, Visible<Whistle>)>,
}

impl App {
    /// Suggests how to whistle over a petition; none where that is not to be seen.
    ///
    /// # Errors
    /// A refusal for want of authority or for an unknown matter, or a fault.
    pub async fn suggestion(
        &self,
        caller: &Caller,
        petition: PetitionId,
        matter: Option<&MatterCode>,
    ) -> Result<Option<Suggested>, Error> {
        let (district, viewer) = (self.district(), Some(&caller.viewer));
        let loaded = self.store().load_case(district, viewer, None, &[petition], true).await?;
        let scene = loaded.scene;
        let Some(it) = scene.petitions.get(&petition) else { return Ok(None) };
        let text = self.said_in(it).await?;
        let registers = &caller.registers;
        let today = self.now().with_timezone(&beijing()).date_naive();
        let lists = registers.lists_on(today).ok_or(Error::NotSetUp)?;
        let facts = self.facts_of(registers, lists)?;
        let actor = Actor::Member(caller.member.clone());
        let asked = Asked { petition, text: &text, matter };
        let suggested = suggest::suggest(&scene, &actor, &facts, &asked);
        let may = suggested.as_ref().map(|_| ()).map_err(Clone::clone);
        self.noted(caller, "suggestion", may).await?;
        let suggestion = suggested?;
        let fired = suggestion.fired.as_ref().map(|it| &it.matter.code);
        let rulings = if it.is_accusation() {
            vec![]
        } else {
            self.rulings_like(caller, &text, fired).await?
        };
        Ok(Some(Suggested { lists: lists.version, suggestion, rulings }))
    }

    /// The title and the text of a petition that was let through.
    async fn said_in(&self, petition: &Petition) -> Result<String, Error> {
        let Some(it) = petition.registration.as_deref() else { return Ok(String::new()) };
        let ids = [Some(it.title.id), it.detail.map(|it| it.id)];
        let texts = self.store().texts(self.district(), ids.into_iter().flatten()).await?;
        Ok(joined(&texts, ids))
    }

    async fn rulings_like(
        &self,
        caller: &Caller,
        text: &str,
        matter: Option<&MatterCode>,
    ) -> Result<Vec<(Similar, Visible<Whistle>)>, Error> {
        let events = self.store().rulings(&caller.viewer, LOOKED_AT).await?;
        let ids: BTreeSet<Uuid> = events.iter().map(|(stream, _)| *stream).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let mut whistles: HashMap<Uuid, Whistle> = HashMap::new();
        for it in self.store().visible(&caller.viewer, &ids).await? {
            if let State::Whistle(it) = it {
                whistles.insert(it.id.0, it);
            }
        }
        let said = |it: &Content| [Some(it.title.id), Some(it.request.id)];
        let contents = || whistles.values().filter_map(|it| it.content.as_deref());
        let ids: Vec<TextId> = contents().flat_map(said).flatten().collect();
        let texts = self.store().texts(self.district(), ids).await?;
        let mut rulings = vec![];
        for (stream, record) in &events {
            let Event::Whistle(event) = &record.envelope.event else { continue };
            let Some(whistle) = whistles.get(stream) else { continue };
            let Some(content) = whistle.content.as_deref() else { continue };
            let (version, at) = (record.envelope.version, record.envelope.at);
            let Some(ruling) = Ruling::of(whistle, version, at, &event.fact) else { continue };
            rulings.push((ruling, content.matter.as_ref(), joined(&texts, said(content))));
        }
        let precedents: Vec<Precedent<'_>> = rulings
            .iter()
            .map(|(ruling, matter, text)| Precedent {
                ruling: ruling.clone(),
                matter: *matter,
                text,
            })
            .collect();
        let alike = suggest::similar(text, matter, &precedents);
        let with = |it: Similar| {
            let whistle = whistles.get(&it.ruling.whistle.0)?;
            Some((it, Visible::passed(whistle.clone())))
        };
        Ok(alike.into_iter().filter_map(with).collect())
    }
}

fn joined(
    texts: &HashMap<TextId, String>,
    ids: impl IntoIterator<Item = Option<TextId>>,
) -> String {
    let found: Vec<&str> =
        ids.into_iter().flatten().filter_map(|it| texts.get(&it).map(String::as_str)).collect();
    found.join("\n")
}
