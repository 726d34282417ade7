//! 派单建议: what fired and why, whom the row calls, what was passed over, and which rulings are alike.

use chrono::NaiveDate;
use engine::{
    CommandKind as Do, Refusal,
    actor::Role,
    calendar::{Limit, LimitUnit},
    clock::Step,
    directory::UnitKind,
    event::Event,
    ids::PetitionId,
    lists::{Class, ClassNames, Lists, Matter, MatterCode, Power, PowerCode},
    petition::{LegalBar, Nature, verbs::Register},
    picture::{Act, Body, Cast, petition_id},
    refusal::Problem,
    suggest::{
        Asked, Because, LeftOut, Outcome, Precedent, Rejected, Ruling, Suggestion, Why, similar,
    },
    text::Lang,
    whistle::AssignmentRole,
};

use crate::{
    case::Case,
    support::{picture, start},
};

const WAGES: &str = "工地拖欠工资三个月，十几名工友讨要未果";

fn code(text: &str) -> MatterCode {
    MatterCode::new(text)
}

fn under(change: impl FnOnce(&mut Lists)) -> Case {
    let mut picture = picture();
    change(&mut picture.lists);
    assert_eq!(picture.lists.check(None), []);
    Case::of(picture, start())
}

fn row<'a>(lists: &'a mut Lists, matter: &str) -> &'a mut Matter {
    lists.matters.rows.iter_mut().find(|it| it.code.0 == matter).unwrap()
}

fn suggestion(
    case: &Case,
    who: Cast,
    petition: PetitionId,
    text: &str,
    matter: Option<&str>,
) -> Result<Suggestion, Refusal> {
    let act = Act { actor: who.actor(), on_behalf_of: None, now: case.story.now };
    let matter = matter.map(code);
    let asked = Asked { petition, text, matter: matter.as_ref() };
    case.picture.suggest(&case.story.scene, &act, &asked)
}

fn suggested(case: &Case, text: &str, matter: Option<&str>) -> Suggestion {
    suggestion(case, Cast::Dispatcher, petition_id(1), text, matter).unwrap()
}

/// A further petition, registered with something changed.
fn register(
    case: &mut Case,
    change: impl FnOnce(&mut engine::petition::Registration),
) -> PetitionId {
    let petition = petition_id(9);
    let mut registration = case.picture.registration(9);
    change(&mut registration);
    let register = Register { petition, registration: Box::new(registration) };
    case.does(Cast::Dispatcher, engine::Command::RegisterPetition(register));
    petition
}

#[test]
fn what_a_petition_says_finds_the_row_and_the_phrases_are_shown() {
    let case = Case::new();
    let found = suggested(&case, WAGES, None);
    let fired = found.fired.unwrap();
    assert_eq!(fired.matter.code.0, "wage_arrears");
    let [Why::Words { common, share }] = fired.why.as_slice() else { panic!("{:?}", fired.why) };
    assert!(common.contains(&"拖欠工资".to_owned()) && *share == 100, "{common:?} {share}");
    assert!(fired.why[0].sentence(Lang::Zh).contains("“拖欠工资”"));
    assert_eq!(found.barred, None);
}

#[test]
fn what_a_person_said_outweighs_the_class_and_the_class_outweighs_words() {
    let class = |path: &[&str], matter: Option<&str>| Class {
        path: path.iter().map(|it| (*it).to_owned()).collect(),
        matter: matter.map(code),
    };
    let mut case = under(|it| {
        it.classes = vec![
            class(&["城乡建设"], Some("property_mgmt")),
            class(&["城乡建设", "安全", "道路"], None),
        ]
        .into();
    });
    // The class itself stands for nothing; the nearest above it does.
    let petition = register(&mut case, |it| it.class = Some("城乡建设/安全/道路".to_owned()));
    let ask = |matter| suggestion(&case, Cast::Dispatcher, petition, WAGES, matter).unwrap();
    let found = ask(None);
    let fired = found.fired.unwrap();
    assert_eq!(fired.matter.code.0, "property_mgmt");
    assert_eq!(fired.why[0], Why::Class { class: "城乡建设".to_owned() });
    let passed = &found.passed_over[0];
    assert_eq!(
        (passed.matter.code.0.as_str(), &passed.rejected),
        ("wage_arrears", &Rejected::Weaker)
    );
    let fired = ask(Some("wage_arrears")).fired.unwrap();
    assert_eq!(fired.matter.code.0, "wage_arrears");
    assert_eq!(fired.why[0], Why::Chosen);
    let unknown = Refusal::invalid("matter", Problem::Unknown);
    assert_eq!(suggestion(&case, Cast::Dispatcher, petition, "", Some("none")), Err(unknown));
}

