//! What the originator hears before an answer: ringing, or the early media of the first leg that
//! has some.

use super::caller::{self, CallerAnswers};
use crate::base::ids::LegId;
use crate::call::core::Core;
use crate::call::leg::LegState;
use crate::context::ctx::Ctx;
use pbx_sip::Message;
use serde::{Deserialize, Serialize};

/// Early media.
///
/// The originator goes on hearing the first leg that has something to say: a second announcement in
/// the middle of the first helps nobody. When that leg ends, the next one may speak.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct EarlyMedia {
    /// The leg that the originator hears.
    heard: Option<LegId>,
    /// The leg whose session description it was last shown.
    shown: Option<LegId>,
}

impl EarlyMedia {
    /// Takes a leg's 18x: the originator gets 180, or hears what that leg plays.
    ///
    /// 181 and 182 become 180: they speak of one phone among several, and a 180 is what makes every
    /// phone play ringing. While early media is heard no 180 is passed, not even that leg's own:
    /// RFC 3960 §3.2 leaves it to the phone whether it rings over the announcement, and many do.
    /// Once that media has ended, the originator gets 180 again.
    pub(crate) fn leg_rings(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        answers: &mut CallerAnswers,
        leg: LegId,
        response: &Message,
    ) {
        if self.heard.is_some() {
            return;
        }
        let offered = core.originator().is_some_and(|caller| caller.session.has_their_offer());
        match offered.then(|| self.hear(core, ctx, leg, response)).flatten() {
            Some(sdp) => answers.play_early_media(core, ctx, &sdp),
            None => answers.ring(core, ctx),
        }
    }

    /// Joins the originator to a leg whose 18x has a session description; returns ours for its 183.
    fn hear(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, id: LegId, response: &Message) -> Option<String> {
        let leg = core.leg(id)?;
        let session = leg.early.session(&mut leg.session, response)?;
        if response.body().is_empty() || !session.is_answered_early() {
            return None;
        }
        leg.early.enforce(&mut leg.session, response);
        leg.aim(ctx);
        if self.has_shown_another(id) {
            caller::open_new_dialog(core, ctx);
        }
        let originator = core.call.originator?;
        let sdp = answer_by(core, id, true)?;
        (self.heard, self.shown) = (Some(id), Some(id));
        core.originator()?.aim(ctx);
        core.join(ctx, originator, id);
        Some(sdp)
    }

    /// Notes that a leg ended: if the originator heard its early media, the next leg's may be
    /// heard, and until then the originator gets 180 while others ring.
    pub(crate) fn leg_ended(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        answers: &mut CallerAnswers,
        leg: LegId,
    ) {
        if self.heard.take_if(|heard| *heard == leg).is_none() {
            return;
        }
        let originator = core.call.originator;
        if core.all().any(|leg| Some(leg.id) != originator && leg.state == LegState::Ringing) {
            answers.ring(core, ctx);
        }
    }

    /// Returns whether the originator has seen the session description of another leg than this
    /// one.
    pub(crate) fn has_shown_another(&self, leg: LegId) -> bool {
        self.shown.is_some_and(|shown| shown != leg)
    }
}

/// Makes our answer to the originator's offer, by what this leg agreed to.
pub(crate) fn answer_by(core: &mut Core<'_>, leg: LegId, early: bool) -> Option<String> {
    let (caller, callee) = core.pair(core.call.originator?, leg)?;
    let at = caller.media_address()?;
    caller.session.make_answer(&callee.session, at, early)
}
