//! A change of the session by one side (RFC 3261 §14): what the other side has to hear of is passed
//! on to it, all else is answered at once.
//!
//! | asked by one side                  | other side               | answer to the one side                           |
//! | ---------------------------------- | ------------------------ | ------------------------------------------------ |
//! | an offer of nothing new            | not asked                | 200 with the answer that it had (RFC 4028 §7.4)  |
//! | no offer                           | not asked                | 200 with an offer of what the other side wants   |
//! | another offer                      | re-INVITE                | by its `outcome`                                 |
//! | an answer in an ACK, with a change | re-INVITE, until told    | (had its 200 already)                            |
//!
//! The other side may turn in its answer: who asked then hears of it by a re-INVITE, if the 200 had
//! no room for it.
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

pub(crate) use change::Reoffer;

use crate::call::state::Call;
use crate::cause;
use crate::cdr::Ending;
use crate::context::cx::Cx;
use change::{Change, Phase};
use pbx_sip::dialog::Dialog;
use pbx_sip::transaction::TransactionId;
use pbx_sip::{Message, Method};

impl Call {
    /// A leg that talks wants to change the session.
    pub(crate) fn reinvited(&mut self, cx: &mut Cx<'_>, no: u16, id: TransactionId, request: &Message) {
        let Some(other) = self.bridge.as_ref().map(|bridge| bridge.other(no)) else {
            return self.refuse_reinvite(cx, no, id, request, 491.into());
        };
        let Some((leg, far)) = self.pair(no, other) else { return };
        match leg.session.take_invite(request, leg.flow.remote.ip()) {
            Ok(true) if leg.session.asks_nothing_new(&far.session) => self.answer_as_before(cx, no, other, id, request),
            Ok(true) => self.change_asked(cx, no, id, request),
            Ok(false) => self.offer_again(cx, no, other, id, request),
            Err(unfit) => self.refuse_reinvite(cx, no, id, request, unfit.code.into()),
        }
    }

    /// An offer that the other side has to hear of: a change that waits makes way for it.
    fn change_asked(&mut self, cx: &mut Cx<'_>, no: u16, id: TransactionId, request: &Message) {
        if let Some(waits) = self.take_reoffer(cx, |reoffer| !reoffer.is_out()) {
            self.refuse_asker(cx, waits.change, 491.into());
        }
        if self.bridge.as_ref().is_some_and(|bridge| bridge.reoffer.is_some()) {
            if let Some(leg) = self.leg(no) {
                leg.session.roll_back();
            }
            return self.refuse_reinvite(cx, no, id, request, 491.into());
        }
        self.pass_offer(cx, Change::asked(no, id, request));
    }

    /// Sends the offer on to the other side, once that has acknowledged our last 200.
    fn pass_offer(&mut self, cx: &mut Cx<'_>, change: Change) {
        let Some(to) = self.bridge.as_ref().map(|bridge| bridge.other(change.from)) else { return };
        let Some((one, other)) = self.pair(change.from, to) else { return };
        let phase = if other.dialog.as_ref().is_some_and(Dialog::awaits_ack) {
            Some(Phase::Unacked)
        } else {
            let sdp = other.media_address().and_then(|at| match &change.asked {
                Some(_) => other.session.make_offer(Some(&one.session), at),
                None => other.session.offer_what_was_chosen(&one.session, at),
            });
            let invite = sdp.and_then(|sdp| other.request(cx, &Method::Invite, &[], Some(&sdp)));
            invite.map(|invite| Phase::Out { invite, until: None })
        };
        match (phase, &mut self.bridge) {
            (Some(phase), Some(bridge)) => bridge.reoffer = Some(Reoffer { change, phase }),
            _ => self.not_sent(cx, to, change),
        }
    }

    fn not_sent(&mut self, cx: &mut Cx<'_>, to: u16, change: Change) {
        if let Some(other) = self.leg(to) {
            other.session.roll_back();
        }
        self.refuse_asker(cx, change, 491.into());
    }

    /// The ACK of our 200 may bring an answer. What waited for it goes on.
    pub(crate) fn answered_in_ack(&mut self, cx: &mut Cx<'_>, no: u16, ack: &Message) {
        let Some(other) = self.bridge.as_ref().map(|bridge| bridge.other(no)) else { return };
        let Some((leg, other)) = self.pair(no, other) else { return };
        if leg.session.has_our_offer() {
            if leg.session.take_ack(ack, leg.flow.remote.ip(), &other.session).is_err() {
                return self.end(cx, &Ending { sip_code: 200, ..Ending::of(&cause::BAD_OFFER) });
            }
            leg.aim(cx);
            self.note_hold(cx);
        }
        match self.take_reoffer(cx, |reoffer| reoffer.waits_for_ack_of(no)) {
            Some(waited) => self.pass_offer(cx, waited.change),
            None => self.tell_what_is_untold(cx),
        }
    }

    /// Tells one side of the change that the other side's ACK has brought, if nothing else is under
    /// way.
    fn tell_what_is_untold(&mut self, cx: &mut Cx<'_>) {
        let Some(bridge) = self.bridge.as_ref().filter(|bridge| bridge.reoffer.is_none()) else { return };
        let sides = [0, bridge.callee];
        let untold = |no: &u16| self.legs.get(usize::from(*no)).is_some_and(|leg| leg.session.untold);
        if let Some(no) = sides.into_iter().find(untold).filter(|_| !self.record.is_over()) {
            self.pass_offer(cx, Change::told(no));
        }
    }

    /// The wait after glare is over: the offer is sent on again.
    pub(crate) fn glare_over(&mut self, cx: &mut Cx<'_>) {
        if let Some(waited) = self.take_reoffer(cx, Reoffer::waits_after_glare) {
            self.pass_offer(cx, waited.change);
        }
    }

    /// The other side had its time: cancels our re-INVITE. Its 487 comes, or its transaction ends
    /// (RFC 3261 §9.1).
    pub(crate) fn reoffer_over(&mut self, cx: &mut Cx<'_>) {
        if let Some(out) = self.bridge.as_ref().and_then(|bridge| bridge.reoffer.as_ref()?.out()) {
            cx.cancel(out, None);
        }
    }
}
