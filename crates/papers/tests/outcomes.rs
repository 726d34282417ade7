//! What came of petitions is written into the table that they came in, which stays as it was.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

use std::{collections::HashMap, io::Cursor};

use calamine::{Data, DataType as _, Reader as _, Xlsx};
use chrono::{DateTime, Utc};
use engine::{
    petition::{
        Stage,
        ledger::NamedUnit,
        outcome::{Outcome, Said},
    },
    picture::{Body, petition_id, words},
    whistle::{Rating, Resolution},
};
use papers::{
    Lang, Stamp, Unwritable,
    messages::{Options, Original, Override, read, read_whole},
    outcomes::{ABSENT, Entry, Row, UNREAD, said, write, write_list},
};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn options() -> Options {
    Options::new(DateTime::parse_from_rfc3339("2026-01-10T09:00:00+08:00").unwrap())
}

fn stamp() -> Stamp {
    Stamp {
        district: "某区".to_owned(),
        by: "甲&乙".to_owned(),
        unit: "某区综治中心".to_owned(),
        at: "2026-01-10 09:00".to_owned(),
    }
}

fn unit(body: Body, name: &str) -> NamedUnit {
    NamedUnit { unit: body.id(), name: name.to_owned() }
}

/// A petition of which everything is told.
fn row(text: &str) -> Row {
    let outcome = Outcome {
        petition: petition_id(1),
        number: "某信〔2026〕000001号".to_owned(),
        stage: Stage::Concluded,
        accepted_at: Some(at("2026-01-05T01:00:00Z")),
        serial: Some(("某吹〔2026〕7号".to_owned(), 3)),
        lead: Some(unit(Body::Lead, "区住建局")),
        assists: vec![unit(Body::FirstAssist, "区城管局"), unit(Body::SecondAssist, "区财政局")],
        said: Some((at("2026-01-08T02:30:00Z"), Said::Answer(words(1)))),
        resolution: Some(Resolution::Partial { remainder: words(2) }),
        rating: Some(Rating::BasicallySatisfied),
        concluded_at: Some(at("2026-01-09T03:00:05Z")),
        first: None,
    };
    Row {
        outcome, said: Some(text.to_owned()), first: Some("某信〔2026〕000009号".to_owned())
    }
}

fn cells(bytes: &[u8]) -> (String, Vec<Vec<Data>>) {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let name = book.sheet_names()[0].clone();
    let range = book.worksheet_range(&name).unwrap();
    let (height, width) = range.end().unwrap();
    let cell = |row, column| range.get_value((row, column)).cloned().unwrap_or_default();
    let rows = (0..=height).map(|row| (0..=width).map(|column| cell(row, column)).collect());
    (name, rows.collect())
}

/// What another system gives: a title above, numbers, dates, an error, and texts that look otherwise.
fn table() -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("封面").unwrap();
    let sheet = workbook.add_worksheet();
    sheet.set_name("12345工单").unwrap();
    sheet.write_string(0, 0, "某市12345热线转办工单").unwrap();
    let headings = ["编号", "姓名", "标题", "时间", "内容", "承办单位", "办理结果", "点赞数"];
    for (heading, column) in headings.iter().zip(0..) {
        sheet.write_string(2, column, *heading).unwrap();
    }
    let moment = Format::new().set_num_format("yyyy/m/d h:mm");
    let times = [
        ExcelDateTime::from_ymd(2026, 1, 4).unwrap().and_hms(8, 15, 30).unwrap(),
        ExcelDateTime::from_ymd(2026, 1, 5).unwrap(),
    ];
    for (time, row) in times.iter().zip(3..) {
        sheet.write_datetime_with_format(row, 3, time, &moment).unwrap();
    }
    sheet.write_string(3, 0, "202601040000000017").unwrap();
    sheet.write_string(3, 1, "张三丰").unwrap();
    sheet.write_string(3, 2, "=1+1 路灯不亮").unwrap();
    sheet.write_string(3, 4, "  路灯\n整排不亮 _x0041_ \"三天\"").unwrap();
    sheet.write_string(3, 5, "对方系统的承办单位").unwrap();
    sheet.write_string(3, 6, "对方系统的结果").unwrap();
    sheet.write_number(3, 7, 12.5).unwrap();
    sheet.write_number(4, 0, 188006.0).unwrap();
    sheet.write_string(4, 2, "停水").unwrap();
    sheet.write_number(4, 7, 20_190_228_112_505.0).unwrap();
    sheet.write_string(6, 2, "没有编号").unwrap();
    let failed = Formula::new("=NA()").set_result("#N/A");
    sheet.write_formula(7, 2, failed).unwrap();
    workbook.save_to_buffer().unwrap()
}

