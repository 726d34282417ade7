//! 三员分离: who administers whose account.
//!
//! The system administrator brings accounts into being, without any role; the security administrator
//! gives and takes roles; the auditor looks and changes nothing. Each has an account for that alone
//! and reads no case. Nobody changes their own roles or state. An administrator's role takes two of
//! them, so that nobody appoints themselves through a second account: the security administrator
//! asks, and it counts once a system administrator has confirmed it. For the same reason nobody here
//! resets the password of an administrator, which would be a way into that account; it is done at
//! the machine.

use std::collections::BTreeSet;

use strum::{Display, EnumIter, IntoStaticStr};

use crate::{
    actor::{Member, Role},
    ids::PersonId,
    refusal::{AccountRefusal, Problem, Refusal},
};

/// What is done to accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Act {
    /// Look at all of them.
    List,
    /// 添加账号.
    Add,
    /// 授予或收回角色.
    GrantRoles,
    /// 确认管理员角色.
    ConfirmRoles,
    /// 停用.
    Disable,
    /// 恢复.
    Enable,
    /// 重设密码.
    ResetPassword,
    /// 解除动态口令.
    ResetSecondFactor,
    /// 解锁.
    Unlock,
    /// 关联统一身份认证账号.
    LinkProvider,
}

/// An account, as far as these rules look at it.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Whose it is.
    pub person: PersonId,
    /// The roles it holds.
    pub roles: &'a BTreeSet<Role>,
}

/// Whether roles that were asked for are there at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granting {
    /// They are.
    Now,
    /// They wait for a second administrator.
    Waits,
}

/// The roles that an act is for.
#[must_use]
pub fn who(act: Act) -> &'static [Role] {
    match act {
        Act::List | Act::Disable | Act::Enable => &[Role::SystemAdmin, Role::SecurityAdmin],
        Act::Add | Act::ConfirmRoles => &[Role::SystemAdmin],
        Act::GrantRoles
        | Act::ResetPassword
        | Act::ResetSecondFactor
        | Act::Unlock
        | Act::LinkProvider => &[Role::SecurityAdmin],
    }
}

/// Whether somebody may do this to accounts at all.
///
/// # Errors
/// [`Refusal::NotPermitted`] with the roles that may.
pub fn permit(act: Act, by: &Member) -> Result<(), Refusal> {
    let who = who(act);
    if who.iter().any(|it| by.roles.contains(it)) {
        Ok(())
    } else {
        Err(Refusal::NotPermitted { who: who.to_vec() })
    }
}

/// Whether somebody may do this to that account.
///
/// # Errors
/// [`Refusal::NotPermitted`], or the rule of the three administrators that stands against it.
pub fn permit_on(act: Act, by: &Member, target: Target<'_>) -> Result<(), Refusal> {
    permit(act, by)?;
    let own = by.person == target.person;
    let administrator = is_administrator(target.roles);
    let refusal = match act {
        Act::GrantRoles | Act::ConfirmRoles | Act::Disable | Act::Enable if own => {
            Some(AccountRefusal::OwnAccount)
        }
        Act::ResetPassword | Act::ResetSecondFactor if administrator => {
            Some(AccountRefusal::AtTheMachine)
        }
        Act::LinkProvider if administrator => Some(AccountRefusal::ByPasswordOnly),
        // A way into one's own account that somebody else keeps is for a second person to open.
        Act::LinkProvider if own => Some(AccountRefusal::OwnAccount),
        Act::List
        | Act::Add
        | Act::GrantRoles
        | Act::ConfirmRoles
        | Act::Disable
        | Act::Enable
        | Act::ResetPassword
        | Act::ResetSecondFactor
        | Act::Unlock
        | Act::LinkProvider => None,
    };
    refusal.map_or(Ok(()), |it| Err(it.into()))
}

/// Whether any of these is an administrator's role.
#[must_use]
pub fn is_administrator(roles: &BTreeSet<Role>) -> bool {
    roles.iter().any(|it| it.is_administrator())
}

/// Whether one account may hold these roles together.
///
/// # Errors
/// [`AccountRefusal::MixedRoles`].
pub fn compatible(roles: &BTreeSet<Role>) -> Result<(), AccountRefusal> {
    if is_administrator(roles) && roles.len() > 1 {
        return Err(AccountRefusal::MixedRoles);
    }
    Ok(())
}

/// Whether an account may come to hold these roles in place of what it holds, and when it does.
///
/// # Errors
/// As [`permit_on`] and [`compatible`].
pub fn grant(
    by: &Member,
    target: Target<'_>,
    wanted: &BTreeSet<Role>,
) -> Result<Granting, Refusal> {
    permit_on(Act::GrantRoles, by, target)?;
    compatible(wanted)?;
    let mut new = wanted.difference(target.roles);
    Ok(if new.any(|it| it.is_administrator()) { Granting::Waits } else { Granting::Now })
}

/// Whether somebody may confirm roles that another asked for, who must still be one who may ask.
///
/// # Errors
/// As [`permit_on`]; [`AccountRefusal::SecondAdministrator`] where the same person asked, or one who
/// is no security administrator any more.
pub fn confirm(by: &Member, target: Target<'_>, asked_by: Option<&Member>) -> Result<(), Refusal> {
    permit_on(Act::ConfirmRoles, by, target)?;
    let second = asked_by
        .filter(|it| it.person != by.person)
        .is_some_and(|it| permit(Act::GrantRoles, it).is_ok());
    if second { Ok(()) } else { Err(AccountRefusal::SecondAdministrator.into()) }
}

