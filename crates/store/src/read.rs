//! Read models: pages by keyset, behind the gate, in a constant number of statements.

use std::fmt;

use chrono::{DateTime, Utc};
use engine::{
    StreamId,
    actor::Role,
    calendar::{Limit, LimitUnit},
    clock::{ClockKey, Step},
    ids::{DistrictId, LetterId, PersonId, PetitionId, UnitId, WhistleId},
    notice::{Notice, NoticeKind},
    petition::Petition,
    whistle::Whistle,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, FromQueryResult, QueryFilter as _,
    QueryResult,
    sea_query::{Cond, Expr, ExprTrait as _, LikeExpr, Order, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    Error, Store, Viewer,
    claim::{key_of, part_of, stream_of},
    entity,
    journal::{State, record_of, state_of},
    sealed, search,
};

/// More rows than this are not counted.
const COUNTED: u64 = 10_000;

/// A place in a list: opaque to everybody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    at: i64,
    id: Uuid,
    part: Uuid,
    step: Option<Step>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{}", self.at.cast_unsigned(), self.id.simple())?;
        match self.step {
            Some(step) => write!(f, "{}{step}", self.part.simple()),
            None => Ok(()),
        }
    }
}

impl Cursor {
    /// Reads a cursor; none where it is not one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if !text.is_ascii() {
            return None;
        }
        let at = u64::from_str_radix(text.get(..16)?, 16).ok()?.cast_signed();
        let id = Uuid::try_parse(text.get(16..48)?).ok()?;
        let (part, step) = match text.get(48..)? {
            "" => (Uuid::nil(), None),
            rest => (Uuid::try_parse(rest.get(..32)?).ok()?, Some(rest.get(32..)?.parse().ok()?)),
        };
        DateTime::from_timestamp_micros(at)?;
        Some(Self { at, id, part, step })
    }

    /// The place of what is ordered by something that the reader holds.
    #[must_use]
    pub fn of_id(id: Uuid) -> Self {
        Self { at: 0, id, part: Uuid::nil(), step: None }
    }

    /// What stands there.
    #[must_use]
    pub fn id(self) -> Uuid {
        self.id
    }

    /// The place of a note: when, on which stream, and its ordinal there. The step only says that
    /// the ordinal stands in the cursor's second id.
    pub(crate) fn of_note(at: DateTime<Utc>, stream: Uuid, version: u32) -> Self {
        let part = Uuid::from_u128(u128::from(version));
        Self { at: at.timestamp_micros(), id: stream, part, step: Some(Step::Submit) }
    }

    /// The place of a note again.
    pub(crate) fn note(self) -> (DateTime<Utc>, Uuid, u32) {
        (self.instant(), self.id, u32::try_from(self.part.as_u128()).unwrap_or(0))
    }

    fn of(at: DateTime<Utc>, id: Uuid) -> Self {
        Self { at: at.timestamp_micros(), id, part: Uuid::nil(), step: None }
    }

    fn instant(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.at).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

/// Which page.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest {
    /// How many; at most a hundred.
    pub first: u64,
    /// After which place.
    pub after: Option<Cursor>,
    /// Whether the total is wanted; counting costs a statement.
    pub count: bool,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// What is on it, each with its place.
    pub items: Vec<(Cursor, T)>,
    /// Whether there is more.
    pub more: bool,
    /// How many there are in all, where it was asked.
    pub total: Option<u64>,
    /// Whether there are more than were counted.
    pub capped: bool,
}

/// Which petitions.
#[derive(Debug, Clone, Default)]
pub struct PetitionFilter {
    /// In one of these stages.
    pub stages: Vec<&'static str>,
    /// Under one of these procedures.
    pub procedures: Vec<&'static str>,
    /// Whether recognised as difficult.
    pub difficult: Option<bool>,
    /// With this resolution.
    pub resolution: Option<&'static str>,
    /// Of this matter.
    pub matter: Option<String>,
    /// Kept by this centre.
    pub centre: Option<UnitId>,
    /// From this place.
    pub place: Option<UnitId>,
    /// Whether something is overdue.
    pub overdue: Option<bool>,
    /// Holding these words.
    pub text: Option<String>,
    /// With this number, or the number of the system it came from.
    pub number: Option<String>,
    /// Of a petitioner who is found by a number.
    pub petitioner: Option<Sought>,
    /// Registered from then.
    pub from: Option<DateTime<Utc>>,
    /// Registered before then.
    pub until: Option<DateTime<Utc>>,
}

