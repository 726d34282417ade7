//! The web edge of the real program: headers, pages of other sites, rates, proxies, sizes, times, and
//! the end.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use tests::{
    Database, TestApp, on_both,
    wire::{Wire, request},
};

use crate::house::{House, JSON, PASSWORD, registering};

async fn house(settings: &[(&str, &str)]) -> House {
    House::open(TestApp::start(Database::Sqlite).await, settings).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_headers_and_names_no_maker() {
    let house = house(&[("CHUISHAO__HTTP__PUBLIC_URL", "https://chuishao.example.gov.cn")]).await;
    let bearer = format!("Bearer {}", house.token("dispatcher"));
    let signed_in = [JSON, ("Authorization", bearer.as_str())];
    let asset = house.ask("GET", "/", &[], "").await.text();
    let asset = asset.split('"').find(|it| it.starts_with("/assets/")).unwrap().to_owned();
    for (method, path, headers, body, status) in [
        ("GET", "/", &[][..], "", 200),
        ("GET", "/graphiql", &[], "", 200),
        ("GET", asset.as_str(), &[], "", 200),
        ("GET", "/assets/none.js", &[], "", 404),
        ("GET", "/healthz", &[], "", 200),
        ("GET", "/readyz", &[], "", 200),
        ("GET", "/nothing", &[], "", 404),
        ("GET", "/graphql", &[], "", 405),
        ("OPTIONS", "/graphql", &[], "", 405),
        ("POST", "/graphql", &signed_in, r#"{"query":"{ me { name } }"}"#, 200),
        ("POST", "/graphql", &signed_in, "nonsense", 400),
        ("POST", "/graphql", &[("Sec-Fetch-Site", "cross-site")], "{}", 403),
        ("POST", "/session", &[JSON], r#"{"name":"x","password":"y"}"#, 401),
        ("DELETE", "/session", &[], "", 204),
    ] {
        let answer = house.ask(method, path, headers, body).await;
        let what = format!("{method} {path} {}", answer.whole());
        assert_eq!(answer.status, status, "{what}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(answer.header(name), value, "{name} {what}");
        }
        assert!(answer.header("permissions-policy").contains("camera=()"), "{what}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{what}");
        assert!(policy.contains("frame-ancestors 'none'"), "{what}");
        let scripts = policy.split("; ").find(|it| it.starts_with("script-src"));
        assert!(scripts.is_none_or(|it| it == "script-src 'self'"), "{what}");
        let keep = answer.header("cache-control");
        let is_page = path.starts_with("/assets/") || ["/", "/graphiql"].contains(&path);
        assert!(keep == "no-store" || (is_page && !keep.is_empty()), "{what}");
        assert!(answer.header("x-request-id").len() >= 8, "{what}");
        for name in ["server", "x-powered-by", "via", "access-control-allow-origin"] {
            assert_eq!(answer.header(name), "", "{what}");
        }
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_tls_nothing_is_promised_about_it_and_the_debugging_page_can_be_left_out() {
    let house = house(&[("CHUISHAO__HTTP__GRAPHIQL", "false")]).await;
    assert_eq!(house.ask("GET", "/", &[], "").await.header("strict-transport-security"), "");
    assert_eq!(house.ask("GET", "/graphiql", &[], "").await.status, 404);
    // A proxy on this machine that says it came over TLS is believed.
    let told = house.ask("GET", "/", &[("X-Forwarded-Proto", "https")], "").await;
    assert_eq!(told.header("strict-transport-security"), "max-age=31536000");
    house.close().await;
}

/// What a browser sends for a page, and whether it may change anything.
#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_another_site_changes_anything_whatever_it_makes_a_browser_send() {
    let house = house(&[]).await;
    let cookie = format!("chuishao={}", house.token("dispatcher"));
    let own = format!("http://{}", house.address());
    let host = house.address().to_owned();
    let neighbour = format!("http://{}:1", host.split(':').next().unwrap());
    let before = house.petitions().await;
    let kinds = [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json-seq",
        "",
    ];
    let mut n_asked = 0;
    for kind in kinds {
        for origin in [Some("https://evil.example"), Some("null"), Some(neighbour.as_str()), None] {
            for site in [Some("cross-site"), Some("same-site"), None] {
                // Neither header and JSON is what a program sends, not a browser.
                if origin.is_none() && site.is_none() && kind == "application/json" {
                    continue;
                }
                for mode in ["navigate", "no-cors", "cors"] {
                    let mut headers = vec![
                        ("Host", host.as_str()),
                        ("Cookie", cookie.as_str()),
                        ("Sec-Fetch-Mode", mode),
                    ];
                    headers.extend(Some(("Content-Type", kind)).filter(|_| !kind.is_empty()));
                    headers.extend(origin.map(|it| ("Origin", it)));
                    headers.extend(site.map(|it| ("Sec-Fetch-Site", it)));
                    for (method, path) in [
                        ("POST", "/graphql"),
                        ("POST", "/session"),
                        ("DELETE", "/session"),
                        ("GET", "/graphql?query=mutation%7Bx%7D"),
                    ] {
                        if method == "DELETE" && origin.is_none() && site.is_none() {
                            // A browser sends no DELETE without asking first, and never without its origin.
                            continue;
                        }
                        let answer = house.ask(method, path, &headers, &registering("异站")).await;
                        assert!(
                            [403, 405, 415].contains(&answer.status),
                            "{headers:?} {}",
                            answer.whole()
                        );
                        assert_eq!(answer.header("set-cookie"), "");
                        n_asked += 1;
                    }
                }
            }
        }
    }
    assert!(n_asked > 500, "{n_asked}");
    // A browser that asks first is not told yes.
    let asking = [
        ("Origin", "https://evil.example"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type"),
    ];
    let answer = house.ask("OPTIONS", "/graphql", &asking, "").await;
    assert!(!answer.whole().contains("access-control"), "{}", answer.whole());
    assert_eq!(house.petitions().await, before);

    // Our own page, and a program.
    for headers in [
        vec![
            ("Host", host.as_str()),
            ("Cookie", cookie.as_str()),
            ("Origin", own.as_str()),
            ("Sec-Fetch-Site", "same-origin"),
            JSON,
        ],
        vec![("Host", host.as_str()), ("Cookie", cookie.as_str()), JSON],
    ] {
        let answer = house.ask("POST", "/graphql", &headers, &registering("本站")).await;
        assert!(answer.json()["data"]["registerPetition"]["id"].is_string(), "{}", answer.whole());
    }
    assert_eq!(house.petitions().await, before + 2);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_asks_too_often_waits_and_no_other() {
    let settings =
        [("CHUISHAO__HTTP__RATE_PER_ACCOUNT", "1"), ("CHUISHAO__HTTP__BURST_PER_ACCOUNT", "5")];
    let house = house(&settings).await;
    let bearer = format!("Bearer {}", house.token("rsj"));
    let mut wire = house.wire().await;
    let headers = [JSON, ("Authorization", bearer.as_str()), ("Accept-Language", "en")];
    let mut refused = None;
    for _ in 0..60 {
        let answer =
            wire.ask("POST", "/graphql", &headers, br#"{"query":"{ __typename }"}"#).await.unwrap();
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("sixty at once are too many");
    assert_eq!(refused.code(), "TOO_MANY");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert!(refused.json()["detail"].as_str().unwrap().contains("Retry-After"));
    assert_eq!(house.query(Some("director"), "{ __typename }").await.status, 200);
    for _ in 0..60 {
        assert_eq!(house.ask("GET", "/healthz", &[], "").await.status, 200);
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_asks_too_often_waits_and_does_not_escape_by_inventing_another() {
    let settings =
        [("CHUISHAO__HTTP__RATE_PER_ADDRESS", "1"), ("CHUISHAO__HTTP__BURST_PER_ADDRESS", "5")];
    let house = house(&settings).await;
    let mut wire = house.wire().await;
    let mut statuses = vec![];
    for n in 0..60 {
        // What stands to the left anybody may write.
        let forwarded = format!("203.0.113.{n}, 198.51.100.7");
        statuses.push(wire.ask("GET", "/", &[("X-Forwarded-For", &forwarded)], b"").await.unwrap());
    }
    let refused = statuses.iter().find(|it| it.status == 429).expect("sixty at once are too many");
    assert_eq!(refused.code(), "TOO_MANY");
    assert_eq!(refused.header("x-frame-options"), "DENY");
    let other = wire.ask("GET", "/", &[("X-Forwarded-For", "198.51.100.8")], b"").await.unwrap();
    assert_eq!(other.status, 200);
    // A second header that names somebody else makes nobody uncounted.
    let mut n_refused = 0;
    for n in 0..60 {
        let standard = format!("for=203.0.113.{n}");
        let headers = [("X-Forwarded-For", "198.51.100.9"), ("Forwarded", standard.as_str())];
        n_refused += usize::from(wire.ask("GET", "/", &headers, b"").await.unwrap().status == 429);
    }
    assert!(n_refused > 0);
    // This machine is not counted, and whoever watches over it never.
    for _ in 0..60 {
        assert_eq!(wire.ask("GET", "/", &[], b"").await.unwrap().status, 200);
        let health = wire.ask("GET", "/healthz", &[("X-Forwarded-For", "198.51.100.7")], b"").await;
        assert_eq!(health.unwrap().status, 200);
    }
    house.close().await;
}

on_both! {
    async fn what_is_too_large_too_slow_or_no_request_is_refused_and_others_are_served(app) {
        let house = House::open(app, &[]).await;
        let bearer = format!("Bearer {}", house.token("dispatcher"));
        let signed_in = [JSON, ("Authorization", bearer.as_str())];
        let before = house.petitions().await;

        // Said to be too large; too large without a word; a head of too many, too long lines.
        let large = registering(&"长".repeat(100_000));
        let answer = house.ask("POST", "/graphql", &signed_in, &large).await;
        assert_eq!((answer.status, answer.code().as_str()), (413, "INVALID"));
        let mut wire = house.wire().await;
        let chunked = [JSON, ("Authorization", bearer.as_str()), ("Transfer-Encoding", "chunked")];
        wire.send(&request("POST", "/graphql", &chunked, b"")).await.unwrap();
        let chunk = [format!("{:x}\r\n", 64 * 1024).into_bytes(), vec![b' '; 64 * 1024], b"\r\n".to_vec()].concat();
        for _ in 0..5 {
            // The server may have answered and hung up before all is sent.
            let _ = wire.send(&chunk).await;
        }
        assert_eq!(wire.answer().await.unwrap().status, 413);
        let names: Vec<String> = (0..200).map(|it| format!("X-H{it}")).collect();
        let many: Vec<(&str, &str)> = names.iter().map(|it| (it.as_str(), "v")).collect();
        assert_eq!(house.ask("GET", "/healthz", &many, "").await.status, 431);
        let long = "v".repeat(64 * 1024);
        assert_eq!(house.ask("GET", "/healthz", &[("X-Long", &long)], "").await.status, 431);
        let path = format!("/{}", "a".repeat(64 * 1024));
        assert!([414, 431].contains(&house.ask("GET", &path, &[], "").await.status));

        // What is no HTTP, or two requests in one: refused, and the connection is closed.
        for bytes in [
            &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
            b"\0\0\0\0\r\n\r\n",
            b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
            b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nhello",
            b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost : a\r\nX\r\n\r\n",
        ] {
            let mut wire = house.wire().await;
            wire.send(bytes).await.unwrap();
            let shown = String::from_utf8_lossy(bytes).into_owned();
            match wire.answer().await {
                Ok(answer) => assert!((400..500).contains(&answer.status), "{shown:?} {}", answer.status),
                Err(error) => assert_ne!(error.to_string(), "there was no answer in time", "{shown:?}"),
            }
            assert!(wire.is_closed(Duration::from_secs(10)).await, "{shown:?}");
        }

        // A body that breaks off, and slow ones: nothing is done, and meanwhile everybody is served.
        let mut broken = house.wire().await;
        let body = registering("未传完");
        let whole = request("POST", "/graphql", &signed_in, body.as_bytes());
        broken.send(&whole[..whole.len() - 10]).await.unwrap();
        drop(broken);
        let mut silent = house.wire().await;
        let mut head = house.wire().await;
        head.send(b"POST /graphql HTTP/1.1\r\nHost: a\r\n").await.unwrap();
        let mut slow = house.wire().await;
        slow.send(&whole[..whole.len() - 10]).await.unwrap();
        let mut session = house.wire().await;
        let sign_in = request("POST", "/session", &[JSON, ("Content-Length", "60")], br#"{"name":"#);
        session.send(&sign_in).await.unwrap();
        let end = Instant::now() + Duration::from_secs(60);
        let mut answers = [None, None];
        while answers.iter().any(Option::is_none) {
            assert!(Instant::now() < end);
            assert_eq!(house.ask("GET", "/readyz", &[], "").await.status, 200);
            let _ = head.send(b"X-Drip: 1\r\n").await;
            for (wire, answer) in [&mut slow, &mut session].into_iter().zip(&mut answers) {
                let _ = wire.send(b" ").await;
                if let Ok(it) = tokio::time::timeout(Duration::from_millis(700), wire.answer()).await {
                    *answer = Some(it);
                }
            }
        }
        // Whoever hangs up while bytes still come may take one of the answers with it, not both.
        let told: Vec<_> = answers.into_iter().flatten().flatten().collect();
        assert!(!told.is_empty());
        for answer in told {
            assert_eq!((answer.status, answer.code().as_str()), (408, "INVALID"));
        }
        assert!(silent.is_closed(Duration::from_secs(40)).await);
        assert!(head.is_closed(Duration::from_secs(40)).await);
        assert_eq!(house.petitions().await, before);
        house.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_more_than_there_may_be_waits_for_its_turn() {
    let house = house(&[("CHUISHAO__HTTP__MAX_CONNECTIONS", "8")]).await;
    let mut held = vec![];
    for _ in 0..8 {
        let mut wire = house.wire().await;
        assert_eq!(wire.ask("GET", "/healthz", &[], b"").await.unwrap().status, 200);
        held.push(wire);
    }
    let mut ninth = house.wire().await;
    ninth.send(&request("GET", "/healthz", &[], b"")).await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(500), ninth.answer()).await;
    assert!(early.is_err(), "it was served: {early:?}");
    held.pop();
    // A part of an answer may not be lost by the time that ran out above: nothing had come.
    assert_eq!(ninth.answer().await.unwrap().status, 200);
    drop((held, ninth));
    house.close().await;
}

on_both! {
    async fn a_request_under_way_is_finished_when_the_process_is_asked_to_end(app) {
        let mut house = House::open(app, &[]).await;
        let bearer = format!("Bearer {}", house.token("dispatcher"));
        let mut clients = tokio::task::JoinSet::new();
        let count = Arc::new(AtomicUsize::new(0));
        for client in 0..8 {
            let count = count.clone();
            let (address, bearer) = (house.address().to_owned(), bearer.clone());
            clients.spawn(async move {
                let mut acknowledged = vec![];
                let Ok(mut wire) = Wire::open(&address).await else { return acknowledged };
                loop {
                    let body = registering(&format!("收尾{client}之{}", acknowledged.len()));
                    let headers = [JSON, ("Authorization", bearer.as_str())];
                    match wire.ask("POST", "/graphql", &headers, body.as_bytes()).await {
                        Ok(answer) => {
                            assert_eq!(answer.status, 200, "{}", answer.whole());
                            let id = answer.json()["data"]["registerPetition"]["id"].as_str().unwrap().to_owned();
                            acknowledged.push(id);
                            count.fetch_add(1, Ordering::Relaxed);
                            if answer.header("connection") == "close" {
                                return acknowledged;
                            }
                        }
                        // A connection that was idle is closed; one that was not is answered first.
                        Err(_) => return acknowledged,
                    }
                }
            });
        }
        let end = Instant::now() + Duration::from_secs(60);
        while count.load(Ordering::Relaxed) < 40 && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        house.program.assert_well();
        assert!(house.program.end());
        let acknowledged: Vec<String> = clients.join_all().await.concat();
        assert!(acknowledged.len() >= 40, "{}", acknowledged.len());
        let app = house.app.look_again().await;
        let query = "query($id: ID!) { petition(id: $id) { id } }";
        for id in &acknowledged {
            let found = app.by("dispatcher").query(query, json!({ "id": id })).await;
            assert_eq!(found["petition"]["id"], json!(id));
        }
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_cookies_and_tokens_are_nobodys() {
    let house = house(&[]).await;
    let token = house.token("dispatcher").to_owned();
    let digest = app::digest(&token).to_string();
    let mut flipped = token.clone().into_bytes();
    *flipped.last_mut().unwrap() ^= 1;
    let flipped = String::from_utf8(flipped).unwrap();
    let long = "a".repeat(5000);
    let forged = [
        flipped.as_str(),
        &digest,
        &token[..token.len() - 1],
        &token.to_uppercase(),
        &token.replace('-', "%2D"),
        &format!("{token}0"),
        "' OR 1=1 --",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "null",
        "undefined",
        "",
        "..",
        "\u{7f}",
        &long,
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkaXNwYXRjaGVyIn0.",
    ];
    let before = house.petitions().await;
    for it in forged {
        let cookie = format!("chuishao={it}");
        let bearer = format!("Bearer {it}");
        let basic = format!("Basic {token}");
        for headers in [
            vec![JSON, ("Cookie", cookie.as_str())],
            vec![JSON, ("Authorization", bearer.as_str())],
            vec![JSON, ("Authorization", bearer.as_str()), ("Cookie", cookie.as_str())],
            vec![JSON, ("Authorization", basic.as_str()), ("Cookie", cookie.as_str())],
            vec![
                JSON,
                ("X-User", "dispatcher"),
                ("X-Forwarded-User", "dispatcher"),
                ("Cookie", cookie.as_str()),
            ],
        ] {
            let answer = house.ask("POST", "/graphql", &headers, &registering("冒名")).await;
            assert!(
                (answer.status == 200 && answer.code() == "UNAUTHENTICATED")
                    || answer.status == 400,
                "{it} {}",
                answer.whole()
            );
            assert!(!answer.whole().contains(&token));
        }
    }
    assert_eq!(house.petitions().await, before);
    // A session that was signed out is one of these from then on.
    let body = json!({ "name": "dispatcher2", "password": PASSWORD }).to_string();
    let answer = house.ask("POST", "/session", &[JSON], &body).await;
    assert_eq!(answer.status, 200, "{}", answer.whole());
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    assert!(answer.header("set-cookie").contains("HttpOnly; SameSite=Strict"));
    let asked = registering("本人");
    let own = [JSON, ("Cookie", cookie.as_str())];
    assert!(house.ask("POST", "/graphql", &own, &asked).await.json()["data"].is_object());
    assert_eq!(house.ask("DELETE", "/session", &own, "").await.status, 204);
    assert_eq!(house.ask("POST", "/graphql", &own, &asked).await.code(), "UNAUTHENTICATED");
    house.close().await;
}

on_both! {
    async fn a_guessed_id_tells_no_more_than_one_that_is_not(app) {
        let whistle = crate::story::called(&app).await;
        let house = House::open(app, &[]).await;
        let real = whistle["id"].as_str().unwrap().to_owned();
        let part = crate::story::part(&whistle, "rsj");
        let absent = |id: &str| {
            let (kind, digits) = id.split_once('_').unwrap();
            let last = if digits.ends_with('0') { "1" } else { "0" };
            format!("{kind}_{}{last}", &digits[..digits.len() - 1])
        };
        for (query, id) in [
            ("query($id: ID!) { whistle(id: $id) { id } }", &real),
            ("query($id: ID!) { events(case: $id) { nodes { kind } } }", &real),
            ("query($id: ID!) { deadlines(case: $id) { totalCount } }", &real),
            ("mutation($id: ID!) { acknowledge(input: { assignment: $id }) { id } }", &part),
            ("mutation($id: ID!) { withdrawWhistle(input: { whistle: $id, reason: \"x\" }) { id } }", &real),
        ] {
            for login in ["cgj", "admin"] {
                let one = house.query_with(Some(login), query, json!({ "id": id })).await;
                let other = house.query_with(Some(login), query, json!({ "id": absent(id) })).await;
                assert_eq!((one.status, one.text()), (other.status, other.text()), "{login} {query}");
            }
        }
        house.close().await;
    }
}
