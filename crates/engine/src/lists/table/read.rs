//! Tables as a version: every cell is looked at, and everything that is wrong is told at once.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use strum::IntoEnumIterator as _;

use super::{
    Column, Fill, Row, Table, Words, columns, tables, tidy,
    words::{SEPARATORS, Word, word},
};
use crate::{
    calendar::{Limit, LimitUnit},
    clock::{Step, Warning},
    directory::Directory,
    lists::{
        Bounds, Class, Fault, Initiation, InitiationList, Kind, KindCode, LadderRung, Level,
        LevelCode, Lists, Matter, MatterCode, MatterList, PetitionLimits, Power, PowerCode,
        Process, ProcessList, Raise, ResponsibilityList, ResponsibilityRule, Sheet, StepRule,
        Wrong,
    },
    petition::Procedure,
    supervision::Paper,
};

/// Something that is wrong in a table that was read, with the place it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// Where the row was read from ([`Row::at`]); none where a row is missing.
    pub at: Option<usize>,
    /// What is wrong, and in which column.
    pub fault: Fault,
}

/// The version that these tables say. A table that is not among them stays as it is in `base`,
/// whose number the version keeps.
///
/// # Errors
/// Everything that is wrong in them, in the order of the tables; nothing is taken over then.
pub fn lists(base: &Lists, given: &[Table], directory: &Directory) -> Result<Lists, Vec<Misread>> {
    let mut reader = Reader { directory, faults: vec![], places: BTreeMap::new() };
    let lists = reader.read(base.clone(), given);
    if reader.faults.is_empty() {
        // What was wrong before in a table that is not given stops nobody, and is found when it is
        // proven; what the given tables make wrong there is told.
        let before = base.check(Some(directory));
        let is_given = |it: &Fault| given.iter().any(|table| table.sheet == it.sheet);
        let is_news = |it: &Fault| is_given(it) || !before.contains(it);
        let checked = lists.check(Some(directory)).into_iter().filter(is_news);
        let placed = |fault: Fault| Misread { at: reader.place(&fault), fault };
        reader.faults = checked.map(placed).collect();
        reader.compare_printed(base, &lists, given);
    }
    if reader.faults.is_empty() { Ok(lists) } else { Err(reader.faults) }
}

struct Reader<'a> {
    directory: &'a Directory,
    faults: Vec<Misread>,
    /// Where the row with this key was read from.
    places: BTreeMap<(Sheet, String), usize>,
}

/// A row while it is read: what is wrong with its cells is noted with its place.
struct Cells<'r> {
    sheet: Sheet,
    row: &'r Row,
    words: Words<'r>,
    faults: Vec<Fault>,
}

