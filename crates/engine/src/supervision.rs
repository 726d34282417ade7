//! Supervision (督办): the papers that pursue what a called unit lets lapse, and the ladder of them.
//!
//! A ladder begins when an act lapses that a called unit owes and that is to be urged, and climbs rung
//! by rung as the lists say ([`LadderRung`](crate::lists::LadderRung)). It belongs to the part and not
//! to the clock: whatever else the unit lets lapse meanwhile joins it, so that nobody is pursued
//! twice at once, and it ends when nothing of that is owed any more. It changes no stage, no other
//! clock and no count; a test holds that no other rule reads it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::{
    actor::Role,
    calendar::beijing,
    clock::{ClockKey, Owner, Step, Term},
    directory::Directory,
    ids::{AssignmentId, PersonId, UnitId, WhistleId},
    lists::{Consequence, Lists, ProcessList},
    refusal::Refusal,
    stand::{Named, Stand},
    text::Words,
    whistle::{
        Assignment, Whistle, WhistleFact,
        owed::{Seat, seat},
    },
};

/// A paper of supervision (督办文书), from the mildest to the gravest.
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
pub enum Paper {
    /// 提示单.
    Advisory,
    /// 催办通知书.
    Urge,
    /// 督办函.
    SupervisionLetter,
    /// 约谈.
    Admonition,
    /// 通报.
    Circular,
    /// 问责建议.
    AccountabilityAdvice,
}

impl Paper {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Advisory => "提示单",
            Self::Urge => "催办通知书",
            Self::SupervisionLetter => "督办函",
            Self::Admonition => "约谈",
            Self::Circular => "通报",
            Self::AccountabilityAdvice => "问责建议",
        }
    }

    /// Whether it may go out of itself. What only reminds may; the others are somebody's decision.
    #[must_use]
    pub fn only_reminds(self) -> bool {
        match self {
            Self::Advisory | Self::Urge => true,
            Self::SupervisionLetter
            | Self::Admonition
            | Self::Circular
            | Self::AccountabilityAdvice => false,
        }
    }
}

/// Who may sign a paper, in whichever order of rank the lists ask: each may sign what the one before
/// may.
pub const SIGNERS: &[Role] = &[Role::DutyLeader, Role::Director, Role::Leader];

/// To whom in the unit a paper may go.
pub const ADDRESSEES: &[Role] = &[Role::Liaison, Role::UnitLeader];

/// A paper that was issued to a called unit; kept on its part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervision {
    /// Which.
    pub paper: Paper,
    /// When.
    pub at: DateTime<Utc>,
    /// Who signed it; none where it went out of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// What it says; none where it went out of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Words>,
    /// By which day the unit is to answer in writing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_due: Option<NaiveDate>,
}

/// A ladder that pursues a part (督办阶梯).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// The paper that it waits for; none once the last is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Paper>,
}

/// Whether a ladder pursues the lapse of a step: a called unit owes it, and it is to be urged.
#[must_use]
pub fn pursues(step: Step) -> bool {
    seat(step) == Seat::Unit && Consequence::of(step).contains(&Consequence::Supervise)
}

/// What a part let lapse and still owes, earliest first.
#[must_use]
pub fn overdue(whistle: &Whistle, assignment: AssignmentId) -> Option<(Step, &Term)> {
    let late = whistle.clocks.iter().filter(|(key, term)| {
        key.assignment == Some(assignment) && term.lapsed && pursues(key.step)
    });
    late.map(|(key, term)| (key.step, term)).min_by_key(|(_, term)| term.due)
}

/// The clock of the rung that each ladder waits for, while something that it pursues is in `owed`.
pub(crate) fn clocks<'a>(
    whistle: &'a Whistle,
    owed: &std::collections::BTreeSet<ClockKey>,
) -> Vec<ClockKey> {
    let waits = |it: &&Assignment| it.ladder.is_some_and(|it| it.next.is_some());
    let late = |it: &&'a Assignment| {
        let is_late = |key: &&ClockKey| {
            let lapsed = || whistle.clocks.get(*key).is_some_and(|it| it.lapsed);
            key.assignment == Some(it.id) && pursues(key.step) && lapsed()
        };
        owed.iter().any(|key| is_late(&key))
    };
    let parts = whistle.assignments.values().filter(waits).filter(late);
    parts.map(|it| ClockKey::at(Step::Supervise, it.id)).collect()
}

impl Whistle {
    /// Ends the ladders of parts that owe nothing late any more.
    pub(crate) fn end_ladders(&mut self) {
        let pursued: Vec<AssignmentId> =
            self.assignments.values().filter(|it| it.ladder.is_some()).map(|it| it.id).collect();
        for id in pursued {
            if overdue(self, id).is_none()
                && let Some(it) = self.assignments.get_mut(&id)
            {
                it.ladder = None;
            }
        }
    }
}

