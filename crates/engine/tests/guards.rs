//! The guards that are the product, each by name.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

#[path = "guards/case.rs"]
mod case;
#[path = "guards/driven.rs"]
mod driven;
#[path = "guards/ledger.rs"]
mod ledger;
#[path = "guards/outcome.rs"]
mod outcome;
#[path = "guards/suggested.rs"]
mod suggested;
#[path = "guards/supervision.rs"]
mod supervision;
mod support;

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use engine::{
    Command, CommandKind as Do, Event, Refusal, StreamId,
    actor::{Actor, Rank, Role},
    calendar::{Limit, LimitUnit},
    clock::{ClockKey, Step},
    command::Lapse,
    directory::UnitKind,
    lists::{KindCode, LevelCode, MatterCode},
    notice::{NoticeKind, notices},
    petition::{LegalBar, Nature, Procedure, Stage as PetitionStage, verbs as petition},
    picture::{Act, Body, Cast, Story, petition_id, whistle_id, words},
    refusal::{Bounded, Problem},
    whistle::{
        AssignmentRole, AssignmentStage, Judge, Purpose, Ratification, Rating, Resolution,
        ReturnRight, Stage, WhistleFact,
        assignment::{Mode, Rung},
        verbs::{self as verb, HoldRuling, Said},
    },
};

use case::Case;
use support::{at, picture, start, stories};

const LEAD: Option<Body> = Some(Body::Lead);
const FIRST: Option<Body> = Some(Body::FirstAssist);

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn missing(field: &'static str) -> Refusal {
    Refusal::missing(field)
}

fn not_permitted(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::NotPermitted { .. })
}

// Trigger and dispatch.

#[test]
fn whoever_drafts_a_whistle_does_not_issue_it() {
    let mut case = Case::new();
    let draft = case.picture.draft(whistle_id(1), &[case.story.place.petition], "joint", "general");
    case.does(Cast::Director, Command::DraftWhistle(draft));
    case.story.place.whistle = Some(whistle_id(1));
    case.ask(Cast::Director, Do::SubmitWhistle);
    assert_eq!(case.refused(Cast::Director, Do::IssueWhistle), "OWN_DRAFT");
    case.ask(Cast::OtherDirector, Do::IssueWhistle);
    assert!(case.stage().is_running());
}

#[test]
fn whoever_drafts_a_whistle_does_not_endorse_it() {
    let mut case = Case::new();
    let draft = case.picture.draft(whistle_id(1), &[case.story.place.petition], "joint", "hard");
    case.does(Cast::Director, Command::DraftWhistle(draft));
    case.story.place.whistle = Some(whistle_id(1));
    case.ask(Cast::Director, Do::SubmitWhistle);
    assert_eq!(case.refused(Cast::Director, Do::EndorseWhistle), "OWN_DRAFT");
    case.ask(Cast::OtherDirector, Do::EndorseWhistle);
    case.ask(Cast::Leader, Do::IssueWhistle);
}

#[test]
fn a_whistle_is_issued_with_batch_and_serial_and_counts_as_served() {
    let case = Case::with(Story::issued, "joint", "general");
    let issued = case.whistle().issued.clone().unwrap();
    assert_eq!((issued.year, issued.batch, issued.serial.as_str()), (2019, 1, "吹〔2019〕1号"));
    assert!(case.whistle().active().all(|it| it.served_at == issued.at));
    assert_eq!(case.petition().n_whistles(), 1);
}

#[test]
fn a_matter_in_litigation_is_refused_with_its_legal_route() {
    let mut case = Case::new();
    case.ask(Cast::Dispatcher, Do::SetLegalBar);
    let refusal = case.may_not(Cast::Dispatcher, case.command(Do::DraftWhistle));
    assert_eq!(refusal, Refusal::PendingElsewhere { bar: LegalBar::Litigation });
    assert!(refusal.sentence(engine::text::Lang::Zh).contains("人民法院"));
}

#[test]
fn a_matter_that_enters_litigation_after_the_draft_is_not_issued() {
    let mut case = Case::with(Story::drafted, "joint", "general");
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    case.ask(Cast::Dispatcher, Do::SetLegalBar);
    assert_eq!(case.refused(Cast::Director, Do::IssueWhistle), "PENDING_ELSEWHERE");
}

#[test]
fn beside_a_pending_decision_only_mediation_enforcement_and_relief_with_a_reason() {
    for purpose in [Purpose::Mediation, Purpose::Enforcement, Purpose::Relief] {
        let mut case = Case::new();
        case.ask(Cast::Dispatcher, Do::SetLegalBar);
        let petition = case.story.place.petition;
        let mut draft = case.picture.draft(whistle_id(1), &[petition], "joint", "general");
        draft.asked.purpose = purpose;
        case.does(Cast::Dispatcher, Command::DraftWhistle(draft));
        let whistle = whistle_id(1);
        case.story.place.whistle = Some(whistle);
        case.ask(Cast::Dispatcher, Do::SubmitWhistle);
        let refusal = case.may_not(Cast::Director, case.command(Do::IssueWhistle));
        assert_eq!(refusal, missing("exception"));
        let exception = Some(words(1));
        case.does(Cast::Director, Command::IssueWhistle(verb::Issue { whistle, exception }));
        assert!(case.stage().is_running());
    }
}

#[test]
fn an_accusation_is_whistled_to_nobody() {
    let mut case = Case::new();
    let petition = petition_id(9);
    let mut registration = case.picture.registration(9);
    registration.nature = Nature::Accusation;
    registration.accused = [Body::Lead.id()].into();
    let registration = Box::new(registration);
    case.does(
        Cast::Dispatcher,
        Command::RegisterPetition(petition::Register { petition, registration }),
    );
    let it = &case.story.scene.petitions[&petition];
    assert_eq!(it.legal_bar, Some(LegalBar::Discipline));
    let accept = petition::Accept { petition, competent: None };
    let refusal = case.may_not(Cast::Dispatcher, Command::AcceptPetition(accept));
    assert_eq!(refusal.code(), "PENDING_ELSEWHERE");
    for purpose in [Purpose::Resolve, Purpose::Mediation, Purpose::Relief] {
        let mut draft = case.picture.draft(whistle_id(1), &[petition], "joint", "general");
        draft.asked.purpose = purpose;
        let refusal = case.may_not(Cast::Dispatcher, Command::DraftWhistle(draft));
        assert_eq!(refusal, Refusal::Accusation);
    }
    let draft = case.picture.draft(whistle_id(1), &[petition], "emergency", "key");
    let blow = Command::BlowNow(verb::BlowNow { draft, exception: Some(words(1)) });
    assert_eq!(case.may_not(Cast::DutyLeader, blow), Refusal::Accusation);
    let set = petition::SetLegalBar { petition, bar: None, reason: words(2) };
    let refusal = case.may_not(Cast::Dispatcher, Command::SetLegalBar(set));
    assert_eq!(refusal.code(), "INVALID");
}

#[test]
fn an_accusation_does_not_join_a_whistle_either() {
    let mut case = Case::with(Story::issued, "joint", "general");
    let petition = petition_id(9);
    let mut registration = case.picture.registration(9);
    registration.nature = Nature::Accusation;
    let registration = Box::new(registration);
    case.does(
        Cast::Dispatcher,
        Command::RegisterPetition(petition::Register { petition, registration }),
    );
    let attach = verb::AttachPetition { whistle: whistle_id(1), petition };
    let refusal = case.may_not(Cast::Dispatcher, Command::AttachPetition(attach));
    assert_eq!(refusal, Refusal::Accusation);
}

#[test]
fn the_first_unit_leads_where_none_is_named() {
    let mut case = Case::new();
    let mut draft =
        case.picture.draft(whistle_id(1), &[case.story.place.petition], "joint", "general");
    draft.asked.calls.iter_mut().for_each(|it| it.role = None);
    draft.asked.calls.swap(0, 1);
    case.does(Cast::Dispatcher, Command::DraftWhistle(draft));
    case.story.place.whistle = Some(whistle_id(1));
    let calls = &case.whistle().content.as_ref().unwrap().calls;
    assert_eq!((calls[0].unit, calls[0].role), (Body::FirstAssist.id(), AssignmentRole::Lead));
    assert!(calls[1..].iter().all(|it| it.role == AssignmentRole::Assist));
}

#[test]
fn a_matter_that_names_no_lead_is_led_by_the_first_unit_it_names() {
    let mut picture = picture();
    let matter = &mut picture.lists.matters.rows[0];
    matter.lead = None;
    let code = matter.code.clone();
    let mut case = Case::of(picture, start());
    let mut draft =
        case.picture.draft(whistle_id(1), &[case.story.place.petition], "joint", "hard");
    draft.asked.matter = Some(code);
    draft.asked.off_list = None;
    draft.asked.calls = vec![];
    case.does(Cast::Dispatcher, Command::DraftWhistle(draft));
    case.story.place.whistle = Some(whistle_id(1));
    let calls = &case.whistle().content.as_ref().unwrap().calls;
    assert_eq!(calls.iter().filter(|it| it.role == AssignmentRole::Lead).count(), 1);
}

#[test]
fn a_whistle_has_one_lead_and_no_unit_twice() {
    let mut case = Case::new();
    let petition = case.story.place.petition;
    let draft = case.picture.draft(whistle_id(1), &[petition], "joint", "general");
    let mut two = draft.clone();
    two.asked.calls[1].role = Some(AssignmentRole::Lead);
    let refusal = case.may_not(Cast::Dispatcher, Command::DraftWhistle(two));
    assert_eq!(refusal, Refusal::invalid("units", Problem::Contradiction));
    let mut twice = draft;
    twice.asked.calls[1].unit = Body::Lead.id();
    let refusal = case.may_not(Cast::Dispatcher, Command::DraftWhistle(twice));
    assert_eq!(refusal, Refusal::invalid("units", Problem::Twice));
}

