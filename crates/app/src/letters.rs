//! Notices become letters: one for each person that is told of an event.

use std::collections::BTreeSet;

use engine::{
    Event, Facts, Scene, StreamId,
    actor::Member,
    authority::audience::{self, Holder},
    ids::{LetterId, PersonId},
    notice::{self, Notice},
};
use store::LetterDraft;

use crate::{App, Registers};

impl App {
    /// The letters that follow from events on a scene.
    pub(crate) fn letters_owed(
        &self,
        registers: &Registers,
        facts: &Facts<'_>,
        before: &Scene,
        events: &[(StreamId, Event)],
    ) -> Vec<LetterDraft> {
        let mut scene = before.clone();
        let mut res = vec![];
        for (stream, event) in events {
            scene.apply(*stream, event);
            let (version, notices, shut) = match (stream, event) {
                (StreamId::Whistle(id), Event::Whistle(event)) => match scene.whistles.get(id) {
                    Some(it) => {
                        let lists = registers.lists_version(it.lists).unwrap_or(facts.lists);
                        let of = it.petitions.keys().filter_map(|id| scene.petitions.get(id));
                        let mut shut: BTreeSet<Holder> =
                            of.flat_map(audience::shut_out_of_petition).collect();
                        shut.extend(it.recused.iter().copied());
                        (it.version, notice::notices(it, event, lists, facts.directory), shut)
                    }
                    None => continue,
                },
                (StreamId::Petition(id), Event::Petition(event)) => match scene.petitions.get(id) {
                    Some(it) => {
                        let shut = audience::shut_out_of_petition(it);
                        (it.version, notice::petition_notices(it, event, facts.directory), shut)
                    }
                    None => continue,
                },
                (StreamId::Whistle(_), Event::Petition(_))
                | (StreamId::Petition(_), Event::Whistle(_)) => {
                    continue;
                }
            };
            self.address(registers, stream.uuid(), version, notices, &shut, &mut res);
        }
        res
    }

    /// Addresses the notices of one event: nobody gets two letters for it, and nobody from whom
    /// the case is kept any.
    pub(crate) fn address(
        &self,
        registers: &Registers,
        stream: uuid::Uuid,
        version: u32,
        notices: Vec<Notice>,
        shut: &BTreeSet<Holder>,
        res: &mut Vec<LetterDraft>,
    ) {
        // Whoever stands in gets the letters of whoever is away, and both get them.
        let now = self.now();
        let mut told: BTreeSet<uuid::Uuid> = BTreeSet::new();
        for notice in notices {
            let unit = notice.to.unit;
            let nobody = Member { person: PersonId(uuid::Uuid::nil()), unit, roles: [].into() };
            if shut.iter().any(|it| it.shuts(&nobody, &registers.directory)) {
                continue;
            }
            let people: Vec<(PersonId, Option<String>)> = registers
                .accounts_of(unit, now)
                .filter(|(_, roles)| roles.iter().any(|role| notice.to.roles.contains(role)))
                .filter(|(it, _)| !shut.contains(&Holder::Person(it.person)))
                // What is somebody's own is told to nobody beside them.
                .filter(|(it, _)| notice.to.person.is_none_or(|own| own == it.person))
                .map(|(it, _)| (it.person, it.mail.clone()))
                .collect();
            let mut write = |person: Option<PersonId>, address: Option<String>| {
                if !told.insert(person.map_or(unit.0, |it| it.0)) {
                    return;
                }
                let id = LetterId(self.fresh());
                res.push(LetterDraft {
                    id,
                    stream,
                    version,
                    notice: notice.clone(),
                    person,
                    address,
                    message_id: format!("<{}@{}>", id.0.simple(), self.inner.domain),
                });
            };
            if people.is_empty() {
                // Nobody holds the role: the letter is kept for the unit, and shown as undelivered.
                write(None, None);
            }
            for (person, address) in people {
                write(Some(person), address);
            }
        }
    }
}
