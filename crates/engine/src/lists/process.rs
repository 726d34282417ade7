//! 吹哨流程清单: the steps of each kind and level, their limits, and what follows when one is late.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};

use super::{KindCode, LevelCode, Lists, ListsError};
use crate::{
    calendar::Limit,
    clock::{Step, Warning},
    petition::Procedure,
};

/// What follows when a step is late (逾期后果).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, Display, IntoStaticStr,
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

fn scan() -> StepRule {
    StepRule {
        required: true,
        limit: Limit::WORKING_DAY,
        consequence: Consequence::Supervise,
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

    /// What the `nth` whistle on a petition becomes, where it is raised.
    #[must_use]
    pub fn raised(&self, kind: &KindCode, level: &LevelCode, nth: u32) -> Option<&Raise> {
        if nth < self.raise_from {
            return None;
        }
        self.raises.iter().find(|it| it.kind == *kind && it.level == *level)
    }

    pub(crate) fn check(&self, lists: &Lists) -> Result<(), ListsError> {
        let list = "吹哨流程清单";
        for (index, it) in self.rows.iter().enumerate() {
            let row = format!("{} {}", it.kind, it.level);
            lists.known(list, &row, &it.kind, &it.level)?;
            if self.rows[..index].iter().any(|o| o.kind == it.kind && o.level == it.level) {
                return Err(ListsError::Twice { list, row });
            }
            // A step that the machine waits in must say how long; only these may be passed over.
            let optional = [Step::Acknowledge, Step::ReportIn, Step::Consult, Step::Interim];
            // A petition's steps and the scan have their limits apart from any kind and level.
            let petition = [Step::Accept, Step::Answer, Step::Conclude, Step::Scan];
            for step in <Step as strum::IntoEnumIterator>::iter() {
                let emergency = lists.kind(&it.kind).is_some_and(|it| it.emergency);
                let needed = !optional.contains(&step)
                    && !petition.contains(&step)
                    && (step != Step::Ratify || emergency);
                if needed && it.required(step).is_none() {
                    return Err(ListsError::Lacks {
                        list,
                        row,
                        what: format!("the step {} ({step})", step.zh()),
                    });
                }
            }
        }
        for it in &self.raises {
            let row = format!("raise {} {}", it.kind, it.level);
            lists.known(list, &row, &it.kind, &it.level)?;
            lists.known(list, &row, &it.to_kind, &it.to_level)?;
            if self.get(&it.to_kind, &it.to_level).is_none() {
                return Err(ListsError::Lacks {
                    list,
                    row,
                    what: "a process to be raised to".to_owned(),
                });
            }
        }
        for procedure in <Procedure as strum::IntoEnumIterator>::iter() {
            if self.petition(procedure).is_none() {
                return Err(ListsError::Lacks {
                    list,
                    row: procedure.zh().to_owned(),
                    what: "limits of its petitions".to_owned(),
                });
            }
        }
        Ok(())
    }
}
