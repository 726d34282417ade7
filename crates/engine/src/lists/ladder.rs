//! 督办阶梯: which paper follows on a lapse, when, and who signs it.

use serde::{Deserialize, Serialize};

use super::{Faults, Sheet, Wrong};
use crate::{
    actor::Role,
    calendar::{Limit, LimitUnit},
    supervision::{ADDRESSEES, Paper, SIGNERS},
};

/// A rung of the ladder (阶梯的一级).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LadderRung {
    /// The paper.
    pub paper: Paper,
    /// How long after the lapse, or after the rung before.
    pub after: Limit,
    /// Who owes it; none where it goes out of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<Role>,
    /// To whom in the unit it goes.
    pub to: Vec<Role>,
    /// Whether those above the unit get a copy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copy_above: bool,
    /// Where it comes from.
    pub source: String,
}

/// The ladder where a version of the lists says nothing: the one that the product ships.
pub(super) fn shipped() -> Vec<LadderRung> {
    let rung = |paper, days, signer, copy_above, source: &str| LadderRung {
        paper,
        after: Limit::new(days, LimitUnit::WorkingDay).unwrap_or(Limit::WORKING_DAY),
        signer,
        to: ADDRESSEES.to_vec(),
        copy_above,
        source: source.to_owned(),
    };
    let presumed = "预设(推定), 各地可改";
    vec![
        rung(Paper::Urge, 1, None, false, "吉林某地12345工作规则: 逾期次日催办, 抄送单位领导"),
        rung(Paper::SupervisionLetter, 2, Some(Role::Director), false, presumed),
        rung(Paper::Admonition, 1, Some(Role::Leader), true, "信访工作条例39; 期限为推定"),
        rung(
            Paper::Circular,
            2,
            Some(Role::Director),
            true,
            "吉林某地12345工作规则: 催办后5个工作日仍未办结的书面通报批评",
        ),
        rung(
            Paper::AccountabilityAdvice,
            5,
            Some(Role::Leader),
            true,
            "信访工作条例40; 期限为推定",
        ),
    ]
}

/// What is wrong with a ladder. None at all is one on which nobody is pursued.
pub(super) fn check(rungs: &[LadderRung], faults: &mut Faults) {
    for (index, it) in rungs.iter().enumerate() {
        let key = it.paper.to_string();
        let mut at = |column, wrong| faults.add(Sheet::Supervision, &key, column, wrong);
        let before = &rungs[..index];
        if before.iter().any(|o| o.paper == it.paper) {
            at("paper", Wrong::Twice);
        } else if let Some(graver) = before.iter().map(|o| o.paper).filter(|o| *o > it.paper).max()
        {
            at("paper", Wrong::OutOfOrder { before: graver });
        }
        match it.signer {
            Some(role) if !SIGNERS.contains(&role) => {
                at("signer", Wrong::RoleMayNot { role, may: SIGNERS.to_vec() });
            }
            Some(_) => (),
            None if !it.paper.only_reminds() => {
                let papers = <Paper as strum::IntoEnumIterator>::iter();
                let papers = papers.filter(|it| it.only_reminds()).map(|it| it.zh().to_owned());
                at("signer", Wrong::NeedsSigner { unsigned: papers.collect() });
            }
            // It would hang on somebody, and is there so that nothing does.
            None if before.iter().any(|it| it.signer.is_some()) => {
                at("signer", Wrong::AutomaticAfterSigned);
            }
            None => (),
        }
        for role in it.to.iter().filter(|it| !ADDRESSEES.contains(it)) {
            at("to", Wrong::NoAddressee { role: *role, may: ADDRESSEES.to_vec() });
        }
        if it.to.is_empty() {
            at("to", Wrong::Missing);
        }
    }
}
