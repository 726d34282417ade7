//! The letters as they are read: one of each kind and of each turn of its template.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

use std::{fs, path::Path};

use chrono::{DateTime, NaiveDate, Utc};
use engine::{
    calendar::{Calendar, Explanation, Limit, LimitUnit},
    clock::Step,
    lists::{Lists, diff::diff},
    notice::NoticeKind,
    supervision::Paper,
    whistle::AssignmentRole,
};
use mail::text::{Case, Letter, ListsLetter, Reckoning, Text, bundle, lists_published, render};
use strum::IntoEnumIterator as _;

const CENTRE: &str = "张湾区社会治理综合服务中心";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The limit as the calendar of the spring of 2019 counts it, with the Labour Day that moved.
fn explained(from: &str, amount: u32, unit: LimitUnit) -> Explanation {
    let presets = Calendar::presets().unwrap();
    let adopted = NaiveDate::from_ymd_opt(2019, 4, 1).unwrap();
    let calendar = Calendar::latest_adopted_by(&presets, adopted).unwrap();
    calendar.explain(at(from), Limit::new(amount, unit).unwrap())
}

fn letter(kind: NoticeKind) -> Letter<'static> {
    Letter {
        kind,
        case: Case::Whistle,
        serial: Some("张吹〔2019〕21号"),
        whistle: Some("攻坚哨"),
        level: Some("重点(黄)"),
        matter: Some("三供一业移交水电暖维护"),
        role: None,
        to: "区住房和城乡建设局",
        centre: CENTRE,
        about: None,
        step: None,
        due: None,
        reckoning: Reckoning::Unsaid,
        granted: None,
        paper: None,
        reply_due: None,
        issued_at: Some(at("2019-04-22T02:10:00Z")),
        link: "https://chuishao.example.cn/whistles/whi_01D9?tab=a&b=c",
        demo: false,
    }
}

/// Every letter of the golden files: its file, and its fields as the notices give them.
fn letters(part: &Explanation) -> Vec<(&'static str, Letter<'_>)> {
    let whole = |kind| Letter {
        step: Some(Step::Handle),
        role: Some(AssignmentRole::Lead),
        due: Some(part.due),
        reckoning: Reckoning::Counted(part),
        ..letter(kind)
    };
    let draft = |kind, step| Letter {
        serial: None,
        issued_at: None,
        role: None,
        to: CENTRE,
        step: Some(step),
        ..whole(kind)
    };
    let overdue = |to, about, step| Letter {
        to,
        about,
        step: Some(step),
        role: None,
        ..whole(NoticeKind::Overdue)
    };
    vec![
        ("issued_lead", whole(NoticeKind::Issued)),
        (
            "issued_assist_by_a_named_date",
            Letter {
                role: Some(AssignmentRole::Assist),
                step: Some(Step::Task),
                reckoning: Reckoning::Named,
                ..whole(NoticeKind::Issued)
            },
        ),
        (
            "issued_capped_by_statute",
            Letter { due: Some(at("2019-04-28T16:00:00Z")), ..whole(NoticeKind::Issued) },
        ),
        ("issued_demo", Letter { demo: true, ..whole(NoticeKind::Issued) }),
        (
            "return_ruled_granted",
            Letter {
                about: Some("区城市管理执法局"),
                granted: Some(true),
                ..letter(NoticeKind::ReturnRuled)
            },
        ),
        ("return_ruled_refused", Letter { granted: Some(false), ..whole(NoticeKind::ReturnRuled) }),
        (
            "replied",
            Letter {
                to: CENTRE,
                about: Some("区住房和城乡建设局"),
                role: Some(AssignmentRole::Lead),
                ..letter(NoticeKind::Replied)
            },
        ),
        ("reworked", whole(NoticeKind::Reworked)),
        (
            "overdue_to_who_owes",
            overdue("区住房和城乡建设局", Some("区住房和城乡建设局"), Step::ReportIn),
        ),
        (
            "overdue_without_its_reckoning",
            Letter { reckoning: Reckoning::Unsaid, ..overdue(CENTRE, None, Step::Verify) },
        ),
        ("overdue_to_who_watches", overdue(CENTRE, Some("区住房和城乡建设局"), Step::ReportIn)),
        (
            "overdue_ruling_of_the_centre",
            overdue(CENTRE, Some("区住房和城乡建设局"), Step::RuleReturn),
        ),
        (
            "overdue_petition",
            Letter {
                case: Case::Petition,
                serial: Some("张诉〔2019〕208号"),
                whistle: None,
                level: None,
                issued_at: None,
                ..overdue(CENTRE, Some(CENTRE), Step::Accept)
            },
        ),
        ("submitted_review", draft(NoticeKind::Submitted, Step::Review)),
        ("submitted_issue", draft(NoticeKind::Submitted, Step::Issue)),
        ("sent_back", draft(NoticeKind::SentBack, Step::Submit)),
        (
            "extension_ruled_granted",
            Letter { granted: Some(true), ..whole(NoticeKind::ExtensionRuled) },
        ),
        (
            "extension_ruled_refused",
            Letter { granted: Some(false), ..whole(NoticeKind::ExtensionRuled) },
        ),
        (
            "level_raised",
            Letter {
                to: "张湾区委区政府",
                level: Some("疑难(红)"),
                ..letter(NoticeKind::LevelRaised)
            },
        ),
        (
            "supervision_urge",
            Letter { paper: Some(Paper::Urge), ..whole(NoticeKind::SupervisionIssued) },
        ),
        (
            "supervision_letter",
            Letter {
                paper: Some(Paper::SupervisionLetter),
                reply_due: NaiveDate::from_ymd_opt(2019, 5, 9),
                ..letter(NoticeKind::SupervisionIssued)
            },
        ),
        (
            "supervision_copied",
            Letter {
                paper: Some(Paper::Circular),
                to: "张湾区委区政府",
                about: Some("区住房和城乡建设局"),
                ..whole(NoticeKind::SupervisionIssued)
            },
        ),
        (
            "case_owner_assigned",
            Letter {
                case: Case::Petition,
                serial: None,
                whistle: None,
                level: None,
                role: None,
                ..letter(NoticeKind::CaseOwnerAssigned)
            },
        ),
        (
            "unsealed",
            Letter {
                case: Case::Petition,
                serial: None,
                whistle: None,
                level: None,
                role: None,
                about: Some("人社局"),
                ..letter(NoticeKind::Unsealed)
            },
        ),
        ("file_opened", Letter { about: Some("人社局"), ..letter(NoticeKind::FileOpened) }),
        (
            "date_moved_to_the_date_told_before",
            Letter { due: Some(at("2019-05-10T09:30:00Z")), ..whole(NoticeKind::DateMoved) },
        ),
    ]
}

