//! Stories: how a case comes into each stage, told by the commands of the people in the picture.

use chrono::{DateTime, TimeDelta, Utc};
use strum::{EnumIter, IntoStaticStr};

use super::{Act, Body, Cast, Picture, petition_id, requests::first_due, whistle_id};
use crate::{
    actor::{Actor, Medium, OnBehalfOf},
    clock::{ClockKey, Step, Term},
    command::{Command, CommandKind, Lapse},
    event::Event,
    ids::{AssignmentId, PetitionId, WhistleId},
    petition::{
        Petition,
        verbs::{Accept, Register},
    },
    refusal::{Problem, Refusal},
    scene::{Scene, StreamId},
    whistle::{Judge, Rating, Whistle, verbs as verb},
};

/// What a story is about: which of its objects the commands go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Subject {
    /// The whistle: one story for each of its stages.
    Whistle,
    /// One unit's part: one story for each of its stages.
    Part,
    /// The petition: one story for each of its stages.
    Petition,
    /// What happens beside the stages.
    Beside,
}

/// The objects of a story that commands go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The whistle, where there is one.
    pub whistle: Option<WhistleId>,
    /// The part in it.
    pub assignment: Option<AssignmentId>,
    /// The petition.
    pub petition: PetitionId,
    /// A second petition of the whistle.
    pub second: PetitionId,
    /// A petition that is accepted and in no whistle.
    pub spare: PetitionId,
}

/// Something that happened in a story.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who asked.
    pub actor: Actor,
    /// For whom it was recorded.
    pub on_behalf_of: Option<OnBehalfOf>,
    /// On which stream.
    pub stream: StreamId,
    /// What.
    pub event: Event,
}

/// A case and how it came to where it is.
#[derive(Debug, Clone)]
pub struct Story {
    /// Its name, in Chinese.
    pub name: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// The case as it is.
    pub scene: Scene,
    /// The objects that commands go to.
    pub place: Place,
    /// The instant it is at.
    pub now: DateTime<Utc>,
    /// All that happened.
    pub entries: Vec<Entry>,
}

impl Story {
    /// Three petitions, registered and accepted at `now`; no whistle yet.
    ///
    /// # Errors
    /// Where the lists do not let them be registered.
    pub fn begin(
        picture: &Picture,
        name: &'static str,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let mut story = Self::empty(name, now);
        let Place { petition, second, spare, .. } = story.place;
        for (number, petition) in (1..).zip([petition, second, spare]) {
            let registration = Box::new(picture.registration(number));
            let register = Register { petition, registration };
            story.act(picture, Cast::Dispatcher, Command::RegisterPetition(register))?;
            let accept = Accept { petition, competent: None };
            story.act(picture, Cast::Dispatcher, Command::AcceptPetition(accept))?;
        }
        Ok(story)
    }

    /// Nothing has happened yet.
    #[must_use]
    pub fn empty(name: &'static str, now: DateTime<Utc>) -> Self {
        Self {
            name,
            subject: Subject::Beside,
            scene: Scene::default(),
            place: Place {
                whistle: None,
                assignment: None,
                petition: petition_id(1),
                second: petition_id(2),
                spare: petition_id(3),
            },
            now,
            entries: vec![],
        }
    }

    /// The whistle.
    #[must_use]
    pub fn whistle(&self) -> Option<&Whistle> {
        self.scene.whistles.get(&self.place.whistle?)
    }

    /// The petition.
    #[must_use]
    pub fn petition(&self) -> Option<&Petition> {
        self.scene.petitions.get(&self.place.petition)
    }

    /// The active part of a unit.
    #[must_use]
    pub fn part_of(&self, body: Body) -> Option<AssignmentId> {
        self.whistle()?.of_unit(body.id()).map(|it| it.id)
    }

    /// Turns to the part of a unit: commands on a part go to it from here.
    ///
    /// # Errors
    /// Where the unit has none.
    pub fn turn_to(&mut self, body: Body) -> Result<(), Refusal> {
        let part = self.part_of(body).ok_or(Refusal::invalid("assignment", Problem::Unknown))?;
        self.place.assignment = Some(part);
        Ok(())
    }

    /// Lets time pass.
    pub fn wait(&mut self, time: TimeDelta) {
        self.now += time;
    }

