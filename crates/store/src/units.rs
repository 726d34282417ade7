//! The tree of units, and its closure: who stands under whom, whoever took over from whom.

use std::collections::{BTreeMap, BTreeSet};

use engine::{
    audit::AuditFact,
    clock::Step,
    directory::{Directory, Unit},
    ids::{DistrictId, UnitId},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _,
    QueryFilter as _, QuerySelect as _, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    Commit, Error, Notes, Store,
    directory::{bump, parse},
    entity, journal,
};

/// The units of a district.
pub(crate) async fn directory(
    db: &impl ConnectionTrait,
    district: Uuid,
) -> Result<Directory, Error> {
    let rows = entity::unit::Entity::find()
        .filter(entity::unit::Column::DistrictId.eq(district))
        .all(db)
        .await?;
    let unit = |it: entity::unit::Model| {
        Ok(Unit {
            id: UnitId(it.id),
            kind: parse("unit", "kind", it.id, &it.kind)?,
            tier: parse("unit", "tier", it.id, &it.tier)?,
            code: it.code,
            name: it.name,
            short_name: it.short_name,
            parent: it.parent_id.map(UnitId),
            territory: it.territory_id.map(UnitId),
            closed: it.closed,
            heir: it.heir_id.map(UnitId),
        })
    };
    Ok(Directory::new(rows.into_iter().map(unit).collect::<Result<Vec<_>, Error>>()?))
}

impl Store {
    /// The cases in which one of these steps is owed.
    ///
    /// # Errors
    /// The driver's.
    pub async fn cases_owing(
        &self,
        district: DistrictId,
        steps: &[Step],
    ) -> Result<BTreeSet<Uuid>, Error> {
        use entity::deadline::{Column, Entity};
        let steps = steps.iter().map(|it| <&'static str>::from(*it));
        let rows: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::StreamId)
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::Step.is_in(steps))
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// Whether a unit owes anything.
    ///
    /// # Errors
    /// The driver's.
    pub async fn owes(&self, district: DistrictId, unit: UnitId) -> Result<bool, Error> {
        use entity::deadline::{Column, Entity};
        let row = Entity::find()
            .filter(Column::DistrictId.eq(district.0))
            .filter(Column::UnitId.eq(unit.0))
            .one(&self.db)
            .await?;
        Ok(row.is_some())
    }

    /// Writes units, in place of what they were, the closure of the tree, what follows from it for
    /// cases, and the note that says what changed. A unit that is as it was leaves no note.
    ///
    /// # Errors
    /// [`Error::Stale`] where the registers are not at the version that the decision was made on;
    /// else the driver's.
    pub async fn put_units(
        &self,
        district: DistrictId,
        units: Vec<Unit>,
        expected: Option<i64>,
        by: &Notes,
        follows: Commit,
    ) -> Result<(), Error> {
        use entity::unit::{ActiveModel, Column, Entity};
        let text = |it: &'static str| it.to_owned();
        let tx = self.begin_write().await?;
        // One change of the tree at a time: the closure is made from all of it.
        bump(&tx, district).await?;
        if let Some(expected) = expected {
            let row = entity::register::Entity::find_by_id(district.0).one(&tx).await?;
            if row.is_none_or(|it| it.version != expected + 1) {
                let expected = u32::try_from(expected).unwrap_or(u32::MAX);
                return Err(Error::Stale { stream: district.0, expected });
            }
        }
        let before = directory(&tx, district.0).await?;
        let changed: Vec<(Option<Unit>, Unit)> = units
            .into_iter()
            .map(|it| (before.unit(it.id).cloned(), it))
            .filter(|(before, after)| before.as_ref() != Some(after))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let rows = changed.iter().map(|(_, it)| ActiveModel {
            district_id: Set(district.0),
            id: Set(it.id.0),
            code: Set(it.code.clone()),
            name: Set(it.name.clone()),
            short_name: Set(it.short_name.clone()),
            kind: Set(text(it.kind.into())),
            tier: Set(text(it.tier.into())),
            parent_id: Set(it.parent.map(|it| it.0)),
            territory_id: Set(it.territory.map(|it| it.0)),
            closed: Set(it.closed),
            heir_id: Set(it.heir.map(|it| it.0)),
        });
        let clash = OnConflict::columns([Column::DistrictId, Column::Id])
            .update_columns([
                Column::Code,
                Column::Name,
                Column::ShortName,
                Column::Kind,
                Column::Tier,
                Column::ParentId,
                Column::TerritoryId,
                Column::Closed,
                Column::HeirId,
            ])
            .to_owned();
        Entity::insert_many(rows).on_conflict(clash).exec_without_returning(&tx).await?;
        let mut all: BTreeMap<UnitId, Unit> =
            before.units().map(|it| (it.id, it.clone())).collect();
        all.extend(changed.iter().map(|(_, it)| (it.id, it.clone())));
        closure(&tx, district, &Directory::new(all.into_values())).await?;
        let fact = AuditFact::UnitsChanged { units: changed };
        journal::write(&tx, &self.keyring, follows.with(by.saying(fact)).of_district(district))
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The closure of the tree: each unit under itself, under whoever took over from it, under all above
/// that one, and under the townships of its territory.
async fn closure(
    tx: &DatabaseTransaction,
    district: DistrictId,
    directory: &Directory,
) -> Result<(), Error> {
    use entity::unit_closure::{ActiveModel, Column, Entity};
    Entity::delete_many().filter(Column::DistrictId.eq(district.0)).exec(tx).await?;
    let mut rows = BTreeMap::new();
    for it in directory.units() {
        let own = [it.id, directory.stands_for(it.id)];
        let above = directory.above(it.id).map(|it| it.id).enumerate().map(|(n, it)| (n + 1, it));
        for (depth, ancestor) in own.into_iter().map(|it| (0, it)).chain(above) {
            rows.entry((ancestor, it.id)).or_insert(depth);
        }
        // A police station answers to its bureau and to the street that it works in.
        for overseer in directory.overseers(it.id) {
            rows.entry((overseer, it.id)).or_insert(1);
        }
    }
    let rows: Vec<ActiveModel> = rows
        .into_iter()
        .map(|((ancestor, descendant), depth)| ActiveModel {
            district_id: Set(district.0),
            ancestor_id: Set(ancestor.0),
            descendant_id: Set(descendant.0),
            depth: Set(i32::try_from(depth).unwrap_or(i32::MAX)),
        })
        .collect();
    for chunk in rows.chunks(2000) {
        Entity::insert_many(chunk.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}
