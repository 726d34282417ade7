//! A recount of history under a draft: nothing differs under the same lists, and what differs under
//! others is what one counts by hand.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use engine::{
    CommandKind, Event, StreamId,
    actor::Role,
    calendar::{Calendar, Limit, LimitUnit},
    clock::Step,
    event::{PetitionEvent, WhistleEvent},
    ids::{PetitionId, WhistleId},
    lists::{Hours, KindCode, LevelCode, Lists, Matter, MatterCode},
    picture::{Body, Cast, Picture, Story},
    text::Lang,
    whatif::{Blocked, Change, Moved, Names, Outcome, Over, Past, PastPetition, Recount, Totals},
    whistle::WhistleFact,
};
use proptest::prelude::*;

use support::{at, picture, start, stories};

type Told = Vec<(DateTime<Utc>, WhistleEvent)>;

/// What a store hands over of one whistle.
struct Handed {
    id: WhistleId,
    events: Told,
    petitions: BTreeMap<PetitionId, PastPetition>,
}

fn told(story: &Story) -> Vec<Handed> {
    let ids: BTreeSet<WhistleId> = story.scene.whistles.keys().copied().collect();
    let petitions = |id: WhistleId| {
        let mut all: BTreeMap<PetitionId, Vec<(DateTime<Utc>, &PetitionEvent)>> = BTreeMap::new();
        for it in &story.entries {
            if let (StreamId::Petition(id), Event::Petition(event)) = (it.stream, &it.event) {
                all.entry(id).or_default().push((it.at, event));
            }
        }
        all.into_iter().map(move |(it, events)| (it, PastPetition::of(it, id, events))).collect()
    };
    let events = |id: WhistleId| {
        let of = story.entries.iter().filter_map(move |it| match (&it.stream, &it.event) {
            (StreamId::Whistle(of), Event::Whistle(event)) if *of == id => {
                Some((it.at, event.clone()))
            }
            _ => None,
        });
        of.collect()
    };
    ids.into_iter().map(|id| Handed { id, events: events(id), petitions: petitions(id) }).collect()
}

fn recount(
    picture: &Picture,
    draft: &Lists,
    stories: &[Story],
    as_of: DateTime<Utc>,
) -> (Vec<Moved>, Totals) {
    let calendars = Calendar::presets().unwrap();
    let mut recount = Recount::new(draft, &picture.directory, &calendars, as_of);
    let mut moved = vec![];
    for it in stories.iter().flat_map(told) {
        let past =
            Past { id: it.id, events: &it.events, lists: &picture.lists, petitions: &it.petitions };
        moved.extend(recount.add(&past));
    }
    (moved, recount.finish())
}

fn limit(amount: u32, unit: LimitUnit) -> Limit {
    Limit::new(amount, unit).unwrap()
}

fn process<'a>(lists: &'a mut Lists, kind: &str, level: &str) -> &'a mut engine::lists::Process {
    let rows = &mut lists.process.rows;
    rows.iter_mut().find(|it| it.kind.0 == kind && it.level.0 == level).unwrap()
}

fn words(picture: &Picture, moved: &Moved, lang: Lang) -> Vec<String> {
    moved.sentences(Names { directory: &picture.directory }, lang)
}

#[test]
fn under_the_version_of_each_whistle_nothing_differs() {
    let picture = picture();
    let all = stories(&picture);
    // Also at a time when everything that still runs is late.
    for as_of in [start(), start() + TimeDelta::days(400)] {
        let (moved, totals) = recount(&picture, &picture.lists, &all, as_of);
        assert_eq!(moved, []);
        assert!(totals.whistles > 30, "{}", totals.whistles);
        assert_eq!(totals.whole.before, totals.whole.after);
        for sides in totals.units.values().chain(totals.pairs.values()) {
            assert_eq!(sides.before, sides.after);
        }
        assert_eq!((totals.moved, totals.blocked, totals.limit), (0, 0, 0));
        assert!(totals.whole.before.limits().counted > 100);
    }
}

