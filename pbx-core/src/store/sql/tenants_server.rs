//! Tenants themselves. Server-wide: only an operator sees more than one.

use super::query::{args, id, json, row, to_json};
use super::{Store, Work};
use crate::base::ids::TenantId;
use crate::base::time::Wall;
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

row! {
    struct RemovalRow {
        id: Vec<u8>,
        at: i64,
    }
}

/// How long a removal is remembered, in microseconds: 30 days, longer than any call and any journal.
const REMEMBERED_US: i64 = 30 * 24 * 3600 * 1_000_000;

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

    /// Lets no entry of the journal be told until the transaction ends; of two that do both it is the first thing.
    pub(crate) async fn hold_journal(&mut self) -> Result<(), StoreError> {
        self.run("UPDATE journal_position SET place = place", args![]).await.map(drop)
    }

    /// When tenants were removed, for as long as anything may be on its way about one.
    pub(crate) async fn removals(&mut self) -> Result<HashMap<TenantId, Wall>, StoreError> {
        let rows = self.rows::<RemovalRow>("SELECT id, at FROM removed_tenants", args![]).await?;
        rows.iter().map(|row| Ok((id(&row.id)?, Wall::from_micros(row.at)))).collect()
    }

    /// Removes a tenant, and all that was kept of it: its id comes from its name, so another company of that name would find
    /// it. What it was configured with, `change` has removed before.
    /// What was still on its way about it is kept away by the time of its end: see `removals`.
    pub async fn remove_tenant(&mut self, tenant: TenantId, now: Wall) -> Result<bool, StoreError> {
        let sql =
            "INSERT INTO removed_tenants (id, at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET at = excluded.at";
        self.run(sql, args![tenant, now]).await?;
        self.run("DELETE FROM removed_tenants WHERE at < $1", args![now.micros() - REMEMBERED_US]).await?;
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
