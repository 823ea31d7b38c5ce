//! Two connected legs.

use crate::base::time::Instant;
use crate::call::state::Call;
use crate::call::talk::reinvite::Reoffer;
use crate::cause;
use crate::context::cx::Cx;
use crate::decision::Final;
use crate::event::EventKind;
use crate::journal::{CallAnswer, Entry};
use serde::{Deserialize, Serialize};

/// The connection between the caller and the leg that answered.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Bridge {
    /// The leg that answered.
    pub(crate) callee: u16,
    /// A change of the session that is being passed on.
    pub(crate) reoffer: Option<Reoffer>,
    /// Whether the caller holds, and whether the answering side does.
    held: [bool; 2],
    /// When the two are looked after next.
    #[serde(default)]
    pub(crate) check: Option<Instant>,
}

impl Bridge {
    /// The number of the other leg.
    pub(crate) fn other(&self, no: u16) -> u16 {
        if no == 0 { self.callee } else { 0 }
    }
}

impl Call {
    /// Connects the caller with the leg that answered.
    pub(crate) fn connect(&mut self, cx: &mut Cx<'_>, no: u16) {
        let offered = self.legs[0].session.has_their_offer();
        if offered && self.was_shown_another(no) {
            self.new_dialog_for_caller(cx);
        }
        let sdp = if offered { self.answer_for_caller(no, false) } else { self.offer_for_caller(no) };
        let Some(sdp) = sdp else {
            self.hang_up_leg(cx, no, None);
            return self.fail(cx, &Final::of(&cause::NOT_ACCEPTABLE));
        };
        let (owner, now) = (self.owner, cx.now());
        let Some(callee) = self.leg(no) else { return };
        let (leg, by) = (callee.id, callee.party.clone());
        callee.aim(cx);
        let sip_call_id = callee.dialog.as_ref().map(|dialog| dialog.id().call_id.to_string()).unwrap_or_default();
        let answer = CallAnswer { by: by.clone(), at: now.wall, callee: leg, sip_call_id };
        self.promise_decision(cx);
        cx.journal(Entry::CallAnswered { call: owner.call, tenant: owner.tenant, answer });
        self.caller().aim(cx);
        self.join(cx, no);
        self.answer_caller(cx, &sdp);
        self.record.connected(self.legs[0].id, leg, by.clone(), now);
        self.bridge = Some(Bridge { callee: no, reoffer: None, held: [false; 2], check: None });
        cx.publish(owner.tenant, Some(owner.call), EventKind::Answered { leg, by });
        for no in [0, no] {
            if let Some(leg) = self.leg(no) {
                leg.is_seen(now);
            }
        }
        self.watch_talk(cx);
        self.note_hold(cx);
    }

    /// Our offer to a caller whose INVITE had none: what the answering leg agreed to.
    fn offer_for_caller(&mut self, no: u16) -> Option<String> {
        let (caller, callee) = self.pair(0, no)?;
        let at = caller.media_address()?;
        caller.session.offer_what_was_answered(&callee.session, at)
    }

    /// Publishes who holds whom, if that has changed with the sessions.
    pub(crate) fn note_hold(&mut self, cx: &mut Cx<'_>) {
        let Some(bridge) = &self.bridge else { return };
        let sides = [0, bridge.callee];
        let before = bridge.held;
        let mut held = before;
        for (held, no) in held.iter_mut().zip(sides) {
            if let Some(leg) = self.leg(no) {
                *held = leg.session.holds();
                leg.heard |= !*held && leg.session.may_send();
            }
        }
        for (by_caller, (before, after)) in [true, false].into_iter().zip(before.into_iter().zip(held)) {
            let kind = match (before, after) {
                (false, true) => EventKind::Held { by_caller },
                (true, false) => EventKind::Resumed { by_caller },
                _ => continue,
            };
            cx.publish(self.owner.tenant, Some(self.owner.call), kind);
        }
        if let Some(bridge) = &mut self.bridge {
            bridge.held = held;
        }
    }
}
