//! Hosts of URIs and Vias (RFC 3261 §25.1 `host`).

use crate::error::Malformed;
use crate::grammar::{find, number, trim};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A host name or an address. Names compare without case.
#[derive(Clone, Copy, Eq, Debug)]
pub enum Host<'a> {
    /// A name, as written.
    Name(&'a str),
    /// An address; IPv6 stands in brackets on the wire.
    Ip(IpAddr),
}

impl<'a> Host<'a> {
    /// Reads a host; an IPv6 address must be in brackets.
    ///
    /// # Errors
    /// When the text is neither a name nor an address.
    pub fn parse(text: &'a str) -> Result<Self, Malformed> {
        if let Some(inner) = text.strip_prefix('[') {
            let inner = inner.strip_suffix(']').ok_or(Malformed("IPv6 address lacks its closing bracket"))?;
            // RFC 3261's own grammar made addresses with three colons; RFC 5118 §4.10 asks to read
            // them.
            let address = inner.parse::<Ipv6Addr>().or_else(|_| inner.replace(":::", "::").parse());
            let address = address.map_err(|_| Malformed("not an IPv6 address in the brackets"))?;
            return Ok(Self::Ip(address.into()));
        }
        if let Some(address) = ipv4(text) {
            return Ok(Self::Ip(address.into()));
        }
        if is_name(text) { Ok(Self::Name(text)) } else { Err(Malformed("host is neither a name nor an address")) }
    }

    /// Returns the address, if it is one.
    pub const fn ip(self) -> Option<IpAddr> {
        match self {
            Self::Ip(address) => Some(address),
            Self::Name(_) => None,
        }
    }

    /// Splits `host[:port]`, with white space allowed around the colon (RFC 3261 §25.1 `sent-by`).
    pub(crate) fn split_port(text: &'a str) -> Result<(&'a str, Option<u16>), Malformed> {
        let host_end = match text.strip_prefix('[') {
            Some(_) => find(text, b']').ok_or(Malformed("IPv6 address lacks its closing bracket"))? + 1,
            None => find(text, b':').unwrap_or(text.len()),
        };
        let (host, rest) = text.split_at(host_end);
        let (host, rest) = (trim(host), trim(rest));
        if rest.is_empty() {
            return Ok((host, None));
        }
        let digits = rest.strip_prefix(':').ok_or(Malformed("text after the host that is not a port"))?;
        let digits = trim(digits);
        number(digits).map(|port| (host, Some(port))).ok_or(Malformed("port is not a number below 65536"))
    }
}

/// Reads an `IPv4address`: four numbers below 256 without leading zeros. Most hosts of most
/// messages are one, so they are read in one pass.
fn ipv4(text: &str) -> Option<Ipv4Addr> {
    let (mut octets, mut at, mut digits) = ([0_u8; 4], 0, 0);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                let octet = octets.get_mut(at)?;
                if digits > 0 && *octet == 0 {
                    return None;
                }
                *octet = octet.checked_mul(10)?.checked_add(byte - b'0')?;
                digits += 1;
            }
            b'.' if digits > 0 => (at, digits) = (at + 1, 0),
            _ => return None,
        }
    }
    (at == 3 && digits > 0).then(|| octets.into())
}

/// Returns whether the text is a `hostname`, with the underscore that many networks use; a name of
/// digits and dots only would be a broken address.
fn is_name(text: &str) -> bool {
    let labels = text.strip_suffix('.').unwrap_or(text);
    !labels.is_empty()
        && labels.split('.').all(|label| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        })
        && labels.rsplit('.').next().is_some_and(|top| !top.bytes().all(|b| b.is_ascii_digit()))
}

impl PartialEq for Host<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(a), Self::Name(b)) => a.eq_ignore_ascii_case(b),
            (Self::Ip(a), Self::Ip(b)) => a == b,
            _ => false,
        }
    }
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ip(IpAddr::V4(address)) => address.fmt(f),
            Self::Ip(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names_are_told_apart() {
        assert_eq!(Host::parse("Example.com"), Ok(Host::Name("example.COM")));
        assert_eq!(Host::parse("[2001:DB8::1]"), Ok(Host::Ip("2001:db8::1".parse().unwrap())));
        assert_eq!(Host::parse("1host"), Ok(Host::Name("1host")));
        for broken in ["", "2001:db8::10", "[::1", "[x]", "256.1.1.1", "a..b", "a b", "-\u{e9}"] {
            assert!(Host::parse(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn ipv4_addresses_are_those_of_the_standard_library() {
        let parts = ["", "0", "1", "00", "01", "7", "10", "99", "100", "255", "256", "999", "1000", "a", " 1", "+1"];
        for a in parts {
            for b in parts {
                for text in
                    [format!("{a}.{b}.0.1"), format!("1.{a}.{b}"), format!("1.2.{a}.{b}"), format!("1.2.3.{a}.{b}")]
                {
                    assert_eq!(ipv4(&text), text.parse().ok(), "{text}");
                }
            }
        }
    }

    #[test]
    fn the_port_stands_after_the_brackets() {
        assert_eq!(Host::split_port("[::1]:5070"), Ok(("[::1]", Some(5070))));
        assert_eq!(Host::split_port("[2001:db8::10:5070]"), Ok(("[2001:db8::10:5070]", None)));
        assert_eq!(Host::split_port("a : 5060"), Ok(("a", Some(5060))));
        for broken in ["a:", "a:70000", "a:-1", "[::1]x", "2001:db8::10"] {
            assert!(Host::split_port(broken).is_err(), "{broken}");
        }
    }
}
