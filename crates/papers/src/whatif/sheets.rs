//! The four sheets of a recount.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::{
    calendar::beijing,
    clock::Step,
    ids::UnitId,
    whatif::{CAVEAT, CAVEAT_EN, Moved, Sides, StepTally, Tally, Totals},
};
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{LANG, Looks, MOST_ROWS, Titles, page};

/// The names of the sheets.
const ABOUT: &str = "说明";
const UNITS: &str = "单位汇总";
const PAIRS: &str = "哨种等级汇总";
const WHISTLES: &str = "逐哨变化";

/// How it was counted, for whoever asks.
const RULES: [&str; 7] = [
    "1. 逐哨重放已发生的事件：谁在什么时候做了什么，都照原样；只按草案重新回答清单该怎么说。",
    "2. 按清单行定牵头和等级的哨，随草案的行变化；中心当时另行指定的牵头、等级照旧，单独计数。",
    "3. 每个期限从当时的起点、按当时采用的工作日历和草案的时限重新计算；延期照原批准的长度，从新期限起加算；会商纪要等直接指定的日期不变；办理期限不超过法定期限。",
    "4. “逾期”以系统记录时间为准：办结在期限之后，或截至统计时仍未办而已过期限。",
    "5. 期限届满即转入下一环节的（如争议上移、视为未接通），草案时限更长时无从得知是否会按时，单列“无从得知”。",
    "6. 草案新增要求的环节当时没有发生，无从计算期限，只作提示；必备材料和前期处置当时是否具备，不作推断。",
    "7. 草案下不能照原样吹哨的，只说明原因，其余照旧计入前后两边。诉求本身的法定时限不因吹哨而变，不在统计之内。",
];

/// An instant as it is printed.
fn moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&beijing()).format("%Y-%m-%d %H:%M").to_string()
}

fn day(at: DateTime<Utc>) -> String {
    at.with_timezone(&beijing()).format("%Y-%m-%d").to_string()
}

/// 说明.
pub(super) fn about(
    sheet: &mut Worksheet,
    totals: &Totals,
    looks: &Looks,
) -> Result<(), XlsxError> {
    page(sheet, totals, ABOUT)?;
    sheet.set_print_fit_to_pages(1, 1);
    sheet.set_column_width(0, 30)?;
    sheet.set_column_width(1, 100)?;
    sheet.write_string_with_format(0, 0, "清单推演", &looks.title)?;
    sheet.set_row_height(0, 26)?;
    sheet.merge_range(1, 0, 1, 1, &format!("{CAVEAT}\n{CAVEAT_EN}"), &looks.boxed)?;
    sheet.set_row_height(1, 44)?;
    let span = totals.drafted.map_or_else(
        || "没有哨".to_owned(),
        |(first, last)| format!("{} 至 {} 起草的哨", day(first), day(last)),
    );
    let versions: Vec<String> =
        totals.versions.iter().map(|(it, n)| format!("第 {it} 版 {n} 哨")).collect();
    let said = [
        ("草案", format!("{}（在第 {} 版上起草）", totals.draft, totals.version)),
        ("统计范围", span),
        ("统计截至", moment(totals.as_of)),
        ("原执行的版本", versions.join("，")),
    ];
    let mut row = 3;
    for (title, text) in said {
        sheet.write_string_with_format(row, 0, title, &looks.text)?;
        sheet.write_string_with_format(row, 1, text, &looks.text)?;
        row += 1;
    }
    row += 1;
    sheet.write_string_with_format(row, 0, "结果", &looks.header)?;
    sheet.write_string_with_format(row, 1, "哨数", &looks.header)?;
    let (before, after) = (totals.whole.before.limits(), totals.whole.after.limits());
    let counts = [
        ("重新计算的哨", totals.whistles),
        ("　其中已签发", totals.issued),
        ("有变化的哨", totals.moved),
        ("　清单牵头部门不同", totals.lead),
        ("　清单配合部门不同", totals.assists),
        ("　审核人或签发人不同", totals.approver),
        ("　哨种或等级不同", totals.level),
        ("　时限不同", totals.limit),
        ("　不再要求某环节", totals.no_longer_asked),
        ("　新增要求某环节", totals.newly_asked),
        ("　不能照原样吹哨", totals.blocked),
        ("　签发时不在工作时间", totals.out_of_hours),
        ("原无逾期、将有逾期", totals.newly_late),
        ("原有逾期、将无逾期", totals.no_longer_late),
        ("中心另行指定牵头", totals.overrides),
        ("　按草案不必另行指定", totals.overrides_unneeded),
        ("期限总数（个），原", before.counted),
        ("期限总数（个），草案", after.counted),
        ("逾期（个），原", before.late),
        ("逾期（个），草案", after.late),
        ("无从得知（个），草案", after.unknown),
    ];
    for (title, n) in counts {
        row += 1;
        sheet.write_string_with_format(row, 0, title, &looks.text)?;
        sheet.write_number_with_format(row, 1, n as f64, &looks.number)?;
    }
    row += 2;
    for rule in RULES {
        sheet.merge_range(row, 0, row, 1, rule, &looks.text)?;
        // A merged cell does not grow with its text.
        let lines = rule.chars().count().div_ceil(60).max(1) as f64;
        sheet.set_row_height(row, 16.0 * lines + 4.0)?;
        row += 1;
    }
    Ok(())
}

