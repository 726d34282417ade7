//! The harness: a whole application on a database of its own, with a clock that we hold.
//!
//! Helpers that act go through the public contract, as the users would; only the setting up of
//! units and people writes registers directly.

pub mod browser;
pub mod cluster;
pub mod contract;
pub mod keys;
pub mod peer;
pub mod process;
pub mod raw;
pub mod wire;
mod world;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use app::{App, Clock, HeldClock, Ids, Parts};
use async_graphql::{Request, Variables};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use engine::{
    account::{Rules, session::Kind},
    calendar::beijing,
    ids::{PersonId, UnitId},
    text::Lang,
};
use mail::{
    Drain, Transport,
    transport::{Route, Settings},
};
use serde_json::Value;
use store::{Files, NewSession, Options, Store};
use uuid::Uuid;

pub use world::{MATTER, PEOPLE, unit_id};

/// Which database a scenario runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A file, as most counties have it.
    Sqlite,
    /// A real server.
    Postgres,
}

/// What keeps a test's database alive.
enum Kept {
    Folder { folder: tempfile::TempDir },
    Server { _server: cluster::Database, folder: tempfile::TempDir },
}

/// An application under test.
pub struct TestApp {
    pub app: App,
    pub schema: graph::Schema,
    pub clock: Arc<HeldClock>,
    pub database: Database,
    pub letters: PathBuf,
    drain: Drain,
    statements: Arc<AtomicU64>,
    people: HashMap<String, PersonId>,
    url: String,
    _letters: tempfile::TempDir,
    _kept: Kept,
}

/// Ids that count up behind the clock's time, so that a run can be repeated and keys stay in order.
struct Counting(AtomicU64, Arc<HeldClock>);

impl Ids for Counting {
    fn fresh(&self) -> Uuid {
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        let millis = u64::try_from(self.1.now().timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &{
            let mut tail = [0; 10];
            tail[2..].copy_from_slice(&n.to_be_bytes());
            tail
        })
        .into_uuid()
    }

    fn salt(&self) -> [u8; 16] {
        *self.fresh().as_bytes()
    }
}

/// An instant in +08:00, as a scenario writes it: `2026-03-02 09:00`.
pub fn at(text: &str) -> DateTime<Utc> {
    let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time");
    let local: DateTime<FixedOffset> =
        naive.and_local_timezone(beijing()).single().expect("+08:00 has no gaps");
    local.with_timezone(&Utc)
}

/// The start of every scenario: a Monday morning.
pub const START: &str = "2026-03-02 09:00";

impl TestApp {
    /// Starts on a database of its own.
    pub async fn start(database: Database) -> Self {
        let clock = Arc::new(HeldClock::at(at(START)));
        let (kept, url) = match database {
            Database::Sqlite => {
                let folder = tempfile::tempdir().expect("a folder");
                let url = format!("sqlite://{}/test.db", folder.path().display());
                (Kept::Folder { folder }, url)
            }
            Database::Postgres => {
                let template = cluster::template(async |url: String| {
                    let store = Store::open(&Options::of(url)).await?;
                    store.migrate().await?;
                    store.close().await
                })
                .await
                .expect("a template");
                let made = cluster::fresh_database(Some(template)).expect("a database");
                let url = made.url();
                let folder = tempfile::tempdir().expect("a folder");
                (Kept::Server { _server: made, folder }, url)
            }
        };
        let store = open(&url, None).await;
        store.migrate().await.expect("a schema");
        let people = world::set_up(&store, clock.now()).await;
        store.close().await.expect("closed");
        Self::assemble(database, clock, kept, url, people, 1).await
    }

    async fn assemble(
        database: Database,
        clock: Arc<HeldClock>,
        kept: Kept,
        url: String,
        people: HashMap<String, PersonId>,
        first_id: u64,
    ) -> Self {
        let statements = Arc::new(AtomicU64::new(0));
        let store = open(&url, Some(statements.clone())).await;
        // Beside an embedded database, and likewise for another, so that it outlives a restart.
        let (Kept::Folder { folder } | Kept::Server { folder, .. }) = &kept;
        let files = Files::within(folder.path(), store.keyring()).expect("a folder");
        let app = App::open(Parts {
            store,
            files,
            clock: clock.clone(),
            wall: clock.clone(),
            ids: Arc::new(Counting(AtomicU64::new(first_id), clock.clone())),
            domain: "test.example".to_owned(),
            accounts: Rules::default(),
        })
        .await
        .expect("an application");
        let letters = tempfile::tempdir().expect("a folder");
        let settings = Settings {
            from: "chuishao@test.example".to_owned(),
            from_name: None,
            domain: "test.example".to_owned(),
            route: Route::Folder { path: letters.path().to_owned() },
        };
        let transport = Transport::new(&settings).expect("a folder");
        Self {
            schema: graph::schema(app.clone()),
            drain: Drain::new(app.clone(), transport, "http://localhost:8080", false),
            app,
            clock,
            database,
            letters: letters.path().to_owned(),
            statements,
            people,
            url,
            _letters: letters,
            _kept: kept,
        }
    }

