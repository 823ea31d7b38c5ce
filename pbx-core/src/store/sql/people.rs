//! People of a tenant.

use super::query::{args, id, row};
use super::{Store, Work};
use crate::base::ids::{PersonId, TenantId};
use crate::store::{PersonConfig, StoreError};

row! {
    struct PersonRow {
        tenant: Vec<u8>,
        id: Vec<u8>,
        slug: String,
        name: String,
        extension: String,
        email: Option<String>,
    }
}

impl PersonRow {
    fn read(self) -> Result<(TenantId, PersonConfig), StoreError> {
        let person = PersonConfig {
            id: id(&self.id)?,
            slug: self.slug,
            name: self.name,
            extension: self.extension,
            email: self.email,
        };
        Ok((id(&self.tenant)?, person))
    }
}

impl Store {
    /// Everybody, by extension.
    pub async fn people(&self, tenant: TenantId) -> Result<Vec<PersonConfig>, StoreError> {
        let sql = "SELECT tenant, id, slug, name, extension, email FROM people WHERE tenant = $1 ORDER BY extension";
        self.rows::<PersonRow>(sql, args![tenant]).await?.into_iter().map(|row| Ok(row.read()?.1)).collect()
    }

    /// One person.
    pub async fn person(&self, tenant: TenantId, person: PersonId) -> Result<Option<PersonConfig>, StoreError> {
        let sql = "SELECT tenant, id, slug, name, extension, email FROM people WHERE tenant = $1 AND id = $2";
        let row = self.row::<PersonRow>(sql, args![tenant, person]).await?;
        row.map(|row| Ok(row.read()?.1)).transpose()
    }

    pub(super) async fn everybody(&self) -> Result<Vec<(TenantId, PersonConfig)>, StoreError> {
        let sql = "SELECT tenant, id, slug, name, extension, email FROM people";
        self.rows::<PersonRow>(sql, args![]).await?.into_iter().map(PersonRow::read).collect()
    }
}

impl Work {
    /// Adds or replaces a person.
    pub async fn put_person(&mut self, tenant: TenantId, person: &PersonConfig) -> Result<(), StoreError> {
        let sql = "INSERT INTO people (tenant, id, slug, name, extension, email) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (tenant, id) DO UPDATE SET slug = excluded.slug, name = excluded.name,
            extension = excluded.extension, email = excluded.email";
        let args = args![tenant, person.id, &person.slug, &person.name, &person.extension, &person.email];
        self.run(sql, args).await.map(drop)
    }

    /// Removes a person; whether there was one.
    pub async fn remove_person(&mut self, tenant: TenantId, person: PersonId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM people WHERE tenant = $1 AND id = $2";
        Ok(self.run(sql, args![tenant, person]).await? > 0)
    }
}
