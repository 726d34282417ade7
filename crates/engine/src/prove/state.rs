//! A state of the picture: of a whistle, what a rule reads later, and nothing else.
//!
//! [`Frame::state`] cuts a real whistle down to a [`State`], [`Frame::scene`] builds a real scene
//! of one; the search decides on the built scene with the real `decide` and cuts down what comes
//! out. What is cut, and why no rule reads it later:
//!
//! - Ids, numbers, words, versions, and the ids of persons but the drafter's until it is issued:
//!   rules compare them for equality, at most.
//! - Dates. A running clock is due in a moment, a lapsed one was; statutory dates are far ahead.
//!   Time is the order in which clocks fire. A date that is past and has not fired only forbids
//!   what it forbids after firing, which may come next.
//! - Whether a clock lapsed, where lapsing only notes it: all but 报到, 协办, 评价 and the rungs of a
//!   dispute. Of 办理 it closes the request of an extension, of the window of returns the request of
//!   a return: both only take something away, so a way out never counts on these.
//! - Parts that are over; a part that another unit took over keeps its place. That the centre
//!   itself had a part is kept, since it may not verify then.
//! - 未报到 as a note, 降格报到, what a rating said, what the outcome was, who endorsed, what was asked
//!   once it is blown: nothing depends on them.
//! - Side matters ([`Side`]): the request of an extension and how often it was granted, of a hold,
//!   the approval of what was blown first, the first report of an emergency, and what has been
//!   before of units whose roles change ([`Before`]). Each is a small machine of its own that runs
//!   beside: what moves it asks only in which stage the whistle and the part are, and nothing else
//!   asks how it stands. So it is asked in every state, with the side matter open, and its outcome
//!   joins the others, and states are not multiplied by where the side matters stand.
//! - The ladder that pursues a unit and the papers of it ([`supervision`](crate::supervision)): no
//!   other rule reads them, which a law holds, and they move nothing else.
//! - The petition: it is open. Its own acts touch no whistle.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::cast::{Cast, Who};
use crate::{
    actor::Rank,
    calendar::{Calendar, Limit, beijing},
    clock::{Basis, ClockKey, Step, Term},
    file::{Attachment, FileKind},
    ids::{AssignmentId, DistrictId, FileId, PersonId, PetitionId, TextId, WhistleId},
    lists::{Lists, Process},
    petition::{Petition, WhistleRecord},
    scene::Scene,
    text::{Digest, Words},
    whistle::{
        Assignment, AssignmentRole, AssignmentStage, Attached, Attendance, Content, Issued,
        Ratification, Rating, Reply, ReturnRight, Stage, StageKind, Whistle,
        assignment::{
            AssignmentStageKind, ExtensionRequest, Mode, ReplyOutcome, ReturnGround, Rung,
        },
        owed,
    },
};

/// A side matter that is open in a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Side {
    /// None is.
    None,
    /// This part waits for the ruling on an extension.
    Extension(AssignmentRole),
    /// This part was extended as often as may be.
    Extended(AssignmentRole),
    /// A hold was asked for.
    Hold,
    /// It was blown first, by this one, and is to be ratified.
    Approval(Who),
    /// The lead owes the first report of an emergency.
    Report,
    /// What has been before is read by a change of the lead, or when a unit is added.
    Before(Before),
}

/// What has been before, as far as it is read when the roles of units change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Before {
    /// The assist did not report in at its limit: once it leads, a remedy is owed.
    pub(super) missed: bool,
    /// The lead explained a lateness: once it assists, nobody waits for it.
    pub(super) explained: bool,
    /// The unit that may be called next had its ruling, so that it gets none again.
    pub(super) ruled: bool,
}

/// One unit's part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Part {
    pub(super) at: AssignmentStageKind,
    pub(super) rung: Option<Rung>,
    pub(super) acknowledged: bool,
    pub(super) present: bool,
    /// It had its ruling: it may neither return nor be disputed.
    pub(super) ruled: bool,
    pub(super) window: bool,
    pub(super) explained: bool,
    /// Its own date lapsed; of an assist.
    pub(super) late: bool,
    /// It is the centre itself.
    pub(super) own: bool,
}

