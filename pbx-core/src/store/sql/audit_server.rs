//! The server's own audit lines, and how lines are written. Server-wide.

use super::query::{args, id, json, row, some_id, to_json};
use super::{Store, Work};
use crate::journal::AuditLine;
use crate::store::StoreError;
use crate::time::Wall;

row! {
    pub(super) struct AuditRow {
        id: Vec<u8>,
        tenant: Option<Vec<u8>>,
        at: i64,
        actor: String,
        action: String,
        object: String,
        detail: String,
    }
}

impl AuditRow {
    pub(super) fn read(self) -> Result<AuditLine, StoreError> {
        Ok(AuditLine {
            id: id(&self.id)?,
            tenant: some_id(self.tenant.as_ref())?,
            at: Wall::from_micros(self.at),
            actor: self.actor,
            action: self.action,
            object: self.object,
            detail: json("audit detail", &self.detail)?,
        })
    }
}

impl Store {
    /// What concerns the whole server: the newest lines before a moment, newest first.
    pub async fn server_audit(&self, before: Wall, limit: u16) -> Result<Vec<AuditLine>, StoreError> {
        let sql = "SELECT id, tenant, at, actor, action, object, detail FROM audit
            WHERE tenant IS NULL AND at < $1 ORDER BY at DESC, id DESC LIMIT $2";
        self.rows::<AuditRow>(sql, args![before, limit]).await?.into_iter().map(AuditRow::read).collect()
    }
}

impl Work {
    /// Writes lines; one that is there already stays as it is.
    pub async fn write_audit(&mut self, lines: &[AuditLine]) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(lines.len());
        for line in lines {
            let detail = to_json("audit detail", &line.detail)?;
            rows.push(args![line.id, line.tenant, line.at, &line.actor, &line.action, &line.object, detail]);
        }
        let head = "INSERT INTO audit (id, tenant, at, actor, action, object, detail) VALUES";
        self.insert(head, "ON CONFLICT (id) DO NOTHING", rows).await
    }
}
