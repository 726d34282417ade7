//! Reading of citizens' messages from files made here, good and bad.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its file should stop")]

use std::io::{Cursor, Read, Write};

use chrono::{DateTime, FixedOffset, NaiveDate};
use papers::Lang;
use papers::messages::{
    Field, Format, Measure, Options, Override, Part, Problem, ReadError, Sheet, Use, read,
};
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Formula, Workbook};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const HEADINGS: [&str; 6] =
    ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "一级分类"];

fn now() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-01-10T09:00:00+08:00").unwrap()
}

fn options() -> Options {
    Options::new(now())
}

fn mapped(overrides: &[&str]) -> Options {
    let overrides = overrides.iter().map(|it| Override::parse(it).unwrap()).collect();
    Options { overrides, ..options() }
}

/// A workbook of texts; an empty text is no cell.
fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (y, row) in rows.iter().enumerate() {
        for (x, text) in row.iter().enumerate().filter(|(_, it)| !it.is_empty()) {
            sheet.write_string(y as u32, x as u16, *text).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// A zip file of the given parts.
fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let how = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        zip.start_file(*name, how).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The parts of a zip file, each changed as told.
fn rebuild(file: &[u8], change: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(file)).unwrap();
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        let name = part.name().unwrap().into_owned();
        let bytes = change(&name, bytes);
        parts.push((name, bytes));
    }
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    package(&parts)
}

/// A small good workbook with its sheet replaced.
fn with_sheet(xml: &str) -> Vec<u8> {
    rebuild(&workbook(&[&HEADINGS]), |name, bytes| {
        if name == "xl/worksheets/sheet1.xml" { xml.as_bytes().to_vec() } else { bytes }
    })
}

fn problems(sheet: &Sheet) -> Vec<(String, &'static str)> {
    sheet.problems.iter().map(|it| (it.cell(), it.problem.code())).collect()
}

#[test]
fn a_table_of_messages_is_read_without_its_noise() {
    let file = workbook(&[
        &HEADINGS,
        &[
            "188006",
            "A000102948",
            " 路灯\n不亮 ",
            "2019/2/28 11:25:05",
            "\n\t\t\t\t\t\n\t\t\t\t\t  领导您好:\r\n\t\t路灯\t\t不亮。\n\n\n谢谢\n\t\t",
            "城乡建设",
        ],
        &[
            "188007",
            "",
            "",
            "2020-01-04T11:17:46",
            "只有详情,没有主题:某路口的红绿灯坏了三天,行人过马路十分危险,请尽快处理。",
            "",
        ],
    ]);
    let sheet = read(&file, &options()).unwrap();
    assert_eq!(sheet.sheet_name, "Sheet1");
    assert_eq!((sheet.rows, sheet.messages.len(), sheet.problems.len()), (2, 2, 0));

    let first = &sheet.messages[0];
    assert_eq!(first.row, 2);
    assert_eq!(first.external_ref.as_deref(), Some("188006"));
    assert_eq!(first.petitioner_ref.as_deref(), Some("A000102948"));
    assert_eq!(first.title, "路灯 不亮");
    assert_eq!(first.detail, "领导您好:\n路灯 不亮。\n谢谢");
    assert_eq!(first.received_at.unwrap().to_rfc3339(), "2019-02-28T11:25:05+08:00");
    assert_eq!(first.category.as_deref(), Some("城乡建设"));
    assert_eq!((&first.petitioner_name, &first.phone, &first.place), (&None, &None, &None));

    let second = &sheet.messages[1];
    assert_eq!(second.title.chars().count(), 30);
    assert!(second.detail.starts_with(&second.title));
    assert_eq!(second.petitioner_ref, None);

    let letters: Vec<(&str, &str, Option<Field>)> = sheet
        .mapping
        .columns
        .iter()
        .map(|it| (it.letter.as_str(), it.header.as_str(), it.usage.field()))
        .collect();
    assert_eq!(letters[0], ("A", "留言编号", Some(Field::ExternalRef)));
    assert_eq!(letters[5], ("F", "一级分类", Some(Field::Category)));
}

