//! Who reads: the condition that every query over cases carries.
//!
//! A case is visible where the reader's unit, or one below it, is in its audience, and no exclusion
//! names the reader or a unit that the reader's stands under. The engine's table of authority says
//! which roles read cases at all; the caller hands that in. What may not be seen answers exactly
//! like what is not there, because it is the same statement.

use engine::ids::{DistrictId, PersonId, UnitId};
use sea_orm::sea_query::{Cond, Expr, ExprTrait as _, IntoColumnRef, Query, SelectStatement};

/// Somebody who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// The district.
    pub district: DistrictId,
    /// The unit.
    pub unit: UnitId,
    /// The person.
    pub person: PersonId,
    /// Whether any of their roles reads cases.
    pub reads_cases: bool,
}

impl Viewer {
    /// The condition under which the case in `case` is visible.
    pub(crate) fn sees(&self, case: impl IntoColumnRef + Clone) -> Cond {
        if !self.reads_cases {
            return Cond::all().add(Expr::val(1).eq(0));
        }
        Cond::all()
            .add(Expr::exists(self.entitled(case.clone())))
            .add(Expr::exists(self.excluded(case)).not())
    }

    fn entitled(&self, case: impl IntoColumnRef) -> SelectStatement {
        Query::select()
            .expr(Expr::val(1))
            .from("audience")
            .inner_join(
                "unit_closure",
                Cond::all()
                    .add(
                        Expr::col(("unit_closure", "district_id"))
                            .equals(("audience", "district_id")),
                    )
                    .add(
                        Expr::col(("unit_closure", "descendant_id"))
                            .equals(("audience", "holder_id")),
                    ),
            )
            .and_where(Expr::col(("audience", "district_id")).eq(self.district.0))
            .and_where(Expr::col(("audience", "case_id")).eq(Expr::col(case)))
            .and_where(Expr::col(("unit_closure", "ancestor_id")).eq(self.unit.0))
            .take()
    }

    fn excluded(&self, case: impl IntoColumnRef) -> SelectStatement {
        let above = Query::select()
            .column("ancestor_id")
            .from("unit_closure")
            .and_where(Expr::col(("unit_closure", "district_id")).eq(self.district.0))
            .and_where(Expr::col(("unit_closure", "descendant_id")).eq(self.unit.0))
            .take();
        Query::select()
            .expr(Expr::val(1))
            .from("exclusion")
            .and_where(Expr::col(("exclusion", "district_id")).eq(self.district.0))
            .and_where(Expr::col(("exclusion", "case_id")).eq(Expr::col(case)))
            .cond_where(
                Cond::any()
                    .add(Expr::col(("exclusion", "holder_id")).eq(self.person.0))
                    .add(Expr::col(("exclusion", "holder_id")).in_subquery(above)),
            )
            .take()
    }
}
