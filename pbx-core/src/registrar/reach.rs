//! How a device is reached when it shall ring.

use super::Registrar;
use crate::directory::Device;
use crate::flow::{Flow, Routes, Transport};
use crate::ids::TenantId;
use crate::time::Instant;
use pbx_sip::SipUri;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;

/// One place where a device may be rung.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Target {
    /// The Request-URI: the contact exactly as it was registered or configured, but without headers in it.
    pub uri: String,
    /// The flow that leads there.
    pub flow: Flow,
    /// The binding's key; `None` for a fixed contact.
    pub binding: Option<Arc<str>>,
    /// The q-value in thousandths, 0–1000; higher is preferred.
    pub q: u16,
}

impl Registrar {
    /// Where to ring a device: its fixed contact, else its living bindings, the most preferred first. A binding that no
    /// route or connection leads to is left out.
    pub fn targets(&self, now: Instant, routes: &dyn Routes, tenant: TenantId, device: &Device) -> Vec<Target> {
        if let Some(uri) = &device.contact {
            let flow = address_of(uri).and_then(|(transport, address)| routes.flow_to(transport, address));
            return flow
                .map(|flow| Target { uri: without_headers(uri).to_owned(), flow, binding: None, q: 1000 })
                .into_iter()
                .collect();
        }
        let bindings = self.bindings(tenant, device.id, now).into_iter();
        bindings
            .filter_map(|binding| {
                let direct = || {
                    let (transport, address) = address_of(&binding.contact)?;
                    routes.flow_beside(&binding.flow, transport, address)
                };
                let flow = if binding.behind_nat { Some(binding.flow).filter(Flow::is_open) } else { direct() };
                Some(Target {
                    uri: without_headers(&binding.contact).to_owned(),
                    flow: flow?,
                    binding: Some(binding.key.clone()),
                    q: binding.q,
                })
            })
            .collect()
    }
}

/// The contact without headers. A contact may carry headers for requests to it (RFC 4475 §3.3.14), but a Request-URI may
/// not (RFC 3261 §19.1.1). They are not sent either: what a phone wants added to other people's requests is not to be
/// trusted (§19.1.5).
fn without_headers(contact: &str) -> &str {
    let uri = pbx_sip::Uri::parse(contact).ok();
    let headers = uri.as_ref().and_then(|uri| Some(uri.as_sip()?.headers()?.len() + 1)).unwrap_or_default();
    contact.get(..contact.len() - headers).unwrap_or(contact)
}

/// Transport and address of a SIP URI whose host is an address (RFC 3263 §4 without names).
pub(crate) fn address_of(uri: &str) -> Option<(Transport, SocketAddr)> {
    let uri = pbx_sip::Uri::parse(uri).ok()?;
    let uri: &SipUri = uri.as_sip()?;
    let transport = match uri.transport() {
        None => Transport::Udp,
        Some(name) if name.eq_ignore_ascii_case("udp") => Transport::Udp,
        Some(name) if name.eq_ignore_ascii_case("tcp") => Transport::Tcp,
        Some(_) => return None,
    };
    Some((transport, SocketAddr::new(uri.host().ip()?, uri.port().unwrap_or(5060))))
}
