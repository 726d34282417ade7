//! The stored form: every fact that can happen, as the bytes that are kept, reads back for ever.

mod golden;
mod support;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use engine::{
    Event,
    actor::{Medium, OnBehalfOf},
    chain::{Envelope, GENESIS, digest},
    command::{Command, Lapse},
    event::SCHEMA,
    petition::PetitionFact,
    picture::{Cast, Entry, Story, district, words},
    scene::StreamId,
    text::Digest,
    whistle::{WhistleFact, verbs::Acknowledge},
};

use golden::golden;
use support::{at, picture, start, stories};

/// Every fact there is. A new one does not compile until it stands here and in a story.
fn named(event: &Event) -> &'static str {
    match event {
        Event::Petition(it) => match &it.fact {
            PetitionFact::Registered { .. } => "petition_registered",
            PetitionFact::Accepted { .. } => "petition_accepted",
            PetitionFact::Declined { .. } => "petition_declined",
            PetitionFact::DuplicateLinked { .. } => "petition_duplicate_linked",
            PetitionFact::RecognisedDifficult { .. } => "petition_recognised_difficult",
            PetitionFact::LegalBarSet { .. } => "petition_legal_bar_set",
            PetitionFact::Recused { .. } => "petition_recused",
            PetitionFact::Unsealed { .. } => "petition_unsealed",
            PetitionFact::PersonErased { .. } => "petition_person_erased",
            PetitionFact::ScanOwed { .. } => "petition_scan_owed",
            PetitionFact::FileAttached { .. } => "petition_file_attached",
            PetitionFact::FileOpened { .. } => "petition_file_opened",
            PetitionFact::Whistled { .. } => "petition_whistled",
            PetitionFact::WhistleEnded { .. } => "petition_whistle_ended",
            PetitionFact::Extended { .. } => "petition_extended",
            PetitionFact::Answered { .. } => "petition_answered",
            PetitionFact::Concluded { .. } => "petition_concluded",
            PetitionFact::CaseOwnerAssigned { .. } => "petition_case_owner_assigned",
            PetitionFact::MeasuresUpdated { .. } => "petition_measures_updated",
            PetitionFact::SignedOff { .. } => "petition_signed_off",
            PetitionFact::Reopened { .. } => "petition_reopened",
            PetitionFact::CalendarAdopted { .. } => "petition_calendar_adopted",
            PetitionFact::Lapsed { .. } => "petition_lapsed",
        },
        Event::Whistle(it) => match &it.fact {
            WhistleFact::Drafted { .. } => "whistle_drafted",
            WhistleFact::Amended { .. } => "whistle_amended",
            WhistleFact::Submitted { .. } => "whistle_submitted",
            WhistleFact::Endorsed { .. } => "whistle_endorsed",
            WhistleFact::SentBack { .. } => "whistle_sent_back",
            WhistleFact::Issued { .. } => "whistle_issued",
            WhistleFact::Ratified { .. } => "whistle_ratified",
            WhistleFact::PetitionAttached { .. } => "whistle_petition_attached",
            WhistleFact::PetitionDetached { .. } => "whistle_petition_detached",
            WhistleFact::Acknowledged { .. } => "whistle_acknowledged",
            WhistleFact::ReturnRequested { .. } => "whistle_return_requested",
            WhistleFact::ReturnRuled { .. } => "whistle_return_ruled",
            WhistleFact::DisputeOpened { .. } => "whistle_dispute_opened",
            WhistleFact::DisputeClimbed { .. } => "whistle_dispute_climbed",
            WhistleFact::Designated { .. } => "whistle_designated",
            WhistleFact::ReportedIn { .. } => "whistle_reported_in",
            WhistleFact::AbsenceRecorded { .. } => "whistle_absence_recorded",
            WhistleFact::UnitAdded { .. } => "whistle_unit_added",
            WhistleFact::UnitReleased { .. } => "whistle_unit_released",
            WhistleFact::LeadChanged { .. } => "whistle_lead_changed",
            WhistleFact::Consulted { .. } => "whistle_consulted",
            WhistleFact::HandlingBegan { .. } => "whistle_handling_began",
            WhistleFact::Progressed { .. } => "whistle_progressed",
            WhistleFact::ExtensionRequested { .. } => "whistle_extension_requested",
            WhistleFact::ExtensionRuled { .. } => "whistle_extension_ruled",
            WhistleFact::Replied { .. } => "whistle_replied",
            WhistleFact::VerifyingBegan => "whistle_verifying_began",
            WhistleFact::Verified { .. } => "whistle_verified",
            WhistleFact::Rated { .. } => "whistle_rated",
            WhistleFact::Reworked { .. } => "whistle_reworked",
            WhistleFact::ClosingBegan => "whistle_closing_began",
            WhistleFact::Closed { .. } => "whistle_closed",
            WhistleFact::HoldRequested { .. } => "whistle_hold_requested",
            WhistleFact::Recused { .. } => "whistle_recused",
            WhistleFact::CaseOwnerSet { .. } => "whistle_case_owner_set",
            WhistleFact::ScanOwed { .. } => "whistle_scan_owed",
            WhistleFact::FileAttached { .. } => "whistle_file_attached",
            WhistleFact::FileOpened { .. } => "whistle_file_opened",
            WhistleFact::HoldRefused { .. } => "whistle_hold_refused",
            WhistleFact::HeldLongTerm { .. } => "whistle_held_long_term",
            WhistleFact::Resumed { .. } => "whistle_resumed",
            WhistleFact::Terminated { .. } => "whistle_terminated",
            WhistleFact::Withdrawn { .. } => "whistle_withdrawn",
            WhistleFact::Escalated { .. } => "whistle_escalated",
            WhistleFact::BlownAgain { .. } => "whistle_blown_again",
            WhistleFact::CalendarAdopted { .. } => "whistle_calendar_adopted",
            WhistleFact::Supervised { .. } => "whistle_supervised",
            WhistleFact::Lapsed { .. } => "whistle_lapsed",
        },
    }
}

