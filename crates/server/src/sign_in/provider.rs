//! The way to a provider and back: GET /session/oidc begins it, GET /session/oidc/callback ends it.
//!
//! An attempt is bound to the browser that began it by a cookie of its own, lasts ten minutes, and
//! comes back once. Where it leads is one of two places that are written here, so that nobody is
//! led elsewhere.

use std::time::Duration;

use app::Provided;
use axum::{
    Json,
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse as _, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use engine::{Refusal, audit::NotSignedIn, refusal::AccountRefusal, text::Digest};
use serde::{Deserialize, Serialize};

use super::{fault, page, refused, token};
use crate::{
    oidc::{Attempt, Fault, Provider},
    problem::{Code, Problem, lang},
    state::{AppState, source},
};

/// How long somebody may take to sign in there.
const LASTS: TimeDelta = TimeDelta::minutes(10);
/// The longest parameter that is looked at.
const LONGEST: usize = 4096;

/// Where a sign-in leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Landing {
    Home,
    Graphiql,
}

impl Landing {
    fn path(self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::Graphiql => "/graphiql",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Home => "h",
            Self::Graphiql => "g",
        }
    }

    fn of_sign(sign: &str) -> Option<Self> {
        [Self::Home, Self::Graphiql].into_iter().find(|it| it.sign() == sign)
    }
}

/// How an attempt begins.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Wish {
    /// Where it is to lead: `graphiql`, else home.
    to: Option<String>,
    /// Whether the provider has to ask anew, as for a confirmation.
    fresh: Option<String>,
}

/// How it comes back.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Return {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    /// Which provider answers (RFC 9207).
    iss: Option<String>,
}

/// What is offered at the door besides a password.
#[derive(Serialize)]
struct Offered<'a> {
    provider: Option<Button<'a>>,
}

#[derive(Serialize)]
struct Button<'a> {
    button: &'a str,
    path: &'static str,
}

/// An attempt as its cookie holds it.
struct Begun {
    /// The part that everything is drawn from.
    secret: String,
    at: DateTime<Utc>,
    landing: Landing,
    /// The digests of what the same browser showed when it began; a browser that comes back from
    /// another site shows none of it.
    device: Option<Digest>,
    session: Option<Digest>,
}

impl Begun {
    fn new(now: DateTime<Utc>, landing: Landing, headers: &HeaderMap) -> Result<Self, Problem> {
        let drawn = app::random_token().map_err(|it| fault(&it))?;
        Ok(Self {
            secret: format!("{}.{drawn}.{}", now.timestamp(), landing.sign()),
            at: now,
            landing,
            device: token::device_of(headers).map(|it| app::digest(&it)),
            session: token::session_of(headers).map(|it| app::digest(&it)),
        })
    }

    fn cookie(&self) -> String {
        let of = |it: &Option<Digest>| it.map_or_else(|| "-".to_owned(), |it| it.to_string());
        format!("{}.{}.{}", self.secret, of(&self.device), of(&self.session))
    }

    fn read(cookie: &str) -> Option<Self> {
        let parts: Vec<&str> = cookie.split('.').collect();
        let [at, drawn, landing, device, session] = parts.as_slice() else { return None };
        let digest = |it: &str| if it == "-" { Some(None) } else { Digest::parse(it).map(Some) };
        Digest::parse(drawn)?;
        Some(Self {
            secret: format!("{at}.{drawn}.{landing}"),
            at: DateTime::from_timestamp(at.parse().ok()?, 0)?,
            landing: Landing::of_sign(landing)?,
            device: digest(device)?,
            session: digest(session)?,
        })
    }

    fn is_open(&self, now: DateTime<Utc>) -> bool {
        now - self.at < LASTS && self.at <= now
    }
}