#[test]
fn off_the_list_needs_a_reason_and_the_higher_issuer_who_then_owes_it() {
    let mut case = Case::new();
    let petition = case.story.place.petition;
    let mut draft = case.picture.draft(whistle_id(1), &[petition], "joint", "key");
    draft.asked.off_list = None;
    let refusal = case.may_not(Cast::Dispatcher, Command::DraftWhistle(draft));
    assert_eq!(refusal, Refusal::OffList);
    case.story.drafted(&case.picture, "joint", "key").unwrap();
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    assert_eq!(case.refused(Cast::Director, Do::IssueWhistle), "NOT_PERMITTED");
    let owed =
        engine::whistle::deadlines(case.whistle(), &case.picture.lists, &case.picture.directory);
    assert_eq!(owed[0].owner.roles, [Role::Leader]);
    case.ask(Cast::Leader, Do::IssueWhistle);
}

#[test]
fn what_a_centre_may_not_call_it_does_not_call() {
    let mut case = Case::new();
    let mut draft =
        case.picture.draft(whistle_id(1), &[case.story.place.petition], "joint", "general");
    draft.asked.calls[1].unit = Body::Conference.id();
    let refusal = case.may_not(Cast::Dispatcher, Command::DraftWhistle(draft));
    assert_eq!(refusal, Refusal::NotCallable);
}

#[test]
fn a_department_does_not_blow_and_no_centre_whistles_over_another_centres_petition() {
    let mut case = Case::new();
    let petition = case.story.place.petition;
    let mut draft = case.picture.draft(whistle_id(1), &[petition], "joint", "general");
    draft.centre = Body::Elsewhere.id();
    let refusal = case.may_not(Cast::Stranger, Command::DraftWhistle(draft.clone()));
    assert_eq!(refusal, Refusal::invalid("petition", Problem::Unknown));
    draft.centre = Body::Lead.id();
    let refusal = case.may_not(Cast::Stranger, Command::DraftWhistle(draft));
    assert!(not_permitted(&refusal));
}

#[test]
fn an_id_is_used_once() {
    let mut case = Case::with(Story::handling, "joint", "general");
    let petition = case.story.place.petition;
    let draft = case.picture.draft(whistle_id(1), &[petition], "joint", "general");
    let refusal = case.may_not(Cast::Dispatcher, Command::DraftWhistle(draft));
    assert_eq!(refusal, Refusal::Already);
    let registration = Box::new(case.picture.registration(1));
    let register = petition::Register { petition, registration };
    let refusal = case.may_not(Cast::Dispatcher, Command::RegisterPetition(register));
    assert_eq!(refusal, Refusal::Already);
}

#[test]
fn sending_back_is_bounded_and_beyond_it_the_whistle_is_issued_or_withdrawn() {
    let mut case = Case::with(Story::drafted, "joint", "general");
    for _ in 0..2 {
        case.ask(Cast::Dispatcher, Do::SubmitWhistle);
        case.ask(Cast::Director, Do::SendBackWhistle);
    }
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    assert_eq!(case.refused(Cast::Director, Do::SendBackWhistle), "BOUND_REACHED");
    case.ask(Cast::Director, Do::WithdrawWhistle);
}

// Clocks.

#[test]
fn every_clock_starts_at_issue_and_late_acknowledgement_moves_no_other_date() {
    let mut case = Case::with(Story::issued, "joint", "general");
    let issued = case.whistle().issued.as_ref().unwrap().at;
    let clocks = case.whistle().clocks.clone();
    for step in [Step::Acknowledge, Step::ReturnWindow, Step::ReportIn, Step::Handle] {
        assert_eq!(case.clock(step, LEAD).unwrap().from, issued, "{step}");
    }
    assert_eq!(case.due(Step::Handle, LEAD), at("2019-06-24 17:30"));
    case.lapses(Step::Acknowledge, LEAD);
    case.at("2019-06-20 10:00");
    case.ask(Cast::LeadLiaison, Do::Acknowledge);
    let acknowledge = ClockKey::at(Step::Acknowledge, case.part(Body::Lead).id);
    assert!(!case.whistle().clocks.contains_key(&acknowledge));
    for (key, term) in clocks.iter().filter(|(key, _)| **key != acknowledge) {
        assert_eq!(case.whistle().clocks.get(key), Some(term), "{key:?}");
    }
}

#[test]
fn emergency_limits_run_at_night_and_general_ones_wait_for_the_office() {
    // A Saturday night.
    let mut case = Case::starting(at("2019-06-22 23:10"));
    let petitions = [case.story.place.petition];
    let draft = case.picture.draft(whistle_id(1), &petitions, "emergency", "key");
    case.does(Cast::DutyLeader, Command::BlowNow(verb::BlowNow { draft, exception: None }));
    case.story.place.whistle = Some(whistle_id(1));
    assert_eq!(case.due(Step::Acknowledge, LEAD), at("2019-06-22 23:40"));
    assert_eq!(case.due(Step::ReportIn, LEAD), at("2019-06-23 00:10"));
    assert_eq!(case.due(Step::Interim, LEAD), at("2019-06-23 01:10"));
    assert_eq!(case.due(Step::Handle, LEAD), at("2019-06-23 23:10"));
    assert_eq!(case.due(Step::Ratify, None), at("2019-06-23 23:10"));

    let mut case = Case::starting(at("2019-06-22 23:10"));
    case.story.issued(&case.picture, "joint", "general").unwrap();
    assert_eq!(case.due(Step::Acknowledge, LEAD), at("2019-06-24 17:30"));
}

// Blown first, ratified after.

#[test]
fn what_a_duty_leader_blew_is_ratified_by_another() {
    let mut case = Case::new();
    let petitions = [case.story.place.petition];
    let draft = case.picture.draft(whistle_id(1), &petitions, "emergency", "key");
    case.does(Cast::Director, Command::BlowNow(verb::BlowNow { draft, exception: None }));
    case.story.place.whistle = Some(whistle_id(1));
    assert_eq!(case.whistle().ratification, Ratification::Pending);
    assert_eq!(case.refused(Cast::Director, Do::Ratify), "OWN_DRAFT");
    case.ask(Cast::OtherDirector, Do::Ratify);
    assert_eq!(case.whistle().ratification, Ratification::Granted);
    assert_eq!(case.refused(Cast::Leader, Do::Ratify), "ALREADY");
}

#[test]
fn an_approval_that_does_not_come_in_time_is_flagged_and_may_still_come() {
    let mut case = Case::new();
    let petitions = [case.story.place.petition];
    let draft = case.picture.draft(whistle_id(1), &petitions, "emergency", "key");
    case.does(Cast::DutyLeader, Command::BlowNow(verb::BlowNow { draft, exception: None }));
    case.story.place.whistle = Some(whistle_id(1));
    case.lapses(Step::Ratify, None);
    assert_eq!(case.whistle().ratification, Ratification::Lapsed);
    assert!(case.stage().is_running());
    let ratify = verb::Ratify { whistle: whistle_id(1), granted: false, reason: None };
    let refusal = case.may_not(Cast::Director, Command::Ratify(ratify));
    assert_eq!(refusal, missing("reason"));
    case.ask(Cast::Director, Do::Ratify);
    assert_eq!(case.whistle().ratification, Ratification::Granted);
}

#[test]
fn only_an_emergency_is_blown_first() {
    let mut case = Case::new();
    let draft = case.picture.draft(whistle_id(1), &[case.story.place.petition], "joint", "general");
    let blow = Command::BlowNow(verb::BlowNow { draft, exception: None });
    assert_eq!(case.may_not(Cast::DutyLeader, blow), Refusal::NoSuchStep);
}

// Return and dispute.

#[test]
fn a_return_is_asked_within_the_window_and_names_another_unit() {
    let mut case = Case::with(Story::issued, "joint", "general");
    let Command::RequestReturn(mut asked) = case.command(Do::RequestReturn) else { panic!() };
    asked.suggested = Body::Lead.id();
    let refusal = case.may_not(Cast::LeadLeader, Command::RequestReturn(asked));
    assert_eq!(refusal, Refusal::invalid("suggestedUnit", Problem::Unknown));
    // Only the leader of the unit, not its liaison.
    assert_eq!(case.refused(Cast::LeadLiaison, Do::RequestReturn), "NOT_PERMITTED");
    let ended = case.due(Step::ReturnWindow, LEAD);
    assert_eq!(ended, at("2019-06-19 17:30"));
    case.story.now = ended + TimeDelta::microseconds(1);
    let refusal = case.may_not(Cast::LeadLeader, case.command(Do::RequestReturn));
    assert_eq!(refusal, Refusal::TooLate { ended });
    case.story.now = ended;
    case.ask(Cast::LeadLeader, Do::RequestReturn);
}

#[test]
fn while_a_return_is_asked_the_unit_stays_responsible_and_its_clocks_run() {
    let mut case = Case::with(Story::issued, "joint", "general");
    let before = case.whistle().clocks.clone();
    case.story.wait(TimeDelta::hours(2));
    case.ask(Cast::LeadLeader, Do::RequestReturn);
    assert_eq!(case.whistle().lead().unwrap().unit, Body::Lead.id());
    for step in [Step::ReportIn, Step::Handle] {
        let key = ClockKey::at(step, case.part(Body::Lead).id);
        assert_eq!(case.whistle().clocks.get(&key), before.get(&key), "{step}");
    }
    assert!(case.clock(Step::RuleReturn, LEAD).is_some());
    // Another in its place takes effect only by the ruling.
    assert!(case.whistle().of_unit(Body::Further.id()).is_none());
}

