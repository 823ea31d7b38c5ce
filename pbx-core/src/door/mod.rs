//! Who a request is from, and which slot it is for.
//!
//! Whoever reads a socket, an engine or a thread for several of them, shares one [`Door`]. What it can answer by itself
//! (faults, challenges, OPTIONS, what belongs to nobody) never reaches an engine and leaves no state; what passes goes to the
//! slot of its tenant. The credential decides the tenant: a phone may name any domain or the bare address.

mod admit;
mod alarm;
mod answer;
mod guard;
mod identity;
mod pending;
mod proof;
mod refusals;
mod trunk;

pub use admit::{Admission, Verdict};
pub use alarm::{Alarm, AlarmKind};
pub use guard::{Guard, Limits};
pub use proof::still_proves;

use crate::directory::Directory;
use crate::settings::Settings;
use crate::time::Now;
use answer::Answers;
use bytes::Bytes;
use pbx_sip::digest::Nonces;
use pending::Pending;
use refusals::Refusals;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

/// A key of the door: 32 random bytes.
pub type Key = [u8; 32];

/// What every message comes through.
pub struct Door {
    nonces: Nonces,
    answers: Answers,
    pending: Pending,
    guard: Mutex<Guard>,
    refusals: Mutex<Refusals>,
}

impl Door {
    /// A door for this realm (`settings.realm`). The key of its tags survives restarts, so that a repeated request gets its
    /// answer again. The key of its nonces must not: how often each was used is forgotten with the process, and whoever had
    /// heard an answer to one could give it again. So a phone that answers with a nonce from before is challenged anew, with
    /// `stale=true` if its password was right (RFC 7616 §3.3).
    pub fn new(tag_key: Key, nonce_key: Key, settings: &Settings) -> Self {
        Self {
            nonces: Nonces::new(nonce_key, settings.realm.clone(), u64::from(settings.nonce_lifetime_s))
                .offering_sha256(settings.offer_sha256),
            answers: Answers::new(tag_key),
            pending: Pending::new(pending::MOST),
            guard: Mutex::new(Guard::new(Limits::default())),
            refusals: Mutex::default(),
        }
    }

    /// The nonces of its challenges: an engine that finds a replay challenges anew with the same key.
    pub fn nonces(&self) -> &Nonces {
        &self.nonces
    }

    /// A line for the audit, if this answer outside of a call refuses something and that is news. `known` where the sender
    /// has proven who it is.
    pub fn refused(&self, now: Now, to: SocketAddr, answer: &Bytes, known: Option<&Directory>) -> Option<Alarm> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner).note(now, to, answer, known)
    }

    /// How many INVITEs the table of pending ones knows, for tests and metrics.
    pub fn pending_invites(&self) -> usize {
        self.pending.len()
    }
}

#[cfg(test)]
mod tests;