/// A state of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct State {
    pub(super) stage: StageKind,
    pub(super) lead_absent: bool,
    pub(super) minutes: bool,
    pub(super) go_ahead: bool,
    pub(super) send_backs: u32,
    pub(super) reworks: u32,
    pub(super) holds: u32,
    /// Who drafted it, until it is issued.
    pub(super) drafter: Option<Who>,
    /// Off the list, until it is issued.
    pub(super) off_list: bool,
    pub(super) rated: bool,
    pub(super) caller_rated: bool,
    /// Verified in this round by somebody of no handling unit: no field of a whistle, but what the
    /// search watches.
    pub(super) verified: bool,
    /// The centre had a part that is over.
    pub(super) was_handler: bool,
    pub(super) lead: Option<Part>,
    pub(super) assist: Option<Part>,
}

impl State {
    fn at(stage: StageKind) -> Self {
        Self {
            stage,
            lead_absent: false,
            minutes: false,
            go_ahead: false,
            send_backs: 0,
            reworks: 0,
            holds: 0,
            drafter: None,
            off_list: false,
            rated: false,
            caller_rated: false,
            verified: false,
            was_handler: false,
            lead: None,
            assist: None,
        }
    }

    /// Whether nothing more happens.
    pub(super) fn is_terminal(&self) -> bool {
        match self.stage {
            StageKind::Closed
            | StageKind::Terminated
            | StageKind::Withdrawn
            | StageKind::Escalated => true,
            StageKind::Blank
            | StageKind::Draft
            | StageKind::UnderReview
            | StageKind::Endorsed
            | StageKind::Responding
            | StageKind::Handling
            | StageKind::Verifying
            | StageKind::Rating
            | StageKind::Closing
            | StageKind::LongTerm => false,
        }
    }

    /// Whether it is not yet blown.
    pub(super) fn is_before_issue(&self) -> bool {
        match self.stage {
            StageKind::Blank | StageKind::Draft | StageKind::UnderReview | StageKind::Endorsed => {
                true
            }
            StageKind::Responding
            | StageKind::Handling
            | StageKind::Verifying
            | StageKind::Rating
            | StageKind::Closing
            | StageKind::LongTerm
            | StageKind::Closed
            | StageKind::Terminated
            | StageKind::Withdrawn
            | StageKind::Escalated => false,
        }
    }
}

/// The stage of a state, in Chinese and as a code.
pub(super) fn stage_words(stage: StageKind) -> (&'static str, &'static str) {
    let round = 1;
    let full = match stage {
        StageKind::Blank => Stage::Blank,
        StageKind::Draft => Stage::Draft,
        StageKind::UnderReview => Stage::UnderReview,
        StageKind::Endorsed => Stage::Endorsed { by: PersonId(Uuid::nil()) },
        StageKind::Responding => {
            Stage::Responding { lead_absent: false, minutes: false, go_ahead: false }
        }
        StageKind::Handling => Stage::Handling { round },
        StageKind::Verifying => Stage::Verifying { round },
        StageKind::Rating => Stage::Rating { round },
        StageKind::Closing => Stage::Closing { round },
        StageKind::LongTerm => Stage::LongTerm { round, until: NaiveDate::MIN },
        StageKind::Closed => Stage::Closed,
        StageKind::Terminated => Stage::Terminated,
        StageKind::Withdrawn => Stage::Withdrawn,
        StageKind::Escalated => Stage::Escalated { successor: WhistleId(Uuid::nil()) },
    };
    (full.zh(), full.code())
}

pub(super) const DISTRICT: DistrictId = DistrictId(Uuid::from_u128(0x70 << 64));
pub(super) const PETITION: PetitionId = PetitionId(Uuid::from_u128(0x74 << 64));
pub(super) const WHISTLE: WhistleId = WhistleId(Uuid::from_u128(0x75 << 64));
pub(super) const SUCCESSOR: WhistleId = WhistleId(Uuid::from_u128((0x75 << 64) | 1));
pub(super) const LEAD: AssignmentId = AssignmentId(Uuid::from_u128(0x76 << 64));
pub(super) const ASSIST: AssignmentId = AssignmentId(Uuid::from_u128((0x76 << 64) | 1));
const FORMER: AssignmentId = AssignmentId(Uuid::from_u128((0x76 << 64) | 3));
const GHOST: AssignmentId = AssignmentId(Uuid::from_u128((0x76 << 64) | 2));

/// Words that say nothing.
pub(super) fn words() -> Words {
    Words { id: TextId(Uuid::from_u128(0x73 << 64)), digest: Digest([0; 32]) }
}

