//! What is secret is planted at every door, in its place and out of it, and is found in no line of
//! the log and in no answer that its reader has no claim to.

use serde_json::{Value, json};
use tests::{
    on_both,
    wire::{Wire, request},
};

use crate::house::{House, JSON, PASSWORD};

/// Words that stand for what must not travel; each is found by a part of itself too.
const NAME: &str = "欧阳秘密";
const PHONE: &str = "13912345678";
const ID_NUMBER: &str = "420303199001019876";
const TEXT: &str = "藏在正文里的控告";
const WRONG_PASSWORD: &str = "hunter2-wrong-Passw0rd";
const FORGED: &str = "f0rged70ken5af0rged70ken5af0rged70ken5a";

/// What a search would find of a secret.
fn traces(secrets: &[&str], haystack: &str) -> Vec<String> {
    let escaped =
        |it: &str| -> String { it.encode_utf16().map(|it| format!("\\u{it:04x}")).collect() };
    secrets
        .iter()
        .filter(|it| haystack.contains(**it) || haystack.contains(&escaped(it)))
        .map(|it| (*it).to_owned())
        .collect()
}

on_both! {
    async fn no_secret_stands_in_the_log_or_in_an_answer(app) {
        // Every line that our own crates can write, and what the libraries write on a bad day.
        let filter = "info,server=trace,chuishao=trace,graph=trace,app=trace,engine=trace,store=trace,mail=trace,papers=trace,console=trace";
        let mut house = House::open(app, &[("CHUISHAO__LOG__FILTER", filter), ("CHUISHAO__HTTP__TRUSTED_PROXIES", "10.0.0.0/8")]).await;
        let token = house.token("dispatcher").to_owned();
        let bearer = format!("Bearer {token}");
        let signed_in = [JSON, ("Authorization", bearer.as_str())];
        let secrets = [NAME, PHONE, ID_NUMBER, TEXT, PASSWORD, WRONG_PASSWORD, FORGED, token.as_str()];
        let mut answers = vec![];

        // In their place: registered, searched for, signed in with.
        let input = json!({
            "procedure": "HOTLINE", "source": "HOTLINE", "title": "路灯不亮", "detail": TEXT,
            "petitioner": { "name": NAME, "phone": PHONE, "idNumber": ID_NUMBER, "address": "某路 7 号" }
        });
        let body = json!({
            "query": "mutation($input: RegisterPetitionInput!) { registerPetition(input: $input) { id petitioner { name phone } } }",
            "variables": { "input": input }
        });
        let registered = house.ask("POST", "/graphql", &signed_in, &body.to_string()).await;
        assert!(registered.json()["data"]["registerPetition"]["id"].is_string(), "{}", registered.whole());
        answers.push(registered.whole());
        for password in [PASSWORD, WRONG_PASSWORD] {
            let body = json!({ "name": "dispatcher2", "password": password, "code": WRONG_PASSWORD }).to_string();
            let answer = house.ask("POST", "/session", &[JSON], &body).await;
            assert_eq!(answer.status == 200, password == PASSWORD);
            // The cookie is for its reader, and is a secret from then on like the others.
            answers.push(answer.text());
        }

        // Out of their place: in each part of a request, well formed and not.
        for secret in secrets {
            for query in [
                format!("{{ petition(id: \"{secret}\") {{ id }} }}"),
                format!("{{ petitions(filter: {{ text: \"{secret}\" }}) {{ nodes {{ title }} }} }}"),
                format!("{{ petitions(filter: {{ nothing: \"{secret}\" }}) {{ totalCount }} }}"),
                format!("{{ petitions(first: \"{secret}\") {{ totalCount }} }}"),
                format!("{{ petitions(after: \"{secret}\") {{ totalCount }} }}"),
                format!("{{ calendar(version: {{ a: \"{secret}\" }}) {{ version }} }}"),
                format!("{{ me {{ name }} # {secret}\n"),
                format!("{{ me {{ name \"{secret}\" }} }}"),
                format!("\"{secret}"),
                format!("query a{} {{ nothing }}", secret.replace(|it: char| !it.is_ascii_alphanumeric(), "")),
                format!("{{ x{} }}", secret.replace(|it: char| !it.is_ascii_alphanumeric(), "")),
                format!("mutation {{ acknowledge(input: {{ assignment: \"{secret}\" }}) {{ id }} }}"),
                format!("mutation {{ registerPetition(input: {{ procedure: \"{secret}\", source: VISIT, title: \"x\" }}) {{ id }} }}"),
            ] {
                for headers in [&signed_in[..], &[JSON]] {
                    let body = json!({ "query": query }).to_string();
                    answers.push(house.ask("POST", "/graphql", headers, &body).await.whole());
                }
            }
            let query = "query($a: ID!, $b: Int, $c: PetitionFilterInput, $d: DateTime, $i: RegisterPetitionInput!) { \
                petition(id: $a) { id } petitions(first: $b, filter: $c) { totalCount } deadlines(filter: { from: $d }) { totalCount } }";
            let mutation = "mutation($i: RegisterPetitionInput!) { registerPetition(input: $i) { id } }";
            for (query, variables) in [
                (query, json!({ "a": secret, "b": secret, "c": { secret: secret }, "d": secret, "i": secret })),
                (query, json!({ secret: secret })),
                (mutation, json!({ "i": { "procedure": secret, "source": "VISIT", "title": "x" } })),
                (mutation, json!({ "i": { "procedure": "HOTLINE", "source": "VISIT", "title": { secret: secret } } })),
                (mutation, json!({ "i": { "procedure": "HOTLINE", "source": "VISIT", "title": "x", "place": secret } })),
                (mutation, json!({ "i": { "procedure": "HOTLINE", "source": "VISIT", "title": "x", "matter": secret } })),
                (mutation, json!({ "i": { "procedure": "HOTLINE", "source": "VISIT", "title": "x", "receivedAt": secret } })),
                (mutation, json!({ "i": { "procedure": "HOTLINE", "source": "VISIT", "title": secret.repeat(100) } })),
                (mutation, json!({ "i": { "procedure": "HOTLINE", "source": "VISIT", "title": "x", "petitioner": { "name": secret.repeat(90) } } })),
                (mutation, json!({ "i": { "procedure": "HOTLINE", "source": "VISIT", "title": "x", "petitioner": { "name": "x", "idNumber": format!("{secret}\0") } } })),
                (mutation, json!({ "i": { "procedure": "HOTLINE", "source": "VISIT", "title": "x", "people": secret } })),
                (mutation, json!([secret])),
                (mutation, json!(secret)),
            ] {
                for name in [Value::Null, json!(secret)] {
                    let body = json!({ "query": query, "variables": variables, "operationName": name, secret: secret });
                    answers.push(house.ask("POST", "/graphql", &signed_in, &body.to_string()).await.whole());
                }
            }
            for body in [
                secret.to_owned(),
                format!("[\"{secret}\"]"),
                format!("{{\"query\":\"{secret}"),
                json!({ "name": secret }).to_string(),
                json!({ "name": secret, "password": secret }).to_string(),
                json!({ "name": secret, "password": [secret] }).to_string(),
                json!({ "name": "", "password": secret.repeat(50) }).to_string(),
                format!("name={secret}&password={secret}"),
            ] {
                for path in ["/graphql", "/session"] {
                    for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
                        // Attempts to sign in are few, or they are put off.
                        let headers = [("Content-Type", kind), signed_in[1]];
                        answers.push(house.ask("POST", path, &headers, &body).await.whole());
                    }
                }
            }
            // In the address, in headers, in a cookie, in what is no HTTP at all.
            let plain: String = secret.bytes().filter(u8::is_ascii_graphic).map(char::from).collect();
            let plain = if plain.is_empty() { FORGED.to_owned() } else { plain };
            for path in [format!("/{plain}"), format!("/graphql?token={plain}"), format!("/assets/{plain}"), format!("/healthz?{plain}")] {
                let (bearer, cookie) = (format!("Bearer {plain}"), format!("chuishao={plain}; {plain}={plain}"));
                let headers = [
                    JSON, ("Authorization", bearer.as_str()), ("Cookie", cookie.as_str()), ("X-Request-Id", plain.as_str()),
                    ("X-Forwarded-For", plain.as_str()), ("Accept-Language", plain.as_str()), ("User-Agent", plain.as_str()),
                    ("Referer", plain.as_str()), ("Idempotency-Key", plain.as_str()), ("If-None-Match", plain.as_str()),
                ];
                for method in ["GET", "POST", "DELETE", "PUT"] {
                    answers.push(house.ask(method, &path, &headers, "{}").await.whole());
                }
            }
            for bytes in [
                format!("GET /{secret} HTTP/1.1\r\n{secret}\r\n\r\n"),
                format!("{secret} / HTTP/1.1\r\nHost: a\r\n\r\n"),
                format!("POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: {secret}\r\n\r\n"),
            ] {
                let mut wire = Wire::open(house.address()).await.unwrap();
                wire.send(bytes.as_bytes()).await.unwrap();
                if let Ok(answer) = wire.answer().await {
                    answers.push(answer.whole());
                }
            }
            // A request that breaks off in the middle of it.
            let whole = request("POST", "/graphql", &signed_in, body.to_string().as_bytes());
            let mut wire = Wire::open(house.address()).await.unwrap();
            wire.send(&whole[..whole.len() - 5]).await.unwrap();
        }
        assert!(answers.len() > 800, "{}", answers.len());

        // The reader may read what they wrote as they would anybody's: masked, or where they ask
        // for a text by name. Nothing of that was asked for here.
        for answer in &answers {
            assert_eq!(traces(&secrets, answer), [""; 0], "{answer}");
        }
        house.program.assert_well();
        let log = house.program.log();
        assert!(log.contains("DEBUG"), "nothing was written that could hold a secret: {log}");
        for line in log.lines() {
            assert_eq!(traces(&secrets, line), [""; 0], "{line}");
        }
        house.close().await;
    }
}
