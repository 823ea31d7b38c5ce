//! Template versions. Server-wide: the catalogue's text belongs to the operator; what a tenant sets is in its bindings.

use super::query::{args, json, row, to_json};
use super::{Store, Work};
use crate::base::ids::TemplateVersionId;
use crate::store::StoreError;
use crate::template::TemplateVersion;

row! {
    struct BodyRow {
        body: String,
    }
}

impl Store {
    /// A version that was ever in use: past calls are explained by it.
    pub async fn template_version(&self, version: TemplateVersionId) -> Result<Option<TemplateVersion>, StoreError> {
        let row = self.row::<BodyRow>("SELECT body FROM template_versions WHERE id = $1", args![version]).await?;
        row.map(|row| json("template version", &row.body)).transpose()
    }
}

impl Work {
    /// Keeps a version for good. Versions never change.
    pub async fn keep_template_version(&mut self, version: &TemplateVersion) -> Result<(), StoreError> {
        let sql = "INSERT INTO template_versions (id, slug, sha256, body) VALUES ($1, $2, $3, $4)
            ON CONFLICT (id) DO NOTHING";
        let body = to_json("template version", version)?;
        self.run(sql, args![version.id, &version.slug, &version.sha256, body]).await.map(drop)
    }
}