/// A petitioner who is looked for. It holds a number of theirs, and is shown nowhere.
#[derive(Clone)]
pub struct Sought {
    /// Their telephone, identity number, or number in the system they came from, to the digit.
    pub number: String,
    /// Only in petitions that one of these centres keeps; none where that does not matter.
    pub kept_by: Option<Vec<UnitId>>,
}

impl fmt::Debug for Sought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sought(..)")
    }
}

/// In which order petitions come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PetitionOrder {
    /// The last registered first.
    #[default]
    Newest,
    /// What is due soonest first; what owes nothing is left out.
    Due,
}

/// Which whistles.
#[derive(Debug, Clone, Default)]
pub struct WhistleFilter {
    /// In one of these stages.
    pub stages: Vec<&'static str>,
    /// Of these kinds.
    pub kinds: Vec<String>,
    /// Of these levels.
    pub levels: Vec<String>,
    /// Blown by this centre.
    pub centre: Option<UnitId>,
    /// That call one of these units.
    pub units: Vec<UnitId>,
    /// Over this petition.
    pub petition: Option<PetitionId>,
    /// Of this matter.
    pub matter: Option<String>,
    /// Issued in this year.
    pub year: Option<i32>,
    /// Whether it departs from the row of its matter.
    pub overridden: Option<bool>,
    /// Whether something is overdue.
    pub overdue: Option<bool>,
    /// Holding these words.
    pub text: Option<String>,
    /// Drafted from then.
    pub from: Option<DateTime<Utc>>,
    /// Drafted before then.
    pub until: Option<DateTime<Utc>>,
}

/// In which order whistles come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhistleOrder {
    /// The last drafted first.
    #[default]
    Newest,
    /// The last issued first; what is not issued is left out.
    Issued,
    /// What is due soonest first; what owes nothing is left out.
    Due,
}

/// Which deadlines.
#[derive(Debug, Clone, Default)]
pub struct InboxFilter {
    /// Owed by one of these units.
    pub units: Vec<UnitId>,
    /// Owed by one of these roles.
    pub roles: Vec<Role>,
    /// Not owed by somebody else in person.
    pub person: Option<PersonId>,
    /// Only the next act of each part of a case.
    pub foremost: bool,
    /// Of this case.
    pub case: Option<Uuid>,
    /// Of these steps.
    pub steps: Vec<Step>,
    /// Of whistles of these kinds.
    pub kinds: Vec<String>,
    /// Of whistles of these levels.
    pub levels: Vec<String>,
    /// Whether overdue.
    pub overdue: Option<bool>,
    /// Of cases that hold these words.
    pub text: Option<String>,
    /// Due from then.
    pub from: Option<DateTime<Utc>>,
    /// Due before then.
    pub until: Option<DateTime<Utc>>,
}

/// A deadline as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineView {
    /// The case.
    pub stream: StreamId,
    /// The clock.
    pub key: ClockKey,
    /// Who owes the act.
    pub unit: UnitId,
    /// In which roles.
    pub roles: Vec<Role>,
    /// Who it is in person, where it is one of them alone.
    pub person: Option<PersonId>,
    /// From when it runs.
    pub from: DateTime<Utc>,
    /// Until when.
    pub due: DateTime<Utc>,
    /// From when it is yellow.
    pub warn: DateTime<Utc>,
    /// By which limit; none where a decision named the date.
    pub limit: Option<Limit>,
    /// With which calendar.
    pub calendar: u32,
    /// Whether that did not know every year.
    pub provisional: bool,
    /// The statutory date that cut it short.
    pub cap: Option<DateTime<Utc>>,
    /// Whether its lapse was recorded.
    pub lapsed: bool,
}