#[test]
fn a_class_that_the_taxonomy_does_not_have_is_refused_at_registration() {
    let mut case = Case::new();
    let mut registration = case.picture.registration(9);
    registration.class = Some("没有".to_owned());
    let register = Register { petition: petition_id(9), registration: Box::new(registration) };
    let refusal = case.may_not(Cast::Dispatcher, engine::Command::RegisterPetition(register));
    assert_eq!(refusal, Refusal::invalid("class", Problem::Unknown));
}

#[test]
fn another_systems_class_is_known_however_it_parts_the_path_and_by_a_last_name_that_is_unique() {
    let path =
        |it: &[&str]| Class { path: it.iter().map(|it| (*it).to_owned()).collect(), matter: None };
    let lists = Lists {
        classes: vec![
            path(&["劳动保障", "工资", "拖欠"]),
            path(&["劳动保障", "其他"]),
            path(&["城乡建设", "其他"]),
        ]
        .into(),
        ..Lists::preset().unwrap()
    };
    let names = ClassNames::of(&lists.classes);
    let named = |it| names.get(it).map(Class::key);
    assert_eq!(named("劳动保障-工资-拖欠").as_deref(), Some("劳动保障/工资/拖欠"));
    assert_eq!(named(" 劳动保障 > 其他").as_deref(), Some("劳动保障/其他"));
    assert_eq!(named("拖欠").as_deref(), Some("劳动保障/工资/拖欠"));
    assert_eq!((named("其他"), named("没有"), named(" - ")), (None, None, None));
}

#[test]
fn a_row_that_ended_or_that_this_centre_may_not_blow_is_passed_over_with_the_reason() {
    let until = NaiveDate::from_ymd_opt(2019, 1, 31).unwrap();
    let case = under(|it| {
        row(it, "wage_arrears").until = Some(until);
        let rows = &mut it.initiation.rows;
        rows.retain(|it| (it.kind.0.as_str(), it.level.0.as_str()) != ("joint", "general"));
    });
    let found = suggested(&case, WAGES, None);
    assert_eq!(found.passed_over[0].rejected, Rejected::Expired { until });
    let found = suggested(&case, "物业服务", Some("property_mgmt"));
    assert!(
        matches!(&found.passed_over[0].rejected, Rejected::NotBlown { pair } if pair == "攻坚 一般")
    );
    // Off the list: nothing speaks for any row.
    assert_eq!(suggested(&case, "zzz", None).fired, None);
}

#[test]
fn the_row_says_whom_to_call_by_which_power_who_approves_and_how_long_it_takes() {
    let own = Limit::new(4, LimitUnit::WorkingDay).unwrap();
    let case = under(|it| {
        it.powers = vec![Power {
            code: PowerCode::new("ZJ-001"),
            tier: engine::directory::Tier::District,
            category: String::new(),
            name: "供热管理".to_owned(),
            item: String::new(),
            basis: "城市供热条例".to_owned(),
            duty: String::new(),
            accountability: String::new(),
            unit: None,
        }]
        .into();
        let row = row(it, "housing_utilities");
        row.powers = vec![PowerCode::new("ZJ-001")];
        row.handle = Some(own);
        row.source = "区政府令".to_owned();
    });
    let fired = suggested(&case, "", Some("housing_utilities")).fired.unwrap();
    let calls: Vec<_> = fired.calls.iter().map(|it| (it.unit, it.role, &it.because)).collect();
    let because = &Because::Row;
    assert_eq!(
        calls,
        [
            (Body::Lead.id(), AssignmentRole::Lead, because),
            (Body::FirstAssist.id(), AssignmentRole::Assist, because),
            (Body::SecondAssist.id(), AssignmentRole::Assist, because),
        ]
    );
    assert_eq!(fired.powers[0].power.as_ref().unwrap().basis, "城市供热条例");
    assert_eq!((fired.endorse, fired.issue), (vec![Role::Director], vec![Role::Leader]));
    let handle = fired.limits.iter().find(|it| it.step == Step::Handle).unwrap();
    assert_eq!((handle.limit, handle.own, handle.source.as_str()), (own, true, "区政府令"));
    let report = fired.limits.iter().find(|it| it.step == Step::ReportIn).unwrap();
    assert!(!report.own && !report.source.is_empty());
}

