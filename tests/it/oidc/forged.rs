//! What comes back that was not sent, or not by the provider: refused, told, and on the record.

use std::time::Instant;

use engine::audit::NotSignedIn;
use serde_json::json;
use tests::{Database, TestApp, on_both, process};

use super::*;

const GROUPS: &str =
    "create_accounts = true\ngroups = [{ group = 'g', unit = 'rsj', roles = ['liaison'] }]";

async fn centre(app: TestApp) -> Centre {
    let mut centre = Centre::open(app, GROUPS).await;
    centre.is(json!({ "sub": "f-1", "groups": ["g"], "preferred_username": "f1", "name": "李四" }));
    centre
}

/// The parameters of an address.
fn parameter(url: &str, name: &str) -> String {
    let (_, query) = url.split_once('?').unwrap_or_else(|| panic!("{url}"));
    let found = query.split('&').find_map(|it| it.strip_prefix(&format!("{name}=")));
    found.unwrap_or_else(|| panic!("no {name} in {url}")).to_owned()
}

/// A browser that stands before its return, and the address that it was to return to.
async fn before_return(centre: &Centre) -> (Browser, String) {
    let mut browser = centre.browser();
    let mut url = BEGIN.to_owned();
    for _ in 0..10 {
        let answer = browser.look(&url).await;
        let to = answer.header("location").to_owned();
        assert!(!to.is_empty(), "{}", answer.whole());
        let host = url.strip_prefix("http://").unwrap().split('/').next().unwrap().to_owned();
        url = if to.starts_with('/') { format!("http://{host}{to}") } else { to };
        if url.starts_with(CALLBACK) {
            browser.leave();
            return (browser, url);
        }
    }
    panic!("it does not come back");
}

