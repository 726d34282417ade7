//! A recount as a workbook: its sheets, its caveat, its figures, and no more rows than it says.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

use std::{collections::BTreeMap, io::Cursor};

use calamine::{Data, Reader as _, Xlsx};
use chrono::{DateTime, Utc};
use engine::{
    CommandKind, Event, StreamId,
    calendar::Calendar,
    clock::Step,
    event::WhistleEvent,
    picture::{Body, Cast, Picture, Story},
    whatif::{CAVEAT, Moved, Past, Recount, Totals},
};
use papers::whatif::{MOST_ROWS, Titles, write};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn recount(picture: &Picture, draft: &engine::lists::Lists) -> (Vec<Moved>, Totals) {
    let issue = at("2019-09-26T09:00:00+08:00");
    let mut story = Story::begin(picture, "办理", issue).unwrap();
    story.handling(picture, "joint", "general").unwrap();
    story.now = at("2019-10-09T10:00:00+08:00");
    story.turn_to(Body::Lead).unwrap();
    story.ask(picture, Cast::LeadLiaison, CommandKind::Reply).unwrap();
    let id = story.place.whistle.unwrap();
    let events: Vec<(DateTime<Utc>, WhistleEvent)> = story
        .entries
        .iter()
        .filter_map(|it| match (&it.stream, &it.event) {
            (StreamId::Whistle(of), Event::Whistle(event)) if *of == id => {
                Some((it.at, event.clone()))
            }
            _ => None,
        })
        .collect();
    let calendars = Calendar::presets().unwrap();
    let petitions = BTreeMap::new();
    let past = Past { id, events: &events, lists: &picture.lists, petitions: &petitions };
    let mut recount = Recount::new(draft, &picture.directory, &calendars, story.now);
    let moved = recount.add(&past).into_iter().collect();
    (moved, recount.finish())
}

fn sheets(bytes: Vec<u8>) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    let said = |it: &Data| it.to_string();
    names
        .into_iter()
        .map(|name| {
            let range = book.worksheet_range(&name).unwrap();
            (name, range.rows().map(|row| row.iter().map(said).collect()).collect())
        })
        .collect()
}

#[test]
fn a_recount_is_written_with_its_caveat_its_sums_and_its_whistles() {
    let picture = Picture::preset().unwrap();
    let mut draft = picture.lists.clone();
    let rows = &mut draft.process.rows;
    let row = rows.iter_mut().find(|it| it.kind.0 == "joint" && it.level.0 == "general").unwrap();
    let rule = row.steps.get_mut(&Step::Handle).unwrap();
    rule.limit = engine::calendar::Limit::new(3, rule.limit.unit()).unwrap();
    let titles = Titles { draft: &draft, base: &picture.lists, directory: &picture.directory };
    let (moved, totals) = recount(&picture, &draft);
    let bytes = write(&totals, moved.clone(), titles).unwrap();
    assert_eq!(bytes, write(&totals, moved.clone(), titles).unwrap());

    let sheets = sheets(bytes);
    let names: Vec<&str> = sheets.keys().map(String::as_str).collect();
    let mut expected = ["说明", "单位汇总", "哨种等级汇总", "逐哨变化"];
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert!(sheets["说明"].iter().flatten().any(|it| it.contains(CAVEAT)));
    // Three days end before the holiday; the reply came two working days after it began anew.
    let whistle = &sheets["逐哨变化"][1];
    assert_eq!(whistle[0], "吹〔2019〕1号");
    assert!(
        whistle[3].contains(
            "办理（牵头单位）时限 5 → 3 个工作日, 至 9月30日 17:30; 原按时, 将逾期 2 个工作日"
        ),
        "{whistle:?}"
    );
    let units = &sheets["单位汇总"];
    let lead = units.iter().find(|it| it[0] == "牵头单位" && it[1] == "办理").unwrap();
    assert_eq!(&lead[4..10], ["1", "1", "0", "0", "1", "1"]);
    let pairs = &sheets["哨种等级汇总"];
    assert_eq!(pairs[3][0], "合计");
    assert_eq!(pairs[2][0], "攻坚 一般");
}

#[test]
fn what_is_more_than_the_sheet_lists_is_counted_on_it() {
    let picture = Picture::preset().unwrap();
    let mut draft = picture.lists.clone();
    for row in &mut draft.process.rows {
        let rule = row.steps.get_mut(&Step::Handle).unwrap();
        rule.limit = engine::calendar::Limit::new(1, rule.limit.unit()).unwrap();
    }
    let titles = Titles { draft: &draft, base: &picture.lists, directory: &picture.directory };
    let (moved, mut totals) = recount(&picture, &draft);
    totals.moved = MOST_ROWS as u64 + 3;
    let many = moved.into_iter().cycle().take(MOST_ROWS + 3);
    let sheets = sheets(write(&totals, many, titles).unwrap());
    let rows = &sheets["逐哨变化"];
    assert_eq!(rows.len(), MOST_ROWS + 2);
    assert!(rows.last().unwrap()[0].contains("另有 3 哨"), "{:?}", rows.last());

    totals.moved = 0;
    let sheets = self::sheets(write(&totals, [], titles).unwrap());
    assert_eq!(sheets["逐哨变化"][1][0], "没有变化。");
}