fn part() -> Explanation {
    explained("2019-04-22T02:10:00Z", 8, LimitUnit::WorkingDay)
}

fn shown(text: &Text) -> String {
    format!("{}\n\n{}", text.subject, text.body)
}

fn hold(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/letters/{name}.txt"));
    if std::env::var_os("UPDATE").is_some_and(|it| it == "1") {
        fs::write(&path, text).unwrap();
    }
    let current = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        current == text,
        "tests/letters/{name}.txt is not current: run with UPDATE=1\n\n{text}"
    );
}

#[test]
fn the_letters_are_current() {
    for (name, letter) in letters(&part()) {
        hold(name, &shown(&render(&letter).unwrap()));
    }
}

#[test]
fn several_letters_in_one_mail_are_current() {
    let part = part();
    let three = [NoticeKind::Issued, NoticeKind::Reworked, NoticeKind::DateMoved];
    let all = letters(&part);
    let of = |kind| all.iter().find(|(_, it)| it.kind == kind).unwrap();
    let texts: Vec<Text> = three.iter().map(|it| render(&of(*it).1).unwrap()).collect();
    let one = bundle(&texts);
    assert_eq!(one.subject, format!("{}等3件", texts[0].subject));
    assert_eq!(one.short.lines().count(), 3);
    hold("bundle", &shown(&one));
    assert_eq!(bundle(&texts[..1]), texts[0]);
    assert_eq!(bundle(&[]), Text::default());
}

#[test]
fn every_kind_has_a_template_and_a_golden_letter() {
    let part = part();
    let shown: Vec<NoticeKind> = letters(&part).iter().map(|(_, it)| it.kind).collect();
    // A seal and a version of the lists are no letters about a case.
    let beside = [NoticeKind::Sealed, NoticeKind::ListsPublished];
    for kind in NoticeKind::iter().filter(|it| !beside.contains(it)) {
        assert!(shown.contains(&kind), "{kind} has no golden letter");
        // With all that a letter may lack, it still reads.
        let bare = Letter {
            serial: None,
            whistle: None,
            level: None,
            matter: None,
            issued_at: None,
            ..letter(kind)
        };
        let text = render(&bare).unwrap();
        assert!(!text.subject.is_empty() && !text.short.is_empty(), "{kind} says nothing");
    }
}