/// How many facts [`named`] names.
const FACTS: usize = 23 + 48;

/// The stories, and one that runs into the calendar of March 2019.
fn all() -> Vec<Story> {
    let picture = picture();
    let mut all = stories(&picture);
    let mut story = Story::begin(&picture, "五一假期调整", at("2019-03-20 09:00")).expect("begun");
    story.issued(&picture, "joint", "general").expect("issued");
    story.now = at("2019-03-22 09:00");
    let petition = StreamId::Petition(story.place.petition);
    let whistle = StreamId::Whistle(story.whistle().expect("a whistle").id);
    for stream in [petition, whistle] {
        let lapse = Command::Lapse(Lapse { stream, key: None });
        story.act(&picture, Cast::System, lapse).expect("adopted");
    }
    all.push(story);

    let mut story = Story::begin(&picture, "电话签收代录", start()).expect("begun");
    story.issued(&picture, "joint", "general").expect("issued");
    let behalf = OnBehalfOf {
        member: Cast::LeadLiaison.member().expect("a member"),
        post: Some(words(80)),
        medium: Medium::Phone,
        occurred_at: story.now,
    };
    let part = story.place.assignment.expect("the lead's part");
    let whistle = story.whistle().expect("a whistle").id;
    let acknowledge = Command::Acknowledge(Acknowledge { whistle, assignment: part });
    story.wait(TimeDelta::minutes(20));
    story.act_for(&picture, Cast::Dispatcher, behalf, acknowledge).expect("recorded");
    all.push(story);
    all
}

