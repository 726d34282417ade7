//! What `actions` says an actor may do is what `decide` does.

mod support;

use std::collections::BTreeMap;

use engine::{
    CommandKind, Refusal, StreamId,
    actor::Actor,
    clock::{Deadline, Step},
    petition,
    picture::{Act, Cast, Place},
    whistle::{deadlines, owed::command_of},
};
use strum::IntoEnumIterator as _;

use support::{picture, stories};

#[test]
fn what_actions_refuses_decide_refuses_and_what_it_allows_is_done() {
    let picture = picture();
    let mut n_actions = 0;
    let mut wrong = vec![];
    for story in stories(&picture) {
        let streams = [
            Some(StreamId::Petition(story.place.petition)),
            story.place.whistle.map(StreamId::Whistle),
        ];
        for (stream, who) in streams
            .into_iter()
            .flatten()
            .flat_map(|stream| Cast::iter().map(move |who| (stream, who)))
        {
            let act = Act { actor: who.actor(), on_behalf_of: None, now: story.now };
            for action in picture.actions(&story.scene, stream, &act) {
                n_actions += 1;
                // What can be asked of either is asked of this one.
                let whistle = story.place.whistle.filter(|it| {
                    let either =
                        [CommandKind::Recuse, CommandKind::AttachFile, CommandKind::OpenFile];
                    !either.contains(&action.kind) || stream == StreamId::Whistle(*it)
                });
                let place = Place { assignment: action.assignment, whistle, ..story.place };
                let requests = picture.requests(action.kind, &story.scene, &place, story.now);
                assert!(!requests.is_empty(), "{}: nothing asked of {:?}", story.name, action);
                let answers: Vec<Result<usize, Refusal>> = requests
                    .into_iter()
                    .map(|it| picture.decide(&story.scene, &act, it.command).map(|it| it.len()))
                    .collect();
                let agrees = match &action.refusal {
                    Some(refusal) => answers.iter().all(|it| it.as_ref().err() == Some(refusal)),
                    None => answers.iter().any(Result::is_ok),
                };
                if !agrees {
                    wrong.push(format!("{} {who:?} {action:?}: {answers:?}", story.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {n_actions}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(n_actions > 10_000, "{n_actions}");
}

#[test]
fn whoever_owes_an_act_may_do_it() {
    let picture = picture();
    for story in stories(&picture) {
        let Some(whistle) = story.whistle() else { continue };
        for deadline in deadlines(whistle, &picture.lists, &picture.directory) {
            // A unit owes that somebody comes; the calling side records it.
            let Some(kind) = command_of(deadline.key.step) else { continue };
            if deadline.key.step == engine::clock::Step::ReportIn {
                continue;
            }
            // A paper of the ladder that goes out of itself is owed by nobody.
            if deadline.key.step == Step::Supervise && deadline.owner.roles.is_empty() {
                continue;
            }
            let owes = |who: &Cast| {
                who.member().is_some_and(|it| {
                    it.unit == deadline.owner.unit
                        && deadline.owner.roles.iter().any(|role| it.roles.contains(role))
                })
            };
            let owners: Vec<Cast> = Cast::iter().filter(owes).collect();
            assert!(!owners.is_empty(), "{}: nobody is {:?}", story.name, deadline.owner);
            let stream = StreamId::Whistle(whistle.id);
            let mut answers = BTreeMap::new();
            for who in owners {
                let act = Act { actor: who.actor(), on_behalf_of: None, now: story.now };
                let actions = picture.actions(&story.scene, stream, &act);
                let action = actions.into_iter().find(|it| {
                    it.kind == kind
                        && (it.assignment.is_none() || it.assignment == deadline.key.assignment)
                });
                answers.insert(who, action.expect("an action").refusal);
            }
            let barred =
                answers.values().all(|it| matches!(it, Some(Refusal::NotPermitted { .. })));
            assert!(!barred, "{}: {:?} {answers:?}", story.name, deadline);
        }
    }
}

#[test]
fn whoever_owes_an_act_on_a_petition_may_do_it() {
    let picture = picture();
    let mut n_in_person = 0;
    for story in stories(&picture) {
        for petition in story.scene.petitions.values() {
            for Deadline { key, owner, .. } in petition::deadlines(petition) {
                // The owner of a case has it settled; that it is, somebody else says.
                if key.step == Step::Resolve && owner.person.is_some() {
                    n_in_person += 1;
                    continue;
                }
                let kind = command_of(key.step).expect("a command");
                let stream = StreamId::Petition(petition.id);
                let owes = |who: &Cast| {
                    who.member().is_some_and(|it| {
                        it.unit == owner.unit
                            && owner.roles.iter().any(|role| it.roles.contains(role))
                            && owner.person.is_none_or(|person| person == it.person)
                    })
                };
                let may = |who: Cast| {
                    let act = Act { actor: who.actor(), on_behalf_of: None, now: story.now };
                    let actions = picture.actions(&story.scene, stream, &act);
                    let action = actions.into_iter().find(|it| it.kind == kind);
                    let refusal = action.expect("an action").refusal;
                    !matches!(refusal, Some(Refusal::NotPermitted { .. }))
                };
                assert!(Cast::iter().filter(owes).any(may), "{}: {key:?} {owner:?}", story.name);
            }
        }
    }
    assert!(n_in_person > 0);
}

#[test]
fn the_scheduler_may_do_nothing_but_let_deadlines_lapse() {
    let picture = picture();
    for story in stories(&picture) {
        let Some(id) = story.place.whistle else { continue };
        let act = Act { actor: Actor::System, on_behalf_of: None, now: story.now };
        for action in picture.actions(&story.scene, StreamId::Whistle(id), &act) {
            assert!(action.refusal.is_some(), "{}: {action:?}", story.name);
        }
    }
}
