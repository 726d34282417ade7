//! The ladder of supervision: who is pursued, by what, when, and until when.

use chrono::{DateTime, TimeDelta, Utc};
use engine::{
    Command, CommandKind as Do, Event, Refusal,
    actor::Role,
    clock::{Basis, ClockKey, Deadline, Step},
    directory::Unit,
    lists::{LadderRung, Lists},
    notice::{Notice, NoticeKind, notices},
    picture::{Body, Cast, words},
    refusal::Problem,
    supervision::{Ladder, Paper, Supervision},
    text::Lang,
    whistle::{AssignmentStage, WhistleFact, deadlines, verbs::Supervise},
};

use crate::{
    case::Case,
    on,
    support::{at, picture, start},
};

const LEAD: Option<Body> = Some(Body::Lead);

/// A whistle that is issued at an instant.
fn issued(now: &str) -> Case {
    let mut case = Case::starting(at(now));
    case.story.issued(&case.picture, "joint", "general").unwrap();
    case
}

/// A case under a ladder that was changed.
fn under(change: impl FnOnce(&mut Vec<LadderRung>)) -> Case {
    let mut picture = picture();
    change(&mut picture.lists.process.supervision);
    assert_eq!(picture.lists.check(None), []);
    let mut case = Case::of(picture, start());
    case.story.issued(&case.picture, "joint", "general").unwrap();
    case
}

fn papers(case: &Case) -> Vec<(Paper, DateTime<Utc>)> {
    case.part(Body::Lead).supervisions.iter().map(|it| (it.paper, it.at)).collect()
}

fn next(case: &Case) -> Option<Paper> {
    case.part(Body::Lead).ladder.and_then(|it| it.next)
}

fn paper(case: &Case, paper: Paper) -> Command {
    Command::Supervise(Supervise {
        whistle: case.whistle().id,
        assignment: case.story.place.assignment.unwrap(),
        paper,
        text: words(90),
        reply_due: None,
    })
}

fn owed(case: &Case, step: Step) -> Vec<Deadline> {
    let all = deadlines(case.whistle(), &case.picture.lists, &case.picture.directory);
    all.into_iter().filter(|it| it.key.step == step).collect()
}

/// What the last event tells.
fn told(case: &Case) -> Vec<Notice> {
    let Event::Whistle(event) = &case.story.entries.last().unwrap().event else { panic!() };
    notices(case.whistle(), event, &case.picture.lists, &case.picture.directory)
}

#[test]
fn a_unit_that_is_late_is_urged_on_the_next_working_day() {
    // Received on Thursday, to be acknowledged by Friday; the Sunday after it is worked for the May
    // holiday of 2019, the Saturday is not.
    let mut case = issued("2019-04-25 10:00");
    case.lapses(Step::Acknowledge, LEAD);
    assert_eq!(case.story.now, at("2019-04-26 17:30"));
    assert_eq!(next(&case), Some(Paper::Urge));
    assert_eq!(case.due(Step::Supervise, LEAD), at("2019-04-28 17:30"));
    // Nobody owes it; it stands in nobody's inbox, and goes out of itself.
    let [rung] = owed(&case, Step::Supervise).try_into().unwrap();
    assert!(rung.owner.roles.is_empty());
    let Basis::Limit(limit) = rung.term.basis else { panic!() };
    let lists = &case.picture.lists;
    let basis = lists.basis_in_whistle(case.whistle(), rung.key, limit, Lang::Zh).unwrap();
    assert!(basis.contains("《督办阶梯》“催办通知书”督办时限1个工作日"), "{basis}");
    case.lapses(Step::Supervise, LEAD);
    assert_eq!(papers(&case), [(Paper::Urge, at("2019-04-28 17:30"))]);
    let said = &case.part(Body::Lead).supervisions[0];
    assert_eq!((said.by, said.text), (None, None));
    let [letter] = told(&case).try_into().unwrap();
    assert_eq!(letter.kind, NoticeKind::SupervisionIssued);
    assert_eq!(letter.paper, Some(Paper::Urge));
    assert_eq!(letter.to.unit, Body::Lead.id());
    assert_eq!(letter.to.roles, [Role::Liaison, Role::UnitLeader]);
    assert_eq!((letter.step, letter.due), (Some(Step::Acknowledge), Some(at("2019-04-26 17:30"))));
}

