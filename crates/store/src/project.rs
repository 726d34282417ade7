//! States as rows: what lists sort by and filter on, and who is entitled to a case.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use engine::{
    StreamId,
    authority::audience::Holder,
    clock::{Basis, ClockKey, Deadline, Step},
    petition::Petition,
    whistle::Whistle,
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    Error,
    claim::part_of,
    entity,
    journal::{Commit, Entitlement, LetterDraft, version},
};

/// The letters, each with a mailing of its own where there is an address.
pub(crate) fn letters(res: &mut Commit, letters: Vec<LetterDraft>) -> Result<(), Error> {
    for it in letters {
        let notice = serde_json::to_string(&it.notice)
            .map_err(|error| Error::corrupt("letter", "notice", it.id.0, error))?;
        let addressee = it.person.map_or(it.notice.to.unit.0, |it| it.0);
        let kind: &'static str = it.notice.kind.into();
        res.letters.push(entity::letter::ActiveModel {
            district_id: Set(res.district),
            id: Set(it.id.0),
            stream_id: Set(it.stream),
            version: Set(version(it.version)),
            addressee_id: Set(addressee),
            channel: Set("mail".to_owned()),
            unit_id: Set(it.notice.to.unit.0),
            kind: Set(kind.to_owned()),
            notice: Set(notice),
            mailing_id: Set(it.address.as_ref().map(|_| it.id.0)),
            created_at: Set(res.at),
        });
        if let Some(address) = it.address {
            res.mailings.push(entity::mailing::ActiveModel {
                district_id: Set(res.district),
                id: Set(it.id.0),
                addressee_id: Set(addressee),
                address: Set(address),
                message_id: Set(it.message_id),
                state: Set("pending".to_owned()),
                urgent: Set(it.notice.urgent),
                attempts: Set(0),
                next_at: Set(res.at),
                lease_until: Set(None),
                sent_at: Set(None),
                last_error: Set(None),
                created_at: Set(res.at),
            });
        }
    }
    Ok(())
}

/// Deadlines as differences.
pub(crate) fn deadlines(
    res: &mut Commit,
    stream: StreamId,
    before: &[Deadline],
    after: &[Deadline],
) -> Result<(), Error> {
    let old: BTreeMap<ClockKey, &Deadline> = before.iter().map(|it| (it.key, it)).collect();
    let kept: BTreeSet<ClockKey> = after.iter().map(|it| it.key).collect();
    let step = |it: &ClockKey| <&'static str>::from(it.step).to_owned();
    for key in old.keys().filter(|it| !kept.contains(it)) {
        res.dropped.push((stream.uuid(), step(key), part_of(key)));
    }
    for it in after.iter().filter(|it| old.get(&it.key) != Some(it)) {
        let (amount, unit) = match it.term.basis {
            Basis::Limit(limit) => {
                let unit: &'static str = limit.unit().into();
                (i32::try_from(limit.amount()).ok(), Some(unit.to_owned()))
            }
            Basis::Named => (None, None),
        };
        let roles = serde_json::to_string(&it.owner.roles)
            .map_err(|error| Error::corrupt("deadline", "roles", stream.uuid(), error))?;
        res.deadlines.push(entity::deadline::ActiveModel {
            district_id: Set(res.district),
            stream_id: Set(stream.uuid()),
            step: Set(step(&it.key)),
            part_id: Set(part_of(&it.key)),
            stream_kind: Set(stream.kind().to_owned()),
            unit_id: Set(it.owner.unit.0),
            roles: Set(roles),
            from_at: Set(it.term.from),
            due_at: Set(it.term.due),
            warn_at: Set(it.term.warn),
            limit_amount: Set(amount),
            limit_unit: Set(unit),
            calendar: Set(version(it.term.calendar)),
            provisional: Set(it.term.provisional),
            cap_at: Set(it.term.cap),
            lapsed: Set(it.term.lapsed),
            foremost: Set(it.foremost),
            person_id: Set(it.owner.person.map(|it| it.0)),
            lease_until: Set(None),
        });
    }
    Ok(())
}