#[test]
fn numbers_dates_and_formulas_are_read_by_their_value() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (x, it) in ["编号", "联系电话", "标题", "登记时间"].into_iter().enumerate() {
        sheet.write_string(0, x as u16, it).unwrap();
    }
    let time = ExcelDateTime::from_ymd(2019, 7, 19).unwrap().and_hms(18, 19, 54).unwrap();
    let chinese = CellFormat::new().set_num_format("yyyy\"年\"m\"月\"d\"日\" h:mm");
    sheet.write_number(1, 0, 188_006.0).unwrap();
    sheet.write_number(1, 1, 13_800_000_000.0).unwrap();
    sheet.write_formula(1, 2, Formula::new("=A1&\"漏水\"").set_result("水管漏水")).unwrap();
    sheet.write_datetime_with_format(1, 3, &time, &chinese).unwrap();
    // The same instant, its format lost; a date as a number; a failed formula.
    sheet.write_string(2, 2, "二").unwrap();
    sheet.write_number(2, 3, 43_665.763_819_444_4).unwrap();
    sheet.write_string(3, 2, "三").unwrap();
    sheet.write_number(3, 3, 20_190_719.0).unwrap();
    sheet.write_formula(4, 2, Formula::new("=NA()").set_result("#N/A")).unwrap();
    let sheet = read(&book.save_to_buffer().unwrap(), &options()).unwrap();

    let [first, second, third] = sheet.messages.as_slice() else { panic!("three rows") };
    assert_eq!(first.external_ref.as_deref(), Some("188006"));
    assert_eq!(first.phone.as_deref(), Some("13800000000"));
    assert_eq!(first.title, "水管漏水");
    assert_eq!(first.received_at.unwrap().to_rfc3339(), "2019-07-19T18:19:54+08:00");
    assert_eq!(second.received_at, first.received_at);
    assert_eq!(
        third.received_at.unwrap().date_naive(),
        NaiveDate::from_ymd_opt(2019, 7, 19).unwrap()
    );
    assert_eq!(problems(&sheet), [("C5".to_owned(), "FAILED_FORMULA")]);
}

#[test]
fn a_title_row_merged_cells_blank_rows_and_repeated_headings_are_passed_over() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = CellFormat::new();
    sheet.merge_range(1, 0, 1, 5, "2019年群众留言汇总表", &plain).unwrap();
    for (x, it) in HEADINGS.iter().enumerate() {
        for y in [3, 8] {
            sheet.write_string(y, x as u16, *it).unwrap();
        }
    }
    sheet.merge_range(4, 5, 5, 5, "城乡建设", &plain).unwrap();
    for (y, it) in [(4, "甲"), (5, "乙"), (11, "丙")] {
        sheet.write_string(y, 2, it).unwrap();
    }
    sheet.write_string(6, 4, " \n\t ").unwrap();
    sheet.write_string(7, 40, "表外的字").unwrap();
    let sheet = read(&book.save_to_buffer().unwrap(), &options()).unwrap();
    assert_eq!(sheet.mapping.header_row, 4);
    let rows: Vec<(u32, &str)> =
        sheet.messages.iter().map(|it| (it.row, it.title.as_str())).collect();
    assert_eq!(rows, [(5, "甲"), (6, "乙"), (12, "丙")]);
    assert_eq!(sheet.problems, []);
}

#[test]
fn the_plainer_of_two_headings_is_read_and_the_other_is_shown() {
    let file = workbook(&[
        &["时间", "内容", "留言时间", "留言内容", "点赞数"],
        &["1", "旧", "2019-01-02", "新", "3"],
    ]);
    let sheet = read(&file, &options()).unwrap();
    assert_eq!(sheet.messages[0].detail, "新");
    let uses: Vec<Use> = sheet.mapping.columns.iter().map(|it| it.usage).collect();
    assert_eq!(
        uses,
        [
            Use::SecondChoice(Field::ReceivedAt),
            Use::SecondChoice(Field::Detail),
            Use::Guessed(Field::ReceivedAt),
            Use::Guessed(Field::Detail),
            Use::Ignored,
        ]
    );
}

