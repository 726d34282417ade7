//! Files in storage that speaks S3: a real server of another maker, on a port of its own.

use std::sync::Arc;

use app::{App, SystemIds};
use engine::account::Rules;
use futures_util::TryStreamExt as _;
use serde_json::json;
use store::{Bucket, Files, Storage};
use tests::{Database, TestApp, peer::S3Server, wire};

use super::{pdf, text, whistled};

/// An application over the database of a scenario, with its files in a bucket.
async fn over(app: &TestApp, port: u16) -> App {
    let bucket = Bucket {
        endpoint: format!("http://127.0.0.1:{port}"),
        name: "chuishao".to_owned(),
        region: "us-east-1".to_owned(),
        prefix: "county/files".to_owned(),
        access_key: "test".to_owned(),
        secret_key: "test".to_owned(),
        trusted: None,
    };
    let keyring = app.app.store().keyring().clone();
    let arrivals = app.folder().join("arrivals");
    let files = Files::open(&Storage::Bucket(Box::new(bucket)), &arrivals, keyring).unwrap();
    App::open(app::Parts {
        store: app.app.store().clone(),
        files,
        clock: app.clock.clone(),
        wall: app.clock.clone(),
        ids: Arc::new(SystemIds),
        domain: "test.example".to_owned(),
        accounts: Rules::default(),
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_keeps_files_as_a_folder_does() {
    let server = S3Server::start();
    let address = format!("127.0.0.1:{}", server.port);
    assert_eq!(
        wire::ask(&address, "PUT", "/chuishao", &[("Host", &address)], b"").await.status,
        200
    );
    let test = TestApp::start(Database::Sqlite).await;
    let (_, whistle) = whistled(&test).await;
    let app = over(&test, server.port).await;
    app.files().probe().await.unwrap();
    let caller = app.caller(test.person("rsj").parse().unwrap(), None).await.unwrap().unwrap();
    // The second goes in parts.
    let big = [pdf("a").as_slice(), &b"% filling\n".repeat(1_900_000), b"%%EOF\n"].concat();
    for bytes in [pdf("a"), big] {
        let mut incoming = app.begin_upload(&caller).await.unwrap();
        incoming.write(&bytes).await.unwrap();
        let arrived = incoming.finish().await.unwrap();
        let upload = app.keep_upload(&caller, &arrived, papers::media::Media::Pdf).await.unwrap();
        let input =
            json!({ "case": whistle["id"], "upload": upload.id.to_string(), "name": "a.pdf" });
        let file = test.by("rsj").act("attachFile", input, "id").await;
        let file = app.file(&caller, text(&file["id"]).parse().unwrap()).await.unwrap();
        let read = app.read_file(&caller, &file).await.unwrap();
        let read: Vec<u8> = read.map_ok(|it| it.to_vec()).try_concat().await.unwrap();
        assert!(read == bytes);
    }
    // What nobody attaches is removed there, too; what is gone is told as gone.
    let mut incoming = app.begin_upload(&caller).await.unwrap();
    incoming.write(&pdf("b")).await.unwrap();
    let arrived = incoming.finish().await.unwrap();
    app.keep_upload(&caller, &arrived, papers::media::Media::Pdf).await.unwrap();
    test.clock.advance(chrono::TimeDelta::hours(26));
    assert_eq!(app.sweep_files().await.unwrap(), (1, 0));
    let gone = app.files().sealed(arrived.id()).await.map(|_| ());
    assert!(matches!(gone, Err(store::FileError::Missing)), "{gone:?}");
    // A storage that is away is an error, and nothing is left of what was to be kept.
    drop(server);
    let mut incoming = app.begin_upload(&caller).await.unwrap();
    incoming.write(&pdf("c")).await.unwrap();
    let arrived = incoming.finish().await.unwrap();
    let kept = app.keep_upload(&caller, &arrived, papers::media::Media::Pdf).await;
    assert!(matches!(kept, Err(app::FileError::Files(store::FileError::Storage(_)))));
    let waiting = app.store().count_uploads(app.district(), caller.member.person).await.unwrap();
    assert_eq!(waiting, 0);
}
