//! A binding of the location service (RFC 3261 §10): where a device can be reached, and until when.

use crate::base::flow::Flow;
use crate::base::ids::DeviceId;
use crate::base::time::Wall;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One contact of a device. Its texts are shared: each phone of each company has one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Binding {
    /// The device.
    pub device: DeviceId,
    /// The key that a refresh finds the binding by: the instance id (RFC 5626 §4.1), else the
    /// contact URI.
    pub key: Arc<str>,
    /// The contact URI as registered.
    pub contact: Arc<str>,
    /// `+sip.instance`, if given.
    pub instance: Option<Box<str>>,
    /// The q-value in thousandths, 0–1000; higher is preferred (RFC 3261 §20.10).
    pub q: u16,
    /// The Call-ID of the REGISTER.
    pub call_id: Box<str>,
    /// The CSeq number of the REGISTER.
    pub cseq: u32,
    /// The flow that the REGISTER came by.
    pub flow: Flow,
    /// Whether requests go to the flow and not to the contact, because a NAT was seen or there is a
    /// connection.
    pub behind_nat: bool,
    /// The phone's User-Agent, if it sent one.
    pub user_agent: Arc<str>,
    /// When the binding ends.
    pub expires: Wall,
}

/// The change of a binding when its phone registers the same contact again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Refresh {
    /// The device.
    pub device: DeviceId,
    /// The binding's key.
    pub key: Arc<str>,
    /// The Call-ID of the REGISTER.
    pub call_id: Box<str>,
    /// The CSeq number of the REGISTER.
    pub cseq: u32,
    /// When the binding ends.
    pub expires: Wall,
}

impl Binding {
    /// Returns the change from `before` to this binding; `None` if it is more than a refresh.
    pub(crate) fn as_refresh_of(&self, before: &Self) -> Option<Refresh> {
        let Self { device, key, call_id, cseq, expires, .. } = self.clone();
        let refresh = Refresh { device, key, call_id, cseq, expires };
        (before.clone().refreshed(&refresh) == *self).then_some(refresh)
    }

    /// Returns the binding after a refresh.
    #[must_use]
    pub fn refreshed(self, refresh: &Refresh) -> Self {
        Self { call_id: refresh.call_id.clone(), cseq: refresh.cseq, expires: refresh.expires, ..self }
    }
}
