//! What every mutation does alike: take in, submit, and show what came of it.

use std::{collections::BTreeSet, sync::Arc};

use app::{Behalf, Changed, Error as AppError, Intake, Key, Submission, micros};
use async_graphql::{Context, ID, Result};
use engine::{
    Command, Refusal, StreamId,
    calendar::Limit,
    file::{AttachFile, FileKind},
    ids::{AssignmentId, PersonId, PetitionId, UnitId, WhistleId},
    lists::{KindCode, LevelCode, MatterCode},
    petition::{Registration, verbs::Register},
    refusal::Problem,
    text::Digest,
    whistle::{
        Judge, Purpose, Resolution,
        verbs::{Asked, AskedCall, Draft, Said},
    },
};
use serde::Serialize;
use store::PersonDraft;

use crate::{
    context::{app, caller, fault, refuse},
    enums,
    input::{
        AttachFileInput, Common, ContentInput, LimitInput, RatingInput, RegisterPetitionInput,
        case_of, id,
    },
    object::{Assignment, File, Petition, Recusal, Whistle},
};

/// The object of a mutation.
pub(super) trait Shown: Sized {
    fn shown(changed: Changed) -> Option<Self>;
}

impl Shown for Petition {
    fn shown(changed: Changed) -> Option<Self> {
        match changed {
            Changed::Petition(it) => Some(Self::of(it)),
            Changed::Whistle(_) | Changed::Assignment(..) | Changed::File(..) => None,
        }
    }
}

impl Shown for Whistle {
    fn shown(changed: Changed) -> Option<Self> {
        match changed {
            Changed::Whistle(it) | Changed::Assignment(it, _) => Some(Self::of(it)),
            Changed::Petition(_) | Changed::File(..) => None,
        }
    }
}

impl Shown for Assignment {
    fn shown(changed: Changed) -> Option<Self> {
        match changed {
            Changed::Assignment(it, id) => Self::of(Arc::new(it), id),
            Changed::Petition(_) | Changed::Whistle(_) | Changed::File(..) => None,
        }
    }
}

impl Shown for Recusal {
    fn shown(changed: Changed) -> Option<Self> {
        Some(Self::of(match changed {
            Changed::Petition(it) => it.id.to_string(),
            Changed::Whistle(it) | Changed::Assignment(it, _) => it.id.to_string(),
            Changed::File(..) => return None,
        }))
    }
}

impl Shown for File {
    fn shown(changed: Changed) -> Option<Self> {
        match changed {
            Changed::File(case, it) => Some(Self::of(case, *it)),
            Changed::Petition(_) | Changed::Whistle(_) | Changed::Assignment(..) => None,
        }
    }
}

