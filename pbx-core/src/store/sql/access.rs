//! What the console and the API of a tenant are entered by: the log-ins of its admins and people, and its tokens.

use super::Store;
use super::query::{args, id, json, row, some_id, to_json};
use crate::base::ids::{AccountId, TenantId, TokenId};
use crate::base::time::Wall;
use crate::store::{Account, StoreError, Token};

row! {
    pub(super) struct AccountRow {
        id: Vec<u8>,
        tenant: Option<Vec<u8>>,
        role: String,
        email: String,
        person: Option<Vec<u8>>,
        password: Option<String>,
    }
}

impl AccountRow {
    pub(super) fn read(self) -> Result<Account, StoreError> {
        Ok(Account {
            id: id(&self.id)?,
            tenant: some_id(self.tenant.as_ref())?,
            role: self.role.parse().map_err(|why| StoreError::unreadable("role", why))?,
            email: self.email,
            person: some_id(self.person.as_ref())?,
            password_hash: self.password,
        })
    }
}

impl Store {
    /// Every log-in of the tenant, by e-mail.
    pub async fn accounts(&self, tenant: TenantId) -> Result<Vec<Account>, StoreError> {
        let sql = "SELECT id, tenant, role, email, person, password FROM accounts WHERE tenant = $1 ORDER BY email";
        self.rows::<AccountRow>(sql, args![tenant]).await?.into_iter().map(AccountRow::read).collect()
    }

    /// One log-in of the tenant.
    pub async fn account_of(&self, tenant: TenantId, account: AccountId) -> Result<Option<Account>, StoreError> {
        let sql = "SELECT id, tenant, role, email, person, password FROM accounts WHERE tenant = $1 AND id = $2";
        self.row::<AccountRow>(sql, args![tenant, account]).await?.map(AccountRow::read).transpose()
    }
}

row! {
    pub(super) struct TokenRow {
        tenant: Vec<u8>,
        id: Vec<u8>,
        label: String,
        scopes: String,
        created: i64,
        expires: Option<i64>,
        last_used: Option<i64>,
    }
}

impl TokenRow {
    pub(super) fn read(self) -> Result<(TenantId, Token), StoreError> {
        let token = Token {
            id: id(&self.id)?,
            label: self.label,
            scopes: json("token scopes", &self.scopes)?,
            created: Wall::from_micros(self.created),
            expires: self.expires.map(Wall::from_micros),
            last_used: self.last_used.map(Wall::from_micros),
        };
        Ok((id(&self.tenant)?, token))
    }
}

impl Store {
    /// Every token, newest first.
    pub async fn tokens(&self, tenant: TenantId) -> Result<Vec<Token>, StoreError> {
        let sql = "SELECT tenant, id, label, scopes, created, expires, last_used FROM tokens WHERE tenant = $1
            ORDER BY created DESC, id";
        self.rows::<TokenRow>(sql, args![tenant]).await?.into_iter().map(|row| Ok(row.read()?.1)).collect()
    }

    /// Adds a token by the SHA-256 of its text.
    pub async fn add_token(&self, tenant: TenantId, token: &Token, hash: [u8; 32]) -> Result<(), StoreError> {
        let sql = "INSERT INTO tokens (tenant, id, label, hash, scopes, created, expires, last_used)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let scopes = to_json("token scopes", &token.scopes)?;
        let args = args![tenant, token.id, &token.label, hash, scopes, token.created, token.expires, token.last_used];
        self.run(sql, args).await.map(drop)
    }

    /// Remembers that a token was used.
    pub async fn touch_token(&self, tenant: TenantId, token: TokenId, now: Wall) -> Result<bool, StoreError> {
        let sql = "UPDATE tokens SET last_used = $3 WHERE tenant = $1 AND id = $2";
        Ok(self.run(sql, args![tenant, token, now]).await? > 0)
    }

    /// Revokes a token; whether there was one.
    pub async fn remove_token(&self, tenant: TenantId, token: TokenId) -> Result<bool, StoreError> {
        Ok(self.run("DELETE FROM tokens WHERE tenant = $1 AND id = $2", args![tenant, token]).await? > 0)
    }
}
