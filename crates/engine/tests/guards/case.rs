//! A case that a guard is tried on: a story with its picture, and the few words that tests need.

use chrono::{DateTime, Utc};
use engine::{
    CommandKind, Refusal, StreamId,
    actor::{Medium, OnBehalfOf},
    clock::{ClockKey, Step, Term},
    command::{Command, Lapse},
    ids::AssignmentId,
    petition::Petition,
    picture::{Body, Cast, Picture, Story, words},
    whistle::{Assignment, Stage, Whistle},
};

use crate::support::{at, picture, start};

pub(crate) struct Case {
    pub(crate) picture: Picture,
    pub(crate) story: Story,
}

impl Case {
    /// Three accepted petitions on a Monday morning.
    pub(crate) fn new() -> Self {
        Self::starting(start())
    }

    pub(crate) fn starting(now: DateTime<Utc>) -> Self {
        Self::of(picture(), now)
    }

    pub(crate) fn of(picture: Picture, now: DateTime<Utc>) -> Self {
        let story = Story::begin(&picture, "试", now).unwrap();
        Self { picture, story }
    }

    /// A whistle of this level, as far as it is to go.
    pub(crate) fn with(
        way: fn(&mut Story, &Picture, &str, &str) -> Result<(), Refusal>,
        kind: &str,
        level: &str,
    ) -> Self {
        let mut case = Self::new();
        way(&mut case.story, &case.picture, kind, level).unwrap();
        case
    }

    #[track_caller]
    pub(crate) fn does(&mut self, who: Cast, command: Command) {
        let res = self.story.act(&self.picture, who, command);
        assert_eq!(res, Ok(()));
    }

    /// Refused; and a refusal leaves everything as it was.
    #[track_caller]
    pub(crate) fn may_not(&mut self, who: Cast, command: Command) -> Refusal {
        let before = self.story.scene.clone();
        let refusal = self.story.act(&self.picture, who, command).expect_err("a refusal");
        assert_eq!(self.story.scene, before);
        refusal
    }

    #[track_caller]
    pub(crate) fn ask(&mut self, who: Cast, kind: CommandKind) {
        assert_eq!(self.story.ask(&self.picture, who, kind), Ok(()), "{kind:?}");
    }

    #[track_caller]
    pub(crate) fn ask_other(&mut self, who: Cast, kind: CommandKind) {
        assert_eq!(self.story.ask_other(&self.picture, who, kind), Ok(()), "{kind:?}");
    }

    #[track_caller]
    pub(crate) fn refused(&mut self, who: Cast, kind: CommandKind) -> &'static str {
        self.story.ask(&self.picture, who, kind).expect_err("a refusal").code()
    }

    /// The command that the picture asks, to be changed before it is asked.
    #[track_caller]
    pub(crate) fn command(&self, kind: CommandKind) -> Command {
        let it = &self.story;
        self.picture.requests(kind, &it.scene, &it.place, it.now).remove(0).command
    }

    pub(crate) fn turn_to(&mut self, body: Body) -> AssignmentId {
        self.story.turn_to(body).unwrap();
        self.story.place.assignment.unwrap()
    }

    pub(crate) fn at(&mut self, text: &str) {
        assert!(at(text) >= self.story.now, "time runs forward");
        self.story.now = at(text);
    }

    pub(crate) fn whistle(&self) -> &Whistle {
        self.story.whistle().unwrap()
    }

    pub(crate) fn stage(&self) -> Stage {
        self.whistle().stage.clone()
    }

    pub(crate) fn petition(&self) -> &Petition {
        self.story.petition().unwrap()
    }

    pub(crate) fn part(&self, body: Body) -> &Assignment {
        self.whistle().of_unit(body.id()).unwrap()
    }

    /// The clock of a step: of the case, or of a unit's part.
    pub(crate) fn clock(&self, step: Step, body: Option<Body>) -> Option<&Term> {
        let assignment = body.map(|it| self.part(it).id);
        self.whistle().clocks.get(&ClockKey { step, assignment, event: None })
    }

    #[track_caller]
    pub(crate) fn due(&self, step: Step, body: Option<Body>) -> DateTime<Utc> {
        self.clock(step, body).unwrap_or_else(|| panic!("no clock of {step}")).due
    }

    /// The clock runs out: it is its due time, and the scheduler says so.
    #[track_caller]
    pub(crate) fn lapses(&mut self, step: Step, body: Option<Body>) {
        let assignment = body.map(|it| self.part(it).id);
        let key = ClockKey { step, assignment, event: None };
        assert_eq!(self.story.lapse(&self.picture, key), Ok(()), "{key:?}");
    }

    #[track_caller]
    pub(crate) fn records(
        &mut self,
        recorder: Cast,
        decider: Cast,
        occurred_at: DateTime<Utc>,
        command: Command,
    ) -> Result<(), Refusal> {
        let behalf = OnBehalfOf {
            member: decider.member().unwrap(),
            post: Some(words(80)),
            medium: Medium::Phone,
            occurred_at,
        };
        self.story.act_for(&self.picture, recorder, behalf, command)
    }

    pub(crate) fn scheduler(&self, key: Option<ClockKey>) -> Command {
        Command::Lapse(Lapse { stream: StreamId::Whistle(self.whistle().id), key })
    }
}
