//! The sender of a request, and the slot that it is for.
//!
//! All readers of sockets share one [`Door`]. What it answers by itself (faults, challenges,
//! OPTIONS, requests of no dialog) never reaches an engine and leaves no state; what passes goes to
//! the slot of its tenant. The credential decides the tenant: a phone may name any domain or the
//! bare address.

mod admit;
mod alarm;
mod answer;
mod budget;
mod guard;
mod identity;
mod lock;
mod moment;
mod pending;
mod proven;
mod ration;
mod refusals;
mod replays;
mod trunk;
mod unusable;
mod verdict;

pub use alarm::{Alarm, AlarmKind};
pub use answer::DoorKey;
pub use guard::{Allowance, Guard, GuardLimits};
pub use identity::still_proves;
pub(crate) use replays::Replays;
pub use verdict::{Admission, Verdict, Who};

use crate::base::ids::TenantId;
use crate::base::settings::Settings;
use crate::base::time::Now;
use crate::base::token::Tokens;
use crate::directory::Directory;
use crate::location::Binding;
use answer::Answers;
use budget::Budget;
use bytes::Bytes;
use lock::locked;
use pbx_sip::digest::Nonces;
use pending::Pending;
use proven::Proven;
use ration::Rations;
use refusals::Refusals;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The check that every received message passes.
pub struct Door {
    nonces: Nonces,
    answers: Answers,
    tokens: Tokens,
    rations: Mutex<Rations>,
    pending: Pending,
    guard: Mutex<Guard>,
    proven: Mutex<Proven>,
    /// The budget of lines about guessing.
    guesses: Mutex<Budget>,
    refusals: Mutex<Refusals>,
    /// Whether lines were left out that no report has counted yet.
    unreported: AtomicBool,
}

impl Door {
    /// Makes a door for this realm (`settings.realm`). The key of its tags survives restarts, so
    /// that a repeated request gets its answer again; that of its nonces must not, because the
    /// count of each nonce's uses is lost with the process, and an overheard answer could be
    /// replayed.
    ///
    /// A phone with an old nonce is challenged again with `stale=true` (RFC 7616 §3.3).
    pub fn new(tag_key: DoorKey, nonce_key: DoorKey, settings: &Settings) -> Self {
        // Two registrations may be that far apart; the second one is still to find the first.
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
            unreported: AtomicBool::new(false),
        }
    }

    /// Returns the nonces of its challenges: an engine that finds a replay challenges again with
    /// the same key.
    pub fn nonces(&self) -> &Nonces {
        &self.nonces
    }

    /// Returns the tags and branches that it takes for ours: an engine makes them with the same
    /// key.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Notes where devices were reached before a restart as places where they have proven their
    /// passwords: a guesser behind the same address takes nothing from them while they come back.
    pub fn restore<'a>(
        &self,
        now: Now,
        directory: &Directory,
        bindings: impl IntoIterator<Item = &'a (TenantId, Binding)>,
    ) {
        let mut proven = locked(&self.proven);
        for (tenant, binding) in bindings {
            if directory.tenant(*tenant).is_some_and(|tenant| tenant.devices.contains_key(&binding.device)) {
                proven.note(now.mono, moment::source_of(binding.flow), binding.device);
            }
        }
    }

    /// Returns a line for the audit if this answer outside of a call is a refusal and news. `known`
    /// is given where the sender has proven who it is.
    pub fn refused(&self, now: Now, to: SocketAddr, answer: &Bytes, known: Option<&Directory>) -> Option<Alarm> {
        let mut refusals = locked(&self.refusals);
        let line = refusals.note(now, to, answer, known);
        if refusals.budget.has_unreported() {
            self.unreported.store(true, Ordering::Relaxed);
        }
        line
    }

    /// Returns a line for the audit that counts the lines it did not take, once their flood is a
    /// minute old. It is cheap enough to call with every message.
    pub fn left_out(&self, now: Now) -> Option<Alarm> {
        if !self.unreported.load(Ordering::Relaxed) {
            return None;
        }
        let (mut guesses, mut refusals) = (locked(&self.guesses), locked(&self.refusals));
        let reported = guesses.report(now, "sip.guessing").or_else(|| refusals.budget.report(now, "sip.refused"));
        self.unreported.store(guesses.has_unreported() || refusals.budget.has_unreported(), Ordering::Relaxed);
        reported
    }

    /// Returns how many INVITEs the table of pending ones knows, for tests and metrics.
    pub fn pending_invites(&self) -> usize {
        self.pending.len()
    }
}

#[cfg(test)]
mod tests;
