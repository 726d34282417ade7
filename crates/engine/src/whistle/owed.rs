//! What is owed in each stage: the one place that says which clocks run.

use std::collections::BTreeSet;

use super::{
    AssignmentRole, AssignmentStage, Ratification, ReturnRight, Stage, Whistle, WhistleFact,
};
use crate::{
    actor::{Member, Role},
    authority,
    clock::{self, ClockKey, Deadline, Owner, Step},
    command::CommandKind,
    directory::Directory,
    file,
    ids::PersonId,
    lists::{Initiation, Lists, Process},
    supervision,
};

/// The clocks that run in this state under this process.
///
/// Whoever asks "what is owed, and by whom, and what if it lapses" asks this, [`deadlines`] and the
/// consequences in the process list; nothing else starts or stops a clock.
#[must_use]
pub fn owed(whistle: &Whistle, process: &Process) -> BTreeSet<ClockKey> {
    let mut res: BTreeSet<ClockKey> = file::clocks(&whistle.scans).collect();
    if whistle.stage.is_running() && whistle.ratification == Ratification::Pending {
        res.insert(ClockKey::of(Step::Ratify));
    }
    if whistle.hold_requested {
        res.insert(ClockKey::of(Step::RuleHold));
    }
    match &whistle.stage {
        Stage::Blank
        | Stage::Closed
        | Stage::Terminated
        | Stage::Withdrawn
        | Stage::Escalated { .. } => (),
        Stage::Draft => {
            res.insert(ClockKey::of(Step::Submit));
        }
        Stage::UnderReview => {
            res.insert(ClockKey::of(Step::Review));
        }
        Stage::Endorsed { .. } => {
            res.insert(ClockKey::of(Step::Issue));
        }
        Stage::Responding { lead_absent, minutes, go_ahead } => {
            parts(whistle, process, &mut res);
            if *lead_absent {
                res.insert(ClockKey::of(Step::Remedy));
            }
            let present = whistle.lead().is_some_and(|it| it.attendance.is_some());
            if (present || *go_ahead) && !minutes && process.required(Step::Consult).is_some() {
                res.insert(ClockKey::of(Step::Consult));
            }
        }
        Stage::Handling { .. } => parts(whistle, process, &mut res),
        Stage::Verifying { .. } => {
            res.insert(ClockKey::of(Step::Verify));
        }
        Stage::Rating { .. } => {
            res.insert(ClockKey::of(Step::Rate));
        }
        Stage::Closing { .. } => {
            res.insert(ClockKey::of(Step::Close));
        }
        Stage::LongTerm { .. } => {
            res.insert(ClockKey::of(Step::ReviewHold));
        }
    }
    let ladders = supervision::clocks(whistle, &res);
    res.extend(ladders);
    res
}

/// What each unit owes while the whistle is responded to or handled.
fn parts(whistle: &Whistle, process: &Process, res: &mut BTreeSet<ClockKey>) {
    for it in whistle.active() {
        let at = |step| ClockKey::at(step, it.id);
        let has = |step| process.required(step).is_some();
        let mut before_reporting = || {
            if it.acknowledged.is_none() && has(Step::Acknowledge) {
                res.insert(at(Step::Acknowledge));
            }
            if has(Step::ReportIn) {
                res.insert(at(Step::ReportIn));
            }
        };
        match &it.stage {
            AssignmentStage::Issued | AssignmentStage::Acknowledged => {
                before_reporting();
                // The window opens once, when the unit is called; what interrupts it ends it.
                let called_now = it.version == 0;
                let window = at(Step::ReturnWindow);
                if it.return_right == ReturnRight::Open
                    && (called_now || whistle.clocks.contains_key(&window))
                {
                    res.insert(window);
                }
            }
            AssignmentStage::ReturnRequested { .. } => {
                before_reporting();
                res.insert(at(Step::RuleReturn));
            }
            AssignmentStage::Disputed { rung } => {
                before_reporting();
                res.insert(at(rung.step()));
            }
            AssignmentStage::ReportedIn => (),
            AssignmentStage::Replied { .. }
            | AssignmentStage::Returned { .. }
            | AssignmentStage::Released
            | AssignmentStage::Ended => continue,
        }
        res.insert(at(it.part()));
        match it.role {
            AssignmentRole::Lead => {
                if has(Step::Interim) && !it.progressed {
                    res.insert(at(Step::Interim));
                }
            }
            AssignmentRole::Assist => {
                let late = whistle.clocks.get(&at(Step::Task)).is_some_and(|it| it.lapsed);
                if late && !it.explained {
                    res.insert(at(Step::Explain));
                }
            }
        }
        if it.extension.is_some() {
            res.insert(at(Step::RuleExtension));
        }
    }
}

