//! What rows say of each other, read without a search: conflicts, overlaps, and what is never used.

use std::collections::BTreeSet;

use super::{Finding, Place, Property, Text};
use crate::{
    clock::{Step, Warning},
    directory::{Directory, UnitKind},
    lists::{Consequence, Hours, Initiation, Lists, Matter, Process, Sheet, StepRule},
};

/// More than so many times is no bound that anybody means.
const MOST: u32 = 9;

/// Reads the rows.
pub(super) fn read(lists: &Lists, directory: Option<&Directory>, findings: &mut Vec<Finding>) {
    for process in &lists.process.rows {
        bounds(process, findings);
        steps(lists, process, findings);
    }
    others(lists, findings);
    unused(lists, findings);
    raises(lists, findings);
    for (index, it) in lists.matters.rows.iter().enumerate() {
        matter(lists, it, &lists.matters.rows[..index], findings);
    }
    for it in &lists.initiation.rows {
        initiation(lists, it, directory, findings);
    }
}

/// How often what may happen.
fn counts(process: &Process) -> [(&'static str, &'static str, u32); 4] {
    let it = &process.bounds;
    [
        ("send_backs", "退回补正", it.send_backs),
        ("reworks", "退回重办", it.reworks),
        ("extensions", "延期", it.extensions),
        ("holds", "挂账", it.holds),
    ]
}

/// Whether a bound is beyond what anybody means; then there is nothing to visit.
pub(super) fn is_absurd(process: &Process) -> bool {
    counts(process).iter().any(|(_, _, n)| *n > MOST)
}

fn bounds(process: &Process, findings: &mut Vec<Finding>) {
    for (column, name, n) in counts(process).into_iter().filter(|(_, _, n)| *n > MOST) {
        let zh = format!("“{name}”可达{n}次，等于没有上限；最多写{MOST}次");
        let en = format!("{column} may happen {n} times, which is no bound; write at most {MOST}");
        let place = Place::new(Sheet::Bounds, process.key(), column);
        findings.push(Finding::refutes(Property::Bounded, Some(place), Text::new(zh, en)));
    }
}

fn consequence(step: Step, rule: &StepRule, place: Place, findings: &mut Vec<Finding>) {
    let may = Consequence::of(step);
    if rule.consequence.fits(step) {
        return;
    }
    let names: Vec<&str> = may.iter().map(|it| it.zh()).collect();
    let codes: Vec<String> = may.iter().map(ToString::to_string).collect();
    let zh = format!(
        "“{}”逾期不能“{}”：系统只会“{}”",
        step.zh(),
        rule.consequence.zh(),
        names.join("”或“")
    );
    let en = format!(
        "the step `{}` cannot {} when it is late; it can {}",
        super::tell::english(step),
        rule.consequence,
        codes.join(" or ")
    );
    findings.push(Finding::refutes(Property::Owned, Some(place), Text::new(zh, en)));
}

fn steps(lists: &Lists, process: &Process, findings: &mut Vec<Finding>) {
    let emergency = lists.kind(&process.kind).is_some_and(|it| it.emergency);
    for (step, rule) in &process.steps {
        let key = format!("{}/{step}", process.key());
        let place = |column| Place::new(Sheet::Process, &key, column);
        consequence(*step, rule, place("consequence"), findings);
        if let Some(warning) = rule.warning {
            yellow(warning, Some(rule), place("warn_percent"), findings);
        }
        if *step == Step::Ratify && rule.required && !emergency {
            let text = Text::new(
                "只有应急哨才先吹后补，此处“追认”永远走不到；请改为非必经或删去",
                "only an emergency is blown first; the step ratify is never reached here",
            );
            findings.push(Finding::refutes(Property::Reachable, Some(place("required")), text));
        }
    }
    order(process, findings);
}

/// Whether one limit is surely longer than another; of different units by what is sure.
fn is_longer(one: &StepRule, other: &StepRule) -> bool {
    one.limit.unit() == other.limit.unit() && one.limit.amount() > other.limit.amount()
        || at_least(one) > at_most(other)
}

