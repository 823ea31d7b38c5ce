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

use super::asker::Refusal;
use super::change::{Change, Phase, Reoffer};
use crate::base::time::Instant;
use crate::call::state::Call;
use crate::cause;
use crate::context::cx::Cx;
use crate::context::timers::Timer;
use pbx_sip::Message;
use pbx_sip::transaction::{Failure, TransactionId};
use rand::RngCore;
use std::time::Duration;

/// How long a re-INVITE may stay provisional. A 1xx stops Timer B, and RFC 3261 bounds what follows
/// for proxies only (§16.6, Timer C: three minutes, in which somebody may come to the phone).
/// Nobody is asked about a hold: Timer B's 64*T1 will do.
const PROVISIONAL: Duration = Duration::from_secs(32);

/// The answer to the asker when the other side refuses with this code.
fn passed_on(response: &Message, code: u16) -> Refusal {
    match (code, response.retry_after()) {
        (415 | 487 | 488 | 491 | 606, _) => code.into(),
        (500, Ok(Some(seconds))) => Refusal { code, retry_after: Some(seconds) },
        _ => 488.into(),
    }
}

impl Call {
    /// Takes a response to our re-INVITE. False: it is to another request.
    pub(crate) fn reinvite_answered(
        &mut self,
        cx: &mut Cx<'_>,
        no: u16,
        id: TransactionId,
        response: &Message,
    ) -> bool {
        let Some(code) = response.status().map(|status| status.code()).filter(|code| *code >= 200) else {
            self.reinvite_proceeds(cx, id);
            return true;
        };
        let Some(Reoffer { change, .. }) = self.take_reoffer(cx, |reoffer| reoffer.out() == Some(id)) else {
            return false;
        };
        let now = cx.now();
        let Some(leg) = self.leg(no) else { return false };
        if !matches!(code, 408 | 481) {
            leg.is_seen(now);
        }
        if let Some(dialog) = &mut leg.dialog {
            // One that belongs to another dialog would not have come by this transaction.
            let _ = dialog.heard(response);
        }
        if code >= 300 {
            leg.session.roll_back();
        }
        match code {
            200..=299 => self.offer_taken(cx, no, id, change, response),
            491 if change.may_try_again() => self.try_again(cx, no, change),
            408 => self.is_silent(cx, no, change),
            481 => self.is_gone(cx, no, change),
            code => self.refused(cx, change, passed_on(response, code)),
        }
        true
    }

    /// Takes a 1xx: from the first one on the other side has [`PROVISIONAL`] to answer.
    fn reinvite_proceeds(&mut self, cx: &mut Cx<'_>, id: TransactionId) {
        let at = cx.now().mono + PROVISIONAL;
        let Some(reoffer) = self.bridge.as_mut().and_then(|bridge| bridge.reoffer.as_mut()) else { return };
        if let Phase::Out { invite, until: until @ None } = &mut reoffer.phase
            && *invite == id
        {
            *until = Some(at);
            cx.shared.timers.start(Timer::ReofferOver(self.owner.call), at);
        }
    }

    /// Our re-INVITE got no answer: the other side is gone; or its connection is, which is no word
    /// about the other side.
    pub(crate) fn reinvite_failed(&mut self, cx: &mut Cx<'_>, no: u16, id: TransactionId, failure: Failure) {
        let Some(reoffer) = self.take_reoffer(cx, |reoffer| reoffer.out() == Some(id)) else { return };
        if let Some(leg) = self.leg(no) {
            leg.session.roll_back();
            if let Some(dialog) = &mut leg.dialog {
                dialog.failed();
            }
        }
        match failure {
            // What an ACK told of waits for the next occasion: there may be no way to the other
            // side for a while.
            Failure::Transport => self.refuse_asker(cx, reoffer.change, 503.into()),
            _ => self.is_silent(cx, no, reoffer.change),
        }
    }

    /// The other side says nothing: it gets a BYE all the same, for that may pass where a large
    /// INVITE is lost.
    fn is_silent(&mut self, cx: &mut Cx<'_>, no: u16, change: Change) {
        self.refuse_asker(cx, change, 487.into());
        self.has_vanished(cx, no, &cause::FAR_END_VANISHED);
    }

    /// The other side knows the dialog no more: it gets no BYE.
    fn is_gone(&mut self, cx: &mut Cx<'_>, no: u16, change: Change) {
        self.refuse_asker(cx, change, 487.into());
        if let Some(dialog) = self.leg(no).and_then(|leg| leg.dialog.as_mut()) {
            dialog.end();
        }
        self.has_vanished(cx, no, &cause::FAR_END_VANISHED);
    }

    fn try_again(&mut self, cx: &mut Cx<'_>, no: u16, mut change: Change) {
        let random = cx.shared.rng.next_u32();
        let Some(wait) = self.leg(no).and_then(|leg| Some(leg.dialog.as_ref()?.retry_after_glare(random))) else {
            return;
        };
        let again: Instant = cx.now().mono + wait;
        cx.shared.timers.start(Timer::Glare(self.owner.call), again);
        change.tries += 1;
        if let Some(bridge) = &mut self.bridge {
            bridge.reoffer = Some(Reoffer { change, phase: Phase::Glare { again } });
        }
    }

    /// The other side did not take the change: all stays as it was.
    fn refused(&mut self, cx: &mut Cx<'_>, change: Change, refusal: Refusal) {
        if change.asked.is_none()
            && let Some(leg) = self.leg(change.from)
        {
            leg.session.untold = false;
        }
        self.refuse_asker(cx, change, refusal);
        self.tell_what_is_untold(cx);
    }

    fn offer_taken(&mut self, cx: &mut Cx<'_>, no: u16, id: TransactionId, change: Change, response: &Message) {
        let Some((leg, one)) = self.pair(no, change.from) else { return };
        leg.ack(cx, id, response);
        let wanted = leg.session.direction();
        if leg.session.take_answer(response, leg.flow.remote.ip()).is_err() {
            leg.session.roll_back();
            one.session.untold = change.asked.is_some();
            return self.refused(cx, change, 488.into());
        }
        leg.aim(cx);
        let turned = change.asked.is_none() || leg.session.direction() != wanted;
        match change.asked {
            Some((asked, request)) => self.answer_asker(cx, change.from, no, asked, &request),
            None => one.session.was_passed_on(&leg.session),
        }
        if turned && !change.is_echo {
            self.echo(cx, no, change.from);
        }
        self.note_hold(cx);
        self.tell_what_is_untold(cx);
    }

    /// The other side has turned in its answer: who asked hears of it, unless our 200 has said so.
    fn echo(&mut self, cx: &mut Cx<'_>, no: u16, from: u16) {
        let Some((leg, one)) = self.pair(no, from) else { return };
        if !one.session.knows(&leg.session) {
            leg.session.untold = true;
            self.pass_offer(cx, Change::echo(no));
        }
    }
}
