//! 清单验证: shows, before a version of the lists is published, what can come of it.
//!
//! For each row of the initiation list (who blows, kind, level) every reachable state of a finite
//! picture is visited, breadth first, with the real [`decide`](crate::decide): one petition, a lead
//! and one assist (a second one adds nothing but another like the first), one person for each role
//! and relation. Time is the order in which clocks fire: any clock that runs may be the next to
//! fire, and any act may come before it. Counters stop at their bound, which is part of the
//! version. What a state is, and what is cut away because no rule reads it, stands in `state`; what
//! is asked in `ask`; that both are true to the machine is tested in `sound`. Limits against
//! statutory dates are arithmetic over every day of the known calendars (`dates`), the rest is read
//! from the rows (`rows`).
//!
//! What is looked for:
//!
//! 1. No dead end: in every state somebody who owes an act can do it; some end is reached from it,
//!    and from every state in which the whistle runs, closing it. A way out never counts on what
//!    time may take away, nor closing on an act that breaks the whistle off.
//! 2. Every step that is required is owed somewhere, and every stage is reached.
//! 3. Whoever a deadline names can do the act; the consequence is one that the machine knows.
//! 4. No way round leads through two stages of a whistle, and none is gone by called units and
//!    clocks alone: what comes back has used up a counter, or is an act of those who lead the case.
//!    No counter may run further than anybody means.
//! 5. On no way is it closed without a verification in the last round by somebody of no handling
//!    unit.
//! 6. On no way is the drafter the one who endorses or issues, the blower the one who ratifies, a
//!    handler the one who verifies.
//! 7. The longest regular way fits into the statutory period, whatever day it starts.
//! 8. No matter puts a duty on a unit that the initiation list does not let be called.
//! 9. Conflicting and overlapping rows, and rows that are never used, are shown.
//!
//! The fifth and sixth are guards of the engine that no list can take away; the search would find
//! it if a rule did.
//!
//! What does not hold is told as a shortest story in the users' words. The proof is of the version,
//! not of the people in it: without a [`Staffing`] each role is taken to have one person.

mod ask;
mod cast;
mod dates;
mod judge;
mod rows;
mod search;
#[cfg(test)]
mod sound;
mod staffing;
mod state;
mod tell;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

pub use self::staffing::Staffing;
use self::{cast::Cast, search::Seen, state::Frame};
use crate::{
    calendar::{Calendar, beijing},
    directory::{Directory, Tier, UnitKind},
    lists::{Fault, Initiation, KindCode, LevelCode, Lists, Sheet},
    text::Lang,
};

/// What is proven of a version.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Property {
    /// Each row says what it must and names what exists.
    WellFormed,
    /// From every state the whistle comes to an end, and while it runs it can be closed.
    NoDeadEnd,
    /// Every step and stage that the lists ask for is reached.
    Reachable,
    /// Every waiting stage has somebody who owes an act and can do it, a limit and a consequence.
    Owned,
    /// No stage comes back without using up a bound.
    Bounded,
    /// Nothing is closed without a verification by somebody of no handling unit.
    Verified,
    /// Nobody approves what they drafted or blew, nobody verifies what they handled.
    Separated,
    /// Every limit fits into the statutory period, counted from acceptance, on every start day.
    InTime,
    /// No unit has a duty that the initiation list does not let it be called to.
    Callable,
    /// No two rows say different things about the same.
    Consistent,
}