#[test]
fn what_is_suggested_is_what_a_draft_that_names_no_units_calls() {
    let mut case = Case::new();
    let fired = suggested(&case, "", Some("housing_utilities")).fired.unwrap();
    let petitions = [petition_id(1)];
    let mut draft = case.picture.draft(
        engine::picture::whistle_id(1),
        &petitions,
        &fired.kind.0,
        &fired.level.0,
    );
    draft.asked.matter = Some(fired.matter.code.clone());
    draft.asked.off_list = None;
    draft.asked.calls = vec![];
    case.does(Cast::Dispatcher, engine::Command::DraftWhistle(draft));
    case.story.place.whistle = Some(engine::picture::whistle_id(1));
    let content = case.whistle().content.as_ref().unwrap();
    let called: Vec<_> = content.calls.iter().map(|it| (it.unit, it.role)).collect();
    let suggested: Vec<_> = fired.calls.iter().map(|it| (it.unit, it.role)).collect();
    assert_eq!(called, suggested);
}

#[test]
fn a_unit_that_must_not_know_or_may_not_be_called_is_left_out_with_the_reason() {
    let mut case = under(|it| {
        row(it, "housing_utilities").assists.push("gdgs".to_owned());
        for row in &mut it.initiation.rows {
            row.may_call.retain(|it| *it != UnitKind::External);
        }
    });
    let recuse = engine::recusal::Recuse {
        case: engine::StreamId::Petition(petition_id(1)),
        holder: Some(engine::authority::audience::Holder::Unit(Body::FirstAssist.id())),
        reason: engine::picture::words(7),
    };
    case.does(Cast::Director, engine::Command::Recuse(recuse));
    let fired = suggested(&case, "", Some("housing_utilities")).fired.unwrap();
    let left: Vec<_> = fired.left_out.iter().map(|it| (it.unit.as_str(), &it.why)).collect();
    assert_eq!(left, [("协办单位甲", &LeftOut::Shut), ("垂管单位", &LeftOut::NotCallable)]);
    assert!(fired.calls.iter().all(|it| it.unit != Body::FirstAssist.id()));
}

#[test]
fn where_the_row_names_no_lead_the_place_leads() {
    let mut case = under(|it| {
        let row = row(it, "road_damage");
        row.lead = None;
        row.assists = vec![];
        for row in &mut it.initiation.rows {
            row.may_call.push(UnitKind::Centre);
        }
    });
    let petition = register(&mut case, |it| it.place = Some(Body::Township.id()));
    let found = suggestion(&case, Cast::Dispatcher, petition, "", Some("road_damage")).unwrap();
    let fired = found.fired.unwrap();
    assert_eq!(fired.calls[0].because, Because::Place);
    assert_eq!(fired.calls[0].unit, Body::Township.id());
}

#[test]
fn a_matter_that_waits_for_a_court_says_so_and_an_accusation_is_suggested_to_nobody() {
    let mut case = Case::new();
    let barred = register(&mut case, |it| it.legal_bar = Some(LegalBar::Litigation));
    let found = suggestion(&case, Cast::Dispatcher, barred, "已提起诉讼", Some("wage_arrears"));
    let found = found.unwrap();
    assert_eq!(found.barred, Some(Refusal::PendingElsewhere { bar: LegalBar::Litigation }));
    assert_eq!(found.fired.unwrap().caution, ["诉讼"]);
    let mut case = Case::new();
    let accusation = register(&mut case, |it| it.nature = Nature::Accusation);
    let found = suggestion(&case, Cast::Dispatcher, accusation, WAGES, None).unwrap();
    assert_eq!((found.barred, found.fired), (Some(Refusal::Accusation), None));
}

#[test]
fn only_who_may_draft_is_advised() {
    let case = Case::new();
    for who in [Cast::LeadLiaison, Cast::Administrator, Cast::Leader] {
        let refusal = suggestion(&case, who, petition_id(1), WAGES, None).unwrap_err();
        assert_eq!(refusal.code(), "NOT_PERMITTED", "{who:?}");
    }
    // A centre below drafts, and not over a petition of the centre above it.
    let refusal = suggestion(&case, Cast::TownDispatcher, petition_id(1), WAGES, None);
    assert_eq!(refusal, Err(Refusal::invalid("petition", Problem::Unknown)));
}

#[test]
fn the_third_whistle_is_suggested_at_the_level_that_it_would_have() {
    let mut case = Case::new();
    for n in 1..=2 {
        let id = engine::picture::whistle_id(n);
        let draft = case.picture.draft(id, &[petition_id(1)], "joint", "key");
        case.does(Cast::Dispatcher, engine::Command::DraftWhistle(draft));
        case.story.place.whistle = Some(id);
        case.ask(Cast::Dispatcher, Do::SubmitWhistle);
        case.ask(Cast::Leader, Do::IssueWhistle);
    }
    let fired = suggested(&case, "", Some("wage_arrears")).fired.unwrap();
    assert_eq!((fired.kind.0.as_str(), fired.level.0.as_str()), ("joint", "hard"));
    let raised = fired.raised.unwrap();
    assert_eq!((raised.from.1.0.as_str(), raised.nth), ("key", 3));
    let said = raised.sentence(&case.picture.lists, Lang::Zh);
    assert_eq!(said, "同一诉求第 3 次吹哨，由“攻坚 重点”升级");
}