/// The fact by which a stage gives way to the next of itself, where it does.
#[must_use]
pub(crate) fn progress(whistle: &Whistle, process: &Process) -> Option<WhistleFact> {
    match &whistle.stage {
        Stage::Responding { minutes, go_ahead, .. } => {
            let present = whistle.lead().is_some_and(|it| it.attendance.is_some());
            let reported = present || *go_ahead || process.required(Step::ReportIn).is_none();
            let consulted = *minutes || process.required(Step::Consult).is_none();
            (reported && consulted).then_some(WhistleFact::HandlingBegan { round: 1 })
        }
        Stage::Handling { .. } => {
            let done = whistle.active().all(|it| match it.role {
                AssignmentRole::Lead => it.reply().is_some(),
                AssignmentRole::Assist => {
                    let key = ClockKey::at(Step::Task, it.id);
                    let lapsed = whistle.clocks.get(&key).is_some_and(|it| it.lapsed);
                    it.reply().is_some() || lapsed || it.explained
                }
            });
            (done && whistle.lead().is_some()).then_some(WhistleFact::VerifyingBegan)
        }
        Stage::Rating { .. } => {
            let rated = whistle.petitions.values().all(|it| it.rating.is_some());
            (rated && whistle.caller_rating.is_some()).then_some(WhistleFact::ClosingBegan)
        }
        Stage::Blank
        | Stage::Draft
        | Stage::UnderReview
        | Stage::Endorsed { .. }
        | Stage::Verifying { .. }
        | Stage::Closing { .. }
        | Stage::LongTerm { .. }
        | Stage::Closed
        | Stage::Terminated
        | Stage::Withdrawn
        | Stage::Escalated { .. } => None,
    }
}

/// The command that does the act a step waits for.
#[must_use]
pub fn command_of(step: Step) -> Option<CommandKind> {
    Some(match step {
        Step::Submit => CommandKind::SubmitWhistle,
        Step::Review | Step::Issue => CommandKind::IssueWhistle,
        Step::Ratify => CommandKind::Ratify,
        Step::Acknowledge => CommandKind::Acknowledge,
        Step::ReturnWindow => return None,
        Step::RuleReturn => CommandKind::RuleReturn,
        Step::DisputeMeeting | Step::DisputeSuperior | Step::DisputeConference => {
            CommandKind::Designate
        }
        Step::ReportIn => CommandKind::ReportIn,
        Step::Remedy => CommandKind::ChangeLead,
        Step::Consult => CommandKind::Consult,
        Step::Interim | Step::Explain => CommandKind::ReportProgress,
        Step::Handle | Step::Task => CommandKind::Reply,
        Step::RuleExtension => CommandKind::RuleExtension,
        Step::Verify => CommandKind::Verify,
        Step::Rate => CommandKind::Rate,
        Step::Close => CommandKind::CloseWhistle,
        Step::RuleHold | Step::ReviewHold => CommandKind::HoldWhistle,
        Step::Accept => CommandKind::AcceptPetition,
        Step::Answer => CommandKind::AnswerPetition,
        Step::Conclude => CommandKind::ConcludePetition,
        Step::Scan => CommandKind::AttachFile,
        Step::Supervise => CommandKind::Supervise,
        Step::ReviewMeasures => CommandKind::UpdateMeasures,
        // The owner has it settled; somebody else says that it is.
        Step::Resolve => CommandKind::SignOff,
    })
}

/// Every clock that runs for a whistle, with the one who owes the act. A function of the state.
#[must_use]
pub fn deadlines(whistle: &Whistle, lists: &Lists, directory: &Directory) -> Vec<Deadline> {
    let Some(centre) = whistle.centre else { return vec![] };
    let mut res: Vec<Deadline> = whistle
        .clocks
        .iter()
        .filter(|(key, _)| key.step.is_duty())
        .map(|(key, term)| Deadline {
            key: *key,
            term: term.clone(),
            owner: owner(whistle, *key, centre, lists, directory),
            foremost: false,
        })
        .collect();
    clock::mark_foremost(&mut res);
    res
}

