//! The demonstration: Zhangwan district, and its year 2019 played as its people would have done it.
//!
//! Units, people and petitions are data (`demo/*.json`); the stories say who did what when. Every
//! act goes through `app::App::submit` under a clock that is held and moved by hand, so that what
//! lapses lapses at its own time. The counts are those of the public report on 2019: 21 whistles
//! blown, 6 difficult petitions resolved. The cases are invented.

mod acts;
mod desk;
mod player;
mod script;
mod stories;
#[cfg(test)]
mod tests;
mod world;

use anyhow::Context as _;
use app::{
    App, Caller, HeldClock, Ids as _, SystemIds, digest, hash_password, new_secret, random_token,
    secret_text,
};
use chrono::{DateTime, TimeDelta, Utc};
use engine::{
    account::session::Kind,
    actor::Role,
    calendar::Calendar,
    ids::{AuditId, PersonId},
    lists::Lists,
    whistle::ResolutionKind,
};
use serde::Serialize;
use store::{
    NewAccount, NewSession, Notes, PageRequest, PetitionFilter, PetitionOrder, Store,
    WhistleFilter, WhistleOrder,
};

use self::{player::Player, script::Script, world::World};

/// The password of every account of the demonstration.
pub const PASSWORD: &str = "Chuishao-2019";
/// How long a token of the demonstration lasts.
const TOKEN_LASTS: TimeDelta = TimeDelta::days(36_525);
/// The accounts that visitors are told of: somebody of each kind.
const SHOWN: [&str; 18] = [
    "tanxm", "ruanwy", "gezh", "louyl", "chuyb", "dangmz", "wengch", "yindc", "huangfuy", "yuanzk",
    "zhenqf", "sulm", "youqh", "bucs", "luyf", "bianyz", "jixt", "suojw",
];

/// An account that visitors are told of, as it stands in `accounts.json`.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DemoAccount {
    /// The name they sign in with.
    pub name: String,
    /// Their password.
    pub password: &'static str,
    /// The secret of their second factor, base32, where they are privileged.
    pub totp: Option<String>,
    /// A bearer token.
    pub token: String,
    /// Their roles.
    pub roles: Vec<Role>,
    /// The code of their unit.
    pub unit: String,
    /// The name of their unit.
    pub unit_name: String,
    /// Their name.
    pub display_name: String,
    /// Their post.
    pub post: String,
}

/// Without the token: it must be able to stand in a log line.
impl std::fmt::Debug for DemoAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoAccount").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What was played.
#[derive(Debug, Clone)]
pub struct Played {
    /// The accounts that visitors are told of.
    pub accounts: Vec<DemoAccount>,
    /// How many acts were played.
    pub acts: usize,
    /// How many deadlines lapsed on the way.
    pub lapsed: usize,
    /// How many cases adopted a newer calendar.
    pub adopted: usize,
    /// How many petitions there are.
    pub petitions: u64,
    /// 批次: how many whistles were issued in the year.
    pub issued: u64,
    /// How many petitions were difficult and are resolved.
    pub difficult_resolved: u64,
}

/// When the story begins.
///
/// # Errors
/// None: the instant is one.
pub fn begins() -> anyhow::Result<DateTime<Utc>> {
    script::instant("01-02 08:30").context("the story begins at no instant")
}

/// When the story ends, and the clock of the demonstration runs on.
///
/// # Errors
/// None: the instant is one.
pub fn ends() -> anyhow::Result<DateTime<Utc>> {
    script::instant("12-27 09:00").context("the story ends at no instant")
}

/// Sets up the district: units, calendars, lists, people with accounts. Once, in a database that
/// has its tables and nothing in them.
///
/// # Errors
/// A fault of the database, or of the data.
pub async fn set_up(store: &Store, now: DateTime<Utc>) -> anyhow::Result<()> {
    let (world, district) = (World::read()?, world::district());
    store.add_district(district, world::CODE, world::NAME).await?;
    let by = Notes::by_program(now, AuditId(SystemIds.fresh()));
    store.put_units(district, world.units()?, None, &by, store::Commit::default()).await?;
    for calendar in Calendar::presets()? {
        store.add_calendar(district, &calendar, &by).await?;
    }
    store.add_lists(district, &Lists::preset()?, &by).await?;
    // One hash for all: they share the password, and 130 hashes would take a minute.
    let password_hash = hash_password(PASSWORD)?;
    let account = |it: &world::PersonRow| NewAccount {
        account: it.account(),
        name: it.name.clone(),
        password_hash: password_hash.clone(),
        password_at: None,
        password_reset: false,
    };
    store.add_accounts(district, world.people().map(account).collect(), &by).await?;
    Ok(())
}

