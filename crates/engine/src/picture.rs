//! A finite picture of a district: the fewest units and people in which everything can happen.
//!
//! A village centre under a township centre under a district centre; a lead, two assists, a further
//! department, an external unit, the joint conference, and a centre elsewhere ([`Body`]); one
//! person per role and relation ([`Cast`]). Ids are fixed, words are blank, and time is an argument,
//! so that the same acts give the same events. Nothing is decided here: every act goes through the
//! real [`decide`].
//!
//! Proofs stand on it: [`Picture::stories`] holds a case in every stage, [`Picture::requests`] asks
//! everything that can be asked of it, and the tables, laws and stored forms in `tests/` follow. It
//! takes any version of the lists, since a version is proven before it is published.

mod requests;
mod stories;

use chrono::{DateTime, NaiveDate, Utc};
use strum::{EnumIter, IntoEnumIterator as _, IntoStaticStr};
use uuid::Uuid;

pub use requests::Request;
pub use stories::{Entry, Place, Story, Subject};

use crate::{
    actor::{Actor, Member, OnBehalfOf, Role},
    calendar::{Calendar, CalendarError, beijing},
    command::{Action, Command, actions, decide},
    directory::{Directory, Tier, Unit, UnitKind},
    event::Event,
    facts::{Facts, Numbers},
    ids::{self, DistrictId, PersonId, PetitionId, TextId, UnitId, WhistleId},
    lists::{Lists, Malformed},
    refusal::Refusal,
    scene::{Scene, StreamId},
    suggest,
    text::{Digest, Words},
};

/// A unit of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Body {
    /// 区综治中心: blows in most stories.
    District,
    /// 镇综治中心, below it.
    Township,
    /// 村综治中心, below that.
    Village,
    /// 牵头单位.
    Lead,
    /// 协办单位甲.
    FirstAssist,
    /// 协办单位乙.
    SecondAssist,
    /// A department that is not called at first.
    Further,
    /// 垂管单位.
    External,
    /// 联席会议.
    Conference,
    /// Another township's centre, which has nothing to do with the case.
    Elsewhere,
}

impl Body {
    /// Its id.
    #[must_use]
    pub fn id(self) -> UnitId {
        UnitId(fixed(1, self as u128))
    }

    fn unit(self) -> Unit {
        // The codes are those of the preset's matters.
        let (code, name, kind, tier, parent) = match self {
            Self::District => ("zzzx", "区综治中心", UnitKind::Centre, Tier::District, None),
            Self::Township => {
                ("zzx", "镇综治中心", UnitKind::Centre, Tier::Township, Some(Self::District))
            }
            Self::Village => {
                ("czx", "村综治中心", UnitKind::Centre, Tier::Village, Some(Self::Township))
            }
            Self::Lead => ("zjj", "牵头单位", UnitKind::Department, Tier::District, None),
            Self::FirstAssist => ("kjj", "协办单位甲", UnitKind::Department, Tier::District, None),
            Self::SecondAssist => ("czj", "协办单位乙", UnitKind::Department, Tier::District, None),
            Self::Further => ("zrj", "另一部门", UnitKind::Department, Tier::District, None),
            Self::External => ("gdgs", "垂管单位", UnitKind::External, Tier::District, None),
            Self::Conference => ("lxhy", "联席会议", UnitKind::Conference, Tier::District, None),
            Self::Elsewhere => {
                ("tzx", "他镇综治中心", UnitKind::Centre, Tier::Township, Some(Self::District))
            }
        };
        Unit {
            id: self.id(),
            code: code.to_owned(),
            name: name.to_owned(),
            short_name: name.to_owned(),
            kind,
            tier,
            parent: parent.map(Self::id),
            territory: None,
            closed: false,
            heir: None,
        }
    }
}

/// Somebody in the picture: one for each role and relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Cast {
    /// The dispatcher who drafts.
    Dispatcher,
    /// Another dispatcher of the same centre.
    OtherDispatcher,
    /// The director.
    Director,
    /// A second director of the same centre, for what the first drafted or blew.
    OtherDirector,
    /// The duty leader.
    DutyLeader,
    /// The district's leader.
    Leader,
    /// The petition officer of the centre.
    PetitionOfficer,
    /// The three administrators in one, who read no case.
    Administrator,
    /// The township's dispatcher.
    TownDispatcher,
    /// The township's director.
    TownDirector,
    /// The township's leader.
    TownLeader,
    /// The village's grid worker.
    GridWorker,
    /// The lead's liaison.
    LeadLiaison,
    /// The lead's leader.
    LeadLeader,
    /// The first assist's liaison.
    FirstLiaison,
    /// The first assist's leader.
    FirstLeader,
    /// The second assist's liaison.
    SecondLiaison,
    /// The second assist's leader.
    SecondLeader,
    /// The further department's liaison.
    FurtherLiaison,
    /// The further department's leader.
    FurtherLeader,
    /// The external unit's liaison.
    ExternalLiaison,
    /// The leader who chairs the joint conference.
    Chair,
    /// Somebody with every role that reads cases, in a unit that has nothing to do with this one.
    Stranger,
    /// The scheduler.
    System,
}

