//! The queue before the password check, which is slow on purpose: two run at one time, so that calls go on.
//!
//! Of the two turns one is kept free for sources from which somebody has logged in lately, and both
//! queues are short, so that strangers who try from everywhere keep each other waiting and nobody else.

use pbx_core::base::flow::network;
use pbx_core::base::time::Instant;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Checks at one time. Each takes 19 MB and a processor for a while.
const AT_ONCE: usize = 2;
/// Those of strangers at one time.
const STRANGERS_AT_ONCE: usize = 1;
/// How many may wait, of strangers and of others each.
const QUEUE: usize = 32;
/// How many may wait of one source: an office in the morning has several people.
const OF_ONE_SOURCE: usize = 4;
/// For how long a log-in speaks for its source.
const PROVEN: Duration = Duration::from_secs(7 * 24 * 3600);
/// Sources that are remembered at most.
const MOST_PROVEN: usize = 4096;

/// Who may have a password checked, and when.
pub(crate) struct Checks {
    turns: Semaphore,
    strangers: Semaphore,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: HashMap<IpAddr, usize>,
    strangers: usize,
    known: usize,
    proven: HashMap<IpAddr, Instant>,
}

/// A place in the queue.
pub(crate) struct Waiting<'a> {
    checks: &'a Checks,
    source: IpAddr,
    known: bool,
}

/// The right to check a password now.
pub(crate) struct Turn<'a> {
    _stranger: Option<SemaphorePermit<'a>>,
    _turn: Option<SemaphorePermit<'a>>,
}

impl Default for Checks {
    fn default() -> Self {
        Self { turns: Semaphore::new(AT_ONCE), strangers: Semaphore::new(STRANGERS_AT_ONCE), queue: Mutex::default() }
    }
}

impl Checks {
    /// Queues up; returns `None` where too many wait, of this source or at all.
    pub(crate) fn queue(&self, now: Instant, source: IpAddr) -> Option<Waiting<'_>> {
        let source = network(source);
        let mut queue = self.locked();
        let known = queue.proven.get(&source).is_some_and(|at| now.since(*at) < PROVEN);
        let of_it = queue.waiting.get(&source).copied().unwrap_or(0);
        let ahead = if known { &mut queue.known } else { &mut queue.strangers };
        if of_it >= OF_ONE_SOURCE || *ahead >= QUEUE {
            return None;
        }
        *ahead += 1;
        *queue.waiting.entry(source).or_default() += 1;
        Some(Waiting { checks: self, source, known })
    }

    fn locked(&self) -> MutexGuard<'_, Queue> {
        // Poisoning is ignored: every critical section leaves the value consistent.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Waiting<'a> {
    /// Waits for a turn.
    pub(crate) async fn turn(&self) -> Turn<'a> {
        // The semaphores are never closed; without a permit there would be no limit, and still the right answer.
        let stranger = if self.known { None } else { self.checks.strangers.acquire().await.ok() };
        Turn { _stranger: stranger, _turn: self.checks.turns.acquire().await.ok() }
    }

    /// Remembers that somebody has logged in from this source.
    pub(crate) fn was_right(&self, now: Instant) {
        let mut queue = self.checks.locked();
        if queue.proven.len() >= MOST_PROVEN && !queue.proven.contains_key(&self.source) {
            let oldest = queue.proven.iter().min_by_key(|(_, at)| **at).map(|(source, _)| *source);
            oldest.map(|source| queue.proven.remove(&source));
        }
        queue.proven.insert(self.source, now);
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut queue = self.checks.locked();
        let ahead = if self.known { &mut queue.known } else { &mut queue.strangers };
        *ahead -= 1;
        if let Some(of_it) = queue.waiting.get_mut(&self.source) {
            *of_it -= 1;
            if *of_it == 0 {
                queue.waiting.remove(&self.source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    const NOW: Instant = Instant::from_micros(1_000_000);

    fn source(number: u32) -> IpAddr {
        IpAddr::from((0x0a00_0000 + number).to_be_bytes())
    }

    #[test]
    fn ten_times_too_many_strangers_leave_a_turn_for_who_has_logged_in_before() {
        let checks = Checks::default();
        checks.queue(NOW, source(1)).unwrap().was_right(NOW);
        let strangers: Vec<_> = (2..322).filter_map(|n| checks.queue(NOW, source(n))).collect();
        assert_eq!(strangers.len(), QUEUE);
        let turns: Vec<_> = strangers.iter().filter_map(|stranger| stranger.turn().now_or_never()).collect();
        assert_eq!(turns.len(), STRANGERS_AT_ONCE);
        let anna = checks.queue(NOW, source(1)).unwrap();
        assert!(anna.turn().now_or_never().is_some(), "without waiting");
    }

    #[test]
    fn one_source_does_not_fill_the_queue() {
        let checks = Checks::default();
        let held: Vec<_> = (0..40).filter_map(|_| checks.queue(NOW, source(1))).collect();
        assert_eq!(held.len(), OF_ONE_SOURCE);
        assert!(checks.queue(NOW, source(2)).is_some());
        drop(held);
        assert!(checks.queue(NOW, source(1)).is_some());
        let queue = checks.locked();
        assert!(queue.waiting.is_empty() && queue.strangers == 0);
    }

    #[test]
    fn memory_of_proven_sources_is_bounded_and_ends() {
        let checks = Checks::default();
        for n in 0..MOST_PROVEN as u32 * 10 {
            checks.queue(NOW, source(n)).unwrap().was_right(NOW + Duration::from_micros(n.into()));
        }
        assert_eq!(checks.locked().proven.len(), MOST_PROVEN);
        let last = source(MOST_PROVEN as u32 * 10 - 1);
        assert!(checks.queue(NOW, last).unwrap().known);
        assert!(!checks.queue(NOW + PROVEN + Duration::from_secs(1), last).unwrap().known);
    }
}
