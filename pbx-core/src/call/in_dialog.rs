//! Messages in a leg's dialog, before their meaning for the call: what does not fit the dialog is
//! answered here, and one that fits shows where the leg is now.

use super::core::Core;
use super::leg::{Leg, LegState};
use crate::base::flow::Flow;
use crate::base::ids::LegId;
use crate::context::ctx::Ctx;
use crate::message::writer::{UNDERSTOOD, answer_with};
use crate::sip_methods::{self, InsideDialog};
use pbx_sip::dialog::{Due, Incoming, Refused};
use pbx_sip::transaction::TransactionId;
use pbx_sip::{Message, StatusCode};
use rand::RngCore;

/// Takes a new request in a leg's dialog; returns what the call has to do for it, if anything.
pub(crate) fn on_request(
    core: &mut Core<'_>,
    ctx: &mut Ctx<'_>,
    id: LegId,
    (transaction, flow): (TransactionId, Flow),
    request: &Message,
) -> Option<InsideDialog> {
    let now = ctx.now();
    let leg = core.leg(id)?;
    let Some(dialog) = &mut leg.dialog else {
        answer(ctx, transaction, request, 481, &[]);
        return None;
    };
    if let Err(refused) = dialog.incoming(request) {
        let wait = (ctx.shared.rng.next_u32() % 11).to_string();
        let headers = [("Retry-After", wait.as_str())];
        let headers = if refused == Refused::Busy { &headers[..] } else { &[] };
        answer(ctx, transaction, request, refused.status().code(), headers);
        return None;
    }
    leg.moves_to(ctx, flow, Some(request));
    leg.presence.mark_seen(now);
    match sip_methods::inside(request.method()?) {
        InsideDialog::Answer(StatusCode::OK) => answer(ctx, transaction, request, 200, &[UNDERSTOOD]),
        InsideDialog::Answer(status) => answer(ctx, transaction, request, status.code(), &[]),
        // The transaction layer has taken it already.
        InsideDialog::WithInvite => {}
        carried_out => return Some(carried_out),
    }
    None
}

/// Takes an ACK in a leg's dialog; returns whether the session may have changed by it.
pub(crate) fn on_ack(core: &mut Core<'_>, ctx: &mut Ctx<'_>, id: LegId, flow: Flow, ack: &Message) -> bool {
    let now = ctx.now();
    let Some(leg) = core.leg(id) else { return false };
    let Some(dialog) = &mut leg.dialog else { return false };
    if dialog.incoming(ack) != Ok(Incoming::Ack) {
        return false;
    }
    leg.moves_to(ctx, flow, Some(ack));
    leg.presence.mark_seen(now);
    leg.start_answer_timer(ctx);
    if leg.state == LegState::Leaving {
        leg.bye(ctx, None);
        return false;
    }
    true
}

/// Acknowledges the 200 of a leg that talks, which came again after its transaction was over: the
/// phone has not got its ACK.
pub(crate) fn on_late_answer(leg: &mut Leg, ctx: &mut Ctx<'_>, flow: Flow, response: &Message) {
    if leg.state != LegState::Talking {
        return;
    }
    if let Some(ack) = leg.dialog.as_ref().and_then(|dialog| dialog.ack_again(response)) {
        leg.moves_to(ctx, flow, None);
        ctx.send_bytes(flow, ack, leg.call.about());
    }
}

/// Takes that the timer of an unacknowledged 200 is due: the 200 is sent again. Returns whether the
/// leg has had its time, and is gone.
pub(crate) fn on_unacked(core: &mut Core<'_>, ctx: &mut Ctx<'_>, id: LegId) -> bool {
    let now = ctx.now().mono;
    let Some(leg) = core.leg(id) else { return false };
    match leg.dialog.as_mut().and_then(|dialog| dialog.fire(now)) {
        Some(Due::Resend(bytes)) => leg.send_again(ctx, bytes),
        Some(Due::NoAck) if leg.state == LegState::Leaving => leg.bye(ctx, None),
        Some(Due::NoAck) => return true,
        None => {}
    }
    if leg.state != LegState::Gone {
        leg.start_answer_timer(ctx);
    }
    false
}

/// Answers a request in a dialog.
pub(crate) fn answer(ctx: &mut Ctx<'_>, id: TransactionId, request: &Message, code: u16, headers: &[(&str, &str)]) {
    if let Some(response) = answer_with(request, code, "", headers) {
        ctx.respond(id, &response);
    }
}
