//! The ledger (化解责任清单, 台账): one row for each entry, in the columns that offices know.
//!
//! A row is data and no text: what people wrote is named by its [`Words`], people by their ids. Whoever
//! prints it reads both through the gate, and prints names of petitioners under their mask.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Care, CaseOwner, Petition, Progress, Risk, SignOffRecord, Stage};
use crate::{
    actor::Rank,
    calendar::beijing,
    clock::{ClockKey, Step},
    directory::Directory,
    ids::{PersonId, PetitionId, UnitId, WhistleId},
    lists::{LevelCode, Lists},
    text::Words,
    whistle::{Assignment, AssignmentRole, Resolution, Whistle},
};

/// A unit with its name as it is today.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedUnit {
    /// Which.
    pub unit: UnitId,
    /// What it is called.
    pub name: String,
}

/// A unit's part in the row: who leads or assists, and who came for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The unit.
    pub unit: NamedUnit,
    /// 任务: what it was asked to do.
    pub task: Option<Words>,
    /// 责任人: the name of whoever reported in for it.
    pub attendee: Option<Words>,
    /// Their post.
    pub post: Option<Words>,
    /// Their rank.
    pub rank: Option<Rank>,
}

impl Part {
    fn of(it: &Assignment, directory: &Directory) -> Self {
        let came = it.attendance.as_ref();
        Self {
            unit: named(it.unit, directory),
            task: it.task,
            attendee: came.map(|it| it.name),
            post: came.map(|it| it.post),
            rank: came.map(|it| it.rank),
        }
    }
}

/// One row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The petition.
    pub petition: PetitionId,
    /// Which entry of the petition, from 1.
    pub nth: u32,
    /// 案件编号.
    pub number: String,
    /// 信访人/当事人; printed under a mask.
    pub petitioner: Option<PersonId>,
    /// 主要诉求: the title.
    pub title: Words,
    /// 主要诉求: the text.
    pub detail: Option<Words>,
    /// 涉及人数.
    pub people: u32,
    /// 风险等级.
    pub risk: Risk,
    /// 等级, as the lists name it, of the petition as it is now.
    pub level: Option<(LevelCode, String)>,
    /// 首次发生: when it was brought or, where that is not known, registered.
    pub first_at: Option<DateTime<Utc>>,
    /// 当前阶段.
    pub stage: Stage,
    /// 包案领导.
    pub owner: CaseOwner,
    /// Their unit.
    pub owner_unit: NamedUnit,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Whether the owner was recused since, so that another is to be assigned.
    pub vacant: bool,
    /// Whether the owner's rank is below what the level asks for now: a later whistle raised it.
    pub below_rank: bool,
    /// The whistle that the next two columns are of: the latest over it.
    pub whistle: Option<WhistleId>,
    /// 牵头单位, 责任人.
    pub lead: Option<Part>,
    /// 协办单位及任务.
    pub assists: Vec<Part>,
    /// 化解措施.
    pub measures: Option<Words>,
    /// 下一步.
    pub next: Option<Words>,
    /// 化解时限.
    pub due_on: NaiveDate,
    /// Whether it passed and the entry was still open.
    pub overdue: bool,
    /// Until when the measures are to be reviewed; none where nothing is owed.
    pub review_due: Option<DateTime<Utc>>,
    /// 稳控责任单位, 责任人, 下次走访.
    pub care: Option<Care>,
    /// The unit that cares.
    pub care_unit: Option<NamedUnit>,
    /// 进展(逐次), earliest first; the latest of them where there are very many.
    pub progress: Vec<Progress>,
    /// How often the measures were updated.
    pub updates: u32,
    /// 是否化解: as accepted or, before that, as the owner says.
    pub resolution: Option<Resolution>,
    /// 化解方式: what was accepted.
    pub way: Option<Words>,
    /// 协议履行.
    pub fulfilment: Option<Words>,
    /// 验收人.
    pub accepted_by: Option<PersonId>,
    /// 销号日期.
    pub signed_off_on: Option<NaiveDate>,
}

