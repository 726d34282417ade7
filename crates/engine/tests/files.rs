//! Files of a case, and the scan that an act owes which was recorded for another.

mod support;

use engine::{
    CommandKind, Refusal,
    clock::{ClockKey, Step},
    command::Command,
    file::{AttachFile, FileKind},
    picture::{Act, Body, Cast, Picture, Story},
    refusal::Problem,
    scene::StreamId,
    whistle::{Stage, deadlines},
};

use support::{at, picture, start, stories};

fn story(picture: &Picture) -> Story {
    let mut story = Story::begin(picture, "附件", start()).expect("begun");
    story.issued(picture, "joint", "general").expect("issued");
    story
}

/// The command to attach, in its first sense (a file) or its second (the scan that is owed).
fn attaching(picture: &Picture, story: &Story, nth: usize) -> AttachFile {
    let kind = CommandKind::AttachFile;
    let requests = picture.requests(kind, &story.scene, &story.place, story.now);
    match requests.into_iter().nth(nth).expect("a request").command {
        Command::AttachFile(it) => it,
        other => panic!("{other:?}"),
    }
}

fn refused(picture: &Picture, story: &Story, who: Cast, command: AttachFile) -> Refusal {
    let act = Act { actor: who.actor(), on_behalf_of: None, now: story.now };
    let answer = picture.decide(&story.scene, &act, Command::AttachFile(command));
    answer.expect_err("refused")
}

#[test]
fn an_act_that_was_recorded_for_another_owes_a_scan_within_a_working_day() {
    let picture = picture();
    let mut story = story(&picture);
    let before = story.whistle().expect("a whistle").version;
    // A Friday afternoon.
    story.now = at("2019-06-21 16:00");
    story
        .ask_for(&picture, Cast::Dispatcher, Cast::LeadLiaison, CommandKind::Acknowledge)
        .expect("recorded");
    let whistle = story.whistle().expect("a whistle");
    let key = ClockKey::of_scan(before + 1);
    let all = deadlines(whistle, &picture.lists, &picture.directory);
    let owed = all.iter().find(|it| it.key == key).expect("a scan is owed");
    assert_eq!(owed.term.due, at("2019-06-24 17:30"), "Monday, when the office closes");
    assert_eq!(owed.owner.unit, Body::District.id(), "by the unit of whoever recorded it");
    // Two acts owe two scans, each with its own date.
    story.now = at("2019-06-24 10:00");
    story
        .ask_for(&picture, Cast::Dispatcher, Cast::LeadLiaison, CommandKind::ReportProgress)
        .expect("recorded");
    let dates: Vec<_> = story
        .whistle()
        .expect("a whistle")
        .clocks
        .iter()
        .filter(|(key, _)| key.step == Step::Scan)
        .map(|(_, term)| term.due)
        .collect();
    assert_eq!(dates, [at("2019-06-24 17:30"), at("2019-06-25 17:30")]);

    // It lapses and stays owed; whoever is late brings it all the same.
    story.lapse(&picture, key).expect("lapsed");
    story.ask_other(&picture, Cast::Dispatcher, CommandKind::AttachFile).expect("brought");
    let whistle = story.whistle().expect("a whistle");
    assert!(!whistle.clocks.contains_key(&key));
    let scan = whistle.files.values().next().expect("a file");
    assert_eq!((scan.scan_of, scan.kind), (key.event, FileKind::Scan));
}

#[test]
fn a_scan_stays_owed_when_the_case_ends_and_nothing_else_is_added_then() {
    let picture = picture();
    let mut story = story(&picture);
    story
        .ask_for(&picture, Cast::Dispatcher, Cast::Director, CommandKind::WithdrawWhistle)
        .expect("recorded");
    let whistle = story.whistle().expect("a whistle");
    assert_eq!(whistle.stage, Stage::Withdrawn);
    assert!(whistle.clocks.keys().all(|it| it.step == Step::Scan) && whistle.clocks.len() == 1);
    let file = attaching(&picture, &story, 0);
    let refusal = refused(&picture, &story, Cast::Dispatcher, file);
    assert!(matches!(refusal, Refusal::WrongStage { .. }), "{refusal:?}");
    story.ask_other(&picture, Cast::Dispatcher, CommandKind::AttachFile).expect("brought");
    assert!(story.whistle().expect("a whistle").clocks.is_empty());
    let file = attaching(&picture, &story, 1);
    let refusal = refused(&picture, &story, Cast::Dispatcher, file);
    assert!(matches!(refusal, Refusal::WrongStage { .. }), "{refusal:?}");
}