    /// Starts anew over the same database, as after a kill: nothing in memory is left.
    pub async fn restart(self) -> Self {
        let Self { database, clock, people, url, statements, _kept, app, .. } = self;
        let n_ids = 1_000_000 + statements.load(Ordering::Relaxed);
        app.store().clone().close().await.expect("closed");
        Self::assemble(database, clock, _kept, url, people, n_ids).await
    }

    /// The address of its database, for a process that takes over.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of its database and its files, for a process that takes over.
    pub fn folder(&self) -> &std::path::Path {
        let (Kept::Folder { folder } | Kept::Server { folder, .. }) = &self._kept;
        folder.path()
    }

    /// Puts the bytes of its files where a program with this data folder looks for them.
    pub fn files_to(&self, data: &std::path::Path) {
        std::fs::create_dir_all(data).expect("a folder");
        let from = self.folder().join("files");
        let copied = std::process::Command::new("cp").arg("-r").arg(from).arg(data).status();
        assert!(copied.expect("cp").success());
    }

    /// Closes its connections, so that a process of its own can take over; the files stay.
    pub async fn step_aside(&self) {
        self.app.store().clone().close().await.expect("closed");
    }

    /// Looks at the database again after another process had it.
    pub async fn look_again(self) -> Self {
        let Self { database, clock, people, url, _kept, .. } = self;
        Self::assemble(database, clock, _kept, url, people, 9_000_000).await
    }

    /// A token by which a program acts as somebody.
    pub async fn token(&self, login: &str) -> String {
        self.token_of(self.people[login]).await
    }

    /// The same by their id.
    pub async fn token_of(&self, person: PersonId) -> String {
        let token = format!("token-of-{person}-{}", self.app.fresh().simple());
        let now = self.app.wall();
        let span = (now, now + TimeDelta::days(36_500));
        let session = NewSession::of(Kind::Token, person, app::digest(&token), span);
        let by = self.app.notes(&app::By::default(), vec![]);
        let added = self.app.store().add_session(self.app.district(), session, &by).await;
        added.expect("a token");
        token
    }

    /// Somebody who signs in under this name.
    pub fn by(&self, login: &str) -> By<'_> {
        let person = *self.people.get(login).unwrap_or_else(|| panic!("nobody is called {login}"));
        By { test: self, person, lang: Lang::Zh }
    }

    /// The id of somebody, as GraphQL names it.
    pub fn person(&self, login: &str) -> String {
        self.people[login].to_string()
    }

    /// A token that may be used for so much.
    pub async fn token_with(&self, login: &str, scope: &[engine::account::pass::Scope]) -> String {
        let token = format!("scoped-token-of-{login}-{}", self.app.fresh().simple());
        let now = self.app.wall();
        let span = (now, now + TimeDelta::days(36_500));
        let person = self.people[login];
        let mut session = NewSession::of(Kind::Token, person, app::digest(&token), span);
        session.scope = Some(scope.iter().copied().collect());
        let by = self.app.notes(&app::By::default(), vec![]);
        self.app.store().add_session(self.app.district(), session, &by).await.expect("a token");
        token
    }

    /// Sends a file as somebody, past the door that counts and scans; the id by which it is attached.
    pub async fn upload(&self, login: &str, bytes: &[u8]) -> String {
        let caller = self.app.caller(self.people[login], None).await.expect("registers");
        let caller = caller.expect("an account");
        let mut incoming = self.app.begin_upload(&caller).await.expect("taken in");
        incoming.write(bytes).await.expect("written");
        let arrived = incoming.finish().await.expect("finished");
        let media = papers::media::detect(&mut arrived.reader()).expect("a known type");
        let upload = self.app.keep_upload(&caller, &arrived, media).await.expect("kept");
        upload.id.to_string()
    }

    /// Where the bytes of files are.
    pub fn stored_paths(&self) -> Vec<PathBuf> {
        let entries = |path: &std::path::Path| -> Vec<PathBuf> {
            let all = std::fs::read_dir(path).map(|it| it.flatten().map(|it| it.path()).collect());
            all.unwrap_or_default()
        };
        entries(&self.folder().join("files")).iter().flat_map(|it| entries(it)).collect()
    }

    /// Lets time pass: what falls due is fired at its own time, and letters are delivered.
    pub async fn advance_to(&self, text: &str) {
        let end = at(text);
        assert!(end >= self.clock.now(), "time does not go back");
        while let Some(due) =
            self.app.store().next_due().await.expect("due").filter(|it| *it <= end)
        {
            self.clock.set(due);
            self.app.fire_due().await.expect("fired");
        }
        self.clock.set(end);
        self.app.fire_due().await.expect("fired");
        self.deliver().await;
    }

    /// Moves the clock a little, within which nothing falls due.
    pub fn tick(&self) {
        self.clock.advance(TimeDelta::minutes(1));
    }

    /// Delivers what is owed; returns how many mails went out.
    pub async fn deliver(&self) -> usize {
        self.drain.once().await.expect("drained")
    }

    /// The mails in the folder, as text, in no order.
    pub async fn mails(&self) -> Vec<String> {
        self.deliver().await;
        let mut res = vec![];
        for entry in std::fs::read_dir(&self.letters).expect("the folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|it| it == "eml") {
                res.push(std::fs::read_to_string(path).expect("a mail"));
            }
        }
        res
    }

    /// How many statements `act` sends to the database.
    pub async fn statements<T>(&self, act: impl Future<Output = T>) -> (T, u64) {
        let before = self.statements.load(Ordering::Relaxed);
        let res = act.await;
        (res, self.statements.load(Ordering::Relaxed) - before)
    }

    /// Ends a scenario: the database holds exactly what its events say, and no letter is left over.
    pub async fn done(&self) {
        self.deliver().await;
        let checked = self.app.check().await.expect("checked");
        assert!(checked.faults.is_empty(), "{:#?}", checked.faults);
        assert!(checked.streams > 0);
    }
}

