//! Idempotency keys of a tenant's API.

use super::Store;
use super::query::{args, narrow, row};
use crate::base::ids::TenantId;
use crate::base::time::Wall;
use crate::store::{Claim, StoreError, StoredResponse};

row! {
    struct KeyRow {
        request_hash: Vec<u8>,
        status: Option<i64>,
        body: Option<String>,
    }
}

impl Store {
    /// Claims a key for a request until `expires`, or until its answer is kept; exactly one of several at once gets
    /// [`Claim::Fresh`].
    pub async fn claim_key(
        &self,
        tenant: TenantId,
        key: &str,
        request_hash: [u8; 32],
        now: Wall,
        expires: Wall,
    ) -> Result<Claim, StoreError> {
        self.run("DELETE FROM idempotency_keys WHERE expires <= $1", args![now]).await?;
        let sql = "INSERT INTO idempotency_keys (tenant, key, request_hash, status, body, expires)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, key) DO NOTHING";
        let args = args![tenant, key, request_hash, None::<i64>, None::<String>, expires];
        if self.run(sql, args).await? > 0 {
            return Ok(Claim::Fresh);
        }
        let sql = "SELECT request_hash, status, body FROM idempotency_keys WHERE tenant = $1 AND key = $2";
        let Some(row) = self.row::<KeyRow>(sql, args![tenant, key]).await? else {
            return Ok(Claim::Running);
        };
        Ok(match (row.status, row.body) {
            _ if row.request_hash != request_hash => Claim::OtherRequest,
            (Some(status), Some(body)) => Claim::Done(StoredResponse { status: narrow("status", status)?, body }),
            _ => Claim::Running,
        })
    }

    /// Keeps the answer of a claimed key until `expires`.
    pub async fn answer_key(
        &self,
        tenant: TenantId,
        key: &str,
        answer: &StoredResponse,
        expires: Wall,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE idempotency_keys SET status = $3, body = $4, expires = $5 WHERE tenant = $1 AND key = $2";
        Ok(self.run(sql, args![tenant, key, answer.status, &answer.body, expires]).await? > 0)
    }

    /// Gives a claimed key back: the request failed in a way that may be tried again.
    pub async fn release_key(&self, tenant: TenantId, key: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM idempotency_keys WHERE tenant = $1 AND key = $2 AND status IS NULL";
        Ok(self.run(sql, args![tenant, key]).await? > 0)
    }
}
