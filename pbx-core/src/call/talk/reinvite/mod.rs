//! A change of the session by one side (RFC 3261 §14): what the other side has to hear of is passed
//! on to it, all else is answered at once.
//!
//! | asked by one side                  | other side               | answer to the one side                           |
//! | ---------------------------------- | ------------------------ | ------------------------------------------------ |
//! | an offer of nothing new            | not asked                | 200 with the answer that it had (RFC 4028 §7.4)  |
//! | no offer                           | not asked                | 200 with an offer of what the other side wants   |
//! | another offer                      | re-INVITE                | by its `outcome`                                 |
//! | an answer in an ACK, with a change | re-INVITE, until taken   | (had its 200 already)                            |
//!
//! The other side may turn in its answer: the asker then learns of it by a re-INVITE, if the 200
//! had no room for it.
//!
//! An INVITE without an offer may be a refresh or a change; its ACK tells (RFC 3261 §14.2 wants an
//! offer in the 200 of either). A refresh is known by what it says and not by the version of its
//! `o=` line, which some raise for nothing and some never.
//!
//! | a change meets              | what is done                                                                         |
//! | --------------------------- | ------------------------------------------------------------------------------------ |
//! | our 200 without its ACK     | it waits for the ACK                                                                 |
//! | an INVITE of the other side | 491 each way; ours goes again after the time of RFC 3261 §14.1, if theirs is not     |
//! |                             | there first: then theirs is passed on, and who asked for ours gets 491               |

mod asker;
mod change;
mod outcome;

pub(crate) use change::SessionChanges;
pub(crate) use outcome::Taken;

use super::bridge::Pair;
use super::presence::Over;
use crate::base::ids::LegId;
use crate::call::core::Core;
use crate::cause;
use crate::cdr::Ending;
use crate::context::ctx::Ctx;
use crate::context::owner::Purpose;
use crate::message::body::SDP;
use asker::{accept_as_before, offer_again, refuse_asker, refuse_reinvite};
use change::{Asked, Phase, Reoffer, SessionChange};
use pbx_sip::dialog::Dialog;
use pbx_sip::transaction::TransactionId;
use pbx_sip::{Message, Method};

impl SessionChanges {
    /// Takes a re-INVITE of a leg that talks.
    pub(crate) fn reinvited(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        pair: &Pair,
        (leg, id): (LegId, TransactionId),
        request: &Message,
    ) {
        let asked = Asked { leg, id, request: request.clone() };
        let Some(other) = pair.other(leg) else { return refuse_reinvite(core, ctx, &asked, 491.into()) };
        let Some((leg, far)) = core.pair(leg, other) else { return };
        match leg.session.take_invite(request, leg.flow.remote.ip()) {
            Ok(true) if leg.session.asks_nothing_new(&far.session) => {
                if !accept_as_before(core, ctx, other, &asked) {
                    self.change_asked(core, ctx, pair, asked);
                }
            }
            Ok(true) => self.change_asked(core, ctx, pair, asked),
            Ok(false) => offer_again(core, ctx, other, &asked),
            Err(unfit) => refuse_reinvite(core, ctx, &asked, unfit.code.into()),
        }
    }

    /// Takes an offer that the other side has to hear of: a change that waits makes way for it.
    fn change_asked(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, pair: &Pair, asked: Asked) {
        if let Some(waits) = self.take(core, ctx, |reoffer| !reoffer.is_out()) {
            refuse_asker(core, ctx, waits.change, 491.into());
        }
        if self.is_open() {
            if let Some(leg) = core.leg(asked.leg) {
                leg.session.roll_back();
            }
            return refuse_reinvite(core, ctx, &asked, 491.into());
        }
        self.pass_offer(core, ctx, pair, SessionChange::asked(asked));
    }

