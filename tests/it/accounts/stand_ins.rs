//! Absence and duty: a substitute acts and is told while somebody is away, and a rota says who leads.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use engine::audit::AuditFact;
use serde_json::{Value, json};
use tests::{TestApp, at, on_both, unit};

use super::notes;
use crate::story::{accepted, called, part};

fn absence(app: &TestApp, substitute: &str, from: &str, until: &str) -> Value {
    json!({ "substitute": app.person(substitute), "from": at(from), "until": at(until) })
}

async fn roles(app: &TestApp, login: &str) -> Value {
    app.by(login).query("{ me { roles } }", json!({})).await["me"]["roles"].clone()
}

on_both! {
    async fn a_substitute_acts_and_is_told_while_somebody_is_away(app) {
        let whistle = called(&app).await;
        let lead = part(&whistle, "rsj");
        let ask = || json!({ "assignment": lead, "ground": "WRONG_FUNCTION", "basis": "三定方案", "suggestedUnit": unit("zjj") });
        assert_eq!(app.by("rsj2").refused("requestReturn", ask()).await, "NOT_PERMITTED", "a liaison asks for no return");
        let set = app.by("rsj_head").act("setAbsence", absence(&app, "rsj2", "2026-03-02 10:00", "2026-03-04 18:00"), "id person { id } substitute { id }").await;
        assert_eq!(set["substitute"]["id"], json!(app.person("rsj2")));
        assert_eq!(roles(&app, "rsj2").await, json!(["LIAISON"]), "not before it begins");
        app.advance_to("2026-03-02 10:00").await;
        assert_eq!(roles(&app, "rsj2").await, json!(["LIAISON", "UNIT_LEADER"]));
        assert_eq!(roles(&app, "rsj_head").await, json!(["UNIT_LEADER"]));
        let asked = app.by("rsj2").act("requestReturn", ask(), "stage").await;
        assert_eq!(asked["stage"], "RETURN_REQUESTED");
        app.advance_to("2026-03-04 18:00").await;
        assert_eq!(roles(&app, "rsj2").await, json!(["LIAISON"]), "until it ends");
        let listed = app.by("rsj").query("{ absences { id } }", json!({})).await;
        assert_eq!(listed["absences"], json!([]), "what is over is not shown");
        app.done().await;
    }
}

on_both! {
    async fn both_get_the_letters_while_one_is_away(app) {
        // Two who are no liaison: the letter to the unit's liaison goes to the substitute, too.
        let now = "2026-03-02 09:00";
        app.by("zjj").act("setAbsence", absence(&app, "zjj_head", now, "2026-03-06 18:00"), "id").await;
        let whistle = called(&app).await;
        let mails = app.mails().await;
        let told = |login: &str| mails.iter().filter(|it| it.contains(&format!("{login}@test.example"))).count();
        assert!(told("zjj") > 0 && told("zjj_head") > 0);
        // The head is told as head of the unit anyway, and once: nobody gets two letters of one event.
        assert_eq!(told("zjj"), told("zjj_head"));
        let inbox = |login: &'static str| {
            let by = app.by(login);
            async move { by.query("{ inbox { nodes { deadline { step } } } }", json!({})).await["inbox"]["nodes"].clone() }
        };
        assert_eq!(inbox("zjj_head").await, inbox("zjj").await);
        app.by("zjj_head").act("acknowledge", json!({ "assignment": part(&whistle, "zjj") }), "id").await;
        app.done().await;
    }
}

on_both! {
    async fn only_oneself_or_ones_head_says_so_and_a_substitute_is_of_the_unit(app) {
        let input = |person: Option<&str>, substitute: &str| {
            let mut it = absence(&app, substitute, "2026-03-02 10:00", "2026-03-03 10:00");
            if let Some(person) = person {
                it["person"] = json!(app.person(person));
            }
            it
        };
        assert_eq!(app.by("rsj2").refused("setAbsence", input(Some("rsj"), "rsj2")).await, "NOT_PERMITTED");
        assert_eq!(app.by("zjj_head").refused("setAbsence", input(Some("rsj"), "rsj2")).await, "NOT_PERMITTED");
        assert_eq!(app.by("rsj").refused("setAbsence", input(None, "zjj")).await, "INVALID");
        assert_eq!(app.by("rsj").refused("setAbsence", input(None, "rsj")).await, "INVALID");
        assert_eq!(app.by("dispatcher").refused("setAbsence", input(None, "security")).await, "MIXED_ROLES", "an administrator stands in for nobody");
        app.by("rsj_head").act("setAbsence", input(Some("rsj"), "rsj2"), "id").await;
        // A second one over the same days takes its place.
        let second = app.by("rsj").act("setAbsence", input(None, "rsj_head"), "id").await;
        let listed = app.by("rsj2").query("{ absences { id substitute { id } } }", json!({})).await;
        assert_eq!(listed["absences"], json!([{ "id": second["id"], "substitute": { "id": app.person("rsj_head") } }]));
        app.advance_to("2026-03-02 11:00").await;
        assert_eq!(roles(&app, "rsj_head").await, json!(["LIAISON", "UNIT_LEADER"]));
        assert_eq!(app.by("rsj2").refused("endAbsence", json!({ "absence": second["id"] })).await, "NOT_PERMITTED");
        app.by("rsj").act("endAbsence", json!({ "absence": second["id"] }), "id").await;
        assert_eq!(roles(&app, "rsj_head").await, json!(["UNIT_LEADER"]), "who is back is back at once");
        assert_eq!(app.by("rsj").refused("endAbsence", json!({ "absence": second["id"] })).await, "NOT_FOUND");
        assert_eq!((notes(&app, "absence_set").await.len(), notes(&app, "absence_ended").await.len()), (2, 2));
    }
}

