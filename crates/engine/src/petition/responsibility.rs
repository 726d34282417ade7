//! 化解责任: who owns a case, what is done to settle it, who helps those concerned, and how the entry
//! ends.
//!
//! The entry stands on the petition, since a matter outlives each whistle over it. Its rules are those
//! of the level when the owner was assigned; they are kept with the entry, so that a later version of
//! the lists changes nothing that was said. It ends by 销号 alone. While its petition is open, two
//! clocks run for it: the next review of the measures, and the date by which the matter is to be
//! settled. That date stands beside the statutory one and is not bounded by it: 化解 is a fact apart
//! from 答复 and 办结 (R29), and help goes on after the last answer (信访工作条例 36, 37).

use std::collections::VecDeque;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::Petition;
use crate::{
    actor::{Member, Rank, Role},
    authority::{self, audience, audience::Holder},
    calendar::Limit,
    clock::{ClockKey, Owner, Step},
    file::FileKind,
    ids::{PersonId, UnitId},
    lists::{Level, LevelCode, Lists},
    refusal::{Problem, Refusal},
    stand::Stand,
    text::Words,
    whistle::Resolution,
};

/// How many of the latest progress notes the state keeps; the events keep them all.
pub const KEPT: usize = 100;

/// How much may come of a case (风险等级); apart from the colours of levels and of clocks.
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
pub enum Risk {
    /// 高.
    High,
    /// 中.
    Medium,
    /// 低.
    Low,
}

impl Risk {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::High => "高",
            Self::Medium => "中",
            Self::Low => "低",
        }
    }
}

/// 包案领导: the leader who owns a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseOwner {
    /// Who.
    pub person: PersonId,
    /// Of which unit.
    pub unit: UnitId,
    /// Of which rank.
    pub rank: Rank,
    /// In which post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Words>,
}

impl CaseOwner {
    /// The owner as a member of their unit, as far as it is asked who keeps the case from them.
    fn member(&self) -> Member {
        Member { person: self.person, unit: self.unit, roles: [].into() }
    }
}

/// 稳控: who helps and persuades, and when they visit next; never where anybody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Care {
    /// The unit.
    pub unit: UnitId,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The day of the next visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_visit: Option<NaiveDate>,
}

/// What the rule of the level said when the owner was assigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRule {
    /// The level.
    pub level: LevelCode,
    /// The lowest rank of an owner.
    pub case_owner: Rank,
    /// How often the measures are reviewed.
    pub review: Limit,
    /// 必备材料: without which the entry is not signed off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<FileKind>,
}

/// One note of progress (进展).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: PersonId,
    /// What.
    pub text: Words,
}

/// 销号: how an entry ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOffRecord {
    /// 验收人.
    pub by: PersonId,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether the matter is resolved.
    pub how: Resolution,
    /// 协议履行.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfilment: Option<Words>,
    /// What was accepted: in which way it was resolved, or why it ends without.
    pub text: Words,
}

/// One entry of 化解责任清单.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responsibility {
    /// Which entry of the petition it is, from 1.
    pub nth: u32,
    /// Who owns the case.
    pub owner: CaseOwner,
    /// Since when.
    pub since: DateTime<Utc>,
    /// The rule it runs under.
    pub rule: EntryRule,
    /// The risk.
    pub risk: Risk,
    /// 化解时限.
    pub due_on: NaiveDate,
    /// 稳控.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care: Option<Care>,
    /// 化解措施, as they are now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measures: Option<Words>,
    /// 下一步.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Words>,
    /// The latest notes of progress, at most [`KEPT`].
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub progress: VecDeque<Progress>,
    /// How often the measures were updated.
    pub updates: u32,
    /// When last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
    /// What the owner says that it has come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// How it ended; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_off: Option<SignOffRecord>,
}

impl Responsibility {
    /// Whether the owner says that the matter is resolved, and waits for 销号.
    #[must_use]
    pub fn is_handed_in(&self) -> bool {
        self.resolution == Some(Resolution::Resolved)
    }
}

