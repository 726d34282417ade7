//! The lists as tables: nothing is lost on the way there and back, everything that is wrong is told
//! with its place, and what differs is told in words.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

mod support;

use std::collections::BTreeSet;

use engine::{
    calendar::{Limit, LimitUnit},
    clock::Step,
    directory::Directory,
    lists::{
        Class, Lists, MatterCode, Power, PowerCode, Sheet, Wrong,
        diff::diff,
        table::{self, Fill, Misread, Table, columns, tables},
    },
    text::Lang,
    whistle::steps,
};
use strum::IntoEnumIterator as _;

use support::{picture, stories};

/// The preset, with its matters those that the picture's units can answer for, and every column
/// filled somewhere.
fn full() -> (Lists, Directory) {
    let picture = picture();
    let (mut lists, directory) = (picture.lists, picture.directory);
    lists
        .matters
        .rows
        .retain(|it| it.lead.iter().chain(&it.assists).all(|it| directory.by_code(it).is_some()));
    let days = |n| Limit::new(n, LimitUnit::WorkingDay).unwrap();
    let matter = &mut lists.matters.rows[0];
    matter.subcategory = "小类".to_owned();
    matter.local_duty = "做好解释\n和稳控".to_owned();
    matter.powers = vec![PowerCode::new("420303-ZJ-001"), PowerCode::new("420303-ZJ-002")];
    matter.handle = Some(days(8));
    matter.until = chrono::NaiveDate::from_ymd_opt(2027, 12, 31);
    let code = matter.code.clone();
    let row = &mut lists.initiation.rows[0];
    row.condition = "本级已采取措施且无法解决".to_owned();
    row.materials = vec![engine::file::FileKind::Evidence];
    row.meeting_first = true;
    row.hours = engine::lists::Hours::Office;
    row.at_most = Some(4);
    lists.process.rows[0].steps.get_mut(&Step::Handle).unwrap().warning =
        Some(engine::clock::Warning { percent: 30, working_days: 2 });
    lists.process.petitions[0].answer.warning =
        Some(engine::clock::Warning { percent: 20, working_days: 5 });
    lists.responsibility.rows[0].papers = vec![engine::file::FileKind::Minutes];
    lists.classes = vec![
        Class {
            path: vec!["城乡建设".into(), "供热".into(), "管网".into()], matter: Some(code)
        },
        Class { path: vec!["其他".into()], matter: None },
    ]
    .into();
    let power = |n: &str| Power {
        code: PowerCode::new(n),
        tier: engine::directory::Tier::District,
        category: "行政检查".to_owned(),
        name: "供热检查".to_owned(),
        item: "锅炉".to_owned(),
        basis: "条例".to_owned(),
        duty: "检查".to_owned(),
        accountability: "追责".to_owned(),
        unit: Some("zjj".to_owned()),
    };
    lists.powers = vec![power("420303-ZJ-001"), power("420303-ZJ-002")].into();
    (lists, directory)
}

fn set(tables: &mut [Table], sheet: Sheet, row: usize, column: &'static str, text: &str) {
    let table = tables.iter_mut().find(|it| it.sheet == sheet).unwrap();
    table.rows[row].cells.insert(column, text.to_owned());
}

fn row_of(tables: &[Table], sheet: Sheet, cells: &[(&str, &str)]) -> usize {
    let table = tables.iter().find(|it| it.sheet == sheet).unwrap();
    let is_it = |row: &table::Row| cells.iter().all(|(column, said)| row.cell(column) == *said);
    table.rows.iter().position(is_it).unwrap()
}

fn faults(tables: &[Table], lists: &Lists, directory: &Directory) -> Vec<Misread> {
    table::lists(lists, tables, directory).unwrap_err()
}

#[test]
fn a_class_may_name_its_matter_where_only_one_is_called_so() {
    let (mut lists, directory) = full();
    let name = lists.matters.rows[0].name.clone();
    let code = lists.matters.rows[0].code.clone();
    let path = vec!["其他".to_owned(), "另一类".to_owned()];
    lists.classes = vec![Class { path, matter: Some(MatterCode::new(&name)) }].into();
    let tables = vec![table::table(&lists, &directory, Sheet::Classes)];
    let read = table::lists(&lists, &tables, &directory).unwrap();
    assert_eq!(read.classes[0].matter, Some(code));
}

