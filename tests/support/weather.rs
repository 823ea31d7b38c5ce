//! What happens to datagrams on their way: loss, duplication, delay and with it reordering; from a seed.

use super::glance::Glance;
use super::{fate, ms};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

/// How bad the network is. Chances are in thousandths.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Climate {
    /// Lost datagrams.
    pub(crate) loss: u64,
    /// Datagrams that come twice.
    pub(crate) twice: u64,
    /// The least delay.
    pub(crate) delay: Duration,
    /// What may come on top of it: more than the distance of two datagrams reorders them.
    pub(crate) jitter: Duration,
}

impl Climate {
    /// A cable.
    pub(crate) const FAIR: Self = Self { loss: 0, twice: 0, delay: ms(1), jitter: Duration::ZERO };
    /// A crowded radio network.
    pub(crate) const FOUL: Self = Self { loss: 50, twice: 30, delay: ms(5), jitter: ms(120) };
}

/// Decides on each datagram. A link's fate depends on the seed and on how many went over it, not on other links.
pub(crate) struct Weather {
    seed: u64,
    pub(crate) climate: Climate,
    /// What is lost whatever the climate, by who sends it: a scenario's mishap.
    pub(crate) loses: fn(SocketAddr, &Glance) -> bool,
    sent: HashMap<(SocketAddr, SocketAddr), u64>,
}

impl Weather {
    pub(crate) fn new(seed: u64, climate: Climate) -> Self {
        Self { seed, climate, loses: |_, _| false, sent: HashMap::new() }
    }

    /// After which delays a datagram arrives: never, once or twice.
    pub(crate) fn arrivals(&mut self, from: SocketAddr, to: SocketAddr) -> Vec<Duration> {
        let count = self.sent.entry((from, to)).or_insert(0);
        *count += 1;
        let roll = |what: u64| fate(self.seed, &[number(from), number(to), *count, what]);
        let Climate { loss, twice, delay, jitter } = self.climate;
        let late = |what| delay + Duration::from_micros(roll(what) % (jitter.as_micros() as u64 + 1));
        match roll(0) % 1000 {
            chance if chance < loss => vec![],
            chance if chance < loss + twice => vec![late(1), late(2)],
            _ => vec![late(1)],
        }
    }
}

/// An address as a number. Our own ports are left out: which one a call gets is no matter of its fate.
fn number(address: SocketAddr) -> u64 {
    let ip = match address.ip() {
        std::net::IpAddr::V4(ip) => u64::from(u32::from(ip)),
        std::net::IpAddr::V6(ip) => ip.segments().iter().fold(0, |sum, part| sum * 31 + u64::from(*part)),
    };
    if address.ip() == super::exchange::SERVER.ip() { ip } else { ip * 65_536 + u64::from(address.port()) }
}
