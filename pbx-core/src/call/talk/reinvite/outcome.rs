//! What comes of our re-INVITE to the other side.
//!
//! | the other side      | what is done                                          | answer to who asked                         |
//! | ------------------- | ----------------------------------------------------- | ------------------------------------------- |
//! | 2xx                 | ACK                                                   | 200 with the answer passed on               |
//! | 2xx that is no use  | ACK, and what was is offered again                    | 488; the call goes on as it was             |
//! | 491                 | tried again after a while, three times                | 491                                         |
//! | 408, no sign        | BYE to both (RFC 3261 §12.2.1.2)                      | 487                                         |
//! | 481                 | it is gone: BYE to who asked                          | 487                                         |
//! | connection lost     | the call goes on as it was                            | 503                                         |
//! | 1xx                 | CANCEL after 32 s; no sign then either: as 408        | 487                                         |
//! | 488, 606, 415       | the call goes on as it was                            | the same code: it is about the session      |
//! | 500 with a time     | the same                                              | 500 with that Retry-After (RFC 3261 §14.2)  |
//! | any other           | the same                                              | 488: the code was meant for us              |

use super::asker::{ReinviteRefusal, answer_asker, refuse_asker};
use super::change::{Phase, Reoffer, SessionChange, SessionChanges};
use crate::base::ids::LegId;
use crate::call::core::Core;
use crate::call::talk::bridge::Pair;
use crate::call::talk::presence::{Over, has_vanished};
use crate::cause;
use crate::context::ctx::Ctx;
use crate::context::timers::Timer;
use pbx_sip::Message;
use pbx_sip::transaction::{Failure, TransactionId};
use rand::RngCore;
use std::time::Duration;

/// How long a re-INVITE may stay provisional. A 1xx stops Timer B, and RFC 3261 bounds what follows
/// for proxies only (§16.6, Timer C: three minutes, enough for a person to come to the phone).
///
/// A hold needs no person's consent: Timer B's 64*T1 will do.
const PROVISIONAL: Duration = Duration::from_secs(32);

/// Returns the answer to the asker when the other side refuses with this code.
fn passed_on(response: &Message, code: u16) -> ReinviteRefusal {
    match (code, response.retry_after()) {
        (415 | 487 | 488 | 491 | 606, _) => code.into(),
        (500, Ok(Some(seconds))) => ReinviteRefusal { code, retry_after: Some(seconds) },
        _ => 488.into(),
    }
}

/// The effect of a response to our re-INVITE.
pub(crate) enum Taken {
    /// It was taken; the talk may be over by it.
    Here(Option<Over>),
    /// It is a final one that nobody waits for.
    Unwanted,
}

impl SessionChanges {
    /// Takes a response to our re-INVITE.
    pub(crate) fn on_response(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        pair: &mut Pair,
        (id, transaction): (LegId, TransactionId),
        response: &Message,
    ) -> Taken {
        let Some(code) = response.status().map(|status| status.code()).filter(|code| *code >= 200) else {
            self.on_progress(core, ctx, transaction);
            return Taken::Here(None);
        };
        let Some(Reoffer { change, .. }) = self.take(core, ctx, |reoffer| reoffer.out() == Some(transaction)) else {
            return Taken::Unwanted;
        };
        let now = ctx.now();
        let Some(leg) = core.leg(id) else { return Taken::Unwanted };
        if !matches!(code, 408 | 481) {
            leg.presence.mark_seen(now);
        }
        if let Some(dialog) = &mut leg.dialog {
            // One that belongs to another dialog would not have come by this transaction.
            let _ = dialog.heard(response);
        }
        if code >= 300 {
            leg.session.roll_back();
        }
        Taken::Here(match code {
            200..=299 => {
                self.on_acceptance(core, ctx, pair, (id, transaction, change), response);
                None
            }
            491 if change.may_try_again() => {
                self.try_again(core, ctx, id, change);
                None
            }
            408 => on_silence(core, ctx, pair, id, change),
            481 => on_loss(core, ctx, pair, id, change),
            code => {
                self.on_refusal(core, ctx, pair, change, passed_on(response, code));
                None
            }
        })
    }

    /// Takes a 1xx: from the first one on the other side has [`PROVISIONAL`] to answer.
    fn on_progress(&mut self, core: &Core<'_>, ctx: &mut Ctx<'_>, transaction: TransactionId) {
        if self.proceeds(transaction) {
            let at = ctx.now().mono + PROVISIONAL;
            ctx.shared.timers.start(Timer::ReofferOver(core.call.id.call), at);
        }
    }

