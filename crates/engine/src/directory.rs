//! The tree of units: who stands under whom, and where.

mod reorganise;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::ids::UnitId;

pub use self::reorganise::reorganise;

/// What a unit is.
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
pub enum UnitKind {
    /// 综治中心: may blow.
    Centre,
    /// 部门.
    Department,
    /// 乡镇、街道.
    Township,
    /// 直属事业单位.
    Institution,
    /// 联席会议.
    Conference,
    /// 纪检监察: accusations go there, and nowhere else.
    Discipline,
    /// 调解组织.
    MediationBody,
    /// 市直、垂管、企业: gets a 协调函 and is not scored.
    External,
}

impl UnitKind {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Centre => "综治中心",
            Self::Department => "部门",
            Self::Township => "乡镇(街道)",
            Self::Institution => "事业单位",
            Self::Conference => "联席会议",
            Self::Discipline => "纪检监察",
            Self::MediationBody => "调解组织",
            Self::External => "外部单位",
        }
    }
}

/// On which floor of the administration a unit stands, lowest first.
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
pub enum Tier {
    /// 村、社区.
    Village,
    /// 乡镇、街道.
    Township,
    /// 区、县.
    District,
}

impl Tier {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Village => "村(社区)",
            Self::Township => "乡镇(街道)",
            Self::District => "区(县)",
        }
    }
}

/// A unit (单位).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// A short code, unique in the district, by which lists name it.
    pub code: String,
    /// Its full name.
    pub name: String,
    /// What people call it.
    pub short_name: String,
    /// What it is.
    pub kind: UnitKind,
    /// Its floor.
    pub tier: Tier,
    /// The unit above it.
    pub parent: Option<UnitId>,
    /// The township it works in, beside its parent (派出所, 司法所 answer to both).
    pub territory: Option<UnitId>,
    /// Closed units keep their cases and get no new ones.
    pub closed: bool,
    /// The unit that took over from it (合并): answers for its cases, and sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heir: Option<UnitId>,
}

/// Every unit of a district.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directory {
    units: BTreeMap<UnitId, Unit>,
}

impl Directory {
    /// A directory of these units.
    #[must_use]
    pub fn new(units: impl IntoIterator<Item = Unit>) -> Self {
        Self { units: units.into_iter().map(|it| (it.id, it)).collect() }
    }

    /// One unit.
    #[must_use]
    pub fn unit(&self, id: UnitId) -> Option<&Unit> {
        self.units.get(&id)
    }

    /// The unit with this code.
    #[must_use]
    pub fn by_code(&self, code: &str) -> Option<&Unit> {
        self.units.values().find(|it| it.code == code)
    }

    /// All units, by id.
    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        self.units.values()
    }

    /// The name of a unit, or its id where it is unknown.
    #[must_use]
    pub fn name(&self, id: UnitId) -> String {
        self.unit(id).map_or_else(|| id.to_string(), |it| it.short_name.clone())
    }

    /// The unit that answers for `id` today: itself, or whoever took over from it at last.
    #[must_use]
    pub fn stands_for(&self, id: UnitId) -> UnitId {
        let mut now = id;
        for _ in 0..self.units.len() {
            match self.unit(now).and_then(|it| it.heir).filter(|it| self.units.contains_key(it)) {
                Some(heir) => now = heir,
                None => return now,
            }
        }
        // A ring of heirs: nobody took over.
        id
    }

    /// The open unit that answers for a code today: its own, or whoever took over from it at last.
    #[must_use]
    pub fn answering(&self, code: &str) -> Option<&Unit> {
        self.unit(self.stands_for(self.by_code(code)?.id)).filter(|it| !it.closed)
    }

    /// The units that `id` answers for: itself, and those that it took over from.
    pub fn represented_by(&self, id: UnitId) -> impl Iterator<Item = UnitId> {
        self.units.keys().copied().filter(move |it| *it == id || self.stands_for(*it) == id)
    }

    /// The units above `id`, nearest first; ends at the root, and at a ring. Above a unit that was
    /// taken over stand those above the one that took it over.
    pub fn above(&self, id: UnitId) -> impl Iterator<Item = &Unit> {
        let mut next = self.unit(self.stands_for(id)).and_then(|it| it.parent);
        let mut steps = self.units.len();
        std::iter::from_fn(move || {
            let unit = self.units.get(&self.stands_for(next?))?;
            steps = steps.checked_sub(1)?;
            next = unit.parent;
            Some(unit)
        })
    }

    /// Everybody who stands over `id`: itself, whoever took over from it, those above, the
    /// townships in whose territory any of these works, and those above them.
    #[must_use]
    pub fn overseers(&self, id: UnitId) -> BTreeSet<UnitId> {
        let mut res: BTreeSet<UnitId> = [id, self.stands_for(id)].into();
        res.extend(self.above(id).map(|it| it.id));
        let territories: BTreeSet<UnitId> = res
            .iter()
            .filter_map(|it| self.unit(*it)?.territory)
            .map(|it| self.stands_for(it))
            .collect();
        for it in territories {
            res.insert(it);
            res.extend(self.above(it).map(|it| it.id));
        }
        res
    }

    /// Whether `upper` stands above `lower` in the tree.
    #[must_use]
    pub fn is_above(&self, upper: UnitId, lower: UnitId) -> bool {
        self.above(lower).any(|it| it.id == upper)
    }

    /// The next centre above `id` (上级中心).
    #[must_use]
    pub fn centre_above(&self, id: UnitId) -> Option<&Unit> {
        self.above(id).find(|it| it.kind == UnitKind::Centre && !it.closed)
    }

    /// The highest centre at or above `id`, where what only the district decides is decided.
    #[must_use]
    pub fn highest_centre(&self, id: UnitId) -> UnitId {
        let centres = self.above(id).filter(|it| it.kind == UnitKind::Centre && !it.closed);
        centres.last().map_or(id, |it| it.id)
    }
}
