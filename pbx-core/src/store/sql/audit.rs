//! A tenant's audit.

use super::Store;
use super::audit_server::{AuditRow, newest, page};
use super::query::args;
use crate::base::ids::TenantId;
use crate::journal::AuditLine;
use crate::store::{AuditCursor, AuditPage, StoreError};

impl Store {
    /// The lines after this place, or all of them, newest first.
    pub async fn audit(
        &self,
        tenant: TenantId,
        after: Option<AuditCursor>,
        limit: u16,
    ) -> Result<AuditPage, StoreError> {
        let sql = "SELECT id, tenant, at, actor, action, object, detail FROM audit
            WHERE tenant = $1 AND at <= $2 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4";
        let from = after.unwrap_or(newest());
        page(self.rows(sql, args![tenant, from.at, from.id, u32::from(limit) + 1]).await?, limit)
    }

    /// The history of one object, newest first.
    pub async fn audit_of(&self, tenant: TenantId, object: &str, limit: u16) -> Result<Vec<AuditLine>, StoreError> {
        let sql = "SELECT id, tenant, at, actor, action, object, detail FROM audit
            WHERE tenant = $1 AND object = $2 ORDER BY at DESC, id DESC LIMIT $3";
        self.rows::<AuditRow>(sql, args![tenant, object, limit]).await?.into_iter().map(AuditRow::read).collect()
    }
}
