//! 化解责任清单: who owns a case, who says that it is settled, and who sees it meanwhile.

use chrono::{NaiveDate, TimeDelta};
use engine::{
    Command, CommandKind as Do, Event, Refusal, Scene, StreamId,
    actor::{Actor, Member, Rank, Role},
    authority::{
        self, Relation,
        audience::{self, Entitled, Holder},
    },
    calendar::beijing,
    clock::{Basis, ClockKey, Step},
    command::Lapse,
    file::FileKind,
    ids::{PersonId, UnitId},
    lists::LevelCode,
    notice::{NoticeKind, petition_notices},
    petition::{
        Care, Nature, Petition, PetitionFact, Risk, deadlines,
        ledger::entry,
        responsibility::KEPT,
        verbs::{Accept, AssignCaseOwner, Conclude, Register, SignOff, UpdateMeasures},
    },
    picture::{Act, Body, Cast, Picture, Story, petition_id, whistle_id, words},
    recusal::Recuse,
    refusal::Problem,
    whistle::{Resolution, WhistleFact},
};

use crate::{
    case::Case,
    not_permitted,
    support::{picture, start},
};

const OWNER: Cast = Cast::FurtherLeader;

/// A petition that somebody owns, without a whistle.
fn owned() -> Case {
    let mut case = Case::new();
    case.ask(Cast::Director, Do::AssignCaseOwner);
    case
}

fn assign(case: &Case) -> AssignCaseOwner {
    match case.command(Do::AssignCaseOwner) {
        Command::AssignCaseOwner(it) => it,
        other => panic!("{other:?}"),
    }
}

fn update(case: &Case) -> UpdateMeasures {
    match case.command(Do::UpdateMeasures) {
        Command::UpdateMeasures(it) => it,
        other => panic!("{other:?}"),
    }
}

fn sign_off(case: &Case) -> SignOff {
    match case.command(Do::SignOff) {
        Command::SignOff(it) => it,
        other => panic!("{other:?}"),
    }
}

fn term(petition: &Petition, step: Step) -> &engine::clock::Term {
    &petition.clocks[&ClockKey::of(step)]
}

fn owner_of(petition: &Petition, step: Step) -> engine::clock::Owner {
    let all = deadlines(petition);
    all.into_iter().find(|it| it.key.step == step).expect("a deadline").owner
}

fn today(case: &Case) -> NaiveDate {
    case.story.now.with_timezone(&beijing()).date_naive()
}

/// Whether somebody reads the petition, and the whistle where there is one, by the rules.
fn reads(case: &Case, member: &Member) -> Vec<bool> {
    let directory = &case.picture.directory;
    let petition = case.petition();
    let sees = |subject, relations| authority::may_read(subject, member, &relations);
    let of = authority::relations_to_petition(member, petition, [], directory);
    let mut res = vec![sees(authority::Subject::Case, of)];
    for it in case.story.scene.whistles.values() {
        let of = authority::relations_to_whistle(member, it, None, directory);
        res.push(sees(authority::Subject::Case, of));
    }
    res
}

/// Those entitled in person as owners: of the petition, and of each whistle.
fn entitled(case: &Case) -> Vec<Vec<PersonId>> {
    let owners = |all: std::collections::BTreeSet<Entitled>| -> Vec<PersonId> {
        let of = |it: Entitled| match it.holder {
            Holder::Person(person) => it.owner.then_some(person),
            Holder::Unit(_) => None,
        };
        all.into_iter().filter_map(of).collect()
    };
    let directory = &case.picture.directory;
    let whistles = case.story.scene.whistles.values();
    std::iter::once(owners(audience::of_petition(case.petition())))
        .chain(whistles.map(|it| owners(audience::of_whistle(it, directory))))
        .collect()
}

// Who owns a case.

#[test]
fn nobody_owns_or_cares_who_is_not_known_and_no_administrator_owns() {
    let mut case = Case::new();
    let good = assign(&case);
    for roles in [vec![], vec![Role::Dispatcher], vec![Role::SystemAdmin]] {
        let bad = AssignCaseOwner { roles: roles.into_iter().collect(), ..good.clone() };
        let refusal = case.may_not(Cast::Director, Command::AssignCaseOwner(bad.clone()));
        assert_eq!(refusal, Refusal::invalid("owner", Problem::Unknown));
        // Whoever may not assign is told that, and nothing of who is known.
        let refusal = case.may_not(Cast::Dispatcher, Command::AssignCaseOwner(bad));
        assert!(matches!(refusal, Refusal::NotPermitted { .. }), "{refusal:?}");
    }
    let stranger = AssignCaseOwner { care_known: false, ..good };
    let refusal = case.may_not(Cast::Director, Command::AssignCaseOwner(stranger));
    assert_eq!(refusal, Refusal::invalid("person", Problem::Unknown));
}

