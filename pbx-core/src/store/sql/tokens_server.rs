//! The tenant of an API token. Server-wide: the token decides the tenant.

use super::Store;
use super::query::args;
use super::tokens::TokenRow;
use crate::base::ids::TenantId;
use crate::base::time::Wall;
use crate::store::{StoreError, Token};

impl Store {
    /// The token whose text has this SHA-256, if it has not expired.
    pub async fn token_by_hash(&self, hash: [u8; 32], now: Wall) -> Result<Option<(TenantId, Token)>, StoreError> {
        let sql = "SELECT tenant, id, label, scopes, created, expires, last_used FROM tokens
            WHERE hash = $1 AND (expires IS NULL OR expires > $2)";
        self.row::<TokenRow>(sql, args![hash, now]).await?.map(TokenRow::read).transpose()
    }
}
