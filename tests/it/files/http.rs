//! The doors of files over HTTP, knocked at by the real program's guests: large, slow, broken, wrong,
//! hostile; and read by those for whom they are.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{
    Database, TestApp, on_both,
    wire::{self, Answer, Wire, request},
};

use super::{pdf, text, whistled};
use crate::{house::House, story::part};

const BYTES: (&str, &str) = ("Content-Type", "application/octet-stream");

impl House {
    async fn send(&self, login: &str, bytes: &[u8]) -> Answer {
        self.send_with(login, bytes, &[]).await
    }

    async fn send_with(&self, login: &str, bytes: &[u8], more: &[(&str, &str)]) -> Answer {
        let bearer = format!("Bearer {}", self.token(login));
        let mut headers =
            vec![BYTES, ("Authorization", bearer.as_str()), ("Accept-Language", "en")];
        headers.extend(more);
        wire::ask(self.address(), "POST", "/files", &headers, bytes).await
    }

    async fn get(&self, method: &str, login: Option<&str>, path: &str) -> Answer {
        let bearer = login.map(|it| format!("Bearer {}", self.token(it)));
        let mut headers = vec![("Accept-Language", "en")];
        headers.extend(bearer.iter().map(|it| ("Authorization", it.as_str())));
        self.ask(method, path, &headers, "").await
    }

    async fn attach(&self, login: &str, case: &str, upload: &str, name: &str) -> Answer {
        let query =
            "mutation($input: AttachFileInput!) { attachFile(input: $input) { id url name } }";
        let input = json!({ "case": case, "upload": upload, "name": name });
        self.query_with(Some(login), query, json!({ "input": input })).await
    }
}

fn upload_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.whole());
    text(&answer.json()["upload"]).to_owned()
}

async fn house(app: TestApp, settings: &[(&str, &str)]) -> (House, String, Value) {
    let (petition, whistle) = whistled(&app).await;
    (House::open(app, settings).await, petition, whistle)
}

fn assert_nothing_is_left(house: &House) {
    assert!(house.app.stored_paths().is_empty(), "{:?}", house.app.stored_paths());
    let arrivals = std::fs::read_dir(house.app.folder().join("arrivals")).unwrap();
    assert_eq!(arrivals.count(), 0, "nothing that arrives has a name");
}

