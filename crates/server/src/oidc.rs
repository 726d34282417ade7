//! A provider that signs people in by OpenID Connect: the authorization code flow with PKCE.
//!
//! Here the provider is spoken to and its word is checked; what its word is good for, `app` says.
//! All that an attempt needs is drawn from one secret, which the browser holds in a cookie: state,
//! nonce and the verifier of PKCE. So no attempt costs a row before it comes back.

mod claims;
mod http;
mod ring;
mod token;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use app::{ByProvider, Identity};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use engine::{account::provider::Rules, audit::NotSignedIn, text::Digest};
use jsonwebtoken::jwk::Jwk;
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{Mutex, Semaphore};

use self::{
    claims::{claim, texts},
    http::Http,
    token::{Expected, IdToken},
};
use crate::{
    key_file,
    settings::{self, PublicUrl, is_guarded},
    trouble::Trouble,
};

/// Where the provider sends browsers back to.
pub(crate) const CALLBACK: &str = "/session/oidc/callback";
/// How long what the provider says of itself is believed.
const FRESH: Duration = Duration::from_secs(600);
/// How long a provider that did not answer is not asked again.
const DOWN: Duration = Duration::from_secs(3);
/// How often its keys are fetched anew at most, where a token names one that is not known.
const KEYS: Duration = Duration::from_secs(5);
/// How many codes are redeemed at a time, and how long one waits for its turn.
const AT_A_TIME: usize = 16;
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a sign-in by the provider came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It cannot be reached, is too slow, or answers nonsense.
    Down,
    /// It does not take the code.
    Code,
    /// The token is signed by none of its keys.
    Unsigned,
    /// The token is another program's.
    ForOther,
    /// The token has expired, or whoever it is signed in there too long ago.
    Expired,
    /// It is otherwise no token of this provider for this attempt.
    Wrong,
}

impl Fault {
    /// As the record has it.
    pub(crate) fn why(self) -> NotSignedIn {
        match self {
            Self::Down => NotSignedIn::ProviderDown,
            Self::Code => NotSignedIn::CodeRefused,
            Self::Unsigned => NotSignedIn::TokenUnsigned,
            Self::ForOther => NotSignedIn::TokenForOther,
            Self::Expired => NotSignedIn::TokenExpired,
            Self::Wrong => NotSignedIn::TokenWrong,
        }
    }
}

/// What the provider says of itself.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Value>,
}

/// What it gives for a code.
#[derive(Deserialize)]
struct Tokens {
    access_token: Option<String>,
    id_token: String,
}

/// What is remembered of what was fetched.
struct Known<T> {
    it: Result<Arc<T>, Fault>,
    at: Instant,
}

/// What one attempt goes by.
pub(crate) struct Attempt<'a> {
    /// The secret that its cookie holds.
    pub(crate) secret: &'a str,
    /// How old a sign-in at the provider may be.
    pub(crate) max_age: TimeDelta,
    /// Whether the provider has to ask anew.
    pub(crate) fresh: bool,
}

impl Attempt<'_> {
    /// What comes back with the code.
    pub(crate) fn state(&self) -> String {
        self.drawn("state")
    }

    fn nonce(&self) -> String {
        self.drawn("nonce")
    }

    /// What shows that whoever redeems the code began the attempt (RFC 7636).
    fn verifier(&self) -> String {
        self.drawn("verifier")
    }

    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Digest::of(self.verifier().as_bytes()).0)
    }

    fn drawn(&self, what: &str) -> String {
        Digest::of(format!("{what} {}", self.secret).as_bytes()).to_string()
    }
}

/// A provider.
pub struct Provider {
    settings: settings::Oidc,
    secret: Option<String>,
    callback: String,
    http: Http,
    metadata: Mutex<Option<Known<Metadata>>>,
    keys: Mutex<Option<Known<Vec<Jwk>>>>,
    turns: Semaphore,
}

