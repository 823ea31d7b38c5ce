//! The context of one input: the world, what all calls of the engine share, and the outputs.

use crate::base::flow::Flow;
use crate::base::ids::{CallId, Slot, TenantId};
use crate::base::time::Now;
use crate::base::token;
use crate::context::io::{Output, World};
use crate::context::owner::{CallRef, Purpose, TransactionUser};
use crate::context::shared::Shared;
use crate::door::Who;
use crate::event::{Event, EventKind};
use crate::journal::Entry;
use bytes::Bytes;
use pbx_sip::transaction::{Action, TransactionId};
use pbx_sip::{Message, Reply};
use rand::RngCore;
use std::sync::Arc;

/// The state that a handler may read and change while it handles one input.
pub(crate) struct Ctx<'a> {
    /// The world, to be read.
    pub(crate) world: &'a World<'a>,
    /// What all calls of this engine share.
    pub(crate) shared: &'a mut Shared,
    /// What is to be done, in order.
    pub(crate) out: &'a mut Vec<Output>,
}

impl Ctx<'_> {
    /// Returns the moment of this input.
    pub(crate) fn now(&self) -> Now {
        self.world.now
    }

    /// Draws fresh randomness for an id.
    pub(crate) fn random(&mut self) -> u64 {
        self.shared.rng.next_u64()
    }

    /// Draws ten random bytes for a time-ordered id.
    pub(crate) fn random_id(&mut self) -> [u8; 10] {
        let mut bytes = [0; 10];
        self.shared.rng.fill_bytes(&mut bytes);
        bytes
    }

    /// Makes a new Call-ID.
    pub(crate) fn call_id(&mut self) -> String {
        token::call_id(self.now().wall, self.random())
    }

    /// Mints a new tag that finds its way back to this slot.
    pub(crate) fn mint(&mut self, slot: Slot) -> String {
        let random = self.random();
        self.shared.tokens.tag(slot, random)
    }

    /// Mints a new tag for an answer that begins no dialog: the ACK of a refusal finds its way back
    /// by it, too. A caller that is known by a transaction alone acknowledges nothing, so any slot
    /// will do.
    pub(crate) fn mint_for(&mut self, who: &Who) -> String {
        self.mint(who.tenant().map_or(Slot(0), |tenant| tenant.slot()))
    }

    /// Mints a new Via branch that finds its way back to this slot.
    pub(crate) fn branch(&mut self, slot: Slot) -> String {
        let random = self.random();
        self.shared.tokens.branch(slot, random)
    }

    /// Publishes an event.
    pub(crate) fn publish(&mut self, tenant: TenantId, call: Option<CallId>, kind: EventKind) {
        let seq = self.shared.next_seq(tenant);
        let event = Event { tenant, call, seq, at: self.now(), kind };
        self.out.push(Output::Publish(Arc::new(event)));
    }

    /// Appends a journal entry, which is written before anything of this batch is sent.
    pub(crate) fn journal(&mut self, entry: Entry) {
        self.out.push(Output::Journal(entry));
    }

    /// Notes that a received message belongs to a call, for the SIP log.
    pub(crate) fn received(&mut self, tenant: TenantId, call: CallId, flow: Flow, message: &Message) {
        self.out.push(Output::Received { tenant, call, flow, bytes: message.as_bytes().clone() });
    }

    /// Sends bytes that no transaction repeats: an ACK, a repeated 200.
    pub(crate) fn send_bytes(&mut self, flow: Flow, bytes: Bytes, about: Option<(TenantId, CallId)>) {
        self.out.push(Output::Send { flow, bytes, about });
    }

    /// Begins a client transaction.
    pub(crate) fn request(
        &mut self,
        flow: Flow,
        call: CallRef,
        purpose: Purpose,
        request: &Message,
    ) -> Option<TransactionId> {
        self.request_as(TransactionUser { flow, about: call.about(), purpose }, request)
    }

    /// Begins a client transaction for this user.
    pub(crate) fn request_as(&mut self, user: TransactionUser, request: &Message) -> Option<TransactionId> {
        let flow = user.flow;
        let now = self.now().mono;
        let (id, actions) = self.shared.layer.send(now, request, flow.peer(), user)?;
        self.perform(actions);
        Some(id)
    }

    /// Answers a request.
    pub(crate) fn respond(&mut self, id: TransactionId, response: &Reply) {
        let now = self.now().mono;
        let actions = self.shared.layer.respond(now, id, response);
        self.perform(actions);
    }

    /// Cancels an INVITE of ours.
    pub(crate) fn cancel(&mut self, id: TransactionId, reason: Option<&str>) {
        let now = self.now().mono;
        let actions = self.shared.layer.cancel(now, id, reason);
        self.perform(actions);
    }

    /// Sends what the transaction layer wants sent; its other actions wait until the present
    /// handler is done.
    pub(crate) fn perform(&mut self, actions: Vec<Action<TransactionUser>>) {
        for action in actions {
            match action {
                Action::Send { user, bytes, .. } => self.send_bytes(user.flow, bytes, user.about),
                pending => self.shared.pending_actions.push_back(pending),
            }
        }
    }
}

/// Returns whether the loss of `lost` takes `flow` with it: they are the same, or `flow` means "any
/// connection to that peer" (number 0).
pub(crate) fn is_lost(flow: Flow, lost: Flow) -> bool {
    let any = flow.connection == 0 && flow.transport.is_reliable();
    flow == lost || any && flow.transport == lost.transport && flow.remote == lost.remote
}