    /// Has the one side of a pair hear what the other, which has just come into it, has agreed to.
    pub(crate) fn introduce(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, pair: &Pair, leg: LegId) {
        if let Some(leg) = core.leg(leg) {
            leg.session.untold = true;
        }
        self.tell_what_is_untold(core, ctx, pair);
    }

    /// Sends the offer on to the other side, once that has acknowledged our last 200.
    fn pass_offer(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, pair: &Pair, change: SessionChange) {
        let Some(to) = pair.other(change.from) else { return };
        let Some((one, other)) = core.pair(change.from, to) else { return };
        let phase = if other.dialog.as_ref().is_some_and(Dialog::awaits_ack) {
            Some(Phase::Unacked)
        } else {
            let sdp = other.media_address().and_then(|at| match &change.asked {
                Some(_) => other.session.make_offer(Some(&one.session), at),
                None => other.session.offer_what_was_chosen(&one.session, at),
            });
            let invite =
                sdp.and_then(|sdp| other.request(ctx, Purpose::Reinvite(to), &Method::Invite, &[], Some((SDP, &sdp))));
            invite.map(|invite| Phase::Out { invite, proceeds: false })
        };
        match phase {
            Some(phase) => self.open(Reoffer { change, phase }),
            None => not_sent(core, ctx, to, change),
        }
    }

    /// Takes an ACK of our 200, which may bring an answer. What waited for it goes on.
    pub(crate) fn acknowledged(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        pair: &mut Pair,
        id: LegId,
        ack: &Message,
    ) -> Option<Over> {
        let (leg, other) = core.pair(id, pair.other(id)?)?;
        if leg.session.has_our_offer() {
            if leg.session.take_ack(ack, leg.flow.remote.ip(), &other.session).is_err() {
                let ending = Ending { sip_code: 200, ..Ending::of(&cause::BAD_OFFER) };
                return Some(Over { ending, at: ctx.now() });
            }
            leg.aim(ctx);
            pair.note_hold(core, ctx);
        }
        match self.take(core, ctx, |reoffer| reoffer.waits_for_ack_of(id)) {
            Some(waited) => self.pass_offer(core, ctx, pair, waited.change),
            None => self.tell_what_is_untold(core, ctx, pair),
        }
        None
    }

    /// Has one side hear of the change that the other side's ACK has brought, if nothing else is
    /// under way.
    fn tell_what_is_untold(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, pair: &Pair) {
        if self.is_open() || core.call.record.is_over() {
            return;
        }
        let untold = |leg: &LegId| core.legs.get(*leg).is_some_and(|leg| leg.session.untold);
        if let Some(leg) = pair.sides().into_iter().find(untold) {
            self.pass_offer(core, ctx, pair, SessionChange::by_ack(leg));
        }
    }

    /// Sends the offer on again: the wait after glare is over.
    pub(crate) fn glare_over(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, pair: &Pair) {
        if let Some(waited) = self.take(core, ctx, Reoffer::waits_after_glare) {
            self.pass_offer(core, ctx, pair, waited.change);
        }
    }

    /// Cancels our re-INVITE: the other side had its time. Its 487 comes, or its transaction ends
    /// (RFC 3261 §9.1).
    pub(crate) fn reoffer_over(&self, ctx: &mut Ctx<'_>) {
        if let Some(out) = self.out() {
            ctx.cancel(out, None);
        }
    }
}

/// Refuses a re-INVITE of a leg that talks with nobody.
pub(crate) fn refuse_without_talk(
    core: &mut Core<'_>,
    ctx: &mut Ctx<'_>,
    (leg, id): (LegId, TransactionId),
    request: &Message,
) {
    refuse_reinvite(core, ctx, &Asked { leg, id, request: request.clone() }, 491.into());
}

fn not_sent(core: &mut Core<'_>, ctx: &mut Ctx<'_>, to: LegId, change: SessionChange) {
    if let Some(other) = core.leg(to) {
        other.session.roll_back();
    }
    refuse_asker(core, ctx, change, 491.into());
}