fn owner(
    whistle: &Whistle,
    key: ClockKey,
    centre: crate::ids::UnitId,
    lists: &Lists,
    directory: &Directory,
) -> Owner {
    let part = key.assignment.and_then(|id| whistle.assignments.get(&id));
    if let Some(part) = part.filter(|_| key.step == Step::Supervise) {
        return supervision::owner(part, centre, lists, directory);
    }
    let unit = part.map_or(centre, |it| it.unit);
    // A unit that does not see the case any more cannot bring a scan.
    let sees = |it: &Owner| {
        let unit = directory.stands_for(it.unit);
        let person = PersonId(uuid::Uuid::nil());
        let member = Member { person, unit, roles: it.roles.iter().copied().collect() };
        let relations = authority::relations_to_whistle(&member, whistle, None, directory);
        authority::may_read(authority::Subject::Case, &member, &relations)
    };
    if let Some(owner) = file::owner(&whistle.scans, key).filter(sees) {
        return owner;
    }
    let row = whistle.content.as_ref().and_then(|it| {
        let tier = directory.unit(centre)?.tier;
        lists.initiation.get(tier, &it.kind, &it.level)
    });
    let off_list = whistle.content.as_ref().is_some_and(|it| it.off_list.is_some());
    let unit = match seat(key.step) {
        Seat::Unit => unit,
        Seat::Centre => centre,
        Seat::CentreAbove => directory.centre_above(centre).map_or(centre, |it| it.id),
        Seat::Conference => directory
            .units()
            .find(|it| it.kind == crate::directory::UnitKind::Conference && !it.closed)
            .map_or(centre, |it| it.id),
        Seat::HighestCentre => directory.highest_centre(centre),
    };
    Owner { unit, roles: roles(key.step, row, off_list).to_vec(), person: None }
}

/// Where somebody sits who owes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// 承办单位.
    Unit,
    /// 本中心.
    Centre,
    /// 上级中心.
    CentreAbove,
    /// 联席会议.
    Conference,
    /// 区级中心: 挂账 is approved there, whichever centre blew.
    HighestCentre,
}

impl Seat {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Unit => "承办单位",
            Self::Centre => "本中心",
            Self::CentreAbove => "上级中心",
            Self::Conference => "联席会议",
            Self::HighestCentre => "区级中心",
        }
    }
}

/// Where the one sits who owes a step.
#[must_use]
pub fn seat(step: Step) -> Seat {
    match step {
        Step::Acknowledge
        | Step::Interim
        | Step::Handle
        | Step::Task
        | Step::Explain
        | Step::ReturnWindow
        | Step::ReportIn => Seat::Unit,
        Step::Submit
        | Step::Review
        | Step::Issue
        | Step::Ratify
        | Step::RuleReturn
        | Step::DisputeMeeting
        | Step::Remedy
        | Step::Consult
        | Step::RuleExtension
        | Step::Verify
        | Step::Rate
        | Step::Close
        | Step::Accept
        | Step::Answer
        | Step::Conclude
        | Step::Scan
        | Step::Supervise
        | Step::ReviewMeasures
        | Step::Resolve => Seat::Centre,
        Step::DisputeSuperior => Seat::CentreAbove,
        Step::DisputeConference => Seat::Conference,
        Step::RuleHold | Step::ReviewHold => Seat::HighestCentre,
    }
}

/// In which roles, under a row of the initiation list.
#[must_use]
pub fn roles(step: Step, row: Option<&Initiation>, off_list: bool) -> &[Role] {
    let issuers = row.map_or(&[Role::Director] as &[Role], |it| it.issuers(off_list));
    match step {
        Step::Acknowledge
        | Step::Interim
        | Step::Handle
        | Step::Task
        | Step::Explain
        | Step::ReturnWindow => &[Role::Liaison, Role::UnitLeader],
        Step::ReportIn => &[Role::UnitLeader, Role::Liaison],
        Step::Review => {
            row.map(|it| it.endorse.as_slice()).filter(|it| !it.is_empty()).unwrap_or(issuers)
        }
        Step::Issue => issuers,
        Step::Ratify => row.map_or(&[Role::Director], |it| it.ratify.as_slice()),
        Step::RuleReturn | Step::Remedy | Step::RuleExtension | Step::DisputeMeeting => {
            &[Role::Director]
        }
        Step::DisputeSuperior | Step::DisputeConference | Step::RuleHold | Step::ReviewHold => {
            authority::deciders(step)
        }
        // The dispatcher, unless the list leaves drafting to others.
        Step::Submit => match row.map(|it| it.draft.as_slice()) {
            Some(draft) if !draft.contains(&Role::Dispatcher) && !draft.is_empty() => draft,
            Some(_) | None => &[Role::Dispatcher],
        },
        Step::Consult
        | Step::Verify
        | Step::Rate
        | Step::Close
        | Step::Accept
        | Step::Answer
        | Step::Conclude
        | Step::Scan => &[Role::Dispatcher],
        // The rung says which of them.
        Step::Supervise => supervision::SIGNERS,
        // The owner in person, wherever they sit; of whistles nobody.
        Step::ReviewMeasures | Step::Resolve => authority::OWNERS,
    }
}
