//! What is wrong is told by sheet and cell, all of it at once, and nothing is taken over.

use engine::directory::Directory;
use engine::lists::{Lists, Sheet, table::Table};
use papers::Lang;
use papers::lists::Problems;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use crate::support::{at, book, bytes, full, put, read_on, some, told};

fn wrong(workbook: Workbook, base: &(Lists, Directory)) -> Problems {
    read_on(&bytes(workbook), base).unwrap_err()
}

#[test]
fn each_cell_is_told_with_what_is_wrong_and_in_the_order_of_the_file() {
    let base = full();
    let all = [Sheet::Matters, Sheet::Initiation, Sheet::Process, Sheet::Bounds, Sheet::General];
    let mut workbook = book(&some(&base.0, &base.1, &all));
    let day = Format::new().set_num_format("m\"月\"d\"日\"");
    let date = ExcelDateTime::from_ymd(2026, 3, 1).unwrap();
    let sheet = workbook.worksheet_from_name("吹哨事项清单").unwrap();
    sheet.write_string(1, at(Sheet::Matters, "level"), "紫色").unwrap();
    sheet.write_datetime_with_format(2, at(Sheet::Matters, "code"), &date, &day).unwrap();
    sheet.write_number(2, at(Sheet::Matters, "powers"), 4.203_030_000_001e17).unwrap();
    sheet.write_number(3, at(Sheet::Matters, "handle_amount"), 7.5).unwrap();
    sheet.write_string(3, at(Sheet::Matters, "until"), "长期").unwrap();
    let sheet = workbook.worksheet_from_name("吹哨发起清单").unwrap();
    sheet.write_blank(3, at(Sheet::Initiation, "issue"), &Format::new()).unwrap();
    let failed = Formula::new("=VLOOKUP(A1,B:B,1,0)").set_result("#N/A");
    sheet.write_formula(4, at(Sheet::Initiation, "basis"), failed).unwrap();
    let sheet = workbook.worksheet_from_name("吹哨流程清单").unwrap();
    let limit = at(Sheet::Process, "limit_amount");
    sheet.write_number(1, limit, 0.0).unwrap();
    sheet.write_formula(2, limit, Formula::new("=1+1").set_result("2")).unwrap();
    // Beside the numbers of rows a formula does no harm.
    sheet.write_formula(2, 0, Formula::new("=ROW()-1").set_result("2")).unwrap();
    sheet.write_number(3, at(Sheet::Process, "warn_percent"), 0.3).unwrap();
    sheet.write_string(4, at(Sheet::Process, "limit_unit"), "年").unwrap();
    let sheet = workbook.worksheet_from_name("通则").unwrap();
    sheet.write_string(1, at(Sheet::General, "effective_on"), "二〇二六年").unwrap();
    let problems = wrong(workbook, &base);
    let cells = told(&problems);
    let cells: Vec<(&str, &str)> =
        cells.iter().map(|(place, code)| (place.as_str(), *code)).collect();
    assert_eq!(
        cells,
        [
            ("吹哨事项清单!H2", "NOT_ONE_OF"),
            ("吹哨事项清单!B3", "BECAME_DATE"),
            ("吹哨事项清单!M3", "ROUNDED"),
            ("吹哨事项清单!N4", "NOT_A_NUMBER"),
            ("吹哨事项清单!R4", "NOT_A_DATE"),
            ("吹哨发起清单!K4", "MISSING"),
            ("吹哨发起清单!R5", "FORMULA"),
            ("吹哨发起清单!R5", "FAILED_FORMULA"),
            ("吹哨流程清单!H2", "ZERO"),
            ("吹哨流程清单!H3", "FORMULA"),
            ("吹哨流程清单!J4", "PERCENT"),
            ("吹哨流程清单!I5", "NOT_ONE_OF"),
            ("通则!B2", "NOT_A_DATE"),
        ]
    );
    let sentence = |nth: usize| problems.shown[nth].sentence(Lang::Zh);
    assert_eq!(sentence(0), "等级：“紫色”不在可选范围内；可填：一般、重点、疑难。");
    assert_eq!(sentence(7), "依据：公式出错（#N/A）。请改填数值或文字。");
    assert_eq!(sentence(8), "时限：时限不能为零；请填写大于零的数。");
    assert_eq!(sentence(9), "时限：此格是公式。请复制后“选择性粘贴”为数值。");
}

