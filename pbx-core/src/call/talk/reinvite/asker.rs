//! The answers to the side that asked for a change.

use super::change::{Asked, SessionChange, SessionChanges};
use crate::base::ids::LegId;
use crate::call::core::Core;
use crate::call::talk::bridge::Pair;
use crate::context::ctx::Ctx;
use crate::message::writer::{UNDERSTOOD, Writer, answer_with};
use pbx_sip::transaction::TransactionId;

/// A refusal of a re-INVITE.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ReinviteRefusal {
    pub(super) code: u16,
    /// When to ask again, in seconds.
    pub(super) retry_after: Option<u32>,
}

impl From<u16> for ReinviteRefusal {
    fn from(code: u16) -> Self {
        Self { code, retry_after: None }
    }
}

/// Answers an offer that leaves everything as it was by what was agreed; only the media may go to
/// another place now. Returns `false` if that cannot be said.
pub(super) fn accept_as_before(core: &mut Core<'_>, ctx: &mut Ctx<'_>, other: LegId, asked: &Asked) -> bool {
    let Some((leg, other)) = core.pair(asked.leg, other) else { return true };
    let sdp = leg.media_address().and_then(|at| leg.session.answer_as_before(&other.session, at));
    let Some(sdp) = sdp else { return false };
    leg.aim(ctx);
    accept(core, ctx, asked, &sdp);
    true
}

/// Passes the answer of the other side on, which has taken the change. Where that does not fit, the
/// other side has to go back.
pub(super) fn answer_asker(core: &mut Core<'_>, ctx: &mut Ctx<'_>, other: LegId, asked: &Asked) {
    let Some((leg, other)) = core.pair(asked.leg, other) else { return };
    let sdp = leg.media_address().and_then(|at| leg.session.make_answer(&other.session, at, false));
    leg.session.untold = sdp.is_none();
    match sdp {
        Some(sdp) => {
            other.session.untold &= !leg.session.knows(&other.session);
            leg.aim(ctx);
            accept(core, ctx, asked, &sdp);
        }
        None => {
            leg.session.roll_back();
            refuse_reinvite(core, ctx, asked, 488.into());
        }
    }
}

/// Answers a re-INVITE without an offer with one: what the other side wants.
pub(super) fn offer_again(core: &mut Core<'_>, ctx: &mut Ctx<'_>, other: LegId, asked: &Asked) {
    let Some((leg, other)) = core.pair(asked.leg, other) else { return };
    let sdp = leg.media_address().and_then(|at| leg.session.offer_what_is_wanted(&other.session, at));
    match sdp {
        Some(sdp) => accept(core, ctx, asked, &sdp),
        None => refuse_reinvite(core, ctx, asked, 491.into()),
    }
}

fn accept(core: &mut Core<'_>, ctx: &mut Ctx<'_>, asked: &Asked, sdp: &str) {
    let Some(leg) = core.leg(asked.leg) else { return };
    let mut writer = Writer::response(&asked.request, 200, &leg.tag);
    writer.contact(&leg.flow);
    writer.capabilities(false);
    if let Some(response) = writer.reply(Some(sdp)) {
        ctx.respond(asked.id, &response);
        leg.answered(ctx, &response);
    }
}

/// Refuses the change to the leg that asked for it, if that waits for an answer.
pub(super) fn refuse_asker(core: &mut Core<'_>, ctx: &mut Ctx<'_>, change: SessionChange, refusal: ReinviteRefusal) {
    let Some(asked) = change.asked else { return };
    if let Some(leg) = core.leg(change.from) {
        leg.session.roll_back();
    }
    refuse_reinvite(core, ctx, &asked, refusal);
}

/// Refuses a re-INVITE.
pub(super) fn refuse_reinvite(core: &mut Core<'_>, ctx: &mut Ctx<'_>, asked: &Asked, refusal: ReinviteRefusal) {
    let Some(leg) = core.leg(asked.leg) else { return };
    if let Some(dialog) = &mut leg.dialog {
        dialog.refused();
    }
    let seconds = refusal.retry_after.map(|seconds| seconds.to_string());
    let mut headers: Vec<(&str, &str)> = seconds.iter().map(|seconds| ("Retry-After", seconds.as_str())).collect();
    headers.extend((refusal.code == 415).then_some(UNDERSTOOD));
    if let Some(response) = answer_with(&asked.request, refusal.code, &leg.tag, &headers) {
        ctx.respond(asked.id, &response);
    }
}

impl SessionChanges {
    /// Takes a CANCEL of a re-INVITE.
    pub(crate) fn cancelled(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, pair: &Pair, invite: TransactionId) {
        if !self.is_asked_by(invite) {
            return;
        }
        match self.out() {
            // Its 487 comes back, and is passed on.
            Some(out) => ctx.cancel(out, None),
            None => {
                self.give_up(core, ctx);
                self.tell_what_is_untold(core, ctx, pair);
            }
        }
    }

    /// Takes that a leg has hung up: what it asked for needs no other answer. A re-INVITE that is
    /// out for it comes to its end all the same.
    pub(crate) fn asker_left(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, leg: LegId) {
        if let Some(asked) = self.take_asked(leg) {
            refuse_reinvite(core, ctx, &asked, 487.into());
        }
        if self.out().is_none() {
            self.give_up(core, ctx);
        }
    }

    /// Gives the change up, because the talk ends or the change is no longer wanted. A re-INVITE
    /// that is out is cancelled: after a 1xx nothing but its CANCEL bounds how long its transaction
    /// lives (RFC 3261 §9.1).
    pub(crate) fn give_up(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
        let Some(reoffer) = self.take(core, ctx, |_| true) else { return };
        if let Some(out) = reoffer.out() {
            ctx.cancel(out, None);
        }
        refuse_asker(core, ctx, reoffer.change, 487.into());
    }
}
