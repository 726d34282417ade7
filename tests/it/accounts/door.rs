//! The door: who is let in, who is locked out, how long a session lasts.

use chrono::TimeDelta;
use engine::{
    account::{Rules, lock::Lockout},
    audit::{AuditFact, NotSignedIn, Proof},
    refusal::AccountRefusal,
};
use serde_json::json;
use tests::{Database, on_both};

use super::{
    OTHER, PASSWORD, act, another_process, ask, attempt, code, code_of, holder, notes, refusal,
    sign_in, with_password,
};

on_both! {
    async fn an_unknown_name_a_wrong_password_a_locked_and_a_disabled_account_are_answered_alike(app) {
        for login in ["dispatcher", "rsj", "zjj"] {
            with_password(&app, login).await;
        }
        let zjj = app.person("zjj").parse().unwrap();
        let by = app.app.notes(&app::By::default(), vec![]);
        app.app.store().set_disabled(app.app.district(), zjj, Some(app.app.wall()), &by).await.unwrap();
        for _ in 0..5 {
            app.app.sign_in(attempt("rsj", "wrong", None)).await.err().unwrap();
        }
        // Once, so that what is begun only once does not count.
        app.app.sign_in(attempt("nobody", "wrong", None)).await.err().unwrap();
        let mut alike = vec![];
        for (login, password) in
            [("dispatcher", "wrong"), ("nobody", PASSWORD), ("zjj", PASSWORD), ("zjj", "wrong"), ("rsj", "wrong")]
        {
            let (res, n_statements) = app.statements(app.app.sign_in(attempt(login, password, None))).await;
            alike.push((refusal(res), n_statements));
        }
        assert_eq!(alike[0].0, AccountRefusal::NotSignedIn.into());
        assert!(alike.iter().all(|it| *it == alike[0]), "the same answer after the same work: {alike:?}");
        let kept: Vec<_> = notes(&app, "sign_in_refused").await.into_iter().take(5).rev().map(|it| match it {
            AuditFact::SignInRefused { person, why } => (person.is_some(), why),
            other => panic!("{other:?}"),
        }).collect();
        assert_eq!(kept, [
            (true, NotSignedIn::WrongPassword), (false, NotSignedIn::Unknown), (true, NotSignedIn::Disabled),
            (true, NotSignedIn::Disabled), (true, NotSignedIn::Locked),
        ]);
    }
}

on_both! {
    async fn a_lock_is_shared_by_processes_and_outlives_a_restart(app) {
        with_password(&app, "dispatcher").await;
        let other = another_process(&app, Rules::default()).await;
        let wrong = || attempt("dispatcher", "wrong", None);
        let right = || attempt("dispatcher", PASSWORD, None);
        for n in 0..5 {
            let process = if n % 2 == 0 { &app.app } else { &other };
            assert_eq!(code_of(process.sign_in(wrong()).await), "UNAUTHENTICATED");
        }
        let until = app.app.wall() + TimeDelta::minutes(10);
        let locked = AccountRefusal::Locked { until };
        // Only who knows the password hears until when.
        assert_eq!(refusal(other.sign_in(wrong()).await), AccountRefusal::NotSignedIn.into());
        assert_eq!(refusal(other.sign_in(right()).await), locked.clone().into());
        drop(other);
        let app = app.restart().await;
        app.clock.advance(TimeDelta::minutes(9));
        assert_eq!(refusal(app.app.sign_in(right()).await), locked.into());
        app.clock.advance(TimeDelta::minutes(1));
        // The next failure locks for twice as long; a right password forgives them all.
        assert_eq!(code_of(app.app.sign_in(wrong()).await), "UNAUTHENTICATED");
        let until = app.app.wall() + TimeDelta::minutes(20);
        assert_eq!(refusal(app.app.sign_in(right()).await), AccountRefusal::Locked { until }.into());
        app.clock.advance(TimeDelta::minutes(20));
        sign_in(&app, "dispatcher").await;
        let person = app.person("dispatcher").parse().unwrap();
        let kept = app.app.store().lockout(app.app.district(), Some(person)).await.unwrap();
        assert_eq!(kept, Lockout::default());
        let locks = notes(&app, "account_locked").await;
        let expected = AuditFact::AccountLocked { person, until, failures: 6 };
        assert_eq!((locks.len(), &locks[0]), (2, &expected));
    }
}

on_both! {
    async fn failures_at_once_in_two_processes_are_all_counted(app) {
        with_password(&app, "dispatcher").await;
        let other = another_process(&app, Rules::default()).await;
        let tries = (0..4).map(|n| {
            let process = if n % 2 == 0 { app.app.clone() } else { other.clone() };
            async move { code_of(process.sign_in(attempt("dispatcher", "wrong", None)).await) }
        });
        let codes = futures_util::future::join_all(tries).await;
        assert!(codes.iter().all(|it| *it == "UNAUTHENTICATED"), "{codes:?}");
        let person = app.person("dispatcher").parse().unwrap();
        let kept = app.app.store().lockout(app.app.district(), Some(person)).await.unwrap();
        assert_eq!(kept.failures, 4);
    }
}

