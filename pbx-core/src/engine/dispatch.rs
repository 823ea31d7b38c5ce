//! Takes an input to its owner.
//!
//! | input                               | goes to                                                     |
//! | ----------------------------------- | ----------------------------------------------------------- |
//! | a request in a dialog               | the call of the leg that our tag leads to                   |
//! | INVITE, REGISTER, any other request | `incoming`, the registrar, `outside`                        |
//! | a response, a failure               | the [`Purpose`] of its transaction                          |
//! | a response to nothing we remember   | the leg's call, or `stray`                                  |
//! | a timer                             | the call or leg that is its owner                           |
//! | a fact about a media port           | the call of the leg that has, or had, the port              |
//! | a loss of a connection              | transactions, bindings and calls on it                      |

use super::calls::Calls;
use super::incoming::Incoming;
use super::{outside, stray};
use crate::base::flow::Flow;
use crate::base::ids::LegId;
use crate::call::in_dialog;
use crate::cause;
use crate::context::ctx::{Ctx, is_lost};
use crate::context::io::{Command, Input};
use crate::context::owner::{Owner, Purpose, TransactionUser};
use crate::context::timers::Timer;
use crate::door::Who;
use crate::sip_methods::{self, OutsideDialog};
use pbx_media::Fact;
use pbx_sip::transaction::{Action, Failure, TransactionId};
use pbx_sip::{Message, Method};
use std::time::Duration;

impl Calls {
    /// Handles an input, and everything that follows from it at the same moment.
    pub(crate) fn handle(&mut self, ctx: &mut Ctx<'_>, input: Input) {
        match input {
            Input::Message { flow, message, who } => self.message(ctx, flow, &message, &who),
            Input::FlowLost(flow) => self.flow_lost(ctx, flow),
            Input::Wake => {}
            Input::Script(reply) => {
                let id = reply.run.call;
                self.with_call_of(ctx, reply.tenant, id, |call, core, ctx| call.script_replied(core, ctx, reply.step));
            }
            Input::QueryResult(answer) => {
                let (tenant, id) = (answer.tenant, answer.call);
                self.with_call_of(ctx, tenant, id, |call, core, ctx| call.source_answered(core, ctx, answer));
            }
            Input::Media(fact) => self.media(ctx, fact),
            Input::Command(command) => self.command(ctx, command),
        }
        self.drain_pending(ctx);
    }

    /// Carries out due timers and the pending actions of the transaction layer, until nothing is
    /// left.
    fn drain_pending(&mut self, ctx: &mut Ctx<'_>) {
        loop {
            while let Some(action) = ctx.shared.pending_actions.pop_front() {
                self.transaction_ended(ctx, action);
            }
            let now = ctx.now();
            if let Some(timer) = ctx.shared.timers.take_due(now.mono) {
                self.due(ctx, timer);
                continue;
            }
            if ctx.shared.layer.next_deadline().is_some_and(|at| at <= now.mono) {
                let actions = ctx.shared.layer.fire(now.mono);
                ctx.perform(actions);
                continue;
            }
            if ctx.shared.registrar.next_due().is_some_and(|at| at <= now.mono) {
                let every = Duration::from_secs(u64::from(ctx.world.settings.keep_alive_s));
                let changes = ctx.shared.registrar.fire(now, every);
                ctx.bindings_changed(changes);
            }
            if ctx.shared.pending_actions.is_empty() {
                return;
            }
        }
    }

    fn message(&mut self, ctx: &mut Ctx<'_>, flow: Flow, message: &Message, who: &Who) {
        let now = ctx.now().mono;
        let leg = self.leg_of(ctx.shared, message);
        let expected = leg.is_some() || !message.to_addr().is_ok_and(|to| to.tag().is_some());
        let user = TransactionUser::nobody(flow);
        let actions = ctx.shared.layer.receive(now, message, flow.peer(), expected, user);
        for action in actions {
            match action {
                Action::Send { user, bytes, .. } => ctx.send_bytes(user.flow, bytes, user.about),
                Action::Request { id, merged } => {
                    self.request(ctx, leg, &Incoming { id, merged, flow, invite: message, who });
                }
                Action::Cancel { id, invite } => self.cancelled(ctx, id, invite, message),
                Action::Nowhere => outside::belongs_nowhere(ctx, flow, message),
                Action::Ack => self.acknowledged(ctx, leg, flow, message),
                Action::Response { id, user } => {
                    let user = self.follows(ctx, id, user, flow);
                    self.response(ctx, id, &user, message);
                }
                Action::Stray => self.strayed(ctx, leg, flow, message),
                pending @ (Action::Failed { .. } | Action::Terminated { .. }) => {
                    ctx.shared.pending_actions.push_back(pending);
                }
            }
        }
    }

