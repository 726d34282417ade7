//! Personal tokens.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::{
    Refusal,
    account::{
        pass::Scope,
        session::Kind,
        token::{check, usual_scope},
    },
    audit::AuditFact,
    ids::TokenId,
    refusal::Problem,
    text::Digest,
};
use store::NewSession;

use super::secret::{digest, random_token};
use crate::{App, Caller, Error, micros};

/// A token that is asked for.
pub struct IssueToken {
    /// What its person calls it.
    pub name: String,
    /// What it may be used for; where nothing is said, to read and to act.
    pub scope: Option<BTreeSet<Scope>>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// The only document that it executes, as it will be sent.
    pub document: Option<String>,
}

/// A token, without its secret.
#[derive(Debug, Clone)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What its person calls it; none of those that a program gave out.
    pub name: Option<String>,
    /// What it may be used for.
    pub scope: BTreeSet<Scope>,
    /// The digest of the only document that it executes.
    pub document: Option<Digest>,
    /// Since when.
    pub issued_at: DateTime<Utc>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, to the minute; none before it was.
    pub used_at: Option<DateTime<Utc>>,
}

impl From<store::Session> for Token {
    fn from(it: store::Session) -> Self {
        let used = it.last_seen_at > it.is.created_at;
        Self {
            id: it.is.id(),
            name: it.is.name,
            scope: it.is.scope.unwrap_or_else(Scope::all),
            document: it.is.document,
            issued_at: it.is.created_at,
            expires_at: it.is.expires_at,
            used_at: used.then_some(it.last_seen_at),
        }
    }
}

impl App {
    /// Issues a token. Its secret is returned, this once.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the field that cannot be.
    pub async fn issue_token(
        &self,
        caller: &Caller,
        asked: IssueToken,
    ) -> Result<(String, Token), Error> {
        let (district, person, now) = (self.district(), caller.member.person, self.wall());
        let others = self.store().tokens(district, person, now).await?;
        let name = asked.name.trim();
        let scope = asked.scope.unwrap_or_else(usual_scope);
        let expires_at = micros(asked.expires_at);
        check(name, &scope, expires_at, others.len(), now)?;
        let secret = random_token()?;
        let new = NewSession {
            name: Some(name.to_owned()),
            scope: Some(scope),
            document: asked.document.map(|it| Digest::of(it.as_bytes())),
            ..NewSession::of(Kind::Token, person, digest(&secret), (now, expires_at))
        };
        let fact = AuditFact::TokenIssued {
            person,
            token: new.id(),
            scope: new.scope.iter().flatten().copied().collect(),
            expires_at,
            document: new.document,
        };
        let notes = self.notes(&caller.by(), vec![fact]);
        let session = store::Session { district, is: new.clone(), last_seen_at: new.created_at };
        self.store().add_session(district, new, &notes).await?;
        Ok((secret, session.into()))
    }

    /// One's own tokens that last.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn tokens(&self, caller: &Caller) -> Result<Vec<Token>, Error> {
        let person = caller.member.person;
        let found = self.store().tokens(self.district(), person, self.wall()).await?;
        Ok(found.into_iter().map(Token::from).collect())
    }

    /// Ends a token of one's own.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where it is none of one's own.
    pub async fn revoke_token(&self, caller: &Caller, id: TokenId) -> Result<(), Error> {
        let (district, person) = (self.district(), caller.member.person);
        let found = self.store().tokens(district, person, self.wall()).await?;
        let token = found.iter().find(|it| it.is.id() == id);
        let token = token.ok_or(Refusal::invalid("token", Problem::Unknown))?.is.token;
        let fact = AuditFact::TokenRevoked { person, token: id };
        let notes = self.notes(&caller.by(), vec![fact]);
        Ok(self.store().revoke(district, token, &notes).await?)
    }
}
