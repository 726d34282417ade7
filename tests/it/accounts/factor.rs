//! The second factor: asked once a device and for what is sensitive; each code opens once.

use app::{Attempt, Confirmation};
use chrono::TimeDelta;
use engine::{
    account::{Rules, SecondFactor, pass::Must},
    audit::{AuditFact, NotSignedIn, Proof},
};
use serde_json::json;
use tests::{Database, TestApp, on_both};

use super::{
    PASSWORD, act, another_process, ask, attempt, code, code_of, enrol, holder, next_code, notes,
    shown, shown_at, sign_in, with_password,
};

/// The director, with a second factor: the secret and the recovery codes.
async fn director(app: &TestApp) -> (String, Vec<String>) {
    with_password(app, "director").await;
    let token = sign_in(app, "director").await.token;
    let enrolled = enrol(app, &token).await;
    next_code(app);
    enrolled
}

fn with_code(code: &str) -> Attempt {
    attempt("director", PASSWORD, Some(code))
}

on_both! {
    async fn whoever_is_privileged_enrols_before_anything_else(app) {
        for login in ["director", "leader", "officer", "admin", "security", "auditor", "duty", "dispatcher", "rsj_head"] {
            with_password(&app, login).await;
            let privileged = !["dispatcher", "rsj_head"].contains(&login);
            let must = sign_in(&app, login).await.must;
            assert_eq!(must == [Must::EnrolSecondFactor], privileged, "{login}");
        }
        let token = sign_in(&app, "director").await.token;
        let answer = ask(&app, &token, "{ whistles { totalCount } }", json!({})).await;
        assert_eq!(code(&answer), "SECOND_FACTOR_REQUIRED");
        let wrong = act(&app, &token, "beginSecondFactor", json!({ "password": "wrong" }), "uri").await;
        assert_eq!(code(&wrong), "WRONG_PASSWORD");
        let early = act(&app, &token, "confirmSecondFactor", json!({ "code": "123456" }), "codes").await;
        assert_eq!(code(&early), "INVALID", "nothing was begun");
        let elsewhere = sign_in(&app, "director").await.token;
        let (_, codes) = enrol(&app, &token).await;
        assert_eq!(codes.len(), 10);
        let answer = ask(&app, &token, "{ whistles { totalCount } me { must secondFactor recoveryCodesLeft confirmedUntil } }", json!({})).await;
        assert_eq!(answer["data"]["me"]["must"], json!([]), "{answer}");
        assert_eq!(answer["data"]["me"]["recoveryCodesLeft"], 10);
        assert!(!answer["data"]["me"]["confirmedUntil"].is_null());
        assert!(holder(&app.app, &elsewhere).await.is_none(), "what was open without it ends");
        assert_eq!(notes(&app, "second_factor_enrolled").await.len(), 1);
    }
}

