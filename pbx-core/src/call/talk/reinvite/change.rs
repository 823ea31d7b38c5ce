//! A change of the session that is under way: who wants it, and where it stands.

use crate::base::ids::CallId;
use crate::base::time::Instant;
use crate::call::state::Call;
use crate::context::cx::Cx;
use crate::context::timers::Timer;
use pbx_sip::Message;
use pbx_sip::transaction::TransactionId;
use serde::{Deserialize, Serialize};

/// How often a re-INVITE is sent again after glare.
const TRIES: u8 = 3;
/// The same where the change has had its 200, so that nobody else would try again.
const TRIES_WHEN_AGREED: u8 = 10;

/// What one side wants changed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Change {
    /// The number of the leg that wants it.
    pub(crate) from: u16,
    /// That leg's re-INVITE; none if the leg has its 200, and its ACK told of the change.
    pub(crate) asked: Option<(TransactionId, Message)>,
    /// What comes of it is not told any further, so that two that never agree come to an end.
    pub(crate) is_echo: bool,
    /// How often it was sent again after glare.
    pub(crate) tries: u8,
}

impl Change {
    /// A leg asks for it by a re-INVITE.
    pub(crate) fn asked(from: u16, id: TransactionId, request: &Message) -> Self {
        Self { asked: Some((id, request.clone())), ..Self::told(from) }
    }

    /// A leg has told of it in an ACK.
    pub(crate) const fn told(from: u16) -> Self {
        Self { from, asked: None, is_echo: false, tries: 0 }
    }

    /// It was told of in the answer to another one.
    pub(crate) const fn echo(from: u16) -> Self {
        Self { from, asked: None, is_echo: true, tries: 0 }
    }

    /// Whether it is tried once more after glare.
    pub(crate) const fn may_try_again(&self) -> bool {
        self.tries < if self.asked.is_some() { TRIES } else { TRIES_WHEN_AGREED }
    }
}

/// Where a change stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// The other side has a 200 of ours to acknowledge first.
    Unacked,
    /// Our re-INVITE is out; after its first 1xx it is cancelled at `until`.
    Out { invite: TransactionId, until: Option<Instant> },
    /// It met one of the other side, and is sent again then (RFC 3261 §14.1).
    Glare { again: Instant },
}

impl Phase {
    /// The timer that runs in it.
    const fn timer(self, call: CallId) -> Option<(Timer, Instant)> {
        match self {
            Self::Glare { again } => Some((Timer::Glare(call), again)),
            Self::Out { until: Some(until), .. } => Some((Timer::ReofferOver(call), until)),
            Self::Out { until: None, .. } | Self::Unacked => None,
        }
    }
}

/// A change that is being passed on to the other side.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Reoffer {
    pub(crate) change: Change,
    pub(crate) phase: Phase,
}

impl Reoffer {
    /// Our re-INVITE, while it is out.
    pub(crate) const fn out(&self) -> Option<TransactionId> {
        match self.phase {
            Phase::Out { invite, .. } => Some(invite),
            Phase::Unacked | Phase::Glare { .. } => None,
        }
    }

    /// Whether our re-INVITE is out.
    pub(crate) const fn is_out(&self) -> bool {
        self.out().is_some()
    }

    pub(crate) const fn waits_after_glare(&self) -> bool {
        matches!(self.phase, Phase::Glare { .. })
    }

    pub(crate) const fn waits_for_ack_of(&self, no: u16) -> bool {
        matches!(self.phase, Phase::Unacked) && self.change.from != no
    }
}

impl Call {
    /// Takes the change under way, if `is_it` says that it is the one, and stops its timer.
    pub(crate) fn take_reoffer(&mut self, cx: &mut Cx<'_>, is_it: impl FnOnce(&Reoffer) -> bool) -> Option<Reoffer> {
        let reoffer = self.bridge.as_mut()?.reoffer.take_if(|reoffer| is_it(reoffer))?;
        if let Some((timer, at)) = reoffer.phase.timer(self.owner.call) {
            cx.shared.timers.stop(timer, at);
        }
        Some(reoffer)
    }
}
