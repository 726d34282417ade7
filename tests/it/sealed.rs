//! What is sealed: it stands nowhere in the database, is opened with a reason by whoever may, is
//! found by a number to the digit, survives a change of keys, and goes when its key goes.

use std::{collections::BTreeMap, time::Duration};

use engine::audit::AuditFact;
use serde_json::{Value, json};
use tests::{
    Database, PEOPLE, TestApp, contract::Contract, keys, on_both, process::Program, raw, unit,
};

use crate::{
    accounts::notes,
    story::{accepted, drafted, issued},
};

/// A petitioner's name, telephone, identity number and address.
const PERSON: [&str; 4] =
    ["欧阳验封", "19912340077", "420302196805170031", "湖北省十堰市张湾区验封巷九号"];
const OPENED: &str = "name phone idNumber address petition { id }";

fn petitioner() -> Value {
    let [name, phone, number, address] = PERSON;
    json!({ "name": name, "phone": phone, "idNumber": number, "address": address })
}

async fn registered(app: &TestApp, login: &str) -> String {
    let input = json!({
        "procedure": "HOTLINE", "source": "HOTLINE", "title": "水压不足", "petitioner": petitioner()
    });
    let petition = app.by(login).act("registerPetition", input, "id").await;
    petition["id"].as_str().unwrap().to_owned()
}

async fn accusation(app: &TestApp) -> String {
    let input = json!({
        "procedure": "PETITION", "source": "LETTER", "nature": "ACCUSATION", "accused": [unit("rsj")],
        "title": "举报标题验封", "detail": "举报内容验封", "petitioner": petitioner()
    });
    let petition = app.by("officer").act("registerPetition", input, "id").await;
    petition["id"].as_str().unwrap().to_owned()
}

/// A petition that owes nothing any more.
async fn ended(app: &TestApp) -> String {
    let petition = registered(app, "dispatcher").await;
    let route =
        json!({ "petition": petition, "ground": "OUT_OF_SCOPE", "route": "向供水公司反映" });
    app.by("dispatcher").act("declinePetition", route, "id").await;
    petition
}

fn reason(petition: &str) -> Value {
    json!({ "petition": petition, "reason": "电话回访" })
}

/// How many petitions somebody finds by a number.
async fn found(app: &TestApp, login: &str, number: &str) -> Value {
    let query = "query($n: String!) { petitions(filter: { petitionerNumber: $n }) { totalCount } }";
    let answer = app.by(login).ask(query, json!({ "n": number })).await;
    match answer.get("errors") {
        Some(errors) => errors[0]["extensions"]["code"].clone(),
        None => answer["data"]["petitions"]["totalCount"].clone(),
    }
}

/// Rows as an older version of the program wrote them.
async fn as_before(app: &TestApp, petition: &str) {
    let blob = if app.database == Database::Sqlite {
        format!("x'{}'", "07".repeat(16))
    } else {
        format!("'\\x{}'::bytea", "07".repeat(16))
    };
    let [name, phone, number, address] = PERSON;
    let query = "query($id: ID!) { petition(id: $id) { petitioner { id } } }";
    let shown = app.by("director").query(query, json!({ "id": petition })).await;
    let person = shown["petition"]["petitioner"]["id"].as_str().unwrap()[4..].to_owned();
    let key = if app.database == Database::Sqlite {
        format!("x'{person}'")
    } else {
        format!("'{person}'")
    };
    raw::execute(
        app.url(),
        &format!(
            "UPDATE person SET name = '{name}', phone = '{phone}', id_number = '{number}', address = '{address}', \
                key_id = 0, wrapped_key = NULL, sealed = NULL WHERE id = {key}; \
             DELETE FROM person_index; \
             UPDATE text SET body = '举报内容验封', salt = {blob}, key_id = 0, wrapped_key = NULL, sealed = NULL \
              WHERE sealed IS NOT NULL;"
        ),
    );
}

