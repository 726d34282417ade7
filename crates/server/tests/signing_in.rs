//! Signing in, through the router, on an embedded database as `chuishao user add` leaves it.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

use std::sync::Arc;

use app::{App, Parts, RunningClock, SystemIds};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use chrono::{DateTime, Utc};
use engine::{
    actor::{Rank, Role},
    calendar::Calendar,
    directory::{Tier, Unit, UnitKind},
    ids::{DistrictId, PersonId, UnitId},
    lists::Lists,
};
use server::{AppState, Site, router};
use store::{Account, NewAccount, Options, Store};
use tower::ServiceExt as _;
use uuid::Uuid;

const PASSWORD: &str = "correct horse battery";
/// The secret of the director's second factor.
const SECRET: &[u8] = b"12345678901234567890";

struct House {
    router: Router,
    _home: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: serde_json::Value,
}

impl House {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", home.path().join("chuishao.db").display());
        let store = Store::open(&Options::of(url)).await.unwrap();
        store.keyring().replace([(1, store::Key::new([7; store::KEY_LEN]))], 1).unwrap();
        store.migrate().await.unwrap();
        set_up(&store).await;
        let app = App::open(Parts {
            store,
            clock: Arc::new(RunningClock::wall()),
            wall: Arc::new(RunningClock::wall()),
            ids: Arc::new(SystemIds),
            domain: "localhost".to_owned(),
            accounts: engine::account::Rules::default(),
        });
        let state = AppState::new(app.await.unwrap(), Site::default());
        Self { router: router(state), _home: home }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut req = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            req = req.header(*name, *value);
        }
        let res = self.router.clone().oneshot(req.body(Body::from(body.to_vec())).unwrap());
        let res = res.await.unwrap();
        let (parts, body) = res.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&body).unwrap_or(serde_json::Value::Null);
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn sign_in(&self, name: &str, password: &str) -> Answer {
        let body = serde_json::json!({ "name": name, "password": password }).to_string();
        self.ask(Method::POST, "/session", &[JSON], body.as_bytes()).await
    }

    /// The same with a code, on a device.
    async fn sign_in_with(&self, code: Option<&str>, device: Option<&str>) -> Answer {
        let body = serde_json::json!({ "name": "zhuren", "password": PASSWORD, "code": code });
        let device = device.map(|it| ("cookie", it));
        let headers: Vec<_> = [JSON].into_iter().chain(device).collect();
        self.ask(Method::POST, "/session", &headers, body.to_string().as_bytes()).await
    }

    /// Whether somebody is signed in who carries these headers.
    async fn knows(&self, headers: &[(&str, &str)]) -> bool {
        let headers: Vec<_> = headers.iter().copied().chain([JSON]).collect();
        let body = br#"{"query":"{ me { __typename } }"}"#;
        let res = self.ask(Method::POST, "/graphql", &headers, body).await;
        assert_eq!(res.status, StatusCode::OK);
        assert_eq!(res.headers.get(header::CACHE_CONTROL).unwrap(), "no-store");
        !res.body.to_string().contains("UNAUTHENTICATED")
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");

async fn set_up(store: &Store) {
    let now: DateTime<Utc> = "2026-11-22T01:00:00Z".parse().unwrap();
    let district = DistrictId(Uuid::from_u128(1));
    store.add_district(district, "420303", "张湾区").await.unwrap();
    let by = store::Notes::by_program(now, engine::ids::AuditId(Uuid::from_u128(3)));
    store.add_lists(district, &Lists::preset().unwrap(), &by).await.unwrap();
    for it in Calendar::presets().unwrap() {
        store.add_calendar(district, &it, &by).await.unwrap();
    }
    let unit = Unit {
        id: UnitId(Uuid::from_u128(2)),
        kind: UnitKind::Centre,
        tier: Tier::District,
        code: "centre".to_owned(),
        name: "张湾区社会治安综合治理中心".to_owned(),
        short_name: "区综治中心".to_owned(),
        parent: None,
        territory: None,
        closed: false,
        heir: None,
    };
    store
        .put_units(district, vec![unit.clone()], None, &by, store::Commit::default())
        .await
        .unwrap();
    let hash = app::hash_password(PASSWORD).unwrap();
    let account = |n: u128, login: &str| NewAccount {
        account: Account {
            person: PersonId(Uuid::from_u128(n)),
            login: login.to_owned(),
            unit: unit.id,
            roles: vec![Role::Dispatcher],
            rank: Rank::Staff,
            post: String::new(),
            mail: None,
            disabled: false,
        },
        name: "某人".to_owned(),
        password_hash: hash.clone(),
        password_at: None,
        password_reset: false,
    };
    let mut director = account(13, "zhuren");
    director.account.roles = vec![Role::Director];
    let accounts = vec![account(11, "diaodu"), account(12, "gone"), director];
    store.add_accounts(district, accounts, &by).await.unwrap();
    let gone = PersonId(Uuid::from_u128(12));
    store.set_disabled(district, gone, Some(now), &by).await.unwrap();
    let director = PersonId(Uuid::from_u128(13));
    store.enrol(district, director, (SECRET, 0), &[], None, &by).await.unwrap();
}

fn cookie_of(res: &Answer) -> String {
    let set = res.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    assert!(set.contains("HttpOnly; SameSite=Strict; Path=/"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

/// The code that an authenticator shows so many seconds from now.
fn code(ahead: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let totp = totp_rs::Builder::new().with_secret(SECRET).build_noncompliant();
    totp.generate(now.as_secs() + ahead).to_string()
}

#[tokio::test]
async fn a_code_is_asked_once_a_device_and_for_a_confirmation() {
    let house = House::new().await;
    let res = house.sign_in_with(None, None).await;
    assert_eq!(
        (res.status, &res.body["code"]),
        (StatusCode::UNAUTHORIZED, &"SECOND_FACTOR_REQUIRED".into())
    );
    assert!(!res.headers.contains_key(header::SET_COOKIE));
    let res = house.sign_in_with(Some("000000"), None).await;
    assert_eq!((res.status, &res.body["code"]), (StatusCode::UNAUTHORIZED, &"WRONG_CODE".into()));
    let used = code(0);
    let res = house.sign_in_with(Some(&used), None).await;
    assert_eq!(res.status, StatusCode::OK, "{}", res.body);
    let cookies: Vec<&str> =
        res.headers.get_all(header::SET_COOKIE).iter().map(|it| it.to_str().unwrap()).collect();
    let device = cookies.iter().find(|it| it.starts_with("chuishao_device=")).unwrap();
    assert!(
        device.contains("HttpOnly; SameSite=Strict; Path=/session; Max-Age=2592000"),
        "{device}"
    );
    let device = device.split(';').next().unwrap();
    let res = house.sign_in_with(None, Some(device)).await;
    assert_eq!(res.status, StatusCode::OK, "{}", res.body);
    let cookie = cookie_of(&res);

    let confirm = async |cookie: &str, body: serde_json::Value| {
        let headers = [JSON, ("cookie", cookie)];
        let body = body.to_string();
        house.ask(Method::POST, "/session/confirm", &headers, body.as_bytes()).await
    };
    let res = confirm("chuishao=0123456789abcdef", serde_json::json!({ "code": "1" })).await;
    assert_eq!(
        (res.status, &res.body["code"]),
        (StatusCode::UNAUTHORIZED, &"UNAUTHENTICATED".into())
    );
    let res = confirm(&cookie, serde_json::json!({ "password": PASSWORD })).await;
    assert_eq!(
        (res.status, &res.body["code"]),
        (StatusCode::UNAUTHORIZED, &"SECOND_FACTOR_REQUIRED".into())
    );
    let res = confirm(&cookie, serde_json::json!({ "code": used })).await;
    assert_eq!((res.status, &res.body["code"]), (StatusCode::UNAUTHORIZED, &"WRONG_CODE".into()));
    // The next one, which a telephone that runs ahead shows already.
    let res = confirm(&cookie, serde_json::json!({ "code": code(30) })).await;
    assert_eq!(res.status, StatusCode::OK, "{}", res.body);
    assert!(res.body["confirmedUntil"].is_string(), "{}", res.body);
}

#[tokio::test]
async fn a_session_begins_and_ends_with_its_cookie_and_as_a_bearer() {
    let house = House::new().await;
    let res = house.sign_in("diaodu", PASSWORD).await;
    assert_eq!(res.status, StatusCode::OK);
    assert_eq!(
        res.body,
        serde_json::json!({ "name": "某人", "roles": ["dispatcher"], "unit": "区综治中心" })
    );
    let cookie = cookie_of(&res);
    let token = cookie.strip_prefix("chuishao=").unwrap();
    assert_eq!(token.len(), 64);
    let bearer = format!("Bearer {token}");
    assert!(house.knows(&[("cookie", &cookie)]).await);
    assert!(house.knows(&[("authorization", &bearer)]).await);
    assert!(!house.knows(&[]).await);
    assert!(!house.knows(&[("authorization", &format!("Bearer {}", "0".repeat(64)))]).await);

    let res = house.ask(Method::DELETE, "/session", &[("cookie", &cookie)], b"").await;
    assert_eq!(res.status, StatusCode::NO_CONTENT);
    assert_eq!(cookie_of(&res), "chuishao=");
    assert!(!house.knows(&[("cookie", &cookie)]).await);
    assert!(!house.knows(&[("authorization", &bearer)]).await);
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_a_disabled_account_are_answered_alike() {
    let house = House::new().await;
    let wrong = house.sign_in("diaodu", "wrong").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert_eq!(wrong.body["code"], "UNAUTHENTICATED");
    assert_eq!(wrong.headers.get(header::CONTENT_TYPE).unwrap(), "application/problem+json");
    assert!(!wrong.headers.contains_key(header::SET_COOKIE));
    for (name, password) in [("nobody", PASSWORD), ("gone", PASSWORD)] {
        let res = house.sign_in(name, password).await;
        assert_eq!((res.status, &res.body), (wrong.status, &wrong.body), "{name}");
    }
}

#[tokio::test]
async fn who_fails_often_has_to_wait() {
    let house = House::new().await;
    for _ in 0..5 {
        assert_eq!(house.sign_in("diaodu", "wrong").await.status, StatusCode::UNAUTHORIZED);
    }
    let res = house.sign_in("diaodu", PASSWORD).await;
    assert_eq!(res.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(res.body["code"], "TOO_MANY");
    assert_eq!(res.headers.get(header::RETRY_AFTER).unwrap(), "1");
}

#[tokio::test]
async fn bad_input_is_answered_with_a_code_and_a_sentence() {
    let house = House::new().await;
    let long = format!("{{\"name\":\"{}\",\"password\":\"x\"}}", "a".repeat(5000));
    let large = vec![b' '; 300 * 1024];
    let cases: [(&str, &[u8], StatusCode); 15] = [
        ("/session", b"", StatusCode::BAD_REQUEST),
        ("/session", b"{\"name\":\"\xff\",\"password\":\"x\"}", StatusCode::BAD_REQUEST),
        ("/session", b"{\"name\":\"\",\"password\":\"x\"}", StatusCode::BAD_REQUEST),
        ("/session/confirm", b"", StatusCode::BAD_REQUEST),
        ("/session/confirm", b"{\"code\":7}", StatusCode::BAD_REQUEST),
        ("/session/confirm", &large, StatusCode::PAYLOAD_TOO_LARGE),
        ("/session", b"{\"name\":1,\"password\":\"x\"}", StatusCode::BAD_REQUEST),
        ("/session", long.as_bytes(), StatusCode::PAYLOAD_TOO_LARGE),
        ("/session", &large, StatusCode::PAYLOAD_TOO_LARGE),
        ("/graphql", b"", StatusCode::BAD_REQUEST),
        ("/graphql", b"[{\"query\":\"{me}\"}]", StatusCode::BAD_REQUEST),
        ("/graphql", b"{\"query\":\"\xff\"}", StatusCode::BAD_REQUEST),
        ("/graphql", b"{\"query\":", StatusCode::BAD_REQUEST),
        ("/graphql", b"{\"query\":7}", StatusCode::BAD_REQUEST),
        ("/graphql", &large, StatusCode::PAYLOAD_TOO_LARGE),
    ];
    for (path, body, status) in cases {
        let zh = house.ask(Method::POST, path, &[JSON], body).await;
        assert_eq!(zh.status, status, "{path}");
        assert_eq!(zh.body["code"], "INVALID", "{path}");
        assert_eq!(zh.body["title"], "请求有误");
        let headers = [JSON, ("accept-language", "en-GB,en;q=0.8")];
        let en = house.ask(Method::POST, path, &headers, body).await;
        assert_eq!(en.body["title"], "Malformed request");
        assert!(en.body["detail"].as_str().unwrap().chars().all(|it| it < '\u{2e80}'));
    }
    for path in ["/session", "/session/confirm", "/graphql"] {
        let res = house.ask(Method::POST, path, &[("content-type", "text/plain")], b"{}").await;
        assert_eq!(res.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path}");
        let res = house.ask(Method::GET, path, &[], b"").await;
        assert_eq!(res.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(res.body["code"], "INVALID");
    }
    let query = br#"{"query":"{ nothing"}"#;
    let res = house.ask(Method::POST, "/graphql", &[JSON], query).await;
    assert_eq!(res.status, StatusCode::OK);
    assert!(res.body["errors"].is_array());
}

#[tokio::test]
async fn a_page_of_another_site_changes_nothing() {
    let house = House::new().await;
    let headers = [JSON, ("origin", "https://elsewhere.example"), ("host", "127.0.0.1:8080")];
    for (method, path) in [
        (Method::POST, "/session"),
        (Method::POST, "/session/confirm"),
        (Method::DELETE, "/session"),
        (Method::POST, "/graphql"),
    ] {
        let res = house.ask(method, path, &headers, b"{}").await;
        assert_eq!(res.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(res.body["code"], "NOT_PERMITTED");
    }
    let own = [("origin", "http://127.0.0.1:8080")];
    assert!(!house.knows(&own).await);
}

#[tokio::test]
async fn every_answer_is_numbered_and_guarded() {
    let house = House::new().await;
    for (path, status) in
        [("/healthz", 200), ("/readyz", 200), ("/", 200), ("/graphiql", 200), ("/nothing", 404)]
    {
        let res = house.ask(Method::GET, path, &[], b"").await;
        assert_eq!(res.status.as_u16(), status, "{path}");
        for name in
            ["x-request-id", "x-content-type-options", "referrer-policy", "content-security-policy"]
        {
            assert_eq!(res.headers.get_all(name).iter().count(), 1, "{path} {name}");
        }
    }
}