/// What an assignment says of the entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// Who owns the case from now on.
    pub owner: CaseOwner,
    /// The rule it runs under.
    pub rule: EntryRule,
    /// The risk.
    pub risk: Risk,
    /// 化解时限.
    pub due_on: NaiveDate,
    /// 稳控.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care: Option<Care>,
    /// Why, where the owner or the entry changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Words>,
}

/// What an update says of the entry; what it leaves out stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// 化解措施.
    pub measures: Words,
    /// 进展.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Words>,
    /// 下一步.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Words>,
    /// The risk, where it is another now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// 化解时限, where it moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// Why it moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Words>,
    /// 稳控, where it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care: Option<Care>,
    /// What it has come to, as the owner sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
}

impl Petition {
    /// The entry that is open.
    #[must_use]
    pub fn entry(&self) -> Option<&Responsibility> {
        self.responsibility.as_deref().filter(|it| it.signed_off.is_none())
    }

    /// Who owns it now; nobody where no entry is open, or where the owner was recused since.
    #[must_use]
    pub fn case_owner(&self) -> Option<PersonId> {
        let owner = self.entry()?.owner.person;
        (!self.recused.contains(&Holder::Person(owner))).then_some(owner)
    }

    /// What `assigned` makes of the entry: an open one goes on under its owner, or a new one begins.
    pub(super) fn assign(&mut self, assigned: Assigned, since: DateTime<Utc>) {
        let Assigned { owner, rule, risk, due_on, care, reason: _ } = assigned;
        let (before, n_before) = match self.responsibility.take() {
            Some(it) if it.signed_off.is_none() => (Some(it), 0),
            Some(it) => (None, it.nth),
            None => (None, 0),
        };
        self.responsibility = Some(match before {
            Some(mut it) => {
                // Another owner takes over what was done, not what was said to have come of it.
                if it.owner.person != owner.person {
                    it.since = since;
                    it.resolution = None;
                }
                (it.owner, it.rule, it.risk, it.due_on) = (owner, rule, risk, due_on);
                it.care = care.or(it.care);
                it
            }
            None => Box::new(Responsibility {
                nth: n_before + 1,
                owner,
                since,
                rule,
                risk,
                due_on,
                care,
                measures: None,
                next: None,
                progress: VecDeque::new(),
                updates: 0,
                updated_at: None,
                resolution: None,
                signed_off: None,
            }),
        });
    }

    /// What `update` makes of the entry.
    pub(super) fn update(&mut self, update: Update, by: PersonId, at: DateTime<Utc>) {
        let Some(it) = &mut self.responsibility else { return };
        let Update { measures, progress, next, risk, due_on, reason: _, care, resolution } = update;
        it.measures = Some(measures);
        it.next = next.or(it.next);
        it.risk = risk.unwrap_or(it.risk);
        it.due_on = due_on.unwrap_or(it.due_on);
        it.care = care.or(it.care);
        it.resolution = resolution.or(it.resolution.take());
        if let Some(text) = progress {
            it.progress.push_back(Progress { at, by, text });
            if it.progress.len() > KEPT {
                it.progress.pop_front();
            }
        }
        it.updates += 1;
        it.updated_at = Some(at);
    }

    /// What 销号 makes of the entry.
    pub(super) fn sign_off(&mut self, record: SignOffRecord) {
        self.resolution = Some(record.how.clone());
        if let Some(it) = &mut self.responsibility {
            it.signed_off = Some(record);
        }
    }

    /// The clocks of the open entry; none once the petition has ended, whose file is closed.
    pub(super) fn entry_clocks(&self) -> impl Iterator<Item = ClockKey> {
        let runs = self.entry().is_some() && self.owed().is_some();
        let steps = [Step::ReviewMeasures, Step::Resolve];
        steps.into_iter().filter(move |_| runs).map(ClockKey::of)
    }