on_both! {
    async fn a_dump_of_the_database_shows_nothing_that_is_sealed(app) {
        let petition = registered(&app, "dispatcher").await;
        let sealed = accusation(&app).await;
        let words = PERSON.into_iter().chain(["举报标题验封", "举报内容验封", "测试dispatcher"]);
        let words: Vec<&str> = words.collect();
        let shown = app.by("director").act("unseal", reason(&petition), OPENED).await;
        assert_eq!(shown["name"], json!(PERSON[0]));
        let query = "query($id: ID!) { petition(id: $id) { title detail } }";
        let shown = app.by("jw").query(query, json!({ "id": sealed })).await;
        assert_eq!(shown["petition"], json!({ "title": "举报标题验封", "detail": "举报内容验封" }));
        for word in &words {
            assert!(!raw::holds(app.url(), word), "the database shows {word}");
        }
        // The search would find what is there.
        assert!(raw::holds(app.url(), "水压不足"));
        app.done().await;
    }
}

on_both! {
    async fn what_is_sealed_is_opened_by_whoever_may_with_a_reason_and_the_director_is_told(app) {
        let petition = accepted(&app, "工资未按月足额支付", "HOTLINE").await;
        let whistle = drafted(&app, &[&petition], Some("general"), &["rsj", "zjj"]).await;
        issued(&app, &whistle).await;
        app.tick();
        let masked = "query($id: ID!) { petition(id: $id) { petitioner { name phone idNumber address } } }";
        for login in ["dispatcher", "rsj", "zjj", "leader"] {
            let shown = app.by(login).query(masked, json!({ "id": petition })).await;
            let shown = &shown["petition"]["petitioner"];
            assert_eq!(shown, &json!({
                "name": "张**", "phone": "199******34", "idNumber": "420*************3X", "address": "湖北省十堰***"
            }), "{login}");
        }
        for (login, expected) in [
            ("leader", "NOT_PERMITTED"), ("zjj", "NOT_PERMITTED"), ("program", "NOT_PERMITTED"),
            ("cgj", "NOT_FOUND"), ("hj_dispatcher", "NOT_FOUND"), ("admin", "NOT_FOUND"), ("auditor", "NOT_FOUND"),
        ] {
            assert_eq!(app.by(login).refused_as("unseal", reason(&petition)).await, expected, "{login}");
        }
        // Nobody opens for another who might.
        let other = json!({
            "petition": petition, "reason": "代为查看", "onBehalfOf": {
                "person": app.person("director"), "medium": "PAPER", "occurredAt": app.app.now().to_rfc3339()
            }
        });
        for login in ["leader", "dispatcher"] {
            assert_eq!(app.by(login).refused_as("unseal", other.clone()).await, "INVALID", "{login}");
        }
        let blank = json!({ "petition": petition, "reason": "  " });
        assert_eq!(app.by("dispatcher").refused_as("unseal", blank).await, "INVALID");
        assert!(notes(&app, "unsealed").await.is_empty());

        // The lead is told so by its actions, and opens it.
        let actions = "query($id: ID!) { petition(id: $id) { actions { command allowed } } }";
        let may = async |login: &str| {
            let shown = app.by(login).query(actions, json!({ "id": petition })).await;
            let all = shown["petition"]["actions"].as_array().unwrap().clone();
            all.into_iter().find(|it| it["command"] == "unseal").unwrap()["allowed"].clone()
        };
        assert_eq!((may("rsj").await, may("zjj").await), (json!(true), json!(false)));
        let shown = app.by("rsj").act("unseal", reason(&petition), OPENED).await;
        assert_eq!(shown["idNumber"], json!("42030219900101123X"));
        assert_eq!(shown["address"], json!("湖北省十堰市张湾区某街道某小区三栋"));

        let person = app.by("rsj").query("{ me { id } }", json!({})).await["me"]["id"].clone();
        let events = "query($id: ID!) { petition(id: $id) { events(first: 50) { nodes { kind recordedBy { id } texts { body } } } } }";
        let shown = app.by("director").query(events, json!({ "id": petition })).await;
        let all = shown["petition"]["events"]["nodes"].as_array().unwrap().clone();
        let event = all.into_iter().find(|it| it["kind"] == "unsealed").unwrap();
        assert_eq!(event["texts"][0]["body"], json!("电话回访"));
        assert_eq!(event["recordedBy"]["id"], person);
        assert!(matches!(notes(&app, "unsealed").await.as_slice(), [AuditFact::Unsealed { .. }]));
        let letters = "{ letters(first: 100) { nodes { kind } } }";
        let told = app.by("director").query(letters, json!({})).await;
        let told = told["letters"]["nodes"].as_array().unwrap();
        assert_eq!(told.iter().filter(|it| it["kind"] == "UNSEALED").count(), 1, "{told:?}");
        for it in app.mails().await {
            assert!(!it.contains("19900001234") && !it.contains("张三丰"));
        }
        app.done().await;
    }
}