    /// Handles a new request, in a leg's dialog or outside of any.
    fn request(&mut self, ctx: &mut Ctx<'_>, leg: Option<LegId>, incoming: &Incoming<'_>) {
        let request = incoming.invite;
        if let Some(leg) = leg {
            self.with_leg(ctx, leg, |call, core, ctx| {
                let id = core.call.id;
                ctx.received(id.tenant, id.call, incoming.flow, request);
                if let Some(user) = ctx.shared.layer.user_mut(incoming.id) {
                    (user.about, user.purpose) = (id.about(), Purpose::Answer(leg));
                }
                call.leg_asks(core, ctx, leg, (incoming.id, incoming.flow), request);
            });
            return;
        }
        // Before the nonce's count: a copy that came on another way carries the credentials of the
        // first.
        if incoming.is_merged(ctx) {
            return outside::answer(ctx, incoming, 482);
        }
        let (now, lifetime_s) = (ctx.now().mono, ctx.world.settings.nonce_lifetime_s);
        if ctx.shared.replays.is_replay(now, lifetime_s, incoming.who) {
            return outside::challenge_again(ctx, incoming);
        }
        match request.method().map(sip_methods::outside) {
            Some(OutsideDialog::Call) => self.invited(ctx, incoming),
            Some(OutsideDialog::Registration) => outside::register(ctx, incoming),
            Some(OutsideDialog::Answer(status)) => outside::answer(ctx, incoming, status.code()),
            // The transaction layer has taken it already.
            Some(OutsideDialog::WithInvite) | None => {}
        }
    }

    /// Handles a CANCEL: it is answered here, the INVITE by its call.
    fn cancelled(
        &mut self,
        ctx: &mut Ctx<'_>,
        id: TransactionId,
        (invite, user): (TransactionId, TransactionUser),
        cancel: &Message,
    ) {
        let Some(leg) = user.purpose.leg() else {
            let tag = ctx.mint_for(&Who::Known);
            return outside::answer_as(ctx, id, cancel, 200, &tag);
        };
        // The same tag as in the answer to the INVITE (RFC 3261 §9.2).
        let tag = self.leg(leg).map(|leg| leg.tag.clone()).unwrap_or_default();
        outside::answer_as(ctx, id, cancel, 200, &tag);
        if let Some((tenant, call)) = user.about {
            ctx.received(tenant, call, user.flow, cancel);
        }
        self.with_leg(ctx, leg, |call, core, ctx| call.leg_cancels(core, ctx, leg, invite));
    }

    fn acknowledged(&mut self, ctx: &mut Ctx<'_>, leg: Option<LegId>, flow: Flow, ack: &Message) {
        let Some(leg) = leg else { return };
        self.with_leg(ctx, leg, |call, core, ctx| {
            ctx.received(core.call.id.tenant, core.call.id.call, flow, ack);
            call.leg_acknowledges(core, ctx, leg, flow, ack);
        });
    }

    /// Follows a phone whose connection broke and that answers on a new one, often before we know
    /// of the loss: from now on messages go to it there, or it would never get its ACK.
    fn follows(&mut self, ctx: &mut Ctx<'_>, id: TransactionId, user: TransactionUser, flow: Flow) -> TransactionUser {
        if user.flow == flow || !user.flow.transport.is_reliable() || !flow.transport.is_reliable() {
            return user;
        }
        let user = TransactionUser { flow, ..user };
        ctx.shared.layer.moves(id, flow.remote, user.clone());
        if let Some(leg) = user.purpose.leg() {
            self.with_leg(ctx, leg, |_, core, ctx| {
                if let Some(leg) = core.leg(leg) {
                    leg.moves_to(ctx, flow, None);
                }
            });
        }
        user
    }

    fn response(&mut self, ctx: &mut Ctx<'_>, id: TransactionId, user: &TransactionUser, response: &Message) {
        if let Some((tenant, call)) = user.about {
            ctx.received(tenant, call, user.flow, response);
        }
        let is_invite = response.cseq().is_ok_and(|cseq| cseq.method == Method::Invite);
        let success = is_invite && response.status().is_some_and(|status| status.is_success());
        if success && let Some((flow, ack)) = ctx.shared.ack_again(id, response) {
            let flow = if flow.transport.is_reliable() { user.flow } else { flow };
            return ctx.send_bytes(flow, ack, user.about);
        }
        let purpose = user.purpose;
        let taken = purpose.leg().and_then(|leg| {
            self.with_leg(ctx, leg, |call, core, ctx| call.leg_responds(core, ctx, (purpose, id), response))
        });
        if success && taken != Some(true) {
            stray::hang_up(ctx, id, user, response);
        }
    }

