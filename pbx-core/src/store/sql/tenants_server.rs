//! Tenants themselves. Server-wide: only an operator sees more than one.

use super::query::{args, id, json, row, to_json};
use super::{Store, Work};
use crate::ids::TenantId;
use crate::store::{StoreError, TenantConfig};
use std::collections::HashMap;

row! {
    struct TenantRow {
        id: Vec<u8>,
        slug: String,
        name: String,
        timezone: String,
        country: String,
        language: String,
        holidays: String,
    }
}

row! {
    struct DomainRow {
        tenant: Vec<u8>,
        domain: String,
    }
}

impl Store {
    /// Every tenant with its domains, by slug.
    pub async fn tenants(&self) -> Result<Vec<TenantConfig>, StoreError> {
        let mut domains: HashMap<TenantId, Vec<String>> = HashMap::new();
        let sql = "SELECT tenant, domain FROM domains ORDER BY tenant, position";
        for row in self.rows::<DomainRow>(sql, args![]).await? {
            domains.entry(id(&row.tenant)?).or_default().push(row.domain);
        }
        let sql = "SELECT id, slug, name, timezone, country, language, holidays FROM tenants ORDER BY slug";
        let mut tenants = Vec::new();
        for row in self.rows::<TenantRow>(sql, args![]).await? {
            let id = id(&row.id)?;
            tenants.push(TenantConfig {
                id,
                slug: row.slug,
                name: row.name,
                domains: domains.remove(&id).unwrap_or_default(),
                timezone: row.timezone,
                country: row.country,
                language: row.language,
                holidays: json("holidays", &row.holidays)?,
            });
        }
        Ok(tenants)
    }
}

impl Work {
    /// Adds or replaces a tenant and its domains.
    pub async fn put_tenant(&mut self, tenant: &TenantConfig) -> Result<(), StoreError> {
        let sql = "INSERT INTO tenants (id, slug, name, timezone, country, language, holidays)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, timezone = excluded.timezone,
            country = excluded.country, language = excluded.language, holidays = excluded.holidays";
        let holidays = to_json("holidays", &tenant.holidays)?;
        let args =
            args![tenant.id, &tenant.slug, &tenant.name, &tenant.timezone, &tenant.country, &tenant.language, holidays];
        self.run(sql, args).await?;
        self.run("DELETE FROM domains WHERE tenant = $1", args![tenant.id]).await?;
        for (position, domain) in (0_u32..).zip(&tenant.domains) {
            let sql = "INSERT INTO domains (domain, tenant, position) VALUES ($1, $2, $3)";
            self.run(sql, args![domain, tenant.id, position]).await?;
        }
        Ok(())
    }

    /// Gives a tenant's domains and slug free for another of the same transaction; `put_tenant` takes new ones.
    pub(crate) async fn release_names(&mut self, tenant: TenantId) -> Result<(), StoreError> {
        self.run("DELETE FROM domains WHERE tenant = $1", args![tenant]).await?;
        self.run("DELETE FROM tenants WHERE id = $1", args![tenant]).await.map(drop)
    }

    /// Removes a tenant, and all that was kept of it: its id comes from its name, so another company of that name would find
    /// it. What it was configured with, `change` has removed before.
    pub async fn remove_tenant(&mut self, tenant: TenantId) -> Result<bool, StoreError> {
        for sql in [
            "DELETE FROM domains WHERE tenant = $1",
            "DELETE FROM tokens WHERE tenant = $1",
            "DELETE FROM calls WHERE tenant = $1",
            "DELETE FROM legs WHERE tenant = $1",
            "DELETE FROM segments WHERE tenant = $1",
            "DELETE FROM open_calls WHERE tenant = $1",
            "DELETE FROM registrations WHERE tenant = $1",
            "DELETE FROM idempotency_keys WHERE tenant = $1",
            "DELETE FROM audit WHERE tenant = $1",
        ] {
            self.run(sql, args![tenant]).await?;
        }
        Ok(self.run("DELETE FROM tenants WHERE id = $1", args![tenant]).await? > 0)
    }
}
