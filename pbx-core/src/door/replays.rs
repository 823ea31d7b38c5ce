//! Digests that were used before (RFC 7616 §5.4): each engine counts the uses of nonces, after its
//! transaction layer has taken out retransmissions.

use super::Who;
use crate::base::flow::network;
use crate::base::time::Instant;
use pbx_sip::digest::{Count, NonceCounts, Nonces};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// How many nonces an engine remembers the uses of.
const NONCES: usize = 65_536;

/// The nonces that one engine has seen used, and how it gives out new ones.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Replays {
    uses: NonceCounts,
    /// The door's nonces; none in an engine that has no door.
    nonces: Option<Nonces>,
}

impl Default for Replays {
    fn default() -> Self {
        Self { uses: NonceCounts::new(NONCES), nonces: None }
    }
}

impl Replays {
    /// Gives out nonces of the door from now on.
    pub(crate) fn give_out(&mut self, nonces: Nonces) {
        self.nonces = Some(nonces);
    }

    /// Notes the use of a nonce, and returns whether this very use was seen before. `lifetime_s` is
    /// how long a nonce is good for, in seconds.
    pub(crate) fn is_replay(&mut self, now: Instant, lifetime_s: u32, who: &Who) -> bool {
        let Who::Device { nonce, nonce_count, .. } = who else { return false };
        self.uses.expire(now.seconds().saturating_sub(u64::from(lifetime_s)));
        self.uses.note(nonce, *nonce_count) != Count::New
    }

    /// Makes the values of WWW-Authenticate for a 401 with a fresh nonce and `stale=true`: a phone
    /// whose nonce was forgotten tries again without asking for a password.
    pub(crate) fn challenge(&self, source: IpAddr, now: Instant, salt: u64) -> Option<Vec<String>> {
        let nonces = self.nonces.as_ref()?;
        let nonce = nonces.issue(network(source), now.seconds(), salt);
        Some(nonces.challenges(&nonce, true).into_iter().map(|challenge| challenge.to_string()).collect())
    }
}
