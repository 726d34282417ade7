//! A department that sleeps is pursued rung by rung, until it acts.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use crate::story::{called, part};

const PART: &str = "query($id: ID!) { whistle(id: $id) { stage supervisions { assignment { id } paper } assignments { id unit { code }
    supervisionNext supervisionDraft
    supervisions { paper name at automatic by { name } text replyDue }
    deadlines { step dueText overdue roles unit { code } } } } }";

/// The part as somebody sees it.
async fn look(app: &TestApp, login: &str, whistle: &Value, assignment: &str) -> Value {
    let found = app.by(login).query(PART, json!({ "id": whistle["id"] })).await;
    let parts = found["whistle"]["assignments"].as_array().expect("assignments");
    parts.iter().find(|it| it["id"] == assignment).expect("the part").clone()
}

fn rung(part: &Value) -> Option<&Value> {
    part["deadlines"].as_array().expect("deadlines").iter().find(|it| it["step"] == "SUPERVISE")
}

/// What of the ladder somebody has to sign.
async fn signs(app: &TestApp, login: &str) -> Vec<String> {
    let found = app
        .by(login)
        .query("{ inbox { nodes { deadline { step assignment dueText } } } }", json!({}))
        .await;
    let all = found["inbox"]["nodes"].as_array().expect("an inbox").iter();
    let own = all.filter(|it| it["deadline"]["step"] == "SUPERVISE");
    own.map(|it| it["deadline"]["dueText"].as_str().expect("a date").to_owned()).collect()
}

/// The papers that somebody got by letter.
async fn papers(app: &TestApp, login: &str) -> Vec<String> {
    let found =
        app.by(login).query("{ letters(first: 100) { nodes { kind paper } } }", json!({})).await;
    let all = found["letters"]["nodes"].as_array().expect("letters").iter();
    let own = all.filter(|it| it["kind"] == "SUPERVISION_ISSUED");
    own.map(|it| it["paper"].as_str().expect("a paper").to_owned()).collect()
}

on_both! {
    async fn a_department_sleeps_is_urged_gets_the_directors_letter_and_acts(app) {
        let whistle = called(&app).await;
        let asleep = part(&whistle, "rsj");
        // The other one acts in time, and is not pursued.
        app.by("zjj").act("acknowledge", json!({ "assignment": part(&whistle, "zjj") }), "id").await;
        app.advance_to("2026-03-03 17:31").await;
        let it = look(&app, "director", &whistle, &asleep).await;
        assert_eq!(it["supervisionNext"], "URGE");
        assert_eq!(rung(&it).expect("a rung")["dueText"], "2026-03-04 17:30");
        // Nobody owes what goes out of itself.
        assert_eq!(rung(&it).expect("a rung")["roles"], json!([]));
        for login in ["director", "leader", "duty", "dispatcher", "rsj"] {
            assert_eq!(signs(&app, login).await, [""; 0], "{login}");
        }
        app.advance_to("2026-03-04 17:31").await;
        let mails = app.mails().await;
        for login in ["rsj", "rsj_head"] {
            assert_eq!(papers(&app, login).await, ["URGE"], "{login}");
            let to = format!("To: {login}@test.example");
            assert!(mails.iter().any(|it| it.contains(&to) && it.contains("催办通知书")), "{login}");
        }
        for login in ["zjj", "zjj_head", "leader"] {
            assert_eq!(papers(&app, login).await, [""; 0], "{login}");
        }
        assert_eq!(look(&app, "zjj", &whistle, &part(&whistle, "zjj")).await["supervisions"], json!([]));

        // The director has the next in the inbox, with a draft of it.
        assert_eq!(signs(&app, "director").await, ["2026-03-06 17:30"]);
        assert_eq!(signs(&app, "leader").await, [""; 0]);
        let it = look(&app, "director", &whistle, &asleep).await;
        let draft = it["supervisionDraft"].as_str().expect("a draft");
        for said in ["区人社局", whistle["serial"].as_str().unwrap(), "2026年3月3日前完成“签收”", "已逾期1天", "经催办通知书督促仍未完成"] {
            assert!(draft.contains(said), "{draft}");
        }
        let letter = json!({ "assignment": asleep, "paper": "SUPERVISION_LETTER", "text": draft, "replyDue": "2026-03-09" });
        for login in ["rsj", "rsj_head", "dispatcher", "duty", "zjj_head"] {
            assert_eq!(app.by(login).refused("supervise", letter.clone()).await, "NOT_PERMITTED", "{login}");
        }
        let mut past = letter.clone();
        past["replyDue"] = json!("2026-03-03");
        assert_eq!(app.by("director").refused("supervise", past).await, "INVALID");
        let before = look(&app, "director", &whistle, &asleep).await;
        let signed = app.by("director").act("supervise", letter, "id stage supervisionNext supervisions { paper }").await;
        assert_eq!(signed["supervisionNext"], "ADMONITION");
        let after = look(&app, "rsj", &whistle, &asleep).await;
        let text = |part: &Value| part["supervisions"].as_array().unwrap().iter().map(|it| (it["paper"].clone(), it["automatic"].clone(), it["text"].clone(), it["by"]["name"].clone(), it["replyDue"].clone())).collect::<Vec<_>>();
        assert_eq!(text(&after), [
            (json!("URGE"), json!(true), Value::Null, Value::Null, Value::Null),
            (json!("SUPERVISION_LETTER"), json!(false), json!(draft), json!("测试director"), json!("2026-03-09")),
        ]);
        // No other date moves, and no stage.
        let others = |part: &Value| -> Vec<Value> { part["deadlines"].as_array().unwrap().iter().filter(|it| it["step"] != "SUPERVISE").cloned().collect() };
        assert_eq!(others(&before), others(&after));
        assert_eq!(papers(&app, "rsj").await.len(), 2);
        assert_eq!(signs(&app, "director").await, [""; 0]);
        assert_eq!(signs(&app, "leader").await, ["2026-03-09 17:30"]);
        // No letter says what was written.
        let mails = app.mails().await;
        assert!(mails.iter().any(|it| it.contains("督办函") && it.contains("2026年3月9日前书面反馈")));
        assert!(mails.iter().all(|it| !it.contains("经催办通知书督促")));

        // It acts; the ladder stops, and what was written stays.
        app.by("rsj").act("acknowledge", json!({ "assignment": asleep }), "id").await;
        let it = look(&app, "director", &whistle, &asleep).await;
        assert_eq!((&it["supervisionNext"], &it["supervisionDraft"]), (&Value::Null, &Value::Null));
        assert!(rung(&it).is_none());
        assert_eq!(it["supervisions"].as_array().unwrap().len(), 2);
        assert_eq!(signs(&app, "leader").await, [""; 0]);
        let all = app.by("leader").query(PART, json!({ "id": whistle["id"] })).await;
        assert_eq!(all["whistle"]["supervisions"].as_array().unwrap().len(), 2);
        app.done().await;
    }
}

