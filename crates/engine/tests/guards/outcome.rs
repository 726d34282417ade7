//! 办理结果: what is told back of a petition is that of its latest whistle and its present round.

use chrono::{DateTime, Utc};
use engine::{
    CommandKind as Do, Event, StreamId,
    event::{PetitionEvent, WhistleEvent},
    petition::{
        Stage,
        ledger::latest,
        outcome::{Outcome, Said, outcome},
    },
    picture::{Body, Cast, Story},
};

use crate::case::Case;

fn told(case: &Case) -> Outcome {
    let petition = case.petition();
    let (mut of_petition, mut of_whistle) = (vec![], vec![]);
    let whistle = latest(petition, case.story.scene.whistles.values());
    for it in &case.story.entries {
        match (&it.stream, it.event.clone()) {
            (StreamId::Petition(id), Event::Petition(event)) if *id == petition.id => {
                let it: (DateTime<Utc>, PetitionEvent) = (it.at, event);
                of_petition.push(it);
            }
            (StreamId::Whistle(id), Event::Whistle(event))
                if whistle.is_some_and(|it| it.id == *id) =>
            {
                let it: (DateTime<Utc>, WhistleEvent) = (it.at, event);
                of_whistle.push(it);
            }
            _ => (),
        }
    }
    let whistle = whistle.map(|it| (it, of_whistle.as_slice()));
    outcome(petition, &of_petition, whistle, &case.picture.directory).expect("it is registered")
}

#[test]
fn while_nothing_is_answered_the_reply_of_the_lead_is_told_and_no_other() {
    let mut case = Case::with(Story::handling, "joint", "general");
    let it = told(&case);
    assert_eq!((it.said, it.resolution, it.concluded_at), (None, None, None));
    assert_eq!(it.lead.unwrap().unit, Body::Lead.id());
    let assists: Vec<_> = it.assists.iter().map(|it| it.unit).collect();
    assert_eq!(assists, [Body::FirstAssist.id(), Body::SecondAssist.id()]);
    assert_eq!(it.serial.unwrap().0, case.whistle().issued.as_ref().unwrap().serial);
    case.turn_to(Body::FirstAssist);
    case.ask(Cast::FirstLiaison, Do::Reply);
    assert_eq!(told(&case).said, None, "an assist answers for its part alone");
    case.turn_to(Body::Lead);
    case.ask(Cast::LeadLiaison, Do::Reply);
    let it = told(&case);
    let reply = case.part(Body::Lead).reply().unwrap();
    let said = Said::Reply { measures: reply.measures, result: reply.result };
    assert_eq!(it.said, Some((reply.at, said)));
}

#[test]
fn what_was_sent_back_to_be_done_again_is_not_told() {
    let mut case = Case::with(Story::verifying, "joint", "general");
    assert!(told(&case).said.is_some());
    case.ask_other(Cast::OtherDispatcher, Do::Verify);
    assert_eq!(case.stage().code(), "handling", "it did not pass");
    assert_eq!(told(&case).said, None);
}

#[test]
fn an_ended_whistle_leaves_its_reply_and_an_answer_takes_its_place_until_the_file_is_opened_anew() {
    let mut case = Case::with(Story::closed, "joint", "general");
    let it = told(&case);
    assert!(matches!(it.said, Some((_, Said::Reply { .. }))), "{it:?}");
    assert!(it.resolution.is_some() && it.rating.is_some() && it.lead.is_some());
    assert_eq!(it.concluded_at, None, "the whistle is closed, the petition is not");
    case.ask(Cast::Dispatcher, Do::AnswerPetition);
    let it = told(&case);
    assert!(matches!(it.said, Some((_, Said::Answer(_)))), "{it:?}");
    case.ask(Cast::Dispatcher, Do::ConcludePetition);
    let it = told(&case);
    assert_eq!((it.stage, it.concluded_at), (Stage::Concluded, Some(case.story.now)));
    case.ask(Cast::Director, Do::ReopenPetition);
    let it = told(&case);
    assert_eq!((it.said, it.concluded_at), (None, None), "the next round begins");
    assert!(it.serial.is_some(), "the whistle was blown all the same");
}
