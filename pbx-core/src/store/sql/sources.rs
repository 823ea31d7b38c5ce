//! Data sources of a tenant, their secrets sealed.

use super::query::{args, id, json, narrow, row, to_json, to_word, word};
use super::{Store, Work};
use crate::base::ids::{SourceId, TenantId};
use crate::directory::Source;
use crate::secret::Sealed;
use crate::store::StoreError;

row! {
    struct SourceRow {
        tenant: Vec<u8>,
        id: Vec<u8>,
        slug: String,
        kind: String,
        url: String,
        timeout_ms: i64,
        allowed_hosts: String,
        allow_private: i64,
        default_answer: Option<String>,
        secret: Option<Vec<u8>>,
        secret_header: String,
    }
}

impl SourceRow {
    fn read(self) -> Result<(TenantId, Source), StoreError> {
        let source = Source {
            id: id(&self.id)?,
            slug: self.slug,
            kind: word("source kind", self.kind)?,
            url: self.url,
            timeout_ms: narrow("source time-out", self.timeout_ms)?,
            allowed_hosts: json("allowed hosts", &self.allowed_hosts)?,
            allow_private: self.allow_private != 0,
            default: self.default_answer.map(|text| json("source default", &text)).transpose()?,
            header: self.secret_header,
            secret: self.secret.map(Sealed::from_bytes),
        };
        Ok((id(&self.tenant)?, source))
    }
}

impl Store {
    /// Every source, by name.
    pub async fn sources(&self, tenant: TenantId) -> Result<Vec<Source>, StoreError> {
        let sql = "SELECT tenant, id, slug, kind, url, timeout_ms, allowed_hosts, allow_private, default_answer,
            secret, secret_header FROM sources WHERE tenant = $1 ORDER BY slug";
        self.rows::<SourceRow>(sql, args![tenant]).await?.into_iter().map(|row| Ok(row.read()?.1)).collect()
    }

    /// One source.
    pub async fn source(&self, tenant: TenantId, source: SourceId) -> Result<Option<Source>, StoreError> {
        let sql = "SELECT tenant, id, slug, kind, url, timeout_ms, allowed_hosts, allow_private, default_answer,
            secret, secret_header FROM sources WHERE tenant = $1 AND id = $2";
        let row = self.row::<SourceRow>(sql, args![tenant, source]).await?;
        row.map(|row| Ok(row.read()?.1)).transpose()
    }

    pub(super) async fn sources_of_all(&self) -> Result<Vec<(TenantId, Source)>, StoreError> {
        let sql = "SELECT tenant, id, slug, kind, url, timeout_ms, allowed_hosts, allow_private, default_answer,
            secret, secret_header FROM sources";
        self.rows::<SourceRow>(sql, args![]).await?.into_iter().map(SourceRow::read).collect()
    }
}

impl Work {
    /// Adds or replaces a source.
    pub async fn put_source(&mut self, tenant: TenantId, source: &Source) -> Result<(), StoreError> {
        let sql = "INSERT INTO sources
            (tenant, id, slug, kind, url, timeout_ms, allowed_hosts, allow_private, default_answer, secret, secret_header)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (tenant, id) DO UPDATE SET slug = excluded.slug, kind = excluded.kind, url = excluded.url,
            timeout_ms = excluded.timeout_ms, allowed_hosts = excluded.allowed_hosts,
            allow_private = excluded.allow_private, default_answer = excluded.default_answer,
            secret = excluded.secret, secret_header = excluded.secret_header";
        let kind = to_word("source kind", &source.kind)?;
        let hosts = to_json("allowed hosts", &source.allowed_hosts)?;
        let default = source.default.as_ref().map(|value| to_json("source default", value)).transpose()?;
        let (limit, private) = (source.timeout_ms, source.allow_private);
        let args = args![
            tenant,
            source.id,
            &source.slug,
            kind,
            &source.url,
            limit,
            hosts,
            private,
            default,
            source.secret.as_ref().map(|secret| secret.as_bytes().to_vec()),
            &source.header,
        ];
        self.run(sql, args).await.map(drop)
    }

    /// Removes a source; whether there was one.
    pub async fn remove_source(&mut self, tenant: TenantId, source: SourceId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM sources WHERE tenant = $1 AND id = $2";
        Ok(self.run(sql, args![tenant, source]).await? > 0)
    }
}