#[test]
fn the_unit_in_its_place_counts_as_designated_and_has_no_window() {
    let mut case = Case::with(Story::issued, "joint", "general");
    case.ask(Cast::LeadLeader, Do::RequestReturn);
    case.ask(Cast::Director, Do::RuleReturn);
    let lead = case.whistle().lead().unwrap();
    assert_eq!((lead.unit, lead.return_right), (Body::Further.id(), ReturnRight::Designated));
    assert!(case.clock(Step::ReturnWindow, Some(Body::Further)).is_none());
    case.turn_to(Body::Further);
    assert_eq!(case.refused(Cast::FurtherLeader, Do::RequestReturn), "DESIGNATED");
    assert_eq!(case.refused(Cast::Director, Do::OpenDispute), "DESIGNATED");
}

#[test]
fn a_return_that_is_refused_is_final() {
    let mut case = Case::with(Story::issued, "joint", "general");
    case.ask(Cast::LeadLeader, Do::RequestReturn);
    case.ask_other(Cast::Director, Do::RuleReturn);
    assert_eq!(case.refused(Cast::LeadLeader, Do::RequestReturn), "RETURN_IS_FINAL");
    assert_eq!(case.refused(Cast::Director, Do::OpenDispute), "RETURN_IS_FINAL");
    assert_eq!(case.part(Body::Lead).stage, AssignmentStage::Acknowledged);
}

#[test]
fn a_unit_that_is_let_go_and_called_again_gets_no_second_return() {
    let mut case = Case::with(Story::issued, "joint", "general");
    let assignment = case.turn_to(Body::FirstAssist);
    case.ask(Cast::FirstLeader, Do::RequestReturn);
    case.ask_other(Cast::Director, Do::RuleReturn);
    let whistle = whistle_id(1);
    let release = verb::ReleaseUnit { whistle, assignment, reason: words(1) };
    case.does(Cast::Director, Command::ReleaseUnit(release));
    let (unit, reason) = (Body::FirstAssist.id(), words(2));
    let add = verb::AddUnit { whistle, unit, task: None, reason };
    case.does(Cast::Director, Command::AddUnit(add));
    case.turn_to(Body::FirstAssist);
    assert_eq!(case.refused(Cast::FirstLeader, Do::RequestReturn), "DESIGNATED");
}

#[test]
fn the_window_does_not_open_anew_when_the_case_is_handled_again() {
    let mut case = Case::with(Story::issued, "quick", "general");
    case.at("2019-06-18 10:00");
    for (body, who) in [
        (Body::FirstAssist, Cast::FirstLiaison),
        (Body::Lead, Cast::LeadLiaison),
        (Body::SecondAssist, Cast::SecondLiaison),
    ] {
        // The second assist does nothing: its part lapses.
        case.turn_to(body);
        if body == Body::SecondAssist {
            case.lapses(Step::Task, Some(body));
        } else {
            case.ask(who, Do::Reply);
        }
    }
    assert!(matches!(case.stage(), Stage::Verifying { round: 1 }));
    case.ask_other(Cast::OtherDispatcher, Do::Verify);
    assert!(matches!(case.stage(), Stage::Handling { round: 2 }));
    assert!(case.clock(Step::ReturnWindow, Some(Body::SecondAssist)).is_none());
    assert_eq!(case.refused(Cast::SecondLeader, Do::RequestReturn), "WRONG_STAGE");
}

#[test]
fn a_return_is_ruled_by_the_centre_and_never_without_a_unit_that_may_be_called() {
    let mut case = Case::with(Story::issued, "joint", "general");
    case.ask(Cast::LeadLeader, Do::RequestReturn);
    assert_eq!(case.refused(Cast::Dispatcher, Do::RuleReturn), "NOT_PERMITTED");
    let Command::RuleReturn(rule) = case.command(Do::RuleReturn) else { panic!() };
    let with = |unit: Body| {
        Command::RuleReturn(verb::RuleReturn { replacement: Some(unit.id()), ..rule.clone() })
    };
    assert_eq!(case.may_not(Cast::Director, with(Body::Conference)), Refusal::NotCallable);
    let twice = Refusal::invalid("replacement", Problem::Twice);
    assert_eq!(case.may_not(Cast::Director, with(Body::Lead)), twice);
}

#[test]
fn a_dispute_climbs_by_lapse_to_the_last_rung_and_each_rung_has_its_own_decider() {
    let mut case = Case::with(Story::issued, "joint", "hard");
    case.ask(Cast::Director, Do::OpenDispute);
    let rungs = [
        (Rung::Meeting, Step::DisputeMeeting, Cast::Director),
        (Rung::Superior, Step::DisputeSuperior, Cast::Leader),
        (Rung::Conference, Step::DisputeConference, Cast::Chair),
    ];
    for (rung, step, decider) in rungs {
        assert_eq!(case.part(Body::Lead).stage, AssignmentStage::Disputed { rung });
        for (_, _, other) in rungs.iter().filter(|it| it.2 != decider) {
            assert_eq!(case.refused(*other, Do::Designate), "NOT_PERMITTED", "{rung:?} {other:?}");
        }
        let mut decided = Case { picture: case.picture.clone(), story: case.story.clone() };
        decided.ask(decider, Do::Designate);
        assert_eq!(decided.part(Body::Lead).return_right, ReturnRight::Designated);
        case.lapses(step, LEAD);
    }
    // The last rung supervises: it is decided there still.
    let rung = Rung::Conference;
    assert_eq!(case.part(Body::Lead).stage, AssignmentStage::Disputed { rung });
    case.ask_other(Cast::Chair, Do::Designate);
    let lead = case.whistle().lead().unwrap();
    assert_eq!((lead.unit, lead.return_right), (Body::Further.id(), ReturnRight::Designated));
    assert!(case.whistle().returned.contains(&Body::Lead.id()));
}

#[test]
fn a_townships_leader_is_not_the_common_superior() {
    let mut case = Case::new();
    township(&mut case);
    case.ask(Cast::TownDirector, Do::OpenDispute);
    case.lapses(Step::DisputeMeeting, LEAD);
    assert_eq!(case.refused(Cast::TownLeader, Do::Designate), "NOT_PERMITTED");
    case.ask(Cast::Leader, Do::Designate);
}

/// A township's whistle over one of its own petitions, issued.
fn township(case: &mut Case) {
    let petition = petition_id(5);
    let mut registration = case.picture.registration(5);
    registration.centre = Body::Township.id();
    let registration = Box::new(registration);
    let register = petition::Register { petition, registration };
    case.does(Cast::TownDispatcher, Command::RegisterPetition(register));
    let accept = petition::Accept { petition, competent: None };
    case.does(Cast::TownDispatcher, Command::AcceptPetition(accept));
    case.story.place.petition = petition;
    let mut draft = case.picture.draft(whistle_id(1), &[petition], "joint", "general");
    draft.centre = Body::Township.id();
    case.does(Cast::TownDispatcher, Command::DraftWhistle(draft));
    case.story.place.whistle = Some(whistle_id(1));
    case.ask(Cast::TownDispatcher, Do::SubmitWhistle);
    case.ask(Cast::TownDirector, Do::IssueWhistle);
    case.turn_to(Body::Lead);
}

// Reporting in.

#[test]
fn the_calling_side_records_who_came_and_that_acknowledges() {
    let mut case = Case::with(Story::issued, "joint", "hard");
    assert_eq!(case.refused(Cast::LeadLiaison, Do::ReportIn), "NOT_PERMITTED");
    case.ask(Cast::Dispatcher, Do::ReportIn);
    let lead = case.part(Body::Lead);
    assert!(lead.acknowledged.is_some());
    let attendance = lead.attendance.as_ref().unwrap();
    assert_eq!((attendance.rank, attendance.below_rank), (Rank::Head, false));
    assert_eq!(case.refused(Cast::Dispatcher, Do::ReportIn), "ALREADY");
}

#[test]
fn a_rank_below_the_level_is_flagged_and_the_head_may_still_come() {
    let mut case = Case::with(Story::issued, "joint", "hard");
    case.ask_other(Cast::Dispatcher, Do::ReportIn);
    assert!(case.part(Body::Lead).attendance.as_ref().unwrap().below_rank);
    case.story.wait(TimeDelta::hours(1));
    case.ask(Cast::Dispatcher, Do::ReportIn);
    assert!(!case.part(Body::Lead).attendance.as_ref().unwrap().below_rank);
    let came = |it: &&engine::picture::Entry| match &it.event {
        Event::Whistle(it) => matches!(it.fact, WhistleFact::ReportedIn { .. }),
        Event::Petition(_) => false,
    };
    // Both stay on record, so that a lowered rank is counted.
    assert_eq!(case.story.entries.iter().filter(came).count(), 2);
}

#[test]
fn no_proof_of_presence_is_asked_and_no_list_but_an_emergencys_may_ask_it() {
    let mut picture = picture();
    let joint = picture.lists.kinds.iter_mut().find(|it| it.code.0 == "joint").unwrap();
    joint.presence_proof = true;
    assert!(!picture.lists.check(None).is_empty());

    let mut picture = self::picture();
    let kind = picture.lists.kinds.iter_mut().find(|it| it.code.0 == "emergency").unwrap();
    kind.presence_proof = true;
    assert_eq!(picture.lists.check(None), []);
    let mut case = Case::of(picture, start());
    let draft = case.picture.draft(whistle_id(1), &[case.story.place.petition], "emergency", "key");
    case.does(Cast::DutyLeader, Command::BlowNow(verb::BlowNow { draft, exception: None }));
    case.story.place.whistle = Some(whistle_id(1));
    case.turn_to(Body::Lead);
    let Command::ReportIn(mut report) = case.command(Do::ReportIn) else { panic!() };
    report.proof = None;
    let refusal = case.may_not(Cast::DutyLeader, Command::ReportIn(report.clone()));
    assert_eq!(refusal, missing("proof"));
    // By video nobody is on the spot.
    report.mode = Mode::Video;
    case.does(Cast::DutyLeader, Command::ReportIn(report));
}