#[test]
fn an_owner_below_the_rank_of_the_level_is_refused() {
    let mut case = Case::new();
    let low = AssignCaseOwner { rank: Rank::Staff, ..assign(&case) };
    let refusal = case.may_not(Cast::Director, Command::AssignCaseOwner(low.clone()));
    // Where none was blown, the lowest level's rule holds.
    assert_eq!(refusal, Refusal::BelowRank { least: Rank::SectionHead });
    assert_eq!((refusal.code(), refusal.is_recorded()), ("BELOW_RANK", false));
    assert!(refusal.sentence(engine::text::Lang::Zh).contains("科室负责人"));
    let head = AssignCaseOwner { rank: Rank::SectionHead, ..low };
    case.does(Cast::Director, Command::AssignCaseOwner(head));
    assert_eq!(case.petition().entry().unwrap().rule.level, LevelCode::new("general"));

    let mut case = Case::with(Story::issued, "joint", "hard");
    let low = AssignCaseOwner { rank: Rank::DeputyHead, ..assign(&case) };
    let refusal = case.may_not(Cast::Leader, Command::AssignCaseOwner(low));
    assert_eq!(refusal, Refusal::BelowRank { least: Rank::Head });
    case.ask(Cast::Leader, Do::AssignCaseOwner);
    assert_eq!(case.petition().entry().unwrap().rule.level, LevelCode::new("hard"));
}

#[test]
fn a_case_is_assigned_by_the_director_or_a_leader_and_by_nobody_else() {
    let mut case = Case::new();
    for who in [Cast::Dispatcher, Cast::PetitionOfficer, Cast::DutyLeader, OWNER, Cast::Stranger] {
        assert!(not_permitted(&case.may_not(who, case.command(Do::AssignCaseOwner))), "{who:?}");
    }
    case.ask(Cast::Leader, Do::AssignCaseOwner);
    // The district's leader stands above the township's centre.
    let mut case = Case::new();
    let mut registration = case.picture.registration(8);
    registration.centre = Body::Township.id();
    let (petition, registration) = (petition_id(8), Box::new(registration));
    let register = Command::RegisterPetition(Register { petition, registration });
    case.does(Cast::TownDispatcher, register);
    case.story.place.petition = petition;
    assert!(not_permitted(&case.may_not(Cast::Director, case.command(Do::AssignCaseOwner))));
    case.ask(Cast::Leader, Do::AssignCaseOwner);
}

#[test]
fn an_accusation_has_no_entry() {
    let mut case = Case::new();
    let petition = petition_id(9);
    let mut registration = case.picture.registration(9);
    registration.nature = Nature::Accusation;
    let registration = Box::new(registration);
    case.does(Cast::Dispatcher, Command::RegisterPetition(Register { petition, registration }));
    case.story.place.petition = petition;
    let refusal = case.may_not(Cast::Director, case.command(Do::AssignCaseOwner));
    assert_eq!(refusal, Refusal::Accusation);
    assert!(not_permitted(&case.may_not(Cast::Leader, case.command(Do::AssignCaseOwner))));
}

#[test]
fn another_owner_needs_a_reason_and_what_was_done_goes_on() {
    let mut case = owned();
    // The same again is no change, with a reason or without.
    let refusal = case.may_not(Cast::Director, case.command(Do::AssignCaseOwner));
    assert_eq!(refusal, Refusal::Already);
    case.ask(OWNER, Do::UpdateMeasures);
    let other = AssignCaseOwner {
        owner: Cast::SecondLeader.person(),
        unit: Body::SecondAssist.id(),
        reason: None,
        ..assign(&case)
    };
    let refusal = case.may_not(Cast::Director, Command::AssignCaseOwner(other.clone()));
    assert_eq!(refusal, Refusal::missing("reason"));
    let other = AssignCaseOwner { reason: Some(words(1)), ..other };
    case.does(Cast::Director, Command::AssignCaseOwner(other));
    let entry = case.petition().entry().unwrap();
    assert_eq!((entry.nth, entry.updates, entry.measures), (1, 1, Some(words(64))));
    assert_eq!(case.petition().case_owner(), Some(Cast::SecondLeader.person()));
    assert!(not_permitted(&case.may_not(OWNER, case.command(Do::UpdateMeasures))));
    case.ask(Cast::SecondLeader, Do::UpdateMeasures);
}

