//! What is kept, in the words that the console needs. Every function of a tenant takes its id first; another tenant's is not there.

use crate::words::WithVersions;
use pbx_core::base::ids::{AccountId, CallId, TenantId, TokenId};
use pbx_core::base::time::Wall;
use pbx_core::cdr::CallRecord;
use pbx_core::change::Configuration;
use pbx_core::directory::{Directory, Tenant};
use pbx_core::journal::{AuditLine, Entry, OpenCall};
use pbx_core::location::Binding;
use pbx_core::net::Promises;
use pbx_core::secret::{Plain, password_matches};
use pbx_core::sip_log::{Ladder, SipLog};
use pbx_core::store::{
    Account, AuditCursor, AuditPage, CallQuery, CallsPage, Claim, Role, Store, StoreError, StoredResponse, Token,
};
use std::sync::Arc;

/// Something below failed. The words are for the log, never for the page.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Broken(pub(crate) String);

/// The account's role lets it run a tenant.
pub(crate) fn runs_tenant(role: Role) -> bool {
    matches!(role, Role::Operator | Role::Admin)
}

/// What is kept.
#[derive(Clone)]
pub struct Records {
    /// The database.
    pub store: Store,
    /// Configuration.
    pub configuration: Arc<Configuration>,
    /// The ladders.
    pub sip_log: Arc<SipLog>,
    /// Of a running server: a call that ended a moment ago is waited for, so that nobody is told that it is not there.
    pub promises: Option<Promises>,
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

/// How long the answer of an idempotency key is remembered, in microseconds: a day.
const KEY_KEPT_US: i64 = 24 * 3600 * 1_000_000;

/// How long a request may take, in microseconds, before another with its key may be carried out: a minute. Whoever was
/// carrying it out is then taken for dead.
const CLAIM_KEPT_US: i64 = 60 * 1_000_000;

/// How far back it is looked for who changed a field.
const LATEST: u16 = 50;

impl Records {
    pub(crate) fn directory(&self) -> Arc<Directory> {
        self.configuration.snapshot()
    }

    pub(crate) async fn calls(&self, tenant: TenantId, query: &CallQuery) -> Result<CallsPage, Broken> {
        // Later pages are of older calls.
        if query.after.is_none() {
            self.catch_up(tenant).await;
        }
        Ok(self.store.calls(tenant, query).await?)
    }

    pub(crate) async fn call(&self, tenant: TenantId, id: CallId) -> Result<Option<CallRecord>, Broken> {
        if let Some(call) = self.store.call(tenant, id).await? {
            return Ok(Some(call));
        }
        self.catch_up(tenant).await;
        Ok(self.store.call(tenant, id).await?)
    }

    /// The newest call with a leg of this SIP Call-ID.
    pub(crate) async fn call_by_sip_id(&self, tenant: TenantId, sip: &str) -> Result<Option<CallRecord>, Broken> {
        if let Some(call) = self.store.call_by_sip_id(tenant, sip).await? {
            return Ok(Some(call));
        }
        self.catch_up(tenant).await;
        Ok(self.store.call_by_sip_id(tenant, sip).await?)
    }

