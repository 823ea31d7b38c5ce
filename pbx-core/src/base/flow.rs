//! The engine knows flows, not sockets: where bytes came from and where they can be sent.

pub use pbx_sip::Transport;
use pbx_sip::transaction::Peer;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

/// A UDP address pair or a connection: plain data; `net` owns the socket. It is written down for
/// every phone, so usual values are left out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Flow {
    /// The transport.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub transport: Transport,
    /// Our address as the peer sees it, which goes into Via, Contact and SDP; never unspecified
    /// (`0.0.0.0`).
    pub local: SocketAddr,
    /// The peer's address.
    pub remote: SocketAddr,
    /// The address of this machine that it ends at, where `local` is that of a NAT before it;
    /// `None` if `local` is our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<IpAddr>,
    /// The connection, where the transport has one. 0 means UDP, or any connection to that peer,
    /// opened if there is none.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub connection: u64,
}

fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Flow {
    /// Returns whether something can be sent on it right away: over UDP always, else if its
    /// connection is known.
    pub const fn is_open(&self) -> bool {
        !self.transport.is_reliable() || self.connection != 0
    }

    /// Returns the other end as transactions know it.
    pub const fn peer(&self) -> Peer {
        Peer { address: self.remote, reliable: self.transport.is_reliable() }
    }

    /// Returns the address of this machine that it ends at, and that our datagrams on it leave
    /// from.
    pub fn own_ip(&self) -> IpAddr {
        self.own.unwrap_or_else(|| self.local.ip())
    }
}

/// Returns the IPv4 address of one that came through an IPv6 socket as `::ffff:…`, so that both
/// spellings compare equal. Any other stays what it is, with the scope without which nothing
/// link-local is reached (RFC 4007 §6).
pub fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        ip @ IpAddr::V4(_) => SocketAddr::new(ip, address.port()),
        IpAddr::V6(_) => address,
    }
}

/// Returns the network that counts as one source: one IPv4 address, or the /64 that one IPv6
/// customer has.
pub fn network(source: IpAddr) -> IpAddr {
    match source.to_canonical() {
        IpAddr::V6(v6) => {
            let mut segments = v6.segments();
            segments[4..].fill(0);
            IpAddr::from(segments)
        }
        v4 => v4,
    }
}

/// A finder of ways to an address: the routing table and the listeners, asked without I/O.
pub trait Routes {
    /// Returns the flow to that address, with the local address that the peer will see; `None` if
    /// nothing leads there.
    fn flow_to(&self, transport: Transport, remote: SocketAddr) -> Option<Flow>;

    /// Returns whether we still listen where a flow ends here: one that survived a restart may be
    /// of another configuration.
    fn is_ours(&self, flow: &Flow) -> bool;

    /// Returns the flow to another address of a peer. It leaves from where the peer's own flow ends
    /// here, since that is the address the peer knows us by.
    fn flow_beside(&self, known: &Flow, transport: Transport, remote: SocketAddr) -> Option<Flow> {
        let remote = on_the_link_of(known.remote, remote);
        let is_alike = known.transport == transport && known.remote.is_ipv4() == remote.is_ipv4();
        if is_alike && self.is_ours(known) {
            return Some(Flow { remote, connection: 0, ..*known });
        }
        self.flow_to(transport, remote)
    }
}

/// Adds to an address that a peer wrote the link that the peer is on: a link-local address means
/// nothing without it, and a peer can't know our number of the link (RFC 4007 §6).
fn on_the_link_of(peer: SocketAddr, written: SocketAddr) -> SocketAddr {
    match (peer, written) {
        (SocketAddr::V6(peer), SocketAddr::V6(mut written)) if written.ip().is_unicast_link_local() => {
            written.set_scope_id(peer.scope_id());
            SocketAddr::V6(written)
        }
        _ => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbour_on_a_link_stays_on_its_link() {
        let on =
            |peer: &str, written: &str| on_the_link_of(peer.parse().unwrap(), written.parse().unwrap()).to_string();
        assert_eq!(on("[fe80::5%3]:40000", "[fe80::5]:5060"), "[fe80::5%3]:5060");
        assert_eq!(on("[fe80::5%3]:40000", "[2001:db8::5]:5060"), "[2001:db8::5]:5060");
        assert_eq!(on("192.0.2.5:40000", "192.0.2.5:5060"), "192.0.2.5:5060");
    }

    /// As releases wrote it that left nothing out, and as it is written now.
    #[test]
    fn flow_is_read_in_the_words_of_before_and_written_in_few() {
        let before = r#"{"transport":"udp","local":"192.0.2.1:5060","remote":"192.0.2.7:5060","connection":0}"#;
        let flow: Flow = serde_json::from_str(before).unwrap();
        let now = serde_json::to_string(&flow).unwrap();
        assert_eq!(now, r#"{"local":"192.0.2.1:5060","remote":"192.0.2.7:5060"}"#);
        assert_eq!(serde_json::from_str::<Flow>(&now).unwrap(), flow);
        let stream = Flow { transport: Transport::Tcp, connection: 7, ..flow };
        assert_eq!(serde_json::from_str::<Flow>(&serde_json::to_string(&stream).unwrap()).unwrap(), stream);
    }
}
