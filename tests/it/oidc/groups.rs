//! Who is let in, as whom, and what the provider's groups give and take.

use engine::{
    actor::Role,
    audit::{AuditFact, NotSignedIn, Proof},
};
use serde_json::{Value, json};
use tests::{Database, TestApp, on_both, unit_id};

use super::*;
use crate::accounts::shown_at;

const ME: &str = "{ me { name unit { code } roles must confirmedUntil } }";
const GROUPS: &str = "create_accounts = true\ngroups = [\
    { group = '人社局', unit = 'rsj', roles = ['liaison'] }, \
    { group = '负责人', roles = ['unit_leader'] }, \
    { group = '住建局', unit = 'zjj', roles = ['liaison'] }, \
    { group = '主任', unit = 'qzx', roles = ['director'] }, \
    { group = '无此单位', unit = 'none', roles = ['liaison'] }]";

fn person(sub: &str, groups: &[&str]) -> Value {
    json!({ "sub": sub, "groups": groups, "preferred_username": format!("sso-{sub}"), "name": "张三", "email": "z@test.example" })
}

on_both! {
    async fn an_account_is_linked_by_an_administrator_and_then_signed_in(app) {
        let security = app.token("security").await;
        let (system, director) = (app.token("admin").await, app.token("director").await);
        let mut centre = Centre::open(app, "").await;
        centre.is(person("p-1", &["人社局"]));
        // What is offered at the door is told to everybody.
        let offered = wire::ask(&centre.program.address, "GET", "/session/offered", &[], b"").await.json();
        assert_eq!(offered, json!({ "provider": { "button": "统一身份认证登录", "path": "/session/oidc" } }));
        // A name that is the same as an account's is no link.
        let told = centre.turned_away(401).await;
        assert!(told.contains("p-1") && told.contains(&centre.provider.issuer) && told.contains("安全管理员"), "{told}");
        assert_eq!(centre.last_refusal().await, NotSignedIn::NotLinked);

        for token in [&system, &director] {
            assert_eq!(code(&centre.link(token, "rsj", "p-1").await), "NOT_PERMITTED");
        }
        assert_eq!(code(&centre.link(&security, "rsj", "p-1").await), "DONE");
        assert_eq!(code(&centre.link(&security, "zjj", "p-1").await), "INVALID", "one person there is one account here");
        for login in ["admin", "auditor"] {
            assert_eq!(code(&centre.link(&security, login, "p-9").await), "NOT_PERMITTED");
        }
        let linked = |app: &TestApp| AuditFact::ProviderLinked { person: app.person("rsj").parse().unwrap(), linked: true };
        assert_eq!(centre.notes("provider_linked").await, [linked(&centre.app)]);

        let mut browser = centre.signed_in().await;
        let answer = browser.ask(SITE, ME).await;
        assert_eq!((&me(&answer)["unit"]["code"], &me(&answer)["roles"]), (&json!("rsj"), &json!(["LIAISON"])));
        assert!(me(&answer)["confirmedUntil"].is_string(), "who has just signed in there need not show it again");
        let person = centre.app.person("rsj").parse().unwrap();
        assert_eq!(centre.notes("signed_in").await, [AuditFact::SignedIn { person, by: Proof::Provider }]);
        // The same browser signs in anew: its first session is over.
        let first = browser.cookie(HOST, "chuishao").unwrap().to_owned();
        browser.open(BEGIN).await;
        let mut other = centre.browser();
        other.plant(HOST, "chuishao", &first, "/");
        assert!(other.ask(SITE, ME).await["data"]["me"].is_null());

        // Without the link nobody is let in, and nobody stays.
        let unlink = json!({ "account": centre.app.person("rsj"), "identity": null });
        assert_eq!(code(&centre.administers(&security, "linkProvider", unlink).await), "DONE");
        assert!(browser.ask(SITE, ME).await["data"]["me"].is_null());
        centre.turned_away(401).await;
        centre.close(&["p-1", "张三"]).await;
    }
}

