//! Where files are kept: in storage that speaks S3, of another maker and on a port of its own; and on a
//! disk that is full.

use std::{path::Path, process::Command, sync::Arc};

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
    with(app, &Storage::Bucket(Box::new(bucket)), &app.folder().join("arrivals")).await
}

/// The same with its files anywhere.
async fn with(app: &TestApp, storage: &Storage, arrivals: &Path) -> App {
    let keyring = app.app.store().keyring().clone();
    let files = Files::open(storage, arrivals, keyring).unwrap();
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

/// A disk of a quarter of a megabyte, as long as this lives.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// None where the system lets nobody mount one.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(folder.path());
        mount.output().is_ok_and(|it| it.status.success()).then_some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_room_a_file_is_refused_and_work_goes_on_when_there_is() {
    let Some(disk) = SmallDisk::mount() else { return };
    let test = TestApp::start(Database::Sqlite).await;
    let folder = disk.0.path().join("files");
    let (storage, elsewhere) = (Storage::Folder(folder.clone()), test.folder().join("arrivals"));
    let large = [pdf("a").as_slice(), &b"% filling\n".repeat(40_000), b"%%EOF\n"].concat();
    // Where it arrives.
    let app = with(&test, &storage, &disk.0.path().join("arrivals")).await;
    let caller = app.caller(test.person("rsj").parse().unwrap(), None).await.unwrap().unwrap();
    let mut incoming = app.begin_upload(&caller).await.unwrap();
    let written = async {
        incoming.write(&large).await?;
        incoming.finish().await.map(|_| ())
    };
    assert!(matches!(written.await, Err(store::FileError::Full)));
    // Where it is kept.
    let app = with(&test, &storage, &elsewhere).await;
    let kept = async |bytes: &[u8]| {
        let mut incoming = app.begin_upload(&caller).await.unwrap();
        incoming.write(bytes).await.unwrap();
        let arrived = incoming.finish().await.unwrap();
        app.keep_upload(&caller, &arrived, papers::media::Media::Pdf).await
    };
    let refused = kept(&large).await;
    assert!(matches!(refused, Err(app::FileError::Files(store::FileError::Full))), "{refused:?}");
    let waiting = app.store().count_uploads(app.district(), caller.member.person).await.unwrap();
    assert_eq!(waiting, 0);
    let left = Command::new("find").arg(&folder).args(["-type", "f"]).output().unwrap();
    assert!(left.stdout.is_empty(), "{}", String::from_utf8_lossy(&left.stdout));
    kept(&pdf("b")).await.unwrap();
}