    /// Somebody asks for something, and it happens.
    ///
    /// # Errors
    /// As the rules say; then nothing has happened.
    pub fn act(&mut self, picture: &Picture, who: Cast, command: Command) -> Result<(), Refusal> {
        let act = Act { actor: who.actor(), on_behalf_of: None, now: self.now };
        self.record(picture, act, command)
    }

    /// The same, recorded for somebody else.
    ///
    /// # Errors
    /// As the rules say; then nothing has happened.
    pub fn act_for(
        &mut self,
        picture: &Picture,
        recorder: Cast,
        behalf: OnBehalfOf,
        command: Command,
    ) -> Result<(), Refusal> {
        let act = Act { actor: recorder.actor(), on_behalf_of: Some(behalf), now: self.now };
        self.record(picture, act, command)
    }

    fn record(&mut self, picture: &Picture, act: Act, command: Command) -> Result<(), Refusal> {
        for (stream, event) in picture.run(&mut self.scene, &act, command)? {
            self.entries.push(Entry {
                at: act.now,
                actor: act.actor.clone(),
                on_behalf_of: act.on_behalf_of.clone(),
                stream,
                event,
            });
        }
        Ok(())
    }

    /// Somebody asks for a command in its first sense, with the input that the picture gives.
    ///
    /// # Errors
    /// As the rules say; then nothing has happened.
    pub fn ask(&mut self, picture: &Picture, who: Cast, kind: CommandKind) -> Result<(), Refusal> {
        self.ask_nth(picture, who, kind, 0)
    }

    /// The same in the second sense: refused instead of granted, a deputy instead of the head.
    ///
    /// # Errors
    /// As the rules say; then nothing has happened.
    pub fn ask_other(
        &mut self,
        picture: &Picture,
        who: Cast,
        kind: CommandKind,
    ) -> Result<(), Refusal> {
        self.ask_nth(picture, who, kind, 1)
    }

    /// The same in its first sense, given by telephone and recorded by somebody else.
    ///
    /// # Errors
    /// As the rules say; then nothing has happened.
    pub fn ask_for(
        &mut self,
        picture: &Picture,
        recorder: Cast,
        decider: Cast,
        kind: CommandKind,
    ) -> Result<(), Refusal> {
        let requests = picture.requests(kind, &self.scene, &self.place, self.now);
        let request = requests.into_iter().next().ok_or(Refusal::NoSuchStep)?;
        let member = decider.member().ok_or(Refusal::NotPermitted { who: vec![] })?;
        let medium = Medium::Phone;
        let behalf = OnBehalfOf { member, post: None, medium, occurred_at: self.now };
        self.act_for(picture, recorder, behalf, request.command)
    }

    fn ask_nth(
        &mut self,
        picture: &Picture,
        who: Cast,
        kind: CommandKind,
        nth: usize,
    ) -> Result<(), Refusal> {
        let requests = picture.requests(kind, &self.scene, &self.place, self.now);
        let request = requests.into_iter().nth(nth).ok_or(Refusal::NoSuchStep)?;
        self.act(picture, who, request.command)
    }

    /// A clock of the whistle runs out: it is its due time, and the scheduler says so; once more where
    /// a newer calendar moved the date meanwhile.
    ///
    /// # Errors
    /// Where no such clock runs.
    pub fn lapse(&mut self, picture: &Picture, key: ClockKey) -> Result<(), Refusal> {
        loop {
            let whistle = self.whistle().ok_or(Refusal::NotDue)?;
            let term = whistle.clocks.get(&key).ok_or(Refusal::NotDue)?.clone();
            let lapse = Lapse { stream: StreamId::Whistle(whistle.id), key: Some(key) };
            self.now = self.now.max(term.due);
            self.act(picture, Cast::System, Command::Lapse(lapse))?;
            let now = self.whistle().and_then(|it| it.clocks.get(&key));
            // Each time with a newer calendar, so that this comes to an end with the calendars. What
            // runs from another instant is the next clock.
            let same = |it: &&Term| (it.from, it.lapsed) == (term.from, false);
            if now.filter(same).is_none_or(|it| it.calendar == term.calendar) {
                return Ok(());
            }
        }
    }

