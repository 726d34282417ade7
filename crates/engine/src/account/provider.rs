//! Sign-in by a provider (统一身份认证): what the groups that it names somebody in are good for here.
//!
//! The provider says who somebody is; what they may do stays ours. Its groups give roles on cases
//! where a centre has set so, and take them away again. They never give an administrator's role, and
//! an administrator is never signed in by a provider: whoever runs it would be a fourth one.

use std::collections::BTreeSet;

use super::pass::Must;
use crate::{
    account::factor::Demand,
    actor::Role,
    refusal::{AccountRefusal, Problem, Refusal},
};

/// The most characters of the name that a provider knows somebody by (OpenID Connect Core, 2).
const SUBJECT: usize = 255;
/// The most characters of the address of a provider.
const ISSUER: usize = 500;

/// What a centre has set for its provider (`[oidc]`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Whether whoever has no account gets one, where their groups say of which unit.
    pub create: bool,
    /// Which of the provider's words (`amr`, `acr`) stand for a second factor; none where its word
    /// is not trusted that far.
    pub second_factors: BTreeSet<String>,
    /// What each group gives. Where it is empty, administrators grant roles as ever.
    pub groups: Vec<GroupRule>,
}

/// What one group gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRule {
    /// The group, as the provider names it.
    pub group: String,
    /// The code of the unit that its people are of; none where it gives roles alone.
    pub unit: Option<String>,
    /// The roles on cases that it gives.
    pub roles: BTreeSet<Role>,
}

/// Why rules cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A group would give an administrator's role, or a program's.
    Role(Role),
    /// A group without a name, or one that gives nothing.
    Nothing,
}

/// What somebody's groups give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The code of their unit; none where no group says.
    pub unit: Option<String>,
    /// Their roles.
    pub roles: BTreeSet<Role>,
}

/// Whether a group may give a role: those on cases, and of people.
#[must_use]
pub fn may_give(role: Role) -> bool {
    role != Role::Service && !role.is_administrator()
}

impl Rules {
    /// Holds the rules against what no setting may change.
    ///
    /// # Errors
    /// The ordinal of the group, from 0, and what is wrong with it.
    pub fn check(&self) -> Result<(), (usize, Fault)> {
        for (n, it) in self.groups.iter().enumerate() {
            if let Some(role) = it.roles.iter().find(|it| !may_give(**it)) {
                return Err((n, Fault::Role(*role)));
            }
            if it.group.trim().is_empty() || (it.unit.is_none() && it.roles.is_empty()) {
                return Err((n, Fault::Nothing));
            }
        }
        Ok(())
    }

    /// What groups give; none where the centre lets its administrators grant roles.
    ///
    /// # Errors
    /// [`AccountRefusal::NoPlace`] where they name units that differ.
    pub fn given(&self, groups: &BTreeSet<String>) -> Result<Option<Given>, AccountRefusal> {
        if self.groups.is_empty() {
            return Ok(None);
        }
        let held = || self.groups.iter().filter(|it| groups.contains(&it.group));
        let units: BTreeSet<&String> = held().filter_map(|it| it.unit.as_ref()).collect();
        if units.len() > 1 {
            return Err(AccountRefusal::NoPlace);
        }
        let roles = held().flat_map(|it| it.roles.iter().copied());
        // Settings were checked; what slipped through gives nothing all the same.
        let roles = roles.filter(|it| may_give(*it)).collect();
        Ok(Some(Given { unit: units.first().map(|it| (*it).clone()), roles }))
    }

    /// Whether the provider says that somebody showed a second factor, and is trusted in that.
    #[must_use]
    pub fn vouches(&self, shown: &BTreeSet<String>) -> bool {
        !self.second_factors.is_disjoint(shown)
    }
}

/// Whether an account may be signed in, or be linked, by a provider.
///
/// # Errors
/// [`AccountRefusal::ByPasswordOnly`] for an administrator.
pub fn admits(held: &BTreeSet<Role>) -> Result<(), AccountRefusal> {
    if held.iter().any(|it| it.is_administrator()) {
        return Err(AccountRefusal::ByPasswordOnly);
    }
    Ok(())
}

