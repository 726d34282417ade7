//! What is asked in a state: each act that can move the machine, by whoever may do it.
//!
//! Left out is what moves nothing that a later rule reads, or leads only to states that are visited
//! without it: acts on the petition, files, notes of absence, progress that nobody owes, minutes once
//! it is handled, a second attendance. Tests ask all of these in every state. Left out by argument
//! alone are attaching and detaching petitions, amending a draft and recusals (which only take people
//! away), ratings in the same call as the verification (the same facts one after the other), and acts
//! recorded for another (which differ by a scan that is owed beside).

use chrono::Days;

use super::{
    cast::Who,
    state::{ASSIST, Before, Frame, LEAD, PETITION, SUCCESSOR, Side, State, WHISTLE, words},
};
use crate::{
    actor::Rank,
    calendar::Limit,
    clock::{ClockKey, Step},
    command::{Command, CommandKind, Lapse},
    ids::AssignmentId,
    scene::StreamId,
    whistle::{
        Assignment, AssignmentRole, AssignmentStage, Judge, Rating, Resolution, ReturnRight, Split,
        Stage, Whistle,
        assignment::{Mode, ReplyOutcome, ReturnGround, Rung},
        fact::{TerminationGround, VerifyMethod},
        verbs::{self as verb, HoldRuling, Said},
    },
};

/// In which sense a command with several is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Sense {
    Plain,
    Granted,
    Refused,
    SameUnit,
    OtherUnit,
    AssistLeads,
    AssistLeadsAlone,
    OtherLeads,
    OtherLeadsToo,
    GoAhead,
    Late,
    Passed,
    Again,
    Petitioner,
    PetitionerUnhappy,
    Caller,
    CallerUnhappy,
}

impl Sense {
    pub(super) fn words(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::Plain => return None,
            Self::Granted => ("同意", "granted"),
            Self::Refused => ("不同意", "refused"),
            Self::SameUnit => ("原单位", "the same unit"),
            Self::OtherUnit => ("另一单位", "another unit"),
            Self::AssistLeads => ("协办单位接任", "the assist leads"),
            Self::AssistLeadsAlone => ("协办单位接任, 原牵头释放", "the assist leads alone"),
            Self::OtherLeads => ("另派单位", "another unit leads"),
            Self::OtherLeadsToo => {
                ("另派单位, 原牵头改协办", "another unit leads, the lead assists")
            }
            Self::GoAhead => ("先行办理", "go ahead"),
            Self::Late => ("说明逾期", "why it is late"),
            Self::Passed => ("通过", "passed"),
            Self::Again => ("退回重办", "to be done again"),
            Self::Petitioner => ("当事人满意", "the petitioner is satisfied"),
            Self::PetitionerUnhappy => ("当事人不满意且有理", "the petitioner is not, with reason"),
            Self::Caller => ("吹哨方满意", "the caller is satisfied"),
            Self::CallerUnhappy => ("吹哨方不满意且有理", "the caller is not, with reason"),
        })
    }
}

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Deed {
    pub(super) who: Who,
    pub(super) kind: CommandKind,
    pub(super) sense: Sense,
    pub(super) part: Option<AssignmentRole>,
    /// The clock that runs out, where the deed is that of the scheduler.
    pub(super) step: Option<Step>,
}

/// Something to ask: the command, and who may do it, the one who owes it first.
pub(super) struct Ask {
    pub(super) whos: &'static [Who],
    pub(super) sense: Sense,
    pub(super) part: Option<AssignmentRole>,
    pub(super) step: Option<Step>,
    pub(super) command: Command,
}

const CENTRE: &[Who] = &[Who::Dispatcher, Who::Director];
const RULER: &[Who] = &[Who::Director, Who::Leader];
const RECORDER: &[Who] = &[Who::Dispatcher, Who::Director, Who::DutyLeader];

/// Whose acts a part's are: of the liaison, and of the head.
fn people(role: AssignmentRole) -> (&'static [Who], &'static [Who]) {
    match role {
        AssignmentRole::Lead => (&[Who::LeadLiaison, Who::LeadLeader], &[Who::LeadLeader]),
        AssignmentRole::Assist => (&[Who::AssistLiaison, Who::AssistLeader], &[Who::AssistLeader]),
    }
}

struct Asks(Vec<Ask>);

impl Asks {
    fn add(&mut self, whos: &'static [Who], sense: Sense, command: Command) {
        self.0.push(Ask { whos, sense, part: None, step: None, command });
    }

