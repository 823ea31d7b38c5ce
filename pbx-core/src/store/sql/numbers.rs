//! Public numbers of a tenant.

use super::query::{args, id, row, some_id};
use super::{Store, Work};
use crate::base::ids::{NumberId, TenantId};
use crate::store::{NumberConfig, StoreError};

row! {
    struct NumberRow {
        tenant: Vec<u8>,
        id: Vec<u8>,
        slug: String,
        e164: String,
        label: String,
        trunk: Option<Vec<u8>>,
    }
}

impl NumberRow {
    fn read(self) -> Result<(TenantId, NumberConfig), StoreError> {
        let number = NumberConfig {
            id: id(&self.id)?,
            slug: self.slug,
            e164: self.e164,
            label: self.label,
            trunk: some_id(self.trunk.as_ref())?,
        };
        Ok((id(&self.tenant)?, number))
    }
}

impl Store {
    /// Every number, in order.
    pub async fn numbers(&self, tenant: TenantId) -> Result<Vec<NumberConfig>, StoreError> {
        let sql = "SELECT tenant, id, slug, e164, label, trunk FROM numbers WHERE tenant = $1 ORDER BY e164, slug";
        self.rows::<NumberRow>(sql, args![tenant]).await?.into_iter().map(|row| Ok(row.read()?.1)).collect()
    }

    /// One number.
    pub async fn number(&self, tenant: TenantId, number: NumberId) -> Result<Option<NumberConfig>, StoreError> {
        let sql = "SELECT tenant, id, slug, e164, label, trunk FROM numbers WHERE tenant = $1 AND id = $2";
        let row = self.row::<NumberRow>(sql, args![tenant, number]).await?;
        row.map(|row| Ok(row.read()?.1)).transpose()
    }

    pub(super) async fn numbers_of_all(&self) -> Result<Vec<(TenantId, NumberConfig)>, StoreError> {
        let sql = "SELECT tenant, id, slug, e164, label, trunk FROM numbers";
        self.rows::<NumberRow>(sql, args![]).await?.into_iter().map(NumberRow::read).collect()
    }
}

impl Work {
    /// Adds or replaces a number.
    pub async fn put_number(&mut self, tenant: TenantId, number: &NumberConfig) -> Result<(), StoreError> {
        let sql = "INSERT INTO numbers (tenant, id, slug, e164, label, trunk) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (tenant, id) DO UPDATE SET slug = excluded.slug, e164 = excluded.e164,
            label = excluded.label, trunk = excluded.trunk";
        let args = args![tenant, number.id, &number.slug, &number.e164, &number.label, number.trunk];
        self.run(sql, args).await.map(drop)
    }

    /// Removes a number; whether there was one.
    pub async fn remove_number(&mut self, tenant: TenantId, number: NumberId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM numbers WHERE tenant = $1 AND id = $2";
        Ok(self.run(sql, args![tenant, number]).await? > 0)
    }
}