/// The least that a limit takes, in minutes.
fn at_least(it: &StepRule) -> u64 {
    use crate::calendar::LimitUnit as Unit;
    let n = u64::from(it.limit.amount());
    match it.limit.unit() {
        Unit::Minute => n,
        Unit::Hour | Unit::WorkingHour => n * 60,
        // The start day is not counted, and the start may be late on it.
        Unit::WorkingDay | Unit::NaturalDay => n.saturating_sub(1) * 24 * 60,
    }
}

/// The most that it takes, holidays apart.
fn at_most(it: &StepRule) -> u64 {
    use crate::calendar::LimitUnit as Unit;
    let n = u64::from(it.limit.amount());
    match it.limit.unit() {
        Unit::Minute => n,
        Unit::Hour => n * 60,
        Unit::WorkingHour => n.div_ceil(6).max(1) * 24 * 60 * 3,
        Unit::WorkingDay => (n + 1 + n.div_ceil(5) * 2) * 24 * 60,
        Unit::NaturalDay => (n + 3) * 24 * 60,
    }
}

/// What must come before the handling ends is not due after it.
fn order(process: &Process, findings: &mut Vec<Finding>) {
    let Some(handle) = process.required(Step::Handle) else { return };
    let before = [
        Step::Acknowledge,
        Step::ReturnWindow,
        Step::ReportIn,
        Step::Consult,
        Step::Interim,
        Step::Task,
    ];
    for step in before {
        let Some(rule) = process.required(step).filter(|it| is_longer(it, handle)) else {
            continue;
        };
        let zh =
            format!("“{}”时限（{}）比“办理”时限（{}）还长", step.zh(), rule.limit, handle.limit);
        let en = format!(
            "the step `{}` ({}) ends after the handling ({})",
            super::tell::english(step),
            rule.limit.english(),
            handle.limit.english()
        );
        let place = Place::new(Sheet::Process, format!("{}/{step}", process.key()), "limit_amount");
        findings.push(Finding::refutes(Property::Consistent, Some(place), Text::new(zh, en)));
    }
    let rework = StepRule { limit: process.bounds.rework, ..handle.clone() };
    if is_longer(&rework, handle) {
        let zh = format!("重办时限（{}）比首次办理（{}）还长", rework.limit, handle.limit);
        let en = format!(
            "a rework ({}) gets more time than the first round ({})",
            rework.limit.english(),
            handle.limit.english()
        );
        let place = Place::new(Sheet::Bounds, process.key(), "rework_amount");
        findings.push(Finding::shown(Property::Consistent, Some(place), Text::new(zh, en)));
    }
}

/// A warning that never comes, or is there from the first moment.
fn yellow(warning: Warning, rule: Option<&StepRule>, place: Place, findings: &mut Vec<Finding>) {
    use crate::calendar::LimitUnit as Unit;
    let days = rule.filter(|it| it.limit.unit() == Unit::WorkingDay).map(|it| it.limit.amount());
    let whole = days.is_some_and(|it| warning.working_days > 1 && warning.working_days >= it);
    let text = if warning.percent == 0 && warning.working_days == 0 {
        Text::new("预警点为零，到期前不会变黄", "nothing turns yellow before it is due")
    } else if warning.percent >= 100 || whole {
        Text::new("预警点不短于时限，一开始就是黄色", "it is yellow from the first moment")
    } else {
        return;
    };
    findings.push(Finding::shown(Property::Consistent, Some(place), text));
}

/// What stands apart from kinds and levels.
fn others(lists: &Lists, findings: &mut Vec<Finding>) {
    let general = |column| Place::new(Sheet::General, "general", column);
    yellow(lists.process.warning, None, general("warn_percent"), findings);
    consequence(Step::Scan, &lists.process.scan, general("consequence"), findings);
    for it in &lists.process.petitions {
        let steps = [
            (Step::Accept, &it.accept),
            (Step::Answer, &it.answer),
            (Step::Conclude, &it.conclude),
        ];
        for (step, rule) in steps {
            let key = format!("{}/{step}", it.procedure);
            let place = Place::new(Sheet::Petitions, key, "consequence");
            consequence(step, rule, place, findings);
        }
    }
    if lists.process.raise_from < 2 {
        let text = Text::new(
            "第一次吹哨就提级，原等级永远用不到；请写2次以上",
            "the first whistle is raised already, so that no level is used as it is",
        );
        let place = Some(general("raise_from"));
        findings.push(Finding::refutes(Property::Reachable, place, text));
    }
}

