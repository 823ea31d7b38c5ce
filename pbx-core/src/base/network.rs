//! A range of addresses, as operators write it: one address, or a network in CIDR notation (RFC
//! 4632 §3.1).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A single address or a network. IPv4 written as IPv6 (`::ffff:192.0.2.7`) is IPv4 here.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

/// The reason why a text is no network.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadNetwork {
    /// It cannot be read.
    #[error("{0:?} is neither an IP address nor a network such as 10.0.0.0/8")]
    Unreadable(String),
    /// It is an address within a network, instead of the network itself: one of the two is a
    /// mistake.
    #[error("{0} is an address within {1}: write the network, or the address alone")]
    Within(String, Network),
}

impl Network {
    /// The IPv4 addresses of this machine for itself.
    pub const LOOPBACK: Self = Self { first: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), bits: 8 };

    /// Returns whether this address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && masked(address, self.bits) == self.first
    }

    /// Returns whether some address lies in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other.first) || other.contains(self.first)
    }

    /// Returns the first of its addresses.
    pub const fn first(&self) -> IpAddr {
        self.first
    }

    /// Returns how many bits its addresses have in common.
    pub const fn bits(&self) -> u8 {
        self.bits
    }

    /// Returns whether it holds every address of its family.
    pub const fn is_everybody(&self) -> bool {
        self.bits == 0
    }

    /// Returns whether its addresses are IPv4.
    pub const fn is_ipv4(&self) -> bool {
        self.first.is_ipv4()
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let first = address.to_canonical();
        Self { first, bits: width(first) }
    }
}

const fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Returns the address with nothing left after the first bits.
fn masked(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits.min(32))).unwrap_or(0);
            IpAddr::V4((v4.to_bits() & mask).into())
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits.min(128))).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from(v6.to_bits() & mask))
        }
    }
}

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let unreadable = || BadNetwork::Unreadable(text.to_owned());
        let Some((address, bits)) = text.split_once('/') else {
            return text.parse::<IpAddr>().map(Self::from).map_err(|_| unreadable());
        };
        let written: IpAddr = address.parse().map_err(|_| unreadable())?;
        let bits: u8 = bits.parse().map_err(|_| unreadable())?;
        let address = written.to_canonical();
        // `::ffff:10.0.0.0/104` counts the 96 bits before the IPv4 address too.
        let before = width(written) - width(address);
        let bits = bits.checked_sub(before).filter(|bits| *bits <= width(address)).ok_or_else(unreadable)?;
        let network = Self { first: masked(address, bits), bits };
        if network.first != address {
            return Err(BadNetwork::Within(text.to_owned(), network));
        }
        Ok(network)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bits == width(self.first) { self.first.fmt(f) } else { write!(f, "{}/{}", self.first, self.bits) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_in_its_network_and_in_no_other() {
        let pairs = [
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/31", "10.0.0.1", true),
            ("10.0.0.0/31", "10.0.0.2", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::", false),
            ("::1", "127.0.0.1", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("127.0.0.1", "::ffff:127.0.0.1", true),
            ("::ffff:127.0.0.1", "127.0.0.1", true),
            ("::ffff:10.0.0.0/104", "10.1.2.3", true),
        ];
        for (range, address, inside) in pairs {
            assert_eq!(network(range).contains(address.parse().unwrap()), inside, "{address} in {range}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused_and_what_is_one_prints_as_it_was_written() {
        for text in ["192.0.2.7", "10.0.0.0/8", "2001:db8::/32", "::1", "0.0.0.0/0"] {
            assert_eq!(network(text).to_string(), text);
        }
        for text in ["", "pbx", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "::ffff:1.2.3.4/8"] {
            assert!(matches!(text.parse::<Network>(), Err(BadNetwork::Unreadable(_))), "{text}");
        }
        let within = "10.0.0.5/8".parse::<Network>().unwrap_err();
        assert_eq!(
            within.to_string(),
            "10.0.0.5/8 is an address within 10.0.0.0/8: write the network, or the address alone"
        );
    }

    #[test]
    fn networks_overlap_where_one_holds_the_other() {
        assert!(network("127.0.0.1").overlaps(&network("127.0.0.0/8")));
        assert!(network("127.0.0.0/8").overlaps(&network("127.0.0.1")));
        assert!(!network("10.0.0.0/8").overlaps(&network("127.0.0.0/8")));
        assert!(!network("::/0").overlaps(&network("127.0.0.0/8")));
    }
}