/// What stays the same in all states of one pair.
pub(super) struct Frame<'a> {
    pub(super) cast: Cast,
    pub(super) lists: &'a Lists,
    pub(super) calendar: &'a Calendar,
    pub(super) process: &'a Process,
    /// The instant of every state: a working day in office hours.
    pub(super) now: DateTime<Utc>,
    /// The petition before it is whistled, with a file of each kind.
    pub(super) petition: Petition,
    /// What is drafted on the list, where it can be, and off it.
    pub(super) on_list: Option<Box<Content>>,
    pub(super) off_list: Option<Box<Content>>,
    /// Whether an assist is called, too.
    pub(super) with_assist: bool,
    /// Who may blow first.
    pub(super) blowers: Vec<Who>,
    needs_minutes: bool,
}

impl<'a> Frame<'a> {
    pub(super) fn new(
        cast: Cast,
        lists: &'a Lists,
        calendar: &'a Calendar,
        process: &'a Process,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            cast,
            lists,
            calendar,
            process,
            now,
            petition: Petition::blank(PETITION),
            on_list: None,
            off_list: None,
            with_assist: true,
            blowers: vec![],
            needs_minutes: process.required(Step::Consult).is_some(),
        }
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.now.with_timezone(&beijing()).date_naive()
    }

    /// The instant at which every running clock is due.
    pub(super) fn due(&self) -> DateTime<Utc> {
        self.now + TimeDelta::minutes(1)
    }

    /// Takes up the petition: open, its date far ahead, with every file that could be asked for.
    pub(super) fn adopt(&mut self, mut petition: Petition) {
        let far = self.now + TimeDelta::days(8000);
        for (key, term) in &mut petition.clocks {
            if key.step == Step::Answer {
                *term = self.term(far, false);
            }
        }
        for (n, kind) in (1u128..).zip(<FileKind as strum::IntoEnumIterator>::iter()) {
            let id = FileId(Uuid::from_u128((0x77 << 64) | n));
            let file = Attachment {
                id,
                digest: Digest([0; 32]),
                size: 1,
                media: "application/pdf".to_owned(),
                name: words(),
                kind,
                sealed: false,
                assignment: None,
                scan_of: None,
                by: self.cast.person(Who::Dispatcher),
                at: self.now,
            };
            petition.files.insert(id, file);
        }
        self.petition = petition;
    }

    fn term(&self, due: DateTime<Utc>, lapsed: bool) -> Term {
        Term {
            from: self.now,
            basis: Basis::Limit(Limit::WORKING_DAY),
            due,
            warn: due,
            calendar: self.calendar.version(),
            provisional: false,
            cap: None,
            lapsed,
        }
    }

    /// Cuts a whistle down to its state. Whether it was verified is what the search has watched.
    pub(super) fn state(&self, it: &Whistle, verified: bool) -> State {
        let mut res = State::at(StageKind::from(&it.stage));
        if res.is_terminal() {
            res.verified = verified && res.stage == StageKind::Closed;
            return res;
        }
        let who = |person: Option<PersonId>| {
            let all = [Who::Dispatcher, Who::Director, Who::DutyLeader, Who::Leader];
            all.into_iter().find(|it| Some(self.cast.person(*it)) == person)
        };
        if res.is_before_issue() {
            res.drafter = who(it.drafted_by);
            res.off_list = it.content.as_ref().is_some_and(|it| it.off_list.is_some());
            res.send_backs = it.send_backs;
            return res;
        }
        if let Stage::Responding { lead_absent, minutes, go_ahead } = it.stage {
            res.lead_absent = lead_absent;
            res.minutes = minutes && self.needs_minutes;
            res.go_ahead = go_ahead;
        }
        res.reworks = it.reworks;
        res.holds = it.holds;
        if res.stage == StageKind::Rating {
            res.rated = it.petitions.values().all(|it| it.rating.is_some());
            res.caller_rated = it.caller_rating.is_some();
        }
        res.verified = verified;
        let over = |it: &&Assignment| !it.stage.is_active() && it.unit == self.cast.centre;
        res.was_handler = it.assignments.values().any(|it| over(&it));
        res.lead = it.lead().map(|part| self.part(it, part));
        let assist = it.active().find(|it| it.role == AssignmentRole::Assist);
        res.assist = assist.map(|part| self.part(it, part));
        res
    }

    fn part(&self, whistle: &Whistle, it: &Assignment) -> Part {
        let lapsed =
            |step| whistle.clocks.get(&ClockKey::at(step, it.id)).is_some_and(|it| it.lapsed);
        let present = it.attendance.is_some();
        let assists = it.role == AssignmentRole::Assist;
        let rung = match it.stage {
            AssignmentStage::Disputed { rung } => Some(rung),
            AssignmentStage::Issued
            | AssignmentStage::Acknowledged
            | AssignmentStage::ReturnRequested { .. }
            | AssignmentStage::Returned { .. }
            | AssignmentStage::ReportedIn
            | AssignmentStage::Replied { .. }
            | AssignmentStage::Released
            | AssignmentStage::Ended => None,
        };
        Part {
            at: AssignmentStageKind::from(&it.stage),
            rung,
            acknowledged: it.acknowledged.is_some(),
            present,
            ruled: !present && it.return_right != ReturnRight::Open,
            window: whistle.clocks.contains_key(&ClockKey::at(Step::ReturnWindow, it.id)),
            explained: assists && it.explained,
            late: assists && lapsed(Step::Task),
            own: it.unit == self.cast.centre,
        }
    }

    /// Builds the scene of a state, with a side matter open.
    pub(super) fn scene(&self, state: &State, side: Side) -> Scene {
        let mut it = Whistle::blank(WHISTLE);
        let mut petition = self.petition.clone();
        it.version = 1;
        it.district = Some(DISTRICT);
        it.centre = Some(self.cast.centre);
        it.drafted_at = Some(self.now);
        it.drafted_by = Some(self.cast.person(state.drafter.unwrap_or(Who::System)));
        let content = if state.off_list { &self.off_list } else { &self.on_list };
        it.content = content.clone().or_else(|| self.off_list.clone());
        it.lists = self.lists.version;
        it.calendar = self.calendar.version();
        it.send_backs = state.send_backs;
        it.stage = self.stage(state);
        let mut attached = Attached { statutory: petition.statutory_due(), ..Attached::default() };
        if !state.is_before_issue() && !state.is_terminal() {
            attached.rating = state.rated.then_some(Rating::Satisfied);
            self.run(&mut it, state, side);
            petition.stage = crate::petition::Stage::InProgress;
            let level = self.process.level.clone();
            let record = WhistleRecord { nth: 1, level, issued_at: self.now, ended: None };
            petition.whistles.insert(WHISTLE, record);
        }
        it.petitions.insert(PETITION, attached);
        for key in owed(&it, self.process) {
            it.clocks.entry(key).or_insert_with(|| self.term(self.due(), false));
        }
        Scene { whistles: [(WHISTLE, it)].into(), petitions: [(PETITION, petition)].into() }
    }

    fn stage(&self, state: &State) -> Stage {
        let round = state.reworks + 1;
        match state.stage {
            StageKind::Blank => Stage::Blank,
            StageKind::Draft => Stage::Draft,
            StageKind::UnderReview => Stage::UnderReview,
            StageKind::Endorsed => Stage::Endorsed { by: self.cast.person(Who::Director) },
            StageKind::Responding => Stage::Responding {
                lead_absent: state.lead_absent,
                minutes: state.minutes,
                go_ahead: state.go_ahead,
            },
            StageKind::Handling => Stage::Handling { round },
            StageKind::Verifying => Stage::Verifying { round },
            StageKind::Rating => Stage::Rating { round },
            StageKind::Closing => Stage::Closing { round },
            StageKind::LongTerm => Stage::LongTerm { round, until: self.today() },
            StageKind::Closed => Stage::Closed,
            StageKind::Terminated => Stage::Terminated,
            StageKind::Withdrawn => Stage::Withdrawn,
            StageKind::Escalated => Stage::Escalated { successor: SUCCESSOR },
        }
    }

    /// What a whistle has once it is blown.
    fn run(&self, it: &mut Whistle, state: &State, side: Side) {
        let blower = match side {
            Side::Approval(who) => Some(who),
            Side::None
            | Side::Extension(_)
            | Side::Extended(_)
            | Side::Hold
            | Side::Report
            | Side::Before(_) => None,
        };
        it.issued = Some(Issued {
            at: self.now,
            by: self.cast.person(blower.unwrap_or(Who::System)),
            year: 2019,
            batch: 1,
            serial: String::new(),
            blown_now: blower.is_some(),
        });
        if let Some(who) = blower {
            it.drafted_by = Some(self.cast.person(who));
            it.ratification = Ratification::Pending;
        }
        it.hold_requested = side == Side::Hold;
        it.reworks = state.reworks;
        it.holds = state.holds;
        it.caller_rating = state.caller_rated.then_some(Rating::Satisfied);
        let places = [
            (LEAD, AssignmentRole::Lead, self.cast.lead, state.lead),
            (ASSIST, AssignmentRole::Assist, self.cast.assist, state.assist),
        ];
        for (id, role, unit, part) in places {
            let Some(part) = part else { continue };
            let unit = match (part.own, unit == self.cast.centre) {
                (true, _) => self.cast.centre,
                (false, true) => self.cast.further,
                (false, false) => unit,
            };
            it.assignments.insert(id, self.assignment(id, role, unit, &part, side));
            // Of the lead that it missed its attendance is what the remedy is owed for.
            let missed = match role {
                AssignmentRole::Lead => state.lead_absent,
                AssignmentRole::Assist => before(side).missed,
            };
            let flags = [
                (Step::ReturnWindow, part.window, false),
                (Step::Task, part.late, true),
                (Step::ReportIn, missed, true),
            ];
            for (step, is_set, lapsed) in flags {
                if is_set {
                    it.clocks.insert(ClockKey::at(step, id), self.term(self.due(), lapsed));
                }
            }
        }
        if before(side).ruled {
            let part = Part { at: AssignmentStageKind::Released, ruled: true, ..fresh() };
            let unit = self.cast.spare(it);
            let former = self.assignment(FORMER, AssignmentRole::Assist, unit, &part, side);
            it.assignments.insert(FORMER, former);
        }
        if state.was_handler {
            let part = Part { at: AssignmentStageKind::Released, ..fresh() };
            let role = AssignmentRole::Assist;
            let ghost = self.assignment(GHOST, role, self.cast.centre, &part, Side::None);
            it.assignments.insert(GHOST, ghost);
        }
    }

    fn assignment(
        &self,
        id: AssignmentId,
        role: AssignmentRole,
        unit: crate::ids::UnitId,
        part: &Part,
        side: Side,
    ) -> Assignment {
        let by = self.cast.person(Who::LeadLiaison);
        let today = self.today();
        let stage = match part.at {
            AssignmentStageKind::Issued => AssignmentStage::Issued,
            AssignmentStageKind::Acknowledged => AssignmentStage::Acknowledged,
            AssignmentStageKind::ReturnRequested => AssignmentStage::ReturnRequested {
                ground: ReturnGround::WrongFunction,
                basis: words(),
                suggested: self.cast.further,
            },
            AssignmentStageKind::Returned => AssignmentStage::Returned { replacement: LEAD },
            AssignmentStageKind::Disputed => {
                AssignmentStage::Disputed { rung: part.rung.unwrap_or(Rung::Meeting) }
            }
            AssignmentStageKind::ReportedIn => AssignmentStage::ReportedIn,
            AssignmentStageKind::Replied => AssignmentStage::Replied {
                reply: Box::new(Reply {
                    accepted_on: today,
                    talked_with: words(),
                    measures: words(),
                    result: words(),
                    result_on: today,
                    outcome: ReplyOutcome::Solved,
                    by,
                    at: self.now,
                }),
            },
            AssignmentStageKind::Released => AssignmentStage::Released,
            AssignmentStageKind::Ended => AssignmentStage::Ended,
        };
        let attendance = part.present.then(|| Attendance {
            name: words(),
            post: words(),
            rank: Rank::Head,
            below_rank: false,
            at: self.now,
            mode: Mode::Video,
            proof: None,
        });
        let asked = side == Side::Extension(role);
        let extension = asked.then(|| ExtensionRequest {
            by: self.process.bounds.extension.unwrap_or(Limit::WORKING_DAY),
            reason: words(),
        });
        Assignment {
            id,
            version: 1,
            unit,
            role,
            task: None,
            stage,
            served_at: self.now,
            acknowledged: part.acknowledged.then_some((by, self.now)),
            attendance,
            absent: false,
            return_right: if part.ruled { ReturnRight::Refused } else { ReturnRight::Open },
            progressed: !(role == AssignmentRole::Lead && side == Side::Report),
            explained: part.explained || role == AssignmentRole::Lead && before(side).explained,
            extension,
            extensions: if side == Side::Extended(role) {
                self.process.bounds.extensions
            } else {
                0
            },
            ladder: None,
            supervisions: vec![],
        }
    }
}

fn before(side: Side) -> Before {
    match side {
        Side::Before(it) => it,
        Side::None
        | Side::Extension(_)
        | Side::Extended(_)
        | Side::Hold
        | Side::Approval(_)
        | Side::Report => Before::default(),
    }
}

fn fresh() -> Part {
    Part {
        at: AssignmentStageKind::Issued,
        rung: None,
        acknowledged: false,
        present: false,
        ruled: false,
        window: false,
        explained: false,
        late: false,
        own: false,
    }
}
