//! What the caller is told: 18x, 200 or a refusal, each with our own session description.

use crate::call::leg::LegState;
use crate::call::state::Call;
use crate::context::cx::Cx;
use crate::context::wire::{UNDERSTOOD, Writer};
use pbx_sip::dialog::Dialog;
use pbx_sip::{HeaderName, Reply, StatusCode};

impl Call {
    /// Tells the caller 180, unless that was the last it was told.
    pub(crate) fn ring_caller(&mut self, cx: &mut Cx<'_>) {
        if !self.caller_is_waiting() || std::mem::replace(&mut self.early.rings, true) {
            return;
        }
        self.tell_caller(cx, 180, None, None);
        if std::mem::replace(&mut self.caller().state, LegState::Ringing) == LegState::Trying {
            let (id, at) = (self.caller().id, cx.now().wall);
            self.record.leg_ringing(id, at);
        }
    }

    /// Sends the caller 183 with the session description of the early media.
    pub(crate) fn early_media_to_caller(&mut self, cx: &mut Cx<'_>, sdp: &str) {
        self.tell_caller(cx, 183, None, Some(sdp));
        self.early.rings = false;
        self.caller().state = LegState::Ringing;
    }

    /// Sends the caller 200, repeated until it is acknowledged.
    pub(crate) fn answer_caller(&mut self, cx: &mut Cx<'_>, sdp: &str) {
        let Some(response) = self.tell_caller(cx, 200, None, Some(sdp)) else { return };
        let caller = self.caller();
        caller.state = LegState::Talking;
        caller.answered(cx, &response);
        caller.invite = None;
        let (id, at) = (caller.id, cx.now().wall);
        self.record.leg_answered(id, at);
    }

    /// Sends the caller a final refusal.
    pub(crate) fn refuse_caller(&mut self, cx: &mut Cx<'_>, code: u16) {
        let reason = self.early.refusal.take();
        self.tell_caller(cx, code, reason.as_deref(), None);
        self.caller().gone(cx);
    }

    /// Keeps the reason phrase for a later refusal of the caller.
    pub(crate) fn caller_reason(&mut self, reason: Option<String>) {
        self.early.refusal = reason;
    }

    /// Gives the caller's leg a new To-tag, so that what it is told next opens a further early dialog: the session
    /// description that it has seen in this one must not change before its INVITE is over (RFC 3261 §13.2.1).
    pub(crate) fn new_dialog_for_caller(&mut self, cx: &mut Cx<'_>) {
        let tag = cx.mint(self.owner.slot);
        let call = self.owner.call;
        let caller = self.caller();
        let Some(invite) = &caller.invite else { return };
        let Ok(dialog) = Dialog::uas(invite, &tag) else { return };
        cx.shared.forget_tag(&caller.tag);
        cx.shared.lead(&tag, call, 0);
        caller.tag = tag;
        caller.dialog = Some(dialog);
    }

    fn tell_caller(&mut self, cx: &mut Cx<'_>, code: u16, reason: Option<&str>, sdp: Option<&str>) -> Option<Reply> {
        let caller = self.caller();
        let (invite, transaction) = (caller.invite.as_ref()?, caller.transaction?);
        let flow = caller.flow;
        let phrase = reason.unwrap_or_else(|| StatusCode::new(code).map_or("", StatusCode::reason));
        let mut writer = Writer::response_saying(invite, code, phrase, &caller.tag);
        if code < 300 {
            writer.copy(invite, HeaderName::RecordRoute);
            writer.contact(&flow);
        }
        if matches!(code, 500 | 503) {
            writer.header("Retry-After", &crate::context::wire::RETRY_AFTER_S.to_string());
        }
        if code == 415 {
            writer.header(UNDERSTOOD.0, UNDERSTOOD.1);
        }
        writer.warns_of(invite, code);
        writer.capabilities(false);
        let response = writer.reply(sdp)?;
        cx.respond(transaction, &response);
        Some(response)
    }
}
