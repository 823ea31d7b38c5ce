//! Where media is received: it must be where the SDP says, and that names the address that SIP came to.

use super::Config;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

impl Config {
    /// The address that media sockets are bound to. `::` receives IPv4 too.
    pub fn media_address(&self) -> IpAddr {
        let any = if self.sip.iter().all(SocketAddr::is_ipv4) {
            Ipv4Addr::UNSPECIFIED.into()
        } else {
            Ipv6Addr::UNSPECIFIED.into()
        };
        self.rtp_address.unwrap_or(any)
    }

    /// Why calls would be silent, if so: SDP would name an address where nothing is received.
    pub(super) fn silence(&self) -> Option<String> {
        let rtp = self.rtp_address?;
        let fits = |sip: IpAddr| {
            let family = rtp.is_ipv4() == sip.is_ipv4() || rtp == Ipv6Addr::UNSPECIFIED;
            let elsewhere = self.external_address.is_some() || rtp.is_unspecified() || sip.is_unspecified();
            family && (elsewhere || rtp == sip)
        };
        let wrong = self.sip.iter().find(|sip| !fits(sip.ip()))?;
        Some(format!(
            "rtp-address {rtp} does not fit sip {wrong}: phones send media to the address that they reach SIP at"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(sip: &[&str], rtp: Option<&str>) -> Config {
        let sip = sip.iter().map(|address| address.parse().unwrap()).collect();
        Config { sip, rtp_address: rtp.map(|address| address.parse().unwrap()), ..Config::default() }
    }

    #[test]
    fn media_is_received_wherever_sip_is() {
        assert_eq!(with(&["127.0.0.1:5060"], None).media_address(), IpAddr::from([0, 0, 0, 0]));
        assert_eq!(with(&["127.0.0.1:5060", "[::1]:5060"], None).media_address(), Ipv6Addr::UNSPECIFIED);
    }

    #[test]
    fn address_that_would_be_silent_is_a_mistake() {
        for (sip, rtp) in [("127.0.0.1:5060", "127.0.0.1"), ("0.0.0.0:5060", "10.0.0.7"), ("[::1]:5060", "::")] {
            assert_eq!(with(&[sip], Some(rtp)).silence(), None, "{sip} {rtp}");
        }
        for (sip, rtp) in [("[::1]:5060", "0.0.0.0"), ("10.0.0.8:5060", "10.0.0.7"), ("0.0.0.0:5060", "::1")] {
            assert!(with(&[sip], Some(rtp)).silence().is_some(), "{sip} {rtp}");
        }
    }
}