#[test]
fn the_circular_falls_due_five_working_days_after_the_reminder() {
    let mut case = issued("2019-03-04 10:00");
    case.lapses(Step::Acknowledge, LEAD);
    case.lapses(Step::Supervise, LEAD);
    assert_eq!(case.story.now, at("2019-03-06 17:30"), "the reminder, on a Wednesday");
    for (signer, name, due) in [
        (Cast::Director, Paper::SupervisionLetter, "2019-03-08 17:30"),
        (Cast::Leader, Paper::Admonition, "2019-03-11 17:30"),
        (Cast::Director, Paper::Circular, "2019-03-13 17:30"),
        (Cast::Leader, Paper::AccountabilityAdvice, "2019-03-20 17:30"),
    ] {
        assert_eq!(next(&case), Some(name));
        assert_eq!(case.due(Step::Supervise, LEAD), at(due), "{name}");
        // Whoever signs it has it in their inbox from now on, beside what they owe besides.
        let [owed] = owed(&case, Step::Supervise).try_into().unwrap();
        let member = signer.member().unwrap();
        assert_eq!(owed.owner.unit, member.unit);
        assert_eq!(owed.owner.roles, member.roles.into_iter().collect::<Vec<_>>());
        assert!(owed.foremost);
        // Signed early, it hastens nothing.
        case.does(signer, paper(&case, name));
    }
    assert_eq!(next(&case), None, "there is nothing graver");
    assert_eq!(case.part(Body::Lead).ladder, Some(Ladder { next: None }));
    assert!(case.clock(Step::Supervise, LEAD).is_none());
    assert_eq!(papers(&case).len(), 5);
}

#[test]
fn nothing_climbs_without_the_person_who_signs() {
    let mut case = issued("2019-03-04 10:00");
    for step in [Step::Acknowledge, Step::Supervise, Step::Supervise] {
        case.lapses(step, LEAD);
    }
    assert_eq!(case.story.now, at("2019-03-08 17:30"));
    assert_eq!(next(&case), Some(Paper::SupervisionLetter));
    assert_eq!(papers(&case).len(), 1);
    // It stays owed, overdue, and the director hears of it.
    assert!(case.clock(Step::Supervise, LEAD).unwrap().lapsed);
    assert!(told(&case).iter().all(|it| it.kind == NoticeKind::Overdue));
    assert!(told(&case).iter().any(|it| it.to.roles.contains(&Role::Director)));
    // Signed late, the next is counted from the paper.
    case.at("2019-03-14 09:00");
    case.does(Cast::Director, paper(&case, Paper::SupervisionLetter));
    assert_eq!(case.due(Step::Supervise, LEAD), at("2019-03-15 17:30"));
    assert!(!case.clock(Step::Supervise, LEAD).unwrap().lapsed);
}

#[test]
fn the_ladder_ends_when_the_unit_acts() {
    let mut case = issued("2019-03-04 10:00");
    case.lapses(Step::Acknowledge, LEAD);
    case.lapses(Step::Supervise, LEAD);
    case.ask(Cast::LeadLiaison, Do::Acknowledge);
    assert_eq!(case.part(Body::Lead).ladder, None);
    assert!(case.clock(Step::Supervise, LEAD).is_none());
    assert_eq!(papers(&case).len(), 1, "what was written stays on record");
    // What is late next begins it anew, from its foot.
    case.lapses(Step::ReportIn, LEAD);
    assert_eq!(next(&case), Some(Paper::Urge));
}

#[test]
fn what_else_is_late_meanwhile_joins_the_ladder_and_keeps_it() {
    let mut case = issued("2019-03-04 10:00");
    case.lapses(Step::Acknowledge, LEAD);
    case.lapses(Step::Supervise, LEAD);
    let due = case.due(Step::Supervise, LEAD);
    case.lapses(Step::ReportIn, LEAD);
    assert_eq!(next(&case), Some(Paper::SupervisionLetter), "no second ladder begins");
    assert_eq!(case.due(Step::Supervise, LEAD), due);
    let clocks = case.whistle().clocks.keys().filter(|it| it.step == Step::Supervise);
    assert_eq!(clocks.count(), 1);
    // One of the two is done; the other is still owed.
    case.ask(Cast::LeadLiaison, Do::Acknowledge);
    assert_eq!(next(&case), Some(Paper::SupervisionLetter));
    case.ask(Cast::Dispatcher, Do::ReportIn);
    assert_eq!(case.part(Body::Lead).ladder, None);
}

#[test]
fn each_late_unit_has_a_ladder_of_its_own() {
    let mut case = issued("2019-03-04 10:00");
    case.lapses(Step::Acknowledge, LEAD);
    case.lapses(Step::Acknowledge, Some(Body::FirstAssist));
    case.lapses(Step::Supervise, LEAD);
    assert_eq!(next(&case), Some(Paper::SupervisionLetter));
    assert_eq!(case.part(Body::FirstAssist).ladder, Some(Ladder { next: Some(Paper::Urge) }));
}