#[test]
fn a_person_may_assign_columns_by_heading_or_letter() {
    let file = workbook(&[&["序", "甲方", "说明", "标题"], &["7", "某人", "说明文字", "标题文字"]]);
    let sheet =
        read(&file, &mapped(&["序=external_ref", "c=detail", "标题=忽略", "甲方=姓名"])).unwrap();
    let message = &sheet.messages[0];
    assert_eq!(message.external_ref.as_deref(), Some("7"));
    assert_eq!(message.petitioner_name.as_deref(), Some("某人"));
    assert_eq!((message.title.as_str(), message.detail.as_str()), ("说明文字", "说明文字"));
    assert_eq!(sheet.mapping.columns[2].usage, Use::Assigned(Field::Detail));
    assert_eq!(sheet.mapping.columns[3].usage, Use::Ignored);

    let row = Options { header_row: Some(1), ..mapped(&["D=title"]) };
    assert_eq!(read(&file, &row).unwrap().messages[0].title, "标题文字");
}

#[test]
fn a_wrong_assignment_names_the_columns_there_are() {
    let file = workbook(&[&["编号", "标题"], &["1", "甲"]]);
    let error = read(&file, &mapped(&["主旨=title"])).unwrap_err();
    assert_eq!(
        error,
        ReadError::UnknownColumn {
            wanted: "主旨".into(),
            known: vec!["A 编号".into(), "B 标题".into()]
        }
    );
    assert!(error.message(Lang::Zh).contains("没有标题为“主旨”的列"));
    let error = read(&file, &mapped(&["编号=title", "标题=title"])).unwrap_err();
    assert_eq!(error.code(), "FIELD_TWICE");
}

#[test]
fn a_table_without_known_headings_or_without_text_says_what_was_seen() {
    let file = workbook(&[&["张三", "13812345678", "某路段"], &["李四", "13912345678", "某小区"]]);
    let error = read(&file, &options()).unwrap_err();
    let ReadError::NoHeader { seen, .. } = &error else { panic!("{error:?}") };
    assert_eq!(seen, &["张三", "…", "某路段"]);
    assert!(error.message(Lang::En).contains("留言主题"));

    let file = workbook(&[&["编号", "姓名", "电话"], &["1", "某人", "2"]]);
    let error = read(&file, &options()).unwrap_err();
    assert_eq!(error.code(), "NO_TEXT_COLUMN");
    assert!(error.message(Lang::Zh).contains("A 编号、B 姓名、C 电话"));

    for file in [workbook(&[&HEADINGS]), workbook(&[])] {
        assert_eq!(read(&file, &options()).unwrap_err().code(), "NO_ROWS");
    }
}

#[test]
fn headings_are_looked_for_in_ten_rows_and_on_each_visible_sheet() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("封面").unwrap().write_string(0, 0, "说明").unwrap();
    let hidden = book.add_worksheet().set_name("旧数据").unwrap().set_hidden(true);
    for (x, it) in HEADINGS.iter().enumerate() {
        hidden.write_string(0, x as u16, *it).unwrap().write_string(1, x as u16, "旧").unwrap();
    }
    for name in ["一月", "二月"] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.write_string(0, 0, "编号").unwrap().write_string(0, 1, "标题").unwrap();
        sheet.write_string(1, 0, "1").unwrap().write_string(1, 1, name).unwrap();
    }
    let file = book.save_to_buffer().unwrap();

    let sheet = read(&file, &options()).unwrap();
    assert_eq!((sheet.sheet_name.as_str(), sheet.messages[0].title.as_str()), ("一月", "一月"));
    assert_eq!(sheet.other_sheets, ["封面", "二月"]);
    let named = |name: &str| Options { sheet: Some(name.into()), ..options() };
    assert_eq!(read(&file, &named("二月")).unwrap().messages[0].title, "二月");
    assert_eq!(read(&file, &named("旧数据")).unwrap().problems[0].cell(), "D2");
    let error = read(&file, &named("三月")).unwrap_err();
    assert!(error.message(Lang::Zh).contains("封面、旧数据、一月、二月"));
    assert_eq!(read(&file, &named("封面")).unwrap_err().code(), "NO_HEADER");

    let mut deep: Vec<&[&str]> = vec![&["x"]; 10];
    deep.push(&HEADINGS);
    assert_eq!(read(&workbook(&deep), &options()).unwrap_err().code(), "NO_HEADER");
}

