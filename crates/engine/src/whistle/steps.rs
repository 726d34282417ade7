//! What comes after each step, and what it goes back to: printed with the process list.
//!
//! The machine decides (`owed`, the verbs); this table says it in one place for people. A test plays
//! every story of the picture and holds the clocks that each act starts against it.

use crate::clock::Step;

/// The steps that may be owed once this one is done.
#[must_use]
pub fn next(step: Step) -> &'static [Step] {
    match step {
        Step::Submit => &[Step::Review],
        Step::Review => &[Step::Issue, Step::Acknowledge, Step::ReportIn, Step::Handle, Step::Task],
        Step::Issue => &[Step::Acknowledge, Step::ReportIn, Step::Handle, Step::Task],
        Step::Acknowledge => &[Step::ReportIn, Step::Handle],
        Step::ReturnWindow => &[Step::RuleReturn, Step::DisputeMeeting],
        Step::RuleReturn | Step::DisputeConference => &[Step::ReportIn, Step::Handle],
        Step::DisputeMeeting => &[Step::ReportIn, Step::Handle, Step::DisputeSuperior],
        Step::DisputeSuperior => &[Step::ReportIn, Step::Handle, Step::DisputeConference],
        Step::ReportIn | Step::Remedy => &[Step::Consult, Step::Handle],
        Step::Consult => &[Step::Handle, Step::Task],
        Step::Interim | Step::RuleExtension => &[Step::Handle],
        Step::Handle | Step::Task | Step::Explain => &[Step::Verify],
        Step::Verify => &[Step::Rate, Step::Close],
        Step::Rate => &[Step::Close],
        Step::RuleHold => &[Step::ReviewHold],
        // What each unit owed before comes back.
        Step::ReviewHold => &[Step::Acknowledge, Step::ReportIn, Step::Handle, Step::Task],
        Step::Accept => &[Step::Answer],
        Step::Answer => &[Step::Conclude],
        Step::Ratify
        | Step::Close
        | Step::Conclude
        | Step::Scan
        | Step::Supervise
        | Step::ReviewMeasures
        | Step::Resolve => &[],
    }
}

/// The steps that it goes back to: sent back, returned to another unit, done again.
#[must_use]
pub fn back(step: Step) -> &'static [Step] {
    match step {
        Step::Review | Step::Issue => &[Step::Submit],
        Step::RuleReturn => &[Step::Acknowledge, Step::DisputeMeeting],
        Step::DisputeMeeting | Step::DisputeSuperior | Step::DisputeConference | Step::Remedy => {
            &[Step::Acknowledge]
        }
        Step::Verify | Step::Rate | Step::Close | Step::RuleHold => &[Step::Handle],
        Step::Submit
        | Step::Ratify
        | Step::Acknowledge
        | Step::ReturnWindow
        | Step::ReportIn
        | Step::Consult
        | Step::Interim
        | Step::Handle
        | Step::Task
        | Step::Explain
        | Step::RuleExtension
        | Step::ReviewHold
        | Step::Accept
        | Step::Answer
        | Step::Conclude
        | Step::Scan
        | Step::Supervise
        | Step::ReviewMeasures
        | Step::Resolve => &[],
    }
}
