//! Log-ins of a tenant: its admins and its people.

use super::Store;
use super::accounts_server::AccountRow;
use super::query::args;
use crate::base::ids::{AccountId, TenantId};
use crate::store::{Account, StoreError};

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
