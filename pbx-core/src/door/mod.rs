//! Who a request is from, and which slot it is for.
//!
//! Whoever reads a socket, an engine or a thread for several of them, shares one [`Door`]. What it can answer by itself
//! (faults, challenges, OPTIONS, what belongs to nobody) never reaches an engine and leaves no state; what passes goes to the
//! slot of its tenant. The credential decides the tenant: a phone may name any domain or the bare address.

mod admit;
mod alarm;
mod answer;
mod budget;
mod guard;
mod identity;
mod pending;
mod proven;
mod ration;
mod refusals;
mod trunk;
mod unusable;

pub use admit::{Admission, Verdict};
pub use alarm::{Alarm, AlarmKind};
pub use guard::{Allowance, Guard, GuardLimits};
pub use identity::{Who, still_proves};

use crate::base::ids::TenantId;
use crate::base::settings::Settings;
use crate::base::time::Now;
use crate::base::token::Tokens;
use crate::directory::Directory;
use crate::location::Binding;
use answer::Answers;
use budget::Budget;
use bytes::Bytes;
use pbx_sip::digest::Nonces;
use pending::Pending;
use proven::Proven;
use ration::Rations;
use refusals::Refusals;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A key of the door: 32 random bytes.
pub type DoorKey = [u8; 32];

/// What every message comes through.
pub struct Door {
    nonces: Nonces,
    answers: Answers,
    tokens: Tokens,
    rations: Mutex<Rations>,
    pending: Pending,
    guard: Mutex<Guard>,
    proven: Mutex<Proven>,
    /// Lines about guessing.
    guesses: Mutex<Budget>,
    refusals: Mutex<Refusals>,
    /// Lines were left out that nobody was told of.
    owes: AtomicBool,
}

impl Door {
    /// A door for this realm (`settings.realm`). The key of its tags survives restarts, so that a repeated request gets its
    /// answer again. The key of its nonces must not: how often each was used is forgotten with the process, and whoever had
    /// heard an answer to one could give it again. So a phone that answers with a nonce from before is challenged anew, with
    /// `stale=true` (RFC 7616 §3.3).
    pub fn new(tag_key: DoorKey, nonce_key: DoorKey, settings: &Settings) -> Self {
        // Two registrations may be that far apart; the second one should still find the first.
        let lifetime = Duration::from_secs(2 * u64::from(settings.register_max_s.max(settings.nonce_lifetime_s)));
        Self {
            nonces: Nonces::new(nonce_key, settings.realm.clone(), u64::from(settings.nonce_lifetime_s))
                .offering_sha256(settings.offer_sha256),
            answers: Answers::new(tag_key),
            tokens: Tokens::new(tag_key),
            rations: Mutex::new(Rations::new(settings.answers_to_strangers)),
            pending: Pending::new(pending::MOST),
            guard: Mutex::new(Guard::new(GuardLimits::default())),
            proven: Mutex::new(Proven::new(lifetime)),
            guesses: Mutex::default(),
            refusals: Mutex::default(),
            owes: AtomicBool::new(false),
        }
    }

    /// The nonces of its challenges: an engine that finds a replay challenges anew with the same key.
    pub fn nonces(&self) -> &Nonces {
        &self.nonces
    }

    /// The tags and branches that it takes for ours: an engine makes them with the same key.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Where devices were reached before a restart they have proven their passwords: whoever guesses behind the same address
    /// while they come back takes nothing from them.
    pub fn restore<'a>(
        &self,
        now: Now,
        directory: &Directory,
        bindings: impl IntoIterator<Item = &'a (TenantId, Binding)>,
    ) {
        let mut proven = locked(&self.proven);
        for (tenant, binding) in bindings {
            if directory.tenant(*tenant).is_some_and(|tenant| tenant.devices.contains_key(&binding.device)) {
                proven.note(now.mono, admit::source_of(binding.flow), binding.device);
            }
        }
    }

    /// A line for the audit, if this answer outside of a call refuses something and that is news. `known` where the sender
    /// has proven who it is.
    pub fn refused(&self, now: Now, to: SocketAddr, answer: &Bytes, known: Option<&Directory>) -> Option<Alarm> {
        let mut refusals = locked(&self.refusals);
        let line = refusals.note(now, to, answer, known);
        if refusals.budget.owes() {
            self.owes.store(true, Ordering::Relaxed);
        }
        line
    }

    /// A line for the audit that tells how many lines it did not take, once the flood of them is a minute old. Cheap to ask
    /// with every message.
    pub fn left_out(&self, now: Now) -> Option<Alarm> {
        if !self.owes.load(Ordering::Relaxed) {
            return None;
        }
        let (mut guesses, mut refusals) = (locked(&self.guesses), locked(&self.refusals));
        let told = guesses.settle(now, "sip.guessing").or_else(|| refusals.budget.settle(now, "sip.refused"));
        self.owes.store(guesses.owes() || refusals.budget.owes(), Ordering::Relaxed);
        told
    }

    /// How many INVITEs the table of pending ones knows, for tests and metrics.
    pub fn pending_invites(&self) -> usize {
        self.pending.len()
    }
}

/// A thread that panicked in here left no half-done change that matters.
fn locked<T>(part: &Mutex<T>) -> MutexGuard<'_, T> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
