//! Mail into a folder.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use mail::transport::{
    Outgoing, Route, SendError, Settings, SettingsError, Transport, Trouble, mask,
};

fn made(path: &Path) -> Result<Transport, SettingsError> {
    Transport::new(&Settings {
        from: "noreply@chuishao.example.cn".to_owned(),
        from_name: Some("吹哨平台".to_owned()),
        domain: "chuishao.example.cn".to_owned(),
        route: Route::Folder { path: path.to_owned() },
    })
}

fn outgoing() -> Outgoing {
    Outgoing {
        message_id: "<0169a1b2@chuishao.example.cn>".to_owned(),
        // In Beijing it is the 23rd already.
        at: "2019-04-22T17:10:00Z".parse().unwrap(),
        to: "zhujian@example.cn".to_owned(),
        to_name: None,
        subject: "哨单送达：张吹〔2019〕21号哨单（牵头）".to_owned(),
        body: "区住房和城乡建设局：\n\n请签收。\n".to_owned(),
    }
}

fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).unwrap();
    let mut res: Vec<String> =
        entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    res.sort();
    res
}

#[tokio::test]
async fn each_mail_is_a_file_that_others_cannot_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letters/out");
    made(&path).unwrap().send(&outgoing()).await.unwrap();
    assert_eq!(names(&path), ["2019-04-23-0169a1b2@chuishao.example.cn.eml"]);
    let mode = |it: &Path| fs::metadata(it).unwrap().permissions().mode() & 0o777;
    let file = path.join(&names(&path)[0]);
    assert_eq!((mode(&path), mode(&file)), (0o700, 0o600));
    let text = fs::read_to_string(file).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.is_ascii() && head.lines().all(|it| it.len() <= 78), "{head}");
    assert!(head.contains("\r\nAuto-Submitted: auto-generated\r\n"));
    assert!(head.contains("\r\nMessage-ID: <0169a1b2@chuishao.example.cn>\r\n"));
    assert!(head.contains("\r\nDate: Mon, 22 Apr 2019 17:10:00 +0000\r\n"));
    // A person may open it in an editor.
    assert_eq!(body.trim_end(), "区住房和城乡建设局：\r\n\r\n请签收。");
}

#[tokio::test]
async fn a_mail_that_is_sent_again_takes_its_own_place() {
    let folder = tempfile::tempdir().unwrap();
    let transport = made(folder.path()).unwrap();
    transport.send(&outgoing()).await.unwrap();
    let first = fs::read(folder.path().join(&names(folder.path())[0])).unwrap();
    transport.send(&outgoing()).await.unwrap();
    assert_eq!(names(folder.path()).len(), 1);
    let second = fs::read(folder.path().join(&names(folder.path())[0])).unwrap();
    assert_eq!(first, second);
    let other = Outgoing { message_id: transport.message_id(uuid::Uuid::nil()), ..outgoing() };
    transport.send(&other).await.unwrap();
    assert_eq!(names(folder.path()).len(), 2);
}

#[tokio::test]
async fn a_long_line_is_encoded_and_no_header_is_slipped_in() {
    let folder = tempfile::tempdir().unwrap();
    let mail = Outgoing {
        subject: "哨单\r\nBcc: x@example.cn".to_owned(),
        to_name: Some("局\r\nBcc: y@example.cn".to_owned()),
        body: "长".repeat(1000),
        ..outgoing()
    };
    made(folder.path()).unwrap().send(&mail).await.unwrap();
    let text = fs::read_to_string(folder.path().join(&names(folder.path())[0])).unwrap();
    assert!(text.lines().all(|it| it.len() <= 998));
    assert!(!text.lines().any(|it| it.starts_with("Bcc")), "{text}");
}

#[tokio::test]
async fn a_folder_that_was_lost_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let transport = made(&path).unwrap();
    fs::remove_dir(&path).unwrap();
    transport.send(&outgoing()).await.unwrap();
    assert_eq!(names(&path).len(), 1);
}

#[tokio::test]
async fn what_is_no_folder_is_a_matter_of_settings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let transport = made(&path).unwrap();
    fs::remove_dir(&path).unwrap();
    fs::write(&path, "").unwrap();
    let error = transport.send(&outgoing()).await.unwrap_err();
    assert!(matches!(error, SendError::Refused(Trouble::Disk(_))), "{error:?}");
    assert!(matches!(made(&path).unwrap_err(), SettingsError::Folder(_)));
}

#[test]
fn an_address_is_masked() {
    assert_eq!(mask("zhujian@example.cn"), "z***@example.cn");
    assert_eq!(mask("张三@example.cn"), "张***@example.cn");
    assert_eq!(mask("@example.cn"), "***");
    assert_eq!(mask("zhujian"), "***");
}
