//! 草拟, 修改: what is asked of whom, held against the lists.

use std::collections::{BTreeMap, BTreeSet};

use super::centre;
use crate::{
    command::CommandKind,
    directory::{Directory, UnitKind},
    ids::{DistrictId, PetitionId, UnitId, WhistleId},
    lists::{KindCode, LevelCode, Matter, MatterCode},
    petition::{Petition, Stage as PetitionStage},
    recusal,
    refusal::{Bounded, Problem, Refusal},
    scene::StreamId,
    stand::{self, Stand},
    text::Words,
    whistle::{AssignmentRole, Attached, Call, Content, Purpose, Stage, Whistle, WhistleFact},
};

/// The most units that one whistle calls, and the most petitions that it is over.
const MOST: usize = 50;

/// A unit that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedCall {
    /// The unit.
    pub unit: UnitId,
    /// Its role; where no unit is named as lead, the first leads (R18).
    pub role: Option<AssignmentRole>,
    /// What it is asked to do.
    pub task: Option<Words>,
}

/// What is asked in a draft. What the matter says need not be said again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The matter on the list.
    pub matter: Option<MatterCode>,
    /// Why it goes off the list, where it does.
    pub off_list: Option<Words>,
    /// The kind; the matter's where none is given.
    pub kind: Option<KindCode>,
    /// The level; the matter's where none is given.
    pub level: Option<LevelCode>,
    /// A short title without personal data.
    pub title: Words,
    /// The request.
    pub request: Words,
    /// What was already tried.
    pub tried: Option<Words>,
    /// What it is for.
    pub purpose: Purpose,
    /// Whom it calls; the matter's lead and assists where none is given.
    pub calls: Vec<AskedCall>,
    /// Why it departs from the row of its matter, where it does.
    pub override_reason: Option<Words>,
}

/// 草拟: drafts a whistle over petitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The id of the new whistle.
    pub whistle: WhistleId,
    /// The district.
    pub district: DistrictId,
    /// The centre that blows.
    pub centre: UnitId,
    /// The petitions that it is over; at least one.
    pub petitions: BTreeSet<PetitionId>,
    /// What is asked.
    pub asked: Asked,
}

impl Draft {
    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let directory = stand.facts.directory;
        stand.permit(CommandKind::DraftWhistle, |it| {
            crate::authority::relations_to_centre(it, self.centre, directory)
        })?;
        self.record(stand)
    }

    /// Records the draft; who may is asked by the caller.
    pub(super) fn record(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        self.draft(stand, None)
    }

    /// Records the draft of a successor.
    pub(super) fn record_after(
        self,
        stand: &mut Stand<'_>,
        predecessor: WhistleId,
    ) -> Result<(), Refusal> {
        self.draft(stand, Some(predecessor))
    }

    fn draft(self, stand: &mut Stand<'_>, predecessor: Option<WhistleId>) -> Result<(), Refusal> {
        let Self { whistle, district, centre, petitions, asked } = self;
        stand.unused(StreamId::Whistle(whistle))?;
        let blows = stand
            .facts
            .directory
            .unit(centre)
            .is_some_and(|it| it.kind == UnitKind::Centre && !it.closed);
        if !blows {
            return Err(Refusal::invalid("centre", Problem::Unknown));
        }
        if petitions.is_empty() {
            return Err(Refusal::missing("petitions"));
        }
        if petitions.len() > MOST {
            return Err(Refusal::invalid("petitions", Problem::TooMany(50)));
        }
        // Before anything is said of units: what may not be whistled at all is told so.
        let mut attached = BTreeMap::new();
        for id in &petitions {
            let petition = stand.petition(*id)?;
            stand.within(centre, petition)?;
            may_be_whistled(petition, asked.purpose)?;
            let statutory = petition.statutory_due();
            attached.insert(*id, Attached { statutory, ..Attached::default() });
        }
        let (content, raised_from) = compose(stand, centre, &petitions, asked)?;
        // A successor says what its predecessor said; it is held against the row when it is submitted.
        if predecessor.is_none() {
            reasoned(stand, &content, raised_from.as_ref())?;
        }
        let fact = WhistleFact::Drafted {
            district,
            centre,
            by: stand.by()?,
            at: stand.facts.now,
            content: Box::new(content),
            raised_from,
            petitions: attached,
            lists: stand.facts.lists.version,
            predecessor,
        };
        stand.record(whistle, fact)?;
        recusal::inherit(stand, whistle)
    }
}

/// 修改: changes a draft before it is submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amend {
    /// The whistle.
    pub whistle: WhistleId,
    /// What is asked now, in whole.
    pub asked: Asked,
}

impl Amend {
    pub(crate) fn allowed(stand: &Stand<'_>, whistle: &Whistle) -> Result<(), Refusal> {
        stand.permit_whistle(CommandKind::AmendWhistle, whistle, None)?;
        if whistle.stage != Stage::Draft {
            return Err(stand::wrong_stage(whistle));
        }
        Ok(())
    }