/// What is counted of each side, beside the lateness of each step.
type Figure = (&'static str, fn(&Tally) -> u64);

const OF_UNITS: [Figure; 6] = [
    ("涉及哨数", |it| it.whistles),
    ("牵头", |it| it.leads),
    ("协办", |it| it.assists),
    ("期限数", |it| it.limits().counted),
    ("逾期", |it| it.limits().late),
    ("无从得知", |it| it.limits().unknown),
];

const OF_PAIRS: [Figure; 6] = [
    ("哨数", |it| it.whistles),
    ("牵头", |it| it.leads),
    ("协办", |it| it.assists),
    ("期限数", |it| it.limits().counted),
    ("逾期", |it| it.limits().late),
    ("无从得知", |it| it.limits().unknown),
];

/// 单位汇总.
pub(super) fn units(
    sheet: &mut Worksheet,
    totals: &Totals,
    titles: Titles<'_>,
    looks: &Looks,
) -> Result<(), XlsxError> {
    page(sheet, totals, UNITS)?;
    let mut rows: Vec<(String, UnitId, &Sides)> =
        totals.units.iter().map(|(id, it)| (titles.directory.name(*id), *id, it)).collect();
    rows.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let rows: Vec<(String, &Sides)> = rows.into_iter().map(|it| (it.0, it.2)).collect();
    table(sheet, "单位", &OF_UNITS, &rows, None, looks)
}

/// 哨种等级汇总.
pub(super) fn pairs(
    sheet: &mut Worksheet,
    totals: &Totals,
    titles: Titles<'_>,
    looks: &Looks,
) -> Result<(), XlsxError> {
    page(sheet, totals, PAIRS)?;
    let rows: Vec<(String, &Sides)> =
        totals.pairs.iter().map(|((kind, level), it)| (titles.pair(kind, level), it)).collect();
    table(sheet, "哨种等级", &OF_PAIRS, &rows, Some(&totals.whole), looks)
}

/// A table: for each figure what it was, what it would be, and by how much that differs. Below it
/// stands, step by step, where anything was or would be late: beside it, it would print too small.
fn table(
    sheet: &mut Worksheet,
    first: &str,
    figures: &[Figure],
    rows: &[(String, &Sides)],
    sum: Option<&Sides>,
    looks: &Looks,
) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 20)?;
    sheet.merge_range(0, 0, 1, 0, first, &looks.header)?;
    for ((head, _), column) in figures.iter().zip((1..).step_by(3)) {
        triple(sheet, 0, column, head, looks)?;
        for at in column..column + 3 {
            sheet.set_column_width(at, 7)?;
        }
    }
    sheet.set_freeze_panes(2, 1)?;
    sheet.set_repeat_rows(0, 1)?;
    let all = rows.iter().map(|(name, it)| (name.as_str(), *it, false));
    let all: Vec<(&str, &Sides, bool)> = all.chain(sum.map(|it| ("合计", it, true))).collect();
    let mut row = 2;
    for (name, sides, is_sum) in &all {
        let text = if *is_sum { &looks.sum } else { &looks.text };
        sheet.write_string_with_format(row, 0, *name, text)?;
        for (figure, column) in figures.iter().zip((1..).step_by(3)) {
            let sides = (figure.1(&sides.before), figure.1(&sides.after));
            compared(sheet, (row, column), sides, *is_sum, looks)?;
        }
        row += 1;
    }

    row += 1;
    sheet.merge_range(row, 0, row + 1, 0, first, &looks.header)?;
    sheet.merge_range(row, 1, row + 1, 3, "逾期的环节", &looks.header)?;
    triple(sheet, row, 4, "期限数", looks)?;
    triple(sheet, row, 7, "逾期", looks)?;
    row += 2;
    for (name, sides, is_sum) in &all {
        let text = if *is_sum { &looks.sum } else { &looks.text };
        let both = sides.before.steps.iter().chain(&sides.after.steps);
        let steps: BTreeSet<Step> = both.filter(|it| it.1.late > 0).map(|it| *it.0).collect();
        for step in steps {
            let of = |tally: &Tally| tally.steps.get(&step).copied().unwrap_or_default();
            let (was, is): (StepTally, StepTally) = (of(&sides.before), of(&sides.after));
            sheet.write_string_with_format(row, 0, *name, text)?;
            sheet.merge_range(row, 1, row, 3, step.zh(), text)?;
            compared(sheet, (row, 4), (was.counted, is.counted), *is_sum, looks)?;
            compared(sheet, (row, 7), (was.late, is.late), *is_sum, looks)?;
            row += 1;
        }
    }
    Ok(())
}