impl LedgerRow {
    /// What people wrote of it.
    pub fn words(&self) -> impl Iterator<Item = Words> {
        let parts = self.lead.iter().chain(&self.assists);
        let of_parts = parts.flat_map(|it| [it.task, it.attendee, it.post]).flatten();
        let remainder = self.resolution.as_ref().and_then(Resolution::remainder);
        let own = [
            Some(self.title),
            self.detail,
            self.owner.post,
            self.measures,
            self.next,
            self.way,
            self.fulfilment,
            remainder,
        ];
        own.into_iter().flatten().chain(of_parts).chain(self.progress.iter().map(|it| it.text))
    }

    /// Who works on it; the petitioner is none of them.
    pub fn colleagues(&self) -> impl Iterator<Item = PersonId> {
        let carer = self.care.and_then(|it| it.person);
        let some = [Some(self.owner.person), carer, self.accepted_by];
        some.into_iter().flatten().chain(self.progress.iter().map(|it| it.by))
    }
}

/// The row of a petition's latest entry, under the whistles over it that are at hand; none where it
/// never had one.
#[must_use]
pub fn entry<'a>(
    petition: &Petition,
    whistles: impl IntoIterator<Item = &'a Whistle>,
    lists: &Lists,
    directory: &Directory,
) -> Option<LedgerRow> {
    let it = petition.responsibility.as_deref()?;
    let registration = petition.registration.as_deref()?;
    let latest = latest(petition, whistles);
    let level = petition.level(lists);
    let asked = level.and_then(|it| lists.responsibility.get(&it.code)).map(|it| it.case_owner);
    let end: Option<&SignOffRecord> = it.signed_off.as_ref();
    let clock = |step| petition.clocks.get(&ClockKey::of(step));
    Some(LedgerRow {
        petition: petition.id,
        nth: it.nth,
        number: registration.number.clone(),
        petitioner: registration.petitioner.filter(|_| !petition.is_erased),
        title: registration.title,
        detail: registration.detail,
        people: registration.people,
        risk: it.risk,
        level: level.map(|it| (it.code.clone(), it.name.clone())),
        first_at: registration.received_at.or(petition.registered_at),
        stage: petition.stage.clone(),
        owner: it.owner.clone(),
        owner_unit: named(it.owner.unit, directory),
        since: it.since,
        vacant: end.is_none() && petition.case_owner().is_none(),
        below_rank: end.is_none() && asked.is_some_and(|least| it.owner.rank < least),
        whistle: latest.map(|it| it.id),
        lead: latest.and_then(|it| part(it, AssignmentRole::Lead, directory).into_iter().next()),
        assists: latest.map(|it| part(it, AssignmentRole::Assist, directory)).unwrap_or_default(),
        measures: it.measures,
        next: it.next,
        due_on: it.due_on,
        overdue: clock(Step::Resolve).is_some_and(|it| it.lapsed),
        review_due: clock(Step::ReviewMeasures).map(|it| it.due),
        care: it.care,
        care_unit: it.care.map(|it| named(it.unit, directory)),
        progress: it.progress.iter().copied().collect(),
        updates: it.updates,
        resolution: end.map(|it| it.how.clone()).or_else(|| it.resolution.clone()),
        way: end.map(|it| it.text),
        fulfilment: end.and_then(|it| it.fulfilment),
        accepted_by: end.map(|it| it.by),
        signed_off_on: end.map(|it| it.at.with_timezone(&beijing()).date_naive()),
    })
}

/// The latest whistle that was issued over a petition, of those that are at hand.
#[must_use]
pub fn latest<'a>(
    petition: &Petition,
    whistles: impl IntoIterator<Item = &'a Whistle>,
) -> Option<&'a Whistle> {
    let nth = |it: &Whistle| petition.whistles.get(&it.id).map(|it| it.nth);
    whistles
        .into_iter()
        .filter(|it| it.petitions.contains_key(&petition.id) && nth(it).is_some())
        .max_by_key(|it| nth(it))
}

/// The parts of the units that work on it in a role, or did until it ended; of each unit one.
pub(super) fn called(whistle: &Whistle, role: AssignmentRole) -> impl Iterator<Item = &Assignment> {
    let mut seen = BTreeSet::new();
    whistle.called().filter(move |it| it.role == role && seen.insert(it.unit))
}

fn part(whistle: &Whistle, role: AssignmentRole, directory: &Directory) -> Vec<Part> {
    called(whistle, role).map(|it| Part::of(it, directory)).collect()
}

pub(super) fn named(unit: UnitId, directory: &Directory) -> NamedUnit {
    NamedUnit { unit, name: directory.name(unit) }
}