impl<'r> Cells<'r> {
    fn column(&self, code: &str) -> Option<&'static Column> {
        columns(self.sheet).iter().find(|it| it.code == code)
    }

    fn wrong(&mut self, column: &'static str, wrong: Wrong) {
        self.faults.push(Fault { sheet: self.sheet, key: String::new(), column, wrong });
    }

    /// What a cell says, tidied; none where it is empty.
    fn said(&mut self, column: &'static str) -> Option<String> {
        let text = match self.column(column).map(|it| it.fill) {
            Some(Fill::Text(_)) => self.row.cell(column).trim().to_owned(),
            Some(_) | None => tidy(self.row.cell(column)),
        };
        if !text.is_empty() {
            return Some(text);
        }
        if self.column(column).is_some_and(|it| it.required) {
            self.wrong(column, Wrong::Missing);
        }
        None
    }

    fn text(&mut self, column: &'static str) -> String {
        let Some(text) = self.said(column) else { return String::new() };
        let most = match self.column(column).map(|it| it.fill) {
            Some(Fill::Text(most)) => most,
            Some(_) | None => 40,
        };
        if text.chars().count() > most as usize {
            self.wrong(column, Wrong::TooLong { most });
        }
        text
    }

    fn code(&mut self, column: &'static str) -> String {
        let text = self.text(column);
        if text.contains(char::is_whitespace) || text.contains(SEPARATORS) || text.contains('/') {
            self.wrong(column, Wrong::NotACode { value: text.clone() });
        }
        text
    }

    fn take<T>(&mut self, column: &'static str, said: Result<T, Wrong>) -> Option<T> {
        said.map_err(|wrong| self.wrong(column, wrong)).ok()
    }

    fn one<W: Word>(&mut self, column: &'static str) -> Option<W> {
        let said = self.said(column)?;
        self.take(column, word(&said))
    }

    fn parts(&mut self, column: &'static str) -> Vec<String> {
        let said = self.said(column).unwrap_or_default();
        let parts = said.split(SEPARATORS).map(tidy).filter(|it| !it.is_empty());
        parts.collect()
    }

    fn several<W: Word>(&mut self, column: &'static str) -> Vec<W> {
        let mut res = vec![];
        for it in self.parts(column) {
            if let Some(it) = self.take(column, word::<W>(&it)) {
                if res.contains(&it) {
                    self.wrong(column, Wrong::Twice);
                } else {
                    res.push(it);
                }
            }
        }
        res
    }

    fn number(&mut self, column: &'static str) -> Option<u32> {
        let said = self.said(column)?;
        // A spreadsheet keeps whole numbers as fractions.
        let whole = said.strip_suffix(".0").unwrap_or(&said);
        let Ok(number) = whole.parse::<u32>() else {
            self.wrong(column, Wrong::NotANumber { value: said });
            return None;
        };
        match self.column(column).map(|it| it.fill) {
            Some(Fill::Number(most)) if number > most => {
                self.wrong(column, Wrong::TooLarge { most });
                None
            }
            Some(_) | None => Some(number),
        }
    }

    fn yes(&mut self, column: &'static str) -> bool {
        let Some(said) = self.said(column) else { return false };
        match said.as_str() {
            "是" | "√" | "yes" | "true" | "1" => true,
            "否" | "×" | "no" | "false" | "0" => false,
            _ => {
                let words = vec!["是".to_owned(), "否".to_owned()];
                self.wrong(column, Wrong::NotOneOf { value: said, words });
                false
            }
        }
    }

    fn date(&mut self, column: &'static str) -> Option<NaiveDate> {
        let said = self.said(column)?;
        let date = date(&said);
        if date.is_none() {
            self.wrong(column, Wrong::NotADate { value: said });
        }
        date
    }

    fn limit(&mut self, columns: [&'static str; 2]) -> Option<Limit> {
        let [amount, unit] = columns;
        let before = self.faults.len();
        match (self.number(amount), self.one::<LimitUnit>(unit)) {
            (Some(n), Some(of)) => {
                let limit = Limit::new(n, of).map_err(Wrong::Limit);
                self.take(amount, limit)
            }
            (Some(_), None) if self.faults.len() == before => {
                self.wrong(unit, Wrong::HalfALimit);
                None
            }
            (None, Some(_)) if self.faults.len() == before => {
                self.wrong(amount, Wrong::HalfALimit);
                None
            }
            (_, _) => None,
        }
    }

    fn warning(&mut self) -> Option<Warning> {
        let before = self.faults.len();
        match (self.number("warn_percent"), self.number("warn_days")) {
            (Some(percent), Some(working_days)) => {
                Some(Warning { percent: u8::try_from(percent).unwrap_or(100), working_days })
            }
            (None, None) => None,
            (percent, _) => {
                let column = if percent.is_some() { "warn_days" } else { "warn_percent" };
                if self.faults.len() == before {
                    self.wrong(column, Wrong::Missing);
                }
                None
            }
        }
    }

    fn kind(&mut self, column: &'static str) -> Option<KindCode> {
        let said = self.said(column)?;
        self.take(column, self.words.kind_code(&said))
    }

    fn level(&mut self, column: &'static str) -> Option<LevelCode> {
        let said = self.said(column)?;
        self.take(column, self.words.level_code(&said))
    }

    fn unit(&mut self, column: &'static str) -> Option<String> {
        let said = self.said(column)?;
        self.take(column, self.words.named(&said))
    }

    fn units(&mut self, column: &'static str) -> Vec<String> {
        let parts = self.parts(column);
        let units = parts.iter().filter_map(|it| self.take(column, self.words.named(it)));
        units.collect()
    }

    fn rule(&mut self) -> Option<StepRule> {
        let limit = self.limit(["limit_amount", "limit_unit"]);
        let consequence = self.one("consequence");
        let paper = Some(self.text("paper")).filter(|it| !it.is_empty());
        let source = self.text("source");
        Some(StepRule {
            required: true,
            limit: limit?,
            consequence: consequence?,
            warning: None,
            paper,
            source,
        })
    }
}