#[test]
fn every_column_is_written_and_read_back() {
    let (lists, directory) = full();
    assert_eq!(lists.check(Some(&directory)), []);
    let tables = tables(&lists, &directory);
    for table in &tables {
        let filled: BTreeSet<&str> =
            table.rows.iter().flat_map(|it| it.cells.keys().copied()).collect();
        for column in columns(table.sheet) {
            assert!(filled.contains(column.code), "{} {}", table.sheet, column.code);
        }
    }
    assert_eq!(table::lists(&lists, &tables, &directory), Ok(lists.clone()));
    // From nothing but the tables, too.
    let mut empty = lists.clone();
    empty.kinds.clear();
    empty.levels.clear();
    empty.matters.rows.clear();
    empty.process.rows.clear();
    empty.process.raises.clear();
    assert_eq!(table::lists(&empty, &tables, &directory), Ok(lists));
}

#[test]
fn a_ladder_is_held_against_what_a_paper_can_be() {
    let (lists, directory) = full();
    let tables = tables(&lists, &directory);
    let rung = |name| row_of(&tables, Sheet::Supervision, &[("paper", name)]);
    let (urge, letter, circular) = (rung("催办通知书"), rung("督办函"), rung("通报"));
    for (row, column, said, zh, en) in [
        (letter, "after_amount", "0", "时限不能为零", "at least one"),
        (circular, "paper", "督办函", "与前面的行重复", "a second time"),
        (circular, "paper", "提示单", "前面已有更重的“约谈”", "admonition stands before it"),
        (letter, "paper", "警告", "“警告”不在可选范围内", "`警告` cannot be chosen"),
        (letter, "signer", "联络员", "可填：值班领导、中心主任、领导", "a liaison may never"),
        (letter, "signer", "科长", "“科长”不在可选范围内", "`科长` cannot be chosen"),
        (letter, "signer", "", "只有：提示单、催办通知书", "advisory"),
        (letter, "to", "调度员", "督办文书不送“调度员”", "no paper goes to a dispatcher"),
        (letter, "to", "", "未填写", "is empty"),
        (letter, "copy_above", "或", "可填：是、否", "choose of"),
        (urge, "source", "", "未填写", "is empty"),
    ] {
        let mut edited = tables.clone();
        set(&mut edited, Sheet::Supervision, row, column, said);
        let found = faults(&edited, &lists, &directory);
        let misread = found.iter().find(|it| it.fault.column == column);
        let misread = misread.unwrap_or_else(|| panic!("{column} {said}: {found:?}"));
        assert_eq!((misread.at, misread.fault.sheet), (Some(row), Sheet::Supervision));
        let (is_zh, is_en) =
            (misread.fault.wrong.sentence(Lang::Zh), misread.fault.wrong.sentence(Lang::En));
        assert!(is_zh.contains(zh), "{is_zh}");
        assert!(is_en.contains(en) || column == "signer" && said.is_empty(), "{is_en}");
    }
    // A reminder does not wait for somebody who signs what stands before it.
    let mut edited = tables.clone();
    set(&mut edited, Sheet::Supervision, urge, "paper", "提示单");
    set(&mut edited, Sheet::Supervision, urge, "signer", "值班领导");
    set(&mut edited, Sheet::Supervision, letter, "paper", "催办通知书");
    set(&mut edited, Sheet::Supervision, letter, "signer", "");
    let [misread] = faults(&edited, &lists, &directory).try_into().unwrap();
    assert_eq!((misread.at, misread.fault.wrong), (Some(letter), Wrong::AutomaticAfterSigned));
}