#[test]
fn a_scan_is_brought_by_the_unit_that_owes_it_or_by_the_centre() {
    let picture = picture();
    let mut story = story(&picture);
    // The unit records for its own leader.
    story
        .ask_for(&picture, Cast::LeadLiaison, Cast::LeadLeader, CommandKind::RequestReturn)
        .expect("recorded");
    let scan = attaching(&picture, &story, 1);
    let refusal = refused(&picture, &story, Cast::FirstLiaison, scan.clone());
    assert!(matches!(refusal, Refusal::NotPermitted { .. }), "{refusal:?}");
    for who in [Cast::LeadLiaison, Cast::LeadLeader, Cast::Dispatcher] {
        let act = Act { actor: who.actor(), on_behalf_of: None, now: story.now };
        let command = Command::AttachFile(scan.clone());
        picture.decide(&story.scene, &act, command).expect("brought");
    }
    // Also when its part is over.
    story.ask(&picture, Cast::Director, CommandKind::RuleReturn).expect("returned");
    story.ask_other(&picture, Cast::LeadLiaison, CommandKind::AttachFile).expect("brought");
    let file = attaching(&picture, &story, 0);
    let refusal = refused(&picture, &story, Cast::LeadLiaison, file);
    assert!(matches!(refusal, Refusal::NotPermitted { .. }), "{refusal:?}");
}

#[test]
fn what_a_unit_cannot_see_any_more_the_centre_owes() {
    let picture = picture();
    let mut story = story(&picture);
    story.ask(&picture, Cast::Director, CommandKind::OpenDispute).expect("opened");
    let assignment = story.place.assignment;
    for step in [Step::DisputeMeeting, Step::DisputeSuperior] {
        story.lapse(&picture, ClockKey { step, assignment, event: None }).expect("climbed");
    }
    // The joint conference decides, and has no more to do with the case.
    story.ask_for(&picture, Cast::Chair, Cast::Chair, CommandKind::Designate).expect("designated");
    let whistle = story.whistle().expect("a whistle");
    let all = deadlines(whistle, &picture.lists, &picture.directory);
    let owed = all.iter().find(|it| it.key.step == Step::Scan).expect("a scan is owed");
    assert_eq!(owed.owner.unit, Body::District.id());
}

#[test]
fn a_file_is_what_was_received_and_says_what_it_is() {
    let picture = picture();
    let story = story(&picture);
    let file = attaching(&picture, &story, 0);
    let invalid = |field, problem| Refusal::Invalid { field, problem };
    for (command, refusal) in [
        (AttachFile { received: None, ..file.clone() }, invalid("upload", Problem::Unknown)),
        (
            AttachFile { kind: FileKind::Scan, ..file.clone() },
            invalid("kind", Problem::Contradiction),
        ),
        (AttachFile { scan_of: Some(1), ..file.clone() }, invalid("scanOf", Problem::Unknown)),
    ] {
        assert_eq!(refused(&picture, &story, Cast::Dispatcher, command), refusal);
    }
    // A stranger is told of none of this.
    let nothing = AttachFile { received: None, ..file.clone() };
    let refusal = refused(&picture, &story, Cast::Stranger, nothing);
    assert!(matches!(refusal, Refusal::NotPermitted { .. }), "{refusal:?}");
    // A unit adds to its own part, and to no other's.
    let first = story.part_of(Body::FirstAssist);
    let of_other = AttachFile { assignment: first, ..file.clone() };
    let refusal = refused(&picture, &story, Cast::LeadLiaison, of_other);
    assert!(matches!(refusal, Refusal::NotPermitted { .. }), "{refusal:?}");
    let own = AttachFile { assignment: story.place.assignment, ..file.clone() };
    let act = Act { actor: Cast::LeadLiaison.actor(), on_behalf_of: None, now: story.now };
    let events = picture.decide(&story.scene, &act, Command::AttachFile(own)).expect("attached");
    assert_eq!(events.len(), 1);
    // Whoever is called over a petition adds to the whistle that calls them.
    let petition = AttachFile { case: StreamId::Petition(story.place.petition), ..file };
    let refusal = refused(&picture, &story, Cast::LeadLiaison, petition);
    assert!(matches!(refusal, Refusal::NotPermitted { .. }), "{refusal:?}");
}

#[test]
fn a_file_that_is_attached_for_another_is_its_own_paper() {
    let picture = picture();
    let mut story = story(&picture);
    story
        .ask_for(&picture, Cast::Dispatcher, Cast::Director, CommandKind::AttachFile)
        .expect("attached");
    let whistle = story.whistle().expect("a whistle");
    assert!(whistle.scans.is_empty());
    let file = whistle.files.values().next().expect("a file");
    assert_eq!(file.by, Cast::Director.person());
}

#[test]
fn in_every_story_a_clock_runs_for_each_scan_that_is_owed_and_for_no_other() {
    let picture = picture();
    let mut n_scans = 0;
    for story in stories(&picture) {
        for whistle in story.scene.whistles.values() {
            let clocks = whistle.clocks.keys().filter(|it| it.step == Step::Scan);
            let owed = whistle.scans.keys().map(|it| ClockKey::of_scan(*it));
            assert!(clocks.copied().eq(owed), "{}", story.name);
            n_scans += whistle.scans.len();
        }
    }
    assert!(n_scans > 0);
}
