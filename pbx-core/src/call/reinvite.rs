//! A change of the session by one side (hold, resume, another codec), passed on to the other (RFC 3261 §14).
//!
//! | asked by one side      | other side         | answer to the one side                                   |
//! | ---------------------- | ------------------ | -------------------------------------------------------- |
//! | offer                  | re-INVITE, 2xx     | 200 with the answer passed on                            |
//! | offer                  | re-INVITE, 491     | tried again after a while, three times; then 491         |
//! | offer                  | re-INVITE, 408/481 | the other side is gone: the call ends                    |
//! | offer                  | connection lost    | 503; the call goes on as it was                          |
//! | offer                  | re-INVITE, other   | the same code; the call goes on as it was                |
//! | offer                  | re-INVITE, 1xx     | taken back after 32 s: 487; no sign then either: as 408  |
//! | no offer               | not asked          | 200 with an offer of what the other side last said       |
//! | an answer that changes | re-INVITE          | (had its 200 already)                                    |

use super::cx::Cx;
use super::leg::Leg;
use super::state::Call;
use super::timers::Timer;
use super::wire::Writer;
use crate::cause;
use crate::cdr::Ending;
use crate::time::Instant;
use pbx_sip::transaction::{Failure, TransactionId};
use pbx_sip::{Message, Method};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How often a re-INVITE is sent again after glare.
const TRIES: u8 = 3;

/// How long a re-INVITE may stay provisional. A 1xx stops Timer B, and RFC 3261 bounds what follows for proxies only (§16.6,
/// Timer C: three minutes, in which somebody may come to the phone). Nobody is asked about a hold: Timer B's 64*T1 will do.
const PROVISIONAL: Duration = Duration::from_secs(32);

/// A change of the session that is under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reoffer {
    /// The number of the leg that wants the change.
    from: u16,
    /// That leg's re-INVITE, unless it wants no answer any more.
    asked: Option<(TransactionId, Message)>,
    /// Our re-INVITE to the other side.
    passed: Option<TransactionId>,
    /// When our re-INVITE is sent again after glare (RFC 3261 §14.1).
    again: Option<Instant>,
    /// When our re-INVITE is cancelled, counted from its first 1xx.
    until: Option<Instant>,
    tries: u8,
}

impl Reoffer {
    /// A change that begins.
    fn new(from: u16, asked: Option<(TransactionId, Message)>) -> Self {
        Self { from, asked, passed: None, again: None, until: None, tries: 0 }
    }
}

impl Call {
    /// A leg that talks wants to change the session.
    pub(super) fn reinvited(&mut self, cx: &mut Cx<'_>, no: u16, id: TransactionId, request: &Message) {
        let Some(bridge) = &self.bridge else { return self.refuse_reinvite(cx, no, id, request, 491) };
        if bridge.reoffer.is_some() {
            return self.refuse_reinvite(cx, no, id, request, 491);
        }
        let other = bridge.other(no);
        let Some(leg) = self.leg(no) else { return };
        match leg.session.take_invite(request, leg.flow.remote.ip()) {
            Ok(true) => self.pass_offer(cx, Reoffer::new(no, Some((id, request.clone())))),
            Ok(false) => self.offer_again(cx, no, other, id, request),
            Err(unfit) => self.refuse_reinvite(cx, no, id, request, unfit.code),
        }
    }

    /// Sends the offer on to the other side.
    fn pass_offer(&mut self, cx: &mut Cx<'_>, mut reoffer: Reoffer) {
        let Some(bridge) = &self.bridge else { return };
        let (from, to) = (reoffer.from, bridge.other(reoffer.from));
        let Some((one, other)) = self.pair(from, to) else { return };
        let sdp = other.media_address().and_then(|at| {
            if one.session.has_their_offer() {
                other.session.make_offer(Some(&one.session), at)
            } else {
                other.session.offer_what_was_said(&one.session, at)
            }
        });
        reoffer.passed = sdp.and_then(|sdp| other.request(cx, &Method::Invite, &[], Some(&sdp)));
        if reoffer.passed.is_none() {
            other.session.roll_back();
            return self.reoffer_failed(cx, reoffer, 491);
        }
        if let Some(bridge) = &mut self.bridge {
            bridge.reoffer = Some(reoffer);
        }
    }

    /// A re-INVITE without an offer is answered with one: what the other side last said.
    fn offer_again(&mut self, cx: &mut Cx<'_>, no: u16, other: u16, id: TransactionId, request: &Message) {
        let Some((leg, other)) = self.pair(no, other) else { return };
        let sdp = leg.media_address().and_then(|at| leg.session.offer_what_was_said(&other.session, at));
        match sdp {
            Some(sdp) => answer_reinvite(cx, leg, id, request, &sdp),
            None => self.refuse_reinvite(cx, no, id, request, 491),
        }
    }