impl Cast {
    /// Who it is, in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Dispatcher => "调度员",
            Self::OtherDispatcher => "调度员乙",
            Self::Director => "中心主任",
            Self::OtherDirector => "副主任",
            Self::DutyLeader => "值班领导",
            Self::Leader => "区领导",
            Self::PetitionOfficer => "信访干部",
            Self::Administrator => "三员",
            Self::TownDispatcher => "镇调度员",
            Self::TownDirector => "镇主任",
            Self::TownLeader => "镇领导",
            Self::GridWorker => "网格员",
            Self::LeadLiaison => "牵头联络员",
            Self::LeadLeader => "牵头负责人",
            Self::FirstLiaison => "协办联络员",
            Self::FirstLeader => "协办负责人",
            Self::SecondLiaison => "协办乙联络员",
            Self::SecondLeader => "协办乙负责人",
            Self::FurtherLiaison => "他部门联络员",
            Self::FurtherLeader => "他部门负责人",
            Self::ExternalLiaison => "垂管联络员",
            Self::Chair => "联席召集人",
            Self::Stranger => "无关人员",
            Self::System => "系统",
        }
    }

    fn place(self) -> Option<(Body, &'static [Role])> {
        const EVERY: &[Role] = &[
            Role::Dispatcher,
            Role::Director,
            Role::DutyLeader,
            Role::Liaison,
            Role::UnitLeader,
            Role::Leader,
            Role::GridWorker,
            Role::PetitionOfficer,
            Role::Service,
        ];
        Some(match self {
            Self::Dispatcher | Self::OtherDispatcher => (Body::District, &[Role::Dispatcher]),
            Self::Director | Self::OtherDirector => (Body::District, &[Role::Director]),
            Self::DutyLeader => (Body::District, &[Role::DutyLeader]),
            Self::Leader => (Body::District, &[Role::Leader]),
            Self::PetitionOfficer => (Body::District, &[Role::PetitionOfficer]),
            Self::Administrator => {
                (Body::District, &[Role::SystemAdmin, Role::SecurityAdmin, Role::Auditor])
            }
            Self::TownDispatcher => (Body::Township, &[Role::Dispatcher]),
            Self::TownDirector => (Body::Township, &[Role::Director]),
            Self::TownLeader => (Body::Township, &[Role::Leader]),
            Self::GridWorker => (Body::Village, &[Role::GridWorker]),
            Self::LeadLiaison => (Body::Lead, &[Role::Liaison]),
            Self::LeadLeader => (Body::Lead, &[Role::UnitLeader]),
            Self::FirstLiaison => (Body::FirstAssist, &[Role::Liaison]),
            Self::FirstLeader => (Body::FirstAssist, &[Role::UnitLeader]),
            Self::SecondLiaison => (Body::SecondAssist, &[Role::Liaison]),
            Self::SecondLeader => (Body::SecondAssist, &[Role::UnitLeader]),
            Self::FurtherLiaison => (Body::Further, &[Role::Liaison]),
            Self::FurtherLeader => (Body::Further, &[Role::UnitLeader]),
            Self::ExternalLiaison => (Body::External, &[Role::Liaison]),
            Self::Chair => (Body::Conference, &[Role::Leader]),
            Self::Stranger => (Body::Elsewhere, EVERY),
            Self::System => return None,
        })
    }

    /// The person's id.
    #[must_use]
    pub fn person(self) -> PersonId {
        PersonId(fixed(2, self as u128))
    }

    /// The member; none for the scheduler.
    #[must_use]
    pub fn member(self) -> Option<Member> {
        let (body, roles) = self.place()?;
        let roles = roles.iter().copied().collect();
        Some(Member { person: self.person(), unit: body.id(), roles })
    }

    /// The one who asks.
    #[must_use]
    pub fn actor(self) -> Actor {
        self.member().map_or(Actor::System, Actor::Member)
    }
}

/// The picture cannot be drawn, because what it ships with cannot be read; a test excludes that.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The preset lists.
    #[error(transparent)]
    Lists(#[from] Malformed),
    /// The preset calendars.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// No calendar is in force.
    #[error("there is no calendar")]
    NoCalendar,
}

/// How an act is done: by whom, for whom, when.
#[derive(Debug, Clone)]
pub struct Act {
    /// Who asks.
    pub actor: Actor,
    /// For whom it is recorded.
    pub on_behalf_of: Option<OnBehalfOf>,
    /// When.
    pub now: DateTime<Utc>,
}