/// The lists with another limit of handling, where no minutes name the date.
fn handled_in(lists: &Lists, days: u32) -> Lists {
    let mut lists = lists.clone();
    let rule = process(&mut lists, "joint", "general").steps.get_mut(&Step::Handle).unwrap();
    rule.limit = limit(days, LimitUnit::WorkingDay);
    lists
}

/// The picture in which a unit has ten working days.
fn of_ten() -> Picture {
    let mut picture = picture();
    picture.lists = handled_in(&picture.lists, 10);
    picture
}

/// A case whose lead replies so long after the issue.
fn replied(picture: &Picture, issue: DateTime<Utc>, reply: DateTime<Utc>) -> Story {
    let mut story = Story::begin(picture, "办理", issue).unwrap();
    story.handling(picture, "joint", "general").unwrap();
    story.now = reply;
    story.turn_to(Body::Lead).unwrap();
    story.ask(picture, Cast::LeadLiaison, CommandKind::Reply).unwrap();
    story
}

#[test]
fn a_known_change_of_one_limit_gives_the_result_that_is_counted_by_hand() {
    // Issued on Thursday 2019-09-26. The days after it, the starting day not counted:
    //   Fri 09-27 (1), Sat 28 off, Sun 09-29 made up and worked (2), Mon 09-30 (3),
    //   10-01 to 10-07 the National Day, off,
    //   Tue 10-08 (4), Wed 09 (5), Thu 10 (6), Fri 11 (7), Sat 10-12 made up and worked (8),
    //   Sun 13 off, Mon 10-14 (9), Tue 10-15 (10).
    // Ten working days end on 10-15, seven on 10-11. The reply of Mon 10-14 in the morning is in
    // time under ten, and two working days (10-12, 10-14) late under seven.
    let picture = of_ten();
    let (issue, reply) = (at("2019-09-26 09:00"), at("2019-10-14 10:00"));
    let story = replied(&picture, issue, reply);
    let draft = handled_in(&picture.lists, 7);

    let (moved, totals) = recount(&picture, &draft, &[story], reply);
    let [moved] = moved.as_slice() else { panic!("{moved:?}") };
    let [Change::Limit(it)] = moved.changes.as_slice() else { panic!("{moved:?}") };
    assert_eq!((it.step, it.unit, it.round), (Step::Handle, Body::Lead.id(), 1));
    assert_eq!((it.before.due, it.before.outcome), (at("2019-10-15 17:30"), Outcome::InTime));
    assert_eq!(it.after.due, at("2019-10-11 17:30"));
    assert_eq!(it.after.outcome, Outcome::Late(Over::WorkingDays(2)));
    assert_eq!(
        words(&picture, moved, Lang::Zh),
        [
            "吹〔2019〕1号 办理（牵头单位）时限 10 → 7 个工作日, 至 10月11日 17:30; 原按时, 将逾期 2 个工作日"
        ]
    );
    assert_eq!(
        words(&picture, moved, Lang::En),
        ["吹〔2019〕1号 handle (牵头单位) limit 10 → 7 working days, until 2019-10-11 17:30; \
          was in time, would be late by 2 working days"]
    );
    let lead = &totals.units[&Body::Lead.id()];
    let handle = |it: &engine::whatif::Tally| {
        (it.steps[&Step::Handle].counted, it.steps[&Step::Handle].late)
    };
    assert_eq!((handle(&lead.before), handle(&lead.after)), ((1, 0), (1, 1)));
    assert_eq!(
        totals.units[&Body::FirstAssist.id()].before,
        totals.units[&Body::FirstAssist.id()].after
    );
    assert_eq!((totals.whistles, totals.moved, totals.limit), (1, 1, 1));
    assert_eq!(totals.whole.after.limits().late, totals.whole.before.limits().late + 1);
}

