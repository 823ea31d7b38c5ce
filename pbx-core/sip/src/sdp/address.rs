//! The address of a `c=` or `o=` line.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// An address of a session description (RFC 8866 §5.7).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Address {
    /// An IP address.
    Ip(IpAddr),
    /// A host name, which is not looked up here.
    Name(String),
}

impl Address {
    /// Returns the address, if it is one that packets can be sent to: `0.0.0.0` is the old way to
    /// say "hold" (RFC 3264 §8.4).
    pub fn reachable(&self) -> Option<IpAddr> {
        match self {
            Self::Ip(ip) if !ip.is_unspecified() => Some(*ip),
            _ => None,
        }
    }

    /// Returns whether it is `0.0.0.0` or `::`.
    pub fn is_hold(&self) -> bool {
        matches!(self, Self::Ip(ip) if ip.is_unspecified())
    }

    /// Reads `IN IP4 192.0.2.1`, with or without the TTL of multicast.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let (net, kind, address) = (words.next()?, words.next()?, words.next()?);
        let known =
            net.eq_ignore_ascii_case("IN") && (kind.eq_ignore_ascii_case("IP4") || kind.eq_ignore_ascii_case("IP6"));
        let address = address.split('/').next().filter(|address| !address.is_empty())?;
        known.then(|| address.parse().map_or_else(|_| Self::Name(address.to_owned()), Self::Ip))
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        Self::Ip(ip)
    }
}