    /// The ACK of our 200 brought an answer: if it changes anything, the other side is told.
    pub(super) fn answered_in_ack(&mut self, cx: &mut Cx<'_>, no: u16, ack: &Message) {
        let Some(leg) = self.leg(no) else { return };
        if !leg.session.has_our_offer() {
            return;
        }
        let before = leg.session.said();
        if leg.session.take_answer(ack, leg.flow.remote.ip()).is_err() {
            return self.end(cx, &Ending { sip_code: 200, ..Ending::of(&cause::BAD_OFFER) });
        }
        leg.aim(cx);
        let direction = |stream: &pbx_sip::sdp::Stream| stream.direction;
        let changed =
            before.as_ref().is_some_and(|before| leg.session.said().as_ref().map(direction) != Some(direction(before)));
        self.note_hold(cx);
        if changed {
            self.pass_offer(cx, Reoffer::new(no, None));
        }
    }

    /// Takes a response to our re-INVITE. False: it is to another request.
    pub(super) fn reinvite_answered(
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
        let Some(reoffer) = self.take_reoffer(cx, |reoffer| reoffer.passed == Some(id)) else { return false };
        let Some(leg) = self.leg(no) else { return false };
        if let Some(dialog) = &mut leg.dialog {
            // One that belongs to another dialog would not have come by this transaction.
            let _ = dialog.heard(response);
        }
        match code {
            200..=299 => self.offer_taken(cx, no, id, reoffer, response),
            491 if reoffer.tries < TRIES => self.try_again(cx, no, reoffer),
            408 | 481 => self.reinvite_lost(cx, no, reoffer),
            code => {
                leg.session.roll_back();
                self.reoffer_failed(cx, reoffer, code);
            }
        }
        true
    }

    /// Takes a 1xx: from the first one on the other side has [`PROVISIONAL`] to answer.
    fn reinvite_proceeds(&mut self, cx: &mut Cx<'_>, id: TransactionId) {
        let Some(reoffer) = self.bridge.as_mut().and_then(|bridge| bridge.reoffer.as_mut()) else { return };
        if reoffer.passed == Some(id) && reoffer.until.is_none() {
            let at = cx.now().mono + PROVISIONAL;
            cx.shared.timers.start(Timer::ReofferOver(self.owner.call), at);
            reoffer.until = Some(at);
        }
    }

    /// The other side had its time: cancels our re-INVITE. Its 487 comes, or its transaction ends (RFC 3261 §9.1).
    pub(super) fn reoffer_over(&mut self, cx: &mut Cx<'_>) {
        let Some(reoffer) = self.bridge.as_mut().and_then(|bridge| bridge.reoffer.as_mut()) else { return };
        if let Some(passed) = reoffer.passed {
            cx.cancel(passed, None);
        }
    }

    /// Our re-INVITE got no answer: the other side is gone; or its connection is, which is no word about the other side.
    pub(super) fn reinvite_failed(&mut self, cx: &mut Cx<'_>, no: u16, id: TransactionId, failure: Failure) {
        let Some(reoffer) = self.take_reoffer(cx, |reoffer| reoffer.passed == Some(id)) else { return };
        if failure != Failure::Transport {
            return self.reinvite_lost(cx, no, reoffer);
        }
        if let Some(leg) = self.leg(no) {
            leg.session.roll_back();
            if let Some(dialog) = &mut leg.dialog {
                dialog.failed();
            }
        }
        self.reoffer_failed(cx, reoffer, 503);
    }

    /// Takes the change under way, if `is_it` says that it is the one, and stops its timers.
    fn take_reoffer(&mut self, cx: &mut Cx<'_>, is_it: impl FnOnce(&Reoffer) -> bool) -> Option<Reoffer> {
        let mut reoffer = self.bridge.as_mut()?.reoffer.take_if(|reoffer| is_it(reoffer))?;
        let call = self.owner.call;
        for (timer, at) in
            [(Timer::Glare(call), reoffer.again.take()), (Timer::ReofferOver(call), reoffer.until.take())]
        {
            if let Some(at) = at {
                cx.shared.timers.stop(timer, at);
            }
        }
        Some(reoffer)
    }

    fn reinvite_lost(&mut self, cx: &mut Cx<'_>, no: u16, reoffer: Reoffer) {
        self.reoffer_failed(cx, reoffer, 487);
        self.leg_left(cx, no, &Ending::of(&cause::FAR_END_VANISHED));
    }