on_both! {
    async fn an_attempt_comes_back_once_to_the_browser_that_began_it(app) {
        let centre = centre(app).await;
        let (mut victim, url) = before_return(&centre).await;
        let attempt = victim.cookie(HOST, "chuishao_oidc").unwrap().to_owned();
        let forged = |it: Answer| {
            assert_eq!(it.status, 400, "{}", it.whole());
            assert!(it.header("content-type").starts_with("text/html"));
            assert!(it.text().contains("已拒绝") && it.text().contains("refused"));
        };
        // Somebody else's browser, no state, another state, both twice, and an old attempt.
        forged(centre.browser().look(&url).await);
        let (mut other, others) = before_return(&centre).await;
        forged(other.look(&url).await);
        assert_eq!(centre.last_refusal().await, NotSignedIn::StateForged);
        let (state, code) = (parameter(&url, "state"), parameter(&url, "code"));
        for query in [String::new(), format!("?code={code}"), format!("?code={code}&state=x"), format!("?code={code}&state={state}&state={state}")] {
            let mut browser = centre.browser();
            browser.plant(HOST, "chuishao_oidc", &attempt, "/session/oidc");
            forged(browser.look(&format!("{CALLBACK}{query}")).await);
        }
        let parts: Vec<&str> = attempt.split('.').collect();
        let long_ago = format!("{}.{}", parts[0].parse::<u64>().unwrap() - 601, parts[1..].join("."));
        let mut browser = centre.browser();
        browser.plant(HOST, "chuishao_oidc", &long_ago, "/session/oidc");
        forged(browser.look(&url).await);

        // A code that somebody else was given is worth nothing here, and nothing after that.
        let mut thief = other.clone();
        thief.plant(HOST, "chuishao_oidc", parts.join(".").as_str(), "/nowhere");
        let (mut thief, own) = before_return(&centre).await;
        let stolen = format!("{CALLBACK}?code={code}&state={}", parameter(&own, "state"));
        assert_eq!(thief.look(&stolen).await.status, 401);
        assert_eq!(centre.last_refusal().await, NotSignedIn::CodeRefused);

        // Whose attempt it is comes in, once.
        let answer = other.look(&others).await;
        assert_eq!(answer.status, 400, "the first look took the attempt away: {}", answer.whole());
        let (mut honest, url) = before_return(&centre).await;
        let attempt = honest.cookie(HOST, "chuishao_oidc").unwrap().to_owned();
        assert_eq!(honest.look(&url).await.status, 200);
        assert!(honest.cookie(HOST, "chuishao").is_some());
        let mut again = centre.browser();
        again.plant(HOST, "chuishao_oidc", &attempt, "/session/oidc");
        let replayed = again.look(&url).await;
        assert_eq!(replayed.status, 400);
        assert!(again.cookie(HOST, "chuishao").is_none());
        assert_eq!(centre.last_refusal().await, NotSignedIn::StateReplayed);
        drop(victim.look(&url).await);
        // Another provider's answer, and a provider's no.
        let (mut browser, url) = before_return(&centre).await;
        let url = url.split("&iss=").next().unwrap().to_owned() + "&iss=https%3A%2F%2Fevil.example";
        assert_eq!(browser.look(&url).await.status, 401);
        assert_eq!(centre.last_refusal().await, NotSignedIn::TokenWrong);
        centre.close(&["f-1", "李四", &state, &code]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_the_providers_for_this_attempt_opens_nothing() {
    let mut centre = centre(TestApp::start(Database::Sqlite).await).await;
    for (wrong, why) in [
        ("audience", NotSignedIn::TokenForOther),
        ("expired", NotSignedIn::TokenExpired),
        ("unknown_key", NotSignedIn::TokenUnsigned),
        ("tampered", NotSignedIn::TokenUnsigned),
        ("unsigned", NotSignedIn::TokenUnsigned),
        ("by_secret", NotSignedIn::TokenUnsigned),
        ("nonce", NotSignedIn::TokenWrong),
        ("issuer", NotSignedIn::TokenWrong),
        ("other_subject", NotSignedIn::TokenWrong),
    ] {
        centre.provider.tell(&json!({ "token": wrong }));
        let told = centre.turned_away(401).await;
        assert!(told.contains("未通过校验") && told.contains("did not stand up"), "{wrong} {told}");
        assert_eq!(centre.last_refusal().await, why, "{wrong}");
    }
    assert!(
        centre.notes("signed_in").await.is_empty()
            && centre.notes("provider_linked").await.is_empty()
    );
    // Neither whoever it turns away, nor whoever leaves off.
    centre.provider.tell(&json!({ "token": null, "person": null }));
    centre.turned_away(401).await;
    assert_eq!(centre.last_refusal().await, NotSignedIn::ProviderDenied);
    // The right one does; also when the provider has new keys.
    centre.is(json!({ "sub": "f-1", "groups": ["g"], "preferred_username": "f1" }));
    centre.signed_in().await;
    centre.provider.tell(&json!({ "rotate": true }));
    tokio::time::sleep(Duration::from_secs(5)).await;
    centre.signed_in().await;
    centre.close(&["f-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_slow_or_gone_is_said_to_be_and_nobody_waits_for_long() {
    let mut centre = centre(TestApp::start(Database::Sqlite).await).await;
    centre.signed_in().await;
    let (mut browser, url) = before_return(&centre).await;
    centre.provider.tell(&json!({ "slow": true }));
    let since = Instant::now();
    let answer = browser.look(&url).await;
    assert_eq!(answer.status, 503, "{}", answer.whole());
    assert!(answer.text().contains("暂时不可用") && answer.text().contains("not available"));
    assert!(since.elapsed() < Duration::from_secs(15), "{:?}", since.elapsed());
    assert_eq!(centre.last_refusal().await, NotSignedIn::ProviderDown);
    // A password opens the door as ever, and the process is well.
    let health = wire::ask(&centre.program.address, "GET", "/readyz", &[], b"").await;
    assert_eq!(health.status, 200);

    let gone = OidcProvider::start(&["--redirect", CALLBACK, "--secret", SECRET]);
    let address = gone.issuer.clone();
    drop(gone);
    centre.close(&[]).await;
    let mut provider = OidcProvider::start(&["--redirect", CALLBACK, "--secret", SECRET]);
    provider.issuer = address;
    let centre = Centre::beside(TestApp::start(Database::Sqlite).await, provider, GROUPS).await;
    let answer = centre.browser().look(BEGIN).await;
    assert_eq!(answer.status, 503, "{}", answer.whole());
    assert_eq!(centre.last_refusal().await, NotSignedIn::ProviderDown);
    // A program is told in its own form.
    let told = wire::ask(
        &centre.program.address,
        "GET",
        "/session/oidc",
        &[("Accept-Language", "en")],
        b"",
    )
    .await;
    assert_eq!(told.header("content-type"), "application/problem+json");
    assert_eq!(told.code(), "BUSY");
    centre.close(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_elsewhere() {
    let centre = centre(TestApp::start(Database::Sqlite).await).await;
    for to in [
        "https://evil.example",
        "//evil.example",
        "/evil",
        "graphiql/../x",
        "%0d%0aLocation:%20//evil",
        "",
    ] {
        let mut browser = centre.browser();
        let answer = browser.open(&format!("{SITE}/session/oidc?to={to}")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(browser.trail.last().unwrap(), &format!("{SITE}/"), "{to}");
    }
    // From another site's page the way is the same, and no cookie of ours goes along but the attempt's.
    let mut browser = centre.browser();
    browser.open(&format!("{}/jwks", centre.provider.issuer)).await;
    browser.open(BEGIN).await;
    assert_eq!(browser.trail.last().unwrap(), &format!("{SITE}/graphiql"));
    assert!(browser.ask(SITE, "{ me { name } }").await["data"]["me"]["name"].is_string());
    for method in ["POST", "PUT", "DELETE"] {
        let answer =
            wire::ask(&centre.program.address, method, "/session/oidc/callback", &[], b"").await;
        assert_eq!(answer.status, 405, "{method}");
    }
    centre.close(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_asked_over_tls_that_is_checked() {
    let provider = OidcProvider::start(&["--redirect", CALLBACK, "--secret", SECRET, "--tls"]);
    let cert = provider.cert.clone().unwrap();
    assert!(provider.issuer.starts_with("https://"));
    let trusting = format!("ca_file = '{cert}'");
    let centre = Centre::beside(TestApp::start(Database::Sqlite).await, provider, &trusting).await;
    let answer = centre.browser().look(BEGIN).await;
    assert_eq!(answer.status, 303, "{}", answer.whole());
    assert!(answer.header("location").starts_with(&centre.provider.issuer));
    let Centre { program, provider, .. } = centre;
    assert!(program.end());
    let centre = Centre::beside(TestApp::start(Database::Sqlite).await, provider, "").await;
    assert_eq!(centre.browser().look(BEGIN).await.status, 503, "nobody vouches for it");
    centre.close(&[]).await;
}

#[test]
fn settings_that_are_not_in_order_are_refused_at_the_start_and_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let readable = private(home.path(), "readable", "secret");
    std::fs::set_permissions(&readable, std::fs::Permissions::from_mode(0o644)).unwrap();
    let empty = private(home.path(), "empty", "\n");
    let usual = "issuer = 'https://sso.example'\nclient_id = 'c'\n";
    for (more, expected) in [
        (format!("{usual}client_secret_file = '{}'", readable.display()), "chmod 600"),
        (format!("{usual}client_secret_file = '{}'", empty.display()), "oidc.client_secret_file"),
        (
            format!("{usual}client_secret_file = '{}/none'", home.path().display()),
            "oidc.client_secret_file",
        ),
        (format!("{usual}ca_file = '{}'", empty.display()), "oidc.ca_file"),
        ("issuer = 'http://sso.example'\nclient_id = 'c'".to_owned(), "oidc.issuer"),
        (format!("{usual}grups = []"), "oidc.groups"),
        (format!("{usual}groups = [{{ group = 'g', roles = ['auditor'] }}]"), "第 1 组"),
        (format!("{usual}groups = [{{ group = 'g', units = 'x', roles = ['liaison'] }}]"), "units"),
    ] {
        let config = home.path().join("chuishao.toml");
        let data = home.path().join("data");
        let url = format!("sqlite://{}/chuishao.db", data.display());
        std::fs::write(&config, format!("[database]\nurl = '{url}'\n[oidc]\n{more}\n")).unwrap();
        let output = std::process::Command::new(process::program())
            .args(["serve", "--listen", "127.0.0.1:0", "--config", &config.display().to_string()])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{more} {said}");
        assert!(said.contains(expected), "{more} {said}");
    }
}