/// The heading of a figure on both sides.
fn triple(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    head: &str,
    looks: &Looks,
) -> Result<(), XlsxError> {
    sheet.merge_range(row, column, row, column + 2, head, &looks.header)?;
    for (part, at) in ["原", "草案", "增减"].iter().zip(column..) {
        sheet.write_string_with_format(row + 1, at, *part, &looks.header)?;
    }
    Ok(())
}

/// A figure on both sides.
fn compared(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    (was, is): (u64, u64),
    is_sum: bool,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let look = if is_sum { &looks.sum_number } else { &looks.number };
    let (was, is) = (was as f64, is as f64);
    sheet.write_number_with_format(row, column, was, look)?;
    sheet.write_number_with_format(row, column + 1, is, look)?;
    sheet.write_number_with_format(row, column + 2, is - was, &looks.difference)?;
    Ok(())
}

/// 逐哨变化: a row for each whistle; what is more than the sheet lists is counted on it.
pub(super) fn whistles(
    sheet: &mut Worksheet,
    totals: &Totals,
    moved: impl IntoIterator<Item = Moved>,
    titles: Titles<'_>,
    looks: &Looks,
) -> Result<(), XlsxError> {
    page(sheet, totals, WHISTLES)?;
    let heads = [
        ("编号", 22.0),
        ("签发时间", 17.0),
        ("原版本", 8.0),
        ("变化", 110.0),
        ("逾期（原）", 12.0),
        ("逾期（草案）", 14.0),
    ];
    for ((head, width), column) in heads.iter().zip(0..) {
        sheet.set_column_width(column, *width)?;
        sheet.write_string_with_format(0, column, *head, &looks.header)?;
    }
    sheet.set_row_height(0, 34)?;
    sheet.set_freeze_panes(1, 1)?;
    sheet.set_repeat_rows(0, 0)?;
    let mut row = 1;
    for it in moved.into_iter().take(MOST_ROWS) {
        let words: Vec<String> =
            it.changes.iter().map(|change| change.words(titles.names(), LANG)).collect();
        let issued = it.issued_at.map(moment).unwrap_or_default();
        sheet.write_string_with_format(row, 0, it.title(LANG), &looks.text)?;
        sheet.write_string_with_format(row, 1, issued, &looks.text)?;
        sheet.write_number_with_format(row, 2, it.lists, &looks.number)?;
        sheet.write_string_with_format(row, 3, bounded(&words), &looks.text)?;
        sheet.write_number_with_format(row, 4, it.late_before as f64, &looks.number)?;
        sheet.write_number_with_format(row, 5, it.late_after as f64, &looks.number)?;
        let lines: usize = words.iter().map(|it| it.chars().count().div_ceil(55).max(1)).sum();
        sheet.set_row_height(row, (5.0 + 14.5 * lines.max(1) as f64).min(409.0))?;
        row += 1;
    }
    // Whoever hands them over need not keep more than are listed.
    let n_left = totals.moved.saturating_sub(u64::from(row - 1));
    if n_left > 0 {
        let said = format!(
            "本表列出 {} 哨，另有 {n_left} 哨有变化，未逐一列出；各汇总表已计入。",
            row - 1
        );
        sheet.merge_range(row, 0, row, 5, &said, &looks.boxed)?;
        sheet.set_row_height(row, 24)?;
    } else if row == 1 {
        sheet.merge_range(1, 0, 1, 5, "没有变化。", &looks.text)?;
    }
    Ok(())
}

/// The words of a whistle, each on a line, as far as a cell holds them.
fn bounded(words: &[String]) -> String {
    const MOST: usize = 30_000;
    let mut res = String::new();
    let mut n_chars = 0;
    for (index, it) in words.iter().enumerate() {
        n_chars += it.chars().count() + 1;
        if n_chars > MOST {
            res.push_str(&format!("\n另有 {} 项", words.len() - index));
            break;
        }
        if index > 0 {
            res.push('\n');
        }
        res.push_str(it);
    }
    res
}
