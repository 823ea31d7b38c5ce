//! One queue with the timers of all transactions.

use super::{Timer, TransactionId};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The moments at which transactions are woken, soonest first.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Queue(BTreeSet<(Instant, TransactionId, Timer)>);

impl Queue {
    pub(super) fn set(&mut self, at: Instant, id: TransactionId, timer: Timer) {
        self.0.insert((at, id, timer));
    }

    pub(super) fn clear(&mut self, at: Instant, id: TransactionId, timer: Timer) {
        self.0.remove(&(at, id, timer));
    }

    /// Returns the moment at which the next timer is due; `None` if none is set.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.first().map(|&(at, ..)| at)
    }

    /// Takes the next timer out if it is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<(TransactionId, Timer)> {
        if self.next()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, id, timer)| (id, timer))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