on_both! {
    async fn groups_make_an_account_and_give_and_take_its_roles_and_unit(app) {
        let (security, system) = (app.token("security").await, app.token("admin").await);
        let mut centre = Centre::open(app, GROUPS).await;
        for groups in [&[][..], &["无此组"], &["负责人"], &["人社局", "住建局"], &["无此单位"]] {
            centre.is(person("g-1", groups));
            centre.turned_away(401).await;
            assert_eq!(centre.last_refusal().await, NotSignedIn::NoPlace, "{groups:?}");
        }
        // A name that an account has already is not taken over.
        centre.is(json!({ "sub": "g-2", "groups": ["人社局"], "preferred_username": "rsj" }));
        assert!(centre.turned_away(401).await.contains("g-2"));
        assert_eq!(centre.last_refusal().await, NotSignedIn::LoginTaken);

        centre.is(person("g-1", &["人社局", "负责人"]));
        let mut browser = centre.signed_in().await;
        let answer = browser.ask(SITE, ME).await;
        assert_eq!(me(&answer)["name"], "张三");
        assert_eq!((&me(&answer)["unit"]["code"], &me(&answer)["roles"]), (&json!("rsj"), &json!(["LIAISON", "UNIT_LEADER"])));
        let added = centre.notes("account_added").await;
        let AuditFact::AccountAdded { person: newcomer, .. } = added[0] else { panic!("{added:?}") };

        // A group less is a role less, at the next sign-in; what was open before is closed.
        centre.is(person("g-1", &["人社局"]));
        let answer = centre.signed_in().await.ask(SITE, ME).await;
        assert_eq!(me(&answer)["roles"], json!(["LIAISON"]));
        assert!(browser.ask(SITE, ME).await["data"]["me"].is_null());
        assert_eq!(centre.notes("roles_changed").await, [AuditFact::RolesChanged {
            person: newcomer, before: vec![Role::Liaison, Role::UnitLeader], after: vec![Role::Liaison], asked_by: None,
        }]);
        // Another unit there is another unit here.
        centre.is(person("g-1", &["住建局"]));
        let answer = centre.signed_in().await.ask(SITE, ME).await;
        assert_eq!(me(&answer)["unit"]["code"], "zjj");
        assert_eq!(centre.notes("unit_followed").await, [AuditFact::UnitFollowed { person: newcomer, before: unit_id("rsj"), after: unit_id("zjj") }]);
        // No group is no role; and what an administrator granted by hand is gone with it.
        centre.is(person("g-1", &[]));
        let answer = centre.signed_in().await.ask(SITE, ME).await;
        assert_eq!(me(&answer)["roles"], json!([]));
        let grant = json!({ "account": newcomer.to_string(), "roles": ["DISPATCHER"] });
        assert_eq!(code(&centre.administers(&security, "grantRoles", grant).await), "DONE");
        let answer = centre.signed_in().await.ask(SITE, ME).await;
        assert_eq!(me(&answer)["roles"], json!([]));
        assert_eq!(centre.notes("roles_changed").await.len(), 4);

        // Whoever is disabled stays out, whatever the provider says.
        let account = || json!({ "account": newcomer.to_string() });
        centre.is(person("g-1", &["人社局"]));
        assert_eq!(code(&centre.administers(&system, "disableAccount", account()).await), "DONE");
        centre.turned_away(401).await;
        assert_eq!(centre.last_refusal().await, NotSignedIn::Disabled);
        assert_eq!(code(&centre.administers(&system, "enableAccount", account()).await), "DONE");
        centre.signed_in().await;
        // An administrator is signed in by nobody but themselves, linked before or not.
        let ask = json!({ "account": newcomer.to_string(), "roles": ["AUDITOR"] });
        assert_eq!(code(&centre.administers(&security, "grantRoles", ask).await), "DONE");
        let confirm = json!({ "account": newcomer.to_string(), "granted": true });
        assert_eq!(code(&centre.administers(&system, "confirmRoles", confirm).await), "DONE");
        centre.turned_away(401).await;
        assert_eq!(centre.last_refusal().await, NotSignedIn::ByPasswordOnly);
        centre.close(&["g-1", "sso-g-1", "z@test.example"]).await;
    }
}