/// A date as people write it: 2019-03-01, 2019/3/1, 2019.3.1, 2019年3月1日, 20190301.
fn date(said: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> =
        said.split(|it: char| !it.is_ascii_digit()).filter(|it| !it.is_empty()).collect();
    let number = |it: &str| it.parse::<u32>().ok();
    match parts.as_slice() {
        // A time of day may stand behind it.
        [year, month, day, ..] if year.len() == 4 => {
            NaiveDate::from_ymd_opt(year.parse().ok()?, number(month)?, number(day)?)
        }
        [one] if one.len() == 8 && said.len() == 8 => {
            NaiveDate::from_ymd_opt(one[..4].parse().ok()?, number(&one[4..6])?, number(&one[6..])?)
        }
        _ => None,
    }
}

impl Reader<'_> {
    fn place(&self, fault: &Fault) -> Option<usize> {
        self.places.get(&(fault.sheet, fault.key.clone())).copied()
    }

    /// The rows of a table, each read by itself and kept under its key.
    fn each<T>(
        &mut self,
        table: &Table,
        lists: &Lists,
        mut read: impl FnMut(&mut Cells<'_>) -> Option<(String, T)>,
    ) -> Vec<T> {
        let words = Words { lists, directory: self.directory };
        let mut res = vec![];
        for row in &table.rows {
            let mut cells = Cells { sheet: table.sheet, row, words, faults: vec![] };
            let said = read(&mut cells);
            if let Some((key, value)) = said.filter(|_| cells.faults.is_empty()) {
                // Of two rows for one thing the second is the one that is told.
                self.places.insert((table.sheet, key), row.at);
                res.push(value);
            }
            let at = |fault| Misread { at: Some(row.at), fault };
            self.faults.extend(cells.faults.into_iter().map(at));
        }
        res
    }

    fn read(&mut self, mut lists: Lists, given: &[Table]) -> Lists {
        let table = |sheet: Sheet| given.iter().find(|it| it.sheet == sheet);
        // The words of all other tables first.
        if let Some(it) = table(Sheet::Kinds) {
            lists.kinds = self.each(it, &lists, kind);
        }
        if let Some(it) = table(Sheet::Levels) {
            lists.levels = self.each(it, &lists, level);
        }
        if let Some(it) = table(Sheet::Matters) {
            lists.matters = MatterList { rows: self.each(it, &lists, matter) };
        }
        if let Some(it) = table(Sheet::Initiation) {
            lists.initiation = InitiationList { rows: self.each(it, &lists, initiation) };
        }
        if let Some(it) = table(Sheet::Responsibility) {
            let rows = self.each(it, &lists, responsibility);
            lists.responsibility = ResponsibilityList { rows };
        }
        if let Some(it) = table(Sheet::Bounds) {
            self.bounds(it, &mut lists);
        }
        if let Some(it) = table(Sheet::Process) {
            self.process(it, &mut lists);
        }
        if let Some(it) = table(Sheet::Petitions) {
            self.petitions(it, &mut lists);
        }
        if let Some(it) = table(Sheet::General) {
            self.general(it, &mut lists);
        }
        if let Some(it) = table(Sheet::Supervision) {
            lists.process.supervision = self.each(it, &lists, rung);
        }
        if let Some(it) = table(Sheet::Classes) {
            let mut classes = self.each(it, &lists, class);
            // An office writes the name of a matter where its code belongs.
            for said in classes.iter_mut().filter_map(|it| it.matter.as_mut()) {
                if lists.matters.get(said).is_none() {
                    let mut named = lists.matters.rows.iter().filter(|it| it.name == said.0);
                    if let (Some(one), None) = (named.next(), named.next()) {
                        *said = one.code.clone();
                    }
                }
            }
            lists.classes = classes.into();
        }
        if let Some(it) = table(Sheet::Powers) {
            lists.powers = self.each(it, &lists, power).into();
        }
        lists
    }

    /// The bounds say which kinds and levels there are; the steps stay until they are read.
    fn bounds(&mut self, table: &Table, lists: &mut Lists) {
        let mut raises = vec![];
        let rows = self.each(table, lists, |it| {
            let (kind, level) = (it.kind("kind"), it.level("level"));
            let [send_backs, reworks, extensions, holds] =
                ["send_backs", "reworks", "extensions", "holds"].map(|column| it.number(column));
            let rework = it.limit(["rework_amount", "rework_unit"]);
            let extension = it.limit(["extension_amount", "extension_unit"]);
            let to = (it.kind("raise_kind"), it.level("raise_level"));
            let (kind, level) = (kind?, level?);
            match to {
                (Some(to_kind), Some(to_level)) => raises.push(Raise {
                    kind: kind.clone(),
                    level: level.clone(),
                    to_kind,
                    to_level,
                }),
                (None, None) => (),
                (Some(_), None) => it.wrong("raise_level", Wrong::Missing),
                (None, Some(_)) => it.wrong("raise_kind", Wrong::Missing),
            }
            let bounds = Bounds {
                send_backs: send_backs?,
                reworks: reworks?,
                extensions: extensions?,
                extension,
                holds: holds?,
                rework: rework?,
            };
            let row = Process { kind, level, steps: BTreeMap::new(), bounds };
            Some((row.key(), row))
        });
        let steps =
            |it: &Process| lists.process.get(&it.kind, &it.level).map(|it| it.steps.clone());
        let kept = |it: Process| Process { steps: steps(&it).unwrap_or_default(), ..it };
        let rows: Vec<Process> = rows.into_iter().map(kept).collect();
        lists.process = ProcessList { rows, raises, ..lists.process.clone() };
    }

    fn process(&mut self, table: &Table, lists: &mut Lists) {
        let mut seen = std::collections::BTreeSet::new();
        let known: Vec<String> = lists.process.rows.iter().map(Process::key).collect();
        let rows = self.each(table, lists, |it| {
            let (kind, level) = (it.kind("kind"), it.level("level"));
            let step: Option<Step> = it.one("step");
            let required = it.yes("required");
            let warning = it.warning();
            let rule = it.rule();
            let (kind, level, step) = (kind?, level?, step?);
            let process = format!("{kind}/{level}");
            if !known.contains(&process) {
                let pair = it.words.lists.pair(&kind, &level);
                it.wrong("level", Wrong::NoBounds { pair });
            }
            let key = format!("{process}/{step}");
            if !seen.insert(key.clone()) {
                it.wrong("step", Wrong::Twice);
            }
            Some((key, (process, step, StepRule { required, warning, ..rule? })))
        });
        lists.process.rows.iter_mut().for_each(|it| it.steps.clear());
        for (process, step, rule) in rows {
            let mut all = lists.process.rows.iter_mut();
            if let Some(it) = all.find(|it| it.key() == process) {
                it.steps.insert(step, rule);
            }
        }
    }

    fn petitions(&mut self, table: &Table, lists: &mut Lists) {
        type Stage = (Procedure, Step, bool, Option<Limit>, StepRule);
        let mut seen = std::collections::BTreeSet::new();
        let rows: Vec<Stage> = self.each(table, lists, |it| {
            let procedure: Option<Procedure> = it.one("procedure");
            let step: Option<Step> = it.one("step");
            let statutory = it.yes("statutory");
            let extension = it.limit(["extension_amount", "extension_unit"]);
            let warning = it.warning();
            let rule = it.rule();
            let (procedure, step) = (procedure?, step?);
            if !matches!(step, Step::Accept | Step::Answer | Step::Conclude) {
                let words = [Step::Accept, Step::Answer, Step::Conclude];
                let words = words.map(|it| it.zh().to_owned()).to_vec();
                it.wrong("step", Wrong::NotOneOf { value: step.zh().to_owned(), words });
            }
            if extension.is_some() && step != Step::Answer {
                it.wrong("extension_amount", Wrong::ExtensionOfAnswerOnly);
            }
            let key = format!("{procedure}/{step}");
            if !seen.insert(key.clone()) {
                it.wrong("step", Wrong::Twice);
            }
            Some((key, (procedure, step, statutory, extension, StepRule { warning, ..rule? })))
        });
        let mut all = vec![];
        let order = rows.iter().map(|it| it.0);
        let mut procedures: Vec<Procedure> = vec![];
        order.for_each(|it| {
            if !procedures.contains(&it) {
                procedures.push(it);
            }
        });
        for procedure in procedures {
            let of = |step| rows.iter().find(|it| it.0 == procedure && it.1 == step);
            let missing = |step: Step| Fault {
                sheet: Sheet::Petitions,
                key: format!("{procedure}/{step}"),
                column: "step",
                wrong: Wrong::NoPetitionStep { procedure: procedure.zh(), step: step.zh() },
            };
            let steps = [Step::Accept, Step::Answer, Step::Conclude].map(|step| (step, of(step)));
            for (step, _) in steps.iter().filter(|(_, it)| it.is_none()) {
                self.faults.push(Misread { at: None, fault: missing(*step) });
            }
            let [(_, Some(accept)), (_, Some(answer)), (_, Some(conclude))] = steps else {
                continue;
            };
            for it in [answer, conclude].into_iter().filter(|it| it.2 != accept.2) {
                let key = format!("{procedure}/{}", it.1);
                let at = self.places.get(&(Sheet::Petitions, key.clone())).copied();
                let should = if accept.2 { "是" } else { "否" }.to_owned();
                let wrong = Wrong::MustAgree { should };
                let fault = Fault { sheet: Sheet::Petitions, key, column: "statutory", wrong };
                self.faults.push(Misread { at, fault });
            }
            all.push(PetitionLimits {
                procedure,
                statutory: accept.2,
                accept: accept.4.clone(),
                answer: answer.4.clone(),
                conclude: conclude.4.clone(),
                extension: answer.3,
            });
        }
        lists.process.petitions = all;
    }

    fn general(&mut self, table: &Table, lists: &mut Lists) {
        let rows = self.each(table, lists, |it| {
            let name = it.text("name");
            let effective_on = it.date("effective_on");
            let warning = it.warning();
            let raise_from = it.number("raise_from");
            let scan = it.rule();
            let key = "general".to_owned();
            Some((key, (name, effective_on?, warning?, raise_from?, scan?)))
        });
        if let Some(second) = table.rows.get(1) {
            let (sheet, key) = (Sheet::General, "general".to_owned());
            let fault = Fault { sheet, key, column: "name", wrong: Wrong::Twice };
            self.faults.push(Misread { at: Some(second.at), fault });
        }
        match rows.into_iter().next() {
            Some((name, effective_on, warning, raise_from, scan)) => {
                lists.name = name;
                lists.effective_on = effective_on;
                lists.process.warning = warning;
                lists.process.raise_from = raise_from;
                lists.process.scan = scan;
            }
            None if table.rows.is_empty() => {
                let (sheet, key) = (Sheet::General, String::new());
                let fault = Fault { sheet, key, column: "name", wrong: Wrong::Missing };
                self.faults.push(Misread { at: None, fault });
            }
            None => (),
        }
    }

    /// What is printed must stand as it was printed, or as it would be now: whoever changes who issues
    /// need not change the printed owner, too. An emptied cell says nothing.
    fn compare_printed(&mut self, base: &Lists, lists: &Lists, given: &[Table]) {
        let printed = tables(lists, self.directory);
        let before = tables(base, self.directory);
        for sheet in Sheet::iter() {
            let columns = columns(sheet).iter().filter(|it| it.fill == Fill::Printed);
            let columns: Vec<&Column> = columns.collect();
            let of = |all: &[Table]| all.iter().position(|it| it.sheet == sheet);
            let (Some(given_at), Some(printed_at), false) =
                (of(given), of(&printed), columns.is_empty())
            else {
                continue;
            };
            let key = |row: &Row| [row.cell("kind"), row.cell("level"), row.cell("step")].map(tidy);
            let should: BTreeMap<_, &Row> =
                printed[printed_at].rows.iter().map(|it| (key(it), it)).collect();
            let was = before.iter().filter(|it| it.sheet == sheet).flat_map(|it| &it.rows);
            let was: BTreeMap<_, &Row> = was.map(|it| (key(it), it)).collect();
            let words = Words { lists, directory: self.directory };
            for row in &given[given_at].rows {
                let mut cells = Cells { sheet, row, words, faults: vec![] };
                let spoken = (|| {
                    let kind = words.kind(&cells.kind("kind")?);
                    let level = words.level(&cells.level("level")?);
                    let step: Step = cells.one("step")?;
                    Some([kind, level, step.zh().to_owned()])
                })();
                let Some(spoken) = spoken else { continue };
                let Some(should) = should.get(&spoken) else { continue };
                for column in &columns {
                    let (said, right) = (tidy(row.cell(column.code)), should.cell(column.code));
                    let as_before =
                        was.get(&spoken).is_some_and(|it| tidy(it.cell(column.code)) == said);
                    if !said.is_empty() && said != tidy(right) && !as_before {
                        let wrong = Wrong::Printed { should: right.to_owned() };
                        let key = String::new();
                        let fault = Fault { sheet, key, column: column.code, wrong };
                        self.faults.push(Misread { at: Some(row.at), fault });
                    }
                }
            }
        }
    }
}