#[test]
fn nobody_owns_a_case_that_is_kept_from_them() {
    let mut case = Case::new();
    let recuse = Recuse {
        case: StreamId::Petition(case.story.place.petition),
        holder: Some(Holder::Person(OWNER.person())),
        reason: words(1),
    };
    case.does(Cast::Director, Command::Recuse(recuse.clone()));
    let refusal = case.may_not(Cast::Director, case.command(Do::AssignCaseOwner));
    assert_eq!(refusal, Refusal::invalid("owner", Problem::Contradiction));
    let unit = Recuse { holder: Some(Holder::Unit(Body::Township.id())), ..recuse };
    case.does(Cast::Director, Command::Recuse(unit));
    // Nor does a unit care for those whose case it must not see.
    let other = AssignCaseOwner {
        owner: Cast::SecondLeader.person(),
        unit: Body::SecondAssist.id(),
        ..assign(&case)
    };
    let refusal = case.may_not(Cast::Director, Command::AssignCaseOwner(other.clone()));
    assert_eq!(refusal, Refusal::invalid("care", Problem::Contradiction));
    let other = AssignCaseOwner { care: None, ..other };
    case.does(Cast::Director, Command::AssignCaseOwner(other));
}

#[test]
fn an_entry_names_a_unit_that_is_there_and_a_day_that_is_not_past() {
    let mut case = Case::new();
    let yesterday = today(&case).pred_opt().unwrap();
    let good = assign(&case);
    let unit = AssignCaseOwner { unit: UnitId(uuid::Uuid::from_u128(77)), ..good.clone() };
    let due = AssignCaseOwner { due_on: yesterday, ..good.clone() };
    let care = Care { unit: Body::Township.id(), person: None, next_visit: Some(yesterday) };
    let care = AssignCaseOwner { care: Some(care), ..good };
    for (it, field, problem) in [
        (unit, "unit", Problem::Unknown),
        (due, "dueOn", Problem::Past),
        (care, "nextVisit", Problem::Past),
    ] {
        let refusal = case.may_not(Cast::Director, Command::AssignCaseOwner(it));
        assert_eq!(refusal, Refusal::invalid(field, problem));
    }
}

#[test]
fn a_petition_that_ended_gets_no_owner_until_it_is_opened_again() {
    let mut case = Case::new();
    case.ask(Cast::Dispatcher, Do::AnswerPetition);
    case.ask(Cast::Dispatcher, Do::ConcludePetition);
    assert_eq!(case.refused(Cast::Director, Do::AssignCaseOwner), "WRONG_STAGE");
    case.ask(Cast::Dispatcher, Do::ReopenPetition);
    case.ask(Cast::Director, Do::AssignCaseOwner);
}

// What the owner sees and does.

#[test]
fn an_owner_sees_their_own_case_and_each_whistle_over_it_and_nothing_sealed() {
    let mut case = Case::with(Story::issued, "joint", "hard");
    let member = OWNER.member().unwrap();
    assert_eq!(reads(&case, &member), [false, false]);
    case.ask(Cast::Leader, Do::AssignCaseOwner);
    assert_eq!(reads(&case, &member), [true, true]);
    assert_eq!(entitled(&case), [[OWNER.person()], [OWNER.person()]]);
    // Nobody else of their unit does, and they see no other case.
    assert_eq!(reads(&case, &Cast::FurtherLiaison.member().unwrap()), [false, false]);
    let second = &case.story.scene.petitions[&case.story.place.second];
    let directory = &case.picture.directory;
    let relations = authority::relations_to_petition(&member, second, [], directory);
    assert_eq!(relations, [Relation::Stranger].into());
    assert!(not_permitted(&case.may_not(OWNER, case.command(Do::Unseal))));
    // What is blown over it later is theirs to see, too.
    let again = case.picture.draft(whistle_id(2), &[case.story.place.petition], "joint", "hard");
    case.does(Cast::Dispatcher, Command::DraftWhistle(again));
    assert_eq!(reads(&case, &member), [true, true, true]);
}

