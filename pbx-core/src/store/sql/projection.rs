//! What the journal tells, as rows. Server-wide: a batch holds promises of many tenants, each with its tenant.

use super::query::{args, id, json, row, to_json};
use super::registrations::{self, RegistrationRow};
use super::{Store, Work, record};
use crate::base::ids::{CallId, DeviceId, TenantId};
use crate::base::time::Wall;
use crate::cdr::WrittenRecord;
use crate::decision::Said;
use crate::journal::{OpenCall, Position, Watermarks};
use crate::location::{Binding, Refresh};
use crate::store::StoreError;

/// The rows of `journal_position`: how far everything but refreshes is projected, and how far those are.
const PROJECTED: i64 = 1;
const REFRESHED: i64 = 2;

row! {
    struct BodyRow {
        body: String,
    }
}

row! {
    struct PositionRow {
        segment: i64,
        place: i64,
    }
}

row! {
    struct CountRow {
        count: i64,
    }
}

impl Store {
    /// How far the journal is projected.
    pub async fn journal_progress(&self) -> Result<Watermarks, StoreError> {
        let sql = "SELECT segment, place FROM journal_position WHERE id <= $1 ORDER BY id";
        let rows = self.rows::<PositionRow>(sql, args![REFRESHED]).await?;
        let mut positions =
            rows.iter().map(|row| Position { segment: row.segment.unsigned_abs(), offset: row.place.unsigned_abs() });
        let projected = positions.next().unwrap_or_default();
        // A release that told refreshes at once kept one position.
        Ok(Watermarks { projected, refreshed: positions.next().unwrap_or(projected) })
    }

    /// Every contact of every tenant that has not expired.
    pub async fn bindings_alive(&self, now: Wall) -> Result<Vec<(TenantId, Binding)>, StoreError> {
        let sql = "SELECT tenant, device, key, expires, call_id, cseq, body FROM registrations WHERE expires > $1";
        let rows = self.rows::<RegistrationRow>(sql, args![now]).await?;
        rows.into_iter().map(|row| Ok((id(&row.tenant)?, row.read()?))).collect()
    }

    /// Every call of every tenant that has no record yet.
    pub async fn open_calls(&self) -> Result<Vec<OpenCall>, StoreError> {
        let rows = self.rows::<BodyRow>("SELECT body FROM open_calls", args![]).await?;
        rows.iter().map(|row| json("open call", &row.body)).collect()
    }
}

impl Work {
    pub(crate) async fn set_journal_progress(&mut self, progress: Watermarks) -> Result<(), StoreError> {
        let int = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let row = |id, place: Position| args![id, int(place.segment), int(place.offset)];
        let head = "INSERT INTO journal_position (id, segment, place) VALUES";
        let tail = "ON CONFLICT (id) DO UPDATE SET segment = excluded.segment, place = excluded.place";
        self.write_rows(head, tail, vec![row(PROJECTED, progress.projected), row(REFRESHED, progress.refreshed)]).await
    }

    /// Writes finished records, each with the steps before its own; one that is there already stays as it is.
    pub(crate) async fn insert_records(&mut self, records: &[(&WrittenRecord, Vec<Said>)]) -> Result<(), StoreError> {
        let calls = records.iter().map(|(record, told)| record::call(record, told)).collect::<Result<Vec<_>, _>>()?;
        self.write_rows(record::CALLS, "ON CONFLICT (id) DO NOTHING", calls).await?;
        let legs = records.iter().flat_map(|(record, _)| record::legs(record.brief())).collect();
        self.write_rows(record::LEGS, "ON CONFLICT (tenant, call, position) DO NOTHING", legs).await?;
        let mut segments = Vec::new();
        for (record, _) in records {
            segments.extend(record::segments(record.brief())?);
        }
        self.write_rows(record::SEGMENTS, "ON CONFLICT (tenant, call, position) DO NOTHING", segments).await
    }

    pub(crate) async fn has_record(&mut self, tenant: TenantId, call: CallId) -> Result<bool, StoreError> {
        let sql = "SELECT COUNT(*) AS count FROM calls WHERE tenant = $1 AND id = $2";
        Ok(self.rows::<CountRow>(sql, args![tenant, call]).await?.iter().any(|row| row.count > 0))
    }

    pub(crate) async fn put_open_call(&mut self, call: &OpenCall) -> Result<(), StoreError> {
        let sql = "INSERT INTO open_calls (tenant, id, body) VALUES ($1, $2, $3)
            ON CONFLICT (tenant, id) DO UPDATE SET body = excluded.body";
        self.run(sql, args![call.tenant, call.call, to_json("open call", call)?]).await.map(drop)
    }

    pub(crate) async fn remove_open_call(&mut self, tenant: TenantId, call: CallId) -> Result<(), StoreError> {
        self.run("DELETE FROM open_calls WHERE tenant = $1 AND id = $2", args![tenant, call]).await.map(drop)
    }

    /// Writes contacts, each (device, key) at most once in a batch.
    pub(crate) async fn put_bindings(&mut self, bindings: &[(TenantId, &Binding)]) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(bindings.len());
        for (tenant, binding) in bindings {
            rows.push(args![*tenant, binding.device, &*binding.key, binding.expires, registrations::body(binding)?]);
        }
        let head = "INSERT INTO registrations (tenant, device, key, expires, body) VALUES";
        let tail = "ON CONFLICT (tenant, device, key) DO UPDATE SET expires = excluded.expires, body = excluded.body,
            call_id = NULL, cseq = NULL";
        self.write_rows(head, tail, rows).await
    }

    /// Writes what refreshes change; a contact that is gone stays so.
    pub(crate) async fn refresh_bindings(
        &mut self,
        refreshes: impl Iterator<Item = (TenantId, &Refresh)>,
    ) -> Result<(), StoreError> {
        let rows = refreshes.map(|(tenant, refresh)| {
            let Refresh { device, key, call_id, cseq, expires } = refresh;
            args![tenant, *device, &**key, *expires, &**call_id, *cseq]
        });
        let head = "UPDATE registrations SET expires = fresh.column4, call_id = fresh.column5, cseq = fresh.column6
            FROM (VALUES";
        let tail = ") AS fresh WHERE registrations.tenant = fresh.column1 AND registrations.device = fresh.column2
            AND registrations.key = fresh.column3";
        self.write_rows(head, tail, rows.collect()).await
    }

    pub(crate) async fn remove_binding_at(
        &mut self,
        tenant: TenantId,
        device: DeviceId,
        key: &str,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM registrations WHERE tenant = $1 AND device = $2 AND key = $3";
        self.run(sql, args![tenant, device, key]).await.map(drop)
    }

    pub(crate) async fn remove_bindings_of(&mut self, tenant: TenantId, device: DeviceId) -> Result<(), StoreError> {
        let sql = "DELETE FROM registrations WHERE tenant = $1 AND device = $2";
        self.run(sql, args![tenant, device]).await.map(drop)
    }

    pub(crate) async fn remove_expired_bindings(&mut self, now: Wall) -> Result<(), StoreError> {
        self.run("DELETE FROM registrations WHERE expires <= $1", args![now]).await.map(drop)
    }
}
