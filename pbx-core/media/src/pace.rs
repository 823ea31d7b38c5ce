//! When a media thread may rest and let packets come together.

use crate::time::Instant;
use std::time::Duration;

/// While packets come closer together than this, those of so long a time are collected: a thousand calls are a hundred packets
/// a millisecond, and to be woken for each costs as much as to relay it. Nobody hears a millisecond.
pub(crate) const GATHER: Duration = Duration::from_millis(1);

/// What was to be read at the looks so far.
pub(crate) struct Pace {
    last: Instant,
    look: u8,
    /// By port: the number of the look at which it could be read last. Numbers come again; a rest too few is no harm.
    seen: Vec<u8>,
}

impl Pace {
    /// Before the first look.
    pub(crate) fn new(now: Instant) -> Self {
        Self { last: now, look: 1, seen: vec![0; usize::from(u16::MAX) + 1] }
    }

    /// Whether there may be a rest after this look. Not while a port can be read at two looks running: sound comes every
    /// 20 ms or so, and whoever floods a port must not fill its queue, which is the far end's too.
    pub(crate) fn may_rest(&mut self, now: Instant, readable: &[u16]) -> bool {
        let close = now.since(std::mem::replace(&mut self.last, now)) < GATHER * 2;
        let before = self.look;
        self.look = self.look.wrapping_add(1);
        let mut backlog = false;
        for port in readable {
            let seen = std::mem::replace(&mut self.seen[usize::from(*port)], self.look);
            backlog |= seen == before;
        }
        close && !readable.is_empty() && !backlog
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: u64) -> Instant {
        Instant::from_micros(micros)
    }

    #[test]
    fn packets_that_come_close_together_are_collected() {
        let mut pace = Pace::new(at(0));
        assert!(!pace.may_rest(at(20_000), &[4000]), "the first after a while is for its own");
        assert!(pace.may_rest(at(20_600), &[4002]));
        assert!(pace.may_rest(at(21_200), &[4004, 4006]));
        assert!(!pace.may_rest(at(21_800), &[]), "a command alone is no reason");
        assert!(!pace.may_rest(at(40_000), &[4000]));
    }

    #[test]
    fn flooded_port_is_read_without_a_rest() {
        let mut pace = Pace::new(at(0));
        for look in 1..1000 {
            assert_eq!(pace.may_rest(at(look * 100), &[4000, 5000 + look as u16 * 2]), look == 1, "{look}");
        }
        assert!(pace.may_rest(at(100_100), &[4002]), "the flood is over");
    }
}
