//! Files: sent, attached, seen, opened and read by whom it is for and by nobody else; owed as scans;
//! removed where nobody attaches them.

mod http;
mod storage;

use chrono::TimeDelta;
use engine::{audit::AuditFact, ids::FileId};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use tests::{PEOPLE, TestApp, on_both};

use crate::story::{accepted, drafted, issued, part};

/// A small document that says so.
pub(crate) fn pdf(word: &str) -> Vec<u8> {
    format!("%PDF-1.7\n1 0 obj\n<< /Title ({word}) >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n")
        .into_bytes()
}

const FILE: &str = "id case assignment name kind size mediaType digest sealed scanOf attachedBy { name } attachedAt url";

/// Sends a document and attaches it.
pub(crate) async fn attached(app: &TestApp, login: &str, case: &str, name: &str) -> Value {
    let upload = app.upload(login, &pdf(name)).await;
    let input = json!({ "case": case, "upload": upload, "name": name, "kind": "EVIDENCE" });
    app.by(login).act("attachFile", input, FILE).await
}

/// What becomes of somebody's wish to read a file: its bytes, or why not.
pub(crate) async fn read(app: &TestApp, login: &str, id: &str) -> Result<Vec<u8>, app::FileError> {
    let person = app.person(login).parse().expect("an id");
    let caller = app.app.caller(person, None).await.expect("registers").expect("an account");
    let id: FileId = id.parse().expect("an id");
    let file = app.app.file(&caller, id).await?;
    let bytes = app.app.read_file(&caller, &file).await?;
    Ok(bytes
        .try_fold(vec![], async |mut all, piece| {
            all.extend_from_slice(&piece);
            Ok(all)
        })
        .await?)
}

async fn files_of(app: &TestApp, login: &str, case: &str) -> Value {
    let kind = if case.starts_with("whi_") { "whistle" } else { "petition" };
    let query = format!("query($id: ID!) {{ {kind}(id: $id) {{ files {{ {FILE} }} }} }}");
    app.by(login).query(&query, json!({ "id": case })).await[kind]["files"].clone()
}

pub(crate) async fn whistled(app: &TestApp) -> (String, Value) {
    let petition = accepted(app, "工资未按月足额支付", "HOTLINE").await;
    let whistle = drafted(app, &[&petition], Some("general"), &["rsj", "zjj"]).await;
    (petition, issued(app, &whistle).await)
}

