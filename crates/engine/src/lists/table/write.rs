//! A version as tables.

use strum::IntoEnumIterator as _;

use super::{Row, Table, Words};
use crate::{
    actor::Role,
    calendar::Limit,
    clock::{Step, Warning},
    directory::Directory,
    lists::{
        Class, Initiation, Kind, KindCode, LadderRung, Level, LevelCode, Lists, Matter,
        PetitionLimits, Power, Process, ResponsibilityRule, Sheet, StepRule,
    },
    whistle::{owed, steps},
};

/// A version as tables, one of each, with the units by their names.
#[must_use]
pub fn tables(lists: &Lists, directory: &Directory) -> Vec<Table> {
    Sheet::iter().map(|sheet| table(lists, directory, sheet)).collect()
}

/// One table of a version.
#[must_use]
pub fn table(lists: &Lists, directory: &Directory, sheet: Sheet) -> Table {
    Table { sheet, rows: Words { lists, directory }.rows(sheet) }
}

/// A row as it is filled.
#[derive(Default)]
struct Cells(Row);

impl Cells {
    fn put(mut self, column: &'static str, text: impl ToString) -> Self {
        let text = text.to_string();
        if !text.is_empty() {
            self.0.cells.insert(column, text);
        }
        self
    }

    fn may(self, column: &'static str, text: Option<impl ToString>) -> Self {
        match text {
            Some(text) => self.put(column, text),
            None => self,
        }
    }

    fn yes(self, column: &'static str, is: bool) -> Self {
        self.put(column, if is { "是" } else { "否" })
    }

    fn several(self, column: &'static str, words: impl IntoIterator<Item = impl ToString>) -> Self {
        let words: Vec<String> = words.into_iter().map(|it| it.to_string()).collect();
        self.put(column, words.join("、"))
    }

    fn limit(self, columns: [&'static str; 2], limit: Option<Limit>) -> Self {
        let [amount, unit] = columns;
        self.may(amount, limit.map(Limit::amount)).may(unit, limit.map(|it| it.unit().zh()))
    }

    fn warning(self, warning: Option<Warning>) -> Self {
        self.may("warn_percent", warning.map(|it| it.percent))
            .may("warn_days", warning.map(|it| it.working_days))
    }

    fn rule(self, rule: &StepRule) -> Self {
        self.limit(["limit_amount", "limit_unit"], Some(rule.limit))
            .put("consequence", rule.consequence.zh())
            .may("paper", rule.paper.as_ref())
            .put("source", &rule.source)
    }
}

impl Words<'_> {
    fn rows(&self, sheet: Sheet) -> Vec<Row> {
        let lists = self.lists;
        let cells: Vec<Cells> = match sheet {
            Sheet::Matters => lists.matters.rows.iter().map(|it| self.matter(it)).collect(),
            Sheet::Initiation => {
                lists.initiation.rows.iter().map(|it| self.initiation(it)).collect()
            }
            Sheet::Process => {
                let steps = |it| Step::iter().filter_map(move |step| self.step(it, step));
                lists.process.rows.iter().flat_map(steps).collect()
            }
            Sheet::Responsibility => {
                lists.responsibility.rows.iter().map(|it| self.responsibility(it)).collect()
            }
            Sheet::Kinds => lists.kinds.iter().map(kind).collect(),
            Sheet::Levels => lists.levels.iter().map(level).collect(),
            Sheet::Bounds => lists.process.rows.iter().map(|it| self.bounds(it)).collect(),
            Sheet::Petitions => lists.process.petitions.iter().flat_map(petition).collect(),
            Sheet::General => vec![general(lists)],
            Sheet::Supervision => lists.process.supervision.iter().map(rung).collect(),
            Sheet::Classes => lists.classes.iter().map(class).collect(),
            Sheet::Powers => lists.powers.iter().map(|it| self.power(it)).collect(),
        };
        let numbered = |(index, it): (usize, Cells)| Row { at: index, ..it.0 };
        let ordinal = super::columns(sheet).first().is_some_and(|it| it.code == "ordinal");
        cells
            .into_iter()
            .enumerate()
            .map(|(n, it)| numbered((n, if ordinal { it.put("ordinal", n + 1) } else { it })))
            .collect()
    }

    fn pair(&self, kind: &KindCode, level: &LevelCode) -> Cells {
        Cells::default().put("kind", self.kind(kind)).put("level", self.level(level))
    }

    fn matter(&self, it: &Matter) -> Cells {
        self.pair(&it.kind, &it.level)
            .put("code", &it.code)
            .put("category", &it.category)
            .put("subcategory", &it.subcategory)
            .put("name", &it.name)
            .put("condition", &it.condition)
            .may("lead", it.lead.as_ref().map(|it| self.unit(it)))
            .several("assists", it.assists.iter().map(|it| self.unit(it)))
            .put("local_duty", &it.local_duty)
            .put("basis", &it.basis)
            .several("powers", &it.powers)
            .limit(["handle_amount", "handle_unit"], it.handle)
            .put("closed_when", &it.closed_when)
            .put("not_when", &it.not_when)
            .may("until", it.until)
            .put("source", &it.source)
    }

    fn initiation(&self, it: &Initiation) -> Cells {
        let roles = |it: &[crate::actor::Role]| it.iter().map(|it| it.zh()).collect::<Vec<_>>();
        self.pair(&it.kind, &it.level)
            .put("tier", it.tier.zh())
            .several("draft", roles(&it.draft))
            .put("condition", &it.condition)
            .yes("tried_required", it.tried_required)
            .several("materials", it.materials.iter().map(|it| it.zh()))
            .yes("meeting_first", it.meeting_first)
            .several("endorse", roles(&it.endorse))
            .several("issue", roles(&it.issue))
            .several("issue_off_list", roles(&it.issue_off_list))
            .several("blow_now", roles(&it.blow_now))
            .several("ratify", roles(&it.ratify))
            .several("may_call", it.may_call.iter().map(|it| it.zh()))
            .may("at_most", it.at_most)
            .put("hours", it.hours.zh())
            .put("basis", &it.basis)
    }