#[test]
fn nobody_came_before_they_were_called_or_comes_in_the_future() {
    let mut case = Case::with(Story::issued, "joint", "general");
    let Command::ReportIn(report) = case.command(Do::ReportIn) else { panic!() };
    for (hours, problem) in [(1, Problem::Future), (-1, Problem::Past)] {
        let at = case.story.now + TimeDelta::hours(hours);
        let report = verb::ReportIn { at, ..report.clone() };
        let refusal = case.may_not(Cast::Dispatcher, Command::ReportIn(report));
        assert_eq!(refusal, Refusal::invalid("at", problem));
    }
}

#[test]
fn a_lead_absent_at_its_limit_owes_the_director_a_remedy() {
    let mut case = Case::with(Story::issued, "joint", "general");
    case.lapses(Step::ReportIn, LEAD);
    assert!(matches!(case.stage(), Stage::Responding { lead_absent: true, .. }));
    assert!(case.clock(Step::Remedy, None).is_some());

    let mut ahead = Case { picture: case.picture.clone(), story: case.story.clone() };
    ahead.turn_to(Body::Lead);
    let Command::RecordAbsence(it) = ahead.command(Do::RecordAbsence) else { panic!() };
    let go = Command::RecordAbsence(verb::RecordAbsence { go_ahead: true, ..it });
    assert!(not_permitted(&ahead.may_not(Cast::Dispatcher, go.clone())));
    ahead.does(Cast::Director, go);
    assert!(matches!(ahead.stage(), Stage::Handling { round: 1 }));
    assert!(ahead.part(Body::Lead).absent);

    // Another lead does not move the stage.
    case.ask_other(Cast::Director, Do::ChangeLead);
    assert!(matches!(case.stage(), Stage::Responding { lead_absent: false, .. }));
    assert_eq!(case.whistle().lead().unwrap().unit, Body::Further.id());
    assert!(case.clock(Step::Remedy, None).is_none());
    assert!(case.clock(Step::ReportIn, Some(Body::Further)).is_some());
}

#[test]
fn handling_does_not_go_ahead_before_the_leads_limit() {
    let mut case = Case::with(Story::issued, "joint", "general");
    let Command::RecordAbsence(it) = case.command(Do::RecordAbsence) else { panic!() };
    let go = Command::RecordAbsence(verb::RecordAbsence { go_ahead: true, ..it });
    let refusal = case.may_not(Cast::Director, go.clone());
    assert_eq!(refusal, Refusal::invalid("goAhead", Problem::Contradiction));
    // Nor by recording the absence first: it is a note, and the limit still runs.
    case.ask(Cast::Director, Do::RecordAbsence);
    assert_eq!(case.may_not(Cast::Director, go), Refusal::Already);
    assert!(case.clock(Step::Remedy, None).is_none());
}

#[test]
fn an_assist_that_missed_its_own_limit_is_an_absent_lead_from_the_first_moment() {
    let mut case = Case::with(Story::issued, "joint", "general");
    case.lapses(Step::ReportIn, FIRST);
    case.lapses(Step::ReportIn, LEAD);
    let (whistle, unit) = (whistle_id(1), Body::FirstAssist.id());
    let change = verb::ChangeLead { whistle, unit, keep: false, reason: words(1) };
    case.does(Cast::Director, Command::ChangeLead(change));
    assert!(matches!(case.stage(), Stage::Responding { lead_absent: true, .. }));
    assert!(case.clock(Step::Remedy, None).is_some());
    case.turn_to(Body::FirstAssist);
    case.ask_other(Cast::Director, Do::RecordAbsence);
    assert!(matches!(case.stage(), Stage::Handling { .. }));
}

#[test]
fn a_unit_whose_return_is_asked_is_ruled_before_it_leads() {
    let mut case = Case::with(Story::issued, "joint", "general");
    case.turn_to(Body::FirstAssist);
    case.ask(Cast::FirstLeader, Do::RequestReturn);
    let (whistle, unit) = (whistle_id(1), Body::FirstAssist.id());
    let change = verb::ChangeLead { whistle, unit, keep: true, reason: words(1) };
    let refusal = case.may_not(Cast::Director, Command::ChangeLead(change));
    assert_eq!(refusal.code(), "WRONG_STAGE");
}

// Handling.

#[test]
fn upper_levels_are_handled_only_after_minutes() {
    for level in ["key", "hard"] {
        let mut case = Case::with(Story::issued, "joint", level);
        case.ask(Cast::Dispatcher, Do::ReportIn);
        assert!(matches!(case.stage(), Stage::Responding { minutes: false, .. }), "{level}");
        assert!(case.clock(Step::Consult, None).is_some());
        assert_eq!(case.refused(Cast::LeadLiaison, Do::Reply), "MINUTES_REQUIRED");
        case.ask(Cast::Dispatcher, Do::Consult);
        assert!(matches!(case.stage(), Stage::Handling { round: 1 }));
    }
    let mut case = Case::with(Story::issued, "joint", "general");
    case.ask(Cast::Dispatcher, Do::ReportIn);
    assert!(matches!(case.stage(), Stage::Handling { round: 1 }));
}

#[test]
fn minutes_name_the_lead_and_nobody_later_than_the_leads_limit() {
    let mut case = Case::with(Story::issued, "joint", "hard");
    case.ask(Cast::Dispatcher, Do::ReportIn);
    let Command::Consult(minutes) = case.command(Do::Consult) else { panic!() };
    let lead = case.part(Body::Lead).id;
    let mut none = minutes.clone();
    none.split.retain(|it| it.assignment != lead);
    let refusal = case.may_not(Cast::Dispatcher, Command::Consult(none));
    assert_eq!(refusal, missing("split"));
    let mut late = minutes.clone();
    late.split.iter_mut().for_each(|it| it.due_on = on("2019-12-01"));
    let refusal = case.may_not(Cast::Dispatcher, Command::Consult(late));
    assert_eq!(refusal, Refusal::invalid("dueOn", Problem::TooFar));
    let mut early = minutes;
    early.split.iter_mut().for_each(|it| it.due_on = on("2019-06-25"));
    case.does(Cast::Dispatcher, Command::Consult(early));
    assert_eq!(case.due(Step::Handle, LEAD), at("2019-06-26 00:00"));
    assert_eq!(case.due(Step::Task, FIRST), at("2019-06-26 00:00"));
}

#[test]
fn minutes_after_the_limit_open_the_way_and_leave_what_is_overdue_overdue() {
    let mut case = Case::with(Story::issued, "joint", "hard");
    case.ask(Cast::Dispatcher, Do::ReportIn);
    case.lapses(Step::Handle, LEAD);
    let overdue = case.due(Step::Handle, LEAD);
    case.story.wait(TimeDelta::days(3));
    case.ask(Cast::Dispatcher, Do::Consult);
    assert!(matches!(case.stage(), Stage::Handling { round: 1 }));
    let term = case.clock(Step::Handle, LEAD).unwrap();
    assert!(term.lapsed && term.due == overdue);
}

#[test]
fn a_reply_has_four_elements_that_can_be_true() {
    let mut case = Case::with(Story::handling, "joint", "general");
    let Command::Reply(reply) = case.command(Do::Reply) else { panic!() };
    // Accepted when, talked with whom, measures and result are typed: nothing less can be asked.
    let future = verb::Reply { accepted_on: on("2019-06-18"), ..reply.clone() };
    let refusal = case.may_not(Cast::LeadLiaison, Command::Reply(future));
    assert_eq!(refusal, Refusal::invalid("acceptedOn", Problem::Future));
    let solved = verb::Reply { result_on: on("2019-06-18"), ..reply.clone() };
    let refusal = case.may_not(Cast::LeadLiaison, Command::Reply(solved));
    assert_eq!(refusal, Refusal::invalid("resultOn", Problem::Future));
    case.does(Cast::LeadLiaison, Command::Reply(reply));
    assert!(case.part(Body::Lead).reply().is_some());
}

#[test]
fn a_late_assist_owes_an_explanation_and_blocks_nobody() {
    let mut case = Case::with(Story::handling, "joint", "general");
    case.turn_to(Body::FirstAssist);
    case.ask(Cast::Dispatcher, Do::ReportIn);
    let Command::ReportProgress(report) = case.command(Do::ReportProgress) else { panic!() };
    // Ahead of the date it is no explanation, and frees it of nothing.
    let ahead = verb::ReportProgress { late: Some(words(1)), ..report.clone() };
    let refusal = case.may_not(Cast::FirstLiaison, Command::ReportProgress(ahead.clone()));
    assert_eq!(refusal, Refusal::invalid("late", Problem::Contradiction));
    case.lapses(Step::Task, FIRST);
    assert!(case.clock(Step::Explain, FIRST).is_some());
    let refusal = case.may_not(Cast::FirstLiaison, Command::ReportProgress(report));
    assert_eq!(refusal, missing("late"));
    case.does(Cast::FirstLiaison, Command::ReportProgress(ahead));
    assert!(case.part(Body::FirstAssist).explained);
    assert!(case.clock(Step::Explain, FIRST).is_none());
    // The lead's reply does not wait for the other assist, whose time is over too.
    case.lapses(Step::Task, Some(Body::SecondAssist));
    case.turn_to(Body::Lead);
    case.ask(Cast::LeadLiaison, Do::Reply);
    assert!(matches!(case.stage(), Stage::Verifying { .. }));
}