fn whole(bytes: &[u8]) -> Original {
    read_whole(bytes, &options()).unwrap()
}

/// The first row of it is answered; the second is nobody's to see.
fn told() -> HashMap<u32, Row> {
    HashMap::from([(4, row("=已修复，当晚恢复照明"))])
}

#[test]
fn every_cell_stays_where_and_as_it_was_and_results_stand_to_the_right() {
    let original = table();
    let read_back = whole(&original);
    assert_eq!(read_back.sheet, read(&original, &options()).unwrap(), "read as it was imported");
    let written = write(&read_back, &told(), &stamp()).unwrap();
    let (name, rows) = cells(&written);
    assert_eq!(name, "12345工单");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(original)).unwrap();
    let before = book.worksheet_range("12345工单").unwrap();
    for (y, row) in rows.iter().enumerate() {
        for (x, cell) in row.iter().take(8).enumerate() {
            let old = before.get_value((y as u32, x as u32)).cloned().unwrap_or_default();
            match (&old, cell) {
                // The same instant under a format of ours.
                (Data::DateTime(old), Data::DateTime(new)) => {
                    assert!((old.as_f64() - new.as_f64()).abs() < 1e-6, "{y} {x}");
                }
                _ => assert_eq!(&old, cell, "{y} {x}"),
            }
        }
    }
    let ours: Vec<String> = rows[2][8..].iter().map(Data::to_string).collect();
    assert_eq!(ours.first().map(String::as_str), Some("吹哨·诉求编号"));
    assert_eq!(ours.len(), 13);
    let said: Vec<String> = rows[3][8..].iter().map(Data::to_string).collect();
    let time = |cell: &Data| cell.as_datetime().unwrap().to_string();
    assert_eq!(said[0], "某信〔2026〕000001号");
    assert_eq!(said[1], "已办结");
    assert_eq!(time(&rows[3][10]), "2026-01-05 09:00:00");
    assert_eq!(said[3..6], ["区住建局", "区城管局、区财政局", "某吹〔2026〕7号（第 3 批）"]);
    assert_eq!(rows[3][15], Data::String("=已修复，当晚恢复照明".to_owned()), "never a formula");
    assert_eq!(said[8..11], ["是", "部分化解", "基本满意"]);
    assert_eq!(time(&rows[3][19]), "2026-01-09 11:00:05");
    assert_eq!(said[12], "某信〔2026〕000009号");
    // Of the others it is said what they are, and nothing else.
    for (row, word) in [(4, ABSENT), (6, ABSENT), (7, UNREAD)] {
        assert_eq!(rows[row][9].to_string(), word);
        let others = rows[row][8..].iter().enumerate().filter(|(at, _)| *at != 1);
        assert!(others.map(|(_, it)| it).all(|it| *it == Data::Empty), "{row}");
    }
    assert!(rows[5].iter().chain(&rows[0][1..]).all(|it| *it == Data::Empty));
}

#[test]
fn a_table_that_was_written_before_is_filled_anew_and_reads_as_the_original() {
    let first = write(&whole(&table()), &told(), &stamp()).unwrap();
    let again = whole(&first);
    let before = read(&table(), &options()).unwrap();
    assert_eq!(again.sheet.sheet_name, before.sheet_name);
    assert_eq!(again.sheet.problems, before.problems);
    assert_eq!(again.sheet.messages[0].petition.as_deref(), Some("某信〔2026〕000001号"));
    assert_eq!(again.sheet.messages[1].petition, None);
    let mut messages = again.sheet.messages.clone();
    messages.iter_mut().for_each(|it| it.petition = None);
    assert_eq!(messages, before.messages, "no result is read as something of a message");
    let second = write(&again, &told(), &stamp()).unwrap();
    assert_eq!(first, second, "the same layout");
    // What is known no more does not stay behind.
    let third = write(&again, &HashMap::new(), &stamp()).unwrap();
    let (_, rows) = cells(&third);
    assert_eq!(rows[3][9].to_string(), ABSENT);
    assert!(rows[3][8] == Data::Empty && rows[3].len() == 21);
}

#[test]
fn a_table_of_text_comes_back_as_a_workbook_that_reads_the_same() {
    let csv = "工单编号,标题,内容,备注\n0188006,停水,\"三天, 没有水\",\"=HYPERLINK(\"\"x\"\")\"\n\n\"=\"\"0188007\"\"\",停电,,+86\n";
    let written = write(&whole(csv.as_bytes()), &HashMap::new(), &stamp()).unwrap();
    let before = read(csv.as_bytes(), &options()).unwrap();
    let after = read(&written, &options()).unwrap();
    assert_eq!(after.messages, before.messages);
    let (_, rows) = cells(&written);
    assert_eq!(rows[1][0], Data::String("0188006".to_owned()));
    assert_eq!(rows[1][3], Data::String("=HYPERLINK(\"x\")".to_owned()));
    assert_eq!(rows[3][0], Data::String("=\"0188007\"".to_owned()));
}