on_both! {
    async fn the_security_administrator_unlocks(app) {
        with_password(&app, "dispatcher").await;
        for _ in 0..5 {
            app.app.sign_in(attempt("dispatcher", "wrong", None)).await.err().unwrap();
        }
        let account = app.person("dispatcher");
        let seen = app.by("security").query("{ accounts(filter: { text: \"dispatcher\" }) { nodes { login state lockedUntil } } }", json!({})).await;
        let nodes = seen["accounts"]["nodes"].as_array().unwrap();
        let locked = nodes.iter().find(|it| it["login"] == "dispatcher").unwrap();
        assert_eq!(locked["state"], "LOCKED");
        assert!(!locked["lockedUntil"].is_null());
        assert_eq!(app.by("admin").refused_as("unlockAccount", json!({ "account": account })).await, "NOT_PERMITTED");
        let now = app.by("security").act("unlockAccount", json!({ "account": account }), "state lockedUntil").await;
        assert_eq!(now, json!({ "state": "ACTIVE", "lockedUntil": null }));
        sign_in(&app, "dispatcher").await;
        assert_eq!(notes(&app, "account_unlocked").await.len(), 1);
    }
}

on_both! {
    async fn a_session_ends_when_it_is_not_used_and_in_any_case_after_its_hours(app) {
        with_password(&app, "dispatcher").await;
        let token = sign_in(&app, "dispatcher").await.token;
        app.clock.advance(TimeDelta::minutes(29));
        assert!(holder(&app.app, &token).await.is_some());
        app.clock.advance(TimeDelta::minutes(29));
        assert!(holder(&app.app, &token).await.is_some(), "a use counts from when it was");
        app.clock.advance(TimeDelta::minutes(30));
        assert!(holder(&app.app, &token).await.is_none());
        assert_eq!(code(&ask(&app, &token, "{ me { id } }", json!({})).await), "UNAUTHENTICATED");

        let token = sign_in(&app, "dispatcher").await.token;
        for _ in 0..(12 * 60 / 20 - 1) {
            app.clock.advance(TimeDelta::minutes(20));
            assert!(holder(&app.app, &token).await.is_some());
        }
        app.clock.advance(TimeDelta::minutes(20));
        assert!(holder(&app.app, &token).await.is_none(), "twelve hours, however busy");
    }
}

on_both! {
    async fn that_a_session_was_used_is_written_at_most_once_a_minute(app) {
        with_password(&app, "dispatcher").await;
        let token = sign_in(&app, "dispatcher").await.token;
        let (_, first) = app.statements(holder(&app.app, &token)).await;
        app.clock.advance(TimeDelta::seconds(59));
        let (_, within) = app.statements(holder(&app.app, &token)).await;
        app.clock.advance(TimeDelta::seconds(1));
        let (_, after) = app.statements(holder(&app.app, &token)).await;
        let (_, again) = app.statements(holder(&app.app, &token)).await;
        assert_eq!((first, within, again), (within, again, first));
        assert!(after > within, "{after} {within}");
    }
}

on_both! {
    async fn whoever_signs_in_anew_leaves_no_session_behind_and_one_ends_them_all(app) {
        with_password(&app, "dispatcher").await;
        let first = sign_in(&app, "dispatcher").await.token;
        let again = app::Attempt { session: Some(first.clone()), ..attempt("dispatcher", PASSWORD, None) };
        let second = app.app.sign_in(again).await.unwrap().token;
        assert!(holder(&app.app, &first).await.is_none());
        let elsewhere = sign_in(&app, "dispatcher").await.token;
        assert!(holder(&app.app, &second).await.is_some() && holder(&app.app, &elsewhere).await.is_some());
        let program = app.token("dispatcher").await;
        act(&app, &second, "signOutEverywhere", json!({}), "id").await;
        assert!(holder(&app.app, &second).await.is_none() && holder(&app.app, &elsewhere).await.is_none());
        assert!(holder(&app.app, &program).await.is_some(), "a program goes on, unless that is asked");
        let third = sign_in(&app, "dispatcher").await.token;
        act(&app, &third, "signOutEverywhere", json!({ "tokens": true }), "id").await;
        assert!(holder(&app.app, &program).await.is_none());
        assert_eq!(notes(&app, "signed_out_everywhere").await.len(), 2);
    }
}

