//! The rest of a media thread, in which packets come together: only while each look finds many.

use crate::time::Instant;
use std::time::Duration;

/// The readable ports from which on a look was full. To be woken for each packet costs as much as
/// to relay it, and one that is relayed right behind another costs less, because the code is still
/// in the processor's caches.
const FULL: usize = 8;
/// The time between a full look and the next one: a twentieth of the sound that a packet carries.
const REST: Duration = Duration::from_millis(1);

/// The ports that could be read at the looks so far.
pub(crate) struct Pace {
    look: u8,
    /// The number of the look at which each port could last be read. The numbers wrap around; at
    /// worst a rest is left out.
    seen: Vec<u8>,
}

impl Pace {
    /// Returns the pace before the first look.
    pub(crate) fn new() -> Self {
        Self { look: 1, seen: vec![0; usize::from(u16::MAX) + 1] }
    }

    /// Returns the rest after this look, which began `began` and has taken until `now`; `None` if
    /// there is to be none. A lone packet is followed by no rest, nor is there one while a port can
    /// be read at two looks running: sound comes every 20 ms or so, and a flood of one port must
    /// not fill its queue, which is the far end's too.
    pub(crate) fn rest(&mut self, began: Instant, now: Instant, readable: &[u16]) -> Option<Duration> {
        let backlog = self.see(readable);
        let rest = REST.saturating_sub(now.since(began));
        (readable.len() >= FULL && !backlog && !rest.is_zero()).then_some(rest)
    }

    /// Notes the ports that can be read now; returns whether one of them could be read at the look
    /// before, too.
    fn see(&mut self, readable: &[u16]) -> bool {
        let before = self.look;
        self.look = self.look.wrapping_add(1);
        let mut backlog = false;
        for port in readable {
            let seen = std::mem::replace(&mut self.seen[usize::from(*port)], self.look);
            backlog |= seen == before;
        }
        backlog
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: u64) -> Instant {
        Instant::from_micros(micros)
    }

    fn ports(from: u16, count: u16) -> Vec<u16> {
        (0..count).map(|number| from + number * 2).collect()
    }

    #[test]
    fn lone_packets_are_never_followed_by_a_rest() {
        let mut pace = Pace::new();
        for look in 0..100 {
            let began = at(u64::from(look) * 500);
            assert_eq!(pace.rest(began, began, &[4000 + look * 2, 5000 + look * 2]), None, "20 calls of G.711");
        }
    }

    #[test]
    fn packets_are_collected_only_while_each_look_is_full() {
        let mut pace = Pace::new();
        assert_eq!(pace.rest(at(0), at(80), &ports(4000, 8)), Some(Duration::from_micros(920)));
        assert_eq!(pace.rest(at(1_000), at(1_100), &ports(5000, 10)), Some(Duration::from_micros(900)));
        assert_eq!(pace.rest(at(2_000), at(2_070), &ports(6000, 7)), None);
        assert_eq!(pace.rest(at(2_100), at(3_200), &ports(7000, 100)), None, "the look itself took as long");
    }

    #[test]
    fn flooded_port_is_read_without_a_rest() {
        let mut pace = Pace::new();
        for look in 1..1000 {
            let readable: Vec<u16> = ports(5000 + look * 16, 8).into_iter().chain([4000]).collect();
            let rest = pace.rest(at(u64::from(look)), at(u64::from(look)), &readable);
            assert_eq!(rest.is_some(), look == 1, "{look}");
        }
        assert!(pace.rest(at(2_000), at(2_000), &ports(4002, 8)).is_some(), "the flood is over");
    }
}
