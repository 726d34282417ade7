//! What is written is read back without loss, and looks as it should.

use std::panic::AssertUnwindSafe;

use engine::lists::{Lists, Sheet, table::columns};
use papers::lists::{Unwritable, write};
use proptest::prelude::*;
use strum::IntoEnumIterator as _;

use crate::support::{full, parts, preset, read_on};

#[test]
fn every_version_comes_back_as_it_was() {
    for (lists, directory) in [preset(), full()] {
        let bytes = write(&lists, &directory).unwrap();
        assert_eq!(bytes, write(&lists, &directory).unwrap());
        let mut base = (lists.clone(), directory);
        assert_eq!(read_on(&bytes, &base), Ok(lists.clone()));
        // From nothing but the workbook, too.
        base.0.kinds.clear();
        base.0.levels.clear();
        base.0.matters.rows.clear();
        base.0.process.rows.clear();
        base.0.process.raises.clear();
        base.0.classes = vec![].into();
        base.0.powers = vec![].into();
        assert_eq!(read_on(&bytes, &base), Ok(lists));
    }
}

/// What people write in a cell, and what they would never.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[一-龥]{1,40}",
        "[ -~]{1,40}",
        any::<char>().prop_map(String::from),
        prop::sample::select(vec![
            "\n",
            "\t",
            "\r\n",
            "\"",
            "'",
            "=",
            "+",
            "-",
            "@",
            "=1+1",
            "_x000D_",
            "_x0041_",
            "&amp;",
            "<si>",
            "]]>",
            "😀👨‍👩‍👧",
            "\u{200b}",
            "\u{3000}",
            "、",
            "7.0",
            "#REF!",
            "TRUE",
            "\u{1}",
            "\u{fffe}",
        ])
        .prop_map(str::to_owned),
    ];
    let text = prop::collection::vec(piece, 1..60).prop_map(|it| it.concat());
    let short = text.prop_map(|it| it.chars().take(2_000).collect::<String>().trim().to_owned());
    short.prop_filter("a cell must say something", |it| !it.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_text_is_lost_or_taken_for_a_formula(one in text(), two in text(), name in text()) {
        let (mut lists, directory) = full();
        lists.matters.rows.truncate(1);
        lists.matters.rows[0].condition = one;
        lists.matters.rows[0].local_duty = two;
        let name = name.chars().take(100).collect::<String>();
        lists.matters.rows[0].name = name.trim().to_owned();
        let bytes = write(&lists, &directory).unwrap();
        let base = (lists, directory);
        prop_assert_eq!(read_on(&bytes, &base), Ok(base.0));
    }
}

#[test]
fn a_text_of_two_thousand_characters_comes_back_and_a_longer_one_is_told() {
    let (mut lists, directory) = full();
    lists.matters.rows[0].condition = "吹".repeat(2_000);
    let bytes = write(&lists, &directory).unwrap();
    assert_eq!(read_on(&bytes, &(lists.clone(), directory.clone())), Ok(lists.clone()));
    lists.matters.rows[0].condition = "吹".repeat(2_001);
    let bytes = write(&lists, &directory).unwrap();
    let problems = read_on(&bytes, &(lists.clone(), directory.clone())).unwrap_err();
    assert_eq!(problems.shown[0].place(), "吹哨事项清单!F2");
    assert_eq!(problems.shown[0].code(), "TOO_LONG");
    lists.matters.rows[0].condition = "吹".repeat(32_768);
    let error = write(&lists, &directory).unwrap_err();
    assert!(matches!(error, Unwritable::TooLong { place } if place == "吹哨事项清单!F2"));
}

fn part(bytes: &[u8], name: &str) -> String {
    let found = parts(bytes).into_iter().find(|it| it.0 == name).unwrap();
    String::from_utf8(found.1).unwrap()
}

#[test]
fn each_list_is_a_sheet_that_prints_on_a4_and_offers_its_words() {
    let (lists, directory) = full();
    let bytes = write(&lists, &directory).unwrap();
    let workbook = part(&bytes, "xl/workbook.xml");
    let mut names: Vec<&str> = vec!["填写说明"];
    names.extend(Sheet::iter().map(Sheet::zh));
    names.push("选项");
    let found: Vec<&str> =
        workbook.split("<sheet name=\"").skip(1).map(|it| it.split('"').next().unwrap()).collect();
    assert_eq!(found, names);
    assert!(workbook.contains("<sheet name=\"选项\" sheetId=\"14\" state=\"hidden\""));
    assert!(!workbook.contains("workbookProtection"));
    let strings = part(&bytes, "xl/sharedStrings.xml");
    for (sheet, nth) in Sheet::iter().zip(2..) {
        let xml = part(&bytes, &format!("xl/worksheets/sheet{nth}.xml"));
        assert!(xml.contains("paperSize=\"9\"") && xml.contains("orientation=\"landscape\""));
        assert!(xml.contains("fitToHeight=\"0\"") && xml.contains("<autoFilter"), "{sheet}");
        assert!(xml.contains("state=\"frozen\"") && xml.contains("&amp;P 页"), "{sheet}");
        assert!(xml.contains("<dataValidation ") || sheet == Sheet::Powers, "{sheet}");
        assert!(!xml.contains("<f>") && !xml.contains("sheetProtection"), "{sheet}");
        let title = format!("'{}'!$1:$1", sheet.zh());
        assert!(workbook.contains(&title) || workbook.contains(&title.replace('\'', "")));
        let notes = part(&bytes, &format!("xl/comments{}.xml", nth - 1));
        assert_eq!(notes.matches("<comment ref=").count(), columns(sheet).len());
        for column in columns(sheet) {
            assert!(strings.contains(&format!("<t>{}</t>", column.zh)), "{}", column.zh);
            assert!(notes.contains(&format!("English: {}", column.en)), "{}", column.en);
        }
    }
}

/// What an office is likely to do with a workbook that it was sent.
#[test]
fn a_version_is_changed_by_what_was_filled_in() {
    let (lists, directory) = full();
    let mut other = lists.clone();
    other.matters.rows[0].name = "改了名".to_owned();
    other.process.raise_from = 5;
    let bytes = write(&other, &directory).unwrap();
    assert_eq!(read_on(&bytes, &(lists, directory)), Ok(other));
}

#[test]
fn writing_does_not_panic_on_a_version_that_is_wrong() {
    let (mut lists, directory) = full();
    lists.name = "&".repeat(3_000);
    lists.matters.rows[0].until = chrono::NaiveDate::from_ymd_opt(-4, 1, 1);
    lists.matters.rows[1].until = chrono::NaiveDate::from_ymd_opt(1900, 1, 31);
    lists.process.rows.clear();
    let write = || -> Result<Vec<u8>, Unwritable> { write(&lists, &directory) };
    assert!(std::panic::catch_unwind(AssertUnwindSafe(write)).unwrap().is_ok());
    let none = Lists { kinds: vec![], levels: vec![], ..lists };
    assert!(papers::lists::write(&none, &directory).is_ok());
}
