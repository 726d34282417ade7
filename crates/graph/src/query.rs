//! Queries: each passes the gate, each page comes by keyset.

pub(crate) mod account;
pub(crate) mod lists;
pub(crate) mod record;

use app::Visible;
use async_graphql::{Context, ID, InputObject, MergedObject, Object, Result};
use chrono::{DateTime, Utc};
use engine::{Refusal, StreamId, ids::UnitId, lists::MatterCode, refusal::Problem};
use store::{DeadlineView, InboxFilter, LetterFilter, LetterView, PetitionFilter, WhistleFilter};

use crate::{
    bag,
    context::{app, caller, fault, refuse, registers},
    enums::{PetitionStage, Procedure, Resolution, Step, WhistleStage},
    input::{case_of, id},
    object::{
        Calendar, Deadline, DeadlineConnection, DispatchSuggestion, EventConnection,
        InboxConnection, InboxItem, Letter, LetterConnection, Me, Petition, PetitionConnection,
        Unit, Whistle, WhistleConnection, timeline,
    },
    page::request,
};

/// 查询.
#[derive(MergedObject, Default)]
pub struct Query(CaseQuery, account::AccountQuery, lists::ListsQuery, record::RecordQuery);

/// 办件.
#[derive(Default)]
pub(crate) struct CaseQuery;

/// 诉求的筛选条件; all of them hold.
#[derive(InputObject, Default)]
pub(crate) struct PetitionFilterInput {
    /// 状态.
    stages: Option<Vec<PetitionStage>>,
    /// 办理程序.
    procedures: Option<Vec<Procedure>>,
    /// 是否疑难复杂.
    difficult: Option<bool>,
    /// 化解情况.
    resolution: Option<Resolution>,
    /// 事项代码.
    matter: Option<String>,
    /// 登记中心.
    centre: Option<ID>,
    /// 事发地.
    place: Option<ID>,
    /// 是否逾期.
    overdue: Option<bool>,
    /// 标题中的词.
    text: Option<String>,
    /// 登记号或来源系统编号.
    number: Option<String>,
    /// 信访人的电话、证件号码或来源系统用户编号, to the digit; only for whoever may open what is sealed,
    /// and noted.
    petitioner_number: Option<String>,
    /// 登记时间, from then.
    from: Option<DateTime<Utc>>,
    /// 登记时间, before then.
    until: Option<DateTime<Utc>>,
}

/// 诉求的排序.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, async_graphql::Enum)]
pub(crate) enum PetitionOrder {
    /// 最近登记的在前.
    #[default]
    Newest,
    /// 最先到期的在前; what owes nothing is left out.
    Due,
}

/// 哨的筛选条件; all of them hold.
#[derive(InputObject, Default)]
pub(crate) struct WhistleFilterInput {
    /// 状态.
    stages: Option<Vec<WhistleStage>>,
    /// 哨种代码.
    kinds: Option<Vec<String>>,
    /// 等级代码.
    levels: Option<Vec<String>>,
    /// 吹哨中心.
    centre: Option<ID>,
    /// 召集的单位.
    unit: Option<ID>,
    /// 哨内诉求.
    petition: Option<ID>,
    /// 事项代码.
    matter: Option<String>,
    /// 签发年度; the total is the number of batches.
    year: Option<i32>,
    /// 是否改派: departs from the row of its matter, with a reason.
    overridden: Option<bool>,
    /// 是否逾期.
    overdue: Option<bool>,
    /// 标题中的词.
    text: Option<String>,
    /// 起草时间, from then.
    from: Option<DateTime<Utc>>,
    /// 起草时间, before then.
    until: Option<DateTime<Utc>>,
}

/// 哨的排序.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, async_graphql::Enum)]
pub(crate) enum WhistleOrder {
    /// 最近起草的在前.
    #[default]
    Newest,
    /// 最近签发的在前; what is not issued is left out.
    Issued,
    /// 最先到期的在前; what owes nothing is left out.
    Due,
}

