//! When each token was used last, written down at most once a minute: a read of the API writes nothing else.

use pbx_core::base::ids::TokenId;
use pbx_core::base::time::Instant;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// For how long a use that was written down stands for those after it.
const GRAIN: Duration = Duration::from_secs(60);

/// How many tokens are remembered before those of other minutes are forgotten.
const CROWDED: usize = 10_000;

/// The uses that were written down lately.
#[derive(Default)]
pub(crate) struct LastUse(Mutex<HashMap<TokenId, Instant>>);

impl LastUse {
    /// Returns whether this use is to be written down, and takes it as written.
    pub(crate) fn is_due(&self, now: Instant, token: TokenId) -> bool {
        // Poisoning is ignored: every critical section leaves the value consistent.
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |at: &Instant| now.since(*at) < GRAIN;
        if written.get(&token).is_some_and(is_fresh) {
            return false;
        }
        if written.len() >= CROWDED {
            written.retain(|_, at| is_fresh(at));
        }
        written.insert(token, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_hundred_reads_in_a_minute_write_once() {
        let uses = LastUse::default();
        let (one, other) = (TokenId::of_key("1"), TokenId::of_key("2"));
        let at = |ms: u64| Instant::from_micros(1_000_000 + ms * 1000);
        assert_eq!((0..500).filter(|n| uses.is_due(at(n * 100), one)).count(), 1);
        assert!(uses.is_due(at(0), other));
        assert!(uses.is_due(at(60_000), one));
    }
}