#[test]
fn an_extension_is_added_to_the_new_date() {
    // Fri 2019-06-21, 09:00: ten working days end on Fri 07-05, and the five asked for on 07-12;
    // seven end on Tue 07-02, and five more on Tue 07-09.
    let picture = of_ten();
    let mut story = Story::begin(&picture, "延期", at("2019-06-21 09:00")).unwrap();
    story.handling(&picture, "joint", "general").unwrap();
    story.ask(&picture, Cast::LeadLeader, CommandKind::RequestExtension).unwrap();
    let mut asked = None;
    for (_, event) in &told(&story)[0].events {
        if let WhistleFact::ExtensionRequested { limit, .. } = &event.fact {
            asked = Some(*limit);
        }
    }
    story.ask(&picture, Cast::Director, CommandKind::RuleExtension).unwrap();
    let draft = handled_in(&picture.lists, 7);
    let (moved, _) = recount(&picture, &draft, &[story], at("2019-06-21 10:00"));
    let Change::Limit(it) = &moved[0].changes[0] else { panic!("{moved:?}") };
    let calendars = Calendar::presets().unwrap();
    let calendar =
        calendars.iter().rfind(|it| it.adopted_on() <= at("2019-06-21 09:00").date_naive());
    let due = calendar.unwrap().due(at("2019-07-02 17:30"), asked.unwrap()).at;
    assert_eq!(it.after.due, due);
    assert_eq!(it.after.limit, Some(limit(7, LimitUnit::WorkingDay)));
    assert!(it.before.due > due);
}

#[test]
fn no_date_of_a_longer_limit_passes_the_statutory_one_that_stood_then() {
    let picture = of_ten();
    let mut story = Story::begin(&picture, "办理", at("2019-06-21 09:00")).unwrap();
    story.handling(&picture, "joint", "general").unwrap();
    let statutory = story.petition().unwrap().statutory_due().unwrap();
    // What the law moves afterwards does not move the date that was counted before.
    story.wait(TimeDelta::hours(1));
    story.ask(&picture, Cast::Director, CommandKind::ExtendPetition).unwrap();
    assert!(story.petition().unwrap().statutory_due().unwrap() > statutory);
    let draft = handled_in(&picture.lists, 200);
    for with_petitions in [true, false] {
        let mut all = told(&story);
        if !with_petitions {
            all[0].petitions.clear();
        }
        let moved = one(&picture, &draft, &all, story.now).0.unwrap();
        let Change::Limit(it) = &moved.changes[0] else { panic!("{moved:?}") };
        assert_eq!((it.step, it.after.due), (Step::Handle, statutory));
    }
}

#[test]
fn a_later_round_is_counted_by_its_own_limit() {
    let picture = of_ten();
    let mut story = Story::begin(&picture, "重办", start()).unwrap();
    story.verifying(&picture, "joint", "general").unwrap();
    story.ask_other(&picture, Cast::OtherDispatcher, CommandKind::Verify).unwrap();
    let mut draft = picture.lists.clone();
    process(&mut draft, "joint", "general").bounds.rework = limit(1, LimitUnit::WorkingDay);
    // Monday 09:00: three working days end on Thursday, one on Tuesday.
    let (moved, _) = recount(&picture, &draft, &[story], at("2019-06-19 17:31"));
    let [Change::Limit(it)] = moved[0].changes.as_slice() else { panic!("{moved:?}") };
    assert_eq!((it.step, it.round), (Step::Handle, 2));
    assert_eq!((it.before.due, it.after.due), (at("2019-06-20 17:30"), at("2019-06-18 17:30")));
    assert_eq!(it.after.outcome, Outcome::Late(Over::WorkingDays(1)));
    assert!(
        words(&picture, &moved[0], Lang::Zh)[0]
            .contains("办理（牵头单位，第 2 轮）时限 3 → 1 个工作日")
    );
}

/// The picture with a matter of its own, and a whistle that follows or overrides its row.
fn listed(lead: &str) -> (Picture, Matter) {
    let mut picture = picture();
    let mut matter = picture.lists.matters.rows[0].clone();
    matter.code = MatterCode::new("T1");
    (matter.kind, matter.level) = (KindCode::new("joint"), LevelCode::new("hard"));
    matter.lead = Some(lead.to_owned());
    matter.assists = vec!["kjj".to_owned(), "czj".to_owned()];
    matter.handle = None;
    picture.lists.matters.rows.push(matter.clone());
    (picture, matter)
}

