//! What is kept, in the words that the console needs. Every function of a tenant takes its id first; another tenant's is not there.

use async_trait::async_trait;
use pbx_core::cdr::CallRecord;
use pbx_core::directory::Directory;
use pbx_core::ids::{AccountId, CallId, DeviceId, PersonId, TenantId, TokenId};
use pbx_core::journal::AuditLine;
use pbx_core::registrar::Binding;
use pbx_core::store::{Account, CallQuery, CallsPage, Claim, Role, StoredResponse, StoredSession, Token};
use pbx_core::time::Wall;
use serde::Serialize;
use std::sync::Arc;

/// Something below failed. The words are for the log, never for the page.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

/// The account's role lets it run a tenant.
pub(crate) fn runs_tenant(role: Role) -> bool {
    matches!(role, Role::Operator | Role::Admin)
}

/// A message of a call's ladder.
#[derive(Clone, Debug)]
pub struct Logged {
    /// When.
    pub at: Wall,
    /// We sent it (else: we received it).
    pub sent: bool,
    /// Our address.
    pub local: String,
    /// The other side's.
    pub remote: String,
    /// `UDP` or `TCP`.
    pub transport: String,
    /// The message, secrets masked.
    pub text: String,
}

/// A wish to change people or devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Writes a person: adds it where the id is new.
    Person {
        /// Which.
        id: PersonId,
        /// Name, extension, e-mail.
        name: String,
        /// What colleagues dial.
        extension: String,
        /// Where mail goes.
        email: Option<String>,
    },
    /// Takes a person and its devices away.
    RemovePerson(PersonId),
    /// Gives a device a new password.
    DevicePassword {
        /// Which.
        device: DeviceId,
        /// The new one.
        password: String,
    },
    /// Adds a device to a person.
    AddDevice {
        /// Which id it gets.
        id: DeviceId,
        /// Whose.
        person: PersonId,
        /// What people call it.
        label: String,
        /// Its SIP user.
        sip_user: String,
        /// Its password.
        password: String,
    },
}

/// One line of a diff: a field, what it was, what it will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiffLine {
    /// The field's stable name: `name`, `extension`, `email`.
    pub field: String,
    /// What it was.
    pub before: Option<String>,
    /// What it will be.
    pub after: Option<String>,
}

/// What is wrong with a wish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldFault {
    /// The field's stable name; empty for the whole.
    pub field: String,
    /// A stable code: `required`, `taken`, `invalid`.
    pub code: String,
    /// English words, for codes that the console does not know.
    pub text: String,
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// These fields are wrong.
    #[error("the change is not valid")]
    Faults(Vec<FieldFault>),
    /// Something below failed.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// What is kept.
#[async_trait]
pub trait Records: Send + Sync {
    /// The configuration right now.
    fn directory(&self) -> Arc<Directory>;
    /// What a wish would change, without making it.
    async fn preview(&self, tenant: TenantId, wish: &Wish) -> Result<Vec<DiffLine>, ChangeError>;
    /// Makes a wish come true; in effect when this returns.
    async fn apply(&self, tenant: TenantId, actor: &str, wish: Wish) -> Result<Vec<DiffLine>, ChangeError>;

    /// Calls, the newest first.
    async fn calls(&self, tenant: TenantId, query: &CallQuery) -> Result<CallsPage, Broken>;
    /// One call.
    async fn call(&self, tenant: TenantId, id: CallId) -> Result<Option<CallRecord>, Broken>;
    /// The messages of a call, oldest first.
    async fn messages(&self, tenant: TenantId, call: CallId) -> Result<Vec<Logged>, Broken>;
    /// Where a tenant's devices can be reached.
    async fn bindings(&self, tenant: TenantId) -> Result<Vec<Binding>, Broken>;

    /// Who logs in with this e-mail.
    async fn account_by_email(&self, email: &str) -> Result<Option<Account>, Broken>;
    /// An account.
    async fn account(&self, id: AccountId) -> Result<Option<Account>, Broken>;

    /// Whether the password is the one of this PHC string. Costs as much where there is none to compare with.
    async fn password_is(&self, phc: Option<String>, password: String) -> bool;

    /// A session, if it has not expired at `now`.
    async fn session(&self, id: &str, now: Wall) -> Result<Option<StoredSession>, Broken>;
    /// Keeps a session.
    async fn save_session(&self, session: &StoredSession) -> Result<(), Broken>;
    /// Forgets a session.
    async fn end_session(&self, id: &str) -> Result<(), Broken>;

    /// A tenant's tokens.
    async fn tokens(&self, tenant: TenantId) -> Result<Vec<Token>, Broken>;
    /// Whose token has this hash (SHA-256), and which it is.
    async fn token_by_hash(&self, hash: [u8; 32]) -> Result<Option<(TenantId, Token)>, Broken>;
    /// Keeps a token.
    async fn add_token(&self, tenant: TenantId, token: &Token, hash: [u8; 32]) -> Result<(), Broken>;
    /// Takes a token away; whether it was there.
    async fn revoke_token(&self, tenant: TenantId, id: TokenId) -> Result<bool, Broken>;

    /// Wants to use an idempotency key for a request with this hash.
    async fn claim(&self, tenant: TenantId, key: &str, request: [u8; 32], now: Wall) -> Result<Claim, Broken>;
    /// Remembers what the request was answered.
    async fn settle(&self, tenant: TenantId, key: &str, answer: &StoredResponse) -> Result<(), Broken>;

    /// The audit, newest first, before a moment. `None`: what concerns the whole server.
    async fn audit(&self, tenant: Option<TenantId>, before: Option<Wall>, limit: u32) -> Result<Vec<AuditLine>, Broken>;
    /// Adds a line to the audit.
    async fn note(&self, line: AuditLine) -> Result<(), Broken>;
}
