//! Numbers and addresses written straight into text. A message has a dozen of them, and the
//! formatting traits take many times as long.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

/// Appends a number in decimal.
pub fn number(text: &mut String, number: impl itoa::Integer) {
    text.push_str(itoa::Buffer::new().format(number));
}

/// Appends an address: `192.0.2.1`, `2001:db8::1`.
pub fn ip(text: &mut String, ip: IpAddr) {
    match ip {
        IpAddr::V4(ip) => {
            for (index, octet) in ip.octets().into_iter().enumerate() {
                if index > 0 {
                    text.push('.');
                }
                number(text, octet);
            }
        }
        // Writing to a string cannot fail.
        IpAddr::V6(ip) => drop(write!(text, "{ip}")),
    }
}

/// Appends an address with its port: `192.0.2.1:5060`, `[2001:db8::1]:5060`.
pub fn socket(text: &mut String, address: SocketAddr) {
    match address {
        SocketAddr::V4(_) => {
            ip(text, address.ip());
            text.push(':');
            number(text, address.port());
        }
        SocketAddr::V6(address) => drop(write!(text, "{address}")),
    }
}

/// Appends the last `digits` hex digits of a number.
pub fn hex(text: &mut String, number: u64, digits: usize) {
    for shift in (0..digits.min(16)).rev() {
        let digit = (number >> (4 * shift) & 15) as u32;
        text.push(char::from_digit(digit, 16).unwrap_or('0'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut text = String::new();
        write(&mut text);
        text
    }

    #[test]
    fn everything_is_written_as_the_formatting_traits_do() {
        for address in ["192.0.2.1:5060", "0.0.0.0:0", "255.10.9.100:65535", "[2001:db8::1]:5060", "[::]:1"] {
            let parsed: SocketAddr = address.parse().unwrap();
            assert_eq!(written(|text| socket(text, parsed)), address);
            assert_eq!(written(|text| ip(text, parsed.ip())), parsed.ip().to_string());
        }
        for n in [0, 1, 0xdead_beef, u64::MAX] {
            assert_eq!(written(|text| hex(text, n, 16)), format!("{n:016x}"));
            assert_eq!(written(|text| number(text, n)), n.to_string());
        }
    }
}
