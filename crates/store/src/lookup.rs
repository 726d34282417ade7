//! Finding cases by what stands elsewhere: the number that another system gave them, our own that came
//! back on paper, or an event that is in their history.

use std::collections::HashSet;

use engine::{
    ids::{DistrictId, PetitionId, UnitId},
    petition::Petition,
    suggest::Ruling,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Order, Query},
};
use uuid::Uuid;

use crate::{
    Error, EventView, Store, Viewer, entity,
    journal::{State, record_of},
};

impl Store {
    /// Which of these references of another system a centre has registered already.
    ///
    /// # Errors
    /// The driver's.
    pub async fn known_references(
        &self,
        district: DistrictId,
        centre: UnitId,
        source: &'static str,
        references: &[String],
    ) -> Result<HashSet<String>, Error> {
        use entity::petition_row::{Column, Entity};
        let mut res = HashSet::new();
        for chunk in references.chunks(5000) {
            let found: Vec<String> = Entity::find()
                .select_only()
                .column(Column::ExternalRef)
                .filter(Column::DistrictId.eq(district.0))
                .filter(Column::CentreId.eq(centre.0))
                .filter(Column::Source.eq(source))
                .filter(Column::ExternalRef.is_in(chunk.iter().map(String::as_str)))
                .into_tuple()
                .all(&self.db)
                .await?;
            res.extend(found);
        }
        Ok(res)
    }

    /// Which of these numbers are those of petitions that a centre has registered.
    ///
    /// # Errors
    /// The driver's.
    pub async fn known_numbers(
        &self,
        district: DistrictId,
        centre: UnitId,
        numbers: &[&str],
    ) -> Result<HashSet<String>, Error> {
        use entity::petition_row::{Column, Entity};
        let mut res = HashSet::new();
        for chunk in numbers.chunks(5000) {
            let found: Vec<String> = Entity::find()
                .select_only()
                .column(Column::Number)
                .filter(Column::DistrictId.eq(district.0))
                .filter(Column::CentreId.eq(centre.0))
                .filter(Column::Number.is_in(chunk.iter().copied()))
                .into_tuple()
                .all(&self.db)
                .await?;
            res.extend(found);
        }
        Ok(res)
    }

    /// The visible petitions that some centres registered from one source under these references of
    /// another system, the earliest first.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn petitions_by_reference(
        &self,
        viewer: &Viewer,
        centres: &[UnitId],
        source: &'static str,
        references: &[String],
    ) -> Result<Vec<Petition>, Error> {
        let query = Query::select()
            .column("id")
            .from("petition_row")
            .and_where(Expr::col("district_id").eq(viewer.district.0))
            .and_where(Expr::col("centre_id").is_in(centres.iter().map(|it| it.0)))
            .and_where(Expr::col("source").eq(source))
            .and_where(Expr::col("external_ref").is_in(references.iter().map(String::as_str)))
            .cond_where(viewer.sees(("petition_row", "id")))
            .take();
        let mut ids: Vec<Uuid> = vec![];
        for row in self.db.query_all(&query).await? {
            ids.push(row.try_get("", "id")?);
        }
        let states = self.visible(viewer, &ids).await?;
        let mut found: Vec<Petition> = states
            .into_iter()
            .filter_map(|it| match it {
                State::Petition(it) => Some(it),
                State::Whistle(_) => None,
            })
            .collect();
        found.sort_by_key(|it| it.id);
        Ok(found)
    }

    /// Visible petitions that somebody owns or once owned, as 化解责任清单 has an entry of them: those
    /// after a place, in the order of their ids, and the place of the next; none where these were the
    /// last.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn owned_petitions(
        &self,
        viewer: &Viewer,
        after: PetitionId,
        limit: u64,
    ) -> Result<(Vec<Petition>, Option<PetitionId>), Error> {
        let query = Query::select()
            .distinct()
            .column("stream_id")
            .from("event")
            // Said in words and not as a value, so that the index over these events serves.
            .and_where(Expr::cust("kind = 'case_owner_assigned'"))
            .and_where(Expr::col("district_id").eq(viewer.district.0))
            .and_where(Expr::col("stream_id").gt(after.0))
            .cond_where(viewer.sees(("event", "stream_id")))
            .order_by("stream_id", Order::Asc)
            .limit(limit)
            .take();
        let mut ids: Vec<Uuid> = vec![];
        for row in self.db.query_all(&query).await? {
            ids.push(row.try_get("", "stream_id")?);
        }
        let is_full = u64::try_from(ids.len()).is_ok_and(|it| it >= limit);
        let next = ids.last().copied().filter(|_| is_full).map(PetitionId);
        let found = self.visible(viewer, &ids).await?.into_iter().filter_map(|it| match it {
            State::Petition(it) => Some(it),
            State::Whistle(_) => None,
        });
        Ok((found.collect(), next))
    }

    /// The last rulings on returns and disputes, in whistles that the reader sees, the latest first;
    /// at most so many.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or the driver's.
    pub async fn rulings(
        &self,
        viewer: &Viewer,
        most: u64,
    ) -> Result<Vec<(Uuid, EventView)>, Error> {
        use entity::event::{Column, Entity};
        // Spelt out as the index has it: a bound value would not tell that it is the same.
        let kinds = Ruling::KINDS.map(|it| format!("'{it}'")).join(", ");
        let rows = Entity::find()
            .filter(Column::DistrictId.eq(viewer.district.0))
            .filter(Expr::cust(format!("kind IN ({kinds})")))
            .filter(viewer.sees(("event", "stream_id")))
            .order_by_desc(Column::At)
            .order_by_desc(Column::StreamId)
            .order_by_desc(Column::Version)
            .limit(most)
            .all(&self.db)
            .await?;
        rows.into_iter().map(|it| Ok((it.stream_id, record_of(it)?))).collect()
    }
}