impl Property {
    /// What it says, in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::WellFormed => "各行完整、所引皆有",
            Self::NoDeadEnd => "没有死路",
            Self::Reachable => "没有走不到的环节",
            Self::Owned => "每个等待环节都有能办的责任人、时限和逾期后果",
            Self::Bounded => "没有无止境的往返",
            Self::Verified => "核查绕不过去",
            Self::Separated => "起草与审批、办理与核查不是同一人",
            Self::InTime => "各时限都在法定期限之内",
            Self::Callable => "不给不能召集的单位派责任",
            Self::Consistent => "各行互不矛盾、互不重叠",
        }
    }

    /// What it says, in English.
    #[must_use]
    pub fn en(self) -> &'static str {
        match self {
            Self::WellFormed => "each row is complete and names what exists",
            Self::NoDeadEnd => "there is no dead end",
            Self::Reachable => "there is no unreachable step",
            Self::Owned => {
                "every waiting stage has an owner who can act, a limit and a consequence"
            }
            Self::Bounded => "no cycle is without a bound",
            Self::Verified => "verification cannot be bypassed",
            Self::Separated => {
                "drafter and approver, handler and verifier are never the same person"
            }
            Self::InTime => "every limit fits into the statutory period",
            Self::Callable => "no duty falls on a unit that may not be called",
            Self::Consistent => "no rows conflict or overlap",
        }
    }
}

/// What a finding means for the version.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Severity {
    /// The property does not hold.
    Refutes,
    /// It holds; whoever publishes should know this all the same.
    Shown,
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Text {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Text {
    fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// In one language.
    #[must_use]
    pub fn of(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// The cell to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// In which table.
    #[serde(with = "sheet")]
    pub sheet: Sheet,
    /// In which row, by its key; empty where a row is missing.
    pub key: String,
    /// In which column, by its code.
    pub column: String,
}

impl Place {
    fn new(sheet: Sheet, key: impl Into<String>, column: &str) -> Self {
        Self { sheet, key: key.into(), column: column.to_owned() }
    }
}

/// Sheets by their codes.
mod sheet {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    use crate::lists::Sheet;

    pub(super) fn serialize<S: Serializer>(it: &Sheet, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(it.into())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Sheet, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(|_| de::Error::custom("not the code of a sheet"))
    }
}

/// A step of a story.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StoryStep {
    /// Who acts.
    pub who: Text,
    /// What they do, to whose part.
    pub act: Text,
    /// Where the whistle stands after it, and the part where the act was about one.
    pub outcome: Text,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// Whether the property does not hold.
    pub severity: Severity,
    /// Which property it is about.
    pub property: Property,
    /// The cell to look at, where there is one.
    pub place: Option<Place>,
    /// What was found.
    pub text: Text,
    /// The shortest way there; empty where it is read from the rows alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub story: Vec<StoryStep>,
}

impl Finding {
    /// What was found, without its story.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> &str {
        self.text.of(lang)
    }

    /// The story, a line for each step; then what was found.
    #[must_use]
    pub fn told(&self, lang: Lang) -> String {
        let mut res = String::new();
        for (n, it) in (1..).zip(&self.story) {
            let (who, act, outcome) = (it.who.of(lang), it.act.of(lang), it.outcome.of(lang));
            res += &format!("{n}. {who} {act} → {outcome}\n");
        }
        res + self.sentence(lang)
    }

    fn refutes(property: Property, place: Option<Place>, text: Text) -> Self {
        Self { severity: Severity::Refutes, property, place, text, story: vec![] }
    }

    fn shown(property: Property, place: Option<Place>, text: Text) -> Self {
        Self { severity: Severity::Shown, ..Self::refutes(property, place, text) }
    }
}

/// A kind and level as a centre of a tier blows it: one row of the initiation list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pair {
    /// The tier of the centre.
    pub tier: Tier,
    /// The kind.
    pub kind: KindCode,
    /// The level.
    pub level: LevelCode,
}

/// What was found of one pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairProof {
    /// Which.
    #[serde(flatten)]
    pub pair: Pair,
    /// How many states were visited; none where faults of its rows stand against a search.
    pub n_states: u32,
    /// How many ways lead from one to another.
    pub n_transitions: u32,
    /// What was found, worst first.
    pub findings: Vec<Finding>,
}

/// What was found of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Of each pair, in the order of the initiation list.
    pub pairs: Vec<PairProof>,
    /// Of the version as a whole, worst first.
    pub findings: Vec<Finding>,
}