/// Plays the year. `clock` is the one that `app` reads; it stands at [`begins`] before, and at
/// [`ends`] after. `progress` hears how far it is, in per cent, and what is played.
///
/// # Errors
/// The first act that is refused, by case, act, actor and instant; or a fault of the database.
pub async fn play(
    app: &App,
    clock: &HeldClock,
    progress: &mut dyn FnMut(u8, &str),
) -> anyhow::Result<Played> {
    let world = World::read()?;
    let mut script = Script::default();
    stories::tell(&mut script);
    let lines = script.into_lines()?;
    let n_lines = lines.len();
    let mut player = Player::new(app, clock, &world).await?;
    let mut told = None;
    for (index, line) in lines.iter().enumerate() {
        let percent = u8::try_from(index * 100 / n_lines.max(1)).unwrap_or(100);
        if told != Some(percent) {
            let day = line.at.with_timezone(&engine::calendar::beijing()).format("%Y-%m-%d");
            progress(percent, &format!("{day} {}", line.act));
            told = Some(percent);
        }
        player.play(line).await?;
    }
    player.until(ends()?).await?;
    let fired = player.fired;
    let director = caller(app, &world, "gezh").await?;
    let played = Played {
        accounts: accounts(app, &world).await?,
        acts: n_lines,
        lapsed: fired.lapsed,
        adopted: fired.adopted,
        petitions: count_petitions(app, &director, &PetitionFilter::default()).await?,
        issued: issued(app, &director).await?,
        difficult_resolved: difficult_resolved(app, &director).await?,
    };
    progress(100, "2019-12-27 09:00");
    Ok(played)
}

/// 批次 of the year, as the district's director counts them.
async fn issued(app: &App, director: &Caller) -> anyhow::Result<u64> {
    let filter = WhistleFilter { year: Some(2019), ..WhistleFilter::default() };
    let page = app.whistles(director, &filter, WhistleOrder::Issued, counted()).await?;
    page.total.context("whistles were not counted")
}

/// 疑难复杂 petitions that are resolved.
async fn difficult_resolved(app: &App, director: &Caller) -> anyhow::Result<u64> {
    let filter = PetitionFilter {
        difficult: Some(true),
        resolution: Some(ResolutionKind::Resolved.into()),
        ..PetitionFilter::default()
    };
    count_petitions(app, director, &filter).await
}

async fn count_petitions(
    app: &App,
    director: &Caller,
    filter: &PetitionFilter,
) -> anyhow::Result<u64> {
    let page = app.petitions(director, filter, PetitionOrder::Newest, counted()).await?;
    page.total.context("petitions were not counted")
}

fn counted() -> PageRequest {
    PageRequest { first: 1, after: None, count: true }
}

/// Somebody of the data as a caller.
async fn caller(app: &App, world: &World, login: &str) -> anyhow::Result<Caller> {
    let person = world.person(login)?.id();
    app.caller(person, None).await?.with_context(|| format!("{login} has no account"))
}

/// The accounts that visitors are told of, each with a token of its own.
async fn accounts(app: &App, world: &World) -> anyhow::Result<Vec<DemoAccount>> {
    let mut res = vec![];
    for login in SHOWN {
        let it = world.person(login)?;
        let now = app.now();
        let by = Notes::by_program(now, AuditId(SystemIds.fresh()));
        let totp = match it.roles.iter().any(|it| it.is_privileged()) {
            true => Some(enrol(app, it.id(), &by).await?),
            false => None,
        };
        let token = random_token()?;
        let span = (now, now + TOKEN_LASTS);
        let session = NewSession::of(Kind::Token, it.id(), digest(&token), span);
        app.store().add_session(app.district(), session, &by).await?;
        res.push(DemoAccount {
            name: it.login.clone(),
            password: PASSWORD,
            totp,
            token,
            roles: it.roles.clone(),
            unit: it.unit.clone(),
            unit_name: world.unit_name(&it.unit)?.to_owned(),
            display_name: it.name.clone(),
            post: it.post.clone(),
        });
    }
    Ok(res)
}

/// Gives somebody a second factor, and returns its secret as it is typed into an authenticator.
async fn enrol(app: &App, person: PersonId, by: &Notes) -> anyhow::Result<String> {
    let secret = new_secret()?;
    app.store().enrol(app.district(), person, (&secret, 0), &[], None, by).await?;
    Ok(secret_text(&secret))
}
