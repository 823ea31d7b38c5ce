//! How many connections there may be, in all and of one source, and which of them has to go for a new
//! one: the one that has been waiting for a request the longest.

use pbx_core::base::flow::network;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The most connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// In all.
    pub all: usize,
    /// Of one IPv4 address, or of the /64 of one IPv6 customer.
    pub of_one_source: usize,
}

impl Limits {
    /// The same within a share of the files that the process may open.
    #[must_use]
    pub fn under(self, share: usize) -> Self {
        Self { all: self.all.min(share), ..self }
    }
}

/// The connections that there are.
pub(super) struct Places {
    limits: Limits,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    /// Where each came from; `None` for a proxy, whose connections have no source of their own.
    sources: HashMap<u64, Option<IpAddr>>,
    of: HashMap<IpAddr, usize>,
    /// Those that wait for a request, by when they began to: the first has waited the longest.
    idle: BTreeSet<(u64, u64)>,
    evictions: HashMap<u64, Arc<Notify>>,
    next: u64,
}

/// A connection's place; it is free again when this is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
    waits_since: Mutex<Option<u64>>,
    evicted: Arc<Notify>,
}

impl Places {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, taken: Mutex::default() }
    }

    /// Takes a place for a connection of this source, if need be that of an idle one. Returns `None`
    /// where all are at work.
    pub(super) fn enter(self: &Arc<Self>, source: Option<IpAddr>) -> Option<Place> {
        let source = source.map(network);
        let mut taken = self.taken();
        let of_it = source.and_then(|source| taken.of.get(&source)).copied().unwrap_or(0);
        if of_it >= self.limits.of_one_source {
            taken.evict(|of| of == source)?;
        } else if taken.sources.len() >= self.limits.all {
            taken.evict(|_| true)?;
        }
        let number = taken.tick();
        let evicted = Arc::new(Notify::new());
        taken.sources.insert(number, source);
        if let Some(source) = source {
            *taken.of.entry(source).or_default() += 1;
        }
        taken.idle.insert((number, number));
        taken.evictions.insert(number, evicted.clone());
        Some(Place { places: self.clone(), number, waits_since: Mutex::new(Some(number)), evicted })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // Poisoning is ignored: every critical section leaves the value consistent.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn tick(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Ends the connection that has been idle the longest among those of a kind.
    fn evict(&mut self, of: impl Fn(Option<IpAddr>) -> bool) -> Option<()> {
        let longest = self.idle.iter().find(|(_, number)| self.sources.get(number).is_some_and(|s| of(*s)))?;
        let (since, number) = *longest;
        self.idle.remove(&(since, number));
        if let Some(eviction) = self.evictions.get(&number) {
            eviction.notify_one();
        }
        self.leave(number);
        Some(())
    }

    fn leave(&mut self, number: u64) {
        self.evictions.remove(&number);
        let Some(Some(source)) = self.sources.remove(&number) else { return };
        if let Some(count) = self.of.get_mut(&source) {
            *count -= 1;
            if *count == 0 {
                self.of.remove(&source);
            }
        }
    }
}

impl Place {
    /// Notes that a request is being answered: the connection is not idle.
    pub(super) fn works(&self) {
        let mut taken = self.places.taken();
        if let Some(since) = self.waits().take() {
            taken.idle.remove(&(since, self.number));
        }
    }

    /// Notes that the answer is out.
    pub(super) fn rests(&self) {
        let mut taken = self.places.taken();
        if !taken.sources.contains_key(&self.number) {
            return;
        }
        let now = taken.tick();
        if let Some(before) = self.waits().replace(now) {
            taken.idle.remove(&(before, self.number));
        }
        taken.idle.insert((now, self.number));
    }

    /// Waits until another connection needs the place.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    fn waits(&self) -> MutexGuard<'_, Option<u64>> {
        self.waits_since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(since) = self.waits().take() {
            taken.idle.remove(&(since, self.number));
        }
        taken.leave(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { all: 8, of_one_source: 4 };

    fn source(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    fn is_evicted(place: &Place) -> bool {
        use futures_util::FutureExt;
        place.evicted().now_or_never().is_some()
    }

    #[test]
    fn stranger_who_opens_ten_times_too_many_holds_his_own_share_alone() {
        let places = Arc::new(Places::new(LIMITS));
        let neighbour = places.enter(source(2)).unwrap();
        let held: Vec<_> = (0..40).map(|_| places.enter(source(1)).unwrap()).collect();
        assert_eq!(held.iter().filter(|place| is_evicted(place)).count(), 36);
        assert!(!is_evicted(&neighbour));
    }

    #[test]
    fn connection_that_waits_the_longest_makes_room_and_one_at_work_never_does() {
        let places = Arc::new(Places::new(LIMITS));
        let working = places.enter(source(1)).unwrap();
        working.works();
        let held: Vec<_> = (2..9).map(|last| places.enter(source(last)).unwrap()).collect();
        let new = places.enter(source(20)).unwrap();
        assert!(is_evicted(&held[0]) && !is_evicted(&held[1]) && !is_evicted(&working) && !is_evicted(&new));
        held[1..].iter().chain([&new]).for_each(Place::works);
        assert!(places.enter(source(21)).is_none(), "all are at work");
        working.rests();
        assert!(places.enter(source(21)).is_some() && is_evicted(&working));
    }

    #[test]
    fn evicted_place_that_rests_and_ends_takes_nothing_from_others() {
        let places = Arc::new(Places::new(Limits { all: 1, of_one_source: 4 }));
        let old = places.enter(source(1)).unwrap();
        let new = places.enter(source(2)).unwrap();
        new.works();
        old.rests();
        assert!(places.enter(source(3)).is_none(), "the old one has no place any more");
        drop(old);
        assert!(places.enter(source(3)).is_none(), "the new one has it");
        drop(new);
        assert!(places.enter(source(3)).is_some());
        assert!(places.taken().sources.is_empty() && places.taken().idle.is_empty() && places.taken().of.is_empty());
    }

    #[test]
    fn people_behind_a_proxy_are_not_one_source() {
        let places = Arc::new(Places::new(LIMITS));
        let held: Vec<_> = (0..8).map(|_| places.enter(None).unwrap()).collect();
        assert!(!held.iter().any(is_evicted));
    }
}
