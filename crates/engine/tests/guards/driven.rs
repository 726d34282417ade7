//! What the lists say drives a whistle, and what they ask is asked; who publishes a version is held
//! against who wrote it.

use chrono::{DateTime, Days, Utc};
use engine::{
    Command, CommandKind as Do, Refusal,
    actor::{Member, Role},
    calendar::{Limit, LimitUnit, beijing},
    clock::{ClockKey, Step, Warning},
    file::{AttachFile, FileKind},
    ids::{ListsDraftId, PersonId},
    lists::{
        Hours, Initiation, LevelCode, Lists, MatterCode,
        draft::{Check, Draft, digest},
    },
    picture::{Body, Cast, Picture, whistle_id, words},
    refusal::{Bounded, Problem},
    scene::StreamId,
    text::Lang,
    whistle::verbs::Draft as Blow,
};

use crate::{
    case::Case,
    support::{at, picture, start},
};

const MATTER: &str = "housing_utilities";
const LEAD: Option<Body> = Some(Body::Lead);

fn days(n: u32) -> Limit {
    Limit::new(n, LimitUnit::WorkingDay).unwrap()
}

/// A case under lists that were changed.
fn under(change: impl FnOnce(&mut Lists)) -> Case {
    let mut picture = picture();
    change(&mut picture.lists);
    assert_eq!(picture.lists.check(None), []);
    Case::of(picture, start())
}

fn hard(lists: &mut Lists) -> &mut Initiation {
    let mut rows = lists.initiation.rows.iter_mut();
    rows.find(|it| (it.kind.0.as_str(), it.level.0.as_str()) == ("joint", "hard")).unwrap()
}

/// A draft of the matter of the picture's lead and assists, as its row says.
fn blow(case: &Case) -> Blow {
    let petitions = [case.story.place.petition];
    let mut draft = case.picture.draft(whistle_id(1), &petitions, "joint", "hard");
    draft.asked.matter = Some(MatterCode::new(MATTER));
    draft.asked.off_list = None;
    draft
}

fn drafts(case: &mut Case) {
    let draft = blow(case);
    case.does(Cast::Dispatcher, Command::DraftWhistle(draft));
    case.story.place.whistle = Some(whistle_id(1));
}

#[test]
fn a_matters_own_limit_is_that_of_handling_and_a_steps_own_warning_turns_it_yellow() {
    let mut case = under(|it| {
        let row = it.matters.rows.iter_mut().find(|it| it.code.0 == MATTER).unwrap();
        row.handle = Some(days(4));
        for row in &mut it.process.rows {
            row.steps.get_mut(&Step::ReportIn).unwrap().warning =
                Some(Warning { percent: 0, working_days: 2 });
        }
    });
    drafts(&mut case);
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    case.ask(Cast::Director, Do::EndorseWhistle);
    case.ask(Cast::Leader, Do::IssueWhistle);
    // Monday, and four working days after it: not the fifteen of its kind and level.
    assert_eq!(case.due(Step::Handle, LEAD), at("2019-06-21 17:30"));
    assert_eq!(case.due(Step::Task, Some(Body::FirstAssist)), at("2019-06-21 17:30"));
    let report = case.clock(Step::ReportIn, LEAD).unwrap();
    let handle = case.clock(Step::Handle, LEAD).unwrap();
    let left = |it: &engine::clock::Term| (it.due - it.warn).num_days();
    assert!(left(report) >= 2 && left(handle) < 2, "{report:?} {handle:?}");
}

#[test]
fn what_departs_from_the_row_of_its_matter_says_why_and_nothing_else_does() {
    let departures: [fn(&mut Blow); 3] = [
        |it| it.asked.calls.swap(0, 1),
        |it| it.asked.calls.truncate(2),
        |it| it.asked.level = Some(LevelCode::new("key")),
    ];
    for (n, depart) in departures.iter().enumerate() {
        let mut case = Case::new();
        let mut draft = blow(&case);
        depart(&mut draft);
        if n == 0 {
            // Another lead: the first that is called leads where nobody is named.
            draft.asked.calls.iter_mut().for_each(|it| it.role = None);
        }
        let refusal = case.may_not(Cast::Dispatcher, Command::DraftWhistle(draft.clone()));
        assert_eq!(refusal, Refusal::missing("overrideReason"), "{n}");
        draft.asked.override_reason = Some(words(1));
        case.does(Cast::Dispatcher, Command::DraftWhistle(draft));
        assert!(case.story.scene.whistles[&whistle_id(1)].content.is_some());
    }
    let mut case = Case::new();
    let mut draft = blow(&case);
    draft.asked.override_reason = Some(words(1));
    let refusal = case.may_not(Cast::Dispatcher, Command::DraftWhistle(draft));
    assert_eq!(refusal, Refusal::invalid("overrideReason", Problem::Contradiction));
}

