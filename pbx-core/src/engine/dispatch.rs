//! Which call an input is for.

use super::{outside, stray};
use crate::base::flow::Flow;
use crate::base::ids::CallId;
use crate::cause;
use crate::context::cx::Cx;
use crate::context::io::{Command, Input};
use crate::context::shared::{User, Whose};
use crate::context::timers::Timer;
use crate::door::Who;
use crate::engine::calls::Calls;
use crate::engine::incoming::Incoming;
use pbx_media::Fact;
use pbx_sip::transaction::{Action, Failure, TransactionId};
use pbx_sip::{Message, Method};
use std::time::Duration;

impl Calls {
    /// Handles an input, and everything that follows from it at the same moment.
    pub(crate) fn handle(&mut self, cx: &mut Cx<'_>, input: Input) {
        match input {
            Input::Message { flow, message, who } => self.message(cx, flow, &message, &who),
            Input::FlowLost(flow) => self.flow_lost(cx, flow),
            Input::Wake => {}
            Input::Script(reply) => {
                let id = reply.run.call;
                self.with_call(cx, reply.tenant, id, |call, cx| call.script_replied(cx, reply.step));
            }
            Input::Answer(answer) => {
                let (tenant, id) = (answer.tenant, answer.call);
                self.with_call(cx, tenant, id, |call, cx| call.source_answered(cx, answer));
            }
            Input::Media(fact) => self.media(cx, fact),
            Input::Command(command) => self.command(cx, command),
        }
        self.settle(cx);
    }

    /// Carries out due timers and what the transaction layer has to tell, until nothing is left.
    fn settle(&mut self, cx: &mut Cx<'_>) {
        loop {
            while let Some(told) = cx.shared.told.pop_front() {
                self.told(cx, told);
            }
            let now = cx.now();
            if let Some(timer) = cx.shared.timers.take_due(now.mono) {
                self.due(cx, timer);
                continue;
            }
            if cx.shared.layer.next_deadline().is_some_and(|at| at <= now.mono) {
                let actions = cx.shared.layer.fire(now.mono);
                cx.carry(actions);
                continue;
            }
            if cx.shared.registrar.next_due().is_some_and(|at| at <= now.mono) {
                let every = Duration::from_secs(u64::from(cx.world.settings.keep_alive_s));
                let changes = cx.shared.registrar.fire(now, every);
                cx.bindings_changed(changes);
            }
            if cx.shared.told.is_empty() {
                return;
            }
        }
    }

    fn message(&mut self, cx: &mut Cx<'_>, flow: Flow, message: &Message, who: &Who) {
        let user = User { flow, whose: Whose::Nobody };
        let now = cx.now().mono;
        let leg = self.leg_of(cx.shared, message);
        let expected = leg.is_some() || !message.to_addr().is_ok_and(|to| to.tag().is_some());
        let actions = cx.shared.layer.receive(now, message, flow.peer(), expected, user);
        for action in actions {
            match action {
                Action::Send { user, bytes, .. } => cx.send_bytes(user.flow, bytes, user.whose.about()),
                Action::Request { id, merged } => {
                    self.request(cx, leg, &Incoming { id, merged, flow, invite: message, who })
                }
                Action::Cancel { id, invite } => self.cancelled(cx, id, invite, message),
                Action::Nowhere => outside::belongs_nowhere(cx, flow, message),
                Action::Ack => self.acknowledged(cx, leg, flow, message),
                Action::Response { id, user } => {
                    let user = self.follows(cx, id, user, flow);
                    self.response(cx, id, &user, message);
                }
                Action::Stray => self.strayed(cx, leg, flow, message),
                told @ (Action::Failed { .. } | Action::Terminated { .. }) => cx.shared.told.push_back(told),
            }
        }
    }

    /// A new request, in a leg's dialog or outside of any.
    fn request(&mut self, cx: &mut Cx<'_>, leg: Option<(CallId, u16)>, incoming: &Incoming<'_>) {
        let request = incoming.invite;
        if let Some((call, no)) = leg {
            self.with_any_call(cx, call, |call, cx| {
                cx.received(call.owner.tenant, call.owner.call, incoming.flow, request);
                if let Some(user) = cx.shared.layer.user_mut(incoming.id) {
                    user.whose = Whose::Leg { tenant: call.owner.tenant, call: call.owner.call, leg: no };
                }
                call.request_in_dialog(cx, no, incoming.id, incoming.flow, request);
            });
            return;
        }
        // Before the nonce's count: a copy that came on another way carries the credentials of the first.
        if incoming.is_merged(cx) {
            return outside::answer(cx, incoming, 482);
        }
        if outside::is_replay(cx, incoming.who) {
            return outside::challenge_again(cx, incoming);
        }
        match request.method() {
            Some(Method::Invite) => self.invited(cx, incoming),
            Some(Method::Register) => outside::register(cx, incoming),
            _ => outside::other(cx, incoming),
        }
    }