impl Proof {
    /// Everything that was found.
    pub fn all(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(self.pairs.iter().flat_map(|it| &it.findings))
    }

    /// Whether nothing refutes a property.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.all().all(|it| it.severity != Severity::Refutes)
    }

    /// How many states were visited.
    #[must_use]
    pub fn n_states(&self) -> u64 {
        self.pairs.iter().map(|it| u64::from(it.n_states)).sum()
    }
}

/// Whom a search calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Scope {
    /// A lead alone: a part of the picture, visited in no time.
    Lead,
    /// A lead and an assist.
    #[default]
    LeadAndAssist,
}

/// Proves a version, pair by pair, so that the caller can say how far it is and use several
/// threads.
#[derive(Debug)]
pub struct Prover<'a> {
    lists: &'a Lists,
    directory: Option<&'a Directory>,
    staffing: Option<&'a Staffing>,
    calendars: &'a [Calendar],
    scope: Scope,
    faults: Vec<Fault>,
}

impl<'a> Prover<'a> {
    /// Of this version, against the calendars that are known, earliest first.
    #[must_use]
    pub fn new(lists: &'a Lists, calendars: &'a [Calendar]) -> Self {
        let faults = lists.check(None);
        let scope = Scope::default();
        Self { lists, directory: None, staffing: None, calendars, scope, faults }
    }

    /// And of the units that there are: whether those that matters name may be called.
    #[must_use]
    pub fn with_units(mut self, directory: &'a Directory) -> Self {
        self.directory = Some(directory);
        self.faults = self.lists.check(Some(directory));
        self
    }

    /// And of the people: whether somebody is there for what is owed.
    #[must_use]
    pub fn with_people(mut self, staffing: &'a Staffing) -> Self {
        self.staffing = Some(staffing);
        self
    }