#[test]
fn past_rulings_come_by_matter_then_by_what_is_said_then_the_latest() {
    let mut case = Case::with(engine::picture::Story::issued, "joint", "general");
    case.ask(Cast::LeadLeader, Do::RequestReturn);
    case.ask(Cast::Director, Do::RuleReturn);
    case.turn_to(Body::FirstAssist);
    case.ask(Cast::FirstLeader, Do::RequestReturn);
    case.ask_other(Cast::Director, Do::RuleReturn);
    let whistle = case.whistle().clone();
    let mut found = vec![];
    let mut version = 0;
    for it in &case.story.entries {
        let Event::Whistle(event) = &it.event else { continue };
        version += 1;
        let ruling = Ruling::of(&whistle, version, case.story.now, &event.fact);
        let kind: &'static str = (&event.fact).into();
        assert_eq!(ruling.is_some(), Ruling::KINDS.contains(&kind), "{kind}");
        found.extend(ruling);
    }
    let told: Vec<_> = found.iter().map(|it| (it.outcome, it.from, it.to)).collect();
    let (lead, first) = (Body::Lead.id(), Body::FirstAssist.id());
    assert_eq!(
        told,
        [(Outcome::Granted, lead, Body::Further.id()), (Outcome::Refused, first, first)]
    );
    let (roads, lamps) = (code("road_damage"), code("street_light"));
    let past = |matter, text| Precedent { ruling: found[0].clone(), matter, text };
    let all = [
        past(Some(&roads), "燃气泄漏"),
        past(None, "路灯不亮, 夜里看不见"),
        past(None, "路灯不亮"),
        past(Some(&lamps), "全不相干"),
        past(None, "全不相干"),
    ];
    let alike = similar("路灯不亮", Some(&lamps), &all);
    let alike: Vec<_> = alike.iter().map(|it| (it.same_matter, it.alike)).collect();
    assert_eq!(alike[0], (true, 0));
    assert_eq!(alike[1], (false, 100));
    assert!(alike.len() == 3 && !alike[2].0 && (1..100).contains(&alike[2].1));
}

/// The picture with a bureau that took another over, and one that is no more.
fn reorganised(change: impl FnOnce(&mut Matter)) -> Case {
    let mut picture = picture();
    change(row(&mut picture.lists, "housing_utilities"));
    let mut units: Vec<_> = picture.directory.units().cloned().collect();
    for it in &mut units {
        if it.id == Body::FirstAssist.id() {
            (it.closed, it.heir) = (true, Some(Body::SecondAssist.id()));
        }
        if it.id == Body::External.id() {
            it.closed = true;
        }
    }
    picture.directory = engine::directory::Directory::new(units);
    Case::of(picture, start())
}

#[test]
fn whoever_took_a_unit_over_is_suggested_and_called_for_it_once() {
    let mut case = reorganised(|it| it.assists.extend(["gdgs".to_owned(), "nobody".to_owned()]));
    let fired = suggested(&case, "", Some("housing_utilities")).fired.unwrap();
    let calls: Vec<_> = fired.calls.iter().map(|it| (it.unit, &it.because)).collect();
    let heir = Because::Heir { of: "kjj".to_owned() };
    assert_eq!(calls, [(Body::Lead.id(), &Because::Row), (Body::SecondAssist.id(), &heir)]);
    let left: Vec<_> = fired.left_out.iter().map(|it| (it.unit.as_str(), &it.why)).collect();
    assert_eq!(
        left,
        [
            ("协办单位乙", &LeftOut::Twice),
            ("垂管单位", &LeftOut::Closed),
            ("nobody", &LeftOut::Unknown),
        ]
    );
    // A draft that names no units calls the same, and departs from nothing by it.
    let id = engine::picture::whistle_id(1);
    let mut draft = case.picture.draft(id, &[petition_id(1)], "joint", "hard");
    draft.asked.matter = Some(code("housing_utilities"));
    draft.asked.off_list = None;
    draft.asked.calls = vec![];
    case.does(Cast::Dispatcher, engine::Command::DraftWhistle(draft));
    case.story.place.whistle = Some(id);
    let called: Vec<_> =
        case.whistle().content.as_ref().unwrap().calls.iter().map(|it| it.unit).collect();
    assert_eq!(called, [Body::Lead.id(), Body::SecondAssist.id()]);
}

