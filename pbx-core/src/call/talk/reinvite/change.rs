//! A change of the session that is under way: who wants it, and where it stands.

use crate::base::ids::LegId;
use crate::call::core::Core;
use crate::context::ctx::Ctx;
use crate::context::timers::Timer;
use pbx_sip::Message;
use pbx_sip::transaction::TransactionId;
use serde::{Deserialize, Serialize};

/// How often a re-INVITE is sent again after glare.
const TRIES: u8 = 3;
/// The same where the change has had its 200, so that nobody else would try again.
const TRIES_WHEN_AGREED: u8 = 10;

/// A re-INVITE that waits for its answer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) leg: LegId,
    pub(super) id: TransactionId,
    pub(super) request: Message,
}

/// A change of the session that one side wants.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SessionChange {
    /// The leg that wants it.
    pub(super) from: LegId,
    /// That leg's re-INVITE; `None` if the leg has its 200, and asked for the change in its ACK.
    pub(super) asked: Option<Asked>,
    /// Whether what comes of it is passed on no further, so that two that never agree come to an
    /// end.
    pub(super) is_echo: bool,
    /// How often it was sent again after glare.
    pub(super) tries: u8,
}

impl SessionChange {
    /// Returns the change that a re-INVITE asks for.
    pub(super) const fn asked(asked: Asked) -> Self {
        Self { from: asked.leg, asked: Some(asked), is_echo: false, tries: 0 }
    }

    /// Returns the change that a leg has asked for in an ACK.
    pub(super) const fn by_ack(from: LegId) -> Self {
        Self { from, asked: None, is_echo: false, tries: 0 }
    }

    /// Returns the change that a leg has asked for in the answer to another one.
    pub(super) const fn echo(from: LegId) -> Self {
        Self { from, asked: None, is_echo: true, tries: 0 }
    }

    /// Returns whether it is tried once more after glare.
    pub(super) const fn may_try_again(&self) -> bool {
        self.tries < if self.asked.is_some() { TRIES } else { TRIES_WHEN_AGREED }
    }
}

/// The state of a change.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum Phase {
    /// The other side has a 200 of ours to acknowledge first.
    Unacked,
    /// Our re-INVITE is out; from its first 1xx on its time is limited.
    Out { invite: TransactionId, proceeds: bool },
    /// It met one of the other side, and is sent again after a while (RFC 3261 §14.1).
    Glare,
}

/// A change that is being passed on to the other side.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reoffer {
    pub(super) change: SessionChange,
    pub(super) phase: Phase,
}

impl Reoffer {
    /// Returns our re-INVITE, while it is out.
    pub(super) const fn out(&self) -> Option<TransactionId> {
        match self.phase {
            Phase::Out { invite, .. } => Some(invite),
            Phase::Unacked | Phase::Glare => None,
        }
    }

    /// Returns whether our re-INVITE is out.
    pub(super) const fn is_out(&self) -> bool {
        self.out().is_some()
    }

    pub(super) const fn waits_after_glare(&self) -> bool {
        matches!(self.phase, Phase::Glare)
    }

    pub(super) fn waits_for_ack_of(&self, leg: LegId) -> bool {
        matches!(self.phase, Phase::Unacked) && self.change.from != leg
    }
}

/// The change of a session that is under way, one at a time in a talk.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct SessionChanges(Option<Reoffer>);

impl SessionChanges {
    /// Returns whether one is under way.
    pub(crate) const fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// Returns whether this re-INVITE asked for the one that is under way.
    pub(super) fn is_asked_by(&self, invite: TransactionId) -> bool {
        self.0.as_ref().and_then(|reoffer| reoffer.change.asked.as_ref()).is_some_and(|asked| asked.id == invite)
    }

    /// Takes the re-INVITE of this leg that the change waits to answer.
    pub(super) fn take_asked(&mut self, leg: LegId) -> Option<Asked> {
        self.0.as_mut()?.change.asked.take_if(|asked| asked.leg == leg)
    }

    /// Returns our re-INVITE, while it is out.
    pub(super) fn out(&self) -> Option<TransactionId> {
        self.0.as_ref()?.out()
    }

    /// Begins one.
    pub(super) fn open(&mut self, reoffer: Reoffer) {
        self.0 = Some(reoffer);
    }

    /// Notes the first 1xx to our re-INVITE; returns `false` if it had one, or is not out.
    pub(super) fn proceeds(&mut self, id: TransactionId) -> bool {
        match self.0.as_mut().map(|reoffer| &mut reoffer.phase) {
            Some(Phase::Out { invite, proceeds }) if *invite == id => !std::mem::replace(proceeds, true),
            _ => false,
        }
    }

    /// Takes the change under way, if `is_it` says that it is the one, and stops its timers.
    pub(super) fn take(
        &mut self,
        core: &Core<'_>,
        ctx: &mut Ctx<'_>,
        is_it: impl FnOnce(&Reoffer) -> bool,
    ) -> Option<Reoffer> {
        let reoffer = self.0.take_if(|reoffer| is_it(reoffer))?;
        ctx.shared.timers.stop(Timer::Glare(core.call.id.call));
        ctx.shared.timers.stop(Timer::ReofferOver(core.call.id.call));
        Some(reoffer)
    }
}
