//! The check of where media may be sent: a session description names any address that its sender
//! likes.

use std::net::{IpAddr, SocketAddr};

/// Returns whether packets may be sent to an address. This machine (`own` is its address towards
/// the far end) and its links are open only to a peer that signals from there; never open are
/// `0.0.0.0` (hold by RFC 3264 §8.4), port 0 (a closed stream), multicast and broadcast.
pub(crate) fn may_be_sent_to(address: SocketAddr, signalling: Option<IpAddr>, own: Option<IpAddr>) -> bool {
    let ip = address.ip().to_canonical();
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    if address.port() == 0 || ip.is_unspecified() || ip.is_multicast() || broadcast {
        return false;
    }
    let own = own.map(|own| own.to_canonical());
    let here = |ip: IpAddr| ip.is_loopback() || own == Some(ip);
    let signals = |from: &dyn Fn(IpAddr) -> bool| signalling.is_none_or(|ip| from(ip.to_canonical()));
    (!here(ip) || signals(&here)) && (!is_link_local(ip) || signals(&is_link_local))
}

fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_goes_to_this_machine_and_its_links_only_for_who_is_there() {
        let table = [
            // Whose description, what it names, whether that is aimed at.
            ("198.51.100.7", "198.51.100.8:4000", true),
            ("198.51.100.7", "127.0.0.1:4000", false),
            ("198.51.100.7", "[::1]:4000", false),
            ("198.51.100.7", "[::ffff:127.0.0.1]:4000", false),
            ("198.51.100.7", "192.0.2.1:20000", false),
            ("198.51.100.7", "169.254.169.254:80", false),
            ("198.51.100.7", "[fe80::1]:4000", false),
            ("198.51.100.7", "224.0.0.1:4000", false),
            ("198.51.100.7", "255.255.255.255:4000", false),
            ("198.51.100.7", "0.0.0.0:4000", false),
            ("198.51.100.7", "198.51.100.8:0", false),
            ("127.0.0.9", "127.0.0.1:4000", true),
            ("192.0.2.1", "127.0.0.1:4000", true),
            ("192.0.2.1", "192.0.2.1:20000", true),
            ("fe80::2", "[fe80::1]:4000", true),
            ("169.254.7.7", "169.254.1.1:4000", true),
        ];
        for (signalling, named, aimed) in table {
            let own = Some(IpAddr::from([192, 0, 2, 1]));
            let is_aimed = may_be_sent_to(named.parse().unwrap(), Some(signalling.parse().unwrap()), own);
            assert_eq!(is_aimed, aimed, "{named} for {signalling}");
        }
    }
}
