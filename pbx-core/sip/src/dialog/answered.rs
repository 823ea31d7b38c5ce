//! Our 2xx, repeated until it is acknowledged (RFC 3261 §13.3.1.4): over any transport, for the
//! loss may be further on.

use super::{Dialog, DialogState, Open};
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

impl Dialog {
    /// Notes that we have answered their INVITE, the first or a later one, with this 2xx.
    pub fn answered(&mut self, now: Instant, response: &Bytes, timers: &Timers) {
        let Some(Open::Theirs(cseq)) = self.open else { return };
        self.open = None;
        if self.state == DialogState::Early {
            self.state = DialogState::Confirmed;
        }
        self.answered = Some(Answered {
            cseq,
            response: response.clone(),
            pause: timers.t1,
            longest: timers.t2,
            again: now + timers.t1,
            give_up: now + timers.give_up(),
        });
    }

    /// Returns whether our 2xx waits for its ACK. Until it comes, or is given up, we as the UAS
    /// send no BYE (§15).
    pub const fn awaits_ack(&self) -> bool {
        self.answered.is_some()
    }

    /// Returns when [`Dialog::fire`] should be called next; `None` if nothing waits.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.answered.as_ref().map(|answered| answered.again.min(answered.give_up))
    }

    /// Returns what is due at `now`; `None` if nothing is.
    pub fn fire(&mut self, now: Instant) -> Option<Due> {
        let answered = self.answered.as_mut()?;
        if now >= answered.give_up {
            self.answered = None;
            return Some(Due::NoAck);
        }
        if now < answered.again {
            return None;
        }
        answered.pause = answered.pause.saturating_mul(2).min(answered.longest);
        answered.again = now + answered.pause;
        Some(Due::Resend(answered.response.clone()))
    }

    /// Takes an ACK with this CSeq; returns whether it was awaited.
    pub(super) fn acknowledged(&mut self, cseq: u32) -> bool {
        self.answered.take_if(|answered| answered.cseq == cseq).is_some()
    }
}