/// 期限、待办的筛选条件; all of them hold.
#[derive(InputObject, Default)]
pub(crate) struct DeadlineFilterInput {
    /// 责任单位; of the inbox always one's own.
    unit: Option<ID>,
    /// 环节.
    steps: Option<Vec<Step>>,
    /// 哨种代码.
    kinds: Option<Vec<String>>,
    /// 等级代码.
    levels: Option<Vec<String>>,
    /// 是否逾期.
    overdue: Option<bool>,
    /// 标题中的词.
    text: Option<String>,
    /// 截止时间, from then.
    from: Option<DateTime<Utc>>,
    /// 截止时间, before then.
    until: Option<DateTime<Utc>>,
}

/// 信的筛选条件.
#[derive(InputObject, Default)]
pub(crate) struct LetterFilterInput {
    /// About this whistle or petition; then everybody's letters, not only one's own.
    case: Option<ID>,
    /// 寄送状态: pending, sent, dead.
    state: Option<String>,
    /// 所有人的信; for those who run the system, and behind the gate for the others.
    everybody: Option<bool>,
}

fn codes<T: Copy, U: From<T>>(all: Option<Vec<T>>) -> Vec<U> {
    all.unwrap_or_default().into_iter().map(Into::into).collect()
}

/// A unit with those that it took over from: what they owe and did is its own.
fn units_of(ctx: &Context<'_>, field: &'static str, it: Option<&ID>) -> Result<Vec<UnitId>> {
    let Some(unit) = unit_of(ctx, field, it)? else { return Ok(vec![]) };
    Ok(registers(ctx)?.directory.represented_by(unit).chain([unit]).collect())
}

fn unit_of(ctx: &Context<'_>, field: &'static str, it: Option<&ID>) -> Result<Option<UnitId>> {
    it.map(|it| id(ctx, field, it)).transpose()
}

fn deadline_filter(ctx: &Context<'_>, it: DeadlineFilterInput) -> Result<InboxFilter> {
    Ok(InboxFilter {
        units: units_of(ctx, "unit", it.unit.as_ref())?,
        steps: codes(it.steps),
        kinds: it.kinds.unwrap_or_default(),
        levels: it.levels.unwrap_or_default(),
        overdue: it.overdue,
        text: it.text,
        from: it.from,
        until: it.until,
        ..InboxFilter::default()
    })
}

/// 办件.
#[Object]
impl CaseQuery {
    /// 本人: who is signed in.
    #[graphql(complexity = "200 + child_complexity")]
    async fn me(&self, ctx: &Context<'_>) -> Result<Me> {
        caller(ctx)?;
        Ok(Me::default())
    }

    /// 单位, by their place in the tree.
    #[graphql(complexity = "200 + 50 * child_complexity")]
    async fn units(&self, ctx: &Context<'_>) -> Result<Vec<Unit>> {
        caller(ctx)?;
        let registers = registers(ctx)?;
        let mut units: Vec<Unit> = registers.directory.units().cloned().map(Unit).collect();
        units.sort_by(|one, other| {
            (std::cmp::Reverse(one.0.tier), &one.0.code)
                .cmp(&(std::cmp::Reverse(other.0.tier), &other.0.code))
        });
        Ok(units)
    }