on_both! {
    async fn a_file_goes_up_and_comes_down_byte_for_byte_and_is_never_a_page(app) {
        let (house, petition, whistle) = house(app, &[]).await;
        // Some megabytes, so that there is more than one chunk.
        let big = [pdf("大").as_slice(), &b"% filling\n".repeat(300_000), b"%%EOF\n"].concat();
        let answer = house.send("rsj", &big).await;
        let said = answer.json();
        assert_eq!((&said["mediaType"], &said["size"]), (&json!("application/pdf"), &json!(big.len())));
        assert_eq!(said["digest"], engine::text::Digest::of(&big).to_string());
        let answer = house.attach("rsj", &part(&whistle, "rsj"), &upload_of(&answer), "现场 \"1\".html").await;
        let file = answer.json()["data"]["attachFile"].clone();
        let url = text(&file["url"]).to_owned();
        let answer = house.get("GET", Some("dispatcher"), &url).await;
        assert_eq!((answer.status, answer.body == big), (200, true));
        for (name, value) in [
            ("content-type", "application/pdf"),
            ("content-disposition", "attachment; filename=\"__ _1_.html.pdf\"; filename*=UTF-8''%E7%8E%B0%E5%9C%BA%20%221%22.html.pdf"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
            ("cache-control", "no-store"),
            ("content-encoding", ""),
        ] {
            assert_eq!(answer.header(name), value, "{name}");
        }
        assert_eq!(answer.header("content-length"), big.len().to_string());
        let mut wire = house.wire().await;
        let bearer = format!("Bearer {}", house.token("dispatcher"));
        wire.send(&request("HEAD", &url, &[("Authorization", &bearer)], b"")).await.unwrap();
        let head = wire.head().await.unwrap();
        assert_eq!((head.status, head.header("content-length")), (200, big.len().to_string().as_str()));

        // What one may not see and what is not there are answered alike, to the byte.
        let nothing = "/files/fil_00000000000000000000000000000042";
        for login in ["cgj", "hj_dispatcher", "admin", "auditor"] {
            let answers = [house.get("GET", Some(login), &url).await, house.get("GET", Some(login), nothing).await, house.get("GET", Some(login), "/files/x").await];
            for it in &answers {
                assert_eq!((it.status, &it.body), (404, &answers[0].body), "{login}");
                assert_eq!(it.headers.len(), answers[0].headers.len(), "{login}");
            }
        }
        assert_eq!(house.get("GET", None, &url).await.status, 401);
        let sent = house.send("dispatcher", &pdf("b")).await;
        let answer = house.attach("dispatcher", &petition, &upload_of(&sent), "b.pdf").await;
        assert!(answer.json()["errors"].is_null(), "{}", answer.text());
        house.close().await;
    }
}

on_both! {
    async fn what_was_sent_survives_a_kill_and_is_removed_in_time(app) {
        let (house, _, whistle) = house(app, &[]).await;
        let kept = upload_of(&house.send("rsj", &pdf("a")).await);
        upload_of(&house.send("rsj", &pdf("b")).await);
        // One is on its way when the power fails.
        let mut wire = house.wire().await;
        let bearer = format!("Bearer {}", house.token("rsj"));
        let headers = [BYTES, ("Authorization", bearer.as_str()), ("Content-Length", "100000")];
        wire.send(&request("POST", "/files", &headers, &[b'x'; 70_000])).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let app = house.kill().await;
        assert_eq!(std::fs::read_dir(app.folder().join("arrivals")).unwrap().count(), 0);
        let input = json!({ "case": whistle["id"], "upload": kept, "name": "a.pdf" });
        // The program went by the clock on the wall.
        app.clock.set(app::Clock::now(&app::RunningClock::wall()));
        app.by("rsj").act("attachFile", input, "id").await;
        assert_eq!(app.stored_paths().len(), 2);
        app.clock.advance(chrono::TimeDelta::hours(26));
        assert_eq!(app.app.sweep_files().await.unwrap(), (1, 0));
        assert_eq!(app.stored_paths().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_wrong_or_broken_leaves_nothing() {
    let settings =
        [("CHUISHAO__FILES__MAX_BYTES", "200000"), ("CHUISHAO__FILES__ALLOWED", "pdf,txt")];
    let (house, ..) = house(TestApp::start(Database::Sqlite).await, &settings).await;
    let large = pdf(&"x".repeat(300_000));
    // Announced, and not announced.
    let answer = house.send("rsj", &large).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "INVALID"));
    let chunked: Vec<u8> = large
        .chunks(50_000)
        .flat_map(|it| [format!("{:x}\r\n", it.len()).as_bytes(), it, b"\r\n"].concat())
        .collect();
    let answer = house.send_with("rsj", &chunked, &[("Transfer-Encoding", "chunked")]).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "INVALID"), "{}", answer.whole());
    for (bytes, status) in [
        (b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".to_vec(), 415),
        (b"<html><script>alert(1)</script>".to_vec(), 415),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), 415),
        ([b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01".as_slice(), &[0; 100]].concat(), 415),
        ([b"GIF89a".as_slice(), b"<script>alert(1)</script>", &[0; 40]].concat(), 422),
        (b"%PDF-1.7 it breaks off".to_vec(), 422),
        (vec![], 422),
    ] {
        let answer = house.send("rsj", &bytes).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, "INVALID"),
            "{}",
            answer.whole()
        );
    }
    // A page of another site cannot send one, and a form is none.
    let bearer = format!("Bearer {}", house.token("rsj"));
    for (headers, status) in [
        (vec![("Content-Type", "text/plain"), ("Authorization", bearer.as_str())], 415),
        (
            vec![
                ("Content-Type", "multipart/form-data; boundary=x"),
                ("Authorization", bearer.as_str()),
            ],
            415,
        ),
        (
            vec![
                BYTES,
                ("Authorization", bearer.as_str()),
                ("Origin", "https://elsewhere.example"),
            ],
            403,
        ),
        (vec![BYTES, ("Authorization", bearer.as_str()), ("Sec-Fetch-Site", "cross-site")], 403),
        (vec![BYTES], 401),
        (vec![BYTES, ("Authorization", "Bearer nobody")], 401),
    ] {
        let answer = wire::ask(house.address(), "POST", "/files", &headers, &pdf("a")).await;
        assert_eq!(answer.status, status, "{headers:?} {}", answer.whole());
    }
    for login in ["admin", "auditor"] {
        let answer = house.send(login, &pdf("a")).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "NOT_PERMITTED"), "{login}");
    }
    for (method, path) in
        [("GET", "/files"), ("PUT", "/files"), ("POST", "/files/fil_1"), ("DELETE", "/files/fil_1")]
    {
        assert_eq!(house.ask(method, path, &[BYTES], "").await.status, 405, "{method} {path}");
    }
    // Somebody hangs up in the middle.
    for _ in 0..3 {
        let mut wire = Wire::open(house.address()).await.unwrap();
        let headers = [BYTES, ("Authorization", bearer.as_str()), ("Content-Length", "150000")];
        wire.send(&request("POST", "/files", &headers, &pdf(&"x".repeat(90_000)))).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_nothing_is_left(&house);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_too_slowly_is_given_up() {
    let (house, ..) = house(TestApp::start(Database::Sqlite).await, &[]).await;
    let bearer = format!("Bearer {}", house.token("rsj"));
    let headers = [
        BYTES,
        ("Authorization", bearer.as_str()),
        ("Content-Length", "1000000"),
        ("Accept-Language", "en"),
    ];
    let begin = async || {
        let mut wire = Wire::open(house.address()).await.unwrap();
        wire.send(&request("POST", "/files", &headers, b"%PDF-")).await.unwrap();
        wire
    };
    // Nothing more comes; or a byte now and then.
    let (mut silent, mut dripping) = (begin().await, begin().await);
    let since = Instant::now();
    let drip = async {
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            if since.elapsed() > Duration::from_secs(14) || dripping.send(b"x").await.is_err() {
                break;
            }
        }
        dripping.answer().await
    };
    let (silent, dripping) = tokio::join!(silent.answer(), drip);
    assert_eq!(silent.unwrap().status, 408);
    // The answer may be lost where bytes still come after it; the connection is over in any case.
    assert!(dripping.map_or(true, |it| it.status == 408));
    assert!(since.elapsed() < Duration::from_secs(40));
    assert_nothing_is_left(&house);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_says_no_hangs_or_does_not_work_and_then_nothing_is_taken() {
    let script = "file=$(mktemp); trap 'rm -f $file' EXIT; cat > $file\n\
                  grep -q SCAN-BAD $file && exit 1\ngrep -q SCAN-BROKEN $file && exit 2\n\
                  grep -q SCAN-HANGS $file && exec sleep 60\nexit 0\n";
    let settings = [("CHUISHAO__FILES__SCANNER_SECONDS", "8")];
    let scanner = tempfile::tempdir().unwrap();
    let path = scanner.path().join("scan.sh");
    std::fs::write(&path, script).unwrap();
    let command = format!("sh,{}", path.display());
    let settings = [settings[0], ("CHUISHAO__FILES__SCANNER", command.as_str())];
    let (house, ..) = house(TestApp::start(Database::Sqlite).await, &settings).await;
    for (word, status) in [("SCAN-BAD", 422), ("SCAN-BROKEN", 503), ("SCAN-HANGS", 503)] {
        let since = Instant::now();
        let answer = house.send("rsj", &pdf(word)).await;
        assert_eq!(answer.status, status, "{word} {}", answer.whole());
        assert!(since.elapsed() < Duration::from_secs(40), "{word}");
        assert_nothing_is_left(&house);
    }
    upload_of(&house.send("rsj", &pdf("harmless")).await);
    // A large one, too, which the scanner reads piece by piece.
    let big = [pdf("a").as_slice(), &b"% filling\n".repeat(400_000), b"%%EOF\n"].concat();
    upload_of(&house.send("rsj", &big).await);
    assert!(house.program.log().contains("the scanner of files took too long"));
    let app = house.kill().await;
    let notes = app.app.store().notes(app.app.district(), "refused", 10).await.unwrap();
    let told = notes.iter().filter(|it| matches!(&it.fact, engine::audit::AuditFact::Refused { code, .. } if code == "SCANNED_BAD"));
    assert_eq!(told.count(), 1, "the auditor is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_reads_and_sends_as_far_as_its_scope_goes() {
    let app = TestApp::start(Database::Sqlite).await;
    let (_, whistle) = whistled(&app).await;
    let file = super::attached(&app, "rsj", text(&whistle["id"]), "a.pdf").await;
    let read_only = app.token_with("rsj", &[engine::account::pass::Scope::Read]).await;
    let house = House::open(app, &[]).await;
    let bearer = format!("Bearer {read_only}");
    let headers = [BYTES, ("Authorization", bearer.as_str())];
    let answer = wire::ask(house.address(), "POST", "/files", &headers, &pdf("a")).await;
    assert_eq!(answer.status, 403, "{}", answer.whole());
    let answer = wire::ask(house.address(), "GET", text(&file["url"]), &headers[1..], b"").await;
    assert_eq!(answer.status, 200, "{}", answer.whole());
    house.close().await;
}