    /// The whistle's clock that falls due first.
    #[must_use]
    pub fn first_due(&self) -> Option<ClockKey> {
        first_due(&self.whistle()?.clocks)
    }

    // What several stories have in common, each from where the one before it ends.

    /// A dispatcher drafts a whistle of this kind and level over two petitions.
    ///
    /// # Errors
    /// Where the lists do not allow it.
    pub fn drafted(&mut self, picture: &Picture, kind: &str, level: &str) -> Result<(), Refusal> {
        let whistle = whistle_id(1);
        let petitions = [self.place.petition, self.place.second];
        let draft = picture.draft(whistle, &petitions, kind, level);
        self.act(picture, Cast::Dispatcher, Command::DraftWhistle(draft))?;
        self.place.whistle = Some(whistle);
        Ok(())
    }

    /// And it is submitted, endorsed where that is asked for, and issued; turns to the lead's part.
    ///
    /// # Errors
    /// Where the lists do not allow it.
    pub fn issued(&mut self, picture: &Picture, kind: &str, level: &str) -> Result<(), Refusal> {
        self.drafted(picture, kind, level)?;
        self.ask(picture, Cast::Dispatcher, CommandKind::SubmitWhistle)?;
        match self.ask(picture, Cast::Director, CommandKind::EndorseWhistle) {
            Ok(()) | Err(Refusal::NoSuchStep) => (),
            Err(other) => return Err(other),
        }
        match self.ask(picture, Cast::Director, CommandKind::IssueWhistle) {
            Err(Refusal::NotPermitted { .. }) => {
                self.ask(picture, Cast::Leader, CommandKind::IssueWhistle)?;
            }
            other => other?,
        }
        self.turn_to(Body::Lead)
    }

    /// And the lead comes, minutes are made where they are asked for, and it is handled.
    ///
    /// # Errors
    /// Where the lists do not allow it.
    pub fn handling(&mut self, picture: &Picture, kind: &str, level: &str) -> Result<(), Refusal> {
        self.issued(picture, kind, level)?;
        self.ask(picture, Cast::Dispatcher, CommandKind::ReportIn)?;
        if self
            .whistle()
            .is_some_and(|it| matches!(it.stage, crate::whistle::Stage::Responding { .. }))
        {
            self.ask(picture, Cast::Dispatcher, CommandKind::Consult)?;
        }
        Ok(())
    }

    /// And every unit replies.
    ///
    /// # Errors
    /// Where the lists do not allow it.
    pub fn verifying(&mut self, picture: &Picture, kind: &str, level: &str) -> Result<(), Refusal> {
        self.handling(picture, kind, level)?;
        let units = [
            (Body::FirstAssist, Cast::FirstLiaison),
            (Body::SecondAssist, Cast::SecondLiaison),
            (Body::Lead, Cast::LeadLiaison),
        ];
        for (body, liaison) in units {
            self.turn_to(body)?;
            self.ask(picture, liaison, CommandKind::Reply)?;
        }
        Ok(())
    }

    /// And another dispatcher verifies it.
    ///
    /// # Errors
    /// Where the lists do not allow it.
    pub fn rating(&mut self, picture: &Picture, kind: &str, level: &str) -> Result<(), Refusal> {
        self.verifying(picture, kind, level)?;
        self.ask(picture, Cast::OtherDispatcher, CommandKind::Verify)
    }

    /// And everybody is satisfied.
    ///
    /// # Errors
    /// Where the lists do not allow it.
    pub fn closing(&mut self, picture: &Picture, kind: &str, level: &str) -> Result<(), Refusal> {
        self.rating(picture, kind, level)?;
        let Some(whistle) = self.place.whistle else { return Err(Refusal::NoSuchStep) };
        let judges = [
            Judge::Petitioner(self.place.petition),
            Judge::Petitioner(self.place.second),
            Judge::Caller,
        ];
        for judge in judges {
            let rating = Rating::Satisfied;
            let said = verb::Said { judge, rating, reason: None, justified: false };
            self.act(picture, Cast::OtherDispatcher, Command::Rate(verb::Rate { whistle, said }))?;
        }
        Ok(())
    }

