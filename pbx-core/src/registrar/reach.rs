//! The ways to a device that is to ring.

use super::{Registrar, TimedBinding};
use crate::base::flow::{Flow, Routes};
use crate::base::ids::{DeviceId, TenantId};
use crate::base::time::Instant;
use crate::directory::Device;
use crate::location::{Binding, address_of};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::sync::Arc;

/// A place where a device may be rung.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Target {
    /// The Request-URI: the contact exactly as registered or configured, but without headers.
    pub uri: String,
    /// The flow that leads there.
    pub flow: Flow,
    /// The binding's key; `None` for a fixed contact.
    pub binding: Option<Arc<str>>,
    /// The q-value in thousandths, 0–1000; higher is preferred.
    pub q: u16,
    /// Whether requests go to the flow and not to the Contact that the phone names.
    #[serde(default)]
    pub behind_nat: bool,
    /// Other flows of the same phone, the best first: rung one after the other (RFC 5626 §5.3).
    #[serde(default)]
    pub others: Vec<Self>,
}

impl Registrar {
    /// Returns where to ring a device: its fixed contact, else its living bindings, the most
    /// preferred first and each phone once. A binding that no route or connection leads to is left
    /// out.
    pub fn targets(&self, now: Instant, routes: &dyn Routes, tenant: TenantId, device: &Device) -> Vec<Target> {
        if let Some(uri) = &device.contact {
            let flow = address_of(uri).and_then(|(transport, address)| routes.flow_to(transport, address));
            let uri = without_headers(uri).to_owned();
            let fixed = |flow| Target { uri, flow, binding: None, q: 1000, behind_nat: false, others: vec![] };
            return flow.map(fixed).into_iter().collect();
        }
        let mut phones: Vec<Vec<&TimedBinding>> = vec![];
        for held in self.living(tenant, device.id, now) {
            let instance = held.binding.instance.as_deref();
            let same = |flows: &&mut Vec<&TimedBinding>| {
                instance.is_some() && flows[0].binding.instance.as_deref() == instance
            };
            match phones.iter_mut().find(same) {
                Some(flows) => flows.push(held),
                None => phones.push(vec![held]),
            }
        }
        phones.into_iter().filter_map(|flows| rung_in_turn(routes, flows)).collect()
    }

    /// Returns the key of the binding by which a peer's flow is known.
    pub(crate) fn binding_at(&self, now: Instant, tenant: TenantId, device: DeviceId, flow: &Flow) -> Option<Arc<str>> {
        let found = self.living(tenant, device, now).into_iter().find(|held| held.binding.flow == *flow);
        found.map(|held| held.binding.key.clone())
    }

    /// Returns the flow of a phone behind a NAT over UDP, and when it last registered by it.
    pub(crate) fn flow_of(&self, now: Instant, owner: (TenantId, DeviceId), key: &str) -> Option<(Flow, Instant)> {
        let found = self.living(owner.0, owner.1, now).into_iter().find(|held| *held.binding.key == *key)?;
        let by_flow = found.binding.behind_nat && !found.binding.flow.transport.is_reliable();
        by_flow.then_some((found.binding.flow, found.refreshed))
    }
}

/// Makes a target of one phone's flows: the best one, then the others.
fn rung_in_turn(routes: &dyn Routes, mut flows: Vec<&TimedBinding>) -> Option<Target> {
    flows.sort_by_key(|held| Reverse((held.binding.q, held.binding.flow.is_open(), held.refreshed)));
    let mut targets = flows.into_iter().filter_map(|held| target(routes, &held.binding));
    let first = targets.next()?;
    Some(Target { others: targets.collect(), ..first })
}

fn target(routes: &dyn Routes, binding: &Binding) -> Option<Target> {
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
        behind_nat: binding.behind_nat,
        others: vec![],
    })
}

/// Returns the contact without headers, which a Request-URI may not carry (RFC 3261 §19.1.1, RFC
/// 4475 §3.3.14). They are not sent either: a phone must not add to other people's requests
/// (§19.1.5).
fn without_headers(contact: &str) -> &str {
    let uri = pbx_sip::Uri::parse(contact).ok();
    let headers = uri.as_ref().and_then(|uri| Some(uri.as_sip()?.headers()?.len() + 1)).unwrap_or_default();
    contact.get(..contact.len() - headers).unwrap_or(contact)
}
