//! One side of a call: a phone or trunk, its dialog, its session and its media port.

pub(crate) mod hop;
pub(crate) mod identity;
pub(crate) mod session;
pub(crate) mod withheld;

use crate::base::flow::Flow;
use crate::base::ids::{CallId, LegId, Slot, TenantId};
use crate::call::leg::hop::Reachability;
use crate::call::leg::session::Session;
use crate::call::talk::presence::Presence;
use crate::context::cx::Cx;
use crate::context::shared::Whose;
use crate::context::wire::{contact, via};
use crate::directory::{Device, MediaRule};
use crate::event::Party;
use bytes::Bytes;
use pbx_media::{Aim, Command, Port};
use pbx_sip::dialog::{Dialog, RequestParts};
use pbx_sip::transaction::TransactionId;
use pbx_sip::{Message, Method, Reply};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// Where a leg stands; the table is in the module's documentation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum LegState {
    /// The leg's INVITE was received or sent; nothing but 100 was said.
    Trying,
    /// An 18x was sent or received.
    Ringing,
    /// The leg was answered with 2xx.
    Talking,
    /// Our BYE waits for the ACK of our 200 (RFC 3261 §15).
    Leaving,
    /// Over. What is still on the wire is the transaction layer's business.
    Gone,
}

/// The tenant and call that a leg belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub(crate) tenant: TenantId,
    pub(crate) call: CallId,
    pub(crate) slot: Slot,
}

/// A leg. Number 0 is the caller's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Leg {
    pub(crate) no: u16,
    pub(crate) id: LegId,
    pub(crate) owner: Owner,
    pub(crate) party: Party,
    pub(crate) state: LegState,
    /// The flow that its requests come by. Ours go there, too, unless its Contact can be reached itself.
    pub(crate) flow: Flow,
    /// Our tag in the leg's dialog.
    pub(crate) tag: String,
    /// The leg's first INVITE, until that has its final answer.
    pub(crate) invite: Option<Message>,
    /// The transaction of that INVITE.
    pub(crate) transaction: Option<TransactionId>,
    pub(crate) dialog: Option<Dialog>,
    pub(crate) session: Session,
    pub(crate) port: Option<Port>,
    /// When the timer for our unacknowledged 200 is due.
    pub(crate) answer_timer: Option<crate::base::time::Instant>,
    /// Whether the leg was ever connected and free to send, so that silence would be a fault.
    pub(crate) heard: bool,
    /// Its connection is gone, and nothing has come on another.
    #[serde(default)]
    pub(crate) lost: bool,
    /// The way to its phone beside the flow.
    #[serde(default)]
    pub(crate) reachability: Reachability,
    /// Whether it is still there.
    #[serde(default)]
    pub(crate) presence: Presence,
}

impl Leg {
    /// The mark of this leg's transactions.
    pub(crate) fn whose(&self) -> Whose {
        Whose::Leg { tenant: self.owner.tenant, call: self.owner.call, leg: self.no }
    }

    /// The tenant and call, for the SIP log.
    pub(crate) fn about(&self) -> Option<(TenantId, CallId)> {
        Some((self.owner.tenant, self.owner.call))
    }

    /// The RTP address that our SDP tells this leg.
    pub(crate) fn media_address(&self) -> Option<SocketAddr> {
        self.port.map(|port| SocketAddr::new(self.flow.local.ip(), port.rtp))
    }

    /// Tells the media thread where this leg listens.
    pub(crate) fn aim(&self, cx: &mut Cx<'_>) {
        let Some(port) = self.port else { return };
        let (rtp, rtcp) = self.session.far();
        let aim = Aim {
            rtp,
            rtcp,
            signalling: Some(self.flow.remote.ip()),
            roams: self.registered_phone(cx).is_some_and(|phone| phone.media == MediaRule::Roams),
            own: Some(self.flow.own_ip()),
            payloads: self.session.payloads(),
        };
        cx.out.push(crate::context::io::Output::Media(Command::Aim { port, aim }));
    }