async fn registered(app: &TestApp) -> String {
    let input = json!({
        "procedure": "PETITION", "source": "VISIT", "title": "反映情况",
        "petitioner": { "name": "张三丰", "phone": "19900001234" }
    });
    let petition = app.by("dispatcher").act("registerPetition", input, "id").await;
    app.tick();
    text(&petition["id"]).to_owned()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

on_both! {
    async fn a_file_is_what_was_sent_and_is_read_by_whoever_sees_the_case(app) {
        let (petition, whistle) = whistled(&app).await;
        let id = text(&whistle["id"]).to_owned();
        let bytes = pdf("现场照片");
        let upload = app.upload("rsj", &bytes).await;
        let input = json!({ "case": part(&whistle, "rsj"), "upload": upload, "name": "../现场\u{202e}照片.exe", "kind": "EVIDENCE" });
        let file = app.by("rsj").act("attachFile", input, FILE).await;
        assert_eq!(file["name"], "现场照片.exe.pdf", "as it may be read, and as what it is");
        assert_eq!(file["mediaType"], "application/pdf");
        assert_eq!(file["size"], bytes.len());
        assert_eq!(file["digest"], engine::text::Digest::of(&bytes).to_string());
        assert_eq!(file["assignment"], part(&whistle, "rsj"));
        assert_eq!(file["url"], format!("/files/{}", text(&file["id"])));
        let of_petition = attached(&app, "dispatcher", &petition, "来信.pdf").await;
        assert_eq!(files_of(&app, "zjj", &id).await, json!([file]));
        assert_eq!(files_of(&app, "zjj", &petition).await, json!([of_petition]));
        let query = "query($id: ID!) { whistle(id: $id) { assignments { id files { name } } events(first: 50) { nodes { kind texts { field body } } } } }";
        let seen = app.by("director").query(query, json!({ "id": id })).await["whistle"].clone();
        for it in seen["assignments"].as_array().expect("parts") {
            let n_files = it["files"].as_array().expect("files").len();
            assert_eq!(n_files, usize::from(it["id"] == part(&whistle, "rsj")), "{it}");
        }
        let last = seen["events"]["nodes"].as_array().expect("events").last().expect("an event").clone();
        assert_eq!(last, json!({ "kind": "file_attached", "texts": [{ "field": "name", "body": "现场照片.exe.pdf" }] }));
        for (case, file, content) in [(&id, &file, bytes), (&petition, &of_petition, pdf("来信.pdf"))] {
            let field = if case.starts_with("whi_") { "whistle" } else { "petition" };
            for (login, ..) in PEOPLE {
                let query = format!("query($id: ID!) {{ {field}(id: $id) {{ id }} }}");
                let sees = !app.by(login).query(&query, json!({ "id": case })).await[field].is_null();
                match read(&app, login, text(&file["id"])).await {
                    Ok(found) => assert!(sees && found == content, "{login}"),
                    Err(error) => assert!(!sees && matches!(error, app::FileError::NotFound), "{login}: {error}"),
                }
            }
        }
        app.done().await;
    }
}

on_both! {
    async fn only_its_sender_attaches_what_was_sent_and_once(app) {
        let (petition, whistle) = whistled(&app).await;
        let id = text(&whistle["id"]).to_owned();
        let upload = app.upload("rsj", &pdf("a")).await;
        let input = |case: &str, upload: &str| json!({ "case": case, "upload": upload, "name": "a.pdf" });
        // Of another's upload nobody can say whether it is there.
        let nothing = "upl_00000000000000000000000000000042";
        for login in ["dispatcher", "zjj"] {
            let answers = [app.by(login).try_act("attachFile", input(&id, &upload), "id").await, app.by(login).try_act("attachFile", input(&id, nothing), "id").await];
            assert_eq!(answers[0]["errors"][0]["extensions"], answers[1]["errors"][0]["extensions"]);
            assert_eq!(answers[0]["errors"][0]["extensions"]["code"], "INVALID");
        }
        // Who may not see the case learns nothing of the upload either, though it is theirs.
        let own = app.upload("cgj", &pdf("b")).await;
        assert_eq!(app.by("cgj").refused("attachFile", input(&id, &own)).await, "NOT_FOUND");
        assert_eq!(app.by("rsj").refused("attachFile", input(&petition, &upload)).await, "NOT_PERMITTED");
        // Twice at once: one is first.
        let rsj = app.by("rsj");
        let (one, other) = tokio::join!(
            rsj.try_act("attachFile", input(&id, &upload), "id"),
            rsj.try_act("attachFile", input(&id, &upload), "id"),
        );
        let refused = [&one, &other].iter().filter(|it| it["errors"][0]["extensions"]["code"] == "INVALID").count();
        assert_eq!(refused, 1, "{one} {other}");
        assert_eq!(files_of(&app, "rsj", &id).await.as_array().expect("files").len(), 1);
        // A repetition by its key is answered with what is there.
        let upload = app.upload("rsj", &pdf("c")).await;
        let mut keyed = input(&id, &upload);
        keyed["idempotencyKey"] = json!("once");
        let first = app.by("rsj").act("attachFile", keyed.clone(), FILE).await;
        assert_eq!(app.by("rsj").act("attachFile", keyed.clone(), FILE).await, first);
        keyed["name"] = json!("d.pdf");
        assert_eq!(app.by("rsj").refused("attachFile", keyed).await, "KEY_REUSED");
        // A version that is not the one there is.
        let upload = app.upload("rsj", &pdf("e")).await;
        let mut stale = input(&id, &upload);
        stale["expectedVersion"] = json!(1);
        assert_eq!(app.by("rsj").refused("attachFile", stale).await, "STALE");
        app.done().await;
    }
}

on_both! {
    async fn what_nobody_attaches_is_removed_after_a_day_and_what_is_attached_stays(app) {
        let (_, whistle) = whistled(&app).await;
        let id = text(&whistle["id"]).to_owned();
        let kept = attached(&app, "rsj", &id, "留.pdf").await;
        let upload = app.upload("rsj", &pdf("a")).await;
        assert_eq!(app.stored_paths().len(), 2);
        app.clock.advance(TimeDelta::hours(25));
        let input = json!({ "case": id, "upload": upload, "name": "a.pdf" });
        assert_eq!(app.by("rsj").refused("attachFile", input).await, "INVALID");
        app.clock.advance(TimeDelta::hours(1));
        assert_eq!(app.app.sweep_files().await.expect("swept"), (1, 0));
        assert_eq!(app.app.sweep_files().await.expect("swept"), (0, 0));
        assert_eq!(app.stored_paths().len(), 1);
        assert_eq!(read(&app, "rsj", text(&kept["id"])).await.expect("read"), pdf("留.pdf"));
        app.done().await;
    }
}

on_both! {
    async fn a_sealed_file_is_opened_with_a_reason_by_whoever_may_and_for_ten_minutes(app) {
        let (petition, whistle) = whistled(&app).await;
        let id = text(&whistle["id"]).to_owned();
        let upload = app.upload("dispatcher", &pdf("身份证")).await;
        let input = json!({ "case": petition, "upload": upload, "name": "张三丰身份证.pdf", "sealed": true });
        let file = app.by("dispatcher").act("attachFile", input, FILE).await;
        let file_id = text(&file["id"]).to_owned();
        assert_eq!(file["name"], Value::Null, "a name may say too much");
        // It is listed without its name, on no path with it.
        let query = "query($id: ID!) { petition(id: $id) { files { name } events(first: 50) { nodes { texts { body } body } } } }";
        for login in ["rsj", "zjj", "director"] {
            let seen = app.by(login).query(query, json!({ "id": petition })).await.to_string();
            assert!(!seen.contains("身份证"), "{login}: {seen}");
        }
        // Nor does its name stand in the database in the clear.
        assert!(!tests::raw::holds(app.url(), "张三丰身份证"));
        for login in ["rsj", "director", "dispatcher"] {
            assert!(matches!(read(&app, login, &file_id).await, Err(app::FileError::Sealed)), "{login}");
        }
        let open = |case: &str| json!({ "case": case, "file": file_id, "reason": "核对身份" });
        assert_eq!(app.by("zjj").refused_as("openFile", open(&petition)).await, "NOT_PERMITTED", "an assist");
        assert_eq!(app.by("cgj").refused_as("openFile", open(&petition)).await, "NOT_FOUND");
        assert_eq!(app.by("rsj").refused_as("openFile", open(&id)).await, "INVALID", "it has no sealed file");
        let mut for_another = open(&petition);
        for_another["onBehalfOf"] = json!({ "person": app.person("director"), "medium": "PHONE", "occurredAt": app.clock_text() });
        assert_eq!(app.by("dispatcher").refused_as("openFile", for_another).await, "INVALID", "nobody reads for another");
        let opened = app.by("rsj").act("openFile", open(&petition), "name url expiresAt file { id sealed }").await;
        assert_eq!(opened["name"], "张三丰身份证.pdf");
        assert_eq!(read(&app, "rsj", &file_id).await.expect("read"), pdf("身份证"));
        assert!(matches!(read(&app, "director", &file_id).await, Err(app::FileError::Sealed)), "for one person");
        let notes = app.app.store().notes(app.app.district(), "file_read", 10).await.expect("notes");
        assert_eq!(notes.len(), 1);
        assert!(matches!(notes[0].fact, AuditFact::FileRead { file, .. } if file.to_string() == file_id));
        assert!(app.mails().await.iter().any(|it| it.contains("director@test.example") && it.contains("调阅")));
        app.clock.advance(TimeDelta::minutes(11));
        assert!(matches!(read(&app, "rsj", &file_id).await, Err(app::FileError::Sealed)), "it is over");
        app.done().await;
    }
}

on_both! {
    async fn an_act_recorded_for_another_owes_its_scan_within_a_working_day(app) {
        let (_, whistle) = whistled(&app).await;
        let id = text(&whistle["id"]).to_owned();
        let assignment = part(&whistle, "rsj");
        let behalf = json!({ "person": app.person("rsj_head"), "medium": "PAPER", "occurredAt": app.clock_text() });
        app.by("rsj").act("acknowledge", json!({ "assignment": assignment, "onBehalfOf": behalf }), "id").await;
        let query = "query($id: ID!) { whistle(id: $id) { actions { command allowed } deadlines { step due scanOf unit { code } overdue } events(first: 50) { nodes { version kind } } } }";
        let look = async |login: &str| app.by(login).query(query, json!({ "id": id })).await["whistle"].clone();
        let scan = |seen: &Value| seen["deadlines"].as_array().expect("deadlines").iter().find(|it| it["step"] == "SCAN").cloned();
        let seen = look("rsj").await;
        let owed = scan(&seen).expect("a scan is owed");
        let acknowledged = seen["events"]["nodes"].as_array().expect("events").iter().find(|it| it["kind"] == "acknowledged").expect("an event").clone();
        assert_eq!(owed["scanOf"], acknowledged["version"]);
        assert_eq!((&owed["due"], &owed["unit"]["code"]), (&json!("2026-03-03T09:30:00+00:00"), &json!("rsj")), "by the recorder's unit");
        let inbox = app.by("rsj").query("{ inbox { nodes { deadline { step scanOf } } } }", json!({})).await.to_string();
        assert!(inbox.contains("SCAN"), "{inbox}");
        // Another unit's scan is not theirs to bring, and nothing else than what is owed is one.
        let attach = |upload: String, of: &Value| json!({ "case": id, "upload": upload, "name": "签字.pdf", "scanOf": of });
        let upload = app.upload("zjj", &pdf("x")).await;
        assert_eq!(app.by("zjj").refused("attachFile", attach(upload, &owed["scanOf"])).await, "NOT_PERMITTED");
        let upload = app.upload("rsj", &pdf("x")).await;
        assert_eq!(app.by("rsj").refused("attachFile", attach(upload, &json!(1))).await, "INVALID");
        // It lapses, is told, and stays owed.
        app.advance_to("2026-03-04 09:00").await;
        let late = app.mails().await.iter().any(|it| it.contains("代录凭证"));
        assert!(late, "whoever owes it is told");
        assert_eq!(scan(&look("rsj").await).expect("still owed")["overdue"], true);
        // The case ends, and the scan is owed still.
        app.by("director").act("withdrawWhistle", json!({ "whistle": id, "reason": "事项已解决" }), "id").await;
        let seen = look("rsj").await;
        assert_eq!(seen["deadlines"].as_array().expect("deadlines").len(), 1);
        let may = seen["actions"].as_array().expect("actions").iter().find(|it| it["command"] == "attachFile").expect("an action").clone();
        assert_eq!(may["allowed"], true);
        let upload = app.upload("rsj", &pdf("x")).await;
        let other = json!({ "case": id, "upload": upload, "name": "其他.pdf" });
        assert_eq!(app.by("rsj").refused("attachFile", other).await, "NOT_PERMITTED");
        let file = app.by("rsj").act("attachFile", attach(upload, &owed["scanOf"]), "kind scanOf").await;
        assert_eq!(file, json!({ "kind": "SCAN", "scanOf": owed["scanOf"] }));
        assert_eq!(look("rsj").await["deadlines"], json!([]));
        app.done().await;
    }
}

on_both! {
    async fn what_is_erased_of_a_petition_takes_its_files_along(app) {
        let petition = registered(&app).await;
        let file = attached(&app, "dispatcher", &petition, "来信.pdf").await;
        let decline = json!({ "petition": petition, "ground": "LEGAL_ROUTE", "route": "依法通过诉讼途径解决" });
        app.by("dispatcher").act("declinePetition", decline, "id").await;
        let input = json!({ "petition": petition, "texts": true, "reason": "当事人依法要求删除" });
        app.by("director").act("erasePerson", input, "id").await;
        assert!(matches!(read(&app, "director", text(&file["id"])).await, Err(app::FileError::Erased)));
        let left = files_of(&app, "director", &petition).await;
        assert_eq!((&left[0]["name"], &left[0]["digest"]), (&Value::Null, &file["digest"]), "the record stays");
        app.done().await;
    }
}

on_both! {
    async fn a_change_of_keys_wraps_those_of_files_anew_and_touches_no_byte(app) {
        let petition = accepted(&app, "反映情况", "HOTLINE").await;
        let file = attached(&app, "dispatcher", &petition, "来信.pdf").await;
        let (store, district) = (app.app.store(), app.app.district());
        let key = |n: u8| (u32::from(n), store::Key::new([n * 7; store::KEY_LEN]));
        let stored = || -> Vec<Vec<u8>> { app.stored_paths().iter().map(|it| std::fs::read(it).expect("read")).collect() };
        let before = stored();
        store.keyring().replace([key(1), key(2)], 2).expect("keys");
        store.seal_anew(district).await.expect("sealed anew");
        let used = store.keys_in_use(district).await.expect("counted");
        assert!(used.keys().all(|it| *it == 2), "{used:?}");
        store.keyring().replace([key(2)], 2).expect("keys");
        assert_eq!(read(&app, "dispatcher", text(&file["id"])).await.expect("read"), pdf("来信.pdf"));
        assert_eq!(stored(), before);
        assert!(!before.iter().any(|it| it.windows(5).any(|it| it == b"%PDF-")), "nothing stands in the clear");
    }
}

on_both! {
    async fn bytes_that_were_changed_or_are_gone_are_not_sent(app) {
        let petition = accepted(&app, "反映情况", "HOTLINE").await;
        let file = attached(&app, "dispatcher", &petition, "来信.pdf").await;
        let path = app.stored_paths().pop().expect("a file");
        let mut bytes = std::fs::read(&path).expect("read");
        bytes[20] ^= 1;
        std::fs::write(&path, &bytes).expect("written");
        let read_again = || read(&app, "dispatcher", text(&file["id"]));
        assert!(matches!(read_again().await, Err(app::FileError::Files(store::FileError::Damaged))));
        bytes.truncate(40);
        std::fs::write(&path, &bytes).expect("written");
        assert!(matches!(read_again().await, Err(app::FileError::Files(store::FileError::Damaged))));
        std::fs::remove_file(&path).expect("removed");
        assert!(matches!(read_again().await, Err(app::FileError::Files(store::FileError::Missing))));
        app.done().await;
    }
}

on_both! {
    async fn whoever_handles_no_case_sends_nothing_and_nobody_sends_without_end(app) {
        for login in ["admin", "security", "auditor"] {
            let person = app.person(login).parse().expect("an id");
            let caller = app.app.caller(person, None).await.expect("registers").expect("an account");
            let refused = app.app.begin_upload(&caller).await;
            assert!(matches!(refused, Err(app::FileError::NotPermitted)), "{login}");
        }
        for n in 0..50 {
            app.upload("rsj", &pdf(&n.to_string())).await;
        }
        let person = app.person("rsj").parse().expect("an id");
        let caller = app.app.caller(person, None).await.expect("registers").expect("an account");
        assert!(matches!(app.app.begin_upload(&caller).await, Err(app::FileError::TooMany)));
        app.upload("zjj", &pdf("a")).await;
    }
}
