//! What the tests share: versions to write, and workbooks as somebody else would make them.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};

use engine::{
    calendar::{Limit, LimitUnit},
    clock::{Step, Warning},
    directory::{Directory, Tier, Unit, UnitKind},
    file::FileKind,
    ids::UnitId,
    lists::{
        Class, Hours, Lists, Power, PowerCode, Sheet,
        table::{Table, columns, tables},
    },
    picture::Picture,
};
use papers::Lang;
use papers::lists::{Limits, Problems, read};
use rust_xlsxwriter::{Workbook, Worksheet};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The preset, and a directory in which there is every unit that it names.
pub(crate) fn preset() -> (Lists, Directory) {
    let lists = Lists::preset().unwrap();
    let rows = lists.matters.rows.iter();
    let codes: BTreeSet<String> =
        rows.flat_map(|it| it.lead.iter().chain(&it.assists).cloned()).collect();
    let unit = |(nth, code): (usize, String)| Unit {
        id: UnitId(format!("00000000-0000-0000-0000-{nth:012}").parse().unwrap()),
        name: format!("区{code}局"),
        short_name: code.to_uppercase(),
        code,
        kind: UnitKind::Department,
        tier: Tier::District,
        parent: None,
        territory: None,
        closed: false,
        heir: None,
    };
    (lists, Directory::new(codes.into_iter().enumerate().map(unit)))
}

/// A version in which every column is filled somewhere.
pub(crate) fn full() -> (Lists, Directory) {
    let picture = Picture::preset().unwrap();
    let (mut lists, directory) = (picture.lists, picture.directory);
    lists
        .matters
        .rows
        .retain(|it| it.lead.iter().chain(&it.assists).all(|it| directory.by_code(it).is_some()));
    let matter = &mut lists.matters.rows[0];
    matter.subcategory = "小类".to_owned();
    matter.local_duty = "做好解释\n和稳控".to_owned();
    matter.powers = vec![PowerCode::new("420303-ZJ-001"), PowerCode::new("00123")];
    matter.handle = Some(Limit::new(8, LimitUnit::WorkingDay).unwrap());
    matter.until = chrono::NaiveDate::from_ymd_opt(2027, 12, 31);
    let code = matter.code.clone();
    let row = &mut lists.initiation.rows[0];
    row.condition = "本级已采取措施且无法解决".to_owned();
    row.materials = vec![FileKind::Evidence];
    row.meeting_first = true;
    row.hours = Hours::Office;
    row.at_most = Some(4);
    lists.process.rows[0].steps.get_mut(&Step::Handle).unwrap().warning =
        Some(Warning { percent: 30, working_days: 2 });
    lists.process.petitions[0].answer.warning = Some(Warning { percent: 20, working_days: 5 });
    lists.responsibility.rows[0].papers = vec![FileKind::Minutes];
    let path = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect();
    lists.classes = vec![
        Class { path: path(&["城乡建设", "供热", "管网"]), matter: Some(code) },
        Class { path: path(&["城乡建设", "供热", "收费"]), matter: None },
        Class { path: path(&["其他"]), matter: None },
    ]
    .into();
    let power = |code: &str| Power {
        code: PowerCode::new(code),
        tier: Tier::District,
        category: "行政检查".to_owned(),
        name: "供热检查".to_owned(),
        item: "锅炉".to_owned(),
        basis: "《条例》第三条\n第四条".to_owned(),
        duty: "检查".to_owned(),
        accountability: "追责".to_owned(),
        unit: Some("zjj".to_owned()),
    };
    lists.powers = vec![power("420303-ZJ-001"), power("00123")].into();
    assert_eq!(lists.check(Some(&directory)), []);
    (lists, directory)
}

/// The tables of a version, of which some are wanted.
pub(crate) fn some(lists: &Lists, directory: &Directory, wanted: &[Sheet]) -> Vec<Table> {
    let mut all = tables(lists, directory);
    all.retain(|it| wanted.contains(&it.sheet));
    all
}

/// Writes a table as texts, with its headings in this row (from 0); the next is below it.
pub(crate) fn put(sheet: &mut Worksheet, header: u32, table: &Table) {
    for (column, at) in columns(table.sheet).iter().zip(0..) {
        sheet.write_string(header, at, column.zh).unwrap();
        for (row, y) in table.rows.iter().zip(header + 1..) {
            if !row.cell(column.code).is_empty() {
                sheet.write_string(y, at, row.cell(column.code)).unwrap();
            }
        }
    }
}

/// A workbook of these tables as texts, each under its name.
pub(crate) fn book(tables: &[Table]) -> Workbook {
    let mut workbook = Workbook::new();
    for table in tables {
        put(workbook.add_worksheet().set_name(table.sheet.zh()).unwrap(), 0, table);
    }
    workbook
}

/// Where a column stands, from 0.
pub(crate) fn at(sheet: Sheet, code: &str) -> u16 {
    u16::try_from(columns(sheet).iter().position(|it| it.code == code).unwrap()).unwrap()
}

pub(crate) fn bytes(mut workbook: Workbook) -> Vec<u8> {
    workbook.save_to_buffer().unwrap()
}

pub(crate) fn read_on(
    bytes: &[u8],
    (lists, directory): &(Lists, Directory),
) -> Result<Lists, Problems> {
    read(bytes, lists, directory, &Limits::of_lists())
}

/// What is told: place and code.
pub(crate) fn told(problems: &Problems) -> Vec<(String, &'static str)> {
    for it in &problems.shown {
        let (zh, en) = (it.sentence(Lang::Zh), it.sentence(Lang::En));
        assert!(!zh.is_empty() && !en.is_empty() && zh != en, "{}: {zh}", it.place());
        assert!(zh.ends_with('。'), "{zh}");
    }
    problems.shown.iter().map(|it| (it.place(), it.code())).collect()
}

/// A zip file of the given parts.
pub(crate) fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let how = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        zip.start_file(*name, how).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The parts of a zip file.
pub(crate) fn parts(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(file)).unwrap();
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        parts.push((part.name().unwrap().into_owned(), bytes));
    }
    parts
}

/// A zip file with one of its parts changed.
pub(crate) fn changed(file: &[u8], name: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut parts = parts(file);
    let part = parts.iter_mut().find(|it| it.0 == name).unwrap();
    part.1 = change(std::str::from_utf8(&part.1).unwrap()).into_bytes();
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    package(&parts)
}