on_both! {
    async fn a_code_is_asked_after_the_right_password_and_once_a_device(app) {
        let (secret, _) = director(&app).await;
        // Only who knows the password hears that a code is asked for.
        assert_eq!(code_of(app.app.sign_in(attempt("director", "wrong", Some("123456"))).await), "UNAUTHENTICATED");
        assert_eq!(code_of(app.app.sign_in(attempt("director", PASSWORD, None)).await), "SECOND_FACTOR_REQUIRED");
        assert_eq!(code_of(app.app.sign_in(with_code("000000")).await), "WRONG_CODE");
        let signed_in = app.app.sign_in(with_code(&shown(&app, &secret))).await.unwrap();
        let device = signed_in.device.expect("the device is known from now on");
        let known = |device: &str| Attempt { device: Some(device.to_owned()), ..attempt("director", PASSWORD, None) };
        let again = app.app.sign_in(known(&device)).await.unwrap();
        assert!(again.must.is_empty() && again.device.is_none());
        assert_eq!(code_of(app.app.sign_in(known("0123456789abcdef")).await), "SECOND_FACTOR_REQUIRED");
        // It is known to this person alone, and opens nothing without the password.
        with_password(&app, "leader").await;
        let leader = sign_in(&app, "leader").await.token;
        enrol(&app, &leader).await;
        let other = Attempt { device: Some(device.clone()), ..attempt("leader", PASSWORD, None) };
        assert_eq!(code_of(app.app.sign_in(other).await), "SECOND_FACTOR_REQUIRED");
        let wrong = Attempt { device: Some(device.clone()), ..attempt("director", "wrong", None) };
        assert_eq!(code_of(app.app.sign_in(wrong).await), "UNAUTHENTICATED");
        // For thirty days, and not after everything was signed out.
        app.clock.advance(TimeDelta::days(30));
        assert_eq!(code_of(app.app.sign_in(known(&device)).await), "SECOND_FACTOR_REQUIRED");
        let fresh = app.app.sign_in(with_code(&shown(&app, &secret))).await.unwrap();
        let device = fresh.device.unwrap();
        act(&app, &fresh.token, "signOutEverywhere", json!({}), "id").await;
        assert_eq!(code_of(app.app.sign_in(known(&device)).await), "SECOND_FACTOR_REQUIRED");
        let how: Vec<Proof> = notes(&app, "signed_in").await.into_iter().rev().filter_map(|it| match it {
            AuditFact::SignedIn { person, by } if person.to_string() == app.person("director") => Some(by),
            _ => None,
        }).collect();
        assert_eq!(how, [Proof::Password, Proof::Code, Proof::KnownDevice, Proof::Code]);
    }
}

on_both! {
    async fn two_people_at_one_desk_are_each_known_there(app) {
        let (secret, _) = director(&app).await;
        with_password(&app, "leader").await;
        let leader = sign_in(&app, "leader").await.token;
        let (other_secret, _) = enrol(&app, &leader).await;
        next_code(&app);
        let first = app.app.sign_in(with_code(&shown(&app, &secret))).await.unwrap().device.unwrap();
        let second = Attempt { device: Some(first.clone()), ..attempt("leader", PASSWORD, Some(&shown(&app, &other_secret))) };
        let device = app.app.sign_in(second).await.unwrap().device.unwrap();
        assert_ne!(first, device, "what was planted there before is worth nothing");
        for login in ["director", "leader"] {
            let known = Attempt { device: Some(device.clone()), ..attempt(login, PASSWORD, None) };
            assert_eq!(code_of(app.app.sign_in(known).await), "DONE", "{login}");
            let old = Attempt { device: Some(first.clone()), ..attempt(login, PASSWORD, None) };
            assert_eq!(code_of(app.app.sign_in(old).await), "SECOND_FACTOR_REQUIRED", "{login}");
        }
    }
}

on_both! {
    async fn a_code_that_was_used_opens_nothing_and_of_two_at_once_one_wins(app) {
        let (secret, _) = director(&app).await;
        let code = shown(&app, &secret);
        let other = another_process(&app, Rules::default()).await;
        let (one, two) = tokio::join!(app.app.sign_in(with_code(&code)), other.sign_in(with_code(&code)));
        let mut codes = [code_of(one), code_of(two)];
        codes.sort_unstable();
        assert_eq!(codes, ["DONE", "WRONG_CODE"]);
        app.clock.advance(TimeDelta::seconds(30));
        assert_eq!(code_of(app.app.sign_in(with_code(&code)).await), "WRONG_CODE", "within its skew, and used");
        // Nor does one that was shown before the one that was used.
        next_code(&app);
        next_code(&app);
        let earlier = shown_at(&secret, engine::account::factor::seconds(app.app.wall()) - 30);
        app.app.sign_in(with_code(&shown(&app, &secret))).await.unwrap();
        assert_eq!(code_of(app.app.sign_in(with_code(&earlier)).await), "WRONG_CODE");
    }
}

