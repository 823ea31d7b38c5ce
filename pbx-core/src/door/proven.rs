//! The devices that lately proved their password, and where: a guesser behind the same address
//! takes nothing from them.
//!
//! Only a right answer to a nonce of ours adds an entry, so their number is bounded by the devices
//! that there are: a few places of each. There may be as many as there are phones, so each entry is
//! kept small.

use crate::base::flow::network;
use crate::base::ids::DeviceId;
use crate::base::time::Instant;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// Places that are remembered of one device: the contacts that it may have by default, and some
/// that it had before.
const PLACES: usize = 16;

/// Proofs that are remembered. One server seldom has so many; beyond them, only devices that were
/// here before are known.
const MOST: usize = 1 << 17;

/// Wrong answers from one place after which its proof is void: it is another phone, or the password
/// has changed.
const PATIENCE: u32 = 5;

/// The memory of proofs.
#[derive(Debug)]
pub(super) struct Proven {
    lifetime: Duration,
    proofs: BTreeMap<(DeviceId, Endpoint), Proof>,
}

/// Address and port: a `SocketAddr` in two thirds of its size.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Endpoint {
    ip: IpAddr,
    port: u16,
}

/// A proof from one place of a device.
#[derive(Clone, Copy, Debug)]
struct Proof {
    until: Instant,
    /// Wrong answers from there since the proof.
    failures: u32,
}

impl Endpoint {
    const FIRST: Self = Self { ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED), port: 0 };
    const LAST: Self = Self { ip: IpAddr::V6(Ipv6Addr::from_bits(u128::MAX)), port: u16::MAX };
}

impl From<SocketAddr> for Endpoint {
    fn from(source: SocketAddr) -> Self {
        Self { ip: source.ip(), port: source.port() }
    }
}

impl Proven {
    /// Makes an empty memory. A proof should live somewhat longer than a phone may be silent
    /// between two registrations.
    pub(super) fn new(lifetime: Duration) -> Self {
        Self { lifetime, proofs: BTreeMap::new() }
    }

    /// Notes that the password of this device is known at this place.
    pub(super) fn note(&mut self, now: Instant, source: SocketAddr, device: DeviceId) {
        let key = (device, Endpoint::from(source));
        let proof = Proof { until: now + self.lifetime, failures: 0 };
        if let Some(known) = self.proofs.get_mut(&key) {
            *known = proof;
            return;
        }
        self.make_room(now, device);
        if self.proofs.len() < MOST {
            self.proofs.insert(key, proof);
        }
    }

    /// Returns whether this very place has proven the device: address and port, which no other
    /// phone behind the address has.
    pub(super) fn is_here(&self, now: Instant, source: SocketAddr, device: DeviceId) -> bool {
        self.proofs.get(&(device, source.into())).is_some_and(|known| known.until > now)
    }

    /// Returns whether the device was proven from this address, on any port: a NAT may have chosen
    /// another one meanwhile.
    pub(super) fn is_near(&self, now: Instant, source: SocketAddr, device: DeviceId) -> bool {
        let near = network(source.ip());
        self.places(device).any(|(place, known)| known.until > now && network(place.ip) == near)
    }

    /// Counts a wrong answer from there.
    pub(super) fn failed(&mut self, source: SocketAddr, device: DeviceId) {
        let key = (device, source.into());
        let Some(known) = self.proofs.get_mut(&key) else { return };
        known.failures += 1;
        if known.failures >= PATIENCE {
            self.proofs.remove(&key);
        }
    }

    /// Makes room for one more place: drops what is over, and of a device with many places the one
    /// that ends first.
    fn make_room(&mut self, now: Instant, device: DeviceId) {
        let over: Vec<Endpoint> =
            self.places(device).filter(|(_, known)| known.until <= now).map(|(place, _)| place).collect();
        for place in over {
            self.proofs.remove(&(device, place));
        }
        if self.places(device).count() >= PLACES
            && let Some((oldest, _)) = self.places(device).min_by_key(|(_, known)| known.until)
        {
            self.proofs.remove(&(device, oldest));
        }
        if self.proofs.len() >= MOST {
            self.proofs.retain(|_, known| known.until > now);
        }
    }

    fn places(&self, device: DeviceId) -> impl Iterator<Item = (Endpoint, Proof)> {
        let all = (device, Endpoint::FIRST)..=(device, Endpoint::LAST);
        self.proofs.range(all).map(|((_, place), known)| (*place, *known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    fn place(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 10], port))
    }

    fn anna() -> DeviceId {
        DeviceId::of_key("anna")
    }

    fn proven() -> Proven {
        Proven::new(Duration::from_secs(100))
    }

    #[test]
    fn proof_holds_for_its_place_and_its_time() {
        let mut proven = proven();
        proven.note(at(0), place(5060), anna());
        assert!(proven.is_here(at(99), place(5060), anna()));
        assert!(!proven.is_here(at(99), place(5061), anna()) && proven.is_near(at(99), place(5061), anna()));
        assert!(!proven.is_near(at(99), SocketAddr::from(([192, 0, 2, 11], 5060)), anna()));
        assert!(!proven.is_near(at(99), place(5060), DeviceId::of_key("ben")));
        assert!(!proven.is_here(at(100), place(5060), anna()));
    }

    #[test]
    fn every_address_is_within_the_range_of_places() {
        let mut proven = proven();
        for source in ["0.0.0.0:0", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"] {
            let source: SocketAddr = source.parse().unwrap();
            proven.note(at(0), source, anna());
            assert!(proven.is_near(at(1), source, anna()));
        }
    }

    #[test]
    fn place_that_goes_on_failing_has_proven_nothing() {
        let mut proven = proven();
        proven.note(at(0), place(5060), anna());
        for _ in 0..4 {
            proven.failed(place(5060), anna());
            proven.failed(place(5061), anna());
        }
        assert!(proven.is_here(at(1), place(5060), anna()));
        proven.failed(place(5060), anna());
        assert!(!proven.is_near(at(1), place(5060), anna()));
        assert!(proven.proofs.is_empty());
    }

    #[test]
    fn device_has_a_few_places_and_gives_up_the_oldest() {
        let mut proven = proven();
        let most = 10 * PLACES as u16;
        for port in 1..=most {
            proven.note(at(u64::from(port) / 8), place(port), anna());
        }
        assert_eq!(proven.proofs.len(), PLACES);
        assert!(!proven.is_here(at(21), place(most - 16), anna()));
        assert!((most - 15..=most).all(|port| proven.is_here(at(21), place(port), anna())));
        proven.note(at(119), place(3000), anna());
        assert_eq!(proven.proofs.len(), 2, "the last of before and the new one: the rest is over");
    }
}