on_both! {
    async fn nobody_reads_personal_data_but_by_opening_it(app) {
        let petition = registered(&app, "dispatcher").await;
        app.by("dispatcher").act("acceptPetition", json!({ "petition": petition }), "id").await;
        let whistle = drafted(&app, &[&petition], Some("general"), &["rsj", "zjj"]).await;
        issued(&app, &whistle).await;
        let contract = Contract::read();
        let ids: BTreeMap<&'static str, String> =
            [("id", petition.clone()), ("case", petition)].into();
        let mut n_answers = 0;
        for (login, ..) in PEOPLE {
            for field in contract.fields("Query") {
                let unknown = |(name, _, required): &(String, _, bool)| {
                    *required && !ids.contains_key(name.as_str())
                };
                if field.args.iter().any(unknown) {
                    continue;
                }
                let selection = match contract.objects.contains_key(&field.of.name) {
                    true => format!("{{ {} }}", contract.everything(&field.of.name, 3, &ids)),
                    false => String::new(),
                };
                let query = format!("{{ {} {selection} }}", contract.asked(field, &ids));
                let answer = app.by(login).ask(&query, json!({})).await.to_string();
                for it in PERSON {
                    assert!(!answer.contains(it), "{login} reads {it} in {query}");
                }
                n_answers += usize::from(answer.contains("199******77"));
            }
        }
        assert!(n_answers > 5, "the masked number is shown to those who see the case: {n_answers}");
        app.done().await;
    }
}

on_both! {
    async fn an_accuser_is_opened_by_those_who_answer_for_the_accusation_alone(app) {
        let petition = accusation(&app).await;
        for login in ["rsj", "rsj_head", "leader", "dispatcher", "auditor", "convenor"] {
            assert_eq!(app.by(login).refused_as("unseal", reason(&petition)).await, "NOT_FOUND", "{login}");
        }
        for login in ["jw", "director", "officer"] {
            let shown = app.by(login).act("unseal", reason(&petition), OPENED).await;
            assert_eq!(shown["phone"], json!(PERSON[1]), "{login}");
        }
        app.done().await;
    }
}