on_both! {
    async fn a_recovery_code_opens_once(app) {
        let (_, codes) = director(&app).await;
        let signed_in = app.app.sign_in(with_code(&codes[0].to_uppercase())).await.unwrap();
        assert!(signed_in.device.is_none(), "whoever lost the telephone is asked again");
        assert_eq!(code_of(app.app.sign_in(with_code(&codes[0])).await), "WRONG_CODE");
        assert_eq!(code_of(app.app.sign_in(with_code("abcd-efgh-jkmn-pqrs")).await), "WRONG_CODE");
        let me = ask(&app, &signed_in.token, "{ me { recoveryCodesLeft } }", json!({})).await;
        assert_eq!(me["data"]["me"]["recoveryCodesLeft"], 9);
        assert_eq!(code_of(app.app.sign_in(with_code(&codes[1])).await), "DONE");
        // Another's opens nothing.
        with_password(&app, "leader").await;
        let leader = sign_in(&app, "leader").await.token;
        enrol(&app, &leader).await;
        assert_eq!(code_of(app.app.sign_in(attempt("leader", PASSWORD, Some(&codes[2]))).await), "WRONG_CODE");
    }
}

on_both! {
    async fn wrong_codes_lock_like_wrong_passwords(app) {
        let (secret, _) = director(&app).await;
        for _ in 0..2 {
            assert_eq!(code_of(app.app.sign_in(attempt("director", "wrong", None)).await), "UNAUTHENTICATED");
            // A password alone forgives nothing.
            assert_eq!(code_of(app.app.sign_in(attempt("director", PASSWORD, None)).await), "SECOND_FACTOR_REQUIRED");
        }
        for _ in 0..3 {
            assert_eq!(code_of(app.app.sign_in(with_code("000000")).await), "WRONG_CODE");
        }
        assert_eq!(code_of(app.app.sign_in(with_code(&shown(&app, &secret))).await), "LOCKED");
        let kept = notes(&app, "sign_in_refused").await;
        let why = |why| kept.iter().filter(|it| matches!(it, AuditFact::SignInRefused { why: it, .. } if *it == why)).count();
        assert_eq!((why(NotSignedIn::WrongCode), why(NotSignedIn::CodeMissing), why(NotSignedIn::Locked)), (3, 2, 1));
    }
}

on_both! {
    async fn a_sensitive_act_is_confirmed_within_ten_minutes(app) {
        with_password(&app, "security").await;
        let token = sign_in(&app, "security").await.token;
        let (secret, _) = enrol(&app, &token).await;
        let input = || json!({ "account": app.person("rsj"), "roles": ["LIAISON"] });
        let grant = || async { code(&act(&app, &token, "grantRoles", input(), "id").await).to_owned() };
        assert_eq!(grant().await, "DONE", "a code was given just now");
        app.clock.advance(TimeDelta::minutes(10));
        assert_eq!(grant().await, "CONFIRMATION_REQUIRED");
        let answer = ask(&app, &token, "{ accounts { totalCount } me { confirmedUntil } }", json!({})).await;
        assert_eq!(answer["data"]["me"]["confirmedUntil"], json!(null), "looking needs none: {answer}");
        let caller = holder(&app.app, &token).await.unwrap();
        let by_password = || Confirmation { password: Some(PASSWORD.to_owned()), code: None };
        assert_eq!(code_of(app.app.confirm(&caller, by_password()).await), "SECOND_FACTOR_REQUIRED");
        let by_code = |it: String| Confirmation { code: Some(it), password: None };
        assert_eq!(code_of(app.app.confirm(&caller, by_code("000000".to_owned())).await), "WRONG_CODE");
        let right = shown(&app, &secret);
        let until = app.app.confirm(&caller, by_code(right.clone())).await.unwrap();
        assert_eq!(until.until - app.app.wall(), TimeDelta::minutes(10));
        assert_eq!(code_of(app.app.confirm(&caller, by_code(right)).await), "WRONG_CODE", "each code once");
        assert_eq!(grant().await, "DONE");
        app.clock.advance(TimeDelta::minutes(10));
        assert_eq!(grant().await, "CONFIRMATION_REQUIRED");
        assert_eq!(notes(&app, "confirmed").await.len(), 1);

        // Where there is no second factor the password confirms, and a failure counts.
        with_password(&app, "dispatcher").await;
        let token = sign_in(&app, "dispatcher").await.token;
        app.clock.advance(TimeDelta::minutes(11));
        let issue = || async {
            let input = json!({ "name": "报表", "expiresAt": app.app.wall() + TimeDelta::days(1) });
            code(&act(&app, &token, "issueToken", input, "secret").await).to_owned()
        };
        assert_eq!(issue().await, "CONFIRMATION_REQUIRED");
        let caller = holder(&app.app, &token).await.unwrap();
        let wrong = || Confirmation { password: Some("wrong".to_owned()), code: None };
        for _ in 0..5 {
            assert_eq!(code_of(app.app.confirm(&caller, wrong()).await), "WRONG_PASSWORD");
        }
        assert_eq!(code_of(app.app.confirm(&caller, by_password()).await), "LOCKED");
        app.clock.advance(TimeDelta::minutes(10));
        app.app.confirm(&caller, by_password()).await.unwrap();
        assert_eq!(issue().await, "DONE");
        // A token confirms nothing, nor does the house.
        let program = holder(&app.app, &app.token("dispatcher").await).await.unwrap();
        assert_eq!(code_of(app.app.confirm(&program, by_password()).await), "NOT_PERMITTED");
    }
}