#[test]
fn a_unit_that_returned_the_whistle_is_not_pursued() {
    let mut case = issued("2019-03-04 10:00");
    case.ask(Cast::LeadLeader, Do::RequestReturn);
    // The clock of reporting in goes on while it waits (R15), and so does the ladder.
    case.lapses(Step::ReportIn, LEAD);
    let part = case.part(Body::Lead).id;
    assert!(case.part(Body::Lead).ladder.is_some());
    case.ask(Cast::Director, Do::RuleReturn);
    let it = &case.whistle().assignments[&part];
    assert!(matches!(it.stage, AssignmentStage::Returned { .. }));
    assert_eq!(it.ladder, None);
    assert!(!case.whistle().clocks.keys().any(|it| it.step == Step::Supervise));
    // Nobody writes to it any more either.
    let refusal = case.may_not(Cast::Director, paper(&case, Paper::SupervisionLetter));
    assert!(matches!(refusal, Refusal::WrongStage { .. }));
}

#[test]
fn a_whistle_that_is_held_or_ended_pursues_nobody() {
    let late = || {
        let mut case = Case::with(engine::picture::Story::handling, "joint", "hard");
        case.lapses(Step::Handle, LEAD);
        assert_eq!(next(&case), Some(Paper::Urge));
        case
    };
    let mut case = late();
    case.ask(Cast::LeadLeader, Do::RequestHold);
    case.ask(Cast::Leader, Do::HoldWhistle);
    assert_eq!(case.part(Body::Lead).ladder, None);
    assert!(!case.whistle().clocks.keys().any(|it| it.step == Step::Supervise));
    let mut case = late();
    case.ask(Cast::Director, Do::TerminateWhistle);
    assert!(case.whistle().assignments.values().all(|it| it.ladder.is_none()));
    assert!(case.whistle().clocks.is_empty());
}

#[test]
fn nobody_signs_a_paper_to_their_own_unit() {
    let mut case = issued("2019-03-04 10:00");
    // The lead has been taken over by the centre.
    let units = case.picture.directory.units().cloned().map(|it| match it.id {
        id if id == Body::Lead.id() => Unit { closed: true, heir: Some(Body::District.id()), ..it },
        _ => it,
    });
    case.picture.directory = engine::directory::Directory::new(units.collect::<Vec<_>>());
    for who in [Cast::Director, Cast::DutyLeader, Cast::Leader] {
        assert_eq!(case.may_not(who, paper(&case, Paper::Urge)), Refusal::RulesOnItself);
    }
    case.lapses(Step::Acknowledge, LEAD);
    assert_eq!(case.part(Body::Lead).ladder, None, "the centre does not pursue itself");
    // Nor does the unit.
    let mut case = issued("2019-03-04 10:00");
    for who in [Cast::LeadLiaison, Cast::LeadLeader, Cast::Dispatcher, Cast::Stranger] {
        let refusal = case.may_not(who, paper(&case, Paper::Urge));
        assert!(matches!(refusal, Refusal::NotPermitted { .. }), "{who:?}: {refusal:?}");
    }
}

#[test]
fn whoever_is_below_the_rung_does_not_sign_its_paper() {
    let mut case = issued("2019-03-04 10:00");
    let refusal = case.may_not(Cast::DutyLeader, paper(&case, Paper::SupervisionLetter));
    assert_eq!(refusal, Refusal::NotPermitted { who: vec![Role::Director, Role::Leader] });
    let refusal = case.may_not(Cast::Director, paper(&case, Paper::Admonition));
    assert_eq!(refusal, Refusal::NotPermitted { who: vec![Role::Leader] });
    // Whoever is above it may, and anybody of them what goes out of itself.
    case.does(Cast::Leader, paper(&case, Paper::SupervisionLetter));
    case.does(Cast::DutyLeader, paper(&case, Paper::Urge));
    // A paper without a rung is signed as the one below it is.
    let mut case = under(|it| it.retain(|it| it.paper != Paper::Circular));
    let refusal = case.may_not(Cast::Director, paper(&case, Paper::Circular));
    assert_eq!(refusal, Refusal::NotPermitted { who: vec![Role::Leader] });
}