#[test]
fn a_ladder_is_emptied_and_told_rung_by_rung() {
    let (lists, directory) = full();
    let mut tables = tables(&lists, &directory);
    let letter = row_of(&tables, Sheet::Supervision, &[("paper", "督办函")]);
    let mut edited = tables.clone();
    set(&mut edited, Sheet::Supervision, letter, "after_amount", "3");
    set(&mut edited, Sheet::Supervision, letter, "signer", "值班领导");
    let after = table::lists(&lists, &edited, &directory).unwrap();
    let said = |lang| -> Vec<String> {
        diff(&lists, &after, &directory).iter().map(|it| it.sentence(lang)).collect()
    };
    assert_eq!(
        said(Lang::Zh),
        ["督办阶梯：督办函 期限 2 → 3 个工作日", "督办阶梯：督办函 签发人 中心主任 → 值班领导"]
    );
    assert_eq!(said(Lang::En).len(), 2);
    // No rung at all is a ladder on which nobody is pursued.
    tables.iter_mut().filter(|it| it.sheet == Sheet::Supervision).for_each(|it| it.rows.clear());
    let none = table::lists(&lists, &tables, &directory).unwrap();
    assert_eq!(none.process.supervision, []);
    assert_eq!(none.check(Some(&directory)), []);
    assert_eq!(diff(&lists, &none, &directory).len(), 5);
    let stored = serde_json::to_string(&none).unwrap();
    assert_eq!(Lists::read(&stored).unwrap(), none, "an empty ladder is kept as one");
}

#[test]
fn a_table_that_is_not_given_stays_as_it_is() {
    let (lists, directory) = full();
    let mut tables = tables(&lists, &directory);
    tables.retain(|it| it.sheet == Sheet::Matters);
    tables[0].rows.pop();
    let read = table::lists(&lists, &tables, &directory).unwrap();
    assert_eq!(read.matters.rows.len(), lists.matters.rows.len() - 1);
    assert_eq!(read.process, lists.process);
}

#[test]
fn what_people_type_is_understood() {
    let (lists, directory) = full();
    let mut tables = tables(&lists, &directory);
    let handle = [("kind", "攻坚"), ("level", "重点"), ("step", "办理")];
    let row = row_of(&tables, Sheet::Process, &handle);
    set(&mut tables, Sheet::Process, row, "limit_amount", "　７ ");
    set(&mut tables, Sheet::Process, row, "limit_unit", "working_day");
    set(&mut tables, Sheet::General, 0, "effective_on", "2026年12月1日");
    set(&mut tables, Sheet::Matters, 0, "lead", "牵头单位 ");
    set(&mut tables, Sheet::Matters, 0, "assists", "协办单位甲，czj；");
    set(&mut tables, Sheet::Initiation, 0, "draft", "dispatcher, 中心主任");
    let read = table::lists(&lists, &tables, &directory).unwrap();
    let said: Vec<String> =
        diff(&lists, &read, &directory).iter().map(|it| it.sentence(Lang::Zh)).collect();
    assert_eq!(
        said,
        [
            "吹哨流程清单：攻坚 重点 办理 时限 10 → 7 个工作日",
            "通则：生效日期 2019-01-01 → 2026-12-01"
        ]
    );
    let english = diff(&lists, &read, &directory)[0].sentence(Lang::En);
    assert_eq!(english, "process list: 攻坚 重点 办理 limit 10 → 7 个工作日");
}

