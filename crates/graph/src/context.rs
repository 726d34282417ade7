//! What a resolver has at hand: the caller, the language, and loaders that ask for many at once.

use std::{collections::HashMap, sync::Arc};

use app::{App, Caller, Registers, Visible};
use async_graphql::{
    Context, Error, Result,
    dataloader::{DataLoader, Loader},
};
use engine::{
    Refusal,
    ids::{PersonId, PetitionId, TextId, WhistleId},
    petition::Petition,
    text::{Lang, Words},
    whistle::Whistle,
};
use store::{PersonCard, Viewer};

use crate::{bag::Bag, error};

pub(crate) fn lang(ctx: &Context<'_>) -> Lang {
    ctx.data_opt::<Lang>().copied().unwrap_or_default()
}

pub(crate) fn app<'a>(ctx: &Context<'a>) -> Result<&'a App> {
    ctx.data::<App>()
}

pub(crate) fn caller<'a>(ctx: &Context<'a>) -> Result<&'a Caller> {
    ctx.data_opt::<Caller>().ok_or_else(|| error::unauthenticated(lang(ctx)))
}

pub(crate) fn registers(ctx: &Context<'_>) -> Result<Arc<Registers>> {
    Ok(caller(ctx)?.registers.clone())
}

pub(crate) fn fault(ctx: &Context<'_>, error: app::Error) -> Error {
    error::from_app(error, lang(ctx))
}

pub(crate) fn refuse(ctx: &Context<'_>, refusal: &Refusal) -> Error {
    error::from_refusal(refusal, lang(ctx))
}

/// The words of a text; none once they are erased.
pub(crate) async fn words(ctx: &Context<'_>, words: Words) -> Result<Option<String>> {
    if let Some(found) = ctx.data_opt::<Bag>().and_then(|it| it.text(words.id)) {
        return Ok(found);
    }
    let loader = ctx.data::<DataLoader<Texts>>()?;
    loader.load_one(words.id).await.map_err(|it| shared(ctx, &it))
}

pub(crate) async fn optional(ctx: &Context<'_>, it: Option<Words>) -> Result<Option<String>> {
    match it {
        Some(it) => words(ctx, it).await,
        None => Ok(None),
    }
}

pub(crate) async fn person(ctx: &Context<'_>, id: PersonId) -> Result<Option<PersonCard>> {
    if let Some(found) = ctx.data_opt::<Bag>().and_then(|it| it.person(id)) {
        return Ok(found);
    }
    let loader = ctx.data::<DataLoader<Persons>>()?;
    loader.load_one(id).await.map_err(|it| shared(ctx, &it))
}

pub(crate) async fn petition(
    ctx: &Context<'_>,
    id: PetitionId,
) -> Result<Option<Visible<Petition>>> {
    let viewer = caller(ctx)?.viewer;
    if let Some(found) = ctx.data_opt::<Bag>().and_then(|it| it.petition(id)) {
        return Ok(found);
    }
    let loader = ctx.data::<DataLoader<Petitions>>()?;
    loader.load_one((viewer, id)).await.map_err(|it| shared(ctx, &it))
}

/// The petitions of a whistle, as far as the reader sees them.
pub(crate) async fn petitions_of(
    ctx: &Context<'_>,
    whistle: &Visible<Whistle>,
) -> Result<Vec<Visible<Petition>>> {
    let mut res = vec![];
    for id in whistle.petitions.keys() {
        res.extend(petition(ctx, *id).await?);
    }
    Ok(res)
}

pub(crate) async fn whistle(ctx: &Context<'_>, id: WhistleId) -> Result<Option<Visible<Whistle>>> {
    let viewer = caller(ctx)?.viewer;
    if let Some(found) = ctx.data_opt::<Bag>().and_then(|it| it.whistle(id)) {
        return Ok(found);
    }
    let loader = ctx.data::<DataLoader<Whistles>>()?;
    loader.load_one((viewer, id)).await.map_err(|it| shared(ctx, &it))
}

/// A fault that several resolvers share: logged by the loader, told to each.
fn shared(ctx: &Context<'_>, error: &Arc<app::Error>) -> Error {
    let error = match error.as_ref() {
        app::Error::NotFound => app::Error::NotFound,
        app::Error::Refused(it) => app::Error::Refused(it.clone()),
        app::Error::KeyReused => app::Error::KeyReused,
        app::Error::Busy => app::Error::Busy,
        app::Error::NotSetUp => app::Error::NotSetUp,
        app::Error::Secret(error) => {
            tracing::error!(error = error.to_string(), "a page could not be completed");
            app::Error::Busy
        }
        app::Error::Internal(error) => {
            tracing::error!(error = error.log_text(), "a page could not be completed");
            app::Error::Busy
        }
    };
    fault(ctx, error)
}

pub(crate) struct Texts(pub(crate) App);

impl Loader<TextId> for Texts {
    type Value = String;
    type Error = Arc<app::Error>;

    async fn load(&self, ids: &[TextId]) -> Result<HashMap<TextId, String>, Self::Error> {
        let texts = self.0.store().texts(self.0.district(), ids.iter().copied()).await;
        texts.map_err(|it| Arc::new(it.into()))
    }
}

pub(crate) struct Persons(pub(crate) App);

impl Loader<PersonId> for Persons {
    type Value = PersonCard;
    type Error = Arc<app::Error>;

    async fn load(&self, ids: &[PersonId]) -> Result<HashMap<PersonId, PersonCard>, Self::Error> {
        let persons = self.0.store().persons(self.0.district(), ids.iter().copied()).await;
        persons.map_err(|it| Arc::new(it.into()))
    }
}

/// Splits keys by the viewer: what is asked for several at once still passes the gate of each.
fn by_viewer<T: Copy>(keys: &[(Viewer, T)]) -> HashMap<Viewer, Vec<T>> {
    let mut res: HashMap<Viewer, Vec<T>> = HashMap::new();
    for (viewer, id) in keys {
        res.entry(*viewer).or_default().push(*id);
    }
    res
}

pub(crate) struct Petitions(pub(crate) App);

impl Loader<(Viewer, PetitionId)> for Petitions {
    type Value = Visible<Petition>;
    type Error = Arc<app::Error>;

    async fn load(
        &self,
        keys: &[(Viewer, PetitionId)],
    ) -> Result<HashMap<(Viewer, PetitionId), Self::Value>, Self::Error> {
        let mut res = HashMap::new();
        for (viewer, ids) in by_viewer(keys) {
            let found = self.0.petitions_by_id(&viewer, &ids).await.map_err(Arc::new)?;
            res.extend(found.into_iter().map(|it| ((viewer, it.id), it)));
        }
        Ok(res)
    }
}

pub(crate) struct Whistles(pub(crate) App);

impl Loader<(Viewer, WhistleId)> for Whistles {
    type Value = Visible<Whistle>;
    type Error = Arc<app::Error>;

    async fn load(
        &self,
        keys: &[(Viewer, WhistleId)],
    ) -> Result<HashMap<(Viewer, WhistleId), Self::Value>, Self::Error> {
        let mut res = HashMap::new();
        for (viewer, ids) in by_viewer(keys) {
            let found = self.0.whistles_by_id(&viewer, &ids).await.map_err(Arc::new)?;
            res.extend(found.into_iter().map(|it| ((viewer, it.id), it)));
        }
        Ok(res)
    }
}
