//! What the door finds out of a message: its fate and its sender.

use super::alarm::Alarm;
use crate::base::flow::Flow;
use crate::base::ids::{DeviceId, NumberId, Slot, TenantId, TrunkId};
use bytes::Bytes;
use pbx_sip::Message;
use serde::{Deserialize, Serialize};

/// The fate of a message.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Send these bytes back on the same flow, and forget the message.
    Answer(Bytes),
    /// Hand it to the engine that owns the slot.
    Deliver {
        /// The slot.
        slot: Slot,
        /// The message, with `received` and `rport` where they belong and without a false
        /// P-Asserted-Identity.
        message: Message,
        /// The sender of the message.
        who: Who,
    },
    /// Forget it.
    Drop,
}

/// A verdict, where it is answered, and what the audit should say of it.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The fate of the message.
    pub verdict: Verdict,
    /// The flow that the answer goes to: the one that the message came on, over UDP to the port
    /// that its Via asks for (RFC 3261 §18.2.2).
    pub flow: Flow,
    /// A line for the audit.
    pub alarm: Option<Alarm>,
}

/// The sender of a request, as the door found out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Who {
    /// A device that proved its password.
    Device {
        /// The tenant.
        tenant: TenantId,
        /// The device.
        device: DeviceId,
        /// The nonce that it used: the engine refuses a replay after the transaction layer has seen
        /// the request.
        nonce: String,
        /// How often the device used the nonce (RFC 7616 §3.4, `nc`).
        nonce_count: u32,
        /// The revision of the configuration that the door judged by.
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
    /// The peer of a dialog or transaction of ours, which the engine knows.
    Known,
}

impl Who {
    /// Returns the tenant that the request is for; `None` where only the engine can tell.
    pub const fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Device { tenant, .. } | Self::Trunk { tenant, .. } => Some(*tenant),
            Self::Known => None,
        }
    }
}