#[test]
fn whoever_changes_who_issues_need_not_change_the_printed_owner() {
    let (lists, directory) = full();
    let mut tables = tables(&lists, &directory);
    let hard = row_of(&tables, Sheet::Initiation, &[("kind", "攻坚"), ("level", "疑难")]);
    set(&mut tables, Sheet::Initiation, hard, "issue", "中心主任");
    let read = table::lists(&lists, &tables, &directory).unwrap();
    assert_eq!(diff(&lists, &read, &directory).len(), 1);
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_place() {
    let (lists, directory) = full();
    let good = tables(&lists, &directory);
    let mut bad = good.clone();
    set(&mut bad, Sheet::Matters, 0, "level", "紫色");
    set(&mut bad, Sheet::Matters, 1, "handle_amount", "十");
    set(&mut bad, Sheet::Initiation, 2, "issue", "");
    set(&mut bad, Sheet::Process, 4, "limit_amount", "0");
    set(&mut bad, Sheet::Process, 5, "limit_unit", "年");
    set(&mut bad, Sheet::Petitions, 0, "step", "办理");
    set(&mut bad, Sheet::General, 0, "effective_on", "长期");
    let faults = faults(&bad, &lists, &directory);
    let told: BTreeSet<(Sheet, Option<usize>, &str)> =
        faults.iter().map(|it| (it.fault.sheet, it.at, it.fault.column)).collect();
    for (sheet, at, column) in [
        (Sheet::Matters, 0, "level"),
        (Sheet::Matters, 1, "handle_amount"),
        (Sheet::Initiation, 2, "issue"),
        (Sheet::Process, 4, "limit_amount"),
        (Sheet::Process, 5, "limit_unit"),
        (Sheet::Petitions, 0, "step"),
        (Sheet::General, 0, "effective_on"),
    ] {
        assert!(told.contains(&(sheet, Some(at), column)), "{sheet} {at} {column}: {faults:#?}");
    }
    for it in &faults {
        assert!(it.fault.wrong.sentence(Lang::Zh) != it.fault.wrong.sentence(Lang::En));
    }
}

/// One fault of each kind that only shows when the rows are held against each other.
#[test]
fn rows_are_held_against_each_other_and_against_the_units() {
    type Break = fn(&mut Vec<Table>);
    type Case = (Break, Sheet, &'static str, fn(&Wrong) -> bool);
    let cases: &[Case] = &[
        (
            |it| {
                let code = it[0].rows[0].cell("code").to_owned();
                set(it, Sheet::Matters, 1, "code", &code);
            },
            Sheet::Matters,
            "code",
            |it| *it == Wrong::Twice,
        ),
        (
            |it| set(it, Sheet::Matters, 0, "assists", "联席会议"),
            Sheet::Matters,
            "assists",
            |it| matches!(it, Wrong::NotCallable { .. }),
        ),
        (
            |it| set(it, Sheet::Matters, 0, "assists", "没有的局"),
            Sheet::Matters,
            "assists",
            |it| matches!(it, Wrong::NoUnit { near, .. } if near.is_empty()),
        ),
        (
            |it| set(it, Sheet::Matters, 0, "lead", "牵头"),
            Sheet::Matters,
            "lead",
            |it| matches!(it, Wrong::NoUnit { near, .. } if near == &["牵头单位"]),
        ),
        (
            |it| {
                let hard = row_of(it, Sheet::Bounds, &[("kind", "攻坚"), ("level", "疑难")]);
                set(it, Sheet::Bounds, hard, "raise_kind", "攻坚");
                set(it, Sheet::Bounds, hard, "raise_level", "重点");
            },
            Sheet::Bounds,
            "raise_level",
            |it| matches!(it, Wrong::Circular { path } if path.len() == 3),
        ),
        (
            |it| {
                let verify = [("kind", "快捷"), ("level", "一般"), ("step", "核查")];
                let verify = row_of(it, Sheet::Process, &verify);
                set(it, Sheet::Process, verify, "required", "否");
            },
            Sheet::Process,
            "required",
            |it| matches!(it, Wrong::NoStep { step: "核查", .. }),
        ),
        (
            |it| set(it, Sheet::Process, 6, "next", "办结"),
            Sheet::Process,
            "next",
            |it| matches!(it, Wrong::Printed { .. }),
        ),
        (
            |it| set(it, Sheet::Process, 6, "consequence", "视为未接通"),
            Sheet::Process,
            "consequence",
            |it| matches!(it, Wrong::ConsequenceUnfit { .. }),
        ),
        (
            |it| set(it, Sheet::Initiation, 0, "issue", "联络员"),
            Sheet::Initiation,
            "issue",
            |it| matches!(it, Wrong::RoleMayNot { .. }),
        ),
        (
            |it| set(it, Sheet::Matters, 0, "powers", "无此编码"),
            Sheet::Matters,
            "powers",
            |it| matches!(it, Wrong::Unknown { .. }),
        ),
        (
            |it| set(it, Sheet::Classes, 0, "matter", "nothing"),
            Sheet::Classes,
            "matter",
            |it| matches!(it, Wrong::Unknown { .. }),
        ),
    ];
    let (lists, directory) = full();
    let good = tables(&lists, &directory);
    for (n, (spoil, sheet, column, is_it)) in cases.iter().enumerate() {
        let mut bad = good.clone();
        spoil(&mut bad);
        let faults = faults(&bad, &lists, &directory);
        let found = faults.iter().any(|it| {
            it.fault.sheet == *sheet && it.fault.column == *column && is_it(&it.fault.wrong)
        });
        assert!(found, "case {n}: {faults:#?}");
        assert!(faults.iter().all(|it| it.at.is_some()), "case {n}: {faults:#?}");
    }
}

#[test]
fn a_closed_unit_is_told_with_the_one_that_took_over() {
    let (lists, directory) = full();
    let closed = directory.by_code("kjj").unwrap().clone();
    let heir = directory.by_code("zrj").unwrap().id;
    let units = directory.units().cloned().map(|mut it| {
        if it.id == closed.id {
            it.closed = true;
            it.heir = Some(heir);
        }
        it
    });
    let directory = Directory::new(units.collect::<Vec<_>>());
    let faults = faults(&tables(&lists, &directory), &lists, &directory);
    let sentence = faults[0].fault.wrong.sentence(Lang::Zh);
    assert_eq!(sentence, "“协办单位甲”已撤并；请改为承接单位“另一部门”");
}

#[test]
fn what_is_added_and_removed_is_told() {
    let (lists, directory) = full();
    let mut other = lists.clone();
    let gone = other.matters.rows.remove(0);
    other.matters.rows[0].name = "改了名".to_owned();
    let mut new = gone.clone();
    new.code = MatterCode::new("new_one");
    other.matters.rows.push(new);
    other.classes = Vec::new().into();
    let said: Vec<String> =
        diff(&lists, &other, &directory).iter().map(|it| it.sentence(Lang::Zh)).collect();
    assert!(said.contains(&format!("吹哨事项清单：删去 {}", gone.name)), "{said:#?}");
    assert!(said.contains(&format!("吹哨事项清单：新增 {}", gone.name)), "{said:#?}");
    assert!(said.iter().any(|it| it.ends_with("→ 改了名")), "{said:#?}");
    assert_eq!(diff(&lists, &lists, &directory), []);
}

#[test]
fn coded_columns_have_words_to_choose_of() {
    let (lists, directory) = full();
    let words = table::Words { lists: &lists, directory: &directory };
    for sheet in Sheet::iter() {
        for column in columns(sheet) {
            if let Fill::One(set) | Fill::Several(set) = column.fill {
                assert!(!words.of(set).is_empty(), "{sheet} {}", column.code);
            }
        }
    }
}

/// The printed columns say what the machine does: the clocks that an act starts on a case are the
/// next of those that it stops, or their way back.
#[test]
fn the_printed_order_of_steps_is_that_of_the_machine() {
    let mut wrong = BTreeSet::new();
    for story in stories(&picture()) {
        for entry in &story.entries {
            let (stops, starts) = match &entry.event {
                engine::Event::Whistle(it) => (&it.stops, &it.starts),
                engine::Event::Petition(it) => (&it.stops, &it.starts),
            };
            let ended: Vec<_> = stops.iter().filter(|it| it.step != Step::Scan).collect();
            // An emergency that is blown at once passes the order over: that is what it is for.
            let at_once = matches!(
                &entry.event,
                engine::Event::Whistle(it)
                    if matches!(&it.fact, engine::whistle::WhistleFact::Issued { issued, .. } if issued.blown_now)
            );
            // What stands beside the order: a scan, a window that only permits.
            let beside = [Step::Scan, Step::ReturnWindow];
            for start in starts.iter().filter(|it| !beside.contains(&it.key.step) && !at_once) {
                let follows = |step: Step| {
                    // A part that passes to another unit begins anew.
                    let part = [Step::Handle, Step::Task];
                    if part.contains(&step) && part.contains(&start.key.step) {
                        return true;
                    }
                    steps::next(step).contains(&start.key.step)
                        || steps::back(step).contains(&start.key.step)
                };
                if !ended.is_empty() && !ended.iter().any(|it| follows(it.step)) {
                    let ended: Vec<String> = ended.iter().map(|it| it.step.to_string()).collect();
                    wrong.insert(format!("{} -> {}", ended.join("+"), start.key.step));
                }
            }
        }
    }
    assert_eq!(wrong, BTreeSet::new());
}