#[test]
fn a_petition_that_joins_a_whistle_brings_its_owner_and_takes_them_along() {
    let mut case = Case::with(Story::issued, "joint", "general");
    let spare = case.story.place.spare;
    let own = AssignCaseOwner { petition: spare, ..assign(&case) };
    case.does(Cast::Director, Command::AssignCaseOwner(own));
    case.ask(Cast::Dispatcher, Do::AttachPetition);
    assert_eq!(case.whistle().case_owners, [(spare, OWNER.person())].into());
    let detach = engine::whistle::verbs::DetachPetition {
        whistle: case.whistle().id,
        petition: spare,
        reason: words(1),
    };
    case.does(Cast::Dispatcher, Command::DetachPetition(detach));
    assert!(case.whistle().case_owners.is_empty());
}

#[test]
fn who_registered_a_case_and_owns_it_is_entitled_twice() {
    let case = {
        let mut case = Case::new();
        let own = AssignCaseOwner {
            owner: Cast::Dispatcher.person(),
            unit: Body::District.id(),
            ..assign(&case)
        };
        case.does(Cast::Director, Command::AssignCaseOwner(own));
        case
    };
    let keys: std::collections::BTreeSet<_> =
        audience::of_petition(case.petition()).into_iter().map(Entitled::key).collect();
    assert!(keys.contains(&Cast::Dispatcher.person().0));
    assert!(keys.contains(&audience::owner_key(Cast::Dispatcher.person())));
}

#[test]
fn a_recused_owner_loses_sight_and_act_and_the_director_owes_what_they_owed() {
    let mut case = Case::with(Story::issued, "joint", "hard");
    case.ask(Cast::Leader, Do::AssignCaseOwner);
    let member = OWNER.member().unwrap();
    assert_eq!(owner_of(case.petition(), Step::ReviewMeasures).person, Some(OWNER.person()));
    // They declare it of themselves, and nobody has to accept it.
    let recuse = Recuse {
        case: StreamId::Petition(case.story.place.petition),
        holder: None,
        reason: words(1),
    };
    case.does(OWNER, Command::Recuse(recuse));
    assert_eq!(reads(&case, &member), [false, false]);
    assert_eq!(entitled(&case), [[], []] as [[PersonId; 0]; 2]);
    assert!(not_permitted(&case.may_not(OWNER, case.command(Do::UpdateMeasures))));
    for step in [Step::ReviewMeasures, Step::Resolve] {
        let owes = owner_of(case.petition(), step);
        assert_eq!((owes.unit, owes.person), (Body::District.id(), None));
        assert_eq!(owes.roles, [Role::Director]);
    }
    let row = entry(case.petition(), [], &case.picture.lists, &case.picture.directory).unwrap();
    assert!(row.vacant);
    // The director keeps the entry until another owns the case.
    case.ask(Cast::Director, Do::UpdateMeasures);
    case.ask_other(Cast::Director, Do::AssignCaseOwner);
    assert_eq!(case.petition().case_owner(), Some(Cast::SecondLeader.person()));
}

#[test]
fn a_unit_is_not_recused_while_one_of_it_owns_the_case() {
    let mut case = owned();
    let unit = Recuse {
        case: StreamId::Petition(case.story.place.petition),
        holder: Some(Holder::Unit(Body::Further.id())),
        reason: words(1),
    };
    let refusal = case.may_not(Cast::Director, Command::Recuse(unit.clone()));
    assert_eq!(refusal, Refusal::invalid("unit", Problem::Contradiction));
    case.ask_other(Cast::Director, Do::AssignCaseOwner);
    case.does(Cast::Director, Command::Recuse(unit));
}

#[test]
fn what_an_owner_says_is_recorded_for_them_at_the_centre() {
    let mut case = owned();
    let now = case.story.now;
    let update = case.command(Do::UpdateMeasures);
    let refusal = case.records(Cast::TownDispatcher, OWNER, now, update.clone());
    assert!(not_permitted(&refusal.unwrap_err()));
    // Who decides is asked, not who writes it down.
    let stranger = case.records(Cast::Dispatcher, Cast::LeadLeader, now, update.clone());
    assert!(not_permitted(&stranger.unwrap_err()));
    assert_eq!(case.records(Cast::Dispatcher, OWNER, now, update), Ok(()));
    assert_eq!(case.petition().entry().unwrap().progress[0].by, OWNER.person());
    assert_eq!(case.petition().scans.len(), 1);
}

// The clocks of an entry.