#[test]
fn a_row_whose_lead_is_gone_suggests_none_and_drafts_for_nobody() {
    let mut case = reorganised(|it| it.lead = Some("gdgs".to_owned()));
    let fired = suggested(&case, "", Some("housing_utilities")).fired.unwrap();
    assert!(fired.calls.iter().all(|it| it.role == AssignmentRole::Assist));
    assert_eq!(fired.left_out[0].why, LeftOut::Closed);
    let id = engine::picture::whistle_id(1);
    let mut draft = case.picture.draft(id, &[petition_id(1)], "joint", "hard");
    draft.asked.matter = Some(code("housing_utilities"));
    draft.asked.off_list = None;
    draft.asked.calls = vec![];
    let refusal = case.may_not(Cast::Dispatcher, engine::Command::DraftWhistle(draft));
    assert_eq!(refusal, Refusal::NotCallable);
}

#[test]
fn a_designation_is_a_precedent_too_and_says_on_which_rung() {
    let mut case = Case::with(engine::picture::Story::issued, "joint", "general");
    case.turn_to(Body::Lead);
    case.ask(Cast::Director, Do::OpenDispute);
    case.ask(Cast::Director, Do::Designate);
    let whistle = case.whistle().clone();
    let Event::Whistle(event) = &case.story.entries.last().unwrap().event else { panic!() };
    let ruling = Ruling::of(&whistle, 1, case.story.now, &event.fact).unwrap();
    assert_eq!(ruling.from, Body::Lead.id());
    assert!(
        matches!(ruling.outcome, Outcome::Designated { .. } | Outcome::Kept { .. }),
        "{ruling:?}"
    );
    assert_eq!(matches!(ruling.outcome, Outcome::Kept { .. }), ruling.to == ruling.from);
}

#[test]
fn what_chance_gives_in_common_is_no_likeness() {
    let mut case = Case::with(engine::picture::Story::issued, "joint", "general");
    case.ask(Cast::LeadLeader, Do::RequestReturn);
    case.ask_other(Cast::Director, Do::RuleReturn);
    let Event::Whistle(event) = &case.story.entries.last().unwrap().event else { panic!() };
    let ruling = Ruling::of(case.whistle(), 1, case.story.now, &event.fact).unwrap();
    let long: String = ('一'..).take(60).collect();
    let text = format!("{long}路灯");
    let past = |matter| [Precedent { ruling: ruling.clone(), matter, text: &text }];
    assert_eq!(similar("路灯不亮", None, &past(None)), []);
    let lamps = code("street_light");
    assert_eq!(similar("路灯不亮", Some(&lamps), &past(Some(&lamps))).len(), 1, "the same matter");
}

#[test]
fn whatever_is_said_is_said_in_both_languages() {
    let until = NaiveDate::from_ymd_opt(2019, 1, 31).unwrap();
    let both = |it: &dyn Fn(Lang) -> String| {
        let (zh, en) = (it(Lang::Zh), it(Lang::En));
        assert!(zh.chars().any(|it| it > '\u{2e80}') && !en.chars().any(|it| it > '\u{2e80}'));
        (zh, en)
    };
    let rung = engine::whistle::Rung::Superior;
    let words = Why::Words { common: vec!["lamp".to_owned()], share: 40 };
    let class = Why::Class { class: "roads".to_owned() };
    let mut said = vec![];
    for it in [Why::Chosen, Why::Registered, class, words] {
        said.push(both(&|lang| it.sentence(lang)));
    }
    for it in [Rejected::Expired { until }, Rejected::Weaker] {
        said.push(both(&|lang| it.sentence(lang)));
    }
    for it in [Because::Row, Because::Heir { of: "kjj".to_owned() }, Because::Place] {
        said.push(both(&|lang| it.sentence(lang)));
    }
    use LeftOut::{Closed, NotCallable, Shut, Twice, Unknown};
    for it in [Unknown, Closed, NotCallable, Shut, Twice] {
        said.push(both(&|lang| it.sentence(lang).to_owned()));
    }
    let outcomes =
        [Outcome::Granted, Outcome::Refused, Outcome::Designated { rung }, Outcome::Kept { rung }];
    for it in outcomes {
        said.push(both(&|lang| it.sentence(lang).to_owned()));
    }
    let n = said.len();
    let apart: std::collections::BTreeSet<_> = said.into_iter().collect();
    assert_eq!(apart.len(), n, "no two things are said alike");
}
