//! One side of a call: a phone or trunk, its dialog, its session and its media port.

pub(crate) mod early_dialogs;
pub(crate) mod hop;
pub(crate) mod identity;
pub(crate) mod presence;
pub(crate) mod reachability;
pub(crate) mod session;
pub(crate) mod withheld;

use crate::base::flow::Flow;
use crate::base::ids::LegId;
use early_dialogs::EarlyDialogs;
use presence::Presence;
use reachability::Reachability;
use session::Session;

use crate::context::ctx::Ctx;
use crate::context::io::Output;
use crate::context::owner::{CallRef, Purpose};
use crate::context::timers::Timer;
use crate::directory::{Device, MediaRule};
use crate::event::Party;
use crate::message::writer::{REQUEST_HEADERS, contact, via};
use bytes::Bytes;
use pbx_media::{Aim, Command, Port};
use pbx_sip::dialog::{Dialog, RequestParts};
use pbx_sip::transaction::TransactionId;
use pbx_sip::{Message, Method, Reply};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// The state of a leg; the table is in the module's documentation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum LegState {
    /// The leg's INVITE was received or sent; no response but 100 was sent or came.
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

/// A leg: it names its call, and so moves to another one by that field.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Leg {
    pub(crate) id: LegId,
    pub(crate) call: CallRef,
    pub(crate) party: Party,
    pub(crate) state: LegState,
    /// The flow that its requests come by. Ours go there, too, unless its Contact can be reached
    /// itself.
    pub(crate) flow: Flow,
    /// Our tag in the leg's dialog.
    pub(crate) tag: String,
    /// The leg's first INVITE, until that has its final answer.
    pub(crate) invite: Option<Message>,
    /// The transaction of that INVITE.
    pub(crate) transaction: Option<TransactionId>,
    pub(crate) dialog: Option<Dialog>,
    pub(crate) session: Session,
    /// The phones that have answered, until one of them has taken the call.
    pub(crate) early: EarlyDialogs,
    pub(crate) port: Option<Port>,
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
    /// Makes a leg of which only the call, the party, the flow and our tag are known yet.
    pub(crate) fn new(
        ctx: &mut Ctx<'_>,
        call: CallRef,
        party: Party,
        (flow, tag): (Flow, String),
        reachability: Reachability,
    ) -> Self {
        Self {
            id: LegId::mint(ctx.now().wall, ctx.random_id()),
            call,
            party,
            state: LegState::Trying,
            flow,
            tag,
            invite: None,
            transaction: None,
            dialog: None,
            session: Session::new(ctx.random()),
            early: EarlyDialogs::default(),
            port: None,
            heard: false,
            lost: false,
            reachability,
            presence: Presence::default(),
        }
    }

    /// Returns whether it waits for the final answer to its first INVITE.
    pub(crate) const fn is_waiting(&self) -> bool {
        matches!(self.state, LegState::Trying | LegState::Ringing)
    }

    /// Returns the RTP address that our SDP gives to this leg.
    pub(crate) fn media_address(&self) -> Option<SocketAddr> {
        self.port.map(|port| SocketAddr::new(self.flow.local.ip(), port.rtp))
    }

    /// Tells the media thread where this leg listens.
    pub(crate) fn aim(&self, ctx: &mut Ctx<'_>) {
        let Some(port) = self.port else { return };
        let (rtp, rtcp) = self.session.far();
        let aim = Aim {
            rtp,
            rtcp,
            signalling: Some(self.flow.remote.ip()),
            roams: self.registered_phone(ctx).is_some_and(|phone| phone.media == MediaRule::Roams),
            own: Some(self.flow.own_ip()),
            payloads: self.session.payloads(),
        };
        ctx.out.push(Output::Media(Command::Aim { port, aim }));
    }

    /// Returns the phone at the other end, if it is one of the tenant's that registers and so has
    /// proven its identity.
    pub(crate) fn registered_phone<'a>(&self, ctx: &Ctx<'a>) -> Option<&'a Device> {
        let tenant = ctx.world.directory.tenant(self.call.tenant)?;
        tenant.devices.get(&self.party.device?).filter(|device| device.contact.is_none())
    }

    /// Gives the media port back, if there is one; its report comes later.
    pub(crate) fn release_port(&mut self, ctx: &mut Ctx<'_>) -> bool {
        let Some(port) = self.port.take() else { return false };
        ctx.shared.stock.release(port, self.call.tenant, self.id, ctx.out);
        true
    }

    /// Sends a request inside the dialog, with a body of this type; returns its transaction.
    pub(crate) fn request(
        &mut self,
        ctx: &mut Ctx<'_>,
        purpose: Purpose,
        method: &Method,
        headers: &[(&str, &str)],
        body: Option<(&str, &str)>,
    ) -> Option<TransactionId> {
        let flow = self.hop(ctx);
        let branch = ctx.branch(self.call.slot());
        let via = via(&flow, &branch)?;
        let contact = contact(&flow);
        let mut all = headers.to_vec();
        if *method == Method::Invite {
            all.extend(*REQUEST_HEADERS);
        }
        let parts = RequestParts {
            via: &via,
            contact: matches!(method, Method::Invite | Method::Notify).then_some(contact.as_str()),
            headers: &all,
            body: body.map(|(kind, body)| (kind, body.as_bytes())),
        };
        let request = self.dialog.as_mut()?.request(method, parts).ok()?;
        ctx.request(flow, self.call, purpose, &request)
    }

    /// Acknowledges a 2xx to an INVITE of ours, at once.
    pub(crate) fn ack(&mut self, ctx: &mut Ctx<'_>, invite: TransactionId, response: &Message) {
        let flow = self.hop(ctx);
        let about = self.call.about();
        let branch = ctx.branch(self.call.slot());
        let Some(via) = via(&flow, &branch) else { return };
        let Some(dialog) = &mut self.dialog else { return };
        if let Ok(bytes) = dialog.ack(response, RequestParts::new(&via)) {
            ctx.shared.keep_ack(invite, response, flow, &bytes);
            ctx.send_bytes(flow, bytes, about);
        }
    }

    /// Sends BYE to an answered leg; only after the ACK if our 200 still waits for that (RFC 3261
    /// §15).
    pub(crate) fn bye(&mut self, ctx: &mut Ctx<'_>, reason: Option<&str>) {
        if self.dialog.as_ref().is_some_and(Dialog::awaits_ack) {
            self.state = LegState::Leaving;
            return;
        }
        let headers: Vec<(&str, &str)> = reason.iter().map(|reason| ("Reason", *reason)).collect();
        self.request(ctx, Purpose::Bye(self.id), &Method::Bye, &headers, None);
        self.gone(ctx);
    }

    /// Marks the leg as over: messages with its tag no longer belong to anything.
    pub(crate) fn gone(&mut self, ctx: &mut Ctx<'_>) {
        self.state = LegState::Gone;
        ctx.shared.forget_tag(&self.tag);
        ctx.shared.timers.stop(Timer::Unacked(self.id));
        if let Some(dialog) = &mut self.dialog {
            dialog.end();
        }
        self.early.end();
        self.invite = None;
    }

    /// Notes that our 200 was sent: it is repeated until the ACK comes.
    pub(crate) fn answered(&mut self, ctx: &mut Ctx<'_>, response: &Reply) {
        let timers = crate::context::timers::sip_timers();
        if let Some(dialog) = &mut self.dialog {
            dialog.answered(ctx.now().mono, &response.bytes, &timers);
        }
        self.start_answer_timer(ctx);
    }

    /// Sets the timer of our unacknowledged 200 to when the dialog has something due.
    pub(crate) fn start_answer_timer(&mut self, ctx: &mut Ctx<'_>) {
        match self.dialog.as_ref().and_then(Dialog::next_deadline) {
            Some(at) => ctx.shared.timers.start(Timer::Unacked(self.id), at),
            None => ctx.shared.timers.stop(Timer::Unacked(self.id)),
        }
    }

    /// Sends bytes that belong to no transaction the way of this leg.
    pub(crate) fn send_again(&self, ctx: &mut Ctx<'_>, bytes: Bytes) {
        let flow = if self.lost { self.hop(ctx) } else { self.flow };
        ctx.send_bytes(flow, bytes, self.call.about());
    }
}
