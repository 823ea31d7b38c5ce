//! Whose the database is, and whether anything is in it. Server-wide.

use super::query::{args, row};
use super::{Store, Work};
use crate::store::StoreError;
use uuid::Uuid;

/// What a database remembers of the server that works on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DatabaseOwner {
    /// The database's own random name.
    pub instance: Uuid,
    /// The fingerprint of the key that its secrets are sealed with, salted with the name.
    pub fingerprint: [u8; 32],
}

row! {
    struct OwnerRow {
        instance: Option<Vec<u8>>,
        fingerprint: Option<Vec<u8>>,
    }
}

row! {
    struct CountRow {
        count: i64,
    }
}

impl Store {
    /// Whose the database is; none: no release that writes it down has opened it yet.
    pub async fn owner(&self) -> Result<Option<DatabaseOwner>, StoreError> {
        let row = self.row::<OwnerRow>("SELECT instance, fingerprint FROM server WHERE id = 1", args![]).await?;
        let Some((instance, fingerprint)) = row.and_then(|row| Some((row.instance?, row.fingerprint?))) else {
            return Ok(None);
        };
        let instance = Uuid::from_slice(&instance).map_err(|why| StoreError::unreadable("instance", why))?;
        let fingerprint = <[u8; 32]>::try_from(fingerprint)
            .map_err(|wrong| StoreError::unreadable("fingerprint", format!("{} bytes long", wrong.len())))?;
        Ok(Some(DatabaseOwner { instance, fingerprint }))
    }

    /// Whether nobody has ever worked with it: no configuration was written, and no journal told.
    pub async fn is_untouched(&self) -> Result<bool, StoreError> {
        let sql = "SELECT (SELECT COUNT(*) FROM server) + (SELECT COUNT(*) FROM journal_position) AS count";
        Ok(self.row::<CountRow>(sql, args![]).await?.is_none_or(|row| row.count == 0))
    }
}

impl Work {
    pub(crate) async fn set_owner(&mut self, owner: &DatabaseOwner) -> Result<(), StoreError> {
        let sql = "INSERT INTO server (id, revision, instance, fingerprint) VALUES (1, 0, $1, $2)
            ON CONFLICT (id) DO UPDATE SET instance = excluded.instance, fingerprint = excluded.fingerprint";
        self.run(sql, args![owner.instance, owner.fingerprint]).await.map(drop)
    }
}
