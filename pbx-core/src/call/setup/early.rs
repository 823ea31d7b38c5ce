//! What the caller hears before an answer: ringing, or the early media of the first leg that has some.

use crate::call::leg::LegState;
use crate::call::state::Call;
use crate::context::cx::Cx;
use crate::context::io::Output;
use pbx_media::Command;
use pbx_sip::Message;
use serde::{Deserialize, Serialize};

/// Early media.
///
/// The caller goes on hearing the first leg that has something to say: a second announcement in the middle of the first helps
/// nobody. When that leg ends, the next one may speak.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Early {
    /// The leg that the caller hears.
    heard: Option<u16>,
    /// The leg whose session description the caller was last shown.
    shown: Option<u16>,
    /// Whether 180 is the last that the caller was told.
    pub(crate) rings: bool,
    /// The reason phrase for a later refusal of the caller.
    pub(crate) refusal: Option<String>,
}

impl Call {
    /// Takes a leg's 18x: the caller is told 180, or hears what that leg plays.
    ///
    /// 181 and 182 become 180: they speak of one phone among several, and a 180 is what makes every caller's phone ring. While
    /// early media is heard no 180 is passed, not even that leg's own: RFC 3960 §3.2 leaves it to the caller's phone whether it
    /// rings over the announcement, and many do. Once that media has ended, the caller is told 180 again.
    pub(crate) fn pass_ringing(&mut self, cx: &mut Cx<'_>, no: u16, response: &Message) {
        if self.decider.is_over() {
            return;
        }
        if self.early.heard.is_some() {
            return;
        }
        if self.legs[0].session.has_their_offer() {
            self.hear_early(cx, no, response);
        } else {
            self.ring_caller(cx);
        }
    }

    fn hear_early(&mut self, cx: &mut Cx<'_>, no: u16, response: &Message) {
        let Some(leg) = self.leg(no) else { return };
        if leg.session.take_early_answer(response, leg.flow.remote.ip()) != Ok(true) {
            return self.ring_caller(cx);
        }
        leg.aim(cx);
        if self.early.shown.is_some_and(|shown| shown != no) {
            self.new_dialog_for_caller(cx);
        }
        let Some(sdp) = self.answer_for_caller(no, true) else { return self.ring_caller(cx) };
        self.early.heard = Some(no);
        self.early.shown = Some(no);
        self.caller().aim(cx);
        self.join(cx, no);
        self.early_media_to_caller(cx, &sdp);
    }

    /// Our answer to the caller's offer, by what this leg agreed to.
    pub(crate) fn answer_for_caller(&mut self, no: u16, early: bool) -> Option<String> {
        let (caller, callee) = self.pair(0, no)?;
        let at = caller.media_address()?;
        caller.session.make_answer(&callee.session, at, early)
    }

    /// Passes media between the caller and a leg.
    pub(crate) fn join(&mut self, cx: &mut Cx<'_>, no: u16) {
        if let Some((caller, callee)) = self.pair(0, no)
            && let (Some(a), Some(b)) = (caller.port, callee.port)
        {
            cx.out.push(Output::Media(Command::Join { a, b }));
        }
    }

    /// A leg ended: if the caller heard its early media, the next leg's may be heard, and until then the caller is told 180
    /// while others ring.
    pub(crate) fn early_leg_lost(&mut self, cx: &mut Cx<'_>, no: u16) {
        if self.early.heard.take_if(|heard| *heard == no).is_none() {
            return;
        }
        if self.legs[1..].iter().any(|leg| leg.state == LegState::Ringing) {
            self.ring_caller(cx);
        }
    }

    /// Whether the caller has seen the session description of another leg than this one.
    pub(crate) fn was_shown_another(&self, no: u16) -> bool {
        self.early.shown.is_some_and(|shown| shown != no)
    }

    /// Whether the caller still waits for a final answer.
    pub(crate) fn caller_is_waiting(&self) -> bool {
        matches!(self.legs[0].state, LegState::Trying | LegState::Ringing)
    }
}
