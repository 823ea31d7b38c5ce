//! Our 2xx, repeated until it is acknowledged (RFC 3261 §13.3.1.4): over any transport, for the
//! loss may be further on.

use crate::time::Instant;
use crate::transaction::Timers;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A 2xx without its ACK.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Answered {
    cseq: u32,
    response: Bytes,
    pause: Duration,
    longest: Duration,
    again: Instant,
    give_up: Instant,
}

/// An action that is due in a dialog.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Due {
    /// Send these bytes of the 2xx again, to where the INVITE's responses go.
    Resend(Bytes),
    /// Nobody acknowledges our 2xx: the session is to be ended with BYE (§13.3.1.4).
    NoAck,
}

impl Answered {
    /// Begins to repeat the 2xx to the INVITE with this CSeq.
    pub(super) fn new(cseq: u32, response: Bytes, now: Instant, timers: &Timers) -> Self {
        let (again, give_up) = (now + timers.t1, now + timers.give_up());
        Self { cseq, response, pause: timers.t1, longest: timers.t2, again, give_up }
    }

    /// Returns whether it answers the INVITE with this CSeq.
    pub(super) const fn is_to(&self, cseq: u32) -> bool {
        self.cseq == cseq
    }

    /// Returns when [`Answered::fire`] has something to do next.
    pub(super) fn deadline(&self) -> Instant {
        self.again.min(self.give_up)
    }

    /// Returns what is due at `now`; `None` if nothing is.
    pub(super) fn fire(&mut self, now: Instant) -> Option<Due> {
        if now >= self.give_up {
            return Some(Due::NoAck);
        }
        if now < self.again {
            return None;
        }
        self.pause = self.pause.saturating_mul(2).min(self.longest);
        self.again = now + self.pause;
        Some(Due::Resend(self.response.clone()))
    }
}
