//! The one rule by which a peer is behind a NAT, for registrations and for dialogs.
//!
//! | its request's topmost Via                                     | its Contact                          | behind a NAT |
//! | ------------------------------------------------------------- | ------------------------------------ | ------------ |
//! | an address that the request did not come from                 | any                                  | yes          |
//! | `rport`, and a port that the datagram did not come from       | any                                  | yes          |
//! | where it came from, a name, or not known                      | a name: we resolve none              | yes          |
//! |                                                               | of another realm than the source     | yes          |
//! |                                                               | of the source's realm                | no           |
//!
//! The second row is a phone that learnt its public address by STUN, behind a NAT that gives each
//! destination another port (RFC 5389 §2): with `rport` it listens where it sends from (RFC 3581
//! §3). The last row is a carrier that sends from one machine and is to be spoken to at another.

use crate::base::flow::Flow;
use pbx_sip::{Uri, Via};
use std::net::IpAddr;

/// Returns whether requests for this peer must go where its own come from, and not to its Contact.
pub(crate) fn is_behind_nat(flow: &Flow, via: Option<&Via>, contact: &Uri) -> bool {
    let source = flow.remote.ip().to_canonical();
    let is_rewritten = via.is_some_and(|via| {
        let elsewhere = via.host().ip().is_some_and(|ip| ip != source);
        let is_asked = via.rport().is_some() && !flow.transport.is_reliable();
        elsewhere || is_asked && via.port_or_default() != flow.remote.port()
    });
    let contact = contact.as_sip().and_then(|uri| uri.host().ip());
    is_rewritten || contact.is_none_or(|ip| Realm::of(ip) != Realm::of(source))
}

/// The reach of an address: from where it leads to the same machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Realm {
    /// This machine.
    Loopback,
    /// One link.
    Link,
    /// A private network (RFC 1918, RFC 4193).
    Private,
    /// The customers of one provider (RFC 6598).
    Shared,
    /// The Internet.
    Global,
}

impl Realm {
    fn of(ip: IpAddr) -> Self {
        let (loopback, link, private, shared) = match ip.to_canonical() {
            IpAddr::V4(ip) => {
                let [a, b, ..] = ip.octets();
                (ip.is_loopback(), ip.is_link_local(), ip.is_private(), a == 100 && b & 0b1100_0000 == 64)
            }
            IpAddr::V6(ip) => (ip.is_loopback(), ip.is_unicast_link_local(), ip.is_unique_local(), false),
        };
        match (loopback, link, private, shared) {
            (true, ..) => Self::Loopback,
            (_, true, ..) => Self::Link,
            (_, _, true, _) => Self::Private,
            (.., true) => Self::Shared,
            _ => Self::Global,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::flow::Transport;

    #[test]
    fn nat_is_what_rewrites_the_source_or_hides_the_contact() {
        let cases = [
            ("203.0.113.5:5060", "203.0.113.5:5060", "sip:203.0.113.5", false, "no NAT"),
            ("203.0.113.5:5060", "203.0.113.5:5060", "sip:198.51.100.9", false, "a carrier with two machines"),
            ("203.0.113.5:5060", "sbc.carrier.test", "sip:198.51.100.9", false, "the same, under its name"),
            ("203.0.113.5:5060", "203.0.113.5:5060", "sip:192.168.1.5", true, "an address of another network"),
            ("203.0.113.5:5060", "203.0.113.5:5060", "sip:100.64.0.5", true, "the same of a provider's NAT"),
            ("203.0.113.5:61000", "192.168.1.5:5060;rport=61000", "sip:192.168.1.5", true, "a home"),
            ("203.0.113.5:61000", "192.168.1.5:5060", "sip:203.0.113.5:61000", true, "STUN for the Contact alone"),
            ("203.0.113.5:61000", "203.0.113.5:40000;rport=61000", "sip:203.0.113.5:40000", true, "a symmetric NAT"),
            (
                "203.0.113.5:61000",
                "203.0.113.5:5060",
                "sip:203.0.113.5:5060",
                false,
                "sends from one, listens on another",
            ),
            ("192.168.1.5:5060", "192.168.1.5", "sip:10.0.0.7", false, "two networks of one house"),
            ("192.168.1.5:5060", "192.168.1.5", "sip:phone.acme.test", true, "no name is resolved"),
            ("[fe80::5%3]:5060", "[fe80::5]:5060", "sip:[fe80::5]:5060", false, "a neighbour on the link"),
            ("[::ffff:192.0.2.5]:5060", "192.0.2.5", "sip:192.0.2.5", false, "IPv4 on a socket of IPv6"),
        ];
        for (source, sent_by, contact, expected, what) in cases {
            let (local, remote) = ("192.0.2.1:5060".parse().unwrap(), source.parse().unwrap());
            let flow = Flow { transport: Transport::Udp, local, remote, own: None, connection: 0 };
            let (host, params) =
                sent_by.split_once(';').map_or((sent_by, String::new()), |(a, b)| (a, format!(";{b}")));
            let via = Via::parse(format!("SIP/2.0/UDP {host};branch=z9hG4bK1{params}")).unwrap();
            assert_eq!(is_behind_nat(&flow, Some(&via), &Uri::parse(contact).unwrap()), expected, "{what}");
        }
    }
}