/// When the next act on a case is due. A scan that is owed of an act that was done is none, nor is a
/// paper that pursues what is late.
fn soonest(clocks: &engine::clock::Clocks) -> Option<DateTime<Utc>> {
    let is_paper = |step| matches!(step, Step::Scan | Step::Supervise);
    let is_act = |key: &ClockKey| key.step.is_duty() && !is_paper(key.step);
    clocks.iter().filter(|(key, _)| is_act(key)).map(|(_, term)| term.due).min()
}

struct Span<'a> {
    case: Uuid,
    part: Uuid,
    kind: &'static str,
    before: Option<&'a str>,
    after: &'a str,
    version: u32,
}

fn span(res: &mut Commit, it: &Span<'_>) {
    if it.before == Some(it.after) {
        return;
    }
    if it.before.is_some() {
        res.ended_spans.push((it.case, it.part));
    }
    res.spans.push(entity::stage_span::ActiveModel {
        district_id: Set(res.district),
        case_id: Set(it.case),
        part_id: Set(it.part),
        from_version: Set(version(it.version)),
        case_kind: Set(it.kind.to_owned()),
        stage: Set(it.after.to_owned()),
        from_at: Set(res.at),
        to_at: Set(None),
    });
}

/// Who is entitled from now on, each once, and who no longer is.
pub(crate) fn entitle(res: &mut Commit, changes: &[Entitlement]) {
    let mut once = BTreeSet::new();
    for it in changes {
        let (holder, case) = (it.entitled.key(), it.case.uuid());
        if !once.insert((holder, case)) {
            continue;
        }
        if !it.given {
            res.bereft.push((holder, case));
            continue;
        }
        res.audience.push(entity::audience::ActiveModel {
            district_id: Set(res.district),
            holder_id: Set(holder),
            case_id: Set(case),
            case_kind: Set(it.case.kind().to_owned()),
            sort_at: Set(it.sort_at),
            sealed: Set(it.entitled.sealed),
        });
    }
}

/// From whom cases are kept from now on.
pub(crate) fn shut(res: &mut Commit, shut: &[(StreamId, Holder)]) {
    res.exclusions = shut
        .iter()
        .map(|(case, holder)| entity::exclusion::ActiveModel {
            district_id: Set(res.district),
            case_id: Set(case.uuid()),
            holder_id: Set(holder.uuid()),
        })
        .collect();
}

pub(crate) fn petition(res: &mut Commit, before: Option<&Petition>, after: &Petition) {
    let Some(registration) = &after.registration else { return };
    let Some(registered_at) = after.registered_at else { return };
    let id = after.id.0;
    span(
        res,
        &Span {
            case: id,
            part: Uuid::nil(),
            kind: "petition",
            before: before.map(|it| it.stage.code()),
            after: after.stage.code(),
            version: after.version,
        },
    );
    let text = |it: &'static str| it.to_owned();
    res.petitions.push(entity::petition_row::ActiveModel {
        district_id: Set(res.district),
        id: Set(id),
        version: Set(version(after.version)),
        centre_id: Set(registration.centre.0),
        number: Set(registration.number.clone()),
        procedure: Set(text(registration.procedure.into())),
        source: Set(text(registration.source.into())),
        nature: Set(text(registration.nature.into())),
        matter: Set(registration.matter.as_ref().map(|it| it.0.clone())),
        place_id: Set(registration.place.map(|it| it.0)),
        stage: Set(after.stage.code().to_owned()),
        difficult: Set(after.difficult.is_some()),
        resolution: Set(after.resolution.as_ref().map(|it| text(it.into()))),
        rating: Set(after.rating.map(|it| text(it.into()))),
        n_whistles: Set(version(after.n_whistles())),
        round: Set(version(after.round)),
        title_id: Set(registration.title.id.0),
        petitioner_id: Set(registration.petitioner.map(|it| it.0)),
        external_ref: Set(registration.external_ref.clone()),
        registered_at: Set(registered_at),
        due_at: Set(soonest(&after.clocks)),
        class: Set(registration.class.clone()),
    });
}