on_both! {
    async fn a_petitioner_is_found_by_a_number_to_the_digit(app) {
        let petition = registered(&app, "dispatcher").await;
        registered(&app, "hj_dispatcher").await;
        accusation(&app).await;
        for number in [PERSON[1], "199 1234 0077", "+86 19912340077", "１９９１２３４００７７", PERSON[2]] {
            assert_eq!(found(&app, "dispatcher", number).await, json!(1), "{number}");
        }
        // The centre's own, and what only some of it may see.
        assert_eq!(found(&app, "hj_dispatcher", PERSON[1]).await, json!(1));
        assert_eq!(found(&app, "director", PERSON[1]).await, json!(2));
        assert_eq!(found(&app, "jw", PERSON[1]).await, json!(1));
        for number in ["1991234007", "19912340078", "欧阳验封", "", "%"] {
            assert_eq!(found(&app, "dispatcher", number).await, json!(0), "{number}");
        }
        // Nobody tries numbers who may not open what they belong to.
        for login in ["leader", "zjj", "rsj", "program", "auditor", "admin"] {
            assert_eq!(found(&app, login, PERSON[1]).await, json!("NOT_PERMITTED"), "{login}");
        }
        let noted = app.app.store().notes(app.app.district(), "number_sought", 50).await.unwrap();
        assert!(noted.len() >= 10);
        assert!(!format!("{noted:?}").contains(PERSON[1]));
        let erased = json!({ "petition": petition, "reason": "本人申请" });
        assert_eq!(app.by("director").refused("erasePerson", erased).await, "WRONG_STAGE");
        app.done().await;
    }
}

on_both! {
    async fn erasing_a_person_drops_the_key_and_leaves_every_digest_valid(app) {
        let petition = ended(&app).await;
        let kept = ended(&app).await;
        let erase = json!({ "petition": petition, "texts": true, "reason": "本人书面申请" });
        for login in ["dispatcher", "officer", "leader"] {
            assert_eq!(app.by(login).refused("erasePerson", erase.clone()).await, "NOT_PERMITTED", "{login}");
        }
        app.by("director").act("erasePerson", erase.clone(), "id").await;
        assert_eq!(app.by("director").refused("erasePerson", erase).await, "ALREADY");
        assert_eq!(app.by("director").refused_as("unseal", reason(&petition)).await, "ALREADY");
        let query = "query($id: ID!) { petition(id: $id) { title petitioner { name } \
            events(first: 50) { nodes { kind texts { body } } } } }";
        let shown = app.by("director").query(query, json!({ "id": petition })).await["petition"].clone();
        assert_eq!((&shown["title"], &shown["petitioner"]), (&Value::Null, &Value::Null));
        let events = shown["events"]["nodes"].as_array().unwrap();
        let texts: Vec<_> = events.iter().flat_map(|it| it["texts"].as_array().unwrap()).collect();
        let said: Vec<_> = texts.iter().filter(|it| !it["body"].is_null()).collect();
        assert_eq!(said, [&&json!({ "body": "本人书面申请" })], "{events:#?}");
        assert_eq!(found(&app, "dispatcher", PERSON[1]).await, json!(1), "the other petition is still found");
        let words = "{ petitions(filter: { text: \"水压\" }) { totalCount } }";
        assert_eq!(app.by("dispatcher").query(words, json!({})).await["petitions"]["totalCount"], json!(1));
        assert!(matches!(notes(&app, "person_erased").await.as_slice(), [AuditFact::PersonErased { .. }]));
        let shown = app.by("director").act("unseal", reason(&kept), OPENED).await;
        assert_eq!(shown["name"], json!(PERSON[0]));
        // The chains and the folds are what they were.
        app.done().await;
    }
}