/// A whistle of the picture, as though it had named this matter.
fn of_matter(story: &Story, raised: bool) -> Vec<Handed> {
    let mut all = told(story);
    for (_, event) in all.iter_mut().flat_map(|it| &mut it.events) {
        if let WhistleFact::Drafted { content, raised_from, .. } = &mut event.fact {
            content.matter = Some(MatterCode::new("T1"));
            content.off_list = None;
            if raised {
                *raised_from = Some((KindCode::new("joint"), LevelCode::new("key")));
            }
        }
    }
    all
}

fn one(
    picture: &Picture,
    draft: &Lists,
    all: &[Handed],
    as_of: DateTime<Utc>,
) -> (Option<Moved>, Totals) {
    let calendars = Calendar::presets().unwrap();
    let mut recount = Recount::new(draft, &picture.directory, &calendars, as_of);
    let it = &all[0];
    let past =
        Past { id: it.id, events: &it.events, lists: &picture.lists, petitions: &it.petitions };
    let moved = recount.add(&past);
    (moved, recount.finish())
}

#[test]
fn a_whistle_that_followed_its_row_follows_the_drafts() {
    let (picture, matter) = listed("zjj");
    let mut story = Story::begin(&picture, "办理", start()).unwrap();
    story.handling(&picture, "joint", "hard").unwrap();
    let all = of_matter(&story, false);
    assert_eq!(one(&picture, &picture.lists, &all, start()).0, None);

    let mut draft = picture.lists.clone();
    let row = draft.matters.rows.iter_mut().find(|it| it.code == matter.code).unwrap();
    row.lead = Some("zrj".to_owned());
    row.assists = vec!["zjj".to_owned(), "kjj".to_owned()];
    row.level = LevelCode::new("key");
    let (moved, totals) = one(&picture, &draft, &all, start());
    let moved = moved.unwrap();
    let zh = words(&picture, &moved, Lang::Zh);
    assert_eq!(zh[0], "吹〔2019〕1号 哨种等级 攻坚 疑难 → 攻坚 重点");
    assert_eq!(zh[1], "吹〔2019〕1号 牵头部门 牵头单位 → 另一部门");
    assert_eq!(zh[2], "吹〔2019〕1号 配合部门增加牵头单位，减少协办单位乙");
    assert!(zh[3].starts_with("吹〔2019〕1号 审核人 "), "{zh:?}");
    assert!(zh.iter().any(|it| it.contains("报到（另一部门）时限 5 → 3 个工作日")), "{zh:?}");
    // The minutes named the dates of handling; they stay.
    assert!(!zh.iter().any(|it| it.contains("办理（")), "{zh:?}");
    let of = |body: Body| {
        let it = &totals.units[&body.id()];
        ((it.before.leads, it.before.assists), (it.after.leads, it.after.assists))
    };
    assert_eq!(of(Body::Lead), ((1, 0), (0, 1)));
    assert_eq!(of(Body::Further), ((0, 0), (1, 0)));
    assert_eq!(of(Body::SecondAssist), ((0, 1), (0, 0)));
    assert_eq!((totals.lead, totals.level, totals.assists, totals.approver), (1, 1, 1, 1));
    assert_eq!(totals.units[&Body::SecondAssist.id()].after.limits().counted, 0);
    // A further raise under the draft, as the whistle was the third on its petition.
    let mut all = all;
    all[0].petitions.values_mut().for_each(|it| it.nth = Some(3));
    let (moved, _) = one(&picture, &draft, &all, start());
    let zh = words(&picture, &moved.unwrap(), Lang::Zh);
    assert!(!zh.iter().any(|it| it.contains("哨种等级")), "{zh:?}");
}

#[test]
fn an_override_stays_and_is_counted_where_the_draft_makes_it_needless() {
    let (picture, matter) = listed("zrj");
    let mut story = Story::begin(&picture, "办理", start()).unwrap();
    story.handling(&picture, "joint", "hard").unwrap();
    let all = of_matter(&story, false);
    let mut draft = picture.lists.clone();
    let row = draft.matters.rows.iter_mut().find(|it| it.code == matter.code).unwrap();
    row.lead = Some("zjj".to_owned());
    let (moved, totals) = one(&picture, &draft, &all, start());
    assert_eq!((totals.overrides, totals.overrides_unneeded), (1, 1));
    assert_eq!(
        words(&picture, &moved.unwrap(), Lang::Zh),
        ["吹〔2019〕1号 清单牵头部门 另一部门 → 牵头单位；中心当时另有指定，不变"]
    );
    let it = &totals.units[&Body::Lead.id()];
    assert_eq!(it.before, it.after);
}

