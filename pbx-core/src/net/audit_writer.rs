//! Where the threads that carry messages write what an administrator should be able to find.

use super::Promises;
use crate::base::ids::AuditId;
use crate::door::Alarm;
use crate::journal::Entry;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use std::sync::{Mutex, PoisonError};

/// The audit's way into the journal.
#[derive(Debug)]
pub(super) struct AuditWriter {
    promises: Promises,
    rng: Mutex<ChaCha20Rng>,
}

impl AuditWriter {
    /// Writes into this journal, with ids of this randomness.
    pub(super) fn new(promises: Promises, rng: ChaCha20Rng) -> Self {
        Self { promises, rng: Mutex::new(rng) }
    }

    /// Writes a line about what was noticed.
    pub(super) fn write(&self, alarm: &Alarm) {
        let mut random = [0; 10];
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut random);
        let line = alarm.audit(AuditId::mint(alarm.at, random));
        let tenant = line.tenant.map(|tenant| tenant.to_string()).unwrap_or_default();
        let (what, from, account, detail) = (&line.action, &line.actor, &line.object, &line.detail);
        tracing::info!(%what, %from, %account, %tenant, %detail, "noticed at the door");
        self.promises.keep(std::iter::once(Entry::Audit(line)));
    }
}