on_both! {
    async fn a_rung_that_nobody_signs_stays_owed_and_is_told_above(app) {
        let whistle = called(&app).await;
        let asleep = part(&whistle, "rsj");
        // The instants of the lapse, of the reminder and of the director's letter pass while nothing
        // looks; each is taken in its turn.
        app.advance_to("2026-03-06 17:31").await;
        let it = look(&app, "director", &whistle, &asleep).await;
        assert_eq!(it["supervisionNext"], "SUPERVISION_LETTER", "{it}");
        assert_eq!(it["supervisions"].as_array().unwrap().len(), 1);
        app.advance_to("2026-03-12 09:00").await;
        let it = look(&app, "director", &whistle, &asleep).await;
        assert_eq!(it["supervisionNext"], "SUPERVISION_LETTER");
        assert_eq!(rung(&it).expect("a rung")["overdue"], true);
        assert_eq!(signs(&app, "director").await.len(), 2, "the other one sleeps, too");
        // What the department is late with is what is shown of the whistle, not the paper about it.
        let found = app.by("director").query("query($id: ID!) { whistle(id: $id) { stage } }", json!({ "id": whistle["id"] })).await;
        assert_eq!(found["whistle"]["stage"], "RESPONDING");
        // A leader may sign in the director's place, and those above hear of what is grave.
        app.by("leader").act("supervise", json!({ "assignment": asleep, "paper": "CIRCULAR", "text": "予以通报" }), "id").await;
        let it = look(&app, "leader", &whistle, &asleep).await;
        assert_eq!(it["supervisionNext"], "ACCOUNTABILITY_ADVICE");
        assert!(papers(&app, "leader").await.contains(&"CIRCULAR".to_owned()));
        app.done().await;
    }
}

on_both! {
    async fn the_ladder_stands_in_the_lists(app) {
        called(&app).await;
        let found = app.by("rsj").query("{ lists { supervision { paper name after signer to copyAbove source } tables(sheets: [SUPERVISION]) { sheet title } } }", json!({})).await;
        let rungs = found["lists"]["supervision"].as_array().expect("rungs");
        let papers: Vec<&str> = rungs.iter().map(|it| it["paper"].as_str().unwrap()).collect();
        assert_eq!(papers, ["URGE", "SUPERVISION_LETTER", "ADMONITION", "CIRCULAR", "ACCOUNTABILITY_ADVICE"]);
        assert_eq!((&rungs[0]["after"], &rungs[0]["signer"]), (&json!("1个工作日"), &Value::Null));
        assert_eq!((&rungs[3]["signer"], &rungs[3]["copyAbove"]), (&json!("DIRECTOR"), &json!(true)));
        app.done().await;
    }
}