/// The most characters of a name that one signs in with.
const LOGIN: usize = 100;

/// Holds a name that one would sign in with against the rules.
///
/// # Errors
/// [`Refusal::Invalid`] with what is wrong with it.
pub fn check_login(login: &str) -> Result<(), Refusal> {
    if login.is_empty() {
        return Err(Refusal::missing("login"));
    }
    if login.chars().count() > LOGIN {
        let most = u32::try_from(LOGIN).unwrap_or(0);
        return Err(Refusal::invalid("login", Problem::TooLong(most)));
    }
    if login.chars().any(|it| it.is_whitespace() || it.is_control()) {
        return Err(Refusal::invalid("login", Problem::Unreadable));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;
    use uuid::Uuid;

    use super::*;
    use crate::ids::UnitId;

    fn person(n: u128) -> PersonId {
        PersonId(Uuid::from_u128(n))
    }

    fn member(n: u128, role: Role) -> Member {
        let unit = UnitId(Uuid::from_u128(1));
        Member { person: person(n), unit, roles: BTreeSet::from([role]) }
    }

    fn own_account() -> Refusal {
        AccountRefusal::OwnAccount.into()
    }

    #[test]
    fn nobody_but_two_of_the_administrators_touches_an_account() {
        let nothing = BTreeSet::new();
        let target = Target { person: person(9), roles: &nothing };
        for act in Act::iter() {
            for role in Role::iter() {
                let may = permit_on(act, &member(1, role), target).is_ok();
                assert_eq!(may, who(act).contains(&role), "{act} {role}");
                let administers = matches!(role, Role::SystemAdmin | Role::SecurityAdmin);
                assert!(!may || administers, "{act} {role}");
            }
        }
    }

    #[test]
    fn administrators_hold_one_role_and_no_other() {
        for one in Role::iter() {
            for other in Role::iter().filter(|it| *it != one) {
                let mixed = one.is_administrator() || other.is_administrator();
                let held = compatible(&BTreeSet::from([one, other]));
                assert_eq!(held.is_err(), mixed, "{one} {other}");
            }
            assert_eq!(compatible(&BTreeSet::from([one])), Ok(()));
        }
        assert_eq!(compatible(&BTreeSet::new()), Ok(()));
    }

    #[test]
    fn nobody_changes_their_own_roles_or_state() {
        for role in [Role::SystemAdmin, Role::SecurityAdmin] {
            let by = member(1, role);
            let target = Target { person: by.person, roles: &by.roles };
            for act in [Act::GrantRoles, Act::ConfirmRoles, Act::Disable, Act::Enable] {
                if who(act).contains(&role) {
                    assert_eq!(permit_on(act, &by, target), Err(own_account()), "{act} {role}");
                }
            }
        }
    }

    #[test]
    fn case_roles_are_granted_at_once_and_an_administrators_takes_a_second_person() {
        let (asks, none) = (member(1, Role::SecurityAdmin), BTreeSet::new());
        let target = Target { person: person(9), roles: &none };
        let wanted = |it: Role| BTreeSet::from([it]);
        assert_eq!(grant(&asks, target, &wanted(Role::Liaison)), Ok(Granting::Now));
        assert_eq!(grant(&asks, target, &BTreeSet::new()), Ok(Granting::Now));
        for role in [Role::SystemAdmin, Role::SecurityAdmin, Role::Auditor] {
            assert_eq!(grant(&asks, target, &wanted(role)), Ok(Granting::Waits));
        }
        let mixed = BTreeSet::from([Role::Liaison, Role::Auditor]);
        assert_eq!(grant(&asks, target, &mixed), Err(AccountRefusal::MixedRoles.into()));
        assert!(confirm(&asks, target, Some(&asks)).is_err());
        let confirms = member(2, Role::SystemAdmin);
        assert_eq!(confirm(&confirms, target, Some(&asks)), Ok(()));
        // Whoever asked and has become a system administrator since is no second person, and
        // neither is somebody who may ask no more.
        let alone: Result<(), Refusal> = Err(AccountRefusal::SecondAdministrator.into());
        assert_eq!(confirm(&confirms, target, Some(&confirms)), alone);
        assert_eq!(confirm(&confirms, target, Some(&member(1, Role::Liaison))), alone);
        assert_eq!(confirm(&confirms, target, None), alone);
        let own = Target { person: confirms.person, roles: &confirms.roles };
        assert_eq!(confirm(&confirms, own, Some(&asks)), Err(own_account()));
    }

    #[test]
    fn an_administrators_password_is_no_way_in_for_another() {
        let by = member(1, Role::SecurityAdmin);
        for role in Role::iter() {
            let roles = BTreeSet::from([role]);
            let target = Target { person: person(9), roles: &roles };
            for act in [Act::ResetPassword, Act::ResetSecondFactor, Act::LinkProvider] {
                let refused = role.is_administrator();
                assert_eq!(permit_on(act, &by, target).is_err(), refused, "{act} {role}");
            }
            assert_eq!(permit_on(Act::Unlock, &by, target), Ok(()));
        }
    }
}
