//! The originator and the leg that answered are connected.

use super::bridge::Pair;
use super::presence;
use crate::base::ids::LegId;
use crate::call::core::Core;
use crate::call::fact::Fact;
use crate::call::setup::caller;
use crate::call::setup::early::{EarlyMedia, answer_by};
use crate::context::ctx::Ctx;

/// Connects the originator with the leg that answered; returns `None` if the two have no session in
/// common.
pub(crate) fn connect(core: &mut Core<'_>, ctx: &mut Ctx<'_>, early: &EarlyMedia, leg: LegId) -> Option<Pair> {
    let originator = core.call.originator?;
    let offered = core.originator()?.session.has_their_offer();
    if offered && early.has_shown_another(leg) {
        caller::open_new_dialog(core, ctx);
    }
    let sdp = if offered { answer_by(core, leg, false) } else { offer_by(core, originator, leg) }?;
    let now = ctx.now();
    let callee = core.leg(leg)?;
    callee.aim(ctx);
    let by = callee.party.clone();
    let sip_call_id = callee.dialog.as_ref().map(|dialog| dialog.id().call_id.to_string()).unwrap_or_default();
    core.happened(ctx, Fact::Connected { a: originator, b: leg, by, sip_call_id });
    core.originator()?.aim(ctx);
    let mut pair = Pair::join(core, ctx, originator, leg);
    caller::accept(core, ctx, &sdp);
    for leg in pair.sides() {
        if let Some(leg) = core.leg(leg) {
            leg.presence.mark_seen(now);
        }
    }
    presence::watch(core, ctx, &pair.sides());
    pair.note_hold(core, ctx);
    Some(pair)
}

/// Makes our offer to an originator whose INVITE had none: what the answering leg agreed to.
fn offer_by(core: &mut Core<'_>, originator: LegId, leg: LegId) -> Option<String> {
    let (caller, callee) = core.pair(originator, leg)?;
    let at = caller.media_address()?;
    caller.session.offer_what_was_answered(&callee.session, at)
}
