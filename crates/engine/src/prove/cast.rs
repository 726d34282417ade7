//! The district that a pair is proven in: the fewest units and people, one for each role and
//! relation.

use uuid::Uuid;

use crate::{
    actor::{Actor, Member, Role},
    directory::{Directory, Tier, Unit, UnitKind},
    ids::{PersonId, UnitId},
    lists::Initiation,
    whistle::{AssignmentRole, Whistle},
};

/// Somebody in the picture. One person for each role: what takes two must be done by two roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Who {
    Dispatcher,
    Director,
    DutyLeader,
    Leader,
    /// The leader of the next centre up.
    Superior,
    /// The leader of the highest centre.
    District,
    Chair,
    LeadLiaison,
    LeadLeader,
    AssistLiaison,
    AssistLeader,
    System,
}

impl Who {
    pub(super) fn zh(self) -> &'static str {
        match self {
            Self::Dispatcher => "调度员",
            Self::Director => "中心主任",
            Self::DutyLeader => "值班领导",
            Self::Leader => "领导",
            Self::Superior => "上级领导",
            Self::District => "区级领导",
            Self::Chair => "联席会议召集人",
            Self::LeadLiaison => "牵头单位联络员",
            Self::LeadLeader => "牵头单位负责人",
            Self::AssistLiaison => "协办单位联络员",
            Self::AssistLeader => "协办单位负责人",
            Self::System => "系统",
        }
    }

    pub(super) fn en(self) -> &'static str {
        match self {
            Self::Dispatcher => "dispatcher",
            Self::Director => "director",
            Self::DutyLeader => "duty leader",
            Self::Leader => "leader",
            Self::Superior => "leader above",
            Self::District => "district leader",
            Self::Chair => "chair of the conference",
            Self::LeadLiaison => "lead's liaison",
            Self::LeadLeader => "lead's head",
            Self::AssistLiaison => "assist's liaison",
            Self::AssistLeader => "assist's head",
            Self::System => "system",
        }
    }

    fn role(self) -> Option<Role> {
        Some(match self {
            Self::Dispatcher => Role::Dispatcher,
            Self::Director => Role::Director,
            Self::DutyLeader => Role::DutyLeader,
            Self::Leader | Self::Superior | Self::District | Self::Chair => Role::Leader,
            Self::LeadLiaison | Self::AssistLiaison => Role::Liaison,
            Self::LeadLeader | Self::AssistLeader => Role::UnitLeader,
            Self::System => return None,
        })
    }

    /// Whether it is somebody of a called unit.
    pub(super) fn is_of_unit(self) -> bool {
        match self {
            Self::LeadLiaison | Self::LeadLeader | Self::AssistLiaison | Self::AssistLeader => true,
            Self::Dispatcher
            | Self::Director
            | Self::DutyLeader
            | Self::Leader
            | Self::Superior
            | Self::District
            | Self::Chair
            | Self::System => false,
        }
    }
}

/// The one in this role at a centre, where the picture has one.
pub(super) fn of_role(role: Role) -> Option<Who> {
    match role {
        Role::Dispatcher => Some(Who::Dispatcher),
        Role::Director => Some(Who::Director),
        Role::DutyLeader => Some(Who::DutyLeader),
        Role::Leader => Some(Who::Leader),
        Role::Liaison
        | Role::UnitLeader
        | Role::GridWorker
        | Role::PetitionOfficer
        | Role::SystemAdmin
        | Role::SecurityAdmin
        | Role::Auditor
        | Role::Service => None,
    }
}

/// Units and people for one row of the initiation list.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    pub(super) directory: Directory,
    pub(super) centre: UnitId,
    pub(super) lead: UnitId,
    pub(super) assist: UnitId,
    /// A unit that is not called at first.
    pub(super) further: UnitId,
    pub(super) conference: UnitId,
    /// The id of the person in each place.
    pub(super) person: fn(Who) -> PersonId,
}

fn unit_id(n: u128) -> UnitId {
    UnitId(Uuid::from_u128((0x71 << 64) | n))
}

fn person(who: Who) -> PersonId {
    PersonId(Uuid::from_u128((0x72 << 64) | who as u128))
}