    /// Handles a CANCEL: it is answered here, the INVITE by its call.
    fn cancelled(
        &mut self,
        cx: &mut Cx<'_>,
        id: TransactionId,
        (invite, user): (TransactionId, User),
        cancel: &Message,
    ) {
        let Whose::Leg { tenant, call, leg } = user.whose else {
            let tag = cx.mint_for(&Who::Known);
            return outside::answer_as(cx, id, cancel, 200, &tag);
        };
        // The same tag as in the answer to the INVITE (RFC 3261 §9.2).
        let tag = self.with_any_call(cx, call, |call, _| call.leg(leg).map(|leg| leg.tag.clone())).flatten();
        outside::answer_as(cx, id, cancel, 200, tag.as_deref().unwrap_or_default());
        cx.received(tenant, call, user.flow, cancel);
        self.with_any_call(cx, call, |call, cx| match call.leg(leg).map(|leg| leg.transaction == Some(invite)) {
            Some(true) if leg == 0 => call.caller_gave_up(cx),
            Some(_) => call.reinvite_cancelled(cx, invite),
            None => {}
        });
    }

    fn acknowledged(&mut self, cx: &mut Cx<'_>, leg: Option<(CallId, u16)>, flow: Flow, ack: &Message) {
        let Some((call, no)) = leg else { return };
        self.with_any_call(cx, call, |call, cx| {
            cx.received(call.owner.tenant, call.owner.call, flow, ack);
            call.acknowledged(cx, no, flow, ack);
        });
    }

    /// A phone whose connection broke answers on a new one, often before we know of the loss: from now on messages go to it
    /// there, or it would never get its ACK.
    fn follows(&mut self, cx: &mut Cx<'_>, id: TransactionId, user: User, flow: Flow) -> User {
        if user.flow == flow || !user.flow.transport.is_reliable() || !flow.transport.is_reliable() {
            return user;
        }
        cx.shared.layer.moves(id, flow.remote, User { flow, ..user });
        if let Whose::Leg { call, leg, .. } = user.whose {
            self.with_any_call(cx, call, |call, cx| {
                if let Some(leg) = call.leg(leg) {
                    leg.moves_to(cx, flow, None);
                }
            });
        }
        User { flow, ..user }
    }

    fn response(&mut self, cx: &mut Cx<'_>, id: TransactionId, user: &User, response: &Message) {
        if let Some((tenant, call)) = user.whose.about() {
            cx.received(tenant, call, user.flow, response);
        }
        let code = response.status().map_or(0, |status| status.code());
        if response.cseq().is_ok_and(|cseq| cseq.method != Method::Invite) {
            if let Whose::Leg { call, leg, .. } = user.whose {
                self.with_any_call(cx, call, |call, cx| call.presence_answered(cx, leg, id, code));
            }
            return;
        }
        let success = (200..300).contains(&code);
        if success && let Some((flow, ack)) = cx.shared.ack_again(id, response) {
            let flow = if flow.transport.is_reliable() { user.flow } else { flow };
            return cx.send_bytes(flow, ack, user.whose.about());
        }
        let taken = match user.whose {
            Whose::Leg { call, leg, .. } => self.with_any_call(cx, call, |call, cx| {
                match call.leg(leg).is_some_and(|leg| leg.transaction == Some(id)) {
                    true => call.callee_answered(cx, leg, response),
                    false => call.reinvite_answered(cx, leg, id, response),
                }
            }),
            Whose::Nobody => None,
        };
        if success && taken != Some(true) {
            stray::hang_up(cx, id, user, response);
        }
    }