async fn open(url: &str, statements: Option<Arc<AtomicU64>>) -> Store {
    let options = Options { statements, keyring: keys::keyring(), ..Options::of(url) };
    Store::open(&options).await.expect("a database")
}

/// Somebody who asks.
#[derive(Clone, Copy)]
pub struct By<'a> {
    test: &'a TestApp,
    person: PersonId,
    lang: Lang,
}

impl By<'_> {
    /// In English.
    pub fn in_english(mut self) -> Self {
        self.lang = Lang::En;
        self
    }

    /// Asks; the whole answer, errors included.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let caller = self
            .test
            .app
            .caller(self.person, Some("127.0.0.1".to_owned()))
            .await
            .expect("registers")
            .expect("an account");
        let request = Request::new(query)
            .variables(Variables::from_json(variables))
            .data(caller)
            .data(self.lang);
        serde_json::to_value(self.test.schema.execute(request).await).expect("JSON")
    }

    /// Asks; the data, and no error.
    pub async fn query(&self, query: &str, variables: Value) -> Value {
        let answer = self.ask(query, variables).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// One mutation with its input; the fields that are wanted of what it returns.
    pub async fn act(&self, mutation: &str, input: Value, fields: &str) -> Value {
        let answer = self.try_act(mutation, input.clone(), fields).await;
        assert!(answer.get("errors").is_none(), "{mutation} {input:#}\n{answer:#}");
        answer["data"][mutation].clone()
    }

    /// One mutation; the whole answer.
    pub async fn try_act(&self, mutation: &str, input: Value, fields: &str) -> Value {
        let kind = input_type(mutation);
        let query =
            format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {fields} }} }}");
        self.ask(&query, serde_json::json!({ "input": input })).await
    }

    /// The code by which a mutation is refused, whatever it returns; `DONE` where it is not.
    pub async fn refused_as(&self, mutation: &str, input: Value) -> String {
        let answer = self.try_act(mutation, input, "__typename").await;
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("DONE").to_owned()
    }

    /// One mutation that is refused; its code.
    pub async fn refused(&self, mutation: &str, input: Value) -> String {
        let answer = self.try_act(mutation, input, "id").await;
        let error = &answer["errors"][0];
        assert!(!error["message"].as_str().unwrap_or_default().is_empty(), "{answer:#}");
        error["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{answer:#}")).to_owned()
    }
}

/// The input type of a mutation, as the committed schema says.
pub fn input_type(mutation: &str) -> String {
    static SDL: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let sdl = SDL.get_or_init(graph::sdl);
    let start =
        sdl.find(&format!("\t{mutation}(input: ")).unwrap_or_else(|| panic!("no {mutation}"));
    let rest = &sdl[start..];
    let from = rest.find("input: ").expect("an input") + "input: ".len();
    rest[from..].split('!').next().expect("a type").to_owned()
}

/// The id of a unit of the test world, as GraphQL names it.
pub fn unit(code: &str) -> String {
    let id: UnitId = unit_id(code);
    id.to_string()
}

/// Runs a scenario on both databases.
#[macro_export]
macro_rules! on_both {
    ($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block) => {
        mod $name {
            #[expect(unused_imports, reason = "a scenario may need less")]
            use super::*;

            $(#[$meta])*
            async fn scenario($app: $crate::TestApp) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                scenario($crate::TestApp::start($crate::Database::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                scenario($crate::TestApp::start($crate::Database::Postgres).await).await;
            }
        }
    };
}

impl TestApp {
    /// The instant, as GraphQL takes it.
    pub fn clock_text(&self) -> String {
        self.clock.now().to_rfc3339()
    }

    /// Today in +08:00, as GraphQL takes it.
    pub fn today(&self) -> String {
        self.clock.now().with_timezone(&beijing()).date_naive().to_string()
    }
}
