//! Tells what was found as people say it: a story of acts, with the names of steps and stages.

use super::{
    Finding, Place, Property, StoryStep, Text,
    ask::Deed,
    cast::Who,
    search::{Node, Seen},
    state::{Part, State, stage_words},
};
use crate::{
    clock::Step,
    lists::{Fault, Wrong},
    text::Lang,
    whistle::{
        AssignmentRole, AssignmentStage,
        assignment::{AssignmentStageKind, Rung},
    },
};

/// A fault of a row, as a finding.
pub(super) fn fault(it: &Fault) -> Finding {
    let callable = matches!(it.wrong, Wrong::NotCallable { .. });
    let property = if callable { Property::Callable } else { Property::WellFormed };
    let text = Text::new(it.wrong.sentence(Lang::Zh), it.wrong.sentence(Lang::En));
    Finding::refutes(property, Some(Place::new(it.sheet, &it.key, it.column)), text)
}

/// The shortest way to a state.
pub(super) fn story(seen: &Seen, node: u32) -> Vec<StoryStep> {
    let mut res = vec![];
    let mut next = seen.nodes.get(node as usize);
    while let Some(Node { state, parent, deed }) = next {
        res.push(step(*deed, state));
        next = parent.and_then(|it| seen.nodes.get(it as usize));
    }
    res.reverse();
    res
}

/// A deed, and where things stand after it.
pub(super) fn step(deed: Deed, after: &State) -> StoryStep {
    StoryStep {
        who: Text::new(deed.who.zh(), deed.who.en()),
        act: act(deed),
        outcome: outcome(deed, after),
    }
}

fn act(deed: Deed) -> Text {
    let (mut zh, mut en) = (deed.kind.zh().to_owned(), deed.kind.code().replace('_', " "));
    if let Some(step) = deed.step {
        zh = format!("{zh}：{}", step.zh());
        en = format!("{en}: {}", english(step));
    }
    let part = match deed.part {
        Some(AssignmentRole::Lead) => Some(("牵头单位", "lead")),
        Some(AssignmentRole::Assist) => Some(("协办单位", "assist")),
        None => None,
    };
    let details: Vec<_> = part.into_iter().chain(deed.sense.words()).collect();
    if !details.is_empty() {
        let (details_zh, details_en): (Vec<_>, Vec<_>) = details.into_iter().unzip();
        zh = format!("{zh}（{}）", details_zh.join("；"));
        en = format!("{en} ({})", details_en.join("; "));
    }
    Text::new(zh, en)
}

fn outcome(deed: Deed, after: &State) -> Text {
    let (zh, en) = stage_words(after.stage);
    let en = en.replace('_', " ");
    // After a deed on a part it is told where the part stands; who leads may have changed by it.
    let part = match deed.part {
        Some(AssignmentRole::Lead) => after.lead.map(|it| ("牵头单位", "lead", it)),
        Some(AssignmentRole::Assist) => after.assist.map(|it| ("协办单位", "assist", it)),
        None => None,
    };
    match part {
        Some((zh_role, en_role, part)) if !after.is_terminal() => {
            let (zh_part, en_part) = part_words(&part);
            Text::new(format!("{zh}（{zh_role}{zh_part}）"), format!("{en} ({en_role} {en_part})"))
        }
        Some(_) | None => Text::new(zh, en),
    }
}

fn part_words(part: &Part) -> (String, String) {
    let nobody = crate::ids::AssignmentId(uuid::Uuid::nil());
    let simple = match part.at {
        AssignmentStageKind::Issued => AssignmentStage::Issued,
        AssignmentStageKind::Acknowledged => AssignmentStage::Acknowledged,
        AssignmentStageKind::ReturnRequested => {
            return ("申请退单".to_owned(), "return requested".to_owned());
        }
        AssignmentStageKind::Returned => AssignmentStage::Returned { replacement: nobody },
        AssignmentStageKind::Disputed => {
            let rung = part.rung.unwrap_or(Rung::Meeting).step();
            return (format!("争议：{}", rung.zh()), format!("disputed: {}", english(rung)));
        }
        AssignmentStageKind::ReportedIn => AssignmentStage::ReportedIn,
        AssignmentStageKind::Replied => return ("已反馈".to_owned(), "replied".to_owned()),
        AssignmentStageKind::Released => AssignmentStage::Released,
        AssignmentStageKind::Ended => AssignmentStage::Ended,
    };
    (simple.zh().to_owned(), simple.code().replace('_', " "))
}

/// A step in English.
pub(super) fn english(step: Step) -> String {
    step.to_string().replace('_', " ")
}

/// Some of the cast, in both languages.
pub(super) fn people(all: &[Who]) -> Text {
    let zh: Vec<_> = all.iter().map(|it| it.zh()).collect();
    let en: Vec<_> = all.iter().map(|it| it.en()).collect();
    Text::new(zh.join("、"), en.join(", "))
}
