//! What people really send is understood.

use engine::lists::{
    Lists, MatterCode, Sheet,
    diff::diff,
    table::{Table, columns},
};
use engine::text::Lang;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::support::{at, book, bytes, changed, full, put, read_on, some};

fn said(before: &Lists, after: &Lists) -> Vec<String> {
    let directory = full().1;
    diff(before, after, &directory).iter().map(|it| it.sentence(Lang::Zh)).collect()
}

#[test]
fn sheets_are_known_by_their_headings_wherever_and_in_whatever_order_these_stand() {
    let base = full();
    let tables = some(&base.0, &base.1, &[Sheet::Process, Sheet::Bounds, Sheet::Levels]);
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Sheet1").unwrap();
    for (table, name) in tables.iter().zip(["Sheet2", "附件3（征求意见稿）", "定级标准"])
    {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        let all = columns(table.sheet);
        let (title, last) = ("张湾区工作机制(附件)", u16::try_from(all.len() - 1).unwrap());
        sheet.merge_range(0, 0, 0, last, title, &Format::new()).unwrap();
        sheet.write_string(1, 0, "填报单位：区综治中心").unwrap();
        // From the last column to the first, as people head them.
        for (column, x) in all.iter().rev().zip(0..) {
            let header = match x % 4 {
                0 => format!(" {}\n（必填）", column.zh),
                1 => column.en.to_uppercase(),
                2 => column.zh.chars().flat_map(|it| [it, '\u{3000}']).collect(),
                _ => format!("*{}：", column.zh),
            };
            sheet.write_string(3, x, header).unwrap();
            for (row, y) in table.rows.iter().zip(4..) {
                sheet.write_string(y, x, row.cell(column.code)).unwrap();
            }
        }
    }
    assert_eq!(read_on(&bytes(workbook), &base), Ok(base.0));
}

#[test]
fn what_is_merged_counts_for_each_of_its_rows_and_blank_rows_for_nothing() {
    let base = full();
    let table = some(&base.0, &base.1, &[Sheet::Process]).remove(0);
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    put(sheet, 0, &Table { sheet: Sheet::Process, rows: vec![] });
    let (kind, level) = (at(Sheet::Process, "kind"), at(Sheet::Process, "level"));
    let pair = |nth: usize| ["kind", "level"].map(|it| table.rows[nth].cell(it));
    let mut y = 1;
    let mut from = 0;
    for nth in 0..table.rows.len() {
        for (column, x) in columns(Sheet::Process).iter().zip(0..) {
            let text = table.rows[nth].cell(column.code);
            if ![kind, level].contains(&x) && !text.is_empty() {
                sheet.write_string(y, x, text).unwrap();
            }
        }
        y += 1;
        if nth + 1 == table.rows.len() || pair(nth) != pair(nth + 1) {
            let first = y - u32::try_from(nth + 1 - from).unwrap();
            for (x, text) in [kind, level].into_iter().zip(pair(nth)) {
                // A row too far, as it happens; the row after the last holds nothing else.
                sheet.merge_range(first, x, y, x, text, &Format::new()).unwrap();
            }
            // Below it a blank row, one that is only numbered, and one of blanks.
            sheet.write_number(y + 1, 0, f64::from(y)).unwrap();
            sheet.write_string(y + 2, level, " \u{3000}\n").unwrap();
            (y, from) = (y + 3, nth + 1);
        }
        if nth == 30 {
            // The headings once more, as on a printed page.
            put(sheet, y, &Table { sheet: Sheet::Process, rows: vec![] });
            if pair(nth) == pair(nth + 1) {
                let first = y - u32::try_from(nth + 1 - from).unwrap();
                for (x, text) in [kind, level].into_iter().zip(pair(nth)) {
                    sheet.merge_range(first, x, y - 1, x, text, &Format::new()).unwrap();
                }
                from = nth + 1;
            }
            y += 1;
        }
    }
    assert_eq!(read_on(&bytes(workbook), &base), Ok(base.0));
}

