//! Who reads: the condition that every query over cases carries.
//!
//! A case is visible where the reader, their unit, or one below it, is in its audience, as far as
//! their [`Sight`] goes, and no exclusion names the reader or a unit that theirs stands under. The
//! engine's tables say what each role's sight is; the caller hands that in. What may not be seen
//! answers exactly like what is not there, because it is the same statement.

use engine::{
    authority::{Sight, audience},
    ids::{DistrictId, PersonId, UnitId},
};
use sea_orm::sea_query::{
    Cond, Expr, ExprTrait as _, IntoColumnRef, JoinType, Query, SelectStatement,
};

/// Somebody who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// The district.
    pub district: DistrictId,
    /// The unit.
    pub unit: UnitId,
    /// The person.
    pub person: PersonId,
    /// How far their roles see.
    pub sight: Sight,
}

impl Viewer {
    /// Whether any of their roles reads any case at all.
    #[must_use]
    pub fn reads_cases(&self) -> bool {
        self.sight != Sight::default()
    }

    /// The condition under which the case in `case` is visible.
    pub(crate) fn sees(&self, case: impl IntoColumnRef + Clone) -> Cond {
        let Sight { unit, below, sealed, discipline, registered, registered_sealed, owned } =
            self.sight;
        let mut entitled = Cond::any();
        if unit || below || sealed {
            entitled = entitled.add(Expr::exists(self.by_unit(case.clone())));
        }
        if discipline {
            entitled = entitled.add(Expr::exists(self.by_seal(case.clone())));
        }
        if registered || registered_sealed {
            entitled = entitled.add(Expr::exists(self.by_person(case.clone())));
        }
        if owned {
            entitled = entitled.add(Expr::exists(self.by_ownership(case.clone())));
        }
        if entitled.is_empty() {
            return Cond::all().add(Expr::val(1).eq(0));
        }
        Cond::all().add(entitled).add(Expr::exists(self.excluded(case)).not())
    }

    /// The entitlement of a unit that the reader's stands for or above.
    fn by_unit(&self, case: impl IntoColumnRef) -> SelectStatement {
        let Sight { unit, below, sealed, .. } = self.sight;
        let closure = |column: &'static str| Expr::col(("unit_closure", column));
        let is_sealed = || Expr::col(("audience", "sealed"));
        let direct = || closure("depth").eq(0);
        let mut reach = Cond::any();
        if unit {
            reach = reach.add(Cond::all().add(is_sealed().eq(false)).add(direct()));
        }
        if below {
            reach = reach.add(Cond::all().add(is_sealed().eq(false)).add(direct().not()));
        }
        if sealed {
            reach = reach.add(Cond::all().add(is_sealed().eq(true)).add(direct()));
        }
        let tree = Cond::all()
            .add(closure("district_id").equals(("audience", "district_id")))
            .add(closure("descendant_id").equals(("audience", "holder_id")));
        Query::select()
            .expr(Expr::val(1))
            .from("audience")
            .inner_join("unit_closure", tree)
            .and_where(Expr::col(("audience", "district_id")).eq(self.district.0))
            .and_where(Expr::col(("audience", "case_id")).eq(Expr::col(case)))
            .and_where(closure("ancestor_id").eq(self.unit.0))
            .cond_where(reach)
            .take()
    }

    /// Whether the case is sealed at all.
    fn by_seal(&self, case: impl IntoColumnRef) -> SelectStatement {
        Query::select()
            .expr(Expr::val(1))
            .from("audience")
            .and_where(Expr::col(("audience", "district_id")).eq(self.district.0))
            .and_where(Expr::col(("audience", "case_id")).eq(Expr::col(case)))
            .and_where(Expr::col(("audience", "sealed")).eq(true))
            .take()
    }

    /// The entitlement of the reader themselves.
    fn by_person(&self, case: impl IntoColumnRef) -> SelectStatement {
        let Sight { registered, registered_sealed, .. } = self.sight;
        let mut res = Query::select()
            .expr(Expr::val(1))
            .from("audience")
            .and_where(Expr::col(("audience", "district_id")).eq(self.district.0))
            .and_where(Expr::col(("audience", "case_id")).eq(Expr::col(case)))
            .and_where(Expr::col(("audience", "holder_id")).eq(self.person.0))
            .take();
        if registered != registered_sealed {
            res.and_where(Expr::col(("audience", "sealed")).eq(registered_sealed));
        }
        res
    }

    /// The entitlement of the reader as the owner of the case (包案领导).
    fn by_ownership(&self, case: impl IntoColumnRef) -> SelectStatement {
        Query::select()
            .expr(Expr::val(1))
            .from("audience")
            .and_where(Expr::col(("audience", "district_id")).eq(self.district.0))
            .and_where(Expr::col(("audience", "case_id")).eq(Expr::col(case)))
            .and_where(Expr::col(("audience", "holder_id")).eq(audience::owner_key(self.person)))
            .and_where(Expr::col(("audience", "sealed")).eq(false))
            .take()
    }

    /// An exclusion of the reader, of a unit over theirs, or of one that such a unit took over: the
    /// rows of the tree at no depth are each unit's own and its heir's.
    fn excluded(&self, case: impl IntoColumnRef) -> SelectStatement {
        let over = |column: &'static str| Expr::col(("over", column));
        let stood = |column: &'static str| Expr::col(("stood", column));
        let tree = Cond::all()
            .add(stood("district_id").equals(("over", "district_id")))
            .add(stood("ancestor_id").equals(("over", "ancestor_id")))
            .add(stood("depth").eq(0));
        let units = Query::select()
            .column(("stood", "descendant_id"))
            .from_as("unit_closure", "over")
            .join_as(JoinType::InnerJoin, "unit_closure", "stood", tree)
            .and_where(over("district_id").eq(self.district.0))
            .and_where(over("descendant_id").eq(self.unit.0))
            .take();
        Query::select()
            .expr(Expr::val(1))
            .from("exclusion")
            .and_where(Expr::col(("exclusion", "district_id")).eq(self.district.0))
            .and_where(Expr::col(("exclusion", "case_id")).eq(Expr::col(case)))
            .cond_where(
                Cond::any()
                    .add(Expr::col(("exclusion", "holder_id")).eq(self.person.0))
                    .add(Expr::col(("exclusion", "holder_id")).in_subquery(units)),
            )
            .take()
    }
}
