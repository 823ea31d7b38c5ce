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
    /// The device's name for people.
    pub label: String,
    /// The person who uses it.
    pub person: PersonId,
    /// The SIP user name: opaque, unique over all tenants.
    pub sip_user: String,
    /// The values that its digests are checked with; `None` if it cannot register or call, though
    /// its fixed contact can be rung.
    pub ha1: Option<Ha1>,
    /// The SIP URI at which it always is, instead of registering.
    pub contact: Option<String>,
    /// The sources that its media may come from.
    pub media: MediaRule,
}

/// The sources that the media of a phone may come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaRule {
    /// The address that its SDP announces, or the one that its signalling comes from.
    #[default]
    Announced,
    /// Any address, once nothing has come from these for a second: for a phone with several
    /// networks, or whose signalling passes a proxy. A sender that finds the port in that second is
    /// taken for the phone.
    Roams,
}

/// The public half of a device, for records and pages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeviceRef {
    /// The device's id.
    pub id: DeviceId,
    /// The device's name for people.
    pub label: String,
}
