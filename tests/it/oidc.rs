//! Signing in by a provider that is real: linked accounts, groups, the second factor, and whatever
//! comes back that was not sent.

mod forged;
mod groups;

use std::{path::PathBuf, time::Duration};

use engine::audit::{AuditFact, NotSignedIn};
use serde_json::{Value, json};
use store::{Options, Store};
use tests::{
    TestApp,
    browser::Browser,
    peer::OidcProvider,
    process::Program,
    wire::{self, Answer},
};

/// The name by which browsers know the program.
const HOST: &str = "chuishao.test";
const SITE: &str = "http://chuishao.test";
const BEGIN: &str = "http://chuishao.test/session/oidc?to=graphiql";
const CALLBACK: &str = "http://chuishao.test/session/oidc/callback";
const SECRET: &str = "a s3cret + with %signs";

/// The program at work beside a provider.
struct Centre {
    program: Program,
    provider: OidcProvider,
    app: TestApp,
    _home: tempfile::TempDir,
}

/// A file that only its owner reads.
fn private(folder: &std::path::Path, name: &str, content: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

impl Centre {
    /// Starts both, with more lines of `[oidc]`.
    async fn open(app: TestApp, more: &str) -> Self {
        let provider = OidcProvider::start(&["--redirect", CALLBACK, "--secret", SECRET]);
        Self::beside(app, provider, more).await
    }

    async fn beside(app: TestApp, provider: OidcProvider, more: &str) -> Self {
        app.step_aside().await;
        let home = tempfile::tempdir().unwrap();
        tests::keys::put(&home.path().join("data"));
        let secret = private(home.path(), "secret", &format!("{SECRET}\n"));
        let config = home.path().join("chuishao.toml");
        let text = format!(
            "[http]\npublic_url = '{SITE}'\n[database]\nurl = '{}'\n[oidc]\nissuer = '{}'\nclient_id = 'chuishao'\n\
             client_secret_file = '{}'\nscopes = ['profile', 'email', 'groups']\n{more}\n",
            app.url(),
            provider.issuer,
            secret.display(),
        );
        std::fs::write(&config, text).unwrap();
        let data = home.path().join("data").display().to_string();
        let config = config.display().to_string();
        let arguments = ["serve", "--config", &config, "--data", &data];
        let program = Program::start_watched(&arguments, &[], Duration::from_secs(30)).await;
        Self { program, provider, app, _home: home }
    }

    fn browser(&self) -> Browser {
        Browser::knowing(HOST, &self.program.address)
    }

    /// Who signs in at the provider from now on.
    fn is(&mut self, person: Value) {
        self.provider.tell(&json!({ "person": person }));
    }

    /// A new browser goes to the provider and back; it, and where it ended.
    async fn sign_in(&self) -> (Browser, Answer) {
        let mut browser = self.browser();
        let answer = browser.open(BEGIN).await;
        (browser, answer)
    }

    /// A new browser that was let in.
    async fn signed_in(&self) -> Browser {
        let (browser, answer) = self.sign_in().await;
        assert_eq!(answer.status, 200, "{} {}", answer.whole(), self.program.log());
        assert_eq!(browser.trail.last().unwrap(), &format!("{SITE}/graphiql"));
        browser
    }

    /// A new browser that was not, and what it was told.
    async fn turned_away(&self, status: u16) -> String {
        let (browser, answer) = self.sign_in().await;
        assert_eq!(answer.status, status, "{} {}", answer.whole(), self.program.log());
        assert!(browser.cookie(HOST, "chuishao").is_none());
        assert!(browser.cookie(HOST, "chuishao_oidc").is_none(), "an attempt is over");
        answer.text()
    }

    /// One mutation by an administrator's token.
    async fn administers(&self, token: &str, mutation: &str, input: Value) -> Value {
        let kind = tests::input_type(mutation);
        let body = json!({
            "query": format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ __typename }} }}"),
            "variables": { "input": input },
        });
        let bearer = format!("Bearer {token}");
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Content-Type", "application/json"),
            ("Accept-Language", "en"),
        ];
        let address = &self.program.address;
        wire::ask(address, "POST", "/graphql", &headers, body.to_string().as_bytes()).await.json()
    }

    /// Links an account to somebody there, by the security administrator's token.
    async fn link(&self, token: &str, login: &str, subject: &str) -> Value {
        let identity = json!({ "issuer": self.provider.issuer, "subject": subject });
        let input = json!({ "account": self.app.person(login), "identity": identity });
        self.administers(token, "linkProvider", input).await
    }

    /// What the record says of one kind, the last first, while the program runs.
    async fn notes(&self, kind: &str) -> Vec<AuditFact> {
        let store = Store::open(&Options::of(self.app.url())).await.unwrap();
        let district = store.district().await.unwrap().unwrap().0;
        let found = store.notes(district, kind, 100).await.unwrap();
        store.close().await.unwrap();
        found.into_iter().map(|it| it.fact).collect()
    }

    /// Why somebody was refused last.
    async fn last_refusal(&self) -> NotSignedIn {
        match self.notes("sign_in_refused").await.first() {
            Some(AuditFact::SignInRefused { why, .. }) => *why,
            other => panic!("{other:?}"),
        }
    }

    /// Nothing went wrong, and nothing secret was logged.
    async fn close(mut self, secrets: &[&str]) {
        self.program.assert_well();
        let log = self.program.log();
        for word in secrets.iter().chain(&[SECRET, "?code=", "state="]) {
            assert!(!log.contains(word), "{word} {log}");
        }
        assert!(self.program.end());
        let app = self.app.look_again().await;
        let checked = app.app.check().await.unwrap();
        assert!(checked.faults.is_empty(), "{:#?}", checked.faults);
    }
}

/// The code of an answer of GraphQL.
fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("DONE")
}

fn me(answer: &Value) -> &Value {
    assert!(answer["errors"].is_null(), "{answer}");
    &answer["data"]["me"]
}