fn unused(lists: &Lists, findings: &mut Vec<Finding>) {
    for it in &lists.process.rows {
        let rows = &lists.initiation.rows;
        if !rows.iter().any(|row| row.kind == it.kind && row.level == it.level) {
            let pair = lists.pair(&it.kind, &it.level);
            let zh = format!("没有哪一级中心可以发起“{pair}”，这一套流程用不到");
            let en = format!("no centre may blow {pair}; its process is never used");
            let place = Some(Place::new(Sheet::Bounds, it.key(), "level"));
            findings.push(Finding::refutes(Property::Reachable, place, Text::new(zh, en)));
        }
    }
    for it in &lists.levels {
        if !lists.process.rows.iter().any(|row| row.level == it.code) {
            let zh = format!("等级“{}”没有用到", it.name);
            let en = format!("the level {} is never used", it.name_en);
            let place = Some(Place::new(Sheet::Levels, &it.code.0, "code"));
            findings.push(Finding::shown(Property::Reachable, place, Text::new(zh, en)));
        }
    }
    for it in &lists.kinds {
        let place = |column| Some(Place::new(Sheet::Kinds, &it.code.0, column));
        let rows = || lists.initiation.rows.iter().filter(|row| row.kind == it.code);
        if !lists.process.rows.iter().any(|row| row.kind == it.code) {
            let zh = format!("哨种“{}”没有用到", it.name);
            let en = format!("the kind {} is never used", it.name_en);
            findings.push(Finding::shown(Property::Reachable, place("code"), Text::new(zh, en)));
        } else if it.emergency && rows().all(|row| row.blow_now.is_empty()) {
            let zh = format!("“{}”是应急哨，却无人可以先吹后补，“追认”走不到", it.name);
            let en = format!("{} is an emergency that nobody may blow first", it.name_en);
            let text = Text::new(zh, en);
            findings.push(Finding::refutes(Property::Reachable, place("emergency"), text));
        }
    }
}

fn raises(lists: &Lists, findings: &mut Vec<Finding>) {
    for it in &lists.process.raises {
        let key = format!("{}/{}", it.kind, it.level);
        let place = || Some(Place::new(Sheet::Bounds, &key, "raise_level"));
        let (from, to) = (lists.pair(&it.kind, &it.level), lists.pair(&it.to_kind, &it.to_level));
        let order = |code| lists.level(code).map(|it| it.order);
        if order(&it.to_level) < order(&it.level) {
            let zh = format!("“{from}”提级后成为“{to}”，等级反而降低");
            let en = format!("{from} is raised to {to}, which is lower");
            findings.push(Finding::refutes(Property::Consistent, place(), Text::new(zh, en)));
        }
        let rows = &lists.initiation.rows;
        for row in rows.iter().filter(|row| row.kind == it.kind && row.level == it.level) {
            if lists.initiation.get(row.tier, &it.to_kind, &it.to_level).is_none() {
                let tier = row.tier.zh();
                let zh = format!("{tier}中心的“{from}”提级为“{to}”后本级不能发起，须升级吹哨");
                let en =
                    format!("a {} centre may not blow {to}, to which {from} is raised", row.tier);
                findings.push(Finding::shown(Property::Reachable, place(), Text::new(zh, en)));
            }
        }
    }
}