#[test]
fn rows_that_do_not_go_together_are_told_where_they_stand() {
    let base = full();
    let matters = some(&base.0, &base.1, &[Sheet::Matters]);
    let code = matters[0].rows[0].cell("code").to_owned();

    // Two rows for one code: the second is told.
    let mut workbook = book(&matters);
    let sheet = workbook.worksheet_from_index(0).unwrap();
    sheet.write_string(2, at(Sheet::Matters, "code"), &code).unwrap();
    assert_eq!(told(&wrong(workbook, &base))[0], ("吹哨事项清单!B3".to_owned(), "TWICE"));

    // A unit that is closed.
    let kjj = base.1.by_code("kjj").unwrap().id;
    let mut units: Vec<_> = base.1.units().cloned().collect();
    units.iter_mut().find(|it| it.id == kjj).unwrap().closed = true;
    let closed = (base.0.clone(), Directory::new(units));
    let problems = wrong(book(&matters), &closed);
    assert_eq!(told(&problems)[0], ("吹哨事项清单!J2".to_owned(), "CLOSED"));

    // A ring: 疑难 is raised to 重点, which is raised to 疑难.
    let bounds = some(&base.0, &base.1, &[Sheet::Bounds]);
    let is_hard =
        |row: &engine::lists::table::Row| (row.cell("kind"), row.cell("level")) == ("攻坚", "疑难");
    let row = bounds[0].rows.iter().position(is_hard).unwrap() as u32 + 1;
    let mut workbook = book(&bounds);
    let sheet = workbook.worksheet_from_index(0).unwrap();
    sheet.write_string(row, at(Sheet::Bounds, "raise_kind"), "攻坚").unwrap();
    sheet.write_string(row, at(Sheet::Bounds, "raise_level"), "重点").unwrap();
    let problems = told(&wrong(workbook, &base));
    assert!(problems.contains(&(format!("办理界限!L{}", row + 1), "CIRCULAR")), "{problems:?}");

    // What is printed was edited.
    let process = some(&base.0, &base.1, &[Sheet::Process]);
    let mut workbook = book(&process);
    let sheet = workbook.worksheet_from_index(0).unwrap();
    sheet.write_string(7, at(Sheet::Process, "next"), "办结").unwrap();
    assert_eq!(told(&wrong(workbook, &base)), [("吹哨流程清单!N8".to_owned(), "PRINTED")]);

    // A row that is missing: the sheet alone.
    let mut petitions = some(&base.0, &base.1, &[Sheet::Petitions]);
    petitions[0].rows.remove(1);
    let problems = wrong(book(&petitions), &base);
    assert_eq!(told(&problems), [("诉求时限".to_owned(), "NO_PETITION_STEP")]);

    // What stays as it is does not go together with what is new.
    let mut powers = some(&base.0, &base.1, &[Sheet::Powers]);
    powers[0].rows.truncate(1);
    let problems = wrong(book(&powers), &base);
    assert_eq!(told(&problems), [("吹哨事项清单".to_owned(), "UNKNOWN")]);
    let sentence = problems.shown[0].sentence(Lang::Zh);
    assert!(sentence.contains(&code) && sentence.contains("00123"), "{sentence}");
}

#[test]
fn a_merged_cell_is_told_once() {
    let base = full();
    let table = some(&base.0, &base.1, &[Sheet::Process]).remove(0);
    let mut workbook = book(std::slice::from_ref(&table));
    let sheet = workbook.worksheet_from_index(0).unwrap();
    let level = at(Sheet::Process, "level");
    sheet.merge_range(1, level, 5, level, "紫色", &Format::new()).unwrap();
    assert_eq!(told(&wrong(workbook, &base)), [("吹哨流程清单!C2".to_owned(), "NOT_ONE_OF")]);
}

