//! Cases as somebody may see them: above here an object exists only behind the gate.

use engine::{
    CommandKind, Facts, Refusal, Scene, StreamId,
    actor::Actor,
    audit::AuditFact,
    authority::{self, NumberSearch},
    calendar::beijing,
    command::Action,
    ids::{AssignmentId, PetitionId, WhistleId},
    lists::Lists,
    petition::Petition,
    whistle::Whistle,
};
use store::{EventView, Page, PageRequest, PersonCard, State};

use crate::{App, Caller, Error, Registers};

/// Something that the reader may see: made by the gate alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visible<T>(T);

impl<T> Visible<T> {
    pub(crate) fn passed(it: T) -> Self {
        Self(it)
    }

    /// What was let through.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Visible<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// A case.
pub type CaseId = StreamId;
/// What may be done to a case, and why not the rest.
pub type ActionsOf = Vec<Action>;

fn through<T>(page: Page<T>) -> Page<Visible<T>> {
    Page {
        items: page.items.into_iter().map(|(at, it)| (at, Visible(it))).collect(),
        more: page.more,
        total: page.total,
        capped: page.capped,
    }
}

impl App {
    /// A petition.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn petition(
        &self,
        caller: &Caller,
        id: PetitionId,
    ) -> Result<Option<Visible<Petition>>, Error> {
        let states = self.store().visible(&caller.viewer, &[id.0]).await?;
        Ok(states.into_iter().find_map(|it| match it {
            State::Petition(it) => Some(Visible(it)),
            State::Whistle(_) => None,
        }))
    }