#[test]
fn every_problem_is_collected_with_its_cell_and_nothing_personal() {
    let name = "欧阳某某";
    let phone = "13812345678";
    let secret = "不可泄露的正文";
    let long_title = secret.repeat(40);
    let long_detail = secret.repeat(3_000);
    let headings = ["编号", "姓名", "电话", "标题", "时间", "内容"];
    let file = workbook(&[
        &headings,
        &["1", name, phone, "甲", "昨天下午", secret],
        &["2", name, phone, "", "2019-01-01", ""],
        &["3", name, phone, &long_title, "2019-01-01", secret],
        &["4", name, phone, "丁", "1919-01-01", &long_detail],
        &["1 ", name, phone, "戊", "2091-01-01", secret],
        &["2.01903E+17", name, phone, "己", phone, secret],
        &["8", name, phone, "庚", name, secret],
        &["9", name, phone, "辛", "2019-01-01", secret],
    ]);
    let sheet = read(&file, &options()).unwrap();
    assert_eq!((sheet.rows, sheet.messages.len()), (8, 1));
    let expected = [
        ("E2", "UNREADABLE_TIME"),
        ("D3", "MISSING_TEXT"),
        ("D4", "TOO_LONG"),
        ("E5", "TIME_TOO_EARLY"),
        ("F5", "TOO_LONG"),
        ("E6", "TIME_IN_THE_FUTURE"),
        ("A6", "DUPLICATE_REF"),
        ("A7", "ROUNDED_REF"),
        ("E7", "UNREADABLE_TIME"),
        ("E8", "UNREADABLE_TIME"),
    ];
    assert_eq!(problems(&sheet), expected.map(|(cell, code)| (cell.to_owned(), code)));
    assert_eq!(sheet.problems[6].problem, Problem::DuplicateRef { first_row: 2 });
    assert_eq!(sheet.problems[5].value_excerpt.as_deref(), Some("2091-01-01"));
    assert_eq!(
        sheet.problems[6].message(Lang::Zh),
        "A6 编号:编号与第 2 行重复,请删除重复行或更正编号(“1”)"
    );

    let mut said = format!("{sheet:?}");
    for problem in &sheet.problems {
        said += &problem.message(Lang::Zh);
        said += &problem.message(Lang::En);
    }
    for personal in [name, phone, secret, "昨天"] {
        assert!(!said.contains(personal), "{personal}");
    }
}

#[test]
fn problems_beyond_a_thousand_are_counted() {
    let mut text = String::from("编号,标题,时间\n");
    for n in 0..1_500 {
        text += &format!("{n},甲,不详\n");
    }
    let sheet = read(text.as_bytes(), &options()).unwrap();
    assert_eq!((sheet.problems.len(), sheet.problems_left_out), (1_000, 500));
    assert_eq!((sheet.messages.len(), sheet.rows), (0, 1_500));
}

