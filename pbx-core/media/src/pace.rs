//! When a media thread may rest and let packets come together.

use crate::time::Instant;
use std::time::Duration;

/// How many packets are let come together. To be woken for each costs as much as to relay it, and a packet relayed right
/// behind another costs less, because the code is still in the processor's caches.
const TOGETHER: u32 = 50;
/// The longest rest: a quarter of the sound that a packet carries, which nobody hears.
const LONGEST: Duration = Duration::from_millis(5);

/// Which ports could be read at the looks so far.
pub(crate) struct Pace {
    last: Instant,
    look: u8,
    /// By port: the number of the look at which it could be read last. The numbers wrap around; at worst a rest is left
    /// out.
    seen: Vec<u8>,
}

impl Pace {
    /// The pace before the first look.
    pub(crate) fn new(now: Instant) -> Self {
        Self { last: now, look: 1, seen: vec![0; usize::from(u16::MAX) + 1] }
    }

    /// The rest after this look, if there may be one: until as many have come as shall, at the pace of those that came since
    /// the look before. Not where fewer than two would come, nor while a port can be read at two looks running: sound comes
    /// every 20 ms or so, and whoever floods a port must not fill its queue, which is the far end's too.
    pub(crate) fn rest(&mut self, now: Instant, readable: &[u16]) -> Option<Duration> {
        let since = now.since(std::mem::replace(&mut self.last, now));
        let backlog = self.see(readable);
        let apart = since.checked_div(u32::try_from(readable.len()).ok()?)?;
        (apart * 2 <= LONGEST && !backlog).then(|| LONGEST.min(apart * TOGETHER))
    }

    /// Notes the ports that can be read now; whether one of them could be read at the look before, too.
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
    fn packets_that_come_close_together_are_collected() {
        let mut pace = Pace::new(at(0));
        assert_eq!(pace.rest(at(20_000), &[4000]), None, "the first after a while is for its own");
        assert_eq!(pace.rest(at(22_000), &[4002]), Some(LONGEST));
        assert_eq!(pace.rest(at(28_500), &[4004, 4006]), None, "hardly anything comes");
        assert_eq!(pace.rest(at(29_100), &[]), None, "a command alone is no reason");
        assert_eq!(pace.rest(at(40_000), &[4000]), None);
    }

    #[test]
    fn the_more_comes_the_shorter_is_the_rest() {
        let mut pace = Pace::new(at(0));
        assert_eq!(pace.rest(at(1_000), &ports(4000, 10)), Some(LONGEST), "10 a millisecond are 50 in 5");
        assert_eq!(pace.rest(at(2_000), &ports(5000, 100)), Some(Duration::from_micros(500)));
        assert_eq!(pace.rest(at(3_000), &ports(6000, 1000)), Some(Duration::from_micros(50)));
    }

    #[test]
    fn flooded_port_is_read_without_a_rest() {
        let mut pace = Pace::new(at(0));
        for look in 1..1000 {
            let rest = pace.rest(at(look * 100), &[4000, 5000 + look as u16 * 2]);
            assert_eq!(rest.is_some(), look == 1, "{look}");
        }
        assert!(pace.rest(at(100_100), &[4002]).is_some(), "the flood is over");
    }
}
