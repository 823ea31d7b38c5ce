//! The place that a trunk calls from: one address and port, or a network of any port.

use crate::base::network::{BadNetwork, Network};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

/// A place that a trunk calls from, written `192.0.2.1:5060`, `192.0.2.1` or `192.0.2.0/28`. On a
/// connection the port does not count (RFC 3261 §18.1.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Peer {
    network: Network,
    port: Option<u16>,
}

impl Peer {
    /// Returns whether requests of this source are from it.
    pub fn is_at(&self, source: SocketAddr) -> bool {
        self.network.contains(source.ip()) && self.port.is_none_or(|port| port == source.port())
    }

    /// Returns the addresses.
    pub const fn network(&self) -> &Network {
        &self.network
    }

    /// Returns the address and port; `None` if it is a network.
    pub fn address(&self) -> Option<SocketAddr> {
        self.port.map(|port| SocketAddr::new(self.network.first(), port))
    }

    /// Returns how exact the place is: with a port before without, a small network before a large
    /// one.
    pub(super) const fn exactness(&self) -> (bool, u8) {
        (self.port.is_some(), self.network.bits())
    }

    /// Returns whether a packet can come from it.
    pub fn is_somewhere(&self) -> bool {
        self.port != Some(0) && !self.network.is_everybody() && !self.network.first().is_unspecified()
    }
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self { network: Network::from(address.ip()), port: Some(address.port()) }
    }
}

impl FromStr for Peer {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self::from(address));
        }
        Ok(Self { network: text.parse()?, port: None })
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => SocketAddr::new(self.network.first(), port).fmt(f),
            None => self.network.fmt(f),
        }
    }
}

impl Serialize for Peer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Peer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peer_is_read_as_it_is_written() {
        for text in ["192.0.2.1:5060", "[2001:db8::1]:5060", "192.0.2.1", "192.0.2.0/28", "2001:db8::/32"] {
            assert_eq!(text.parse::<Peer>().unwrap().to_string(), text);
        }
        for text in ["", "carrier.test", "192.0.2.1:70000", "192.0.2.5/28"] {
            assert!(text.parse::<Peer>().is_err(), "{text}");
        }
        assert!(!"0.0.0.0:5060".parse::<Peer>().unwrap().is_somewhere());
        assert!(!"0.0.0.0/0".parse::<Peer>().unwrap().is_somewhere());
        assert!(!"192.0.2.1:0".parse::<Peer>().unwrap().is_somewhere());
    }

    #[test]
    fn port_counts_where_one_is_named() {
        let is_at = |peer: &str, source: &str| peer.parse::<Peer>().unwrap().is_at(source.parse().unwrap());
        assert!(is_at("192.0.2.1:5060", "192.0.2.1:5060") && !is_at("192.0.2.1:5060", "192.0.2.1:5061"));
        assert!(is_at("192.0.2.1", "192.0.2.1:40000") && is_at("192.0.2.0/28", "192.0.2.14:5090"));
        assert!(!is_at("192.0.2.0/28", "192.0.2.16:5060"));
    }
}