/// What somebody owes next in a case.
pub type InboxEntry = DeadlineView;

/// An event as it is shown.
pub type EventView = crate::EventRecord;

/// Which letters.
#[derive(Debug, Clone, Default)]
pub struct LetterFilter {
    /// About this case.
    pub case: Option<Uuid>,
    /// Not only the reader's own.
    pub everybody: bool,
    /// In this state of delivery.
    pub state: Option<&'static str>,
}

/// A letter as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterView {
    /// Its id.
    pub id: LetterId,
    /// The case.
    pub stream: Uuid,
    /// What it is about.
    pub kind: NoticeKind,
    /// What it says.
    pub notice: Notice,
    /// The addressed unit.
    pub unit: UnitId,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Where its delivery stands; none where there is no address.
    pub state: Option<String>,
    /// When it was delivered.
    pub sent_at: Option<DateTime<Utc>>,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last try failed.
    pub last_error: Option<String>,
}

#[derive(FromQueryResult)]
struct Placed {
    id: Uuid,
    at: DateTime<Utc>,
}

fn sort(res: &mut SelectStatement, column: &'static str, order: Order, request: &PageRequest) {
    if let Some(after) = request.after {
        let (at, id) = (after.instant(), after.id);
        let beyond = |later: bool| {
            let at_col = Expr::col(column);
            let id_col = Expr::col("id");
            if later {
                Cond::any()
                    .add(at_col.clone().gt(at))
                    .add(Cond::all().add(at_col.eq(at)).add(id_col.gt(id)))
            } else {
                Cond::any()
                    .add(at_col.clone().lt(at))
                    .add(Cond::all().add(at_col.eq(at)).add(id_col.lt(id)))
            }
        };
        res.cond_where(beyond(order == Order::Asc));
    }
    res.order_by(column, order.clone()).order_by("id", order).limit(request.first + 1);
}