/// Enrols whoever the browser is: the secret.
async fn enrol(browser: &mut Browser) -> String {
    let begin = r#"mutation { beginSecondFactor(input: { password: "-" }) { secret } }"#;
    let begun = browser.ask(SITE, begin).await;
    let secret = begun["data"]["beginSecondFactor"]["secret"].as_str();
    let secret = secret.unwrap_or_else(|| panic!("{begun}")).to_owned();
    let confirm = format!(
        r#"mutation {{ confirmSecondFactor(input: {{ code: "{}" }}) {{ me {{ must }} }} }}"#,
        shown_at(&secret, now())
    );
    let done = browser.ask(SITE, &confirm).await;
    assert_eq!(done["data"]["confirmSecondFactor"]["me"]["must"], json!([]), "{done}");
    secret
}

/// The time on the wall, as codes count it.
fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_no_second_factor_unless_it_is_trusted_to_be_one() {
    let mut centre = Centre::open(TestApp::start(Database::Sqlite).await, GROUPS).await;
    let director = |amr: Value| {
        let mut it = person("d-1", &["主任"]);
        it["amr"] = amr;
        it
    };
    centre.is(director(json!(["pwd", "otp"])));
    let mut browser = centre.signed_in().await;
    let answer = browser.ask(SITE, ME).await;
    assert_eq!(me(&answer)["must"], json!(["ENROL_SECOND_FACTOR"]));
    let act = "{ petitions { totalCount } }";
    assert_eq!(code(&browser.ask(SITE, act).await), "SECOND_FACTOR_REQUIRED");
    // They have no password here: what they showed there a moment ago takes its place.
    let secret = enrol(&mut browser).await;
    assert_eq!(code(&browser.ask(SITE, act).await), "DONE");

    // A new browser owes the code before anything else, and is known from then on.
    let mut browser = centre.signed_in().await;
    let answer = browser.ask(SITE, ME).await;
    assert_eq!(me(&answer)["must"], json!(["GIVE_CODE"]));
    assert!(me(&answer)["confirmedUntil"].is_null());
    for forbidden in [act, r#"mutation { beginSecondFactor(input: { password: "-" }) { secret } }"#]
    {
        assert_eq!(code(&browser.ask(SITE, forbidden).await), "SECOND_FACTOR_REQUIRED");
    }
    let confirm = format!("{SITE}/session/confirm");
    let wrong = browser.post(&confirm, &json!({ "code": "000000" })).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (401, "WRONG_CODE"));
    let done = browser.post(&confirm, &json!({ "code": shown_at(&secret, now() + 30) })).await;
    assert_eq!(done.status, 200, "{}", done.whole());
    assert_eq!(code(&browser.ask(SITE, act).await), "DONE");
    browser.open(BEGIN).await;
    assert_eq!(
        me(&browser.ask(SITE, ME).await)["must"],
        json!([]),
        "a known device is not asked again"
    );

    // Codes cannot be tried for ever, a few in each session.
    for n in 0..5 {
        let mut browser = centre.signed_in().await;
        let tried = browser.post(&confirm, &json!({ "code": "000000" })).await;
        assert_eq!(tried.status, 401, "{n}");
    }
    let told = centre.turned_away(401).await;
    assert!(told.contains("锁定"), "{told}");
    assert_eq!(centre.last_refusal().await, NotSignedIn::Locked);
    centre.close(&[&secret]).await;

    let trusting = format!("{GROUPS}\nsecond_factors = ['otp']");
    let mut centre = Centre::open(TestApp::start(Database::Sqlite).await, &trusting).await;
    for (amr, must) in
        [(json!(["pwd"]), json!(["ENROL_SECOND_FACTOR"])), (json!(["pwd", "otp"]), json!([]))]
    {
        centre.is(director(amr));
        let answer = centre.signed_in().await.ask(SITE, ME).await;
        assert_eq!(me(&answer)["must"], must);
    }
    // Who signed in there long ago has confirmed nothing now.
    let mut before = director(json!(["otp"]));
    before["ago"] = json!(3600);
    centre.is(before);
    let answer = centre.signed_in().await.ask(SITE, ME).await;
    assert!(me(&answer)["confirmedUntil"].is_null());
    let mut longer = director(json!(["otp"]));
    longer["ago"] = json!(13 * 3600);
    centre.is(longer);
    let (browser, _) = centre.sign_in().await;
    assert!(browser.cookie(HOST, "chuishao").is_none());
    centre.close(&[]).await;
}
