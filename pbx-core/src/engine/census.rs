//! Counts what an engine holds: tests check that nothing is left after the last call.

use super::handle::Engine;
use crate::call::leg::LegState;

/// Counts of everything that calls bring with them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Census {
    /// Calls, running or not yet written down.
    pub calls: usize,
    /// Legs that are not over.
    pub legs: usize,
    /// Dialogs that messages may still come for.
    pub dialogs: usize,
    /// Transactions.
    pub transactions: usize,
    /// Media ports in use or not yet reported.
    pub ports: usize,
    /// Timers of calls and of transactions.
    pub timers: usize,
    /// Calls with legs on connections, by which a loss finds them.
    pub streams: usize,
    /// ACKs that are kept for a 2xx that may come again.
    pub acks: usize,
}

impl Engine {
    /// Counts what is there. Bindings and nonces are not counted: they outlive calls.
    pub fn census(&self) -> Census {
        let (shared, calls) = self.parts();
        let legs = calls.legs().iter().filter(|leg| leg.state != LegState::Gone).count();
        Census {
            calls: self.calls(),
            legs,
            dialogs: shared.tags.len(),
            transactions: shared.layer.len(),
            ports: shared.stock.in_use(),
            timers: shared.timers.len() + shared.layer.timers_set(),
            streams: calls.on_streams(),
            acks: shared.acks(),
        }
    }

    /// Returns whether nothing is left of any call.
    pub fn is_quiet(&self) -> bool {
        self.census() == Census::default()
    }
}