#[test]
fn the_review_runs_from_the_assignment_and_begins_anew_with_each_update() {
    let mut case = owned();
    let rule = case.petition().entry().unwrap().rule.review;
    let first = term(case.petition(), Step::ReviewMeasures).clone();
    assert_eq!((first.from, first.basis), (case.story.now, Basis::Limit(rule)));
    let due = term(case.petition(), Step::Resolve).clone();
    assert_eq!(due.basis, Basis::Named);
    case.story.wait(TimeDelta::days(10));
    case.ask(OWNER, Do::UpdateMeasures);
    let second = term(case.petition(), Step::ReviewMeasures).clone();
    assert_eq!(second.from, case.story.now);
    assert!(second.due > first.due);
    assert_eq!(*term(case.petition(), Step::Resolve), due);
    // A review that lapsed is owed until it is done, and runs anew then.
    case.story.now = second.due;
    let stream = StreamId::Petition(case.story.place.petition);
    let key = ClockKey::of(Step::ReviewMeasures);
    case.does(Cast::System, Command::Lapse(Lapse { stream, key: Some(key) }));
    assert!(term(case.petition(), Step::ReviewMeasures).lapsed);
    case.ask(OWNER, Do::UpdateMeasures);
    assert!(!term(case.petition(), Step::ReviewMeasures).lapsed);
}

#[test]
fn an_entry_that_is_late_is_told_to_the_owner_alone_and_to_those_who_watch() {
    let mut case = owned();
    let petition = case.story.place.petition;
    let due = term(case.petition(), Step::ReviewMeasures).due;
    case.story.now = due;
    let key = Some(ClockKey::of(Step::ReviewMeasures));
    case.does(Cast::System, Command::Lapse(Lapse { stream: StreamId::Petition(petition), key }));
    let Some(Event::Petition(event)) = case.story.entries.last().map(|it| &it.event) else {
        panic!("an event")
    };
    let told = petition_notices(case.petition(), event, &case.picture.directory);
    assert!(told.iter().all(|it| it.kind == NoticeKind::Overdue));
    let to: Vec<_> = told.iter().map(|it| (it.to.unit, it.to.person)).collect();
    let expected = [(Body::Further.id(), Some(OWNER.person())), (Body::District.id(), None)];
    assert_eq!(to, expected);
    assert!(told[1].to.roles.contains(&Role::Director));
    assert!(told.iter().all(|it| it.about == Some(Body::Further.id())));
}

#[test]
fn whoever_comes_to_own_a_case_is_told_alone_and_until_when() {
    let case = owned();
    let assigned = case.story.entries.iter().find_map(|it| match &it.event {
        Event::Petition(it) if matches!(it.fact, PetitionFact::CaseOwnerAssigned { .. }) => {
            Some(it)
        }
        Event::Petition(_) | Event::Whistle(_) => None,
    });
    let told = petition_notices(case.petition(), assigned.unwrap(), &case.picture.directory);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, NoticeKind::CaseOwnerAssigned);
    assert_eq!((told[0].to.unit, told[0].to.person), (Body::Further.id(), Some(OWNER.person())));
    assert_eq!(told[0].due, Some(term(case.petition(), Step::Resolve).due));
}

#[test]
fn more_time_is_given_by_the_director_with_a_reason_and_by_nobody_to_themselves() {
    let mut case = owned();
    let due_on = case.petition().entry().unwrap().due_on;
    let later = due_on.succ_opt();
    let longer = UpdateMeasures { due_on: later, reason: Some(words(1)), ..update(&case) };
    let refusal = case.may_not(OWNER, Command::UpdateMeasures(longer.clone()));
    assert_eq!(refusal, Refusal::NotPermitted { who: vec![Role::Director] });
    let silent = UpdateMeasures { reason: None, ..longer.clone() };
    let refusal = case.may_not(Cast::Director, Command::UpdateMeasures(silent));
    assert_eq!(refusal, Refusal::missing("reason"));
    case.does(Cast::Director, Command::UpdateMeasures(longer.clone()));
    assert_eq!(case.petition().entry().unwrap().due_on, later.unwrap());
    // Sooner, the owner may promise alone.
    let sooner = UpdateMeasures { due_on: due_on.pred_opt(), reason: None, ..longer };
    case.does(OWNER, Command::UpdateMeasures(sooner));
    let due = term(case.petition(), Step::Resolve).due;
    assert_eq!(Some(due), engine::Facts::end_of(due_on.pred_opt().unwrap()));

    // A director who owns the case is given time by another.
    let mut case = Case::new();
    let own = AssignCaseOwner {
        owner: Cast::Director.person(),
        unit: Body::District.id(),
        ..assign(&case)
    };
    case.does(Cast::Director, Command::AssignCaseOwner(own.clone()));
    let longer =
        UpdateMeasures { due_on: own.due_on.succ_opt(), reason: Some(words(1)), ..update(&case) };
    let refusal = case.may_not(Cast::Director, Command::UpdateMeasures(longer.clone()));
    assert_eq!(refusal, Refusal::RulesOnItself);
    let own = AssignCaseOwner { due_on: own.due_on.succ_opt().unwrap(), ..own };
    let refusal = case.may_not(Cast::Director, Command::AssignCaseOwner(own));
    assert_eq!(refusal, Refusal::RulesOnItself);
    case.does(Cast::OtherDirector, Command::UpdateMeasures(longer));
}