    /// And it is closed.
    ///
    /// # Errors
    /// Where the lists do not allow it.
    pub fn closed(&mut self, picture: &Picture, kind: &str, level: &str) -> Result<(), Refusal> {
        self.closing(picture, kind, level)?;
        self.ask(picture, Cast::Dispatcher, CommandKind::CloseWhistle)
    }
}

type Told = fn(&Picture, &mut Story) -> Result<(), Refusal>;

/// One story for each stage, and those that happen beside. The level asks for everything that can
/// be asked for: endorsement, a leader's issue, the head's presence, minutes.
const STORIES: &[(&str, Subject, Told)] = {
    use CommandKind as Do;
    use Subject::{Beside, Part, Petition, Whistle};
    &[
        ("草拟", Whistle, |p, it| it.drafted(p, "joint", "hard")),
        ("待审", Whistle, |p, it| {
            it.drafted(p, "joint", "hard")?;
            it.ask(p, Cast::Dispatcher, Do::SubmitWhistle)
        }),
        ("已审核待签发", Whistle, |p, it| {
            it.drafted(p, "joint", "hard")?;
            it.ask(p, Cast::Dispatcher, Do::SubmitWhistle)?;
            it.ask(p, Cast::Director, Do::EndorseWhistle)
        }),
        ("应哨", Whistle, |p, it| {
            it.issued(p, "joint", "hard")?;
            it.ask(p, Cast::Dispatcher, Do::ReportIn)
        }),
        ("办理", Whistle, |p, it| it.handling(p, "joint", "hard")),
        ("核查", Whistle, |p, it| it.verifying(p, "joint", "hard")),
        ("回访评价", Whistle, |p, it| it.rating(p, "joint", "hard")),
        ("待办结", Whistle, |p, it| it.closing(p, "joint", "hard")),
        ("挂账", Whistle, |p, it| {
            it.handling(p, "joint", "hard")?;
            it.ask(p, Cast::LeadLeader, Do::RequestHold)?;
            it.ask(p, Cast::Leader, Do::HoldWhistle)
        }),
        ("已办结", Whistle, |p, it| it.closed(p, "joint", "hard")),
        ("终止办理", Whistle, |p, it| {
            it.handling(p, "joint", "hard")?;
            it.ask(p, Cast::Director, Do::TerminateWhistle)
        }),
        ("已撤哨", Whistle, |p, it| {
            it.issued(p, "joint", "hard")?;
            it.ask(p, Cast::Leader, Do::WithdrawWhistle)
        }),
        ("已升级", Whistle, escalated),
        ("已送达待签收", Part, |p, it| it.issued(p, "joint", "hard")),
        ("已签收", Part, |p, it| {
            it.issued(p, "joint", "hard")?;
            it.ask(p, Cast::LeadLiaison, Do::Acknowledge)
        }),
        ("申请退单", Part, |p, it| {
            it.issued(p, "joint", "hard")?;
            it.ask(p, Cast::LeadLeader, Do::RequestReturn)
        }),
        ("已退单", Part, |p, it| {
            it.issued(p, "joint", "hard")?;
            it.ask(p, Cast::LeadLeader, Do::RequestReturn)?;
            it.ask(p, Cast::Director, Do::RuleReturn)
        }),
        ("争议裁定中", Part, |p, it| {
            it.issued(p, "joint", "hard")?;
            it.ask(p, Cast::Director, Do::OpenDispute)
        }),
        ("已报到", Part, |p, it| it.handling(p, "joint", "hard")),
        ("已反馈", Part, |p, it| {
            it.handling(p, "joint", "hard")?;
            it.ask(p, Cast::LeadLiaison, Do::Reply)
        }),
        ("已释放", Part, |p, it| {
            it.handling(p, "joint", "hard")?;
            it.turn_to(Body::FirstAssist)?;
            it.ask(p, Cast::Director, Do::ReleaseUnit)
        }),
        ("已结束", Part, |p, it| {
            it.handling(p, "joint", "hard")?;
            it.ask(p, Cast::Director, Do::TerminateWhistle)
        }),
        ("已登记", Petition, |p, it| registered(p, it)),
        ("不予受理", Petition, |p, it| {
            registered(p, it)?;
            it.ask(p, Cast::Dispatcher, Do::DeclinePetition)
        }),
        ("已受理", Petition, |_, _| Ok(())),
        ("办理中", Petition, |p, it| {
            it.closed(p, "quick", "general")?;
            it.place.whistle = None;
            Ok(())
        }),
        ("已答复", Petition, |p, it| it.ask(p, Cast::Dispatcher, Do::AnswerPetition)),
        ("诉求已办结", Petition, |p, it| {
            it.ask(p, Cast::Dispatcher, Do::AnswerPetition)?;
            it.ask(p, Cast::Dispatcher, Do::ConcludePetition)
        }),
        ("重复件", Petition, |p, it| {
            registered(p, it)?;
            it.ask(p, Cast::Dispatcher, Do::LinkDuplicate)
        }),
        ("先吹后补", Beside, blown_now),
        ("追认", Beside, |p, it| {
            blown_now(p, it)?;
            it.ask(p, Cast::Director, Do::Ratify)
        }),
        ("牵头未报到", Beside, |p, it| {
            it.issued(p, "joint", "hard")?;
            it.turn_to(Body::Lead)?;
            let lead = it.place.assignment;
            it.lapse(p, ClockKey { step: Step::ReportIn, assignment: lead, event: None })
        }),
        ("退回补正后修改", Beside, |p, it| {
            it.drafted(p, "joint", "hard")?;
            it.ask(p, Cast::Dispatcher, Do::SubmitWhistle)?;
            it.ask(p, Cast::Director, Do::SendBackWhistle)?;
            it.ask(p, Cast::Dispatcher, Do::AmendWhistle)?;
            it.ask(p, Cast::Dispatcher, Do::SubmitWhistle)
        }),
        ("争议升至联席会议后指定", Beside, disputed),
        ("办理中的各项变动", Beside, eventful),
        ("协办逾期说明", Beside, |p, it| {
            it.handling(p, "joint", "hard")?;
            it.turn_to(Body::FirstAssist)?;
            it.ask(p, Cast::Dispatcher, Do::ReportIn)?;
            let part = it.place.assignment;
            it.lapse(p, ClockKey { step: Step::Task, assignment: part, event: None })?;
            it.ask_other(p, Cast::FirstLiaison, Do::ReportProgress)
        }),
        ("不满意后重办", Beside, |p, it| {
            it.rating(p, "joint", "hard")?;
            it.ask_other(p, Cast::Dispatcher, Do::Rate)
        }),
        ("挂账后恢复", Beside, |p, it| {
            it.handling(p, "joint", "hard")?;
            it.ask(p, Cast::LeadLeader, Do::RequestHold)?;
            it.ask_other(p, Cast::Leader, Do::HoldWhistle)?;
            it.ask(p, Cast::LeadLeader, Do::RequestHold)?;
            it.ask(p, Cast::Leader, Do::HoldWhistle)?;
            it.ask(p, Cast::Director, Do::ResumeWhistle)
        }),
        ("二次吹哨", Beside, |p, it| {
            it.closed(p, "quick", "general")?;
            it.ask(p, Cast::Dispatcher, Do::BlowAgain)
        }),
        ("诉求的各项变动", Beside, long_petition),
        ("代录待补凭证", Beside, recorded),
        ("督办", Beside, supervised),
        ("代录撤哨", Beside, |p, it| {
            recorded(p, it)?;
            it.ask_for(p, Cast::Dispatcher, Cast::Director, Do::WithdrawWhistle)
        }),
        ("诉求的附件与代录凭证", Beside, petition_files),
        ("包案化解中", Beside, owned),
        ("已销号", Beside, |p, it| {
            owned(p, it)?;
            it.ask_other(p, Cast::FurtherLeader, Do::UpdateMeasures)?;
            it.ask(p, Cast::Director, Do::SignOff)
        }),
        ("办理中改派包案领导", Beside, |p, it| {
            it.handling(p, "joint", "hard")?;
            it.ask(p, Cast::Leader, Do::AssignCaseOwner)?;
            it.ask_other(p, Cast::Leader, Do::AssignCaseOwner)
        }),
        ("快捷哨", Beside, |p, it| it.issued(p, "quick", "general")),
    ]
};