#[test]
fn an_extension_is_asked_before_the_date_bounded_and_granted_by_the_centre() {
    let mut case = Case::with(Story::handling, "joint", "general");
    let due = case.due(Step::Handle, LEAD);
    let Command::RequestExtension(asked) = case.command(Do::RequestExtension) else { panic!() };
    let limit = Limit::new(6, LimitUnit::WorkingDay).unwrap();
    let long = verb::RequestExtension { limit, ..asked.clone() };
    let refusal = case.may_not(Cast::LeadLeader, Command::RequestExtension(long));
    assert_eq!(refusal, Refusal::invalid("limit", Problem::TooFar));
    assert_eq!(case.refused(Cast::LeadLiaison, Do::RequestExtension), "NOT_PERMITTED");
    case.does(Cast::LeadLeader, Command::RequestExtension(asked));
    assert_eq!(case.due(Step::Handle, LEAD), due);
    assert_eq!(case.refused(Cast::LeadLeader, Do::RuleExtension), "NOT_PERMITTED");
    case.ask(Cast::Director, Do::RuleExtension);
    assert_eq!(case.due(Step::Handle, LEAD), at("2019-07-01 17:30"));
    let refusal = case.may_not(Cast::LeadLeader, case.command(Do::RequestExtension));
    assert_eq!(refusal, Refusal::BoundReached { what: Bounded::Extensions, bound: 1 });

    let mut late = Case::with(Story::handling, "joint", "general");
    let ended = late.due(Step::Handle, LEAD);
    late.story.now = ended + TimeDelta::microseconds(1);
    let refusal = late.may_not(Cast::LeadLeader, late.command(Do::RequestExtension));
    assert_eq!(refusal, Refusal::TooLate { ended });
}

#[test]
fn an_extension_that_is_granted_after_the_date_ends_what_the_lapse_had_opened() {
    let mut case = Case::with(Story::handling, "joint", "general");
    case.turn_to(Body::FirstAssist);
    case.ask(Cast::FirstLeader, Do::RequestExtension);
    case.lapses(Step::Task, FIRST);
    assert!(case.clock(Step::Explain, FIRST).is_some());
    case.ask(Cast::Director, Do::RuleExtension);
    assert!(case.clock(Step::Explain, FIRST).is_none());
    assert!(!case.clock(Step::Task, FIRST).unwrap().lapsed);
}

#[test]
fn no_date_of_a_whistle_passes_the_statutory_date() {
    // The whistle comes fifty days after the acceptance: its limit is cut, and not extended.
    let mut case = Case::new();
    let statutory = case.petition().statutory_due().unwrap();
    case.at("2019-08-12 09:00");
    case.story.handling(&case.picture, "joint", "hard").unwrap();
    assert_eq!(case.due(Step::Handle, LEAD), statutory);
    assert_eq!(case.clock(Step::Handle, LEAD).unwrap().cap, None, "minutes named it");
    let refusal = case.may_not(Cast::LeadLeader, case.command(Do::RequestExtension));
    assert_eq!(refusal, Refusal::BeyondStatutory { statutory });
    // When the law's own extension moves that date, the whistle may follow.
    case.ask(Cast::Director, Do::ExtendPetition);
    let second = petition::Extend {
        petition: case.story.place.second,
        limit: Limit::new(30, LimitUnit::NaturalDay).unwrap(),
        reason: words(1),
    };
    case.does(Cast::Director, Command::ExtendPetition(second));
    case.ask(Cast::LeadLeader, Do::RequestExtension);
    case.ask(Cast::Director, Do::RuleExtension);
    assert!(case.due(Step::Handle, LEAD) > statutory);
    assert!(case.due(Step::Handle, LEAD) <= case.petition().statutory_due().unwrap());
}

#[test]
fn a_petition_that_joins_late_brings_its_statutory_date_along() {
    let mut case = Case::new();
    case.at("2019-08-05 09:00");
    let petition = petition_id(9);
    let registration = Box::new(case.picture.registration(9));
    let register = petition::Register { petition, registration };
    case.does(Cast::Dispatcher, Command::RegisterPetition(register));
    let accept = petition::Accept { petition, competent: None };
    case.does(Cast::Dispatcher, Command::AcceptPetition(accept));
    let draft = case.picture.draft(whistle_id(1), &[petition], "joint", "hard");
    case.does(Cast::Dispatcher, Command::DraftWhistle(draft));
    case.story.place.whistle = Some(whistle_id(1));
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    case.ask(Cast::Director, Do::EndorseWhistle);
    case.ask(Cast::Leader, Do::IssueWhistle);
    let statutory = case.petition().statutory_due().unwrap();
    assert!(case.due(Step::Handle, LEAD) > statutory);
    case.ask(Cast::Dispatcher, Do::AttachPetition);
    assert_eq!(case.due(Step::Handle, LEAD), case.whistle().cap().unwrap());
    assert_eq!(case.due(Step::Task, FIRST), statutory);
}

#[test]
fn a_petition_that_leaves_and_comes_back_was_whistled_once() {
    let mut case = Case::with(Story::issued, "joint", "general");
    let (whistle, petition) = (whistle_id(1), case.story.place.second);
    let detach = verb::DetachPetition { whistle, petition, reason: words(1) };
    case.does(Cast::Dispatcher, Command::DetachPetition(detach));
    case.does(
        Cast::Dispatcher,
        Command::AttachPetition(verb::AttachPetition { whistle, petition }),
    );
    assert_eq!(case.story.scene.petitions[&petition].n_whistles(), 1);
}

#[test]
fn the_answer_to_a_petition_is_extended_once_and_by_at_most_thirty_days() {
    let mut case = Case::new();
    let due = case.petition().statutory_due().unwrap();
    let petition = case.story.place.petition;
    let extend = |days| petition::Extend {
        petition,
        limit: Limit::new(days, LimitUnit::NaturalDay).unwrap(),
        reason: words(1),
    };
    let refusal = case.may_not(Cast::Director, Command::ExtendPetition(extend(31)));
    assert_eq!(refusal, Refusal::invalid("limit", Problem::TooFar));
    case.does(Cast::Director, Command::ExtendPetition(extend(10)));
    let later = case.petition().statutory_due().unwrap();
    assert!(later > due);
    let refusal = case.may_not(Cast::Director, Command::ExtendPetition(extend(5)));
    assert_eq!(refusal, Refusal::BoundReached { what: Bounded::Extensions, bound: 1 });

    let mut late = Case::new();
    late.story.now = due + TimeDelta::days(1);
    let refusal = late.may_not(Cast::Director, Command::ExtendPetition(extend(5)));
    assert_eq!(refusal, Refusal::TooLate { ended: due });
}

#[test]
fn a_long_term_case_needs_a_leader_measures_a_date_and_a_review_and_stays_open() {
    let mut case = Case::with(Story::handling, "joint", "hard");
    case.ask(Cast::LeadLeader, Do::RequestHold);
    assert_eq!(case.refused(Cast::Director, Do::HoldWhistle), "NOT_PERMITTED");
    let whistle = whistle_id(1);
    let hold = |until: &str, review_on: &str| {
        let (until, review_on) = (on(until), on(review_on));
        let ruling = HoldRuling::Granted { measures: words(1), until, review_on };
        Command::HoldWhistle(verb::Hold { whistle, ruling })
    };
    let refusal = case.may_not(Cast::Leader, hold("2019-09-30", "2019-06-17"));
    assert_eq!(refusal, Refusal::invalid("reviewOn", Problem::Past));
    let refusal = case.may_not(Cast::Leader, hold("2019-07-01", "2019-07-02"));
    assert_eq!(refusal, Refusal::invalid("until", Problem::Contradiction));
    let refusal = case.may_not(Cast::Leader, hold("2019-12-31", "2019-10-01"));
    assert_eq!(refusal, Refusal::invalid("reviewOn", Problem::TooFar));
    case.does(Cast::Leader, hold("2019-09-30", "2019-07-15"));
    assert!(matches!(case.stage(), Stage::LongTerm { .. }));
    assert!(case.stage().is_running() && !case.stage().is_terminal());
    assert_eq!(case.due(Step::ReviewHold, None), at("2019-07-16 00:00"));
    case.lapses(Step::ReviewHold, None);
    case.does(Cast::Leader, hold("2019-09-30", "2019-08-15"));
    assert_eq!(case.whistle().holds, 1);
    case.ask(Cast::Director, Do::ResumeWhistle);
    assert!(matches!(case.stage(), Stage::Handling { round: 1 }));
}

#[test]
fn a_townships_long_term_case_is_approved_at_the_district() {
    let mut case = Case::new();
    township(&mut case);
    case.ask(Cast::TownDispatcher, Do::ReportIn);
    case.ask(Cast::LeadLeader, Do::RequestHold);
    assert_eq!(case.refused(Cast::TownLeader, Do::HoldWhistle), "NOT_PERMITTED");
    case.ask(Cast::Leader, Do::HoldWhistle);
}

// Verification and rating.