    fn step(&self, process: &Process, step: Step) -> Option<Cells> {
        let rule = process.steps.get(&step)?;
        let cells = self
            .pair(&process.kind, &process.level)
            .put("step", step.zh())
            .put("owner", self.owner(process, step))
            .may("act", owed::command_of(step).map(|it| it.zh()))
            .yes("required", rule.required)
            .warning(rule.warning)
            .several("next", steps::next(step).iter().map(|it| it.zh()))
            .several("back", steps::back(step).iter().map(|it| it.zh()));
        Some(cells.rule(rule))
    }

    /// Who owes a step under this process, by the rows of the initiation list.
    #[must_use]
    pub fn owner(&self, process: &Process, step: Step) -> String {
        let rows = self.lists.initiation.rows.iter();
        let rows = rows.filter(|it| it.kind == process.kind && it.level == process.level);
        let roles = |row| {
            let names: Vec<&str> = owed::roles(step, row, false).iter().map(|it| it.zh()).collect();
            names.join("、")
        };
        let mut each: Vec<(String, &'static str)> = vec![];
        for row in rows {
            let roles = roles(Some(row));
            if !each.iter().any(|(it, _)| *it == roles) {
                each.push((roles, row.tier.zh()));
            }
        }
        let seat = owed::seat(step).zh();
        match each.as_slice() {
            [] => format!("{seat} {}", roles(None)),
            [(one, _)] => format!("{seat} {one}"),
            several => {
                let tiers: Vec<String> =
                    several.iter().map(|(roles, tier)| format!("{tier}: {roles}")).collect();
                format!("{seat} {}", tiers.join("; "))
            }
        }
    }

    fn responsibility(&self, it: &ResponsibilityRule) -> Cells {
        Cells::default()
            .put("level", self.level(&it.level))
            .put("case_owner", it.case_owner.zh())
            .limit(["review_amount", "review_unit"], Some(it.review))
            .several("papers", it.papers.iter().map(|it| it.zh()))
            .put("source", &it.source)
    }

    fn bounds(&self, it: &Process) -> Cells {
        let raise = self.lists.process.raises.iter();
        let raise = { raise }.find(|o| o.kind == it.kind && o.level == it.level);
        self.pair(&it.kind, &it.level)
            .put("send_backs", it.bounds.send_backs)
            .put("reworks", it.bounds.reworks)
            .limit(["rework_amount", "rework_unit"], Some(it.bounds.rework))
            .put("extensions", it.bounds.extensions)
            .limit(["extension_amount", "extension_unit"], it.bounds.extension)
            .put("holds", it.bounds.holds)
            .may("raise_kind", raise.map(|it| self.kind(&it.to_kind)))
            .may("raise_level", raise.map(|it| self.level(&it.to_level)))
    }

    fn power(&self, it: &Power) -> Cells {
        Cells::default()
            .put("code", &it.code)
            .put("tier", it.tier.zh())
            .put("category", &it.category)
            .put("name", &it.name)
            .put("item", &it.item)
            .put("basis", &it.basis)
            .put("duty", &it.duty)
            .put("accountability", &it.accountability)
            .may("unit", it.unit.as_ref().map(|it| self.unit(it)))
    }
}

fn kind(it: &Kind) -> Cells {
    Cells::default()
        .put("code", &it.code)
        .put("name", &it.name)
        .put("name_en", &it.name_en)
        .yes("emergency", it.emergency)
        .yes("presence_proof", it.presence_proof)
}

fn level(it: &Level) -> Cells {
    Cells::default()
        .put("code", &it.code)
        .put("name", &it.name)
        .put("name_en", &it.name_en)
        .put("colour", &it.colour)
        .put("order", it.order)
        .put("attendee", it.attendee.zh())
}

fn petition(it: &PetitionLimits) -> [Cells; 3] {
    let row = |step: Step, rule: &StepRule| {
        Cells::default()
            .put("procedure", it.procedure.zh())
            .put("step", step.zh())
            .yes("statutory", it.statutory)
            .warning(rule.warning)
            .rule(rule)
    };
    [
        row(Step::Accept, &it.accept),
        row(Step::Answer, &it.answer).limit(["extension_amount", "extension_unit"], it.extension),
        row(Step::Conclude, &it.conclude),
    ]
}

fn general(lists: &Lists) -> Cells {
    Cells::default()
        .put("name", &lists.name)
        .put("effective_on", lists.effective_on)
        .warning(Some(lists.process.warning))
        .put("raise_from", lists.process.raise_from)
        .rule(&lists.process.scan)
}

fn rung(it: &LadderRung) -> Cells {
    Cells::default()
        .put("paper", it.paper.zh())
        .limit(["after_amount", "after_unit"], Some(it.after))
        .may("signer", it.signer.map(Role::zh))
        .several("to", it.to.iter().map(|it| it.zh()))
        .yes("copy_above", it.copy_above)
        .put("source", &it.source)
}

fn class(it: &Class) -> Cells {
    let [first, second, third] = [0, 1, 2].map(|n| it.path.get(n));
    Cells::default()
        .may("first", first)
        .may("second", second)
        .may("third", third)
        .may("matter", it.matter.as_ref())
}