/// A petition that is registered and no more.
fn registered(picture: &Picture, it: &mut Story) -> Result<(), Refusal> {
    let petition = petition_id(4);
    it.place.petition = petition;
    let registration = Box::new(picture.registration(4));
    let register = Register { petition, registration };
    it.act(picture, Cast::Dispatcher, Command::RegisterPetition(register))
}

/// A township blows, and the district takes it on.
fn escalated(picture: &Picture, it: &mut Story) -> Result<(), Refusal> {
    for (number, petition) in [(5, petition_id(5)), (6, petition_id(6))] {
        let mut registration = picture.registration(number);
        registration.centre = Body::Township.id();
        let registration = Box::new(registration);
        let register = Register { petition, registration };
        it.act(picture, Cast::TownDispatcher, Command::RegisterPetition(register))?;
        let accept = Accept { petition, competent: None };
        it.act(picture, Cast::TownDispatcher, Command::AcceptPetition(accept))?;
    }
    (it.place.petition, it.place.second) = (petition_id(5), petition_id(6));
    let whistle = whistle_id(1);
    let petitions = [it.place.petition, it.place.second];
    let mut draft = picture.draft(whistle, &petitions, "joint", "general");
    draft.centre = Body::Township.id();
    it.act(picture, Cast::TownDispatcher, Command::DraftWhistle(draft))?;
    it.place.whistle = Some(whistle);
    it.ask(picture, Cast::TownDispatcher, CommandKind::SubmitWhistle)?;
    it.ask(picture, Cast::TownDirector, CommandKind::IssueWhistle)?;
    it.turn_to(Body::Lead)?;
    it.ask(picture, Cast::TownDirector, CommandKind::EscalateWhistle)
}