fn envelope(entry: &Entry, version: u32, previous: Digest) -> Envelope {
    let member = match &entry.actor {
        engine::actor::Actor::Member(it) => Some(it),
        engine::actor::Actor::System => None,
    };
    Envelope {
        schema: SCHEMA,
        district: district(),
        stream: entry.stream,
        version,
        at: entry.at,
        actor: member.map(|it| it.person),
        unit: member.map(|it| it.unit),
        on_behalf_of: entry.on_behalf_of.as_ref().map(Into::into),
        source: Some("10.0.0.1".to_owned()),
        previous,
        event: entry.event.clone(),
    }
}

/// The envelopes of a story, chained stream by stream.
fn chained(story: &Story) -> Vec<Envelope> {
    let mut heads: BTreeMap<StreamId, (u32, Digest)> = BTreeMap::new();
    let mut res = vec![];
    for entry in &story.entries {
        let (version, previous) = heads.get(&entry.stream).copied().unwrap_or((0, GENESIS));
        let envelope = envelope(entry, version + 1, previous);
        let bytes = envelope.bytes().expect("an event is encoded");
        heads.insert(entry.stream, (version + 1, digest(&bytes)));
        res.push(envelope);
    }
    res
}

#[test]
fn every_fact_has_a_stored_form_and_it_is_current() {
    let mut first: BTreeMap<&str, Envelope> = BTreeMap::new();
    for story in all() {
        for envelope in chained(&story) {
            first.entry(named(&envelope.event)).or_insert(envelope);
        }
    }
    assert_eq!(first.len(), FACTS, "a fact happens in no story: {:?}", first.keys());
    let recorded = all()
        .iter()
        .flat_map(chained)
        .find(|it| it.on_behalf_of.as_ref().is_some_and(|it| it.post.is_some()));
    first.insert("recorded_for_another", recorded.expect("an act that was recorded for another"));
    for (name, envelope) in &first {
        let bytes = envelope.bytes().expect("an event is encoded");
        let text = String::from_utf8(bytes).expect("JSON is UTF-8");
        golden(&format!("events/{name}.json"), &text);
    }
}

#[test]
fn every_file_reads_back_equal_and_to_the_same_bytes() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/events");
    let mut n_files = 0;
    for file in std::fs::read_dir(folder).expect("the folder of stored forms") {
        let path = file.expect("a file").path();
        let bytes = std::fs::read(&path).expect("a stored form");
        let envelope =
            Envelope::parse(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(envelope.bytes().expect("encoded"), bytes, "{}", path.display());
        let name = path.file_stem().and_then(|it| it.to_str()).expect("a name");
        let whose = envelope.on_behalf_of.is_some() && name == "recorded_for_another";
        assert!(whose || name == named(&envelope.event), "{name}");
        n_files += 1;
    }
    // Once there is data, a form that is no longer written stays here under another name.
    assert!(n_files >= FACTS, "{n_files} files");
}

#[test]
fn every_event_of_every_story_survives_being_stored() {
    for story in all() {
        for envelope in chained(&story) {
            let bytes = envelope.bytes().expect("encoded");
            let read = Envelope::parse(&bytes).expect("read");
            assert_eq!(read, envelope, "{}", story.name);
            assert_eq!(read.bytes().expect("encoded"), bytes);
        }
    }
}

#[test]
fn every_state_survives_being_stored() {
    for story in all() {
        for whistle in story.scene.whistles.values() {
            let text = serde_json::to_string(whistle).expect("encoded");
            assert_eq!(
                serde_json::from_str::<engine::whistle::Whistle>(&text).expect("read"),
                *whistle
            );
        }
        for petition in story.scene.petitions.values() {
            let text = serde_json::to_string(petition).expect("encoded");
            let read: engine::petition::Petition = serde_json::from_str(&text).expect("read");
            assert_eq!(read, *petition);
        }
    }
}

#[test]
fn the_stories_are_told_the_same_each_time() {
    let bytes = || -> Vec<Vec<u8>> {
        let stories = picture().stories(start()).expect("told");
        stories.iter().flat_map(chained).map(|it| it.bytes().expect("encoded")).collect()
    };
    assert_eq!(bytes(), bytes());
}
