//! What the originator hears from us: 18x, 200 or a refusal, each with our own session description.

use crate::call::core::Core;
use crate::call::fact::Fact;
use crate::call::leg::LegState;
use crate::context::ctx::Ctx;
use crate::message::writer::{RETRY_AFTER_S, UNDERSTOOD, Writer};
use pbx_sip::dialog::Dialog;
use pbx_sip::{HeaderName, Reply, StatusCode};
use serde::{Deserialize, Serialize};

/// The last answers that the originator got.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct CallerAnswers {
    /// Whether 180 is the last that it got.
    rings: bool,
}

/// Returns whether the originator still waits for a final answer.
pub(crate) fn is_waiting(core: &mut Core<'_>) -> bool {
    core.originator().is_some_and(|caller| caller.is_waiting())
}

impl CallerAnswers {
    /// Sends 180, unless that was the last answer.
    pub(crate) fn ring(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
        if !is_waiting(core) || std::mem::replace(&mut self.rings, true) {
            return;
        }
        answer(core, ctx, 180, None, None);
        let Some(caller) = core.originator() else { return };
        let leg = caller.id;
        if std::mem::replace(&mut caller.state, LegState::Ringing) == LegState::Trying {
            core.happened(ctx, Fact::CallerRings { leg });
        }
    }

    /// Sends 183 with the session description of early media.
    pub(crate) fn play_early_media(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, sdp: &str) {
        answer(core, ctx, 183, None, Some(sdp));
        self.rings = false;
        if let Some(caller) = core.originator() {
            caller.state = LegState::Ringing;
        }
    }
}

/// Ends the originator's leg: by a refusal with this code and reason phrase, or by BYE with this
/// Reason.
pub(crate) fn end(core: &mut Core<'_>, ctx: &mut Ctx<'_>, (code, phrase): (u16, Option<&str>), reason: Option<&str>) {
    let Some(caller) = core.originator() else { return };
    let leg = caller.id;
    match caller.state {
        LegState::Trying | LegState::Ringing => {
            answer(core, ctx, if code < 300 { 480 } else { code }, phrase, None);
            if let Some(caller) = core.originator() {
                caller.gone(ctx);
            }
        }
        LegState::Talking => caller.bye(ctx, reason),
        LegState::Leaving | LegState::Gone => {}
    }
    core.happened(ctx, Fact::LegEnded { leg, code });
}

/// Sends 200, repeated until it is acknowledged.
pub(crate) fn accept(core: &mut Core<'_>, ctx: &mut Ctx<'_>, sdp: &str) {
    let Some(response) = answer(core, ctx, 200, None, Some(sdp)) else { return };
    let Some(caller) = core.originator() else { return };
    let leg = caller.id;
    caller.state = LegState::Talking;
    caller.answered(ctx, &response);
    caller.invite = None;
    core.happened(ctx, Fact::LegAnswered { leg });
}

/// Gives the originator's leg a new To-tag, so that the next answer opens a further early dialog:
/// the session description that it has seen in this one must not change before its INVITE is over
/// (RFC 3261 §13.2.1).
pub(crate) fn open_new_dialog(core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
    let tag = ctx.mint(core.call.id.slot());
    let Some(caller) = core.originator() else { return };
    let Some(invite) = &caller.invite else { return };
    let Ok(dialog) = Dialog::uas(invite, &tag) else { return };
    ctx.shared.forget_tag(&caller.tag);
    ctx.shared.lead(&tag, caller.id);
    caller.tag = tag;
    caller.dialog = Some(dialog);
}

fn answer(core: &mut Core<'_>, ctx: &mut Ctx<'_>, code: u16, reason: Option<&str>, sdp: Option<&str>) -> Option<Reply> {
    let caller = core.originator()?;
    let (invite, transaction) = (caller.invite.as_ref()?, caller.transaction?);
    let phrase = reason.unwrap_or_else(|| StatusCode::new(code).map_or("", StatusCode::reason));
    let mut writer = Writer::response_saying(invite, code, phrase, &caller.tag);
    if code < 300 {
        writer.copy(invite, HeaderName::RecordRoute);
        writer.contact(&caller.flow);
    }
    if matches!(code, 500 | 503) {
        writer.header("Retry-After", &RETRY_AFTER_S.to_string());
    }
    if code == 415 {
        writer.header(UNDERSTOOD.0, UNDERSTOOD.1);
    }
    writer.warns_of(invite, code);
    writer.capabilities(false);
    let response = writer.reply(sdp)?;
    ctx.respond(transaction, &response);
    Some(response)
}
