//! One side of a call: a phone or trunk, its dialog, its session and its media port.

use super::cx::Cx;
use super::hop::Reachability;
use super::presence::Presence;
use super::session::Session;
use super::shared::Whose;
use crate::base::flow::{Flow, Transport};
use crate::base::ids::{CallId, LegId, Slot, TenantId};
use crate::directory::{Device, MediaRule};
use crate::event::Party;
use bytes::Bytes;
use pbx_media::{Aim, Command, Port};
use pbx_sip::dialog::{Dialog, Parts};
use pbx_sip::transaction::TransactionId;
use pbx_sip::{Host, Message, Method, Reply, Via, spell};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// Where a leg stands; the table is in the module's documentation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum LegState {
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
pub(super) struct Owner {
    pub(super) tenant: TenantId,
    pub(super) call: CallId,
    pub(super) slot: Slot,
}

/// A leg. Number 0 is the caller's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Leg {
    pub(super) no: u16,
    pub(super) id: LegId,
    pub(super) owner: Owner,
    pub(super) party: Party,
    pub(super) state: LegState,
    /// The flow that its requests come by. Ours go there, too, unless its Contact can be reached itself.
    pub(super) flow: Flow,
    /// Our tag in the leg's dialog.
    pub(super) tag: String,
    /// The leg's first INVITE, until that has its final answer.
    pub(super) invite: Option<Message>,
    /// The transaction of that INVITE.
    pub(super) transaction: Option<TransactionId>,
    pub(super) dialog: Option<Dialog>,
    pub(super) session: Session,
    pub(super) port: Option<Port>,
    /// When the timer for our unacknowledged 200 is due.
    pub(super) answer_timer: Option<crate::base::time::Instant>,
    /// Whether the leg was ever connected and free to send, so that silence would be a fault.
    pub(super) heard: bool,
    /// Its connection is gone, and nothing has come on another.
    #[serde(default)]
    pub(super) lost: bool,
    /// The way to its phone beside the flow.
    #[serde(default)]
    pub(super) reachability: Reachability,
    /// Whether it is still there.
    #[serde(default)]
    pub(super) presence: Presence,
}

impl Leg {
    /// The mark of this leg's transactions.
    pub(super) fn whose(&self) -> Whose {
        Whose::Leg { tenant: self.owner.tenant, call: self.owner.call, leg: self.no }
    }

    /// The tenant and call, for the SIP log.
    pub(super) fn about(&self) -> Option<(TenantId, CallId)> {
        Some((self.owner.tenant, self.owner.call))
    }

    /// The RTP address that our SDP tells this leg.
    pub(super) fn media_address(&self) -> Option<SocketAddr> {
        self.port.map(|port| SocketAddr::new(self.flow.local.ip(), port.rtp))
    }

    /// Tells the media thread where this leg listens.
    pub(super) fn aim(&self, cx: &mut Cx<'_>) {
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
        cx.out.push(super::io::Output::Media(Command::Aim { port, aim }));
    }