#[test]
fn what_could_not_be_blown_says_why_and_is_left_as_it_was() {
    let (picture, matter) = listed("zjj");
    let mut story = Story::begin(&picture, "办理", start()).unwrap();
    story.handling(&picture, "joint", "hard").unwrap();
    let all = of_matter(&story, false);
    let code = |it: &Matter| it.code == matter.code;
    let mut draft = picture.lists.clone();
    let row = draft.matters.rows.iter_mut().find(|it| code(it)).unwrap();
    row.until = chrono::NaiveDate::from_ymd_opt(2019, 6, 16);
    let moved = one(&picture, &draft, &all, start()).0.unwrap();
    assert_eq!(moved.changes, [Change::Blocked(Blocked::Expired)]);

    let mut draft = picture.lists.clone();
    draft.matters.rows.retain(|it| !code(it));
    process(&mut draft, "joint", "hard").bounds.rework = limit(1, LimitUnit::Hour);
    let (moved, totals) = one(&picture, &draft, &all, start());
    assert_eq!(moved.unwrap().changes, [Change::Blocked(Blocked::NoMatter)]);
    assert_eq!((totals.blocked, &totals.whole.before), (1, &totals.whole.after));

    let mut draft = picture.lists.clone();
    draft.initiation.rows.iter_mut().for_each(|it| it.at_most = Some(1));
    assert_eq!(one(&picture, &draft, &all, start()).0, None);
    let mut third = of_matter(&story, false);
    third[0].petitions.values_mut().for_each(|it| it.nth = Some(2));
    let moved = one(&picture, &draft, &third, start()).0.unwrap();
    assert_eq!(moved.changes, [Change::Blocked(Blocked::AtMost(1))]);

    let mut draft = picture.lists.clone();
    draft.initiation.rows.clear();
    let moved = one(&picture, &draft, &all, start()).0.unwrap();
    assert!(matches!(moved.changes.as_slice(), [Change::Blocked(Blocked::NoRow(_))]));
}

#[test]
fn steps_and_approvers_that_the_draft_asks_for_otherwise_are_said() {
    let picture = picture();
    // On a Saturday.
    let mut story = Story::begin(&picture, "办理", at("2019-06-22 09:00")).unwrap();
    story.handling(&picture, "joint", "general").unwrap();
    let mut draft = picture.lists.clone();
    for it in &mut draft.initiation.rows {
        it.endorse = vec![Role::Director];
        it.hours = Hours::Office;
    }
    let row = process(&mut draft, "joint", "general");
    row.steps.get_mut(&Step::Acknowledge).unwrap().required = false;
    row.steps.get_mut(&Step::Consult).unwrap().required = true;
    let (moved, totals) = recount(&picture, &draft, &[story], at("2019-06-22 10:00"));
    let zh = words(&picture, &moved[0], Lang::Zh);
    assert!(zh.contains(&"吹〔2019〕1号 审核人 无 → 中心主任".to_owned()), "{zh:?}");
    assert!(zh.iter().any(|it| it.contains("签发时不在工作时间")), "{zh:?}");
    assert!(zh.iter().any(|it| it.contains("签收（牵头单位）不再要求")), "{zh:?}");
    assert!(zh.iter().any(|it| it.contains("联合会商（区综治中心）新增要求")), "{zh:?}");
    let counts = (totals.approver, totals.out_of_hours, totals.no_longer_asked, totals.newly_asked);
    assert_eq!(counts, (1, 1, 1, 1));
}