    pub(crate) fn decide(self, stand: &mut Stand<'_>) -> Result<(), Refusal> {
        let whistle = stand.whistle(self.whistle)?;
        Self::allowed(stand, whistle)?;
        let petitions = whistle.petitions.keys().copied().collect();
        let mut asked = self.asked;
        // What a third blow raised is not raised once more each time the draft is saved.
        if let (Some((kind, level)), Some(content)) = (&whistle.raised_from, &whistle.content)
            && asked.kind.as_ref() == Some(&content.kind)
            && asked.level.as_ref() == Some(&content.level)
        {
            asked.kind = Some(kind.clone());
            asked.level = Some(level.clone());
        }
        let (content, raised_from) = compose(stand, centre(whistle)?, &petitions, asked)?;
        for id in petitions {
            may_be_whistled(stand.petition(id)?, content.purpose)?;
        }
        reasoned(stand, &content, raised_from.as_ref())?;
        let lists = stand.facts.lists.version;
        let content = Box::new(content);
        stand.record(self.whistle, WhistleFact::Amended { content, raised_from, lists })
    }
}

/// Whether a petition may be whistled now (R1, R2).
pub(crate) fn may_be_whistled(petition: &Petition, purpose: Purpose) -> Result<(), Refusal> {
    // Before the stage: an accusation is never accepted, and the answer should say why.
    if petition.is_accusation() {
        return Err(Refusal::Accusation);
    }
    match (petition.legal_bar, purpose) {
        (Some(bar), Purpose::Resolve) => return Err(Refusal::PendingElsewhere { bar }),
        (Some(_), Purpose::Mediation | Purpose::Enforcement | Purpose::Relief) | (None, _) => (),
    }
    match petition.stage {
        PetitionStage::Accepted | PetitionStage::InProgress => Ok(()),
        PetitionStage::Blank
        | PetitionStage::Registered
        | PetitionStage::NotAccepted
        | PetitionStage::Answered { .. }
        | PetitionStage::Concluded
        | PetitionStage::Duplicate { .. } => Err(stand::wrong_petition_stage(petition)),
    }
}

type Raised = Option<(KindCode, LevelCode)>;

/// Completes what is asked by the lists, and holds it against them.
fn compose(
    stand: &Stand<'_>,
    centre: UnitId,
    petitions: &BTreeSet<PetitionId>,
    asked: Asked,
) -> Result<(Content, Raised), Refusal> {
    let lists = stand.facts.lists;
    let row = match &asked.matter {
        Some(code) => {
            let row =
                lists.matters.get(code).ok_or(Refusal::invalid("matter", Problem::Unknown))?;
            if !row.is_in_force(stand.facts.today()) {
                return Err(Refusal::invalid("matter", Problem::Expired));
            }
            Some(row)
        }
        None if asked.off_list.is_none() => return Err(Refusal::OffList),
        None => None,
    };
    let kind = asked.kind.or(row.map(|it| it.kind.clone())).ok_or(Refusal::missing("kind"))?;
    let level = asked.level.or(row.map(|it| it.level.clone())).ok_or(Refusal::missing("level"))?;
    let calls = if asked.calls.is_empty() {
        listed(stand, row.ok_or(Refusal::missing("units"))?)?
    } else {
        named(asked.calls)?
    };
    let mut content = Content {
        kind,
        level,
        matter: asked.matter,
        off_list: asked.off_list,
        title: asked.title,
        request: asked.request,
        tried: asked.tried,
        purpose: asked.purpose,
        calls,
        override_reason: asked.override_reason,
    };
    let raised_from = raise(stand, petitions, &mut content)?;
    let row = stand.initiation(centre, &content)?;
    if let Some(most) = row.at_most {
        for id in petitions {
            if stand.petition(*id)?.n_whistles() >= most {
                return Err(Refusal::BoundReached { what: Bounded::Whistles, bound: most });
            }
        }
    }
    if row.tried_required && content.tried.is_none() {
        return Err(Refusal::missing("tried"));
    }
    if content.calls.is_empty() {
        return Err(Refusal::missing("units"));
    }
    if content.calls.len() > MOST {
        return Err(Refusal::invalid("units", Problem::TooMany(50)));
    }
    for call in &content.calls {
        stand.callable(row, call.unit)?;
        // An accusation is whistled to nobody; a unit that is recused is not called over it.
        for id in petitions {
            stand.untainted(stand.petition(*id)?, call.unit)?;
        }
    }
    Ok((content, raised_from))
}

