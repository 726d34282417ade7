//! Who is there: whether somebody has an account for what is owed in the real district.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Place, Property, Text};
use crate::{
    actor::{Member, Role},
    authority,
    clock::Step,
    directory::{Directory, Unit, UnitKind},
    ids::UnitId,
    lists::{Initiation, Lists, Sheet},
    supervision,
};

/// Which roles have somebody, in each unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Staffing {
    roles: BTreeMap<UnitId, BTreeSet<Role>>,
}

impl Staffing {
    /// Of these members.
    #[must_use]
    pub fn new<'a>(members: impl IntoIterator<Item = &'a Member>) -> Self {
        let mut roles: BTreeMap<UnitId, BTreeSet<Role>> = BTreeMap::new();
        for it in members {
            roles.entry(it.unit).or_default().extend(&it.roles);
        }
        Self { roles }
    }

    /// Whether the unit, or the one that answers for it, has somebody in one of these roles.
    fn has(&self, directory: &Directory, unit: UnitId, roles: &[Role]) -> bool {
        let there = self.roles.get(&directory.stands_for(unit));
        there.is_some_and(|it| roles.iter().any(|role| it.contains(role)))
    }
}

/// Says where nobody is there who could do what a row makes somebody owe.
pub(super) fn look(
    lists: &Lists,
    directory: &Directory,
    staffing: &Staffing,
    findings: &mut Vec<Finding>,
) {
    let mut staffed = vec![];
    for centre in directory.units().filter(|it| it.kind == UnitKind::Centre && !it.closed) {
        let rows = lists.initiation.rows.iter().filter(|it| it.tier == centre.tier);
        if !staffing.roles.contains_key(&directory.stands_for(centre.id)) {
            if rows.count() > 0 {
                let zh = format!("“{}”还没有任何账号，不能吹哨", centre.name);
                let en = format!("`{}` has no accounts at all and cannot blow", centre.name);
                findings.push(Finding::shown(Property::Owned, None, Text::new(zh, en)));
            }
            continue;
        }
        for row in rows {
            of_row(row, centre, directory, staffing, findings);
        }
        staffed.push(centre);
    }
    of_ladder(lists, &staffed, directory, staffing, findings);
    for matter in &lists.matters.rows {
        for code in matter.lead.iter().chain(&matter.assists) {
            let Some(unit) = directory.by_code(code).filter(|it| !it.closed) else { continue };
            if !staffing.has(directory, unit.id, &[Role::Liaison, Role::UnitLeader]) {
                let place = Place::new(Sheet::Matters, &matter.code.0, "lead");
                let zh = format!("“{}”没有联络员或单位负责人的账号，无人签收和反馈", unit.name);
                let en = format!("`{}` has nobody who could acknowledge or reply", unit.name);
                findings.push(Finding::shown(Property::Owned, Some(place), Text::new(zh, en)));
            }
        }
    }
}

/// A paper that nobody in a centre may sign holds up nothing: whoever is above may sign it, and is not
/// asked to. One finding for each paper, with all centres that it is of.
fn of_ladder(
    lists: &Lists,
    centres: &[&Unit],
    directory: &Directory,
    staffing: &Staffing,
    findings: &mut Vec<Finding>,
) {
    for rung in lists.process.supervision.iter().filter(|it| it.signer.is_some()) {
        let roles = supervision::signers(&lists.process, rung.paper);
        let without = centres.iter().filter(|it| !staffing.has(directory, it.id, roles));
        let units: Vec<&str> = without.map(|it| it.name.as_str()).collect();
        if units.is_empty() {
            continue;
        }
        let names: Vec<&str> = roles.iter().map(|it| it.zh()).collect();
        let paper = rung.paper;
        let zh = format!(
            "{}没有{}的账号，逾期后无人签发{}",
            units.join("、"),
            names.join("、"),
            paper.zh()
        );
        let en = format!("{}: nobody is there to sign a {paper}", units.join(", "));
        let place = Place::new(Sheet::Supervision, paper.to_string(), "signer");
        findings.push(Finding::shown(Property::Owned, Some(place), Text::new(zh, en)));
    }
}

fn of_row(
    row: &Initiation,
    centre: &Unit,
    directory: &Directory,
    staffing: &Staffing,
    findings: &mut Vec<Finding>,
) {
    let above = directory.centre_above(centre.id).map_or(centre.id, |it| it.id);
    let highest = directory.highest_centre(centre.id);
    let mut owed: Vec<(&str, UnitId, &[Role], &str)> = vec![
        ("draft", centre.id, &row.draft, Step::Submit.zh()),
        ("issue", centre.id, &row.issue, Step::Issue.zh()),
        ("issue_off_list", centre.id, &row.issue_off_list, "清单外签发"),
        ("draft", centre.id, &[Role::Dispatcher], Step::Verify.zh()),
        ("draft", centre.id, &[Role::Director], Step::RuleReturn.zh()),
        ("level", above, authority::deciders(Step::DisputeSuperior), Step::DisputeSuperior.zh()),
        ("level", highest, authority::deciders(Step::RuleHold), Step::RuleHold.zh()),
    ];
    if !row.endorse.is_empty() {
        owed.push(("endorse", centre.id, &row.endorse, Step::Review.zh()));
    }
    if !row.blow_now.is_empty() {
        owed.push(("ratify", centre.id, &row.ratify, Step::Ratify.zh()));
    }
    for (column, unit, roles, step) in owed {
        if staffing.has(directory, unit, roles) {
            continue;
        }
        let name = directory.name(unit);
        let roles: Vec<&str> = roles.iter().map(|it| it.zh()).collect();
        let zh = format!("“{name}”没有{}的账号，“{step}”无人能办", roles.join("、"));
        let en = format!("`{name}` has nobody for {step}");
        let place = Place::new(Sheet::Initiation, row.key(), column);
        findings.push(Finding::refutes(Property::Owned, Some(place), Text::new(zh, en)));
    }
}
