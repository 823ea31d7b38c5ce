//! What system tests stand on: the virtual network ("the microscope"), its phones, and the companies that they work for.

pub(crate) mod checks;
pub(crate) mod company;
pub(crate) mod exchange;
pub(crate) mod flaws;
pub(crate) mod glance;
pub(crate) mod ladder;
pub(crate) mod nat;
pub(crate) mod net;
pub(crate) mod phone;
pub(crate) mod scripts;
pub(crate) mod sources;
pub(crate) mod talk;
pub(crate) mod traffic;
pub(crate) mod transcript;
pub(crate) mod weather;
pub(crate) mod witness;

use std::time::Duration;

/// Seconds.
pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Milliseconds.
pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A number that looks random and depends on nothing but these words: fates must not depend on the order of events.
pub(crate) fn fate(seed: u64, words: &[u64]) -> u64 {
    let mut state = seed ^ 0x9e37_79b9_7f4a_7c15;
    for word in words {
        // splitmix64's mixing.
        state = state.wrapping_add(*word).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state ^= state >> 31;
        state = state.wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^= state >> 29;
    }
    state
}