/// In which roles somebody may sign a paper under these lists: as its rung says, and for a paper that
/// has none as the rung below it says.
#[must_use]
pub fn signers(list: &ProcessList, paper: Paper) -> &'static [Role] {
    let rung = list.supervision.iter().rev().find(|it| it.paper <= paper);
    let least = rung.and_then(|it| it.signer);
    let from = least.and_then(|least| SIGNERS.iter().position(|it| *it == least));
    &SIGNERS[from.unwrap_or(0)..]
}

/// Who owes the rung that a ladder waits for. Nobody does where it goes out of itself, and nobody
/// whose own unit it pursues.
pub(crate) fn owner(
    part: &Assignment,
    centre: UnitId,
    lists: &Lists,
    directory: &Directory,
) -> Owner {
    let rung = part.ladder.and_then(|it| it.next).and_then(|it| lists.process.rung(it));
    let roles = rung.and_then(|it| it.signer).into_iter().collect();
    // The centre may have taken the unit over since.
    let own = directory.stands_for(part.unit) == directory.stands_for(centre);
    let above = directory.centre_above(centre).filter(|_| own).map(|it| it.id);
    Owner { unit: above.unwrap_or(centre), roles, person: None }
}

/// The ladder that a lapse begins, with the clock of its first rung: none where one runs already,
/// where the lists have none, and where the centre would pursue itself.
pub(crate) fn begin(
    stand: &Stand<'_>,
    whistle: &Whistle,
    key: ClockKey,
    due: DateTime<Utc>,
) -> (Option<Ladder>, Named) {
    let part = key.assignment.and_then(|id| whistle.assignments.get(&id));
    let directory = stand.facts.directory;
    let is_own = |it: &Assignment| {
        let unit = directory.stands_for(it.unit);
        whistle.centre.is_none_or(|centre| directory.stands_for(centre) == unit)
    };
    let part = part.filter(|it| pursues(key.step) && it.ladder.is_none() && !is_own(it));
    let first = stand.facts.lists.process.supervision.first();
    match (part, first) {
        (Some(part), Some(first)) => {
            let ladder = Ladder { next: Some(first.paper) };
            (Some(ladder), clock(stand, whistle, part.id, ladder, due))
        }
        (Some(_) | None, _) => (None, Named::new()),
    }
}

/// Where the ladder of a part stands once a paper is written, with the clock of the next rung, where
/// the paper takes the rung that the ladder waits for or a later one.
///
/// The next rung is counted from the instant of the one before, or from its paper where that came
/// later: whoever signs early does not hasten the rest, whoever signs late does not crowd it.
pub(crate) fn climb(
    stand: &Stand<'_>,
    whistle: &Whistle,
    part: &Assignment,
    paper: Paper,
) -> (Option<Ladder>, Named) {
    let waits = part.ladder.and_then(|it| it.next);
    if waits.is_none_or(|it| paper < it) {
        return (None, Named::new());
    }
    let mut rungs = stand.facts.lists.process.supervision.iter();
    let ladder = Ladder { next: rungs.find(|it| it.paper > paper).map(|it| it.paper) };
    let now = stand.facts.now;
    let was = whistle.clocks.get(&ClockKey::at(Step::Supervise, part.id));
    let from = was.map_or(now, |it| it.due.max(now));
    (Some(ladder), clock(stand, whistle, part.id, ladder, from))
}

fn clock(
    stand: &Stand<'_>,
    whistle: &Whistle,
    part: AssignmentId,
    ladder: Ladder,
    from: DateTime<Utc>,
) -> Named {
    let rung = ladder.next.and_then(|it| stand.facts.lists.process.rung(it));
    let warning = stand.warning(whistle, Step::Supervise);
    let term = |limit| Term::counted(stand.facts.calendar, from, limit, None, warning);
    rung.map(|it| (ClockKey::at(Step::Supervise, part), term(it.after))).into_iter().collect()
}

/// The instant of a rung that nobody signs: its paper goes out. Whether this was such a rung.
pub(crate) fn goes_out(
    stand: &mut Stand<'_>,
    id: WhistleId,
    key: ClockKey,
) -> Result<bool, Refusal> {
    let whistle = stand.whistle(id)?;
    let part = key.assignment.and_then(|id| whistle.assignments.get(&id));
    let Some(part) = part.filter(|_| key.step == Step::Supervise) else { return Ok(false) };
    let rung = part.ladder.and_then(|it| it.next).and_then(|it| stand.facts.lists.process.rung(it));
    let Some(rung) = rung.filter(|it| it.signer.is_none()) else { return Ok(false) };
    let supervision = Supervision {
        paper: rung.paper,
        at: stand.facts.now,
        by: None,
        text: None,
        reply_due: None,
    };
    let (ladder, named) = climb(stand, whistle, part, rung.paper);
    let fact = WhistleFact::Supervised { assignment: part.id, supervision, ladder };
    stand.record_with(id, fact, named)?;
    Ok(true)
}

