//! The proof of a version of the lists: what ships is proven, and what is wrong is found.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

mod golden;

use std::fmt::Write as _;

use engine::{
    actor::{Member, Role},
    calendar::{Calendar, Limit, LimitUnit},
    clock::{Step, Warning},
    directory::{Tier, UnitKind},
    ids::PersonId,
    lists::{
        Bounds, Consequence, Hours, Initiation, KindCode, LevelCode, Lists, MatterCode, Process,
        Sheet,
    },
    picture::{Body, Cast, Picture},
    prove::{Finding, Pair, Proof, Property, Prover, Scope, Severity, Staffing},
    text::Lang,
};
use strum::IntoEnumIterator as _;

use golden::golden;

fn preset() -> Lists {
    Lists::preset().unwrap()
}

fn calendars() -> Vec<Calendar> {
    Calendar::presets().unwrap()
}

fn proof(lists: &Lists, scope: Scope) -> Proof {
    let calendars = calendars();
    Prover::new(lists, &calendars).within(scope).prove()
}

/// How many states and ways each pair has, and what is shown of it.
fn table(proof: &Proof) -> String {
    let mut text = String::new();
    for it in &proof.pairs {
        let Pair { tier, kind, level } = &it.pair;
        let (n_states, n_ways) = (it.n_states, it.n_transitions);
        writeln!(text, "{tier}/{kind}/{level}: {n_states} 个状态, {n_ways} 条路径").unwrap();
        for it in &it.findings {
            writeln!(text, "  {} {}: {}", it.severity, it.property, it.sentence(Lang::Zh)).unwrap();
        }
    }
    for it in &proof.findings {
        writeln!(text, "{} {}: {}", it.severity, it.property, it.sentence(Lang::Zh)).unwrap();
    }
    text
}

#[test]
fn the_presets_are_proven_for_a_lead_alone() {
    let proof = proof(&preset(), Scope::Lead);
    assert!(proof.is_proven(), "{}", table(&proof));
    golden("prove.txt", &table(&proof));
}

#[test]
#[ignore = "takes some minutes without optimisation, half a minute with it: make soak"]
fn soak_the_presets_are_proven_in_the_whole_picture() {
    let lists = preset();
    let proof = proof(&lists, Scope::LeadAndAssist);
    assert!(proof.is_proven(), "{}", table(&proof));
    assert!(proof.pairs.iter().all(|it| it.n_states > 5_000));
    golden("prove_whole.txt", &table(&proof));
}

#[test]
fn a_pair_is_proven_in_the_whole_picture() {
    let (mut lists, calendars) = (preset(), calendars());
    // One round and no hold: the rest is like it, and is proven by the soak.
    for it in &mut lists.process.rows {
        it.bounds =
            Bounds { send_backs: 1, reworks: 0, extensions: 1, holds: 0, ..it.bounds.clone() };
    }
    let prover = Prover::new(&lists, &calendars);
    let (kind, level) = (KindCode::new("quick"), LevelCode::new("general"));
    let it = prover.pair(&Pair { tier: Tier::District, kind, level });
    assert!(it.n_states > 1_000, "{}", it.n_states);
    assert!(it.findings.iter().all(|it| it.severity == Severity::Shown), "{:?}", it.findings);
}

#[test]
fn a_list_may_leave_drafting_to_the_director_alone() {
    let mut lists = preset();
    let it = row(&mut lists, "joint", "key");
    it.draft = vec![Role::Director];
    it.issue = vec![Role::Leader];
    it.issue_off_list = vec![Role::Leader];
    let calendars = calendars();
    let prover = Prover::new(&lists, &calendars).within(Scope::Lead);
    let (kind, level) = (KindCode::new("joint"), LevelCode::new("key"));
    let it = prover.pair(&Pair { tier: Tier::District, kind, level });
    assert!(it.findings.iter().all(|it| it.severity == Severity::Shown), "{:?}", it.findings);
}

#[test]
fn the_same_version_gives_the_same_proof_and_it_is_read_back_as_it_was_written() {
    let (lists, calendars) = (preset(), calendars());
    let prover = Prover::new(&lists, &calendars).within(Scope::Lead);
    // Pairs can be proven side by side.
    let side_by_side = || -> Proof {
        let pairs: Vec<_> = prover.pairs().into_iter().take(2).collect();
        let pairs = std::thread::scope(|scope| {
            let running: Vec<_> = pairs.iter().map(|it| scope.spawn(|| prover.pair(it))).collect();
            running.into_iter().map(|it| it.join().unwrap()).collect()
        });
        Proof { pairs, findings: prover.rows() }
    };
    let one = side_by_side();
    let text = serde_json::to_string(&one).unwrap();
    assert_eq!(text, serde_json::to_string(&side_by_side()).unwrap());
    assert_eq!(serde_json::from_str::<Proof>(&text).unwrap(), one);
}

