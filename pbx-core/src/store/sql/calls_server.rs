//! Calls of every tenant. Server-wide: for the operator alone, and for the command line.

use super::Store;
use super::calls::{RecordRow, filters, page};
use super::query::args;
use super::record::CallRowRead;
use crate::base::ids::CallId;
use crate::cdr::CallRecord;
use crate::store::{CallQuery, CallsPage, StoreError};

impl Store {
    /// Calls of any tenant that match, newest first.
    pub async fn calls_anywhere(&self, query: &CallQuery) -> Result<CallsPage, StoreError> {
        let sql = "SELECT tenant, id, sip_call_id, direction, from_number, from_name, from_person, to_number, to_name,
                to_person, dialled, started, answered, ended, disposition, cause, sip_code, talk_us, cut, template
            FROM calls WHERE started >= $1 AND started <= $2 AND (started, id) < ($2, $3)
            AND ($4 IS NULL OR search LIKE $4 ESCAPE '!') AND ($5 IS NULL OR disposition = $5)
            AND ($6 IS NULL OR template = $6) AND ($7 IS NULL OR from_person = $7 OR to_person = $7)
            ORDER BY started DESC, id DESC LIMIT $8";
        page(self.rows::<CallRowRead>(sql, filters(query)?).await?, query)
    }

    /// A call of any tenant: by our id, else the newest with a leg of that SIP Call-ID.
    pub async fn call_anywhere(&self, name: &str) -> Result<Option<CallRecord>, StoreError> {
        let row = match name.parse::<CallId>() {
            Ok(id) => self.row::<RecordRow>("SELECT record FROM calls WHERE id = $1", args![id]).await?,
            Err(_) => None,
        };
        let sql = "SELECT record FROM (SELECT DISTINCT call FROM legs WHERE sip_call_id = $1) AS found
            CROSS JOIN calls WHERE calls.id = found.call ORDER BY started DESC, id DESC LIMIT 1";
        let row = match row {
            Some(row) => Some(row),
            None => self.row::<RecordRow>(sql, args![name]).await?,
        };
        row.map(|row| row.read()).transpose()
    }
}