const NONE: Problem = Problem::new(
    StatusCode::NOT_FOUND,
    Code::NotFound,
    "本系统没有启用统一身份认证，请用密码登录。",
    "No provider signs people in here. Sign in by your password.",
);
const FORGED: Problem = Problem::new(
    StatusCode::BAD_REQUEST,
    Code::Unauthenticated,
    "这次登录不是由本浏览器在十分钟内发起的，已拒绝。请从本系统重新登录。",
    "This sign-in was not begun by this browser within the last ten minutes, and is refused. Begin anew from here.",
);
const REPLAYED: Problem = Problem::new(
    StatusCode::BAD_REQUEST,
    Code::Unauthenticated,
    "这次登录已经用过，已拒绝。请从本系统重新登录。",
    "This sign-in was used before, and is refused. Begin anew from here.",
);
const DENIED: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    Code::Unauthenticated,
    "统一身份认证没有通过，或您取消了登录。",
    "The provider did not let you in, or you left off.",
);
const DOWN: Problem = Problem::new(
    StatusCode::SERVICE_UNAVAILABLE,
    Code::Busy,
    "统一身份认证暂时不可用。请稍后再试，或用密码登录；持续如此请联系系统管理员。",
    "The provider is not available. Try again later, or sign in by your password; if it goes on, tell the system administrator.",
);
const UNTRUE: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    Code::Unauthenticated,
    "统一身份认证的答复未通过校验，已拒绝并记录。请从本系统重新登录；持续如此请联系系统管理员。",
    "The answer of the provider did not stand up to the checks; it is refused and recorded. Begin anew from here; if it goes on, tell the system administrator.",
);

/// GET /session/offered: what is offered at the door.
pub(crate) async fn offered(State(state): State<AppState>) -> Response {
    let button = |it: &Provider| it.button().to_owned();
    let button = state.provider().map(button);
    let provider = button.as_deref().map(|button| Button { button, path: "/session/oidc" });
    Json(Offered { provider }).into_response()
}

/// GET /session/oidc: sends the browser to the provider.
pub(crate) async fn begin(
    State(state): State<AppState>,
    wish: Result<Query<Wish>, QueryRejection>,
    req: Request,
) -> Response {
    let headers = req.headers();
    let Some(provider) = state.provider() else { return NONE.answer(lang(headers)) };
    let wish = wish.map(|it| it.0).unwrap_or_default();
    let landing = match wish.to.as_deref() {
        Some("graphiql") => Landing::Graphiql,
        Some(_) | None => Landing::Home,
    };
    let begun = match Begun::new(state.app().wall(), landing, headers) {
        Ok(it) => it,
        Err(problem) => return page::stop(problem, headers, &[]),
    };
    let attempt = state.attempt(&begun.secret, wish.fresh.is_some());
    match provider.begin(&attempt).await {
        Ok(url) => {
            let secure = state.site().public_url.is_secure();
            let lasts = LASTS.to_std().unwrap_or_default();
            let cookie = token::attempt_cookie(&begun.cookie(), lasts, secure);
            let headers = [(header::SET_COOKIE, cookie), (header::LOCATION, url.to_string())];
            (StatusCode::SEE_OTHER, AppendHeaders(headers)).into_response()
        }
        Err(it) => {
            let from = source(headers, req.extensions()).map(|it| it.to_string());
            let problem = state.not_by_provider(it.why(), untrue(it), from).await;
            page::stop(problem, headers, &[])
        }
    }
}

/// GET /session/oidc/callback: whom the provider sends back.
pub(crate) async fn end(
    State(state): State<AppState>,
    came: Result<Query<Return>, QueryRejection>,
    req: Request,
) -> Response {
    let headers = req.headers();
    let Some(provider) = state.provider() else { return NONE.answer(lang(headers)) };
    let from = source(headers, req.extensions()).map(|it| it.to_string());
    // What is said twice says nothing.
    let came = came.map(|it| it.0).unwrap_or_default();
    let mut res = match state.come_back(provider, came, from, headers).await {
        Ok(res) => res,
        Err((problem, tell)) => {
            let tell: Vec<(&str, &str)> =
                tell.iter().map(|(name, value)| (*name, value.as_str())).collect();
            page::stop(problem, headers, &tell)
        }
    };
    let gone = token::attempt_cookie("", Duration::ZERO, state.site().public_url.is_secure());
    if let Ok(gone) = gone.parse() {
        res.headers_mut().append(header::SET_COOKIE, gone);
    }
    res
}

