//! A phone: one SIP account.

use crate::base::ids::{DeviceId, PersonId};
use crate::secret::Ha1;
use serde::{Deserialize, Serialize};

/// A SIP account and the phone that uses it.
#[derive(Clone, Debug)]
pub struct Device {
    /// The device's id.
    pub id: DeviceId,
    /// The natural key within its person: `desk`.
    pub slug: String,
    /// What people call it.
    pub label: String,
    /// The person who uses it.
    pub person: PersonId,
    /// The SIP user name: opaque, unique over all tenants.
    pub sip_user: String,
    /// What its digest is checked with; `None`: it cannot register or call, but its fixed contact can be rung.
    pub ha1: Option<Ha1>,
    /// Where it always is (a SIP URI), instead of registering.
    pub contact: Option<String>,
    /// Where its media may come from.
    pub media: MediaRule,
}

/// Where the media of a phone may come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaRule {
    /// From the address that its SDP announces, or the one that its signalling comes from.
    #[default]
    Announced,
    /// From any address, once nothing has come from these for a second: a phone with several networks, or whose signalling
    /// passes a proxy. Who finds the port in that second can be taken for the phone.
    Roams,
}

/// The public half of a device, for records and pages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeviceRef {
    /// The device's id.
    pub id: DeviceId,
    /// What people call it.
    pub label: String,
}
