//! A binding of the location service (RFC 3261 §10): where a device can be reached, and until when.

use crate::base::flow::{Flow, Transport};
use crate::base::ids::DeviceId;
use crate::base::time::Wall;
use pbx_sip::{SipUri, Uri};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;

/// The transports that we speak.
const SPOKEN: [Transport; 2] = [Transport::Udp, Transport::Tcp];

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

    /// Returns the binding without its connection, after a restart or when that was closed. The
    /// phone is then reached by a new connection to its contact (RFC 3261 §18.1.1), if it
    /// registered from the contact's address; behind a NAT the contact may be another machine here,
    /// so it is not reached until it comes back.
    pub(crate) fn disconnected(mut self) -> Self {
        if self.flow.transport.is_reliable() {
            let contact = address_of(&self.contact).map(|(_, address)| address.ip());
            self.behind_nat = contact != Some(self.flow.remote.ip().to_canonical());
            self.flow.connection = 0;
        }
        self
    }

    /// Returns the `reg-id` if the phone registered this flow as one of several (RFC 5626 §4.2).
    pub(crate) fn reg_id(&self) -> Option<&str> {
        self.key.strip_prefix(self.instance.as_deref()?)?.strip_prefix(";reg-id=")
    }

    /// Returns whether the phone wants to be reached by the flow that it registered on and by no
    /// other way (RFC 5626 §4.2, §4.3).
    pub(crate) fn is_outbound(&self) -> bool {
        let uri = Uri::parse(&*self.contact).ok();
        self.reg_id().is_some() || uri.as_ref().and_then(Uri::as_sip).is_some_and(|uri| uri.params().has("ob"))
    }

    /// Returns the binding as a value of a Contact header (RFC 3261 §20.10) with this many seconds
    /// left.
    pub(crate) fn as_contact(&self, seconds_left: u64) -> String {
        let mut text = format!("<{}>;expires={seconds_left}", self.contact);
        if self.q < 1000 {
            text.push_str(&format!(";q=0.{:03}", self.q));
        }
        if let Some(instance) = &self.instance {
            text.push_str(&format!(";+sip.instance={}", pbx_sip::params::quote(instance)));
        }
        if let Some(id) = self.reg_id() {
            text.push_str(&format!(";reg-id={id}"));
        }
        text
    }
}

/// Returns transport and address of a SIP URI (RFC 3263 §4); `None` if its host is a name, or its
/// transport one that we don't speak.
pub(crate) fn address_of(uri: &str) -> Option<(Transport, SocketAddr)> {
    let uri = Uri::parse(uri).ok()?;
    let uri: &SipUri = uri.as_sip()?;
    let named = uri.transport().map_or_else(|| Some(Transport::default()), Transport::parse);
    let transport = named.filter(|transport| SPOKEN.contains(transport))?;
    let port = uri.port().unwrap_or_else(|| transport.default_port());
    Some((transport, SocketAddr::new(uri.host().ip()?, port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_transports_that_we_speak_lead_anywhere() {
        let address = |uri: &str| address_of(uri).map(|(transport, address)| (transport, address.to_string()));
        let known = |transport, address: &str| Some((transport, address.to_owned()));
        assert_eq!(address("sip:d@192.0.2.7"), known(Transport::Udp, "192.0.2.7:5060"));
        assert_eq!(address("sip:d@192.0.2.7:5070;transport=UDP"), known(Transport::Udp, "192.0.2.7:5070"));
        assert_eq!(address("sip:d@[2001:db8::7];transport=Tcp"), known(Transport::Tcp, "[2001:db8::7]:5060"));
        for transport in ["tls", "ws", "wss", "sctp", ""] {
            assert_eq!(address(&format!("sip:d@192.0.2.7;transport={transport}")), None, "{transport}");
        }
        assert_eq!(address("sip:d@phone.acme.test"), None);
    }
}
