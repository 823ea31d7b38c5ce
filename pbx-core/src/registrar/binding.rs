//! One contact of a device.

use super::reach::address_of;
use crate::flow::Flow;
use crate::ids::DeviceId;
use crate::time::Wall;
use serde::{Deserialize, Serialize};

/// One contact of a device.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Binding {
    /// The device.
    pub device: DeviceId,
    /// The key that a refresh finds the binding by: the instance id (RFC 5626 §4.1), else the contact URI.
    pub key: String,
    /// The contact URI as registered.
    pub contact: String,
    /// `+sip.instance`, if given.
    pub instance: Option<String>,
    /// The q-value in thousandths, 0–1000; higher is preferred (RFC 3261 §20.10).
    pub q: u16,
    /// The Call-ID of the REGISTER.
    pub call_id: String,
    /// The CSeq number of the REGISTER.
    pub cseq: u32,
    /// The flow that the REGISTER came by.
    pub flow: Flow,
    /// Whether requests go to the flow and not to the contact, because a NAT was seen or there is a connection.
    pub behind_nat: bool,
    /// The phone's User-Agent, if it told one.
    pub user_agent: String,
    /// When the binding ends.
    pub expires: Wall,
}

/// What changes in a binding when its phone registers the same contact again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Refresh {
    /// The device.
    pub device: DeviceId,
    /// The binding's key.
    pub key: String,
    /// The Call-ID of the REGISTER.
    pub call_id: String,
    /// The CSeq number of the REGISTER.
    pub cseq: u32,
    /// When the binding ends.
    pub expires: Wall,
}

impl Binding {
    /// What this binding changes in `before`, if that is no more than a refresh.
    pub(super) fn as_refresh_of(&self, before: &Self) -> Option<Refresh> {
        let Self { device, key, call_id, cseq, expires, .. } = self.clone();
        let refresh = Refresh { device, key, call_id, cseq, expires };
        (before.clone().refreshed(&refresh) == *self).then_some(refresh)
    }

    /// The binding after a refresh.
    #[must_use]
    pub fn refreshed(self, refresh: &Refresh) -> Self {
        Self { call_id: refresh.call_id.clone(), cseq: refresh.cseq, expires: refresh.expires, ..self }
    }

    /// The binding after a restart, which no connection survives. What is left is a new connection to the contact (RFC 3261
    /// §18.1.1), if the phone registered from the contact's address. Behind a NAT the contact is an address of another
    /// network, and may be somebody else's here: then there is no way to the phone until it comes back (RFC 5626 §5.3).
    pub(super) fn disconnected(mut self) -> Self {
        if self.flow.transport.is_reliable() {
            let contact = address_of(&self.contact).map(|(_, address)| address.ip());
            self.behind_nat = contact != Some(self.flow.remote.ip().to_canonical());
            self.flow.connection = 0;
        }
        self
    }

    /// The binding as a value of a Contact header (RFC 3261 §20.10) with this many seconds left.
    pub(super) fn as_contact(&self, seconds_left: u64) -> String {
        let mut text = format!("<{}>;expires={seconds_left}", self.contact);
        if self.q < 1000 {
            text.push_str(&format!(";q=0.{:03}", self.q));
        }
        if let Some(instance) = &self.instance {
            text.push_str(&format!(";+sip.instance={}", pbx_sip::params::quote(instance)));
        }
        text
    }
}
