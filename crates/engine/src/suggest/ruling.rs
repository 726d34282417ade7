//! 裁定先例: what was ruled on returns and disputes, and which of it is most like the matter at hand.

use chrono::{DateTime, Utc};

use crate::{
    alike::Reading,
    ids::{AssignmentId, PersonId, UnitId, WhistleId},
    lists::MatterCode,
    text::Words,
    whistle::{Assignment, AssignmentRole, Order, Rung, Whistle, WhistleFact},
};

/// How many are shown.
const SHOWN: usize = 3;

/// Less in common than this, in per cent, is chance: any two petitions share some pairs of letters.
const CHANCE: u8 = 5;

/// What was ruled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 同意退单.
    Granted,
    /// 驳回退单.
    Refused,
    /// 指定另一单位.
    Designated {
        /// On which rung.
        rung: Rung,
    },
    /// 指定原单位.
    Kept {
        /// On which rung.
        rung: Rung,
    },
}

/// A ruling on who answers for a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The whistle.
    pub whistle: WhistleId,
    /// Which event of it, from 1.
    pub version: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub outcome: Outcome,
    /// As what the unit had been called.
    pub role: AssignmentRole,
    /// The unit that asked to return it, or that disputed it.
    pub from: UnitId,
    /// Who answers for it since.
    pub to: UnitId,
    /// Why.
    pub reason: Words,
    /// Who ruled.
    pub by: PersonId,
}

impl Ruling {
    /// What the `version`-th event of a whistle ruled; none where it ruled nothing.
    #[must_use]
    pub fn of(
        whistle: &Whistle,
        version: u32,
        at: DateTime<Utc>,
        fact: &WhistleFact,
    ) -> Option<Self> {
        type Ruled<'a> = (&'a AssignmentId, &'a PersonId, &'a Words, &'a Option<Order>, Outcome);
        let ruled: Option<Ruled<'_>> =
            if let WhistleFact::ReturnRuled { assignment, by, reason, replacement } = fact {
                let granted = replacement.is_some();
                let outcome = if granted { Outcome::Granted } else { Outcome::Refused };
                Some((assignment, by, reason, replacement, outcome))
            } else if let WhistleFact::Designated { assignment, by, rung, basis, order } = fact {
                let rung = *rung;
                let another = order.is_some();
                let outcome =
                    if another { Outcome::Designated { rung } } else { Outcome::Kept { rung } };
                Some((assignment, by, basis, order, outcome))
            } else {
                None
            };
        let (assignment, by, reason, order, outcome) = ruled?;
        let assignment: &Assignment = whistle.assignments.get(assignment)?;
        Some(Self {
            whistle: whistle.id,
            version,
            at,
            outcome,
            role: assignment.role,
            from: assignment.unit,
            to: order.as_ref().map_or(assignment.unit, |it| it.unit),
            reason: *reason,
            by: *by,
        })
    }

    /// The kinds of facts that rule, as events name them.
    pub const KINDS: [&'static str; 2] = ["return_ruled", "designated"];
}

/// A ruling with what it was about.
#[derive(Debug, Clone)]
pub struct Precedent<'a> {
    /// The ruling.
    pub ruling: Ruling,
    /// The matter of its whistle.
    pub matter: Option<&'a MatterCode>,
    /// What the whistle says: its title and request.
    pub text: &'a str,
}

/// A ruling that is like the matter at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Similar {
    /// The ruling.
    pub ruling: Ruling,
    /// Whether it was about the same matter of the list.
    pub same_matter: bool,
    /// How like the texts are, in per cent.
    pub alike: u8,
}

/// The three rulings most like a petition: those of the same matter first, then by what is said, the
/// latest first where that is equal. What has no more in common than chance gives is none.
#[must_use]
pub fn similar(text: &str, matter: Option<&MatterCode>, past: &[Precedent<'_>]) -> Vec<Similar> {
    let reading = Reading::of(text);
    let of = |it: &Precedent<'_>| Similar {
        ruling: it.ruling.clone(),
        same_matter: matter.is_some() && it.matter == matter,
        alike: reading.alike(&Reading::of(it.text)),
    };
    let mut res: Vec<Similar> = past.iter().map(of).collect();
    res.retain(|it| it.same_matter || it.alike >= CHANCE);
    res.sort_by_key(|it| std::cmp::Reverse((it.same_matter, it.alike, it.ruling.at)));
    res.truncate(SHOWN);
    res
}