/// An emergency is blown by the duty leader; the approval is still owed.
fn blown_now(picture: &Picture, it: &mut Story) -> Result<(), Refusal> {
    let whistle = whistle_id(1);
    let petitions = [it.place.petition, it.place.second];
    let draft = picture.draft(whistle, &petitions, "emergency", "key");
    let blow = verb::BlowNow { draft, exception: None };
    it.act(picture, Cast::DutyLeader, Command::BlowNow(blow))?;
    it.place.whistle = Some(whistle);
    it.turn_to(Body::Lead)?;
    it.ask(picture, Cast::DutyLeader, CommandKind::ReportIn)?;
    it.ask(picture, Cast::LeadLiaison, CommandKind::ReportProgress)
}

/// A dispute climbs all rungs, and the conference designates another unit.
fn disputed(picture: &Picture, it: &mut Story) -> Result<(), Refusal> {
    it.issued(picture, "joint", "hard")?;
    it.ask(picture, Cast::Director, CommandKind::OpenDispute)?;
    let part = it.place.assignment;
    for step in [Step::DisputeMeeting, Step::DisputeSuperior] {
        it.lapse(picture, ClockKey { step, assignment: part, event: None })?;
    }
    it.ask_other(picture, Cast::Chair, CommandKind::Designate)
}

/// Petitions join and leave, units come and go, a date is extended, the lead changes.
fn eventful(picture: &Picture, it: &mut Story) -> Result<(), Refusal> {
    it.handling(picture, "joint", "hard")?;
    it.ask(picture, Cast::Dispatcher, CommandKind::AttachPetition)?;
    it.ask(picture, Cast::Dispatcher, CommandKind::DetachPetition)?;
    it.ask(picture, Cast::Director, CommandKind::AddUnit)?;
    it.turn_to(Body::Further)?;
    it.ask(picture, Cast::Dispatcher, CommandKind::RecordAbsence)?;
    it.ask(picture, Cast::Director, CommandKind::ReleaseUnit)?;
    it.turn_to(Body::Lead)?;
    it.ask(picture, Cast::LeadLiaison, CommandKind::ReportProgress)?;
    it.ask(picture, Cast::LeadLeader, CommandKind::RequestExtension)?;
    it.ask(picture, Cast::Director, CommandKind::RuleExtension)?;
    it.ask(picture, Cast::Director, CommandKind::ChangeLead)?;
    it.ask_other(picture, Cast::Director, CommandKind::Recuse)
}

