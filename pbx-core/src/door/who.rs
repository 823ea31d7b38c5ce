//! Who sent a request.

use crate::base::ids::{DeviceId, NumberId, TenantId, TrunkId};
use serde::{Deserialize, Serialize};

/// Who sent a request, as the door found out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Who {
    /// A device that proved its password.
    Device {
        /// The tenant.
        tenant: TenantId,
        /// The device.
        device: DeviceId,
        /// The nonce it used and its count: the engine refuses a replay after the transaction layer had its say.
        nonce: String,
        /// How often the device used the nonce (RFC 7616 §3.4, `nc`).
        nonce_count: u32,
        /// The configuration that the door judged by.
        revision: u64,
    },
    /// A trunk, by its address, calling a number of the tenant.
    Trunk {
        /// The tenant whose number is called.
        tenant: TenantId,
        /// The trunk.
        trunk: TrunkId,
        /// The number that is called.
        number: NumberId,
    },
    /// Somebody inside a dialog or transaction of ours: the engine tells by the dialog who it is.
    Known,
}

impl Who {
    /// The tenant that the request is for; `None` where only the engine can tell.
    pub const fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Device { tenant, .. } | Self::Trunk { tenant, .. } => Some(*tenant),
            Self::Known => None,
        }
    }
}