    /// The same by each of them, where it matters who did it.
    fn each(&mut self, whos: &'static [Who], sense: Sense, command: &Command) {
        for who in whos {
            self.add(std::slice::from_ref(who), sense, command.clone());
        }
    }

    fn of(&mut self, part: AssignmentRole, whos: &'static [Who], sense: Sense, command: Command) {
        self.0.push(Ask { whos, sense, part: Some(part), step: None, command });
    }
}

/// Whether the lapse of a step does more than note that it is late.
pub(super) fn lapse_matters(step: Step) -> bool {
    match step {
        Step::ReportIn
        | Step::Task
        | Step::Rate
        | Step::DisputeMeeting
        | Step::DisputeSuperior
        | Step::DisputeConference => true,
        Step::Submit
        | Step::Review
        | Step::Issue
        | Step::Ratify
        | Step::Acknowledge
        | Step::ReturnWindow
        | Step::RuleReturn
        | Step::Remedy
        | Step::Consult
        | Step::Interim
        | Step::Handle
        | Step::Explain
        | Step::RuleExtension
        | Step::Verify
        | Step::Close
        | Step::RuleHold
        | Step::ReviewHold
        | Step::Accept
        | Step::Answer
        | Step::Conclude
        | Step::Scan
        | Step::Supervise
        | Step::ReviewMeasures
        | Step::Resolve => false,
    }
}

