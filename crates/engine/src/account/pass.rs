//! What somebody may ask, as they are signed in: the one rule that each request passes before the
//! authority over any case is looked at.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoEnumIterator as _, IntoStaticStr};

use super::session::Kind;
use crate::{refusal::AccountRefusal, text::Digest};

/// For how long a confirmation lets somebody do sensitive acts.
pub const CONFIRMED_FOR: TimeDelta = TimeDelta::minutes(10);

/// What a token may be used for.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Scope {
    /// 查询.
    Read,
    /// 办理.
    Act,
    /// 调阅或清除封存的个人信息.
    Unseal,
    /// 导出.
    Export,
    /// 账号、清单、日历等管理.
    Administer,
}

impl Scope {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Read => "查询",
            Self::Act => "办理",
            Self::Unseal => "调阅个人信息",
            Self::Export => "导出",
            Self::Administer => "管理",
        }
    }

    /// Everything.
    #[must_use]
    pub fn all() -> BTreeSet<Self> {
        Self::iter().collect()
    }
}

/// What has to be done before anything else.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Must {
    /// 修改密码.
    ChangePassword,
    /// 绑定动态口令.
    EnrolSecondFactor,
    /// 提交动态码, by whoever a provider has signed in.
    GiveCode,
}

impl Must {
    /// As it refuses everything else.
    #[must_use]
    pub fn refusal(self) -> AccountRefusal {
        match self {
            Self::ChangePassword => AccountRefusal::PasswordExpired,
            Self::EnrolSecondFactor | Self::GiveCode => AccountRefusal::SecondFactorRequired,
        }
    }
}

/// As what somebody asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pass {
    /// The house itself acts for somebody: the command line, an import, a demonstration. There is no
    /// session to limit.
    House,
    /// Somebody who signed in.
    Session {
        /// What they must do first.
        must: BTreeSet<Must>,
        /// When they last confirmed who they are.
        confirmed_at: Option<DateTime<Utc>>,
    },
    /// A program with somebody's token.
    Token {
        /// What it may be used for.
        scope: BTreeSet<Scope>,
        /// The digest of the only document that it executes, where it is bound to one.
        document: Option<Digest>,
    },
}

/// What kind of operation a document asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// It reads.
    Query,
    /// It changes.
    Mutation,
    /// It listens.
    Subscription,
}

/// A request, as far as this rule looks at it.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The kind of operation.
    pub operation: Operation,
    /// The fields at its root: what is asked or done.
    pub fields: &'a [&'a str],
    /// The digest of the document as it was sent.
    pub document: Digest,
}

/// What is about one's own sign-in: done by somebody who signed in, never by a token.
const OWN: &[&str] = &[
    "changePassword",
    "beginSecondFactor",
    "confirmSecondFactor",
    "signOutEverywhere",
    "issueToken",
    "revokeToken",
];

/// What goes before a password is changed or a second factor is enrolled.
const FIRST: &[&str] =
    &["me", "changePassword", "beginSecondFactor", "confirmSecondFactor", "signOutEverywhere"];

/// What goes before a code was given: neither password nor second factor are changed without it.
const BEFORE_CODE: &[&str] = &["me", "signOutEverywhere"];

/// What administers.
const ADMINISTERS: &[&str] = &[
    "addAccount",
    "grantRoles",
    "confirmRoles",
    "disableAccount",
    "enableAccount",
    "resetPassword",
    "resetSecondFactor",
    "unlockAccount",
    "putUnit",
    "linkProvider",
];

/// What a token needs for an act.
#[must_use]
pub fn scope_of(act: &str) -> Scope {
    if act == "unseal" || act == "openFile" || act.starts_with("erase") {
        Scope::Unseal
    } else if act.starts_with("export") {
        Scope::Export
    } else if ADMINISTERS.contains(&act) || act.starts_with("publish") {
        Scope::Administer
    } else {
        Scope::Act
    }
}

/// Whether an act is sensitive, so that whoever does it has to have confirmed who they are: opening
/// and erasing personal data, exporting, administering accounts, publishing lists, issuing tokens.
#[must_use]
pub fn is_sensitive(act: &str) -> bool {
    match scope_of(act) {
        Scope::Unseal | Scope::Export | Scope::Administer => true,
        Scope::Read | Scope::Act => act == "issueToken",
    }
}

impl Pass {
    /// A token that may be used for whatever its person may do.
    #[must_use]
    pub fn full_token() -> Self {
        Self::Token { scope: Scope::all(), document: None }
    }

