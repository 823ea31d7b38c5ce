//! A tenant's audit.

use super::Store;
use super::audit_server::AuditRow;
use super::query::args;
use crate::ids::TenantId;
use crate::journal::AuditLine;
use crate::store::StoreError;
use crate::time::Wall;

impl Store {
    /// The newest lines before a moment, newest first.
    pub async fn audit(&self, tenant: TenantId, before: Wall, limit: u16) -> Result<Vec<AuditLine>, StoreError> {
        let sql = "SELECT id, tenant, at, actor, action, object, detail FROM audit
            WHERE tenant = $1 AND at < $2 ORDER BY at DESC, id DESC LIMIT $3";
        self.rows::<AuditRow>(sql, args![tenant, before, limit]).await?.into_iter().map(AuditRow::read).collect()
    }

    /// The history of one object, newest first.
    pub async fn audit_of(&self, tenant: TenantId, object: &str, limit: u16) -> Result<Vec<AuditLine>, StoreError> {
        let sql = "SELECT id, tenant, at, actor, action, object, detail FROM audit
            WHERE tenant = $1 AND object = $2 ORDER BY at DESC, id DESC LIMIT $3";
        self.rows::<AuditRow>(sql, args![tenant, object, limit]).await?.into_iter().map(AuditRow::read).collect()
    }
}