#[test]
fn whoever_verifies_belongs_to_no_handling_unit() {
    let mut case = Case::with(Story::verifying, "joint", "general");
    assert_eq!(case.refused(Cast::LeadLiaison, Do::Verify), "NOT_PERMITTED");
    // Even where a list lets a centre be called into its own whistle.
    let mut picture = picture();
    picture.lists.initiation.rows.iter_mut().for_each(|it| it.may_call.push(UnitKind::Centre));
    let mut own = Case::of(picture, start());
    let mut draft =
        own.picture.draft(whistle_id(1), &[own.story.place.petition], "quick", "general");
    draft.asked.calls.truncate(1);
    draft.asked.calls[0].unit = Body::District.id();
    own.does(Cast::Dispatcher, Command::DraftWhistle(draft));
    own.story.place.whistle = Some(whistle_id(1));
    own.ask(Cast::Dispatcher, Do::SubmitWhistle);
    own.ask(Cast::Director, Do::IssueWhistle);
    own.turn_to(Body::District);
    let Command::Reply(reply) = own.command(Do::Reply) else { panic!() };
    let mut liaison = Cast::Dispatcher.member().unwrap();
    liaison.roles = [Role::Liaison].into();
    let act = Act { actor: Actor::Member(liaison), on_behalf_of: None, now: own.story.now };
    own.picture.run(&mut own.story.scene, &act, Command::Reply(reply)).unwrap();
    assert_eq!(own.refused(Cast::OtherDispatcher, Do::Verify), "HANDLER_VERIFIES");
}

#[test]
fn what_is_verified_has_an_outcome_for_each_petition() {
    let mut case = Case::with(Story::verifying, "joint", "general");
    let Command::Verify(mut verify) = case.command(Do::Verify) else { panic!() };
    verify.outcomes.pop_first();
    let refusal = case.may_not(Cast::OtherDispatcher, Command::Verify(verify));
    assert_eq!(refusal, missing("outcomes"));
}

#[test]
fn only_the_first_three_ratings_are_judgements() {
    let counted: Vec<Rating> = [
        Rating::Satisfied,
        Rating::BasicallySatisfied,
        Rating::Dissatisfied,
        Rating::Unreachable,
        Rating::Declined,
    ]
    .into_iter()
    .filter(|it| it.counts())
    .collect();
    assert_eq!(counted, [Rating::Satisfied, Rating::BasicallySatisfied, Rating::Dissatisfied]);
}

#[test]
fn ratings_that_do_not_come_count_as_unreachable_and_closing_is_owed() {
    let mut case = Case::with(Story::rating, "joint", "general");
    case.lapses(Step::Rate, None);
    assert!(matches!(case.stage(), Stage::Closing { .. }));
    assert!(case.whistle().petitions.values().all(|it| it.rating == Some(Rating::Unreachable)));
    assert!(case.clock(Step::Close, None).is_some());
    case.ask(Cast::Dispatcher, Do::CloseWhistle);
}

#[test]
fn somebody_who_was_not_reached_may_be_reached_later_and_nobody_rates_twice() {
    let mut case = Case::with(Story::rating, "joint", "general");
    let judge = Judge::Petitioner(case.story.place.petition);
    let rate = |rating| {
        let said = Said { judge, rating, reason: None, justified: false };
        Command::Rate(verb::Rate { whistle: whistle_id(1), said })
    };
    case.does(Cast::Dispatcher, rate(Rating::Unreachable));
    case.does(Cast::Dispatcher, rate(Rating::BasicallySatisfied));
    let refusal = case.may_not(Cast::Dispatcher, rate(Rating::Satisfied));
    assert_eq!(refusal, Refusal::Already);
}

#[test]
fn a_reasoned_dissatisfaction_opens_the_next_round_on_a_shorter_limit() {
    let mut case = Case::with(Story::rating, "joint", "hard");
    let said = Said {
        judge: Judge::Petitioner(case.story.place.petition),
        rating: Rating::Dissatisfied,
        reason: None,
        justified: true,
    };
    let rate = verb::Rate { whistle: whistle_id(1), said };
    let refusal = case.may_not(Cast::Dispatcher, Command::Rate(rate));
    assert_eq!(refusal, missing("reason"));
    case.ask_other(Cast::Dispatcher, Do::Rate);
    assert!(matches!(case.stage(), Stage::Handling { round: 2 }));
    assert_eq!(case.whistle().petitions.len(), 2, "the same file");
    // Seven working days instead of fifteen.
    assert_eq!(case.due(Step::Handle, LEAD), at("2019-06-26 17:30"));
}

#[test]
fn with_no_round_left_a_reasoned_dissatisfaction_closes_with_a_remainder() {
    let mut case = Case::with(Story::verifying, "joint", "general");
    for round in 2..=3 {
        case.ask_other(Cast::OtherDispatcher, Do::Verify);
        assert!(matches!(case.stage(), Stage::Handling { round: it } if it == round));
        case.turn_to(Body::Lead);
        case.ask(Cast::LeadLiaison, Do::Reply);
    }
    let Command::Verify(verify) = case.command(Do::Verify) else { panic!() };
    let again =
        verb::Verify { passed: false, outcomes: std::collections::BTreeMap::new(), ..verify };
    let refusal = case.may_not(Cast::OtherDispatcher, Command::Verify(again));
    assert_eq!(refusal, Refusal::BoundReached { what: Bounded::Reworks, bound: 2 });
    case.ask(Cast::OtherDispatcher, Do::Verify);
    case.ask_other(Cast::Dispatcher, Do::Rate);
    assert!(matches!(case.stage(), Stage::Rating { round: 3 }));
    let outcome = case.whistle().petitions[&case.story.place.petition].outcome.clone();
    assert!(matches!(outcome, Some(Resolution::Partial { .. })));
    case.lapses(Step::Rate, None);
    case.ask(Cast::Dispatcher, Do::CloseWhistle);
    assert!(matches!(case.petition().resolution, Some(Resolution::Partial { .. })));
    assert_eq!(case.petition().rating, Some(Rating::Dissatisfied));
}

#[test]
fn closed_resolved_and_satisfied_are_three_facts() {
    let mut case = Case::with(Story::verifying, "joint", "general");
    let Command::Verify(mut verify) = case.command(Do::Verify) else { panic!() };
    let remainder = words(1);
    let second = case.story.place.second;
    verify.outcomes.insert(second, Resolution::Unresolved { remainder });
    case.does(Cast::OtherDispatcher, Command::Verify(verify));
    case.lapses(Step::Rate, None);
    case.ask(Cast::Dispatcher, Do::CloseWhistle);
    assert_eq!(case.stage(), Stage::Closed);
    assert_eq!(case.petition().resolution, Some(Resolution::Resolved));
    let second = &case.story.scene.petitions[&second];
    assert_eq!(second.resolution, Some(Resolution::Unresolved { remainder }));
    assert_eq!(second.rating, Some(Rating::Unreachable));
    // The petition itself is still to be answered and concluded.
    assert_eq!(case.petition().stage, PetitionStage::InProgress);
    case.ask(Cast::Dispatcher, Do::AnswerPetition);
    case.ask(Cast::Dispatcher, Do::ConcludePetition);
}

#[test]
fn a_petition_is_not_answered_over_an_open_whistle_and_reopens_as_the_next_round() {
    let mut case = Case::with(Story::issued, "joint", "general");
    assert_eq!(case.refused(Cast::Dispatcher, Do::AnswerPetition), "WRONG_STAGE");
    let mut case = Case::new();
    case.ask(Cast::Dispatcher, Do::AnswerPetition);
    case.ask(Cast::Dispatcher, Do::ConcludePetition);
    case.ask(Cast::Dispatcher, Do::ReopenPetition);
    assert_eq!((case.petition().round, &case.petition().stage), (2, &PetitionStage::Accepted));
}

// Again, higher, over.

/// Blows a quick whistle over the petition and closes it, so often.
fn blown(case: &mut Case, times: u32) {
    for n in 1..=times {
        let petition = case.story.place.petition;
        let draft = case.picture.draft(whistle_id(n), &[petition], "joint", "key");
        case.does(Cast::Dispatcher, Command::DraftWhistle(draft));
        case.story.place.whistle = Some(whistle_id(n));
        case.ask(Cast::Dispatcher, Do::SubmitWhistle);
        case.ask(Cast::Leader, Do::IssueWhistle);
        case.ask(Cast::Director, Do::WithdrawWhistle);
    }
}

#[test]
fn the_third_whistle_raises_the_level_needs_the_higher_issuer_and_tells_the_leaders() {
    let mut case = Case::new();
    blown(&mut case, 2);
    let petition = case.story.place.petition;
    let draft = case.picture.draft(whistle_id(3), &[petition], "joint", "key");
    case.does(Cast::Dispatcher, Command::DraftWhistle(draft));
    case.story.place.whistle = Some(whistle_id(3));
    let content = case.whistle().content.clone().unwrap();
    assert_eq!((content.kind.0.as_str(), content.level.0.as_str()), ("joint", "hard"));
    let raised = (KindCode::new("joint"), LevelCode::new("key"));
    assert_eq!(case.whistle().raised_from, Some(raised));
    // Saving the draft again as it stands does not raise it once more.
    case.ask(Cast::Dispatcher, Do::AmendWhistle);
    assert_eq!(case.whistle().content.as_ref().unwrap().level, LevelCode::new("hard"));
    assert!(case.whistle().raised_from.is_some());
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    assert_eq!(case.refused(Cast::Leader, Do::IssueWhistle), "WRONG_STAGE");
    case.ask(Cast::Director, Do::EndorseWhistle);
    assert_eq!(case.refused(Cast::Director, Do::IssueWhistle), "NOT_PERMITTED");
    case.ask(Cast::Leader, Do::IssueWhistle);
    let it = case.whistle();
    let told: Vec<NoticeKind> = case
        .story
        .entries
        .iter()
        .filter(|entry| entry.stream == StreamId::Whistle(it.id))
        .filter_map(|entry| match &entry.event {
            Event::Whistle(event) => Some(event),
            Event::Petition(_) => None,
        })
        .flat_map(|event| notices(it, event, &case.picture.lists, &case.picture.directory))
        .filter(|notice| notice.to.roles.contains(&Role::Leader))
        .map(|notice| notice.kind)
        .collect();
    assert!(told.contains(&NoticeKind::LevelRaised), "{told:?}");
}

