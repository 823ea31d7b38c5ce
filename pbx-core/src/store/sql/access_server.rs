//! Log-ins and the tenant of a token. Server-wide: who logs in has only an e-mail, operators belong to no tenant, and a token
//! decides the tenant.

use super::access::{AccountRow, TokenRow};
use super::query::args;
use super::{Store, Work};
use crate::base::ids::{AccountId, TenantId};
use crate::base::time::Wall;
use crate::store::{Account, StoreError, Token};

impl Store {
    /// Every log-in of every tenant and the operators'.
    pub async fn every_account(&self) -> Result<Vec<Account>, StoreError> {
        let sql = "SELECT id, tenant, role, email, person, password FROM accounts ORDER BY email";
        self.rows::<AccountRow>(sql, args![]).await?.into_iter().map(AccountRow::read).collect()
    }

    /// Whether anybody can log in at all: nobody can on a new server.
    pub async fn has_accounts(&self) -> Result<bool, StoreError> {
        let sql = "SELECT id, tenant, role, email, person, password FROM accounts LIMIT 1";
        Ok(self.row::<AccountRow>(sql, args![]).await?.is_some())
    }

    /// The log-in with this e-mail; case does not matter.
    pub async fn account_by_email(&self, email: &str) -> Result<Option<Account>, StoreError> {
        let sql = "SELECT id, tenant, role, email, person, password FROM accounts WHERE email = $1";
        let email = email.trim().to_lowercase();
        self.row::<AccountRow>(sql, args![email]).await?.map(AccountRow::read).transpose()
    }

    /// The log-in with this id, which a session holds.
    pub async fn account(&self, account: AccountId) -> Result<Option<Account>, StoreError> {
        let sql = "SELECT id, tenant, role, email, person, password FROM accounts WHERE id = $1";
        self.row::<AccountRow>(sql, args![account]).await?.map(AccountRow::read).transpose()
    }

    /// The token whose text has this SHA-256, if it has not expired.
    pub async fn token_by_hash(&self, hash: [u8; 32], now: Wall) -> Result<Option<(TenantId, Token)>, StoreError> {
        let sql = "SELECT tenant, id, label, scopes, created, expires, last_used FROM tokens
            WHERE hash = $1 AND (expires IS NULL OR expires > $2)";
        self.row::<TokenRow>(sql, args![hash, now]).await?.map(TokenRow::read).transpose()
    }
}

impl Work {
    /// Adds or replaces a log-in.
    pub async fn put_account(&mut self, account: &Account) -> Result<(), StoreError> {
        let sql = "INSERT INTO accounts (id, tenant, role, email, person, password) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant, role = excluded.role, email = excluded.email,
            person = excluded.person, password = excluded.password";
        let role = account.role.to_string();
        let args = args![account.id, account.tenant, role, &account.email, account.person, &account.password_hash];
        self.run(sql, args).await.map(drop)
    }

    /// Removes a log-in; whether there was one.
    pub async fn remove_account(&mut self, account: AccountId) -> Result<bool, StoreError> {
        Ok(self.run("DELETE FROM accounts WHERE id = $1", args![account]).await? > 0)
    }
}
