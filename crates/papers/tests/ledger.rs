//! 化解责任清单 as it is printed: its columns, masks, words beside colours, and who took it out.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

use std::io::{Cursor, Read as _};

use calamine::{Data, Reader as _, Xlsx};
use chrono::{DateTime, NaiveDate, Utc};
use engine::{
    CommandKind as Do,
    petition::{
        Care, Progress,
        ledger::{LedgerRow, NamedUnit, entry},
    },
    picture::{Body, Cast, Picture, Story, words},
    whistle::Resolution,
};
use papers::{
    Stamp,
    ledger::{Printed, write},
};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

fn stamp() -> Stamp {
    Stamp {
        district: "某区".to_owned(),
        by: "调度员甲".to_owned(),
        unit: "某区综治中心".to_owned(),
        at: "2026-03-05 09:00".to_owned(),
    }
}

/// An entry of a whistled petition, as the rules make it.
fn row() -> LedgerRow {
    let picture = Picture::preset().unwrap();
    let mut story = Story::begin(&picture, "试", at("2026-03-02T09:00:00+08:00")).unwrap();
    story.handling(&picture, "joint", "general").unwrap();
    story.ask(&picture, Cast::Director, Do::AssignCaseOwner).unwrap();
    let whistles = story.scene.whistles.values();
    let petition = story.petition().unwrap();
    entry(petition, whistles, &picture.lists, &picture.directory).unwrap()
}

/// The same with all that may stand in it.
fn full() -> LedgerRow {
    let mut row = row();
    let note = |day: &str, n| Progress { at: at(day), by: Cast::Director.person(), text: words(n) };
    row.detail = Some(words(908));
    row.measures = Some(words(901));
    row.next = Some(words(902));
    row.progress =
        vec![note("2026-03-03T09:00:00+08:00", 903), note("2026-03-04T09:00:00+08:00", 904)];
    row.care = Some(Care {
        unit: Body::Lead.id(),
        person: Some(Cast::LeadLeader.person()),
        next_visit: day("2026-03-20"),
    });
    row.care_unit = Some(NamedUnit { unit: Body::Lead.id(), name: "汉江街道".to_owned() });
    row.resolution = Some(Resolution::Partial { remainder: words(905) });
    row.way = Some(words(906));
    row.fulfilment = Some(words(907));
    row.accepted_by = Some(Cast::Director.person());
    row.signed_off_on = day("2026-03-31");
    row.overdue = true;
    row
}

fn printed(rows: Vec<LedgerRow>) -> Printed {
    let texts = [
        (901, "=每周走访"),
        (902, "签订协议"),
        (903, "已勘验"),
        (904, "已约谈"),
        (905, "尾款"),
        (906, "调解"),
        (907, "已付七成"),
    ];
    let mut res = Printed::default();
    res.texts.extend(texts.map(|(n, it)| (words(n).id, it.to_owned())));
    for it in &rows {
        res.texts.insert(it.title.id, "拖欠工资".to_owned());
        res.texts.extend(it.detail.map(|it| (it.id, "三".repeat(400))));
        res.people.extend(it.petitioner.map(|it| (it, "李**".to_owned())));
        res.people.insert(it.owner.person, "王局长".to_owned());
    }
    res.people.insert(Cast::Director.person(), "张主任".to_owned());
    res.rows = rows;
    res
}

fn cells(bytes: Vec<u8>) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["化解责任清单"]);
    let range = book.worksheet_range("化解责任清单").unwrap();
    range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

#[test]
fn the_columns_are_those_that_offices_know() {
    let rows = cells(write(&printed(vec![row(), full()]), &stamp()).unwrap());
    assert_eq!(rows[0][0], "某区化解责任清单");
    assert_eq!(rows[1][0], "调度员甲（某区综治中心）于 2026-03-05 09:00 导出");
    let headings = [
        "案件编号",
        "信访人/当事人(脱敏)",
        "主要诉求",
        "涉及人数",
        "风险等级",
        "首次发生/当前阶段",
        "包案领导",
        "牵头单位/责任人",
        "协办单位及任务",
        "化解措施",
        "化解时限",
        "稳控责任单位/责任人",
        "进展(逐次)",
        "是否化解/方式",
        "协议履行",
        "验收人",
        "销号日期",
    ];
    assert_eq!(rows[2], headings);
    assert_eq!(rows.len(), 5);
    let it = &rows[4];
    let row = full();
    assert_eq!(it[0], row.number);
    assert!(
        it[2].starts_with("拖欠工资\n三三") && it[2].ends_with("……"),
        "the file is for reading"
    );
    assert!(it[6].contains("王局长（") && it[6].starts_with(&row.owner_unit.name), "{}", it[6]);
    assert!(it[7].starts_with(&row.lead.as_ref().unwrap().unit.name), "{}", it[7]);
    assert!(it[8].starts_with(&row.assists[0].unit.name), "{}", it[8]);
    assert_eq!(it[9], "=每周走访\n下一步：签订协议", "never a formula");
    assert_eq!(it[11], "汉江街道\n—\n下次走访：\n2026-03-20", "who is unknown is not guessed");
    assert_eq!(it[12], "2026-03-03 张主任：已勘验\n2026-03-04 张主任：已约谈");
    assert_eq!(it[13], "部分化解\n调解\n遗留：尾款");
    assert_eq!(
        (it[14].as_str(), it[15].as_str(), it[16].as_str()),
        ("已付七成", "张主任", "2026-03-31")
    );
}

#[test]
fn what_is_erased_or_not_yet_said_is_told_and_a_colour_never_stands_alone() {
    let mut rows = vec![row(), full()];
    rows[0].vacant = true;
    rows[0].below_rank = true;
    rows[1].nth = 2;
    rows[1].petitioner = None;
    let mut printed = printed(rows);
    printed.texts.remove(&words(904).id);
    let rows = cells(write(&printed, &stamp()).unwrap());
    assert!(rows[3][6].contains("低于现等级要求") && rows[3][6].ends_with("已回避，待另行确定"));
    assert_eq!(rows[3][9], "");
    assert!(rows[4][0].ends_with("第 2 次列入"));
    assert_eq!(rows[4][1], "—");
    assert!(rows[4][12].ends_with("张主任：（已清除）"));
    for row in &rows[3..] {
        assert!(["高", "中", "低"].iter().any(|it| row[4].starts_with(it)), "{}", row[4]);
    }
    assert!(!rows[3][10].contains("已逾期") && rows[4][10].contains("\n已逾期"));
}

#[test]
fn it_prints_on_a4_across_with_its_headings_and_who_took_it_out_on_every_page() {
    let bytes = write(&printed(vec![full()]), &stamp()).unwrap();
    assert_eq!(bytes, write(&printed(vec![full()]), &stamp()).unwrap(), "the same bytes");
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut read = |name: &str| {
        let mut res = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut res).unwrap();
        res
    };
    let sheet = read("xl/worksheets/sheet1.xml");
    for it in [
        "orientation=\"landscape\"",
        "paperSize=\"9\"",
        "state=\"frozen\"",
        "调度员甲（某区综治中心）于 2026-03-05 09:00 导出",
    ] {
        assert!(sheet.contains(it), "{it}");
    }
    assert!(read("xl/workbook.xml").contains("$3:$3"), "the headings on each page");
    assert!(!format!("{:?}", printed(vec![full()])).contains("李"), "nobody in a log");
}