#[test]
fn a_matter_that_has_expired_is_whistled_until_its_last_day() {
    let today = start().with_timezone(&beijing()).date_naive();
    for (until, whistled) in [(today, true), (today.pred_opt().unwrap(), false)] {
        let mut case = under(|it| {
            let row = it.matters.rows.iter_mut().find(|it| it.code.0 == MATTER).unwrap();
            row.until = Some(until);
        });
        let draft = Command::DraftWhistle(blow(&case));
        if whistled {
            case.does(Cast::Dispatcher, draft);
        } else {
            let refusal = case.may_not(Cast::Dispatcher, draft);
            assert_eq!(refusal, Refusal::invalid("matter", Problem::Expired));
        }
    }
}

#[test]
fn what_the_list_asks_for_is_attached_before_it_is_submitted() {
    let mut case = under(|it| {
        let row = hard(it);
        row.materials = vec![FileKind::Evidence];
        row.meeting_first = true;
    });
    drafts(&mut case);
    let attach = |case: &mut Case, stream: StreamId, kind: FileKind| {
        let Command::AttachFile(it) = case.command(Do::AttachFile) else { panic!() };
        let file = AttachFile { case: stream, kind, ..it };
        case.does(Cast::Dispatcher, Command::AttachFile(file));
    };
    for kind in [FileKind::Evidence, FileKind::Minutes] {
        let submit = case.command(Do::SubmitWhistle);
        let refusal = case.may_not(Cast::Dispatcher, submit);
        assert_eq!(refusal, Refusal::MaterialMissing { kind });
        assert!(!refusal.is_recorded());
        // On the petition or on the whistle, as it comes.
        let stream = match kind {
            FileKind::Evidence => StreamId::Petition(case.story.place.petition),
            _ => StreamId::Whistle(whistle_id(1)),
        };
        attach(&mut case, stream, kind);
    }
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
}

#[test]
fn what_is_for_office_hours_is_issued_within_them() {
    let mut case = under(|it| hard(it).hours = Hours::Office);
    drafts(&mut case);
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    case.ask(Cast::Director, Do::EndorseWhistle);
    for closed in ["2019-06-17 20:00", "2019-06-22 10:00"] {
        case.at(closed);
        assert_eq!(case.refused(Cast::Leader, Do::IssueWhistle), "OUT_OF_HOURS", "{closed}");
    }
    case.at("2019-06-24 09:00");
    case.ask(Cast::Leader, Do::IssueWhistle);
}

#[test]
fn one_petition_is_whistled_as_often_as_the_list_says() {
    let mut case = under(|it| hard(it).at_most = Some(1));
    drafts(&mut case);
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    case.ask(Cast::Director, Do::EndorseWhistle);
    case.ask(Cast::Leader, Do::IssueWhistle);
    let again = Blow { whistle: whistle_id(2), ..blow(&case) };
    let refusal = case.may_not(Cast::Dispatcher, Command::DraftWhistle(again));
    assert_eq!(refusal, Refusal::BoundReached { what: Bounded::Whistles, bound: 1 });
}

/// A draft in which one limit is another, checked as it stands.
fn version(picture: &Picture, now: DateTime<Utc>) -> Draft {
    let id = ListsDraftId(uuid::Uuid::from_u128(1));
    let (last, member) = (&picture.lists, Cast::Dispatcher.member().unwrap());
    let begun = Draft::begin(id, (last, last), &member, &picture.directory, now).unwrap();
    let mut lists = begun.lists.clone();
    lists.process.raise_from = 2;
    begun.edited(lists, &member, &picture.directory, now).unwrap()
}

fn checked(draft: &Draft, proven: bool) -> Draft {
    let digest = digest(&draft.lists).unwrap();
    let by = Cast::Dispatcher.person();
    Draft { checked: Some(Check { digest, at: draft.edited_at, by, proven }), ..draft.clone() }
}

