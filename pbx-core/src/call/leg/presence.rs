//! What is known of a leg's being there.

use crate::base::time::{Instant, Now};
use pbx_sip::transaction::TransactionId;
use serde::{Deserialize, Serialize};

/// The signs of whether a leg is still there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Presence {
    /// Its last sign of life.
    pub(crate) seen: Now,
    /// Our OPTIONS that it has not answered.
    pub(crate) asked: Option<TransactionId>,
    /// When it was asked last.
    pub(crate) questioned: Instant,
    /// How many questions before that were not answered, one after the other.
    pub(crate) unanswered: u8,
    /// By which cause it is taken for gone.
    pub(crate) gone: Option<String>,
}

impl Presence {
    /// Returns whether it is neither gone nor asked whether it is there.
    pub(crate) const fn is_open(&self) -> bool {
        self.gone.is_none() && self.asked.is_none()
    }

    /// Notes a sign of life: a message of the leg, or a packet.
    pub(crate) const fn mark_seen(&mut self, now: Now) {
        (self.seen, self.unanswered) = (now, 0);
    }
}