    /// Handles a response to nothing that is remembered. A phone whose 200 comes that late gets an ACK and a BYE, or it
    /// would believe that it talks.
    fn strayed(&mut self, cx: &mut Cx<'_>, leg: Option<(CallId, u16)>, flow: Flow, response: &Message) {
        if let Some((call, no)) = leg {
            // A leg that talks, and a copy of its 200 that was very long on its way or comes on another connection.
            self.with_any_call(cx, call, |call, cx| call.acknowledge_again(cx, no, flow, response));
            return;
        }
        let invite = response.cseq().is_ok_and(|cseq| cseq.method == Method::Invite);
        if invite && response.status().is_some_and(|status| status.is_success()) {
            stray::hang_up_unknown(cx, flow, response);
        }
    }

    /// Handles what the transaction layer has to tell besides requests.
    fn told(&mut self, cx: &mut Cx<'_>, action: Action<User>) {
        match action {
            Action::Failed { id, user, failure } => self.failed(cx, id, &user, failure),
            Action::Terminated { id, .. } => cx.shared.forget_acks(id),
            _ => {}
        }
    }

    fn failed(&mut self, cx: &mut Cx<'_>, id: TransactionId, user: &User, failure: Failure) {
        let code = match failure {
            Failure::Timeout => 408,
            Failure::Transport => 503,
            Failure::NoAck => return,
        };
        let Whose::Leg { call, leg, .. } = user.whose else { return };
        self.with_any_call(cx, call, |call, cx| {
            if call.presence_failed(cx, leg, id, failure) {
                return;
            }
            let first = leg != 0 && call.leg(leg).is_some_and(|leg| leg.transaction == Some(id));
            match first {
                true => call.callee_failed(cx, leg, code),
                false => call.reinvite_failed(cx, leg, id, failure),
            }
        });
    }

    fn due(&mut self, cx: &mut Cx<'_>, timer: Timer) {
        let id = timer.call();
        self.with_any_call(cx, id, |call, cx| match timer {
            Timer::LocalRinging(_) => call.local_ringing(cx),
            Timer::ScriptSilent(_) => call.script_silent(cx),
            Timer::RingOver(_) => call.ring_over(cx),
            Timer::LookupOver(_) => call.lookup_over(cx),
            Timer::Glare(_) => call.glare_over(cx),
            Timer::ReofferOver(_) => call.reoffer_over(cx),
            Timer::Unacked(_, leg) => call.unacknowledged(cx, leg),
            Timer::TalkCheck(_) => call.talk_check(cx),
            Timer::ReportsDue(_) => call.reports_due(cx),
        });
    }

    fn flow_lost(&mut self, cx: &mut Cx<'_>, flow: Flow) {
        let now = cx.now();
        let actions =
            cx.shared.layer.stream_lost(now.mono, flow.remote, |user| crate::context::cx::is_lost(user.flow, flow));
        cx.carry(actions);
        let changes = cx.shared.registrar.flow_lost(now, &flow);
        cx.bindings_changed(changes);
        for id in self.on_streams_to(flow.remote) {
            self.with_any_call(cx, id, |call, cx| call.flow_lost(cx, flow));
        }
    }

    fn media(&mut self, cx: &mut Cx<'_>, fact: Fact) {
        match fact {
            Fact::Stock { thread, ports, .. } => {
                let (waited, tried) = cx.shared.stock.stocked(thread, ports);
                for call in waited {
                    self.with_any_call(cx, call, |call, cx| call.ring_all(cx, tried));
                }
            }
            Fact::Quiet { port, since, .. } => {
                if let Some((call, leg)) = cx.shared.stock.answered(port) {
                    self.with_any_call(cx, call, |call, cx| call.is_quiet_for(cx, leg, since));
                }
            }
            Fact::Released { port, report, .. } => {
                if let Some((call, leg)) = cx.shared.stock.released(port) {
                    self.with_any_call(cx, call, |call, cx| call.port_reported(cx, leg, report));
                }
            }
        }
    }

    fn command(&mut self, cx: &mut Cx<'_>, command: Command) {
        match command {
            Command::HangUp { tenant, call } => {
                self.with_call(cx, tenant, call, |call, cx| call.stop(cx, &cause::OPERATOR_HUNG_UP));
            }
            Command::Forget { tenant, device } => {
                let changes = cx.shared.registrar.forget(cx.world.now, tenant, device);
                cx.bindings_changed(changes);
            }
            Command::Drain => cx.shared.draining = true,
            Command::Cut => {
                for id in self.ids_of(|_| true) {
                    self.with_any_call(cx, id, |call, cx| call.stop(cx, &cause::CUT));
                }
            }
        }
    }
}