    /// Petitions by their ids, many at once.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn petitions_by_id(
        &self,
        viewer: &store::Viewer,
        ids: &[PetitionId],
    ) -> Result<Vec<Visible<Petition>>, Error> {
        let ids: Vec<_> = ids.iter().map(|it| it.0).collect();
        let states = self.store().visible(viewer, &ids).await?;
        let petition = |it| match it {
            State::Petition(it) => Some(Visible(it)),
            State::Whistle(_) => None,
        };
        Ok(states.into_iter().filter_map(petition).collect())
    }

    /// Whistles by their ids, many at once.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn whistles_by_id(
        &self,
        viewer: &store::Viewer,
        ids: &[WhistleId],
    ) -> Result<Vec<Visible<Whistle>>, Error> {
        let ids: Vec<_> = ids.iter().map(|it| it.0).collect();
        let states = self.store().visible(viewer, &ids).await?;
        let whistle = |it| match it {
            State::Whistle(it) => Some(Visible(it)),
            State::Petition(_) => None,
        };
        Ok(states.into_iter().filter_map(whistle).collect())
    }

    /// A whistle.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn whistle(
        &self,
        caller: &Caller,
        id: WhistleId,
    ) -> Result<Option<Visible<Whistle>>, Error> {
        Ok(self.whistles_by_id(&caller.viewer, &[id]).await?.into_iter().next())
    }

    /// The whistle that an assignment is part of, for an act on it; an attempt on one that is not to
    /// be seen is noted.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is not there or not to be seen; else a fault.
    pub async fn whistle_of(&self, caller: &Caller, id: AssignmentId) -> Result<WhistleId, Error> {
        if let Some(whistle) = self.store().whistle_of(&caller.viewer, id).await? {
            return Ok(whistle);
        }
        // Only acts ask for a part by its id alone.
        self.note(&caller.by(), engine::audit::of_unseen_part(id)).await?;
        Err(Error::NotFound)
    }

    /// A page of petitions.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn petitions(
        &self,
        caller: &Caller,
        filter: &store::PetitionFilter,
        order: store::PetitionOrder,
        page: PageRequest,
    ) -> Result<Page<Visible<Petition>>, Error> {
        let now = self.now();
        Ok(through(self.store().petitions(&caller.viewer, filter, order, now, page).await?))
    }

    /// The same of one petitioner, found by a number of theirs to the digit. That somebody looked is
    /// noted; the number is not.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] where the caller may open nobody's data; else a fault.
    pub async fn petitions_by_number(
        &self,
        caller: &Caller,
        number: String,
        mut filter: store::PetitionFilter,
        order: store::PetitionOrder,
        page: PageRequest,
    ) -> Result<Page<Visible<Petition>>, Error> {
        let directory = &caller.registers.directory;
        let kept_by = match authority::number_search(&caller.member, directory) {
            Some(NumberSearch::KeptBy(units)) => Some(units),
            Some(NumberSearch::Everywhere) => None,
            None => {
                let refusal =
                    Refusal::NotPermitted { who: authority::roles_for(CommandKind::Unseal) };
                self.note_refused(caller, "petitioner_number", &refusal).await?;
                return Err(refusal.into());
            }
        };
        filter.petitioner = Some(store::Sought { number, kept_by });
        let found = self.petitions(caller, &filter, order, page).await?;
        let n = u32::try_from(found.items.len()).unwrap_or(u32::MAX);
        self.note(&caller.by(), AuditFact::NumberSought { found: n }).await?;
        Ok(found)
    }

    /// What is sealed of a petition's petitioner, for whoever has just opened it with a reason. That
    /// it was shown is noted before it is.
    ///
    /// # Errors
    /// [`Error::Refused`] where the caller may not; [`Error::NotFound`] where the petition is not
    /// there or not to be seen; else a fault.
    pub async fn opened(&self, caller: &Caller, id: PetitionId) -> Result<PersonCard, Error> {
        let (district, case) = (self.district(), StreamId::Petition(id));
        let loaded =
            self.store().load_case(district, Some(&caller.viewer), None, &[id], true).await?;
        let petition = loaded.scene.petitions.get(&id).ok_or(Error::NotFound)?;
        self.permit(caller, case, &loaded.scene, CommandKind::Unseal)?;
        let named = petition.registration.as_ref().and_then(|it| it.petitioner);
        let person = named.ok_or(Error::NotFound)?;
        let card = self.store().persons(district, [person]).await?.remove(&person);
        let card = card.ok_or(Error::NotFound)?;
        self.note(&caller.by(), AuditFact::Unsealed { person, petition: id }).await?;
        Ok(card)
    }

    /// A page of whistles.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn whistles(
        &self,
        caller: &Caller,
        filter: &store::WhistleFilter,
        order: store::WhistleOrder,
        page: PageRequest,
    ) -> Result<Page<Visible<Whistle>>, Error> {
        let now = self.now();
        Ok(through(self.store().whistles(&caller.viewer, filter, order, now, page).await?))
    }

    /// A page of deadlines.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn deadlines(
        &self,
        caller: &Caller,
        filter: &store::InboxFilter,
        page: PageRequest,
    ) -> Result<Page<Visible<store::DeadlineView>>, Error> {
        Ok(through(self.store().deadlines(&caller.viewer, filter, self.now(), page).await?))
    }

    /// A page of letters: one's own, a visible case's, or, for an administrator, their delivery.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn letters(
        &self,
        caller: &Caller,
        filter: &store::LetterFilter,
        page: PageRequest,
    ) -> Result<Page<Visible<store::LetterView>>, Error> {
        Ok(through(self.store().letters(&caller.viewer, filter, page).await?))
    }

    /// A page of a visible case's events; none where the case is not to be seen.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn events(
        &self,
        caller: &Caller,
        case: CaseId,
        page: PageRequest,
    ) -> Result<Option<Page<Visible<EventView>>>, Error> {
        let states = self.store().visible(&caller.viewer, &[case.uuid()]).await?;
        let Some(state) = states.into_iter().next() else { return Ok(None) };
        let version = match state {
            State::Petition(it) => it.version,
            State::Whistle(it) => it.version,
        };
        let mut page = self.store().events(self.district(), case.uuid(), page).await?;
        page.total = Some(u64::from(version));
        Ok(Some(through(page)))
    }

    /// What a caller may do to a case now, and why not the rest.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn actions(&self, caller: &Caller, case: CaseId) -> Result<ActionsOf, Error> {
        let (whistle, petitions) = match case {
            StreamId::Whistle(id) => (Some(id), vec![]),
            StreamId::Petition(id) => (None, vec![id]),
        };
        let loaded = self
            .store()
            .load_case(self.district(), Some(&caller.viewer), whistle, &petitions, true)
            .await?;
        self.actions_in(caller, case, &loaded.scene)
    }

    /// Refuses where the rules would refuse the act now.
    pub(crate) fn permit(
        &self,
        caller: &Caller,
        case: CaseId,
        scene: &Scene,
        kind: CommandKind,
    ) -> Result<(), Error> {
        let actions = self.actions_in(caller, case, scene)?;
        let action = actions.into_iter().find(|it| it.kind == kind).ok_or(Error::NotFound)?;
        action.refusal.map_or(Ok(()), |it| Err(it.into()))
    }

    /// What a rule may know that is only asked, and records nothing.
    pub(crate) fn facts_of<'a>(
        &self,
        registers: &'a Registers,
        lists: &'a Lists,
    ) -> Result<Facts<'a>, Error> {
        let now = self.now();
        let today = now.with_timezone(&beijing()).date_naive();
        Ok(Facts {
            directory: &registers.directory,
            lists,
            calendar: registers.calendar_on(today).ok_or(Error::NotSetUp)?,
            seed: uuid::Uuid::nil(),
            numbers: None,
            on_behalf_of: None,
            now,
        })
    }

    fn actions_in(&self, caller: &Caller, case: CaseId, scene: &Scene) -> Result<ActionsOf, Error> {
        let registers = &caller.registers;
        let today = self.now().with_timezone(&beijing()).date_naive();
        let pinned = match case {
            StreamId::Whistle(id) => {
                scene.whistles.get(&id).filter(|it| it.issued.is_some()).map(|it| it.lists)
            }
            StreamId::Petition(id) => scene.petitions.get(&id).map(|it| it.lists),
        };
        let lists = pinned
            .and_then(|it| registers.lists_version(it))
            .or_else(|| registers.lists_on(today))
            .ok_or(Error::NotSetUp)?;
        let facts = self.facts_of(registers, lists)?;
        let actor = Actor::Member(caller.member.clone());
        Ok(engine::actions(scene, case, &actor, &facts))
    }

    /// The actions of a whistle that was let through, with its petitions; no further statement.
    ///
    /// # Errors
    /// [`Error::NotSetUp`] where there are no lists or no calendar.
    pub fn actions_of_whistle(
        &self,
        caller: &Caller,
        whistle: &Visible<Whistle>,
        petitions: impl IntoIterator<Item = Visible<Petition>>,
    ) -> Result<ActionsOf, Error> {
        let petitions = petitions.into_iter().map(|it| (it.id, it.0)).collect();
        let mut scene = Scene { petitions, ..Scene::default() };
        scene.whistles.insert(whistle.id, whistle.0.clone());
        self.actions_in(caller, StreamId::Whistle(whistle.id), &scene)
    }

    /// The same of a petition, with the whistles over it that the caller sees: a lead stands to it
    /// by them.
    ///
    /// # Errors
    /// A fault of the database.
    pub fn actions_of_petition(
        &self,
        caller: &Caller,
        petition: &Visible<Petition>,
        over: impl IntoIterator<Item = Visible<Whistle>>,
    ) -> Result<ActionsOf, Error> {
        let whistles = over.into_iter().map(|it| (it.id, it.0)).collect();
        let mut scene = Scene { whistles, ..Scene::default() };
        scene.petitions.insert(petition.id, petition.0.clone());
        self.actions_in(caller, StreamId::Petition(petition.id), &scene)
    }
}
