//! Which of our addresses a peer sees: the kernel's routing table, asked without sending anything.

use crate::flow::{Flow, Routes, Transport};
use crate::time::Instant;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
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
    external: Option<IpAddr>,
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
    /// Of these listeners. `external` is what peers outside this machine see instead of our own address.
    pub fn new(listeners: Vec<Listener>, external: Option<IpAddr>, clock: std::sync::Arc<dyn super::Clock>) -> Self {
        Self { listeners, external, clock, known: Mutex::default() }
    }

    /// Our address, as this peer sees it when it talks to the listener bound there.
    pub fn local_for(&self, bound: SocketAddr, peer: IpAddr) -> Option<SocketAddr> {
        let ip = if bound.ip().is_unspecified() { self.remembered_source(peer)? } else { bound.ip() };
        let seen = if peer.is_loopback() { ip } else { self.external.unwrap_or(ip) };
        Some(SocketAddr::new(seen, bound.port()))
    }

    fn remembered_source(&self, peer: IpAddr) -> Option<IpAddr> {
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

/// The address from which this machine would talk to that peer. Connecting a UDP socket sends nothing: the kernel only
/// picks the source address.
pub fn source_towards(peer: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = if peer.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((peer, 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_unspecified()).then_some(ip)
}

impl Routes for RouteTable {
    fn flow_to(&self, transport: Transport, remote: SocketAddr) -> Option<Flow> {
        self.listeners
            .iter()
            .filter(|l| l.transport == transport && l.bound.is_ipv4() == remote.is_ipv4())
            // A listener on loopback leads to loopback only, and the other way round if there is a choice.
            .filter(|l| !l.bound.ip().is_loopback() || remote.ip().is_loopback())
            .max_by_key(|l| (l.bound.ip().is_loopback() == remote.ip().is_loopback(), l.bound.ip().is_unspecified()))
            .and_then(|l| {
                let local = self.local_for(l.bound, remote.ip())?;
                Some(Flow { transport, local, remote, connection: 0 })
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
        RouteTable::new(listeners, external.map(|e| e.parse().unwrap()), Arc::new(SystemClock::start()))
    }

    #[test]
    fn a_wildcard_listener_shows_loopback_to_loopback() {
        let flow =
            table(&["0.0.0.0:5060"], Some("192.0.2.1")).flow_to(Transport::Udp, "127.0.0.1:7080".parse().unwrap());
        assert_eq!(flow.unwrap().local, "127.0.0.1:5060".parse().unwrap());
    }

    #[test]
    fn an_external_address_is_shown_to_others() {
        let table = table(&["10.1.1.1:5060"], Some("192.0.2.1"));
        let flow = table.flow_to(Transport::Udp, "198.51.100.7:5060".parse().unwrap()).unwrap();
        assert_eq!(flow.local, "192.0.2.1:5060".parse().unwrap());
    }

    #[test]
    fn nothing_leads_to_another_family_or_transport() {
        let table = table(&["127.0.0.1:5060"], None);
        assert_eq!(table.flow_to(Transport::Udp, "[::1]:5060".parse().unwrap()), None);
        assert_eq!(table.flow_to(Transport::Tcp, "127.0.0.1:5060".parse().unwrap()), None);
        assert_eq!(table.flow_to(Transport::Udp, "192.0.2.9:5060".parse().unwrap()), None);
    }
}