#[test]
fn every_letter_links_refuses_replies_and_ends_with_the_short_text() {
    for (name, letter) in letters(&part()) {
        let text = render(&letter).unwrap();
        assert!(text.body.contains(letter.link), "{name}: no link");
        assert!(text.body.contains("请勿回复"), "{name}: does not say that nobody reads replies");
        let end = format!("\n可转发工作群的短文本\n{}\n", text.short);
        assert!(text.body.ends_with(&end), "{name}: does not end with the short text");
        let sentences = text.short.matches('。').count();
        assert!((1..=2).contains(&sentences), "{name}: {sentences} sentences");
        assert!(!text.short.contains('\n') && !text.subject.contains('\n'), "{name}: two lines");
        assert_eq!(text.subject.starts_with("【演示】"), letter.demo, "{name}");
        if letter.due.is_some() {
            assert!(
                text.body.contains("期限算法："),
                "{name}: does not say how the date was counted"
            );
        }
    }
}

/// Whoever works by the lists is told what is different for them, and from which day on.
#[test]
fn a_version_of_the_lists_is_told_in_sentences() {
    let directory = engine::directory::Directory::default();
    let before = Lists::preset().unwrap();
    let mut lists = before.clone();
    (lists.version, lists.name) = (2, "张湾区四张清单\n(2026年版)".to_owned());
    lists.effective_on = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
    for row in &mut lists.process.rows {
        for rule in row.steps.values_mut() {
            rule.limit = Limit::new(rule.limit.amount() + 1, rule.limit.unit()).unwrap();
        }
    }
    let changes = diff(&before, &lists, &directory);
    assert!(changes.len() > 40);
    let letter = |changes, own| ListsLetter {
        district: "张湾区",
        to: "区人社局",
        lists: &lists,
        changes,
        own,
        link: "http://chuishao.test/lists/2",
        demo: own,
    };
    let all = lists_published(&letter(&changes, false)).unwrap();
    assert!(all.body.contains("另有"), "a long letter tells how much more there is: {}", all.body);
    let own = lists_published(&letter(&changes[..3], true)).unwrap();
    hold("lists_published", &shown(&own));
    for it in [&all, &own] {
        assert!(it.body.contains("2026年12月1日") && it.body.contains("请勿回复"), "{}", it.body);
        let end = format!("\n可转发工作群的短文本\n{}\n", it.short);
        assert!(it.body.ends_with(&end), "{}", it.body);
        assert!(!it.short.contains('\n') && !it.subject.contains('\n'));
    }
}

/// Whoever keeps the seals gets all that a record is held against, and nothing else.
#[test]
fn a_seal_is_written_out_for_whoever_keeps_it() {
    let bytes = serde_json::json!({
        "schema": 1, "district": uuid::Uuid::nil(), "no": 12, "at": "2026-03-02T01:00:00Z",
        "previous": "11".repeat(32), "root": "ab".repeat(32), "streams": 7, "events": 42,
        "key": "cd".repeat(32),
        "restored": { "to": 9, "reason": "22".repeat(32) },
    });
    let bytes = serde_json::to_vec(&bytes).unwrap();
    let seal = engine::record::Seal::parse(&bytes).unwrap();
    let signature = engine::record::Signature([0xef; 64]);
    let signed = engine::record::Signed { bytes, signature };
    let row = store::SealRow { seal, signed, reason: Some("磁盘\n损坏".to_owned()) };
    let text = mail::text::sealed("某区", &row, true);
    assert_eq!(text.subject, "【演示】某区办理记录封存单（第12号）");
    let body = text.body.replace(' ', "");
    for it in ["第12号", "2026年03月02日09:00:00", "7件", "42个事件", "磁盘损坏", "第9号", "第11号"]
    {
        assert!(body.contains(it), "{it}\n{}", text.body);
    }
    let digits: String = text.body.split_whitespace().collect();
    for it in ["ab".repeat(32), "cd".repeat(32), "ef".repeat(64), "11".repeat(32)] {
        assert!(digits.contains(&it), "{it}");
    }
}
