//! 吹哨流程清单: the steps of each kind and level, their limits, and what follows when one is late.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::{Faults, KindCode, LadderRung, LevelCode, Lists, Matter, Sheet, Wrong, ladder};
use crate::{
    calendar::Limit,
    clock::{Step, Warning},
    petition::Procedure,
    supervision::Paper,
};

/// What follows when a step is late (逾期后果).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Consequence {
    /// 催办: the one who owes it and those above are told; it stays owed and overdue.
    Supervise,
    /// 上移一级: the next rung decides.
    Climb,
    /// 视为未接通: missing ratings count as unreachable.
    CountUnreachable,
    /// 视为完成: nobody waits for it any more.
    GoOn,
}

impl Consequence {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Supervise => "催办",
            Self::Climb => "上移一级",
            Self::CountUnreachable => "视为未接通",
            Self::GoOn => "视为完成",
        }
    }

    /// Those that the machine knows for a step; it follows no other.
    #[must_use]
    pub fn of(step: Step) -> &'static [Self] {
        match step {
            Step::ReturnWindow | Step::Task => &[Self::GoOn],
            // A rung that does not climb decides all the same; those above it are then out of reach.
            Step::DisputeMeeting | Step::DisputeSuperior => &[Self::Climb, Self::Supervise],
            Step::Rate => &[Self::CountUnreachable],
            Step::Submit
            | Step::Review
            | Step::Issue
            | Step::Ratify
            | Step::Acknowledge
            | Step::RuleReturn
            | Step::DisputeConference
            | Step::ReportIn
            | Step::Remedy
            | Step::Consult
            | Step::Interim
            | Step::Handle
            | Step::Explain
            | Step::RuleExtension
            | Step::Verify
            | Step::Close
            | Step::RuleHold
            | Step::ReviewHold
            | Step::Accept
            | Step::Answer
            | Step::Conclude
            | Step::Scan
            | Step::Supervise
            | Step::ReviewMeasures
            | Step::Resolve => &[Self::Supervise],
        }
    }

    /// Whether it is one that a step can have.
    #[must_use]
    pub fn fits(self, step: Step) -> bool {
        Self::of(step).contains(&self)
    }
}

/// The rule of one step (环节).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRule {
    /// Whether the step must be taken; an optional one is passed over.
    #[serde(default = "yes")]
    pub required: bool,
    /// 时限.
    pub limit: Limit,
    /// 逾期后果.
    pub consequence: Consequence,
    /// 预警点, where it is another than the list's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Warning>,
    /// 输出文书.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
    /// Where the limit comes from.
    pub source: String,
}

fn yes() -> bool {
    true
}

/// How often something may happen in one whistle before only escalation or an end is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// 退回补正.
    pub send_backs: u32,
    /// 退回重办.
    pub reworks: u32,
    /// 延期, for each assignment.
    pub extensions: u32,
    /// The longest single extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Limit>,
    /// 挂账.
    pub holds: u32,
    /// The limit of handling in a later round; shorter than the first.
    pub rework: Limit,
}

/// The process of one kind and level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// The kind.
    pub kind: KindCode,
    /// The level.
    pub level: LevelCode,
    /// Its steps.
    pub steps: BTreeMap<Step, StepRule>,
    /// Its bounds.
    pub bounds: Bounds,
}

impl Process {
    /// The rule of a step that must be taken; none where the step is optional or absent.
    #[must_use]
    pub fn required(&self, step: Step) -> Option<&StepRule> {
        self.steps.get(&step).filter(|it| it.required)
    }

    /// Whether a step is a unit's part of handling.
    pub(crate) fn is_part(step: Step) -> bool {
        matches!(step, Step::Handle | Step::Task)
    }

    /// The limit of a step: handling takes that of the matter, where it has one of its own, and that
    /// of rework from the second round on. None where there is no such step.
    #[must_use]
    pub fn limit(&self, step: Step, matter: Option<&Matter>, round: u32) -> Option<Limit> {
        let rule = self.steps.get(&step)?;
        Some(if Self::is_part(step) && round > 1 {
            self.bounds.rework
        } else if Self::is_part(step) {
            matter.and_then(|it| it.handle).unwrap_or(rule.limit)
        } else {
            rule.limit
        })
    }
}

