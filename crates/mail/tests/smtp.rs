//! Mail to a mail server: a real one, and some that misbehave.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

mod peer;

use std::time::{Duration, Instant};

use mail::transport::{
    Outgoing, Relay, Route, SendError, Settings, SettingsError, Stage, Tls, Transport, Trouble,
};
use peer::{Peer, garbage, nobody, scripted};

const SUBJECT: &str = "【演示】哨单送达：张吹〔2019〕21号哨单（牵头），请区住房和城乡建设局于2019年4月26日（周五）17:30前办理";

fn relay(port: u16, tls: Tls) -> Relay {
    Relay {
        host: "localhost".to_owned(),
        port,
        tls,
        user: None,
        password: None,
        ca_file: None,
        patience: Duration::from_secs(5),
    }
}

fn signed_in(peer: &Peer, tls: Tls, password: &str) -> Relay {
    Relay {
        user: Some("chuishao".to_owned()),
        password: Some(password.to_owned()),
        ca_file: peer.cert.clone(),
        ..relay(peer.port, tls)
    }
}

fn made(relay: Relay) -> Result<Transport, SettingsError> {
    Transport::new(&Settings {
        from: "noreply@chuishao.example.cn".to_owned(),
        from_name: Some("吹哨平台".to_owned()),
        domain: "chuishao.example.cn".to_owned(),
        route: Route::Smtp(relay),
    })
}

fn transport(relay: Relay) -> Transport {
    made(relay).unwrap()
}

fn outgoing(number: u32) -> Outgoing {
    Outgoing {
        message_id: format!("<mailing-{number}@chuishao.example.cn>"),
        at: "2019-04-22T02:10:00Z".parse().unwrap(),
        to: "zhujian@example.cn".to_owned(),
        to_name: Some("区住房和城乡建设局联络员".to_owned()),
        subject: SUBJECT.to_owned(),
        body: "区住房和城乡建设局：\n\n.\n.句点开头的一行\n请签收。\n".to_owned(),
    }
}

fn answered(error: &SendError) -> (Stage, u16) {
    match error.trouble() {
        Trouble::Answered { stage, answer } => (*stage, answer.code),
        other => panic!("no answer, but {other}"),
    }
}

#[tokio::test]
async fn a_mail_in_chinese_arrives_intact() {
    let peer = Peer::start(&[]);
    let transport = transport(relay(peer.port, Tls::None));
    transport.send(&outgoing(1)).await.unwrap();
    let seen = peer.next();
    assert_eq!(seen["outcome"], "accepted");
    assert_eq!(seen["from"], "noreply@chuishao.example.cn");
    assert_eq!(seen["to"], serde_json::json!(["zhujian@example.cn"]));
    assert_eq!(seen["messageId"], "<mailing-1@chuishao.example.cn>");
    assert_eq!(seen["subject"], SUBJECT);
    assert_eq!(seen["text"], outgoing(1).body);
    let headers = &seen["headers"];
    assert_eq!(headers["auto-submitted"], "auto-generated");
    assert_eq!(headers["x-auto-response-suppress"], "All");
    assert_eq!(headers["date"], "2019-04-22T02:10:00.000Z");
    assert_eq!(headers["mime-version"], "1.0");
    assert_eq!(headers["from"], "\"吹哨平台\" <noreply@chuishao.example.cn>");
    assert_eq!(headers["to"], "\"区住房和城乡建设局联络员\" <zhujian@example.cn>");
    let plain = Outgoing { body: ".\nno.\r..\r\n.\n".to_owned(), ..outgoing(2) };
    transport.send(&plain).await.unwrap();
    assert_eq!(peer.next()["text"].as_str().unwrap().trim_end(), ".\nno...\n.");
    assert!(headers["precedence"].is_null() && headers["reply-to"].is_null());
    transport.close().await;
}

#[tokio::test]
async fn a_mail_goes_by_starttls_with_a_sign_in() {
    let peer = Peer::start(&["--starttls", "--auth", "chuishao:geheim"]);
    let transport = transport(signed_in(&peer, Tls::StartTls, "geheim"));
    for number in 1..=3 {
        transport.send(&outgoing(number)).await.unwrap();
        assert_eq!(peer.next()["outcome"], "accepted");
    }
    transport.close().await;
    transport.send(&outgoing(4)).await.unwrap();
    assert_eq!(peer.next()["subject"], SUBJECT);
}