    /// What the ids in a record are called, also the template versions that nothing runs any more.
    pub(crate) async fn names<'a>(&self, record: &CallRecord, tenant: &'a Tenant) -> Result<WithVersions<'a>, Broken> {
        Ok(WithVersions::of(&self.store, record, tenant).await?)
    }

    async fn catch_up(&self, tenant: TenantId) {
        if let Some(promises) = &self.promises {
            promises.caught_up(Some(tenant)).await;
        }
    }

    /// The messages of a call; off the runtime's threads, because they are read from files.
    pub(crate) async fn ladder(&self, tenant: TenantId, call: CallId) -> Result<Ladder, Broken> {
        let log = self.sip_log.clone();
        let read = tokio::task::spawn_blocking(move || log.read(tenant, call)).await;
        read.map_err(|error| Broken(error.to_string()))?.map_err(|error| Broken(error.to_string()))
    }

    /// Every contact of every tenant that is alive: what was promised before this question counts.
    pub(crate) async fn bindings_alive(&self, now: Wall) -> Result<Vec<(TenantId, Binding)>, Broken> {
        if let Some(promises) = &self.promises {
            promises.refreshed().await;
        }
        Ok(self.store.bindings_alive(now).await?)
    }

    /// Every call of every tenant that goes on: what was promised before this question counts.
    pub(crate) async fn calls_alive(&self) -> Result<Vec<OpenCall>, Broken> {
        if let Some(promises) = &self.promises {
            promises.projected().await;
        }
        let open = self.store.open_calls().await?;
        Ok(open.into_iter().filter(|call| call.ended.is_none()).collect())
    }

    /// Whether anybody can log in at all.
    pub(crate) async fn has_accounts(&self) -> Result<bool, Broken> {
        Ok(self.store.has_accounts().await?)
    }

    pub(crate) async fn account_by_email(&self, email: &str) -> Result<Option<Account>, Broken> {
        Ok(self.store.account_by_email(email).await?)
    }

    pub(crate) async fn account(&self, id: AccountId) -> Result<Option<Account>, Broken> {
        Ok(self.store.account(id).await?)
    }

    /// The e-mail addresses of those who run a tenant.
    pub(crate) async fn admins(&self, tenant: TenantId) -> Result<Vec<String>, Broken> {
        let accounts = self.store.accounts(tenant).await?.into_iter();
        Ok(accounts.filter(|account| account.role == Role::Admin).map(|account| account.email).collect())
    }

    /// Returns whether the password is the one of this hash; costs as much where there is none. Off the
    /// runtime's threads, and after a [turn](crate::session::Checks): it is slow on purpose.
    pub(crate) async fn password_is(&self, hash: Option<String>, password: String) -> bool {
        let check = move || password_matches(&Plain::new(password), hash.as_deref());
        tokio::task::spawn_blocking(check).await.unwrap_or(false)
    }

    pub(crate) async fn tokens(&self, tenant: TenantId) -> Result<Vec<Token>, Broken> {
        Ok(self.store.tokens(tenant).await?)
    }

    pub(crate) async fn add_token(&self, tenant: TenantId, token: &Token, hash: [u8; 32]) -> Result<(), Broken> {
        Ok(self.store.add_token(tenant, token, hash).await?)
    }

    pub(crate) async fn revoke_token(&self, tenant: TenantId, id: TokenId) -> Result<bool, Broken> {
        Ok(self.store.remove_token(tenant, id).await?)
    }

    /// Finds whose token has this hash.
    pub(crate) async fn token_by_hash(&self, hash: [u8; 32], now: Wall) -> Result<Option<(TenantId, Token)>, Broken> {
        Ok(self.store.token_by_hash(hash, now).await?)
    }

    /// Writes down that a token is used now.
    pub(crate) async fn touch_token(&self, tenant: TenantId, id: TokenId, now: Wall) -> Result<(), Broken> {
        self.store.touch_token(tenant, id, now).await?;
        Ok(())
    }

    pub(crate) async fn claim(
        &self,
        tenant: TenantId,
        key: &str,
        request: [u8; 32],
        now: Wall,
    ) -> Result<Claim, Broken> {
        Ok(self.store.claim_key(tenant, key, request, now, later(now, CLAIM_KEPT_US)).await?)
    }

    /// Keeps what a claimed request was answered, or gives the key back where it may be tried again.
    pub(crate) async fn settle(
        &self,
        tenant: TenantId,
        key: &str,
        answer: Option<&StoredResponse>,
        now: Wall,
    ) -> Result<(), Broken> {
        match answer {
            Some(answer) => self.store.answer_key(tenant, key, answer, later(now, KEY_KEPT_US)).await?,
            None => self.store.release_key(tenant, key).await?,
        };
        Ok(())
    }

    /// The audit of a tenant, newest first, after a place.
    pub(crate) async fn audit(
        &self,
        tenant: TenantId,
        after: Option<AuditCursor>,
        limit: u16,
    ) -> Result<AuditPage, Broken> {
        self.audit_is_written(Some(tenant), after).await;
        Ok(self.store.audit(tenant, after, limit).await?)
    }

    /// The latest lines of one object of a tenant, newest first.
    pub(crate) async fn audit_of(&self, tenant: TenantId, object: &str) -> Result<Vec<AuditLine>, Broken> {
        Ok(self.store.audit_of(tenant, object, LATEST).await?)
    }

    /// What concerns the whole server, newest first, after a place.
    pub(crate) async fn server_audit(&self, after: Option<AuditCursor>, limit: u16) -> Result<AuditPage, Broken> {
        self.audit_is_written(None, after).await;
        Ok(self.store.server_audit(after, limit).await?)
    }

    /// Whoever looks for what was refused a moment ago finds it; later pages are of older lines.
    async fn audit_is_written(&self, tenant: Option<TenantId>, after: Option<AuditCursor>) {
        if let (Some(promises), None) = (&self.promises, after) {
            promises.caught_up(tenant).await;
        }
    }

    /// Adds a line to the audit.
    pub(crate) async fn note(&self, line: AuditLine) -> Result<(), Broken> {
        match (self.write_audit(&line).await, &self.promises) {
            (Err(error), Some(promises)) => {
                tracing::error!(%error, action = line.action, "the database refused a line of the audit; it comes later");
                promises.keep(std::iter::once(Entry::Audit(line)));
                Ok(())
            }
            (written, _) => Ok(written?),
        }
    }

    async fn write_audit(&self, line: &AuditLine) -> Result<(), StoreError> {
        let mut work = self.store.begin().await?;
        work.write_audit(std::slice::from_ref(line)).await?;
        work.commit().await
    }
}

fn later(now: Wall, micros: i64) -> Wall {
    Wall::from_micros(now.micros().saturating_add(micros))
}
