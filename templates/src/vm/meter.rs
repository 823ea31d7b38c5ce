//! What the run that holds the VM has spent: counted interrupts (the same at every replay), its turn, and the wall's time.

use mlua::{Error, VmState};
use pbx_core::script::FaultKind;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A steady clock: microseconds since any fixed moment.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What a script may spend.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Counted interrupts a resume (calls, loop iterations, steps of a pattern).
    pub budget: u32,
    /// Counted interrupts after which a script gives up its turn.
    pub turn: u32,
    /// Memory of a tenant's VM, in bytes.
    pub memory: usize,
    /// What each living run adds to that, in bytes, so that a busy hour is no memory fault.
    pub memory_per_run: usize,
    /// The second net: time on the thread a resume may take, in milliseconds. Only where there is a clock.
    pub deadline_ms: u64,
    /// A script also gives up its turn after this time, in milliseconds. Only where there is a clock.
    pub turn_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            budget: 200_000,
            turn: 1_000,
            memory: 8 * 1024 * 1024,
            memory_per_run: 16 * 1024,
            deadline_ms: 1_000,
            turn_ms: 5,
        }
    }
}

/// A verb that a script is about to yield.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) name: &'static str,
    pub(super) args: BTreeMap<String, pbx_core::base::value::Value>,
    pub(super) line: u32,
}

/// What belongs to the run and is put on the meter while it holds the VM.
#[derive(Debug, Default)]
pub(super) struct Gauge {
    /// Interrupts since the last outcome.
    used: u32,
    /// Microseconds on the thread since the last outcome, without the present turn.
    spent_us: u64,
    /// The state of `math.random`.
    pub(super) random: u64,
    /// The instruction that gave up its turn is executed again and interrupted again: not counted twice.
    repeats: bool,
    /// Why it was stopped. From then on every interrupt raises: `pcall` can catch that, but not go on.
    pub(super) stopped: Option<FaultKind>,
    /// The verb it is about to yield.
    pub(super) asked: Option<Asked>,
}

impl Gauge {
    /// Of a run at its start.
    pub(super) fn new(seed: u64) -> Self {
        Self { random: seed, ..Self::default() }
    }

    /// A new outcome gives a new budget.
    pub(super) fn renew(&mut self) {
        self.used = 0;
        self.spent_us = 0;
    }

    /// Its turn was given up in the middle.
    pub(super) fn gave_up(&mut self) {
        self.repeats = true;
    }

    /// The next number of its stream (SplitMix64), in [0, 1).
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a float exactly")]
    pub(super) fn random(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The meter of one VM.
pub(super) struct Meter {
    limits: Limits,
    clock: Option<Clock>,
    now: Mutex<Turn>,
}

#[derive(Default)]
struct Turn {
    gauge: Gauge,
    interrupts: u32,
    began_us: u64,
}

impl Meter {
    pub(super) fn new(limits: Limits, clock: Option<Clock>) -> Self {
        Self { limits, clock, now: Mutex::default() }
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run gets the VM. Each turn begins with `begin`, ends with `end`.
    pub(super) fn begin(&self, gauge: Gauge) {
        let began_us = self.clock.as_ref().map_or(0, |clock| clock());
        *self.turn() = Turn { gauge, interrupts: 0, began_us };
    }

    /// It gives it back. What it did after the last interrupt counts too: it does not go on to do that again.
    pub(super) fn end(&self) -> Gauge {
        let mut turn = std::mem::take(&mut *self.turn());
        if let Some(clock) = &self.clock {
            turn.gauge.spent_us += clock().saturating_sub(turn.began_us);
            if turn.gauge.spent_us > self.limits.deadline_ms * 1000 {
                turn.gauge.stopped.get_or_insert(FaultKind::Deadline);
            }
        }
        turn.gauge
    }

    /// Looks at the run that holds the VM.
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut Gauge) -> R) -> R {
        f(&mut self.turn().gauge)
    }

    /// Called by the VM at every call, loop iteration and pattern step.
    ///
    /// # Errors
    /// Once the run is stopped, at every call: an error unwinds what a mere yield cannot leave (a `gsub` callback).
    pub(super) fn interrupt(&self) -> mlua::Result<VmState> {
        let mut turn = self.turn();
        if turn.gauge.stopped.is_none() {
            if std::mem::take(&mut turn.gauge.repeats) {
                return Ok(VmState::Continue);
            }
            turn.gauge.used += 1;
            turn.interrupts += 1;
            let here_us = self.clock.as_ref().map_or(0, |clock| clock().saturating_sub(turn.began_us));
            if turn.gauge.used > self.limits.budget {
                turn.gauge.stopped = Some(FaultKind::Budget);
            } else if turn.gauge.spent_us + here_us > self.limits.deadline_ms * 1000 {
                turn.gauge.stopped = Some(FaultKind::Deadline);
            } else if turn.interrupts >= self.limits.turn || here_us > self.limits.turn_ms * 1000 {
                return Ok(VmState::Yield);
            } else {
                return Ok(VmState::Continue);
            }
        }
        Err(Error::RuntimeError("the script was stopped".to_owned()))
    }
}
