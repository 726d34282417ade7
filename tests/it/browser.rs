//! The pages that are served, in a real browser.

use std::{path::Path, process::Command, time::Duration};

use serde_json::Value;
use tests::process::Program;

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_is_served_and_a_dispatcher_asks_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo").display().to_string();
    let program = Program::start(&["demo", "--data", &data], &[], Duration::from_secs(240)).await;
    let accounts = std::fs::read_to_string(format!("{data}/accounts.json")).unwrap();
    let accounts: Vec<Value> = serde_json::from_str(&accounts).unwrap();
    let find =
        |role: &str| accounts.iter().find(|it| it["roles"].to_string().contains(role)).unwrap();
    let (dispatcher, director) = (find("dispatcher"), find("director"));

    // The counts of the public report come out by counting.
    let token = director["token"].as_str().unwrap();
    let counted = program
        .ask(
            token,
            "{
        blown: whistles(filter: { year: 2019 }) { totalCount }
        resolved: petitions(filter: { difficult: true, resolution: RESOLVED }) { totalCount }
        letters(filter: { everybody: true }) { totalCount }
        me { now } }",
            Value::Null,
        )
        .await
        .unwrap();
    assert_eq!(counted["data"]["blown"]["totalCount"], 21, "{counted}");
    assert_eq!(counted["data"]["resolved"]["totalCount"], 6, "{counted}");
    assert!(
        counted["data"]["me"]["now"].as_str().unwrap().starts_with("2019-12-27T01:"),
        "{counted}"
    );

    let (_, page) = program.call("GET", "/graphiql", None, None).await.unwrap();
    assert!(
        page.contains("/assets/"),
        "the console is not built in: run `make test`, or build with CONSOLE=require"
    );
    let shot = folder.path().join("graphiql.png");
    let output = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/graphiql.mjs"))
        .arg(format!("http://{}", program.address))
        .arg(dispatcher["name"].as_str().unwrap())
        .arg(dispatcher["password"].as_str().unwrap())
        .arg(&shot)
        .output()
        .expect("node; `make test` installs what the tests need");
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(std::fs::metadata(&shot).unwrap().len() > 10_000);

    // Killed, and started again: the year is kept, and not played anew.
    let before = program
        .ask(
            token,
            "{ petitions { totalCount } letters(filter: { everybody: true }) { totalCount } }",
            Value::Null,
        )
        .await
        .unwrap();
    // A newcomer looks round without a code; one that is sent is checked.
    let knock = |program: &Program, code: Option<String>| {
        let body = serde_json::json!({ "name": director["name"], "password": director["password"], "code": code });
        let address = program.address.clone();
        async move {
            let (status, text) =
                tests::process::call(&address, "POST", "/session", None, Some(&body))
                    .await
                    .unwrap();
            (status, serde_json::from_str::<Value>(&text).unwrap())
        }
    };
    let secret = director["totp"].as_str().unwrap();
    let code = || {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Some(crate::accounts::shown_at(secret, now.as_secs()))
    };
    assert_eq!(knock(&program, None).await.0, 200);
    assert_eq!(knock(&program, Some("000000".to_owned())).await.1["code"], "WRONG_CODE");
    program.kill();
    let arguments = ["demo", "--data", &data, "--second-factor"];
    let program = Program::start(&arguments, &[], Duration::from_secs(60)).await;
    assert_eq!(knock(&program, None).await.1["code"], "SECOND_FACTOR_REQUIRED");
    assert_eq!(knock(&program, code()).await.0, 200);
    let after = program
        .ask(
            token,
            "{ petitions { totalCount } letters(filter: { everybody: true }) { totalCount } }",
            Value::Null,
        )
        .await
        .unwrap();
    assert_eq!(before["data"]["petitions"], after["data"]["petitions"]);
    assert!(
        after["data"]["letters"]["totalCount"].as_i64()
            >= before["data"]["letters"]["totalCount"].as_i64()
    );
    program.kill();
}