    /// Takes that our re-INVITE got no answer: the other side is gone; or its connection is, which
    /// is no word about the other side.
    pub(crate) fn on_failure(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        pair: &Pair,
        (id, transaction): (LegId, TransactionId),
        failure: Failure,
    ) -> Option<Over> {
        let reoffer = self.take(core, ctx, |reoffer| reoffer.out() == Some(transaction))?;
        if let Some(leg) = core.leg(id) {
            leg.session.roll_back();
            if let Some(dialog) = &mut leg.dialog {
                dialog.failed();
            }
        }
        if failure == Failure::Transport {
            // What an ACK asked for waits for the next occasion: there may be no way to the other
            // side for a while.
            refuse_asker(core, ctx, reoffer.change, 503.into());
            return None;
        }
        on_silence(core, ctx, pair, id, reoffer.change)
    }

    fn try_again(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, id: LegId, mut change: SessionChange) {
        let random = ctx.shared.rng.next_u32();
        let wait = core.leg(id).and_then(|leg| Some(leg.dialog.as_ref()?.retry_after_glare(random)));
        let Some(wait) = wait else { return };
        ctx.shared.timers.start(Timer::Glare(core.call.id.call), ctx.world.now.mono + wait);
        change.tries += 1;
        self.open(Reoffer { change, phase: Phase::Glare });
    }

    /// Takes that the other side did not take the change: all stays as it was.
    fn on_refusal(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        pair: &Pair,
        change: SessionChange,
        refusal: ReinviteRefusal,
    ) {
        if change.asked.is_none()
            && let Some(leg) = core.leg(change.from)
        {
            leg.session.untold = false;
        }
        refuse_asker(core, ctx, change, refusal);
        self.tell_what_is_untold(core, ctx, pair);
    }

    fn on_acceptance(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        pair: &mut Pair,
        (id, transaction, change): (LegId, TransactionId, SessionChange),
        response: &Message,
    ) {
        let Some((leg, one)) = core.pair(id, change.from) else { return };
        leg.ack(ctx, transaction, response);
        let wanted = leg.session.direction();
        if leg.session.take_answer(response, leg.flow.remote.ip()).is_err() {
            leg.session.roll_back();
            one.session.untold = change.asked.is_some();
            return self.on_refusal(core, ctx, pair, change, 488.into());
        }
        leg.aim(ctx);
        let turned = change.asked.is_none() || leg.session.direction() != wanted;
        match &change.asked {
            Some(asked) => answer_asker(core, ctx, id, asked),
            None => one.session.was_passed_on(&leg.session),
        }
        if turned && !change.is_echo {
            self.echo(core, ctx, pair, id, change.from);
        }
        pair.note_hold(core, ctx);
        self.tell_what_is_untold(core, ctx, pair);
    }

    /// Lets the asker know that the other side has turned in its answer, unless our 200 has said
    /// so.
    fn echo(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, pair: &Pair, id: LegId, from: LegId) {
        let Some((leg, one)) = core.pair(id, from) else { return };
        if !one.session.knows(&leg.session) {
            leg.session.untold = true;
            self.pass_offer(core, ctx, pair, SessionChange::echo(id));
        }
    }
}

/// Takes that the other side says nothing: it gets a BYE all the same, for that may pass where a
/// large INVITE is lost.
fn on_silence(core: &mut Core<'_>, ctx: &mut Ctx<'_>, pair: &Pair, id: LegId, change: SessionChange) -> Option<Over> {
    refuse_asker(core, ctx, change, 487.into());
    has_vanished(core, ctx, &pair.sides(), id, &cause::FAR_END_VANISHED)
}

/// Takes that the other side knows the dialog no more: it gets no BYE.
fn on_loss(core: &mut Core<'_>, ctx: &mut Ctx<'_>, pair: &Pair, id: LegId, change: SessionChange) -> Option<Over> {
    refuse_asker(core, ctx, change, 487.into());
    if let Some(dialog) = core.leg(id).and_then(|leg| leg.dialog.as_mut()) {
        dialog.end();
    }
    has_vanished(core, ctx, &pair.sides(), id, &cause::FAR_END_VANISHED)
}