on_both! {
    async fn with_a_rota_only_whoever_is_on_duty_blows_now(app) {
        // A second duty leader.
        app.by("security").act("grantRoles", json!({ "account": app.person("dispatcher2"), "roles": ["DUTY_LEADER"] }), "id").await;
        let leads = || async {
            let mut res = BTreeSet::new();
            for login in ["duty", "dispatcher2"] {
                if roles(&app, login).await == json!(["DUTY_LEADER"]) {
                    res.insert(login);
                }
            }
            res
        };
        assert_eq!(leads().await, BTreeSet::from(["duty", "dispatcher2"]), "without a rota the role stands");
        let turn = |person: &str, from: &str, until: &str| json!({ "unit": unit("qzx"), "person": app.person(person), "from": at(from), "until": at(until) });
        let night = turn("duty", "2026-03-02 18:00", "2026-03-03 08:00");
        assert_eq!(app.by("duty").refused("setDuty", night.clone()).await, "NOT_PERMITTED");
        assert_eq!(app.by("rsj_head").refused("setDuty", night.clone()).await, "NOT_PERMITTED");
        assert_eq!(app.by("director").refused("setDuty", turn("dispatcher", "2026-03-02 18:00", "2026-03-03 08:00")).await, "INVALID", "a rota makes nobody a duty leader");
        let set = app.by("director").act("setDuty", night, "id").await;
        app.advance_to("2026-03-02 18:00").await;
        assert_eq!(leads().await, BTreeSet::from(["duty"]));
        let petition = accepted(&app, "燃气泄漏", "HOTLINE").await;
        let blow = |title: &str, behalf: Option<(&str, &str)>| {
            let mut it = json!({ "petitions": [petition], "content": { "matter": "gas_leak", "title": title, "request": "立即到场处置",
                "overrideReason": "燃气公司先行抢修", "units": [{ "unit": unit("yjj") }, { "unit": unit("rqgs") }] } });
            if let Some((who, when)) = behalf {
                it["onBehalfOf"] = json!({ "person": app.person(who), "medium": "PHONE", "occurredAt": at(when) });
            }
            it
        };
        assert_eq!(app.by("dispatcher2").refused("blowNow", blow("非当班", None)).await, "NOT_PERMITTED");
        app.by("duty").act("blowNow", blow("当班", None), "id").await;
        assert_eq!(app.by("director").query("{ duties { id person { id } } }", json!({})).await["duties"][0]["person"]["id"], json!(app.person("duty")));
        // Who was on duty then decided then: recorded in the morning for the night.
        app.advance_to("2026-03-03 09:00").await;
        assert_eq!(leads().await.len(), 2, "where the rota says nothing the role stands");
        let night = |who| blow("夜间来电", Some((who, "2026-03-02 23:00")));
        assert_eq!(app.by("dispatcher").refused("blowNow", night("dispatcher2")).await, "NOT_PERMITTED");
        app.by("dispatcher").act("blowNow", night("duty"), "id").await;
        app.clock.advance(TimeDelta::minutes(1));
        let later = app.by("director").act("setDuty", turn("duty", "2026-03-03 09:00", "2026-03-03 18:00"), "id").await;
        assert_eq!(leads().await, BTreeSet::from(["duty"]));
        // Whoever can act no more leaves nobody without a duty leader.
        app.by("security").act("disableAccount", json!({ "account": app.person("duty") }), "id").await;
        assert_eq!(roles(&app, "dispatcher2").await, json!(["DUTY_LEADER"]));
        app.by("director").act("endDuty", json!({ "duty": later["id"] }), "id").await;
        assert_eq!((notes(&app, "duty_set").await.len(), notes(&app, "duty_ended").await.len()), (2, 1));
        assert!(matches!(&notes(&app, "duty_set").await[1], AuditFact::DutySet { duty, .. } if set["id"] == json!(duty.to_string())));
    }
}
