//! The timers of RFC 3261 §17 (table 4) and RFC 6026, in one place.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A timer of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Timer {
    /// Client INVITE: send the request again, ever later. Unreliable transports only.
    A,
    /// Client INVITE: nobody answers.
    B,
    /// Client INVITE: stay to absorb retransmitted refusals.
    D,
    /// Client non-INVITE: send the request again, ever later up to T2. Unreliable transports only.
    E,
    /// Client non-INVITE: nobody answers.
    F,
    /// Server INVITE: send the refusal again, ever later up to T2. Unreliable transports only.
    G,
    /// Server INVITE: the ACK of the refusal does not come.
    H,
    /// Server INVITE: stay to absorb retransmitted ACKs.
    I,
    /// Server non-INVITE: stay to answer retransmitted requests.
    J,
    /// Client non-INVITE: stay to absorb retransmitted responses.
    K,
    /// Server INVITE: stay after the 2xx to absorb retransmitted INVITEs (RFC 6026 §7.1).
    L,
    /// Client INVITE: stay after the 2xx for retransmitted and forked 2xx (RFC 6026 §7.2).
    M,
    /// Server INVITE: answer 100 if the user has said nothing for 200 ms (RFC 3261 §17.2.1).
    Trying,
    /// Client INVITE: the final response to a cancelled INVITE does not come (RFC 3261 §9.1).
    Cancelled,
}

/// The values that timers are made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Timers {
    /// T1: an estimate of the round trip. RFC 3261: 500 ms.
    pub t1: Duration,
    /// T2: the longest pause between retransmissions. RFC 3261: 4 s.
    pub t2: Duration,
    /// T4: the longest time that a message stays in the network. RFC 3261: 5 s.
    pub t4: Duration,
    /// How long the user may be silent before an INVITE is answered with 100. RFC 3261: 200 ms.
    pub trying: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
            trying: Duration::from_millis(200),
        }
    }
}

impl Timers {
    /// Returns 64*T1: how long a transaction waits before it gives up.
    pub fn give_up(&self) -> Duration {
        self.t1 * 64
    }

    /// For how long a timer is first set; `None` if this kind of transport has no use for it. Zero
    /// is due at once.
    pub fn first(&self, timer: Timer, reliable: bool) -> Option<Duration> {
        match timer {
            Timer::A | Timer::E | Timer::G => (!reliable).then_some(self.t1),
            Timer::B | Timer::F | Timer::H | Timer::L | Timer::M | Timer::Cancelled => Some(self.give_up()),
            Timer::D => Some(if reliable { Duration::ZERO } else { self.give_up() }),
            Timer::I | Timer::K => Some(if reliable { Duration::ZERO } else { self.t4 }),
            Timer::J => Some(if reliable { Duration::ZERO } else { self.give_up() }),
            Timer::Trying => Some(self.trying),
        }
    }

    /// For how long a retransmission timer is set after it has come due: A doubles without bound, E
    /// and G up to T2.
    pub fn next(&self, timer: Timer, last: Duration) -> Duration {
        match timer {
            Timer::A => last.saturating_mul(2),
            _ => last.saturating_mul(2).min(self.t2),
        }
    }
}
