//! Trunks. Server-wide: they belong to the operator.

use super::query::{args, id, json, row, to_json, to_word, word};
use super::{Store, Work};
use crate::base::ids::TrunkId;
use crate::directory::Trunk;
use crate::store::StoreError;

row! {
    struct TrunkRow {
        id: Vec<u8>,
        slug: String,
        kind: String,
        peers: String,
        called_number: String,
    }
}

impl Store {
    /// Every trunk, by name.
    pub async fn trunks(&self) -> Result<Vec<Trunk>, StoreError> {
        let sql = "SELECT id, slug, kind, peers, called_number FROM trunks ORDER BY slug";
        let rows = self.rows::<TrunkRow>(sql, args![]).await?;
        rows.into_iter()
            .map(|row| {
                Ok(Trunk {
                    id: id(&row.id)?,
                    slug: row.slug,
                    kind: word("trunk kind", row.kind)?,
                    peers: json("trunk peers", &row.peers)?,
                    called_number: word("called number", row.called_number)?,
                })
            })
            .collect()
    }
}

impl Work {
    /// Adds or replaces a trunk.
    pub async fn put_trunk(&mut self, trunk: &Trunk) -> Result<(), StoreError> {
        let sql = "INSERT INTO trunks (id, slug, kind, peers, called_number) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, kind = excluded.kind, peers = excluded.peers,
                called_number = excluded.called_number";
        let kind = to_word("trunk kind", &trunk.kind)?;
        let called_number = to_word("called number", &trunk.called_number)?;
        let peers = to_json("trunk peers", &trunk.peers)?;
        self.run(sql, args![trunk.id, &trunk.slug, kind, peers, called_number]).await.map(drop)
    }

    /// Removes a trunk; whether there was one.
    pub async fn remove_trunk(&mut self, trunk: TrunkId) -> Result<bool, StoreError> {
        Ok(self.run("DELETE FROM trunks WHERE id = $1", args![trunk]).await? > 0)
    }
}