/// A small wrong list, and what is to be found of it.
struct Seeded {
    name: &'static str,
    spoil: fn(&mut Lists),
    property: Property,
    severity: Severity,
    /// The cell that the finding points to.
    place: (Sheet, &'static str, &'static str),
    /// How many steps its shortest story has; none where it is read from the rows.
    n_steps: usize,
}

fn process<'a>(lists: &'a mut Lists, kind: &str, level: &str) -> &'a mut Process {
    let (kind, level) = (KindCode::new(kind), LevelCode::new(level));
    lists.process.rows.iter_mut().find(|it| it.kind == kind && it.level == level).unwrap()
}

fn row<'a>(lists: &'a mut Lists, kind: &str, level: &str) -> &'a mut Initiation {
    let (kind, level) = (KindCode::new(kind), LevelCode::new(level));
    let mut rows = lists.initiation.rows.iter_mut();
    rows.find(|it| it.tier == Tier::District && it.kind == kind && it.level == level).unwrap()
}

fn limit(lists: &mut Lists, kind: &str, level: &str, step: Step, amount: u32, unit: LimitUnit) {
    let rule = process(lists, kind, level).steps.get_mut(&step).unwrap();
    rule.limit = Limit::new(amount, unit).unwrap();
}

fn late(lists: &mut Lists, kind: &str, level: &str, step: Step, consequence: Consequence) {
    process(lists, kind, level).steps.get_mut(&step).unwrap().consequence = consequence;
}