#[test]
fn the_date_by_which_a_matter_is_settled_moves_no_statutory_date() {
    let mut case = Case::new();
    let statutory = case.petition().statutory_due();
    let far = AssignCaseOwner {
        due_on: today(&case).checked_add_days(chrono::Days::new(200)).unwrap(),
        ..assign(&case)
    };
    case.does(Cast::Director, Command::AssignCaseOwner(far));
    assert!(Some(term(case.petition(), Step::Resolve).due) > statutory);
    assert_eq!(case.petition().statutory_due(), statutory);
}

#[test]
fn the_clocks_end_with_the_petition_and_begin_anew_with_it_while_the_entry_goes_on() {
    let mut case = owned();
    case.ask(OWNER, Do::UpdateMeasures);
    case.ask(Cast::Dispatcher, Do::AnswerPetition);
    let petition = case.story.place.petition;
    case.does(Cast::Dispatcher, Command::ConcludePetition(Conclude { petition }));
    assert!(case.petition().clocks.is_empty());
    // 办结 is not 化解: help goes on, and the entry waits for its own end.
    case.ask(OWNER, Do::UpdateMeasures);
    assert!(case.petition().clocks.is_empty());
    // Whom somebody still helps must be known.
    assert_eq!(case.refused(Cast::Director, Do::ErasePerson), "WRONG_STAGE");
    case.ask(Cast::Dispatcher, Do::ReopenPetition);
    let steps: Vec<Step> = case.petition().clocks.keys().map(|it| it.step).collect();
    assert_eq!(steps, [Step::Answer, Step::ReviewMeasures, Step::Resolve]);
    case.ask(Cast::Director, Do::SignOff);
    let steps: Vec<Step> = case.petition().clocks.keys().map(|it| it.step).collect();
    assert_eq!(steps, [Step::Answer]);
}

#[test]
fn what_an_owner_owes_hides_nothing_that_the_centre_owes() {
    let mut case = Case::new();
    let own = AssignCaseOwner {
        owner: Cast::OtherDirector.person(),
        unit: Body::District.id(),
        ..assign(&case)
    };
    case.does(Cast::Director, Command::AssignCaseOwner(own));
    let foremost: Vec<Step> =
        deadlines(case.petition()).iter().filter(|it| it.foremost).map(|it| it.key.step).collect();
    assert_eq!(foremost, [Step::Answer, Step::ReviewMeasures]);
}

// 销号.

#[test]
fn an_owner_does_not_sign_off_their_own_entry() {
    let mut case = Case::new();
    let own = AssignCaseOwner {
        owner: Cast::Director.person(),
        unit: Body::District.id(),
        ..assign(&case)
    };
    case.does(Cast::Director, Command::AssignCaseOwner(own));
    case.ask(Cast::Director, Do::UpdateMeasures);
    let refusal = case.may_not(Cast::Director, case.command(Do::SignOff));
    assert_eq!(refusal, Refusal::RulesOnItself);
    assert!(refusal.is_recorded());
    // Whoever decides is asked, not whoever records.
    let (now, off) = (case.story.now, case.command(Do::SignOff));
    let recorded = case.records(Cast::OtherDirector, Cast::Director, now, off);
    assert_eq!(recorded, Err(Refusal::RulesOnItself));
    case.ask(Cast::OtherDirector, Do::SignOff);
}

#[test]
fn nobody_of_a_unit_that_handles_the_case_signs_it_off() {
    let mut case = Case::new();
    let petition = petition_id(8);
    let registration = Box::new(case.picture.registration(8));
    case.does(Cast::Dispatcher, Command::RegisterPetition(Register { petition, registration }));
    // The lead is the competent unit, so that it stands to the petition as the centre does.
    let competent = Some(Body::Lead.id());
    case.does(Cast::Dispatcher, Command::AcceptPetition(Accept { petition, competent }));
    case.story.place.petition = petition;
    case.ask(Cast::Director, Do::AssignCaseOwner);
    case.story.closed(&case.picture, "quick", "general").unwrap();
    case.ask(OWNER, Do::UpdateMeasures);
    let leader = Member {
        person: Cast::LeadLeader.person(),
        unit: Body::Lead.id(),
        roles: [Role::Leader].into(),
    };
    let act = Act { actor: Actor::Member(leader), on_behalf_of: None, now: case.story.now };
    let off = case.command(Do::SignOff);
    let refusal = case.picture.decide(&case.story.scene, &act, off).unwrap_err();
    assert_eq!(refusal, Refusal::HandlerVerifies);
    assert!(refusal.is_recorded());
    case.ask(Cast::Director, Do::SignOff);
}