#[test]
fn a_lapse_that_ended_the_clock_leaves_unknown_what_a_longer_one_would_have_brought() {
    let picture = picture();
    let mut story = Story::begin(&picture, "评价", start()).unwrap();
    story.rating(&picture, "joint", "general").unwrap();
    story.lapse(&picture, engine::clock::ClockKey::of(Step::Rate)).unwrap();
    let now = story.now;
    let mut draft = picture.lists.clone();
    let rule = process(&mut draft, "joint", "general").steps.get_mut(&Step::Rate).unwrap();
    rule.limit = limit(20, LimitUnit::WorkingDay);
    let (moved, totals) = recount(&picture, &draft, &[story], now);
    let Change::Limit(it) = &moved[0].changes[0] else { panic!("{moved:?}") };
    assert!(it.before.is_late());
    assert_eq!(it.after.outcome, Outcome::Unknown);
    assert_eq!(totals.whole.after.limits().unknown, 1);
}

/// Scales every limit of the lists.
fn scaled(lists: &Lists, factor: impl Fn(u32) -> u32) -> Lists {
    let mut lists = lists.clone();
    let change = |it: &mut Limit| {
        let amount = factor(it.amount()).clamp(1, it.unit().most());
        *it = limit(amount, it.unit());
    };
    for row in &mut lists.process.rows {
        row.steps.values_mut().for_each(|it| change(&mut it.limit));
        change(&mut row.bounds.rework);
    }
    lists.matters.rows.iter_mut().filter_map(|it| it.handle.as_mut()).for_each(change);
    change(&mut lists.process.scan.limit);
    lists
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(24)
    })]

    #[test]
    fn looser_limits_make_no_more_late_and_tighter_ones_no_fewer(
        day in 0_i64..900,
        hours in 0_i64..24,
        wait in 0_i64..60,
        more in 1_u32..12,
    ) {
        let picture = picture();
        let start = start() + TimeDelta::days(day) + TimeDelta::hours(hours);
        let mut all = picture.stories(start).unwrap();
        all.push(replied(&picture, start, start + TimeDelta::days(wait)));
        let as_of = start + TimeDelta::days(wait);
        let as_of = all.iter().map(|it| it.now).max().unwrap_or(as_of).max(as_of);
        let late = |draft: &Lists| {
            let (_, totals) = recount(&picture, draft, &all, as_of);
            for sides in totals.units.values().chain(totals.pairs.values()) {
                for (step, it) in &sides.before.steps {
                    prop_assert!(it.late + it.unknown <= it.counted, "{step}");
                }
            }
            let (was, is) = (totals.whole.before.limits(), totals.whole.after.limits());
            Ok((was.counted, was.late, is.counted, is.late))
        };
        let (n, was, m, is) = late(&scaled(&picture.lists, |it| it + more))?;
        prop_assert_eq!(n, m);
        prop_assert!(is <= was, "looser: {} → {}", was, is);
        let (n, was, m, is) = late(&scaled(&picture.lists, |it| it.saturating_sub(more)))?;
        prop_assert_eq!(n, m);
        prop_assert!(is >= was, "tighter: {} → {}", was, is);
    }
}

/// Ten thousand whistles: the stories again and again. How long it took is printed, and judges nothing.
#[test]
fn ten_thousand_whistles_are_recounted() {
    let picture = picture();
    let all: Vec<Handed> = stories(&picture).iter().flat_map(told).collect();
    let draft = scaled(&picture.lists, |it| it.saturating_sub(1));
    let calendars = Calendar::presets().unwrap();
    let mut recount =
        Recount::new(&draft, &picture.directory, &calendars, start() + TimeDelta::days(90));
    let began = std::time::Instant::now();
    let mut n_moved = 0;
    for n in 0..10_000_u128 {
        let it = &all[usize::try_from(n).unwrap() % all.len()];
        let id = WhistleId(uuid(n));
        let past = Past { id, events: &it.events, lists: &picture.lists, petitions: &it.petitions };
        n_moved += usize::from(recount.add(&past).is_some());
    }
    let totals = recount.finish();
    let took = began.elapsed();
    println!(
        "10000 whistles, {n_moved} different, {took:?}, {:?} late",
        totals.whole.after.limits()
    );
    assert_eq!(totals.whistles, 10_000);
    assert!(n_moved > 0);
}

fn uuid(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128((9 << 64) | n)
}