const SEEDED: &[Seeded] = {
    use Property as P;
    use Severity::{Refutes, Shown};
    use Sheet as S;
    &[
        Seeded {
            name: "必经环节缺行",
            spoil: |it| {
                process(it, "quick", "general").steps.remove(&Step::Verify);
            },
            property: P::WellFormed,
            severity: Refutes,
            place: (S::Process, "quick/general/verify", "required"),
            n_steps: 0,
        },
        Seeded {
            name: "等级未定义",
            spoil: |it| it.process.rows[0].level = LevelCode::new("purple"),
            property: P::WellFormed,
            severity: Refutes,
            place: (S::Bounds, "quick/purple", "level"),
            n_steps: 0,
        },
        Seeded {
            name: "调度员签发",
            spoil: |it| row(it, "quick", "general").issue = vec![Role::Dispatcher],
            property: P::WellFormed,
            severity: Refutes,
            place: (S::Initiation, "district/quick/general", "issue"),
            n_steps: 0,
        },
        Seeded {
            name: "起草与签发只有中心主任",
            spoil: |it| {
                let row = row(it, "quick", "general");
                row.draft = vec![Role::Director];
                row.issue = vec![Role::Director];
            },
            property: P::NoDeadEnd,
            severity: Refutes,
            place: (S::Initiation, "district/quick/general", "issue"),
            n_steps: 2,
        },
        Seeded {
            name: "起草与审核只有中心主任",
            spoil: |it| row(it, "joint", "hard").draft = vec![Role::Director],
            property: P::NoDeadEnd,
            severity: Refutes,
            place: (S::Initiation, "district/joint/hard", "endorse"),
            n_steps: 2,
        },
        Seeded {
            name: "清单外起草与签发只有中心主任",
            spoil: |it| {
                let row = row(it, "quick", "general");
                row.draft = vec![Role::Director];
                row.issue = vec![Role::Leader];
            },
            property: P::NoDeadEnd,
            severity: Refutes,
            place: (S::Initiation, "district/quick/general", "issue_off_list"),
            n_steps: 2,
        },
        Seeded {
            name: "主任也可起草时的提示",
            spoil: |_| (),
            property: P::NoDeadEnd,
            severity: Shown,
            place: (S::Initiation, "district/quick/general", "issue"),
            n_steps: 2,
        },
        Seeded {
            name: "先吹与追认只有中心主任",
            spoil: |it| {
                let row = row(it, "emergency", "key");
                row.blow_now = vec![Role::Director];
                row.ratify = vec![Role::Director];
            },
            property: P::NoDeadEnd,
            severity: Refutes,
            place: (S::Initiation, "district/emergency/key", "ratify"),
            n_steps: 1,
        },
        Seeded {
            name: "主任先吹时无人追认",
            spoil: |it| row(it, "emergency", "key").ratify = vec![Role::Director],
            property: P::NoDeadEnd,
            severity: Shown,
            place: (S::Initiation, "district/emergency/key", "ratify"),
            n_steps: 1,
        },
        Seeded {
            name: "中心可以召集自己",
            spoil: |it| row(it, "quick", "general").may_call.push(UnitKind::Centre),
            property: P::NoDeadEnd,
            severity: Refutes,
            place: (S::Initiation, "district/quick/general", "may_call"),
            n_steps: 4,
        },
        Seeded {
            name: "要会商而不要报到",
            spoil: |it| {
                let steps = &mut process(it, "joint", "general").steps;
                steps.get_mut(&Step::Consult).unwrap().required = true;
                steps.get_mut(&Step::ReportIn).unwrap().required = false;
            },
            property: P::NoDeadEnd,
            severity: Refutes,
            place: (S::Process, "joint/general/handle", "required"),
            n_steps: 4,
        },
        Seeded {
            name: "争议会商逾期不上移",
            spoil: |it| {
                late(it, "quick", "general", Step::DisputeMeeting, Consequence::Supervise);
            },
            property: P::Reachable,
            severity: Refutes,
            place: (S::Process, "quick/general/dispute_meeting", "consequence"),
            n_steps: 4,
        },
        Seeded {
            name: "共同上级逾期不上移",
            spoil: |it| {
                late(it, "joint", "key", Step::DisputeSuperior, Consequence::Supervise);
            },
            property: P::Reachable,
            severity: Refutes,
            place: (S::Process, "joint/key/dispute_superior", "consequence"),
            n_steps: 5,
        },
        Seeded {
            name: "可延期而没有延期时限",
            spoil: |it| process(it, "joint", "general").bounds.extension = None,
            property: P::Reachable,
            severity: Refutes,
            place: (S::Bounds, "joint/general", "extension_amount"),
            n_steps: 0,
        },
        Seeded {
            name: "挂账复核周期不足一天",
            spoil: |it| {
                let rule =
                    it.responsibility.rows.iter_mut().find(|it| it.level.0 == "key").unwrap();
                rule.review = Limit::new(8, LimitUnit::WorkingHour).unwrap();
            },
            property: P::Reachable,
            severity: Refutes,
            place: (S::Responsibility, "key", "review_amount"),
            n_steps: 0,
        },
        Seeded {
            name: "重办没有上限",
            spoil: |it| process(it, "joint", "key").bounds.reworks = 40,
            property: P::Bounded,
            severity: Refutes,
            place: (S::Bounds, "joint/key", "reworks"),
            n_steps: 0,
        },
        Seeded {
            name: "延期没有上限",
            spoil: |it| process(it, "joint", "key").bounds.extensions = u32::MAX,
            property: P::Bounded,
            severity: Refutes,
            place: (S::Bounds, "joint/key", "extensions"),
            n_steps: 0,
        },
        Seeded {
            name: "评价逾期只催办",
            spoil: |it| late(it, "joint", "key", Step::Rate, Consequence::Supervise),
            property: P::Owned,
            severity: Refutes,
            place: (S::Process, "joint/key/rate", "consequence"),
            n_steps: 0,
        },
        Seeded {
            name: "提交逾期上移一级",
            spoil: |it| late(it, "joint", "key", Step::Submit, Consequence::Climb),
            property: P::Owned,
            severity: Refutes,
            place: (S::Process, "joint/key/submit", "consequence"),
            n_steps: 0,
        },
        Seeded {
            name: "办理逾期视为完成",
            spoil: |it| late(it, "joint", "key", Step::Handle, Consequence::GoOn),
            property: P::Owned,
            severity: Refutes,
            place: (S::Process, "joint/key/handle", "consequence"),
            n_steps: 0,
        },
        Seeded {
            name: "报到逾期视为未接通",
            spoil: |it| late(it, "joint", "key", Step::ReportIn, Consequence::CountUnreachable),
            property: P::Owned,
            severity: Refutes,
            place: (S::Process, "joint/key/report_in", "consequence"),
            n_steps: 0,
        },
        Seeded {
            name: "答复逾期视为完成",
            spoil: |it| it.process.petitions[0].answer.consequence = Consequence::GoOn,
            property: P::Owned,
            severity: Refutes,
            place: (S::Petitions, "petition/answer", "consequence"),
            n_steps: 0,
        },
        Seeded {
            name: "非应急哨要追认",
            spoil: |it| {
                let rule = process(it, "emergency", "key").steps[&Step::Ratify].clone();
                process(it, "joint", "key").steps.insert(Step::Ratify, rule);
            },
            property: P::Reachable,
            severity: Refutes,
            place: (S::Process, "joint/key/ratify", "required"),
            n_steps: 0,
        },
        Seeded {
            name: "应急哨无人可先吹",
            spoil: |it| it.initiation.rows.iter_mut().for_each(|it| it.blow_now = vec![]),
            property: P::Reachable,
            severity: Refutes,
            place: (S::Kinds, "emergency", "emergency"),
            n_steps: 0,
        },
        Seeded {
            name: "流程无人可发起",
            spoil: |it| it.initiation.rows.retain(|it| it.level.0 != "hard"),
            property: P::Reachable,
            severity: Refutes,
            place: (S::Bounds, "joint/hard", "level"),
            n_steps: 0,
        },
        Seeded {
            name: "事项无人可发起",
            spoil: |it| it.initiation.rows.retain(|it| it.level.0 != "hard"),
            property: P::Reachable,
            severity: Refutes,
            place: (S::Matters, "housing_utilities", "level"),
            n_steps: 0,
        },
        Seeded {
            name: "首次即提级",
            spoil: |it| it.process.raise_from = 1,
            property: P::Reachable,
            severity: Refutes,
            place: (S::General, "general", "raise_from"),
            n_steps: 0,
        },
        Seeded {
            name: "提级反而降低",
            spoil: |it| {
                let raise = it.process.raises.iter_mut().find(|it| it.level.0 == "key").unwrap();
                raise.to_level = LevelCode::new("general");
                raise.to_kind = KindCode::new("emergency");
            },
            property: P::Consistent,
            severity: Refutes,
            place: (S::Bounds, "joint/key", "raise_level"),
            n_steps: 0,
        },
        Seeded {
            name: "同名事项牵头不同",
            spoil: |it| {
                let mut twin = it.matters.rows[0].clone();
                twin.code = MatterCode::new("twin");
                twin.lead = Some("rsj".to_owned());
                it.matters.rows.push(twin);
            },
            property: P::Consistent,
            severity: Refutes,
            place: (S::Matters, "twin", "lead"),
            n_steps: 0,
        },
        Seeded {
            name: "同名事项等级不同",
            spoil: |it| {
                let mut twin = it.matters.rows[0].clone();
                twin.code = MatterCode::new("twin");
                twin.level = LevelCode::new("key");
                it.matters.rows.push(twin);
            },
            property: P::Consistent,
            severity: Refutes,
            place: (S::Matters, "twin", "level"),
            n_steps: 0,
        },
        Seeded {
            name: "事项重复",
            spoil: |it| {
                let mut twin = it.matters.rows[0].clone();
                twin.code = MatterCode::new("twin");
                it.matters.rows.push(twin);
            },
            property: P::Consistent,
            severity: Shown,
            place: (S::Matters, "twin", "name"),
            n_steps: 0,
        },
        Seeded {
            name: "报到晚于办理",
            spoil: |it| {
                limit(it, "joint", "key", Step::ReportIn, 12, LimitUnit::WorkingDay);
            },
            property: P::Consistent,
            severity: Refutes,
            place: (S::Process, "joint/key/report_in", "limit_amount"),
            n_steps: 0,
        },
        Seeded {
            name: "签收晚于应急办理",
            spoil: |it| {
                limit(it, "emergency", "key", Step::Acknowledge, 3, LimitUnit::WorkingDay);
            },
            property: P::Consistent,
            severity: Refutes,
            place: (S::Process, "emergency/key/acknowledge", "limit_amount"),
            n_steps: 0,
        },
        Seeded {
            name: "重办比首次还长",
            spoil: |it| {
                let longer = Limit::new(20, LimitUnit::WorkingDay).unwrap();
                process(it, "joint", "key").bounds.rework = longer;
            },
            property: P::Consistent,
            severity: Shown,
            place: (S::Bounds, "joint/key", "rework_amount"),
            n_steps: 0,
        },
        Seeded {
            name: "预警点为零",
            spoil: |it| it.process.warning = Warning { percent: 0, working_days: 0 },
            property: P::Consistent,
            severity: Shown,
            place: (S::General, "general", "warn_percent"),
            n_steps: 0,
        },
        Seeded {
            name: "办理八十个工作日",
            spoil: |it| {
                limit(it, "joint", "hard", Step::Handle, 80, LimitUnit::WorkingDay);
            },
            property: P::InTime,
            severity: Refutes,
            place: (S::Process, "joint/hard/handle", "limit_amount"),
            n_steps: 0,
        },
        Seeded {
            name: "延期四十个工作日",
            spoil: |it| {
                let longer = Limit::new(40, LimitUnit::WorkingDay).unwrap();
                process(it, "joint", "hard").bounds.extension = Some(longer);
            },
            property: P::InTime,
            severity: Refutes,
            place: (S::Process, "joint/hard/handle", "limit_amount"),
            n_steps: 0,
        },
        Seeded {
            name: "核查五十个工作日",
            spoil: |it| {
                limit(it, "joint", "hard", Step::Verify, 50, LimitUnit::WorkingDay);
            },
            property: P::InTime,
            severity: Refutes,
            place: (S::Process, "joint/hard/handle", "limit_amount"),
            n_steps: 0,
        },
        Seeded {
            name: "事项办理九十日",
            spoil: |it| {
                let longer = Limit::new(90, LimitUnit::NaturalDay).unwrap();
                it.matters.rows[0].handle = Some(longer);
            },
            property: P::InTime,
            severity: Refutes,
            place: (S::Matters, "housing_utilities", "handle_amount"),
            n_steps: 0,
        },
        Seeded {
            name: "重办九次",
            spoil: |it| process(it, "joint", "hard").bounds.reworks = 9,
            property: P::InTime,
            severity: Shown,
            place: (S::Process, "joint/hard/handle", "limit_amount"),
            n_steps: 0,
        },
        Seeded {
            name: "应急只在工作时间",
            spoil: |it| row(it, "emergency", "key").hours = Hours::Office,
            property: P::Consistent,
            severity: Shown,
            place: (S::Initiation, "district/emergency/key", "hours"),
            n_steps: 0,
        },
        Seeded {
            name: "审核签发同一人",
            spoil: |it| row(it, "joint", "hard").issue = vec![Role::Director],
            property: P::Separated,
            severity: Shown,
            place: (S::Initiation, "district/joint/hard", "endorse"),
            n_steps: 0,
        },
        Seeded {
            name: "限次少于提级次数",
            spoil: |it| row(it, "joint", "key").at_most = Some(2),
            property: P::Reachable,
            severity: Shown,
            place: (S::Initiation, "district/joint/key", "at_most"),
            n_steps: 0,
        },
    ]
};

