//! Devices of a tenant, their secrets sealed.

use super::query::{args, id, narrow, row, to_word, word};
use super::{Store, Work};
use crate::base::ids::{DeviceId, TenantId};
use crate::directory::MediaRule;
use crate::secret::Sealed;
use crate::store::{DeviceConfig, StoreError};

row! {
    struct DeviceRow {
        tenant: Vec<u8>,
        id: Vec<u8>,
        person: Vec<u8>,
        position: i64,
        slug: String,
        label: String,
        sip_user: String,
        secret: Option<Vec<u8>>,
        contact: Option<String>,
        media: Option<String>,
    }
}

impl DeviceRow {
    fn read(self) -> Result<(TenantId, DeviceConfig), StoreError> {
        let device = DeviceConfig {
            id: id(&self.id)?,
            person: id(&self.person)?,
            position: narrow("device position", self.position)?,
            slug: self.slug,
            label: self.label,
            sip_user: self.sip_user,
            secret: self.secret.map(Sealed::from_bytes),
            contact: self.contact,
            media: self.media.map(|media| word("media rule", media)).transpose()?.unwrap_or_default(),
        };
        Ok((id(&self.tenant)?, device))
    }
}

impl Store {
    /// Every device, by person and position.
    pub async fn devices(&self, tenant: TenantId) -> Result<Vec<DeviceConfig>, StoreError> {
        let sql = "SELECT tenant, id, person, position, slug, label, sip_user, secret, contact, media FROM devices
            WHERE tenant = $1 ORDER BY person, position";
        self.rows::<DeviceRow>(sql, args![tenant]).await?.into_iter().map(|row| Ok(row.read()?.1)).collect()
    }

    /// One device.
    pub async fn device(&self, tenant: TenantId, device: DeviceId) -> Result<Option<DeviceConfig>, StoreError> {
        let sql = "SELECT tenant, id, person, position, slug, label, sip_user, secret, contact, media FROM devices
            WHERE tenant = $1 AND id = $2";
        let row = self.row::<DeviceRow>(sql, args![tenant, device]).await?;
        row.map(|row| Ok(row.read()?.1)).transpose()
    }

    pub(super) async fn devices_of_all(&self) -> Result<Vec<(TenantId, DeviceConfig)>, StoreError> {
        let sql = "SELECT tenant, id, person, position, slug, label, sip_user, secret, contact, media FROM devices";
        self.rows::<DeviceRow>(sql, args![]).await?.into_iter().map(DeviceRow::read).collect()
    }
}

impl Work {
    /// Adds or replaces a device.
    pub async fn put_device(&mut self, tenant: TenantId, device: &DeviceConfig) -> Result<(), StoreError> {
        let sql = "INSERT INTO devices (tenant, id, person, position, slug, label, sip_user, secret, contact, media)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (tenant, id) DO UPDATE SET person = excluded.person, position = excluded.position,
            slug = excluded.slug, label = excluded.label, sip_user = excluded.sip_user, secret = excluded.secret,
            contact = excluded.contact, media = excluded.media";
        let media = (device.media != MediaRule::default()).then_some(device.media);
        let media = media.map(|media| to_word("media rule", &media)).transpose()?;
        let args = args![
            tenant,
            device.id,
            device.person,
            device.position,
            &device.slug,
            &device.label,
            &device.sip_user,
            device.secret.as_ref().map(|secret| secret.as_bytes().to_vec()),
            &device.contact,
            media,
        ];
        self.run(sql, args).await.map(drop)
    }

    /// Removes a device and where it was registered; whether there was one.
    pub async fn remove_device(&mut self, tenant: TenantId, device: DeviceId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM devices WHERE tenant = $1 AND id = $2";
        Ok(self.run(sql, args![tenant, device]).await? > 0)
    }
}