on_both! {
    async fn an_expired_password_lets_one_in_only_to_change_it(app) {
        with_password(&app, "rsj").await;
        let elsewhere = sign_in(&app, "rsj").await;
        assert!(elsewhere.must.is_empty());
        app.clock.advance(TimeDelta::days(90) - TimeDelta::minutes(5));
        let in_time = sign_in(&app, "rsj").await;
        assert!(in_time.must.is_empty());
        app.clock.advance(TimeDelta::minutes(5));
        let late = sign_in(&app, "rsj").await;
        let token = &late.token;
        assert_eq!(late.must, [engine::account::pass::Must::ChangePassword]);
        for query in ["{ inbox { totalCount } }", "{ me { id } units { id } }", "query($x: Boolean = true) { ...F } fragment F on Query { ... { lists { version } } }"] {
            let answer = ask(&app, token, query, json!({})).await;
            assert_eq!((code(&answer), answer["data"].is_null()), ("PASSWORD_EXPIRED", true), "{query}");
        }
        let me = ask(&app, token, "{ me { must name tokens { id } } }", json!({})).await;
        assert_eq!(me["data"]["me"]["must"], json!(["CHANGE_PASSWORD"]));
        // An operation that is not asked for is no reason to refuse.
        let request = async_graphql::Request::new("query A { me { id } } query B { units { id } }").operation_name("A");
        let caller = holder(&app.app, token).await.unwrap();
        assert!(app.schema.execute(request.data(caller)).await.errors.is_empty());

        let change = |current: &str, password: &str| {
            let input = json!({ "current": current, "password": password });
            let (app, token) = (&app, token.clone());
            async move { code(&act(app, &token, "changePassword", input, "must").await).to_owned() }
        };
        assert_eq!(change("wrong", OTHER).await, "WRONG_PASSWORD");
        for weak in ["Short-7", "only small letters", "Password-2026", PASSWORD] {
            assert_eq!(change(PASSWORD, weak).await, "WEAK_PASSWORD", "{weak}");
        }
        assert_eq!(change(PASSWORD, OTHER).await, "DONE");
        let me = ask(&app, token, "{ me { must } inbox { totalCount } }", json!({})).await;
        assert_eq!(me["data"]["me"]["must"], json!([]));
        assert!(holder(&app.app, &in_time.token).await.is_none(), "other sessions end");
        assert_eq!(code_of(app.app.sign_in(attempt("rsj", PASSWORD, None)).await), "UNAUTHENTICATED");
        // A former password does not come back.
        assert_eq!(change(OTHER, PASSWORD).await, "WEAK_PASSWORD");
        assert_eq!(notes(&app, "password_changed").await.len(), 1);
    }
}

on_both! {
    async fn former_passwords_come_back_when_they_are_old_enough(app) {
        with_password(&app, "rsj").await;
        let rules = Rules { password_history: 2, ..Rules::default() };
        let process = another_process(&app, rules).await;
        let caller = process.caller(app.person("rsj").parse().unwrap(), None).await.unwrap().unwrap();
        let all: Vec<String> = (1..=3).map(|n| format!("Copper lantern {n}{n}")).collect();
        let mut now = PASSWORD.to_owned();
        for next in &all {
            app.tick();
            process.change_password(&caller, now, next.clone()).await.unwrap();
            now = next.clone();
        }
        app.tick();
        for used in &all[..2] {
            assert_eq!(code_of(process.change_password(&caller, now.clone(), used.clone()).await), "WEAK_PASSWORD");
        }
        assert_eq!(code_of(process.change_password(&caller, now, PASSWORD.to_owned()).await), "DONE");
    }
}

on_both! {
    async fn a_sign_in_is_noted_and_an_unknown_name_is_nowhere(app) {
        with_password(&app, "rsj").await;
        sign_in(&app, "rsj").await;
        let typed = "MyPasswordInTheWrongField-93";
        app.app.sign_in(attempt(typed, typed, None)).await.err().unwrap();
        let person = app.person("rsj").parse().unwrap();
        assert_eq!(notes(&app, "signed_in").await, [AuditFact::SignedIn { person, by: Proof::Password }]);
        let found = app.app.store().notes(app.app.district(), "sign_in_refused", 5).await.unwrap();
        assert_eq!(found[0].source.as_deref(), Some("10.0.0.9"));
        assert!(!format!("{found:?}").contains(typed));
        if app.database == Database::Sqlite {
            let path = app.url().trim_start_matches("sqlite://").to_owned();
            app.step_aside().await;
            for it in [path.clone(), format!("{path}-wal")] {
                let bytes = std::fs::read(it).unwrap_or_default();
                for word in [typed, PASSWORD] {
                    assert!(!bytes.windows(word.len()).any(|it| it == word.as_bytes()), "{word}");
                }
            }
        }
    }
}
