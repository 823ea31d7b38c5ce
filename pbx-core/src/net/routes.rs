//! Which of our addresses a peer sees: the kernel's routing table, asked without sending anything.

use super::Nat;
use crate::base::flow::{Flow, Routes, Transport};
use crate::base::time::Instant;
use pbx_media::datagram::source_towards;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long an answer of the routing table is believed.
const FRESH: Duration = Duration::from_secs(30);
/// How many peers' answers are kept.
const KEPT: usize = 16_384;

/// The listeners, and the routes from them.
#[derive(Debug)]
pub struct RouteTable {
    listeners: Vec<Listener>,
    nat: Option<Nat>,
    clock: std::sync::Arc<dyn super::Clock>,
    known: Mutex<HashMap<IpAddr, (IpAddr, Instant)>>,
}

/// An address on which SIP is listened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listener {
    /// What it carries.
    pub transport: Transport,
    /// Where it is bound; the IP may be unspecified.
    pub bound: SocketAddr,
}

impl RouteTable {
    /// Makes a table of these listeners.
    pub fn new(listeners: Vec<Listener>, nat: Option<Nat>, clock: std::sync::Arc<dyn super::Clock>) -> Self {
        Self { listeners, nat, clock, known: Mutex::default() }
    }

    /// Makes the flow between an address of this machine and a peer, with what the peer sees of us.
    pub(super) fn flow(&self, transport: Transport, own: SocketAddr, remote: SocketAddr, connection: u64) -> Flow {
        let seen = self.nat.as_ref().and_then(|nat| nat.seen_by(remote.ip()));
        let outside = seen.filter(|seen| *seen != own.ip());
        let local = SocketAddr::new(outside.unwrap_or_else(|| own.ip()), own.port());
        Flow { transport, local, remote, own: outside.map(|_| own.ip()), connection }
    }

    /// Returns the address from which we would talk to this peer through the listener bound there.
    pub(super) fn own_for(&self, bound: SocketAddr, peer: IpAddr) -> Option<SocketAddr> {
        let ip = if bound.ip().is_unspecified() { self.remembered_source(peer)? } else { bound.ip() };
        Some(SocketAddr::new(ip, bound.port()))
    }

    fn remembered_source(&self, peer: IpAddr) -> Option<IpAddr> {
        self.remembered(peer, source_towards)
    }

    fn remembered(&self, peer: IpAddr, source_towards: impl Fn(IpAddr) -> Option<IpAddr>) -> Option<IpAddr> {
        let now = self.clock.now().mono;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((ip, since)) = known.get(&peer)
            && now.since(*since) < FRESH
        {
            return Some(*ip);
        }
        let ip = source_towards(peer)?;
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(peer, (ip, now));
        Some(ip)
    }
}

/// The order of listeners for a peer: the lower, the better the address suits it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It is the address that the routing table talks to the peer from.
    OnTheWay,
    /// It takes the routing table's address.
    Any,
    /// It is of another network of this machine.
    Elsewhere,
}

impl Fit {
    fn of(bound: IpAddr, source: Option<IpAddr>) -> Self {
        match source {
            Some(source) if source == bound => Self::OnTheWay,
            _ if bound.is_unspecified() => Self::Any,
            _ => Self::Elsewhere,
        }
    }
}

impl Routes for RouteTable {
    fn flow_to(&self, transport: Transport, remote: SocketAddr) -> Option<Flow> {
        let source = self.remembered_source(remote.ip());
        let listener = self
            .listeners
            .iter()
            .filter(|l| l.transport == transport && l.bound.is_ipv4() == remote.is_ipv4())
            // A listener on loopback leads to loopback only, and the other way round if there is a
            // choice.
            .filter(|l| !l.bound.ip().is_loopback() || remote.ip().is_loopback())
            // Of equals the first: it is the one that the operator named first.
            .min_by_key(|l| (l.bound.ip().is_loopback() != remote.ip().is_loopback(), Fit::of(l.bound.ip(), source)))?;
        let own = self.own_for(listener.bound, remote.ip())?;
        Some(self.flow(transport, own, remote, 0))
    }

