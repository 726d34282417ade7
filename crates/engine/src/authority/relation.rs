//! How somebody stands to a case.

use std::collections::BTreeSet;

use strum::{Display, EnumIter, IntoStaticStr};

use super::{Subject, may_read};
use crate::{
    actor::Member,
    authority::audience::Holder,
    directory::{Directory, UnitKind},
    ids::{AssignmentId, UnitId},
    petition::Petition,
    whistle::{AssignmentRole, Whistle},
};

/// How an actor, or their unit, stands to a case.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, Display, IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
pub enum Relation {
    /// 本中心: the centre that keeps the petition or blows the whistle, or the unit that answers
    /// the petition (有权处理机关).
    OwnCentre,
    /// 牵头单位: the unit of the assignment, as its lead.
    Lead,
    /// 协办单位: the unit of the assignment, as an assist.
    Assist,
    /// 曾受派单位: a unit whose part was returned or released; it keeps its own part in sight.
    Called,
    /// 上级: a unit above one of these in the tree.
    Above,
    /// 属地: the township in which one of these works.
    Territory,
    /// 联席会议: the joint conference, where a dispute has climbed to it.
    Conference,
    /// 纪检监察: discipline inspection, to which accusations go.
    Discipline,
    /// 登记人: the person who registered it.
    Registrar,
    /// 包案领导: the person who owns the petition, also to each whistle over it; until the entry is
    /// signed off or another owns it.
    CaseOwner,
    /// 被检举: a unit that is accused, or one under it.
    Accused,
    /// 回避: a person or unit that must not see or act, or somebody of such a unit.
    Recused,
    /// 无关: none of them.
    Stranger,
}

impl Relation {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::OwnCentre => "本中心",
            Self::Lead => "牵头单位",
            Self::Assist => "协办单位",
            Self::Called => "曾受派",
            Self::Above => "上级",
            Self::Territory => "属地",
            Self::Conference => "联席会议",
            Self::Discipline => "纪检监察",
            Self::Registrar => "登记人",
            Self::CaseOwner => "包案领导",
            Self::Accused => "被检举",
            Self::Recused => "回避",
            Self::Stranger => "无关",
        }
    }
}

type Relations = BTreeSet<Relation>;

/// How `member` stands to a whistle, seen from one assignment where the act is about one: a unit
/// stands to its own part when that is over, too, and is then told so.
#[must_use]
pub fn relations_to_whistle(
    member: &Member,
    whistle: &Whistle,
    assignment: Option<AssignmentId>,
    directory: &Directory,
) -> Relations {
    if whistle.recused.iter().any(|it| it.shuts(member, directory)) {
        return [Relation::Recused].into();
    }
    let mut res = Relations::new();
    if let Some(centre) = whistle.centre {
        stand(&mut res, member, centre, Relation::OwnCentre, directory);
    }
    for it in whistle.assignments.values() {
        let role = match it.role {
            AssignmentRole::Lead => Relation::Lead,
            AssignmentRole::Assist => Relation::Assist,
        };
        match assignment {
            None if it.stage.is_active() => stand(&mut res, member, it.unit, role, directory),
            None => stand(&mut res, member, it.unit, Relation::Called, directory),
            Some(id) if id == it.id && directory.stands_for(it.unit) == member.unit => {
                res.insert(role);
            }
            Some(_) => (),
        }
    }
    if whistle.is_before_conference() {
        conference(&mut res, member, directory);
    }
    if whistle.case_owners.values().any(|it| *it == member.person) {
        res.insert(Relation::CaseOwner);
    }
    or_stranger(res)
}

/// How `member` stands to a petition, by itself and by the whistles over it that are known.
#[must_use]
pub fn relations_to_petition<'a>(
    member: &Member,
    petition: &Petition,
    whistles: impl IntoIterator<Item = &'a Whistle>,
    directory: &Directory,
) -> Relations {
    if petition.accused().any(|it| Holder::Unit(it).shuts(member, directory)) {
        return [Relation::Accused].into();
    }
    if petition.recused.iter().any(|it| it.shuts(member, directory)) {
        return [Relation::Recused].into();
    }
    let mut res = Relations::new();
    if petition.registered_by == Some(member.person) {
        res.insert(Relation::Registrar);
    }
    let is_accusation = petition.is_accusation();
    for unit in petition.centre().into_iter().chain(petition.competent) {
        // Standing above a unit opens no accusation.
        if is_accusation {
            if directory.stands_for(unit) == member.unit {
                res.insert(Relation::OwnCentre);
            }
        } else {
            stand(&mut res, member, unit, Relation::OwnCentre, directory);
        }
    }
    if is_accusation {
        if directory.unit(member.unit).is_some_and(|it| it.kind == UnitKind::Discipline) {
            res.insert(Relation::Discipline);
        }
        // Whoever may not read it stands to it like anybody else, whatever they may do elsewhere.
        if !may_read(Subject::Accusation, member, &res) {
            return [Relation::Stranger].into();
        }
    } else {
        if petition.case_owner() == Some(member.person) {
            res.insert(Relation::CaseOwner);
        }
        for it in whistles {
            for called in it.called() {
                let relation = match called.role {
                    AssignmentRole::Lead => Relation::Lead,
                    AssignmentRole::Assist => Relation::Assist,
                };
                stand(&mut res, member, called.unit, relation, directory);
            }
            if it.is_before_conference() {
                conference(&mut res, member, directory);
            }
        }
    }
    or_stranger(res)
}

/// How `member` stands to what their centre is about to begin.
#[must_use]
pub fn relations_to_centre(member: &Member, centre: UnitId, directory: &Directory) -> Relations {
    let mut res = Relations::new();
    stand(&mut res, member, centre, Relation::OwnCentre, directory);
    or_stranger(res)
}

/// The relation of whoever stands directly for `unit`, and those of who stands above it.
fn stand(
    res: &mut Relations,
    member: &Member,
    unit: UnitId,
    direct: Relation,
    directory: &Directory,
) {
    if directory.stands_for(unit) == member.unit {
        res.insert(direct);
    } else if directory.is_above(member.unit, unit) {
        res.insert(Relation::Above);
    } else if directory.overseers(unit).contains(&member.unit) {
        res.insert(Relation::Territory);
    }
}

fn conference(res: &mut Relations, member: &Member, directory: &Directory) {
    if directory.unit(member.unit).is_some_and(|it| it.kind == UnitKind::Conference) {
        res.insert(Relation::Conference);
    }
}

fn or_stranger(mut res: Relations) -> Relations {
    if res.is_empty() {
        res.insert(Relation::Stranger);
    }
    res
}