/// Whether a whistle departs from the row of its matter: another lead, kind or level than the row
/// says, or without an assist that it names. A unit that is not there any more is not missed.
#[must_use]
pub fn departs(
    content: &Content,
    raised_from: Option<&(KindCode, LevelCode)>,
    row: &Matter,
    directory: &Directory,
) -> bool {
    let pair = raised_from.map_or((&content.kind, &content.level), |it| (&it.0, &it.1));
    let unit = |code: &String| directory.answering(code).map(|it| it.id);
    let lead = content.calls.iter().find(|it| it.role == AssignmentRole::Lead).map(|it| it.unit);
    let other_lead = row.lead.as_ref().and_then(unit).is_some_and(|it| Some(it) != lead);
    let called = |it: &UnitId| content.calls.iter().any(|call| call.unit == *it);
    let missed = row.assists.iter().filter_map(unit).any(|it| !called(&it));
    pair != (&row.kind, &row.level) || other_lead || missed
}

/// Holds what is asked against the row of its matter: a departure has a reason, and only that.
pub(super) fn reasoned(
    stand: &Stand<'_>,
    content: &Content,
    raised_from: Option<&(KindCode, LevelCode)>,
) -> Result<(), Refusal> {
    let row = content.matter.as_ref().and_then(|it| stand.facts.lists.matters.get(it));
    let departs = row.is_some_and(|it| departs(content, raised_from, it, stand.facts.directory));
    match (departs, content.override_reason) {
        (true, None) => Err(Refusal::missing("overrideReason")),
        (false, Some(_)) => Err(Refusal::invalid("overrideReason", Problem::Contradiction)),
        (true, Some(_)) | (false, None) => Ok(()),
    }
}

/// The third whistle on one petition raises the level by one (R33).
pub(super) fn raise(
    stand: &Stand<'_>,
    petitions: &BTreeSet<PetitionId>,
    content: &mut Content,
) -> Result<Raised, Refusal> {
    let mut nth = 0;
    for id in petitions {
        nth = nth.max(stand.petition(*id)?.n_whistles() + 1);
    }
    let Some(raise) = stand.facts.lists.process.raised(&content.kind, &content.level, nth) else {
        return Ok(None);
    };
    let from = (
        std::mem::replace(&mut content.kind, raise.to_kind.clone()),
        std::mem::replace(&mut content.level, raise.to_level.clone()),
    );
    Ok(Some(from))
}

/// The lead and assists that the matter names, or those who took over from them; where it names no
/// lead, the first unit leads (R18).
fn listed(stand: &Stand<'_>, row: &Matter) -> Result<Vec<Call>, Refusal> {
    let unit = |code: &String| stand.facts.directory.answering(code).map(|it| it.id);
    let mut asked = vec![];
    if let Some(lead) = &row.lead {
        let unit = unit(lead).ok_or(Refusal::NotCallable)?;
        asked.push(AskedCall { unit, role: Some(AssignmentRole::Lead), task: None });
    }
    for unit in row.assists.iter().filter_map(unit) {
        // Two that were merged are one.
        if asked.iter().all(|it| it.unit != unit) {
            asked.push(AskedCall { unit, role: None, task: None });
        }
    }
    named(asked)
}

/// The calls as asked: one lead, no unit twice.
fn named(asked: Vec<AskedCall>) -> Result<Vec<Call>, Refusal> {
    let n_leads = asked.iter().filter(|it| it.role == Some(AssignmentRole::Lead)).count();
    if n_leads > 1 {
        return Err(Refusal::invalid("units", Problem::Contradiction));
    }
    let mut seen = BTreeSet::new();
    let mut res = vec![];
    for (index, it) in asked.into_iter().enumerate() {
        if !seen.insert(it.unit) {
            return Err(Refusal::invalid("units", Problem::Twice));
        }
        let first = n_leads == 0 && index == 0;
        let role = match it.role {
            Some(AssignmentRole::Lead) => AssignmentRole::Lead,
            Some(AssignmentRole::Assist) | None if first => AssignmentRole::Lead,
            Some(AssignmentRole::Assist) | None => AssignmentRole::Assist,
        };
        res.push(Call { unit: it.unit, role, task: it.task });
    }
    Ok(res)
}

/// What a draft says, raised where its petitions were whistled again since it was drafted (R33).
pub(super) fn as_raised(
    stand: &Stand<'_>,
    whistle: &Whistle,
) -> Result<(Box<Content>, Raised), Refusal> {
    let content = whistle.content.as_ref().ok_or_else(|| stand::wrong_stage(whistle))?;
    let mut content = content.clone();
    if whistle.raised_from.is_some() {
        return Ok((content, None));
    }
    let petitions = whistle.petitions.keys().copied().collect();
    let raised_from = raise(stand, &petitions, &mut content)?;
    Ok((content, raised_from))
}

/// Raises a whistle whose petitions were whistled again since it was drafted.
pub(super) fn raise_late(stand: &mut Stand<'_>, id: WhistleId) -> Result<(), Refusal> {
    let (content, raised_from) = as_raised(stand, stand.whistle(id)?)?;
    if raised_from.is_none() {
        return Ok(());
    }
    let lists = stand.facts.lists.version;
    stand.record(id, WhistleFact::Amended { content, raised_from, lists })
}