#[test]
fn an_entry_is_not_signed_off_without_measures_nor_over_an_open_whistle() {
    let mut case = Case::new();
    let refusal = case.may_not(Cast::Director, case.command(Do::SignOff));
    assert_eq!(refusal, Refusal::missing("caseOwner"));
    let mut case = owned();
    let refusal = case.may_not(Cast::Director, case.command(Do::SignOff));
    assert_eq!(refusal, Refusal::missing("measures"));
    case.ask(OWNER, Do::UpdateMeasures);
    case.story.issued(&case.picture, "quick", "general").unwrap();
    assert_eq!(case.refused(Cast::Director, Do::SignOff), "WRONG_STAGE");
    assert!(not_permitted(&case.may_not(OWNER, case.command(Do::SignOff))));
}

#[test]
fn signing_off_needs_the_papers_of_the_rule_as_it_was_assigned() {
    let mut picture = picture();
    for it in &mut picture.lists.responsibility.rows {
        it.papers = vec![FileKind::Material];
    }
    let mut case = Case::of(picture, start());
    case.ask(Cast::Director, Do::AssignCaseOwner);
    // Another version of the lists changes nothing in an entry.
    for it in &mut case.picture.lists.responsibility.rows {
        it.papers = vec![FileKind::Minutes];
    }
    case.ask(OWNER, Do::UpdateMeasures);
    let refusal = case.may_not(Cast::Director, case.command(Do::SignOff));
    assert_eq!(refusal, Refusal::MaterialMissing { kind: FileKind::Material });
    // The owner hands in the closing file.
    case.ask(OWNER, Do::AttachFile);
    case.ask(Cast::Director, Do::SignOff);
}

#[test]
fn what_an_owner_says_is_resolved_the_director_owes_to_accept() {
    let mut case = owned();
    case.ask_other(OWNER, Do::UpdateMeasures);
    let owes = owner_of(case.petition(), Step::Resolve);
    assert_eq!((owes.unit, owes.roles), (Body::District.id(), vec![Role::Director]));
    assert_eq!(owner_of(case.petition(), Step::ReviewMeasures).person, Some(OWNER.person()));
    assert_eq!(case.petition().resolution, None);
    // Not while units work on it: then it is not theirs to accept yet.
    let mut whistled = owned();
    whistled.story.issued(&whistled.picture, "quick", "general").unwrap();
    whistled.ask_other(OWNER, Do::UpdateMeasures);
    let owes = owner_of(whistled.petition(), Step::Resolve);
    assert_eq!(owes.person, Some(OWNER.person()));
    case.ask(Cast::Director, Do::SignOff);
    assert_eq!(case.petition().resolution, Some(Resolution::Resolved));
}

#[test]
fn with_its_end_the_owner_sees_the_case_no_more_and_the_next_entry_is_another() {
    let mut case = Case::with(Story::closed, "quick", "general");
    case.ask(Cast::Director, Do::AssignCaseOwner);
    case.ask(OWNER, Do::UpdateMeasures);
    assert_eq!(reads(&case, &OWNER.member().unwrap()), [true, true]);
    let off = SignOff { how: Resolution::Partial { remainder: words(2) }, ..sign_off(&case) };
    case.does(Cast::Director, Command::SignOff(off));
    assert_eq!(reads(&case, &OWNER.member().unwrap()), [false, false]);
    assert_eq!(entitled(&case), [[], []] as [[PersonId; 0]; 2]);
    let refusal = case.may_not(Cast::Director, case.command(Do::SignOff));
    assert_eq!(refusal, Refusal::Already);
    let again = AssignCaseOwner { reason: None, ..assign(&case) };
    case.does(Cast::Director, Command::AssignCaseOwner(again));
    let entry = case.petition().entry().unwrap();
    assert_eq!((entry.nth, entry.updates, entry.measures), (2, 0, None));
}