fn kind(it: &mut Cells<'_>) -> Option<(String, Kind)> {
    let kind = Kind {
        code: KindCode(it.code("code")),
        name: it.text("name"),
        name_en: it.text("name_en"),
        emergency: it.yes("emergency"),
        presence_proof: it.yes("presence_proof"),
    };
    Some((kind.code.0.clone(), kind))
}

fn level(it: &mut Cells<'_>) -> Option<(String, Level)> {
    let (code, name, name_en) = (it.code("code"), it.text("name"), it.text("name_en"));
    let (colour, order) = (it.text("colour"), it.number("order"));
    let attendee = it.one("attendee");
    let level = Level {
        code: LevelCode(code),
        name,
        name_en,
        colour,
        order: u8::try_from(order?).ok()?,
        attendee: attendee?,
    };
    Some((level.code.0.clone(), level))
}

fn matter(it: &mut Cells<'_>) -> Option<(String, Matter)> {
    let (kind, level) = (it.kind("kind"), it.level("level"));
    let powers = it.parts("powers").into_iter().map(PowerCode).collect();
    let (code, category, subcategory) =
        (it.code("code"), it.text("category"), it.text("subcategory"));
    let (name, condition, local_duty) =
        (it.text("name"), it.text("condition"), it.text("local_duty"));
    let (lead, assists) = (it.unit("lead"), it.units("assists"));
    let (basis, closed_when, not_when, source) =
        (it.text("basis"), it.text("closed_when"), it.text("not_when"), it.text("source"));
    let (handle, until) = (it.limit(["handle_amount", "handle_unit"]), it.date("until"));
    let matter = Matter {
        code: MatterCode(code),
        category,
        subcategory,
        name,
        condition,
        kind: kind?,
        level: level?,
        lead,
        assists,
        local_duty,
        basis,
        powers,
        handle,
        closed_when,
        not_when,
        source,
        until,
    };
    Some((matter.code.0.clone(), matter))
}