on_both! {
    async fn keys_are_changed_while_everybody_works(app) {
        let petition = registered(&app, "dispatcher").await;
        let sealed = accusation(&app).await;
        let store = app.app.store();
        let district = app.app.district();
        let key = |id: u8| (u32::from(id), store::Key::new([id; store::KEY_LEN]));
        let first = (1, store::Key::new([7; store::KEY_LEN]));
        store.keyring().replace([first.clone(), key(2)], 2).unwrap();
        store.prove_keys(district, app.app.wall()).await.unwrap();
        // Both are read, new ones are sealed under the new one, and all of them are found.
        registered(&app, "dispatcher").await;
        assert_eq!(found(&app, "dispatcher", PERSON[1]).await, json!(2));
        let work = async {
            for _ in 0..10 {
                registered(&app, "dispatcher").await;
                app.by("director").act("unseal", reason(&petition), OPENED).await;
            }
        };
        let (done, ()) = tokio::join!(store.seal_anew(district), work);
        assert!(done.unwrap().rewrapped > 0);
        assert_eq!(store.seal_anew(district).await.unwrap(), store::SealedAnew::default());
        let used = store.keys_in_use(district).await.unwrap();
        assert_eq!(used.keys().copied().collect::<Vec<_>>(), [2], "{used:?}");
        // The old key may go.
        store.keyring().replace([key(2)], 2).unwrap();
        store.prove_keys(district, app.app.wall()).await.unwrap();
        assert_eq!(found(&app, "dispatcher", PERSON[2]).await, json!(12));
        app.by("jw").act("unseal", reason(&sealed), OPENED).await;
        // Another key under a known number, and a key that is needed and missing, are told apart.
        store.keyring().replace([(2, first.1.clone())], 2).unwrap();
        let other = store.prove_keys(district, app.app.wall()).await;
        assert!(matches!(other, Err(store::Error::OtherKey { key: 2 })), "{other:?}");
        store.keyring().replace([first], 1).unwrap();
        let missing = store.prove_keys(district, app.app.wall()).await;
        assert!(matches!(missing, Err(store::Error::KeyMissing { key: Some(2) })), "{missing:?}");
        let answer = app.by("director").try_act("unseal", reason(&petition), OPENED).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!("INTERNAL"), "{answer}");
        store.keyring().replace([key(2)], 2).unwrap();
        app.done().await;
    }
}

on_both! {
    async fn what_an_older_version_left_plain_is_sealed_at_the_start(app) {
        let sealed = accusation(&app).await;
        as_before(&app, &sealed).await;
        let app = app.restart().await;
        assert!(raw::holds(app.url(), PERSON[1]) && raw::holds(app.url(), "举报内容验封"));
        // It is read as it is; it is not found by its number yet.
        let shown = app.by("jw").act("unseal", reason(&sealed), OPENED).await;
        assert_eq!(shown["address"], json!(PERSON[3]));
        let (url, database) = (app.url().to_owned(), app.database);
        app.step_aside().await;
        let data = tempfile::tempdir().unwrap();
        keys::put(data.path());
        let folder = data.path().display().to_string();
        let environment = [("CHUISHAO__DATABASE__URL", url.as_str())];
        let program = Program::start(&["serve", "--data", &folder], &environment, Duration::from_secs(30)).await;
        assert!(program.end());
        for word in PERSON.into_iter().chain(["举报内容验封"]) {
            assert!(!raw::holds(&url, word), "the database shows {word} on {database:?}");
        }
        let app = app.look_again().await;
        assert_eq!(found(&app, "jw", PERSON[1]).await, json!(1));
        let shown = app.by("jw").act("unseal", reason(&sealed), OPENED).await;
        assert_eq!(shown["name"], json!(PERSON[0]));
    }
}