#[test]
fn an_entry_survives_a_second_whistle_and_says_where_its_level_outgrew_it() {
    let mut case = Case::new();
    let own = AssignCaseOwner { rank: Rank::SectionHead, ..assign(&case) };
    case.does(Cast::Director, Command::AssignCaseOwner(own));
    case.story.closed(&case.picture, "quick", "general").unwrap();
    case.ask(OWNER, Do::UpdateMeasures);
    let before = case.petition().responsibility.clone();
    let draft = case.picture.draft(whistle_id(2), &[case.story.place.petition], "joint", "hard");
    case.does(Cast::Dispatcher, Command::DraftWhistle(draft));
    case.story.place.whistle = Some(whistle_id(2));
    case.ask(Cast::Dispatcher, Do::SubmitWhistle);
    case.ask(Cast::Director, Do::EndorseWhistle);
    case.ask(Cast::Leader, Do::IssueWhistle);
    assert_eq!(case.petition().responsibility, before);
    let set = case.story.entries.iter().filter(|it| match &it.event {
        Event::Whistle(it) => matches!(it.fact, WhistleFact::CaseOwnerSet { .. }),
        Event::Petition(_) => false,
    });
    assert_eq!(set.count(), 2);
    let scene: &Scene = &case.story.scene;
    let Picture { lists, directory, .. } = &case.picture;
    let row = entry(case.petition(), scene.whistles.values(), lists, directory).unwrap();
    assert!(row.below_rank);
    assert_eq!(row.whistle, Some(whistle_id(2)));
    assert_eq!(row.level.unwrap().0, LevelCode::new("hard"));
    case.ask(OWNER, Do::UpdateMeasures);
}

// The ledger.

#[test]
fn a_row_says_what_offices_ask_of_an_entry() {
    let mut case = Case::with(Story::handling, "joint", "hard");
    let row = |case: &Case| {
        let Picture { lists, directory, .. } = &case.picture;
        entry(case.petition(), case.story.scene.whistles.values(), lists, directory)
    };
    assert_eq!(row(&case), None);
    case.ask(Cast::Leader, Do::AssignCaseOwner);
    case.ask(OWNER, Do::UpdateMeasures);
    case.ask(Cast::Director, Do::TerminateWhistle);
    case.ask(Cast::Director, Do::SignOff);
    let row = row(&case).unwrap();
    assert_eq!(row.number, "信〔2019〕000001");
    assert_eq!((row.risk, row.updates, row.progress.len()), (Risk::Medium, 1, 1));
    assert_eq!(row.owner_unit.name, "另一部门");
    let lead = row.lead.unwrap();
    assert_eq!((lead.unit.name.as_str(), lead.rank), ("牵头单位", Some(Rank::Head)));
    let assists: Vec<&str> = row.assists.iter().map(|it| it.unit.name.as_str()).collect();
    assert_eq!(assists, ["协办单位甲", "协办单位乙"]);
    assert_eq!(row.care_unit.unwrap().name, "镇综治中心");
    assert_eq!(row.resolution, Some(Resolution::Resolved));
    assert_eq!((row.way, row.fulfilment), (Some(words(69)), Some(words(68))));
    assert_eq!(row.accepted_by, Some(Cast::Director.person()));
    assert_eq!(row.signed_off_on, Some(today(&case)));
    assert!(!row.vacant && !row.overdue && row.review_due.is_none());
}

#[test]
fn the_state_keeps_the_latest_notes_and_the_events_keep_them_all() {
    let mut case = owned();
    for _ in 0..KEPT + 5 {
        case.ask(OWNER, Do::UpdateMeasures);
    }
    let entry = case.petition().entry().unwrap();
    assert_eq!(entry.progress.len(), KEPT);
    assert_eq!(usize::try_from(entry.updates).unwrap(), KEPT + 5);
}

#[test]
fn a_state_from_before_there_was_a_ledger_reads() {
    let case = owned();
    let mut petition = serde_json::to_value(case.petition()).unwrap();
    assert!(petition.as_object_mut().unwrap().remove("responsibility").is_some());
    let read: Petition = serde_json::from_value(petition).unwrap();
    assert_eq!(read.responsibility, None);
    let case = Case::with(Story::issued, "joint", "hard");
    // Without an owner the state is written as it was before.
    let whistle = serde_json::to_value(case.whistle()).unwrap();
    assert!(whistle.get("case_owners").is_none());
    let read: engine::whistle::Whistle = serde_json::from_value(whistle).unwrap();
    assert_eq!(read, *case.whistle());
}