    /// The phone at the other end, if it is one of the tenant's that registers and so has proven who it is.
    pub(crate) fn registered_phone<'a>(&self, cx: &Cx<'a>) -> Option<&'a Device> {
        let tenant = cx.world.directory.tenant(self.owner.tenant)?;
        tenant.devices.get(&self.party.device?).filter(|device| device.contact.is_none())
    }

    /// Gives the media port back, if there is one; its report comes later.
    pub(crate) fn release_port(&mut self, cx: &mut Cx<'_>) -> bool {
        let Some(port) = self.port.take() else { return false };
        cx.shared.stock.release(port, self.owner.tenant, (self.owner.call, self.no), cx.out);
        true
    }

    /// Sends a request inside the dialog; gives its transaction.
    pub(crate) fn request(
        &mut self,
        cx: &mut Cx<'_>,
        method: &Method,
        headers: &[(&str, &str)],
        sdp: Option<&str>,
    ) -> Option<TransactionId> {
        let (flow, whose) = (self.hop(cx), self.whose());
        let branch = cx.branch(self.owner.slot);
        let via = via(&flow, &branch)?;
        let contact = contact(&flow);
        let mut all = headers.to_vec();
        if *method == Method::Invite {
            all.extend(*crate::context::wire::REQUEST_HEADERS);
        }
        let parts = RequestParts {
            via: &via,
            contact: (*method == Method::Invite).then_some(contact.as_str()),
            headers: &all,
            body: sdp.map(|sdp| ("application/sdp", sdp.as_bytes())),
        };
        let request = self.dialog.as_mut()?.request(method, parts).ok()?;
        cx.request(flow, whose, &request)
    }

    /// Acknowledges a 2xx to an INVITE of ours, at once.
    pub(crate) fn ack(&mut self, cx: &mut Cx<'_>, invite: TransactionId, response: &Message) {
        let flow = self.hop(cx);
        let about = self.about();
        let branch = cx.branch(self.owner.slot);
        let Some(via) = via(&flow, &branch) else { return };
        let Some(dialog) = &mut self.dialog else { return };
        if let Ok(bytes) = dialog.ack(response, RequestParts::new(&via)) {
            cx.shared.keep_ack(invite, response, flow, &bytes);
            cx.send_bytes(flow, bytes, about);
        }
    }

    /// Sends BYE to an answered leg; only after the ACK if our 200 still waits for that (RFC 3261 §15).
    pub(crate) fn bye(&mut self, cx: &mut Cx<'_>, reason: Option<&str>) {
        if self.dialog.as_ref().is_some_and(Dialog::awaits_ack) {
            self.state = LegState::Leaving;
            return;
        }
        let headers: Vec<(&str, &str)> = reason.iter().map(|reason| ("Reason", *reason)).collect();
        self.request(cx, &Method::Bye, &headers, None);
        self.gone(cx);
    }

    /// Marks the leg as over: messages with its tag belong to nothing any more.
    pub(crate) fn gone(&mut self, cx: &mut Cx<'_>) {
        self.state = LegState::Gone;
        cx.shared.forget_tag(&self.tag);
        self.stop_answer_timer(cx);
        if let Some(dialog) = &mut self.dialog {
            dialog.end();
        }
        self.invite = None;
    }

    /// Notes that our 200 was sent: it is repeated until the ACK comes.
    pub(crate) fn answered(&mut self, cx: &mut Cx<'_>, response: &Reply) {
        let timers = crate::context::shared::timers();
        if let Some(dialog) = &mut self.dialog {
            dialog.answered(cx.now().mono, &response.bytes, &timers);
        }
        self.start_answer_timer(cx);
    }

    /// Sets the timer of our unacknowledged 200 to when the dialog has something due.
    pub(crate) fn start_answer_timer(&mut self, cx: &mut Cx<'_>) {
        self.stop_answer_timer(cx);
        if let Some(at) = self.dialog.as_ref().and_then(Dialog::next_deadline) {
            cx.shared.timers.start(crate::context::timers::Timer::Unacked(self.owner.call, self.no), at);
            self.answer_timer = Some(at);
        }
    }

    fn stop_answer_timer(&mut self, cx: &mut Cx<'_>) {
        if let Some(at) = self.answer_timer.take() {
            cx.shared.timers.stop(crate::context::timers::Timer::Unacked(self.owner.call, self.no), at);
        }
    }

    /// Sends bytes that belong to no transaction the way of this leg.
    pub(crate) fn send_again(&self, cx: &mut Cx<'_>, bytes: Bytes) {
        let flow = if self.lost { self.hop(cx) } else { self.flow };
        cx.send_bytes(flow, bytes, self.about());
    }
}
