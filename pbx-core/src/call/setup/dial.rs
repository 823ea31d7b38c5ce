//! A leg that we ring: our INVITE to it, and the responses. Their meaning for the call is the
//! owner's business: it gets a [`LegEvent`].

use super::facts::Fork;
use crate::base::ids::LegId;
use crate::call::core::Core;
use crate::call::fact::Fact;
use crate::call::leg::identity::{self, HOPS};
use crate::call::leg::reachability::Reachability;
use crate::call::leg::{Leg, LegState};
use crate::context::ctx::Ctx;
use crate::context::owner::Purpose;
use crate::event::Party;
use crate::message::writer::Writer;
use pbx_sip::Message;
use pbx_sip::dialog::Dialog;
use pbx_sip::transaction::TransactionId;

/// The Reason of a CANCEL that tells phones not to show a missed call (RFC 3326).
pub(crate) const ELSEWHERE: &str = "SIP;cause=200;text=\"Call completed elsewhere\"";

/// The meaning of a response for the leg's owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LegEvent {
    /// Nothing.
    Goes,
    /// It rings, or plays something.
    Rings,
    /// It was answered, and its session fits.
    Answered,
    /// It ended without an answer.
    Failed(u16),
    /// It was answered when it was no longer wanted, or a second time.
    Unwanted,
}

/// Sends an INVITE to a phone that is to talk with the leg `peer`; returns the new leg, or `None`
/// if there is no media port or the INVITE cannot be written.
///
/// A caller that offers nothing gets the answerer's choice as our offer in its 200: the callee is
/// always made an offer of ours. The other way (an INVITE without a body, RFC 3725 flow I) would
/// leave the callee's 200 without its ACK until the caller's ACK brings an answer, and many phones
/// ring badly without an offer.
pub(crate) fn dial(core: &mut Core<'_>, ctx: &mut Ctx<'_>, fork: Fork, peer: LegId) -> Option<LegId> {
    let (call, party) = (core.call.id, fork.party);
    let port = ctx.shared.stock.take(core.call.thread, call.tenant)?;
    let tag = ctx.mint(call.slot());
    let reachability = Reachability::of_target(ctx, &fork.target);
    let mut leg = Leg::new(ctx, call, party, (fork.target.flow, tag), reachability);
    leg.port = Some(port);
    let offer = leg.media_address().and_then(|at| {
        let offered = core.leg(peer).map(|peer| &peer.session);
        leg.session.offer_for(offered, at)
    });
    let invite = offer.and_then(|offer| {
        let call_id = ctx.call_id();
        let from = core.leg(peer)?.party.clone();
        write_invite(core, ctx, &leg, &from, &fork.target.uri, (&call_id, 1), &offer)
    });
    let Some(invite) = invite else {
        leg.release_port(ctx);
        return None;
    };
    let sip_call_id = invite.call_id().map(|id| id.to_string()).unwrap_or_default();
    core.happened(ctx, Fact::LegStarted { leg: leg.id, party: leg.party.clone(), sip_call_id });
    ctx.shared.lead(&leg.tag, leg.id);
    leg.transaction = ctx.request(leg.flow, call, Purpose::Invite(leg.id), &invite);
    leg.invite = Some(invite);
    let id = leg.id;
    core.add(leg);
    Some(id)
}

/// Writes the INVITE of a leg; `attempt` is its Call-ID and CSeq.
fn write_invite(
    core: &Core<'_>,
    ctx: &mut Ctx<'_>,
    leg: &Leg,
    from: &Party,
    uri: &str,
    (call_id, cseq): (&str, u32),
    offer: &str,
) -> Option<Message> {
    let branch = ctx.branch(leg.call.slot());
    let request = &core.call.request;
    let mut writer = Writer::request("INVITE", uri, &leg.flow, &branch, request.max_forwards);
    identity::write(&mut writer, from, &leg.flow, &leg.tag);
    writer.header("To", &["<", uri, ">"].concat());
    writer.header("Call-ID", call_id);
    writer.header("CSeq", &format!("{cseq} INVITE"));
    writer.contact(&leg.flow);
    writer.capabilities(true);
    writer.header(HOPS, &(request.hops + 1).to_string());
    writer.message(offer)
}

/// Takes a response to the INVITE of a leg that we ring.
pub(crate) fn on_response(
    core: &mut Core<'_>,
    ctx: &mut Ctx<'_>,
    id: LegId,
    transaction: TransactionId,
    response: &Message,
) -> LegEvent {
    let Some(status) = response.status() else { return LegEvent::Goes };
    let success = status.is_success();
    let Some(leg) = core.leg(id).filter(|leg| leg.is_waiting() && leg.transaction == Some(transaction)) else {
        return if success { LegEvent::Unwanted } else { LegEvent::Goes };
    };
    match status.code() {
        101..=199 => {
            let from = leg.flow.remote.ip();
            if let Some(session) = leg.early.session(&mut leg.session, response) {
                // One that does not fit is as good as none: the phone rings all the same.
                let _ = session.take_early_answer(response, from);
            }
            if std::mem::replace(&mut leg.state, LegState::Ringing) == LegState::Trying {
                core.happened(ctx, Fact::LegRinging { leg: id });
            }
            LegEvent::Rings
        }
        200..=299 => on_answer(core, ctx, id, transaction, response),
        code if code >= 300 => on_failure(core, ctx, id, code),
        _ => LegEvent::Goes,
    }
}

fn on_answer(
    core: &mut Core<'_>,
    ctx: &mut Ctx<'_>,
    id: LegId,
    transaction: TransactionId,
    response: &Message,
) -> LegEvent {
    let Some(leg) = core.leg(id) else { return LegEvent::Unwanted };
    let Some(invite) = leg.invite.take() else { return LegEvent::Goes };
    let Ok(dialog) = Dialog::uac(&invite, response) else { return on_failure(core, ctx, id, 502) };
    leg.dialog = Some(dialog);
    leg.state = LegState::Talking;
    leg.ack(ctx, transaction, response);
    leg.early.enforce(&mut leg.session, response);
    leg.early.end();
    let fits = leg.session.take_answer(response, leg.flow.remote.ip()).is_ok();
    core.happened(ctx, Fact::LegAnswered { leg: id });
    if fits {
        return LegEvent::Answered;
    }
    core.hang_up(ctx, id, None);
    LegEvent::Failed(488)
}

/// Notes that a leg that we ring ended without an answer.
pub(crate) fn on_failure(core: &mut Core<'_>, ctx: &mut Ctx<'_>, id: LegId, code: u16) -> LegEvent {
    let Some(leg) = core.leg(id).filter(|leg| leg.is_waiting()) else { return LegEvent::Goes };
    leg.gone(ctx);
    leg.release_port(ctx);
    core.happened(ctx, Fact::LegFailed { leg: id, code });
    LegEvent::Failed(code)
}
