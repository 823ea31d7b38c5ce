//! A NAT before this server: which peers look at us through it, and which do not.

use crate::base::network::Network;
use std::net::IpAddr;

/// A NAT that hides our own addresses from all but some networks.
#[derive(Clone, Debug)]
pub struct Nat {
    external: IpAddr,
    inside: Vec<Network>,
}

impl Nat {
    /// Describes one that shows this address to all but this machine and these networks.
    pub const fn new(external: IpAddr, inside: Vec<Network>) -> Self {
        Self { external, inside }
    }

    /// Returns what a peer sees instead of our own address; `None` if it sees that. A peer of the
    /// other family comes by another way.
    pub(super) fn seen_by(&self, peer: IpAddr) -> Option<IpAddr> {
        let is_inside = peer.is_loopback() || self.inside.iter().any(|network| network.contains(peer));
        (!is_inside && self.external.is_ipv4() == peer.is_ipv4()).then_some(self.external)
    }
}