/// Runs a subcommand over a data folder; whether it went well, and what it said.
fn chuishao(arguments: &[&str], data: &str) -> (Option<i32>, String) {
    let output = std::process::Command::new(tests::process::program())
        .args(arguments)
        .args(["--data", data])
        .output()
        .expect("the program runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// The key is changed by a command while a server works, and files that are not as they should be
/// are told apart.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_files_that_a_running_server_takes_up() {
    let app = TestApp::start(Database::Sqlite).await;
    let petition = registered(&app, "dispatcher").await;
    let token = app.token("director").await;
    app.step_aside().await;
    let path = app.url().trim_start_matches("sqlite://").to_owned();
    let folder = std::path::Path::new(&path).parent().unwrap().to_owned();
    std::fs::rename(&path, folder.join("chuishao.db")).unwrap();
    keys::put(&folder);
    let (data, key) = (folder.display().to_string(), folder.join("keys/data-1.key"));

    let server =
        async || Program::start(&["serve", "--data", &data], &[], Duration::from_secs(30)).await;
    let program = server().await;
    let (status, said) = tokio::task::spawn_blocking({
        let data = data.clone();
        move || chuishao(&["keys", "rotate"], &data)
    })
    .await
    .unwrap();
    assert_eq!(status, Some(0), "{said}");
    let query = "query($id: ID!) { petition(id: $id) { petitioner { phone } } }";
    let mut wrapped = false;
    for _ in 0..150 {
        let shown = program.ask(&token, query, json!({ "id": petition })).await.unwrap();
        assert_eq!(
            shown["data"]["petition"]["petitioner"]["phone"],
            json!("199******77"),
            "{shown}"
        );
        let (_, said) = chuishao(&["keys", "list"], &data);
        assert!(said.contains("data-2.key") && said.contains("运行"), "{said}");
        tokio::time::sleep(Duration::from_millis(100)).await;
        wrapped |= raw_key_ids(&folder) == ["2"];
        if wrapped {
            break;
        }
    }
    assert!(wrapped, "the server did not wrap anew");
    assert!(program.end());
    // A key is added without being used, and used once it is everywhere.
    let (status, said) = chuishao(&["keys", "use", "3"], &data);
    assert!(status == Some(2) && said.contains("data-3.key"), "{said}");
    let (status, said) = chuishao(&["keys", "add"], &data);
    assert!(status == Some(0) && said.contains("data-3.key"), "{said}");
    let (_, said) = chuishao(&["keys", "list"], &data);
    let current = said.lines().find(|it| it.contains("current")).unwrap();
    assert!(said.contains("data-3.key") && current.contains("data-2.key"), "{said}");
    let (status, said) = chuishao(&["keys", "retire", "3"], &data);
    assert_eq!(status, Some(0), "{said}");
    let (status, said) = chuishao(&["keys", "retire", "2"], &data);
    assert!(status == Some(2) && said.contains("仍在使用"), "{said}");
    let (status, said) = chuishao(&["keys", "retire", "1"], &data);
    assert_eq!(status, Some(0), "{said}");
    let (_, said) = chuishao(&["keys", "list"], &data);
    assert!(!said.contains("data-1.key") && said.contains("current"), "{said}");

    let second = folder.join("keys/data-2.key");
    let kept = std::fs::read_to_string(&second).unwrap();
    let refused = |word: &str| {
        let (status, said) = chuishao(&["serve", "--listen", "127.0.0.1:0"], &data);
        assert!(status == Some(2) || status == Some(1), "{status:?}");
        assert!(said.contains(word), "{said}");
        assert!(!said.contains(kept.trim()), "the key is shown");
    };
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&second, open).unwrap();
    refused("chmod 600");
    std::fs::remove_file(&second).unwrap();
    refused("data.current");
    std::fs::remove_file(folder.join("keys/data.current")).unwrap();
    refused("data-2.key");
    assert!(!key.exists() && !second.exists(), "a key that is missing is not made anew");
    keys::write(&second, "not a key");
    keys::write(&folder.join("keys/data.current"), "2");
    refused("64");
    keys::write(&second, &"0a".repeat(store::KEY_LEN));
    refused("data-2.key");
    keys::write(&second, &kept);
    let program = server().await;
    let shown = program.ask(&token, query, json!({ "id": petition })).await.unwrap();
    assert_eq!(shown["data"]["petition"]["petitioner"]["phone"], json!("199******77"));
    assert!(program.end());
}

/// The master keys under which persons are, as the file says.
fn raw_key_ids(folder: &std::path::Path) -> Vec<String> {
    let url = format!("sqlite://{}", folder.join("chuishao.db").display());
    let said = raw::query(&url, "SELECT DISTINCT key_id FROM person ORDER BY key_id");
    said.lines().map(str::to_owned).collect()
}
