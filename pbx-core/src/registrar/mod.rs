//! Where devices can be reached right now (RFC 3261 §10.3).

use crate::flow::Flow;
use crate::ids::DeviceId;
use crate::time::Wall;
use serde::{Deserialize, Serialize};

/// One contact of a device.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Binding {
    /// The device.
    pub device: DeviceId,
    /// What makes it the same binding at a refresh: the instance id (RFC 5626 §4.1), else the contact URI.
    pub key: String,
    /// The contact URI as registered.
    pub contact: String,
    /// `+sip.instance`, if given.
    pub instance: Option<String>,
    /// 0–1000, higher is preferred (RFC 3261 §20.10, times 1000).
    pub q: u16,
    /// The Call-ID of the REGISTER.
    pub call_id: String,
    /// Its CSeq.
    pub cseq: u32,
    /// The flow it came by.
    pub flow: Flow,
    /// Requests go to the flow, not to the contact: a NAT was seen or the transport is connection-oriented.
    pub behind_nat: bool,
    /// User-Agent, if told.
    pub user_agent: String,
    /// Until when.
    pub expires: Wall,
}