impl Cast {
    /// The district in which a centre of the row's tier blows; `own` where it calls itself to lead.
    pub(super) fn new(row: &Initiation, own: bool) -> Self {
        let called = called(row);
        let centres = [
            (1, "区综治中心", Tier::District, None),
            (2, "镇综治中心", Tier::Township, Some(1)),
            (3, "村综治中心", Tier::Village, Some(2)),
        ];
        let unit = |n: u128, name: &str, kind, tier, parent: Option<u128>| Unit {
            id: unit_id(n),
            code: format!("u{n}"),
            name: name.to_owned(),
            short_name: name.to_owned(),
            kind,
            tier,
            parent: parent.map(unit_id),
            territory: None,
            closed: false,
            heir: None,
        };
        let mut units: Vec<Unit> = centres
            .into_iter()
            .map(|(n, name, tier, parent)| unit(n, name, UnitKind::Centre, tier, parent))
            .collect();
        units.push(unit(4, "联席会议", UnitKind::Conference, Tier::District, None));
        for (n, name) in [(5, "牵头单位"), (6, "协办单位"), (7, "另一单位")] {
            units.push(unit(n, name, called, Tier::District, None));
        }
        let centre = match row.tier {
            Tier::District => unit_id(1),
            Tier::Township => unit_id(2),
            Tier::Village => unit_id(3),
        };
        Self {
            directory: Directory::new(units),
            centre,
            lead: if own { centre } else { unit_id(5) },
            assist: unit_id(6),
            further: unit_id(7),
            conference: unit_id(4),
            person,
        }
    }

    /// Of which unit somebody is; none of the scheduler.
    fn unit(&self, who: Who) -> Option<UnitId> {
        Some(match who {
            Who::Dispatcher | Who::Director | Who::DutyLeader | Who::Leader => self.centre,
            Who::Superior => {
                self.directory.centre_above(self.centre).map_or(self.centre, |it| it.id)
            }
            Who::District => self.directory.highest_centre(self.centre),
            Who::Chair => self.conference,
            Who::LeadLiaison | Who::LeadLeader => self.lead,
            Who::AssistLiaison | Who::AssistLeader => self.assist,
            Who::System => return None,
        })
    }

    /// The member; none of the scheduler. Where the highest centre is the one that blows, its
    /// leader is one person, whatever is asked of them.
    pub(super) fn member(&self, who: Who) -> Option<Member> {
        let unit = self.unit(who)?;
        let same = [Who::Leader, Who::Superior].into_iter().find(|it| self.unit(*it) == Some(unit));
        let who = match who {
            Who::Superior | Who::District => same.unwrap_or(who),
            Who::Dispatcher
            | Who::Director
            | Who::DutyLeader
            | Who::Leader
            | Who::Chair
            | Who::LeadLiaison
            | Who::LeadLeader
            | Who::AssistLiaison
            | Who::AssistLeader
            | Who::System => who,
        };
        let roles = who.role().into_iter().collect();
        Some(Member { person: self.person(who), unit, roles })
    }

    /// A unit that has no part now.
    pub(super) fn spare(&self, whistle: &Whistle) -> UnitId {
        let units = [self.further, self.lead, self.assist];
        let units = units.into_iter().chain([unit_id(5)]).filter(|it| *it != self.centre);
        let mut free = units.filter(|it| whistle.of_unit(*it).is_none());
        free.next().unwrap_or(self.further)
    }

    pub(super) fn person(&self, who: Who) -> PersonId {
        (self.person)(who)
    }

    /// The one who asks, of the unit that has the part now.
    pub(super) fn actor(&self, who: Who, whistle: Option<&Whistle>) -> Actor {
        let Some(mut member) = self.member(who) else { return Actor::System };
        let role = match who {
            Who::LeadLiaison | Who::LeadLeader => Some(AssignmentRole::Lead),
            Who::AssistLiaison | Who::AssistLeader => Some(AssignmentRole::Assist),
            Who::Dispatcher
            | Who::Director
            | Who::DutyLeader
            | Who::Leader
            | Who::Superior
            | Who::District
            | Who::Chair
            | Who::System => None,
        };
        let part = whistle.and_then(|it| it.active().find(|it| Some(it.role) == role));
        if let Some(part) = part {
            member.unit = part.unit;
        }
        Actor::Member(member)
    }
}

/// What the called units are: departments where these may be called, or what may be.
fn called(row: &Initiation) -> UnitKind {
    let department = row.may_call.iter().find(|it| **it == UnitKind::Department);
    let other = || row.may_call.iter().find(|it| **it != UnitKind::Centre);
    *department.or_else(other).or(row.may_call.first()).unwrap_or(&UnitKind::Department)
}