/// Takes in what was said, submits the command, and shows the object that it changed.
pub(super) async fn run<T: Shown>(
    ctx: &Context<'_>,
    name: &'static str,
    input: &impl Serialize,
    common: &Common,
    command: impl FnOnce(&mut Intake<'_>) -> Result<Command, Refusal>,
) -> Result<T> {
    // On the heap: what resolves a mutation holds room for each of them, and the stack is small.
    Box::pin(carry_out(ctx, name, input, common, command)).await
}

async fn carry_out<T: Shown>(
    ctx: &Context<'_>,
    name: &'static str,
    input: &impl Serialize,
    common: &Common,
    command: impl FnOnce(&mut Intake<'_>) -> Result<Command, Refusal>,
) -> Result<T> {
    let app = app(ctx)?;
    let caller = caller(ctx)?;
    let key = match &common.idempotency_key {
        Some(key) => {
            let unreadable = Refusal::invalid("input", Problem::Unreadable);
            let bytes = serde_json::to_vec(&(name, input)).map_err(|_| refuse(ctx, &unreadable))?;
            Some(Key { key: key.clone(), input: Digest::of(&bytes) })
        }
        None => None,
    };
    // A repetition is answered before anything else is looked at, whatever changed meanwhile.
    if let Some(key) = &key
        && let Some(changed) = app.repeated(caller, key).await.map_err(|it| fault(ctx, it))?
    {
        return T::shown(changed).ok_or_else(|| fault(ctx, AppError::NotFound));
    }
    let mut intake = app.intake();
    let command = command(&mut intake).map_err(|it| refuse(ctx, &it))?;
    let on_behalf_of = match &common.on_behalf_of {
        Some(it) => {
            let behalf = Behalf {
                person: id(ctx, "person", &it.person)?,
                post: it.post.clone(),
                medium: it.medium.into(),
                occurred_at: micros(it.occurred_at),
            };
            Some(intake.on_behalf_of(behalf).await.map_err(|it| fault(ctx, it))?)
        }
        None => None,
    };
    let mut submission = Submission::of(command, intake);
    submission.on_behalf_of = on_behalf_of;
    submission.expected_version = common.expected_version;
    submission.key = key;
    let changed = app.submit(caller, submission).await.map_err(|it| fault(ctx, it))?;
    T::shown(changed).ok_or_else(|| fault(ctx, AppError::NotFound))
}

/// The whistle and assignment that an id names.
pub(super) async fn part(ctx: &Context<'_>, assignment: &ID) -> Result<(WhistleId, AssignmentId)> {
    let assignment = id(ctx, "assignment", assignment)?;
    let whistle =
        app(ctx)?.whistle_of(caller(ctx)?, assignment).await.map_err(|it| fault(ctx, it))?;
    Ok((whistle, assignment))
}

pub(super) fn limit(it: LimitInput) -> Result<Limit, Refusal> {
    Limit::new(it.amount, it.unit.into()).map_err(|_| Refusal::invalid("limit", Problem::TooFar))
}

pub(super) fn resolution(
    intake: &mut Intake<'_>,
    resolution: enums::Resolution,
    remainder: Option<&str>,
) -> Result<Resolution, Refusal> {
    let mut remaining = || intake.text("remainder", remainder.unwrap_or_default());
    Ok(match resolution {
        enums::Resolution::Resolved => Resolution::Resolved,
        enums::Resolution::Partial => Resolution::Partial { remainder: remaining()? },
        enums::Resolution::Unresolved => Resolution::Unresolved { remainder: remaining()? },
    })
}

pub(super) fn judge(ctx: &Context<'_>, it: &RatingInput) -> Result<Judge> {
    Ok(match &it.petition {
        Some(petition) => Judge::Petitioner(id(ctx, "petition", petition)?),
        None => Judge::Caller,
    })
}

pub(super) fn says(
    intake: &mut Intake<'_>,
    it: &RatingInput,
    judge: Judge,
) -> Result<Said, Refusal> {
    Ok(Said {
        judge,
        rating: it.rating.into(),
        reason: intake.optional("reason", it.reason.as_deref())?,
        justified: it.justified.unwrap_or(false),
    })
}

/// A draft at the caller's centre, of which only what is asked is missing.
pub(super) struct DraftOf {
    whistle: WhistleId,
    petitions: BTreeSet<PetitionId>,
    centre: UnitId,
    district: engine::ids::DistrictId,
}

impl DraftOf {
    pub(super) fn with(self, asked: Asked) -> Draft {
        Draft {
            whistle: self.whistle,
            district: self.district,
            centre: self.centre,
            petitions: self.petitions,
            asked,
        }
    }
}

pub(super) fn draft(ctx: &Context<'_>, petitions: &[ID]) -> Result<DraftOf> {
    let app = app(ctx)?;
    Ok(DraftOf {
        whistle: WhistleId(app.fresh()),
        petitions: petitions.iter().map(|it| id(ctx, "petitions", it)).collect::<Result<_>>()?,
        centre: caller(ctx)?.member.unit,
        district: app.district(),
    })
}

pub(super) fn calls(ctx: &Context<'_>, content: &ContentInput) -> Result<Vec<UnitId>> {
    content.units.iter().flatten().map(|it| id(ctx, "unit", &it.unit)).collect()
}

pub(super) fn asked(
    intake: &mut Intake<'_>,
    content: &ContentInput,
    units: Vec<UnitId>,
) -> Result<Asked, Refusal> {
    let mut calls = vec![];
    for (it, unit) in content.units.iter().flatten().zip(units) {
        let task = intake.optional("task", it.task.as_deref())?;
        calls.push(AskedCall { unit, role: it.role.map(Into::into), task });
    }
    Ok(Asked {
        matter: content.matter.as_deref().map(MatterCode::new),
        off_list: intake.optional("offList", content.off_list.as_deref())?,
        override_reason: intake.optional("overrideReason", content.override_reason.as_deref())?,
        kind: content.kind.as_deref().map(KindCode::new),
        level: content.level.as_deref().map(LevelCode::new),
        title: intake.title("title", &content.title)?,
        request: intake.text("request", &content.request)?,
        tried: intake.optional("tried", content.tried.as_deref())?,
        purpose: content.purpose.map_or(Purpose::Resolve, Into::into),
        calls,
    })
}

/// 上传附件.
pub(super) async fn attach(ctx: &Context<'_>, input: &AttachFileInput) -> Result<File> {
    let (case, assignment) = if input.case.parse::<AssignmentId>().is_ok() {
        let (whistle, assignment) = part(ctx, &input.case).await?;
        (StreamId::Whistle(whistle), Some(assignment))
    } else {
        (case_of(ctx, "case", &input.case)?, None)
    };
    let upload = id(ctx, "upload", &input.upload)?;
    let (file, received) =
        app(ctx)?.upload(caller(ctx)?, upload).await.map_err(|it| fault(ctx, it))?;
    let (received, endings) = received.unzip();
    let kind = match (input.kind, input.scan_of) {
        (Some(kind), _) => kind.into(),
        (None, Some(_)) => FileKind::Scan,
        (None, None) => FileKind::Other,
    };
    run(ctx, "attach_file", input, &input.common, |it| {
        Ok(Command::AttachFile(AttachFile {
            case,
            assignment,
            file,
            received,
            name: it.file_name("name", &input.name, endings.unwrap_or_default())?,
            kind,
            sealed: input.sealed.unwrap_or(false),
            scan_of: input.scan_of,
        }))
    })
    .await
}

/// 登记, at the caller's centre.
pub(super) async fn register(ctx: &Context<'_>, input: &RegisterPetitionInput) -> Result<Petition> {
    let app = app(ctx)?;
    let centre = caller(ctx)?.member.unit;
    let number = app.petition_number().await.map_err(|it| fault(ctx, it))?;
    let unit = |field, it: &Option<ID>| it.as_ref().map(|it| id(ctx, field, it)).transpose();
    let place = unit("place", &input.place)?;
    let household = unit("household", &input.household)?;
    let residence = unit("residence", &input.residence)?;
    let accused = input.accused.iter().flatten().map(|it| id(ctx, "accused", it));
    let accused = accused.collect::<Result<BTreeSet<UnitId>>>()?;
    run(ctx, "register_petition", input, &input.common, |it| {
        let petitioner = match &input.petitioner {
            Some(person) => Some(it.person(PersonDraft {
                id: PersonId(app.fresh()),
                name: person.name.clone(),
                phone: person.phone.clone(),
                id_number: person.id_number.clone(),
                address: person.address.clone(),
                external_ref: None,
            })?),
            None => None,
        };
        let external_ref = match input.external_ref.as_deref().map(str::trim) {
            Some("") | None => None,
            Some(reference) if reference.chars().count() > 100 => {
                return Err(Refusal::invalid("externalRef", Problem::TooLong(100)));
            }
            Some(reference) => Some(reference.to_owned()),
        };
        let registration = Box::new(Registration {
            district: app.district(),
            centre,
            number,
            procedure: input.procedure.into(),
            source: input.source.into(),
            nature: input.nature.map_or(engine::petition::Nature::Request, Into::into),
            title: it.title("title", &input.title)?,
            detail: it.optional("detail", input.detail.as_deref())?,
            petitioner,
            people: input.people.unwrap_or(1),
            representatives: input.representatives,
            place,
            household,
            residence,
            matter: input.matter.as_deref().map(MatterCode::new),
            class: input.class.clone(),
            external_ref,
            external_due: input.external_due.map(micros),
            received_at: input.received_at.map(micros),
            legal_bar: input.legal_bar.map(Into::into),
            accused,
        });
        let petition = PetitionId(app.fresh());
        Ok(Command::RegisterPetition(Register { petition, registration }))
    })
    .await
}