#[test]
fn headings_that_are_strange_double_or_missing_are_told() {
    let base = full();
    let table = some(&base.0, &base.1, &[Sheet::Levels]).remove(0);
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("等级").unwrap();
    put(sheet, 2, &table);
    // 颜色 becomes 色彩; 名称 stands twice; a column without a heading; a heading over nothing.
    sheet.write_string(2, at(Sheet::Levels, "colour"), "色彩").unwrap();
    sheet.write_string(2, 6, "名 称").unwrap();
    sheet.write_string(3, 6, "又一个").unwrap();
    sheet.write_string(4, 8, "批注").unwrap();
    sheet.write_string(2, 9, "备注").unwrap();
    let problems = wrong(workbook, &base);
    assert_eq!(
        told(&problems),
        [
            ("等级".to_owned(), "MISSING_COLUMN"),
            ("等级!D3".to_owned(), "UNKNOWN_COLUMN"),
            ("等级!G3".to_owned(), "COLUMN_TWICE"),
            ("等级!I5".to_owned(), "NO_HEADING"),
        ]
    );
    assert_eq!(
        problems.shown[1].sentence(Lang::Zh),
        "清单中没有“色彩”这一列，而列中有内容。请改用清单的列标题，或删除此列。"
    );
}

#[test]
fn sheets_that_are_strange_or_double_are_told() {
    let base = full();
    let table = some(&base.0, &base.1, &[Sheet::Kinds]).remove(0);
    let mut workbook = Workbook::new();
    put(workbook.add_worksheet().set_name("哨种").unwrap(), 0, &table);
    put(workbook.add_worksheet().set_name("哨种 (2)").unwrap(), 0, &table);
    let sheet = workbook.add_worksheet().set_name("联系人").unwrap();
    sheet.write_string(0, 0, "姓名").unwrap();
    let sheet = workbook.add_worksheet().set_name("等级").unwrap();
    sheet.write_string(0, 0, "见附件").unwrap();
    assert_eq!(
        told(&wrong(workbook, &base)),
        [
            ("哨种 (2)".to_owned(), "SHEET_TWICE"),
            ("联系人".to_owned(), "UNKNOWN_SHEET"),
            ("等级".to_owned(), "NO_HEADINGS"),
        ]
    );
    let mut workbook = Workbook::new();
    workbook.add_worksheet();
    assert_eq!(told(&wrong(workbook, &base)), [(String::new(), "NO_LISTS")]);
}

#[test]
fn no_more_is_shown_than_a_person_will_read() {
    let base = full();
    let mut workbook = book(&[Table { sheet: Sheet::Classes, rows: vec![] }]);
    let sheet = workbook.worksheet_from_index(0).unwrap();
    for y in 1..=500 {
        sheet.write_string(y, 1, "二级而无一级").unwrap();
    }
    let problems = wrong(workbook, &base);
    assert_eq!((problems.shown.len(), problems.left_out), (Problems::MOST, 300));
    assert!(
        problems
            .to_string()
            .starts_with("500 problems in the lists, the first of them 信访分类对照!A2")
    );
}

#[test]
fn what_stands_beyond_the_table_is_told() {
    let base = full();
    let table = some(&base.0, &base.1, &[Sheet::Classes]).remove(0);
    for ((y, x), place, code) in [
        ((20_000, 0), "信访分类对照!A20001", "TOO_MANY_ROWS"),
        ((2, 64), "信访分类对照!BM3", "TOO_MANY_COLUMNS"),
    ] {
        let mut workbook = book(std::slice::from_ref(&table));
        workbook.worksheet_from_index(0).unwrap().write_string(y, x, "尾").unwrap();
        assert_eq!(told(&wrong(workbook, &base)), [(place.to_owned(), code)]);
    }
}