fn initiation(it: &mut Cells<'_>) -> Option<(String, Initiation)> {
    let (tier, kind, level) = (it.one("tier"), it.kind("kind"), it.level("level"));
    let [draft, endorse, issue, issue_off_list, blow_now, ratify] =
        ["draft", "endorse", "issue", "issue_off_list", "blow_now", "ratify"]
            .map(|column| it.several(column));
    let (may_call, materials) = (it.several("may_call"), it.several("materials"));
    let (condition, basis) = (it.text("condition"), it.text("basis"));
    let (tried_required, meeting_first) = (it.yes("tried_required"), it.yes("meeting_first"));
    let (hours, at_most) = (it.one("hours"), it.number("at_most"));
    let row = Initiation {
        tier: tier?,
        kind: kind?,
        level: level?,
        draft,
        endorse,
        issue,
        issue_off_list,
        blow_now,
        ratify,
        may_call,
        condition,
        tried_required,
        materials,
        meeting_first,
        hours: hours?,
        at_most,
        basis,
    };
    Some((row.key(), row))
}

fn responsibility(it: &mut Cells<'_>) -> Option<(String, ResponsibilityRule)> {
    let (level, case_owner) = (it.level("level"), it.one("case_owner"));
    let review = it.limit(["review_amount", "review_unit"]);
    let (papers, source) = (it.several("papers"), it.text("source"));
    let rule = ResponsibilityRule {
        level: level?,
        case_owner: case_owner?,
        review: review?,
        papers,
        source,
    };
    Some((rule.level.0.clone(), rule))
}

