//! The whole configuration at once, for the directory. Server-wide.

use super::query::{args, row};
use super::{Store, Work};
use crate::base::ids::TenantId;
use crate::directory::{Source, Trunk};
use crate::store::{Account, BindingConfig, DeviceConfig, NumberConfig, PersonConfig, StoreError, TenantConfig};

/// All that `Change` writes, as it is kept.
#[derive(Debug)]
pub(crate) struct Everything {
    pub(crate) revision: u64,
    pub(crate) tenants: Vec<TenantConfig>,
    pub(crate) trunks: Vec<Trunk>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) people: Vec<(TenantId, PersonConfig)>,
    pub(crate) devices: Vec<(TenantId, DeviceConfig)>,
    pub(crate) numbers: Vec<(TenantId, NumberConfig)>,
    pub(crate) sources: Vec<(TenantId, Source)>,
    pub(crate) bindings: Vec<(TenantId, BindingConfig)>,
}

row! {
    struct RevisionRow {
        revision: i64,
    }
}

impl Store {
    pub(crate) async fn everything(&self) -> Result<Everything, StoreError> {
        Ok(Everything {
            revision: self.revision().await?,
            tenants: self.tenants().await?,
            trunks: self.trunks().await?,
            accounts: self.every_account().await?,
            people: self.everybody().await?,
            devices: self.devices_of_all().await?,
            numbers: self.numbers_of_all().await?,
            sources: self.sources_of_all().await?,
            bindings: self.bindings_of_all().await?,
        })
    }

    /// The revision of the configuration; 0: nothing was ever written.
    pub async fn revision(&self) -> Result<u64, StoreError> {
        let row = self.row::<RevisionRow>("SELECT revision FROM server WHERE id = 1", args![]).await?;
        Ok(row.map_or(0, |row| row.revision.unsigned_abs()))
    }
}

impl Work {
    /// The revision once every transaction that writes one is over, also one whose connection broke.
    pub(crate) async fn settled_revision(&mut self) -> Result<u64, StoreError> {
        self.run("UPDATE server SET revision = revision", args![]).await?;
        let rows = self.rows::<RevisionRow>("SELECT revision FROM server WHERE id = 1", args![]).await?;
        Ok(rows.first().map_or(0, |row| row.revision.unsigned_abs()))
    }

    pub(crate) async fn set_revision(&mut self, revision: u64) -> Result<(), StoreError> {
        let sql = "INSERT INTO server (id, revision) VALUES (1, $1)
            ON CONFLICT (id) DO UPDATE SET revision = excluded.revision";
        self.run(sql, args![i64::try_from(revision).unwrap_or(i64::MAX)]).await.map(drop)
    }
}
