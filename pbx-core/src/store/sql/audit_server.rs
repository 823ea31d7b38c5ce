//! The server's own audit lines, and how lines are written. Server-wide.

use super::query::{args, id, json, row, some_id, to_json};
use super::{Store, Work};
use crate::base::ids::AuditId;
use crate::base::time::Wall;
use crate::journal::AuditLine;
use crate::store::{AuditCursor, AuditPage, StoreError};
use uuid::Uuid;

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

/// The place before every line.
pub(super) const fn newest() -> AuditCursor {
    AuditCursor { at: Wall::from_micros(i64::MAX), id: AuditId(Uuid::max()) }
}

/// One row more was asked for than is shown: it tells whether there is a next page.
pub(super) fn page(rows: Vec<AuditRow>, limit: u16) -> Result<AuditPage, StoreError> {
    let more = rows.len() > usize::from(limit);
    let lines = rows.into_iter().take(limit.into()).map(AuditRow::read).collect::<Result<Vec<_>, _>>()?;
    let next = lines.last().filter(|_| more).map(|line| AuditCursor { at: line.at, id: line.id });
    Ok(AuditPage { lines, next })
}

impl Store {
    /// What concerns the whole server: the lines after this place, or all of them, newest first.
    pub async fn server_audit(&self, after: Option<AuditCursor>, limit: u16) -> Result<AuditPage, StoreError> {
        let sql = "SELECT id, tenant, at, actor, action, object, detail FROM audit
            WHERE tenant IS NULL AND at <= $1 AND (at, id) < ($1, $2) ORDER BY at DESC, id DESC LIMIT $3";
        let from = after.unwrap_or(newest());
        page(self.rows(sql, args![from.at, from.id, u32::from(limit) + 1]).await?, limit)
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
        self.write_rows(head, "ON CONFLICT (id) DO NOTHING", rows).await
    }
}
