//! What is said to the side that asked for a change.

use super::change::Change;
use crate::call::state::Call;
use crate::context::cx::Cx;
use crate::context::wire::{UNDERSTOOD, Writer, answer_with};
use pbx_sip::Message;
use pbx_sip::transaction::TransactionId;

/// A refusal of a re-INVITE.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    /// When to ask again, in seconds.
    pub(crate) retry_after: Option<u32>,
}

impl From<u16> for Refusal {
    fn from(code: u16) -> Self {
        Self { code, retry_after: None }
    }
}

impl Call {
    /// Answers an offer that leaves everything as it was by what was agreed; only the media may go
    /// to another place now.
    pub(crate) fn answer_as_before(
        &mut self,
        cx: &mut Cx<'_>,
        no: u16,
        other: u16,
        id: TransactionId,
        request: &Message,
    ) {
        let Some((leg, other)) = self.pair(no, other) else { return };
        let sdp = leg.media_address().and_then(|at| leg.session.answer_as_before(&other.session, at));
        match sdp {
            Some(sdp) => {
                leg.aim(cx);
                self.accept_reinvite(cx, no, id, request, &sdp);
            }
            None => self.change_asked(cx, no, id, request),
        }
    }

    /// The other side has taken the change: passes its answer on. Where that does not fit, the
    /// other side has to go back.
    pub(crate) fn answer_asker(&mut self, cx: &mut Cx<'_>, no: u16, other: u16, id: TransactionId, request: &Message) {
        let Some((leg, other)) = self.pair(no, other) else { return };
        let sdp = leg.media_address().and_then(|at| leg.session.make_answer(&other.session, at, false));
        leg.session.untold = sdp.is_none();
        match sdp {
            Some(sdp) => {
                other.session.untold &= !leg.session.knows(&other.session);
                leg.aim(cx);
                self.accept_reinvite(cx, no, id, request, &sdp);
            }
            None => {
                leg.session.roll_back();
                self.refuse_reinvite(cx, no, id, request, 488.into());
            }
        }
    }

    /// A re-INVITE without an offer is answered with one: what the other side wants.
    pub(crate) fn offer_again(&mut self, cx: &mut Cx<'_>, no: u16, other: u16, id: TransactionId, request: &Message) {
        let Some((leg, other)) = self.pair(no, other) else { return };
        let sdp = leg.media_address().and_then(|at| leg.session.offer_what_is_wanted(&other.session, at));
        match sdp {
            Some(sdp) => self.accept_reinvite(cx, no, id, request, &sdp),
            None => self.refuse_reinvite(cx, no, id, request, 491.into()),
        }
    }

    fn accept_reinvite(&mut self, cx: &mut Cx<'_>, no: u16, id: TransactionId, request: &Message, sdp: &str) {
        let Some(leg) = self.leg(no) else { return };
        let mut writer = Writer::response(request, 200, &leg.tag);
        writer.contact(&leg.flow);
        writer.capabilities(false);
        if let Some(response) = writer.reply(Some(sdp)) {
            cx.respond(id, &response);
            leg.answered(cx, &response);
        }
    }

    /// Refuses the change to who asked for it, if that waits for an answer.
    pub(crate) fn refuse_asker(&mut self, cx: &mut Cx<'_>, change: Change, refusal: Refusal) {
        let Some((id, request)) = change.asked else { return };
        if let Some(leg) = self.leg(change.from) {
            leg.session.roll_back();
        }
        self.refuse_reinvite(cx, change.from, id, &request, refusal);
    }

    pub(crate) fn refuse_reinvite(
        &mut self,
        cx: &mut Cx<'_>,
        no: u16,
        id: TransactionId,
        request: &Message,
        refusal: Refusal,
    ) {
        let Some(leg) = self.leg(no) else { return };
        if let Some(dialog) = &mut leg.dialog {
            dialog.refused();
        }
        let seconds = refusal.retry_after.map(|seconds| seconds.to_string());
        let mut headers: Vec<(&str, &str)> = seconds.iter().map(|seconds| ("Retry-After", seconds.as_str())).collect();
        headers.extend((refusal.code == 415).then_some(UNDERSTOOD));
        if let Some(response) = answer_with(request, refusal.code, &leg.tag, &headers) {
            cx.respond(id, &response);
        }
    }

    /// CANCEL of a re-INVITE.
    pub(crate) fn reinvite_cancelled(&mut self, cx: &mut Cx<'_>, invite: TransactionId) {
        let Some(reoffer) = self.bridge.as_ref().and_then(|bridge| bridge.reoffer.as_ref()) else { return };
        if reoffer.change.asked.as_ref().is_none_or(|(id, _)| *id != invite) {
            return;
        }
        match reoffer.out() {
            // Its 487 comes back, and is passed on.
            Some(out) => cx.cancel(out, None),
            None => {
                self.end_reoffer(cx);
                self.tell_what_is_untold(cx);
            }
        }
    }

    /// Gives the change up, because the call ends or the change is not wanted any more. A re-INVITE
    /// that is out is cancelled: after a 1xx nothing but its CANCEL bounds how long its transaction
    /// lives (RFC 3261 §9.1).
    pub(crate) fn end_reoffer(&mut self, cx: &mut Cx<'_>) {
        let Some(reoffer) = self.take_reoffer(cx, |_| true) else { return };
        if let Some(out) = reoffer.out() {
            cx.cancel(out, None);
        }
        self.refuse_asker(cx, reoffer.change, 487.into());
    }
}
