//! Which uses of a nonce were seen already: tells replays from first uses.

use super::Nonce;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A use of a nonce beside the earlier ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    /// Not seen before; from now on it counts as seen.
    New,
    /// Seen before: a replay.
    Seen,
    /// Too old to know: challenge again with `stale=true`.
    TooOld,
}

/// The uses of nonces that are still good, oldest nonce first. A count may come late (requests
/// overtake each other on UDP) by up to 64.
///
/// Ask after the transaction layer: a retransmitted request carries the same count and is no
/// replay.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NonceCounts {
    #[serde(with = "crate::pairs")]
    windows: BTreeMap<Nonce, Window>,
    /// Nonces up to here have been forgotten, so their uses are no longer known.
    forgotten: Option<Nonce>,
    /// How many nonces are kept at most.
    most: usize,
}

/// The uses of one nonce: the highest count, and which of the 64 up to it were seen (lowest bit:
/// the highest itself).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Window {
    highest: u32,
    seen: u64,
}

impl NonceCounts {
    /// Keeps at most `most` nonces; when it must forget one that might still be good, that one and
    /// older ones count as too old.
    pub fn new(most: usize) -> Self {
        Self { windows: BTreeMap::new(), forgotten: None, most: most.max(1) }
    }

    /// Notes a use of a nonce that has passed [`check`](super::check), and says whether it is the
    /// first with that count.
    pub fn note(&mut self, nonce: &str, count: u32) -> Count {
        let Some(nonce) = Nonce::parse(nonce) else { return Count::TooOld };
        if self.forgotten.is_some_and(|forgotten| nonce <= forgotten) {
            return Count::TooOld;
        }
        let verdict = self.windows.entry(nonce).or_insert(Window { highest: 0, seen: 0 }).note(count);
        if self.windows.len() > self.most
            && let Some((oldest, _)) = self.windows.pop_first()
        {
            self.forgotten = Some(oldest);
        }
        verdict
    }

    /// Forgets the nonces that were issued before `issued` (seconds since 1970): those can no
    /// longer pass.
    pub fn expire(&mut self, issued: u64) {
        let bound = Nonce { issued, salt: 0 };
        while self.windows.first_key_value().is_some_and(|(nonce, _)| *nonce < bound) {
            self.forgotten = self.windows.pop_first().map(|(nonce, _)| nonce);
        }
    }

    /// Returns how many nonces are known.
    pub fn len(&self) -> usize {
        self.windows.len()
    }

    /// Returns whether no nonce is known.
    pub fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }
}

impl Window {
    fn note(&mut self, count: u32) -> Count {
        if count > self.highest {
            let ahead = count - self.highest;
            self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = count;
            return Count::New;
        }
        match 1_u64.checked_shl(self.highest - count) {
            None => Count::TooOld,
            Some(bit) if self.seen & bit != 0 => Count::Seen,
            Some(bit) => {
                self.seen |= bit;
                Count::New
            }
        }
    }
}