#[test]
fn a_version_is_published_by_a_second_person_as_it_was_proven() {
    let picture = picture();
    let (last, directory, now) = (&picture.lists, &picture.directory, start());
    let draft = version(&picture, now);
    let director = Cast::Director.member().unwrap();
    let publish = |draft: &Draft, member: &Member| draft.publish(last, member, directory, now);
    assert_eq!(publish(&draft, &director), Err(Refusal::ListsUnchecked));
    assert_eq!(publish(&checked(&draft, false), &director), Err(Refusal::ListsRefuted));
    let good = checked(&draft, true);
    let published = publish(&good, &director).unwrap();
    assert_eq!(published.version, last.version + 1);
    // What is written after the check is not what was checked.
    let mut lists = good.lists.clone();
    lists.name = "改了名".to_owned();
    assert_eq!(
        publish(&Draft { lists: lists.clone(), ..good.clone() }, &director),
        Err(Refusal::ListsUnchecked)
    );
    let member = Cast::OtherDispatcher.member().unwrap();
    let edited = good.edited(lists, &member, directory, now).unwrap();
    assert!(edited.checked.is_none() && edited.editors.len() == 2 && edited.edit == good.edit + 1);
    // Whoever wrote in it, in whatever role, is not a second person.
    let both = Member {
        roles: [Role::Dispatcher, Role::Director].into(),
        ..Cast::Dispatcher.member().unwrap()
    };
    assert_eq!(publish(&good, &both), Err(Refusal::OwnDraft));
    // Another version came between.
    let newer = Lists { version: last.version + 1, ..last.clone() };
    let stale = good.publish(&newer, &director, directory, now);
    assert_eq!(stale, Err(Refusal::Stale { current: newer.version }));
    // Its day is past.
    let later = now.checked_add_days(Days::new(1)).unwrap();
    let late = good.publish(last, &director, directory, later);
    assert_eq!(late, Err(Refusal::invalid("effectiveOn", Problem::Past)));
}

#[test]
fn the_centre_above_all_writes_the_lists_and_nobody_else() {
    let picture = picture();
    let draft = checked(&version(&picture, start()), true);
    for (who, edits, publishes) in [
        (Cast::OtherDispatcher, true, false),
        (Cast::Director, true, true),
        (Cast::Leader, false, true),
        (Cast::DutyLeader, false, false),
        (Cast::TownDirector, false, false),
        (Cast::LeadLeader, false, false),
        (Cast::Administrator, false, false),
        (Cast::Stranger, false, false),
    ] {
        let member = who.member().unwrap();
        let mut lists = draft.lists.clone();
        lists.name = "另名".to_owned();
        let edited = draft.edited(lists, &member, &picture.directory, start());
        assert_eq!(edited.is_ok(), edits, "{who:?}");
        let published = draft.publish(&picture.lists, &member, &picture.directory, start());
        assert_eq!(published.is_ok(), publishes, "{who:?}");
        for refusal in edited.err().into_iter().chain(published.err()) {
            assert!(matches!(refusal, Refusal::NotPermitted { .. }), "{who:?} {refusal:?}");
            assert_ne!(refusal.sentence(Lang::Zh), refusal.sentence(Lang::En));
        }
    }
    let nobody = Member { person: PersonId(uuid::Uuid::nil()), ..Cast::Director.member().unwrap() };
    assert_eq!(
        draft.edited(draft.lists.clone(), &nobody, &picture.directory, start()),
        Err(Refusal::Already)
    );
}

#[test]
fn a_limit_says_which_row_of_which_version_it_comes_from() {
    let mut case = under(|it| {
        it.matters.rows.iter_mut().find(|it| it.code.0 == MATTER).unwrap().handle = Some(days(4));
    });
    drafts(&mut case);
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    case.ask(Cast::Director, Do::EndorseWhistle);
    case.ask(Cast::Leader, Do::IssueWhistle);
    let lists = &case.picture.lists;
    let says =
        |step, limit| lists.basis_in_whistle(case.whistle(), ClockKey::of(step), limit, Lang::Zh);
    let version = lists.version;
    assert_eq!(
        says(Step::Handle, days(4)).unwrap(),
        format!(
            "四张清单第{version}版《吹哨事项清单》“三供一业移交水电暖维护”办理时限4个工作日（预设示例行, 由各地按权责清单填写）"
        )
    );
    let report = says(Step::ReportIn, days(5)).unwrap();
    assert!(report.starts_with(&format!(
        "四张清单第{version}版《吹哨流程清单》“攻坚 疑难”报到时限5个工作日"
    )));
    // Another was named by a decision, and is no row's.
    assert_eq!(says(Step::Handle, days(9)), None);
}
