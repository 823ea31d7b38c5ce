//! Calls of a tenant: looked for, and read whole.

use super::Store;
use super::query::{Arg, args, row, to_word};
use super::record::CallRowRead;
use crate::base::ids::{CallId, TenantId};
use crate::base::time::Wall;
use crate::cdr::CallRecord;
use crate::store::{CallQuery, CallsPage, Cursor, StoreError};
use uuid::Uuid;

row! {
    pub(super) struct RecordRow {
        record: String,
    }
}

impl RecordRow {
    pub(super) fn read(&self) -> Result<CallRecord, StoreError> {
        Ok(CallRecord::read(&self.record)?)
    }
}

row! {
    struct CountRow {
        count: i64,
    }
}

impl Store {
    /// Calls that match, newest first, and where the next page begins.
    pub async fn calls(&self, tenant: TenantId, query: &CallQuery) -> Result<CallsPage, StoreError> {
        let sql = "SELECT tenant, id, sip_call_id, direction, from_number, from_name, from_person, to_number, to_name,
                to_person, dialled, started, answered, ended, disposition, cause, sip_code, talk_us, cut, template
            FROM calls WHERE tenant = $1 AND started >= $2 AND started <= $3 AND (started, id) < ($3, $4)
            AND ($5 IS NULL OR search LIKE $5 ESCAPE '!') AND ($6 IS NULL OR disposition = $6)
            AND ($7 IS NULL OR template = $7) AND ($8 IS NULL OR from_person = $8 OR to_person = $8)
            ORDER BY started DESC, id DESC LIMIT $9";
        let mut args = args![tenant];
        args.extend(filters(query)?);
        page(self.rows::<CallRowRead>(sql, args).await?, query)
    }

    /// How many calls are kept.
    pub async fn count_calls(&self, tenant: TenantId) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) AS count FROM calls WHERE tenant = $1";
        Ok(self.row::<CountRow>(sql, args![tenant]).await?.map_or(0, |row| row.count.unsigned_abs()))
    }

    /// A call's whole record.
    pub async fn call(&self, tenant: TenantId, call: CallId) -> Result<Option<CallRecord>, StoreError> {
        let sql = "SELECT record FROM calls WHERE tenant = $1 AND id = $2";
        let row = self.row::<RecordRow>(sql, args![tenant, call]).await?;
        row.map(|row| row.read()).transpose()
    }

    /// The newest call with a leg of this SIP Call-ID.
    pub async fn call_by_sip_id(&self, tenant: TenantId, sip: &str) -> Result<Option<CallRecord>, StoreError> {
        // The few that have it first: by itself SQLite would walk over all calls of the tenant.
        let sql = "SELECT record FROM (SELECT DISTINCT call FROM legs WHERE tenant = $1 AND sip_call_id = $2) AS found
            CROSS JOIN calls WHERE calls.id = found.call AND tenant = $1 ORDER BY started DESC, id DESC LIMIT 1";
        let row = self.row::<RecordRow>(sql, args![tenant, sip]).await?;
        row.map(|row| row.read()).transpose()
    }
}

/// The arguments `$2`…`$9` of a search.
pub(super) fn filters(query: &CallQuery) -> Result<Vec<Arg>, StoreError> {
    let newest = query.to.map_or(i64::MAX, Wall::micros);
    // A cursor wins over the end of the range: it lies within.
    let (before, id) = query.after.map_or((newest, Uuid::nil()), |cursor| (cursor.started.micros(), cursor.id.0));
    let disposition = query.disposition.map(|word| to_word("disposition", &word)).transpose()?;
    Ok(args![
        query.from.unwrap_or(Wall::from_micros(i64::MIN)),
        before,
        id,
        query.text.as_deref().map(pattern),
        disposition,
        &query.template,
        query.person,
        i64::from(query.limit.clamp(1, 500)) + 1,
    ])
}

/// One row more was asked for than is shown: it tells whether there is a next page.
pub(super) fn page(rows: Vec<CallRowRead>, query: &CallQuery) -> Result<CallsPage, StoreError> {
    let limit = usize::from(query.limit.clamp(1, 500));
    let more = rows.len() > limit;
    let rows = rows.into_iter().take(limit).map(CallRowRead::read).collect::<Result<Vec<_>, _>>()?;
    let next = rows.last().filter(|_| more).map(|row| Cursor { started: row.started, id: row.id });
    Ok(CallsPage { rows, next })
}

/// The LIKE pattern that finds what is typed, letter for letter, anywhere in a text.
fn pattern(text: &str) -> String {
    let escaped = text.trim().to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}