fn matter(lists: &Lists, it: &Matter, before: &[Matter], findings: &mut Vec<Finding>) {
    let place = |column| Some(Place::new(Sheet::Matters, &it.code.0, column));
    let pair = lists.pair(&it.kind, &it.level);
    let rows = &lists.initiation.rows;
    if !rows.iter().any(|row| row.kind == it.kind && row.level == it.level) {
        let zh = format!("“{}”没有哪一级中心可以发起（{pair}）", it.name);
        let en = format!("no centre may blow `{}` ({pair})", it.name);
        findings.push(Finding::refutes(Property::Reachable, place("level"), Text::new(zh, en)));
    }
    if it.until.is_some_and(|until| until < lists.effective_on) {
        let zh = format!("“{}”在本版生效前已失效", it.name);
        let en = format!("`{}` ends before this version begins", it.name);
        findings.push(Finding::shown(Property::Reachable, place("until"), Text::new(zh, en)));
    }
    for other in before.iter().filter(|other| other.name.trim() == it.name.trim()) {
        let column = if other.lead != it.lead {
            Some("lead")
        } else if (&other.kind, &other.level) != (&it.kind, &it.level) {
            Some("level")
        } else if other.assists.iter().collect::<BTreeSet<_>>()
            != it.assists.iter().collect::<BTreeSet<_>>()
        {
            Some("assists")
        } else {
            None
        };
        let finding = match column {
            Some(column) => {
                let zh = format!("“{}”与 {} 同名而规定不同", it.name, other.code);
                let en =
                    format!("`{}` says otherwise than {} of the same name", it.name, other.code);
                Finding::refutes(Property::Consistent, place(column), Text::new(zh, en))
            }
            None => {
                let zh = format!("“{}”与 {} 重复", it.name, other.code);
                let en = format!("`{}` says the same as {}", it.name, other.code);
                Finding::shown(Property::Consistent, place("name"), Text::new(zh, en))
            }
        };
        findings.push(finding);
    }
}

fn initiation(
    lists: &Lists,
    it: &Initiation,
    directory: Option<&Directory>,
    findings: &mut Vec<Finding>,
) {
    let place = |column| Some(Place::new(Sheet::Initiation, it.key(), column));
    let pair = lists.pair(&it.kind, &it.level);
    if let (&[endorser], &[issuer]) = (&it.endorse[..], &it.issue[..])
        && endorser == issuer
    {
        let zh = format!("“{pair}”的审核人与签发人都是{}，等于一人两签", issuer.zh());
        let en = format!("{pair} is endorsed and issued by the same role");
        findings.push(Finding::shown(Property::Separated, place("endorse"), Text::new(zh, en)));
    }
    let emergency = lists.kind(&it.kind).is_some_and(|it| it.emergency);
    if emergency && it.hours == Hours::Office {
        let zh = format!("“{pair}”是应急哨，却只能在工作时间发起");
        let en = format!("{pair} is an emergency and may be blown in office hours only");
        findings.push(Finding::shown(Property::Consistent, place("hours"), Text::new(zh, en)));
    }
    let raise =
        lists.process.raises.iter().any(|raise| raise.kind == it.kind && raise.level == it.level);
    if raise && it.at_most.is_some_and(|n| n < lists.process.raise_from) {
        let zh = format!("“{pair}”的限次少于提级次数，提级永远用不到");
        let en = format!("{pair} may be blown less often than it takes to be raised");
        findings.push(Finding::shown(Property::Reachable, place("at_most"), Text::new(zh, en)));
    }
    let Some(directory) = directory else { return };
    let open = || directory.units().filter(|it| !it.closed);
    if !open().any(|unit| unit.kind == UnitKind::Centre && unit.tier == it.tier) {
        let zh = format!("没有{}级的综治中心，此行用不到", it.tier.zh());
        let en = format!("there is no {} centre, so that the row is never used", it.tier);
        findings.push(Finding::shown(Property::Reachable, place("tier"), Text::new(zh, en)));
    }
    if !open().any(|unit| it.may_call.contains(&unit.kind)) {
        let zh = format!("“{pair}”没有可召集的单位");
        let en = format!("there is no unit that may be called for {pair}");
        findings.push(Finding::refutes(Property::Callable, place("may_call"), Text::new(zh, en)));
    }
}