/// What is found of a seeded fault: of the rows where it stands there, of its pair otherwise.
fn found(seeded: &Seeded) -> Vec<Finding> {
    let (mut lists, calendars) = (preset(), calendars());
    (seeded.spoil)(&mut lists);
    let prover = Prover::new(&lists, &calendars).within(Scope::Lead);
    let mut res = prover.rows();
    if seeded.property == Property::InTime {
        res.extend(prover.dates());
    }
    let (_, key, _) = seeded.place;
    for pair in prover.pairs().into_iter().filter(|it| it.tier == Tier::District) {
        let Pair { kind, level, .. } = &pair;
        let own = format!("{kind}/{level}");
        let searched = key.contains(&own) || key == level.0 && kind.0 == "joint";
        if searched {
            res.extend(prover.pair(&pair).findings);
        }
    }
    res
}

#[test]
fn every_seeded_fault_is_found_where_it_is_with_a_shortest_story() {
    assert!(SEEDED.len() >= 25);
    let mut missed = vec![];
    for seeded in SEEDED {
        let all = found(seeded);
        let (sheet, key, column) = seeded.place;
        let is_it = |it: &&Finding| {
            it.property == seeded.property
                && it.severity == seeded.severity
                && it.place.as_ref().is_some_and(|it| {
                    (it.sheet, it.key.as_str(), it.column.as_str()) == (sheet, key, column)
                })
        };
        match all.iter().filter(is_it).min_by_key(|it| it.story.len()) {
            None => {
                let all: Vec<_> = all.iter().map(|it| it.told(Lang::Zh)).collect();
                missed.push(format!("{}: {}", seeded.name, all.join("\n")));
            }
            Some(it) if it.story.len() != seeded.n_steps => {
                missed.push(format!("{}: {}", seeded.name, it.told(Lang::Zh)));
            }
            Some(it) => {
                let sentences = [it.sentence(Lang::Zh), it.sentence(Lang::En)];
                assert!(sentences.iter().all(|it| !it.is_empty()), "{}", seeded.name);
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_story_is_told_in_the_words_of_the_office() {
    let names = [
        "起草与签发只有中心主任",
        "中心可以召集自己",
        "要会商而不要报到",
        "争议会商逾期不上移",
        "办理八十个工作日",
    ];
    let mut text = String::new();
    for name in names {
        let seeded = SEEDED.iter().find(|it| it.name == name).unwrap();
        let all = found(seeded);
        let it = all
            .iter()
            .find(|it| it.property == seeded.property && it.severity == Severity::Refutes)
            .unwrap();
        let (zh, en) = (it.told(Lang::Zh), it.told(Lang::En));
        writeln!(text, "# {name}\n{zh}\n\n{en}\n").unwrap();
    }
    golden("prove_stories.txt", &text);
}

#[test]
fn without_a_calendar_nothing_is_proven() {
    let lists = preset();
    assert!(!Prover::new(&lists, &[]).prove().is_proven());
}

#[test]
fn a_unit_that_may_not_be_called_has_no_duty() {
    let (mut lists, calendars) = (preset(), calendars());
    let picture = Picture::preset().unwrap();
    let keep = ["zjj", "kjj", "czj", "zrj", "gdgs"];
    lists
        .matters
        .rows
        .retain(|it| it.lead.iter().chain(&it.assists).all(|it| keep.contains(&it.as_str())));
    assert!(!lists.matters.rows.is_empty());
    let callable = |lists: &Lists| {
        let findings = Prover::new(lists, &calendars).with_units(&picture.directory).rows();
        findings.iter().filter(|it| it.property == Property::Callable).count()
    };
    assert_eq!(callable(&lists), 0);
    for it in &mut lists.initiation.rows {
        it.may_call = vec![UnitKind::Township];
    }
    assert!(callable(&lists) > 0);
}

#[test]
fn somebody_is_there_for_what_is_owed() {
    let (lists, calendars) = (preset(), calendars());
    let picture = Picture::preset().unwrap();
    let everybody: Vec<Member> = Cast::iter().filter_map(Cast::member).collect();
    let owners = |members: &[Member]| -> Vec<Finding> {
        let staffing = Staffing::new(members);
        let prover = Prover::new(&lists, &calendars);
        let prover = prover.with_units(&picture.directory).with_people(&staffing);
        let findings = prover.rows();
        let refutes =
            |it: &Finding| it.property == Property::Owned && it.severity == Severity::Refutes;
        findings.into_iter().filter(refutes).collect()
    };
    assert_eq!(owners(&everybody), []);
    let leader = Cast::Leader.person();
    let without: Vec<Member> = everybody.iter().filter(|it| it.person != leader).cloned().collect();
    let found = owners(&without);
    assert!(!found.is_empty());
    // What only pursues is shown, and refutes nothing.
    let staffing = Staffing::new(&without);
    let prover = Prover::new(&lists, &calendars);
    let shown = prover.with_units(&picture.directory).with_people(&staffing).rows();
    let of_ladder: Vec<_> = shown
        .iter()
        .filter(|it| it.place.as_ref().is_some_and(|it| it.sheet == Sheet::Supervision))
        .map(|it| (it.severity, it.text.zh.as_str()))
        .collect();
    let admonition = |(severity, text): &(Severity, &str)| {
        *severity == Severity::Shown
            && text.starts_with("区综治中心")
            && text.ends_with("没有领导的账号，逾期后无人签发约谈")
    };
    assert!(of_ladder.iter().any(admonition), "{of_ladder:?}");
    let district = Body::District.id();
    let other = Member {
        person: PersonId(uuid::Uuid::from_u128(1)),
        unit: district,
        roles: [Role::Leader].into(),
    };
    let with: Vec<Member> = without.into_iter().chain([other]).collect();
    assert_eq!(owners(&with), []);
}

#[test]
fn each_property_says_what_it_is_in_both_languages() {
    let mut names = std::collections::BTreeSet::new();
    for it in Property::iter() {
        assert!(names.insert(it.zh()) && names.insert(it.en()));
        assert_eq!(it.to_string().parse(), Ok(it));
    }
}