    /// Whether a request goes any further.
    ///
    /// # Errors
    /// What is to be done first.
    pub fn admits(&self, request: &Request<'_>, now: DateTime<Utc>) -> Result<(), AccountRefusal> {
        if let Self::Token { document: Some(bound), .. } = self
            && *bound != request.document
        {
            return Err(AccountRefusal::OtherDocument);
        }
        for field in request.fields {
            // What the schema is like is told to everybody.
            if field.starts_with("__") {
                continue;
            }
            match request.operation {
                Operation::Mutation => self.admits_act(field, now)?,
                Operation::Query | Operation::Subscription => self.admits_read(field)?,
            }
        }
        Ok(())
    }

    /// Whether something may be read, by the name of its query; also for doors that are no GraphQL.
    ///
    /// # Errors
    /// As [`Pass::admits`].
    pub fn admits_read(&self, field: &str) -> Result<(), AccountRefusal> {
        match self {
            Self::House => Ok(()),
            Self::Session { must, .. } => first(must, field),
            Self::Token { scope, .. } => within(scope, Scope::Read),
        }
    }

    /// Whether an act goes any further, by the name of its mutation; also for doors that are no
    /// GraphQL.
    ///
    /// # Errors
    /// As [`Pass::admits`].
    pub fn admits_act(&self, act: &str, now: DateTime<Utc>) -> Result<(), AccountRefusal> {
        match self {
            Self::House => Ok(()),
            Self::Session { must, confirmed_at } => {
                first(must, act)?;
                if is_sensitive(act) { confirmed(*confirmed_at, now) } else { Ok(()) }
            }
            Self::Token { .. } if OWN.contains(&act) => Err(AccountRefusal::NotByToken),
            Self::Token { scope, .. } => within(scope, scope_of(act)),
        }
    }

    /// Whether who it is was confirmed within the last minutes, where that is asked for beside the
    /// list of sensitive acts.
    ///
    /// # Errors
    /// [`AccountRefusal::ConfirmationRequired`], and for a token [`AccountRefusal::NotByToken`].
    pub fn is_confirmed(&self, now: DateTime<Utc>) -> Result<(), AccountRefusal> {
        match self {
            Self::House => Ok(()),
            Self::Session { confirmed_at, .. } => confirmed(*confirmed_at, now),
            Self::Token { .. } => Err(AccountRefusal::NotByToken),
        }
    }

    /// What is to be done first.
    #[must_use]
    pub fn must(&self) -> BTreeSet<Must> {
        match self {
            Self::Session { must, .. } => must.clone(),
            Self::House | Self::Token { .. } => BTreeSet::new(),
        }
    }

    /// Which of the two it is; none where the house acts.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::House => None,
            Self::Session { .. } => Some(Kind::Session),
            Self::Token { .. } => Some(Kind::Token),
        }
    }
}

fn confirmed(at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), AccountRefusal> {
    let fresh = |it: DateTime<Utc>| it <= now && now - it < CONFIRMED_FOR;
    if at.is_some_and(fresh) { Ok(()) } else { Err(AccountRefusal::ConfirmationRequired) }
}

fn first(must: &BTreeSet<Must>, field: &str) -> Result<(), AccountRefusal> {
    let Some(owed) = must.get(&Must::GiveCode).or(must.first()) else { return Ok(()) };
    let goes = if *owed == Must::GiveCode { BEFORE_CODE } else { FIRST };
    if goes.contains(&field) { Ok(()) } else { Err(owed.refusal()) }
}