/// A draft of a paper to a part that is late: of the one that is named, or else of the one that its
/// ladder waits for; none where nothing is late, or nothing graver follows.
#[must_use]
pub fn draft(
    whistle: &Whistle,
    part: &Assignment,
    paper: Option<Paper>,
    directory: &Directory,
    now: DateTime<Utc>,
) -> Option<String> {
    let paper = paper.or(part.ladder.and_then(|it| it.next))?;
    let (step, term) = overdue(whistle, part.id)?;
    let (unit, serial) = (directory.name(part.unit), &whistle.issued.as_ref()?.serial);
    let before = &part.supervisions;
    Some(Lateness { unit: &unit, serial, step, due: term.due, before, now }.draft(paper))
}

/// What a draft of a paper is composed of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lateness<'a> {
    /// The unit, by its name.
    pub unit: &'a str,
    /// The number of the whistle.
    pub serial: &'a str,
    /// What it owes.
    pub step: Step,
    /// Until when.
    pub due: DateTime<Utc>,
    /// The papers that it got before.
    pub before: &'a [Supervision],
    /// The instant of the draft.
    pub now: DateTime<Utc>,
}

impl Lateness<'_> {
    /// A paper in official Chinese, to be looked over by whoever signs it. It says what is on record
    /// and nothing else.
    #[must_use]
    pub fn draft(&self, paper: Paper) -> String {
        let day = |at: DateTime<Utc>| at.with_timezone(&beijing()).date_naive();
        let said = |it: NaiveDate| it.format("%Y年%-m月%-d日").to_string();
        // A natural day ends at 24:00, which is the day before.
        let due = day(self.due - chrono::TimeDelta::microseconds(1));
        let days = (day(self.now) - due).num_days();
        let late = if days > 0 { format!("已逾期{days}天") } else { "已逾期".to_owned() };
        let mut names: Vec<&str> = vec![];
        for it in self.before {
            if !names.contains(&it.paper.zh()) {
                names.push(it.paper.zh());
            }
        }
        let before = if names.is_empty() {
            "尚未完成".to_owned()
        } else {
            format!("经{}督促仍未完成", names.join("、"))
        };
        let asked = match paper {
            Paper::Advisory => "特此提示，请抓紧办理。",
            Paper::Urge => "现予催办，请立即办理，并说明逾期原因。",
            Paper::SupervisionLetter => {
                "现予督办，请明确办理措施和完成时间，按期书面报告办理情况。"
            }
            Paper::Admonition => {
                "现约谈你单位负责人，请按通知的时间、地点到会，说明原因并提出整改措施。"
            }
            Paper::Circular => "现予通报，请立即整改，并书面报告整改情况。",
            Paper::AccountabilityAdvice => {
                "依照《信访工作条例》第四十条，建议追究相关人员责任，请书面反馈是否采纳。"
            }
        };
        format!(
            "{}：{}哨单要求你单位于{}前完成“{}”，截至{}{late}，{before}。{asked}",
            self.unit,
            self.serial,
            said(due),
            self.step.zh(),
            said(day(self.now)),
        )
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;

    #[test]
    fn what_a_called_unit_owes_and_is_to_be_urged_is_pursued() {
        let all: Vec<Step> = Step::iter().filter(|it| pursues(*it)).collect();
        let expected =
            [Step::Acknowledge, Step::ReportIn, Step::Interim, Step::Handle, Step::Explain];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_draft_says_what_is_on_record() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let urge = Supervision {
            paper: Paper::Urge,
            at: at("2019-03-12T01:00:00Z"),
            by: None,
            text: None,
            reply_due: None,
        };
        let before = [urge.clone(), urge];
        let mut lateness = Lateness {
            unit: "住建局",
            serial: "张吹〔2019〕21号",
            step: Step::Handle,
            due: at("2019-03-11T09:30:00Z"),
            before: &[],
            now: at("2019-03-14T01:00:00Z"),
        };
        assert_eq!(
            lateness.draft(Paper::Urge),
            "住建局：张吹〔2019〕21号哨单要求你单位于2019年3月11日前完成“办理”，截至2019年3月14日\
             已逾期3天，尚未完成。现予催办，请立即办理，并说明逾期原因。"
        );
        lateness.before = &before;
        // 24:00 of the eleventh.
        lateness.due = at("2019-03-11T16:00:00Z");
        assert_eq!(
            lateness.draft(Paper::SupervisionLetter),
            "住建局：张吹〔2019〕21号哨单要求你单位于2019年3月11日前完成“办理”，截至2019年3月14日\
             已逾期3天，经催办通知书督促仍未完成。现予督办，请明确办理措施和完成时间，按期书面报告办理情况。"
        );
    }
}
