//! NATs between phones and the exchange (RFC 4787): a phone behind one is seen at a public port,
//! for as long as something passes. Then the port is forgotten, and the phone gets another one when
//! it sends next.

use pbx_core::base::time::Instant;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// The first public port that a NAT gives.
const FIRST: u16 = 30_000;

/// A box with one public address.
struct Nat {
    /// How long a mapping lives that nothing passes, from inside or outside.
    life: Duration,
    next: u16,
    ports: HashMap<SocketAddr, u16>,
    mappings: HashMap<u16, (SocketAddr, Instant)>,
}

/// All NATs that there are.
#[derive(Default)]
pub(crate) struct Nats {
    /// By private address: the public one.
    public: HashMap<IpAddr, IpAddr>,
    boxes: HashMap<IpAddr, Nat>,
}

impl Nats {
    /// Puts a private address behind the NAT with this public one.
    pub(crate) fn hide(&mut self, private: IpAddr, public: IpAddr, life: Duration) {
        self.public.insert(private, public);
        let nat = Nat { life, next: FIRST, ports: HashMap::new(), mappings: HashMap::new() };
        self.boxes.entry(public).or_insert(nat).life = life;
    }

    /// Whether this address leads nowhere outside of its own network.
    pub(crate) fn hides(&self, address: IpAddr) -> bool {
        self.public.contains_key(&address)
    }

    /// The address as the world knows it.
    pub(crate) fn seen(&self, address: IpAddr) -> IpAddr {
        self.public.get(&address).copied().unwrap_or(address)
    }

    /// The NAT is restarted and knows nothing any more.
    pub(crate) fn forget(&mut self, public: IpAddr) {
        if let Some(nat) = self.boxes.get_mut(&public) {
            nat.ports.clear();
            nat.mappings.clear();
        }
    }

    /// Where the world sees a packet from that leaves now.
    pub(crate) fn outward(&mut self, now: Instant, from: SocketAddr) -> SocketAddr {
        let public = self.seen(from.ip());
        let Some(nat) = self.boxes.get_mut(&public) else { return from };
        let living = nat.ports.get(&from).copied().filter(|port| nat.is_alive(now, *port));
        let port = living.unwrap_or_else(|| {
            nat.next += 1;
            nat.ports.insert(from, nat.next);
            nat.next
        });
        nat.mappings.insert(port, (from, now));
        SocketAddr::new(public, port)
    }

    /// Where a packet from the world gets to now; none: nobody knows for whom it is.
    pub(crate) fn inward(&mut self, now: Instant, to: SocketAddr) -> Option<SocketAddr> {
        let Some(nat) = self.boxes.get_mut(&to.ip()) else { return Some(to) };
        if !nat.is_alive(now, to.port()) {
            return None;
        }
        let mapping = nat.mappings.get_mut(&to.port())?;
        mapping.1 = now;
        Some(mapping.0)
    }
}

impl Nat {
    fn is_alive(&self, now: Instant, port: u16) -> bool {
        self.mappings.get(&port).is_some_and(|(_, last)| now.since(*last) < self.life)
    }
}
