//! What the console and the API are entered by: accounts, sessions, tokens, and keys of requests.

use crate::base::ids::{AccountId, PersonId, TenantId, TokenId};
use crate::base::time::Wall;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What somebody may do in the console.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything, in every tenant.
    Operator,
    /// Everything in one tenant.
    Admin,
    /// What concerns one person.
    User,
}

/// A word of the database that this release does not know.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("unknown word {0:?}")]
pub struct UnknownWord(pub String);

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operator => "operator",
            Self::Admin => "admin",
            Self::User => "user",
        })
    }
}

impl FromStr for Role {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "operator" => Ok(Self::Operator),
            "admin" => Ok(Self::Admin),
            "user" => Ok(Self::User),
            other => Err(UnknownWord(other.to_owned())),
        }
    }
}

/// A log-in.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The log-in's id.
    pub id: AccountId,
    /// The tenant; `None` for operators alone.
    pub tenant: Option<TenantId>,
    /// What the log-in may do.
    pub role: Role,
    /// The e-mail that is typed to log in: lower case, unique over the server.
    pub email: String,
    /// The person it is, if it is one of the tenant's.
    pub person: Option<PersonId>,
    /// The argon2id hash in PHC form; `None`: no log-in by password. Never shown.
    pub password_hash: Option<String>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("tenant", &self.tenant)
            .field("role", &self.role)
            .field("email", &self.email)
            .field("person", &self.person)
            .field("password", &self.password_hash.as_ref().map(|_| "set"))
            .finish()
    }
}

/// A session as kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The session's id, which the cookie holds: a secret.
    pub id: String,
    /// What the session layer keeps, as JSON.
    pub data: String,
    /// When the session ends.
    pub expires: Wall,
}

/// An API token as kept, without its text: only its hash is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// The token's id.
    pub id: TokenId,
    /// What people call it.
    pub label: String,
    /// What it may be used for: `calls:read`, `people:write`.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created: Wall,
    /// When it expires; `None`: never.
    pub expires: Option<Wall>,
    /// When it was used last, to the minute.
    pub last_used: Option<Wall>,
}

/// The answer that was given to the first request with an idempotency key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredResponse {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// The result of claiming an idempotency key: the same request twice is carried out once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
    /// The key is new: carry the request out, then store the answer.
    Fresh,
    /// The same request is being carried out right now.
    Running,
    /// The same request was carried out: give this answer again.
    Done(StoredResponse),
    /// The key was used for another request.
    OtherRequest,
}