on_both! {
    async fn another_telephone_is_enrolled_only_with_a_confirmation_of_the_first(app) {
        let (secret, _) = director(&app).await;
        let signed_in = app.app.sign_in(with_code(&shown(&app, &secret))).await.unwrap();
        app.clock.advance(TimeDelta::minutes(11));
        let begin = json!({ "password": PASSWORD });
        let answer = act(&app, &signed_in.token, "beginSecondFactor", begin, "secret").await;
        assert_eq!(code(&answer), "CONFIRMATION_REQUIRED");
        let caller = holder(&app.app, &signed_in.token).await.unwrap();
        app.app.confirm(&caller, Confirmation { code: Some(shown(&app, &secret)), password: None }).await.unwrap();
        next_code(&app);
        let begun = act(&app, &signed_in.token, "beginSecondFactor", json!({ "password": PASSWORD }), "secret").await;
        assert_eq!(code(&begun), "DONE");
        assert_eq!(code_of(app.app.sign_in(with_code(&shown(&app, &secret))).await), "DONE", "the first counts until then");
        next_code(&app);
        let new = begun["data"]["beginSecondFactor"]["secret"].as_str().unwrap().to_owned();
        let done = act(&app, &signed_in.token, "confirmSecondFactor", json!({ "code": shown(&app, &new) }), "codes").await;
        assert_eq!(code(&done), "DONE", "{done}");
        next_code(&app);
        assert_eq!(code_of(app.app.sign_in(with_code(&shown(&app, &secret))).await), "WRONG_CODE");
        assert_eq!(code_of(app.app.sign_in(with_code(&shown(&app, &new))).await), "DONE");
    }
}

on_both! {
    async fn a_demonstration_offers_it_and_everyone_may_be_asked(app) {
        let (secret, _) = director(&app).await;
        let offered = another_process(&app, Rules { second_factor: SecondFactor::Offered, ..Rules::default() }).await;
        let signed_in = offered.sign_in(attempt("director", PASSWORD, None)).await.unwrap();
        assert!(signed_in.must.is_empty());
        assert_eq!(code_of(offered.sign_in(with_code("000000")).await), "WRONG_CODE", "what is sent is checked");
        assert_eq!(code_of(offered.sign_in(with_code(&shown(&app, &secret))).await), "DONE");
        let everyone = another_process(&app, Rules { second_factor: SecondFactor::Everyone, ..Rules::default() }).await;
        with_password(&app, "rsj").await;
        assert_eq!(everyone.sign_in(attempt("rsj", PASSWORD, None)).await.unwrap().must, [Must::EnrolSecondFactor]);
    }
}

/// A secret is shown to its owner once, and to nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_and_recovery_codes_are_not_read_back() {
    let app = TestApp::start(Database::Sqlite).await;
    let (secret, codes) = director(&app).await;
    let path = app.url().trim_start_matches("sqlite://").to_owned();
    app.step_aside().await;
    for it in [path.clone(), format!("{path}-wal")] {
        let bytes = std::fs::read(it).unwrap_or_default();
        for word in codes.iter().chain([&secret]) {
            assert!(!bytes.windows(word.len()).any(|it| it == word.as_bytes()), "{word}");
        }
    }
}
