//! Leaves a source that keeps failing alone for a while, so that its calls go to their default at once. Sans-IO.

use std::collections::VecDeque;

/// So many failures …
const FAILURES: usize = 5;
/// … within this time, in microseconds, …
const WINDOW_US: u64 = 30_000_000;
/// … and it is not asked for this long, in microseconds.
const OPEN_US: u64 = 30_000_000;

/// The breaker of one source. All times are microseconds of one steady clock.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Breaker {
    failed_at: VecDeque<u64>,
    open_until: Option<u64>,
    /// Since when one question tries whether it is well again.
    trying_since: Option<u64>,
}

impl Breaker {
    /// Whether the source may be asked now. After the pause one question goes through; the rest wait for its end.
    pub fn allows(&mut self, now_us: u64) -> bool {
        match (self.open_until, self.trying_since) {
            (None, _) => true,
            (Some(until), _) if now_us < until => false,
            // A question whose end was never told does not keep it closed for ever.
            (Some(_), Some(since)) if now_us < since + OPEN_US => false,
            (Some(_), _) => {
                self.trying_since = Some(now_us);
                true
            }
        }
    }

    /// The source answered, if only that it does not know.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// The source failed or was late.
    pub fn failed(&mut self, now_us: u64) {
        if self.trying_since.take().is_some() {
            self.open_until = Some(now_us + OPEN_US);
            return;
        }
        self.failed_at.push_back(now_us);
        while self.failed_at.front().is_some_and(|at| at + WINDOW_US < now_us) {
            self.failed_at.pop_front();
        }
        if self.failed_at.len() >= FAILURES && self.open_until.is_none() {
            self.failed_at.clear();
            self.open_until = Some(now_us + OPEN_US);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    fn broken() -> Breaker {
        let mut breaker = Breaker::default();
        (0..5).for_each(|n| breaker.failed(n * SECOND));
        breaker
    }

    #[test]
    fn five_failures_in_half_a_minute_open_it() {
        let mut breaker = broken();
        assert!(!breaker.allows(5 * SECOND));
        assert!(!breaker.allows(33 * SECOND));
    }

    #[test]
    fn five_failures_in_an_hour_do_not() {
        let mut breaker = Breaker::default();
        (0..5).for_each(|n| breaker.failed(n * 60 * SECOND));
        assert!(breaker.allows(241 * SECOND));
    }

    #[test]
    fn one_question_tries_after_the_pause() {
        let mut breaker = broken();
        assert!(breaker.allows(35 * SECOND));
        assert!(!breaker.allows(36 * SECOND));
        breaker.failed(37 * SECOND);
        assert!(!breaker.allows(66 * SECOND));
        assert!(breaker.allows(68 * SECOND));
        breaker.succeeded();
        assert!(breaker.allows(69 * SECOND) && breaker.allows(69 * SECOND));
    }

    #[test]
    fn a_try_without_an_end_is_tried_again() {
        let mut breaker = broken();
        assert!(breaker.allows(35 * SECOND));
        assert!(breaker.allows(66 * SECOND));
    }
}
