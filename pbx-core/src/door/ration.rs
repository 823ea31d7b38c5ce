//! The answers that leave over UDP for senders that have proven nothing. The source of a datagram
//! is easily forged, and an answer is longer than the request: without a ration we would multiply
//! an attack on any address.

use crate::base::time::Instant;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// Networks that have a ration each; further ones share a single ration.
const MOST: usize = 8192;

/// The time whose answers may be saved up.
const SPARE: Duration = Duration::from_secs(1);

/// How soon full rations are forgotten again.
const SWEEP: Duration = Duration::from_secs(1);

/// The answers that each network has left: a /24 of IPv4 or a /56 of IPv6, which a victim's link is
/// seldom smaller than.
#[derive(Debug)]
pub(super) struct Rations {
    /// The time after which one more may leave.
    pause: Duration,
    /// When each network has its whole ration again.
    full: HashMap<Consumer, Instant>,
    swept: Instant,
}

/// The senders that share a ration. Calls for help have one of their own, so that a flood of other
/// requests takes nothing from it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Consumer {
    network: IpAddr,
    for_help: bool,
}

impl Rations {
    /// Makes rations of so many answers a second for each network (at least one).
    pub(super) fn new(a_second: u32) -> Self {
        let pause = Duration::from_secs(1) / a_second.max(1);
        Self { pause, full: HashMap::new(), swept: Instant::default() }
    }

    /// Takes one answer out of the ration of this address; returns `false` if nothing is left.
    pub(super) fn take(&mut self, now: Instant, to: IpAddr, for_help: bool) -> bool {
        let mut consumer = Consumer { network: neighbourhood(to), for_help };
        if !self.full.contains_key(&consumer) && !self.has_room(now) {
            consumer.network = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        }
        let full = self.full.entry(consumer).or_insert(now);
        let left = full.since(now);
        if left + self.pause > SPARE.max(self.pause) {
            return false;
        }
        *full = now + left + self.pause;
        true
    }

    fn has_room(&mut self, now: Instant) -> bool {
        if self.full.len() >= MOST && now.since(self.swept) >= SWEEP {
            self.full.retain(|_, full| *full > now);
            self.swept = now;
        }
        self.full.len() < MOST
    }
}

/// Returns the /24 or /56 of an address.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << 8)).into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 72)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VICTIM: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1_000)
    }

    fn taken(rations: &mut Rations, millis: u64, count: usize, to: IpAddr) -> usize {
        (0..count).filter(|_| rations.take(at(millis), to, false)).count()
    }

    #[test]
    fn ten_times_the_ration_brings_no_more_than_the_ration() {
        let mut rations = Rations::new(100);
        assert_eq!(taken(&mut rations, 5_000, 1_000, VICTIM), 100);
        assert_eq!(taken(&mut rations, 5_000, 1, IpAddr::from([198, 51, 100, 200])), 0, "of the same network");
        assert_eq!(taken(&mut rations, 5_000, 1, IpAddr::from([198, 51, 101, 7])), 1);
        assert_eq!(taken(&mut rations, 5_500, 1_000, VICTIM), 50, "it comes back with time");
        assert_eq!(taken(&mut rations, 60_000, 1_000, VICTIM), 100, "and does not pile up");
    }

    #[test]
    fn call_for_help_has_a_ration_of_its_own() {
        let mut rations = Rations::new(100);
        assert_eq!(taken(&mut rations, 0, 1_000, VICTIM), 100);
        assert_eq!((0..1_000).filter(|_| rations.take(at(0), VICTIM, true)).count(), 100);
    }

    #[test]
    fn one_answer_in_many_seconds_is_one() {
        let mut rations = Rations::new(0);
        assert_eq!((taken(&mut rations, 0, 10, VICTIM), taken(&mut rations, 1_000, 10, VICTIM)), (1, 1));
    }

    #[test]
    fn one_customer_of_ipv6_has_one_ration() {
        let mut rations = Rations::new(10);
        let customer = |n: u16| IpAddr::from([0x2001, 0xdb8, 0, n, 1, 2, 3, n]);
        assert_eq!((0..0x100).filter(|n| rations.take(at(0), customer(*n), false)).count(), 10);
        assert!(rations.take(at(0), customer(0x100), false), "the next /56");
    }

    #[test]
    fn ten_times_as_many_networks_take_no_more_memory_and_share_a_ration() {
        let mut rations = Rations::new(10);
        let networks = (0..10 * MOST as u32).map(|n| IpAddr::from((n << 8).to_be_bytes()));
        let answers = networks.filter(|from| rations.take(at(0), *from, false)).count();
        assert!(rations.full.len() <= MOST + 2, "{}", rations.full.len());
        assert!(answers <= MOST + 10, "{answers}");
        assert!(rations.take(at(2_000), VICTIM, false) && rations.full.len() == 1, "full ones are forgotten");
    }
}