    /// Who owes a step of the entry; none where the step is another.
    ///
    /// It is the owner in person. What nobody is there for any more since the owner was recused, and
    /// the acceptance of what the owner says is resolved, the centre's director owes.
    pub(super) fn entry_owner(&self, step: Step) -> Option<Owner> {
        let entry = self.entry().filter(|_| step.is_of_entry())?;
        // Over an open whistle nothing can be accepted yet.
        let accepts = step == Step::Resolve && entry.is_handed_in() && !self.is_whistled();
        match self.case_owner().filter(|_| !accepts) {
            Some(person) => Some(Owner {
                unit: entry.owner.unit,
                roles: authority::OWNERS.to_vec(),
                person: Some(person),
            }),
            None => {
                let unit = self.centre()?;
                Some(Owner { unit, roles: vec![Role::Director], person: None })
            }
        }
    }

    /// The level whose rule holds: the highest that it was whistled at, or the lowest there is.
    #[must_use]
    pub fn level<'a>(&self, lists: &'a Lists) -> Option<&'a Level> {
        let whistled = self.whistles.values().filter_map(|it| lists.level(&it.level));
        let lowest = || lists.levels.iter().min_by_key(|it| it.order);
        whistled.max_by_key(|it| it.order).or_else(lowest)
    }
}

/// The entry that a command is about, which must be open.
pub(super) fn open(petition: &Petition) -> Result<&Responsibility, Refusal> {
    match (petition.entry(), &petition.responsibility) {
        (Some(it), _) => Ok(it),
        (None, Some(_)) => Err(Refusal::Already),
        (None, None) => Err(Refusal::missing("caseOwner")),
    }
}

/// Holds an owner against those from whom the petition, or a whistle over it, is kept (R2, R3).
pub(super) fn untainted(
    stand: &Stand<'_>,
    petition: &Petition,
    owner: &CaseOwner,
) -> Result<(), Refusal> {
    let member = owner.member();
    let over = stand.over(petition.id).flat_map(|it| it.recused.iter().copied());
    let mut shut = audience::shut_out_of_petition(petition).into_iter().chain(over);
    if shut.any(|it| it.shuts(&member, stand.facts.directory)) {
        return Err(Refusal::invalid("owner", Problem::Contradiction));
    }
    Ok(())
}

/// Holds those who care against what can be: a person who is known, a unit that is there, from which the case is not kept,
/// and a visit that is not past.
pub(super) fn cared_for(
    stand: &Stand<'_>,
    petition: &Petition,
    care: Option<Care>,
    known: bool,
) -> Result<(), Refusal> {
    let Some(care) = care else { return Ok(()) };
    if care.person.is_some() && !known {
        return Err(Refusal::invalid("person", Problem::Unknown));
    }
    let unit = stand.facts.directory.unit(care.unit).filter(|it| !it.closed);
    if unit.is_none() {
        return Err(Refusal::invalid("care", Problem::Unknown));
    }
    let person = care.person.unwrap_or(PersonId(uuid::Uuid::nil()));
    let member = Member { person, unit: care.unit, roles: [].into() };
    let mut shut = audience::shut_out_of_petition(petition).into_iter();
    if shut.any(|it| it.shuts(&member, stand.facts.directory)) {
        return Err(Refusal::invalid("care", Problem::Contradiction));
    }
    if care.next_visit.is_some_and(|it| it < stand.facts.today()) {
        return Err(Refusal::invalid("nextVisit", Problem::Past));
    }
    Ok(())
}

/// The instant at which the day by which a matter is to be settled ends.
pub(super) fn due(stand: &Stand<'_>, on: NaiveDate) -> Result<DateTime<Utc>, Refusal> {
    if on < stand.facts.today() {
        return Err(Refusal::invalid("dueOn", Problem::Past));
    }
    crate::Facts::end_of(on).ok_or(Refusal::invalid("dueOn", Problem::TooFar))
}

/// Whether an entry stands against the recusal of a unit: its owner would not see what they own.
pub(crate) fn is_owned_under(petition: &Petition, unit: UnitId, stand: &Stand<'_>) -> bool {
    let shuts =
        |it: &Responsibility| Holder::Unit(unit).shuts(&it.owner.member(), stand.facts.directory);
    petition.case_owner().is_some() && petition.entry().is_some_and(shuts)
}