impl Frame<'_> {
    /// Everything that is asked in a state, of the scene that it was built into.
    pub(super) fn asks(&self, state: &State, it: &Whistle) -> Vec<Ask> {
        let mut asks = Asks(vec![]);
        let whistle = WHISTLE;
        let reason = words();
        match &it.stage {
            Stage::Blank
            | Stage::Closed
            | Stage::Terminated
            | Stage::Withdrawn
            | Stage::Escalated { .. } => return vec![],
            Stage::Draft => {
                asks.each(CENTRE, Sense::Plain, &Command::SubmitWhistle(verb::Submit { whistle }));
            }
            Stage::UnderReview | Stage::Endorsed { .. } => {
                const ISSUERS: &[Who] = &[Who::Director, Who::Leader, Who::DutyLeader];
                let endorse = Command::EndorseWhistle(verb::Endorse { whistle });
                asks.each(ISSUERS, Sense::Plain, &endorse);
                let issue = Command::IssueWhistle(verb::Issue { whistle, exception: None });
                asks.each(ISSUERS, Sense::Plain, &issue);
                let back = Command::SendBackWhistle(verb::SendBack { whistle, reason });
                asks.each(ISSUERS, Sense::Plain, &back);
            }
            Stage::Responding { .. } | Stage::Handling { .. } => {
                self.in_response(state, it, &mut asks)
            }
            Stage::Verifying { .. } => {
                let outcomes = [(PETITION, Resolution::Resolved)].into();
                for (sense, passed, outcomes) in [
                    (Sense::Passed, true, outcomes),
                    (Sense::Again, false, std::collections::BTreeMap::new()),
                ] {
                    let command = Command::Verify(verb::Verify {
                        whistle,
                        method: VerifyMethod::Phone,
                        findings: words(),
                        passed,
                        outcomes,
                        ratings: vec![],
                    });
                    asks.add(CENTRE, sense, command);
                }
            }
            Stage::Rating { .. } => {
                for (sense, judge, unhappy) in [
                    (Sense::Petitioner, Judge::Petitioner(PETITION), false),
                    (Sense::Caller, Judge::Caller, false),
                    (Sense::PetitionerUnhappy, Judge::Petitioner(PETITION), true),
                    (Sense::CallerUnhappy, Judge::Caller, true),
                ] {
                    let rating = if unhappy { Rating::Dissatisfied } else { Rating::Satisfied };
                    let said =
                        Said { judge, rating, reason: unhappy.then(words), justified: unhappy };
                    asks.add(CENTRE, sense, Command::Rate(verb::Rate { whistle, said }));
                }
            }
            Stage::Closing { .. } => {
                asks.add(CENTRE, Sense::Plain, Command::CloseWhistle(verb::Close { whistle }));
            }
            Stage::LongTerm { .. } => {
                self.hold(&mut asks);
                let resume = Command::ResumeWhistle(verb::Resume { whistle, reason });
                asks.add(RULER, Sense::Plain, resume);
            }
        }
        if it.stage.is_running() {
            let ground = TerminationGround::PetitionWithdrawn;
            let end = verb::Terminate { whistle, ground, reason };
            asks.add(RULER, Sense::Plain, Command::TerminateWhistle(end));
            let up = verb::Escalate { whistle, successor: SUCCESSOR, reason };
            asks.add(&[Who::Director], Sense::Plain, Command::EscalateWhistle(up));
        }
        let back = Command::WithdrawWhistle(verb::Withdraw { whistle, reason });
        asks.add(&[Who::Dispatcher, Who::Director, Who::Leader], Sense::Plain, back);
        for (key, term) in &it.clocks {
            if lapse_matters(key.step) && !term.lapsed {
                let part = key.assignment.and_then(|id| it.assignments.get(&id)).map(|it| it.role);
                let stream = StreamId::Whistle(whistle);
                let command = Command::Lapse(Lapse { stream, key: Some(*key) });
                let whos = &[Who::System];
                asks.0.push(Ask { whos, sense: Sense::Plain, part, step: Some(key.step), command });
            }
        }
        asks.0
    }

    fn hold(&self, asks: &mut Asks) {
        let day = |n| self.today().checked_add_days(Days::new(n));
        let (Some(review_on), Some(until)) = (day(1), day(400)) else { return };
        let ruling = HoldRuling::Granted { measures: words(), until, review_on };
        const RULERS: &[Who] = &[Who::District, Who::Superior, Who::Leader];
        let command = Command::HoldWhistle(verb::Hold { whistle: WHISTLE, ruling });
        asks.add(RULERS, Sense::Granted, command);
    }

    fn in_response(&self, state: &State, it: &Whistle, asks: &mut Asks) {
        let whistle = WHISTLE;
        let reason = words();
        for (id, role) in [(LEAD, AssignmentRole::Lead), (ASSIST, AssignmentRole::Assist)] {
            if let Some(part) = it.assignments.get(&id) {
                self.of_part(it, part, role, asks);
            }
        }
        self.call_another(it, asks);
        Self::change_roles(it, asks);
        if state.lead_absent {
            let ahead = verb::RecordAbsence { whistle, assignment: LEAD, reason, go_ahead: true };
            let command = Command::RecordAbsence(ahead);
            asks.of(AssignmentRole::Lead, &[Who::Director], Sense::GoAhead, command);
        }
        if matches!(it.stage, Stage::Responding { minutes: false, .. })
            && self.process.required(Step::Consult).is_some()
        {
            let due_on = self.today();
            let parts = it.active().filter(|it| it.role == AssignmentRole::Lead);
            let split =
                parts.map(|it| Split { assignment: it.id, duty: words(), due_on }).collect();
            let (findings, measures) = (words(), words());
            let held_at = self.now;
            let minutes = verb::Consult { whistle, held_at, findings, split, measures };
            asks.add(RECORDER, Sense::Plain, Command::Consult(minutes));
        }
        if matches!(it.stage, Stage::Handling { .. }) {
            let request = Command::RequestHold(verb::RequestHold { whistle, reason });
            asks.add(&[Who::LeadLeader, Who::Dispatcher], Sense::Plain, request);
            self.hold(asks);
        }
    }

    /// The assist leads instead of the lead.
    fn change_roles(it: &Whistle, asks: &mut Asks) {
        let Some(unit) = it.assignments.get(&ASSIST).map(|it| it.unit) else { return };
        let (whistle, reason) = (WHISTLE, words());
        for (sense, keep) in [(Sense::AssistLeads, true), (Sense::AssistLeadsAlone, false)] {
            let change = verb::ChangeLead { whistle, unit, keep, reason };
            asks.add(RULER, sense, Command::ChangeLead(change));
        }
    }

    /// Another unit leads or assists, as long as there are a lead and an assist at most.
    fn call_another(&self, it: &Whistle, asks: &mut Asks) {
        const CALLERS: &[Who] = &[Who::Director, Who::DutyLeader];
        let (whistle, reason, unit) = (WHISTLE, words(), self.cast.spare(it));
        let mut lead = |sense, keep| {
            let change = verb::ChangeLead { whistle, unit, keep, reason };
            asks.add(RULER, sense, Command::ChangeLead(change));
        };
        lead(Sense::OtherLeads, false);
        if self.with_assist && !it.assignments.contains_key(&ASSIST) {
            lead(Sense::OtherLeadsToo, true);
            let add = verb::AddUnit { whistle, unit, task: None, reason };
            asks.add(CALLERS, Sense::Plain, Command::AddUnit(add));
        }
    }

    /// The side matters that may be open in a state.
    pub(super) fn sides(&self, state: &State, it: &Whistle) -> Vec<Side> {
        let mut res = vec![];
        if !it.stage.is_running() {
            return res;
        }
        res.extend(self.blowers.iter().map(|who| Side::Approval(*who)));
        if matches!(it.stage, Stage::Handling { .. }) && state.holds < self.process.bounds.holds {
            res.push(Side::Hold);
        }
        for part in it.active() {
            let running = it.clocks.contains_key(&ClockKey::at(part.part(), part.id));
            if running && self.process.bounds.extensions > 0 {
                res.push(Side::Extension(part.role));
                res.push(Side::Extended(part.role));
            }
        }
        let lead = it.lead().filter(|it| {
            it.stage == AssignmentStage::Acknowledged || it.stage == AssignmentStage::ReportedIn
        });
        let in_response = matches!(it.stage, Stage::Responding { .. } | Stage::Handling { .. });
        if in_response && lead.is_some() && self.process.required(Step::Interim).is_some() {
            res.push(Side::Report);
        }
        if in_response {
            let missing = it.clocks.contains_key(&ClockKey::at(Step::ReportIn, ASSIST));
            let may_miss = missing && matches!(it.stage, Stage::Responding { .. });
            for (missed, explained, ruled) in [
                (false, false, true),
                (false, true, false),
                (false, true, true),
                (true, false, false),
                (true, true, false),
            ] {
                let alone = !it.assignments.contains_key(&ASSIST);
                let is_read = (may_miss || !missed) && (alone || !(explained && ruled));
                if is_read && (self.with_assist || !explained) {
                    res.push(Side::Before(Before { missed, explained, ruled }));
                }
            }
        }
        res
    }

    /// What is asked of a side matter, of the scene in which it is open.
    pub(super) fn asks_beside(&self, side: Side, it: &Whistle) -> Vec<Ask> {
        let mut asks = Asks(vec![]);
        let (whistle, reason) = (WHISTLE, words());
        let both = [(Sense::Granted, true), (Sense::Refused, false)];
        match side {
            Side::None => (),
            Side::Extension(role) => {
                let assignment = place(role);
                for (sense, granted) in both {
                    let rule = verb::RuleExtension { whistle, assignment, granted, reason };
                    asks.of(role, RULER, sense, Command::RuleExtension(rule));
                }
            }
            Side::Extended(role) => self.extend(role, &mut asks),
            Side::Hold => {
                const RULERS: &[Who] = &[Who::District, Who::Superior, Who::Leader];
                let ruling = HoldRuling::Refused { reason };
                let command = Command::HoldWhistle(verb::Hold { whistle, ruling });
                asks.add(RULERS, Sense::Refused, command);
            }
            Side::Approval(_) => {
                for (sense, granted) in both {
                    let ratify = verb::Ratify { whistle, granted, reason: Some(reason) };
                    asks.add(RULER, sense, Command::Ratify(ratify));
                }
            }
            Side::Report => {
                let role = AssignmentRole::Lead;
                let (assignment, report) = (LEAD, words());
                let progress = verb::ReportProgress { whistle, assignment, report, late: None };
                asks.of(role, people(role).0, Sense::Plain, Command::ReportProgress(progress));
            }
            Side::Before(before) => {
                if before.ruled || before.explained && !it.assignments.contains_key(&ASSIST) {
                    self.call_another(it, &mut asks);
                }
                if before.missed || before.explained {
                    Self::change_roles(it, &mut asks);
                }
            }
        }
        asks.0
    }

    fn extend(&self, role: AssignmentRole, asks: &mut Asks) {
        let limit = self.process.bounds.extension.unwrap_or(Limit::WORKING_DAY);
        let (whistle, assignment) = (WHISTLE, place(role));
        let request = verb::RequestExtension { whistle, assignment, limit, reason: words() };
        asks.of(role, people(role).1, Sense::Plain, Command::RequestExtension(request));
    }

    fn of_part(&self, whistle: &Whistle, it: &Assignment, role: AssignmentRole, asks: &mut Asks) {
        let (liaison, head) = people(role);
        let assignment: AssignmentId = it.id;
        let clock = |step| whistle.clocks.get(&ClockKey::at(step, it.id));
        let before = match it.stage {
            AssignmentStage::Issued | AssignmentStage::Acknowledged => true,
            AssignmentStage::ReturnRequested { .. }
            | AssignmentStage::Returned { .. }
            | AssignmentStage::Disputed { .. }
            | AssignmentStage::ReportedIn
            | AssignmentStage::Replied { .. }
            | AssignmentStage::Released
            | AssignmentStage::Ended => false,
        };
        let (asked_back, rung) = match it.stage {
            AssignmentStage::ReturnRequested { .. } => (true, None),
            AssignmentStage::Disputed { rung } => (false, Some(rung)),
            AssignmentStage::Issued
            | AssignmentStage::Acknowledged
            | AssignmentStage::Returned { .. }
            | AssignmentStage::ReportedIn
            | AssignmentStage::Replied { .. }
            | AssignmentStage::Released
            | AssignmentStage::Ended => (false, None),
        };
        let id = WHISTLE;
        let spare = self.cast.spare(whistle);
        if it.acknowledged.is_none() {
            let command = verb::Acknowledge { whistle: id, assignment };
            asks.of(role, liaison, Sense::Plain, Command::Acknowledge(command));
        }
        if before && clock(Step::ReturnWindow).is_some() {
            let command = Command::RequestReturn(verb::RequestReturn {
                whistle: id,
                assignment,
                ground: ReturnGround::WrongFunction,
                basis: words(),
                suggested: spare,
            });
            asks.of(role, head, Sense::Plain, command);
        }
        if asked_back {
            for (sense, replacement) in [(Sense::Granted, Some(spare)), (Sense::Refused, None)] {
                let reason = words();
                let rule = verb::RuleReturn { whistle: id, assignment, replacement, reason };
                asks.of(role, RULER, sense, Command::RuleReturn(rule));
            }
        }
        if (before || asked_back) && it.return_right == ReturnRight::Open {
            let open = verb::OpenDispute { whistle: id, assignment, reason: words() };
            asks.of(role, CENTRE, Sense::Plain, Command::OpenDispute(open));
        }
        if let Some(rung) = rung {
            let whos: &'static [Who] = match rung {
                Rung::Meeting => &[Who::Director],
                Rung::Superior => &[Who::Superior, Who::Leader],
                Rung::Conference => &[Who::Chair],
            };
            for (sense, unit) in [(Sense::SameUnit, it.unit), (Sense::OtherUnit, spare)] {
                let rule = verb::Designate { whistle: id, assignment, unit, basis: words() };
                asks.of(role, whos, sense, Command::Designate(rule));
            }
        }
        if before {
            let command = Command::ReportIn(verb::ReportIn {
                whistle: id,
                assignment,
                name: words(),
                post: words(),
                rank: Rank::Head,
                at: self.now,
                mode: Mode::Video,
                proof: None,
            });
            asks.of(role, RECORDER, Sense::Plain, command);
        }
        if clock(Step::Explain).is_some() {
            let late = Some(words());
            let progress = verb::ReportProgress { whistle: id, assignment, report: words(), late };
            asks.of(role, liaison, Sense::Late, Command::ReportProgress(progress));
        }
        if clock(it.part()).is_some() && self.process.bounds.extensions > 0 {
            self.extend(role, asks);
        }
        if matches!(whistle.stage, Stage::Handling { .. }) && (before || is_present(it)) {
            let today = self.today();
            let command = Command::Reply(verb::Reply {
                whistle: id,
                assignment,
                accepted_on: today,
                talked_with: words(),
                measures: words(),
                result: words(),
                result_on: today,
                outcome: ReplyOutcome::Solved,
            });
            asks.of(role, liaison, Sense::Plain, command);
        }
        if role == AssignmentRole::Assist {
            const CALLERS: &[Who] = &[Who::Director, Who::DutyLeader];
            let release = verb::ReleaseUnit { whistle: id, assignment, reason: words() };
            asks.of(role, CALLERS, Sense::Plain, Command::ReleaseUnit(release));
        }
    }
}

fn place(role: AssignmentRole) -> AssignmentId {
    match role {
        AssignmentRole::Lead => LEAD,
        AssignmentRole::Assist => ASSIST,
    }
}

fn is_present(it: &Assignment) -> bool {
    it.stage == AssignmentStage::ReportedIn
}
