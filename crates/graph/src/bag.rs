//! What a page needs, fetched with it: so that a page costs the same few statements however long it
//! is. What is not in the bag is asked of the loaders, many at once as far as they come together.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use app::Visible;
use async_graphql::{
    Context, Request, Result, ServerResult,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest},
};
use engine::{
    StreamId,
    ids::{PersonId, PetitionId, TextId, WhistleId},
    petition::Petition,
    whistle::Whistle,
};
use store::PersonCard;

use crate::context::{app, caller, fault};

#[derive(Default)]
struct Contents {
    texts: HashMap<TextId, Option<String>>,
    persons: HashMap<PersonId, Option<PersonCard>>,
    petitions: HashMap<PetitionId, Option<Visible<Petition>>>,
    whistles: HashMap<WhistleId, Option<Visible<Whistle>>>,
}

/// What was fetched for a request. It lives as long as the request: nothing in it goes stale.
#[derive(Default)]
pub(crate) struct Bag(Mutex<Contents>);

impl Bag {
    fn with<T>(&self, act: impl FnOnce(&mut Contents) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn text(&self, id: TextId) -> Option<Option<String>> {
        self.with(|it| it.texts.get(&id).cloned())
    }

    pub(crate) fn person(&self, id: PersonId) -> Option<Option<PersonCard>> {
        self.with(|it| it.persons.get(&id).cloned())
    }

    pub(crate) fn petition(&self, id: PetitionId) -> Option<Option<Visible<Petition>>> {
        self.with(|it| it.petitions.get(&id).cloned())
    }

    pub(crate) fn whistle(&self, id: WhistleId) -> Option<Option<Visible<Whistle>>> {
        self.with(|it| it.whistles.get(&id).cloned())
    }
}

/// Puts an empty bag into each request.
pub(crate) struct Bags;

impl ExtensionFactory for Bags {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Bags {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        next.run(ctx, request.data(Bag::default())).await
    }
}

/// Whether a field is asked for anywhere below the field that is resolved, as deep as pages go.
fn wants(ctx: &Context<'_>, name: &str) -> bool {
    fn below(field: async_graphql::SelectionField<'_>, name: &str, depth: u8) -> bool {
        field
            .selection_set()
            .any(|it| it.name() == name || (depth > 0 && below(it, name, depth - 1)))
    }
    below(ctx.field(), name, 6)
}

/// Fetches the cases that a page of deadlines is about.
pub(crate) async fn cases(
    ctx: &Context<'_>,
    streams: impl Iterator<Item = StreamId>,
) -> Result<()> {
    let (mut whistles, mut petitions) = (vec![], vec![]);
    for it in streams {
        match it {
            StreamId::Whistle(id) => whistles.push(id),
            StreamId::Petition(id) => petitions.push(id),
        }
    }
    if !wants(ctx, "case") {
        return Ok(());
    }
    let whistles = fetch_whistles(ctx, whistles).await?;
    let petitions = fetch_petitions(ctx, petitions).await?;
    gather(ctx, &whistles, &petitions).await
}

/// Fetches what a page of whistles and petitions shows of other cases, of texts and of people.
pub(crate) async fn gather(
    ctx: &Context<'_>,
    whistles: &[Visible<Whistle>],
    petitions: &[Visible<Petition>],
) -> Result<()> {
    let mut near_petitions = vec![];
    if wants(ctx, "petition") || wants(ctx, "actions") {
        let ids = whistles.iter().flat_map(|it| it.petitions.keys().copied()).collect();
        near_petitions = fetch_petitions(ctx, ids).await?;
    }
    let mut near_whistles = vec![];
    let mut near = vec![];
    if wants(ctx, "whistle") || wants(ctx, "actions") {
        near.extend(petitions.iter().flat_map(|it| it.whistles.keys().copied()));
    }
    if wants(ctx, "whistle") || wants(ctx, "predecessor") || wants(ctx, "successor") {
        near.extend(whistles.iter().flat_map(|it| it.predecessor.into_iter().chain(it.successor)));
    }
    if !near.is_empty() {
        near_whistles = fetch_whistles(ctx, near).await?;
    }
    let mut texts = vec![];
    for content in whistles.iter().chain(&near_whistles).filter_map(|it| it.content.as_ref()) {
        texts.push(content.title);
        for (field, text) in [
            ("request", Some(content.request)),
            ("tried", content.tried),
            ("offList", content.off_list),
            ("overrideReason", content.override_reason),
        ] {
            texts.extend(text.filter(|_| wants(ctx, field)));
        }
        if wants(ctx, "task") {
            texts.extend(content.calls.iter().filter_map(|it| it.task));
        }
    }
    if wants(ctx, "files") {
        let files = whistles.iter().chain(&near_whistles).map(|it| &it.files);
        let files = files.chain(petitions.iter().chain(&near_petitions).map(|it| &it.files));
        let named = files.flat_map(|it| it.values()).filter(|it| !it.sealed);
        texts.extend(named.map(|it| it.name));
    }
    let mut people = vec![];
    for registration in
        petitions.iter().chain(&near_petitions).filter_map(|it| it.registration.as_ref())
    {
        texts.push(registration.title);
        texts.extend(registration.detail.filter(|_| wants(ctx, "detail")));
        people.extend(registration.petitioner.filter(|_| wants(ctx, "petitioner")));
    }
    let ids: Vec<TextId> = texts.into_iter().map(|it| it.id).collect();
    let app = app(ctx)?;
    let bag = ctx.data::<Bag>()?;
    if !ids.is_empty() {
        let mut found = app
            .store()
            .texts(app.district(), ids.iter().copied())
            .await
            .map_err(|it| fault(ctx, it.into()))?;
        bag.with(|it| it.texts.extend(ids.into_iter().map(|id| (id, found.remove(&id)))));
    }
    if !people.is_empty() {
        let mut found = app
            .store()
            .persons(app.district(), people.iter().copied())
            .await
            .map_err(|it| fault(ctx, it.into()))?;
        bag.with(|it| it.persons.extend(people.into_iter().map(|id| (id, found.remove(&id)))));
    }
    Ok(())
}

/// Fetches the texts of a page of events, where they are asked for.
pub(crate) async fn texts(ctx: &Context<'_>, ids: Vec<TextId>) -> Result<()> {
    if ids.is_empty() || !wants(ctx, "texts") {
        return Ok(());
    }
    let app = app(ctx)?;
    let found = app.store().texts(app.district(), ids.iter().copied()).await;
    let mut found = found.map_err(|it| fault(ctx, it.into()))?;
    ctx.data::<Bag>()?
        .with(|it| it.texts.extend(ids.into_iter().map(|id| (id, found.remove(&id)))));
    Ok(())
}

async fn fetch_petitions(
    ctx: &Context<'_>,
    ids: Vec<PetitionId>,
) -> Result<Vec<Visible<Petition>>> {
    let found = app(ctx)?.petitions_by_id(&caller(ctx)?.viewer, &ids).await;
    let found = found.map_err(|it| fault(ctx, it))?;
    ctx.data::<Bag>()?.with(|it| {
        it.petitions.extend(ids.into_iter().map(|id| (id, None)));
        it.petitions.extend(found.iter().map(|petition| (petition.id, Some(petition.clone()))));
    });
    Ok(found)
}

async fn fetch_whistles(ctx: &Context<'_>, ids: Vec<WhistleId>) -> Result<Vec<Visible<Whistle>>> {
    let found = app(ctx)?.whistles_by_id(&caller(ctx)?.viewer, &ids).await;
    let found = found.map_err(|it| fault(ctx, it))?;
    ctx.data::<Bag>()?.with(|it| {
        it.whistles.extend(ids.into_iter().map(|id| (id, None)));
        it.whistles.extend(found.iter().map(|whistle| (whistle.id, Some(whistle.clone()))));
    });
    Ok(found)
}