impl Store {
    /// The states of visible cases; those that may not be seen are left out like those that are not.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn visible(&self, viewer: &Viewer, ids: &[Uuid]) -> Result<Vec<State>, Error> {
        if ids.is_empty() {
            return Ok(vec![]);
        }
        let rows = entity::stream::Entity::find()
            .filter(entity::stream::Column::DistrictId.eq(viewer.district.0))
            .filter(entity::stream::Column::Id.is_in(ids.iter().copied()))
            .filter(viewer.sees(("stream", "id")))
            .all(&self.db)
            .await?;
        rows.into_iter().map(|it| state_of(&it.kind, it.id, &it.state)).collect()
    }

    /// Where a part of a whistle is: the whistle of an assignment.
    ///
    /// # Errors
    /// The driver's.
    pub async fn whistle_of(
        &self,
        viewer: &Viewer,
        assignment: engine::ids::AssignmentId,
    ) -> Result<Option<WhistleId>, Error> {
        let row = entity::assignment_row::Entity::find_by_id((viewer.district.0, assignment.0))
            .filter(viewer.sees(("assignment_row", "whistle_id")))
            .one(&self.db)
            .await?;
        Ok(row.map(|it| WhistleId(it.whistle_id)))
    }

    /// A page of petitions.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn petitions(
        &self,
        viewer: &Viewer,
        filter: &PetitionFilter,
        order: PetitionOrder,
        now: DateTime<Utc>,
        request: PageRequest,
    ) -> Result<Page<Petition>, Error> {
        let (column, direction) = match order {
            PetitionOrder::Newest => ("registered_at", Order::Desc),
            PetitionOrder::Due => ("due_at", Order::Asc),
        };
        let mut query = Query::select()
            .column("id")
            .expr_as(Expr::col(column), "at")
            .from("petition_row")
            .and_where(Expr::col("district_id").eq(viewer.district.0))
            .cond_where(viewer.sees(("petition_row", "id")))
            .take();
        if order == PetitionOrder::Due {
            query.and_where(Expr::col("due_at").is_not_null());
        }
        any(&mut query, "stage", &filter.stages);
        any(&mut query, "procedure", &filter.procedures);
        if let Some(it) = filter.difficult {
            query.and_where(Expr::col("difficult").eq(it));
        }
        if let Some(it) = filter.resolution {
            query.and_where(Expr::col("resolution").eq(it));
        }
        if let Some(it) = &filter.matter {
            query.and_where(Expr::col("matter").eq(it.as_str()));
        }
        if let Some(it) = filter.centre {
            query.and_where(Expr::col("centre_id").eq(it.0));
        }
        if let Some(it) = filter.place {
            query.and_where(Expr::col("place_id").eq(it.0));
        }
        if let Some(it) = &filter.number {
            query.cond_where(
                Cond::any()
                    .add(Expr::col("number").eq(it.as_str()))
                    .add(Expr::col("external_ref").eq(it.as_str())),
            );
        }
        if let Some(it) = &filter.petitioner {
            let mut found = Query::select()
                .column("person_id")
                .from("person_index")
                .and_where(Expr::col("district_id").eq(viewer.district.0))
                .take();
            let mut any = Cond::any();
            for (field, mac) in sealed::sought(&self.keyring, &it.number)? {
                let of = Cond::all()
                    .add(Expr::col("field").eq(field))
                    .add(Expr::col("mac").eq(mac.0.to_vec()));
                any = any.add(of);
            }
            // Where there is nothing to look for, nothing is found.
            if any.is_empty() {
                any = any.add(Expr::val(1).eq(0));
            }
            found.cond_where(any);
            query.and_where(Expr::col("petitioner_id").in_subquery(found));
            if let Some(kept_by) = &it.kept_by {
                query.and_where(Expr::col("centre_id").is_in(kept_by.iter().map(|it| it.0)));
            }
        }
        overdue(&mut query, filter.overdue, now);
        span(&mut query, "registered_at", filter.from, filter.until);
        self.words(&mut query, viewer.district, "id", filter.text.as_deref());
        let states = self.page(viewer, query, column, direction, request).await?;
        Ok(map_page(states, |it| match it {
            State::Petition(it) => Some(it),
            State::Whistle(_) => None,
        }))
    }

    /// A page of whistles.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn whistles(
        &self,
        viewer: &Viewer,
        filter: &WhistleFilter,
        order: WhistleOrder,
        now: DateTime<Utc>,
        request: PageRequest,
    ) -> Result<Page<Whistle>, Error> {
        let (column, direction) = match order {
            WhistleOrder::Newest => ("drafted_at", Order::Desc),
            WhistleOrder::Issued => ("issued_at", Order::Desc),
            WhistleOrder::Due => ("due_at", Order::Asc),
        };
        let mut query = Query::select()
            .column("id")
            .expr_as(Expr::col(column), "at")
            .from("whistle_row")
            .and_where(Expr::col("district_id").eq(viewer.district.0))
            .cond_where(viewer.sees(("whistle_row", "id")))
            .take();
        if order != WhistleOrder::Newest {
            query.and_where(Expr::col(column).is_not_null());
        }
        any(&mut query, "stage", &filter.stages);
        any(&mut query, "kind", &filter.kinds);
        any(&mut query, "level", &filter.levels);
        if let Some(it) = filter.centre {
            query.and_where(Expr::col("centre_id").eq(it.0));
        }
        if !filter.units.is_empty() {
            let called = Query::select()
                .column("whistle_id")
                .from("assignment_row")
                .and_where(Expr::col("district_id").eq(viewer.district.0))
                .and_where(Expr::col("unit_id").is_in(filter.units.iter().map(|it| it.0)))
                .take();
            query.and_where(Expr::col("id").in_subquery(called));
        }
        if let Some(it) = filter.petition {
            let over = Query::select()
                .column("whistle_id")
                .from("whistle_petition")
                .and_where(Expr::col("district_id").eq(viewer.district.0))
                .and_where(Expr::col("petition_id").eq(it.0))
                .take();
            query.and_where(Expr::col("id").in_subquery(over));
        }
        if let Some(it) = &filter.matter {
            query.and_where(Expr::col("matter").eq(it.as_str()));
        }
        if let Some(it) = filter.year {
            query.and_where(Expr::col("year").eq(it));
        }
        if let Some(it) = filter.overridden {
            query.and_where(Expr::col("overridden").eq(it));
        }
        overdue(&mut query, filter.overdue, now);
        span(&mut query, "drafted_at", filter.from, filter.until);
        self.words(&mut query, viewer.district, "id", filter.text.as_deref());
        let states = self.page(viewer, query, column, direction, request).await?;
        Ok(map_page(states, |it| match it {
            State::Whistle(it) => Some(it),
            State::Petition(_) => None,
        }))
    }

    async fn page(
        &self,
        viewer: &Viewer,
        mut query: SelectStatement,
        column: &'static str,
        direction: Order,
        request: PageRequest,
    ) -> Result<Page<State>, Error> {
        let (total, capped) = self.count(&query, request.count).await?;
        sort(&mut query, column, direction, &request);
        let mut placed = vec![];
        for row in self.db.query_all(&query).await? {
            placed.push(Placed::from_query_result(&row, "")?);
        }
        let more = cut(&mut placed, request.first);
        let ids: Vec<Uuid> = placed.iter().map(|it| it.id).collect();
        let mut states = std::collections::HashMap::new();
        // Behind the gate again: what was shut between the two statements stays shut.
        for state in self.visible(viewer, &ids).await? {
            let id = match &state {
                State::Petition(it) => it.id.0,
                State::Whistle(it) => it.id.0,
            };
            states.insert(id, state);
        }
        let items = placed
            .into_iter()
            .filter_map(|it| Some((Cursor::of(it.at, it.id), states.remove(&it.id)?)))
            .collect();
        Ok(Page { items, more, total, capped })
    }

    pub(crate) async fn count(
        &self,
        query: &SelectStatement,
        wanted: bool,
    ) -> Result<(Option<u64>, bool), Error> {
        if !wanted {
            return Ok((None, false));
        }
        let mut inner = query.clone();
        inner.clear_selects().expr(Expr::val(1)).limit(COUNTED + 1);
        let outer = Query::select()
            .expr_as(Expr::cust("count(*)"), "n")
            .from_subquery(inner, "found")
            .take();
        let row = self.db.query_one(&outer).await?;
        let n: i64 = row.map(|it| it.try_get("", "n")).transpose()?.unwrap_or(0);
        let n = u64::try_from(n).unwrap_or(0);
        Ok((Some(Ord::min(n, COUNTED)), n > COUNTED))
    }

    /// A page of deadlines, by due date.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn deadlines(
        &self,
        viewer: &Viewer,
        filter: &InboxFilter,
        now: DateTime<Utc>,
        request: PageRequest,
    ) -> Result<Page<DeadlineView>, Error> {
        let mut query = Query::select()
            .from("deadline")
            .and_where(Expr::col("district_id").eq(viewer.district.0))
            .cond_where(viewer.sees(("deadline", "stream_id")))
            .take();
        for column in [
            "stream_id",
            "stream_kind",
            "step",
            "part_id",
            "unit_id",
            "roles",
            "person_id",
            "from_at",
            "due_at",
            "warn_at",
            "limit_amount",
            "limit_unit",
            "calendar",
            "provisional",
            "cap_at",
            "lapsed",
        ] {
            query.column(column);
        }
        if !filter.units.is_empty() {
            query.and_where(Expr::col("unit_id").is_in(filter.units.iter().map(|it| it.0)));
        }
        if !filter.roles.is_empty() {
            let role = |it: &Role| {
                let code: &'static str = (*it).into();
                Expr::col("roles").like(LikeExpr::new(format!("%\"{code}\"%")))
            };
            let any = filter.roles.iter().map(role).fold(Cond::any(), Cond::add);
            query.cond_where(any);
        }
        if let Some(it) = filter.person {
            let theirs = Expr::col("person_id").is_null().or(Expr::col("person_id").eq(it.0));
            query.and_where(theirs);
        }
        if filter.foremost {
            query.and_where(Expr::col("foremost").eq(true));
        }
        if let Some(it) = filter.case {
            query.and_where(Expr::col("stream_id").eq(it));
        }
        let steps: Vec<&'static str> = filter.steps.iter().map(|it| (*it).into()).collect();
        any(&mut query, "step", &steps);
        if !filter.kinds.is_empty() || !filter.levels.is_empty() {
            let mut of = Query::select()
                .column("id")
                .from("whistle_row")
                .and_where(Expr::col("district_id").eq(viewer.district.0))
                .take();
            any(&mut of, "kind", &filter.kinds);
            any(&mut of, "level", &filter.levels);
            query.and_where(Expr::col("stream_id").in_subquery(of));
        }
        overdue(&mut query, filter.overdue, now);
        span(&mut query, "due_at", filter.from, filter.until);
        self.words(&mut query, viewer.district, "stream_id", filter.text.as_deref());
        let (total, capped) = self.count(&query, request.count).await?;
        if let Some(after) = request.after {
            let at = after.instant();
            query.cond_where(
                Cond::any().add(Expr::col("due_at").gt(at)).add(
                    Cond::all().add(Expr::col("due_at").eq(at)).add(
                        Cond::any().add(Expr::col("stream_id").gt(after.id)).add(
                            Cond::all()
                                .add(Expr::col("stream_id").eq(after.id))
                                .add(beyond_part(after)),
                        ),
                    ),
                ),
            );
        }
        query
            .order_by("due_at", Order::Asc)
            .order_by("stream_id", Order::Asc)
            .order_by("part_id", Order::Asc)
            .order_by("step", Order::Asc)
            .limit(request.first + 1);
        let mut views = vec![];
        for row in self.db.query_all(&query).await? {
            views.push(deadline(&row)?);
        }
        let more = cut(&mut views, request.first);
        let items = views
            .into_iter()
            .map(|it| {
                let place = Cursor {
                    part: part_of(&it.key),
                    step: Some(it.key.step),
                    ..Cursor::of(it.due, it.stream.uuid())
                };
                (place, it)
            })
            .collect();
        Ok(Page { items, more, total, capped })
    }

    /// A page of letters, the last first.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn letters(
        &self,
        viewer: &Viewer,
        filter: &LetterFilter,
        request: PageRequest,
    ) -> Result<Page<LetterView>, Error> {
        let mut query = Query::select()
            .from("letter")
            .left_join(
                "mailing",
                Cond::all()
                    .add(Expr::col(("mailing", "district_id")).equals(("letter", "district_id")))
                    .add(Expr::col(("mailing", "id")).equals(("letter", "mailing_id"))),
            )
            .and_where(Expr::col(("letter", "district_id")).eq(viewer.district.0))
            .take();
        for column in ["id", "stream_id", "kind", "notice", "unit_id", "created_at"] {
            query.column(("letter", column));
        }
        for column in ["state", "sent_at", "attempts", "last_error"] {
            query.column(("mailing", column));
        }
        let own = Cond::any()
            .add(Expr::col(("letter", "addressee_id")).eq(viewer.person.0))
            .add(Expr::col(("letter", "addressee_id")).eq(viewer.unit.0));
        if !filter.everybody {
            query.cond_where(own);
        }
        // Delivery is an administrator's business; what it is about stays behind the gate.
        if viewer.reads_cases() {
            // A letter about the registers is about no case.
            let registers = Expr::col(("letter", "stream_id")).eq(viewer.district.0);
            let seen = viewer.sees(("letter", "stream_id"));
            query.cond_where(Cond::any().add(seen).add(registers));
        } else {
            query.and_where(Expr::exists(excluding()).not());
        }
        if let Some(it) = filter.case {
            query.and_where(Expr::col(("letter", "stream_id")).eq(it));
        }
        if let Some(it) = filter.state {
            query.and_where(Expr::col(("mailing", "state")).eq(it));
        }
        let (total, capped) = self.count(&query, request.count).await?;
        if let Some(after) = request.after {
            let (at, id) = (after.instant(), after.id);
            query.cond_where(
                Cond::any().add(Expr::col(("letter", "created_at")).lt(at)).add(
                    Cond::all()
                        .add(Expr::col(("letter", "created_at")).eq(at))
                        .add(Expr::col(("letter", "id")).lt(id)),
                ),
            );
        }
        query
            .order_by(("letter", "created_at"), Order::Desc)
            .order_by(("letter", "id"), Order::Desc)
            .limit(request.first + 1);
        let mut views = vec![];
        for row in self.db.query_all(&query).await? {
            views.push(letter(&row)?);
        }
        let more = cut(&mut views, request.first);
        let items = views.into_iter().map(|it| (Cursor::of(it.created_at, it.id.0), it)).collect();
        Ok(Page { items, more, total, capped })
    }

    /// A page of a case's events, oldest first. Whether the case is visible is asked before.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn events(
        &self,
        district: DistrictId,
        case: Uuid,
        request: PageRequest,
    ) -> Result<Page<EventView>, Error> {
        let after = request.after.filter(|it| it.id == case);
        let after = after.map_or(0, |it| u32::try_from(it.at).unwrap_or(0));
        let mut views = self.history(district, case, after, request.first + 1).await?;
        let more = cut(&mut views, request.first);
        let place = |it: &EventView| Cursor {
            at: i64::from(it.envelope.version),
            id: case,
            part: Uuid::nil(),
            step: None,
        };
        let items = views.into_iter().map(|it| (place(&it), it)).collect();
        Ok(Page { items, more, total: None, capped: false })
    }

    /// The last instant that any event was recorded.
    ///
    /// # Errors
    /// The driver's.
    pub async fn last_event_at(&self) -> Result<Option<DateTime<Utc>>, Error> {
        let query =
            Query::select().expr_as(Expr::cust("max(updated_at)"), "at").from("stream").take();
        let row = self.db.query_one(&query).await?;
        Ok(row.map(|it| it.try_get::<Option<DateTime<Utc>>>("", "at")).transpose()?.flatten())
    }

    /// One event by its place.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn event(
        &self,
        district: DistrictId,
        stream: Uuid,
        version: u32,
    ) -> Result<Option<EventView>, Error> {
        let id = (district.0, stream, crate::journal::version(version));
        let row = entity::event::Entity::find_by_id(id).one(&self.db).await?;
        row.map(record_of).transpose()
    }

    /// Narrows a query to the cases that hold some words.
    fn words(
        &self,
        query: &mut SelectStatement,
        district: DistrictId,
        column: &'static str,
        text: Option<&str>,
    ) {
        let Some(text) = text else { return };
        match search::condition(self, district, text) {
            Some(found) => query.and_where(Expr::col(column).in_subquery(found)),
            // Words without a letter or digit are found nowhere.
            None => query.and_where(Expr::val(1).eq(0)),
        };
    }
}

