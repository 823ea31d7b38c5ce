//! Requests of a leg that has a dialog with us.

use crate::base::flow::Flow;
use crate::call::ending::HUNG_UP;
use crate::call::leg::LegState;
use crate::call::state::Call;
use crate::cause;
use crate::context::cx::Cx;
use crate::context::wire;
use crate::sip_methods::{self, InsideDialog};
use pbx_sip::dialog::{Due, Incoming, Refused};
use pbx_sip::transaction::TransactionId;
use pbx_sip::{Message, StatusCode};
use rand::RngCore;

impl Call {
    /// Handles a new request in a leg's dialog. One that is accepted tells where the leg is now.
    pub(crate) fn request_in_dialog(
        &mut self,
        cx: &mut Cx<'_>,
        no: u16,
        id: TransactionId,
        flow: Flow,
        request: &Message,
    ) {
        let now = cx.now();
        let Some(leg) = self.leg(no) else { return };
        let Some(dialog) = &mut leg.dialog else { return answer(cx, id, request, 481, &[]) };
        if let Err(refused) = dialog.incoming(request) {
            let wait = (cx.shared.rng.next_u32() % 11).to_string();
            let headers = [("Retry-After", wait.as_str())];
            let headers = if refused == Refused::Busy { &headers[..] } else { &[] };
            return answer(cx, id, request, refused.status().code(), headers);
        }
        leg.moves_to(cx, flow, Some(request));
        leg.is_seen(now);
        match request.method().map(sip_methods::inside) {
            Some(InsideDialog::HangUp) => self.said_bye(cx, no, id, request),
            Some(InsideDialog::Reinvite) => self.reinvited(cx, no, id, request),
            Some(InsideDialog::Answer(StatusCode::OK)) => answer(cx, id, request, 200, &[wire::UNDERSTOOD]),
            Some(InsideDialog::Answer(status)) => answer(cx, id, request, status.code(), &[]),
            // The transaction layer has taken it already.
            Some(InsideDialog::WithInvite) | None => {}
        }
    }

    fn said_bye(&mut self, cx: &mut Cx<'_>, no: u16, id: TransactionId, request: &Message) {
        let Some(leg) = self.leg(no) else { return };
        match leg.state {
            // A caller may leave an early dialog with BYE, too (RFC 3261 §15).
            LegState::Trying | LegState::Ringing if no == 0 => self.caller_gave_up(cx),
            LegState::Leaving => leg.gone(cx),
            _ => {
                let id = leg.id;
                self.record.hangs_up(id);
                self.leg_left(cx, no, &HUNG_UP);
            }
        }
        answer(cx, id, request, 200, &[]);
    }

    /// The caller hangs up before an answer.
    pub(crate) fn caller_gave_up(&mut self, cx: &mut Cx<'_>) {
        if self.caller_is_waiting() {
            self.decide(cx, |decider, facts| decider.cancelled(facts));
        }
    }

    /// Handles an ACK in a leg's dialog.
    pub(crate) fn acknowledged(&mut self, cx: &mut Cx<'_>, no: u16, flow: Flow, ack: &Message) {
        let now = cx.now();
        let Some(leg) = self.leg(no) else { return };
        let Some(dialog) = &mut leg.dialog else { return };
        if dialog.incoming(ack) != Ok(Incoming::Ack) {
            return;
        }
        leg.moves_to(cx, flow, Some(ack));
        leg.is_seen(now);
        leg.start_answer_timer(cx);
        if leg.state == LegState::Leaving {
            return leg.bye(cx, None);
        }
        self.answered_in_ack(cx, no, ack);
    }

    /// A 200 of a leg that talks came again, and its transaction is over: the phone has not got its ACK.
    pub(crate) fn acknowledge_again(&mut self, cx: &mut Cx<'_>, no: u16, flow: Flow, response: &Message) {
        let Some(leg) = self.leg(no).filter(|leg| leg.state == LegState::Talking) else { return };
        if let Some(ack) = leg.dialog.as_ref().and_then(|dialog| dialog.ack_again(response)) {
            leg.moves_to(cx, flow, None);
            cx.send_bytes(flow, ack, leg.about());
        }
    }

    /// The timer of an unacknowledged 200 is due: the 200 is sent again, or the call ends.
    pub(crate) fn unacknowledged(&mut self, cx: &mut Cx<'_>, no: u16) {
        let now = cx.now().mono;
        let Some(leg) = self.leg(no) else { return };
        leg.answer_timer = None;
        match leg.dialog.as_mut().and_then(|dialog| dialog.fire(now)) {
            Some(Due::Resend(bytes)) => leg.send_again(cx, bytes),
            Some(Due::NoAck) if leg.state == LegState::Leaving => leg.bye(cx, None),
            Some(Due::NoAck) => return self.has_vanished(cx, no, &cause::NO_ACK),
            None => {}
        }
        if let Some(leg) = self.leg(no)
            && leg.state != LegState::Gone
        {
            leg.start_answer_timer(cx);
        }
    }

    /// A connection is gone. Who talks goes on: media knows nothing of it, and the phone comes back on another (`hop`). What
    /// has not been answered by then is over: its answer would not come.
    pub(crate) fn flow_lost(&mut self, cx: &mut Cx<'_>, flow: Flow) {
        let on_it = self.legs.iter().filter(|leg| crate::context::cx::is_lost(leg.flow, flow));
        for (no, state) in on_it.map(|leg| (leg.no, leg.state)).collect::<Vec<_>>() {
            match state {
                LegState::Trying | LegState::Ringing if no == 0 => self.caller_gave_up(cx),
                LegState::Trying | LegState::Ringing => self.callee_failed(cx, no, 503),
                LegState::Talking | LegState::Leaving => {
                    if let Some(leg) = self.leg(no) {
                        leg.loses_flow();
                    }
                }
                LegState::Gone => {}
            }
        }
    }
}

fn answer(cx: &mut Cx<'_>, id: TransactionId, request: &Message, code: u16, headers: &[(&str, &str)]) {
    if let Some(response) = wire::answer_with(request, code, "", headers) {
        cx.respond(id, &response);
    }
}