#[test]
fn a_draft_whose_petition_was_whistled_meanwhile_is_raised_when_it_goes_on() {
    let mut case = Case::new();
    let petition = case.story.place.petition;
    let draft = case.picture.draft(whistle_id(9), &[petition], "joint", "key");
    case.does(Cast::Dispatcher, Command::DraftWhistle(draft));
    case.story.place.whistle = Some(whistle_id(9));
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    blown(&mut case, 2);
    case.story.place.whistle = Some(whistle_id(9));
    // Under review at the lower level; from here it takes the way of the higher one.
    assert_eq!(case.refused(Cast::Leader, Do::IssueWhistle), "WRONG_STAGE");
    case.ask(Cast::Director, Do::EndorseWhistle);
    assert_eq!(case.whistle().content.as_ref().unwrap().level, LevelCode::new("hard"));
    case.ask(Cast::Leader, Do::IssueWhistle);
}

#[test]
fn a_township_escalates_to_the_district_links_both_and_tells_the_petitions() {
    let mut case = Case::new();
    township(&mut case);
    case.ask(Cast::TownDirector, Do::EscalateWhistle);
    let Stage::Escalated { successor } = case.stage() else { panic!("{:?}", case.stage()) };
    let next = &case.story.scene.whistles[&successor];
    assert_eq!(next.centre, Some(Body::District.id()));
    assert_eq!((next.predecessor, &next.stage), (Some(whistle_id(1)), &Stage::Draft));
    assert_eq!(case.whistle().successor, Some(successor));
    assert!(!case.petition().is_whistled());
    assert!(case.whistle().clocks.is_empty() && case.whistle().active().next().is_none());
    // The district goes on with the township's petition.
    case.story.place.whistle = Some(successor);
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    case.ask(Cast::Director, Do::IssueWhistle);
}

#[test]
fn above_the_district_there_is_nobody_to_escalate_to() {
    let mut case = Case::with(Story::issued, "joint", "general");
    assert_eq!(case.refused(Cast::Director, Do::EscalateWhistle), "NO_SUCH_STEP");
}

#[test]
fn what_is_withdrawn_or_terminated_ends_with_a_reason_and_is_never_deleted() {
    for (kind, stage) in
        [(Do::WithdrawWhistle, Stage::Withdrawn), (Do::TerminateWhistle, Stage::Terminated)]
    {
        let mut case = Case::with(Story::handling, "joint", "general");
        assert_eq!(case.refused(Cast::Dispatcher, kind), "NOT_PERMITTED");
        case.ask(Cast::Director, kind);
        assert_eq!(case.stage(), stage);
        assert!(case.whistle().clocks.is_empty());
        assert!(!case.petition().is_whistled() && case.petition().resolution.is_none());
        assert!(case.whistle().assignments.values().all(|it| it.stage == AssignmentStage::Ended));
        assert_eq!(case.refused(Cast::Director, kind), "WRONG_STAGE");
    }
}

#[test]
fn a_whistle_that_ended_is_blown_again_once_and_linked() {
    let mut case = Case::with(Story::closed, "joint", "general");
    case.ask(Cast::Dispatcher, Do::BlowAgain);
    let successor = case.whistle().successor.unwrap();
    assert_eq!(case.story.scene.whistles[&successor].predecessor, Some(whistle_id(1)));
    assert_eq!(case.refused(Cast::Dispatcher, Do::BlowAgain), "ALREADY");
    let mut open = Case::with(Story::handling, "joint", "general");
    assert_eq!(open.refused(Cast::Dispatcher, Do::BlowAgain), "WRONG_STAGE");
}

#[test]
fn the_quick_whistle_is_issue_reply_and_one_call_that_verifies_and_rates() {
    let mut case = Case::new();
    let petition = case.story.place.petition;
    let mut draft = case.picture.draft(whistle_id(1), &[petition], "quick", "general");
    draft.asked.calls.truncate(1);
    case.does(Cast::Dispatcher, Command::DraftWhistle(draft));
    case.story.place.whistle = Some(whistle_id(1));
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    case.ask(Cast::Director, Do::IssueWhistle);
    assert!(matches!(case.stage(), Stage::Handling { round: 1 }), "nobody is asked to come");
    case.turn_to(Body::Lead);
    case.ask(Cast::LeadLiaison, Do::Reply);
    let Command::Verify(mut verify) = case.command(Do::Verify) else { panic!() };
    verify.ratings = [Judge::Petitioner(petition), Judge::Caller]
        .map(|judge| Said { judge, rating: Rating::Satisfied, reason: None, justified: false })
        .to_vec();
    case.does(Cast::OtherDispatcher, Command::Verify(verify));
    assert!(matches!(case.stage(), Stage::Closing { .. }));
    case.ask(Cast::Dispatcher, Do::CloseWhistle);
    assert_eq!(case.petition().rating, Some(Rating::Satisfied));
}

// Recorded for another.

#[test]
fn separation_of_duties_tests_the_person_who_decided() {
    let mut case = Case::new();
    let petition = case.story.place.petition;
    let draft = case.picture.draft(whistle_id(1), &[petition], "joint", "general");
    // The director draws it up by telephone, the dispatcher types it: it is the director's draft.
    let now = case.story.now;
    let draft = Command::DraftWhistle(draft);
    case.records(Cast::Dispatcher, Cast::Director, now, draft).unwrap();
    case.story.place.whistle = Some(whistle_id(1));
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    let issue = case.command(Do::IssueWhistle);
    assert_eq!(
        case.records(Cast::OtherDirector, Cast::Director, now, issue.clone()),
        Err(Refusal::OwnDraft)
    );
    // Another director signs on paper, and the first may record that.
    case.records(Cast::Director, Cast::OtherDirector, now, issue).unwrap();
    assert_eq!(case.whistle().issued.as_ref().unwrap().by, Cast::OtherDirector.person());
    let last = case.story.entries.last().unwrap();
    assert_eq!(last.actor, Cast::Director.actor());
}

#[test]
fn what_is_recorded_happened_neither_in_the_future_nor_before_the_unit_was_called() {
    let mut case = Case::with(Story::issued, "joint", "general");
    case.story.wait(TimeDelta::hours(2));
    let issued = case.whistle().issued.as_ref().unwrap().at;
    let acknowledge = case.command(Do::Acknowledge);
    for (at, problem) in [
        (case.story.now + TimeDelta::minutes(1), Problem::Future),
        (issued - TimeDelta::minutes(1), Problem::Past),
    ] {
        let res = case.records(Cast::Dispatcher, Cast::LeadLiaison, at, acknowledge.clone());
        assert_eq!(res, Err(Refusal::invalid("occurredAt", problem)));
    }
    case.ask(Cast::Director, Do::AddUnit);
    case.turn_to(Body::Further);
    let acknowledge = case.command(Do::Acknowledge);
    let before = case.story.now - TimeDelta::minutes(1);
    let res = case.records(Cast::Dispatcher, Cast::FurtherLiaison, before, acknowledge);
    assert_eq!(res, Err(Refusal::invalid("occurredAt", Problem::Past)));
}

#[test]
fn the_recorder_is_of_the_centre_or_of_the_same_unit() {
    let mut case = Case::with(Story::issued, "joint", "general");
    let now = case.story.now;
    let acknowledge = case.command(Do::Acknowledge);
    for recorder in [Cast::FirstLiaison, Cast::Stranger, Cast::Leader] {
        let res = case.records(recorder, Cast::LeadLiaison, now, acknowledge.clone());
        assert!(not_permitted(&res.unwrap_err()), "{recorder:?}");
    }
    let mut own = Case { picture: case.picture.clone(), story: case.story.clone() };
    own.records(Cast::LeadLiaison, Cast::LeadLeader, now, acknowledge.clone()).unwrap();
    case.records(Cast::Dispatcher, Cast::LeadLiaison, now, acknowledge).unwrap();
}

#[test]
fn a_late_entry_does_not_erase_the_lapse() {
    let mut case = Case::with(Story::issued, "joint", "general");
    let in_time = case.due(Step::Acknowledge, LEAD) - TimeDelta::hours(1);
    case.lapses(Step::Acknowledge, LEAD);
    case.story.wait(TimeDelta::hours(1));
    let lapses = |case: &Case| {
        let lapsed = |it: &&engine::picture::Entry| match &it.event {
            Event::Whistle(it) => matches!(it.fact, WhistleFact::Lapsed { .. }),
            Event::Petition(_) => false,
        };
        case.story.entries.iter().filter(lapsed).count()
    };
    assert_eq!(lapses(&case), 1);
    let acknowledge = case.command(Do::Acknowledge);
    case.records(Cast::Dispatcher, Cast::LeadLiaison, in_time, acknowledge).unwrap();
    assert_eq!(case.part(Body::Lead).acknowledged.unwrap().1, in_time);
    assert_eq!(lapses(&case), 1, "the lapse stays on record beside the entry");
}

#[test]
fn the_scheduler_records_for_nobody() {
    let mut case = Case::with(Story::issued, "joint", "general");
    let key = case.story.first_due();
    let lapse = case.scheduler(key);
    let now = case.story.now;
    let res = case.records(Cast::System, Cast::Director, now, lapse);
    assert_eq!(res, Err(Refusal::invalid("onBehalfOf", Problem::Contradiction)));
}

// Deadlines and the calendar.