fn rung(it: &mut Cells<'_>) -> Option<(String, LadderRung)> {
    let (paper, signer): (Option<Paper>, _) = (it.one("paper"), it.one("signer"));
    let after = it.limit(["after_amount", "after_unit"]);
    let (to, copy_above) = (it.several("to"), it.yes("copy_above"));
    let source = it.text("source");
    let rung = LadderRung { paper: paper?, after: after?, signer, to, copy_above, source };
    Some((rung.paper.to_string(), rung))
}

fn class(it: &mut Cells<'_>) -> Option<(String, Class)> {
    let path = ["first", "second", "third"].map(|column| it.text(column));
    if !path[2].is_empty() && path[1].is_empty() {
        it.wrong("second", Wrong::Missing);
    }
    let path = path.into_iter().filter(|it| !it.is_empty()).collect();
    let matter = it.said("matter").map(MatterCode);
    let class = Class { path, matter };
    Some((class.key(), class))
}

fn power(it: &mut Cells<'_>) -> Option<(String, Power)> {
    let (code, tier, unit) = (it.code("code"), it.one("tier"), it.unit("unit"));
    let power = Power {
        code: PowerCode(code),
        tier: tier?,
        category: it.text("category"),
        name: it.text("name"),
        item: it.text("item"),
        basis: it.text("basis"),
        duty: it.text("duty"),
        accountability: it.text("accountability"),
        unit,
    };
    Some((power.code.0.clone(), power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let day = NaiveDate::from_ymd_opt(2019, 3, 1);
        for said in
            ["2019-03-01", "2019/3/1", "2019.3.1", "2019年3月1日", "20190301", "2019-3-1 0:00"]
        {
            assert_eq!(date(said), day, "{said}");
        }
        for said in ["", "3月1日", "19-3-1", "2019-13-01", "2019年", "长期"] {
            assert_eq!(date(said), None, "{said}");
        }
    }
}