    fn is_ours(&self, flow: &Flow) -> bool {
        self.listeners.iter().any(|l| {
            l.transport == flow.transport
                && l.bound.port() == flow.local.port()
                && l.bound.is_ipv4() == flow.remote.is_ipv4()
                && (l.bound.ip().is_unspecified() || l.bound.ip() == flow.own_ip())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::SystemClock;
    use std::sync::Arc;

    fn table(bound: &[&str], external: Option<&str>) -> RouteTable {
        let listeners =
            bound.iter().map(|b| Listener { transport: Transport::Udp, bound: b.parse().unwrap() }).collect();
        let inside = || vec!["192.168.0.0/16".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let nat = external.map(|seen| Nat::new(seen.parse().unwrap(), inside()));
        RouteTable::new(listeners, nat, Arc::new(SystemClock::start()))
    }

    #[test]
    fn a_wildcard_listener_shows_loopback_to_loopback() {
        let flow =
            table(&["0.0.0.0:5060"], Some("192.0.2.1")).flow_to(Transport::Udp, "127.0.0.1:7080".parse().unwrap());
        assert_eq!(flow.unwrap().local, "127.0.0.1:5060".parse().unwrap());
    }

    #[test]
    fn an_external_address_is_shown_to_others() {
        let table = table(&["10.1.1.1:5060", "[fd00::1]:5060"], Some("192.0.2.1"));
        let flow = table.flow_to(Transport::Udp, "198.51.100.7:5060".parse().unwrap()).unwrap();
        assert_eq!(flow.local, "192.0.2.1:5060".parse().unwrap());
        assert_eq!(flow.own_ip(), IpAddr::from([10, 1, 1, 1]));
        assert!(table.is_ours(&flow));
        for (inside, own) in [("192.168.7.7:5060", "10.1.1.1:5060"), ("[2001:db8::7]:5060", "[fd00::1]:5060")] {
            let flow = table.flow_to(Transport::Udp, inside.parse().unwrap()).unwrap();
            assert_eq!((flow.local, flow.own), (own.parse().unwrap(), None), "to {inside}");
        }
    }

    #[test]
    fn peer_is_reached_from_the_listener_of_its_own_network() {
        let flow = |bound: &[&str], to: &str| table(bound, None).flow_to(Transport::Udp, to.parse().unwrap()).unwrap();
        let way = source_towards("127.0.0.1".parse().unwrap()).unwrap();
        assert_eq!(way, IpAddr::from([127, 0, 0, 1]));
        for bound in [["127.0.0.1:5060", "127.0.0.9:5070"], ["127.0.0.9:5070", "127.0.0.1:5060"]] {
            assert_eq!(flow(&bound, "127.0.0.1:7080").local, "127.0.0.1:5060".parse().unwrap(), "{bound:?}");
        }
        let equals = flow(&["127.0.0.8:5060", "127.0.0.9:5070"], "127.0.0.1:7080");
        assert_eq!(equals.local, "127.0.0.8:5060".parse().unwrap(), "the one that was named first");
    }

    #[test]
    fn another_contact_of_a_phone_is_reached_from_where_the_phone_knows_us() {
        let table = table(&["127.0.0.1:5060", "127.0.0.9:5070", "[::1]:5060"], None);
        let beside = |local: &str, to: &str| {
            let remote = "127.0.0.1:40000".parse().unwrap();
            let known =
                Flow { transport: Transport::Udp, local: local.parse().unwrap(), remote, own: None, connection: 0 };
            table.flow_beside(&known, Transport::Udp, to.parse().unwrap()).unwrap().local.to_string()
        };
        assert_eq!(beside("127.0.0.9:5070", "127.0.0.1:7080"), "127.0.0.9:5070");
        assert_eq!(beside("127.0.0.9:5071", "127.0.0.1:7080"), "127.0.0.1:5060", "we listen there no longer");
        assert_eq!(beside("127.0.0.9:5070", "[::1]:7080"), "[::1]:5060", "the other family");
    }

    #[test]
    fn ten_times_as_many_peers_as_are_kept_take_no_more_memory() {
        let table = table(&["127.0.0.1:5060"], None);
        let own = IpAddr::from([192, 0, 2, 1]);
        for n in 0..10 * KEPT as u32 {
            assert_eq!(table.remembered(IpAddr::from(n.to_be_bytes()), |_| Some(own)), Some(own));
        }
        assert!(table.known.lock().unwrap().len() <= KEPT);
    }

    #[test]
    fn nothing_leads_to_another_family_or_transport() {
        let table = table(&["127.0.0.1:5060"], None);
        assert_eq!(table.flow_to(Transport::Udp, "[::1]:5060".parse().unwrap()), None);
        assert_eq!(table.flow_to(Transport::Tcp, "127.0.0.1:5060".parse().unwrap()), None);
        assert_eq!(table.flow_to(Transport::Udp, "192.0.2.9:5060".parse().unwrap()), None);
    }
}