#[test]
fn a_unit_that_shirks_is_written_to_without_a_ladder() {
    let mut case = issued("2019-03-04 10:00");
    case.does(Cast::Director, paper(&case, Paper::SupervisionLetter));
    assert_eq!(case.part(Body::Lead).ladder, None);
    let expected = Supervision {
        paper: Paper::SupervisionLetter,
        at: case.story.now,
        by: Some(Cast::Director.person()),
        text: Some(words(90)),
        reply_due: None,
    };
    assert_eq!(case.part(Body::Lead).supervisions, [expected]);
    let [letter] = told(&case).try_into().unwrap();
    assert_eq!((letter.step, letter.text), (None, Some(words(90))));
    // A graver one tells those above, too.
    case.does(Cast::Leader, paper(&case, Paper::Admonition));
    let units: Vec<_> = told(&case).iter().map(|it| (it.to.unit, it.about)).collect();
    let about = Some(Body::Lead.id());
    assert_eq!(units, [(Body::Lead.id(), None), (Body::District.id(), about)]);
    // The day of the answer is not past.
    let Command::Supervise(it) = paper(&case, Paper::Urge) else { panic!() };
    let past = Supervise { reply_due: Some(on("2019-03-03")), ..it.clone() };
    let refusal = case.may_not(Cast::Director, Command::Supervise(past));
    assert_eq!(refusal, Refusal::invalid("replyDue", Problem::Past));
    let today = Supervise { reply_due: Some(on("2019-03-04")), ..it };
    case.does(Cast::Director, Command::Supervise(today));
}

#[test]
fn a_graver_paper_takes_the_rung_and_a_milder_one_does_not() {
    let mut case = issued("2019-03-04 10:00");
    case.lapses(Step::Acknowledge, LEAD);
    case.lapses(Step::Supervise, LEAD);
    let due = case.due(Step::Supervise, LEAD);
    case.does(Cast::Director, paper(&case, Paper::Urge));
    assert_eq!(next(&case), Some(Paper::SupervisionLetter));
    assert_eq!(case.due(Step::Supervise, LEAD), due);
    case.does(Cast::Director, paper(&case, Paper::Circular));
    assert_eq!(next(&case), Some(Paper::AccountabilityAdvice));
    // Five working days from the day of the letter that it stood in for.
    assert_eq!(case.due(Step::Supervise, LEAD), at("2019-03-15 17:30"));
}

#[test]
fn supervision_changes_records_and_nothing_else() {
    let mut case = issued("2019-03-04 10:00");
    case.lapses(Step::Acknowledge, LEAD);
    let (stage, clocks) = (case.stage(), case.whistle().clocks.clone());
    let others = |it: &engine::clock::Clocks| -> Vec<_> {
        it.clone().into_iter().filter(|(key, _)| key.step != Step::Supervise).collect()
    };
    case.lapses(Step::Supervise, LEAD);
    case.does(Cast::Director, paper(&case, Paper::SupervisionLetter));
    case.lapses(Step::Supervise, LEAD);
    assert_eq!(case.stage(), stage);
    assert_eq!(others(&case.whistle().clocks), others(&clocks));
}

#[test]
fn where_the_lists_have_no_ladder_nobody_is_pursued() {
    let mut case = under(Vec::clear);
    case.lapses(Step::Acknowledge, LEAD);
    assert_eq!(case.part(Body::Lead).ladder, None);
    assert!(case.clock(Step::Supervise, LEAD).is_none());
    // A paper may be written all the same.
    case.does(Cast::DutyLeader, paper(&case, Paper::Circular));
}

#[test]
fn what_the_calling_side_lets_lapse_begins_no_ladder() {
    let mut case = issued("2019-03-04 10:00");
    case.ask(Cast::LeadLeader, Do::RequestReturn);
    case.lapses(Step::RuleReturn, LEAD);
    assert_eq!(case.part(Body::Lead).ladder, None);
}

#[test]
fn a_rung_that_is_not_due_does_nothing() {
    let mut case = issued("2019-03-04 10:00");
    case.lapses(Step::Acknowledge, LEAD);
    let key = ClockKey::at(Step::Supervise, case.part(Body::Lead).id);
    case.story.wait(TimeDelta::minutes(1));
    let early = case.scheduler(Some(key));
    assert_eq!(case.may_not(Cast::System, early), Refusal::NotDue);
}

#[test]
fn a_lapse_without_a_ladder_and_a_part_of_before_read_as_they_were_stored() {
    let text = r#"{"fact":"lapsed","step":"rate","due":"2019-03-05T09:30:00Z"}"#;
    let fact: WhistleFact = serde_json::from_str(text).unwrap();
    assert!(matches!(fact, WhistleFact::Lapsed { ladder: None, .. }));
    assert_eq!(serde_json::to_string(&fact).unwrap(), text);
    let text = serde_json::to_string(issued("2019-03-04 10:00").part(Body::Lead)).unwrap();
    assert!(!text.contains("ladder") && !text.contains("supervisions"), "{text}");
    // Versions of the lists that say nothing have the ladder that the preset states.
    let preset = Lists::preset().unwrap();
    let mut json = serde_json::to_value(&preset).unwrap();
    json["process"].as_object_mut().unwrap().remove("supervision");
    let read = Lists::read(&json.to_string()).unwrap();
    assert_eq!(read, preset);
}
