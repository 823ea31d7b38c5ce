//! An engine: its whole state, and the one way to have it do something.

use super::calls::Calls;
use crate::base::ids::TenantId;
use crate::base::time::{Instant, Now};
use crate::base::token::Tokens;
use crate::context::ctx::Ctx;
use crate::context::io::{Input, Output, World};
use crate::context::shared::Shared;
use crate::context::stock::{PortShare, Stock};

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
    /// Makes an engine with a number of its own and its share of the media ports. The seed is all
    /// the randomness it will ever have; tags and branches it makes as the door knows them.
    pub fn new(index: u16, ports: PortShare, seed: [u8; 32], tokens: Tokens) -> Self {
        let shared = Shared::new(Stock::new(index, ports), ChaCha12Rng::from_seed(seed), tokens);
        Self { shared, calls: Calls::default(), asked: None }
    }

    /// Gives the engine the door's nonces, so that it can challenge a replayed one again.
    #[must_use]
    pub fn with_nonces(mut self, nonces: Nonces) -> Self {
        self.shared.replays.give_out(nonces);
        self
    }

    /// Restores the bindings that the journal had promised to phones before a restart.
    pub fn restore(&mut self, now: Now, bindings: Vec<(TenantId, Binding)>) {
        self.shared.registrar.restore(now, bindings);
    }

    /// Returns the number of calls that are not over or whose record is not written yet.
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// Lends the shared state and the calls, to be read.
    pub(super) fn parts(&self) -> (&Shared, &Calls) {
        (&self.shared, &self.calls)
    }

    /// Handles one input. What is to be done is appended to `out`, in order; every journal entry of
    /// it comes before the first thing that is sent is on the wire.
    pub fn handle(&mut self, world: &World<'_>, input: Input, out: &mut Vec<Output>) {
        let Self { shared, calls, asked } = self;
        let mut ctx = Ctx { world, shared, out };
        if matches!(input, Input::Wake) {
            *asked = None;
        }
        calls.handle(&mut ctx, input);
        ctx.shared.stock.top_up(ctx.out);
        ask_to_wake(&mut ctx, asked);
    }
}

/// Asks to be woken when the next thing is due, unless that was asked for already.
fn ask_to_wake(ctx: &mut Ctx<'_>, asked: &mut Option<Instant>) {
    let shared = &ctx.shared;
    let next = [shared.timers.next(), shared.layer.next_deadline(), shared.registrar.next_due()];
    let next = next.into_iter().flatten().min();
    if let Some(at) = next
        && *asked != Some(at)
    {
        ctx.out.push(Output::WakeAt(at));
    }
    *asked = next;
}