    /// The phone at the other end, if it is one of the tenant's that registers and so has proven who it is.
    pub(super) fn registered_phone<'a>(&self, cx: &Cx<'a>) -> Option<&'a Device> {
        let tenant = cx.world.directory.tenant(self.owner.tenant)?;
        tenant.devices.get(&self.party.device?).filter(|device| device.contact.is_none())
    }

    /// Gives the media port back, if there is one; its report comes later.
    pub(super) fn release_port(&mut self, cx: &mut Cx<'_>) -> bool {
        let Some(port) = self.port.take() else { return false };
        cx.shared.stock.release(port, self.owner.tenant, (self.owner.call, self.no), cx.out);
        true
    }

    /// Sends a request inside the dialog; gives its transaction.
    pub(super) fn request(
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
            all.extend(super::wire::REQUEST_HEADERS);
        }
        let parts = Parts {
            via: &via,
            contact: (*method == Method::Invite).then_some(contact.as_str()),
            headers: &all,
            body: sdp.map(|sdp| ("application/sdp", sdp.as_bytes())),
        };
        let request = self.dialog.as_mut()?.request(method, parts).ok()?;
        cx.request(flow, whose, &request)
    }

    /// Acknowledges a 2xx to an INVITE of ours, at once.
    pub(super) fn ack(&mut self, cx: &mut Cx<'_>, invite: TransactionId, response: &Message) {
        let flow = self.hop(cx);
        let about = self.about();
        let branch = cx.branch(self.owner.slot);
        let Some(via) = via(&flow, &branch) else { return };
        let Some(dialog) = &mut self.dialog else { return };
        if let Ok(bytes) = dialog.ack(response, Parts::new(&via)) {
            cx.shared.keep_ack(invite, response, flow, &bytes);
            cx.send_bytes(flow, bytes, about);
        }
    }

    /// Sends BYE to an answered leg; only after the ACK if our 200 still waits for that (RFC 3261 §15).
    pub(super) fn bye(&mut self, cx: &mut Cx<'_>, reason: Option<&str>) {
        if self.dialog.as_ref().is_some_and(Dialog::awaits_ack) {
            self.state = LegState::Leaving;
            return;
        }
        let headers: Vec<(&str, &str)> = reason.iter().map(|reason| ("Reason", *reason)).collect();
        self.request(cx, &Method::Bye, &headers, None);
        self.gone(cx);
    }

    /// Marks the leg as over: messages with its tag belong to nothing any more.
    pub(super) fn gone(&mut self, cx: &mut Cx<'_>) {
        self.state = LegState::Gone;
        cx.shared.forget_tag(&self.tag);
        self.stop_answer_timer(cx);
        if let Some(dialog) = &mut self.dialog {
            dialog.end();
        }
        self.invite = None;
    }

    /// Notes that our 200 was sent: it is repeated until the ACK comes.
    pub(super) fn answered(&mut self, cx: &mut Cx<'_>, response: &Reply) {
        let timers = super::shared::timers();
        if let Some(dialog) = &mut self.dialog {
            dialog.answered(cx.now().mono, &response.bytes, &timers);
        }
        self.start_answer_timer(cx);
    }

    /// Sets the timer of our unacknowledged 200 to when the dialog has something due.
    pub(super) fn start_answer_timer(&mut self, cx: &mut Cx<'_>) {
        self.stop_answer_timer(cx);
        if let Some(at) = self.dialog.as_ref().and_then(Dialog::next_deadline) {
            cx.shared.timers.start(super::timers::Timer::Unacked(self.owner.call, self.no), at);
            self.answer_timer = Some(at);
        }
    }

    fn stop_answer_timer(&mut self, cx: &mut Cx<'_>) {
        if let Some(at) = self.answer_timer.take() {
            cx.shared.timers.stop(super::timers::Timer::Unacked(self.owner.call, self.no), at);
        }
    }

    /// Sends bytes that belong to no transaction the way of this leg.
    pub(super) fn send_again(&self, cx: &mut Cx<'_>, bytes: Bytes) {
        let flow = if self.lost { self.hop(cx) } else { self.flow };
        cx.send_bytes(flow, bytes, self.about());
    }
}

/// Our Via on a flow.
pub(super) fn via(flow: &Flow, branch: &str) -> Option<Via> {
    let transport = match flow.transport {
        Transport::Udp => pbx_sip::via::Transport::Udp,
        Transport::Tcp => pbx_sip::via::Transport::Tcp,
    };
    Via::new(transport, Host::Ip(flow.local.ip()), flow.local.port(), branch).ok()
}

/// Our Contact on a flow.
pub(super) fn contact(flow: &Flow) -> String {
    let mut text = String::with_capacity(48);
    text.push_str("<sip:");
    spell::socket(&mut text, flow.local);
    text.push_str(if flow.transport == Transport::Tcp { ";transport=tcp>" } else { ">" });
    text
}