/// The exclusions of a letter's case: of a case that is shut to somebody, not even the delivery of
/// its letters is anybody's business who reads no case.
fn excluding() -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from("exclusion")
        .and_where(Expr::col(("exclusion", "district_id")).eq(Expr::col(("letter", "district_id"))))
        .and_where(Expr::col(("exclusion", "case_id")).eq(Expr::col(("letter", "stream_id"))))
        .take()
}

/// Beyond a clock of the same case that is due at the same instant.
fn beyond_part(after: Cursor) -> Cond {
    let step: &'static str = after.step.map_or("", Into::into);
    Cond::any()
        .add(Expr::col("part_id").gt(after.part))
        .add(Cond::all().add(Expr::col("part_id").eq(after.part)).add(Expr::col("step").gt(step)))
}

fn any<T: AsRef<str>>(query: &mut SelectStatement, column: &'static str, of: &[T]) {
    if !of.is_empty() {
        query.and_where(Expr::col(column).is_in(of.iter().map(AsRef::as_ref)));
    }
}

fn overdue(query: &mut SelectStatement, overdue: Option<bool>, now: DateTime<Utc>) {
    match overdue {
        Some(true) => {
            query.and_where(Expr::col("due_at").lt(now));
        }
        Some(false) => {
            query.cond_where(
                Cond::any().add(Expr::col("due_at").gte(now)).add(Expr::col("due_at").is_null()),
            );
        }
        None => (),
    }
}

