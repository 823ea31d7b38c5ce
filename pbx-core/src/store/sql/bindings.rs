//! What a tenant's numbers and extensions run.

use super::query::{args, id, json, row, to_json};
use super::{Store, Work};
use crate::base::ids::TenantId;
use crate::directory::Scope;
use crate::store::{BindingConfig, StoreError};
use uuid::Uuid;

row! {
    struct BindingRow {
        tenant: Vec<u8>,
        scope: String,
        subject: Vec<u8>,
        template: String,
        params: String,
    }
}

impl BindingRow {
    fn read(self) -> Result<(TenantId, BindingConfig), StoreError> {
        let scope = match self.scope.as_str() {
            "tenant" => Scope::Tenant,
            "extension" => Scope::Extension(id(&self.subject)?),
            "number" => Scope::Number(id(&self.subject)?),
            other => return Err(StoreError::unreadable("binding scope", other)),
        };
        let params = json("binding parameters", &self.params)?;
        Ok((id(&self.tenant)?, BindingConfig { scope, template: self.template, params }))
    }
}

/// The scope's word and the id of what it is for.
fn key(tenant: TenantId, scope: Scope) -> (&'static str, Uuid) {
    match scope {
        Scope::Tenant => ("tenant", tenant.0),
        Scope::Extension(person) => ("extension", person.0),
        Scope::Number(number) => ("number", number.0),
    }
}

impl Store {
    /// Every binding of the tenant.
    pub async fn bindings(&self, tenant: TenantId) -> Result<Vec<BindingConfig>, StoreError> {
        let sql = "SELECT tenant, scope, subject, template, params FROM bindings WHERE tenant = $1
            ORDER BY scope, subject";
        self.rows::<BindingRow>(sql, args![tenant]).await?.into_iter().map(|row| Ok(row.read()?.1)).collect()
    }

    /// The binding of exactly this scope.
    pub async fn binding(&self, tenant: TenantId, scope: Scope) -> Result<Option<BindingConfig>, StoreError> {
        let sql = "SELECT tenant, scope, subject, template, params FROM bindings
            WHERE tenant = $1 AND scope = $2 AND subject = $3";
        let (word, subject) = key(tenant, scope);
        let row = self.row::<BindingRow>(sql, args![tenant, word, subject]).await?;
        row.map(|row| Ok(row.read()?.1)).transpose()
    }

    pub(super) async fn bindings_of_all(&self) -> Result<Vec<(TenantId, BindingConfig)>, StoreError> {
        let sql = "SELECT tenant, scope, subject, template, params FROM bindings";
        self.rows::<BindingRow>(sql, args![]).await?.into_iter().map(BindingRow::read).collect()
    }
}

impl Work {
    /// Adds or replaces a binding.
    pub async fn put_binding(&mut self, tenant: TenantId, binding: &BindingConfig) -> Result<(), StoreError> {
        let sql = "INSERT INTO bindings (tenant, scope, subject, template, params) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (tenant, scope, subject) DO UPDATE SET template = excluded.template, params = excluded.params";
        let (word, subject) = key(tenant, binding.scope);
        let params = to_json("binding parameters", &binding.params)?;
        self.run(sql, args![tenant, word, subject, &binding.template, params]).await.map(drop)
    }

    /// Removes a binding; whether there was one.
    pub async fn remove_binding(&mut self, tenant: TenantId, scope: Scope) -> Result<bool, StoreError> {
        let sql = "DELETE FROM bindings WHERE tenant = $1 AND scope = $2 AND subject = $3";
        let (word, subject) = key(tenant, scope);
        Ok(self.run(sql, args![tenant, word, subject]).await? > 0)
    }
}
