//! Absence and duty: which roles somebody has at an instant.
//!
//! While somebody is away, a substitute of the same unit has their roles as liaison and unit leader
//! too, and both get the letters. Where a unit has a rota for an instant, only whoever is on duty
//! acts as duty leader then; where it has none, the role stands as it is.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::administer::is_administrator;
use crate::{
    actor::{Member, Role},
    ids::{AbsenceId, DutyId, PersonId, UnitId},
    refusal::{AccountRefusal, Problem, Refusal},
};

/// How long one absence or one turn of duty is at most.
pub const LONGEST: TimeDelta = TimeDelta::days(366);
/// The roles that a substitute takes over.
const HANDED_OVER: &[Role] = &[Role::Liaison, Role::UnitLeader];
/// Who sets absences and rotas of their unit, besides each their own absence.
const HEADS: &[Role] = &[Role::UnitLeader, Role::Director];

/// 外出: somebody is away, and another stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    /// Its id.
    pub id: AbsenceId,
    /// The unit of both.
    pub unit: UnitId,
    /// Who is away.
    pub person: PersonId,
    /// Who stands in.
    pub substitute: PersonId,
    /// From when on.
    pub from: DateTime<Utc>,
    /// Until when, not counted.
    pub until: DateTime<Utc>,
}

/// 值班: a turn in a unit's rota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duty {
    /// Its id.
    pub id: DutyId,
    /// The unit.
    pub unit: UnitId,
    /// Who is on duty.
    pub person: PersonId,
    /// From when on.
    pub from: DateTime<Utc>,
    /// Until when, not counted.
    pub until: DateTime<Utc>,
}

/// Somebody with an account, as far as these rules look at them.
#[derive(Debug, Clone, Copy)]
pub struct Staff<'a> {
    /// Who.
    pub person: PersonId,
    /// Their unit.
    pub unit: UnitId,
    /// The roles they were given.
    pub roles: &'a BTreeSet<Role>,
    /// Whether they may sign in.
    pub active: bool,
}

/// The roles that somebody has at an instant. `staff` knows everybody with an account.
pub fn roles_at<'a>(
    who: Staff<'a>,
    staff: impl Fn(PersonId) -> Option<Staff<'a>>,
    absences: &[Absence],
    duties: &[Duty],
    at: DateTime<Utc>,
) -> BTreeSet<Role> {
    let mut res = who.roles.clone();
    // An administrator stands in for nobody.
    if !is_administrator(who.roles) {
        let mine = absences.iter().filter(|it| it.substitute == who.person);
        for it in mine.filter(|it| it.from <= at && at < it.until) {
            let away = staff(it.person).filter(|away| away.active && away.unit == who.unit);
            let roles = away.into_iter().flat_map(|it| it.roles.iter());
            res.extend(roles.filter(|it| HANDED_OVER.contains(it)));
        }
    }
    if res.contains(&Role::DutyLeader) {
        // A turn of somebody who cannot act leaves nobody without a duty leader.
        let can_act = |it: &Duty| {
            staff(it.person).is_some_and(|person| {
                person.active && person.unit == it.unit && person.roles.contains(&Role::DutyLeader)
            })
        };
        let mut turns = duties
            .iter()
            .filter(|it| it.unit == who.unit && it.from <= at && at < it.until)
            .filter(|it| can_act(it))
            .peekable();
        if turns.peek().is_some() && turns.all(|it| it.person != who.person) {
            res.remove(&Role::DutyLeader);
        }
    }
    res
}

/// The roles by which somebody reads: those they act in, and those they hold. A duty leader who is
/// not on duty acts on nothing and still sees what they blew.
#[must_use]
pub fn reads_as(who: Staff<'_>, acts_as: &BTreeSet<Role>) -> BTreeSet<Role> {
    who.roles.union(acts_as).copied().collect()
}