#[tokio::test]
async fn a_mail_goes_by_tls_from_the_first_byte() {
    let peer = Peer::start(&["--tls", "--auth", "chuishao:geheim"]);
    transport(signed_in(&peer, Tls::Tls, "geheim")).send(&outgoing(1)).await.unwrap();
    assert_eq!(peer.next()["outcome"], "accepted");
}

#[tokio::test]
async fn several_mails_go_at_a_time() {
    let peer = Peer::start(&[]);
    let transport = transport(relay(peer.port, Tls::None));
    let (one, two, three) = (outgoing(1), outgoing(2), outgoing(3));
    let (a, b, c) =
        tokio::join!(transport.send(&one), transport.send(&two), transport.send(&three));
    assert_eq!((a, b, c), (Ok(()), Ok(()), Ok(())));
    let mut ids: Vec<String> = (0..3).map(|_| peer.next()["messageId"].to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn a_wrong_password_is_a_matter_of_settings() {
    let peer = Peer::start(&["--starttls", "--auth", "chuishao:geheim"]);
    let transport = transport(signed_in(&peer, Tls::StartTls, "falsch"));
    let error = transport.send(&outgoing(1)).await.unwrap_err();
    assert!(matches!(error, SendError::Refused(_)), "{error}");
    assert_eq!(answered(&error), (Stage::SignIn, 535));
    assert!(peer.is_quiet());
}

#[tokio::test]
async fn a_server_that_wants_a_sign_in_or_tls_is_a_matter_of_settings() {
    let peer = Peer::start(&["--starttls", "--auth", "chuishao:geheim"]);
    let error = transport(relay(peer.port, Tls::None)).send(&outgoing(1)).await.unwrap_err();
    assert!(matches!(error, SendError::Refused(_)), "{error}");
    assert_eq!(answered(&error), (Stage::Sender, 530));
    let plain = Peer::start(&[]);
    let error = transport(relay(plain.port, Tls::StartTls)).send(&outgoing(1)).await.unwrap_err();
    assert_eq!(error, SendError::Refused(Trouble::NoStartTls));
    let error = transport(signed_in(&plain, Tls::None, "x")).send(&outgoing(1)).await.unwrap_err();
    assert_eq!(error, SendError::Refused(Trouble::NoSignIn));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_a_matter_of_settings() {
    for (argument, tls) in [("--tls", Tls::Tls), ("--starttls", Tls::StartTls)] {
        let peer = Peer::start(&[argument]);
        let error = transport(relay(peer.port, tls)).send(&outgoing(1)).await.unwrap_err();
        assert_eq!(error, SendError::Refused(Trouble::Certificate));
    }
}

#[tokio::test]
async fn a_mail_that_is_answered_451_may_go_later() {
    let peer = Peer::start(&["--fail", "1"]);
    let transport = transport(relay(peer.port, Tls::None));
    let error = transport.send(&outgoing(1)).await.unwrap_err();
    assert!(matches!(error, SendError::Transient(_)), "{error}");
    assert_eq!(answered(&error), (Stage::Content, 451));
    assert_eq!(peer.next()["outcome"], "failed");
    transport.send(&outgoing(1)).await.unwrap();
    assert_eq!(peer.next()["outcome"], "accepted");
}

#[tokio::test]
async fn a_recipient_that_is_answered_550_is_given_up() {
    let peer = Peer::start(&["--reject"]);
    let transport = transport(relay(peer.port, Tls::None));
    for _ in 0..2 {
        let error = transport.send(&outgoing(1)).await.unwrap_err();
        assert!(matches!(error, SendError::Permanent(_)), "{error}");
        assert_eq!(answered(&error), (Stage::Recipient, 550));
    }
    assert!(peer.is_quiet());
}

#[tokio::test]
async fn a_mail_whose_answer_was_lost_goes_again_under_the_same_message_id() {
    let peer = Peer::start(&["--drop", "1"]);
    let transport = transport(relay(peer.port, Tls::None));
    let error = transport.send(&outgoing(1)).await.unwrap_err();
    assert_eq!(error, SendError::Transient(Trouble::Broken { stage: Stage::Content }));
    let first = peer.next();
    assert_eq!(first["outcome"], "dropped");
    transport.send(&outgoing(1)).await.unwrap();
    let second = peer.next();
    assert_eq!(second["outcome"], "accepted");
    assert_eq!(first["messageId"], second["messageId"]);
    assert_eq!(first["headers"], second["headers"]);
    assert_eq!(first["text"], second["text"]);
}

#[tokio::test]
async fn an_absent_server_may_come_back() {
    let transport = transport(relay(nobody(), Tls::None));
    let error = transport.send(&outgoing(1)).await.unwrap_err();
    let refused = std::io::ErrorKind::ConnectionRefused;
    assert_eq!(error, SendError::Transient(Trouble::Unreachable(refused)));
}

#[tokio::test]
async fn garbage_in_place_of_a_server_is_passing_trouble() {
    for tls in [Tls::None, Tls::StartTls, Tls::Tls] {
        let error = transport(relay(garbage(), tls)).send(&outgoing(1)).await.unwrap_err();
        assert!(matches!(error, SendError::Transient(Trouble::Broken { .. })), "{tls:?}: {error}");
    }
    // A server that agrees to STARTTLS and then speaks no TLS.
    let (port, _) = scripted(|it| match it {
        "EHLO" => Some("250-here\r\n250 STARTTLS\r\n"),
        "STAR" => Some("220 go on\r\nno TLS at all\r\n"),
        _ => None,
    });
    let error = transport(relay(port, Tls::StartTls)).send(&outgoing(1)).await.unwrap_err();
    assert!(matches!(error, SendError::Transient(_)), "{error}");
}

#[tokio::test]
async fn a_server_that_dawdles_is_left_and_its_late_answer_meets_nobody() {
    let (port, seen) = scripted(|it| (it == "RCPT").then_some("25"));
    let patience = Duration::from_millis(200);
    let transport = transport(Relay { patience, ..relay(port, Tls::None) });
    let begun = Instant::now();
    let error = transport.send(&outgoing(1)).await.unwrap_err();
    assert_eq!(error, SendError::Transient(Trouble::TimedOut { stage: Stage::Recipient }));
    assert!(begun.elapsed() < Duration::from_secs(2));
    // The next mail begins on a connection of its own.
    let _ = transport.send(&outgoing(2)).await;
    let greetings = seen.try_iter().filter(|(_, it)| it == "EHLO").count();
    assert_eq!(greetings, 2);
}

#[tokio::test]
async fn a_connection_is_used_again_until_it_is_closed() {
    let (port, seen) = scripted(|_| None);
    let transport = transport(relay(port, Tls::None));
    for number in 1..=3 {
        transport.send(&outgoing(number)).await.unwrap();
    }
    transport.close().await;
    transport.send(&outgoing(4)).await.unwrap();
    transport.close().await;
    let seen: Vec<(usize, String)> = seen.try_iter().collect();
    let of = |connection: usize, command: &str| {
        seen.iter().filter(|it| it.0 == connection && it.1 == command).count()
    };
    assert_eq!((of(0, "EHLO"), of(0, "DATA"), of(0, "QUIT")), (1, 3, 1));
    assert_eq!((of(1, "EHLO"), of(1, "DATA"), of(1, "QUIT")), (1, 1, 1));
}

#[tokio::test]
async fn a_connection_that_the_server_cut_is_replaced() {
    let (port, seen) = scripted(|it| (it == "RSET").then_some("421 closing\r\n"));
    let transport = transport(relay(port, Tls::None));
    transport.send(&outgoing(1)).await.unwrap();
    transport.send(&outgoing(2)).await.unwrap();
    let greetings = seen.try_iter().filter(|(_, it)| it == "EHLO").count();
    assert_eq!(greetings, 2);
}

#[tokio::test]
async fn what_a_no_means_depends_on_what_was_asked() {
    let cases = [
        ("EHLO", "554 5.7.1 not you\r\n", Stage::Greeting, "refused"),
        ("EHLO", "421 too many\r\n", Stage::Greeting, "transient"),
        ("MAIL", "550 5.7.1 not from you\r\n", Stage::Sender, "refused"),
        ("MAIL", "452 full\r\n", Stage::Sender, "transient"),
        ("RCPT", "450 4.2.1 greylisted\r\n", Stage::Recipient, "transient"),
        ("RCPT", "530 5.7.0 sign in first\r\n", Stage::Recipient, "refused"),
        ("RCPT", "550 5.1.1 <zhujian@example.cn> unknown\r\n", Stage::Recipient, "permanent"),
        ("DATA", "554 no\r\n", Stage::Data, "permanent"),
        (".", "554 5.7.1 spam\r\n", Stage::Content, "permanent"),
        (".", "421 4.3.2 going down\r\n", Stage::Content, "transient"),
    ];
    for (command, reply, stage, meaning) in cases {
        let (port, _) = scripted(move |it| (it == command).then_some(reply));
        let error = transport(relay(port, Tls::None)).send(&outgoing(1)).await.unwrap_err();
        let means = match error {
            SendError::Transient(_) => "transient",
            SendError::Permanent(_) => "permanent",
            SendError::Refused(_) => "refused",
        };
        assert_eq!((answered(&error).0, means), (stage, meaning), "{reply}");
    }
}

#[tokio::test]
async fn an_error_can_be_logged() {
    let (port, _) = scripted(|it| {
        (it == "RCPT").then_some("550 5.1.1 <zhujian@example.cn> is not one of us\r\n")
    });
    let error = transport(relay(port, Tls::None)).send(&outgoing(1)).await.unwrap_err();
    let text = "not sent, and not to be tried again: \
                the mail server answered 550 5.1.1 to the recipient";
    assert_eq!(error.to_string(), text);
    for shown in [error.to_string(), format!("{error:?}"), format!("{:?}", outgoing(1))] {
        assert!(!shown.contains("zhujian") && !shown.contains("张吹"), "{shown}");
    }
    let relay = Relay { password: Some("geheim".to_owned()), ..relay(port, Tls::None) };
    assert!(!format!("{relay:?}").contains("geheim"));
}

#[tokio::test]
async fn an_address_that_is_none_is_given_up_before_a_connection() {
    let transport = transport(relay(nobody(), Tls::None));
    for to in ["", "zhujian", "zhu jian@example.cn", "a@b\r\nRCPT TO:<x@y.cn>", "<a@example.cn>"] {
        let mail = Outgoing { to: to.to_owned(), ..outgoing(1) };
        let error = transport.send(&mail).await.unwrap_err();
        assert_eq!(error, SendError::Permanent(Trouble::Address), "{to:?}");
    }
    for message_id in ["", "no-at", "<a@b>\r\nBcc: x", "a/../b@c"] {
        let mail = Outgoing { message_id: message_id.to_owned(), ..outgoing(1) };
        let error = transport.send(&mail).await.unwrap_err();
        assert_eq!(error, SendError::Permanent(Trouble::MessageId), "{message_id:?}");
    }
}

#[tokio::test]
async fn an_address_in_chinese_needs_a_server_that_takes_it() {
    let (port, _) = scripted(|_| None);
    let mail = Outgoing { to: "住建@example.cn".to_owned(), ..outgoing(1) };
    let error = transport(relay(port, Tls::None)).send(&mail).await.unwrap_err();
    assert_eq!(error, SendError::Permanent(Trouble::Address));
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_at_once() {
    let bad = |change: fn(&mut Relay)| {
        let mut relay = relay(25, Tls::Tls);
        change(&mut relay);
        made(relay).unwrap_err()
    };
    assert!(matches!(bad(|it| it.host = "mail server".to_owned()), SettingsError::Host));
    assert!(matches!(bad(|it| it.user = Some("u".to_owned())), SettingsError::Credentials));
    assert!(matches!(bad(|it| it.ca_file = Some("/nowhere".into())), SettingsError::CaFile(_)));
    let empty = tempfile::NamedTempFile::new().unwrap();
    let error = made(Relay { ca_file: Some(empty.path().into()), ..relay(25, Tls::Tls) });
    assert!(matches!(error.unwrap_err(), SettingsError::Certificate));
}
