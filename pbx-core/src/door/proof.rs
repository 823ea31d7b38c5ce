//! Whether a request still proves what it proved at the door.

use super::identity::credentials_for;
use crate::base::ids::{DeviceId, TenantId};
use crate::directory::Directory;
use pbx_sip::digest::Ha1;
use pbx_sip::{Message, Method};

/// Asks with the configuration of now whether a request that the door has let in proves to be from this device. Between door
/// and engine the device may have been deleted or got another password, and what it had bound been forgotten: the request
/// with the old one must not bind anew. The nonce was looked at by the door.
pub fn still_proves(directory: &Directory, tenant: TenantId, device: DeviceId, request: &Message) -> bool {
    let device = directory.tenant(tenant).and_then(|tenant| tenant.devices.get(&device));
    let secret = device.and_then(|device| device.ha1.as_ref()).and_then(|ha1| Ha1::from_hex(&ha1.md5, &ha1.sha256));
    let credentials = credentials_for(&directory.realm, request);
    let (Some(device), Some(secret), Some(credentials)) = (device, secret, credentials) else { return false };
    let method = request.method().map_or("", Method::as_str);
    credentials.user == device.sip_user && credentials.proves(&secret, method)
}
