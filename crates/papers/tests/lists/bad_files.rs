//! Files that are no workbook are told apart, and none of them can do harm.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};
use std::sync::LazyLock;

use engine::{directory::Directory, lists::Lists};
use papers::lists::{Limits, read, write};
use proptest::prelude::*;

use crate::support::{full, package, parts, read_on, told};

static BASE: LazyLock<(Lists, Directory)> = LazyLock::new(full);
static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| write(&BASE.0, &BASE.1).unwrap());

fn compound(streams: &[&str]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for name in streams {
        file.create_stream(format!("/{name}")).unwrap().write_all(&[7; 5_000]).unwrap();
    }
    file.into_inner().into_inner()
}

fn code(bytes: &[u8]) -> &'static str {
    let problems = read_on(bytes, &BASE).unwrap_err();
    let [(place, code)] = told(&problems).try_into().unwrap();
    assert_eq!(place, "");
    code
}

#[test]
fn what_is_no_workbook_is_told_apart_whatever_it_is_called() {
    let huge = [b"PK\x03\x04".as_slice(), &vec![0; 50 * 1024 * 1024]].concat();
    let bomb = vec![b' '; 120 * 1024 * 1024];
    let bomb = package(&[("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", &bomb)]);
    assert!(bomb.len() < 1024 * 1024);
    let half = &GOOD[..GOOD.len() / 2];
    let gbk = encoding_rs::GBK.encode("事项编码,大类\r\n1,城乡建设\r\n").0.into_owned();
    let xml = br#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>"#;
    let cases: &[(&[u8], &str)] = &[
        (b"", "EMPTY_FILE"),
        (&huge, "FILE_TOO_LARGE"),
        (&bomb, "TOO_MUCH_INSIDE"),
        (&compound(&["Workbook"]), "XLS"),
        (&compound(&["EncryptionInfo", "EncryptedPackage"]), "PASSWORD_PROTECTED"),
        (b"%TSD-Header-###%\0\0\0\0", "PASSWORD_PROTECTED"),
        (&compound(&["WordDocument"]), "DOCUMENT"),
        (&compound(&["Contents"]), "NOT_A_SPREADSHEET"),
        (&package(&[("mimetype", b"x"), ("content.xml", b"<a/>")]), "ODS"),
        (&package(&[("xl/workbook.bin", b"x")]), "XLSB"),
        (&package(&[("word/document.xml", b"<a/>")]), "NOT_A_SPREADSHEET"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "HTML"),
        (xml, "XML_2003"),
        ("事项编码,大类\n1,城乡建设\n".as_bytes(), "TEXT"),
        (&gbk, "TEXT"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "NOT_A_SPREADSHEET"),
        (half, "CORRUPT"),
        (&GOOD[..100], "CORRUPT"),
    ];
    for (nth, (bytes, expected)) in cases.iter().enumerate() {
        assert_eq!(code(bytes), *expected, "case {nth}");
    }
    let codes: BTreeSet<&str> = cases.iter().map(|it| it.1).collect();
    assert_eq!(codes.len(), 13);
}

#[test]
fn the_bounds_are_kept_before_anything_is_expanded() {
    let with = |limits: Limits| {
        let problems = read(&GOOD, &BASE.0, &BASE.1, &limits).unwrap_err();
        told(&problems)[0].1
    };
    let limits = Limits::of_lists();
    assert_eq!(with(Limits { file_bytes: 1_000, ..limits.clone() }), "FILE_TOO_LARGE");
    assert_eq!(with(Limits { unpacked_bytes: 100_000, ..limits.clone() }), "TOO_MUCH_INSIDE");
    assert_eq!(with(Limits { parts: 10, ..limits.clone() }), "TOO_MUCH_INSIDE");
    assert_eq!(with(Limits { text_bytes: 1_000, ..limits.clone() }), "TOO_MUCH_INSIDE");
    assert_eq!(with(Limits { rows: 100, ..limits }), "TOO_MANY_ROWS");
}

/// A good workbook with the sheet of the kinds replaced.
fn with_sheet(xml: &str) -> Vec<u8> {
    let mut parts = parts(&GOOD);
    let part = parts.iter_mut().find(|it| it.0 == "xl/worksheets/sheet6.xml").unwrap();
    part.1 = xml.as_bytes().to_vec();
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    package(&parts)
}

#[test]
fn regions_that_overlap_without_end_are_damage() {
    let cells: String =
        (1..=300).map(|n| format!("<row r=\"{n}\"><c r=\"A{n}\"><v>1</v></c></row>")).collect();
    let merged = "<mergeCell ref=\"A1:A20000\"/>".repeat(20_000);
    let sheet = |merged: &str| {
        with_sheet(&format!(
            "<worksheet><sheetData>{cells}</sheetData><mergeCells>{merged}</mergeCells></worksheet>"
        ))
    };
    assert_eq!(code(&sheet(&merged)), "CORRUPT");
    // Regions that end before they begin, or nowhere.
    for it in ["A5:A1", "A1:XFD1048576", "A0:A9", "ZZZZZZZZZ1:A99999999999", "x"] {
        assert!(read_on(&sheet(&format!("<mergeCell ref=\"{it}\"/>")), &BASE).is_err(), "{it}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_file_that_is_cut_off_is_told(part in 0.0..1.0_f64) {
        let end = (GOOD.len() as f64 * part) as usize;
        prop_assert!(read_on(&GOOD[..end], &BASE).is_err());
    }

    #[test]
    fn random_bytes_are_told(bytes in prop::collection::vec(any::<u8>(), 0..2_000), zip in any::<bool>()) {
        let bytes = if zip { [b"PK\x03\x04".as_slice(), &bytes].concat() } else { bytes };
        prop_assert!(read_on(&bytes, &BASE).is_err());
    }

    #[test]
    fn a_file_in_which_a_byte_was_changed_does_no_harm(at in 0.0..1.0_f64, byte in any::<u8>()) {
        let mut bytes = GOOD.clone();
        let at = (bytes.len() as f64 * at) as usize;
        bytes[at] = byte;
        let _ = read_on(&bytes, &BASE);
    }

    #[test]
    fn a_sheet_of_random_marks_does_no_harm(xml in prop::collection::vec(prop::sample::select(vec![
        "<worksheet>", "<sheetData>", "<row r=\"1\">", "<row>", "<c r=\"A1\">", "<c r=\"B2\" t=\"s\">",
        "<c t=\"b\">", "<c r=\"ZZZZ1\">", "<c r=\"A99999999999\">", "<v>1</v>", "<v>-1e999</v>", "<v>x</v>",
        "<f>A1</f>", "<f t=\"shared\" si=\"0\"/>", "</c>", "</row>", "</sheetData>", "<mergeCells>",
        "<mergeCell ref=\"B2:A1\"/>", "</mergeCells>", "</worksheet>", "<is><t>哨种编码</t></is>",
    ]), 0..40)) {
        let _ = read_on(&with_sheet(&xml.concat()), &BASE);
    }
}