#[test]
fn what_no_spreadsheet_holds_is_told_by_its_cell_and_a_long_answer_is_cut() {
    let wide: Vec<String> = (0..60).map(|it| format!("列{it}")).collect();
    let csv = format!("标题,内容,{}\n停水,三天没有水\n", wide.join(","));
    let error = write(&whole(csv.as_bytes()), &HashMap::new(), &stamp()).unwrap_err();
    assert!(matches!(error, Unwritable::TooWide { columns: 75, limit: 64 }), "{error:?}");
    assert!(error.sentence(Lang::Zh).contains("75 列") && error.to_string().contains("64"));
    let csv = format!("标题,内容,备注\n停水,三天没有水,{}\n", "长".repeat(33_000));
    let error = write(&whole(csv.as_bytes()), &HashMap::new(), &stamp()).unwrap_err();
    assert!(matches!(&error, Unwritable::TooLong { cell } if cell == "C2"), "{error:?}");
    let long = "答".repeat(40_000);
    let told = HashMap::from([(2, row(&long))]);
    let written = write(&whole("标题,内容\n停水,三天\n".as_bytes()), &told, &stamp()).unwrap();
    let (_, rows) = cells(&written);
    assert!(rows[1][9].to_string().ends_with("……（全文见系统）"));
}

#[test]
fn the_parts_of_a_reply_are_told_as_far_as_they_are_there() {
    let reply = Said::Reply { measures: words(1), result: words(2) };
    let both =
        said(reply, |it| Some(if it == words(1) { "更换控制器" } else { "恢复照明" }));
    assert_eq!(both.as_deref(), Some("解决措施：更换控制器\n处理结果：恢复照明"));
    let one = said(reply, |it| (it == words(2)).then_some("恢复照明"));
    assert_eq!(one.as_deref(), Some("处理结果：恢复照明"));
    assert_eq!(said(reply, |_| None), None, "it is erased");
    assert_eq!(said(Said::Answer(words(1)), |_| Some("同意")).as_deref(), Some("同意"));
}

#[test]
fn a_table_of_its_own_is_read_by_guess_and_says_which_petition_each_row_is() {
    let entry = Entry {
        external_ref: Some("0188006".to_owned()),
        petitioner: Some("张**".to_owned()),
        phone: Some("199******34".to_owned()),
        title: Some("停水".to_owned()),
        received_at: Some(at("2026-01-04T00:15:30Z")),
        detail: Some("三天没有水".to_owned()),
        matter: Some("供水".to_owned()),
        place: Some("汉江街道".to_owned()),
        row: row("已恢复供水"),
    };
    let written = write_list([&entry], &stamp()).unwrap();
    assert_eq!(written, write_list([&entry], &stamp()).unwrap());
    let sheet = read(&written, &options()).unwrap();
    let it = &sheet.messages[0];
    assert_eq!(it.external_ref.as_deref(), Some("0188006"));
    assert_eq!(
        (it.petitioner_name.as_deref(), it.phone.as_deref()),
        (Some("张**"), Some("199******34"))
    );
    assert_eq!((it.title.as_str(), it.detail.as_str()), ("停水", "三天没有水"));
    assert_eq!(it.received_at.unwrap().to_rfc3339(), "2026-01-04T08:15:30+08:00");
    assert_eq!((it.category.as_deref(), it.place.as_deref()), (Some("供水"), Some("汉江街道")));
    assert_eq!(it.petition.as_deref(), Some("某信〔2026〕000001号"));
    assert!(!format!("{entry:?}").contains("停水"), "no text in a log");
    // The columns of ours can be read, too, by whoever asks for them.
    let results = ["吹哨·当前状态=title", "吹哨·办理结果=detail"];
    let overrides = results.map(|it| Override::parse(it).unwrap()).to_vec();
    let sheet = read(&written, &Options { overrides, ..options() }).unwrap();
    assert_eq!(sheet.messages[0].detail, "已恢复供水");
}

#[test]
fn whoever_took_it_out_stands_on_every_page() {
    let written = write(&whole(&table()), &told(), &stamp()).unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(written)).unwrap();
    let mut sheet = String::new();
    std::io::Read::read_to_string(
        &mut zip.by_name("xl/worksheets/sheet1.xml").unwrap(),
        &mut sheet,
    )
    .unwrap();
    assert!(sheet.contains("甲&amp;&amp;乙（某区综治中心）于 2026-01-10 09:00 导出"), "escaped");
    assert!(sheet.contains("orientation=\"landscape\"") && sheet.contains("paperSize=\"9\""));
}
