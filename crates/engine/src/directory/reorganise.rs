//! 机构调整: a unit is added, renamed, moved, taken over or closed, and no case is lost by it.

use super::{Directory, Unit, UnitKind};
use crate::{
    actor::{Member, Role},
    refusal::{Problem, Refusal},
};

/// Whether a unit may become what is wanted; what it becomes then.
///
/// Cases go with their unit: whoever stands above it from now on sees them, whoever did before does
/// not. A unit that still owes something is closed only where another takes it over.
///
/// # Errors
/// A [`Refusal`] that names the field.
pub fn reorganise(
    directory: &Directory,
    member: &Member,
    wanted: Unit,
    is_new: bool,
    owes: bool,
) -> Result<Unit, Refusal> {
    if !member.roles.contains(&Role::SystemAdmin) {
        return Err(Refusal::NotPermitted { who: vec![Role::SystemAdmin] });
    }
    let before = directory.unit(wanted.id);
    if before.is_none() != is_new {
        return Err(Refusal::invalid("unit", Problem::Unknown));
    }
    let contradiction = |field| Err(Refusal::invalid(field, Problem::Contradiction));
    let unknown = |field| Err(Refusal::invalid(field, Problem::Unknown));
    if directory.by_code(&wanted.code).is_some_and(|it| it.id != wanted.id) {
        return Err(Refusal::invalid("code", Problem::Twice));
    }
    // What a unit is decides what its cases were: another kind is another unit.
    if before.is_some_and(|it| it.kind != wanted.kind) {
        return contradiction("kind");
    }
    match wanted.parent {
        // There is one root, and it stays where it is.
        None if before.is_none_or(|it| it.parent.is_some()) => {
            return Err(Refusal::missing("parent"));
        }
        None => (),
        Some(_) if before.is_some_and(|it| it.parent.is_none()) => return contradiction("parent"),
        Some(parent) if directory.unit(parent).is_none() => return unknown("parent"),
        Some(parent) if parent == wanted.id || directory.is_above(wanted.id, parent) => {
            return contradiction("parent");
        }
        Some(_) => (),
    }
    match wanted.territory.map(|it| directory.unit(it)) {
        None => (),
        Some(Some(it)) if it.kind == UnitKind::Township && it.id != wanted.id => (),
        Some(Some(_)) => return contradiction("territory"),
        Some(None) => return unknown("territory"),
    }
    match wanted.heir.map(|it| directory.unit(it)) {
        Some(None) => return unknown("heir"),
        // Neither itself, nor one that is closed, nor one that it took over from.
        Some(Some(it))
            if it.closed || !wanted.closed || directory.stands_for(it.id) == wanted.id =>
        {
            return contradiction("heir");
        }
        None if wanted.closed && owes => return Err(Refusal::missing("heir")),
        Some(Some(_)) | None => (),
    }
    if before == Some(&wanted) {
        return Err(Refusal::Already);
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        directory::Tier,
        ids::{PersonId, UnitId},
    };

    fn unit(n: u128, kind: UnitKind, parent: Option<u128>) -> Unit {
        Unit {
            id: UnitId(Uuid::from_u128(n)),
            code: format!("u{n}"),
            name: format!("单位{n}"),
            short_name: format!("单位{n}"),
            kind,
            tier: Tier::District,
            parent: parent.map(|it| UnitId(Uuid::from_u128(it))),
            territory: None,
            closed: false,
            heir: None,
        }
    }

    fn district() -> Directory {
        Directory::new([
            unit(1, UnitKind::Centre, None),
            unit(2, UnitKind::Department, Some(1)),
            unit(3, UnitKind::Institution, Some(2)),
            unit(4, UnitKind::Township, Some(1)),
        ])
    }

    fn ask(wanted: Unit, owes: bool) -> Result<Unit, Refusal> {
        let admin = Member {
            person: PersonId(Uuid::from_u128(9)),
            unit: UnitId(Uuid::from_u128(1)),
            roles: [Role::SystemAdmin].into(),
        };
        let is_new = district().unit(wanted.id).is_none();
        reorganise(&district(), &admin, wanted, is_new, owes)
    }

    #[test]
    fn a_unit_never_stands_under_itself() {
        let under = unit(2, UnitKind::Department, Some(3));
        assert_eq!(ask(under, false), Err(Refusal::invalid("parent", Problem::Contradiction)));
        let root = unit(1, UnitKind::Centre, Some(2));
        assert_eq!(ask(root, false), Err(Refusal::invalid("parent", Problem::Contradiction)));
        let second = unit(7, UnitKind::Centre, None);
        assert_eq!(ask(second, false), Err(Refusal::missing("parent")));
    }

    #[test]
    fn a_unit_that_owes_something_is_closed_only_where_another_takes_it_over() {
        let closed = Unit { closed: true, ..unit(2, UnitKind::Department, Some(1)) };
        assert_eq!(ask(closed.clone(), true), Err(Refusal::missing("heir")));
        assert_eq!(ask(closed.clone(), false), Ok(closed.clone()));
        let taken = Unit { heir: Some(UnitId(Uuid::from_u128(3))), ..closed };
        assert_eq!(ask(taken.clone(), true), Ok(taken.clone()));
        let open = Unit { closed: false, ..taken.clone() };
        assert_eq!(ask(open, true), Err(Refusal::invalid("heir", Problem::Contradiction)));
        let own = Unit { heir: Some(taken.id), ..taken };
        assert_eq!(ask(own, true), Err(Refusal::invalid("heir", Problem::Contradiction)));
    }

    #[test]
    fn only_the_system_administrator_reorganises_and_codes_are_unique() {
        let member = Member {
            person: PersonId(Uuid::from_u128(9)),
            unit: UnitId(Uuid::from_u128(1)),
            roles: [Role::Director, Role::Leader].into(),
        };
        let wanted = unit(8, UnitKind::Department, Some(1));
        let refused = reorganise(&district(), &member, wanted.clone(), true, false);
        assert_eq!(refused, Err(Refusal::NotPermitted { who: vec![Role::SystemAdmin] }));
        let taken = Unit { code: "u4".to_owned(), ..wanted };
        assert_eq!(ask(taken, false), Err(Refusal::invalid("code", Problem::Twice)));
    }
}
