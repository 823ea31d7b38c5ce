//! Where a tenant's devices can be reached, as the journal told.

use super::Store;
use super::query::{args, json, row};
use crate::ids::{DeviceId, TenantId};
use crate::registrar::Binding;
use crate::store::StoreError;
use crate::time::Wall;

row! {
    pub(super) struct BodyRow {
        pub(super) body: String,
    }
}

impl Store {
    /// The contacts of a device that have not expired.
    pub async fn registrations(
        &self,
        tenant: TenantId,
        device: DeviceId,
        now: Wall,
    ) -> Result<Vec<Binding>, StoreError> {
        let sql = "SELECT body FROM registrations WHERE tenant = $1 AND device = $2 AND expires > $3 ORDER BY key";
        let rows = self.rows::<BodyRow>(sql, args![tenant, device, now]).await?;
        rows.iter().map(|row| json("registration", &row.body)).collect()
    }
}