fn within(scope: &BTreeSet<Scope>, needs: Scope) -> Result<(), AccountRefusal> {
    if scope.contains(&needs) { Ok(()) } else { Err(AccountRefusal::OutOfScope { needs }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn ask(pass: &Pass, operation: Operation, fields: &[&str]) -> Result<(), AccountRefusal> {
        pass.admits(&Request { operation, fields, document: Digest::of(b"d") }, NOW)
    }

    fn session(must: &[Must], confirmed_minutes_ago: Option<i64>) -> Pass {
        Pass::Session {
            must: must.iter().copied().collect(),
            confirmed_at: confirmed_minutes_ago.map(|it| NOW - TimeDelta::minutes(it)),
        }
    }

    fn token(scope: &[Scope]) -> Pass {
        Pass::Token { scope: scope.iter().copied().collect(), document: None }
    }

    #[test]
    fn who_owes_a_code_changes_neither_password_nor_second_factor_before_it() {
        let pass = session(&[Must::GiveCode], Some(0));
        for field in ["changePassword", "beginSecondFactor", "confirmSecondFactor", "issueWhistle"]
        {
            let refused = ask(&pass, Operation::Mutation, &[field]);
            assert_eq!(refused, Err(AccountRefusal::SecondFactorRequired), "{field}");
        }
        assert_eq!(ask(&pass, Operation::Query, &["me"]), Ok(()));
        assert_eq!(ask(&pass, Operation::Mutation, &["signOutEverywhere"]), Ok(()));
    }

    #[test]
    fn who_must_change_the_password_does_nothing_before_it() {
        let pass = session(&[Must::EnrolSecondFactor, Must::ChangePassword], Some(0));
        for field in ["petitions", "units", "inbox", "lists"] {
            assert_eq!(
                ask(&pass, Operation::Query, &[field]),
                Err(AccountRefusal::PasswordExpired)
            );
        }
        assert_eq!(
            ask(&pass, Operation::Query, &["me", "petitions"]),
            Err(AccountRefusal::PasswordExpired)
        );
        assert_eq!(ask(&pass, Operation::Query, &["me", "__schema"]), Ok(()));
        assert_eq!(ask(&pass, Operation::Mutation, &["changePassword"]), Ok(()));
        assert_eq!(
            ask(&pass, Operation::Mutation, &["issueToken"]),
            Err(AccountRefusal::PasswordExpired)
        );
        let pass = session(&[Must::EnrolSecondFactor], None);
        for field in ["unseal", "registerPetition"] {
            let refused = ask(&pass, Operation::Mutation, &[field]);
            assert_eq!(refused, Err(AccountRefusal::SecondFactorRequired));
        }
        assert_eq!(ask(&pass, Operation::Mutation, &["beginSecondFactor"]), Ok(()));
    }

    #[test]
    fn a_sensitive_act_needs_a_confirmation_of_the_last_ten_minutes() {
        let acts = [
            "putUnit",
            "unseal",
            "erasePerson",
            "exportCase",
            "publishLists",
            "grantRoles",
            "addAccount",
            "issueToken",
        ];
        for act in acts {
            assert_eq!(ask(&session(&[], Some(9)), Operation::Mutation, &[act]), Ok(()));
            for ago in [None, Some(10), Some(-1)] {
                let refused = ask(&session(&[], ago), Operation::Mutation, &["reply", act]);
                assert_eq!(refused, Err(AccountRefusal::ConfirmationRequired), "{act}");
            }
        }
        for act in ["reply", "registerPetition", "changePassword", "setAbsence", "revokeToken"] {
            assert_eq!(ask(&session(&[], None), Operation::Mutation, &[act]), Ok(()), "{act}");
        }
    }

    #[test]
    fn a_token_does_what_its_scope_says_and_nothing_about_the_sign_in() {
        let needs = |needs| Err(AccountRefusal::OutOfScope { needs });
        let read = token(&[Scope::Read]);
        assert_eq!(ask(&read, Operation::Query, &["petitions"]), Ok(()));
        assert_eq!(ask(&read, Operation::Subscription, &["inboxChanged"]), Ok(()));
        assert_eq!(ask(&read, Operation::Mutation, &["reply"]), needs(Scope::Act));
        let act = token(&[Scope::Act]);
        assert_eq!(ask(&act, Operation::Mutation, &["reply"]), Ok(()));
        assert_eq!(ask(&act, Operation::Query, &["petitions"]), needs(Scope::Read));
        assert_eq!(ask(&act, Operation::Mutation, &["unseal"]), needs(Scope::Unseal));
        assert_eq!(ask(&act, Operation::Mutation, &["exportCase"]), needs(Scope::Export));
        assert_eq!(ask(&act, Operation::Mutation, &["addAccount"]), needs(Scope::Administer));
        for own in OWN {
            let refused = ask(&Pass::full_token(), Operation::Mutation, &[own]);
            assert_eq!(refused, Err(AccountRefusal::NotByToken), "{own}");
        }
        assert_eq!(
            ask(&Pass::full_token(), Operation::Mutation, &["unseal", "addAccount"]),
            Ok(())
        );
    }

    #[test]
    fn a_bound_token_executes_its_document_alone() {
        let bound =
            |text: &[u8]| Pass::Token { scope: Scope::all(), document: Some(Digest::of(text)) };
        assert_eq!(ask(&bound(b"d"), Operation::Query, &["petitions"]), Ok(()));
        let refused = ask(&bound(b"other"), Operation::Query, &["petitions"]);
        assert_eq!(refused, Err(AccountRefusal::OtherDocument));
        let refused = ask(&bound(b"other"), Operation::Query, &["__schema"]);
        assert_eq!(refused, Err(AccountRefusal::OtherDocument));
    }

    #[test]
    fn the_house_is_not_limited() {
        assert_eq!(ask(&Pass::House, Operation::Mutation, &["unseal", "issueToken"]), Ok(()));
    }
}