/// A refusal, and what is to be told to an administrator.
type Stopped = (Problem, Vec<(&'static str, String)>);

impl AppState {
    fn attempt<'a>(&self, secret: &'a str, fresh: bool) -> Attempt<'a> {
        let max_age = TimeDelta::hours(i64::from(self.app().account_rules().session_hours));
        Attempt { secret, max_age, fresh }
    }

    async fn come_back(
        &self,
        provider: &Provider,
        came: Return,
        from: Option<String>,
        headers: &HeaderMap,
    ) -> Result<Response, Stopped> {
        let no =
            async |why, problem| (self.not_by_provider(why, problem, from.clone()).await, vec![]);
        let now = self.app().wall();
        let begun = token::attempt_of(headers).and_then(|it| Begun::read(&it));
        let Some(begun) = begun.filter(|it| it.is_open(now)) else {
            return Err(no(NotSignedIn::StateForged, FORGED).await);
        };
        let attempt = self.attempt(&begun.secret, false);
        // Digests are compared: how long it takes tells nothing of what they are of.
        let is_own = |it: &String| app::digest(it) == app::digest(&attempt.state());
        if !came.state.as_ref().is_some_and(is_own) {
            return Err(no(NotSignedIn::StateForged, FORGED).await);
        }
        let first = self.app().comes_back(&begun.secret, begun.at + LASTS).await;
        if !first.map_err(|it| (fault(&it), vec![]))? {
            return Err(no(NotSignedIn::StateReplayed, REPLAYED).await);
        }
        if came.iss.is_some_and(|it| it != provider.issuer()) {
            return Err(no(NotSignedIn::TokenWrong, UNTRUE).await);
        }
        let code = match (came.code, came.error) {
            (Some(code), None) if code.len() <= LONGEST => code,
            (_, _) => return Err(no(NotSignedIn::ProviderDenied, DENIED).await),
        };
        let it = match provider.redeem(&code, &attempt).await {
            Ok(it) => it,
            Err(it) => return Err(no(it.why(), untrue(it)).await),
        };
        let tell = vec![("issuer", it.who.issuer.clone()), ("subject", it.who.subject.clone())];
        let by = Provided { device: begun.device, session: begun.session, source: from };
        let signed_in = self.app().sign_in_by_provider(provider.rules(), it, by).await;
        let signed_in = signed_in.map_err(|error| {
            let to_be_linked = matches!(
                &error,
                app::Error::Refused(Refusal::Account(
                    AccountRefusal::NotLinked | AccountRefusal::LoginTaken
                ))
            );
            (refused(error), if to_be_linked { tell } else { vec![] })
        })?;
        let secure = self.site().public_url.is_secure();
        let lasts = signed_in.lasts.to_std().unwrap_or_default();
        let session = token::session_cookie(&signed_in.token, lasts, secure);
        let cookie = AppendHeaders([(header::SET_COOKIE, session)]);
        Ok((cookie, page::onward(begun.landing.path())).into_response())
    }

    /// Keeps on the record that a sign-in came to nothing, and says so.
    async fn not_by_provider(
        &self,
        why: NotSignedIn,
        problem: Problem,
        from: Option<String>,
    ) -> Problem {
        let code: &'static str = why.into();
        tracing::info!(code, "a sign-in by the provider was refused");
        match self.app().not_by_provider(None, why, from).await {
            Ok(()) => problem,
            Err(error) => fault(&error),
        }
    }
}

fn untrue(fault: Fault) -> Problem {
    match fault {
        Fault::Down => DOWN,
        Fault::Code | Fault::Unsigned | Fault::ForOther | Fault::Expired | Fault::Wrong => UNTRUE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_read_as_it_was_kept_and_nothing_else_is() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let begun = Begun::new(now, Landing::Graphiql, &HeaderMap::new()).unwrap();
        let read = Begun::read(&begun.cookie()).unwrap();
        assert_eq!(
            (read.secret, read.at, read.landing),
            (begun.secret.clone(), now, Landing::Graphiql)
        );
        assert!(read.device.is_none() && read.session.is_none());
        assert!(begun.is_open(now) && begun.is_open(now + LASTS - TimeDelta::seconds(1)));
        assert!(!begun.is_open(now + LASTS) && !begun.is_open(now - TimeDelta::seconds(1)));
        for wrong in [
            "",
            ".",
            "....",
            "1.2.h.-.-",
            &begun.cookie()[1..],
            &begun.cookie().replace(".g.", ".x."),
        ] {
            // A digit less is another time, at which nothing was begun.
            assert!(Begun::read(wrong).is_none_or(|it| !it.is_open(now)), "{wrong}");
        }
    }

    #[test]
    fn it_leads_to_no_place_that_is_not_written_here() {
        for sign in ["h", "g"] {
            assert!(Landing::of_sign(sign).unwrap().path().starts_with('/'));
        }
        for sign in ["", "https://evil.example", "//evil", "/"] {
            assert_eq!(Landing::of_sign(sign), None);
        }
    }
}
