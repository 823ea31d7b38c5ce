//! One engine: the tenants of some slots, and everything that happens to them. It is asked, it never asks.
//!
//! An [`Engine`] is handed one [`io::Input`] at a time and appends [`io::Output`]s. It takes each to its owner: `dispatch` finds
//! the call, `incoming` makes one of an INVITE, `outside` answers requests that begin no call, `stray` answers that nobody wants.

mod admission;
mod calls;
mod census;
mod dispatch;
mod freeze;
mod incoming;
mod outside;
mod stray;
mod streams;

pub use crate::context::io;
pub use crate::context::stock::PortShare;
pub use census::Census;
pub use freeze::ThawError;

use crate::base::ids::TenantId;
use crate::base::time::{Instant, Now};
use crate::base::token::Tokens;
use crate::call::state::Call;
use crate::context::cx::Cx;
use crate::context::io::{Input, Output, World};
use crate::context::shared::Shared;
use crate::context::stock::Stock;
use crate::engine::calls::Calls;
use crate::location::Binding;
use pbx_sip::digest::Nonces;
use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

/// An engine's whole state: plain data, so that it can be frozen between any two inputs.
#[derive(Debug, Serialize, Deserialize)]
pub struct Engine {
    shared: Shared,
    calls: Calls,
    /// The moment of the last `Output::WakeAt`, if it has not come.
    asked: Option<Instant>,
}

impl Engine {
    /// An engine with a number of its own and its share of the media ports. The seed is all the randomness it will ever have;
    /// tags and branches it makes as the door knows them.
    pub fn new(index: u16, ports: PortShare, seed: [u8; 32], tokens: Tokens) -> Self {
        let shared = Shared::new(Stock::new(index, ports), ChaCha12Rng::from_seed(seed), tokens);
        Self { shared, calls: Calls::default(), asked: None }
    }

    /// Gives the engine the door's nonces, so that it can challenge a replayed one anew.
    #[must_use]
    pub fn with_nonces(mut self, nonces: Nonces) -> Self {
        self.shared.challenges = Some(nonces);
        self
    }

    /// Restores the bindings that the journal had promised to phones before a restart.
    pub fn restore(&mut self, now: Now, bindings: Vec<(TenantId, Binding)>) {
        self.shared.registrar.restore(now, bindings);
    }

    /// The number of calls that are not over or whose record is not written yet.
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// The number of calls that the loss of a connection may concern.
    pub(crate) fn calls_on_streams(&self) -> usize {
        self.calls.on_streams()
    }

    /// The shared state and the calls, to be read.
    pub(crate) fn parts(&self) -> (&Shared, impl Iterator<Item = &Call>) {
        (&self.shared, self.calls.iter())
    }

    /// Handles one input. What is to be done is appended to `out`, in order; every journal entry of it comes before the first
    /// thing that is sent is on the wire.
    pub fn handle(&mut self, world: &World<'_>, input: Input, out: &mut Vec<Output>) {
        let Self { shared, calls, asked } = self;
        let mut cx = Cx { world, shared, out };
        if matches!(input, Input::Wake) {
            *asked = None;
        }
        calls.handle(&mut cx, input);
        cx.shared.stock.top_up(cx.out);
        ask_to_wake(&mut cx, asked);
    }
}

/// Asks to be woken when the next thing is due, unless that was asked for already.
fn ask_to_wake(cx: &mut Cx<'_>, asked: &mut Option<Instant>) {
    let shared = &cx.shared;
    let next = [shared.timers.next(), shared.layer.next_deadline(), shared.registrar.next_due()];
    let next = next.into_iter().flatten().min();
    if let Some(at) = next
        && *asked != Some(at)
    {
        cx.out.push(Output::WakeAt(at));
    }
    *asked = next;
}

#[cfg(test)]
mod tests;
