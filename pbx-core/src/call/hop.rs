//! Which way the requests of a dialog go, and how a phone is found again whose connection broke.

use super::cx::Cx;
use super::leg::Leg;
use crate::flow::{Flow, Transport};
use crate::registrar::address_of;
use pbx_sip::{Host, Uri};
use std::net::SocketAddr;

impl Leg {
    /// Where requests of the dialog go: to the flow if it is a connection or a NAT is seen, else to the first route or the
    /// Contact.
    pub(super) fn hop(&self, cx: &Cx<'_>) -> Flow {
        let Some(dialog) = &self.dialog else { return self.flow };
        let (next, is_contact) = (dialog.next_hop(), dialog.routes().is_empty());
        if self.lost {
            let again = || anew(cx, self.flow, next, is_contact);
            return self.registered_flow(cx).or_else(again).unwrap_or(self.flow);
        }
        hop_of(cx, self.flow, next, is_contact)
    }

    /// From now on the leg is spoken to where an accepted message of its dialog came from: phones move to another address,
    /// and come back on another connection.
    pub(super) fn moves_to(&mut self, flow: Flow) {
        (self.flow, self.lost) = (flow, false);
    }

    /// The connection is gone, the dialog is not (RFC 3261 §12 knows nothing of connections).
    pub(super) fn loses_flow(&mut self) {
        self.lost = true;
    }

    /// The flow by which the leg's device has registered since its connection broke. Of several phones of one device it is
    /// the one at the leg's address.
    fn registered_flow(&self, cx: &Cx<'_>) -> Option<Flow> {
        let bindings = cx.shared.registrar.bindings(self.owner.tenant, self.party.device?, cx.now().mono);
        let open = bindings.iter().map(|binding| binding.flow).filter(|flow| flow.is_open() && *flow != self.flow);
        let mut open = open.collect::<Vec<_>>().into_iter();
        let here = open.as_slice().iter().copied().find(|flow| flow.remote.ip() == self.flow.remote.ip());
        here.or_else(|| if open.len() == 1 { open.next() } else { None })
    }
}

/// A new connection to the next hop, if that is where the broken one led: behind a NAT a Contact is an address of another
/// network.
fn anew(cx: &Cx<'_>, flow: Flow, next: &Uri, is_contact: bool) -> Option<Flow> {
    let (transport, address) = address_of(next.as_str())?;
    let reachable = !is_contact || address.ip() == flow.remote.ip().to_canonical();
    cx.world.routes.flow_beside(&flow, transport, address).filter(|_| reachable)
}

/// The flow to a next hop, seen from a leg's flow.
pub(super) fn hop_of(cx: &Cx<'_>, flow: Flow, hop: &Uri, is_contact: bool) -> Flow {
    if flow.transport != Transport::Udp {
        return flow;
    }
    let Some((Host::Ip(ip), port)) = hop.as_sip().map(|uri| (uri.host(), uri.port())) else { return flow };
    // A Contact that names another address than its messages come from is behind a NAT.
    if is_contact && ip != flow.remote.ip() {
        return flow;
    }
    let address = SocketAddr::new(ip, port.unwrap_or(5060));
    if address == flow.remote {
        return flow;
    }
    cx.world.routes.flow_beside(&flow, Transport::Udp, address).unwrap_or(flow)
}