/// What a third whistle on one petition becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raise {
    /// From this kind.
    pub kind: KindCode,
    /// And this level.
    pub level: LevelCode,
    /// To this kind.
    pub to_kind: KindCode,
    /// And this level.
    pub to_level: LevelCode,
}

/// The limits of a petition under one procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PetitionLimits {
    /// The procedure.
    pub procedure: Procedure,
    /// Whether the limits are the law's: then nothing but the law moves them.
    pub statutory: bool,
    /// 受理.
    pub accept: StepRule,
    /// 答复.
    pub answer: StepRule,
    /// 办结.
    pub conclude: StepRule,
    /// The longest extension of the answer, once; none where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Limit>,
}

impl PetitionLimits {
    /// The rule of one of its three steps; any other step ends a petition, if it is one of it.
    #[must_use]
    pub fn rule(&self, step: Step) -> &StepRule {
        if step == Step::Accept {
            &self.accept
        } else if step == Step::Answer {
            &self.answer
        } else {
            &self.conclude
        }
    }
}

fn scan() -> StepRule {
    StepRule {
        required: true,
        limit: Limit::WORKING_DAY,
        consequence: Consequence::Supervise,
        warning: None,
        paper: None,
        source: "预设(推定), 各地可改".to_owned(),
    }
}

/// 吹哨流程清单.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessList {
    /// When a clock turns yellow.
    pub warning: Warning,
    /// The ordinal of the whistle on one petition from which the level is raised (R33).
    pub raise_from: u32,
    /// What it is raised to.
    pub raises: Vec<Raise>,
    /// The petition's own limits.
    pub petitions: Vec<PetitionLimits>,
    /// The scan of an act that was recorded for another (代录凭证); a working day where a version of
    /// the lists says nothing.
    #[serde(default = "scan")]
    pub scan: StepRule,
    /// 督办阶梯: which papers pursue what a called unit lets lapse, in their order; the shipped ones
    /// where a version of the lists says nothing, nobody where it says that there are none.
    #[serde(default = "ladder::shipped")]
    pub supervision: Vec<LadderRung>,
    /// A process for each kind and level.
    pub rows: Vec<Process>,
}

impl ProcessList {
    /// The process of a kind and level.
    #[must_use]
    pub fn get(&self, kind: &KindCode, level: &LevelCode) -> Option<&Process> {
        self.rows.iter().find(|it| it.kind == *kind && it.level == *level)
    }

    /// The limits of a procedure.
    #[must_use]
    pub fn petition(&self, procedure: Procedure) -> Option<&PetitionLimits> {
        self.petitions.iter().find(|it| it.procedure == procedure)
    }

    /// The rung of a paper.
    #[must_use]
    pub fn rung(&self, paper: Paper) -> Option<&LadderRung> {
        self.supervision.iter().find(|it| it.paper == paper)
    }

    /// What the `nth` whistle on a petition becomes, where it is raised.
    #[must_use]
    pub fn raised(&self, kind: &KindCode, level: &LevelCode, nth: u32) -> Option<&Raise> {
        if nth < self.raise_from {
            return None;
        }
        self.raises.iter().find(|it| it.kind == *kind && it.level == *level)
    }

    /// When the clock of a step turns yellow under a kind and level.
    #[must_use]
    pub fn warning(&self, process: Option<&Process>, step: Step) -> Warning {
        let own = process.and_then(|it| it.steps.get(&step)).and_then(|it| it.warning);
        own.unwrap_or(self.warning)
    }