/// Whether somebody may say that `away` is away and `substitute` stands in.
///
/// # Errors
/// [`Refusal::NotPermitted`], or [`Refusal::Invalid`] with the field that cannot be.
pub fn check_absence(
    by: &Member,
    away: Staff<'_>,
    substitute: Staff<'_>,
    period: (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    heads(by, away.unit, away.person)?;
    if !away.active {
        return Err(Refusal::invalid("person", Problem::Unknown));
    }
    if substitute.person == away.person {
        return Err(Refusal::invalid("substitute", Problem::Contradiction));
    }
    if substitute.unit != away.unit || !substitute.active {
        return Err(Refusal::invalid("substitute", Problem::Unknown));
    }
    if is_administrator(substitute.roles) || is_administrator(away.roles) {
        return Err(AccountRefusal::MixedRoles.into());
    }
    check_period(period, now)
}

/// The absences that a new one of the same person takes the place of: those that overlap it.
#[must_use]
pub fn replaced(absences: &[Absence], new: &Absence) -> Vec<AbsenceId> {
    absences
        .iter()
        .filter(|it| it.person == new.person && it.from < new.until && new.from < it.until)
        .map(|it| it.id)
        .collect()
}

/// Whether somebody may put a turn into a unit's rota.
///
/// # Errors
/// As [`check_absence`].
pub fn check_duty(
    by: &Member,
    unit: UnitId,
    person: Staff<'_>,
    period: (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    may_set_rota(by, unit)?;
    // A rota says whose turn it is; it makes nobody a duty leader.
    if person.unit != unit || !person.active || !person.roles.contains(&Role::DutyLeader) {
        return Err(Refusal::invalid("person", Problem::Unknown));
    }
    check_period(period, now)
}

/// Whether somebody may change the rota of a unit.
///
/// # Errors
/// [`Refusal::NotPermitted`].
pub fn may_set_rota(by: &Member, unit: UnitId) -> Result<(), Refusal> {
    if by.unit == unit && HEADS.iter().any(|it| by.roles.contains(it)) {
        return Ok(());
    }
    Err(Refusal::NotPermitted { who: HEADS.to_vec() })
}

/// Whether somebody may change the absence of a person of a unit.
///
/// # Errors
/// [`Refusal::NotPermitted`].
pub fn heads(by: &Member, unit: UnitId, person: PersonId) -> Result<(), Refusal> {
    if by.person == person { Ok(()) } else { may_set_rota(by, unit) }
}

fn check_period(
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    if until <= from {
        return Err(Refusal::invalid("until", Problem::Contradiction));
    }
    if until <= now {
        return Err(Refusal::invalid("until", Problem::Past));
    }
    if until - from > LONGEST || until - now > LONGEST * 2 {
        return Err(Refusal::invalid("until", Problem::TooFar));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn unit(n: u128) -> UnitId {
        UnitId(Uuid::from_u128(n))
    }

    fn person(n: u128) -> PersonId {
        PersonId(Uuid::from_u128(n))
    }

    fn hours(n: i64) -> DateTime<Utc> {
        NOW + TimeDelta::hours(n)
    }

    /// A small office: (person, unit, roles, active).
    struct Office(Vec<(PersonId, UnitId, BTreeSet<Role>, bool)>);

    impl Office {
        fn staff(&self, id: PersonId) -> Option<Staff<'_>> {
            let it = self.0.iter().find(|it| it.0 == id)?;
            Some(Staff { person: it.0, unit: it.1, roles: &it.2, active: it.3 })
        }

        fn roles(&self, n: u128, absences: &[Absence], duties: &[Duty], at: i64) -> Vec<Role> {
            let who = self.staff(person(n)).unwrap();
            let roles = roles_at(who, |it| self.staff(it), absences, duties, hours(at));
            roles.into_iter().collect()
        }
    }

    fn office() -> Office {
        let of = |n, u, roles: &[Role], active| {
            (person(n), unit(u), roles.iter().copied().collect(), active)
        };
        Office(vec![
            of(1, 1, &[Role::Liaison, Role::UnitLeader, Role::DutyLeader], true),
            of(2, 1, &[Role::GridWorker], true),
            of(3, 1, &[Role::DutyLeader], true),
            of(4, 1, &[Role::DutyLeader], false),
            of(5, 2, &[Role::UnitLeader], true),
            of(6, 1, &[Role::SystemAdmin], true),
        ])
    }

    fn absence(who: u128, substitute: u128) -> Absence {
        Absence {
            id: AbsenceId(Uuid::from_u128(7)),
            unit: unit(1),
            person: person(who),
            substitute: person(substitute),
            from: hours(1),
            until: hours(2),
        }
    }

    fn duty(who: u128) -> Duty {
        let id = DutyId(Uuid::from_u128(8));
        Duty { id, unit: unit(1), person: person(who), from: hours(1), until: hours(2) }
    }

    #[test]
    fn a_substitute_has_the_roles_of_whoever_is_away_while_they_are() {
        let (office, away) = (office(), [absence(1, 2)]);
        assert_eq!(office.roles(2, &away, &[], 0), [Role::GridWorker]);
        let during = [Role::Liaison, Role::UnitLeader, Role::GridWorker];
        assert_eq!(office.roles(2, &away, &[], 1), during);
        assert_eq!(office.roles(2, &away, &[], 2), [Role::GridWorker]);
        // Whoever is away keeps theirs, and both get the letters.
        assert_eq!(office.roles(1, &away, &[], 1).len(), 3);
        // An administrator stands in for nobody, even where a row says so.
        assert_eq!(office.roles(6, &[absence(1, 6)], &[], 1), [Role::SystemAdmin]);
        // Nor does anybody for a disabled account or across units.
        assert_eq!(office.roles(2, &[absence(4, 2)], &[], 1), [Role::GridWorker]);
        assert_eq!(office.roles(5, &[absence(1, 5)], &[], 1), [Role::UnitLeader]);
    }

    #[test]
    fn with_a_rota_only_whoever_is_on_duty_is_duty_leader() {
        let (office, turn) = (office(), [duty(3)]);
        let leads =
            |n, duties: &[Duty], at| office.roles(n, &[], duties, at).contains(&Role::DutyLeader);
        for n in [1, 3] {
            assert!(leads(n, &[], 1) && leads(n, &turn, 0) && leads(n, &turn, 2));
        }
        assert!(leads(3, &turn, 1));
        assert!(!leads(1, &turn, 1));
        let acts = office.roles(1, &[], &turn, 1).into_iter().collect();
        let reads = reads_as(office.staff(person(1)).unwrap(), &acts);
        assert!(reads.contains(&Role::DutyLeader), "and sees what they saw");
        // A turn of somebody who cannot act counts for nothing, and makes nobody a duty leader.
        assert!(leads(1, &[duty(4)], 1) && leads(1, &[duty(2)], 1) && !leads(2, &[duty(2)], 1));
        let two = [duty(1), duty(3)];
        assert!(leads(1, &two, 1) && leads(3, &two, 1));
    }

    #[test]
    fn an_absence_is_set_by_oneself_or_ones_head_with_a_substitute_of_the_unit() {
        let office = office();
        let by = |n: u128, role: Role, u: u128| Member {
            person: person(n),
            unit: unit(u),
            roles: BTreeSet::from([role]),
        };
        let check = |by: &Member, away, substitute, from, until| {
            let staff = |n| office.staff(person(n)).unwrap();
            check_absence(by, staff(away), staff(substitute), (hours(from), hours(until)), NOW)
        };
        let oneself = by(2, Role::GridWorker, 1);
        assert_eq!(check(&oneself, 2, 1, 1, 2), Ok(()));
        let other = Refusal::NotPermitted { who: HEADS.to_vec() };
        assert_eq!(check(&oneself, 1, 2, 1, 2), Err(other.clone()));
        assert_eq!(check(&by(9, Role::UnitLeader, 1), 1, 2, 1, 2), Ok(()));
        assert_eq!(check(&by(5, Role::UnitLeader, 2), 1, 2, 1, 2), Err(other));
        let refused = |field, problem| Err(Refusal::invalid(field, problem));
        assert_eq!(check(&oneself, 2, 2, 1, 2), refused("substitute", Problem::Contradiction));
        assert_eq!(check(&oneself, 2, 5, 1, 2), refused("substitute", Problem::Unknown));
        assert_eq!(check(&oneself, 2, 4, 1, 2), refused("substitute", Problem::Unknown));
        assert_eq!(check(&oneself, 2, 6, 1, 2), Err(AccountRefusal::MixedRoles.into()));
        assert_eq!(check(&oneself, 2, 1, 2, 2), refused("until", Problem::Contradiction));
        assert_eq!(check(&oneself, 2, 1, -2, -1), refused("until", Problem::Past));
        assert_eq!(check(&oneself, 2, 1, 0, 24 * 367), refused("until", Problem::TooFar));
    }

    #[test]
    fn a_rota_is_set_by_the_head_of_the_unit_among_its_duty_leaders() {
        let office = office();
        let head =
            Member { person: person(9), unit: unit(1), roles: BTreeSet::from([Role::Director]) };
        let check = |by: &Member, u, n| {
            let who = office.staff(person(n)).unwrap();
            check_duty(by, unit(u), who, (hours(1), hours(2)), NOW)
        };
        assert_eq!(check(&head, 1, 3), Ok(()));
        let unknown = Err(Refusal::invalid("person", Problem::Unknown));
        for n in [2, 4, 5, 6] {
            assert_eq!(check(&head, 1, n), unknown, "{n}");
        }
        assert!(check(&head, 2, 5).is_err());
        let leader = Member { roles: BTreeSet::from([Role::DutyLeader]), ..head };
        assert!(check(&leader, 1, 3).is_err());
    }
}