#[test]
fn a_table_of_text_is_read_in_utf_8_utf_16_and_gbk() {
    let text = "编号,标题,时间\r\n0188006,路灯不亮,2019/2/28 11:25:05\r\n\r\n\"=\"\"0188007\"\"\",\"一\n二\",\r\n";
    let (gbk, _, failed) = encoding_rs::GBK.encode(text);
    assert!(!failed);
    let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let utf_16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(text.replace(',', "\t").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let plain = read(text.as_bytes(), &options()).unwrap();
    assert_eq!((plain.sheet_name.as_str(), plain.problems.len()), ("", 0));
    let rows: Vec<(u32, &str, &str)> = plain
        .messages
        .iter()
        .map(|it| (it.row, it.external_ref.as_deref().unwrap(), it.title.as_str()))
        .collect();
    assert_eq!(rows, [(2, "0188006", "路灯不亮"), (4, "0188007", "一 二")]);
    for other in [with_mark.as_slice(), &gbk, &utf_16] {
        assert!(read(other, &options()).unwrap() == plain);
    }
}

#[test]
fn a_file_is_known_by_its_content() {
    let utf_16 = |it: &str| -> Vec<u8> { it.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let ole = |stream: &str| {
        let mut file = vec![0_u8; 2_048];
        file[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
        let name = utf_16(stream);
        file[1_152..1_152 + name.len()].copy_from_slice(&name);
        file
    };
    let other = |format| ReadError::OtherFormat { format };
    let good = workbook(&[&HEADINGS, &["1", "", "甲"]]);
    let cases: Vec<(Vec<u8>, ReadError)> = vec![
        (Vec::new(), ReadError::EmptyFile),
        (b"%PDF-1.7\n\x00\x01\x02".to_vec(), ReadError::NotASpreadsheet),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR".to_vec(), ReadError::NotASpreadsheet),
        ("只是一段话。\n没有表格。".into(), ReadError::NotASpreadsheet),
        (package(&[("word/document.xml", b"<x/>")]), ReadError::NotASpreadsheet),
        (ole("Workbook"), other(Format::Xls)),
        (ole("WordDocument"), ReadError::NotASpreadsheet),
        (ole("EncryptedPackage"), ReadError::PasswordProtected),
        (b"%TSD-Header-###%\x00\x01".to_vec(), ReadError::PasswordProtected),
        (package(&[("xl/workbook.bin", b"x")]), other(Format::Xlsb)),
        (package(&[("mimetype", b"x"), ("content.xml", b"<x/>")]), other(Format::Ods)),
        (b"\n<html><table><tr><td>1</td></tr></table>".to_vec(), other(Format::Html)),
        (
            b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook/>"
                .to_vec(),
            other(Format::Xml2003),
        ),
        (b"<svg/>".to_vec(), ReadError::NotASpreadsheet),
        (good[..good.len() / 2].to_vec(), ReadError::Corrupt { part: Part::Container }),
        (with_sheet("<worksheet><sheetData><row"), ReadError::Corrupt { part: Part::Sheet }),
    ];
    for (file, expected) in cases {
        let error = read(&file, &options()).unwrap_err();
        assert_eq!(error, expected);
        let (zh, en) = (error.message(Lang::Zh), error.message(Lang::En));
        assert!(zh.ends_with('。') && en.ends_with('.') && en == error.to_string(), "{zh} {en}");
    }
}

#[test]
fn a_zip_bomb_is_refused_before_it_goes_off() {
    let bomb = vec![b' '; 8 << 20];
    let good = workbook(&[&HEADINGS, &["1", "", "甲"]]);
    let file =
        rebuild(
            &good,
            |name, bytes| {
                if name == "xl/worksheets/sheet1.xml" { bomb.clone() } else { bytes }
            },
        );
    assert!(file.len() < 100_000);
    let error = read(&file, &options()).unwrap_err();
    assert!(matches!(error, ReadError::TooMuchInside { measure: Measure::Ratio, .. }), "{error:?}");

    let mut narrow = options();
    narrow.limits.ratio = u64::MAX;
    narrow.limits.unpacked_bytes = 1 << 20;
    let error = read(&file, &narrow).unwrap_err();
    assert!(matches!(error, ReadError::TooMuchInside { measure: Measure::Unpacked, .. }));

    // The same with its true size struck out of both directories.
    let mut liar = file.clone();
    let size = (8_u32 << 20).to_le_bytes();
    for at in 0..liar.len() - 4 {
        if liar[at..at + 4] == size {
            liar[at..at + 4].copy_from_slice(&9_u32.to_le_bytes());
        }
    }
    assert_ne!(liar, file);
    let code = read(&liar, &options()).unwrap_err().code();
    assert!(["TOO_MUCH_INSIDE", "CORRUPT"].contains(&code), "{code}");
}

#[test]
fn what_a_workbook_announces_of_itself_is_not_believed() {
    let good = workbook(&[&HEADINGS, &["1", "", "甲"]]);
    // The reader would reserve room for this many texts, and the process would end.
    let file = rebuild(&good, |name, bytes| match name {
        "xl/sharedStrings.xml" => {
            let xml = String::from_utf8(bytes).unwrap();
            let (before, after) = xml.split_once("uniqueCount=\"").unwrap();
            let after = after.split_once('"').unwrap().1;
            format!("{before}uniqueCount = \"999999999999999\"{after}").into_bytes()
        }
        _ => bytes,
    });
    let error = read(&file, &options()).unwrap_err();
    assert!(matches!(error, ReadError::TooMuchInside { measure: Measure::Strings, .. }));

    // A sheet of seventeen thousand million cells, of which three are there.
    let sheet = |cells: &str| {
        with_sheet(&format!(
            "<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\">\
             <c r=\"A1\" t=\"inlineStr\"><is><t>编号</t></is></c>\
             <c r=\"B1\" t=\"inlineStr\"><is><t>标题</t></is></c></row>{cells}</sheetData></worksheet>"
        ))
    };
    let row = "<row r=\"9\"><c r=\"B9\" t=\"inlineStr\"><is><t>甲</t></is></c></row>";
    assert_eq!(read(&sheet(row), &options()).unwrap().messages[0].row, 9);
    let below = "<row r=\"1048576\"><c r=\"B1048576\"><v>1</v></c></row>";
    assert_eq!(
        read(&sheet(below), &options()).unwrap_err(),
        ReadError::TooManyRows { row: 1_048_576, limit: 200_000 }
    );
    let beside = "<row r=\"2\"><c r=\"XFD2\"><v>1</v></c></row>";
    let error = read(&sheet(beside), &options()).unwrap_err();
    assert_eq!(error, ReadError::TooManyColumns { row: 2, column: "XFD".into(), limit: 64 });
    // Cells that are only coloured are not there.
    let styled = "<row r=\"2\"><c r=\"B2\"><v>1</v></c><c r=\"XFD2\" s=\"1\"/></row>\
                  <row r=\"1048576\"><c r=\"A1048576\"/></row>";
    assert_eq!(read(&sheet(styled), &options()).unwrap().rows, 1);
    let backwards = format!("{row}<row r=\"5\"><c r=\"B5\"><v>1</v></c></row>");
    assert_eq!(read(&sheet(&backwards), &options()).unwrap_err().code(), "CORRUPT");
}

#[test]
fn entities_that_multiply_and_texts_that_are_repeated_stay_bounded() {
    let mut xml = String::from("<!DOCTYPE x [<!ENTITY a0 \"aaaaaaaaaa\">");
    for n in 1..12 {
        xml += &format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10));
    }
    xml += "]><worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&a11;</t></is></c></row></sheetData></worksheet>";
    assert_eq!(read(&with_sheet(&xml), &options()).unwrap_err().code(), "CORRUPT");

    // One text of 15,000 characters, a thousand times: small in the file.
    let long = "字".repeat(15_000);
    let mut rows: Vec<[&str; 2]> = vec![["标题", "内容"]];
    rows.extend(std::iter::repeat_n(["甲", long.as_str()], 1_000));
    let rows: Vec<&[&str]> = rows.iter().map(|it| it.as_slice()).collect();
    let file = workbook(&rows);
    assert!(file.len() < 200_000);
    let mut narrow = options();
    narrow.limits.text_bytes = 10 << 20;
    let error = read(&file, &narrow).unwrap_err();
    assert!(matches!(error, ReadError::TooMuchInside { measure: Measure::Text, .. }));
    assert_eq!(read(&file, &options()).unwrap().messages.len(), 1_000);

    narrow.limits.file_bytes = 100;
    assert_eq!(read(&file, &narrow).unwrap_err().code(), "FILE_TOO_LARGE");
    narrow = options();
    narrow.limits.parts = 3;
    assert_eq!(read(&file, &narrow).unwrap_err().code(), "TOO_MUCH_INSIDE");
}

#[test]
fn the_row_limit_is_met_at_the_row_itself() {
    let mut narrow = options();
    narrow.limits.rows = 3;
    let good: [&[&str]; 4] = [&["编号", "标题"], &["1", "甲"], &["2", "乙"], &["3", "丙"]];
    assert_eq!(read(&workbook(&good[..3]), &narrow).unwrap().messages.len(), 2);
    let error = ReadError::TooManyRows { row: 4, limit: 3 };
    assert_eq!(read(&workbook(&good), &narrow).unwrap_err(), error);
    let text: Vec<String> = good.iter().map(|it| it.join(",")).collect();
    assert_eq!(read(text.join("\n").as_bytes(), &narrow).unwrap_err(), error);
}

/// A series of numbers that is the same each time.
struct Series(u64);

impl Series {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

#[test]
fn no_damaged_file_ends_in_a_panic() {
    let mut rows: Vec<Vec<String>> = vec![HEADINGS.iter().map(|it| (*it).to_owned()).collect()];
    for n in 0..20 {
        rows.push(vec![
            format!("{n}"),
            format!("A{n}"),
            format!("标题{n}"),
            "2019/2/28 11:25:05".into(),
            format!("详情{n}\n第二行"),
            "分类".into(),
        ]);
    }
    let texts: Vec<Vec<&str>> =
        rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let slices: Vec<&[&str]> = texts.iter().map(Vec::as_slice).collect();
    let good = workbook(&slices);
    let text = texts.iter().map(|it| it.join(",")).collect::<Vec<_>>().join("\r\n");
    let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
    assert_eq!(read(&good, &options()).unwrap().messages.len(), 20);

    let mut series = Series(2_019);
    let mut read_anyway = 0;
    let mut try_one = |file: &[u8]| match read(file, &options()) {
        Ok(_) => read_anyway += 1,
        Err(error) => assert!(!error.message(Lang::Zh).is_empty()),
    };
    // Cut off, and flipped in the container.
    for base in [&good, &text.as_bytes().to_vec(), &gbk] {
        for _ in 0..100 {
            try_one(&base[..series.below(base.len())]);
            let mut file = base.clone();
            for _ in 0..=series.below(4) {
                let at = series.below(file.len());
                file[at] ^= 1 << series.below(8);
            }
            try_one(&file);
        }
    }
    // Flipped, cut and doubled inside the parts, where no checksum stands guard.
    for name in
        ["worksheets/sheet1.xml", "sharedStrings.xml", "styles.xml", "workbook.xml", ".rels"]
    {
        for _ in 0..60 {
            let (how, seed) = (series.below(4), series.below(1 << 30) as u64);
            try_one(&rebuild(&good, |part, mut bytes| {
                if !part.ends_with(name) {
                    return bytes;
                }
                let mut series = Series(seed);
                let at = series.below(bytes.len());
                match how {
                    0 => bytes.truncate(at),
                    1 => bytes[at] ^= 1 << series.below(7),
                    2 => {
                        let end = (at + series.below(200)).min(bytes.len());
                        let piece = bytes[at..end].to_vec();
                        bytes.splice(at..at, piece);
                    }
                    _ => {
                        if let Some(it) = bytes[at..].iter_mut().find(|it| it.is_ascii_digit()) {
                            *it = b'9';
                            let here = at + bytes[at..].iter().position(|it| *it == b'9').unwrap();
                            bytes.splice(here..here, b"99999999999".iter().copied());
                        }
                    }
                }
                bytes
            }));
        }
    }
    assert!(read_anyway > 0);
}