impl Provider {
    /// A provider by its settings. It is asked nothing yet: it may be down when we start.
    ///
    /// # Errors
    /// Where a file of the settings cannot be used.
    pub fn new(settings: &settings::Oidc, public_url: &PublicUrl) -> Result<Self, Trouble> {
        ring::install();
        let secret = settings.client_secret_file.as_deref().map(|path| {
            let content = key_file::read(path)?.ok_or_else(|| {
                Trouble::wrong(
                    format!("没有文件 {}。请检查设置 oidc.client_secret_file。", path.display()),
                    format!("There is no {}. Check oidc.client_secret_file.", path.display()),
                )
            })?;
            let text = String::from_utf8(content).ok().map(|it| it.trim().to_owned());
            text.filter(|it| !it.is_empty()).ok_or_else(|| {
                Trouble::wrong(
                    format!(
                        "文件 {} 中没有密钥文本。请检查设置 oidc.client_secret_file。",
                        path.display()
                    ),
                    format!("{} holds no secret. Check oidc.client_secret_file.", path.display()),
                )
            })
        });
        Ok(Self {
            settings: settings.clone(),
            secret: secret.transpose()?,
            callback: format!("{}{CALLBACK}", public_url.as_str()),
            http: Http::new(settings.ca_file.as_deref())?,
            metadata: Mutex::new(None),
            keys: Mutex::new(None),
            turns: Semaphore::new(AT_A_TIME),
        })
    }

    /// What stands on the button.
    pub(crate) fn button(&self) -> &str {
        &self.settings.button
    }

    /// What its word is good for.
    pub(crate) fn rules(&self) -> &Rules {
        &self.settings.rules
    }

    /// The provider as it calls itself.
    pub(crate) fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Whether it answers, and says of itself what it must.
    ///
    /// # Errors
    /// What is wrong.
    pub(crate) async fn check(&self) -> Result<(), Fault> {
        let metadata = self.metadata().await?;
        self.keys(&metadata, None).await.map(|_| ())
    }