/// What can happen to a petition beside its stages.
fn long_petition(picture: &Picture, it: &mut Story) -> Result<(), Refusal> {
    it.ask(picture, Cast::Director, CommandKind::RecogniseDifficult)?;
    it.ask(picture, Cast::Dispatcher, CommandKind::Unseal)?;
    it.ask(picture, Cast::Dispatcher, CommandKind::SetLegalBar)?;
    let clear = crate::petition::verbs::SetLegalBar {
        petition: it.place.petition,
        bar: None,
        reason: super::words(70),
    };
    it.act(picture, Cast::Dispatcher, Command::SetLegalBar(clear))?;
    it.ask(picture, Cast::Director, CommandKind::ExtendPetition)?;
    let due = it.petition().and_then(Petition::statutory_due).ok_or(Refusal::NotDue)?;
    it.now = it.now.max(due);
    it.ask(picture, Cast::System, CommandKind::Lapse)?;
    it.ask(picture, Cast::Dispatcher, CommandKind::AnswerPetition)?;
    it.ask(picture, Cast::Dispatcher, CommandKind::ConcludePetition)?;
    it.ask(picture, Cast::Director, CommandKind::ErasePerson)?;
    it.ask(picture, Cast::Dispatcher, CommandKind::ReopenPetition)
}

/// A leader owns a petition; a whistle is blown over it and ends, and its measures are updated.
fn owned(picture: &Picture, it: &mut Story) -> Result<(), Refusal> {
    it.ask(picture, Cast::Director, CommandKind::AssignCaseOwner)?;
    it.closed(picture, "quick", "general")?;
    it.place.whistle = None;
    it.wait(TimeDelta::days(1));
    it.ask(picture, Cast::FurtherLeader, CommandKind::UpdateMeasures)
}

/// A unit acknowledges by telephone, and adds a file; the scan of the call is owed.
fn recorded(picture: &Picture, it: &mut Story) -> Result<(), Refusal> {
    it.issued(picture, "joint", "general")?;
    it.ask_for(picture, Cast::Dispatcher, Cast::LeadLiaison, CommandKind::Acknowledge)?;
    it.ask(picture, Cast::LeadLiaison, CommandKind::AttachFile)?;
    it.ask_nth(picture, Cast::LeadLiaison, CommandKind::AttachFile, 2)?;
    it.ask(picture, Cast::LeadLeader, CommandKind::OpenFile)
}

/// A unit sleeps: it is urged, the director's letter is late and then written, and it acts.
fn supervised(picture: &Picture, it: &mut Story) -> Result<(), Refusal> {
    it.issued(picture, "joint", "general")?;
    let assignment = it.place.assignment;
    for step in [Step::Acknowledge, Step::Supervise, Step::Supervise] {
        it.lapse(picture, ClockKey { step, assignment, event: None })?;
    }
    it.ask_other(picture, Cast::Director, CommandKind::Supervise)?;
    it.wait(TimeDelta::minutes(30));
    it.ask(picture, Cast::LeadLiaison, CommandKind::Acknowledge)
}

/// A petition gets a file, and the scan of an act that was recorded for the director.
fn petition_files(picture: &Picture, it: &mut Story) -> Result<(), Refusal> {
    it.ask(picture, Cast::Dispatcher, CommandKind::AttachFile)?;
    it.ask_for(picture, Cast::Dispatcher, Cast::Director, CommandKind::RecogniseDifficult)?;
    it.ask_other(picture, Cast::Dispatcher, CommandKind::AttachFile)?;
    it.ask_nth(picture, Cast::Dispatcher, CommandKind::AttachFile, 2)?;
    it.ask(picture, Cast::Director, CommandKind::OpenFile)
}

impl Picture {
    /// A story for each stage of whistle, part and petition, and for what happens beside; all begin
    /// at `start`.
    ///
    /// # Errors
    /// Where the lists do not let one of them happen, with its name.
    pub fn stories(&self, start: DateTime<Utc>) -> Result<Vec<Story>, (&'static str, Refusal)> {
        let tell = |(name, subject, told): &(&'static str, Subject, Told)| {
            let mut story = Story::begin(self, name, start).map_err(|it| (*name, it))?;
            story.subject = *subject;
            story.wait(TimeDelta::minutes(30));
            told(self, &mut story).map_err(|it| (*name, it))?;
            Ok(story)
        };
        STORIES.iter().map(tell).collect()
    }
}
