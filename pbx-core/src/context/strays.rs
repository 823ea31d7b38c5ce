//! The answers that no call wanted and that were hung up lately.

use crate::base::time::Instant;
use crate::context::timers::sip_timers;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Branches that are remembered, and so the BYEs that may be on their way at once.
const MOST: usize = 256;

/// The branches of unknown INVITEs whose 2xx was hung up lately: once each, and only so many while
/// their BYEs are repeated.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Strays(VecDeque<(Instant, u64)>);

impl Strays {
    /// Returns whether this branch is to be hung up now; then it is remembered.
    pub(crate) fn take(&mut self, now: Instant, branch: u64) -> bool {
        let lasts = sip_timers().give_up();
        while self.0.front().is_some_and(|(since, _)| now.since(*since) >= lasts) {
            self.0.pop_front();
        }
        if self.0.len() >= MOST || self.0.iter().any(|(_, known)| *known == branch) {
            return false;
        }
        self.0.push_back((now, branch));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn each_branch_is_hung_up_once_while_its_bye_may_be_repeated() {
        let mut strays = Strays::default();
        assert!(strays.take(at(0), 1) && strays.take(at(1), 2));
        assert!(!strays.take(at(31), 1) && !strays.take(at(31), 2));
        assert!(strays.take(at(32), 1) && !strays.take(at(32), 2));
    }

    #[test]
    fn ten_times_as_many_as_are_remembered_are_not_hung_up() {
        let mut strays = Strays::default();
        let taken = (0..10 * MOST as u64).filter(|branch| strays.take(at(0), *branch)).count();
        assert_eq!((taken, strays.0.len()), (MOST, MOST));
        assert!(strays.take(at(32), 1) && strays.0.len() == 1, "they are forgotten again");
    }
}