pub(crate) fn whistle(res: &mut Commit, before: Option<&Whistle>, after: &Whistle) {
    let (Some(content), Some(centre), Some(drafted_at)) =
        (&after.content, after.centre, after.drafted_at)
    else {
        return;
    };
    let id = after.id.0;
    span(
        res,
        &Span {
            case: id,
            part: Uuid::nil(),
            kind: "whistle",
            before: before.map(|it| it.stage.code()),
            after: after.stage.code(),
            version: after.version,
        },
    );
    let had: BTreeSet<Uuid> =
        before.map(|it| it.petitions.keys().map(|it| it.0).collect()).unwrap_or_default();
    let has: BTreeSet<Uuid> = after.petitions.keys().map(|it| it.0).collect();
    for petition in has.difference(&had) {
        res.joined.push(entity::whistle_petition::ActiveModel {
            district_id: Set(res.district),
            whistle_id: Set(id),
            petition_id: Set(*petition),
        });
    }
    res.parted.extend(had.difference(&has).map(|petition| (id, *petition)));
    assignments(res, before, after);
    let issued = after.issued.as_ref();
    res.whistles.push(entity::whistle_row::ActiveModel {
        district_id: Set(res.district),
        id: Set(id),
        version: Set(version(after.version)),
        centre_id: Set(centre.0),
        kind: Set(content.kind.0.clone()),
        level: Set(content.level.0.clone()),
        matter: Set(content.matter.as_ref().map(|it| it.0.clone())),
        stage: Set(after.stage.code().to_owned()),
        round: Set(version(after.stage.round())),
        year: Set(issued.map(|it| it.year)),
        batch: Set(issued.map(|it| version(it.batch))),
        serial: Set(issued.map(|it| it.serial.clone())),
        blown_now: Set(issued.is_some_and(|it| it.blown_now)),
        title_id: Set(content.title.id.0),
        lead_unit_id: Set(after.lead().map(|it| it.unit.0)),
        drafted_at: Set(drafted_at),
        issued_at: Set(issued.map(|it| it.at)),
        due_at: Set(soonest(&after.clocks)),
        overridden: Set(content.override_reason.is_some()),
    });
}

fn assignments(res: &mut Commit, before: Option<&Whistle>, after: &Whistle) {
    let id = after.id.0;
    for it in after.assignments.values() {
        let was = before.and_then(|whistle| whistle.assignments.get(&it.id));
        if was == Some(it) {
            continue;
        }
        span(
            res,
            &Span {
                case: id,
                part: it.id.0,
                kind: "assignment",
                before: was.map(|it| it.stage.code()),
                after: it.stage.code(),
                version: after.version,
            },
        );
        let role: &'static str = it.role.into();
        let due = [Step::Handle, Step::Task]
            .iter()
            .find_map(|step| after.clocks.get(&ClockKey::at(*step, it.id)))
            .map(|it| it.due);
        res.assignments.push(entity::assignment_row::ActiveModel {
            district_id: Set(res.district),
            id: Set(it.id.0),
            whistle_id: Set(id),
            version: Set(version(it.version)),
            unit_id: Set(it.unit.0),
            role: Set(role.to_owned()),
            stage: Set(it.stage.code().to_owned()),
            served_at: Set(it.served_at),
            acknowledged_at: Set(it.acknowledged.map(|(_, at)| at)),
            reported_at: Set(it.attendance.as_ref().map(|it| it.at)),
            below_rank: Set(it.attendance.as_ref().is_some_and(|it| it.below_rank)),
            absent: Set(it.absent),
            replied_at: Set(it.reply().map(|it| it.at)),
            due_at: Set(due),
        });
    }
}
