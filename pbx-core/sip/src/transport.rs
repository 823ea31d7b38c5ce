//! Transports (RFC 3261 §18 and §25.1, RFC 7118): what each is called, and what it promises.

use serde::{Deserialize, Serialize};

/// A transport of SIP messages. Stored under its [`code`](Self::code).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// UDP: each datagram is one message. It is meant where none is named (RFC 3263 §4.1).
    #[default]
    Udp,
    /// TCP.
    Tcp,
    /// TLS over TCP.
    Tls,
    /// WebSocket (RFC 7118).
    Ws,
    /// WebSocket over TLS (RFC 7118).
    Wss,
}

impl Transport {
    /// Every transport.
    pub const ALL: [Self; 5] = [Self::Udp, Self::Tcp, Self::Tls, Self::Ws, Self::Wss];

    /// Reads a transport's name, without case. Returns `None` if it is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|transport| transport.code().eq_ignore_ascii_case(text))
    }

    /// Names the transport in lower case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }

    /// Names the transport as a Via does (RFC 3261 §20.42, RFC 7118 §5.1).
    pub const fn via(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Ws => "WS",
            Self::Wss => "WSS",
        }
    }

    /// Names the transport as the `transport` parameter of a URI does.
    ///
    /// Returns `None` if a URI means it without one. WebSocket is `ws` with TLS and without (RFC
    /// 7118 §5.2).
    pub const fn uri_param(self) -> Option<&'static str> {
        match self {
            Self::Udp => None,
            Self::Tcp | Self::Tls | Self::Ws => Some(self.code()),
            Self::Wss => Some(Self::Ws.code()),
        }
    }

    /// Returns the port where none is written.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
            Self::Ws => 80,
            Self::Wss => 443,
        }
    }

    /// Returns whether it delivers in order and without loss, over a connection: such a transport
    /// needs no retransmissions (RFC 3261 §17).
    pub const fn is_reliable(self) -> bool {
        !matches!(self, Self::Udp)
    }

    /// Returns whether nobody on the way can read or change what it carries.
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Tls | Self::Wss)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code, in a Via, in a URI, default port, whether it is reliable and secure.
    type Row = (Transport, &'static str, &'static str, Option<&'static str>, u16, bool, bool);

    const TABLE: [Row; 5] = [
        (Transport::Udp, "udp", "UDP", None, 5060, false, false),
        (Transport::Tcp, "tcp", "TCP", Some("tcp"), 5060, true, false),
        (Transport::Tls, "tls", "TLS", Some("tls"), 5061, true, true),
        (Transport::Ws, "ws", "WS", Some("ws"), 80, true, false),
        (Transport::Wss, "wss", "WSS", Some("ws"), 443, true, true),
    ];

    #[test]
    fn each_transport_is_what_the_rfcs_say() {
        assert_eq!(TABLE.map(|row| row.0), Transport::ALL);
        for (transport, code, via, uri_param, port, reliable, secure) in TABLE {
            assert_eq!((transport.code(), transport.via(), transport.uri_param()), (code, via, uri_param));
            assert_eq!(
                (transport.default_port(), transport.is_reliable(), transport.is_secure()),
                (port, reliable, secure)
            );
        }
    }

    #[test]
    fn names_are_read_without_case_and_no_others() {
        for transport in Transport::ALL {
            for name in [transport.code(), transport.via()] {
                assert_eq!(Transport::parse(name), Some(transport));
            }
        }
        assert_eq!(Transport::parse("Tcp"), Some(Transport::Tcp));
        for other in ["", "SCTP", "TLS-SCTP", "udp ", "transport"] {
            assert_eq!(Transport::parse(other), None, "{other:?}");
        }
    }

    #[test]
    fn stored_transport_is_its_code() {
        for transport in Transport::ALL {
            let stored = format!("\"{}\"", transport.code());
            assert_eq!(serde_json::to_string(&transport).unwrap(), stored);
            assert_eq!(serde_json::from_str::<Transport>(&stored).unwrap(), transport);
        }
    }
}