/// A finite picture of a district.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Its units.
    pub directory: Directory,
    /// The lists in force.
    pub lists: Lists,
    first: Calendar,
    later: Vec<Calendar>,
}

impl Picture {
    /// The picture under the lists and calendars that the product ships with.
    ///
    /// # Errors
    /// Where these cannot be read.
    pub fn preset() -> Result<Self, PictureError> {
        Self::new(Lists::preset()?, Calendar::presets()?)
    }

    /// The picture under these lists and versions of the calendar, earliest first.
    ///
    /// # Errors
    /// Where there is no calendar.
    pub fn new(lists: Lists, calendars: Vec<Calendar>) -> Result<Self, PictureError> {
        let directory = Directory::new(Body::iter().map(Body::unit));
        let mut calendars = calendars.into_iter();
        let first = calendars.next().ok_or(PictureError::NoCalendar)?;
        Ok(Self { directory, lists, first, later: calendars.collect() })
    }

    /// The calendar in force at an instant: the last that was adopted by then, or the first.
    #[must_use]
    pub fn calendar(&self, now: DateTime<Utc>) -> &Calendar {
        let today = day(now);
        self.later.iter().rfind(|it| it.adopted_on() <= today).unwrap_or(&self.first)
    }

    /// What would happen if this was asked for now; the scene stays as it is.
    ///
    /// # Errors
    /// As [`decide`].
    pub fn decide(
        &self,
        scene: &Scene,
        act: &Act,
        command: Command,
    ) -> Result<Vec<(StreamId, Event)>, Refusal> {
        self.with_facts(scene, act, |facts| decide(scene, &act.actor, command, facts))
    }

    /// What somebody may do now, and why not the rest.
    #[must_use]
    pub fn actions(&self, scene: &Scene, stream: StreamId, act: &Act) -> Vec<Action> {
        self.with_facts(scene, act, |facts| actions(scene, stream, &act.actor, facts))
    }

    /// Under which row somebody would whistle.
    ///
    /// # Errors
    /// As [`suggest::suggest`].
    pub fn suggest(
        &self,
        scene: &Scene,
        act: &Act,
        asked: &suggest::Asked<'_>,
    ) -> Result<suggest::Suggestion, Refusal> {
        self.with_facts(scene, act, |facts| suggest::suggest(scene, &act.actor, facts, asked))
    }

    /// Decides, and folds what happened into the scene; a refusal leaves it as it was.
    ///
    /// # Errors
    /// As [`decide`].
    pub fn run(
        &self,
        scene: &mut Scene,
        act: &Act,
        command: Command,
    ) -> Result<Vec<(StreamId, Event)>, Refusal> {
        let events = self.decide(scene, act, command)?;
        for (stream, event) in &events {
            scene.apply(*stream, event);
        }
        Ok(events)
    }

    fn with_facts<T>(&self, scene: &Scene, act: &Act, answer: impl FnOnce(&Facts<'_>) -> T) -> T {
        let year = chrono::Datelike::year(&day(act.now));
        let issued = scene.whistles.values().filter_map(|it| it.issued.as_ref());
        let batch = issued.filter(|it| it.year == year).map(|it| it.batch).max().unwrap_or(0) + 1;
        let numbers = Numbers { year, batch, serial: format!("吹〔{year}〕{batch}号") };
        answer(&Facts {
            directory: &self.directory,
            lists: &self.lists,
            calendar: self.calendar(act.now),
            seed: fresh(scene),
            numbers: Some(&numbers),
            on_behalf_of: act.on_behalf_of.as_ref(),
            now: act.now,
        })
    }
}

/// The district of the picture.
#[must_use]
pub fn district() -> DistrictId {
    DistrictId(fixed(0, 1))
}

/// Words that say nothing.
#[must_use]
pub fn words(n: u32) -> Words {
    Words { id: TextId(fixed(3, u128::from(n))), digest: Digest::of(&n.to_be_bytes()) }
}

/// The `n`-th petition.
#[must_use]
pub fn petition_id(n: u32) -> PetitionId {
    PetitionId(fixed(4, u128::from(n)))
}

/// The `n`-th whistle.
#[must_use]
pub fn whistle_id(n: u32) -> WhistleId {
    WhistleId(fixed(5, u128::from(n)))
}

fn fixed(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128((kind << 64) | (n + 1))
}

/// An id that nothing in the scene bears: each event draws another.
fn fresh(scene: &Scene) -> Uuid {
    let whistles: u32 = scene.whistles.values().map(|it| it.version).sum();
    let petitions: u32 = scene.petitions.values().map(|it| it.version).sum();
    ids::derive(fixed(6, 0), whistles + petitions)
}

/// The day of an instant, in +08:00.
fn day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&beijing()).date_naive()
}