#[test]
fn a_deadline_lapses_when_it_is_due_once_and_by_the_scheduler_alone() {
    let mut case = Case::with(Story::issued, "joint", "general");
    let key = ClockKey::at(Step::Acknowledge, case.part(Body::Lead).id);
    let lapse = case.scheduler(Some(key));
    assert_eq!(case.may_not(Cast::System, lapse.clone()), Refusal::NotDue);
    case.story.now = case.due(Step::Acknowledge, LEAD);
    assert!(not_permitted(&case.may_not(Cast::Director, lapse.clone())));
    case.does(Cast::System, lapse.clone());
    assert_eq!(case.may_not(Cast::System, lapse), Refusal::NotDue);
    // A window permits and is owed by nobody: it does not lapse.
    let window = ClockKey::at(Step::ReturnWindow, case.part(Body::Lead).id);
    case.story.now = case.due(Step::ReturnWindow, LEAD);
    let lapse = case.scheduler(Some(window));
    assert_eq!(case.may_not(Cast::System, lapse), Refusal::NotDue);
}

/// A whistle whose handling was counted over May Day of 2019 before the holiday was lengthened.
fn over_may_day() -> Case {
    let mut case = Case::starting(at("2019-03-20 09:00"));
    let petition = petition_id(9);
    let mut registration = case.picture.registration(9);
    registration.procedure = Procedure::Assigned;
    let registration = Box::new(registration);
    let register = petition::Register { petition, registration };
    case.does(Cast::Dispatcher, Command::RegisterPetition(register));
    let accept = petition::Accept { petition, competent: None };
    case.does(Cast::Dispatcher, Command::AcceptPetition(accept));
    case.story.place.petition = petition;
    case.story.place.second = petition_id(1);
    let mut picture = case.picture.clone();
    // Thirty working days, so that the count reaches May.
    let rows = &mut picture.lists.process.rows;
    let row = rows.iter_mut().find(|it| it.kind.0 == "joint" && it.level.0 == "hard").unwrap();
    let limit = Limit::new(30, LimitUnit::WorkingDay).unwrap();
    for step in [Step::Handle, Step::Task] {
        row.steps.get_mut(&step).unwrap().limit = limit;
    }
    case.picture = picture;
    let draft = case.picture.draft(whistle_id(1), &[petition], "joint", "hard");
    case.does(Cast::Dispatcher, Command::DraftWhistle(draft));
    case.story.place.whistle = Some(whistle_id(1));
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    case.ask(Cast::Director, Do::EndorseWhistle);
    case.ask(Cast::Leader, Do::IssueWhistle);
    case.turn_to(Body::Lead);
    case
}

fn adoptions(case: &Case) -> Vec<u32> {
    let calendar = |it: &engine::picture::Entry| match &it.event {
        Event::Whistle(it) => match &it.fact {
            WhistleFact::CalendarAdopted { calendar, .. } => Some(*calendar),
            _ => None,
        },
        Event::Petition(_) => None,
    };
    case.story.entries.iter().filter_map(calendar).collect()
}

#[test]
fn the_may_day_change_of_2019_is_adopted_by_the_next_command_and_logged() {
    let mut case = over_may_day();
    // 30 working days from March 20, with April 5 and May 1 off.
    assert_eq!(case.due(Step::Handle, LEAD), at("2019-05-03 17:30"));
    assert_eq!(case.clock(Step::Handle, LEAD).unwrap().calendar, 1);
    case.at("2019-03-22 10:00");
    case.ask(Cast::LeadLiaison, Do::Acknowledge);
    // May 2 and 3 are off now, April 28 and May 5, a Sunday, are worked.
    let term = case.clock(Step::Handle, LEAD).unwrap();
    assert_eq!((term.calendar, term.due), (2, at("2019-05-05 17:30")));
    assert_eq!(adoptions(&case), [2]);
    case.story.wait(TimeDelta::hours(1));
    case.ask(Cast::Dispatcher, Do::ReportIn);
    assert_eq!(adoptions(&case), [2], "once");
}

#[test]
fn a_newer_calendar_moves_a_date_later_and_never_earlier_than_was_told() {
    // Whenever the scheduler comes round with it.
    for day in 1..=20 {
        let mut case = over_may_day();
        let old = case.clock(Step::Handle, LEAD).unwrap().clone();
        case.story.now = at("2019-03-25 09:00") + TimeDelta::days(day);
        let key = None;
        let lapse = Lapse { stream: StreamId::Whistle(whistle_id(1)), key };
        case.does(Cast::System, Command::Lapse(lapse));
        let new = case.clock(Step::Handle, LEAD).unwrap();
        let calendar = case.picture.calendar(case.story.now);
        let counted = calendar.due(old.from, Limit::new(30, LimitUnit::WorkingDay).unwrap()).at;
        assert_eq!(new.due, counted.max(old.due));
        assert_eq!(adoptions(&case), [2]);
    }
}

#[test]
fn a_lapse_that_meets_a_newer_calendar_adopts_it_and_does_not_fire_what_it_moved() {
    let mut case = over_may_day();
    // Nothing was done until the old date: the scheduler's hint is stale.
    case.story.now = case.due(Step::Handle, LEAD);
    let key = ClockKey::at(Step::Handle, case.part(Body::Lead).id);
    let lapse = case.scheduler(Some(key));
    case.does(Cast::System, lapse.clone());
    assert_eq!(adoptions(&case), [2]);
    let term = case.clock(Step::Handle, LEAD).unwrap();
    assert!(!term.lapsed && term.due == at("2019-05-05 17:30"));
    assert_eq!(case.may_not(Cast::System, lapse.clone()), Refusal::NotDue);
    case.at("2019-05-05 17:30");
    case.does(Cast::System, lapse);
    assert!(case.clock(Step::Handle, LEAD).unwrap().lapsed);
}

#[test]
fn a_date_that_the_new_count_would_shorten_stays_as_it_was_told() {
    let mut picture = picture();
    let rows = &mut picture.lists.process.rows;
    let row = rows.iter_mut().find(|it| it.kind.0 == "joint" && it.level.0 == "general").unwrap();
    let limit = Limit::new(28, LimitUnit::WorkingDay).unwrap();
    row.steps.get_mut(&Step::Handle).unwrap().limit = limit;
    let mut case = Case::of(picture, at("2019-03-20 09:00"));
    case.story.issued(&case.picture, "joint", "general").unwrap();
    let told = case.due(Step::Handle, LEAD);
    assert_eq!(told, at("2019-04-30 17:30"));
    case.at("2019-03-25 09:00");
    case.ask(Cast::LeadLiaison, Do::Acknowledge);
    // April 28 is worked now, so that the new count ends on the 29th.
    let term = case.clock(Step::Handle, LEAD).unwrap();
    assert_eq!((term.calendar, term.due), (2, told));
}

#[test]
fn a_recount_does_not_carry_a_whistles_date_past_the_statutory_one() {
    let mut case = Case::starting(at("2019-03-06 09:00"));
    let statutory = case.petition().statutory_due().unwrap();
    // Sixty days from March 6 are over on May 5, a Sunday: 24:00 of May 6.
    assert_eq!(statutory, at("2019-05-07 00:00"));
    let rows = &mut case.picture.lists.process.rows;
    let row = rows.iter_mut().find(|it| it.kind.0 == "joint" && it.level.0 == "general").unwrap();
    let limit = Limit::new(1000, LimitUnit::Hour).unwrap();
    row.steps.get_mut(&Step::Handle).unwrap().limit = limit;
    let limit = Limit::new(290, LimitUnit::WorkingHour).unwrap();
    row.steps.get_mut(&Step::Task).unwrap().limit = limit;
    case.story.issued(&case.picture, "joint", "general").unwrap();
    case.at("2019-03-25 09:00");
    case.ask(Cast::LeadLiaison, Do::Acknowledge);
    assert_eq!(adoptions(&case), [2]);
    let law = case.petition().statutory_due().unwrap();
    for (key, term) in case.whistle().clocks.iter().filter(|(key, _)| key.step.is_capped()) {
        assert!(term.due <= law, "{key:?} {term:?}");
    }
}

#[test]
fn the_statutory_date_is_not_moved_by_any_whistle() {
    for mut case in [
        Case::with(Story::closed, "joint", "hard"),
        Case::with(Story::handling, "joint", "general"),
    ] {
        let fresh = Case::new();
        assert_eq!(case.petition().statutory_due(), fresh.petition().statutory_due());
        case.story.wait(TimeDelta::days(1));
    }
}

#[test]
fn each_story_is_the_fold_of_its_events() {
    let picture = picture();
    for story in stories(&picture) {
        let mut scene = engine::Scene::default();
        for entry in &story.entries {
            scene.apply(entry.stream, &entry.event);
        }
        assert_eq!(scene, story.scene, "{}", story.name);
    }
}

#[test]
fn matters_of_the_list_fill_in_kind_level_and_units() {
    let mut case = Case::new();
    let petition = case.story.place.petition;
    let mut draft = case.picture.draft(whistle_id(1), &[petition], "joint", "hard");
    draft.asked.matter = Some(MatterCode::new("housing_utilities"));
    draft.asked.off_list = None;
    (draft.asked.kind, draft.asked.level) = (None, None);
    draft.asked.calls = vec![];
    case.does(Cast::Dispatcher, Command::DraftWhistle(draft));
    case.story.place.whistle = Some(whistle_id(1));
    let content = case.whistle().content.as_ref().unwrap();
    let units: BTreeSet<_> = content.calls.iter().map(|it| it.unit).collect();
    let expected = [Body::Lead, Body::FirstAssist, Body::SecondAssist].map(Body::id);
    assert_eq!(units, expected.into());
    assert_eq!(content.level, LevelCode::new("hard"));
}
