//! Which way the requests of a dialog go, and how a phone is found again whose connection broke or
//! whose NAT was restarted.
//!
//! | the leg's flow                                               | where its requests go                                     |
//! | ------------------------------------------------------------ | --------------------------------------------------------- |
//! | a connection that is gone                                    | its device's open flow, else a new connection to the next hop |
//! | a connection                                                 | there                                                     |
//! | UDP, and its phone has registered since by another, behind a NAT | that flow                                             |
//! | UDP, the Contact is next, and a NAT is between               | the flow                                                  |
//! | UDP, a device's, and the next hop has another address        | the flow: a device does not aim us at others              |
//! | UDP otherwise                                                | the next hop, over the transport that it names            |

use crate::base::flow::Flow;
use crate::call::leg::Leg;
use crate::context::ctx::Ctx;
use crate::location::address_of;
use crate::registrar::is_behind_nat;
use pbx_sip::{Message, Uri};

impl Leg {
    /// Returns the flow that requests of the dialog are sent on.
    pub(crate) fn hop(&self, ctx: &Ctx<'_>) -> Flow {
        let Some(dialog) = &self.dialog else { return self.flow };
        let (next, is_contact) = (dialog.next_hop(), dialog.routes().is_empty());
        if self.lost {
            let again = || reconnected(ctx, self.flow, next, is_contact);
            return self.registered_flow(ctx).or_else(again).unwrap_or(self.flow);
        }
        if let Some(newer) = self.newer_flow(ctx) {
            return newer;
        }
        if is_contact && self.reachability.behind_nat {
            return self.flow;
        }
        hop_of(ctx, self.flow, next, self.party.device.is_some())
    }

    /// Sends to the leg from now on where an accepted message of its dialog came from: phones move
    /// to another address, and come back on another connection. A request also shows whether a NAT
    /// is between; a response has only our own Via.
    pub(crate) fn moves_to(&mut self, ctx: &Ctx<'_>, flow: Flow, request: Option<&Message>) {
        (self.flow, self.lost) = (flow, false);
        self.reachability.confirmed = ctx.now().mono;
        if let (Some(request), Some(dialog)) = (request, &self.dialog) {
            self.reachability.behind_nat = is_behind_nat(&flow, request.via().ok(), dialog.target());
        }
    }

    /// Notes a response: the way to the phone is open.
    pub(crate) fn answers(&mut self, ctx: &Ctx<'_>) {
        self.reachability.confirmed = ctx.now().mono;
    }

    /// Notes that the connection is gone; the dialog is not (RFC 3261 §12 knows nothing of
    /// connections).
    pub(crate) fn loses_flow(&mut self) {
        self.lost = true;
    }

    /// Returns whether a NAT on the way to the phone has to be kept from forgetting it.
    pub(crate) fn wants_keep_alive(&self) -> bool {
        self.reachability.behind_nat && !self.flow.transport.is_reliable()
    }

    /// Finds the flow by which the leg's phone has registered since the last message of the dialog
    /// came: its NAT has given it another port, and the one that the dialog knows leads nowhere.
    fn newer_flow(&self, ctx: &Ctx<'_>) -> Option<Flow> {
        let (device, key) = (self.party.device?, self.reachability.binding.as_ref()?);
        let (flow, at) = ctx.shared.registrar.flow_of(ctx.now().mono, (self.call.tenant, device), key)?;
        let is_newer = flow != self.flow && at > self.reachability.confirmed;
        (is_newer && !self.flow.transport.is_reliable()).then_some(flow)
    }

    /// Finds the flow by which the leg's device has registered since its connection broke. Of
    /// several phones of one device it is the one at the leg's address.
    fn registered_flow(&self, ctx: &Ctx<'_>) -> Option<Flow> {
        let bindings = ctx.shared.registrar.bindings(self.call.tenant, self.party.device?, ctx.now().mono);
        let open = bindings.iter().map(|binding| binding.flow).filter(|flow| flow.is_open() && *flow != self.flow);
        let mut open = open.collect::<Vec<_>>().into_iter();
        let here = open.as_slice().iter().copied().find(|flow| flow.remote.ip() == self.flow.remote.ip());
        here.or_else(|| if open.len() == 1 { open.next() } else { None })
    }
}

/// Opens a new connection to the next hop, if that is where the broken one led: behind a NAT a
/// Contact is an address of another network.
fn reconnected(ctx: &Ctx<'_>, flow: Flow, next: &Uri, is_contact: bool) -> Option<Flow> {
    let (transport, address) = address_of(next.as_str())?;
    let reachable = !is_contact || address.ip() == flow.remote.ip().to_canonical();
    ctx.world.routes.flow_beside(&flow, transport, address).filter(|_| reachable)
}

/// Returns the flow to a next hop, seen from a leg's flow; `at_home` for a device, which has to be
/// where the flow leads.
fn hop_of(ctx: &Ctx<'_>, flow: Flow, next: &Uri, at_home: bool) -> Flow {
    let Some((transport, address)) = address_of(next.as_str()) else { return flow };
    let is_there = address.ip() == flow.remote.ip().to_canonical();
    let is_same = transport == flow.transport && is_there && address.port() == flow.remote.port();
    if flow.transport.is_reliable() || is_same || at_home && !is_there {
        return flow;
    }
    ctx.world.routes.flow_beside(&flow, transport, address).unwrap_or(flow)
}