    /// Handles a response to nothing that is remembered. A phone whose 200 comes that late gets an
    /// ACK and a BYE, or it would believe that it talks.
    fn strayed(&mut self, ctx: &mut Ctx<'_>, leg: Option<LegId>, flow: Flow, response: &Message) {
        if let Some(leg) = leg {
            // A leg that talks, and a copy of its 200 that was very long on its way or comes on
            // another connection.
            self.with_leg(ctx, leg, |_, core, ctx| {
                if let Some(leg) = core.leg(leg) {
                    in_dialog::on_late_answer(leg, ctx, flow, response);
                }
            });
            return;
        }
        let invite = response.cseq().is_ok_and(|cseq| cseq.method == Method::Invite);
        if invite && response.status().is_some_and(|status| status.is_success()) {
            stray::hang_up_unknown(ctx, flow, response);
        }
    }

    /// Handles the end of a transaction: it has failed, or nothing more of it will come.
    fn transaction_ended(&mut self, ctx: &mut Ctx<'_>, action: Action<TransactionUser>) {
        match action {
            Action::Failed { id, user, failure } => self.failed(ctx, id, &user, failure),
            Action::Terminated { id, .. } => ctx.shared.forget_acks(id),
            _ => {}
        }
    }

    fn failed(&mut self, ctx: &mut Ctx<'_>, id: TransactionId, user: &TransactionUser, failure: Failure) {
        let purpose = user.purpose;
        if failure == Failure::NoAck {
            return;
        }
        if let Some(leg) = purpose.leg() {
            self.with_leg(ctx, leg, |call, core, ctx| call.leg_request_failed(core, ctx, (purpose, id), failure));
        }
    }

    fn due(&mut self, ctx: &mut Ctx<'_>, timer: Timer) {
        let call = match timer.owner() {
            Owner::Call(call) => Some(call),
            Owner::Leg(leg) => self.legs().call_of(leg),
        };
        if let Some(call) = call {
            self.with_call(ctx, call, |call, core, ctx| call.due(core, ctx, timer));
        }
    }

    fn flow_lost(&mut self, ctx: &mut Ctx<'_>, flow: Flow) {
        let now = ctx.now();
        let actions = ctx.shared.layer.stream_lost(now.mono, flow.remote, |user| is_lost(user.flow, flow));
        ctx.perform(actions);
        let changes = ctx.shared.registrar.flow_lost(now, &flow);
        ctx.bindings_changed(changes);
        for id in self.on_streams_to(flow.remote) {
            self.with_call(ctx, id, |call, core, ctx| call.flow_lost(core, ctx, flow));
        }
    }

    fn media(&mut self, ctx: &mut Ctx<'_>, fact: Fact) {
        match fact {
            Fact::Stock { thread, ports, .. } => {
                let (waited, tried) = ctx.shared.stock.stocked(thread, ports);
                for call in waited {
                    self.with_call(ctx, call, |call, core, ctx| call.ports_came(core, ctx, tried));
                }
            }
            Fact::Quiet { port, since, .. } => {
                if let Some(leg) = ctx.shared.stock.answered(port) {
                    self.with_leg(ctx, leg, |call, core, ctx| call.leg_is_silent(core, ctx, leg, since));
                }
            }
            Fact::Released { port, report, .. } => {
                if let Some(leg) = ctx.shared.stock.released(port) {
                    self.with_leg(ctx, leg, |call, core, ctx| call.port_reported(core, ctx, leg, report));
                }
            }
        }
    }

    fn command(&mut self, ctx: &mut Ctx<'_>, command: Command) {
        match command {
            Command::HangUp { tenant, call } => {
                self.with_call_of(ctx, tenant, call, |call, core, ctx| call.stop(core, ctx, &cause::OPERATOR_HUNG_UP));
            }
            Command::Forget { tenant, device } => {
                let changes = ctx.shared.registrar.forget(ctx.world.now, tenant, device);
                ctx.bindings_changed(changes);
            }
            Command::Drain => ctx.shared.draining = true,
            Command::Cut => {
                for id in self.ids() {
                    self.with_call(ctx, id, |call, core, ctx| call.stop(core, ctx, &cause::CUT));
                }
            }
        }
    }
}