/// Holds who somebody is to a provider against the standard.
///
/// # Errors
/// [`Refusal::Invalid`] with what is wrong with it.
pub fn check_identity(issuer: &str, subject: &str) -> Result<(), Refusal> {
    if !issuer.starts_with("https://") && !issuer.starts_with("http://") {
        return Err(Refusal::invalid("issuer", Problem::Unreadable));
    }
    if issuer.len() > ISSUER || issuer.chars().any(|it| !it.is_ascii_graphic()) {
        return Err(Refusal::invalid("issuer", Problem::Unreadable));
    }
    if subject.is_empty() {
        return Err(Refusal::missing("subject"));
    }
    if subject.len() > SUBJECT {
        let most = u32::try_from(SUBJECT).unwrap_or(0);
        return Err(Refusal::invalid("subject", Problem::TooLong(most)));
    }
    if !subject.is_ascii() || subject.chars().any(|it| it.is_ascii_control()) {
        return Err(Refusal::invalid("subject", Problem::Unreadable));
    }
    Ok(())
}

/// Whether what somebody showed the provider a moment ago confirms who they are here, too: where it
/// is trusted as a second factor, or where there is none to ask.
#[must_use]
pub fn confirms(demand: Demand, vouched: bool, enrolled: bool) -> bool {
    vouched || (demand != Demand::Code && !enrolled)
}

/// What is to be done first by whoever the provider has named. There is no page of ours before a
/// session begins where a code could be asked, so it is asked in the session, before anything else.
#[must_use]
pub fn owes(demand: Demand, vouched: bool) -> Option<Must> {
    match demand {
        _ if vouched => None,
        Demand::Nothing => None,
        Demand::Code => Some(Must::GiveCode),
        Demand::Enrolment => Some(Must::EnrolSecondFactor),
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;

    fn rule(group: &str, unit: Option<&str>, roles: &[Role]) -> GroupRule {
        GroupRule {
            group: group.to_owned(),
            unit: unit.map(str::to_owned),
            roles: roles.iter().copied().collect(),
        }
    }

    fn rules(groups: &[GroupRule]) -> Rules {
        Rules { groups: groups.to_vec(), ..Rules::default() }
    }

    fn groups(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn no_group_gives_an_administrators_role_whatever_is_set() {
        for role in Role::iter() {
            let it = rules(&[rule("a", None, &[Role::Liaison]), rule("b", None, &[role])]);
            let given = it.given(&groups(&["b"])).unwrap().unwrap();
            if role.is_administrator() || role == Role::Service {
                assert_eq!(it.check(), Err((1, Fault::Role(role))), "{role}");
                assert!(given.roles.is_empty(), "{role}");
            } else {
                assert_eq!(it.check(), Ok(()), "{role}");
                assert_eq!(given.roles, BTreeSet::from([role]), "{role}");
            }
            assert_eq!(admits(&BTreeSet::from([role])).is_err(), role.is_administrator());
        }
        assert_eq!(rules(&[rule(" ", None, &[Role::Liaison])]).check(), Err((0, Fault::Nothing)));
        assert_eq!(rules(&[rule("a", None, &[])]).check(), Err((0, Fault::Nothing)));
    }

    #[test]
    fn groups_add_up_and_what_nobody_set_gives_nothing() {
        let it = rules(&[
            rule("rsj", Some("rsj"), &[Role::Liaison]),
            rule("heads", None, &[Role::UnitLeader]),
            rule("zjj", Some("zjj"), &[Role::Liaison]),
        ]);
        let given = it.given(&groups(&["rsj", "heads", "others"])).unwrap().unwrap();
        assert_eq!(given.unit.as_deref(), Some("rsj"));
        assert_eq!(given.roles, BTreeSet::from([Role::Liaison, Role::UnitLeader]));
        let given = it.given(&groups(&["others"])).unwrap().unwrap();
        assert_eq!(given, Given { unit: None, roles: BTreeSet::new() });
        assert_eq!(it.given(&groups(&["rsj", "zjj"])), Err(AccountRefusal::NoPlace));
        assert_eq!(rules(&[]).given(&groups(&["rsj"])), Ok(None));
    }

    #[test]
    fn a_second_factor_of_the_provider_counts_only_where_it_is_trusted() {
        let shown = groups(&["pwd", "otp"]);
        assert!(!rules(&[]).vouches(&shown));
        let trusting = Rules { second_factors: groups(&["otp", "mfa"]), ..Rules::default() };
        assert!(trusting.vouches(&shown) && !trusting.vouches(&groups(&["pwd"])));
        assert_eq!(owes(Demand::Code, false), Some(Must::GiveCode));
        assert_eq!(owes(Demand::Enrolment, false), Some(Must::EnrolSecondFactor));
        assert_eq!(owes(Demand::Nothing, false), None);
        for demand in [Demand::Code, Demand::Enrolment, Demand::Nothing] {
            assert_eq!(owes(demand, true), None);
            assert!(confirms(demand, true, true) && !confirms(demand, false, true));
            assert_eq!(confirms(demand, false, false), demand != Demand::Code);
        }
    }
}