    /// 诉求.
    #[graphql(complexity = "200 + child_complexity")]
    async fn petition(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Petition>> {
        let id = crate::input::id(ctx, "id", &id)?;
        let found = app(ctx)?.petition(caller(ctx)?, id).await.map_err(|it| fault(ctx, it))?;
        bag::gather(ctx, &[], found.as_slice()).await?;
        Ok(found.map(Petition::of))
    }

    /// 诉求列表.
    #[graphql(complexity = "200 + first.unwrap_or(20).clamp(1, 100) as usize * child_complexity")]
    async fn petitions(
        &self,
        ctx: &Context<'_>,
        filter: Option<PetitionFilterInput>,
        order: Option<PetitionOrder>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<PetitionConnection> {
        let request = request(ctx, first, after.as_deref())?;
        let it = filter.unwrap_or_default();
        let stages: Vec<engine::petition::StageKind> = codes(it.stages);
        let procedures: Vec<engine::petition::Procedure> = codes(it.procedures);
        let filter = PetitionFilter {
            stages: stages.into_iter().map(Into::into).collect(),
            procedures: procedures.into_iter().map(Into::into).collect(),
            difficult: it.difficult,
            resolution: it
                .resolution
                .map(|it| <&'static str>::from(engine::whistle::ResolutionKind::from(it))),
            matter: it.matter,
            centre: unit_of(ctx, "centre", it.centre.as_ref())?,
            place: unit_of(ctx, "place", it.place.as_ref())?,
            overdue: it.overdue,
            text: it.text,
            number: it.number,
            petitioner: None,
            from: it.from,
            until: it.until,
        };
        let order = match order.unwrap_or_default() {
            PetitionOrder::Newest => store::PetitionOrder::Newest,
            PetitionOrder::Due => store::PetitionOrder::Due,
        };
        let (app, caller) = (app(ctx)?, caller(ctx)?);
        let page = match it.petitioner_number {
            Some(number) => app.petitions_by_number(caller, number, filter, order, request).await,
            None => app.petitions(caller, &filter, order, request).await,
        };
        let page = page.map_err(|it| fault(ctx, it))?;
        let all: Vec<_> = page.items.iter().map(|(_, it)| it.clone()).collect();
        bag::gather(ctx, &[], &all).await?;
        Ok(PetitionConnection::of(page, &request, Petition::of))
    }

    /// 派单建议: under which row of the lists a petition would be whistled and why, for whoever may
    /// draft a whistle over it; none where the petition is not to be seen.
    #[graphql(complexity = "1000 + child_complexity")]
    async fn dispatch_suggestion(
        &self,
        ctx: &Context<'_>,
        petition: ID,
        matter: Option<String>,
    ) -> Result<Option<DispatchSuggestion>> {
        let petition = id(ctx, "petition", &petition)?;
        let matter = matter.as_deref().map(MatterCode::new);
        let found = app(ctx)?.suggestion(caller(ctx)?, petition, matter.as_ref()).await;
        let found = found.map_err(|it| fault(ctx, it))?;
        Ok(found.map(DispatchSuggestion::of))
    }

    /// 哨.
    #[graphql(complexity = "200 + child_complexity")]
    async fn whistle(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Whistle>> {
        let id = crate::input::id(ctx, "id", &id)?;
        let found = app(ctx)?.whistle(caller(ctx)?, id).await.map_err(|it| fault(ctx, it))?;
        bag::gather(ctx, found.as_slice(), &[]).await?;
        Ok(found.map(Whistle::of))
    }

    /// 哨列表.
    #[graphql(complexity = "200 + first.unwrap_or(20).clamp(1, 100) as usize * child_complexity")]
    async fn whistles(
        &self,
        ctx: &Context<'_>,
        filter: Option<WhistleFilterInput>,
        order: Option<WhistleOrder>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<WhistleConnection> {
        let request = request(ctx, first, after.as_deref())?;
        let it = filter.unwrap_or_default();
        let stages: Vec<engine::whistle::StageKind> = codes(it.stages);
        let filter = WhistleFilter {
            stages: stages.into_iter().map(Into::into).collect(),
            kinds: it.kinds.unwrap_or_default(),
            levels: it.levels.unwrap_or_default(),
            centre: unit_of(ctx, "centre", it.centre.as_ref())?,
            units: units_of(ctx, "unit", it.unit.as_ref())?,
            petition: it.petition.as_ref().map(|it| id(ctx, "petition", it)).transpose()?,
            matter: it.matter,
            year: it.year,
            overridden: it.overridden,
            overdue: it.overdue,
            text: it.text,
            from: it.from,
            until: it.until,
        };
        let order = match order.unwrap_or_default() {
            WhistleOrder::Newest => store::WhistleOrder::Newest,
            WhistleOrder::Issued => store::WhistleOrder::Issued,
            WhistleOrder::Due => store::WhistleOrder::Due,
        };
        let page = app(ctx)?.whistles(caller(ctx)?, &filter, order, request).await;
        let page = page.map_err(|it| fault(ctx, it))?;
        let all: Vec<_> = page.items.iter().map(|(_, it)| it.clone()).collect();
        bag::gather(ctx, &all, &[]).await?;
        Ok(WhistleConnection::of(page, &request, Whistle::of))
    }

    /// 待办: what the caller's unit owes in the caller's roles, the next act of each part of a case,
    /// by what is due first.
    #[graphql(complexity = "200 + first.unwrap_or(20).clamp(1, 100) as usize * child_complexity")]
    async fn inbox(
        &self,
        ctx: &Context<'_>,
        filter: Option<DeadlineFilterInput>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<InboxConnection> {
        let request = request(ctx, first, after.as_deref())?;
        let caller = caller(ctx)?;
        let mut filter = deadline_filter(ctx, filter.unwrap_or_default())?;
        filter.units = caller.registers.directory.represented_by(caller.member.unit).collect();
        filter.roles = caller.member.roles.iter().copied().collect();
        filter.person = Some(caller.member.person);
        filter.foremost = true;
        let page =
            app(ctx)?.deadlines(caller, &filter, request).await.map_err(|it| fault(ctx, it))?;
        bag::cases(ctx, page.items.iter().map(|(_, it)| it.stream)).await?;
        Ok(InboxConnection::of(page, &request, |it: Visible<DeadlineView>| {
            InboxItem(it.into_inner())
        }))
    }

    /// 期限: those of one case, or of every visible one, by what is due first.
    #[graphql(complexity = "200 + first.unwrap_or(20).clamp(1, 100) as usize * child_complexity")]
    async fn deadlines(
        &self,
        ctx: &Context<'_>,
        case: Option<ID>,
        filter: Option<DeadlineFilterInput>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<DeadlineConnection> {
        let request = request(ctx, first, after.as_deref())?;
        let mut filter = deadline_filter(ctx, filter.unwrap_or_default())?;
        if let Some(case) = &case {
            filter.case = Some(case_of(ctx, "case", case)?.uuid());
        }
        let page = app(ctx)?.deadlines(caller(ctx)?, &filter, request).await;
        let page = page.map_err(|it| fault(ctx, it))?;
        Ok(DeadlineConnection::of(page, &request, Deadline::from))
    }

    /// 信: one's own, or those about a visible case, the last first.
    #[graphql(complexity = "200 + first.unwrap_or(20).clamp(1, 100) as usize * child_complexity")]
    async fn letters(
        &self,
        ctx: &Context<'_>,
        filter: Option<LetterFilterInput>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<LetterConnection> {
        let request = request(ctx, first, after.as_deref())?;
        let caller = caller(ctx)?;
        let it = filter.unwrap_or_default();
        let state = match it.state.as_deref() {
            None => None,
            Some("pending") => Some("pending"),
            Some("sent") => Some("sent"),
            Some("dead") => Some("dead"),
            Some("withheld") => Some("withheld"),
            Some(_) => return Err(refuse(ctx, &Refusal::invalid("state", Problem::Unknown))),
        };
        let case = it.case.as_ref().map(|it| case_of(ctx, "case", it)).transpose()?;
        // Whoever reads no case looks at delivery, not at a case.
        if case.is_some() && !caller.viewer.reads_cases() {
            return Err(fault(ctx, app::Error::NotFound));
        }
        let runs = caller.member.roles.contains(&engine::actor::Role::SystemAdmin);
        let everybody = case.is_some() || it.everybody == Some(true);
        let filter = LetterFilter {
            case: case.map(StreamId::uuid),
            everybody: everybody && (caller.viewer.reads_cases() || runs),
            state,
        };
        let page =
            app(ctx)?.letters(caller, &filter, request).await.map_err(|it| fault(ctx, it))?;
        Ok(LetterConnection::of(page, &request, |it: Visible<LetterView>| Letter(it.into_inner())))
    }

    /// 办理经过 of one case, oldest first; none where it is not to be seen.
    #[graphql(complexity = "200 + first.unwrap_or(20).clamp(1, 100) as usize * child_complexity")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        case: ID,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Option<EventConnection>> {
        timeline(ctx, case_of(ctx, "case", &case)?, first, after).await
    }

    /// 工作日历: a version, or the one in force.
    #[graphql(complexity = "200 + child_complexity")]
    async fn calendar(&self, ctx: &Context<'_>, version: Option<u32>) -> Result<Option<Calendar>> {
        caller(ctx)?;
        let registers = registers(ctx)?;
        let today = app(ctx)?.now().with_timezone(&engine::calendar::beijing()).date_naive();
        let found = match version {
            Some(version) => registers.calendar_version(version),
            None => registers.calendar_on(today),
        };
        Ok(found.cloned().map(Calendar))
    }
}