    /// In this scope only.
    #[must_use]
    pub fn within(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// What there is to prove one by one, in the order of the initiation list.
    #[must_use]
    pub fn pairs(&self) -> Vec<Pair> {
        let pair = |it: &Initiation| Pair {
            tier: it.tier,
            kind: it.kind.clone(),
            level: it.level.clone(),
        };
        let mut res: Vec<Pair> = vec![];
        for it in self.lists.initiation.rows.iter().map(pair) {
            if !res.contains(&it) {
                res.push(it);
            }
        }
        res
    }

    /// Proves it all, one pair after the other.
    #[must_use]
    pub fn prove(&self) -> Proof {
        self.prove_telling(|_, _, _| ())
    }

    /// The same, telling before each pair how many are done, of how many, and which comes next.
    #[must_use]
    pub fn prove_telling(&self, mut tell: impl FnMut(usize, usize, &Pair)) -> Proof {
        let findings = self.rows().into_iter().chain(self.dates()).collect();
        let pairs = self.pairs();
        let proven = |(done, it): (usize, &Pair)| {
            tell(done, pairs.len(), it);
            self.pair(it)
        };
        Proof { pairs: pairs.iter().enumerate().map(proven).collect(), findings: sorted(findings) }
    }

    /// What is found by counting days: each limit against the statutory period.
    #[must_use]
    pub fn dates(&self) -> Vec<Finding> {
        let mut res = vec![];
        if let Some(calendar) = self.calendars.last() {
            dates::count(self.lists, calendar, &mut res);
        }
        sorted(res)
    }

    /// What is found by reading the rows.
    #[must_use]
    pub fn rows(&self) -> Vec<Finding> {
        let mut res: Vec<Finding> = self.faults.iter().map(tell::fault).collect();
        rows::read(self.lists, self.directory, &mut res);
        if let (Some(directory), Some(staffing)) = (self.directory, self.staffing) {
            staffing::look(self.lists, directory, staffing, &mut res);
        }
        sorted(res)
    }

    /// Proves one pair.
    #[must_use]
    pub fn pair(&self, pair: &Pair) -> PairProof {
        let mut proof =
            PairProof { pair: pair.clone(), n_states: 0, n_transitions: 0, findings: vec![] };
        let Some(row) = self.lists.initiation.get(pair.tier, &pair.kind, &pair.level) else {
            return proof;
        };
        for own in [false, true] {
            if own && !row.may_call.contains(&UnitKind::Centre) {
                continue;
            }
            let (frame, seen) = match self.searched(row, own) {
                Ok(it) => it,
                Err(reason) => {
                    proof.findings.extend(reason);
                    continue;
                }
            };
            let n = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
            proof.n_states = proof.n_states.saturating_add(n(seen.nodes.len()));
            proof.n_transitions = proof.n_transitions.saturating_add(n(seen.edges.len()));
            judge::judge(&frame, row, &seen, own, &mut proof.findings);
        }
        proof.findings = sorted(proof.findings);
        proof
    }

    /// The states of a row; or why there was no search, where that is not told by a fault of a row.
    fn searched(&self, row: &Initiation, own: bool) -> Result<(Frame<'a>, Seen), Vec<Finding>> {
        if self.is_faulty(row) {
            return Err(vec![]);
        }
        let missing = |zh: &str, en: &str| {
            let place = Place::new(Sheet::Initiation, row.key(), "level");
            let text = Text::new(format!("不能验证：{zh}"), format!("cannot be proven: {en}"));
            vec![Finding::refutes(Property::WellFormed, Some(place), text)]
        };
        let process = self.lists.process.get(&row.kind, &row.level);
        let process = process.ok_or_else(|| missing("没有流程", "there is no process"))?;
        if rows::is_absurd(process) {
            return Err(vec![]);
        }
        let calendar = self.calendars.last();
        let day = calendar.and_then(|it| Some((it, ordinary(it)?)));
        let (calendar, now) = day.ok_or_else(|| {
            missing("没有可用的工作日历", "there is no calendar with a working day")
        })?;
        let mut frame = Frame::new(Cast::new(row, own), self.lists, calendar, process, now);
        frame.open().map_err(|it| missing(&it.sentence(Lang::Zh), &it.sentence(Lang::En)))?;
        frame.with_assist = self.scope == Scope::LeadAndAssist;
        let seen = frame.search(row);
        Ok((frame, seen))
    }

    /// Whether a fault stands in a row that the search of this one would run under.
    fn is_faulty(&self, row: &Initiation) -> bool {
        let own = [row.key(), format!("{}/{}", row.kind, row.level)];
        self.faults.iter().any(|it| match it.sheet {
            Sheet::Initiation => it.key == own[0] || it.key.is_empty(),
            Sheet::Process | Sheet::Bounds => {
                it.key == own[1] || it.key.starts_with(&format!("{}/", own[1]))
            }
            Sheet::Kinds => it.key.is_empty() || it.key == row.kind.0,
            Sheet::Levels => it.key.is_empty() || it.key == row.level.0,
            Sheet::Responsibility => it.key.is_empty() || it.key == row.level.0,
            Sheet::Petitions => true,
            Sheet::Matters
            | Sheet::General
            | Sheet::Supervision
            | Sheet::Classes
            | Sheet::Powers => false,
        })
    }
}

/// Worst first, then by property and place, each once: the same version gives the same text.
fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort();
    findings.dedup();
    findings
}

/// The morning of a working day before another, in a year that the calendar knows.
fn ordinary(calendar: &Calendar) -> Option<DateTime<Utc>> {
    let (year, _) = calendar.known_years().next()?;
    let mut days = NaiveDate::from_ymd_opt(year, 6, 1)?.iter_days().take(60);
    let day = days.find(|it| {
        let next = it.succ_opt().is_some_and(|it| calendar.is_working(it));
        calendar.is_working(*it) && next && it.weekday().number_from_monday() <= 4
    })?;
    let at = day.and_hms_opt(10, 0, 0)?.and_local_timezone(beijing()).single()?;
    Some(at.to_utc())
}