#[test]
fn numbers_words_and_dates_are_understood_as_they_are_typed() {
    let base = full();
    let tables = some(&base.0, &base.1, &[Sheet::Matters, Sheet::Process, Sheet::General]);
    let mut workbook = book(&tables);
    let day = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let sheet = workbook.worksheet_from_name("吹哨流程清单").unwrap();
    let limit = at(Sheet::Process, "limit_amount");
    sheet.write_string(1, limit, "　３ ").unwrap();
    sheet.write_number(2, limit, 4.0).unwrap();
    sheet.write_boolean(1, at(Sheet::Process, "required"), true).unwrap();
    sheet.write_string(2, at(Sheet::Process, "required"), "√ ").unwrap();
    sheet.write_string(3, at(Sheet::Process, "kind"), "快捷　").unwrap();
    sheet.set_row_hidden(2).unwrap();
    let sheet = workbook.worksheet_from_name("吹哨事项清单").unwrap();
    let until = at(Sheet::Matters, "until");
    let date = ExcelDateTime::from_ymd(2028, 2, 29).unwrap();
    sheet.write_datetime_with_format(1, until, &date, &day).unwrap();
    sheet.write_number(2, until, 46_022.0).unwrap();
    sheet.write_string(3, until, "２０２６年３月１日").unwrap();
    sheet.write_string(3, at(Sheet::Matters, "assists"), "协办单位乙,kjj；").unwrap();
    // A date and a number in a text are what they show.
    let source = at(Sheet::Matters, "source");
    sheet.write_datetime_with_format(1, source, &date, &day).unwrap();
    sheet.write_number(2, source, 188_006.0).unwrap();
    let sheet = workbook.worksheet_from_name("通则").unwrap();
    sheet.write_string(1, at(Sheet::General, "effective_on"), "2026.12.1 0:00").unwrap();
    let read = read_on(&bytes(workbook), &base).unwrap();
    let name = |nth: usize| base.0.matters.rows[nth].name.as_str();
    let source = |nth: usize| base.0.matters.rows[nth].source.as_str();
    assert_eq!(
        said(&base.0, &read),
        [
            format!("吹哨事项清单：{} 失效日 2027-12-31 → 2028-02-29", name(0)),
            format!("吹哨事项清单：{} 出处 {} → 2028-02-29", name(0), source(0)),
            format!("吹哨事项清单：{} 失效日 （空） → 2025-12-31", name(1)),
            format!("吹哨事项清单：{} 出处 {} → 188006", name(1), source(1)),
            format!("吹哨事项清单：{} 配合部门 （空） → 协办单位乙、协办单位甲", name(2)),
            format!("吹哨事项清单：{} 失效日 （空） → 2026-03-01", name(2)),
            "吹哨流程清单：快捷 一般 提交 时限 2 → 3 个工作日".to_owned(),
            "吹哨流程清单：快捷 一般 审核 时限 1 → 4 个工作日".to_owned(),
            "通则：生效日期 2019-01-01 → 2026-12-01".to_owned(),
        ]
    );
}

#[test]
fn days_are_counted_from_1904_where_the_workbook_says_so() {
    let base = full();
    let mut workbook = book(&some(&base.0, &base.1, &[Sheet::General]));
    let sheet = workbook.worksheet_from_name("通则").unwrap();
    let effective = at(Sheet::General, "effective_on");
    let date = ExcelDateTime::from_ymd(2026, 1, 1).unwrap();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_datetime_with_format(1, effective, &date, &day).unwrap();
    let file = changed(&bytes(workbook), "xl/workbook.xml", |xml| {
        xml.replace("<workbookPr ", "<workbookPr date1904=\"1\" ")
    });
    let read = read_on(&file, &base).unwrap();
    assert_eq!(said(&base.0, &read), ["通则：生效日期 2019-01-01 → 2030-01-02"]);
}

#[test]
fn a_taxonomy_alone_changes_nothing_else_and_keeps_what_its_classes_stood_for() {
    let base = full();
    let code = base.0.classes[0].matter.clone();
    assert!(code.is_some());
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (x, header) in ["一级分类", "二级分类", "三级分类"].iter().enumerate() {
        sheet.write_string(0, x as u16, *header).unwrap();
    }
    let rows = [["农村农业", "土地", "承包"], ["城乡建设", "供热", "管网"], ["其他", "", ""]];
    for (y, row) in rows.iter().enumerate() {
        for (x, it) in row.iter().enumerate().filter(|(_, it)| !it.is_empty()) {
            sheet.write_string(y as u32 + 1, x as u16, *it).unwrap();
        }
    }
    let read = read_on(&bytes(workbook), &base).unwrap();
    assert_eq!(
        read.classes.iter().map(|it| it.key()).collect::<Vec<_>>(),
        ["农村农业/土地/承包", "城乡建设/供热/管网", "其他"]
    );
    let matters: Vec<Option<MatterCode>> =
        read.classes.iter().map(|it| it.matter.clone()).collect();
    assert_eq!(matters, [None, code, None]);
    assert_eq!(Lists { classes: base.0.classes.clone(), ..read }, base.0);
}

#[test]
fn a_catalogue_of_powers_alone_is_known_by_its_headings() {
    let base = full();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("区级权力和责任清单").unwrap();
    sheet.write_string(0, 0, "张湾区区级权力和责任清单").unwrap();
    let headers = ["序号", "项目编码", "项目名称", "层级", "实施依据"];
    for (x, header) in headers.iter().enumerate() {
        sheet.write_string(2, x as u16, *header).unwrap();
    }
    for (y, code) in ["420303-ZJ-001", "00123", "00124"].iter().enumerate() {
        let y = y as u32 + 3;
        sheet.write_number(y, 0, f64::from(y - 2)).unwrap();
        sheet.write_string(y, 1, *code).unwrap();
        sheet.write_string(y, 2, "供热检查").unwrap();
        sheet.write_string(y, 3, "区(县)").unwrap();
        sheet.write_string(y, 4, "新条例").unwrap();
    }
    let read = read_on(&bytes(workbook), &base).unwrap();
    assert_eq!(read.powers.len(), 3);
    // What the sheet has no column for is kept.
    assert_eq!(read.powers[1].unit.as_deref(), Some("zjj"));
    assert_eq!((read.powers[1].basis.as_str(), read.powers[2].unit.as_deref()), ("新条例", None));
    assert_eq!(Lists { powers: base.0.powers.clone(), ..read }, base.0);
}

#[test]
fn what_is_printed_beside_the_lists_is_not_read() {
    let base = full();
    let mut workbook = book(&some(&base.0, &base.1, &[Sheet::Kinds]));
    for name in ["填写说明", "选项", "WpsReserved_CellImgList"] {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        sheet.write_string(4, 4, "任意内容").unwrap();
    }
    workbook.add_worksheet();
    assert_eq!(read_on(&bytes(workbook), &base), Ok(base.0));
}