    /// Where a browser is sent to sign in.
    ///
    /// # Errors
    /// [`Fault::Down`].
    pub(crate) async fn begin(&self, attempt: &Attempt<'_>) -> Result<Url, Fault> {
        let metadata = self.metadata().await?;
        let mut url = Url::parse(&metadata.authorization_endpoint).map_err(|_| Fault::Down)?;
        let max_age = attempt.max_age.num_seconds().to_string();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.callback)
            .append_pair("scope", &self.settings.scopes.join(" "))
            .append_pair("state", &attempt.state())
            .append_pair("nonce", &attempt.nonce())
            .append_pair("code_challenge", &attempt.challenge())
            .append_pair("code_challenge_method", "S256")
            .append_pair("max_age", &max_age);
        if attempt.fresh {
            url.query_pairs_mut().append_pair("prompt", "login");
        }
        Ok(url)
    }

    /// Redeems a code: who has signed in there, checked.
    ///
    /// # Errors
    /// What is wrong with the code or with what it is redeemed for.
    pub(crate) async fn redeem(
        &self,
        code: &str,
        attempt: &Attempt<'_>,
    ) -> Result<ByProvider, Fault> {
        let turn = tokio::time::timeout(PATIENCE, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| Fault::Down)?.map_err(|_| Fault::Down)?;
        let metadata = self.metadata().await?;
        let tokens = self.exchange(&metadata, code, attempt).await?;
        let token = self.verified(&metadata, &tokens.id_token, attempt).await?;
        let told = token.claims.clone();
        let wanted =
            [&self.settings.login_claim, &self.settings.name_claim, &self.settings.groups_claim];
        let more = match (&metadata.userinfo_endpoint, &tokens.access_token) {
            // Most providers keep all but the subject for those who ask there.
            (Some(url), Some(access)) if wanted.iter().any(|it| claim(&told, it).is_none()) => {
                let more: Value = self.http.ask(url, access).await?;
                let subject = more.get("sub").and_then(Value::as_str);
                if subject != Some(token.subject.as_str()) {
                    return Err(Fault::Wrong);
                }
                more
            }
            (Some(_) | None, _) => Value::Null,
        };
        let found = |name: &str| claim(&told, name).or_else(|| claim(&more, name));
        let text = |name: &str| found(name).and_then(Value::as_str).map(str::to_owned);
        Ok(ByProvider {
            who: Identity { issuer: self.settings.issuer.clone(), subject: token.subject },
            login: text(&self.settings.login_claim),
            name: text(&self.settings.name_claim),
            mail: text("email"),
            groups: found(&self.settings.groups_claim).map(texts).unwrap_or_default(),
            shown: ["amr", "acr"].iter().filter_map(|it| told.get(it)).flat_map(texts).collect(),
            shown_at: token.shown_at,
        })
    }

    /// The token, held against the provider's keys; they are fetched anew where they have changed.
    async fn verified(
        &self,
        metadata: &Metadata,
        token: &str,
        attempt: &Attempt<'_>,
    ) -> Result<IdToken, Fault> {
        let nonce = attempt.nonce();
        let expected = Expected {
            issuer: &self.settings.issuer,
            client: &self.settings.client_id,
            nonce: &nonce,
            max_age: attempt.max_age,
        };
        let keys = self.keys(metadata, None).await?;
        match token::verify(token, &keys, &expected) {
            Err(Fault::Unsigned) => {
                let keys = self.keys(metadata, Some(KEYS)).await?;
                token::verify(token, &keys, &expected)
            }
            done => done,
        }
    }

    async fn exchange(
        &self,
        metadata: &Metadata,
        code: &str,
        attempt: &Attempt<'_>,
    ) -> Result<Tokens, Fault> {
        let verifier = attempt.verifier();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.callback.as_str()),
            ("code_verifier", verifier.as_str()),
        ];
        let client = self.settings.client_id.as_str();
        // Where nothing is said, it is the header (OpenID Connect Discovery, 3).
        let methods = metadata.token_endpoint_auth_methods_supported.as_deref();
        let by_header = methods.is_none_or(|all| all.iter().any(|it| it == "client_secret_basic"));
        let mut basic = None;
        match &self.secret {
            Some(secret) if by_header => basic = Some((client, secret.as_str())),
            Some(secret) => form.extend([("client_id", client), ("client_secret", secret)]),
            None => form.push(("client_id", client)),
        }
        self.http.redeem(&metadata.token_endpoint, &form, basic).await
    }

    async fn metadata(&self) -> Result<Arc<Metadata>, Fault> {
        let mut known = self.metadata.lock().await;
        if let Some(it) = known.as_ref().filter(|it| it.is_fresh(FRESH)) {
            return it.it.clone();
        }
        let url = self.settings.issuer.trim_end_matches('/');
        let url = format!("{url}/.well-known/openid-configuration");
        let it = self.http.get::<Metadata>(&url).await.and_then(|it| self.sane(it));
        let it = it.map(Arc::new);
        *known = Some(Known { it: it.clone(), at: Instant::now() });
        it
    }

    /// Whether the provider calls itself what it is called here, and nothing travels in the clear.
    fn sane(&self, it: Metadata) -> Result<Metadata, Fault> {
        let own = self.settings.issuer.starts_with("http://");
        let guarded = [&it.authorization_endpoint, &it.token_endpoint, &it.jwks_uri]
            .into_iter()
            .chain(&it.userinfo_endpoint)
            .all(|it| is_guarded(it) && (own || it.starts_with("https://")));
        if it.issuer == self.settings.issuer && guarded {
            return Ok(it);
        }
        tracing::warn!("the provider calls itself by another name, or has addresses in the clear");
        Err(Fault::Down)
    }

    /// The provider's keys; fetched anew where they are older than `at_most`.
    async fn keys(
        &self,
        metadata: &Metadata,
        at_most: Option<Duration>,
    ) -> Result<Arc<Vec<Jwk>>, Fault> {
        let mut known = self.keys.lock().await;
        if let Some(it) = known.as_ref().filter(|it| it.is_fresh(at_most.unwrap_or(FRESH))) {
            return it.it.clone();
        }
        let keys = self.http.get::<Keys>(&metadata.jwks_uri).await;
        // A key of a kind that we do not know is no reason to know none.
        let read = |it: Value| serde_json::from_value::<Jwk>(it).ok();
        let keys = keys.map(|it| Arc::new(it.keys.into_iter().filter_map(read).collect()));
        *known = Some(Known { it: keys.clone(), at: Instant::now() });
        keys
    }
}

impl<T> Known<T> {
    fn is_fresh(&self, for_long: Duration) -> bool {
        let for_long = if self.it.is_ok() { for_long } else { DOWN.min(for_long) };
        self.at.elapsed() < for_long
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_an_attempt_shows_tells_nothing_of_what_it_keeps() {
        let of = |secret| Attempt { secret, max_age: TimeDelta::hours(1), fresh: false };
        let all = [of("a").state(), of("a").nonce(), of("a").verifier(), of("b").state()];
        let different: BTreeSet<&String> = all.iter().collect();
        assert_eq!(different.len(), 4);
        assert_eq!(of("a").state(), of("a").state());
        assert_eq!(of("a").challenge().len(), 43);
    }
}