    fn offer_taken(&mut self, cx: &mut Cx<'_>, no: u16, id: TransactionId, reoffer: Reoffer, response: &Message) {
        let Some((leg, one)) = self.pair(no, reoffer.from) else { return };
        leg.ack(cx, id, response);
        if leg.session.take_answer(response, leg.flow.remote.ip()).is_err() {
            leg.session.roll_back();
            return self.reoffer_failed(cx, reoffer, 488);
        }
        leg.aim(cx);
        if let Some((asked, request)) = reoffer.asked {
            let sdp = one.media_address().and_then(|at| one.session.make_answer(&leg.session, at, false));
            let Some(sdp) = sdp else {
                one.session.roll_back();
                return self.refuse_reinvite(cx, reoffer.from, asked, &request, 488);
            };
            one.aim(cx);
            answer_reinvite(cx, one, asked, &request, &sdp);
        }
        self.note_hold(cx);
    }

    fn try_again(&mut self, cx: &mut Cx<'_>, no: u16, mut reoffer: Reoffer) {
        let random = cx.shared.rng.next_u32();
        let call = self.owner.call;
        let Some(leg) = self.leg(no) else { return };
        leg.session.roll_back();
        let Some(dialog) = &leg.dialog else { return };
        let at = cx.now().mono + dialog.retry_after_glare(random);
        cx.shared.timers.start(Timer::Glare(call), at);
        (reoffer.passed, reoffer.again, reoffer.tries) = (None, Some(at), reoffer.tries + 1);
        if let Some(bridge) = &mut self.bridge {
            bridge.reoffer = Some(reoffer);
        }
    }

    /// The wait after glare is over: the offer is sent on again.
    pub(super) fn glare_over(&mut self, cx: &mut Cx<'_>) {
        if let Some(reoffer) = self.take_reoffer(cx, |reoffer| reoffer.again.is_some()) {
            self.pass_offer(cx, reoffer);
        }
    }

    /// The other side did not take the change: refuses it with `code` to the leg that asked for it; all stays as it was.
    fn reoffer_failed(&mut self, cx: &mut Cx<'_>, reoffer: Reoffer, code: u16) {
        if let Some((id, request)) = reoffer.asked {
            if let Some(leg) = self.leg(reoffer.from) {
                leg.session.roll_back();
            }
            self.refuse_reinvite(cx, reoffer.from, id, &request, code);
        }
    }

    fn refuse_reinvite(&mut self, cx: &mut Cx<'_>, no: u16, id: TransactionId, request: &Message, code: u16) {
        let Some(leg) = self.leg(no) else { return };
        if let Some(dialog) = &mut leg.dialog {
            dialog.refused();
        }
        let understood: &[_] = if code == 415 { &[super::wire::UNDERSTOOD] } else { &[] };
        if let Some(response) = super::wire::answer_with(request, code, &leg.tag, understood) {
            cx.respond(id, &response);
        }
    }

    /// CANCEL of a re-INVITE.
    pub(super) fn reinvite_cancelled(&mut self, cx: &mut Cx<'_>, invite: TransactionId) {
        let Some(reoffer) = self.bridge.as_mut().and_then(|bridge| bridge.reoffer.as_mut()) else { return };
        if reoffer.asked.as_ref().is_none_or(|(id, _)| *id != invite) {
            return;
        }
        match reoffer.passed {
            // Its 487 comes back, and is passed on.
            Some(passed) => cx.cancel(passed, None),
            None => self.end_reoffer(cx),
        }
    }

    /// Gives the change up, because the call ends or the change is not wanted any more. A re-INVITE that is out is
    /// cancelled: after a 1xx nothing but its CANCEL bounds how long its transaction lives (RFC 3261 §9.1).
    pub(super) fn end_reoffer(&mut self, cx: &mut Cx<'_>) {
        let Some(reoffer) = self.take_reoffer(cx, |_| true) else { return };
        if let Some(passed) = reoffer.passed {
            cx.cancel(passed, None);
        }
        self.reoffer_failed(cx, reoffer, 487);
    }
}

fn answer_reinvite(cx: &mut Cx<'_>, leg: &mut Leg, id: TransactionId, request: &Message, sdp: &str) {
    let mut writer = Writer::response(request, 200, &leg.tag);
    writer.contact(&leg.flow);
    writer.capabilities(false);
    if let Some(response) = writer.reply(Some(sdp)) {
        cx.respond(id, &response);
        leg.answered(cx, &response);
    }
}