    pub(crate) fn check(&self, lists: &Lists, faults: &mut Faults) {
        for (index, it) in self.rows.iter().enumerate() {
            let key = &it.key();
            lists.known(faults, (Sheet::Bounds, key), ("kind", "level"), (&it.kind, &it.level));
            if self.rows[..index].iter().any(|o| o.kind == it.kind && o.level == it.level) {
                faults.add(Sheet::Bounds, key, "level", Wrong::Twice);
            }
            let emergency = lists.kind(&it.kind).is_some_and(|it| it.emergency);
            for step in <Step as strum::IntoEnumIterator>::iter() {
                if Self::must_be_taken(step, emergency) && it.required(step).is_none() {
                    let key = format!("{key}/{step}");
                    let pair = lists.pair(&it.kind, &it.level);
                    let wrong = Wrong::NoStep { pair, step: step.zh() };
                    faults.add(Sheet::Process, &key, "required", wrong);
                }
            }
            for (step, rule) in &it.steps {
                let key = &format!("{key}/{step}");
                if Self::is_of_petitions(*step) {
                    faults.add(Sheet::Process, key, "step", Wrong::StepOfPetitions);
                }
                if !rule.consequence.fits(*step) {
                    let words = Consequence::of(*step).iter().map(|it| it.zh().to_owned());
                    let words = words.collect();
                    let wrong = Wrong::ConsequenceUnfit { step: step.zh(), words };
                    faults.add(Sheet::Process, key, "consequence", wrong);
                }
                if rule.warning.is_some_and(|it| it.percent > 100) {
                    faults.add(Sheet::Process, key, "warn_percent", Wrong::TooLarge { most: 100 });
                }
            }
        }
        if self.warning.percent > 100 {
            faults.add(Sheet::General, "general", "warn_percent", Wrong::TooLarge { most: 100 });
        }
        self.check_raises(lists, faults);
        ladder::check(&self.supervision, faults);
        for procedure in <Procedure as strum::IntoEnumIterator>::iter() {
            if self.petition(procedure).is_none() {
                let key = procedure.to_string();
                faults.add(Sheet::Petitions, &key, "procedure", Wrong::Missing);
            }
        }
    }

    fn check_raises(&self, lists: &Lists, faults: &mut Faults) {
        for (index, it) in self.raises.iter().enumerate() {
            let key = &format!("{}/{}", it.kind, it.level);
            if self.get(&it.kind, &it.level).is_none() {
                let pair = lists.pair(&it.kind, &it.level);
                faults.add(Sheet::Bounds, key, "level", Wrong::NoProcess { pair });
            }
            let columns = ("raise_kind", "raise_level");
            let to = (&it.to_kind, &it.to_level);
            if lists.known(faults, (Sheet::Bounds, key), columns, to)
                && self.get(&it.to_kind, &it.to_level).is_none()
            {
                let pair = lists.pair(&it.to_kind, &it.to_level);
                faults.add(Sheet::Bounds, key, "raise_level", Wrong::NoProcess { pair });
            }
            if self.raises[..index].iter().any(|o| o.kind == it.kind && o.level == it.level) {
                faults.add(Sheet::Bounds, key, "raise_level", Wrong::Twice);
            }
            // Followed to its end, a raise must not come back to where it began.
            let mut path = vec![lists.pair(&it.kind, &it.level)];
            let mut here = (&it.to_kind, &it.to_level);
            while path.len() <= self.raises.len() {
                path.push(lists.pair(here.0, here.1));
                if here == (&it.kind, &it.level) {
                    faults.add(Sheet::Bounds, key, "raise_level", Wrong::Circular { path });
                    break;
                }
                let next = self.raises.iter().find(|o| (&o.kind, &o.level) == here);
                let Some(next) = next else { break };
                here = (&next.to_kind, &next.to_level);
            }
        }
    }

    /// Whether the machine waits in this step of every whistle, so that a process must say how long.
    /// Only the others may be passed over.
    #[must_use]
    pub fn must_be_taken(step: Step, emergency: bool) -> bool {
        match step {
            Step::Acknowledge | Step::ReportIn | Step::Consult | Step::Interim => false,
            Step::Ratify => emergency,
            Step::Submit
            | Step::Review
            | Step::Issue
            | Step::ReturnWindow
            | Step::RuleReturn
            | Step::DisputeMeeting
            | Step::DisputeSuperior
            | Step::DisputeConference
            | Step::Remedy
            | Step::Handle
            | Step::Task
            | Step::Explain
            | Step::RuleExtension
            | Step::Verify
            | Step::Rate
            | Step::Close
            | Step::RuleHold
            | Step::ReviewHold => true,
            Step::Accept
            | Step::Answer
            | Step::Conclude
            | Step::Scan
            | Step::Supervise
            | Step::ReviewMeasures
            | Step::Resolve => false,
        }
    }

    /// Whether a step has its limit apart from any kind and level: of petitions in their own rows, of
    /// an entry in 化解责任清单, of a paper of supervision in 督办阶梯.
    #[must_use]
    pub fn is_of_petitions(step: Step) -> bool {
        matches!(
            step,
            Step::Accept
                | Step::Answer
                | Step::Conclude
                | Step::Scan
                | Step::Supervise
                | Step::ReviewMeasures
                | Step::Resolve
        )
    }
}

impl Process {
    /// By what the row is known: kind and level.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.kind, self.level)
    }
}
