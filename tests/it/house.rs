//! The real program over a database of a scenario, with tokens of its people: a house with a door.

use std::{collections::HashMap, time::Duration};

use serde_json::{Value, json};
use tests::{
    TestApp,
    process::Program,
    wire::{self, Answer, Wire},
};

pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");

pub(crate) use crate::accounts::PASSWORD;
use crate::accounts::with_password;

/// The program at work, and what it works on.
pub(crate) struct House {
    pub(crate) program: Program,
    pub(crate) app: TestApp,
    tokens: HashMap<&'static str, String>,
    _data: tempfile::TempDir,
}

/// Everybody of the world, one of each kind.
pub(crate) const PEOPLE: [&str; 9] = [
    "dispatcher",
    "director",
    "duty",
    "leader",
    "admin",
    "auditor",
    "rsj",
    "rsj_head",
    "hj_dispatcher",
];

impl House {
    /// Starts the program with settings of `[http]` or others, as the environment names them.
    pub(crate) async fn open(app: TestApp, settings: &[(&str, &str)]) -> Self {
        with_password(&app, "dispatcher2").await;
        let mut tokens = HashMap::new();
        for login in PEOPLE.into_iter().chain(["dispatcher2", "cgj"]) {
            tokens.insert(login, app.token(login).await);
        }
        app.step_aside().await;
        let data = tempfile::tempdir().unwrap();
        tests::keys::put(data.path());
        let folder = data.path().display().to_string();
        let url = app.url().to_owned();
        // The world's people chose their passwords by the clock of the scenario, long before the wall's.
        let mut environment = vec![
            ("CHUISHAO__DATABASE__URL", url.as_str()),
            ("CHUISHAO__ACCOUNTS__PASSWORD_DAYS", "0"),
        ];
        environment.extend(settings);
        let arguments = ["serve", "--data", folder.as_str()];
        let program =
            Program::start_watched(&arguments, &environment, Duration::from_secs(30)).await;
        Self { program, app, tokens, _data: data }
    }

    pub(crate) fn address(&self) -> &str {
        &self.program.address
    }

    pub(crate) fn token(&self, login: &str) -> &str {
        &self.tokens[login]
    }

    pub(crate) async fn wire(&self) -> Wire {
        Wire::open(self.address()).await.unwrap()
    }

    /// One request over a connection of its own.
    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        wire::ask(self.address(), method, path, headers, body.as_bytes()).await
    }

    /// One query by somebody, or by nobody.
    pub(crate) async fn query(&self, login: Option<&str>, query: &str) -> Answer {
        self.query_with(login, query, Value::Null).await
    }

    pub(crate) async fn query_with(
        &self,
        login: Option<&str>,
        query: &str,
        variables: Value,
    ) -> Answer {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let bearer = login.map(|it| format!("Bearer {}", self.token(it)));
        let mut headers = vec![JSON, ("Accept-Language", "en")];
        headers.extend(bearer.iter().map(|it| ("Authorization", it.as_str())));
        self.ask("POST", "/graphql", &headers, &body).await
    }

    /// How many petitions there are.
    pub(crate) async fn petitions(&self) -> i64 {
        let answer = self.query(Some("dispatcher"), "{ petitions { totalCount } }").await.json();
        answer["data"]["petitions"]["totalCount"].as_i64().unwrap_or_else(|| panic!("{answer}"))
    }

    /// Nothing went wrong in the log, the process runs, and the database holds what its events say.
    pub(crate) async fn close(mut self) {
        self.program.assert_well();
        assert!(self.program.end());
        let app = self.app.look_again().await;
        let checked = app.app.check().await.unwrap();
        assert!(checked.faults.is_empty(), "{:#?}", checked.faults);
    }
}

/// A mutation that registers a petition, as the body of a request.
pub(crate) fn registering(title: &str) -> String {
    json!({
        "query": "mutation($input: RegisterPetitionInput!) { registerPetition(input: $input) { id } }",
        "variables": { "input": { "procedure": "HOTLINE", "source": "HOTLINE", "title": title } }
    })
    .to_string()
}