fn span(
    query: &mut SelectStatement,
    column: &'static str,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) {
    if let Some(it) = from {
        query.and_where(Expr::col(column).gte(it));
    }
    if let Some(it) = until {
        query.and_where(Expr::col(column).lt(it));
    }
}

fn cut<T>(rows: &mut Vec<T>, first: u64) -> bool {
    let first = usize::try_from(first).unwrap_or(usize::MAX);
    let more = rows.len() > first;
    rows.truncate(first);
    more
}

fn map_page<T, U>(page: Page<T>, map: impl Fn(T) -> Option<U>) -> Page<U> {
    Page {
        items: page.items.into_iter().filter_map(|(at, it)| Some((at, map(it)?))).collect(),
        more: page.more,
        total: page.total,
        capped: page.capped,
    }
}

fn deadline(row: &QueryResult) -> Result<DeadlineView, Error> {
    let id: Uuid = row.try_get("", "stream_id")?;
    let kind: String = row.try_get("", "stream_kind")?;
    let step: String = row.try_get("", "step")?;
    let roles: String = row.try_get("", "roles")?;
    let amount: Option<i32> = row.try_get("", "limit_amount")?;
    let unit: Option<String> = row.try_get("", "limit_unit")?;
    let limit = match (amount.and_then(|it| u32::try_from(it).ok()), unit) {
        (Some(amount), Some(unit)) => {
            let unit: LimitUnit = unit
                .parse()
                .map_err(|error| Error::corrupt("deadline", "limit_unit", id, Box::new(error)))?;
            let limit = Limit::new(amount, unit);
            Some(limit.map_err(|error| Error::corrupt("deadline", "limit_amount", id, error))?)
        }
        _ => None,
    };
    Ok(DeadlineView {
        stream: stream_of(&kind, id),
        key: key_of(&step, row.try_get("", "part_id")?, id)?,
        unit: UnitId(row.try_get("", "unit_id")?),
        roles: serde_json::from_str(&roles)
            .map_err(|error| Error::corrupt("deadline", "roles", id, error))?,
        person: row.try_get::<Option<Uuid>>("", "person_id")?.map(PersonId),
        from: row.try_get("", "from_at")?,
        due: row.try_get("", "due_at")?,
        warn: row.try_get("", "warn_at")?,
        limit,
        calendar: u32::try_from(row.try_get::<i32>("", "calendar")?).unwrap_or(0),
        provisional: row.try_get("", "provisional")?,
        cap: row.try_get("", "cap_at")?,
        lapsed: row.try_get("", "lapsed")?,
    })
}

fn letter(row: &QueryResult) -> Result<LetterView, Error> {
    let id: Uuid = row.try_get("", "id")?;
    let notice: String = row.try_get("", "notice")?;
    let notice: Notice = serde_json::from_str(&notice)
        .map_err(|error| Error::corrupt("letter", "notice", id, error))?;
    let attempts: Option<i32> = row.try_get("", "attempts")?;
    Ok(LetterView {
        id: LetterId(id),
        stream: row.try_get("", "stream_id")?,
        kind: notice.kind,
        notice,
        unit: UnitId(row.try_get("", "unit_id")?),
        created_at: row.try_get("", "created_at")?,
        state: row.try_get("", "state")?,
        sent_at: row.try_get("", "sent_at")?,
        attempts: attempts.and_then(|it| u32::try_from(it).ok()).unwrap_or(0),
        last_error: row.try_get("", "last_error")?,
    })
}
